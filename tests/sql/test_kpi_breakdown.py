"""Headline figures by age, sex, ethnicity and disability, and how a group's rate stands to that of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.staged_input import day
from tests.warehouse_input import AUTHORITY, MONTH, built, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

# Name, birth, sex, ethnicity, disability; and the groups that follow, at the end of February 2021.
CHILDREN: dict[str, tuple[str | None, str | None, str | None, str | None, dict[str, str]]] = {
    "one on the last day": ("2020-02-28", "F", "WBRI", None, {"age": "1_to_4", "sex": "female", "ethnicity": "white"}),
    "one the day after": ("2020-03-01", "M", "WROM", None, {"age": "under_1", "sex": "male", "ethnicity": "white"}),
    "five on the last day": ("2016-02-28", "U", "CHNE", "MOB", {"age": "5_to_9", "ethnicity": "asian"}),
    "five the day after": ("2016-03-01", None, "MWBC", "NONE", {"age": "1_to_4", "ethnicity": "mixed"}),
    "ten": ("2011-02-28", "F", "BOTH", None, {"age": "10_to_15", "sex": "female", "ethnicity": "black"}),
    "sixteen": ("2005-02-28", "F", "OOTH", None, {"age": "16_and_over", "sex": "female", "ethnicity": "other"}),
    "not recorded": (None, None, "REFU", None, {"age": "unknown", "ethnicity": "unknown"}),
}
DISABILITIES = {"MOB": "disabled", "NONE": "not_disabled", None: "unknown"}
POPULATION = "year,population,source\n2020,1000,Made up\n"
BY_GROUP = "year,dimension,group_code,population,source\n2020,sex,female,500,Made up\n2020,sex,male,500,Made up\n"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("breakdown")
    council = folder / "council"
    put_population(council / AUTHORITY)
    persons = [
        {"pers_person_id": name, "pers_dob": born and day(born), "pers_sex": sex, "pers_ethnicity": ethnicity}
        for name, (born, sex, ethnicity, _, _) in CHILDREN.items()
    ]
    disabilities = [
        {"disa_table_id": name, "disa_person_id": name, "disa_disability_code": code}
        for name, (_, _, _, code, _) in CHILDREN.items()
        if code
    ]
    tables = ssd(person=persons, cp_plans=[plan(name, "2021-01-10") for name in CHILDREN])
    tables |= {"ssd_disability": disabilities}
    made = built(folder, {f"{AUTHORITY}/ssd/{MONTH}": tables}, council=council, of=("snapshots.kpi_breakdown",))
    yield made
    made.close()


def put_population(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "population.csv").write_text(POPULATION)
    (folder / "population_by_group.csv").write_text(BY_GROUP)


def rows(warehouse: duckdb.DuckDBPyConnection, dimension: str) -> dict[str, tuple[Any, ...]]:
    found = warehouse.execute(
        """
        SELECT group_code, numerator, population, rate_ratio, lower, upper
        FROM snapshots.kpi_breakdown
        WHERE kpi_id = 'cpp_count' AND reporting_month = ? AND dimension = ?
        """,
        [MONTH, dimension],
    ).fetchall()
    return {group: tuple(others) for group, *others in found}


@pytest.mark.parametrize("dimension", ["age", "sex", "ethnicity", "disability"])
def test_each_child_is_of_one_group_of_each(warehouse: duckdb.DuckDBPyConnection, dimension: str) -> None:
    expected: dict[str, int] = {}
    for *_, code, groups in CHILDREN.values():
        group = DISABILITIES[code] if dimension == "disability" else groups.get(dimension, "unknown")
        expected[group] = expected.get(group, 0) + 1
    assert {group: int(found[0]) for group, found in rows(warehouse, dimension).items()} == expected


def test_a_ratio_is_the_groups_share_divided_by_its_share_of_the_population(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(warehouse, "sex")
    _, population, ratio, lower, upper = found["female"]
    assert (population, ratio) == (500, pytest.approx(3 / 7 / 0.5))
    # Wilson's limits of 3 of 7 are 15.8% and 75.0%.
    assert (lower, upper) == (pytest.approx(0.316, abs=0.002), pytest.approx(1.499, abs=0.002))
    assert found["unknown"][1:] == (None, None, None, None)

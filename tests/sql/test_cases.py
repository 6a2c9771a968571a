"""Every case folder beside this file: what counts, what does not, and on which side of each edge."""

from __future__ import annotations

import dataclasses
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import BadCase, Case, differences, folders, read_case
from tests.warehouse_input import authority_of, built

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

FOLDERS = {f"{folder.parent.name}/{folder.name}": folder for folder in folders()}
# What shows which source children looked after are counted from: every delivery of the dataset holds these.
LOOKED_AFTER = ("ssd_person", "ssd_cla_episodes", "ssd_legal_status")


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    """One build a reporting month, in which each case has an authority to itself. A malformed case fails alone."""
    by_month: dict[str, dict[str, dict[str, Rows]]] = {}
    councils = tmp_path_factory.mktemp("councils")
    for name, folder in FOLDERS.items():
        if (folder / "council").exists():
            shutil.copytree(folder / "council", councils / authority_of(FOLDERS, name))
        with suppress(BadCase):
            case = read_case(folder)
            by_month.setdefault(case.about.month, {}).update(whole(case, authority_of(FOLDERS, name)))
    made = {month: built(tmp_path_factory.mktemp(month), given, month, councils) for month, given in by_month.items()}
    yield made
    for warehouse in made.values():
        warehouse.close()


def whole(case: Case, authority: str) -> dict[str, dict[str, Rows]]:
    empty: dict[str, Rows] = {table: [] for table in LOOKED_AFTER}
    return {
        delivery: {**empty, **tables} if "/ssd/" in delivery else tables
        for delivery, tables in case.deliveries(authority).items()
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_case(warehouses: dict[str, duckdb.DuckDBPyConnection], name: str) -> None:
    case = read_case(FOLDERS[name])
    found = differences(warehouses[case.about.month], case, authority_of(FOLDERS, name))
    if found:
        pytest.fail("\n".join([case.about.why, *found]), pytrace=False)


ANY = "fct_assessment/over_christmas"
DAY_45, DAY_46 = ("on day 45", "45", "true", "2021-03-02"), ("on day 46", "46", "false", "2021-03-02")


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        ([DAY_46, DAY_45], []),
        ([DAY_45], ["is there, not expected: on day 46, 46, false, 2021-03-02"]),
        ([DAY_45, DAY_46, DAY_46], ["is not there: on day 46, 46, false, 2021-03-02"]),
        (
            [DAY_45, ("on day 46", "46", "true", "2021-03-02")],
            [
                "is not there: on day 46, 46, true, 2021-03-02",
                "is there, not expected: on day 46, 46, false, 2021-03-02",
            ],
        ),
    ],
)
def test_a_case_fails_on_every_row_that_is_not_as_expected(
    warehouses: dict[str, duckdb.DuckDBPyConnection], expected: list[tuple[str, ...]], difference: list[str]
) -> None:
    case = dataclasses.replace(read_case(FOLDERS[ANY]), expected=expected)
    assert differences(warehouses[case.about.month], case, authority_of(FOLDERS, ANY)) == difference


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"columns": ("assessment_id", "working_day")}, "fct_assessment has no column working_day"),
        ({"table": "fct_assesment"}, "fct_assesment: 0 tables are called so"),
    ],
)
def test_a_case_about_what_the_warehouse_does_not_hold_fails(
    warehouses: dict[str, duckdb.DuckDBPyConnection], change: dict[str, Any], difference: str
) -> None:
    case = dataclasses.replace(read_case(FOLDERS[ANY]), **change)
    with pytest.raises(BadCase, match=difference):
        differences(warehouses[case.about.month], case, authority_of(FOLDERS, ANY))


GIVEN = "given/ssd_cin_assessments.csv"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (GIVEN, "cina_assessment_id,cina_start\na,2021-02-01\n", "has no column cina_start"),
        (GIVEN, "cina_assessment_id,cina_assessment_start_date\na,01/02/2021\n", "(?s)ssd_cin_assessments.*01/02/2021"),
        (GIVEN, "cina_assessment_id,cina_assessment_start_date\na\n", "more or fewer columns"),
        (GIVEN, "", "has no heading"),
        ("given/ssd_cin_assessment.csv", "a\n", "no staged table is called so"),
        ("given/ssd_cin_assessments.txt", "a\n", "no staged table is called so"),
        ("expected.csv", "", "has no heading"),
        ("expected.csv", "assessment_id,working_days\n", "expects nothing"),
        ("expected.csv", "assessment_id,working_days\na\n", "more or fewer columns"),
        ("case.yaml", "month: 2021-02\n", "why"),
        ("case.yaml", "why: So it is.\nmonht: 2021-02\n", "monht"),
        ("case.yaml", "why: So it is.\nmonth: February\n", "month"),
        ("case.yaml", "", "case.yaml"),
    ],
)
def test_a_malformed_case_says_what_is_wrong_with_it(tmp_path: Path, file: str, text: str, message: str) -> None:
    (tmp_path / "given").mkdir()
    sound = {
        "case.yaml": "why: So it is.\n",
        GIVEN: "cina_assessment_id,cina_assessment_start_date\na,2021-02-01\n",
        "expected.csv": "assessment_id,working_days\na,\n",
    }
    for name, content in sound.items():
        (tmp_path / name).write_text(content)
    assert read_case(tmp_path).expected == [("a", "")]
    (tmp_path / file).write_text(text)
    with pytest.raises(BadCase, match=message):
        read_case(tmp_path)


@pytest.mark.parametrize("missing", ["case.yaml", GIVEN, "expected.csv"])
def test_half_a_case_is_none(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "case"
    shutil.copytree(FOLDERS[ANY], folder)
    (folder / missing).unlink()
    with pytest.raises(BadCase):
        read_case(folder)

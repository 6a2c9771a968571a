"""Assessments within 45 working days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.warehouse_input import assessment, built_from_ssd, figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

# name: start, authorised, working days, in time, why it is left out
CASES = {
    "45 over Christmas": ("2020-12-24", "2021-03-02", 45, True, None),
    "46 over Christmas": ("2020-12-24", "2021-03-03", 46, False, None),
    "45 from a Saturday": ("2020-11-28", "2021-02-03", 45, True, None),
    "46 from a Saturday": ("2020-11-28", "2021-02-04", 46, False, None),
    "45 from the Friday before it": ("2020-11-27", "2021-02-03", 45, True, None),
    "same day": ("2021-02-10", "2021-02-10", 0, True, None),
    "authorised at a weekend": ("2021-02-12", "2021-02-14", 0, True, None),
    "still open": ("2020-01-06", None, None, None, None),
    "no start": (None, "2021-02-10", None, None, "no start date"),
    "ends before it starts": ("2021-02-10", "2021-02-09", -1, None, "authorised before it started"),
    "starts before the calendar": ("1994-12-30", "2021-02-10", None, None, "started outside the calendar"),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    rows = [
        assessment(f"{number}", start, authorised, cina_assessment_team=f"T{number}")
        for number, (start, authorised, *_) in enumerate(CASES.values())
    ]
    with built_from_ssd(tmp_path_factory.mktemp("assessments"), cin_assessments=rows) as warehouse:
        yield warehouse


@pytest.mark.parametrize("name", CASES)
def test_each_assessment_has_its_clock(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    number = list(CASES).index(name)
    found = warehouse.execute(
        "SELECT working_days, is_in_time, excluded_because FROM warehouse.fct_assessment WHERE team_code = ?",
        [f"T{number}"],
    ).fetchall()
    assert found == [CASES[name][2:]]


def test_what_is_left_out_is_in_neither_count(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert figure(warehouse, "assess_45wd", "2021-02") == (4, 5)


def test_an_assessment_counts_in_the_month_of_its_authorisation_and_not_after_the_delivery(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert figure(warehouse, "assess_45wd", "2021-01") == (0, 0)
    assert figure(warehouse, "assess_45wd", "2021-03") is None

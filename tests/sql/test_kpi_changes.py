"""Change against a named month, always with its base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.warehouse_input import assessment, built_from_ssd, involvement, plan

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


def changes(
    warehouse: duckdb.DuckDBPyConnection,
    columns: str,
    kpi_id: str,
    month: str,
    team: str | None = None,
    comparator: str = "same_month_last_year",
) -> Any:
    found = warehouse.execute(
        f"SELECT {columns} FROM snapshots.kpi_change "
        "WHERE kpi_id = ? AND reporting_month = ? AND team_code IS NOT DISTINCT FROM ? AND comparator = ?",
        [kpi_id, month, team, comparator],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


def test_a_count_is_compared_with_twelve_months_before(tmp_path: Path) -> None:
    then = [plan(f"then {each}", "2020-02-29", "2020-03-10") for each in range(10)]
    now = [plan(f"now {each}", "2021-02-01") for each in range(13)]
    moved = [involvement(f"then {each}", "T1", "2020-01-01") for each in range(10)]
    with built_from_ssd(tmp_path, cp_plans=then + now, involvements=moved) as warehouse:
        columns = "numerator, denominator, base_month, base_numerator, change, change_percent"
        assert changes(warehouse, columns, "cpp_count", "2021-02") == (13, None, "2020-02", 10, 3, 30.0)
        assert changes(warehouse, columns, "cpp_count", "2021-02", "T1") == (0, None, "2020-02", 10, -10, -100.0)
        unallocated = changes(warehouse, columns, "cpp_count", "2021-02", "unallocated")
        assert unallocated == (13, None, "2020-02", 0, 13, None)
        assert changes(warehouse, columns, "cpp_count", "2018-12") is None


def test_a_percentage_of_a_base_below_ten_is_withheld(tmp_path: Path) -> None:
    then = [plan(f"then {each}", "2020-02-29", "2020-03-10") for each in range(9)]
    with built_from_ssd(tmp_path, cp_plans=then) as warehouse:
        columns = "base_numerator, change, change_percent, lower, upper, is_beyond_chance"
        nine, change, percent, lower, upper, is_beyond = changes(warehouse, columns, "cpp_count", "2021-02")
        assert (nine, change, percent, is_beyond) == (9, -9, None, True)
        assert lower < -9 < upper < 0


@pytest.mark.parametrize(
    ("month", "base"), [("2020-02", "2019-03"), ("2020-03", "2019-03"), ("2020-04", "2020-03"), ("2021-02", "2020-03")]
)
def test_the_last_march_is_the_one_that_ended_before_the_month(tmp_path: Path, month: str, base: str) -> None:
    with built_from_ssd(tmp_path) as warehouse:
        assert changes(warehouse, "base_month", "cpp_count", month, comparator="last_march") == (base,)


def test_a_percentage_is_compared_window_with_window(tmp_path: Path) -> None:
    """56 of 70 and 48 of 80: Newcombe (1998) prints 0.0524 to 0.3339 for their difference."""
    rows = [
        assessment(f"{month} {is_late} {each}", "2018-01-01" if is_late else f"{month}-01", f"{month}-10")
        for month, in_time, late in (("2020-10", 56, 14), ("2019-11", 48, 32))
        for is_late, number in ((False, in_time), (True, late))
        for each in range(number)
    ]
    with built_from_ssd(tmp_path, cin_assessments=rows) as warehouse:
        columns = "window_months, numerator, denominator, base_numerator, base_denominator, change, change_percent"
        assert changes(warehouse, columns, "assess_45wd", "2021-02") == (6, 56, 70, 48, 80, 20.0, None)
        lower, upper = changes(warehouse, "lower, upper", "assess_45wd", "2021-02")
    assert (lower, upper) == pytest.approx((5.24, 33.39), abs=0.005)

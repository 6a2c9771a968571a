"""Figures by category and durations: what of them stands in which table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.warehouse_input import MONTH, built_from_ssd, involvement, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

CATEGORY = "cppl_cp_plan_latest_category"
PLANS = [
    plan("a", "2020-01-01") | {CATEGORY: "NEG"},
    plan("b", "2020-02-01") | {CATEGORY: "NEG"},
    plan("c", "2020-02-01") | {CATEGORY: None},
    plan("not read", "2020-02-01") | {CATEGORY: None, "unread_columns": [CATEGORY]},
    *(plan(f"ended {days}", "2021-02-01", f"2021-02-{1 + days:02}") for days in (1, 2, 3, 10)),
]
KPIS = ("cla_count", "cpp_category_share", "cpp_count", "cpp_duration")
TABLES = ("snapshots.kpi_month", "snapshots.kpi_window", "snapshots.kpi_change", "snapshots.kpi_duration")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    held = [involvement("a", "T1", "2020-01-01")]
    made = built_from_ssd(
        tmp_path_factory.mktemp("categories"), cp_plans=PLANS, involvements=held, of=TABLES, kpis=KPIS
    )
    yield made
    made.close()


def shares(warehouse: duckdb.DuckDBPyConnection, team: str | None) -> dict[str, tuple[Any, ...]]:
    found = warehouse.execute(
        """
        SELECT category, numerator, denominator, undecided
        FROM snapshots.kpi_month
        WHERE kpi_id = 'cpp_category_share' AND reporting_month = ? AND team_code IS NOT DISTINCT FROM ?
        """,
        [MONTH, team],
    ).fetchall()
    return {category: tuple(map(int, numbers)) for category, *numbers in found}


def test_every_category_has_a_row_and_is_a_share_of_all(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A child whose category was given and could not be read is in none of them, and is said to be undecided."""
    nobody = dict.fromkeys(("PHY", "SAB", "EMO", "MUL"), (0, 3, 1))
    assert shares(warehouse, None) == nobody | {"NEG": (2, 3, 1), "unknown": (1, 3, 1)}


def test_a_team_has_every_category_of_its_own_records(warehouse: duckdb.DuckDBPyConnection) -> None:
    nobody = dict.fromkeys(("PHY", "SAB", "EMO", "MUL", "unknown"), (0, 1, 0))
    assert shares(warehouse, "T1") == nobody | {"NEG": (1, 1, 0)}


@pytest.mark.parametrize("table", ["kpi_month", "kpi_window", "kpi_change"])
def test_a_kpi_without_categories_has_none(warehouse: duckdb.DuckDBPyConnection, table: str) -> None:
    found = warehouse.sql(f"SELECT DISTINCT kpi_id FROM snapshots.{table} WHERE category IS NOT NULL").fetchall()
    assert ("cpp_category_share",) in found
    assert not {("cpp_count",), ("cpp_duration",), ("cla_count",)} & set(found)


@pytest.mark.parametrize(("table", "has_some"), [("kpi_window", True), ("kpi_change", False)])
def test_a_team_has_figures_by_category_and_no_changes_of_them(
    warehouse: duckdb.DuckDBPyConnection, table: str, has_some: bool
) -> None:
    of_teams = warehouse.table(f"snapshots.{table}").filter("category IS NOT NULL AND team_code IS NOT NULL")
    assert (len(of_teams) > 0) is has_some


def test_a_mean_of_days_has_its_quartiles_and_what_is_still_open_beside_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Of 1, 2, 3 and 10 days; four plans are open at the month's end, and one day more would not change that."""
    row = warehouse.execute(
        """
        SELECT durations, lower_quartile, median, upper_quartile, mean, still_open
        FROM snapshots.kpi_duration
        WHERE kpi_id = 'cpp_duration' AND reporting_month = ? AND team_code IS NULL AND window_months = 6
        """,
        [MONTH],
    ).fetchall()
    assert row == [(4, 1.75, 2.5, 4.75, 4.0, 4)]

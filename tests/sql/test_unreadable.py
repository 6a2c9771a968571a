"""A figure is absent where too much of a column that decides which records count could not be read, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.contracts.loading import load_sources
from pipelines.contracts.reference import load_contracts, read_rows
from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.warehouse.build import build
from tests.staged_input import stage
from tests.warehouse_input import MONTH, figure, plan, settings_in, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator

READ, PLANS, ALONE, CENSUS_TOO = "E00000301", "E00000302", "E00000303", "E00000304"
FEW_UNKNOWN, MANY_UNKNOWN = "E00000305", "E00000306"
FEW_LEFT_OUT, MANY_LEFT_OUT = "E00000307", "E00000308"
MANY_OF_TWO_PLANS = "E00000309"
PLAN_END = ("ssd_cp_plans", "cppl_cp_plan_end_date")
SEEN_ALONE = ("ssd_cp_visits", "cppv_cp_visit_seen_alone")
REFERRAL = ("ssd_cin_assessments", "cina_referral_id")
SPOILT = "ssd_cp_plans.cppl_cp_plan_end_date: 3 of 149 values could not be read, 2.0%"


def unread(where: tuple[str, str], given: int, shape: str = "99999") -> list[dict[str, Any]]:
    table, column = where
    counts = {"value_count": 3, "unread_count": 3, "given_count": given}
    return [{"table_name": table, "column_name": column, "shape": shape, **counts}]


def plans_of(children: int) -> list[dict[str, Any]]:
    return [plan(f"child {number}", "2020-01-05") for number in range(children)]


def ended(children: int) -> list[dict[str, Any]]:
    """Beside so many few are unknown too among those that end: a plan may have ended in any month of the year."""
    return [plan(f"ended {number}", "2019-09-05", "2020-09-05") for number in range(children)]


def left_out(children: int) -> list[dict[str, Any]]:
    """Whether their plans have ended cannot be read: few among the ends of eight years, and many of those of today."""
    column = PLAN_END[1]
    return [{**plan(f"unread {number}", "2020-01-05"), "unread_columns": [column]} for number in range(children)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = settings_in(tmp_path_factory.mktemp("unreadable"))
    tables = {**ssd(cp_plans=[plan("child", "2020-01-05")]), "ssd_cp_visits": [], "ssd_cin_episodes": []}
    values = {READ: unread(PLAN_END, 150), PLANS: unread(PLAN_END, 149), ALONE: unread(SEEN_ALONE, 3)}
    values |= {FEW_UNKNOWN: unread(REFERRAL, 150, "placeholder"), MANY_UNKNOWN: unread(REFERRAL, 149, "placeholder")}
    for code, rows in (*values.items(), (CENSUS_TOO, values[PLANS])):
        stage(settings.staging, f"{code}/ssd/{MONTH}", tables, unread_values=rows)
    stage(settings.staging, f"{CENSUS_TOO}/cin_census/{MONTH}", {"cin_census_cp_plans": []})
    for code, whole, spoilt in ((FEW_LEFT_OUT, 147, 3), (MANY_LEFT_OUT, 146, 3), (MANY_OF_TWO_PLANS, 1, 2)):
        plans = [*plans_of(whole), *left_out(spoilt), *(ended(1_800) if code == FEW_LEFT_OUT else [])]
        stage(settings.staging, f"{code}/ssd/{MONTH}", {**tables, "ssd_cp_plans": plans, "ssd_cp_reviews": []})
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as connection:
        yield connection


def reason(warehouse: duckdb.DuckDBPyConnection, kpi: str, authority: str) -> str | None:
    found = warehouse.execute(
        "SELECT reason FROM snapshots.kpi_absence WHERE kpi_id = ? AND authority_code = ?", [kpi, authority]
    ).fetchone()
    return found and found[0]


def test_up_to_the_limit_the_figure_is_there(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert figure(warehouse, "cpp_count", authority=READ) == (1, None)
    assert reason(warehouse, "cpp_count", READ) is None


def test_above_it_the_figure_is_absent_and_says_which_column_and_how_much_of_it(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert figure(warehouse, "cpp_count", authority=PLANS) is None
    assert reason(warehouse, "cpp_count", PLANS) == (
        f"waits for ssd_cp_plans ({SPOILT}), or cin_census_cp_plans (never delivered),"
        " or annex_a_child_protection (never delivered)"
    )


def test_a_column_that_some_figures_need_takes_those_alone(warehouse: duckdb.DuckDBPyConnection) -> None:
    spoilt = "ssd_cp_visits.cppv_cp_visit_seen_alone: 3 of 3 values could not be read, 100.0%"
    assert figure(warehouse, "cp_visit_seen_alone", authority=ALONE) is None
    assert spoilt in str(reason(warehouse, "cp_visit_seen_alone", ALONE))
    assert figure(warehouse, "cp_visit_snapshot", authority=ALONE) == (0, 1)


def test_references_that_are_placeholders_take_the_figures_that_follow_them_and_hold_no_month(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    unknown = "ssd_cin_assessments.cina_referral_id: 3 of 149 ids are placeholders such as -1, 2.0%"
    assert reason(warehouse, "assess_45wd_from_referral", FEW_UNKNOWN) is None
    assert unknown in str(reason(warehouse, "assess_45wd_from_referral", MANY_UNKNOWN))
    assert reason(warehouse, "assess_45wd", MANY_UNKNOWN) is None
    held = "SELECT authority_code FROM snapshots.gate WHERE condition = 'GATE-UNREADABLE' AND NOT holds ORDER BY ALL"
    assert warehouse.execute(held).fetchall() == [(PLANS,), (ALONE,), (CENSUS_TOO,), (MANY_LEFT_OUT,)]


def test_a_figure_that_leaves_out_more_records_than_its_limit_allows_is_absent_and_holds_the_month(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert figure(warehouse, "cpp_count", authority=FEW_LEFT_OUT) == (147, None)
    assert figure(warehouse, "cpp_count", authority=MANY_LEFT_OUT) is None
    query = "SELECT detail FROM snapshots.gate WHERE condition = 'GATE-UNREADABLE' AND authority_code = ? AND NOT holds"
    assert warehouse.execute(query, [FEW_LEFT_OUT]).fetchall() == []
    ((detail,),) = warehouse.execute(query, [MANY_LEFT_OUT]).fetchall()
    why = "because 3 delivered records that decide them could not be read in part"
    figure_of = "Children subject to a child protection plan, 2021-02"
    assert reason(warehouse, "cpp_count", MANY_LEFT_OUT) == f"3 of 149 records are left out, 2.0%, {why}"
    limit = "at most 2.0%, or fewer than 3 delivered records"
    assert f"{figure_of}: 3 of 149 records are left out, 2.0%, {why}; {limit}. The" in detail


def test_two_plans_of_which_the_reviews_of_years_are_left_out_hold_no_month(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    left_out_of = f"SELECT max(undecided) FROM warehouse.fct_kpi_undecided WHERE authority_code = '{MANY_OF_TWO_PLANS}'"
    assert warehouse.execute(left_out_of).fetchone() >= (3,)
    query = "SELECT holds FROM snapshots.gate WHERE condition = 'GATE-UNREADABLE' AND authority_code = ?"
    assert warehouse.execute(query, [MANY_OF_TWO_PLANS]).fetchall() == [(True,)]


def test_another_source_of_the_same_does_not_take_its_place(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Nothing was counted from it: it would seem that nobody is on a plan."""
    assert figure(warehouse, "cpp_count", authority=CENSUS_TOO) is None
    assert SPOILT in str(reason(warehouse, "cpp_count", CENSUS_TOO))


def test_each_limit_is_of_a_column_that_is_staged() -> None:
    contract = load_contracts(PROJECT / "expectations")["unreadable_limit"]
    limits = {
        (row.cells["table_name"], row.cells["column_name"])
        for row in read_rows(PROJECT / "sql/reference/unreadable_limit.csv", contract)
    }
    staged = {
        (table.name, column.name)
        for source in load_sources(PROJECT / "expectations").values()
        for table in source.tables.values()
        for column in table.staged_columns
        if column.is_read
    }
    assert limits - staged == {(None, None)}

"""What holds only what is completed is known from the table of a council that has nothing open."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTH_END = dt.date(2021, 2, 28)
BEGUN = dt.date(2020, 6, 1)
ASSESSMENTS = ("ssd_cin_assessments", "cina_assessment_auth_date")
ENQUIRIES = ("ssd_s47_enquiry", "s47e_s47_end_date")
REFERRALS = ("ssd_cin_episodes", "cine_referral_date")
VISITS = ("ssd_cin_visits", "cinv_cin_visit_date")
TABLES = """
    CREATE SCHEMA checked;
    CREATE TABLE checked.ssd_cin_assessments (
        cina_assessment_start_date DATE, cina_assessment_auth_date DATE, cina_assessment_auth_date__readable BOOLEAN
    );
    CREATE TABLE checked.ssd_s47_enquiry (
        s47e_s47_start_date DATE, s47e_s47_end_date DATE, s47e_s47_end_date__readable BOOLEAN
    );
    CREATE TABLE checked.ssd_cin_plans (
        cinp_person_id INTEGER,
        cinp_cin_plan_start_date DATE,
        cinp_cin_plan_end_date DATE,
        cinp_cin_plan_end_date__readable BOOLEAN
    );
    CREATE TABLE checked.ssd_cin_episodes (cine_person_id INTEGER);
    CREATE TABLE checked.ssd_cp_plans (cppl_person_id INTEGER);
    CREATE TABLE checked.ssd_cla_episodes (clae_person_id INTEGER);
    CREATE TABLE checked.ssd_cin_visits (cinv_person_id INTEGER, cinv_cin_visit_date DATE);
"""


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute(TABLES)
        yield made


def hold(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    ended: int,
    days: int,
    still_open: int = 0,
    unread: int = 0,
    begun: dt.date = BEGUN,
) -> None:
    insert = f"INSERT INTO checked.{table} SELECT $begun, $end, $readable FROM range($rows)"
    end = begun + dt.timedelta(days)
    connection.execute(insert, {"begun": begun, "end": end, "readable": True, "rows": ended})
    connection.execute(insert, {"begun": begun, "end": None, "readable": None, "rows": still_open})
    connection.execute(insert, {"begun": begun, "end": None, "readable": False, "rows": unread})


def only_ended(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    query = (PROJECT / "sql/staging/only_ended/ssd.sql").read_text(encoding="utf-8")
    return connection.execute(query, {"month_end": MONTH_END}).fetchall()


@pytest.mark.parametrize(
    ("ended", "still_open", "expected"),
    [(48, 0, []), (49, 0, [ASSESSMENTS]), (49, 1, []), (122, 1, [ASSESSMENTS]), (121, 1, [])],
)
def test_as_many_should_be_open_as_the_days_of_a_year_say(
    connection: duckdb.DuckDBPyConnection, ended: int, still_open: int, expected: list[tuple[str, str]]
) -> None:
    """Of thirty days each, 49 a year are four open at any time, and 122 are ten, of which one is a tenth."""
    hold(connection, "ssd_cin_assessments", ended, 30, still_open)
    assert only_ended(connection) == expected


def test_an_end_that_could_not_be_read_is_none_that_is_open(connection: duckdb.DuckDBPyConnection) -> None:
    hold(connection, "ssd_cin_assessments", 49, 30, unread=9)
    assert only_ended(connection) == [ASSESSMENTS]


def test_what_began_over_a_year_before_says_nothing_of_what_should_be_open(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    hold(connection, "ssd_cin_assessments", 500, 30, begun=dt.date(2020, 2, 28))
    assert only_ended(connection) == []
    hold(connection, "ssd_cin_assessments", 49, 30, begun=dt.date(2020, 2, 29))
    assert only_ended(connection) == [ASSESSMENTS]


@pytest.mark.parametrize(("assessments_open", "expected"), [(0, [ASSESSMENTS, ENQUIRIES]), (9, [])])
def test_few_enquiries_are_judged_with_the_assessments(
    connection: duckdb.DuckDBPyConnection, assessments_open: int, expected: list[tuple[str, str]]
) -> None:
    hold(connection, "ssd_cin_assessments", 100, 30, assessments_open)
    hold(connection, "ssd_s47_enquiry", 40, 12)
    assert only_ended(connection) == expected


@pytest.mark.parametrize(
    ("plans", "visited", "begun", "expected"),
    [
        (9, 0, dt.date(2020, 11, 28), []),
        (10, 0, dt.date(2020, 11, 28), [VISITS]),
        (10, 0, dt.date(2020, 11, 29), []),
        (10, 1, dt.date(2020, 11, 28), [VISITS]),
        (10, 2, dt.date(2020, 11, 28), []),
    ],
)
def test_children_in_need_were_seen_unless_visits_under_open_plans_are_left_out(
    connection: duckdb.DuckDBPyConnection, plans: int, visited: int, begun: dt.date, expected: list[tuple[str, str]]
) -> None:
    connection.execute(
        "INSERT INTO checked.ssd_cin_plans SELECT range, $begun, NULL, NULL FROM range($plans)",
        {"begun": begun, "plans": plans},
    )
    connection.execute(
        "INSERT INTO checked.ssd_cin_visits SELECT range, $begun FROM range($seen)", {"begun": begun, "seen": visited}
    )
    before = begun - dt.timedelta(days=1)
    connection.execute(
        "INSERT INTO checked.ssd_cin_visits SELECT range, $before FROM range($plans)",
        {"before": before, "plans": plans},
    )
    assert only_ended(connection) == expected


def test_a_table_that_was_not_delivered_is_none_of_visits_left_out(connection: duckdb.DuckDBPyConnection) -> None:
    begun = dt.date(2020, 6, 1)
    connection.execute(
        "INSERT INTO checked.ssd_cin_plans SELECT range, $begun, NULL, NULL FROM range(50)", {"begun": begun}
    )
    assert only_ended(connection) == []


@pytest.mark.parametrize(
    ("children", "no_help", "expected"),
    [(19, 0, []), (20, 0, [REFERRALS]), (20, 1, []), (99, 1, []), (100, 1, [REFERRALS]), (200, 3, [])],
)
def test_of_twenty_children_referred_some_had_no_plan_and_were_never_looked_after(
    connection: duckdb.DuckDBPyConnection, children: int, no_help: int, expected: list[tuple[str, str]]
) -> None:
    """One child was referred twice, and the others had each of the three kinds of help, a third of them each."""
    held = {
        "ssd_cin_episodes (cine_person_id)": (0, 1),
        "ssd_cin_plans (cinp_person_id)": (no_help, 3),
        "ssd_cp_plans (cppl_person_id)": (no_help + 1, 3),
        "ssd_cla_episodes (clae_person_id)": (no_help + 2, 3),
    }
    for table, (first, step) in held.items():
        insert = f"INSERT INTO checked.{table} SELECT unnest(range($first, $children, $step) || [$first])"
        connection.execute(insert, {"first": first, "children": children, "step": step})
    assert only_ended(connection) == expected

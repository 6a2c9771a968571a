"""A change in the law is a dated row: each clock is changed from a day on, and only what begins later falls due anew.

A made-up authority is delivered under a code for each clock, with that clock changed, and under one of its own. All go
through one build.
"""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pipelines.settings import PROJECT
from tests.recount.worlds import TABLES, make_world
from tests.warehouse_input import built

if TYPE_CHECKING:
    import duckdb

LAST = dt.date(2024, 3, 31)
CHANGED = dt.date(2021, 1, 1)
HEADINGS = "timescale_id,from_date,to_date,length,unit,day_count,standard_type,source\n"
CLOCKS = sorted(
    {row["timescale_id"] for row in csv.DictReader((PROJECT / "sql/reference/timescale.csv").open(encoding="utf-8"))}
)
CODES = {clock: f"E{number:08d}" for number, clock in enumerate(CLOCKS)}

# Of the worlds of the recount: few of those hold every clock.
CODE_OF_MOST, CODE_OF_INTERIM_ORDERS = "X99000001", "X99000002"
WORLDS = {CODE_OF_MOST: 1, CODE_OF_INTERIM_ORDERS: 7}

# What began, on which day, and when it falls due or whether it was done in time.
BEGUN = {
    "fct_obligation": "concat_ws(' ', kind, spell_key, opened_by), runs_from, due_date",
    "fct_assessment": "assessment_id, start_date, due_date",
    "fct_initial_conference": "conference_id, enquiry_start_date, is_in_time",
    "fct_transfer_in_conference": "conference_id, referral_date, is_in_time",
    "fct_incident": "notification_id, notified_date, [is_in_time::VARCHAR, review_due_date::VARCHAR]",
    "fct_practice_review": "review_id, decision_date, due_date",
    "fct_baby_month": "concat(child_id, reporting_month), clock_date, due_date",
}


class Begun(NamedTuple):
    table: str
    what: str
    begun: dt.date
    outcome: object


def unchanged(clock: str) -> str:
    return CODE_OF_INTERIM_ORDERS if "interim_order" in clock else CODE_OF_MOST


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("clocks")
    tables = {code: make_world(seed, LAST).authorities[CODE_OF_MOST].tables for code, seed in WORLDS.items()}
    for clock, code in CODES.items():
        tables[code] = tables[unchanged(clock)]
        (folder / "council" / code).mkdir(parents=True)
        changed = f"{clock},{CHANGED},,1,days,day0,local,Another law\n"
        (folder / "council" / code / "timescale.csv").write_text(HEADINGS + changed, encoding="utf-8")
    deliveries = {
        f"{code}/{source}/{LAST:%Y-%m}": {name: of_code.get(name, []) for name in names}
        for code, of_code in tables.items()
        for source, names in TABLES.items()
    }
    of = [f"warehouse.{table}" for table in BEGUN]
    return built(folder, deliveries, f"{LAST:%Y-%m}", council=folder / "council", of=of)


def begun(warehouse: duckdb.DuckDBPyConnection, code: str) -> set[Begun]:
    return {
        Begun(table, what, day, str(outcome))
        for table, columns in BEGUN.items()
        for what, day, outcome in warehouse.execute(
            f"SELECT {columns} FROM warehouse.{table} WHERE authority_code = ?",
            [code],
        ).fetchall()
        if day is not None
    }


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_clock_changed_from_a_day_on_moves_only_what_begins_later(
    warehouse: duckdb.DuckDBPyConnection, clock: str
) -> None:
    moved = begun(warehouse, CODES[clock]) ^ begun(warehouse, unchanged(clock))
    assert moved
    assert min(each.begun for each in moved) >= CHANGED

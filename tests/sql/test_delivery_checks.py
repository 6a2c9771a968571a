"""A delivery that can be read and cannot be what was meant holds the month: each condition has both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse.build import build
from tests.staged_input import day, stage
from tests.warehouse_input import MONTH, plan, settings_in, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import Settings
    from tests.staged_input import Rows

OLD, NEW, SMALL = "E00000401", "E00000402", "E00000403"
UNMATCHED, MATCHED, FEW_UNMATCHED = "E00000404", "E00000405", "E00000406"
TWICE, ONCE, FEW_TWICE = "E00000407", "E00000408", "E00000409"
EMPTY, EMPTY_BESIDE_FEW, FULL = "E00000410", "E00000411", "E00000412"
ALIKE, TWICE_BY_CHILD = "E00000413", "E00000414"


def newest(month: str, rows: int) -> Rows:
    return [{"table_name": "ssd_cin_visits", "event_month": month, "row_count": rows}]


def found(failed: int, tested: int) -> Rows:
    rule = {"table_name": "ssd_cp_visits", "column_name": "cppv_cp_plan_id", "rule_code": "CPPV001-FOUND"}
    return [{**rule, "consequence": "warn", "rows_tested": tested, "rows_failed": failed}]


def plans(count: int, repeated: int) -> Rows:
    """So many different plans, and so many that are one of them again under another id."""
    once = [{**plan(f"child {number}", "2021-01-05"), "cppl_cp_plan_id": f"p{number}"} for number in range(count)]
    return once + [{**once[number], "cppl_cp_plan_id": f"again {number}"} for number in range(repeated)]


def immunisations(count: int) -> Rows:
    """Of as many children, all on one day."""
    alike = {"clai_immunisations_status": True, "clai_immunisations_status_date": day("2021-01-05")}
    return [{"clai_person_id": f"child {number}", **alike} for number in range(count)]


def immigration(count: int) -> Rows:
    """Twice of each of so many children, each time under another id, which is not the first of the columns."""
    started = {"immi_immigration_status_start_date": day("2021-01-05")}
    children = [f"child {number}" for number in range(count)] * 2
    ids = (f"status {number}" for number in range(2 * count))
    return [
        {"immi_immigration_status_id": each, "immi_person_id": child, **started}
        for each, child in zip(ids, children, strict=True)
    ]


def deliver(settings: Settings, code: str, *, tables: dict[str, Rows] | None = None, **more: Any) -> None:
    stage(settings.staging, f"{code}/ssd/{MONTH}", ssd() | (tables or {}), **more)


def deliver_census(settings: Settings, code: str, plans: int) -> None:
    rows: Rows = [{"cp_plan_key": f"{code} {number}", "lachildid": f"c{number}"} for number in range(plans)]
    stage(settings.staging, f"{code}/cin_census/{MONTH}", {"cin_census_cp_plans": rows})


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    settings = settings_in(tmp_path_factory.mktemp("checked"))
    deliver(settings, OLD, profile=newest("2020-12", 200))
    deliver(settings, NEW, profile=newest("2021-01", 200))
    deliver(settings, SMALL, profile=newest("2020-12", 199))
    deliver(settings, UNMATCHED, rule_results=found(21, 209))
    deliver(settings, MATCHED, rule_results=found(21, 210))
    deliver(settings, FEW_UNMATCHED, rule_results=found(19, 19))
    deliver(settings, TWICE, tables={"ssd_cp_plans": plans(179, 20)})
    deliver(settings, ONCE, tables={"ssd_cp_plans": plans(180, 20)})
    deliver(settings, FEW_TWICE, tables={"ssd_cp_plans": plans(19, 19)})
    deliver(settings, ALIKE, tables={"ssd_cla_immunisations": immunisations(40)})
    deliver(settings, TWICE_BY_CHILD, tables={"ssd_immigration_status": immigration(20)})
    deliver(settings, EMPTY)
    deliver_census(settings, EMPTY, 20)
    deliver(settings, EMPTY_BESIDE_FEW)
    deliver_census(settings, EMPTY_BESIDE_FEW, 19)
    deliver(settings, FULL, tables={"ssd_cp_plans": plans(1, 0)})
    deliver_census(settings, FULL, 20)
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        (OLD, "ssd of 2021-02: its newest record is of 2020-12; deliver an extract made after the month's end"),
        (NEW, None),
        (SMALL, None),
        (
            UNMATCHED,
            "ssd_cp_visits.cppv_cp_plan_id of 2021-02: 21 of 209 rows, 10.0%, name what no row of the other table has; "
            "export both tables from one moment, with the same ids",
        ),
        (MATCHED, None),
        (FEW_UNMATCHED, None),
        (
            TWICE,
            "ssd_cp_plans: 20 of 199 rows, 10.1%, are the same as another in all but their id; "
            "look for a join in the extract that writes a row twice",
        ),
        (ONCE, None),
        (FEW_TWICE, None),
        (ALIKE, None),
        (
            TWICE_BY_CHILD,
            "ssd_immigration_status: 20 of 40 rows, 50.0%, are the same as another in all but their id; "
            "look for a join in the extract that writes a row twice",
        ),
        (
            EMPTY,
            "ssd has no record of child protection plan, and cin_census has 20; "
            "deliver the table with its records, or without it the other counts",
        ),
        (EMPTY_BESIDE_FEW, None),
        (FULL, None),
    ],
)
def test_a_delivery_that_cannot_be_what_was_meant_holds_the_month(
    warehouse: duckdb.DuckDBPyConnection, code: str, detail: str | None
) -> None:
    rows = warehouse.execute(
        "SELECT holds, detail FROM snapshots.gate WHERE authority_code = ? AND condition = 'GATE-CHECKS'", [code]
    ).fetchall()
    (holds, found_detail), *_ = rows
    assert holds == (detail is None), rows
    if detail is not None:
        assert str(found_detail).endswith(detail)

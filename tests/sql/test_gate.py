"""The gate's conditions, each on both sides of its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse.build import build
from tests.few_kpis import copy_of_few, settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import MONTH, ssd

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from tests.staged_input import Rows

JANUARY = "2021-01"
PLAN_END = "ssd_cp_plans.cppl_cp_plan_end_date"
CONDITIONS = {
    "GATE-DELIVERY",
    "GATE-ABSENCE",
    "GATE-REFUSED-ROWS",
    "GATE-RECONCILIATION",
    "GATE-UNREADABLE",
    "GATE-CHECKS",
}
REFUSED = {"rule_code": "DLV-004", "consequence": "refuse_delivery", "rows_tested": 1, "rows_failed": 1}
WRITTEN_TWICE = {
    "rule_code": "DLV-039",
    "table_name": "ssd_person",
    "column_name": "pers_person_id",
    "consequence": "refuse_row",
    "rows_tested": 100,
}
TABLES: dict[str, dict[str, Rows]] = {
    "ssd": ssd(),
    "ssda903": {"ssda903_header": []},
    "survey": {"survey_invited": []},
}


def unread(column: str, given: int, *shapes: tuple[str, int]) -> list[dict[str, Any]]:
    table, _, name = column.partition(".")
    counts = {"unread_count": sum(count for _, count in shapes), "given_count": given}
    return [
        {"table_name": table, "column_name": name, "shape": shape, "value_count": count, **counts}
        for shape, count in shapes
    ]


def file_of(rows_read: int, rows_refused: int, name: str = "ssd_person.csv", lost: int = 0) -> list[dict[str, Any]]:
    counts = {"rows_read": rows_read, "rows_staged": rows_read - rows_refused - lost, "rows_refused": rows_refused}
    return [{"file_name": name, "table_name": name.removesuffix(".csv"), **counts}]


class GatedCouncil:
    """An authority of a test, and what it delivers; all of them go through one build."""

    def __init__(self, settings: Settings, code: str) -> None:
        self.settings = settings
        self.code = code

    def delivers(self, source: str = "ssd", month: str = MONTH, **staged: Any) -> GatedCouncil:
        stage(self.settings.staging, f"{self.code}/{source}/{month}", TABLES[source], **staged)
        return self

    def is_refused(self, source: str = "ssd", month: str = MONTH, version: str = "v0001-000000000000") -> GatedCouncil:
        delivery = f"{self.code}/{source}/{month}"
        stage(self.settings.staging, delivery, {}, version=version, status="refused", rule_results=[REFUSED])
        return self


CASES: dict[str, tuple[str | None, str | None]] = {
    "all_is_well": (None, None),
    "refused_again": (
        "GATE-DELIVERY",
        "ssd: version v0002 of 2021-02 was refused (DLV-004); the version before it counts",
    ),
    "refused_at_first": (
        "GATE-DELIVERY",
        "ssd: version v0001 of 2021-02 was refused (DLV-004); nothing later than 2021-01 counts",
    ),
    "refused_a_month_ago": (None, None),
    "survey_never_used": (None, None),
    "absent": ("GATE-ABSENCE", "ssd: nothing was delivered for 2021-02; last for 2021-01"),
    "survey_absent": (None, None),
    "refused_rows_at_the_limit": (None, None),
    "refused_rows_above_it": (
        "GATE-REFUSED-ROWS",
        "ssd_person.csv of 2021-02: 11 of 549 rows refused, 2.0%; at most 2.0%, or 10 rows",
    ),
    "few_refused_rows": (None, None),
    "refused_rows_but_for_ten_that_are_the_same_as_another": (None, None),
    "refused_rows_and_one_that_is_the_same_as_another": (
        "GATE-REFUSED-ROWS",
        "ssd_person.csv of 2021-02: 11 of 99 rows refused, 11.1%; at most 2.0%, or 10 rows",
    ),
    "refused_rows_of_a_source_with_a_higher_limit": (None, None),
    "refused_rows_a_month_ago": (
        "GATE-REFUSED-ROWS",
        "header.csv of 2021-01: 11 of 100 rows refused, 11.0%; at most 5.0%, or 10 rows",
    ),
    "refused_rows_of_an_earlier_survey": (None, None),
    "unread_at_the_limit": (None, None),
    "unread_above_it": (
        "GATE-UNREADABLE",
        "ssd of 2021-02, ssd_cp_plans.cppl_cp_plan_end_date: 3 of 149 values could not be read, 2.0%; at most 2.0%, or "
        "fewer than 3. They look like 99999 (2), 99-AAA-99 (1), an A for each letter and a 9 for each digit. "
        "Write it as 2021-02-28 or 28/02/2021; a number such as 44255 is a spreadsheet's count of days. "
        "Then deliver again",
    ),
    "few_unread": (None, None),
    "unread_and_deciding_nothing": (None, None),
    "unread_with_a_limit_of_its_own": (
        "GATE-UNREADABLE",
        "ssd of 2021-02, ssd_s47_enquiry.s47e_s47_nfa: 3 of 3 values could not be read, 100.0%; at most 2.0%, or "
        "fewer than 3. They look like AAAAA (3), an A for each letter and a 9 for each digit. "
        "Give Y or N or leave it blank. Then deliver again",
    ),
    "unread_a_month_ago_and_delivered_again": (None, None),
}


def deliver(name: str, council: GatedCouncil) -> None:
    """What the case's council delivers."""
    match name:
        case "all_is_well":
            council.delivers()
        case "refused_again":
            council.delivers().is_refused(version="v0002-000000000000")
        case "refused_at_first":
            council.delivers(month=JANUARY).is_refused()
        case "refused_a_month_ago":
            council.delivers(month="2020-12").is_refused(month=JANUARY).delivers()
        case "survey_never_used":
            council.delivers().is_refused("survey")
        case "absent":
            council.delivers(month=JANUARY)
        case "survey_absent":
            council.delivers().delivers("survey", JANUARY)
        case "refused_rows_at_the_limit":
            council.delivers(reconciliation=file_of(550, 11))
        case "refused_rows_above_it":
            council.delivers(reconciliation=file_of(549, 11))
        case "few_refused_rows":
            council.delivers(reconciliation=file_of(12, 10))
        case "refused_rows_but_for_ten_that_are_the_same_as_another":
            council.delivers(reconciliation=file_of(100, 20), rule_results=[{**WRITTEN_TWICE, "rows_failed": 10}])
        case "refused_rows_and_one_that_is_the_same_as_another":
            council.delivers(reconciliation=file_of(100, 12), rule_results=[{**WRITTEN_TWICE, "rows_failed": 1}])
        case "refused_rows_of_a_source_with_a_higher_limit":
            council.delivers().delivers("survey", reconciliation=file_of(300, 11, "invited.csv"))
        case "refused_rows_a_month_ago":
            council.delivers("ssda903", JANUARY, reconciliation=file_of(100, 11, "header.csv"))
        case "refused_rows_of_an_earlier_survey":
            council.delivers().delivers("survey", JANUARY, reconciliation=file_of(100, 11, "invited.csv"))
        case "unread_at_the_limit":
            council.delivers(unread_values=unread(PLAN_END, 150, ("99999", 2), ("99-AAA-99", 1)))
        case "unread_above_it":
            council.delivers(unread_values=unread(PLAN_END, 149, ("99999", 2), ("99-AAA-99", 1)))
        case "few_unread":
            council.delivers(unread_values=unread(PLAN_END, 2, ("99999", 2)))
        case "unread_and_deciding_nothing":
            council.delivers(unread_values=unread("ssd_cp_plans.cppl_cp_plan_initial_category", 9, ("A", 9)))
        case "unread_with_a_limit_of_its_own":
            council.delivers(unread_values=unread("ssd_s47_enquiry.s47e_s47_nfa", 3, ("AAAAA", 3)))
        case "unread_a_month_ago_and_delivered_again":
            council.delivers(month=JANUARY, unread_values=unread(PLAN_END, 9, ("99999", 9))).delivers()


Gate = dict[str, dict[str, tuple[bool, str | None]]]
# A council's own setting, and the condition that does not hold with it.
SETTINGS = {
    "survey,once_delivered,true,5,,10": "GATE-ABSENCE",
    "ssda903,always,true,5,,10": "GATE-ABSENCE",
    ",once_delivered,false,1,,0": "GATE-REFUSED-ROWS",
    "survey,once_delivered,false,5,,10": None,
    "ssd,never,true,0,,0": None,
}
UNSOUND = "rows_that_do_not_add_up"
CHECKS = {"hold": False, "warn": True}
FOUND = """
SELECT authority_code, 'two figures' AS detail
FROM warehouse.dim_gate_need
WHERE source = 'ssd' AND authority_code = '{}'
"""
CODES = {name: f"E{number:08d}" for number, name in enumerate((*CASES, *SETTINGS, UNSOUND, *CHECKS))}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """(holds, detail) by case and condition: each case is a council, in a place with SQL of its own."""
    folder = tmp_path_factory.mktemp("gate")
    settings = settings_of_few(folder, copy_of_few(folder))
    councils = {name: GatedCouncil(settings, code) for name, code in CODES.items()}
    for name in CASES:
        deliver(name, councils[name])
    with (settings.sql / "reference/gate_setting.csv").open("a", encoding="utf-8") as file:
        for setting in SETTINGS:
            councils[setting].delivers(reconciliation=file_of(60, 1)).delivers("survey", JANUARY)
            file.write(f"{CODES[setting]},{setting}\n")
    councils[UNSOUND].delivers(reconciliation=file_of(10, 1, lost=1))
    (settings.sql / "checks/reconciliation__rows_read_are_staged_or_refused.sql").unlink()
    for consequence in CHECKS:
        councils[consequence].delivers()
        check = f"-- consequence: {consequence}{FOUND.format(CODES[consequence])}"
        (settings.sql / f"checks/figures__{consequence}.sql").write_text(check)
    names = {code: name for name, code in CODES.items()}
    found: Gate = {}
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        for code, condition, holds, detail in warehouse.sql(
            "SELECT authority_code, condition, holds, detail FROM snapshots.gate"
        ).fetchall():
            found.setdefault(names[code], {})[condition] = (holds, detail)
    return found


@pytest.mark.parametrize("case", CASES)
def test_a_condition_holds_or_says_what_is_not_so(gate: Gate, case: str) -> None:
    condition, detail = CASES[case]
    expected: dict[str, tuple[bool, str | None]] = dict.fromkeys(CONDITIONS, (True, None))
    if condition is not None:
        expected[condition] = (False, detail)
    assert gate[case] == expected


def test_rows_that_do_not_add_up_hold_the_month_even_where_no_check_stops_the_build(gate: Gate) -> None:
    status = gate[UNSOUND]["GATE-RECONCILIATION"]
    assert status == (False, "ssd_person.csv of 2021-02: 10 rows read, 8 staged, 1 refused")


@pytest.mark.parametrize(("consequence", "holds"), CHECKS.items())
def test_a_check_holds_the_month_where_it_says_so_and_else_warns(gate: Gate, consequence: str, holds: bool) -> None:
    assert gate[consequence]["GATE-CHECKS"] == (holds, None if holds else "figures: hold: two figures")


@pytest.mark.parametrize(("setting", "condition"), SETTINGS.items())
def test_a_councils_own_settings_go_first(gate: Gate, setting: str, condition: str | None) -> None:
    held = [key for key, (holds, _) in gate[setting].items() if not holds]
    assert held == ([condition] if condition else [])

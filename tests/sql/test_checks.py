"""Every check can fire: on a sound warehouse it finds nothing, on one spoilt for it it finds the row."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.sql_files import read_selects
from pipelines.warehouse.build import build
from pipelines.warehouse.checks import of_grains
from pipelines.warehouse.tables import BrokenBuild
from tests.staged_input import day, stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, copy_of_the_project, episode, plan, settings_in, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.sql_files import Select

CHECKS = {check.name: check for check in read_selects(PROJECT / "sql", "checks")}
TABLES = read_selects(PROJECT / "sql", "warehouse")
# Tried in test_delivery_checks and below, on deliveries: a finished warehouse holds none of what they look at.
LOOK_AT_STAGING = {
    "delivery__has_records_of_late",
    "delivery__references_lead_somewhere",
    "delivery__rows_are_not_written_twice",
    "facts__hold_every_staged_record",
    "subject_source__preferred_is_not_empty_beside_a_full_one",
}
TWICE = "INSERT INTO {0} SELECT spare.* FROM range(2) LEFT JOIN (FROM {0} LIMIT 0) AS spare ON true"
SPOIL = {
    "dim_calendar__holds_the_reporting_month": "DELETE FROM warehouse.dim_calendar WHERE calendar_date = '2021-02-28'",
    "fct_assessment__every_counted_clock_lies_in_the_calendar": (
        "UPDATE warehouse.fct_assessment SET working_days = NULL"
    ),
    "fct_initial_conference__every_counted_clock_lies_in_the_calendar": (
        "UPDATE warehouse.fct_initial_conference SET working_days = -1"
    ),
    "fct_initial_conference__every_conference_names_its_enquiry": (
        "UPDATE warehouse.fct_initial_conference SET is_enquiry_inferred = true"
    ),
    "fct_survey_item__score_is_from_0_to_100": "UPDATE warehouse.fct_survey_item SET score = 100.5",
    "kpi_month__a_rate_has_a_denominator_and_a_count_has_none": (
        "UPDATE snapshots.kpi_month SET denominator = 1 "
        "WHERE kpi_id = 'cpp_count' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "kpi_month__authority_row_is_the_sum_of_its_teams": (
        "UPDATE snapshots.kpi_month SET numerator = 7 "
        "WHERE kpi_id = 'cpp_count' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "fct_kpi_team_month__every_category_is_declared": (
        "UPDATE warehouse.fct_kpi_team_month_before_unread SET category = 'another' "
        "WHERE kpi_id = 'cpp_category_share' AND reporting_month = '2021-02'"
    ),
    "kpi_month__categories_are_all_records": (
        "UPDATE snapshots.kpi_month SET numerator = numerator + 1 WHERE kpi_id = 'cpp_category_share' "
        "AND reporting_month = '2021-02' AND category = 'unknown' AND team_code IS NULL"
    ),
    "kpi_month__icpc_overdue_is_the_rows_of_rule_8675q": (
        f"INSERT INTO warehouse.fct_rule_result BY NAME SELECT '{AUTHORITY}' AS authority_code, 'ssd' AS source, "
        "'2021-02' AS reporting_month, 'ssd_s47_enquiry' AS table_name, '8675Q' AS rule_code, 1 AS rows_failed"
    ),
    "kpi_month__numerator_is_at_most_denominator": (
        "UPDATE snapshots.kpi_month SET numerator = denominator + 1 "
        "WHERE kpi_id = 'assess_45wd' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "kpi_month__value_is_null_only_where_nothing_was_counted": (
        "UPDATE snapshots.kpi_month SET value = 0 "
        "WHERE kpi_id = 'assess_45wd' AND reporting_month = '2021-01' AND team_code IS NULL"
    ),
    "kpi_month__value_lies_within_its_limits": (
        "UPDATE snapshots.kpi_month SET upper = value - 0.1 "
        "WHERE kpi_id = 'assess_45wd' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "kpi_window__every_uncertain_figure_has_its_limits": (
        "UPDATE snapshots.kpi_window SET lower = NULL "
        "WHERE kpi_id = 'assess_45wd' AND reporting_month = '2021-02' AND team_code IS NULL AND window_months = 6"
    ),
    "narrative__is_of_a_kpi_or_a_survey_and_claims_a_rating": "UPDATE warehouse.dim_narrative SET claims = 'fine'",
    "target__is_of_a_kpi_with_a_better_side_and_amber_on_the_worse": (
        "UPDATE reference.target SET amber_from = 100 WHERE kpi_id = 'icpc_15wd'"
    ),
    "timescale__has_a_clock_for_every_day": (
        "UPDATE warehouse.dim_timescale SET until_date = DATE '2021-03-01' WHERE timescale_id = 'assessment'"
    ),
    "delivered_file__has_not_lost_many_rows": (
        "INSERT INTO snapshots.reconciliation SELECT * REPLACE ('2021-01' AS reporting_month, 100 AS rows_read) "
        "FROM snapshots.reconciliation WHERE file_name = 'ssd_person.csv'"
    ),
    "gate_setting__says_when_a_source_is_needed_and_says_it_once": (
        "UPDATE reference.gate_setting SET needed = 'perhaps' WHERE source = 'ssd'"
    ),
    "kpi_month__count_is_near_that_of_the_month_before": (
        "UPDATE warehouse.fct_kpi_month SET numerator = 12 "
        "WHERE kpi_id = 'cpp_count' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "kpi_month__every_child_is_counted_once": (
        "UPDATE warehouse.fct_kpi_month SET numerator = 2 "
        "WHERE kpi_id = 'cpp_count' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "kpi_window__flow_is_the_sum_of_its_months": (
        "UPDATE warehouse.fct_kpi_window SET numerator = numerator + 1 WHERE kpi_id = 'assess_45wd' "
        "AND reporting_month = '2021-02' AND team_code IS NULL AND window_months = 6"
    ),
    "kpi_window__no_percentage_is_above_100": (
        "UPDATE snapshots.kpi_window SET value = 100.1 WHERE kpi_id = 'assess_45wd' "
        "AND reporting_month = '2021-02' AND team_code IS NULL AND window_months = 6"
    ),
    "reconciliation__rows_read_are_staged_or_refused": (
        "UPDATE snapshots.reconciliation SET rows_read = rows_read + 1 WHERE file_name = 'ssd_person.csv'"
    ),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = settings_in(tmp_path_factory.mktemp("sound"))
    conference = {
        "icpc_icpc_id": "c",
        "icpc_person_id": "a",
        "icpc_s47_enquiry_id": "s",
        "icpc_icpc_date": day("2021-02-12"),
    }
    tables = ssd(
        person=[{"pers_person_id": "a"}],
        cin_assessments=[assessment("a", "2021-02-01", "2021-02-10")],
        s47_enquiry=[{"s47e_s47_enquiry_id": "s", "s47e_person_id": "a", "s47e_s47_start_date": day("2021-02-01")}],
        initial_cp_conference=[conference],
        cp_plans=[plan("a", "2021-02-12")],
        cla_episodes=[episode("a", "2021-02-12")],
    )
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", tables)
    answers = [{"question_id": "q", "answer": 4}]
    survey = {
        "survey_responses": [{"respondent_id": "r", "answers": answers}],
        "survey_questions": [{"question_id": "q", "standard_id": "covid", "reverse": False, "points": 5}],
    }
    stage(settings.staging, f"{AUTHORITY}/survey/{MONTH}", survey)
    return build(settings, Period.parse(MONTH)).path


def offending(warehouse: Path, check: Select) -> int:
    parameters = {"as_of": Period.parse(MONTH).last_day} if check.parameters else None
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return len(connection.execute(check.text, parameters).fetchall())


def spoilt(sound: Path, folder: Path, *statements: str) -> Path:
    file = folder / "spoilt.duckdb"
    shutil.copy(sound, file)
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            connection.execute(statement)
    return file


def test_every_check_is_tried_here() -> None:
    assert set(CHECKS) == {*SPOIL, *LOOK_AT_STAGING}


@pytest.mark.parametrize("check", SPOIL)
def test_a_check_fires_on_what_it_forbids_and_on_nothing_else(sound: Path, tmp_path: Path, check: str) -> None:
    assert offending(sound, CHECKS[check]) == 0
    assert offending(spoilt(sound, tmp_path, SPOIL[check]), CHECKS[check]) == 1


def test_a_record_that_is_lost_on_its_way_into_a_fact_stops_the_build(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, copy_of_the_project(tmp_path))
    assessments = [assessment("a", "2021-02-01", "2021-02-10"), assessment("b", "2021-02-01", None)]
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd(cin_assessments=assessments))
    build(settings, Period.parse(MONTH))
    select = settings.sql / "core/need/assessment.sql"
    text = select.read_text(encoding="utf-8")
    whole, lost = "<> 'ssd'\nUNION", "<> 'ssd'\nWHERE assessments.cina_assessment_auth_date IS NOT NULL\nUNION"
    assert whole in text
    select.write_text(text.replace(whole, lost, 1), encoding="utf-8")
    with pytest.raises(BrokenBuild, match="facts: hold every staged record: not so in 1 rows"):
        build(settings, Period.parse(MONTH))


def test_every_table_of_the_warehouse_declares_its_grain_but_those_of_findings() -> None:
    """The checks themselves go into one; in another findings about a file may be alike; a record may be unread in
    several ways; the SSDA903 gives its reviews and missing children no ids; and three are views.
    """
    without = {select.name for select in TABLES if select.declared("grain") is None}
    views = {"fct_care_leaver_record", "fct_kpi_record", "fct_obligation_record"}
    without_ids = {"fct_care_review", "fct_missing_episode"}
    assert without == {"fct_gate_finding", "fct_finding", "fct_unread_record"} | without_ids | views


@pytest.fixture(scope="module")
def repeating(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two rows of nothing in every table."""
    tables = [select.table for select in TABLES if select.declared("grain")]
    return spoilt(sound, tmp_path_factory.mktemp("repeating"), *(TWICE.format(table) for table in tables))


@pytest.mark.parametrize("check", of_grains(TABLES), ids=lambda check: check.name)
def test_no_two_rows_of_a_table_agree_in_its_grain(sound: Path, repeating: Path, check: Select) -> None:
    assert offending(sound, check) == 0
    assert offending(repeating, check) == 1


def failures_of(sound: Path, folder: Path, check: str, *statements: str) -> list[str]:
    """The details that a check gives that holds or warns."""
    parameters = {"as_of": Period.parse(MONTH).last_day}
    with duckdb.connect(str(spoilt(sound, folder, *statements)), read_only=True) as connection:
        return [detail for _, detail in connection.execute(CHECKS[check].text, parameters).fetchall()]


@pytest.mark.parametrize(
    ("before", "now", "fires"), [(100, 120, False), (100, 121, True), (100, 79, True), (5, 15, False), (5, 16, True)]
)
def test_a_count_that_leaps_is_reported(sound: Path, tmp_path: Path, before: int, now: int, fires: bool) -> None:
    count = (
        "UPDATE warehouse.fct_kpi_month SET numerator = {} "
        "WHERE kpi_id = 'cpp_count' AND reporting_month = '{}' AND team_code IS NULL"
    )
    check = "kpi_month__count_is_near_that_of_the_month_before"
    found = failures_of(sound, tmp_path, check, count.format(before, "2021-01"), count.format(now, MONTH))
    assert found == ([f"cpp_count is {now}, and was {before} a month before"] if fires else [])


@pytest.mark.parametrize(
    ("before", "now", "fires"),
    [(100, 90, False), (200, 180, False), (200, 179, True), (12, 1, True), (100, 150, False)],
)
def test_a_much_shorter_file_is_reported(sound: Path, tmp_path: Path, before: int, now: int, fires: bool) -> None:
    file = "FROM snapshots.reconciliation WHERE file_name = 'ssd_person.csv'"
    found = failures_of(
        sound,
        tmp_path,
        "delivered_file__has_not_lost_many_rows",
        f"INSERT INTO snapshots.reconciliation SELECT * REPLACE ('2020-12' AS reporting_month, 9 AS rows_read) {file}",
        "INSERT INTO snapshots.reconciliation SELECT * REPLACE "
        f"('2021-01' AS reporting_month, {before} AS rows_read) {file} AND reporting_month = '{MONTH}'",
        f"UPDATE snapshots.reconciliation SET rows_read = {now} "
        f"WHERE file_name = 'ssd_person.csv' AND reporting_month = '{MONTH}'",
    )
    assert found == ([f"ssd_person.csv of {MONTH} has {now} rows, that of 2021-01 had {before}"] if fires else [])

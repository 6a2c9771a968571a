"""Every check can fire: on a sound warehouse it finds nothing, on one spoilt for it it finds the row."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.warehouse import build
from tests.staged_input import day, stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, episode, plan, settings_in, ssd

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = PROJECT / "sql/checks"
SPOIL = {
    "dim_calendar__holds_the_reporting_month": "DELETE FROM warehouse.dim_calendar WHERE calendar_date = '2021-02-28'",
    "fct_assessment__every_counted_clock_lies_in_the_calendar": (
        "UPDATE warehouse.fct_assessment SET working_days = NULL"
    ),
    "fct_assessment__one_row_an_assessment": "INSERT INTO warehouse.fct_assessment FROM warehouse.fct_assessment",
    "fct_child_looked_after_month__one_row_a_child_and_month": (
        "INSERT INTO warehouse.fct_child_looked_after_month FROM warehouse.fct_child_looked_after_month "
        "WHERE reporting_month = '2021-02'"
    ),
    "fct_child_on_plan_month__one_row_a_child_and_month": (
        "INSERT INTO warehouse.fct_child_on_plan_month FROM warehouse.fct_child_on_plan_month "
        "WHERE reporting_month = '2021-02'"
    ),
    "fct_initial_conference__every_counted_clock_lies_in_the_calendar": (
        "UPDATE warehouse.fct_initial_conference SET working_days = -1"
    ),
    "fct_initial_conference__one_row_a_conference_record": (
        "INSERT INTO warehouse.fct_initial_conference FROM warehouse.fct_initial_conference"
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
        "WHERE kpi_id = 'cpp_count' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "kpi_window__every_uncertain_figure_has_its_limits": (
        "UPDATE snapshots.kpi_window SET lower = NULL "
        "WHERE kpi_id = 'cpp_count' AND reporting_month = '2021-02' AND team_code IS NULL"
    ),
    "narrative__is_of_a_kpi_or_a_survey_and_claims_a_rating": "UPDATE warehouse.dim_narrative SET claims = 'fine'",
    "target__is_of_a_kpi_with_a_better_side_and_amber_on_the_worse": (
        "UPDATE reference.target SET amber_from = 100 WHERE kpi_id = 'icpc_15wd'"
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


def offending(warehouse: Path, check: str) -> int:
    text = (CHECKS / f"{check}.sql").read_text()
    parameters = {"as_of": Period.parse(MONTH).last_day} if "$as_of" in text else None
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return len(connection.execute(text, parameters).fetchall())


def test_every_check_is_tried_here() -> None:
    assert {path.stem for path in CHECKS.glob("*.sql")} == set(SPOIL)


@pytest.mark.parametrize("check", SPOIL)
def test_a_check_fires_on_what_it_forbids_and_on_nothing_else(sound: Path, tmp_path: Path, check: str) -> None:
    assert offending(sound, check) == 0
    spoilt = tmp_path / "spoilt.duckdb"
    shutil.copy(sound, spoilt)
    with duckdb.connect(str(spoilt)) as connection:
        connection.execute(SPOIL[check])
    assert offending(spoilt, check) == 1

"""Every figure of the committee report, sentence by sentence, beside what the pipeline counts from the made-up council.

The report prints figures alone; here each stands with its numerator and denominator. The made-up council is written so
that records, counted by the register's rules, round to the report's figures: that they do shows that the rules and the
records agree, not that the report was right.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.storage import read_json

if TYPE_CHECKING:
    from tests.end_to_end.conftest import CouncilPlace

SIX_MONTHS = """
    SELECT numerator, denominator, value FROM kpi_window
    WHERE kpi_id = $kpi AND reporting_month = '2021-02' AND team_code IS NULL AND window_months = 6
"""
AT_MONTH_ENDS = """
    SELECT now.numerator, base.numerator
    FROM kpi_month AS now, kpi_month AS base
    WHERE now.kpi_id = $kpi AND now.team_code IS NULL AND now.reporting_month = '2021-02'
    AND base.kpi_id = $kpi AND base.team_code IS NULL AND base.reporting_month = '2020-02'
"""


@dataclass(frozen=True)
class Sentence:
    """What the report says, and the numerator and denominator that stand behind it here."""

    says: str
    kpi_id: str
    percent: int
    numerator: int
    denominator: int


OVER_SIX_MONTHS = (
    Sentence("95% of single assessments in statutory timescales", "assess_45wd", 95, 1456, 1533),
    Sentence("97% of CIN reviews in timescales", "cin_review_in_time", 97, 519, 536),
    Sentence("85% of child protection visits in line with the plan", "cp_visit_in_line_with_plan", 85, 5158, 6071),
    Sentence("94% of child protection reviews in target timescales", "cp_review_in_time", 94, 574, 611),
    Sentence("90% of statutory visits to children in care in timescale", "cla_visit_in_time", 90, 2613, 2899),
    Sentence("100% of children in care reviews in timescale", "cla_review_in_time", 100, 778, 778),
    Sentence("59% of initial conferences within 15 working days", "icpc_15wd", 59, 182, 309),
)
QUESTIONS = (
    ("Control over workload (59)", "q08", "standard_3", 59, 61),
    ("Access to trade unions (59)", "q56", "unassigned", 59, 62),
    ("Dedicated time for CDP (55)", "q29", "standard_6", 55, 65),
    ("During COVID, feeling positive/ able to cope most of the time (59)", "q52", "covid", 59, 65),
    ("Feeling cared for by management, with a score of 75", "q13", "standard_4", 75, 65),
    ("Being inclusive and anti-racist, with a score of 74", "q14", "standard_4", 74, 66),
    ("Recommending Derby as employer to others (83)", "q46", "employee_contribution", 83, 65),
)
QUESTIONS_ASKED = {
    "standard_1": 4,
    "standard_2": 3,
    "standard_3": 5,
    "standard_4": 10,
    "standard_5": 6,
    "standard_6": 7,
    "standard_7": 6,
    "standard_8": 2,
    "employee_contribution": 3,
    "tensions": 1,
}
RISES = (
    ("65 more children in care, a rise of 11%", "cla_count", 65, 11, 655, 590),
    ("79 more children on child protection plans, a rise of 20%", "cpp_count", 79, 20, 474, 395),
)


@pytest.fixture(scope="module")
def snapshot(place: CouncilPlace) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True)


@pytest.fixture(scope="module")
def warehouse(place: CouncilPlace) -> duckdb.DuckDBPyConnection:
    current = read_json(place.data / "warehouse/X99000001/2021-02" / "current.json")
    return duckdb.connect(str(place.data / "warehouse/X99000001/2021-02" / current["file"]), read_only=True)


def whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@pytest.mark.parametrize("sentence", OVER_SIX_MONTHS, ids=lambda sentence: sentence.kpi_id)
def test_a_percentage_of_the_report(snapshot: duckdb.DuckDBPyConnection, sentence: Sentence) -> None:
    ((numerator, denominator, value),) = snapshot.execute(SIX_MONTHS, {"kpi": sentence.kpi_id}).fetchall()
    assert (numerator, denominator) == (sentence.numerator, sentence.denominator)
    assert whole(100 * numerator / denominator) == sentence.percent
    assert value == pytest.approx(float(100 * numerator / denominator))
    # All means all: the next best would be printed as 99.9.
    assert (sentence.percent == 100) == (numerator == denominator)


@pytest.mark.parametrize(("says", "kpi_id", "rise", "percent", "now", "base"), RISES, ids=["cla_count", "cpp_count"])
def test_a_rise_of_the_report(
    snapshot: duckdb.DuckDBPyConnection, says: str, kpi_id: str, rise: int, percent: int, now: int, base: int
) -> None:
    assert str(rise) in says
    assert snapshot.execute(AT_MONTH_ENDS, {"kpi": kpi_id}).fetchall() == [(now, base)]
    assert (now - base, whole(Decimal(100 * (now - base)) / base)) == (rise, percent)


def test_the_response_rate_of_the_report(snapshot: duckdb.DuckDBPyConnection) -> None:
    rows = snapshot.execute(
        "SELECT numerator, denominator FROM kpi_month WHERE kpi_id = 'survey_response_rate' AND numerator > 0"
    ).fetchall()
    assert rows == [(67, 162)]
    assert whole(Decimal(6700) / 162) == 41


@pytest.mark.parametrize(
    ("says", "question", "standard", "score", "answers"), QUESTIONS, ids=[question for _, question, *_ in QUESTIONS]
)
def test_a_question_of_the_report(
    warehouse: duckdb.DuckDBPyConnection, says: str, question: str, standard: str, score: int, answers: int
) -> None:
    assert str(score) in says
    ((found, of, mean),) = warehouse.execute(
        "SELECT standard_id, answers, score FROM warehouse.fct_survey_item WHERE question_id = $question",
        {"question": question},
    ).fetchall()
    assert (found, of, whole(mean)) == (standard, answers, score)


def test_four_questions_scored_within_the_50_to_60_range(warehouse: duckdb.DuckDBPyConnection) -> None:
    low = warehouse.sql(
        "SELECT question_id FROM warehouse.fct_survey_item WHERE score BETWEEN 50 AND 60 ORDER BY 1"
    ).fetchall()
    assert [question for (question,) in low] == ["q08", "q29", "q52", "q56"]


def test_the_survey_comprised_59_questions(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of the last three lines of its table the report does not say by how many questions they were asked."""
    asked = dict(
        warehouse.sql("SELECT standard_id, count(*) FROM warehouse.fct_survey_item GROUP BY standard_id").fetchall()
    )
    assert sum(asked.values()) == 59
    assert {standard: asked[standard] for standard in QUESTIONS_ASKED} == QUESTIONS_ASKED


def test_those_who_replied_elsewhere(snapshot: duckdb.DuckDBPyConnection) -> None:
    """67 of Derby's, 412 of the East Midlands', 3,227 across the UK."""
    replied = snapshot.sql(
        "SELECT geography, max(respondents) FROM survey_score GROUP BY geography ORDER BY geography"
    ).fetchall()
    assert replied == [("council", 67), ("nation", 3227), ("region", 412)]


def test_tensions_at_84_is_red_whatever_the_narrative_says(snapshot: duckdb.DuckDBPyConnection) -> None:
    """The report: no critical areas. The rule: reverse, over 75, red; region and nation too."""
    rows = snapshot.execute(
        "SELECT geography, rounded_score, rag FROM survey_score WHERE standard_id = 'tensions' ORDER BY geography"
    ).fetchall()
    assert rows == [("council", 84, "red"), ("nation", 81, "red"), ("region", 79, "red")]

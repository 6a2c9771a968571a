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

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Place

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
    Sentence("90% of statutory visits to children in care in timescale", "cla_visit_in_time", 90, 2616, 2907),
    Sentence("100% of children in care reviews in timescale", "cla_review_in_time", 100, 778, 778),
    Sentence("59% of initial conferences within 15 working days", "icpc_15wd", 59, 182, 309),
)
RISES = (
    ("65 more children in care, a rise of 11%", "cla_count", 65, 11, 655, 590),
    ("79 more children on child protection plans, a rise of 20%", "cpp_count", 79, 20, 474, 395),
)


@pytest.fixture(scope="module")
def snapshot(place: Place) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True)


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


def test_tensions_at_84_is_red_whatever_the_narrative_says(snapshot: duckdb.DuckDBPyConnection) -> None:
    """The report: no critical areas. The rule: reverse, over 75, red; region and nation too."""
    rows = snapshot.execute(
        "SELECT geography, rounded_score, rag FROM survey_score WHERE standard_id = 'tensions' ORDER BY geography"
    ).fetchall()
    assert rows == [("council", 84, "red"), ("nation", 81, "red"), ("region", 79, "red")]

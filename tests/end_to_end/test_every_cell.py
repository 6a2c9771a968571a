"""Every figure that is published of the made-up council, against a count from the text of its files.

The count is that of ``tests.recount``: plain Python, a child at a time, with no SQL and none of the pipeline's code.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.recount.council import (
    COUNTS,
    KPIS,
    LATER,
    OF_THE_DELIVERYS_MONTH,
    RATES_OF_A_YEAR,
    RATES_PER_10000,
    STOCKS,
    Figure,
    Key,
    recount,
    windows,
)
from tests.recount.days import after_months, month_end
from tests.recount.reference import codes_of
from tests.recount.survey import TENSIONS, Score, items, rag, scores
from tests.recount.text import read_council

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.end_to_end.conftest import CouncilPlace
    from tests.recount.council import Figures
    from tests.recount.records import Tables

AUTHORITY = "X99000001"
LAST = date(2021, 2, 28)
MONTHS = 38
RATIOS = {"agency_per_vacancy", "caseload_average", "caseload_other_average", "sdq_mean"}
DAYS = {"adoption_a10_days", "adoption_a2_days", "cpp_duration"}
WEEKS = "pre_proceedings_weeks"
# What stands at a month's end, to be held against what stood a year before.
STANDING_COUNTS = COUNTS & set(STOCKS)


@dataclass(frozen=True)
class CellCounts:
    tables: Tables
    months: Figures
    windows: Mapping[tuple[int, Key], Figure]


@pytest.fixture(scope="module")
def inbox(place: CouncilPlace) -> Path:
    return place.root / "inbox" / AUTHORITY


@pytest.fixture(scope="module")
def counted(inbox: Path) -> CellCounts:
    tables = read_council(inbox / "ssd" / "2021-02", inbox / "local" / "2021-02", inbox / "survey" / "2021-02")
    figures = recount(tables, codes_of(AUTHORITY), LAST)
    return CellCounts(tables, figures, windows(figures, LAST))


@pytest.fixture(scope="module")
def snapshot(place: CouncilPlace) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True) as connection:
        yield connection


def published(snapshot: duckdb.DuckDBPyConnection, table: str, keys: str, cells: str) -> dict[Any, tuple[Any, ...]]:
    """The cells of the table by the keys; a key that is there twice would be two rows for one figure."""
    width = len(keys.split(","))
    ours = f"authority_code = '{AUTHORITY}'"
    rows = snapshot.execute(f"SELECT {keys}, {cells} FROM {table} WHERE {ours}").fetchall()
    assert len({row[:width] for row in rows}) == len(rows)
    return {row[:width]: row[width:] for row in rows}


def month(end: date | None) -> str | None:
    return None if end is None else f"{end:%Y-%m}"


def unit(kpi: str) -> str:
    if kpi in COUNTS:
        return "count"
    if kpi in {*RATES_PER_10000, *RATES_OF_A_YEAR}:
        return "per_10000"
    if kpi in DAYS or kpi == WEEKS:
        return "weeks" if kpi == WEEKS else "days"
    return "ratio" if kpi in RATIOS else "percent"


def value(kpi: str, figure: Figure) -> Fraction | None:
    """In the KPI's unit; None where the denominator is 0."""
    if figure.denominator is None:
        return Fraction(figure.numerator)
    scale = {"percent": 100, "per_10000": 10_000, "ratio": 1, "days": 1, "weeks": 1}[unit(kpi)]
    return scale * Fraction(figure.numerator) / figure.denominator if figure.denominator else None


def cells_of(kpi: str, figure: Figure) -> tuple[Any, ...]:
    """Decimals are divided as floating numbers, so the last digit of a value is anybody's."""
    figure_value = value(kpi, figure)
    shown = None if figure_value is None else pytest.approx(float(figure_value), rel=1e-15, abs=0)
    return (figure.numerator, figure.denominator, shown, unit(kpi))


def test_every_cell_of_kpi_month(snapshot: duckdb.DuckDBPyConnection, counted: CellCounts) -> None:
    found = published(
        snapshot, "kpi_month", "kpi_id, reporting_month, team_code, category", "numerator, denominator, value, unit"
    )
    assert found == {
        (key.kpi, month(key.month), key.team, key.category): cells_of(key.kpi, each)
        for key, each in counted.months.items()
    }
    months_of = {kpi: len({each_month for each, each_month, *_ in found if each == kpi}) for kpi in KPIS}
    expected = dict.fromkeys(KPIS, MONTHS) | dict.fromkeys(OF_THE_DELIVERYS_MONTH, 1)
    later = dict.fromkeys(RATES_OF_A_YEAR, 11) | LATER
    assert months_of == expected | {kpi: MONTHS - missing for kpi, missing in later.items()}
    assert "unallocated" in {team for _, _, team, _ in found}


WINDOW_KEYS = "window_months, kpi_id, reporting_month, team_code, category"
POOLED = "(SELECT * FROM kpi_window WHERE window_months > 1)"
ON_LAST_YEAR = (
    "(SELECT * FROM kpi_change WHERE comparator = 'same_month_last_year' AND window_months = 1 AND category IS NULL)"
)


def test_every_cell_of_kpi_window(snapshot: duckdb.DuckDBPyConnection, counted: CellCounts) -> None:
    found = published(snapshot, POOLED, WINDOW_KEYS, "first_month, numerator, denominator, value, unit")
    assert found == {
        (length, key.kpi, month(key.month), key.team, key.category): (
            month(months_before(key.month, length - 1)),
            *cells_of(key.kpi, each),
        )
        for (length, key), each in counted.windows.items()
    }


def months_before(end: date, months: int) -> date:
    return month_end(after_months(end.replace(day=1), -months))


def test_every_change_of_a_count_in_twelve_months(snapshot: duckdb.DuckDBPyConnection, counted: CellCounts) -> None:
    keys = "kpi_id, reporting_month, team_code"
    found = published(snapshot, ON_LAST_YEAR, keys, "numerator, base_month, base_numerator, change, change_percent")
    assert {key: cells for key, cells in found.items() if key[0] in STANDING_COUNTS} == dict(changes(counted.months))


def changes(figures: Figures) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Of every group that stands at the month's end or stood a year before; a percentage of a base of ten or more."""
    covered = {key.month for key in figures if key.kpi in STANDING_COUNTS}
    groups = {(key.kpi, key.team) for key in figures if key.kpi in STANDING_COUNTS}
    for kpi, team in groups:
        for end in covered:
            then = months_before(end, 12)
            keys = Key(kpi, end, team), Key(kpi, then, team)
            if then in covered and any(key in figures for key in keys):
                now, base = (figures[key].numerator if key in figures else 0 for key in keys)
                percent = None if base < 10 else float(Fraction(100 * (now - base)) / base)
                yield (kpi, month(end), team), (now, month(then), base, now - base, percent)


def test_every_mean_of_months(snapshot: duckdb.DuckDBPyConnection, counted: CellCounts) -> None:
    """Published from monthly values of nine places, so that no order of adding can change it."""
    found = published(snapshot, POOLED, WINDOW_KEYS, "mean_of_months")
    means = {key: mean for key, (mean,) in found.items() if mean is not None}
    recounted = {
        (length, key.kpi, month(key.month), key.team, key.category): mean
        for length, key in counted.windows
        if key.kpi not in COUNTS and (mean := mean_of_months(counted.months, key, length)) is not None
    }
    assert means == pytest.approx(recounted, rel=0, abs=1e-9)
    assert 0 < len(means) < len(found)


def mean_of_months(figures: Figures, key: Key, length: int) -> float | None:
    """None where a month has no value."""
    there = [key._replace(month=months_before(key.month, back)) for back in range(length)]
    values = [value(key.kpi, figures[each]) for each in there if each in figures]
    known = [each for each in values if each is not None]
    return float(sum(known) / length) if len(known) == length else None


def test_every_cell_of_survey_score(snapshot: duckdb.DuckDBPyConnection, counted: CellCounts, inbox: Path) -> None:
    """Scores are published to six places, and rated by the whole number that the exact score rounds to."""
    found = published(snapshot, "survey_score", "standard_id, geography", "score, rag, respondents")
    six_places = {key: (Decimal(repr(score)), rag, respondents) for key, (score, rag, respondents) in found.items()}
    recounted = {**council_scores(counted.tables), **comparators(inbox / "survey" / "2021-02" / "comparators.csv")}
    assert six_places == {
        key: (Decimal(repr(float(round(each.score, 6)))), each.rag, each.respondents) for key, each in recounted.items()
    }
    assert len(recounted) == 39


def test_every_cell_of_survey_item(snapshot: duckdb.DuckDBPyConnection, counted: CellCounts) -> None:
    """Scores are published to twelve places; of 60 or less, rounded half up, a question is to be watched."""
    columns = "score, rounded_score, is_reverse, answers, is_watched"
    found = published(snapshot, "survey_item", "question_id, standard_id", columns)
    recounted = {}
    for question, standard, mean, answers in items(
        counted.tables["survey_questions"], counted.tables["survey_responses"]
    ):
        whole, is_reverse = int(mean + Fraction(1, 2)), standard == TENSIONS
        row = (float(round(mean, 12)), whole, is_reverse, answers, whole <= 60 and not is_reverse)
        recounted[question, standard] = row
    assert found == recounted
    assert (len(recounted), sum(row[-1] for row in recounted.values())) == (59, 4)


def council_scores(tables: Tables) -> dict[tuple[str, str], Score]:
    means = scores(tables["survey_questions"], tables["survey_responses"])
    return {(standard, "council"): score for standard, score in means}


def comparators(file: Path) -> dict[tuple[str, str], Score]:
    with file.open(encoding="utf-8", newline="") as stream:
        return {
            (row["standard_id"], row["geography"]): Score(
                Fraction(row["score"]), rag(row["standard_id"], Fraction(row["score"])), int(row["respondents"])
            )
            for row in csv.DictReader(stream)
        }

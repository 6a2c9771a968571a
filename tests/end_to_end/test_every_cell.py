"""Every figure that is published, against a count from the text of the files by somebody who knows no SQL."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.end_to_end.recount import COUNTS, RATES, Figure, Recount, Window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from tests.end_to_end.conftest import Place

AUTHORITY = "X99000001"
LAST = date(2021, 2, 28)
# The others are counted again over made-up worlds, in tests/independent.
COUNTED = (*RATES, *COUNTS, "survey_response_rate")


@pytest.fixture(scope="module")
def recount(place: Place) -> Recount:
    inbox = place.root / "inbox" / AUTHORITY
    return Recount(inbox / "ssd" / "2021-02", inbox / "survey" / "2021-02", LAST)


@pytest.fixture(scope="module")
def snapshot(place: Place) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True) as connection:
        yield connection


def published(snapshot: duckdb.DuckDBPyConnection, table: str, keys: str, cells: str) -> dict[Any, tuple[Any, ...]]:
    """The cells of the table by the keys; a key that is there twice would be two rows for one figure."""
    width = len(keys.split(","))
    ours = f"authority_code = '{AUTHORITY}' AND kpi_id IN {COUNTED}" if "kpi_id" in keys else "true"
    rows = snapshot.execute(f"SELECT {keys}, {cells} FROM {table} WHERE {ours}").fetchall()
    assert len({row[:width] for row in rows}) == len(rows)
    return {row[:width]: row[width:] for row in rows}


def month(end: date | None) -> str | None:
    return None if end is None else f"{end:%Y-%m}"


def number(fraction: Fraction | None) -> float | None:
    return None if fraction is None else float(fraction)


def unit(figure: Figure) -> str:
    return "count" if figure.denominator is None else "percent"


def test_the_sample_leaves_no_figure_to_the_order_of_ids(recount: Recount) -> None:
    assert recount.ties == 0


def test_every_cell_of_kpi_month(snapshot: duckdb.DuckDBPyConnection, recount: Recount) -> None:
    counted = {
        (kpi, month(end), team): (each.numerator, each.denominator, number(each.value), unit(each))
        for (kpi, end, team), each in recount.months.items()
    }
    keys, cells = "kpi_id, reporting_month, team_code", "numerator, denominator, value, unit"
    assert published(snapshot, "kpi_month", keys, cells) == counted
    assert {kpi for kpi, _, _ in counted} == {*RATES, *COUNTS, "survey_response_rate"}
    for kpi in (*RATES, *COUNTS):
        assert len({end for each, end, _ in counted if each == kpi}) == 38
    assert "unallocated" in {team for _, _, team in counted}


WINDOW_KEYS = "kpi_id, reporting_month, team_code"
SIX_MONTHS = "(SELECT * FROM kpi_window WHERE window_months = 6)"
ON_LAST_YEAR = "(SELECT * FROM kpi_change WHERE comparator = 'same_month_last_year')"


def test_every_cell_of_kpi_window(snapshot: duckdb.DuckDBPyConnection, recount: Recount) -> None:
    cells = "first_month, numerator, denominator, value, unit"
    counted = {
        (kpi, month(end), team): (
            month(each.first),
            each.figure.numerator,
            each.figure.denominator,
            number(each.figure.value),
            unit(each.figure),
        )
        for (kpi, end, team), each in recount.windows.items()
        if kpi in RATES
    }
    assert published(snapshot, SIX_MONTHS, WINDOW_KEYS, cells) == counted


def change_cells(window: Window) -> tuple[Any, ...]:
    base = window.base_value or 0
    change = window.figure.numerator - base
    return (window.figure.numerator, month(window.base), base, change, None if base < 10 else 100 * change / base)


def test_every_change_of_a_count_in_twelve_months(snapshot: duckdb.DuckDBPyConnection, recount: Recount) -> None:
    counted = {
        (kpi, month(end), team): change_cells(each)
        for (kpi, end, team), each in recount.windows.items()
        if kpi in COUNTS and each.base is not None
    }
    found = published(
        snapshot, ON_LAST_YEAR, WINDOW_KEYS, "numerator, base_month, base_numerator, change, change_percent"
    )
    assert {key: cells for key, cells in found.items() if key[0] in COUNTS} == counted


def test_every_mean_of_months(snapshot: duckdb.DuckDBPyConnection, recount: Recount) -> None:
    """Published from monthly values of nine places, so that no order of adding can change it."""
    found = published(snapshot, SIX_MONTHS, WINDOW_KEYS, "mean_of_months")
    means = {key: mean for key, (mean,) in found.items() if mean is not None}
    counted = {
        (kpi, month(end), team): float(each.mean_of_months)
        for (kpi, end, team), each in recount.windows.items()
        if each.mean_of_months is not None
    }
    assert means == pytest.approx(counted, rel=0, abs=1e-9)
    assert 0 < len(means) < len(found)


def test_every_cell_of_survey_score(snapshot: duckdb.DuckDBPyConnection, recount: Recount) -> None:
    """Scores are published to six places, and rated by the whole number that the exact score rounds to."""
    found = published(snapshot, "survey_score", "standard_id, geography", "score, rag, respondents")
    six_places = {key: (Decimal(repr(score)), rag, respondents) for key, (score, rag, respondents) in found.items()}
    counted = {
        key: (Decimal(repr(float(round(each.score, 6)))), each.rag, each.respondents)
        for key, each in recount.scores.items()
    }
    assert six_places == counted
    assert len(counted) == 39

"""Published figures are rounded as the statistics round: half up, and to 0 or 100 per cent only where it is so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.settings import PROJECT

MACROS = duckdb.connect()
MACROS.execute((PROJECT / "sql" / "macros" / "rounding.sql").read_text(encoding="utf-8"))

FIGURES = st.decimals(min_value=0, max_value=999_999_999, places=2)


def published(numerator: object, denominator: object, scale: int = 100) -> float | None:
    found = MACROS.execute("SELECT published_rate($1, $2, $3)", [numerator, denominator, scale]).fetchall()
    value: float | None = found[0][0]
    return value


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (367, 642, 57.2),
        (1, 80, 1.3),
        (3, 80, 3.8),
        (9999, 10000, 99.9),
        (9995, 10000, 99.9),
        (1, 10000, 0.1),
        (0, 7, 0.0),
        (7, 7, 100.0),
        (0, 0, None),
        (None, 7, None),
        (7, None, None),
    ],
)
def test_a_percentage_is_half_up_and_never_quite_0_or_100(
    numerator: int | None, denominator: int | None, expected: float | None
) -> None:
    assert published(numerator, denominator) == expected


def test_ratios_and_rates_are_rounded_alike() -> None:
    assert published(2276, Decimal("124.4"), 1) == 18.3
    assert published(642, 59044, 10000) == 108.7


@settings(max_examples=300, deadline=None)
@given(part=FIGURES, rest=FIGURES, scale=st.sampled_from([1, 100, 10000]))
def test_it_is_the_rounding_of_exact_arithmetic(part: Decimal, rest: Decimal, scale: int) -> None:
    whole = part + rest
    if whole == 0:
        assert published(part, whole, scale) is None
        return
    exact = (scale * part / whole).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    if scale == 100 and rest > 0:
        exact = min(exact, Decimal("99.9"))
    if scale == 100 and part > 0:
        exact = max(exact, Decimal("0.1"))
    assert published(part, whole, scale) == float(exact)

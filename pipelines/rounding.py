"""Numbers as people read them: rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float | Decimal, places: int) -> Decimal:
    """Round as the statistics do: a half goes up, whatever the digit before it."""
    return Decimal(repr(value) if isinstance(value, float) else value).quantize(
        Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
    )

"""What one record adds to a KPI's figure of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from fractions import Fraction


class Counted(NamedTuple):
    """``denominator`` is None for counts, ``team`` for what is the authority's alone, ``child`` where it is of none,
    ``category`` of a KPI that has them."""

    kpi: str
    team: str | None
    numerator: int | Fraction
    denominator: int | Fraction | None = 1
    child: str | None = None
    category: str | None = None

"""95% intervals of counted figures: Wilson, exact and Byar for one, Newcombe and MOVER for a difference.

Each is for natural variation alone, as if children were independent; siblings are not, so intervals are rather narrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import duckdb
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

COUNTED = "warehouse.dim_counted"
UNCERTAINTY = "warehouse.dim_uncertainty"
ALPHA = 0.05
Z = 1.959963984540054
EXACT_BELOW = 10


def compute(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Make ``warehouse.dim_uncertainty`` of ``warehouse.dim_counted``: its columns, ``lower`` and ``upper``.

    Limits are in the KPI's unit, a percentage's difference in percentage points.
    """
    frame = warehouse.table(COUNTED).order("ALL").df()
    limits = np.full((len(frame), 2), np.nan)
    figures = frame[["numerator", "denominator", "base_numerator", "base_denominator"]].to_numpy(dtype=float)
    alone = np.isnan(figures[:, 2])
    for kind, one, two in (("wilson", wilson, newcombe), ("poisson", poisson, poisson_difference)):
        ours = (frame["uncertainty"] == kind).to_numpy()
        limits[ours & alone] = one(*figures[ours & alone, :2].T)
        limits[ours & ~alone] = two(*figures[ours & ~alone].T)
    limits *= np.nan_to_num(frame["scale"].to_numpy(dtype=float), nan=1.0)[:, None]
    # The last bits of a special function differ between processors.
    frame["lower"], frame["upper"] = np.round(limits, 6).T
    warehouse.from_df(frame).create(UNCERTAINTY)


def wilson(numerator: Numbers, denominator: Numbers) -> Numbers:
    """Shares, one row a pair."""
    from statsmodels.stats.proportion import proportion_confint

    if not len(numerator):
        return np.empty((0, 2))
    return np.column_stack(proportion_confint(numerator, denominator, ALPHA, method="wilson"))


def newcombe(numerator: Numbers, denominator: Numbers, base: Numbers, base_denominator: Numbers) -> Numbers:
    """Differences of shares, by Newcombe's hybrid of two Wilson intervals."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not len(numerator):
        return np.empty((0, 2))
    limits = confint_proportions_2indep(numerator, denominator, base, base_denominator, method="newcomb", alpha=ALPHA)
    return np.column_stack(limits)


def poisson(numerator: Numbers, denominator: Numbers) -> Numbers:
    """Counts, or rates where there are denominators: exact below ten events, Byar's approximation from ten."""
    from statsmodels.stats.rates import confint_poisson

    if not len(numerator):
        return np.empty((0, 2))
    exact = np.column_stack(confint_poisson(numerator, 1, method="exact-c", alpha=ALPHA))
    byar = np.column_stack(_byar(np.maximum(numerator, 1)))
    events = np.where((numerator < EXACT_BELOW)[:, None], np.nan_to_num(exact), byar)
    return events / np.nan_to_num(denominator, nan=1.0)[:, None]


def _byar(events: Numbers) -> tuple[Numbers, Numbers]:
    above = events + 1
    lower = events * (1 - 1 / (9 * events) - Z / (3 * np.sqrt(events))) ** 3
    upper = above * (1 - 1 / (9 * above) + Z / (3 * np.sqrt(above))) ** 3
    return lower, upper


def poisson_difference(numerator: Numbers, denominator: Numbers, base: Numbers, base_denominator: Numbers) -> Numbers:
    """Differences of counts, or of rates where there are denominators, from the score intervals of both (MOVER)."""
    from statsmodels.stats.rates import confint_poisson_2indep

    if not len(numerator):
        return np.empty((0, 2))
    exposure, base_exposure = np.nan_to_num(denominator, nan=1.0), np.nan_to_num(base_denominator, nan=1.0)
    # It divides the rates for other methods than this one.
    with np.errstate(divide="ignore", invalid="ignore"):
        limits = confint_poisson_2indep(
            numerator, exposure, base, base_exposure, method="mover", compare="diff", alpha=ALPHA
        )
    return np.column_stack(limits)

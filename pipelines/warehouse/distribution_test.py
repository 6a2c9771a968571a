"""Whether a month's records are spread over a column's codes as those of the twelve months before were.

Pearson's chi-squared, as ``warehouse.distribution`` has it. So many columns are tested at once that some
would seem to move by chance: the p-values of a delivery are corrected by Benjamini and Hochberg's rule. Where records
are many the smallest change is significant, so that a column counts as moved only where ``floor_points`` of a hundred
records would have to change code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import duckdb
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

DISTRIBUTION = "warehouse.distribution"
TEST = "warehouse.distribution_test"
LIMITS = "reference.drift_limit"
DELIVERY = ["authority_code", "source", "delivery_month"]


def compute(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Make ``warehouse.distribution_test`` of ``warehouse.distribution``.

    Its columns, and ``p_value``, ``corrected_p_value`` (both from 0 to 1, to six decimals) and ``is_moved``.
    """
    floor, percent = warehouse.table(LIMITS).project("floor_points, significance_percent").fetchall()[0]
    frame = warehouse.table(DISTRIBUTION).order("ALL").df()
    statistic, freedom = (frame[name].to_numpy(dtype=float) for name in ("chi_squared", "degrees_of_freedom"))
    p_values = _p_values(statistic, freedom)
    corrected = np.empty_like(p_values)
    for places in frame.groupby(DELIVERY).indices.values():
        corrected[places] = _corrected(p_values[places])
    frame["p_value"], frame["corrected_p_value"] = np.round(p_values, 6), np.round(corrected, 6)
    moved = (corrected < percent / 100) & (frame["points_moved"].to_numpy(dtype=float) >= floor)
    frame["is_moved"] = moved.astype(bool)
    warehouse.from_df(frame).create(TEST)


# Scipy takes seconds to load: who has no history to compare with does not wait for it.
def _p_values(statistic: Floats, freedom: Floats) -> Floats:
    if not statistic.size:
        return np.empty(0)
    from scipy.stats import chi2

    return np.asarray(chi2.sf(statistic, freedom))


def _corrected(p_values: Floats) -> Floats:
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(p_values, method="bh"))

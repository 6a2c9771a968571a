"""What an attacker can still find out from a public edition who knows the method, and everything but the key.

He writes down that every count of children lies within 4 of what it was rounded to, that a window counts what its
months count, and that no count is negative and no part more than its whole; then he asks, by linear programming in
whole numbers, for the least and the most that each count can be.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

WITHIN = 4
SMALL = 5
FEWEST_VALUES = 3
EXACT = 1e-6
NUMERATOR, REST = "numerator", "rest"
CELLS = """
    WITH figures AS (
        SELECT authority_code, kpi_id, category, reporting_month, 1 AS window_months, unit, numerator, denominator
        FROM kpi_month
        UNION
        SELECT authority_code, kpi_id, category, reporting_month, window_months, unit, numerator, denominator
        FROM kpi_window
    )

    SELECT
        figures.authority_code,
        concat_ws(' ', figures.kpi_id, figures.category) AS kpi,
        12 * cast(left(reporting_month, 4) AS BIGINT) + cast(right(reporting_month, 2) AS BIGINT) AS month_number,
        window_months,
        cast(figures.numerator AS DOUBLE) AS numerator,
        CASE
            WHEN figures.unit = 'percent' AND figures.category IS NULL THEN cast(figures.denominator AS DOUBLE)
        END AS denominator
    FROM figures
    INNER JOIN kpi ON figures.kpi_id = kpi.kpi_id
    WHERE kpi.uncertainty <> 'none'
    ORDER BY ALL
"""


class PublishedCount(NamedTuple):
    """A published count of a KPI: its last month, how many months it covers, and both counts as they were rounded."""

    month: int
    window: int
    numerator: float
    denominator: float | None


class Bounds(NamedTuple):
    """What a count can be: of these months of a KPI, the numerator or the rest (denominator less numerator)."""

    kpi: str
    part: str
    month: int
    window: int
    least: int
    most: int

    @property
    def values(self) -> int:
        """How many values are left to reckon with."""
        return self.most - self.least + 1


@dataclass(frozen=True)
class Audit:
    """``asked``: counts of 1 to 5 that were possible; ``values``: of how many so many values are left."""

    asked: int
    values: Mapping[int, int]
    narrowest: tuple[Bounds, ...]


def audit(folder: Path) -> Audit:
    """Attack the public edition in a folder; of full-time equivalents, which are no whole numbers, nothing is asked."""
    with duckdb.connect() as connection:
        for table in ("kpi", "kpi_month", "kpi_window"):
            connection.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
        rows = connection.execute(CELLS).fetchall()
    by_kpi: dict[str, list[PublishedCount]] = {}
    for authority, kpi, *cell in rows:
        by_kpi.setdefault(f"{authority} {kpi}", []).append(PublishedCount(*cell))
    found = [bounds for kpi, cells in by_kpi.items() for bounds in attack(kpi, cells)]
    values = Counter(bounds.values for bounds in found)
    narrowest = sorted(found, key=lambda bounds: bounds.values)
    return Audit(len(found), dict(sorted(values.items())), tuple(narrowest))


def attack(kpi: str, cells: Sequence[PublishedCount]) -> Iterator[Bounds]:
    """The bounds of every count that may be small: of each published cell, and of each month in one."""
    first = min(cell.month - cell.window for cell in cells) + 1
    months = max(cell.month for cell in cells) - first + 1
    has_rest = cells[0].denominator is not None
    sums, above = [], []
    for cell in cells:
        for row, rounded in _known(cell, first, months, has_rest=has_rest):
            sums += [row, -row]
            above += [rounded + WITHIN, WITHIN - rounded]
    spans = {(cell.month, cell.window) for cell in cells}
    spans |= {(month, 1) for each in cells for month in range(each.month - each.window + 1, each.month + 1)}
    matrix, limits = np.array(sums), np.array(above)
    for month, window in sorted(spans):
        for part in (NUMERATOR, REST) if has_rest else (NUMERATOR,):
            target = _row(month, window, part, first, months, has_rest=has_rest)
            least = least_of(target, matrix, limits)
            if least <= SMALL:
                yield Bounds(kpi, part, month, window, least, -least_of(-target, matrix, limits))


def _known(cell: PublishedCount, first: int, months: int, *, has_rest: bool) -> Iterator[tuple[Numbers, float]]:
    numerator, rest = (
        _row(cell.month, cell.window, part, first, months, has_rest=has_rest) for part in (NUMERATOR, REST)
    )
    yield numerator, cell.numerator
    if cell.denominator is not None:
        yield numerator + rest, cell.denominator


def _row(month: int, window: int, part: str, first: int, months: int, *, has_rest: bool) -> Numbers:
    """Which of the unknowns (numerators by month, then rests) a count is the sum of."""
    row = np.zeros(2 * months if has_rest else months)
    start = month - window + 1 - first + (months if part == REST else 0)
    if part == NUMERATOR or has_rest:
        row[start : start + window] = 1
    return row


def least_of(target: Numbers, sums: Numbers, above: Numbers) -> int:
    """The least that ``target`` can be of counts, none negative, whose ``sums`` are not ``above``."""
    solved = linprog(target, A_ub=sums, b_ub=above, integrality=1)
    if solved.status != 0:
        raise RuntimeError("what was published contradicts itself")
    return int(np.ceil(solved.fun - EXACT))

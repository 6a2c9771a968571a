"""Random councils, rounded as theirs are, and an attacker of their own who knows the method and all but the key.

He knows that a count lies within 4 of what it was rounded to, and that a window counts what its months count. Those are
differences of running totals, so that the shortest paths between the months bound every count exactly, in whole
numbers. ``python -m tests.disclosure.attackers 1000`` prints the table in ``docs/disclosure.md``.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Months = npt.NDArray[np.int64]

MONTHS = 24
SMALL = range(1, 6)
MEANS = (0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2.0, 3.0)
PUBLISHED = {
    "six months": (6,),
    "twelve months": (12,),
    "six and twelve months": (6, 12),
    "quarters and six months": (3, 6),
    "months and six months": (1, 6),
    "months, six and twelve months": (1, 6, 12),
}
FAR = 10**6


class AttackedCouncil:
    """A KPI's months, and a key of the council's own: the same months that count anything round the same way."""

    def __init__(self, months: Months, rng: np.random.Generator) -> None:
        self.totals = np.concatenate([[0], np.cumsum(months)])
        self._months = months
        self._rng = rng
        self._draws: dict[tuple[int, ...], float] = {}

    def rounded(self, start: int, end: int) -> int:
        count = int(self.totals[end] - self.totals[start])
        records = tuple(month for month in range(start, end) if self._months[month] > 0)
        draw = self._draws.setdefault(records, self._rng.random())
        return count // 5 * 5 + (5 if draw * 5 < count % 5 else 0)


def random_council(rng: np.random.Generator) -> AttackedCouncil:
    return AttackedCouncil(rng.poisson(rng.choice(MEANS), MONTHS), rng)


def values_left(council: AttackedCouncil, windows: Sequence[int], *, tells_zero: bool = False) -> Counter[int]:
    """Of the council's counts of 1 to 5, published or not: how many are left with so many values.

    ``tells_zero``: a count that rounds to 0 says whether it was 0.
    """
    distance = np.full((MONTHS + 1, MONTHS + 1), FAR)
    np.fill_diagonal(distance, 0)
    for end in range(1, MONTHS + 1):
        distance[end, end - 1] = 0
    for length in windows:
        for end in range(length, MONTHS + 1, 3 if length == 3 else 1):
            start = end - length
            rounded = council.rounded(start, end)
            least, most = max(0, rounded - 4), rounded + 4
            if tells_zero and rounded == 0:
                is_zero = council.totals[end] == council.totals[start]
                least, most = (0, 0) if is_zero else (1, 4)
            distance[start, end] = min(distance[start, end], most)
            distance[end, start] = min(distance[end, start], -least)
    for between in range(MONTHS + 1):
        distance = np.minimum(distance, distance[:, between : between + 1] + distance[between : between + 1, :])
    left: Counter[int] = Counter()
    for length in (1, 3, 6, 12):
        for end in range(length, MONTHS + 1):
            if council.totals[end] - council.totals[end - length] in SMALL:
                left[int(distance[end - length, end] + distance[end, end - length]) + 1] += 1
    return left


def simulated(windows: Sequence[int], councils: int, *, tells_zero: bool = False) -> Counter[int]:
    rng = np.random.default_rng(20210228)
    left: Counter[int] = Counter()
    for _ in range(councils):
        left += values_left(random_council(rng), windows, tells_zero=tells_zero)
    return left


def main(councils: int) -> None:
    print(
        "| published | 0 told from 1 to 4 | small counts | 1 value | 2 | 3 | 4 or more |\n|---|---|---|---|---|---|---|"
    )
    for name, windows in PUBLISHED.items():
        for tells_zero in (False, True):
            left = simulated(windows, councils, tells_zero=tells_zero)
            asked = sum(left.values())
            few = [left[values] for values in (1, 2, 3)]
            shares = " | ".join(f"{100 * each / asked:.2f}%" for each in (*few, asked - sum(few)))
            print(f"| {name} | {'yes' if tells_zero else 'no'} | {asked:,} | {shares} |")


if __name__ == "__main__":
    main(int(sys.argv[1]))

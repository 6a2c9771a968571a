"""Random councils, rounded as theirs are, and an attacker of their own who knows the method and all but the key.

He knows that a count lies within 4 of what it was rounded to, and that a window counts what its months count. Those are
differences of running totals, so that the shortest paths between the months bound every count exactly, in whole
numbers. What a share's numerator and its denominator say together, and what restated editions do, is no such
difference: there he solves whole-number programmes. ``python -m tests.disclosure.attackers 300`` prints the tables in
``docs/disclosure.md``.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from pipelines.snapshots.audit import NUMERATOR, PublishedCount, attack, least_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
EDITIONS = 6


class AttackedCouncil:
    """A KPI's months, and a key of the council's own: the same records round the same way.

    ``restated`` are the same months with what came late: other records, of the same key.
    """

    def __init__(self, months: Months, rng: np.random.Generator, draws: dict[bytes, float] | None = None) -> None:
        self.totals = np.concatenate([[0], np.cumsum(months)])
        self.months = months
        self._rng = rng
        self._draws = {} if draws is None else draws

    def rounded(self, start: int, end: int) -> int:
        count = int(self.totals[end] - self.totals[start])
        records = np.concatenate([np.zeros(start, np.int64), self.months[start:end], np.zeros(MONTHS - end, np.int64)])
        draw = self._draws.setdefault(records.tobytes(), self._rng.random())
        return count // 5 * 5 + (5 if draw * 5 < count % 5 else 0)

    def restated(self, late: Months) -> AttackedCouncil:
        return AttackedCouncil(self.months + late, self._rng, self._draws)


def random_council(rng: np.random.Generator) -> AttackedCouncil:
    return AttackedCouncil(rng.poisson(rng.choice(MEANS), MONTHS), rng)


def values_left(council: AttackedCouncil, windows: Sequence[int], *, shows_zero: bool = False) -> Counter[int]:
    """Of the council's counts of 1 to 5, published or not: how many are left with so many values.

    ``shows_zero``: a count that rounds to 0 says whether it was 0.
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
            if shows_zero and rounded == 0:
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


def simulated(windows: Sequence[int], councils: int, *, shows_zero: bool = False) -> Counter[int]:
    rng = np.random.default_rng(20210228)
    left: Counter[int] = Counter()
    for _ in range(councils):
        left += values_left(random_council(rng), windows, shows_zero=shows_zero)
    return left


def simulated_shares(windows: Sequence[int], councils: int) -> Counter[int]:
    """The same of shares: numerator and denominator are published, and each bounds what the other leaves."""
    rng = np.random.default_rng(20210228)
    left: Counter[int] = Counter()
    for _ in range(councils):
        wholes = rng.poisson(rng.choice(MEANS), MONTHS)
        parts = rng.binomial(wholes, rng.choice((0.5, 0.8, 0.95)))
        whole, part = AttackedCouncil(wholes, rng), AttackedCouncil(parts, rng)
        totals = {True: part.totals, False: whole.totals - part.totals}
        cells = [_published(part, whole, end, length) for length in windows for end in range(length, MONTHS + 1)]
        for bounds in attack("any", cells):
            of = totals[bounds.part == NUMERATOR]
            if of[bounds.month + 1] - of[bounds.month + 1 - bounds.window] in SMALL:
                left[bounds.values] += 1
    return left


def _published(part: AttackedCouncil, whole: AttackedCouncil, end: int, length: int) -> PublishedCount:
    counts = [each.rounded(end - length, end) for each in (part, whole)]
    return PublishedCount(end - 1, length, min(counts), counts[1])


def simulated_restatements(windows: Sequence[int], councils: int, *, knows_how_many: bool) -> Counter[int]:
    """Six editions: in each of the later ones about one record of the last twelve months is new, and none is gone.

    The attacker knows that none was taken away and, if he ``knows_how_many``, how many were added to each month. What
    is asked is what the first edition counted.
    """
    rng = np.random.default_rng(20210228)
    left: Counter[int] = Counter()
    for _ in range(councils):
        editions = [random_council(rng)]
        added: list[Months] = []
        for _ in range(EDITIONS - 1):
            late = np.bincount(rng.integers(MONTHS - 12, MONTHS, rng.poisson(1)), minlength=MONTHS)
            added.append(late)
            editions.append(editions[-1].restated(late))
        sums, above = _bounds(editions, windows, added if knows_how_many else None)
        for length in (1, *windows):
            for end in range(length, MONTHS + 1):
                if editions[0].totals[end] - editions[0].totals[end - length] in SMALL:
                    target = np.zeros(sums.shape[1])
                    target[end - length : end] = 1
                    left[1 - least_of(-target, sums, above) - least_of(target, sums, above)] += 1
    return left


def _bounds(
    editions: Sequence[AttackedCouncil], windows: Sequence[int], added: Sequence[Months] | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What all editions say: of the first one's months and, unless that is known, of what each later one added."""
    unknown = MONTHS * (1 if added is not None else len(editions))
    sums, above = [], []
    for number, edition in enumerate(editions):
        known = np.sum(added[:number], axis=0) if added is not None and number else np.zeros(MONTHS)
        for length in windows:
            for end in range(length, MONTHS + 1):
                row = np.zeros(unknown)
                for each in range(1 if added is not None else number + 1):
                    row[each * MONTHS + end - length : each * MONTHS + end] = 1
                rounded = edition.rounded(end - length, end) - known[end - length : end].sum()
                sums += [row, -row]
                above += [rounded + 4, 4 - rounded]
    return np.array(sums), np.array(above)


def _print(name: str, left: Counter[int]) -> None:
    asked = sum(left.values())
    few = [left[values] for values in (1, 2, 3)]
    shares = " | ".join(f"{100 * each / asked:.2f}%" for each in (*few, asked - sum(few)))
    print(f"| {name} | {asked:,} | {shares} |", flush=True)


def main(councils: int) -> None:
    print("| published | 0 distinguished from 1 to 4 | small counts | 1 value | 2 | 3 | 4 or more |")
    for name, windows in PUBLISHED.items():
        for shows_zero in (False, True):
            left = simulated(windows, councils, shows_zero=shows_zero)
            _print(f"{name} | {'yes' if shows_zero else 'no'}", left)
    print("\n| attacked together | small counts | 1 value | 2 | 3 | 4 or more |")
    _print("numerator and denominator", simulated_shares((6,), councils))
    together: dict[str, Callable[[], Counter[int]]] = {
        "six editions, nothing taken away": lambda: simulated_restatements((6,), councils, knows_how_many=False),
        "six editions, and how many were added when": lambda: simulated_restatements(
            (6,), councils, knows_how_many=True
        ),
    }
    for name, simulate in together.items():
        _print(name, simulate())


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What an attacker can still find out, asked by exhibiting other counts that would have been published identically.

All is told as deviations from the truth: an attacker knows that some sums of counts deviate by nothing. A count is safe
when whole-number deviations exist that change it to three other values, keep to everything known and take no count
below its floor. Such alternatives are found by linear and integer programming (HiGHS) and checked here by addition, so
that no answer rests on a solver's tolerance: what is not shown to be safe is not safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]
    Sums: TypeAlias = csr_array

OTHERS = 3
FARTHEST = 6
NODES = 1000
EXACT = 1e-6


@dataclass(frozen=True)
class Counts:
    """The unknowns, ``n`` of them: counts that are 0 or more and of which every published figure is a sum.

    ``truth``: what they are. ``floors``: the least that an attacker has to reckon with. ``whole``: false for full-time
    equivalents. ``equal`` and ``within`` are (rows, ``n``): sums that an attacker knows to be 0, and sums that he knows
    to be at most 0, such as a part less its whole.
    """

    truth: Numbers
    floors: Numbers
    whole: bool
    equal: Sums
    within: Sums


class Attacker:
    """One who knows some sums of the counts, and learns more."""

    def __init__(self, counts: Counts, known: Sums) -> None:
        self._counts = counts
        self._known = vstack([counts.equal, known], format="csr")
        self._above = -(counts.within @ counts.truth)
        self._parts: npt.NDArray[np.int32] | None = None

    def knowing(self, more: Sums) -> Attacker:
        """The same one, who has learnt more sums."""
        wiser = Attacker(self._counts, csr_array((0, len(self._counts.truth))))
        wiser._known = vstack([self._known, more], format="csr")
        return wiser

    def alternatives(self, target: Sums) -> Numbers | None:
        """Three deviations (3, ``n``) under which the sum ``target`` (1, ``n``) has three other values than its own."""
        direction = self._direction(target)
        if direction is not None:
            return direction
        found: list[Numbers] = []
        for step in self._steps(target):
            deviation = self._deviation(target, step, 1)
            if deviation is not None:
                found.append(deviation)
            if len(found) == OTHERS:
                return np.stack(found)
        return None

    def _direction(self, target: Sums) -> Numbers | None:
        """The usual case: one deviation that can be gone once, twice and three times."""
        for step in (1.0, -1.0):
            deviation = self._deviation(target, step, OTHERS)
            if deviation is not None:
                return np.outer(np.arange(1, OTHERS + 1), deviation)
        return None

    def _steps(self, target: Sums) -> list[float]:
        """By how much the target could deviate, nearest first, as far as its bounds allow three other values."""
        lowest, highest = (self._bound(target, sign) for sign in (1, -1))
        if highest - lowest < OTHERS - EXACT:
            return []
        steps = (sign * float(far) for far in range(1, FARTHEST + 1) for sign in (1, -1))
        return [step for step in steps if lowest - EXACT <= step <= highest + EXACT]

    def _bound(self, target: Sums, sign: int) -> float:
        """The least (1) or the most (-1) that the target can deviate by, in fractions of a child too."""
        near = self._near(target)
        if not near.any():
            return 0.0
        room, limits = self._limits(near, 1)
        solved = milp(sign * target[:, near].toarray()[0], bounds=Bounds(-room, np.inf), constraints=limits)
        return float(sign * solved.fun) if solved.status == 0 else -sign * np.inf

    def _deviation(self, target: Sums, step: float, times: int) -> Numbers | None:
        """The deviation of fewest children that changes the target by ``step``, and can be gone so many times."""
        counts, near = self._counts, self._near(target)
        if not near.any():
            return None
        room, limits = self._limits(near, times)
        room = np.floor(room + EXACT) if counts.whole else room
        limits.append(LinearConstraint(target[:, near], step, step))
        size = len(room)
        bounds = Bounds(np.zeros(2 * size), np.append(np.full(size, np.inf), room))
        up_and_down = [LinearConstraint(hstack([each.A, -each.A]), each.lb, each.ub) for each in limits]
        # Nearly always the relaxation's own solution is in whole numbers.
        for whole in (False, True) if counts.whole else (False,):
            solved = milp(
                np.ones(2 * size),
                integrality=np.full(2 * size, int(whole)),
                bounds=bounds,
                constraints=up_and_down,
                options={"node_limit": NODES},
            )
            if solved.x is None:
                return None
            deviation = np.zeros(len(counts.truth))
            deviation[near] = solved.x[:size] - solved.x[size:]
            deviation = np.rint(deviation) if counts.whole else deviation
            if self._holds(deviation, target, step, times):
                return deviation
        return None

    def _limits(self, near: npt.NDArray[np.bool_], times: int) -> tuple[Numbers, list[LinearConstraint]]:
        """How far each count near can go down, and what ties them, for a deviation that is gone so many times."""
        counts = self._counts
        room = np.maximum(counts.truth - counts.floors, 0)[near] / times
        known, within = self._known[:, near], counts.within[:, near]
        touched, bounded = np.diff(known.indptr) > 0, np.diff(within.indptr) > 0
        limits = []
        if touched.any():
            limits.append(LinearConstraint(known[touched], 0, 0))
        if bounded.any():
            limits.append(LinearConstraint(within[bounded], -np.inf, self._above[bounded] / times))
        return room, limits

    def _holds(self, deviation: Numbers, target: Sums, step: float, times: int) -> bool:
        counts = self._counts
        return bool(
            np.all(np.abs(self._known @ deviation) < EXACT)
            and np.all(counts.truth + times * deviation >= counts.floors - EXACT)
            and np.all(times * (counts.within @ deviation) <= self._above + EXACT)
            and abs((target @ deviation)[0] - step) < EXACT
        )

    def _near(self, target: Sums) -> npt.NDArray[np.bool_]:
        """The counts not known themselves that have to do with the target's, by however many known sums."""
        if self._parts is None:
            ties = vstack([self._known, self._counts.within], format="csr")
            alone = self._known.indices[self._known.indptr[:-1][np.diff(self._known.indptr) == 1]]
            free = np.ones(ties.shape[1], dtype=bool)
            free[alone] = False
            pattern = abs(ties[:, free])
            self._parts = np.full(len(free), -1)
            self._parts[free] = connected_components(csr_array(pattern.T @ pattern), directed=False)[1]
        parts = self._parts[target.indices]
        return np.isin(self._parts, parts[parts >= 0])

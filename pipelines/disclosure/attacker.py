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
from highspy import Highs, HighsLp, HighsModelStatus, HighsVarType, MatrixFormat, SolutionStatus
from scipy.sparse import csc_array, csr_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Groups = npt.NDArray[np.int32]
    Numbers = npt.NDArray[np.float64]
    Sums: TypeAlias = csr_array

OTHERS = 3
FARTHEST = 6
ALONE = -1
OPTIONS: dict[str, bool | int | str] = {"output_flag": False, "threads": 1, "presolve": "off", "mip_max_nodes": 1000}
FEASIBLE = int(SolutionStatus.kSolutionStatusFeasible)
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


@dataclass(frozen=True)
class _Ties:
    """Counts that have to do with one another, ``m`` of them, and what ties them.

    ``near`` (``n``): which counts they are. ``sums`` (r, 2 ``m``): what each sum changes by where they go up, and where
    they go down; at most by ``above`` (r), and where ``fixed`` (r), by nothing. ``room`` (``m``): how far each can go
    down.
    """

    near: Flags
    sums: csc_array
    fixed: Flags
    above: Numbers
    room: Numbers


class Attacker:
    """One who knows some sums of the counts, and learns more."""

    def __init__(self, counts: Counts, known: Sums) -> None:
        self._counts = counts
        self._known = vstack([counts.equal, known], format="csr")
        self._above = -(counts.within @ counts.truth)
        self._grouped: Groups | None = None
        self._tied: dict[tuple[int, ...], _Ties | None] = {}

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
        ties = self._ties(target)
        if ties is None:
            return 0.0
        changes = _up_and_down(target[:, ties.near])
        solver = _solver(ties, ties.room, 1)
        solver.changeColsCost(len(changes), np.arange(len(changes), dtype=np.int32), sign * changes)
        solver.run()
        is_bounded = solver.getModelStatus() == HighsModelStatus.kOptimal
        return sign * solver.getInfo().objective_function_value if is_bounded else -sign * np.inf

    def _deviation(self, target: Sums, step: float, times: int) -> Numbers | None:
        """The deviation of fewest children that changes the target by ``step``, and can be gone so many times."""
        ties = self._ties(target)
        if ties is None:
            return None
        whole = self._counts.whole
        room = np.floor(ties.room / times + EXACT) if whole else ties.room / times
        solver = _solver(ties, room, times)
        changes = _up_and_down(target[:, ties.near])
        solver.addRow(step, step, len(changes), np.arange(len(changes), dtype=np.int32), changes)
        # Nearly always the relaxation's own solution is in whole numbers.
        for integrally in (False, True) if whole else (False,):
            if integrally:
                _in_whole_numbers(solver, len(changes))
            solver.run()
            if solver.getInfo().primal_solution_status != FEASIBLE:
                return None
            up, down = np.split(np.array(solver.getSolution().col_value), 2)
            deviation = np.zeros(len(self._counts.truth))
            deviation[ties.near] = np.rint(up - down) if whole else up - down
            if self._holds(deviation, target, step, times):
                return deviation
        return None

    def _ties(self, target: Sums) -> _Ties | None:
        groups = self._groups()
        parts = tuple(int(part) for part in np.unique(groups[target.indices]) if part != ALONE)
        if parts not in self._tied:
            self._tied[parts] = self._tie(np.isin(groups, parts)) if parts else None
        return self._tied[parts]

    def _tie(self, near: Flags) -> _Ties:
        counts = self._counts
        known, within = self._known[:, near], counts.within[:, near]
        touched, bounded = np.diff(known.indptr) > 0, np.diff(within.indptr) > 0
        sums = vstack([known[touched], within[bounded]])
        fixed = np.repeat([True, False], [touched.sum(), bounded.sum()])
        above = np.append(np.zeros(touched.sum()), self._above[bounded])
        room = np.maximum(counts.truth - counts.floors, 0)[near]
        return _Ties(near, csc_array(hstack([sums, -sums])), fixed, above, room)

    def _holds(self, deviation: Numbers, target: Sums, step: float, times: int) -> bool:
        counts = self._counts
        return bool(
            np.all(np.abs(self._known @ deviation) < EXACT)
            and np.all(counts.truth + times * deviation >= counts.floors - EXACT)
            and np.all(times * (counts.within @ deviation) <= self._above + EXACT)
            and abs((target @ deviation)[0] - step) < EXACT
        )

    def _groups(self) -> Groups:
        """Which counts have to do with one another, by however many known sums; one that is known is ALONE."""
        if self._grouped is None:
            ties = vstack([self._known, self._counts.within], format="csr")
            alone = self._known.indices[self._known.indptr[:-1][np.diff(self._known.indptr) == 1]]
            free = np.ones(ties.shape[1], dtype=bool)
            free[alone] = False
            pattern = abs(ties[:, free])
            self._grouped = np.full(len(free), ALONE, dtype=np.int32)
            self._grouped[free] = connected_components(csr_array(pattern.T @ pattern), directed=False)[1]
        return self._grouped


class _Solver(Highs):
    """HiGHS without the callbacks that its own class sets up, which would say on the standard output that it runs."""

    def __init__(self) -> None:
        super(Highs, self).__init__()
        for name, value in OPTIONS.items():
            self.setOptionValue(name, value)


def _solver(ties: _Ties, room: Numbers, times: int) -> Highs:
    """A linear programme: the fewest children that go up or down, as often as that is to be gone."""
    rows, columns = ties.sums.shape
    model = HighsLp()
    model.num_row_, model.num_col_ = rows, columns
    model.col_cost_ = np.ones(columns)
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.append(np.full(len(room), np.inf), room)
    model.row_lower_ = np.where(ties.fixed, 0, -np.inf)
    model.row_upper_ = np.where(ties.fixed, 0, ties.above / times)
    model.a_matrix_.format_ = MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = ties.sums.indptr, ties.sums.indices
    model.a_matrix_.value_ = ties.sums.data
    solver = _Solver()
    solver.passModel(model)
    return solver


def _in_whole_numbers(solver: Highs, columns: int) -> None:
    every = np.arange(columns, dtype=np.int32)
    solver.changeColsIntegrality(columns, every, np.full(columns, HighsVarType.kInteger, dtype=object))
    solver.setOptionValue("presolve", "choose")


def _up_and_down(target: Sums) -> Numbers:
    changes = target.toarray()[0]
    return np.concatenate([changes, -changes])

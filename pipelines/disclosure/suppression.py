"""Which cells are shown: one after the other, the most useful first, each as long as every hidden count stays safe."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from pipelines.disclosure.attacker import EXACT, Attacker, Counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from pipelines.disclosure.attacker import Numbers, Sums

    Flags = npt.NDArray[np.bool_]


APART = 1 - EXACT
"""Two values of a count are other values where a whole child, or a full-time equivalent, lies between them."""


class CannotProtect(RuntimeError):
    """A count could be bounded too closely even if nothing new were shown."""


class Fate(Enum):
    """What becomes of a cell: shown, or hidden for what it is itself, since it was before, or for another's sake."""

    SHOWN = "shown"
    PRIMARY = "primary"
    BEFORE = "before"
    SECONDARY = "secondary"


@dataclass(frozen=True)
class Block:
    """Cells that have something to do with one another.

    ``cells`` (m, n): the counts that each cell is the sum of; ``rests`` (m, n): those that its figure lacks of its
    denominator, which tell the share, or nothing where it has none. Of each cell: ``known``, whether a public edition
    before showed it; ``changed``, whether none of them showed what it is now; ``primary``, whether it may not be shown
    itself; ``before``, whether it was hidden before and stays so. ``order``: the cells that could be shown, the most
    useful first. ``watched`` (w, n): small counts, of figures that are not in the edition too, and what a part lacks of
    its whole.
    """

    counts: Counts
    cells: Sums
    rests: Sums
    known: Flags
    changed: Flags
    primary: Flags
    before: Flags
    order: Sequence[int]
    watched: Sums

    @property
    def barred(self) -> Flags:
        return self.primary | self.before


def fates_of(block: Block) -> list[Fate]:
    """The fate of each cell; raises CannotProtect.

    Whatever is shown at any moment is safe, so that it would be safe to stop at any moment. A cell that cannot be shown
    has to be safe itself: as long as it is not, the cell shown last is hidden again.
    """
    return _Suppression(block).run()


@dataclass(frozen=True)
class _Watch:
    """A hidden count, and three alternatives to it that agree with all that is known."""

    target: Sums
    lenient: bool
    alternatives: Numbers


class _Suppression:
    """Against an attacker who holds every edition, and is told besides how figures were restated since.

    Only a count that was public, and is small now that it is restated, cannot be kept from him. It is kept from one who
    takes for certain what has not changed, and of what has, only what the new edition shows (lenient).
    """

    def __init__(self, block: Block) -> None:
        self._block = block
        cells, known = block.cells, block.known
        self._shown: list[int] = []
        self._told = {False: np.flatnonzero(known), True: np.flatnonzero(known & ~block.changed)}
        self._attackers = {lenient: Attacker(block.counts, cells[rows]) for lenient, rows in self._told.items()}
        self._watches: list[_Watch] = []

    def run(self) -> list[Fate]:
        block = self._block
        flags = zip(block.primary, block.before, strict=True)
        fates = [Fate.PRIMARY if primary else Fate.BEFORE if before else Fate.SECONDARY for primary, before in flags]
        secret = [cell for cell in range(len(fates)) if block.barred[cell] and not self._is_held(cell)]
        hidden = vstack([block.cells[secret], block.rests[secret], block.watched], format="csr")
        for target in _distinct(hidden):
            self._watch([target])
        for cell in block.order:
            if block.barred[cell]:
                continue
            if self._show(cell):
                fates[cell] = Fate.SHOWN
                continue
            for again in self._hide(cell):
                fates[again] = Fate.SECONDARY
        self._prove()
        return fates

    def _is_held(self, cell: int) -> bool:
        """Whether readers have the cell as it is now, so that nothing can hide it again."""
        return bool(self._block.known[cell] and not self._block.changed[cell])

    def _prove(self) -> None:
        """Hold every alternative to everything that is told, once more and by nothing but addition."""
        for watch in self._watches:
            told = self._block.cells[np.append(self._told[watch.lenient], self._shown).astype(int)]
            holds = not told.shape[0] or np.abs(told @ watch.alternatives.T).max() < EXACT
            if not holds or _serving(watch.target, watch.lenient, [watch]) is None:
                raise CannotProtect("an alternative does not hold: the software's fault")

    def _show(self, cell: int) -> bool:
        """Show the cell if every watched count has alternatives still."""
        row = self._block.cells[[cell]]
        told = row.toarray()[0]
        agree = [np.abs(watch.alternatives @ told).max() < EXACT for watch in self._watches]
        hold = [watch for watch, agrees in zip(self._watches, agree, strict=True) if agrees]
        wiser = {lenient: attacker.knowing(row) for lenient, attacker in self._attackers.items()}
        found: list[_Watch] = []
        for watch in itertools.compress(self._watches, np.logical_not(agree)):
            alternatives = _serving(watch.target, watch.lenient, [*found, *hold])
            if alternatives is None:
                alternatives = wiser[watch.lenient].alternatives(watch.target)
            if alternatives is None:
                return False
            found.append(replace(watch, alternatives=alternatives))
        self._watches = [*hold, *found]
        self._attackers = wiser
        if not self._is_held(cell):
            self._shown.append(cell)
        return True

    def _hide(self, cell: int) -> list[int]:
        """Watch a cell that was not shown; as long as it is not safe, hide again what was shown last."""
        hidden = [cell]
        while not self._watch(self._targets(hidden), give_up=not self._shown):
            hidden.append(self._shown.pop())
            known = {lenient: np.append(rows, self._shown).astype(int) for lenient, rows in self._told.items()}
            self._attackers = {
                lenient: Attacker(self._block.counts, self._block.cells[rows]) for lenient, rows in known.items()
            }
        return hidden

    def _targets(self, hidden: Sequence[int]) -> list[Sums]:
        return _distinct(vstack([self._block.cells[hidden], self._block.rests[hidden]], format="csr"))

    def _watch(self, targets: Sequence[Sums], *, give_up: bool = True) -> bool:
        watches = [self._watched(target) for target in targets]
        if any(watch is None for watch in watches):
            if give_up:
                raise CannotProtect("a hidden count is bounded too closely by what is public already")
            return False
        self._watches += [watch for watch in watches if watch is not None]
        return True

    def _watched(self, target: Sums) -> _Watch | None:
        for lenient in (False, True) if self._block.changed.any() else (False,):
            alternatives = _serving(target, lenient, self._watches)
            if alternatives is None:
                alternatives = self._attackers[lenient].alternatives(target)
            if alternatives is not None:
                return _Watch(target, lenient, alternatives)
        return None


def _serving(target: Sums, lenient: bool, watches: Sequence[_Watch]) -> Numbers | None:
    """The alternatives to another count that are alternatives to this one too: nothing has to be solved for it."""
    known = [watch.alternatives for watch in watches if lenient or not watch.lenient]
    if not known:
        return None
    values = np.stack(known) @ target.toarray()[0]
    others = np.sort(values, axis=1)
    serve = np.all(np.abs(values) > APART, axis=1) & np.all(np.diff(others, axis=1) > APART, axis=1)
    return known[int(np.argmax(serve))] if serve.any() else None


def _distinct(rows: Sums) -> list[Sums]:
    seen: dict[tuple[tuple[int, float], ...], Sums] = {}
    for number in range(rows.shape[0]):
        row = rows[[number]]
        seen.setdefault(tuple(sorted(zip(row.indices, row.data, strict=True))), csr_array(row))
    return [row for counts, row in seen.items() if counts]

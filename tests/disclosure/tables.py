"""Random tables and sequences of releases, protected by the engine and seen as a reader sees them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.disclosure.figures import Cell, Count, Earlier, Figures, KpiRule, Unit, blocks
from pipelines.disclosure.suppression import Fate, fates_of
from tests.disclosure.attackers import AUTHORITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from tests.disclosure.attackers import Key

PARTS = {"numerator": "n", "denominator": "d"}
COUNCIL = "X99000001"
KPI = "assess_45wd"
Truth = dict[tuple[str, int], tuple[int, int]]


@dataclass
class Releases:
    """A council that publishes one KPI month after month; ``editions`` is what it has published so far."""

    is_share: bool = True
    is_flow: bool = True
    windows: tuple[int, ...] = (1, 6, 12)
    editions: list[dict[Key, float | None]] = field(default_factory=list)

    def publish(self, truth: Truth) -> dict[Key, float | None]:
        """Protect the months (team, month) -> (numerator, rest) and publish what may be seen of them."""
        figures = self.figures(truth)
        published: dict[Key, float | None] = {}
        for named in blocks(figures):
            for cell, fate in zip(named.cells, fates_of(named.block), strict=True):
                if cell in figures.cells:
                    published[key_of(cell)] = true_value(truth, key_of(cell)) if fate is Fate.SHOWN else None
        self.editions.append(published)
        return published

    @property
    def rule(self) -> KpiRule:
        measure, unit = "flow" if self.is_flow else "stock", "percent" if self.is_share else "count"
        return KpiRule(KPI, unit, measure, True, self.windows if self.is_flow else (1,))

    def figures(self, truth: Truth) -> Figures:
        rule = self.rule
        counts = {
            Count(Unit(COUNCIL, KPI, team), month, atom): float(value)
            for (team, month), both in truth.items()
            for atom, value in zip(rule.atoms, both, strict=False)
        }
        months = sorted({month for _, month in truth})
        cells = [
            Cell(Unit(COUNCIL, KPI, team), month, length, part)
            for team in sorted({AUTHORITY, *(team for team, _ in truth)})
            for month in months
            for length in rule.lengths
            if month - length + 1 >= months[0]
            for part in rule.parts
        ]
        told = {cell: true_value(truth, key_of(cell)) for cell in cells}
        return Figures({KPI: rule}, [], counts, told, self._ledger())

    def _ledger(self) -> Mapping[Cell, Earlier]:
        shown: dict[Key, set[float]] = defaultdict(set)
        hidden = set()
        for edition in self.editions:
            for key, value in edition.items():
                if value is None:
                    hidden.add(key)
                else:
                    shown[key].add(value)
        return {
            cell_of(key): Earlier(frozenset(shown.get(key, ())), key in hidden) for key in sorted({*shown, *hidden})
        }

    def known(self) -> dict[Key, float | None]:
        """All that a reader of every edition holds: the newest value of each cell that was ever shown."""
        held: dict[Key, float | None] = {}
        for edition in self.editions:
            for key, value in edition.items():
                if value is not None or key not in held:
                    held[key] = value
        return held


def key_of(cell: Cell) -> Key:
    return (cell.unit.team_code, cell.month, cell.window_months, PARTS[cell.part])


def cell_of(key: Key) -> Cell:
    team, month, length, part = key
    return Cell(Unit(COUNCIL, KPI, team), month, length, "numerator" if part == "n" else "denominator")


def true_value(truth: Truth, key: Key) -> float:
    team, month, length, part = key
    return float(
        sum(
            numerator + (rest if part == "d" else 0)
            for (owner, each), (numerator, rest) in truth.items()
            if month - length < each <= month and team in (AUTHORITY, owner)
        )
    )


def not_zero(truth: Truth) -> frozenset[tuple[str, int, str]]:
    """What an attacker may be told besides: which of the counts are not 0."""
    return frozenset(
        (team, month, part)
        for (team, month), both in truth.items()
        for part, value in zip("nr", both, strict=True)
        if value > 0
    )


def random_truth(rng: np.random.Generator, teams: int, months: int, *, most: float = 12) -> Truth:
    """Counts as small as they come: many of 1 to 5, many zeros, a few large ones."""
    names = [f"T{number:02d}" for number in range(teams)] or [AUTHORITY]
    scale = {name: (rng.uniform(0, most), rng.uniform(0, most / 2)) for name in names}
    return {
        (name, month): (int(rng.poisson(scale[name][0])), int(rng.poisson(scale[name][1])))
        for name in names
        for month in range(months)
    }

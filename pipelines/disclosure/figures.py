"""The published figures as sums of counts: what an attacker can add up, and what he has held before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.attacker import Counts
from pipelines.disclosure.suppression import Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipelines.disclosure.attacker import Numbers
    from pipelines.disclosure.suppression import Flags

Part = Literal["numerator", "denominator"]
Atom = Literal["numerator", "rest", "denominator"]
WINDOWS = (6, 12)
MONTH = 1
HEADLINE_FIRST = (6, 12, 1)
WHOLE_AUTHORITY = ""
# 1 to 5 are small; a full-time equivalent below 6 is that of a few people.
SMALLEST, NOT_SMALL = 0.0, 6.0
CLOSE = 0.005


class Unit(NamedTuple):
    """Whose figure it is; ``team_code`` is empty for the whole authority."""

    authority_code: str
    kpi_id: str
    team_code: str


class Cell(NamedTuple):
    """A published number: a part of a unit's figure over so many months, the last of them ``month`` (12 a year)."""

    unit: Unit
    month: int
    window_months: int
    part: Part


class Count(NamedTuple):
    """An unknown: what a cell is the sum of."""

    unit: Unit
    month: int
    atom: Atom


@dataclass(frozen=True)
class KpiRule:
    """What matters of a KPI here. ``windows``: how many months its public figures may cover."""

    kpi_id: str
    unit: str
    measure: str
    is_whole: bool
    windows: tuple[int, ...]

    @property
    def atoms(self) -> tuple[Atom, ...]:
        """Of a share, what is counted and the rest; of a ratio, both of its sides. A population is public."""
        if self.unit == "percent":
            return ("numerator", "rest")
        return ("numerator", "denominator") if self.unit == "ratio" else ("numerator",)

    def atoms_of(self, part: Atom) -> tuple[Atom, ...]:
        """The counts that a part is the sum of; none where the part is public or is not there."""
        if part == "denominator" and self.unit == "percent":
            return ("numerator", "rest")
        return (part,) if part in self.atoms else ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of its figures that are sums of counts."""
        both: tuple[Part, ...] = ("denominator", "numerator")
        return tuple(part for part in both if self.atoms_of(part))

    @property
    def lengths(self) -> tuple[int, ...]:
        """How many months its restricted figures cover."""
        return (MONTH, *WINDOWS) if self.measure == "flow" else (MONTH,)


@dataclass(frozen=True)
class Relation:
    """A part of one KPI's monthly figure ``equals`` a part of another's, or is ``within`` it."""

    kpi_id: str
    part: Atom
    relation: Literal["equals", "within"]
    of_kpi_id: str
    of_part: Atom


@dataclass(frozen=True)
class Earlier:
    """What public editions before said of a cell: the values it was shown with, and whether it was hidden in any."""

    shown: frozenset[float] = frozenset()
    is_hidden: bool = False


@dataclass(frozen=True)
class Figures:
    """All there is to protect.

    ``counts``: of every month that is or was told of. ``cells``: the restricted edition's, with their values.
    ``earlier``: what the public editions before said of theirs.
    """

    rules: Mapping[str, KpiRule]
    relations: Sequence[Relation]
    counts: Mapping[Count, float]
    cells: Mapping[Cell, float]
    earlier: Mapping[Cell, Earlier] = field(default_factory=dict)


class Named(NamedTuple):
    """A block, with the names of its cells, and whether every figure is the sum of the counts it is said to be."""

    kpi_ids: tuple[str, ...]
    cells: tuple[Cell, ...]
    block: Block
    adds_up: bool


def is_small(number: float) -> bool:
    """Is it a count that may not be shown?"""
    return SMALLEST < number < NOT_SMALL


def blocks(figures: Figures) -> Iterator[Named]:
    """The figures, apart from one another where nothing relates them."""
    groups = _groups(figures)
    counts: dict[tuple[str, int], list[Count]] = defaultdict(list)
    for count in figures.counts:
        counts[count.unit.authority_code, groups[count.unit.kpi_id]].append(count)
    cells: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    for cell in {**figures.cells, **figures.earlier}:
        rule = figures.rules.get(cell.unit.kpi_id)
        if rule is not None and cell.part in rule.parts:
            cells[cell.unit.authority_code, groups[cell.unit.kpi_id]].append(cell)
    for key in sorted(counts):
        yield _Modelled(figures, counts[key], cells[key]).named()


def _groups(figures: Figures) -> dict[str, int]:
    """Which KPIs have to do with one another."""
    kpi_ids = sorted(figures.rules)
    at = {kpi_id: number for number, kpi_id in enumerate(kpi_ids)}
    ties = np.zeros((len(kpi_ids), len(kpi_ids)))
    for each in figures.relations:
        if each.kpi_id in at and each.of_kpi_id in at:
            ties[at[each.kpi_id], at[each.of_kpi_id]] = 1
    return dict(zip(kpi_ids, connected_components(csr_array(ties), directed=False)[1].tolist(), strict=True))


class _Modelled:
    """The counts and cells of one block, numbered."""

    def __init__(self, figures: Figures, counts: Iterable[Count], cells: Iterable[Cell]) -> None:
        self._figures = figures
        self._counts = sorted(counts)
        self._at = {count: number for number, count in enumerate(self._counts)}
        self._truth = np.array([figures.counts[count] for count in self._counts])
        self._teams: dict[tuple[Unit, int], list[Unit]] = defaultdict(list)
        for unit, month in sorted({(count.unit, count.month) for count in self._counts}):
            if unit.team_code != WHOLE_AUTHORITY:
                self._teams[unit._replace(team_code=WHOLE_AUTHORITY), month].append(unit)
        self._figures_told = sorted({(cell.unit, cell.month, cell.window_months) for cell in cells})
        self._cells = sorted(cell for cell in cells if self._is_public(cell) or cell in figures.earlier)

    def named(self) -> Named:
        rules = [self._figures.rules[kpi_id] for kpi_id in sorted({count.unit.kpi_id for count in self._counts})]
        cells = self._sums([self._members(*_figure(cell), cell.part) for cell in self._cells])
        earlier = [self._figures.earlier.get(cell, Earlier()) for cell in self._cells]
        known = _flags(each.shown for each in earlier)
        same = _flags(
            any(abs(value - shown) < CLOSE for shown in each.shown)
            for value, each in zip(cells @ self._truth, earlier, strict=True)
        )
        block = Block(
            counts=Counts(
                truth=self._truth,
                floors=self._floors(),
                whole=all(rule.is_whole for rule in rules),
                equal=self._related("equals"),
                within=self._related("within"),
            ),
            cells=cells,
            rests=self._sums([self._rest(cell) for cell in self._cells]),
            known=known,
            changed=known & ~same,
            primary=_flags(self._is_primary(cell) for cell in self._cells),
            # What a reader has as it is now may as well be shown again.
            before=_flags(each.is_hidden for each in earlier) & ~same,
            order=self._order(),
            watched=vstack([self._sums(list(self._small())), self._small_lacks()], format="csr"),
        )
        return Named(tuple(rule.kpi_id for rule in rules), tuple(self._cells), block, self._adds_up())

    def _rest(self, cell: Cell) -> list[int]:
        return self._members(*_figure(cell), "rest") if cell.part == "numerator" else []

    def _is_public(self, cell: Cell) -> bool:
        """Whether the cell belongs to the edition, be it shown or hidden."""
        return cell in self._figures.cells and cell.window_months in self._figures.rules[cell.unit.kpi_id].windows

    def _is_primary(self, cell: Cell) -> bool:
        """Whether the cell, or what follows from it beside its own figure, is small."""
        parts: tuple[Atom, ...] = ("numerator", "rest", "denominator")
        return any(is_small(self._value(*_figure(cell), part)) for part in parts[-1 if cell.part == parts[-1] else 0 :])

    def _small(self) -> Iterator[list[int]]:
        """Every small count of every figure, public or not, of now or before."""
        atoms: tuple[Atom, ...] = ("numerator", "rest", "denominator")
        for figure, atom in product(self._figures_told, atoms):
            if is_small(self._value(*figure, atom)):
                yield self._members(*figure, atom)

    def _small_lacks(self) -> csr_array:
        """What parts lack of their wholes, where that is small: who is shown both has it by subtraction."""
        lacks = -self._related("within")
        return csr_array(lacks[_flags(map(is_small, lacks @ self._truth))])

    def _adds_up(self) -> bool:
        """Whether every figure of the restricted edition is the sum of its counts."""
        ours = set(self._figures_told)
        told = ((cell, value) for cell, value in self._figures.cells.items() if _figure(cell) in ours)
        return all(abs(self._value(*_figure(cell), cell.part) - value) < CLOSE for cell, value in told)

    def _value(self, unit: Unit, month: int, window_months: int, atom: Atom) -> float:
        return float(self._truth[self._members(unit, month, window_months, atom)].sum())

    def _members(self, unit: Unit, month: int, window_months: int, atom: Atom) -> list[int]:
        """The counts that a part of a figure is the sum of; one that is not there is 0."""
        atoms = self._figures.rules[unit.kpi_id].atoms_of(atom)
        return [
            self._at[count]
            for each in range(month - window_months + 1, month + 1)
            for owner in (unit, *self._teams.get((unit, each), ()))
            for each_atom in atoms
            if (count := Count(owner, each, each_atom)) in self._at
        ]

    def _sums(self, rows: Sequence[Sequence[int]]) -> csr_array:
        starts = np.cumsum([0, *map(len, rows)])
        columns = np.array([number for row in rows for number in row], dtype=int)
        return csr_array((np.ones(len(columns)), columns, starts), shape=(len(rows), len(self._counts)))

    def _floors(self) -> Numbers:
        """A hidden count of children is known not to be 0, where it is not: a 0 is nearly always shown."""
        least = [1.0 if self._figures.rules[count.unit.kpi_id].is_whole else 0.0 for count in self._counts]
        floors: Numbers = np.minimum(self._truth, least)
        return floors

    def _related(self, kind: str) -> csr_array:
        """One row a month for which both sides of a relation are there: the one less the other."""
        ones: list[list[int]] = []
        others: list[list[int]] = []
        units = sorted({(count.unit, count.month) for count in self._counts})
        for relation in self._figures.relations:
            if relation.relation == kind and relation.of_kpi_id in self._figures.rules:
                for unit, month in units:
                    one = self._members(unit, month, MONTH, relation.part)
                    of = unit._replace(kpi_id=relation.of_kpi_id)
                    other = self._members(of, month, MONTH, relation.of_part)
                    if unit.kpi_id == relation.kpi_id and one and other:
                        ones.append(one)
                        others.append(other)
        return csr_array(self._sums(ones) - self._sums(others))

    def _order(self) -> list[int]:
        """The cells that could be shown, the most useful first.

        Whole authorities come before teams, how many there were before how many of them in time, the headline's windows
        before longer ones and these before months, and the newest first.
        """

        def usefulness(number: int) -> tuple[bool, bool, int, int, Cell]:
            cell = self._cells[number]
            is_team, is_numerator = cell.unit.team_code != WHOLE_AUTHORITY, cell.part == "numerator"
            return is_team, is_numerator, HEADLINE_FIRST.index(cell.window_months), -cell.month, cell

        return sorted((number for number, cell in enumerate(self._cells) if self._is_public(cell)), key=usefulness)


def _figure(cell: Cell) -> tuple[Unit, int, int]:
    return cell.unit, cell.month, cell.window_months


def _flags(each: Iterable[object]) -> Flags:
    return np.array([bool(one) for one in each], dtype=bool)

"""The published figures as sums of counts: what an attacker can add up, and what he has held before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.attacker import Counts
from pipelines.disclosure.suppression import Block, CannotProtect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Part = Literal["numerator", "denominator"]
Atom = Literal["numerator", "rest", "denominator"]
WINDOWS = (6, 12)
MONTH = 1
WHOLE_AUTHORITY = ""
# 1 to 5 are small; a full-time equivalent below 6 is that of at most a few.
SMALLEST, NOT_SMALL = 0.0, 6.0
HEADLINE_FIRST = (6, 12, 1)


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
        return tuple(part for part in ("denominator", "numerator") if self.atoms_of(part))  # type: ignore[misc]

    @property
    def lengths(self) -> tuple[int, ...]:
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
    """All there is to protect: ``counts`` of every month, the ``cells`` of this edition, and ``earlier`` ones."""

    rules: Mapping[str, KpiRule]
    relations: Sequence[Relation]
    counts: Mapping[Count, float]
    cells: Sequence[Cell]
    earlier: Mapping[Cell, Earlier] = field(default_factory=dict)


class Named(NamedTuple):
    """A block, with the names of its cells; those that are not of this edition come last."""

    kpi_ids: tuple[str, ...]
    authority_code: str
    cells: tuple[Cell, ...]
    block: Block


def is_small(number: float) -> bool:
    """Is it a count that may not be shown?"""
    return SMALLEST < number < NOT_SMALL


def blocks(figures: Figures) -> Iterator[Named]:
    """The figures, apart from one another where nothing relates them."""
    groups = _groups(figures)
    by_group: dict[tuple[str, int], list[Count]] = defaultdict(list)
    for count in figures.counts:
        by_group[count.unit.authority_code, groups[count.unit.kpi_id]].append(count)
    cells: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    for cell in {**dict.fromkeys(figures.cells), **dict.fromkeys(figures.earlier)}:
        if cell.unit.kpi_id in groups:
            cells[cell.unit.authority_code, groups[cell.unit.kpi_id]].append(cell)
    for key in sorted(by_group):
        yield _Modelled(figures, by_group[key], cells[key]).named(key[0])


def _groups(figures: Figures) -> dict[str, int]:
    """Which KPIs have to do with one another."""
    kpi_ids = sorted(figures.rules)
    at = {kpi_id: number for number, kpi_id in enumerate(kpi_ids)}
    ties = [(at[each.kpi_id], at[each.of_kpi_id]) for each in figures.relations if {each.kpi_id, each.of_kpi_id} <= set(at)]
    ones, others = zip(*ties, strict=True) if ties else ((), ())
    graph = coo_array((np.ones(len(ties)), (ones, others)), shape=(len(kpi_ids), len(kpi_ids)))
    return dict(zip(kpi_ids, connected_components(graph, directed=False)[1].tolist(), strict=True))


class _Modelled:
    """The counts and cells of one block, numbered."""

    def __init__(self, figures: Figures, counts: Iterable[Count], cells: Iterable[Cell]) -> None:
        self._figures = figures
        self._counts = sorted(counts)
        self._at = {count: number for number, count in enumerate(self._counts)}
        self._truth = np.array([figures.counts[count] for count in self._counts])
        now = set(figures.cells)
        self._cells = sorted(cells, key=lambda cell: (cell not in now, cell))
        self._now = now
        self._children: dict[tuple[Unit, int], list[Unit]] = defaultdict(list)
        for unit, month in sorted({(count.unit, count.month) for count in self._counts}):
            if unit.team_code != WHOLE_AUTHORITY:
                self._children[unit._replace(team_code=WHOLE_AUTHORITY), month].append(unit)

    def named(self, authority_code: str) -> Named:
        rows = [self._members(cell.unit, cell.month, cell.window_months, cell.part) for cell in self._cells]
        sums = self._sums(rows)
        earlier = [self._figures.earlier.get(cell, Earlier()) for cell in self._cells]
        values = sums @ self._truth
        known = np.array([bool(each.shown) for each in earlier], dtype=bool)
        changed = np.array(
            [not any(abs(value - shown) < 0.005 for shown in each.shown) for value, each in zip(values, earlier, strict=True)],
            dtype=bool,
        )
        barred = [
            self._is_barred(cell) or (each.is_hidden and not (seen and not differs))
            for cell, each, seen, differs in zip(self._cells, earlier, known, changed, strict=True)
        ]
        kpi_ids = tuple(sorted({count.unit.kpi_id for count in self._counts}))
        block = Block(
            counts=Counts(
                truth=self._truth,
                floors=self._floors(kpi_ids),
                whole=all(self._figures.rules[kpi_id].is_whole for kpi_id in kpi_ids),
                equal=self._related("equals"),
                within=self._related("within"),
            ),
            cells=sums,
            known=known,
            changed=known & changed,
            barred=np.array(barred, dtype=bool),
            order=self._order(),
            watched=self._sums(list(self._small())),
        )
        return Named(kpi_ids, authority_code, tuple(self._cells), block)

    def value(self, cell: Cell, atom: Atom) -> float:
        """A part of the figure that the cell belongs to."""
        members = self._members(cell.unit, cell.month, cell.window_months, atom)
        return float(sum(self._truth[number] for number in members))

    def _members(self, unit: Unit, month: int, window_months: int, part: Atom) -> list[int]:
        atoms = self._figures.rules[unit.kpi_id].atoms_of(part)
        return [
            self._at[count]
            for each in range(month - window_months + 1, month + 1)
            for owner in (unit, *self._children.get((unit, each), ()))
            for atom in atoms
            if (count := Count(owner, each, atom)) in self._at
        ]

    def _sums(self, rows: Sequence[Sequence[int]]) -> csr_array:
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
        columns = np.fromiter((number for row in rows for number in row), dtype=np.int32)
        return csr_array((np.ones(len(columns)), columns, starts), shape=(len(rows), len(self._counts)))

    def _is_barred(self, cell: Cell) -> bool:
        """Whether the cell, or what follows from it beside its own figure, is small; or left out of the edition."""
        rule = self._figures.rules[cell.unit.kpi_id]
        if cell.window_months not in rule.windows or cell not in self._now:
            return True
        parts: tuple[Atom, ...] = ("denominator",) if cell.part == "denominator" else ("numerator", "rest", "denominator")
        return any(is_small(self.value(cell, part)) for part in parts)

    def _small(self) -> Iterator[list[int]]:
        """Every small count of every figure, shown or not, of now or before."""
        units = {(cell.unit, cell.month, cell.window_months) for cell in self._cells}
        for unit, month, window_months in sorted(units):
            for atom in ("numerator", "rest", "denominator"):
                members = self._members(unit, month, window_months, atom)  # type: ignore[arg-type]
                if is_small(float(self._truth[members].sum())):
                    yield members

    def _floors(self, kpi_ids: Sequence[str]) -> np.ndarray:
        """A hidden count of children is known not to be 0, where it is not: a 0 is nearly always shown."""
        whole = {kpi_id: self._figures.rules[kpi_id].is_whole for kpi_id in kpi_ids}
        is_whole = np.array([whole[count.unit.kpi_id] for count in self._counts], dtype=bool)
        return np.where(is_whole, np.minimum(self._truth, 1), np.minimum(self._truth, 0))

    def _related(self, kind: str) -> csr_array:
        """One row a month for which both sides of a relation are there: the one less the other."""
        rows: list[dict[int, float]] = []
        for relation in self._figures.relations:
            if relation.relation != kind:
                continue
            units = sorted({(c.unit, c.month) for c in self._counts if c.unit.kpi_id == relation.kpi_id})
            for unit, month in units:
                one = self._members(unit, month, MONTH, relation.part)
                other = self._members(unit._replace(kpi_id=relation.of_kpi_id), month, MONTH, relation.of_part) if relation.of_kpi_id in self._figures.rules else []
                if one and other:
                    row: dict[int, float] = defaultdict(float)
                    for number in one:
                        row[number] += 1
                    for number in other:
                        row[number] -= 1
                    rows.append(row)
        entries = [(number, column, value) for number, row in enumerate(rows) for column, value in row.items()]
        numbers, columns, values = (list(each) for each in zip(*entries, strict=True)) if entries else ([], [], [])
        return csr_array(coo_array((values, (numbers, columns)), shape=(len(rows), len(self._counts)), dtype=float))

    def _order(self) -> list[int]:
        """The cells of this edition: whole authorities before teams, how many before how many of them in time, the
        headline's windows before longer ones and these before months, and the newest first."""

        def usefulness(number: int) -> tuple[object, ...]:
            cell = self._cells[number]
            return (
                cell.unit.team_code != WHOLE_AUTHORITY,
                cell.part != "denominator",
                HEADLINE_FIRST.index(cell.window_months),
                -cell.month,
                cell,
            )

        return sorted((number for number, cell in enumerate(self._cells) if cell in self._now), key=usefulness)


__all__ = ["Block", "CannotProtect", "Cell", "Count", "Earlier", "Figures", "KpiRule", "Named", "Relation", "Unit", "blocks"]

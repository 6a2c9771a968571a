"""A world counted by both sides, and how what they disagree on is shown: by one child, the one with the fewest records.

A build takes seconds, however few records there are; so nothing is shrunk by building again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from tests.recount import pipeline
from tests.recount.council import (
    CATEGORIES,
    RATES_OF_A_YEAR,
    RATES_PER_10000,
    Key,
    newest_first,
    of_each_child,
    recount,
    windows,
)
from tests.recount.reference import codes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import duckdb

    from tests.recount.council import Figure, Figures
    from tests.recount.worlds import World

MOST_SHOWN = 10

# Which figure: of a month, or of so many.
Each = TypeVar("Each", Key, tuple[int, Key])


@dataclass
class Compared:
    """What the pipeline made of a world, to be held against a recount as often as wanted."""

    world: World
    warehouse: duckdb.DuckDBPyConnection

    @classmethod
    def build(cls, folder: Path, world: World) -> Compared:
        return cls(world, pipeline.build_world(folder, world))

    @cached_property
    def theirs(self) -> dict[str, Figures]:
        return {code: pipeline.figures(self.warehouse, code) for code in self.world.authorities}

    def ours(self, code: str) -> Figures:
        return recount(self.world.authorities[code].tables, codes_of(code), self.world.last)

    def disagreeing(self) -> Iterator[str]:
        """The KPIs of which both sides differ, newest month first; rates follow from others, and are none of them."""
        for code, authority in self.world.authorities.items():
            theirs: dict[date, Figures] = {}
            for each, figure in self.theirs[code].items():
                if each.kpi not in RATES_PER_10000 | RATES_OF_A_YEAR:
                    theirs.setdefault(each.month, {})[each] = figure
            for end, ours in newest_first(authority.tables, codes_of(code), self.world.last):
                yield from (each.kpi for each in _unlike(ours, theirs.get(end, {})))

    def report(self) -> str:
        """Empty where both sides agree on every KPI, month and team, and on every window."""
        return "\n".join(line for code in self.world.authorities for line in self._lines(code))

    def _lines(self, code: str) -> Iterator[str]:
        ours, theirs = self.ours(code), self.theirs[code]
        unlike = _unlike(ours, theirs)
        if unlike:
            yield f"{self.world}, {code}: {len(unlike)} figures are not the same"
            yield from (_line(each, ours, theirs) for each in unlike[:MOST_SHOWN])
            yield from self._smallest_child(code, {each.kpi for each in unlike})
            return
        pooled, published = windows(ours, self.world.last), pipeline.windows(self.warehouse, code)
        if wrong := _unlike(pooled, published):
            yield f"{self.world}, {code}: {len(wrong)} windows are not the same"
            yield from (_line(each, pooled, published) for each in wrong[:MOST_SHOWN])

    def _smallest_child(self, code: str, kpis: set[str]) -> Iterator[str]:
        authority = self.world.authorities[code]
        found = []
        for name, all_ours in of_each_child(authority.tables, codes_of(code), self.world.last).items():
            for kpi in sorted(kpis - CATEGORIES.keys()):
                ours = {each: figure for each, figure in all_ours.items() if each.kpi == kpi and each.team is not None}
                theirs = pipeline.of_child(self.warehouse, code, name, kpi)
                if unlike := _unlike(ours, theirs):
                    records = authority.records_of(name)
                    found.append((len(records), name, records, [_line(each, ours, theirs) for each in unlike]))
        if found:
            _, name, records, lines = min(found)
            yield f"{name}, made up, is where they differ:"
            yield from lines[:MOST_SHOWN]
            yield from records


def _unlike(ours: Mapping[Each, Figure], theirs: Mapping[Each, Figure]) -> list[Each]:
    return sorted((each for each in {*ours, *theirs} if ours.get(each) != theirs.get(each)), key=str)


def _line(each: Each, ours: Mapping[Each, Figure], theirs: Mapping[Each, Figure]) -> str:
    name = each if isinstance(each, Key) else each[1]
    of = " ".join(map(str, filter(None, (name.team, name.category)))) or name.team
    return f"  {name.kpi} {name.month:%Y-%m} {of}: recounted {ours.get(each)}, the pipeline {theirs.get(each)}"

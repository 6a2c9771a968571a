"""What every table's rows share: the journey, its child, and the workers, as one context."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.sample.history.allocation import leaning_on, team_on

if TYPE_CHECKING:
    import datetime as dt
    import random
    from collections.abc import Iterable, Iterator

    from pipelines.sample.history.allocation import Allocations, Involvement
    from pipelines.sample.history.calendar import WorkingDays
    from pipelines.sample.history.clocks import Event
    from pipelines.sample.history.journeys import Journey
    from pipelines.sample.history.people import Person

TableRow = tuple[str, dict[str, Any]]
"""The name of a table and one row of it, by column; dates as dates."""


@dataclass(frozen=True)
class ChildHistory:
    """One journey about to be written as rows."""

    journey: Journey
    person: Person
    involvements: list[Involvement]
    allocations: Allocations
    days: WorkingDays

    def team(self, day: dt.date) -> str | None:
        return team_on(self.involvements, day)

    def leaning(self, day: dt.date) -> float:
        return leaning_on(self.involvements, day)

    def worker(self, day: dt.date) -> str | None:
        """The id of the worker allocated that day."""
        there = (held for held in self.involvements if held.start <= day and (held.end is None or held.end > day))
        return next((held.worker.id for held in there), None)

    def key(self, letter: str, *parts: object) -> str:
        """A record id: the kind's letters, the journey's number, and what else distinguishes it."""
        return "-".join((f"{letter}{self.journey.number:07d}", *(str(part) for part in parts)))

    @property
    def referral_id(self) -> str:
        return self.key("R")


def flags(keys: Iterable[str], set_keys: Iterable[str], **others: object) -> str:
    """A JSON column of Y and N flags, with whatever else it holds."""
    chosen = set(set_keys)
    return json.dumps({key: "Y" if key in chosen else "N" for key in keys} | others, separators=(",", ":"))


def yes_no(answer: bool) -> str:
    """As the case systems write it."""
    return "Y" if answer else "N"


def visit_rows(
    table: str, prefix: str, rng: random.Random, events: Iterable[Event], keys: Iterator[dict[str, Any]]
) -> Iterator[TableRow]:
    """Rows of a visits table: columns named by ``prefix`` (``cppv_cp_visit``), ids and references from ``keys``."""
    for event, key in zip(events, keys, strict=False):
        row = {
            **key,
            f"{prefix}_date": event.day,
            f"{prefix}_seen": yes_no(event.valid),
            f"{prefix}_seen_alone": yes_no(event.valid and rng.random() < 0.62),
        }
        if not prefix.startswith("clav"):
            row[f"{prefix}_bedroom"] = yes_no(event.valid and rng.random() < 0.45)
        yield table, row

"""How many are open at each month end: who starts, who ends, and the count exactly as meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.sample.history.apportion import how_many

if TYPE_CHECKING:
    import datetime as dt
    import random
    from collections.abc import Callable, Mapping

    from pipelines.periods import Period
    from pipelines.sample.history.calendar import WorkingDays


@dataclass(slots=True)
class Spell:
    """Something with a start and, once it is over, an end. It must be over by ``latest`` where there is one."""

    start: dt.date
    end: dt.date | None = None
    latest: dt.date | None = None

    def runs_on(self, day: dt.date) -> bool:
        """Open at the end of the day."""
        return self.start <= day and (self.end is None or self.end > day)

    def length_on(self, day: dt.date) -> int:
        """Days since the start."""
        return (day - self.start).days


@dataclass(frozen=True)
class Stock:
    """What makes a stock: the count at each month end, starts a month, how a start looks, and who tends to end."""

    counts: Mapping[Period, int]
    starts: float
    new: Callable[[random.Random, dt.date], Spell]
    readiness: Callable[[Spell, dt.date], float]


def live(rng: random.Random, days: WorkingDays, stock: Stock, initial: list[Spell]) -> list[Spell]:
    """Every spell of the stock in order of start; ``initial`` is open before the first month after the first count."""
    every = list(initial)
    running = list(initial)
    for month, count in list(stock.counts.items())[1:]:
        overdue = [spell for spell in running if spell.latest and spell.latest <= month.last_day]
        arrivals = max(how_many(rng, stock.starts, month), count + len(overdue) - len(running))
        started = [stock.new(rng, days.some_day(rng, month)) for _ in range(arrivals)]
        for spell in overdue:
            spell.end = spell.latest
        running = [spell for spell in running if spell.end is None]
        _end_some(rng, days, stock, running, len(running) + len(started) - count, month)
        running = [spell for spell in running if spell.end is None] + started
        every += started
    return sorted(every, key=lambda spell: spell.start)


def _end_some(
    rng: random.Random, days: WorkingDays, stock: Stock, running: list[Spell], wanted: int, month: Period
) -> None:
    first = month.last_day.replace(day=1)
    ranked = sorted(running, key=lambda spell: -(rng.random() ** (1 / stock.readiness(spell, first))))
    for spell in ranked[: max(wanted, 0)]:
        end = days.some_day(rng, month)
        spell.end = min(end, spell.latest) if spell.latest else end

"""What falls due, and whether it is held: one clock for visits and reviews alike.

The register's conventions, lived rather than measured: an event closes the earliest open obligation and starts the
next clock; where nothing is held by the due date and one interval more, that obligation is missed and a further one
stands; what is unmet and due on or after the end lapses; what is held by its due date counts, on the last day too.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.sample.history import shape

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from pipelines.sample.history.apportion import Pace
    from pipelines.sample.history.calendar import WorkingDays

A_DAY = dt.timedelta(1)


@dataclass(frozen=True, slots=True)
class Event:
    """Something held, or only attempted (``valid`` False: child not seen, review cancelled, not quorate)."""

    day: dt.date
    due: dt.date
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Obligation:
    """What falls due, the day from which its clock runs, and how many were held before it."""

    since: dt.date
    due: dt.date
    held_before: int

    @property
    def interval(self) -> int:
        """Calendar days from the start of the clock to the due date."""
        return (self.due - self.since).days


@dataclass(frozen=True)
class Clock:
    """When the next falls due, when one on time or late is held, and how life goes.

    ``due_after(day, held)`` is what falls due after that day, so many being held before. ``earliest`` is how many
    calendar days before its due date an event may be held (but not in the first half of the interval), and ``latest``
    how many after it (but before the next would be due). ``runs`` are the chances that one, two or three intervals
    pass unseen once one does. ``attempts`` is the chance that a failure began with an attempt.
    """

    pace: Pace
    due_after: Callable[[dt.date, int], dt.date]
    earliest: int
    latest: int
    runs: tuple[float, ...] = (1.0,)
    attempts: float = 0.0


@dataclass(frozen=True)
class Course:
    """The time in which the clock runs; ``closing`` where the last event is held on the very end."""

    start: dt.date
    end: dt.date | None
    closing: bool = False
    leaning: Callable[[dt.date], float] = lambda _: 0.0

    @property
    def limit(self) -> dt.date:
        return self.end or dt.date.max


SHORTEST_GAP_BEFORE_CLOSING = 14


def held(rng: random.Random, days: WorkingDays, clock: Clock, course: Course) -> Iterator[Event]:
    """Every event of a course, in order, up to the horizon of the sample."""
    since, held_before = course.start, 0
    while since < shape.HORIZON:
        obligation = Obligation(since, clock.due_after(since, held_before), held_before)
        events = list(_next(rng, days, clock, course, obligation))
        yield from events
        if not events or not events[-1].valid or events[-1].day >= course.limit:
            return
        since, held_before = events[-1].day, held_before + 1


def _next(rng: random.Random, days: WorkingDays, clock: Clock, course: Course, open_one: Obligation) -> Iterator[Event]:
    """What comes of one obligation: attempts and then the event that closes it, if any."""
    due = open_one.due
    if due >= course.limit:
        day = _before_the_end(rng, days, clock, course, open_one)
        if day is not None:
            clock.pace.happened(due, True)
            yield Event(day, due)
    elif clock.pace.is_met(due, course.leaning(due)):
        yield Event(_in_time(rng, days, clock, open_one), due)
    else:
        yield from _late(rng, days, clock, course, open_one)


def _before_the_end(
    rng: random.Random, days: WorkingDays, clock: Clock, course: Course, open_one: Obligation
) -> dt.date | None:
    """Held although the end comes before it is due: the closing event, or one that happened to be early enough."""
    if course.closing:
        return course.limit if (course.limit - open_one.since).days >= SHORTEST_GAP_BEFORE_CLOSING else None
    day = _in_time(rng, days, clock, open_one)
    return day if day < course.limit else None


def _in_time(rng: random.Random, days: WorkingDays, clock: Clock, open_one: Obligation) -> dt.date:
    """A working day on or before the due date; another day only where no working day is left."""
    early = rng.randint(0, min(clock.earliest, open_one.interval // 2))
    day = days.on_or_before(open_one.due - dt.timedelta(early))
    return day if day > open_one.since else max(days.on_or_before(open_one.due), open_one.since + A_DAY)


def _late(rng: random.Random, days: WorkingDays, clock: Clock, course: Course, open_one: Obligation) -> Iterator[Event]:
    """One or more obligations unmet in a row, and then the event that closes the last of them, if any."""
    unmet = 1 if open_one.held_before == 0 else rng.choices(range(1, len(clock.runs) + 1), clock.runs)[0]
    last = open_one.due
    for _ in range(unmet - 1):
        following = clock.due_after(last, open_one.held_before)
        if following >= course.limit:
            return
        last = following
        clock.pace.happened(last, False)
    if rng.random() < clock.attempts:
        yield Event(_in_time(rng, days, clock, open_one), open_one.due, valid=False)
    day = _after(rng, days, last, min(clock.latest, open_one.interval - 1))
    if day < course.limit:
        yield Event(day, last)
    elif course.closing:
        yield Event(course.limit, last)


def _after(rng: random.Random, days: WorkingDays, due: dt.date, latest: int) -> dt.date:
    """A day after the due date, a working one where there is one in reach."""
    day = days.on_or_before(due + dt.timedelta(rng.randint(1, latest)))
    return day if day > due else due + A_DAY

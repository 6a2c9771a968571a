"""Sharing out: how many of what happen, and which of them are late, so that the totals are as meant."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from pipelines.sample.history.calendar import month_of
from pipelines.sample.history.shape import QUIET_MONTHS, in_window

if TYPE_CHECKING:
    import datetime as dt
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from pipelines.periods import Period
    from pipelines.sample.history.shape import Share

MONTH_LEANS = (0.2, -0.3, 0.35, -0.4, 0.05, 0.25, -0.2)
"""Some months go better than others: by the month's number, repeating."""


def months_between(first: Period, last: Period) -> Iterator[Period]:
    """Every month from the first to the last, both included."""
    month = first
    while month <= last:
        yield month
        month = month.plus(1)


def stochastic_round(rng: random.Random, number: float) -> int:
    """A whole number whose mean is ``number``."""
    return int(number + rng.random())


def how_many(rng: random.Random, mean: float, month: Period) -> int:
    """How many of something that is about ``mean`` a month happen in this one."""
    return stochastic_round(rng, mean * QUIET_MONTHS.get(month, 1.0) * rng.uniform(0.88, 1.12))


def between_anchors(anchors: Mapping[Period, int], scale: float, rng: random.Random) -> dict[Period, int]:
    """A count for each month end: the anchors exactly, the rest along straight lines with some unrest."""
    marks = sorted(anchors)
    counts = {mark: round(anchors[mark] * scale) for mark in marks}
    for low, high in pairwise(marks):
        steps = list(months_between(low, high))
        for step, month in enumerate(steps[1:-1], start=1):
            level = anchors[low] + (anchors[high] - anchors[low]) * step / (len(steps) - 1)
            counts[month] = round((level + rng.uniform(-4, 4)) * scale)
    return dict(sorted(counts.items()))


def late_ones(rng: random.Random, days: Sequence[dt.date], fixed: Sequence[dt.date], share: Share) -> set[int]:
    """Which of the events on ``days`` are late, by index, so that days and ``fixed`` (all on time) reach the share.

    The window is one exact total; each month before or after it is a total of its own.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for index, day in enumerate(days):
        groups[_group(day)].append(index)
        sizes[_group(day)] += 1
    for day in fixed:
        sizes[_group(day)] += 1
    late: set[int] = set()
    for group, members in groups.items():
        level = share.window if group == "window" else share.at(days[members[0]])
        wanted = sizes[group] - _half_up(level * sizes[group])
        odds = {index: math.exp(-0.6 * MONTH_LEANS[days[index].month % 7]) for index in members}
        ranked = sorted(members, key=lambda index: -(rng.random() ** (1 / odds[index])))
        late.update(ranked[: max(wanted, 0)])
    return late


def _group(day: dt.date) -> str:
    return "window" if in_window(day) else month_of(day)


def _half_up(number: float) -> int:
    return int(number + 0.5)


class Pace:
    """Decides which of the obligations falling due are met, so that the window's share comes out as meant.

    What is owed to the share is carried from each obligation to the next, whoever's it is; chance and leanings
    (a team's, a month's) only move which of them are met. ``unrest`` is how far they may.
    """

    def __init__(self, rng: random.Random, share: Share, unrest: float) -> None:
        self._rng = rng
        self._share = share
        self._unrest = unrest
        self._owed = 0.0

    def is_met(self, due: dt.date, leaning: float) -> bool:
        """Whether an obligation due on this day, of a team that leans so (-1 to 1), is met."""
        lean = 0.6 * leaning + 0.4 * MONTH_LEANS[due.month % 7]
        if not in_window(due):
            share = self._share.at(due)
            return self._rng.random() < share + 0.5 * share * (1 - share) * lean
        met = self._owed + self._share.window + self._unrest * (self._rng.uniform(-1, 1) + 0.5 * lean) >= 0.5
        met = met or self._share.window == 1.0
        self.happened(due, met)
        return met

    def happened(self, due: dt.date, met: bool) -> None:
        """Take note of an obligation which life has decided already."""
        if in_window(due):
            self._owed += self._share.window - met

"""Working days and calendar months, as the register's conventions count them."""

from __future__ import annotations

import calendar as gregorian
import csv
import datetime as dt
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Collection
    from pathlib import Path

    from pipelines.periods import Period

FIRST_DAY = dt.date(2010, 1, 1)
LAST_DAY = dt.date(2023, 12, 31)


class WorkingDays:
    """England's working days from 2010 to 2023: Monday to Friday, not one of the bank holidays given.

    ``elapsed`` counts the working days in (start, end]: day 0 is the start day.
    """

    def __init__(self, bank_holidays: Collection[dt.date]) -> None:
        every = [FIRST_DAY + dt.timedelta(days) for days in range((LAST_DAY - FIRST_DAY).days + 1)]
        working = [day.weekday() < 5 and day not in bank_holidays for day in every]
        self._origin = FIRST_DAY.toordinal()
        self._upto = list(accumulate(working))
        self._days = [day for day, works in zip(every, working, strict=True) if works]

    @classmethod
    def from_file(cls, path: Path) -> WorkingDays:
        """Read the bank holidays from a CSV file with a column ``date`` in ISO form."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            return cls({dt.date.fromisoformat(row["date"]) for row in csv.DictReader(file)})

    def _number(self, day: dt.date) -> int:
        return self._upto[day.toordinal() - self._origin]

    def elapsed(self, start: dt.date, end: dt.date) -> int:
        """Working days in (start, end]."""
        return self._number(end) - self._number(start)

    def after(self, start: dt.date, days: int) -> dt.date:
        """The day so many working days after ``start``; with 0 the last working day on or before it."""
        return self._days[self._number(start) + days - 1]

    def before(self, end: dt.date, days: int) -> dt.date:
        """The working day from which exactly so many working days elapse to ``end``."""
        return self.after(end, -days)

    def on_or_before(self, day: dt.date) -> dt.date:
        """The day itself if it is worked, else the last working day before it."""
        return self.after(day, 0)

    def some_day(self, rng: random.Random, month: Period) -> dt.date:
        """A working day of the month, each as likely as another."""
        first = self._number(dt.date(month.year, month.month, 1) - dt.timedelta(1))
        return self._days[rng.randrange(first, self._number(month.last_day))]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month where it has no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(years, month + 1, min(day.day, gregorian.monthrange(years, month + 1)[1]))


def add_years(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 29 February falls on the 28th."""
    return add_months(day, 12 * years)


def month_of(day: dt.date) -> str:
    """``2021-02``"""
    return f"{day.year:04d}-{day.month:02d}"

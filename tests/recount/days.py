"""Working days, months and birthdays."""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

FIRST_DAY, LAST_DAY = date(1995, 1, 1), date(2050, 12, 31)
BANK_HOLIDAYS = holidays.country_holidays("GB", subdiv="ENG", years=range(FIRST_DAY.year, LAST_DAY.year + 1))
WORKING_DAYS = [
    day
    for number in range((LAST_DAY - FIRST_DAY).days + 1)
    if (day := FIRST_DAY + timedelta(days=number)).weekday() < 5 and day not in BANK_HOLIDAYS
]


def in_calendar(day: date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def working_days(start: date, end: date) -> int:
    """How many working days lie after the start, up to and including the end."""
    return bisect_right(WORKING_DAYS, end) - bisect_right(WORKING_DAYS, start)


def after_working_days(start: date, number: int) -> date:
    """The last day in time: the start is day 0."""
    return WORKING_DAYS[bisect_right(WORKING_DAYS, start) - 1 + number]


def after_months(start: date, number: int) -> date:
    """The same day of that month, or its last day where there is none."""
    year, month = divmod(start.year * 12 + start.month - 1 + number, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def birthday(born: date, years: int) -> date:
    """Of 29 February: 1 March where the year has no 29th."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


@dataclass(frozen=True)
class Timescale:
    number: int
    unit: str

    def after(self, start: date) -> date:
        """The last day in time."""
        match self.unit:
            case "working_days":
                return after_working_days(start, self.number)
            case "days":
                return start + timedelta(days=self.number)
            case "weeks":
                return start + timedelta(weeks=self.number)
            case "months":
                return after_months(start, self.number)
        raise ValueError(self.unit)


@dataclass(frozen=True)
class Sooner:
    """Two clocks at once: what falls due first is due."""

    one: Timescale
    other: Timescale

    def after(self, start: date) -> date:
        return min(self.one.after(start), self.other.after(start))


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_ends(first: date, last: date) -> list[date]:
    """The last day of every month from the first's to the last's."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return [month_end(after_months(first.replace(day=1), number)) for number in range(months + 1)]


def in_the_month_to(end: date, day: date) -> bool:
    return end.replace(day=1) <= day <= end


def in_twelve_months_to(end: date, day: date) -> bool:
    return after_months(end.replace(day=1), -11) <= day <= end

"""The reporting month: parsed, ordered, and never confused with a date."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from pipelines.faults import Exit, Fault

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class NotAMonth(Fault, ValueError):
    """A text that should name a month such as 2021-02 does not."""

    exit_code = Exit.USAGE


@dataclass(frozen=True, order=True)
class Period:
    """One calendar month. Its text, everywhere, is ``2021-02``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2021-02``; raises NotAMonth for anything else."""
        match = _MONTH.fullmatch(text)
        if match is None:
            raise NotAMonth(f"{text!r} is not a month: write it as 2021-02 (year, hyphen, two-digit month)")
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def last_day(self) -> dt.date:
        """The month's end, the as-of date of everything reported for it."""
        return dt.date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def name(self) -> str:
        """For people: ``February 2021``."""
        return f"{calendar.month_name[self.month]} {self.year}"

    @property
    def collection_year_start(self) -> Period:
        """The April in which the collection year of the month began: it runs from 1 April to 31 March."""
        return Period(self.year if self.month >= 4 else self.year - 1, 4)

    @property
    def collection_year(self) -> int:
        """The year in which the collection year of the month ends, by which returns are called."""
        return self.collection_year_start.year + 1

    def plus(self, months: int) -> Period:
        """The month so many months later (or, negative, earlier)."""
        years, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Period(years, month + 1)


def named_month(partition_key: str | None, parameter: str | None) -> Period:
    """The month a run is for: its partition key, else its parameter, else a clear error."""
    text = partition_key or parameter
    if text is None:
        raise NotAMonth("nothing names the month: give a partition key or the parameter month, such as 2021-02")
    return Period.parse(text)

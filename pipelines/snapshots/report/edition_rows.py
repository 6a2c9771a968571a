"""Figures as people read them, and the rows of an edition's tables from which they come.

A figure that disclosure control hid, or that was rounded to 0, is its symbol in square brackets, as the Government
Statistical Service writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.periods import Period
from pipelines.rounding import half_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from pathlib import Path

Row = dict[str, Any]
UNITS = {"percent": "%", "per_10000": " per 10,000"}
POINTS = "percentage points"
HIDDEN = "[c]"
LOW = "[low]"
MINUS = "\N{MINUS SIGN}"


class Edition:
    """The tables of one edition, read from its Parquet files and from nowhere else."""

    def __init__(self, folder: Path, month: Period) -> None:
        self.month = month
        self._folder = folder
        self._connection = duckdb.connect()
        self._connection.execute("SET threads = 1")

    def has(self, table: str) -> bool:
        """Whether the table is in this edition at all."""
        return (self._folder / f"{table}.parquet").exists()

    def rows(self, table: str, **equal: str | int | bool | None) -> list[Row]:
        """The rows in which each named column is so, in the order of the file; none of a table that is not there."""
        if not self.has(table):
            return []
        relation = self._connection.read_parquet(str(self._folder / f"{table}.parquet"))
        for name, value in equal.items():
            column = duckdb.ColumnExpression(name)
            relation = relation.filter(column.isnull() if value is None else column == duckdb.ConstantExpression(value))
        names = relation.columns
        return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]

    def write_rows(self, table: str, file: Path, **equal: str) -> None:
        """The same rows as CSV, in the order of the file; nothing of a table that is not there."""
        if not self.has(table):
            return
        relation = self._connection.read_parquet(str(self._folder / f"{table}.parquet"))
        for name, value in equal.items():
            relation = relation.filter(duckdb.ColumnExpression(name) == duckdb.ConstantExpression(value))
        relation.write_csv(str(file), header=True)

    def of_month(self, table: str, authority: str, **equal: str | int | bool | None) -> list[Row]:
        """The rows of an authority in the reporting month."""
        return self.rows(table, authority_code=authority, reporting_month=str(self.month), **equal)


def month_name(month: str) -> str:
    """``February 2021``."""
    return Period.parse(month).name


def number(value: float | Decimal) -> str:
    """To one decimal place, unless it is whole: ``1,456``, ``143.6``."""
    rounded = half_up(value, 1)
    return f"{rounded:,.{0 if rounded == int(rounded) else 1}f}"


def in_unit(value: float | Decimal, unit: str) -> str:
    """``95.0%``, ``111.0 per 10,000``, ``14.0``; a count stays whole."""
    return number(value) if unit == "count" else f"{half_up(value, 1):,}{UNITS.get(unit, '')}"


def printed(row: Mapping[str, Any], name: str, unit: str) -> str:
    """A column in its unit, or the symbol that stands for it; a share of nobody says so."""
    if is_low(row, name):
        return LOW
    if row[name] is not None:
        return in_unit(row[name], unit)
    if is_hidden(row, name):
        return HIDDEN
    return "nothing to count" if unit == "percent" else "none"


def counted(row: Mapping[str, Any], name: str) -> str:
    """A numerator or denominator, or the symbol that stands for it."""
    if is_low(row, name):
        return LOW
    if row[name] is not None:
        return number(row[name])
    return HIDDEN if is_hidden(row, name) else "none"


def fraction(row: Mapping[str, Any], before: str = "") -> str | None:
    """``1,456 of 1,533``, of a ratio ``2,016 divided by 143.6``; None of a count, or where both ends are hidden."""
    numerator, denominator = f"{before}numerator", f"{before}denominator"
    if row["unit"] == "count" or (row[numerator] is None and row[denominator] is None):
        return None
    word = "divided by" if row["unit"] == "ratio" else "of"
    return f"{counted(row, numerator)} {word} {counted(row, denominator)}"


def is_hidden(row: Mapping[str, Any], name: str = "value") -> bool:
    """Whether disclosure control hid it."""
    return row[name] is None and row.get(f"{name}_symbol") == "c"


def is_low(row: Mapping[str, Any], name: str) -> bool:
    """Whether it was rounded to 0, and so may not be 0."""
    return row.get(f"{name}_symbol") == "low"


def difference(value: float, unit: str, more: str = "more", less: str = "fewer") -> str:
    """``6.6 percentage points more``, ``65 more``, ``the same``."""
    shown = half_up(abs(value), 1)
    if shown == 0:
        return "the same"
    points = f" {POINTS}" if unit == "percent" else ""
    return f"{number(shown) if unit == 'count' else shown}{points} {more if value > 0 else less}"


def signed(value: float, unit: str) -> str:
    """``+6.6``, with a minus sign that is one."""
    sign = "+" if value > 0 else MINUS if half_up(abs(value), 1) else ""
    return f"{sign}{number(abs(value))}{f' {POINTS}' if unit == 'percent' else ''}"


def window_name(first: str, last: str) -> str:
    """``September 2020 to February 2021``, or the month alone."""
    return month_name(last) if first == last else f"{month_name(first)} to {month_name(last)}"

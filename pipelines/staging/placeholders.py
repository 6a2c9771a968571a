"""Makes blank what stands in place of a value, and gives each id one form, before anything else looks at the text.

``expectations/placeholders.csv`` is the reviewed list: what stands in columns of any kind, in those of ids, and which
dates stand for none. A word that is a code of its own column, such as ``NONE``, is that code. Where a row refers to
another by what stands for an id, it is counted as well: which row is meant is not known.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from sqlglot import exp

from pipelines import findings, storage
from pipelines.contracts.model import BadContract
from pipelines.staging import casting
from pipelines.staging.outcome import DeliveryNotice
from pipelines.staging.unread import PLACEHOLDER_SHAPE, UnreadShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from pipelines.contracts.model import Column, Contract
    from pipelines.staging.reading import Reading

LIST = "placeholders.csv"
AS_GIVEN = "{}__as_given"
HAVE_ONE_FORM = {"identifier", "text"}
Name = TypeVar("Name", bound=Hashable)
StandsIn = Literal["any", "identifier", "date"]


@dataclass(frozen=True)
class Placeholders:
    """What stands for nothing, in lower case: in a column of any kind, in one of ids, and as a date."""

    any: tuple[str, ...]
    identifier: tuple[str, ...]
    date: tuple[str, ...]

    @property
    def years(self) -> str:
        """A pattern that hardly any other date holds: most need not be read twice."""
        return "|".join(sorted({day[:4] for day in self.date}))

    def of(self, column: Column) -> tuple[str, ...]:
        words = self.any + (self.identifier if column.kind == "identifier" else ())
        own = {*map(str.lower, column.codes), *column.aliases, *column.no_answers}
        return tuple(word for word in words if word not in own)


@storage.cached_by_files(LIST)
def load_placeholders(expectations: Path) -> Placeholders:
    """The list; raises BadContract naming the line that says nothing that can be used."""
    found: dict[str, list[str]] = {kind: [] for kind in get_args(StandsIn)}
    with (expectations / LIST).open(encoding="utf-8", newline="") as lines:
        for number, raw in enumerate(csv.DictReader(lines), start=2):
            kind, placeholder = raw["stands_in"], raw["placeholder"].lower()
            if kind not in found or not placeholder or (kind == "date" and not _is_date(placeholder)):
                raise BadContract(f"{LIST}, line {number}: say any, identifier or date, and what stands there")
            found[kind].append(placeholder)
    return Placeholders(*(tuple(found[kind]) for kind in get_args(StandsIn)))


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def blank_placeholders(connection: duckdb.DuckDBPyConnection, reading: Reading, placeholders: Placeholders) -> None:
    """Put a view without placeholders in place of each raw table that has some; one notice a column."""
    for name, contract in reading.filled.items():
        columns = _columns(contract, reading.headings[name])
        if not columns:
            continue
        forms = {(name, each): _has_another_form(column) for each, column in columns.items()}
        words = {each: _may_be_placeholder(column, placeholders) for each, column in columns.items()}
        found = _counted(connection, name, forms | words)
        suspect = {each: _is_placeholder(columns[each], placeholders) for each in words if each in found}
        blank = _counted(connection, name, suspect)
        reading.notices += [DeliveryNotice(findings.PLACEHOLDER, name, heading) for heading in blank]
        wanted = [column for each, column in columns.items() if each in blank or (name, each) in found]
        if wanted:
            _replace_view(connection, name, wanted, placeholders)


def unknown_references(
    connection: duckdb.DuckDBPyConnection, reading: Reading, placeholders: Placeholders
) -> Iterator[UnreadShape]:
    """How many values of each column that refers to another table are placeholders of ids, such as -1."""
    for name, contract in reading.filled.items():
        columns = [
            column
            for column in _columns(contract, reading.headings[name]).values()
            if column.kind == "identifier" and column.refers_to is not None
        ]
        if not columns:
            continue
        counts = exp.select(
            *(
                exp.func("count_if", fact)
                for column in columns
                for fact in (_stands_for(column, placeholders.identifier), _is_given(column, placeholders))
            )
        ).from_(casting.raw_table(name).as_("given"))
        found = connection.execute(counts.sql(casting.DIALECT)).fetchall()[0]
        for column, unknown, given in zip(columns, found[::2], found[1::2], strict=True):
            if unknown:
                yield UnreadShape(name, column.name, PLACEHOLDER_SHAPE, unknown, unknown, given)


def _is_given(column: Column, placeholders: Placeholders) -> exp.Expr:
    blank = tuple(word for word in placeholders.any if word not in placeholders.identifier)
    return exp.not_(_stands_for(column, blank))


def _stands_for(column: Column, words: tuple[str, ...]) -> exp.Expr:
    return exp.func("is_one_of_words", _in_one_form(column), casting.texts(words))


def _columns(contract: Contract, headings: set[str]) -> Mapping[str, Column]:
    """By heading: of several columns that are read from one, the first says what it is."""
    staged = (column for column in contract.columns if column.kind not in {"withheld", "answers"})
    first: dict[str, Column] = {}
    for column in staged:
        if column.heading in headings:
            first.setdefault(column.heading, column)
    return first


def _counted(connection: duckdb.DuckDBPyConnection, table: str, facts: Mapping[Name, exp.Expr]) -> dict[Name, int]:
    """Of how many rows of a table each fact is true, in one scan; those that are true of none are left out."""
    if not facts:
        return {}
    counts = exp.select(*(exp.func("count_if", fact) for fact in facts.values()))
    query = counts.from_(casting.raw_table(table).as_("given")).sql(casting.DIALECT)
    found = connection.execute(query).fetchall()[0]
    return {name: count for name, count in zip(facts, found, strict=True) if count}


def _replace_view(
    connection: duckdb.DuckDBPyConnection, name: str, columns: list[Column], placeholders: Placeholders
) -> None:
    as_given = AS_GIVEN.format(name)
    rename = exp.AlterRename(this=exp.to_identifier(as_given, quoted=True))
    alter = exp.Alter(this=casting.raw_table(name), kind="VIEW", actions=[rename])
    connection.execute(alter.sql(casting.DIALECT))
    values = [
        exp.case()
        .when(exp.not_(_is_placeholder(column, placeholders)), _in_one_form(column))
        .as_(column.heading, quoted=True)
        for column in columns
    ]
    query = exp.select(exp.Star(replace=values)).from_(casting.raw_table(as_given).as_("given"))
    view = exp.Create(this=casting.raw_table(name), kind="VIEW", expression=query)
    connection.execute(view.sql(casting.DIALECT))


def _may_be_placeholder(column: Column, placeholders: Placeholders) -> exp.Expr:
    """True of every placeholder and few other values: to plan how a date is read takes longer than this."""
    word = _stands_for_nothing(column, placeholders)
    if column.kind != "date":
        return word
    return exp.or_(word, exp.func("regexp_matches", casting.given(column), exp.Literal.string(placeholders.years)))


def _is_placeholder(column: Column, placeholders: Placeholders) -> exp.Expr:
    """Never null for a value that was given."""
    word = _stands_for_nothing(column, placeholders)
    if column.kind != "date":
        return word
    pattern, days = exp.Literal.string(placeholders.years), casting.texts(placeholders.date)
    return exp.or_(word, exp.func("is_one_of_days", casting.given(column), pattern, days))


def _stands_for_nothing(column: Column, placeholders: Placeholders) -> exp.Expr:
    return exp.func("is_one_of_words", _in_one_form(column), casting.texts(placeholders.of(column)))


def _has_another_form(column: Column) -> exp.Expr:
    return casting.given(column).neq(_in_one_form(column)) if column.kind in HAVE_ONE_FORM else exp.false()


def _in_one_form(column: Column) -> exp.Expr:
    given = casting.given(column)
    return exp.func("in_one_form", given) if column.kind in HAVE_ONE_FORM else given

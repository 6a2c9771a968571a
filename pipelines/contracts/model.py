"""The contracts of ``expectations/`` as frozen dataclasses.

A contract is an Open Data Contract Standard 3.1 file, one a table. The part of the standard that is read:

- ``schema[0]``: ``name`` (the staged table), ``physicalName`` (its file; any year in it stands for every year),
  ``description``, ``dataGranularityDescription``, ``properties``, ``quality``, and the custom properties ``optional``,
  ``symbols`` (what may stand in place of a number, and is kept in a column of its own), ``eventDate`` (the column that
  dates what a row records), ``team`` (the column of the team that a row belongs to), ``fileNames`` (what else its file
  is called), ``neverEmptyBeside`` (the table beside whose records it has some too), ``list`` (the number of its sheet
  in a workbook of lists), for returns in XML ``elements`` (the paths, below the root, of what makes a row),
  ``describesFile`` (its one row is about the file) and ``oneRow`` (every return has one), and for both ``key`` (what
  the reader makes a key from);
- a property's ``id`` (its reference in rule codes), ``name``, ``physicalName`` (its heading, where that is no plain
  name), ``businessName``, ``description``, ``logicalType``,
  ``pattern``, ``maxLength`` and ``maximum`` in ``logicalTypeOptions``, ``required``, ``primaryKey``,
  ``criticalDataElement`` (a figure would be wrong without the column),
  ``classification``, ``relationships``, the ``invalidValues`` metric with its ``validValues``, nested ``properties``
  (the flags of a JSON column), and the custom properties ``pseudonym``, ``aliases``, for survey answers ``words`` and
  ``noAnswer``, and for returns in XML ``element`` (the path of its value from the row's element, where that is not its
  heading; see ``pipelines.readers.xml``), ``onlyIn`` (xml: no file of text has it), ``expected`` (some row of a
  return has it, or it is missing: a figure needs it) and ``largestBlankPercent`` (where more rows are blank, the column
  counts as missing: 100 is all of them);
- a quality rule of ``engine: greatExpectations``: ``id``, ``description``, ``severity``, ``implementation`` (``type``
  and ``kwargs``), and the custom properties ``consequence``, ``remedy`` and ``column``. An ``unexpected_rows_query``
  that ends in ``.sql`` is a file of ``sql/staging/rules``, and gives the lines of the rows that break the rule.

Everything else in a contract is for the people and tools that read the standard. What differs from one collection year
to another is in ``years.csv`` beside a source's contracts, which hold all that any year has; what people write in place
of a heading or a code is in ``spellings.csv``; where else a value is found that a file does not have, in
``elsewhere.csv``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipelines.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.findings import Rule
    from pipelines.periods import Period

Kind = Literal[
    "identifier",
    "date",
    "integer",
    "number",
    "boolean",
    "code",
    "text",
    "flag",
    "answers",
    "answer",
    "symbol",
    "withheld",
]
History = Literal["full", "own_month", "collection_year"]

DUCKDB_TYPES: dict[Kind, str] = {
    "identifier": "UUID",
    "date": "DATE",
    "integer": "BIGINT",
    "number": "DECIMAL(12,4)",
    "boolean": "BOOLEAN",
    "code": "VARCHAR",
    "text": "VARCHAR",
    "flag": "BOOLEAN",
    "answers": "STRUCT(question_id VARCHAR, answer INTEGER)[]",
    "answer": "INTEGER",
    "symbol": "VARCHAR",
}
WITHHELD = {"direct_identifier", "free_text"}
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]*")
QUERY = "unexpected_rows_query"
CHILD = "person"
A_YEAR = re.compile(r"(?<=_)\d{4}(?=_|$)")
MADE_KEY = "@key"
"""In place of a path: a key made by the reader, for what has none in the file."""

EXTRACTED_BY = "extracted_by"
"""In a check's arguments, the day after which an export of the delivery's month can know of nothing."""


class BadContract(Fault, ValueError):
    """A contract does not say what the pipeline needs to know: the software's fault, never the data's."""


@dataclass(frozen=True)
class Years:
    """The collection years, named by the one in which they end, from the first to the last that has something."""

    first: int
    last: int

    @property
    def in_words(self) -> str:
        """For people: ``2022 to 2024``."""
        return f"{self.first or 'the first'} to {self.last if self.last < NEVER else 'now'}"

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last


NEVER = 9999
EVERY_YEAR = Years(0, NEVER)


@dataclass(frozen=True)
class Elsewhere:
    """Where the value of a column is found that a file does not have.

    ``headings`` names another column of the file, in whose words the value stands, or, with ``table``, the row of that
    table to look it up in: the one whose ``key`` is the same gives its ``value``. Several headings make a key together.
    Without any it is the row's place in the file.
    """

    headings: tuple[str, ...]
    table: str
    key: str
    value: str

    @property
    def is_made_of_several(self) -> bool:
        return len(self.headings) > 1


@dataclass(frozen=True)
class Column:
    """One column of a table, declared once.

    ``path`` is where an XML return has it. ``code_years`` holds the codes that not every collection year has; of a
    contract of one year, those that it does not have.
    """

    name: str
    reference: str
    title: str
    description: str
    kind: Kind
    heading: str
    required: bool = False
    primary_key: bool = False
    critical: bool = False
    expected: bool = False
    classification: str = "internal"
    pseudonym: str | None = None
    codes: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    pattern: str | None = None
    longest: int = 0
    maximum: int = 0
    refers_to: tuple[str, str] | None = None
    json_key: str | None = None
    words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    no_answers: tuple[str, ...] = ()
    is_month_first: bool = False
    other_headings: tuple[str, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    largest_blank_percent: int | None = None
    path: str = ""
    is_only_xml: bool = False
    code_years: Mapping[str, Years] = field(default_factory=dict)
    years: Years = EVERY_YEAR
    is_of_year: bool = True

    @property
    def duckdb_type(self) -> str | None:
        """Its type in staging; None where it is never staged."""
        return DUCKDB_TYPES.get(self.kind)

    @property
    def is_read(self) -> bool:
        """Whether something can stand in it that cannot be read; any text is an id, if its shape is not known."""
        return self.pattern is not None if self.kind == "identifier" else self.kind != "symbol"


@dataclass(frozen=True)
class Check:
    """A rule as Great Expectations runs it on one table."""

    rule: Rule
    column: str | None
    expectation: str
    kwargs: Mapping[str, Any]
    asks_of_missing: bool = False


@dataclass(frozen=True)
class Contract:
    """What one table of one source must hold."""

    source: str
    name: str
    file_name: str
    title: str
    description: str
    grain: str
    optional: bool
    columns: tuple[Column, ...]
    declared_checks: tuple[Check, ...]
    event_date: str | None = None
    team: str | None = None
    other_file_names: tuple[str, ...] = ()
    list_number: int | None = None
    elements: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    describes_file: bool = False
    one_row: bool = False
    never_empty_beside: str | None = None
    years: Years = EVERY_YEAR
    is_of_year: bool = True

    @property
    def file_keys(self) -> frozenset[str]:
        return frozenset(map(file_key, (self.file_name, *self.other_file_names)))

    @property
    def part(self) -> str:
        """What it is called within a file that holds several tables."""
        if self.list_number is not None:
            return f"List {self.list_number}"
        return self.name.removeprefix(f"{self.source}_")

    @property
    def staged_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.duckdb_type is not None)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that the file is expected to have, in the specification's order."""
        expected = (column for column in self.columns if column.kind != "answers" and not column.is_only_xml)
        return tuple(dict.fromkeys(column.heading for column in expected))

    @property
    def xml_columns(self) -> tuple[Column, ...]:
        """The columns that an XML return fills."""
        return tuple(column for column in self.columns if column.kind not in {"symbol", "withheld"})

    @property
    def critical_headings(self) -> frozenset[str]:
        """The headings without which the table is staged, but counted from no more than if it were missing."""
        return frozenset(column.heading for column in self.columns if column.critical)

    @property
    def begins(self) -> Column | None:
        """The date on which what a row records began or happened, if figures depend on it."""
        dates = (column for column in self.columns if column.kind == "date" and column.critical)
        return next((column for column in dates if column.classification != "restricted"), None)

    @property
    def primary_key(self) -> Column | None:
        return next((column for column in self.columns if column.primary_key), None)

    @property
    def child(self) -> Column | None:
        """The column that says whose record a row is; the first, where it names several children."""
        return next((column for column in self.columns if column.pseudonym == CHILD), None)

    def with_columns(self, columns: tuple[Column, ...]) -> Contract:
        return replace(self, columns=columns)


@dataclass(frozen=True)
class SystemSign:
    """A column by which a case management system's export is known: its heading is there or, ``is_blank``, no value."""

    system: str
    versions: str
    table: str
    heading: str
    is_blank: bool


@dataclass(frozen=True)
class Source:
    """A kind of delivery: what it is called, what it covers, and its tables by name.

    ``newest_year`` is the newest of its returns that is known, named by the year of its reference date.
    ``document`` is what its one XML file is called, if it has one, and ``root`` that file's outermost element.
    """

    name: str
    title: str
    history: History
    covers_from: Period | None
    tables: Mapping[str, Contract]
    newest_year: int | None = None
    document: str | None = None
    root: str = ""
    systems: tuple[SystemSign, ...] = ()

    @property
    def file_keys(self) -> frozenset[str]:
        """By what the files of its tables are known, whatever their ending."""
        named = {key for contract in self.tables.values() for key in contract.file_keys}
        return frozenset(named if self.document is None else {*named, file_key(self.document)})

    def is_of_later_year(self, delivered: Period) -> bool:
        return self.newest_year is not None and self.year_of(delivered) > self.newest_year

    def year_of(self, delivered: Period) -> int:
        """The year of the return's reference date."""
        return delivered.collection_year if self.history == "collection_year" else delivered.year

    def first_month(self, delivered: Period) -> Period:
        """The first month that a delivery of this source says anything about."""
        if self.history == "collection_year":
            return delivered.collection_year_start
        return self.covers_from if self.history == "full" and self.covers_from is not None else delivered


def file_key(file_name: str) -> str:
    """By what a table's file is known: its name without its ending, and with no particular years."""
    return A_YEAR.sub("year", Path(file_name).stem.lower())

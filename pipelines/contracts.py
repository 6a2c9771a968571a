"""The contracts of ``expectations/`` as frozen dataclasses.

A contract is an Open Data Contract Standard 3.1 file, one a table. The part of the standard that is read:

- ``schema[0]``: ``name`` (the staged table), ``physicalName`` (its file; any year in it stands for every year),
  ``description``, ``dataGranularityDescription``, ``properties``, ``quality``, and the custom properties ``optional``,
  ``symbols`` (what may stand in place of a number, and is kept in a column of its own), ``eventDate`` (the column that
  dates what a row tells of), ``team`` (the column of the team that a row belongs to), ``fileNames`` (what else its file
  is called), ``list`` (the number of its sheet in a workbook of lists), for returns in XML ``elements`` (the paths,
  below the root, of what makes a row), ``describesFile`` (its one row is about the file) and ``oneRow`` (every return
  has one), and for both ``key`` (what the reader makes a key from);
- a property's ``id`` (its reference in rule codes), ``name``, ``physicalName`` (its heading, where that is no plain
  name), ``businessName``, ``description``, ``logicalType``,
  ``pattern``, ``maxLength`` and ``maximum`` in ``logicalTypeOptions``, ``required``, ``primaryKey``,
  ``criticalDataElement`` (a figure would be wrong without the column),
  ``classification``, ``relationships``, the ``invalidValues`` metric with its ``validValues``, nested ``properties``
  (the flags of a JSON column), and the custom properties ``pseudonym``, ``aliases``, for survey answers ``words`` and
  ``noAnswer``, and for returns in XML ``element`` (the path of its value from the row's element, where that is not its
  heading; see ``pipelines.readers.xml``), ``onlyIn`` (xml: no file of text has it) and ``expected`` (some row of a
  return has it, or it is missing: a figure needs it);
- a quality rule of ``engine: greatExpectations``: ``id``, ``description``, ``severity``, ``implementation`` (``type``
  and ``kwargs``), and the custom properties ``consequence``, ``remedy`` and ``column``. An ``unexpected_rows_query``
  that ends in ``.sql`` is a file of ``sql/rules``, and gives the lines of the rows that break the rule.

Everything else in a contract is for the people and tools that read the standard. What differs from one collection year
to another is in ``years.csv`` beside a source's contracts, which hold all that any year has; what people write in place
of a heading or a code is in ``spellings.csv``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pipelines import storage
from pipelines.findings import Consequence, Rule, Severity
from pipelines.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
YEARS = "years.csv"
SPELLINGS = "spellings.csv"
MADE_KEY = "@key"
"""In place of a path: a key made by the reader, for what has none in the file."""

FIRST_CALENDAR_DAY = "1995-01-01"
LAST_CALENDAR_DAY = "2030-12-31"
FIRST_BIRTHDAY = "1900-01-01"
EXTRACTED_BY = "extracted_by"
"""In a check's arguments, the day after which an export of the delivery's month can know of nothing."""


class BadContract(ValueError):
    """A contract does not say what the pipeline needs to know: the software's fault, never the data's."""


@dataclass(frozen=True)
class Years:
    """The collection years, told by the one in which they end, from the first to the last that has something."""

    first: int
    last: int

    @property
    def told(self) -> str:
        """For people: ``2022 to 2024``."""
        return f"{self.first or 'the first'} to {self.last if self.last < NEVER else 'now'}"

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last


NEVER = 9999
EVERY_YEAR = Years(0, NEVER)


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
        """The date on which what a row tells of began or happened, if figures depend on it."""
        dates = (column for column in self.columns if column.kind == "date" and column.critical)
        return next((column for column in dates if column.classification != "restricted"), None)

    @property
    def primary_key(self) -> Column | None:
        return next((column for column in self.columns if column.primary_key), None)

    @property
    def child(self) -> Column | None:
        """The column that says whose record a row is; the first, where it names several children."""
        return next((column for column in self.columns if column.pseudonym == CHILD), None)

    @property
    def structural_checks(self) -> tuple[Check, ...]:
        """Those that follow from the columns."""
        return tuple(check for column in self.staged_columns for check in _structural_checks(column))

    @property
    def checks(self) -> tuple[Check, ...]:
        """The structural checks, then the declared ones."""
        return (*self.structural_checks, *self.declared_checks)

    def with_columns(self, columns: tuple[Column, ...]) -> Contract:
        return replace(self, columns=columns)


@dataclass(frozen=True)
class Source:
    """A kind of delivery: what it is called, what it covers, and its tables by name.

    ``document`` is what its one XML file is called, if it has one, and ``root`` that file's outermost element.
    """

    name: str
    title: str
    history: History
    covers_from: Period | None
    tables: Mapping[str, Contract]
    document: str | None = None
    root: str = ""

    @property
    def file_keys(self) -> frozenset[str]:
        """By what the files of its tables are known, whatever their ending."""
        named = {key for contract in self.tables.values() for key in contract.file_keys}
        return frozenset(named if self.document is None else {*named, file_key(self.document)})

    def first_month(self, delivered: Period) -> Period:
        """The first month that a delivery of this source says anything about."""
        if self.history == "collection_year":
            return delivered.collection_year_start
        return self.covers_from if self.history == "full" and self.covers_from is not None else delivered

    def of_year(self, year: int) -> Source:
        """The source as one collection year has it, told by the year in which it ends."""
        return replace(self, tables={name: _of_year(contract, year) for name, contract in self.tables.items()})


def file_key(file_name: str) -> str:
    """By what a table's file is known: its name without its ending, and with no particular years."""
    return A_YEAR.sub("year", Path(file_name).stem.lower())


def load_sources(expectations: Path) -> dict[str, Source]:
    """Every source that has a ``source.yaml``, by name; raises BadContract naming the file."""
    return {path.parent.name: _load_source(path) for path in sorted(expectations.glob("*/source.yaml"))}


def load_contract(path: Path, source: str) -> Contract:
    """One contract file; raises BadContract naming the file and what it lacks."""
    try:
        return _contract(storage.read_yaml(path), source, path.parents[2] / "sql" / "rules")
    except (KeyError, TypeError, IndexError, ValueError, FileNotFoundError) as problem:
        raise BadContract(f"{path}: {type(problem).__name__}: {problem}") from problem


def with_local_codes(source: Source, expectations: Path, authority_code: str) -> Source:
    """The source with the authority's own codes beside the national ones that they stand for.

    They are read from ``codes/<authority_code>.csv`` (table_name, column_name, local_code, national_code, reviewed_on),
    a file that somebody reviewed; a code that is in neither list is a finding. Raises BadContract where a line names a
    table or column that is not there, or a national code that the column does not have.
    """
    file = codes_file(expectations, authority_code)
    if not file.exists():
        return source
    tables = dict(source.tables)
    with file.open(encoding="utf-8", newline="") as lines:
        for number, told in enumerate(csv.DictReader(lines), start=2):
            name = told["table_name"]
            if name.startswith(f"{source.name}_"):
                tables[name] = _with_local_code(tables.get(name), told, f"{file.name}, line {number}")
    return replace(source, tables=tables)


def codes_file(expectations: Path, authority_code: str) -> Path:
    return expectations / "codes" / f"{authority_code}.csv"


def _with_local_code(contract: Contract | None, told: Mapping[str, str], where: str) -> Contract:
    columns = () if contract is None else contract.columns
    column = next((column for column in columns if column.name == told["column_name"]), None)
    if contract is None or column is None or told["national_code"] not in column.codes:
        raise BadContract(f"{where}: {told['table_name']}.{told['column_name']} has no such code")
    aliases = {**column.aliases, told["local_code"].strip().lower(): told["national_code"]}
    return contract.with_columns(
        tuple(replace(each, aliases=aliases) if each is column else each for each in contract.columns)
    )


def _of_year(contract: Contract, year: int) -> Contract:
    columns = (
        replace(
            column,
            is_of_year=year in column.years,
            code_years={code: years for code, years in column.code_years.items() if year not in years},
        )
        for column in contract.columns
    )
    return replace(contract, columns=tuple(columns), is_of_year=year in contract.years)


def _with_years(contracts: Mapping[str, Contract], file: Path) -> dict[str, Contract]:
    """The contracts with what ``years.csv`` says: table_name, column_name, code, first_year, last_year.

    A line without a code is about the column, and one without a column about the table; a blank year is open.
    """
    tables = dict(contracts)
    with file.open(encoding="utf-8", newline="") as lines:
        for number, told in enumerate(csv.DictReader(lines), start=2):
            years = Years(int(told["first_year"] or 0), int(told["last_year"] or NEVER))
            contract = tables.get(told["table_name"])
            if contract is None:
                raise BadContract(f"{file}, line {number}: there is no table {told['table_name']}")
            tables[contract.name] = _with_line_of_years(contract, told, years, f"{file}, line {number}")
    return tables


def _with_line_of_years(contract: Contract, told: Mapping[str, str], years: Years, where: str) -> Contract:
    if not told["column_name"]:
        return replace(contract, years=years)
    column = next((column for column in contract.columns if column.name == told["column_name"]), None)
    if column is None or (told["code"] and told["code"] not in column.codes):
        raise BadContract(f"{where}: {contract.name}.{told['column_name']} has no such code, or is no column")
    changed = (
        replace(column, code_years={**column.code_years, told["code"]: years})
        if told["code"]
        else replace(column, years=years)
    )
    return contract.with_columns(tuple(changed if each is column else each for each in contract.columns))


def _with_spellings(contracts: Mapping[str, Contract], file: Path) -> dict[str, Contract]:
    """The contracts with what people write: column_name, spelling, code; without a code the heading is spelt so."""
    with file.open(encoding="utf-8", newline="") as lines:
        told = list(enumerate(csv.DictReader(lines), start=2))
    columns = [column for contract in contracts.values() for column in contract.columns]
    for number, line in told:
        if not any(column.name == line["column_name"] and line["code"] in ("", *column.codes) for column in columns):
            raise BadContract(f"{file}, line {number}: no column {line['column_name']} has the code {line['code']}")
    spelt = [line for _, line in told]
    return {
        name: contract.with_columns(tuple(_spelt(column, spelt) for column in contract.columns))
        for name, contract in contracts.items()
    }


def _spelt(column: Column, told: Sequence[Mapping[str, str]]) -> Column:
    mine = [line for line in told if line["column_name"] == column.name]
    aliases = {line["spelling"].lower(): line["code"] for line in mine if line["code"] in column.codes}
    headings = tuple(line["spelling"] for line in mine if not line["code"])
    return replace(column, aliases={**column.aliases, **aliases}, other_headings=headings)


def _load_source(path: Path) -> Source:
    told = storage.read_yaml(path)
    covers_from = told.get("covers_from")
    contracts = [load_contract(file, path.parent.name) for file in sorted(path.parent.glob("*.yaml")) if file != path]
    tables = {contract.name: contract for contract in contracts}
    for name, put in ((YEARS, _with_years), (SPELLINGS, _with_spellings)):
        if (file := path.with_name(name)).exists():
            tables = put(tables, file)
    return Source(
        name=path.parent.name,
        title=told["title"],
        history=told["history"],
        covers_from=None if covers_from is None else Period.parse(covers_from),
        tables=tables,
        document=told.get("document"),
        root=told.get("root", ""),
    )


def _contract(told: dict[str, Any], source: str, rules: Path) -> Contract:
    table = told["schema"][0]
    custom = _custom(table)
    symbols = custom.get("symbols", ())
    told_columns = [column for told_column in table["properties"] for column in _columns(told_column)]
    columns = tuple(part for column in told_columns for part in _with_symbol(column, symbols))
    return Contract(
        source=source,
        name=_plain(table["name"]),
        file_name=table["physicalName"],
        title=told["name"],
        description=table["description"],
        grain=table["dataGranularityDescription"],
        optional=bool(custom.get("optional", False)),
        columns=columns,
        declared_checks=tuple(_declared_check(quality, rules) for quality in table.get("quality", ())),
        event_date=_named(columns, custom.get("eventDate"), "date"),
        team=_named(columns, custom.get("team"), "text"),
        other_file_names=tuple(custom.get("fileNames", ())),
        list_number=custom.get("list"),
        elements=tuple(custom.get("elements", ())),
        key=tuple(custom.get("key", ())),
        describes_file=bool(custom.get("describesFile", False)),
        one_row=bool(custom.get("oneRow", False)),
    )


def _named(columns: Sequence[Column], name: str | None, kind: Kind) -> str | None:
    if name is not None and (name, kind) not in {(column.name, column.kind) for column in columns}:
        raise BadContract(f"{name} is not a column of the kind {kind}")
    return name


def _columns(told: dict[str, Any]) -> Iterator[Column]:
    custom = _custom(told)
    column = Column(
        name=_plain(told["name"]),
        reference=told["id"],
        title=told["businessName"],
        description=told["description"],
        kind=_kind(told, custom),
        heading=told.get("physicalName", told["name"]).lower(),
        required=bool(told.get("required", False)),
        primary_key=bool(told.get("primaryKey", False)),
        critical=bool(told.get("criticalDataElement", False)),
        expected=bool(custom.get("expected", False)),
        classification=told["classification"],
        pseudonym=custom.get("pseudonym"),
        codes=_codes(told),
        aliases=custom.get("aliases", {}),
        pattern=told.get("logicalTypeOptions", {}).get("pattern"),
        longest=told.get("logicalTypeOptions", {}).get("maxLength", 0),
        maximum=_maximum(told),
        refers_to=_reference(told),
        words={points: tuple(words) for points, words in custom.get("words", {}).items()},
        no_answers=tuple(custom.get("noAnswer", ())),
        path=custom.get("element", told.get("physicalName", told["name"])),
        is_only_xml=custom.get("onlyIn") == "xml",
    )
    nested = told.get("properties")
    if nested is None:
        yield column
        return
    for flag in nested:
        yield replace(
            column,
            name=_plain(f"{column.name}__{flag['name'].lower()}"),
            kind="flag",
            json_key=flag["name"],
            title=flag["businessName"],
            description=flag["description"],
            reference=flag["id"],
        )


def _with_symbol(column: Column, symbols: Sequence[str]) -> Iterator[Column]:
    """A number beside which the symbol is kept that was given in its place."""
    if not symbols or column.kind not in {"integer", "number"}:
        yield column
        return
    yield replace(column, no_answers=tuple(symbols))
    yield Column(
        name=f"{column.name}__symbol",
        reference=column.reference,
        title=f"{column.title}: symbol",
        description="The symbol that was given in place of the number.",
        kind="symbol",
        heading=column.heading,
        classification=column.classification,
        codes=tuple(symbols),
    )


def _kind(told: dict[str, Any], custom: Mapping[str, Any]) -> Kind:
    if told["classification"] in WITHHELD:
        return "withheld"
    logical = told["logicalType"]
    if logical == "string":
        return _string_kind(told, custom)
    kinds: dict[str, Kind] = {
        "date": "date",
        "integer": "integer",
        "number": "number",
        "boolean": "boolean",
        "array": "answers",
        "object": "flag",
    }
    return kinds[logical]


def _string_kind(told: dict[str, Any], custom: Mapping[str, Any]) -> Kind:
    """A staged text is an identifier, one of a list, or of a stated shape: there is no other way in."""
    if "pseudonym" in custom:
        return "identifier"
    if _codes(told):
        return "code"
    if "pattern" in told.get("logicalTypeOptions", {}):
        return "text"
    raise BadContract(f"{told['name']} would stage free text: give it codes, a pattern, a pseudonym, or withhold it")


def _maximum(told: dict[str, Any]) -> int:
    """Every number has one: without it, a person's number would pass for a count."""
    if told["logicalType"] not in {"integer", "number"} or told["classification"] in WITHHELD:
        return 0
    return int(told["logicalTypeOptions"]["maximum"])


def _codes(told: dict[str, Any]) -> tuple[str, ...]:
    for quality in told.get("quality", ()):
        if quality.get("metric") == "invalidValues":
            return tuple(str(code) for code in quality["arguments"]["validValues"])
    return ()


def _reference(told: dict[str, Any]) -> tuple[str, str] | None:
    for relationship in told.get("relationships", ()):
        table, column = relationship["to"].split(".")
        return table, column
    return None


def _custom(told: dict[str, Any]) -> dict[str, Any]:
    return {custom["property"]: custom["value"] for custom in told.get("customProperties", ())}


def _plain(name: str) -> str:
    if not PLAIN_NAME.fullmatch(name):
        raise BadContract(f"{name!r} is not a plain lower-case name")
    return name


def _declared_check(told: dict[str, Any], rules: Path) -> Check:
    custom = _custom(told)
    rule = Rule(
        code=told["id"],
        sentence=told["description"],
        remedy=custom["remedy"],
        severity=Severity(told["severity"]),
        consequence=Consequence(custom["consequence"]),
    )
    implementation = told["implementation"]
    kwargs = dict(implementation.get("kwargs", {}))
    query = kwargs.get(QUERY, "")
    if query.endswith(".sql"):
        kwargs[QUERY] = _whole_batch((rules / query).read_text(encoding="utf-8"))
    return Check(rule, custom.get("column"), implementation["type"], kwargs)


def _whole_batch(query: str) -> str:
    """Great Expectations asks that a query name its batch, which is the table itself."""
    return "\n".join(("WITH batch AS (SELECT * FROM {batch})", "SELECT failing.line FROM (", query, ") AS failing"))


def readable(column: str) -> str:
    """The name of the fact beside a column: whether what was given could be read. Null where nothing was given."""
    return f"{column}__readable"


def unrepeated(column: str) -> str:
    """The name of the fact beside a key: whether this is the first row with it."""
    return f"{column}__unrepeated"


def found(column: str) -> str:
    """The name of the fact beside a reference: whether the row it refers to was delivered."""
    return f"{column}__found"


_UNREADABLE = {
    "date": (
        "is not a date that can be read one way only",
        "Write it as 2021-02-28 or 28/02/2021; a number such as 44255 is a spreadsheet's count of days.",
    ),
    "integer": ("is not a whole number in the range that makes sense", "Give a whole number or leave it blank."),
    "number": ("is not a number in the range that makes sense", "Give a number or leave it blank."),
    "boolean": ("is not Y or N", "Give Y or N or leave it blank."),
    "code": ("is not one of the codes", "Use a code of the specification."),
    "identifier": ("is not of the stated shape", "Record it as it was given out."),
    "text": (
        "is not of the stated shape, or looks like a person's identifier",
        "Give the code, not a name or number.",
    ),
    "flag": ("cannot be read from the column's JSON as Y or N", "Extract the column again as valid JSON."),
    "answer": ("is not a point of the question's scale", "Give a point of the scale, or leave it blank."),
}


def _structural_checks(column: Column) -> Iterator[Check]:
    key_consequence = Consequence.REFUSE_ROW
    if column.required or column.primary_key:
        yield Check(
            Rule(
                f"{column.reference}-PRESENT",
                f"{column.title} is missing: the row cannot be used.",
                "Record it in the case management system.",
                Severity.CRITICAL,
                key_consequence,
            ),
            column.name,
            "expect_column_values_to_not_be_null",
            {"column": column.name},
        )
    if column.primary_key:
        yield _fact_check(
            column,
            "UNREPEATED",
            unrepeated(column.name),
            f"{column.title} was given to an earlier row already: the first is kept, this one refused.",
            "Find which record is right and remove the other, or give it an id of its own.",
            Severity.CRITICAL,
            key_consequence,
        )
    if column.is_read and column.kind in _UNREADABLE:
        what, remedy = _UNREADABLE[column.kind]
        yield _fact_check(
            column,
            "READABLE",
            readable(column.name),
            f"{column.title} {what}: it is read as blank.",
            remedy,
            Severity.WARNING,
            Consequence.WARN,
        )
    if column.code_years:
        yield Check(
            Rule(
                f"{column.reference}-OF-YEAR",
                f"{column.title} is a code of another collection year than the delivery's.",
                "Use a code of the collection year, or deliver the file in a month of its own year.",
                Severity.WARNING,
                Consequence.WARN,
            ),
            column.name,
            "expect_column_values_to_not_be_in_set",
            {"column": column.name, "value_set": sorted(column.code_years)},
        )
    if column.kind == "date":
        yield from _date_checks(column)
    if column.refers_to is not None:
        yield _fact_check(
            column,
            "FOUND",
            found(column.name),
            f"{column.title} refers to a row that {column.refers_to[0]} does not hold.",
            "Extract both tables at the same time, or correct the reference.",
            Severity.WARNING,
            Consequence.WARN,
        )


def _date_checks(column: Column) -> Iterator[Check]:
    if column.classification == "restricted":
        sentence, first_day = "lies outside 1900 to 2030.", FIRST_BIRTHDAY
    else:
        sentence, first_day = "lies outside 1995 to 2030: no clock can start or stop on it.", FIRST_CALENDAR_DAY
    yield _range_check(column, "IN-CALENDAR", sentence, {"min_value": first_day, "max_value": LAST_CALENDAR_DAY})
    if column.critical:
        sentence = "lies after the month in which the export was made."
        yield _range_check(column, "HAPPENED", sentence, {"max_value": EXTRACTED_BY})


def _range_check(column: Column, suffix: str, sentence: str, limits: Mapping[str, str]) -> Check:
    rule = Rule(
        f"{column.reference}-{suffix}",
        f"{column.title} {sentence}",
        "Correct the date.",
        Severity.WARNING,
        Consequence.WARN,
    )
    return Check(rule, column.name, "expect_column_values_to_be_between", {"column": column.name, **limits})


def _fact_check(
    column: Column,
    suffix: str,
    fact: str,
    sentence: str,
    remedy: str,
    severity: Severity,
    consequence: Consequence,
) -> Check:
    rule = Rule(f"{column.reference}-{suffix}", sentence, remedy, severity, consequence)
    return Check(rule, column.name, "expect_column_values_to_be_in_set", {"column": fact, "value_set": [True]})

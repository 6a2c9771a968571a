"""Reads the contracts of ``expectations/`` from their files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, WithJsonSchema

from pipelines import storage
from pipelines.contracts import odcs, strict
from pipelines.contracts.model import (
    PLAIN_NAME,
    QUERY,
    WITHHELD,
    BadContract,
    Check,
    Column,
    Contract,
    History,
    Kind,
    Source,
)
from pipelines.contracts.variants import (
    ELSEWHERE,
    SPELLINGS,
    SYSTEMS,
    YEARS,
    signs_of_systems,
    with_elsewhere,
    with_spellings,
    with_years,
)
from pipelines.findings import Rule
from pipelines.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def _month(text: object) -> Period | None:
    return None if text is None else Period.parse(str(text))


MONTH = WithJsonSchema({"type": ["string", "null"], "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"})


class SourceFile(strict.Strict):
    """A ``source.yaml``: what a kind of delivery is called, what it covers, and of what one file it is."""

    title: str
    history: History
    covers_from: Annotated[Period | None, BeforeValidator(_month), MONTH] = None
    newest_year: int | None = None
    document: str | None = None
    root: str = ""


@storage.cached_by_files("sources/*/*", "../sql/staging/rules/**/*.sql")
def load_sources(expectations: Path) -> dict[str, Source]:
    """Every source that has a ``source.yaml``, by name; raises BadContract naming the file."""
    return {path.parent.name: _load_source(path) for path in sorted(expectations.glob("sources/*/source.yaml"))}


def load_contract(path: Path, source: str) -> Contract:
    """One contract file; raises BadContract naming the file, the line and the key that is wrong."""
    try:
        declared = strict.read(path, odcs.SourceContract)
    except strict.BadFile as problem:
        raise BadContract(str(problem)) from problem
    try:
        return _contract(declared, source, path.parents[3] / "sql" / "staging" / "rules")
    except (ValueError, FileNotFoundError) as problem:
        raise BadContract(f"{strict.shown(path)}: {problem}") from problem


def _load_source(path: Path) -> Source:
    try:
        settings = strict.read(path, SourceFile)
    except strict.BadFile as problem:
        raise BadContract(str(problem)) from problem
    contracts = [load_contract(file, path.parent.name) for file in sorted(path.parent.glob("*.yaml")) if file != path]
    tables = {contract.name: contract for contract in contracts}
    for name, put in ((YEARS, with_years), (SPELLINGS, with_spellings), (ELSEWHERE, with_elsewhere)):
        if (file := path.with_name(name)).exists():
            tables = put(tables, file)
    systems = path.with_name(SYSTEMS)
    return Source(
        name=path.parent.name,
        title=settings.title,
        history=settings.history,
        covers_from=settings.covers_from,
        newest_year=settings.newest_year,
        tables=tables,
        document=settings.document,
        root=settings.root,
        systems=signs_of_systems(tables, systems) if systems.exists() else (),
    )


def _contract(declared: odcs.SourceContract, source: str, rules: Path) -> Contract:
    (table,) = declared.tables
    custom = table.custom_properties
    given_columns = [column for given in table.properties for column in _columns(given)]
    columns = tuple(part for column in given_columns for part in _with_symbol(column, custom.symbols))
    return Contract(
        source=source,
        name=_plain(table.name),
        file_name=table.physical_name,
        title=declared.name,
        description=table.description,
        grain=table.data_granularity_description,
        optional=custom.optional,
        columns=columns,
        declared_checks=tuple(_declared_check(quality, rules) for quality in table.quality),
        event_date=_named(columns, custom.event_date, "date"),
        team=_named(columns, custom.team, "text"),
        other_file_names=custom.file_names,
        list_number=custom.list_number,
        elements=custom.elements,
        key=custom.key,
        describes_file=custom.describes_file,
        one_row=custom.one_row,
        never_empty_beside=custom.never_empty_beside,
    )


def _named(columns: Sequence[Column], name: str | None, kind: Kind) -> str | None:
    if name is not None and (name, kind) not in {(column.name, column.kind) for column in columns}:
        raise BadContract(f"{name} is not a column of the kind {kind}")
    return name


def _columns(declared: odcs.SourceProperty) -> Iterator[Column]:
    custom = declared.custom_properties
    column = Column(
        name=_plain(declared.name),
        reference=declared.id,
        title=declared.business_name,
        description=declared.description,
        kind=_kind(declared),
        heading=(declared.physical_name or declared.name).lower(),
        required=declared.required,
        primary_key=declared.primary_key,
        critical=declared.critical_data_element,
        expected=custom.expected,
        largest_blank_percent=custom.largest_blank_percent,
        classification=declared.classification,
        pseudonym=custom.pseudonym,
        codes=_codes(declared),
        aliases=custom.aliases,
        pattern=declared.logical_type_options.pattern,
        longest=declared.logical_type_options.max_length,
        maximum=_maximum(declared),
        refers_to=_reference(declared),
        words=custom.words,
        no_answers=custom.no_answer,
        path=custom.element or declared.physical_name or declared.name,
        is_only_xml=custom.only_in == "xml",
    )
    if declared.properties is None:
        yield column
        return
    for flag in declared.properties:
        yield replace(
            column,
            name=_plain(f"{column.name}__{flag.name.lower()}"),
            kind="flag",
            json_key=flag.name,
            title=flag.business_name,
            description=flag.description,
            reference=flag.id,
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


def _kind(declared: odcs.SourceProperty) -> Kind:
    if declared.classification in WITHHELD:
        return "withheld"
    if declared.logical_type == "string":
        return _string_kind(declared)
    kinds: dict[str, Kind] = {
        "date": "date",
        "integer": "integer",
        "number": "number",
        "boolean": "boolean",
        "array": "answers",
        "object": "flag",
    }
    if declared.logical_type not in kinds:
        raise BadContract(f"{declared.name} is a {declared.logical_type}, which has no type in staging")
    return kinds[declared.logical_type]


def _string_kind(declared: odcs.SourceProperty) -> Kind:
    """A staged text is an identifier, one of a list, or of a stated shape: there is no other way in."""
    if declared.custom_properties.pseudonym is not None:
        return "identifier"
    if _codes(declared):
        return "code"
    if declared.logical_type_options.pattern is not None:
        return "text"
    raise BadContract(f"{declared.name} would stage free text: give it codes, a pattern, a pseudonym, or withhold it")


def _maximum(declared: odcs.SourceProperty) -> int:
    """Every number has one: without it, a person's number would pass for a count."""
    if declared.logical_type not in {"integer", "number"} or declared.classification in WITHHELD:
        return 0
    if declared.logical_type_options.maximum is None:
        raise BadContract(f"{declared.name} is a number without a maximum in logicalTypeOptions")
    return declared.logical_type_options.maximum


def _codes(declared: odcs.SourceProperty) -> tuple[str, ...]:
    return next((quality.arguments.valid_values for quality in declared.quality), ())


def _reference(declared: odcs.SourceProperty) -> tuple[str, str] | None:
    for relationship in declared.relationships:
        table, column = relationship.to.split(".")
        return table, column
    return None


def _plain(name: str) -> str:
    if not PLAIN_NAME.fullmatch(name):
        raise BadContract(f"{name!r} is not a plain lower-case name")
    return name


def _declared_check(declared: odcs.TableCheck, rules: Path) -> Check:
    custom = declared.custom_properties
    rule = Rule(declared.id, declared.description, custom.remedy, declared.severity, custom.consequence)
    kwargs = dict(declared.implementation.kwargs)
    query = kwargs.get(QUERY, "")
    if query.endswith(".sql"):
        kwargs[QUERY] = _whole_batch((rules / query).read_text(encoding="utf-8"))
    return Check(rule, custom.column, declared.implementation.type, kwargs, custom.asks_of_missing)


def _whole_batch(query: str) -> str:
    """Great Expectations asks that a query name its batch, which is the table itself."""
    return "\n".join(("WITH batch AS (SELECT * FROM {batch})", "SELECT failing.line FROM (", query, ") AS failing"))

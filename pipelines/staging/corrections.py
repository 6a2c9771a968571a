"""Known errors upstream, put right where they are read: ``COUNCIL_DIR/<authority>/corrections/<code>.yaml``.

A correction is reviewed: which rows, what to do with them, why, who said so, and by which month the source is fixed.
It names rows as findings do, by the pseudonym of the record's key, or by dates, codes and numbers; never by what
identifies a person. It is a guard as well: from its first month to its last it must match as many rows as were
reviewed, and after that none. Where it does not, the delivery is refused, and everything else goes on.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import duckdb
from pydantic import Field
from sqlglot import exp

from pipelines import findings
from pipelines.contracts import strict
from pipelines.contracts.model import BadContract
from pipelines.contracts.structural_checks import found, readable, unrepeated
from pipelines.findings import Consequence, Rule, Severity, UnusableDelivery
from pipelines.periods import NotAMonth, Period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pipelines.contracts.model import Column, Contract, Source
    from pipelines.deliveries import Delivery

DIALECT = "duckdb"
CHECKED, DROPPED = "checked", "dropped"
CORRECTED = "corrected_row"
NAMED = re.compile(r"COR-\d{3,}\.yaml")
Action = Literal["drop", "set", "flag"]
Value = bool | int | Decimal | dt.date | str | None
DOES = {"drop": "the row is set aside", "set": "a value is replaced", "flag": "the row is used as it is"}


class CorrectionFile(strict.Strict):
    """The file, read strictly."""

    source: str
    table: str
    record_keys: tuple[UUID, ...] = ()
    where: dict[str, Value] = Field(default_factory=dict)
    rows: int = Field(ge=1)
    action: Action
    column: str | None = None
    value: Value = None
    reason: str = Field(min_length=1)
    reviewed_by: str = Field(min_length=1)
    reviewed_on: dt.date
    first_month: str
    until: str


@dataclass(frozen=True)
class Correction:
    """One reviewed correction of one table; ``rows`` is how many it must match."""

    code: str
    table: str
    matches: exp.Expr
    rows: int
    action: Action
    column: str | None
    value: exp.Expr
    reason: str
    reviewed_by: str
    reviewed_on: dt.date
    first_month: Period
    until: Period

    @property
    def rule(self) -> Rule:
        """As the pages have it."""
        dropped = self.action == "drop"
        return Rule(
            self.code,
            f"Corrected here, not at the source ({DOES[self.action]}): {self.reason}",
            f"Fix it at the source by {self.until.name}. Reviewed by {self.reviewed_by} on {self.reviewed_on}.",
            Severity.INFO if self.action == "set" else Severity.WARNING,
            Consequence.REFUSE_ROW if dropped else Consequence.WARN,
        )

    @property
    def summary(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "code": self.code,
            "table": self.table,
            "action": self.action,
            "column": self.column,
            "rows": self.rows,
            "reviewed_by": self.reviewed_by,
            "reviewed_on": str(self.reviewed_on),
            "until": str(self.until),
        }


def files_of(council: Path, delivery: Delivery) -> list[Path]:
    """Every file that decides how the authority's deliveries are corrected."""
    return sorted((council / delivery.authority_code / "corrections").glob("*"))


def load_corrections(council: Path, expectations: Path, delivery: Delivery, source: Source) -> tuple[Correction, ...]:
    """Those of the delivery's authority and source, by code; raises BadContract naming the file and what is wrong."""
    files = ((path, _read(path, expectations / "sources")) for path in files_of(council, delivery))
    return tuple(_correction(path.stem, each, source) for path, each in files if each.source == source.name)


def _read(path: Path, sources: Path) -> CorrectionFile:
    if not NAMED.fullmatch(path.name):
        raise BadContract(f"{path.name}: a correction is called by its code, such as COR-001.yaml")
    try:
        written = strict.read(path, CorrectionFile)
    except strict.BadFile as problem:
        raise BadContract(str(problem)) from problem
    if not (sources / written.source / "source.yaml").exists():
        raise BadContract(f"{path.name}: there is no source {written.source}")
    return written


def _correction(code: str, written: CorrectionFile, source: Source) -> Correction:
    try:
        contract = source.tables[written.table]
        first_month, until = Period.parse(written.first_month), Period.parse(written.until)
        if until < first_month:
            raise ValueError("ends before it begins")
        return Correction(
            code=code,
            table=written.table,
            matches=exp.and_(*_matches(contract, written)),
            rows=written.rows,
            action=written.action,
            column=written.column,
            value=_value_to_set(contract, written),
            reason=written.reason,
            reviewed_by=written.reviewed_by,
            reviewed_on=written.reviewed_on,
            first_month=first_month,
            until=until,
        )
    except KeyError as problem:
        raise BadContract(f"{code}: {source.name} has no {problem}") from problem
    except (NotAMonth, ValueError) as problem:
        raise BadContract(f"{code}: {problem}") from problem


def _matches(contract: Contract, written: CorrectionFile) -> Iterator[exp.Expr]:
    if not written.record_keys and not written.where:
        raise ValueError("names no rows: give record_keys, where, or both")
    if written.record_keys:
        key = contract.primary_key
        if key is None or key.pseudonym is None:
            raise ValueError(f"the records of {contract.name} have no key: name its rows by where")
        yield exp.column(key.name, quoted=True).isin(*(_uuid(each) for each in written.record_keys))
    for name, value in written.where.items():
        column = exp.column(name, quoted=True)
        if value is None:
            yield column.is_(exp.null())
        else:
            yield column.eq(_literal(_column(contract, name), value))


def _value_to_set(contract: Contract, written: CorrectionFile) -> exp.Expr:
    if written.action != "set":
        if written.column is not None or written.value is not None:
            raise ValueError(f"{written.action} takes no column and no value")
        return exp.null()
    if written.column is None:
        raise ValueError("set takes a column and a value")
    column = _column(contract, written.column)
    if column.kind == "identifier" or (written.value is None and column.required):
        raise ValueError(f"{written.column} is part of the row's key: drop the row, or fix it at the source")
    return exp.null() if written.value is None else _literal(column, written.value)


def _column(contract: Contract, name: str) -> Column:
    column = next((each for each in contract.staged_columns if each.name == name), None)
    if column is None:
        raise KeyError(f"{contract.name}.{name}")
    if column.classification == "restricted":
        raise ValueError(f"{name} is personal data and has no place in this file: name the rows by record_keys")
    return column


def _literal(column: Column, value: Value) -> exp.Expr:
    """The value as the column would hold it; raises ValueError where it could not."""
    match column.kind, value:
        case "date", dt.date():
            return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
        case "boolean" | "flag", bool():
            return exp.convert(value)
        case "integer", int() if _is_number(column, value):
            return exp.Literal.number(value)
        case "number", int() | Decimal() if _is_number(column, value):
            return exp.Literal.number(str(value))
        case "code" | "symbol", str() if value in column.codes:
            return exp.Literal.string(value)
        case "text", str() if re.fullmatch(column.pattern or "", value) and len(value) <= column.longest:
            return exp.Literal.string(value)
        case "identifier", str():
            return _uuid(UUID(value))
    raise ValueError(f"{column.name} cannot hold the value given, or it wants quotation marks")


def _is_number(column: Column, value: Value) -> bool:
    return (
        isinstance(value, int | Decimal) and not isinstance(value, bool) and -column.maximum <= value <= column.maximum
    )


def _uuid(key: UUID) -> exp.Expr:
    return exp.cast(exp.Literal.string(str(key)), "UUID", dialect=DIALECT)


def apply(
    connection: duckdb.DuckDBPyConnection,
    corrections: Iterable[Correction],
    delivery: Delivery,
    contracts: Mapping[str, Contract],
) -> list[Correction]:
    """Correct the tables of ``checked``, each correction by the rows as they were delivered; returns those applied.

    Rows that are dropped are in the table's twin in ``dropped`` afterwards; ``corrected_row`` says which correction was
    of which row. A correction of a table that was not delivered waits. Raises UnusableDelivery where one does not match
    what was reviewed.
    """
    for name in contracts:
        none = exp.select("*").from_(_table(name, CHECKED)).where(exp.false())
        connection.execute(exp.Create(this=_table(name, DROPPED), kind="TABLE", expression=none).sql(DIALECT))
    due = [each for each in corrections if each.table in contracts and each.first_month <= delivery.month]
    for each in due:
        connection.execute(exp.insert(_matching(each, contracts[each.table]), CORRECTED).sql(DIALECT))
    applied = [each for each in due if _is_to_be_applied(connection, each, delivery, contracts[each.table])]
    for each in applied:
        if each.action == "set":
            connection.execute(_setting(each, contracts[each.table]).sql(DIALECT))
    for each in applied:
        if each.action == "drop":
            rows = exp.select("*").from_(_table(each.table, CHECKED)).where(_is_of(each))
            connection.execute(exp.insert(rows, _table(each.table, DROPPED)).sql(DIALECT))
            connection.execute(exp.delete(_table(each.table, CHECKED), where=_is_of(each)).sql(DIALECT))
    shortened = {each.table for each in applied if each.action == "drop"}
    for contract in contracts.values():
        for update in _facts_anew(contract, shortened):
            connection.execute(update.sql(DIALECT))
    return applied


def rows_dropped(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows of a table were set aside by corrections."""
    return len(connection.table(f"{DROPPED}.{table}"))


def _matching(correction: Correction, contract: Contract) -> exp.Select:
    key = contract.primary_key
    record_key = exp.null() if key is None or key.pseudonym is None else exp.column(key.name, quoted=True)
    code, table = exp.Literal.string(correction.code), exp.Literal.string(correction.table)
    return exp.select(code, table, "line", record_key).from_(_table(contract.name, CHECKED)).where(correction.matches)


def _is_to_be_applied(
    connection: duckdb.DuckDBPyConnection, correction: Correction, delivery: Delivery, contract: Contract
) -> bool:
    code = duckdb.ConstantExpression(correction.code)
    matched = len(connection.table(CORRECTED).filter(duckdb.ColumnExpression("rule_code") == code))
    if delivery.month > correction.until:
        if matched:
            still = f"was to last until {correction.until}; its rows are there still ({matched})."
            raise UnusableDelivery(findings.CORRECTION_OVERDUE, contract.file_name, f"{correction.code} {still}")
        return False
    if matched != correction.rows:
        what = f"is of {correction.rows} rows, and {matched} are as it says."
        raise UnusableDelivery(findings.CORRECTION_WITHOUT_MATCH, contract.file_name, f"{correction.code} {what}")
    return True


def _setting(correction: Correction, contract: Contract) -> exp.Update:
    """The new value, and with it the fact whether what was given could be read."""
    column = next(each for each in contract.staged_columns if each.name == correction.column)
    new = {column.name: correction.value}
    if column.kind != "symbol":
        new[readable(column.name)] = exp.null() if isinstance(correction.value, exp.Null) else exp.true()
    return _update(contract, new, _is_of(correction))


def _facts_anew(contract: Contract, shortened: Collection[str]) -> Iterator[exp.Update]:
    """Where rows are gone, another may be the first with its key, and what refers to them refers to nothing."""
    key = contract.primary_key
    if key is not None and contract.name in shortened:
        name = exp.column(key.name, quoted=True)
        firsts = exp.select(exp.Min(this=exp.column("line"))).from_(_table(contract.name, CHECKED)).group_by(name)
        repeated = exp.column(unrepeated(key.name), quoted=True).is_(exp.false())
        is_first = exp.and_(repeated, _given(name), exp.column("line").isin(query=firsts))
        yield _update(contract, {unrepeated(key.name): exp.true()}, is_first)
    for column in contract.staged_columns:
        if column.refers_to is not None and column.refers_to[0] in shortened:
            other, heading = column.refers_to
            held = exp.column(heading, quoted=True)
            keys = exp.select(held).from_(_table(other, CHECKED)).where(_given(held))
            is_gone = exp.not_(exp.column(column.name, quoted=True).isin(query=keys))
            was_found = exp.column(found(column.name), quoted=True)
            yield _update(contract, {found(column.name): exp.false()}, exp.and_(was_found, is_gone))


def _update(contract: Contract, new: Mapping[str, exp.Expr], where: exp.Expr) -> exp.Update:
    return exp.Update(
        this=_table(contract.name, CHECKED),
        expressions=[exp.column(name, quoted=True).eq(value) for name, value in new.items()],
        where=exp.Where(this=where),
    )


def _is_of(correction: Correction) -> exp.Expr:
    lines = exp.select("line").from_(CORRECTED).where(exp.column("rule_code").eq(correction.code))
    return exp.column("line").isin(query=lines)


def _given(column: exp.Column) -> exp.Expr:
    return exp.not_(column.is_(exp.null()))


def _table(name: str, schema: str) -> exp.Table:
    return exp.table_(name, db=schema, quoted=True)

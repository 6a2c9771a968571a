"""What the rules of ``sql/staging/rules`` look at, and which of them a delivery allows.

They read two schemas. ``usable`` shows each table of the source without the rows that its own columns refuse: a record
given twice is no overlap. ``rule_table`` holds what several rules need, made by the SELECTs of ``rules/tables``:
those of its own folder for every delivery, those of a source's folder for its deliveries, and those of a subject's
folder for the deliveries of every source that has the subject. What a source calls its tables and columns is written in
its own folder alone, so that one rule holds for several.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from pipelines.contracts.model import EXTRACTED_BY, QUERY
from pipelines.contracts.structural_checks import structural_checks, unrepeated
from pipelines.sql_files import DIALECT, in_build_order, read_select

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Set
    from pathlib import Path

    import duckdb

    from pipelines.contracts.model import Check, Contract
    from pipelines.deliveries import Delivery
    from pipelines.periods import Period
    from pipelines.sql_files import Select

BANK_HOLIDAYS = "rule_table.bank_holiday"
SUBJECTS = {"child_in_need": ("ssd", "cin_census"), "looked_after": ("ssd", "ssda903")}
"""The sources that have each subject: its tables are made of those that each of them makes under the same names."""


def files_of(sql: Path) -> list[Path]:
    """Every file that decides what a rule finds."""
    return [*sorted((sql / "staging" / "rules").rglob("*.sql")), sql / "reference" / "bank_holidays.csv"]


def make_tables(
    connection: duckdb.DuckDBPyConnection,
    sql: Path,
    delivery: Delivery,
    contracts: Mapping[str, Contract],
    read: Set[str],
) -> None:
    """Fill both schemas from ``checked``, where each contract has its table; ``read`` names the delivered ones."""
    connection.execute("CREATE SCHEMA usable; CREATE SCHEMA rule_table")
    for name, contract in contracts.items():
        rows = exp.select("*").from_(exp.table_(name, db="checked"))
        _create(connection, "VIEW", f"usable.{name}", rows.where(*_usable(contract)) if name in read else rows)
    connection.read_csv(str(sql / "reference" / "bank_holidays.csv")).to_table(BANK_HOLIDAYS)
    given_tables = {BANK_HOLIDAYS, *(f"usable.{name}" for name in contracts)}
    for select in in_build_order(_tables(sql, delivery.source), given_tables):
        given = {"month_end": delivery.month.last_day} if select.parameters else None
        _create(connection, "TABLE", f"rule_table.{select.name}", select.query, given)


def to_carry_out(
    sql: Path, contracts: Mapping[str, Contract], headings: Mapping[str, Set[str]], month: Period
) -> dict[str, list[Check]]:
    """The checks of each delivered table, without those declared ones that look at what was not delivered.

    That a table or column is missing is a finding of its own; it says nothing about the rows, unless a check asks of
    what is missing too. What the collection year
    does not have is not missing. Exports are made in the
    month after the one they are for, so that the former's last day is the last that one of the latter knows of.
    """
    delivered = {f"usable.{name}" for name in contracts} | {BANK_HOLIDAYS}
    sources = {contract.source for contract in contracts.values()}
    made = {each.table: each for source in sorted(sources) for each in _tables(sql, source)}
    lacking = {
        column.name
        for name, contract in contracts.items()
        for column in contract.columns
        if column.is_of_year and column.kind != "answer" and column.heading not in headings[name]
    }

    def is_there(table: str) -> bool:
        return table in delivered or (table in made and all(map(is_there, made[table].reads)))

    def allowed(check: Check) -> bool:
        tables, columns = _looks_at(check)
        return all(map(is_there, tables)) and (check.asks_of_missing or not _made_of(columns, tables, made) & lacking)

    extracted_by = month.plus(1).last_day.isoformat()

    def dated(check: Check) -> Check:
        kwargs = {name: extracted_by if value == EXTRACTED_BY else value for name, value in check.kwargs.items()}
        return replace(check, kwargs=kwargs)

    return {
        name: [*map(dated, structural_checks(contract)), *filter(allowed, contract.declared_checks)]
        for name, contract in contracts.items()
    }


def _usable(contract: Contract) -> Iterator[exp.Expr]:
    for column in contract.staged_columns:
        if column.required:
            yield exp.column(column.name, quoted=True).is_(exp.null()).not_()
        if column.primary_key:
            yield exp.column(unrepeated(column.name), quoted=True).is_(exp.false()).not_()


def _create(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    name: str,
    query: exp.Query,
    given: Mapping[str, dt.date] | None = None,
) -> None:
    connection.execute(exp.Create(this=exp.to_table(name), kind=kind, expression=query).sql(DIALECT), given)


def _tables(sql: Path, source: str) -> list[Select]:
    folder = sql / "staging" / "rules" / "tables"
    subjects = (folder / subject for subject, sources in SUBJECTS.items() if source in sources)
    paths = (path for each in (folder, folder / source, *subjects) for path in sorted(each.glob("*.sql")))
    return [read_select(path, "rule_table") for path in paths]


def _made_of(columns: Set[str], tables: Set[str], made: Mapping[str, Select]) -> Set[str]:
    """The columns themselves, and those that the tables of the rules make them of, or choose their rows by."""
    needed = set(columns)
    for select in (made[table] for table in tables if table in made):
        projections, chosen_by = _columns_in(select.text)
        wanted = {name for column in columns for name in projections.get(column, ())} | chosen_by
        while more := {name for column in wanted for name in projections.get(column, ())} - wanted:
            wanted |= more
        needed |= _made_of(wanted, select.reads, made)
    return needed


@cache
def _columns_in(text: str) -> tuple[Mapping[str, Set[str]], Set[str]]:
    """By the name of each column that a SELECT makes, what it is made of; and what it chooses its rows by."""
    query = sqlglot.parse_one(text, dialect=DIALECT)
    projections: dict[str, set[str]] = {}
    for projection in (each for select in query.find_all(exp.Select) for each in select.expressions):
        projections.setdefault(projection.alias_or_name, set()).update(_column_names(projection))
    wheres = [select.args["where"] for select in query.find_all(exp.Select) if select.args.get("where")]
    chosen_by = {name for where in wheres for name in _column_names(where)}
    return projections, frozenset(chosen_by)


def _column_names(part: exp.Expr) -> Iterator[str]:
    return (column.name for column in part.find_all(exp.Column))


def _looks_at(check: Check) -> tuple[Set[str], Set[str]]:
    """The tables that a check's query reads beside its batch, and the columns that the check names."""
    text = check.kwargs.get(QUERY)
    if text is None:
        return set(), {value for value in check.kwargs.values() if isinstance(value, str)}
    return _named_in(text)


@cache
def _named_in(text: str) -> tuple[Set[str], Set[str]]:
    query = sqlglot.parse_one(text.replace("{batch}", "batch"), dialect=DIALECT)
    tables = {f"{table.db}.{table.name}" for table in query.find_all(exp.Table) if table.db}
    return frozenset(tables), frozenset(column.name for column in query.find_all(exp.Column))

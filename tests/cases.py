"""Cases as folders: ``<table>/<case>/given/<staged table>.csv`` goes in, ``expected.csv`` comes out.

``case.yaml`` says why, and for which ``month`` where it is not February 2021. A given file holds the columns that the
case is about, an expected one those that are looked at. Ids are any readable text. ``council/`` holds what the council
of the case sets for itself.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlglot import exp

from pipelines.sql_files import DIALECT
from pipelines.storage import read_yaml
from tests.staged_input import SOURCES, key
from tests.warehouse_input import MONTH

if TYPE_CHECKING:
    from tests.staged_input import Rows

ISO = "%Y-%m-%d"
FOLDER = Path(__file__).parent / "sql"
SCHEMAS = ("core", "warehouse", "kpis", "snapshots")
TABLES = {name: (source, table) for source, contracts in SOURCES.items() for name, table in contracts.tables.items()}
# A case is about some of its table's rows: those of the kinds, KPIs and months that it expects.
SCOPE = ("kind", "kpi_id", "reporting_month")


class BadCase(AssertionError):
    """A case's files do not say what they must."""


class About(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    why: str
    month: str = Field(MONTH, pattern=r"^\d{4}-\d{2}$")


@dataclass(frozen=True)
class Case:
    table: str
    about: About
    given: dict[str, Rows]
    columns: tuple[str, ...]
    expected: list[tuple[str, ...]]

    def deliveries(self, authority: str) -> dict[str, dict[str, Rows]]:
        """What was given, a delivery of each source."""
        delivered: dict[str, dict[str, Rows]] = defaultdict(dict)
        for name, rows in self.given.items():
            delivered[f"{authority}/{TABLES[name][0]}/{self.about.month}"][name] = rows
        return dict(delivered)

    @cached_property
    def names(self) -> dict[UUID, str]:
        """The readable id of each pseudonym."""
        values = (value for rows in self.given.values() for row in rows for value in row.values())
        return {key(value): value for value in values if isinstance(value, str)}


def folders() -> list[Path]:
    return sorted(path for path in FOLDER.glob("*/*") if path.is_dir())


def read_case(folder: Path) -> Case:
    """One folder, read strictly; raises BadCase."""
    try:
        about = About(**read_yaml(folder / "case.yaml"))
    except (OSError, TypeError, ValidationError) as problem:
        raise BadCase(f"{folder.name}/case.yaml: {problem}") from problem
    files = sorted((folder / "given").glob("*"))
    if not files:
        raise BadCase(f"{folder.name}: nothing is given")
    given = {file.stem: _given(file) for file in files}
    columns, expected = _expected(folder / "expected.csv")
    return Case(folder.parent.name, about, given, columns, expected)


def differences(warehouse: duckdb.DuckDBPyConnection, case: Case, authority: str) -> list[str]:
    """What the authority's rows lack, and what they have too many, in whatever order they are."""
    found, expected = Counter(_found(warehouse, case, authority)), Counter(case.expected)
    return [
        *(f"is not there: {', '.join(row)}" for row in sorted((expected - found).elements())),
        *(f"is there, not expected: {', '.join(row)}" for row in sorted((found - expected).elements())),
    ]


def _given(file: Path) -> Rows:
    if file.suffix != ".csv" or file.stem not in TABLES:
        raise BadCase(f"{file.name}: no staged table is called so")
    types = {column.name: column.duckdb_type or "" for column in TABLES[file.stem][1].staged_columns}
    headings, _ = _lines(file)
    if unknown := set(headings) - set(types):
        raise BadCase(f"{file.name}: {file.stem} has no column {', '.join(sorted(unknown))}")
    readable = {name: "VARCHAR" if types[name] == "UUID" else types[name] for name in headings}
    try:
        rows = duckdb.read_csv(
            str(file), header=True, columns=readable, delimiter=",", quotechar='"', escapechar='"', date_format=ISO
        ).fetchall()
    except duckdb.Error as problem:
        raise BadCase(f"{file.name}: {problem}") from problem
    return [dict(zip(headings, row, strict=True)) for row in rows]


def _expected(file: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    columns, rows = _lines(file)
    if not rows:
        raise BadCase(f"{file.name}: expects nothing; give it a row that counts beside the one that does not")
    return columns, rows


def _lines(file: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The heading and the rows below it; raises BadCase."""
    if not file.exists():
        raise BadCase(f"{file.name} is missing")
    with file.open(encoding="utf-8", newline="") as lines:
        heading, *rows = [tuple(line) for line in csv.reader(lines)] or [()]
    if not heading:
        raise BadCase(f"{file.name}: has no heading")
    if any(len(row) != len(heading) for row in rows):
        raise BadCase(f"{file.name}: a row has more or fewer columns than its heading")
    return heading, rows


def _found(warehouse: duckdb.DuckDBPyConnection, case: Case, authority: str) -> list[tuple[str, ...]]:
    table = _table(warehouse, case.table)
    if unknown := set(case.columns) - set(table.columns):
        raise BadCase(f"expected.csv: {case.table} has no column {', '.join(sorted(unknown))}")
    own = table.filter(duckdb.ColumnExpression("authority_code") == duckdb.ConstantExpression(authority))
    rows = own.select(*map(duckdb.ColumnExpression, case.columns)).fetchall()
    shown = [tuple(_text(value, case.names) for value in row) for row in rows]
    scope = [place for place, column in enumerate(case.columns) if column in SCOPE]
    wanted = {tuple(row[place] for place in scope) for row in case.expected}
    return [row for row in shown if tuple(row[place] for place in scope) in wanted]


def _table(warehouse: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
    """A table or a KPI's view, whichever schema holds it; raises BadCase."""
    found = warehouse.execute(
        "SELECT table_schema FROM information_schema.tables WHERE table_name = ? AND list_contains(?, table_schema)",
        [name, SCHEMAS],
    ).fetchall()
    if len(found) != 1:
        raise BadCase(f"{name}: {len(found)} tables are called so")
    return warehouse.sql(exp.select("*").from_(exp.table_(name, db=found[0][0])).sql(dialect=DIALECT))


def _text(value: Any, names: dict[UUID, str]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value.normalize():f}"
        case UUID():
            return names.get(value, str(value))
        case _:
            return str(value)

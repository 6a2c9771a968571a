"""Puts what a build reads under the names by which the SQL reads it: staged tables, lists, the version before."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from pipelines.catalog import FIGURES
from pipelines.contracts.structural_checks import UNREADABLE
from pipelines.sql_files import DIALECT
from pipelines.warehouse.kpi_facts import all_of
from pipelines.warehouse.tables import (
    DELIVERY_COLUMNS,
    IN_MEMORY,
    LISTS,
    PUBLISHED_TABLES,
    REFERENCE,
    SCHEMAS,
    USED_TABLES,
    VALIDATION_TABLES,
    BrokenBuild,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipelines.catalog import DeliverySelection, Staged
    from pipelines.contracts.kpis import Kpi
    from pipelines.contracts.model import Source
    from pipelines.warehouse.plan import BuildPlan


def put_inputs(warehouse: duckdb.DuckDBPyConnection, plan: BuildPlan) -> None:
    """Staged rows are looked at where they lie, by views in memory: the file keeps no path of this machine."""
    for name in IN_MEMORY:
        warehouse.execute(exp.Attach(this=exp.alias_(exp.Literal.string(":memory:"), name)).sql(dialect=DIALECT))
    for schema in (*SCHEMAS, REFERENCE):
        warehouse.execute(exp.Create(this=exp.table_(schema), kind="SCHEMA").sql(dialect=DIALECT))
    for each in plan.references:
        _put_rows(warehouse, f"{REFERENCE}.{each.name}", each.types, each.values)
    for table, rows in _lists(plan).items():
        put_list(warehouse, table, rows)
    for source in plan.sources.values():
        for contract in source.tables.values():
            columns = {column.name: column.duckdb_type for column in contract.staged_columns if column.duckdb_type}
            columns = {"line": "BIGINT", **columns, "unread_columns": "VARCHAR[]"}
            used = [version for version in plan.seen.used if contract.name in version.tables]
            _put_staged(warehouse, plan, f"staging.{contract.name}", columns, used)
    for name, columns in USED_TABLES.items():
        _put_staged(warehouse, plan, f"staging.{name}", columns, plan.seen.used)
    for name, columns in VALIDATION_TABLES.items():
        _put_staged(warehouse, plan, f"validation.{name}", columns, plan.seen.reported)
    _put_published(warehouse, plan)


def _put_staged(
    warehouse: duckdb.DuckDBPyConnection,
    plan: BuildPlan,
    table: str,
    columns: Mapping[str, str],
    versions: Iterable[Staged],
) -> None:
    """The rows of one Parquet file of each version, under one name; an empty table where there is no version."""
    if table not in plan.reads:
        return
    schema, _, name = table.partition(".")
    selects = [_rows_of(version, schema, name, columns) for version in versions]
    if not selects:
        _create_empty(warehouse, table, dict.fromkeys(_delivery_columns(schema), "VARCHAR") | dict(columns))
        return
    view = exp.Create(this=_in_memory(table), kind="VIEW", expression=all_of(selects))
    try:
        warehouse.execute(view.sql(dialect=DIALECT))
    except (duckdb.IOException, duckdb.InvalidInputException) as problem:
        said = f"{table}: a staged file is gone or was cut off ({type(problem).__name__}): kpis restage"
        raise BrokenBuild(said) from None
    except duckdb.ProgrammingError as problem:
        raise BrokenBuild(f"{table}: what was staged does not fit its contract ({type(problem).__name__})") from problem


def _put_published(warehouse: duckdb.DuckDBPyConnection, plan: BuildPlan) -> None:
    """Looked at where it lies, like the staged rows; empty where nothing was published, or records are not kept."""
    earlier = plan.earlier
    files: dict[str, Path | None] = {}
    if earlier is not None:
        files = {"kpi_month": earlier.folder / FIGURES, "kpi_record": earlier.records and earlier.records / "*.parquet"}
    for name, columns in PUBLISHED_TABLES.items():
        table, path = f"published.{name}", files.get(name)
        if path is None:
            _create_empty(warehouse, table, columns)
        else:
            rows = _rows_of_file(path, *_those_there(warehouse, path, columns))
            view = exp.Create(this=_in_memory(table), kind="VIEW", expression=rows)
            warehouse.execute(view.sql(dialect=DIALECT))


def _those_there(
    warehouse: duckdb.DuckDBPyConnection, path: Path, columns: Mapping[str, str]
) -> tuple[list[str], list[exp.Expr]]:
    """The columns that the files have, and those that came after they were written, as null."""
    there = set(warehouse.read_parquet(str(path)).columns)
    later = [exp.cast(exp.null(), columns[name], dialect=DIALECT).as_(name) for name in columns if name not in there]
    return [name for name in columns if name in there], later


def _delivery_columns(schema: str) -> tuple[str, ...]:
    return DELIVERY_COLUMNS if schema == "validation" else ("authority_code", "delivery_month")


def _rows_of(version: Staged, schema: str, name: str, columns: Mapping[str, str]) -> exp.Select:
    delivery = version.delivery
    given = {
        "authority_code": delivery.authority_code,
        "source": delivery.source,
        "reporting_month": str(delivery.month),
        "delivery_month": str(delivery.month),
    }
    literals = [exp.Literal.string(given[column]).as_(column) for column in _delivery_columns(schema)]
    return _rows_of_file(version.folder / f"{name}.parquet", columns, literals)


def _rows_of_file(path: Path, columns: Iterable[str], literals: Iterable[exp.Expr] = ()) -> exp.Select:
    file = exp.Literal.string(str(path))
    no_hive = exp.EQ(this=exp.to_identifier("hive_partitioning"), expression=exp.false())
    return exp.select(*literals, *(exp.column(column) for column in columns)).from_(
        exp.func("read_parquet", file, no_hive, dialect=DIALECT)
    )


def _in_memory(table: str) -> exp.Table:
    schema, _, name = table.partition(".")
    return exp.table_(name, db="main", catalog=schema) if schema in IN_MEMORY else exp.to_table(table)


def _create_empty(warehouse: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    warehouse.execute(_empty_table(table, tuple(columns.items())))


@cache
def _empty_table(table: str, columns: tuple[tuple[str, str], ...]) -> str:
    definitions = [
        exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build(kind, dialect=DIALECT))
        for name, kind in columns
    ]
    schema = exp.Schema(this=_in_memory(table), expressions=definitions)
    return exp.Create(this=schema, kind="TABLE").sql(dialect=DIALECT)


def put_list(warehouse: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    _put_rows(warehouse, table, LISTS[table], rows)


def _put_rows(
    warehouse: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    """Column by column in one statement: one a row would be planned again for each."""
    _create_empty(warehouse, table, columns)
    if rows:
        insert = _insert_into(table, tuple(columns.values()))
        warehouse.execute(insert, [list(column) for column in zip(*rows, strict=True)])


@cache
def _insert_into(table: str, kinds: tuple[str, ...]) -> str:
    values = [exp.cast(exp.Placeholder(), f"{kind}[]", dialect=DIALECT) for kind in kinds]
    insert = exp.insert(exp.select(*(exp.Explode(this=value) for value in values)), _in_memory(table))
    return insert.sql(dialect=DIALECT)


def _lists(plan: BuildPlan) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "staging.delivered_table": [
            row for version in plan.seen.used for row in _delivered(version, plan.sources, plan.register)
        ],
        "staging.lacking_column": [row for version in plan.seen.used for row in _lacking(version)],
        "staging.delivery": _deliveries(plan.seen),
        "reference.source": [(name, source.title, source.history) for name, source in sorted(plan.sources.items())],
        "reference.staged_column": [row for source in plan.sources.values() for row in _staged_columns(source)],
        "reference.kpi": [_register_row(kpi) for kpi in plan.register],
        "reference.kpi_category": [row for kpi in plan.register for row in _categories(kpi)],
        "reference.kpi_rule": sorted(plan.rules.items()),
        "published.kpi_rule": sorted(plan.earlier.rules.items()) if plan.earlier else [],
        "published.snapshot": [(str(plan.earlier.month), plan.earlier.version)] if plan.earlier else [],
        "reference.kpi_requirement": [row for kpi in plan.register for row in kpi.requirements],
    }


def _delivered(version: Staged, sources: Mapping[str, Source], register: Iterable[Kpi]) -> list[tuple[str, ...]]:
    """The tables that can be counted from, and of the columns that a KPI asks for by name those that are there."""
    delivery = version.delivery
    first = str(sources[delivery.source].first_month(delivery.month))
    asked = {needed.table_name for kpi in register for needed in kpi.requirements if "." in needed.table_name}
    usable = asked - version.missing_columns - version.unusable_columns.keys()
    columns = sorted(name for name in usable if name.partition(".")[0] in version.tables)
    names = (*version.tables, *columns)
    return [(delivery.authority_code, delivery.source, name, first, str(delivery.month)) for name in names]


def _lacking(version: Staged) -> list[tuple[str, ...]]:
    """What a table, or a column that is asked for by name, lacks without which it cannot be counted from."""
    delivery = version.delivery
    tables = [name.split(".") for name in version.lacking_columns]
    lacking = [*tables, *version.unusable_columns.items()]
    return [(delivery.authority_code, name, lack, str(delivery.month)) for name, lack in lacking]


def _deliveries(seen: DeliverySelection) -> list[tuple[Any, ...]]:
    """One row a version: the newest of each delivery, and the one that is used where the newest was refused."""
    used = {version.folder for version in seen.used}
    versions = {version.folder: version for version in (*seen.reported, *seen.used)}
    return [
        (
            version.delivery.authority_code,
            version.delivery.source,
            str(version.delivery.month),
            f"v{version.manifest['landing_version']:04d}",
            version.manifest["landing_sha256"],
            version.manifest["status"],
            folder in used,
        )
        for folder, version in sorted(versions.items())
    ]


def _staged_columns(source: Source) -> list[tuple[Any, ...]]:
    """The columns in which something may stand that cannot be read or found, and what to do about it."""
    return [
        (source.name, table.name, column.name, column.heading, column.critical, UNREADABLE[column.kind].remedy)
        for table in source.tables.values()
        for column in table.staged_columns
        if (column.is_read or column.refers_to is not None) and column.kind in UNREADABLE
    ]


def _categories(kpi: Kpi) -> list[tuple[Any, ...]]:
    return [(kpi.kpi_id, code, label, place) for place, (code, label) in enumerate(kpi.categories.items(), start=1)]


def _register_row(kpi: Kpi) -> tuple[Any, ...]:
    return tuple(getattr(kpi, column) for column in LISTS["reference.kpi"])

"""Puts staged deliveries down as staging does, from a few readable rows."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from pipelines.contracts.loading import load_sources
from pipelines.deliveries import Delivery
from pipelines.settings import PROJECT
from pipelines.storage import sha256_of_file, write_json
from pipelines.warehouse.tables import USED_TABLES, VALIDATION_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.contracts.model import Contract

Rows = list[dict[str, Any]]

SOURCES = load_sources(PROJECT / "expectations")


def key(name: str) -> uuid.UUID:
    """The pseudonym that stands for a readable id in these tests."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


def stage(
    staging: Path,
    delivery: str,
    tables: Mapping[str, Rows],
    *,
    version: str = "v0001-000000000000",
    status: str = "staged",
    rule_results: Rows | None = None,
    findings: Rows | None = None,
    profile: Rows | None = None,
    reconciliation: Rows | None = None,
    unread_values: Rows | None = None,
) -> Path:
    """Write one staged version of ``E06000015/ssd/2021-02`` and point to it; returns its folder.

    A row gives the columns it is about; all others are null. Text in a UUID column is an id to be keyed.
    """
    whose = Delivery.parse(delivery)
    month_folder = whose.staging_folder(staging)
    folder = month_folder / version
    folder.mkdir(parents=True)
    contracts = SOURCES[whose.source].tables
    for name, rows in tables.items():
        _write(folder / f"{name}.parquet", _types(contracts[name]), rows)
    _write(folder / "finding.parquet", VALIDATION_TABLES["finding"], findings or [])
    _write(folder / "profile.parquet", VALIDATION_TABLES["profile"], profile or [])
    _write(folder / "unread_value.parquet", USED_TABLES["unread_value"], unread_values or [])
    _write(folder / "rule_result.parquet", VALIDATION_TABLES["rule_result"], rule_results or [])
    if reconciliation is None:
        reconciliation = [_reconciled(contracts[name], len(rows)) for name, rows in tables.items()]
    _write(folder / "reconciliation.parquet", VALIDATION_TABLES["reconciliation"], reconciliation)
    write_json(
        folder / "manifest.json",
        {
            "authority_code": whose.authority_code,
            "source": whose.source,
            "month": str(whose.month),
            "landing_version": int(version[1:5]),
            "landing_sha256": "0" * 64,
            "status": status,
            "refusal": None if status == "staged" else "It was refused.",
            "rows_read": sum(map(len, tables.values())),
            "rows_refused": 0,
            "rows_warned": 0,
            "tables": {
                name: {"rows": len(rows), "sha256": sha256_of_file(folder / f"{name}.parquet")}
                for name, rows in tables.items()
            },
        },
    )
    write_json(month_folder / "newest.json", {"folder": version})
    if status == "staged":
        write_json(month_folder / "current.json", {"folder": version})
    return folder


def day(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _types(contract: Contract) -> dict[str, str]:
    columns = {column.name: column.duckdb_type or "" for column in contract.staged_columns}
    return {"line": "BIGINT", **columns, "unread_columns": "VARCHAR[]"}


def _reconciled(contract: Contract, rows: int) -> dict[str, Any]:
    counts = {"rows_read": rows, "rows_staged": rows, "rows_refused": 0}
    return {"file_name": contract.file_name, "table_name": contract.name, "encoding": "utf-8", **counts}


def _write(path: Path, types: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        assert set(row) <= set(types), f"{path.stem} has no column {set(row) - set(types)}"
    definitions = [
        exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build(kind, dialect="duckdb"))
        for name, kind in types.items()
    ]
    schema = exp.Schema(this=exp.to_table("t"), expressions=definitions)
    database = _database()
    database.execute(exp.Create(this=schema, kind="TABLE", replace=True).sql(dialect="duckdb"))
    numbered = [{"line": line, **row} for line, row in enumerate(rows, start=2)]
    columns = [[_value(kind, row.get(name)) for row in numbered] for name, kind in types.items()]
    if rows:
        database.execute(_insert(tuple(types.values())), columns)
    database.table("t").write_parquet(str(path), compression="zstd")


@cache
def _insert(kinds: tuple[str, ...]) -> str:
    """All rows in one statement: a row takes DuckDB a millisecond and a half."""
    values = [exp.cast(exp.Placeholder(), f"{kind}[]", dialect="duckdb") for kind in kinds]
    return exp.insert(exp.select(*(exp.Explode(this=value) for value in values)), "t").sql(dialect="duckdb")


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for all tables: opening it takes longer than writing a few rows."""
    return duckdb.connect()


def _value(kind: str, value: Any) -> Any:
    return key(value) if kind == "UUID" and isinstance(value, str) else value

"""Makes ``snapshot.duckdb`` of a snapshot's Parquet: ``python -m pipelines.snapshots.database <folder>...``.

Run as a process of its own, so that no page of a warehouse can be left in the file. Its storage version is the oldest
that DuckDB 1.x reads, since the DuckDB inside a BI tool may be older than this one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DIALECT = "duckdb"
STORAGE_VERSION = "v1.0.0"


def make(folder: Path) -> Path:
    """Write the database beside the Parquet files, with the descriptions of the data package as comments."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    file = folder / "snapshot.duckdb"
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute(_attach(file))
        connection.execute("USE snapshot")
        for resource in package["resources"]:
            _add_table(connection, folder, resource)
        connection.execute("USE memory; CHECKPOINT snapshot; DETACH snapshot")
    return file


def _attach(file: Path) -> str:
    options = [exp.AttachOption(this=exp.var("STORAGE_VERSION"), expression=exp.Literal.string(STORAGE_VERSION))]
    attached = exp.alias_(exp.Literal.string(str(file)), "snapshot")
    return exp.Attach(this=attached, expressions=options).sql(dialect=DIALECT)


def _add_table(connection: duckdb.DuckDBPyConnection, folder: Path, resource: dict[str, Any]) -> None:
    name = resource["name"]
    connection.read_parquet(str(folder / resource["parquet"]["path"])).create(name)
    for statement in comments(resource):
        connection.execute(statement)


def comments(resource: Mapping[str, Any], schema: str | None = None, dialect: str = DIALECT) -> Iterator[str]:
    """The statements that give a table and its columns the descriptions that the data package has of them."""
    name = resource["name"]
    table = exp.to_table(name) if schema is None else exp.table_(name, db=schema)
    yield _comment("TABLE", table, f"{resource['title']} {resource['description']}", dialect)
    for field in resource["schema"]["fields"]:
        yield _comment("COLUMN", exp.column(field["name"], table=name, db=schema), field["description"], dialect)


def _comment(kind: str, this: exp.Expression, text: str, dialect: str) -> str:
    return exp.Comment(this=this, kind=kind, expression=exp.Literal.string(text)).sql(dialect)


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        make(Path(folder))

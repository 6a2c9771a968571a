"""One edition of a snapshot: the same tables in every form, with a description of each.

Each table is there as Parquet and as CSV (RFC 4180: UTF-8, a header, CRLF line ends, null as nothing at all), and all
of them are in ``snapshot.duckdb``. ``datapackage.json`` describes the files by Frictionless Data Package v2,
``data_dictionary.csv`` and ``.md`` their columns.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.storage import MANIFEST, json_text, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipelines.contracts.published import PublishedColumn, SnapshotTable
    from pipelines.periods import Period

DATABASE = "snapshot.duckdb"
PACKAGE = "datapackage.json"
# What cannot be the same twice, or is of the version itself.
UNSIGNED = frozenset({DATABASE, MANIFEST})
DICTIONARY = "data_dictionary"
KPI_TABLE, KPI_ID = "kpi", "kpi_id"
DICTIONARY_HEADINGS = ("table", "column", "type", "always_there", "part_of_the_key", "description")
# A line break inside quotation marks belongs to the value.
QUOTED_OR_LINE_END = re.compile(rb'("[^"]*")|\n')
PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def signed_files(folder: Path) -> dict[str, str]:
    """Digest of every file of an edition that is the same bytes whenever it is made, by its path in the folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in UNSIGNED)
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    return {name: sha256_of_file(folder / name) for name in names}


def write_tables(
    folder: Path, tables: Sequence[SnapshotTable], rows: Mapping[str, duckdb.DuckDBPyRelation]
) -> dict[str, int]:
    """Both files of each table, and the dictionary of them all; returns how many rows each has."""
    written = {table.name: _write_table(folder, table, rows[table.name]) for table in tables}
    _write_dictionary(folder, tables)
    return written


def _write_table(folder: Path, table: SnapshotTable, given: duckdb.DuckDBPyRelation) -> int:
    """The rows in the order of their grain."""
    key = [duckdb.ColumnExpression(name).asc().nulls_first() for name in table.key]
    rows = given.sort(*key)
    rows.write_parquet(str(folder / f"{table.name}.parquet"), compression="zstd")
    file = folder / f"{table.name}.csv"
    rows.write_csv(str(file), header=True)
    file.write_bytes(QUOTED_OR_LINE_END.sub(lambda found: found[1] or b"\r\n", file.read_bytes()))
    return len(rows)


def _dictionary(tables: Iterable[SnapshotTable]) -> Iterator[tuple[str, ...]]:
    for table in tables:
        for column in table.columns:
            yield (
                table.name,
                column.name,
                column.logical_type,
                "yes" if column.required else "no",
                "yes" if column.in_grain else "no",
                column.description,
            )


def _write_dictionary(folder: Path, tables: Sequence[SnapshotTable]) -> None:
    with (folder / f"{DICTIONARY}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(DICTIONARY_HEADINGS)
        writer.writerows(_dictionary(tables))
    sections = ["# Data dictionary\n", *(_dictionary_section(table) for table in tables)]
    (folder / f"{DICTIONARY}.md").write_text("\n".join(sections), encoding="utf-8", newline="\n")


def _dictionary_section(table: SnapshotTable) -> str:
    lines = [
        f"## {table.name}\n",
        f"{table.description} {table.grain}\n",
        "| column | type | always there | part of the key | description |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(cells[1:])} |" for cells in _dictionary([table])),
    ]
    return "\n".join(lines) + "\n"


def write_package(folder: Path, month: Period, tables: Sequence[SnapshotTable], properties: Mapping[str, Any]) -> None:
    """``properties``: whatever else is to be said of the edition, such as its sources."""
    package = {
        "$schema": PACKAGE_PROFILE,
        "name": f"safeguarding-kpis-{month}",
        "title": f"Safeguarding KPIs, {month.name}",
        **properties,
        "resources": [_resource(folder, table) for table in tables],
    }
    (folder / PACKAGE).write_text(json_text(package), encoding="utf-8", newline="\n")


def make_databases(public: Path, restricted: Path) -> None:
    """A process that has opened nothing else reads the finished Parquet, so nothing but that can be in the file.

    The public edition's comes first, before the process has read what is not public.
    """
    command = [sys.executable, "-m", "pipelines.snapshots.database", str(public), str(restricted)]
    here = Path(__file__).resolve().parents[2]
    made = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if made.returncode != 0:
        raise RuntimeError(f"{DATABASE} was not made: {made.stderr.strip()}")


def _resource(folder: Path, table: SnapshotTable) -> dict[str, Any]:
    """The CSV is the resource; the same rows as Parquet are listed beside it, since few validators read Parquet."""
    return {
        "name": table.name,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "title": table.description,
        "description": table.grain,
        "editions": list(table.editions),
        **_file(folder / f"{table.name}.csv"),
        "parquet": _file(folder / f"{table.name}.parquet"),
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
            **_keys(table),
        },
    }


def _keys(table: SnapshotTable) -> dict[str, Any]:
    """The key, and the KPI that a row is of; a key in which something may be null is unique and no more."""
    may_be_null = {column.name for column in table.columns if not column.required}
    keys: dict[str, Any] = {"uniqueKeys": [list(table.key)]}
    if not may_be_null & {*table.key}:
        keys["primaryKey"] = list(table.key)
    if table.name != KPI_TABLE and KPI_ID in (column.name for column in table.columns):
        keys["foreignKeys"] = [{"fields": [KPI_ID], "reference": {"resource": KPI_TABLE, "fields": [KPI_ID]}}]
    return keys


def _file(path: Path) -> dict[str, Any]:
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{sha256_of_file(path)}"}


def _field(column: PublishedColumn) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.logical_type, "description": column.description}
    return field | ({"constraints": {"required": True}} if column.required else {})

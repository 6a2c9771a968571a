"""What people may read: ``snapshots/<month>/v<nnnn>/``, put down whole and never changed.

Each published table is there as Parquet and as CSV (RFC 4180: UTF-8, a header, CRLF line ends, null as nothing at all),
and all of them are in ``snapshot.duckdb``. ``datapackage.json`` describes the files by Frictionless Data Package v2,
``data_dictionary.csv`` and ``.md`` their columns; ``manifest.json``, written last, says what was published, from what.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import gate
from pipelines.published import load_published
from pipelines.storage import (
    CURRENT,
    MANIFEST,
    json_text,
    new_folder,
    read_json,
    sha256_of_file,
    sha256_of_texts,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipelines.gate import Verdict
    from pipelines.periods import Period
    from pipelines.published import PublishedColumn, PublishedTable
    from pipelines.settings import Settings

LATEST = "latest"
DATABASE = "snapshot.duckdb"
PACKAGE = "datapackage.json"
DICTIONARY = "data_dictionary"
PUBLICATION = "publication"
DICTIONARY_HEADINGS = ("table", "column", "type", "always_there", "tells_rows_apart", "description")
# A line break inside quotation marks belongs to the value.
QUOTED_OR_LINE_END = re.compile(rb'("[^"]*")|\n')
VERSION = re.compile(r"v\d{4,}")
PACKAGE_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


class NothingToPublish(RuntimeError):
    """The month has no warehouse yet."""


@dataclass(frozen=True)
class Published:
    """The version that is current now; ``outcome`` is ``published``, or ``unchanged`` where it was there already."""

    folder: Path
    version: str
    outcome: str


@dataclass(frozen=True)
class _Made:
    """The content of a version, still without a name: files in a folder, and rows by table."""

    folder: Path
    rows: dict[str, int]
    deliveries: list[dict[str, Any]]
    verdict: Verdict

    @property
    def sha256(self) -> dict[str, str]:
        """Digest of every file, by name."""
        return {path.name: sha256_of_file(path) for path in sorted(self.folder.iterdir())}

    @property
    def content_sha256(self) -> str:
        return sha256_of_texts(text for pair in self.sha256.items() for text in pair)


def publish(settings: Settings, month: Period) -> Published:
    """Publish the month's current warehouse as its next version, unless the last one says the same already.

    Raises NothingToPublish where nothing was built, and what ``gate.admit`` raises where that may not be published. A
    reader of an earlier version is not disturbed.
    """
    month_folder = settings.snapshots / str(month)
    month_folder.mkdir(parents=True, exist_ok=True)
    newest = newest_version(month_folder)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=month_folder) as aside:
        made, definitions_sha256 = _make(settings, month, Path(aside))
        if newest is not None and read_json(month_folder / newest / MANIFEST)["content_sha256"] == made.content_sha256:
            outcome, version = "unchanged", newest
        else:
            outcome, version = "published", _next(newest)
            _put_down(month_folder / version, month, made, definitions_sha256)
    _point_to(settings.snapshots, month, version)
    return Published(month_folder / version, version, outcome)


def newest_version(month_folder: Path) -> str | None:
    """The highest version that is whole."""
    versions = [path.parent.name for path in month_folder.glob(f"*/{MANIFEST}") if VERSION.fullmatch(path.parent.name)]
    return max(versions, key=_number, default=None)


def _number(version: str) -> int:
    return int(version[1:])


def _next(version: str | None) -> str:
    return f"v{1 if version is None else _number(version) + 1:04d}"


def _make(settings: Settings, month: Period, folder: Path) -> tuple[_Made, str]:
    pointer = settings.warehouse / str(month) / CURRENT
    if not pointer.exists():
        raise NothingToPublish(f"{month} has no warehouse: build it first")
    current = read_json(pointer)
    tables = load_published(settings.expectations / "snapshots")
    with duckdb.connect(str(pointer.parent / current["file"]), read_only=True) as warehouse:
        warehouse.execute("SET threads = 1")
        verdict = gate.admit(settings, month, current["fingerprint"], warehouse)
        rows = {table.name: _write_table(_rows_of(warehouse, table, verdict), table, folder) for table in tables}
        deliveries = _deliveries(warehouse)
    _write_dictionary(folder, tables)
    _write_package(folder, month, tables, deliveries, verdict)
    return _Made(folder, rows, deliveries, verdict), current["definitions_sha256"]


def _rows_of(warehouse: duckdb.DuckDBPyConnection, table: PublishedTable, verdict: Verdict) -> duckdb.DuckDBPyRelation:
    """The warehouse's; who approved, and why, came after it was built."""
    rows = warehouse.table(f"snapshots.{table.name}")
    if table.name != PUBLICATION:
        return rows
    told = {"verdict": verdict.outcome, **(asdict(verdict.approval) if verdict.approval is not None else {})}
    return rows.select(
        *(
            duckdb.ConstantExpression(told[name]).alias(name) if name in told else duckdb.ColumnExpression(name)
            for name in rows.columns
        )
    )


def _write_table(rows: duckdb.DuckDBPyRelation, table: PublishedTable, folder: Path) -> int:
    """Both files of a table, its rows in the order of its grain; returns how many there are."""
    key = [duckdb.ColumnExpression(name).asc().nulls_first() for name in table.key]
    rows = rows.sort(*key)
    rows.write_parquet(str(folder / f"{table.name}.parquet"), compression="zstd")
    file = folder / f"{table.name}.csv"
    rows.write_csv(str(file), header=True)
    file.write_bytes(QUOTED_OR_LINE_END.sub(lambda found: found[1] or b"\r\n", file.read_bytes()))
    return len(rows)


def _deliveries(warehouse: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The deliveries whose rows count, for the manifest and for the sources of the data package."""
    used = warehouse.sql(
        """
        SELECT authority_code, source, reporting_month AS month, landing_version, landing_sha256
        FROM snapshots.delivery
        WHERE is_used
        ORDER BY authority_code, source, month, landing_version
        """
    )
    return [dict(zip(used.columns, row, strict=True)) for row in used.fetchall()]


def _dictionary(tables: Iterable[PublishedTable]) -> Iterator[tuple[str, ...]]:
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


def _write_dictionary(folder: Path, tables: Sequence[PublishedTable]) -> None:
    with (folder / f"{DICTIONARY}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(DICTIONARY_HEADINGS)
        writer.writerows(_dictionary(tables))
    sections = ["# Data dictionary\n", *(_dictionary_section(table) for table in tables)]
    (folder / f"{DICTIONARY}.md").write_text("\n".join(sections), encoding="utf-8", newline="\n")


def _dictionary_section(table: PublishedTable) -> str:
    lines = [
        f"## {table.name}\n",
        f"{table.description} {table.grain}\n",
        "| column | type | always there | tells rows apart | description |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(cells[1:])} |" for cells in _dictionary([table])),
    ]
    return "\n".join(lines) + "\n"


def _write_package(
    folder: Path,
    month: Period,
    tables: Sequence[PublishedTable],
    deliveries: Sequence[dict[str, Any]],
    verdict: Verdict,
) -> None:
    package = {
        "$schema": PACKAGE_PROFILE,
        "name": f"safeguarding-kpis-{month}",
        "title": f"Safeguarding KPIs, {month.name}",
        **({"description": verdict.on_its_face} if verdict.on_its_face else {}),
        "sources": [_source(delivery) for delivery in deliveries],
        "resources": [_resource(folder, table) for table in tables],
    }
    (folder / PACKAGE).write_text(json_text(package), encoding="utf-8", newline="\n")


def _source(delivery: dict[str, Any]) -> dict[str, str]:
    return {
        "title": f"{delivery['authority_code']} {delivery['source']} {delivery['month']}",
        "version": delivery["landing_version"],
        "hash": f"sha256:{delivery['landing_sha256']}",
    }


def _resource(folder: Path, table: PublishedTable) -> dict[str, Any]:
    """The CSV is the resource; the same rows as Parquet are told beside it, since few validators read Parquet."""
    return {
        "name": table.name,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "title": table.description,
        "description": table.grain,
        **_file(folder / f"{table.name}.csv"),
        "parquet": _file(folder / f"{table.name}.parquet"),
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
            "uniqueKeys": [list(table.key)],
        },
    }


def _file(path: Path) -> dict[str, Any]:
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{sha256_of_file(path)}"}


def _field(column: PublishedColumn) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.logical_type, "description": column.description}
    return field | ({"constraints": {"required": True}} if column.required else {})


def _put_down(folder: Path, month: Period, made: _Made, definitions_sha256: str) -> None:
    with new_folder(folder) as aside:
        for path in sorted(made.folder.iterdir()):
            path.replace(aside / path.name)
        made = replace(made, folder=aside)
        manifest = {
            "month": str(month),
            "version": folder.name,
            "content_sha256": made.content_sha256,
            "definitions_sha256": definitions_sha256,
            "deliveries": made.deliveries,
            "files": made.sha256,
            "tables": made.rows,
            "publication": made.verdict.told,
        }
        _make_database(aside)
        (aside / MANIFEST).write_text(json_text(manifest), encoding="utf-8", newline="\n")


def _make_database(folder: Path) -> None:
    """A process that has opened nothing else reads the finished Parquet, so nothing but that can be in the file."""
    command = [sys.executable, "-m", "pipelines.snapshot_database", str(folder)]
    here = Path(__file__).resolve().parent.parent
    made = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if made.returncode != 0:
        raise RuntimeError(f"{DATABASE} was not made: {made.stderr.strip()}")


def _point_to(snapshots: Path, month: Period, version: str) -> None:
    month_folder = snapshots / str(month)
    write_json(month_folder / f"{LATEST}.json", {"version": version})
    _link(month_folder / LATEST, version)
    newest = max(path.parent.name for path in snapshots.glob(f"*/{LATEST}.json"))
    newest_of_all = read_json(snapshots / newest / f"{LATEST}.json")["version"]
    write_json(snapshots / f"{LATEST}.json", {"month": newest, "version": newest_of_all})
    _link(snapshots / LATEST, f"{newest}/{newest_of_all}")


def _link(link: Path, target: str) -> None:
    """A convenience: where there are no symbolic links, the JSON beside it is enough."""
    aside = link.with_name(f".{link.name}-{os.getpid()}")
    with suppress(OSError, NotImplementedError):
        aside.unlink(missing_ok=True)
        aside.symlink_to(target)
        aside.replace(link)

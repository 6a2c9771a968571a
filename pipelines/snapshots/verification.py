"""Is a snapshot what was published? Files against manifest, database against Parquet, landing against what is named.

A copy of a version's folder, or of its public edition alone, can be verified anywhere; what it was made from, only
where landing is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from pipelines.catalog import LATEST, newest_version
from pipelines.contracts.published import PUBLIC, RESTRICTED
from pipelines.deliveries import Delivery
from pipelines.faults import Fault
from pipelines.snapshots.edition import DATABASE, PACKAGE, UNSIGNED, signed_files
from pipelines.storage import MANIFEST, read_json, sha256_of_file, sha256_of_texts, whole_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.settings import Settings

DIALECT = "duckdb"


class NoSuchSnapshot(Fault, LookupError):
    """Nothing whole was published under that name."""


def find(settings: Settings, name: str) -> Path:
    """The folder of ``2021-02`` (its current version), of ``2021-02/v0001``, or a path; raises NoSuchSnapshot."""
    places = [settings.snapshots / name, Path.cwd() / name]
    for place in places:
        if (place / f"{LATEST}.json").exists() and not (place / MANIFEST).exists():
            recorded = whole_json(place / f"{LATEST}.json", "version") or {"version": newest_version(place) or ""}
            place = place / recorded.get("month", "") / recorded["version"]
        if (place / MANIFEST).exists():
            return place.resolve()
    raise NoSuchSnapshot(f"{name}: no snapshot is there; name it as 2021-02, 2021-02/v0001 or by its folder")


def verify(folder: Path, landing: Path | None = None) -> list[str]:
    """What is not as it was published, a sentence each; none where all of it is.

    ``landing``: where the inputs should still be; None leaves them out. A public edition names none.
    """
    manifest = read_json(folder / MANIFEST)
    problems = [*_files(folder, manifest), *_database(folder, manifest)]
    if manifest.get("edition") != PUBLIC:
        problems += _content(manifest)
        if landing is not None:
            problems += [problem for delivery in manifest["deliveries"] for problem in _landed(landing, delivery)]
    if manifest.get("edition") == RESTRICTED:
        problems += _public(folder, manifest)
    return problems


def _files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    recorded, found = manifest["files"], signed_files(folder)
    for name in sorted(recorded.keys() | found.keys()):
        if name not in found:
            yield f"{name} is missing."
        elif name not in recorded:
            yield f"{name} was not published: it was put there afterwards."
        elif recorded[name] != found[name]:
            yield f"{name} is not what was published: its SHA-256 is {found[name]}, the manifest says {recorded[name]}."
    for name in sorted(UNSIGNED):
        if not (folder / name).exists():
            yield f"{name} is missing."


def _content(manifest: Mapping[str, Any]) -> Iterator[str]:
    own = {name: digest for name, digest in manifest["files"].items() if not name.startswith(f"{PUBLIC}/")}
    if sha256_of_texts(text for pair in own.items() for text in pair) != manifest["content_sha256"]:
        yield f"{MANIFEST} was changed: its content_sha256 is not that of the files it names."


def _public(folder: Path, restricted: Mapping[str, Any]) -> Iterator[str]:
    """The digests of the public edition stand in both manifests; who changes one has forgotten the other."""
    if not (folder / PUBLIC / MANIFEST).exists():
        yield f"{PUBLIC}/{MANIFEST} is missing."
        return
    if whole_json(folder / PUBLIC / MANIFEST, "files", "month", "version", "tables") is None:
        yield f"{PUBLIC}/{MANIFEST} is not what was written there."
        return
    yield from (f"{PUBLIC}/{problem}" for problem in verify(folder / PUBLIC))
    public = read_json(folder / PUBLIC / MANIFEST)
    files = {f"{PUBLIC}/{name}": digest for name, digest in public["files"].items()}
    recorded = {name: digest for name, digest in restricted["files"].items() if name.startswith(f"{PUBLIC}/")}
    if (files, public["month"], public["version"]) != (recorded, restricted["month"], restricted["version"]):
        yield f"{PUBLIC}/{MANIFEST} is not of this version."


def _database(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Not by its bytes, which differ each time it is made, but table by table."""
    if not ((folder / DATABASE).exists() and (folder / PACKAGE).exists()):
        return
    for name, problem in tables_that_differ(folder / DATABASE, folder, list(manifest["tables"])).items():
        yield f"{DATABASE}: the table {name} {problem}."


def tables_that_differ(database: Path, folder: Path, tables: list[str]) -> dict[str, str]:
    """How the tables of a database differ from the Parquet files of a folder, by table; nothing where they do not."""
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            held = [name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()]
            problems = {name: "was not published" for name in held if name not in tables}
            problems |= {name: "is missing" for name in tables if name not in held}
            for name in sorted({*held, *tables} - set(problems)):
                if (problem := _difference(connection, name, folder / f"{name}.parquet")) is not None:
                    problems[name] = problem
    except duckdb.Error as problem:
        return {name: f"cannot be read ({type(problem).__name__})" for name in tables}
    return dict(sorted(problems.items()))


def _difference(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> str | None:
    if not file.exists():
        return f"has no {file.name} to be compared with"
    table, parquet = connection.table(name), connection.read_parquet(str(file))
    if (table.columns, table.types) != (parquet.columns, parquet.types):
        return f"has other columns than {file.name}"
    rows = _rows_apart(connection, name, file)
    return f"differs from {file.name} in {rows} rows" if rows else None


def _rows_apart(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> int:
    """Rows of one that the other lacks, each as often as it is there."""
    table = exp.select("*").from_(exp.to_table(name))
    parquet = exp.select("*").from_(exp.func("read_parquet", exp.Literal.string(str(file)), dialect=DIALECT))
    sides = [
        exp.select("*").from_(exp.except_(one, other, distinct=False).subquery("apart"))
        for one, other in ((table, parquet), (parquet, table))
    ]
    both = exp.union(*sides, distinct=False).subquery("both")
    counted = connection.execute(exp.select("count(*)").from_(both).sql(dialect=DIALECT)).fetchall()
    return int(counted[0][0])


def _landed(landing: Path, recorded: Mapping[str, Any]) -> Iterator[str]:
    delivery = Delivery.parse(f"{recorded['authority_code']}/{recorded['source']}/{recorded['month']}")
    name = f"Landing: {delivery}, {recorded['landing_version']},"
    folder = delivery.landing_folder(landing) / recorded["landing_version"]
    if not (folder / MANIFEST).exists():
        yield f"{name} is not there any more."
        return
    manifest = read_json(folder / MANIFEST)
    if manifest["content_sha256"] != recorded["landing_sha256"]:
        yield f"{name} is another than the snapshot was made from."
    for number, file in enumerate(manifest["files"], start=1):
        # By its number: a file's name may be anything.
        if not (folder / file["name"]).exists():
            yield f"{name} lacks its file {number}."
        elif sha256_of_file(folder / file["name"]) != file["sha256"]:
            yield f"{name} was changed in its file {number}."

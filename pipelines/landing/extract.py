"""Read a source's tables out of a council's own database, and leave them in the inbox as a delivery.

The session is read-only and the tables are of one moment wherever the database can do that; rows stream through, a
few thousand at a time. The delivery is written aside and renamed, so a connection lost in the middle leaves none. Its
``_READY`` file, which landing does not copy, holds the counts.

What a database says while rows are read may quote one: only its kind is repeated. What it says while connecting is
repeated without passwords.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, quote_plus

from sqlalchemy import column, create_engine, inspect, make_url, select, table, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from pipelines import storage
from pipelines.contracts.loading import load_sources
from pipelines.deliveries import Delivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pydantic import SecretStr
    from sqlalchemy import URL, Connection, Inspector, Select
    from sqlalchemy.engine.interfaces import ReflectedColumn

    from pipelines.contracts.model import Contract, Source
    from pipelines.periods import Period
    from pipelines.settings import Extract, Settings

READY = "_READY"
WRITTEN_BY = "extract"
ROWS_AT_A_TIME = 5_000

# Airflow's names for databases, and SQLAlchemy's, with the driver that pyproject's extra of that name brings.
DRIVERS = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mssql": "mssql+pyodbc",
    "oracle": "oracle+oracledb",
}
EXTRAS = {"postgresql": "postgres", "mssql": "sqlserver", "oracle": "oracle"}
SECRET_IN_TEXT = re.compile(r"(?i)\b(pwd|password|passwd|secret|token)(\s*=\s*)(\{[^}]*\}|[^;&\s]+)")

Outcome = Literal["extracted", "extracted anew", "unchanged"]


class ExtractFailed(RuntimeError):
    """The tables cannot be had: the configuration, the database's rights or its content have to change first."""


class DatabaseUnreachable(ConnectionError):
    """The database did not answer, or stopped to: another try may help."""


@dataclass(frozen=True)
class Extracted:
    """How an extract went: the delivery, its folder in the inbox, and the rows of each file."""

    delivery: Delivery
    folder: Path
    outcome: Outcome
    rows: Mapping[str, int]

    @property
    def message(self) -> str:
        counted = f"{sum(self.rows.values()):,} rows of {len(self.rows)} tables"
        return f"{self.delivery}: {counted}{', the same as before' if self.outcome == 'unchanged' else ''}"


@dataclass(frozen=True)
class _Database:
    """A database whose URL nobody gets to see."""

    url: URL
    known_as: str
    schema: str | None

    def without_secrets(self, words: str) -> str:
        given = {self.url.password or "", *_texts(self.url.query.values())} - {""}
        for secret in sorted(given, key=len, reverse=True):
            for spelling in (secret, quote(secret, safe=""), quote_plus(secret)):
                words = words.replace(spelling, "***")
        return SECRET_IN_TEXT.sub(r"\1\2***", words)


def extract(settings: Settings, wanted: Extract, month: Period, url: SecretStr) -> Extracted:
    """Write the source's tables, as they stand now, into the inbox as the month's delivery.

    The same rows again change nothing. Other rows replace the files that an extract wrote; files that it did not write
    are never touched. Raises ExtractFailed, or DatabaseUnreachable where another try may help: either way the inbox is
    as it was.
    """
    delivery = Delivery(wanted.authority_code, wanted.source, month)
    source = _source(settings, delivery)
    folder = _folder(settings, delivery)
    database = _database(url, wanted)
    with _aside(folder) as aside:
        try:
            with _reading(database) as (connection, of_one_moment):
                written = _write_tables(connection, source, database, aside)
        except SQLAlchemyError as fault:
            failure = _while_reading(fault, delivery, database)
        except (ValueError, ArithmeticError) as fault:
            failure = ExtractFailed(f"{delivery}: a value cannot be read: {type(fault).__name__}.")
        else:
            ready = {"written_by": WRITTEN_BY, "of_one_moment": of_one_moment, "files": written}
            rows = {name: file["rows"] for name, file in written.items()}
            return Extracted(delivery, folder, _put(aside, folder, ready), rows)
    # Raised where the driver's own words, which may quote a record, do not follow along.
    raise failure


def _source(settings: Settings, delivery: Delivery) -> Source:
    sources = load_sources(settings.expectations)
    if delivery.source not in sources:
        raise ExtractFailed(f"{delivery}: the sources are {', '.join(sorted(sources))}.")
    source = sources[delivery.source]
    if any(each.kind == "answers" for contract in source.tables.values() for each in contract.columns):
        raise ExtractFailed(f"{delivery}: this source's columns are not known beforehand: deliver its files.")
    return source


def _folder(settings: Settings, delivery: Delivery) -> Path:
    if "://" in settings.inbox_url:
        raise ExtractFailed(f"{delivery}: an extract is written to a folder: set INBOX_URL to a local path.")
    return Path(settings.inbox) / str(delivery)


def _database(url: SecretStr, extract: Extract) -> _Database:
    known_as = extract.url_variable or f"the connection {extract.connection_id}"
    try:
        parsed = make_url(url.get_secret_value())
    except (ArgumentError, ValueError):
        raise ExtractFailed(f"{extract}: {known_as} holds no SQLAlchemy URL.") from None
    # What Airflow keeps of a connection for itself is nothing to a driver.
    parsed = parsed.difference_update_query(["__extra__"])
    named = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
    return _Database(_asking_to_read_only(named), known_as, extract.database_schema)


def _asking_to_read_only(url: URL) -> URL:
    """SQL Server sends who says so to a readable replica, if there is one."""
    if url.get_backend_name() != "mssql":
        return url
    intent = "ApplicationIntent=ReadOnly"
    if "odbc_connect" not in url.query:
        return url.update_query_string(intent)
    given = "".join(_texts([url.query["odbc_connect"]]))
    return url.update_query_dict({"odbc_connect": f"{given.rstrip(';')};{intent}"})


def _texts(values: Iterable[str | tuple[str, ...]]) -> Iterator[str]:
    for value in values:
        yield from (value,) if isinstance(value, str) else value


@contextmanager
def _reading(database: _Database) -> Iterator[tuple[Connection, bool]]:
    """A session that cannot write, and whether all it reads is of one moment."""
    backend = database.url.get_backend_name()
    if backend not in SESSIONS:
        raise ExtractFailed(f"{database.known_as}: {backend} is none of {', '.join(sorted(SESSIONS))}.")
    try:
        engine = create_engine(database.url, poolclass=NullPool, hide_parameters=True)
    except ModuleNotFoundError as missing:
        extra = EXTRAS.get(backend, backend)
        raise ExtractFailed(
            f"{missing.name} is not installed: in the project's folder, pip install '.[{extra}]'."
        ) from None
    connection = _connected(engine.connect, database)
    with connection:
        yield connection, SESSIONS[backend](connection)


def _connected(connect: Callable[[], Connection], database: _Database) -> Connection:
    try:
        return connect()
    except DBAPIError as fault:
        words = database.without_secrets(" ".join(str(fault.orig).split()))
        failure = DatabaseUnreachable(f"cannot connect to the database of {database.known_as}: {words}")
    except SQLAlchemyError as fault:
        raise ExtractFailed(f"{database.known_as} cannot be used: {type(fault).__name__}.") from None
    raise failure


def _postgresql(connection: Connection) -> bool:
    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return True


def _sql_server(connection: Connection) -> bool:
    """A snapshot where the database allows one: any other way to hold still would hold up the council's own work."""
    state = connection.scalar(
        text("SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = db_id()"),
    )
    connection.rollback()
    if state == 1:
        connection.execution_options(isolation_level="SNAPSHOT")
    return bool(state == 1)


def _oracle(connection: Connection) -> bool:
    connection.execute(text("SET TRANSACTION READ ONLY"))
    return True


def _sqlite(connection: Connection) -> bool:
    connection.exec_driver_sql("PRAGMA query_only = ON")
    connection.exec_driver_sql("BEGIN")
    return True


SESSIONS: dict[str, Callable[[Connection], bool]] = {
    "postgresql": _postgresql,
    "mssql": _sql_server,
    "oracle": _oracle,
    "sqlite": _sqlite,
}


def _write_tables(
    connection: Connection, source: Source, database: _Database, folder: Path
) -> dict[str, dict[str, Any]]:
    """Rows and SHA-256 of each table's file. A table that is not there is left for staging to report."""
    inspector = inspect(connection)
    schema = database.schema
    here = {name.lower(): name for name in (*inspector.get_view_names(schema), *inspector.get_table_names(schema))}
    written: dict[str, dict[str, Any]] = {}
    for contract in source.tables.values():
        if contract.name in here:
            query = _query(contract, here[contract.name], inspector, schema)
            file = folder / contract.file_name
            rows = _write_table(connection, query, file)
            written[contract.file_name] = {"rows": rows, "sha256": storage.sha256_of_file(file)}
    if not written:
        where = "the schema that is searched by default" if schema is None else f"the schema {schema}"
        raise ExtractFailed(f"{database.known_as}: {where} holds none of the tables of {source.name}.")
    return written


def _query(contract: Contract, name: str, inspector: Inspector, schema: str | None) -> Select[Any]:
    """The contract's columns as far as they are there, in an order that stays the same while the rows do."""
    here: dict[str, ReflectedColumn] = {each["name"].lower(): each for each in inspector.get_columns(name, schema)}
    found = {heading: here[heading.lower()] for heading in contract.headings if heading.lower() in here}
    if not found:
        raise ExtractFailed(f"{name} holds none of its contract's columns.")
    columns = {heading: column(each["name"], each["type"]) for heading, each in found.items()}
    comparable = [each for each in contract.columns if each.kind not in {"withheld", "flag"} and each.heading in found]
    order = [columns[each.heading] for each in sorted(comparable, key=lambda each: not each.primary_key)]
    labelled = (each.label(heading) for heading, each in columns.items())
    return select(*labelled).select_from(table(name, schema=schema)).order_by(*order)


def _write_table(connection: Connection, query: Select[Any], file: Path) -> int:
    """The rows written, as RFC 4180 has it."""
    rows = 0
    streamed = connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME})
    with file.open("x", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(streamed.keys())
        for part in streamed.partitions():
            writer.writerows(map(_as_texts, part))
            rows += len(part)
        opened.flush()
        os.fsync(opened.fileno())
    return rows


def _as_texts(row: Sequence[Any]) -> list[Any]:
    return [TEXTS[type(value)](value) if type(value) in TEXTS else value for value in row]


def _date_or_moment(moment: dt.datetime) -> str:
    """SQL Server has dates in columns of moments, each at midnight; what counts is the day on the council's clock."""
    return moment.date().isoformat() if moment.time() == dt.time.min else moment.replace(tzinfo=None).isoformat(" ")


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)


# What is written as csv would not write it.
TEXTS: dict[type, Callable[[Any], str]] = {
    bool: lambda flag: "Y" if flag else "N",
    dt.datetime: _date_or_moment,
    Decimal: lambda number: f"{number:f}",
    bytes: lambda content: content.hex(),
    memoryview: lambda content: content.hex(),
    dict: _json,
    list: _json,
}


def _while_reading(fault: SQLAlchemyError, delivery: Delivery, database: _Database) -> Exception:
    """Whether another try may help, and the fault's kind: its words may quote a record."""
    if not isinstance(fault, DBAPIError):
        return ExtractFailed(f"{delivery}: the tables of {database.known_as} cannot be read: {type(fault).__name__}.")
    state = getattr(fault.orig, "pgcode", None) or getattr(fault.orig, "sqlstate", None)
    kind = type(fault.orig).__name__ + (f" (SQLSTATE {state})" if state else "")
    if fault.connection_invalidated or isinstance(fault, (OperationalError, InterfaceError)):
        return DatabaseUnreachable(f"{delivery}: the database of {database.known_as} was lost while read: {kind}.")
    return ExtractFailed(f"{delivery}: the tables of {database.known_as} cannot be read: {kind}.")


@contextmanager
def _aside(folder: Path) -> Iterator[Path]:
    """A folder to fill, beside the one that it may become; gone in the end, whatever happened."""
    with storage.scratch_folder(folder.parent) as place:
        storage.remove_left(folder.parent, storage.ASIDE)
        aside = place / folder.name
        aside.mkdir(mode=0o700)
        yield aside


def _put(aside: Path, folder: Path, ready: Mapping[str, Any]) -> Outcome:
    """Put the folder filled aside in its place, whole; what was there goes the same way."""
    if not folder.exists():
        outcome: Outcome = "extracted"
    elif _is_same(folder, ready):
        return "unchanged"
    else:
        outcome = "extracted anew"
    storage.write_json(aside / READY, ready)
    if outcome == "extracted anew":
        folder.rename(aside.parent / "replaced")
    aside.rename(folder)
    return outcome


def _is_same(folder: Path, ready: Mapping[str, Any]) -> bool:
    """Whether a delivery holds these very files; raises ExtractFailed where some of it is not an extract's."""
    before = storage.whole_json(folder / READY, "written_by", "files")
    is_ours = before is not None and before["written_by"] == WRITTEN_BY
    if before is None or not is_ours or {file.name for file in folder.iterdir()} - {READY, *before["files"]}:
        raise ExtractFailed(f"{folder} holds files that no extract wrote: move them away, and try again.")
    files = {name: written["sha256"] for name, written in ready["files"].items()}
    here = {file.name: storage.sha256_of_file(file) for file in folder.iterdir() if file.name != READY}
    return here == files

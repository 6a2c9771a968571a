"""A copy of the newest snapshot's tables in PostgreSQL, for tools that read no DuckDB: Power BI, Tableau, Excel.

One transaction loads the tables into a schema of its own and then gives it the name that readers know. Whoever asks
meanwhile is answered from the copy before or from this one; whatever ends the transaction early leaves the one before.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import duckdb
from sqlglot import exp

from pipelines.catalog import LATEST, WhichAuthority, of_named_authority
from pipelines.contracts.published import PUBLIC
from pipelines.faults import Fault
from pipelines.snapshots.database import comments
from pipelines.snapshots.edition import DATABASE, PACKAGE
from pipelines.storage import MANIFEST, read_json, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from adbc_driver_manager.dbapi import Connection, Cursor, Error

    from pipelines.settings import Settings

DIALECT = "postgres"
SCHEMA = "safeguarding_kpis"
NEXT = "safeguarding_kpis_next"
WRITTEN_BY = "Written by safeguarding-kpis and replaced as a whole: change nothing here."

# Two copies at once follow one another. The number is only this program's.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7310236)"
WHAT_IS_THERE = """
    SELECT
        to_regnamespace('safeguarding_kpis') IS NOT NULL,
        obj_description(to_regnamespace('safeguarding_kpis'), 'pg_namespace')
"""
# Who reads one of the tables keeps all of them as they are to the end of the transaction. Over all tables together we
# never wait as long (a second) as PostgreSQL does before it looks for a deadlock: it is we who give way, and no reader.
SWAP = """
    DO $$
    DECLARE
        tables TEXT := (
            SELECT string_agg(format('%I.%I', schemaname, tablename), ', ' ORDER BY tablename)
            FROM pg_tables
            WHERE schemaname = 'safeguarding_kpis'
        );
        patience TEXT := (
            SELECT format('%sms', 800 / greatest(count(*), 1)) FROM pg_tables WHERE schemaname = 'safeguarding_kpis'
        );
        give_up TIMESTAMPTZ := clock_timestamp() + INTERVAL '120 s';
    BEGIN
        WHILE tables IS NOT NULL LOOP
            BEGIN
                PERFORM set_config('lock_timeout', patience, true);
                EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', tables);
                EXECUTE format('DROP TABLE %s RESTRICT', tables);
                EXIT;
            EXCEPTION WHEN lock_not_available THEN
                IF clock_timestamp() > give_up THEN
                    RAISE;
                END IF;
                PERFORM pg_sleep(0.2);
            END;
        END LOOP;
        DROP SCHEMA IF EXISTS safeguarding_kpis RESTRICT;
        ALTER SCHEMA safeguarding_kpis_next RENAME TO safeguarding_kpis;
    END
    $$
"""

# What another try may fix, by the first two characters of SQLSTATE: connections, clashes, resources, operators.
OF_THE_MACHINE = ("08", "40", "53", "55", "57")
SAYS = {
    "2BP01": f"a view or another object needs a table of {SCHEMA}, which is replaced as a whole: put its query into "
    "the BI tool, or make it of a table of your own",
    "42501": f"the user lacks a right: it must be able to CREATE in the database, and own {SCHEMA}",
    "42P06": f"there is a schema {NEXT} that no copy left: drop or rename it",
    "55P03": f"somebody has been reading {SCHEMA} in one transaction for two minutes: end it, or copy at another time",
}


class CopyFailed(Fault, RuntimeError):
    """The copy cannot be made until settings, rights or the database change; the one before is as it was."""


class CopyUnreachable(Fault, ConnectionError):
    """PostgreSQL did not answer, stopped to, or was busy: another try may help; the copy before is as it was."""


@dataclass(frozen=True)
class Copied:
    """What is there now, such as ``2021-02/v0001``, its edition, and the rows of each table."""

    snapshot: str
    edition: str
    outcome: Literal["copied", "unchanged"]
    rows: Mapping[str, int]

    @property
    def message(self) -> str:
        counted = f"{sum(self.rows.values()):,} rows of {len(self.rows)} tables"
        return f"{self.snapshot}, {self.edition} edition, in the schema {SCHEMA}: {counted}"


def copy(settings: Settings) -> Copied:
    """Copy the configured edition of the newest month's current version, unless it is there already.

    Raises CopyFailed, or CopyUnreachable where another try may help. Either way, and whenever it is killed, readers
    have the copy before.
    """
    snapshot, folder = _newest(settings if settings.authority else settings.of(whose(settings)))
    rows = read_json(folder / MANIFEST)["tables"]
    description = f"Snapshot {snapshot}, {settings.postgres_copy_edition} edition, {_digest(folder)}. {WRITTEN_BY}"
    connection = _connected(settings)
    try:
        with closing(connection), connection.cursor() as cursor:
            outcome = _copied(cursor, folder, description, rows)
            connection.commit()
    except connection.Error as fault:
        failure = _failure(fault, was_lost=isinstance(fault, connection.OperationalError))
    else:
        return Copied(snapshot, settings.postgres_copy_edition, outcome, rows)
    # Raised where the driver's own words, which may quote a row, do not follow along.
    raise failure


def whose(settings: Settings) -> str:
    """The authority whose snapshot is copied: the one that is set, or the only one; raises CopyFailed."""
    try:
        return str(of_named_authority(settings, settings.postgres_copy_authority).authority)
    except WhichAuthority:
        raise CopyFailed("it is not clear whose snapshot to copy: set POSTGRES_COPY_AUTHORITY to its code.") from None


def _newest(settings: Settings) -> tuple[str, Path]:
    pointer = settings.snapshots / f"{LATEST}.json"
    if not pointer.exists():
        raise CopyFailed("nothing was published yet: there is nothing to copy.")
    newest = read_json(pointer)
    folder = settings.snapshots / newest["month"] / newest["version"]
    edition = folder / PUBLIC if settings.postgres_copy_edition == PUBLIC else folder
    return f"{newest['month']}/{newest['version']}", edition


def _digest(folder: Path) -> str:
    """Of this edition's own manifest: the public one's says nothing of the other."""
    return f"sha256 {sha256_of_file(folder / MANIFEST)}"


def _connected(settings: Settings) -> Connection:
    if settings.postgres_copy_url is None:
        raise CopyFailed("POSTGRES_COPY_URL is not set: see .env.example.")
    try:
        from adbc_driver_postgresql import dbapi
    except ModuleNotFoundError:
        raise CopyFailed(
            "adbc_driver_postgresql is not installed: in the project's folder, pip install '.[postgres-copy]'."
        ) from None
    try:
        connection: Connection = dbapi.connect(settings.postgres_copy_url.get_secret_value())
        return connection
    except dbapi.Error as fault:
        kind = type(fault).__name__
    # The driver's words may quote the URL.
    raise CopyUnreachable(
        f"the database of POSTGRES_COPY_URL cannot be connected to ({kind}): look at host, port, user, password "
        "and database."
    )


def _copied(cursor: Cursor, folder: Path, description: str, rows: Mapping[str, int]) -> Literal["copied", "unchanged"]:
    _one_row(cursor, ONE_AT_A_TIME)
    is_there, comment = _one_row(cursor, WHAT_IS_THERE)
    if comment == description:
        return "unchanged"
    if is_there and WRITTEN_BY not in (comment or ""):
        raise CopyFailed(f"the schema {SCHEMA} was not written by a copy: drop or rename it, and try again.")
    cursor.execute(exp.Create(this=exp.Table(db=exp.to_identifier(NEXT)), kind="SCHEMA").sql(DIALECT))
    with duckdb.connect(str(folder / DATABASE), read_only=True) as snapshot:
        for name, expected in rows.items():
            loaded = cursor.adbc_ingest(name, snapshot.table(name), mode="create", db_schema_name=NEXT)
            if loaded != expected:
                raise CopyFailed(f"{name}: {loaded} rows were taken in, of {expected}.")
    for statement in _comments(folder, description):
        cursor.execute(statement)
    cursor.execute(SWAP)
    return "copied"


def _one_row(cursor: Cursor, query: str) -> tuple[Any, ...]:
    """Read by DuckDB, since the driver's own ``fetchone`` would need another library."""
    cursor.execute(query)
    row = duckdb.from_arrow(cursor.fetch_arrow()).fetchone()
    assert row is not None  # noqa: S101 - neither query can give none
    return row


def _comments(folder: Path, description: str) -> Iterator[str]:
    schema = exp.Table(db=exp.to_identifier(NEXT))
    yield exp.Comment(this=schema, kind="SCHEMA", expression=exp.Literal.string(description)).sql(DIALECT)
    for resource in read_json(folder / PACKAGE)["resources"]:
        yield from comments(resource, schema=NEXT, dialect=DIALECT)


def _failure(fault: Error, *, was_lost: bool) -> Exception:
    """Whether another try may help, and the fault's kind: its words may quote a row.

    A connection that was lost has nothing to say but that.
    """
    state = fault.sqlstate or ""
    words = SAYS.get(state, "PostgreSQL could not do it")
    message = f"the snapshot was not copied: {words} ({type(fault).__name__}, SQLSTATE {state or 'unknown'})."
    may_help = state[:2] in OF_THE_MACHINE or (not state and was_lost)
    return CopyUnreachable(message) if may_help else CopyFailed(message)

"""A snapshot copied to a real PostgreSQL, read there by ODBC and R, and swapped under readers who never stop asking."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg2
import pytest

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import Period
from pipelines.publications import postgres_copy
from pipelines.publications.postgres_copy import SCHEMA, CopyFailed, CopyUnreachable, copy
from pipelines.settings import PROJECT, Settings
from pipelines.snapshots.publish import publish
from pipelines.storage import CURRENT, read_json, write_json
from pipelines.warehouse.build import build
from tests.exports import KEY
from tests.few_kpis import settings_of_few
from tests.service.guide import block
from tests.service.servers import debian, postgresql, wait_for
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyodbc

pytestmark = pytest.mark.service

FEBRUARY = Period.parse(MONTH)
PASSWORD = "hunter2-é"  # noqa: S105
SWAPS = 4
NEXT = 7
TOOLS = (PROJECT / "docs" / "tools.md").read_text("utf-8")
ENGINEERS = (PROJECT / "docs" / "data_engineers.md").read_text("utf-8")
NOT_OURS = "DROP SCHEMA IF EXISTS safeguarding_kpis, safeguarding_kpis_next CASCADE"

# Every version holds its own number in each row of two tables.
READS = """
import json, sys, time
from pathlib import Path
import psycopg2

how, url, stop = sys.argv[1], sys.argv[2], Path(sys.argv[3])
JOINED = '''
    SELECT months.target, windows.target
    FROM (SELECT DISTINCT target FROM safeguarding_kpis.kpi_window) AS windows
    CROSS JOIN (SELECT DISTINCT target FROM safeguarding_kpis.kpi_month) AS months
'''
connection = psycopg2.connect(url)
connection.autocommit = how == "one query"
is_last = False
while not is_last:
    is_last = stop.exists()
    with connection.cursor() as cursor:
        if how == "one query":
            cursor.execute(JOINED)
            seen = [list(row) for row in cursor.fetchall()]
        else:
            seen = [[]]
            for table in ("kpi_month", "kpi_window"):
                cursor.execute(f"SELECT DISTINCT target FROM safeguarding_kpis.{table}")
                seen[0] += [value for (value,) in cursor.fetchall()]
            connection.rollback()
    print(json.dumps(seen), flush=True)
    time.sleep(0.01)
"""


@dataclass(frozen=True)
class CopyDatabase:
    """A database of a council's, with a user who may make schemas in it, and one who may read what that one makes."""

    port: int

    def url(self, user: str = "kpi_copier", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/airflow"

    def rows(self, query: str, user: str = "kpi_copier") -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.url(user))) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def does(self, *statements: str) -> None:
        with closing(psycopg2.connect(self.url("airflow"))) as connection, connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    @property
    def tables(self) -> dict[str, int]:
        """The rows of each table of the copy."""
        names = self.rows(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{SCHEMA}'")
        return {name: self.rows(f'SELECT count(*) FROM {SCHEMA}."{name}"')[0][0] for (name,) in names}


@pytest.fixture(scope="module")
def server() -> Iterator[CopyDatabase]:
    with postgresql(PASSWORD) as port:
        database = CopyDatabase(port)
        (once,) = re.findall(r"^```postgresql\n(.*?)^```$", ENGINEERS, re.MULTILINE | re.DOTALL)
        database.does(once.replace("'...'", f"'{PASSWORD}'").replace("DATABASE kpis", "DATABASE airflow"))
        yield database


@pytest.fixture
def database(server: CopyDatabase) -> CopyDatabase:
    server.does(NOT_OURS)
    return server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published month, to be copied by whoever publishes more."""
    home = tmp_path_factory.mktemp("home")
    settings = settings_of_few(home).of(AUTHORITY)
    stage(
        settings.staging,
        f"{AUTHORITY}/ssd/{MONTH}",
        ssd(person=[{"pers_person_id": "a"}], cp_plans=[plan("a", "2021-01-01")]),
    )
    build(settings, FEBRUARY)
    publish(settings, FEBRUARY)
    return home


@pytest.fixture
def settings(home: Path, tmp_path: Path, database: CopyDatabase) -> Settings:
    shutil.copytree(home / "data", tmp_path / "data", symlinks=True)
    return (
        settings_of_few(tmp_path)
        .of(AUTHORITY)
        .model_copy(
            update={"postgres_copy_url": Settings(postgres_copy_url=database.url()).postgres_copy_url}  # type: ignore[arg-type]  # settings come as text
        )
    )


def publish_number(settings: Settings, number: int) -> None:
    """Publish a warehouse that says its number in every row that is read."""
    folder = settings.warehouse / MONTH
    current = read_json(folder / CURRENT)
    file = folder / f"warehouse-number-{number}.duckdb"
    shutil.copy(folder / current["file"], file)
    with duckdb.connect(str(file)) as warehouse:
        warehouse.execute("UPDATE snapshots.kpi_month SET target = ?", [number])
        warehouse.execute("UPDATE snapshots.kpi_window SET target = ?", [number])
    write_json(folder / CURRENT, {**current, "file": file.name, "bytes": file.stat().st_size})
    assert publish(settings, FEBRUARY).outcome == "published"


@pytest.fixture(scope="module")
def home_with_next(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same month with a second version, number NEXT."""
    folder = tmp_path_factory.mktemp("next")
    shutil.copytree(home / "data", folder / "data", symlinks=True)
    publish_number(settings_of_few(folder).of(AUTHORITY), NEXT)
    return folder


@pytest.fixture
def publish_next(home_with_next: Path, settings: Settings) -> Callable[[], None]:
    """Publishes version NEXT: it is made once, since no test of these is about the publishing."""

    def publish_next() -> None:
        shutil.rmtree(settings.data_dir)
        shutil.copytree(home_with_next / "data", settings.data_dir, symlinks=True)

    return publish_next


def odbc_string(database: CopyDatabase) -> str:
    """What the guide says to give ODBC, for this database; that has no TLS."""
    debian("odbc-postgresql", lambda: next(Path("/usr/lib").glob("*/odbc/psqlodbcw.so"), None))
    (text,) = re.findall(r"^```ini\n(.*)\n```$", TOOLS, re.MULTILINE)
    here = {
        "db.council.example": "127.0.0.1",
        "5432": str(database.port),
        "Database=kpis": "Database=airflow",
        "...": PASSWORD,
        "SSLmode=require": "SSLmode=prefer",
    }
    for there, instead in here.items():
        assert text.count(there) == 1
        text = text.replace(there, instead)
    return str(text)


def odbc(database: CopyDatabase) -> pyodbc.Connection:
    text = odbc_string(database)
    debian("libodbc2", lambda: next(Path("/usr/lib").glob("*/libodbc.so.2"), None))
    # Only now: it loads the driver manager.
    import pyodbc

    return pyodbc.connect(text)


def test_every_row_and_every_type_arrives_and_is_read_by_odbc(settings: Settings, database: CopyDatabase) -> None:
    copied = copy(settings)
    assert (copied.snapshot, copied.edition, copied.outcome) == ("2021-02/v0001", "restricted", "copied")
    snapshot = duckdb.connect(str(settings.snapshots / "2021-02" / "v0001" / "snapshot.duckdb"), read_only=True)
    with closing(odbc(database)) as connection, closing(snapshot):
        for name in copied.rows:
            table = snapshot.table(name)
            found = connection.execute(f"SELECT * FROM {SCHEMA}.{name}")
            assert [column[0] for column in found.description] == table.columns
            assert Counter(map(tuple, found.fetchall())) == Counter(table.fetchall()), name
        columns_there = connection.cursor().columns(table="kpi_window", schema=SCHEMA).fetchall()
    kinds = {column.column_name: column.type_name for column in columns_there}
    assert sum(copied.rows.values()) > 0
    assert (kinds["numerator"], kinds["value"], kinds["narrative_conflict"]) == ("numeric", "float8", "bool")
    assert (kinds["window_months"], kinds["narrative_signed_on"]) == ("int4", "date")


def test_tables_and_columns_are_described(settings: Settings, database: CopyDatabase) -> None:
    copy(settings)
    package = read_json(settings.snapshots / "2021-02" / "v0001" / "datapackage.json")
    described = dict(
        database.rows(
            f"SELECT table_name || '.' || column_name, col_description(('{SCHEMA}.' || table_name)::regclass, "
            f"ordinal_position::INTEGER) FROM information_schema.columns WHERE table_schema = '{SCHEMA}'"
        )
    )
    assert described == {
        f"{resource['name']}.{field['name']}": field["description"]
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    }
    ((kpi,),) = database.rows(f"SELECT obj_description('{SCHEMA}.kpi'::regclass)")
    ((schema,),) = database.rows(f"SELECT obj_description('{SCHEMA}'::regnamespace)")
    assert kpi.startswith(next(each["title"] for each in package["resources"] if each["name"] == "kpi"))
    assert schema.startswith("Snapshot 2021-02/v0001, restricted edition, sha256 ")


def test_the_same_again_is_left_and_the_next_version_replaces_it(
    settings: Settings, database: CopyDatabase, publish_next: Callable[[], None]
) -> None:
    copy(settings)
    objects = f"SELECT oid FROM pg_class WHERE relnamespace = '{SCHEMA}'::regnamespace ORDER BY oid"
    before = database.rows(objects)
    assert copy(settings).outcome == "unchanged"
    assert database.rows(objects) == before
    publish_next()
    assert (copied := copy(settings)).outcome == "copied"
    assert copied.snapshot == "2021-02/v0002"
    assert database.rows(f"SELECT DISTINCT target FROM {SCHEMA}.kpi_month", user="analyst") == [(NEXT,)]


def test_the_public_edition_is_copied_where_that_is_configured(settings: Settings, database: CopyDatabase) -> None:
    copy(settings)
    public = settings.model_copy(update={"postgres_copy_edition": "public"})
    assert copy(public).edition == "public"
    folder = settings.snapshots / "2021-02" / "v0001" / "public"
    assert database.tables == read_json(folder / "manifest.json")["tables"]
    assert "finding_summary" not in database.tables


def test_readers_who_never_stop_see_each_copy_whole(settings: Settings, database: CopyDatabase, tmp_path: Path) -> None:
    publish_number(settings, 0)
    copy(settings)
    stop = tmp_path / "stop"
    outputs = {how: tmp_path / f"{how}.txt" for how in ("one query", "one transaction")}
    readers = []
    for how, output in outputs.items():
        with output.open("w") as out:
            command = [sys.executable, "-c", READS, how, database.url("analyst"), str(stop)]
            readers.append(subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=subprocess.PIPE))
    try:
        for number in range(1, SWAPS + 1):
            publish_number(settings, number)
            copy(settings)
            for how, output in outputs.items():
                wait_for(f"{how} sees {number}", lambda o=output, n=number: f"[{n}.0, {n}.0]" in o.read_text() or None)
    finally:
        stop.touch()
        errors = [reader.communicate(timeout=60)[1].decode() for reader in readers]
    assert errors == ["", ""]
    for how, output in outputs.items():
        seen = [json.loads(line) for line in output.read_text().splitlines()]
        assert all(len(rows) == 1 and rows[0][0] == rows[0][1] for rows in seen), how
        numbers = [rows[0][0] for rows in seen]
        assert numbers == sorted(numbers), f"{how}: an older copy came back"
        print(f"{how}: {len(seen)} reads of {SWAPS} swaps")


def test_who_reads_in_a_transaction_is_waited_for(
    settings: Settings, database: CopyDatabase, publish_next: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(settings)
    publish_next()
    monkeypatch.setattr(postgres_copy, "SWAP", postgres_copy.SWAP.replace("120 s", "1 s"))
    with closing(psycopg2.connect(database.url("analyst"))) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {SCHEMA}.kpi")
        with pytest.raises(CopyUnreachable, match="in one transaction"):
            copy(settings)
        cursor.execute(f"SELECT DISTINCT target FROM {SCHEMA}.kpi_month")
        assert cursor.fetchall() != [(NEXT,)]
    assert copy(settings).outcome == "copied"


@pytest.mark.parametrize("moment", ["before the first table", "between two tables", "before the swap", "before commit"])
def test_killed_at_any_moment_it_leaves_the_copy_before(
    settings: Settings, database: CopyDatabase, publish_next: Callable[[], None], moment: str
) -> None:
    copy(settings)
    before = database.tables
    publish_next()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, moment],
        cwd=PROJECT,
        env={**os.environ, "DATA_DIR": str(settings.data_dir), "POSTGRES_COPY_URL": database.url()},
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    # The server notices that nobody is there any more, and gives up the transaction.
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'kpi_copier' AND pid <> pg_backend_pid()"
    wait_for("the transaction ended", lambda: database.rows(waiting) == [(0,)] or None)
    assert database.tables == before
    assert database.rows(f"SELECT DISTINCT target FROM {SCHEMA}.kpi_month") != [(NEXT,)]
    assert database.rows("SELECT to_regnamespace('safeguarding_kpis_next')") == [(None,)]
    assert copy(settings).outcome == "copied"
    assert database.rows(f"SELECT DISTINCT target FROM {SCHEMA}.kpi_month") == [(NEXT,)]


# The statement before which the process is killed; commit is none of the cursor's.
KILLED = """
import os, signal, sys
from adbc_driver_manager import dbapi
from pipelines.publications import postgres_copy
from pipelines.settings import Settings

moment, loaded = sys.argv[1], 0
execute, ingest, commit = dbapi.Cursor.execute, dbapi.Cursor.adbc_ingest, dbapi.Connection.commit

def die_if(now):
    if now:
        os.kill(os.getpid(), signal.SIGKILL)

def executing(self, operation, *rest):
    die_if(moment == "before the swap" and operation == postgres_copy.SWAP)
    return execute(self, operation, *rest)

def ingesting(self, *arguments, **named):
    global loaded
    die_if((moment, loaded) in {("before the first table", 0), ("between two tables", 3)})
    loaded += 1
    return ingest(self, *arguments, **named)

def committing(self):
    die_if(moment == "before commit")
    return commit(self)

dbapi.Cursor.execute, dbapi.Cursor.adbc_ingest, dbapi.Connection.commit = executing, ingesting, committing
postgres_copy.copy(Settings())
"""


def test_a_schema_that_no_copy_wrote_is_left_alone(settings: Settings, database: CopyDatabase) -> None:
    database.does(f"CREATE SCHEMA {SCHEMA}", f"CREATE TABLE {SCHEMA}.kpi (kept TEXT)")
    with pytest.raises(CopyFailed, match="not written by a copy"):
        copy(settings)
    assert database.rows("SELECT to_regnamespace('safeguarding_kpis_next')") == [(None,)]


def test_somebody_elses_view_is_named_as_the_reason_and_is_not_dropped(
    settings: Settings, database: CopyDatabase, publish_next: Callable[[], None]
) -> None:
    copy(settings)
    publish_next()
    database.does(f"CREATE OR REPLACE VIEW public.theirs AS SELECT * FROM {SCHEMA}.kpi")
    with pytest.raises(CopyFailed, match="a view or another object needs a table"):
        copy(settings)
    database.does("DROP VIEW public.theirs")
    assert copy(settings).outcome == "copied"


def test_what_is_wrong_with_the_database_is_said_without_its_secrets(
    settings: Settings, database: CopyDatabase
) -> None:
    def at(url: str) -> Settings:
        return settings.model_copy(update={"postgres_copy_url": Settings(postgres_copy_url=url).postgres_copy_url})  # type: ignore[arg-type]  # as text

    for url in (database.url(password="wrong-é"), "postgresql://kpi_copier:hunter2-é@127.0.0.1:1/airflow"):  # noqa: S106
        with pytest.raises(CopyUnreachable, match="cannot be connected to") as unreachable:
            copy(at(url))
        assert "é" not in str(unreachable.value)
        assert unreachable.value.__context__ is None
    with pytest.raises(CopyFailed, match="must be able to CREATE"):
        copy(at(database.url("analyst")))


def test_a_connection_that_is_lost_is_worth_another_try(
    settings: Settings, database: CopyDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(postgres_copy, "SWAP", "SELECT pg_terminate_backend(pg_backend_pid())")
        with pytest.raises(CopyUnreachable, match="was not copied"):
            copy(settings)
    assert copy(settings).outcome == "copied"


def test_the_dag_copies_after_publishing(
    settings: Settings, database: CopyDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("PSEUDONYM_KEY", KEY)
    monkeypatch.setenv("POSTGRES_COPY_URL", database.url())
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "airflow"))
    done = subprocess.run([sys.executable, "-c", PUBLISHES], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ["success", "success"]
    assert database.tables["kpi_month"] > 0


PUBLISHES = """
import json
from pipelines.orchestration import local_run as orchestration

orchestration._make_database_ready()
run = orchestration._dags()["publish_snapshot"].test(run_conf={"month": "2021-02"}, logical_date=None)
states = {task.task_id: task.state for task in run.get_task_instances()}
print()
print(json.dumps([run.state, states["copy_to_postgresql"]]))
"""


def test_the_command_says_what_it_did(settings: Settings, database: CopyDatabase) -> None:
    def command(**variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "DATA_DIR": str(settings.data_dir), "COLUMNS": "200", **variables}
        *_, command_line = block("copy").splitlines()
        command = [sys.executable if word.endswith("/python") else word for word in shlex.split(command_line)]
        return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)

    assert command().returncode == 4
    done = command(POSTGRES_COPY_URL=database.url())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("copied: 2021-02/v0001, restricted edition, in the schema safeguarding_kpis: ")
    assert command(POSTGRES_COPY_URL=database.url()).stdout.startswith("unchanged: ")
    failed = command(POSTGRES_COPY_URL=database.url(password="wrong"))  # noqa: S106
    assert (failed.returncode, "wrong" in failed.stderr) == (1, False)


@pytest.mark.parametrize("code", re.findall(r"^```r\n(.*?)^```$", TOOLS, re.MULTILINE | re.DOTALL))
def test_every_piece_of_r_of_the_guide_runs(settings: Settings, database: CopyDatabase, code: str) -> None:
    copy(settings)
    environment = {**os.environ, "KPIS_ODBC": odbc_string(database)}
    rscript = debian("r-base-core", lambda: shutil.which("Rscript"))
    debian("r-cran-rodbc", lambda: next(Path("/usr/lib/R/site-library").glob("RODBC"), None))
    done = subprocess.run(
        [rscript, "-e", code.replace(MADE_UP_AUTHORITY, AUTHORITY)],
        cwd=settings.data_dir.parent,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "2021-02" in done.stdout

"""A real PostgreSQL that holds the sample's tables, as a council's reporting database does."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import duckdb
import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from pipelines.deliveries import Delivery
from pipelines.landing import extract as extracting
from pipelines.landing.extract import DatabaseUnreachable, ExtractFailed, extract
from pipelines.landing.inbox import Inbox, find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.sample import write_sample
from pipelines.settings import PROJECT, Extract, Settings
from pipelines.staging.stage import StagingResult, stage
from tests.exports import KEY, SOURCES
from tests.service.guide import block
from tests.service.servers import postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from pipelines.contracts.model import Contract

pytestmark = pytest.mark.service

# The sample's earlier month, in which no fault is planted: what is no date cannot be in a column of dates.
MONTH = Period(2021, 1)
DELIVERY = Delivery("X99000001", "ssd", MONTH)
PASSWORD = "hunter2/&?@:é"  # noqa: S105
MOVING = ("ssd_person", "ssd_cp_plans", "ssd_cp_reviews")
MANY = 1_000_000
TYPES = {"date": "DATE", "integer": "INTEGER", "number": "NUMERIC(12, 2)", "boolean": "CHAR(1)"}


@dataclass(frozen=True)
class SourceDatabase:
    """A council's database: ``admin`` is its owner; a reader's URL is what the council gives away."""

    admin: Engine
    port: int

    def url(self, user: str = "reader", password: str = PASSWORD) -> SecretStr:
        return SecretStr(f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/airflow")

    def do(self, *statements: str) -> None:
        with self.admin.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inbox with the sample's files."""
    inbox = tmp_path_factory.mktemp("files") / "inbox"
    write_sample(inbox, scale=0.1)
    return inbox


def in_the_sample(exports: Path) -> Iterator[tuple[Contract, Path]]:
    """The tables that the made-up council has; a database may lack one that is optional too."""
    for contract in SOURCES["ssd"].tables.values():
        file = exports / str(DELIVERY) / contract.file_name
        if file.exists():
            yield contract, file


@pytest.fixture(scope="module")
def database(exports: Path) -> Iterator[SourceDatabase]:
    with postgresql("owner") as port:
        admin = create_engine(f"postgresql+psycopg2://airflow:owner@127.0.0.1:{port}/airflow")
        council = SourceDatabase(admin, port)
        council.do(f"CREATE USER reader PASSWORD '{PASSWORD.replace(':', chr(92) + ':')}'", "CREATE SCHEMA ssd")
        with admin.begin() as connection:
            for contract, file in in_the_sample(exports):
                _fill(connection, contract, file)
        council.do(
            "CREATE SCHEMA large",
            f"""
                CREATE TABLE large.ssd_cp_visits AS
                SELECT
                    'CV' || number AS cppv_cp_visit_id,
                    'C' || number % 20000 AS cppv_person_id,
                    DATE '2018-01-01' + (number % 1000)::INTEGER AS cppv_cp_visit_date,
                    'Y' AS cppv_cp_visit_seen
                FROM generate_series(1, {MANY}) AS numbers (number)
            """,
            "CREATE SCHEMA shut",
            "CREATE TABLE shut.ssd_person (pers_person_id TEXT)",
            "CREATE SCHEMA moving",
            *(f"CREATE TABLE moving.{name} AS SELECT * FROM ssd.{name} LIMIT 10" for name in MOVING),
            "GRANT USAGE ON SCHEMA ssd, large, shut, moving TO reader",
            "GRANT SELECT ON ALL TABLES IN SCHEMA ssd, large, moving TO reader",
        )
        yield council
        admin.dispose()


def _fill(connection: Connection, contract: Contract, file: Path) -> None:
    """A table as a database has it: typed, with moments for dates in one, and one that is JSON."""
    kinds = {column.heading: column.kind for column in contract.columns}
    moments = {"clap_cla_placement_start_date", "clap_cla_placement_end_date"}
    columns = ", ".join(
        f"{heading} {'TIMESTAMP' if heading in moments else TYPES.get(kinds[heading], 'TEXT')}"
        for heading in contract.headings
    )
    connection.execute(text("SET LOCAL datestyle = 'ISO, DMY'"))
    connection.execute(text(f"CREATE TABLE ssd.{contract.name} ({columns})"))
    with file.open(encoding="utf-8") as stream, connection.connection.cursor() as cursor:
        headings = stream.readline()
        cursor.copy_expert(f"COPY ssd.{contract.name} ({headings}) FROM STDIN (FORMAT csv)", stream)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return at(tmp_path / "inbox", tmp_path / "data")


def at(inbox: Path, data: Path) -> Settings:
    return Settings(inbox_url=str(inbox), data_dir=data, pseudonym_key=SecretStr(KEY))


def wanted(schema: str) -> Extract:
    settings = {"authority_code": "X99000001", "source": "ssd", "url_variable": "SSD_DATABASE_URL", "schema": schema}
    return Extract.model_validate(settings)


def delivered(settings: Settings) -> list[Path]:
    return [file for file in Path(settings.inbox).rglob("*") if file.is_file()]


def staged(settings: Settings) -> StagingResult:
    (found,) = [each for each in find_deliveries(settings, only=MONTH).deliveries if each.source == "ssd"]
    land(settings, found)
    return stage(settings, found)


def test_what_is_extracted_is_staged_as_the_files_of_the_same_rows(
    database: SourceDatabase, exports: Path, settings: Settings, tmp_path: Path
) -> None:
    extracted = extract(settings, wanted("ssd"), MONTH, database.url())
    from_files = staged(at(exports, tmp_path / "data-of-files"))
    from_database = staged(settings)
    assert sum(extracted.rows.values()) == from_files.rows_read == from_database.rows_read > 1000
    assert from_database.rows_refused == from_files.rows_refused
    assert from_database.rows_warned == from_files.rows_warned
    for contract, _ in in_the_sample(exports):
        name = contract.name
        ours, theirs = (f"{each.folder}/{name}.parquet" for each in (from_database, from_files))
        for one, other in ((ours, theirs), (theirs, ours)):
            # The order of lines is the database's own.
            left = f"SELECT * EXCLUDE (line) FROM '{one}' EXCEPT ALL SELECT * EXCLUDE (line) FROM '{other}'"
            assert duckdb.sql(left).fetchall() == [], name


def test_the_rows_are_the_samples_own(database: SourceDatabase, exports: Path, settings: Settings) -> None:
    folder = extract(settings, wanted("ssd"), MONTH, database.url()).folder

    def rows(file: Path) -> list[tuple[tuple[str, str], ...]]:
        with file.open(encoding="utf-8", newline="") as stream:
            return sorted(tuple(row.items()) for row in csv.DictReader(stream))

    for name in ("ssd_person.csv", "ssd_cp_visits.csv", "ssd_s47_enquiry.csv"):
        assert rows(folder / name) == rows(exports / str(DELIVERY) / name)


def test_the_same_rows_again_are_no_news(database: SourceDatabase, settings: Settings) -> None:
    extract(settings, wanted("ssd"), MONTH, database.url())
    land(settings, DELIVERY)
    # A row that was updated lies elsewhere in the table.
    database.do("UPDATE ssd.ssd_department SET dept_team_id = dept_team_id WHERE dept_team_id < 'T05'")
    assert extract(settings, wanted("ssd"), MONTH, database.url()).outcome == "unchanged"
    assert land(settings, DELIVERY).outcome == "already landed"


def test_the_session_cannot_write_even_where_the_user_may(database: SourceDatabase) -> None:
    known = extracting._database(database.url("airflow", "owner"), wanted("ssd"))
    with extracting._reading(known) as (connection, of_one_moment), pytest.raises(DBAPIError, match="read-only"):
        assert of_one_moment
        connection.execute(text("INSERT INTO ssd.ssd_department (dept_team_id) VALUES ('T99')"))


def test_all_tables_are_of_one_moment(
    database: SourceDatabase, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = extracting._write_table
    before = extract(settings, wanted("moving"), MONTH, database.url()).rows

    def meanwhile(connection: Connection, query: Any, file: Path) -> int:
        rows = written(connection, query, file)
        if len(list(file.parent.iterdir())) == 1:
            database.do(*(f"INSERT INTO moving.{name} SELECT * FROM moving.{name} LIMIT 1" for name in MOVING))
        return rows

    monkeypatch.setattr(extracting, "_write_table", meanwhile)
    during = extract(settings, wanted("moving"), MONTH, database.url())
    monkeypatch.undo()
    after = extract(settings, wanted("moving"), MONTH, database.url())
    assert (during.outcome, during.rows) == ("unchanged", before)
    assert after.outcome == "extracted anew"
    assert after.rows == {name: rows + 1 for name, rows in before.items()}


def test_a_connection_that_is_cut_in_the_middle_leaves_no_delivery(
    database: SourceDatabase, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_texts, seen = extracting._as_texts, 0

    def cutting(row: Any) -> list[Any]:
        nonlocal seen
        seen += 1
        if seen == 20_000:
            assert [file.name for file in delivered(settings)] == ["ssd_cp_visits.csv"]
            database.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
        return as_texts(row)

    monkeypatch.setattr(extracting, "_as_texts", cutting)
    with pytest.raises(DatabaseUnreachable, match="was lost while read") as error:
        extract(settings, wanted("large"), MONTH, database.url())
    assert 20_000 <= seen < MANY
    assert delivered(settings) == []
    assert find_deliveries(settings) == Inbox((), (), ())
    assert PASSWORD not in str(error.value) and quote(PASSWORD, safe="") not in str(error.value)
    monkeypatch.undo()
    assert extract(settings, wanted("large"), MONTH, database.url()).rows == {"ssd_cp_visits.csv": MANY}


def test_a_wrong_password_is_not_repeated(database: SourceDatabase, settings: Settings) -> None:
    wrong = "wrong-" + PASSWORD
    with pytest.raises(DatabaseUnreachable, match="password authentication failed") as error:
        extract(settings, wanted("ssd"), MONTH, database.url(password=wrong))
    assert wrong not in str(error.value) and quote(wrong, safe="") not in str(error.value)
    assert error.value.__context__ is None


def test_a_table_that_may_not_be_read_is_not_left_out_in_silence(database: SourceDatabase, settings: Settings) -> None:
    with pytest.raises(ExtractFailed, match="SQLSTATE 42501"):
        extract(settings, wanted("shut"), MONTH, database.url())
    assert delivered(settings) == []


def test_a_million_rows_take_no_more_memory_than_a_few(database: SourceDatabase, settings: Settings) -> None:
    few, many = (peak_of(database, settings, schema) for schema in ("ssd", "large"))
    assert (Path(settings.inbox) / str(DELIVERY) / "ssd_cp_visits.csv").stat().st_size > 25 * MANY
    # As Python's own values the rows take several hundred.
    assert many - few < 60 * 1024**2


def test_the_guides_command_extracts(database: SourceDatabase, settings: Settings) -> None:
    """But for the first line, which installs the driver."""
    _, *lines = block("extract").splitlines()
    environment = {
        "PATH": os.environ["PATH"],
        "INBOX_URL": settings.inbox,
        "SSD_DATABASE_URL": database.url().get_secret_value(),
    }
    command = ["bash", "-euc", "\n".join(lines)]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (Path(settings.inbox) / "E06000015/ssd/2021-02/_READY").exists()


def peak_of(database: SourceDatabase, settings: Settings, schema: str) -> int:
    """Bytes in memory at the peak of the command, run as a person runs it."""
    command = [sys.executable, "-m", "pipelines", "extract", str(MONTH)]
    wanted_extract = wanted(schema).model_dump(by_alias=True)
    environment = {
        "PATH": os.environ["PATH"],
        "INBOX_URL": settings.inbox,
        "EXTRACTS": json.dumps([wanted_extract]),
        "SSD_DATABASE_URL": database.url().get_secret_value(),
    }
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert "X99000001/ssd/2021-01" in said
    return used.ru_maxrss * 1024

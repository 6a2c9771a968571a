"""A source read out of a database: SQLite stands in here, the real PostgreSQL is in tests/service."""

from __future__ import annotations

import csv
import datetime as dt
import re
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from pipelines import storage
from pipelines.landing import extract as extracting
from pipelines.landing.extract import DatabaseUnreachable, ExtractFailed, extract
from pipelines.landing.inbox import Inbox, find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.settings import PROJECT, Extract, NoDatabaseUrl, Settings
from tests.exports import KEY, SOURCES, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTH = Period(2021, 2)
WANTED = Extract(authority_code="E06000015", source="ssd", url_variable="SSD_DATABASE_URL")
PLANS = "CREATE TABLE ssd_cp_plans (CPPL_CP_PLAN_ID TEXT, cppl_cp_plan_start_date DATE, councils_own_note TEXT)"
PASSWORD = "hunter2/&?"  # noqa: S105


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "council.db")
    connection.execute(PLANS)
    connection.execute("INSERT INTO ssd_cp_plans VALUES ('P2', '2021-01-05', 'x'), ('P1', NULL, 'y')")
    connection.commit()
    yield connection
    connection.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(inbox_url=str(tmp_path / "inbox"), data_dir=tmp_path / "data", pseudonym_key=SecretStr(KEY))


@pytest.fixture
def url(tmp_path: Path) -> SecretStr:
    return SecretStr(f"sqlite:///{tmp_path / 'council.db'}")


def delivered(settings: Settings) -> dict[str, bytes]:
    """Every file of the inbox, hidden ones too."""
    inbox = Path(settings.inbox)
    return {file.relative_to(inbox).as_posix(): file.read_bytes() for file in inbox.rglob("*") if file.is_file()}


PLACE = "E06000015/ssd/2021-02"


def test_the_contracts_columns_that_are_there_are_written_in_its_order_and_nothing_else(
    database: sqlite3.Connection, settings: Settings, url: SecretStr
) -> None:
    extracted = extract(settings, WANTED, MONTH, url)
    assert extracted.outcome == "extracted"
    assert extracted.rows == {"ssd_cp_plans.csv": 2}
    files = delivered(settings)
    assert set(files) == {f"{PLACE}/ssd_cp_plans.csv", f"{PLACE}/_READY"}
    # In the order of the key, whatever order they were written in.
    expected = b"cppl_cp_plan_id,cppl_cp_plan_start_date\r\nP1,\r\nP2,2021-01-05\r\n"
    assert files[f"{PLACE}/ssd_cp_plans.csv"] == expected


def test_the_counts_are_beside_the_files_and_landing_takes_the_files_alone(
    database: sqlite3.Connection, settings: Settings, url: SecretStr
) -> None:
    extracted = extract(settings, WANTED, MONTH, url)
    content = storage.read_json(extracted.folder / "_READY")
    assert content["of_one_moment"] is True
    assert content["files"]["ssd_cp_plans.csv"]["rows"] == 2
    (found,) = find_deliveries(settings).deliveries
    landed = land(settings, found)
    assert sorted(file.name for file in landed.folder.iterdir()) == ["manifest.json", "ssd_cp_plans.csv"]


def test_a_view_serves_as_well_as_a_table(database: sqlite3.Connection, settings: Settings, url: SecretStr) -> None:
    database.execute("CREATE VIEW SSD_CP_VISITS AS SELECT cppl_cp_plan_id AS cppv_cp_visit_id FROM ssd_cp_plans")
    assert extract(settings, WANTED, MONTH, url).rows == {"ssd_cp_plans.csv": 2, "ssd_cp_visits.csv": 2}


def test_the_same_rows_again_leave_everything_as_it_is(
    database: sqlite3.Connection, settings: Settings, url: SecretStr
) -> None:
    folder = extract(settings, WANTED, MONTH, url).folder
    before = (folder.stat().st_ino, folder.stat().st_mtime_ns)
    # The same rows in another order are the same rows.
    database.executescript("CREATE TABLE r AS SELECT * FROM ssd_cp_plans ORDER BY rowid DESC; DELETE FROM ssd_cp_plans")
    database.executescript("INSERT INTO ssd_cp_plans SELECT * FROM r")
    assert extract(settings, WANTED, MONTH, url).outcome == "unchanged"
    assert (folder.stat().st_ino, folder.stat().st_mtime_ns) == before
    assert len(delivered(settings)) == 2


def test_other_rows_become_version_2(database: sqlite3.Connection, settings: Settings, url: SecretStr) -> None:
    extract(settings, WANTED, MONTH, url)
    (found,) = find_deliveries(settings).deliveries
    land(settings, found)
    database.execute("INSERT INTO ssd_cp_plans VALUES ('P3', '2021-02-01', 'z')")
    database.execute("ALTER TABLE ssd_cp_plans RENAME TO gone")
    database.execute("CREATE TABLE ssd_cp_reviews AS SELECT cppl_cp_plan_id AS cppr_cp_review_id FROM gone")
    database.commit()
    assert extract(settings, WANTED, MONTH, url).outcome == "extracted anew"
    # A table that is gone leaves no file of the month before.
    assert set(delivered(settings)) == {f"{PLACE}/ssd_cp_reviews.csv", f"{PLACE}/_READY"}
    assert land(settings, found).version == 2


def test_a_file_that_was_changed_by_hand_is_put_right(
    database: sqlite3.Connection, settings: Settings, url: SecretStr
) -> None:
    file = extract(settings, WANTED, MONTH, url).folder / "ssd_cp_plans.csv"
    content = file.read_bytes()
    file.write_bytes(content + b"P9,\r\n")
    assert extract(settings, WANTED, MONTH, url).outcome == "extracted anew"
    assert file.read_bytes() == content


@pytest.mark.parametrize("with_extract", [True, False])
def test_files_that_no_extract_wrote_are_never_touched(
    database: sqlite3.Connection, settings: Settings, url: SecretStr, with_extract: bool
) -> None:
    if with_extract:
        extract(settings, WANTED, MONTH, url)
    folder = Path(settings.inbox) / PLACE
    write_table(folder / "ssd_person.csv", ["pers_person_id"], [])
    (folder / "_READY").touch()
    before = delivered(settings)
    with pytest.raises(ExtractFailed, match="no extract wrote"):
        extract(settings, WANTED, MONTH, url)
    assert delivered(settings) == before


def test_nothing_is_delivered_when_the_connection_is_lost_in_the_middle(
    database: sqlite3.Connection, settings: Settings, url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.execute("CREATE TABLE ssd_s47_enquiry (s47e_s47_enquiry_id TEXT)")
    written = extracting._write_table

    def lost(connection: Any, query: Any, file: Path) -> int:
        written(connection, query, file)
        if file.name == "ssd_s47_enquiry.csv":
            raise OperationalError("SELECT", {}, sqlite3.OperationalError(f"lost while reading P1 with {PASSWORD}"))
        return 0

    monkeypatch.setattr(extracting, "_write_table", lost)
    with pytest.raises(DatabaseUnreachable) as error:
        extract(settings, WANTED, MONTH, url)
    assert delivered(settings) == {}
    assert "SSD_DATABASE_URL was lost while read: OperationalError" in str(error.value)
    # Nor does anything that came before say what the driver said.
    assert error.value.__cause__ is error.value.__context__ is None
    assert PASSWORD not in str(error.value) and "P1" not in str(error.value)


def test_a_value_that_cannot_be_read_is_not_repeated(
    database: sqlite3.Connection, settings: Settings, url: SecretStr
) -> None:
    database.execute("INSERT INTO ssd_cp_plans VALUES ('P3', 'Quillfeather', 'z')")
    database.commit()
    with pytest.raises(ExtractFailed, match="a value cannot be read: ValueError") as error:
        extract(settings, WANTED, MONTH, url)
    assert "Quillfeather" not in str(error.value)
    assert delivered(settings) == {}


def test_a_delivery_in_the_making_is_no_delivery_and_no_news(
    database: sqlite3.Connection, settings: Settings, url: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, seen = extracting._write_table, []

    def watched(*arguments: Any) -> int:
        rows = written(*arguments)
        seen.append(find_deliveries(settings))
        return rows

    monkeypatch.setattr(extracting, "_write_table", watched)
    extract(settings, WANTED, MONTH, url)
    assert seen == [Inbox((), (), ())]


def test_the_session_cannot_write(database: sqlite3.Connection, settings: Settings, url: SecretStr) -> None:
    known = extracting._database(url, WANTED)
    with extracting._reading(known) as (connection, _), pytest.raises(DBAPIError, match="readonly"):
        connection.execute(text("INSERT INTO ssd_cp_plans VALUES ('P3', NULL, NULL)"))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "Y"),
        (False, "N"),
        (dt.date(2021, 2, 5), "2021-02-05"),
        (dt.datetime(2021, 2, 5), "2021-02-05"),
        (dt.datetime(2021, 2, 5, 9, 30), "2021-02-05 09:30:00"),
        (dt.datetime(2021, 7, 5, tzinfo=dt.timezone(dt.timedelta(hours=1))), "2021-07-05"),
        (Decimal("1E+2"), "100"),
        (Decimal("0.60"), "0.60"),
        (b"\x01\xff", "01ff"),
        ({"NFA_FLAG": "Y", "COMMENTS": "é"}, '{"NFA_FLAG": "Y", "COMMENTS": "é"}'),
        ('said "no",\r\ntwice', 'said "no",\r\ntwice'),
    ],
)
def test_values_are_written_as_staging_reads_them(tmp_path: Path, value: object, written: str) -> None:
    file = tmp_path / "one.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(["first", *extracting._as_texts([value])])
    with file.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [["first", written]]


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgres://u@h/d", "postgresql+psycopg2"),
        ("postgresql://u@h/d?__extra__=%7B%7D", "postgresql+psycopg2"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
        ("mssql://u@h/d?driver=ODBC+Driver+18+for+SQL+Server", "mssql+pyodbc"),
        ("oracle://u@h/?service_name=s", "oracle+oracledb"),
    ],
)
def test_each_database_gets_its_driver(given: str, driver: str) -> None:
    url = extracting._database(SecretStr(given), WANTED).url
    assert url.drivername == driver
    assert "__extra__" not in url.query


@pytest.mark.parametrize(
    "given",
    ["mssql://u:p@h/d?driver=ODBC+Driver+18+for+SQL+Server", "mssql+pyodbc:///?odbc_connect=SERVER%3Dh%3BUID%3Du"],
)
def test_sql_server_is_asked_that_nothing_will_be_written(given: str) -> None:
    url = extracting._database(SecretStr(given), WANTED).url
    ((arguments, *_), _) = url.get_dialect()().create_connect_args(url)
    assert ";ApplicationIntent=ReadOnly" in arguments


class SessionStatements:
    """Stands for a connection: what is sent to a session before anything is read."""

    def __init__(self, answer: object = None) -> None:
        self.answer, self.words = answer, []

    def scalar(self, statement: object) -> object:
        return self.answer

    def execute(self, statement: object) -> None:
        self.words.append(str(statement))

    def rollback(self) -> None:
        self.words.append("rollback")

    def execution_options(self, **options: object) -> None:
        self.words.append(options)


@pytest.mark.parametrize(
    ("backend", "answer", "words", "of_one_moment"),
    [
        ("postgresql", None, [{"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}], True),
        ("mssql", 1, ["rollback", {"isolation_level": "SNAPSHOT"}], True),
        ("mssql", 0, ["rollback"], False),
        ("oracle", None, ["SET TRANSACTION READ ONLY"], True),
    ],
)
def test_a_session_reads_only_and_says_whether_it_reads_one_moment(
    backend: str, answer: object, words: list[object], of_one_moment: bool
) -> None:
    said = SessionStatements(answer)
    assert extracting.SESSIONS[backend](said) is of_one_moment  # type: ignore[arg-type]
    assert said.words == words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("no url", "SSD_DATABASE_URL holds no SQLAlchemy URL"),
        (f"mysql://u:{PASSWORD}@h/d", "mysql is none of mssql, oracle, postgresql, sqlite"),
        ("sqlite:////no/such/folder/council.db", "cannot connect to the database of SSD_DATABASE_URL"),
    ],
)
def test_what_cannot_be_reached_is_named_without_its_password(settings: Settings, given: str, said: str) -> None:
    given = given.replace(PASSWORD, "hunter2")
    with pytest.raises((ExtractFailed, DatabaseUnreachable), match=said) as error:
        extract(settings, WANTED, MONTH, SecretStr(given))
    assert "hunter2" not in str(error.value)
    assert delivered(settings) == {}


@pytest.mark.parametrize(
    "words",
    [
        "FATAL: no hunter2/&? for you",
        "in postgresql://u:hunter2%2F%26%3F@h/d",
        "DRIVER={x};UID=u;PWD=hunter2;SERVER=h",
        "PWD={hunter2;x};SERVER=h",
        "password = hunter2 host=h",
    ],
)
def test_a_password_is_left_out_of_a_drivers_words_however_it_is_spelt(words: str) -> None:
    url = make_url("postgresql://u@h/d").set(password=PASSWORD)
    message = extracting._Database(url, "X", None).without_secrets(words)
    assert "hunter2" not in message
    assert "***" in message


def test_a_database_without_any_of_the_tables_is_no_empty_delivery(
    database: sqlite3.Connection, settings: Settings, url: SecretStr
) -> None:
    database.execute("DROP TABLE ssd_cp_plans")
    with pytest.raises(ExtractFailed, match="none of the tables of ssd"):
        extract(settings, WANTED, MONTH, url)
    assert delivered(settings) == {}


def test_a_source_whose_columns_nobody_knows_beforehand_is_not_extracted(settings: Settings, url: SecretStr) -> None:
    wanted = Extract(authority_code="E06000015", source="survey", url_variable="X")
    with pytest.raises(ExtractFailed, match="deliver its files"):
        extract(settings, wanted, MONTH, url)
    assert any(column.kind == "answers" for column in SOURCES["survey"].tables["survey_responses"].columns)


def test_an_extract_goes_to_a_folder_only(settings: Settings, url: SecretStr) -> None:
    with pytest.raises(ExtractFailed, match="INBOX_URL"):
        extract(settings.model_copy(update={"inbox_url": "memory://inbox"}), WANTED, MONTH, url)


ONE = '{"authority_code": "E06000015", "source": "ssd", "schema": "dbo", "url_variable": "A"}'


def test_extracts_are_configured_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXTRACTS", f"[{ONE}]")
    (wanted,) = Settings().extracts
    assert (str(wanted), wanted.database_schema, wanted.connection_id) == ("E06000015/ssd", "dbo", None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (f"[{ONE}, {ONE}]", "extracted from one place"),
        (f"[{ONE.replace('url_variable', 'url')}]", "url"),
        (f'[{ONE.replace("url_variable", "connection_id")[:-1]}, "url_variable": "A"}}]', "either"),
        ('[{"authority_code": "E06000015", "source": "ssd"}]', "either"),
        (f"[{ONE.replace('E06000015', '../..')}]", "authority_code"),
    ],
)
def test_what_is_configured_wrongly_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str, said: str) -> None:
    monkeypatch.setenv("EXTRACTS", wrong)
    with pytest.raises(ValidationError, match=said):
        Settings()


@pytest.mark.parametrize("page", [".env.example", "docs/data_engineers.md"])
def test_what_the_pages_show_is_taken(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    (shown,) = re.findall(r"\[\{.*?\}\]", (PROJECT / page).read_text(encoding="utf-8"))
    monkeypatch.setenv("EXTRACTS", shown)
    (wanted,) = Settings().extracts
    assert (str(wanted), wanted.url_variable) == ("E06000015/ssd", "SSD_DATABASE_URL")


def test_an_url_comes_from_the_variable_that_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSD_DATABASE_URL", "sqlite://")
    assert settings.url_of(WANTED).get_secret_value() == "sqlite://"
    monkeypatch.setenv("SSD_DATABASE_URL", "")
    with pytest.raises(NoDatabaseUrl, match="set SSD_DATABASE_URL"):
        settings.url_of(WANTED)
    with pytest.raises(NoDatabaseUrl, match="is Airflow's"):
        settings.url_of(Extract(authority_code="E06000015", source="ssd", connection_id="ssd_db"))

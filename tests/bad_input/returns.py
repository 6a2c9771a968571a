"""Good small returns, one file each, and what reading or staging makes of whatever such a file was made into."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.contracts.variants import of_year
from pipelines.deliveries import Delivery
from pipelines.findings import UnusableDelivery
from pipelines.landing import landing
from pipelines.settings import Settings
from pipelines.staging import stage as staging
from pipelines.staging.readers import read_lists, read_table, read_xml
from tests.bad_input.counted import counting
from tests.bad_input.mutations import MARKER
from tests.conftest import IS_LONG
from tests.exports import KEY, SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.contracts.model import Contract
    from pipelines.staging.readers import TableRead
    from pipelines.staging.stage import StagingResult


@dataclass(frozen=True)
class Return:
    """A good file of a source, and where in it are what is spoilt: a record, and a value that names somebody."""

    source: str
    month: str
    file_name: str
    content: bytes
    record: str = ""
    named: str = ""
    counted: tuple[tuple[str, str], ...] = ()

    @property
    def table(self) -> str:
        """Of a CSV file, which holds one."""
        return self.file_name.removesuffix(".csv")

    @cached_property
    def contracts(self) -> list[Contract]:
        year = Delivery.parse(f"E06000015/{self.source}/{self.month}").month.collection_year
        tables = of_year(SOURCES[self.source], year).tables.values()
        return [each for each in tables if each.elements or each.list_number is not None]


@dataclass(frozen=True)
class ReadOutcome:
    """What came of a file: why it was refused, or how many rows each table has, and what was reported of them."""

    refusal: tuple[str, str] | None
    read: Mapping[str, int]
    refused: int
    codes: set[tuple[str, int | None]]
    values: set[str]


CENSUS = Return(
    "cin_census",
    "2024-03",
    "cin_census_2024.xml",
    f"""<Message>
<Header><CollectionDetails><Collection>CIN</Collection><Year>2024</Year><ReferenceDate>2024-03-31</ReferenceDate>
</CollectionDetails><Source><LEA>941</LEA></Source></Header>
<Children>
<Child>
<ChildIdentifiers><LAchildID>{MARKER}</LAchildID><PersonBirthDate>2012-05-01</PersonBirthDate></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity><Disabilities>
<Disability>HAND</Disability>
<Disability>HEAR</Disability></Disabilities></ChildCharacteristics>
<CINdetails><CINreferralDate>2023-05-03</CINreferralDate><ReferralSource>1A</ReferralSource>
<Assessments><AssessmentActualStartDate>2023-05-04</AssessmentActualStartDate>
<FactorsIdentifiedAtAssessment>
<AssessmentFactors>2A</AssessmentFactors>
<AssessmentFactors>2B</AssessmentFactors></FactorsIdentifiedAtAssessment></Assessments>
</CINdetails>
</Child>
<Child>
<ChildIdentifiers><LAchildID>C2</LAchildID><PersonBirthDate>2013-06-02</PersonBirthDate></ChildIdentifiers>
<CINdetails><CINreferralDate>2023-06-05</CINreferralDate><ReferralSource>2A</ReferralSource></CINdetails>
</Child>
</Children>
</Message>
""".encode(),
    "Child",
    "LAchildID",
    (
        ("cin_census_assessments", "Assessments"),
        ("cin_census_children", "Child"),
        ("cin_census_details", "CINdetails"),
        ("cin_census_disabilities", "Disability"),
        ("cin_census_factors", "AssessmentFactors"),
    ),
)
WORKFORCE = Return(
    "workforce_census",
    "2022-09",
    "workforce_census_2022.xml",
    f"""<Message>
<Header><CollectionDetails><Collection>CSWW</Collection><Year>2022</Year></CollectionDetails></Header>
<LALevelVacancies><NumberOfVacancies>4</NumberOfVacancies></LALevelVacancies>
<CSWWWorker>
<AgencyWorker>0</AgencyWorker><SWENo>{MARKER}</SWENo><FTE>1</FTE><PersonBirthDate>1980-05-01</PersonBirthDate>
</CSWWWorker>
<CSWWWorker>
<AgencyWorker>1</AgencyWorker><SWENo>SW12</SWENo><FTE>0.5</FTE><PersonBirthDate>1981-06-02</PersonBirthDate>
</CSWWWorker>
</Message>
""".encode(),
    "CSWWWorker",
    "SWENo",
    (("workforce_census_workers", "CSWWWorker"),),
)
LOOKED_AFTER = Return(
    "ssda903",
    "2018-03",
    "ssda903_2018.xml",
    f"""<EXPSSDA903>
<CHILD>
<HEADER><CHILDID>{MARKER}</CHILDID><SEX>1</SEX><DOB>2010-01-02</DOB><ETHNIC>WBRI</ETHNIC>
<AREVIEW><REVIEW>2018-01-03</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
<AREVIEW><REVIEW>2018-02-04</REVIEW><REVIEW_CODE>PN3</REVIEW_CODE></AREVIEW></HEADER>
<EPISODE><DECOM>2017-07-05</DECOM><RNE>S</RNE><LS>C2</LS></EPISODE>
</CHILD>
<CHILD>
<HEADER><CHILDID>C2</CHILDID><SEX>2</SEX><DOB>2011-02-06</DOB><ETHNIC>WOTH</ETHNIC></HEADER>
<EPISODE><DECOM>2017-08-07</DECOM><RNE>S</RNE><LS>V2</LS></EPISODE>
</CHILD>
</EXPSSDA903>
""".encode(),
    "CHILD",
    "CHILDID",
    (("ssda903_episodes", "EPISODE"), ("ssda903_reviews", "AREVIEW")),
)
XML_RETURNS = {each.source: each for each in (CENSUS, WORKFORCE, LOOKED_AFTER)}


@counting("read")
def read(given: Return, content: bytes) -> ReadOutcome:
    """Read the file into tables of text, and no more.

    Of many workbooks some abort the library that reads them, for which the pipeline reads each in a process of its own.
    """
    return _in_a_fork(given, content) if IS_LONG and given.file_name.endswith(".xlsx") else _read_here(given, content)


def _in_a_fork(given: Return, content: bytes) -> ReadOutcome:
    found, answer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            outcome: ReadOutcome | str = _read_here(given, content)
        except BaseException as fault:  # a fork must never go on as its parent
            outcome = repr(fault)
        with os.fdopen(answer, "wb") as writer:
            writer.write(pickle.dumps(outcome))
        os._exit(0)
    os.close(answer)
    with os.fdopen(found, "rb") as reader:
        answered = reader.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return ReadOutcome(("DLV-007", "It breaks the library that reads it"), {}, 0, set(), set())
    made: ReadOutcome | str = pickle.loads(answered)  # noqa: S301  # written above
    assert isinstance(made, ReadOutcome), made
    return made


def _read_here(given: Return, content: bytes) -> ReadOutcome:
    with TemporaryDirectory() as name:
        connection = _database()
        connection.execute("DROP SCHEMA IF EXISTS raw CASCADE")
        connection.execute("CREATE SCHEMA raw")
        file, scratch = Path(name) / given.file_name, Path(name) / "scratch"
        file.write_bytes(content)
        scratch.mkdir()
        try:
            tables = _read(given, connection, file, scratch)
        except UnusableDelivery as unusable:
            assert str(unusable).startswith(f"{given.file_name}: {unusable.rule.code} ")
            assert MARKER.lower() not in str(unusable).lower()
            assert unusable.__cause__ is None and (unusable.__context__ is None or unusable.__suppress_context__)
            return ReadOutcome((unusable.rule.code, unusable.cause), {}, 0, set(), set())
        finally:
            assert not list(scratch.rglob("*.csv")), "text is left behind"
        assert MARKER.lower() not in str(tables).lower()
        cells = {
            str(cell)
            for table in tables
            for row in connection.execute(f"SELECT * FROM raw.{table}").fetchall()
            for cell in row
            if cell is not None
        }
        return ReadOutcome(
            None,
            {table: table_read.rows_read for table, table_read in tables.items()},
            sum(len(table_read.malformed) for table_read in tables.values()),
            {(odd.rule.code, odd.line) for table_read in tables.values() for odd in table_read.oddities},
            cells,
        )


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One for all: opening it takes as long as reading a small return."""
    return duckdb.connect(config={"threads": 1})


def _read(given: Return, connection: duckdb.DuckDBPyConnection, file: Path, scratch: Path) -> dict[str, TableRead]:
    shown, largest = given.file_name, 10**8
    if file.suffix == ".csv":
        return {given.table: read_table(connection, file, given.table, largest_bytes=largest, scratch=scratch)}
    if file.suffix == ".xlsx":
        return read_lists(connection, file, given.contracts, shown=shown, largest_bytes=largest, scratch=scratch)
    root = SOURCES[given.source].root
    return read_xml(connection, file, given.contracts, root, shown=shown, largest_bytes=largest, scratch=scratch)


@counting("staged")
def stage(given: Return, content: bytes) -> ReadOutcome:
    """Land and stage the file, in a place of its own; every row that is read is staged or refused."""
    with TemporaryDirectory() as name:
        root = Path(name)
        settings = Settings(
            _env_file=None, inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY, duckdb_threads=1
        )
        delivery = Delivery.parse(f"E06000015/{given.source}/{given.month}")
        folder = root / "inbox" / str(delivery)
        folder.mkdir(parents=True)
        (folder / given.file_name).write_bytes(content)
        landing.land(settings, delivery)
        return _outcome(staging.stage(settings, delivery), settings)


def _outcome(staged: StagingResult, settings: Settings) -> ReadOutcome:
    with duckdb.connect() as connection:

        def rows(table: str) -> list[dict[str, Any]]:
            found = connection.read_parquet(str(staged.folder / f"{table}.parquet"), hive_partitioning=False)
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

        findings, sums = rows("finding"), rows("reconciliation")
        tables = {each["table_name"]: rows(each["table_name"]) for each in sums}
    pages = "".join(page.read_text("utf-8") for page in settings.reports.rglob("*.html"))
    assert MARKER.lower() not in f"{staged.refusal}{findings}{pages}{tables}".lower()
    assert all(each["rows_read"] == len(tables[each["table_name"]]) + each["rows_refused"] for each in sums)
    if staged.refusal is not None:
        assert not sums and not staged.rows_read
        assert not (staged.folder.parent / "current.json").exists()
        name, _, detail = staged.refusal.partition(": ")
        code, _, cause = detail.partition(" ")
        return ReadOutcome((code, cause if name else ""), {}, 0, set(), set())
    return ReadOutcome(
        None,
        {each["table_name"]: each["rows_read"] for each in sums},
        sum(each["rows_refused"] for each in sums),
        {(each["rule_code"], each["line"]) for each in findings},
        {str(value) for table in tables.values() for row in table for value in row.values() if value is not None},
    )

"""Workbooks and XML are read in a process of its own: as in this one, within limits, and its end is a refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import xlsxwriter

from pipelines.contracts.loading import load_sources
from pipelines.findings import UnusableDelivery
from pipelines.settings import PROJECT
from pipelines.staging.readers import ReadingFailed, own_process, read_xml
from pipelines.staging.readers.own_process import Limits, read_in_own_process
from pipelines.staging.readers.xlsx import read_xlsx

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 10**9


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA raw")
    return connection


def workbook(path: Path, rows: int = 3) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as made:
        sheet = made.add_worksheet()
        for row in range(rows):
            for column in range(5):
                sheet.write(row, column, f"{row}-{column}")
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workbook(tmp_path_factory.mktemp("large") / "large.xlsx", rows=60_000)


def read(connection: duckdb.DuckDBPyConnection, file: Path, scratch: Path, **more: Any) -> Any:
    given = {"shown": file.name, "largest_bytes": LARGEST, "scratch": scratch, **more}
    return read_in_own_process(connection, "workbook", file, "t", **given)


def test_a_workbook_reads_as_in_this_process(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = workbook(tmp_path / "t.xlsx")
    apart = read(connection, file, tmp_path)
    rows = connection.sql("FROM raw.t").fetchall()
    connection.execute("DROP VIEW raw.t")
    assert apart == read_xlsx(connection, file, "t", largest_bytes=LARGEST, scratch=tmp_path)
    assert rows == connection.sql("FROM raw.t").fetchall()
    assert len(rows) == 2


def test_xml_reads_as_in_this_process_and_says_how_far_it_is(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    source = load_sources(PROJECT / "expectations")["cin_census"]
    contracts = [contract for contract in source.tables.values() if contract.elements]
    file = tmp_path / "census.xml"
    file.write_text(
        "<Message><Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID></ChildIdentifiers></Child></Children></Message>",
        encoding="utf-8",
    )
    given: dict[str, Any] = {"shown": file.name, "largest_bytes": LARGEST, "scratch": tmp_path}
    seen: list[tuple[int, int]] = []
    apart = read_in_own_process(
        connection, "xml", file, contracts, source.root, progress=lambda *at: seen.append(at), **given
    )
    with duckdb.connect() as other:
        other.execute("CREATE SCHEMA raw")
        assert apart == read_xml(other, file, contracts, source.root, **given)
    assert seen[-1] == (file.stat().st_size, file.stat().st_size)


def test_what_a_reader_refuses_is_refused(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"no workbook")
    with pytest.raises(UnusableDelivery, match=r"t\.xlsx: DLV-\d+ It is no workbook"):
        read(connection, tmp_path / "t.xlsx", tmp_path)


def test_a_fault_of_the_software_is_no_refusal(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(ReadingFailed, match=r"^t\.xlsx: TypeError$"):
        read(connection, workbook(tmp_path / "t.xlsx"), tmp_path, unknown_option=1)


def test_a_fault_of_the_machine_is_raised_as_such(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as raised:
        read(connection, tmp_path / "gone.xlsx", tmp_path)
    assert raised.value.errno == 2


@pytest.mark.parametrize(
    ("limits", "cause"),
    [
        ({"memory_bytes": 2**30 // 3}, "takes too much|breaks the library"),
        ({"cpu_seconds": 1}, "takes too much"),
        ({"seconds": 0.5}, "takes too much"),
        ({"written_bytes": 2000}, "takes too much"),
    ],
)
def test_each_limit_ends_in_a_refusal_and_the_next_file_is_read(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, large: Path, limits: dict[str, Any], cause: str
) -> None:
    with pytest.raises(UnusableDelivery, match=cause):
        read(connection, large, tmp_path, limits=replace(Limits(), **limits))
    assert read(connection, workbook(tmp_path / "t.xlsx"), tmp_path).rows_read == 2


def test_a_process_that_aborts_is_a_refusal(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_process, "COMMAND", "import os; os.abort()")
    with pytest.raises(UnusableDelivery, match="It breaks the library that reads it"):
        read(connection, workbook(tmp_path / "t.xlsx"), tmp_path)


def test_the_process_has_no_secret_of_ours(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PSEUDONYM_KEY", "secret")
    monkeypatch.setattr(own_process, "COMMAND", "import os; os._exit(7 if 'PSEUDONYM_KEY' in os.environ else 8)")
    with pytest.raises(ReadingFailed, match="exit code 8"):
        read(connection, workbook(tmp_path / "t.xlsx"), tmp_path)

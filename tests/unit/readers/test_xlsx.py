from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl  # type: ignore[import-untyped]
import pytest
import xlsxwriter

from pipelines.findings import UnusableDelivery
from pipelines.staging.readers import TableRead, read_table, records, xlsx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

A_NAME = "Blenkinsop"


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw")
        yield connection


@pytest.fixture
def read(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> WorkbookReader:
    return WorkbookReader(connection, tmp_path)


class WorkbookReader:
    """Reads a workbook's bytes from a file of its own; a test makes what it wants of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        self.file = folder / "responses.xlsx"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()

    def __call__(self, content: bytes, largest_bytes: int = 10**9) -> TableRead:
        self.file.write_bytes(content)
        try:
            return read_table(self.connection, self.file, "t", largest_bytes=largest_bytes, scratch=self.scratch)
        finally:
            assert not list(self.scratch.rglob("*.csv")), "text is left behind"

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return self.connection.execute("SELECT * FROM raw.t").fetchall()

    def refusal(self, content: bytes, largest_bytes: int = 10**9) -> tuple[str, str]:
        """The code and the cause; that the file is named is checked here, once for all."""
        with pytest.raises(UnusableDelivery) as refused:
            self(content, largest_bytes)
        assert refused.value.file_name == "responses.xlsx"
        assert A_NAME not in str(refused.value)
        return refused.value.rule.code, refused.value.cause


def sheet_of(rows: dict[str, object]) -> bytes:
    """A workbook of one sheet, given by cell: {"A1": "id"}."""
    workbook = openpyxl.Workbook()
    fill(workbook.worksheets[0], rows)
    return saved(workbook)


def fill(sheet: Worksheet, rows: dict[str, object]) -> None:
    for place, value in rows.items():
        sheet[place] = value


def saved(workbook: openpyxl.Workbook) -> bytes:
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def archive_of(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_member(workbook: bytes, name: str, content: bytes = b"") -> bytes:
    target = io.BytesIO(workbook)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


SMALL = sheet_of({"A1": "id", "B1": "answer", "A2": A_NAME, "B2": "Agree"})


def test_a_sheet_becomes_a_table_of_text(read: WorkbookReader) -> None:
    table = read(SMALL)
    assert table == TableRead("responses.xlsx", "xlsx", ("id", "answer"), 1, ())
    assert read.rows == [(2, A_NAME, "Agree")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  padded ", "padded"),
        ("001", "001"),
        ('x, "y"\nz', 'x, "y"\nz'),
        (5, "5"),
        (5.0, "5"),
        (5.25, "5.25"),
        (-3.0, "-3"),
        (12345678901, "12345678901"),
        (2**53, "9007199254740992"),
        (1e300, "1e+300"),
        (True, "TRUE"),
        (False, "FALSE"),
        (dt.datetime(2021, 2, 1), "2021-02-01"),
        (dt.datetime(2021, 2, 1, 9, 30), "2021-02-01 09:30:00"),
        (dt.time(9, 30), "09:30:00"),
        ("", None),
        (None, None),
    ],
)
def test_a_cell_becomes_text(read: WorkbookReader, cell: object, text: str | None) -> None:
    read(sheet_of({"A1": "id", "B1": "cell", "A2": "1", "B2": cell}))
    assert read.rows == [(2, "1", text)]


def test_a_line_is_the_row_of_the_sheet_and_blank_rows_are_no_records(read: WorkbookReader) -> None:
    table = read(sheet_of({"B3": "id", "C3": "answer", "B4": 1, "B6": 2, "C6": "Agree", "C7": "  "}))
    assert read.rows == [(4, "1", None), (6, "2", "Agree")]
    assert table.rows_read == 2


def test_the_first_visible_sheet_that_is_not_empty_is_read(read: WorkbookReader) -> None:
    workbook = openpyxl.Workbook()
    fill(workbook.worksheets[0], {"A1": "hidden", "A2": "1"})
    workbook.worksheets[0].sheet_state = "hidden"
    workbook.create_chartsheet()
    workbook.create_sheet("empty")
    fill(workbook.create_sheet("answers"), {"A1": "id", "A2": "2"})
    fill(workbook.create_sheet("notes"), {"A1": "note", "A2": "3"})
    assert read(saved(workbook)).columns == ("id",)
    assert read.rows == [(2, "2")]


def test_a_header_alone_is_legal(read: WorkbookReader) -> None:
    assert read(sheet_of({"A1": "id", "B1": "answer"})).rows_read == 0
    assert read.rows == []


@pytest.mark.parametrize("content", [b"", sheet_of({}), sheet_of({"B2": "  "})], ids=["bytes", "cells", "spaces"])
def test_nothing_in_it_is_empty(read: WorkbookReader, content: bytes) -> None:
    assert read.refusal(content)[0] == "DLV-004"


def test_a_blank_heading_at_the_end_needs_a_blank_column(read: WorkbookReader) -> None:
    code, cause = read.refusal(sheet_of({"A1": "id", "A2": 1, "B3": A_NAME}))
    assert code == "DLV-008"
    assert "line 3" in cause
    assert read(sheet_of({"A1": "id", "A2": 1, "B3": " "})).columns == ("id",)


def test_a_heading_given_twice_is_ambiguous(read: WorkbookReader) -> None:
    assert read.refusal(sheet_of({"A1": A_NAME, "B1": A_NAME.upper()})) == (
        "DLV-008",
        "Columns 1 and 2 have the same heading.",
    )


def test_a_record_too_long_for_a_line_is_malformed(read: WorkbookReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "LONGEST_RECORD", 10)
    table = read(sheet_of({"A1": "id", "A2": "x" * 10, "A3": "x" * 11}))
    assert (table.rows_read, [bad.line for bad in table.malformed]) == (2, [3])


def test_a_password_locks_it(read: WorkbookReader) -> None:
    locked_part = "EncryptedPackage".encode("utf-16-le")
    assert read.refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + locked_part)[0] == "DLV-002"
    locked = bytearray(archive_of({"xl/workbook.xml": b"<workbook/>"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert read.refusal(bytes(locked))[0] == "DLV-002"


def test_text_named_xlsx_is_no_table(read: WorkbookReader) -> None:
    assert read.refusal(f"id,answer\n1,{A_NAME}\n".encode())[0] == "DLV-007"


def test_an_archive_that_is_no_workbook_is_no_table(read: WorkbookReader) -> None:
    assert read.refusal(archive_of({"letter.txt": A_NAME.encode()}))[0] == "DLV-007"


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.999])
def test_a_workbook_cut_off_is_truncated(read: WorkbookReader, kept: float) -> None:
    assert read.refusal(SMALL[: int(len(SMALL) * kept)])[0] == "DLV-005"


def test_a_workbook_that_lost_a_byte_is_truncated(read: WorkbookReader) -> None:
    assert read.refusal(SMALL[:2] + SMALL[3:])[0] == "DLV-005"


def test_a_damaged_part_is_truncated(read: WorkbookReader) -> None:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    middle = sheet.header_offset + 30 + len(sheet.filename) + sheet.compress_size // 2
    damaged = SMALL[:middle] + bytes([SMALL[middle] ^ 0xFF]) + SMALL[middle + 1 :]
    assert read.refusal(damaged)[0] == "DLV-005"


def test_it_may_unpack_to_as_much_as_is_allowed_and_no_more(read: WorkbookReader) -> None:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    assert read(SMALL, largest_bytes=unpacked).rows_read == 1
    assert read.refusal(SMALL, largest_bytes=unpacked - 1)[0] == "DLV-003"


def test_a_zip_bomb_is_not_unpacked(read: WorkbookReader, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = with_member(SMALL, "xl/media/bomb", bytes(8 * 1024 * 1024))
    monkeypatch.setattr(xlsx, "NEVER_A_BOMB", 9 * 1024 * 1024)
    assert read(bomb).rows_read == 1
    monkeypatch.setattr(xlsx, "NEVER_A_BOMB", 1024)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert read.refusal(bomb)[0] == "DLV-003"


def with_sheet(rows: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(SMALL)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = re.sub(rb"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>".encode(), members[sheet])
    return archive_of(members)


@pytest.mark.parametrize("piece", [80, 90, 100, 1024 * 1024])
def test_two_cells_far_apart_are_not_given_the_memory_between_them(
    read: WorkbookReader, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(xlsx, "PIECE", piece)
    code, cause = read.refusal(sheet_of({"A1": "id", "XFD1048576": 1}))
    assert code == "DLV-003"
    assert "row 1,048,576 and column 16,384" in cause


@pytest.mark.parametrize(("row", "is_read"), [("1048576", True), ("1048577", False), ("2147483647", False)])
def test_a_row_that_no_sheet_has_is_refused_however_few_cells_there_are(
    read: WorkbookReader, row: str, is_read: bool
) -> None:
    content = with_sheet(f'<row r="1"><c t="str"><v>id</v></c></row><row r="{row}"><c t="str"><v>1</v></c></row>')
    if is_read:
        assert read(content).rows_read == 1
    else:
        assert read.refusal(content)[0] == "DLV-003"


def test_cells_without_a_reference_are_counted(read: WorkbookReader) -> None:
    cells = ["<c/>"] * 16_383 + ['<c t="str"><v>id</v></c>']
    assert read(with_sheet(f'<row r="1">{"".join(cells)}</row>')).columns == ("id",)
    assert read.refusal(with_sheet(f'<row r="1"><c/>{"".join(cells)}</row>'))[0] == "DLV-003"


def test_a_list_of_more_cells_with_references_is_no_row(read: WorkbookReader) -> None:
    chain = b"<calcChain>" + b"".join(b'<c r="A%d"/>' % row for row in range(1, 20_000)) + b"</calcChain>"
    assert read(with_member(SMALL, "xl/calcChain.xml", chain)).rows_read == 1


def test_a_prefix_that_excel_declares_is_no_cell(read: WorkbookReader) -> None:
    """As every sheet that Excel writes does: xmlns:r, which begins with http."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        workbook.add_worksheet().write_column(0, 0, ["id", *range(5000)])
    with zipfile.ZipFile(target) as archive:
        assert b'xmlns:r="http' in archive.read("xl/worksheets/sheet1.xml")
    assert read(target.getvalue()).rows_read == 5000


@pytest.mark.parametrize(
    "reference", ["xfd1048576", "XFD" + "0" * 30 + "1048576", "B" + "9" * 5000, "Z" * 13 + "9999", "Z" * 13 + "9" * 99]
)
def test_nor_are_cells_that_no_sheet_has(read: WorkbookReader, reference: str) -> None:
    with zipfile.ZipFile(io.BytesIO(sheet_of({"A1": "id", "B2": 1}))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for quote in (b'"', b"'"):
        hostile = members[sheet].replace(b'r="B2"', b"r =" + quote + reference.encode() + quote)
        assert hostile != members[sheet]
        assert read.refusal(archive_of({**members, sheet: hostile}))[0] == "DLV-003"


def test_a_sheet_may_have_as_many_cells_as_is_allowed_and_no_more(
    read: WorkbookReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sheet_of({"A1": "id", "AB2": " "})
    monkeypatch.setattr(xlsx, "MOST_CELLS", 2 * 28)
    assert read(content).columns == ("id",)
    monkeypatch.setattr(xlsx, "MOST_CELLS", 2 * 28 - 1)
    assert read.refusal(content)[0] == "DLV-003"


def test_the_namespace_that_excel_calls_r_is_no_column(read: WorkbookReader) -> None:
    """Excel declares it on every sheet, openpyxl does not: 400 rows of 154,664 columns would be too many cells."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        workbook.add_worksheet().write_column(0, 0, ["id", *range(400)])
    with zipfile.ZipFile(content) as archive:
        assert b'xmlns:r="http://' in archive.read("xl/worksheets/sheet1.xml")
    assert read(content.getvalue()).rows_read == 400


@pytest.mark.parametrize("name", ["../evil.xml", "xl/../../evil.xml", "/etc/evil", "..\\evil.xml", "C:\\evil.xml"])
def test_a_name_in_the_archive_that_leads_outside_is_refused(read: WorkbookReader, name: str) -> None:
    assert read.refusal(with_member(SMALL, name))[0] == "DLV-001"


def test_two_dots_in_a_name_lead_nowhere(read: WorkbookReader) -> None:
    assert read(with_member(SMALL, "xl/media/picture..png")).rows_read == 1


def test_no_failure_of_duckdb_shows_what_the_file_holds(read: WorkbookReader, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = records.READ_SCRATCH.replace("SELECT line,", "SELECT CAST(id AS BIGINT) AS line,")
    monkeypatch.setattr(records, "READ_SCRATCH", broken)
    with pytest.raises(records.ReadingFailed) as failed:
        read(SMALL)
    assert A_NAME not in str(failed.value)

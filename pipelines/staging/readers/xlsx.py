"""Workbooks: the first visible sheet that is not empty, after what it comes in has proved harmless.

A workbook is an archive (``.xlsx``) or, from before 2007, a compound file (``.xls``); which it is, its bytes say.
"""

from __future__ import annotations

import datetime as dt
import errno
import mmap
import re
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import python_calamine as calamine

from pipelines.findings import (
    EMPTY_FILE,
    ESCAPING_PATH,
    LOCKED_FILE,
    NOT_A_TABLE,
    TOO_LARGE,
    TRUNCATED_FILE,
    UnusableDelivery,
)
from pipelines.staging.readers.records import LONGEST_RECORD, FileRecord, Malformed, is_blank, load_records, take_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from pipelines.staging.readers.records import TableRead

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

LOCKED = "It is protected by a password."
BROKEN = "It is an archive, but no workbook that can be read."
OLD_AND_BROKEN = "It is a workbook from before 2007 that cannot be read: it is damaged, or under a password."
CUT_OFF = "Its archive cannot be unpacked to the end."
OLE = b"\xd0\xcf\x11\xe0"
# What compound files call their parts: a workbook's own, and the one that holds a newer workbook under a password.
BOOKS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
UNDER_A_PASSWORD = "EncryptedPackage".encode("utf-16-le")
OLD_SUFFIX = ".xls"
ZIP = b"PK"
ENCRYPTED = 0x1
PIECE = 1024 * 1024

# Repetitive sheets shrink to a twenty-fifth; a thousandth, deflate's limit, is a bomb.
LARGEST_RATIO = 250
NEVER_A_BOMB = 64 * 1024 * 1024
LARGEST_EXACT_WHOLE = 2**53

# calamine keeps every cell between the outermost ones, at some 24 bytes each: two cells can ask for 400 GB.
MOST_CELLS = 50_000_000
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
# Cells may stand without a reference, one after another in their row.
ROW, CELL, REFERENCED_CELL = b"<row", (b"<c ", b"<c>", b"<c/"), b"<c r="
# Of an attribute with a prefix calamine takes no notice: xmlns:r, as every workbook of Excel's has it, is no reference.
REFERENCE = re.compile(rb"""[\s"'/]r\s*=\s*["']([A-Za-z]*)(\d*)""")
LONGEST_REFERENCE = 64


def read_xlsx(
    connection: duckdb.DuckDBPyConnection, file: Path, table: str, *, largest_bytes: int, scratch: Path
) -> TableRead:
    """See ``pipelines.readers.read_table``; a record's line is its row in the sheet.

    Dates become ISO text, whole numbers lose their ``.0``, booleans are TRUE and FALSE, error cells are blank.
    """
    must_be_harmless(file, largest_bytes, file.name)
    records = _records(file)
    header = take_header(records, file.name)
    return load_records(connection, table, header, records, file_name=file.name, encoding="xlsx", scratch=scratch)


def must_be_harmless(file: Path, largest_bytes: int, shown: str) -> None:
    """Raise UnusableDelivery unless the file is a workbook from before 2007, or a whole zip archive that unpacks to
    no more than is allowed.

    ``shown`` is what messages call the file.
    """
    with file.open("rb") as source:
        beginning = source.read(len(OLE))
    if not beginning:
        raise UnusableDelivery(EMPTY_FILE, shown, "Nothing is in it.")
    if beginning == OLE:
        _must_be_an_open_workbook(file, largest_bytes, shown)
        return
    if not beginning.startswith(ZIP):
        raise UnusableDelivery(NOT_A_TABLE, shown, "It is no workbook: it does not begin as one.")
    try:
        with zipfile.ZipFile(file) as archive:
            _must_stay_inside(archive, shown)
            _must_be_open(archive, shown)
            _must_unpack_to(archive, file, largest_bytes, shown)
            for member in archive.infolist():
                _must_be_compact(archive, member, shown)
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError):
        raise UnusableDelivery(TRUNCATED_FILE, shown, CUT_OFF) from None
    except OSError as problem:
        # Its directory leads to before its beginning; any other is the machine's fault.
        if problem.errno != errno.EINVAL:
            raise
        raise UnusableDelivery(TRUNCATED_FILE, shown, CUT_OFF) from None
    except NotImplementedError:
        raise UnusableDelivery(NOT_A_TABLE, shown, "It is packed as no workbook is.") from None


def _must_be_an_open_workbook(file: Path, largest_bytes: int, shown: str) -> None:
    size = file.stat().st_size
    if size > largest_bytes:
        raise UnusableDelivery(TOO_LARGE, shown, f"It has {size:,} bytes; {largest_bytes:,} are allowed.")
    with file.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(UNDER_A_PASSWORD) >= 0:
            raise UnusableDelivery(LOCKED_FILE, shown, LOCKED)
        if all(content.find(name) < 0 for name in BOOKS):
            raise UnusableDelivery(NOT_A_TABLE, shown, "It is a document of another program, and no workbook.")


def _must_stay_inside(archive: zipfile.ZipFile, file_name: str) -> None:
    for member in archive.infolist():
        parts = re.split(r"[/\\]", member.filename)
        if ".." in parts or not parts[0] or ":" in parts[0]:
            raise UnusableDelivery(ESCAPING_PATH, file_name, "A name inside its archive leads outside of it.")


def _must_be_open(archive: zipfile.ZipFile, file_name: str) -> None:
    if any(member.flag_bits & ENCRYPTED for member in archive.infolist()):
        raise UnusableDelivery(LOCKED_FILE, file_name, LOCKED)


def _must_unpack_to(archive: zipfile.ZipFile, file: Path, largest_bytes: int, shown: str) -> None:
    packed = file.stat().st_size
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > largest_bytes:
        cause = f"It unpacks to {unpacked:,} bytes; {largest_bytes:,} are allowed."
        raise UnusableDelivery(TOO_LARGE, shown, cause)
    if unpacked > NEVER_A_BOMB and unpacked > packed * LARGEST_RATIO:
        cause = f"It unpacks to {unpacked // packed} times its size, as no workbook does."
        raise UnusableDelivery(TOO_LARGE, shown, cause)


def _must_be_compact(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file_name: str) -> None:
    """Unpack a member to its end, keeping nothing; a damaged one raises, and one whose cells lie too far apart."""
    rows = columns = cells = 0
    end = b""
    with archive.open(member) as opened:
        while piece := opened.read(PIECE):
            found = REFERENCE.findall(end + piece)
            rows = max(rows, *(_row(digits) for digits in {digits for _, digits in found}), 0)
            columns = max(columns, *(_column(letters) for letters in {letters for letters, _ in found}), 0)
            for place, row in enumerate(piece.split(ROW)):
                cells = (cells if place == 0 else 0) + sum(map(row.count, CELL)) - row.count(REFERENCED_CELL)
                columns = max(columns, cells)
            end = piece[-LONGEST_REFERENCE:]
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        cause = (
            f"A sheet reaches to row {rows:,} and column {columns:,}: delete what is unused below and beside the table."
        )
        raise UnusableDelivery(TOO_LARGE, file_name, cause)


def _row(digits: bytes) -> int:
    """However many digits: more than a sheet can have are a row too far, whatever calamine makes of them."""
    digits = digits.lstrip(b"0")
    return int(digits[:18] or b"0")


def _column(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters[:9].upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _records(file: Path) -> Iterator[FileRecord | Malformed]:
    with opened(file, file.name) as workbook:
        sheet = _first_sheet(workbook, file.name)
        rows = (record_of(line, cells) for line, cells in enumerate(sheet.iter_rows(), start=1))
        yield from (row for row in rows if isinstance(row, Malformed) or not is_blank(row.fields))


@contextmanager
def opened(file: Path, shown: str) -> Iterator[calamine.CalamineWorkbook]:
    """The workbook; whatever cannot be read of it within the block becomes UnusableDelivery."""
    with file.open("rb") as source:
        is_old = source.read(len(OLE)) == OLE
        source.seek(0)
        # calamine goes by the name, unless it is given none.
        named = file if is_old == (file.suffix.lower() == OLD_SUFFIX) else source
        try:
            with calamine.load_workbook(named) as workbook:
                yield workbook
        except calamine.PasswordError:
            raise UnusableDelivery(LOCKED_FILE, shown, LOCKED) from None
        except calamine.CalamineError:
            raise UnusableDelivery(NOT_A_TABLE, shown, OLD_AND_BROKEN if is_old else BROKEN) from None


def _first_sheet(workbook: calamine.CalamineWorkbook, file_name: str) -> calamine.CalamineSheet:
    for metadata in workbook.sheets_metadata:
        if metadata.visible == calamine.SheetVisibleEnum.Visible and metadata.typ == calamine.SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(metadata.name)
            if sheet.height:
                return sheet
    raise UnusableDelivery(EMPTY_FILE, file_name, "No visible sheet of it holds anything.")


def record_of(line: int, cells: list[Cell]) -> FileRecord | Malformed:
    """A row as text."""
    fields = [_text(cell) for cell in cells]
    if sum(map(len, fields)) > LONGEST_RECORD:
        return Malformed(line, f"It is longer than {LONGEST_RECORD:,} characters.")
    return FileRecord(line, fields)


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= LARGEST_EXACT_WHOLE:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)

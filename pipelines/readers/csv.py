"""Comma-separated text: by DuckDB where the file is plain, by the csv module where it is not; the same table both ways.

One pass over the bytes finds the encoding and what is unusual. Most exports hold nothing unusual: then DuckDB reads
the file itself, and proves it by reading as many records as the file has lines.
"""

from __future__ import annotations

import codecs
import csv
import re
import shutil
import tempfile
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

import duckdb

from pipelines.findings import NOT_A_TABLE, TOO_LARGE, TRUNCATED_FILE, UNDECODABLE_FILE, UnusableDelivery
from pipelines.readers.records import (
    LONGEST_RECORD,
    PADDED,
    WHITE_SPACE,
    Malformed,
    Record,
    TableRead,
    is_blank,
    load_records,
    named,
    new_rows,
    take_header,
    without_blank_end,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.readers.records import Header, Progress

# A piece without a line break holds a long line; lines shorter than two pieces are within LONGEST_RECORD.
PIECE = 128 * 1024
UNDEFINED_IN_WINDOWS_1252 = b"\x81\x8d\x8f\x90\x9d"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

FEWEST_FIELDS_TO_TELL = 3
TOLD_EVERY = 10_000

# DuckDB lets spaces stand between a closing quotation mark and the comma; the csv module does not.
SPACE_AFTER_QUOTE = re.compile(rb'" +[,\r\n]')

READ_DIRECTLY = """
    COPY (
        SELECT nullif(
            CASE WHEN regexp_matches(COLUMNS(*), $padded) THEN trim(COLUMNS(*), $white_space) ELSE COLUMNS(*) END, ''
        )
        FROM read_csv(
            $file, columns = $columns, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
            strict_mode = true, compression = 'none', encoding = 'utf-8'
        )
    ) TO $rows (FORMAT parquet)
"""
# Numbering rows while they are read would keep DuckDB to one thread: Parquet counts them.
NUMBER_LINES = """
    CREATE VIEW raw.{table} AS
    SELECT file_row_number + 2 AS line, * EXCLUDE (file_row_number)
    FROM read_parquet({rows}, file_row_number = true)
"""
ANY_BLANK = "SELECT count(*) FROM (SELECT 1 FROM read_parquet($rows) WHERE COLUMNS(*) IS NULL LIMIT 1)"

csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))

TextEncoding = Literal["utf-8", "utf-8-sig", "windows-1252"]


@dataclass(frozen=True)
class Text:
    """What a pass over the bytes tells. ``is_plain``: nothing was seen that DuckDB and the csv module read apart."""

    encoding: TextEncoding
    lines: int
    is_plain: bool
    ends_with_break: bool


def read_csv(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    table: str,
    *,
    largest_bytes: int,
    scratch: Path,
    progress: Progress | None = None,
) -> TableRead:
    """See ``pipelines.readers.read_table``. UTF-8, with or without a byte order mark, and Windows-1252 are read.

    Line breaks are LF, CRLF or CR; fields may be quoted, with quotation marks doubled inside.
    """
    size = file.stat().st_size
    if size > largest_bytes:
        raise UnusableDelivery(TOO_LARGE, file.name, f"It holds {size:,} bytes; {largest_bytes:,} are allowed.")
    text = examine(file)
    with _in_utf_8(file, text.encoding, scratch) as utf_8, utf_8.open(encoding="utf-8-sig", newline="") as opened:
        lines = _Lines(opened, file.name)
        records = _records(lines, file.name)
        header = take_header(records, file.name)
        _must_be_separated_by_commas(header, file.name)
        if _may_be_read_directly(text, header, lines.taken):
            rows = _read_directly(connection, utf_8, table, header, text.lines - 1, scratch)
            if rows is not None:
                return TableRead(file.name, text.encoding, header.columns, rows, (), text.ends_with_break)
        if progress is not None:
            records = _watched(records, lines, text.lines, size, progress)
        read = load_records(
            connection, table, header, records, file_name=file.name, encoding=text.encoding, scratch=scratch
        )
        return replace(read, ends_with_break=text.ends_with_break)


def examine(file: Path) -> Text:
    """Pass once over the bytes; raises UnusableDelivery for what is no text or ends in the middle of a character."""
    examination = _Examination(file.name)
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            examination.take(piece)
    return examination.conclude()


class _Examination:
    """What the pieces of a file have told so far."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._last = b""
        self._end_of_last = b""
        self._is_utf_8 = True
        self._has_mark = False
        self._has_wide_characters = False
        self._may_be_windows_1252 = True
        self._is_plain = True
        self._feeds = 0
        self._returns = 0
        self._pairs = 0

    def take(self, piece: bytes) -> None:
        if not self._last:
            self._has_mark = piece.startswith(codecs.BOM_UTF8)
            self._must_be_text(piece)
        if b"\0" in piece:
            raise self._undecodable("It holds NUL bytes, as UTF-16 text does and files that are not text.")
        if not piece.isascii() or self._decoder.getstate()[0]:
            self._decode(piece)
        self._count_line_breaks(piece)
        self._look_for_spaces_after_quotes(piece)
        self._last = piece

    def conclude(self) -> Text:
        blank_end = self._last[len(self._last.rstrip(b"\r\n")) :].count(b"\n")
        has_one_break = self._returns == 0 or self._returns == self._pairs == self._feeds
        return Text(
            encoding=self._encoding(),
            lines=self._feeds - blank_end + 1,
            is_plain=self._is_plain and has_one_break and not re.search(rb'" +\Z', self._end_of_last),
            ends_with_break=self._last.endswith((b"\r", b"\n")),
        )

    def _must_be_text(self, beginning: bytes) -> None:
        if beginning.startswith(UTF_16_MARKS):
            raise self._undecodable("It is UTF-16 text.")
        if beginning.startswith(WORKBOOK_MARKS):
            raise UnusableDelivery(NOT_A_TABLE, self._file_name, "It is a workbook or an archive, not text.")

    def _undecodable(self, cause: str) -> UnusableDelivery:
        return UnusableDelivery(UNDECODABLE_FILE, self._file_name, cause)

    def _decode(self, piece: bytes) -> None:
        if piece.translate(None, UNDEFINED_IN_WINDOWS_1252) != piece:
            self._may_be_windows_1252 = False
        if self._is_utf_8:
            try:
                self._has_wide_characters |= not self._decoder.decode(piece).isascii()
            except UnicodeDecodeError:
                self._is_utf_8 = False

    def _count_line_breaks(self, piece: bytes) -> None:
        feeds = piece.count(b"\n")
        self._feeds += feeds
        self._pairs += self._last.endswith(b"\r") and piece.startswith(b"\n")
        # Looking for one byte is a hundred times as fast as counting, or as looking for two.
        if b"\r" in piece:
            self._returns += piece.count(b"\r")
            self._pairs += piece.count(b"\r\n")
        if feeds == 0 and len(piece) == PIECE:
            self._is_plain = False

    def _look_for_spaces_after_quotes(self, piece: bytes) -> None:
        if self._end_of_last or (b'"' in piece and b'" ' in piece):
            self._is_plain &= SPACE_AFTER_QUOTE.search(self._end_of_last + piece) is None
        ending = len(piece.rstrip(b" ")) - 1
        self._end_of_last = piece[ending:] if piece[ending : ending + 1] == b'"' else b""

    def _encoding(self) -> TextEncoding:
        ends_within_character = self._is_utf_8 and bool(self._decoder.getstate()[0])
        if ends_within_character and self._has_wide_characters:
            raise UnusableDelivery(TRUNCATED_FILE, self._file_name, "It ends in the middle of a character.")
        if self._is_utf_8 and not ends_within_character:
            return "utf-8-sig" if self._has_mark else "utf-8"
        if self._has_mark:
            raise self._undecodable("It begins with the byte order mark of UTF-8, and is not UTF-8.")
        if not self._may_be_windows_1252:
            raise self._undecodable("It is not UTF-8, and holds bytes that mean nothing in Windows-1252.")
        return "windows-1252"


@contextmanager
def _in_utf_8(file: Path, encoding: TextEncoding, scratch: Path) -> Iterator[Path]:
    """The file itself, or a private copy of one in Windows-1252, which DuckDB does not read."""
    if encoding != "windows-1252":
        yield file
        return
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = Path(folder) / "utf-8.csv"
        with (
            file.open(encoding="cp1252", newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target)
        yield copy


class _Lines:
    """The lines of a text, line breaks included; refuses a record that runs on as if a quote were never closed."""

    def __init__(self, lines: TextIO, file_name: str) -> None:
        self._lines = lines
        self._file_name = file_name
        self._length = 0
        self._start = 1
        self._again = deque[str]()
        self.record: list[str] = []
        self.taken = 0
        self.ends_with_break = True

    def start_record(self) -> None:
        self._start, self._length = self.taken + 1, 0
        self.record.clear()

    def go_back_to_second(self) -> None:
        """Give the lines of this record but its first once more."""
        self._again.extendleft(reversed(self.record[1:]))
        self.taken -= len(self.record) - 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._lines.readline(LONGEST_RECORD + 1)
        if not line:
            raise StopIteration
        self.taken += 1
        self.record.append(line)
        self._length += len(line)
        if self._length > LONGEST_RECORD:
            cause = (
                f"The record in line {self._start} runs on for more than {LONGEST_RECORD:,} characters, "
                "as it does where a quotation mark is never closed."
            )
            raise UnusableDelivery(TRUNCATED_FILE, self._file_name, cause)
        self.ends_with_break = line.endswith(("\n", "\r"))
        return line


def _records(lines: _Lines, file_name: str) -> Iterator[Record | Malformed]:
    """Every record but blank ones, with the line on which it starts; UnusableDelivery where the file is cut off."""
    width: int | None = None
    for text in lines:
        line = lines.taken
        try:
            fields = _fields(text, lines)
        except csv.Error as problem:
            if "unexpected end of data" in str(problem):
                cause = f"The quotation mark that opens in the record in line {line} is never closed."
                raise UnusableDelivery(TRUNCATED_FILE, file_name, cause) from None
            lines.go_back_to_second()
            yield Malformed(line, "A quotation mark closes a field before its end.")
            continue
        else:
            if width is not None and _swallows_records(lines.record, width):
                lines.go_back_to_second()
                yield Malformed(line, "A quotation mark opens a field that holds whole records.")
                continue
        finally:
            lines.start_record()
        if is_blank(fields):
            continue
        if width is None:
            width = len(without_blank_end(fields))
        elif len(fields) < width and not lines.ends_with_break:
            cause = f"Its last record, in line {line}, has {len(fields)} of {width} fields and no line break."
            raise UnusableDelivery(TRUNCATED_FILE, file_name, cause)
        yield Record(line, fields)


def _watched(
    records: Iterator[Record | Malformed], lines: _Lines, of_lines: int, size: int, progress: Progress
) -> Iterator[Record | Malformed]:
    """Tell again and again how far the records have come, as if every line were as long as any other."""
    for number, record in enumerate(records):
        if number % TOLD_EVERY == 0:
            progress(size * min(lines.taken, of_lines) // of_lines, size)
        yield record


def _swallows_records(record: Sequence[str], width: int) -> bool:
    """Whether lines within a record look like records: text of several lines hardly ever has so many commas in one."""
    if len(record) < 2 or width < FEWEST_FIELDS_TO_TELL:
        return False
    first, *within, last = (line.count(",") == width - 1 for line in record)
    return any(within) or (first and last)


def _fields(text: str, following: Iterator[str]) -> list[str]:
    """The fields of the record that begins with this line: only a quotation mark can carry it on to the next."""
    if '"' not in text:
        return text.rstrip("\r\n").split(",")
    return next(csv.reader(chain((text,), following), strict=True, skipinitialspace=True))


def _must_be_separated_by_commas(header: Header, file_name: str) -> None:
    if len(header.columns) == 1:
        for separator, what in OTHER_SEPARATORS.items():
            if separator in header.columns[0]:
                cause = f"Its headings are separated by {what}, not by commas."
                raise UnusableDelivery(NOT_A_TABLE, file_name, cause)


def _may_be_read_directly(text: Text, header: Header, header_lines: int) -> bool:
    """Whether DuckDB counts lines and records as the csv module does.

    It makes a record of a blank line where there is one column; and ``file_row_number`` is not to be a heading.
    """
    return (
        text.is_plain
        and header_lines == 1
        and 1 < header.width == len(header.columns)
        and "file_row_number" not in {column.casefold() for column in header.columns}
    )


class _NotAsPlainAsItLooked(Exception):
    """Not every line is one record with as many fields as headings."""


def _read_directly(
    connection: duckdb.DuckDBPyConnection, utf_8: Path, table: str, header: Header, lines: int, scratch: Path
) -> int | None:
    """The number of rows; None, and nothing made, unless every line is one record with as many fields as headings."""
    connection.execute("SET preserve_insertion_order = true")
    try:
        with new_rows(scratch) as made:
            read = _copied(connection, utf_8, header, made)
            if read != lines or connection.execute(ANY_BLANK, {"rows": str(made)}).fetchall()[0][0]:
                raise _NotAsPlainAsItLooked
            connection.execute(named(NUMBER_LINES, made, table=table))
            return read
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except (duckdb.Error, _NotAsPlainAsItLooked):
        return None


def _copied(connection: duckdb.DuckDBPyConnection, utf_8: Path, header: Header, made: Path) -> int:
    settings = {
        "file": str(utf_8),
        "rows": str(made),
        "columns": dict.fromkeys(header.columns, "VARCHAR"),
        "padded": PADDED,
        "white_space": WHITE_SPACE,
    }
    return int(connection.execute(READ_DIRECTLY, settings).fetchall()[0][0])

"""Comma-separated text: by DuckDB where the file is plain, by the csv module where it is not; the same table both ways.

One pass over the bytes finds the encoding and what is unusual. Most exports hold nothing unusual: then DuckDB reads
the file itself, and proves it by reading as many records as the file has lines.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, TextIO

import duckdb

from pipelines.findings import AROUND_THE_RECORDS, NO_RECORD, NOT_A_TABLE, TOO_LARGE, TRUNCATED_FILE, UnusableDelivery
from pipelines.staging.readers.encoding import TextForm, examine, in_utf_8
from pipelines.staging.readers.records import (
    LONGEST_RECORD,
    PADDED,
    WHITE_SPACE,
    FileRecord,
    Malformed,
    Oddity,
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
    from pathlib import Path

    from pipelines.staging.readers.records import Header, Progress

OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

FEWEST_FIELDS_TO_TELL = 3
# What export tools write around the records: Excel's separator, the end of text of MS-DOS, and what sqlcmd adds.
SEPARATOR_LINE = re.compile(r'"?sep=."?,*', re.IGNORECASE)
BYTE_ORDER_MARK = "\ufeff"
END_OF_TEXT = "\x1a"
DASHES = re.compile("-+")
ROW_COUNT = re.compile(r"\(\d+ rows? affected\)")
MOST_TITLES = 10
PROGRESS_EVERY = 10_000


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
# The reading record by record shows whether the others are headings too.
HEADINGS_AGAIN = "SELECT count(*) FROM (SELECT 1 FROM read_parquet({rows}) WHERE {first} = $first LIMIT 1)"
ANY_BLANK = "SELECT count(*) FROM (SELECT 1 FROM read_parquet($rows) WHERE COLUMNS(*) IS NULL LIMIT 1)"

csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))


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
    with in_utf_8(file, text.encoding, scratch) as utf_8, utf_8.open(encoding="utf-8-sig", newline="") as opened:
        lines = _Lines(opened, file.name)
        records = _records(lines, file.name)
        records = _without_titles(records, lines)
        header = take_header(records, file.name)
        _must_be_separated_by_commas(header, file.name)
        lines.pass_dashes(header.width)
        records = _without_headings_again(records, header, lines)
        if not lines.around and _may_be_read_directly(text, header, lines.taken):
            rows = _read_directly(connection, utf_8, table, header, text.lines - 1, scratch)
            if rows is not None:
                return TableRead(file.name, text.encoding, header.columns, rows, (), text.ends_with_break)
        if progress is not None:
            records = _watched(records, lines, text.lines, size, progress)
        read = load_records(
            connection, table, header, records, file_name=file.name, encoding=text.encoding, scratch=scratch
        )
        oddities = [Oddity(AROUND_THE_RECORDS, table, None, line) for line in sorted(lines.around)[:1]]
        oddities += [Oddity(NO_RECORD, table, None, line) for line in lines.headings_again]
        ends_with_break = text.ends_with_break or lines.ends_with_break
        return replace(read, ends_with_break=ends_with_break, oddities=tuple(oddities))


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
        self.around = set[int]()
        self.headings_again = list[int]()
        self._has_dashes = False

    def start_record(self) -> None:
        self._start, self._length = self.taken + 1, 0
        self.record.clear()

    def go_back_to_second(self) -> None:
        """Give the lines of this record but its first once more."""
        self._again.extendleft(reversed(self.record[1:]))
        self.taken -= len(self.record) - 1

    def following(self) -> str:
        """The line after this one, which is still to come; nothing at the end."""
        if not self._again:
            self._again.append(self._lines.readline(LONGEST_RECORD + 1))
        return self._again[0]

    def pass_dashes(self, width: int) -> None:
        """Leave out the line below the headings if it underlines each of them, as sqlcmd does."""
        marks = [mark.strip(WHITE_SPACE) for mark in self.following().split(",")]
        self._has_dashes = len(marks) == width and all(map(DASHES.fullmatch, marks))
        if self._has_dashes:
            next(self)
            self.start_record()
            self.around.add(self.taken)

    def is_row_count(self, fields: Sequence[str]) -> bool:
        """Whether the record is the count of rows that sqlcmd writes below those it underlined the headings of."""
        found = self._has_dashes and ROW_COUNT.fullmatch("".join(fields).strip(WHITE_SPACE)) is not None
        if found:
            self.around.add(self.taken)
            self.ends_with_break = True
        return found

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._taken()
        if self.taken == 1 and SEPARATOR_LINE.fullmatch(line.strip(WHITE_SPACE)):
            self.around.add(1)
            line = self._taken()
        if line.strip(WHITE_SPACE) == END_OF_TEXT and not self.following():
            self.around.add(self.taken)
            raise StopIteration
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

    def _taken(self) -> str:
        line = self._again.popleft() if self._again else self._lines.readline(LONGEST_RECORD + 1)
        if not line:
            raise StopIteration
        self.taken += 1
        if self.taken == 1 and line.startswith(BYTE_ORDER_MARK):
            self.around.add(1)
            line = line.lstrip(BYTE_ORDER_MARK)
        return line


def _records(lines: _Lines, file_name: str) -> Iterator[FileRecord | Malformed]:
    """Every record but blank ones, with the line on which it starts; UnusableDelivery where the file is cut off."""
    width: int | None = None
    found, is_quoted_whole = 0, False
    for text in lines:
        line = lines.taken
        if width is None:
            is_quoted_whole = _is_quoted_whole(text) and _is_quoted_whole(lines.following() or text)
            lines.around |= {line} if is_quoted_whole else set()
        try:
            fields = _fields(text, lines)
            if is_quoted_whole and len(fields) == 1:
                fields = next(csv.reader(fields, strict=True))
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
        if is_blank(fields) or lines.is_row_count(fields):
            continue
        found += 1
        if width is None or (width == 1 and found <= MOST_TITLES + 1):
            width = len(without_blank_end(fields))
        elif len(fields) < width and not lines.ends_with_break:
            cause = f"Its last record, in line {line}, has {len(fields)} of {width} fields and no line break."
            raise UnusableDelivery(TRUNCATED_FILE, file_name, cause)
        yield FileRecord(line, fields)


def _without_titles(records: Iterator[FileRecord | Malformed], lines: _Lines) -> Iterator[FileRecord | Malformed]:
    """The records from the headings on: those before the first with several values hold one each, as titles do."""
    titles = list[FileRecord]()
    for record in records:
        is_one = isinstance(record, FileRecord) and sum(not is_blank([field]) for field in record.fields) == 1
        if is_one and len(titles) < MOST_TITLES:
            titles.append(record)  # type: ignore[arg-type]  # is_one says what it is
            continue
        if isinstance(record, FileRecord) and not is_one:
            lines.around |= {title.line for title in titles}
            titles.clear()
        yield from titles
        yield record
        break
    else:
        yield from titles
    yield from records


def _without_headings_again(
    records: Iterator[FileRecord | Malformed], header: Header, lines: _Lines
) -> Iterator[FileRecord | Malformed]:
    """The records but for lines of the same headings, as where exports were put below one another."""
    headings = [*header.columns, *[""] * (header.width - len(header.columns))]
    for record in records:
        if (
            isinstance(record, FileRecord)
            and header.width > 1
            and record.fields[0].strip(WHITE_SPACE) == headings[0]
            and [field.strip(WHITE_SPACE) for field in record.fields] == headings
        ):
            lines.headings_again.append(record.line)
        else:
            yield record


def _is_quoted_whole(text: str) -> bool:
    """Whether a line is one quoted field with commas in it."""
    try:
        fields = next(csv.reader([text.strip(WHITE_SPACE)], strict=True), [])
    except csv.Error:
        return False
    return len(fields) == 1 and text.lstrip(WHITE_SPACE).startswith('"') and "," in fields[0]


def _watched(
    records: Iterator[FileRecord | Malformed], lines: _Lines, of_lines: int, size: int, progress: Progress
) -> Iterator[FileRecord | Malformed]:
    """Tell again and again how far the records have come, as if every line were as long as any other."""
    for number, record in enumerate(records):
        if number % PROGRESS_EVERY == 0:
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


def _may_be_read_directly(text: TextForm, header: Header, header_lines: int) -> bool:
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
            headings_again = named(HEADINGS_AGAIN, made, first=header.columns[0])
            if connection.execute(headings_again, {"first": header.columns[0]}).fetchall()[0][0]:
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

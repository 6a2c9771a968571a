"""What the readers have in common: headings, records, and the way of records into DuckDB."""

from __future__ import annotations

import csv
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import duckdb

from pipelines.faults import Fault
from pipelines.findings import (
    AMBIGUOUS_HEADER,
    EMPTY_FILE,
    NOT_A_TABLE,
    UnusableDelivery,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipelines.findings import Rule

    Progress = Callable[[int, int], None]

# What is invisible is white space: a zero-width space or a byte order mark at the end of an id makes it another.
WHITE_SPACE = " \t\r\n\v\f\u00a0\u2007\u200b\u200c\u200d\u200e\u200f\u202f\u2060\ufeff"
LINE = "line"

# DuckDB reads lines of up to 2,000,000 bytes: a character of UTF-8 takes four at most.
LONGEST_RECORD = 400_000
MOST_MALFORMED = 1_000_000
MOST_COLUMNS = 2_000

# trim takes a microsecond a cell, and hardly any cell needs it.
PADDED = f"^[{WHITE_SPACE}]|[{WHITE_SPACE}]$"
READ_SCRATCH = """
    COPY (
        SELECT line, nullif(
            CASE
                WHEN regexp_matches(COLUMNS(* EXCLUDE (line)), $padded)
                    THEN trim(COLUMNS(* EXCLUDE (line)), $white_space)
                ELSE COLUMNS(* EXCLUDE (line))
            END, ''
        )
        FROM read_csv(
            $file, columns = $columns, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
            strict_mode = true, parallel = false, compression = 'none', encoding = 'utf-8'
        )
    ) TO $rows (FORMAT parquet)
"""
SHOW_ROWS = "CREATE VIEW raw.{table} AS SELECT * FROM read_parquet({rows})"

Encoding = Literal["utf-8", "utf-8-sig", "windows-1252", "xlsx", "xml"]


class ReadingFailed(Fault, RuntimeError):
    """DuckDB could not read what was written for it: the fault is not the file's. DuckDB's words quote records."""


@dataclass(frozen=True)
class Malformed:
    """A record that does not fit the header: the line on which it starts and why, without its text."""

    line: int
    cause: str


class FileRecord(NamedTuple):
    """A record as it stands in the file, cells not yet trimmed."""

    line: int
    fields: list[str]


class Oddity(NamedTuple):
    """What a reader left out, or read in spite of: the rule that says so, where, and never the text."""

    rule: Rule
    table: str
    column: str | None
    line: int | None


@dataclass(frozen=True)
class TableRead:
    """What was read of a file. ``rows_read`` counts good and malformed records, not the header.

    ``shares_lines``: records stand in one line, or on several sheets, and have numbers in their order instead.
    """

    file_name: str
    encoding: Encoding
    columns: tuple[str, ...]
    rows_read: int
    malformed: tuple[Malformed, ...]
    ends_with_break: bool = True
    oddities: tuple[Oddity, ...] = ()
    shares_lines: bool = False


@dataclass(frozen=True)
class Header:
    """The columns' headings, and how many cells the header has, blank ones at its end included."""

    line: int
    columns: tuple[str, ...]
    width: int


def is_blank(fields: Iterable[str]) -> bool:
    """Whether a record says nothing: no cell holds more than white space."""
    return not "".join(fields).strip(WHITE_SPACE)


def without_blank_end(fields: Sequence[str]) -> Sequence[str]:
    """The fields up to the last that is not blank."""
    width = len(fields)
    while width and not fields[width - 1].strip(WHITE_SPACE):
        width -= 1
    return fields[:width]


def take_header(records: Iterator[FileRecord | Malformed], file_name: str) -> Header:
    """The first record, none of them being blank. Raises UnusableDelivery for a header that names no table's columns.

    Blank headings at the end are left out: spreadsheets write them for columns that were once used.
    """
    first = next(records, None)
    if first is None:
        raise UnusableDelivery(EMPTY_FILE, file_name, "Nothing, or only white space, is in it.")
    if isinstance(first, Malformed):
        raise UnusableDelivery(NOT_A_TABLE, file_name, f"Line {first.line} cannot be read as a header.")
    columns = tuple(field.strip(WHITE_SPACE) for field in without_blank_end(first.fields))
    if len(columns) > MOST_COLUMNS:
        cause = f"Its header has {len(columns):,} columns; {MOST_COLUMNS:,} are allowed."
        raise UnusableDelivery(NOT_A_TABLE, file_name, cause)
    _must_differ(columns, file_name)
    return Header(first.line, columns, len(first.fields))


def _must_differ(columns: tuple[str, ...], file_name: str) -> None:
    """Tell columns by their number: in a file without a header the headings are values."""
    numbers: dict[str, int] = {}
    for number, column in enumerate(columns, start=1):
        name = column.casefold()
        if not name:
            raise UnusableDelivery(AMBIGUOUS_HEADER, file_name, f"Column {number} has no heading.")
        if name == LINE:
            cause = f"Column {number} is headed {LINE!r}, a heading kept for the line in the file."
            raise UnusableDelivery(AMBIGUOUS_HEADER, file_name, cause)
        if name in numbers:
            cause = f"Columns {numbers[name]} and {number} have the same heading."
            raise UnusableDelivery(AMBIGUOUS_HEADER, file_name, cause)
        numbers[name] = number


def load_records(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    header: Header,
    records: Iterator[FileRecord | Malformed],
    *,
    file_name: str,
    encoding: Encoding,
    scratch: Path,
) -> TableRead:
    """Write the records that fit the header to a scratch file, in bounded memory, and let DuckDB read that.

    No record is blank.
    """
    with new_rows(scratch) as made:
        clean = made.with_name("records.csv")
        rows, malformed = _write(clean, header, records, file_name)
        given = {"padded": PADDED, "white_space": WHITE_SPACE}
        copy_scratch(connection, READ_SCRATCH, clean, made, header.columns, file_name, given)
        connection.execute(named(SHOW_ROWS, made, table=table))
    return TableRead(file_name, encoding, header.columns, rows + len(malformed), tuple(malformed))


def copy_scratch(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    clean: Path,
    made: Path,
    columns: Sequence[str],
    file_name: str,
    given: Mapping[str, str] | None = None,
) -> None:
    """Let DuckDB make Parquet of a scratch file of lines and cells, which is then removed."""
    connection.execute("SET preserve_insertion_order = true")
    read = {LINE: "BIGINT", **dict.fromkeys(columns, "VARCHAR")}
    try:
        connection.execute(statement, {"file": str(clean), "rows": str(made), "columns": read, **(given or {})})
    except (duckdb.OutOfMemoryException, duckdb.IOException):
        raise
    except duckdb.Error as problem:
        raise ReadingFailed(f"{file_name}: DuckDB's {type(problem).__name__}") from None
    clean.unlink()


@contextmanager
def new_rows(scratch: Path) -> Iterator[Path]:
    """Where to put a table's rows, in a private folder that stays only if the block ends well.

    Parquet: DuckDB writes and reads it in half the time of a table of its own, and in less memory.
    """
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        yield folder / "rows.parquet"
    except BaseException:
        shutil.rmtree(folder)
        raise


def named(statement: str, rows: Path, **names: str) -> str:
    """The statement with the quoted file for ``{rows}`` and name for ``{key}``, so that each can be nothing else."""
    for key, name in names.items():
        statement = statement.replace("{" + key + "}", '"' + name.replace('"', '""') + '"')
    return statement.replace("{rows}", "'" + str(rows).replace("'", "''") + "'")


def _write(
    clean: Path, header: Header, records: Iterator[FileRecord | Malformed], file_name: str
) -> tuple[int, list[Malformed]]:
    rows, malformed = 0, list[Malformed]()
    with clean.open("w", encoding="utf-8", newline="") as file:
        # Fields with either of these characters are quoted.
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow((LINE, *header.columns))
        for record in records:
            fitted = _fitted(record, header, file_name)
            if isinstance(fitted, Malformed):
                malformed.append(fitted)
                _must_not_be_another_table(malformed, file_name)
            else:
                rows += 1
                writer.writerow((fitted.line, *fitted.fields))
    return rows, malformed


def _fitted(record: FileRecord | Malformed, header: Header, file_name: str) -> FileRecord | Malformed:
    """The record with as many fields as there are columns.

    Blank fields after the last column are let go: no value is lost with them, and exporters that end each record
    with a comma are many.
    """
    if isinstance(record, Malformed):
        return record
    line, fields = record
    width = len(header.columns)
    if len(fields) == width:
        return record
    if len(fields) < width:
        return Malformed(line, f"Its fields number {len(fields)}; the header's {width}.")
    beyond = len(without_blank_end(fields))
    if beyond <= width:
        return FileRecord(line, fields[:width])
    if beyond <= header.width:
        cause = f"Column {beyond} has no heading, and line {line} has a value in it."
        raise UnusableDelivery(AMBIGUOUS_HEADER, file_name, cause)
    return Malformed(line, f"Its fields number {len(fields)}; the header's {width}.")


def _must_not_be_another_table(malformed: list[Malformed], file_name: str) -> None:
    if len(malformed) > MOST_MALFORMED:
        cause = f"More than {MOST_MALFORMED:,} records do not have as many fields as the header."
        raise UnusableDelivery(NOT_A_TABLE, file_name, cause)

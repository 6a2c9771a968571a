"""A delivered file becomes a table of text whose rows remember their line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.findings import NOT_A_TABLE, UnusableDelivery
from pipelines.staging.readers.csv import read_csv
from pipelines.staging.readers.records import Malformed, ReadingFailed, TableRead
from pipelines.staging.readers.workbook_lists import read_lists
from pipelines.staging.readers.xlsx import read_xlsx
from pipelines.staging.readers.xml import read_xml

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from pipelines.staging.readers.records import Progress

__all__ = ["Malformed", "ReadingFailed", "TableRead", "read_lists", "read_table", "read_xml"]


def read_table(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    table: str,
    *,
    largest_bytes: int,
    scratch: Path,
    progress: Progress | None = None,
) -> TableRead:
    """Make ``raw."<table>"``, a view, of a CSV file or a workbook's first visible sheet that is not empty.

    ``raw`` is a schema or an attached database of the connection, there already; the connection is in no transaction,
    and is left with ``preserve_insertion_order`` on. The columns are ``line BIGINT``, the line (of a sheet: the row)
    on which the record starts, counted from 1, then one VARCHAR a heading. Rows are in the file's order. Cells are
    trimmed; blank ones are null. A record in which every cell is blank is no record, and a malformed one is set aside.

    ``scratch`` is a private folder: the text that the view shows is in it, as Parquet. Raises UnusableDelivery, which
    names the file, the rule and the cause, and never a value; ReadingFailed where the fault is not the file's.
    ``progress`` is given how many bytes of how many were read of text that is read record by record.
    """
    match file.suffix.lower():
        case ".csv":
            return read_csv(connection, file, table, largest_bytes=largest_bytes, scratch=scratch, progress=progress)
        case ".xlsx" | ".xls":
            return read_xlsx(connection, file, table, largest_bytes=largest_bytes, scratch=scratch)
    raise UnusableDelivery(NOT_A_TABLE, file.name, "Its name ends neither in .csv nor in .xlsx or .xls.")

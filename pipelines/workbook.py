"""A workbook for people: contents, notes, and one sheet a table, laid out as the Government Statistical Service asks.

Each sheet begins with its title in A1 and holds one table and nothing beside it; nothing is told by colour alone, and a
figure that is not shown is its symbol in square brackets.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.periods import Period
    from pipelines.published import PublishedTable

WORKBOOK = "snapshot.xlsx"
SYMBOL = "_symbol"
LOW_RELIABILITY = "u"
MOST_ROWS = 1_048_576 - 10
WIDEST = 60
# As text, whatever it begins with; and no clock, so that the same tables are the same bytes.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
SYMBOLS = (
    ("[c]", "confidential: a small number, or one from which a small number would follow"),
    ("[z]", "not applicable: a count is no share of anything, and a share of nobody has no value"),
    ("[x]", "not available"),
    ("[low]", "rounds to 0, and is not 0"),
    ("[u]", "of low reliability: its denominator is below 10; stands in the column notes, beside the figure"),
)
HOW_TO_READ = (
    "A percentage is 100 times its numerator divided by its denominator; shown is rounded half up to one decimal.",
    "Where team_code is blank, the row is about the whole authority.",
    "A month that was not delivered is absent, never 0. Blank cells mean that there is nothing to be said.",
    "Every column is described in data_dictionary.csv beside this file, every KPI in the sheet kpi.",
)


def write_workbook(
    folder: Path,
    month: Period,
    tables: Sequence[PublishedTable],
    rows: Mapping[str, duckdb.DuckDBPyRelation],
    withheld: Mapping[str, str],
) -> Path:
    """Write ``snapshot.xlsx``; a table that no sheet can hold is named in the contents and left to its CSV."""
    file = folder / WORKBOOK
    with xlsxwriter.Workbook(str(file), OPTIONS) as workbook:
        workbook.set_properties({"title": _title(month), "created": MADE})
        title = workbook.add_format({"bold": True, "font_size": 14})
        counts = {table.name: len(rows[table.name]) for table in tables}
        _write_contents(workbook, month, tables, counts, withheld, title)
        _write_notes(workbook, title)
        for table in tables:
            if counts[table.name] <= MOST_ROWS:
                _write_table(workbook, table, rows[table.name], title)
    return file


def _title(month: Period) -> str:
    return f"Safeguarding KPIs, {month.name}"


def _write_contents(
    workbook: xlsxwriter.Workbook,
    month: Period,
    tables: Sequence[PublishedTable],
    counts: Mapping[str, int],
    withheld: Mapping[str, str],
    title: Any,
) -> None:
    sheet = workbook.add_worksheet("contents")
    sheet.write_string("A1", _title(month), title)
    sheet.write_string("A2", "This sheet contains one table: the sheets of the workbook, and what is not public.")
    told = [("notes", "What the symbols mean, and how to read the tables.")]
    told += [
        (table.name, table.description if counts[table.name] <= MOST_ROWS else _too_long(table)) for table in tables
    ]
    told += [(name, f"Not public. {reason}") for name, reason in sorted(withheld.items())]
    _add_table(sheet, 3, ("sheet", "what it holds"), told, "contents_table")


def _too_long(table: PublishedTable) -> str:
    return f"{table.description} Too long for a sheet: see {table.name}.csv."


def _write_notes(workbook: xlsxwriter.Workbook, title: Any) -> None:
    sheet = workbook.add_worksheet("notes")
    sheet.write_string("A1", "Notes", title)
    sheet.write_string("A2", "This sheet contains one table: the symbols, and how to read the figures.")
    told = [*SYMBOLS, *((f"note {number}", text) for number, text in enumerate(HOW_TO_READ, start=1))]
    _add_table(sheet, 3, ("symbol or note", "meaning"), told, "notes_table")


def _write_table(
    workbook: xlsxwriter.Workbook, table: PublishedTable, relation: duckdb.DuckDBPyRelation, title: Any
) -> None:
    sheet = workbook.add_worksheet(table.name)
    sheet.write_string("A1", table.description, title)
    sheet.write_string("A2", f"This sheet contains one table. {table.grain}")
    sheet.write_string("A3", "Symbols are explained in the sheet notes.")
    names = [name for name in relation.columns if not _is_symbol(name, relation.columns)]
    has_notes = len(names) < len(relation.columns)
    key = [f'"{name}"' for name in table.key]
    records = (dict(zip(relation.columns, row, strict=True)) for row in relation.order(", ".join(key)).fetchall())
    cells = [_cells(record, names, has_notes=has_notes) for record in records]
    _add_table(sheet, 4, (*names, "notes") if has_notes else names, cells, f"{table.name}_table")


def _is_symbol(name: str, names: Iterable[str]) -> bool:
    return name.endswith(SYMBOL) and name.removesuffix(SYMBOL) in names


def _cells(record: Mapping[str, Any], names: Sequence[str], *, has_notes: bool) -> list[Any]:
    symbols = {name: record.get(f"{name}{SYMBOL}") for name in names}
    cells = [f"[{symbols[name]}]" if record[name] is None and symbols[name] else record[name] for name in names]
    notes = [f"{name} [u]" for name in names if record[name] is not None and symbols[name] == LOW_RELIABILITY]
    return [*cells, ", ".join(notes)] if has_notes else cells


def _add_table(
    sheet: Any, first_row: int, names: Sequence[str], rows: Sequence[Sequence[Any]], table_name: str
) -> None:
    """A table with its headings; one without rows gets a row of blanks, since a workbook's table cannot be empty."""
    columns = [{"header": name} for name in names]
    last = first_row + max(len(rows), 1)
    sheet.add_table(
        first_row, 0, last, len(names) - 1, {"columns": columns, "name": table_name, "style": None, "autofilter": False}
    )
    for number, row in enumerate(rows, start=first_row + 1):
        for column, value in enumerate(row):
            _write(sheet, number, column, value)
    for column, name in enumerate(names):
        widths = (len(str(row[column])) for row in rows[:200])
        sheet.set_column(column, column, min(max(len(name), *widths, 8) + 2, WIDEST))
    sheet.freeze_panes(first_row + 1, 0)


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no")
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, float(value))
    else:
        sheet.write_string(row, column, str(value))

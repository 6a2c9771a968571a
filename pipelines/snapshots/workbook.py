"""A workbook for people: contents, notes, and one sheet a table, laid out as the Government Statistical Service asks.

Each sheet begins with its title in A1 and holds one table and nothing beside it; nothing is shown by colour alone, and
a figure that is not shown is its symbol in square brackets.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipelines.contracts.published import SnapshotTable
    from pipelines.periods import Period

WORKBOOK = "snapshot.xlsx"
SYMBOL = "_symbol"
BY_MONTH = "reporting_month"
LONG, MOST_ROWS = 1_000, 2_000
"""Of a table with more rows than the first the sheet holds a year; with more than the second in it, there is none."""
MONTHS = 13
"""The month, and the twelve before it: the same month of the year before is among them."""
WIDEST = 60
# As text, whatever it begins with; and no clock, so that the same tables are the same bytes.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
SYMBOLS = (
    ("[c]", "confidential: a percentage of fewer than 20, or what would follow from it"),
    ("[z]", "not applicable: a count is no share of anything, and a share of nobody has no value"),
    ("[x]", "not available"),
    ("[low]", "rounds to 0: a count of 0 to 4, or a share with such a numerator"),
)
VERDICTS = "What the report says of each KPI of whole authorities."
ROUNDED = (
    "Every count is rounded at random to a multiple of 5, and is up to 4 away from what was counted.",
    "Everything else is computed from the rounded counts.",
)
EXACT = ("For inside the department: counts are as they are, small ones too. Do not pass the workbook on.",)
HOW_TO_READ = (
    "A percentage is 100 times its numerator divided by its denominator; value_rounded has one decimal, half up.",
    "Where team_code is blank, the row is about the whole authority.",
    "A month that was not delivered is absent, never 0. Blank cells mean that there is nothing to be said.",
    "Every column is described in data_dictionary.csv beside this file, every KPI in the sheet kpi.",
)


def write_workbook(
    folder: Path,
    month: Period,
    tables: Sequence[SnapshotTable],
    rows: Mapping[str, duckdb.DuckDBPyRelation],
    withheld: Mapping[str, str] | None,
    verdicts: Sequence[Sequence[str]],
) -> Path:
    """Write ``snapshot.xlsx``; ``verdicts``: authority, KPI, figure, rating and the sentence of the report.

    ``withheld``: of the public edition, what is not in it, and why; None of the restricted one. Nobody reads thousands
    of rows in a sheet, and they take minutes to write: of a long table there is a year, and of one whose year is too
    long nothing; the contents say so and name the CSV that holds all.
    """
    held = [_held(table, rows[table.name], month) for table in tables]
    file = folder / WORKBOOK
    with xlsxwriter.Workbook(str(file), OPTIONS) as workbook:
        workbook.set_properties({"title": _title(month), "created": MADE})
        title = workbook.add_format({"bold": True, "font_size": 14})
        _write_contents(workbook, month, _contents(held, withheld or {}), title)
        _write_notes(workbook, EXACT if withheld is None else ROUNDED, title)
        _write_verdicts(workbook, verdicts, title)
        for sheet in held:
            if sheet.rows is not None:
                _write_table(workbook, sheet.table, sheet.rows, title)
    return file


@dataclass(frozen=True)
class _Held:
    """What of a table stands in the workbook: all, a year, or nothing, and what the contents say of it."""

    table: SnapshotTable
    rows: duckdb.DuckDBPyRelation | None
    says: str


def _held(table: SnapshotTable, rows: duckdb.DuckDBPyRelation, month: Period) -> _Held:
    if len(rows) <= LONG:
        return _Held(table, rows, table.description)
    left_to_csv = f"{table.name}.csv"
    is_of_year = duckdb.ColumnExpression(BY_MONTH) > duckdb.ConstantExpression(str(month.plus(-MONTHS)))
    year = rows.filter(is_of_year) if BY_MONTH in rows.columns else rows
    if len(year) > MOST_ROWS:
        return _Held(table, None, f"{table.description} Too long for a sheet: see {left_to_csv}.")
    if year is rows:
        return _Held(table, rows, table.description)
    return _Held(table, year, f"{table.description} The {MONTHS} months to {month.name}; all of them: {left_to_csv}.")


def _title(month: Period) -> str:
    return f"Safeguarding KPIs, {month.name}"


def _contents(held: Sequence[_Held], withheld: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        ("notes", "What the symbols mean, and how to read the tables."),
        ("verdicts", VERDICTS),
        *((each.table.name, each.says) for each in held),
        *((name, f"Not public. {reason}") for name, reason in sorted(withheld.items())),
    ]


def _write_contents(workbook: xlsxwriter.Workbook, month: Period, lines: Sequence[tuple[str, str]], title: Any) -> None:
    sheet = workbook.add_worksheet("contents")
    sheet.write_string("A1", _title(month), title)
    sheet.write_string("A2", "This sheet contains one table: the sheets of the workbook, and what is not public.")
    _add_table(sheet, 3, ("sheet", "what it holds"), lines, "contents_table")


def _write_notes(workbook: xlsxwriter.Workbook, of_edition: Sequence[str], title: Any) -> None:
    sheet = workbook.add_worksheet("notes")
    sheet.write_string("A1", "Notes", title)
    sheet.write_string("A2", "This sheet contains one table: the symbols, and how to read the figures.")
    texts = enumerate((*of_edition, *HOW_TO_READ), start=1)
    lines = [*SYMBOLS, *((f"note {number}", text) for number, text in texts)]
    _add_table(sheet, 3, ("symbol or note", "meaning"), lines, "notes_table")


def _write_verdicts(workbook: xlsxwriter.Workbook, verdicts: Sequence[Sequence[str]], title: Any) -> None:
    sheet = workbook.add_worksheet("verdicts")
    sheet.write_string("A1", VERDICTS, title)
    sheet.write_string("A2", "This sheet contains one table: a row a KPI, in the words of the report.")
    _add_table(sheet, 3, ("authority_code", "kpi", "figure", "rating", "verdict"), verdicts, "verdicts_table")


def _write_table(
    workbook: xlsxwriter.Workbook, table: SnapshotTable, relation: duckdb.DuckDBPyRelation, title: Any
) -> None:
    sheet = workbook.add_worksheet(table.name)
    sheet.write_string("A1", table.description, title)
    sheet.write_string("A2", f"This sheet contains one table. {table.grain}")
    sheet.write_string("A3", "Symbols are explained in the sheet notes.")
    names = [name for name in relation.columns if not _is_symbol(name, relation.columns)]
    key = [f'"{name}"' for name in table.key]
    rows: list[Sequence[Any]] = [*relation.order(", ".join(key)).fetchall()]
    if names != relation.columns:
        rows = [_cells(dict(zip(relation.columns, row, strict=True)), names) for row in rows]
    _add_table(sheet, 4, names, rows, f"{table.name}_table")


def _is_symbol(name: str, names: Iterable[str]) -> bool:
    return name.endswith(SYMBOL) and name.removesuffix(SYMBOL) in names


def _cells(record: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    symbols = {name: record.get(f"{name}{SYMBOL}") for name in names}
    return [f"[{symbols[name]}]" if symbols[name] else record[name] for name in names]


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

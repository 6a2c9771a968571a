"""What each team has to fix, and what it has to do, as CSV and as a workbook: a finding a row, or a visit or review.

Whatever a spreadsheet would take for a formula is text in both. The same findings give the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Columns = Sequence[tuple[str, str, int]]

PSEUDONYM = "pseudonym"
# Of each column: the finding's field, its heading, and its width in a sheet.
COLUMNS = (
    ("urgency", "How urgent", 16),
    ("delivery_month", "Month delivered", 11),
    ("file_name", "File", 30),
    ("line", "Line", 9),
    ("column_name", "Column", 28),
    ("sentence", "What is wrong", 60),
    ("remedy", "What to do", 60),
    ("record", f"Record ({PSEUDONYM})", 14),
    ("child", f"Child ({PSEUDONYM})", 14),
    ("other_record", "Other source's record", 30),
    ("first_month", "Since", 10),
    ("days_open", "Days open", 9),
    ("rule_code", "Rule", 22),
)
DUE_COLUMNS = (
    ("due_when", "When", 24),
    ("due_date", "Due date", 12),
    ("working_days", "Working days from the month's end", 12),
    ("what", "What", 32),
    ("baby", "Baby", 8),
    ("team_code", "Team", 12),
    ("worker", f"Worker ({PSEUDONYM})", 16),
    ("child", f"Child ({PSEUDONYM})", 16),
    ("record", f"Record that started the clock ({PSEUDONYM})", 18),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ROWS_A_SHEET = 1_000_000
# A workbook says when it was made; one that is made again is to be the same.
MADE = dt.datetime(2000, 1, 1)


def file_names(team_codes: Sequence[str]) -> dict[str, str]:
    """A name without ending for each team's lists: its code, a slash in it a hyphen.

    Where two codes would meet in one name, a number distinguishes them.
    """
    names: dict[str, str] = {}
    for team in sorted(team_codes):
        plain = re.sub(r"[^A-Za-z0-9_-]", "-", team)
        taken = {name.lower() for name in names.values()}
        tries = (plain, *(f"{plain}-{number}" for number in range(2, len(team_codes) + 3)))
        names[team] = next(name for name in tries if name.lower() not in taken)
    return names


def write(folder: Path, name: str, findings: Sequence[Mapping[str, Any]]) -> None:
    """Write ``<name>.csv`` and ``<name>.xlsx``, a row a finding in the order given."""
    _write(folder / name, "To fix", COLUMNS, findings)


def write_due(folder: Path, name: str, items: Sequence[Mapping[str, Any]]) -> None:
    """The same of what is overdue or falls due soon."""
    _write(folder / name, "To do", DUE_COLUMNS, items)


def _write(file: Path, title: str, columns: Columns, records: Sequence[Mapping[str, Any]]) -> None:
    rows = [[record[field] for field, _, _ in columns] for record in records]
    _write_csv(file.with_name(f"{file.name}.csv"), [heading for _, heading, _ in columns], rows)
    _write_workbook(file.with_name(f"{file.name}.xlsx"), title, columns, rows)


def _write_csv(file: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    # With a byte order mark: spreadsheets read the text as UTF-8 only then.
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        writer.writerows([harmless(cell) for cell in row] for row in rows)


def harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run is led in by an apostrophe, as it would do itself."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _write_workbook(file: Path, title: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
    text_as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(file), {**text_as_text, "constant_memory": True}) as workbook:
        workbook.set_properties({"created": MADE})
        heading, wrapped = (
            workbook.add_format({"bold": True, "text_wrap": True}),
            workbook.add_format({"text_wrap": True}),
        )
        wrapped.set_align("top")
        for start in range(0, max(len(rows), 1), ROWS_A_SHEET):
            sheet = workbook.add_worksheet(f"{title} {start // ROWS_A_SHEET + 1}" if start else title)
            for place, (_, _, width) in enumerate(columns):
                sheet.set_column(place, place, width, wrapped)
            sheet.write_row(0, 0, [name for _, name, _ in columns], heading)
            for number, row in enumerate(rows[start : start + ROWS_A_SHEET], start=1):
                for place, cell in enumerate(row):
                    _write_cell(sheet, number, place, cell, wrapped)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, min(len(rows) - start, ROWS_A_SHEET), len(columns) - 1)
            sheet.repeat_rows(0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)


def _write_cell(sheet: Any, row: int, place: int, cell: Any, cell_format: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell, cell_format)
    elif cell is not None:
        sheet.write_number(row, place, cell, cell_format)

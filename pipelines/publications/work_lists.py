"""What each team has to fix in the case management system, as CSV and as a workbook: a finding a row.

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

Finding = dict[str, Any]

EXPORT = "export"
# Of each column: the finding's field, its heading, and its width in a sheet.
COLUMNS = (
    ("urgency", "How urgent", 16),
    ("delivery_month", "Month delivered", 11),
    ("file_name", "File", 30),
    ("line", "Line", 9),
    ("column_name", "Column", 28),
    ("sentence", "What is wrong", 60),
    ("remedy", "What to do", 60),
    ("record", "Record (pseudonym)", 12),
    ("child", "Child (pseudonym)", 12),
    ("other_record", "Other source's record", 30),
    ("first_month", "Since", 10),
    ("days_open", "Days open", 9),
    ("rule_code", "Rule", 22),
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
ROWS_A_SHEET = 1_000_000
# A workbook says when it was made; one that is made again is to be the same.
MADE = dt.datetime(2000, 1, 1)


def file_names(team_codes: Sequence[str]) -> dict[str, str]:
    """A name without ending for each team's lists; what is about files, and no team's, is the export's.

    A slash in a code is a hyphen in the name; where two codes would meet in one, or one is called as the export's, a
    number tells them apart.
    """
    names: dict[str, str] = {}
    for team in sorted(team_codes):
        plain = re.sub(r"[^A-Za-z0-9_-]", "-", team) or EXPORT
        taken = {name.lower() for name in names.values()} | ({EXPORT} if team else set())
        tries = (plain, *(f"{plain}-{number}" for number in range(2, len(team_codes) + 3)))
        names[team] = next(name for name in tries if name.lower() not in taken)
    return names


def write(folder: Path, name: str, findings: Sequence[Mapping[str, Any]]) -> None:
    """Write ``<name>.csv`` and ``<name>.xlsx``, a row a finding in the order given."""
    headings = [heading for _, heading, _ in COLUMNS]
    rows = [[finding[field] for field, _, _ in COLUMNS] for finding in findings]
    _write_csv(folder / f"{name}.csv", headings, rows)
    _write_workbook(folder / f"{name}.xlsx", headings, rows)


def _write_csv(file: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    # With a byte order mark: spreadsheets read the text as UTF-8 only then.
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        writer.writerows([_harmless(cell) for cell in row] for row in rows)


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run is led in by an apostrophe, as it would do itself."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _write_workbook(file: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    text_as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(file), {**text_as_text, "constant_memory": True}) as workbook:
        workbook.set_properties({"created": MADE})
        heading, wrapped = (
            workbook.add_format({"bold": True, "text_wrap": True}),
            workbook.add_format({"text_wrap": True}),
        )
        wrapped.set_align("top")
        for start in range(0, max(len(rows), 1), ROWS_A_SHEET):
            sheet = workbook.add_worksheet(f"To fix {start // ROWS_A_SHEET + 1}" if start else "To fix")
            for place, (_, _, width) in enumerate(COLUMNS):
                sheet.set_column(place, place, width, wrapped)
            sheet.write_row(0, 0, headings, heading)
            for number, row in enumerate(rows[start : start + ROWS_A_SHEET], start=1):
                for place, cell in enumerate(row):
                    _write_cell(sheet, number, place, cell, wrapped)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, min(len(rows) - start, ROWS_A_SHEET), len(COLUMNS) - 1)
            sheet.repeat_rows(0)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)


def _write_cell(sheet: Any, row: int, place: int, cell: Any, cell_format: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell, cell_format)
    elif cell is not None:
        sheet.write_number(row, place, cell, cell_format)

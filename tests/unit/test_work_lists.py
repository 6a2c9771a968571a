"""Work lists: what a spreadsheet opens, text as text, and the same again."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from pipelines.publications import work_lists

if TYPE_CHECKING:
    from pathlib import Path

FINDING = {
    "urgency": "Error",
    "delivery_month": "2021-02",
    "file_name": "ssd_cin_visits.csv",
    "line": 7,
    "column_name": "cinv_cin_visit_date",
    "sentence": "It is wrong.",
    "remedy": "Fix it.",
    "record": "1234e567",
    "child": None,
    "other_record": None,
    "first_month": "2021-01",
    "days_open": 28,
    "rule_code": "8608",
}


def written(folder: Path, *findings: dict[str, Any]) -> tuple[list[list[str]], list[tuple[Any, ...]]]:
    """The rows of the CSV and of the workbook, headings first."""
    work_lists.write(folder, "T01", findings)
    with (folder / "T01.csv").open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    sheets = openpyxl.load_workbook(folder / "T01.xlsx").worksheets
    return lines, [row for sheet in sheets for row in sheet.iter_rows(values_only=True)]


def test_a_finding_is_a_row_in_both(tmp_path: Path) -> None:
    lines, rows = written(tmp_path, FINDING)
    assert lines[0] == list(rows[0]) == [heading for _, heading, _ in work_lists.COLUMNS]
    assert rows[1:] == [tuple(FINDING.values())]
    assert lines[1:] == [["" if value is None else str(value) for value in FINDING.values()]]


def test_the_csv_says_that_it_is_utf_8(tmp_path: Path) -> None:
    written(tmp_path, FINDING)
    assert (tmp_path / "T01.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_is_due_is_a_row_in_both_with_text_as_text(tmp_path: Path) -> None:
    item = {name: name for name, _, _ in work_lists.DUE_COLUMNS} | {"working_days": -3, "worker": None, "what": "=1"}
    work_lists.write_due(tmp_path, "T01", [item])
    with (tmp_path / "T01.csv").open(encoding="utf-8-sig", newline="") as stream:
        headings, line = csv.reader(stream)
    rows = list(openpyxl.load_workbook(tmp_path / "T01.xlsx").worksheets[0].iter_rows(values_only=True))
    assert headings == list(rows[0]) == [heading for _, heading, _ in work_lists.DUE_COLUMNS]
    assert rows[1] == tuple(item.values())
    assert line == ["due_when", "due_date", "-3", "'=1", "baby", "team_code", "", "child", "record"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_runs_as_a_formula(tmp_path: Path, start: str) -> None:
    text = f"{start}HYPERLINK(A1)"
    lines, rows = written(tmp_path, FINDING | {"file_name": text})
    assert lines[1][2] == f"'{text}"
    assert rows[1][2].endswith("HYPERLINK(A1)")
    cell = openpyxl.load_workbook(tmp_path / "T01.xlsx").worksheets[0].cell(2, 3)
    assert cell.data_type == "s"


def test_an_address_and_a_number_in_text_stay_text(tmp_path: Path) -> None:
    _, rows = written(tmp_path, FINDING | {"file_name": "https://example.org/a.csv", "record": "12345678"})
    assert rows[1][2] == "https://example.org/a.csv"
    assert rows[1][7] == "12345678"
    assert openpyxl.load_workbook(tmp_path / "T01.xlsx").worksheets[0].cell(2, 3).hyperlink is None


def test_the_same_findings_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        written(tmp_path / place, FINDING, FINDING)
        made.append({file.name: file.read_bytes() for file in (tmp_path / place).iterdir()})
    assert made[0] == made[1]


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_lists, "ROWS_A_SHEET", 2)
    lines, rows = written(tmp_path, *(FINDING | {"line": line} for line in range(5)))
    assert [line[3] for line in lines[1:]] == ["0", "1", "2", "3", "4"]
    assert [row[3] for row in rows] == ["Line", 0, 1, "Line", 2, 3, "Line", 4]


def test_every_team_has_a_file_name_of_its_own_that_any_file_system_takes() -> None:
    teams = ["unallocated", "T/1", "T-1", "t-1", "export", "HR", "-9"]
    names = work_lists.file_names(teams)
    assert set(names) == set(teams)
    assert len({name.lower() for name in names.values()}) == len(teams)
    assert (names["export"], names["unallocated"], names["-9"]) == ("export", "unallocated", "-9")
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") for name in names.values()
    )

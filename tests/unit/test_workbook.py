"""The workbook: what people open it for, symbols in brackets, and the same bytes from the same tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pytest
from openpyxl import load_workbook

from pipelines.contracts.published import PublishedColumn, SnapshotTable
from pipelines.periods import Period
from pipelines.snapshots import workbook
from pipelines.snapshots.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook.workbook import Workbook

COLUMNS = ("kpi_id", "numerator", "numerator_symbol", "value", "value_symbol", "is_so", "day")
TABLE = SnapshotTable(
    name="kpi_month",
    description="Every KPI.",
    grain="One row a KPI.",
    columns=tuple(PublishedColumn(name, "string", "VARCHAR", "-", False, name == "kpi_id") for name in COLUMNS),
)
ROWS = """
    ('=1+1', NULL, 'c', NULL, 'c', true, DATE '2021-02-28'),
    ('b', 0.00, 'low', 0.0, 'low', false, NULL),
    ('a', 1456.00, NULL, 95.0, NULL, NULL, NULL)
"""


VERDICTS = [("E06000015", "Visits", "60.0%", "red", "3 of 5. Target 85: missed.")]


def written(folder: Path, rows: str = ROWS) -> Path:
    folder.mkdir(exist_ok=True)
    given = duckdb.sql(f"SELECT * FROM (VALUES {rows}) AS given ({', '.join(COLUMNS)})")
    withheld = {"delivery": "It is not declared for the public edition."}
    return write_workbook(folder, Period(2021, 2), [TABLE], {"kpi_month": given}, withheld, VERDICTS)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return load_workbook(written(tmp_path_factory.mktemp("book")))


def test_contents_and_notes_come_first(book: Workbook) -> None:
    assert book.sheetnames == ["contents", "notes", "verdicts", "kpi_month"]
    assert book["contents"]["A1"].value == "Safeguarding KPIs, February 2021"
    first_sheet = {row[0]: row[1] for row in book["contents"].iter_rows(min_row=5, values_only=True)}
    assert first_sheet["kpi_month"] == "Every KPI."
    assert first_sheet["delivery"] == "Not public. It is not declared for the public edition."
    explained = {row[0] for row in book["notes"].iter_rows(values_only=True)}
    assert {"[c]", "[z]", "[x]", "[low]"} <= explained


def test_the_verdicts_stand_as_they_are_given(book: Workbook) -> None:
    headings, *rows = book["verdicts"].iter_rows(min_row=4, values_only=True)
    assert headings == ("authority_code", "kpi", "figure", "rating", "verdict")
    assert rows == VERDICTS


def test_a_sheet_holds_one_table_in_the_order_of_its_key(book: Workbook) -> None:
    sheet = book["kpi_month"]
    assert sheet["A1"].value == "Every KPI."
    assert list(sheet.tables) == ["kpi_month_table"]
    assert list(sheet.iter_rows(min_row=5, values_only=True)) == [
        ("kpi_id", "numerator", "value", "is_so", "day"),
        ("=1+1", "[c]", "[c]", "yes", "2021-02-28"),
        ("a", 1456, 95, None, None),
        ("b", "[low]", "[low]", "no", None),
    ]
    assert sheet["A6"].data_type == "s"


def test_the_same_tables_are_the_same_bytes(tmp_path: Path) -> None:
    files = [written(tmp_path / name) for name in ("one", "other")]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(("rows", "is_cut"), [(3, False), (2, True)])
def test_of_a_long_table_there_is_a_year(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, is_cut: bool
) -> None:
    monkeypatch.setattr(workbook, "LONG", rows)
    names = ("reporting_month", "kpi_id")
    columns = tuple(PublishedColumn(name, "string", "VARCHAR", "-", False, True) for name in names)
    table = replace(TABLE, columns=columns)
    given = duckdb.sql(
        "FROM (VALUES ('2020-01', 'a'), ('2020-02', 'a'), ('2021-02', 'a')) AS given (reporting_month, kpi_id)"
    )
    book = load_workbook(write_workbook(tmp_path, Period(2021, 2), [table], {"kpi_month": given}, None, VERDICTS))
    held = [row[0] for row in book["kpi_month"].iter_rows(min_row=6, values_only=True)]
    assert held == ["2020-01", "2020-02", "2021-02"][int(is_cut) :]
    first_sheet = {row[0]: row[1] for row in book["contents"].iter_rows(min_row=5, values_only=True)}
    cut = " The 13 months to February 2021; all of them: kpi_month.csv." if is_cut else ""
    assert first_sheet["kpi_month"] == f"Every KPI.{cut}"


def test_a_table_that_no_sheet_can_hold_is_left_to_its_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LONG", 1)
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    book = load_workbook(written(tmp_path))
    assert "kpi_month" not in book.sheetnames
    first_sheet = {row[0]: row[1] for row in book["contents"].iter_rows(min_row=5, values_only=True)}
    assert first_sheet["kpi_month"] == "Every KPI. Too long for a sheet: see kpi_month.csv."

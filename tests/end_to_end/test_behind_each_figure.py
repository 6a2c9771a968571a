"""What the pages say is behind a figure adds up to it, and each rule and figure lead to one another."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.reports import read_page

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import CouncilPlace

HEADLINES = """
    SELECT kpi_id, numerator, denominator
    FROM read_parquet($file)
    WHERE reporting_month = '2021-02'
"""


@pytest.fixture(scope="module")
def folder(place: CouncilPlace) -> Path:
    return place.data / "reports/X99000001/validation/2021-02"


def test_the_list_behind_a_figure_adds_up_to_its_headline(place: CouncilPlace, folder: Path) -> None:
    with duckdb.connect() as connection:
        headlines = connection.execute(HEADLINES, {"file": str(place.snapshot / "kpi_summary.parquet")}).fetchall()
    assert len(headlines) > 100
    for kpi_id, numerator, denominator in headlines:
        with (folder / f"figures/{kpi_id}.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        counted, of = (sum(Decimal(row[name]) for row in rows if row[name]) for name in ("Counted", "Of"))
        assert (counted, of) == (numerator, denominator or 0), kpi_id


def test_a_rule_leads_to_each_figure_it_touches_and_the_figure_back(folder: Path) -> None:
    pairs = {
        (file.stem, code)
        for file in (folder / "figures").glob("*.html")
        for code in re.findall(r'href="\.\./rules/([^"]+)\.html"', file.read_text("utf-8"))
    }
    back = {
        (kpi_id, file.stem)
        for file in (folder / "rules").glob("*.html")
        for kpi_id in re.findall(r'href="\.\./figures/([^"]+)\.html"', file.read_text("utf-8"))
    }
    assert pairs == back and len(pairs) > 50


def test_babies_that_are_overdue_are_as_many_as_the_figure_does_not_count(folder: Path) -> None:
    """50 babies, 38 of them in date; a visit that a plan asks for as soon is on the list as that visit."""
    (babies,) = (
        rows for caption, rows in read_page(folder / "due/index.html").tables.items() if "Children under" in caption
    )
    headings, *rows = babies
    children = {row[headings.index("Child")] for row in rows if "isit" in row[headings.index("What")]}
    assert len(children) == 50 - 38

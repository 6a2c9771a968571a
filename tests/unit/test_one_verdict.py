"""A KPI's verdict is the same words and numbers wherever it stands, in both editions."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from rich.console import Console

from pipelines.cli.summary import print_summary
from pipelines.contracts.kpis import sections_of_kpis
from pipelines.periods import Period
from pipelines.snapshots import report
from pipelines.snapshots.publish import publish
from pipelines.warehouse.build import build
from tests.few_kpis import project_of_few, settings_of_few
from tests.reports import read_page, read_word
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, plan, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings
    from pipelines.snapshots.report.document import Statement

FEBRUARY = Period.parse(MONTH)
EDITIONS = (".", "public")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    """Eighty assessments in half a year, forty in that half of the year before, and sixty children on plans."""
    settings = settings_of_few(tmp_path_factory.mktemp("verdicts"))
    assessments = [
        assessment(f"{month} {each}", "2018-01-01" if each < late else f"{month}-01", f"{month}-10")
        for month, late in (("2020-10", 5), ("2021-01", 9), ("2019-11", 20))
        for each in range(40)
    ]
    plans = [plan(f"p{each}", "2019-06-01" if each % 3 else "2021-01-20") for each in range(60)]
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd(cin_assessments=assessments, cp_plans=plans))
    build(settings, FEBRUARY)
    return settings, publish(settings, FEBRUARY).folder


def said_in(folder: Path) -> tuple[Statement, ...]:
    ((code, said),) = report.verdicts(folder, FEBRUARY, sections_of_kpis(project_of_few() / "sql/kpis"))
    assert code == AUTHORITY
    return said


@pytest.mark.parametrize("edition", EDITIONS)
def test_page_and_word_say_the_verdict(published: tuple[Settings, Path], edition: str) -> None:
    folder = published[1] / edition
    said = said_in(folder)
    assert {"Assessments completed within 45 working days", "Children subject to a child protection plan"} <= {
        each.title for each in said
    }
    report = read_page(folder / "report.html").words, read_word(folder / "report.docx").words
    for each in said:
        assert all(f"{each.title} {each.figure}" in words for words in report), each.title
    for words in (read_page(folder / "annex.html").words, read_word(folder / "annex.docx").words):
        for each in said:
            assert f"{each.text}" in words, each.title
            assert each.figure in words


def test_a_verdict_has_its_target_and_its_change_since_last_month_and_last_year(
    published: tuple[Settings, Path],
) -> None:
    text = {each.title: each.text for each in said_in(published[1])}
    assessments = text["Assessments completed within 45 working days"]
    assert assessments.startswith("66 of 80, September 2020 to February 2021 (95% limits ")
    assert "of the six months to the end of January 2021." in assessments
    assert (
        "32.5 percentage points more than the 50.0% (20 of 40) of the six months to the end of February 2020, "
        "more than chance explains, and better."
    ) in assessments
    plans = text["Children subject to a child protection plan"]
    assert "The same as the 60 of the end of January 2021." in plans
    assert "20 more than the 40 of the end of February 2020, a rise of 50.0%." in plans
    assert "chance" not in plans


def test_the_terminal_says_the_verdict(published: tuple[Settings, Path]) -> None:
    settings, folder = published
    console = Console(file=io.StringIO(), record=True, width=2000)
    print_summary(console, settings, FEBRUARY, folder)
    words = " ".join(console.export_text().split())
    for each in said_in(folder):
        assert each.text in words and each.figure in words, each.title


def test_the_workbook_says_the_verdict(published: tuple[Settings, Path]) -> None:
    folder = published[1] / "public"
    _, *rows = load_workbook(folder / "snapshot.xlsx")["verdicts"].iter_rows(min_row=4, values_only=True)
    assert [(row[1], row[2], row[4]) for row in rows] == [
        (each.title, each.figure, each.text) for each in said_in(folder)
    ]

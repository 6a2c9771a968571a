"""The sample's report, read whole: no sentence contradicts another, a chart or a table."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.contracts.kpis import load_register, sections_of_kpis
from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.snapshots import report
from tests.reports import Read, read_page

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.snapshots.report.document import Statement
    from tests.end_to_end.conftest import CouncilPlace

MONTH = Period.parse("2021-02")
UNCERTAINTY = {kpi.kpi_id: kpi.uncertainty for kpi in load_register(PROJECT / "sql/kpis")}
CHANGE = re.compile(r"([\d,.]+)(?: percentage points)? (more|fewer|less) than the ([\d,.]+)")
TARGET = re.compile(r"Target ([\d.]+): (met|missed, by a little|missed)\.")
MET, MISSED = "the target is met every month", "the target will not be met"


@pytest.fixture(scope="module", params=["annex.html", "public/annex.html"])
def file(place: CouncilPlace, request: pytest.FixtureRequest) -> Path:
    return place.snapshot / str(request.param)


@pytest.fixture(scope="module")
def page(file: Path) -> Read:
    return read_page(file)


@pytest.fixture(scope="module")
def said(file: Path) -> tuple[Statement, ...]:
    ((_, statements),) = report.verdicts(file.parent, MONTH, sections_of_kpis(PROJECT / "sql/kpis"))
    return statements


@pytest.fixture(scope="module")
def kpis(file: Path) -> dict[str, tuple[str, str]]:
    """Of each title: which side is better, and how uncertainty is given."""
    rows = duckdb.read_parquet(str(file.parent / "kpi.parquet")).project("title, direction, kpi_id").fetchall()
    return {title: (direction, UNCERTAINTY[kpi_id]) for title, direction, kpi_id in rows}


def number(text: str) -> Decimal:
    """The first in the text; 0 where there is none: it was rounded to it."""
    found = re.search(r"[\d,]+(?:\.\d+)?", text)
    return Decimal(found[0].replace(",", "") if found else 0)


def is_met(direction: str, figure: Decimal, target: Decimal) -> bool:
    return figure >= target if direction == "higher_is_better" else figure <= target


def test_every_verdict_stands_on_the_page(page: Read, said: tuple[Statement, ...]) -> None:
    assert len(said) > 20
    assert [each.title for each in said if each.text not in page.words] == []


def test_printed_numbers_subtract(said: tuple[Statement, ...]) -> None:
    checked = 0
    for each in said:
        for apart, side, base in CHANGE.findall(each.text):
            now = number(base) + (number(apart) if side == "more" else -number(apart))
            assert now == number(each.figure), (each.title, each.text)
            checked += 1
    assert checked > 20


def test_a_target_is_met_where_the_figure_says_so(
    said: tuple[Statement, ...], kpis: dict[str, tuple[str, str]]
) -> None:
    for each in said:
        for target, word in TARGET.findall(each.text):
            assert is_met(kpis[each.title][0], number(each.figure), number(target)) == (word == "met"), each.text
            assert (each.rating == "green") == (word == "met")


def test_nothing_is_called_chance_of_what_is_known_whole(
    said: tuple[Statement, ...], kpis: dict[str, tuple[str, str]]
) -> None:
    whole = [each for each in said if kpis[each.title][1] == "none"]
    assert len(whole) >= 6
    assert [each.title for each in whole if "chance" in each.text or "95% limits" in each.text] == []


def test_what_moved_by_more_than_chance_is_in_the_summary_and_nothing_else(
    page: Read, said: tuple[Statement, ...]
) -> None:
    summary = page.words.partition("a year ago, by more than chance")[2].partition("Pressures")[0]
    for each in said:
        moved = re.search(r"more than chance explains, and (better|worse)", each.text)
        assert (f"{each.title}: " in summary) == (moved is not None), each.title


def test_what_a_chart_says_of_the_target_every_month_of_its_phase_bears_out(
    page: Read, kpis: dict[str, tuple[str, str]]
) -> None:
    outlooks = 0
    for title, text in page.pictures:
        if MET not in text and MISSED not in text:
            continue
        outlooks += 1
        months = int(re.search(r"limits of (\d+) months", text)[1])  # type: ignore[index]  # no match fails here
        assert months >= 12
        for row in page.tables[f"{title} by month"][1:][-months:]:
            assert is_met(kpis[title][0], number(row[1]), number(row[3])) == (MET in text), (title, row)
    assert outlooks or "cannot be said from these months" in " ".join(text for _, text in page.pictures)


def test_no_chart_is_nothing_but_signals(page: Read) -> None:
    charts = [name for name, _ in page.pictures if f"{name} by month" in page.tables]
    assert len(charts) > 5
    assert [name for name in charts if all(row[-1] for row in page.tables[f"{name} by month"][1:])] == []


def test_the_last_month_of_a_chart_is_called_what_its_table_calls_it(page: Read) -> None:
    for title, text in page.pictures:
        if f"{title} by month" not in page.tables:
            continue
        month, figure, *_, signals = page.tables[f"{title} by month"][-1]
        assert text.startswith(f"{month}: {figure}"), title
        assert ("beyond the usual variation" in text) == bool(signals), title


def test_findings_are_counted_in_the_report_and_in_the_terminal_as_they_are_staged(place: CouncilPlace) -> None:
    """A row with two findings counts twice wherever it says findings, and once wherever it says rows with a warning."""
    used = (
        duckdb.read_parquet(str(place.snapshot / "delivery.parquet"))
        .filter("is_used")
        .project("source, reporting_month")
    )
    folders = [
        place.data / "staging" / source / "authority=X99000001" / f"month={month}" for source, month in used.fetchall()
    ]
    staged = [next(folder.glob("v*/finding.parquet")) for folder in folders]
    warned = [duckdb.read_parquet(str(file)).filter("consequence = 'warn'") for file in staged]
    findings = sum(len(each) for each in warned)
    page = read_page(place.snapshot / "annex.html").words
    assert findings > 20
    assert f"Those that are used have {findings:,} findings, by" in page
    index = read_page(place.data / "reports/X99000001/validation/index.html").tables
    (listed,) = index.values()
    rows = {row[2]: number(row[-1]) for row in listed[1:] if "February 2021" in row[0]}
    for (source, month), each in zip(used.fetchall(), warned, strict=True):
        distinct = each.project("table_name, coalesce(line, hash(rule_code, column_name))").distinct()
        assert month != "2021-02" or rows[source] == len(distinct), source

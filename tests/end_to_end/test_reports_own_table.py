"""The table that the committee report printed: alone, as a workbook, and beside another authority with the same ids."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from pipelines.sample import write_sample
from tests.end_to_end.publishing import build, figures, publish, rows

if TYPE_CHECKING:
    from pathlib import Path

COUNCIL, SAMPLE = "E06000015", "X99000001"
HEADINGS = ("standard", "council", "region", "nation")
# As printed, the thousands' comma of the last row included.
PRINTED = [
    ("Standard 1 - Strong and Clear Social Work Framework", "80", "81", "81"),
    ("Standard 2 - Effective workforce planning systems", "74", "74", "77"),
    ("Standard 3 - Safe Workloads and Case Allocation", "72", "74", "75"),
    ("Standard 4 - Well-being", "67", "69", "74"),
    ("Standard 5 - Supervision", "69", "65", "74"),
    ("Standard 6 - CPD - Continuous Professional Development", "70", "63", "69"),
    ("Standard 7 - Professional Registration", "78", "79", "79"),
    ("Standard 8 - Strategic Partnerships", "85", "80", "79"),
    ("Employee Contribution", "87", "84", "86"),
    ("Tensions*", "84", "79", "81"),
    ("Overall satisfaction", "80", "68", "74"),
    ("Desire to stay", "82", "71", "76"),
    ("COVID", "73", "72", "77"),
    ("Number of respondents", "67", "412", "3,227"),
]
SCORES: dict[str, tuple[int, int, int]] = {
    "standard_1": (80, 81, 81),
    "standard_2": (74, 74, 77),
    "standard_3": (72, 74, 75),
    "standard_4": (67, 69, 74),
    "standard_5": (69, 65, 74),
    "standard_6": (70, 63, 69),
    "standard_7": (78, 79, 79),
    "standard_8": (85, 80, 79),
    "employee_contribution": (87, 84, 86),
    "tensions": (84, 79, 81),
    "overall_satisfaction": (80, 68, 74),
    "desire_to_stay": (82, 71, 76),
    "covid": (73, 72, 77),
}
AMBER = {
    "council": {"standard_2", "standard_3", "standard_4", "standard_5", "standard_6", "covid"},
    "region": {
        *("standard_2", "standard_3", "standard_4", "standard_5", "standard_6"),
        *("overall_satisfaction", "desire_to_stay", "covid"),
    },
    "nation": {"standard_4", "standard_5", "standard_6", "overall_satisfaction"},
}
RESPONDENTS = {"council": 67, "region": 412, "nation": 3227}


def survey_of(root: Path) -> Path:
    folder = root / "inbox" / COUNCIL / "survey" / "2021-02"
    folder.mkdir(parents=True)
    return folder


def deliver_csv(folder: Path) -> None:
    with (folder / "summary.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *PRINTED])
    (folder / "invited.csv").write_text("survey_date,invited\n2020-12-11,162\n", encoding="utf-8")


def deliver_workbooks(folder: Path) -> None:
    """The same as somebody types it: numbers as numbers, and a date as a date."""
    numbers = [(label, *(int(cell.replace(",", "")) for cell in cells)) for label, *cells in PRINTED]
    save(folder / "summary.xlsx", [HEADINGS, *numbers])
    save(folder / "invited.xlsx", [("survey_date", "invited"), (date(2020, 12, 11), 162)])


def save(file: Path, table: list[tuple[Any, ...]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(row)
    book.save(file)


def scores(snapshot: Path, authority: str) -> list[tuple[Any, ...]]:
    return rows(snapshot, f"SELECT * FROM survey_score WHERE authority_code = '{authority}' ORDER BY ALL")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("alone")
    deliver_csv(survey_of(root))
    return publish(root)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made_up")
    write_sample(root / "inbox", scale=0.05)
    return root


@pytest.fixture(scope="module")
def made_up_alone(made_up: Path) -> Path:
    return build(made_up)


@pytest.fixture(scope="module")
def together(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The council's table as workbooks beside the made-up council, whose January export it gives as its February's."""
    root = tmp_path_factory.mktemp("together")
    deliver_workbooks(survey_of(root))
    sample = made_up / "inbox" / SAMPLE
    shutil.copytree(sample / "ssd" / "2021-01", root / "inbox" / COUNCIL / "ssd" / "2021-02")
    for source in ("local", "ssd", "survey"):
        shutil.copytree(sample / source / "2021-02", root / "inbox" / SAMPLE / source / "2021-02")
    return build(root)


def test_the_reports_table_is_published_as_it_was_printed(alone: Path) -> None:
    found = rows(alone, "SELECT standard_id, geography, score, rounded_score, respondents FROM survey_score")
    printed = {
        (standard, geography, score, score, RESPONDENTS[geography])
        for standard, of_all in SCORES.items()
        for geography, score in zip(RESPONDENTS, of_all, strict=True)
    }
    assert len(found) == 39
    assert set(found) == printed


def test_the_reports_table_is_rated_by_whole_numbers_and_tensions_the_other_way_round(alone: Path) -> None:
    rated: dict[str, dict[str, set[str]]] = {geography: {} for geography in RESPONDENTS}
    for standard, geography, rag in rows(alone, "SELECT standard_id, geography, rag FROM survey_score"):
        rated[geography].setdefault(rag, set()).add(standard)
    for geography, amber in AMBER.items():
        green = SCORES.keys() - amber - {"tensions"}
        assert rated[geography] == {"red": {"tensions"}, "amber": amber, "green": green}, geography


def test_the_response_rate_is_the_one_kpi_of_a_council_that_gave_only_its_survey(alone: Path) -> None:
    found = rows(alone, "SELECT kpi_id, reporting_month, team_code, numerator, denominator, value FROM kpi_month")
    ((*row, value),) = found
    assert row == ["survey_response_rate", "2021-02", None, 67, 162]
    assert round(value, 2) == 41.36
    assert rows(alone, "SELECT kpi_id, window_months, numerator FROM kpi_window") == [("survey_response_rate", 1, 67)]


def test_nothing_of_the_reports_table_is_refused_or_warned_about(alone: Path) -> None:
    assert rows(alone, "SELECT rule_code, column_name FROM finding_summary WHERE rows_failed > 0") == []
    assert rows(alone, "SELECT table_name, rows_read, rows_staged FROM reconciliation ORDER BY ALL") == [
        ("survey_invited", 1, 1),
        ("survey_summary", 14, 14),
    ]


def test_a_workbook_says_what_the_text_says(alone: Path, together: Path) -> None:
    assert scores(together, COUNCIL) == scores(alone, COUNCIL)
    rate = {key: figure for key, figure in figures(together, COUNCIL).items() if key[0] == "survey_response_rate"}
    assert rate == figures(alone, COUNCIL)


@pytest.mark.parametrize("table", ["kpi_month", "kpi_window", "kpi_change", "kpi_chart", "survey_score"])
def test_another_authority_with_the_same_ids_changes_no_figure(made_up_alone: Path, together: Path, table: str) -> None:
    query = f"SELECT * FROM {table} WHERE authority_code = '{SAMPLE}' ORDER BY ALL"
    assert rows(together, query) == rows(made_up_alone, query)
    others = rows(together, f"SELECT count(*) FROM {table} WHERE authority_code = '{COUNCIL}'")
    assert others[0][0] >= 39

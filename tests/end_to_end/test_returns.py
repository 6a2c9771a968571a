"""Returns that others published: each file is staged whole, counted by other means, or refused for what it is."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from lxml import etree

from pipelines.settings import PROJECT
from tests.end_to_end.staged_files import (
    CENSUS,
    LISTS,
    RETURN,
    WORKFORCE,
    elements,
    findings,
    reconciled,
    rows_of_lists,
    rows_of_sheets,
    staged,
)
from tests.exports import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.staging.stage import StagingResult

FIXTURES = PROJECT.parent / "shared" / "fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not beside the checkout")


OLD_DATES = {"CASS004", "CASS005", "CASS006", "CPLA004", "CPLA005", "CICP005", "CCPP004", "CCPP005", "CCPR004"}
OLD_DATES |= {"CDET003", "CDET006", "CSFE004", "CSFE005"}


# Those of the published rules that the three files break: docs/published_samples.md has the rows of each.
PUBLISHED_RULES = {"100", "1103", "1104", "1105", "2887Q", "2889", "4013", "4016", "4180", "8565", "8600", "8608"}
PUBLISHED_RULES |= {"8620", "8696", "8715", "8897Q", "8930"}


OF_LATER_YEARS = {"cin_census_pre_proceedings"}


@pytest.mark.parametrize(
    ("name", "month", "found"),
    [
        (
            "BAR_cin_2022",
            "2022-03",
            {f"{reference}-IN-CALENDAR" for reference in OLD_DATES}
            | PUBLISHED_RULES - {"100", "4180", "8600", "8608", "8897Q"}
            | {"8525Q", "8530Q", "8545Q"},
        ),
        (
            "CIN_Census_2024",
            "2024-03",
            # It has a sex a year before the census does, spelt as the gender was; and a factor that there is not.
            {"DLV-025", "DLV-027", "CCHI008-READABLE", "CFAC004-READABLE"}
            | {"CASS004-HAPPENED", "CDET003-HAPPENED", "CDET006-HAPPENED"}
            | PUBLISHED_RULES,
        ),
        (
            "CIN_Census_2026",
            "2026-03",
            # Its reference date was left at 2024, and its pre-proceedings are of the year after.
            {"DLV-025", "CINC-001", "CCHI008-READABLE", "CFAC004-READABLE", "CASS004-HAPPENED"}
            | {"9005", "9006", "9008", "9009", "9012", "9013"}
            | PUBLISHED_RULES - {"8600"},
        ),
    ],
)
def test_a_census_is_staged_whole(tmp_path: Path, name: str, month: str, found: set[str]) -> None:
    file = FIXTURES / "cin_census" / f"{name}.xml"
    delivery = staged(tmp_path, f"E06000015/cin_census/{month}", file)
    assert (delivery.outcome, delivery.rows_refused) == ("staged", 0)
    # A block that only some years have is a table where the file has it.
    given = {table: count for table, count in elements(file, CENSUS).items() if count or table not in OF_LATER_YEARS}
    assert reconciled(delivery) == given
    assert {code for _, code, _ in findings(delivery)} == found


def test_each_table_is_staged_as_a_part_of_its_file(tmp_path: Path) -> None:
    delivery = staged(tmp_path, "E06000015/cin_census/2024-03", FIXTURES / "cin_census" / "CIN_Census_2024.xml")
    with duckdb.connect() as connection:
        names = connection.read_parquet(str(delivery.folder / "reconciliation.parquet")).project("file_name").fetchall()
    assert {name for (name,) in names} == {
        f"CIN_Census_2024.xml: {table.removeprefix('cin_census_')}" for table in CENSUS.keys() - OF_LATER_YEARS
    }


def test_a_finding_names_the_line_of_the_element(tmp_path: Path) -> None:
    file = FIXTURES / "cin_census" / "CIN_Census_2024.xml"
    delivery = staged(tmp_path, "E06000015/cin_census/2024-03", file)
    lines = file.read_text(encoding="utf-8").split("\n")
    starts = {
        "CASS004-HAPPENED": "<Assessments>",
        "CFAC004-READABLE": "<AssessmentFactors>RB<",
        "DLV-025": "<UPNunknown>",
    }
    for _, code, line in findings(delivery):
        if code in starts:
            assert lines[(line or 0) - 1].strip().startswith(starts[code]), code


@pytest.fixture(scope="module")
def as_xml(tmp_path_factory: pytest.TempPathFactory) -> StagingResult:
    file = FIXTURES / "ssda903" / "fake_903.xml"
    return staged(tmp_path_factory.mktemp("xml"), "E06000015/ssda903/2018-03", file)


def test_a_return_of_children_looked_after_is_staged_whole_from_xml(as_xml: StagingResult) -> None:
    assert (as_xml.outcome, as_xml.rows_refused) == ("staged", 0)
    assert reconciled(as_xml) == elements(FIXTURES / "ssda903" / "fake_903.xml", RETURN)


def test_records_of_one_line_are_known_by_their_number(as_xml: StagingResult) -> None:
    assert ("file 1", "DLV-026", None) in findings(as_xml)
    with duckdb.connect() as connection:
        episodes = connection.read_parquet(str(as_xml.folder / "ssda903_episodes.parquet"))
        assert episodes.project("line").fetchall() == [(number,) for number in range(1, 460)]


def test_the_xml_form_and_the_lists_have_the_same_values(tmp_path: Path, as_xml: StagingResult) -> None:
    """The document's episodes, written as a list by other means, come to the same rows."""
    document: Any = etree.parse(FIXTURES / "ssda903" / "fake_903.xml")
    headings = [heading.upper() for heading in SOURCES["ssda903"].tables["ssda903_episodes"].headings]
    file = tmp_path / "episodes.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        for episode in document.iter("EPISODE"):
            values = {"CHILD": episode.getparent().findtext("HEADER/CHILDID"), "PLACE": episode.findtext("PL")}
            writer.writerow([values.get(heading) or episode.findtext(heading) or "" for heading in headings])
    delivery = staged(tmp_path, "E06000015/ssda903/2018-03", file)
    with duckdb.connect() as connection:
        one, other = (
            connection.read_parquet(str(each.folder / "ssda903_episodes.parquet"))
            .project("* EXCLUDE (line)")
            .fetchall()
            for each in (as_xml, delivery)
        )
    assert one == other


def test_all_twelve_lists_are_staged_whole(tmp_path: Path) -> None:
    files = sorted((FIXTURES / "ssda903").glob("*.csv"))
    assert [file.name for file in files] == sorted(LISTS)
    delivery = staged(tmp_path, "E06000015/ssda903/2018-03", *files)
    assert reconciled(delivery) == rows_of_lists(files)
    assert (delivery.outcome, delivery.rows_refused) == ("staged", 0)
    codes = {code for _, code, _ in findings(delivery)}
    assert {code for code in codes if code.startswith("DLV")} == {"DLV-020"}


def test_a_return_given_in_both_forms_is_refused(tmp_path: Path) -> None:
    delivery = staged(tmp_path, "E06000015/ssda903/2018-03", *(FIXTURES / "ssda903").iterdir())
    assert delivery.outcome == "refused" and "DLV-016" in str(delivery.refusal)


def test_a_workforce_census_is_staged_whole(tmp_path: Path) -> None:
    file = FIXTURES / "workforce_census" / "social_work_workforce_2022.xml"
    delivery = staged(tmp_path, "E06000015/workforce_census/2022-09", file)
    assert (delivery.outcome, delivery.rows_refused) == ("staged", 0)
    assert reconciled(delivery) == elements(file, WORKFORCE)
    # Its days are made up at random.
    assert {code for _, code, _ in findings(delivery)} == {"WWRK012-IN-CALENDAR", "WWRK014-HAPPENED"}
    document: Any = etree.parse(file)
    with duckdb.connect() as connection:
        workers = connection.read_parquet(str(delivery.folder / "workforce_census_workers.parquet"))
        assert workers.aggregate("sum(cases_30), count_if(agency_worker)").fetchall() == [
            (document.xpath("sum(//Cases30)"), document.xpath("count(//CSWWWorker[AgencyWorker = 1])"))
        ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        # Its ages are headed otherwise; one need, and whether support is required, are in words of the council's own.
        ("Annex_A_2024_Jan", {"DLV-029", "AXA0410-READABLE", "AXA0608-READABLE"}),
        # Its care leavers lack four columns.
        ("annexa_example", {"DLV-014"}),
    ],
)
def test_a_workbook_of_lists_is_staged_whole(tmp_path: Path, name: str, found: set[str]) -> None:
    file = FIXTURES / "annex_a" / f"{name}.xlsx"
    delivery = staged(tmp_path, "E06000015/annex_a/2024-01", file)
    assert (delivery.outcome, delivery.rows_refused) == ("staged", 0)
    assert reconciled(delivery) == rows_of_sheets(file)
    assert {code for _, code, _ in findings(delivery)} == found


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("annex_a", "cin_census/CIN_Census_2024.xml"),
        ("ssda903", "annex_a/annexa_example.xlsx"),
        ("cin_census", "workforce_census/social_work_workforce_2022.xml"),
        ("workforce_census", "cin_census/CIN_Census_2024.xml"),
        ("ssda903", "cin_census/CIN_Census_2024.xml"),
        ("cin_census", "ssda903/fake_903.xml"),
    ],
)
def test_the_file_of_another_return_is_refused(tmp_path: Path, source: str, file: str) -> None:
    delivery = staged(tmp_path, f"E06000015/{source}/2022-09", FIXTURES / file)
    assert delivery.outcome == "refused"
    assert any(code in str(delivery.refusal) for code in ("DLV-004", "DLV-007", "DLV-010"))

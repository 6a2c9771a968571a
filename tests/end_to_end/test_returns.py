"""Returns that others published: each file is staged whole, counted by other means, or refused for what it is."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl  # type: ignore[import-untyped]
import pytest
from lxml import etree
from pydantic import SecretStr

from pipelines import storage
from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import Staged, stage
from tests.exports import KEY, SOURCES

if TYPE_CHECKING:
    from pathlib import Path

FIXTURES = PROJECT.parent / "shared" / "fixtures"
pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not beside the checkout")


def staged(folder: Path, delivery: str, *files: Path) -> Staged:
    settings = Settings(
        _env_file=None,
        inbox_url=str(folder / "inbox"),
        data_dir=folder / "data",
        pseudonym_key=SecretStr(KEY),
        duckdb_memory_limit="1GB",
    )
    inbox = folder / "inbox" / delivery
    inbox.mkdir(parents=True)
    for file in files:
        shutil.copy(file, inbox)
    landing.land(settings, Delivery.parse(delivery))
    return stage(settings, Delivery.parse(delivery))


def reconciled(told: Staged) -> dict[str, int]:
    """The rows read of each table, all of which are staged or refused."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(told.folder / "reconciliation.parquet"))
        counts = rows.project("table_name, rows_read, rows_staged, rows_refused").fetchall()
    assert all(read == good + refused for _, read, good, refused in counts)
    tables = storage.read_json(told.folder / storage.MANIFEST)["tables"]
    assert {name: table["rows"] for name, table in tables.items()} == {name: good for name, _, good, _ in counts}
    return {name: read for name, read, _, _ in counts}


def findings(told: Staged) -> set[tuple[str, str, int | None]]:
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(told.folder / "finding.parquet"))
        return set(found.project("table_name, rule_code, line").fetchall())


def elements(file: Path, paths: dict[str, str]) -> dict[str, int]:
    document: Any = etree.parse(file)
    return {table: int(document.xpath(f"count({path})")) for table, path in paths.items()}


CENSUS = {
    "cin_census_assessments": "//CINdetails/Assessments",
    "cin_census_children": "/Message/Children/Child",
    "cin_census_cin_plans": "//CINPlanDates",
    "cin_census_conferences": "//DateOfInitialCPC",
    "cin_census_cp_plans": "//ChildProtectionPlans",
    "cin_census_cp_reviews": "//CPPreviewDate",
    "cin_census_details": "//CINdetails",
    "cin_census_disabilities": "//Disability",
    "cin_census_factors": "//AssessmentFactors",
    "cin_census_return": "/Message/Header",
    "cin_census_s47": "//Section47",
}
OLD_DATES = {"CASS004", "CASS005", "CASS006", "CPLA004", "CPLA005", "CICP005", "CCPP004", "CCPP005", "CCPR004"}
OLD_DATES |= {"CDET003", "CDET006", "CSFE004", "CSFE005"}


# Those of the published rules that the three files break: docs/published_samples.md has the rows of each.
PUBLISHED_RULES = {"100", "1103", "1104", "1105", "2887Q", "2889", "4013", "4016", "4180", "8565", "8600", "8608"}
PUBLISHED_RULES |= {"8620", "8696", "8715", "8897Q", "8930"}


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
            # Its reference date was left at 2024, and it has a group of elements that no specification here knows.
            {"DLV-023", "DLV-025", "CINC-001", "CCHI008-READABLE", "CFAC004-READABLE", "CASS004-HAPPENED"}
            | PUBLISHED_RULES - {"8600"},
        ),
    ],
)
def test_a_census_is_staged_whole(tmp_path: Path, name: str, month: str, found: set[str]) -> None:
    file = FIXTURES / "cin_census" / f"{name}.xml"
    told = staged(tmp_path, f"E06000015/cin_census/{month}", file)
    assert (told.outcome, told.rows_refused) == ("staged", 0)
    assert reconciled(told) == elements(file, CENSUS)
    assert {code for _, code, _ in findings(told)} == found


def test_each_table_is_told_as_a_part_of_its_file(tmp_path: Path) -> None:
    told = staged(tmp_path, "E06000015/cin_census/2024-03", FIXTURES / "cin_census" / "CIN_Census_2024.xml")
    with duckdb.connect() as connection:
        names = connection.read_parquet(str(told.folder / "reconciliation.parquet")).project("file_name").fetchall()
    assert {name for (name,) in names} == {
        f"CIN_Census_2024.xml: {table.removeprefix('cin_census_')}" for table in CENSUS
    }


def test_a_finding_names_the_line_of_the_element(tmp_path: Path) -> None:
    file = FIXTURES / "cin_census" / "CIN_Census_2024.xml"
    told = staged(tmp_path, "E06000015/cin_census/2024-03", file)
    lines = file.read_text(encoding="utf-8").split("\n")
    starts = {
        "CASS004-HAPPENED": "<Assessments>",
        "CFAC004-READABLE": "<AssessmentFactors>RB<",
        "DLV-025": "<UPNunknown>",
    }
    for _, code, line in findings(told):
        if code in starts:
            assert lines[(line or 0) - 1].strip().startswith(starts[code]), code


RETURN = {
    "ssda903_ad1": "//HEADER[DATE_INT]",
    "ssda903_episodes": "//EPISODE",
    "ssda903_header": "//HEADER",
    "ssda903_missing": "//AMISSING",
    "ssda903_oc2": "//OC2",
    "ssda903_oc3": "//HEADER[IN_TOUCH]",
    "ssda903_placed_adoption": "//AD_PLACED",
    "ssda903_prev_perm": "//PERMANENCE",
    "ssda903_reviews": "//AREVIEW",
    "ssda903_uasc": "//HEADER[DUC]",
}


@pytest.fixture(scope="module")
def as_xml(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    file = FIXTURES / "ssda903" / "fake_903.xml"
    return staged(tmp_path_factory.mktemp("xml"), "E06000015/ssda903/2018-03", file)


def test_a_return_of_children_looked_after_is_staged_whole_from_xml(as_xml: Staged) -> None:
    assert (as_xml.outcome, as_xml.rows_refused) == ("staged", 0)
    assert reconciled(as_xml) == elements(FIXTURES / "ssda903" / "fake_903.xml", RETURN)


def test_records_of_one_line_are_told_by_their_number(as_xml: Staged) -> None:
    assert ("file 1", "DLV-026", None) in findings(as_xml)
    with duckdb.connect() as connection:
        episodes = connection.read_parquet(str(as_xml.folder / "ssda903_episodes.parquet"))
        assert episodes.project("line").fetchall() == [(number,) for number in range(1, 460)]


def test_the_xml_form_and_the_lists_have_the_same_values(tmp_path: Path, as_xml: Staged) -> None:
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
    told = staged(tmp_path, "E06000015/ssda903/2018-03", file)
    with duckdb.connect() as connection:
        one, other = (
            connection.read_parquet(str(each.folder / "ssda903_episodes.parquet"))
            .project("* EXCLUDE (line)")
            .fetchall()
            for each in (as_xml, told)
        )
    assert one == other


LISTS = {
    "DoLo.csv": "dolo",
    "ad1.csv": "ad1",
    "episodes.csv": "episodes",
    "header.csv": "header",
    "missing.csv": "missing",
    "oc2.csv": "oc2",
    "oc3.csv": "oc3",
    "placed_for_adoption.csv": "placed_adoption",
    "previous_permanence.csv": "prev_perm",
    "reviews.csv": "reviews",
    "sw_episodes.csv": "social_worker",
    "uasc.csv": "uasc",
}


def test_all_twelve_lists_are_staged_whole(tmp_path: Path) -> None:
    files = sorted((FIXTURES / "ssda903").glob("*.csv"))
    assert [file.name for file in files] == sorted(LISTS)
    told = staged(tmp_path, "E06000015/ssda903/2018-03", *files)
    counts = {}
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            counts[f"ssda903_{LISTS[file.name]}"] = sum(1 for _ in csv.DictReader(stream))
    assert reconciled(told) == counts
    assert (told.outcome, told.rows_refused) == ("staged", 0)
    codes = {code for _, code, _ in findings(told)}
    assert {code for code in codes if code.startswith("DLV")} == {"DLV-020"}


def test_a_return_given_in_both_forms_is_refused(tmp_path: Path) -> None:
    told = staged(tmp_path, "E06000015/ssda903/2018-03", *(FIXTURES / "ssda903").iterdir())
    assert told.outcome == "refused" and "DLV-016" in str(told.refusal)


WORKFORCE = {
    "workforce_census_return": "/Message/Header",
    "workforce_census_vacancies": "/Message/LALevelVacancies",
    "workforce_census_workers": "/Message/CSWWWorker",
}


def test_a_workforce_census_is_staged_whole(tmp_path: Path) -> None:
    file = FIXTURES / "workforce_census" / "social_work_workforce_2022.xml"
    told = staged(tmp_path, "E06000015/workforce_census/2022-09", file)
    assert (told.outcome, told.rows_refused) == ("staged", 0)
    assert reconciled(told) == elements(file, WORKFORCE)
    # Its days are made up at random.
    assert {code for _, code, _ in findings(told)} == {"WWRK012-IN-CALENDAR", "WWRK014-HAPPENED"}
    document: Any = etree.parse(file)
    with duckdb.connect() as connection:
        workers = connection.read_parquet(str(told.folder / "workforce_census_workers.parquet"))
        assert workers.aggregate("sum(cases_30), count_if(agency_worker)").fetchall() == [
            (document.xpath("sum(//Cases30)"), document.xpath("count(//CSWWWorker[AgencyWorker = 1])"))
        ]


LISTS_OF_ANNEX_A = (
    "contacts",
    "early_help",
    "referrals",
    "assessments",
    "s47",
    "children_in_need",
    "child_protection",
    "looked_after",
    "care_leavers",
    "adoption",
    "adopters",
)


def rows_of_sheets(file: Path) -> dict[str, int]:
    """The rows below the first of each sheet that hold anything, in the order of the lists."""
    sheets = openpyxl.load_workbook(file, read_only=True).worksheets
    counts = [sum(any(cell is not None for cell in row) for row in list(sheet.values)[1:]) for sheet in sheets]
    return dict(zip((f"annex_a_{name}" for name in LISTS_OF_ANNEX_A), counts, strict=True))


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
    told = staged(tmp_path, "E06000015/annex_a/2024-01", file)
    assert (told.outcome, told.rows_refused) == ("staged", 0)
    assert reconciled(told) == rows_of_sheets(file)
    assert {code for _, code, _ in findings(told)} == found


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
    told = staged(tmp_path, f"E06000015/{source}/2022-09", FIXTURES / file)
    assert told.outcome == "refused"
    assert any(code in str(told.refusal) for code in ("DLV-004", "DLV-007", "DLV-010"))

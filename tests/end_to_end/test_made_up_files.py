"""Returns of the made-up council: each file is staged whole, counted by other means, or refused for what it is.

What `test_returns` holds of files that others published, always held of files of the same shapes.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from lxml import etree

from pipelines.contracts.variants import of_year
from pipelines.periods import Period
from pipelines.sample import write_returns, write_sample
from tests.end_to_end.staged_files import (
    CENSUS,
    LISTS,
    WORKFORCE,
    elements,
    findings,
    reconciled,
    rows_of_lists,
    rows_of_sheets,
    staged,
)
from tests.end_to_end.test_made_up_returns import ASKED
from tests.exports import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

COUNCIL, MONTH = "X99000001", Period(2021, 2)
OF_2021 = of_year(SOURCES["cin_census"], 2021).tables
FILES = {
    "annex_a": "annex_a.xlsx",
    "cin_census": "cin_census_2021.xml",
    "workforce_census": "workforce_census_2021.xml",
    "ssda903": "ssda903_2021.xml",
}
# Each under its heading in the lists, and in the document.
OF_A_CHILD = {"CHILD": "CHILDID", "SEX": "SEX", "DOB": "DOB", "ETHNIC": "ETHNIC"}
OF_AN_EPISODE = {"PLACE": "PL"}


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("council")
    write_sample(root / "exports", seed=2024, scale=0.05, months=(MONTH,), spoilt=False)
    ssd, local = (root / "exports" / COUNCIL / source / str(MONTH) for source in ("ssd", "local"))
    write_returns(root / "inbox", MONTH, ssd=ssd, local=local)
    lists = root / "inbox" / COUNCIL / "ssda903" / str(MONTH)
    document = root / "inbox" / COUNCIL / "as_xml" / str(MONTH) / FILES["ssda903"]
    document.parent.mkdir(parents=True)
    document.write_bytes(as_document(rows_of(lists / "header.csv"), rows_of(lists / "episodes.csv")))
    return root / "inbox" / COUNCIL


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def as_document(children: list[dict[str, str]], episodes: list[dict[str, str]]) -> bytes:
    """The return in its other form, each record in a line of its own."""
    root = etree.Element("EXPSSDA903")
    for child in children:
        within = etree.SubElement(root, "CHILD")
        header = etree.SubElement(within, "HEADER")
        for heading, name in OF_A_CHILD.items():
            etree.SubElement(header, name).text = child[heading]
        for episode in (each for each in episodes if each["CHILD"] == child["CHILD"]):
            element = etree.SubElement(within, "EPISODE")
            for heading in (each for each in episode if each != "CHILD"):
                etree.SubElement(element, OF_AN_EPISODE.get(heading, heading)).text = episode[heading]
    return etree.tostring(root, pretty_print=True)


def file_of(inbox: Path, source: str) -> Path:
    folder = "as_xml" if source == "ssda903" else source
    return inbox / folder / str(MONTH) / FILES[source]


def test_the_census_is_staged_whole(tmp_path: Path, inbox: Path) -> None:
    file = file_of(inbox, "cin_census")
    delivery = staged(tmp_path, f"{COUNCIL}/cin_census/{MONTH}", file)
    counts = {table: count for table, count in elements(file, CENSUS).items() if OF_2021[table].is_of_year}
    assert (delivery.outcome, delivery.rows_refused) == ("staged", 0)
    assert {code for _, code, _ in findings(delivery)} <= ASKED["cin_census"]
    assert reconciled(delivery) == counts
    assert sum(count > 0 for count in counts.values()) >= 8


def test_a_finding_names_the_line_of_the_element(tmp_path: Path, inbox: Path) -> None:
    lines = file_of(inbox, "cin_census").read_text(encoding="utf-8").split("\n")
    date = next(number for number, line in enumerate(lines) if "<AssessmentAuthorisationDate>" in line)
    start = max(number for number, line in enumerate(lines[:date]) if line.strip() == "<Assessments>")
    lines[date] = "<AssessmentAuthorisationDate>never</AssessmentAuthorisationDate>"
    file = tmp_path / FILES["cin_census"]
    file.write_text("\n".join(lines), encoding="utf-8")
    delivery = staged(tmp_path, f"{COUNCIL}/cin_census/{MONTH}", file)
    assert ("cin_census_assessments", "CASS006-READABLE", start + 1) in findings(delivery)


def test_all_lists_are_staged_whole_and_hold_their_columns_and_codes(tmp_path: Path, inbox: Path) -> None:
    files = sorted((inbox / "ssda903" / str(MONTH)).glob("*.csv"))
    delivery = staged(tmp_path, f"{COUNCIL}/ssda903/{MONTH}", *files)
    assert (delivery.outcome, delivery.rows_refused) == ("staged", 0)
    read = reconciled(delivery)
    assert {table: read[table] for table in rows_of_lists(files)} == rows_of_lists(files)
    for file in files:
        contract = SOURCES["ssda903"].tables[f"ssda903_{LISTS.get(file.name, file.stem)}"]
        assert file.read_text(encoding="utf-8").partition("\n")[0].strip().lower().split(",") == list(contract.headings)


def test_the_xml_form_and_the_lists_have_the_same_values(tmp_path: Path, inbox: Path) -> None:
    lists = [inbox / "ssda903" / str(MONTH) / name for name in ("episodes.csv", "header.csv")]
    document = file_of(inbox, "ssda903")
    one, other = (
        staged(tmp_path / form, f"{COUNCIL}/ssda903/{MONTH}", *files)
        for form, files in (("lists", lists), ("xml", [document]))
    )
    assert reconciled(other)["ssda903_episodes"] == elements(document, {"episodes": "//EPISODE"})["episodes"] > 0
    with duckdb.connect() as connection:
        values: list[Any] = [
            connection.read_parquet(str(each.folder / "ssda903_episodes.parquet"))
            .project("* EXCLUDE (line)")
            .order("ALL")
            .fetchall()
            for each in (one, other)
        ]
    assert values[0] == values[1]


def test_a_return_given_in_both_forms_is_refused(tmp_path: Path, inbox: Path) -> None:
    lists = sorted((inbox / "ssda903" / str(MONTH)).glob("*.csv"))
    delivery = staged(tmp_path, f"{COUNCIL}/ssda903/{MONTH}", *lists, file_of(inbox, "ssda903"))
    assert delivery.outcome == "refused" and "DLV-016" in str(delivery.refusal)


def test_the_workforce_census_is_staged_whole(tmp_path: Path, inbox: Path) -> None:
    file = file_of(inbox, "workforce_census")
    delivery = staged(tmp_path, f"{COUNCIL}/workforce_census/{MONTH}", file)
    assert (delivery.outcome, delivery.rows_refused, findings(delivery)) == ("staged", 0, set())
    assert reconciled(delivery) == elements(file, WORKFORCE)
    document: Any = etree.parse(file)
    with duckdb.connect() as connection:
        workers = connection.read_parquet(str(delivery.folder / "workforce_census_workers.parquet"))
        counted = workers.aggregate("sum(cases_30), count_if(agency_worker)").fetchall()
    cases = document.xpath("sum(//Cases30[. != ''])")
    assert counted == [(cases, document.xpath("count(//CSWWWorker[AgencyWorker = 1])"))]
    assert cases > 0


def test_the_workbook_of_lists_is_staged_whole(tmp_path: Path, inbox: Path) -> None:
    file = file_of(inbox, "annex_a")
    delivery = staged(tmp_path, f"{COUNCIL}/annex_a/{MONTH}", file)
    assert (delivery.outcome, delivery.rows_refused, findings(delivery)) == ("staged", 0, set())
    assert reconciled(delivery) == rows_of_sheets(file)


@pytest.mark.parametrize(
    ("source", "of"),
    [
        ("annex_a", "cin_census"),
        ("ssda903", "annex_a"),
        ("cin_census", "workforce_census"),
        ("workforce_census", "cin_census"),
        ("ssda903", "cin_census"),
        ("cin_census", "ssda903"),
    ],
)
def test_the_file_of_another_return_is_refused(tmp_path: Path, inbox: Path, source: str, of: str) -> None:
    delivery = staged(tmp_path, f"{COUNCIL}/{source}/{MONTH}", file_of(inbox, of))
    assert delivery.outcome == "refused"
    assert any(code in str(delivery.refusal) for code in ("DLV-004", "DLV-007", "DLV-010"))

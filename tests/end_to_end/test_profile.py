"""The first look at files: what they are, what to put right or map, which KPIs they give; and nothing of it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from lxml import html

from pipelines.contracts.kpis import load_register
from pipelines.faults import Exit
from pipelines.periods import Period
from pipelines.runs import profiling
from pipelines.settings import PROJECT, Settings
from tests.command_line import run_command
from tests.dialects import NO_SUCH_ROLE
from tests.exports import SOURCES, write_ssd, write_table, write_workbook, write_xml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from subprocess import CompletedProcess

    from tests.exports import Rows

MONTH = "2021-02"
NAME = "Quibble"
REGISTER = {kpi.kpi_id for kpi in load_register(PROJECT / "sql/kpis")}
PLANS = [
    {"cppl_cp_plan_id": f"p{each}", "cppl_person_id": f"c{each}", "cppl_cp_plan_start_date": "2020-02-03"}
    for each in range(1, 5)
]
TABLES: Mapping[str, Rows] = {
    "ssd_person": [{"pers_person_id": f"c{each}", "pers_dob": "2012-05-06"} for each in range(1, 5)],
    "ssd_cp_plans": [*PLANS[:3], {**PLANS[3], "cppl_cp_plan_end_date": "2021-02-26"}],
    "ssd_involvements": [
        {"invo_involvements_id": f"i{each}", "invo_person_id": f"c{each}", "invo_professional_role_id": NO_SUCH_ROLE}
        for each in range(1, 5)
    ],
}


def look(place: Path, page: Path, *options: str) -> CompletedProcess[str]:
    data = page.parent / "data"
    done = run_command("profile", str(place), "--to", str(page), *options, DATA_DIR=str(data))
    assert not data.exists() or not list(data.iterdir()), "something of it was kept"
    return done


def part(page: Path, name: str) -> str:
    """The words of a part of the page, up to the next heading; none where there is no such part."""
    found = html.parse(str(page)).xpath(f"//h2[@id='{name}']")
    words = []
    for element in found[0].itersiblings() if found else ():
        if element.tag == "h2":
            break
        words += element.itertext()
    return re.sub(r"\s+", " ", " ".join(words))


def kpis_in(page: Path, name: str) -> dict[str, str]:
    """The words of each KPI's row, by its id, in a part of the page."""
    (heading,) = html.parse(str(page)).xpath(f"//h2[@id='{name}']")
    found = {}
    for element in heading.itersiblings():
        if element.tag == "h2":
            break
        for row in element.iter("tr"):
            kpi_id = row.xpath("string(th/code)")
            if kpi_id:
                found[kpi_id] = re.sub(r"\s+", " ", " ".join(row.itertext()))
    return found


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> tuple[CompletedProcess[str], Path]:
    """In Mosaic's headings, with roles of its own, without one table, with a column nobody knows; nothing is named."""
    root = tmp_path_factory.mktemp("profile")
    folder = write_ssd(root / "exports" / MONTH, TABLES)
    (folder / "ssd_cla_visits.csv").unlink()
    (folder / "ssd_cin_plans.csv").unlink()
    headings = SOURCES["ssd"].tables["ssd_cin_plans"].headings
    renamed = ["cin_plan_id" if heading == "cinp_cin_plan_id" else heading for heading in headings]
    write_table(folder / "ssd_cin_plans.csv", renamed, [])
    write_table(folder / "ssd_disability.csv", ["disa_table_id", "disa_person_id", "disa_disability_code", NAME], [])
    (folder / f"letter to {NAME}.docx").write_text(NAME)
    return look(folder, root / "page.html"), root / "page.html"


def test_it_says_what_the_files_are(council: tuple[CompletedProcess[str], Path]) -> None:
    done, page = council
    assert done.returncode == Exit.DONE, done.stderr
    assert "Standard Safeguarding Dataset, February 2021" in done.stdout
    assert "It looks like the export of Mosaic, version 1.3.9 to 1.4.4." in done.stdout
    assert "ssd_cin_plans.cin_plan_id" in page.read_text(encoding="utf-8")


def test_each_kpi_is_given_or_waits_for_what_it_names(council: tuple[CompletedProcess[str], Path]) -> None:
    _, page = council
    given, absent = (kpis_in(page, name) for name in ("figures", "absent"))
    assert not given.keys() & absent.keys()
    assert given.keys() | absent.keys() == REGISTER
    assert "the end of February 2021 3" in given["cpp_count"]
    assert "ssd_cla_visits (never delivered)" in absent["cla_visit_in_time"]


def test_it_says_what_to_put_right_and_what_to_map(council: tuple[CompletedProcess[str], Path]) -> None:
    done, page = council
    assert "ssd_cla_visits" in part(page, "missing")
    role = "ssd_involvements.csv invo_professional_role_id"
    assert role in part(page, "unread")
    assert "4 of 4 AA99" in part(page, "unread")
    assert "ssd_involvements,invo_professional_role_id,YOUR CODE," in part(page, "codes")
    assert "- Map codes of your own: columns, 1." in done.stdout
    assert "GATE-UNREADABLE" in part(page, "held")
    assert "cinp_cin_plan_id" in part(page, "otherwise")


def test_nothing_of_a_record_and_no_unknown_name_is_on_it(council: tuple[CompletedProcess[str], Path]) -> None:
    done, page = council
    assert "column 4" in part(page, "unknown")
    for text in (page.read_text(encoding="utf-8"), done.stdout, done.stderr):
        assert NAME not in text
        assert NO_SUCH_ROLE not in text
        assert "2012" not in text


def test_a_delivery_that_would_be_rejected_says_why_and_that_nothing_else_is_known(tmp_path: Path) -> None:
    folder = write_ssd(tmp_path / "ssd" / MONTH, TABLES)
    (folder / "ssd_person.csv").write_bytes(b"")
    done = look(folder, tmp_path / "page.html")
    assert done.returncode == Exit.DATA_REFUSED
    assert "It would be rejected as a whole: ssd_person.csv: DLV-004" in done.stdout
    assert "It would be rejected as a whole." in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert not part(tmp_path / "page.html", "figures")


def test_what_a_delivery_would_be_rejected_for_is_said_once_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "ssd_person.csv").write_text("pers_person_id,pers_sex,pers_sex\n1,M,M\n")
    look(tmp_path / "ssd_person.csv", tmp_path / "page.html")
    words = "".join(html.parse(str(tmp_path / "page.html")).xpath("//body")[0].itertext())
    assert words.count("DLV-008") == words.count("have the same heading") == 1
    assert "which system wrote it" not in words


@pytest.mark.parametrize(("month", "said"), [(None, "February 2020"), (Period(2021, 2), "February 2021")])
def test_a_delivery_is_checked_once_whether_its_month_is_given_or_found(
    tmp_path: Path, month: Period | None, said: str
) -> None:
    folder = write_ssd(tmp_path / "files", TABLES)
    done = list[str]()
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    profiling.profile(
        settings,
        folder,
        profiling.Named(source="ssd", month=month),
        tmp_path / "page.html",
        lambda step, number, _: done.append(step) if number == 0 and done[-1:] != [step] else None,
    )
    assert done.count("checking") == done.count("building") == 1
    assert said in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_return_is_known_by_its_elements_and_judged_at_the_end_of_its_year(tmp_path: Path) -> None:
    child = {"lachildid": "c1", "personbirthdate": "2012-05-06", "cinreferraldate": "2020-06-01"}
    header = {"referencedate": "2021-03-31"}
    tables: dict[str, Rows] = {"cin_census_return": [header], "cin_census_details": [child]}
    write_xml(tmp_path / "return.xml", "cin_census", tables)
    done = look(tmp_path / "return.xml", tmp_path / "page.html")
    assert "Children in need census, March 2021" in done.stdout, done.stdout + done.stderr


def test_a_workbook_of_whatever_name_may_be_the_one_that_holds_lists(tmp_path: Path) -> None:
    write_workbook(
        tmp_path / "inspection.xlsx", {"List 1": [["Unique Child ID", "Date of contact"], ["c1", "2021-02-03"]]}
    )
    done = look(tmp_path / "inspection.xlsx", tmp_path / "page.html")
    assert "Ofsted's Annex A, February 2021" in done.stdout, done.stdout + done.stderr


def test_what_cannot_be_known_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.csv").write_text("a,b\n1,2\n")
    done = look(tmp_path, tmp_path / "page.html")
    assert done.returncode == Exit.USAGE
    assert "say which with --source (annex_a, cin_census," in done.stderr
    assert NAME not in done.stderr
    (tmp_path / "empty").mkdir()
    assert "there is no file to look at" in look(tmp_path / "empty", tmp_path / "page.html").stderr


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--source", "sdd", "it is one of annex_a,"), ("--authority", "../../x", "write it as E06000015")],
)
def test_an_option_that_names_nothing_is_refused_before_anything_is_copied(
    tmp_path: Path, option: str, value: str, says: str
) -> None:
    done = look(write_ssd(tmp_path / "ssd" / MONTH, {}), tmp_path / "page.html", option, value)
    assert done.returncode == Exit.USAGE
    assert says in done.stderr


def test_rows_that_would_be_rejected_are_shown_with_their_rule_and_are_a_first_step(tmp_path: Path) -> None:
    twice = [{"pers_person_id": "c1"}, {"pers_person_id": "c1"}]
    done = look(write_ssd(tmp_path / "ssd" / MONTH, {"ssd_person": twice}), tmp_path / "page.html")
    assert "- Look at the rows that would be rejected: findings, 1." in done.stdout
    assert "UNREPEATED" in part(tmp_path / "page.html", "form")
    assert "nothing to put right" not in (tmp_path / "page.html").read_text(encoding="utf-8")

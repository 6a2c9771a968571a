"""The pages and lists of a month, made of small warehouses: what they say, where they lead, what they never hold."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines import templates as pages
from pipelines.periods import Period
from pipelines.publications import month_pages
from pipelines.snapshots import gate
from pipelines.storage import CURRENT, read_json, write_json
from pipelines.warehouse.build import build
from tests.few_kpis import settings_of_few
from tests.sql.deliveries_over_months import file_of, finding, result
from tests.staged_input import key, stage
from tests.warehouse_input import AUTHORITY, involvement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.settings import Settings

MONTH = Period.parse("2021-02")
UNREPEATED, QUERY = "CINV001A-UNREPEATED", "8675Q"
CRITICAL = {"severity": "critical", "consequence": "refuse_row"}
TEAMS = {"ssd_involvements": [involvement("Anna", "T/1", "2020-01-01"), involvement("Ben", "T2", "2020-01-01")]}


class _Page(HTMLParser):
    """What a page links to, its ids, and the tags that it opens."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append(tag)
        self.links += [attributes["href"] or ""] if "href" in attributes else []
        self.ids += [attributes["id"] or ""] if "id" in attributes else []


def of(record: str, rule: str = UNREPEATED, **others: Any) -> dict[str, Any]:
    severity = CRITICAL if rule == UNREPEATED else {}
    return finding(rule, record, child_id=record, **(severity | others))


def delivery(*findings: dict[str, Any], **others: Any) -> dict[str, Any]:
    """What staging leaves of a delivery with these findings, both rules tested on ten rows."""
    failed = {rule: sum(each["rule_code"] == rule for each in findings) for rule in (UNREPEATED, QUERY)}
    results = [
        result(UNREPEATED, failed[UNREPEATED], sentence="Given twice.", remedy="Remove one.", **CRITICAL),
        result(QUERY, failed[QUERY], sentence="Is it so?", remedy="Look."),
    ]
    return {"findings": list(findings), "rule_results": results, "reconciliation": [file_of(10)]} | others


def staged(folder: Path, authority: str = AUTHORITY, **by_month: dict[str, Any]) -> Settings:
    """Deliveries of one authority, ``m01`` being January's."""
    settings = settings_of_few(folder)
    for name, left in by_month.items():
        stage(settings.staging, f"{authority}/ssd/2021-{name[1:]}", TEAMS, **left)
    return settings


def copied(settings: Settings, folder: Path) -> Settings:
    shutil.copytree(settings.data_dir, folder / "data")
    return settings_of_few(folder)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def words(page: str) -> str:
    """What a person reads, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<(style|svg)[^>]*>.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two months: Anna's finding goes on, Ben's is new, Carla's is resolved; a query in eleven hundred rows."""
    many = [of(f"record {number}", QUERY) for number in range(220)]
    made = staged(
        tmp_path_factory.mktemp("months"),
        m01=delivery(of("Anna"), of("Carla")),
        m02=delivery(of("Anna"), of("Ben"), of("Anna", QUERY, team_code="T2"), *many),
    )
    build(made, MONTH)
    month_pages.write(made, MONTH)
    return made


@pytest.fixture(scope="module")
def folder(settings: Settings) -> Path:
    return month_pages.folder_of(settings, MONTH)


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "index.html").read_text(encoding="utf-8")


def test_the_verdict_comes_first_and_the_sections_in_their_order(page: str) -> None:
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert headings == [
        "What was rejected",
        "Most affected",
        "Who has to act",
        "How this month compares",
        "What changed in what was delivered",
        "All rules that were broken",
        "Deliveries",
    ]
    assert page.index('<p class="words">') < page.index("<h2")


def test_new_findings_those_that_went_on_and_the_resolved_are_counted(page: str) -> None:
    tiles = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)<small>", page))
    assert tiles == {"Rows rejected": "0", "New findings": "222", "Ongoing": "1", "Resolved": "1"}


def test_what_refuses_costs_more_than_what_is_only_frequent(page: str) -> None:
    most_affected = page[page.index('id="most_affected"') : page.index('id="teams"')]
    assert most_affected.index("Given twice.") < most_affected.index("Is it so?")
    assert "rules/8675Q.html" in most_affected


def test_each_team_has_its_share_and_its_list(page: str, folder: Path) -> None:
    teams = words(page[page.index('id="teams"') : page.index('id="compared"')])
    assert re.search(r"unallocated \(no team holds it\) 220 98\.7%", teams)
    assert re.search(r"T2 2 0\.9%", teams)
    with (folder / "work_lists" / "T2.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["How urgent"], row["What is wrong"], row["Since"], row["Days open"]) for row in rows] == [
        ("Row rejected", "Given twice.", "2021-02", "0"),
        ("Warning", "Is it so?", "2021-02", "0"),
    ]
    assert (folder / "work_lists" / "T-1.xlsx").exists()


def test_every_open_finding_is_in_one_list_and_no_resolved_one(folder: Path) -> None:
    lists = sorted((folder / "work_lists").glob("*.csv"))
    rows = [line for file in lists for line in file.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert len(rows) == 223


def test_what_two_sources_disagree_about_shows_the_record_of_each(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path)
    started = dt.date(2021, 1, 4)
    ours = {"cppl_cp_plan_id": "ours", "cppl_person_id": "Anna", "cppl_cp_plan_start_date": started}
    theirs = {"cp_plan_key": "theirs", "lachildid": "Anna", "cpp_start_date": started, "cpp_end_date": started}
    stage(settings.staging, f"{AUTHORITY}/ssd/2021-02", TEAMS | {"ssd_cp_plans": [{}, ours]})
    stage(settings.staging, f"{AUTHORITY}/cin_census/2021-02", {"cin_census_cp_plans": [{}, {}, theirs]})
    build(settings, MONTH)
    month_pages.write(settings, MONTH)
    folder = month_pages.folder_of(settings, MONTH)
    beside = f"line 4, {str(key('theirs'))[:13]}"
    text = words((folder / "rules" / "SRC-001.html").read_text(encoding="utf-8"))
    assert re.search(
        rf"ssd_cp_plans.csv 3 cppl_cp_plan_end_date {str(key('ours'))[:13]} {str(key('Anna'))[:13]} \S+, {beside} T/1 ",
        text,
    )
    with (folder / "work_lists" / "T-1.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["Rule"], row["Line"]) == ("SRC-001", "3")
    assert row["Other source's record"].endswith(beside)


def test_a_rules_page_shows_rows_by_line_and_pseudonym_and_says_how_many_more_there_are(folder: Path) -> None:
    text = words((folder / "rules" / "8675Q.html").read_text(encoding="utf-8"))
    assert "The first 200 are here; 21 more are in the work lists" in text
    other = words((folder / "rules" / f"{UNREPEATED}.html").read_text(encoding="utf-8"))
    assert f"{str(key('Anna'))[:13]}" in other
    assert "T/1 Ongoing 2021-01 28" in other
    assert "T2 New 2021-02 0" in other


def test_no_page_and_no_list_holds_a_whole_key(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.suffix in {".html", ".csv"}:
            assert str(key("Anna")) not in file.read_text(encoding="utf-8")


def test_every_link_leads_somewhere_within_the_pages(settings: Settings, folder: Path) -> None:
    validation = settings.reports / "validation"
    put_down_delivery_pages(settings)
    for file in (validation / "index.html", *folder.rglob("*.html")):
        page = _Page(file.read_text(encoding="utf-8"))
        assert len(page.ids) == len(set(page.ids)), file
        for link in page.links:
            path, _, part = link.partition("#")
            target = (file.parent / path).resolve() if path else file
            assert target.is_file() and validation.resolve() in target.parents, f"{file}: {link}"
            assert not part or part in _Page(target.read_text(encoding="utf-8")).ids, f"{file}: {link}"


def put_down_delivery_pages(settings: Settings) -> None:
    """Staging writes them; the deliveries of these tests were put down without."""
    for pointer in settings.staging.glob("*/authority=*/month=*/newest.json"):
        manifest = read_json(pointer.parent / read_json(pointer)["folder"] / "manifest.json")
        place = f"{manifest['authority_code']}/{manifest['source']}/{manifest['month']}"
        target = settings.reports / "validation" / place / read_json(pointer)["folder"]
        target.mkdir(parents=True, exist_ok=True)
        (target / "index.html").write_text("<!doctype html>", encoding="utf-8")


def test_great_expectations_own_pages_are_led_to_where_there_are_any(settings: Settings, tmp_path: Path) -> None:
    made = copied(settings, tmp_path)
    version = made.reports / "validation" / f"{AUTHORITY}/ssd/2021-02/v0001-000000000000"
    every_check = version / "great_expectations" / "index.html"
    rule = month_pages.folder_of(made, MONTH) / "rules" / f"{UNREPEATED}.html"

    def links() -> list[Path]:
        return [(rule.parent / link).resolve() for link in _Page(text_of(rule)).links]

    of_table = every_check.with_name("index.html#ssd_cin_visits").resolve()
    assert of_table not in links()
    every_check.parent.mkdir(parents=True)
    every_check.touch()
    month_pages.write(made, MONTH)
    assert of_table in links()


def test_the_same_month_again_gives_the_same_bytes(settings: Settings, folder: Path) -> None:
    before = {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    month_pages.write(settings, MONTH)
    again = {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert again == before


def test_nothing_on_a_page_asks_anything_of_any_other_place(folder: Path) -> None:
    for file in folder.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        tags = _Page(text).tags
        assert not {"link", "img", "iframe", "form"} & set(tags) and tags.count("script") == 1
        assert "http" not in text and "url(" not in text and "src=" not in text


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two months without a finding."""
    made = staged(tmp_path_factory.mktemp("clean"), m01=delivery(), m02=delivery())
    build(made, MONTH)
    return made


def test_a_month_without_a_finding_says_so(clean: Settings, tmp_path: Path) -> None:
    page = words(text_of(month_pages.write(copied(clean, tmp_path), MONTH)))
    for sentence in (
        "Nothing. Every row that was delivered is used.",
        "Nothing. Every rule passed.",
        "Nobody: no finding is open.",
        "Nothing beyond what is usual.",
    ):
        assert sentence in page


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of four authorities: one with a finding, one without, one refused, and one still to come."""
    folder = tmp_path_factory.mktemp("several")
    staged(folder, m02=delivery(of("Anna")))
    staged(folder, "E06000016", m02=delivery())
    refused = {"status": "refused", "rule_results": [], "findings": []}
    staged(folder, "E06000017", m01=delivery(of("Anna")), m02=refused)
    made = staged(folder, "E06000018", m01=delivery())
    build(made, MONTH)
    put_down_delivery_pages(made)
    return month_pages.write(made, MONTH).parent


def test_several_authorities_have_a_page_each_and_one_that_lists_them(several: Path) -> None:
    authorities = [f"E060000{number}/index.html" for number in (15, 16, 17, 18)]
    assert _Page(text_of(several / "index.html")).links == ["../index.html", *authorities]
    for file in several.rglob("*.html"):
        for link in _Page(text_of(file)).links:
            assert not link.partition("#")[0] or (file.parent / link.partition("#")[0]).is_file(), f"{file}: {link}"
    assert "Given twice." in words(text_of(several / "E06000015/index.html"))
    assert "Given twice." not in words(text_of(several / "E06000016/index.html"))


def test_a_refused_delivery_is_in_the_verdict_with_its_reason(several: Path) -> None:
    page = words(text_of(several / "E06000017/index.html"))
    assert "February 2021 is held: " in page
    assert "Standard Safeguarding Dataset, February 2021. It was refused. Nothing of it is used." in page


def test_a_late_delivery_is_in_the_verdict_and_among_what_changed(several: Path) -> None:
    page = words(text_of(several / "E06000018/index.html"))
    assert "Not come yet: Standard Safeguarding Dataset (2021-02 was due on 4 March 2021)" in page
    assert "A delivery that was due has not come." in page


@pytest.fixture
def judged(clean: Settings, tmp_path: Path) -> Callable[..., Settings]:
    """A month that was built, with conditions of its gate that hold or do not."""

    def put_conditions(*holds: bool) -> Settings:
        made = copied(clean, tmp_path)
        [file] = (made.warehouse / str(MONTH)).glob("*.duckdb")
        with duckdb.connect(str(file)) as warehouse:
            warehouse.execute("DELETE FROM snapshots.gate")
            for number, each in enumerate(holds):
                row = [AUTHORITY, str(MONTH), f"GATE-{number}", f"Condition {number}.", each, None if each else "no."]
                warehouse.execute("INSERT INTO snapshots.gate VALUES (?, ?, ?, ?, ?, ?)", row)
        taken_for_whole(made)
        return made

    return put_conditions


def taken_for_whole(settings: Settings) -> None:
    """As if the build had left the warehouse as it is now."""
    pointer = settings.warehouse / str(MONTH) / CURRENT
    current = read_json(pointer)
    write_json(pointer, {**current, "bytes": pointer.with_name(current["file"]).stat().st_size})


def verdict_of(settings: Settings) -> str:
    text = words(month_pages.write(settings, MONTH).read_text(encoding="utf-8"))
    return text[: text.index("What was rejected")]


def test_an_open_gate_is_said_to_be_open(judged: Callable[..., Settings]) -> None:
    said = verdict_of(judged(True, True))
    assert "February 2021 is ready to publish. Every condition of the gate is met." in said
    assert "held" not in said


def test_a_held_month_says_so_first_and_what_is_not_so(judged: Callable[..., Settings]) -> None:
    said = verdict_of(judged(False, True))
    assert "February 2021 is held: its figures are published only if somebody approves them." in said
    assert "Condition 0. Not so: no." in said
    assert "Condition 1. So it is." in said


def test_a_month_that_another_authority_holds_says_that_it_is_not_this_one(judged: Callable[..., Settings]) -> None:
    settings = judged(True)
    [file] = (settings.warehouse / str(MONTH)).glob("*.duckdb")
    with duckdb.connect(str(file)) as warehouse:
        row = ["E06000016", str(MONTH), "GATE-0", "Condition 0.", False, "no."]
        warehouse.execute("INSERT INTO snapshots.gate VALUES (?, ?, ?, ?, ?, ?)", row)
    taken_for_whole(settings)
    said = verdict_of(settings)
    assert "February 2021 is held, but not by this authority." in said
    assert "Not so" not in said


def test_a_held_month_that_was_approved_says_by_whom_when_and_why(judged: Callable[..., Settings]) -> None:
    settings = judged(False)
    at = dt.datetime(2021, 3, 9, 10, tzinfo=dt.UTC)
    gate.approve(settings, MONTH, digest=gate.judge(settings, MONTH).digest, by="A <b>", at=at, why="It is late.")
    page = month_pages.write(settings, MONTH).read_text(encoding="utf-8")
    assert "February 2021 was held, and may be published: A &lt;b&gt; approved it." in words(page)
    assert "2021-03-09T10:00:00Z: It is late." in words(page)


def test_a_month_whose_last_build_a_check_stopped_is_not_described_by_the_build_before(
    settings: Settings, tmp_path: Path
) -> None:
    made = copied(settings, tmp_path)
    results = [{"sentence": "the sums agree", "consequence": "stop", "rows_failed": 3}]
    write_json(made.warehouse / str(MONTH) / "failed.json", {"checks": results})
    page = words(text_of(month_pages.write(made, MONTH)))
    assert "A check stopped the last build." in page and "the sums agree: not so in 3 rows." in page
    assert "Given twice." not in page


def test_a_month_that_could_not_be_built_says_why_and_lists_what_came(tmp_path: Path) -> None:
    settings = staged(tmp_path, m01=delivery(), m02=delivery(of("Anna")))
    results = [
        {"sentence": "the sums agree", "consequence": "stop", "rows_failed": 3},
        {"sentence": "the days are there", "consequence": "stop", "rows_failed": 0},
        {"sentence": "teams are known", "consequence": "warn", "rows_failed": 1},
    ]
    write_json(settings.warehouse / str(MONTH) / "failed.json", {"checks": results})
    page = month_pages.write_unbuilt(settings, MONTH, "The build failed.").read_text(encoding="utf-8")
    assert "No figures of this month could be made. The build failed." in words(page)
    assert "the sums agree: not so in 3 rows." in words(page)
    assert "the days are there" not in page and "teams are known" not in page
    assert _Page(page).links == ["../index.html", f"../{AUTHORITY}/ssd/2021-02/v0001-000000000000/index.html"]


def test_a_month_without_a_warehouse_has_a_page_too(tmp_path: Path) -> None:
    page = text_of(month_pages.write(staged(tmp_path, m02=delivery()), MONTH))
    assert "There is no warehouse of this month." in words(page)


def test_the_list_of_all_begins_with_the_newest_month(settings: Settings, tmp_path: Path) -> None:
    made = copied(settings, tmp_path)
    month_pages.write(made, MONTH.plus(-1))
    links = _Page(text_of(made.reports / "validation" / "index.html")).links
    assert links[:2] == ["2021-02/index.html", "2021-01/index.html"]


def test_what_a_name_or_sentence_holds_is_text_and_never_markup() -> None:
    template = pages.template("unbuilt.html")
    assert "&lt;script&gt;" in template.render(month="February 2021", problem="<script>", checks=[], deliveries=[])

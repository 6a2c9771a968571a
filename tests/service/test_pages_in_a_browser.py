"""The pages in a real browser without a network, the reports too: nothing is missing, and nobody is shut out.

Pictures of pages that are one of a kind, as a desk, a telephone and (of the reports) a printer show them, are left in
``.screenshots``.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from pipelines.sample import write_sample
from pipelines.settings import PROJECT
from tests.command_line import run_command
from tests.exports import KEY
from tests.service.servers import debian, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.service

SCREENSHOTS = PROJECT / ".screenshots"
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # It would ask for the stylesheet once more, by a way that is closed to files.
    "preload": False,
}
WIDTHS = {"telephone": 390, "desk at 200 per cent": 640, "desk": 1280}
PRINTER = 720
MOST_PAGES, SMALLEST_TEXT = 3, 12
# A page a KPI, a rule or a table, all of one template each: some are looked at, the longest of them among others.
LIKE_ONE_ANOTHER = {"expectations", "figures", "kpi", "rules", "validations"}
LOOKED_AT = {"index", "icpc_15wd", "cla_count", "sin_count"}
LONGEST = 2
PICTURED = ("telephone", "desk")

VISIBLE_STOPS = """() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
    .filter(each => each.checkVisibility() && !each.disabled).length"""
# The stop is marked, so that reaching it twice counts once.
STOP = """() => {
    const stop = document.activeElement;
    if (stop === document.body || stop === document.documentElement) return null;
    const isNew = !stop.hasAttribute("data-reached");
    stop.setAttribute("data-reached", "");
    const style = getComputedStyle(stop);
    return {isNew, isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0};
}"""
# Of the charts that are drawn: what is written in them, in pixels of the screen.
SMALLEST = """() => {
    const sizes = [...document.querySelectorAll("svg text")].filter(each => each.checkVisibility()).map(each =>
        parseFloat(getComputedStyle(each).fontSize) * each.getScreenCTM().a);
    return sizes.length ? Math.min(...sizes) : null;
}"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class PageVisit:
    """What the browser met on a page."""

    page: str
    requests: tuple[str, ...]
    failed: tuple[str, ...]
    said: tuple[str, ...]
    violations: tuple[str, ...]
    stops: int
    reached: int
    unseen: int
    too_wide: dict[str, int]
    smallest_text: float | None
    printed_pages: int | None


class _References(HTMLParser):
    """The attributes by which a page asks for something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "srcset", "action", "poster"}]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all pages: the sample's, with its reports, and those of a delivery that was refused."""
    root = tmp_path_factory.mktemp("council")
    write_sample(root / "inbox", scale=0.02)
    # The pages of its tables in January are those of February again; the local tables keep a month before.
    shutil.rmtree(root / "inbox" / "X99000001" / "ssd" / "2021-01")
    refused = root / "inbox" / "E06000015" / "survey" / "2021-02"
    refused.mkdir(parents=True)
    (refused / "invited.csv").write_bytes(b"survey_date,invited\n2021-02-01,\x00\n")
    environment = {"INBOX_URL": str(root / "inbox"), "DATA_DIR": str(root / "data"), "PSEUDONYM_KEY": KEY}
    done = run_command("run", "2021-02", **environment)
    assert done.returncode == 3, done.stderr
    for source in ("local", "ssd", "survey"):
        assert run_command("data-docs", f"X99000001/{source}/2021-02", **environment).returncode == 0
    reports = root / "data" / "reports"
    looked_at = root / "inbox" / "X99000001" / "ssd" / "2021-02"
    assert run_command("profile", str(looked_at), "--to", str(reports / "profile.html"), **environment).returncode == 0
    return reports


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, with a proxy that nobody answers at: what is not a file cannot be had."""
    chromium = debian("chromium", lambda: shutil.which("chromium"))
    (nobody,) = free_ports(1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
            proxy={"server": f"http://127.0.0.1:{nobody}", "bypass": ""},
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visits(pages: Path, browser: Browser) -> list[PageVisit]:
    by_folder = defaultdict(list)
    for file in sorted(pages.rglob("*.html")):
        by_folder[_folder(file)].append(file)
    files = [file for folder, held in by_folder.items() for file in _to_look_at(folder, held)]
    assert len(files) > 50
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    return [_visit(browser, pages, file) for file in files]


def _folder(file: Path) -> Path:
    """Great Expectations gives what it found in a table a folder of its own."""
    return next((each for each in file.parents if each.name == "validations"), file.parent)


def _to_look_at(folder: Path, held: list[Path]) -> list[Path]:
    if folder.name not in LIKE_ONE_ANOTHER:
        return held
    longest = sorted(held, key=lambda file: file.stat().st_size)[-LONGEST:]
    return [file for file in held if file in longest or file.stem in LOOKED_AT]


def _visit(browser: Browser, pages: Path, file: Path) -> PageVisit:
    name = file.relative_to(pages).as_posix()
    context = browser.new_context(viewport={"width": WIDTHS["desk"], "height": 900})
    page = context.new_page()
    requests: list[str] = []
    failed: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri(), wait_until="load")
    stops = int(page.evaluate(VISIBLE_STOPS))
    found = _tabbed_through(page)
    violations = _violations(page)
    too_wide = {}
    for what, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        too_wide[what] = int(page.evaluate(TOO_WIDE))
        if what in PICTURED and _folder(file).name not in LIKE_ONE_ANOTHER:
            picture = SCREENSHOTS / str(width) / f"{name.replace('/', '_')}.png"
            page.screenshot(path=picture, full_page=True)
    page.set_viewport_size({"width": WIDTHS["telephone"], "height": 900})
    smallest_text = page.evaluate(SMALLEST)
    printed_pages = None
    if name.endswith("report.html"):
        page.set_viewport_size({"width": PRINTER, "height": 900})
        page.emulate_media(media="print")
        page.screenshot(path=SCREENSHOTS / "print" / f"{name.replace('/', '_')}.png", full_page=True)
        printed = page.pdf(
            path=SCREENSHOTS / "print" / f"{name.replace('/', '_')}.pdf", format="A4", prefer_css_page_size=True
        )
        printed_pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    context.close()
    return PageVisit(
        page=name,
        requests=tuple(requests),
        failed=tuple(failed),
        said=tuple(said),
        violations=violations,
        stops=stops,
        reached=sum(stop["isNew"] for stop in found),
        unseen=sum(not stop["isSeen"] for stop in found),
        too_wide=too_wide,
        smallest_text=smallest_text,
        printed_pages=printed_pages,
    )


def _tabbed_through(page: Page) -> list[dict[str, bool]]:
    """Where the tabulator key leads, until it leaves the page or comes back."""
    found: list[dict[str, bool]] = []
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or not stop["isNew"]:
            return found
        found.append(stop)


def _violations(page: Page) -> tuple[str, ...]:
    result: dict[str, Any] = Axe().run(page, options=WCAG).response
    return tuple(f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in result["violations"])


def test_every_page_opens_with_no_failed_request_and_nothing_from_elsewhere(visits: list[PageVisit]) -> None:
    assert {visit.page: visit.failed for visit in visits if visit.failed} == {}
    elsewhere = [url for visit in visits for url in visit.requests if not url.startswith(("file:", "data:"))]
    assert elsewhere == []
    assert {visit.page: visit.said for visit in visits if visit.said} == {}
    dressed = [visit for visit in visits if any(url.endswith(".css") for url in visit.requests)]
    assert {visit.page for visit in dressed} == {visit.page for visit in visits if "great_expectations" in visit.page}


def test_the_reports_and_the_way_to_them_are_among_the_pages(visits: list[PageVisit]) -> None:
    reports = {f"X99000001/snapshots/2021-02/v0001/{edition}report.html" for edition in ("", "public/")}
    assert {"index.html", "X99000001/index.html", "X99000001/validation/index.html"} | reports <= {
        visit.page for visit in visits
    }
    for report in sorted(reports):
        for folder, kind in (("1280", "png"), ("390", "png"), ("print", "png"), ("print", "pdf")):
            assert (SCREENSHOTS / folder / f"{report.replace('/', '_')}.{kind}").stat().st_size > 10_000


def test_the_network_is_really_blocked(browser: Browser) -> None:
    page = browser.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.set_content("<img src='http://127.0.0.1:9/picture.png'>", wait_until="load")
    assert failed == ["http://127.0.0.1:9/picture.png"]
    page.close()


def test_no_page_names_another_place(pages: Path) -> None:
    for file in sorted(pages.rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        references = _References()
        references.feed(text)
        assert [each for each in references.found if "//" in each or ":" in each.removeprefix("data:,")] == [], file
        assert "://" not in text and "src=" not in text, file
        assert text.count("<script") == (0 if "great_expectations" in file.parts else 1), file
    styles = "".join(file.read_text(encoding="utf-8") for file in pages.rglob("*.css"))
    assert "url(" in styles and "@import" not in styles
    assert {each[:5] for each in styles.replace('url("', "url(").split("url(")[1:]} == {"data:"}


def test_every_link_leads_to_a_page(pages: Path) -> None:
    for file in sorted(pages.rglob("*.html")):
        references = _References()
        references.feed(file.read_text(encoding="utf-8"))
        targets = {each.partition("#")[0] for each in references.found if not each.startswith("data:")} - {""}
        assert [target for target in targets if not (file.parent / target).is_file()] == [], file


def test_no_page_breaks_a_rule_of_wcag_2_2_aa(visits: list[PageVisit]) -> None:
    assert {visit.page: visit.violations for visit in visits if visit.violations} == {}


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visits: list[PageVisit]) -> None:
    assert {visit.page: (visit.stops, visit.reached) for visit in visits if visit.stops != visit.reached} == {}
    assert {visit.page: visit.unseen for visit in visits if visit.unseen} == {}
    assert sum(visit.stops for visit in visits) > len(visits)


def test_nothing_has_to_be_scrolled_sideways(visits: list[PageVisit]) -> None:
    assert {visit.page: visit.too_wide for visit in visits if any(visit.too_wide.values())} == {}


def test_the_committee_gets_three_pages_at_the_most(visits: list[PageVisit]) -> None:
    printed = {visit.page: visit.printed_pages for visit in visits if visit.printed_pages is not None}
    assert len(printed) == 2 and all(1 <= pages <= MOST_PAGES for pages in printed.values()), printed


def test_what_is_written_in_a_chart_can_be_read_on_a_telephone(visits: list[PageVisit]) -> None:
    sizes = {visit.page: visit.smallest_text for visit in visits if visit.smallest_text is not None}
    assert len(sizes) > 5
    assert {page: size for page, size in sizes.items() if size < SMALLEST_TEXT} == {}


def test_three_clicks_lead_to_why_a_figure_is_red_to_its_records_and_rules_and_to_what_is_due(
    pages: Path, browser: Browser
) -> None:
    """As somebody who has never seen the pages: by what the links say, from the front page each time."""
    front, page = (pages / "X99000001/index.html").as_uri(), browser.new_page()
    page.goto(front)
    red = page.locator("section[aria-labelledby^=scorecard] tbody tr", has_text="Red").first
    title = red.locator("th").inner_text()
    red.locator("th a").click()
    assert page.get_by_role("heading", name="Why it is red").is_visible()
    assert page.get_by_role("heading", name="Teams").is_visible() and page.locator("table", has_text="T0").count()
    page.goto(front)
    page.get_by_role("link", name=f"Records and rules of {title}").click()
    assert page.get_by_role("heading", name=f"{title}: the data behind it").is_visible()
    assert page.locator("table", has_text="Records of the headline figure").locator("tbody tr").count() > 0
    rules = page.get_by_role("table", name="Rules broken in the tables")
    rules.get_by_role("link").first.click()
    assert page.get_by_role("heading", name="Figures that it touches").is_visible()
    assert page.get_by_role("link", name=title).count()
    page.goto(front)
    page.get_by_role("link", name="Due and late").first.click()
    assert page.get_by_role("heading", name="Due in the next 5 working days").is_visible()
    page.close()


def test_a_long_table_can_be_searched_and_is_whole_without_a_script(pages: Path, browser: Browser) -> None:
    rows = "section[aria-labelledby^=scorecard] tbody tr"
    page = browser.new_page()
    page.goto((pages / "X99000001/index.html").as_uri())
    all_rows = page.locator(rows).count()
    page.get_by_label("Show only rows with").first.fill("conferences red")
    shown = page.locator(rows).filter(visible=True)
    assert 0 < shown.count() < all_rows and "conferences" in shown.first.inner_text()
    page.close()
    without = browser.new_context(java_script_enabled=False).new_page()
    without.goto((pages / "X99000001/index.html").as_uri())
    assert without.locator(rows).filter(visible=True).count() == all_rows > 30
    assert without.get_by_label("Show only rows with").count() == 0
    without.close()


def test_only_what_failed_can_be_shown(pages: Path, browser: Browser) -> None:
    (file,) = pages.glob(
        "X99000001/validation/X99000001/survey/2021-02/*/great_expectations/validations/survey_responses/**/*.html"
    )
    page = browser.new_page()
    page.goto(file.as_uri())
    passed, failed = page.locator("td .fa-check-circle"), page.locator("td .fa-times")
    assert passed.first.is_visible() and failed.first.is_visible()
    page.get_by_label("Show only what failed").check()
    assert not passed.filter(visible=True).count()
    assert failed.filter(visible=True).count() == failed.count() > 0
    page.close()

"""What the committee reads of small editions: what needs attention, every figure in a table, the council's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import docx
import pytest

from pipelines.snapshots import report
from pipelines.snapshots.report import kpi_pages
from tests.reports import Read, read_page, read_word
from tests.unit.report.editions import AUTHORITY, MONTH, change, kpi, points, put, score, window, written

if TYPE_CHECKING:
    from pathlib import Path

CAPTION = (
    "Every figure: what happens in September 2020 to February 2021, what stands at the end of February 2021. "
    "Better and worse are said of what is more than chance."
)


def committee(folder: Path, *, public: bool = False, **tables: list[dict[str, Any]]) -> Read:
    """The page that a committee reads."""
    return read_page(written(put(folder, public=public, **tables), public=public).with_name(report.PAGE))


def team(code: str, position: str, value: float = 40.0) -> dict[str, Any]:
    shared = {"authority_code": AUTHORITY, "reporting_month": MONTH, "kpi_id": "visits", "among": "teams", "units": 5}
    limits = {"lower_95": 50, "upper_95": 70, "lower_998": 45, "upper_998": 75}
    figures = {"numerator": value, "denominator": 100, "value": value, "centre": 60.0}
    return {**shared, **limits, **figures, "team_code": code, "position": position}


def test_a_row_has_the_figure_its_parts_its_target_and_what_it_was(tmp_path: Path) -> None:
    row = window("visits", 60, numerator=1456, denominator=2425, target=85, rag="red")
    worse = change("visits", 60, 70, comparator="same_month_last_year", is_beyond_chance=True)
    last_month = change("visits", 60, 59.5, comparator="last_month", base_month="2021-01")
    page = committee(
        tmp_path,
        kpi=[kpi("visits")],
        kpi_window=[row],
        kpi_change=[worse, last_month],
        kpi_chart=points("visits", 1, 2),
    )
    headings, group, figures = page.tables[CAPTION]
    assert headings[:4] == ("Measure", "Figure", "Of", "Target") and group == ("Timeliness",)
    minus = "\N{MINUS SIGN}"
    assert figures[:6] == ("Visits", "60.0%", "1,456 of 2,425", "85 ■ Red", "+0.5", f"70.0%: {minus}10 worse")


def test_what_is_hidden_is_its_symbol_there_too(tmp_path: Path) -> None:
    hidden = {"numerator": None, "value_rounded": None, "numerator_symbol": "c", "value_rounded_symbol": "c"}
    rows = [window("visits", None, value_symbol="c", **hidden)]
    page = committee(tmp_path, public=True, kpi=[kpi("visits")], kpi_window=rows)
    assert page.tables[CAPTION][2][1:3] == ("[c]", "[c] of 100")


@pytest.mark.parametrize(
    ("direction", "limits", "is_missed"),
    [
        ("higher_is_better", {"lower": 50.0, "upper": 84.9}, True),
        ("higher_is_better", {"lower": 50.0, "upper": 85.0}, False),
        ("lower_is_better", {"lower": 85.1, "upper": 99.0}, True),
        ("lower_is_better", {"lower": 85.0, "upper": 99.0}, False),
        ("higher_is_better", {}, False),
    ],
    ids=["below", "touches", "above", "touches from above", "without limits"],
)
def test_a_target_is_missed_by_more_than_chance_where_the_limits_leave_it_out(
    tmp_path: Path, direction: str, limits: dict[str, float], is_missed: bool
) -> None:
    row = window("visits", 60, target=85, rag="red", **limits)
    words = committee(tmp_path, kpi=[kpi("visits", direction=direction)], kpi_window=[row]).words
    assert ("Targets missed by more than chance: Visits, 60.0% (target 85)." in words) == is_missed


@pytest.mark.parametrize("is_beyond_chance", [True, False, None])
def test_a_change_needs_attention_where_chance_does_not_explain_it(
    tmp_path: Path, is_beyond_chance: bool | None
) -> None:
    moved = change("visits", 60, 70, is_beyond_chance=is_beyond_chance)
    words = committee(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)], kpi_change=[moved]).words
    said = "Changed on a year before by more than chance. Worse: Visits, 60.0% from 70.0%."
    assert (said in words) == bool(is_beyond_chance)


@pytest.mark.parametrize(
    ("position", "is_named"), [("below 99.8%", True), ("below 95%", False), ("above 99.8%", False), ("within", False)]
)
def test_a_team_needs_attention_where_it_is_far_from_the_others_on_the_bad_side(
    tmp_path: Path, position: str, is_named: bool
) -> None:
    tables = {"kpi": [kpi("visits")], "kpi_window": [window("visits", 60)], "kpi_funnel": [team("T05", position)]}
    names = [{"authority_code": AUTHORITY, "team_code": "T05", "team_name": "East"}]
    words = committee(tmp_path, **tables, team=names).words
    assert ("East (T05), Visits, 40.0% (all teams 60.0%)." in words) == is_named


def test_babies_not_seen_come_before_all_other_children(tmp_path: Path) -> None:
    ids = ("cla_visit_snapshot", "baby_direct_visit")
    rows = [window(each, 76, numerator=38, denominator=50, window_months=1, first_month=MONTH) for each in ids]
    words = committee(tmp_path, kpi=[kpi(each) for each in ids], kpi_window=rows).words
    assert (
        "At the end of February 2021 12 of 50 babies under one were not seen in person in date; "
        "12 of 50 looked-after children had no visit in date."
    ) in words


def test_nothing_needs_attention_where_nothing_does(tmp_path: Path) -> None:
    words = committee(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)]).words
    assert "Nothing: no target is missed, and nothing changed, by more than chance." in words


def test_there_are_at_most_five_sentences_and_each_names_three_at_most(tmp_path: Path) -> None:
    ids = [f"visits {number}" for number in range(5)]
    rows = [window(each, 60, target=85, rag="red", lower=50.0, upper=70.0) for each in ids]
    page = written(put(tmp_path, kpi=[kpi(each) for each in ids], kpi_window=rows)).with_name(report.PAGE)
    text = page.read_text("utf-8")
    section = text[text.index('class="attention"') : text.index('class="figures"')]
    assert section.count("<li>") == 1 and "; and 2 more." in section


def said_by_council(kind: str, words: str, **others: Any) -> dict[str, Any]:
    shared = {"authority_code": AUTHORITY, "reporting_month": MONTH, "kind": kind, "words": words}
    return {**shared, "position": 1, **others}


def test_the_councils_words_stand_beside_the_figure_they_are_about_and_are_marked_as_its_own(tmp_path: Path) -> None:
    words = [
        said_by_council("action", "Go through the list.", subject="visits", owner="Head", due_date="2021-04-30"),
        said_by_council("recommendation", "To note it.", position=2),
        said_by_council("sign_off", "Legal", position=3, owner="Head of legal", due_date="2021-03-17"),
    ]
    page = committee(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)], commentary=words)
    said = page.tables["Commentary and actions, as the council wrote them"][1]
    assert said == ("Visits", "60.0%, 60 of 100", "Action: Go through the list.", "Head", "30 April 2021")
    assert page.tables["Signed off"][1] == ("Legal", "Head of legal", "17 March 2021")
    assert "In the council's own words Recommendations To note it." in page.words


def test_where_no_words_were_delivered_word_has_a_marked_place_for_them(tmp_path: Path) -> None:
    written(put(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)]))
    assert "words, actions and sign-off go here" in read_word(tmp_path / report.WORD).words


def test_word_marks_every_page_and_numbers_its_tables(tmp_path: Path) -> None:
    written(put(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)], survey_score=score("Pay", 70)))
    document = docx.Document(str(tmp_path / report.WORD))
    header, footer = (getattr(document.sections[0], place).paragraphs[0] for place in ("header", "footer"))
    assert header.text == "E06000015. Restricted edition."
    assert [each.get(docx.oxml.ns.qn("w:instr")) for each in footer._p.iter(docx.oxml.ns.qn("w:fldSimple"))] == [
        "PAGE",
        "NUMPAGES",
    ]
    captions = [each for each in document.paragraphs if each.style.name == "Caption"]
    assert len(captions) == 3 and all("SEQ" in each._p.xml for each in captions)
    rows = [row for table in document.tables for row in table.rows]
    assert rows and all(row._tr.trPr.xpath("w:cantSplit") for row in rows)


def test_a_councils_template_lies_under_its_word_report(tmp_path: Path) -> None:
    council = tmp_path / "council" / AUTHORITY
    council.mkdir(parents=True)
    template = docx.Document()
    template.sections[0].header.paragraphs[0].text = "A council"
    template.save(str(council / report.TEMPLATE))
    folder = put(tmp_path / "edition", kpi=[kpi("visits")], kpi_window=[window("visits", 60)])
    written(folder, council=council.parent)
    document = docx.Document(str(folder / report.WORD))
    assert document.sections[0].header.paragraphs[0].text == "A council"
    assert "Visits" in read_word(folder / report.WORD).words


def test_every_figure_leads_to_its_page_which_says_why_it_is_red(tmp_path: Path) -> None:
    row = window("visits", 60, target=85, rag="red")
    tables = {
        "kpi": [kpi("visits")],
        "kpi_window": [row],
        "kpi_funnel": [team("T05", "below 99.8%"), team("T06", "within")],
    }
    teams = [window("visits", 40, team_code=code) for code in ("T05", "T06")]
    tables["kpi_window"] += teams
    page = written(put(tmp_path, **tables)).with_name(report.PAGE)
    assert 'href="kpi/visits.html"' in page.read_text("utf-8")
    words = read_page(tmp_path / kpi_pages.FOLDER / "visits.html").words
    assert "Why it is red It is 25.0 from its target of 85. 40 of 100 did not count towards it." in words
    assert "Further from the other teams than their size explains: T05." in words
    assert "What it means." in words and "Left out nothing" in words


def test_the_public_page_of_a_kpi_has_no_team(tmp_path: Path) -> None:
    folder = put(tmp_path, public=True, kpi=[kpi("visits")], kpi_window=[window("visits", 60)])
    written(folder, public=True)
    words = read_page(folder / kpi_pages.FOLDER / "visits.html").words
    assert "Teams are in the restricted edition alone" in words and "kpis explain" not in words

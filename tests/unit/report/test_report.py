"""What the annex says of small editions: figures, comparisons, what is hidden, absent, contradicted or let through."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import pytest

from pipelines.periods import Period
from pipelines.snapshots.report import authority, sections
from pipelines.snapshots.report.edition_rows import Edition
from tests.reports import read_page, read_word
from tests.unit.report.editions import AUTHORITY, MONTH, OTHER, change, kpi, points, put, score, window, written

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = {
    "numerator": None,
    "value_rounded": None,
    "numerator_symbol": "c",
    "value_symbol": "c",
    "value_rounded_symbol": "c",
}


def said(folder: Path, *, public: bool = False, **tables: list[dict[str, Any]]) -> str:
    return read_page(written(put(folder, public=public, **tables), public=public)).words


def test_a_figure_stands_with_its_count_its_months_its_limits_and_its_target(tmp_path: Path) -> None:
    row = window(
        "visits",
        60.04,
        numerator=1456,
        denominator=2425,
        value_rounded=60.0,
        lower=58.14,
        upper=61.98,
        target=85,
        rag="red",
    )
    words = said(tmp_path, kpi=[kpi("visits")], kpi_window=[row])
    when = "September 2020 to February 2021 (95% limits 58.1% to 62.0%)"
    assert f"60.0% ■ Red Visits 1,456 of 2,425, {when}. Target 85: missed." in words


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (change("visits", 60, 50), "10.0 percentage points more than the 50.0% (50 of 100) of the end of"),
        (change("visits", 50, 60), "10.0 percentage points fewer than the 60.0% (60 of 100) of the end of"),
        (change("visits", 50, 50), "The same as the 50.0% (50 of 100) of the end of February 2020."),
        (change("visits", 60, 50, is_beyond_chance=False), "of the end of February 2020, which chance could explain."),
        (change("visits", 60, 50, is_beyond_chance=True), "2020, more than chance explains, and better."),
        (change("visits", 50, 60, is_beyond_chance=True), "2020, more than chance explains, and worse."),
    ],
    ids=["more", "fewer", "same", "chance", "better", "worse"],
)  # fmt: skip
def test_a_change_stands_with_its_base(tmp_path: Path, row: dict[str, Any], sentence: str) -> None:
    sentence = sentence.replace("of the end of", "of the six months to the end of")
    assert sentence in said(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)], kpi_change=[row])


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (655, "65 more than the 590 of the end of February 2020, a rise of 11.0%"),
        (531, "59 fewer than the 590 of the end of February 2020, a fall of 10.0%"),
    ],
)
def test_a_count_stands_with_its_base_and_its_rise(tmp_path: Path, now: int, words: str) -> None:
    percent = 100 * (now - 590) / 590
    tables = {
        "kpi": [kpi("cla_count", "count", direction="neutral")],
        "kpi_window": [window("cla_count", now, "count")],
        "kpi_change": [change("cla_count", now, 590, "count", change_percent=percent, is_beyond_chance=True)],
    }
    assert f"{words}, more than chance explains." in said(tmp_path, **tables)


def test_what_is_hidden_is_its_symbol_and_no_chart_has_it(tmp_path: Path) -> None:
    tables = {
        "kpi": [kpi("visits"), kpi("reviews")],
        "kpi_window": [
            window("visits", None, target=70, rag="not shown", **HIDDEN),
            window("reviews", 60, target=70, rag="red"),
        ],
        "kpi_chart": points("reviews", 50, 60, target=70),
        "kpi_change": [change("reviews", 60, 3, base_numerator=None, base_value=None, change=None, change_symbol="c",
                              base_numerator_symbol="c", base_value_symbol="c")],
    }  # fmt: skip
    page = read_page(written(put(tmp_path, public=True, **tables), public=True))
    assert "[c] Visits [c] of 100, September 2020" in page.words
    assert "What it was in the six months to the end of February 2020 is hidden." in page.words
    assert [title for title, _ in page.pictures] == ["Reviews"]
    assert "Figures that are hidden, because they are of few Visits" in page.words


def test_what_was_rounded_to_0_is_its_symbol(tmp_path: Path) -> None:
    symbols = {"numerator_symbol": "low", "value_symbol": "low", "value_rounded_symbol": "low"}
    row = window("visits", 0, numerator=0, target=70, rag="red", **symbols)
    tables = {
        "kpi": [kpi("visits")],
        "kpi_window": [row],
        "kpi_change": [change("visits", 0, 20, **symbols)],
        "kpi_chart": [each | {"value_symbol": None if each["value"] else "low"} for each in points("visits", 20, 0)],
    }
    page = read_page(written(put(tmp_path, public=True, **tables), public=True))
    assert "[low] ■ Red Visits [low] of 100, September 2020" in page.words
    assert "20.0 percentage points fewer than the 20.0% (20 of 100)" in page.words
    assert page.pictures[0][1].startswith("February 2021: [low]")


def test_the_public_report_reads_its_own_tables_alone(tmp_path: Path) -> None:
    inside = put(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 4, numerator=4)])
    public = put(inside / "public", public=True, kpi=[kpi("visits")], kpi_window=[window("visits", None, **HIDDEN)])
    assert "4 of 100" in read_page(written(inside)).words
    page = written(public, public=True)
    assert "4 of 100" not in page.read_text("utf-8") and "4 of 100" not in read_word(public / "annex.docx").words
    assert "What was checked, and what was found, is not shown here." in read_page(page).words


def test_a_change_from_what_is_shown_to_what_is_hidden_is_hidden(tmp_path: Path) -> None:
    row = change("visits", 60, 50, change=None, change_symbol="c")
    tables = {"kpi": [kpi("visits")], "kpi_window": [window("visits", None, target=70, **HIDDEN)], "kpi_change": [row]}
    words = said(tmp_path, public=True, **tables)
    assert "It was 50.0% (50 of 100) in the six months to the end of February 2020; the change is hidden." in words


@pytest.mark.parametrize("symbol", [None, "z"])
def test_a_share_of_nobody_is_none_in_either_edition(tmp_path: Path, symbol: str | None) -> None:
    row = window("visits", None, numerator=0, denominator=0, value_symbol=symbol, value_rounded_symbol=symbol)
    words = said(tmp_path, public=symbol is not None, kpi=[kpi("visits")], kpi_window=[row])
    assert "nothing to count Visits 0 of 0" in words and "[z] Visits" not in words


def test_targets_that_are_hidden_are_counted_at_the_top(tmp_path: Path) -> None:
    rows = [window("visits", None, target=70, **HIDDEN), window("reviews", 60, target=70, rag="red")]
    words = said(tmp_path, public=True, kpi=[kpi("visits"), kpi("reviews")], kpi_window=rows)
    assert "Targets met 0 of 1 0 missed by a little, 1 missed, 1 hidden" in words


def test_a_share_of_nobody_has_no_value(tmp_path: Path) -> None:
    row = window("visits", None, numerator=0, denominator=0)
    words = said(tmp_path, kpi=[kpi("visits")], kpi_window=[row])
    assert "nothing to count Visits 0 of 0" in words
    assert "Shares of which there was nothing to count Visits" in words


def test_a_wording_that_the_rule_contradicts_is_shown_with_its_note(tmp_path: Path) -> None:
    shared = {
        "rag": "red",
        "narrative_conflict": True,
        "narrative_words": "all is well",
        "narrative_note": "One team was moved.",
    }
    shared |= {"narrative_signed_by": "head of service", "narrative_signed_on": "2021-03-10"}
    scores = score("Supervision", 45, **shared)
    words = said(
        tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60, target=90, **shared)], survey_score=scores
    )
    note = "Noted by head of service, 10 March 2021: One team was moved."
    stands = (
        "Both are shown; neither was changed: whoever writes the report changes the words, or signs a note that says"
    )
    for subject, figure in (("Visits", "60.0%"), ("Supervision", "45")):
        assert f"“all is well”. By the rule {subject}, at {figure}, is red. {stands} why they stand. {note}" in words


@pytest.mark.parametrize("conflict", [False, None])
def test_nothing_is_contradicted_where_nothing_is(tmp_path: Path, conflict: bool | None) -> None:
    words = said(tmp_path, survey_score=score("Supervision", 80, narrative_conflict=conflict))
    assert "contradict" not in words


def test_an_approval_is_on_its_face_and_beside_the_quality(tmp_path: Path) -> None:
    publication = {
        "reporting_month": MONTH,
        "verdict": "approved",
        "approved_by": "A. Director",
        "approved_at": "2021-03-08",
    }
    publication |= {"reason": "The file comes later.", "conditions_not_met": "GATE-ABSENCE: no local"}
    gate = {"authority_code": AUTHORITY, "reporting_month": MONTH, "condition": "GATE-ABSENCE", "sentence": "All came."}
    tables = {
        "kpi_window": [window("visits", 60)],
        "kpi": [kpi("visits")],
        "publication": [publication],
        "gate": [gate | {"holds": False, "detail": "no local"}],
    }
    words = said(tmp_path, **tables)
    assert words.count("A. Director let the month through, 2021-03-08: The file comes later.") == 2
    assert "Not every condition of the gate was met" in words and "0 of its 1 conditions hold" in words
    assert "All came. Not so: no local" in words


def test_an_open_gate_is_said_to_be_open(tmp_path: Path) -> None:
    words = said(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)])
    assert words.count("Every condition of the gate was met.") == 2 and "let the month through" not in words


def test_what_is_absent_says_why(tmp_path: Path) -> None:
    absence = {"authority_code": AUTHORITY, "reporting_month": MONTH, "kpi_id": "visits", "title": "Visits"}
    words = said(tmp_path, kpi=[kpi("visits")], kpi_absence=[absence | {"reason": "Needs cp_visits."}])
    assert "Figures that are absent, and what they wait for Visits: Needs cp_visits." in words
    assert "No survey was delivered" in words and "no bounds of caseloads were delivered" in words


def test_restatements_are_counted_by_cause_and_the_largest_shown(tmp_path: Path) -> None:
    def restated(number: int, cause: str) -> dict[str, Any]:
        shared = {"authority_code": AUTHORITY, "kpi_id": f"k{number}", "title": f"Figure {number}", "cause": cause}
        shared |= {"reporting_month": "2021-01", "published_month": "2021-01", "published_version": "v0001"}
        return shared | {"unit": "count", "value_before": 100, "value": 100 + number, "difference": number}

    rows = [restated(number, "late records" if number % 2 else "corrections") for number in range(1, 23)]
    page = read_page(
        written(put(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60)], kpi_restatement=rows))
    )
    assert (
        "22 figures are others than in the snapshot before (January 2021, v0001): 11 by corrections, 11 by late"
        in page.words
    )
    _, *largest = page.tables["The 20 largest differences"]
    assert (len(largest), largest[0]) == (20, ("Figure 22", "January 2021", "100", "122", "corrections"))


def test_each_authority_has_its_part_and_no_name_is_twice(tmp_path: Path) -> None:
    rows = [window("visits", 60), window("visits", 80, authority_code=OTHER)]
    charts = [*points("visits", 50, 60, target=70), *points("visits", 70, 80, target=70, authority_code=OTHER)]
    rows = [row | {"target": 70, "rag": "red"} for row in rows]
    page = written(put(tmp_path, kpi=[kpi("visits")], kpi_window=rows, kpi_chart=charts)).read_text("utf-8")
    assert re.findall(r'<h2 class="part" id="(\w+)">', page) == [AUTHORITY, OTHER]
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names)) > 20
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', page)) | set(
        " ".join(re.findall(r'labelledby="([^"]+)"', page)).split()
    )
    assert used <= set(names)


@pytest.mark.parametrize("kpi_id", ["cla_count", "cpp_count", "caseload_average", "baby_direct_visit", "visits"])
def test_a_figure_with_a_target_is_drawn_once(tmp_path: Path, kpi_id: str) -> None:
    unit = {"visits": "percent", "baby_direct_visit": "percent", "caseload_average": "ratio"}.get(kpi_id, "count")
    tables = {
        "kpi": [kpi(kpi_id, unit)],
        "kpi_window": [window(kpi_id, 60, unit, target=70, rag="red")],
        "kpi_chart": points(kpi_id, 50, 60, target=70),
    }
    page = read_page(written(put(tmp_path, **tables)))
    assert len(page.pictures) == 1 and "Not drawn" not in page.words


def test_a_target_of_which_nothing_may_be_drawn_is_named(tmp_path: Path) -> None:
    tables = {
        "kpi": [kpi("visits")],
        "kpi_window": [window("visits", 60, target=70, rag="red")],
        "kpi_chart": points("visits", None, 60, target=70),
    }
    assert "Not drawn, because fewer than two of their months are shown: Visits." in said(
        tmp_path, public=True, **tables
    )


def test_a_month_without_figures_says_so(tmp_path: Path) -> None:
    assert "There are no figures of this month." in said(tmp_path)


@pytest.mark.parametrize(
    ("last", "words"),
    [
        ({"variation": "common cause"}, "That is the usual variation."),
        ({"variation": "concern", "signals": "outside the limits"}, "worse beyond the usual variation (outside the"),
        ({"variation": "improvement", "assurance": "met by chance"}, "better beyond the usual variation; as things"),
        ({"is_trial": True}, "the provisional limits of 3 months are 40.0% to 80.0%, their mean 60.0%."),
        ({"assurance": "cannot be said"}, "variation; whether the target will be met cannot be said from these"),
        ({"lower_limit": None, "upper_limit": None, "variation": "not judged"}, "February 2021: 60.0%."),
        (
            {"lower_limit": None, "upper_limit": None, "variation": "not judged", "assurance": "cannot be said"},
            "It is not judged by limits; whether the target will be met cannot be said from these months.",
        ),
    ],
    ids=["usual", "worse", "better", "provisional", "not said", "without limits", "neither"],
)  # fmt: skip
def test_a_chart_says_what_it_shows(tmp_path: Path, last: dict[str, Any], words: str) -> None:
    limits = {"mean": 60, "lower_limit": 40, "upper_limit": 80, "target": 70, "variation": "common cause"}
    tables = {
        "kpi": [kpi("visits")],
        "kpi_window": [window("visits", 60, target=70, rag="red")],
        "kpi_chart": points("visits", 50, 70, 60, **(limits | last)),
    }
    page = read_page(written(put(tmp_path, **tables)))
    ((title, text),) = page.pictures
    assert title == "Visits" and words in text
    assert page.tables["Visits by month"][1][:4] == ("December 2020", "50.0%", "60.0%", "70")


@pytest.mark.parametrize(
    ("reason", "words"),
    [("found", "found: eight months or more on one side of the mean before"), ("A new system", "A new system")],
)
def test_a_step_is_drawn_and_named(tmp_path: Path, reason: str, words: str) -> None:
    steps = points("visits", 50, 54, 80, 84, target=70, lower_limit=40, upper_limit=90, variation="common cause")
    for place, point in enumerate(steps):
        point |= {"mean": 82 if place > 1 else 52, "points": 2, "phase": 2 if place > 1 else 1}
        point |= {"phase_first_month": "2021-01" if place > 1 else "2020-11", "phase_reason": reason}
    tables = {
        "kpi": [kpi("visits")],
        "kpi_window": [window("visits", 84, target=70, rag="green")],
        "kpi_chart": steps,
    }
    file = written(put(tmp_path, **tables))
    ((_, text),) = read_page(file).pictures
    assert f"From January 2021 it is another level ({words}): the mean before was 52.0%." in text
    assert "from Jan 21" in file.read_text("utf-8")


def test_an_open_count_is_a_line_beside_the_year_before_and_a_chart_of_its_net_change(tmp_path: Path) -> None:
    level = {"phase": None, "phase_first_month": None, "points": None, "is_trial": None, "variation": "not judged"}
    limits = {"mean": -0.5, "lower_limit": -9.0, "upper_limit": 8.0, "variation": "common cause"}
    tables = {
        "kpi": [kpi("cla_count", "count")],
        "kpi_window": [window("cla_count", 655, "count")],
        "kpi_chart": [
            *points("cla_count", 650, 655, value_year_before=590, **level),
            *points("cla_count", -6, 5, charted="net change", **limits),
        ],
    }
    page = read_page(written(put(tmp_path, **tables)))
    alternatives = dict(page.pictures)
    assert list(alternatives) == ["Cla_Count", "Cla_Count: net change"]
    assert alternatives["Cla_Count"].endswith("February 2021: 655; a year before it was 590.")
    minus = "\N{MINUS SIGN}"
    assert (
        f"February 2021: +5; the limits of 2 months are {minus}9 to +8, their mean {minus}0.5."
        in (alternatives["Cla_Count: net change"])
    )
    assert page.tables["Cla_Count: net change by month"][1][:2] == ("January 2021", f"{minus}6")
    assert page.tables["Cla_Count by month"][2][:3] == ("February 2021", "655", "590")


def test_the_page_needs_nothing_and_the_same_tables_are_the_same_bytes(tmp_path: Path) -> None:
    tables = {
        "kpi": [kpi("visits")],
        "kpi_window": [window("visits", 60, target=70, rag="red")],
        "kpi_chart": points("visits", 0, 0, 0, target=70, mean=0, lower_limit=0, upper_limit=0),
        "survey_score": score("Supervision", 70),
    }
    first, second = (written(put(tmp_path / place, **tables)) for place in ("here", "there"))
    assert first.read_bytes() == second.read_bytes()
    for name in ("report.html", "report.docx", "annex.docx", "kpi/visits.html", "kpi/index.html"):
        assert (first.parent / name).read_bytes() == (second.parent / name).read_bytes(), name
    for page in (first, first.with_name("report.html"), first.with_name("kpi") / "visits.html"):
        text = page.read_text("utf-8")
        assert "://" not in text and text.count("<script>") == 1 and "src=" not in text
        assert "<style" not in text.partition("</head>")[2]


def test_the_word_version_has_headings_header_rows_and_alternative_texts(tmp_path: Path) -> None:
    tables = {
        "kpi": [kpi("visits")],
        "kpi_window": [window("visits", 60, target=70, rag="red")],
        "kpi_chart": points("visits", 50, 70, 60, target=70),
        "survey_score": score("Supervision", 70),
    }
    file = written(put(tmp_path, **tables)).with_name("annex.docx")
    document = docx.Document(str(file))
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert headings[0] == "Summary" and "The social work survey" in headings and headings[-1] == "How it is counted"
    assert all(table.rows[0]._tr.trPr.xpath("w:tblHeader") for table in document.tables) and document.tables
    assert [shape._inline.docPr.get("descr").partition(".")[0] for shape in document.inline_shapes] == [
        "Visits",
        "Scores of the survey by standard",
    ]
    with zipfile.ZipFile(file) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}
    assert document.core_properties.created.year == document.core_properties.modified.year == 2000
    assert document.core_properties.title == "Annex: Monitoring safeguarding practice, February 2021"


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("demand", "Pressures"),
        ("pressures", "Pressures"),
        ("performance", "Performance"),
        ("caseloads", "Caseloads against their bounds"),
        ("babies", "Babies seen"),
    ],
)
def test_a_new_figure_stands_in_the_section_that_its_file_names(tmp_path: Path, section: str, title: str) -> None:
    folder = put(tmp_path, kpi=[kpi("visits")], kpi_window=[window("visits", 60, numerator=3, denominator=5)])
    part = sections.part(authority.read(Edition(folder, Period.parse(MONTH)), AUTHORITY, {"visits": section}))
    assert {each.title for each in part.sections if "3 of 5" in repr(each.blocks)} == {title}

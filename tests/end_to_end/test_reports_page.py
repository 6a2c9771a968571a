"""The committee report beside the page: each of its figures, and the words in which the two to three pages state it.

The page is read as a person reads it. A figure of the committee report is found if a number in those words, rounded
half up to a whole one, is it; the page itself has more places, and what each is a share of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.reports import Read, read_page, read_word

if TYPE_CHECKING:
    from tests.end_to_end.conftest import CouncilPlace

SIX_MONTHS = "September 2020 to February 2021"
EDITIONS = ("report.html", "public/report.html")


@dataclass(frozen=True)
class Stated:
    """What the committee report says, its figures, and what the page says; ``inside``: the restricted one alone."""

    report: str
    figures: tuple[int, ...]
    page: str
    inside: bool = False


SIDE_BY_SIDE = (
    Stated("the 162 children's social workers", (162,), "67 of the 162 social workers invited answered"),
    Stated("67 respondees, 41% of its workforce", (67, 41), "67 of the 162 social workers invited answered, 41.4%"),
    Stated("3227 replied across the UK", (3227,), "East Midlands (412 respondents) and England (3,227 respondents)"),
    Stated("412 across the East Midlands", (412,), "East Midlands (412 respondents) and England (3,227 respondents)"),
    Stated("59 questions in total", (59,), "It had 59 questions.", inside=True),
    Stated("green with mean score of 75+", (75,), "Green is 75 and more"),
    Stated("amber 51-74", (51, 74), "Amber is 51 to 74"),
    Stated("red under 50", (50,), "Red is 50 and less"),
    Stated("reverse score over 75", (75,), "red more than 75"),
    Stated(
        "no critical areas of immediate attention", (84,), "“no critical areas”. By the rule Tensions, at 84, is red"
    ),
    Stated(
        "Well-being the lowest, with the most questions",
        (10,),
        "lowest. It has 10 questions, more than any other",
        inside=True,
    ),
    Stated(
        "its highest questions 75 and 74", (75, 74), "those that scored highest are q13 (75) and q14 (74)", inside=True
    ),
    Stated("4 questions within the 50-60 range", (4,), "Questions to watch: 4 scored 60 or less", inside=True),
    Stated(
        "Control over workload (59)", (59,), "my workload (q08), Safe workloads and case allocation: 59", inside=True
    ),
    Stated(
        "Access to trade unions (59)", (59,), "I have access to a trade union (q56), of no standard: 59", inside=True
    ),
    Stated("Dedicated time for CPD (55)", (55,), "(q29), Continuous professional development: 55", inside=True),
    Stated("During COVID, able to cope (59)", (59,), "able to cope, most of the time (q52), COVID: 59", inside=True),
    Stated("65 more children in care", (65,), "Children looked after 655 +3 (+0.5%) 590: +65 (+11%)"),
    Stated("a rise of 11%", (11,), "Children looked after 655 +3 (+0.5%) 590: +65 (+11%)"),
    Stated(
        "79 more on child protection plans",
        (79,),
        "Children subject to a child protection plan 474 +6 (+1.3%) 395: +79 (+20%)",
    ),
    Stated("a rise of 20%", (20,), "Children subject to a child protection plan 474 +6 (+1.3%) 395: +79 (+20%)"),
    Stated("caseloads remain stable", (14,), "Average caseload 14.0"),
    Stated("agency workers kept to a minimum", (3,), "Agency social workers 3.0%", inside=True),
    Stated(
        "95% of single assessments",
        (95,),
        "Assessments completed within 45 working days 95.0% 1,456 of 1,533 95 ● Green",
    ),
    Stated(
        "97% of CIN reviews",
        (97,),
        "Child in need reviews in time 96.8% 519 of 536",
    ),
    Stated(
        "85% of child protection visits",
        (85,),
        "Child protection visits in line with the plan 85.0% 5,158 of 6,071 90 ▲ Amber",
    ),
    Stated(
        "94% of reviews",
        (94,),
        "Child protection reviews in time 93.9% 574 of 611 98 ■ Red",
    ),
    Stated(
        "90% of statutory visits",
        (90,),
        "Visits to looked-after children in time 90.1% 2,613 of 2,899 95 ▲ Amber",
    ),
    Stated(
        "100% of children in care reviews",
        (100,),
        "Looked-after reviews in time 100.0% 778 of 778 100 ● Green",
    ),
    Stated(
        "59% of conferences in 15 working days",
        (59, 15),
        "Initial child protection conferences within 15 working days 58.9% 182 of 309 85 ■ Red",
    ),
    Stated("direct visits to babies under one", (76,), "Babies under one seen in person in time 76.0% 38 of 50"),
    Stated("average past 6 months September 20 - February 21", (2020, 2021), f"what happens in {SIX_MONTHS}"),
)

# Standard: questions, score, region, nation, and the band of the score by the report's own rule.
TABLE = {
    "Strong and clear social work framework": (4, 80, 81, 81, "Green"),
    "Effective workforce planning systems": (3, 74, 74, 77, "Amber"),
    "Safe workloads and case allocation": (5, 72, 74, 75, "Amber"),
    "Well-being": (10, 67, 69, 74, "Amber"),
    "Supervision": (6, 69, 65, 74, "Amber"),
    "Continuous professional development": (7, 70, 63, 69, "Amber"),
    "Professional registration": (6, 78, 79, 79, "Green"),
    "Strategic partnerships": (2, 85, 80, 79, "Green"),
    "Employee contribution": (3, 87, 84, 86, "Green"),
    "Tensions (less is better)": (1, 84, 79, 81, "Red"),
    "Overall satisfaction": (2, 80, 68, 74, "Green"),
    "Desire to stay": (2, 82, 71, 76, "Green"),
    "COVID": (4, 73, 72, 77, "Amber"),
}


@pytest.fixture(scope="module", params=EDITIONS)
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(place: CouncilPlace, edition: str) -> Read:
    return read_page(place.snapshot / edition)


@pytest.fixture(scope="module")
def word(place: CouncilPlace, edition: str) -> Read:
    return read_word(place.snapshot / edition.replace(".html", ".docx"))


def numbers(words: str) -> list[Decimal]:
    return [Decimal(each.replace(",", "")) for each in re.findall(r"\d[\d,]*(?:\.\d+)?", words)]


@pytest.mark.parametrize("said", SIDE_BY_SIDE, ids=lambda said: said.report)
def test_the_page_states_what_the_report_says(page: Read, edition: str, said: Stated) -> None:
    if edition != "report.html":
        assert not said.inside or said.page not in page.words
        return
    assert said.page in page.words
    whole = {int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP)) for number in numbers(said.page)}
    assert set(said.figures) <= whole


SHARE = re.compile(r"(?P<title>\D.+?) [\d.]+% (?P<numerator>[\d,]+) of (?P<denominator>[\d,]+)")
SHARES = [share.groupdict() for said in SIDE_BY_SIDE if not said.inside and (share := SHARE.match(said.page))]


@pytest.mark.parametrize("share", SHARES, ids=lambda share: share["title"])
def test_the_public_page_states_both_counts_of_a_share_within_4_as_multiples_of_5(
    place: CouncilPlace, share: dict[str, str]
) -> None:
    words = read_page(place.snapshot / "public/report.html").words
    found = re.search(rf"{re.escape(share['title'])} [\d.]+% ([\d,]+) of ([\d,]+)", words)
    assert found is not None
    for rounded, exact in zip(
        numbers(" ".join(found.groups())), (share["numerator"], share["denominator"]), strict=True
    ):
        assert rounded % 5 == 0 and abs(rounded - numbers(exact)[0]) < 5


def test_every_count_of_the_made_up_council_is_in_the_public_edition_within_4(place: CouncilPlace) -> None:
    """Whatever is measured: what stands by its month's end, what happens by six months, incidents by twelve.

    No sum of days is public, and categories are shares of the sum of their rounded counts.
    """
    figures = """
        SELECT
            kpi_id, reporting_month, window_months, category, numerator,
            if(unit = 'per_10000' OR category IS NOT NULL, NULL, denominator)
        FROM read_parquet($file)
        WHERE team_code IS NULL AND unit NOT IN ('days', 'weeks')
    """
    with duckdb.connect() as connection:
        exact, public = (
            {tuple(row[:4]): row[4:] for row in connection.execute(figures, {"file": str(file)}).fetchall()}
            for file in (place.snapshot / "kpi_window.parquet", place.snapshot / "public/kpi_window.parquet")
        )
    longest = {kpi_id: months for kpi_id, _, months, _ in sorted(public, key=lambda key: key[2])}
    assert longest.keys() == {kpi_id for kpi_id, *_ in exact}
    needed = [key for key in exact if key[2] == longest[key[0]]]
    assert len(needed) > 300
    for key in needed:
        for rounded, count in zip(public[key], exact[key], strict=True):
            assert count is None or (rounded % 5 == 0 and abs(rounded - count) < 5), key


def test_the_survey_table_is_the_reports(page: Read, edition: str) -> None:
    headings, *rows = page.tables["Scores from 0 to 100, beside East Midlands and England"]
    assert headings[:5] == ("Standard", "Questions", "Score", "East Midlands", "England")
    found = {
        row[0]: (*map(int, (row[1], *(cell.split()[0] for cell in row[2:5]))), row[2].split()[-1]) for row in rows[:-1]
    }
    assert found == TABLE
    respondents = rows[-1]
    assert (respondents[:2], respondents[3:5]) == (("Number of respondents", ""), ("412", "3,227"))
    assert respondents[2] == "67" if edition == "report.html" else int(respondents[2]) in {65, 70}


def test_the_highest_question_of_employee_contribution_is_in_the_table_of_questions(place: CouncilPlace) -> None:
    tables = read_page(place.snapshot / "annex.html").tables
    (questions,) = (rows for caption, rows in tables.items() if caption.startswith("Scores by question"))
    assert len(questions) == 60
    # Recommending Derby as employer to others (83).
    assert ("I would recommend my employer (q46)", "Employee contribution", "83") in [row[:3] for row in questions]


def test_tensions_contradicts_the_narrative_at_the_top_and_beside_the_survey(
    place: CouncilPlace, page: Read, edition: str
) -> None:
    words = "narrative says “no critical areas”. By the rule Tensions, at 84, is red (of it less is better)."
    whole = f"The council's {words} So are East Midlands (79) and England (81)."
    assert page.words.count(whole) == 1
    assert read_page(place.snapshot / edition.replace("report", "annex")).words.count(whole) == 2


def test_the_word_version_has_the_pages_figures(page: Read, word: Read) -> None:
    for caption, rows in word.tables.items():
        assert rows == page.tables[caption], caption
    assert len(word.tables) >= 3
    assert [title for title, _ in word.pictures] == [title for title, _ in page.pictures]
    assert [text for _, text in word.pictures] == [f"{title}. {text}" for title, text in page.pictures]
    figures = re.compile(r"\d[\d,]*(?:\.\d+)?%?|\[c\]")
    assert set(figures.findall(word.words)) - set(figures.findall(page.words)) == set()
    for said in SIDE_BY_SIDE:
        words = re.sub(r"[●▲■] (Green|Amber|Red)", "", said.page)
        if said.page in page.words and "q13" not in words:
            assert set(numbers(words)) <= set(numbers(word.words)), said.report


def test_what_is_of_few_or_rounds_to_0_stands_in_public_as_its_symbol(place: CouncilPlace) -> None:
    public = read_page(place.snapshot / "public/report.html")
    assert re.search(r"Agency social workers \S+ (\[low\]|5|10) of (175|180) full-time equivalents", public.words)
    assert "175.8" not in public.words
    assert "[c] stands where a percentage is confidential" in read_page(place.snapshot / "public/annex.html").words
    annex = place.snapshot / "public/annex.html"
    for words in (public.words, read_page(annex).words):
        assert not {"T05", "T06", "T12"} & set(re.findall(r"\bT\d\d\b", words))
    inside = read_page(place.snapshot / "report.html")
    assert "of 175.8 full-time equivalents" in inside.words and "T06" in inside.words
    assert "T05" in read_page(place.snapshot / "annex.html").words


def test_the_same_month_elsewhere_has_the_same_report(place: CouncilPlace, other_place: CouncilPlace) -> None:
    for name in ("report.html", "report.docx", "annex.html", "annex.docx", "kpi/icpc_15wd.html", "kpi/icpc_15wd.csv"):
        assert (place.snapshot / "public" / name).read_bytes() == (other_place.snapshot / "public" / name).read_bytes()
        assert (place.snapshot / name).read_bytes() == (other_place.snapshot / name).read_bytes(), name


def test_each_figure_says_which_sources_it_is_made_from(place: CouncilPlace) -> None:
    sources = {"cla_count": "ssd", "cin_review_in_time": "local, ssd", "survey_response_rate": "survey"}
    for kpi_id, words in sources.items():
        assert f"Sources: {words}." in read_page(place.snapshot / f"kpi/{kpi_id}.html").words
        assert f"Made from {words}." in read_page(place.snapshot / "annex.html").words


def test_every_figure_of_the_report_leads_to_its_page_and_each_page_is_led_to(
    place: CouncilPlace, edition: str
) -> None:
    text = (place.snapshot / edition).read_text(encoding="utf-8")
    led_to = set(re.findall(r'href="kpi/(\w+\.html)"', text))
    folder = (place.snapshot / edition).parent / "kpi"
    assert len(led_to) > 25
    assert "index.html" in led_to
    from_there = set(re.findall(r'href="(\w+\.html)"', (folder / "index.html").read_text(encoding="utf-8")))
    assert led_to < from_there | {"index.html"}
    assert from_there == {file.name for file in folder.glob("*.html")} - {"index.html"}


def test_what_needs_attention_is_five_sentences_and_the_public_page_names_no_team(page: Read, edition: str) -> None:
    assert "12 of 50 babies under one" in page.words or edition != "report.html"
    inside = (
        "Safeguarding 2 (T06), Child protection visits in line with the plan, 78.1% (all teams 85.0%)" in page.words
    )
    assert inside == (edition == "report.html")
    assert "Targets missed by more than chance: Initial child protection conferences" in page.words


def test_the_councils_own_words_stand_in_both_editions(page: Read) -> None:
    said = page.tables["Commentary and actions, as the council wrote them"]
    assert {row[0] for row in said[1:]} >= {"Well-being", "Initial child protection conferences within 15 working days"}

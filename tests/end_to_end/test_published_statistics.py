"""The Department for Education's own files, from the inbox to the benchmark, and its percentages counted again.

Three proofs. The counts it publishes, divided and rounded here, give the percentages it publishes, but for misses that
are each explained. Made-up records in the published numbers give, through the KPIs themselves, the published figures.
And the few figures that the project brings along are those of the files.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import StagingResult, stage
from pipelines.warehouse.build import build
from tests import staged_input
from tests.exports import KEY, write_ssd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SHARED = PROJECT.parent / "shared"
FILES = SHARED / "fixtures" / "published_statistics"
INTERACTIVE_TOOL = SHARED / "domain" / "benchmarks.csv"
pytestmark = pytest.mark.skipif(not FILES.exists(), reason="the published files are not beside the checkout")

STATISTICS = Delivery.parse("E92000001/published_statistics/2025-11")
DERBY = "E06000015"
DERBY_RECORDS = Delivery.parse(f"{DERBY}/ssd/2025-11")
EAST_MIDLANDS = "E12000004"
AS_OF = Period.parse("2025-11")
SYMBOLS = {"c", "z", "x", "low", "u"}
YEARS = (2019, 2020, 2021)

AREAS = {"Local authority": "new_la_code", "Regional": "region_code", "National": "country_code"}
IN_45 = {"Same_day": (0, 0), "1-10_days": (1, 10), "11-20_days": (11, 20), "21-30_days": (21, 30)}
IN_45 |= {"31-40_days": (31, 40), "41-45_days": (41, 45)}
AFTER_45 = {"46-50_days": (46, 50), "51-60_days": (51, 60), "61+_days": (61, 90)}
IN_15 = {"Duration_0-10_days": (0, 10), "Duration_11-15_days": (11, 15)}
AFTER_15 = {"Duration_16-20_days": (16, 20), "Duration_21+_days": (21, 40)}

# Agreeing and published, of authorities, regions and England.
AGREEING = {
    "plan_reviews_in_time": ((1784, 1787), (40, 132), (11, 12)),
    "caseload": ((1320, 1350), (98, 99), (9, 9)),
    "agency_rate": ((1287, 1341), (95, 99), (7, 9)),
    "vacancy_rate": ((1313, 1353), (97, 99), (9, 9)),
    "turnover_rate": ((1234, 1345), (96, 99), (7, 9)),
    "absence_rate": ((1328, 1336), (95, 99), (7, 9)),
}
EXPLAINED = {
    "plan_reviews_in_time": {"rounded counts": 93, "nobody to count": 3},
    "caseload": {"rounded counts": 31},
    "agency_rate": {"rounded counts": 55, "unreliable left out": 5},
    "vacancy_rate": {"rounded counts": 42},
    "turnover_rate": {"rounded counts": 112, "unreliable left out": 4},
    "absence_rate": {"rounded counts": 8, "unreliable left out": 6},
}
# How far a numerator and a denominator may be from what they were before they were rounded, each band to tens (of
# regions and England alone) or each full-time equivalent to tenths.
ROUNDED_BY = {
    "assessments_in_time": ("30", "45"),
    "conferences_in_time": ("10", "20"),
    "plan_reviews_in_time": ("5", "5"),
    "caseload": ("0", "0.05"),
    "agency_rate": ("0.05", "0.1"),
    "vacancy_rate": ("0.05", "0.1"),
    "turnover_rate": ("0.05", "0.05"),
    "absence_rate": ("0.05", "12.7"),
}
MEASURES = {
    "assessments_in_time": "Continue_Assess_Comp",
    "conferences_in_time": "CP_conf_15days",
    "plan_reviews_in_time": "RevCP",
    "children_on_plans": "CPP_Num",
    "children_on_plans_rate": "CPP_rate",
    "children_looked_after": "LACnum",
    "children_looked_after_rate": "LAC",
    "caseload": "Work_Force_AvgNumCase_SW",
    "agency_rate": "Work_Force_Agecy_Rate",
    "vacancy_rate": "Work_Force_Vac_Rate",
    "turnover_rate": "Work_Force_TO_Rate",
    "absence_rate": "Work_Force_SWAbsence",
    "rereferrals_12m": "ReReferral",
    "referral_rate": "CPP_Total_Rateper10,000",
    "referrals_nfa": "CIN_Refferals_NFA",
    "children_in_need_rate": "CIN",
    "children_in_need_two_years": "CINTime2more",
    "section_47_rate": "Section_47",
    "conference_rate": "ISCP_Conf",
    "plans_started_rate": "CPP_Abuse_Rate",
    "second_plans": "PrevRegCPR",
    "plans_ended_after_two_years": "CPPlans2yrs",
    "plans_open_for_two_years": "CPPlans2yrsActive",
    "three_placements": "LACStable_2016on",
    "long_term_stability": "LAC_LongStable%",
    "children_missing": "Children_missing",
    "placed_far_away": "LACDistance",
    "mean_sdq_score": "Emotional_LAC",
    "health_assessed": "LACHealth%",
    "teeth_checked": "LACDental%",
    "immunised": "LACVaccinations%",
    "convicted": "LAC_Convictions",
    "substance_misuse": "LACSubstance",
    "started_rate": "LAC_Start_Rate",
    "ceased_rate": "LAC_Cease_Rate",
    "care_leavers_accommodation": "CareLeaverAcc",
    "care_leavers_eet": "CareLeaverEET",
    "unaccompanied_children": "Unacc_Asylmn_Seek_Childn%",
}
WORKFORCE = {"caseload", "agency_rate", "vacancy_rate", "turnover_rate", "absence_rate"}


@dataclass(frozen=True)
class PublishedFigure:
    """A published figure and what its counts give."""

    statistic: str
    level: str
    area: str
    year: int
    numerator: Decimal | None
    denominator: Decimal | None
    published: Decimal | None
    counted: Decimal | None

    @property
    def scale(self) -> int:
        return 1 if self.statistic == "caseload" else 100


def read(stem: str) -> list[dict[str, str]]:
    (path,) = FILES.glob(f"{stem}_*.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def number(text: str) -> Decimal:
    return Decimal(0) if text in SYMBOLS else Decimal(text)


def of_area(rows: Sequence[dict[str, str]], area: str, year: int) -> dict[str, str]:
    """The row of a local authority and year."""
    (found,) = [row for row in rows if row["new_la_code"] == area and row["time_period"] == str(year)]
    return found


def working_days() -> list[dt.date]:
    """From the list of bank holidays alone."""
    with (PROJECT / "sql" / "reference" / "bank_holidays.csv").open(encoding="utf-8", newline="") as lines:
        closed = {row["date"] for row in csv.DictReader(lines)}
    days = (dt.date(2017, 1, 1) + dt.timedelta(days=number) for number in range(2000))
    return [day for day in days if day.weekday() < 5 and day.isoformat() not in closed]


def clocks(row: Mapping[str, str], bands: Mapping[str, tuple[int, int]], year: int) -> Iterator[tuple[str, str]]:
    """As many starts and ends as a year's bands count, each as long as its band's first or last day says."""
    calendar = working_days()
    first, last = dt.date(year - 1, 4, 1), dt.date(year, 3, 31)
    ends = cycle([place for place, day in enumerate(calendar) if first <= day <= last])
    for band, lengths in bands.items():
        for length in islice(cycle(lengths), int(row[band])):
            end = next(ends)
            yield calendar[end - length].isoformat(), calendar[end].isoformat()


def records_of_derby() -> dict[str, list[dict[str, str]]]:
    """Assessments, enquiries and conferences in the numbers published for three years."""
    assessments, enquiries, conferences = [], [], []
    durations, conference_durations = read("c2"), read("c4")
    for year in YEARS:
        published = of_area(durations, DERBY, year)
        for place, (start, end) in enumerate(clocks(published, IN_45 | AFTER_45, year)):
            key = f"{year}-{place}"
            assessments.append(
                {
                    "cina_assessment_id": key,
                    "cina_person_id": key,
                    "cina_assessment_start_date": start,
                    "cina_assessment_auth_date": end,
                }
            )
        published = of_area(conference_durations, DERBY, year)
        for place, (start, end) in enumerate(clocks(published, IN_15 | AFTER_15, year)):
            key = f"{year}-{place}"
            enquiries.append({"s47e_s47_enquiry_id": key, "s47e_person_id": key, "s47e_s47_start_date": start})
            conferences.append(
                {"icpc_icpc_id": key, "icpc_s47_enquiry_id": key, "icpc_person_id": key, "icpc_icpc_date": end}
            )
    return {
        "ssd_cin_assessments": assessments,
        "ssd_s47_enquiry": enquiries,
        "ssd_initial_cp_conference": conferences,
    }


def posts_of(row: Mapping[str, str]) -> list[dict[str, Any]]:
    """Posts of two full-time equivalents at most, as many as were published."""
    held = {"from_date": dt.date(2019, 1, 1)}
    left = {**held, "to_date": dt.date(2021, 3, 31), "left_the_authority": True}
    kinds = (
        ("employed", row["inpost_fte"], held),
        ("agency", row["agency_fte"], held),
        ("vacant", row["vacancy_fte"], held),
        ("employed", row["leavers_fte"], left),
    )
    posts = [
        {"post_id": f"{kind} {place} {bool(days.get('to_date'))}", "post_status": kind, "full_time_equivalent": part}
        | {"role": "Social Worker", **days}
        for kind, total, days in kinds
        for place, part in enumerate(pieces(number(total)))
    ]
    posts[0]["sickness_days"] = number(row["working_days_lost_fte"])
    return posts


def pieces(total: Decimal) -> list[Decimal]:
    whole, rest = divmod(total, 2)
    return [Decimal(2)] * int(whole) + ([rest] if rest else [])


def east_midlands() -> list[dict[str, str]]:
    """The region's authorities of 2021 that are published on their own and hid nothing."""
    return [
        row
        for row in read("csww")
        if row["region_code"] == EAST_MIDLANDS
        and row["time_period"] == "2021"
        and len(row["new_la_code"]) == 9
        and not SYMBOLS & set(row.values())
    ]


@dataclass(frozen=True)
class Run:
    """What was staged of the statistics, and the warehouse that was built."""

    staged: StagingResult
    warehouse: duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    root = tmp_path_factory.mktemp("published")
    settings = Settings(
        _env_file=None,
        inbox_url=str(root / "inbox"),
        data_dir=root / "data",
        pseudonym_key=SecretStr(KEY),
        duckdb_memory_limit="1GB",
    )
    shutil.copytree(FILES, root / "inbox" / str(STATISTICS))
    write_ssd(root / "inbox" / str(DERBY_RECORDS), records_of_derby())
    staged = [landed_and_staged(settings, delivery) for delivery in (STATISTICS, DERBY_RECORDS)]
    for row in east_midlands():
        tables = {"local_posts": posts_of(row)}
        staged_input.stage(settings.staging, f"{row['new_la_code']}/local/2021-09", tables)
    built = build(settings, AS_OF)
    with duckdb.connect(str(built.path), read_only=True) as connection:
        yield Run(staged[0], connection)


def landed_and_staged(settings: Settings, delivery: Delivery) -> StagingResult:
    landing.land(settings, delivery)
    return stage(settings, delivery)


@pytest.fixture(scope="module")
def figures(run: Run) -> list[PublishedFigure]:
    found = run.warehouse.sql(
        """
        SELECT
            statistic_id, geographic_level, area_code, year, numerator, denominator,
            cast(published_value AS DECIMAL(18, 1)),
            cast(
                published_rate(numerator, denominator, CASE statistic_id WHEN 'caseload' THEN 1 ELSE 100 END)
                AS DECIMAL(18, 1)
            )
        FROM core.published_figure
        ORDER BY ALL
        """
    )
    return [PublishedFigure(*row) for row in found.fetchall()]


def test_every_row_is_staged_and_no_symbol_is_a_fault(run: Run) -> None:
    assert (run.staged.rows_read, run.staged.rows_refused, run.staged.rows_warned) == (1803 + 1967 + 1967 + 1463, 0, 0)


@pytest.mark.parametrize(
    ("table", "stem"), [("assessments", "c2"), ("conferences", "c4"), ("plan_reviews", "d6"), ("workforce", "csww")]
)
def test_every_symbol_is_kept(run: Run, table: str, stem: str) -> None:
    given = Counter(value for row in read(stem) for value in row.values() if value in SYMBOLS)
    path = str(run.staged.folder / f"published_statistics_{table}.parquet")
    with duckdb.connect() as connection:
        rows = connection.read_parquet(path)
        kept = connection.sql(f"SELECT {', '.join(c for c in rows.columns if c.endswith('__symbol'))} FROM rows")
        assert Counter(value for row in kept.fetchall() for value in row if value is not None) == given


@pytest.mark.parametrize("statistic", AGREEING)
def test_published_counts_give_the_published_percentages(figures: list[PublishedFigure], statistic: str) -> None:
    compared = [figure for figure in figures if figure.statistic == statistic and figure.published is not None]
    agreeing = tuple(
        (
            sum(figure.counted == figure.published for figure in compared if figure.level == level),
            sum(figure.level == level for figure in compared),
        )
        for level in AREAS
    )
    assert agreeing == AGREEING[statistic]


@pytest.mark.parametrize("statistic", AGREEING)
def test_every_miss_is_explained(figures: list[PublishedFigure], statistic: str) -> None:
    compared = [figure for figure in figures if figure.statistic == statistic and figure.published is not None]
    misses = [figure for figure in compared if figure.counted != figure.published]
    assert Counter(explanation(miss) for miss in misses) == EXPLAINED[statistic]


def test_a_wrong_percentage_is_explained_by_nothing(figures: list[PublishedFigure]) -> None:
    reviews = [figure for figure in figures if figure.statistic == "plan_reviews_in_time" and figure.denominator]
    wrong = [replace(figure, published=figure.counted + 1) for figure in reviews if figure.counted is not None]
    small = [figure for figure in wrong if explanation(figure) != "none"]
    assert len(wrong) == 1784 + 132 + 12
    assert all(figure.level == "Regional" and (figure.denominator or 0) <= 1000 for figure in small)


def explanation(figure: PublishedFigure) -> str:
    if not figure.denominator:
        return "nobody to count" if figure.published == 0 else "none"
    if lies_within_rounding(figure):
        return "rounded counts"
    if figure.statistic == "conferences_in_time":
        return "of all conferences" if counted_of_all_conferences(figure) == figure.published else "none"
    if figure.statistic in WORKFORCE and figure.level != "Local authority":
        return "unreliable left out" if counted_without_unreliable(figure) == figure.published else "none"
    return "none"


def lies_within_rounding(figure: PublishedFigure) -> bool:
    """Whether counts that round to those published can give what is published."""
    assert figure.numerator is not None and figure.denominator is not None and figure.published is not None
    more, most = (Decimal(half) for half in ROUNDED_BY[figure.statistic])
    if figure.statistic not in WORKFORCE and figure.level == "Local authority":
        more = most = Decimal(0)
    lowest = figure.scale * (figure.numerator - more) / (figure.denominator + most)
    highest = figure.scale * (figure.numerator + more) / (figure.denominator - most)
    half = Decimal("0.05")
    return lowest <= figure.published + half and figure.published - half <= highest


def counted_without_unreliable(figure: PublishedFigure) -> Decimal:
    """A region's or England's rate, summed from the authorities' rows but for those marked unreliable."""
    part, rest = {
        "agency_rate": ("agency_fte", ("agency_fte", "inpost_fte")),
        "turnover_rate": ("leavers_fte", ("inpost_fte",)),
        "absence_rate": ("working_days_lost_fte", ("inpost_fte",)),
    }[figure.statistic]
    inside = [
        row
        for row in read("csww")
        if row["geographic_level"] == "Local authority"
        and row["time_period"] == str(figure.year)
        and is_inside(row, figure.area)
        and row[part] != "u"
    ]
    days = (254 if figure.year % 4 == 0 else 253) if figure.statistic == "absence_rate" else 1
    whole = days * sum(number(row[column]) for row in inside for column in rest)
    return half_up(100 * sum(number(row[part]) for row in inside) / whole)


def counted_of_all_conferences(figure: PublishedFigure) -> Decimal:
    """The share of all conferences, those before their enquiry included, which have no duration."""
    assert figure.numerator is not None
    (row,) = [
        row
        for row in read("c4")
        if row["geographic_level"] == figure.level
        and row[AREAS[figure.level]] == figure.area
        and row["time_period"] == str(figure.year)
    ]
    return half_up(100 * figure.numerator / number(row["ICPC"]))


def is_inside(row: Mapping[str, str], area: str) -> bool:
    london = {"E13000001", "E13000002"} if area == "E12000007" else set()
    return area == "E92000001" or row["region_code"] in {area, *london}


def half_up(value: Decimal) -> Decimal:
    return (value * 10 + Decimal("0.5")) // 1 / 10


@pytest.mark.skipif(not INTERACTIVE_TOOL.exists(), reason="the interactive tool's figures are not beside the checkout")
@pytest.mark.parametrize(
    ("statistic", "measure", "agreeing", "explained"),
    [
        ("assessments_in_time", "Continue_Assess_Comp", 26, {"rounded counts": 1}),
        ("conferences_in_time", "CP_conf_15days", 21, {"rounded counts": 5, "of all conferences": 1}),
    ],
)
def test_durations_give_the_percentages_of_the_interactive_tool(
    figures: list[PublishedFigure], statistic: str, measure: str, agreeing: int, explained: dict[str, int]
) -> None:
    """The files hold no percentage: the tool has it for Derby, its region and England, 2016 to 2024."""
    by_the_tool = interactive_tool(measure)
    found = [
        replace(figure, published=by_the_tool[figure.area, figure.year])
        for figure in figures
        if figure.statistic == statistic and (figure.area, figure.year) in by_the_tool
    ]
    misses = [figure for figure in found if figure.counted != figure.published]
    assert (len(found) - len(misses), len(found)) == (agreeing, 27)
    assert "Local authority" not in {miss.level for miss in misses}
    assert Counter(explanation(miss) for miss in misses) == explained


def interactive_tool(measure: str) -> dict[tuple[str, int], Decimal]:
    codes = {"Derby": DERBY, "East Midlands": EAST_MIDLANDS, "England": "E92000001"}
    with INTERACTIVE_TOOL.open(encoding="utf-8", newline="") as lines:
        return {
            (codes[row["area"]], int(row["year"])): Decimal(row["value"])
            for row in csv.DictReader(lines)
            if row["measure_short"] == measure and row["value"]
        }


@pytest.mark.parametrize(
    ("statistic", "most"), [("assessments_in_time", (1507, 1671)), ("conferences_in_time", (1752, 1823))]
)
def test_most_authorities_have_a_share_in_time_though_bands_are_hidden(
    figures: list[PublishedFigure], statistic: str, most: tuple[int, int]
) -> None:
    of_authorities = [
        figure for figure in figures if figure.statistic == statistic and figure.level == "Local authority"
    ]
    assert (sum(figure.counted is not None for figure in of_authorities), len(of_authorities)) == most


@pytest.mark.parametrize(
    ("kpi_id", "stem", "in_time", "late", "published"),
    [
        ("assess_45wd", "c2", IN_45, AFTER_45, (65.8, 91.6, 95.9)),
        ("icpc_15wd", "c4", IN_15, AFTER_15, (91.1, 72.7, 57.2)),
    ],
)
def test_records_in_the_published_numbers_give_the_published_figure_through_the_kpi(
    run: Run, kpi_id: str, stem: str, in_time: Any, late: Any, published: tuple[float, ...]
) -> None:
    rows = read(stem)
    for year, percent in zip(YEARS, published, strict=True):
        row = of_area(rows, DERBY, year)
        counted = run.warehouse.execute(
            """
            SELECT sum(numerator), sum(denominator), published_percent(sum(numerator), sum(denominator))
            FROM snapshots.kpi_month
            WHERE kpi_id = $kpi AND team_code IS NULL AND authority_code = $area
                AND reporting_month BETWEEN $first AND $last
            """,
            {"kpi": kpi_id, "area": DERBY, "first": f"{year - 1}-04", "last": f"{year}-03"},
        ).fetchall()
        numerator = sum(int(row[band]) for band in in_time)
        assert counted == [(numerator, numerator + sum(int(row[band]) for band in late), percent)]


@pytest.mark.parametrize(
    ("kpi_id", "heading"),
    [
        ("agency_rate_fte", "agency_rate_fte"),
        ("vacancy_rate_fte", "vacancy_rate_fte"),
        ("turnover_rate_fte", "turnover_rate_fte"),
        ("absence_rate_fte", "absence_rate_fte"),
    ],
)
def test_posts_in_the_published_numbers_give_the_published_rates_through_the_kpi(
    run: Run, kpi_id: str, heading: str
) -> None:
    published = {row["new_la_code"]: float(row[heading]) for row in east_midlands()}
    counted = run.warehouse.execute(
        """
        SELECT authority_code, published_percent(numerator, denominator)
        FROM snapshots.kpi_month
        WHERE kpi_id = ? AND team_code IS NULL AND reporting_month = '2021-09'
        """,
        [kpi_id],
    ).fetchall()
    assert dict(counted) == published
    assert len(published) == 7


def test_the_projects_own_figures_are_those_of_the_files(run: Run) -> None:
    found = run.warehouse.sql(
        """
        SELECT own.statistic_id, own.area_code, own.year
        FROM reference.benchmark AS own
        INNER JOIN core.published_figure AS files
            ON own.statistic_id = files.statistic_id AND own.area_code = files.area_code AND own.year = files.year
        WHERE own.value <> coalesce(files.published_value, published_percent(files.numerator, files.denominator))
        ORDER BY ALL
        """
    ).fetchall()
    # Of England two of the six that the interactive tool has otherwise; of two neighbours, whose bands do not add up to
    # their conferences, it divides by these.
    assert found == [
        *(("conferences_in_time", neighbour, 2019) for neighbour in ("E06000035", "E08000027")),
        *(("conferences_in_time", "E92000001", year) for year in (2020, 2021)),
    ]


@pytest.mark.skipif(not INTERACTIVE_TOOL.exists(), reason="the interactive tool's figures are not beside the checkout")
def test_the_projects_own_figures_are_those_of_the_interactive_tool(run: Run) -> None:
    rows = run.warehouse.sql(
        """
        SELECT statistic_id, area_code, year, value FROM reference.benchmark
        WHERE area_code IN ('E06000015', 'E12000004', 'E92000001')
        """
    ).fetchall()
    # Two of the measures are counts, of which only Derby's own are held. Hidden or not there: substance misuse of Derby
    # in two years, unaccompanied children of 2019.
    assert len(rows) == 3 * 3 * len(MEASURES) - 3 * 2 * 2 - 2 - 3
    for statistic, area, year, value in rows:
        assert value == float(interactive_tool(MEASURES[statistic])[area, year])


def test_the_region_is_given_with_and_without_derby(run: Run) -> None:
    found = run.warehouse.sql(
        """
        SELECT geography, value, without_numerator, without_denominator, without_value
        FROM snapshots.benchmark
        WHERE authority_code = 'E06000015' AND kpi_id = 'icpc_15wd' AND year = 2021
        ORDER BY geography
        """
    ).fetchall()
    assert found == [
        ("council", 57.2, None, None, None),
        ("nation", 83.1, 59903, 71928, 83.3),
        ("neighbours", 85.5, None, None, None),
        ("region", 86.8, 5553, 6178, 89.9),
    ]

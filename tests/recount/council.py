"""All figures of an authority: a month at a time as from its own end, and pooled over six and twelve."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import reduce
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tests.recount import assessments, incidents, looked_after, need, outcomes, survey, visits_and_reviews, workforce
from tests.recount.days import after_months, month_ends
from tests.recount.records import Files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from fractions import Fraction

    from tests.recount.counted import Counted
    from tests.recount.records import Tables

COVERED_FROM = date(2018, 1, 31)
_FIRST_DAY = COVERED_FROM.replace(day=1)
COUNTS = frozenset(
    {
        "assess_open_overdue",
        "assessments_completed",
        "cin_count",
        "cla_ceased",
        "cla_count",
        "cla_missing_episodes",
        "cla_started",
        "contacts",
        "cpp_count",
        "cpp_ended",
        "cpp_started",
        "early_help_open",
        "icpc_count",
        "icpc_overdue",
        "pre_proceedings_open",
        "referrals",
        "s47_started",
        "sin_count",
    }
)
RATES_PER_10000 = {"cin_rate_10k": "cin_count", "cla_rate_10k": "cla_count", "cpp_rate_10k": "cpp_count"}
RATES_OF_A_YEAR = {
    "assessment_rate_10k": "assessments_completed",
    "cla_ceased_rate_10k": "cla_ceased",
    "cla_started_rate_10k": "cla_started",
    "cpp_ended_rate_10k": "cpp_ended",
    "cpp_started_rate_10k": "cpp_started",
    "icpc_rate_10k": "icpc_count",
    "referral_rate_10k": "referrals",
    "s47_rate_10k": "s47_started",
}
# As the KPIs' own pages list them.
CATEGORIES: dict[str, tuple[str, ...]] = {
    "assessment_duration_bands": ("to_10", "to_20", "to_30", "to_40", "to_45", "over_45", "unknown"),
    "cp_review_participation": ("PN0", "PN1", "PN2", "PN3", "PN4", "PN5", "PN6", "PN7", "unknown"),
    "cpp_category_share": need.PLAN_CATEGORIES,
    "icpc_duration_bands": ("to_10", "to_15", "to_20", "over_20", "unknown"),
    "referral_source_share": tuple(dict.fromkeys(need.SOURCES.values())),
    **outcomes.CATEGORIES,
}
OF_THE_DELIVERYS_MONTH = ("absence_rate_fte", "survey_response_rate", *outcomes.OF_THE_DELIVERYS_MONTH)
FLOWS = (
    "assess_45wd",
    "assess_45wd_due_basis",
    "assess_45wd_from_referral",
    "assessment_child_seen",
    "assessment_duration_bands",
    "assessment_nfa",
    "assessments_completed",
    "cin_review_in_time",
    "cla_review_in_time",
    "cla_visit_in_time",
    "contact_to_referral",
    "contacts",
    "cp_child_visits_all_in_time",
    "cp_review_in_time",
    "cp_review_participation",
    "cp_visit_in_line_with_plan",
    "cp_visit_seen_alone",
    "cpp_2y_ended",
    "cpp_3m_ended",
    "cpp_duration",
    "cpp_ended",
    "cpp_repeat_2y",
    "cpp_repeat_ever",
    "cpp_started",
    "icpc_15wd",
    "icpc_count",
    "icpc_duration_bands",
    "icpc_to_plan",
    "icpc_transfer_in_15wd",
    "lcspr_published_6m",
    "rapid_review_15wd",
    "referral_nfa",
    "referral_source_share",
    "referrals",
    "rereferral_12m",
    "s47_repeat_12m",
    "s47_started",
    "s47_to_icpc",
    "sin_count",
    "sin_notified_5wd",
    *outcomes.FLOWS,
)
STOCKS = (
    "agency_per_vacancy",
    "agency_rate_fte",
    "assess_open_overdue",
    "baby_direct_visit",
    "caseload_above_upper",
    "caseload_average",
    "caseload_below_lower",
    "caseload_other_average",
    "cin_count",
    "cin_duration_2y",
    "cla_count",
    "cla_review_ni66",
    "cla_visit_snapshot",
    "cp_review_ni67",
    "cp_visit_snapshot",
    "cpp_2y_open",
    "cpp_category_share",
    "cpp_count",
    "early_help_open",
    "icpc_overdue",
    "starter_rate_fte",
    "turnover_rate_fte",
    "vacancy_rate_fte",
    "worker_changes_12m",
    *outcomes.STOCKS,
)
LATER = outcomes.MONTHS_NEEDED_BEFORE
KPIS = (*FLOWS, *STOCKS, *LATER, *RATES_PER_10000, *RATES_OF_A_YEAR, *OF_THE_DELIVERYS_MONTH)


class Figure(NamedTuple):
    """Of a count the denominator is None."""

    numerator: int | Fraction
    denominator: int | Fraction | None

    def __str__(self) -> str:
        return f"{float(self.numerator):g} of {'-' if self.denominator is None else f'{float(self.denominator):g}'}"

    def plus(self, other: Figure) -> Figure:
        bottom = None if self.denominator is None or other.denominator is None else self.denominator + other.denominator
        return Figure(self.numerator + other.numerator, bottom)


class Key(NamedTuple):
    """``month``: its last day. ``team``: None for the authority."""

    kpi: str
    month: date
    team: str | None
    category: str | None = None


class CodeLists(NamedTuple):
    """Which roles are an allocated worker's, which a social worker's, and how many children live there, by year."""

    allocated: frozenset[str]
    social_work: frozenset[str]
    population: Mapping[int, int]


Figures = dict[Key, Figure]


def recount(tables: Tables, codes: CodeLists, last: date) -> Figures:
    """Every KPI of every month from January 2018 to that of the delivery; of a month in which nothing was, zeros."""
    figures: Figures = {}
    for _, of_month in reversed([*newest_first(tables, codes, last)]):
        figures |= of_month
    for end in month_ends(COVERED_FROM, last):
        figures.update(_rates(figures, codes, end))
    return figures


def newest_first(tables: Tables, codes: CodeLists, last: date) -> Iterator[tuple[date, Figures]]:
    """The figures of each month but the rates, so that a search for one that differs can end with the first."""
    files = Files(tables, codes.allocated)
    own = _own_rows(files)
    for end in reversed(month_ends(COVERED_FROM, last)):
        figures: Figures = {}
        for kpi in (*FLOWS, *STOCKS, *_counted_later(end)):
            for category in CATEGORIES.get(kpi, (None,)):
                figures[Key(kpi, end, None, category)] = Figure(0, None if kpi in COUNTS else 0)
        _add(figures, end, _of_month(files, own, codes, end))
        if end == last:
            figures |= {Key(kpi, last, None): Figure(0, 0) for kpi in OF_THE_DELIVERYS_MONTH}
            _add(figures, last, _of_the_deliverys_month(files, codes, last))
        yield end, figures


def of_each_child(tables: Tables, codes: CodeLists, last: date) -> dict[str, Figures]:
    """What each child adds to the figures, by its id."""
    files = Files(tables, codes.allocated)
    own = _own_rows(files)
    figures: dict[str, Figures] = {name: {} for name in {*files.children, *(name for each in own for name in each.of)}}
    for end in month_ends(COVERED_FROM, last):
        for each in _of_month(files, own, codes, end):
            if each.child is not None:
                _add(figures[each.child], end, [each])
    return figures


def windows(figures: Figures, last: date) -> dict[tuple[int, Key], Figure]:
    """What happens in a month, pooled over the whole months to each, as far as the records cover them."""
    months = month_ends(COVERED_FROM, last)
    pooled: dict[tuple[int, Key], Figure] = {}
    for kpi, team, category in {(key.kpi, key.team, key.category) for key in figures if key.kpi in FLOWS}:
        for length in (6, 12):
            for number in range(length, len(months) + 1):
                there = [Key(kpi, end, team, category) for end in months[number - length : number]]
                members = [figures[key] for key in there if key in figures]
                if members:
                    pooled[length, there[-1]] = reduce(Figure.plus, members)
    return pooled


def _own_rows(files: Files) -> tuple[need.OwnRows, outcomes.CareRows]:
    return need.OwnRows(files), outcomes.CareRows(files)


def _counted_later(end: date) -> list[str]:
    return [kpi for kpi, months in LATER.items() if after_months(end.replace(day=1), -months) >= _FIRST_DAY]


def _rates(figures: Figures, codes: CodeLists, end: date) -> Figures:
    """What is counted at the month's end, or in the twelve months to it if all are covered, of the population."""
    estimates = [year for year in codes.population if date(year, 6, 30) <= end]
    if not estimates:
        return {}
    population = codes.population[max(estimates)]
    rates = {
        Key(rate, end, None): Figure(figures[Key(count, end, None)].numerator, population)
        for rate, count in RATES_PER_10000.items()
    }
    year = month_ends(after_months(end.replace(day=1), -11), end)
    if year[0] >= COVERED_FROM:
        for rate, count in RATES_OF_A_YEAR.items():
            rates[Key(rate, end, None)] = Figure(
                sum(figures[Key(count, month, None)].numerator for month in year), population
            )
    return rates


def _add(figures: Figures, end: date, counted: Iterable[Counted]) -> None:
    """Each to its team and to the authority; of a KPI with categories to what each of them is a share of."""
    alike = Counter((each.kpi, each.team, each.category, each.numerator, each.denominator) for each in counted)
    for (kpi, team, category, numerator, denominator), times in alike.items():
        for share in CATEGORIES.get(kpi, (None,)):
            top, bottom = numerator if share == category else 0, denominator
            added = Figure(top * times, None if bottom is None else bottom * times)
            for part in {team, None}:
                key = Key(kpi, end, part, share)
                figures[key] = figures[key].plus(added) if key in figures else added


def _of_month(
    files: Files, own: tuple[need.OwnRows, outcomes.CareRows], codes: CodeLists, end: date
) -> Iterator[Counted]:
    children = [child.seen_from(end) for child in files.children.values() if child.may_count(end)]
    links = assessments.Links(children)
    for child in children:
        counted = (
            assessments.of_child(child, links, end),
            looked_after.of_child(child, end),
            visits_and_reviews.of_child(child, end),
        )
        yield from (each._replace(child=child.id) for each in chain(*counted))
    wanted = {*FLOWS, *STOCKS, *_counted_later(end)}
    yield from (counted for each in own for counted in each.of_month(end) if counted.kpi in wanted)
    workers = workforce.read_workers(files.rows("ssd_professionals"), codes.social_work)
    bounds = workforce.read_bounds(files.rows("local_caseload_bounds"))
    yield from workforce.of_cases(children, workers, bounds, end)
    yield from workforce.of_posts(workforce.read_posts(files.rows("local_posts"), codes.social_work), end)
    reviews = files.rows("local_serious_incident_reviews")
    yield from incidents.of_notifications(files.rows("local_serious_incidents"), reviews, end)
    yield from incidents.of_practice_reviews(reviews, end)


def _of_the_deliverys_month(files: Files, codes: CodeLists, last: date) -> Iterator[Counted]:
    yield from workforce.sickness(workforce.read_posts(files.rows("local_posts"), codes.social_work), last)
    yield from outcomes.CareRows(files).of_the_deliverys_month(last)
    yield from survey.response_rate(files.rows("survey_invited"), files.rows("survey_responses"))

"""Every published figure of one authority, counted again from the text of its files, by the register's letter.

An audit: no SQL, no table and no function of the pipeline. A figure is (numerator, denominator); a key of ``months``
and ``windows`` is (KPI, month as its last day, team or None for the authority). Fractions stay fractions to the end.
"""

from __future__ import annotations

import calendar
import csv
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    Row = Mapping[str, str]
    Key = tuple[str, date, str | None]

COVERED_FROM = date(2018, 1, 31)
ASSESSMENT_LIMIT, CONFERENCE_LIMIT = 45, 15
RATES, COUNTS = ("assess_45wd", "icpc_15wd"), ("cla_count", "cpp_count")
SHORT_BREAKS = {"V3", "V4"}
WORDS = {"strongly disagree": 1, "disagree": 2, "neither agree nor disagree": 3, "agree": 4, "strongly agree": 5}
HOLIDAYS = holidays.country_holidays("GB", subdiv="ENG", years=range(1995, 2031))
FIRST_DAY, LAST_DAY = date(1995, 1, 1), date(2030, 12, 31)


@dataclass(frozen=True)
class Figure:
    numerator: int
    denominator: int | None

    @property
    def value(self) -> Fraction | None:
        if self.denominator is None:
            return Fraction(self.numerator)
        return Fraction(100 * self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Window:
    """Six months of a rate, pooled; or a count at its month's end, with the one of twelve months before."""

    figure: Figure
    first: date
    mean_of_months: Fraction | None = None
    base: date | None = None
    base_value: int | None = None


@dataclass(frozen=True)
class Score:
    score: Fraction
    rag: str
    respondents: int


@dataclass(frozen=True)
class Involvement:
    start: date
    end: date
    tie: str
    team: str | None


# The text of the files.


def usable_rows(file: Path, key: str, person: str | None = None) -> Iterator[Row]:
    """The first row with each key; none without its key or its person, and none with too many or too few fields."""
    seen = set()
    with file.open(encoding="utf-8-sig", newline="") as stream:
        records = csv.reader(stream)
        headings = [heading.strip() for heading in next(records)]
        for record in records:
            if len(record) != len(headings):
                continue
            row = {heading: value.strip() for heading, value in zip(headings, record, strict=True)}
            if not row[key] or row[key] in seen:
                continue
            seen.add(row[key])
            if person is None or row[person]:
                yield row


def day(text: str) -> date | None:
    for pattern in (r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", r"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})"):
        if found := re.fullmatch(pattern, text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None


def team(text: str) -> str | None:
    return text if re.fullmatch(r"[A-Za-z0-9_/-]*[0-9][A-Za-z0-9_/-]*", text) and len(text) <= 20 else None


# Clocks and months.


@cache
def working_days(start: date, end: date) -> int:
    """How many working days lie in (start, end]."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(each.weekday() < 5 and each not in HOLIDAYS for each in days)


def month_end(of: date) -> date:
    return of.replace(day=calendar.monthrange(of.year, of.month)[1])


def months_back(end: date, months: int) -> date:
    number = end.year * 12 + end.month - 1 - months
    return month_end(date(number // 12, number % 12 + 1, 1))


def age_on(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def is_open(start: date | None, end: date | None, on: date) -> bool:
    return start is not None and start <= on and (end is None or end > on)


class Recount:
    """All figures of the months from 2018 to the one of the delivery. ``ties`` counts decisions left to an id."""

    def __init__(self, ssd: Path, survey: Path, last: date) -> None:
        self._ssd = ssd
        self._survey = survey
        self.ties = 0
        span = (last.year - COVERED_FROM.year) * 12 + last.month - COVERED_FROM.month
        self.covered = [months_back(last, back) for back in range(span, -1, -1)]
        self._involvements = self._read_involvements()
        self.months: dict[Key, Figure] = {}
        for kpi, events in (("assess_45wd", self._assessments()), ("icpc_15wd", self._conferences())):
            self._tell_rates(kpi, events)
        for kpi, children in (("cla_count", self._looked_after()), ("cpp_count", self._on_plan())):
            self._tell_counts(kpi, children)
        self.windows = dict(self._every_window())
        self._answers = self._read_answers()
        self.months["survey_response_rate", last, None] = self._response_rate()
        self.scores = dict(self._every_score())

    def _rows(self, table: str, key: str, person: str) -> Iterator[Row]:
        return usable_rows(self._ssd / f"ssd_{table}.csv", key, person)

    # Whose child it was.

    def _read_involvements(self) -> dict[str, list[Involvement]]:
        of_child = defaultdict(list)
        for row in self._rows("involvements", "invo_involvements_id", "invo_person_id"):
            assert row["invo_professional_role_id"] == "Allocated Case Worker"
            start = day(row["invo_involvement_start_date"])
            if start is not None:
                end = day(row["invo_involvement_end_date"]) or date.max
                known = team(row["invo_professional_team"])
                of_child[row["invo_person_id"]].append(Involvement(start, end, row["invo_involvements_id"], known))
        return of_child

    def _team_of(self, child: str, on: date, own: str | None = None) -> str:
        if own is not None:
            return own
        open_ones = [each for each in self._involvements.get(child, ()) if each.start <= on < each.end]
        latest = [each for each in open_ones if each.start == max(other.start for other in open_ones)]
        self.ties += len({each.team for each in latest}) > 1
        return (min(latest, key=lambda each: each.tie).team if latest else None) or "unallocated"

    # Events, as (month, team, in time).

    def _assessments(self) -> Iterator[tuple[date, str, bool]]:
        for row in self._rows("cin_assessments", "cina_assessment_id", "cina_person_id"):
            start, stop = day(row["cina_assessment_start_date"]), day(row["cina_assessment_auth_date"])
            if start is None or stop is None or not FIRST_DAY <= start <= stop <= LAST_DAY:
                continue
            allocated = self._team_of(row["cina_person_id"], stop, team(row["cina_assessment_team"]))
            yield month_end(stop), allocated, working_days(start, stop) <= ASSESSMENT_LIMIT

    def _conferences(self) -> Iterator[tuple[date, str, bool]]:
        enquiries = {
            row["s47e_s47_enquiry_id"]: day(row["s47e_s47_start_date"])
            for row in self._rows("s47_enquiry", "s47e_s47_enquiry_id", "s47e_person_id")
        }
        counted = defaultdict(list)
        for row in self._rows("initial_cp_conference", "icpc_icpc_id", "icpc_person_id"):
            held, start = day(row["icpc_icpc_date"]), enquiries.get(row["icpc_s47_enquiry_id"])
            if row["icpc_icpc_transfer_in"] != "Y" and held and start and FIRST_DAY <= start <= held <= LAST_DAY:
                own = team(row["icpc_icpc_team"])
                counted[row["icpc_person_id"], held].append((start, row["icpc_icpc_id"], own))
        for (child, held), records in counted.items():
            start, _, own = min(records, key=lambda record: record[:2])
            self.ties += len({record[2] for record in records if record[0] == start}) > 1
            yield month_end(held), self._team_of(child, held, own), working_days(start, held) <= CONFERENCE_LIMIT

    # Children at a month's end.

    def _looked_after(self) -> dict[date, set[str]]:
        born = {
            row["pers_person_id"]: day(row["pers_dob"])
            for row in usable_rows(self._ssd / "ssd_person.csv", "pers_person_id")
        }
        statuses = defaultdict(list)
        for row in self._rows("legal_status", "lega_legal_status_id", "lega_person_id"):
            start, end = day(row["lega_legal_status_start_date"]), day(row["lega_legal_status_end_date"])
            statuses[row["lega_person_id"]].append((start, end, row["lega_legal_status"]))
        children = defaultdict(set)
        for row in self._rows("cla_episodes", "clae_cla_episode_id", "clae_person_id"):
            child = row["clae_person_id"]
            start, end = day(row["clae_cla_episode_start_date"]), day(row["clae_cla_episode_ceased_date"])
            for on in self._month_ends(start, end):
                birth = born.get(child)
                is_adult = birth is not None and age_on(birth, on) >= 18
                if not is_adult and not self._on_short_breaks(statuses[child], on):
                    children[on].add(child)
        return children

    def _on_short_breaks(self, statuses: Iterable[tuple[date | None, date | None, str]], on: date) -> bool:
        then = [(start, code) for start, end, code in statuses if start is not None and is_open(start, end, on)]
        latest = {code in SHORT_BREAKS for start, code in then if start == max(other for other, _ in then)}
        self.ties += len(latest) > 1
        return latest == {True}

    def _on_plan(self) -> dict[date, set[str]]:
        children = defaultdict(set)
        for row in self._rows("cp_plans", "cppl_cp_plan_id", "cppl_person_id"):
            start, end = day(row["cppl_cp_plan_start_date"]), day(row["cppl_cp_plan_end_date"])
            if row["cppl_cp_plan_ola"] != "Y":
                for on in self._month_ends(start, end):
                    children[on].add(row["cppl_person_id"])
        return children

    def _month_ends(self, start: date | None, end: date | None) -> Iterator[date]:
        return (on for on in self.covered if is_open(start, end, on))

    # Months and windows.

    def _tell_rates(self, kpi: str, events: Iterable[tuple[date, str, bool]]) -> None:
        in_time, of_all = Counter[tuple[date, str | None]](), Counter[tuple[date, str | None]]()
        for on, allocated, is_in_time in events:
            for group in (allocated, None):
                of_all[on, group] += 1
                in_time[on, group] += is_in_time
        for on, group in {*((on, None) for on in self.covered), *of_all}:
            if on in self.covered:
                self.months[kpi, on, group] = Figure(in_time[on, group], of_all[on, group])

    def _tell_counts(self, kpi: str, children: Mapping[date, set[str]]) -> None:
        for on in self.covered:
            teams = Counter(self._team_of(child, on) for child in children.get(on, ()))
            self.months[kpi, on, None] = Figure(teams.total(), None)
            for group, number in teams.items():
                self.months[kpi, on, group] = Figure(number, None)

    def _every_window(self) -> Iterator[tuple[Key, Window]]:
        groups = {(kpi, group) for kpi, _, group in self.months}
        for kpi, group in groups:
            figures = {on: self.months[kpi, on, group] for on in self.covered if (kpi, on, group) in self.months}
            for on in self.covered:
                window = self._pooled(figures, on) if kpi in RATES else self._changed(figures, on)
                if window is not None:
                    yield (kpi, on, group), window

    def _pooled(self, figures: Mapping[date, Figure], on: date) -> Window | None:
        six = [months_back(on, back) for back in range(6)]
        members = [figures[each] for each in six if each in figures]
        if six[-1] not in self.covered or not members:
            return None
        pooled = Figure(sum(each.numerator for each in members), sum(each.denominator or 0 for each in members))
        values = [each.value for each in members if each.value is not None]
        return Window(pooled, six[-1], Fraction(sum(values), 6) if len(values) == 6 else None)

    def _changed(self, figures: Mapping[date, Figure], on: date) -> Window | None:
        then = months_back(on, 12)
        is_based = then in self.covered
        if on not in figures and not (is_based and then in figures):
            return None
        now, before = (figures.get(each, Figure(0, None)) for each in (on, then))
        return Window(now, on, base=then if is_based else None, base_value=before.numerator if is_based else None)

    # The survey.

    def _read_answers(self) -> dict[str, dict[str, int]]:
        """Of each respondent the readable answers, by question."""
        questions = [row["question_id"] for row in usable_rows(self._survey / "questions.csv", "question_id")]
        return {
            row["respondent_id"]: {
                question: answer for question in questions if (answer := self._point(row[question])) is not None
            }
            for row in usable_rows(self._survey / "responses.csv", "respondent_id")
        }

    @staticmethod
    def _point(text: str) -> int | None:
        return int(text) if re.fullmatch("[1-5]", text) else WORDS.get(text.lower())

    def _response_rate(self) -> Figure:
        (invited,) = usable_rows(self._survey / "invited.csv", "invited")
        return Figure(sum(bool(answers) for answers in self._answers.values()), int(invited["invited"]))

    def _every_score(self) -> Iterator[tuple[tuple[str, str], Score]]:
        questions = defaultdict(list)
        for row in usable_rows(self._survey / "questions.csv", "question_id"):
            assert row["points"] == "5"
            assert (row["reverse"] == "Y") == (row["standard_id"] == "tensions")
            if row["standard_id"] != "unassigned":
                questions[row["standard_id"]].append(row["question_id"])
        for standard, ids in questions.items():
            items = [[given[each] for given in self._answers.values() if each in given] for each in ids]
            means = [Fraction(100 * sum(point - 1 for point in item), 4 * len(item)) for item in items]
            respondents = sum(any(each in given for each in ids) for given in self._answers.values())
            mean = Fraction(sum(means), len(means))
            yield (standard, "council"), Score(mean, rag(standard, mean), respondents)
        with (self._survey / "comparators.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                score, standard = Fraction(row["score"]), row["standard_id"]
                yield (standard, row["geography"]), Score(score, rag(standard, score), int(row["respondents"]))


def rag(standard: str, score: Fraction) -> str:
    """Of the score, half up to a whole number: to 50 red, to 74 amber; of Tensions to 50 green, to 75 amber."""
    whole = int(score + Fraction(1, 2))
    if standard == "tensions":
        return ("green", "amber", "red")[bisect_right([51, 76], whole)]
    return ("red", "amber", "green")[bisect_right([51, 75], whole)]

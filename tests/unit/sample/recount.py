"""A second opinion: the register's figures counted from the CSV text alone, sharing no code with what wrote it."""

from __future__ import annotations

import bisect
import calendar
import csv
import datetime as dt
import io
import json
from collections import defaultdict
from functools import cache, cached_property
from typing import TYPE_CHECKING

import holidays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

WINDOW = [(2020, 9), (2020, 10), (2020, 11), (2020, 12), (2021, 1), (2021, 2)]
BANK_HOLIDAYS = frozenset(holidays.country_holidays("GB", subdiv="ENG", years=range(2010, 2024)))
Record = dict[str, str]
Due = tuple[dt.date, bool]


def month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


@cache
def _working_days() -> list[dt.date]:
    every = (dt.date(2010, 1, 1) + dt.timedelta(n) for n in range(14 * 365))
    return [day for day in every if day.weekday() < 5 and day not in BANK_HOLIDAYS]


def elapsed(start: dt.date, end: dt.date) -> int:
    """Working days in (start, end]."""
    days = _working_days()
    return bisect.bisect_right(days, end) - bisect.bisect_right(days, start)


def working_days_after(start: dt.date, number: int) -> dt.date:
    days = _working_days()
    return days[bisect.bisect_right(days, start) + number - 1]


def months_after(start: dt.date, months: int) -> dt.date:
    number = start.year * 12 + start.month - 1 + months
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@cache
def as_date(text: str) -> dt.date | None:
    """ISO, timestamp or dd/mm/yyyy; None for blank and for what cannot be read."""
    for form, length in (("%Y-%m-%d", 10), ("%d/%m/%Y", 10)):
        try:
            return dt.datetime.strptime(text.strip()[:length], form).date()
        except ValueError:
            continue
    return None


def decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def records(path: Path, key: str | None = None) -> list[Record]:
    """The usable records of a file: as many fields as the header, a key, and no record with that key before it."""
    lines = csv.reader(io.StringIO(decoded(path.read_bytes()), newline=""))
    header = [heading.strip() for heading in next(lines)]
    found: list[Record] = []
    seen: set[str] = set()
    for fields in lines:
        if len(fields) != len(header):
            continue
        record = dict(zip(header, (field.strip() for field in fields), strict=True))
        if key is not None:
            if not record[key] or record[key] in seen:
                continue
            seen.add(record[key])
        found.append(record)
    return found


def what_fell_due(
    start: dt.date,
    end: dt.date | None,
    events: Iterable[dt.date],
    due_after: Callable[[dt.date, int], dt.date],
    as_of: dt.date,
) -> Iterator[Due]:
    """Each obligation that fell due by ``as_of``, or was met early, and whether it was met."""
    limit = end if end is not None and end <= as_of else dt.date.max
    waiting = sorted(day for day in events if start <= day <= min(as_of, limit))
    since, held = start, 0
    while True:
        due = due_after(since, held)
        event = waiting[held] if held < len(waiting) else None
        if event is None or event > due:
            while due < limit and due <= as_of:
                yield due, False
                due = due_after(due, held)
                if event is not None and event <= due:
                    break
            if event is None:
                return
        else:
            yield due, True
        since, held = event, held + 1


def pooled(dues: Callable[[dt.date], Iterator[Due]]) -> tuple[int, int]:
    """Met and fallen due over the window, each month as at its own end."""
    met = total = 0
    for year, month in WINDOW:
        for due, in_time in dues(month_end(year, month)):
            if (due.year, due.month) == (year, month):
                total += 1
                met += in_time
    return met, total


def half_up(numerator: float, denominator: float = 1.0) -> int:
    return int(numerator / denominator + 0.5)


class Recount:
    """The figures of one SSD delivery."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def table(self, name: str, key: str | None = None) -> list[Record]:
        return records(self._folder / f"ssd_{name}.csv", key)

    @cached_property
    def unborn(self) -> set[str]:
        return {p["pers_person_id"] for p in self.table("person", "pers_person_id") if not as_date(p["pers_dob"])}

    @cached_property
    def plans(self) -> list[Record]:
        return [p for p in self.table("cp_plans", "cppl_cp_plan_id") if p["cppl_cp_plan_ola"] != "Y"]

    @cached_property
    def _care_spells(self) -> dict[str, tuple[str, dt.date, dt.date | None]]:
        """Child, start and end of each spell of care that is no series of short breaks."""
        episodes = defaultdict(list)
        short = {
            status["lega_person_id"]
            for status in self.table("legal_status", "lega_legal_status_id")
            if status["lega_legal_status"] in ("V3", "V4")
        }
        for episode in self.table("cla_episodes", "clae_cla_episode_id"):
            start = as_date(episode["clae_cla_episode_start_date"])
            if start and episode["clae_person_id"] not in short:
                ceased = as_date(episode["clae_cla_episode_ceased_date"])
                episodes[episode["clae_cla_id"]].append((start, ceased, episode["clae_person_id"]))
        return {
            spell: (
                rows[0][2],
                min(e[0] for e in rows),
                None if any(e[1] is None for e in rows) else max(e[1] for e in rows),
            )
            for spell, rows in episodes.items()
        }

    def children_on_plans(self, day: dt.date) -> int:
        return len(
            {
                plan["cppl_person_id"]
                for plan in self.plans
                if _open(as_date(plan["cppl_cp_plan_start_date"]), as_date(plan["cppl_cp_plan_end_date"]), day)
            }
        )

    def children_looked_after(self, day: dt.date) -> int:
        return len({child for child, start, end in self._care_spells.values() if _open(start, end, day)})

    def assessments_in_time(self) -> dict[tuple[int, int], tuple[int, int]]:
        """By month of authorisation: within 45 working days, and all."""
        done = [
            (as_date(a["cina_assessment_start_date"]), as_date(a["cina_assessment_auth_date"]))
            for a in self.table("cin_assessments", "cina_assessment_id")
        ]
        return _by_month((end, elapsed(start, end) <= 45) for start, end in done if start and end and start <= end)

    def conferences_in_time(self) -> dict[tuple[int, int], tuple[int, int]]:
        """By month of the conference: within 15 working days of the start of the enquiry, and all."""
        enquiries = {
            e["s47e_s47_enquiry_id"]: as_date(e["s47e_s47_start_date"])
            for e in self.table("s47_enquiry", "s47e_s47_enquiry_id")
        }
        held = [
            (enquiries.get(c["icpc_s47_enquiry_id"]), as_date(c["icpc_icpc_date"]))
            for c in self.table("initial_cp_conference", "icpc_icpc_id")
            if c["icpc_icpc_transfer_in"] != "Y"
        ]
        return _by_month((end, elapsed(start, end) <= 15) for start, end in held if start and end and start <= end)

    def cp_visits_in_time(self) -> tuple[int, int]:
        visits = _days_by(self.table("cp_visits", "cppv_cp_visit_id"), "cppv_cp_plan_id", "cppv_cp_visit")
        plans = [plan for plan in self.plans if plan["cppl_person_id"] not in self.unborn]
        return self._of_plans(plans, visits, lambda since, _: working_days_after(since, 10))

    def cp_reviews_in_time(self) -> tuple[int, int]:
        held = defaultdict(list)
        for review in self.table("cp_reviews", "cppr_cp_review_id"):
            if review["cppr_cp_review_quorate"] == "Y" and (day := as_date(review["cppr_cp_review_date"])):
                held[review["cppr_cp_plan_id"]].append(day)
        return self._of_plans(self.plans, held, lambda since, reviews: months_after(since, 6 if reviews else 3))

    def _of_plans(
        self, plans: list[Record], held: dict[str, list[dt.date]], due_after: Callable[[dt.date, int], dt.date]
    ) -> tuple[int, int]:
        def dues(as_of: dt.date) -> Iterator[Due]:
            for plan in plans:
                start, end = as_date(plan["cppl_cp_plan_start_date"]), as_date(plan["cppl_cp_plan_end_date"])
                if start and start <= as_of:
                    yield from what_fell_due(start, end, held.get(plan["cppl_cp_plan_id"], ()), due_after, as_of)

        return pooled(dues)

    def cin_visits_in_time(self) -> tuple[int, int]:
        """Every 20 working days of a child in need plan, as the sample has it."""
        visits = _days_by(self.table("cin_visits", "cinv_cin_visit_id"), "cinv_person_id", "cinv_cin_visit")
        plans = self.table("cin_plans", "cinp_cin_plan_id")

        def dues(as_of: dt.date) -> Iterator[Due]:
            for plan in plans:
                start, end = as_date(plan["cinp_cin_plan_start_date"]), as_date(plan["cinp_cin_plan_end_date"])
                if start and start <= as_of and (end is None or end >= start):
                    days = visits.get(plan["cinp_person_id"], ())
                    yield from what_fell_due(start, end, days, lambda since, _: working_days_after(since, 20), as_of)

        return pooled(dues)

    def cla_reviews_in_time(self) -> tuple[int, int]:
        held = self._cla_reviews

        def due_after(since: dt.date, reviews: int) -> dt.date:
            return working_days_after(since, 20) if reviews == 0 else months_after(since, 3 if reviews == 1 else 6)

        def due_after_placed(since: dt.date, reviews: int) -> dt.date:
            return since + dt.timedelta(28) if reviews == 0 else months_after(since, 3 if reviews == 1 else 6)

        def dues(as_of: dt.date) -> Iterator[Due]:
            for spell, (_, start, end) in self._care_spells.items():
                placed = self._placed_for_adoption.get(spell)
                known = placed if placed is not None and placed <= as_of else None
                if start <= as_of:
                    before = [day for day in held.get(spell, ()) if known is None or day <= known]
                    yield from what_fell_due(start, known or end, before, due_after, as_of)
                if known is not None:
                    since = [day for day in held.get(spell, ()) if day > known]
                    yield from what_fell_due(known, end, since, due_after_placed, as_of)

        return pooled(dues)

    @cached_property
    def _placed_for_adoption(self) -> dict[str, dt.date]:
        """The day of it by spell of care; it lasts until the care ends."""
        return {
            placement["clap_cla_id"]: start
            for placement in self.table("cla_placement", "clap_cla_placement_id")
            if placement["clap_cla_placement_type"] == "A6"
            and (start := as_date(placement["clap_cla_placement_start_date"]))
        }

    @cached_property
    def _cla_reviews(self) -> dict[str, list[dt.date]]:
        held = defaultdict(list)
        for review in self.table("cla_reviews", "clar_cla_review_id"):
            if review["clar_cla_review_cancelled"] != "Y" and (day := as_date(review["clar_cla_review_date"])):
                held[review["clar_cla_id"]].append(day)
        return held

    def cla_visits_in_time(self) -> tuple[int, int]:
        """Regulation 28; long-term where the placement type or the care plan of the day says so."""
        visits = _days_by(self.table("cla_visits", "clav_cla_visit_id"), "clav_cla_id", "clav_cla_visit")
        statuses, care_plans = self._spans_by_child()
        placements = [
            placement
            for placement in self.table("cla_placement", "clap_cla_placement_id")
            if placement["clap_cla_id"] in self._care_spells
        ]

        def dues(as_of: dt.date) -> Iterator[Due]:
            for placement in placements:
                start, end = (as_date(placement[f"clap_cla_placement_{side}_date"]) for side in ("start", "end"))
                if start is None or start > as_of:
                    continue
                child, spell = placement["clap_person_id"], placement["clap_cla_id"]
                reviews = self._cla_reviews.get(spell, ())
                first_review = min(reviews, default=dt.date.max)
                placed_review = min((day for day in reviews if day > start), default=dt.date.max)

                def due_after(since: dt.date, visits: int) -> dt.date:
                    kind = placement["clap_cla_placement_type"]  # noqa: B023
                    legal = _on(statuses[child], since)  # noqa: B023
                    with_parent = kind == "P1" and legal == "C1"
                    if visits == 0 and since == start:  # noqa: B023
                        return since + dt.timedelta(7)
                    if kind == "A6":
                        return since + dt.timedelta(7 if since < placed_review else 42)  # noqa: B023
                    if with_parent:
                        return since + dt.timedelta(7 if since < first_review else 28)  # noqa: B023
                    long_term = kind in ("U1", "U4") or _on(care_plans[child], since) in ("LTFOST18", "LTRELFR")  # noqa: B023
                    if long_term and since >= months_after(start, 12):  # noqa: B023
                        return months_after(since, 3)
                    return since + dt.timedelta(42)

                yield from what_fell_due(start, end, visits_of(visits[spell], start, end), due_after, as_of)

        return pooled(dues)

    def _spans_by_child(self) -> tuple[dict[str, list[tuple]], dict[str, list[tuple]]]:
        statuses, care_plans = defaultdict(list), defaultdict(list)
        for status in self.table("legal_status", "lega_legal_status_id"):
            span = (as_date(status["lega_legal_status_start_date"]), as_date(status["lega_legal_status_end_date"]))
            statuses[status["lega_person_id"]].append((*span, status["lega_legal_status"]))
        for plan in self.table("cla_care_plan", "lacp_table_id"):
            span = (as_date(plan["lacp_cla_care_plan_start_date"]), as_date(plan["lacp_cla_care_plan_end_date"]))
            chosen = [key for key, flag in json.loads(plan["lacp_cla_care_plan_json"]).items() if flag == "Y"]
            care_plans[plan["lacp_person_id"]].append((*span, chosen[0]))
        return statuses, care_plans


def visits_of(visits: list[dt.date], start: dt.date, end: dt.date | None) -> list[dt.date]:
    return [day for day in visits if start <= day and (end is None or day <= end)]


def _on(spans: list[tuple], day: dt.date) -> str | None:
    return next((what for start, end, what in spans if start and _open(start, end, day)), None)


def _open(start: dt.date | None, end: dt.date | None, day: dt.date) -> bool:
    return start is not None and start <= day and (end is None or end > day)


def _days_by(rows: list[Record], key: str, prefix: str) -> dict[str, list[dt.date]]:
    days = defaultdict(list)
    for row in rows:
        day = as_date(row[f"{prefix}_date"])
        if day and row[f"{prefix}_seen"] == "Y":
            days[row[key]].append(day)
    return days


def _by_month(events: Iterable[tuple[dt.date, bool]]) -> dict[tuple[int, int], tuple[int, int]]:
    counts: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for day, in_time in events:
        met, total = counts[day.year, day.month]
        counts[day.year, day.month] = met + in_time, total + 1
    return counts


def window_of(counts: dict[tuple[int, int], tuple[int, int]]) -> tuple[int, int]:
    return sum(counts[month][0] for month in WINDOW), sum(counts[month][1] for month in WINDOW)


WORDS = ["strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"]


def survey_scores(folder: Path) -> tuple[dict[str, float], dict[str, float], int]:
    """Mean of item means by standard, item means by question, and respondents who answered anything."""
    standards = {q["question_id"]: q["standard_id"] for q in records(folder / "questions.csv", "question_id")}
    responses = records(folder / "responses.csv", "respondent_id")
    items = {}
    for question in standards:
        given = [score for response in responses if (score := _score(response[question])) is not None]
        items[question] = sum(given) / len(given)
    by_standard = defaultdict(list)
    for question, mean in items.items():
        by_standard[standards[question]].append(mean)
    answered = sum(any(_score(response[question]) is not None for question in standards) for response in responses)
    return {standard: sum(means) / len(means) for standard, means in by_standard.items()}, items, answered


def _score(answer: str) -> float | None:
    if answer.lower() in WORDS:
        return 25.0 * WORDS.index(answer.lower())
    return 25.0 * (int(answer) - 1) if answer in ("1", "2", "3", "4", "5") else None

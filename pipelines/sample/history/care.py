"""Being looked after: episodes, placements, legal statuses, care plans, visits and reviews.

Visits follow regulation 28: within a week of the start of every placement; then at least every six weeks in the
placement's first year; after it every three months where the placement is meant to last to 18 (U1 and U4, whose
children have a care plan that says so, and nobody else has), else every six weeks. With a parent (P1): under a care
order every six weeks throughout; under an interim care order weekly until the first review, then every four weeks.
Which of the two intervals holds is decided on the day from which it runs. Placed for adoption (A6): weekly until the
first review, which is within four weeks, then every six weeks.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from pipelines.sample.history import shape
from pipelines.sample.history.apportion import Pace
from pipelines.sample.history.calendar import add_months, add_years
from pipelines.sample.history.clocks import Clock, Course, Event, held
from pipelines.sample.history.need import primary_need
from pipelines.sample.history.outcomes import latest_contact, outcome_rows
from pipelines.sample.history.protection import participation
from pipelines.sample.history.records import flags, visit_rows, yes_no
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from pipelines.sample.history.calendar import WorkingDays
    from pipelines.sample.history.people import Person
    from pipelines.sample.history.records import ChildHistory, TableRow
    from pipelines.sample.history.stock import Spell

A_WEEK, FOUR_WEEKS, SIX_WEEKS = dt.timedelta(7), dt.timedelta(28), dt.timedelta(42)
LONG_TERM_MONTHS = 3
LONG_TERM = {"U1": "LTRELFR", "U4": "LTFOST18"}
WITH_A_PARENT, FOR_ADOPTION = "P1", "A6"
FIRST_REVIEW_WORKING_DAYS, SECOND_REVIEW_MONTHS, REVIEW_MONTHS = 20, 3, 6
ALWAYS = 100.0
"""A leaning under which nothing is late."""

CARE_PLANS = (
    "REMAINSUP",
    "RETURN1M",
    "RETURN6M",
    "RETURNEV",
    "LTRELFR",
    "LTFOST18",
    "RESPLMT",
    "SUPPLIV",
    "ADOPTION",
    "OTHERPLN",
)
PROVIDERS = {"U": ("PR1", "PR4", "PR1"), "K": ("PR4", "PR1", "PR4"), "H": ("PR4", "PR5"), "A": ("PR1", "PR2")}
CHANGE_REASONS = ("CARPL", "CARPL", "CREQB", "CREQO", "STAND", "LAREQ", "CHILD", "OTHER")
HOME_AGAIN = ("E4A", "E4A", "E4B", "E13", "E45", "E41", "E8")
FORMER_CARERS = "E45"
GROWN_UP = ("E17", "E5", "E6", "E15", "E7")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a child lives, from one day to another; the next begins on the day this one ends."""

    number: int
    kind: str
    start: dt.date
    end: dt.date | None


@dataclass(frozen=True, slots=True)
class Status:
    """A legal status, likewise."""

    code: str
    start: dt.date
    end: dt.date | None


class Care:
    """Tells the care part of a journey, keeping the pace of visits and reviews."""

    def __init__(self, seed: int, days: WorkingDays) -> None:
        self._seed = seed
        self._days = days
        self._immunised: set[str] = set()
        self._visit_pace = Pace(stream(seed, "pace of cla visits"), shape.CLA_VISITS, unrest=2.0)
        self._review_pace = Pace(stream(seed, "pace of cla reviews"), shape.CLA_REVIEWS, unrest=0.0)
        self._adoption_visit_pace = Pace(stream(seed, "pace of adoption visits"), shape.CLA_VISITS, unrest=0.0)
        self._adoption_review_pace = Pace(stream(seed, "pace of adoption reviews"), shape.CLA_REVIEWS, unrest=0.0)

    def rows(self, history: ChildHistory) -> Iterator[TableRow]:
        """Rows of the six tables of care, and of those about what became of the child."""
        rng = stream(self._seed, "care told", history.journey.number)
        if history.journey.care is not None:
            yield from self._with_adoption(history, list(self._stay_rows(rng, history, history.journey.care)))
        yield from _short_breaks(rng, history)

    def _stay_rows(self, rng: random.Random, history: ChildHistory, care: Spell) -> Iterator[TableRow]:
        statuses = _statuses(rng, history.person, care)
        placements = list(_placements(rng, history.person, care, statuses))
        reviews = list(self._held_reviews(rng, history, care))
        yield from _placement_rows(rng, history, placements)
        yield from _status_rows(history, statuses)
        for table, row in _episode_rows(rng, history, care, statuses, placements):
            start, end = row["clae_cla_episode_start_date"], row["clae_cla_episode_ceased_date"]
            yield table, {**row, "clae_cla_last_iro_contact_date": latest_contact(self._seed, history, start, end)}
        yield from _care_plan_rows(rng, history, placements)
        yield from _review_rows(rng, history, reviews)
        for table, row in outcome_rows(self._seed, history, care, placements, statuses):
            if table != "ssd_cla_immunisations" or history.person.id not in self._immunised:
                yield table, row
        self._immunised.add(history.person.id)
        events = (
            event for placement in placements for event in self._visits(rng, history, placement, statuses, reviews)
        )
        yield from visit_rows("ssd_cla_visits", "clav_cla_visit", rng, events, _visit_keys(history, 1))

    def _with_adoption(self, history: ChildHistory, rows: list[TableRow]) -> Iterator[TableRow]:
        """The rows, with other visits and reviews from the day on which the child was placed for adoption."""
        placed = next((row for _, row in rows if row.get("clap_cla_placement_type") == FOR_ADOPTION), None)
        if placed is None:
            yield from rows
            return
        start, end = placed["clap_cla_placement_start_date"], placed["clap_cla_placement_end_date"]
        dates = ("clav_cla_visit_date", "clar_cla_review_date")
        yield from ((name, row) for name, row in rows if not any(date in row and row[date] > start for date in dates))
        rng = stream(self._seed, "placed for adoption", history.journey.number)
        course = Course(start, end, leaning=history.leaning)
        review_clock = Clock(self._adoption_review_pace, _next_adoption_review_due, earliest=7, latest=5)
        reviews = list(held(rng, self._days, review_clock, course))
        first_review = reviews[0].day if reviews else dt.date.max

        def visit_due_after(since: dt.date, _: int) -> dt.date:
            return since + (A_WEEK if since < first_review else SIX_WEEKS)

        visit_clock = Clock(self._adoption_visit_pace, visit_due_after, earliest=3, latest=5)
        visits = held(rng, self._days, visit_clock, course)
        yield from _review_rows(rng, history, reviews, len(rows))
        yield from visit_rows("ssd_cla_visits", "clav_cla_visit", rng, visits, _visit_keys(history, len(rows)))

    def _held_reviews(self, rng: random.Random, history: ChildHistory, care: Spell) -> Iterator[Event]:
        """Every review; a few are called off first."""
        course = Course(care.start, care.end, leaning=history.leaning)
        clock = Clock(self._review_pace, self._next_review_due, earliest=20, latest=24, attempts=0.3)
        last = care.start
        for event in held(rng, self._days, clock, course):
            if event.valid and rng.random() < 0.04 and (event.day - last).days > 12:
                yield Event(self._days.before(event.day, 5), event.due, valid=False)
            yield event
            last = event.day

    def _next_review_due(self, since: dt.date, reviews: int) -> dt.date:
        if reviews == 0:
            return self._days.after(since, FIRST_REVIEW_WORKING_DAYS)
        return add_months(since, SECOND_REVIEW_MONTHS if reviews == 1 else REVIEW_MONTHS)

    def _visits(
        self,
        rng: random.Random,
        history: ChildHistory,
        placement: Placement,
        statuses: list[Status],
        reviews: list[Event],
    ) -> Iterator[Event]:
        status = next(s.code for s in statuses if s.start <= placement.start and (not s.end or s.end > placement.start))
        interim = placement.kind == WITH_A_PARENT and status == "C1"
        first_review = next((review.day for review in reviews if review.valid), dt.date.max)

        def due_after(since: dt.date, visits: int) -> dt.date:
            if visits == 0 or (interim and since < first_review):
                return since + A_WEEK
            return _next_visit_due(placement, interim, since)

        clock = Clock(self._visit_pace, due_after, earliest=14, latest=25, runs=(0.88, 0.12), attempts=0.3)
        leaning = (lambda _: ALWAYS) if interim else history.leaning
        return held(rng, self._days, clock, Course(placement.start, placement.end, leaning=leaning))


def _visit_keys(history: ChildHistory, first: int) -> Iterator[dict[str, Any]]:
    for number in count(first):
        yield {
            "clav_cla_visit_id": history.key("LV", number),
            "clav_cla_id": history.key("L"),
            "clav_person_id": history.person.id,
        }


def _next_adoption_review_due(since: dt.date, reviews: int) -> dt.date:
    if reviews == 0:
        return since + FOUR_WEEKS
    return add_months(since, SECOND_REVIEW_MONTHS if reviews == 1 else REVIEW_MONTHS)


def _next_visit_due(placement: Placement, interim: bool, since: dt.date) -> dt.date:
    if interim:
        return since + FOUR_WEEKS
    if placement.kind in LONG_TERM and since >= add_years(placement.start, 1):
        return add_months(since, LONG_TERM_MONTHS)
    return since + SIX_WEEKS


def _statuses(rng: random.Random, person: Person, care: Spell) -> list[Status]:
    """Legal statuses one after another; children under an interim order with a parent keep that order."""
    changes: list[tuple[str, dt.date]] = [("C1", care.start)]
    way = rng.random()
    if way < 0.6:
        ordered = care.start + dt.timedelta(rng.randint(170, 330))
        changes.append(("C2", ordered))
        if person.years_on(care.start) < 4 and rng.random() < 0.3:
            changes.append(("E1", ordered + dt.timedelta(rng.randint(60, 200))))
    elif way < 0.98:
        changes = [("V2", care.start)]
        if rng.random() < 0.25:
            changes.append(("C1", care.start + dt.timedelta(rng.randint(40, 150))))
            changes.append(("C2", changes[-1][1] + dt.timedelta(rng.randint(170, 300))))
    last = care.end or shape.HORIZON
    kept = [(code, start) for code, start in changes if start < last]
    ends = [start for _, start in kept[1:]] + [care.end]
    return [Status(code, start, end) for (code, start), end in zip(kept, ends, strict=True)]


def _placements(rng: random.Random, person: Person, care: Spell, statuses: list[Status]) -> Iterator[Placement]:
    """Placements one after another, no move within two days of the end of care."""
    start, last = care.start, care.end or shape.HORIZON
    for number in count(1):
        kind, lasts = _next_placement(rng, person, care, statuses, start)
        end = start + dt.timedelta(lasts)
        if end > last - dt.timedelta(2):
            yield Placement(number, kind, start, care.end)
            return
        yield Placement(number, kind, start, end)
        start = end


def _next_placement(
    rng: random.Random, person: Person, care: Spell, statuses: list[Status], day: dt.date
) -> tuple[str, int]:
    """Kind of the placement that starts on the day, and how many days it lasts unless care ends first."""
    if len(statuses) == 1 and statuses[0].code == "C1" and rng.random() < 0.05:
        return WITH_A_PARENT, 100_000
    status = next(s for s in statuses if s.start <= day and (s.end is None or s.end > day))
    age, months = person.years_on(day), care.length_on(day) / 30.4
    chance = rng.random()
    if status.code == "E1":
        return FOR_ADOPTION, 100_000
    if status.code == "C2" and status.end is None and chance < 0.07:
        return WITH_A_PARENT, 60 + int(rng.expovariate(1 / 300))
    if months >= 9 and chance < 0.62 and age < 17 and not _adoption_to_come(statuses):
        return rng.choice(("U4", "U4", "U1")), 200 + int(rng.expovariate(1 / 1100))
    if age >= 16:
        return rng.choice(("H5", "H5", "U6", "K2")), 40 + int(rng.expovariate(1 / 260))
    if age >= 11:
        return rng.choice(("U6", "U6", "K2", "K2", "U3")), 12 + int(rng.expovariate(1 / 240))
    return rng.choice(("U6", "U6", "U6", "U3", "U3", "R3" if age < 1 else "U5")), 12 + int(rng.expovariate(1 / 260))


def _adoption_to_come(statuses: list[Status]) -> bool:
    return statuses[-1].code == "E1"


def _placement_rows(rng: random.Random, history: ChildHistory, placements: list[Placement]) -> Iterator[TableRow]:
    for placement in placements:
        kind = placement.kind
        provider = "PR0" if kind == WITH_A_PARENT else rng.choice(PROVIDERS.get(kind[0], ("PR1",)))
        moved_on = placement is not placements[-1]
        yield (
            "ssd_cla_placement",
            {
                "clap_cla_placement_id": history.key("P", placement.number),
                "clap_cla_placement_start_date": placement.start,
                "clap_cla_placement_type": kind,
                "clap_cla_placement_urn": f"SC9{rng.randint(0, 99999):05d}" if kind[0] in "KHR" else None,
                "clap_cla_placement_distance": f"{rng.expovariate(1 / 11):.1f}",
                "clap_cla_id": history.key("L"),
                "clap_cla_placement_provider": provider,
                "clap_cla_placement_postcode": f"ZZ99 {rng.randint(1, 9)}{rng.choice('ABDEFGH')}Z",
                "clap_cla_placement_end_date": placement.end,
                "clap_cla_placement_change_reason": rng.choice(CHANGE_REASONS) if moved_on else None,
                "clap_person_id": history.person.id,
            },
        )


def _status_rows(history: ChildHistory, statuses: list[Status]) -> Iterator[TableRow]:
    for number, status in enumerate(statuses, start=1):
        yield (
            "ssd_legal_status",
            {
                "lega_legal_status_id": history.key("LS", number),
                "lega_person_id": history.person.id,
                "lega_legal_status": status.code,
                "lega_legal_status_start_date": status.start,
                "lega_legal_status_end_date": status.end,
            },
        )


def _episode_rows(
    rng: random.Random, history: ChildHistory, care: Spell, statuses: list[Status], placements: list[Placement]
) -> Iterator[TableRow]:
    """A new episode with each change of placement or legal status, begun the day the last one ends."""
    legal, moves = {status.start for status in statuses}, {placement.start for placement in placements}
    starts = sorted(legal | moves)
    need = primary_need(rng, history)
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], care.end], strict=True), start=1):
        reason = "S" if number == 1 else "B" if start in legal and start in moves else "L" if start in legal else "P"
        lives_in = next(p for p in placements if p.start <= start and (p.end is None or p.end > start))
        yield (
            "ssd_cla_episodes",
            {
                "clae_cla_episode_id": history.key("LE", number),
                "clae_person_id": history.person.id,
                "clae_cla_episode_start_date": start,
                "clae_cla_episode_start_reason": reason,
                "clae_cla_primary_need_code": need,
                "clae_cla_episode_ceased_date": end,
                "clae_cla_episode_ceased_reason": "X1" if end != care.end else _left_to(rng, care, lives_in),
                "clae_cla_id": history.key("L"),
                "clae_referral_id": history.referral_id,
                "clae_cla_placement_id": history.key("P", lives_in.number),
                "clae_entered_care_date": care.start,
            },
        )


def _left_to(rng: random.Random, care: Spell, placement: Placement) -> str | None:
    if care.end is None:
        return None
    if care.end == care.latest:
        return rng.choice(GROWN_UP)
    if placement.kind == FOR_ADOPTION:
        return rng.choice(("E11", "E12"))
    reason = rng.choice(HOME_AGAIN)
    return "E47" if reason == FORMER_CARERS and placement.kind[0] != "U" else reason


def _care_plan_rows(rng: random.Random, history: ChildHistory, placements: list[Placement]) -> Iterator[TableRow]:
    """A care plan a placement: long-term where the placement is, and only there."""
    for placement in placements:
        yield (
            "ssd_cla_care_plan",
            {
                "lacp_table_id": history.key("LP", placement.number),
                "lacp_person_id": history.person.id,
                "lacp_cla_care_plan_start_date": placement.start,
                "lacp_cla_care_plan_end_date": placement.end,
                "lacp_cla_care_plan_json": flags(CARE_PLANS, [_intention(rng, history.person, placement)]),
            },
        )


def _intention(rng: random.Random, person: Person, placement: Placement) -> str:
    if placement.kind in LONG_TERM:
        return LONG_TERM[placement.kind]
    if placement.kind == FOR_ADOPTION:
        return "ADOPTION"
    if placement.kind == WITH_A_PARENT:
        return "REMAINSUP"
    if person.years_on(placement.start) >= 16:
        return "SUPPLIV"
    return rng.choice(("RETURN1M", "RETURN6M", "RETURN6M", "RETURNEV", "OTHERPLN"))


def _review_rows(rng: random.Random, history: ChildHistory, reviews: list[Event], first: int = 1) -> Iterator[TableRow]:
    for number, review in enumerate(reviews, start=first):
        took_part = participation(rng, history.person.years_on(review.day)) if review.valid else None
        yield (
            "ssd_cla_reviews",
            {
                "clar_cla_review_id": history.key("LR", number),
                "clar_cla_id": history.key("L"),
                "clar_cla_review_due_date": review.due,
                "clar_cla_review_date": review.day,
                "clar_cla_review_cancelled": yes_no(not review.valid),
                "clar_cla_review_participation": took_part,
            },
        )


def _short_breaks(rng: random.Random, history: ChildHistory) -> Iterator[TableRow]:
    """A placement, an episode and a V4 status for every break."""
    for number, stay in enumerate(history.journey.short_breaks, start=1):
        placement = Placement(number, "U6", stay.start, stay.end)
        for table, row in _placement_rows(rng, history, [placement]):
            yield table, {**row, "clap_cla_placement_distance": None}
        yield (
            "ssd_legal_status",
            {
                "lega_legal_status_id": history.key("LS", number),
                "lega_person_id": history.person.id,
                "lega_legal_status": "V4",
                "lega_legal_status_start_date": stay.start,
                "lega_legal_status_end_date": stay.end,
            },
        )
        yield (
            "ssd_cla_episodes",
            {
                "clae_cla_episode_id": history.key("LE", number),
                "clae_person_id": history.person.id,
                "clae_cla_episode_start_date": stay.start,
                "clae_cla_episode_start_reason": "S",
                "clae_cla_primary_need_code": "N2",
                "clae_cla_episode_ceased_date": stay.end,
                "clae_cla_episode_ceased_reason": "E8",
                "clae_cla_id": history.key("L"),
                "clae_referral_id": history.referral_id,
                "clae_cla_placement_id": history.key("P", number),
                "clae_entered_care_date": stay.start,
            },
        )

"""What a child goes through, from referral to closure: one journey an episode of need, protection or care.

Journeys are made backwards from the dates that the counts hang on (a conference, the start of care, an authorised
assessment), so that what is late there is late by choice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.periods import Period
from pipelines.sample.history import shape
from pipelines.sample.history.apportion import between_anchors, how_many, late_ones, months_between
from pipelines.sample.history.calendar import add_years
from pipelines.sample.history.stock import Spell, Stock, live
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

    from pipelines.sample.history.calendar import WorkingDays

LONGEST_CP_PLAN_YEARS = 3
NEED_BEGINS = Period(2017, 9)
TRANSFERS_IN = 0.03
FROM_PLAN_TO_CARE = 0.3


@dataclass(slots=True)
class Journey:
    """One episode. ``dob`` is set where the journey asks for an age; unborn children have none and a due date."""

    referral: dt.date
    dob: dt.date | None = None
    expected_dob: dt.date | None = None
    assessment: Spell | None = None
    enquiry: Spell | None = None
    conference: dt.date | None = None
    transfer_in: bool = False
    plan: Spell | None = None
    plan_of_other_authority: bool = False
    cin_plan: Spell | None = None
    care: Spell | None = None
    short_breaks: list[Spell] = field(default_factory=list)
    close: dt.date | None = None
    number: int = 0
    person: int = 0

    @property
    def ends_at_a_review(self) -> bool:
        """Plans end at a review conference unless the child became looked after."""
        return self.plan is not None and self.plan.end is not None and self.care is None

    @property
    def has_conference(self) -> bool:
        """A conference that a section 47 enquiry led to."""
        return self.conference is not None and not self.transfer_in


def all_journeys(seed: int, scale: float, days: WorkingDays) -> list[Journey]:
    """Every journey in order of referral, numbered from 1; persons are not given yet."""
    care = _care(seed, scale, days)
    protection = _protection(seed, scale, days)
    _from_plans_to_care(stream(seed, "to care"), protection, care)
    journeys = [*protection, *(_care_journey(stream(seed, "care", n), days, c) for n, c in enumerate(care) if c.dob)]
    _hold_conferences(stream(seed, "conferences"), days, [j for j in journeys if j.has_conference])
    needs = _needs(seed, scale, days, [j.assessment for j in journeys if j.assessment])
    journeys += [*needs, *_other_authorities(seed, scale, days), *_short_breaks(seed, scale, days)]
    journeys.sort(key=lambda journey: journey.referral)
    for number, journey in enumerate(journeys, start=1):
        journey.number = number
    return journeys


@dataclass(slots=True)
class _Entry:
    """A spell of care and the child's date of birth; none once another journey has taken the spell over."""

    spell: Spell
    dob: dt.date | None


def _care(seed: int, scale: float, days: WorkingDays) -> list[_Entry]:
    births: dict[int, dt.date] = {}

    def enter(rng: random.Random, start: dt.date) -> Spell:
        born = start - dt.timedelta(_age_in_days(rng))
        spell = Spell(start, latest=add_years(born, 18))
        births[id(spell)] = born
        return spell

    rng = stream(seed, "care")
    counts = between_anchors(shape.LOOKED_AFTER, scale, rng)
    stock = Stock(counts, shape.STARTS_OF_CARE * scale, enter, _ready_to_leave_care)
    initial = [_in_care_already(rng, days, enter) for _ in range(next(iter(counts.values())))]
    return [_Entry(spell, births[id(spell)]) for spell in live(rng, days, stock, initial)]


def _in_care_already(rng: random.Random, days: WorkingDays, enter: Callable[[random.Random, dt.date], Spell]) -> Spell:
    while True:
        start = shape.EARLIEST_START + dt.timedelta(int(1090 * max(rng.random(), rng.random())))
        spell = enter(rng, days.on_or_before(start))
        if spell.latest and spell.latest > shape.FIRST_MONTH.last_day:
            return spell


def _age_in_days(rng: random.Random) -> int:
    low, high = rng.choices(((2, 350), (365, 1800), (1826, 3600), (3652, 5800), (5840, 6400)), (18, 20, 21, 27, 14))[0]
    return rng.randint(low, high)


def _ready_to_leave_care(spell: Spell, day: dt.date) -> float:
    months = spell.length_on(day) / 30.4
    return 2.0 if months < 6 else 1.2 if months < 24 else 0.5


def _protection(seed: int, scale: float, days: WorkingDays) -> list[Journey]:
    rng = stream(seed, "protection")
    counts = between_anchors(shape.ON_A_PLAN, scale, rng)
    stock = Stock(counts, shape.STARTS_OF_PLANS * scale, lambda _, start: _plan(start), _ready_to_leave_plan)
    initial = [_on_a_plan_already(rng, days) for _ in range(next(iter(counts.values())))]
    plans = live(rng, days, stock, initial)
    journeys = [_plan_journey(stream(seed, "protection", n), days, plan) for n, plan in enumerate(plans)]
    _some_unborn(rng, journeys, round(shape.UNBORN_CHILDREN * max(scale, 0.2)))
    for month in months_between(Period(2017, 11), shape.LAST_MONTH):
        for _ in range(how_many(rng, shape.CONFERENCES_WITHOUT_A_PLAN * scale, month)):
            conference = days.some_day(rng, month)
            journeys.append(Journey(referral=conference, conference=conference))
    return journeys


def _plan(start: dt.date) -> Spell:
    return Spell(start, latest=add_years(start, LONGEST_CP_PLAN_YEARS))


def _on_a_plan_already(rng: random.Random, days: WorkingDays) -> Spell:
    back = min(int(rng.expovariate(1 / 240)) + 1, 560)
    return _plan(days.on_or_before(dt.date(2017, 12, 29) - dt.timedelta(back)))


def _ready_to_leave_plan(plan: Spell, day: dt.date) -> float:
    """Plans end at reviews, and those come three, nine, fifteen months after the start."""
    months = round(plan.length_on(day) / 30.4)
    return {2: 2.5, 3: 1.5, 7: 2.0, 8: 6.0, 9: 2.5, 13: 4.0, 14: 7.0, 15: 4.0}.get(months, 0.35 if months < 13 else 3.0)


def _plan_journey(rng: random.Random, days: WorkingDays, plan: Spell) -> Journey:
    journey = Journey(referral=plan.start, conference=plan.start, plan=plan)
    if rng.random() < TRANSFERS_IN:
        journey.transfer_in = True
        journey.referral = days.before(plan.start, rng.randint(6, 18))
        _after_protection(rng, days, journey)
    return journey


def _some_unborn(rng: random.Random, journeys: list[Journey], wanted: int) -> None:
    """A few of the newest plans of the window are for children not born yet: no visit to them is due by its end."""
    newest = [
        journey
        for journey in journeys
        if journey.plan and dt.date(2021, 2, 15) <= journey.plan.start <= shape.WINDOW_LAST and not journey.transfer_in
    ]
    for journey in newest[:wanted]:
        journey.expected_dob = shape.HORIZON + dt.timedelta(rng.randint(5, 60))


def _from_plans_to_care(rng: random.Random, protection: list[Journey], care: list[_Entry]) -> None:
    """Some plans end because the child becomes looked after that day: one journey takes both."""
    ended: dict[tuple[int, int], list[Journey]] = {}
    for journey in protection:
        if journey.plan and journey.plan.end and not journey.transfer_in:
            ended.setdefault((journey.plan.end.year, journey.plan.end.month), []).append(journey)
    for entry in care:
        start = entry.spell.start
        candidates = ended.get((start.year, start.month), [])
        if candidates and rng.random() < FROM_PLAN_TO_CARE:
            _join(candidates.pop(), entry)


def _join(journey: Journey, entry: _Entry) -> None:
    assert journey.plan and journey.plan.end and entry.dob
    fits = entry.dob < journey.plan.start - dt.timedelta(120)
    if fits and (entry.spell.end is None or entry.spell.end > journey.plan.end + dt.timedelta(1)):
        entry.spell.start = journey.plan.end
        journey.care, journey.dob, entry.dob = entry.spell, entry.dob, None


def _care_journey(rng: random.Random, days: WorkingDays, entry: _Entry) -> Journey:
    assert entry.dob
    start = entry.spell.start
    referral = max(start - dt.timedelta(rng.randint(3, 40)), entry.dob + dt.timedelta(1))
    journey = Journey(referral=days.on_or_before(min(referral, start)), dob=entry.dob, care=entry.spell)
    journey.referral = max(journey.referral, entry.dob)
    begun = days.after(journey.referral, 1)
    journey.assessment = Spell(begun, days.after(begun, rng.randint(10, 44)))
    _close_after(rng, days, journey, entry.spell.end)
    return journey


def _hold_conferences(rng: random.Random, days: WorkingDays, journeys: list[Journey]) -> None:
    """Choose which conferences are late, and give each its enquiry, referral, assessment and what follows."""
    late = late_ones(rng, [j.conference for j in journeys if j.conference], (), shape.CONFERENCE_IN_15_DAYS)
    for index, journey in enumerate(journeys):
        assert journey.conference
        waited = 16 + min(int(rng.expovariate(1 / 7)), 18) if index in late else rng.choice((6, 9, 11, 12, 13, 14, 15))
        begun = days.before(journey.conference, waited)
        journey.enquiry = Spell(begun, days.after(begun, rng.randint(3, min(14, waited))))
        journey.referral = days.before(begun, rng.randint(0, 6))
        assessed = days.after(journey.referral, rng.randint(0, 1))
        taken = min(max(days.elapsed(assessed, journey.conference) + rng.randint(-4, 4), 5), 45)
        journey.assessment = Spell(assessed, days.after(assessed, taken))
        _after_protection(rng, days, journey)


def _after_protection(rng: random.Random, days: WorkingDays, journey: Journey) -> None:
    """Step-down to a child in need plan, or closure; children who became looked after close after care."""
    if journey.care is not None:
        _close_after(rng, days, journey, journey.care.end)
        return
    over = journey.plan.end if journey.plan else journey.conference
    if over is not None and (journey.plan is None or rng.random() < 0.6):
        begun = days.after(over, 1)
        journey.cin_plan = Spell(begun, days.on_or_before(begun + dt.timedelta(rng.randint(70, 220))))
        over = journey.cin_plan.end
    _close_after(rng, days, journey, over)


def _close_after(rng: random.Random, days: WorkingDays, journey: Journey, over: dt.date | None) -> None:
    if over is not None:
        last = max(over, journey.assessment.end if journey.assessment and journey.assessment.end else over)
        journey.close = days.after(last, rng.randint(1, 12))


def _needs(seed: int, scale: float, days: WorkingDays, others: Iterable[Spell]) -> list[Journey]:
    """Assessments that lead to help or closure, and referrals that lead to neither."""
    rng = stream(seed, "need")
    done: list[dt.date] = []
    referrals: list[dt.date] = []
    for month in months_between(NEED_BEGINS, shape.LAST_MONTH.plus(2)):
        done += [days.some_day(rng, month) for _ in range(how_many(rng, shape.ASSESSMENTS_OF_NEED * scale, month))]
        refused = how_many(rng, shape.REFERRALS_WITHOUT_ASSESSMENT * scale, month)
        referrals += [days.some_day(rng, month) for _ in range(refused)]
    late = late_ones(rng, done, [other.end for other in others if other.end], shape.ASSESSED_IN_45_DAYS)
    assessed = [_assessed(stream(seed, "need", n), days, end, n in late) for n, end in enumerate(done)]
    return [*assessed, *(Journey(referral=day, close=days.after(day, 2)) for day in referrals)]


def _assessed(rng: random.Random, days: WorkingDays, end: dt.date, late: bool) -> Journey:
    taken = 46 + min(int(rng.expovariate(1 / 9)), 50) if late else round(rng.triangular(4, 45, 38))
    begun = days.before(end, taken)
    journey = Journey(referral=days.before(begun, rng.choice((0, 0, 1, 1, 2))), assessment=Spell(begun, end))
    if rng.random() < 0.34:
        asked = days.after(journey.referral, rng.randint(0, 4))
        journey.enquiry = Spell(asked, days.after(asked, rng.randint(2, 14)))
    if rng.random() < 0.36:
        planned = days.after(end, rng.randint(1, 7))
        lasts = min(max(int(rng.lognormvariate(4.95, 0.5)), 35), 500)
        journey.cin_plan = Spell(planned, days.on_or_before(planned + dt.timedelta(lasts)))
    _close_after(rng, days, journey, journey.cin_plan.end if journey.cin_plan else end)
    return journey


def _other_authorities(seed: int, scale: float, days: WorkingDays) -> list[Journey]:
    """Children living here whom another authority has on a plan: held for information, counted nowhere."""
    rng = stream(seed, "other authorities")
    journeys = []
    for month in months_between(Period(2018, 6), shape.LAST_MONTH):
        for _ in range(how_many(rng, shape.PLANS_OF_OTHER_AUTHORITIES * scale, month)):
            start = days.some_day(rng, month)
            plan = Spell(start, days.on_or_before(start + dt.timedelta(rng.randint(90, 300))))
            referral = days.before(start, rng.randint(1, 5))
            journey = Journey(referral=referral, plan=plan, plan_of_other_authority=True)
            _close_after(rng, days, journey, plan.end)
            journeys.append(journey)
    return journeys


def _short_breaks(seed: int, scale: float, days: WorkingDays) -> list[Journey]:
    """Disabled children with a few nights away each month (V4): looked after only then, and counted apart."""
    journeys = []
    for number in range(round(shape.SHORT_BREAK_CHILDREN * scale)):
        rng = stream(seed, "short breaks", number)
        dob = dt.date(2008, 1, 1) + dt.timedelta(rng.randint(0, 2000))
        referral = days.some_day(rng, Period(2018, rng.randint(1, 12)))
        journey = Journey(referral=referral, dob=dob)
        for month in months_between(Period(referral.year, referral.month).plus(3), shape.LAST_MONTH):
            start = month.last_day - dt.timedelta(rng.randint(0, 24))
            journey.short_breaks.append(Spell(start, start + dt.timedelta(rng.randint(1, 3))))
        assessed = days.after(referral, 1)
        journey.assessment = Spell(assessed, days.after(assessed, rng.randint(15, 40)))
        journeys.append(journey)
    return journeys

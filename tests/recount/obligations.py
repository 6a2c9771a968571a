"""What fell due for a child, and whether it was kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from tests.recount.days import Sooner, Timescale, after_months, birthday
from tests.recount.records import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.recount.records import Child, PlacementRecord, PlanRecord

MET, LATE, MISSED, LAPSED, NOT_YET_DUE = "met", "late", "missed", "lapsed", "not yet due"
STATUSES = (MET, LATE, MISSED, LAPSED, NOT_YET_DUE)
KINDS = ("cp_visit", "cp_review", "cin_review", "cla_visit", "cla_review")

CP_VISIT = Timescale(10, "working_days")
FIRST_CP_REVIEW, CP_REVIEW = Timescale(3, "months"), Timescale(6, "months")
FIRST_CIN_REVIEW, CIN_REVIEW = Timescale(3, "months"), Timescale(6, "months")
FIRST_CLA_REVIEW, SECOND_CLA_REVIEW, CLA_REVIEW = (
    Timescale(20, "working_days"),
    Timescale(3, "months"),
    Timescale(6, "months"),
)
FIRST_CLA_VISIT, CLA_VISIT, LASTING_CLA_VISIT = Timescale(7, "days"), Timescale(42, "days"), Timescale(3, "months")
INTERIM_ORDER_UNREVIEWED, INTERIM_ORDER = Timescale(7, "days"), Timescale(28, "days")
# After a year in long-term foster care, where the child agrees: regulation 28 as amended by SI 2015/495.
AGREED_CLA_VISIT = Timescale(6, "months")
# Adoption Agencies Regulations 2005, regulation 36; six weeks where nobody recorded what the review decided.
ADOPTION_VISIT, UNDECIDED_ADOPTION_VISIT = Timescale(1, "weeks"), Timescale(42, "days")
FIRST_ADOPTION_REVIEW, SECOND_ADOPTION_REVIEW, ADOPTION_REVIEW = (
    Timescale(4, "weeks"),
    Timescale(3, "months"),
    Timescale(6, "months"),
)
REVIEW_AFTER_ADOPTION = Timescale(42, "days")
# By video or telephone where face to face was not reasonably practicable: SI 2020/445, SI 2020/909, SI 2021/261.
REMOTE_FROM, REMOTE_TO = date(2020, 4, 24), date(2021, 9, 30)
LASTING_PLACEMENTS = ("U1", "U4")


@dataclass(frozen=True)
class ObligationRecord:
    kind: str
    due: date
    held: date | None
    status: str
    is_left_out: bool = False

    @property
    def day(self) -> date:
        """The due date or the day it was met, whichever came first."""
        return min(self.due, self.held) if self.held else self.due


@dataclass(frozen=True)
class SpellPart(Span):
    """A spell, or what a cut left of it. ``timescale(day, place)``: what holds for a clock that starts that day."""

    kind: str
    events: tuple[date, ...]
    timescale: Callable[[date, int], Timescale | Sooner]
    clock: date | None = None

    @property
    def next_due(self) -> date:
        """When the clock runs out that the last event began, or the start."""
        held = len(self.events)
        return self.due_after(self.events[-1] if held else self.start, held)

    def due_after(self, day: date, place: int) -> date:
        return self.timescale(day, place).after(day)

    def obligations(self, as_of: date) -> Iterator[ObligationRecord]:
        clock, held, missed = self.clock or self.start, 0, 0
        while True:
            due = self.due_after(clock, held + missed)
            event = self.events[held] if held < len(self.events) else None
            if event is not None and event <= due:
                yield ObligationRecord(self.kind, due, event, MET)
                clock, held, missed = event, held + 1, 0
            elif event is not None and event <= self.due_after(due, held + missed + 1):
                yield ObligationRecord(self.kind, due, event, LATE)
                clock, held, missed = event, held + 1, 0
            elif event is None and self.end is not None and due >= self.end:
                yield ObligationRecord(self.kind, due, None, LAPSED)
                return
            elif event is None and self.end is None and due > as_of:
                yield ObligationRecord(self.kind, due, None, NOT_YET_DUE)
                return
            else:
                yield ObligationRecord(self.kind, due, None, MISSED)
                clock, missed = due, missed + 1


def parts(
    kind: str,
    spell: Span,
    events: Iterable[date],
    timescale: Callable[[date, int], Timescale | Sooner],
    cuts: Iterable[date] = (),
) -> list[SpellPart]:
    """The spell cut on each day between its first and its last; an event on the day of a cut belongs to the later."""
    inside = sorted({cut for cut in cuts if spell.start < cut and (spell.end is None or cut < spell.end)})
    held = sorted({event for event in events if spell.holds(event)})
    starts, ends = [spell.start, *inside], [*inside, spell.end]
    return [
        SpellPart(
            start,
            end,
            kind,
            tuple(event for event in held if start <= event and (end == spell.end or event < (end or date.max))),
            timescale,
        )
        for start, end in zip(starts, ends, strict=True)
    ]


# Child protection and child in need.


def cp_visit_timescale(plans: list[PlanRecord], day: date, place: int = 0) -> Timescale:
    """What a plan states holds from its start, of the first of several that overlap from whenever it says."""
    stated = [
        (each.start if plan is plans[0] else max(each.start, plan.start), each.timescale)
        for plan in plans
        for each in plan.intervals
    ]
    in_force = [each for each in stated if each[0] <= day]
    return sorted(in_force, key=lambda each: each[0])[-1][1] if in_force else CP_VISIT


def stated_on(spell: PlanRecord | PlacementRecord, day: date) -> Timescale | None:
    """Of several stated from one day the last counts."""
    stated = [each for each in spell.intervals if each.start <= day]
    return sorted(stated, key=lambda each: each.start)[-1].timescale if stated else None


def cp_visit_parts(child: Child, plan: PlanRecord) -> list[SpellPart]:
    """Plans that overlap ask for one set of visits."""
    plans = next(together for together in overlapping_plans(child) if plan in together)
    ends = [plan.end for plan in plans]
    period = Span(plans[0].start, None if None in ends else max(end for end in ends if end))
    seen = [visit.start for visit in child.cp_visits if visit.is_direct]
    births = [child.born] if child.born else []
    return parts("cp_visit", period, seen, partial(cp_visit_timescale, plans), births)


def overlapping_plans(child: Child) -> list[list[PlanRecord]]:
    """The child's plans, those together that overlap, the one that started first in front."""
    together: list[list[PlanRecord]] = []
    for plan in sorted(own_plans(child), key=lambda each: (each.start, each.end or date.max)):
        if together and any(each.end is None or each.end > plan.start for each in together[-1]):
            together[-1].append(plan)
        else:
            together.append([plan])
    return together


def cp_visits(child: Child, as_of: date) -> Iterator[ObligationRecord]:
    """Those of the time before a birth are left out."""
    for first, *_ in overlapping_plans(child):
        for part in cp_visit_parts(child, first):
            is_before_birth = child.is_unborn or (child.born is not None and part.start < child.born)
            for each in part.obligations(as_of):
                yield leave_out(each, is_before_birth)


def cp_reviews(child: Child, as_of: date) -> Iterator[ObligationRecord]:
    for plan in own_plans(child):
        yield from cp_reviews_of(plan, child, as_of)


def cp_reviews_of(plan: PlanRecord, child: Child, as_of: date) -> Iterator[ObligationRecord]:
    """The first clock runs from the initial conference that is linked to the plan."""
    first = _linked_conference(child, plan)
    held = [review.start for review in child.cp_reviews if first is None or review.start > first]
    transfers = [each.start for each in child.conferences if each.is_transfer_in]
    for part in _reviews("cp_review", plan, held, cp_review_timescale, transfers):
        yield from (replace(part, clock=first) if part.start == plan.start else part).obligations(as_of)


def _linked_conference(child: Child, plan: PlanRecord) -> date | None:
    """None where it is so far from the start of the plan that one clock would be over before the other began."""
    linked = [
        each.start
        for each in child.conferences
        if (each.plan == plan.id or each.id == plan.conference) and not each.is_transfer_in
    ]
    near = [
        day for day in linked if day <= FIRST_CP_REVIEW.after(plan.start) and plan.start < FIRST_CP_REVIEW.after(day)
    ]
    return min(near, default=None)


def cin_reviews(child: Child, as_of: date) -> Iterator[ObligationRecord]:
    for plan in child.in_childhood(child.cin_plans):
        for part in _reviews("cin_review", plan, (each.start for each in child.cin_reviews), cin_review_timescale):
            for each in part.obligations(as_of):
                elsewhere = any(span.is_open(each.due) for span in (*own_plans(child), *child.episodes))
                yield leave_out(each, elsewhere)


def own_plans(child: Child) -> list[PlanRecord]:
    return child.in_childhood(plan for plan in child.cp_plans if not plan.of_another_authority)


def plan_on(child: Child, day: date) -> PlanRecord | None:
    """Of several the one that started last."""
    return max((plan for plan in own_plans(child) if plan.is_open(day)), key=lambda each: each.start, default=None)


def cp_review_timescale(day: date, place: int) -> Timescale:
    return CP_REVIEW if place else FIRST_CP_REVIEW


def cin_review_timescale(day: date, place: int) -> Timescale:
    return CIN_REVIEW if place else FIRST_CIN_REVIEW


def _reviews(
    kind: str,
    spell: Span,
    held: Iterable[date],
    timescale: Callable[[date, int], Timescale | Sooner],
    cuts: Iterable[date] = (),
) -> Iterator[SpellPart]:
    """A review on the first day of the spell keeps nothing."""
    yield from parts(kind, spell, (day for day in held if day > spell.start), timescale, cuts)


# Children looked after.


def cla_review_timescale(day: date, place: int) -> Timescale:
    return (FIRST_CLA_REVIEW, SECOND_CLA_REVIEW, CLA_REVIEW)[min(place, 2)]


def adoption_review_timescale(day: date, place: int) -> Timescale:
    return (FIRST_ADOPTION_REVIEW, SECOND_ADOPTION_REVIEW, ADOPTION_REVIEW)[min(place, 2)]


def review_after_adoption_timescale(day: date, place: int) -> Timescale:
    return CLA_REVIEW if place else REVIEW_AFTER_ADOPTION


def cla_reviews(child: Child, as_of: date) -> Iterator[ObligationRecord]:
    for period in child.periods_of_care():
        yield from cla_reviews_of(period, child, as_of)


def cla_reviews_of(period: Span, child: Child, as_of: date) -> Iterator[ObligationRecord]:
    for part in cla_review_parts(child, period):
        for each in part.obligations(as_of):
            yield leave_out(each, in_no_need_of_it(child, each.due))


def cla_review_parts(child: Child, period: Span) -> list[SpellPart]:
    """They start anew with a placement for adoption, and with its end; one on that day is of the part before."""
    placements = [each for each in child.placements if each.is_for_adoption and each.end != each.start]
    days = {day for each in placements for day in (each.start, each.end) if day is not None}
    cuts = sorted(day for day in days if period.start < day and (period.end is None or day < period.end))
    held = sorted({each.start for each in child.cla_reviews if period.holds(each.start)})
    made = []
    for start, end in zip([period.start, *cuts], [*cuts, period.end], strict=True):
        events = tuple(day for day in held if start < day and (end is None or day <= end))
        made.append(SpellPart(start, end, "cla_review", events, _review_timescale(placements, period, start)))
    return made


def _review_timescale(placements: list[PlacementRecord], period: Span, start: date) -> Callable[[date, int], Timescale]:
    if any(each.is_open(start) for each in placements):
        return adoption_review_timescale
    if start > period.start and any(each.end == start for each in placements):
        return review_after_adoption_timescale
    return cla_review_timescale


def cla_visits(child: Child, as_of: date) -> Iterator[ObligationRecord]:
    for placement in child.placements:
        for part in cla_visit_parts(child, placement):
            for each in part.obligations(as_of):
                yield leave_out(each, in_no_need_of_it(child, each.due))


def cla_visit_parts(child: Child, placement: PlacementRecord) -> list[SpellPart]:
    """Of a placement in a period of care; none where it was for the short breaks before it."""
    for period in child.periods_of_care():
        if period.first_day <= placement.start and (period.end is None or placement.start < period.end):
            if placement.start < period.start and placement.end is not None and placement.end <= period.start:
                return []
            ends = [end for end in (placement.end, period.end) if end is not None]
            spell = Span(max(placement.start, period.start), min(ends, default=None))
            seen = [each.start for each in child.cla_visits if each.is_seen and _is_allowed(each.mode, each.start)]
            orders = [each.start for each in child.legal_statuses if each.code == "C2" and placement.kind == "P1"]
            timescale = partial(cla_visit_timescale, child, placement, period, spell)
            return parts("cla_visit", spell, seen, timescale, orders)
    return []


def placement_on(child: Child, day: date) -> PlacementRecord | None:
    """In a period of care; of several the one that started last, then by type."""
    of_each = [(each, cla_visit_parts(child, each)) for each in child.placements]
    there = [(made[0].start, each) for each, made in of_each if any(part.is_open(day) for part in made)]
    latest = [each for start, each in there if start == max(other for other, _ in there)]
    return min(latest, key=lambda each: (each.kind is None, each.kind), default=None)


def cla_visit_timescale(
    child: Child, placement: PlacementRecord, period: Span, spell: Span, day: date, place: int
) -> Timescale | Sooner:
    if place == 0:
        return FIRST_CLA_VISIT
    if placement.is_for_adoption:
        return adoption_visit_timescale(child, placement, spell, day)
    law = regulation_28(child, placement, period, spell, day)
    stated = stated_on(placement, day)
    if stated is None:
        return law
    return Sooner(stated, AGREED_CLA_VISIT if law == LASTING_CLA_VISIT else law)


def adoption_visit_timescale(child: Child, placement: PlacementRecord, spell: Span, day: date) -> Timescale:
    """Weekly until the first review, then as a review decided."""
    reviews = [each.start for each in child.cla_reviews if spell.start < each.start <= day and spell.holds(each.start)]
    return (stated_on(placement, day) or UNDECIDED_ADOPTION_VISIT) if reviews else ADOPTION_VISIT


def regulation_28(child: Child, placement: PlacementRecord, period: Span, spell: Span, day: date) -> Timescale:
    if placement.kind == "P1" and child.legal_status_on(day) == "C1":
        reviews = [each.start for each in child.cla_reviews if period.holds(each.start)]
        is_reviewed = any(period.start < review <= day for review in reviews)
        return INTERIM_ORDER if is_reviewed else INTERIM_ORDER_UNREVIEWED
    is_lasting = placement.kind in LASTING_PLACEMENTS or any(
        each.long_term_fostering_to_18 and each.is_open(day) for each in child.care_plans
    )
    is_a_year_on = day >= after_months(spell.start, 12)
    return LASTING_CLA_VISIT if is_lasting and is_a_year_on and placement.kind != "P1" else CLA_VISIT


def in_no_need_of_it(child: Child, due: date) -> bool:
    """Under short breaks then, or of age."""
    return child.is_on_short_breaks(due) or (child.born is not None and due >= birthday(child.born, 18))


def _is_allowed(mode: str, day: date) -> bool:
    return mode == "in_person" or REMOTE_FROM <= day <= REMOTE_TO


def leave_out(each: ObligationRecord, is_left_out: bool) -> ObligationRecord:
    return ObligationRecord(each.kind, each.due, each.held, each.status, is_left_out)


OF_A_CHILD = {
    "cp_visit": cp_visits,
    "cp_review": cp_reviews,
    "cin_review": cin_reviews,
    "cla_visit": cla_visits,
    "cla_review": cla_reviews,
}

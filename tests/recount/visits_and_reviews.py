"""KPIs that rest on obligations: what fell due in the month, and how children stood at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.recount.counted import Counted
from tests.recount.days import birthday, in_the_month_to, in_twelve_months_to
from tests.recount.looked_after import is_looked_after
from tests.recount.obligations import (
    FIRST_CLA_VISIT,
    FIRST_CP_REVIEW,
    LATE,
    MET,
    MISSED,
    OF_A_CHILD,
    cla_review_parts,
    cla_reviews_of,
    cla_visit_parts,
    cp_reviews_of,
    cp_visit_parts,
    own_plans,
    placement_on,
    plan_on,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from tests.recount.obligations import ObligationRecord
    from tests.recount.records import Child

KPI_OF = {
    "cp_visit": "cp_visit_in_line_with_plan",
    "cp_review": "cp_review_in_time",
    "cin_review": "cin_review_in_time",
    "cla_visit": "cla_visit_in_time",
    "cla_review": "cla_review_in_time",
}
AGE_TO_BE_SEEN_ALONE, ADULT = 4, 18


def of_child(child: Child, end: date) -> Iterator[Counted]:
    yield from _fallen_due(child, end)
    yield from _seen_alone(child, end)
    yield from _plan_visited(child, end)
    yield from _plan_reviewed(child, end)
    yield from _looked_after_visited(child, end)
    yield from _looked_after_reviewed(child, end)


def _fallen_due(child: Child, end: date) -> Iterator[Counted]:
    for kind, of_child_ in OF_A_CHILD.items():
        for each in of_child_(child, end):
            if in_the_month_to(end, each.due) and each.status in (MET, LATE, MISSED) and not each.is_left_out:
                yield Counted(KPI_OF[kind], child.team_on(each.day), each.status == MET)


def _seen_alone(child: Child, end: date) -> Iterator[Counted]:
    for visit in child.cp_visits:
        is_of_age = child.born is not None and (
            birthday(child.born, AGE_TO_BE_SEEN_ALONE) <= visit.start < birthday(child.born, ADULT)
        )
        is_under_a_plan = any(plan.holds(visit.start) for plan in own_plans(child))
        if in_the_month_to(end, visit.start) and visit.is_direct and is_of_age and is_under_a_plan:
            yield Counted("cp_visit_seen_alone", child.team_on(visit.start), visit.is_seen_alone)


def _plan_visited(child: Child, end: date) -> Iterator[Counted]:
    """Of plans that have run for one interval."""
    plan = plan_on(child, end)
    if plan is None or child.is_unborn:
        return
    part = cp_visit_parts(child, plan)[-1]
    if part.due_after(part.start, 0) <= end:
        yield Counted("cp_visit_snapshot", child.team_on(end), part.next_due >= end)


def _plan_reviewed(child: Child, end: date) -> Iterator[Counted]:
    plan = plan_on(child, end)
    if plan is not None and FIRST_CP_REVIEW.after(plan.start) <= end:
        yield Counted("cp_review_ni67", child.team_on(end), all_in_time(cp_reviews_of(plan, child, end), end))


def _looked_after_visited(child: Child, end: date) -> Iterator[Counted]:
    if not is_looked_after(child, end):
        return
    placement = placement_on(child, end)
    if placement is None:
        yield Counted("cla_visit_snapshot", child.team_on(end), 0)
        return
    made = cla_visit_parts(child, placement)
    part = made[-1]
    if part.events or FIRST_CLA_VISIT.after(made[0].start) <= end:
        yield Counted("cla_visit_snapshot", child.team_on(end), part.next_due >= end)


def _looked_after_reviewed(child: Child, end: date) -> Iterator[Counted]:
    for period in child.periods_of_care():
        is_long_enough = period.is_open(end) and cla_review_parts(child, period)[0].due_after(period.start, 0) <= end
        if is_looked_after(child, end) and is_long_enough:
            yield Counted("cla_review_ni66", child.team_on(end), all_in_time(cla_reviews_of(period, child, end), end))


def all_in_time(obligations: Iterable[ObligationRecord], end: date) -> bool:
    return not any(
        each.status in (LATE, MISSED) and not each.is_left_out and in_twelve_months_to(end, each.due)
        for each in obligations
    )

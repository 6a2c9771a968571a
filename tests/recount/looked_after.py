"""Children counted at a month's end: looked after, on a plan, and babies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.recount.counted import Counted
from tests.recount.days import Timescale, birthday
from tests.recount.obligations import cla_visit_parts, cp_visit_parts, own_plans, placement_on, plan_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tests.recount.records import Child

BABY_VISIT = Timescale(20, "working_days")


def of_child(child: Child, end: date) -> Iterator[Counted]:
    if is_looked_after(child, end):
        yield Counted("cla_count", child.team_on(end), 1, None)
    if any(plan.is_open(end) for plan in own_plans(child)):
        yield Counted("cpp_count", child.team_on(end), 1, None)
    yield from _baby(child, end)


def is_looked_after(child: Child, end: date) -> bool:
    is_over = child.childhood_ended is not None
    return any(each.is_open(end) for each in child.episodes) and not is_over and not child.is_on_short_breaks(end)


def _baby(child: Child, end: date) -> Iterator[Counted]:
    if child.born is None or child.died is not None or birthday(child.born, 1) <= end:
        return
    care = child.periods_of_care() if is_looked_after(child, end) else []
    cases = [*child.referrals, *child.cin_plans, *own_plans(child), *care]
    starts = [case.start for case in cases if case.is_open(end)]
    if not starts:
        return
    visits = (*child.cin_visits, *child.cp_visits, *child.cla_visits)
    clock = max(min(starts), child.born, *(visit.start for visit in visits if visit.is_direct))
    yield Counted("baby_direct_visit", child.team_on(end), _baby_visit_due(child, clock, end) >= end)


def _baby_visit_due(child: Child, clock: date, end: date) -> date:
    """By what holds on the day on which the clock starts, or on the first day of the plan or placement if later."""
    if plan := plan_on(child, end):
        part = cp_visit_parts(child, plan)[-1]
        return part.timescale(max(clock, part.start), 0).after(clock)
    placement = placement_on(child, end)
    if placement and is_looked_after(child, end):
        part = cla_visit_parts(child, placement)[-1]
        return part.timescale(max(clock, part.start), len(part.events)).after(clock)
    return BABY_VISIT.after(clock)

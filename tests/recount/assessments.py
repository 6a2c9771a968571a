"""Assessments, section 47 enquiries and initial conferences."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from tests.recount.counted import Counted
from tests.recount.days import after_working_days, birthday, in_calendar, in_the_month_to, working_days
from tests.recount.need import conference_band

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.recount.records import Assessment, Child, Conference, Enquiry

ASSESSMENT_LIMIT = 45
CONFERENCE_LIMIT = 15
TRANSFER_IN_LIMIT = 15


class Links:
    """What assessments, enquiries and conferences say of each other by their ids, as known at a month's end."""

    def __init__(self, children: Iterable[Child]) -> None:
        self.referred: dict[str | None, date] = {}
        self.enquired: dict[str | None, date] = {}
        self.led_to_a_conference_on: dict[str | None, date] = {}
        self._first: dict[str | None, Assessment] = {}
        for child in children:
            self.referred.update((each.id, each.start) for each in child.referrals)
            self.enquired.update((each.id, each.start) for each in child.enquiries if each.start)
            for held in child.conferences:
                first = self.led_to_a_conference_on.get(held.enquiry, held.start)
                self.led_to_a_conference_on[held.enquiry] = min(first, held.start)
            for each in child.assessments:
                if each.start or each.end:
                    self._first[each.referral] = min(each, self._first.get(each.referral, each), key=_order)

    def is_first(self, each: Assessment) -> bool:
        return self._first.get(each.referral) == each


def of_child(child: Child, links: Links, end: date) -> Iterator[Counted]:
    for each in child.assessments:
        yield from _authorised(child, each, end)
        yield from _open(child, each, end)
        yield from _due(child, each, end)
        yield from _from_referral(child, each, links, end)
    held = [each for each in child.conferences if in_the_month_to(end, each.start)]
    yield from _initial(child, [each for each in held if not each.is_transfer_in], links)
    yield from _transferred_in(child, [each for each in held if each.is_transfer_in], links)
    yield from _enquiries(child, links, end)


def _authorised(child: Child, each: Assessment, end: date) -> Iterator[Counted]:
    if not each.start or not each.end or not in_calendar(each.start) or _is_of_adult(child, each):
        return
    if each.start <= each.end and in_the_month_to(end, each.end):
        team = each.team or child.team_on(each.end)
        yield Counted("assess_45wd", team, working_days(each.start, each.end) <= ASSESSMENT_LIMIT)


def _open(child: Child, each: Assessment, end: date) -> Iterator[Counted]:
    if child.died is not None:
        return
    if each.start and in_calendar(each.start) and not each.end and working_days(each.start, end) > ASSESSMENT_LIMIT:
        yield Counted("assess_open_overdue", each.team or child.team_on(end), 1, None)


def _due(child: Child, each: Assessment, end: date) -> Iterator[Counted]:
    if not each.start or not in_calendar(each.start) or (each.end and each.end < each.start):
        return
    if _is_of_adult(child, each):
        return
    due = after_working_days(each.start, ASSESSMENT_LIMIT)
    is_in_time = each.end is not None and each.end <= due
    if in_the_month_to(end, due) and (is_in_time or child.died is None or child.died > due):
        team = each.team or child.team_on(each.end if is_in_time else due)
        yield Counted("assess_45wd_due_basis", team, is_in_time)


def _from_referral(child: Child, each: Assessment, links: Links, end: date) -> Iterator[Counted]:
    referred = links.referred.get(each.referral)
    if not referred or not each.end or not links.is_first(each) or (each.start and each.end < each.start):
        return
    if _is_of_adult(child, each):
        return
    if referred <= each.end and in_the_month_to(end, each.end):
        team = each.team or child.team_on(each.end)
        yield Counted("assess_45wd_from_referral", team, working_days(referred, each.end) <= ASSESSMENT_LIMIT)


def _is_of_adult(child: Child, each: Assessment) -> bool:
    day = each.start or each.end
    return child.born is not None and day is not None and birthday(child.born, 18) <= day


def _order(each: Assessment) -> tuple[date, date, str]:
    """By its start, where that is not known by its authorisation; the one authorised first, then by team."""
    return each.start or each.end or date.max, each.end or date.max, each.team or "~"


def _initial(child: Child, held: list[Conference], links: Links) -> Iterator[Counted]:
    """One a child and day: the one whose enquiry started first, then by team."""
    by_day = defaultdict(list)
    for each in held:
        start = links.enquired.get(each.enquiry) if each.enquiry else _inferred_start(child, each, links)
        if start and in_calendar(start) and start <= each.start:
            by_day[each.start].append((start, each.team or "~"))
    for day, clocks in by_day.items():
        start, team = min(clocks)
        is_in_time = working_days(start, day) <= CONFERENCE_LIMIT
        team = child.team_on(day) if team == "~" else team
        yield Counted("icpc_15wd", team, is_in_time)
        yield Counted("icpc_duration_bands", team, 1, 1, category=conference_band(working_days(start, day)))


def _inferred_start(child: Child, held: Conference, links: Links) -> date | None:
    """Of the enquiry to which a conference belongs that names none; only the first of an enquiry's can be its own."""
    enquiry = _only_candidate(child, held, links)
    unnamed = [each for each in child.conferences if not each.enquiry and not each.is_transfer_in]
    earlier = [_only_candidate(child, each, links) for each in unnamed if each.start < held.start]
    return enquiry.start if enquiry and enquiry not in earlier else None


def _only_candidate(child: Child, held: Conference, links: Links) -> Enquiry | None:
    """The child's only enquiry that could have led to the conference."""
    candidates = [
        each
        for each in child.enquiries
        if each.start
        and each.start <= held.start
        and not each.needs_no_conference
        and (not each.referral or not held.referral or each.referral == held.referral)
        and links.led_to_a_conference_on.get(each.id, date.max) > held.start
    ]
    return candidates[0] if len(candidates) == 1 else None


def _transferred_in(child: Child, held: list[Conference], links: Links) -> Iterator[Counted]:
    for each in held:
        start = links.referred.get(each.referral)
        if start and start <= each.start:
            team = each.team or child.team_on(each.start)
            yield Counted("icpc_transfer_in_15wd", team, working_days(start, each.start) <= TRANSFER_IN_LIMIT)


def _enquiries(child: Child, links: Links, end: date) -> Iterator[Counted]:
    """A conference cannot be held of who has died, and is not held of an adult."""
    if child.died or (child.born and birthday(child.born, 18) <= end):
        return
    for each in child.enquiries:
        if not each.start or not in_calendar(each.start) or each.needs_no_conference:
            continue
        has_had_one = any(held.start >= each.start for held in child.conferences)
        if has_had_one or each.id in links.led_to_a_conference_on:
            continue
        if working_days(each.start, end) > CONFERENCE_LIMIT:
            yield Counted("icpc_overdue", each.team or child.team_on(end), 1, None)

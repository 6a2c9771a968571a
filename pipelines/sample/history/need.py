"""Referrals, assessments, child in need plans and the visits under them.

The SSD holds no table of child in need plan reviews (and no other of its tables holds one), so the report's 97% of
them cannot be worked out from SSD records. The visits are written instead: 97% of those due in the window are on time
where a visit is due every 20 working days.
"""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import TYPE_CHECKING

from pipelines.sample.history import shape
from pipelines.sample.history.apportion import Pace
from pipelines.sample.history.clocks import Clock, Course, held
from pipelines.sample.history.records import flags, visit_rows, yes_no
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from pipelines.sample.history.calendar import WorkingDays
    from pipelines.sample.history.records import ChildHistory, TableRow

VISIT_INTERVAL_WORKING_DAYS = 20

REFERRAL_FLAGS = (
    "SINGLE_ASSESSMENT_FLAG",
    "NFA_FLAG",
    "STRATEGY_DISCUSSION_FLAG",
    "CLA_REQUEST_FLAG",
    "NON_AGENCY_ADOPTION_FLAG",
    "PRIVATE_FOSTERING_FLAG",
    "CP_TRANSFER_IN_FLAG",
    "CP_CONFERENCE_FLAG",
    "CARE_LEAVER_FLAG",
    "OTHER_OUTCOMES_EXIST_FLAG",
)
ASSESSMENT_FLAGS = (
    "NFA_FLAG",
    "NFA_S47_END_FLAG",
    "STRATEGY_DISCUSSION_FLAG",
    "CLA_REQUEST_FLAG",
    "PRIVATE_FOSTERING_FLAG",
    "LEGAL_ACTION_FLAG",
    "PROV_OF_SERVICES_FLAG",
    "PROV_OF_SB_CARE_FLAG",
    "SPECIALIST_ASSESSMENT_FLAG",
    "REFERRAL_TO_OTHER_AGENCY_FLAG",
    "OTHER_ACTIONS_FLAG",
    "OTHER_OUTCOMES_EXIST_FLAG",
)
SOURCES = {
    "2B": "Schools",
    "6": "Police",
    "3C": "Health visitor",
    "5A": "Housing",
    "1A": "Family member",
    "9": "Other, including children's centres",
    "7": "Other legal agency",
    "10": "Anonymous",
}
SOURCE_WEIGHTS = (26, 32, 14, 4, 9, 8, 3, 4)
NEEDS, NEED_WEIGHTS = ("N1", "N5", "N4", "N3", "N6", "N2"), (58, 16, 10, 8, 4, 4)


class Need:
    """Tells the need part of a journey, keeping the pace of visits."""

    def __init__(self, seed: int, days: WorkingDays) -> None:
        self._seed = seed
        self._days = days
        self._visits = Clock(
            Pace(stream(seed, "pace of cin visits"), shape.CIN_VISITS, unrest=1.5),
            lambda since, _: days.after(since, VISIT_INTERVAL_WORKING_DAYS),
            earliest=9,
            latest=25,
            attempts=0.3,
        )

    def rows(self, history: ChildHistory) -> Iterator[TableRow]:
        """Rows of the contact, early help, referral, assessment, child in need plan and visit tables."""
        rng = stream(self._seed, "need told", history.journey.number)
        yield _episode(rng, history)
        yield from _before_the_referral(self._seed, history)
        if history.journey.assessment is not None:
            yield _assessment(rng, history)
        if history.journey.cin_plan is not None:
            yield _plan(history)
            yield from self._visit_rows(rng, history)

    def _visit_rows(self, rng: random.Random, history: ChildHistory) -> Iterator[TableRow]:
        plan = history.journey.cin_plan
        assert plan is not None
        course = Course(plan.start, plan.end, leaning=history.leaning)
        keys = (
            {"cinv_cin_visit_id": history.key("NV", number), "cinv_person_id": history.person.id} for number in count(1)
        )
        events = held(rng, self._days, self._visits, course)
        yield from visit_rows("ssd_cin_visits", "cinv_cin_visit", rng, events, keys)


def _before_the_referral(seed: int, history: ChildHistory) -> Iterator[TableRow]:
    """The contact that became the referral; of some children one that did not, and early help."""
    rng = stream(seed, "before the referral", history.journey.number)
    referral = history.journey.referral
    days_before = [rng.choice((0, 0, 1, 1, 2, 4))] + [rng.randint(30, 300)] * (rng.random() < 0.55)
    for number, days in enumerate(days_before, start=1):
        yield (
            "ssd_contacts",
            {
                "_known": max(referral - dt.timedelta(days=days), history.person.known_from),
                "cont_contact_id": history.key("CO", number),
                "cont_person_id": history.person.id,
                "cont_contact_date": referral - dt.timedelta(days=days),
                "cont_contact_source_code": rng.choices(tuple(SOURCES), SOURCE_WEIGHTS)[0],
            },
        )
    if rng.random() < 0.2:
        start = referral - dt.timedelta(days=rng.randint(40, 400))
        yield (
            "ssd_early_help_episodes",
            {
                "_known": max(start, history.person.known_from),
                "earl_episode_id": history.key("EH"),
                "earl_person_id": history.person.id,
                "earl_episode_start_date": start,
                "earl_episode_end_date": start + dt.timedelta(days=rng.randint(30, 365)),
            },
        )


def primary_need(rng: random.Random, history: ChildHistory) -> str:
    """Disability for the short-break children, mostly abuse or neglect for the others."""
    return "N2" if history.journey.short_breaks else rng.choices(NEEDS, NEED_WEIGHTS)[0]


def _episode(rng: random.Random, history: ChildHistory) -> TableRow:
    journey = history.journey
    source = rng.choices(tuple(SOURCES), SOURCE_WEIGHTS)[0]
    refused = journey.assessment is None and journey.plan is None
    desk = history.allocations.someone_in(rng, "T01", journey.referral)
    return "ssd_cin_episodes", {
        "cine_referral_id": history.referral_id,
        "cine_person_id": history.person.id,
        "cine_referral_date": journey.referral,
        "cine_cin_primary_need_code": primary_need(rng, history),
        "cine_referral_source_code": source,
        "cine_referral_source_desc": SOURCES[source],
        "cine_referral_outcome_json": flags(REFERRAL_FLAGS, _referral_outcomes(history, refused)),
        "cine_referral_nfa": yes_no(refused),
        "cine_close_reason": _close_reason(history, refused),
        "cine_close_date": journey.close,
        "cine_referral_team": "T01",
        "cine_referral_worker_id": desk.id,
    }


def _referral_outcomes(history: ChildHistory, refused: bool) -> Iterator[str]:
    journey = history.journey
    if refused:
        yield "NFA_FLAG"
    if journey.assessment:
        yield "SINGLE_ASSESSMENT_FLAG"
    if journey.enquiry:
        yield "STRATEGY_DISCUSSION_FLAG"
    if journey.transfer_in or journey.plan_of_other_authority:
        yield "CP_TRANSFER_IN_FLAG"


def _close_reason(history: ChildHistory, refused: bool) -> str | None:
    journey = history.journey
    if journey.close is None:
        return None
    if refused or journey.enquiry or journey.conference or journey.plan or journey.cin_plan or journey.care:
        return "RC7"
    return "RC8"


def _assessment(rng: random.Random, history: ChildHistory) -> TableRow:
    journey = history.journey
    assessment = journey.assessment
    assert assessment is not None and assessment.end is not None
    outcome = "CLA_REQUEST_FLAG" if journey.care else "PROV_OF_SERVICES_FLAG" if journey.cin_plan else "NFA_FLAG"
    if journey.plan:
        outcome = "STRATEGY_DISCUSSION_FLAG"
    comments = f"{history.person.id} was spoken to at home (made up)" if rng.random() < 0.1 else ""
    return "ssd_cin_assessments", {
        "cina_assessment_id": history.key("A"),
        "cina_person_id": history.person.id,
        "cina_referral_id": history.referral_id,
        "cina_assessment_start_date": assessment.start,
        "cina_assessment_child_seen": yes_no(history.person.dob is not None and rng.random() < 0.97),
        "cina_assessment_auth_date": assessment.end,
        "cina_assessment_outcome_json": flags(ASSESSMENT_FLAGS, [outcome], TOTAL_NO_OF_OUTCOMES=1, COMMENTS=comments),
        "cina_assessment_outcome_nfa": yes_no(outcome == "NFA_FLAG"),
        "cina_assessment_team": history.team(assessment.end) or history.team(assessment.start),
        "cina_assessment_worker_id": history.worker(assessment.end) or history.worker(assessment.start),
    }


def _plan(history: ChildHistory) -> TableRow:
    plan = history.journey.cin_plan
    assert plan is not None
    return "ssd_cin_plans", {
        "cinp_cin_plan_id": history.key("NP"),
        "cinp_referral_id": history.referral_id,
        "cinp_person_id": history.person.id,
        "cinp_cin_plan_start_date": plan.start,
        "cinp_cin_plan_end_date": plan.end,
        "cinp_cin_plan_team": history.team(plan.start),
        "cinp_cin_plan_worker_id": history.worker(plan.start),
    }

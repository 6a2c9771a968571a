"""Enquiries, conferences, child protection plans, and the visits and reviews under them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pipelines.sample.history import shape
from pipelines.sample.history.apportion import Pace
from pipelines.sample.history.calendar import add_months
from pipelines.sample.history.clocks import Clock, Course, held
from pipelines.sample.history.records import flags, visit_rows, yes_no
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import datetime as dt
    import random
    from collections.abc import Iterator

    from pipelines.sample.history.calendar import WorkingDays
    from pipelines.sample.history.clocks import Event
    from pipelines.sample.history.records import ChildHistory, TableRow

VISIT_INTERVAL_WORKING_DAYS = 10
FIRST_REVIEW_MONTHS, REVIEW_MONTHS = 3, 6
CONFERENCE_WORKING_DAYS = 15

ENQUIRY_FLAGS = (
    "NFA_FLAG",
    "LEGAL_ACTION_FLAG",
    "PROV_OF_SERVICES_FLAG",
    "PROV_OF_SB_CARE_FLAG",
    "CP_CONFERENCE_FLAG",
    "NFA_CONTINUE_SINGLE_FLAG",
    "MONITOR_FLAG",
    "OTHER_OUTCOMES_EXIST_FLAG",
)
CONFERENCE_FLAGS = (
    "NFA_FLAG",
    "REFERRAL_TO_OTHER_AGENCY_FLAG",
    "SINGLE_ASSESSMENT_FLAG",
    "PROV_OF_SERVICES_FLAG",
    "CP_FLAG",
    "OTHER_OUTCOMES_EXIST_FLAG",
)
CATEGORIES, CATEGORY_WEIGHTS = ("NEG", "EMO", "PHY", "SAB"), (46, 40, 9, 5)
OLDER_CHILDREN_TAKE_PART = ("PN1", "PN2", "PN3", "PN5", "PN6", "PN6", "PN7")


def participation(rng: random.Random, age: int) -> str:
    """How the child took part: not at all below four, in some way above."""
    return "PN0" if age < 4 else rng.choice(OLDER_CHILDREN_TAKE_PART)


class Protection:
    """Tells the protection part of a journey, keeping the pace of visits and reviews."""

    def __init__(self, seed: int, days: WorkingDays) -> None:
        self._seed = seed
        self._days = days
        self._visits = Clock(
            Pace(stream(seed, "pace of cp visits"), shape.CP_VISITS, unrest=2.0),
            lambda since, _: days.after(since, VISIT_INTERVAL_WORKING_DAYS),
            earliest=4,
            latest=12,
            runs=(0.82, 0.13, 0.05),
            attempts=0.35,
        )
        self._reviews = Clock(
            Pace(stream(seed, "pace of cp reviews"), shape.CP_REVIEWS, unrest=0.8),
            lambda since, reviews: add_months(since, REVIEW_MONTHS if reviews else FIRST_REVIEW_MONTHS),
            earliest=18,
            latest=30,
            attempts=0.3,
        )

    def rows(self, history: ChildHistory) -> Iterator[TableRow]:
        """Rows of the s47, conference, plan, visit and review tables."""
        rng = stream(self._seed, "protection told", history.journey.number)
        yield from _enquiry(rng, history)
        yield from _conference(history)
        if history.journey.plan is not None:
            yield from _plan(rng, history)
            if not history.journey.plan_of_other_authority:
                yield from self._review_rows(rng, history)
                if history.person.dob is not None:
                    yield from self._visit_rows(rng, history)

    def _course(self, history: ChildHistory, closing: bool) -> Course:
        plan = history.journey.plan
        assert plan is not None
        return Course(plan.start, plan.end, closing, history.leaning)

    def _visit_rows(self, rng: random.Random, history: ChildHistory) -> Iterator[TableRow]:
        events = held(rng, self._days, self._visits, self._course(history, closing=False))
        keys = (
            {
                "cppv_cp_visit_id": history.key("CV", number),
                "cppv_person_id": history.person.id,
                "cppv_cp_plan_id": history.key("CP"),
            }
            for number in count(1)
        )
        yield from visit_rows("ssd_cp_visits", "cppv_cp_visit", rng, events, keys)

    def _review_rows(self, rng: random.Random, history: ChildHistory) -> Iterator[TableRow]:
        closing = history.journey.ends_at_a_review and rng.random() < 0.9
        events = held(rng, self._days, self._reviews, self._course(history, closing))
        for number, event in enumerate(events, start=1):
            yield "ssd_cp_reviews", _review(rng, history, number, event)


def _review(rng: random.Random, history: ChildHistory, number: int, event: Event) -> dict[str, object]:
    plan = history.journey.plan
    return {
        "cppr_cp_review_id": history.key("CR", number),
        "cppr_person_id": history.person.id,
        "cppr_cp_plan_id": history.key("CP"),
        "cppr_cp_review_due": event.due,
        "cppr_cp_review_date": event.day,
        "cppr_cp_review_meeting_id": history.key("M", "R", number),
        "cppr_cp_review_outcome_continue_cp": yes_no(plan is None or event.day != plan.end),
        "cppr_cp_review_quorate": yes_no(event.valid),
        "cppr_cp_review_participation": participation(rng, history.person.years_on(event.day)),
    }


def _enquiry(rng: random.Random, history: ChildHistory) -> Iterator[TableRow]:
    enquiry = history.journey.enquiry
    if enquiry is None:
        return
    to_conference = history.journey.has_conference
    outcome = "CP_CONFERENCE_FLAG" if to_conference else rng.choice(("NFA_FLAG", "NFA_CONTINUE_SINGLE_FLAG"))
    yield (
        "ssd_s47_enquiry",
        {
            "s47e_s47_enquiry_id": history.key("S"),
            "s47e_referral_id": history.referral_id,
            "s47e_person_id": history.person.id,
            "s47e_s47_start_date": enquiry.start,
            "s47e_s47_end_date": enquiry.end,
            "s47e_s47_nfa": yes_no(outcome == "NFA_FLAG"),
            "s47e_s47_outcome_json": flags(ENQUIRY_FLAGS, [outcome], TOTAL_NO_OF_OUTCOMES=1, OUTCOME_COMMENTS=""),
            "s47e_s47_completed_by_worker_id": history.worker(enquiry.start),
            "s47e_s47_completed_by_team": history.team(enquiry.start),
        },
    )


def _conference(history: ChildHistory) -> Iterator[TableRow]:
    journey = history.journey
    if journey.conference is None:
        return
    outcome = "CP_FLAG" if journey.plan else "PROV_OF_SERVICES_FLAG"
    yield (
        "ssd_initial_cp_conference",
        {
            "icpc_icpc_id": history.key("IC"),
            "icpc_icpc_meeting_id": history.key("M", "I"),
            "icpc_s47_enquiry_id": history.key("S") if journey.enquiry else None,
            "icpc_person_id": history.person.id,
            "icpc_cp_plan_id": history.key("CP") if journey.plan else None,
            "icpc_referral_id": history.referral_id,
            "icpc_icpc_transfer_in": yes_no(journey.transfer_in),
            "icpc_icpc_target_date": _target(history),
            "icpc_icpc_date": journey.conference,
            "icpc_icpc_outcome_cp_flag": yes_no(journey.plan is not None),
            "icpc_icpc_outcome_json": flags(CONFERENCE_FLAGS, [outcome], TOTAL_NO_OF_OUTCOMES=1, COMMENTS=""),
            "icpc_icpc_team": history.team(journey.conference),
            "icpc_icpc_worker_id": history.worker(journey.conference),
        },
    )


def _target(history: ChildHistory) -> dt.date:
    enquiry = history.journey.enquiry
    return history.days.after(enquiry.start if enquiry else history.journey.referral, CONFERENCE_WORKING_DAYS)


def _plan(rng: random.Random, history: ChildHistory) -> Iterator[TableRow]:
    journey = history.journey
    assert journey.plan is not None
    category = rng.choices(CATEGORIES, CATEGORY_WEIGHTS)[0]
    yield (
        "ssd_cp_plans",
        {
            "cppl_cp_plan_id": history.key("CP"),
            "cppl_referral_id": history.referral_id,
            "cppl_icpc_id": history.key("IC") if journey.conference else None,
            "cppl_person_id": history.person.id,
            "cppl_cp_plan_start_date": journey.plan.start,
            "cppl_cp_plan_end_date": journey.plan.end,
            "cppl_cp_plan_initial_category": category,
            "cppl_cp_plan_ola": yes_no(journey.plan_of_other_authority),
            "cppl_cp_plan_latest_category": "EMO" if rng.random() < 0.08 else category,
        },
    )

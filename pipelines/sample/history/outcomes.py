"""What is recorded of children looked after beside their care: health, scores, trouble, adoption, and after it.

Each is drawn from a sequence of chance of its own, so that nothing else changes with it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pipelines.sample.history import shape
from pipelines.sample.history.allocation import CARE_TEAMS
from pipelines.sample.history.calendar import add_months, add_years
from pipelines.sample.history.records import yes_no
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from pipelines.sample.history.care import Placement, Status
    from pipelines.sample.history.records import ChildHistory, TableRow
    from pipelines.sample.history.stock import Spell

CHECKS = (("Health assessment", 0.9), ("Dental check", 0.8))
FOR_ADOPTION = "A6"
ADOPTED = ("E11", "E12")
IN_TOUCH = ("YES", "YES", "YES", "YES", "YES", "YES", "YES", "YES", "NO", "REFU", "RHOM")
ACCOMMODATION = ("U", "U", "Z", "C", "D", "K", "V")
ACTIVITIES = ("F1", "F2", "F2", "F5", "P2", "G4", "G5", "G6")


def outcome_rows(
    seed: int, history: ChildHistory, care: Spell, placements: list[Placement], statuses: list[Status]
) -> Iterator[TableRow]:
    """Rows of the tables about a child's health and outcomes in this stay."""
    rng = stream(seed, "outcomes", history.journey.number)
    last = min(care.end or shape.HORIZON, shape.HORIZON)
    yield from _checks(rng, history, care.start, last)
    yield from _scores(rng, history, care.start, last)
    yield from _trouble(rng, history, care.start, last)
    yield from _missing(rng, history, placements, last)
    yield from _permanence(rng, history, placements, statuses)
    yield from _pre_proceedings(rng, history, care)
    if care.end is not None and care.end == care.latest:
        yield from _care_leaver(rng, history, care.end)
    yield "ssd_cla_immunisations", _immunised(rng, history, care.start + dt.timedelta(rng.randint(20, 120)))


def latest_contact(seed: int, history: ChildHistory, start: dt.date, end: dt.date | None) -> dt.date | None:
    """The last day on which the reviewing officer spoke to the child in the time, as the report's month knows it."""
    last = min(end or shape.WINDOW_LAST, shape.WINDOW_LAST)
    contact = last - dt.timedelta(stream(seed, "reviewing officer", history.journey.number, start).randint(3, 230))
    return contact if contact >= start else None


def _checks(rng: random.Random, history: ChildHistory, start: dt.date, last: dt.date) -> Iterator[TableRow]:
    number = 0
    for kind, share in (*CHECKS, ("Health check", 0.85)):
        day = start + dt.timedelta(rng.randint(10, 60))
        while day < last:
            is_young = history.person.years_on(day) < 5
            if rng.random() < share and (is_young or kind != "Health check"):
                number += 1
                yield (
                    "ssd_cla_health",
                    {
                        "clah_health_check_id": history.key("LH", number),
                        "clah_person_id": history.person.id,
                        "clah_health_check_type": kind,
                        "clah_health_check_date": day,
                        "clah_health_check_status": "Completed",
                    },
                )
            day = add_months(day, 6 if is_young and kind == "Health assessment" else 12) - dt.timedelta(
                rng.randint(0, 40)
            )


def _scores(rng: random.Random, history: ChildHistory, start: dt.date, last: dt.date) -> Iterator[TableRow]:
    number, day = 0, start + dt.timedelta(rng.randint(90, 200))
    while day < last:
        if 4 <= history.person.years_on(day) <= 16:
            number += 1
            is_scored = rng.random() < 0.82
            yield (
                "ssd_sdq_scores",
                {
                    "csdq_table_id": history.key("SD", number),
                    "csdq_person_id": history.person.id,
                    "csdq_sdq_completed_date": day,
                    "csdq_sdq_reason": None if is_scored else rng.choice(("SDQ2", "SDQ3", "SDQ4", "SDQ5")),
                    "csdq_sdq_score": round(rng.triangular(0, 36, 12)) if is_scored else None,
                },
            )
        day = add_years(day, 1) - dt.timedelta(rng.randint(0, 30))


def _trouble(rng: random.Random, history: ChildHistory, start: dt.date, last: dt.date) -> Iterator[TableRow]:
    """Convictions from ten on, and substance misuse from twelve on."""
    for number, year in enumerate(range(start.year, last.year + 1), start=1):
        day = dt.date(year, 1, 1) + dt.timedelta(rng.randint(0, 364))
        age = history.person.years_on(day)
        if start < day < last and age >= 10 and rng.random() < 0.05:
            yield (
                "ssd_cla_convictions",
                {
                    "clac_cla_conviction_id": history.key("CV", number),
                    "clac_person_id": history.person.id,
                    "clac_cla_conviction_date": day,
                    "clac_cla_conviction_offence": "Made up",
                },
            )
        if start < day < last and age >= 12 and rng.random() < 0.06:
            yield (
                "ssd_cla_substance_misuse",
                {
                    "clas_substance_misuse_id": history.key("SM", number),
                    "clas_person_id": history.person.id,
                    "clas_substance_misuse_date": day,
                    "clas_substance_misused": "Made up",
                    "clas_intervention_received": yes_no(rng.random() < 0.7),
                },
            )


def _missing(
    rng: random.Random, history: ChildHistory, placements: list[Placement], last: dt.date
) -> Iterator[TableRow]:
    """Of some of eleven or over, a few nights at a time, within one placement."""
    often = rng.random() < 0.2
    number = 0
    for placement in placements:
        day = placement.start + dt.timedelta(rng.randint(8, 90))
        over = min(placement.end or last, last)
        while often and day + dt.timedelta(6) < over:
            back = day + dt.timedelta(rng.randint(0, 4))
            if history.person.years_on(day) >= 11:
                number += 1
                yield "ssd_missing", _missing_episode(rng, history, number, day, back)
            day = back + dt.timedelta(rng.randint(20, 160))


def _missing_episode(
    rng: random.Random, history: ChildHistory, number: int, start: dt.date, end: dt.date
) -> dict[str, Any]:
    is_missing, is_offered = rng.random() < 0.85, rng.random() < 0.9
    return {
        "miss_table_id": history.key("MI", number),
        "miss_person_id": history.person.id,
        "miss_missing_episode_start_date": start,
        "miss_missing_episode_type": "Missing" if is_missing else "Absent",
        "miss_missing_episode_end_date": end,
        "miss_missing_rhi_offered": yes_no(is_offered) if is_missing else "NA",
        "miss_missing_rhi_accepted": yes_no(rng.random() < 0.7) if is_missing and is_offered else "NA",
    }


def _immunised(rng: random.Random, history: ChildHistory, day: dt.date) -> dict[str, Any]:
    return {
        "clai_person_id": history.person.id,
        "clai_immunisations_status": yes_no(rng.random() < 0.86),
        "clai_immunisations_status_date": day,
    }


def _permanence(
    rng: random.Random, history: ChildHistory, placements: list[Placement], statuses: list[Status]
) -> Iterator[TableRow]:
    """Of a child under a placement order: decided on before it, matched before the move."""
    order = next((status for status in statuses if status.code == "E1"), None)
    if order is None:
        return
    move = next((placement for placement in placements if placement.kind == FOR_ADOPTION), None)
    matched = move and max(move.start - dt.timedelta(rng.randint(10, 40)), order.start - dt.timedelta(20))
    yield (
        "ssd_permanence",
        {
            "perm_table_id": history.key("PE"),
            "perm_person_id": history.person.id,
            "perm_cla_id": history.key("L"),
            "perm_adm_decision_date": order.start - dt.timedelta(rng.randint(25, 60)),
            "perm_placement_order_date": order.start,
            "perm_matched_date": matched,
            "perm_placed_for_adoption_date": move and move.start,
            "perm_adopted_by_carer_flag": "N",
            "perm_part_of_sibling_group": "N",
        },
    )


def _pre_proceedings(rng: random.Random, history: ChildHistory, care: Spell) -> Iterator[TableRow]:
    """Before some stays: they end with going to court, on the day on which care starts."""
    if rng.random() >= 0.4:
        return
    begun = care.start - dt.timedelta(round(rng.triangular(40, 300, 120)))
    yield (
        "ssd_pre_proceedings",
        {
            "_known": max(begun, history.person.known_from),
            "prep_table_id": history.key("PP"),
            "prep_person_id": history.person.id,
            "prep_plo_family_id": history.key("F"),
            "prep_pre_pro_decision_date": begun,
            "prep_initial_pre_pro_meeting_date": min(begun + dt.timedelta(21), care.start),
            "prep_agree_stepdown_issue_date": care.start,
            "prep_pre_pro_letter_date": begun + dt.timedelta(5),
        },
    )


def _care_leaver(rng: random.Random, history: ChildHistory, left: dt.date) -> Iterator[TableRow]:
    in_touch = rng.choice(IN_TOUCH)
    is_in_contact = in_touch != "RHOM"
    yield (
        "ssd_care_leavers",
        {
            "_known": left,
            "clea_table_id": history.key("CL"),
            "clea_person_id": history.person.id,
            "clea_care_leaver_eligibility": "Former relevant child",
            "clea_care_leaver_in_touch": in_touch,
            "clea_care_leaver_latest_contact": left + dt.timedelta(rng.randint(1, 50)),
            "clea_care_leaver_accommodation": rng.choice(ACCOMMODATION) if is_in_contact else None,
            "clea_care_leaver_accom_suitable": rng.choice(("1", "1", "1", "1", "2")) if is_in_contact else None,
            "clea_care_leaver_activity": rng.choice(ACTIVITIES) if is_in_contact else None,
            "clea_care_leaver_allocated_team": CARE_TEAMS[history.person.number % len(CARE_TEAMS)],
        },
    )

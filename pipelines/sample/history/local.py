"""What no national format carries: child in need reviews, intervals, modes of visit, posts, bounds and incidents."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipelines.sample.history import shape
from pipelines.sample.history.apportion import Pace
from pipelines.sample.history.calendar import add_months
from pipelines.sample.history.clocks import Clock, Course, held
from pipelines.sample.history.protection import VISIT_INTERVAL_WORKING_DAYS
from pipelines.sample.history.records import yes_no
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

    from pipelines.sample.history.calendar import WorkingDays
    from pipelines.sample.history.people import Worker
    from pipelines.sample.history.records import ChildHistory, TableRow

FIRST_REVIEW_MONTHS, REVIEW_MONTHS = 3, 6
REMOTE_FROM, REMOTE_TO = dt.date(2020, 4, 24), dt.date(2021, 3, 29)
"""When visits to looked-after children could lawfully be made by video or telephone."""
SAY_THE_INTERVAL = 0.85
SAY_THE_MODE = 0.8
MODES, MODE_WEIGHTS = ("in_person", "video", "telephone"), (70, 24, 6)
MODE_COLUMNS = {"ssd_cp_visits": "cp_visit_id", "ssd_cla_visits": "cla_visit_id", "ssd_cin_visits": "cin_visit_id"}
VISIT_COLUMNS = {
    "ssd_cp_visits": "cppv_cp_visit",
    "ssd_cla_visits": "clav_cla_visit",
    "ssd_cin_visits": "cinv_cin_visit",
}

MEAN_SICKNESS_DAYS = 10.5
VACANT_POSTS = 5
RECENT_LEAVERS = 9
"""Social workers who left in the last year beside those whom the case system still lists, at scale 1."""

BOUNDS = (
    ("Social Worker", None, dt.date(2019, 4, 1), 12, 18),
    ("Social Worker", None, dt.date(2020, 10, 1), 12, 17),
    ("Social Worker", "T12", dt.date(2020, 10, 1), 8, 14),
    ("Senior Social Worker", None, dt.date(2019, 4, 1), 12, 17),
    ("Advanced Practitioner", None, dt.date(2019, 4, 1), 8, 14),
    ("Newly Qualified Social Worker", None, dt.date(2019, 4, 1), 6, 12),
)
"""Role, team, from when, the fewest and the most cases of a full-time worker."""

INCIDENTS = (
    ("2018-05-09", 1, 3, "serious_harm", False, 14),
    ("2018-11-20", 2, 4, "death", False, 15),
    ("2019-03-12", 0, 2, "serious_harm", False, 13),
    ("2019-07-02", 1, 8, "serious_harm", False, 15),
    ("2019-12-17", 0, 5, "looked_after_death", False, None),
    ("2020-03-05", 1, 4, "death", False, 19),
    ("2020-06-16", 0, 3, "serious_harm", True, None),
    ("2020-10-06", 1, 2, "serious_harm", False, 15),
    ("2020-12-02", 0, 4, "death", False, 14),
    ("2021-01-20", 2, 3, "serious_harm", False, 12),
)
"""When it happened, the days until the council knew, the working days until the notification, what it was, whether the
notification was withdrawn, and the working days until the rapid review was sent."""

PRACTICE_REVIEWS = (
    ("2018-12-14", "2019-06-07", False),
    ("2019-08-01", "2020-04-03", False),
    ("2020-03-30", None, True),
)
"""The decision, the publication, and whether a delay was agreed."""


class Local:
    """Tells the local part of a journey, keeping the pace of child in need reviews."""

    def __init__(self, seed: int, days: WorkingDays) -> None:
        self._seed = seed
        self._days = days
        self._reviews = Clock(
            Pace(stream(seed, "pace of cin reviews"), shape.CIN_REVIEWS, unrest=0.8),
            lambda since, reviews: add_months(since, REVIEW_MONTHS if reviews else FIRST_REVIEW_MONTHS),
            earliest=18,
            latest=30,
        )

    def rows(self, history: ChildHistory) -> Iterator[TableRow]:
        """Rows of reviews of a child in need plan, and of the visit interval that a child protection plan states."""
        rng = stream(self._seed, "local told", history.journey.number)
        yield from self._review_rows(rng, history)
        plan = history.journey.plan
        if plan is not None and rng.random() < SAY_THE_INTERVAL:
            yield (
                "local_visit_intervals",
                {
                    "cp_plan_id": history.key("CP"),
                    "from_date": plan.start,
                    "interval_length": VISIT_INTERVAL_WORKING_DAYS,
                    "interval_unit": "working_days",
                },
            )

    def _review_rows(self, rng: random.Random, history: ChildHistory) -> Iterator[TableRow]:
        plan = history.journey.cin_plan
        if plan is None:
            return
        events = held(rng, self._days, self._reviews, Course(plan.start, plan.end, leaning=history.leaning))
        for number, event in enumerate(events, start=1):
            yield (
                "local_cin_reviews",
                {
                    "review_id": history.key("NR", number),
                    "person_id": history.person.id,
                    "cin_plan_id": history.key("NP"),
                    "review_due_date": event.due,
                    "review_date": event.day,
                },
            )


def mode_rows(rng: random.Random, table: str, row: dict[str, object]) -> Iterator[TableRow]:
    """How a visit was made, where anybody wrote it down: in person but for looked-after children in the pandemic."""
    if table not in MODE_COLUMNS or rng.random() >= SAY_THE_MODE:
        return
    prefix = VISIT_COLUMNS[table]
    day = row[f"{prefix}_date"]
    assert isinstance(day, dt.date)
    mode = "in_person"
    if table != "ssd_cp_visits" and REMOTE_FROM <= day <= REMOTE_TO:
        mode = rng.choices(MODES, MODE_WEIGHTS)[0]
    yield "local_visit_modes", {"_known": day, MODE_COLUMNS[table]: row[f"{prefix}_id"], "visit_mode": mode}


def post_rows(seed: int, scale: float, workers: Iterable[Worker]) -> Iterator[TableRow]:
    """Every worker's post, the posts of those who left, and the vacant ones."""
    rng = stream(seed, "posts")
    for worker in workers:
        days = 0 if worker.agency else int(rng.expovariate(1 / (MEAN_SICKNESS_DAYS * float(worker.fte or 1))))
        yield (
            "local_posts",
            {
                "post_id": f"PO{worker.number:05d}",
                "worker_id": worker.id,
                "team_code": worker.team,
                "role": worker.title,
                "full_time_equivalent": worker.fte or "1.0",
                "post_status": "agency" if worker.agency else "employed",
                "from_date": worker.joined,
                "to_date": worker.left,
                "left_the_authority": yes_no(True) if worker.left else None,
                "sickness_days": days,
            },
        )
    yield from _posts_without_a_listed_worker(rng, scale)


def _posts_without_a_listed_worker(rng: random.Random, scale: float) -> Iterator[TableRow]:
    for number in range(round(RECENT_LEAVERS * scale)):
        left = dt.date(2020, 3, 2) + dt.timedelta(rng.randint(0, 355))
        yield _post(rng, f"PL{number:05d}", "employed", left, yes_no(True))
    for number in range(round(VACANT_POSTS * scale)):
        yield _post(rng, f"PV{number:05d}", "vacant", None, None)


def _post(rng: random.Random, key: str, status: str, to: dt.date | None, left: str | None) -> TableRow:
    return "local_posts", {
        "post_id": key,
        "team_code": rng.choice(("T01", "T02", "T03", "T05", "T07")),
        "role": "Social Worker",
        "full_time_equivalent": "1.0",
        "post_status": status,
        "from_date": dt.date(2017, 9, 4) if left else dt.date(2020, 9, 1) + dt.timedelta(rng.randint(0, 120)),
        "to_date": to,
        "left_the_authority": left,
    }


def bound_rows() -> Iterator[TableRow]:
    """The agreed bounds of caseloads."""
    for role, team, start, lower, upper in BOUNDS:
        yield (
            "local_caseload_bounds",
            {"role": role, "team_code": team, "from_date": start, "lower_bound": lower, "upper_bound": upper},
        )


def incident_rows(days: WorkingDays) -> Iterator[TableRow]:
    """Notifications, rapid reviews and practice reviews."""
    for number, (happened, until_known, until_notified, kind, withdrawn, until_reviewed) in enumerate(INCIDENTS, 1):
        aware = dt.date.fromisoformat(happened) + dt.timedelta(until_known)
        notified = days.after(aware, until_notified)
        yield (
            "local_serious_incidents",
            {
                "notification_id": f"SI{number:04d}",
                "incident_date": dt.date.fromisoformat(happened),
                "aware_date": aware,
                "notified_date": notified,
                "incident_type": kind,
                "children": 1 + number % 2,
                "withdrawn": yes_no(withdrawn),
            },
        )
        if until_reviewed is not None:
            yield (
                "local_serious_incident_reviews",
                {
                    "review_id": f"RR{number:04d}",
                    "notification_id": f"SI{number:04d}",
                    "review_type": "rapid_review",
                    "decision_date": notified,
                    "sent_date": days.after(notified, until_reviewed),
                },
            )
    for number, (decided, published, delay_agreed) in enumerate(PRACTICE_REVIEWS, 1):
        yield (
            "local_serious_incident_reviews",
            {
                "review_id": f"PR{number:04d}",
                "review_type": "lcspr",
                "decision_date": dt.date.fromisoformat(decided),
                "published_date": dt.date.fromisoformat(published) if published else None,
                "delay_agreed": yes_no(delay_agreed),
            },
        )

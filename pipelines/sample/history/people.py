"""The people: children, known by number and never by a real name, and the workers and their teams."""

from __future__ import annotations

import datetime as dt
import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.sample.history import shape
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from pipelines.sample.history.journeys import Journey

Row = dict[str, Any]

ETHNICITIES = ("WBRI", "WOTH", "APKN", "MWBC", "AIND", "WROM", "BAFR", "MOTH", "OOTH", "NOBT", "REFU", "WIRT")
ETHNICITY_WEIGHTS = (62, 6, 9, 6, 3, 3, 3, 3, 2, 2, 0.5, 0.5)
DISABILITIES = ("LD", "AUT", "BEH", "COMM", "MOB", "PC", "INC", "HEAR", "VIS", "HAND", "CON", "DDA")

RETURNS_AFTER_DAYS = 60
RETURNS = 0.18
OLDEST_RETURN_YEARS = 13

TEAMS = {
    "T01": ("First response", "S01", 10),
    "T02": ("Assessment north", "S01", 18),
    "T03": ("Assessment south", "S01", 18),
    "T04": ("Assessment west", "S01", 18),
    "T05": ("Safeguarding 1", "S02", 14),
    "T06": ("Safeguarding 2", "S02", 14),
    "T07": ("Safeguarding 3", "S02", 14),
    "T08": ("Safeguarding 4", "S02", 14),
    "T09": ("Children in care 1", "S03", 12),
    "T10": ("Children in care 2", "S03", 12),
    "T11": ("Children in care 3", "S03", 12),
    "T12": ("Disabled children", "S03", 6),
}
"""Team code: name, service, and how many of 162 social workers."""
SERVICES = {"S01": "Front door and assessment", "S02": "Safeguarding", "S03": "Care and disability"}
LEANINGS = dict(zip(TEAMS, (0.2, 0.5, -0.7, 0.1, 0.6, -0.9, 0.0, 0.3, 0.7, -0.3, -0.5, 0.4), strict=True))
"""How well a team does beside the others, from -1 to 1."""


@dataclass(slots=True)
class Person:
    """A child, known from the first referral on; ``dob`` is None until birth."""

    number: int
    dob: dt.date | None
    expected_dob: dt.date | None
    known_from: dt.date
    disabled: bool = False

    @property
    def id(self) -> str:
        return f"C{self.number:06d}"

    def years_on(self, day: dt.date) -> int:
        """Age in whole years; -1 before birth."""
        if self.dob is None or day < self.dob:
            return -1
        return day.year - self.dob.year - ((day.month, day.day) < (self.dob.month, self.dob.day))


def give_persons(seed: int, journeys: list[Journey]) -> list[Person]:
    """A child for every journey, sometimes one whose earlier journey is closed; journeys in order of referral."""
    rng = stream(seed, "persons")
    persons: list[Person] = []
    closed: list[tuple[dt.date, int]] = []
    for journey in journeys:
        person = _who_returns(rng, journey, persons, closed)
        if person is None:
            person = _new_person(rng, len(persons) + 1, journey)
            persons.append(person)
        journey.person = person.number
        if journey.close is not None:
            heapq.heappush(closed, (journey.close, person.number))
    return persons


def _who_returns(
    rng: random.Random, journey: Journey, persons: list[Person], closed: list[tuple[dt.date, int]]
) -> Person | None:
    asks_for_age = journey.dob is not None or journey.expected_dob is not None
    if asks_for_age or rng.random() >= RETURNS or not closed:
        return None
    if closed[0][0] > journey.referral - dt.timedelta(RETURNS_AFTER_DAYS):
        return None
    person = persons[heapq.heappop(closed)[1] - 1]
    return person if 0 <= person.years_on(journey.referral) <= OLDEST_RETURN_YEARS else None


def _new_person(rng: random.Random, number: int, journey: Journey) -> Person:
    dob = journey.dob
    if dob is None and journey.expected_dob is None:
        youngest, oldest = (20, 4900) if journey.plan or journey.conference else (20, 6000)
        dob = journey.referral - dt.timedelta(int(rng.triangular(youngest, oldest, 1500)))
    disabled = bool(journey.short_breaks) or rng.random() < 0.11
    return Person(number, dob, journey.expected_dob, journey.referral, disabled)


def person_rows(seed: int, persons: list[Person]) -> Iterator[Row]:
    """Rows of ssd_person; ``_known`` says from when the person is in an export."""
    for person in persons:
        rng = stream(seed, "person", person.number)
        male = rng.random() < 0.53
        school_age = person.years_on(shape.WINDOW_LAST) >= 5
        yield {
            "_known": person.known_from,
            "pers_person_id": person.id,
            "pers_forename": "Child",
            "pers_surname": f"{person.number:06d} (made up)",
            "pers_sex": "U" if person.dob is None else "M" if male else "F",
            "pers_gender": "00" if person.dob is None else "01" if male else "02",
            "pers_ethnicity": rng.choices(ETHNICITIES, ETHNICITY_WEIGHTS)[0],
            "pers_dob": person.dob,
            "pers_common_child_id": f"999{person.number:07d}" if person.dob else None,
            "pers_legacy_id": f"OLD-{person.number * 7 % 1_000_003:07d}" if rng.random() < 0.4 else None,
            "pers_upn_unknown": None if school_age else "UN1",
            "pers_send_flag": "Y" if person.disabled and rng.random() < 0.5 else "N",
            "pers_expected_dob": person.expected_dob if person.dob is None else None,
            "pers_is_mother": "Y" if not male and person.years_on(shape.WINDOW_LAST) in (16, 17, 18) else "N",
        }


def disability_rows(seed: int, persons: list[Person]) -> Iterator[Row]:
    """Rows of ssd_disability: one or more for a disabled child, NONE for any other."""
    for person in persons:
        rng = stream(seed, "disability", person.number)
        codes = rng.sample(DISABILITIES, rng.randint(1, 3)) if person.disabled else ["NONE"]
        for place, code in enumerate(codes, start=1):
            yield {
                "_known": person.known_from,
                "disa_person_id": person.id,
                "disa_table_id": f"D{person.number:06d}-{place}",
                "disa_disability_code": code,
            }


@dataclass(slots=True)
class Worker:
    """Someone who works with children: in one team, from one day to another."""

    number: int
    team: str
    title: str
    fte: str
    agency: bool
    joined: dt.date
    left: dt.date | None = None

    @property
    def id(self) -> str:
        return f"W{self.number:04d}"

    def works_on(self, day: dt.date) -> bool:
        return self.joined <= day and (self.left is None or self.left > day)


TITLES = ("Social Worker", "Senior Social Worker", "Newly Qualified Social Worker", "Advanced Practitioner")
OTHER_STAFF = (
    ("Independent Reviewing Officer", 7),
    ("Child Protection Chair", 4),
    ("Team Manager", 12),
    ("Family Support Worker", 9),
    ("Personal Adviser", 6),
)
LONG_AGO = dt.date(2014, 1, 6)


def workforce(seed: int, scale: float) -> list[Worker]:
    """The social workers in post, those who left (their FTE is blank), and colleagues of other professions."""
    rng = stream(seed, "workforce")
    workers: list[Worker] = []
    for team, (_, _, size) in TEAMS.items():
        wanted = max(2, round(size * scale))
        workers += [_in_post(rng, len(workers) + n + 1, team, n) for n in range(wanted)]
    workers += [_leaver(rng, len(workers) + n + 1) for n in range(round(shape.LEAVERS * scale))]
    for title, heads in OTHER_STAFF:
        team = "S02" if "Reviewing" in title or "Chair" in title else "T05"
        for _ in range(max(1, round(heads * scale))):
            workers.append(Worker(len(workers) + 1, team, title, "1.0", False, LONG_AGO))
    return workers


def _in_post(rng: random.Random, number: int, team: str, place: int) -> Worker:
    """The first two of each team have been there all along, so that somebody always is."""
    joined = LONG_AGO if place < 2 or rng.random() < 0.5 else dt.date(2018, 1, 8) + dt.timedelta(rng.randint(0, 1090))
    title = rng.choices(TITLES, (55, 25, 12, 8))[0]
    fte = rng.choices(("1.0", "0.8", "0.6", "0.5"), (80, 12, 5, 3))[0]
    return Worker(number, team, title, fte, place >= 2 and rng.random() < 0.1, joined)


def _leaver(rng: random.Random, number: int) -> Worker:
    left = dt.date(2018, 3, 1) + dt.timedelta(rng.randint(0, 1000))
    team = rng.choice([team for team in TEAMS if team != "T12"])
    return Worker(number, team, rng.choice(TITLES[:2]), "", rng.random() < 0.2, LONG_AGO, left)


def professional_rows(workers: list[Worker], caseloads: dict[str, int]) -> Iterator[Row]:
    """Rows of ssd_professionals; caseloads on 30 September 2020 by worker id."""
    for worker in workers:
        service = TEAMS[worker.team][0] if worker.team in TEAMS else SERVICES[worker.team]
        registered = worker.title not in ("Family Support Worker", "Personal Adviser")
        yield {
            "prof_professional_id": worker.id,
            "prof_staff_id": f"STAFF{worker.number:05d}",
            "prof_professional_name": f"Sample Worker {worker.number}",
            "prof_social_worker_registration_no": f"SW9{worker.number:06d}" if registered else None,
            "prof_professional_job_title": worker.title,
            "prof_professional_caseload": caseloads.get(worker.id, 0),
            "prof_professional_department": service,
            "prof_full_time_equivalency": worker.fte,
            "prof_agency_worker_flag": "Y" if worker.agency else "N",
        }


def department_rows() -> Iterator[Row]:
    """Rows of ssd_department: three services, and the teams below them."""
    for code, name in SERVICES.items():
        yield {"dept_team_id": code, "dept_team_name": name}
    for code, (name, service, _) in TEAMS.items():
        yield {
            "dept_team_id": code,
            "dept_team_name": name,
            "dept_team_parent_id": service,
            "dept_team_parent_name": SERVICES[service],
        }

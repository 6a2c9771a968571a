"""Who works with a child, and in which team: no gap and no overlap but the first days of a few."""

from __future__ import annotations

import datetime as dt
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from pipelines.sample.history import shape
from pipelines.sample.history.people import LEANINGS
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from pipelines.sample.history.journeys import Journey
    from pipelines.sample.history.people import Person, Row, Worker

ASSESSMENT_TEAMS = ("T02", "T03", "T04")
SAFEGUARDING_TEAMS = ("T05", "T06", "T07", "T08")
CARE_TEAMS = ("T09", "T10", "T11")
STAYS_WITH_ASSESSMENT = 0.35
MEAN_DAYS_WITH_A_WORKER = 420
CHANGE_REASONS = ("MANAGE", "LEFTRL", "ORGRST", "ABSENC", "PCCHAN", "OTHERS")
CASELOAD_DAY = dt.date(2020, 9, 30)


@dataclass(slots=True)
class Involvement:
    """A worker allocated to a child from one day to another; ``reason`` is why the next worker took over."""

    worker: Worker
    start: dt.date
    end: dt.date | None
    reason: str | None = None


class Allocations:
    """Gives workers to journeys, and counts what each held on the last 30 September."""

    def __init__(self, seed: int, workers: list[Worker]) -> None:
        self._seed = seed
        self._teams: dict[str, list[Worker]] = defaultdict(list)
        self._at_work: dict[tuple[str, dt.date], tuple[list[Worker], array[float]]] = {}
        for worker in workers:
            if "Social Worker" in worker.title or worker.title == "Advanced Practitioner":
                self._teams[worker.team].append(worker)
        self.caseloads: Counter[str] = Counter()

    def someone_in(self, rng: random.Random, team: str, day: dt.date) -> Worker:
        """A worker of the team who works there that day, the full-time ones more often."""
        there, weights = self._there(team, day)
        return rng.choices(there, cum_weights=weights)[0]

    def _there(self, team: str, day: dt.date) -> tuple[list[Worker], array[float]]:
        """Who works in the team that day, and their weights added up: looked for once, however many are allocated."""
        if (team, day) not in self._at_work:
            there = [worker for worker in self._teams[team] if worker.works_on(day)]
            self._at_work[team, day] = there, array("d", accumulate(float(worker.fte or 0.8) for worker in there))
        return self._at_work[team, day]

    def of(self, journey: Journey, person: Person) -> list[Involvement]:
        """The allocated workers of a journey, one after another, to its closure."""
        rng = stream(self._seed, "allocation", journey.number)
        if journey.assessment is None and journey.plan is None:
            return []
        involvements: list[Involvement] = []
        for team, start, end in _spans(list(_phases(rng, journey, person)), journey.close):
            involvements += self._one_after_another(rng, team, start, end)
        for before, after in pairwise(involvements):
            moved = before.worker.team != after.worker.team
            before.reason = "TSPROC" if moved else rng.choice(CHANGE_REASONS)
        self._count(involvements)
        return involvements

    def _one_after_another(
        self, rng: random.Random, team: str, start: dt.date, end: dt.date | None
    ) -> Iterator[Involvement]:
        last = end or shape.HORIZON
        while start < last:
            worker = self.someone_in(rng, team, start)
            until = start + dt.timedelta(30 + int(rng.expovariate(1 / MEAN_DAYS_WITH_A_WORKER)))
            until = min(until, worker.left or until)
            yield Involvement(worker, start, until if until < last else end)
            start = until

    def _count(self, involvements: list[Involvement]) -> None:
        for held in involvements:
            if held.start <= CASELOAD_DAY and (held.end is None or held.end > CASELOAD_DAY):
                self.caseloads[held.worker.id] += 1


def _phases(rng: random.Random, journey: Journey, person: Person) -> Iterator[tuple[str, dt.date]]:
    """Team and first day of each phase, in order."""
    late_start = rng.random() < 0.04
    start = journey.referral + dt.timedelta(rng.randint(5, 20) if late_start else 0)
    if journey.short_breaks or (person.disabled and rng.random() < 0.5):
        yield "T12", start
        return
    assessing = ASSESSMENT_TEAMS[person.number % len(ASSESSMENT_TEAMS)]
    yield assessing, start
    helped = journey.plan or journey.cin_plan
    if helped and helped.start > start and (journey.plan or rng.random() > STAYS_WITH_ASSESSMENT):
        yield SAFEGUARDING_TEAMS[person.number % len(SAFEGUARDING_TEAMS)], helped.start
    if journey.care and journey.care.start > start:
        handed_over = journey.care.start + dt.timedelta(rng.randint(0, 35))
        if journey.care.end is None or handed_over < journey.care.end:
            yield CARE_TEAMS[person.number % len(CARE_TEAMS)], handed_over


def _spans(phases: list[tuple[str, dt.date]], close: dt.date | None) -> Iterator[tuple[str, dt.date, dt.date | None]]:
    """Team, first day and end of each phase that begins before the journey closes."""
    begun = [(team, start) for team, start in phases if close is None or start < close]
    for place, (team, start) in enumerate(begun, start=1):
        yield team, start, begun[place][1] if place < len(begun) else close


def team_on(involvements: list[Involvement], day: dt.date) -> str | None:
    """The team of the worker allocated that day."""
    for held in involvements:
        if held.start <= day and (held.end is None or held.end > day):
            return held.worker.team
    return None


def leaning_on(involvements: list[Involvement], day: dt.date) -> float:
    """How the team allocated that day leans."""
    return LEANINGS.get(team_on(involvements, day) or "", 0.0)


def involvement_rows(journey: Journey, person: Person, involvements: list[Involvement]) -> Iterator[Row]:
    """Rows of ssd_involvements."""
    for place, held in enumerate(involvements, start=1):
        yield {
            "invo_involvements_id": f"I{journey.number:07d}-{place}",
            "invo_professional_id": held.worker.id,
            "invo_professional_role_id": "Allocated Case Worker",
            "invo_professional_team": held.worker.team,
            "invo_involvement_start_date": held.start,
            "invo_involvement_end_date": held.end,
            "invo_worker_change_reason": held.reason,
            "invo_person_id": person.id,
            "invo_referral_id": f"R{journey.number:07d}",
        }

"""Posts and cases of social workers."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.recount.counted import Counted
from tests.recount.days import after_months, in_twelve_months_to, month_ends
from tests.recount.records import UNALLOCATED, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.recount.records import Child, Row

WORKING_DAYS_A_YEAR = 253


@dataclass(frozen=True)
class Post(Span):
    team: str
    hours: Fraction
    status: str
    left_the_authority: bool
    sickness_days: Fraction


@dataclass(frozen=True)
class WorkerRecord:
    id: str
    title: str | None
    hours: Fraction
    is_social_worker: bool


@dataclass(frozen=True)
class CaseloadBounds:
    start: date
    title: str | None
    team: str | None
    lower: Fraction | None
    upper: Fraction | None


def number(value: object) -> Fraction | None:
    """To two places, half up."""
    if value is None:
        return None
    return Fraction(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))


# Posts.


def read_posts(rows: Iterable[Row], social_work: frozenset[str]) -> list[Post]:
    """Of social workers, and where the hours are known. One whose first day is not known was always there."""
    posts = []
    for row in rows:
        hours, start, end = (
            number(row.get("full_time_equivalent")),
            row.get("from_date") or date.min,
            row.get("to_date"),
        )
        is_social_work = row.get("role") is None or row["role"] in social_work
        if hours is not None and (end is None or start <= end) and is_social_work:
            posts.append(
                Post(
                    start,
                    end,
                    row.get("team_code") or UNALLOCATED,
                    hours,
                    row["post_status"],
                    bool(row.get("left_the_authority")),
                    number(row.get("sickness_days")) or Fraction(0),
                )
            )
    return posts


def of_posts(posts: Iterable[Post], end: date) -> Iterator[Counted]:
    for post in posts:
        is_there = post.is_open(end)
        if is_there and post.status in ("agency", "employed"):
            yield Counted("agency_rate_fte", post.team, post.hours if post.status == "agency" else 0, post.hours)
        if is_there and post.status in ("agency", "vacant"):
            numbers = (post.hours, 0) if post.status == "agency" else (0, post.hours)
            yield Counted("agency_per_vacancy", post.team, *numbers)
        if is_there and post.status == "employed":
            began = post.hours if in_twelve_months_to(end, post.start) else 0
            yield Counted("starter_rate_fte", post.team, began, post.hours)
        if is_there and post.status in ("vacant", "employed"):
            yield Counted("vacancy_rate_fte", post.team, post.hours if post.status == "vacant" else 0, post.hours)
        if post.status == "employed":
            is_leaver = post.left_the_authority and post.end is not None and in_twelve_months_to(end, post.end)
            if is_there or is_leaver:
                numbers = (0, post.hours) if is_there else (post.hours, 0)
                yield Counted("turnover_rate_fte", post.team, *numbers)


def sickness(posts: Iterable[Post], end: date) -> Iterator[Counted]:
    """Given for the month of the delivery alone."""
    ends = month_ends(after_months(end, -11), end)
    days = WORKING_DAYS_A_YEAR + any((each.month, each.day) == (2, 29) for each in ends)
    for post in posts:
        left = post.end if post.end is not None and post.end <= end else None
        if post.status == "employed" and post.start <= end and (left is None or in_twelve_months_to(end, left)):
            yield Counted("absence_rate_fte", post.team, post.sickness_days, 0 if left else post.hours * days)


# Cases.


def read_workers(rows: Iterable[Row], social_work: frozenset[str]) -> dict[str, WorkerRecord]:
    workers = {}
    for row in rows:
        title, hours = row.get("prof_professional_job_title"), number(row.get("prof_full_time_equivalency"))
        if hours:
            name, is_social_worker = row["prof_professional_id"], title is None or title in social_work
            workers[name] = WorkerRecord(name, title, hours, is_social_worker)
    return workers


def read_bounds(rows: Iterable[Row]) -> list[CaseloadBounds]:
    return [
        CaseloadBounds(
            row["from_date"],
            row.get("role"),
            row.get("team_code"),
            number(row.get("lower_bound")),
            number(row.get("upper_bound")),
        )
        for row in rows
    ]


def of_cases(
    children: Iterable[Child], workers: dict[str, WorkerRecord], bounds: Sequence[CaseloadBounds], end: date
) -> Iterator[Counted]:
    held = defaultdict(list)
    for child in children:
        for each in child.involvements:
            if each.is_open(end) and each.worker in workers:
                held[each.worker].append((child.id, each))
    for name, involvements in held.items():
        worker, cases = workers[name], {child for child, _ in involvements}
        by_team = Counter(team for _, team in {(child, each.team or UNALLOCATED) for child, each in involvements})
        team = min(by_team, key=lambda team: (-by_team[team], team))
        if not worker.is_social_worker:
            yield Counted("caseload_other_average", team, len(cases), worker.hours)
            continue
        yield Counted("caseload_average", team, len(cases), worker.hours)
        agreed = agreed_bounds(bounds, worker, team, end)
        if agreed and agreed.upper is not None:
            yield Counted("caseload_above_upper", team, len(cases) > agreed.upper * worker.hours)
        if agreed and agreed.lower is not None:
            yield Counted("caseload_below_lower", team, len(cases) < agreed.lower * worker.hours)


def agreed_bounds(
    bounds: Iterable[CaseloadBounds], worker: WorkerRecord, team: str, end: date
) -> CaseloadBounds | None:
    """Of the role and team, else of the role, else of the team, else of everyone; the latest in force."""
    in_force = [
        each
        for each in bounds
        if each.start <= end and each.title in (None, worker.title) and each.team in (None, team)
    ]
    return max(in_force, key=lambda each: (each.title is not None, each.team is not None, each.start), default=None)

"""May a built month be published? Its conditions are in ``snapshots.gate``; a month that is held needs an approval.

An approval is a file, ``approvals/<authority>/<month>/<digest>.json``, that is never changed: who, when, why, and what
was held. The digest is of the failing conditions and of the warehouse they are about, so that an approval of anything
else does not count. When is passed to this module, not asked of a clock: the same approval makes the same snapshot.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb

from pipelines.catalog import current_warehouse
from pipelines.deliveries import Delivery
from pipelines.faults import Exit, Fault
from pipelines.storage import FAILED, MANIFEST, sha256_of_texts, whole_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.periods import Period
    from pipelines.settings import Settings

LONGEST_WHY = 500
LONGEST_NAME = 100
QUERY = """
    SELECT authority_code, condition, sentence, holds, detail
    FROM snapshots.gate
    ORDER BY holds, authority_code, condition
"""

ANY_USED = """
    SELECT count(*)
    FROM snapshots.delivery
    WHERE is_used AND authority_code = coalesce($authority, authority_code)
"""
USED = """
    SELECT authority_code, source, landing_version
    FROM snapshots.delivery
    WHERE is_used AND reporting_month = $month
    ORDER BY ALL
"""
MONTH_OVER = "GATE-MONTH-OVER"
MONTH_OVER_SENTENCE = "The month was over when its deliveries came."
ANYTHING_COUNTS, ANYTHING_COUNTS_SENTENCE = "GATE-DELIVERED", "Some delivery of the month or before it counts."
NOTHING_COUNTS = (
    "no delivery of the month, or before it, counts: deliver it, and look at kpis status for what was refused"
)
LONDON = ZoneInfo("Europe/London")


class NothingToJudge(Fault, RuntimeError):
    """The month has no warehouse yet, or its last build failed: nothing that could be approved."""


class Held(Fault):
    """Bad data, never broken software: the month may not be published as it is, and nobody has approved it."""

    exit_code = Exit.DATA_REFUSED


class NotApproved(Fault, ValueError):
    """An approval that cannot be recorded: it says too little, or is of something that is not held."""

    exit_code = Exit.USAGE


@dataclass(frozen=True)
class Condition:
    """What must hold before the month is published, of one authority, and what is not so."""

    authority_code: str
    condition: str
    sentence: str
    holds: bool
    detail: str | None

    def __str__(self) -> str:
        return f"{self.authority_code} {self.condition}: {self.detail or self.sentence}"


@dataclass(frozen=True)
class Approval:
    """Who let a held month through, when (ISO 8601, UTC), and why."""

    approved_by: str
    approved_at: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one build of a month."""

    month: Period
    fingerprint: str
    conditions: tuple[Condition, ...]
    approval: Approval | None

    @property
    def failing(self) -> tuple[Condition, ...]:
        return tuple(each for each in self.conditions if not each.holds)

    @property
    def digest(self) -> str:
        """What an approval is bound to."""
        return _digest(self.fingerprint, self.failing)

    @property
    def outcome(self) -> str:
        """``open``, ``held``, or ``approved``."""
        if not self.failing:
            return "open"
        return "held" if self.approval is None else "approved"

    @property
    def reasons(self) -> str:
        """What is not so, a line each."""
        return "\n".join(map(str, self.failing))

    @property
    def approval_banner(self) -> str | None:
        """What a reader of an approved publication must not miss."""
        if not self.failing or self.approval is None:
            return None
        approval = self.approval
        return (
            f"Published by approval of {approval.approved_by}, {approval.approved_at}: {approval.reason} "
            f"What did not hold: {'; '.join(map(str, self.failing))}."
        )

    @property
    def as_manifest(self) -> dict[str, Any]:
        """For a manifest."""
        failing = [
            {"authority_code": e.authority_code, "condition": e.condition, "detail": e.detail} for e in self.failing
        ]
        return {
            "verdict": self.outcome,
            "approval": None if self.approval is None else asdict(self.approval),
            "conditions_not_met": failing,
        }


def judge(settings: Settings, month: Period) -> Verdict:
    """The verdict of the month's current build; raises NothingToJudge."""
    current = current_warehouse(settings, month)
    if current is None:
        raise NothingToJudge(f"{month} has no warehouse: build it first")
    with duckdb.connect(str(current.file), read_only=True) as warehouse:
        return _verdict(settings, month, current.manifest["fingerprint"], warehouse)


def admit(settings: Settings, month: Period, fingerprint: str, warehouse: duckdb.DuckDBPyConnection) -> Verdict:
    """The verdict of the very build that is about to be published.

    Raises Held, which names each reason and says how to approve, and NothingToJudge where the last build failed.
    """
    verdict = _verdict(settings, month, fingerprint, warehouse)
    if verdict.outcome == "held":
        whose = f" of {settings.authority}" if settings.authority else ""
        named = f" --authority {settings.authority}" if settings.authority else ""
        raise Held(
            f"{month}{whose} is held and was not published:\n{verdict.reasons}\n"
            "Fix it and run the month again, or approve it as it is: in Airflow, or with "
            f'python -m pipelines approve {month}{named} --by NAME --why "REASON"'
        )
    return verdict


def approve(settings: Settings, month: Period, *, digest: str, by: str, at: dt.datetime, why: str) -> Verdict:
    """Record an approval of what is held; the first of the same stands.

    ``digest`` is of the verdict that was approved. Raises NotApproved where that is no longer what is held, where
    nothing is, or where somebody does not say who or why.
    """
    verdict = judge(settings, month)
    if not verdict.failing:
        raise NotApproved(f"{month} is not held: there is nothing to approve")
    if digest != verdict.digest:
        raise NotApproved(f"{month} was built again since it was approved: look at what holds it now")
    approval = Approval(
        approved_by=_plain("who approves", by, LONGEST_NAME),
        approved_at=at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        reason=_plain("why", why, LONGEST_WHY),
    )
    path = _file(settings, month, verdict.digest)
    if not path.exists():
        write_json(path, {"month": str(month), "held": list(map(str, verdict.failing)), **asdict(approval)})
    return judge(settings, month)


def _verdict(settings: Settings, month: Period, fingerprint: str, warehouse: duckdb.DuckDBPyConnection) -> Verdict:
    if (settings.warehouse / str(month) / FAILED).exists():
        raise NothingToJudge(
            f"{month}: a check stopped its last build, and what stands is the build before; "
            f"{FAILED} beside it says which. Nothing is published or approved until a build succeeds."
        )
    built = (Condition(*row) for row in warehouse.execute(QUERY).fetchall())
    conditions = (*built, *_landed_after_the_month(settings, month, warehouse), *_anything_counts(settings, warehouse))
    verdict = Verdict(month, fingerprint, conditions, None)
    path = _file(settings, month, verdict.digest)
    return Verdict(month, fingerprint, conditions, _read(path) if verdict.failing else None)


def _landed_after_the_month(
    settings: Settings, month: Period, warehouse: duckdb.DuckDBPyConnection
) -> Iterator[Condition]:
    """Of each authority, whether the month was over when its deliveries came; landing's manifests say when they did.

    What the nation published is of months long past, and may come at any time.
    """
    early: dict[str, list[str]] = {}
    for authority_code, source, version in warehouse.execute(USED, {"month": str(month)}).fetchall():
        delivery = Delivery(authority_code, source, month)
        if delivery.is_national:
            continue
        came = early.setdefault(authority_code, [])
        manifest = delivery.landing_folder(settings.landing) / version / MANIFEST
        landed = whole_json(manifest, "landed_at")
        if landed is not None:
            landed_on = dt.datetime.fromisoformat(landed["landed_at"]).astimezone(LONDON).date()
            if landed_on <= month.last_day:
                came.append(
                    f"{source}: version {version} came on {landed_on}, before {month} was over; deliver it again"
                )
    for authority_code, details in sorted(early.items()):
        yield Condition(authority_code, MONTH_OVER, MONTH_OVER_SENTENCE, not details, "; ".join(details) or None)


def _anything_counts(settings: Settings, warehouse: duckdb.DuckDBPyConnection) -> Iterator[Condition]:
    """Where no delivery of the authority counts, whatever the nation published, a version of nothing would be made."""
    if not warehouse.execute(ANY_USED, {"authority": settings.authority}).fetchall()[0][0]:
        yield Condition(
            settings.authority or "all", ANYTHING_COUNTS, ANYTHING_COUNTS_SENTENCE, holds=False, detail=NOTHING_COUNTS
        )


def _read(path: Path) -> Approval | None:
    """None where it is broken: then the month has to be approved again."""
    approval = whole_json(path, "approved_by", "approved_at", "reason")
    if approval is None:
        return None
    return Approval(approval["approved_by"], approval["approved_at"], approval["reason"])


def _file(settings: Settings, month: Period, digest: str) -> Path:
    return settings.approvals / str(month) / f"{digest[:16]}.json"


def _digest(fingerprint: str, failing: tuple[Condition, ...]) -> str:
    return sha256_of_texts([fingerprint, *map(str, failing)])


def _plain(what: str, text: str, longest: int) -> str:
    """One line of text that a publication can carry."""
    cleaned = " ".join(text.split())
    if not cleaned or len(cleaned) > longest or not cleaned.isprintable():
        raise NotApproved(f"an approval says {what}, in 1 to {longest} characters")
    return cleaned

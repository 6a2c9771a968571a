"""What a month still lacks: deliveries that are due and did not come, months that are held, and what is out of date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.catalog import current_warehouse, each_authority, newest_landed_folder
from pipelines.deliveries import Delivery
from pipelines.landing.inbox import InboxUnreachable, find_deliveries
from pipelines.periods import Period
from pipelines.runs.steps import staged_otherwise
from pipelines.snapshots import gate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipelines.settings import Settings

NEEDED = """
    SELECT authority_code, source
    FROM warehouse.dim_gate_need
    WHERE is_held_by_absence
    ORDER BY ALL
"""


@dataclass(frozen=True)
class HeldMonth:
    """An authority's month that waits for an approval, and why."""

    authority_code: str | None
    month: Period
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class WhatIsDue:
    """The deliveries due for the newest month that is over, and all that waits for somebody.

    ``waiting`` says of what is in the inbox and not complete what it waits for, ``unreachable`` why nobody could look.
    """

    month: Period
    due_on: dt.date
    is_overdue: bool
    due: tuple[Delivery, ...]
    missing: tuple[Delivery, ...]
    waiting: Mapping[Delivery, str]
    unreachable: str | None
    held: tuple[HeldMonth, ...]
    stale: tuple[str, ...]

    @property
    def sentences(self) -> list[str]:
        """What somebody has to see to, a sentence each; nothing where all is well, or the day is not over."""
        missing = [f"{each}: {self._absent(each)}" for each in self.missing if self.is_overdue]
        held = [
            f"{each.month} of {each.authority_code} is held: {reason}" for each in self.held for reason in each.reasons
        ]
        unreachable = [] if self.unreachable is None else [self.unreachable]
        return [*unreachable, *missing, *held]

    def _absent(self, delivery: Delivery) -> str:
        reason = self.waiting.get(delivery)
        return f"it is in the inbox and waits: {reason}" if reason else "nothing was delivered"

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "month": str(self.month),
            "due_on": self.due_on.isoformat(),
            "is_overdue": self.is_overdue,
            "due": [str(each) for each in self.due],
            "missing": [{"delivery": str(each), "because": self._absent(each)} for each in self.missing],
            "unreachable": self.unreachable,
            "held": [
                {"authority": each.authority_code, "month": str(each.month), "reasons": list(each.reasons)}
                for each in self.held
            ],
            "stale": list(self.stale),
        }


def what_is_due(settings: Settings, today: dt.date) -> WhatIsDue:
    """What is due for the month before today's, by what the gate needs, and what is held or out of date.

    Of one authority, or of every one that is there.
    """
    month = Period(today.year, today.month).plus(-1)
    after = month.plus(1)
    due_on = dt.date(after.year, after.month, settings.due_day)
    authorities = each_authority(settings)
    built = {own.authority: _built_months(own) for own in authorities}
    due = tuple(
        needed
        for own in authorities
        for needed in _needed(own, [each for each in built[own.authority] if each <= month], month)
    )
    waiting, unreachable = _waiting(settings, month)
    return WhatIsDue(
        month=month,
        due_on=due_on,
        is_overdue=today > due_on,
        due=due,
        missing=tuple(each for each in due if newest_landed_folder(settings.landing, each) is None),
        waiting=waiting,
        unreachable=unreachable,
        held=tuple(
            held for own in authorities for each in built[own.authority] if (held := _held(own, each)) is not None
        ),
        stale=tuple(staged_otherwise(settings, max((max(each) for each in built.values() if each), default=month))),
    )


def _built_months(settings: Settings) -> list[Period]:
    months = {Period.parse(path.name) for path in settings.warehouse.glob("????-??")}
    return [month for month in sorted(months) if current_warehouse(settings, month) is not None]


def _needed(settings: Settings, built: list[Period], month: Period) -> Iterable[Delivery]:
    """Of the newest warehouse, which knows what each authority has delivered and what its settings ask of it."""
    current = current_warehouse(settings, built[-1]) if built else None
    if current is None:
        return ()
    with duckdb.connect(str(current.file), read_only=True) as warehouse:
        return [Delivery(authority, source, month) for authority, source in warehouse.execute(NEEDED).fetchall()]


def _waiting(settings: Settings, month: Period) -> tuple[dict[Delivery, str], str | None]:
    try:
        inbox = find_deliveries(settings, only=month)
    except InboxUnreachable as fault:
        return {}, str(fault)
    return dict(zip(inbox.waiting, inbox.waits_for, strict=True)), None


def _held(settings: Settings, month: Period) -> HeldMonth | None:
    try:
        verdict = gate.judge(settings, month)
    except gate.NothingToJudge:
        return None
    return HeldMonth(settings.authority, month, tuple(map(str, verdict.failing))) if verdict.outcome == "held" else None

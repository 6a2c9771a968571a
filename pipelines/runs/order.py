"""In which order an authority's months are built: none before the one before is settled, and each that changes again.

What has changed is read from what was built, published and staged: nothing is remembered that could be out of date.
That a month is about to be built is a mark beside its warehouse, which counts for an hour.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import duckdb

from pipelines.catalog import (
    NEWEST,
    current_version,
    current_warehouse,
    known_deliveries,
    published_before,
    published_months,
    staged_version,
)
from pipelines.deliveries import Delivery
from pipelines.periods import Period
from pipelines.storage import CURRENT, MANIFEST, read_json, whole_json, write_json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from pipelines.settings import Settings

SETTLED, ASKED_FOR = "settled.json", "asked_for.json"
LONGEST_WAIT_SECONDS = 60 * 60
SEEN = "SELECT authority_code, source, reporting_month, landing_version FROM snapshots.delivery"


def next_month(settings: Settings, wanted: Collection[Period], after: Period | None = None) -> Period | None:
    """The first month, after one or of all, that is to be built: a wanted one, or one that would come out otherwise."""
    newest = _newest_staged(settings)
    months = sorted({*wanted, *_months(settings)})
    later = (month for month in months if after is None or month > after)
    return next((month for month in later if month in wanted or _is_otherwise(settings, month, newest)), None)


def ask_for(settings: Settings, month: Period) -> None:
    """Put down that the month is about to be built: later ones wait for it, also where their runs begin first."""
    write_json(settings.warehouse / str(month) / ASKED_FOR, {"month": str(month)})


def answer(settings: Settings, month: Period) -> None:
    """Take that back once a build has ended; where it failed, it keeps no other month waiting."""
    (settings.warehouse / str(month) / ASKED_FOR).unlink(missing_ok=True)


def settle(settings: Settings, month: Period) -> None:
    """Put down that it is decided what becomes of the month's current build: published, or held."""
    current = current_warehouse(settings, month)
    if current is not None:
        write_json(settings.warehouse / str(month) / SETTLED, {"fingerprint": current.manifest["fingerprint"]})


def is_waited_for(settings: Settings, month: Period) -> bool:
    """Whether an earlier month is about to be built, or was built a moment ago and is not settled yet.

    One whose publication failed is waited for an hour and no longer; once it is published, what follows is built again.
    """
    return any(each < month and _is_under_way(settings, each) for each in _months_with(settings, CURRENT, ASKED_FOR))


def _is_under_way(settings: Settings, month: Period) -> bool:
    folder = settings.warehouse / str(month)
    asked, current = (_written(folder / name) for name in (ASKED_FOR, CURRENT))
    if asked > current and abs(time.time() - asked) < LONGEST_WAIT_SECONDS:
        return True
    built = whole_json(folder / CURRENT, "fingerprint")
    settled = whole_json(folder / SETTLED, "fingerprint")
    if built is None or (settled is not None and settled["fingerprint"] == built["fingerprint"]):
        return False
    return abs(time.time() - current) < LONGEST_WAIT_SECONDS


def _written(file: Path) -> float:
    """When it was last written; never, where it is not there."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _months_with(settings: Settings, *names: str) -> set[Period]:
    """The months beside whose warehouse one of these files is."""
    return {Period.parse(path.parent.name) for name in names for path in settings.warehouse.glob(f"????-??/{name}")}


def _months(settings: Settings) -> set[Period]:
    """Those that are there: built, or published."""
    return _months_with(settings, CURRENT) | {*published_months(settings.snapshots)}


def _newest_staged(settings: Settings) -> dict[Delivery, int]:
    """The newest landed version of each delivery that was staged, refused or not."""
    folders = {
        delivery: staged_version(delivery.staging_folder(settings.staging), NEWEST)
        for delivery in known_deliveries(settings)
    }
    return {
        delivery: int(read_json(folder / MANIFEST)["landing_version"])
        for delivery, folder in folders.items()
        if folder is not None
    }


def _is_otherwise(settings: Settings, month: Period, newest: Mapping[Delivery, int]) -> bool:
    """Whether other deliveries, or another version of the month before, would go into the month today."""
    made = _made_of(settings, month)
    if made is None:
        return False
    seen, earlier, key = made
    if seen != {delivery: version for delivery, version in newest.items() if delivery.month <= month}:
        return True
    before = published_before(settings, month, key)
    return earlier != (None if before is None else before.as_manifest)


def _made_of(settings: Settings, month: Period) -> tuple[dict[Delivery, int], dict[str, str] | None, str | None] | None:
    """The newest deliveries that a month's newest build or version covers, what went before it, and the key."""
    current = current_warehouse(settings, month)
    if current is not None:
        with duckdb.connect(str(current.file), read_only=True) as warehouse:
            rows = warehouse.execute(SEEN).fetchall()
        return _newest_of(rows), current.manifest.get("earlier"), current.manifest.get("pseudonym_key")
    version = current_version(settings.snapshots / str(month))
    if version is None:
        return None
    manifest = read_json(settings.snapshots / str(month) / version / MANIFEST)
    names = ("authority_code", "source", "month", "landing_version")
    rows = [tuple(delivery[name] for name in names) for delivery in manifest["deliveries"]]
    return _newest_of(rows), manifest.get("earlier"), manifest.get("pseudonym_key")


def _newest_of(rows: Collection[tuple[str, str, str, str]]) -> dict[Delivery, int]:
    seen: dict[Delivery, int] = {}
    for authority_code, source, month, version in rows:
        delivery = Delivery(authority_code, source, Period.parse(month))
        seen[delivery] = max(seen.get(delivery, 0), int(version[1:]))
    return seen

"""What ``kpis status --json`` gives a program: what is due and missing, held and stale, and how far all has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.catalog import current_version, each_authority, published_months
from pipelines.cli.tables import deliveries
from pipelines.runs import due

if TYPE_CHECKING:
    import datetime as dt

    from pipelines.settings import Settings


def state(settings: Settings, today: dt.date) -> dict[str, Any]:
    """What is due, missing, held and stale, each delivery, and the current version of each month of each authority."""
    published = {
        str(own.authority): {
            str(month): current_version(own.snapshots / str(month)) for month in published_months(own.snapshots)
        }
        for own in each_authority(settings)
    }
    found = due.what_is_due(settings, today).as_json
    return {**found, "deliveries": deliveries(settings), "published": published}

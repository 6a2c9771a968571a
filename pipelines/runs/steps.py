"""A stage, then the pages about it: one way for Airflow and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.catalog import is_known, landed_deliveries
from pipelines.publications import delivery_pages, front_page, month_pages
from pipelines.runs.order import settle
from pipelines.snapshots.publish import publish as publish_snapshot
from pipelines.staging.reading import unwatched
from pipelines.staging.stage import changed_since_staging, write_data_docs
from pipelines.staging.stage import stage as stage_delivery
from pipelines.warehouse.build import build as build_warehouse
from pipelines.warehouse.tables import BrokenBuild

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.deliveries import Delivery
    from pipelines.periods import Period
    from pipelines.settings import Settings
    from pipelines.snapshots.publish import Published
    from pipelines.staging.reading import Progress
    from pipelines.staging.stage import StagingResult
    from pipelines.warehouse.build import Built


def stage(settings: Settings, delivery: Delivery, progress: Progress = unwatched) -> StagingResult:
    """Stage a delivery and write the page about it; raises what ``staging.stage`` raises."""
    staged = stage_delivery(settings, delivery, progress)
    delivery_pages.write(settings, delivery, staged.folder)
    front_page.write(settings)
    return staged


def data_docs(settings: Settings, staged: StagingResult) -> Path:
    """Write Great Expectations' pages about a staged version, and lead to them from its page; returns their index."""
    index = write_data_docs(settings, staged.delivery, staged.folder)
    delivery_pages.write(settings, staged.delivery, staged.folder, again=True)
    return index


def build(settings: Settings, month: Period) -> Built:
    """Build a month's warehouse and write its pages, whatever came of it: a month that cannot be built needs them most.

    Raises BrokenBuild once the page says why.
    """
    try:
        built = build_warehouse(settings, month)
    except BrokenBuild as problem:
        month_pages.write_unbuilt(settings, month, str(problem))
        raise
    month_pages.write(settings, month)
    return built


def staged_otherwise(settings: Settings, month: Period) -> list[str]:
    """The deliveries up to a month that would be staged otherwise today, with what has changed; a sentence each."""
    changed = (
        (delivery, changed_since_staging(settings, delivery))
        for delivery in landed_deliveries(settings.landing)
        if delivery.month <= month and is_known(settings, delivery)
    )
    return [
        f"{delivery}: since it was staged, {' and '.join(words)}: kpis restage" for delivery, words in changed if words
    ]


def publish(settings: Settings, month: Period) -> Published:
    """Publish a month's snapshot, and lead to its report from the front page; raises what publishing raises."""
    published = publish_snapshot(settings, month)
    settle(settings, month)
    front_page.write(settings)
    return published

"""Airflow's scheduler with all that tasks need loaded and read: a task is a fork of it, and begins with its work.

    python -m pipelines.orchestration.scheduler scheduler    as ``airflow_home scheduler`` starts it

To load Great Expectations alone takes three seconds of the processor, to read all SQL one, in every task anew. What was
read is known by its text, so a file that was changed since is read again.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from importlib import import_module

from pipelines.processes import collect_garbage_seldom
from pipelines.settings import Settings

LOADED = (
    "pipelines.landing.extract",
    "pipelines.landing.inbox",
    "pipelines.landing.landing",
    "pipelines.orchestration.approval",
    "pipelines.orchestration.tasks",
    "pipelines.publications.month_pages",
    "pipelines.publications.notification",
    "pipelines.publications.postgres_copy",
    "pipelines.runs.arrivals",
    "pipelines.runs.due",
    "pipelines.runs.migrating",
    "pipelines.runs.order",
    "pipelines.runs.steps",
    "pipelines.snapshots.gate",
    "pipelines.snapshots.publish",
    "pipelines.snapshots.report",
    "pipelines.staging.validation.validation",
    "pipelines.warehouse.distribution_test",
)


def load() -> None:
    """Nothing of the data, and no DuckDB: a fork must not inherit its threads."""
    # Two hundred lines about how it is made, and nothing of what it finds.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    for module in LOADED:
        import_module(module)
    from pipelines.sql_files import read_selects
    from pipelines.warehouse.tables import SCHEMAS

    settings = Settings()
    # A file that cannot be read is the build's to report.
    with suppress(ValueError):
        for schema in SCHEMAS:
            read_selects(settings.sql, schema)


def main() -> None:
    from airflow.__main__ import main as airflow

    load()
    collect_garbage_seldom()
    airflow()  # type: ignore[no-untyped-call]  # Airflow gives it no types


if __name__ == "__main__":
    main()

"""Every five minutes (`WATCH_MINUTES`): whether something arrived in the inbox, and then a run that deals with it.

    what_arrived ──> ingest

- **what_arrived** looks through the inbox for complete deliveries that are new or look otherwise than when they were
  taken in; where nothing is, or a run of `ingest_exports` is at it, it is skipped.
- **ingest** starts `ingest_exports` for all of them and the newest of their months. Each of their months is built, one
  after another, and each later month that they change. The same deliveries are not tried twice by themselves: where
  their run failed, people were notified.

With `WATCH_MINUTES=0` deliveries wait for the day by which they are due, or for somebody who starts `ingest_exports`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, task

from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.arrivals import StartIngest
from pipelines.orchestration.task_defaults import DEFAULT_ARGS


@dag(
    description="Starts ingest_exports when something arrives in the inbox.",
    schedule=orchestration.when_watched(),
    max_active_runs=1,
    is_paused_upon_creation=False,
    catchup=False,
    default_args=DEFAULT_ARGS,
    tags=["landing"],
    doc_md=__doc__,
)
def watch_inbox() -> None:
    @task(multiple_outputs=False)
    def what_arrived(**context: Any) -> dict[str, str]:
        """Look for what is new or changed in the inbox."""
        return orchestration.what_arrived(context)

    what_arrived() >> StartIngest(
        task_id="ingest", doc_md="Start `ingest_exports` for what arrived, unless the very same was tried before."
    )


watch_inbox()

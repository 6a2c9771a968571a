"""Every day at 07:00 UTC: whether the month before is in, and what waits for somebody.

    look

- **look** names what is due and did not come, and every month that is held. From the day after the one by which
  deliveries are due (`DUE_DAY`) people are notified, where the settings say whom; where nothing is missing or held it
  is skipped.

By hand: trigger it; it has no month.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task

from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.task_defaults import DEFAULT_ARGS


@dag(
    schedule=CronTriggerTimetable("0 7 * * *", timezone="UTC"),
    description="Says each day which deliveries are missing and which months are held.",
    max_active_runs=1,
    is_paused_upon_creation=False,
    catchup=False,
    default_args=DEFAULT_ARGS,
    tags=["landing", "snapshots"],
    doc_md=__doc__,
)
def what_is_due() -> None:
    @task(multiple_outputs=False)
    def look(**context: Any) -> dict[str, Any]:
        """Name what is missing and what is held, and notify people of it."""
        return orchestration.what_is_due(context)

    look()


what_is_due()

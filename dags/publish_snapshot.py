"""When an authority's warehouse of a month is built: publish what people may read.

    the asset "warehouse",     ──> gate ──┬─────────────────┬──> publish ──> the assets "snapshots" and
    partition E06000015|2021-02           ├──> (approve) ───┘       │        "snapshots_public", the same
                                          │                         │        partition
                                          └──> (next_month_meanwhile)└──> next_month

- **gate** looks whether the month may be published: `python -m pipelines gate 2021-02 --authority E06000015` shows
  what it looks at.
- **approve** waits, where the month is held, for one of `APPROVERS` who says *Approve*, and why, or *Reject*;
  otherwise it is skipped. Whoever started the run does not approve what came of it. Who, when and why stand in the
  snapshot. Other months, and other authorities, go on meanwhile. A better delivery holds nothing: its run goes
  through, and this one is then rejected.
- **publish** puts a new version of the authority's snapshot of the month down, whole, beside the earlier ones, which
  never change. Where nothing is different from the last version, there is no new one.
- **next_month** passes `build_warehouse` the authority's next month that is to be built: one that somebody asked for,
  or one that is there and would come out otherwise now, since this one, or a delivery before it, is another. So a
  late or corrected delivery re-issues every month that it changes, in order.
- **next_month_meanwhile** does the same while a held month waits for its answer.
- **copy_to_postgresql** comes after it where the settings name a database, and copies the newest month there, of one
  authority (`POSTGRES_COPY_AUTHORITY`). Where it fails the run is red; what is published stays published, and the
  copy before stays as it was.
- **notify** comes after it where the settings say whom to notify; if nobody can be reached it is skipped and says so,
  and what is published stays published.

By hand: trigger it with the partition key `E06000015|2021-02`, or with `{"authority": "E06000015", "month":
"2021-02"}`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, TriggerRule, dag, task

from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.approval import MonthApproval
from pipelines.orchestration.assets import (
    MEANWHILE,
    RUNS_AT_A_TIME,
    SNAPSHOTS,
    SNAPSHOTS_PUBLIC,
    STAGING,
    WAREHOUSE,
    WHAT_IS_HELD,
    WHICH_IS_HELD,
    params_of_authority,
    reason,
)
from pipelines.orchestration.task_defaults import DEFAULT_ARGS, IN_MEMORY
from pipelines.orchestration.tasks import copies, notifies


@dag(
    description="Publishes an authority's month, once its conditions hold or somebody has approved it as it is.",
    schedule=PartitionedAssetTimetable(assets=WAREHOUSE),
    max_active_runs=RUNS_AT_A_TIME,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    params=params_of_authority(),
    tags=["snapshots"],
    doc_md=__doc__,
)
def publish_snapshot() -> None:
    @task.branch
    def gate(**context: Any) -> str | list[str]:
        """Whether the month may be published: go on to publish, or wait for an approval."""
        return orchestration.gate(context)

    approve = MonthApproval(
        task_id="approve",
        subject=WHICH_IS_HELD,
        body=WHAT_IS_HELD,
        params=reason(),
        doc_md="Wait for somebody who approves the month as it is and says why, or rejects it.",
    )

    @task(
        trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
        outlets=[SNAPSHOTS, SNAPSHOTS_PUBLIC],
        multiple_outputs=False,
        **IN_MEMORY,
    )
    def publish(**context: Any) -> dict[str, str]:
        """Publish the month's next version; where nothing is different there is none."""
        return orchestration.publish_snapshot(context)

    @task(outlets=[STAGING])
    def next_month(**context: Any) -> list[str]:
        """Tell of the authority's next month that is to be built, now that this one is settled."""
        return orchestration.next_month(context)

    @task(multiple_outputs=False)
    def copy_to_postgresql(**context: Any) -> dict[str, str]:
        """Copy the newest month's current snapshot to PostgreSQL, for BI tools; in one transaction."""
        return orchestration.copy_to_postgresql(context)

    @task(retries=0)
    def notify(published: dict[str, str]) -> str:
        """Tell people which version was published, how much there is, and where."""
        return orchestration.notify(published)

    judged, published = gate(), publish()
    judged >> [approve, published, next_month.override(task_id=MEANWHILE)()]
    approve >> published >> next_month()
    if copies():
        published >> copy_to_postgresql()
    if notifies():
        notify(published)


publish_snapshot()

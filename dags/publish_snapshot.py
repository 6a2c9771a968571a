"""When a month's warehouse is built: publish what people may read.

    the asset "warehouse", partition 2021-02 ──> publish ──> the asset "snapshots", partition 2021-02

- **publish** puts a new version of the month's snapshot down, whole, beside the earlier ones, which never change.
  Where nothing is different from the last version, there is no new one.

By hand: trigger it with the partition key `2021-02`, or with `{"month": "2021-02"}`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, dag, task

from pipelines import orchestration


@dag(
    schedule=PartitionedAssetTimetable(assets=orchestration.WAREHOUSE),
    is_paused_upon_creation=False,
    default_args=orchestration.DEFAULT_ARGS,
    params=orchestration.params(),
    tags=["snapshots"],
    doc_md=__doc__,
)
def publish_snapshot() -> None:
    @task(outlets=[orchestration.SNAPSHOTS], multiple_outputs=False)
    def publish(**context: Any) -> dict[str, str]:
        """Publish the month's next version; where nothing is different there is none."""
        return orchestration.publish_snapshot(context)

    publish()


publish_snapshot()

"""Every month on the 5th, 06:00 UTC, for the month before: take deliveries in, and make them fit to compute with.

    find_deliveries ──> delivery.land ──> delivery.stage ──┬──> announce ──> the asset "staging", partition 2021-02
                        (once for each delivery)           └──> verdict

- **extract** comes first where `EXTRACTS` names sources that are read from a database: once for each of them, into
  the inbox. One that fails turns the run red in the end; whatever is in the inbox is taken in all the same.
- **find_deliveries** lists the complete deliveries of the inbox up to the month. Those of earlier months are listed
  too, as they may come late or be corrected; where nothing is new, landing and staging do nothing.
- **delivery** runs once for each of them and is named for it. One that fails does not stop the others.
- **announce** tells `build_warehouse` that the month is dealt with, whatever became of a single delivery.
- **verdict** turns the run red, with one sentence for each delivery that was refused or failed.

By hand: trigger it with the partition key `2021-02`, or with `{"month": "2021-02"}`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronPartitionTimetable, TriggerRule, dag, task, task_group

from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.assets import NAMED_FOR_DELIVERY, NAMED_FOR_SOURCE, STAGING, params
from pipelines.orchestration.task_defaults import DEFAULT_ARGS, TOLD_BY_VERDICT


@dag(
    description="Takes deliveries in: as they came, then typed, pseudonymised and checked.",
    schedule=CronPartitionTimetable(orchestration.when_due(), timezone="UTC", run_offset=-1, key_format="%Y-%m"),
    max_active_runs=1,
    is_paused_upon_creation=False,
    catchup=False,
    default_args=DEFAULT_ARGS,
    params=params(),
    tags=["landing", "staging"],
    doc_md=__doc__,
)
def ingest_exports() -> None:
    @task(map_index_template=NAMED_FOR_SOURCE, multiple_outputs=False, **TOLD_BY_VERDICT)
    def extract(source: str, **context: Any) -> dict[str, str | int]:
        """Read the source from its database in a read-only session, into the inbox as the month's delivery."""
        return orchestration.extract(source, context)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def find_deliveries(**context: Any) -> list[str]:
        """The complete deliveries of the inbox up to the month."""
        return orchestration.find_deliveries(context)

    @task(map_index_template=NAMED_FOR_DELIVERY, multiple_outputs=False, **TOLD_BY_VERDICT)
    def land(delivery: str) -> dict[str, str]:
        """Keep the delivery's files as they arrived; one that is there already is not copied again."""
        return orchestration.land(delivery)

    @task(map_index_template=NAMED_FOR_DELIVERY, multiple_outputs=False, **TOLD_BY_VERDICT)
    def stage(delivery: str) -> dict[str, str | int]:
        """Type, pseudonymise and check the delivery; fails, without another try, where the whole of it is refused."""
        return orchestration.stage(delivery)

    @task_group(group_id="delivery")
    def take_in(delivery: str) -> None:
        """One delivery, from the inbox into staging."""
        land(delivery=delivery) >> stage(delivery=delivery)

    @task(trigger_rule=TriggerRule.ALL_DONE_MIN_ONE_SUCCESS, outlets=[STAGING])
    def announce(found: list[str], **context: Any) -> str:
        """Tell `build_warehouse` that the month's deliveries are dealt with."""
        return orchestration.announce(found, context)

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def verdict(found: list[str] | None, **context: Any) -> None:
        """Fail with one sentence for each delivery that did not reach staging, and each source not extracted."""
        orchestration.verdict(found, context)

    found = find_deliveries()
    if extracts := orchestration.extracts():
        extract.expand(source=extracts) >> found
    take_in.expand(delivery=found) >> [announce(found), verdict(found)]


ingest_exports()

"""By the 5th of a month, 06:00 UTC (`DUE_DAY`), and when something arrives: take deliveries in, fit to compute with.

    find_deliveries ──> take_in ──┬──> announce ──> the asset "staging", a partition an authority: E06000015|2021-02
           (once an authority)    └──> verdict

- **extract** comes first where `EXTRACTS` names sources that are read from a database: once for each of them, into
  the inbox. One that fails turns the run red in the end; whatever is in the inbox is taken in all the same.
- **find_deliveries** lists the complete deliveries of the inbox up to the month that are new, or look otherwise than
  when they were taken in; with *everything* all of them. Those of earlier months are listed too, as they may come late
  or be corrected.
- **take_in** runs once for each authority and is named for it: its deliveries are landed, compared by every byte, and
  staged. One that is refused or fails keeps no other back.
- **announce** passes `build_warehouse` each authority's first month to be built, whatever became of a single delivery:
  this one, or an earlier one that is there already and would come out otherwise now. With *every_month* the months of
  which something arrived are wanted, of the authorities of which it did. The others follow one by one, as each is
  settled. What the nation published (`E92000001`) changes every authority's months.
- **verdict** turns the run red, with one sentence for each delivery that was refused or failed.

By hand: trigger it with the partition key `2021-02`, or with `{"month": "2021-02"}`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import CronPartitionTimetable, TriggerRule, dag, task

from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.assets import NAMED_FOR_AUTHORITY, NAMED_FOR_SOURCE, STAGING, params_of_ingest
from pipelines.orchestration.task_defaults import DEFAULT_ARGS, IN_MEMORY, LEFT_TO_VERDICT

# Airflow takes no docstring for what a mapped task is.
EXTRACTS = "Read the source from its database in a read-only session, into the inbox as the month's delivery."
TAKES_IN = "Land an authority's deliveries as they arrived, and stage them: typed, pseudonymised and checked."


@dag(
    description="Takes deliveries in: as they came, then typed, pseudonymised and checked.",
    schedule=CronPartitionTimetable(orchestration.when_due(), timezone="UTC", run_offset=-1, key_format="%Y-%m"),
    max_active_runs=1,
    is_paused_upon_creation=False,
    catchup=False,
    default_args=DEFAULT_ARGS,
    params=params_of_ingest(),
    tags=["landing", "staging"],
    doc_md=__doc__,
)
def ingest_exports() -> None:
    @task(map_index_template=NAMED_FOR_SOURCE, multiple_outputs=False, doc_md=EXTRACTS, **LEFT_TO_VERDICT)
    def extract(source: str, **context: Any) -> dict[str, str | int]:
        """Read one source from its database, into the inbox."""
        return orchestration.extract(source, context)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def find_deliveries(**context: Any) -> list[dict[str, Any]]:
        """The deliveries of the inbox that are new or changed, up to the month, by authority."""
        return orchestration.find_deliveries(context)

    @task(
        map_index_template=NAMED_FOR_AUTHORITY,
        multiple_outputs=False,
        doc_md=TAKES_IN,
        **IN_MEMORY,
        **LEFT_TO_VERDICT,
    )
    def take_in(authority: str, deliveries: list[str], **context: Any) -> dict[str, str]:
        """Land and stage one authority's deliveries."""
        return orchestration.take_in(authority, deliveries, context)

    @task(trigger_rule=TriggerRule.ALL_DONE, outlets=[STAGING])
    def announce(found: list[dict[str, Any]] | None, **context: Any) -> list[str]:
        """Tell `build_warehouse` of each authority's first month that is to be built now."""
        return orchestration.announce(found, context)

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def verdict(found: list[dict[str, Any]] | None, **context: Any) -> None:
        """Fail with one sentence for each delivery that did not reach staging, and each source not extracted."""
        orchestration.verdict(found, context)

    found = find_deliveries()
    if extracts := orchestration.extracts():
        extract.expand(source=extracts) >> found
    take_in.expand_kwargs(found) >> [announce(found), verdict(found)]


ingest_exports()

"""When an authority's deliveries of a month are dealt with: compute it.

    the asset "staging",     ──> wait_for_the_month_before ──> build ──> the asset "warehouse"
    partition E06000015|2021-02                                  ├──> write_pages
                                                                 └──> write_build_failure_page
                                                                          └──> next_month

- **wait_for_the_month_before** waits while an earlier month of the authority is on its way to its publication: what
  is published of it decides what is restated here. No authority waits for another.
- **build** makes one new DuckDB file from the authority's newest staged deliveries at or before the month, runs the
  SQL of `sql/` and its checks, and only then lets the file count. The same inputs again build nothing.
- **write_pages** writes what a quality lead opens first, `reports/E06000015/validation/2021-02/index.html`, and the
  work lists of the teams.
- **write_build_failure_page** writes that page where the build failed: it says so and lists what came.
- **next_month** then goes on to the authority's next month that is to be built: one that cannot be built keeps no
  other back, and once it can, those after it are built again.

By hand: trigger it with the partition key `E06000015|2021-02`, or with `{"authority": "E06000015", "month":
"2021-02"}`.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import PartitionedAssetTimetable, TriggerRule, dag, task

from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.assets import RUNS_AT_A_TIME, STAGING, WAIT, WAREHOUSE, params_of_authority
from pipelines.orchestration.task_defaults import DEFAULT_ARGS, IN_MEMORY
from pipelines.orchestration.tasks import MonthBefore


@dag(
    description="Computes an authority's month: subjects, facts and KPIs in one DuckDB file, and the pages about them.",
    schedule=PartitionedAssetTimetable(assets=STAGING),
    max_active_runs=RUNS_AT_A_TIME,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    params=params_of_authority(),
    tags=["warehouse"],
    doc_md=__doc__,
)
def build_warehouse() -> None:
    wait = MonthBefore(
        task_id=WAIT, doc_md="Wait until no earlier month of the authority is on its way; an hour at most."
    )

    @task(outlets=[WAREHOUSE], multiple_outputs=False, **IN_MEMORY)
    def build(**context: Any) -> dict[str, str]:
        """Build the authority's warehouse of the month in a new file; the same inputs again build nothing."""
        return orchestration.build_warehouse(context)

    @task(**IN_MEMORY)
    def write_pages(**context: Any) -> None:
        """Write the month's validation pages and the teams' work lists."""
        orchestration.write_pages(context)

    @task(trigger_rule=TriggerRule.ONE_FAILED)
    def write_build_failure_page(**context: Any) -> None:
        """Write a page that says that the build failed, and lists what came."""
        orchestration.write_build_failure_page(context)

    @task(outlets=[STAGING])
    def next_month(**context: Any) -> list[str]:
        """Tell of the authority's next month that is to be built, although this one failed."""
        return orchestration.next_month(context)

    built = build()
    wait >> built >> [write_pages(), failed := write_build_failure_page()]
    failed >> next_month()


build_warehouse()

"""Starting `ingest_exports` for what arrived, once."""

from __future__ import annotations

import sys
from typing import Any

from pipelines.orchestration import airflow_home

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

from pipelines.orchestration.assets import INGEST

ARRIVED = "ti.xcom_pull(task_ids='what_arrived')"


class StartIngest(TriggerDagRunOperator):
    """Starts the run that the task ``what_arrived`` describes; skipped where there was one of its name already."""

    template_fields = (*TriggerDagRunOperator.template_fields, "note")

    def __init__(self, **arguments: Any) -> None:
        super().__init__(
            trigger_dag_id=INGEST,
            trigger_run_id=f"{{{{ {ARRIVED}['run_id'] }}}}",
            conf={"month": f"{{{{ {ARRIVED}['month'] }}}}", "every_month": True},
            note=f"{{{{ {ARRIVED}['note'] }}}}",
            logical_date=None,
            skip_when_already_exists=True,
            **arguments,
        )

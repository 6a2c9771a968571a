"""How a task is run unless it says otherwise: what is tried again, how often, and who is notified of a failure."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

from pipelines.orchestration import airflow_home
from pipelines.settings import Settings

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.sdk import RetryDecision, RetryPolicy

from pipelines.orchestration.notifier import NotifyOfFailure


class RetryTransientErrors(RetryPolicy):
    """Try again when disk, memory or network failed; bad data and broken software fail at once."""

    def evaluate(self, exception: BaseException, *_: Any, **__: Any) -> RetryDecision:
        import duckdb

        of_the_machine = (OSError, MemoryError, duckdb.IOException, duckdb.OutOfMemoryException)
        return RetryDecision.default() if isinstance(exception, of_the_machine) else RetryDecision.fail()


DEFAULT_ARGS = {
    "owner": "data-engineering",
    "retries": 3,
    "retry_delay": timedelta(minutes=1),
    "retry_exponential_backoff": 4,
    "max_retry_delay": timedelta(hours=1),
    "execution_timeout": timedelta(hours=Settings().task_hours),
    "retry_policy": RetryTransientErrors(),
    "on_failure_callback": [NotifyOfFailure()],
}
# Of a task that fills the memory: no more of them at a time than there are slots.
IN_MEMORY: dict[str, Any] = {"pool": airflow_home.POOL}
# Of a task whose failure the verdict of its run reports, with all others.
LEFT_TO_VERDICT: dict[str, Any] = {"on_failure_callback": []}

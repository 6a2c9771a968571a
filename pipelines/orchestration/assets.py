"""What the DAGs share: assets, names of tasks, retries, parameters, and the month of a run."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipelines.orchestration import airflow_home
from pipelines.periods import named_month

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.sdk import Asset, Param, RetryDecision, RetryPolicy
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Mapping

STAGING = Asset("staging", group="staging")
WAREHOUSE = Asset("warehouse", group="warehouse")
SNAPSHOTS = Asset("snapshots", group="snapshots")
SNAPSHOTS_PUBLIC = Asset("snapshots_public", group="snapshots")
TAGS = frozenset({"landing", "staging", "warehouse", "snapshots"})
NAMED_FOR_DELIVERY = "{{ task.op_kwargs['delivery'] }}"
NAMED_FOR_SOURCE = "{{ task.op_kwargs['source'] }}"
# A month that waits for an approval keeps no other from being published.
MONTHS_AT_A_TIME = 16
GATE, APPROVE, PUBLISH = "gate", "approve", "publish"
WHAT_IS_HELD = "{{ ti.xcom_pull(task_ids='gate', key='reasons') }}"


class DataRefused(AirflowFailException):
    """Bad data, never broken software; no other try would make it good."""


class RetryTransientErrors(RetryPolicy):
    """Try again when disk, memory or network failed; bad data and broken software fail at once."""

    def evaluate(self, exception: BaseException, *_: Any, **__: Any) -> RetryDecision:
        import duckdb

        of_the_machine = (OSError, MemoryError, duckdb.IOException, duckdb.OutOfMemoryException)
        return RetryDecision.default() if isinstance(exception, of_the_machine) else RetryDecision.fail()


DEFAULT_ARGS = {
    "owner": "data-engineering",
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
    "retry_policy": RetryTransientErrors(),
}


def params() -> dict[str, Param]:
    """The one parameter of every DAG: the month, for runs that no partition key names."""
    month = Param(
        None,
        type=["null", "string"],
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="The reporting month, such as 2021-02; needed only where the run has no partition key.",
    )
    return {"month": month}


def reason() -> dict[str, Param]:
    """What an approval asks for. It is blank until somebody writes it, and a blank one is not taken."""
    why = Param(
        "",
        type="string",
        maxLength=500,
        description="Why it may be published as it is. The snapshot says so to all its readers: name no child.",
    )
    return {"why": why}


def month_of(context: Mapping[str, Any]) -> str:
    """The month a run is for, such as ``2021-02``; raises NotAMonth where neither key nor parameter names one."""
    return str(named_month(context.get("partition_key"), context["params"].get("month")))


def emit(asset: Asset, context: Mapping[str, Any]) -> str:
    """The event's key is the month, whatever started the run; an event without one wakes nobody."""
    month = month_of(context)
    context["outlet_events"][asset].add_partitions(month)
    return month

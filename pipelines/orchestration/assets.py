"""What the DAGs share: assets, names of tasks, parameters, and the month of a run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pipelines.orchestration import airflow_home
from pipelines.periods import Period, named_month

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.sdk import Asset, Param
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Mapping


def _asset(name: str, group: str, description: str) -> Asset:
    return Asset(name, uri=f"safeguarding-kpis://data/{name}", group=group, extra={"description": description})


STAGING = _asset("staging", "staging", "The month's deliveries are dealt with: typed, pseudonymised and checked.")
WAREHOUSE = _asset("warehouse", "warehouse", "The month's subjects, facts and KPIs are built.")
SNAPSHOTS = _asset("snapshots", "snapshots", "The month is published, as the department may read it.")
SNAPSHOTS_PUBLIC = _asset("snapshots_public", "snapshots", "The month is published, as everybody may read it.")
ASSETS = (STAGING, WAREHOUSE, SNAPSHOTS, SNAPSHOTS_PUBLIC)
TAGS = frozenset({"landing", "staging", "warehouse", "snapshots"})
NAMED_FOR_AUTHORITY = "{{ task.op_kwargs['authority'] }}"
NAMED_FOR_SOURCE = "{{ task.op_kwargs['source'] }}"
# A month that waits for an approval keeps no other from being published.
MONTHS_AT_A_TIME = 16
GATE, APPROVE, PUBLISH, VERDICT, TAKE_IN = "gate", "approve", "publish", "verdict", "take_in"
POKE_SECONDS = 10
INGEST = "ingest_exports"
MEANWHILE, WAIT, OUTCOMES = "next_month_meanwhile", "wait_for_the_month_before", "outcomes"
STARTED_BY, WANTED = "started_by", "months_wanted"
WHAT_IS_HELD = "{{ ti.xcom_pull(task_ids='gate', key='reasons') }}"


class DataRefused(AirflowFailException):
    """Bad data, never broken software; no other try would make it good."""


class Superseded(AirflowFailException):
    """A question about a build that is no longer the month's: nobody needs to answer it, or to be notified."""


def params() -> dict[str, Param]:
    """The one parameter of every DAG: the month, for runs that no partition key names."""
    month = Param(
        None,
        type=["null", "string"],
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="The reporting month, such as 2021-02; needed only where the run has no partition key.",
    )
    return {"month": month}


def params_of_ingest() -> dict[str, Param]:
    """The same, and what a run may be asked beside it."""
    every_month = Param(
        False, type="boolean", description="Build each month of which something arrived, not only this one."
    )
    everything = Param(
        False, type="boolean", description="Read every delivery, also one that looks as it did when it was taken in."
    )
    return {**params(), "every_month": every_month, "everything": everything}


def reason() -> dict[str, Param]:
    """What an approval asks for. It is blank until somebody writes it; an approval with a blank one is not taken."""
    why = Param(
        None,
        type=["null", "string"],
        maxLength=500,
        description="Why it may be published as it is; a rejection needs no reason. The snapshot says so to all its "
        "readers: name no child.",
    )
    return {"why": why}


def month_of(context: Mapping[str, Any]) -> str:
    """The month a run is for, such as ``2021-02``; raises NotAMonth where neither key nor parameter names one."""
    return str(named_month(context.get("partition_key"), context["params"].get("month")))


def started_by(context: Mapping[str, Any]) -> list[str]:
    """Who started this run, or one of those whose events did; nobody where a schedule began it all."""
    started = {name for event in _events(context) for name in event.extra.get(STARTED_BY, ())}
    return sorted(started | {context["dag_run"].triggering_user_name} - {None})


def _events(context: Mapping[str, Any]) -> list[Any]:
    """What started the run: the events of the assets that it waits for."""
    return [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]


def wanted(context: Mapping[str, Any]) -> set[Period]:
    """The months that whoever started it all asked for, as the events since have carried them."""
    return {Period.parse(month) for event in _events(context) for month in event.extra.get(WANTED, ())}


def emit(asset: Asset, context: Mapping[str, Any], month: str | None = None, **facts: Any) -> str:
    """The event's key is a month, whatever started the run: its own, or another. One without a key wakes nobody.

    ``facts`` are shown with the event: counts and outcomes, nothing of a record. What they do not say is carried on:
    who started it all, and which months are wanted.
    """
    key = month or month_of(context)
    event = context["outlet_events"][asset]
    event.add_partitions(key)
    carried = {STARTED_BY: started_by(context), WANTED: sorted(map(str, wanted(context)))}
    event.extra = {**carried, **facts}
    return key

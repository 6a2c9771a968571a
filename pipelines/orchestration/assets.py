"""What the DAGs share: assets, names of tasks, parameters, and whose month a run is for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import AuthorityMonth
from pipelines.orchestration import airflow_home
from pipelines.periods import Period, named_month
from pipelines.settings import Settings

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.sdk import Asset, Param
from airflow.sdk.exceptions import AirflowFailException

if TYPE_CHECKING:
    from collections.abc import Mapping


def _asset(name: str, group: str, description: str) -> Asset:
    return Asset(name, uri=f"safeguarding-kpis://data/{name}", group=group, extra={"description": description})


STAGING = _asset("staging", "staging", "An authority's month is dealt with: typed, pseudonymised and checked.")
WAREHOUSE = _asset("warehouse", "warehouse", "An authority's subjects, facts and KPIs of a month are built.")
SNAPSHOTS = _asset("snapshots", "snapshots", "An authority's month, as its department may read it.")
SNAPSHOTS_PUBLIC = _asset("snapshots_public", "snapshots", "An authority's month, as everybody may read it.")
ASSETS = (STAGING, WAREHOUSE, SNAPSHOTS, SNAPSHOTS_PUBLIC)
TAGS = frozenset({"landing", "staging", "warehouse", "snapshots"})
NAMED_FOR_AUTHORITY = "{{ task.op_kwargs['authority'] }}"
NAMED_FOR_SOURCE = "{{ task.op_kwargs['source'] }}"
# Runs that wait for an approval, or for the month before, keep no other authority's from going on; the pool bounds what
# those that work take.
RUNS_AT_A_TIME = 1000
GATE, APPROVE, PUBLISH, VERDICT, TAKE_IN = "gate", "approve", "publish", "verdict", "take_in"
POKE_SECONDS = 10
INGEST = "ingest_exports"
MEANWHILE, WAIT, OUTCOMES = "next_month_meanwhile", "wait_for_the_month_before", "outcomes"
STARTED_BY, WANTED = "started_by", "months_wanted"
WHAT_IS_HELD = "{{ ti.xcom_pull(task_ids='gate', key='reasons') }}"
WHICH_IS_HELD = "Publish {{ ti.xcom_pull(task_ids='gate', key='what') }} although it is held?"


class DataRefused(AirflowFailException):
    """Bad data, never broken software; no other try would make it good."""


class Superseded(AirflowFailException):
    """A question about a build that is no longer the month's: nobody needs to answer it, or to be notified."""


def params() -> dict[str, Param]:
    """The month, for runs that no partition key names."""
    month = Param(
        None,
        type=["null", "string"],
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="The reporting month, such as 2021-02; needed only where the run has no partition key.",
    )
    return {"month": month}


def params_of_authority() -> dict[str, Param]:
    """The same, and whose: of a DAG that deals with an authority's month."""
    authority = Param(
        None,
        type=["null", "string"],
        pattern=r"^[A-Z]\d{8}$",
        description="Whose month, such as E06000015; may be left out where only one authority is here.",
    )
    return {"authority": authority, **params()}


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
    """The month that deliveries are taken in for; raises NotAMonth where neither key nor parameter names one."""
    return str(named_month(context.get("partition_key"), context["params"].get("month")))


def unit_of(context: Mapping[str, Any]) -> AuthorityMonth:
    """Whose month a run is for: its partition key's, such as ``E06000015|2021-02``, or its parameters'.

    Raises NotAnAuthoritysMonth or NotAMonth where they name none, WhichAuthority where it is not clear whose.
    """
    from pipelines.catalog import of_named_authority

    if context.get("partition_key"):
        return AuthorityMonth.parse(context["partition_key"])
    month = named_month(None, context["params"].get("month"))
    own = of_named_authority(Settings(), context["params"].get("authority"))
    return AuthorityMonth(str(own.authority), month)


def started_by(context: Mapping[str, Any]) -> list[str]:
    """Who started this run, or one of those whose events did; nobody where a schedule began it all."""
    started = {name for event in _events(context) for name in event.extra.get(STARTED_BY, ())}
    return sorted(started | {context["dag_run"].triggering_user_name} - {None})


def _events(context: Mapping[str, Any]) -> list[Any]:
    """What started the run: the events of the assets that it waits for."""
    return [event for events in (context.get("triggering_asset_events") or {}).values() for event in events]


def wanted(context: Mapping[str, Any]) -> set[Period]:
    """The months of its authority that whoever started it all asked for, as the events since have carried them."""
    keys = {key for event in _events(context) for key in event.extra.get(WANTED, ())}
    own = unit_of(context).authority_code
    return {unit.month for unit in map(AuthorityMonth.parse, keys) if unit.authority_code == own}


def emit(asset: Asset, context: Mapping[str, Any], *units: AuthorityMonth, **facts: Any) -> list[str]:
    """The event's keys are the months of authorities, whatever started the run: its own, or others. One without a key
    wakes nobody.

    ``facts`` are shown with the event: counts and outcomes, nothing of a record. What they do not say is carried on:
    who started it all, and which months are wanted.
    """
    keys = [str(unit) for unit in units or (unit_of(context),)]
    event = context["outlet_events"][asset]
    event.add_partitions(keys)
    carried: dict[str, Any] = {STARTED_BY: started_by(context)}
    if WANTED not in facts:
        own = unit_of(context).authority_code
        carried[WANTED] = sorted(str(AuthorityMonth(own, month)) for month in wanted(context))
    event.extra = {**carried, **facts}
    return keys

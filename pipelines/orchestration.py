"""Airflow and the pipeline meet here and in ``dags/``, nowhere else.

Assets, the month of a run, what a task of each DAG does, and ``run_dags``, which runs the three DAGs one after another
in this process: ``python -m pipelines.orchestration 2021-02``. The stages are imported inside the functions, so that
whoever reads a DAG file loads none of them.
"""

from __future__ import annotations

import logging
import sys
import time
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import timedelta
from functools import cache
from html import escape
from textwrap import indent
from typing import TYPE_CHECKING, Any

from pipelines import airflow_home
from pipelines.deliveries import Delivery
from pipelines.periods import NotAMonth, Period, named_month
from pipelines.settings import PROJECT, NoPseudonymKey, Settings

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.listeners import hookimpl
from airflow.sdk import Asset, Connection, DagRunState, Param, RetryDecision, RetryPolicy, TaskInstanceState
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from airflow.sdk.listener import get_listener_manager
from pydantic import SecretStr
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk import DAG
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
    from rich.status import Status

    from pipelines.notification import Message
    from pipelines.settings import Extract

STAGING = Asset("staging", group="staging")
WAREHOUSE = Asset("warehouse", group="warehouse")
SNAPSHOTS = Asset("snapshots", group="snapshots")
SNAPSHOTS_PUBLIC = Asset("snapshots_public", group="snapshots")

TAGS = frozenset({"landing", "staging", "warehouse", "snapshots"})
NAMED_FOR_DELIVERY = "{{ task.op_kwargs['delivery'] }}"
NAMED_FOR_SOURCE = "{{ task.op_kwargs['source'] }}"

# Each DAG, in the order of their assets, with the task that announces its own.
ANNOUNCED_BY = {"ingest_exports": "announce", "build_warehouse": "build", "publish_snapshot": "publish"}

# A month that waits for an approval keeps no other from being published.
MONTHS_AT_A_TIME = 16
GATE, APPROVE, PUBLISH = "gate", "approve", "publish"
WHAT_IS_HELD = "{{ ti.xcom_pull(task_ids='gate', key='reasons') }}"

FAILED_OTHERWISE = "not staged, and not for what is in it: the log of its failed task says why."
NOT_EXTRACTED = "not extracted: the log of its failed task says why. Whatever was delivered before counts."
NOT_BUILT = "The build failed, and the log of its task says why."

DONE, BROKEN, USAGE, DATA_REFUSED, NOTHING_TO_DO = range(5)

log = logging.getLogger(__name__)


class DataRefused(AirflowFailException):
    """Bad data, never broken software; no other try would make it good."""


class RetryFaultsOfTheMachine(RetryPolicy):
    """Try again when disk, memory or network failed; bad data and broken software fail at once."""

    def evaluate(self, exception: BaseException, *_: Any, **__: Any) -> RetryDecision:
        import duckdb

        of_the_machine = (OSError, MemoryError, duckdb.IOException, duckdb.OutOfMemoryException)
        return RetryDecision.default() if isinstance(exception, of_the_machine) else RetryDecision.fail()


DEFAULT_ARGS = {
    "owner": "data-engineering",
    "retries": 2,
    "retry_delay": timedelta(minutes=1),
    "retry_policy": RetryFaultsOfTheMachine(),
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


def extracts() -> list[str]:
    """The sources to be read from a database, such as ``E06000015/ssd``; read while the DAG is, so it must be quick."""
    return [str(extract) for extract in Settings().extracts]


def extract(source: str, context: Mapping[str, Any]) -> dict[str, str | int]:
    """Read one source from its database, into the inbox as the month's delivery."""
    from pipelines import extract as extracting

    settings = Settings()
    wanted = next(each for each in settings.extracts if str(each) == source)
    month = Period.parse(month_of(context))
    extracted = extracting.extract(settings, wanted, month, _url_of(settings, wanted))
    return {"delivery": f"{source}/{month}", "outcome": extracted.outcome, "rows": sum(extracted.rows.values())}


def _url_of(settings: Settings, wanted: Extract) -> SecretStr:
    if wanted.connection_id is None:
        return settings.url_of(wanted)
    return SecretStr(Connection.get(wanted.connection_id).get_uri())


def find_deliveries(context: Mapping[str, Any]) -> list[str]:
    """The complete deliveries of the inbox up to the month, such as ``E06000015/ssd/2021-02``.

    Raises NoPseudonymKey: what could not be finished is not begun.
    """
    from pipelines import landing

    settings = Settings()
    _ = settings.key_bytes
    inbox = landing.find_deliveries(settings, upto=Period.parse(month_of(context)))
    log.info("%d complete, %d not yet, %d ignored", len(inbox.deliveries), len(inbox.waiting), len(inbox.ignored))
    return [str(delivery) for delivery in inbox.deliveries]


def land(delivery: str) -> dict[str, str]:
    """Land one delivery. A refused one is landed too, so that staging can say why."""
    from pipelines import landing

    landed = landing.land(Settings(), Delivery.parse(delivery))
    return {"delivery": delivery, "outcome": landed.outcome}


def stage(delivery: str) -> dict[str, str | int]:
    """Stage one delivery; raises DataRefused with one sentence where the whole of it is refused."""
    from pipelines import staging

    staged = staging.stage(Settings(), Delivery.parse(delivery))
    if staged.refusal is not None:
        raise DataRefused(f"{delivery}: {staged.refusal}")
    return {
        "delivery": delivery,
        "outcome": staged.outcome,
        "rows_read": staged.rows_read,
        "rows_refused": staged.rows_refused,
        "rows_warned": staged.rows_warned,
    }


def announce(found: list[str], context: Mapping[str, Any]) -> str:
    """Tell those who wait for staging that the month's deliveries are dealt with; skipped where there were none."""
    if not found:
        raise AirflowSkipException("There is no complete delivery in the inbox up to this month.")
    return _emit(STAGING, context)


def verdict(found: list[str] | None, context: Mapping[str, Any]) -> None:
    """Fail, with one sentence for each delivery that did not reach staging and each source that was not extracted.

    With DataRefused if data alone is to blame. ``found`` is None where nobody could look.
    """
    not_extracted = _without_result(extracts(), "extract", context)
    missing = _without_result(found or (), "delivery.stage", context)
    refusals = _refusals(Period.parse(month_of(context))) if missing else {}
    failures = [f"{source}: {NOT_EXTRACTED}" for source in not_extracted]
    failures += [f"{each}: {refusals.get(each) or FAILED_OTHERWISE}" for each in missing]
    if not failures:
        return
    only_refused = not not_extracted and all(refusals.get(each) for each in missing)
    raise (DataRefused if only_refused else AirflowFailException)("\n".join(failures))


def _without_result(names: Sequence[str], task_id: str, context: Mapping[str, Any]) -> list[str]:
    """Those of the names for which a mapped task has no result."""
    if not names:
        return []
    # With the indexes named there is a place for each; without them Airflow gives a lone result bare.
    results = context["ti"].xcom_pull(task_ids=task_id, map_indexes=range(len(names)))
    return [name for name, result in zip(names, results, strict=True) if result is None]


def _refusals(month: Period) -> dict[str, str | None]:
    """Why the newest version of each delivery was refused, by delivery; None where it was not."""
    from pipelines.contracts import load_sources
    from pipelines.staged import seen_at

    settings = Settings()
    seen = seen_at(settings.staging, load_sources(settings.expectations), month)
    return {str(version.delivery): version.manifest["refusal"] for version in seen.reported}


def build_warehouse(context: Mapping[str, Any]) -> dict[str, str]:
    """Build the month's warehouse and tell those who wait for it."""
    from pipelines import warehouse

    built = warehouse.build(Settings(), Period.parse(month_of(context)))
    return {"month": _emit(WAREHOUSE, context), "outcome": built.outcome}


def write_pages(context: Mapping[str, Any]) -> None:
    """Write the month's validation pages and the teams' work lists."""
    from pipelines import month_pages

    log.info("To be opened first: %s", month_pages.write(Settings(), Period.parse(month_of(context))))


def say_not_built(context: Mapping[str, Any]) -> None:
    """Write the month's validation page where the build failed: it says so, and lists what came."""
    from pipelines import month_pages

    month_pages.write_unbuilt(Settings(), Period.parse(month_of(context)), NOT_BUILT)


def gate(context: Mapping[str, Any]) -> str:
    """The task that comes next: publish, or approve where the month is held; that one is told what is held."""
    from pipelines import gate as gating

    verdict = gating.judge(Settings(), Period.parse(month_of(context)))
    if verdict.outcome != "held":
        return PUBLISH
    log.warning("%s is held:\n%s", verdict.month, verdict.reasons)
    context["ti"].xcom_push("reasons", "\n".join(f"- {each}" for each in verdict.failing))
    context["ti"].xcom_push("digest", verdict.digest)
    return APPROVE


def publish_snapshot(context: Mapping[str, Any]) -> dict[str, str]:
    """Publish the month's snapshot and tell those who wait for it; raises DataRefused where the month is held."""
    from pipelines import gate as gating
    from pipelines import snapshots

    settings, month = Settings(), Period.parse(month_of(context))
    try:
        _record_approval(settings, month, context["ti"])
        published = snapshots.publish(settings, month)
    except (gating.Held, gating.NotApproved) as held:
        raise DataRefused(str(held)) from None
    _emit(SNAPSHOTS_PUBLIC, context)
    return {"month": _emit(SNAPSHOTS, context), "outcome": published.outcome, "version": published.version}


def _record_approval(settings: Settings, month: Period, ti: RuntimeTaskInstance) -> None:
    """Put down who said yes in Airflow, to what, when and why, and on the page; nothing where nobody was asked."""
    from pipelines import gate as gating
    from pipelines import month_pages

    answer = ti.xcom_pull(task_ids=APPROVE)
    if answer is None:
        return
    gating.approve(
        settings,
        month,
        digest=ti.xcom_pull(task_ids=GATE, key="digest"),
        by=answer["responded_by_user"]["name"],
        at=answer["responded_at"],
        why=answer["params_input"].get("why", ""),
    )
    month_pages.write(settings, month)


def copies() -> bool:
    """Whether snapshots are copied to PostgreSQL; read while the DAG is, so it must be quick."""
    return Settings().postgres_copy_url is not None


def copy_to_postgresql() -> dict[str, str]:
    """Copy the newest month's current snapshot, whichever month was published; what is there already is left."""
    from pipelines import postgres_copy

    copied = postgres_copy.copy(Settings())
    log.info("%s: %s", copied.outcome, copied.message)
    return {"snapshot": copied.snapshot, "edition": copied.edition, "outcome": copied.outcome}


def notifies() -> bool:
    """Whether anybody is told of a publication; read while the DAG is, so it must be quick."""
    return Settings().notifies


def notify(published: Mapping[str, str]) -> str:
    """Tell people of a new version; skipped where there is none, and where nobody could be reached.

    What is published stays so: no failure to tell of it is one of the publication.
    """
    from pipelines import notification

    if published["outcome"] == "unchanged":
        raise AirflowSkipException("Nothing new was published.")
    settings = Settings()
    told = notification.message(settings, settings.snapshots / published["month"] / published["version"])
    failures = []
    if settings.notify_webhook_url is not None:
        try:
            notification.post(settings.notify_webhook_url, told)
        except notification.NotSent as fault:
            failures.append(str(fault))
    if settings.notify_smtp_connection is not None:
        failures += _mail(settings.notify_smtp_connection, settings.notify_to, told)
    if failures:
        raise AirflowSkipException(f"{published['month']} is published; {'; '.join(failures)}")
    return told.subject


def _mail(connection_id: str, to: Sequence[str], told: Message) -> list[str]:
    """What went wrong, by its kind alone: a mail server's words may quote addresses."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        with SmtpHook(smtp_conn_id=connection_id) as mail:
            text = escape(told.text).replace("\n", "<br>\n")
            mail.send_email_smtp(to=list(to), subject=told.subject, html_content=f"<p>{text}</p>")
    except Exception as fault:
        return [f"the mail server did not take the message: {type(fault).__name__}"]
    return []


def _emit(asset: Asset, context: Mapping[str, Any]) -> str:
    """The event's key is the month, whatever started the run; an event without one wakes nobody."""
    month = month_of(context)
    context["outlet_events"][asset].add_partitions(month)
    return month


def run_dags(month: Period) -> int:
    """Run the three DAGs for a month, one after another, in this process; returns the exit code.

    DONE; BROKEN where software, settings or machine are at fault; DATA_REFUSED where a delivery was refused and
    everything else was published, or where the month is held and was not published; NOTHING_TO_DO where the inbox has
    no complete delivery. Each step is a line for a person; what Airflow says goes to ``run.log`` in its home.
    """
    console = Console(file=sys.stdout)
    log_file = airflow_home.make_ready() / "run.log"
    with console.status("Starting Airflow") as status, _saying_to(log_file):
        steps = _Steps(console, status)
        listeners = get_listener_manager().pm
        listeners.register(steps)
        try:
            _make_database_ready()
            exit_code = _run_in_order(month, steps)
        finally:
            listeners.unregister(steps)
    if exit_code == BROKEN:
        console.print(f"Something other than the data is at fault: see {log_file}", highlight=False)
    return exit_code


def _run_in_order(month: Period, steps: _Steps) -> int:
    """A scheduler starts each DAG when its asset is announced; without one, the next begins where that was done."""
    exit_code = DONE
    dags = _dags()
    for dag_id, announcing in ANNOUNCED_BY.items():
        # Nobody can answer here: whoever would be asked is passed over, and publishing refuses what is held.
        run = dags[dag_id].test(run_conf={"month": str(month)}, logical_date=None, mark_success_pattern=APPROVE)
        states = {task.task_id: task.state for task in run.get_task_instances()}
        if run.state != DagRunState.SUCCESS:
            exit_code = DATA_REFUSED if exit_code != BROKEN and steps.was_only_refused(run) else BROKEN
        if states[announcing] == TaskInstanceState.SKIPPED:
            return exit_code or NOTHING_TO_DO
        if states[announcing] != TaskInstanceState.SUCCESS:
            return exit_code or BROKEN
    return exit_code


def _dags() -> dict[str, DAG]:
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(PROJECT / "dags")
    for file, trouble in bag.import_errors.items():
        raise RuntimeError(f"{file} cannot be imported: {trouble}")
    return bag.dags


@cache
def _make_database_ready() -> None:
    """Make Airflow's database where there is none, and bring an older one up to this Airflow; once a process."""
    from airflow.utils import db

    db.initdb()


@contextmanager
def _saying_to(log_file: Path) -> Iterator[None]:
    """Whatever is printed meanwhile goes to the file, Airflow's own log lines included."""
    with log_file.open("w", encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        yield


class _Steps:
    """Shows each task as a line when it ends, and remembers what failed; Airflow calls it as a listener."""

    def __init__(self, console: Console, status: Status) -> None:
        self.console = console
        self.status = status
        self.began = 0.0
        self.failures: dict[tuple[str, str, int | None], object] = {}

    def was_only_refused(self, run: DagRun) -> bool:
        """Whether all that failed in a run failed for its data."""
        failed = [task for task in run.get_task_instances() if task.state == TaskInstanceState.FAILED]
        return bool(failed) and all(isinstance(self.failures.get(_key(task)), DataRefused) for task in failed)

    @hookimpl
    def on_task_instance_running(self, task_instance: RuntimeTaskInstance) -> None:
        self.began = time.monotonic()
        self.status.update(_name(task_instance))

    @hookimpl
    def on_task_instance_success(self, task_instance: RuntimeTaskInstance) -> None:
        self._print("[green]done   [/]", task_instance)

    @hookimpl
    def on_task_instance_skipped(self, task_instance: RuntimeTaskInstance) -> None:
        self._print("[dim]skipped[/]", task_instance)

    @hookimpl
    def on_task_instance_failed(self, task_instance: RuntimeTaskInstance, error: object) -> None:
        self.failures[_key(task_instance)] = error
        if isinstance(error, DataRefused):
            self._print("[red]refused[/]", task_instance, str(error))
        else:
            self._print("[bold red]failed [/]", task_instance, type(error).__name__)

    def _print(self, outcome: str, task: RuntimeTaskInstance, why: str = "") -> None:
        seconds = time.monotonic() - self.began
        self.console.print(f"{outcome} {_name(task)} [dim]{seconds:.1f} s[/]", highlight=False, soft_wrap=True)
        if why:
            self.console.print(indent(why, " " * 8), highlight=False, markup=False, soft_wrap=True)


def _key(task: TaskInstance | RuntimeTaskInstance) -> tuple[str, str, int | None]:
    return task.dag_id, task.task_id, task.map_index


def _name(task: RuntimeTaskInstance) -> str:
    return " ".join(filter(None, (task.dag_id, task.task_id, task.rendered_map_index)))


def main(arguments: Sequence[str]) -> int:
    """Run the DAGs for the month given; returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m pipelines.orchestration 2021-02", file=sys.stderr)
        return USAGE
    try:
        month = Period.parse(arguments[0])
        _ = Settings().key_bytes
    except (NotAMonth, NoPseudonymKey) as fault:
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
        return BROKEN
    return run_dags(month)


if __name__ == "__main__":
    # Not this copy of the module but the one that the DAGs import, so that both mean the same DataRefused.
    from pipelines import orchestration

    sys.exit(orchestration.main(sys.argv[1:]))

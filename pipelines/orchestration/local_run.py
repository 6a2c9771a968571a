"""Runs the three DAGs one after another in this process: ``python -m pipelines.orchestration.local_run 2021-02``."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from textwrap import indent
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import AuthorityMonth
from pipelines.orchestration import airflow_home
from pipelines.periods import NotAMonth, Period
from pipelines.settings import PROJECT, NoKey, Settings
from pipelines.storage import keep_from_others

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.listeners import hookimpl
from airflow.sdk import DAG, DagRunState, TaskInstanceState
from airflow.sdk.listener import get_listener_manager
from rich.console import Console

from pipelines.orchestration.assets import APPROVE, ASSETS, WAIT, DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
    from rich.status import Status

# Each DAG, in the order of their assets, with the task that announces its own.
ANNOUNCED_BY = {"ingest_exports": "announce", "build_warehouse": "build", "publish_snapshot": "publish"}
PASSED_OVER = f"{APPROVE}|{WAIT}"
DONE, BROKEN, USAGE, DATA_REFUSED, NOTHING_TO_DO = range(5)
# From the best end to the worst.
GRAVITY = (DONE, NOTHING_TO_DO, DATA_REFUSED, USAGE, BROKEN)


def run_dags(month: Period) -> int:
    """Run the three DAGs for a month, authority by authority, in this process; returns the exit code, the worst of all.

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
    """A scheduler starts each DAG when its asset is announced; without one, the next begins where that was done.

    One authority after another: what becomes of one keeps no other back.
    """
    (first, *later), dags = ANNOUNCED_BY, _dags()
    exit_code, announced = _run(dags[first], {"month": str(month)}, steps)
    codes = [exit_code]
    for key in announced:
        unit = AuthorityMonth.parse(key)
        for dag_id in later:
            exit_code, went_on = _run(dags[dag_id], {"authority": unit.authority_code, "month": str(month)}, steps)
            codes.append(exit_code)
            if not went_on:
                break
    return max(codes, key=GRAVITY.index)


def _run(dag: DAG, run_conf: dict[str, str], steps: _Steps) -> tuple[int, Any]:
    """How a run ended, and what it announced; nothing where it did not come so far."""
    announcing = ANNOUNCED_BY[dag.dag_id]
    # Nobody can answer here, and no other month is under way: publishing refuses what is held.
    run = dag.test(run_conf=run_conf, logical_date=None, mark_success_pattern=PASSED_OVER)
    states = {task.task_id: task.state for task in run.get_task_instances()}
    exit_code = DONE
    if run.state != DagRunState.SUCCESS:
        exit_code = DATA_REFUSED if steps.was_only_refused(run) else BROKEN
    if states[announcing] == TaskInstanceState.SKIPPED:
        return exit_code or NOTHING_TO_DO, ()
    if states[announcing] != TaskInstanceState.SUCCESS:
        return exit_code or BROKEN, ()
    instance = run.get_task_instance(announcing)
    return exit_code, instance.xcom_pull(task_ids=announcing) if instance else ()


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
    _forget_older_assets()


def _forget_older_assets() -> None:
    """Let go of assets that have the name of one of ours and another address, as an older version gave them.

    Airflow activates no second asset of a name, and a scheduler, which would let go of the first, need not run here.
    """
    from airflow.models.asset import AssetActive
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    with create_session() as session:
        for asset in ASSETS:
            of_the_name = delete(AssetActive).where(AssetActive.name == asset.name)
            session.execute(of_the_name.where(AssetActive.uri != asset.uri))


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
        print("usage: python -m pipelines.orchestration.local_run 2021-02", file=sys.stderr)
        return USAGE
    keep_from_others()
    try:
        month = Period.parse(arguments[0])
        Settings().must_have_keys()
    except (NotAMonth, NoKey) as fault:
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
        return BROKEN
    return run_dags(month)


if __name__ == "__main__":
    # Not this copy of the module but the one that the DAGs import, so that both mean the same DataRefused.
    from pipelines.orchestration import local_run

    sys.exit(local_run.main(sys.argv[1:]))

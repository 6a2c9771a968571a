"""The DAGs as Airflow reads them: which there are, what follows what, when they run and for which month."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from pipelines.catalog import WhichAuthority
from pipelines.deliveries import Delivery, NotAnAuthoritysMonth
from pipelines.findings import EMPTY_FILE, UnusableDelivery
from pipelines.orchestration import airflow_home
from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.assets import STAGING, TAGS, DataRefused, emit, month_of, unit_of
from pipelines.orchestration.local_run import ANNOUNCED_BY
from pipelines.orchestration.task_defaults import RetryTransientErrors
from pipelines.periods import NotAMonth, Period
from pipelines.runs.arrivals import by_authority
from pipelines.settings import NoPseudonymKey
from pipelines.staging.validation.validation import BrokenCheck
from pipelines.warehouse.tables import BrokenBuild
from tests.exports import KEY
from tests.few_kpis import environment_of_few
from tests.staged_input import stage
from tests.unit.test_approvals import held_in
from tests.warehouse_input import settings_in, ssd

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from pipelines.settings import Settings

FOLDER = Path(__file__).resolve().parents[2] / "dags"
FILES = sorted(FOLDER.glob("*.py"))
BY_MONTH = ("build_warehouse", "ingest_exports", "publish_snapshot")
IDS = (*BY_MONTH, "watch_inbox", "what_is_due")


@pytest.fixture(scope="module")
def dags() -> dict[str, DAG]:
    return read("[]")


def read(extracts: str, **environment: str) -> dict[str, DAG]:
    """The DAGs as they are where EXTRACTS, and other settings, say this."""
    from airflow.dag_processing.dagbag import DagBag

    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"EXTRACTS": extracts, **environment}.items():
            patch.setenv(name, value)
        bag = DagBag(FOLDER)
    assert bag.import_errors == {}
    return bag.dags


OUTLETS_OF_PUBLISH = {
    "publish": ["snapshots", "snapshots_public"],
    "next_month": ["staging"],
    "next_month_meanwhile": ["staging"],
}


def edges(dag: DAG) -> dict[str, set[str]]:
    return {task.task_id: set(task.downstream_task_ids) for task in dag.tasks}


def outlets(dag: DAG) -> dict[str, list[str]]:
    return {task.task_id: [asset.name for asset in task.outlets] for task in dag.tasks if task.outlets}


def test_these_are_the_dags_and_each_is_the_file_of_its_name(dags: dict[str, DAG]) -> None:
    assert tuple(sorted(dags)) == IDS
    assert {dag_id: Path(dag.fileloc).stem for dag_id, dag in dags.items()} == {dag_id: dag_id for dag_id in IDS}
    assert tuple(file.stem for file in FILES) == IDS
    assert set(ANNOUNCED_BY) == set(BY_MONTH)


def test_deliveries_are_taken_in_by_authority_and_both_closing_tasks_wait_for_all(dags: dict[str, DAG]) -> None:
    assert edges(dags["ingest_exports"]) == {
        "find_deliveries": {"take_in", "announce", "verdict"},
        "take_in": {"announce", "verdict"},
        "announce": set(),
        "verdict": set(),
    }
    rules = {task.task_id: task.trigger_rule for task in dags["ingest_exports"].tasks}
    # Also where all deliveries look as before, or none could be taken in.
    assert rules["announce"] == "all_done"
    # Also where no delivery was found: a source may not have been extracted.
    assert rules["verdict"] == "all_done"


def test_a_source_in_a_database_is_extracted_before_anything_is_looked_for(dags: dict[str, DAG]) -> None:
    one = '{"authority_code": "E06000015", "source": "ssd", "url_variable": "SSD_DATABASE_URL"}'
    with_extract = read(f"[{one}]")["ingest_exports"]
    assert edges(with_extract) == edges(dags["ingest_exports"]) | {"extract": {"find_deliveries"}}
    assert with_extract.get_task("extract").is_mapped
    # Whatever became of an extract, the other deliveries are taken in.
    assert with_extract.get_task("find_deliveries").trigger_rule == "all_done"
    assert f"**{with_extract.get_task('extract').task_id}**" in (with_extract.doc_md or "")


def test_the_pages_follow_the_build_and_that_waits_for_the_month_before(dags: dict[str, DAG]) -> None:
    assert edges(dags["build_warehouse"]) == {
        "wait_for_the_month_before": {"build"},
        "build": {"write_pages", "write_build_failure_page"},
        "write_pages": set(),
        "write_build_failure_page": {"next_month"},
        "next_month": set(),
    }
    assert dags["build_warehouse"].get_task("write_build_failure_page").trigger_rule == "one_failed"


def test_nothing_is_published_but_past_the_gate(dags: dict[str, DAG]) -> None:
    publishing = dags["publish_snapshot"]
    assert edges(publishing) == {
        "gate": {"approve", "publish", "next_month_meanwhile"},
        "approve": {"publish"},
        "publish": {"next_month"},
        "next_month": set(),
        "next_month_meanwhile": set(),
    }
    assert publishing.get_task("publish").trigger_rule == "none_failed_min_one_success"
    assert publishing.max_active_runs > 1, "a month that waits for its approval keeps another waiting"


def test_a_rejection_fails_and_the_form_takes_the_reason_that_it_starts_with(dags: dict[str, DAG]) -> None:
    approve: Any = dags["publish_snapshot"].get_task("approve")
    assert approve.fail_on_reject
    assert approve.params.get_param("why").resolve() is None
    assert approve.response_timeout == dt.timedelta(hours=1), "it looks then whether the question still stands"


def test_people_are_notified_where_the_settings_say_so(dags: dict[str, DAG]) -> None:
    dag = read("[]", NOTIFY_WEBHOOK_URL="https://chat.council.example/hook")["publish_snapshot"]
    assert edges(dag) == edges(dags["publish_snapshot"]) | {"publish": {"next_month", "notify"}, "notify": set()}
    assert outlets(dag) == OUTLETS_OF_PUBLISH


def test_a_snapshot_is_copied_to_postgresql_where_the_settings_say_so(dags: dict[str, DAG]) -> None:
    copied = read("[]", POSTGRES_COPY_URL="postgresql://copier@db.council.example/kpis")["publish_snapshot"]
    assert edges(copied) == edges(dags["publish_snapshot"]) | {
        "publish": {"next_month", "copy_to_postgresql"},
        "copy_to_postgresql": set(),
    }
    assert outlets(copied) == OUTLETS_OF_PUBLISH


def test_each_dag_announces_its_asset_in_the_task_that_made_it(dags: dict[str, DAG]) -> None:
    assert outlets(dags["ingest_exports"]) == {"announce": ["staging"]}
    assert outlets(dags["build_warehouse"]) == {"build": ["warehouse"], "next_month": ["staging"]}
    assert outlets(dags["publish_snapshot"]) == OUTLETS_OF_PUBLISH


@pytest.mark.parametrize(("dag_id", "asset"), [("build_warehouse", "staging"), ("publish_snapshot", "warehouse")])
def test_a_consumer_waits_for_a_partition_of_the_asset_before_it(dags: dict[str, DAG], dag_id: str, asset: str) -> None:
    from airflow.sdk import PartitionedAssetTimetable

    timetable = dags[dag_id].timetable
    assert isinstance(timetable, PartitionedAssetTimetable)
    assert timetable.asset_condition == getattr(orchestration, asset.upper())
    assert timetable.asset_condition.name == asset


@pytest.mark.parametrize(
    ("asked", "run_after", "key"),
    [
        ("2021-03-05 05:59", "2021-03-05 06:00", "2021-02"),
        ("2021-03-05 06:01", "2021-04-05 06:00", "2021-03"),
        ("2021-01-01 00:00", "2021-01-05 06:00", "2020-12"),
        ("2021-07-01 00:00", "2021-07-05 06:00", "2021-06"),
    ],
)
def test_the_run_of_the_fifth_is_for_the_month_before(
    dags: dict[str, DAG], asked: str, run_after: str, key: str
) -> None:
    from airflow.sdk import timezone
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables.base import TimeRestriction

    timetable = coerce_to_core_timetable(dags["ingest_exports"].timetable)
    restriction = TimeRestriction(earliest=timezone.parse(asked), latest=None, catchup=True)
    run = timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=restriction)
    assert run is not None
    assert run.run_after == timezone.parse(run_after)
    assert run.partition_key == key


def test_each_mapped_task_is_named_for_its_authority(dags: dict[str, DAG]) -> None:
    task = dags["ingest_exports"].get_task("take_in")
    assert task.is_mapped
    assert task.map_index_template == "{{ task.op_kwargs['authority'] }}"


def test_the_inbox_is_watched_as_often_as_the_setting_says_or_never() -> None:
    timetable = read("[]", WATCH_MINUTES="7")["watch_inbox"].timetable
    assert getattr(timetable, "delta", None) == dt.timedelta(minutes=7)
    assert not read("[]", WATCH_MINUTES="0")["watch_inbox"].timetable.can_be_scheduled


@pytest.mark.parametrize("month", [None, "2021-02", "2021-10", "2021-12"])
@pytest.mark.parametrize("dag_id", BY_MONTH)
def test_a_month_is_accepted(dags: dict[str, DAG], dag_id: str, month: str | None) -> None:
    assert dags[dag_id].params.get_param("month").resolve(month) == month


@pytest.mark.parametrize("month", ["2021-2", "2021-00", "2021-13", "202102", "2021-02-01", " 2021-02", "", 202102])
@pytest.mark.parametrize("dag_id", BY_MONTH)
def test_anything_else_is_not(dags: dict[str, DAG], dag_id: str, month: object) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        dags[dag_id].params.get_param("month").resolve(month)


@pytest.mark.parametrize(
    ("key", "parameter", "month"),
    [("2021-02", None, "2021-02"), (None, "2021-01", "2021-01"), ("2021-02", "2021-01", "2021-02")],
)
def test_the_key_names_the_month_else_the_parameter(key: str | None, parameter: str | None, month: str) -> None:
    assert month_of({"partition_key": key, "params": {"month": parameter}}) == month


@pytest.mark.parametrize("context", [{"params": {}}, {"partition_key": "2021-2", "params": {}}])
def test_a_run_without_a_month_says_so(context: dict[str, Any]) -> None:
    with pytest.raises(NotAMonth):
        month_of(context)


@pytest.mark.parametrize("dag_id", ["build_warehouse", "publish_snapshot"])
def test_an_authority_is_a_parameter_of_what_is_done_by_authority(dags: dict[str, DAG], dag_id: str) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    parameter = dags[dag_id].params.get_param("authority")
    assert (parameter.resolve(None), parameter.resolve("E06000015")) == (None, "E06000015")
    for text in ("E0600001", "../E06000015", "e06000015", ""):
        with pytest.raises(ParamValidationError):
            parameter.resolve(text)
    assert "authority" not in dags["ingest_exports"].params


def here(settings: Settings, monkeypatch: pytest.MonkeyPatch, *deliveries: str) -> None:
    """These deliveries are staged in the place to which the environment leads."""
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    for delivery in deliveries:
        stage(settings.staging, delivery, {})


def test_the_key_names_authority_and_month_else_the_parameters_and_one_authority_needs_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    here(settings, monkeypatch, "E06000015/ssd/2021-02", "E92000001/published_statistics/2020-11")
    by_hand = {"month": "2021-02", "authority": None}
    assert str(unit_of({"partition_key": "E06000016|2021-01", "params": by_hand})) == "E06000016|2021-01"
    assert str(unit_of({"params": by_hand})) == "E06000015|2021-02"
    here(settings, monkeypatch, "E06000016/ssd/2021-02")
    assert str(unit_of({"params": {**by_hand, "authority": "E06000016"}})) == "E06000016|2021-02"
    with pytest.raises(WhichAuthority, match="2 authorities are here"):
        unit_of({"params": by_hand})
    with pytest.raises(NotAnAuthoritysMonth):
        unit_of({"partition_key": "2021-02", "params": by_hand})


class Events(dict[Any, Any]):
    """What a task says of each asset."""

    def __missing__(self, asset: Any) -> SimpleNamespace:
        self[asset] = SimpleNamespace(add_partitions=lambda keys: self[asset].keys.extend(keys), keys=[], extra={})
        return self[asset]


def announced(*found: str, month: str = "2021-02", every_month: bool = False) -> dict[str, Any]:
    """The event of a run that took these deliveries in; its keys beside what it says."""
    events = Events()
    theirs: dict[str, list[str]] = {}
    for delivery in found:
        theirs.setdefault(delivery[:9], []).append(delivery)
    run = SimpleNamespace(triggering_user_name=None)
    context = {"partition_key": month, "params": {"every_month": every_month}, "outlet_events": events, "dag_run": run}
    listed = [{"authority": code, "deliveries": deliveries} for code, deliveries in theirs.items()]
    orchestration.announce(listed, context)
    return {"keys": events[STAGING].keys, **events[STAGING].extra}


def test_each_authority_is_a_partition_and_what_arrived_is_announced_for_whom_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_in(tmp_path)
    here(settings, monkeypatch, "E06000015/ssd/2021-01", "E06000016/ssd/2021-02", "E06000017/ssd/2021-03")
    # The day by which things are due is of every authority that is here by then.
    on_the_fifth = announced("E06000016/ssd/2021-02")
    assert on_the_fifth["keys"] == ["E06000015|2021-02", "E06000016|2021-02"]
    assert on_the_fifth["months_wanted"] == on_the_fifth["keys"]
    # Something arrived: of nobody else's months any is built.
    late = announced("E06000015/ssd/2021-01", "E06000015/ssd/2021-02", every_month=True)
    assert (late["keys"], late["deliveries_taken_in"]) == (["E06000015|2021-01"], 2)
    assert late["months_wanted"] == ["E06000015|2021-01", "E06000015|2021-02"]
    # What the nation published builds no month that is not there already.
    with pytest.raises(AirflowSkipException):
        announced("E92000001/published_statistics/2020-11", every_month=True)


def test_what_was_asked_for_is_carried_on_for_its_own_authority_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here(settings_in(tmp_path), monkeypatch, "E06000015/ssd/2021-01")
    asked = SimpleNamespace(extra={"months_wanted": ["E06000015|2021-01", "E06000015|2021-02", "E06000016|2021-03"]})
    events = Events()
    context = {
        "partition_key": "E06000015|2021-01",
        "params": {},
        "outlet_events": events,
        "triggering_asset_events": {"staging": [asked]},
        "dag_run": SimpleNamespace(triggering_user_name="engineer"),
    }
    assert orchestration.next_month(context) == ["E06000015|2021-02"]
    said = events[STAGING].extra
    assert said == {"started_by": ["engineer"], "months_wanted": ["E06000015|2021-01", "E06000015|2021-02"]}
    emit(STAGING, context)
    assert events[STAGING].keys == ["E06000015|2021-02", "E06000015|2021-01"]


def test_a_held_authority_holds_no_other_of_the_same_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = held_in(tmp_path, "E06000015")
    for name, value in {**environment_of_few(), "DATA_DIR": str(held.data_dir)}.items():
        monkeypatch.setenv(name, value)
    stage(held.staging, "E06000016/ssd/2021-02", ssd())
    outcomes = {}
    for authority in ("E06000015", "E06000016"):
        run: dict[str, Any] = {
            "partition_key": f"{authority}|2021-02",
            "params": {},
            "outlet_events": Events(),
            "dag_run": SimpleNamespace(triggering_user_name=None),
            "ti": SimpleNamespace(xcom_push=lambda *_: None, xcom_pull=lambda **_: None),
        }
        orchestration.build_warehouse(run)
        outcomes[authority] = orchestration.gate(run)
        if authority == "E06000015":
            with pytest.raises(DataRefused, match="2021-02 of E06000015 is held"):
                orchestration.publish_snapshot(run)
        else:
            named = {"authority": "E06000016", "month": "2021-02"}
            assert orchestration.publish_snapshot(run) == {**named, "outcome": "published", "version": "v0001"}
    assert outcomes == {"E06000015": ["approve", "next_month_meanwhile"], "E06000016": "publish"}


def test_every_dag_is_ready_to_run_and_says_what_it_is(dags: dict[str, DAG]) -> None:
    for dag in dags.values():
        assert dag.is_paused_upon_creation is False
        assert dag.catchup is False
        assert dag.tags
        assert dag.tags <= TAGS
        assert dag.doc_md == ast.get_docstring(ast.parse(Path(dag.fileloc).read_text(encoding="utf-8")), clean=False)
        assert all(f"**{task.task_id.partition('.')[0]}**" in dag.doc_md for task in dag.tasks)
        assert {task.owner for task in dag.tasks} == {"data-engineering"}
    assert set().union(*(dag.tags for dag in dags.values())) == TAGS


def test_months_are_taken_in_one_after_another_and_whoever_waits_holds_no_other_authority(
    dags: dict[str, DAG],
) -> None:
    assert dags["ingest_exports"].max_active_runs == 1
    # More than all councils of England, each with several months that wait.
    assert dags["build_warehouse"].max_active_runs >= 1000
    assert dags["publish_snapshot"].max_active_runs >= 1000


def test_every_task_but_the_verdict_is_tried_again_where_that_can_help(dags: dict[str, DAG]) -> None:
    tasks = {task.task_id: task for dag in dags.values() for task in dag.tasks}
    assert {task_id: task.retries for task_id, task in tasks.items()} == {
        task_id: 0 if task_id == "verdict" else 3 for task_id in tasks
    }
    assert all(task.has_retry_policy for task in tasks.values())
    assert {task.retry_delay for task in tasks.values()} == {dt.timedelta(minutes=1)}
    assert {task.retry_exponential_backoff for task in tasks.values()} == {4}


def test_every_task_has_an_end_but_the_one_that_waits_for_a_person(dags: dict[str, DAG]) -> None:
    ends = {task.task_id: task.execution_timeout for dag in dags.values() for task in dag.tasks}
    assert ends.pop("approve") is None
    assert set(ends.values()) == {dt.timedelta(hours=6)}


def test_what_fills_the_memory_takes_a_slot_of_the_pool_that_the_scheduler_makes(dags: dict[str, DAG]) -> None:
    pools = {task.task_id: task.pool for dag in dags.values() for task in dag.tasks if task.pool != "default_pool"}
    assert pools == dict.fromkeys(["take_in", "build", "write_pages", "publish"], airflow_home.POOL)


def duckdb_fault(name: str) -> Exception:
    import duckdb

    return getattr(duckdb, name)("made up")


@pytest.mark.parametrize(
    "fault",
    [OSError(28, "No space left on device"), ConnectionError(), TimeoutError(), MemoryError()]
    + [duckdb_fault(name) for name in ("IOException", "OutOfMemoryException")],
    ids=lambda fault: type(fault).__name__,
)
def test_faults_of_the_machine_are_tried_again(fault: BaseException) -> None:
    from airflow.sdk import RetryAction

    assert RetryTransientErrors().evaluate(fault, 1, 2).action == RetryAction.DEFAULT


@pytest.mark.parametrize(
    "fault",
    [
        UnusableDelivery(EMPTY_FILE, "ssd_person.csv", "made up"),
        BrokenBuild("made up"),
        BrokenCheck("made up"),
        NoPseudonymKey("made up"),
        NotAMonth("made up"),
        duckdb_fault("ConversionException"),
        KeyError("made up"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_bad_data_and_broken_software_fail_at_once(fault: BaseException) -> None:
    from airflow.sdk import RetryAction

    assert RetryTransientErrors().evaluate(fault, 1, 2).action == RetryAction.FAIL


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_task_body_is_one_call_of_orchestration(file: Path) -> None:
    functions = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if is_task(node)]
    assert functions
    for function in functions:
        said, statement = function.body
        assert isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant)
        assert isinstance(statement, (ast.Return, ast.Expr))
        assert isinstance(statement.value, ast.Call)
        assert ast.unparse(statement.value.func).startswith("orchestration.")
        assert not any(isinstance(node, ast.Call) for part in statement.value.args for node in ast.walk(part))


def is_task(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(ast.unparse(each).split("(")[0] == "task" for each in decorators)


def test_every_task_says_what_it_is(dags: dict[str, DAG]) -> None:
    assert [task.task_id for dag in dags.values() for task in dag.tasks if not task.doc_md] == []


def test_what_arrived_is_one_run_by_its_name_and_none_while_another_is_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "inbox" / "E06000015/survey/2021-02"
    folder.mkdir(parents=True)
    (folder / "_READY").touch()
    for name, value in {"INBOX_URL": tmp_path / "inbox", "DATA_DIR": tmp_path / "data", "PSEUDONYM_KEY": KEY}.items():
        monkeypatch.setenv(name, str(value))
    busy = SimpleNamespace(get_dr_count=lambda dag_id, states: 1)
    free = SimpleNamespace(get_dr_count=lambda dag_id, states: 0)
    with pytest.raises(AirflowSkipException, match="being taken in"):
        orchestration.what_arrived({"ti": busy})
    first, again = orchestration.what_arrived({"ti": free}), orchestration.what_arrived({"ti": free})
    assert first == again
    assert first["month"] == "2021-02"
    assert first["note"] == "1 arrived: E06000015/survey/2021-02."
    (folder / "invited.csv").touch()
    assert orchestration.what_arrived({"ti": free})["run_id"] != first["run_id"]


def test_where_nothing_arrived_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"INBOX_URL": tmp_path, "DATA_DIR": tmp_path / "data", "PSEUDONYM_KEY": KEY}.items():
        monkeypatch.setenv(name, str(value))
    with pytest.raises(AirflowSkipException, match="Nothing is new"):
        orchestration.what_arrived({"ti": SimpleNamespace(get_dr_count=lambda dag_id, states: 0)})


def test_any_number_of_deliveries_is_a_task_an_authority() -> None:
    months = [Period(2000, 1).plus(number) for number in range(1500)]
    deliveries = [Delivery(authority, "ssd", month) for authority in ("E06000016", "E06000015") for month in months]
    found = by_authority(deliveries)
    assert {authority: len(theirs) for authority, theirs in found.items()} == {"E06000015": 1500, "E06000016": 1500}
    assert found["E06000015"][0].month == months[0]

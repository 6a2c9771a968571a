"""What an answer given in Airflow becomes: an approval that counts, or a refusal that says why it does not."""

from __future__ import annotations

import datetime as dt
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.standard.operators import hitl
from airflow.sdk.exceptions import TaskAwaitingInput

from pipelines.orchestration import approval
from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.approval import MonthApproval
from pipelines.orchestration.assets import DataRefused, Superseded, reason
from pipelines.orchestration.tasks import publish_snapshot
from pipelines.periods import Period
from pipelines.snapshots import gate
from pipelines.storage import read_json
from tests.few_kpis import environment_of_few, settings_of_few
from tests.unit.test_approvals import MONTH, WHY, held_in
from tests.warehouse_input import AUTHORITY

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

KEY = f"{AUTHORITY}|{MONTH}"
ANSWERED = dt.datetime(2021, 3, 8, 12, tzinfo=dt.UTC)


class TaskInstance:
    """What the tasks of a run pass each other."""

    def __init__(self) -> None:
        self.pushed: dict[tuple[str, str], Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed["gate", key] = value

    def xcom_pull(self, task_ids: str, key: str = "return_value") -> Any:
        return self.pushed.get((task_ids, key))

    def is_answered(self, **params: str) -> None:
        self.pushed["approve", "return_value"] = {
            "chosen_options": ["Approve"],
            "params_input": params,
            "responded_at": ANSWERED,
            "responded_by_user": {"id": "7", "name": "quality_lead"},
        }


class Outlets:
    """Takes the events of any asset."""

    def __getitem__(self, asset: object) -> Outlets:
        return self

    def add_partitions(self, keys: list[str]) -> None:
        assert keys == [KEY]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a month is held, to be copied."""
    return held_in(tmp_path_factory.mktemp("held"), AUTHORITY).data_dir


@pytest.fixture
def settings(held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = settings_of_few(tmp_path).of(AUTHORITY)
    shutil.copytree(held, settings.data_dir)
    for name, value in {**environment_of_few(), "DATA_DIR": str(settings.data_dir)}.items():
        monkeypatch.setenv(name, value)
    return settings


def run(ti: TaskInstance) -> dict[str, Any]:
    started = SimpleNamespace(triggering_user_name=None)
    return {"ti": ti, "partition_key": KEY, "params": {}, "outlet_events": Outlets(), "dag_run": started}


def test_an_answer_is_an_approval_by_who_gave_it_when_it_was_given(settings: Settings) -> None:
    ti = TaskInstance()
    assert orchestration.gate(run(ti)) == ["approve", "next_month_meanwhile"]
    assert ti.pushed["gate", "reasons"].startswith("- E06000015 GATE-DELIVERY: ")
    assert ti.pushed["gate", "what"] == "February 2021 of E06000015"
    ti.is_answered(why=WHY)
    assert publish_snapshot(run(ti))["version"] == "v0001"
    manifest = read_json(settings.snapshots / MONTH / "v0001" / "manifest.json")
    assert manifest["publication"]["approval"] == {
        "approved_by": "quality_lead",
        "approved_at": "2021-03-08T12:00:00Z",
        "reason": WHY,
    }
    assert orchestration.gate(run(TaskInstance())) == "publish"


@pytest.mark.parametrize("params", [{}, {"why": " "}], ids=["no_form", "blank"])
def test_an_answer_without_a_reason_is_none(settings: Settings, params: dict[str, str]) -> None:
    ti = TaskInstance()
    orchestration.gate(run(ti))
    ti.is_answered(**params)
    with pytest.raises(DataRefused, match="an approval says why"):
        publish_snapshot(run(ti))
    assert gate.judge(settings, Period.parse(MONTH)).outcome == "held"


def test_an_answer_to_what_is_no_longer_held_is_none(settings: Settings) -> None:
    ti = TaskInstance()
    orchestration.gate(run(ti))
    ti.pushed["gate", "digest"] = "of another build"
    ti.is_answered(why=WHY)
    with pytest.raises(DataRefused, match="built again since it was approved"):
        publish_snapshot(run(ti))


@pytest.mark.usefixtures("settings")
def test_where_nobody_was_asked_a_held_month_is_refused() -> None:
    with pytest.raises(DataRefused, match="2021-02 of E06000015 is held and was not published"):
        publish_snapshot(run(TaskInstance()))


def context_of(*, started_by: str | None = None, events_of: tuple[str, ...] = ()) -> dict[str, Any]:
    """A run, by whom it was started, and who started the runs whose events started it."""
    events = [SimpleNamespace(extra={"started_by": [name]}) for name in events_of]
    return {
        "dag_run": SimpleNamespace(triggering_user_name=started_by),
        "triggering_asset_events": {"warehouse": events},
        "partition_key": KEY,
        "params": {},
    }


def answer(option: str = "Approve", why: str | None = WHY, by: str = "quality_lead") -> dict[str, Any]:
    given = {"chosen_options": [option], "params_input": {"why": why}, "responded_at": ANSWERED}
    return given | {"responded_by_user": {"id": by, "name": by}}


@pytest.mark.parametrize(
    ("run", "given", "problem"),
    [
        (context_of(), answer(), None),
        (context_of(), answer(why=" "), approval.NO_REASON),
        (context_of(), answer(why=None), approval.NO_REASON),
        (context_of(), answer() | {"params_input": None}, approval.NO_REASON),
        (context_of(), answer("Reject", why=None), None),
        (context_of(started_by="engineer"), answer(), None),
        (context_of(started_by="quality_lead"), answer(), approval.OWN_RUN),
        (context_of(events_of=("engineer", "quality_lead")), answer(), approval.OWN_RUN),
        (context_of(events_of=("engineer",)), answer(), None),
        (context_of(started_by="quality_lead"), answer("Reject", why=None), None),
    ],
)
def test_an_approval_says_why_and_is_by_somebody_else_and_a_rejection_may_be_anyones(
    run: dict[str, Any], given: dict[str, Any], problem: str | None
) -> None:
    assert approval._why_not_taken(run, given) == problem


def test_an_approval_that_is_not_taken_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **detail: asked.append(detail))
    task = MonthApproval(task_id="approve", subject="Publish?", body="- a reason", params=reason())
    waiting = SimpleNamespace(id="7", map_index=-1, dag_id="publish_snapshot", run_id="r", task_id="approve")
    context = context_of(started_by="quality_lead") | {"task": task, "ti": waiting, "task_instance": waiting}
    with pytest.raises(TaskAwaitingInput):
        task.execute_complete(context, answer())
    assert [each["ti_id"] for each in asked] == ["7"]
    assert task.execute_complete(context, answer(by="head"))["chosen_options"] == ["Approve"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("approvers", "names"),
    [
        ((), []),
        (("head_of_service",), ["head_of_service"]),
        (("role:user", "quality_lead"), ["quality_lead", "deputy"]),
    ],
)
def test_who_may_answer_is_named_or_has_a_role(
    monkeypatch: pytest.MonkeyPatch, approvers: tuple[str, ...], names: list[str]
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "engineer:op, quality_lead:user,deputy:user")
    assert [each["id"] for each in approval.assigned(approvers)] == names


def test_a_role_that_nobody_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "engineer:op")
    with pytest.raises(approval.NobodyMayApprove, match=r"no user in .* has the role 'user'"):
        approval.assigned(("role:user",))


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("is_current", [True, False])
def test_a_question_is_asked_on_while_it_is_about_the_current_build_and_else_ends(
    monkeypatch: pytest.MonkeyPatch, is_current: bool
) -> None:
    monkeypatch.setattr(hitl, "upsert_hitl_detail", lambda **_: None)
    ti: Any = TaskInstance()
    orchestration.gate(run(ti))
    ti.id = "7"
    if not is_current:
        ti.pushed["gate", "digest"] = "of another build"
    task = MonthApproval(task_id="approve", subject="Publish?", body="- a reason", params=reason())
    context = context_of() | {"task": task, "ti": ti, "task_instance": ti}
    with pytest.raises(TaskAwaitingInput if is_current else Superseded):
        task.execute_complete(context, {"error": "An hour is over.", "error_type": "timeout"})

"""What an answer given in Airflow becomes: an approval that counts, or a refusal that says why it does not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.orchestration import tasks as orchestration
from pipelines.orchestration.assets import DataRefused
from pipelines.orchestration.tasks import publish_snapshot
from pipelines.periods import Period
from pipelines.snapshots import gate
from pipelines.storage import read_json
from tests.unit.test_approvals import MONTH, WHY, held_in

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

ANSWERED = dt.datetime(2021, 3, 8, 12, tzinfo=dt.UTC)


class TaskInstance:
    """What the tasks of a run tell each other."""

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

    def add_partitions(self, month: str) -> None:
        assert month == MONTH


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    held = held_in(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(held.data_dir))
    return held


def run(ti: TaskInstance) -> dict[str, Any]:
    return {"ti": ti, "partition_key": MONTH, "params": {}, "outlet_events": Outlets()}


def test_an_answer_is_an_approval_by_who_gave_it_when_it_was_given(settings: Settings) -> None:
    ti = TaskInstance()
    assert orchestration.gate(run(ti)) == "approve"
    assert ti.pushed["gate", "reasons"].startswith("- E06000015 GATE-DELIVERY: ")
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
    with pytest.raises(DataRefused, match="2021-02 is held and was not published"):
        publish_snapshot(run(TaskInstance()))

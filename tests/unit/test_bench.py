"""The bench runs on very little, and tells of every stage; how long one took is never tested."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import PROJECT


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "-m", "bench", "0.02", "--runs=1", f"--json={file}"]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return json.loads(Path(file).read_text(encoding="utf-8"))


def test_every_stage_is_told_of(told: Any) -> None:
    stages = [(each["scale"], each["stage"]) for each in told["measured"]]
    names = ["land", "stage without checks", "stage", "build", "publish"]
    assert stages == [(0.02, name) for name in names]


def test_each_has_its_rows_and_its_peak_and_plain_duckdbs_beside_it(told: Any) -> None:
    assert all(each["rows"] > 1000 for each in told["measured"])
    assert all(min(each["peak_megabytes"], each["plain_peak_megabytes"]) > 10 for each in told["measured"])


def test_what_a_dashboard_asks_is_told_for_snapshot_and_warehouse(told: Any) -> None:
    (asked,) = told["queries"].values()
    assert set(asked) == {"one KPI's 36 months", "a dashboard's tables"}
    assert all(set(took) == {"snapshot_milliseconds", "warehouse_milliseconds"} for took in asked.values())

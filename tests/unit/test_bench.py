"""The bench runs on very little, and tells of every stage; how long one took is never tested."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import PROJECT

SAMPLE, VISITS = "sample", "1,000 visits"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "-m", "bench", "--scale=0.02", "--visits=1000", "--runs=1", f"--json={file}"]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return json.loads(Path(file).read_text(encoding="utf-8"))


def test_every_stage_is_told_of(told: Any) -> None:
    assert [(each["data"], each["stage"]) for each in told["measured"]] == [
        (SAMPLE, "landing"),
        (SAMPLE, "plain_parquet"),
        (SAMPLE, "staging"),
        (SAMPLE, "plain_kpis"),
        (SAMPLE, "build"),
        (SAMPLE, "publish"),
        (VISITS, "landing"),
        (VISITS, "plain_parquet"),
        (VISITS, "staging"),
        ("import", "great_expectations"),
    ]


def test_each_has_its_peak_and_each_of_ours_its_ratio_to_plain_duckdb(told: Any) -> None:
    assert all(each["peak_megabytes"] > 10 for each in told["measured"])
    without = {each["stage"] for each in told["measured"] if each["times_plain"] is None}
    assert without == {"plain_parquet", "plain_kpis", "great_expectations"}


def test_staging_and_plain_duckdb_read_the_same_rows_of_the_large_table(told: Any) -> None:
    rows = {
        each["stage"]: round(each["rows_per_second"] * each["seconds"])
        for each in told["measured"]
        if each["data"] == VISITS and each["rows_per_second"] is not None
    }
    assert rows == {"plain_parquet": 1100, "staging": 1100}

"""The bench runs on very little, and reports every stage; how long one took is never tested."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import census, looked_after
from pipelines.settings import PROJECT

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Any:
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "-m", "bench", "0.02", "--runs=1", "--large=0.001", f"--json={file}"]
    command += ["--councils=2", "--months=0", "--smallest=0.01"]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return json.loads(Path(file).read_text(encoding="utf-8"))


def test_every_stage_is_reported(report: Any) -> None:
    stages = [(each["scale"], each["stage"]) for each in report["measured"]]
    names = ["land", "stage without checks", "stage", "build", "publish"]
    assert stages == [(0.02, name) for name in names]


def test_each_has_its_rows_and_its_peak_and_plain_duckdbs_beside_it(report: Any) -> None:
    assert all(each["rows"] > 1000 for each in report["measured"])
    assert all(min(each["peak_megabytes"], each["plain_peak_megabytes"]) > 10 for each in report["measured"])


def test_both_large_returns_are_staged_and_what_only_reads_them_is_reported_beside_it(report: Any) -> None:
    stages = [(each["what"], each["stage"]) for each in report["large"]]
    assert stages == [
        *(("903, its lists", stage) for stage in ("plain DuckDB", "land", "stage")),
        *(("census, XML", stage) for stage in ("lxml alone", "read", "land", "stage")),
    ]
    assert all(min(each["rows"] / 1000, each["megabytes"], each["cpu_seconds"]) > 0 for each in report["large"])


def test_a_month_of_several_councils_is_run_whole(report: Any) -> None:
    assert [each["what"] for each in report["months"]] == ["kpis --help", "kpis status", "2 councils"]
    of_two = report["months"][-1]
    assert of_two["rows"] > 1000
    assert min(of_two["data_megabytes"], of_two["peak_megabytes"], of_two["plain_cpu_seconds"]) > 0.1


def test_a_large_return_has_as_many_reviews_and_children_as_were_asked_for(tmp_path: Path) -> None:
    looked_after.write(tmp_path, 1234)
    census.write(tmp_path, 123)
    lists = {file.stem: read_rows(file) for file in tmp_path.glob("*.csv")}
    assert len(lists["reviews"]) == 1234
    children = {row["CHILD"] for row in lists["header"]}
    assert {row["CHILD"] for row in lists["reviews"]} == {row["CHILD"] for row in lists["episodes"]} == children
    assert (tmp_path / census.FILE).read_text(encoding="utf-8").count("<Child>") == 123


def read_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_what_a_dashboard_asks_is_measured_for_snapshot_and_warehouse(report: Any) -> None:
    (asked,) = report["queries"].values()
    assert set(asked) == {"one KPI's 36 months", "a dashboard's tables"}
    assert all(set(took) == {"snapshot_milliseconds", "warehouse_milliseconds"} for took in asked.values())

"""A scheduler reads every DAG file again and again: reading one must load nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "dags"
HEAVY = {"pandas", "duckdb", "great_expectations"}
READ_AND_TELL = """
import json, runpy, sys
runpy.run_path(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.stem)
def test_reading_a_dag_file_loads_nothing_heavy(file: Path, tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", READ_AND_TELL, str(file)],
        env={"PATH": "", "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    modules = set(json.loads(finished.stdout))
    assert HEAVY & {module.split(".")[0] for module in modules} == set()
    assert {module for module in modules if module.startswith("pipelines.")} == {
        "pipelines.deliveries",
        "pipelines.faults",
        "pipelines.orchestration",
        "pipelines.orchestration.airflow_home",
        *({"pipelines.orchestration.approval"} if file.stem == "publish_snapshot" else ()),
        *({"pipelines.orchestration.arrivals"} if file.stem == "watch_inbox" else ()),
        "pipelines.orchestration.assets",
        "pipelines.orchestration.notifier",
        "pipelines.orchestration.supervisor",
        "pipelines.orchestration.task_defaults",
        "pipelines.orchestration.tasks",
        "pipelines.periods",
        "pipelines.settings",
        "pipelines.storage",
    }

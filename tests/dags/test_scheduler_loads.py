"""The scheduler has loaded and read what its tasks need: they are forks of it, and none does so anew."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

from pipelines.settings import PROJECT
from pipelines.warehouse.tables import SCHEMAS

LOADS = """
import json, sys
from pipelines.orchestration import airflow_home, scheduler
airflow_home.make_ready()
scheduler.load()
from pipelines.sql_files import _select
print(json.dumps({"loaded": [*sys.modules], "read": _select.cache_info().currsize}))
"""
HEAVY = {"great_expectations", "matplotlib.figure", "scipy.stats"}


def test_it_has_loaded_what_its_tasks_load_and_read_all_sql() -> None:
    done = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    ready = json.loads(done.stdout.splitlines()[-1])
    assert (HEAVY | _loaded_by_tasks()) - set(ready["loaded"]) == set()
    assert ready["read"] == sum(len([*(PROJECT / "sql" / schema).rglob("*.sql")]) for schema in SCHEMAS)


def _loaded_by_tasks() -> set[str]:
    """What is imported inside the functions of ``tasks``; of a package that is what is named there."""
    source = ast.parse((PROJECT / "pipelines/orchestration/tasks.py").read_text(encoding="utf-8"))
    functions = [each for each in ast.walk(source) if isinstance(each, ast.FunctionDef)]
    imports = [each for function in functions for each in ast.walk(function) if isinstance(each, ast.ImportFrom)]
    named = {f"{each.module}.{name.name}" for each in imports for name in each.names}
    modules = {str(each.module) for each in imports}
    return {each for each in modules | named if (PROJECT / f"{each.replace('.', '/')}.py").exists()}

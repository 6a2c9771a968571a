"""The DuckDB inside a BI tool is older than ours: 1.1, in an environment of its own, opens every published database."""

from __future__ import annotations

import json
import subprocess
import venv
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.snapshots.publish import publish
from pipelines.storage import read_json
from pipelines.warehouse.build import build
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, plan, settings_in, ssd

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.service

OLDER = "1.1.3"
ASKS = """
import duckdb, json, sys
assert duckdb.__version__ == sys.argv[1]
with duckdb.connect(sys.argv[2], read_only=True) as connection:
    names = [name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()]
    rows = {name: repr(connection.table(name).fetchall()) for name in names}
    described = connection.sql("SELECT count(comment) FROM duckdb_columns() WHERE NOT internal").fetchall()[0][0]
print(json.dumps([rows, described]))
"""


@pytest.fixture(scope="module")
def older_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("older")
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"duckdb=={OLDER}"], check=True)
    return python


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = settings_in(tmp_path_factory.mktemp("published"))
    tables = ssd(person=[{"pers_person_id": "a"}], cp_plans=[plan("a", "2021-01-01")])
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", tables)
    build(settings, Period.parse(MONTH))
    return publish(settings, Period.parse(MONTH)).folder


@pytest.mark.parametrize("edition", [".", "public"])
def test_an_older_duckdb_reads_the_same(older_python: Path, snapshot: Path, edition: str) -> None:
    file = snapshot / edition / "snapshot.duckdb"
    done = subprocess.run([older_python, "-c", ASKS, OLDER, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows, described = json.loads(done.stdout)
    assert set(rows) == set(read_json(snapshot / edition / "manifest.json")["tables"])
    with duckdb.connect(str(file), read_only=True) as connection:
        assert rows == {name: repr(connection.table(name).fetchall()) for name in rows}
        assert described == sum(len(connection.table(name).columns) for name in rows)

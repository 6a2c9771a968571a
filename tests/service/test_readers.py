"""Four versions are published in a row while others read: nobody meets an error, or two versions at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.snapshots.publish import publish
from pipelines.storage import CURRENT, read_json, write_json
from pipelines.warehouse.build import build
from tests.few_kpis import settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipelines.settings import Settings

pytestmark = pytest.mark.service

FEBRUARY = Period.parse(MONTH)
VERSIONS = 4
PATIENCE = 60
# Every version holds its own number in each row of two tables.
READS = """
import json, sys, time
from pathlib import Path
import duckdb

how, snapshots, stop = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
reads = 0
while True:
    is_last = stop.exists()
    if how == "latest.json":
        newest = json.loads((snapshots / "latest.json").read_text(encoding="utf-8"))
        file = snapshots / newest["month"] / newest["version"] / "snapshot.duckdb"
    elif how == "public latest.json":
        newest = json.loads((snapshots / "latest.json").read_text(encoding="utf-8"))
        file = snapshots / newest["month"] / newest["version"] / "public" / "snapshot.duckdb"
    else:
        file = snapshots / "latest" / "snapshot.duckdb"
    tables = ("kpi", "kpi") if "public" in how else ("kpi_month", "kpi_window")
    column = "standard" if "public" in how else "target"
    with duckdb.connect(str(file), read_only=True) as connection:
        seen = [connection.table(name).project(column).distinct().fetchall() for name in tables]
    reads += 1
    print(json.dumps([time.time(), *seen]), flush=True)
    if is_last:
        break
    time.sleep(0.01)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_of_few(tmp_path)
    tables = ssd(person=[{"pers_person_id": "a"}], cp_plans=[plan("a", "2021-01-01")])
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", tables)
    build(settings, FEBRUARY)
    return settings


def publish_number(settings: Settings, number: int) -> None:
    """Publish a warehouse that says its number in every row that is read."""
    folder = settings.warehouse / MONTH
    current = read_json(folder / CURRENT)
    file = folder / f"warehouse-number-{number}.duckdb"
    shutil.copy(folder / current["file"], file)
    with duckdb.connect(str(file)) as warehouse:
        warehouse.execute("UPDATE snapshots.kpi_month SET target = ?", [number])
        warehouse.execute("UPDATE snapshots.kpi_window SET target = ?", [number])
        warehouse.execute("UPDATE snapshots.kpi SET standard = ?", [str(number)])
    write_json(folder / CURRENT, {**current, "file": file.name, "bytes": file.stat().st_size})
    assert publish(settings, FEBRUARY).outcome == "published"


def test_nobody_who_reads_meets_an_error_or_two_versions(settings: Settings, tmp_path: Path) -> None:
    publish_number(settings, 0)
    stop = tmp_path / "stop"
    ways = ("latest.json", "symlink", "public latest.json")
    outputs = {way: tmp_path / f"{way}.txt" for way in ways}
    readers = []
    for way in ways:
        with outputs[way].open("w") as out:
            command = [sys.executable, "-c", READS, way, str(settings.snapshots), str(stop)]
            readers.append(subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=subprocess.PIPE))
    switched = {}
    try:
        for number in range(1, VERSIONS + 1):
            publish_number(settings, number)
            switched[number] = time.time()
            wait_until_seen(outputs.values(), number)
    finally:
        stop.touch()
        errors = [reader.communicate(timeout=PATIENCE)[1].decode() for reader in readers]
    assert errors == [""] * len(ways)
    for way in ways:
        seen = [json.loads(line) for line in outputs[way].read_text().splitlines()]
        numbers = [float(first[0][0]) for _, first, _ in seen]
        assert all(first == second and len(first) == 1 for _, first, second in seen)
        assert numbers == sorted(numbers), f"{way}: an older version came back"
        assert set(range(1, VERSIONS + 1)) <= set(numbers)
        first_seen = {number: at for (at, *_), number in reversed(list(zip(seen, numbers, strict=True)))}
        lags = [first_seen[number] - at for number, at in switched.items()]
        print(f"{way}: {len(seen)} reads; new data at the latest {max(lags):.2f} s after the switch")


def wait_until_seen(outputs: Iterable[Path], number: int) -> None:
    deadline = time.monotonic() + PATIENCE
    for output in outputs:
        while f"[{number}.0]" not in output.read_text() and f'["{number}"]' not in output.read_text():
            assert time.monotonic() < deadline, f"{output.stem} never saw version {number}"
            time.sleep(0.02)

"""What a data directory may lose, and what it keeps: each rule has a file on each side."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from pipelines import storage
from pipelines.runs.pruning import A_DAY, LOGS, PAGES, STAGED, WAREHOUSE, prunable, prune
from tests.warehouse_input import settings_in

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

STAGED_ONES = "staging/ssd/authority=E06000015/month=2021-02"
PAGES_OF_THEM = "reports/E06000015/validation/E06000015/ssd/2021-02"
MANY_DAYS = 200


def written(path: Path, text: str = "{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def aged(root: Path, days: float) -> None:
    then = time.time() - days * A_DAY
    for path in (root, *root.rglob("*")):
        os.utime(path, (then, then))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of three staged versions one was superseded, one counts, and the newest was refused. Three months were built."""
    own = {"warehouse_months_kept": 2, "logs_kept_days": 90, "airflow_home": tmp_path / "airflow"}
    settings = settings_in(tmp_path).model_copy(update=own)
    for version in ("v0001-old", "v0002-counts", "v0003-refused"):
        refusal = "It was refused." if version == "v0003-refused" else None
        manifest = {"landing_version": int(version[1:5]), "status": "staged", "refusal": refusal, "tables": {}}
        written(settings.data_dir / STAGED_ONES / version / storage.MANIFEST, storage.json_text(manifest))
        written(settings.data_dir / PAGES_OF_THEM / version / "index.html", "a page")
        written(settings.data_dir / "landing/E06000015/ssd/2021-02" / version[:5] / storage.MANIFEST)
    written(settings.data_dir / STAGED_ONES / storage.CURRENT, '{"folder": "v0002-counts"}')
    written(settings.data_dir / STAGED_ONES / "newest.json", '{"folder": "v0003-refused"}')
    for month in ("2020-12", "2021-01", "2021-02"):
        written(settings.data_dir / "warehouse/E06000015" / month / storage.CURRENT, '{"file": "warehouse-a.duckdb"}')
        written(settings.data_dir / "warehouse/E06000015" / month / "warehouse-a.duckdb", "0123456789")
        written(settings.data_dir / "warehouse/E06000015" / month / "records-a/cpp_count.parquet")
        written(settings.data_dir / "snapshots/E06000015" / month / "v0001" / storage.MANIFEST)
    written(tmp_path / "airflow/logs/dag_id=a/run_id=1/task_id=b/attempt=1.log")
    aged(tmp_path, MANY_DAYS)
    return settings


def paths(settings: Settings) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in prunable(settings):
        found.setdefault(each.kind, []).append(each.path.relative_to(settings.data_dir.parent).as_posix())
    return found


def test_only_what_nobody_reads_may_go(settings: Settings) -> None:
    data = settings.data_dir.name
    assert paths(settings) == {
        STAGED: [f"{data}/{STAGED_ONES}/v0001-old"],
        PAGES: [f"{data}/{PAGES_OF_THEM}/v0001-old"],
        WAREHOUSE: [f"{data}/warehouse/E06000015/2020-12/warehouse-a.duckdb"],
        LOGS: ["airflow/logs/dag_id=a/run_id=1"],
    }


def test_it_goes_and_all_else_stays(settings: Settings) -> None:
    before = {path for path in settings.data_dir.rglob("*") if path.is_file()}
    went = prune(settings)
    assert sum(each.size_bytes for each in went if each.kind == WAREHOUSE) == 10
    gone = before - {path for path in settings.data_dir.rglob("*") if path.is_file()}
    assert {path.relative_to(settings.data_dir).as_posix() for path in gone} == {
        f"{STAGED_ONES}/v0001-old/{storage.MANIFEST}",
        f"{PAGES_OF_THEM}/v0001-old/index.html",
        f"warehouse/E06000015/2020-12/{storage.CURRENT}",
        "warehouse/E06000015/2020-12/warehouse-a.duckdb",
    }
    aged(settings.data_dir, MANY_DAYS)
    assert prune(settings) == []


def test_what_is_of_today_stays(settings: Settings) -> None:
    aged(settings.data_dir, 0)
    assert set(paths(settings)) == {LOGS}


@pytest.mark.parametrize(("days", "goes"), [(89, False), (91, True)])
def test_a_log_stays_for_as_long_as_was_set(settings: Settings, tmp_path: Path, days: int, goes: bool) -> None:
    aged(tmp_path / "airflow", days)
    assert (LOGS in paths(settings)) is goes


def test_a_page_to_which_a_months_page_leads_stays(settings: Settings) -> None:
    written(
        settings.reports / "E06000015/validation/2021-01/index.html",
        '<a href="../E06000015/ssd/2021-02/v0001-old/index.html">',
    )
    assert PAGES not in paths(settings) and STAGED in paths(settings)


@pytest.mark.parametrize("becomes", ["", "no JSON"])
def test_what_counts_stays_though_its_pointer_is_broken(settings: Settings, becomes: str) -> None:
    for pointer in (storage.CURRENT, "newest.json"):
        (settings.data_dir / STAGED_ONES / pointer).write_text(becomes, encoding="utf-8")
    assert paths(settings)[STAGED] == [f"{settings.data_dir.name}/{STAGED_ONES}/v0001-old"]


def test_where_no_version_is_whole_none_was_superseded(settings: Settings) -> None:
    for manifest in (settings.data_dir / STAGED_ONES).glob(f"*/{storage.MANIFEST}"):
        manifest.unlink()
    assert STAGED not in paths(settings)


def test_what_a_stopped_removal_left_goes_the_next_time(settings: Settings) -> None:
    (settings.data_dir / STAGED_ONES / "v0001-old" / storage.MANIFEST).unlink()
    (settings.data_dir / "warehouse/E06000015/2020-12" / storage.CURRENT).unlink()
    aged(settings.data_dir, MANY_DAYS)
    assert {STAGED, WAREHOUSE} <= set(paths(settings))

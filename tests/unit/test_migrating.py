"""A data directory of the release before authorities were units: its one authority's months move, and stay whole."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipelines.catalog import published_months
from pipelines.deliveries import NATION
from pipelines.publications import month_pages
from pipelines.runs import steps
from pipelines.runs.migrating import CannotMigrate, NotMigrated, migrate, must_be_of_today
from pipelines.settings import PROJECT
from pipelines.snapshots.verification import verify
from pipelines.storage import read_json, write_json
from tests.few_kpis import environment_of_few, settings_of_few
from tests.staged_input import stage
from tests.unit.test_approvals import FEBRUARY
from tests.warehouse_input import AUTHORITY, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

LANDED = {"version": 1, "content_sha256": "", "files": [], "refusal": None}


def land(settings: Settings, delivery: str) -> None:
    write_json(settings.landing / delivery / "v0001/manifest.json", LANDED)


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built and published as that release did it: all that is staged together."""
    folder = tmp_path_factory.mktemp("older")
    settings = settings_of_few(folder)
    stage(settings.staging, f"{AUTHORITY}/ssd/{FEBRUARY}", ssd(person=[{"pers_person_id": "a"}]))
    for delivery in (f"{AUTHORITY}/ssd/{FEBRUARY}", f"{NATION}/published_statistics/2020-11"):
        land(settings, delivery)
        write_json(settings.reports / "validation" / delivery / "v0001-0/index.html", {})
    steps.build(settings, FEBRUARY)
    month_pages.write(settings, FEBRUARY)
    steps.publish(settings, FEBRUARY)
    return folder


@pytest.fixture
def settings(older: Path, tmp_path: Path) -> Settings:
    shutil.copytree(older / "data", tmp_path / "data", symlinks=True)
    return settings_of_few(tmp_path)


def test_what_one_authority_had_is_moved_into_its_folders_and_stays_what_it_was(settings: Settings) -> None:
    migrate(settings)
    own = settings.of(AUTHORITY)
    must_be_of_today(settings)
    assert published_months(own.snapshots) == [FEBRUARY]
    assert verify(own.snapshots / "2021-02/v0001") == []
    assert (own.snapshots / "latest/manifest.json").samefile(own.snapshots / "2021-02/v0001/manifest.json")
    assert read_json(own.published_versions) == {"2021-02": 1}
    assert steps.build(own, FEBRUARY).outcome == "already built"
    assert steps.publish(own, FEBRUARY).outcome == "unchanged"
    pages = {path.relative_to(settings.data_dir).as_posix() for path in settings.data_dir.glob("reports/**/index.html")}
    assert {
        "reports/index.html",
        f"reports/{AUTHORITY}/index.html",
        f"reports/{AUTHORITY}/validation/2021-02/index.html",
        f"reports/{NATION}/validation/{NATION}/published_statistics/2020-11/v0001-0/index.html",
    } <= pages
    assert {path.name for path in settings.snapshots.iterdir()} <= {AUTHORITY, ".publishing"}
    assert migrate(settings) == []


def test_stopped_in_the_middle_it_goes_on(settings: Settings) -> None:
    (settings.data_dir / "warehouse" / AUTHORITY).mkdir()
    (settings.data_dir / "warehouse/2021-02").rename(settings.data_dir / "warehouse" / AUTHORITY / "2021-02")
    with pytest.raises(NotMigrated):
        must_be_of_today(settings)
    migrate(settings)
    must_be_of_today(settings)
    assert steps.publish(settings.of(AUTHORITY), FEBRUARY).outcome == "unchanged"


def test_what_several_had_in_one_cannot_be_divided_and_nothing_is_touched(settings: Settings) -> None:
    land(settings, "E06000016/ssd/2021-02")
    before = sorted(settings.data_dir.rglob("*"))
    with pytest.raises(CannotMigrate, match=r"2 authorities have landed .* publish each month again"):
        migrate(settings)
    assert sorted(settings.data_dir.rglob("*")) == before


def test_a_command_says_so_in_a_sentence(settings: Settings) -> None:
    where = {**os.environ, **environment_of_few(), "DATA_DIR": str(settings.data_dir)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pipelines", *arguments]
        return subprocess.run(command, cwd=PROJECT, env=where, capture_output=True, text=True, check=False)

    refused = run("gate", "2021-02")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "NotMigrated: " in refused.stderr and "python -m pipelines migrate" in refused.stderr
    moved = run("migrate")
    assert (moved.returncode, "snapshots/2021-02" in moved.stdout) == (0, True)
    assert run("gate", "2021-02").returncode == 0
    assert run("migrate").returncode == 4

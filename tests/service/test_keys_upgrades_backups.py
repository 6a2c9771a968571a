"""The page on keys, upgrades and backups, carried out: each of its blocks is run on a council whose inbox is empty."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.storage import read_json, write_json
from tests.command_line import run_command
from tests.exports import KEY
from tests.few_kpis import environment_of_few
from tests.service.guide import block
from tests.service.small_council import write_small_council

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.service

OTHER_KEY = KEY[::-1]


def environment(root: Path, key: str) -> dict[str, str]:
    own = {"INBOX_URL": str(root / "inbox"), "DATA_DIR": str(root / "data"), "PSEUDONYM_KEY": key, "COLUMNS": "250"}
    return environment_of_few() | own


def run(root: Path, about: str, key: str = KEY, **others: str) -> subprocess.CompletedProcess[str]:
    """The page's block about something."""
    command = block(about).replace(".venv/bin/python", sys.executable).replace("make .venv/.run", ":")
    return subprocess.run(
        ["bash", "-euc", command],
        cwd=PROJECT,
        env={**os.environ, **environment(root, key), **others},
        capture_output=True,
        text=True,
        check=False,
    )


def kpis(root: Path, arguments: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    return run_command(*arguments.split(), **environment(root, key))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published month, its inbox emptied."""
    root = tmp_path_factory.mktemp("published")
    write_small_council(root / "inbox", [Period.parse("2021-02")])
    done = kpis(root, "run 2021-02")
    assert done.returncode == 0, done.stderr
    shutil.rmtree(root / "inbox")
    (root / "inbox").mkdir()
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    shutil.copytree(published, tmp_path / "root", symlinks=True)
    return tmp_path / "root"


def deliveries(root: Path) -> list[Path]:
    return sorted((root / "data/staging").glob("*/authority=*/month=*"))


def test_deliveries_of_two_keys_are_not_built_together(root: Path) -> None:
    shutil.rmtree(root / "data/landing/X99000001/ssd")
    done = kpis(root, "restage", OTHER_KEY)
    assert done.returncode == 0, done.stderr
    refused = kpis(root, "build 2021-02", OTHER_KEY)
    assert refused.returncode == 1
    assert "staged with 2 pseudonym keys" in refused.stderr
    assert "X99000001/ssd/2021-02" in refused.stderr
    assert "kpis restage" in refused.stderr
    assert OTHER_KEY not in refused.stderr and KEY not in refused.stderr


def test_a_rotated_key_changes_no_figure_and_keeps_the_records_by_the_new_one(root: Path) -> None:
    before = set((root / "data/warehouse/X99000001/2021-02").glob("records-*"))
    stale = kpis(root, "status", OTHER_KEY)
    assert "PSEUDONYM_KEY is another: kpis restage" in stale.stdout
    done = run(root, "new key", OTHER_KEY)
    assert done.returncode == 0, done.stderr
    assert "unchanged: " in done.stdout
    after = set((root / "data/warehouse/X99000001/2021-02").glob("records-*"))
    assert len(after) == 1 and after.isdisjoint(before)
    assert "PSEUDONYM_KEY is another" not in kpis(root, "status", OTHER_KEY).stdout


def test_an_upgrade_is_carried_out_with_an_empty_inbox(root: Path) -> None:
    for folder in deliveries(root):
        manifest = folder / read_json(folder / "newest.json")["folder"] / "manifest.json"
        write_json(manifest, {**read_json(manifest), "rules_sha256": "of an older release"})
        older = manifest.parent.with_name(manifest.parent.name[:6] + "0" * 12)
        manifest.parent.rename(older)
        for pointer in ("newest.json", "current.json"):
            write_json(folder / pointer, {"folder": older.name})
    assert "the rules are newer: kpis restage" in kpis(root, "status").stdout
    built = kpis(root, "build 2021-02")
    assert "since it was staged, the rules are newer: kpis restage" in built.stderr
    done = run(root, "upgrade")
    assert done.returncode == 0, done.stderr
    assert "unchanged: " in done.stdout
    assert "the rules are newer" not in kpis(root, "status").stdout


def test_a_backup_is_restored(root: Path, tmp_path: Path) -> None:
    backup = {"BACKUP": str(tmp_path / "backup")}
    made = run(root, "back up", **backup)
    assert made.returncode == 0, made.stderr
    snapshot = read_json(root / "data/snapshots/X99000001/2021-02/v0001/manifest.json")
    shutil.rmtree(root / "data")
    restored = run(root, "restore", **backup)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "unchanged: " in restored.stdout
    assert read_json(root / "data/snapshots/X99000001/2021-02/v0001/manifest.json") == snapshot
    assert "not staged" not in kpis(root, "status").stdout

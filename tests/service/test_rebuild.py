"""A version is made again from the deliveries it names, with any key, and is the same; later ones are not used.

What ``prune`` removes is not needed for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from pipelines.periods import Period
from pipelines.runs.pruning import A_DAY
from pipelines.settings import PROJECT
from pipelines.storage import read_json, write_json
from tests.command_line import run_command
from tests.exports import KEY
from tests.few_kpis import environment_of_few
from tests.service.guide import block
from tests.service.small_council import COUNCIL, write_small_council

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.service

OTHER_KEY = KEY[::-1]
MONTHS = ("2021-01", "2021-02")


def pipelines(root: Path, *arguments: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    return run_command(*arguments, **environment(root, key))


def environment(root: Path, key: str = KEY) -> dict[str, str]:
    own = {"INBOX_URL": str(root / "inbox"), "DATA_DIR": str(root / "data"), "PSEUDONYM_KEY": key, "COLUMNS": "200"}
    return environment_of_few() | own


def run_block(about: str, own: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-euc", block(about)]
    done = subprocess.run(command, cwd=PROJECT, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months; the second, delivered again without a plan and half unusable, is held, approved and published."""
    root = tmp_path_factory.mktemp("rebuilt")
    write_small_council(root / "inbox", map(Period.parse, MONTHS))
    delivered = root / "inbox" / COUNCIL
    for month in MONTHS:
        plans = delivered / "ssd" / month / "ssd_cp_plans.csv"
        heading, first = plans.read_text(encoding="utf-8").splitlines(keepends=True)
        second = first.replace("P1", "P2").replace("R1", "R2").replace("C1", "C2")
        plans.write_text(heading + first + second, encoding="utf-8")
    for month in MONTHS:
        assert pipelines(root, "run", month).returncode == 0
    plans.write_text(heading + first, encoding="utf-8")
    (delivered / "survey/2021-02/invited.csv").write_bytes(b"")
    assert pipelines(root, "run", "2021-02").returncode == 3
    why = ("--by", "head of service", "--why", "The extract is the one that was asked for.")
    assert pipelines(root, "approve", "2021-02", *why).returncode == 0
    assert pipelines(root, "publish", "2021-02").returncode == 0
    assert sorted(path.name for path in (root / "data/snapshots/X99000001/2021-02").glob("v*")) == ["v0001", "v0002"]
    return pruned(root)


def pruned(root: Path) -> Path:
    """Days later, without all that nobody reads any more."""
    then = time.time() - 2 * A_DAY
    for path in (root / "data").rglob("*"):
        os.utime(path, (then, then))
    done = run_block("prune", {**environment(root), "WAREHOUSE_MONTHS_KEPT": "1"})
    before, _, removed = done.stdout.partition("Removed")
    assert "Would be removed" in before
    assert all(
        "superseded staged version" in said and "warehouse of a past month" in said for said in (before, removed)
    )
    assert not (root / "data/warehouse/X99000001/2021-01/current.json").exists()
    assert run_command("prune", **environment(root)).returncode == 4
    return root


@pytest.mark.parametrize("version", ["v0001", "v0002"])
def test_a_version_is_made_again_with_another_key_from_its_own_deliveries(root: Path, version: str) -> None:
    done = pipelines(root, "rebuild", f"2021-02/{version}", key=OTHER_KEY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "since then: PSEUDONYM_KEY is another, " in done.stdout
    assert "the same again: " in done.stdout
    assert not list((root / "data").glob(".rebuilding-*"))


@pytest.mark.parametrize("about", ["verify", "rebuild", "audit"])
def test_the_guides_commands_run(root: Path, about: str) -> None:
    run_block(about, environment(root))


def test_the_month_shows_what_it_restated_and_diff_what_the_delivery_changed(root: Path) -> None:
    done = pipelines(root, "diff", "2021-02/v0001", "2021-02/v0002", "--json")
    assert done.returncode == 0
    assert '"before": "2021-02/v0001"' in done.stdout
    assert '"table": "kpi_restatement"' in done.stdout
    assert "removed records" in done.stdout
    shown = pipelines(root, "diff", "2021-02/v0001", "2021-02/v0002")
    assert "kpi_month" in shown.stdout and "cpp_count" in shown.stdout


def test_what_is_published_is_verified_and_what_is_tampered_with_is_not(root: Path, tmp_path: Path) -> None:
    done = pipelines(root, "verify", "2021-02")
    assert (done.returncode, done.stdout.startswith("verified: ")) == (0, True), done.stdout
    copy = tmp_path / "copy"
    shutil.copytree(root / "data/snapshots/X99000001/2021-02/v0002", copy)
    (copy / "kpi.csv").write_bytes(b"")
    tampered = pipelines(root, "verify", str(copy))
    assert tampered.returncode == 5
    assert "kpi.csv is not what was published" in tampered.stdout
    assert pipelines(root, "verify", "2020-01").returncode == 1


def test_a_version_that_says_something_else_is_found(root: Path) -> None:
    """As if other code had made it: a manifest that no code of today would write."""
    version = root / "data/snapshots/X99000001/2021-02/v0001"
    kept = read_json(version / "manifest.json")
    try:
        files = {**kept["files"], "kpi.csv": "0" * 64}
        write_json(version / "manifest.json", {**kept, "files": files, "code": {**kept["code"], "version": "0.0.1"}})
        done = pipelines(root, "rebuild", "2021-02/v0001")
        assert done.returncode == 5
        assert "since then: The code is another: version 0.0.1 then" in done.stdout
        assert "  kpi.csv holds something else." in done.stdout
    finally:
        write_json(version / "manifest.json", kept)


def test_without_what_it_was_made_from_it_cannot_be_made_again(root: Path) -> None:
    (landed,) = (root / "data/landing").glob("*/ssd/2021-02/v0001")
    aside = landed.with_name("gone")
    landed.rename(aside)
    try:
        done = pipelines(root, "rebuild", "2021-02/v0001")
        assert done.returncode == 1
        assert "CannotRebuild: Landing does not hold X99000001/ssd/2021-02, v0001, as it was any more." in done.stderr
        verified = pipelines(root, "verify", "2021-02/v0001")
        assert verified.returncode == 5
        assert "Landing: X99000001/ssd/2021-02, v0001, is not there any more." in verified.stdout
    finally:
        aside.rename(landed)

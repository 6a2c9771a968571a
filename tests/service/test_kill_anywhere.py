"""Killed outright at any moment and run again, everything equals an undisturbed run, and no reader ever saw a part."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.periods import Period
from pipelines.settings import PROJECT
from tests.few_kpis import environment_of_few
from tests.service.killing import MOMENTS
from tests.service.small_council import write_small_council

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    root = tmp_path_factory.mktemp("killed")
    write_small_council(root / "inbox", [Period.parse("2021-02")])
    command = [sys.executable, "-m", "tests.service.killing", str(root / "inbox"), str(root)]
    environment = {**os.environ, **environment_of_few()}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {killed_at["moment"]: killed_at for killed_at in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_run_was_killed_there(killed: dict[str, dict[str, Any]], moment: str) -> None:
    assert killed[moment]["ended_by"] == signal.SIGKILL


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_reader_could_see_a_part(killed: dict[str, dict[str, Any]], moment: str) -> None:
    assert killed[moment]["seen"] == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_run_again_it_equals_an_undisturbed_run(killed: dict[str, dict[str, Any]], moment: str) -> None:
    assert killed[moment]["differs"] == []


def test_what_is_searched_for_would_be_found(tmp_path: Path) -> None:
    from tests.service.killing import parts_seen

    (tmp_path / "snapshots" / "2021-02" / "v0001").mkdir(parents=True)
    (tmp_path / "snapshots" / "2021-02" / "latest.json").write_text('{"version": "v0002"}', encoding="utf-8")
    assert [Path(path).name for path in parts_seen(tmp_path)] == ["v0001", "latest.json"]

"""Some of the disturbances of ``make chaos``, and that what is looked for after them would be found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.settings import PROJECT
from tests.few_kpis import environment_of_few
from tests.service.chaos import DISTURBANCES, STATE
from tests.service.killing import scratch_left

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.service

# The first of the kinds, which come in turn.
SOME = 5


@pytest.fixture(scope="module")
def chaos() -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.service.chaos", str(SOME), "2"]
    environment = {**os.environ, **environment_of_few(), "DUCKDB_THREADS": "1"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(found) == SOME, done.stderr[-3000:]
    return found


@pytest.mark.parametrize("number", range(SOME), ids=list(DISTURBANCES)[:SOME])
def test_a_plain_run_puts_right_what_was_disturbed(chaos: list[dict[str, Any]], number: int) -> None:
    assert chaos[number]["kind"] == list(DISTURBANCES)[number]
    assert chaos[number]["wrong"] == []


def test_each_kind_of_state_is_damaged() -> None:
    assert len(STATE) == 15
    assert {f"{kind} is damaged" for kind in STATE} < DISTURBANCES.keys()


def test_what_is_left_aside_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "snapshots" / "2021-02" / ".aside-x").mkdir(parents=True)
    (tmp_path / "snapshots" / ".latest-aside").touch()
    (tmp_path / "snapshots" / ".publishing").touch()
    assert sorted(scratch_left(tmp_path)) == ["snapshots/.latest-aside", "snapshots/2021-02/.aside-x"]

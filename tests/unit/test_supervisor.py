"""Real processes stand in for the parts of Airflow: when one ends, for whatever reason, none is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

SUPERVISE = """
import sys
from pipelines.orchestration.supervisor import supervise
stays = "import os, pathlib, time; pathlib.Path(sys.argv[2], 'pid').write_text(str(os.getpid())); time.sleep(600)"
stays = f"import sys; {stays}"
parts = {"stays": [sys.executable, "-c", stays, "", sys.argv[1]], "other": [sys.executable, "-c", sys.argv[2]]}
sys.exit(supervise(parts))
"""


def started(folder: Path, other: str) -> tuple[subprocess.Popen[str], int]:
    """A supervisor of a part that stays and another one, and the process of the part that stays."""
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(folder), other],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pid = folder / "pid"
    until = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()) and time.monotonic() < until:
        time.sleep(0.05)
    return supervisor, int(pid.read_text())


def is_there(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


WAIT_FOR_THE_OTHER = "import pathlib, time\nwhile not pathlib.Path({!r}).exists(): time.sleep(0.05)\n"


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("raise SystemExit(3)", "other ended with 3: Airflow is stopped."),
        ("pass", "other ended with 0: Airflow is stopped."),
        ("import os; os.kill(os.getpid(), 9)", "other ended with -9: Airflow is stopped."),
    ],
)
def test_when_a_part_ends_all_are_ended_and_it_is_reported_which(tmp_path: Path, ending: str, said: str) -> None:
    other = WAIT_FOR_THE_OTHER.format(str(tmp_path / "pid")) + "print('last words', flush=True)\n" + ending
    supervisor, stays = started(tmp_path, other)
    out, err = supervisor.communicate(timeout=120)
    assert supervisor.returncode == 1
    assert said in err
    assert "other         | last words" in out
    assert not is_there(stays)


@pytest.mark.parametrize("wanted", [signal.SIGTERM, signal.SIGINT])
def test_whoever_asks_for_an_end_gets_it_and_it_is_no_fault(tmp_path: Path, wanted: signal.Signals) -> None:
    supervisor, stays = started(tmp_path, "import time; time.sleep(600)")
    supervisor.send_signal(wanted)
    supervisor.communicate(timeout=120)
    assert supervisor.returncode == 0
    assert not is_there(stays)

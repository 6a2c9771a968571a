"""The folder that holds names in clear while they are read: nobody else may look, and nothing stays of it."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipelines.settings import PROJECT
from pipelines.storage import PRIVATE, private_folder, remove_left

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from pipelines.storage import private_folder
with private_folder(Path(sys.argv[1])) as folder:
    (folder / "names.csv").write_text("Example")
    print("holds", flush=True)
    time.sleep(600)
"""


def held(parent: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(parent)]
    holder = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holds\n"
    return holder


def names(parent: Path) -> list[Path]:
    return list(parent.rglob("names.csv"))


def test_only_its_owner_may_look_and_it_goes_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), private_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "names.csv").touch()
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_holds_stays_and_what_a_killed_process_left_goes_at_once(tmp_path: Path) -> None:
    with held(tmp_path) as holder:
        remove_left(tmp_path, PRIVATE)
        assert len(names(tmp_path)) == 1
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert len(names(tmp_path)) == 1
    remove_left(tmp_path, PRIVATE)
    assert list(tmp_path.iterdir()) == []


def test_what_has_no_lock_is_held_by_nobody(tmp_path: Path) -> None:
    (tmp_path / ".reading-older").mkdir()
    (tmp_path / ".reading-older" / "names.csv").touch()
    remove_left(tmp_path, PRIVATE)
    assert names(tmp_path) == []


def test_every_command_removes_what_was_left(tmp_path: Path) -> None:
    with held(tmp_path) as holder:
        holder.kill()
        holder.wait()
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "status"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert names(tmp_path) == []

"""The made-up council, run through the command line in two places."""

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipelines.sample import SampleWritten, write_sample
from pipelines.settings import PROJECT
from pipelines.storage import one_at_a_time
from tests.exports import KEY


@dataclass(frozen=True)
class Place:
    """An inbox with the sample, a data folder, and the environment that leads to both."""

    root: Path
    written: SampleWritten

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def snapshot(self) -> Path:
        return self.data / "snapshots" / "2021-02" / "v0001"

    def pipelines(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "INBOX_URL": str(self.root / "inbox"),
            "DATA_DIR": str(self.data),
            "PSEUDONYM_KEY": KEY,
            "COLUMNS": "200",
        }
        command = [sys.executable, "-m", "pipelines", *arguments]
        return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return _run_once(tmp_path_factory, "here")


@pytest.fixture(scope="session")
def other_place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return _run_once(tmp_path_factory, "there")


def _run_once(tmp_path_factory: pytest.TempPathFactory, name: str) -> Place:
    """A run takes a minute: the workers share it."""
    folder = tmp_path_factory.getbasetemp()
    root = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / name
    written = root / "written.pickle"
    with one_at_a_time(root.with_suffix(".lock")):
        if not written.exists():
            written.write_bytes(pickle.dumps(_without_functions(_run_sample(root).written)))
    return Place(root, pickle.loads(written.read_bytes()))  # noqa: S301 - just written


def _run_sample(root: Path) -> Place:
    place = Place(root, write_sample(root / "inbox"))
    done = place.pipelines("run", "2021-02")
    assert done.returncode == 0, done.stderr
    (root / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return place


def _without_functions(written: SampleWritten) -> SampleWritten:
    """What plants a fault cannot be pickled, and is done with."""
    planted = (replace(each, fault=replace(each.fault, plant=None)) for each in written.faults)
    return replace(written, faults=tuple(planted))

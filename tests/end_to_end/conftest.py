"""The made-up council, run in two places: through the command line, and as the README says."""

import os
import pickle
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.sample import SampleWritten, write_sample
from pipelines.settings import PROJECT
from pipelines.storage import one_at_a_time
from tests.command_line import run_command

README = (PROJECT / "README.md").read_text(encoding="utf-8")
README_COMMANDS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
README_KEYS = dict(re.findall(r"(\w+_KEY)=(\S+)", README))


@dataclass(frozen=True)
class CouncilPlace:
    """An inbox with the sample, a data folder, and the environment that leads to both."""

    root: Path
    written: SampleWritten

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def snapshot(self) -> Path:
        return self.data / "snapshots" / MADE_UP_AUTHORITY / "2021-02" / "v0001"

    def pipelines(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        places = {"INBOX_URL": str(self.root / "inbox"), "DATA_DIR": str(self.data)}
        return run_command(*arguments, **places, **README_KEYS, COLUMNS="200")


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> CouncilPlace:
    with _made_once(tmp_path_factory, "here") as root:
        written = root / "written.pickle"
        if not written.exists():
            written.write_bytes(pickle.dumps(_without_functions(_run_sample(root).written)))
    return CouncilPlace(root, pickle.loads(written.read_bytes()))  # noqa: S301 - just written


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A copy of the project in which each command of the README was run, and what each said."""
    with _made_once(tmp_path_factory, "there") as copy:
        said = copy / "said.pickle"
        if not said.exists():
            for entry in PROJECT.iterdir():
                if entry.name not in {"inbox", "data", "council", ".env", ".airflow", ".git"}:
                    (copy / entry.name).symlink_to(entry)
            said.write_bytes(pickle.dumps([_run_as_newcomer(command, copy) for command in README_COMMANDS]))
    return copy, pickle.loads(said.read_bytes())  # noqa: S301 - just written


@pytest.fixture(scope="session")
def other_place(place: CouncilPlace, newcomer: tuple[Path, list[str]]) -> CouncilPlace:
    return CouncilPlace(newcomer[0], place.written)


@contextmanager
def _made_once(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder that the workers share, since a run takes a minute: one fills it, and the others wait."""
    folder = tmp_path_factory.getbasetemp()
    root = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / name
    with one_at_a_time(root.with_suffix(".lock")):
        root.mkdir(exist_ok=True)
        yield root


def _run_as_newcomer(command: str, copy: Path) -> str:
    own = {"INBOX_URL": copy / "inbox", "DATA_DIR": copy / "data", "COUNCIL_DIR": copy / "council"}
    (copy / "council").mkdir(exist_ok=True)
    environment = {**os.environ, **README_KEYS, **{name: str(path) for name, path in own.items()}, "COLUMNS": "160"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=copy,
        env={**environment, "AIRFLOW_HOME": str(copy / ".airflow")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def _run_sample(root: Path) -> CouncilPlace:
    place = CouncilPlace(root, write_sample(root / "inbox"))
    done = place.pipelines("run", "2021-02")
    assert done.returncode == 0, done.stderr
    (root / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return place


def _without_functions(written: SampleWritten) -> SampleWritten:
    """What plants a fault cannot be pickled, and is done with."""
    planted = (replace(each, fault=replace(each.fault, plant=None)) for each in written.faults)
    return replace(written, faults=tuple(planted))

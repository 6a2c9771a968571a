"""The product as a council installs it: a wheel, in an environment that has never seen the project's folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.exports import KEY
from tests.helpers.project_copy import copy_of_the_clone

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.service
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, and a folder to work in."""

    wheel: Path
    programs: Path
    place: Path

    def kpis(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        keys = {"PSEUDONYM_KEY": KEY, "DISCLOSURE_KEY": f"{KEY} of its own", "SETTLE_SECONDS": "0"}
        own = {"PATH": os.environ["PATH"], "COLUMNS": "160", **keys, **environment}
        command = [str(self.programs / "kpis"), *arguments]
        return subprocess.run(command, cwd=self.place, env=own, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """What the package depends on is lent by this environment: its folder is on the path, the project's is not."""
    root = tmp_path_factory.mktemp("installed")
    clone = copy_of_the_clone(root)
    _run(sys.executable, *PIP, "wheel", str(clone), "--no-deps", "--no-build-isolation", "-w", str(root / "wheels"))
    (wheel,) = (root / "wheels").iterdir()
    venv.create(root / "venv")
    python = root / "venv/bin/python"
    _run(sys.executable, *PIP, "--python", str(python), "install", "--no-deps", str(wheel))
    (packages,) = (root / "venv").glob("lib/*/site-packages")
    (packages / "lent.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    (root / "place").mkdir()
    return Installed(wheel, python.parent, root / "place")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_carries_what_the_clone_holds(installed: Installed, tmp_path: Path) -> None:
    clone = copy_of_the_clone(tmp_path)
    with zipfile.ZipFile(installed.wheel) as wheel:
        carried = set(wheel.namelist())
    for folder, within in (("sql", "safeguarding_kpis/"), ("expectations", "safeguarding_kpis/"), ("pipelines", "")):
        held = {path.relative_to(clone).as_posix() for path in (clone / folder).rglob("*") if path.is_file()}
        assert {f"{within}{path}" for path in held} <= carried


def test_a_month_of_the_made_up_council_runs_from_it(installed: Installed) -> None:
    version = installed.kpis("--version")
    assert version.stdout.strip() in installed.wheel.name.replace("safeguarding_kpis-", "kpis ")
    assert installed.kpis("sample", "--scale", "0.03").returncode == 0
    done = installed.kpis("run", "2021-02")
    assert done.returncode == 0, done.stderr
    assert (installed.place / "data/snapshots/X99000001/2021-02/v0001/report.html").is_file()
    verified = installed.kpis("verify", "2021-02")
    assert verified.returncode == 0, verified.stdout


def test_it_writes_no_new_files_among_installed_packages(installed: Installed) -> None:
    done = installed.kpis("new", "kpi", "early_help_waiting")
    assert done.returncode == 2
    assert "new files belong in a clone of the project" in done.stderr


def test_a_folder_without_the_sql_is_named_in_a_sentence(installed: Installed) -> None:
    done = installed.kpis("status", PROJECT_DIR=str(installed.place))
    assert done.returncode == 1
    assert "has no folder 'sql': install the package with its SQL and contracts" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr

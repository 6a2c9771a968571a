"""A skip fails the run where the files that others published are beside the checkout, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

SKIPS = """
import pytest

@pytest.mark.skipif(True, reason="not at hand")
def test_of_a_file():
    raise AssertionError
"""


@pytest.mark.parametrize(("at_hand", "outcome", "exit_code"), [(True, "1 error", 1), (False, "1 skipped", 0)])
def test_a_skip_fails_beside_what_it_needs(tmp_path: Path, at_hand: bool, outcome: str, exit_code: int) -> None:
    (tmp_path / "test_it.py").write_text(SKIPS, encoding="utf-8")
    if at_hand:
        (tmp_path / "shared").mkdir()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "tests.conftest",
            "-p",
            "no:cacheprovider",
            str(tmp_path / "test_it.py"),
        ],
        cwd=PROJECT,
        env={**os.environ, "PUBLISHED_BY_OTHERS": str(tmp_path / "shared")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in done.stdout, done.stdout + done.stderr
    assert done.returncode == exit_code

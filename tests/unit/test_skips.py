"""A skip fails the run where the files that others published are beside the checkout, and nowhere else."""

from __future__ import annotations

import os
import re
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


def test_the_proofs_on_files_of_others_are_named_with_their_twins() -> None:
    """A twin is a module that looks for nothing of others, or has tests that do not."""
    modules = {file.stem: file.read_text(encoding="utf-8") for file in (PROJECT / "tests").rglob("test_*.py")}
    of_others = {name for name, text in modules.items() if re.search(r'PROJECT\.parent / "shared"', text)}
    paragraph = (PROJECT / "README.md").read_text(encoding="utf-8").partition("Some of these proofs")[2]
    assert set(re.findall(r"`(test_\w+)`", paragraph.partition("\n\n")[0])) == of_others
    page = (PROJECT / "docs/testing.md").read_text(encoding="utf-8").partition("its twin, always |\n")[2]
    rows = [line.split("|")[1:3] for line in page.partition("\n\n")[0].splitlines()[1:]]
    assert {name for proof, _ in rows for name in re.findall(r"`(test_\w+)`", proof)} == of_others
    for proof, twin in rows:
        twins = re.findall(r"`(test_\w+)`", twin)
        assert twins, proof
        for name in twins:
            assert name in modules and not re.search(r"^pytestmark = .*skip", modules[name], re.MULTILINE), name

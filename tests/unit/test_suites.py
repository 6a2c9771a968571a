"""Every test that `make test` leaves out stands where another command looks for it."""

from __future__ import annotations

import re

import pytest

from pipelines.settings import PROJECT

MAKEFILE = (PROJECT / "Makefile").read_text(encoding="utf-8")
TESTS = sorted((PROJECT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("marker", ["service", "bi"])
def test_what_is_marked_stands_where_its_command_looks(marker: str) -> None:
    (command,) = re.findall(rf"^.* -m {marker} .*$", MAKEFILE, re.MULTILINE)
    folders = [PROJECT / name for name in re.findall(r" (tests/\S+)", command)] or [PROJECT / "tests"]
    marked = [file for file in TESTS if f"= pytest.mark.{marker}\n" in file.read_text(encoding="utf-8")]
    assert marked
    assert [file for file in marked if not set(file.parents) & set(folders)] == []


@pytest.mark.parametrize("marker", ["service", "bi"])
def test_whole_files_are_marked(marker: str) -> None:
    assert [file for file in TESTS if f"@pytest.mark.{marker}" in file.read_text(encoding="utf-8").splitlines()] == []


def test_what_make_test_leaves_out_is_run_as_a_whole_and_by_every_check() -> None:
    (folders,) = re.findall(r"^WHOLE := (.*)$", MAKEFILE, re.MULTILINE)
    commands = dict(re.findall(r"^(test\S*):.*\n\t(.*)$", MAKEFILE, re.MULTILINE))
    assert "$(WHOLE:%=--ignore=%)" in commands["test"]
    assert " $(WHOLE) " in commands["test-whole"]
    assert [name for name in folders.split() if not list((PROJECT / name).glob("test_*.py"))] == []
    checks = (PROJECT / ".ci/run").read_text("utf-8") + (PROJECT / ".github/workflows/ci.yml").read_text("utf-8")
    assert checks.count("test test-whole") + checks.count("make test-whole") == 2

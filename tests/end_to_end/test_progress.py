"""How far staging has come: for who watches a terminal, and for nobody else."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bench import census, looked_after
from pipelines.settings import PROJECT
from tests.exports import KEY

STAGE = (sys.executable, "-m", "pipelines", "stage")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of a place in which a census of XML and a return of lists, one of them with a quoted line break, are landed."""
    root = tmp_path_factory.mktemp("progress")
    for source, month in (("cin_census", "2024-03"), ("ssda903", "2024-03")):
        folder = root / "inbox" / "E06000015" / source / month
        folder.mkdir(parents=True)
        if source == "cin_census":
            census.write(folder, 2000)
        else:
            looked_after.write(folder, 25_000)
            with (folder / "reviews.csv").open("a", encoding="utf-8", newline="") as reviews:
                reviews.write('MADEUP00000001,,,"\n"\r\n')
        (folder / "_READY").touch()
    own = {"INBOX_URL": str(root / "inbox"), "PSEUDONYM_KEY": KEY, "DATA_DIR": str(root / "data"), "TERM": "xterm"}
    given = {**os.environ, **own, "COLUMNS": "120"}
    subprocess.run([*STAGE[:-1], "land"], cwd=PROJECT, env=given, check=True, capture_output=True)
    return given


@pytest.fixture(scope="module")
def shown(environment: dict[str, str]) -> str:
    """Whatever the command wrote to a terminal while it staged both."""
    master, slave = pty.openpty()
    with subprocess.Popen(STAGE, cwd=PROJECT, env=environment, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        written = bytearray()
        # Linux reports the end of a terminal as a fault.
        with suppress(OSError):
            while piece := os.read(master, 65536):
                written += piece
        os.close(master)
    assert process.returncode == 0
    return CONTROL.sub("", written.decode())


@pytest.mark.parametrize("source", ["cin_census", "ssda903"])
def test_a_terminal_shows_each_step_and_how_much_of_it_is_done(shown: str, source: str) -> None:
    steps = re.findall(rf"Staging E06000015/{source}/2024-03: (\w+)(?: (\d+)%)?", shown)
    assert list(dict.fromkeys(step for step, _ in steps)) == ["reading", "typing", "checking", "writing"]
    for step in ("reading", "checking"):
        shares = [int(share) for of, share in steps if of == step]
        assert shares == sorted(shares)
        assert any(0 < share < 100 for share in shares), step


def test_where_there_is_no_terminal_only_what_came_of_it_is_said(environment: dict[str, str], shown: str) -> None:
    shutil.rmtree(Path(environment["DATA_DIR"]) / "staging" / "cin_census")
    said = subprocess.run(STAGE, cwd=PROJECT, env=environment, check=True, capture_output=True, text=True)
    assert not said.stderr
    assert [line.split(": ")[:2] for line in said.stdout.splitlines()] == [
        ["staged", "E06000015/cin_census/2024-03"],
        ["already staged", "E06000015/ssda903/2024-03"],
    ]
    assert {letter for letter in said.stdout if not letter.isprintable()} == {"\n"}

"""Starts the parts of Airflow on this machine, and ends all of them when one of them ends.

A scheduler that died behind a page that goes on saying *running* is worse than none: whoever started it is to know.
"""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import FrameType

PARTS = ("scheduler", "dag-processor", "api-server", "triggerer")
SECONDS_TO_END = 8
SECONDS_BETWEEN_LOOKS = 0.5
A_DAY = 24 * 60 * 60


class Ended(Exception):
    """Somebody asked for an end."""


def supervise(parts: Mapping[str, Sequence[str]], daily: Callable[[], Sequence[str]] | None = None) -> int:
    """Run the parts until one of them ends, which is a fault, or until somebody asks for an end; then end them all.

    ``daily`` gives a command that is run once a day beside them; where it fails, its lines say so.
    """
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, _end)
    try:
        with ExitStack() as running:
            started = {name: running.enter_context(_started(name, command)) for name, command in parts.items()}
            # Asked of all at once, and only then waited for, one after another.
            running.callback(_terminate, started.values())
            due = time.monotonic() + A_DAY
            while (ended := _first_ended(started)) is None:
                time.sleep(SECONDS_BETWEEN_LOOKS)
                if daily is not None and time.monotonic() > due:
                    due += A_DAY
                    running.enter_context(_started("daily", daily()))
            print(f"{ended} ended with {started[ended].returncode}: Airflow is stopped.", file=sys.stderr, flush=True)
            return 1
    except Ended:
        return 0


def _terminate(processes: Iterable[subprocess.Popen[str]]) -> None:
    for process in processes:
        process.terminate()


def _first_ended(started: Mapping[str, subprocess.Popen[str]]) -> str | None:
    return next((name for name, process in started.items() if process.poll() is not None), None)


def _end(_signal: int, _frame: FrameType | None) -> None:
    # Once is enough: what is being ended is not to be disturbed.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise Ended


@contextmanager
def _started(name: str, command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A part, whose lines are said with its name before them; nothing of it is left in the end."""
    process = subprocess.Popen(  # noqa: S603  # a part of Airflow, as this module names it
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert process.stdout is not None  # noqa: S101  # as it was asked for
    saying = threading.Thread(target=_say, args=(name, process.stdout), daemon=True)
    saying.start()
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # A worker that outlives its scheduler may hold the pipe a while longer.
        saying.join(1)


def _say(name: str, lines: IO[str]) -> None:
    for line in lines:
        print(f"{name:13} | {line.rstrip()}", flush=True)


def commands(program: Sequence[str]) -> dict[str, list[str]]:
    """How each part is started."""
    return {part: [*program, part] for part in PARTS}


def clean_up(program: Sequence[str], days: int) -> list[str]:
    """What removes rows about runs of more than so many days ago from Airflow's own tables."""
    until = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).strftime("%Y-%m-%d")
    return [*program, "db", "clean", "--clean-before-timestamp", until, "--skip-archive", "--yes"]

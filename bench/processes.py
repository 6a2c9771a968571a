"""A process of its own, timed from its start to its end, imports included, with its peak of memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROJECT = Path(__file__).resolve().parent.parent
MEGABYTE = 1_000_000
# Of the peak, Linux gives kilobytes, macOS bytes.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
KEY = "only-for-the-bench-and-32-bytes-long-at-least"
PIPELINES = (sys.executable, "-m", "pipelines")


@dataclass(frozen=True)
class BenchRun:
    """One process: its seconds from start to end, those of the processor, and its peak."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float


def environment(folder: Path, inbox: Path, memory: str) -> dict[str, str]:
    own = {
        "INBOX_URL": str(inbox),
        "DATA_DIR": str(folder / "data"),
        "COUNCIL_DIR": str(PROJECT / "pipelines" / "sample" / "council_dir"),
        "PSEUDONYM_KEY": KEY,
        "DISCLOSURE_KEY": f"{KEY} of its own",
        "DUCKDB_MEMORY_LIMIT": memory,
    }
    return {**os.environ, **own}


def run(command: Sequence[str], environment: Mapping[str, str], may_end_with: Sequence[int] = (0,)) -> BenchRun:
    """Run a command in a fresh process; raises CalledProcessError where it ends with another code."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own
        # Not RUSAGE_CHILDREN: that is the highest peak of all processes so far.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in may_end_with:
        raise subprocess.CalledProcessError(process.returncode, command)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return BenchRun(time.perf_counter() - start, cpu_seconds, usage.ru_maxrss * PEAK_UNIT / MEGABYTE)


def plain(inbox: Path, to: Path) -> tuple[str, ...]:
    """The command of the yardstick."""
    to.mkdir(parents=True)
    return (sys.executable, str(PROJECT / "bench" / "plain.py"), str(inbox), str(to))


def made_up(inbox: Path, scale: float, month: str) -> int:
    """Write a made-up council's month into the inbox, and return its rows."""
    command = (sys.executable, "-m", "bench.made_up", str(inbox), str(scale), month)
    return int(subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - our own

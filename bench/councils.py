"""A month of many small councils, month after month of one, and what a command costs before it does anything."""

from __future__ import annotations

import csv
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.processes import MEGABYTE, PIPELINES, PROJECT, environment, made_up, plain, run
from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MONTH = Period.parse("2021-02")
REFUSED = 3
HELD_OR_NOT = (0, REFUSED)
COLD = {"kpis --help": ("--help",), "kpis status": ("status",)}


@dataclass(frozen=True)
class Month:
    """From the inbox to what is published, in one process, or a command that does little."""

    what: str
    rows: int
    seconds: float
    cpu_seconds: float
    plain_cpu_seconds: float
    peak_megabytes: float
    data_megabytes: float


def of_councils(number: int, scale: float, memory: str) -> Month:
    """One month of so many councils, each with the records of a made-up one of this size."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        rows = _councils(folder / "inbox", number, scale)
        return _month(f"{number:,} council{'s' * (number > 1)}", folder, MONTH, rows, memory)


def of_months(number: int, scale: float, memory: str) -> Iterator[Month]:
    """So many months of one such council, one after another, each delivered, run and kept."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for month in [MONTH.plus(back - number + 1) for back in range(number)]:
            rows = made_up(folder / "inbox", scale, str(month))
            yield _month(f"month {month}", folder, month, rows, memory)


def cold_starts(memory: str) -> Iterator[Month]:
    """What each command takes where there is next to nothing to do."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / "inbox").mkdir()
        for what, arguments in COLD.items():
            took = run((*PIPELINES, *arguments), environment(folder, folder / "inbox", memory))
            yield Month(what, 0, took.seconds, took.cpu_seconds, 0, took.peak_megabytes, 0)


def _councils(inbox: Path, number: int, scale: float) -> int:
    rows = made_up(inbox, scale, str(MONTH))
    with (PROJECT / "sql" / "reference" / "authority.csv").open(encoding="utf-8", newline="") as lines:
        codes = [row["authority_code"] for row in csv.DictReader(lines) if not row["to_date"]]
    for code in codes[: number - 1]:
        shutil.copytree(inbox / MADE_UP_AUTHORITY, inbox / code)
    return rows * number


def _month(what: str, folder: Path, month: Period, rows: int, memory: str) -> Month:
    surroundings = environment(folder, folder / "inbox", memory)
    shutil.rmtree(folder / "plain", ignore_errors=True)
    yardstick = run(plain(folder / "inbox", folder / "plain"), surroundings)
    took = run((*PIPELINES, "run", str(month)), surroundings, HELD_OR_NOT)
    return Month(
        what=what,
        rows=rows,
        seconds=took.seconds,
        cpu_seconds=took.cpu_seconds,
        plain_cpu_seconds=yardstick.cpu_seconds,
        peak_megabytes=took.peak_megabytes,
        data_megabytes=_size(folder / "data") / MEGABYTE,
    )


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def as_row(month: Month) -> Mapping[str, str]:
    times = month.cpu_seconds / month.plain_cpu_seconds if month.plain_cpu_seconds else None
    return {
        "What": month.what,
        "Rows": f"{month.rows:,}" if month.rows else "",
        "Seconds": f"{month.seconds:.1f}",
        "CPU seconds": f"{month.cpu_seconds:.1f}",
        "Plain's CPU seconds": f"{month.plain_cpu_seconds:.1f}" if times else "",
        "Times plain": f"{times:.1f}" if times else "",
        "Peak MB": f"{month.peak_megabytes:,.0f}",
        "Data MB": f"{month.data_megabytes:,.1f}" if month.data_megabytes else "",
    }

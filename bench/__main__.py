"""Measure every stage beside plain DuckDB, and tell: ``python -m bench --help``.

Every figure is the median of several runs, each stage in a process of its own. Times compare within a run of the bench,
on one machine; the ratio to plain DuckDB is what can be compared with another. Nothing is asserted of either.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECT = Path(__file__).resolve().parent.parent
MEGABYTE = 1_000_000
# Of the peak, Linux tells kilobytes, macOS bytes.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024

# Each stage, and the part of it that plain DuckDB could not leave out either.
YARDSTICKS = {
    "landing": "plain_parquet",
    "staging": "plain_parquet",
    "build": "plain_kpis",
    "publish": "plain_kpis",
}
OF_THE_SAMPLE = ("landing", "plain_parquet", "staging", "plain_kpis", "build", "publish")
OF_THE_VISITS = ("landing", "plain_parquet", "staging")

console = Console()


@dataclass(frozen=True)
class Run:
    """One stage, run once: the seconds it worked, the peak of its whole process, the rows it read."""

    seconds: float
    peak_megabytes: float
    rows: int | None


@dataclass(frozen=True)
class Measured:
    """The medians of a stage's runs; ``times_plain`` is None for what is itself plain DuckDB, or has no such part."""

    data: str
    stage: str
    runs: int
    seconds: float
    fastest: float
    slowest: float
    times_plain: float | None
    rows_per_second: float | None
    peak_megabytes: float


def main(
    scale: Annotated[float, typer.Option(help="Of the made-up council: 1 is 162 social workers.", min=0.01)] = 1.0,
    visits: Annotated[int, typer.Option(help="Rows of the large table.", min=1, max=10_000_000)] = 1_000_000,
    runs: Annotated[int, typer.Option(help="Of each stage; the median is told.", min=1)] = 3,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here too.")] = None,
) -> None:
    """Measure landing, staging, build and publish beside plain DuckDB, and staging on one large table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        sample, large = Path(folder) / "sample", Path(folder) / "large"
        with console.status("Writing the made-up council and the large table"):
            run_stage("write_sample", sample, scale)
            run_stage("write_visits", large, visits)
        measured = [
            *_measure("sample", sample, OF_THE_SAMPLE, runs),
            *_measure(f"{visits:,} visits", large, OF_THE_VISITS, runs),
            *_measure("import", Path(folder) / "import", ("great_expectations",), runs),
        ]
    console.print(_table(measured, f"Scale {scale:g}, {visits:,} visits, {runs} runs on {os.cpu_count()} cores"))
    if json_file is not None:
        figures = [asdict(each) for each in measured]
        told = {"scale": scale, "visits": visits, "machine": _machine(), "measured": figures}
        json_file.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def run_stage(stage: str, folder: Path, size: float = 0) -> Run:
    """Run a stage in a fresh process; raises CalledProcessError where it fails."""
    command = [sys.executable, "-m", "bench.stages", stage, str(folder), str(size)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        output = process.stdout.read() if process.stdout else ""
        # Not RUSAGE_CHILDREN: that is the highest peak of all processes so far.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    told = json.loads(output)
    return Run(told["seconds"], usage.ru_maxrss * PEAK_UNIT / MEGABYTE, told["rows"])


def _measure(data: str, folder: Path, stages: Sequence[str], runs: int) -> Iterator[Measured]:
    """Every run begins with nothing but the inbox; the stages take turns, so that a busy moment hits all of them."""
    taken: dict[str, list[Run]] = {stage: [] for stage in stages}
    for number in range(1, runs + 1):
        for made in ("data", "plain"):
            shutil.rmtree(folder / made, ignore_errors=True)
        for stage in stages:
            with console.status(f"{data}: {stage}, run {number} of {runs}"):
                taken[stage].append(run_stage(stage, folder))
    shutil.rmtree(folder, ignore_errors=True)
    for stage in stages:
        yield _summed_up(data, stage, taken[stage], taken.get(YARDSTICKS.get(stage, ""), []))


def _summed_up(data: str, stage: str, runs: Sequence[Run], plain: Sequence[Run]) -> Measured:
    seconds = statistics.median(run.seconds for run in runs)
    rows = runs[0].rows
    return Measured(
        data=data,
        stage=stage,
        runs=len(runs),
        seconds=seconds,
        fastest=min(run.seconds for run in runs),
        slowest=max(run.seconds for run in runs),
        times_plain=seconds / statistics.median(run.seconds for run in plain) if plain else None,
        rows_per_second=None if rows is None else rows / seconds,
        peak_megabytes=statistics.median(run.peak_megabytes for run in runs),
    )


def _table(measured: Sequence[Measured], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("Data")
    table.add_column("Stage")
    for heading in ("Seconds", "Range", "Times plain", "Rows a second", "Peak MB"):
        table.add_column(heading, justify="right")
    for each in measured:
        table.add_row(
            each.data,
            each.stage,
            f"{each.seconds:.2f}",
            f"{each.fastest:.2f} to {each.slowest:.2f}",
            "" if each.times_plain is None else f"{each.times_plain:.1f}",
            "" if each.rows_per_second is None else f"{each.rows_per_second:,.0f}",
            f"{each.peak_megabytes:,.0f}",
        )
    return table


def _machine() -> dict[str, str | int | None]:
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "great_expectations": version("great-expectations"),
    }


if __name__ == "__main__":
    typer.run(main)

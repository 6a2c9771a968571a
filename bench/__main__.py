"""Measure every stage's command beside plain DuckDB, and print the results: ``python -m bench --help``.

And staging of two returns that are larger than any council's, beside what does nothing but read their files.

Each is a process of its own, timed from its start to its end, imports included. Times compare within a run of the
bench, on one machine; the ratio to plain DuckDB is what can be compared with another. Nothing is asserted of either.
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
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench import census, councils, looked_after
from bench.processes import MEGABYTE, PIPELINES, PROJECT, BenchRun, environment, made_up, plain, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MONTH = "2021-02"
STAGES = {
    "land": (*PIPELINES, "land"),
    "stage without checks": (sys.executable, "-m", "bench.unchecked"),
    "stage": (*PIPELINES, "stage"),
    "build": (*PIPELINES, "build", MONTH),
    "publish": (*PIPELINES, "publish", MONTH),
}

REVIEWS, CENSUS = "903, its lists", "census, XML"
LARGE = {
    REVIEWS: ("E06000015/ssda903/2024-03", 1_000_000),
    CENSUS: ("E06000015/cin_census/2024-03", 200_000),
}
"""A delivery, and how many reviews or children it has."""

console = Console()


@dataclass(frozen=True)
class Measured:
    """The medians of a stage's runs, and of plain DuckDB's."""

    scale: float
    rows: int
    stage: str
    seconds: float
    fastest: float
    slowest: float
    peak_megabytes: float
    plain_seconds: float
    plain_peak_megabytes: float

    @property
    def times_plain(self) -> float:
        return self.seconds / self.plain_seconds


@dataclass(frozen=True)
class Load:
    """The medians of what was run on a large return."""

    what: str
    rows: int
    megabytes: float
    stage: str
    seconds: float
    cpu_seconds: float
    peak_megabytes: float

    @property
    def megabytes_per_cpu_second(self) -> float:
        return self.megabytes / self.cpu_seconds


def main(
    scales: Annotated[
        list[float] | None,
        typer.Argument(
            help="Sizes of the made-up council: 1 is a council's month, 280,000 rows; all of 1 10 100 if none."
        ),
    ] = None,
    runs: Annotated[int, typer.Option(help="Of each command; the median is reported.", min=1)] = 3,
    memory: Annotated[str, typer.Option(help="DUCKDB_MEMORY_LIMIT of the commands.")] = "800MB",
    inboxes: Annotated[
        Path | None, typer.Option(help="Keep the made-up councils here, and take those that are there already.")
    ] = None,
    large: Annotated[
        float, typer.Option(help="Size of the large returns: 1 is a million reviews and 200,000 children; 0 is none.")
    ] = 1,
    of_councils: Annotated[
        list[int] | None,
        typer.Option("--councils", help="How many of the smallest council deliver a month; 1 and 10 if not given."),
    ] = None,
    of_months: Annotated[int, typer.Option("--months", help="Of one such council, one after another; 0 is none.")] = 12,
    smallest: Annotated[
        float, typer.Option(help="Size of the council of those; 0.05 has some 300 children.", min=0.001)
    ] = 0.05,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here too.")] = None,
) -> None:
    """Time land, stage, build and publish through the command line, beside plain DuckDB on the same CSVs.

    Then stage a 903 return of a million reviews and a census of 200,000 children, and run whole months of the smallest
    council, of several at once and one after another. A nation is --councils=153.

    Size 100 is 2.3 GB of CSV: it takes half an hour or so, 8 GB of disk in the temporary folder, and 6 GB of memory
    to make it up.
    """
    asked: dict[str, Any] = {}
    measured = [each for scale in scales or (1, 10, 100) for each in _measure(scale, runs, memory, inboxes, asked)]
    console.print(_table(measured, f"{runs} runs on {os.cpu_count()} cores, DUCKDB_MEMORY_LIMIT={memory}"))
    console.print(_queries_table(asked))
    loads = [each for what in LARGE if large for each in _measure_large(what, large, runs, memory)]
    if loads:
        console.print(_loads_table(loads))
    months = [
        *councils.cold_starts(memory),
        *(councils.of_councils(number, smallest, memory) for number in of_councils or (1, 10)),
        *councils.of_months(of_months, smallest, memory),
    ]
    console.print(_months_table([councils.as_row(each) for each in months]))
    if json_file is not None:
        report = {
            "runs": runs,
            "memory": memory,
            "machine": _machine(),
            "measured": [asdict(each) for each in measured],
        }
        report["queries"] = asked
        report["months"] = [asdict(each) for each in months]
        report["large"] = [asdict(each) for each in loads]
        json_file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def _measure(scale: float, runs: int, memory: str, inboxes: Path | None, asked: dict[str, Any]) -> Iterator[Measured]:
    """Every run begins with nothing but the inbox; plain DuckDB comes first in each, the files then being in memory."""
    taken: dict[str, list[BenchRun]] = {stage: [] for stage in ("plain", *STAGES)}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        inbox = (inboxes or folder) / f"inbox-{scale:g}"
        with console.status(f"Size {scale:g}: writing the made-up council"):
            rows = _made_up(inbox, scale)
        for number in range(1, runs + 1):
            for stage, run in _run_all(folder, inbox, memory, f"Size {scale:g}, run {number} of {runs}"):
                taken[stage].append(run)
        asked[f"{scale:g}"] = _asked(folder / "data")
    plain = taken.pop("plain")
    for stage, each in taken.items():
        yield _summed_up(scale, rows, stage, each, plain)


def _measure_large(what: str, size: float, runs: int, memory: str) -> Iterator[Load]:
    delivery, number = LARGE[what]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        sent = folder / "inbox" / delivery
        sent.mkdir(parents=True)
        with console.status(f"{what}: writing it"):
            write = census.write if what == CENSUS else looked_after.write
            write(sent, round(number * size))
        (sent / "_READY").touch()
        megabytes = sum(file.stat().st_size for file in sent.iterdir()) / MEGABYTE
        taken: dict[str, list[BenchRun]] = {}
        for time_of, stage, command in _commands_on(what, folder, sent, runs):
            with console.status(f"{what}, run {time_of} of {runs}: {stage}"):
                taken.setdefault(stage, []).append(run(command, environment(folder, folder / "inbox", memory)))
        (manifest,) = (folder / "data" / "staging").rglob("manifest.json")
        rows = json.loads(manifest.read_text(encoding="utf-8"))["rows_read"]
    for stage, each in taken.items():
        yield Load(
            what=what,
            rows=rows,
            megabytes=megabytes,
            stage=stage,
            seconds=statistics.median(run.seconds for run in each),
            cpu_seconds=statistics.median(run.cpu_seconds for run in each),
            peak_megabytes=statistics.median(run.peak_megabytes for run in each),
        )


def _commands_on(what: str, folder: Path, sent: Path, runs: int) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """What is run on a large return, again and again: each staging begins with nothing staged."""
    copy = folder / "plain"
    for number in range(1, runs + 1):
        for made in (folder / "data", copy):
            shutil.rmtree(made, ignore_errors=True)
        if what == CENSUS:
            file = str(sent / census.FILE)
            yield number, "lxml alone", (sys.executable, str(PROJECT / "bench" / "bare_xml.py"), file)
            yield number, "read", (sys.executable, "-m", "bench.xml_alone", file)
        else:
            yield number, "plain DuckDB", plain(sent, copy)
        yield number, "land", STAGES["land"]
        yield number, "stage", STAGES["stage"]


def _asked(data: Path) -> Any:
    command = (sys.executable, "-m", "bench.queries", str(data))
    return json.loads(subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - our own


def _made_up(inbox: Path, scale: float) -> int:
    """The rows of an inbox, which is made up unless it is there: who counts them writes them down last."""
    written = inbox.with_name(f"{inbox.name}.rows")
    if not written.exists():
        written.write_text(str(made_up(inbox, scale, MONTH)), encoding="utf-8")
    return int(written.read_text(encoding="utf-8"))


def _run_all(folder: Path, inbox: Path, memory: str, what: str) -> Iterator[tuple[str, BenchRun]]:
    for made in ("data", "plain"):
        shutil.rmtree(folder / made, ignore_errors=True)
    for stage, command in {"plain": plain(inbox, folder / "plain"), **STAGES}.items():
        with console.status(f"{what}: {stage}"):
            yield stage, run(command, environment(folder, inbox, memory))


def _summed_up(scale: float, rows: int, stage: str, runs: Sequence[BenchRun], plain: Sequence[BenchRun]) -> Measured:
    return Measured(
        scale=scale,
        rows=rows,
        stage=stage,
        seconds=statistics.median(run.seconds for run in runs),
        fastest=min(run.seconds for run in runs),
        slowest=max(run.seconds for run in runs),
        peak_megabytes=statistics.median(run.peak_megabytes for run in runs),
        plain_seconds=statistics.median(run.seconds for run in plain),
        plain_peak_megabytes=statistics.median(run.peak_megabytes for run in plain),
    )


def _table(measured: Sequence[Measured], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("Size", "Rows"):
        table.add_column(heading, justify="right")
    table.add_column("Stage")
    for heading in ("Seconds", "Range", "Plain's seconds", "Times plain", "Peak MB", "Plain's peak MB"):
        table.add_column(heading, justify="right")
    for each in measured:
        table.add_row(
            f"{each.scale:g}",
            f"{each.rows:,}",
            each.stage,
            f"{each.seconds:.1f}",
            f"{each.fastest:.1f} to {each.slowest:.1f}",
            f"{each.plain_seconds:.1f}",
            f"{each.times_plain:.1f}",
            f"{each.peak_megabytes:,.0f}",
            f"{each.plain_peak_megabytes:,.0f}",
        )
    return table


def _loads_table(loads: Sequence[Load]) -> Table:
    table = Table(title="Large returns", title_justify="left")
    table.add_column("Return")
    for heading in ("Rows", "MB"):
        table.add_column(heading, justify="right")
    table.add_column("Stage")
    for heading in ("Seconds", "CPU seconds", "MB per CPU second", "Peak MB"):
        table.add_column(heading, justify="right")
    for each in loads:
        figures = (each.seconds, each.cpu_seconds, each.megabytes_per_cpu_second)
        table.add_row(
            each.what,
            f"{each.rows:,}",
            f"{each.megabytes:,.0f}",
            each.stage,
            *(f"{figure:.1f}" for figure in figures),
            f"{each.peak_megabytes:,.0f}",
        )
    return table


def _months_table(rows: Sequence[Mapping[str, str]]) -> Table:
    table = Table(title="From the inbox to what is published, in one process (of each one run)", title_justify="left")
    for heading in rows[0]:
        table.add_column(heading, justify="left" if heading == "What" else "right")
    for row in rows:
        table.add_row(*row.values())
    return table


def _queries_table(asked: dict[str, Any]) -> Table:
    table = Table(title="Milliseconds to ask (medians)", title_justify="left")
    table.add_column("Size", justify="right")
    table.add_column("Asked")
    for heading in ("Snapshot", "Warehouse"):
        table.add_column(heading, justify="right")
    for scale, questions in asked.items():
        for question, took in questions.items():
            table.add_row(
                scale, question, *(f"{took[f'{where}_milliseconds']:.1f}" for where in ("snapshot", "warehouse"))
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

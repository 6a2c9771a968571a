"""Month after month under the real scheduler, with nobody who does anything: ``python -m tests.service.many_months N``.

Three councils deliver half a year at a time. One council's last delivery of a half year comes late, with the next, and
holds nobody else; and with the next another council corrects the month before it, which is issued again.
After each half year a line of JSON says how long it took and what is held by then: memory and open files of each part
of Airflow, what lies aside, and bytes. In the end every published version is verified.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import Delivery
from pipelines.periods import Period
from pipelines.sample.council import READY
from pipelines.snapshots.verification import verify
from tests.exports import write_ssd
from tests.service.killing import scratch_left
from tests.service.servers import ServedCouncil, serving, wait_for
from tests.service.small_council import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.exports import Rows

FIRST = Period(2020, 7)
LATE, CORRECTED, IN_TIME = "X99000001", "X99000002", "X99000003"
HALF_YEAR = 6
PARTS = ("scheduler", "dag-processor", "api_server", "triggerer")
A_HALF_YEARS_WAIT = 1800.0


def deliver(inbox: Path, authority: str, month: Period, born: str = "02/11/2015") -> None:
    """All that was recorded up to the month: a referral in each, and every third month a plan."""
    folder = inbox / str(Delivery(authority, "ssd", month))
    write_ssd(folder, _recorded_by(month, born))
    (folder / READY).touch()


def _recorded_by(month: Period, born: str) -> Mapping[str, Rows]:
    tables = {name: [*rows] for name, rows in TABLES.items()}
    tables["ssd_person"][1] = {**tables["ssd_person"][1], "pers_dob": born}
    since = FIRST
    while since <= month:
        child, day = f"N{since}", f"12/{since.month:02}/{since.year}"
        tables["ssd_person"].append({"pers_person_id": child, "pers_sex": "M", "pers_dob": "14/03/2016"})
        tables["ssd_cin_episodes"].append(
            {"cine_referral_id": f"R{since}", "cine_person_id": child, "cine_referral_date": day}
        )
        if since.month % 3 == 0:
            plan = {"cppl_cp_plan_id": f"P{since}", "cppl_referral_id": f"R{since}", "cppl_person_id": child}
            tables["ssd_cp_plans"].append({**plan, "cppl_cp_plan_start_date": day})
        since = since.plus(1)
    return tables


def run_half_year(council: ServedCouncil, first: Period) -> None:
    months = [first.plus(number) for number in range(HALF_YEAR)]
    late, corrected = first.plus(-1), first.plus(-2)
    of = {authority: replace(council, authority=authority) for authority in (LATE, CORRECTED, IN_TIME)}
    issued = of[CORRECTED].published(str(corrected)).name if corrected >= FIRST else None
    if issued is not None:
        deliver(council.inbox, LATE, late)
        deliver(council.inbox, CORRECTED, corrected, born="03/11/2015")
    for month in months:
        for authority in (CORRECTED, IN_TIME, *((LATE,) if month != months[-1] else ())):
            deliver(council.inbox, authority, month)
    expected = {CORRECTED: months, IN_TIME: months, LATE: [*([] if issued is None else [late]), *months[:-1]]}

    def is_done() -> bool | None:
        there = all(
            (of[authority].snapshots / str(month) / "latest.json").exists()
            for authority, theirs in expected.items()
            for month in theirs
        )
        is_issued_again = issued is None or of[CORRECTED].published(str(corrected)).name != issued
        return (there and is_issued_again and not under_way(council)) or None

    wait_for(f"the months to {months[-1]}", is_done, A_HALF_YEARS_WAIT)


def under_way(council: ServedCouncil) -> int:
    """Runs that take in and build; one that publishes may wait for an answer."""
    states = "state=running&state=queued&limit=1"
    dags = ("ingest_exports", "build_warehouse")
    asked = (council.ask(f"/api/v2/dags/{dag}/dagRuns?{states}", token=council.token) for dag in dags)
    return sum(int(answer["total_entries"]) for answer in asked)


def held(council: ServedCouncil) -> dict[str, Any]:
    """What Airflow and the data hold; memory is what each process has to itself and its share of the rest."""
    memory: dict[str, float] = defaultdict(float)
    files: dict[str, int] = defaultdict(int)
    for process in _processes(council):
        with suppress(OSError, StopIteration):
            words = (process / "cmdline").read_bytes().decode()
            part = next(part for part in PARTS if part in words or (part == "scheduler" and "LocalExecutor" in words))
            share = (process / "smaps_rollup").read_text("utf-8").split("Pss:")[1].split()[0]
            memory[part] += int(share) / 1024
            files[part] += len([*(process / "fd").iterdir()])
    return {
        "memory_mb": {part: round(size) for part, size in sorted(memory.items())},
        "open_files": dict(sorted(files.items())),
        "aside": len(scratch_left(council.folder / "data")),
        "data_mb": _megabytes(council.folder / "data"),
        "airflow_mb": _megabytes(council.home),
    }


def _processes(council: ServedCouncil) -> list[Path]:
    """By their session: those that give themselves a title write it over their environment."""
    sessions = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            sessions[process] = os.getsid(int(process.name))
    own = set()
    for process, session in sessions.items():
        with suppress(OSError):
            if f"AIRFLOW_HOME={council.home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                own.add(session)
    return [process for process, session in sessions.items() if session in own]


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) >> 20


def main(half_years: int) -> int:
    with TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as name:
        council = replace(ServedCouncil.at(Path(name)), added={"WATCH_MINUTES": "1"})
        council.inbox.mkdir()
        with serving(council):
            for number in range(half_years):
                began, first = time.monotonic(), FIRST.plus(HALF_YEAR * number)
                run_half_year(council, first)
                minutes = round((time.monotonic() - began) / 60, 1)
                print(json.dumps({"from": str(first), "minutes": minutes, **held(council)}), flush=True)
        snapshots = council.folder / "data" / "snapshots"
        versions = sorted(snapshots.glob("*/*/v*"))
        wrong = {str(version.relative_to(snapshots)): verify(version) for version in versions}
        wrong = {version: problems for version, problems in wrong.items() if problems}
        print(json.dumps({"versions": len(versions), "not as published": wrong}))
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main(-(-int(sys.argv[1]) // HALF_YEAR)))

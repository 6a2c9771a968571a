"""Run a month again and again, killed outright at another moment each time, and say how it stands afterwards.

Started as a process of its own: ``python -m tests.service.killing INBOX HOME``. It loads everything once and forks
for every run, so that a run costs no imports. An audit hook kills the child (SIGKILL, nothing is cleaned up) when it is
about to do what a moment describes.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pipelines.validation  # noqa: F401 - slow to load, and every fork needs it
from pipelines import landing, month_pages, snapshots, staging, warehouse
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.verification import verify
from tests.exports import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

MONTH = Period.parse("2021-02")
POINTERS = {"current.json", "newest.json", "latest.json"}

Event = tuple[str, str]


def _opens(name: str, place: str) -> Callable[[str, str], bool]:
    """The moment a file of that name, below that folder, is about to be written."""
    return lambda event, path: event == "open" and Path(path).name == name and f"/{place}/" in path


def _renames(place: str, end: str) -> Callable[[str, str], bool]:
    """The moment something below that folder is about to be given a name that ends so."""
    return lambda event, path: event == "os.rename" and f"/{place}/" in path and path.endswith(end)


# What is about to happen, and the how-manieth time.
MOMENTS: dict[str, tuple[Callable[[str, str], bool], int]] = {
    "while a file is copied into landing": (_opens("ssd_person.csv", "landing"), 2),
    "between copy and manifest of landing": (_opens("manifest.json", "landing"), 1),
    "before landing's rename": (_renames("landing", "/v0001"), 1),
    "in the middle of staging": (
        lambda event, path: event == "open" and path.endswith("great_expectations/index.html"),
        1,
    ),
    "before the staged tables' manifest": (_renames("staging", "/manifest.json"), 1),
    "before staging's rename": (
        lambda event, path: event == "os.rename" and "/staging/" in path and "/v0001-" in path,
        1,
    ),
    "after staging's rename": (_renames("staging", "/newest.json"), 1),
    "between staging's two pointers": (_renames("staging", "/current.json"), 1),
    "in the middle of the build": (
        lambda event, path: event == "open" and path.endswith("/sql/warehouse/fct_kpi_month.sql"),
        1,
    ),
    "before the warehouse's rename": (lambda event, path: event == "os.rename" and path.endswith(".duckdb"), 1),
    "after the warehouse's rename": (_renames("warehouse", "/current.json"), 1),
    "while a work list is written": (_opens("unallocated.csv", "validation"), 1),
    "before the month's pages are put in place": (_renames("validation", "/2021-02"), 1),
    "while the snapshot is written": (_opens("data_dictionary.csv", "snapshots"), 1),
    "while the public edition is written": (_opens("data_dictionary.csv", "public"), 1),
    "while the public workbook is written": (lambda event, path: event == "open" and path.endswith(".xlsx"), 1),
    "before the public manifest": (_opens("manifest.json", "public"), 1),
    "before the snapshot's manifest": (_opens("manifest.json", "snapshots"), 2),
    "before the snapshot's rename": (_renames("snapshots", "/v0001"), 1),
    "before the records of its figures are kept": (
        lambda event, path: event == "os.rename" and "/warehouse/" in path and "/records-" in path,
        1,
    ),
    "before latest.json": (_renames("snapshots", "/latest.json"), 1),
    "between the month's latest.json and the overall one": (_renames("snapshots", "/latest.json"), 2),
    "before the copy of its reports is put in place": (_renames("reports/snapshots", "/v0001"), 1),
    "before the front page": (_renames("reports", "/reports/index.html"), 1),
}


def run(settings: Settings) -> None:
    """The main job, as the command line does it."""
    for delivery in landing.find_deliveries(settings, upto=MONTH).deliveries:
        landing.land(settings, delivery)
        staging.stage(settings, delivery)
    warehouse.build(settings, MONTH)
    month_pages.write(settings, MONTH)
    snapshots.publish(settings, MONTH)


def in_a_fork(settings: Settings, moment: str | None) -> int:
    """The signal that ended the run, or 0 where it came to its end; raises where it failed."""
    child = os.fork()
    if child == 0:
        _be_killed_at(moment)
        try:
            run(settings)
        except BaseException:  # a fork must never go on as its parent
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    if os.WEXITSTATUS(status) != 0:
        raise RuntimeError(f"the run failed: {moment}")
    return 0


def _be_killed_at(moment: str | None) -> None:
    if moment is None:
        return
    happens, time = MOMENTS[moment]
    left = time

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        path = str(arguments[1] if event == "os.rename" else arguments[0]) if event in {"open", "os.rename"} else ""
        if path and happens(event, path):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def parts_seen(data: Path) -> list[str]:
    """What a reader could meet that is not whole: a version without its manifest, a pointer to nothing."""
    wrong = [str(path) for path in data.glob("**/v[0-9]*") if path.is_dir() and "/reports/" not in str(path)]
    wrong = [path for path in wrong if not (Path(path) / "manifest.json").exists() and "/.aside-" not in path]
    for pointer in (path for path in data.rglob("*.json") if path.name in POINTERS):
        told = json.loads(pointer.read_text(encoding="utf-8"))
        named = told.get("folder") or told.get("file") or told.get("version")
        if not list(pointer.parent.glob(f"**/{named}")):
            wrong.append(str(pointer))
    for version in (data / "snapshots").glob("*/v*/manifest.json"):
        wrong += [f"{version.parent}: {problem}" for problem in verify(version.parent)]
    return wrong


def digests(data: Path) -> dict[str, str]:
    """Everything that was put down under a name, by its bytes; databases and pages of a run are not comparable so."""
    files = [path for path in data.rglob("*") if path.is_file() and not path.is_symlink()]
    told = {}
    for path in files:
        name = path.relative_to(data).as_posix()
        if any(part.startswith(".") for part in Path(name).parts) or "great_expectations" in name:
            continue
        if path.suffix == ".duckdb":
            told[name] = "there"
        elif name.startswith("landing/") and path.name == "manifest.json":
            told[name] = json.loads(path.read_text(encoding="utf-8"))["content_sha256"]
        else:
            told[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return told


def main() -> None:
    """Print, as JSON, one line a moment: the signal, what a reader could have seen, and what differs in the end."""
    inbox, home = sys.argv[1], Path(sys.argv[2])
    undisturbed = Settings(inbox_url=inbox, data_dir=home / "undisturbed", pseudonym_key=KEY)  # type: ignore[arg-type]
    in_a_fork(undisturbed, None)
    # Opened only now: a fork must not inherit DuckDB's threads.
    expected = digests(undisturbed.data_dir)
    for number, moment in enumerate(MOMENTS):
        settings = undisturbed.model_copy(update={"data_dir": home / f"killed-{number}"})
        ended_by = in_a_fork(settings, moment)
        seen = _in_a_process_of_its_own(settings.data_dir)
        in_a_fork(settings, None)
        found = digests(settings.data_dir)
        differs = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        print(json.dumps({"moment": moment, "ended_by": ended_by, "seen": seen, "differs": differs}), flush=True)


def _in_a_process_of_its_own(data: Path) -> list[str]:
    """What a reader sees, without leaving DuckDB's threads behind in the process that forks."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(parts_seen(data)).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as answer:
        told: list[str] = json.loads(answer.read())
    return told


if __name__ == "__main__":
    main()

"""Run a month again and again, killed outright at another moment each time, and say how it stands afterwards.

Started as a process of its own: ``python -m tests.service.killing INBOX HOME``. It loads and plans everything once and
forks for every run, so that a run costs no imports. An audit hook kills the child (SIGKILL, nothing is cleaned up) when
it is about to do what a moment describes.

A run starts on a copy of what an undisturbed one left before the part in which it will be killed, and what is run again
ends with that part: what is there then must equal what the undisturbed run left after it, of which all else is made.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.runs.steps import build, publish, stage
from pipelines.settings import Settings
from pipelines.snapshots.verification import verify
from pipelines.storage import SCRATCH, remove_all_left
from tests.exports import KEY
from tests.service.small_council import COUNCIL

MONTH = Period.parse("2021-02")
POINTERS = {"current.json", "newest.json", "latest.json"}

Happens: TypeAlias = Callable[[str, str], bool]


def _take_in(settings: Settings, source: str) -> None:
    for delivery in find_deliveries(settings, upto=MONTH).deliveries:
        if delivery.source == source:
            land(settings, delivery)
            stage(settings, delivery)


# The main job in its order, as the command line does it.
PARTS: dict[str, Callable[[Settings], object]] = {
    "dataset": lambda settings: _take_in(settings, "ssd"),
    "survey": lambda settings: _take_in(settings, "survey"),
    "build": lambda settings: build(settings, MONTH),
    "publish": lambda settings: publish(settings, MONTH),
}


class Moment(NamedTuple):
    """What is about to happen, how often it has to before the run is killed, and in which part."""

    part: str
    happens: Happens
    time: int = 1


def _opens(name: str, place: str) -> Happens:
    """A file of that name, below that folder, is about to be opened."""
    return lambda event, path: event == "open" and Path(path).name == name and f"/{place}/" in path


def _renames(place: str, end: str) -> Happens:
    """Something below that folder is about to be given a name that ends so."""
    return lambda event, path: event == "os.rename" and f"/{place}/" in path and path.endswith(end)


def _renames_to(place: str, inside: str) -> Happens:
    """Something below that folder is about to be given a name that holds this."""
    return lambda event, path: event == "os.rename" and f"/{place}/" in path and inside in path


MOMENTS = {
    "while a file is copied into landing": Moment("survey", _opens("summary.csv", "landing")),
    "between copy and manifest of landing": Moment("survey", _renames("landing", "/manifest.json")),
    "before landing's rename": Moment("survey", _renames("landing", "/v0001")),
    "in the middle of staging": Moment(
        "survey", lambda event, path: event == "open" and path.endswith("/sql/staging/outcome.sql")
    ),
    "before the staged tables' manifest": Moment("survey", _renames("staging", "/manifest.json")),
    "before staging's rename": Moment("survey", _renames_to("staging", "/v0001-")),
    "after staging's rename": Moment("survey", _renames("staging", "/newest.json")),
    "between staging's two pointers": Moment("survey", _renames("staging", "/current.json")),
    "in the middle of the build": Moment(
        "build", lambda event, path: event == "open" and path.endswith("/sql/warehouse/kpis/fct_kpi_month.sql")
    ),
    "before the warehouse's rename": Moment("build", _renames("warehouse", ".duckdb")),
    "after the warehouse's rename": Moment("build", _renames("warehouse", "/current.json")),
    "while a work list is written": Moment("build", _opens("unallocated.csv", "validation")),
    "before the month's pages are put in place": Moment("build", _renames("validation", "/2021-02")),
    "while the snapshot is written": Moment("publish", _opens("data_dictionary.csv", "snapshots")),
    "while the public edition is written": Moment("publish", _opens("data_dictionary.csv", "public")),
    "while the public workbook is written": Moment(
        "publish", lambda event, path: event == "open" and path.endswith(".xlsx")
    ),
    "before the public manifest": Moment("publish", _opens("manifest.json", "public")),
    "before the snapshot's manifest": Moment("publish", _opens("manifest.json", "snapshots"), 2),
    "before the snapshot's rename": Moment("publish", _renames("snapshots", "/v0001")),
    "before the records of its figures are kept": Moment("publish", _renames_to("warehouse", "/records-")),
    "before latest.json": Moment("publish", _renames("snapshots", "/latest.json")),
    "between the month's latest.json and the overall one": Moment("publish", _renames("snapshots", "/latest.json"), 2),
    "before the copy of its reports is put in place": Moment(
        "publish", _renames(f"reports/{COUNCIL}/snapshots", "/v0001")
    ),
    "before the front page": Moment("publish", _renames("reports", f"/reports/{COUNCIL}/index.html")),
    "before the page above it": Moment("publish", _renames("reports", "/reports/index.html")),
}


def run(settings: Settings, killed_at: Moment | None = None, last: str = "publish") -> None:
    """The main job to its last part, after what every command begins with."""
    remove_all_left(settings.data_dir)
    for name, part in PARTS.items():
        if killed_at is not None and killed_at.part == name:
            _be_killed_at(killed_at)
        part(settings)
        if name == last:
            return


def in_a_fork(job: Callable[[], object]) -> int:
    """The signal that ended the job, or 0 where it came to its end; raises where it failed."""
    child = os.fork()
    if child == 0:
        try:
            job()
        except BaseException:  # a fork must never go on as its parent
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status)
    if os.WEXITSTATUS(status) != 0:
        raise RuntimeError("the run failed")
    return 0


def _be_killed_at(moment: Moment) -> None:
    left = moment.time

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        path = str(arguments[1] if event == "os.rename" else arguments[0]) if event in {"open", "os.rename"} else ""
        if path and moment.happens(event, path):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def parts_seen(data: Path) -> list[str]:
    """What a reader could meet that is not whole: a version without its manifest, a pointer to nothing."""
    wrong = [str(path) for path in data.glob("**/v[0-9]*") if path.is_dir() and "/reports/" not in str(path)]
    wrong = [path for path in wrong if not (Path(path) / "manifest.json").exists() and "/.aside-" not in path]
    for pointer in (path for path in data.rglob("*.json") if path.name in POINTERS):
        target = json.loads(pointer.read_text(encoding="utf-8"))
        named = target.get("folder") or target.get("file") or target.get("version")
        if not list(pointer.parent.glob(f"**/{named}")):
            wrong.append(str(pointer))
    for version in (data / "snapshots").glob("*/*/v*/manifest.json"):
        wrong += [f"{version.parent}: {problem}" for problem in verify(version.parent)]
    return wrong


def digests(data: Path) -> dict[str, str]:
    """Everything that was put down under a name, by its bytes; databases and pages of a run are not comparable so."""
    files = [path for path in data.rglob("*") if path.is_file() and not path.is_symlink()]
    content = {}
    for path in files:
        name = path.relative_to(data).as_posix()
        if any(part.startswith(".") for part in Path(name).parts):
            continue
        if path.suffix == ".duckdb":
            content[name] = "there"
        elif name.startswith("landing/") and path.name == "manifest.json":
            content[name] = json.loads(path.read_text(encoding="utf-8"))["content_sha256"]
        elif name.startswith("warehouse/") and path.name == "current.json":
            content[name] = json.loads(path.read_text(encoding="utf-8"))["fingerprint"]
        else:
            content[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return content


def scratch_left(data: Path) -> list[str]:
    """What was filled aside and is still there."""
    return [str(path.relative_to(data)) for path in data.rglob(".*") if path.name.startswith((*SCRATCH, ".latest-"))]


def main() -> None:
    """Print, as JSON, one line a moment: the signal, what a reader could have seen, and what differs in the end."""
    # Every fork needs what this loads and plans; only here, since tests import this module for its moments.
    import tests.planned  # noqa: F401

    inbox, home = sys.argv[1], Path(sys.argv[2])
    undisturbed = undisturbed_run(inbox, home)
    left = {part: home / f"before-{following}" for part, following in pairwise(PARTS)}
    left["publish"] = undisturbed.data_dir
    expected = {part: digests(folder) for part, folder in left.items()}
    for number, (name, moment) in enumerate(MOMENTS.items()):
        settings = undisturbed.model_copy(update={"data_dir": home / f"killed-{number}"})
        shutil.copytree(home / f"before-{moment.part}", settings.data_dir, symlinks=True)
        ended_by = in_a_fork(partial(run, settings, moment))
        seen = in_a_process_of_its_own(partial(parts_seen, settings.data_dir))
        in_a_fork(partial(run, settings, last=moment.part))
        whole, found = expected[moment.part], digests(settings.data_dir)
        differs = sorted(name for name in whole.keys() | found.keys() if whole.get(name) != found.get(name))
        differs += scratch_left(settings.data_dir)
        print(json.dumps({"moment": name, "ended_by": ended_by, "seen": seen, "differs": differs}), flush=True)
        shutil.rmtree(settings.data_dir)


def undisturbed_run(inbox: str, home: Path) -> Settings:
    """Run all parts, and keep a copy of what was there before each."""
    settings = Settings(inbox_url=inbox, data_dir=home / "undisturbed", pseudonym_key=KEY)  # type: ignore[arg-type]
    undisturbed = settings.of(COUNCIL)
    undisturbed.data_dir.mkdir()
    for name, part in PARTS.items():
        shutil.copytree(undisturbed.data_dir, home / f"before-{name}", symlinks=True)
        in_a_fork(partial(part, undisturbed))
    return undisturbed


def in_a_process_of_its_own(look: Callable[[], list[str]]) -> list[str]:
    """What a reader sees, without leaving DuckDB's threads behind in the process that forks."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, json.dumps(look()).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as answer:
        names: list[str] = json.loads(answer.read())
    return names


if __name__ == "__main__":
    main()

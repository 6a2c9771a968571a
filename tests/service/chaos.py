"""Disturb a run in every way that is known, as often as asked, and say how it stands after a plain one.

``python -m tests.service.chaos N SEED`` prints a line of JSON for each disturbance, and in the end how many
of each kind there were and how many left anything wrong. Each starts on a copy of what an undisturbed run left before
one of its parts, in a fork, as in ``tests.service.killing``.

After each a plain run comes to its end; then nothing may be aside, every delivered file lies whole in landing, every
pointer leads to something whole, and what is published equals what the undisturbed run published.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pipelines.catalog import current_version, newest_landed_folder
from pipelines.landing.inbox import find_deliveries
from pipelines.snapshots.verification import verify
from pipelines.storage import read_json, sha256_of_file
from tests.service.killing import (
    MONTH,
    PARTS,
    digests,
    in_a_process_of_its_own,
    parts_seen,
    run,
    scratch_left,
    undisturbed_run,
)
from tests.service.small_council import write_small_council

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.settings import Settings

A_YEAR = 366 * 24 * 60 * 60
# Longer than any run: who waits for a stopped one must not wait for ever.
PATIENCE = 12.0
OPENED_BY_READERS = """
import duckdb, sys, time
kept = [duckdb.connect(name, read_only=True) for name in sys.argv[1:]]
cursors = [each.execute("FROM information_schema.tables") for each in kept]
print("holds", flush=True)
time.sleep(600)
"""
# What each kind of state is, below DATA_DIR; the pages are written anew from these.
STATE = {
    "a landed file": "landing/*/*/*/v*/*.csv",
    "landing's manifest": "landing/*/*/*/v*/manifest.json",
    "a staged table": "staging/*/*/*/v*/*.parquet",
    "refused rows": "staging/*/*/*/v*/refused/*.parquet",
    "a staged manifest": "staging/*/*/*/v*/manifest.json",
    "a pointer of staging": "staging/*/*/*/*.json",
    "a warehouse": "warehouse/*/*/*.duckdb",
    "the warehouse's pointer": "warehouse/*/*/current.json",
    "counted records": "warehouse/*/*/records-*/*.parquet",
    "a published file": "snapshots/*/*/v*/*.*",
    "a public file": "snapshots/*/*/v*/public/*.*",
    "a month's pointer": "snapshots/*/*/latest.json",
    "the overall pointer": "snapshots/*/latest.json",
    "the numbers of versions": "published_versions/*.json",
    "the month's verdict": "reports/*/validation/*/verdict.json",
}


def disturbed(kind: str, settings: Settings, rng: random.Random) -> list[str]:
    """Disturb a run on this data; returns what a reader could have seen that is not whole."""
    return DISTURBANCES[kind](settings, rng)


def _killed(settings: Settings, rng: random.Random) -> list[str]:
    child = _started(settings)
    time.sleep(rng.uniform(0.0, PATIENCE / 2))
    _end(child, signal.SIGKILL)
    return in_a_process_of_its_own(partial(parts_seen, settings.data_dir))


def _disk_full(settings: Settings, rng: random.Random) -> list[str]:
    """No file can grow beyond some size: as where there is no room, of whatever writes it."""
    most = int(10 ** rng.uniform(2, 6.5))

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  # what it says of it is not looked at
        run(settings)

    _waited_for(_started_job(limited))
    return in_a_process_of_its_own(partial(parts_seen, settings.data_dir))


def _clock_set_back(settings: Settings, rng: random.Random) -> list[str]:
    """All that is there was written, as it seems, in a time to come."""
    later = time.time() + rng.uniform(1, A_YEAR)
    for path in settings.data_dir.rglob("*"):
        os.utime(path, (later, later), follow_symlinks=False)
    return []


def _two_at_once(settings: Settings, rng: random.Random) -> list[str]:
    first = _started(settings)
    time.sleep(rng.uniform(0, PATIENCE / 4))
    second = _started(settings)
    codes = [_waited_for(each) for each in (first, second)]
    return [f"one of two ended with {code}" for code in codes if code != 0]


def _stopped(settings: Settings, rng: random.Random) -> list[str]:
    """A run stands still until another one came to its end, or waits for it; then it goes on."""
    first = _started(settings)
    time.sleep(rng.uniform(0, PATIENCE / 2))
    _signal(first, signal.SIGSTOP)
    second = _started(settings)
    ended = _ends_within(second, PATIENCE)
    _signal(first, signal.SIGCONT)
    codes = [_waited_for(first), 0 if ended else _waited_for(second)]
    return [f"one of two ended with {code}" for code in codes if code != 0]


def _reader_holds(settings: Settings, rng: random.Random) -> list[str]:
    """Whatever database there is stays open, in another process, while the run goes on and after it."""
    databases = [str(path) for path in settings.data_dir.rglob("*.duckdb")]
    command = [sys.executable, "-c", OPENED_BY_READERS, *rng.sample(databases, len(databases))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None and reader.stdout.readline() == "holds\n"
        code = _waited_for(_started(settings))
        reader.kill()
    return [f"the run ended with {code}"] if code else []


def _damaged(settings: Settings, rng: random.Random, kind: str | None = None) -> list[str]:
    """A file of a kind of state is cut off, emptied, gone, or holds something else."""
    files = sorted(settings.data_dir.glob(STATE[kind or rng.choice(sorted(STATE))]))
    file = rng.choice([path for path in files if path.is_file()])
    match rng.choice(["cut off", "empty", "gone", "another"]):
        case "cut off":
            os.truncate(file, rng.randrange(file.stat().st_size))
        case "empty":
            os.truncate(file, 0)
        case "gone":
            file.unlink()
        case _:
            # As many bytes as would be read for it: what is longer or shorter is the others.
            file.write_bytes(rng.randbytes(rng.randrange(1, 200)))
    return []


def _started(settings: Settings) -> int:
    return _started_job(partial(run, settings))


def _started_job(job: Callable[[], object]) -> int:
    child = os.fork()
    if child == 0:
        code = 0
        try:
            job()
        except BaseException:  # a fork must never go on as its parent
            if sys.stderr.name == "<stderr>":
                sys.excepthook(*sys.exc_info())
            code = 1
        os._exit(code)
    return child


def _signal(child: int, what: signal.Signals) -> None:
    try:
        os.kill(child, what)
    except ProcessLookupError:
        return


def _waited_for(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _ends_within(child: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 0
            return True
        time.sleep(0.05)
    return False


def _end(child: int, how: signal.Signals) -> None:
    _signal(child, how)
    os.waitpid(child, 0)


DISTURBANCES: dict[str, Callable[[Settings, random.Random], list[str]]] = {
    "killed at a random instant": _killed,
    "disk full": _disk_full,
    "clock set back": _clock_set_back,
    "two runs at once": _two_at_once,
    "a stopped run goes on after another": _stopped,
    "a reader never lets go": _reader_holds,
    **{f"{kind} is damaged": partial(_damaged, kind=kind) for kind in STATE},
}
DAMAGES = {f"{kind} is damaged" for kind in STATE}


def wrong_after(settings: Settings, undisturbed: Settings, *, is_damage: bool) -> list[str]:
    """What is not as it should be once a plain run has come to its end."""
    data = settings.data_dir
    wrong = [f"{left} is still aside" for left in scratch_left(data)]
    wrong += _lost(settings)
    if not is_damage:
        expected, found = digests(undisturbed.data_dir), digests(data)
        return wrong + [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)]
    if _figures(settings) != _figures(undisturbed):
        wrong.append("what is published is not the same")
    month = settings.snapshots / str(MONTH)
    wrong += verify(month / str(current_version(month)))
    pointers = sorted(data.rglob("latest.json"))
    return wrong + [f"{path} is broken" for path in pointers if "version" not in read_json(path)]


def _lost(settings: Settings) -> list[str]:
    """Delivered files that do not lie whole in landing."""
    lost = []
    for delivery in find_deliveries(settings).deliveries:
        landed = newest_landed_folder(settings.landing, delivery)
        for file in Path(settings.inbox, str(delivery)).glob("*.csv"):
            if landed is None or sha256_of_file(landed / file.name) != sha256_of_file(file):
                lost.append(f"{delivery}: a file is lost")
    return lost


def _figures(settings: Settings) -> dict[str, Any]:
    """Every public file, and the tables of figures of the restricted edition, by their bytes."""
    month = settings.snapshots / str(MONTH)
    files: dict[str, str] = read_json(month / str(current_version(month)) / "manifest.json")["files"]
    return {name: digest for name, digest in files.items() if name.startswith(("kpi_", "survey_", "public/kpi_"))}


def chaos(inbox: str, home: Path, times: int, seed: int) -> int:
    """Disturb so often; returns how often something was wrong."""
    undisturbed = undisturbed_run(inbox, home)
    kinds = list(DISTURBANCES)
    done: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for number in range(times):
        rng = random.Random(f"{seed} {number}")
        kind = kinds[number % len(kinds)]
        is_damage = kind in DAMAGES
        base = undisturbed.data_dir if is_damage else home / f"before-{rng.choice(list(PARTS))}"
        settings = undisturbed.model_copy(update={"data_dir": home / f"disturbed-{number}"})
        shutil.copytree(base, settings.data_dir, symlinks=True)
        wrong = disturbed(kind, settings, rng)
        code = _waited_for(_started(settings))
        wrong += [f"the plain run ended with {code}"] if code else []
        wrong += in_a_process_of_its_own(partial(wrong_after, settings, undisturbed, is_damage=is_damage))
        done[kind] += 1
        failed[kind] += bool(wrong)
        print(json.dumps({"number": number, "kind": kind, "base": base.name, "wrong": wrong}), flush=True)
        shutil.rmtree(settings.data_dir)
    for kind in kinds:
        print(f"{done[kind]:5} {kind}: {failed[kind] or 'none'} left anything wrong")
    return sum(failed.values())


def main() -> int:
    # Every fork needs what this loads and plans; only here, since tests import this module for its kinds.
    import tests.planned  # noqa: F401 - loads what every fork needs

    times, seed = map(int, sys.argv[1:3])
    print(f"seed {seed}", flush=True)
    with TemporaryDirectory(dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")) as name:
        home = Path(name)
        write_small_council(home / "inbox", [MONTH])
        return min(chaos(str(home / "inbox"), home, times, seed), 1)


if __name__ == "__main__":
    sys.exit(main())

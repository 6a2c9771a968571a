"""Make a published version again, from landing, and compare: the deliveries it names, and none that came later.

It is made in a folder of its own that is removed in the end. Its figures hold no pseudonym and depend on none, so any
key will do; only code, contracts, SQL and reference lists that have changed since may make it another.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import gate, provenance, snapshots, staging, warehouse
from pipelines.deliveries import Delivery
from pipelines.earlier import LATEST, records_folder
from pipelines.edition import DATABASE
from pipelines.periods import Period
from pipelines.published import PUBLIC, RESTRICTED
from pipelines.storage import MANIFEST, read_json, remove_abandoned, write_json
from pipelines.verification import tables_that_differ

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.settings import Settings

ASIDE = ".rebuilding-"
# What a manifest says of the version itself, of its making, or of each file.
NOT_CONTENT = {"version", "files", "code", "contracts_sha256", "sql_sha256", "reference_sha256", "definitions_sha256"}


class CannotRebuild(LookupError):
    """Something that the version was made from is not there any more; says what."""


@dataclass(frozen=True)
class Rebuilt:
    """What of a version came out otherwise, and what has changed since that may be why; a sentence each."""

    files: int
    differences: tuple[str, ...]
    changed_since: tuple[str, ...]


def rebuild(settings: Settings, version: Path) -> Rebuilt:
    """Make a version again and compare it file by file, its databases table by table.

    ``version`` is the folder of a restricted edition. Raises CannotRebuild, and whatever staging and building raise.
    """
    manifest = read_json(version / MANIFEST)
    if manifest.get("edition") != RESTRICTED:
        raise CannotRebuild(f"{version}: only a version with both its editions can be made again, as a whole.")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    remove_abandoned(settings.data_dir, ASIDE)
    with tempfile.TemporaryDirectory(prefix=ASIDE, dir=settings.data_dir) as aside:
        scratch = settings.model_copy(update={"data_dir": Path(aside)})
        if manifest["earlier"] is not None:
            _put_earlier(settings, scratch, manifest["earlier"])
        for name in manifest["ledger"]:
            _link(scratch.snapshots / name, settings.snapshots / name)
        _build(settings, scratch, manifest)
        _approve(scratch, manifest)
        made = snapshots.publish(scratch, Period.parse(manifest["month"])).folder
        differences = tuple(_differences(version, manifest, made))
    return Rebuilt(len(manifest["files"]), differences, tuple(_changed_since(settings, manifest)))


def _put_earlier(settings: Settings, scratch: Settings, told: Mapping[str, str]) -> None:
    """The version that was current before, and its records: made again, so that their ids are those of today's key."""
    month = Period.parse(told["month"])
    folder = settings.snapshots / told["month"] / told["version"]
    if not (folder / MANIFEST).exists() or read_json(folder / MANIFEST)["content_sha256"] != told["content_sha256"]:
        raise CannotRebuild(f"{told['month']}/{told['version']}, with which it was compared, is not there any more.")
    built = _build(settings, scratch, read_json(folder / MANIFEST))
    snapshots.keep_records(scratch, built, records_folder(scratch, month, told["content_sha256"]))
    _link(scratch.snapshots / told["month"] / told["version"], folder)
    write_json(scratch.snapshots / told["month"] / f"{LATEST}.json", {"version": told["version"]})


def _build(settings: Settings, scratch: Settings, manifest: Mapping[str, Any]) -> Path:
    for told in sorted(manifest["deliveries"], key=lambda each: (each["month"], each["landing_version"])):
        delivery = Delivery.parse(f"{told['authority_code']}/{told['source']}/{told['month']}")
        landed = delivery.landing_folder(settings.landing) / told["landing_version"]
        if not (landed / MANIFEST).exists() or read_json(landed / MANIFEST)["content_sha256"] != told["landing_sha256"]:
            raise CannotRebuild(f"Landing does not hold {delivery}, {told['landing_version']}, as it was any more.")
        _link(delivery.landing_folder(scratch.landing) / told["landing_version"], landed)
        staging.stage(scratch, delivery)
    return warehouse.build(scratch, Period.parse(manifest["month"])).path


def _approve(scratch: Settings, manifest: Mapping[str, Any]) -> None:
    """Whoever let the month through then lets it through again: an approval is bound to one build, hence to its key."""
    month = Period.parse(manifest["month"])
    approval, verdict = manifest["publication"]["approval"], gate.judge(scratch, month)
    if approval is not None and verdict.failing:
        at = dt.datetime.fromisoformat(approval["approved_at"])
        told = {"by": approval["approved_by"], "why": approval["reason"]}
        gate.approve(scratch, month, digest=verdict.digest, at=at, **told)


def _link(link: Path, target: Path) -> None:
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target.resolve())


def _differences(version: Path, manifest: Mapping[str, Any], made: Path) -> Iterator[str]:
    again = read_json(made / MANIFEST)
    for name in sorted(manifest["files"].keys() | again["files"].keys()):
        if name not in again["files"]:
            yield f"{name} was not made."
        elif manifest["files"].get(name) != again["files"][name]:
            yield f"{name} {'holds something else' if name in manifest['files'] else 'was not there'}."
    for place in (".", PUBLIC):
        tables = list(read_json(made / place / MANIFEST)["tables"])
        for name, problem in tables_that_differ(version / place / DATABASE, made / place, tables).items():
            yield f"{(Path(place) / DATABASE).as_posix()}: the table {name} {problem} that was made."
        yield from _said_otherwise(Path(place) / MANIFEST, version, made)


def _said_otherwise(name: Path, version: Path, made: Path) -> Iterator[str]:
    then, now = read_json(version / name), read_json(made / name)
    for key in sorted((then.keys() | now.keys()) - NOT_CONTENT):
        if then.get(key) != now.get(key):
            yield f"{name.as_posix()}: {key} is another."


def _changed_since(settings: Settings, manifest: Mapping[str, Any]) -> Iterator[str]:
    now = {**provenance.definitions(settings), "code": provenance.code()}
    if manifest["code"] != now["code"]:
        then, today = manifest["code"]["version"], provenance.code()["version"]
        yield f"The code is another: version {then} then, {today} now."
    names = {"contracts_sha256": "contracts", "sql_sha256": "SQL", "reference_sha256": "reference lists"}
    for key, name in names.items():
        if manifest[key] != now[key]:
            yield f"The {name} are others." if name != "SQL" else "The SQL is another."

"""Make a published version again, from landing, and compare: the deliveries it names, and none that came later.

It is made in a folder of its own that is removed in the end. The figures of the restricted edition hold no pseudonym
and depend on none, so any PSEUDONYM_KEY will do. Those of the public edition are rounded by the records they count:
with another PSEUDONYM_KEY it is not compared, and with another DISCLOSURE_KEY it comes out otherwise. Code, contracts,
SQL and reference lists that have changed since may make both others.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import provenance
from pipelines.catalog import LATEST, records_folder
from pipelines.contracts.published import PUBLIC, RESTRICTED
from pipelines.deliveries import AUTHORITY_CODE, Delivery
from pipelines.faults import Fault
from pipelines.periods import Period
from pipelines.snapshots import gate
from pipelines.snapshots.edition import DATABASE
from pipelines.snapshots.publish import keep_records, publish
from pipelines.snapshots.verification import tables_that_differ
from pipelines.staging.stage import stage
from pipelines.storage import MANIFEST, read_json, scratch_folder, write_json
from pipelines.warehouse.build import build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.settings import Settings
    from pipelines.warehouse.build import Built

# What a manifest says of the version itself, of its making, or of each file.
NOT_CONTENT = {
    *("version", "files", "code", "contracts_sha256", "sql_sha256", "reference_sha256", "definitions_sha256"),
    *("pseudonym_key", "authority"),
}
ROUNDED_BY_KEY = {"disclosure"}


OTHER_KEY = (
    "PSEUDONYM_KEY is another, by which the public edition's counts round anew: the restricted one alone was compared."
)


class CannotRebuild(Fault, LookupError):
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
    if (authority := _authority_of(version, manifest)) is not None:
        settings = settings.of(authority)
    with scratch_folder(settings.data_dir) as aside:
        scratch = settings.model_copy(update={"data_dir": aside})
        if manifest["earlier"] is not None:
            _put_earlier(settings, scratch, manifest["earlier"])
        _build(settings, scratch, manifest)
        _approve(scratch, manifest)
        made = publish(scratch, Period.parse(manifest["month"])).folder
        again = read_json(made / MANIFEST)
        same_key = manifest.get("pseudonym_key") in {None, again["pseudonym_key"]}
        differences = tuple(_differences(version, made, same_key=same_key))
    changed = [*_changed_since(settings, manifest), *([] if same_key else [OTHER_KEY])]
    files = [name for name in manifest["files"] if same_key or not _is_public(name)]
    return Rebuilt(len(files), differences, tuple(changed))


def _authority_of(version: Path, manifest: Mapping[str, Any]) -> str | None:
    """Of a version from before manifests said so its folder says it; None of a build of several together."""
    folder = version.resolve().parents[1].name
    return manifest.get("authority") or (folder if AUTHORITY_CODE.fullmatch(folder) else None)


def _put_earlier(settings: Settings, scratch: Settings, recorded: Mapping[str, str]) -> None:
    """The version that was current before, and its records: made again, so that their ids are those of today's key."""
    month = Period.parse(recorded["month"])
    folder = settings.snapshots / recorded["month"] / recorded["version"]
    if not (folder / MANIFEST).exists() or read_json(folder / MANIFEST)["content_sha256"] != recorded["content_sha256"]:
        raise CannotRebuild(
            f"{recorded['month']}/{recorded['version']}, with which it was compared, is not there any more."
        )
    built = _build(settings, scratch, read_json(folder / MANIFEST))
    keep_records(scratch, built.path, records_folder(scratch, month, recorded["content_sha256"], built.pseudonym_key))
    _link(scratch.snapshots / recorded["month"] / recorded["version"], folder)
    write_json(scratch.snapshots / recorded["month"] / f"{LATEST}.json", {"version": recorded["version"]})


def _build(settings: Settings, scratch: Settings, manifest: Mapping[str, Any]) -> Built:
    for recorded in sorted(manifest["deliveries"], key=lambda each: (each["month"], each["landing_version"])):
        delivery = Delivery.parse(f"{recorded['authority_code']}/{recorded['source']}/{recorded['month']}")
        landed = delivery.landing_folder(settings.landing) / recorded["landing_version"]
        if (
            not (landed / MANIFEST).exists()
            or read_json(landed / MANIFEST)["content_sha256"] != recorded["landing_sha256"]
        ):
            raise CannotRebuild(f"Landing does not hold {delivery}, {recorded['landing_version']}, as it was any more.")
        _link(delivery.landing_folder(scratch.landing) / recorded["landing_version"], landed)
        stage(scratch, delivery)
    return build(scratch, Period.parse(manifest["month"]))


def _approve(scratch: Settings, manifest: Mapping[str, Any]) -> None:
    """Whoever let the month through then lets it through again: an approval is bound to one build, hence to its key."""
    month = Period.parse(manifest["month"])
    approval, verdict = manifest["publication"]["approval"], gate.judge(scratch, month)
    if approval is not None and verdict.failing:
        at = dt.datetime.fromisoformat(approval["approved_at"])
        answer = {"by": approval["approved_by"], "why": approval["reason"]}
        gate.approve(scratch, month, digest=verdict.digest, at=at, **answer)


def _link(link: Path, target: Path) -> None:
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target.resolve())


def _differences(version: Path, made: Path, *, same_key: bool) -> Iterator[str]:
    then, now = (read_json(folder / MANIFEST)["files"] for folder in (version, made))
    for name in sorted(then.keys() | now.keys()):
        if same_key or not _is_public(name):
            if name not in now:
                yield f"{name} was not made."
            elif then.get(name) != now[name]:
                yield f"{name} {'holds something else' if name in then else 'was not there'}."
    for place in (".", PUBLIC) if same_key else (".",):
        tables = list(read_json(made / place / MANIFEST)["tables"])
        for name, problem in tables_that_differ(version / place / DATABASE, made / place, tables).items():
            yield f"{(Path(place) / DATABASE).as_posix()}: the table {name} {problem} that was made."
        yield from _said_otherwise(Path(place) / MANIFEST, version, made, set() if same_key else ROUNDED_BY_KEY)


def _is_public(name: str) -> bool:
    return name.startswith(f"{PUBLIC}/")


def _said_otherwise(name: Path, version: Path, made: Path, besides: set[str]) -> Iterator[str]:
    then, now = read_json(version / name), read_json(made / name)
    for key in sorted((then.keys() | now.keys()) - NOT_CONTENT - besides):
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

"""What is there to read: staged deliveries, the month's warehouse, and the versions published before it.

Stages meet here, in files. Of an authority's own settings all of it is that authority's. The records that a published
version counts lie privately in ``warehouse/<authority>/<month>/records-<content>-<key>/``, named for its content and
for the key of their pseudonyms.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import AUTHORITY_CODE, NATION, Delivery
from pipelines.faults import Exit, Fault
from pipelines.periods import Period
from pipelines.storage import (
    CURRENT,
    MANIFEST,
    is_whole_parquet,
    read_json,
    sha256_of_file,
    whole_json,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pipelines.contracts.model import Source
    from pipelines.settings import Settings

NEWEST = "newest.json"
LATEST = "latest"
DATA_DOCS = "great_expectations"
FIGURES = "kpi_month.parquet"
RECORDS = "records-"
VERSION = re.compile(r"v\d{4,}")
LANDED_MANIFEST = ("version", "content_sha256", "files", "refusal")
STAGED_MANIFEST = ("landing_version", "status", "refusal", "tables")


@dataclass(frozen=True)
class Staged:
    """One staged version of a delivery: its folder and what its manifest says."""

    delivery: Delivery
    folder: Path
    manifest: Mapping[str, Any]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that were delivered and can be counted from, empty ones included."""
        return tuple(sorted(set(self.manifest["tables"]) - set(self.manifest.get("uncountable_tables", ()))))

    @property
    def pseudonym_key(self) -> str | None:
        """Distinguishes the key it was staged with from others; None where the version is older than this entry."""
        return self.manifest.get("pseudonym_key")

    @property
    def missing_columns(self) -> frozenset[str]:
        """Columns of the contracts that were not delivered, such as ``ssd_cp_visits.cppv_cp_visit_seen_alone``."""
        return frozenset(self.manifest.get("missing_columns", ()))

    @property
    def lacking_columns(self) -> tuple[str, ...]:
        """Columns, as ``ssd_cin_visits.cinv_person_id``, that were not delivered, and without which no table counts."""
        return tuple(self.manifest.get("lacking_columns", ()))

    @property
    def unusable_columns(self) -> Mapping[str, str]:
        """Columns that were delivered, and what they lack without which no figure that asks for them can be given."""
        unusable: Mapping[str, str] = self.manifest.get("unusable_columns", {})
        return unusable


def landed_deliveries(landing: Path) -> list[Delivery]:
    """Every delivery of which a version was landed, whether or not the inbox still has it."""
    folders = {manifest.parent.parent for manifest in landing.glob(f"*/*/*/v*/{MANIFEST}")}
    return sorted(Delivery.parse("/".join(folder.relative_to(landing).parts)) for folder in folders)


def newest_landed_folder(landing: Path, delivery: Delivery) -> Path | None:
    """The newest version of a delivery whose manifest can be read; None where nothing was landed."""
    folders = (path for path in delivery.landing_folder(landing).glob("v*") if VERSION.fullmatch(path.name))
    newest_first = sorted(folders, key=lambda folder: number_of(folder.name), reverse=True)
    whole = (folder for folder in newest_first if whole_json(folder / MANIFEST, *LANDED_MANIFEST) is not None)
    return next(whole, None)


@dataclass(frozen=True)
class DeliverySelection:
    """What a reporting month is built from.

    ``used``: the deliveries whose rows count. ``reported``: the newest version of each delivery up to the month,
    refused or not, whose findings are shown.
    """

    used: tuple[Staged, ...]
    reported: tuple[Staged, ...]


class WhichAuthority(Fault, LookupError):
    """It is not clear whose month is meant; says what to name."""

    exit_code = Exit.USAGE


def authorities(settings: Settings) -> list[str]:
    """Those of which something was staged, built or published, by code; the nation, whose is for all, is none."""
    folders = (path.name for stage in ("warehouse", "snapshots") for path in (settings.data_dir / stage).glob("*"))
    found = {name for name in folders if AUTHORITY_CODE.fullmatch(name)}
    found |= {delivery.authority_code for delivery in staged_deliveries(settings.staging)}
    return sorted(found - {NATION})


def authorities_up_to(settings: Settings, month: Period) -> list[str]:
    """Those of which something was staged for the month or before it."""
    staged = (each for each in staged_deliveries(settings.staging) if each.month <= month and not each.is_national)
    return sorted({each.authority_code for each in staged})


def each_authority(settings: Settings) -> list[Settings]:
    """The settings of each authority that is there, or the one whose they are already."""
    return [settings] if settings.authority else [settings.of(code) for code in authorities(settings)]


def of_named_authority(settings: Settings, named: str | None) -> Settings:
    """The settings of the authority that somebody named, or of the only one there; raises WhichAuthority."""
    found = authorities(settings)
    if named is not None:
        own = settings.of(named)
        if named not in found:
            raise WhichAuthority(f"nothing of {named} is here; of these something is: {', '.join(found) or 'none'}")
        return own
    if not found:
        raise WhichAuthority("nothing of any authority is here yet: deliver something, then python -m pipelines run")
    if len(found) > 1:
        raise WhichAuthority(
            f"{len(found)} authorities are here ({', '.join(found)}): name one, with --authority {found[0]}, "
            f"in Airflow the parameter authority, or {found[0]}/2021-02 where a snapshot is asked for"
        )
    return settings.of(found[0])


def deliveries_for_month(settings: Settings, sources: Mapping[str, Source], month: Period) -> DeliverySelection:
    """What was staged for ``month`` or before it, in the order of its names.

    Of a source that covers its own month alone every delivery counts; of any other, each authority's newest.
    """
    used: list[Staged] = []
    reported: list[Staged] = []
    for name, source in sorted(sources.items()):
        deliveries = [delivery for delivery in known_deliveries(settings, name) if delivery.month <= month]
        reported += _versions(settings.staging, deliveries, NEWEST)
        current = _versions(settings.staging, deliveries, CURRENT)
        used += current if source.history == "own_month" else _newest_of_each_authority(current)
    return DeliverySelection(tuple(used), tuple(reported))


def staged_deliveries(staging: Path, source: str = "*") -> list[Delivery]:
    """Every delivery of which a version was staged, refused or not, of one source or of all."""
    folders = staging.glob(f"{source}/authority=*/month=*")
    return sorted(Delivery.parse(f"{_value(path.parent)}/{path.parent.parent.name}/{_value(path)}") for path in folders)


def known_deliveries(settings: Settings, source: str = "*") -> list[Delivery]:
    """Those of them that an authority's months are made of: its own, and the nation's. All, of settings of nobody's."""
    staged = staged_deliveries(settings.staging, source)
    return [delivery for delivery in staged if is_known(settings, delivery)]


def is_known(settings: Settings, delivery: Delivery) -> bool:
    """Whether an authority's months may be made of a delivery: it is its own or the nation's."""
    return settings.authority in (None, delivery.authority_code) or delivery.is_national


def _value(folder: Path) -> str:
    return folder.name.partition("=")[2]


def _versions(staging: Path, deliveries: Iterable[Delivery], pointer: str) -> Iterator[Staged]:
    for delivery in deliveries:
        version = staged_version(delivery.staging_folder(staging), pointer)
        if version is not None:
            yield Staged(delivery, version, read_json(version / MANIFEST))


def staged_version(folder: Path, pointer: str) -> Path | None:
    """The staged version of a delivery that a pointer names; None where there is none.

    A pointer that is broken or gone is written anew, by the manifests of the versions.
    """
    named = whole_json(folder / pointer, "folder")
    if named is not None and whole_json(folder / named["folder"] / MANIFEST, *STAGED_MANIFEST) is not None:
        return folder / str(named["folder"])
    whole = {path.parent: whole_json(path, *STAGED_MANIFEST) for path in folder.glob(f"v*/{MANIFEST}")}
    of_use = {
        version: (manifest["landing_version"], (version / MANIFEST).stat().st_mtime_ns)
        for version, manifest in whole.items()
        if manifest is not None and (pointer == NEWEST or manifest["refusal"] is None)
    }
    newest = max(of_use, key=lambda version: of_use[version], default=None)
    if newest is not None:
        with suppress(OSError):
            write_json(folder / pointer, {"folder": newest.name})
    return newest


def _newest_of_each_authority(staged: Iterable[Staged]) -> list[Staged]:
    newest = {version.delivery.authority_code: version for version in staged}
    return list(newest.values())


def validation_pages_of(reports: Path, delivery: Delivery) -> Path:
    """Holds the validation pages of each staged version of a delivery."""
    return reports / "validation" / str(delivery)


def validation_pages(reports: Path, delivery: Delivery, staged: Path) -> Path:
    """The folder of the validation pages of a staged version; its ``index.html`` is where to begin."""
    return validation_pages_of(reports, delivery) / staged.name


@dataclass(frozen=True)
class CurrentWarehouse:
    """The newest whole warehouse of a month, and what ``current.json`` says of it."""

    file: Path
    manifest: Mapping[str, Any]


def current_warehouse(settings: Settings, month: Period) -> CurrentWarehouse | None:
    """The month's current warehouse; None where none was built, or what was built was cut off since."""
    pointer = settings.warehouse / str(month) / CURRENT
    manifest = whole_json(pointer, "file", "bytes", "fingerprint")
    if manifest is None:
        return None
    file = pointer.with_name(manifest["file"])
    is_whole = file.exists() and file.stat().st_size == manifest["bytes"]
    return CurrentWarehouse(file, manifest) if is_whole else None


@dataclass(frozen=True)
class Earlier:
    """A version that was current when something was built after it.

    ``records`` is None where they are not there any more: what was restated can be said without them, but not why.
    """

    month: Period
    version: str
    folder: Path
    content_sha256: str
    rules: Mapping[str, str]
    records: Path | None

    @property
    def as_manifest(self) -> dict[str, str]:
        """For manifests: the same with every pseudonym key."""
        return {"month": str(self.month), "version": self.version, "content_sha256": self.content_sha256}

    @property
    def fingerprint(self) -> list[str]:
        kept = [] if self.records is None else sorted(self.records.glob("*.parquet"))
        return [*self.as_manifest.values(), *(sha256_of_file(file) for file in kept)]


def published_before(settings: Settings, month: Period, pseudonym_key: str | None) -> Earlier | None:
    """The current version of the newest month before this one that has a snapshot, with its records of that key."""
    before = [each for each in published_months(settings.snapshots) if each < month]
    version = current_version(settings.snapshots / str(max(before))) if before else None
    if version is None:
        return None
    folder = settings.snapshots / str(max(before)) / version
    manifest = read_json(folder / MANIFEST)
    records = records_folder(settings, max(before), manifest["content_sha256"], pseudonym_key)
    return Earlier(
        month=max(before),
        version=version,
        folder=folder,
        content_sha256=manifest["content_sha256"],
        rules=manifest.get("rules", {}),
        records=records if is_whole_records(records) else None,
    )


def published_months(snapshots: Path) -> list[Period]:
    """The months of which a version is there that is whole."""
    months = {path.parent.name for path in snapshots.glob(f"*/{LATEST}.json")}
    months |= {path.parent.parent.name for path in snapshots.glob(f"*/v*/{MANIFEST}")}
    return sorted(Period.parse(month) for month in months if current_version(snapshots / month) is not None)


def current_version(month_folder: Path) -> str | None:
    """The version that is a month's current one: the pointer's or, where that is broken, the newest that is whole."""
    named = whole_json(month_folder / f"{LATEST}.json", "version")
    if named is not None and _is_whole_version(month_folder / named["version"]):
        return str(named["version"])
    return newest_version(month_folder)


def newest_version(month_folder: Path) -> str | None:
    """The highest version that is whole."""
    return max(whole_versions(month_folder), key=number_of, default=None)


def whole_versions(month_folder: Path) -> list[str]:
    """The versions that have both manifests, and both can be read."""
    names = (path.parent.name for path in month_folder.glob(f"*/{MANIFEST}"))
    return [name for name in names if VERSION.fullmatch(name) and _is_whole_version(month_folder / name)]


def number_of(version: str) -> int:
    """1 of v0001."""
    return int(version[1:])


def _is_whole_version(folder: Path) -> bool:
    return whole_json(folder / MANIFEST, "content_sha256", "files") is not None


def is_whole_records(folder: Path) -> bool:
    """Whether the records that a version counts are there, none of them cut off."""
    files = list(folder.glob("*.parquet"))
    return bool(files) and all(map(is_whole_parquet, files))


def records_folder(settings: Settings, month: Period, content_sha256: str, pseudonym_key: str | None) -> Path:
    """Where the records are that a version's figures count, a file a KPI, by their pseudonyms of one key."""
    return settings.warehouse / str(month) / f"{RECORDS}{content_sha256[:12]}-{(pseudonym_key or 'any')[:8]}"

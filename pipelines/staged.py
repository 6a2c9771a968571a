"""Which staged deliveries a reporting month sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import Delivery
from pipelines.storage import CURRENT, MANIFEST, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pipelines.contracts import Source
    from pipelines.periods import Period

NEWEST = "newest.json"


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
    def missing_columns(self) -> frozenset[str]:
        """Columns of the contracts that were not delivered, such as ``ssd_cp_visits.cppv_cp_visit_seen_alone``."""
        return frozenset(self.manifest.get("missing_columns", ()))


@dataclass(frozen=True)
class Seen:
    """What a reporting month is built from.

    ``used``: the deliveries whose rows count. ``reported``: the newest version of each delivery up to the month,
    refused or not, whose findings are told.
    """

    used: tuple[Staged, ...]
    reported: tuple[Staged, ...]


def seen_at(staging: Path, sources: Mapping[str, Source], month: Period) -> Seen:
    """What was staged for ``month`` or before it, in the order of its names.

    Of a source that tells of its own month alone every delivery counts; of any other, each authority's newest.
    """
    used: list[Staged] = []
    reported: list[Staged] = []
    for name, source in sorted(sources.items()):
        deliveries = [delivery for delivery in _deliveries(staging, name) if delivery.month <= month]
        reported += _versions(staging, deliveries, NEWEST)
        current = _versions(staging, deliveries, CURRENT)
        used += current if source.history == "own_month" else _newest_of_each_authority(current)
    return Seen(tuple(used), tuple(reported))


def _deliveries(staging: Path, source: str) -> list[Delivery]:
    folders = (staging / source).glob("authority=*/month=*")
    return sorted(Delivery.parse(f"{_value(path.parent)}/{source}/{_value(path)}") for path in folders)


def _value(folder: Path) -> str:
    return folder.name.partition("=")[2]


def _versions(staging: Path, deliveries: Iterable[Delivery], pointer: str) -> Iterator[Staged]:
    for delivery in deliveries:
        folder = delivery.staging_folder(staging)
        if (folder / pointer).exists():
            version = folder / read_json(folder / pointer)["folder"]
            yield Staged(delivery, version, read_json(version / MANIFEST))


def _newest_of_each_authority(staged: Iterable[Staged]) -> list[Staged]:
    newest = {version.delivery.authority_code: version for version in staged}
    return list(newest.values())

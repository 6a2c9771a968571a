"""What was published before a month: its figures and, kept privately, the records that they counted.

The records lie in ``warehouse/<month>/records-<content>/``, named for the content of the version that counts them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.periods import Period
from pipelines.storage import MANIFEST, read_json, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.settings import Settings

LATEST = "latest"
FIGURES = "kpi_month.parquet"
RECORDS = "records-"


@dataclass(frozen=True)
class Earlier:
    """A version that was current when something was built after it.

    ``records`` is None where they are not there any more: what was restated can be told without them, but not why.
    """

    month: Period
    version: str
    folder: Path
    content_sha256: str
    rules: Mapping[str, str]
    records: Path | None

    @property
    def told(self) -> dict[str, str]:
        """For manifests: the same with every pseudonym key."""
        return {"month": str(self.month), "version": self.version, "content_sha256": self.content_sha256}

    @property
    def fingerprint(self) -> list[str]:
        kept = [] if self.records is None else sorted(self.records.glob("*.parquet"))
        return [*self.told.values(), *(sha256_of_file(file) for file in kept)]


def published_before(settings: Settings, month: Period) -> Earlier | None:
    """The current version of the newest month before this one that has a snapshot."""
    pointers = {Period.parse(path.parent.name): path for path in settings.snapshots.glob(f"*/{LATEST}.json")}
    before = [each for each in pointers if each < month]
    if not before:
        return None
    pointer = pointers[max(before)]
    folder = pointer.parent / read_json(pointer)["version"]
    manifest = read_json(folder / MANIFEST)
    records = records_folder(settings, max(before), manifest["content_sha256"])
    return Earlier(
        month=max(before),
        version=folder.name,
        folder=folder,
        content_sha256=manifest["content_sha256"],
        rules=manifest.get("rules", {}),
        records=records if records.exists() else None,
    )


def records_folder(settings: Settings, month: Period, content_sha256: str) -> Path:
    """Where the records are that a version's figures count, a file a KPI."""
    return settings.warehouse / str(month) / f"{RECORDS}{content_sha256[:12]}"

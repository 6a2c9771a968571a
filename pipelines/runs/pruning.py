"""What a data directory may lose: nothing that was landed or published, and nothing that is needed to make it again.

Staged versions and warehouses are made again of what was landed, so those that nobody reads any more are kept no longer
than the policy says. Landing, snapshots and the records behind them stay.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.catalog import NEWEST, each_authority, staged_deliveries, staged_version, validation_pages_of
from pipelines.periods import Period
from pipelines.storage import CURRENT, MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.settings import Settings

A_DAY = 24 * 60 * 60
STAGED, PAGES = "superseded staged version", "pages of such a version"
WAREHOUSE, LOGS = "warehouse of a past month", "Airflow's logs of a run"


@dataclass(frozen=True)
class Prunable:
    """A folder or file that nobody reads any more."""

    kind: str
    path: Path
    size_bytes: int


def prunable(settings: Settings) -> list[Prunable]:
    """What the policy lets go, by kind and path. What is younger than a day stays: it may be somebody's work."""
    warehouses = (found for own in each_authority(settings) for found in _warehouses(own))
    found = [*_staged(settings), *warehouses, *_logs(settings.airflow_home, settings.logs_kept_days)]
    return [Prunable(kind, path, _size(path)) for kind, path in found if time.time() - path.lstat().st_mtime > A_DAY]


def prune(settings: Settings) -> list[Prunable]:
    """Remove it, and return what was removed: of a staged version the manifest first, of a warehouse the pointer."""
    found = prunable(settings)
    for each in found:
        first = each.path / MANIFEST if each.path.is_dir() else each.path.with_name(CURRENT)
        first.unlink(missing_ok=True)
        if each.path.is_dir():
            shutil.rmtree(each.path)
        else:
            each.path.unlink()
    return found


def _staged(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Versions that are neither the newest of their delivery nor the one whose rows count, and the pages about them.

    A month's page leads to those that it was made of; what is linked stays.
    """
    months = settings.reports.glob("*/validation/????-??/index.html")
    linked = "".join(page.read_text(encoding="utf-8") for page in sorted(months))
    for delivery in staged_deliveries(settings.staging):
        folder = delivery.staging_folder(settings.staging)
        read = (staged_version(folder, pointer) for pointer in (NEWEST, CURRENT))
        if kept := {version.name for version in read if version is not None}:
            pages = validation_pages_of(settings.of(delivery.authority_code).reports, delivery)
            yield from ((STAGED, version) for version in _folders(folder) if version.name not in kept)
            yield from ((PAGES, page) for page in _folders(pages) if page.name not in kept and page.name not in linked)


def _folders(parent: Path) -> list[Path]:
    """Whole or half removed, but none that is being written."""
    return sorted(path for path in parent.glob("[!.]*") if path.is_dir())


def _warehouses(settings: Settings) -> Iterator[tuple[str, Path]]:
    """An authority's, of months before the newest few: ``kpis build`` makes them again."""
    files = sorted(settings.warehouse.glob("*/warehouse-*.duckdb"))
    months = sorted({Period.parse(file.parent.name) for file in files}, reverse=True)
    past = {str(month) for month in months[settings.warehouse_months_kept :]}
    yield from ((WAREHOUSE, file) for file in files if file.parent.name in past)


def _logs(home: Path, days: int) -> Iterator[tuple[str, Path]]:
    """Airflow's, a folder a run; when a run last wrote is when its folder last changed."""
    for folder in sorted(home.glob("logs/dag_id=*/run_id=*")):
        if time.time() - folder.stat().st_mtime > days * A_DAY:
            yield LOGS, folder


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.lstat().st_size for file in files if file.is_file() and not file.is_symlink())

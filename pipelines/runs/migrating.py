"""Brings a data directory of an earlier release, in which all authorities were one, to today's folders of each.

What was built and published is moved by renaming, and nothing is made anew: the versions stay what they were. Killed in
the middle, it goes on where it is started again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.catalog import LATEST, landed_deliveries
from pipelines.deliveries import NATION
from pipelines.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.settings import Settings

OF_MONTHS = ("warehouse", "approvals", "snapshots")
POINTERS = (f"{LATEST}.json", LATEST)
PAGES = ("validation", "snapshots")


class NotMigrated(Fault, RuntimeError):
    """The data directory is of an earlier release."""


class CannotMigrate(Fault, RuntimeError):
    """It is not clear whose months they are; says what to do."""


def must_be_of_today(settings: Settings) -> None:
    """Raises NotMigrated where months still lie side by side, whosever they are."""
    if next(_older(settings), None) is not None:
        raise NotMigrated(
            f"{settings.data_dir} is of an earlier release, in which all authorities were one: "
            "python -m pipelines migrate gives each its own folders. Nothing was touched."
        )


def migrate(settings: Settings) -> list[Path]:
    """Move the months of the only authority into its folders; returns what was moved. Raises CannotMigrate."""
    # Every command asks whether it must be migrated, and few need what writes pages.
    from pipelines.publications import front_page

    found = list(_older(settings))
    if not found:
        return []
    codes = {delivery.authority_code for delivery in landed_deliveries(settings.landing)} - {NATION}
    if len(codes) != 1:
        folders = ", ".join((*OF_MONTHS, "reports", "published_versions.json"))
        raise CannotMigrate(
            f"{len(codes)} authorities have landed deliveries, and no version can be divided. Move {folders} out of "
            f"{settings.data_dir}, keep the snapshots for who reads them, and publish each month again, the oldest "
            "first: python -m pipelines restage, then python -m pipelines run MONTH"
        )
    own = settings.of(codes.pop())
    for path in found:
        _rename(path, _place_of(settings, own, path))
    front_page.write(own)
    return found


def _older(settings: Settings) -> Iterator[Path]:
    """What of an earlier release lies where folders of authorities are now; what others depend on comes last."""
    yield from settings.reports.glob(f"validation/{NATION}")
    yield from (path for name in PAGES if (path := settings.reports / name).is_dir())
    for stage in OF_MONTHS:
        yield from sorted((settings.data_dir / stage).glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]"))
    yield from (path for name in POINTERS if (path := settings.snapshots / name).is_symlink() or path.exists())
    if settings.published_versions.exists():
        yield settings.published_versions


def _place_of(settings: Settings, own: Settings, path: Path) -> Path:
    if path == settings.published_versions:
        return own.published_versions
    if path.name == NATION:
        return settings.of(NATION).reports / path.relative_to(settings.reports)
    stage, *rest = path.relative_to(settings.data_dir).parts
    return settings.data_dir.joinpath(stage, str(own.authority), *rest)


def _rename(path: Path, target: Path) -> None:
    if target.exists():
        raise CannotMigrate(f"{target} is there already, and so is {path}: move one of them away.")
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)

"""The page that leads to all others of an authority, ``reports/<authority>/index.html``: its reports, its validation.

The reports lie in the snapshots, which nobody serves; copies of them are put beside the validation pages, under
``reports/<authority>/snapshots/<month>/<version>``, so that this one folder holds all that people of that authority
look at. ``reports/index.html`` lists the authorities, without a figure of any. Pages and copies are brought up to date
whenever a month is staged, validated or published: after a kill, the next of these fixes them.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import storage
from pipelines.catalog import authorities, current_version, published_months
from pipelines.contracts.kpis import SECTIONS
from pipelines.contracts.published import PUBLIC
from pipelines.deliveries import NATION
from pipelines.publications.delivery_pages import write_index
from pipelines.storage import MANIFEST
from pipelines.templates import RATINGS, template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.settings import Settings

INDEX = "index.html"
VERDICT, SUMMARY = "verdict.json", "summary.json"
SCORECARD = "pages/front/scorecard.sql"
REPORT = "report.html"
NAMES = (REPORT, "report.docx", "annex.html", "annex.docx", "kpi")
FILES = (*NAMES, *(f"{PUBLIC}/{name}" for name in NAMES))
WAITS = ("held", "unbuilt")
WHOLE_VERSION = f"*/v*/{MANIFEST}"
MONTH_FOLDER = re.compile(r"\d{4}-\d\d")


@dataclass(frozen=True)
class Version:
    """A published version: what its manifest says of the gate, and the files of its report."""

    month: str
    name: str
    publication: Mapping[str, Any]
    is_current: bool
    links: tuple[str, ...]


def write(settings: Settings) -> None:
    """Bring the copies of the reports, the list of deliveries and the front page up to date."""
    write_index(settings)
    versions = _versions(settings)
    for version in versions:
        _copy(settings, version)
    _remove_others(settings.reports / "snapshots", {(version.month, version.name) for version in versions})
    current = next((version for version in versions if version.is_current), None)
    page = template("front.html").render(
        authority=settings.authority,
        versions=versions,
        months=_months(settings),
        scores=_scorecard(settings, current),
        authorities=_summaries(settings, current),
        ratings=RATINGS,
        sections=SECTIONS,
    )
    storage.write_text(settings.reports / INDEX, page)
    if settings.authority:
        _write_authorities(settings)


def _write_authorities(settings: Settings) -> None:
    """The page above those of each authority: how far each has come, and the way to its own."""
    reports = settings.reports.parent
    found = [_in_short(settings.of(code)) for code in authorities(settings) if (reports / code / INDEX).exists()]
    nation = NATION if (reports / NATION / INDEX).exists() else None
    page = template("front_authorities.html").render(authorities=found, nation=nation)
    storage.write_text(reports / INDEX, page)


def _in_short(settings: Settings) -> dict[str, Any]:
    """An authority's newest published month, and the months that wait for somebody."""
    published = published_months(settings.snapshots)
    newest = str(published[-1]) if published else None
    return {
        "authority_code": settings.authority,
        "month": newest,
        "version": newest and current_version(settings.snapshots / newest),
        "waiting": [each for each in _months(settings) if each["verdict"] in WAITS],
    }


def _scorecard(settings: Settings, version: Version | None) -> list[dict[str, Any]]:
    """The headline figures of a version's restricted edition; none of one from before there was such a table."""
    file = settings.snapshots / version.month / version.name / "kpi_summary.parquet" if version else None
    if version is None or file is None or not file.exists():
        return []
    with duckdb.connect() as connection:
        connection.read_parquet(str(file)).create_view("kpi_summary")
        sql = (settings.sql / SCORECARD).read_text(encoding="utf-8")
        try:
            result = connection.execute(sql, {"month": version.month, "sections": list(SECTIONS)})
        except duckdb.BinderException:
            # An earlier release called its columns otherwise: its month has reports all the same.
            return []
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _summaries(settings: Settings, version: Version | None) -> list[dict[str, Any]]:
    """What the newest published month's pages say of each authority, with the way to them."""
    folder = settings.reports / "validation" / (version.month if version else "")
    found = []
    for file in sorted([*folder.glob(SUMMARY), *folder.glob(f"*/{SUMMARY}")]) if version else ():
        content = storage.whole_json(file, "authority_code", "months", "due")
        if content is not None:
            found.append({**content, "folder": file.parent.relative_to(settings.reports).as_posix()})
    return found


def _versions(settings: Settings) -> list[Version]:
    """Every whole version, the newest first."""
    found = []
    for manifest in sorted(settings.snapshots.glob(WHOLE_VERSION), reverse=True):
        folder = manifest.parent
        content = storage.whole_json(manifest)
        if content is None:
            continue
        found.append(
            Version(
                month=folder.parent.name,
                name=folder.name,
                publication=content.get("publication", {}),
                is_current=current_version(folder.parent) == folder.name,
                links=tuple(name for name in FILES if (folder / name).exists()),
            )
        )
    return sorted(found, key=lambda version: (version.month, len(version.name), version.name), reverse=True)


def _copy(settings: Settings, version: Version) -> None:
    """A version never changes, so a copy that is there is right."""
    target = settings.reports / "snapshots" / version.month / version.name
    if target.exists() or not version.links:
        return
    with suppress(FileExistsError), storage.new_folder(target) as aside:
        for name in version.links:
            (aside / name).parent.mkdir(exist_ok=True)
            original = settings.snapshots / version.month / version.name / name
            (shutil.copytree if original.is_dir() else shutil.copyfile)(original, aside / name)


def _remove_others(copies: Path, kept: set[tuple[str, str]]) -> None:
    """Copies of versions that were taken away."""
    for copy in copies.glob("*/v*"):
        if (copy.parent.name, copy.name) not in kept:
            shutil.rmtree(copy)


def _months(settings: Settings) -> list[dict[str, Any]]:
    """Every month that has validation pages, and what they say of it, the newest first."""
    folders = [page.parent for page in (settings.reports / "validation").glob(f"*/{INDEX}")]
    found = []
    for folder in sorted(folders, reverse=True):
        if MONTH_FOLDER.fullmatch(folder.name):
            content = storage.whole_json(folder / VERDICT) or {}
            found.append(
                {"month": folder.name, "verdict": content.get("verdict"), "reasons": content.get("reasons", ())}
            )
    return found

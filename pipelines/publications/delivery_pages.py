"""The pages about deliveries that a quality lead opens: one about each, and one that lists them and the months.

Each is a single file that asks nothing of any other place, reads on a telephone, and is the same whenever it is made
from the same delivery. Great Expectations' own pages, every check a row, are beside it once somebody
asked for them (``kpis data-docs``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import storage
from pipelines.catalog import DATA_DOCS, NEWEST, staged_version, validation_pages
from pipelines.contracts.loading import load_sources
from pipelines.periods import Period
from pipelines.templates import template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.deliveries import Delivery
    from pipelines.settings import Settings

INDEX = "index.html"
OUTCOME = ("finding", "rule_result", "reconciliation")


def write(settings: Settings, delivery: Delivery, staged: Path, *, again: bool = False) -> None:
    """Write the page about a staged version from its finished files, unless it is there already.

    It leads to Great Expectations' pages where there are any by then.
    """
    folder = validation_pages(settings.reports, delivery, staged)
    if again or not (folder / INDEX).exists():
        title = load_sources(settings.expectations)[delivery.source].title
        storage.write_text(folder / INDEX, _page(settings, staged, title, has_data_docs=(folder / DATA_DOCS).exists()))


def _page(settings: Settings, staged: Path, title: str, *, has_data_docs: bool) -> str:
    manifest = storage.read_json(staged / storage.MANIFEST)
    with duckdb.connect() as connection:
        for table in OUTCOME:
            connection.read_parquet(str(staged / f"{table}.parquet")).create_view(table)
        return template("delivery.html").render(
            title=title,
            month=Period.parse(manifest["month"]).name,
            manifest=manifest,
            rules=_rows(connection, settings, "page_rules"),
            files=_rows(connection, settings, "page_files"),
            has_data_docs=has_data_docs,
        )


def index_page(months: Sequence[str], manifests: Sequence[tuple[Mapping[str, Any], str]]) -> str:
    """The page that lists months, and deliveries by manifest and link to their page; the newest month is first."""
    newest_first = sorted(
        manifests, key=lambda each: (each[0]["month"], each[0]["authority_code"], each[0]["source"]), reverse=True
    )
    return template("index.html").render(months=sorted(months, reverse=True), deliveries=newest_first)


def write_index(settings: Settings) -> None:
    """Replace the list of the months that have a page, and of the newest staged version of every delivery.

    Of an authority's own settings of its deliveries alone.
    """
    deliveries = sorted(settings.staging.glob(f"*/authority={settings.authority or '*'}/month=*"))
    folders = [version for folder in deliveries if (version := staged_version(folder, NEWEST)) is not None]
    manifests = [storage.read_json(folder / storage.MANIFEST) for folder in folders]
    links = [
        (manifest, f"{manifest['authority_code']}/{manifest['source']}/{manifest['month']}/{folder.name}/index.html")
        for manifest, folder in zip(manifests, folders, strict=True)
    ]
    target = settings.reports / "validation"
    months = [page.parent.name for page in target.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]/index.html")]
    storage.write_text(target / "index.html", index_page(months, links))


def _rows(connection: duckdb.DuckDBPyConnection, settings: Settings, query: str) -> list[dict[str, Any]]:
    result = connection.execute((settings.sql / "pages" / "delivery" / f"{query}.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

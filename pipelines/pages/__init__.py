"""The validation pages that a quality lead opens: one about each delivery, and one that lists them and the months.

Each is a single file that asks nothing of any other place, reads on a telephone, and is the same whenever it is made
from the same delivery. Great Expectations' own pages are beside it, for those who want every check: their frame is in
``great_expectations``, and they share one stylesheet, Bootstrap's with a few rules after it.
"""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from pipelines import storage
from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import Period
from pipelines.staged import NEWEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from pipelines.settings import Settings

CONSEQUENCES = {
    "refuse_delivery": "Delivery refused",
    "refuse_row": "Row refused",
}
SEVERITIES = {
    "critical": "Error",
    "warning": "Warning",
    "info": "Note",
}
"""What a row is called that is used all the same."""


def urgency(consequence: str, severity: str) -> str:
    """What a finding is called on every page and list: what refuses by what it refuses, all else by its severity."""
    return CONSEQUENCES.get(consequence, SEVERITIES[severity])


def delivery_page(
    connection: duckdb.DuckDBPyConnection, settings: Settings, title: str, manifest: Mapping[str, Any]
) -> str:
    """The page about a delivery of the source with that title, from the tables of its outcome and its manifest."""
    return template("delivery.html").render(
        title=title,
        month=Period.parse(manifest["month"]).name,
        manifest=manifest,
        rules=_rows(connection, settings, "page_rules"),
        files=_rows(connection, settings, "page_files"),
    )


def index_page(months: Sequence[str], manifests: Sequence[tuple[Mapping[str, Any], str]]) -> str:
    """The page that lists months, and deliveries by manifest and link to their page; the newest month is first."""
    newest_first = sorted(
        manifests, key=lambda each: (each[0]["month"], each[0]["authority_code"], each[0]["source"]), reverse=True
    )
    return template("index.html").render(months=sorted(months, reverse=True), deliveries=newest_first)


def write_index(settings: Settings) -> None:
    """Replace the list of the months that have a page, and of the newest staged version of every delivery."""
    pointers = sorted(settings.staging.glob(f"*/authority=*/month=*/{NEWEST}"))
    folders = [pointer.parent / storage.read_json(pointer)["folder"] for pointer in pointers]
    manifests = [storage.read_json(folder / storage.MANIFEST) for folder in folders]
    links = [
        (manifest, f"{manifest['authority_code']}/{manifest['source']}/{manifest['month']}/{folder.name}/index.html")
        for manifest, folder in zip(manifests, folders, strict=True)
    ]
    target = settings.reports / "validation"
    months = [page.parent.name for page in target.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]/index.html")]
    storage.write_text(target / "index.html", index_page(months, links))


def put_stylesheet(settings: Settings) -> str:
    """Put the stylesheet of Great Expectations' pages beside them, once for all; returns its name, which tells content.

    Bootstrap's comes with Bootstrap-Flask, of which nothing else is used: the package is never imported.
    """
    bootstrap = Path(str(distribution("Bootstrap-Flask").locate_file("flask_bootstrap/static/bootstrap4/css")))
    own = Path(__file__).parent / "great_expectations"
    rules = [
        file.read_text(encoding="utf-8") for file in (bootstrap / "bootstrap.min.css", own / "great_expectations.css")
    ]
    name = f"great_expectations-{storage.sha256_of_texts(rules)[:12]}.css"
    file = settings.reports / "validation" / "assets" / name
    if not file.exists():
        storage.write_text(file, "\n".join(rules))
    return name


def template(name: str) -> Template:
    """A template of this folder; a name that it uses and was not given is an error."""
    environment = Environment(
        loader=PackageLoader("pipelines", "pages"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        thousands=lambda number: f"{number:,}",
        month_name=lambda month: Period.parse(month).name,
        days=lambda number: "1 day" if number == 1 else f"{number:,} days",
    )
    environment.globals.update(urgency=urgency, made_up_authority=MADE_UP_AUTHORITY)
    return environment.get_template(name)


def _rows(connection: duckdb.DuckDBPyConnection, settings: Settings, query: str) -> list[dict[str, Any]]:
    result = connection.execute((settings.sql / "staging" / f"{query}.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

"""Great Expectations' own pages about a delivery, in a frame of this project's that asks nothing of any other place."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from great_expectations.render.renderer.site_builder import SiteBuilder
from great_expectations.render.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2 import BytecodeCache, ChoiceLoader, PackageLoader

from pipelines import storage, templates

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext
    from jinja2 import Environment
    from jinja2.bccache import Bucket

    from pipelines.settings import Settings

SITE = "delivery"


@dataclass(frozen=True)
class DataDocs:
    """Where Great Expectations' pages are to be written, and the name of the stylesheet that they refer to."""

    folder: Path
    stylesheet: str


class OfflinePages(SiteBuilder):
    """Data Docs without the fonts and pictures that the stock pages bring, and do not show here."""

    def build(self, resource_identifiers: Any = None, build_index: bool = True) -> tuple[None, Any]:
        for section in self.site_section_builders.values():
            section.build(resource_identifiers=resource_identifiers)
        return None, self.site_index_builder.build(build_index=build_index)


class CompiledOnce(BytecodeCache):
    """What the templates are compiled to: each kind of page has an environment of its own, and would do it again."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


COMPILED = CompiledOnce()


class OfflinePage(DefaultJinjaPageView):
    """A page about a table, in a frame of this project's that asks nothing of any other place."""

    def __init__(self, stylesheet: str, **directories: Any) -> None:
        super().__init__(**directories)
        _put_own_templates_first(self.env, stylesheet)


class OfflineIndexPage(DefaultJinjaIndexPageView):
    """The page that lists the tables."""

    def __init__(self, stylesheet: str, **directories: Any) -> None:
        super().__init__(**directories)
        _put_own_templates_first(self.env, stylesheet)


def _put_own_templates_first(environment: Environment, stylesheet: str) -> None:
    own = PackageLoader("pipelines", "templates/great_expectations")
    environment.loader = ChoiceLoader([own, *([environment.loader] if environment.loader else [])])
    environment.globals["stylesheet"] = stylesheet
    environment.auto_reload = False
    environment.bytecode_cache = COMPILED


def put_stylesheet(settings: Settings) -> str:
    """Put the stylesheet of Great Expectations' pages beside them, once for all; returns its name, a digest of it.

    Bootstrap's comes with Bootstrap-Flask, of which nothing else is used: the package is never imported.
    """
    bootstrap = Path(str(distribution("Bootstrap-Flask").locate_file("flask_bootstrap/static/bootstrap4/css")))
    own = Path(templates.__file__).parent / "great_expectations"
    rules = [
        file.read_text(encoding="utf-8") for file in (bootstrap / "bootstrap.min.css", own / "great_expectations.css")
    ]
    name = f"great_expectations-{storage.sha256_of_texts(rules)[:12]}.css"
    file = settings.reports / "validation" / "assets" / name
    if not file.exists():
        storage.write_text(file, "\n".join(rules))
    return name


def build(context: EphemeralDataContext, docs: DataDocs) -> None:
    """Write the pages about everything that the context has checked."""
    here = {"module_name": __name__, "stylesheet": docs.stylesheet}
    page = {"view": {**here, "class_name": OfflinePage.__name__}}
    index = {"class_name": "DefaultSiteIndexBuilder", "view": {**here, "class_name": OfflineIndexPage.__name__}}
    # Any: its type knows the stock builder's settings only.
    site: Any = {
        "class_name": OfflinePages.__name__,
        "module_name": __name__,
        "show_how_to_buttons": False,
        "site_section_builders": {"expectations": page, "validations": page, "profiling": "None"},
        "site_index_builder": index,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs.folder)},
    }
    context.add_data_docs_site(site_name=SITE, site_config=site)
    context.build_data_docs(site_names=[SITE])

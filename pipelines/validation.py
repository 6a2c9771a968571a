"""Runs the contracts' checks with Great Expectations, inside DuckDB, on typed and pseudonymised tables only.

Great Expectations is imported here and nowhere else: it costs seconds, so no DAG file may load this module at its top.
Its stock SQL datasource closes the connection before DuckDB's result is read; the subclasses below keep one open.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core import ExpectTableRowCountToEqual
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.registry import get_expectation_impl
from great_expectations.render.renderer.site_builder import SiteBuilder
from great_expectations.render.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2 import ChoiceLoader, PackageLoader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.data_context import EphemeralDataContext
    from great_expectations.expectations.expectation import Expectation
    from jinja2 import Environment

    from pipelines.contracts import Check

CHECKED = "checked"
SITE = "delivery"

EngineType = type[SqlAlchemyExecutionEngine]


class BrokenCheck(RuntimeError):
    """A check could not be carried out: the software's fault, never reported as bad data."""


@dataclass(frozen=True)
class Tested:
    """One check of one table, carried out. ``failing_rows`` is a query: its ``line`` names every failing row."""

    table: str
    check: Check
    rows_tested: int
    rows_failed: int
    failing_rows: str | None


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """The stock engine, holding one connection open for as long as it lives."""

    @contextmanager
    def get_connection(self) -> Iterator[Any]:
        if not hasattr(self, "_kept_connection"):
            self._kept_connection = self.engine.connect()
        yield self._kept_connection

    def close(self) -> None:
        if hasattr(self, "_kept_connection"):
            self._kept_connection.close()
        super().close()


class DuckDBDatasource(SQLDatasource):
    """Registers itself as ``context.data_sources.add_duckdb``."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]  # the parent allows only its own name

    @property
    def execution_engine_type(self) -> EngineType:
        return DuckDBExecutionEngine


class OfflinePages(SiteBuilder):
    """Data Docs without the fonts and pictures that the stock pages bring, and do not show here."""

    def build(self, resource_identifiers: Any = None, build_index: bool = True) -> tuple[None, Any]:
        for section in self.site_section_builders.values():
            section.build(resource_identifiers=resource_identifiers)
        return None, self.site_index_builder.build(build_index=build_index)


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
    own = PackageLoader("pipelines", "pages/great_expectations")
    environment.loader = ChoiceLoader([own, *([environment.loader] if environment.loader else [])])
    environment.globals["stylesheet"] = stylesheet


def validate(
    database: Path,
    config: Mapping[str, str],
    checks: Mapping[str, Sequence[Check]],
    rows: Mapping[str, int],
    pages: Path,
    stylesheet: str,
    progress: Callable[[int, int], None],
) -> list[Tested]:
    """Carry out the checks of each table of the schema ``checked`` and write the validation pages.

    ``config`` is the one with which this process opens the database elsewhere: DuckDB allows only one at a time.
    ``rows`` holds how many rows the reader read for each table: every suite begins by counting them, since an
    empty table would pass nearly anything. ``stylesheet`` is the one that the pages refer to. ``progress`` is told how
    many tables of how many are done. Raises BrokenCheck where a check did not run or rows went missing.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    datasource = context.data_sources.add_duckdb(
        name="delivery",
        connection_string=f"duckdb:///{database}",
        kwargs={"connect_args": {"config": dict(config), "read_only": True}},
    )
    try:
        definitions = [_definition(context, datasource, table, checks[table], rows[table]) for table in sorted(checks)]
        _add_site(context, pages, stylesheet)
        run_id = RunIdentifier(run_time=dt.datetime.now(dt.UTC))
        # One by one: a checkpoint would compare every suite with what is stored of it again and again.
        runs = []
        for done, each in enumerate(definitions):
            progress(done, len(definitions))
            runs.append(each.run(result_format=_counts_without_values(), run_id=run_id))
        context.build_data_docs(site_names=[SITE])
        return [tested for run in runs for tested in _tested(run, checks, rows)]
    finally:
        datasource.get_execution_engine().close()
        datasource.get_engine().dispose()


def _definition(
    context: EphemeralDataContext, datasource: Any, table: str, checks: Sequence[Check], rows: int
) -> gx.ValidationDefinition:
    batch = datasource.add_table_asset(name=table, table_name=table, schema_name=CHECKED)
    row_count = ExpectTableRowCountToEqual(value=rows, meta={})
    # All at once: each that is added later would be compared with all before it.
    suite = gx.ExpectationSuite(
        name=table, expectations=[row_count, *(_expectation(check, place) for place, check in enumerate(checks))]
    )
    return context.validation_definitions.add(
        gx.ValidationDefinition(
            name=table, data=batch.add_batch_definition_whole_table("all"), suite=context.suites.add(suite)
        )
    )


def _expectation(check: Check, position: int) -> Expectation:
    return get_expectation_impl(check.expectation)(
        **check.kwargs,
        severity=FailureSeverity(check.rule.severity.value),
        description=f"{check.rule.code}: {check.rule.sentence}",
        meta={"position": position},
    )


def _counts_without_values() -> dict[str, Any]:
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["line"],
        "exclude_unexpected_values": True,
        "partial_unexpected_count": 0,
    }


def _add_site(context: EphemeralDataContext, pages: Path, stylesheet: str) -> None:
    here = {"module_name": __name__, "stylesheet": stylesheet}
    page = {"view": {**here, "class_name": OfflinePage.__name__}}
    index = {"class_name": "DefaultSiteIndexBuilder", "view": {**here, "class_name": OfflineIndexPage.__name__}}
    # Any: its type knows the stock builder's settings only.
    site: Any = {
        "class_name": OfflinePages.__name__,
        "module_name": __name__,
        "show_how_to_buttons": False,
        "site_section_builders": {"expectations": page, "validations": page, "profiling": "None"},
        "site_index_builder": index,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(pages)},
    }
    context.add_data_docs_site(site_name=SITE, site_config=site)


def _tested(
    run: ExpectationSuiteValidationResult, checks: Mapping[str, Sequence[Check]], rows: Mapping[str, int]
) -> Iterator[Tested]:
    table = run.suite_name
    for result in run.results:
        config = result.expectation_config
        position = None if config is None else (config.meta or {}).get("position")
        check = None if position is None else checks[table][position]
        what = f"{table}: {'the row count' if check is None else check.rule.code}"
        _must_have_run(result, what)
        if check is None:
            if not result.success:
                raise BrokenCheck(f"{what} is not the number of rows that were read")
            continue
        yield _counted(table, check, result, rows[table])


def _must_have_run(result: ExpectationValidationResult, what: str) -> None:
    raised = result.exception_info or {}
    if raised.get("raised_exception", False) or any(
        isinstance(each, dict) and each.get("raised_exception") for each in raised.values()
    ):
        raise BrokenCheck(f"{what} could not be checked: look at its expectation and column in the contract")


def _counted(table: str, check: Check, result: ExpectationValidationResult, rows: int) -> Tested:
    found = result.result
    if check.expectation == "unexpected_rows_expectation":
        query = check.kwargs["unexpected_rows_query"].replace("{batch}", f"{CHECKED}.{table}")
        return Tested(table, check, rows, int(found["observed_value"]), query)
    rows_tested = int(found["element_count"] or 0) - int(found.get("missing_count") or 0)
    failing = None if result.success else found["unexpected_index_query"].rstrip("; \n")
    return Tested(table, check, rows_tested, int(found["unexpected_count"] or 0), failing)

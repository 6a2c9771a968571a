"""Runs the contracts' checks with Great Expectations, inside DuckDB, on typed and pseudonymised tables only.

Great Expectations is imported in this package alone: it costs seconds, so no DAG file may load it at its top.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import great_expectations as gx
from great_expectations.core.run_identifier import RunIdentifier
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.core import ExpectTableRowCountToEqual
from great_expectations.expectations.metadata_types import FailureSeverity

from pipelines.staging.validation import data_docs, memory_stores
from pipelines.staging.validation.duckdb_engine import DuckDBDatasource
from pipelines.staging.validation.memory_stores import RunOnce
from pipelines.staging.validation.predicates import CHECKED, TableChecks, in_sql
from pipelines.staging.validation.table_metric import ExpectRuleToHold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.data_context import EphemeralDataContext

    from pipelines.contracts.model import Check


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


def validate(
    database: Path,
    config: Mapping[str, str | int],
    checks: Mapping[str, Sequence[Check]],
    rows: Mapping[str, int],
    progress: Callable[[int, int], None],
    docs: data_docs.DataDocs | None = None,
) -> list[Tested]:
    """Carry out the checks of each table of the schema ``checked``, and write Great Expectations' pages if asked to.

    ``config`` is the one with which this process opens the database elsewhere: DuckDB allows only one at a time.
    ``rows`` holds how many rows the reader read for each table: every suite begins by counting them, since an
    empty table would pass nearly anything. Where none was read, there is nothing to carry out. ``progress`` learns
    how many tables of how many are done. Raises BrokenCheck where a check did not run or rows went missing, and
    BadContract where a contract names a check that is not known.
    """
    checks_of = {
        table: TableChecks([in_sql(check) for check in checks[table]], rows[table]) for table in sorted(checks)
    }
    filled = [table for table in checks_of if rows[table]]
    nothing = [Tested(table, check, 0, 0, None) for table in checks if not rows[table] for check in checks[table]]
    context = gx.get_context(project_config=memory_stores.config(), mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    datasource = DuckDBDatasource(
        name="delivery",
        connection_string=f"duckdb:///{database}",
        kwargs={"connect_args": {"config": dict(config), "read_only": True}},
    )
    try:
        datasource.set_checks(checks_of)
        # Before the context knows the datasource: it would write all of its configuration down for each table.
        batches = {table: _batch(datasource, table) for table in filled}
        context.add_datasource(datasource=datasource)
        definitions = [_definition(context, batches[table], checks[table], rows[table]) for table in filled]
        run_id = RunIdentifier(run_time=dt.datetime.now(dt.UTC))
        # One by one: a checkpoint would compare every suite with what is stored of it again and again.
        runs = []
        for done, each in enumerate(definitions):
            progress(done, len(definitions))
            runs.append(each.run(run_id=run_id))
        if docs is not None:
            data_docs.build(context, docs)
        return nothing + [tested for run in runs for tested in _tested(run, checks, checks_of)]
    finally:
        datasource.get_execution_engine().close()
        datasource.get_engine().dispose()


def _batch(datasource: DuckDBDatasource, table: str) -> BatchDefinition[Any]:
    asset = datasource.add_table_asset(name=table, table_name=table, schema_name=CHECKED)
    return asset.add_batch_definition_whole_table("all")


def _definition(
    context: EphemeralDataContext, batch: BatchDefinition[Any], checks: Sequence[Check], rows: int
) -> RunOnce:
    table = batch.data_asset.name
    row_count = ExpectTableRowCountToEqual(value=rows)
    # All at once: each that is added later would be compared with all before it.
    suite = gx.ExpectationSuite(
        name=table, expectations=[row_count, *(_expectation(check, place) for place, check in enumerate(checks))]
    )
    return RunOnce(name=table, data=batch, suite=context.suites.add(suite))


def _expectation(check: Check, position: int) -> ExpectRuleToHold:
    return ExpectRuleToHold(
        position=position,
        column=check.kwargs.get("column"),
        severity=FailureSeverity(check.rule.severity.value),
        description=f"{check.rule.code}. In no row: {check.rule.sentence}",
    )


def _tested(
    run: ExpectationSuiteValidationResult,
    checks: Mapping[str, Sequence[Check]],
    checks_of: Mapping[str, TableChecks],
) -> Iterator[Tested]:
    table = run.suite_name
    for result in run.results:
        config = result.expectation_config
        position = -1 if config is None else config.kwargs.get("position", -1)
        check = None if position < 0 else checks[table][position]
        what = f"{table}: {'the row count' if check is None else check.rule.code}"
        _must_have_run(result, what)
        if check is not None:
            found = result.result
            yield Tested(
                table=table,
                check=check,
                rows_tested=found["rows_tested"],
                rows_failed=found["rows_failed"],
                failing_rows=None if result.success else checks_of[table].checks[position].failing_rows(table),
            )
        elif not result.success:
            raise BrokenCheck(f"{what} is not the number of rows that were read")


def _must_have_run(result: ExpectationValidationResult, what: str) -> None:
    raised = result.exception_info or {}
    if raised.get("raised_exception", False) or any(
        isinstance(each, dict) and each.get("raised_exception") for each in raised.values()
    ):
        raise BrokenCheck(f"{what} could not be checked: look at its expectation and column in the contract")

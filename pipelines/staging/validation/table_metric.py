"""One metric and one expectation of the project's own, with which Great Expectations judges every rule of a table.

A stock expectation costs it 25 to 50 ms, for some seven metrics of its own. Here one metric counts for all rules of a
table, and each expectation looks up what was counted for its rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from great_expectations.core.result_format import ResultFormat
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.expectations.metrics.util import get_sqlalchemy_source_table_and_schema
from great_expectations.render.components import LegacyDiagnosticRendererType
from great_expectations.render.renderer.renderer import renderer
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies
from sqlalchemy.exc import SQLAlchemyError

from pipelines.staging.validation.predicates import ByQuery, ByRow, TableChecks, counted_by_query, counted_by_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from great_expectations.core import ExpectationValidationResult

    from pipelines.staging.validation.duckdb_engine import DuckDBExecutionEngine

Kind = TypeVar("Kind", ByRow, ByQuery)

RULE_COUNTS = "table.rule_counts"
QUERIES_AT_ONCE = 4
"""A statement has a cost of its own; but all queries of one may hold their memory at the same time."""


@dataclass(frozen=True)
class Counts:
    """How many rows of its table a check looked at, and how many of those failed it."""

    rows_tested: int
    rows_failed: int


class RuleCounts(TableMetricProvider):
    """What each check of a table counted, in their order; None for one that could not be carried out."""

    metric_name = RULE_COUNTS
    value_keys = ()

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805 - Great Expectations calls it as a class method
        execution_engine: DuckDBExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        **_: Any,
    ) -> list[Counts | None]:
        table = get_sqlalchemy_source_table_and_schema(execution_engine, metric_domain_kwargs["batch_id"]).name
        return count(execution_engine, table, execution_engine.checks_of[table])


class ExpectRuleToHold(BatchExpectation):
    """No row fails the check at ``position`` among its table's. ``column`` is where the pages put it."""

    position: int
    column: str | None = None

    def get_validation_dependencies(self, *_: Any, **__: Any) -> ValidationDependencies:
        """The table's one metric, named at once: to look up what it depends on costs more than to count."""
        metric = MetricConfiguration(RULE_COUNTS, {"batch_id": self.batch_id}, {})
        return ValidationDependencies({RULE_COUNTS: metric}, {"result_format": ResultFormat.BASIC})

    def _validate(self, metrics: dict[str, list[Counts | None]], *_: Any, **__: Any) -> dict[str, Any]:
        counts = metrics[RULE_COUNTS][self.position]
        if counts is None:
            raise ValueError("its SQL cannot be carried out")
        result = {"rows_tested": counts.rows_tested, "rows_failed": counts.rows_failed}
        return {"success": counts.rows_failed == 0, "result": result}

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls,
        configuration: Any = None,  # noqa: ARG003 - given by name
        result: ExpectationValidationResult | None = None,
        runtime_configuration: Any = None,  # noqa: ARG003 - given by name
    ) -> str:
        found = None if result is None else result.result
        return f"{found['rows_failed']:,} of {found['rows_tested']:,} rows failed" if found else "--"


def count(engine: SqlAlchemyExecutionEngine, table: str, of_table: TableChecks) -> list[Counts | None]:
    """What each check counts: all that look at a row at a time in one scan, the others a few at a time."""
    by_row = {place: check for place, check in enumerate(of_table.checks) if isinstance(check, ByRow)}
    by_query = {place: check for place, check in enumerate(of_table.checks) if isinstance(check, ByQuery)}
    counted = _counted(engine, by_row, lambda checks: counted_by_row(table, checks))
    for places in _few_at_a_time(list(by_query)):
        few = {place: by_query[place] for place in places}
        counted |= _counted(engine, few, lambda checks: counted_by_query(table, checks, of_table.rows))
    return [counted[place] for place in range(len(of_table.checks))]


def _few_at_a_time(places: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(places), QUERIES_AT_ONCE):
        yield places[first : first + QUERIES_AT_ONCE]


def _counted(
    engine: SqlAlchemyExecutionEngine, checks: Mapping[int, Kind], statement: Callable[[Iterable[Kind]], str]
) -> dict[int, Counts | None]:
    if not checks:
        return {}
    numbers = _numbers(engine, statement(checks.values()))
    if numbers is not None:
        return dict(zip(checks, map(Counts, numbers[::2], numbers[1::2]), strict=True))
    if len(checks) == 1:
        return dict.fromkeys(checks)
    # One of them broke the statement. Each alone, they show which.
    return {place: _counted(engine, {place: check}, statement)[place] for place, check in checks.items()}


def _numbers(engine: SqlAlchemyExecutionEngine, statement: str) -> list[int] | None:
    """All that a statement answers; None where it cannot be carried out."""
    with engine.get_connection() as connection:
        try:
            return [number for row in connection.exec_driver_sql(statement).fetchall() for number in row]
        except SQLAlchemyError:
            connection.rollback()
            return None

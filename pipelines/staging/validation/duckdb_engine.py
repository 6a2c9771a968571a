"""Great Expectations on DuckDB: its stock datasource closes the connection too early; this one keeps it open."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.staging.validation.predicates import TableChecks

EngineType = type[SqlAlchemyExecutionEngine]


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """The stock engine, holding one connection open for as long as it lives, and the checks of every table."""

    checks_of: Mapping[str, TableChecks]

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

    def set_checks(self, checks_of: Mapping[str, TableChecks]) -> None:
        """Say what the metric of each table has to count."""
        engine = self.get_execution_engine()
        assert isinstance(engine, DuckDBExecutionEngine)  # noqa: S101 - for mypy: execution_engine_type says so
        engine.checks_of = checks_of

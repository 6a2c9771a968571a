"""The contracts' checks in SQL: how many rows of a table a check looks at, how many fail it, and which those are.

A contract calls a check by Great Expectations' name. What each name means, to the letter of Great Expectations' own, is
in ``PREDICATES``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.contracts.model import BadContract
from pipelines.sql_files import DIALECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipelines.contracts.model import Check

CHECKED = "checked"
BY_QUERY = "unexpected_rows_expectation"


@dataclass(frozen=True)
class ByRow:
    """A check that looks at one row at a time: at which rows it looks, and which of them fail it."""

    tested: exp.Expr
    failed: exp.Expr

    def failing_rows(self, table: str) -> str:
        """A query whose ``line`` names every row that fails the check."""
        return exp.select("line").from_(_table(table)).where(self.failed).sql(DIALECT)


@dataclass(frozen=True)
class ByQuery:
    """A check whose own query gives the rows that fail it. It looks at all rows of its table."""

    query: str

    def failing_rows(self, table: str) -> str:
        """A query whose ``line`` names every row that fails the check."""
        return self.query.replace("{batch}", _table(table).sql(DIALECT))


@dataclass(frozen=True)
class TableChecks:
    """The checks of a table, of which so many rows were read."""

    checks: Sequence[ByRow | ByQuery]
    rows: int


def in_sql(check: Check) -> ByRow | ByQuery:
    """What a check asks of its table; raises BadContract where its name or its arguments are not known here."""
    builders: Mapping[str, Callable[..., ByRow | ByQuery]] = {**PREDICATES, BY_QUERY: _by_query}
    build = builders.get(check.expectation)
    if build is None:
        raise BadContract(f"{check.rule.code}: {check.expectation} is not one of {', '.join(sorted(builders))}")
    try:
        return build(**check.kwargs)
    except (TypeError, ValueError) as problem:
        raise BadContract(f"{check.rule.code}: {check.expectation}: {problem}") from problem


def counted_by_row(table: str, checks: Iterable[ByRow]) -> str:
    """Two numbers a check, in one scan: the rows it looks at, and those of them that fail it."""
    conditions = (condition for check in checks for condition in (check.tested, check.failed))
    return exp.select(*map(_count, conditions), copy=False).from_(_table(table), copy=False).sql(DIALECT, copy=False)


def counted_by_query(table: str, checks: Iterable[ByQuery], rows: int) -> str:
    """Two numbers a check: the rows of the table, and those that the check's own query gives."""
    # As text: to parse a query costs more than to answer it.
    counts = (
        ("SELECT", str(place), "AS place,", str(rows), "AS tested, count(*) AS failed FROM (", query, ") AS failing")
        for place, query in enumerate(check.failing_rows(table) for check in checks)
    )
    together = "\nUNION ALL\n".join(map("\n".join, counts))
    return "\n".join(("SELECT tested, failed FROM (", together, ") AS counted ORDER BY place"))


def _table(name: str) -> exp.Table:
    return exp.table_(name, db=CHECKED)


def _count(condition: exp.Expr) -> exp.Filter:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=condition.copy()))


def _by_query(unexpected_rows_query: str) -> ByQuery:
    return ByQuery(unexpected_rows_query.rstrip("; \n"))


def _not_null(column: str) -> ByRow:
    return ByRow(exp.true(), _is_null(column))


def _in_set(column: str, value_set: Sequence[Any]) -> ByRow:
    return ByRow(_is_given(column), exp.Not(this=_one_of(column, value_set)))


def _not_in_set(column: str, value_set: Sequence[Any]) -> ByRow:
    return ByRow(_is_given(column), _one_of(column, value_set))


def _between(column: str, min_value: Any = None, max_value: Any = None) -> ByRow:
    too_low = [] if min_value is None else [_column(column) < exp.convert(min_value)]
    too_high = [] if max_value is None else [_column(column) > exp.convert(max_value)]
    if not too_low + too_high:
        raise ValueError("neither min_value nor max_value is given")
    return ByRow(_is_given(column), exp.or_(*too_low, *too_high))


def _a_greater_than_b(column_A: str, column_B: str, ignore_row_if: str, or_equal: bool = False) -> ByRow:  # noqa: N803
    if ignore_row_if != "either_value_is_missing":
        raise ValueError("ignore_row_if can only be either_value_is_missing")
    later, earlier = _column(column_A), _column(column_B)
    failed = later < earlier if or_equal else later <= earlier
    return ByRow(exp.and_(_is_given(column_A), _is_given(column_B)), failed)


def _one_of(column: str, values: Sequence[Any]) -> exp.In:
    return exp.In(this=_column(column), expressions=[exp.convert(value) for value in values])


def _is_null(column: str) -> exp.Is:
    return exp.Is(this=_column(column), expression=exp.Null())


def _is_given(column: str) -> exp.Not:
    return exp.Not(this=_is_null(column))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


PREDICATES: Mapping[str, Callable[..., ByRow]] = {
    "expect_column_pair_values_a_to_be_greater_than_b": _a_greater_than_b,
    "expect_column_values_to_be_between": _between,
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_not_be_in_set": _not_in_set,
    "expect_column_values_to_not_be_null": _not_null,
}

"""What was given and could not be read: which columns of a row, and how such values look.

A value has three states: given and read, not given, given and not read. The last two are both null in a staged column;
``unread_columns``, a column of every staged table, names those that were given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.contracts.structural_checks import readable
from pipelines.staging import casting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import duckdb

    from pipelines.contracts.model import Column, Contract

UNREAD_COLUMNS = "unread_columns"
MOST_SHAPES = 10
PLACEHOLDER_SHAPE = "placeholder"
"""In the place of a shape, of ids that stand for a row without saying which."""


@dataclass(frozen=True)
class UnreadShape:
    """How many values of a column are of this shape and could not be read, of all that could not, of all given.

    A shape has an A for each letter and a 9 for each digit, never the value: ``99-AAA-99``.
    """

    table: str
    column: str
    shape: str
    value_count: int
    unread_count: int
    given_count: int


def unread_columns(contract: Contract) -> exp.Expr:
    """The names of the columns of a row of ``checked`` that were given and not read; null where there are none."""
    facts = {column.name: _is_unread(column) for column in read_columns(contract)}
    if not facts:
        return exp.cast(exp.null(), "VARCHAR[]", dialect=casting.DIALECT)
    names = (exp.case().when(fact, exp.Literal.string(name)) for name, fact in facts.items())
    return exp.case().when(exp.or_(*facts.values()), exp.func("without_nulls", exp.array(*names)))


def unread_shapes(connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> Iterator[UnreadShape]:
    """The commonest shapes of each column that has unread values; needs ``checked`` and the text as it was given."""
    for contract in contracts.values():
        columns = read_columns(contract)
        if not columns:
            continue
        counts = connection.execute(_counts(contract, columns).sql(casting.DIALECT)).fetchall()[0]
        for column, given, unread in zip(columns, counts[::2], counts[1::2], strict=True):
            if unread:
                shapes = connection.execute(_shapes(contract, column).sql(casting.DIALECT)).fetchall()
                yield from (
                    UnreadShape(contract.name, column.name, shape, count, unread, given) for shape, count in shapes
                )


def read_columns(contract: Contract) -> list[Column]:
    """The columns whose values a rule had to read, and could fail to."""
    return [column for column in contract.staged_columns if column.is_read and column.kind not in {"answer", "answers"}]


def _is_unread(column: Column) -> exp.Expr:
    return exp.column(readable(column.name), quoted=True).is_(exp.false())


def _counts(contract: Contract, columns: list[Column]) -> exp.Select:
    counts = (
        count
        for column in columns
        for count in (
            exp.Count(this=exp.column(readable(column.name), quoted=True)),
            exp.func("count_if", _is_unread(column)),
        )
    )
    return exp.select(*counts).from_(exp.table_(contract.name, db="checked"))


def _shapes(contract: Contract, column: Column) -> exp.Select:
    return (
        exp.select(exp.func("shape_of", casting.given(column)).as_("shape"), "count(*) AS value_count")
        .from_(exp.table_(contract.name, db="checked").as_("rows"))
        .join(casting.raw_table(contract.name).as_("given"), on="given.line = rows.line")
        .where(exp.column(readable(column.name), "rows", quoted=True).is_(exp.false()))
        .group_by("shape")
        .order_by("value_count DESC", "shape")
        .limit(MOST_SHAPES)
    )

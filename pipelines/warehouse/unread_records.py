"""Finds the staged records with a value that could not be read, as ``sql/reference/unread_effect.csv`` lists them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.sql_files import DIALECT, Select
from pipelines.warehouse.kpi_facts import all_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.contracts.reference import ListRow, Value

UNREAD_RECORD = "core.unread_record"
UNREAD_EFFECT = "unread_effect"
NAMES = {"child_column": ("child_id", "UUID"), "key_column": ("record_key", "UUID")}
DATES = {"first_date_column": "first_date", "last_date_column": "last_date"}


def unread_records(rows: Iterable[ListRow]) -> Select:
    """The SELECT of ``core.unread_record``: one row a line of the list and record with anything unread.

    A record that something read on it leaves out in any case is none of them. Days are as far as they could be read.
    """
    return _unread_records(tuple(tuple(row.cells.items()) for row in rows))


@cache
def _unread_records(rows: tuple[tuple[tuple[str, Value], ...], ...]) -> Select:
    places = [{name: str(value) for name, value in row if value is not None} for row in rows]
    query = all_of([_records_of(place) for place in places])
    reads = frozenset(f"staging.{place['table_name']}" for place in places)
    return Select(UNREAD_RECORD, query.sql(dialect=DIALECT), reads, frozenset())


def _records_of(place: dict[str, str]) -> exp.Select:
    """One line of the list: a column that it does not name is null there."""
    records = (
        exp.select(
            exp.Literal.string(place["table_name"]).as_("table_name"),
            _text(place.get("kpi_id")).as_("kpi_id"),
            "authority_code",
            "delivery_month",
            *(_column(place.get(named), kind).as_(name) for named, (name, kind) in NAMES.items()),
            *(_column(place.get(named), "DATE").as_(name) for named, name in DATES.items()),
            _is_unread(place.get("first_date_column")).as_("is_first_date_unread"),
            "unread_columns",
        )
        .from_(exp.table_(place["table_name"], db="staging"))
        .where("unread_columns IS NOT NULL")
    )
    if "left_out_column" not in place:
        return records
    left_out = exp.convert(place["left_out_value"] == str(True))
    return records.where(exp.NullSafeNEQ(this=exp.column(place["left_out_column"]), expression=left_out))


def _column(name: str | None, kind: str) -> exp.Expr:
    return exp.cast(exp.column(name) if name else exp.null(), kind, dialect=DIALECT)


def _text(value: str | None) -> exp.Expr:
    return exp.cast(exp.convert(value), "VARCHAR", dialect=DIALECT)


def _is_unread(column: str | None) -> exp.Expr:
    if column is None:
        return exp.false()
    return exp.func("list_contains", exp.column("unread_columns"), exp.Literal.string(column))

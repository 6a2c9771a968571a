"""Counts the rows of a table of events that are the same as another in everything but their id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.sql_files import DIALECT, Select
from pipelines.warehouse.kpi_facts import all_of

if TYPE_CHECKING:
    from pipelines.contracts.model import Contract, Source

REPEATED_ROW = "core.repeated_row"
HAS_IDS_OF_ITS_OWN = "ssd"


def repeated_rows(source: Source) -> Select:
    """The SELECT of ``core.repeated_row``: one row an authority and table of the dataset whose rows have ids.

    Of other sources the ids are made from the rows themselves.
    """
    tables = [table for table in source.tables.values() if table.event_date is not None and _has_ids(table)]
    query = all_of([_repeated(table) for table in tables])
    reads = frozenset(f"staging.{table.name}" for table in tables)
    return Select(REPEATED_ROW, query.sql(dialect=DIALECT), reads, frozenset())


def _has_ids(table: Contract) -> bool:
    """Of a table with one row a child two rows are of two children, however alike the rest of them."""
    return table.primary_key is None or table.primary_key != table.child


def _repeated(table: Contract) -> exp.Select:
    others = (column.name for column in table.staged_columns if column.duckdb_type and column != table.primary_key)
    row = exp.func("hash", *map(exp.column, others))
    distinct = exp.Count(this=exp.Distinct(expressions=[row]))
    return (
        exp.select(
            "authority_code",
            exp.Literal.string(table.name).as_("table_name"),
            exp.Count(this=exp.Star()).as_("row_count"),
            exp.Sub(this=exp.Count(this=exp.Star()), expression=distinct).as_("rows_repeated"),
        )
        .from_(exp.table_(table.name, db="staging"))
        .group_by("authority_code")
    )

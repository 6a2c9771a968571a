"""Statistical disclosure control: the tables of the public edition, computed from rounded counts alone.

Every count of the public edition is rounded to a multiple of 5, up or down as a secret key decides (fixed random
rounding with a cell key): the same set of records always rounds the same way, another set anew. Whatever else is public
follows from the rounded counts, by the SQL of the restricted edition. ``docs/disclosure.md`` says what that promises,
``docs/decisions/`` why it is done so.

A figure that is not there is null, and the column beside it, ``<column>_symbol``, says why (Government Statistical
Service):

======= =============================================================================
``c``   confidential: a share or a score of too few, and what would follow from it
``z``   not applicable: a count has no denominator, the KPI has no interval
``low`` beside a 0: the count was rounded to it, and was 0 to 4
======= =============================================================================

``x`` (not available) is the benchmarks' alone: what is absent here is in ``kpi_absence``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.contracts.published import PublishedColumn
from pipelines.snapshots.disclosure.rounded_warehouse import round_warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.contracts.published import SnapshotTable
    from pipelines.settings import Settings

__all__ = ["SYMBOL", "DisclosureRefused", "Protected", "protect"]

SYMBOL = "_symbol"
WHY = "Beside {}: c confidential, z not applicable; low where it was rounded to 0."
NOT_PUBLIC = "Nothing says how it could pass disclosure control."
METHOD = "fixed random rounding"
NOT_REQUIRED = frozenset({"mean_of_months_differs", "narrative_conflict", "position"})


class DisclosureRefused(RuntimeError):
    """Disclosure control could not do its work, so that nothing may be published: the software's fault."""


@dataclass(frozen=True)
class Protected:
    """What may be public of the tables that hold counts.

    ``tables``: their contracts, with the columns of symbols, and nothing required that may be hidden. ``rows``: their
    rows, by table, read from a database in memory that lives as long as they do. ``withheld``: the tables of which
    nothing is public, with the reason in a sentence. ``report``: for both manifests, as JSON holds it: how it was done,
    and how many cells of each table there are, are hidden, and were rounded to 0.
    """

    tables: tuple[SnapshotTable, ...]
    rows: Mapping[str, duckdb.DuckDBPyRelation]
    withheld: Mapping[str, str]
    report: Mapping[str, Any]


def protect(warehouse: Path, tables: Sequence[SnapshotTable], settings: Settings, spill: Path) -> Protected:
    """Make the public tables, of those whose contracts are given, of a finished warehouse.

    ``spill`` is a folder for what does not fit into memory, which stays as long as the rows are read.
    The same warehouse and DISCLOSURE_KEY give the same rows. Raises NoDisclosureKey, and DisclosureRefused where the
    control itself breaks.
    """
    key = settings.disclosure_key_text
    try:
        rounded = round_warehouse(warehouse, key, settings, spill)
        public = {table.name: _public(rounded, table, settings.sql) for table in tables}
    except (duckdb.Error, LookupError) as problem:
        # What DuckDB says of the data may quote a figure.
        raise DisclosureRefused(f"disclosure control broke: {type(problem).__name__}") from None
    rows = {name: relation for name, relation in public.items() if relation is not None}
    contracts = (table for table in tables if table.name in rows)
    return Protected(
        tables=tuple(_with_symbols(table, rows[table.name].columns) for table in contracts),
        rows=rows,
        withheld=dict.fromkeys(public.keys() - rows.keys(), NOT_PUBLIC),
        report={"method": METHOD, "tables": {name: _cells(relation) for name, relation in rows.items()}},
    )


def _public(rounded: duckdb.DuckDBPyConnection, table: SnapshotTable, sql: Path) -> duckdb.DuckDBPyRelation | None:
    """A table as it may be read; None where nothing here makes it public."""
    file = sql / "editions" / "public" / f"{table.name}.sql"
    if not file.exists():
        return None
    rounded.sql(file.read_text(encoding="utf-8")).create(f"public.{table.name}")
    return rounded.table(f"public.{table.name}")


def _cells(relation: duckdb.DuckDBPyRelation) -> dict[str, int]:
    """How many of a public table's cells could have a symbol, how many are hidden, and how many rounded to 0."""
    symbols = [column for column in relation.columns if column.endswith(SYMBOL)]
    found = [
        duckdb.FunctionExpression("count_if", duckdb.ColumnExpression(column) == duckdb.ConstantExpression(symbol))
        for symbol in ("c", "low")
        for column in symbols
    ]
    counts = [int(count or 0) for count in relation.aggregate(found).fetchall()[0]] if found else []
    hidden, low = counts[: len(symbols)], counts[len(symbols) :]
    return {"cells": len(relation) * len(symbols), "hidden": sum(hidden), "low": sum(low)}


def _with_symbols(table: SnapshotTable, columns: Sequence[str]) -> SnapshotTable:
    """The contract of a public table: what may be hidden is not required, and a column beside it says why."""
    declared = {column.name: column for column in table.columns}
    made = [declared[name] if name in declared else _symbol_of(declared[name.removesuffix(SYMBOL)]) for name in columns]
    loose = {name.removesuffix(SYMBOL) for name in columns if name.endswith(SYMBOL)} | NOT_REQUIRED
    return replace(
        table,
        columns=tuple(replace(column, required=False) if column.name in loose else column for column in made),
    )


def _symbol_of(column: PublishedColumn) -> PublishedColumn:
    return PublishedColumn(
        name=f"{column.name}{SYMBOL}",
        logical_type="string",
        duckdb_type="VARCHAR",
        description=WHY.format(column.name),
        required=False,
        in_grain=False,
    )

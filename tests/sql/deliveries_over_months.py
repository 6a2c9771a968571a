"""Deliveries of many months as staging leaves them, each given in a few words, and the warehouse built of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.periods import Period
from tests.staged_input import stage
from tests.warehouse_input import built_file, settings_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from tests.staged_input import Rows


def finding(rule: str, record: str | None, table: str = "ssd_cin_visits", **others: Any) -> dict[str, Any]:
    shared = {"table_name": table, "rule_code": rule, "severity": "warning", "consequence": "warn"}
    return {**shared, "column_name": None, "record_key": record, **others}


def result(rule: str, failed: int = 0, table: str = "ssd_cin_visits", **others: Any) -> dict[str, Any]:
    shared = {"table_name": table, "rule_code": rule, "severity": "warning", "consequence": "warn", "column_name": None}
    counts = {"rows_tested": 10, "rows_failed": failed}
    return {**shared, **counts, "sentence": "It is wrong.", "remedy": "Fix it.", **others}


def counted(rows: int, month: str, code: str | None = None, **others: Any) -> dict[str, Any]:
    """So many rows of child in need visits dated in the month; with a code, of the column that says whether seen."""
    column = None if code is None else "cinv_cin_visit_seen"
    shared = {"table_name": "ssd_cin_visits", "column_name": column, "code": code, "event_month": month}
    return {**shared, "row_count": rows, **others}


def file_of(rows: int, table: str = "ssd_cin_visits") -> dict[str, Any]:
    counts = {"rows_read": rows, "rows_staged": rows, "rows_refused": 0}
    return {"file_name": f"{table}.csv", "table_name": table, "encoding": "utf-8", **counts}


def months(first: str, number: int) -> list[str]:
    return [str(Period.parse(first).plus(place)) for place in range(number)]


def built_over(
    folder: Path,
    deliveries: Mapping[str, Mapping[str, Any]],
    month: str,
    tables: Mapping[str, Rows] | None = None,
    of: Collection[str] = (),
) -> duckdb.DuckDBPyConnection:
    """Stage each delivery (``E06000015/ssd/2021-02``) with what staging left beside its rows, and build the month.

    ``of``: the tables that are asked for; without them, all.
    """
    settings = settings_in(folder)
    for delivery, left in deliveries.items():
        stage(settings.staging, delivery, tables or {}, **left)
    return duckdb.connect(str(built_file(settings, month, of)), read_only=True)


def asked(warehouse: duckdb.DuckDBPyConnection, query: str, given: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    return warehouse.execute(query, list(given)).fetchall()

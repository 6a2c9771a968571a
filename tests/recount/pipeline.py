"""The pipeline's side: the same rows staged, built into a warehouse, and read from the tables that are published."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.periods import Period
from pipelines.sql_files import DIALECT
from tests.recount.council import Figure, Key
from tests.recount.worlds import TABLES
from tests.staged_input import key
from tests.warehouse_input import built

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    import duckdb

    from tests.recount.council import Figures
    from tests.recount.worlds import World


def build_world(folder: Path, world: World) -> duckdb.DuckDBPyConnection:
    month = f"{world.last:%Y-%m}"
    deliveries = {}
    for code, authority in world.authorities.items():
        tables = authority.tables
        for source, names in TABLES.items():
            deliveries[f"{code}/{source}/{month}"] = {name: tables.get(name, []) for name in names}
    return built(folder, deliveries, month, of=("snapshots.kpi_month", "snapshots.kpi_window"))


def figures(warehouse: duckdb.DuckDBPyConnection, authority: str) -> Figures:
    """snapshots.kpi_month, before small numbers are hidden."""
    rows = warehouse.execute(
        """
        SELECT kpi_id, reporting_month, team_code, category, numerator, denominator
        FROM snapshots.kpi_month
        WHERE authority_code = ?
        """,
        [authority],
    ).fetchall()
    return _each_once(
        (Key(kpi, _last_day(month), team, category), _figure(*numbers)) for kpi, month, team, category, *numbers in rows
    )


def windows(warehouse: duckdb.DuckDBPyConnection, authority: str) -> dict[tuple[int, Key], Figure]:
    """snapshots.kpi_window, those of more than one month."""
    rows = warehouse.execute(
        """
        SELECT window_months, kpi_id, reporting_month, team_code, category, numerator, denominator
        FROM snapshots.kpi_window
        WHERE authority_code = ? AND window_months > 1
        """,
        [authority],
    ).fetchall()
    return _each_once(
        ((length, Key(kpi, _last_day(month), team, category)), _figure(*numbers))
        for length, kpi, month, team, category, *numbers in rows
    )


def of_child(warehouse: duckdb.DuckDBPyConnection, authority: str, child: str, kpi: str) -> Figures:
    """What the child adds to the KPI's figures."""
    added = warehouse.execute(
        exp.select("reporting_month", "team_code", "sum(numerator)", "sum(denominator)")
        .from_(exp.table_(kpi, db="kpis"))
        .where("authority_code = ? AND child_id = ? AND coalesce(numerator, denominator) IS NOT NULL")
        .group_by("reporting_month", "team_code")
        .sql(DIALECT),
        [authority, key(child)],
    ).fetchall()
    return _each_once((Key(kpi, _last_day(month), team), _figure(*numbers)) for month, team, *numbers in added)


def _each_once(figures: Iterable[tuple[Any, Figure]]) -> dict[Any, Figure]:
    rows = list(figures)
    assert len(dict(rows)) == len(rows), "a figure is there twice"
    return dict(rows)


def _last_day(month: str) -> date:
    return Period.parse(month).last_day


def _figure(numerator: Any, denominator: Any) -> Figure:
    """Decimals as they are: nothing was divided yet."""
    return Figure(Fraction(numerator), None if denominator is None else Fraction(denominator))

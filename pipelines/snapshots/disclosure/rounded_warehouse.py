"""A warehouse in memory whose every count is rounded: what the public edition is computed from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from pipelines.contracts.kpis import load_register
from pipelines.sql_files import DIALECT

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

EXACT = "exact"
SCHEMAS = ("core", "warehouse", "snapshots", "reference", "disclosure", "public")
MACROS = ("rounding", "rating", "intervals", "published", "disclosure")
# What the SELECTs below read of the exact warehouse: no count of ours. Anything else is not there for them.
WITHOUT_COUNTS = (
    "core.survey_standard",
    "reference.chance_limit",
    "reference.chart_phase",
    "reference.commentary",
    "reference.comparator",
    "reference.disclosure_limit",
    "reference.kpi",
    "reference.kpi_category",
    "reference.kpi_unit",
    "reference.survey_band",
    "warehouse.dim_kpi",
    "warehouse.dim_month",
    "warehouse.dim_narrative",
    "warehouse.dim_target",
    "warehouse.fct_benchmark",
    "warehouse.fct_survey_wave",
)
ROUNDED = ("fct_kpi_coverage", "fct_kpi_undecided", "fct_kpi_team_month", "fct_kpi_window_count", "fct_survey_score")
FIGURES = ("fct_kpi_month", "fct_kpi_window")
COMPARISONS = (
    "fct_kpi_change",
    "fct_kpi_chart_point",
    "fct_kpi_chart_phase",
    "fct_kpi_chart",
    "fct_kpi_funnel",
    "kpi_figure",
    "confidence_interval",
)
PUBLISHED = ("kpi_month", "kpi_window", "kpi_change", "kpi_chart", "kpi_funnel", "kpi_summary", "survey_score")
PUT_PUBLIC_WINDOWS = """
    CREATE TABLE disclosure.public_window AS
    SELECT unnest($kpi_ids) AS kpi_id, unnest($window_months) AS window_months
"""


def round_warehouse(warehouse: Path, key: str, settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    """The schemas ``warehouse`` and ``snapshots``, of whole authorities, rounded by the key; as far as it is public.

    What does not fit into memory is put into the folder ``spill``.
    """
    connection = _connect(warehouse, key, settings, spill)
    _put_public_windows(connection, settings.sql)
    count(connection, settings.sql)
    _create(connection, "disclosure", settings.sql / "editions" / "disclosure", "rounded")
    _create(connection, "warehouse", settings.sql / "editions" / "rounded", *ROUNDED)
    # From here on by the SQL of the restricted edition.
    _create(connection, "warehouse", settings.sql / "warehouse" / "kpis", *FIGURES)
    connection.execute(_text(settings.sql / "editions" / "disclosure", "small_denominators"))
    _create(connection, "warehouse", settings.sql / "warehouse" / "kpis", *COMPARISONS)
    _create(connection, "snapshots", settings.sql / "snapshots", *PUBLISHED)
    return connection


def count(connection: duckdb.DuckDBPyConnection, sql: Path) -> None:
    """The only step that looks at exact figures, but for those of surveys: ``disclosure.counted``."""
    _create(connection, "disclosure", sql / "editions" / "disclosure", "counted")


def _connect(warehouse: Path, key: str, settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    sql = settings.sql
    connection = duckdb.connect(config={**settings.duckdb_config, "threads": 1, "temp_directory": str(spill)})
    connection.execute("SET VARIABLE disclosure_key = $key", {"key": key})
    attached = exp.alias_(exp.Literal.string(str(warehouse)), EXACT)
    read_only = exp.AttachOption(this=exp.var("READ_ONLY"))
    connection.execute(exp.Attach(this=attached, expressions=[read_only]).sql(dialect=DIALECT))
    for schema in SCHEMAS:
        connection.execute(exp.Create(this=exp.table_(schema), kind="SCHEMA").sql(dialect=DIALECT))
    for table in WITHOUT_COUNTS:
        connection.execute(_view(table))
    for macros in MACROS:
        connection.execute(_text(sql / "macros", macros))
    connection.execute(_text(sql / "editions" / "disclosure", "limits"))
    return connection


def _view(table: str) -> str:
    """The table of the exact warehouse, under its own name."""
    rows = exp.select("*").from_(exp.to_table(f"{EXACT}.{table}"))
    return exp.Create(this=exp.to_table(table), kind="VIEW", expression=rows).sql(dialect=DIALECT)


def _put_public_windows(connection: duckdb.DuckDBPyConnection, sql: Path) -> None:
    """What a KPI's own file says of what happens; what stands at a month's end is of that alone."""
    declared = [
        (kpi.kpi_id, months)
        for kpi in load_register(sql / "kpis")
        for months in (kpi.public_windows if kpi.measure == "flow" else (1,))
    ]
    kpi_ids, window_months = ([each[place] for each in declared] for place in (0, 1))
    connection.execute(PUT_PUBLIC_WINDOWS, {"kpi_ids": kpi_ids, "window_months": window_months})


def _create(connection: duckdb.DuckDBPyConnection, schema: str, folder: Path, *names: str) -> None:
    for name in names:
        connection.sql(_text(folder, name)).create(f"{schema}.{name}")


def _text(folder: Path, name: str) -> str:
    return (folder / f"{name}.sql").read_text(encoding="utf-8")

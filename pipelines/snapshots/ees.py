"""Pairs of files as Explore Education Statistics takes them: ``ees/x.csv`` and what it means, ``ees/x.meta.csv``.

One pair for the months and one for the windows of each unit, so that a column has one unit and a file one way to show
time. Only whole authorities are in them, and only those of ``sql/reference/authority.csv``.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

EES = "ees"
TABLES = ("kpi_month", "kpi_window")
CATEGORIES = "kpi_category"
LISTS = ("authority", "benchmark_area", "ees_column")
FIXED = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)
META = (
    "col_name",
    "col_type",
    "label",
    "indicator_grouping",
    "indicator_unit",
    "indicator_dp",
    "filter_hint",
    "filter_grouping_column",
    "filter_default",
)


def write_pairs(folder: Path, sql: Path) -> list[Path]:
    """Write the pairs of a public edition's Parquet into its folder; returns the data files, where there are any."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute((sql / "macros" / "ees.sql").read_text(encoding="utf-8"))
        for name in LISTS:
            connection.read_csv(str(sql / "reference" / f"{name}.csv"), header=True, all_varchar=True).create(name)
        if (folder / f"{CATEGORIES}.parquet").exists():
            connection.read_parquet(str(folder / f"{CATEGORIES}.parquet")).create_view(CATEGORIES)
        written: list[Path] = []
        for table in TABLES:
            file = folder / f"{table}.parquet"
            if file.exists():
                connection.read_parquet(str(file)).create_view(table)
                made = connection.sql((sql / "editions" / EES / f"{table}.sql").read_text(encoding="utf-8"))
                written += _write_by_unit(folder / EES, table, made, connection.table("ees_column"))
    return written


def _write_by_unit(
    folder: Path, table: str, made: duckdb.DuckDBPyRelation, declared: duckdb.DuckDBPyRelation
) -> Iterable[Path]:
    rows = [dict(zip(made.columns, row, strict=True)) for row in made.fetchall()]
    columns = [dict(zip(declared.columns, row, strict=True)) for row in declared.fetchall()]
    for unit in sorted({row["unit"] for row in rows}):
        folder.mkdir(exist_ok=True)
        meta = [each for each in columns if each["unit"] == unit and each["col_name"] in made.columns]
        names = [*FIXED, *(each["col_name"] for each in meta)]
        file = folder / f"{table}_{unit}.csv"
        _write_csv(file, names, [row for row in rows if row["unit"] == unit])
        _write_csv(file.with_suffix(".meta.csv"), META, meta)
        yield file


def _write_csv(file: Path, names: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="", extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)

"""Restricted editions written by hand: the tables that disclosure control reads, as Parquet, by their contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.published import PublishedTable, load_published
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

COUNCIL = "X99000001"
TABLES = {table.name: table for table in load_published(PROJECT / "expectations" / "snapshots")}
COUNTED = ("kpi_change", "kpi_chart", "kpi_funnel", "kpi_month", "kpi_window", "survey_score")
# What a column holds where a test does not care.
ANY: Mapping[str, Any] = {"VARCHAR": "any", "BOOLEAN": False, "DATE": "2021-02-28"}

Row = dict[str, Any]


def contracts() -> list[PublishedTable]:
    return [TABLES[name] for name in COUNTED]


def write_restricted(folder: Path, rows: Mapping[str, Iterable[Row]]) -> Path:
    """Every table that disclosure control reads; of those not given, an empty one."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("kpi", *COUNTED):
        _write(folder, TABLES[name], list(rows.get(name, ())))
    return folder


def _write(folder: Path, table: PublishedTable, rows: list[Row]) -> None:
    with duckdb.connect() as connection:
        columns = ", ".join(f"{column.name} {column.duckdb_type}" for column in table.columns)
        connection.execute(f"CREATE TABLE made ({columns})")
        for row in rows:
            assert set(row) <= {column.name for column in table.columns}, set(row)
            values = [
                row.get(column.name, ANY.get(column.duckdb_type, 0) if column.required else None)
                for column in table.columns
            ]
            connection.execute(f"INSERT INTO made VALUES ({', '.join('?' for _ in values)})", values)
        connection.table("made").write_parquet(str(folder / f"{table.name}.parquet"))


def month_name(number: int) -> str:
    """2021-01 is month 0."""
    return f"{2021 + number // 12}-{number % 12 + 1:02d}"


def share(figure: tuple[int, int]) -> Row:
    """A numerator and a rest as columns of a table."""
    numerator, rest = figure
    denominator = numerator + rest
    value = 100 * numerator / denominator if denominator else None
    return {
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "shown": value,
        "lower": value,
        "upper": value,
    }


def of_kpi(kpi_id: str = "assess_45wd", unit: str = "percent", measure: str = "flow") -> Row:
    uncertainty = {"percent": "wilson", "count": "poisson"}.get(unit, "none")
    return {"kpi_id": kpi_id, "unit": unit, "measure": measure, "uncertainty": uncertainty}


def flow_tables(months: list[tuple[int, int]], kpi_id: str = "assess_45wd", first: int = 0) -> dict[str, list[Row]]:
    """The months (numerator, rest) of a KPI of the whole authority, and all that follows from them."""
    key = {"authority_code": COUNCIL, "kpi_id": kpi_id, "team_code": None}
    tables: dict[str, list[Row]] = {"kpi": [of_kpi(kpi_id)], "kpi_month": [], "kpi_window": [], "kpi_chart": []}
    for number, figure in enumerate(months, start=first):
        month = {**key, "reporting_month": month_name(number), "rag": "green"}
        tables["kpi_month"].append({**month, **share(figure), "unit": "percent"})
        point = {
            "value": share(figure)["value"],
            "points": len(months),
            "mean": 90.0,
            "lower_limit": 80.0,
            "upper_limit": 100.0,
        }
        tables["kpi_chart"].append({**key, "reporting_month": month_name(number), **point, "variation": "common cause"})
        for length in (6, 12):
            if number - first + 1 >= length:
                members = months[number - first + 1 - length : number - first + 1]
                pooled = share((sum(n for n, _ in members), sum(r for _, r in members)))
                window = {**month, **pooled, "window_months": length, "first_month": month_name(number + 1 - length)}
                tables["kpi_window"].append({**window, "unit": "percent", "mean_of_months": 90.0})
    windows = {row["reporting_month"]: row for row in tables["kpi_window"] if row["window_months"] == 6}
    tables["kpi_change"] = [
        _change(key, windows[month_name(number - 12)], row, month_name(number - 12))
        for number in range(first + 17, first + len(months))
        if (row := windows[month_name(number)])
    ]
    return tables


def _change(key: Row, base: Row, now: Row, base_month: str) -> Row:
    figures = {name: now[name] for name in ("numerator", "denominator", "value")}
    based = {f"base_{name}": base[name] for name in ("numerator", "denominator", "value")}
    compared = {"comparator": "same_month_last_year", "base_month": base_month, "window_months": 6, "unit": "percent"}
    change = {"change": now["value"] - base["value"], "lower": -1.0, "upper": 1.0, "is_beyond_chance": False}
    return {**key, "reporting_month": now["reporting_month"], **compared, **figures, **based, **change}


def score(respondents: int | None, geography: str = "council", standard_id: str = "standard_1") -> Row:
    return {
        "authority_code": COUNCIL,
        "reporting_month": "2021-02",
        "standard_id": standard_id,
        "geography": geography,
        "score": 71.2345,
        "rounded_score": 71,
        "without_score": None if geography == "council" else 70.0,
        "rag": "amber",
        "respondents": respondents,
    }

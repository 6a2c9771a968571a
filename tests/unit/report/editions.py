"""Small editions for reports: the Parquet files of a few tables, each row with what the test is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.contracts.kpis import load_register
from pipelines.contracts.published import PUBLIC, RESTRICTED, load_published
from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.snapshots import report

if TYPE_CHECKING:
    from pathlib import Path

MONTH = "2021-02"
AUTHORITY, OTHER = "E06000015", "E06000016"
CONTRACTS = {table.name: table for table in load_published(PROJECT / "expectations/snapshots")}
ALWAYS_INSIDE = (
    "publication",
    "gate",
    "delivery",
    "reconciliation",
    "finding_summary",
    "check_result",
    "kpi_restatement",
)
Row = dict[str, Any]


def kpi(kpi_id: str, unit: str = "percent", **others: Any) -> Row:
    shared = {
        "title": kpi_id.title(),
        "definition": "What it means.",
        "unit": unit,
        "direction": "higher_is_better",
        "measure": "flow" if unit == "percent" else "stock",
        "standard": "10 working days",
        "standard_type": "local",
        "numerator": "those in time",
        "denominator": None if unit == "count" else "all",
        "exclusions": "nothing",
        "source": "local policy",
        "confidence": "read",
        "section": "performance",
    }
    return {"kpi_id": kpi_id, **shared, **others}


def window(kpi_id: str, value: float | None, unit: str = "percent", **others: Any) -> Row:
    shared = {
        "authority_code": AUTHORITY,
        "reporting_month": MONTH,
        "window_months": 6 if unit == "percent" else 1,
        "first_month": "2020-09" if unit == "percent" else MONTH,
        "title": kpi_id.title(),
        "numerator": value,
        "denominator": 100 if unit == "percent" else None,
        "value": value,
        "value_rounded": value,
        "unit": unit,
        "rag": "no target",
        "narrative_conflict": False,
    }
    return {"kpi_id": kpi_id, **shared, **others}


def change(kpi_id: str, now: float, base: float, unit: str = "percent", **others: Any) -> Row:
    shared = {
        "authority_code": AUTHORITY,
        "reporting_month": MONTH,
        "comparator": "same_month_last_year",
        "base_month": "2020-02",
        "window_months": 6 if unit == "percent" else 1,
        "title": kpi_id.title(),
        "unit": unit,
        "numerator": now,
        "denominator": 100 if unit == "percent" else None,
        "value": now,
        "base_numerator": base,
        "base_denominator": 100 if unit == "percent" else None,
        "base_value": base,
        "value_rounded": now,
        "base_value_rounded": base,
        "change": now - base,
    }
    return {"kpi_id": kpi_id, **shared, **others}


def points(kpi_id: str, *values: float | None, **others: Any) -> list[Row]:
    """A chart's months, the last of them the reporting month."""
    months = [str(Period.parse(MONTH).plus(number - len(values) + 1)) for number in range(len(values))]
    shared = {
        "authority_code": AUTHORITY,
        "kpi_id": kpi_id,
        "charted": "figure",
        "phase": 1,
        "phase_first_month": months[0],
        "points": len(values),
        "is_trial": False,
        **others,
    }
    return [
        {"reporting_month": month, "value": value, "value_symbol": "c" if value is None else None, **shared}
        for month, value in zip(months, values, strict=True)
    ]


def score(name: str, council: int, *, region: int = 74, nation: int = 76, **others: Any) -> list[Row]:
    """The three rows of a standard."""
    shared = {
        "authority_code": AUTHORITY,
        "reporting_month": MONTH,
        "survey_date": "2020-12-11",
        "standard_id": name.lower(),
        "standard_name": name,
        "display_order": 1,
        "narrative_conflict": False,
        "is_reverse": False,
        "basis": "responses",
    }
    scores = {"council": council, "region": region, "nation": nation}
    return [
        {**shared, "geography": place, "score": value, "rounded_score": value, "respondents": 67, "rag": "green"}
        | (others if place == "council" else {})
        for place, value in scores.items()
    ]


def put(folder: Path, *, public: bool = False, **tables: list[Row]) -> Path:
    """Write the tables; a restricted edition has those about itself in any case."""
    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, list[Row]] = {"kpi": [], "kpi_window": [], **tables}
    if not public:
        given = {name: [] for name in ALWAYS_INSIDE} | given
        given["publication"] = given["publication"] or [{"reporting_month": MONTH, "verdict": "open"}]
    with duckdb.connect() as connection:
        for name, rows in given.items():
            _write(connection, folder, name, rows, public=public)
    return folder


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, name: str, rows: list[Row], *, public: bool) -> None:
    columns = {column.name: column.duckdb_type for column in CONTRACTS[name].columns}
    if public:
        columns |= {f"{column}_symbol": "VARCHAR" for column in CONTRACTS_WITH_SYMBOLS.get(name, ())}
    connection.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
    for row in rows:
        assert public or not any(row.get(key) for key in row if key.endswith("_symbol"))
        kept = {key: value for key, value in row.items() if key in columns}
        assert {key for key in row if key not in columns} <= {key for key in row if key.endswith("_symbol")}
        marks = ", ".join("?" for _ in kept)
        connection.execute(f"INSERT INTO {name} ({', '.join(kept)}) VALUES ({marks})", list(kept.values()))
    connection.table(name).write_parquet(str(folder / f"{name}.parquet"))


CONTRACTS_WITH_SYMBOLS = {
    "kpi_window": ("numerator", "denominator", "value", "value_rounded", "lower", "upper"),
    "kpi_month": ("numerator", "denominator", "value", "value_rounded", "lower", "upper"),
    "kpi_change": (
        "numerator",
        "denominator",
        "value",
        "value_rounded",
        "base_numerator",
        "base_denominator",
        "base_value",
        "base_value_rounded",
        "change",
    ),
    "kpi_chart": ("value", "value_year_before"),
    "survey_score": ("score", "rounded_score", "respondents"),
}


SECTION_OF = {kpi.kpi_id: kpi.section for kpi in load_register(PROJECT / "sql/kpis")}


def written(folder: Path, *, public: bool = False, council: Path | None = None) -> Path:
    """Write report and annex of an edition, KPIs that the project does not have in a section; the annex's page."""
    kpis = duckdb.read_parquet(str(folder / "kpi.parquet")).project("kpi_id, unit").fetchall()
    others = {kpi_id: "performance" if unit == "percent" else "pressures" for kpi_id, unit in kpis}
    report.write(folder, Period.parse(MONTH), PUBLIC if public else RESTRICTED, others | SECTION_OF, council)
    return folder / report.ANNEX_PAGE

"""What a run prints for a person at its end, read from the published snapshot and nowhere else."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import duckdb
from rich.table import Table

from pipelines.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rich.console import Console

    from pipelines.settings import Settings

MADE_UP_AUTHORITY = "X99000001"
RAG_STYLES = {"green": "green", "amber": "yellow", "red": "bold red"}


def print_summary(console: Console, settings: Settings, month: Period, snapshot: Path) -> None:
    """Print the KPI table, the survey table, what was refused or warned about, and where everything is."""
    with duckdb.connect(str(snapshot / "snapshot.duckdb"), read_only=True) as connection:
        for query, tables in (("kpis", _kpi_tables), ("survey", _survey_tables)):
            for table in tables(_rows(connection, settings, query, month), month):
                console.print(table)
        console.print(_files_table(_rows(connection, settings, "files", month)))
        for row in _rows(connection, settings, "totals", month):
            console.print(_reconciled(row))
    console.print(f"\nSnapshot: {snapshot}")
    console.print(f"Validation pages: {settings.reports / 'validation'}")


def _rows(connection: duckdb.DuckDBPyConnection, settings: Settings, query: str, month: Period) -> list[dict[str, Any]]:
    sql = (settings.sql / "summary" / f"{query}.sql").read_text(encoding="utf-8")
    result = connection.execute(sql, {"month": str(month)} if "$month" in sql else {})
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _by_authority(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for authority in sorted({row["authority_code"] for row in rows}):
        yield authority, [row for row in rows if row["authority_code"] == authority]


def _kpi_tables(rows: list[dict[str, Any]], month: Period) -> Iterator[Table]:
    window = f"{month.plus(-5).name} to {month.name}"
    for authority, kpis in _by_authority(rows):
        table = Table(title=f"KPIs of {_named(authority)}", title_justify="left")
        table.add_column("KPI", max_width=44)
        for heading in (month.name, "RAG", window, "RAG", "Target"):
            table.add_column(heading)
        for row in kpis:
            target = "none set" if row["green_from"] is None else f"{row['green_from']:g}"
            table.add_row(
                row["title"],
                figure(row["value"], row["numerator"], row["denominator"], row["unit"]),
                _rag(row["rag"]),
                _window(row),
                _rag(row["window_rag"]),
                target,
            )
        yield table


def _window(row: Mapping[str, Any]) -> str:
    if row["unit"] == "percent":
        if row["window_denominator"] is None:
            return "six months not covered"
        return figure(row["window_value"], row["window_numerator"], row["window_denominator"], "percent")
    if row["change"] is None:
        return "no comparison"
    percent = "" if row["change_percent"] is None else f", {_signed(half_up(row['change_percent'], 1))}%"
    base = f"{Period.parse(row['base_month']).name} ({row['base_value']:g})"
    return f"{_signed(row['change'])}{percent} on {base}"


def _signed(number: Decimal | float) -> str:
    return f"{number:+,}" if isinstance(number, Decimal) else f"{number:+,g}"


def _survey_tables(rows: list[dict[str, Any]], _: Period) -> Iterator[Table]:
    for authority, scores in _by_authority(rows):
        first = scores[0]
        title = f"Social work health check of {first['survey_date']}, {_named(authority)}: "
        table = Table(title=f"{title}{first['respondents']} respondents", title_justify="left")
        table.add_column("Standard", max_width=44)
        for heading in ("Council", "RAG", "Region", "RAG", "Nation", "RAG"):
            table.add_column(heading, justify="left" if heading == "RAG" else "right")
        for row in scores:
            cells = [
                cell
                for geography in ("council", "region", "nation")
                for cell in (_score(row[geography]), _rag(row[f"{geography}_rag"]))
            ]
            table.add_row(row["standard_name"], *cells)
        yield table


def _files_table(rows: list[dict[str, Any]]) -> Table:
    table = Table(title="What was refused or warned about", title_justify="left")
    for heading in ("Delivery", "File"):
        table.add_column(heading)
    for heading in ("Read", "Staged", "Refused", "Warnings"):
        table.add_column(heading, justify="right")
    table.add_column("Rules", max_width=60)
    for row in rows:
        numbers = (row["rows_read"], row["rows_staged"], row["rows_refused"], row["warnings"])
        cells = ["" if number is None else f"{number:,}" for number in numbers]
        table.add_row(row["delivery"], row["file_name"], *cells, row["rule_codes"])
    return table


def _reconciled(row: Mapping[str, Any]) -> str:
    sign = "=" if row["rows_read"] == row["rows_staged"] + row["rows_refused"] else "≠"
    return (
        f"{row['delivery']}: {row['files']} files, {row['rows_read']:,} rows read {sign} "
        f"{row['rows_staged']:,} staged + {row['rows_refused']:,} refused"
    )


def _named(authority: str) -> str:
    return f"{authority} (Sample council, made up)" if authority == MADE_UP_AUTHORITY else authority


def _score(score: int | None) -> str:
    return "" if score is None else str(score)


def _rag(rag: str | None) -> str:
    if rag is None:
        return ""
    style = RAG_STYLES.get(rag)
    return rag if style is None else f"[{style}]{rag}[/{style}]"


def half_up(value: float | Decimal, places: int) -> Decimal:
    """Round as the statistics do: a half goes up, whatever the digit before it."""
    return Decimal(repr(value) if isinstance(value, float) else value).quantize(
        Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
    )


def figure(value: float | None, numerator: float | None, denominator: float | None, unit: str) -> str:
    """A figure with what it is made of; 100% only where nothing is missing from it, 0% only where nothing is in it."""
    if unit != "percent":
        return "none" if value is None else f"{value:,g}"
    if value is None or numerator is None or denominator is None:
        return "nothing to count"
    shown = half_up(value, 1)
    if shown == 100 and numerator != denominator:
        shown = Decimal("99.9")
    if shown == 0 and numerator != 0:
        shown = Decimal("0.1")
    return f"{shown}% ({numerator:,g}/{denominator:,g})"

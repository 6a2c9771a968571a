"""What a run prints for a person at its end, read from the published snapshot and nowhere else."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import duckdb
from rich.table import Table

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rich.console import Console

    from pipelines.settings import Settings

RAG_STYLES = {"green": "green", "amber": "yellow", "red": "bold red"}


def print_summary(console: Console, settings: Settings, month: Period, snapshot: Path) -> None:
    """Print the KPI table, the survey table, what was refused or warned about, and where everything is."""
    with duckdb.connect(str(snapshot / "snapshot.duckdb"), read_only=True) as connection:
        for row in _rows(connection, settings, "publication", month):
            console.print(_approval(row), style="bold yellow", markup=False, soft_wrap=True, highlight=False)
        for query, tables in (("kpis", _kpi_tables), ("survey", _survey_tables)):
            for table in tables(_rows(connection, settings, query, month), month):
                console.print(table)
        files = _rows(connection, settings, "files", month)
    for delivery in sorted({row["delivery"] for row in files}):
        console.print(f"\n[italic]Files of {delivery}[/]", highlight=False)
        for row in files:
            if row["delivery"] == delivery:
                console.print(_file_line(row), soft_wrap=True, highlight=False)
    console.print(f"\nReport: {snapshot / 'report.html'}", soft_wrap=True, highlight=False)
    console.print(f"Snapshot: {snapshot}", soft_wrap=True, highlight=False)
    console.print(f"All reports and pages: {settings.reports / 'index.html'}", soft_wrap=True, highlight=False)
    console.print(
        f"Validation pages: {settings.reports / 'validation' / str(month) / 'index.html'}",
        soft_wrap=True,
        highlight=False,
    )


def _approval(row: Mapping[str, Any]) -> str:
    return (
        f"Published by approval of {row['approved_by']}, {row['approved_at']}: {row['reason']}\n"
        f"What did not hold: {row['conditions_not_met']}\n"
    )


def _rows(connection: duckdb.DuckDBPyConnection, settings: Settings, query: str, month: Period) -> list[dict[str, Any]]:
    sql = (settings.sql / "summary" / f"{query}.sql").read_text(encoding="utf-8")
    result = connection.execute(sql, {"month": str(month)} if "$month" in sql else {})
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _by_authority(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for authority in sorted({row["authority_code"] for row in rows}):
        yield authority, [row for row in rows if row["authority_code"] == authority]


def _kpi_tables(rows: list[dict[str, Any]], month: Period) -> Iterator[Table]:
    for authority, kpis in _by_authority(rows):
        table = Table(title=f"KPIs of {_named(authority)}", title_justify="left")
        table.add_column("KPI", min_width=14, max_width=44)
        for heading in (month.name, "Six months, or change in twelve", "Target", "RAG"):
            table.add_column(heading)
        for row in kpis:
            target = "none set" if row["target"] is None else f"{row['target']:g}"
            table.add_row(
                row["title"],
                figure(row["value"], row["numerator"], row["denominator"], row["unit"]),
                _window(row),
                target,
                _rags(row["rag"], row["window_rag"]),
            )
        yield table


def _window(row: Mapping[str, Any]) -> str:
    if row["measure"] == "flow":
        if row["window_numerator"] is None:
            return "six months not covered"
        return figure(row["window_value"], row["window_numerator"], row["window_denominator"], row["unit"])
    if row["change"] is None:
        return "no comparison"
    points = " points" if row["unit"] == "percent" else ""
    percent = "" if row["change_percent"] is None else f", {half_up(row['change_percent'], 1):+}%"
    base = f"{Period.parse(row['base_month']).name} ({_number(row['base_value'])})"
    return f"{_number(row['change'], sign='+')}{points}{percent} on {base}"


def _number(number: float | Decimal, sign: str = "") -> str:
    """To one decimal place, unless it is whole."""
    rounded = half_up(number, 1)
    return f"{rounded:{sign},.{0 if rounded == int(rounded) else 1}f}"


def _survey_tables(rows: list[dict[str, Any]], _: Period) -> Iterator[Table]:
    for authority, scores in _by_authority(rows):
        first = scores[0]
        title = f"Social work health check of {first['survey_date']}, {first['respondents']} respondents"
        table = Table(title=title, title_justify="left")
        table.add_column(_named(authority), max_width=44)
        for heading in ("Council", "RAG", "Region", "RAG", "Nation", "RAG"):
            table.add_column(heading, justify="left" if heading == "RAG" else "right")
        for row in scores:
            cells = [
                cell
                for geography in ("council", "region", "nation")
                for cell in (_score(row[geography]), _rag(row[f"{geography}_rag"]))
            ]
            conflict = " (the report's wording contradicts the rating)" if row["narrative_conflict"] else ""
            table.add_row(row["standard_name"] + conflict, *cells)
        yield table


def _file_line(row: Mapping[str, Any]) -> str:
    """One line a file, however wide: what became of its rows, and the codes of the rules that fired."""
    told = []
    if row["is_delivery_refused"]:
        told.append("[bold red]delivery refused[/]")
    if row["rows_read"] is not None:
        read, staged, refused = row["rows_read"], row["rows_staged"], row["rows_refused"]
        sign = "=" if read == staged + refused else "≠"
        told.append(f"{read:,} read {sign} {staged:,} staged + {refused:,} refused")
    if row["warnings"]:
        told.append(f"[yellow]{row['warnings']:,} warning{'' if row['warnings'] == 1 else 's'}[/]")
    codes = f" ({row['rule_codes']})" if row["rule_codes"] else ""
    return f"{row['file_name']}: {'; '.join(told)}{codes}"


def _named(authority: str) -> str:
    return f"{authority} (Sample council, made up)" if authority == MADE_UP_AUTHORITY else authority


def _score(score: int | None) -> str:
    return "" if score is None else str(score)


def _rag(rag: str | None) -> str:
    if rag is None:
        return ""
    style = RAG_STYLES.get(rag)
    return rag if style is None else f"[{style}]{rag}[/{style}]"


def _rags(month: str, window: str | None) -> str:
    """The month's and, where it differs, the window's; where there is no target, the column beside says so."""
    if month == "no target":
        return ""
    return _rag(month) if window in {None, month} else f"{_rag(month)}, six months {_rag(window)}"


def half_up(value: float | Decimal, places: int) -> Decimal:
    """Round as the statistics do: a half goes up, whatever the digit before it."""
    return Decimal(repr(value) if isinstance(value, float) else value).quantize(
        Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
    )


def figure(
    value: float | None, numerator: float | Decimal | None, denominator: float | Decimal | None, unit: str
) -> str:
    """A figure with what it is made of; 100% only where nothing is missing from it, 0% only where nothing is in it."""
    if unit != "percent":
        return "none" if value is None else _number(value)
    if value is None or numerator is None or denominator is None:
        return "nothing to count"
    shown = half_up(value, 1)
    if shown == 100 and numerator != denominator:
        shown = Decimal("99.9")
    if shown == 0 and numerator != 0:
        shown = Decimal("0.1")
    return f"{shown}% ({_number(numerator)}/{_number(denominator)})"

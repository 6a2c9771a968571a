"""What a run prints for a person at its end, read from the published snapshot and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
from rich.table import Table

from pipelines.contracts.kpis import sections_of_kpis
from pipelines.deliveries import MADE_UP_AUTHORITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rich.console import Console

    from pipelines.periods import Period
    from pipelines.settings import Settings

RAG_STYLES = {"green": "green", "amber": "yellow", "red": "bold red"}


def print_summary(console: Console, settings: Settings, month: Period, snapshot: Path) -> None:
    """Print the KPI table, the survey table, what was refused or warned about, and where everything is."""
    with duckdb.connect(str(snapshot / "snapshot.duckdb"), read_only=True) as connection:
        for row in _rows(connection, settings, "publication", month):
            console.print(_approval(row), style="bold yellow", markup=False, soft_wrap=True, highlight=False)
        for table in _verdict_tables(settings, month, snapshot):
            console.print(table)
        for table in _survey_tables(_rows(connection, settings, "survey", month)):
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
    sql = (settings.sql / "pages" / "summary" / f"{query}.sql").read_text(encoding="utf-8")
    result = connection.execute(sql, {"month": str(month)} if "$month" in sql else {})
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _by_authority(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for authority in sorted({row["authority_code"] for row in rows}):
        yield authority, [row for row in rows if row["authority_code"] == authority]


def _verdict_tables(settings: Settings, month: Period, snapshot: Path) -> Iterator[Table]:
    """In the words of the report."""
    # Drawing costs half a second to import, and nothing else of the terminal needs it.
    from pipelines.snapshots import report

    for authority, said in report.verdicts(snapshot, month, sections_of_kpis(settings.sql / "kpis")):
        table = Table(title=f"KPIs of {_named(authority)}, {month.name}", title_justify="left")
        table.add_column("KPI", min_width=14, max_width=44)
        for heading in ("Figure", "Rating", "What is said of it"):
            table.add_column(heading)
        for each in said:
            table.add_row(each.title, each.figure.replace("[", "\\["), _rag(each.rating), each.text.replace("[", "\\["))
        yield table


def _survey_tables(rows: list[dict[str, Any]]) -> Iterator[Table]:
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
    parts = []
    if row["is_delivery_refused"]:
        parts.append("[bold red]delivery refused[/]")
    if row["rows_read"] is not None:
        read, staged, refused = row["rows_read"], row["rows_staged"], row["rows_refused"]
        sign = "=" if read == staged + refused else "≠"
        parts.append(f"{read:,} read {sign} {staged:,} staged + {refused:,} refused")
    if row["warnings"]:
        parts.append(f"[yellow]{row['warnings']:,} finding{'' if row['warnings'] == 1 else 's'} in those staged[/]")
    codes = f" ({row['rule_codes']})" if row["rule_codes"] else ""
    return f"{row['file_name']}: {'; '.join(parts)}{codes}"


def _named(authority: str) -> str:
    return f"{authority} (Sample council, made up)" if authority == MADE_UP_AUTHORITY else authority


def _score(score: int | None) -> str:
    return "" if score is None else str(score)


def _rag(rag: str | None) -> str:
    if rag is None:
        return ""
    style = RAG_STYLES.get(rag)
    return rag if style is None else f"[{style}]{rag}[/{style}]"

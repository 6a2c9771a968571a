"""A month's figures in a terminal of 80 columns, or as JSON, from its published snapshot and nowhere else."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import duckdb
from rich import box
from rich.table import Table

from pipelines import storage
from pipelines.contracts.kpis import SECTIONS
from pipelines.faults import Fault
from pipelines.templates import in_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from pipelines.periods import Period

SCORECARD = "pages/front/scorecard.sql"
RAG_STYLES = {"green": "green", "amber": "yellow", "red": "bold red"}
WIDTH = 80
WHOLE = 1000
VERDICTS = frozenset({"better", "worse", "changed"})
CAPTION = "Better, worse and changed are said of what is more than chance."


class NothingToShow(Fault, LookupError):
    """The snapshot has no summary: it is from before there was one."""


def rows(snapshot: Path, sql: Path, month: Period) -> list[dict[str, Any]]:
    """Every headline figure of the month, an authority after another, what misses its target first."""
    file = snapshot / "kpi_summary.parquet"
    if not file.exists():
        raise NothingToShow(f"{snapshot} has no kpi_summary: publish the month again with today's software.")
    with duckdb.connect() as connection:
        connection.read_parquet(str(file)).create_view("kpi_summary")
        scorecard = (sql / SCORECARD).read_text(encoding="utf-8")
        result = connection.execute(scorecard, {"month": str(month), "sections": list(SECTIONS)})
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def as_json(found: Sequence[Mapping[str, Any]]) -> str:
    """The same, each number as a number."""
    return storage.json_text([{name: _plain(value) for name, value in row.items()} for row in found])


def print_table(console: Console, found: Sequence[Mapping[str, Any]], month: Period) -> None:
    """A table an authority."""
    for authority in dict.fromkeys(row["authority_code"] for row in found):
        table = Table(title=f"{authority}, {month.name}", title_justify="left", width=WIDTH, padding=(0, 1, 0, 0),
                      box=box.SIMPLE_HEAD, show_edge=False, caption=CAPTION, caption_justify="left")  # fmt: skip
        table.add_column("Measure", ratio=1)
        table.add_column("Figure", justify="right", min_width=7)
        table.add_column("Of", justify="right", min_width=11)
        table.add_column("Target", min_width=9)
        table.add_column("Year before", min_width=11)
        own = (row for row in found if row["authority_code"] == authority)
        for part, rows_of_part in groupby(own, itemgetter("part")):
            table.add_row(f"[bold]{SECTIONS.get(part, part.capitalize())}[/]")
            for row in rows_of_part:
                table.add_row(*_cells(row))
            table.add_section()
        console.print(table, no_wrap=False)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    figure = "none" if row["value_rounded"] is None else in_unit(row["value_rounded"], row["unit"])
    of = "" if row["denominator"] is None else f"{_count(row['numerator'])}/{_count(row['denominator'])}"
    return (
        row["title"],
        figure.replace(" per 10,000", ""),
        of,
        _target(row),
        _change(row),
    )


def _target(row: Mapping[str, Any]) -> str:
    if row["target"] is None:
        return ""
    style = RAG_STYLES.get(row["rag"])
    return f"{row['target']:g} [{style}]{row['rag']}[/]" if style else f"{row['target']:g}"


def _change(row: Mapping[str, Any]) -> str:
    if row["year_change"] is None:
        return ""
    verdict = f" {row['year_verdict']}" if row["year_verdict"] in VERDICTS else ""
    places = 0 if row["unit"] == "count" else 1
    return f"{row['year_change']:+,.{places}f}{verdict}".replace("+0.0", "0").replace("-0.0", "0")


def _count(figure: Any) -> str:
    return f"{figure:,.{0 if figure >= WHOLE else 1}f}".removesuffix(".0")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else float(value)

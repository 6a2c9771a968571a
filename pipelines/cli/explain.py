"""How a KPI's figure came about, record by record, from the private warehouse of a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from rich.markup import escape
from rich.table import Table
from sqlglot import exp

from pipelines.catalog import current_warehouse
from pipelines.contracts.guidance import editions
from pipelines.contracts.kpis import load_register
from pipelines.contracts.reference import load_contracts, read_rows
from pipelines.faults import Fault
from pipelines.sql_files import DIALECT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

    from pipelines.contracts.kpis import Kpi
    from pipelines.periods import Period
    from pipelines.settings import Settings

FIRST_ROWS = 40
RULE = ("definition", "numerator", "denominator", "clock", "standard", "exclusions", "source")


class CannotExplain(Fault, LookupError):
    """There is no such KPI, no warehouse of the month, or no figure for it."""


@dataclass(frozen=True)
class FigureWanted:
    """Which figure is to be explained; without a team that of the whole authority."""

    kpi_id: str
    month: Period
    authority_code: str | None = None
    team_code: str | None = None


def explain(console: Console, settings: Settings, question: FigureWanted, *, every_record: bool = False) -> None:
    """Print the rule, the figure and how each record counted; raises CannotExplain. Ids are pseudonyms."""
    kpi = _kpi(settings, question.kpi_id).in_edition(_editions(settings, question.month))
    with duckdb.connect(str(_warehouse(settings, question.month)), read_only=True) as warehouse:
        authorities = _authorities(warehouse, question)
        for authority_code in authorities:
            clocks = _clocks(warehouse, authority_code, question.month.last_day)
            _print_rule(console, kpi.with_clocks(clocks), authority_code, clocks)
            _print_figures(console, warehouse, question, authority_code)
            _print_records(console, warehouse, question, authority_code, every_record=every_record)


def _editions(settings: Settings, month: Period) -> dict[str, str]:
    contract = load_contracts(settings.expectations)["guidance"]
    return editions(read_rows(settings.sql / "reference" / "guidance.csv", contract), month.last_day)


def _kpi(settings: Settings, kpi_id: str) -> Kpi:
    register = {kpi.kpi_id: kpi for kpi in load_register(settings.sql / "kpis")}
    if kpi_id not in register:
        raise CannotExplain(f"there is no KPI {kpi_id}; there are {', '.join(sorted(register))}")
    return register[kpi_id]


def _warehouse(settings: Settings, month: Period) -> Path:
    current = current_warehouse(settings, month)
    if current is None:
        raise CannotExplain(f"there is no warehouse of {month}: python -m pipelines build {month} makes it")
    return current.file


def _authorities(warehouse: duckdb.DuckDBPyConnection, question: FigureWanted) -> list[str]:
    """Those that the question is about and that have the KPI in that month."""
    months = exp.select("authority_code").distinct().from_("warehouse.fct_kpi_coverage")
    asked = _asked({"kpi_id": question.kpi_id, "reporting_month": str(question.month)}, question.authority_code)
    found = [code for (code,) in _rows(warehouse, months.where(*asked).order_by("authority_code"))]
    if not found:
        raise CannotExplain(_absence(warehouse, question))
    return found


def _absence(warehouse: duckdb.DuckDBPyConnection, question: FigureWanted) -> str:
    """Why there is no figure, where the reporting month is the one asked for."""
    reasons = exp.select("authority_code", "reason").from_("warehouse.fct_kpi_absence")
    asked = _asked({"kpi_id": question.kpi_id}, question.authority_code)
    absences = _rows(warehouse, reasons.where(*asked).order_by("authority_code"))
    because = "; ".join(f"for {code} it {reason}" for code, reason in absences) or "nothing was delivered that it needs"
    return f"{question.kpi_id} is absent in {question.month}: {because}"


def _asked(values: dict[str, str], authority_code: str | None) -> list[exp.Expr]:
    wanted = values | ({"authority_code": authority_code} if authority_code else {})
    return [exp.column(name).eq(exp.Literal.string(value)) for name, value in wanted.items()]


def _rows(warehouse: duckdb.DuckDBPyConnection, query: exp.Select) -> list[tuple[Any, ...]]:
    return warehouse.execute(query.sql(dialect=DIALECT)).fetchall()


def _print_rule(console: Console, kpi: Kpi, authority_code: str, clocks: Mapping[str, str]) -> None:
    table = Table(title=f"{kpi.title} ({kpi.kpi_id}), {authority_code}", title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name in RULE:
        table.add_row(name.capitalize(), escape(str(getattr(kpi, name) or "none")))
    for timescale_id in kpi.timescales:
        table.add_row(f"Timescale {timescale_id}", clocks[timescale_id])
    if kpi.standard_type == "local":
        table.add_row("Note", "local definition: nothing national says how this is counted")
    console.print(table)


def _clocks(warehouse: duckdb.DuckDBPyConnection, authority_code: str, day: dt.date) -> dict[str, str]:
    """By timescale, the clock that starts on a day, as a sentence says it."""
    clocks = exp.select("timescale_id", "in_words").from_("warehouse.dim_timescale")
    in_force = exp.cast(exp.Literal.string(day.isoformat()), "DATE")
    holds = exp.and_(exp.column("from_date") <= in_force, exp.column("until_date") > in_force)
    return dict(_rows(warehouse, clocks.where(*_asked({}, authority_code), holds)))


def _print_figures(
    console: Console, warehouse: duckdb.DuckDBPyConnection, question: FigureWanted, authority_code: str
) -> None:
    columns = ("team_code", "category", "numerator", "denominator", "value")
    figures = exp.select(*columns).from_("warehouse.fct_kpi_month")
    asked = _asked({"kpi_id": question.kpi_id, "reporting_month": str(question.month)}, authority_code)
    table = Table(title=question.month.name, title_justify="left")
    table.add_column("Team")
    table.add_column("Category")
    for heading in ("Numerator", "Denominator", "Value"):
        table.add_column(heading, justify="right")
    for team, category, numerator, denominator, value in _rows(
        warehouse, figures.where(*asked).order_by("team_code NULLS FIRST", "category")
    ):
        if question.team_code in (None, team):
            shown = "" if value is None else f"{value:,.2f}"
            of_all = team or "whole authority"
            table.add_row(of_all, category or "", _number(numerator), _number(denominator), shown)
    console.print(table)
    unread = exp.select("undecided").from_("warehouse.fct_kpi_undecided")
    team = exp.NullSafeEQ(this=exp.column("team_code"), expression=exp.convert(question.team_code))
    for (count,) in _rows(warehouse, unread.where(*asked, team)):
        console.print(f"Undecided: {count:,} left out of both, because something that decides them could not be read.")
        for table_name, columns in _rows(warehouse, _unread(question, authority_code)):
            console.print(f"Could not be read: {columns} of {table_name}.")


def _print_records(
    console: Console,
    warehouse: duckdb.DuckDBPyConnection,
    question: FigureWanted,
    authority_code: str,
    *,
    every_record: bool,
) -> None:
    """Those that count against the figure first, then those that count for it, then those left out."""
    columns = ("record_key", "team_code", "numerator", "denominator", "reason")
    asked = _asked({"reporting_month": str(question.month)}, authority_code)
    if question.team_code is not None:
        asked += _asked({"team_code": question.team_code}, None)
    counts = exp.func("coalesce", exp.column("numerator"), exp.column("denominator"))
    records = (
        exp.select(*columns)
        .from_(exp.table_(question.kpi_id, db="kpis"))
        .where(*asked)
        .order_by(counts.is_(exp.null()), "numerator", *columns[1::3], *columns)
    )
    found = _rows(warehouse, records)
    shown = found if every_record else found[:FIRST_ROWS]
    table = Table(title=f"Records: {len(found):,}", title_justify="left")
    for heading in ("Record (pseudonym)", "Team", "Numerator", "Denominator", "How it counted"):
        table.add_column(heading, overflow="fold")
    undecided = exp.select("record_key", "team_code").from_("warehouse.fct_kpi_record_undecided")
    left_out = set(_rows(warehouse, undecided.where(*asked, exp.column("kpi_id").eq(question.kpi_id))))
    for key, team, *counted, reason in shown:
        why = reason or ""
        if (key, team) in left_out:
            counted, why = [None, None], f"undecided: something that decides it could not be read; as read: {why}"
        table.add_row(str(key or ""), team or "", *map(_number, counted), escape(why))
    console.print(table)
    if len(shown) < len(found):
        console.print(f"{len(found) - len(shown):,} more: --every-record shows them all.")


def _unread(question: FigureWanted, authority_code: str) -> exp.Select:
    """The tables and columns of which something could not be read that decides the figure."""
    month = exp.Literal.string(str(question.month))
    within = exp.Between(this=month, low=exp.column("first_month"), high=exp.column("last_month"))
    return (
        exp.select("table_name", "unread_columns")
        .distinct()
        .from_("warehouse.fct_unread_record")
        .where(*_asked({"kpi_id": question.kpi_id}, authority_code), within)
        .order_by("table_name", "unread_columns")
    )


def _number(figure: Any) -> str:
    """Without a number: not counted."""
    if figure is None:
        return "-"
    return f"{figure:,.2f}".removesuffix(".00")

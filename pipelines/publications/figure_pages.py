"""What is behind a figure, a page a KPI: how each record of its headline counted, and which broken rules touch it.

For inside the department alone, beside the pages about rules: records are pseudonyms, and ``kpis locate`` turns those
into the council's own ids. What a figure means and how it stands is on its page beside the report.
"""

from __future__ import annotations

import csv
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines import storage
from pipelines.publications.work_lists import PSEUDONYM, harmless
from pipelines.sql_files import DIALECT
from pipelines.templates import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.periods import Period

FOLDER = "figures"
ROWS_SHOWN = 200
KEPT = 13
"""Characters of a pseudonym: enough to distinguish records, and to look them up."""
HEADINGS = ("Month", "Team", f"Record ({PSEUDONYM})", f"Child ({PSEUDONYM})", "Counted", "Of", "How it counted")

Row = dict[str, Any]


def write(
    folder: Path,
    month: Period,
    authority_code: str,
    warehouse: duckdb.DuckDBPyConnection,
    figures: Sequence[Row],
    rules: Iterable[Row],
) -> None:
    """Write a page and a list for each of the figures; ``rules``: those broken, a row a KPI and rule."""
    folder.mkdir()
    by_kpi = {kpi_id: list(found) for kpi_id, found in groupby(rules, key=lambda rule: str(rule["kpi_id"]))}
    page = template("figure.html")
    for figure in figures:
        records = _records(warehouse, authority_code, month, figure)
        _write_list(folder / f"{figure['kpi_id']}.csv", records)
        text = page.render(
            authority_code=authority_code,
            month=month.name,
            figure=figure,
            rules=by_kpi.get(figure["kpi_id"], []),
            records=records[:ROWS_SHOWN],
            total=len(records),
        )
        storage.write_text(folder / f"{figure['kpi_id']}.html", text)
    index = template("figures.html").render(authority_code=authority_code, month=month.name, figures=figures)
    storage.write_text(folder / "index.html", index)


def by_rule(rules: Iterable[Row]) -> Mapping[str, list[Row]]:
    """Of each rule, the figures that it touches."""
    found: dict[str, list[Row]] = {}
    for rule in rules:
        found.setdefault(rule["rule_code"], []).append(rule)
    return found


def _records(
    warehouse: duckdb.DuckDBPyConnection, authority_code: str, month: Period, figure: Row
) -> list[tuple[Any, ...]]:
    """Those that count against the figure first, then those for it, then those left out; the newest first."""
    counts = exp.func("coalesce", exp.column("numerator"), exp.column("denominator"))
    against = exp.column("numerator").asc() if figure["denominator"] is not None else exp.column("numerator").desc()
    within = exp.Between(
        this=exp.column("reporting_month"),
        low=exp.convert(figure["first_month"]),
        high=exp.convert(str(month)),
    )
    records = (
        exp.select(
            "reporting_month",
            "team_code",
            *(_pseudonym(name) for name in ("record_key", "child_id")),
            "numerator",
            "denominator",
            "reason",
        )
        .from_(exp.table_(figure["kpi_id"], db="kpis"))
        .where(exp.column("authority_code").eq(exp.convert(authority_code)), within)
        .order_by(counts.is_(exp.null()), against, exp.column("reporting_month").desc(), "team_code", "record_key")
    )
    return warehouse.execute(records.sql(dialect=DIALECT)).fetchall()


def _pseudonym(column: str) -> exp.Expr:
    return exp.func("left", exp.cast(exp.column(column), "VARCHAR"), exp.Literal.number(KEPT)).as_(column)


def _write_list(file: Path, records: Sequence[tuple[Any, ...]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        writer.writerows([harmless(cell) for cell in record] for record in records)

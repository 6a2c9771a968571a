"""From the restricted tables and the public editions before to figures, and from their fates to public tables."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.disclosure.figures import WHOLE_AUTHORITY, Cell, Count, Earlier, Figures, KpiRule, Relation, Unit
from pipelines.disclosure.suppression import Fate
from pipelines.published import PublishedColumn
from pipelines.register import load_register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.published import PublishedTable
    from pipelines.settings import Settings

SYMBOL = "_symbol"
KPI, MONTH, WINDOW, SURVEY = "kpi", "kpi_month", "kpi_window", "survey_score"
# The views that the SQL of sql/disclosure and sql/public reads, of the public editions before.
BEFORE = {"public_month": MONTH, "public_window": WINDOW, "public_survey": SURVEY}
WHY = "Why there is no {}: c confidential, z not applicable; u beside one of low reliability."
FATES = """
    CREATE TABLE fate (
        authority_code VARCHAR, kpi_id VARCHAR, team_code VARCHAR,
        month BIGINT, window_months BIGINT, part VARCHAR, is_shown BOOLEAN
    )
"""
PUT_FATES = """
    INSERT INTO fate
    SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7)
"""
NOT_REQUIRED = frozenset({"is_mean_apart", "narrative_conflict", "variation", "position"})


class Editions:
    """A database in memory, with the restricted tables under their own names and what was public before beside them."""

    def __init__(
        self, restricted: Path, earlier: Sequence[Path], settings: Settings, *, with_teams: bool = False
    ) -> None:
        self._sql = settings.sql
        self._register = {kpi.kpi_id: kpi for kpi in load_register(settings.sql / "kpis")}
        self._with_teams = with_teams
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 1")
        self.connection.execute(self._text("macros", "disclosure"))
        for file in sorted(restricted.glob("*.parquet")):
            self.connection.read_parquet(str(file)).create_view(file.stem)
        for view, table in BEFORE.items():
            self._put_before(view, table, earlier)
        self._put_restricted_months(restricted, earlier)

    def figures(self) -> Figures:
        """Everything that the tables of KPIs can be computed from."""
        rules = self._rules()
        cells = {
            Cell(Unit(authority, kpi_id, team), month, length, part): value
            for authority, kpi_id, team, month, length, *both in self._rows("figure")
            for part, value in zip(("numerator", "denominator"), both, strict=True)
            if part in rules[kpi_id].parts
        }
        return Figures(rules, self._relations(), self._counts(rules), cells, self._earlier())

    def put_fates(self, fates: Mapping[Cell, Fate]) -> None:
        """Let the SQL of the public tables know what is shown."""
        rows = [
            (*cell.unit, cell.month, cell.window_months, cell.part, fate is Fate.SHOWN)
            for cell, fate in sorted(fates.items())
        ]
        self.connection.execute(FATES)
        if rows:
            self.connection.execute(PUT_FATES, [list(column) for column in zip(*rows, strict=True)])
        self.connection.sql(self._text("disclosure", "shown_figure")).create("shown_figure")

    def public(self, table: PublishedTable) -> tuple[PublishedTable, duckdb.DuckDBPyRelation] | None:
        """A table as it may be read, with its contract; None where nothing here makes it public."""
        if not (self._sql / "public" / f"{table.name}.sql").exists():
            return None
        name = f"public_{table.name}"
        self.connection.sql(self._text("public", table.name)).create(name)
        rows = self.connection.table(name)
        return _with_symbols(table, rows.columns), rows

    def cost(self, relation: duckdb.DuckDBPyRelation) -> dict[str, int]:
        """How many of a public table's cells could be hidden, and how many are."""
        symbols = [column for column in relation.columns if column.endswith(SYMBOL)]
        hidden = [
            duckdb.FunctionExpression("count_if", duckdb.ColumnExpression(symbol) == duckdb.ConstantExpression("c"))
            for symbol in symbols
        ]
        counts = relation.aggregate(hidden).fetchall()[0] if symbols else ()
        return {"cells": len(relation) * len(symbols), "hidden": sum(int(count or 0) for count in counts)}

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        text = self._text("disclosure", name)
        parameters = {"teams": self._with_teams} if "$teams" in text else {}
        return self.connection.execute(text, parameters).fetchall()

    def _text(self, folder: str, name: str) -> str:
        return (self._sql / folder / f"{name}.sql").read_text(encoding="utf-8")

    def _put_before(self, view: str, table: str, earlier: Sequence[Path]) -> None:
        files = [str(folder / f"{table}.parquet") for folder in earlier if (folder / f"{table}.parquet").exists()]
        if files:
            self.connection.read_parquet(sorted(files), union_by_name=True).create_view(view)
            return
        nothing = self.connection.view(table).limit(0)
        symbols = "*" if table == SURVEY else "*, '' AS numerator_symbol, '' AS denominator_symbol"
        nothing.project(symbols).create_view(view)

    def _put_restricted_months(self, restricted: Path, earlier: Sequence[Path]) -> None:
        """Months that the deliveries do not cover any more are told by the restricted editions of then."""
        folders = sorted(
            {folder.parent for folder in earlier},
            key=lambda folder: (folder.parent.name, len(folder.name), folder.name),
        )
        files = [file for folder in (*folders, restricted) if (file := folder / f"{MONTH}.parquet").exists()]
        sequence = {str(file): number for number, file in enumerate(files)}
        columns = "authority_code, kpi_id, team_code, reporting_month, numerator, denominator, filename"
        months = self.connection.read_parquet(list(sequence), union_by_name=True, filename=True).project(columns)
        months.create_view("told_month")
        self.connection.execute("CREATE TABLE told_in (filename VARCHAR, sequence BIGINT)")
        self.connection.execute(
            "INSERT INTO told_in SELECT unnest($1), unnest($2)", [list(sequence), list(sequence.values())]
        )
        self.connection.sql(
            "SELECT told_month.*, told_in.sequence FROM told_month INNER JOIN told_in USING (filename)"
        ).create("restricted_month")

    def _rules(self) -> dict[str, KpiRule]:
        rows = self.connection.view(KPI).project("kpi_id, unit, measure, uncertainty").order("kpi_id").fetchall()
        return {
            kpi_id: KpiRule(kpi_id, unit, measure, uncertainty != "none", self._windows(kpi_id, measure))
            for kpi_id, unit, measure, uncertainty in rows
        }

    def _windows(self, kpi_id: str, measure: str) -> tuple[int, ...]:
        return self._register[kpi_id].public_windows if measure == "flow" else (1,)

    def _relations(self) -> list[Relation]:
        with (self._sql / "reference" / "disclosure_relation.csv").open(encoding="utf-8", newline="") as file:
            return [
                Relation(row["kpi_id"], row["part"], row["relation"], row["of_kpi_id"], row["of_part"])  # type: ignore[arg-type]  # a list of our own, reviewed
                for row in csv.DictReader(file)
            ]

    def _counts(self, rules: Mapping[str, KpiRule]) -> dict[Count, float]:
        """Teams where they are told of, and beside them what of their authority is no team's; else the authority."""
        told: dict[tuple[Unit, int], dict[str, Any]] = {}
        for authority, kpi_id, team, month, numerator, denominator in self._rows("month"):
            rest = None if denominator is None else round(denominator - numerator, 2)
            told[Unit(authority, kpi_id, team), month] = {
                "numerator": numerator,
                "rest": rest,
                "denominator": denominator,
            }
        counts = {
            Count(unit, month, atom): atoms[atom]
            for (unit, month), atoms in told.items()
            for atom in rules[unit.kpi_id].atoms
        }
        for count in [count for count in counts if count.unit.team_code != WHOLE_AUTHORITY]:
            whole = count._replace(unit=count.unit._replace(team_code=WHOLE_AUTHORITY))
            if whole in counts:
                counts[whole] = round(counts[whole] - counts[count], 2)
        return counts

    def _earlier(self) -> dict[Cell, Earlier]:
        return {
            Cell(Unit(authority, kpi_id, team), month, length, part): Earlier(frozenset(shown or ()), is_hidden)
            for authority, kpi_id, team, month, length, part, shown, is_hidden in self._rows("shown_before")
        }


def _with_symbols(table: PublishedTable, columns: Sequence[str]) -> PublishedTable:
    """The contract of a public table: what may be hidden is not required, and a column beside it says why."""
    declared = {column.name: column for column in table.columns}
    made = [declared[name] if name in declared else _symbol_of(declared[name.removesuffix(SYMBOL)]) for name in columns]
    loose = {name.removesuffix(SYMBOL) for name in columns if name.endswith(SYMBOL)} | NOT_REQUIRED
    return replace(
        table,
        columns=tuple(replace(column, required=False) if column.name in loose else column for column in made),
    )


def _symbol_of(column: PublishedColumn) -> PublishedColumn:
    return PublishedColumn(
        name=f"{column.name}{SYMBOL}",
        logical_type="string",
        duckdb_type="VARCHAR",
        description=WHY.format(column.name),
        required=False,
        in_grain=False,
    )

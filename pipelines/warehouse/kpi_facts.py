"""Puts the records of every KPI into one table of facts, and sums them by authority, team, month and category."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.sql_files import DIALECT, Select
from pipelines.warehouse.tables import BrokenBuild

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from pipelines.contracts.kpis import Kpi

EVERY_RECORD = "warehouse.fct_kpi_record_before_unread"
EVERY_KPI = "warehouse.fct_kpi_team_month_before_unread"
IN_DOUBT = "warehouse.fct_kpi_record_in_doubt"
UNREAD = "warehouse.fct_unread_record"
DURATION_RECORD = "warehouse.fct_kpi_duration_record"
BREAKDOWN_RECORD = "warehouse.fct_kpi_breakdown_record"
KPIS = "kpis"
# What only shows rows of other tables as a KPI counts them.
VIEWS = frozenset(
    {
        EVERY_RECORD,
        "warehouse.fct_care_leaver_record",
        "warehouse.fct_kpi_record",
        "warehouse.fct_obligation_record",
    }
)
KPI_GROUP = ("authority_code", "team_code", "reporting_month")
KPI_RECORD = ("authority_code", "record_key", "reporting_month", "team_code")
KPI_FIGURES = ("numerator", "denominator")
KPI_COLUMNS = {
    "authority_code": "VARCHAR",
    "team_code": "VARCHAR",
    "reporting_month": "VARCHAR",
    "child_id": "UUID",
    "record_key": "UUID",
    "numerator": "DECIMAL(18,2)",
    "denominator": "DECIMAL(18,2)",
    "reason": "VARCHAR",
}
CATEGORY = {"category": "VARCHAR"}
IS_OPEN = {"is_open": "BOOLEAN"}


def columns_of(kpi: Kpi) -> dict[str, str]:
    """What the SELECT of a KPI gives, by what its YAML says."""
    return KPI_COLUMNS | (CATEGORY if kpi.categories else {}) | (IS_OPEN if kpi.is_duration else {})


@cache
def union_of(kpis: tuple[Select, ...]) -> str:
    if not kpis:
        raise BrokenBuild("sql/kpis holds no KPI")
    return all_of([_summed_up(kpi) for kpi in kpis]).sql(dialect=DIALECT)


@cache
def records_of(kpis: tuple[Select, ...]) -> str:
    """All records of all KPIs, those that do not count included."""
    return all_of([_summed_by(kpi, KPI_RECORD) for kpi in kpis]).sql(dialect=DIALECT)


def create_in_doubt(warehouse: duckdb.DuckDBPyConnection, kpis: Sequence[Select]) -> None:
    """The records of each KPI of a child, or with a key, of which something could not be read that decides the KPI.

    In most months that is of few KPIs, and to plan the records of all takes longer than all else in a small council's.
    One KPI at a time: the joins of all at once fill the memory.
    """
    empty = exp.Create(this=exp.to_table(IN_DOUBT), kind="TABLE", expression=_nothing(_IN_DOUBT))
    warehouse.execute(empty.sql(dialect=DIALECT))
    unread = {kpi_id for (kpi_id,) in warehouse.execute(_KPIS_UNREAD).fetchall()}
    for kpi in kpis:
        if kpi.name in unread:
            warehouse.execute(exp.insert(all_of(_in_doubt(kpi)), IN_DOUBT).sql(dialect=DIALECT))


@cache
def duration_records(kpis: tuple[Select, ...]) -> str:
    """The records of the KPIs of durations: those that are over, by how long they took, and those that are not."""
    columns = ("authority_code", "team_code", "reporting_month", "child_id", "record_key", "numerator", "is_open")
    of_kpis = [
        exp.select(exp.Literal.string(kpi.name).as_("kpi_id"), *columns).from_(exp.table_(kpi.name, db=KPIS))
        for kpi in kpis
        if gives(kpi, "is_open")
    ]
    return all_of(of_kpis or [_nothing(_DURATION)]).sql(dialect=DIALECT)


@cache
def breakdown_records(kpis: tuple[Select, ...], broken_down: frozenset[str]) -> str:
    """The records of the KPIs that are given by age, sex, ethnicity and disability too."""
    columns = ("authority_code", "reporting_month", "child_id", "record_key", *KPI_FIGURES)
    of_kpis = [
        exp.select(exp.Literal.string(kpi.name).as_("kpi_id"), *columns).from_(exp.table_(kpi.name, db=KPIS))
        for kpi in kpis
        if kpi.name in broken_down
    ]
    return all_of(of_kpis or [_nothing(_BREAKDOWN)]).sql(dialect=DIALECT)


_IN_DOUBT = {"kpi_id": "VARCHAR", **KPI_COLUMNS, **CATEGORY}
_KPIS_UNREAD = exp.select("kpi_id").distinct().from_(UNREAD).sql(dialect=DIALECT)
_BREAKDOWN = {"kpi_id": "VARCHAR", **{name: KPI_COLUMNS[name] for name in KPI_COLUMNS if name != "reason"}}
_BREAKDOWN.pop("team_code")
_DURATION = {"kpi_id": "VARCHAR", **{name: KPI_COLUMNS[name] for name in KPI_COLUMNS if name != "reason"}, **IS_OPEN}
_DURATION.pop("denominator")


@cache
def gives(kpi: Select, column: str) -> bool:
    """Whether the SELECT of a KPI gives one of the columns that only some do."""
    return column in kpi.query.named_selects


def _nothing(columns: Mapping[str, str]) -> exp.Select:
    nulls = (exp.cast(exp.null(), kind, dialect=DIALECT).as_(name) for name, kind in columns.items())
    return exp.select(*nulls).where(exp.false())


def _category(kpi: Select, table: str | None = None) -> exp.Expr:
    category = exp.column("category", table=table) if gives(kpi, "category") else exp.null()
    return exp.cast(category, CATEGORY["category"], dialect=DIALECT).as_("category")


def _in_doubt(kpi: Select) -> list[exp.Select]:
    records = exp.select(
        exp.Literal.string(kpi.name).as_("kpi_id"),
        *(f"records.{name}" for name in KPI_COLUMNS),
        _category(kpi, "records"),
    )
    records = records.from_(exp.table_(kpi.name, db=KPIS).as_("records"))
    of_child, of_record = (_unread_of(kpi, subject) for subject in ("child_id", "record_key"))
    return [
        records.join(*of_child, join_type="semi"),
        records.join(*of_record, join_type="semi").join(*of_child, join_type="anti"),
    ]


def _summed_up(kpi: Select) -> exp.Select:
    """A KPI's records, counted: those with neither figure are there to explain it, and do not count."""
    counted = exp.func("coalesce", *map(exp.column, KPI_FIGURES))
    return _summed_by(kpi, KPI_GROUP).where(
        exp.not_(counted.is_(exp.null())), exp.not_(exp.column("reporting_month").is_(exp.null()))
    )


def _summed_by(kpi: Select, group: Sequence[str]) -> exp.Select:
    kind = KPI_COLUMNS["numerator"]
    sums = (exp.cast(exp.Sum(this=exp.column(name)), kind, dialect=DIALECT).as_(name) for name in KPI_FIGURES)
    kpi_id = exp.Literal.string(kpi.name).as_("kpi_id")
    groups = (*group, "category") if gives(kpi, "category") else group
    return exp.select(kpi_id, *group, *sums, _category(kpi)).from_(exp.table_(kpi.name, db=KPIS)).group_by(*groups)


def _unread_of(kpi: Select, subject: str) -> tuple[exp.Subquery, exp.Expr]:
    """What could not be read that decides the KPI, of a child or of single records, and how the records find it."""
    is_of_record = exp.column("leaves_out").eq("record")
    unread = (
        exp.select("authority_code", subject)
        .from_(UNREAD)
        .where(exp.column("kpi_id").eq(kpi.name), is_of_record if subject == "record_key" else exp.not_(is_of_record))
    )
    alias = f"unread_{subject}"
    found = exp.and_(
        exp.column("authority_code", "records").eq(exp.column("authority_code", alias)),
        exp.column(subject, "records").eq(exp.column(subject, alias)),
    )
    return unread.subquery(alias), found


def all_of(selects: Sequence[exp.Select]) -> exp.Query:
    return exp.union(*selects, distinct=False, copy=False) if len(selects) > 1 else selects[0]

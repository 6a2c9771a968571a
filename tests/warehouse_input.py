"""Builds a warehouse from readable rows, and asks it questions."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.contracts.kpis import load_register
from pipelines.periods import Period
from pipelines.settings import PROJECT, Settings
from pipelines.warehouse.build import _build_aside, build
from pipelines.warehouse.kpi_facts import KPIS
from pipelines.warehouse.plan import plan_build, unions_of
from tests.staged_input import day, stage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from pipelines.sql_files import Select
    from tests.staged_input import Rows

AUTHORITY = "E06000015"
MONTH = "2021-02"
FIGURES = ("snapshots.kpi_month",)
SSD_TABLES = (
    "ssd_person",
    "ssd_involvements",
    "ssd_cin_assessments",
    "ssd_s47_enquiry",
    "ssd_initial_cp_conference",
    "ssd_cp_plans",
    "ssd_cla_episodes",
    "ssd_legal_status",
)


def settings_in(folder: Path, project: Path = PROJECT) -> Settings:
    # One thread: two would wait for each other over so few rows. What is run whole has as many as the machine.
    return Settings(
        _env_file=None, data_dir=folder / "data", project_dir=project, duckdb_memory_limit="1GB", duckdb_threads=1
    )


def copy_of_the_project(folder: Path) -> Path:
    """The SQL and the contracts, to be changed at will."""
    for name in ("sql", "expectations"):
        shutil.copytree(PROJECT / name, folder / "project" / name)
    return folder / "project"


def ssd(**tables: Rows) -> dict[str, Rows]:
    """A whole SSD delivery: the tables given, by name without ``ssd_``; all others with a header alone."""
    given = {f"ssd_{name}": rows for name, rows in tables.items()}
    assert set(given) <= set(SSD_TABLES)
    return {name: given.get(name, []) for name in SSD_TABLES}


def built(
    folder: Path,
    deliveries: Mapping[str, Mapping[str, Rows]],
    month: str = MONTH,
    council: Path | None = None,
    of: Collection[str] = (),
    kpis: Collection[str] = (),
) -> duckdb.DuckDBPyConnection:
    """Stage the deliveries (``E06000015/ssd/2021-02``: its tables), build the month, and open what came of it.

    ``council``: where councils have settings of their own. ``of``: the tables that are asked for; without them all are
    built, and checked. ``kpis``: those that are counted; without them all are.
    """
    settings = settings_in(folder)
    if council is not None:
        settings = settings.model_copy(update={"council_dir": council})
    for delivery, tables in deliveries.items():
        stage(settings.staging, delivery, tables)
    return duckdb.connect(str(built_file(settings, month, of, kpis)), read_only=True)


def built_file(settings: Settings, month: str, of: Collection[str], kpis: Collection[str] = ()) -> Path:
    """The whole warehouse, which takes three seconds however little it holds, or these tables and what they need."""
    if not of:
        return build(settings, Period.parse(month)).path
    plan = plan_build(settings, Period.parse(month))
    selects = counting(plan.selects, kpis) if kpis else plan.selects
    reads = {select.table: select.reads for select in selects}
    needed, to_look_at = set(), [*of]
    while to_look_at:
        table = to_look_at.pop()
        if table in reads and table not in needed:
            needed.add(table)
            to_look_at += reads[table]
    assert needed.issuperset(of)
    selects = tuple(select for select in selects if select.table in needed)
    published = tuple(table for table in plan.published if f"snapshots.{table.name}" in needed)
    file = settings.warehouse / "part.duckdb"
    _build_aside(settings, replace(plan, selects=selects, published=published), file)
    return file


def counting(selects: Sequence[Select], kpis: Collection[str]) -> tuple[Select, ...]:
    """The steps of a build that counts these KPIs and no others: most of its time goes into all the others."""
    counted = tuple(select for select in selects if select.schema == KPIS and select.name in kpis)
    assert len(counted) == len({*kpis})
    broken_down = frozenset(kpi.kpi_id for kpi in load_register(PROJECT / "sql/kpis") if kpi.has_breakdown)
    unions = {each.table: each for each in unions_of(counted, broken_down)}
    return tuple(unions.get(select.table, select) for select in selects if select.schema != KPIS or select.name in kpis)


def built_from_ssd(
    folder: Path, *, of: Collection[str] = (), kpis: Collection[str] = (), **tables: Rows
) -> duckdb.DuckDBPyConnection:
    return built(folder, {f"{AUTHORITY}/ssd/{MONTH}": ssd(**tables)}, of=of, kpis=kpis)


def built_from_many(folder: Path, cases: Mapping[str, Mapping[str, Rows]]) -> duckdb.DuckDBPyConnection:
    """One build for many cases: each is the SSD delivery of an authority of its own, in their order."""
    return built(folder, {f"{authority_of(cases, name)}/ssd/{MONTH}": ssd(**cases[name]) for name in cases})


def authority_of(cases: Mapping[str, Any], name: str) -> str:
    return f"E{list(cases).index(name):08d}"


def figure(
    warehouse: duckdb.DuckDBPyConnection,
    kpi_id: str,
    month: str = MONTH,
    team: str | None = None,
    authority: str = AUTHORITY,
) -> tuple[Any, ...] | None:
    """(numerator, denominator) of a month, of the authority or of a team; None where there is no row."""
    found = warehouse.execute(
        """
        SELECT numerator, denominator
        FROM snapshots.kpi_month
        WHERE kpi_id = ? AND reporting_month = ? AND team_code IS NOT DISTINCT FROM ? AND authority_code = ?
        """,
        [kpi_id, month, team, authority],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


def involvement(child: str, team: str | None, start: str, end: str | None = None, **others: Any) -> dict[str, Any]:
    return {
        "invo_involvements_id": f"{child} {team} {start}",
        "invo_person_id": child,
        "invo_professional_team": team,
        "invo_involvement_start_date": day(start),
        "invo_involvement_end_date": day(end),
        **others,
    }


def assessment(name: str, start: str | None, authorised: str | None, **others: Any) -> dict[str, Any]:
    return {
        "cina_assessment_id": name,
        "cina_person_id": name,
        "cina_assessment_start_date": day(start),
        "cina_assessment_auth_date": day(authorised),
        **others,
    }


def plan(child: str, start: str, end: str | None = None, ola: bool | None = None) -> dict[str, Any]:
    return {
        "cppl_cp_plan_id": f"{child} {start} {end} {ola}",
        "cppl_person_id": child,
        "cppl_cp_plan_start_date": day(start),
        "cppl_cp_plan_end_date": day(end),
        "cppl_cp_plan_ola": ola,
    }


def episode(child: str, start: str, end: str | None = None) -> dict[str, Any]:
    return {
        "clae_cla_episode_id": f"{child} {start}",
        "clae_person_id": child,
        "clae_cla_episode_start_date": day(start),
        "clae_cla_episode_ceased_date": day(end),
    }


def legal_status(child: str, code: str | None, start: str, end: str | None = None) -> dict[str, Any]:
    return {
        "lega_legal_status_id": f"{child} {code} {start}",
        "lega_person_id": child,
        "lega_legal_status": code,
        "lega_legal_status_start_date": day(start),
        "lega_legal_status_end_date": day(end),
    }

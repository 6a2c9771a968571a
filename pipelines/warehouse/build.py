"""Staged deliveries in, one checked DuckDB file out: ``warehouse/<authority>/<month>/warehouse-<fingerprint>.duckdb``.

Whatever is computed is computed in ``sql/``. This module puts the inputs under the names that the SQL reads, runs the
files in the order their references give, and lets nobody see the result before every check has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from pipelines import provenance
from pipelines.catalog import current_warehouse
from pipelines.contracts.kpis import BadRegister
from pipelines.contracts.published import BadPublishedContract
from pipelines.contracts.strict import BadFile
from pipelines.sql_files import DIALECT, BadSql, Select
from pipelines.storage import ASIDE, CURRENT, FAILED, remove_left, scratch_folder, write_json
from pipelines.warehouse import checks
from pipelines.warehouse.checks import BadCheck
from pipelines.warehouse.inputs import put_inputs, put_list
from pipelines.warehouse.kpi_facts import IN_DOUBT, KPIS, VIEWS, columns_of, create_in_doubt
from pipelines.warehouse.plan import COMPUTED, BuildPlan, TwoKeys, plan_build
from pipelines.warehouse.tables import BUILD_MACROS, MACROS, BrokenBuild

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipelines.contracts.published import SnapshotTable
    from pipelines.periods import Period
    from pipelines.settings import Settings

AS_OF = "as_of"


@dataclass(frozen=True)
class Built:
    """What a build left: the file, and what it was made from."""

    path: Path
    fingerprint: str
    outcome: str
    pseudonym_key: str | None


def build(settings: Settings, month: Period) -> Built:
    """Build the month's warehouse, unless the same inputs built it before.

    Raises BadContract, or BrokenBuild naming the file or check at fault; whatever was current before
    stays so, and nothing half-built is left under a name that anybody reads.
    """
    try:
        plan = plan_build(settings, month)
    except (BadSql, BadRegister, BadPublishedContract, BadFile, TwoKeys) as problem:
        raise BrokenBuild(str(problem)) from problem
    folder = settings.warehouse / str(month)
    path = folder / f"warehouse-{plan.fingerprint[:12]}.duckdb"
    current = current_warehouse(settings, month)
    outcome = "already built" if current is not None and current.file == path else "built"
    if outcome == "built":
        _build_aside(settings, plan, path)
    write_json(
        folder / CURRENT,
        {
            "file": path.name,
            "bytes": path.stat().st_size,
            "fingerprint": plan.fingerprint,
            "definitions_sha256": plan.definitions_sha256,
            **provenance.definitions(settings),
            "earlier": plan.earlier and plan.earlier.as_manifest,
            "rules": plan.rules,
            "pseudonym_key": plan.pseudonym_key,
        },
    )
    (folder / FAILED).unlink(missing_ok=True)
    _prune_versions(folder, path, settings.warehouses_kept)
    return Built(path, plan.fingerprint, outcome, plan.pseudonym_key)


def _build_aside(settings: Settings, plan: BuildPlan, path: Path) -> None:
    with scratch_folder(path.parent) as aside:
        file = aside / "building.duckdb"
        config = settings.for_input_of(plan.size_bytes).duckdb_config
        options: dict[str, Any] = {**config, "temp_directory": str(aside / "spill")}
        with duckdb.connect(str(file), config=options) as warehouse:
            for macros in BUILD_MACROS:
                warehouse.execute((settings.sql / MACROS / macros).read_text(encoding="utf-8"))
            put_inputs(warehouse, plan)
            # No transaction around all: DuckDB would plan each query without knowing how many rows there are before it.
            for select in plan.selects:
                _create(warehouse, select, plan, path.parent)
            _hold_published_to_their_contracts(warehouse, plan.published)
            warehouse.execute("CHECKPOINT")
        file.replace(path)


def _create(warehouse: duckdb.DuckDBPyConnection, select: Select, plan: BuildPlan, folder: Path) -> None:
    if select.table == checks.RESULTS:
        return _run_checks(warehouse, plan, folder)
    if select.table == IN_DOUBT:
        return create_in_doubt(warehouse, [each for each in plan.selects if each.schema == KPIS])
    if select.table in COMPUTED:
        _, module = COMPUTED[select.table]
        return import_module(module).compute(warehouse)  # type: ignore[no-any-return]  # known by name
    try:
        if select.schema == KPIS or select.table in VIEWS:
            _create_view(warehouse, select)
        else:
            _create_table(warehouse, select, plan.month)
        if select.schema == KPIS:
            _must_be_a_kpi(warehouse, select, plan)
    except (duckdb.ProgrammingError, duckdb.DataError) as problem:
        raise _broken(select, problem) from None


def _create_table(warehouse: duckdb.DuckDBPyConnection, select: Select, month: Period) -> None:
    """In one statement: DuckDB would plan a relation when it is made, and again when it is written down."""
    create = exp.Create(this=exp.to_table(select.table), kind="TABLE").sql(dialect=DIALECT)
    warehouse.execute(" AS\n".join((create, _text(select, month))))


def _must_be_a_kpi(warehouse: duckdb.DuckDBPyConnection, select: Select, plan: BuildPlan) -> None:
    (kpi,) = (each for each in plan.register if each.kpi_id == select.name)
    declared = columns_of(kpi)
    described = warehouse.execute("SELECT name, type FROM pragma_table_info(?)", [select.table])
    columns = dict(described.fetchall())
    if columns != declared:
        raise BrokenBuild(f"{select.table}: gives {_in_words(columns)}; by its YAML it gives {_in_words(declared)}")


def _create_view(warehouse: duckdb.DuckDBPyConnection, select: Select) -> None:
    """A KPI's records are all in the facts already."""
    warehouse.execute(_view(select))


@cache
def _view(select: Select) -> str:
    return exp.Create(this=exp.to_table(select.table), kind="VIEW", expression=select.query).sql(dialect=DIALECT)


def _broken(select: Select, problem: duckdb.Error) -> BrokenBuild:
    """What DuckDB says of the SQL is reported; what it says of the data may quote a value, and is not."""
    details = str(problem) if isinstance(problem, duckdb.ProgrammingError) else type(problem).__name__
    return BrokenBuild(f"{select.table}: {details}")


def _text(select: Select, month: Period) -> str:
    """With the day in its place: DuckDB would compute a query with parameters at once, in memory."""
    strangers = sorted(select.parameters - {AS_OF})
    if strangers:
        raise BrokenBuild(f"{select.table}: $as_of is the only parameter, and it asks for {', '.join(strangers)}")
    return select.text.replace(f"${AS_OF}", _last_day(month))


@cache
def _last_day(month: Period) -> str:
    return exp.cast(exp.Literal.string(month.last_day.isoformat()), "date").sql(dialect=DIALECT)


def _hold_published_to_their_contracts(
    warehouse: duckdb.DuckDBPyConnection, published: Iterable[SnapshotTable]
) -> None:
    contracts = {table.name: table for table in published}
    made = {
        name
        for (name,) in warehouse.sql(
            "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'snapshots'"
        ).fetchall()
    }
    for name in sorted(made ^ set(contracts)):
        raise BrokenBuild(f"snapshots.{name}: has its SQL or its contract, and needs both")
    for name, contract in sorted(contracts.items()):
        table = warehouse.table(f"snapshots.{name}")
        declared = {column.name: column.duckdb_type for column in contract.columns}
        if list(_columns(table).items()) != list(declared.items()):
            raise BrokenBuild(
                f"snapshots.{name}: gives {_in_words(_columns(table))}; its contract says {_in_words(declared)}"
            )
        key = [exp.column(column, quoted=True).sql(dialect=DIALECT) for column in contract.key]
        repeated = _count(table) - _count(table.project(*map(duckdb.SQLExpression, key)).distinct())
        if repeated:
            raise BrokenBuild(f"snapshots.{name}: {repeated} rows repeat another; {contract.grain}")


def _columns(table: duckdb.DuckDBPyRelation) -> dict[str, str]:
    return dict(zip(table.columns, map(str, table.types), strict=True))


def _in_words(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _run_checks(warehouse: duckdb.DuckDBPyConnection, plan: BuildPlan, folder: Path) -> None:
    """Carry out every check and record what it found; what stopped the build is left beside the pointer."""
    try:
        results = [result for check in plan.checks for result in _results(warehouse, check, plan.month)]
    except BadCheck as problem:
        raise BrokenBuild(str(problem)) from problem
    put_list(warehouse, checks.RESULTS, [tuple(result.as_manifest.values()) for result in results])
    stopped = [str(result) for result in results if result.stops]
    if stopped:
        details = {"fingerprint": plan.fingerprint, "checks": [result.as_manifest for result in results]}
        write_json(folder / FAILED, details)
        raise BrokenBuild("; ".join(stopped))


def _results(warehouse: duckdb.DuckDBPyConnection, check: Select, month: Period) -> list[checks.CheckResult]:
    """What a check found, computed here, so that a fault of its SQL names it."""
    try:
        return checks.carry_out(warehouse, check, _text(check, month))
    except (duckdb.ProgrammingError, duckdb.DataError) as problem:
        raise _broken(check, problem) from None


def _count(relation: duckdb.DuckDBPyRelation) -> int:
    counted = relation.aggregate("count(*)").fetchall()
    return int(counted[0][0])


def _prune_versions(folder: Path, current: Path, kept: int) -> None:
    """Remove older warehouses, and what a killed build left aside; a build of today may still be running."""
    others = sorted(
        (path for path in folder.glob("warehouse-*.duckdb") if path != current),
        key=lambda path: (path.stat().st_mtime_ns, path.name),
        reverse=True,
    )
    for path in others[kept - 1 :]:
        path.unlink()
    remove_left(folder, ASIDE)

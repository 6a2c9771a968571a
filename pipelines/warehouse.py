"""Staged deliveries in, one checked DuckDB file out: ``warehouse/<month>/warehouse-<fingerprint>.duckdb``.

Whatever is computed is computed in ``sql/``. This module puts the inputs under the names that the SQL reads, runs the
files in the order their references give, and lets nobody see the result before every check has passed.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from pipelines import checks, provenance
from pipelines.checks import BadCheck
from pipelines.contracts import load_sources
from pipelines.earlier import FIGURES, published_before
from pipelines.published import BadPublishedContract, load_published
from pipelines.register import BadRegister, load_register
from pipelines.sql_files import DIALECT, BadSql, Select, in_build_order, read_selects
from pipelines.staged import Seen, Staged, seen_at
from pipelines.storage import CURRENT, FAILED, MANIFEST, remove_abandoned, sha256_of_texts, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipelines.contracts import Contract, Source
    from pipelines.earlier import Earlier
    from pipelines.periods import Period
    from pipelines.published import PublishedTable
    from pipelines.register import Kpi
    from pipelines.settings import Settings

SCHEMAS = ("core", "warehouse", "kpis", "snapshots")
IN_MEMORY = ("staging", "validation", "published")
CHECKS = "checks"
MACROS = "macros"
BUILD_MACROS = ("rounding.sql", "rating.sql")
ASIDE = ".building-"
AS_OF = "as_of"
REFERENCE = "reference"
EVERY_RECORD = "warehouse.fct_kpi_record"
EVERY_KPI = "warehouse.fct_kpi_team_month"
# What a library computes of a table of sql/, and the module that asks it: importing those costs seconds, so only here.
COMPUTED = {
    "warehouse.dim_uncertainty": ("warehouse.dim_counted", "pipelines.uncertainty"),
    "warehouse.dim_distribution_test": ("warehouse.dim_distribution", "pipelines.distributions"),
}
KPIS = "kpis"
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

# The tables that staging leaves beside the staged rows; the first three columns are put there from the delivery.
DELIVERY_COLUMNS = ("authority_code", "source", "reporting_month")
VALIDATION_TABLES: dict[str, dict[str, str]] = {
    "finding": {
        "table_name": "VARCHAR",
        "rule_code": "VARCHAR",
        "column_name": "VARCHAR",
        "severity": "VARCHAR",
        "consequence": "VARCHAR",
        "line": "BIGINT",
        "record_key": "UUID",
        "child_id": "UUID",
        "team_code": "VARCHAR",
    },
    "rule_result": {
        "table_name": "VARCHAR",
        "rule_code": "VARCHAR",
        "column_name": "VARCHAR",
        "severity": "VARCHAR",
        "consequence": "VARCHAR",
        "sentence": "VARCHAR",
        "remedy": "VARCHAR",
        "rows_tested": "BIGINT",
        "rows_failed": "BIGINT",
    },
    "reconciliation": {
        "file_name": "VARCHAR",
        "table_name": "VARCHAR",
        "encoding": "VARCHAR",
        "rows_read": "BIGINT",
        "rows_staged": "BIGINT",
        "rows_refused": "BIGINT",
    },
    "profile": {
        "table_name": "VARCHAR",
        "column_name": "VARCHAR",
        "code": "VARCHAR",
        "event_month": "VARCHAR",
        "row_count": "BIGINT",
    },
}
LISTS: dict[str, dict[str, str]] = {
    checks.RESULTS: checks.RESULT_COLUMNS,
    "staging.delivered_table": {
        "authority_code": "VARCHAR",
        "source": "VARCHAR",
        "table_name": "VARCHAR",
        "first_month": "VARCHAR",
        "last_month": "VARCHAR",
    },
    "staging.delivery": {
        "authority_code": "VARCHAR",
        "source": "VARCHAR",
        "delivery_month": "VARCHAR",
        "landing_version": "VARCHAR",
        "landing_sha256": "VARCHAR",
        "status": "VARCHAR",
        "is_used": "BOOLEAN",
    },
    "reference.source": {
        "source": "VARCHAR",
        "title": "VARCHAR",
        "history": "VARCHAR",
    },
    "reference.kpi": {
        "kpi_id": "VARCHAR",
        "title": "VARCHAR",
        "definition": "VARCHAR",
        "unit": "VARCHAR",
        "direction": "VARCHAR",
        "measure": "VARCHAR",
        "uncertainty": "VARCHAR",
        "standard": "VARCHAR",
        "standard_type": "VARCHAR",
        "numerator": "VARCHAR",
        "denominator": "VARCHAR",
        "clock": "VARCHAR",
        "exclusions": "VARCHAR",
        "source": "VARCHAR",
        "confidence": "VARCHAR",
    },
    "reference.kpi_rule": {
        "kpi_id": "VARCHAR",
        "rule_sha256": "VARCHAR",
    },
    "published.kpi_rule": {
        "kpi_id": "VARCHAR",
        "rule_sha256": "VARCHAR",
    },
    "published.snapshot": {
        "reporting_month": "VARCHAR",
        "version": "VARCHAR",
    },
    "reference.kpi_requirement": {
        "kpi_id": "VARCHAR",
        "requirement": "BIGINT",
        "alternative": "BIGINT",
        "table_name": "VARCHAR",
        "is_own_month": "BOOLEAN",
        "months_untold": "BIGINT",
    },
}
# What the snapshot before this month says, and the records that its figures count.
PUBLISHED_TABLES: dict[str, dict[str, str]] = {
    "kpi_month": {
        "authority_code": "VARCHAR",
        "reporting_month": "VARCHAR",
        "kpi_id": "VARCHAR",
        "title": "VARCHAR",
        "team_code": "VARCHAR",
        "numerator": "DECIMAL(18,2)",
        "denominator": "DECIMAL(18,2)",
        "value": "DOUBLE",
        "unit": "VARCHAR",
    },
    "kpi_record": {
        "kpi_id": "VARCHAR",
        "authority_code": "VARCHAR",
        "record_key": "UUID",
        "reporting_month": "VARCHAR",
        "team_code": "VARCHAR",
        "numerator": "DECIMAL(18,2)",
        "denominator": "DECIMAL(18,2)",
    },
}


class BrokenBuild(RuntimeError):
    """The warehouse was not built, and the one before it still counts: the software's fault, or a check that fired."""


@dataclass(frozen=True)
class Built:
    """What a build left: the file, what it was made from, and how many rows each table holds (``schema.table``)."""

    path: Path
    fingerprint: str
    outcome: str
    tables: Mapping[str, int]


@dataclass(frozen=True)
class _Plan:
    """Everything a build depends on, read before anything is written."""

    month: Period
    sources: Mapping[str, Source]
    published: tuple[PublishedTable, ...]
    register: tuple[Kpi, ...]
    selects: tuple[Select, ...]
    checks: tuple[Select, ...]
    references: tuple[Path, ...]
    seen: Seen
    earlier: Earlier | None
    rules: Mapping[str, str]
    definitions_sha256: str

    @property
    def fingerprint(self) -> str:
        """Changes with the deliveries and with what is made of them; the same in every place."""
        staged = (
            f"{role} {version.delivery} {(version.folder / MANIFEST).read_text(encoding='utf-8')}"
            for role, versions in (("used", self.seen.used), ("reported", self.seen.reported))
            for version in versions
        )
        published = self.earlier.fingerprint if self.earlier else ()
        return sha256_of_texts([str(self.month), self.definitions_sha256, *staged, *published])

    @property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(select.reads for select in (*self.selects, *self.checks)))


def build(settings: Settings, month: Period) -> Built:
    """Build the month's warehouse, unless the same inputs built it before.

    Raises BadContract, or BrokenBuild naming the file or check at fault; whatever was current before stays so, and
    nothing half-built is left under a name that anybody reads.
    """
    try:
        plan = _plan(settings, month)
    except (BadSql, BadRegister, BadPublishedContract) as problem:
        raise BrokenBuild(str(problem)) from problem
    folder = settings.warehouse / str(month)
    path = folder / f"warehouse-{plan.fingerprint[:12]}.duckdb"
    outcome = "already built" if path.exists() else "built"
    if outcome == "built":
        _build_aside(settings, plan, path)
    tables = rows_by_table(path)
    write_json(
        folder / CURRENT,
        {
            "file": path.name,
            "fingerprint": plan.fingerprint,
            "definitions_sha256": plan.definitions_sha256,
            **provenance.definitions(settings),
            "earlier": plan.earlier and plan.earlier.told,
            "rules": plan.rules,
        },
    )
    (folder / FAILED).unlink(missing_ok=True)
    _keep_the_last(folder, path, settings.warehouses_kept)
    return Built(path, plan.fingerprint, outcome, tables)


def rows_by_table(path: Path) -> dict[str, int]:
    """How many rows each table of a warehouse holds."""
    with duckdb.connect(str(path), read_only=True) as warehouse:
        names = warehouse.sql("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        return {f"{schema}.{table}": _count(warehouse.table(f"{schema}.{table}")) for schema, table in names}


def _plan(settings: Settings, month: Period) -> _Plan:
    sources = load_sources(settings.expectations)
    selects = [select for schema in SCHEMAS for select in read_selects(settings.sql, schema)]
    to_carry_out = [*checks.of_grains(selects), *read_selects(settings.sql, CHECKS)]
    register = load_register(settings.sql / "kpis")
    references = tuple(sorted((settings.sql / REFERENCE).glob("*.csv")))
    published = load_published(settings.expectations / "snapshots")
    given = {*LISTS.keys() - {checks.RESULTS}, *(f"{REFERENCE}.{path.stem}" for path in references)}
    given |= {f"staging.{table}" for source in sources.values() for table in source.tables}
    given |= {f"validation.{table}" for table in VALIDATION_TABLES}
    given |= {f"published.{table}" for table in PUBLISHED_TABLES}
    ordered = _ordered(selects, to_carry_out, given)
    lists = {f"{REFERENCE}.{path.stem}": path.read_text(encoding="utf-8") for path in references}
    columns = {
        f"staging.{name}": _how_it_is_read(contract)
        for source in sources.values()
        for name, contract in source.tables.items()
    }
    return _Plan(
        month=month,
        sources=sources,
        published=published,
        register=register,
        selects=tuple(ordered),
        checks=tuple(to_carry_out),
        references=references,
        seen=seen_at(settings.staging, sources, month),
        earlier=published_before(settings, month),
        rules=_rules(settings, ordered, lists | columns),
        definitions_sha256=_definitions_sha256(settings),
    )


def _rules(settings: Settings, ordered: Sequence[Select], given: Mapping[str, str]) -> dict[str, str]:
    """One digest a KPI over all the SQL, lists and columns that its figure comes of, however far back.

    ``given``: the text of what no SELECT makes, by table. Macros and local codes are shared by all.
    """
    shared = [settings.sql / MACROS / macros for macros in BUILD_MACROS]
    shared += [
        *sorted((settings.sql / MACROS).glob("reading.sql")),
        *sorted((settings.expectations / "codes").glob("*")),
    ]
    common = sha256_of_texts(path.read_text(encoding="utf-8") for path in shared)
    texts = {table: [text] for table, text in given.items()}
    rules = {}
    for select in ordered:
        read = {text for table in select.reads for text in texts.get(table, ())}
        texts[select.table] = sorted({select.text, *read})
        if select.schema == KPIS:
            rules[select.name] = sha256_of_texts([common, *texts[select.table]])
    return rules


def _how_it_is_read(contract: Contract) -> str:
    """What of a contract decides which rows there are and what they hold; titles and descriptions do not."""
    columns = [replace(column, reference="", title="", description="") for column in contract.columns]
    return repr((columns, contract.declared_checks))


def _ordered(selects: Sequence[Select], to_carry_out: Sequence[Select], given: set[str]) -> list[Select]:
    """The build order. Some of its steps are no files: two unions of all KPIs, what libraries compute, the checks."""
    kpis = [select for select in selects if select.schema == KPIS]
    union = Select(EVERY_KPI, _union_of(kpis), frozenset(kpi.table for kpi in kpis), frozenset())
    records = Select(EVERY_RECORD, _records_of(kpis), frozenset(kpi.table for kpi in kpis), frozenset())
    computed = [Select(table, "", frozenset({read}), frozenset()) for table, (read, _) in COMPUTED.items()]
    checked = Select(checks.RESULTS, "", frozenset().union(*(check.reads for check in to_carry_out)), frozenset())
    return in_build_order([*selects, union, records, *computed, checked], given)


def _union_of(kpis: Sequence[Select]) -> str:
    if not kpis:
        raise BrokenBuild("sql/kpis holds no KPI")
    return _all_of([_summed_up(kpi) for kpi in kpis]).sql(dialect=DIALECT)


def _records_of(kpis: Sequence[Select]) -> str:
    """All records of all KPIs, those that do not count included."""
    return _all_of([_summed_by(kpi, KPI_RECORD) for kpi in kpis]).sql(dialect=DIALECT)


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
    return exp.select(kpi_id, *group, *sums).from_(exp.table_(kpi.name, db=KPIS)).group_by(*group)


def _all_of(selects: Sequence[exp.Select]) -> exp.Query:
    return exp.union(*selects, distinct=False) if len(selects) > 1 else selects[0]


def _definitions_sha256(settings: Settings) -> str:
    """One digest of everything that says what is computed: contracts, SQL, reference lists and what computes here."""
    folders = (settings.expectations, *(settings.sql / name for name in (*SCHEMAS, CHECKS, MACROS, REFERENCE)))
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    named = [(path.relative_to(settings.project_dir).as_posix(), path.read_text(encoding="utf-8")) for path in files]
    names = ("checks.py", "distributions.py", "earlier.py", "uncertainty.py", "warehouse.py")
    modules = [Path(__file__).with_name(name) for name in names]
    named += [(module.name, module.read_text(encoding="utf-8")) for module in modules]
    return sha256_of_texts(text for pair in named for text in pair)


def _build_aside(settings: Settings, plan: _Plan, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=ASIDE, dir=path.parent) as aside:
        file = Path(aside) / "building.duckdb"
        options: dict[str, Any] = {
            "memory_limit": settings.duckdb_memory_limit,
            "temp_directory": str(Path(aside) / "spill"),
        }
        with duckdb.connect(str(file), config=options) as warehouse:
            for macros in BUILD_MACROS:
                warehouse.execute((settings.sql / MACROS / macros).read_text(encoding="utf-8"))
            _put_inputs(warehouse, plan)
            for select in plan.selects:
                _create(warehouse, select, plan, path.parent)
            _hold_published_to_their_contracts(warehouse, plan.published)
            warehouse.execute("CHECKPOINT")
        file.replace(path)


def _put_inputs(warehouse: duckdb.DuckDBPyConnection, plan: _Plan) -> None:
    """Staged rows are looked at where they lie, by views in memory: the file keeps no path of this machine."""
    for name in IN_MEMORY:
        warehouse.execute(exp.Attach(this=exp.alias_(exp.Literal.string(":memory:"), name)).sql(dialect=DIALECT))
    for schema in (*SCHEMAS, REFERENCE):
        warehouse.execute(exp.Create(this=exp.table_(schema), kind="SCHEMA").sql(dialect=DIALECT))
    for path in plan.references:
        warehouse.read_csv(str(path), header=True, sample_size=-1).create(f"{REFERENCE}.{path.stem}")
    for table, rows in _lists(plan).items():
        _put_list(warehouse, table, rows)
    for source in plan.sources.values():
        for contract in source.tables.values():
            columns = {column.name: column.duckdb_type for column in contract.staged_columns if column.duckdb_type}
            columns = {"line": "BIGINT", **columns}
            used = [version for version in plan.seen.used if contract.name in version.tables]
            _put_staged(warehouse, plan, f"staging.{contract.name}", columns, used)
    for name, columns in VALIDATION_TABLES.items():
        _put_staged(warehouse, plan, f"validation.{name}", columns, plan.seen.reported)
    _put_published(warehouse, plan)


def _put_staged(
    warehouse: duckdb.DuckDBPyConnection,
    plan: _Plan,
    table: str,
    columns: Mapping[str, str],
    versions: Iterable[Staged],
) -> None:
    """The rows of one Parquet file of each version, under one name; an empty table where there is no version."""
    if table not in plan.reads:
        return
    schema, _, name = table.partition(".")
    selects = [_rows_of(version, schema, name, columns) for version in versions]
    if not selects:
        _create_empty(warehouse, table, dict.fromkeys(_delivery_columns(schema), "VARCHAR") | dict(columns))
        return
    view = exp.Create(this=_in_memory(table), kind="VIEW", expression=_all_of(selects))
    try:
        warehouse.execute(view.sql(dialect=DIALECT))
    except duckdb.ProgrammingError as problem:
        raise BrokenBuild(f"{table}: what was staged does not fit its contract ({type(problem).__name__})") from problem


def _put_published(warehouse: duckdb.DuckDBPyConnection, plan: _Plan) -> None:
    """Looked at where it lies, like the staged rows; empty where nothing was published, or records are not kept."""
    earlier = plan.earlier
    files: dict[str, Path | None] = {}
    if earlier is not None:
        files = {"kpi_month": earlier.folder / FIGURES, "kpi_record": earlier.records and earlier.records / "*.parquet"}
    for name, columns in PUBLISHED_TABLES.items():
        table, path = f"published.{name}", files.get(name)
        if path is None:
            _create_empty(warehouse, table, columns)
        else:
            view = exp.Create(this=_in_memory(table), kind="VIEW", expression=_rows_of_file(path, columns))
            warehouse.execute(view.sql(dialect=DIALECT))


def _delivery_columns(schema: str) -> tuple[str, ...]:
    return DELIVERY_COLUMNS if schema == "validation" else ("authority_code", "delivery_month")


def _rows_of(version: Staged, schema: str, name: str, columns: Mapping[str, str]) -> exp.Select:
    delivery = version.delivery
    told = {
        "authority_code": delivery.authority_code,
        "source": delivery.source,
        "reporting_month": str(delivery.month),
        "delivery_month": str(delivery.month),
    }
    literals = [exp.Literal.string(told[column]).as_(column) for column in _delivery_columns(schema)]
    return _rows_of_file(version.folder / f"{name}.parquet", columns, literals)


def _rows_of_file(path: Path, columns: Iterable[str], literals: Iterable[exp.Expr] = ()) -> exp.Select:
    file = exp.Literal.string(str(path))
    no_hive = exp.EQ(this=exp.to_identifier("hive_partitioning"), expression=exp.false())
    return exp.select(*literals, *(exp.column(column) for column in columns)).from_(
        exp.func("read_parquet", file, no_hive, dialect=DIALECT)
    )


def _in_memory(table: str) -> exp.Table:
    schema, _, name = table.partition(".")
    return exp.table_(name, db="main", catalog=schema) if schema in IN_MEMORY else exp.to_table(table)


def _create_empty(warehouse: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    definitions = [
        exp.ColumnDef(this=exp.to_identifier(name), kind=exp.DataType.build(kind, dialect=DIALECT))
        for name, kind in columns.items()
    ]
    schema = exp.Schema(this=_in_memory(table), expressions=definitions)
    warehouse.execute(exp.Create(this=schema, kind="TABLE").sql(dialect=DIALECT))


def _put_list(warehouse: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    _create_empty(warehouse, table, LISTS[table])
    if rows:
        values = exp.Tuple(expressions=[exp.Placeholder() for _ in LISTS[table]])
        insert = exp.Insert(this=_in_memory(table), expression=exp.Values(expressions=[values]))
        warehouse.executemany(insert.sql(dialect=DIALECT), [list(row) for row in rows])


def _lists(plan: _Plan) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "staging.delivered_table": [
            row for version in plan.seen.used for row in _delivered(version, plan.sources, plan.register)
        ],
        "staging.delivery": _deliveries(plan.seen),
        "reference.source": [(name, source.title, source.history) for name, source in sorted(plan.sources.items())],
        "reference.kpi": [_register_row(kpi) for kpi in plan.register],
        "reference.kpi_rule": sorted(plan.rules.items()),
        "published.kpi_rule": sorted(plan.earlier.rules.items()) if plan.earlier else [],
        "published.snapshot": [(str(plan.earlier.month), plan.earlier.version)] if plan.earlier else [],
        "reference.kpi_requirement": [row for kpi in plan.register for row in kpi.requirements],
    }


def _delivered(version: Staged, sources: Mapping[str, Source], register: Iterable[Kpi]) -> list[tuple[str, ...]]:
    """The tables that can be counted from, and of the columns that a KPI asks for by name those that are there."""
    delivery = version.delivery
    first = str(sources[delivery.source].first_month(delivery.month))
    asked = {needed.table_name for kpi in register for needed in kpi.requirements if "." in needed.table_name}
    columns = sorted(name for name in asked - version.missing_columns if name.partition(".")[0] in version.tables)
    names = (*version.tables, *columns)
    return [(delivery.authority_code, delivery.source, name, first, str(delivery.month)) for name in names]


def _deliveries(seen: Seen) -> list[tuple[Any, ...]]:
    """One row a version: the newest of each delivery, and the one that is used where the newest was refused."""
    used = {version.folder for version in seen.used}
    versions = {version.folder: version for version in (*seen.reported, *seen.used)}
    return [
        (
            version.delivery.authority_code,
            version.delivery.source,
            str(version.delivery.month),
            f"v{version.manifest['landing_version']:04d}",
            version.manifest["landing_sha256"],
            version.manifest["status"],
            folder in used,
        )
        for folder, version in sorted(versions.items())
    ]


def _register_row(kpi: Kpi) -> tuple[Any, ...]:
    return tuple(
        kpi.model_dump(exclude={"requires", "untold_months", "timescales", "covers", "public_windows"}).values()
    )


def _create(warehouse: duckdb.DuckDBPyConnection, select: Select, plan: _Plan, folder: Path) -> None:
    if select.table == checks.RESULTS:
        return _run_checks(warehouse, plan, folder)
    if select.table in COMPUTED:
        _, module = COMPUTED[select.table]
        return import_module(module).compute(warehouse)  # type: ignore[no-any-return]  # known by name
    try:
        relation = _relation(warehouse, select, plan.month)
        if select.schema == KPIS:
            _create_kpi(warehouse, select, _columns(relation))
        elif select.table == EVERY_RECORD:
            _create_view(warehouse, select)
        else:
            relation.create(select.table)
    except (duckdb.ProgrammingError, duckdb.DataError) as problem:
        raise _broken(select, problem) from None


def _create_kpi(warehouse: duckdb.DuckDBPyConnection, select: Select, columns: Mapping[str, str]) -> None:
    if columns != KPI_COLUMNS:
        raise BrokenBuild(f"{select.table}: gives {_told(columns)}; a KPI gives {_told(KPI_COLUMNS)}")
    _create_view(warehouse, select)


def _create_view(warehouse: duckdb.DuckDBPyConnection, select: Select) -> None:
    """A KPI's records are all in the facts already."""
    view = exp.Create(this=exp.to_table(select.table), kind="VIEW", expression=select.query)
    warehouse.execute(view.sql(dialect=DIALECT))


def _broken(select: Select, problem: duckdb.Error) -> BrokenBuild:
    """What DuckDB says of the SQL is told; what it says of the data may quote a value, and is not."""
    told = str(problem) if isinstance(problem, duckdb.ProgrammingError) else type(problem).__name__
    return BrokenBuild(f"{select.table}: {told}")


def _relation(warehouse: duckdb.DuckDBPyConnection, select: Select, month: Period) -> duckdb.DuckDBPyRelation:
    """The rows of a SELECT, not computed yet: DuckDB would compute a query with parameters at once, in memory."""
    strangers = sorted(select.parameters - {AS_OF})
    if strangers:
        raise BrokenBuild(f"{select.table}: $as_of is the only parameter, and it asks for {', '.join(strangers)}")
    last_day = exp.cast(exp.Literal.string(month.last_day.isoformat()), "date")
    return warehouse.sql(select.text.replace(f"${AS_OF}", last_day.sql(dialect=DIALECT)))


def _hold_published_to_their_contracts(
    warehouse: duckdb.DuckDBPyConnection, published: Iterable[PublishedTable]
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
            raise BrokenBuild(f"snapshots.{name}: gives {_told(_columns(table))}; its contract says {_told(declared)}")
        key = [exp.column(column, quoted=True).sql(dialect=DIALECT) for column in contract.key]
        repeated = _count(table) - _count(table.project(*map(duckdb.SQLExpression, key)).distinct())
        if repeated:
            raise BrokenBuild(f"snapshots.{name}: {repeated} rows repeat another; {contract.grain}")


def _columns(table: duckdb.DuckDBPyRelation) -> dict[str, str]:
    return dict(zip(table.columns, map(str, table.types), strict=True))


def _told(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _run_checks(warehouse: duckdb.DuckDBPyConnection, plan: _Plan, folder: Path) -> None:
    """Carry out every check and record what it found; what stopped the build is left beside the pointer."""
    try:
        results = list(checks.carry_out(plan.checks, lambda check: _checked(warehouse, check, plan.month)))
    except BadCheck as problem:
        raise BrokenBuild(str(problem)) from problem
    _put_list(warehouse, checks.RESULTS, [tuple(result.told.values()) for result in results])
    stopped = [str(result) for result in results if result.stops]
    if stopped:
        told = {"fingerprint": plan.fingerprint, "checks": [result.told for result in results]}
        write_json(folder / FAILED, told)
        raise BrokenBuild("; ".join(stopped))


def _checked(warehouse: duckdb.DuckDBPyConnection, check: Select, month: Period) -> duckdb.DuckDBPyRelation:
    """The rows of a check, computed here, so that a fault of its SQL names it."""
    try:
        return _relation(warehouse, check, month).execute()
    except (duckdb.ProgrammingError, duckdb.DataError) as problem:
        raise _broken(check, problem) from None


def _count(relation: duckdb.DuckDBPyRelation) -> int:
    counted = relation.aggregate("count(*)").fetchall()
    return int(counted[0][0])


def _keep_the_last(folder: Path, current: Path, kept: int) -> None:
    """Remove older warehouses, and what a killed build left aside; a build of today may still be running."""
    others = sorted(
        (path for path in folder.glob("warehouse-*.duckdb") if path != current),
        key=lambda path: (path.stat().st_mtime_ns, path.name),
        reverse=True,
    )
    for path in others[kept - 1 :]:
        path.unlink()
    remove_abandoned(folder, ASIDE)

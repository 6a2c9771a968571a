"""The returns of the made-up council: what its records, as one month's exports hold them, come to in other formats.

``sql/`` beside it says what: a SELECT a table of the return, its columns named as in the table's contract, over the
exports (``export.ssd_person``) and what several tables have in common (``council.child``). This writes their rows as
files.
"""

from __future__ import annotations

import csv
import datetime as dt
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb
import xlsxwriter
from lxml import etree
from sqlglot import exp

from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import A_YEAR, MADE_KEY
from pipelines.contracts.variants import of_year
from pipelines.deliveries import MADE_UP_AUTHORITY, Delivery
from pipelines.periods import Period
from pipelines.sample.council import DEFAULT_MONTHS, READY, write_sample
from pipelines.sample.files.writing import LIFETIMES
from pipelines.settings import PROJECT
from pipelines.snapshots.workbook import MADE, OPTIONS
from pipelines.sql_files import DIALECT, in_build_order, read_selects
from pipelines.storage import new_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pipelines.contracts.model import Column, Contract, Source

WORKFORCE = "workforce_census"
RETURNS = ("annex_a", "cin_census", "ssda903", WORKFORCE)
LAST_SEPTEMBER = Period(2020, 9)
EXPORT, REFERENCE, COUNCIL = "export", "reference", "council"
REFERENCES = ("involvement_role", "legal_status", "role")
SQL = Path(__file__).parent / "sql"
READERS = {"date": "read_date", "boolean": "read_boolean"}
NUMBER = "DECIMAL(12, 2)"
BRITISH, BRITISH_IN_EXCEL = "%d/%m/%Y", "dd/mm/yyyy"
AROUND, OWN_TEXT = "ancestor::", "."

Tables = dict[str, list[dict[str, Any]]]
"""Rows, by column, of each table."""


def write_returns_of_sample(inbox: Path, *, seed: int = 2021, scale: float = 1.0) -> dict[str, int]:
    """Write what the council of ``write_sample`` sends in other formats: of its last month, its workforce of September.

    Returns the rows of each table; raises FileExistsError where a delivery is there already.
    """
    wanted = {DEFAULT_MONTHS[-1]: [name for name in RETURNS if name != WORKFORCE], LAST_SEPTEMBER: [WORKFORCE]}
    rows: dict[str, int] = {}
    with TemporaryDirectory() as clean:
        write_sample(Path(clean), seed=seed, scale=scale, months=tuple(wanted), spoilt=False)
        council = Path(clean) / MADE_UP_AUTHORITY
        for month, sources in wanted.items():
            ssd, local = council / "ssd" / str(month), council / "local" / str(month)
            rows |= write_returns(inbox, month, ssd=ssd, local=local, sources=sources)
    return rows


def write_returns(
    inbox: Path,
    month: Period,
    *,
    ssd: Path,
    local: Path | None = None,
    sources: Collection[str] = RETURNS,
    authority: str = MADE_UP_AUTHORITY,
    project: Path = PROJECT,
) -> dict[str, int]:
    """Write deliveries of a month, from the folders of its SSD and local tables; returns the rows of each table.

    A table is known by its file's path in the inbox and, where the file holds several, by its part of it. The
    exports must be without faults; only ``workforce_census`` needs the local ones. What nobody made up, such as
    contacts in Annex A, is headings alone. Raises FileExistsError where a delivery is there already.
    """
    contracts = load_sources(project / "expectations")
    exports = {"ssd": ssd} if local is None else {"ssd": ssd, "local": local}
    rows: dict[str, int] = {}
    with _council(contracts, exports, month, project) as council:
        for name in sources:
            source = of_year(contracts[name], month.collection_year)
            delivery = Delivery(authority, name, month)
            _make_tables(council, name, month)
            tables = _tables(council, source)
            with new_folder(inbox / str(delivery)) as folder:
                _write(folder, source, month, tables)
                (folder / READY).touch()
            rows |= {f"{delivery}/{_file_name(source, month, table)}": len(tables[table]) for table in tables}
    return rows


@contextmanager
def _council(
    contracts: Mapping[str, Source], exports: Mapping[str, Path], month: Period, project: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of the exports, typed, and of what the returns have in common."""
    with duckdb.connect() as council:
        for macros in ("dates.sql", "reading.sql"):
            council.execute((project / "sql" / "macros" / macros).read_text(encoding="utf-8"))
        for schema in (EXPORT, REFERENCE, COUNCIL, *RETURNS):
            council.execute(exp.Create(this=exp.table_(schema), kind="SCHEMA").sql(DIALECT))
        for name in REFERENCES:
            file = project / "sql" / REFERENCE / f"{name}.csv"
            council.read_csv(str(file), header=True).create(f"{REFERENCE}.{name}")
        for source, folder in exports.items():
            for contract in (each for name, each in contracts[source].tables.items() if name in LIFETIMES):
                given = council.read_csv(str(folder / contract.file_name), header=True, all_varchar=True)
                given.project(", ".join(map(_typed, contract.columns))).create(f"{EXPORT}.{contract.name}")
        _make_tables(council, COUNCIL, month)
        yield council


def _typed(column: Column) -> str:
    return exp.alias_(_value(column), column.name, quoted=True).sql(DIALECT)


def _value(column: Column) -> exp.Expr:
    given = exp.column(column.heading, quoted=True)
    if column.kind == "flag":
        return exp.func("read_boolean", exp.func("json_text", given, exp.Literal.string(f"$.{column.json_key}")))
    if column.kind in READERS:
        return exp.func(READERS[column.kind], given)
    return exp.cast(given, NUMBER) if column.kind == "number" else given


def _make_tables(council: duckdb.DuckDBPyConnection, schema: str, month: Period) -> None:
    """Make what a folder of ``sql/`` says."""
    for select in in_build_order(read_selects(SQL, schema), _made(council)):
        parameters = {"month_end": month.last_day} if select.parameters else None
        council.sql(select.text, params=parameters).create(select.table)


def _made(council: duckdb.DuckDBPyConnection) -> set[str]:
    tables = council.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
    return {f"{schema}.{name}" for schema, name in tables}


def _tables(council: duckdb.DuckDBPyConnection, source: Source) -> Tables:
    """The tables that the return has that year, ordered by all their columns; one that no SELECT makes has no row."""
    made = _made(council)
    names = {
        contract.name: f"{source.name}.{contract.name.removeprefix(f'{source.name}_')}"
        for contract in source.tables.values()
        if contract.is_of_year
    }
    return {name: _rows(council.table(table)) if table in made else [] for name, table in names.items()}


def _rows(table: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.order("ALL").fetchall()]


def _file_name(source: Source, month: Period, table: str) -> str:
    contract = source.tables[table]
    return contract.file_name if source.name == "ssda903" else f"{_document(source, month)}: {contract.part}"


def _document(source: Source, month: Period) -> str:
    """What the file of the return is called that year."""
    document = Path(source.document or "")
    return A_YEAR.sub(str(source.year_of(month)), document.stem) + document.suffix


def _write(folder: Path, source: Source, month: Period, tables: Tables) -> None:
    if source.name == "ssda903":
        for name, rows in tables.items():
            _write_csv(folder, source.tables[name], rows)
    elif source.name == "annex_a":
        _write_workbook(folder / _document(source, month), source, tables)
    else:
        _write_xml(folder / _document(source, month), source, tables)


def _write_csv(folder: Path, contract: Contract, rows: list[dict[str, Any]]) -> None:
    with (folder / contract.file_name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading.upper() for heading in contract.headings)
        for row in rows:
            values = (row.get(heading) for heading in contract.headings)
            writer.writerow(value.strftime(BRITISH) if isinstance(value, dt.date) else value for value in values)


def _write_workbook(file: Path, source: Source, tables: Tables) -> None:
    with xlsxwriter.Workbook(str(file), {**OPTIONS, "default_date_format": BRITISH_IN_EXCEL}) as workbook:
        workbook.set_properties({"created": MADE})
        for contract in sorted(source.tables.values(), key=lambda contract: contract.list_number or 0):
            columns = [column for column in contract.columns if column.path != MADE_KEY]
            sheet = workbook.add_worksheet(contract.part)
            sheet.write_row(0, 0, [column.path for column in columns])
            for line, row in enumerate(tables[contract.name], start=1):
                sheet.write_row(line, 0, [row.get(column.name) for column in columns])


def _write_xml(file: Path, source: Source, tables: Tables) -> None:
    """Each row is an element, within those of the rows that its keys name."""
    root = etree.Element(source.root)
    made: dict[tuple[str, str], Any] = {}
    for contract in sorted((source.tables[name] for name in tables), key=_depth):
        for row in tables[contract.name]:
            element = _placed(root, contract, row, made)
            _fill(element, contract, row)
            if contract.primary_key is not None and contract.primary_key.name in row:
                made[element.tag, row[contract.primary_key.name]] = element
    etree.ElementTree(root).write(str(file), encoding="utf-8", xml_declaration=True, pretty_print=True)


def _depth(contract: Contract) -> int:
    return max(path.count("/") for path in contract.elements)


def _placed(root: Any, contract: Contract, row: Mapping[str, Any], made: Mapping[tuple[str, str], Any]) -> Any:
    """A new element for the row, in the deepest place that it has all keys of."""
    keys = {
        column.path.removeprefix(AROUND).partition("/")[0]: row[column.name]
        for column in contract.columns
        if column.path.startswith(AROUND)
    }
    unknown = {name for name, key in keys.items() if key is None}
    places = (path.split("/") for path in sorted(contract.elements, key=len, reverse=True))
    *groups, name = next(place for place in places if unknown.isdisjoint(place))
    within = root
    for number, group in enumerate(groups, start=1):
        if group in keys:
            within = made[group, keys[group]]
        elif keys.keys().isdisjoint(groups[number:]):
            within = _inside(within, group)
    return etree.SubElement(within, name)


def _inside(element: Any, name: str) -> Any:
    found = element.find(name)
    return etree.SubElement(element, name) if found is None else found


def _fill(element: Any, contract: Contract, row: Mapping[str, Any]) -> None:
    for column in contract.columns:
        value = row.get(column.name)
        if value is None or not column.is_of_year or column.path.startswith(AROUND) or MADE_KEY in column.path:
            continue
        holder = element
        for name in () if column.path == OWN_TEXT else column.path.split("/"):
            holder = _inside(holder, name)
        holder.text = str(int(value) if isinstance(value, bool) else value)

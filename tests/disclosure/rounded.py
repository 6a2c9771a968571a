"""Small warehouses, counts put in the place of theirs, and the public tables that come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.contracts.published import load_published
from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.snapshots.disclosure import protect, rounded_warehouse
from pipelines.warehouse.build import build
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, involvement, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb
    import pytest

    from pipelines.settings import Settings
    from pipelines.snapshots.disclosure import Protected

Row = dict[str, Any]
CONTRACTS = [
    table for table in load_published(PROJECT / "expectations/snapshots")
    if table.is_public and table.needs_disclosure_control
]  # fmt: skip
PUT_COUNTED = """
    INSERT INTO disclosure.counted
    SELECT $kpi_id, $authority, $month, $window, $category, $numerator, $denominator, $numerator_key, $denominator_key
"""


class RoundedCounts(NamedTuple):
    """A cell of ``disclosure.counted``: a month (of the last, so many before) or a window that ends with it."""

    kpi_id: str
    before: int
    window: int
    numerator: float
    denominator: float | None = None
    numerator_key: int = 1
    denominator_key: int = 2
    category: str | None = None


def small_warehouse(settings: Settings) -> Path:
    """Seven assessments in each of sixteen months, of which one to four are in time; three children on plans."""
    months = [Period.parse(MONTH).plus(-back) for back in range(16)]
    assessments = [
        assessment(f"{month}-{number}", "2015-01-01" if number > place % 4 else f"{month}-01", f"{month}-20")
        for place, month in enumerate(months)
        for number in range(7)
    ]
    tables = ssd(
        person=[{"pers_person_id": row["cina_person_id"]} for row in assessments],
        cin_assessments=assessments,
        cp_plans=[plan(f"{MONTH}-{number}", "2021-01-01") for number in range(3)],
        involvements=[involvement(f"{MONTH}-0", "T1", "2021-01-01")],
    )
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", tables)
    return build(settings, Period.parse(MONTH)).path


def protected(warehouse: Path, settings: Settings) -> Protected:
    return protect(warehouse, CONTRACTS, settings, warehouse.parent / "spill")


def protected_counts(
    monkeypatch: pytest.MonkeyPatch, warehouse: Path, settings: Settings, cells: Iterable[RoundedCounts]
) -> Protected:
    """The public tables of a warehouse as if these cells were all that it counted."""
    last = Period.parse(MONTH)

    def count(connection: duckdb.DuckDBPyConnection, sql: Path) -> None:
        counted = (sql / "editions/disclosure/counted.sql").read_text(encoding="utf-8")
        connection.sql(counted).limit(0).create("disclosure.counted")
        find = "SELECT month_number FROM exact.warehouse.dim_month WHERE reporting_month = $1"
        for cell in cells:
            ((number,),) = connection.execute(find, [str(last.plus(-cell.before))]).fetchall()
            given = cell._asdict() | {"authority": AUTHORITY, "month": number}
            del given["before"]
            connection.execute(PUT_COUNTED, given)

    monkeypatch.setattr(rounded_warehouse, "count", count)
    return protected(warehouse, settings)


def rows_of(made: Protected, table: str, **key: Any) -> list[Row]:
    relation = made.rows[table]
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    return [row for row in rows if all(row[name] == value for name, value in key.items())]


def row_of(made: Protected, table: str, **key: Any) -> Row:
    (row,) = rows_of(made, table, **key)
    return row

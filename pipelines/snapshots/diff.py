"""What differs between two snapshots: rows by the key of their table, and the columns in which they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from rich.table import Table
from sqlglot import exp

from pipelines.snapshots.edition import PACKAGE
from pipelines.storage import MANIFEST, read_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

DIALECT = "duckdb"
SHOWN = 20
KPI = "kpi_id"


@dataclass(frozen=True)
class ChangedRow:
    """A row of one snapshot, or of both: ``columns`` holds what it was and what it is, where that differs."""

    what: str
    key: dict[str, Any]
    columns: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class TableChange:
    """One table in which the snapshots differ; ``note`` where its rows cannot be compared."""

    name: str
    rows: tuple[ChangedRow, ...]
    note: str | None = None

    def count(self, what: str) -> int:
        return sum(row.what == what for row in self.rows)

    @property
    def by_kpi(self) -> dict[str, dict[str, int]]:
        """How many rows were added, removed and changed, by KPI, where the table has any."""
        counts_by_kpi: dict[str, dict[str, int]] = {}
        for row in self.rows:
            if KPI in row.key:
                counts = counts_by_kpi.setdefault(str(row.key[KPI]), {"added": 0, "removed": 0, "changed": 0})
                counts[row.what] += 1
        return dict(sorted(counts_by_kpi.items()))


@dataclass(frozen=True)
class Comparison:
    """Two snapshots, such as ``2021-01/v0001``, and the tables in which they differ."""

    before: str
    after: str
    tables: tuple[TableChange, ...]


def compare(before: Path, after: Path) -> Comparison:
    """Compare two editions, of one month or of two, by what both hold of each row's table and key."""
    packages = [{each["name"]: each for each in read_json(folder / PACKAGE)["resources"]} for folder in (before, after)]
    names = sorted(packages[0].keys() | packages[1].keys())
    changes = [_table(name, (before, after), [package.get(name) for package in packages]) for name in names]
    return Comparison(_name(before), _name(after), tuple(each for each in changes if each.rows or each.note))


def _name(folder: Path) -> str:
    manifest = read_json(folder / MANIFEST)
    return f"{manifest['month']}/{manifest['version']}"


def _table(name: str, folders: tuple[Path, Path], resources: Sequence[dict[str, Any] | None]) -> TableChange:
    before, after = resources
    if before is None or after is None:
        return TableChange(name, (), f"only {'after' if before is None else 'before'}")
    key = after["schema"]["uniqueKeys"][0]
    if before["schema"]["uniqueKeys"][0] != key:
        return TableChange(name, (), "its key is another")
    held, holds = ([field["name"] for field in each["schema"]["fields"]] for each in (before, after))
    columns = [name for name in holds if name in held and name not in key]
    apart = sorted({*held} ^ {*holds})
    note = f"only one of them has {', '.join(apart)}" if apart else None
    files = [folder / resource["parquet"]["path"] for folder, resource in zip(folders, (before, after), strict=True)]
    return TableChange(name, tuple(_rows(files, key, columns)), note)


def _rows(files: Sequence[Path], key: list[str], columns: list[str]) -> Iterator[ChangedRow]:
    """In the order of their key."""
    with duckdb.connect() as connection:
        found = connection.execute(_differing(files, key, columns).sql(dialect=DIALECT)).fetchall()
    for in_before, in_after, *values in found:
        identity, left = values[: len(key)], values[len(key) :]
        pairs = zip(left[: len(columns)], left[len(columns) :], strict=True)
        differing = {name: pair for name, pair in zip(columns, pairs, strict=True) if pair[0] != pair[1]}
        what = "changed" if in_before and in_after else "removed" if in_before else "added"
        yield ChangedRow(what, dict(zip(key, identity, strict=True)), differing)


def _differing(files: Sequence[Path], key: list[str], columns: list[str]) -> exp.Select:
    before, after = (_rows_of(file).subquery(side) for file, side in zip(files, ("before", "after"), strict=True))
    same_key = [_same(name) for name in key]
    there = [exp.column("there", table=side) for side in ("before", "after")]
    keys = [_of_either(name).as_(name) for name in key]
    values = [exp.column(name, table=side).as_(f"{name}_{side}") for side in ("before", "after") for name in columns]
    differs = [exp.not_(_same(name)) for name in ("there", *columns)]
    return (
        exp.select(*there, *keys, *values)
        .from_(before)
        .join(after, on=exp.and_(*same_key), join_type="full")
        .where(exp.or_(*differs))
        .order_by(*[exp.Ordered(this=_of_either(name), nulls_first=True) for name in key])
    )


def _rows_of(file: Path) -> exp.Select:
    parquet = exp.func("read_parquet", exp.Literal.string(str(file)), dialect=DIALECT)
    return exp.select("*", exp.true().as_("there")).from_(parquet)


def _same(name: str) -> exp.Expr:
    return exp.NullSafeEQ(this=exp.column(name, table="before"), expression=exp.column(name, table="after"))


def _of_either(name: str) -> exp.Expr:
    return exp.func("coalesce", exp.column(name, table="after"), exp.column(name, table="before"))


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Every row, for programs; figures as they are in the snapshots, decimals as text."""
    return {
        "before": comparison.before,
        "after": comparison.after,
        "tables": [
            {
                "table": table.name,
                "note": table.note,
                "by_kpi": table.by_kpi,
                **{what: table.count(what) for what in ("added", "removed", "changed")},
                "rows": [
                    {
                        "what": row.what,
                        "key": {name: _plain(value) for name, value in row.key.items()},
                        "before": {name: _plain(pair[0]) for name, pair in row.columns.items()},
                        "after": {name: _plain(pair[1]) for name, pair in row.columns.items()},
                    }
                    for row in table.rows
                ],
            }
            for table in comparison.tables
        ],
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def print_comparison(console: Console, comparison: Comparison, *, every_row: bool) -> None:
    """How many rows differ in each table, and which: the first of them, or all."""
    if not comparison.tables:
        console.print(f"{comparison.before} and {comparison.after} hold the same.", highlight=False)
        return
    console.print(_overview(comparison))
    for table in comparison.tables:
        if table.rows:
            console.print(_listing(table, every_row=every_row))


def _overview(comparison: Comparison) -> Table:
    table = Table(title=f"From {comparison.before} to {comparison.after}", title_justify="left")
    for heading in ("Table", "Added", "Removed", "Changed", "Note"):
        table.add_column(heading, justify="right" if heading in {"Added", "Removed", "Changed"} else "left")
    for each in comparison.tables:
        counts = (f"{each.count(what):,}" for what in ("added", "removed", "changed"))
        table.add_row(each.name, *counts, each.note or "")
    return table


def _listing(change: TableChange, *, every_row: bool) -> Table:
    rows = change.rows if every_row else change.rows[:SHOWN]
    left = len(change.rows) - len(rows)
    caption = f"and {left:,} more: --every-row shows them, --json too" if left else None
    table = Table(title=change.name, caption=caption, title_justify="left", caption_justify="left")
    for heading in ("Which", "", "Column", "Before", "After"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        which = ", ".join(str(value) for value in row.key.values() if value is not None)
        if row.what != "changed":
            table.add_row(which, row.what, "", "", "")
            continue
        for number, (name, (before, after)) in enumerate(row.columns.items()):
            table.add_row("" if number else which, "" if number else row.what, name, _shown(before), _shown(after))
    return table


def _shown(value: Any) -> str:
    return "-" if value is None else str(value)

"""The first page that a new council sees: what a delivery is, what to put right or map, and which KPIs it gives."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import storage
from pipelines.contracts.loading import load_sources
from pipelines.findings import (
    ANOTHER_KIND_OF_ID,
    AROUND_THE_RECORDS,
    BLANK_COLUMN,
    EMPTY_TABLE,
    FOUND_ELSEWHERE,
    MISSING_COLUMN,
    MISSING_CRITICAL_COLUMN,
    MISSING_TABLE,
    NO_RECORD,
    NOTHING_OPEN,
    OTHER_SPELLING,
    PLACEHOLDER,
    ROW_WRITTEN_TWICE,
    TABLE_WITHOUT_KEY,
    UNKNOWN_COLUMN,
    UNKNOWN_ELEMENT,
    UNKNOWN_FILE,
    UNKNOWN_SHEET,
)
from pipelines.templates import template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.contracts.model import Source
    from pipelines.deliveries import Delivery
    from pipelines.settings import Settings

QUERIES = "pages/profile"
OUTCOME = ("finding", "rule_result", "reconciliation", "unread_value")
MISSING = {
    each.code
    for each in (
        *(MISSING_TABLE, TABLE_WITHOUT_KEY, MISSING_CRITICAL_COLUMN, MISSING_COLUMN),
        *(EMPTY_TABLE, BLANK_COLUMN, NOTHING_OPEN, ANOTHER_KIND_OF_ID),
    )
}
UNKNOWN = {each.code for each in (UNKNOWN_FILE, UNKNOWN_SHEET, UNKNOWN_COLUMN, UNKNOWN_ELEMENT)}
READ_ALL_THE_SAME = {
    each.code for each in (OTHER_SPELLING, FOUND_ELSEWHERE, PLACEHOLDER, AROUND_THE_RECORDS, NO_RECORD)
}

NO_AUTHORITY = "E00000000"
"""In the place of an authority's code, of a delivery of which nobody says whose it is."""

TWICE = ROW_WRITTEN_TWICE.code
Row = dict[str, Any]


@dataclass(frozen=True)
class Profile:
    """What there is to say about a delivery; ``systems`` are the systems it looks like, with the columns that say so.

    Without a warehouse, of a refused delivery, there are no figures, absences and conditions.
    """

    delivery: Delivery
    title: str
    refusal: str | None
    systems: tuple[Row, ...]
    knows_systems: bool
    files: tuple[Row, ...]
    missing: tuple[Row, ...]
    unknown: tuple[Row, ...]
    read_all_the_same: tuple[Row, ...]
    others: tuple[Row, ...]
    unread: tuple[Row, ...]
    rows_read: int
    rows_refused: int
    figures: tuple[Row, ...] = ()
    absences: tuple[Row, ...] = ()
    conditions: tuple[Row, ...] = ()

    @property
    def authority(self) -> str | None:
        return None if self.delivery.authority_code == NO_AUTHORITY else self.delivery.authority_code

    @property
    def month(self) -> str:
        return self.delivery.month.name

    @property
    def day(self) -> str:
        return self.delivery.month.last_day.isoformat()

    @property
    def steps(self) -> tuple[Row, ...]:
        """What to do first, with the part of the page that says how; all of it costs or may cost figures."""
        lost = sum(row["severity"] == "critical" for row in self.missing)
        rejected = (row for row in self.others if row["consequence"] == "refuse_row" and row["rule_code"] != TWICE)
        refused = sum(row["findings"] for row in rejected)
        steps = {
            "missing": (lost, "Deliver what is missing and costs figures: tables and columns, {}."),
            "codes": (len(self.to_map), "Map codes of your own: columns, {}."),
            "unread": (
                len(self.unread) - len(self.to_map),
                "Have what could not be read exported otherwise: columns, {}.",
            ),
            "form": (refused, "Look at the rows that would be rejected: findings, {}."),
            "held": (len(self.conditions), "See what would hold the month: conditions, {}."),
        }
        return tuple({"part": part, "words": words.format(count)} for part, (count, words) in steps.items() if count)

    @property
    def to_map(self) -> tuple[Row, ...]:
        """The columns of codes that hold others than the national ones."""
        return tuple(row for row in self.unread if row["codes"])

    @property
    def absent_here(self) -> tuple[Row, ...]:
        """The KPIs that this kind of delivery could give, at least in part."""
        return tuple(row for row in self.absences if row["is_of_source"])


def read(settings: Settings, delivery: Delivery, staged: Path, warehouse: Path | None) -> Profile:
    """What a staged version and the warehouse built of it alone say; ``warehouse`` is None of a refused one."""
    manifest = storage.read_json(staged / storage.MANIFEST)
    source = load_sources(settings.expectations)[delivery.source]
    with duckdb.connect() as connection:
        for table in OUTCOME:
            connection.read_parquet(str(staged / f"{table}.parquet")).create_view(table)
        notices, files, unread = (_rows(connection, settings, each) for each in ("notices", "files", "unread"))
    sorted_out = MISSING | UNKNOWN | READ_ALL_THE_SAME
    return Profile(
        delivery=delivery,
        title=source.title,
        refusal=manifest["refusal"],
        systems=_systems(manifest["system_signs"]),
        knows_systems=bool(source.systems),
        files=files,
        missing=_of(notices, MISSING),
        unknown=_of(notices, UNKNOWN),
        read_all_the_same=_of(notices, READ_ALL_THE_SAME),
        others=tuple(row for row in notices if row["rule_code"] not in sorted_out),
        unread=tuple(_explained(source, row) for row in unread),
        rows_read=manifest["rows_read"],
        rows_refused=manifest["rows_refused"],
        **({} if warehouse is None else _counted(settings, delivery, warehouse)),
    )


def _counted(settings: Settings, delivery: Delivery, warehouse: Path) -> dict[str, tuple[Row, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {
            "figures": _rows(connection, settings, "figures", month=str(delivery.month)),
            "absences": _rows(connection, settings, "absences", source=delivery.source),
            "conditions": _rows(connection, settings, "conditions"),
        }


def write(page: Path, profile: Profile) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    storage.write_text(page, template("profile.html").render(profile=profile))


def _systems(signs: list[Mapping[str, str]]) -> tuple[Row, ...]:
    """The systems with the most signs: one, but where as much speaks for another."""
    counts = Counter((sign["system"], sign["versions"]) for sign in signs)
    most = max(counts.values(), default=0)
    return tuple(
        {
            "system": system,
            "versions": versions,
            "columns": [sign["column"] for sign in signs if (sign["system"], sign["versions"]) == (system, versions)],
        }
        for (system, versions), count in counts.items()
        if count == most
    )


def _explained(source: Source, row: Row) -> Row:
    contract = source.tables[row["table_name"]]
    column = next(column for column in contract.columns if column.name == row["column_name"])
    return {
        **row,
        "file_name": contract.file_name,
        "title": column.title,
        "kind": column.kind,
        "codes": column.codes if column.kind == "code" else (),
    }


def _of(notices: tuple[Row, ...], codes: set[str]) -> tuple[Row, ...]:
    return tuple(row for row in notices if row["rule_code"] in codes)


def _rows(connection: duckdb.DuckDBPyConnection, settings: Settings, query: str, **parameters: str) -> tuple[Row, ...]:
    sql = (settings.sql / QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    result = connection.execute(sql, parameters)
    names = [column[0] for column in result.description or ()]
    return tuple(dict(zip(names, row, strict=True)) for row in result.fetchall())

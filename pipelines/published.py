"""What the published tables hold: the contracts of ``expectations/snapshots/``, one a table.

They are Open Data Contract Standard 3.1 files like those of the sources. Of each are read the table's ``description``
and ``dataGranularityDescription``, and of every property its ``name``, ``logicalType``, ``physicalType`` (DuckDB's),
``description``, ``required`` and ``primaryKey``: the columns so marked are the grain, and hold the order of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines import storage

if TYPE_CHECKING:
    from pathlib import Path


class BadPublishedContract(ValueError):
    """A contract of a published table lacks something: the software's fault."""


@dataclass(frozen=True)
class PublishedColumn:
    """One column, declared once: its description reaches the database, the data package and the dictionary."""

    name: str
    logical_type: str
    duckdb_type: str
    description: str
    required: bool
    in_grain: bool


@dataclass(frozen=True)
class PublishedTable:
    """One table of the snapshot."""

    name: str
    description: str
    grain: str
    columns: tuple[PublishedColumn, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell one row from another; some may be null."""
        return tuple(column.name for column in self.columns if column.in_grain)


def load_published(folder: Path) -> tuple[PublishedTable, ...]:
    """Every published table, by name; raises BadPublishedContract naming the file."""
    return tuple(_load(path) for path in sorted(folder.glob("*.yaml")))


def _load(path: Path) -> PublishedTable:
    try:
        table = _table(storage.read_yaml(path)["schema"][0])
    except (KeyError, TypeError, IndexError) as problem:
        raise BadPublishedContract(f"{path.name}: lacks {problem}") from problem
    if table.name != path.stem or not table.key:
        raise BadPublishedContract(f"{path.name}: must name the table {path.stem} and mark its key columns")
    return table


def _table(told: dict[str, Any]) -> PublishedTable:
    return PublishedTable(
        name=told["name"],
        description=told["description"],
        grain=told["dataGranularityDescription"],
        columns=tuple(
            PublishedColumn(
                name=column["name"],
                logical_type=column["logicalType"],
                duckdb_type=column["physicalType"],
                description=column["description"],
                required=column.get("required", False),
                in_grain=column.get("primaryKey", False),
            )
            for column in told["properties"]
        ),
    )

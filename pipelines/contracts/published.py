"""What the published tables hold: the contracts of ``expectations/snapshots/``, one a table.

They are Open Data Contract Standard 3.1 files like those of the sources. Of each are read the table's ``description``
and ``dataGranularityDescription``, and of every property its ``name``, ``logicalType``, ``physicalType`` (DuckDB's),
``description``, ``required`` and ``primaryKey``: the columns so marked are the grain, and hold the order of the rows.

Two custom properties say who may read the table. ``editions`` names the editions it is in, ``[restricted]`` where it is
left out. ``disclosureControl`` is ``not_needed`` where nothing in the table is a count of ours, and ``needed`` where
it is left out: nothing of such a table is public before disclosure control has passed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import storage
from pipelines.contracts import odcs, strict

if TYPE_CHECKING:
    from pathlib import Path


RESTRICTED = "restricted"
PUBLIC = "public"


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
class SnapshotTable:
    """One table of the snapshot."""

    name: str
    description: str
    grain: str
    columns: tuple[PublishedColumn, ...]
    editions: tuple[str, ...] = (RESTRICTED,)
    needs_disclosure_control: bool = True

    @property
    def is_public(self) -> bool:
        """Whether the table is declared for the public edition; passing disclosure control is another matter."""
        return PUBLIC in self.editions

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row; some may be null."""
        return tuple(column.name for column in self.columns if column.in_grain)


@storage.cached_by_files("*.yaml")
def load_published(folder: Path) -> tuple[SnapshotTable, ...]:
    """Every published table, by name; raises BadPublishedContract naming the file."""
    return tuple(_load(path) for path in sorted(folder.glob("*.yaml")))


def _load(path: Path) -> SnapshotTable:
    try:
        table = _table(strict.read(path, odcs.PublishedContract))
    except strict.BadFile as problem:
        raise BadPublishedContract(str(problem)) from problem
    if table.name != path.stem or not table.key:
        raise BadPublishedContract(f"{path.name}: must name the table {path.stem} and mark its key columns")
    if RESTRICTED not in table.editions:
        raise BadPublishedContract(f"{path.name}: editions are [restricted] or [restricted, public]")
    return table


def _table(declared: odcs.PublishedContract) -> SnapshotTable:
    (table,) = declared.tables
    custom = table.custom_properties
    return SnapshotTable(
        name=table.name,
        description=table.description,
        grain=table.data_granularity_description,
        columns=tuple(
            PublishedColumn(
                name=column.name,
                logical_type=column.logical_type,
                duckdb_type=column.physical_type,
                description=column.description,
                required=column.required,
                in_grain=column.primary_key,
            )
            for column in table.properties
        ),
        editions=custom.editions,
        needs_disclosure_control=custom.disclosure_control == "needed",
    )

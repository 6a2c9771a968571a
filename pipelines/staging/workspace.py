"""Where a delivery is staged: its inputs, a private folder for text in clear, and a database of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from pipelines import storage
from pipelines.staging import casting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pipelines.contracts.model import Source
    from pipelines.deliveries import Delivery
    from pipelines.settings import Settings


@dataclass(frozen=True)
class StagingInputs:
    """What a staged delivery is made of: the same inputs make the same bytes."""

    delivery: Delivery
    source: Source
    landed: Path
    landing_manifest: Mapping[str, Any]
    fingerprint: str

    @property
    def size_bytes(self) -> int:
        """Of the files as they were delivered."""
        return sum((self.landed / file["name"]).stat().st_size for file in self.landing_manifest["files"])


def connect(settings: Settings, database: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a database, in memory or of a file; one that is made gets the macros, and keeps them."""
    is_new = database is None or not database.exists()
    connection = duckdb.connect(":memory:" if database is None else str(database), config=dict(settings.duckdb_config))
    # What is written here is read back once: checkpoints would write all of it again.
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    if is_new:
        for macros in ("dates.sql", "pseudonym.sql", "reading.sql"):
            connection.execute((settings.sql / "macros" / macros).read_text(encoding="utf-8"))
    return connection


def private_scratch(settings: Settings) -> AbstractContextManager[Path]:
    """A folder for what holds personal data while it is being read; always removed."""
    return storage.private_folder(settings.data_dir)


def create_table(connection: duckdb.DuckDBPyConnection, table: exp.Table, query: exp.Query) -> None:
    connection.execute(exp.Create(this=table, kind="TABLE", expression=query).sql(casting.DIALECT))

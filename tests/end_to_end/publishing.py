"""A month built or published through the command line, and what its tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.storage import read_json
from tests.command_line import run_command
from tests.exports import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Figures = dict[tuple[str, str, str | None], tuple[int, int | None]]


def publish(root: Path, month: str = "2021-02", project: Mapping[str, str] | None = None) -> Path:
    """Run the month over ``root/inbox``; the newest snapshot database. ``project``: what leads to one of few KPIs."""
    places = {"INBOX_URL": str(root / "inbox"), "DATA_DIR": str(root / "data"), "PSEUDONYM_KEY": KEY}
    done = run_command("run", month, **(project or {}), **places)
    assert done.returncode == 0, done.stderr + done.stdout
    return root / "data" / "snapshots" / month / "latest" / "snapshot.duckdb"


def build(root: Path, month: str = "2021-02") -> Path:
    """The month's warehouse over ``root/inbox``: its schema ``snapshots`` is what a publication would hold."""
    places = {"INBOX_URL": str(root / "inbox"), "DATA_DIR": str(root / "data"), "PSEUDONYM_KEY": KEY}
    for command in (["land"], ["stage"], ["build", month]):
        done = run_command(*command, **places)
        assert done.returncode == 0, done.stderr + done.stdout
    folder = root / "data" / "warehouse" / month
    return folder / str(read_json(folder / "current.json")["file"])


def rows(database: Path, sql: str) -> list[tuple[Any, ...]]:
    """Of a snapshot, or of what a warehouse would publish."""
    with duckdb.connect(str(database), read_only=True) as connection:
        if database.name != "snapshot.duckdb":
            connection.execute("USE snapshots")
        return connection.execute(sql).fetchall()


def figures(database: Path, authority: str) -> Figures:
    """(numerator, denominator) by KPI, month and team."""
    found = rows(
        database,
        "SELECT kpi_id, reporting_month, team_code, numerator, denominator"
        f" FROM kpi_month WHERE authority_code = '{authority}'",
    )
    return {row[:3]: row[3:] for row in found}

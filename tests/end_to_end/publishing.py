"""A month published through the command line, and what its snapshot says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

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


def rows(snapshot: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def figures(snapshot: Path, authority: str) -> Figures:
    """(numerator, denominator) by KPI, month and team."""
    found = rows(
        snapshot,
        "SELECT kpi_id, reporting_month, team_code, numerator, denominator"
        f" FROM kpi_month WHERE authority_code = '{authority}'",
    )
    return {row[:3]: row[3:] for row in found}

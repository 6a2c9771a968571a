"""A month of all authorities together built or published, and what its tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.runs import steps
from pipelines.settings import Settings
from tests.exports import KEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Figures = dict[tuple[str, str, str | None], tuple[int, int | None]]


def publish(root: Path, month: str = "2021-02", project: Mapping[str, str] | None = None) -> Path:
    """Publish what is in ``root/inbox``; the newest snapshot database. ``project``: what leads to one of few KPIs."""
    settings, of = _taken_in(root, month, project), Period.parse(month)
    steps.build(settings, of)
    return steps.publish(settings, of).folder.with_name("latest") / "snapshot.duckdb"


def build(root: Path, month: str = "2021-02") -> Path:
    """The month's warehouse over ``root/inbox``: its schema ``snapshots`` is what a publication would hold."""
    return steps.build(_taken_in(root, month), Period.parse(month)).path


def _taken_in(root: Path, month: str, project: Mapping[str, str] | None = None) -> Settings:
    """The settings of no authority: thirty small councils are one build, and nobody's figures may depend on that."""
    given = {name.lower(): value for name, value in (project or {}).items()}
    settings = Settings(inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY, **given)
    for delivery in find_deliveries(settings, upto=Period.parse(month)).deliveries:
        land(settings, delivery)
        assert steps.stage(settings, delivery).refusal is None
    return settings


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

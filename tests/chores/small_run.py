"""Stage, build and write the restricted tables and report of a month, in the copy of the project that this is run in.

``python -m tests.chores.small_run 2021-02 FOLDER``; where the inbox and the data are comes from the environment.
Nothing is made public: no chore is about it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from pipelines.contracts.kpis import load_register
from pipelines.contracts.published import RESTRICTED, load_published
from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.snapshots import edition, report
from pipelines.staging.stage import stage
from pipelines.warehouse.build import build


def main(month: Period, folder: Path) -> None:
    settings = Settings()
    for delivery in find_deliveries(settings).deliveries:
        land(settings, delivery)
        staged = stage(settings, delivery)
        assert staged.refusal is None, staged.refusal
    with duckdb.connect(str(build(settings, month).path), read_only=True) as warehouse:
        tables = load_published(settings.expectations / "snapshots")
        edition.write_tables(folder, tables, {each.name: warehouse.table(f"snapshots.{each.name}") for each in tables})
    section_of = {kpi.kpi_id: kpi.section for kpi in load_register(settings.sql / "kpis")}
    report.write(folder, month, RESTRICTED, section_of)


if __name__ == "__main__":
    main(Period.parse(sys.argv[1]), Path(sys.argv[2]))

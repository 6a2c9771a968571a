"""What is measured, one stage a process: ``python -m bench.stages STAGE FOLDER SIZE`` prints what it took as JSON.

A folder holds ``inbox``, and gets ``data`` from the pipeline and ``plain`` from plain DuckDB. Each stage imports what
it needs before its clock starts: imports cost seconds, and are measured by themselves.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.settings import Settings

    Work = Callable[[], int | None]

HERE = Path(__file__).parent
MONTH = "2021-02"
DELIVERY = f"X99000001/ssd/{MONTH}"
KEY = "only-for-the-bench-and-32-bytes-long-at-least"
VISITS = "ssd_cp_visits.csv"
REFERRED_TO = {"ssd_person.csv": ("pers_person_id", "C"), "ssd_cp_plans.csv": ("cppl_cp_plan_id", "CP")}


def _settings(folder: Path) -> Settings:
    from pydantic import SecretStr

    from pipelines.settings import Settings

    return Settings(inbox_url=str(folder / "inbox"), data_dir=folder / "data", pseudonym_key=SecretStr(KEY))


def write_sample(folder: Path, scale: float) -> Work:
    """The made-up council: one export, with three years of history, and one survey."""
    from pipelines import sample
    from pipelines.periods import Period

    months = (Period.parse(MONTH),)
    return lambda: sum(sample.write_sample(folder / "inbox", scale=scale, months=months).rows.values())


def write_visits(folder: Path, visits: float) -> Work:
    """A delivery of so many child protection visits, the children and plans that they refer to, and empty tables."""
    from pipelines.contracts import load_sources
    from pipelines.settings import PROJECT

    delivery = folder / "inbox" / DELIVERY
    headings = {each.file_name: each.headings for each in load_sources(PROJECT / "expectations")["ssd"].tables.values()}

    def write() -> int:
        delivery.mkdir(parents=True)
        for name in headings.keys() - {VISITS}:
            _write_companion(delivery / name, headings[name], int(visits))
        with duckdb.connect() as connection:
            connection.execute("SET VARIABLE visits = $visits", {"visits": int(visits)})
            connection.sql((HERE / "visits.sql").read_text(encoding="utf-8")).write_csv(str(delivery / VISITS))
        return int(visits)

    return write


def _write_companion(file: Path, headings: tuple[str, ...], visits: int) -> None:
    """A header; below it, in the tables that a visit refers to, the keys alone."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, headings, restval="")
        writer.writeheader()
        if file.name in REFERRED_TO:
            key, prefix = REFERRED_TO[file.name]
            writer.writerows({key: f"{prefix}{number:08}"} for number in range(-(-visits // 20)))


def landing(folder: Path, _: float) -> Work:
    from pipelines import landing

    settings = _settings(folder)

    def land() -> None:
        for delivery in landing.find_deliveries(settings).deliveries:
            _must_not_be(landing.land(settings, delivery).outcome, "refused")

    return land


def staging(folder: Path, _: float) -> Work:
    from pipelines import landing, staging, validation

    assert validation  # noqa: S101 - imported now, so that staging need not
    settings = _settings(folder)

    def stage() -> int:
        staged = [staging.stage(settings, delivery) for delivery in landing.find_deliveries(settings).deliveries]
        for each in staged:
            _must_not_be(each.outcome, "refused")
        return sum(each.rows_read for each in staged)

    return stage


def build(folder: Path, _: float) -> Work:
    from pipelines import warehouse
    from pipelines.periods import Period

    settings = _settings(folder)
    return lambda: _nothing(warehouse.build(settings, Period.parse(MONTH)))


def publish(folder: Path, _: float) -> Work:
    from pipelines import snapshots
    from pipelines.periods import Period

    settings = _settings(folder)
    return lambda: _nothing(snapshots.publish(settings, Period.parse(MONTH)))


def great_expectations(*_: object) -> Work:
    def load() -> None:
        from pipelines import validation

        assert validation  # noqa: S101 - only its import is wanted

    return load


def plain_parquet(folder: Path, _: float) -> Work:
    """What staging cannot do without: every CSV read as text and written as Parquet, compressed as staging does."""

    def copy() -> int:
        with duckdb.connect() as connection:
            return sum(_copied(connection, file, folder) for file in sorted((folder / "inbox").rglob("*.csv")))

    return copy


def _copied(connection: duckdb.DuckDBPyConnection, file: Path, folder: Path) -> int:
    """The planted faults are passed over: an unreadable record would end the copying."""
    target = folder / "plain" / file.relative_to(folder / "inbox").with_suffix(".parquet")
    target.parent.mkdir(parents=True, exist_ok=True)
    text = connection.read_csv(str(file), header=True, delimiter=",", all_varchar=True, ignore_errors=True)
    text.write_parquet(str(target), compression="zstd")
    return len(connection.read_parquet(str(target)))


def plain_kpis(folder: Path, _: float) -> Work:
    """What building and publishing cannot do without: the KPIs counted from Parquet, and written."""
    from pipelines.settings import PROJECT

    def count() -> None:
        with duckdb.connect() as connection:
            for file in (folder / "plain" / DELIVERY).glob("*.parquet"):
                connection.read_parquet(str(file)).create_view(file.stem)
            connection.read_csv(str(PROJECT / "sql" / "reference" / "bank_holidays.csv")).create_view("bank_holidays")
            kpis = connection.sql((HERE / "kpis.sql").read_text(encoding="utf-8"))
            kpis.write_parquet(str(folder / "plain" / "kpis.parquet"))

    return count


def _must_not_be(outcome: str, unwanted: str) -> None:
    if outcome == unwanted:
        raise RuntimeError(f"the bench's own delivery was {unwanted}: nothing was measured")


def _nothing(_: object) -> None:
    """For what returns something that is no number of rows."""


STAGES: dict[str, Callable[[Path, float], Work]] = {
    each.__name__: each
    for each in (
        write_sample,
        write_visits,
        landing,
        staging,
        build,
        publish,
        great_expectations,
        plain_parquet,
        plain_kpis,
    )
}


def main() -> None:
    """Get ready, start the clock, work, and tell."""
    stage, folder, size = sys.argv[1:]
    work = STAGES[stage](Path(folder), float(size))
    start = time.perf_counter()
    rows = work()
    print(json.dumps({"seconds": time.perf_counter() - start, "rows": rows}))


if __name__ == "__main__":
    main()

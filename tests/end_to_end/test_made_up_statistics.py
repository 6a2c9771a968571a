"""Made-up statistics in the shape of the Department's: counts, divided and rounded here, give the percentages in them.

What `test_published_statistics` holds of the files as downloaded, always held of a file of the same shape.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.staging.stage import StagingResult, stage
from pipelines.warehouse.build import build
from tests.exports import KEY, SOURCES, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIVERY = Delivery.parse("E92000001/published_statistics/2025-11")
REVIEWS = SOURCES["published_statistics"].tables["published_statistics_plan_reviews"]
AREA = {
    "time_identifier": "Reporting year",
    "country_code": "E92000001",
    "country_name": "England",
    "category": "Child Protection Plans reviewed within timescales",
}
# Reviewed in time, of how many, and the percentage: as it is, rounded half up, of nobody, hidden, and wrong.
COUNTS = {
    2019: ("45", "60", "75.0"),
    2020: ("1", "16", "6.3"),
    2021: ("0", "0", "z"),
    2022: ("c", "c", "c"),
    2023: ("30", "40", "74.0"),
}


def row(year: int, reviewed: str, children: str, percent: str) -> dict[str, Any]:
    return {
        **AREA,
        "time_period": str(year),
        "geographic_level": "Local authority",
        "region_code": "E12000004",
        "region_name": "East Midlands",
        "old_la_code": "831",
        "new_la_code": "E06000015",
        "la_name": "Derby",
        "CPP_At31_3months": children,
        "Reviewed_within_timescales": reviewed,
        "Reviewed_within_timescales_percent": percent,
    }


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("statistics")
    return Settings(_env_file=None, inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=SecretStr(KEY))


@pytest.fixture(scope="module")
def staged(settings: Settings) -> StagingResult:
    rows = [row(year, *counts) for year, counts in COUNTS.items()]
    write_table(Path(settings.inbox) / str(DELIVERY) / REVIEWS.file_name, list(rows[0]), rows)
    landing.land(settings, DELIVERY)
    return stage(settings, DELIVERY)


@pytest.fixture(scope="module")
def warehouse(settings: Settings, staged: StagingResult) -> Iterator[duckdb.DuckDBPyConnection]:
    built = build(settings, Period.parse("2025-11"))
    with duckdb.connect(str(built.path), read_only=True) as connection:
        yield connection


def test_the_made_up_file_has_the_headings_of_the_contract() -> None:
    assert {heading.lower() for heading in row(2019, "", "", "")} == set(REVIEWS.headings)


def test_every_row_is_staged_and_every_symbol_kept(staged: StagingResult) -> None:
    assert (staged.rows_read, staged.rows_refused, staged.rows_warned) == (len(COUNTS), 0, 0)
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(staged.folder / f"{REVIEWS.name}.parquet")).order("line")
        symbols = rows.project("reviewed_within_timescales__symbol, reviewed_within_timescales_percent__symbol")
        assert symbols.fetchall() == [(None, None), (None, None), (None, "z"), ("c", "c"), (None, None)]


def test_counts_give_the_percentages_but_not_a_wrong_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        """
        SELECT year, numerator, denominator, published_rate(numerator, denominator, 100) = published_value
        FROM core.published_figure
        WHERE statistic_id = 'plan_reviews_in_time' AND area_code = 'E06000015'
        ORDER BY year
        """
    ).fetchall()
    assert found == [
        (2019, 45, 60, True),
        (2020, 1, 16, True),
        (2021, 0, 0, None),
        (2022, None, None, None),
        (2023, 30, 40, False),
    ]

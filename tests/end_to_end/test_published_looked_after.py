"""Children looked after as the Department publishes them, by the headings and the areas of each year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.staging.stage import stage
from pipelines.warehouse.build import build
from tests.exports import KEY, write_table

if TYPE_CHECKING:
    from pathlib import Path

DELIVERY = Delivery.parse("E92000001/published_statistics/2025-11")
FILE = "cla_number_and_rate_per_10k_children.csv"
ENGLAND = {"time_identifier": "Reporting year", "country_code": "E92000001", "country_name": "England"}
REGION = {"region_code": "E12000004", "region_name": "East Midlands"}
DERBY = {**REGION, "old_la_code": "831", "new_la_code": "E06000015", "la_name": "Derby"}
AREAS = ["region_code", "region_name", "old_la_code", "new_la_code", "la_name"]
BEFORE = ("population_count", "number", "Children looked after at 31 March each year")
SINCE = ("population_type", "children_count", "Children looked after on 31 March each year")


def rows_of(form: tuple[str, str, str], year: str) -> list[dict[str, Any]]:
    whom, how_many, looked_after = form
    figures = [
        ("Local authority", DERBY, looked_after, "600", "59000", "101.7"),
        ("Local authority", DERBY, "Children starting to be looked after each year", "200", "59000", "33.9"),
        ("Local authority", {**DERBY, "new_la_code": "E08000001"}, looked_after, "c", "59000", "c"),
        ("Regional", REGION, looked_after, "6000", "1000000", "60"),
        ("National", {}, looked_after, "80000", "12000000", "67"),
    ]
    return [
        {
            **dict.fromkeys(AREAS, ""),
            **ENGLAND,
            **area,
            "time_period": year,
            "geographic_level": level,
            whom: population,
            "population_estimate": children,
            how_many: number,
            "rate_per_10000": rate,
        }
        for level, area, population, number, children, rate in figures
    ]


@pytest.mark.parametrize(("form", "year"), [(BEFORE, "2024"), (SINCE, "2025")], ids=["before", "since"])
def test_children_looked_after_are_read_and_no_others(tmp_path: Path, form: tuple[str, str, str], year: str) -> None:
    settings = Settings(
        _env_file=None,
        inbox_url=str(tmp_path / "inbox"),
        data_dir=tmp_path / "data",
        pseudonym_key=SecretStr(KEY),
    )
    rows = rows_of(form, year)
    write_table(tmp_path / "inbox" / str(DELIVERY) / FILE, list(rows[0]), rows)
    landing.land(settings, DELIVERY)
    staged = stage(settings, DELIVERY)
    assert staged.rows_refused == 0
    with duckdb.connect(str(build(settings, Period(2025, 11)).path), read_only=True) as warehouse:
        found = warehouse.execute(
            """
            SELECT statistic_id, area_code, published_value, numerator, denominator, symbol
            FROM core.benchmark_figure
            WHERE source = 'delivered statistics' AND year = ?
            ORDER BY ALL
            """,
            [int(year)],
        ).fetchall()
    assert found == [
        ("children_looked_after", "E06000015", 600, 600, None, None),
        ("children_looked_after", "E08000001", None, None, None, "c"),
        ("children_looked_after", "E12000004", 6000, 6000, None, None),
        ("children_looked_after", "E92000001", 80000, 80000, None, None),
        ("children_looked_after_rate", "E06000015", 101.7, 600, 59000, None),
        ("children_looked_after_rate", "E08000001", None, None, 59000, "c"),
        ("children_looked_after_rate", "E12000004", 60, 6000, 1000000, None),
        ("children_looked_after_rate", "E92000001", 67, 80000, 12000000, None),
    ]

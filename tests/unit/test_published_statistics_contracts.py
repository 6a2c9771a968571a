"""Published statistics as files: headings, symbols and names as they are downloaded, and what is read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import file_key
from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import stage
from tests.exports import KEY, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = load_sources(PROJECT / "expectations")
STATISTICS = SOURCES["published_statistics"].tables
FIXTURES = PROJECT.parent / "shared" / "fixtures" / "published_statistics"
# Its file is not among them: its headings are those that the Department's own code reads.
LOOKED_AFTER = "published_statistics_looked_after"
DELIVERY = Delivery.parse("E92000001/published_statistics/2030-11")
DERBY = {
    "time_period": "2030",
    "time_identifier": "Reporting year",
    "geographic_level": "Local authority",
    "country_code": "E92000001",
    "country_name": "England",
    "region_code": "E12000004",
    "region_name": "East Midlands",
    "old_la_code": "831",
    "new_la_code": "E06000015",
    "la_name": "Derby",
    "category": "Duration of assessment",
}
ROWS = [
    {**DERBY, "Same_day": "c", "1-10_days": "LOW", "61+_days": "12", "25th_Percentile_days": "14.5"},
    {**DERBY, "Same_day": "0", "1-10_days": "z", "61+_days": ":", "25th_Percentile_days": "~"},
    {**DERBY, "category": "Something else"},
]


@pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize("name", [name for name in STATISTICS if name != LOOKED_AFTER])
def test_the_headings_are_those_of_the_file(name: str) -> None:
    contract = STATISTICS[name]
    header = (FIXTURES / contract.file_name).read_text(encoding="utf-8-sig").partition("\n")[0]
    assert list(contract.headings) == header.strip().lower().split(",")


def test_a_file_may_be_of_other_years_but_of_no_other_name() -> None:
    known = {key for contract in STATISTICS.values() for key in contract.file_keys}
    assert file_key("D6_cpps_reviewed_within_timescales_2013_to_2031.csv") in known
    assert file_key("d6_cpps_reviewed_within_timescales.csv") not in known
    assert file_key("d6_cpps_reviewed_within_timescales_2013_to_now.csv") not in known
    assert file_key("ssd_person_2030.csv") not in SOURCES["ssd"].file_keys


def test_no_name_of_an_authority_is_staged() -> None:
    for contract in STATISTICS.values():
        assert {column.name for column in contract.columns} - {column.name for column in contract.staged_columns} == {
            "la_name"
        }


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root = tmp_path_factory.mktemp("statistics")
    settings = Settings(_env_file=None, inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY)
    folder = root / "inbox" / str(DELIVERY)
    headings = [*DERBY, "Same_day", "1-10_days", "61+_days", "25th_Percentile_days"]
    write_table(folder / "c2_children_in_need_assessments_duration_2019_to_2030.csv", headings, ROWS)
    landing.land(settings, DELIVERY)
    done = stage(settings, DELIVERY)
    with duckdb.connect() as connection:
        for table in ("published_statistics_assessments", "finding"):
            connection.read_parquet(str(done.folder / f"{table}.parquet")).create(table)
        yield connection


def rows(staged: duckdb.DuckDBPyConnection, columns: str) -> list[Any]:
    return staged.sql(f"SELECT {columns} FROM published_statistics_assessments ORDER BY line").fetchall()


def test_a_symbol_is_no_number_and_is_kept(staged: duckdb.DuckDBPyConnection) -> None:
    assert rows(staged, "same_day, same_day__symbol") == [(None, "c"), (0, None)]
    assert rows(staged, "days_1_to_10, days_1_to_10__symbol") == [(None, "low"), (None, "z")]
    assert rows(staged, "days_61_and_more, days_61_and_more__symbol") == [(12, None), (None, ":")]


def test_only_what_is_neither_number_nor_symbol_is_a_finding(staged: duckdb.DuckDBPyConnection) -> None:
    assert float(rows(staged, "lower_quartile_days")[0][0]) == 14.5
    found = staged.sql("SELECT column_name, line FROM finding WHERE rule_code LIKE '%-READABLE' ORDER BY ALL")
    assert found.fetchall() == [("category", 4), ("lower_quartile_days", 3)]


def test_a_row_of_another_category_is_refused(staged: duckdb.DuckDBPyConnection) -> None:
    refused = staged.sql("SELECT line FROM finding WHERE consequence = 'refuse_row'").fetchall()
    assert refused == [(4,)]

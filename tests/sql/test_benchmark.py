"""Published figures beside the KPIs: whose they are, how they differ, what a comparator is without the authority."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.warehouse_input import AUTHORITY, MONTH, built, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

ENGLAND = "E92000001/published_statistics"
HACKNEY = "E09000012"
MADE_UP = "X99000001"
NAMELESS = "E06000099"
FTE = {"inpost_fte": 90.0, "agency_fte": 10.0, "agency_rate_fte": 10.0}


def area(level: str, code: str | None, region: str | None, year: int = 2020, **figures: Any) -> dict[str, Any]:
    return {
        "time_period": str(year),
        "geographic_level": level,
        "country_code": "E92000001",
        "region_code": region,
        "new_la_code": code,
        **figures,
    }


def durations(in_time: int | None, late: int | None) -> dict[str, Any]:
    """Conferences of a year; a hidden number has its symbol."""
    return {
        "icpc": None if in_time is None and late is None else 100,
        "days_0_to_10": 0,
        "days_11_to_15": in_time,
        "days_11_to_15__symbol": "c" if in_time is None else None,
        "days_16_to_20": late,
        "days_16_to_20__symbol": "c" if late is None else None,
        "days_21_and_more": 0,
    }


def reviews(reviewed: int | None, children: int | None, percent: float | None, symbol: str | None = None) -> Any:
    return {
        "reviewed_within_timescales": reviewed,
        "cpp_at31_3months": children,
        "reviewed_within_timescales_percent": percent,
        "reviewed_within_timescales_percent__symbol": symbol,
    }


CONFERENCES: Rows = [
    area("Local authority", AUTHORITY, "E12000004", **durations(60, 40)),
    area("Regional", None, "E12000004", **durations(700, 300)),
    area("National", None, None, **durations(8000, 2000)),
    area("Local authority", HACKNEY, "E13000001", **durations(90, None)),
    area("Regional", None, "E13000001", **durations(500, 500)),
    area("Regional", None, "E12000007", **durations(1, 99)),
    area("Local authority", NAMELESS, "E12000004", **durations(None, None)),
    area("Local authority", AUTHORITY, "E12000004", year=2018, **durations(1, 1)),
    area("Local authority", AUTHORITY, "E12000004", year=2018, **durations(2, 2)),
    area("Local authority", AUTHORITY, "E12000004", year=2021, **durations(3, 3)),
]
PLAN_REVIEWS: Rows = [
    area("Local authority", AUTHORITY, "E12000004", year=2019, **reviews(None, None, None, "c")),
    area("Local authority", AUTHORITY, "E12000004", year=2017, **reviews(None, None, None, "x")),
    area("Regional", None, "E12000004", year=2019, **reviews(930, 1000, 93.1)),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries: dict[str, dict[str, Rows]] = {
        f"{authority}/ssd/{MONTH}": {**ssd(), "ssd_cp_reviews": []}
        for authority in (AUTHORITY, HACKNEY, MADE_UP, NAMELESS)
    }
    deliveries[f"{ENGLAND}/{MONTH}"] = {
        "published_statistics_conferences": CONFERENCES,
        "published_statistics_plan_reviews": PLAN_REVIEWS,
    }
    with built(tmp_path_factory.mktemp("benchmark"), deliveries) as warehouse:
        yield warehouse


def beside(
    warehouse: duckdb.DuckDBPyConnection, kpi_id: str, columns: str, authority: str = AUTHORITY, year: int = 2020
) -> dict[str, Any]:
    """By geography but for neighbours, what stands beside an authority's KPI."""
    found = warehouse.execute(
        f"""
        SELECT geography, {columns} FROM snapshots.benchmark
        WHERE kpi_id = ? AND authority_code = ? AND year = ? AND geography <> 'neighbours'
        """,
        [kpi_id, authority, year],
    ).fetchall()
    return {geography: figures[0] if len(figures) == 1 else tuple(figures) for geography, *figures in found}


def test_authority_region_and_nation_stand_beside_a_kpi(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = beside(warehouse, "icpc_15wd", "area_code, area_name, numerator, denominator, value, symbol, source")
    delivered = (None, "delivered statistics")
    assert found == {
        "council": (AUTHORITY, "Derby", 60, 100, 60.0, *delivered),
        "region": ("E12000004", "East Midlands", 700, 1000, 70.0, *delivered),
        "nation": ("E92000001", "England", 8000, 10000, 80.0, *delivered),
    }


def test_a_comparator_is_also_given_without_the_authority(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = beside(warehouse, "icpc_15wd", "without_numerator, without_denominator, without_value")
    assert found == {"council": (None, None, None), "region": (640, 900, 71.1), "nation": (7940, 9900, 80.2)}


def test_the_made_up_council_stands_beside_the_figures_it_is_made_on(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = "area_code, value, without_value"
    assert beside(warehouse, "icpc_15wd", columns, MADE_UP) == beside(warehouse, "icpc_15wd", columns)


def test_a_london_borough_is_in_inner_london(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert beside(warehouse, "icpc_15wd", "area_name", HACKNEY)["region"] == "Inner London"


def test_hidden_bands_on_one_side_leave_a_figure_and_on_both_their_symbol(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    columns = "value, symbol, numerator, denominator"
    assert beside(warehouse, "icpc_15wd", columns, HACKNEY)["council"] == (90.0, None, 90, 100)
    assert beside(warehouse, "icpc_15wd", columns, NAMELESS)["council"] == (None, "c", None, None)


def test_a_region_is_not_given_without_an_authority_whose_own_is_hidden(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert beside(warehouse, "icpc_15wd", "value, without_value", NAMELESS)["region"] == (70.0, None)


def test_figures_that_contradict_each_other_are_none(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert beside(warehouse, "icpc_15wd", "value", year=2018) == {}


def test_a_period_that_is_not_over_is_not_given(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert beside(warehouse, "icpc_15wd", "value", year=2021) == {}
    assert beside(warehouse, "cla_count", "value", year=2021) == {}


def test_the_projects_own_figure_stands_in_for_a_hidden_one(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = beside(warehouse, "cp_review_ni67", "value, symbol, source LIKE 'delivered%'", year=2019)
    assert found == {"council": (93.0, None, False), "region": (93.1, None, True), "nation": (91.8, None, False)}
    assert beside(warehouse, "cp_review_ni67", "value, symbol", year=2017) == {"council": (None, "x")}


def test_beside_a_count_stands_the_authority_s_own_alone_and_beside_a_rate_those_of_others(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert beside(warehouse, "cla_count", "value, denominator, without_value") == {"council": (588.0, None, None)}
    assert beside(warehouse, "cpp_count", "value") == {"council": 381.0}
    assert set(beside(warehouse, "cla_rate_10k", "value")) == {"council", "region", "nation"}
    of_others = "geography <> 'council' AND unit = 'count'"
    assert warehouse.execute(f"SELECT count(*) FROM snapshots.benchmark WHERE {of_others}").fetchall() == [(0,)]


def test_a_period_or_a_basis_that_differs_is_given(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert beside(warehouse, "icpc_15wd", "differs")["region"] == "twelve months to 31 March 2020"
    assert beside(warehouse, "cla_rate_10k", "differs")["region"] == "on 31 March 2020"
    assert beside(warehouse, "cp_review_in_time", "differs", year=2019)["council"] == (
        "on 31 March 2019; children on a plan for three months or more whose reviews were in time"
    )
    days = beside(warehouse, "icpc_15wd", "period_start, period_end")["nation"]
    assert days == (dt.date(2019, 4, 1), dt.date(2020, 3, 31))
    assert beside(warehouse, "cla_rate_10k", "period_start")["nation"] is None


def test_the_same_day_and_basis_leave_no_mark(tmp_path: Path) -> None:
    workforce: Rows = [area("Local authority", AUTHORITY, "E12000004", year=2020, **FTE)]
    deliveries = {
        f"{AUTHORITY}/local/2020-09": {"local_posts": []},
        f"{ENGLAND}/2020-06": {"published_statistics_workforce": [{**workforce[0], "agency_rate_fte": 55.5}]},
        f"{ENGLAND}/2020-09": {"published_statistics_workforce": workforce},
        f"{ENGLAND}/2020-12": {"published_statistics_workforce": []},
    }
    with built(tmp_path, deliveries, "2020-09") as warehouse:
        found = beside(warehouse, "agency_rate_fte", "value, differs, source LIKE 'delivered%'")
        assert found["council"] == (10.0, None, True)
        assert found["region"][2] is False

"""Posts and caseloads: the same made-up workers from the workforce census and from the local list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse.build import build
from tests.staged_input import day, stage
from tests.warehouse_input import built, figure, settings_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.staged_input import Rows

LOCAL, CENSUS, UNNAMED, BOTH = "E00000201", "E00000202", "E00000203", "E00000204"
SEPTEMBER, YEAR_BEFORE, AFTER = "2020-09", "2019-09", "2020-10"

Worker = tuple[str, str, float, str | None, str | None, float | None]
# Name, how employed, full-time equivalent, from, to, days lost.
WORKERS: tuple[Worker, ...] = (
    ("always there", "employed", 1, "2015-01-05", None, 4),
    ("part of the week", "employed", 0.6, "2018-05-01", None, None),
    ("began on the day", "employed", 1, "2020-09-30", None, 0),
    ("left on the day", "employed", 0.8, "2016-02-01", "2020-09-30", 11),
    ("left a year and a day ago", "employed", 1, "2016-02-01", "2019-09-30", 0),
    ("left within the year", "employed", 0.5, "2016-02-01", "2019-10-01", 20),
    ("agency", "agency", 0.9, "2020-03-02", None, None),
)
VACANT = 2.5
FIGURES = {
    "agency_rate_fte": (0.9, 3.5),
    "vacancy_rate_fte": (2.5, 5.1),
    "turnover_rate_fte": (1.3, 2.6),
    # The twelve months to September 2020 hold a 29 February.
    "absence_rate_fte": (35.0, 2.6 * 254),
}


def as_local() -> Rows:
    posts: Rows = [
        {
            "post_id": name,
            "post_status": status,
            "full_time_equivalent": full_time,
            "from_date": day(start),
            "to_date": day(end),
            "left_the_authority": end is not None,
            "sickness_days": lost,
            "line": line,
        }
        for line, (name, status, full_time, start, end, lost) in enumerate(WORKERS, start=2)
    ]
    return [*posts, {"post_id": "empty", "post_status": "vacant", "full_time_equivalent": VACANT, "line": 99}]


def as_census(*, named: bool = True, cases: int | None = 12) -> dict[str, Rows]:
    workers: Rows = [
        {
            "worker_key": name,
            "agency_worker": status == "agency",
            "fte": full_time,
            "role_start_date": day(start),
            "role_end_date": day(end),
            "working_days_lost": lost,
            "cases_30": cases,
            "line": line,
        }
        for line, (name, status, full_time, start, end, lost) in enumerate(WORKERS, start=10)
        if named or status != "agency"
    ]
    sums = {"number_of_vacancies": VACANT, "no_agency_fte": 0.9, "no_agency_headcount": 1, "line": 3}
    return {"workforce_census_workers": workers, "workforce_census_vacancies": [sums]}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {
        f"{LOCAL}/local/{SEPTEMBER}": {"local_posts": as_local()},
        f"{CENSUS}/workforce_census/{YEAR_BEFORE}": as_census(),
        f"{CENSUS}/workforce_census/{SEPTEMBER}": as_census(),
        f"{UNNAMED}/workforce_census/{SEPTEMBER}": as_census(named=False),
        f"{BOTH}/local/{SEPTEMBER}": {"local_posts": as_local()[:2]},
        f"{BOTH}/workforce_census/{SEPTEMBER}": as_census(),
    }
    with built(tmp_path_factory.mktemp("workforce"), deliveries, AFTER) as connection:
        yield connection


def figure_of(warehouse: duckdb.DuckDBPyConnection, kpi_id: str, authority: str, month: str = SEPTEMBER) -> Any:
    found = figure(warehouse, kpi_id, month, authority=authority)
    return found and tuple(map(float, found))


@pytest.mark.parametrize("authority", [LOCAL, CENSUS, UNNAMED])
@pytest.mark.parametrize("kpi_id", FIGURES)
def test_the_same_workers_give_the_same_figures(
    warehouse: duckdb.DuckDBPyConnection, kpi_id: str, authority: str
) -> None:
    """Where the census names no agency worker, their sum counts."""
    assert figure_of(warehouse, kpi_id, authority) == pytest.approx(FIGURES[kpi_id])


@pytest.mark.parametrize("kpi_id", [*FIGURES, "caseload_average"])
def test_a_census_covers_its_own_month_alone(warehouse: duckdb.DuckDBPyConnection, kpi_id: str) -> None:
    covered = warehouse.execute(
        "SELECT reporting_month FROM snapshots.kpi_month WHERE kpi_id = ? AND authority_code = ? ORDER BY ALL",
        [kpi_id, CENSUS],
    ).fetchall()
    assert sorted({month for (month,) in covered}) == [YEAR_BEFORE, SEPTEMBER]


def test_cases_are_those_of_who_is_in_post(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert figure_of(warehouse, "caseload_average", CENSUS) == pytest.approx((48, 3.5))
    assert figure_of(warehouse, "caseload_average", LOCAL) is None


@pytest.mark.parametrize(("last_day", "is_in_post"), [("2020-10-01", True), ("2020-09-30", False)])
def test_cases_of_who_leaves_later_count(tmp_path: Path, last_day: str, is_in_post: bool) -> None:
    census = as_census()
    for worker in census["workforce_census_workers"]:
        worker["role_end_date"] = day(last_day) if worker["worker_key"] == "always there" else worker["role_end_date"]
    with built(tmp_path, {f"{CENSUS}/workforce_census/{SEPTEMBER}": census}, SEPTEMBER) as warehouse:
        assert figure_of(warehouse, "caseload_average", CENSUS) == pytest.approx((48, 3.5) if is_in_post else (36, 2.5))
        assert figure_of(warehouse, "agency_rate_fte", CENSUS) == pytest.approx((0.9, 3.5 if is_in_post else 2.5))


def test_the_local_list_goes_first(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert figure_of(warehouse, "turnover_rate_fte", BOTH) == pytest.approx((0, 1.6))
    assert figure_of(warehouse, "turnover_rate_fte", CENSUS, AFTER) is None


def test_sickness_is_absent_where_the_list_that_counts_lacks_it(tmp_path: Path) -> None:
    """The census has it: but the posts are the local list's, and would all seem never to be sick."""
    settings = settings_in(tmp_path)
    local = stage(settings.staging, f"{BOTH}/local/{SEPTEMBER}", {"local_posts": as_local()})
    manifest = json.loads((local / "manifest.json").read_text())
    (local / "manifest.json").write_text(json.dumps({**manifest, "missing_columns": ["local_posts.sickness_days"]}))
    stage(settings.staging, f"{BOTH}/workforce_census/{SEPTEMBER}", as_census())
    built_file = build(settings, Period.parse(SEPTEMBER)).path
    with duckdb.connect(str(built_file), read_only=True) as connection:
        assert figure_of(connection, "absence_rate_fte", BOTH) is None
        reasons = connection.execute(
            "SELECT reason FROM snapshots.kpi_absence WHERE kpi_id = 'absence_rate_fte' AND authority_code = ?", [BOTH]
        ).fetchall()
        assert reasons == [
            (
                "waits for local_posts.sickness_days (never delivered),"
                " or workforce_census_vacancies (the month is taken from elsewhere)",
            )
        ]
        assert figure_of(connection, "agency_rate_fte", BOTH) == pytest.approx(FIGURES["agency_rate_fte"])

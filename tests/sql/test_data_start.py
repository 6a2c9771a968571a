"""From which month an authority's figures begin: months before its data do are absent, not zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.staged_input import day
from tests.warehouse_input import MONTH, built, figure, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

KPIS = ("cpp_count", "cpp_rate_10k")
ASKED = ("snapshots.kpi_month", "snapshots.kpi_absence")
FEW, ENOUGH, SET, UNKNOWN = "E00000016", "E00000017", "E00000018", "E00000019"
SMALL, LARGE, OLD, BETWEEN, AHEAD = "E00000020", "E00000021", "E00000022", "E00000023", "E00000024"
LAST = ("2020-09", "2020-10", "2020-11", "2020-12")
# Of them alone it is known how many children live there, and since when.
RATED, UNRATED = "E06000015", UNKNOWN


def visits(month: str, number: int) -> Rows:
    return [
        {
            "cppv_cp_visit_id": f"{month} {each}",
            "cppv_person_id": "a",
            "cppv_cp_visit_date": day(f"{month}-{each % 28 + 1:02d}"),
            "cppv_cp_visit_seen": True,
        }
        for each in range(number)
    ]


def delivered(*rows: Rows) -> dict[str, Rows]:
    return {**ssd(cp_plans=[plan("a", "2017-05-01")]), "ssd_cp_visits": [row for each in rows for row in each]}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("data start")
    own = folder / "council" / SET / "first_month.csv"
    own.parent.mkdir(parents=True)
    own.write_text("source,first_month,reason\nssd,2020-11,A new system\n", encoding="utf-8")
    tables = {
        # The median month has 49, or 50.
        FEW: delivered(visits("2019-03", 12), visits("2020-05", 13), *(visits(month, 49) for month in LAST)),
        ENOUGH: delivered(visits("2019-03", 12), visits("2020-05", 13), *(visits(month, 50) for month in LAST)),
        # A quarter of 60 is 15, of 400 100.
        SMALL: delivered(visits("2019-03", 14), visits("2019-09", 15), *(visits(month, 60) for month in LAST)),
        LARGE: delivered(visits("2019-03", 99), visits("2019-09", 100), *(visits(month, 400) for month in LAST)),
        # The twelve newest months begin with March 2020: nothing of February 2020 counts among them.
        OLD: delivered(visits("2020-02", 200)),
        # The median of 40 and 60 is 50, a quarter of it 12.5.
        BETWEEN: delivered(visits("2019-03", 12), visits("2019-09", 13), visits("2020-10", 40), visits("2020-11", 60)),
        # What is dated after the newest delivery is no month of the council's.
        AHEAD: delivered(visits("2019-03", 15), visits("2020-10", 60), visits("2021-03", 400)),
        SET: delivered(visits("2020-06", 200)),
        RATED: delivered(),
        UNKNOWN: delivered(),
    }
    deliveries = {f"{authority}/ssd/{MONTH}": given for authority, given in tables.items()}
    with built(folder, deliveries, MONTH, folder / "council", of=ASKED, kpis=KPIS) as made:
        yield made


@pytest.mark.parametrize(
    ("authority", "before", "first"),
    [
        (FEW, "2017-12", "2018-01"),
        (ENOUGH, "2020-04", "2020-05"),
        (SMALL, "2019-08", "2019-09"),
        (LARGE, "2019-08", "2019-09"),
        (OLD, "2017-12", "2018-01"),
        (BETWEEN, "2019-08", "2019-09"),
        (AHEAD, "2019-02", "2019-03"),
        (SET, "2020-10", "2020-11"),
    ],
)
def test_figures_begin_with_the_data(
    warehouse: duckdb.DuckDBPyConnection, authority: str, before: str, first: str
) -> None:
    assert figure(warehouse, "cpp_count", before, authority=authority) is None
    assert figure(warehouse, "cpp_count", first, authority=authority) == (1, None)


@pytest.mark.parametrize(
    ("code", "before", "first"), [("E06000063", "2023-03", "2023-04"), ("E08000037", None, "2018-01")]
)
def test_figures_of_a_new_council_begin_with_it(tmp_path: Path, code: str, before: str | None, first: str) -> None:
    """A council that only has another code is no new one."""
    with built(tmp_path, {f"{code}/ssd/2023-05": delivered()}, "2023-05", of=ASKED, kpis=KPIS) as warehouse:
        assert before is None or figure(warehouse, "cpp_count", before, authority=code) is None
        assert figure(warehouse, "cpp_count", first, authority=code) == (1, None)


def test_an_authority_whose_data_begin_later_has_no_figure_yet_and_says_why(tmp_path: Path) -> None:
    with built(tmp_path, {f"E06000063/ssd/{MONTH}": delivered()}, of=ASKED, kpis=KPIS) as warehouse:
        assert figure(warehouse, "cpp_count", authority="E06000063") is None
        query = "SELECT reason FROM snapshots.kpi_absence WHERE kpi_id = 'cpp_count'"
        assert "ssd_cp_plans (begins with 2023-04)" in warehouse.execute(query).fetchall()[0][0]


@pytest.mark.parametrize(
    ("month", "estimate"),
    [("2019-05", None), ("2019-06", 59223), ("2020-05", 59223), ("2020-06", 59044), ("2021-02", 59044)],
)
def test_a_rate_goes_by_the_newest_estimate_at_or_before_the_month(
    warehouse: duckdb.DuckDBPyConnection, month: str, estimate: int | None
) -> None:
    found = figure(warehouse, "cpp_rate_10k", month, authority=RATED)
    assert found == (None if estimate is None else (1, estimate))


def test_a_rate_names_the_year_of_its_estimate(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "SELECT sources FROM snapshots.kpi_month "
        "WHERE kpi_id = 'cpp_rate_10k' AND authority_code = ? AND reporting_month = ?",
        [RATED, MONTH],
    ).fetchall()
    assert found == [("ssd, population of mid-2020",)]


def test_a_rate_without_an_estimate_is_absent_with_a_reason(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert figure(warehouse, "cpp_rate_10k", authority=UNRATED) is None
    assert figure(warehouse, "cpp_count", authority=UNRATED) == (1, None)
    found = warehouse.execute(
        "SELECT kpi_id, reason FROM snapshots.kpi_absence WHERE authority_code = ? AND kpi_id LIKE 'c%_rate_10k'",
        [UNRATED],
    ).fetchall()
    reason = "waits for an estimate of the population at or before the month (population.csv)"
    assert ("cpp_rate_10k", reason) in found

"""Change against a named month, always with its base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.contracts.kpis import load_register
from pipelines.settings import PROJECT
from tests.warehouse_input import assessment, authority_of, built_from_many, built_from_ssd, involvement, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb


KPIS = ("assess_45wd", "cpp_count")
ASKED = ("snapshots.kpi_change",)


def changes(
    warehouse: duckdb.DuckDBPyConnection,
    columns: str,
    kpi_id: str,
    month: str,
    team: str | None = None,
    comparator: str = "same_month_last_year",
) -> Any:
    found = warehouse.execute(
        f"SELECT {columns} FROM snapshots.kpi_change "
        "WHERE kpi_id = ? AND reporting_month = ? AND team_code IS NOT DISTINCT FROM ? AND comparator = ?",
        [kpi_id, month, team, comparator],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


def test_a_count_is_compared_with_twelve_months_before(tmp_path: Path) -> None:
    then = [plan(f"then {each}", "2020-02-29", "2020-03-10") for each in range(10)]
    now = [plan(f"now {each}", "2021-02-01") for each in range(13)]
    moved = [involvement(f"then {each}", "T1", "2020-01-01") for each in range(10)]
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cp_plans=then + now, involvements=moved) as warehouse:
        columns = "numerator, denominator, base_month, base_numerator, change, change_percent"
        assert changes(warehouse, columns, "cpp_count", "2021-02") == (13, None, "2020-02", 10, 3, 30.0)
        assert changes(warehouse, columns, "cpp_count", "2021-02", "T1") == (0, None, "2020-02", 10, -10, -100.0)
        unallocated = changes(warehouse, columns, "cpp_count", "2021-02", "unallocated")
        assert unallocated == (13, None, "2020-02", 0, 13, None)
        assert changes(warehouse, columns, "cpp_count", "2018-12") is None


def test_a_percentage_of_a_base_below_ten_is_withheld(tmp_path: Path) -> None:
    """Who is on a plan is known: of the nine fewer nothing is chance."""
    then = [plan(f"then {each}", "2020-02-29", "2020-03-10") for each in range(9)]
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cp_plans=then) as warehouse:
        columns = "base_numerator, change, change_percent, lower, upper, is_beyond_chance"
        nine, change, percent, lower, upper, is_beyond = changes(warehouse, columns, "cpp_count", "2021-02")
        assert (nine, change, percent, lower, upper, is_beyond) == (9, -9, None, None, None, None)


@pytest.mark.parametrize(
    ("month", "base"), [("2020-02", "2019-03"), ("2020-03", "2019-03"), ("2020-04", "2020-03"), ("2021-02", "2020-03")]
)
def test_the_last_march_is_the_one_that_ended_before_the_month(tmp_path: Path, month: str, base: str) -> None:
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS) as warehouse:
        assert changes(warehouse, "base_month", "cpp_count", month, comparator="last_march") == (base,)


def authorised(now: tuple[int, int], then: tuple[int, int]) -> list[dict[str, Any]]:
    """Assessments authorised over the six months to February 2021 and to that of 2020: (in time, late) each."""
    return [
        assessment(f"{year} {is_late} {each}", "2018-01-01" if is_late else f"{month}-01", f"{month}-10")
        for year, counts in ((2020, now), (2019, then))
        for is_late, number in enumerate(counts)
        for each in range(number)
        for month in [f"{year}-{9 + each % 6:02d}" if each % 6 < 4 else f"{year + 1}-{each % 6 - 3:02d}"]
    ]


SMALL: dict[str, tuple[tuple[int, int], tuple[int, int], bool | None, bool]] = {
    # (now, then, more than chance, has limits)
    "three of three against none of one": ((3, 0), (0, 1), None, False),
    "all of nine against none of nine": ((9, 0), (0, 9), None, False),
    "all of nine against none of ten": ((9, 0), (0, 10), None, False),
    "all of ten against none of ten": ((10, 0), (0, 10), True, True),
    "all of ten against five": ((10, 0), (5, 5), True, False),
    "all of ten against six": ((10, 0), (6, 4), False, False),
    "five expected": ((15, 5), (15, 5), False, True),
    "fewer than five expected": ((16, 4), (15, 5), False, False),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    cases = {name: {"cin_assessments": authorised(now, then)} for name, (now, then, *_) in SMALL.items()}
    with built_from_many(tmp_path_factory.mktemp("small"), cases) as warehouse:
        yield warehouse


@pytest.mark.parametrize("name", SMALL)
def test_of_small_numbers_an_exact_test_decides_and_of_few_nothing_does(
    small: duckdb.DuckDBPyConnection, name: str
) -> None:
    """Fisher's test: 10 of 10 against 5 of 10 has p = 0.033, against 6 of 10 0.087."""
    found = small.execute(
        "SELECT is_beyond_chance, lower IS NOT NULL, upper IS NOT NULL FROM snapshots.kpi_change "
        "WHERE kpi_id = 'assess_45wd' AND reporting_month = '2021-02' AND team_code IS NULL "
        "AND comparator = 'same_month_last_year' AND authority_code = ?",
        [authority_of(SMALL, name)],
    ).fetchall()
    *_, is_beyond, has_limits = SMALL[name]
    assert found == [(is_beyond, has_limits, has_limits)]


def test_a_change_is_that_of_the_figures_as_they_are_printed(tmp_path: Path) -> None:
    """2 of 3 is 66.7%, 1 of 3 33.3%: 33.4, not 33.3."""
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cin_assessments=authorised((2, 1), (1, 2))) as warehouse:
        columns = "value_rounded, base_value_rounded, change"
        assert changes(warehouse, columns, "assess_45wd", "2021-02") == (66.7, 33.3, 33.4)


def test_no_chance_is_said_of_what_is_known_whole() -> None:
    """A count of what is open at a month's end, its rate, and who answered a survey."""
    register = load_register(PROJECT / "sql/kpis")
    known = [
        kpi for kpi in register
        if (kpi.measure == "stock" and kpi.unit in {"count", "per_10000"}) or kpi.kpi_id == "survey_response_rate"
    ]  # fmt: skip
    assert len(known) == 11
    assert {kpi.uncertainty for kpi in known} == {"none"}


def test_a_percentage_is_compared_window_with_window(tmp_path: Path) -> None:
    """56 of 70 and 48 of 80: Newcombe (1998) prints 0.0524 to 0.3339 for their difference."""
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cin_assessments=authorised((56, 14), (48, 32))) as warehouse:
        columns = "window_months, numerator, denominator, base_numerator, base_denominator, change, change_percent"
        assert changes(warehouse, columns, "assess_45wd", "2021-02") == (6, 56, 70, 48, 80, 20.0, None)
        lower, upper = changes(warehouse, "lower, upper", "assess_45wd", "2021-02")
    assert (lower, upper) == pytest.approx((5.24, 33.39), abs=0.005)

"""Children subject to a child protection plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.warehouse_input import authority_of, built_from_many, built_from_ssd, figure, involvement, plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb


CASES = {
    "starts on the last day": ([plan("a", "2021-02-28")], 1),
    "starts a day after": ([plan("a", "2021-03-01")], 0),
    "ends on the last day": ([plan("a", "2021-01-05", "2021-02-28")], 0),
    "ends a day after": ([plan("a", "2021-01-05", "2021-03-01")], 1),
    "two plans of one child": ([plan("a", "2021-01-05"), plan("a", "2021-02-01")], 1),
    "of another authority": ([plan("a", "2021-01-05", ola=True)], 0),
    "not of another authority": ([plan("a", "2021-01-05", ola=False)], 1),
    "of both": ([plan("a", "2021-01-05", ola=True), plan("a", "2021-02-01", ola=False)], 1),
    "two children": ([plan("a", "2021-01-05"), plan("b", "2021-01-05")], 2),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    cases = {name: {"cp_plans": plans} for name, (plans, _) in CASES.items()}
    with built_from_many(tmp_path_factory.mktemp("plans"), cases) as warehouse:
        yield warehouse


@pytest.mark.parametrize("name", CASES)
def test_a_child_counts_while_a_plan_is_open(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    assert figure(warehouse, "cpp_count", authority=authority_of(CASES, name)) == (CASES[name][1], None)


def test_a_month_is_seen_as_at_its_own_end(tmp_path: Path) -> None:
    with built_from_ssd(tmp_path, cp_plans=[plan("a", "2020-11-10", "2021-01-20")]) as warehouse:
        months = ("2020-10", "2020-11", "2020-12", "2021-01")
        assert [figure(warehouse, "cpp_count", month) for month in months] == [
            (0, None),
            (1, None),
            (1, None),
            (0, None),
        ]


def test_the_team_is_the_one_at_the_month_end(tmp_path: Path) -> None:
    moved = [involvement("a", "T1", "2020-01-01", "2021-02-28"), involvement("a", "T2", "2021-02-28")]
    with built_from_ssd(tmp_path, cp_plans=[plan("a", "2020-12-01")], involvements=moved) as warehouse:
        assert figure(warehouse, "cpp_count", "2021-01", "T1") == (1, None)
        assert figure(warehouse, "cpp_count", "2021-02", "T1") is None
        assert figure(warehouse, "cpp_count", "2021-02", "T2") == (1, None)

"""Statistical neighbours: whose they are in a month, and the mean of their published figures beside a KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sql.test_benchmark import ENGLAND, area, durations, reviews
from tests.warehouse_input import AUTHORITY, MONTH, built, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from tests.staged_input import Rows

MADE_UP, OTHER = "X99000001", "E06000099"
NEIGHBOURS = ["E08000091", "E08000092", "E08000093", "E08000094"]
LISTS = """published_month,neighbours,source
2019-01,E08000091 E08000092 E08000093 E08000094,a list
2020-05,E08000091 E08000092,a newer one
"""


def council(folder: Path, authority: str, lists: str) -> Path:
    file = folder / "council" / authority / "statistical_neighbour.csv"
    file.parent.mkdir(parents=True)
    file.write_text(lists, encoding="utf-8")
    made_on = folder / "council" / MADE_UP / "benchmark_authority.csv"
    made_on.parent.mkdir()
    made_on.write_text(f"benchmark_code,reason\n{AUTHORITY},made up\n", encoding="utf-8")
    return folder / "council"


def statistics(**of_neighbours: Any) -> dict[str, Rows]:
    """Of each neighbour, how many of a hundred conferences were in time, or that nobody may know."""
    conferences = [
        area("Local authority", code, "E12000005", year=2019, **(durations(given, 100 - given) if given else HIDDEN))
        for code, given in of_neighbours.items()
    ]
    conferences += [area("Local authority", OTHER, "E12000005", year=2019, **durations(1, 99))]
    return {"published_statistics_conferences": conferences}


KPIS = ("cla_count", "cla_rate_10k", "cp_review_ni67", "icpc_15wd")
HIDDEN = durations(None, None)


def neighbours_of(
    folder: Path, figures: dict[str, Any], *, month: str = MONTH, authority: str = AUTHORITY, lists: str = LISTS
) -> list[tuple[Any, ...]]:
    deliveries = {f"{authority}/ssd/{month}": ssd(), f"{ENGLAND}/{month}": statistics(**figures)}
    settings = council(folder, AUTHORITY, lists)
    with built(folder, deliveries, month, settings, of=["snapshots.benchmark"], kpis=["icpc_15wd"]) as warehouse:
        return warehouse.execute(
            """
            SELECT area_code, area_name, numerator, denominator, value, without_value, differs, source
            FROM snapshots.benchmark
            WHERE kpi_id = 'icpc_15wd' AND year = 2019 AND geography = 'neighbours' AND authority_code = ?
            """,
            [authority],
        ).fetchall()


FIGURES = dict(zip(NEIGHBOURS, (50, 60, 70, 81), strict=True))
OF_WHEN = "twelve months to 31 March 2019"


@pytest.mark.parametrize(
    ("month", "value", "listed"),
    [
        ("2020-04", 65.3, "January 2019"),
        ("2020-05", 55.0, "May 2020"),
        ("2021-02", 55.0, "May 2020"),
        ("2019-04", 65.3, "January 2019"),
    ],
)
def test_the_mean_of_the_neighbours_of_the_newest_list_that_was_out_stands_beside_the_kpi(
    tmp_path: Path, month: str, value: float, listed: str
) -> None:
    name = f"Statistical neighbours ({listed})"
    found = neighbours_of(tmp_path, FIGURES, month=month)
    assert found == [(None, name, None, None, value, None, OF_WHEN, "delivered statistics")]


def test_before_the_first_list_its_neighbours_are_taken(tmp_path: Path) -> None:
    lists = LISTS.replace("2019-01", "2021-01").replace("2020-05", "2022-05")
    assert neighbours_of(tmp_path, FIGURES, lists=lists)[0][1:5:3] == ("Statistical neighbours (January 2021)", 65.3)


def test_a_neighbour_without_a_figure_is_left_out_of_the_mean_and_that_is_said(tmp_path: Path) -> None:
    (found,) = neighbours_of(tmp_path, {**FIGURES, "E08000094": None}, month="2020-04")
    assert (found[4], found[6]) == (60.0, f"{OF_WHEN}; mean of 3 of 4 neighbours")


@pytest.mark.parametrize("given", ["E08000019", "E08000039"])
def test_a_neighbour_whose_code_changed_counts_once_under_whichever_its_figures_are(tmp_path: Path, given: str) -> None:
    """Of Sheffield, which has another code since April 2025."""
    lists = LISTS.replace("E08000091", "E08000019")
    (found,) = neighbours_of(tmp_path, {given: 50, **FIGURES}, lists=lists)
    assert (found[4], found[6]) == (55.0, OF_WHEN)


def test_where_no_neighbour_has_a_figure_there_is_none(tmp_path: Path) -> None:
    assert neighbours_of(tmp_path, dict.fromkeys(NEIGHBOURS)) == []


def test_one_authority_s_neighbours_are_not_another_s(tmp_path: Path) -> None:
    assert neighbours_of(tmp_path, FIGURES, authority=OTHER) == []


def test_the_made_up_council_has_the_neighbours_of_the_one_it_is_made_on(tmp_path: Path) -> None:
    (found,) = neighbours_of(tmp_path, FIGURES, authority=MADE_UP)
    assert found[4] == 55.0


def test_neighbours_of_the_project_s_own_list_have_its_figures(tmp_path: Path) -> None:
    """Of Derby, in February 2021, by the list of April 2021, the first there is."""
    with built(tmp_path, {f"{AUTHORITY}/ssd/{MONTH}": ssd()}, of=["snapshots.benchmark"], kpis=KPIS) as warehouse:
        found = warehouse.execute(
            "SELECT DISTINCT area_name FROM snapshots.benchmark WHERE geography = 'neighbours'"
        ).fetchall()
        counted = warehouse.execute(
            """
            SELECT count(DISTINCT neighbour_code), bool_and(len(figures.value_of) = 10)
            FROM warehouse.dim_neighbour
            CROSS JOIN (
                SELECT list(value) AS value_of FROM reference.benchmark
                WHERE statistic_id = 'children_looked_after_rate' AND year = 2020
                    AND area_code IN (SELECT neighbour_code FROM warehouse.dim_neighbour)
            ) AS figures
            """
        ).fetchone()
    assert found == [("Statistical neighbours (April 2021)",)]
    assert counted == (10, True)


def test_reviews_published_as_percentages_have_the_mean_of_these(tmp_path: Path) -> None:
    rows = [
        area("Local authority", code, "E12000005", year=2019, **reviews(1, 2, percent))
        for code, percent in zip(NEIGHBOURS, (90.0, 95.1), strict=False)
    ]
    deliveries: dict[str, dict[str, Rows]] = {
        f"{AUTHORITY}/ssd/{MONTH}": {**ssd(), "ssd_cp_reviews": []},
        f"{ENGLAND}/{MONTH}": {"published_statistics_plan_reviews": rows},
    }
    settings = council(tmp_path, AUTHORITY, LISTS)
    with built(tmp_path, deliveries, council=settings, of=["snapshots.benchmark"], kpis=KPIS) as warehouse:
        found = warehouse.execute(
            """
            SELECT value FROM snapshots.benchmark
            WHERE kpi_id = 'cp_review_ni67' AND geography = 'neighbours' AND year = 2019
            """
        ).fetchall()
    assert found == [(92.6,)]

"""Control charts and funnels: published worked examples, and each rule on both sides of its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse import build
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, built_from_many, copy_of_the_project, settings_in, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator

# The example of the NHS-R Community's "Deviations from Excel defaults": with the jumps to 10 and back left out of the
# moving ranges the limits are -0.72 and 4.60, with them they would be -3.06 and 6.95.
PUBLISHED = (1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
UP_AND_DOWN, DOWN_AND_UP = (40, 44) * 6, (44, 40) * 6
SERIES: dict[str, tuple[float, ...]] = {
    "published": PUBLISHED,
    "six above": (*DOWN_AND_UP, *(43, 44) * 3, 40),
    "seven above": (*DOWN_AND_UP, *(43, 44) * 3, 43),
    "six rising": (*UP_AND_DOWN, 39, 40, 41, 42, 43, 44, 44),
    "seven rising": (*UP_AND_DOWN, 39, 40, 41, 42, 43, 44, 45),
    "seven falling": (*UP_AND_DOWN, 45, 44, 43, 42, 41, 40, 39),
    "two near a limit": (*UP_AND_DOWN, 50, 50),
    "two near a limit, the third below": (*UP_AND_DOWN, 42, 50, 50),
    "all alike": (50,) * 14,
    "all alike but one": (*(50,) * 14, 51),
    "twelve": UP_AND_DOWN,
    "thirteen": (*UP_AND_DOWN, 40),
    "one": (40,),
    "high": (99, 97) * 7,
    "always 99": (99.5, 99.4) * 8,
    "always 90": (90.5, 90.4) * 8,
}
TEMPLATE = """
SELECT
    'E06000015' AS authority_code,
    figures.team_code,
    strftime(DATE '2021-02-01' - to_months(figures.months_ago), '%Y-%m') AS reporting_month,
    cast(NULL AS UUID) AS child_id,
    cast(NULL AS UUID) AS record_key,
    cast(figures.value AS DECIMAL(18, 2)) AS numerator,
    cast(100 AS DECIMAL(18, 2)) AS denominator,
    'made up' AS reason
FROM (VALUES {}) AS figures (team_code, months_ago, value)
"""
YAML = """
title: Made up
definition: Made up.
unit: percent
direction: {direction}
measure: {measure}
uncertainty: wilson
standard: none
standard_type: local
numerator: some
denominator: all
clock: null
exclusions: none
source: nowhere
confidence: general
requires: [ssd_person]
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("charts")
    project = copy_of_the_project(folder)
    values = [
        f"('{team}', {len(series) - place - 1}, {value})"
        for team, series in SERIES.items()
        for place, value in enumerate(series)
    ]
    for kpi_id, direction, measure in (
        ("made_up", "higher_is_better", "flow"),
        ("made_up_low", "lower_is_better", "flow"),
        ("made_up_neutral", "neutral", "flow"),
        ("made_up_rolling", "higher_is_better", "rolling"),
    ):
        (project / f"sql/kpis/{kpi_id}.sql").write_text(TEMPLATE.format(", ".join(values)))
        (project / f"sql/kpis/{kpi_id}.yaml").write_text(YAML.format(direction=direction, measure=measure))
    (project / "sql/reference/target.csv").write_text(
        "kpi_id,authority_code,from_month,green_from,amber_from,source\n"
        "made_up,,2018-01,95,,local\nmade_up_low,,2018-01,95,,local\n"
    )
    settings = settings_in(folder, project)
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd())
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        yield warehouse


def chart(warehouse: duckdb.DuckDBPyConnection, team: str, columns: str, kpi_id: str = "made_up") -> list[Any]:
    return warehouse.execute(
        f"SELECT {columns} FROM snapshots.kpi_chart WHERE kpi_id = ? AND team_code = ? ORDER BY reporting_month",
        [kpi_id, team],
    ).fetchall()


def test_the_published_example_with_its_outlier_screened(warehouse: duckdb.DuckDBPyConnection) -> None:
    limits = set(
        warehouse.execute(
            "SELECT mean - (upper_limit - mean), upper_limit FROM snapshots.kpi_chart "
            "WHERE kpi_id = 'made_up' AND team_code = 'published'"
        ).fetchall()
    )
    assert [tuple(round(limit, 2) for limit in pair) for pair in limits] == [(-0.72, 4.6)]
    points = chart(warehouse, "published", "lower_limit, signals")
    assert {lower for lower, _ in points} == {0.0}
    assert [place for place, (_, signals) in enumerate(points) if signals] == [4]
    assert points[4][1] == "outside the limits"


SIGNALS = [
    ("six above", "seven on one side of the mean", []),
    ("seven above", "seven on one side of the mean", list(range(12, 19))),
    ("six rising", "seven rising or falling", []),
    ("seven rising", "seven rising or falling", list(range(12, 19))),
    ("seven falling", "seven rising or falling", list(range(12, 19))),
    ("two near a limit", "two of three near a limit", [12, 13]),
    ("two near a limit, the third below", "two of three near a limit", []),
    ("all alike", "outside the limits", []),
]


@pytest.mark.parametrize(("team", "rule", "places"), SIGNALS)
def test_each_rule_on_both_sides_of_its_edge(
    warehouse: duckdb.DuckDBPyConnection, team: str, rule: str, places: list[int]
) -> None:
    points = chart(warehouse, team, "signals")
    assert [place for place, (signals,) in enumerate(points) if rule in (signals or "")] == places


def test_a_signal_is_an_improvement_on_the_better_side(warehouse: duckdb.DuckDBPyConnection) -> None:
    told = {
        kpi_id: chart(warehouse, "published", "variation", kpi_id)[4]
        for kpi_id in ("made_up", "made_up_low", "made_up_neutral")
    }
    assert told == {"made_up": ("improvement",), "made_up_low": ("concern",), "made_up_neutral": ("special cause",)}
    assert chart(warehouse, "published", "variation")[3] == ("common cause",)


def test_limits_are_on_trial_below_thirteen_points(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert set(chart(warehouse, "twelve", "points, is_trial")) == {(12, True)}
    assert set(chart(warehouse, "thirteen", "points, is_trial")) == {(13, False)}
    assert chart(warehouse, "one", "points, is_trial, lower_limit, upper_limit, assurance, signals") == [
        (1, True, None, None, None, None)
    ]


def test_a_percentages_limits_stay_within_0_and_100(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert {upper for (upper,) in chart(warehouse, "high", "upper_limit")} == {100.0}


@pytest.mark.parametrize(
    ("team", "higher", "lower"),
    [
        ("always 99", "will be met", "will not be met"),
        ("always 90", "will not be met", "will be met"),
        ("high", "met by chance", "met by chance"),
    ],
)
def test_whether_the_process_can_meet_its_target(
    warehouse: duckdb.DuckDBPyConnection, team: str, higher: str, lower: str
) -> None:
    assert set(chart(warehouse, team, "assurance")) == {(higher,)}
    assert set(chart(warehouse, team, "assurance", "made_up_low")) == {(lower,)}
    assert set(chart(warehouse, team, "assurance", "made_up_neutral")) == {(None,)}


def test_what_rolls_is_not_charted(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert chart(warehouse, "published", "points", "made_up_rolling") == []
    lengths = "SELECT DISTINCT window_months FROM snapshots.kpi_window WHERE kpi_id = 'made_up_rolling'"
    assert warehouse.execute(lengths).fetchall() == [(1,)]


def assessments(team: str, in_time: int, late: int) -> list[dict[str, Any]]:
    """At a team, authorised over the six months."""
    months = ("2020-09", "2020-10", "2020-11", "2020-12", "2021-01", "2021-02")
    return [
        assessment(
            f"{team} {each}",
            "2018-01-01" if each < late else f"{months[each % 6]}-01",
            f"{months[each % 6]}-10",
            cina_assessment_team=team,
        )
        for each in range(in_time + late)
    ]


@pytest.fixture(scope="module")
def funnels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two authorities; of the first 300 of 400 in time, in two teams of 100 and one of 200."""
    one = assessments("T1", 90, 10) + assessments("T2", 67, 33) + assessments("T3", 143, 57)
    with built_from_many(
        tmp_path_factory.mktemp("funnels"),
        {"one": {"cin_assessments": one}, "other": {"cin_assessments": assessments("T1", 100, 0)}},
    ) as warehouse:
        yield warehouse


def funnel(warehouse: duckdb.DuckDBPyConnection, authority: str, columns: str) -> dict[str | None, tuple[Any, ...]]:
    rows = warehouse.execute(
        f"SELECT team_code, {columns} FROM snapshots.kpi_funnel "
        "WHERE kpi_id = 'assess_45wd' AND reporting_month = '2021-02' AND authority_code = ?",
        [authority],
    ).fetchall()
    return {team: tuple(cells) for team, *cells in rows}


def test_teams_stand_within_the_limits_of_their_size(funnels: duckdb.DuckDBPyConnection) -> None:
    """Of 100, at 75%: 95% within 75 +- 1.96 x 4.3301, 99.8% within 75 +- 3.0902 x 4.3301."""
    told = funnel(funnels, "E00000000", "units, centre, lower_95, upper_95, lower_998, upper_998, position")
    assert told["T1"][:2] == (3, 75.0)
    assert told["T1"][2:6] == pytest.approx((66.5131, 83.4869, 61.6190, 88.3810), abs=1e-4)
    assert {team: cells[-1] for team, cells in told.items() if team} == {
        "T1": "above 99.8%",
        "T2": "within",
        "T3": "within",
    }


def test_authorities_are_compared_with_authorities(funnels: duckdb.DuckDBPyConnection) -> None:
    assert funnel(funnels, "E00000000", "among, units, centre")[None] == ("authorities", 2, 80.0)
    assert funnel(funnels, "E00000001", "among, position") == {None: ("authorities", "above 99.8%")}

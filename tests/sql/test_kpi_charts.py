"""Control charts and funnels: published worked examples, and each rule on both sides of its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse.build import build
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
    "eight higher": (*UP_AND_DOWN, *(60, 64) * 4),
    "seven higher": (*UP_AND_DOWN, *(60, 64) * 3, 60),
    "eight before": (*(40, 44) * 4, *(60, 64) * 4),
    "seven before": (*(40, 44) * 3, 40, *(60, 64) * 4),
    "seven nearer": (*UP_AND_DOWN, *(60,) * 7, 43),
    "six nearer": (*UP_AND_DOWN, *(60,) * 6, 43, 43),
    "the first not nearer": (*UP_AND_DOWN, 43, *(60,) * 7),
    "eight lower": (*UP_AND_DOWN, *(20, 24) * 4),
    "two steps": (*(40, 44) * 4, *(60, 64) * 4, *(20, 24) * 4),
    "alike to six places": (33.33,) * 14,
    "half alike": (*(40, 40, 44, 44) * 3, 40),
    "more than half alike": (*(40, 40, 44, 44) * 3, 40, 40),
    "eleven at 99": (*(99.5, 99.4) * 5, 99.5),
    "twelve at 99": (99.5, 99.4) * 6,
    "once below": (*(99.5, 99.4) * 4, 94, *(99.5, 99.4) * 4),
    "once above": (*(90.5, 90.4) * 4, 96, *(90.5, 90.4) * 4),
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
unit: {unit}
direction: {direction}
measure: {measure}
uncertainty: {uncertainty}
standard: none
standard_type: local
numerator: some
denominator: all
clock: null
exclusions: none
source: nowhere
confidence: general
section: performance
requires: [child]
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
    for kpi_id, direction, measure, unit in (
        ("made_up", "higher_is_better", "flow", "percent"),
        ("made_up_low", "lower_is_better", "flow", "percent"),
        ("made_up_neutral", "neutral", "flow", "percent"),
        ("made_up_rolling", "higher_is_better", "rolling", "percent"),
        ("made_up_stock", "neutral", "stock", "count"),
        ("made_up_rate", "neutral", "stock", "per_10000"),
        ("made_up_share", "higher_is_better", "stock", "percent"),
        ("made_up_reviewed", "higher_is_better", "flow", "percent"),
    ):
        (project / f"sql/kpis/{kpi_id}.sql").write_text(TEMPLATE.format(", ".join(values)))
        said = {"direction": direction, "measure": measure, "unit": unit}
        said["uncertainty"] = "wilson" if unit == "percent" else "none"
        (project / f"sql/kpis/{kpi_id}.yaml").write_text(YAML.format(**said))
    (project / "sql/reference/target.csv").write_text(
        "kpi_id,authority_code,from_month,green_from,amber_from,source\n"
        "made_up,,2018-01,95,,local\nmade_up_low,,2018-01,95,,local\n"
    )
    (project / "sql/reference/chart_phase.csv").write_text(
        "authority_code,kpi_id,first_month,reason\n"
        "E06000015,made_up_reviewed,2020-09,A new system\n"
        "E06000016,made_up_reviewed,2020-10,Another council's\n"
    )
    settings = settings_in(folder, project)
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd())
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        yield warehouse


def chart(
    warehouse: duckdb.DuckDBPyConnection, team: str, columns: str, kpi_id: str = "made_up", charted: str = "figure"
) -> list[Any]:
    return warehouse.execute(
        f"SELECT {columns} FROM snapshots.kpi_chart "
        "WHERE kpi_id = ? AND team_code = ? AND charted = ? ORDER BY reporting_month",
        [kpi_id, team, charted],
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
    ("all alike but one", "outside the limits", []),
    ("alike to six places", "seven on one side of the mean", []),
]


@pytest.mark.parametrize(("team", "rule", "places"), SIGNALS)
def test_each_rule_on_both_sides_of_its_edge(
    warehouse: duckdb.DuckDBPyConnection, team: str, rule: str, places: list[int]
) -> None:
    points = chart(warehouse, team, "signals")
    assert [place for place, (signals,) in enumerate(points) if rule in (signals or "")] == places


def test_a_signal_is_an_improvement_on_the_better_side(warehouse: duckdb.DuckDBPyConnection) -> None:
    shared = {
        kpi_id: chart(warehouse, "published", "variation", kpi_id)[4]
        for kpi_id in ("made_up", "made_up_low", "made_up_neutral")
    }
    assert shared == {"made_up": ("improvement",), "made_up_low": ("concern",), "made_up_neutral": ("special cause",)}
    assert chart(warehouse, "published", "variation")[3] == ("common cause",)


def test_limits_are_on_trial_below_thirteen_points(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert set(chart(warehouse, "twelve", "points, is_trial")) == {(12, True)}
    assert set(chart(warehouse, "thirteen", "points, is_trial")) == {(13, False)}
    assert chart(warehouse, "one", "points, is_trial, lower_limit, upper_limit, assurance, signals") == [
        (1, True, None, None, "cannot be said", None)
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


@pytest.mark.parametrize(
    ("team", "assurance"),
    [
        ("eleven at 99", "cannot be said"),
        ("twelve at 99", "will be met"),
        ("once below", "cannot be said"),
        ("seven above", "cannot be said"),
        ("seven rising", "cannot be said"),
        ("all alike", "cannot be said"),
    ],
)
def test_nothing_is_said_of_the_target_but_from_a_stable_phase_that_bears_it_out(
    warehouse: duckdb.DuckDBPyConnection, team: str, assurance: str
) -> None:
    assert set(chart(warehouse, team, "assurance")) == {(assurance,)}


def test_a_target_that_was_met_once_is_not_said_to_be_out_of_reach(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert set(chart(warehouse, "once above", "upper_limit < target, assurance")) == {(True, "cannot be said")}


@pytest.mark.parametrize(
    ("team", "firsts"),
    [
        ("eight higher", [0, 12]),
        ("seven higher", [0]),
        ("eight lower", [0, 12]),
        ("eight before", [0, 8]),
        ("seven before", [0]),
        ("seven nearer", [0, 12]),
        ("six nearer", [0]),
        ("the first not nearer", [0]),
        ("two steps", [0, 8, 16]),
        ("published", [0]),
    ],
)
def test_a_phase_begins_with_a_sustained_shift(
    warehouse: duckdb.DuckDBPyConnection, team: str, firsts: list[int]
) -> None:
    points = chart(warehouse, team, "phase, phase_first_month, reporting_month, phase_reason")
    assert [place for place, (_, first, month, _) in enumerate(points) if first == month] == firsts
    assert [phase for phase, *_ in points] == sorted(phase for phase, *_ in points)
    assert {(phase > 1, reason) for phase, _, _, reason in points} == (
        {(False, None), (True, "found")} if len(firsts) > 1 else {(False, None)}
    )


def test_each_phase_has_its_own_limits(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Moving ranges of 4: 2.66 of them is 10.64; the step from one phase to the next is none of them."""
    limits = chart(warehouse, "eight higher", "DISTINCT phase, points, is_trial, mean, round(upper_limit - mean, 6)")
    assert sorted(limits) == [(1, 12, True, 42.0, 10.64), (2, 8, True, 62.0, 10.64)]
    assert chart(warehouse, "eight higher", "signals") == [(None,)] * 20


def test_a_reviewed_phase_begins_where_the_list_says_with_its_reason(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Of fourteen months the last six: what is found counts within them."""
    points = chart(warehouse, "high", "phase, phase_first_month, points, phase_reason", "made_up_reviewed")
    assert points == [(1, "2020-01", 8, None)] * 8 + [(2, "2020-09", 6, "A new system")] * 6
    assert {phase for (phase,) in chart(warehouse, "high", "phase")} == {1}


def test_of_an_open_count_the_line_is_not_judged_but_its_net_change_is(warehouse: duckdb.DuckDBPyConnection) -> None:
    line = chart(warehouse, "high", "value, mean, lower_limit, phase, signals, variation", "made_up_stock")
    assert set(line) == {(99.0, None, None, None, None, "not judged"), (97.0, None, None, None, None, "not judged")}
    change = chart(warehouse, "high", "value, points", "made_up_stock", "net change")
    assert change == [(-2.0, 13), (2.0, 13)] * 6 + [(-2.0, 13)]
    limits = chart(warehouse, "high", "DISTINCT round(lower_limit, 4), variation", "made_up_stock", "net change")
    assert limits == [(-10.7938, "common cause")]


def test_an_open_count_stands_beside_the_same_month_of_the_year_before(warehouse: duckdb.DuckDBPyConnection) -> None:
    years = chart(warehouse, "high", "value_year_before", "made_up_stock")
    assert years == [(None,)] * 12 + [(99.0,), (97.0,)]
    assert set(chart(warehouse, "high", "value_year_before", "made_up_stock", "net change")) == {(None,)}


def test_of_a_rate_of_what_is_open_there_is_the_line_alone(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert set(chart(warehouse, "high", "variation", "made_up_rate")) == {("not judged",)}
    assert chart(warehouse, "high", "value", "made_up_rate", "net change") == []
    assert set(chart(warehouse, "high", "variation", "made_up_share")) == {("common cause",)}
    assert chart(warehouse, "high", "value", "made_up_share", "net change") == []


def test_what_hardly_varies_is_not_judged(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert set(chart(warehouse, "half alike", "variation, lower_limit IS NULL")) == {("common cause", False)}
    assert set(chart(warehouse, "more than half alike", "variation, lower_limit IS NULL")) == {("not judged", True)}


def test_a_trend_is_what_it_runs_to_on_either_side_of_the_mean(warehouse: duckdb.DuckDBPyConnection) -> None:
    rising = chart(warehouse, "seven rising", "variation")[12:]
    assert set(rising) == {("improvement",)}
    assert set(chart(warehouse, "seven falling", "variation")[12:]) == {("concern",)}


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
    found = funnel(funnels, "E00000000", "units, centre, lower_95, upper_95, lower_998, upper_998, position")
    assert found["T1"][:2] == (3, 75.0)
    assert found["T1"][2:6] == pytest.approx((66.5131, 83.4869, 61.6190, 88.3810), abs=1e-4)
    assert {team: cells[-1] for team, cells in found.items() if team} == {
        "T1": "above 99.8%",
        "T2": "within",
        "T3": "within",
    }


def test_authorities_are_compared_with_authorities(funnels: duckdb.DuckDBPyConnection) -> None:
    assert funnel(funnels, "E00000000", "among, units, centre")[None] == ("authorities", 2, 80.0)
    assert funnel(funnels, "E00000001", "among, position") == {None: ("authorities", "above 99.8%")}

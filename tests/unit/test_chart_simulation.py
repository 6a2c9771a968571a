"""Control charts on series whose truth is known: few false signals, few missed steps, no chart that always cries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench import control_charts
from bench.control_charts import KINDS, ChartCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

SERIES = 100
STABLE = ("stable", "small counts, two a month", "the same, its net change")


@pytest.fixture(scope="module")
def counted() -> Mapping[str, ChartCounts]:
    connection = control_charts.simulated(SERIES)
    control_charts.chart(connection)
    return {kind.name: control_charts.count(connection, kind, SERIES) for kind in KINDS}


@pytest.mark.parametrize("name", STABLE)
def test_a_stable_series_has_few_phases_and_signals(counted: Mapping[str, ChartCounts], name: str) -> None:
    assert counted[name].with_phase <= 0.08 * SERIES
    assert counted[name].flagged <= 0.08


@pytest.mark.parametrize(("spreads", "found"), [("two", 0.65), ("three", 0.9)])
def test_a_step_is_found(counted: Mapping[str, ChartCounts], spreads: str, found: float) -> None:
    step = counted[f"step of {spreads} spreads, 12 months ago"]
    assert step.with_phase >= found * SERIES
    assert step.flagged <= 0.12


def test_what_began_less_than_eight_months_ago_is_a_signal_and_no_phase(counted: Mapping[str, ChartCounts]) -> None:
    recent = counted["step of three spreads, 6 months ago"]
    assert recent.with_phase <= 0.2 * SERIES
    assert recent.any_flagged >= 0.8 * SERIES


def test_no_chart_is_nothing_but_signals(counted: Mapping[str, ChartCounts]) -> None:
    assert {kind.name for kind in KINDS if counted[kind.name].every_flagged > 0.03 * SERIES} == set()


def test_the_line_of_an_open_count_would_cry_where_its_net_change_does_not(counted: Mapping[str, ChartCounts]) -> None:
    assert counted["an open count that wanders, its line"].flagged > 5 * counted["the same, its net change"].flagged

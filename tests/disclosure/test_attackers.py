"""Attackers who know the method and everything but the key, on random councils and on an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pipelines.periods import Period
from pipelines.snapshots.audit import PublishedCount, attack, audit
from pipelines.snapshots.publish import publish
from tests.conftest import IS_LONG
from tests.disclosure.attackers import MONTHS, AttackedCouncil, simulated, simulated_restatements, simulated_shares
from tests.disclosure.rounded import small_warehouse
from tests.disclosure.test_rounding import rounded, session
from tests.warehouse_input import MONTH, settings_in

if TYPE_CHECKING:
    from pathlib import Path

COUNCILS = 2000 if IS_LONG else 150


@pytest.mark.parametrize("windows", [(6,), (12,)])
def test_no_small_count_comes_down_to_fewer_than_three_values_and_hardly_any_to_three(windows: tuple[int, ...]) -> None:
    left = simulated(windows, COUNCILS)
    assert sum(left.values()) > 20 * COUNCILS
    assert left[1] == left[2] == 0
    assert left[3] <= sum(left.values()) / 100


def test_the_attacker_finds_counts_out_that_the_edition_does_not_publish_so() -> None:
    """Small months beside their windows, and a symbol that distinguishes 0 from 1 to 4."""
    left = simulated((1, 6), COUNCILS)
    assert left[3] > sum(left.values()) / 200
    found_out = simulated((1, 6), COUNCILS, shows_zero=True)
    assert found_out[1] > 0


def test_four_months_of_one_and_their_window_that_all_round_down_would_be_known() -> None:
    """Were 0 distinguished from 1 to 4: four counts of 1 or more that are 4 or fewer together."""
    council = AttackedCouncil(np.array([1, 1, 1, 1] + [0] * 20), np.random.default_rng(1))
    assert council.totals[-1] == 4
    cells = [PublishedCount(month, 1, 0, None) for month in range(4)] + [PublishedCount(3, 4, 0, None)]
    assert {bounds.values for bounds in attack("any", cells)} == {5}


def test_a_part_and_its_whole_that_round_apart_leave_four_values() -> None:
    """The part up and the whole down: both lie between."""
    found = {bounds.part: bounds for bounds in attack("any", [PublishedCount(0, 1, 10, 5)])}
    assert (found["rest"].least, found["rest"].most) == (0, 3)
    assert attack("any", [PublishedCount(0, 1, 5, None)]) is not None
    (alone,) = attack("any", [PublishedCount(0, 1, 5, None)])
    assert (alone.least, alone.most, alone.values) == (1, 9, 9)


def test_months_that_add_up_to_less_than_their_window_are_found_out() -> None:
    """The linear programme sees what the shortest paths see."""
    cells = [*(PublishedCount(month, 1, 0, None) for month in range(6)), PublishedCount(5, 6, 25, None)]
    months = {(bounds.least, bounds.most) for bounds in attack("any", cells) if bounds.window == 1}
    assert months == {(1, 4)}


@pytest.mark.parametrize(
    ("others", "is_counted"), [(others, is_counted) for others in range(10) for is_counted in (0, 1)]
)
def test_who_knows_all_records_but_one_knows_it_in_one_case_of_twenty_five(others: int, is_counted: int) -> None:
    """Where the others are a multiple of 5, or one less: then one of five keys gives it away."""
    with session() as connection:
        seen = rounded(connection, others + is_counted, 1000)
        other = rounded(connection, others + 1 - is_counted, 1000)
    found_out = sum(often for figure, often in seen.items() if figure not in other) / 1000
    can_find_out = (is_counted and others % 5 == 0) or (not is_counted and others % 5 == 4)
    assert found_out == pytest.approx(0.2 if can_find_out else 0, abs=0.06)


def test_a_numerator_beside_its_denominator_leaves_three_values_or_more() -> None:
    left = simulated_shares((6,), 50 if IS_LONG else 2)
    assert sum(left.values()) > 20
    assert left[1] == left[2] == 0


def test_restated_editions_leave_three_values_or_more_to_who_knows_that_none_was_taken_away() -> None:
    left = simulated_restatements((6,), 50 if IS_LONG else 2, knows_how_many=False)
    assert sum(left.values()) > 10
    assert left[1] == left[2] == 0


def test_a_restated_council_rounds_what_it_counted_before_as_before_and_one_record_more_anew() -> None:
    months = np.array([4] + [0] * (MONTHS - 1))
    for seed in range(50):
        council = AttackedCouncil(months, np.random.default_rng(seed))
        assert council.rounded(0, 6) == council.restated(np.zeros(MONTHS, np.int64)).rounded(0, 6) in {0, 5}
        assert council.restated(np.array([1] + [0] * (MONTHS - 1))).rounded(0, 6) == 5


def test_an_edition_leaves_three_values_or_more_of_every_small_count(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    small_warehouse(settings)
    found = audit(publish(settings, Period.parse(MONTH)).folder / "public")
    assert found.asked > 50
    assert found.narrowest[0].values >= 3
    assert sum(found.values.values()) == found.asked

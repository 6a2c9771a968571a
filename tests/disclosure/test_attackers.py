"""Attackers set upon random tables and sequences of releases: nothing that was hidden is found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from pipelines.disclosure.attacker import Counts
from pipelines.disclosure.suppression import Block, Fate, fates_of
from tests.disclosure.attackers import AUTHORITY, ENOUGH, Adder, subtracted
from tests.disclosure.tables import Releases, not_zero, random_truth, true_value

if TYPE_CHECKING:
    from tests.disclosure.attackers import Key
    from tests.disclosure.tables import Truth


# The profile `long` gives more examples to chance, and to what is random here as much more.
MORE = max(1, settings.default.max_examples // 100)


def attacked(published: dict[Key, float | None], truth: Truth, *, is_share: bool = True) -> None:
    """The adder, who is told which counts are not 0, and pencil and paper."""
    teams = frozenset(team for team, _ in truth) - {AUTHORITY}
    adder = Adder(published, is_share=is_share, teams=teams, not_zero=not_zero(truth))
    assert adder.caught() == []
    assert subtracted(published) == {}


def small_are_hidden(published: dict[Key, float | None], truth: Truth) -> None:
    for (team, month, length, part), value in published.items():
        figures = {each: true_value(truth, (team, month, length, each)) for each in "nd"}
        if value is not None:
            assert value == figures[part]
            assert not 1 <= value <= 5
            if part == "n" and (team, month, length, "d") in published:
                assert not 1 <= figures["d"] <= 5
                assert not 1 <= figures["d"] - figures["n"] <= 5


@pytest.mark.parametrize("seed", range(4 * MORE))
def test_teams_of_an_authority_in_one_month(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(40):
        is_share = bool(rng.integers(2))
        truth = random_truth(rng, int(rng.integers(2, 7)), 1)
        published = Releases(is_share=is_share, is_flow=False).publish(truth)
        if is_share:
            small_are_hidden(published, truth)
        attacked(published, truth, is_share=is_share)


def test_counts_of_teams_by_the_hundred() -> None:
    """With one sum alone the bounds can be written down: what is left for a count when all others are least."""
    rng = np.random.default_rng(50)
    for _ in range(300 * MORE):
        truth = random_truth(rng, int(rng.integers(2, 9)), 1)
        published = Releases(is_share=False, is_flow=False).publish(truth)
        hidden = {key for key, value in published.items() if value is None}
        teams = {key for key in hidden if key[0] != AUTHORITY}
        assert not any(1 <= (value or 0) <= 5 for value in published.values())
        if (AUTHORITY, 0, 1, "n") not in hidden:
            left = sum(true_value(truth, key) for key in teams)
            least = {key: min(1, true_value(truth, key)) for key in teams}
            assert all(left - sum(least.values()) >= ENOUGH - 1 for _ in teams)


@pytest.mark.parametrize("seed", range(3 * MORE))
def test_months_and_windows_of_an_authority(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    for _ in range(4):
        truth = random_truth(rng, 0, int(rng.integers(7, 19)), most=30)
        published = Releases().publish(truth)
        small_are_hidden(published, truth)
        attacked(published, truth)


def test_months_and_windows_of_teams() -> None:
    rng = np.random.default_rng(200)
    for _ in range(MORE):
        truth = random_truth(rng, 2, 8, most=20)
        published = Releases(windows=(1, 6)).publish(truth)
        small_are_hidden(published, truth)
        attacked(published, truth)


@pytest.mark.parametrize("seed", range(2 * MORE))
def test_one_release_after_another(seed: int) -> None:
    """A reader keeps every edition; what is published of a month is published again with each month after it."""
    rng = np.random.default_rng(300 + seed)
    whole = random_truth(rng, 0, 16, most=25)
    releases = Releases()
    for last in range(8, 16):
        truth = {(team, month): both for (team, month), both in whole.items() if month <= last}
        small_are_hidden(releases.publish(truth), truth)
        attacked(releases.known(), truth)


@pytest.mark.parametrize("seed", range(2 * MORE))
def test_nothing_hidden_is_shown_later(seed: int) -> None:
    rng = np.random.default_rng(400 + seed)
    whole = random_truth(rng, 0, 14, most=15)
    releases = Releases()
    for last in range(8, 14):
        releases.publish({(team, month): both for (team, month), both in whole.items() if month <= last})
    for number, edition in enumerate(releases.editions):
        for later in releases.editions[number + 1 :]:
            for key, value in edition.items():
                assert value is not None or later[key] is None


@pytest.mark.parametrize("seed", range(3 * MORE))
def test_releases_of_figures_that_are_restated(seed: int) -> None:
    """Each edition alone, and all that did not change since with it, gives nothing away."""
    rng = np.random.default_rng(500 + seed)
    whole = random_truth(rng, 0, 14, most=25)
    releases = Releases()
    for last in range(8, 14):
        for unit in whole:
            if rng.random() < 0.15:
                whole[unit] = tuple(max(0, int(count + rng.integers(-2, 3))) for count in whole[unit])
        truth = {unit: both for unit, both in whole.items() if unit[1] <= last}
        published = releases.publish(truth)
        attacked(published, truth)
        same = {key: value for key, value in releases.known().items() if value in (None, true_value(truth, key))}
        attacked({**same, **{key: value for key, value in published.items() if value is not None}}, truth)


def test_a_share_of_few_that_is_a_hundred_does_not_follow_from_its_window() -> None:
    """Six months of 6 of 6: that all of each month were in time would tell the share of the three in it."""
    truth = {(AUTHORITY, month): (numerator, 0) for month, numerator in enumerate((3, 3, 0, 0, 0, 0, 9, 9))}
    published = Releases().publish(truth)
    assert published[AUTHORITY, 5, 6, "n"] is None or published[AUTHORITY, 5, 6, "d"] is None
    attacked(published, truth)


@pytest.mark.parametrize(("months", "is_shown"), [([0, 1] * 6, False), ([0, 8] + [0] * 10, True)])
def test_a_total_is_hidden_that_tells_months_which_are_not_published(months: list[int], is_shown: bool) -> None:
    """Six in a year: who knows in which months there were any knows that there was one in each."""
    truth = {(AUTHORITY, month): (number, 0) for month, number in enumerate(months)}
    published = Releases(is_share=False, windows=(12,)).publish(truth)
    assert set(published) == {(AUTHORITY, 11, 12, "n")}
    assert (published[AUTHORITY, 11, 12, "n"] is not None) == is_shown


def test_a_count_that_was_hidden_stays_so_when_it_is_restated() -> None:
    releases = Releases(is_share=False, is_flow=False)
    for number in (3, 20):
        assert releases.publish({(AUTHORITY, 0): (number, 0)}) == {(AUTHORITY, 0, 1, "n"): None}


def test_same_input_same_fates() -> None:
    truth = random_truth(np.random.default_rng(7), 2, 7)
    assert Releases(windows=(1, 6)).publish(truth) == Releases(windows=(1, 6)).publish(truth)


def test_a_release_that_is_made_again_is_the_same() -> None:
    truth = random_truth(np.random.default_rng(8), 0, 12, most=20)
    releases = Releases()
    assert releases.publish(truth) == releases.publish(truth)


counts = st.integers(min_value=0, max_value=9)


@settings(deadline=None, max_examples=30 * MORE, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(counts, counts), min_size=2, max_size=4))
def test_whatever_the_teams_every_hidden_count_has_four_values(figures: list[tuple[int, int]]) -> None:
    """By trying every value in whole numbers, not by bounds alone."""
    truth = {(f"T{number}", 0): both for number, both in enumerate(figures)}
    published = Releases(is_flow=False).publish(truth)
    adder = Adder(published, teams=frozenset(team for team, _ in truth), not_zero=not_zero(truth))
    assert all(adder.values(key) >= ENOUGH for key in adder.hidden())


# Seeds of the tables below that hiding the smallest gives away.
GREEDY_LEAKS = [9, 25, 34, 49]


# Tables of four by four with their totals: definitions of the field say that hiding the smallest is not enough.
def sums_of_four_by_four() -> np.ndarray:
    inner = np.eye(16)
    across = np.array([[float(cell // 4 == row) for cell in range(16)] for row in range(4)])
    down = np.array([[float(cell % 4 == column) for cell in range(16)] for column in range(4)])
    return np.vstack([inner, across, down, np.ones((1, 16))])


LINES = [[*(4 * row + np.arange(4)), 16 + row] for row in range(4)]
LINES += [[*(4 * np.arange(4) + column), 20 + column] for column in range(4)]
LINES += [[16, 17, 18, 19, 24], [20, 21, 22, 23, 24]]


def greedily_hidden(values: np.ndarray) -> np.ndarray:
    """1 to 5, and then in every sum with a single hidden cell the smallest other that is not 0."""
    hidden = (values >= 1) & (values <= 5)
    while True:
        before = hidden.sum()
        for line in LINES:
            gone = [cell for cell in line if hidden[cell]]
            others = [cell for cell in line if not hidden[cell] and values[cell] > 0]
            if len(gone) == 1 and others:
                hidden[min(others, key=lambda cell: (cell == line[-1], values[cell], cell))] = True
        if hidden.sum() == before:
            return hidden


def leaks(values: np.ndarray, hidden: np.ndarray) -> int:
    """How many hidden cells can be bounded to fewer than four values."""
    sums = sums_of_four_by_four()
    shown = ~hidden
    found = 0
    for cell in np.flatnonzero(hidden):
        least, most = (
            sign * linprog(sign * sums[cell], A_eq=sums[shown], b_eq=values[shown], bounds=(0, 500)).fun
            for sign in (1, -1)
        )
        found += np.floor(most + 1e-6) - np.ceil(least - 1e-6) < ENOUGH - 1
    return found


def four_by_four(seed: int) -> np.ndarray:
    return sums_of_four_by_four() @ np.random.default_rng(seed).poisson(6, 16).astype(float)


def test_the_attacker_finds_out_what_is_hidden_greedily() -> None:
    found = [seed for seed in range(60) if leaks(four_by_four(seed), greedily_hidden(four_by_four(seed)))]
    assert found == GREEDY_LEAKS


def test_and_finds_out_nothing_here() -> None:
    nothing = csr_array((0, 16))
    for values in map(four_by_four, [*GREEDY_LEAKS, *range(16 * MORE)]):
        truth = values[:16]
        small = (values >= 1) & (values <= 5)
        block = Block(
            counts=Counts(truth, np.minimum(truth, 1), True, nothing, nothing),
            cells=csr_array(sums_of_four_by_four()),
            rests=csr_array((25, 16)),
            known=np.zeros(25, dtype=bool),
            changed=np.zeros(25, dtype=bool),
            primary=small,
            before=np.zeros(25, dtype=bool),
            order=sorted(range(25), key=lambda cell: (-values[cell], cell)),
            watched=nothing,
        )
        hidden = np.array([fate is not Fate.SHOWN for fate in fates_of(block)])
        assert hidden[small].all()
        assert leaks(values, hidden) == 0


def test_pencil_and_paper_finds_what_two_windows_give_away() -> None:
    published: dict[Key, float | None] = {(AUTHORITY, month, 1, "n"): 9.0 for month in range(6)}
    published |= {(AUTHORITY, 6, 1, "n"): None, (AUTHORITY, 5, 6, "n"): 54.0, (AUTHORITY, 6, 6, "n"): 49.0}
    assert subtracted(published) == {(AUTHORITY, 6, 1, "n"): 4.0}
    assert [each.key for each in Adder(published, is_share=False).caught()] == [(AUTHORITY, 6, 1, "n")]


def test_pencil_and_paper_finds_what_an_authority_gives_away() -> None:
    published = {(AUTHORITY, 0, 1, "n"): 20.0, ("T1", 0, 1, "n"): 17.0, ("T2", 0, 1, "n"): None}
    assert subtracted(published) == {("T2", 0, 1, "n"): 3.0}

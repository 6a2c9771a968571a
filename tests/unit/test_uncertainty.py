"""Intervals against figures printed by others, and at the ends of their range."""

import numpy as np
import pytest

from pipelines.uncertainty import newcombe, poisson, poisson_difference, wilson

NONE = np.array([np.nan])


def limits(made: np.ndarray) -> tuple[float, float]:
    ((lower, upper),) = made.tolist()
    return lower, upper


def of(*numbers: float) -> tuple[np.ndarray, ...]:
    return tuple(np.array([float(number)]) for number in numbers)


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilsons_interval_as_newcombe_prints_it(numerator: int, denominator: int, printed: tuple[float, float]) -> None:
    """Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3."""
    assert limits(wilson(*of(numerator, denominator))) == pytest.approx(printed, abs=0.00005)


@pytest.mark.parametrize(
    ("one", "other", "printed"),
    [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090)), ((10, 10), (0, 10), (0.6075, 1.0))],
)
def test_newcombes_interval_as_he_prints_it(
    one: tuple[int, int], other: tuple[int, int], printed: tuple[float, float]
) -> None:
    """Newcombe 1998, Interval estimation for the difference between independent proportions, table II, method 10."""
    assert limits(newcombe(*of(*one, *other))) == pytest.approx(printed, abs=0.00005)


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (9, 4.1154, 17.0848), (10, 4.7901, 18.3914), (642, 593.29, 693.64)],
)
def test_counts_are_exact_below_ten_and_byars_from_ten(events: int, lower: float, upper: float) -> None:
    """The exact limits are those of any table of the Poisson distribution."""
    assert limits(poisson(np.array([float(events)]), NONE)) == pytest.approx((lower, upper), abs=0.005)


def test_a_rate_has_its_limits_over_its_population() -> None:
    """642 of 59,060 children: 108.7 (100.5 to 117.4) in 10,000."""
    assert 10000 * np.array(limits(poisson(*of(642, 59060)))) == pytest.approx((100.46, 117.45), abs=0.01)


def test_a_difference_of_counts_holds_the_difference_and_two_equal_counts_hold_nought() -> None:
    lower, upper = limits(poisson_difference(*of(655), NONE, *of(590), NONE))
    assert lower < 0 < 65 < upper
    lower, upper = limits(poisson_difference(*of(20), NONE, *of(20), NONE))
    assert lower == pytest.approx(-upper)


def test_no_figures_have_no_intervals() -> None:
    nothing = np.array([])
    for made in (wilson(nothing, nothing), poisson(nothing, nothing)):
        assert made.shape == (0, 2)
    for made in (newcombe, poisson_difference):
        assert made(nothing, nothing, nothing, nothing).shape == (0, 2)

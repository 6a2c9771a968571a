from decimal import Decimal

import pytest

from pipelines.summary import figure, half_up


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [(74.5, 0, "75"), (74.49, 0, "74"), (0.05, 1, "0.1"), (2.675, 2, "2.68"), (-0.5, 0, "-1")],
)
def test_a_half_goes_up_as_it_is_written(value: float, places: int, rounded: str) -> None:
    assert half_up(value, places) == Decimal(rounded)


def test_all_of_them_is_100_and_all_but_one_never_is() -> None:
    assert figure(100.0, 650, 650, "percent") == "100.0% (650/650)"
    assert figure(100 * 9999 / 10000, 9999, 10000, "percent") == "99.9% (9,999/10,000)"


def test_none_of_them_is_0_and_one_never_is() -> None:
    assert figure(0.0, 0, 650, "percent") == "0.0% (0/650)"
    assert figure(100 * 1 / 10000, 1, 10000, "percent") == "0.1% (1/10,000)"


def test_nothing_to_count_is_said() -> None:
    assert figure(None, 0, 0, "percent") == "nothing to count"
    assert figure(0, 0, None, "count") == "0"

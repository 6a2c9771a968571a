from decimal import Decimal

import pytest

from pipelines.rounding import half_up


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [(74.5, 0, "75"), (74.49, 0, "74"), (0.05, 1, "0.1"), (2.675, 2, "2.68"), (-0.5, 0, "-1")],
)
def test_a_half_goes_up_as_it_is_written(value: float, places: int, rounded: str) -> None:
    assert half_up(value, places) == Decimal(rounded)

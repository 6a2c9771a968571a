"""Intervals against figures printed by others, and at the ends of their range."""

import duckdb
import pytest

from pipelines.settings import PROJECT


def limits(macro: str, *figures: float) -> tuple[float, float]:
    """What a macro of ``sql/macros/intervals.sql`` gives for figures, which are as the warehouse has them."""
    with duckdb.connect() as connection:
        connection.execute((PROJECT / "sql/macros/intervals.sql").read_text(encoding="utf-8"))
        numbers = ", ".join("cast(? AS DOUBLE)" for _ in figures)
        made = f"SELECT unnest({macro}({numbers}))"
        ((lower, upper),) = connection.execute(made, list(figures)).fetchall()
    return lower, upper


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_wilsons_interval_as_newcombe_prints_it(numerator: int, denominator: int, printed: tuple[float, float]) -> None:
    """Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3."""
    assert limits("wilson", numerator, denominator) == pytest.approx(printed, abs=0.00005)


@pytest.mark.parametrize(
    ("one", "other", "printed"),
    [((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090)), ((10, 10), (0, 10), (0.6075, 1.0))],
)
def test_newcombes_interval_as_he_prints_it(
    one: tuple[int, int], other: tuple[int, int], printed: tuple[float, float]
) -> None:
    """Newcombe 1998, Interval estimation for the difference between independent proportions, table II, method 10."""
    assert limits("newcombe", *one, *other) == pytest.approx(printed, abs=0.00005)


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (9, 4.1154, 17.0848), (10, 4.7901, 18.3914), (642, 593.29, 693.64)],
)
def test_counts_are_exact_below_ten_and_byars_from_ten(events: int, lower: float, upper: float) -> None:
    """The exact limits are those of any table of the Poisson distribution."""
    assert limits("poisson", events, 1) == pytest.approx((lower, upper), abs=0.005)


def test_a_rate_has_its_limits_over_its_population() -> None:
    """642 of 59,060 children: 108.7 (100.5 to 117.4) in 10,000."""
    assert [10000 * limit for limit in limits("poisson", 642, 59060)] == pytest.approx([100.46, 117.45], abs=0.01)


def test_a_difference_of_counts_holds_the_difference_and_two_equal_counts_hold_nought() -> None:
    lower, upper = limits("poisson_difference", 655, 1, 590, 1)
    assert lower < 0 < 65 < upper
    lower, upper = limits("poisson_difference", 20, 1, 20, 1)
    assert lower == pytest.approx(-upper)


def probability(macro: str, *figures: float) -> float:
    with duckdb.connect() as connection:
        connection.execute((PROJECT / "sql/macros/intervals.sql").read_text(encoding="utf-8"))
        numbers = ", ".join("cast(? AS DOUBLE)" for _ in figures)
        ((found,),) = connection.execute(f"SELECT {macro}({numbers})", list(figures)).fetchall()
    return float(found)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [((3, 4, 1, 4), 34 / 70), ((3, 3, 0, 1), 1 / 4), ((10, 10, 0, 10), 2 / 184756), ((5, 10, 5, 10), 1.0)],
    ids=["tea", "three and one", "all and none", "the same"],
)
def test_fishers_test_counts_the_ways(figures: tuple[int, ...], expected: float) -> None:
    """Fisher 1935, The Design of Experiments: of 70 ways to choose four cups of eight 34 are three right or worse."""
    assert probability("fisher", *figures) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [((6, 1, 0, 1), 2 / 64), ((5, 1, 0, 1), 2 / 32), ((2, 1, 2, 1), 1.0), ((2, 1, 0, 2), 1 / 9)],
)
def test_two_small_counts_are_compared_by_how_they_fall(figures: tuple[int, ...], expected: float) -> None:
    assert probability("poisson_exact", *figures) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("numerator", "denominator", "end", "limit"), [(0, 7, 0, 0.0), (7, 7, 1, 1.0)])
def test_none_and_all_have_an_exact_end(numerator: int, denominator: int, end: int, limit: float) -> None:
    assert limits("wilson", numerator, denominator)[end] == limit

"""The sample's own clockwork: working days, months, stocks and shares."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recount import BANK_HOLIDAYS, elapsed, months_after, working_days_after

from pipelines.periods import Period
from pipelines.sample.history.apportion import Pace, between_anchors, late_ones
from pipelines.sample.history.calendar import WorkingDays, add_months
from pipelines.sample.history.shape import LOOKED_AFTER, Share
from pipelines.sample.history.stock import Spell, Stock, live
from pipelines.sample.history.streams import stream

DAYS = WorkingDays(BANK_HOLIDAYS)
SOME_DAY = st.dates(dt.date(2014, 1, 1), dt.date(2021, 12, 31))


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        (dt.date(2020, 12, 17), 15, dt.date(2021, 1, 12)),
        (dt.date(2020, 9, 1), 45, dt.date(2020, 11, 3)),
        (dt.date(2020, 12, 24), 45, dt.date(2021, 3, 2)),
        (dt.date(2021, 1, 4), 45, dt.date(2021, 3, 8)),
        (dt.date(2021, 2, 6), 15, dt.date(2021, 2, 26)),
    ],
)
def test_due_dates_are_the_definitions(start: dt.date, limit: int, due: dt.date) -> None:
    assert DAYS.after(start, limit) == due
    assert DAYS.elapsed(start, due) == limit
    assert DAYS.elapsed(start, due + dt.timedelta(1)) >= limit


@given(SOME_DAY, st.integers(1, 60))
def test_working_days_agree_with_the_recount(start: dt.date, number: int) -> None:
    assert DAYS.after(start, number) == working_days_after(start, number)
    end = start + dt.timedelta(number)
    assert DAYS.elapsed(start, end) == elapsed(start, end)
    begun = DAYS.before(end, number)
    assert DAYS.elapsed(begun, end) == number
    assert begun.weekday() < 5
    assert begun not in BANK_HOLIDAYS


@given(SOME_DAY, st.integers(-24, 240))
def test_months_agree_with_the_recount(start: dt.date, number: int) -> None:
    assert add_months(start, number) == months_after(start, number)


def test_months_are_clamped_to_the_last_day() -> None:
    assert add_months(dt.date(2020, 11, 30), 3) == dt.date(2021, 2, 28)
    assert add_months(dt.date(2020, 1, 31), 1) == dt.date(2020, 2, 29)


def test_a_stock_is_as_meant_at_every_month_end() -> None:
    rng = stream(1, "test")
    counts = between_anchors(LOOKED_AFTER, 0.2, rng)
    assert counts[Period(2021, 2)] == 131
    initial = [Spell(dt.date(2017, 6, 1)) for _ in range(next(iter(counts.values())))]
    stock = Stock(counts, 4.0, lambda _, start: Spell(start), lambda *_: 1.0)
    spells = live(rng, DAYS, stock, initial)
    for month, count in counts.items():
        assert sum(spell.runs_on(month.last_day) for spell in spells) == count
    assert all(spell.end is None or spell.end > spell.start for spell in spells)


def test_what_must_end_has_ended() -> None:
    rng = stream(2, "test")
    counts = {Period(2020, 1): 30, Period(2020, 2): 30, Period(2020, 3): 30, Period(2020, 4): 30}
    born_to_end = [Spell(dt.date(2019, 6, 1), latest=dt.date(2020, 3, 14)) for _ in range(30)]
    stock = Stock(counts, 2.0, lambda _, start: Spell(start), lambda *_: 1.0)
    spells = live(rng, DAYS, stock, born_to_end)
    assert all(spell.end and spell.end <= dt.date(2020, 3, 14) for spell in born_to_end)
    assert sum(spell.runs_on(dt.date(2020, 3, 31)) for spell in spells) == 30


@pytest.mark.parametrize("share", [0.59, 0.94, 1.0])
def test_a_pace_comes_to_its_share_in_the_window(share: float) -> None:
    pace = Pace(stream(3, share), Share(share, {2020: 0.5}), unrest=1.0)
    days = [dt.date(2020, 9, 1) + dt.timedelta(number % 180) for number in range(500)]
    met = sum(pace.is_met(day, leaning=(-1) ** day.day) for day in days)
    assert met == pytest.approx(500 * share, abs=2.5)


def test_lateness_is_apportioned_exactly_over_the_window_and_by_the_month_before() -> None:
    window = [dt.date(2020, 9, 1) + dt.timedelta(number % 180) for number in range(400)]
    before = [dt.date(2019, 5, 1 + number % 28) for number in range(100)]
    fixed = [dt.date(2020, 10, 5)] * 100
    late = late_ones(stream(4, "test"), [*window, *before], fixed, Share(0.95, {2019: 0.8}))
    assert sum(index < 400 for index in late) == 25
    assert sum(index >= 400 for index in late) == 20

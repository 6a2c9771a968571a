"""Working days: the bank holidays, and the counting of (start, end]."""

from __future__ import annotations

import csv
import datetime as dt
import random
from typing import TYPE_CHECKING

import duckdb
import holidays
import numpy as np
import pytest

from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.warehouse.build import build
from pipelines.warehouse.tables import BrokenBuild
from tests.few_kpis import settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import assessment, authority_of, built, built_file, copy_of_the_project, settings_in, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator

YEARS = range(1995, 2051)
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=YEARS)


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with built(tmp_path_factory.mktemp("calendar"), {}, of=["warehouse.dim_calendar"]) as warehouse:
        yield warehouse


def working_days(calendar: duckdb.DuckDBPyConnection, start: str, end: str) -> int:
    number = "SELECT working_day_number FROM warehouse.dim_calendar WHERE calendar_date = ?"
    return int(calendar.execute(f"SELECT ({number}) - ({number})", [end, start]).fetchall()[0][0])


def listed() -> dict[dt.date, str]:
    with (PROJECT / "sql/reference/bank_holidays.csv").open(encoding="utf-8") as file:
        return {dt.date.fromisoformat(row["date"]): row["title"] for row in csv.DictReader(file)}


def test_bank_holidays_are_those_of_england() -> None:
    assert listed() == dict(ENGLAND)


# Proclaimed for one year alone, with the holiday that each takes the place of, if any.
EXCEPTIONS = {
    dt.date(1995, 5, 8): dt.date(1995, 5, 1),  # 50 years since the end of the war
    dt.date(1999, 12, 31): None,  # millennium
    dt.date(2002, 6, 4): dt.date(2002, 5, 27),  # golden jubilee, with the day before
    dt.date(2002, 6, 3): None,
    dt.date(2011, 4, 29): None,  # royal wedding
    dt.date(2012, 6, 4): dt.date(2012, 5, 28),  # diamond jubilee, with the day after
    dt.date(2012, 6, 5): None,
    dt.date(2020, 5, 8): dt.date(2020, 5, 4),  # 75 years since the end of the war
    dt.date(2022, 6, 2): dt.date(2022, 5, 30),  # platinum jubilee, with the day after
    dt.date(2022, 6, 3): None,
    dt.date(2022, 9, 19): None,  # state funeral
    dt.date(2023, 5, 8): None,  # coronation
}


def easter(year: int) -> dt.date:
    """Easter Sunday, as the Calendar (New Style) Act 1750 has it."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - epact - of_century % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def next_weekday(day: dt.date, taken: set[dt.date]) -> dt.date:
    return next(
        each
        for each in (day + dt.timedelta(days=after) for after in range(7))
        if each.weekday() < 5 and each not in taken
    )


def by_rule(year: int) -> set[dt.date]:
    """The Banking and Financial Dealings Act 1971 and what is proclaimed under it each year."""
    first_of_may, last_of_may, last_of_august = (
        next(day for day in (dt.date(year, month, first + after) for after in range(7)) if day.weekday() == 0)
        for month, first in ((5, 1), (5, 25), (8, 25))
    )
    sunday = easter(year)
    days = {sunday - dt.timedelta(days=2), sunday + dt.timedelta(days=1), first_of_may, last_of_may, last_of_august}
    days.add(next_weekday(dt.date(year, 1, 1), days))
    christmas, boxing = dt.date(year, 12, 25), dt.date(year, 12, 26)
    on_the_day = {day for day in (christmas, boxing) if day.weekday() < 5}
    for day in (christmas, boxing):
        on_the_day.add(day if day in on_the_day else next_weekday(day, on_the_day))
    return days | on_the_day


def test_the_list_is_the_rule_and_its_known_exceptions() -> None:
    days_off = {day for year in YEARS for day in by_rule(year)} - {day for day in EXCEPTIONS.values() if day}
    weekend = {day for day in listed() if day.weekday() > 4}
    assert {day for day in listed() if day not in weekend} == days_off | set(EXCEPTIONS)


@pytest.mark.parametrize(
    "day",
    [
        "1995-05-08",
        "1999-12-31",
        "2002-06-03",
        "2002-06-04",
        "2011-04-29",
        "2012-06-05",
        "2020-05-08",
        "2022-06-02",
        "2022-06-03",
        "2022-09-19",
        "2023-05-08",
    ],
)
def test_holidays_given_once_are_there(day: str) -> None:
    assert dt.date.fromisoformat(day) in listed()


@pytest.mark.parametrize("day", ["1995-05-01", "2002-05-27", "2012-05-28", "2020-05-04", "2022-05-30", "2021-03-17"])
def test_holidays_moved_away_or_of_other_nations_are_not(day: str) -> None:
    assert dt.date.fromisoformat(day) not in listed()


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2020-12-17", 15, "2021-01-12"),
        ("2020-09-01", 45, "2020-11-03"),
        ("2020-12-24", 45, "2021-03-02"),
        ("2021-01-04", 45, "2021-03-08"),
        ("2021-02-06", 15, "2021-02-26"),
    ],
)
def test_due_dates_of_the_definitions(calendar: duckdb.DuckDBPyConnection, start: str, limit: int, due: str) -> None:
    day_before = (dt.date.fromisoformat(due) - dt.timedelta(days=1)).isoformat()
    assert working_days(calendar, start, due) == limit
    assert working_days(calendar, start, day_before) == limit - 1


@pytest.mark.parametrize(
    ("start", "end", "elapsed"),
    [
        ("2021-02-05", "2021-02-05", 0),
        ("2021-02-05", "2021-02-06", 0),
        ("2021-02-06", "2021-02-08", 1),
        ("2020-12-24", "2020-12-29", 1),
        ("2021-04-01", "2021-04-06", 1),
    ],
)
def test_the_start_is_day_0_and_days_off_do_not_count(
    calendar: duckdb.DuckDBPyConnection, start: str, end: str, elapsed: int
) -> None:
    assert working_days(calendar, start, end) == elapsed


def test_counting_agrees_with_numpy(calendar: duckdb.DuckDBPyConnection) -> None:
    found = calendar.execute("SELECT working_day_number FROM warehouse.dim_calendar ORDER BY calendar_date")
    numbers = np.array(found.fetchall()).ravel()
    chance = random.Random(2021)
    starts, ends = np.array([sorted(chance.choices(range(len(numbers)), k=2)) for _ in range(4000)]).T
    first = np.datetime64("1995-01-01")
    days_off = np.array(sorted(ENGLAND), dtype="datetime64[D]")
    expected = np.busday_count(first + starts + 1, first + ends + 1, holidays=days_off)
    assert (numbers[ends] - numbers[starts] == expected).all()


def test_every_day_of_the_years_is_there_once(calendar: duckdb.DuckDBPyConnection) -> None:
    found = calendar.execute(
        "SELECT count(*), count(DISTINCT calendar_date), min(calendar_date), max(calendar_date) "
        "FROM warehouse.dim_calendar"
    ).fetchall()
    assert found == [(20454, 20454, dt.date(1995, 1, 1), dt.date(2050, 12, 31))]


def test_a_month_beyond_the_bank_holidays_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_of_few(tmp_path_factory.mktemp("later"))
    assert build(settings, Period(2050, 12)).outcome == "built"
    with pytest.raises(BrokenBuild, match="dim calendar: holds the reporting month"):
        build(settings, Period(2051, 1))


CLOCKS = {
    "45,working_days,day0": ("2021-03-08", "2021-03-08"),
    "45,working_days,day1": ("2021-03-05", "2021-03-07"),
    "44,working_days,day0": ("2021-03-05", "2021-03-07"),
    "60,days,day0": ("2021-03-05", "2021-03-05"),
    "63,days,day1": ("2021-03-08", "2021-03-08"),
    "9,weeks,day0": ("2021-03-08", "2021-03-08"),
    "2,months,day0": ("2021-03-04", "2021-03-04"),
}
AUTHORISED = [dt.date(2021, 3, 3) + dt.timedelta(days=after) for after in range(8)]


@pytest.fixture(scope="module")
def clocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Each clock is that of a council, and each council has the same assessments."""
    folder = tmp_path_factory.mktemp("clocks")
    settings = settings_in(folder, copy_of_the_project(folder))
    rows = [assessment(day.isoformat(), "2021-01-04", day.isoformat()) for day in AUTHORISED]
    with (settings.sql / "reference/timescale.csv").open("a", encoding="utf-8") as timescales:
        for clock in CLOCKS:
            timescales.write(f"assessment,{authority_of(CLOCKS, clock)},,,{clock},local,made up\n")
            stage(settings.staging, f"{authority_of(CLOCKS, clock)}/ssd/2021-03", ssd(cin_assessments=rows))
    file = built_file(settings, "2021-03", of=["warehouse.fct_assessment"])
    with duckdb.connect(str(file), read_only=True) as warehouse:
        yield warehouse


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_timescale_is_counted_in_its_unit(clocked: duckdb.DuckDBPyConnection, clock: str) -> None:
    found = clocked.execute(
        "SELECT authorised_date, due_date, is_in_time FROM warehouse.fct_assessment WHERE authority_code = ?",
        [authority_of(CLOCKS, clock)],
    ).fetchall()
    due, last = map(dt.date.fromisoformat, CLOCKS[clock])
    assert sorted(found) == [(day, due, day <= last) for day in AUTHORISED]

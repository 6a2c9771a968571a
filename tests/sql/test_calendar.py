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
from pipelines.warehouse import BrokenBuild, build
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, assessment, built, copy_of_the_project, settings_in, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YEARS = range(1995, 2031)
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=YEARS)


@pytest.fixture(scope="module")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with built(tmp_path_factory.mktemp("calendar"), {}) as warehouse:
        yield warehouse


def working_days(calendar: duckdb.DuckDBPyConnection, start: str, end: str) -> int:
    number = "SELECT working_day_number FROM warehouse.dim_calendar WHERE calendar_date = ?"
    return int(calendar.execute(f"SELECT ({number}) - ({number})", [end, start]).fetchall()[0][0])


def listed() -> dict[dt.date, str]:
    with (PROJECT / "sql/reference/bank_holidays.csv").open(encoding="utf-8") as file:
        return {dt.date.fromisoformat(row["date"]): row["title"] for row in csv.DictReader(file)}


def test_bank_holidays_are_those_of_england() -> None:
    assert listed() == dict(ENGLAND)


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
    assert found == [(13149, 13149, dt.date(1995, 1, 1), dt.date(2030, 12, 31))]


def test_a_month_beyond_the_bank_holidays_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_in(tmp_path_factory.mktemp("later"))
    assert build(settings, Period(2030, 12)).outcome == "built"
    with pytest.raises(BrokenBuild, match="dim calendar: holds the reporting month"):
        build(settings, Period(2031, 1))


@pytest.mark.parametrize(("day_count", "due"), [("day0", dt.date(2021, 3, 8)), ("day1", dt.date(2021, 3, 5))])
def test_with_the_start_as_day_1_all_falls_due_a_working_day_earlier(
    tmp_path: Path, day_count: str, due: dt.date
) -> None:
    project = copy_of_the_project(tmp_path)
    timescales = project / "sql" / "reference" / "timescale.csv"
    told = timescales.read_text(encoding="utf-8")
    line = "assessment,,45,working_days,day0,"
    assert told.count(f"\n{line}") == 1
    timescales.write_text(told.replace(line, line.replace("day0", day_count)), encoding="utf-8")
    settings = settings_in(tmp_path, project)
    authorised = {"on Friday": "2021-03-05", "on Monday": "2021-03-08", "on Tuesday": "2021-03-09"}
    rows = [assessment(name, "2021-01-04", day) for name, day in authorised.items()]
    stage(settings.staging, f"{AUTHORITY}/ssd/2021-03", ssd(cin_assessments=rows))
    with duckdb.connect(str(build(settings, Period.parse("2021-03")).path), read_only=True) as warehouse:
        found = warehouse.execute(
            "SELECT authorised_date, due_date, is_in_time FROM warehouse.fct_assessment"
        ).fetchall()
    days = map(dt.date.fromisoformat, authorised.values())
    assert sorted(found) == [(day, due, day <= due) for day in days]

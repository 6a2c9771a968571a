import datetime as dt

import pytest

from pipelines.periods import NotAMonth, Period, named_month


@pytest.mark.parametrize("text", ["2021-2", "2021-13", "2021-00", "21-02", "2021/02", "2021-02-01", "", " 2021-02"])
def test_anything_but_a_month_is_refused(text: str) -> None:
    with pytest.raises(NotAMonth, match="write it as 2021-02"):
        Period.parse(text)


def test_a_month_reads_and_writes_the_same() -> None:
    assert str(Period.parse("2021-02")) == "2021-02"
    assert Period.parse("2021-02").name == "February 2021"


def test_the_last_day_knows_leap_years() -> None:
    assert Period.parse("2020-02").last_day == dt.date(2020, 2, 29)
    assert Period.parse("2021-02").last_day == dt.date(2021, 2, 28)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2021-02", -2, "2020-12"), ("2020-12", 1, "2021-01"), ("2021-02", -14, "2019-12"), ("2021-02", 0, "2021-02")],
)
def test_adding_months_crosses_years(start: str, months: int, end: str) -> None:
    assert Period.parse(start).plus(months) == Period.parse(end)


@pytest.mark.parametrize(
    ("month", "start"),
    [("2018-03", "2017-04"), ("2018-01", "2017-04"), ("2017-12", "2017-04"), ("2017-04", "2017-04")],
)
def test_a_collection_year_begins_in_april(month: str, start: str) -> None:
    assert Period.parse(month).collection_year_start == Period.parse(start)


def test_months_order_by_time() -> None:
    assert Period.parse("2020-12") < Period.parse("2021-01") < Period.parse("2021-02")


def test_the_partition_key_names_the_month_before_the_parameter_does() -> None:
    assert named_month("2021-02", "2021-01") == Period.parse("2021-02")
    assert named_month(None, "2021-01") == Period.parse("2021-01")
    with pytest.raises(NotAMonth, match="nothing names the month"):
        named_month(None, None)

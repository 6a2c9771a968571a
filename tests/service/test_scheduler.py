"""The real scheduler: a month by hand, six months by backfill, as the guide for data engineers says it."""

from __future__ import annotations

import urllib.error
from typing import TYPE_CHECKING

import pytest

from pipelines.periods import Period
from pipelines.sample import write_sample
from tests.service.servers import Council, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.service

SIX = tuple(Period(2020, 9).plus(months) for months in range(6))


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    here = Council.at(tmp_path_factory.mktemp("council"))
    write_sample(here.inbox, scale=0.05, months=(SIX[-2], SIX[-1]))
    with serving(here):
        yield here


def test_a_month_triggered_over_rest_goes_through_all_three_dags(council: Council) -> None:
    council.runs_a_month_by_hand("2021-02")


def test_nothing_but_a_month_is_taken_in_the_form(council: Council) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        council.trigger("ingest_exports", conf={"month": "2021-13"})
    assert refused.value.code in {400, 422}


def test_an_analyst_may_look_and_not_run(council: Council) -> None:
    token = council.token_of("analyst")
    assert council.ask("/api/v2/dags", token=token)["total_entries"] == 3
    with pytest.raises(urllib.error.HTTPError) as refused:
        council.ask("/api/v2/dags/ingest_exports/dagRuns", {"logical_date": None}, token=token)
    assert refused.value.code == 403


def test_six_months_are_backfilled(tmp_path: Path) -> None:
    here = Council.at(tmp_path)
    write_sample(here.inbox, scale=0.05, months=SIX)
    with serving(here):
        here.airflow(
            *("backfill", "create", "--dag-id", "ingest_exports", "--from-date", "2020-09-01"),
            *("--to-date", "2021-02-28", "--max-active-runs", "1", "--reprocess-behavior", "none"),
        )
        months = [str(month) for month in SIX]
        here.wait_until_published(*months)
        assert [here.published(month).name for month in months] == ["v0001"] * 6

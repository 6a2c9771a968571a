"""The real scheduler, as ``make airflow`` starts it: a month by hand, and who may do what."""

from __future__ import annotations

import urllib.error
from typing import TYPE_CHECKING

import pytest

from pipelines.sample import write_sample
from tests.service.servers import Council, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    here = Council.at(tmp_path_factory.mktemp("council"))
    write_sample(here.inbox, scale=0.05)
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

"""The real scheduler, as the guide starts it: a month by hand, who may do what, and PostgreSQL for its own tables."""

from __future__ import annotations

import shutil
import urllib.error
from typing import TYPE_CHECKING

import pytest

from pipelines.sample import write_sample
from tests.service.guide import block
from tests.service.servers import Council, debian, postgresql, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    here = Council.at(tmp_path_factory.mktemp("council"))
    write_sample(here.inbox, scale=0.05)
    with serving(here):
        yield here


def test_a_month_triggered_over_rest_goes_through_all_three_dags(council: Council) -> None:
    for program in ("curl", "jq"):
        debian(program, lambda program=program: shutil.which(program))
    council.says(block("by REST"), PASSWORD=council.password_of("engineer"))
    council.has_published("2021-02")


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


def test_the_same_command_keeps_airflows_own_tables_in_postgresql(tmp_path: Path) -> None:
    here = Council.at(tmp_path)
    write_sample(here.inbox, scale=0.05)
    with postgresql("secret") as port:
        commands = block("PostgreSQL").replace("airflow:...@localhost:5432", f"airflow:secret@127.0.0.1:{port}")
        with serving(here, commands):
            here.runs_a_month_by_hand("2021-02")
    assert not list(here.home.glob("*.db"))

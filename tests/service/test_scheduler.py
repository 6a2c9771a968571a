"""The real scheduler, as the guide starts it: months by backfill and by hand, who may do what, and PostgreSQL.

One Airflow serves all but the last test, in the order in which they stand: months are backfilled, and then run again.
The last has an Airflow of its own over the same data.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipelines.periods import Period
from tests.service.guide import block
from tests.service.servers import DAG_FILES, ServedCouncil, debian, postgresql, serving, wait_for
from tests.service.small_council import write_small_council

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.service

THREE = tuple(Period(2020, 12).plus(months) for months in range(3))


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCouncil]:
    here = ServedCouncil.at(tmp_path_factory.mktemp("council"))
    write_small_council(here.inbox, THREE)
    with serving(here):
        yield here


def test_three_months_are_backfilled(council: ServedCouncil) -> None:
    council.says(block("backfill").replace("2020-09-01", "2020-12-01"))
    months = [str(month) for month in THREE]
    council.wait_until_published(*months)
    assert [council.published(month).name for month in months] == ["v0001"] * 3


def test_a_month_triggered_over_rest_goes_through_all_three_dags(council: ServedCouncil) -> None:
    for program in ("curl", "jq"):
        debian(program, lambda program=program: shutil.which(program))
    invited = council.inbox / "X99000001/survey/2021-02/invited.csv"
    invited.write_text(invited.read_text("utf-8").replace("162", "163"), "utf-8")
    council.says(block("by REST"), PASSWORD=council.password_of("engineer"))
    council.has_published("2021-02", "v0002")


def test_nothing_but_a_month_is_taken_in_the_form(council: ServedCouncil) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        council.trigger("ingest_exports", conf={"month": "2021-13"})
    assert refused.value.code in {400, 422}


def test_an_analyst_may_look_and_not_run(council: ServedCouncil) -> None:
    token = council.token_of("analyst")
    assert council.ask("/api/v2/dags", token=token)["total_entries"] == DAG_FILES
    with pytest.raises(urllib.error.HTTPError) as refused:
        council.ask("/api/v2/dags/ingest_exports/dagRuns", {"logical_date": None}, token=token)
    assert refused.value.code == 403


WHY = "The second extract was made by mistake."
YES = {"chosen_options": ["Approve"], "params_input": {"why": WHY}}


def test_a_held_month_waits_for_its_approval_keeps_no_other_waiting_and_says_who_approved_and_why(
    council: ServedCouncil,
) -> None:
    # Delivered again an hour ago, with nothing in one of its files; what was written just now is read once more later.
    people = council.inbox / "X99000001/ssd/2021-01/ssd_person.csv"
    people.write_bytes(b"")
    os.utime(people, (people.stat().st_mtime - 3600,) * 2)
    council.trigger("ingest_exports", partition_key="2021-01")
    question = council.wait_until_asked("2021-01")
    assert (
        "X99000001 GATE-DELIVERY: ssd: version v0002 of 2021-01" in council.ask(question, token=council.token)["body"]
    )

    another_month = council.trigger("publish_snapshot", partition_key=f"{council.authority}|2021-02")
    assert council.wait_until_ended(another_month) == "success"

    with pytest.raises(urllib.error.HTTPError) as refused:
        council.ask(question, YES, council.token_of("analyst"), "PATCH")
    assert refused.value.code == 403
    assert council.published("2021-01").name == "v0001"
    # Nobody approves a run of their own, and nobody without a reason: the question is asked again.
    without_reason = YES | {"params_input": {"why": None}}
    for times, (user, answer) in enumerate((("engineer", YES), ("quality_lead", without_reason)), start=2):
        council.ask(question, answer, council.token_of(user), "PATCH")
        wait_for(
            "the question again",
            lambda: not council.ask(question, token=council.token)["response_received"] or None,
        )
        council.wait_until_asked("2021-01", times)
    council.ask(question, YES, council.token_of("quality_lead"), "PATCH")

    def approved() -> dict[str, str] | None:
        manifest = json.loads((council.published("2021-01") / "manifest.json").read_text("utf-8"))
        approval: dict[str, str] | None = manifest["publication"]["approval"]
        return approval

    given = wait_for("the approved version", approved)
    assert (given["approved_by"], given["reason"]) == ("quality_lead", WHY)
    answered = council.ask(question, token=council.token)["responded_at"]
    assert given["approved_at"][:19] == answered[:19]


def test_six_people_ask_at_once_beside_one_who_stops_in_the_middle_and_each_is_answered(council: ServedCouncil) -> None:
    asks_no_more = (
        f"POST /api/v2/dags/publish_snapshot/dagRuns HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {council.token}"
    )
    dag = "/api/v2/dags/publish_snapshot"
    council.ask(dag, {"is_paused": True}, council.token, "PATCH")
    with socket.create_connection(("127.0.0.1", council.port)) as stopped, ThreadPoolExecutor(6) as people:
        stopped.sendall(f"{asks_no_more}\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{{".encode())
        months = [f"{council.authority}|{Period(2000, 1).plus(months)}" for months in range(48)]
        runs = people.map(lambda month: council.trigger("publish_snapshot", partition_key=month), months)
        assert [run["partition_key"] for run in runs] == months
    assert council.ask("/api/v2/monitor/health")["scheduler"]["status"] == "healthy"


def test_a_new_airflow_with_its_tables_in_postgresql_goes_on_from_the_files_of_one_whose_tables_are_lost(
    council: ServedCouncil, tmp_path: Path
) -> None:
    before = {str(month): council.published(str(month)).name for month in THREE}
    anew = replace(ServedCouncil.at(council.folder), added={"AIRFLOW_HOME": str(tmp_path / "airflow")})
    with postgresql("secret") as port:
        commands = block("PostgreSQL").replace("airflow:...@localhost:5432", f"airflow:secret@127.0.0.1:{port}")
        with serving(anew, commands):
            anew.trigger("ingest_exports", partition_key="2021-02")
            anew.wait_until_published("2021-02")
            assert {month: anew.published(month).name for month in before} == before
    assert not list(anew.home.glob("*.db"))

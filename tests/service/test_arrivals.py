"""The real scheduler and nobody else: what arrives is dealt with, in order, and so is what is corrected later."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.periods import Period
from tests.exports import KEY as COUNCIL_KEY
from tests.service.servers import ServedCouncil, serving, wait_for
from tests.service.small_council import COUNCIL, write_small_council

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.service

THREE = tuple(Period(2020, 12).plus(months) for months in range(3))


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCouncil]:
    folder = tmp_path_factory.mktemp("council")
    here = replace(ServedCouncil.at(folder), added={"WATCH_MINUTES": "1", "LINEAGE": str(folder / "lineage.jsonl")})
    write_small_council(here.inbox, THREE)
    with serving(here):
        yield here


def manifest_of(council: ServedCouncil, month: Period) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((council.published(str(month)) / "manifest.json").read_text("utf-8"))
    return manifest


def test_what_lies_in_the_inbox_is_published_month_by_month_each_upon_the_one_before(council: ServedCouncil) -> None:
    council.has_published("2021-02")
    assert [council.published(str(month)).name for month in THREE] == ["v0001"] * 3
    before = [manifest_of(council, month)["earlier"] for month in THREE]
    assert [earlier and (earlier["month"], earlier["version"]) for earlier in before] == [
        None,
        ("2020-12", "v0001"),
        ("2021-01", "v0001"),
    ]


def test_a_correction_of_the_first_month_re_issues_each_that_it_changes_in_order(council: ServedCouncil) -> None:
    people = council.inbox / COUNCIL / "ssd/2020-12/ssd_person.csv"
    people.write_text(people.read_text("utf-8").replace("02/11/2015", "03/11/2015"), "utf-8")
    council.has_published("2021-02", "v0002")
    assert [council.published(str(month)).name for month in THREE] == ["v0002"] * 3
    before = [manifest_of(council, month)["earlier"]["version"] for month in THREE[1:]]
    assert before == ["v0002", "v0002"]


def test_each_arrival_was_one_run_that_says_what_arrived_and_nothing_is_taken_in_twice(council: ServedCouncil) -> None:
    def at_rest() -> list[dict[str, Any]] | None:
        runs = council.ask("/api/v2/dags/ingest_exports/dagRuns?limit=100", token=council.token)["dag_runs"]
        arrived = sorted(
            (run for run in runs if run["dag_run_id"].startswith("arrived__")), key=lambda run: run["queued_at"]
        )
        return arrived if all(run["state"] == "success" for run in arrived) else None

    first, *_, last = wait_for("all runs ended", at_rest)
    assert first["note"].startswith("4 arrived: X99000001/ssd/2020-12, ")
    assert last["note"] == "1 arrived: X99000001/ssd/2020-12."


def test_every_task_has_left_its_events_and_none_of_them_a_record(council: ServedCouncil) -> None:
    lines = (council.folder / "lineage.jsonl").read_text("utf-8")
    events = [json.loads(line) for line in lines.splitlines()]
    complete = {event["job"]["name"] for event in events if event["eventType"] == "COMPLETE"}
    assert {"ingest_exports.take_in", "build_warehouse.build", "publish_snapshot.publish"} <= complete
    assert {event["job"]["namespace"] for event in events} == {"safeguarding-kpis"}
    assert "02/11/2015" not in lines and COUNCIL_KEY not in lines


def test_where_a_part_of_airflow_dies_all_of_it_ends(council: ServedCouncil) -> None:
    os.kill(scheduler_of(council), signal.SIGKILL)
    said = "scheduler ended with -9: Airflow is stopped."
    wait_for(said, lambda: said in council.log.read_text("utf-8") or None)
    wait_for("nobody who answers", lambda: None if answers(council) else True)


def scheduler_of(council: ServedCouncil) -> int:
    """The process that is this council's scheduler: the oldest, since one that it forks is called so at first."""
    return min(int(process.name) for process in Path("/proc").glob("[0-9]*") if is_scheduler_of(council, process))


def is_scheduler_of(council: ServedCouncil, process: Path) -> bool:
    with suppress(OSError):
        words = (process / "cmdline").read_bytes().split(b"\0")
        if words[2:4] == [b"pipelines.orchestration.scheduler", b"scheduler"]:
            return f"AIRFLOW_HOME={council.home}".encode() in (process / "environ").read_bytes().split(b"\0")
    return False


def answers(council: ServedCouncil) -> bool:
    with suppress(OSError):
        council.ask("/api/v2/monitor/health")
        return True
    return False

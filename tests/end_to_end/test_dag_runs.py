"""The three DAGs, run one after another in a process with an Airflow of its own."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.orchestration.assets import ASSETS
from pipelines.orchestration.local_run import BROKEN, DATA_REFUSED, DONE, NOTHING_TO_DO, USAGE
from tests.exports import KEY, write_ssd
from tests.few_kpis import environment_of_few

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE, OTHER = "E06000017/ssd", "E06000018/ssd"
AUTHORITY_OF_GOOD, AUTHORITY_OF_BAD = "E06000015", "E06000016"
BESIDE = "E06000015/local/2021-02"
GOOD, BAD = f"{AUTHORITY_OF_GOOD}/ssd/2021-02", f"{AUTHORITY_OF_BAD}/ssd/2021-02"
PLANTED = {
    "name": "Quillfeather",
    "worker": "Ottoline Brackwater",
    "id": "RAWID-7741903",
    "upn": "H801200001001",
    "nhs_number": "9434765919",
    "postcode": "BH2 6EB",
}


@dataclass(frozen=True)
class RunPlace:
    """A folder with an inbox, data and an Airflow, and the runs made there."""

    folder: Path

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def snapshots(self) -> Path:
        return self.folder / "data" / "snapshots" / AUTHORITY_OF_GOOD

    @property
    def airflow(self) -> Path:
        return self.folder / "airflow"

    def run(self, command: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": "",
            "AIRFLOW_HOME": str(self.airflow),
            "DATA_DIR": str(self.folder / "data"),
            "INBOX_URL": str(self.inbox),
            "PSEUDONYM_KEY": KEY,
            "DISCLOSURE_KEY": f"{KEY} of its own",
            "SETTLE_SECONDS": "0",
            "DUCKDB_THREADS": "1",
            **environment_of_few(),
        } | settings
        return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True)

    def run_dags(self) -> subprocess.CompletedProcess[str]:
        return self.run(["-m", "pipelines.orchestration.local_run", "2021-02"])

    def give_assets_the_addresses_of_an_older_version(self) -> None:
        with sqlite3.connect(self.airflow / "airflow.db") as database:
            for table in ("asset", "asset_active"):
                assert database.execute(f"UPDATE {table} SET uri = name").rowcount == len(ASSETS)

    def versions(self) -> list[str]:
        return sorted(folder.name for folder in (self.snapshots / "2021-02").glob("v*"))

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.airflow / "airflow.db") as database:
            return database.execute(query).fetchall()


@dataclass(frozen=True)
class Story:
    """One council's good delivery, the same again, and then another council's beside it that cannot be used."""

    place: RunPlace
    first: subprocess.CompletedProcess[str]
    again: subprocess.CompletedProcess[str]
    versions_after_again: list[str]
    with_a_bad_one: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    place = RunPlace(tmp_path_factory.mktemp("house"))
    write_ssd(place.inbox / GOOD, people())
    first = place.run_dags()
    place.give_assets_the_addresses_of_an_older_version()
    again = place.run_dags()
    versions = place.versions()
    write_ssd(place.inbox / BAD, people())
    # Without its header the file begins with a child.
    headless = place.inbox / BAD / "ssd_person.csv"
    headless.write_bytes(headless.read_bytes().split(b"\n", 1)[1])
    return Story(place, first, again, versions, place.run_dags())


def people() -> dict[str, list[dict[str, str]]]:
    child = {
        "pers_person_id": PLANTED["id"],
        "pers_forename": PLANTED["name"],
        "pers_surname": PLANTED["name"],
        "pers_common_child_id": PLANTED["nhs_number"],
        "pers_legacy_id": PLANTED["upn"],
        "pers_nationality": PLANTED["postcode"],
        "pers_dob": "2010-05-04",
        "pers_sex": PLANTED["name"],
    }
    worker = {
        "prof_professional_id": PLANTED["id"],
        "prof_staff_id": PLANTED["id"],
        "prof_professional_name": PLANTED["worker"],
        "prof_social_worker_registration_no": PLANTED["worker"],
        "prof_professional_department": PLANTED["worker"],
    }
    return {"ssd_person": [child], "ssd_professionals": [worker]}


def test_a_good_delivery_is_published(story: Story) -> None:
    assert story.first.returncode == DONE, story.first.stdout + story.first.stderr
    assert "v0001" in story.versions_after_again
    assert (story.place.snapshots / "2021-02" / "v0001" / "manifest.json").exists()
    assert (story.place.folder / "data/reports" / AUTHORITY_OF_GOOD / "validation/2021-02/index.html").exists()


def test_each_step_is_a_line_for_a_person_and_nothing_else_is_said(story: Story) -> None:
    lines = story.first.stdout.splitlines()
    assert [" ".join(line.split()[:4]) for line in lines if AUTHORITY_OF_GOOD in line] == [
        f"done ingest_exports take_in {AUTHORITY_OF_GOOD}",
    ]
    assert all(line.startswith("done ") for line in lines if "next_month" not in line)
    assert [line.split()[:3] for line in lines if "next_month" in line] == [
        ["skipped", "publish_snapshot", "next_month"]
    ]
    assert len(lines) == 9
    assert story.first.stderr == ""


def test_the_same_again_does_nothing(story: Story) -> None:
    assert story.again.returncode == DONE
    assert story.versions_after_again == ["v0001"]


def test_an_unusable_delivery_holds_its_own_council_and_the_other_is_not_built_again(story: Story) -> None:
    assert story.with_a_bad_one.returncode == DATA_REFUSED
    assert story.place.versions() == ["v0001"]
    lines = [line.split() for line in story.with_a_bad_one.stdout.splitlines()]
    outcomes = {(words[2], words[3]): words[0] for words in lines if len(words) > 3}
    assert outcomes["take_in", AUTHORITY_OF_BAD] == "refused"
    # It looks as it did, and is not read again.
    assert ("take_in", AUTHORITY_OF_GOOD) not in outcomes
    assert [words[0] for words in lines if words[1:3] == ["publish_snapshot", "publish"]] == ["done", "refused"]
    assert f"2021-02 of {AUTHORITY_OF_BAD} is held and was not published:" in story.with_a_bad_one.stdout
    assert not list(story.place.snapshots.with_name(AUTHORITY_OF_BAD).glob("*/v*"))
    reconciled = (story.place.snapshots / "2021-02" / "v0001" / "reconciliation.csv").read_text(encoding="utf-8")
    assert "E06000015,ssd,2021-02,ssd_person.csv" in reconciled and AUTHORITY_OF_BAD not in reconciled


def test_the_refusal_is_reported_once_for_the_delivery_and_once_in_the_verdict(story: Story) -> None:
    sentences = [line for line in story.with_a_bad_one.stdout.splitlines() if line.strip().startswith(f"{BAD}:")]
    assert len(sentences) == 2
    assert all("ssd_person.csv" in line for line in sentences)
    states = dict(
        story.place.asked("SELECT task_id || ' ' || coalesce(rendered_map_index, ''), state FROM task_instance")
    )
    assert f"take_in {AUTHORITY_OF_GOOD}" not in states
    assert states[f"take_in {AUTHORITY_OF_BAD}"] == "failed"
    assert states["announce "] == "success"
    assert states["verdict "] == "failed"
    # Of each DAG the last run is kept: the bad council's.
    assert dict(story.place.asked("SELECT dag_id, state FROM dag_run")) == {
        "ingest_exports": "failed",
        "build_warehouse": "success",
        "publish_snapshot": "failed",
    }


def test_every_asset_is_announced_for_each_authoritys_month(story: Story) -> None:
    announced = set(story.place.asked("SELECT source_dag_id, source_task_id, partition_key FROM asset_event"))
    good, bad = (f"{authority}|2021-02" for authority in (AUTHORITY_OF_GOOD, AUTHORITY_OF_BAD))
    assert announced == {
        *(("ingest_exports", "announce", key) for key in (good, bad)),
        *(("build_warehouse", "build", key) for key in (good, bad)),
        ("publish_snapshot", "publish", good),
    }


def test_tasks_pass_each_other_names_of_deliveries_counts_and_reasons_and_nothing_else(story: Story) -> None:
    pushed = {
        f"{task} {key}": json.loads(value)
        for task, key, value in story.place.asked("SELECT task_id, key, value FROM xcom ORDER BY map_index DESC")
    }
    assert {name for name in pushed if name.startswith("gate")} == {
        f"gate {key}" for key in ("skipmixin_key", "return_value", "what", "reasons", "digest")
    }
    assert pushed["gate what"] == f"February 2021 of {AUTHORITY_OF_BAD}"
    assert all(line.startswith(f"- {AUTHORITY_OF_BAD} GATE-") for line in pushed["gate reasons"].splitlines())
    assert {name: value for name, value in pushed.items() if not name.startswith("gate")} == {
        "find_deliveries return_value": [{"authority": AUTHORITY_OF_BAD, "deliveries": [BAD]}],
        "take_in outcomes": {BAD: pushed["take_in outcomes"][BAD]},
        "announce return_value": [f"{code}|2021-02" for code in (AUTHORITY_OF_GOOD, AUTHORITY_OF_BAD)],
        "build return_value": {"authority": AUTHORITY_OF_BAD, "month": "2021-02", "outcome": "built"},
    }


def test_airflow_learns_no_name_no_identifier_and_not_the_key(story: Story) -> None:
    kept = {file: file.read_bytes() for file in story.place.airflow.rglob("*") if file.is_file()}
    assert {"airflow.db", "run.log"} <= {file.name for file in kept}
    runs = (story.first, story.again, story.with_a_bad_one)
    said = "".join(run.stdout + run.stderr for run in runs).encode()
    assert BAD.encode() in said
    for what, text in (PLANTED | {"key": KEY}).items():
        assert [file.name for file, content in kept.items() if text.encode() in content] == [], what
        assert text.encode() not in said, what


def test_airflows_secret_is_for_its_owner_alone(story: Story) -> None:
    secret = story.place.airflow / "jwt_secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(secret.read_text()) >= 64


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What came of each run on stand-ins, all of them in one process."""
    finished = RunPlace(tmp_path_factory.mktemp("stand-ins")).run([str(Path(__file__).parent / "stand_ins.py"), *RUNS])
    assert finished.returncode == 0, finished.stdout + finished.stderr
    results = [json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{")]
    return dict(zip(RUNS, results, strict=True))


RUNS = {
    "E06000015/ssd/2021-03=good": (NOTHING_TO_DO, ["find"]),
    f"{GOOD}=good": (DONE, ["find", GOOD, "build", "pages", "publish"]),
    f"{BAD}=refused": (DATA_REFUSED, ["find", BAD, "build", "pages", "publish"]),
    # Of two authorities, each with a month of its own.
    f"{GOOD}=good {BAD}=broken": (BROKEN, ["find", GOOD, *2 * ["build", "pages", "publish"]]),
    f"{GOOD}=refused {BAD}=broken": (BROKEN, ["find", GOOD, *2 * ["build", "pages", "publish"]]),
    f"{GOOD}=good {BAD}=refused build=broken": (BROKEN, ["find", GOOD, BAD, *2 * ["page of an unbuilt month"]]),
    # Of one authority, one after another: what becomes of one keeps no other back.
    f"{BESIDE}=broken {GOOD}=good": (BROKEN, ["find", GOOD, "build", "pages", "publish"]),
    f"{BESIDE}=refused {GOOD}=good": (DATA_REFUSED, ["find", BESIDE, GOOD, "build", "pages", "publish"]),
    f"{GOOD}=good pages=broken": (BROKEN, ["find", GOOD, "build", "publish"]),
    f"{GOOD}=good find=broken": (BROKEN, []),
    f"{SOURCE}=extracted {GOOD}=good": (DONE, [SOURCE, "find", GOOD, "build", "pages", "publish"]),
    f"{SOURCE}=broken {OTHER}=extracted {GOOD}=good": (BROKEN, [OTHER, "find", GOOD, "build", "pages", "publish"]),
    f"{SOURCE}=broken": (BROKEN, ["find"]),
    f"{GOOD}=good gate=held": (DATA_REFUSED, ["find", GOOD, "build", "pages"]),
    f"{GOOD}=good {BAD}=broken gate=held": (BROKEN, ["find", GOOD, *2 * ["build", "pages"]]),
}


@pytest.mark.parametrize("words", RUNS)
def test_the_exit_code_sets_bad_data_apart_from_broken_software(
    words: str, outcomes: dict[str, dict[str, Any]]
) -> None:
    exit_code, done = RUNS[words]
    assert outcomes[words]["exit_code"] == exit_code
    assert sorted(outcomes[words]["done"]) == sorted(done)


@pytest.mark.parametrize(
    ("arguments", "settings", "exit_code", "said"),
    [
        ([], {}, USAGE, "usage: python -m pipelines.orchestration.local_run 2021-02"),
        (["2021-2"], {}, BROKEN, "NotAMonth"),
        (["2021-02"], {"PSEUDONYM_KEY": "short-secret"}, BROKEN, "NoPseudonymKey"),
    ],
)
def test_what_cannot_be_run_is_not_begun(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], exit_code: int, said: str
) -> None:
    place = RunPlace(tmp_path)
    run = place.run(["-m", "pipelines.orchestration.local_run", *arguments], **settings)
    assert run.returncode == exit_code
    assert said in run.stderr
    assert "short-secret" not in run.stdout + run.stderr
    assert not (place.airflow / "airflow.db").exists()

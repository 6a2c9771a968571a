"""The verdict of a month, approvals that count and that do not, and what a publication says of them."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest
from rich.console import Console

from pipelines.catalog import current_warehouse
from pipelines.cli.summary import print_summary
from pipelines.periods import Period
from pipelines.snapshots import gate
from pipelines.snapshots.publish import publish
from pipelines.storage import read_json, write_json
from pipelines.warehouse.build import build
from pipelines.warehouse.tables import BrokenBuild
from tests.few_kpis import copy_of_few, settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

FEBRUARY = Period.parse(MONTH)
DELIVERY = f"{AUTHORITY}/ssd/{MONTH}"
NOON = dt.datetime(2021, 3, 8, 12, tzinfo=dt.UTC)
BY, WHY = "Head of performance", "The second extract was made by mistake."
HELD = f"{AUTHORITY} GATE-DELIVERY: ssd: version v0002 of 2021-02 was refused (DLV-004); the version before it counts"


def refuse(settings: Settings, version: int) -> None:
    shared = {"rule_code": "DLV-004", "consequence": "refuse_delivery", "rows_tested": 1, "rows_failed": 1}
    name = f"v{version:04d}-000000000000"
    stage(settings.staging, DELIVERY, {}, version=name, status="refused", rule_results=[shared])


def write_landing(settings: Settings, landed_at: str, delivery: str = DELIVERY) -> None:
    landed = settings.landing / delivery / "v0001"
    landed.mkdir(parents=True)
    write_json(landed / "manifest.json", {"landed_at": landed_at})


def held_in(folder: Path, authority: str | None = None) -> Settings:
    """A place with a month that was built and is held: its delivery came again, and was refused."""
    settings = settings_of_few(folder)
    settings = settings.of(authority) if authority else settings
    stage(settings.staging, DELIVERY, ssd(person=[{"pers_person_id": "a"}]))
    refuse(settings, 2)
    build(settings, FEBRUARY)
    return settings


@pytest.fixture(scope="module")
def already_held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("held")
    held_in(folder)
    return folder


@pytest.fixture(scope="module")
def already_approved(already_held: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same once it was approved and published."""
    folder = tmp_path_factory.mktemp("approved")
    settings = copied(already_held, folder)
    assert approve(settings).outcome == "approved"
    publish(settings, FEBRUARY)
    return folder


@pytest.fixture(scope="module")
def already_open(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open")
    settings = settings_of_few(folder)
    stage(settings.staging, DELIVERY, ssd())
    build(settings, FEBRUARY)
    return folder


def copied(place: Path, folder: Path) -> Settings:
    shutil.copytree(place, folder, dirs_exist_ok=True, symlinks=True)
    return settings_of_few(folder)


@pytest.fixture
def held(already_held: Path, tmp_path: Path) -> Settings:
    return copied(already_held, tmp_path)


@pytest.fixture
def approved(already_approved: Path, tmp_path: Path) -> Settings:
    return copied(already_approved, tmp_path)


@pytest.fixture
def unheld(already_open: Path, tmp_path: Path) -> Settings:
    return copied(already_open, tmp_path)


def approve(settings: Settings, by: str = BY, why: str = WHY, at: dt.datetime = NOON) -> gate.Verdict:
    digest = gate.judge(settings, FEBRUARY).digest
    return gate.approve(settings, FEBRUARY, digest=digest, by=by, at=at, why=why)


def test_a_month_in_which_everything_holds_is_open(unheld: Settings) -> None:
    verdict = gate.judge(unheld, FEBRUARY)
    assert (verdict.outcome, verdict.failing, verdict.approval_banner) == ("open", (), None)
    assert read_json(publish(unheld, FEBRUARY).folder / "manifest.json")["publication"] == {
        "verdict": "open",
        "approval": None,
        "conditions_not_met": [],
    }
    with pytest.raises(gate.NotApproved, match="2021-02 is not held: there is nothing to approve"):
        approve(unheld)


@pytest.mark.parametrize(
    ("landed_at", "is_open"),
    [
        ("2021-02-28T23:59:59+00:00", False),
        ("2021-03-01T00:00:00+00:00", True),
    ],
)
def test_a_delivery_that_came_before_the_month_was_over_holds_it(
    unheld: Settings, landed_at: str, is_open: bool
) -> None:
    write_landing(unheld, landed_at)
    verdict = gate.judge(unheld, FEBRUARY)
    assert verdict.outcome == ("open" if is_open else "held")
    if not is_open:
        early = "ssd: version v0001 came on 2021-02-28, before 2021-02 was over; deliver it again"
        assert verdict.reasons == f"{AUTHORITY} GATE-MONTH-OVER: {early}"


def test_what_the_nation_published_may_come_at_any_time(unheld: Settings) -> None:
    national = ("E92000001", "published_statistics")
    current = current_warehouse(unheld, FEBRUARY)
    assert current is not None
    with duckdb.connect(str(current.file)) as warehouse:
        warehouse.execute(
            "INSERT INTO snapshots.delivery "
            "SELECT * REPLACE ($code AS authority_code, $source AS source) FROM snapshots.delivery",
            dict(zip(("code", "source"), national, strict=True)),
        )
    pointer = unheld.warehouse / str(FEBRUARY) / "current.json"
    write_json(pointer, {**read_json(pointer), "bytes": current.file.stat().st_size})
    write_landing(unheld, "2021-02-01T12:00:00+00:00", "/".join((*national, str(FEBRUARY))))
    assert gate.judge(unheld, FEBRUARY).outcome == "open"


def test_a_month_of_which_nothing_counts_is_held(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path)
    build(settings, FEBRUARY)
    reason = "all GATE-DELIVERED: no delivery of the month, or before it, counts: deliver it"
    assert gate.judge(settings, FEBRUARY).reasons.startswith(reason)
    refuse(settings, 1)
    build(settings, FEBRUARY)
    assert gate.judge(settings, FEBRUARY).reasons.startswith(reason)
    with pytest.raises(gate.Held, match="GATE-DELIVERED"):
        publish(settings, FEBRUARY)


def test_a_held_month_is_not_published_and_says_why_and_what_to_do(held: Settings) -> None:
    assert gate.judge(held, FEBRUARY).outcome == "held"
    with pytest.raises(gate.Held) as refused:
        publish(held, FEBRUARY)
    first, reason, remedy = str(refused.value).splitlines()
    assert first == "2021-02 is held and was not published:"
    assert reason == HELD
    assert "python -m pipelines approve 2021-02 --by" in remedy
    assert list((held.snapshots / MONTH).iterdir()) == []


def test_an_approved_month_is_published_and_nobody_can_miss_it(approved: Settings) -> None:
    snapshot = approved.snapshots / MONTH / "v0001"
    shared = {"approved_by": BY, "approved_at": "2021-03-08T12:00:00Z", "reason": WHY}
    assert read_json(snapshot / "manifest.json")["publication"]["approval"] == shared
    description = read_json(snapshot / "datapackage.json")["description"]
    assert all(text in description for text in (*shared.values(), HELD))
    with duckdb.connect(str(snapshot / "snapshot.duckdb"), read_only=True) as database:
        assert database.table("publication").fetchall() == [(MONTH, "approved", HELD, *shared.values())]
    assert BY in (snapshot / "publication.csv").read_text(encoding="utf-8")
    console = Console(file=io.StringIO(), record=True, width=200)
    print_summary(console, approved, FEBRUARY, snapshot)
    assert console.export_text().startswith(f"Published by approval of {BY}, 2021-03-08T12:00:00Z: {WHY}")


def test_an_approved_month_is_published_once(approved: Settings) -> None:
    build(approved, FEBRUARY)
    again = publish(approved, FEBRUARY)
    assert (again.outcome, again.version) == ("unchanged", "v0001")


def test_the_same_approval_makes_the_same_bytes(already_approved: Path, tmp_path: Path) -> None:
    other = held_in(tmp_path)
    approve(other)
    published = publish(other, FEBRUARY).folder
    one = settings_of_few(already_approved).snapshots / MONTH / "v0001"
    assert read_json(published / "manifest.json") == read_json(one / "manifest.json")


def test_the_first_approval_stands(held: Settings) -> None:
    approve(held)
    first = approve(held, by="Somebody else", why="Another reason.", at=NOON + dt.timedelta(days=1))
    assert first.approval == gate.Approval(BY, "2021-03-08T12:00:00Z", WHY)


def test_an_approval_is_of_what_was_looked_at_and_of_no_other_reasons(held: Settings) -> None:
    seen = approve(held).digest
    approvals = list(held.approvals.rglob("*.json"))
    refuse(held, 3)
    build(held, FEBRUARY)
    assert gate.judge(held, FEBRUARY).outcome == "held"
    with pytest.raises(gate.Held, match="v0003"):
        publish(held, FEBRUARY)
    with pytest.raises(gate.NotApproved, match="built again since"):
        gate.approve(held, FEBRUARY, digest=seen, by=BY, at=NOON, why=WHY)
    assert list(held.approvals.rglob("*.json")) == approvals


def test_an_approval_of_the_same_build_for_fewer_reasons_does_not_count(held: Settings) -> None:
    approve(held)
    write_landing(held, "2021-02-28T12:00:00+00:00")
    assert gate.judge(held, FEBRUARY).outcome == "held"


def test_an_approval_of_another_build_does_not_count(held: Settings) -> None:
    approve(held)
    before = gate.judge(held, FEBRUARY)
    stage(held.staging, f"{AUTHORITY}/survey/{MONTH}", {"survey_invited": []})
    build(held, FEBRUARY)
    after = gate.judge(held, FEBRUARY)
    assert after.failing == before.failing
    assert after.outcome == "held"


@pytest.mark.parametrize(
    ("by", "why", "message"),
    [
        (" ", WHY, "who approves"),
        ("x" * 101, WHY, "who approves"),
        (BY, "", "why"),
        (BY, "\n\t", "why"),
        (BY, "x" * 501, "why"),
        (BY, "bell\x07", "why"),
    ],
)
def test_an_approval_says_who_and_why(held: Settings, by: str, why: str, message: str) -> None:
    with pytest.raises(gate.NotApproved, match=f"an approval says {message}"):
        approve(held, by, why)
    assert gate.judge(held, FEBRUARY).outcome == "held"


def test_a_reason_of_several_lines_becomes_one(held: Settings) -> None:
    approval = approve(held, why="x" * 499 + "\n").approval
    assert approval is not None
    assert approval.reason == "x" * 499


def test_the_moment_is_given_in_utc(held: Settings) -> None:
    approval = approve(held, at=dt.datetime(2021, 7, 1, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))).approval
    assert approval is not None
    assert approval.approved_at == "2021-06-30T23:30:00Z"


@pytest.mark.usefixtures("held")
def test_a_fault_of_the_software_cannot_be_approved(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path, copy_of_few(tmp_path))
    seen = gate.judge(settings, FEBRUARY).digest
    (settings.sql / "checks/child__nobody_is_there.sql").write_text("SELECT child_id FROM core.child")
    with pytest.raises(BrokenBuild):
        build(settings, FEBRUARY)
    for attempt in (
        lambda: gate.judge(settings, FEBRUARY),
        lambda: gate.approve(settings, FEBRUARY, digest=seen, by=BY, at=NOON, why=WHY),
        lambda: publish(settings, FEBRUARY),
    ):
        with pytest.raises(gate.NothingToJudge, match=r"a check stopped its last build.*failed\.json"):
            attempt()


def test_what_was_not_built_cannot_be_judged(tmp_path: Path) -> None:
    with pytest.raises(gate.NothingToJudge, match="2021-02 has no warehouse"):
        gate.judge(settings_of_few(tmp_path), FEBRUARY)

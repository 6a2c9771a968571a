"""In which order months are built: what a late delivery changes, in order, and no month before the one before it."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from pipelines.periods import Period
from pipelines.runs import order, steps
from pipelines.storage import CURRENT, read_json, write_json
from pipelines.warehouse.build import build
from tests.few_kpis import settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

JANUARY, FEBRUARY, MARCH = (Period(2021, month) for month in (1, 2, 3))
CHILD = ssd(person=[{"pers_person_id": "a"}])


def deliver(settings: Settings, month: Period, version: int = 1) -> None:
    stage(settings.staging, f"{AUTHORITY}/ssd/{month}", CHILD, version=f"v{version:04d}-000000000000")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """January is published, and February is built upon it."""
    folder = tmp_path_factory.mktemp("order")
    settings = settings_of_few(folder)
    for month in (JANUARY, FEBRUARY):
        deliver(settings, month)
    build(settings, JANUARY)
    steps.publish(settings, JANUARY)
    build(settings, FEBRUARY)
    return folder


@pytest.fixture
def settings(world: Path, tmp_path: Path) -> Settings:
    shutil.copytree(world, tmp_path, dirs_exist_ok=True, symlinks=True)
    return settings_of_few(tmp_path)


def test_where_nothing_changed_what_is_wanted_is_built_and_nothing_else(settings: Settings) -> None:
    assert order.next_month(settings, ()) is None
    assert order.next_month(settings, {MARCH}) == MARCH
    assert order.next_month(settings, {MARCH}, after=MARCH) is None
    assert order.next_month(settings, {JANUARY}) == JANUARY


def test_a_delivery_changes_its_month_and_each_later_one_and_no_earlier(settings: Settings) -> None:
    deliver(settings, FEBRUARY, version=2)
    assert order.next_month(settings, {MARCH}) == FEBRUARY
    assert order.next_month(settings, {MARCH}, after=FEBRUARY) == MARCH
    deliver(settings, JANUARY, version=2)
    assert order.next_month(settings, {MARCH}) == JANUARY
    assert order.next_month(settings, {MARCH}, after=JANUARY) == FEBRUARY


def test_a_month_that_is_not_there_is_built_because_it_is_wanted_alone(settings: Settings) -> None:
    deliver(settings, MARCH)
    assert order.next_month(settings, ()) is None


def test_another_version_of_the_month_before_changes_a_month(settings: Settings) -> None:
    published = settings.snapshots / str(JANUARY)
    shutil.copytree(published / "v0001", published / "v0002")
    manifest = read_json(published / "v0002" / "manifest.json") | {"version": "v0002", "content_sha256": "of others"}
    write_json(published / "v0002" / "manifest.json", manifest)
    write_json(published / "latest.json", {"version": "v0002"})
    assert order.next_month(settings, ()) == FEBRUARY


def test_a_month_whose_warehouse_was_pruned_is_known_by_its_snapshot(settings: Settings) -> None:
    shutil.rmtree(settings.warehouse / str(JANUARY))
    assert order.next_month(settings, ()) is None
    deliver(settings, JANUARY, version=2)
    assert order.next_month(settings, ()) == JANUARY


def test_a_month_waits_for_an_earlier_one_until_that_is_settled(settings: Settings) -> None:
    assert not order.is_waited_for(settings, FEBRUARY), "January is published"
    assert order.is_waited_for(settings, MARCH), "February is built, and neither published nor held"
    assert not order.is_waited_for(settings, JANUARY)
    order.settle(settings, FEBRUARY)
    assert not order.is_waited_for(settings, MARCH)


def test_a_month_that_was_built_again_is_waited_for_again(settings: Settings) -> None:
    deliver(settings, JANUARY, version=2)
    build(settings, JANUARY)
    assert order.is_waited_for(settings, FEBRUARY)


@pytest.mark.parametrize(("seconds", "waits"), [(-60, True), (60, False)])
def test_a_month_whose_publication_failed_is_waited_for_an_hour(settings: Settings, seconds: int, waits: bool) -> None:
    then = time.time() - order.LONGEST_WAIT_SECONDS - seconds
    os.utime(settings.warehouse / str(FEBRUARY) / CURRENT, (then, then))
    assert order.is_waited_for(settings, MARCH) == waits

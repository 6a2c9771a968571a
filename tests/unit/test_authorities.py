"""An authority is a unit: what is built, published and shown of one holds nothing of another, nor waits for it."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.catalog import WhichAuthority, authorities, of_named_authority
from pipelines.deliveries import NATION, AuthorityMonth, NotAnAuthoritysMonth
from pipelines.periods import NotAMonth, Period
from pipelines.publications import month_pages
from pipelines.publications.postgres_copy import CopyFailed, whose
from pipelines.runs import order, steps
from pipelines.settings import NotAnAuthority
from pipelines.snapshots.publish import LOCK, publish
from pipelines.storage import one_at_a_time
from pipelines.warehouse.build import build
from pipelines.warehouse.tables import BrokenBuild
from tests.few_kpis import settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

# No list of the project names them.
ONE, OTHER = "X99000002", "X99000003"
JANUARY, FEBRUARY = Period(2021, 1), Period(2021, 2)
STAGES = ("warehouse", "approvals", "snapshots", "reports")


def deliver(settings: Settings, authority: str, month: Period, version: int = 1) -> None:
    child = ssd(person=[{"pers_person_id": f"child of {authority}"}])
    stage(settings.staging, f"{authority}/ssd/{month}", child, version=f"v{version:04d}-000000000000")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two councils whose February is published, side by side."""
    folder = tmp_path_factory.mktemp("authorities")
    settings = settings_of_few(folder)
    for authority in (ONE, OTHER):
        deliver(settings, authority, FEBRUARY)
    for authority in (ONE, OTHER):
        build(settings.of(authority), FEBRUARY)
        month_pages.write(settings.of(authority), FEBRUARY)
        steps.publish(settings.of(authority), FEBRUARY)
    return folder


@pytest.fixture
def settings(world: Path, tmp_path: Path) -> Settings:
    shutil.copytree(world, tmp_path, dirs_exist_ok=True, symlinks=True)
    return settings_of_few(tmp_path)


def test_the_folders_of_one_hold_nothing_of_another(world: Path) -> None:
    settings = settings_of_few(world)
    for own, other in ((ONE, OTHER), (OTHER, ONE)):
        files = [file for stage in STAGES for file in (settings.data_dir / stage / own).rglob("*") if file.is_file()]
        read = {file.name for file in files}
        assert {"manifest.json", "kpi_month.csv", "delivery.csv", "report.html", "index.html", "current.json"} <= read
        assert [str(file) for file in files if other.encode() in file.read_bytes()] == []
        (warehouse,) = (settings.of(own).warehouse / str(FEBRUARY)).glob("*.duckdb")
        with duckdb.connect(str(warehouse), read_only=True) as built:
            tables = built.execute(
                "SELECT DISTINCT schema_name || '.' || table_name FROM duckdb_columns() "
                "JOIN duckdb_tables() USING (schema_name, table_name) WHERE column_name = 'authority_code'"
            ).fetchall()
            assert ("snapshots.delivery",) in tables
            found = {row for (table,) in tables for row in built.table(table).select("authority_code").fetchall()}
        assert (own,) in found and (other,) not in found


def test_the_page_above_them_lists_each_with_its_newest_month(world: Path) -> None:
    page = (settings_of_few(world).reports / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{authority}/index.html"' in page for authority in (ONE, OTHER))
    assert page.count("February 2021") == 2 and page.count("v0001") == 2


def test_a_late_delivery_of_another_changes_nothing_and_one_of_the_nation_changes_each(settings: Settings) -> None:
    deliver(settings, OTHER, JANUARY)
    assert order.next_month(settings.of(ONE), ()) is None
    assert order.next_month(settings.of(OTHER), ()) == FEBRUARY
    before = build(settings.of(ONE), FEBRUARY)
    assert before.outcome == "already built"
    stage(settings.staging, f"{NATION}/published_statistics/2020-11", {})
    assert order.next_month(settings.of(ONE), ()) == FEBRUARY
    assert build(settings.of(ONE), FEBRUARY).outcome == "built"


def test_where_no_delivery_of_its_own_counts_a_month_is_held_whatever_the_nation_published(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path).of(ONE)
    stage(settings.staging, f"{NATION}/published_statistics/2020-11", {})
    build(settings, FEBRUARY)
    with pytest.raises(Exception, match=rf"2021-02 of {ONE} is held.*\n{ONE} GATE-DELIVERED"):
        publish(settings, FEBRUARY)


def test_a_setting_that_another_council_wrote_wrong_stops_its_own_build_alone(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "council" / OTHER).mkdir(parents=True)
    (tmp_path / "council" / OTHER / "population.csv").write_text("nonsense\n", encoding="utf-8")
    settings = settings.model_copy(update={"council_dir": tmp_path / "council"})
    assert build(settings.of(ONE), FEBRUARY).outcome == "already built"
    with pytest.raises(BrokenBuild, match="nonsense"):
        build(settings.of(OTHER), FEBRUARY)


def test_a_publication_does_not_wait_for_one_of_another_council(settings: Settings) -> None:
    with one_at_a_time(settings.of(OTHER).snapshots / LOCK):
        assert publish(settings.of(ONE), FEBRUARY).outcome == "unchanged"


def test_a_later_month_waits_for_one_that_is_about_to_be_built_and_another_councils_does_not(
    settings: Settings,
) -> None:
    one, other = settings.of(ONE), settings.of(OTHER)
    order.ask_for(one, JANUARY)
    assert order.is_waited_for(one, FEBRUARY) and not order.is_waited_for(one, JANUARY)
    assert not order.is_waited_for(other, FEBRUARY)
    order.answer(one, JANUARY)
    assert not order.is_waited_for(one, FEBRUARY)


@pytest.mark.parametrize(("seconds", "waits"), [(-60, True), (60, False)])
def test_what_was_asked_for_and_never_built_is_waited_for_an_hour(
    settings: Settings, seconds: int, waits: bool
) -> None:
    one = settings.of(ONE)
    order.ask_for(one, JANUARY)
    then = time.time() - order.LONGEST_WAIT_SECONDS - seconds
    os.utime(one.warehouse / str(JANUARY) / order.ASKED_FOR, (then, then))
    assert order.is_waited_for(one, FEBRUARY) == waits


def test_what_was_asked_for_is_waited_for_until_it_is_built_and_settled(settings: Settings) -> None:
    one, march = settings.of(ONE), FEBRUARY.plus(1)
    order.ask_for(one, FEBRUARY)
    assert order.is_waited_for(one, march)
    build(one, FEBRUARY)
    assert not order.is_waited_for(one, march), "the same build was settled before"


def test_the_nation_is_no_authority_and_the_only_one_need_not_be_named(settings: Settings, tmp_path: Path) -> None:
    stage(settings.staging, f"{NATION}/published_statistics/2020-11", {})
    assert authorities(settings) == [ONE, OTHER]
    assert of_named_authority(settings, OTHER).authority == OTHER
    with pytest.raises(WhichAuthority, match=f"2 authorities are here \\({ONE}, {OTHER}\\): name one"):
        of_named_authority(settings, None)
    with pytest.raises(WhichAuthority, match="nothing of E06000017 is here"):
        of_named_authority(settings, "E06000017")
    alone = settings_of_few(tmp_path / "alone")
    with pytest.raises(WhichAuthority, match="nothing of any authority is here"):
        of_named_authority(alone, None)
    deliver(alone, ONE, FEBRUARY)
    assert of_named_authority(alone, None).authority == ONE


def test_what_is_copied_to_postgresql_is_of_the_authority_that_is_set(settings: Settings) -> None:
    with pytest.raises(CopyFailed, match="set POSTGRES_COPY_AUTHORITY"):
        whose(settings.of(ONE))
    assert whose(settings.of(ONE).model_copy(update={"postgres_copy_authority": OTHER})) == OTHER


@pytest.mark.parametrize("text", ["", "e06000015", "../E06000015", "E0600001", "E060000155"])
def test_what_is_no_code_names_no_folder(settings: Settings, text: str) -> None:
    with pytest.raises(NotAnAuthority, match="write its code, such as E06000015"):
        settings.of(text)


def test_a_partition_key_names_an_authority_and_a_month() -> None:
    named = AuthorityMonth.parse(f"{ONE}|2021-02")
    assert (named.authority_code, named.month, str(named)) == (ONE, FEBRUARY, f"{ONE}|2021-02")
    for text in ("2021-02", "|2021-02", f"{ONE}/2021-02", f"{ONE}-2021-02", ""):
        with pytest.raises(NotAnAuthoritysMonth):
            AuthorityMonth.parse(text)
    with pytest.raises(NotAMonth):
        AuthorityMonth.parse(f"{ONE}|2021-2")

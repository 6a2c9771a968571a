"""Building: whole or not at all, once for the same inputs, and never past a check."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.catalog import current_warehouse
from pipelines.periods import Period
from pipelines.settings import PROJECT, Settings
from pipelines.storage import read_json, scratch_folder
from pipelines.warehouse.build import Built, build
from pipelines.warehouse.plan import plan_build
from pipelines.warehouse.tables import BrokenBuild
from tests.few_kpis import FEW, copy_of_few, environment_of_few, settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, episode, plan, ssd

if TYPE_CHECKING:
    from pathlib import Path

FEBRUARY = Period.parse(MONTH)
CHILD = "core/children/child.sql"
DELIVERY = f"{AUTHORITY}/ssd/{MONTH}"


def staged_in(folder: Path, project: Path | None = None) -> Settings:
    """Settings of a place where one small delivery is staged."""
    settings = settings_of_few(folder, project)
    tables = ssd(
        person=[{"pers_person_id": child} for child in "ab"],
        cin_assessments=[assessment("a", "2021-02-01", "2021-02-10"), assessment("b", "2018-02-01", "2021-02-10")],
        cp_plans=[plan("a", "2021-01-01")],
        cla_episodes=[episode("b", "2021-01-01")],
    )
    stage(settings.staging, DELIVERY, tables)
    return settings


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """What was built where the delivery is staged, to be looked at and copied."""
    return build(staged_in(tmp_path_factory.mktemp("built")), FEBRUARY)


@pytest.fixture
def settings(first: Built, tmp_path: Path) -> Settings:
    settings = settings_of_few(tmp_path)
    shutil.copytree(first.path.parents[2], settings.data_dir)
    return settings


@pytest.fixture
def unbuilt(tmp_path: Path) -> Settings:
    return staged_in(tmp_path)


@pytest.fixture
def changeable(tmp_path: Path) -> Settings:
    """Settings of a place with SQL and contracts of its own."""
    return staged_in(tmp_path, copy_of_few(tmp_path))


@pytest.fixture
def built_before(settings: Settings, tmp_path: Path) -> Settings:
    """The same, where the month was built before anything is changed."""
    return settings_of_few(tmp_path, copy_of_few(tmp_path))


def files_of(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.warehouse / MONTH).iterdir())


def ordered_parquet(path: Path, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    with duckdb.connect(str(path), read_only=True) as connection:
        for name in rows_by_table(path):
            connection.table(name).order("ALL").write_parquet(str(folder / name))
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def rows_by_table(path: Path) -> dict[str, int]:
    with duckdb.connect(str(path), read_only=True) as warehouse:
        names = warehouse.sql("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        return {f"{schema}.{table}": len(warehouse.table(f"{schema}.{table}")) for schema, table in names}


def test_a_build_leaves_one_file(first: Built, settings: Settings) -> None:
    assert first.outcome == "built"
    rows = rows_by_table(first.path)
    assert (rows["core.assessment"], rows["warehouse.fct_child_on_plan_month"]) == (2, 2)
    assert files_of(settings) == sorted(["current.json", first.path.name])
    assert first.path.name == f"warehouse-{first.fingerprint[:12]}.duckdb"
    assert read_json(settings.warehouse / MONTH / "current.json")["file"] == first.path.name


def test_nothing_of_staging_is_copied_and_no_path_of_this_machine_is_kept(first: Built) -> None:
    assert {name.partition(".")[0] for name in rows_by_table(first.path)} == {
        "core",
        "reference",
        "snapshots",
        "warehouse",
    }
    assert str(first.path.parents[2]).encode() not in first.path.read_bytes()


def test_the_same_inputs_are_built_once(settings: Settings) -> None:
    first = build(settings, FEBRUARY)
    modified = first.path.stat().st_mtime_ns
    again = build(settings, FEBRUARY)
    assert (again.outcome, again.path) == ("already built", first.path)
    assert first.path.stat().st_mtime_ns == modified


def test_two_places_build_the_same(first: Built, unbuilt: Settings, tmp_path: Path) -> None:
    one, other = first, build(unbuilt, FEBRUARY)
    assert one.path != other.path
    assert one.fingerprint == other.fingerprint
    assert ordered_parquet(one.path, tmp_path / "a") == ordered_parquet(other.path, tmp_path / "b")


def test_another_delivery_another_rule_or_another_meaning_is_another_warehouse(changeable: Settings) -> None:
    plans = [plan_build(changeable, FEBRUARY)]
    with (changeable.sql / "kpis/cpp_count.sql").open("a") as file:
        file.write("-- said otherwise\n")
    plans.append(plan_build(changeable, FEBRUARY))
    with (changeable.sql / "kpis/cpp_count.yaml").open("a") as file:
        file.write("# said otherwise\n")
    plans.append(plan_build(changeable, FEBRUARY))
    with (changeable.expectations / "snapshots/kpi.yaml").open("a") as file:
        file.write("# said otherwise\n")
    plans.append(plan_build(changeable, FEBRUARY))
    stage(changeable.staging, DELIVERY, ssd(), version="v0002-000000000000")
    plans.append(plan_build(changeable, FEBRUARY))
    assert len({each.fingerprint for each in plans}) == len(plans)


def test_the_last_few_are_kept_and_the_current_one_always(built_before: Settings) -> None:
    settings = built_before.model_copy(update={"warehouses_kept": 2})
    names = [build(settings, FEBRUARY).path.name]
    for number in range(2):
        (settings.sql / CHILD).open("a").write(f"-- {number}\n")
        names.append(build(settings, FEBRUARY).path.name)
    assert len(set(names)) == 3
    assert files_of(settings) == sorted(["current.json", *names[-2:]])


def test_nothing_delivered_builds_empty_tables(tmp_path: Path) -> None:
    built = build(settings_of_few(tmp_path), FEBRUARY)
    rows = rows_by_table(built.path)
    assert (rows["snapshots.kpi_month"], rows["snapshots.kpi"]) == (0, len(FEW))


FIRING = "SELECT child_id FROM core.child"


def test_a_check_that_fires_stops_the_build_and_is_left_beside_the_pointer_until_one_succeeds(
    built_before: Settings,
) -> None:
    before = build(built_before, FEBRUARY)
    check = built_before.sql / "checks/child__nobody_is_there.sql"
    check.write_text(FIRING)
    with pytest.raises(BrokenBuild) as broken:
        build(built_before, FEBRUARY)
    assert str(broken.value) == "child: nobody is there: not so in 2 rows (sql/checks/child__nobody_is_there.sql)"
    assert files_of(built_before) == sorted(["current.json", "failed.json", before.path.name])
    assert read_json(built_before.warehouse / MONTH / "current.json")["file"] == before.path.name
    content = read_json(built_before.warehouse / MONTH / "failed.json")
    assert [each["sentence"] for each in content["checks"] if each["rows_failed"]] == ["child: nobody is there"]
    assert {each["check_name"] for each in content["checks"]} >= {path.stem for path in check.parent.glob("*.sql")}
    check.unlink()
    assert build(built_before, FEBRUARY).path == before.path
    assert files_of(built_before) == sorted(["current.json", before.path.name])


def test_a_build_says_which_checks_it_passed(settings: Settings) -> None:
    with duckdb.connect(str(build(settings, FEBRUARY).path), read_only=True) as reader:
        found = dict(reader.sql("SELECT check_name, rows_failed FROM snapshots.check_result").fetchall())
    assert set(found) >= {path.stem for path in (PROJECT / "sql/checks").glob("*.sql")}
    assert "fct_assessment__one_row_a_grain" in found
    assert set(found.values()) == {0}


def test_a_table_that_repeats_its_grain_stops_the_build(changeable: Settings) -> None:
    path = changeable.sql / "core/need/assessment.sql"
    path.write_text(f"({path.read_text()}) UNION ALL ({path.read_text()})")
    with pytest.raises(BrokenBuild, match=r"one row a grain: not so in 2 rows \(warehouse\.fct_assessment\)"):
        build(changeable, FEBRUARY)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("-- consequence: shrug\n", "a check can stop, hold, warn; it cannot shrug"),
        ("-- consequence: hold\n", "gives .*; a check that does not stop the build gives"),
    ],
)
def test_a_check_that_says_no_such_thing_or_says_nothing_is_named(
    changeable: Settings, head: str, message: str
) -> None:
    (changeable.sql / "checks/child__nobody_is_there.sql").write_text(head + FIRING)
    with pytest.raises(BrokenBuild, match=f"checks.child__nobody_is_there: {message}"):
        build(changeable, FEBRUARY)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            CHILD,
            "SELECT people.pers_dobb FROM staging.ssd_person AS people",
            "core.child: .*pers_dobb",
        ),
        (
            CHILD,
            "SELECT x.a FROM staging.ssd_persons AS x",
            "core.child: reads staging.ssd_persons",
        ),
        (
            CHILD,
            "SELECT $today AS today FROM staging.ssd_person",
            "core.child: .*only parameter.* today",
        ),
        (
            CHILD,
            "SELECT cast('Zebedee' AS DATE) AS d FROM core.cp_plan",
            "^core.child: ConversionException$",
        ),
        (
            "kpis/cpp_count.sql",
            "SELECT 'x' AS authority_code",
            "kpis.cpp_count: gives authority_code VARCHAR; by its YAML it gives",
        ),
        ("snapshots/kpi.sql", "SELECT kpi_id FROM reference.kpi", "snapshots.kpi: gives kpi_id VARCHAR; its contract"),
        ("snapshots/extra.sql", "SELECT kpi_id FROM reference.kpi", "snapshots.extra: has its SQL or its contract"),
        ("kpis/half.sql", "SELECT 1 AS one", "half: a KPI is two files"),
    ],
)
def test_a_file_that_is_wrong_is_named(changeable: Settings, file: str, text: str, message: str) -> None:
    (changeable.sql / file).write_text(text)
    with pytest.raises(BrokenBuild, match=message):
        build(changeable, FEBRUARY)
    assert not list(changeable.warehouse.rglob("*.duckdb"))


def test_a_kpi_gives_figures_of_two_places(changeable: Settings) -> None:
    path = changeable.sql / "kpis/cpp_count.sql"
    path.write_text(path.read_text().replace(" AS numerator", "::DOUBLE AS numerator"))
    with pytest.raises(
        BrokenBuild, match=r"kpis\.cpp_count: gives .*; by its YAML it gives .*numerator DECIMAL\(18,2\)"
    ):
        build(changeable, FEBRUARY)


def test_a_published_table_has_one_row_a_key(changeable: Settings) -> None:
    path = changeable.sql / "snapshots/kpi.sql"
    path.write_text(f"{path.read_text()} UNION ALL {path.read_text()}")
    with pytest.raises(BrokenBuild, match=r"snapshots\.kpi: 9 rows repeat another; One row a KPI\."):
        build(changeable, FEBRUARY)


def test_staged_rows_that_do_not_fit_their_contract_are_the_softwares_fault(unbuilt: Settings) -> None:
    folder = unbuilt.staging / "ssd" / f"authority={AUTHORITY}" / f"month={MONTH}" / "v0001-000000000000"
    duckdb.sql("SELECT 1 AS line").write_parquet(str(folder / "ssd_person.parquet"))
    with pytest.raises(BrokenBuild, match=r"staging\.ssd_person: what was staged does not fit its contract"):
        build(unbuilt, FEBRUARY)


DIES = """
import os, sys
from pathlib import Path
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.warehouse import build as warehouse

setattr(warehouse, sys.argv[2], lambda *_: os._exit(9))
warehouse.build(Settings(_env_file=None, data_dir=Path(sys.argv[1])), Period.parse(sys.argv[3]))
"""


@pytest.mark.parametrize("step", ["put_inputs", "_run_checks", "write_json"])
def test_a_build_killed_at_any_step_can_be_run_again(unbuilt: Settings, step: str) -> None:
    settings = unbuilt
    command = [sys.executable, "-c", DIES, str(settings.data_dir), step, MONTH]
    killed = subprocess.run(command, env={**os.environ, **environment_of_few()}, check=False)
    assert killed.returncode == 9
    assert "current.json" not in files_of(settings)
    built = build(settings, FEBRUARY)
    assert rows_by_table(built.path)["snapshots.kpi_month"] > 0
    assert read_json(settings.warehouse / MONTH / "current.json")["file"] == built.path.name


def test_what_a_killed_build_left_is_removed_and_what_another_builds_is_not(settings: Settings) -> None:
    folder = settings.warehouse / MONTH
    (folder / ".aside-left").mkdir(parents=True)
    with scratch_folder(folder) as held:
        build(settings, FEBRUARY)
        assert list(folder.glob(".aside-*")) == [held]


@pytest.mark.parametrize("pointer_too", [False, True])
def test_a_warehouse_that_was_cut_off_is_built_again(settings: Settings, pointer_too: bool) -> None:
    built = build(settings, FEBRUARY)
    rows = rows_by_table(built.path)
    os.truncate(built.path, built.path.stat().st_size // 2)
    if pointer_too:
        (settings.warehouse / MONTH / "current.json").write_text("")
    assert current_warehouse(settings, FEBRUARY) is None
    again = build(settings, FEBRUARY)
    assert (again.outcome, again.path) == ("built", built.path)
    assert rows_by_table(built.path) == rows


def test_a_staged_file_that_was_cut_off_is_named_with_what_to_do(unbuilt: Settings) -> None:
    settings = unbuilt
    (file,) = settings.staging.rglob("ssd_person.parquet")
    os.truncate(file, file.stat().st_size - 1)
    with pytest.raises(BrokenBuild, match=r"staging\.ssd_person: a staged file is gone .*: kpis restage"):
        build(settings, FEBRUARY)


def test_a_reader_of_the_warehouse_before_is_not_disturbed(settings: Settings) -> None:
    with duckdb.connect(str(build(settings, FEBRUARY).path), read_only=True) as reader:
        stage(settings.staging, DELIVERY, ssd(), version="v0002-000000000000")
        after = build(settings, FEBRUARY)
        assert reader.sql("SELECT count(*) FROM core.assessment").fetchall() == [(2,)]
        assert rows_by_table(after.path)["core.assessment"] == 0


def test_children_are_known_by_pseudonym_alone(settings: Settings) -> None:
    with duckdb.connect(str(build(settings, FEBRUARY).path), read_only=True) as reader:
        (child,) = reader.sql("SELECT child_id FROM core.cp_plan").fetchall()[0]
    assert isinstance(child, uuid.UUID)

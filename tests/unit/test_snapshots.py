"""Publishing: whole versions that never change, the same bytes from the same input, nothing of any child."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from frictionless import validate

from pipelines.catalog import current_version, newest_version
from pipelines.contracts.published import load_published
from pipelines.periods import Period
from pipelines.settings import PROJECT, Settings
from pipelines.snapshots import publish as snapshots
from pipelines.snapshots.publish import (
    LOCK,
    NUMBERS,
    NothingToPublish,
    _make_public,
    _next,
    _prune_versions,
    publish,
)
from pipelines.snapshots.verification import verify
from pipelines.storage import read_json, sha256_of_file, write_json
from pipelines.warehouse.build import build
from tests.few_kpis import settings_of_few
from tests.staged_input import key, stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, involvement, plan, ssd

if TYPE_CHECKING:
    from pathlib import Path

FEBRUARY = Period.parse(MONTH)
TABLES = {table.name: table for table in load_published(PROJECT / "expectations/snapshots")}
PUBLIC = {name: table for name, table in TABLES.items() if table.is_public}
EDITIONS = {"restricted": (".", TABLES), "public": ("public", PUBLIC)}
FINDING = {
    "table_name": "ssd_person",
    "rule_code": "PERS001A-PRESENT",
    "severity": "critical",
    "consequence": "refuse_row",
    "sentence": 'Says "so", and\nmore; ünläutet.',
    "remedy": "None.",
    "rows_tested": 3,
    "rows_failed": 1,
}


def built_in(folder: Path, month: str = MONTH) -> Settings:
    settings = settings_of_few(folder)
    tables = ssd(
        person=[{"pers_person_id": child} for child in "ab"],
        cin_assessments=[assessment("a", "2021-02-01", "2021-02-10"), assessment("b", "2018-02-01", "2021-02-10")],
        cp_plans=[plan("a", "2021-01-01")],
        involvements=[involvement("a", "T1", "2021-01-01")],
    )
    stage(settings.staging, f"{AUTHORITY}/ssd/{month}", tables, rule_results=[FINDING])
    build(settings, Period.parse(month))
    return settings


def deliver_again(settings: Settings) -> None:
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd(), version="v0002-000000000000")
    build(settings, FEBRUARY)


@pytest.fixture(scope="module")
def already_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the delivery is staged and its month built, to be copied."""
    folder = tmp_path_factory.mktemp("built")
    built_in(folder)
    return folder


@pytest.fixture
def settings(already_built: Path, tmp_path: Path) -> Settings:
    shutil.copytree(already_built, tmp_path, dirs_exist_ok=True)
    return settings_of_few(tmp_path)


@pytest.fixture(scope="module")
def snapshot(already_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(already_built, folder, dirs_exist_ok=True)
    return publish(settings_of_few(folder), FEBRUARY).folder


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_holds_everything_in_every_form(snapshot: Path, edition: str) -> None:
    place, tables = EDITIONS[edition]
    others = {"restricted": {"public"}, "public": {"ees"}}
    assert {path.name for path in (snapshot / place).iterdir()} == others[edition] | {
        "annex.docx",
        "annex.html",
        "data_dictionary.csv",
        "data_dictionary.md",
        "datapackage.json",
        "kpi",
        "manifest.json",
        "report.docx",
        "report.html",
        "snapshot.duckdb",
        "snapshot.xlsx",
        *(f"{name}.{kind}" for name in tables for kind in ("csv", "parquet")),
    }


@pytest.mark.parametrize(
    ("edition", "name"), [(edition, name) for edition in EDITIONS for name in EDITIONS[edition][1]]
)
def test_every_form_of_a_table_holds_the_same(snapshot: Path, edition: str, name: str) -> None:
    folder = snapshot / EDITIONS[edition][0]
    with duckdb.connect(str(folder / "snapshot.duckdb"), read_only=True) as connection:
        rows = connection.table(name).fetchall()
        kept = dict(zip(connection.table(name).columns, map(str, connection.table(name).types), strict=True))
    declared = {column.name: column.duckdb_type for column in TABLES[name].columns}
    types = {column: declared.get(column, "VARCHAR") for column in kept}
    assert kept == types
    symbols = {f"{column}_symbol" for column in declared}
    # How many records are undecided is an exact count.
    not_public = {"undecided"} if edition == "public" else set()
    assert (
        set(declared) - not_public
        <= set(kept)
        <= set(declared) - not_public | (symbols if edition == "public" else set())
    )
    assert duckdb.read_parquet(str(folder / f"{name}.parquet")).fetchall() == rows
    assert duckdb.read_csv(str(folder / f"{name}.csv"), header=True, dtype=types).fetchall() == rows


def test_the_public_tables_are_named_here_one_by_one(snapshot: Path) -> None:
    public = snapshot / "public"
    with duckdb.connect(str(public / "snapshot.duckdb"), read_only=True) as connection:
        held = {table for (table,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    counted = {"kpi_change", "kpi_chart", "kpi_funnel", "kpi_month", "kpi_summary", "kpi_window", "survey_score"}
    assert held == {"benchmark", "commentary", "kpi", "kpi_absence", "kpi_category"} | counted
    manifest = read_json(public / "manifest.json")
    assert set(manifest["tables"]) == held
    assert set(manifest["withheld"]) == set(TABLES) - held
    assert manifest["withheld"]["finding_summary"] == "It is not declared for the public edition."
    assert read_json(public / "datapackage.json")["withheld"] == manifest["withheld"]


def test_nothing_public_gives_a_digest_of_what_is_not(snapshot: Path) -> None:
    """Who knows all of a table but one small number finds that by its digest."""
    manifest = read_json(snapshot / "manifest.json")
    private = {digest for name, digest in manifest["files"].items() if not name.startswith("public/")}
    private -= {digest for name, digest in manifest["files"].items() if name.startswith("public/")}
    private |= {manifest["content_sha256"], *(each["landing_sha256"] for each in manifest["deliveries"])}
    assert len(private) > 20
    for path in (each for each in (snapshot / "public").rglob("*") if each.is_file()):
        assert not any(digest.encode() in path.read_bytes() for digest in private), path.name


def test_what_others_build_on_is_there(snapshot: Path) -> None:
    fixed = {
        "kpi_month": "authority_code reporting_month kpi_id team_code numerator denominator value",
        "survey_score": "authority_code survey_date standard_id geography score respondents rag",
        "finding_summary": (
            "authority_code source reporting_month table_name rule_code severity consequence rows_tested rows_failed"
        ),
        "reconciliation": "authority_code source reporting_month file_name rows_read rows_staged rows_refused",
    }
    with duckdb.connect(str(snapshot / "snapshot.duckdb"), read_only=True) as connection:
        for name, columns in fixed.items():
            assert set(columns.split()) <= set(connection.table(f"main.{name}").columns)


def test_csv_is_rfc_4180(snapshot: Path) -> None:
    text = (snapshot / "finding_summary.csv").read_bytes()
    held = len(duckdb.read_parquet(str(snapshot / "finding_summary.parquet")))
    assert (text.count(b"\r\n"), text.count(b"\n")) == (1 + held, 2 + held)
    rows = list(csv.DictReader(text.decode("utf-8").splitlines(keepends=True)))
    ours = {row["sentence"]: row["column_name"] for row in rows}
    assert ours['Says "so", and\nmore; ünläutet.'] == ""


def test_rows_stand_in_the_order_of_their_key(snapshot: Path) -> None:
    with (snapshot / "kpi_month.csv").open(encoding="utf-8", newline="") as file:
        keys = [[row[column] for column in TABLES["kpi_month"].key] for row in csv.DictReader(file)]
    assert keys == sorted(keys)
    assert len(keys) > 100


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_data_package_is_valid_and_lists_every_change(snapshot: Path, tmp_path: Path, edition: str) -> None:
    report = validate(str(snapshot / EDITIONS[edition][0] / "datapackage.json"))
    assert report.valid, report.flatten(["title", "note"])
    copy = tmp_path / "copy"
    shutil.copytree(snapshot / EDITIONS[edition][0], copy)
    (copy / "kpi.csv").write_bytes((copy / "kpi.csv").read_bytes().replace(b"percent", b"percemt"))
    assert not validate(str(copy / "datapackage.json")).valid


def test_the_data_package_describes_the_files_as_they_are(snapshot: Path) -> None:
    package = read_json(snapshot / "datapackage.json")
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert package["sources"] == [
        {"title": f"{AUTHORITY} ssd {MONTH}", "version": "v0001", "hash": f"sha256:{'0' * 64}"}
    ]
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        for described in (resource, resource["parquet"]):
            file = snapshot / described["path"]
            assert described["bytes"] == file.stat().st_size
            assert described["hash"] == f"sha256:{sha256_of_file(file)}"


def test_the_manifest_says_what_was_published_from_what(snapshot: Path) -> None:
    manifest = read_json(snapshot / "manifest.json")
    assert (manifest["month"], manifest["version"]) == (MONTH, "v0001")
    assert [(each["source"], each["landing_version"]) for each in manifest["deliveries"]] == [("ssd", "v0001")]
    assert manifest["tables"]["delivery"] == 1
    for each, folder in ((manifest, snapshot), (read_json(snapshot / "public/manifest.json"), snapshot / "public")):
        assert each["files"] == {
            path.relative_to(folder).as_posix(): sha256_of_file(path)
            for path in folder.rglob("*")
            if path.is_file() and path.name not in {"manifest.json", "snapshot.duckdb"}
        }
        assert set(each["code"]) == {"version", "sha256"}
        digests = {"definitions_sha256", "contracts_sha256", "sql_sha256", "reference_sha256"}
        assert digests <= set(each) and len({each[digest] for digest in digests}) == 4


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_database_carries_the_descriptions(snapshot: Path, edition: str) -> None:
    folder = snapshot / EDITIONS[edition][0]
    declared = {each["name"]: each for each in read_json(folder / "datapackage.json")["resources"]}
    with duckdb.connect(str(folder / "snapshot.duckdb"), read_only=True) as connection:
        tables = dict(connection.sql("SELECT table_name, comment FROM duckdb_tables()").fetchall())
        columns = connection.sql(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
        version = connection.sql("SELECT tags['storage_version'] FROM duckdb_databases() WHERE path <> ''").fetchall()
    assert tables == {name: f"{each['title']} {each['description']}" for name, each in declared.items()}
    assert set(columns) == {
        (name, field["name"], field["description"])
        for name, each in declared.items()
        for field in each["schema"]["fields"]
    }
    if edition == "restricted":
        assert tables == {name: f"{table.description} {table.grain}" for name, table in TABLES.items()}
    assert version[0][0].startswith("v1.0.0")
    assert not list(folder.glob("*.wal"))


def test_the_dictionary_has_every_column(snapshot: Path) -> None:
    with (snapshot / "data_dictionary.csv").open(encoding="utf-8", newline="") as file:
        described = {(row["table"], row["column"]): row["description"] for row in csv.DictReader(file)}
    declared = {(name, column.name): column.description for name, table in TABLES.items() for column in table.columns}
    assert described == declared
    text = (snapshot / "data_dictionary.md").read_text(encoding="utf-8")
    assert all(f"| {column} |" in text and description in text for (_, column), description in declared.items())


def test_nothing_of_a_child_is_published(snapshot: Path) -> None:
    pseudonyms = [key(name) for name in ("a", "b", "a T1 2021-01-01", "a 2021-01-01 None None")]
    forms = [form for each in pseudonyms for form in (str(each).encode(), each.hex.encode(), each.bytes)]
    for path in (path for path in snapshot.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not any(form in content for form in forms), path.name
    kinds = {column.duckdb_type for table in TABLES.values() for column in table.columns}
    assert kinds <= {"VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "DATE", "BOOLEAN", "DECIMAL(18,2)"}


def test_two_places_publish_the_same_bytes(tmp_path: Path) -> None:
    folders = [publish(built_in(tmp_path / name), FEBRUARY).folder for name in ("one", "other")]
    files = [
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "snapshot.duckdb"
        }
        for folder in folders
    ]
    assert files[0] == files[1]


def test_the_same_content_is_published_once(settings: Settings) -> None:
    first = publish(settings, FEBRUARY)
    again = publish(settings, FEBRUARY)
    assert (first.outcome, again.outcome) == ("published", "unchanged")
    assert (again.version, again.folder) == (first.version, first.folder)
    assert [path.name for path in (settings.snapshots / MONTH).glob("v*")] == ["v0001"]
    assert not list((settings.snapshots / MONTH).glob(".making-*"))


def test_a_correction_is_the_next_version_and_changes_none_before_it(settings: Settings) -> None:
    first = publish(settings, FEBRUARY)
    before = {path: path.read_bytes() for path in first.folder.rglob("*") if path.is_file()}
    with duckdb.connect(str(first.folder / "snapshot.duckdb"), read_only=True) as reader:
        deliver_again(settings)
        second = publish(settings, FEBRUARY)
        assert (second.version, second.outcome) == ("v0002", "published")
        rows = reader.sql("SELECT sum(numerator) FROM kpi_month WHERE kpi_id = 'cpp_count'").fetchall()
        assert rows == [(4,)]
    assert {path: path.read_bytes() for path in first.folder.rglob("*") if path.is_file()} == before


def test_publications_wait_for_one_another(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another month too: all of them move the same pointer."""
    make = _make_public

    def make_and_look(*given: Any) -> Any:
        with (settings.snapshots / LOCK).open("ab") as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return make(*given)

    monkeypatch.setattr(snapshots, "_make_public", make_and_look)
    assert publish(settings, FEBRUARY).outcome == "published"
    with (settings.snapshots / LOCK).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_pointers_name_the_newest(settings: Settings) -> None:
    publish(settings, FEBRUARY)
    deliver_again(settings)
    publish(settings, FEBRUARY)
    stage(settings.staging, f"{AUTHORITY}/ssd/2021-01", ssd())
    build(settings, Period(2021, 1))
    publish(settings, Period(2021, 1))
    assert read_json(settings.snapshots / MONTH / "latest.json") == {"version": "v0002"}
    assert read_json(settings.snapshots / "2021-01/latest.json") == {"version": "v0001"}
    assert read_json(settings.snapshots / "latest.json") == {"month": MONTH, "version": "v0002"}
    assert (settings.snapshots / "latest/manifest.json").samefile(settings.snapshots / MONTH / "v0002/manifest.json")
    assert (settings.snapshots / MONTH / "latest").readlink().name == "v0002"


def test_without_symbolic_links_the_json_is_enough(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    assert publish(settings, FEBRUARY).outcome == "published"
    assert read_json(settings.snapshots / "latest.json") == {"month": MONTH, "version": "v0001"}


DIES = """
import os, sys
from pathlib import Path
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.snapshots import publish as snapshots

module, _, step = sys.argv[2].rpartition(".")
setattr(getattr(snapshots, module, snapshots), step, lambda *_: os._exit(9))
snapshots.publish(Settings(_env_file=None, data_dir=Path(sys.argv[1])), Period.parse(sys.argv[3]))
"""


@pytest.mark.parametrize("step", ["edition.write_package", "_make_public", "edition.make_databases", "_update_pointer"])
def test_a_publication_killed_at_any_step_can_be_run_again(settings: Settings, step: str) -> None:
    killed = subprocess.run([sys.executable, "-c", DIES, str(settings.data_dir), step, MONTH], check=False)
    assert killed.returncode == 9
    assert not (settings.snapshots / "latest.json").exists()
    whole = newest_version(settings.snapshots / MONTH)
    assert whole == ("v0001" if step == "_update_pointer" else None)
    published = publish(settings, FEBRUARY)
    assert published.version == "v0001"
    assert read_json(settings.snapshots / "latest.json") == {"month": MONTH, "version": "v0001"}
    assert json.loads((published.folder / "manifest.json").read_text())["version"] == "v0001"


def test_a_database_that_cannot_be_made_publishes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(RuntimeError, match=r"snapshot\.duckdb was not made"):
        publish(settings, FEBRUARY)
    assert list((settings.snapshots / MONTH).iterdir()) == []


MANIFEST = {"content_sha256": "0", "files": {}}


def versions_in(folder: Path, *versions: str) -> None:
    for version in versions:
        (folder / version / "public").mkdir(parents=True)
        for name in ("snapshot.duckdb", "kpi_month.parquet", "public/manifest.json"):
            (folder / version / name).touch()
        write_json(folder / version / "manifest.json", MANIFEST)


@pytest.mark.parametrize(
    ("kept", "left"),
    [(1, ["v10000"]), (2, ["v10000", "v9999"]), (3, ["v0001", "v10000", "v9999"]), (9, ["v0001", "v10000", "v9999"])],
)
def test_retention_keeps_the_newest_versions_and_of_the_others_what_is_public(
    tmp_path: Path, kept: int, left: list[str]
) -> None:
    versions_in(tmp_path, "v0001", "v9999", "v10000")
    _prune_versions(tmp_path, kept)
    assert sorted(path.parent.name for path in tmp_path.glob("*/manifest.json")) == left
    assert sorted(path.parent.name for path in tmp_path.glob("*/snapshot.duckdb")) == left
    assert sorted(path.parent.name for path in tmp_path.glob("*/kpi_month.parquet")) == left
    assert len(list(tmp_path.glob("*/public/manifest.json"))) == 3


def test_a_removal_that_was_cut_short_is_finished_and_its_number_is_never_used_again(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path)
    folder = settings.snapshots / MONTH
    versions_in(folder, "v0001", "v0002", "v0003")
    for version in ("v0001", "v0003"):
        (folder / version / "manifest.json").unlink()
    _prune_versions(folder, 5)
    assert not (folder / "v0001/snapshot.duckdb").exists()
    assert (folder / "v0002/snapshot.duckdb").exists()
    assert newest_version(folder) == "v0002"
    assert _next(settings, FEBRUARY) == "v0004"


@pytest.mark.parametrize("gone", ["v0001", "2021-02", "snapshots", "the record of numbers"])
def test_a_number_that_was_public_is_never_used_again(settings: Settings, gone: str) -> None:
    first = publish(settings, FEBRUARY)
    match gone:
        case "v0001":
            shutil.rmtree(first.folder)
        case "2021-02":
            shutil.rmtree(first.folder.parent)
        case "snapshots":
            shutil.rmtree(settings.snapshots)
        case _:
            (settings.data_dir / NUMBERS).write_text("", encoding="utf-8")
            (first.folder / "manifest.json").write_text("", encoding="utf-8")
    again = publish(settings, FEBRUARY)
    assert (again.version, again.outcome) == ("v0002", "published")
    assert read_json(settings.data_dir / NUMBERS) == {MONTH: 2}
    assert publish(settings, FEBRUARY).outcome == "unchanged"


@pytest.mark.parametrize("name", ["kpi_month.csv", "snapshot.duckdb", "public/kpi.csv", "public/manifest.json"])
def test_a_version_that_was_damaged_is_left_as_it_is_and_the_next_one_is_whole(settings: Settings, name: str) -> None:
    first = publish(settings, FEBRUARY)
    half = (first.folder / name).stat().st_size // 2
    os.truncate(first.folder / name, half)
    again = publish(settings, FEBRUARY)
    assert (again.version, again.outcome) == ("v0002", "published")
    assert (first.folder / name).stat().st_size == half and verify(again.folder) == []
    assert (
        read_json(first.folder / "manifest.json")["content_sha256"]
        == (read_json(again.folder / "manifest.json")["content_sha256"])
    )


@pytest.mark.parametrize("text", [None, "", "{", '{"version": "v0007"}', "[]"])
def test_pointers_that_are_broken_are_written_anew_by_the_manifests(settings: Settings, text: str | None) -> None:
    publish(settings, FEBRUARY)
    for pointer in (settings.snapshots / MONTH / "latest.json", settings.snapshots / "latest.json"):
        if text is None:
            pointer.unlink()
        else:
            pointer.write_text(text, encoding="utf-8")
    assert current_version(settings.snapshots / MONTH) == "v0001"
    assert publish(settings, FEBRUARY).version == ("v0001")
    assert read_json(settings.snapshots / MONTH / "latest.json") == {"version": "v0001"}
    assert read_json(settings.snapshots / "latest.json") == {"month": MONTH, "version": "v0001"}


def test_every_version_stays_where_nothing_is_said_and_the_current_one_always(settings: Settings) -> None:
    publish(settings, FEBRUARY)
    deliver_again(settings)
    publish(settings, FEBRUARY)
    assert len(list((settings.snapshots / MONTH).glob("v*/manifest.json"))) == 2
    publish(settings.model_copy(update={"snapshot_versions_kept": 1}), FEBRUARY)
    assert [path.parent.name for path in (settings.snapshots / MONTH).glob("v*/manifest.json")] == ["v0002"]
    assert read_json(settings.snapshots / "latest.json") == {"month": MONTH, "version": "v0002"}


def test_there_must_be_a_warehouse(tmp_path: Path) -> None:
    with pytest.raises(NothingToPublish, match="2021-02 has no warehouse"):
        publish(settings_of_few(tmp_path), FEBRUARY)


def test_v10000_comes_after_v9999(tmp_path: Path) -> None:
    for version in ("v9999", "v10000", "v0001"):
        write_json(tmp_path / version / "manifest.json", MANIFEST)
    (tmp_path / "v10001").mkdir()
    assert newest_version(tmp_path) == "v10000"

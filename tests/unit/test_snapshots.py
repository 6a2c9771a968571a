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
    NothingToPublish,
    Published,
    _is_still,
    _next,
    _prune_versions,
    publish,
)
from pipelines.snapshots.verification import verify
from pipelines.storage import read_json, sha256_of_file, write_json
from pipelines.warehouse.build import build
from tests.few_kpis import environment_of_few, settings_of_few
from tests.staged_input import key, stage
from tests.warehouse_input import AUTHORITY, MONTH, assessment, involvement, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Callable
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


def copied(place: Path, folder: Path) -> Settings:
    shutil.copytree(place, folder, dirs_exist_ok=True, symlinks=True)
    return settings_of_few(folder)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def already_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the delivery is staged and its month built, to be copied."""
    folder = tmp_path_factory.mktemp("built")
    built_in(folder)
    return folder


@pytest.fixture(scope="module")
def already_published(already_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same once it is published, to be copied."""
    folder = tmp_path_factory.mktemp("published")
    publish(copied(already_built, folder), FEBRUARY)
    return folder


@pytest.fixture(scope="module")
def snapshot(already_published: Path) -> Path:
    """The version in that place, for those who only read it."""
    return settings_of_few(already_published).snapshots / MONTH / "v0001"


@pytest.fixture(scope="module")
def already_corrected(already_published: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Published, int]:
    """The same once it was delivered again, and what a reader who never let go of the first version reads then."""
    folder = tmp_path_factory.mktemp("corrected")
    settings = copied(already_published, folder)
    first = settings.snapshots / MONTH / "v0001"
    with duckdb.connect(str(first / "snapshot.duckdb"), read_only=True) as reader:
        stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd(), version="v0002-000000000000")
        build(settings, FEBRUARY)
        second = publish(settings, FEBRUARY)
        ((read,),) = reader.sql("SELECT sum(numerator) FROM kpi_month WHERE kpi_id = 'cpp_count'").fetchall()
    return folder, second, read


@pytest.fixture
def settings(already_built: Path, tmp_path: Path) -> Settings:
    return copied(already_built, tmp_path)


@pytest.fixture
def published(already_published: Path, tmp_path: Path) -> Settings:
    return copied(already_published, tmp_path)


@pytest.fixture
def corrected(already_corrected: tuple[Path, Published, int], tmp_path: Path) -> Settings:
    return copied(already_corrected[0], tmp_path)


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


def test_two_places_publish_the_same_bytes_with_symbolic_links_and_without(
    snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("not here")

    other = built_in(tmp_path)
    monkeypatch.setattr("pathlib.Path.symlink_to", refuse)
    published = publish(other, FEBRUARY)
    assert published.outcome == "published"
    assert not (other.snapshots / "latest").exists()
    assert read_json(other.snapshots / "latest.json") == {"month": MONTH, "version": "v0001"}
    # A database is never the same to the byte.
    files = [
        {name: content for name, content in files_in(folder).items() if not name.endswith("snapshot.duckdb")}
        for folder in (snapshot, published.folder)
    ]
    assert files[0] == files[1]


def test_the_same_content_is_published_once(published: Settings) -> None:
    again = publish(published, FEBRUARY)
    month = published.snapshots / MONTH
    assert (again.outcome, again.version, again.folder) == ("unchanged", "v0001", month / "v0001")
    assert [path.name for path in month.glob("v*")] == ["v0001"]
    assert not list(month.glob(".making-*"))


def test_a_correction_is_the_next_version_and_changes_none_before_it(
    snapshot: Path, already_corrected: tuple[Path, Published, int]
) -> None:
    _, second, read_meanwhile = already_corrected
    assert (second.version, second.outcome) == ("v0002", "published")
    assert read_meanwhile == 4
    assert files_in(second.folder.with_name("v0001")) == files_in(snapshot)


def test_publications_wait_for_one_another(published: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another month too: all of them move the same pointer."""
    looked = []

    def look_before(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def look_and_do(*given: Any) -> Any:
            looked.append(name)
            with (published.snapshots / LOCK).open("ab") as other, pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return step(*given)

        return look_and_do

    steps = ["_make_restricted", "_update_pointer"]
    for name in steps:
        monkeypatch.setattr(snapshots, name, look_before(name, getattr(snapshots, name)))
    publish(published, FEBRUARY)
    assert looked == steps
    with (published.snapshots / LOCK).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_pointers_name_the_newest(corrected: Settings) -> None:
    stage(corrected.staging, f"{AUTHORITY}/ssd/2021-01", ssd())
    build(corrected, Period(2021, 1))
    publish(corrected, Period(2021, 1))
    snapshots = corrected.snapshots
    assert read_json(snapshots / MONTH / "latest.json") == {"version": "v0002"}
    assert read_json(snapshots / "2021-01/latest.json") == {"version": "v0001"}
    assert read_json(snapshots / "latest.json") == {"month": MONTH, "version": "v0002"}
    assert (snapshots / "latest/manifest.json").samefile(snapshots / MONTH / "v0002/manifest.json")
    assert (snapshots / MONTH / "latest").readlink().name == "v0002"


# Each dies in a process of its own, forked once all is imported.
DIES = """
import os, sys
from pathlib import Path
from pipelines.catalog import newest_version
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.snapshots import publish as snapshots, report

data, month, *steps = sys.argv[1:]
settings = Settings(_env_file=None, data_dir=Path(data))
for step in steps:
    child = os.fork()
    if not child:
        module, _, name = step.rpartition(".")
        setattr(getattr(snapshots, module, snapshots), name, lambda *_: os._exit(9))
        snapshots.publish(settings, Period.parse(month))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(step, code, newest_version(settings.snapshots / month), (settings.snapshots / "latest.json").exists())
"""


def test_a_publication_killed_at_any_step_can_be_run_again(settings: Settings) -> None:
    """By one that comes further, until one is not killed."""
    steps = ("edition.write_package", "_make_public", "edition.make_databases", "_update_pointer")
    killed = subprocess.run(
        [sys.executable, "-c", DIES, str(settings.data_dir), MONTH, *steps],
        check=True,
        env={**os.environ, **environment_of_few()},
        capture_output=True,
        text=True,
    )
    assert killed.stdout.splitlines() == [
        "edition.write_package 9 None False",
        "_make_public 9 None False",
        "edition.make_databases 9 None False",
        "_update_pointer 9 v0001 False",
    ]
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
def test_a_number_that_was_public_is_never_used_again(published: Settings, gone: str) -> None:
    lose(published, gone)
    assert newest_version(published.snapshots / MONTH) is None
    assert _next(published, FEBRUARY) == "v0002"


def lose(settings: Settings, gone: str) -> None:
    month = settings.snapshots / MONTH
    match gone:
        case "v0001":
            shutil.rmtree(month / "v0001")
        case "2021-02":
            shutil.rmtree(month)
        case "snapshots":
            shutil.rmtree(settings.snapshots)
        case _:
            settings.published_versions.write_text("", encoding="utf-8")
            (month / "v0001/manifest.json").write_text("", encoding="utf-8")


def test_what_is_published_after_a_loss_has_the_next_number_each_time(published: Settings) -> None:
    for number, gone in ((2, "the record of numbers"), (3, "snapshots")):
        lose(published, gone)
        again = publish(published, FEBRUARY)
        assert (again.version, again.outcome) == (f"v000{number}", "published")
        assert read_json(published.published_versions) == {MONTH: number}
    assert publish(published, FEBRUARY).outcome == "unchanged"


def test_a_version_that_was_damaged_is_left_as_it_is_and_the_next_one_is_whole(
    published: Settings, snapshot: Path
) -> None:
    first = published.snapshots / MONTH / "v0001"
    content = read_json(first / "manifest.json")["content_sha256"]
    damaged = ("kpi_month.csv", "snapshot.duckdb", "public/kpi.csv", "public/manifest.json")
    half = {name: (first / name).stat().st_size // 2 for name in damaged}
    assert _is_still(first, content)
    for name in damaged:
        os.truncate(first / name, half[name])
        assert not _is_still(first, content), name
        shutil.copy(snapshot / name, first / name)
    for name in damaged:
        os.truncate(first / name, half[name])
    again = publish(published, FEBRUARY)
    assert (again.version, again.outcome) == ("v0002", "published")
    assert {name: (first / name).stat().st_size for name in damaged} == half and verify(again.folder) == []
    assert read_json(again.folder / "manifest.json")["content_sha256"] == content


@pytest.mark.parametrize("texts", [(None, "{"), ("", "[]"), ('{"version": "v0007"}', None)])
def test_pointers_that_are_broken_are_written_anew_by_the_manifests(
    published: Settings, texts: tuple[str | None, str | None]
) -> None:
    pointers = published.snapshots / MONTH / "latest.json", published.snapshots / "latest.json"
    for pointer, text in zip(pointers, texts, strict=True):
        if text is None:
            pointer.unlink()
        else:
            pointer.write_text(text, encoding="utf-8")
    assert current_version(published.snapshots / MONTH) == "v0001"
    assert publish(published, FEBRUARY).version == "v0001"
    assert [read_json(pointer) for pointer in pointers] == [
        {"version": "v0001"},
        {"month": MONTH, "version": "v0001"},
    ]


def test_every_version_stays_where_nothing_is_said_and_the_current_one_always(corrected: Settings) -> None:
    month = corrected.snapshots / MONTH
    assert len(list(month.glob("v*/manifest.json"))) == 2
    publish(corrected.model_copy(update={"snapshot_versions_kept": 1}), FEBRUARY)
    assert [path.parent.name for path in month.glob("v*/manifest.json")] == ["v0002"]
    assert read_json(corrected.snapshots / "latest.json") == {"month": MONTH, "version": "v0002"}


def test_there_must_be_a_warehouse(tmp_path: Path) -> None:
    with pytest.raises(NothingToPublish, match="2021-02 has no warehouse"):
        publish(settings_of_few(tmp_path), FEBRUARY)


def test_v10000_comes_after_v9999(tmp_path: Path) -> None:
    for version in ("v9999", "v10000", "v0001"):
        write_json(tmp_path / version / "manifest.json", MANIFEST)
    (tmp_path / "v10001").mkdir()
    assert newest_version(tmp_path) == "v10000"

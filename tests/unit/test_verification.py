"""Whatever is changed in a snapshot, or in what it was made from, is found and said."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.snapshots.publish import publish
from pipelines.snapshots.verification import NoSuchSnapshot, find, verify
from pipelines.storage import read_json, sha256_of_texts, write_json
from pipelines.warehouse.build import build
from tests.few_kpis import settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.settings import Settings

FEBRUARY = Period.parse(MONTH)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_of_few(tmp_path_factory.mktemp("verified"))
    tables = ssd(person=[{"pers_person_id": "a"}], cp_plans=[plan("a", "2021-01-01")])
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", tables)
    build(settings, FEBRUARY)
    publish(settings, FEBRUARY)
    return settings


@pytest.fixture(scope="module")
def snapshot(settings: Settings) -> Path:
    return settings.snapshots / MONTH / "v0001"


def replaced(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


def other_row(folder: Path) -> None:
    with duckdb.connect(str(folder / "snapshot.duckdb")) as connection:
        connection.execute("UPDATE kpi SET title = 'Otherwise' WHERE kpi_id = 'cpp_count'")


def other_table(folder: Path) -> None:
    with duckdb.connect(str(folder / "snapshot.duckdb")) as connection:
        connection.execute("DROP TABLE benchmark; CREATE TABLE child (name VARCHAR)")


def with_its_digest(folder: Path) -> None:
    """Who changes a file and its digest in the manifest has still to reckon with the content's."""
    replaced(folder / "kpi.csv", b"percent", b"percemt")
    import hashlib

    manifest = read_json(folder / "manifest.json")
    manifest["files"]["kpi.csv"] = hashlib.sha256((folder / "kpi.csv").read_bytes()).hexdigest()
    write_json(folder / "manifest.json", manifest)


def another_versions_public(folder: Path) -> None:
    manifest = read_json(folder / "public/manifest.json")
    write_json(folder / "public/manifest.json", {**manifest, "version": "v0007"})


# Several things at once, of which each is found.
TAMPERING: dict[str, tuple[tuple[Callable[[Path], object], ...], list[str]]] = {
    "a figure, a missing file, and a file put there": (
        (
            lambda folder: replaced(folder / "kpi_month.csv", b"cpp_count", b"cpp_caunt"),
            lambda folder: (folder / "kpi.csv").unlink(),
            lambda folder: (folder / "public/finding_summary.csv").write_text("x"),
        ),
        [
            "kpi.csv is missing.",
            "kpi_month.csv is not what was published: its SHA-256 is ",
            "public/finding_summary.csv was not published: it was put there afterwards.",
            "public/finding_summary.csv was not published: it was put there afterwards.",
        ],
    ),
    "rows and tables of both databases": (
        (other_row, lambda folder: other_row(folder / "public"), other_table),
        [
            "snapshot.duckdb: the table benchmark is missing.",
            "snapshot.duckdb: the table child was not published.",
            "snapshot.duckdb: the table kpi differs from kpi.parquet in 2 rows.",
            "public/snapshot.duckdb: the table kpi differs from kpi.parquet in 2 rows.",
        ],
    ),
    "no database at all, and another version's public manifest": (
        (lambda folder: (folder / "snapshot.duckdb").unlink(), another_versions_public),
        ["snapshot.duckdb is missing.", "public/manifest.json is not of this version."],
    ),
    "a file with its digest, and no public manifest": (
        (with_its_digest, lambda folder: (folder / "public/manifest.json").unlink()),
        [
            "manifest.json was changed: its content_sha256 is not that of the files it names.",
            "public/manifest.json is missing.",
        ],
    ),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found(snapshot: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(snapshot, copy)
    tampers, expected = TAMPERING[name]
    for tamper in tampers:
        tamper(copy)
    problems = verify(copy)
    assert len(problems) == len(expected), problems
    assert all(problem.startswith(start) for problem, start in zip(problems, expected, strict=True)), problems


def test_a_database_that_is_none_is_said_to_be_so(snapshot: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(snapshot / "public", copy)
    (copy / "snapshot.duckdb").write_bytes(b"x" * 4096)
    problems = verify(copy)
    assert problems and all(problem.endswith("cannot be read (IOException).") for problem in problems)


def test_a_snapshot_from_before_there_were_editions_can_be_verified(snapshot: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(snapshot, copy)
    shutil.rmtree(copy / "public")
    manifest = read_json(copy / "manifest.json")
    files = {name: digest for name, digest in manifest["files"].items() if not name.startswith("public/")}
    del manifest["edition"]
    write_json(copy / "manifest.json", {**manifest, "files": files})
    assert verify(copy) == []


def landed(settings: Settings, version: str, content: bytes, digest: str) -> Path:
    import hashlib

    folder = settings.landing / AUTHORITY / "ssd" / MONTH / version
    folder.mkdir(parents=True)
    (folder / "ssd_person.csv").write_bytes(content)
    file = {"name": "ssd_person.csv", "sha256": hashlib.sha256(b"as it was").hexdigest(), "bytes": 9}
    write_json(folder / "manifest.json", {"content_sha256": digest, "files": [file]})
    return folder


def test_what_is_as_it_was_published_and_made_of_what_landing_holds_has_no_problem(
    snapshot: Path, tmp_path: Path
) -> None:
    elsewhere = settings_of_few(tmp_path)
    landed(elsewhere, "v0001", b"as it was", "0" * 64)
    assert verify(snapshot, elsewhere.landing) == verify(snapshot / "public") == []


@pytest.mark.parametrize(
    ("version", "content", "digest", "problem"),
    [
        ("v0001", b"otherwise", "0" * 64, f"Landing: {AUTHORITY}/ssd/{MONTH}, v0001, was changed in its file 1."),
        ("v0001", b"as it was", "1" * 64, f"Landing: {AUTHORITY}/ssd/{MONTH}, v0001, is another than "),
        ("v0002", b"as it was", "0" * 64, f"Landing: {AUTHORITY}/ssd/{MONTH}, v0001, is not there any more."),
    ],
)
def test_landing_must_still_hold_the_inputs(
    snapshot: Path, tmp_path: Path, version: str, content: bytes, digest: str, problem: str
) -> None:
    elsewhere = settings_of_few(tmp_path)
    landed(elsewhere, version, content, digest)
    # The manifest alone: that all else is missing is said beside it.
    shutil.copy(snapshot / "manifest.json", tmp_path)
    (found,) = (each for each in verify(tmp_path, elsewhere.landing) if each.startswith("Landing"))
    assert found.startswith(problem)


def test_a_snapshot_is_found_by_month_version_and_folder(settings: Settings, snapshot: Path) -> None:
    names = [MONTH, f"{MONTH}/v0001", f"{MONTH}/latest", "latest", ".", str(snapshot)]
    assert {find(settings, name) for name in names} == {snapshot.resolve()}
    assert find(settings, f"{MONTH}/v0001/public") == snapshot.resolve() / "public"
    for name in ("2021-03", f"{MONTH}/v0002", str(snapshot / "nowhere")):
        with pytest.raises(NoSuchSnapshot, match="no snapshot is there"):
            find(settings, name)


def test_the_content_is_the_restricted_files_alone(snapshot: Path) -> None:
    manifest = json.loads((snapshot / "manifest.json").read_text(encoding="utf-8"))
    own = {name: digest for name, digest in manifest["files"].items() if not name.startswith("public/")}
    assert sha256_of_texts(text for pair in sorted(own.items()) for text in pair) == manifest["content_sha256"]

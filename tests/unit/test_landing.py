from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from pipelines import storage
from pipelines.deliveries import Delivery
from pipelines.landing import landing, opening
from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import Landed, land, newest_landed
from pipelines.periods import Period
from pipelines.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

JANUARY = Delivery.parse("E06000015/ssd/2021-01")
FEBRUARY = Delivery.parse("E06000015/ssd/2021-02")
SURVEY = Delivery.parse("E06000015/survey/2021-02")
A_NAME = "Blenkinsop"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(tmp_path: Path, inbox: Path) -> Settings:
    return Settings(inbox_url=str(inbox), data_dir=tmp_path / "data")


def deliver(inbox: Path, delivery: Delivery = FEBRUARY, **files: str) -> Path:
    """Put files, given as ``name="content"`` and ending in .csv, into the delivery's folder."""
    folder = inbox / str(delivery)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return folder


def manifest_of(landed: Landed) -> dict[str, Any]:
    manifest: dict[str, Any] = storage.read_json(landed.folder / storage.MANIFEST)
    return manifest


def versions(settings: Settings, delivery: Delivery = FEBRUARY) -> list[str]:
    """Everything in the delivery's landing folder, half-made or not, but for how it looked."""
    folder = delivery.landing_folder(settings.landing)
    return sorted(path.name for path in folder.iterdir() if path.name != landing.SEEN) if folder.exists() else []


def refused(settings: Settings) -> tuple[str, str, str]:
    """The code, the file and the cause; that it is landed once, without a file, is checked here, once for all."""
    landed, again = land(settings, FEBRUARY), land(settings, FEBRUARY)
    assert landed == again
    assert landed.outcome == "refused"
    assert [path.name for path in landed.folder.iterdir()] == [storage.MANIFEST]
    manifest = manifest_of(landed)
    assert manifest["files"] == []
    refusal = manifest["refusal"]
    for detail in refusal.values():
        assert detail in landed.message
    return refusal["rule_code"], refusal["file_name"], refusal["sentence"]


# What is found


def test_deliveries_are_found_in_order(settings: Settings, inbox: Path) -> None:
    for delivery in (SURVEY, FEBRUARY, JANUARY):
        deliver(inbox, delivery, ssd_person="id\n")
    found = find_deliveries(settings)
    assert (found.deliveries, found.waiting, found.ignored) == ((JANUARY, FEBRUARY, SURVEY), (), ())


def test_deliveries_are_found_up_to_a_month_or_of_one(settings: Settings, inbox: Path) -> None:
    for delivery in (FEBRUARY, JANUARY):
        deliver(inbox, delivery, ssd_person="id\n")
    assert find_deliveries(settings, upto=JANUARY.month).deliveries == (JANUARY,)
    assert find_deliveries(settings, upto=FEBRUARY.month).deliveries == (JANUARY, FEBRUARY)
    assert find_deliveries(settings, only=FEBRUARY.month).deliveries == (FEBRUARY,)
    assert find_deliveries(settings, only=Period(2021, 3)).deliveries == ()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("E06000015/ssd/2021-13/x.csv", "'2021-13' is not a month"),
        ("Bournemouth/ssd/2021-02/x.csv", "is not a delivery"),
        ("E06000015/payroll/2021-02/x.csv", "the sources are "),
        ("x.csv", "outside any delivery's folder"),
        ("E06000015/ssd/x.csv", "outside any delivery's folder"),
        ("E06000015/ssd/2021-02/more/x.csv", "folder inside a delivery"),
        ("E06000015/ssd/2021-02/manifest.json", "landing's own manifest"),
    ],
)
def test_what_is_no_delivery_is_named(settings: Settings, inbox: Path, path: str, message: str) -> None:
    deliver(inbox, ssd_person="id\n")
    (inbox / path).parent.mkdir(parents=True, exist_ok=True)
    (inbox / path).touch()
    found = find_deliveries(settings)
    assert found.deliveries == (FEBRUARY,)
    [sentence] = found.ignored
    assert message in sentence
    assert [file["name"] for file in manifest_of(land(settings, FEBRUARY))["files"]] == ["ssd_person.csv"]


CHILD = "Mia Example-Child"
FORGED = "x\nlanded: 9 files\x1b[2J"


@pytest.mark.parametrize("name", [CHILD, FORGED, "\u202emoc.drowssap"])
@pytest.mark.parametrize("folder", ["", "E06000015", "E06000015/ssd", "E06000015/ssd/2021-02"])
def test_a_name_in_the_inbox_is_never_printed(settings: Settings, inbox: Path, folder: str, name: str) -> None:
    deliver(inbox, ssd_person="id\n")
    (inbox / folder / name / "a" / "b").mkdir(parents=True)
    (inbox / folder / name / "a" / "b" / "c.csv").touch()
    (inbox / folder / f"{name}.csv").touch()
    found = find_deliveries(settings)
    assert found.deliveries == (FEBRUARY,)
    assert len(found.ignored) == (1 if folder.endswith("02") else 2)
    for sentence in found.ignored:
        assert "entry 1" in sentence or "entry 2" in sentence or "entry 3" in sentence
        assert sentence.isprintable()
        assert not any(part in sentence for part in ("Mia", "landed: 9", "moc"))


def test_what_computers_leave_behind_goes_unmentioned_and_is_not_landed(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox, ssd_person="id\n")
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$gone.xlsx", "_READY"):
        (folder / name).touch()
        (inbox / name).touch()
    (folder / ".hidden").mkdir()
    assert find_deliveries(settings).ignored == ()
    assert [file["name"] for file in manifest_of(land(settings, FEBRUARY))["files"]] == ["ssd_person.csv"]


def test_an_inbox_that_is_not_there_is_said(settings: Settings, inbox: Path) -> None:
    inbox.rmdir()
    found = find_deliveries(settings)
    assert found.deliveries == ()
    assert found.ignored == (f"There is no folder {inbox}.",)


def test_a_link_to_a_folder_is_no_delivery(settings: Settings, inbox: Path, tmp_path: Path) -> None:
    shutil.move(deliver(inbox, ssd_person="id\n"), tmp_path / "elsewhere")
    (inbox / str(FEBRUARY)).symlink_to(tmp_path / "elsewhere")
    found = find_deliveries(settings)
    assert found.deliveries == ()
    assert "is a link" in found.ignored[0]


def test_a_delivery_waits_until_it_has_settled(settings: Settings, inbox: Path) -> None:
    patient = settings.model_copy(update={"settle_seconds": 60})
    folder = deliver(inbox, ssd_person="id\n")
    file = folder / "ssd_person.csv"
    for path, age, complete in ((file, 59, False), (folder, 59, False), (file, 61, True)):
        then = time.time() - age
        for each in (file, folder):
            os.utime(each, (then, then) if each == path or complete else (0, 0))
        found = find_deliveries(patient)
        assert (found.deliveries, found.waiting) == (((FEBRUARY,), ()) if complete else ((), (FEBRUARY,)))
        why = "there is no _READY in it, and it changed less than 60 seconds ago (SETTLE_SECONDS)"
        assert found.waits_for == (() if complete else (why,))


def test_half_of_what_is_copied_into_a_local_inbox_is_not_landed(settings: Settings, inbox: Path) -> None:
    as_shipped = settings.model_copy(update={"settle_seconds": None})
    folder = deliver(inbox, ssd_person="id\n")
    assert (find_deliveries(as_shipped).deliveries, find_deliveries(as_shipped).waiting) == ((), (FEBRUARY,))
    for each in (folder / "ssd_person.csv", folder):
        then = time.time() - 61
        os.utime(each, (then, then))
    assert find_deliveries(as_shipped).deliveries == (FEBRUARY,)


@pytest.mark.parametrize(
    ("signal", "is_taken"),
    [("_READY", True), ("_ready", True), ("_READY.txt", True), ("_READY.sha256sum", False), ("READY", False)],
)
def test_a_delivery_that_says_it_is_ready_does_not_wait(
    settings: Settings, inbox: Path, signal: str, is_taken: bool
) -> None:
    patient = settings.model_copy(update={"settle_seconds": 60})
    folder = deliver(inbox, ssd_person="id\n")
    assert find_deliveries(patient).waiting == (FEBRUARY,)
    (folder / signal).touch()
    assert find_deliveries(patient).deliveries == ((FEBRUARY,) if is_taken else ())
    landed = land(settings, FEBRUARY)
    assert (landed.folder / signal).exists() is not is_taken


def test_a_folder_with_nothing_in_it_says_so(settings: Settings, inbox: Path) -> None:
    (inbox / str(FEBRUARY)).mkdir(parents=True)
    assert find_deliveries(settings).waits_for == ("there is no file in it yet",)


@pytest.mark.parametrize(
    ("url", "seconds"), [("inbox", 60), ("file:///inbox", 60), ("sftp://host/inbox", 300), ("s3://bucket/inbox", 300)]
)
def test_what_is_uploaded_settles_first_where_nothing_else_is_said(settings: Settings, url: str, seconds: int) -> None:
    assert settings.model_copy(update={"inbox_url": url, "settle_seconds": None}).settles_after == seconds
    assert settings.model_copy(update={"inbox_url": url, "settle_seconds": 7}).settles_after == 7


def test_a_delivery_without_a_file_waits(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox)
    assert find_deliveries(settings).waiting == (FEBRUARY,)
    (folder / "_READY").touch()
    assert find_deliveries(settings).deliveries == (FEBRUARY,)


# What is landed


def test_a_delivery_lands_unchanged(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox, ssd_person="id\r\n1\n\n", ssd_cp_plans="")
    (folder / "notes of ours.docx").write_bytes(bytes(range(256)))
    landed = land(settings, FEBRUARY)
    assert (landed.version, landed.outcome) == (1, "landed")
    assert landed.folder == settings.landing / "E06000015/ssd/2021-02/v0001"
    assert landed.message == "E06000015/ssd/2021-02: 3 files, 263 bytes, landed as version 1."
    for file in folder.iterdir():
        assert (landed.folder / file.name).read_bytes() == file.read_bytes()
    manifest = manifest_of(landed)
    assert {key: manifest[key] for key in ("authority_code", "source", "month", "version", "refusal")} == {
        "authority_code": "E06000015",
        "source": "ssd",
        "month": "2021-02",
        "version": 1,
        "refusal": None,
    }
    assert manifest["files"] == [
        {"name": name, "sha256": storage.sha256_of_file(folder / name), "bytes": (folder / name).stat().st_size}
        for name in ("notes of ours.docx", "ssd_cp_plans.csv", "ssd_person.csv")
    ]


def test_the_same_bytes_again_are_a_no_op_that_says_so(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox, ssd_person="id\n")
    first = land(settings, FEBRUARY)
    before = manifest_of(first)
    (folder / "ssd_person.csv").touch()
    (folder / "_READY").touch()
    again = land(settings, FEBRUARY)
    assert (again.version, again.outcome) == (1, "already landed")
    assert "nothing was done" in again.message
    assert (versions(settings), manifest_of(again)) == (["v0001"], before)


@pytest.mark.parametrize("change", ["content", "name", "another", "fewer"])
def test_anything_else_is_the_next_version(settings: Settings, inbox: Path, change: str) -> None:
    folder = deliver(inbox, ssd_person="id\n1\n", ssd_cp_plans="id\n")
    first = land(settings, FEBRUARY)
    kept = (first.folder / "ssd_person.csv").read_bytes()
    match change:
        case "content":
            deliver(inbox, ssd_person="id\n2\n")
        case "name":
            (folder / "ssd_person.csv").rename(folder / "ssd_professionals.csv")
        case "another":
            deliver(inbox, ssd_cp_visits="id\n")
        case "fewer":
            (folder / "ssd_cp_plans.csv").unlink()
    second = land(settings, FEBRUARY)
    assert (second.version, second.outcome) == (2, "landed")
    assert "in place of 1" in second.message
    assert versions(settings) == ["v0001", "v0002"]
    assert (first.folder / "ssd_person.csv").read_bytes() == kept
    assert land(settings, FEBRUARY).outcome == "already landed"


def test_older_bytes_come_back_as_the_newest_version(settings: Settings, inbox: Path) -> None:
    for content, version in (("1", 1), ("2", 2), ("1", 3)):
        deliver(inbox, ssd_person=content)
        assert land(settings, FEBRUARY).version == version


def test_the_newest_is_read_from_manifests_alone(settings: Settings, inbox: Path) -> None:
    assert newest_landed(settings, FEBRUARY) is None
    folder = deliver(inbox, ssd_person="1")
    land(settings, FEBRUARY)
    shutil.rmtree(folder)
    newest = newest_landed(settings, FEBRUARY)
    assert newest is not None
    assert (newest.version, newest.outcome) == (1, "already landed")


def test_version_10000_follows_9999(settings: Settings, inbox: Path) -> None:
    deliver(inbox, ssd_person="1")
    first = land(settings, FEBRUARY)
    last = first.folder.with_name("v9999")
    first.folder.rename(last)
    storage.write_json(last / storage.MANIFEST, {**storage.read_json(last / storage.MANIFEST), "version": 9999})
    deliver(inbox, ssd_person="2")
    assert land(settings, FEBRUARY).folder.name == "v10000"
    deliver(inbox, ssd_person="3")
    assert land(settings, FEBRUARY).folder.name == "v10001"


def test_what_landed_may_be_seen_by_its_owner_alone(settings: Settings, inbox: Path) -> None:
    deliver(inbox, ssd_person="1")
    land(settings, FEBRUARY)
    assert settings.landing.stat().st_mode & 0o777 == 0o700


# What is refused


def test_a_link_that_leads_outside_is_refused(settings: Settings, inbox: Path, tmp_path: Path) -> None:
    folder = deliver(inbox, ssd_cp_plans="id\n")
    (tmp_path / "secret").write_text(A_NAME, encoding="utf-8")
    (folder / "ssd_person.csv").symlink_to(tmp_path / "secret")
    assert refused(settings)[:2] == ("DLV-001", "ssd_person.csv")


@pytest.mark.parametrize("target", ["../2021-01/ssd_person.csv", "gone.csv", ".", "ssd_person.csv"])
def test_a_link_that_leads_to_no_file_of_the_delivery_is_refused(settings: Settings, inbox: Path, target: str) -> None:
    deliver(inbox, JANUARY, ssd_person="id\n")
    (deliver(inbox, ssd_cp_plans="id\n") / "ssd_person.csv").symlink_to(target)
    assert refused(settings)[:2] == ("DLV-001", "ssd_person.csv")


def test_a_link_within_the_delivery_is_landed_as_the_file_it_names(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox, export="id\n")
    (folder / "ssd_person.csv").symlink_to("export.csv")
    landed = land(settings, FEBRUARY)
    assert landed.outcome == "landed"
    assert not (landed.folder / "ssd_person.csv").is_symlink()
    assert (landed.folder / "ssd_person.csv").read_text(encoding="utf-8") == "id\n"
    assert land(settings, FEBRUARY).outcome == "already landed"


def test_a_file_with_another_name_is_refused_until_it_is_a_copy(
    settings: Settings, inbox: Path, tmp_path: Path
) -> None:
    folder = deliver(inbox)
    (tmp_path / "secret").write_text(A_NAME, encoding="utf-8")
    os.link(tmp_path / "secret", folder / "ssd_person.csv")
    assert refused(settings)[:2] == ("DLV-001", "ssd_person.csv")
    (tmp_path / "secret").unlink()
    assert land(settings, FEBRUARY).outcome == "landed"


@pytest.mark.parametrize(
    ("other", "code"),
    [("link", "DLV-001"), ("hard link", "DLV-001"), ("pipe", "DLV-007"), ("another file", "DLV-002")],
)
def test_what_takes_a_files_place_between_a_look_and_its_opening_is_not_read(
    settings: Settings, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str, code: str
) -> None:
    file = deliver(inbox, ssd_person="id\n") / "ssd_person.csv"
    (tmp_path / "secret").write_text(A_NAME, encoding="utf-8")
    really_opened = opening.opened

    def opened(*given: Any) -> Any:
        file.rename(tmp_path / "the first")
        match other:
            case "link":
                file.symlink_to(tmp_path / "secret")
            case "hard link":
                os.link(tmp_path / "secret", file)
            case "pipe":
                os.mkfifo(file)
            case _:
                file.write_text(A_NAME, encoding="utf-8")
        return really_opened(*given)

    monkeypatch.setattr(opening, "opened", opened)
    landed = land(settings, FEBRUARY)
    assert manifest_of(landed)["refusal"]["rule_code"] == code
    assert [path.name for path in landed.folder.iterdir()] == [storage.MANIFEST]


@pytest.mark.parametrize("level", ["E06000015", "E06000015/ssd", "E06000015/ssd/2021-02"])
def test_a_folder_on_the_way_that_became_a_link_leads_nowhere(
    settings: Settings, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    deliver(inbox, ssd_person="id\n")
    really_opened = opening.opened

    def opened(*given: Any) -> Any:
        (inbox / level).rename(tmp_path / "elsewhere")
        (inbox / level).symlink_to(tmp_path / "elsewhere")
        return really_opened(*given)

    monkeypatch.setattr(opening, "opened", opened)
    assert manifest_of(land(settings, FEBRUARY))["refusal"]["rule_code"] == "DLV-001"


def test_a_file_whose_place_another_takes_while_it_is_copied_is_refused(
    settings: Settings, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = deliver(inbox, ssd_person="0123456789") / "ssd_person.csv"

    def replace() -> None:
        file.rename(tmp_path / "the first")
        file.write_text("0123456789", encoding="utf-8")

    while_copying(monkeypatch, "ssd_person.csv", replace)
    assert manifest_of(land(settings, FEBRUARY))["refusal"]["rule_code"] == "DLV-002"


def test_a_delivery_whose_landed_file_or_manifest_was_damaged_is_landed_again_and_nothing_is_overwritten(
    settings: Settings, inbox: Path
) -> None:
    deliver(inbox, ssd_person="0123456789")
    for number, (name, text) in enumerate(
        [
            ("ssd_person.csv", "0123"),
            (storage.MANIFEST, ""),
            (storage.MANIFEST, '{"version"'),
            (storage.MANIFEST, "[]"),
        ],
        start=1,
    ):
        landed = land(settings, FEBRUARY)
        assert (landed.version, landed.outcome) == (number, "landed")
        (landed.folder / name).write_text(text, encoding="utf-8")
    assert land(settings, FEBRUARY).version == 5
    assert versions(settings) == [f"v{number:04d}" for number in range(1, 6)]


def test_a_file_that_is_no_ordinary_one_is_refused_and_never_opened(settings: Settings, inbox: Path) -> None:
    os.mkfifo(deliver(inbox) / "ssd_person.csv")
    assert refused(settings)[:2] == ("DLV-007", "ssd_person.csv")


@pytest.mark.parametrize("lock", ["~$responses.xlsx", ".~lock.responses.xlsx#"], ids=["Excel", "LibreOffice"])
def test_a_workbook_open_in_a_spreadsheet_program_is_locked(settings: Settings, inbox: Path, lock: str) -> None:
    folder = inbox / str(SURVEY)
    folder.mkdir(parents=True)
    (folder / "responses.xlsx").write_bytes(b"PK")
    assert land(settings, SURVEY).outcome == "landed"
    (folder / lock).touch()
    locked = land(settings, SURVEY)
    assert manifest_of(locked)["refusal"]["rule_code"] == "DLV-002"
    assert "responses.xlsx" in locked.message
    (folder / lock).unlink()
    assert (land(settings, SURVEY).version, land(settings, SURVEY).outcome) == (3, "already landed")


def test_a_file_may_be_as_large_as_allowed_and_no_larger(settings: Settings, inbox: Path) -> None:
    deliver(inbox, ssd_person="12345")
    narrow = settings.model_copy(update={"largest_file_bytes": 4})
    assert refused(narrow)[:2] == ("DLV-003", "ssd_person.csv")
    assert land(settings.model_copy(update={"largest_file_bytes": 5}), FEBRUARY).outcome == "landed"


def test_a_refusal_does_not_touch_the_version_before_it(settings: Settings, inbox: Path) -> None:
    deliver(inbox, ssd_person="1")
    first = land(settings, FEBRUARY)
    (inbox / str(FEBRUARY) / "ssd_cp_plans.csv").symlink_to("/etc/hostname")
    assert refused(settings)[0] == "DLV-001"
    assert versions(settings) == ["v0001", "v0002"]
    assert (first.folder / "ssd_person.csv").exists()
    newest = newest_landed(settings, FEBRUARY)
    assert newest is not None
    assert (newest.version, newest.outcome) == (2, "refused")


def test_another_refusal_is_another_version(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox)
    (folder / "ssd_person.csv").symlink_to("/etc/hostname")
    refused(settings)
    (folder / "ssd_person.csv").unlink()
    os.mkfifo(folder / "ssd_person.csv")
    assert refused(settings)[0] == "DLV-007"
    assert versions(settings) == ["v0001", "v0002"]


def test_a_name_that_no_contract_knows_is_reported_by_its_number(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox, ssd_person="id\n")
    (folder / f"Notes on {A_NAME}.csv").symlink_to("/etc/hostname")
    assert refused(settings)[:2] == ("DLV-001", "file 1")
    assert A_NAME not in land(settings, FEBRUARY).message
    assert A_NAME not in (newest(settings).folder / storage.MANIFEST).read_text(encoding="utf-8")


def newest(settings: Settings) -> Landed:
    landed = newest_landed(settings, FEBRUARY)
    assert landed is not None
    return landed


# Other filesystems than this machine's


@pytest.fixture
def remote(settings: Settings) -> Iterator[Settings]:
    """An inbox of its own in fsspec's in-memory filesystem."""
    root = f"memory://inbox-{uuid.uuid4().hex}"
    yield settings.model_copy(update={"inbox_url": root, "settle_seconds": 0})
    fsspec.filesystem("memory").rm(root, recursive=True)


def put(remote: Settings, name: str, content: bytes) -> None:
    with fsspec.open(f"{remote.inbox}/{name}", "wb") as file:
        file.write(content)


def test_an_inbox_may_be_any_that_fsspec_reads(remote: Settings) -> None:
    put(remote, f"{FEBRUARY}/ssd_person.csv", b"id\n1\n")
    put(remote, "E06000015/ssd/2021-02/more/x.csv", b"")
    put(remote, "stray.csv", b"")
    found = find_deliveries(remote)
    assert found.deliveries == (FEBRUARY,)
    assert len(found.ignored) == 2
    landed = land(remote, FEBRUARY)
    assert (landed.folder / "ssd_person.csv").read_bytes() == b"id\n1\n"
    assert land(remote, FEBRUARY).outcome == "already landed"
    put(remote, f"{FEBRUARY}/ssd_person.csv", b"id\n2\n")
    assert land(remote, FEBRUARY).version == 2


def test_a_remote_delivery_settles_by_its_files(remote: Settings) -> None:
    put(remote, f"{FEBRUARY}/ssd_person.csv", b"id\n")
    assert find_deliveries(remote.model_copy(update={"settle_seconds": 60})).waiting == (FEBRUARY,)
    assert find_deliveries(remote.model_copy(update={"settle_seconds": 0})).deliveries == (FEBRUARY,)


@pytest.mark.parametrize("name", ["..\\evil.csv", "../evil.csv"])
def test_a_name_that_leads_outside_is_refused(remote: Settings, name: str) -> None:
    root = remote.inbox.removeprefix("memory:/")
    put(remote, f"{FEBRUARY}/ssd_person.csv", b"id\n")
    path = f"{root}/{FEBRUARY}/ssd_person.csv"
    MemoryFileSystem.store[f"{root}/{FEBRUARY}/{name}"] = MemoryFileSystem.store[path]
    assert find_deliveries(remote).deliveries == (FEBRUARY,)
    assert refused(remote)[:2] == ("DLV-001", "file 1")


class GuardedFileSystem(LocalFileSystem):  # type: ignore[misc]
    """Does not let root in either, where a test forbids it; and can fail in the middle of a file."""

    protocol = "guarded"
    forbidden: tuple[str, ...] = ()

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(path.removeprefix("guarded://")))

    def ls(self, path: str, detail: bool = False, **kwargs: Any) -> list[Any]:
        self._guard(path)
        return list(super().ls(path, detail, **kwargs))

    def open(self, path: str, *args: Any, **kwargs: Any) -> Any:
        self._guard(path)
        return super().open(path, *args, **kwargs)

    def _guard(self, path: str) -> None:
        if path.endswith(self.forbidden):
            raise PermissionError(path)


fsspec.register_implementation("guarded", GuardedFileSystem, clobber=True)


@pytest.fixture
def guarded(settings: Settings, inbox: Path) -> Settings:
    return settings.model_copy(update={"inbox_url": f"guarded://{inbox}", "settle_seconds": 0})


def test_a_file_that_may_not_be_read_is_locked(guarded: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deliver(inbox, ssd_cp_plans="id\n", ssd_person="id\n")
    monkeypatch.setattr(GuardedFileSystem, "forbidden", ("ssd_person.csv",))
    assert find_deliveries(guarded).deliveries == (FEBRUARY,)
    assert refused(guarded) == ("DLV-002", "ssd_person.csv", "It may not be read by this service.")
    monkeypatch.undo()
    assert land(guarded, FEBRUARY).outcome == "landed"
    assert versions(guarded) == ["v0001", "v0002"]


def test_a_delivery_that_may_not_be_listed_is_locked(
    guarded: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(inbox, ssd_person="id\n")
    monkeypatch.setattr(GuardedFileSystem, "forbidden", ("2021-02",))
    assert find_deliveries(guarded).deliveries == (FEBRUARY,)
    assert refused(guarded)[:2] == ("DLV-002", str(FEBRUARY))


def test_a_folder_above_deliveries_that_may_not_be_listed_is_said(
    guarded: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(inbox, ssd_person="id\n")
    deliver(inbox, SURVEY, responses="id\n")
    monkeypatch.setattr(GuardedFileSystem, "forbidden", ("ssd",))
    found = find_deliveries(guarded)
    assert found.deliveries == (SURVEY,)
    assert found.ignored == (f"The folder {guarded.inbox_shown}/E06000015/ssd may not be read by this service.",)


# What happens at a bad moment


def while_copying(monkeypatch: pytest.MonkeyPatch, name: str, happening: Callable[[], None]) -> None:
    """Let something happen, once, when the first piece of a file has been copied."""
    really_opened = opening.opened
    waiting = [happening]

    @contextmanager
    def opened(root: str, folders: Sequence[str], file: str, inode: int | None = None) -> Iterator[Any]:
        with really_opened(root, folders, file, inode) as found:
            is_meant = "/".join((root.rstrip("/"), *folders, file)).endswith(name)
            yield Interrupted(found, waiting) if is_meant else found

    monkeypatch.setattr(opening, "opened", opened)
    monkeypatch.setattr(landing, "PIECE", 4)


class Interrupted:
    """An open file whose second piece comes after what was waiting to happen."""

    def __init__(self, opened: Any, waiting: list[Callable[[], None]]) -> None:
        self.opened = opened
        self.waiting = waiting
        self.pieces = 0

    def read(self, size: int) -> bytes:
        self.pieces += 1
        if self.pieces == 2 and self.waiting:
            self.waiting.pop()()
        return bytes(self.opened.read(size))


@pytest.mark.parametrize("fault", [OSError("connection lost"), KeyboardInterrupt(), MemoryError()], ids=repr)
def test_a_fault_in_the_middle_leaves_nothing_and_the_next_run_lands_it(
    settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    deliver(inbox, ssd_cp_plans="first file", ssd_person="0123456789")

    def fail() -> None:
        assert versions(settings) != []
        raise fault

    while_copying(monkeypatch, "ssd_person.csv", fail)
    with pytest.raises(type(fault)):
        land(settings, FEBRUARY)
    assert versions(settings) == []
    assert newest_landed(settings, FEBRUARY) is None
    landed = land(settings, FEBRUARY)
    assert (landed.version, landed.outcome) == (1, "landed")


def test_a_process_killed_outright_leaves_no_version(settings: Settings, inbox: Path) -> None:
    deliver(inbox, ssd_person="0123456789")
    abandoned = FEBRUARY.landing_folder(settings.landing) / ".aside-abandoned"
    abandoned.mkdir(parents=True)
    (abandoned / "ssd_person.csv").write_text("01234", encoding="utf-8")
    assert newest_landed(settings, FEBRUARY) is None
    assert land(settings, FEBRUARY).version == 1
    assert versions(settings) == ["v0001"]


@pytest.mark.parametrize("change", ["grows", "goes"])
def test_a_file_that_changes_while_it_is_copied_is_refused_until_it_rests(
    settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    file = deliver(inbox, ssd_person="0123456789") / "ssd_person.csv"

    def happen() -> None:
        match change:
            case "grows":
                file.write_text("0123456789more", encoding="utf-8")
            case "goes":
                raise FileNotFoundError(file)

    while_copying(monkeypatch, "ssd_person.csv", happen)
    landed = land(settings, FEBRUARY)
    assert manifest_of(landed)["refusal"]["rule_code"] == "DLV-002"
    assert versions(settings) == ["v0001"]
    assert (land(settings, FEBRUARY).version, land(settings, FEBRUARY).outcome) == (2, "already landed")


def test_a_version_made_by_another_meanwhile_is_never_replaced(
    settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = deliver(inbox, ssd_person="0123456789")
    other = settings.model_copy(update={"inbox_url": str(inbox.with_name("other"))})
    deliver(inbox.with_name("other"), ssd_person="another's")
    while_copying(monkeypatch, str(folder / "ssd_person.csv"), lambda: versions_made.append(land(other, FEBRUARY)))
    versions_made: list[Landed] = []
    landed = land(settings, FEBRUARY)
    assert [made.version for made in versions_made] == [1]
    assert (landed.version, landed.outcome) == (2, "landed")
    assert (versions_made[0].folder / "ssd_person.csv").read_text(encoding="utf-8") == "another's"


def test_what_another_process_lands_between_two_looks_is_not_landed_twice(
    settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(inbox)
    lands = landing._land_after

    def after_another(*arguments: Any) -> Landed:
        monkeypatch.setattr(landing, "_land_after", lands)
        assert land(settings, FEBRUARY).outcome == "landed"
        return lands(*arguments)

    monkeypatch.setattr(landing, "_land_after", after_another)
    assert land(settings, FEBRUARY).outcome == "already landed"
    assert versions(settings) == ["v0001"]


def test_two_at_once_make_one_version(settings: Settings, inbox: Path) -> None:
    folder = deliver(inbox)
    for number in range(20):
        (folder / f"{number}.csv").write_text(f"id\n{number}\n" * 1000, encoding="utf-8")
    start = threading.Barrier(4)

    def landing_together(_: int) -> Landed:
        start.wait()
        return land(settings, FEBRUARY)

    with ThreadPoolExecutor(4) as pool:
        landed = list(pool.map(landing_together, range(4)))
    assert sorted(each.outcome for each in landed) == ["already landed"] * 3 + ["landed"]
    assert {each.version for each in landed} == {1}
    assert versions(settings) == ["v0001"]


def looks_as_landed(settings: Settings) -> bool:
    (listing,) = find_deliveries(settings).listings
    return landing.looks_as_landed(settings, FEBRUARY, listing)


@pytest.fixture
def remembered(settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a delivery that was landed, and looks as it did."""
    monkeypatch.setattr(landing, "SURE_AFTER", dt.timedelta(0))
    folder = deliver(inbox, ssd_person="a,b", ssd_family="c")
    assert not looks_as_landed(settings)
    land(settings, FEBRUARY)
    assert looks_as_landed(settings)
    return folder


def test_a_file_that_is_written_over_by_as_many_bytes_at_the_same_time_looks_otherwise(
    settings: Settings, remembered: Path
) -> None:
    file = remembered / "ssd_person.csv"
    times = file.stat()
    file.write_text("a;b", encoding="utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not looks_as_landed(settings)
    assert land(settings, FEBRUARY).version == 2
    assert looks_as_landed(settings)


@pytest.mark.parametrize("change", ["added", "removed", "renamed"])
def test_a_delivery_of_other_files_looks_otherwise(settings: Settings, remembered: Path, change: str) -> None:
    if change == "added":
        (remembered / "ssd_mother.csv").touch()
    elif change == "removed":
        (remembered / "ssd_family.csv").unlink()
    else:
        (remembered / "ssd_family.csv").rename(remembered / "ssd_mother.csv")
    assert not looks_as_landed(settings)


@pytest.mark.parametrize("loss", ["file", "cut off", "manifest", "seen", "broken seen"])
def test_what_was_landed_and_is_not_whole_any_more_is_looked_at_again(
    settings: Settings, remembered: Path, loss: str
) -> None:
    folder = FEBRUARY.landing_folder(settings.landing)
    lost = {
        "file": lambda: (folder / "v0001" / "ssd_person.csv").unlink(),
        "cut off": lambda: (folder / "v0001" / "ssd_person.csv").write_bytes(b"a"),
        "manifest": lambda: (folder / "v0001" / storage.MANIFEST).unlink(),
        "seen": lambda: (folder / landing.SEEN).unlink(),
        "broken seen": lambda: (folder / landing.SEEN).write_bytes(b"{"),
    }
    lost[loss]()
    assert not looks_as_landed(settings)


def test_what_may_have_been_written_while_it_was_read_is_looked_at_again(
    settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "SURE_AFTER", dt.timedelta(days=1))
    deliver(inbox, ssd_person="a,b")
    land(settings, FEBRUARY)
    assert not looks_as_landed(settings)

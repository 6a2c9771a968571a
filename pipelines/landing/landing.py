"""Take deliveries in: every byte as it was sent, a new version for every change, nothing ever altered."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from pipelines import storage
from pipelines.catalog import VERSION, newest_landed_folder, number_of
from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import file_key
from pipelines.findings import ESCAPING_PATH, LOCKED_FILE, NOT_A_TABLE, TOO_LARGE
from pipelines.landing import opening
from pipelines.landing.inbox import (
    ACCESS_ERRORS,
    Entry,
    InboxFolder,
    last_change,
    list_entries,
    listing_of,
    open_inbox,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.deliveries import Delivery
    from pipelines.findings import Rule
    from pipelines.settings import Settings

LOCK_FILE = re.compile(r"~\$(?P<excel>.+)|\.~lock\.(?P<libreoffice>.+)#")
SEEN = ".seen.json"
PIECE = 4 * 1024 * 1024
ANOTHER_NAME = "It is a link: the same file has a name elsewhere. Deliver a copy."

# What is written in the same moment as it is read may be written again and look the same.
SURE_AFTER = dt.timedelta(seconds=2)

Outcome = Literal["landed", "already landed", "refused"]


@dataclass(frozen=True)
class Landed:
    """How the landing of a delivery went: its newest version, the folder of that, and a sentence for people."""

    delivery: Delivery
    version: int
    folder: Path
    outcome: Outcome
    message: str


class _Unsafe(Exception):
    """A delivery that cannot be copied; ``entry`` is None where no file of it is to blame."""

    def __init__(self, rule: Rule, entry: Entry | None, cause: str) -> None:
        super().__init__(rule.code)
        self.rule = rule
        self.entry = entry
        self.cause = cause


def land(settings: Settings, delivery: Delivery) -> Landed:
    """Copy a delivery, unchanged, into the next version of its landing folder; the same bytes again are a no-op.

    A delivery that cannot be copied safely becomes a version without files, whose manifest says which rule refuses
    it and why. Faults of the machine (a lost connection, a full disk) raise OSError, and leave nothing behind.
    """
    settings.landing.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.landing.chmod(0o700)
    with open_inbox(settings) as (filesystem, root):
        source = InboxFolder(delivery, filesystem, f"{root.rstrip('/')}/{delivery}", settings)
        while True:
            # Before the newest is read: of two processes that land at once, both try the same number, and one fails.
            version = _next_version(source)
            began, listing = dt.datetime.now(dt.UTC), _listing(source)
            try:
                landed = _land_after(newest_landed(settings, delivery), version, source)
                _remember(landed, listing, source, began)
                return landed
            except OSError:
                # Where another process made this version meanwhile, look again at what is there.
                if _next_version(source) == version:
                    raise


def looks_as_landed(settings: Settings, delivery: Delivery, listing: str) -> bool:
    """Whether a delivery looks in the inbox as it did when its newest version was landed, and that is still whole.

    A hint that saves reading it: whoever wants to be sure lands it, which compares every byte.
    """
    newest = newest_landed(settings, delivery)
    seen = storage.whole_json(delivery.landing_folder(settings.landing) / SEEN, "listing", "version")
    if newest is None or seen != {"listing": listing, "version": newest.version} or not listing:
        return False
    files = storage.read_json(newest.folder / storage.MANIFEST)["files"]
    paths = [(newest.folder / file["name"], file["bytes"]) for file in files]
    return all(path.exists() and path.stat().st_size == size for path, size in paths)


def _listing(source: InboxFolder) -> str:
    try:
        return listing_of(list_entries(source.filesystem, source.folder))
    except ACCESS_ERRORS:
        return ""


def _remember(landed: Landed, listing: str, source: InboxFolder, began: dt.datetime) -> None:
    """Put down how the delivery looked before it was read, unless it may have been written since and look the same."""
    newest = None
    with suppress(OSError):
        newest = last_change(source)
    if listing and newest is not None and began - newest >= SURE_AFTER:
        storage.write_json(landed.folder.parent / SEEN, {"listing": listing, "version": landed.version})


def newest_landed(settings: Settings, delivery: Delivery) -> Landed | None:
    """The newest version of a delivery, as its manifest has it; None where nothing was landed."""
    folder = newest_landed_folder(settings.landing, delivery)
    if folder is None:
        return None
    return _landed(delivery, folder, storage.read_json(folder / storage.MANIFEST), "already landed")


def _land_after(newest: Landed | None, version: int, source: InboxFolder) -> Landed:
    try:
        files = _safe_files(source)
        if newest is not None and _holds_the_same(newest, source, files):
            return newest
        return _land_files(version, source, files)
    except _Unsafe as unsafe:
        return _land_refusal(newest, version, source, unsafe)


def _safe_files(source: InboxFolder) -> list[Entry]:
    """The files to land, in order of name; raises _Unsafe for the first thing that is not safe to copy."""
    try:
        entries = list_entries(source.filesystem, source.folder)
    except ACCESS_ERRORS:
        raise _Unsafe(LOCKED_FILE, None, "The delivery's folder may not be read by this service.") from None
    seen = [entry for entry in entries if not entry.is_no_data]
    numbered = [replace(entry, number=number) for number, entry in enumerate(seen, start=1)]
    locked = _locked(entries)
    for entry in numbered:
        _must_be_safe(entry, source, locked)
    return [entry for entry in numbered if not entry.is_folder and entry.name != storage.MANIFEST]


def _locked(entries: Sequence[Entry]) -> set[str]:
    matches = (LOCK_FILE.fullmatch(entry.name) for entry in entries)
    return {match["excel"] or match["libreoffice"] for match in matches if match}


def _must_be_safe(entry: Entry, source: InboxFolder, locked: set[str]) -> None:
    if entry.climbs:
        raise _Unsafe(ESCAPING_PATH, entry, "Its name leads outside the delivery's folder.")
    if entry.is_link and not _links_inside(entry, source):
        raise _Unsafe(ESCAPING_PATH, entry, "It is a link that leads to no file of the delivery.")
    if entry.kind == "file" and entry.names > 1:
        raise _Unsafe(ESCAPING_PATH, entry, ANOTHER_NAME)
    if entry.kind not in {"file", "directory"} and not entry.is_link:
        raise _Unsafe(NOT_A_TABLE, entry, "It is no ordinary file.")
    if entry.name in locked:
        raise _Unsafe(LOCKED_FILE, entry, "It is open in a spreadsheet program, whose lock file lies beside it.")
    if not entry.is_folder:
        _must_not_be_too_large(entry, entry.size or 0, source)


def _links_inside(entry: Entry, source: InboxFolder) -> bool:
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        # It leads nowhere, or to itself.
        return False
    return target.is_file() and target.parent == Path(source.folder).resolve()


def _must_not_be_too_large(entry: Entry, size: int, source: InboxFolder) -> None:
    allowed = source.settings.largest_file_bytes
    if size > allowed:
        raise _Unsafe(TOO_LARGE, entry, f"It holds more than the {allowed:,} bytes that are allowed.")


def _holds_the_same(newest: Landed, source: InboxFolder, files: Sequence[Entry]) -> bool:
    """Whether a version holds these very bytes, which are read only where names and sizes are the same.

    One that was damaged since does not.
    """
    manifest = storage.read_json(newest.folder / storage.MANIFEST)
    if manifest["refusal"] is not None:
        return False
    if [(file["name"], file["bytes"]) for file in manifest["files"]] != [(file.name, file.size) for file in files]:
        return False
    landed = [newest.folder / file["name"] for file in manifest["files"]]
    if any(not path.exists() or path.stat().st_size != file.size for path, file in zip(landed, files, strict=True)):
        return False
    return bool(_content_sha256([_read(file, source, None) for file in files]) == manifest["content_sha256"])


def _land_files(version: int, source: InboxFolder, files: Sequence[Entry]) -> Landed:
    folder = _version_folder(version, source)
    with storage.new_folder(folder) as aside:
        landed_files = []
        for file in files:
            with (aside / file.name).open("xb") as target:
                landed_files.append(_read(file, source, target))
                target.flush()
                os.fsync(target.fileno())
        manifest = _manifest(source.delivery, version, _content_sha256(landed_files), landed_files, None)
        storage.write_json(aside / storage.MANIFEST, manifest)
    return _landed(source.delivery, folder, manifest, "landed")


def _land_refusal(newest: Landed | None, version: int, source: InboxFolder, unsafe: _Unsafe) -> Landed:
    refusal = {
        "rule_code": unsafe.rule.code,
        "file_name": _shown(unsafe.entry, source),
        "sentence": unsafe.cause,
        "remedy": unsafe.rule.remedy,
    }
    if newest is not None and storage.read_json(newest.folder / storage.MANIFEST)["refusal"] == refusal:
        return newest
    folder = _version_folder(version, source)
    content = storage.sha256_of_texts(("refused", *refusal.values()))
    manifest = _manifest(source.delivery, version, content, [], refusal)
    with storage.new_folder(folder) as aside:
        storage.write_json(aside / storage.MANIFEST, manifest)
    return _landed(source.delivery, folder, manifest, "refused")


def _shown(entry: Entry | None, source: InboxFolder) -> str:
    """A file's name where a contract knows it, else its number in order of name: an unknown name may name a person."""
    if entry is None:
        return str(source.delivery)
    known_source = load_sources(source.settings.expectations).get(source.delivery.source)
    known = known_source.file_keys if known_source else frozenset()
    is_known = file_key(entry.name) in known and Path(entry.name.lower()).suffix in {".csv", ".xlsx", ".xls", ".xml"}
    return entry.name if is_known else f"file {entry.number}"


def _read(file: Entry, source: InboxFolder, target: BinaryIO | None) -> dict[str, Any]:
    """Read a file to its end, into ``target`` if there is one; returns what the manifest says of it."""
    digest, size = hashlib.sha256(), 0
    try:
        with source.opened(file) as opened:
            while piece := opened.read(PIECE):
                size += len(piece)
                _must_not_be_too_large(file, size, source)
                digest.update(piece)
                if target is not None:
                    target.write(piece)
    except ACCESS_ERRORS:
        raise _Unsafe(LOCKED_FILE, file, "It may not be read by this service.") from None
    except FileNotFoundError:
        raise _Unsafe(LOCKED_FILE, file, "It went away while it was being copied.") from None
    except opening.ALink:
        raise _Unsafe(ESCAPING_PATH, file, ANOTHER_NAME) from None
    except opening.NoOrdinaryFile:
        raise _Unsafe(NOT_A_TABLE, file, "It is no ordinary file.") from None
    except opening.Changed:
        raise _Unsafe(LOCKED_FILE, file, "It changed while it was being copied.") from None
    if file.size not in (None, size):
        raise _Unsafe(LOCKED_FILE, file, "It changed while it was being copied.")
    return {"name": file.name, "sha256": digest.hexdigest(), "bytes": size}


def _content_sha256(files: Sequence[dict[str, Any]]) -> str:
    return storage.sha256_of_texts(text for file in files for text in (file["name"], file["sha256"]))


def _next_version(source: InboxFolder) -> int:
    """The number after that of every version there is, one whose manifest is broken among them."""
    folders = source.delivery.landing_folder(source.settings.landing).glob("v*")
    return max((number_of(path.name) for path in folders if VERSION.fullmatch(path.name)), default=0) + 1


def _version_folder(version: int, source: InboxFolder) -> Path:
    return source.delivery.landing_folder(source.settings.landing) / f"v{version:04d}"


def _manifest(
    delivery: Delivery,
    version: int,
    content_sha256: str,
    files: Sequence[dict[str, Any]],
    refusal: dict[str, str] | None,
) -> dict[str, Any]:
    return {
        "authority_code": delivery.authority_code,
        "source": delivery.source,
        "month": str(delivery.month),
        "version": version,
        "content_sha256": content_sha256,
        "files": list(files),
        "refusal": refusal,
        "landed_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "landed_by": _this_user(),
    }


def _this_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have a number and no name.
        return "unknown"


def _landed(delivery: Delivery, folder: Path, manifest: dict[str, Any], outcome: Outcome) -> Landed:
    version, refusal = manifest["version"], manifest["refusal"]
    if refusal is not None:
        sentence = f"{refusal['file_name']}: {refusal['rule_code']} {refusal['sentence']} {refusal['remedy']}"
        return Landed(delivery, version, folder, "refused", f"{delivery}: {sentence}")
    size = sum(file["bytes"] for file in manifest["files"])
    files = "1 file" if len(manifest["files"]) == 1 else f"{len(manifest['files'])} files"
    replaces = f", in place of {version - 1}" if version > 1 else ""
    sentence = {
        "landed": f"{files}, {size:,} bytes, landed as version {version}{replaces}.",
        "already landed": f"the same bytes are landed already, as version {version}: nothing was done.",
    }[outcome]
    return Landed(delivery, version, folder, outcome, f"{delivery}: {sentence}")

"""Take deliveries in: every byte as it was sent, a new version for every change, nothing ever altered."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal
from urllib.parse import unquote, urlsplit

import fsspec
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from pipelines import storage
from pipelines.contracts import file_key, load_sources
from pipelines.deliveries import Delivery
from pipelines.findings import ESCAPING_PATH, LOCKED_FILE, NOT_A_TABLE, TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fsspec import AbstractFileSystem

    from pipelines.findings import Rule
    from pipelines.periods import Period
    from pipelines.settings import Settings

READY = "_READY"
VERSION = re.compile(r"v(\d{4,})")
LOCK_FILE = re.compile(r"~\$(?P<excel>.+)|\.~lock\.(?P<libreoffice>.+)#")
LEFT_BY_COMPUTERS = {"thumbs.db", "desktop.ini"}
PIECE = 4 * 1024 * 1024
NETWORK_LIBRARIES = {"aiobotocore", "aiohttp", "botocore", "paramiko", "s3fs"}
NOT_LET_IN = (PermissionError, BlockingIOError)

Outcome = Literal["landed", "already landed", "refused"]


@dataclass(frozen=True)
class Inbox:
    """What the inbox holds: deliveries to land, those not complete yet, and a sentence for all that is neither."""

    deliveries: tuple[Delivery, ...]
    waiting: tuple[Delivery, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Landed:
    """How the landing of a delivery went: its newest version, the folder of that, and a sentence for people."""

    delivery: Delivery
    version: int
    folder: Path
    outcome: Outcome
    message: str


@dataclass
class _Findings:
    """An Inbox in the making."""

    deliveries: list[Delivery] = field(default_factory=list)
    waiting: list[Delivery] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Entry:
    """A file or folder as fsspec lists it. ``size`` is None where a filesystem does not tell it."""

    name: str
    path: str
    kind: str
    size: int | None
    is_link: bool
    number: int = 0

    @property
    def climbs(self) -> bool:
        """Object stores and archives hold names that no folder does."""
        return self.name in {"", ".", ".."} or "\\" in self.name

    @property
    def is_folder(self) -> bool:
        return self.kind == "directory" or (self.is_link and Path(self.path).is_dir())

    @property
    def is_no_data(self) -> bool:
        leftover = self.name.startswith((".", "~$")) or self.name.lower() in LEFT_BY_COMPUTERS
        return not self.climbs and (leftover or self.name == READY)


class InboxUnreachable(ConnectionError):
    """An inbox beyond a network did not let us in, or stopped to answer: another try may help."""


class _Unsafe(Exception):
    """A delivery that cannot be copied; ``entry`` is None where no file of it is to blame."""

    def __init__(self, rule: Rule, entry: _Entry | None, cause: str) -> None:
        super().__init__(rule.code)
        self.rule = rule
        self.entry = entry
        self.cause = cause


@dataclass(frozen=True)
class _Source:
    """A delivery's own folder in the inbox, and what may be copied from it."""

    delivery: Delivery
    filesystem: AbstractFileSystem
    folder: str
    settings: Settings


def find_deliveries(settings: Settings, upto: Period | None = None, only: Period | None = None) -> Inbox:
    """Look through the inbox for ``<authority_code>/<source>/<YYYY-MM>/``, up to a month or of one month only.

    A delivery is complete when a ``_READY`` file is in it, or when nothing in it changed for ``settle_seconds``; one
    with no file in it waits. A folder inside a delivery is ignored and named, and the files beside it are landed: it
    is never guessed which of two files of one name is meant. Hidden files, and those that computers leave behind, go
    unmentioned.
    """
    found = _Findings()
    sources = {path.parent.name for path in settings.expectations.glob("*/source.yaml")}
    with _inbox(settings) as (filesystem, root):
        for place in _folders(filesystem, root, depth=3, found=found):
            delivery = _named_by(place, sources, found)
            if delivery is None or (upto and delivery.month > upto) or (only and delivery.month != only):
                continue
            source = _Source(delivery, filesystem, place, settings)
            (found.deliveries if _is_complete(source, found) else found.waiting).append(delivery)
    return Inbox(tuple(sorted(found.deliveries)), tuple(sorted(found.waiting)), tuple(found.ignored))


def land(settings: Settings, delivery: Delivery) -> Landed:
    """Copy a delivery, unchanged, into the next version of its landing folder; the same bytes again are a no-op.

    A delivery that cannot be copied safely becomes a version without files, whose manifest says which rule refuses
    it and why. Faults of the machine (a lost connection, a full disk) raise OSError, and leave nothing behind.
    """
    settings.landing.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _inbox(settings) as (filesystem, root):
        source = _Source(delivery, filesystem, f"{root.rstrip('/')}/{delivery}", settings)
        while True:
            newest = newest_landed(settings, delivery)
            try:
                return _land_after(newest, source)
            except OSError:
                # Where another process made this version meanwhile, look again at what is there.
                if newest_landed(settings, delivery) == newest:
                    raise


def newest_landed(settings: Settings, delivery: Delivery) -> Landed | None:
    """The newest version of a delivery, as its manifest tells; None where nothing was landed."""
    folders = delivery.landing_folder(settings.landing).glob("v*")
    versions = {int(match[1]): folder for folder in folders if (match := VERSION.fullmatch(folder.name))}
    if not versions:
        return None
    folder = versions[max(versions)]
    manifest = storage.read_json(folder / storage.MANIFEST)
    return _told(delivery, folder, manifest, "already landed")


@contextmanager
def _inbox(settings: Settings) -> Iterator[tuple[AbstractFileSystem, str]]:
    """The inbox's filesystem and root. Whatever a network's library raises becomes InboxUnreachable."""
    failure: InboxUnreachable | None = None
    try:
        is_sftp = settings.inbox.startswith(("sftp://", "ssh://"))
        filesystem, root = _sftp(settings) if is_sftp else url_to_fs(settings.inbox, skip_instance_cache=True)
        filesystem.invalidate_cache()
        yield filesystem, root
    except Exception as fault:
        if type(fault).__module__.partition(".")[0] not in NETWORK_LIBRARIES:
            raise
        # None of their words: they may hold what was shown to be let in.
        failure = InboxUnreachable(f"{settings.inbox_shown} cannot be read: {type(fault).__name__}.")
    if failure is not None:
        raise failure


def _sftp(settings: Settings) -> tuple[AbstractFileSystem, str]:
    """fsspec trusts whatever host answers, and takes a password as it is spelt in the URL: this does neither."""
    from paramiko import HostKeys, MissingHostKeyPolicy, SSHException

    class KnownHostsOnly(MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
        def missing_host_key(self, _: object, hostname: str, key: Any) -> None:
            known = settings.sftp_known_hosts.expanduser()
            if not (known.exists() and HostKeys(str(known)).check(hostname, key)):
                raise SSHException(f"{hostname} is not in {known}")

    url = urlsplit(settings.inbox)
    told = {"port": url.port, "username": url.username and unquote(url.username)}
    told["password"] = url.password and unquote(url.password)
    given = {name: value for name, value in told.items() if value}
    filesystem = fsspec.filesystem(
        "sftp", host=url.hostname, host_key_policy=KnownHostsOnly(), skip_instance_cache=True, **given
    )
    return filesystem, unquote(url.path)


def _folders(filesystem: AbstractFileSystem, root: str, *, depth: int, found: _Findings) -> Iterator[str]:
    """The folders so many levels down; whatever else lies on the way is noted."""
    try:
        entries = _listed(filesystem, root)
    except FileNotFoundError:
        found.ignored.append(f"There is no folder {root}.")
        return
    except NOT_LET_IN:
        found.ignored.append(f"The folder {root} may not be read by this service.")
        return
    for entry in entries:
        if entry.is_link:
            found.ignored.append(f"{entry.path} is a link; deliveries are folders.")
        elif entry.kind != "directory":
            if not entry.is_no_data:
                found.ignored.append(f"{entry.path} lies outside any delivery's folder.")
        elif entry.name.startswith("."):
            # Work in progress, an extract's for one.
            continue
        elif depth > 1:
            yield from _folders(filesystem, entry.path, depth=depth - 1, found=found)
        else:
            yield entry.path


def _named_by(place: str, sources: set[str], found: _Findings) -> Delivery | None:
    try:
        delivery = Delivery.parse("/".join(place.split("/")[-3:]))
    except ValueError as problem:
        found.ignored.append(f"{place} is not a delivery's folder: {problem}.")
        return None
    if delivery.source not in sources:
        known = ", ".join(sorted(sources))
        found.ignored.append(f"{place} is not a delivery's folder: the sources are {known}.")
        return None
    return delivery


def _is_complete(source: _Source, found: _Findings) -> bool:
    """What may not be listed counts as complete: landing refuses it and says why."""
    try:
        entries = _listed(source.filesystem, source.folder)
    except NOT_LET_IN:
        return True
    found.ignored += [f"{entry.path} {reason}." for entry in entries if (reason := _reason_to_ignore(entry))]
    if any(entry.name == READY for entry in entries):
        return True
    files = [entry for entry in entries if not entry.is_folder and not entry.is_no_data]
    return bool(files) and _is_settled(source, files)


def _reason_to_ignore(entry: _Entry) -> str | None:
    if entry.is_no_data or entry.climbs or entry.is_link:
        return None
    if entry.is_folder:
        return "is a folder inside a delivery, and is not landed"
    return "has the name of landing's own manifest, and is not landed" if entry.name == storage.MANIFEST else None


def _is_settled(source: _Source, files: Sequence[_Entry]) -> bool:
    wait = source.settings.settle_seconds
    if wait == 0:
        return True
    paths = [file.path for file in files]
    if isinstance(source.filesystem, LocalFileSystem):
        # A file moved in keeps its own time; the folder's tells.
        paths.append(source.folder)
    changes = [_modified(source.filesystem, path) for path in paths]
    known = [change for change in changes if change is not None]
    # A filesystem that tells no times leaves only _READY.
    return bool(known) and (dt.datetime.now(dt.UTC) - max(known)).total_seconds() >= wait


def _modified(filesystem: AbstractFileSystem, path: str) -> dt.datetime | None:
    try:
        modified: dt.datetime = filesystem.modified(path)
    except (FileNotFoundError, NotImplementedError):
        return None
    return modified if modified.tzinfo else modified.replace(tzinfo=dt.UTC)


def _listed(filesystem: AbstractFileSystem, folder: str) -> list[_Entry]:
    entries = [
        _Entry(
            name=told["name"].rstrip("/").rsplit("/", 1)[-1],
            path=told["name"].rstrip("/"),
            kind=told["type"],
            size=told.get("size"),
            is_link=bool(told.get("islink")),
        )
        for told in filesystem.ls(folder, detail=True)
    ]
    # Object stores list a folder's own marker inside it.
    inside = [entry for entry in entries if entry.path != folder.rstrip("/")]
    return sorted(inside, key=lambda entry: entry.name)


def _land_after(newest: Landed | None, source: _Source) -> Landed:
    try:
        files = _safe_files(source)
        if newest is not None and _holds_the_same(newest, source, files):
            return newest
        return _land_files(newest, source, files)
    except _Unsafe as unsafe:
        return _land_refusal(newest, source, unsafe)


def _safe_files(source: _Source) -> list[_Entry]:
    """The files to land, in order of name; raises _Unsafe for the first thing that is not safe to copy."""
    try:
        entries = _listed(source.filesystem, source.folder)
    except NOT_LET_IN:
        raise _Unsafe(LOCKED_FILE, None, "The delivery's folder may not be read by this service.") from None
    seen = [entry for entry in entries if not entry.is_no_data]
    numbered = [replace(entry, number=number) for number, entry in enumerate(seen, start=1)]
    locked = _locked(entries)
    for entry in numbered:
        _must_be_safe(entry, source, locked)
    return [entry for entry in numbered if not entry.is_folder and entry.name != storage.MANIFEST]


def _locked(entries: Sequence[_Entry]) -> set[str]:
    matches = (LOCK_FILE.fullmatch(entry.name) for entry in entries)
    return {match["excel"] or match["libreoffice"] for match in matches if match}


def _must_be_safe(entry: _Entry, source: _Source, locked: set[str]) -> None:
    if entry.climbs:
        raise _Unsafe(ESCAPING_PATH, entry, "Its name leads outside the delivery's folder.")
    if entry.is_link and not _links_inside(entry, source):
        raise _Unsafe(ESCAPING_PATH, entry, "It is a link that leads to no file of the delivery.")
    if entry.kind not in {"file", "directory"} and not entry.is_link:
        raise _Unsafe(NOT_A_TABLE, entry, "It is no ordinary file.")
    if entry.name in locked:
        raise _Unsafe(LOCKED_FILE, entry, "It is open in a spreadsheet program, whose lock file lies beside it.")
    if not entry.is_folder:
        _must_not_be_too_large(entry, entry.size or 0, source)


def _links_inside(entry: _Entry, source: _Source) -> bool:
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        # It leads nowhere, or to itself.
        return False
    return target.is_file() and target.parent == Path(source.folder).resolve()


def _must_not_be_too_large(entry: _Entry, size: int, source: _Source) -> None:
    allowed = source.settings.largest_file_bytes
    if size > allowed:
        raise _Unsafe(TOO_LARGE, entry, f"It holds more than the {allowed:,} bytes that are allowed.")


def _holds_the_same(newest: Landed, source: _Source, files: Sequence[_Entry]) -> bool:
    """Whether a version holds these very bytes, which are read only where names and sizes are the same."""
    manifest = storage.read_json(newest.folder / storage.MANIFEST)
    if manifest["refusal"] is not None:
        return False
    if [(told["name"], told["bytes"]) for told in manifest["files"]] != [(file.name, file.size) for file in files]:
        return False
    return bool(_content_sha256([_read(file, source, None) for file in files]) == manifest["content_sha256"])


def _land_files(newest: Landed | None, source: _Source, files: Sequence[_Entry]) -> Landed:
    version, folder = _next_version(newest, source)
    with storage.new_folder(folder) as aside:
        told = []
        for file in files:
            with (aside / file.name).open("xb") as target:
                told.append(_read(file, source, target))
                target.flush()
                os.fsync(target.fileno())
        manifest = _manifest(source.delivery, version, _content_sha256(told), told, None)
        storage.write_json(aside / storage.MANIFEST, manifest)
    return _told(source.delivery, folder, manifest, "landed")


def _land_refusal(newest: Landed | None, source: _Source, unsafe: _Unsafe) -> Landed:
    refusal = {
        "rule_code": unsafe.rule.code,
        "file_name": _shown(unsafe.entry, source),
        "sentence": unsafe.cause,
        "remedy": unsafe.rule.remedy,
    }
    if newest is not None and storage.read_json(newest.folder / storage.MANIFEST)["refusal"] == refusal:
        return newest
    version, folder = _next_version(newest, source)
    content = storage.sha256_of_texts(("refused", *refusal.values()))
    manifest = _manifest(source.delivery, version, content, [], refusal)
    with storage.new_folder(folder) as aside:
        storage.write_json(aside / storage.MANIFEST, manifest)
    return _told(source.delivery, folder, manifest, "refused")


def _shown(entry: _Entry | None, source: _Source) -> str:
    """A file's name where a contract knows it, else its number in order of name: an unknown name may name a person."""
    if entry is None:
        return str(source.delivery)
    told = load_sources(source.settings.expectations).get(source.delivery.source)
    known = told.file_keys if told else frozenset()
    is_known = file_key(entry.name) in known and Path(entry.name.lower()).suffix in {".csv", ".xlsx", ".xml"}
    return entry.name if is_known else f"file {entry.number}"


def _read(file: _Entry, source: _Source, target: BinaryIO | None) -> dict[str, Any]:
    """Read a file to its end, into ``target`` if there is one; returns what the manifest tells of it."""
    digest, size = hashlib.sha256(), 0
    try:
        with source.filesystem.open(file.path, "rb") as opened:
            while piece := opened.read(PIECE):
                size += len(piece)
                _must_not_be_too_large(file, size, source)
                digest.update(piece)
                if target is not None:
                    target.write(piece)
    except NOT_LET_IN:
        raise _Unsafe(LOCKED_FILE, file, "It may not be read by this service.") from None
    except FileNotFoundError:
        raise _Unsafe(LOCKED_FILE, file, "It went away while it was being copied.") from None
    if file.size not in (None, size):
        raise _Unsafe(LOCKED_FILE, file, "It changed while it was being copied.")
    return {"name": file.name, "sha256": digest.hexdigest(), "bytes": size}


def _content_sha256(files: Sequence[dict[str, Any]]) -> str:
    return storage.sha256_of_texts(text for told in files for text in (told["name"], told["sha256"]))


def _next_version(newest: Landed | None, source: _Source) -> tuple[int, Path]:
    version = 1 if newest is None else newest.version + 1
    return version, source.delivery.landing_folder(source.settings.landing) / f"v{version:04d}"


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


def _told(delivery: Delivery, folder: Path, manifest: dict[str, Any], outcome: Outcome) -> Landed:
    version, refusal = manifest["version"], manifest["refusal"]
    if refusal is not None:
        sentence = f"{refusal['file_name']}: {refusal['rule_code']} {refusal['sentence']} {refusal['remedy']}"
        return Landed(delivery, version, folder, "refused", f"{delivery}: {sentence}")
    size = sum(told["bytes"] for told in manifest["files"])
    files = "1 file" if len(manifest["files"]) == 1 else f"{len(manifest['files'])} files"
    replaces = f", in place of {version - 1}" if version > 1 else ""
    sentence = {
        "landed": f"{files}, {size:,} bytes, landed as version {version}{replaces}.",
        "already landed": f"the same bytes are landed already, as version {version}: nothing was done.",
    }[outcome]
    return Landed(delivery, version, folder, outcome, f"{delivery}: {sentence}")

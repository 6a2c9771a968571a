"""Finds the deliveries of the inbox, wherever that is, and says what it waits for and what it ignores."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote, urlsplit

import fsspec
from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from pipelines import storage
from pipelines.deliveries import Delivery
from pipelines.faults import Fault
from pipelines.landing import opening

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pipelines.periods import Period
    from pipelines.settings import Settings

READY = re.compile(r"_ready(\.[a-z0-9]{1,5})?", re.IGNORECASE)
"""The signal that a delivery is complete, also as a system spells it that adds an ending."""
SIGNAL = "_READY"
SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
NETWORK_LIBRARIES = {"aiobotocore", "aiohttp", "botocore", "paramiko", "s3fs"}
SAFE_NAME = re.compile(r"[A-Za-z]?[0-9][0-9_.-]*")
# By which of a listing's entries a change shows: times of this machine's files, of SFTP's, and of objects their ETag.
CHANGED_BY = ("mtime", "created", "ETag", "LastModified")
ACCESS_ERRORS = (PermissionError, BlockingIOError)


@dataclass(frozen=True)
class Inbox:
    """What the inbox holds: deliveries to land, those not complete yet, and a sentence for all that is neither.

    ``waits_for`` says of each delivery that waits what it waits for, in their order; ``listings`` gives for each
    complete one whether its folder looks as it did before.
    """

    deliveries: tuple[Delivery, ...]
    waiting: tuple[Delivery, ...]
    ignored: tuple[str, ...]
    waits_for: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()


@dataclass
class _Findings:
    """An Inbox in the making."""

    deliveries: dict[Delivery, str] = field(default_factory=dict)
    waiting: dict[Delivery, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Entry:
    """A file or folder as fsspec lists it. ``size`` is None where a filesystem does not give it.

    ``inode`` is known of this machine's files, and ``names`` says how many hard links lead to one. ``changed`` is
    whatever the filesystem gives by which a changed file can be known unread: times, or an object's ETag.
    """

    name: str
    path: str
    kind: str
    size: int | None
    is_link: bool
    number: int = 0
    inode: int | None = None
    names: int = 1
    changed: str = ""

    @property
    def climbs(self) -> bool:
        """Object stores and archives hold names that no folder does."""
        return self.name in {"", ".", ".."} or "\\" in self.name

    @property
    def is_folder(self) -> bool:
        return self.kind == "directory" or (self.is_link and Path(self.path).is_dir())

    @property
    def is_no_data(self) -> bool:
        leftover = self.name.startswith((".", "~$")) or self.name.lower() in SYSTEM_FILES
        return not self.climbs and (leftover or self.is_ready)

    @property
    def is_ready(self) -> bool:
        return READY.fullmatch(self.name) is not None


class InboxUnreachable(Fault, ConnectionError):
    """An inbox beyond a network did not let us in, or stopped to answer: another try may help."""


@dataclass(frozen=True)
class InboxFolder:
    """A delivery's own folder in the inbox, and what may be copied from it."""

    delivery: Delivery
    filesystem: AbstractFileSystem
    folder: str
    settings: Settings

    @contextmanager
    def opened(self, file: Entry) -> Iterator[BinaryIO]:
        """A file of it, to be read; raises what ``opening.opened`` does where it is one of this machine."""
        if type(self.filesystem) is not LocalFileSystem:
            with self.filesystem.open(file.path, "rb") as remote:
                yield remote
            return
        folders = str(self.delivery).split("/")
        name = opening.named_by_link(file.path) if file.is_link else file.name
        root = self.folder.removesuffix(str(self.delivery)) or "/"
        with opening.opened(root, folders, name, file.inode) as local:
            yield local


def find_deliveries(settings: Settings, upto: Period | None = None, only: Period | None = None) -> Inbox:
    """Look through the inbox for ``<authority_code>/<source>/<YYYY-MM>/``, up to a month or of one month only.

    A delivery is complete when a ``_READY`` file is in it, or when nothing in it changed for ``settles_after`` seconds;
    one with no file in it waits. A folder inside a delivery is ignored and named, and the files beside it are landed:
    it is never guessed which of two files of one name is meant. Hidden files, and those that computers leave behind,
    go unmentioned.
    """
    found = _Findings()
    sources = {path.parent.name for path in settings.expectations.glob("sources/*/source.yaml")}
    with open_inbox(settings) as (filesystem, root):
        inbox = _InboxPath(root, settings.inbox_shown, known=frozenset({storage.MANIFEST, *sources}))
        for place in _folders(filesystem, inbox, depth=3, found=found):
            delivery = _named_by(place, sources, found)
            if delivery is None or (upto and delivery.month > upto) or (only and delivery.month != only):
                continue
            source = InboxFolder(delivery, filesystem, place.path, settings)
            entries = _listed(source)
            reason = _waits_for(source, place, entries, found)
            if reason is None:
                found.deliveries[delivery] = listing_of(entries)
            else:
                found.waiting[delivery] = reason
    waiting, complete = sorted(found.waiting), sorted(found.deliveries)
    reasons = tuple(found.waiting[delivery] for delivery in waiting)
    listings = tuple(found.deliveries[delivery] for delivery in complete)
    return Inbox(tuple(complete), tuple(waiting), tuple(found.ignored), reasons, listings)


@contextmanager
def open_inbox(settings: Settings) -> Iterator[tuple[AbstractFileSystem, str]]:
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
        # None of their words: they may hold what was shown to be allowed in.
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
    listed = {"port": url.port, "username": url.username and unquote(url.username)}
    listed["password"] = url.password and unquote(url.password)
    given = {name: value for name, value in listed.items() if value}
    filesystem = fsspec.filesystem(
        "sftp", host=url.hostname, host_key_policy=KnownHostsOnly(), skip_instance_cache=True, **given
    )
    return filesystem, unquote(url.path)


@dataclass(frozen=True)
class _InboxPath:
    """A folder of the inbox, and what messages call it."""

    path: str
    shown: str
    known: frozenset[str]

    def entry(self, entry: Entry, number: int) -> _InboxPath:
        """What lies in it: by its name where that is a code or a month, else by its number in order of names.

        A name is data: it may be a child's, or hold what a terminal obeys.
        """
        name = entry.name if SAFE_NAME.fullmatch(entry.name) or entry.name in self.known else f"entry {number}"
        return replace(self, path=entry.path, shown=f"{self.shown}/{name}")


def _folders(
    filesystem: AbstractFileSystem, place: _InboxPath, *, depth: int, found: _Findings
) -> Iterator[_InboxPath]:
    """The folders so many levels down; whatever else lies on the way is noted."""
    try:
        entries = list_entries(filesystem, place.path)
    except FileNotFoundError:
        found.ignored.append(f"There is no folder {place.shown}.")
        return
    except ACCESS_ERRORS:
        found.ignored.append(f"The folder {place.shown} may not be read by this service.")
        return
    for number, entry in enumerate(entries, start=1):
        inner = place.entry(entry, number)
        if entry.is_link:
            found.ignored.append(f"{inner.shown} is a link; deliveries are folders.")
        elif entry.kind != "directory":
            if not entry.is_no_data:
                found.ignored.append(f"{inner.shown} lies outside any delivery's folder.")
        elif entry.name.startswith("."):
            # Work in progress, an extract's for one.
            continue
        elif depth > 1:
            yield from _folders(filesystem, inner, depth=depth - 1, found=found)
        else:
            yield inner


def _named_by(place: _InboxPath, sources: Collection[str], found: _Findings) -> Delivery | None:
    try:
        delivery = Delivery.parse("/".join(place.path.split("/")[-3:]))
    except ValueError:
        found.ignored.append(f"{place.shown} is not a delivery's folder: {_problem_of(place)}.")
        return None
    if delivery.source not in sources:
        known = ", ".join(sorted(sources))
        found.ignored.append(f"{place.shown} is not a delivery's folder: the sources are {known}.")
        return None
    return delivery


def _problem_of(place: _InboxPath) -> str:
    try:
        Delivery.parse("/".join(place.shown.split("/")[-3:]))
    except ValueError as problem:
        return str(problem)
    return "write it as E06000015/ssd/2021-02"


def _listed(source: InboxFolder) -> list[Entry] | None:
    """What is in a delivery's folder; None where it may not be listed."""
    try:
        return list_entries(source.filesystem, source.folder)
    except ACCESS_ERRORS:
        return None


def listing_of(entries: Sequence[Entry] | None) -> str:
    """Another text whenever anything of a folder looks otherwise; blank where it may not be listed."""
    if entries is None:
        return ""
    stated = ((entry.name, entry.kind, str(entry.size), str(entry.inode), entry.changed) for entry in entries)
    return storage.sha256_of_texts(text for entry in stated for text in entry)


def _waits_for(source: InboxFolder, place: _InboxPath, entries: Sequence[Entry] | None, found: _Findings) -> str | None:
    """What a delivery waits for; None where it is complete.

    What may not be listed counts as complete: landing refuses it and says why.
    """
    if entries is None:
        return None
    found.ignored += [
        f"{place.entry(entry, number).shown} {reason}."
        for number, entry in enumerate(entries, start=1)
        if (reason := _reason_to_ignore(entry))
    ]
    if any(entry.is_ready for entry in entries):
        return None
    files = [entry for entry in entries if not entry.is_folder and not entry.is_no_data]
    return _settles_when(source, files) if files else "there is no file in it yet"


def _reason_to_ignore(entry: Entry) -> str | None:
    if entry.is_no_data or entry.climbs or entry.is_link:
        return None
    if entry.is_folder:
        return "is a folder inside a delivery, and is not landed"
    return "has the name of landing's own manifest, and is not landed" if entry.name == storage.MANIFEST else None


def _settles_when(source: InboxFolder, files: Sequence[Entry]) -> str | None:
    wait = source.settings.settles_after
    if wait == 0:
        return None
    newest = last_change(source, files)
    if newest is None:
        return f"there is no {SIGNAL} in it, and its server does not say when files changed"
    age = (dt.datetime.now(dt.UTC) - newest).total_seconds()
    changed = f"it changed less than {wait} seconds ago (SETTLE_SECONDS)"
    return None if age >= wait else f"there is no {SIGNAL} in it, and {changed}"


def last_change(source: InboxFolder, files: Sequence[Entry] | None = None) -> dt.datetime | None:
    """When something of a delivery changed last; None where the server does not say."""
    paths = [file.path for file in (_listed(source) or () if files is None else files)]
    if isinstance(source.filesystem, LocalFileSystem):
        # A file moved in keeps its own time; the folder's shows it.
        paths.append(source.folder)
    changes = [_modified(source.filesystem, path) for path in paths]
    return max((change for change in changes if change is not None), default=None)


def _modified(filesystem: AbstractFileSystem, path: str) -> dt.datetime | None:
    try:
        modified: dt.datetime = filesystem.modified(path)
    except (FileNotFoundError, NotImplementedError):
        return None
    return modified if modified.tzinfo else modified.replace(tzinfo=dt.UTC)


def list_entries(filesystem: AbstractFileSystem, folder: str) -> list[Entry]:
    entries = [
        Entry(
            name=listed["name"].rstrip("/").rsplit("/", 1)[-1],
            path=listed["name"].rstrip("/"),
            kind=listed["type"],
            size=listed.get("size"),
            is_link=bool(listed.get("islink")),
            inode=None if listed.get("islink") else listed.get("ino"),
            names=listed.get("nlink", 1),
            changed=" ".join(str(listed[name]) for name in CHANGED_BY if name in listed),
        )
        for listed in filesystem.ls(folder, detail=True)
    ]
    # Object stores list a folder's own marker inside it.
    inside = [entry for entry in entries if entry.path != folder.rstrip("/")]
    return sorted(inside, key=lambda entry: entry.name)

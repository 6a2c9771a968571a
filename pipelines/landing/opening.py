"""Opens what lies in a folder inbox so that nothing put there in the meantime leads to another file.

Between a look and an opening somebody may change a name for a link, a device or another file. So each folder on the way
is opened without following links, the file as well, and what was opened is compared with what was seen.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# A pipe without a writer would be waited for.
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
LINKS = {errno.ELOOP, errno.EMLINK, errno.ENOTDIR}


class ALink(Exception):
    """What was to be opened, or a folder on the way to it, is a link, or a file that has another name as well."""


class NoOrdinaryFile(Exception):
    """A pipe, a device, a socket or a folder."""


class Changed(Exception):
    """Another file has the name by now, or the file holds other bytes than when it was opened."""


@contextmanager
def opened(root: str, folders: Sequence[str], name: str, inode: int | None = None) -> Iterator[BinaryIO]:
    """A file below the root, whose folders are each no link; ``inode`` is that of the file that was seen.

    Raises ALink, NoOrdinaryFile and Changed, the last also when the block ends.
    """
    place = _opened_folder(root, folders)
    try:
        descriptor = _opened_file(place, name)
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            _must_be_ordinary(before)
            if inode is not None and before.st_ino != inode:
                raise Changed
            yield file
            now, named = os.fstat(descriptor), os.stat(name, dir_fd=place, follow_symlinks=False)
            if _state(now) != _state(before) or named.st_ino != before.st_ino:
                raise Changed
    finally:
        os.close(place)


def _opened_folder(root: str, folders: Sequence[str]) -> int:
    place = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for name in folders:
        try:
            inner = os.open(name, FOLDER, dir_fd=place)
        except OSError as problem:
            raise (ALink() if problem.errno in LINKS else problem) from None
        finally:
            os.close(place)
        place = inner
    return place


def _opened_file(place: int, name: str) -> int:
    try:
        return os.open(name, FILE, dir_fd=place)
    except OSError as problem:
        if problem.errno in LINKS:
            raise ALink from None
        if problem.errno == errno.ENXIO:
            raise NoOrdinaryFile from None
        raise


def _must_be_ordinary(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NoOrdinaryFile
    if status.st_nlink > 1:
        raise ALink


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def named_by_link(path: str) -> str:
    """The name, in the same folder, of the file that a link leads to."""
    return Path(path).resolve().name

"""Putting files down so that nobody ever sees half of one: written aside, then renamed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from pipelines.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

T = TypeVar("T")
ASIDE = ".aside-"
PRIVATE = ".reading-"
SPILL = ".spill-"
SCRATCH = (ASIDE, PRIVATE, SPILL)
FINISHED = re.compile(r"v\d{4,}")
FOLDER_MODE, FILE_MODE, PRIVATE_MODE = 0o750, 0o640, 0o600
PARQUET = b"PAR1"
MANIFEST = "manifest.json"
CURRENT = "current.json"
FAILED = "failed.json"

RESTORE = "Restore it from a backup."
REMEDIES = {
    "landing": "Restore the folder from a backup, or deliver again: the next version is landed.",
    "staging": "Stage again what was landed: kpis restage.",
    "warehouse": "Build the month again: kpis build.",
    "snapshots": "Restore the version from a backup, or publish the month again: the next version is made.",
    "approvals": "Approve the month again: kpis approve.",
    "reports": "Build the month again: kpis build.",
}


def sha256_of_file(path: Path) -> str:
    """Hex digest of a file's bytes, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(content: bytes) -> bytes:
    """The digest itself, not its hex text."""
    return hashlib.sha256(content).digest()


def sha256_of_texts(texts: Iterable[str]) -> str:
    """Hex digest of a sequence of texts; the boundaries between them count."""
    digest = hashlib.sha256()
    for text in texts:
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.hexdigest()


def json_text(content: Any) -> str:
    """The one way this project writes JSON: sorted keys, two spaces, a last newline."""
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


class BrokenState(Fault, RuntimeError):
    """A file that the pipeline wrote for itself is empty, cut off, or gone."""


def read_json(path: Path, *needed: str) -> Any:
    """The content of a JSON file of the pipeline's own: an object that holds what is ``needed``.

    Raises BrokenState, which says which file is broken and what to do.
    """
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except FileNotFoundError:
        raise _broken(path, "is gone") from None
    except ValueError:
        raise _broken(path, "is not what was written there" if path.stat().st_size else "is empty") from None
    if not isinstance(content, dict) or not content.keys() >= {*needed}:
        raise _broken(path, "is not what was written there")
    return content


def whole_json(path: Path, *needed: str) -> dict[str, Any] | None:
    """The same of what can do without it: None where it is broken, or not there."""
    with suppress(BrokenState):
        content: dict[str, Any] = read_json(path, *needed)
        return content
    return None


def _broken(path: Path, what: str) -> BrokenState:
    places = (remedy for place, remedy in REMEDIES.items() if place in path.parts)
    return BrokenState(f"{path} {what}. {next(places, RESTORE)}")


def is_whole_parquet(file: Path) -> bool:
    """Whether a Parquet file is there and was not cut off; what is between its ends is not read."""
    try:
        with file.open("rb") as opened:
            beginning = opened.read(len(PARQUET))
            opened.seek(-len(PARQUET), os.SEEK_END)
            return beginning == opened.read() == PARQUET
    except OSError:
        return False


class _Yaml(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # by the C parser where there is one
    """Safe, several times as fast, and stricter: no key twice, and what cannot be a value is reported with its line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as problem:
            raise yaml.constructor.ConstructorError(None, None, str(problem), node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        keys: set[Any] = set()
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} stands twice", key.start_mark)
            keys.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file; raises yaml.YAMLError where it is none, a key stands twice, or a date is none."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Yaml)  # noqa: S506  # nosec B506  # a safe loader


def cached_by_files(*patterns: str) -> Callable[[Callable[[Path], T]], Callable[[Path], T]]:
    """Makes of a folder once what a process asks for often: again only where a file's name or content is another.

    ``patterns`` are of all files in the folder that are read, as ``Path.glob`` takes them. What is returned is shared.
    """

    def decorate(read: Callable[[Path], T]) -> Callable[[Path], T]:
        @lru_cache(maxsize=8)
        def of_content(folder: Path, _: tuple[tuple[Path, str], ...]) -> T:
            return read(folder)

        @wraps(read)
        def cached(folder: Path) -> T:
            files = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
            return of_content(folder, tuple((path, sha256_of_file(path)) for path in files))

        return cached

    return decorate


def write_text(path: Path, text: str, mode: int = FILE_MODE) -> None:
    """Replace a file's text in one step: a reader sees the old text or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _held(path.parent, ASIDE, tempfile.mkstemp) as (aside, handle):
        with os.fdopen(os.dup(handle), "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(mode)
        aside.replace(path)


def write_json(path: Path, content: Any) -> None:
    """Replace a JSON file in one step."""
    write_text(path, json_text(content))


@contextmanager
def scratch_folder(parent: Path, prefix: str = ASIDE) -> Iterator[Path]:
    """A folder to fill, for its owner alone, which is gone in the end unless it has another name by then.

    Its owner holds a lock, which the kernel frees: what a killed process left is removed by the next command.
    """
    parent.mkdir(parents=True, exist_ok=True)
    with _held(parent, prefix, _new_folder) as (folder, _):
        yield folder


def private_folder(parent: Path) -> AbstractContextManager[Path]:
    """A scratch folder for what holds personal data while it is read, once what was left of others is gone."""
    remove_left(parent, PRIVATE)
    return scratch_folder(parent, PRIVATE)


def _new_folder(prefix: str, dir: Path) -> tuple[int, str]:  # noqa: A002  # as tempfile calls it
    while True:
        name = tempfile.mkdtemp(prefix=prefix, dir=dir)
        with suppress(FileNotFoundError):
            return os.open(name, os.O_RDONLY | os.O_DIRECTORY), name


@contextmanager
def _held(parent: Path, prefix: str, make: Callable[..., tuple[int, str]]) -> Iterator[tuple[Path, int]]:
    """A new file or folder that is locked, and has its name: until then somebody may remove it as a left one."""
    handle, name = make(prefix=prefix, dir=parent)
    fcntl.flock(handle, fcntl.LOCK_EX)
    while not Path(name).exists():
        os.close(handle)
        handle, name = make(prefix=prefix, dir=parent)
        fcntl.flock(handle, fcntl.LOCK_EX)
    path = Path(name)
    try:
        yield path, handle
    finally:
        _remove(path)
        os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove_left(folder: Path, *prefixes: str) -> None:
    """Remove at once what a killed process left in a folder: what has such a name, and is held by nobody."""
    for path in (path for prefix in prefixes for path in folder.glob(f"{prefix}*")):
        with suppress(FileNotFoundError, BlockingIOError, PermissionError):
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path)
            finally:
                os.close(handle)


def remove_all_left(data_dir: Path) -> None:
    """The same everywhere below DATA_DIR, but in what is finished: names in clear among it, and half of a version."""
    for place, folders, _ in os.walk(data_dir):
        folders[:] = [name for name in folders if not (name.startswith(SCRATCH) or FINISHED.match(name))]
        remove_left(Path(place), *SCRATCH)


def keep_from_others() -> None:
    """Whatever this process makes from now on is for its owner, and the owner's group to read."""
    os.umask(os.umask(0o077) | 0o027)


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Wait until no other process is in a block with the same lock file; the kernel frees it when its holder dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a folder aside and rename it to ``path`` when the block ends well; otherwise leave nothing.

    Raises FileExistsError if ``path`` already holds something by then: nothing is ever replaced.
    """
    with scratch_folder(path.parent) as aside:
        remove_left(path.parent, ASIDE)
        yield aside
        aside.chmod(FOLDER_MODE)
        if path.exists():
            raise FileExistsError(f"{path} exists already")
        aside.rename(path)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Fill a folder aside and put it in the place of ``path`` when the block ends well; otherwise leave that as it is.

    Killed between the two renames it leaves nothing under the name: whoever makes the folder makes it again.
    """
    with scratch_folder(path.parent) as holder:
        remove_left(path.parent, ASIDE)
        new, old = holder / "new", holder / "old"
        new.mkdir(mode=FOLDER_MODE)
        yield new
        if path.exists():
            path.rename(old)
        new.rename(path)

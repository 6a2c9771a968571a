"""Putting files down so that nobody ever sees half of one: written aside, then renamed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
ASIDE = ".aside-"
PRIVATE = ".reading-"
LOCK = ".lock"
A_DAY = 24 * 60 * 60
MANIFEST = "manifest.json"
CURRENT = "current.json"
FAILED = "failed.json"


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


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


class _Yaml(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # by the C parser where there is one
    """Safe, several times as fast, and stricter: no key twice, and what cannot be a value is told with its line."""

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


def write_text(path: Path, text: str) -> None:
    """Replace a file's text in one step: a reader sees the old text or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=ASIDE, dir=path.parent)
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o644)
        aside.replace(path)
    except BaseException:
        aside.unlink()
        raise


def write_json(path: Path, content: Any) -> None:
    """Replace a JSON file in one step."""
    write_text(path, json_text(content))


def remove_abandoned(folder: Path, prefix: str = ASIDE) -> None:
    """Remove what a killed process left aside; what is younger than a day may still be somebody's work."""
    for path in folder.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > A_DAY:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """A folder for what holds personal data while it is read. Its owner holds a lock, which the kernel frees.

    What a killed process left of such folders is removed first; see ``remove_left_private``.
    """
    parent.mkdir(parents=True, exist_ok=True)
    remove_left_private(parent)
    with _new_lock(parent) as lock:
        folder = lock.with_suffix("")
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


@contextmanager
def _new_lock(parent: Path) -> Iterator[Path]:
    """A file that is locked and has its name: before it was locked, somebody may have removed it as a left one."""
    while True:
        handle, name = tempfile.mkstemp(prefix=PRIVATE, suffix=LOCK, dir=parent)
        with os.fdopen(handle) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if Path(name).exists():
                yield Path(name)
                return


def remove_left_private(parent: Path) -> None:
    """Remove at once what a killed process left of its private folders: those that nobody holds."""
    for lock in parent.glob(f"{PRIVATE}*{LOCK}"):
        with suppress(FileNotFoundError, BlockingIOError), lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
    for folder in parent.glob(f"{PRIVATE}*"):
        if folder.is_dir() and not folder.with_name(f"{folder.name}{LOCK}").exists():
            shutil.rmtree(folder, ignore_errors=True)


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
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(path.parent)
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=path.parent))
    try:
        yield aside
        aside.chmod(0o755)
        if path.exists():
            raise FileExistsError(f"{path} exists already")
        aside.rename(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Fill a folder aside and put it in the place of ``path`` when the block ends well; otherwise leave that as it is.

    Killed between the two renames it leaves nothing under the name: whoever makes the folder makes it again.
    """
    with tempfile.TemporaryDirectory(prefix=ASIDE, dir=_made(path.parent)) as holder:
        remove_abandoned(path.parent)
        new, old = Path(holder) / "new", Path(holder) / "old"
        new.mkdir()
        yield new
        if path.exists():
            path.rename(old)
        new.rename(path)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder

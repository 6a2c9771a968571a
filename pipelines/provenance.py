"""What something was made with: digests of the code, and of what is defined beside it."""

from __future__ import annotations

import ast
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.storage import sha256_of_bytes, sha256_of_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.settings import Settings

CODE = Path(__file__).parent
ENGINES = ("duckdb", "great-expectations")


@cache
def code() -> dict[str, str]:
    """The version of this package, and one digest of all its source."""
    files = (path for path in CODE.rglob("*") if path.suffix in {".py", ".html"})
    return {"version": version("safeguarding-kpis"), "sha256": _digest(CODE, files)}


@cache
def code_behind(*packages: str) -> str:
    """One digest of all that decides what a package makes: its source, whatever of ours it imports, and the engines.

    ``packages``: such as ``staging`` or ``contracts.model``. Read from the imports, so that no module can be missed.
    """
    modules = set().union(*(_modules_of(CODE.joinpath(*package.split("."))) for package in packages))
    unread = set(modules)
    while unread:
        unread = {found for module in unread for found in _imported_by(module)} - modules
        modules |= unread
    sources = (path.read_text(encoding="utf-8") for path in sorted(modules))
    return sha256_of_texts([*(f"{engine} {version(engine)}" for engine in ENGINES), *sources])


def _modules_of(place: Path) -> set[Path]:
    return set(place.rglob("*.py")) if place.is_dir() else {place.with_suffix(".py")}


def _imported_by(module: Path) -> Iterator[Path]:
    """The modules of this package that one imports, wherever in it, and the packages that they lie in."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == CODE.name:
            parts = (node.module or "").split(".")[1:]
            for names in (parts, *([*parts, alias.name] for alias in node.names)):
                for depth in range(len(names) + 1):
                    place = CODE.joinpath(*names[:depth])
                    yield from (path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file())


def definitions(settings: Settings) -> dict[str, str]:
    """Digests of the contracts, of the SQL, and of the lists that the SQL reads, with what councils set themselves."""
    reference = settings.sql / "reference"
    sql = (path for path in settings.sql.rglob("*") if reference not in path.parents)
    return {
        "contracts_sha256": _digest(settings.expectations, settings.expectations.rglob("*")),
        "sql_sha256": _digest(settings.sql, sql),
        "reference_sha256": sha256_of_texts([*_named(reference, reference.rglob("*")), *council_settings(settings)]),
    }


def council_settings(settings: Settings) -> list[str]:
    """Name and digest of each file in which the council, or where all are one build any, has settings of its own."""
    whose = settings.authority or "*"
    patterns = (f"{whose}/*.csv", f"{whose}/corrections/*")
    return _named(settings.council_dir, (path for each in patterns for path in settings.council_dir.glob(each)))


def _digest(root: Path, files: Iterable[Path]) -> str:
    return sha256_of_texts(_named(root, files))


def _named(root: Path, files: Iterable[Path]) -> list[str]:
    named = sorted((path.relative_to(root).as_posix(), path) for path in files if path.is_file())
    return [text for name, path in named for text in (name, sha256_of_bytes(path.read_bytes()).hex())]

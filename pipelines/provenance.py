"""What something was made with: digests of the code, and of what is defined beside it."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.storage import sha256_of_bytes, sha256_of_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.settings import Settings

CODE = Path(__file__).parent


@cache
def code() -> dict[str, str]:
    """The version of this package, and one digest of all its source."""
    files = (path for path in CODE.rglob("*") if path.suffix in {".py", ".html"})
    return {"version": version("safeguarding-kpis"), "sha256": _digest(CODE, files)}


def definitions(settings: Settings) -> dict[str, str]:
    """Digests of the contracts, of the SQL, and of the lists that the SQL reads."""
    reference = settings.sql / "reference"
    sql = (path for path in settings.sql.rglob("*") if reference not in path.parents)
    return {
        "contracts_sha256": _digest(settings.expectations, settings.expectations.rglob("*")),
        "sql_sha256": _digest(settings.sql, sql),
        "reference_sha256": _digest(reference, reference.rglob("*")),
    }


def _digest(root: Path, files: Iterable[Path]) -> str:
    named = sorted((path.relative_to(root).as_posix(), path) for path in files if path.is_file())
    return sha256_of_texts(text for name, path in named for text in (name, sha256_of_bytes(path.read_bytes()).hex()))

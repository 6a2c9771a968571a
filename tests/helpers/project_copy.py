"""A copy of the project's files, as a newcomer clones them: what git knows, as it stands here."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def copy_of_the_clone(folder: Path) -> Path:
    """Every file of the project that git has or would add, under ``folder``; no environment, no data."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    clone = folder / "clone"
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, clone / name)
    return clone

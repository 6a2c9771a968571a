"""Commands, each in a process of its own, forked from one that has loaded the libraries and, for many, run a month.

What is said of loading itself, or of being killed, is tested with ``python -m pipelines``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.context import ForkServerContext


def run_command(*arguments: str, **environment: str) -> CompletedProcess[str]:
    """Run ``kpis`` with these arguments, and what it said and ended with; ``environment`` adds to this process's."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("stdout", "stderr")]
        process = _with_libraries().Process(
            target=_become, args=(arguments, {**os.environ, **environment}, *map(str, said))
        )
        process.start()
        process.join()
        code = process.exitcode
        assert code is not None
        return CompletedProcess(arguments, code, *(file.read_text(encoding="utf-8") for file in said))


@cache
def _with_libraries() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.loaded" if "FEW_COMMANDS" in os.environ else "tests.planned"])
    return context


def _become(arguments: tuple[str, ...], environment: Mapping[str, str], stdout: str, stderr: str) -> None:
    for descriptor, file in ((1, stdout), (2, stderr)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT)
    sys.argv = ["kpis", *arguments]
    # By now its environment is its own: consoles ask it how wide they are.
    from pipelines.__main__ import main

    main()

"""What a person sees while a command works: results on stdout, progress and faults on stderr."""

from __future__ import annotations

import datetime as dt
import io
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class LogFormat(StrEnum):
    """For whom commands say what they do: for people, or for a collector of logs, an object a line."""

    TEXT = "text"
    JSON = "json"


class SayingConsole(Console):
    """A console that says whatever it prints as one JSON object a time, once it is set to."""

    level = "info"
    log_format = LogFormat.TEXT

    def print(self, *objects: Any, **options: Any) -> None:
        if self.log_format == LogFormat.TEXT:
            super().print(*objects, **options)
            return
        plain = Console(file=io.StringIO(), width=WIDTH, color_system=None)
        plain.print(*objects, **options)
        message = plain.file.getvalue().strip()  # type: ignore[attr-defined]  # it is a StringIO
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        self.file.write(json.dumps({"at": at, "level": self.level, "message": message}, ensure_ascii=False) + "\n")


# Wide enough that no row of a table is broken in two.
WIDTH = 400
out = SayingConsole(soft_wrap=False)
err = SayingConsole(stderr=True)
err.level = "error"


def say_as(log_format: LogFormat) -> None:
    """How whatever is printed from now on is said."""
    out.log_format = err.log_format = log_format


def progress_display() -> Progress:
    """For who watches a terminal; a log gets nothing of it."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_interactive)


def working(what: str, work: Callable[[], T]) -> T:
    with progress_display() as progress:
        progress.add_task(what)
        return work()


def print_fault(fault: Exception) -> None:
    err.print(f"[bold red]{type(fault).__name__}[/]: {escape(str(fault))}", highlight=False, soft_wrap=True)

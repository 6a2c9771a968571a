"""What a person sees while a command works: results on stdout, progress and faults on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
out = Console(soft_wrap=False)
err = Console(stderr=True)


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

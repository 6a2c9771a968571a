"""The files that a page of docs/contributing names, and the carrying out of what it says with them.

A bold file name, with what is to be done with it, stands above a fenced block: ``**`a/b.sql`**, new:``, or
``at the end:``, or ``before`` (or ``in place of``) ``the last line `quality:`:``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

BLANK_LINES = "\n\n"
PAGES = PROJECT / "docs" / "contributing"
STEP = re.compile(
    r"\*\*`(?P<file>[^`]+)`\*\*, "
    r"(?:(?P<new>new)|at the end|(?P<how>before|in place of) the last line `(?P<line>[^`\n]+)`):\n\n"
    r"```\w+\n(?P<block>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """A file, and what is written into it: the whole of it, at its end, or at the last line that is so."""

    file: str
    block: str
    is_new: bool
    line: str | None
    replaces_it: bool


def steps(page: str) -> list[Step]:
    """What a page says, in its order."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return [
        Step(found["file"], found["block"], found["new"] is not None, found["line"], found["how"] == "in place of")
        for found in STEP.finditer(text)
    ]


def carry_out(page: str, clone: Path) -> set[str]:
    """Do in the clone what the page says; returns the files that it touched."""
    for step in steps(page):
        file = clone / step.file
        assert file.exists() != step.is_new, f"{page}: {step.file}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.block if step.is_new else _with(step, file.read_text("utf-8")), encoding="utf-8")
    return {step.file for step in steps(page)}


def _with(step: Step, text: str) -> str:
    if step.line is None:
        return f"{text}{BLANK_LINES if step.file.endswith('.py') else ''}{step.block}"
    lines = text.splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if line.strip() == step.line]
    assert places, f"{step.file} has no line {step.line!r}"
    return "".join([*lines[: places[-1]], step.block, *lines[places[-1] + step.replaces_it :]])

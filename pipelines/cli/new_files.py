"""The files that a new KPI or a new source begins with: ``kpis new``."""

from __future__ import annotations

from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import out
from pipelines.contracts.model import PLAIN_NAME
from pipelines.faults import Exit, Fault
from pipelines.settings import IS_INSTALLED, PROJECT, Settings
from pipelines.storage import write_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Each file, in the project's folder, and the skeleton that it is made from.
KPI = {"sql/kpis/$id.sql": "kpi.sql", "sql/kpis/$id.yaml": "kpi.yaml"}
SOURCE = {
    "expectations/sources/$id/source.yaml": "source.yaml",
    "expectations/sources/$id/records.yaml": "table.yaml",
}

app = typer.Typer(help="Write the files that a new KPI or a new source begins with.", no_args_is_help=True)
NewId = Annotated[
    str, typer.Argument(metavar="ID", help="Lower-case letters, digits and _; a letter first.", show_default=False)
]


class CannotWrite(Fault, ValueError):
    """The files cannot be written: says why, and what to do."""

    exit_code = Exit.USAGE


@app.command("kpi", epilog="Example: python -m pipelines new kpi early_help_waiting")
def new_kpi(kpi_id: NewId) -> None:
    """Write sql/kpis/ID.sql and ID.yaml: a KPI that can be built, and counts nothing yet."""
    _write_and_say(KPI, kpi_id, "Next: say in both what it counts, add a case to tests/sql, then: make docs test")


@app.command("source", epilog="Example: python -m pipelines new source early_help_system")
def new_source(source: NewId) -> None:
    """Write expectations/sources/ID/: a source, and the contract of its first table."""
    _write_and_say(SOURCE, source, "Next: declare its columns, and go on as docs/adding_a_format.md says")


def write_new(settings: Settings, skeletons: Mapping[str, str], name: str) -> list[Path]:
    """Write all of the files or, where one is there already, none; raises CannotWrite."""
    if not PLAIN_NAME.fullmatch(name):
        raise CannotWrite(
            f"{name!r} cannot be an ID: begin with a lower-case letter, and go on with lower-case letters, digits and _"
        )
    if IS_INSTALLED and settings.project_dir == PROJECT:
        raise CannotWrite("new files belong in a clone of the project: run this there, or set PROJECT_DIR to it")
    texts = {
        settings.project_dir / Template(path).substitute(id=name): _filled_in(skeleton, name)
        for path, skeleton in skeletons.items()
    }
    for path in texts:
        if path.exists():
            raise CannotWrite(f"{path} exists already, and nothing was written: choose another ID, or edit that file")
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def _write_and_say(skeletons: Mapping[str, str], name: str, next_step: str) -> None:
    for path in write_new(Settings(), skeletons, name):
        out.print(f"written: {path}", soft_wrap=True, highlight=False)
    out.print(next_step, soft_wrap=True, highlight=False)


def _filled_in(skeleton: str, name: str) -> str:
    """A skeleton with the id in its places, and the letters that the codes of a source's columns begin with."""
    text = files("pipelines.cli").joinpath("skeletons", skeleton).read_text(encoding="utf-8")
    prefix = name.replace("_", "").upper()
    return Template(text).substitute(id=name, title=name.replace("_", " ").capitalize(), prefix=prefix)

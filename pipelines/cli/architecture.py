"""The drawing of docs/architecture.md: the packages of the project and what each imports, read from the imports."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

DAGS, COMMAND, GROUND = "dags", "__main__", "ground"
PACKAGES = PROJECT / "pipelines"
# Drawn apart from the ground: it alone of it reads the contracts, and stages meet through it.
CATALOG = "catalog"
ABOUT = {
    DAGS: "When each step runs: wiring for Airflow, and nothing else.",
    COMMAND: "The commands, as functions of the packages below.",
    CATALOG: "What is there to read: stages meet here, in files.",
    GROUND: "Settings, months, deliveries, findings, storage, the reading of SQL files, provenance, rounding.",
}


def packages() -> dict[str, frozenset[str]]:
    """Every package, the folder ``dags``, the command line, the catalogue and the ground, with what each imports."""
    imports: dict[str, set[str]] = {}
    for file in (*PACKAGES.rglob("*.py"), *(PROJECT / DAGS).glob("*.py")):
        if file.parent != PACKAGES or file.stem != "__init__":
            imports.setdefault(_package_of(file), set()).update(map(_package, _imported(file)))
    return {name: frozenset(others - {name}) for name, others in imports.items()}


def drawing() -> Iterator[str]:
    """The drawing, as lines of Mermaid: an arrow stands for what no other way of arrows says already."""
    imports = packages()
    yield "```mermaid"
    yield "flowchart TD"
    for name in _from_the_top(imports):
        yield f'    {name}["{name}"]'
    for name in _from_the_top(imports):
        for other in sorted(imports[name] - _reached_by_others(name, imports)):
            yield f"    {name} --> {other}"
    yield "```"


def rows() -> Iterator[tuple[str, str, str]]:
    """Each package, what it is for, and all that it imports."""
    imports = packages()
    for name in _from_the_top(imports):
        yield f"`{name}`", _about(name), ", ".join(f"`{other}`" for other in sorted(imports[name])) or "nothing"


def _about(name: str) -> str:
    if name in ABOUT:
        return ABOUT[name]
    docstring = ast.get_docstring(ast.parse((PACKAGES / name / "__init__.py").read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n\n")[0].replace("\n", " ").replace("``", "`")


def _from_the_top(imports: Mapping[str, frozenset[str]]) -> Sequence[str]:
    order = TopologicalSorter({name: sorted(others) for name, others in sorted(imports.items())})
    return list(order.static_order())[::-1]


def _reached_by_others(name: str, imports: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What the packages that it imports reach, by however many arrows."""
    return frozenset().union(*(_reached(other, imports) for other in imports[name]))


def _reached(name: str, imports: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return imports[name].union(*(_reached(other, imports) for other in imports[name]))


def _package_of(file: Path) -> str:
    if DAGS in file.relative_to(PROJECT).parts:
        return DAGS
    return _package(file.relative_to(PACKAGES).parts[0].removesuffix(".py"))


def _package(name: str) -> str:
    return name if name in {COMMAND, CATALOG} or (PACKAGES / name).is_dir() else GROUND


def _imported(file: Path) -> Iterator[str]:
    """The folders and modules directly under ``pipelines`` that a file imports, wherever in it that stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("pipelines."))

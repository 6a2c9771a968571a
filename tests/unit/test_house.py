"""Who may know whom: read from the imports themselves, wherever in a file they stand."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
PIPELINES = sorted((PROJECT / "pipelines").rglob("*.py"))
DAGS = sorted((PROJECT / "dags").glob("*.py"))
STAGES = {"extract", "landing", "staging", "warehouse", "snapshots"}

# From the ground up. A module imports from its own layer and those below it; a new module has to find its place.
LAYERS = (
    {
        "airflow_home",
        "deliveries",
        "distributions",
        "findings",
        "healthy",
        "periods",
        "settings",
        "sql_files",
        "storage",
        "uncertainty",
        "work_lists",
    },
    {"checks", "contracts", "earlier", "provenance", "published", "register", "staged"},
    {
        "casting",
        "compare",
        "corrections",
        "disclosure",
        "edition",
        "ees",
        "explain",
        "front_page",
        "gate",
        "month_pages",
        "notification",
        "outcome",
        "pages",
        "postgres_copy",
        "readers",
        "report",
        "rules",
        "snapshot_database",
        "summary",
        "validation",
        "verification",
        "workbook",
    },
    STAGES,
    {"orchestration", "rebuilding", "sample"},
    {"__main__", "first_run", "reference_docs"},
)
LAYER_OF = {module: layer for layer, modules in enumerate(LAYERS) for module in modules}


def imported(file: Path) -> Iterator[str]:
    """Every module a file imports, by its full dotted name; ``from pipelines import landing`` is pipelines.landing."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are written in full here"
            yield node.module or ""
            if node.module == "pipelines":
                yield from (f"pipelines.{alias.name}" for alias in node.names)


def module_of(file: Path) -> str:
    """The module, or the package directly under pipelines, that a file belongs to."""
    return file.relative_to(PROJECT / "pipelines").parts[0].removesuffix(".py")


def own(names: Iterator[str]) -> set[str]:
    """The modules directly under pipelines among the names imported."""
    return {name.split(".")[1] for name in names if name.startswith("pipelines.")}


def importers(package: str) -> set[str]:
    """The files of the house, relative to it, that import a package."""
    return {
        file.relative_to(PROJECT).as_posix()
        for file in (*PIPELINES, *DAGS)
        if any(name.split(".")[0] == package for name in imported(file))
    }


def test_every_module_has_a_place() -> None:
    modules = {module_of(file) for file in PIPELINES} - {"__init__"}
    assert modules - set(LAYER_OF) == set(), "put the new module into LAYERS"


@pytest.mark.parametrize("file", PIPELINES, ids=lambda file: file.relative_to(PROJECT).as_posix())
def test_nothing_knows_what_stands_above_it(file: Path) -> None:
    module = module_of(file)
    if module == "__init__":
        return
    others = own(imported(file)) - {module}
    assert {other for other in others if LAYER_OF[other] > LAYER_OF[module]} == set()


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_stages_meet_in_files_only(stage: str) -> None:
    assert own(imported(PROJECT / "pipelines" / f"{stage}.py")) & (STAGES - {stage}) == set()


def test_airflow_is_known_to_the_dags_and_to_orchestration_alone() -> None:
    assert importers("airflow") == {"pipelines/orchestration.py", *(f"dags/{file.name}" for file in DAGS)}


def test_great_expectations_is_known_to_validation_alone() -> None:
    assert importers("great_expectations") == {"pipelines/validation.py"}


def test_pandas_has_no_work_here() -> None:
    assert importers("pandas") == set()


@pytest.mark.parametrize("file", DAGS, ids=lambda file: file.name)
def test_a_dag_file_knows_orchestration_alone(file: Path) -> None:
    names = set(imported(file))
    assert own(iter(names)) == {"orchestration"}
    assert {name.split(".")[0] for name in names} <= {"__future__", "airflow", "pipelines", "typing"}


@pytest.mark.parametrize("file", (*PIPELINES, *DAGS), ids=lambda file: file.relative_to(PROJECT).as_posix())
def test_annotations_are_never_evaluated(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    only_a_docstring = len(tree.body) == 1 and ast.get_docstring(tree) is not None
    assert only_a_docstring or "__future__" in set(imported(file))


@pytest.mark.parametrize("file", PIPELINES, ids=lambda file: file.relative_to(PROJECT).as_posix())
def test_nobody_but_settings_reads_the_environment(file: Path) -> None:
    read = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os"
    } & {"environ", "getenv", "environb"}
    # airflow_home and validation tell Airflow and Great Expectations what only the environment can; first_run gives
    # its throw-away key to the settings.
    assert not read or module_of(file) in {"airflow_home", "first_run", "settings", "validation"}


def test_no_import_escapes_notice(tmp_path: Path) -> None:
    file = tmp_path / "sly.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from pipelines.warehouse import Built\n"
        "def late():\n    from pipelines import landing\n    import great_expectations.core as gx\n"
    )
    names = set(imported(file))
    assert own(iter(names)) == {"warehouse", "landing"}
    assert "great_expectations.core" in names

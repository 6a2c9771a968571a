"""Who may know whom: read from the imports themselves, wherever in a file they stand."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LONGEST_FIRST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROJECT = Path(__file__).resolve().parents[2]
PIPELINES = sorted((PROJECT / "pipelines").rglob("*.py"))
DAGS = sorted((PROJECT / "dags").glob("*.py"))
STAGES = {"landing", "staging", "warehouse", "snapshots"}

# From the ground up. A folder imports from its own layer and those below it; a new one has to find its place.
# What is no folder lies on the ground.
LAYERS = (
    {"templates"},
    {"contracts"},
    STAGES,
    {"publications"},
    {"runs"},
    {"orchestration", "sample", "cli"},
    {"__main__"},
)
LAYER_OF = {folder: layer for layer, folders in enumerate(LAYERS) for folder in folders}
GROUND = -1
# The ground reads the contracts of the sources to know what a delivery is; nothing else of it looks up.
READ_THE_ENVIRONMENT = {
    "orchestration/airflow_home.py",
    "orchestration/first_run.py",
    "staging/readers/own_process.py",
    "settings.py",
    "staging/validation/__init__.py",
}
AIRFLOWS = (
    "approval",
    "arrivals",
    "assets",
    "local_run",
    "notifier",
    "one_writer",
    "scheduler",
    "task_defaults",
    "tasks",
)
LOOKS_UP = {"catalog": {"contracts"}}


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


def room_of(file: Path) -> str:
    """The folder directly under pipelines that a file lies in, else the module that it is."""
    return file.relative_to(PROJECT / "pipelines").parts[0].removesuffix(".py")


def own(names: Iterable[str]) -> set[str]:
    """The folders and modules directly under pipelines among the names imported."""
    return {name.split(".")[1] for name in names if name.startswith("pipelines.")}


def importers(package: str) -> set[str]:
    """The files of the house, relative to it, that import a package."""
    return {
        file.relative_to(PROJECT).as_posix()
        for file in (*PIPELINES, *DAGS)
        if any(name.split(".")[0] == package for name in imported(file))
    }


def importers_of(room: str) -> set[str]:
    """The files of the house, relative to it, that import a folder of its own."""
    return {file.relative_to(PROJECT).as_posix() for file in PIPELINES if room in own(imported(file))}


def test_every_folder_has_a_place() -> None:
    folders = {path.name for path in (PROJECT / "pipelines").iterdir() if any(path.glob("*.py"))}
    assert folders | {"__main__"} == set(LAYER_OF), "a new folder has to find its place in LAYERS"


@pytest.mark.parametrize("file", PIPELINES, ids=lambda file: file.relative_to(PROJECT).as_posix())
def test_nothing_knows_what_stands_above_it(file: Path) -> None:
    room = room_of(file)
    others = own(imported(file)) - {room} - LOOKS_UP.get(room, set())
    assert {other for other in others if LAYER_OF.get(other, GROUND) > LAYER_OF.get(room, GROUND)} == set()


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_stages_meet_in_files_only(stage: str) -> None:
    files = [file for file in PIPELINES if room_of(file) == stage]
    assert files
    assert {name for file in files for name in own(imported(file))} & (STAGES - {stage}) == set()


def test_no_folder_is_in_a_circle() -> None:
    """Modules on the ground and folders alike: the order in which each comes after what it imports exists."""
    needs: dict[str, set[str]] = {}
    for file in PIPELINES:
        needs.setdefault(room_of(file), set()).update(own(imported(file)) - {room_of(file)})
    assert list(TopologicalSorter(needs).static_order())


def test_no_stage_writes_a_page() -> None:
    """They are written by the publications; only the report is part of what is published."""
    writers = {path for path in importers_of("templates") if path.split("/")[1] in STAGES}
    assert {path.rpartition("/")[0] for path in writers} == {
        "pipelines/snapshots/report",
        "pipelines/staging/validation",
    }
    assert "pipelines/staging/validation/data_docs.py" in writers and len(writers) == 4


def test_airflow_is_known_to_the_dags_and_to_orchestration_alone() -> None:
    assert importers("airflow") == {
        *(f"pipelines/orchestration/{name}.py" for name in AIRFLOWS),
        *(f"dags/{file.name}" for file in DAGS),
    }


def test_great_expectations_is_known_to_validation_alone() -> None:
    assert {Path(file).parent.as_posix() for file in importers("great_expectations")} == {
        "pipelines/staging/validation"
    }


def test_pandas_has_no_work_here() -> None:
    assert importers("pandas") == set()


@pytest.mark.parametrize("file", DAGS, ids=lambda file: file.name)
def test_a_dag_file_knows_orchestration_alone(file: Path) -> None:
    names = set(imported(file))
    assert own(names) == {"orchestration"}
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
    # airflow_home and validation give Airflow and Great Expectations what only the environment can; first_run gives
    # its throw-away key to the settings; own_process gives its child what libraries need, and none of our secrets.
    assert not read or file.relative_to(PROJECT / "pipelines").as_posix() in READ_THE_ENVIRONMENT


def test_no_import_escapes_notice(tmp_path: Path) -> None:
    file = tmp_path / "sly.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from pipelines.warehouse import Built\n"
        "def late():\n    from pipelines import landing\n    import great_expectations.core as gx\n"
    )
    names = set(imported(file))
    assert own(names) == {"warehouse", "landing"}
    assert "great_expectations.core" in names


def test_the_tests_that_begin_first_are_there() -> None:
    assert {*LONGEST_FIRST} <= {file.name for file in (PROJECT / "tests").rglob("test_*.py")}

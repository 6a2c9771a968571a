"""Every query and every piece of Python in the guides, run on the made-up council's snapshot."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import PROJECT
from tests.end_to_end.conftest import CouncilPlace
from tests.service.guide import ABOUT, BLOCKS, block

GUIDES = sorted((PROJECT / "docs").glob("*.md"))


def blocks(language: str) -> list[tuple[str, str]]:
    """(guide, block) for every fenced block of a language."""
    fenced = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [(guide.name, block) for guide in GUIDES for block in fenced.findall(guide.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("guide", "query"), blocks("sql"))
def test_every_query_of_a_guide_answers(place: CouncilPlace, guide: str, query: str) -> None:
    with duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True) as snapshot:
        assert snapshot.execute(query).fetchall(), f"{guide} answers nothing: {query}"


@pytest.mark.parametrize(("guide", "code"), blocks("python"))
def test_every_piece_of_python_of_a_guide_runs(place: CouncilPlace, guide: str, code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=place.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "2021-02" in done.stdout


def test_there_are_queries_to_run() -> None:
    assert len([query for guide, query in blocks("sql") if guide == "analysts.md"]) >= 20
    assert blocks("python")


def test_a_table_of_the_analysts_guide_is_a_table_of_the_snapshot(place: CouncilPlace) -> None:
    listed = set(
        re.findall(r"^\| `(\w+)` \|", (PROJECT / "docs" / "analysts.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    with duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True) as snapshot:
        held = {table for (table,) in snapshot.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert listed == held


def test_every_exit_code_and_folder_a_guide_names_is_so() -> None:
    guide = (PROJECT / "docs" / "data_engineers.md").read_text(encoding="utf-8")
    for dag in Path(PROJECT / "dags").glob("*.py"):
        assert f"`{dag.stem}`" in guide


def test_every_command_of_the_guides_is_one_that_the_service_tests_know() -> None:
    assert sorted(block(about) for about in ABOUT) == sorted(text for _, text in blocks("console")) == sorted(BLOCKS)

"""Names follow docs/naming.md."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from pipelines.contracts.kpis import load_register
from pipelines.contracts.published import load_published
from pipelines.settings import PROJECT
from pipelines.sql_files import Select, read_selects

PAGE = (PROJECT / "docs" / "naming.md").read_text(encoding="utf-8")
SQL = PROJECT / "sql"
PUBLISHED = load_published(PROJECT / "expectations" / "snapshots")
COLUMNS = {(table.name, column.name): column.duckdb_type for table in PUBLISHED for column in table.columns}
SELECTS = [select for schema in ("core", "warehouse", "snapshots") for select in read_selects(SQL, schema)]
PLAIN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TYPES = {"_id": "VARCHAR", "_code": "VARCHAR", "_date": "DATE", "_month": "VARCHAR", "_on": "DATE"}
# Of events that two sources date otherwise.
COUNTS = {"another_first_date", "another_second_date"}
YES_OR_NO = re.compile(r"(is|has)_\w+|\w+_differs|holds|narrative_conflict")
NO_VERBS = re.compile(r"(?<![a-z])(un)?t(old|ells)(?![a-z])", re.IGNORECASE)
# Another name of a stream of chance would make another council.
SAMPLE_HISTORY = PROJECT / "pipelines" / "sample" / "history"
EMPTY_WORDS = {"utils", "util", "helpers", "common", "misc", "base"}
ABBREVIATIONS = set(re.findall(r"`(\w+)` [a-z]", PAGE.partition("## KPIs")[2].partition("## Rules")[0]))


def columns_of(select: Select) -> list[str]:
    return [name for name in select.query.named_selects if name != "*"]


@pytest.mark.parametrize("select", SELECTS, ids=lambda select: select.table)
def test_every_name_of_a_table_is_plain(select: Select) -> None:
    assert all(map(PLAIN.fullmatch, (select.name, *columns_of(select))))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_what_a_published_column_ends_in_is_what_it_holds(table: str, column: str) -> None:
    held = COLUMNS[table, column]
    assert bool(YES_OR_NO.fullmatch(column)) == (held == "BOOLEAN")
    for ending, expected in TYPES.items():
        if column.endswith(ending) and column not in COUNTS:
            assert held == expected


def test_the_abbreviations_of_the_page_are_those_of_the_kpis() -> None:
    words = {word for kpi in load_register(SQL / "kpis") for word in kpi.kpi_id.split("_")}
    assert ABBREVIATIONS
    assert words >= ABBREVIATIONS


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not EMPTY_WORDS & {path.stem for path in (PROJECT / "pipelines").rglob("*")}


def test_what_is_recorded_is_called_so() -> None:
    folders = ("bench", "dags", "dashboards", "docs", "expectations", "pipelines", "sql", "tests")
    files = [file for folder in folders for file in (PROJECT / folder).rglob("*.*")] + list(PROJECT.glob("*.md"))
    texts = {
        file: file.read_text(encoding="utf-8")
        for file in files
        if file.suffix in {".html", ".md", ".py", ".sql", ".yaml"} and SAMPLE_HISTORY not in file.parents
    }
    del texts[PROJECT / "docs" / "naming.md"]
    assert len(texts) > 1000
    assert [str(file) for file, text in texts.items() if NO_VERBS.search(text)] == []


def test_a_class_has_a_name_of_its_own() -> None:
    files = [file for folder in ("pipelines", "dags", "bench", "tests") for file in (PROJECT / folder).rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    names = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    assert "DeliverySelection" in names
    assert [name for name, classes in names.items() if classes > 1] == []


def test_a_file_of_tests_has_a_plain_name() -> None:
    for file in (PROJECT / "tests").rglob("test_*.py"):
        assert PLAIN.fullmatch(file.stem), file.name

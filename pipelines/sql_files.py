"""The SELECTs of ``sql/``: the file's name is the table's, its folder the schema, its references the build order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import takewhile
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import traverse_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

DIALECT = "duckdb"
# A line of a file's head that is for the software to read.
DECLARED = re.compile(r"(grain|consequence): ")


class BadSql(ValueError):
    """A file of ``sql/`` cannot be built: the software's fault. Says which file and why."""


@dataclass(frozen=True)
class Select:
    """One SELECT: the table it makes (``schema.name``), its text, what it reads, and the parameters it takes."""

    table: str
    text: str
    reads: frozenset[str]
    parameters: frozenset[str]

    @property
    def schema(self) -> str:
        return self.table.partition(".")[0]

    @property
    def comment(self) -> str:
        """What the file says at its head, in words: the grain of its table."""
        return " ".join(line for line in self._head if not DECLARED.match(line))

    def declared(self, what: str) -> str | None:
        """What the file's head declares, such as ``grain`` of a line ``-- grain: authority_code, child_id``."""
        return next((line.removeprefix(f"{what}: ") for line in self._head if line.startswith(f"{what}: ")), None)

    @property
    def _head(self) -> list[str]:
        lines = takewhile(lambda line: line.startswith("--"), self.text.splitlines())
        return [line.removeprefix("--").strip() for line in lines]

    @property
    def query(self) -> exp.Query:
        return exp.maybe_parse(self.text, into=exp.Select, dialect=DIALECT)

    @property
    def name(self) -> str:
        return self.table.partition(".")[2]


def read_selects(sql: Path, schema: str) -> list[Select]:
    """The SELECTs of one schema's folder and the folders in it, by name; raises BadSql."""
    return [read_select(path, schema) for path in sorted((sql / schema).rglob("*.sql"), key=lambda path: path.stem)]


def read_select(path: Path, schema: str) -> Select:
    """One file; raises BadSql unless it holds one SELECT that names every table with its schema."""
    return _select(f"{schema}.{path.stem}", path.read_text(encoding="utf-8"))


@cache
def _select(table: str, text: str) -> Select:
    """By its text, since to parse all files takes longer than a small council's build, and a process builds often."""
    try:
        statements = sqlglot.parse(text, dialect=DIALECT)
    except SqlglotError as problem:
        raise BadSql(f"{table}: {problem}") from problem
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise BadSql(f"{table}: a file holds one SELECT and nothing else")
    return Select(table, text, _reads(table, statements[0]), _parameters(statements[0]))


def in_build_order(selects: Iterable[Select], given: Collection[str]) -> list[Select]:
    """What is read comes first. ``given``: tables that are there already; raises BadSql on a stranger or a circle."""
    by_table = {select.table: select for select in selects}
    graph = {}
    for table, select in sorted(by_table.items()):
        for stranger in sorted(select.reads - set(given) - set(by_table)):
            raise BadSql(f"{table}: reads {stranger}, which neither a delivery nor a file of sql/ makes")
        graph[table] = sorted(select.reads & set(by_table))
    try:
        return [by_table[table] for table in TopologicalSorter(graph).static_order()]
    except CycleError as problem:
        raise BadSql(f"these files read each other in a circle: {' -> '.join(problem.args[1])}") from problem


def _reads(table: str, query: exp.Query) -> frozenset[str]:
    sources = [source for scope in traverse_scope(query) for source in scope.sources.values()]
    read = [source for source in sources if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)]
    for source in read:
        if not source.db:
            raise BadSql(f"{table}: reads {source.name} without its schema")
    return frozenset(f"{source.db}.{source.name}" for source in read)


def _parameters(query: exp.Query) -> frozenset[str]:
    return frozenset(placeholder.name for placeholder in query.find_all(exp.Placeholder))

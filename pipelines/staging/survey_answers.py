"""Takes from a survey's own files what its others may hold: a column of answers a question, and its standards."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.contracts.model import PLAIN_NAME, Column
from pipelines.staging import casting

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from pipelines.staging.reading import Reading

LONGEST_SCALE = 11


def expand_answers(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Give a table of answers one column a question, as the delivery's own registry of questions names them."""
    questions = _questions(connection, reading)
    for name, contract in reading.contracts.items():
        answers = next((column for column in contract.columns if column.kind == "answers"), None)
        if answers is None:
            continue
        others = [column for column in contract.columns if column.kind != "answers"]
        taken = {"line", *(column.name for column in others)}
        asked = [
            _answer_column(answers, question, questions[question]) for question in sorted(questions.keys() - taken)
        ]
        reading.contracts[name] = contract.with_columns((*others, *asked, answers))


def expand_standards(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Let the other tables name the standards that the delivery's own list names, by their id or their name."""
    own = _standards(connection, reading)
    if not own:
        return
    for name, contract in reading.contracts.items():
        reading.contracts[name] = contract.with_columns(
            tuple(_with_standards(column, own) if _names_standards(column) else column for column in contract.columns)
        )


def _names_standards(column: Column) -> bool:
    return column.kind == "code" and column.name in {"standard_id", "standard"}


def _with_standards(column: Column, own: Mapping[str, str | None]) -> Column:
    names = {name.lower(): standard for standard, name in own.items() if name}
    return replace(column, codes=tuple(dict.fromkeys((*column.codes, *own))), aliases={**column.aliases, **names})


def _standards(connection: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, str | None]:
    """The ids of the delivery's own standards, and their names as far as those can be read."""
    given = reading.headings.get("survey_standards", set())
    if "standard_id" not in given:
        return {}
    name = exp.func("trim", exp.column("standard_name")) if "standard_name" in given else exp.null()
    listed = exp.select(exp.func("trim", exp.column("standard_id")), name).from_(casting.raw_table("survey_standards"))
    rows = connection.execute(listed.sql(casting.DIALECT)).fetchall()
    pattern = next(c.pattern for c in reading.contracts["survey_standards"].columns if c.name == "standard_name") or ""
    return {
        standard: name if name and re.fullmatch(pattern, name) else None
        for standard, name in rows
        if standard and PLAIN_NAME.fullmatch(standard)
    }


def _questions(connection: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, int]:
    """The delivered questions, in lower case, and the points of their scales."""
    if not {"question_id", "points"} <= reading.headings.get("survey_questions", set()):
        return {}
    points = exp.func("read_integer", exp.column("points"), exp.Literal.number(LONGEST_SCALE))
    registry = exp.select("lower(question_id)", points)
    registry = registry.from_(casting.raw_table("survey_questions"))
    rows = connection.execute(registry.sql(casting.DIALECT)).fetchall()
    return {question: points for question, points in rows if question and points and PLAIN_NAME.fullmatch(question)}


def _answer_column(answers: Column, question: str, points: int) -> Column:
    codes = tuple(str(point) for point in range(1, points + 1))
    return replace(answers, name=question, heading=question, title="Answer", kind="answer", codes=codes)

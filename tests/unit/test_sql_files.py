"""Reading ``sql/``: what a file reads, and in which order the files are built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import TokenType, exp

from pipelines.settings import PROJECT
from pipelines.sql_files import BadSql, in_build_order, read_select, read_selects

if TYPE_CHECKING:
    from pathlib import Path


def write(sql: Path, table: str, text: str) -> Path:
    schema, _, name = table.partition(".")
    (sql / schema).mkdir(exist_ok=True)
    path = sql / schema / f"{name}.sql"
    path.write_text(text)
    return path


def order(sql: Path, *given: str) -> list[str]:
    return [select.table for select in in_build_order(read_selects(sql, "core"), set(given))]


def test_what_is_read_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "core.a", "SELECT b.x FROM core.b")
    write(tmp_path, "core.b", "WITH c AS (SELECT c.x FROM core.c) SELECT c.x FROM c")
    write(tmp_path, "core.c", "SELECT d.x FROM staging.d")
    assert order(tmp_path, "staging.d") == ["core.c", "core.b", "core.a"]


def test_every_place_that_can_read_is_seen(tmp_path: Path) -> None:
    text = """
    WITH a AS (SELECT a.x FROM core.a UNION ALL SELECT b.x FROM core.b)
    SELECT (SELECT max(c.x) FROM core.c), pieces.piece
    FROM a
    INNER JOIN (SELECT d.x FROM core.d) AS inside ON a.x = inside.x
    CROSS JOIN unnest([1, 2]) AS pieces (piece)
    WHERE EXISTS (SELECT 1 FROM core.e WHERE e.x = a.x) AND a.x < $as_of
    """
    select = read_select(write(tmp_path, "core.z", text), "core")
    assert select.reads == {f"core.{name}" for name in "abcde"}
    assert select.parameters == {"as_of"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT b.x FROM core.b", "core.a: reads core.b, which"),
        ("SELECT b.x FROM b", "core.a: reads b without its schema"),
        ("SELECT a.x FROM core.a", "circle: core.a -> core.a"),
        ("SELECT 1; SELECT 2", "core.a: a file holds one SELECT"),
        ("DELETE FROM core.b", "core.a: a file holds one SELECT"),
        ("SELECT FROM WHERE", "core.a: "),
    ],
)
def test_a_file_that_cannot_be_built_is_named(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, "core.a", text)
    with pytest.raises(BadSql, match=message):
        order(tmp_path)


def test_a_circle_names_its_files(tmp_path: Path) -> None:
    write(tmp_path, "core.a", "SELECT b.x FROM core.b")
    write(tmp_path, "core.b", "SELECT a.x FROM core.a")
    with pytest.raises(BadSql, match=r"core\.\w -> core\.\w -> core\.\w"):
        order(tmp_path)


def reads_a_table(text: str) -> bool:
    """Whether a FROM stands among the words of the statements; comments are none of them."""
    return any(token.token_type is TokenType.FROM for token in sqlglot.tokenize(text, dialect="duckdb"))


def test_no_macro_reads_a_table() -> None:
    assert reads_a_table("CREATE MACRO last() AS (SELECT max(a.x)\nFROM core.a);")
    assert not reads_a_table("-- Counted FROM here.\nCREATE MACRO one() AS /* not FROM there */ 'a FROM b';")
    read = [path.name for path in (PROJECT / "sql/macros").glob("*.sql") if reads_a_table(path.read_text("utf-8"))]
    assert read == []


def test_no_join_has_an_or_in_its_condition() -> None:
    """DuckDB turns such a join into a nested loop: seconds for one council, hours for many."""
    for path in (PROJECT / "sql").rglob("*.sql"):
        for statement in sqlglot.parse(path.read_text(encoding="utf-8"), dialect="duckdb"):
            joins = statement.find_all(exp.Join) if statement is not None else ()
            assert not [join for join in joins if join.args.get("on") and join.args["on"].find(exp.Or)], path.name


def test_nothing_is_hidden_by_a_concat_that_is_never_null() -> None:
    """It leaves a null out: what comes after it in a coalesce is never reached."""
    for path in (PROJECT / "sql").rglob("*.sql"):
        for statement in sqlglot.parse(path.read_text(encoding="utf-8"), dialect="duckdb"):
            for choice in statement.find_all(exp.Coalesce) if statement is not None else ():
                before_last = (choice.this, *choice.expressions[:-1])
                assert not [each for each in before_last if isinstance(each, exp.Concat)], path.name


@pytest.mark.parametrize("schema", ["core", "warehouse"])
def test_every_table_says_its_grain_first(schema: str) -> None:
    without = [select.table for select in read_selects(PROJECT / "sql", schema) if "One row" not in select.comment[:8]]
    assert without == []

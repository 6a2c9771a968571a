"""From a contract to the SELECT that turns a table of text into typed, pseudonymised values and facts about them.

What this makes is all that Great Expectations ever sees: no text as it was given is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.contracts import found, readable, unrepeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Set
    from pathlib import Path

    from pipelines.contracts import Column, Contract, Kind

RAW = "raw"
PSEUDONYMS = "pseudonym"
DIALECT = "duckdb"
SHORTEST_TELLING_ID = 6


def attach_raw(file: Path) -> str:
    """The statement that opens a database file for the text as it was given."""
    return exp.Attach(this=exp.alias_(exp.Literal.string(str(file)), RAW)).sql(DIALECT)


def raw_table(name: str) -> exp.Table:
    return exp.table_(name, db="main", catalog=RAW, quoted=True)


def distinct_identifiers(contracts: Iterable[Contract], headings: Mapping[str, Set[str]]) -> exp.Query | None:
    """A query of every (kind, id) that the delivered tables hold, each once; None where there are none."""
    parts = [
        exp.select(_text(column.pseudonym).as_("kind"), _given(column).as_("id")).from_(
            raw_table(contract.name).as_("given")
        )
        for contract in contracts
        for column in contract.columns
        if column.pseudonym is not None and column.heading in headings[contract.name]
    ]
    if not parts:
        return None
    return exp.select("kind", "id").distinct().from_(_union_all(parts).subquery("ids")).where("id IS NOT NULL")


def checked_rows(contract: Contract, delivered: Mapping[str, Set[str]]) -> exp.Select:
    """The typed rows of a table, in file order, with the facts that its checks look at.

    ``delivered`` holds the headings of every delivered table: a missing column is null in every row, and a
    reference to a table that was not delivered is not checked.
    """
    query = exp.select(exp.column("line", "given")).from_(raw_table(contract.name).as_("given"))
    for number, column in enumerate(contract.staged_columns):
        if column.kind == "answers":
            continue
        here = column.heading in delivered[contract.name]
        if here and column.pseudonym is not None:
            query = _join_pseudonym(query, column, f"p{number}")
        query = query.select(*_column_and_facts(column, here, f"p{number}", delivered))
    return query


def _column_and_facts(column: Column, here: bool, alias: str, delivered: Mapping[str, Set[str]]) -> Iterator[exp.Expr]:
    assert column.duckdb_type is not None  # noqa: S101 - staged columns only
    value = _value(column, alias) if here else exp.null()
    yield exp.cast(value, column.duckdb_type, dialect=DIALECT).as_(column.name, quoted=True)
    if column.kind != "identifier":
        yield _where_given(column, _is_readable(column), here).as_(readable(column.name), quoted=True)
    if column.primary_key:
        yield _where_given(column, _is_first_with_it(column), here).as_(unrepeated(column.name), quoted=True)
    if column.refers_to is not None:
        table, key = column.refers_to
        known = here and key in delivered.get(table, set())
        yield _where_given(column, _is_held_by(column, table, key), known).as_(found(column.name), quoted=True)


def _value(column: Column, alias: str) -> exp.Expr:
    if column.kind == "identifier":
        return exp.column("key", alias)
    return READERS[column.kind](column)


def _is_readable(column: Column) -> exp.Expr:
    if column.kind == "flag":
        return exp.func("is_readable_json_flag", _given(column), _json_path(column))
    if column.kind == "answer":
        no_answer = exp.func("lower", _given(column)).isin(*column.no_answers)
        return exp.or_(no_answer, _not_null(READERS[column.kind](column)))
    return _not_null(READERS[column.kind](column))


def _is_first_with_it(column: Column) -> exp.Expr:
    ranked = exp.Window(
        this=exp.RowNumber(),
        partition_by=[_given(column)],
        order=exp.Order(expressions=[exp.column("line", "given").asc()]),
    )
    return exp.EQ(this=ranked, expression=exp.Literal.number(1))


def _is_held_by(column: Column, table: str, key: str) -> exp.Expr:
    held = exp.select(exp.column(key, "held", quoted=True)).from_(raw_table(table).as_("held"))
    return _given(column).isin(query=held.where(_not_null(exp.column(key, "held", quoted=True))))


def _where_given(column: Column, fact: exp.Expr, here: bool) -> exp.Expr:
    """The fact where something was given, else null: what was not given is neither right nor wrong."""
    if not here:
        return exp.cast(exp.null(), "BOOLEAN")
    return exp.case().when(_not_null(_given(column)), fact)


def _join_pseudonym(query: exp.Select, column: Column, alias: str) -> exp.Select:
    same_kind = exp.column("kind", alias).eq(_text(column.pseudonym))
    return query.join(
        exp.table_(PSEUDONYMS, db="main", catalog=RAW).as_(alias),
        on=exp.and_(same_kind, exp.column("id", alias).eq(_given(column))),
        join_type="left",
    )


def _read_code(column: Column) -> exp.Expr:
    spellings = {code.lower(): code for code in column.codes} | dict(column.aliases)
    return exp.func("read_code", _given(column), _texts(spellings), _texts(spellings.values()))


def _read_answer(column: Column) -> exp.Expr:
    points = len(column.codes)
    spellings = {str(point): point for point in range(1, points + 1)}
    words = {word: point for point, word in enumerate(column.words.get(points, ()), start=1)}
    numbers = [exp.Literal.number(point) for point in (spellings | words).values()]
    return exp.func("read_code", _given(column), _texts(spellings | words), exp.array(*numbers))


def _read_text(column: Column) -> exp.Expr:
    """A code as given, unless it is one of the delivery's own record ids, long enough not to be one by chance."""
    text = exp.func("read_text", _given(column), _text(column.pattern), exp.Literal.number(column.longest))
    identifiers = exp.select("id").from_(exp.table_(PSEUDONYMS, db="main", catalog=RAW))
    identifiers = identifiers.where(exp.func("length", exp.column("id")) >= SHORTEST_TELLING_ID)
    return exp.case().when(exp.not_(_given(column).isin(query=identifiers)), text)


def _read_flag(column: Column) -> exp.Expr:
    return exp.func("read_json_flag", _given(column), _json_path(column))


def _read_with(macro: str) -> Callable[[Column], exp.Expr]:
    return lambda column: exp.func(macro, _given(column))


def _read_up_to_maximum(macro: str) -> Callable[[Column], exp.Expr]:
    return lambda column: exp.func(macro, _given(column), exp.Literal.number(column.maximum))


READERS: dict[Kind, Callable[[Column], exp.Expr]] = {
    "date": _read_with("read_date"),
    "integer": _read_up_to_maximum("read_integer"),
    "number": _read_up_to_maximum("read_number"),
    "boolean": _read_with("read_boolean"),
    "code": _read_code,
    "text": _read_text,
    "flag": _read_flag,
    "answer": _read_answer,
}


def _given(column: Column) -> exp.Column:
    return exp.column(column.heading, "given", quoted=True)


def _json_path(column: Column) -> exp.Expr:
    return _text(f"$.{column.json_key}")


def _not_null(expression: exp.Expr) -> exp.Expr:
    return exp.not_(expression.is_(exp.null()))


def _text(value: str | None) -> exp.Expr:
    return exp.Literal.string(value or "")


def _texts(values: Iterable[str]) -> exp.Expr:
    return exp.array(*(_text(value) for value in values))


def _union_all(parts: list[exp.Select]) -> exp.Query:
    query: exp.Query = parts[0]
    for part in parts[1:]:
        query = query.union(part, distinct=False)
    return query

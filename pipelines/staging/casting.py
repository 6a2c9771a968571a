"""From a contract to the SELECT that turns a table of text into typed, pseudonymised values and facts about them.

What this makes is all that Great Expectations ever sees: no text as it was given is in it.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.contracts.structural_checks import found, readable, unrepeated

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
    from pathlib import Path

    from pipelines.contracts.model import Column, Contract, Kind

RAW = "raw"
PSEUDONYMS = "pseudonym"
LEAKED_IDS = "leaked_id"
DIALECT = "duckdb"
SHORTEST_LEAKED_ID = 6

# What ``pseudonym`` needs beside a kind and an id; a variable, so that it is in no table and no query's text.
SET_PADS = """
    SET VARIABLE pads = {
        'inner_pad': $inner_pad::BLOB, 'outer_pad': $outer_pad::BLOB, 'authority_code': $authority_code::VARCHAR
    }
"""


def attach_raw(file: Path) -> str:
    """The statement that opens a database file for the text as it was given."""
    return exp.Attach(this=exp.alias_(exp.Literal.string(str(file)), RAW)).sql(DIALECT)


def raw_table(name: str) -> exp.Table:
    return exp.table_(name, db="main", catalog=RAW, quoted=True)


def pseudonyms(contracts: Iterable[Contract], headings: Mapping[str, Set[str]]) -> exp.Query:
    """A query of (kind, id, key) for every id by which rows refer to others, hashed once however many rows do.

    A row's own id is there once, and hashed where it stands: a table of those would be as long as the data.
    """
    references = _all_given(contracts, headings, _is_reference)
    ids = exp.select("kind", "id").distinct().from_(references).where("id IS NOT NULL")
    return exp.select("kind", "id", _pseudonym(exp.column("kind"), exp.column("id")).as_("key")).from_(ids.subquery())


def own_ids(contract: Contract, column: Column) -> exp.Select:
    """A query of (line, pseudonym, id) for every row that gives an id in the column; ``line`` is that of the file."""
    ids = exp.select(exp.column("line", "given"), given(column).as_("id")).from_(raw_table(contract.name).as_("given"))
    if _is_reference(column):
        _join_pseudonym(ids, column, "p")
    pseudonym = exp.cast(_read_value(column, "p"), "VARCHAR")
    return ids.select(pseudonym.as_("pseudonym"), copy=False).where(_not_null(given(column)), copy=False)


def leaked_ids(contracts: Collection[Contract], headings: Mapping[str, Set[str]]) -> exp.Query:
    """A query of the record ids that were given where a code is due, if they are too long to be there by chance."""
    identifiers = _all_given(contracts, headings, lambda column: column.pseudonym is not None)
    codes = _all_given(contracts, headings, lambda column: column.kind == "text")
    long_enough = exp.func("length", exp.column("id")) >= SHORTEST_LEAKED_ID
    given_as_code = exp.column("id").isin(query=exp.select("id").from_(codes))
    return exp.select("id").distinct().from_(identifiers).where(long_enough, given_as_code)


def _is_reference(column: Column) -> bool:
    return column.pseudonym is not None and not column.primary_key


def _all_given(
    contracts: Iterable[Contract], headings: Mapping[str, Set[str]], wanted: Callable[[Column], bool]
) -> exp.Subquery:
    """All that stands in the wanted columns, as (kind, id)."""
    nothing: exp.Query = exp.select(_text(None).as_("kind"), _text(None).as_("id")).where(exp.false())
    parts = (
        exp.select(_text(column.pseudonym), given(column)).from_(raw_table(contract.name).as_("given"))
        for contract in contracts
        for column in contract.columns
        if wanted(column) and column.heading in headings[contract.name]
    )
    return reduce(lambda query, part: query.union(part, distinct=False, copy=False), parts, nothing).subquery("ids")


def checked_rows(contract: Contract, delivered: Mapping[str, Set[str]]) -> exp.Select:
    """The typed rows of a table, in file order, with the facts that its checks look at.

    ``delivered`` holds the headings of every delivered table: a missing column is null in every row, and a
    reference to a table that was not delivered is not checked.
    """
    values = exp.select("given.*").from_(raw_table(contract.name).as_("given"))
    rows = exp.select(exp.column("line", "given"))
    for number, column in enumerate(contract.staged_columns):
        if column.kind == "answers":
            continue
        here = column.heading in delivered[contract.name]
        # In place: a copy a column takes seconds where the columns are many.
        if here and _is_reference(column):
            _join_pseudonym(values, column, f"p{number}")
        values.select(_value(column, f"p{number}", here).as_(_value_name(column), quoted=True), copy=False)
        rows.select(*_column_and_facts(contract.name, column, here, delivered), copy=False)
    return rows.from_(values.subquery("given", copy=False), copy=False)


def _value_name(column: Column) -> str:
    """Beside the text that it was read from."""
    return f"{column.name}__value"


def orders_of_dates(contract: Contract, columns: Sequence[Column]) -> exp.Select:
    """How many dates of each column can only have the day first, and how many only the month."""
    counts = (
        exp.func("coalesce", exp.func("count_if", exp.func(macro, given(column))), exp.Literal.number(0))
        for column in columns
        for macro in ("has_day_first", "has_month_first")
    )
    return exp.select(*counts).from_(raw_table(contract.name).as_("given"))


def no_rows(contract: Contract) -> exp.Select:
    """The columns of a table that was not delivered, with the facts that queries of other tables ask for."""
    kinds = {column.name: column.duckdb_type for column in contract.columns if column.duckdb_type is not None}
    facts = {readable(column.name): "BOOLEAN" for column in contract.staged_columns if column.is_read}
    columns = {"line": "BIGINT", **kinds, **facts}
    nothing = (exp.cast(exp.null(), kind, dialect=DIALECT).as_(name, quoted=True) for name, kind in columns.items())
    return exp.select(*nothing).where(exp.false())


def _column_and_facts(table: str, column: Column, here: bool, delivered: Mapping[str, Set[str]]) -> Iterator[exp.Expr]:
    value = exp.column(_value_name(column), "given", quoted=True)
    yield value.as_(column.name, quoted=True)
    if column.is_read:
        yield _where_given(column, _is_readable(column, value), here).as_(readable(column.name), quoted=True)
    if column.primary_key:
        yield _where_given(column, _is_first_with_it(table, column), here).as_(unrepeated(column.name), quoted=True)
    if column.refers_to is not None:
        other, key = column.refers_to
        known = here and key in delivered.get(other, set())
        yield _where_given(column, is_held(column), known).as_(found(column.name), quoted=True)


def _value(column: Column, alias: str, here: bool) -> exp.Expr:
    assert column.duckdb_type is not None  # noqa: S101 - staged columns only
    value = _read_value(column, alias) if here else exp.null()
    return exp.cast(value, column.duckdb_type, copy=False, dialect=DIALECT)


def _read_value(column: Column, alias: str) -> exp.Expr:
    if column.kind == "identifier":
        key = exp.column("key", alias) if _is_reference(column) else _pseudonym(_text(column.pseudonym), given(column))
        return exp.case().when(_not_null(_shaped(column)), key) if column.pattern else key
    return READERS[column.kind](column)


def _is_readable(column: Column, value: exp.Expr) -> exp.Expr:
    if column.kind == "flag":
        return exp.func("is_readable_json_flag", given(column), _json_flag(column))
    if column.no_answers:
        no_answer = exp.func("list_contains", texts(column.no_answers), exp.func("lower", given(column)))
        return exp.or_(no_answer, _not_null(value))
    return _not_null(value)


def _is_first_with_it(table: str, column: Column) -> exp.Expr:
    """By a query of its own over the two columns: a window in the rows' query would carry all of them along."""
    key = exp.column(column.heading, "same", quoted=True)
    line = exp.column("line", "same")
    place = exp.Window(this=exp.RowNumber(), partition_by=[key], order=exp.Order(expressions=[line.asc()]))
    repeats = exp.select(line).from_(raw_table(table).as_("same")).qualify(place > 1)
    return exp.not_(exp.column("line", "given").isin(query=repeats))


def is_held(column: Column) -> exp.Expr:
    """Whether the table that a reference leads to has a row with the id that was given."""
    assert column.refers_to is not None  # noqa: S101 - references only
    table, key = column.refers_to
    held = exp.select(exp.column(key, "held", quoted=True)).from_(raw_table(table).as_("held"))
    return given(column).isin(query=held.where(_not_null(exp.column(key, "held", quoted=True))))


def _where_given(column: Column, fact: exp.Expr, here: bool) -> exp.Expr:
    """The fact where something was given, else null: what was not given is neither right nor wrong."""
    if not here:
        return exp.cast(exp.null(), "BOOLEAN")
    return exp.case().when(_not_null(given(column)), fact)


def _join_pseudonym(query: exp.Select, column: Column, alias: str) -> None:
    same_kind = exp.column("kind", alias).eq(_text(column.pseudonym))
    query.join(
        raw_table(PSEUDONYMS).as_(alias),
        on=exp.and_(same_kind, exp.column("id", alias).eq(given(column))),
        join_type="left",
        copy=False,
    )


def _read_code(column: Column) -> exp.Expr:
    own = {code.lower(): code for code in column.codes} | dict(column.aliases)
    spellings = own | _as_numbers(own)
    return exp.func("read_code", given(column), texts(spellings), texts(spellings.values()))


def _as_numbers(spellings: Mapping[str, str]) -> dict[str, str]:
    """What is a number, as tools write it that take it for one: ``02`` as ``2`` or ``2.0``."""
    numbers = {spelling: str(int(spelling)) for spelling in spellings if spelling.isdecimal()}
    certain = {spelling: number for spelling, number in numbers.items() if list(numbers.values()).count(number) == 1}
    return {
        form: spellings[spelling]
        for spelling, number in certain.items()
        for form in (number, f"{number}.0", f"{spelling}.0")
    }


def _read_answer(column: Column) -> exp.Expr:
    points = len(column.codes)
    spellings = {form: point for point in range(1, points + 1) for form in (str(point), f"{point}.0")}
    words = {word: point for point, word in enumerate(column.words.get(points, ()), start=1)}
    numbers = [exp.Literal.number(point) for point in (spellings | words).values()]
    return exp.func("read_code", given(column), texts(spellings | words), exp.array(*numbers))


def _read_text(column: Column) -> exp.Expr:
    """A code as given, unless it is one of the delivery's own record ids."""
    text = exp.func("read_text", given(column), _text(column.pattern), exp.Literal.number(column.longest))
    leaked = exp.select("id").from_(raw_table(LEAKED_IDS))
    return exp.case().when(exp.not_(given(column).isin(query=leaked)), text)


def _shaped(column: Column) -> exp.Expr:
    """An id whose shape is known, where it has it: what stands in its place, such as UN1, many children have."""
    return exp.case().when(exp.func("regexp_full_match", given(column), _text(column.pattern)), given(column))


def _pseudonym(kind: exp.Expr, identifier: exp.Expr) -> exp.Expr:
    inner_pad, outer_pad, authority_code = (
        exp.func("struct_extract", exp.func("getvariable", _text("pads")), _text(part))
        for part in ("inner_pad", "outer_pad", "authority_code")
    )
    return exp.func("pseudonym", inner_pad, outer_pad, kind, authority_code, identifier)


def _read_date(column: Column) -> exp.Expr:
    return exp.func("read_date_of_one_order" if column.is_month_first else "read_date", given(column))


def _read_flag(column: Column) -> exp.Expr:
    return exp.func("read_boolean", _json_flag(column))


def _read_with(macro: str) -> Callable[[Column], exp.Expr]:
    return lambda column: exp.func(macro, given(column))


def _read_up_to_maximum(macro: str) -> Callable[[Column], exp.Expr]:
    return lambda column: exp.func(macro, given(column), exp.Literal.number(column.maximum))


READERS: dict[Kind, Callable[[Column], exp.Expr]] = {
    "date": _read_date,
    "integer": _read_up_to_maximum("read_integer"),
    "number": _read_up_to_maximum("read_number"),
    "boolean": _read_with("read_boolean"),
    "code": _read_code,
    "identifier": _shaped,
    "text": _read_text,
    "flag": _read_flag,
    "answer": _read_answer,
    "symbol": _read_code,
}


def given(column: Column) -> exp.Column:
    return exp.column(column.heading, "given", quoted=True)


def _json_flag(column: Column) -> exp.Expr:
    """What is given under the flag's key, or else under another that is known to stand for it."""
    keys = (column.json_key, *column.other_headings)
    values = [exp.func("json_text", given(column), _text(f"$.{key}")) for key in keys]
    return values[0] if len(values) == 1 else exp.func("coalesce", *values)


def _not_null(expression: exp.Expr) -> exp.Expr:
    return exp.not_(expression.is_(exp.null()))


def _text(value: str | None) -> exp.Expr:
    return exp.Literal.string(value or "")


def texts(values: Iterable[str]) -> exp.Expr:
    return exp.array(*(_text(value) for value in values))

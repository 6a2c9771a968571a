"""Reads a file in the form in which its case management system writes it: other headings, and values found elsewhere.

What may stand for what is reviewed, in ``spellings.csv`` and ``elsewhere.csv`` beside a source's contracts: nothing is
guessed. A column's own heading goes before any other, and what is read so is a finding, once a column. By which columns
a system's export is known is in ``systems.csv``, and decides nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from pipelines import findings
from pipelines.contracts.model import CHILD
from pipelines.staging import casting
from pipelines.staging.outcome import DeliveryNotice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Set

    import duckdb

    from pipelines.contracts.model import Column, Contract, Elsewhere, Source, SystemSign
    from pipelines.staging.reading import Reading

WITH_ITS_HEADINGS, WITH_ITS_KEYS, WITH_WHAT_WAS_FOUND = "headings", "keys", "found"
MOST_WITHOUT_AN_ID, FEWEST_WITHOUT_AN_ID = 2, 3
"""Per cent of the records, and how many: fewer that have no id of their own are slips, and refused row by row."""
FEWEST_IDS = 100
"""Of fewer ids none of which leads anywhere nothing follows."""


class Found(NamedTuple):
    """Values that a file has elsewhere than in their column: what they are, and of how many rows there is one."""

    value: exp.Expr
    rows: int


def signs_of_systems(
    connection: duckdb.DuckDBPyConnection, source: Source, reading: Reading, blank_words: tuple[str, ...]
) -> tuple[SystemSign, ...]:
    """The columns of the delivery by which the export of a case management system is known.

    The headings are as they were given; ``blank_words`` stand in place of a value, and are blanked later. One column
    that is blank is so in many an export: of a system that is known by blank columns, all of them are.
    """
    there = [sign for sign in source.systems if sign.heading in reading.headings.get(sign.table, set())]
    blank = {s for s in there if s.is_blank and s.table in reading.filled and _is_blank(connection, s, blank_words)}
    filled = {sign.system for sign in source.systems if sign.is_blank and sign not in blank}
    return tuple(sign for sign in there if not sign.is_blank or (sign in blank and sign.system not in filled))


def _is_blank(connection: duckdb.DuckDBPyConnection, sign: SystemSign, blank_words: tuple[str, ...]) -> bool:
    value = exp.func("nullif", exp.func("trim", exp.column(sign.heading, quoted=True)), exp.Literal.string(""))
    is_given = exp.not_(exp.func("is_one_of_words", value, casting.texts(blank_words)))
    given = exp.select(exp.func("count_if", is_given)).from_(casting.raw_table(sign.table))
    return not connection.execute(given.sql(casting.DIALECT)).fetchall()[0][0]


def read_other_headings(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Give a column its own heading that has one which is known to stand for it."""
    for name, contract in reading.contracts.items():
        read = reading.reads[name]
        own = {each.lower(): each for each in read.columns}
        spelt = dict(_spelt_otherwise(contract, own.keys()))
        if not spelt:
            continue
        renamed = {own[heading]: column.heading for heading, column in spelt.items()}
        columns = [exp.Alias(this=_quoted(given), alias=_identifier(ours)) for given, ours in renamed.items()]
        _put_before(connection, name, WITH_ITS_HEADINGS, exp.Star(rename=columns))
        columns_read = tuple(renamed.get(each, each) for each in read.columns)
        reading.reads[name] = replace(read, columns=columns_read)
        reading.notices += [DeliveryNotice(findings.OTHER_SPELLING, name, column.heading) for column in spelt.values()]


def find_elsewhere(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Fill the columns that a file does not have, or has blank in every row, from where else their values are found.

    So are keys that do not identify a table's records. Ids that are none of the table that they should name are read
    as blank: the keys are known by then, and what refers to them is not yet looked up.
    """
    _fill(connection, reading, WITH_ITS_KEYS, lambda column: column.primary_key)
    _leave_out_ids_of_another_kind(connection, reading)
    _fill(connection, reading, WITH_WHAT_WAS_FOUND, lambda column: not column.primary_key)


def _fill(
    connection: duckdb.DuckDBPyConnection, reading: Reading, changed: str, wanted: Callable[[Column], bool]
) -> None:
    for name, contract in reading.filled.items():
        found = {
            column.heading: best.value
            for column in filter(wanted, contract.columns)
            for best in [_best(connection, reading, name, _ways(connection, reading, name, column))]
            if best is not None
        }
        if not found:
            continue
        read = reading.reads[name]
        own = {each.lower(): each for each in read.columns}
        values = {own.get(heading, heading): value for heading, value in found.items()}
        there = [value.as_(heading, quoted=True) for heading, value in values.items() if heading in read.columns]
        added = [value.as_(heading, quoted=True) for heading, value in values.items() if heading not in read.columns]
        _put_before(connection, name, changed, exp.Star(replace=there) if there else exp.Star(), *added)
        reading.reads[name] = replace(read, columns=(*read.columns, *(each.alias for each in added)))
        reading.not_read.get(name, set()).difference_update(found)
        reading.notices += [DeliveryNotice(findings.FOUND_ELSEWHERE, name, heading) for heading in found]


def _leave_out_ids_of_another_kind(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Do not read a column of ids none of which the other table has: what it names is another thing than it should.

    Whose record a row is, and what a figure depends on, is never left out so: such a delivery is of two moments.
    """
    filled = reading.filled
    for name, contract in filled.items():
        not_ours = [
            column.heading
            for column in contract.columns
            if column.refers_to is not None and not (column.required or column.critical or column.pseudonym == CHILD)
            if column.kind == "identifier" and column.heading in reading.headings[name]
            if column.refers_to[0] in filled and column.refers_to[1] in reading.headings[column.refers_to[0]]
            if _leads_nowhere(connection, name, column)
        ]
        if not_ours:
            reading.not_read[name] = set(not_ours)
            reading.notices += [DeliveryNotice(findings.ANOTHER_KIND_OF_ID, name, heading) for heading in not_ours]


def _leads_nowhere(connection: duckdb.DuckDBPyConnection, table: str, column: Column) -> bool:
    counts = exp.select(exp.Count(this=casting.given(column)), exp.func("count_if", casting.is_held(column)))
    counts = counts.from_(casting.raw_table(table).as_("given"))
    given, held = connection.execute(counts.sql(casting.DIALECT)).fetchall()[0]
    return bool(given >= FEWEST_IDS and not held)


def _spelt_otherwise(contract: Contract, given: Set[str]) -> Iterator[tuple[str, Column]]:
    """The first of a column's other headings that is there, where its own is not."""
    for column in contract.columns:
        if column.kind == "flag":
            continue
        others = [heading for heading in map(str.lower, column.other_headings) if heading in given]
        if others and column.heading not in given:
            yield others[0], column


def _ways(connection: duckdb.DuckDBPyConnection, reading: Reading, table: str, column: Column) -> tuple[Elsewhere, ...]:
    """From where a column may be filled: where it has values, only a key that does not do what a key is for."""
    if not column.elsewhere or _is_blank_throughout(connection, reading, table, column):
        return column.elsewhere
    made = tuple(place for place in column.elsewhere if place.is_made_of_several)
    return tuple(place for place in made if _identifies_more(connection, reading, table, column, place))


def _identifies_more(
    connection: duckdb.DuckDBPyConnection, reading: Reading, table: str, column: Column, place: Elsewhere
) -> bool:
    """Whether a key made of several columns is of many more records than the key's own values are."""
    if not set(place.headings) <= reading.headings[table]:
        return False
    values = (_of_several(place), casting.given(column))
    counts = exp.select(*(exp.Count(this=exp.Distinct(expressions=[value])) for value in values))
    counts = counts.from_(casting.raw_table(table).as_("given"))
    made, own = connection.execute(counts.sql(casting.DIALECT)).fetchall()[0]
    return bool(made - own >= FEWEST_WITHOUT_AN_ID and 100 * (made - own) > MOST_WITHOUT_AN_ID * made)


def _is_blank_throughout(connection: duckdb.DuckDBPyConnection, reading: Reading, table: str, column: Column) -> bool:
    """Whether no row has a value: a row without one among others that have is a fault of its own."""
    if column.heading not in reading.headings[table]:
        return True
    counts = exp.select(exp.Count(this=casting.given(column))).from_(casting.raw_table(table).as_("given"))
    return not connection.execute(counts.sql(casting.DIALECT)).fetchall()[0][0]


def _best(
    connection: duckdb.DuckDBPyConnection, reading: Reading, table: str, places: Iterable[Elsewhere]
) -> Found | None:
    """Of the ways that find a value for some row, the one that does for most; of two alike, the first."""
    ways = (_found(connection, reading, table, place) for place in places)
    return max((way for way in ways if way is not None and way.rows), key=lambda way: way.rows, default=None)


def _found(connection: duckdb.DuckDBPyConnection, reading: Reading, table: str, place: Elsewhere) -> Found | None:
    """What one way finds; None where the file, or the table to look it up in, has not what it takes."""
    if not set(place.headings) <= reading.headings[table]:
        return None
    if place.table and not {place.key, place.value} <= reading.headings.get(place.table, set()):
        return None
    value = _value(place)
    counts = exp.select("count(*)", exp.Count(this=value), exp.Count(this=exp.Distinct(expressions=[value])))
    counts = counts.from_(casting.raw_table(table).as_("given"))
    rows, filled, different = connection.execute(counts.sql(casting.DIALECT)).fetchall()[0]
    is_usable = bool(place.table) or place.is_made_of_several or rows == filled == different
    return Found(value, filled) if is_usable else None


def _value(place: Elsewhere) -> exp.Expr:
    if place.is_made_of_several:
        return _of_several(place)
    if not place.headings:
        return _place_in_file()
    return _looked_up(place) if place.table else _here(*place.headings)


def _here(heading: str) -> exp.Column:
    return exp.column(heading, "given", quoted=True)


def _of_several(place: Elsewhere) -> exp.Expr:
    """Never null; a record that is written twice has the same twice."""
    given = (exp.func("coalesce", _here(heading), exp.Literal.string("")) for heading in place.headings)
    return exp.func("concat_ws", exp.Literal.string(" / "), *given)


def _looked_up(place: Elsewhere) -> exp.Expr:
    """The value of the row with the same key; null where rows with that key have several."""
    here = _here(*place.headings)
    key, value = (exp.column(name, "held", quoted=True) for name in (place.key, place.value))
    least, greatest = exp.Min(this=value), exp.Max(this=value)
    one = exp.select(exp.case().when(least.eq(greatest), least)).from_(casting.raw_table(place.table).as_("held"))
    return one.where(key.eq(exp.func("in_one_form", here))).subquery()


def _place_in_file() -> exp.Expr:
    """A text that is no id: those of the system are beside it where one month has them and another does not."""
    return exp.func("concat", exp.Literal.string("row "), exp.column("line", "given"))


def _put_before(connection: duckdb.DuckDBPyConnection, table: str, changed: str, *columns: exp.Expr) -> None:
    """Put a view in the place of a raw table, with these columns of it."""
    before = f"{table}__before_{changed}"
    rename = exp.AlterRename(this=_identifier(before))
    alter = exp.Alter(this=casting.raw_table(table), kind="VIEW", actions=[rename])
    connection.execute(alter.sql(casting.DIALECT))
    query = exp.select(*columns).from_(casting.raw_table(before).as_("given"))
    view = exp.Create(this=casting.raw_table(table), kind="VIEW", expression=query)
    connection.execute(view.sql(casting.DIALECT))


def _quoted(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _identifier(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)

"""Compares what was delivered with what the contracts expect: tables, columns, order of dates, newest records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines import findings
from pipelines.findings import UnusableDelivery
from pipelines.staging import casting
from pipelines.staging.outcome import DeliveryNotice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.contracts.model import Column, Contract, Source
    from pipelines.staging.reading import Reading
    from pipelines.staging.workspace import StagingInputs

REFERRALS = "ssd_cin_episodes"
FEWEST_A_MONTH = 5
"""Where at least so many begin in each month of a year, a month in which none does is no chance."""
FEWEST_BLANK, FEWEST_BLANK_IN_A_LIST = 100, 20
"""Of fewer blank values nothing follows; a list of what has no date of its own, such as workers, is shorter."""
FEWEST_BESIDE = 100
"""Beside fewer records an empty table can be right."""
FEWEST_REPEATS = 20
"""Fewer rows with the id of an earlier one are slips, and refused as such."""
SURE_OF_THE_ORDER = 10
"""So many dates with the day first as there are of the month first, and the latter are slips."""


def leave_out_tables_without_key(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Leave out each table without a column that all its rows need, with a notice a column of all that is missing.

    A column that is blank in every row is missing too.

    Raises UnusableDelivery, with all of them, where no table is left, or where a file has no heading of its table: then
    it is another file than its name says.
    """
    filled = reading.filled
    missing = {
        name: [
            *_missing_key_columns(reading, contract),
            *(_blank_keys(connection, reading, contract) if name in filled else ()),
        ]
        for name, contract in reading.contracts.items()
    }
    lost = {name: headings for name, headings in missing.items() if headings}
    others = [name for name in lost if not reading.headings[name] & set(reading.contracts[name].headings)]
    if others or len(lost) == len(reading.contracts):
        refused = others or list(lost)
        first, *more = (_missing_in_words(reading.reads[name].file_name, lost[name]) for name in refused)
        file_name, cause = first
        cause = " ".join((cause, *(f"{other}: {why}" for other, why in more)))
        raise UnusableDelivery(findings.MISSING_KEY_COLUMN, file_name, cause)
    for name, headings in lost.items():
        reading.notices += [DeliveryNotice(findings.TABLE_WITHOUT_KEY, name, heading) for heading in headings]
        reading.notices += _missing_columns(reading.contracts[name], reading.headings[name] | set(headings))
        reading.lost[name] = tuple(headings)
        del reading.contracts[name], reading.reads[name]


def _missing_in_words(file_name: str, headings: Sequence[str]) -> tuple[str, str]:
    if len(headings) == 1:
        return (
            file_name,
            f"The column {headings[0]} is missing or blank in every row, and no row can be used without it.",
        )
    return file_name, f"The columns {', '.join(headings)} are missing or blank, and no row can be used without them."


def _missing_key_columns(reading: Reading, contract: Contract) -> Iterator[str]:
    return (
        column.heading
        for column in contract.columns
        if column.required and column.heading not in reading.headings[contract.name]
    )


def _blank_keys(connection: duckdb.DuckDBPyConnection, reading: Reading, contract: Contract) -> Iterator[str]:
    columns = [each for each in contract.columns if each.required and each.heading in reading.headings[contract.name]]
    for column, (given, _) in zip(columns, _given(connection, contract, columns), strict=True):
        if not given:
            yield column.heading


def _given(
    connection: duckdb.DuckDBPyConnection, contract: Contract, columns: Sequence[Column]
) -> Iterator[tuple[int, int]]:
    """For each column in how many rows something was given, and how many rows there are."""
    counts = exp.select("count(*)", *(exp.Count(this=casting.given(column)) for column in columns))
    counts = counts.from_(casting.raw_table(contract.name).as_("given"))
    rows, *given = connection.execute(counts.sql(casting.DIALECT)).fetchall()[0]
    return ((each, rows) for each in given)


def notice_blank_columns(connection: duckdb.DuckDBPyConnection, reading: Reading) -> Iterator[DeliveryNotice]:
    """Tell of the columns of which the contract says in how many rows they may be blank, and that are in more."""
    for name, contract in reading.filled.items():
        given_headings = reading.headings[name]
        columns = [c for c in contract.columns if c.largest_blank_percent is not None and c.heading in given_headings]
        for column, (given, rows) in zip(columns, _given(connection, contract, columns), strict=True):
            blank = rows - given
            fewest = FEWEST_BLANK if contract.event_date else FEWEST_BLANK_IN_A_LIST
            if blank >= fewest and (not given or 100 * blank > (column.largest_blank_percent or 0) * rows):
                yield DeliveryNotice(findings.BLANK_COLUMN, name, column.heading)


def notice_empty_tables(reading: Reading) -> Iterator[DeliveryNotice]:
    """Tell of the tables without a record that cannot be empty beside one that is delivered with many."""
    filled = reading.filled
    for name, contract in reading.contracts.items():
        beside = filled.get(contract.never_empty_beside or "")
        if name not in filled and beside is not None and reading.reads[beside.name].rows_read >= FEWEST_BESIDE:
            yield DeliveryNotice(findings.EMPTY_TABLE, name)


def notice_rows_written_twice(connection: duckdb.DuckDBPyConnection, reading: Reading) -> Iterator[DeliveryNotice]:
    """Tell of the rows that are the same as an earlier one in every column, in a table that has many with one key."""
    for name, contract in reading.filled.items():
        key = contract.primary_key
        if key is None or key.heading not in reading.headings[name]:
            continue
        raw, given = casting.raw_table(name).as_("given"), casting.given(key)
        different = exp.Count(this=exp.Distinct(expressions=[given]))
        repeats = exp.select(exp.Sub(this=exp.Count(this=given), expression=different)).from_(raw)
        if connection.execute(repeats.sql(casting.DIALECT)).fetchall()[0][0] < FEWEST_REPEATS:
            continue
        line = exp.column("line", "given")
        row = [exp.column(heading, "given", quoted=True) for heading in reading.reads[name].columns]
        place = exp.Window(this=exp.RowNumber(), partition_by=row, order=exp.Order(expressions=[line.asc()]))
        same = exp.select(line).from_(raw).where(exp.not_(given.is_(exp.null()))).qualify(place > 1).order_by(line)
        for (number,) in connection.execute(same.sql(casting.DIALECT)).fetchall():
            yield DeliveryNotice(findings.ROW_WRITTEN_TWICE, name, key.heading, number)


def notice_what_is_not_open(
    connection: duckdb.DuckDBPyConnection, inputs: StagingInputs, sql: Path
) -> Iterator[DeliveryNotice]:
    """Tell of the tables that hold only what has ended, or led on; needs ``checked`` of every table of the source."""
    query = sql / "staging" / "only_ended" / f"{inputs.source.name}.sql"
    if query.exists():
        found = connection.execute(query.read_text(encoding="utf-8"), {"month_end": inputs.delivery.month.last_day})
        for table, column in found.fetchall():
            rule = findings.ONLY_WHAT_LED_ON if table == REFERRALS else findings.NOTHING_OPEN
            yield DeliveryNotice(rule, table, column)


def notice_columns(reading: Reading) -> Iterator[DeliveryNotice]:
    """Compare each file's headings with its contract's."""
    for name, contract in reading.contracts.items():
        given = reading.headings[name]
        for heading in sorted(_of_other_years(contract) & given):
            yield DeliveryNotice(findings.OTHER_YEAR, name, heading)
        yield from _missing_columns(contract, given | reading.not_read.get(name, set()))
        read_all_the_same = {
            heading for column in contract.columns for place in column.elsewhere for heading in place.headings
        }
        for number, heading in enumerate(reading.reads[name].columns, start=1):
            known = heading.lower() in contract.headings or heading.lower() in read_all_the_same
            if not known and reading.reads[name].encoding != "xml":
                # By its number: a heading that no contract knows may name a person.
                yield DeliveryNotice(findings.UNKNOWN_COLUMN, name, f"column {number}")


def _of_other_years(contract: Contract) -> set[str]:
    return {column.heading for column in contract.columns if not column.is_of_year}


def _missing_columns(contract: Contract, given: set[str]) -> Iterator[DeliveryNotice]:
    for heading in contract.headings:
        if heading not in given | _of_other_years(contract):
            critical = heading in contract.critical_headings
            rule = findings.MISSING_CRITICAL_COLUMN if critical else findings.MISSING_COLUMN
            yield DeliveryNotice(rule, contract.name, heading)


def notice_later_year(inputs: StagingInputs) -> Iterator[DeliveryNotice]:
    if inputs.source.is_of_later_year(inputs.delivery.month):
        yield DeliveryNotice(findings.LATER_YEAR, inputs.source.name)


def notice_tables(source: Source, reading: Reading) -> Iterator[DeliveryNotice]:
    for contract in source.tables.values():
        if contract.name not in {*reading.reads, *reading.lost} and contract.is_of_year and not contract.optional:
            yield DeliveryNotice(findings.MISSING_TABLE, contract.name)


def look_for_months_first(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Mark the columns in which many dates have the month first: one that could be read either way is a guess."""
    for name, contract in reading.filled.items():
        given = reading.headings[name]
        dates = [column for column in contract.columns if column.kind == "date" and column.heading in given]
        if not dates:
            continue
        counts = connection.execute(casting.orders_of_dates(contract, dates).sql(casting.DIALECT)).fetchall()[0]
        guesses = {
            column.name
            for column, days, months in zip(dates, counts[::2], counts[1::2], strict=True)
            if months * SURE_OF_THE_ORDER > days
        }
        reading.notices += [
            DeliveryNotice(findings.MONTH_FIRST, name, each.heading) for each in dates if each.name in guesses
        ]
        reading.contracts[name] = contract.with_columns(
            tuple(replace(each, is_month_first=each.name in guesses) for each in contract.columns)
        )


def notice_older_tables(
    connection: duckdb.DuckDBPyConnection, inputs: StagingInputs, reading: Reading
) -> Iterator[DeliveryNotice]:
    """Tell of a history in which much began in each of twelve months, and nothing in the months after."""
    month = inputs.delivery.month
    for name, contract in reading.contracts.items():
        if inputs.source.history != "full" or contract.optional or contract.begins is None:
            continue
        begun = connection.table(f"checked.{name}").aggregate(
            f"12 * year({contract.begins.name}) + month({contract.begins.name}) AS month, count(*)"
        )
        counts = {
            number: count for number, count in begun.fetchall() if number and number <= 12 * month.year + month.month
        }
        newest = max(counts, default=0)
        year = range(newest - 11, newest + 1)
        if newest < 12 * month.year + month.month and all(counts.get(each, 0) >= FEWEST_A_MONTH for each in year):
            yield DeliveryNotice(findings.OLDER_THAN_ITS_MONTH, name)

"""The checks that follow from a contract's columns: present, unrepeated, readable, in the calendar, found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.contracts.model import EXTRACTED_BY, Check, Column, Contract
from pipelines.findings import Consequence, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIRST_CALENDAR_DAY = "1995-01-01"
LAST_CALENDAR_DAY = "2050-12-31"
FIRST_BIRTHDAY = "1900-01-01"


def readable(column: str) -> str:
    """The name of the fact beside a column: whether what was given could be read. Null where nothing was given."""
    return f"{column}__readable"


def unrepeated(column: str) -> str:
    """The name of the fact beside a key: whether this is the first row with it."""
    return f"{column}__unrepeated"


def found(column: str) -> str:
    """The name of the fact beside a reference: whether the row it refers to was delivered."""
    return f"{column}__found"


class Unreadable(NamedTuple):
    """What is said of a value that cannot be read, after its column's title, and what to do."""

    what: str
    remedy: str


UNREADABLE = {
    "date": Unreadable(
        "is not a date that can be read one way only",
        "Write it as 2021-02-28 or 28/02/2021; a number such as 44255 is a spreadsheet's count of days.",
    ),
    "integer": Unreadable(
        "is not a whole number in the range that makes sense", "Give a whole number or leave it blank."
    ),
    "number": Unreadable("is not a number in the range that makes sense", "Give a number or leave it blank."),
    "boolean": Unreadable("is not Y or N", "Give Y or N or leave it blank."),
    "code": Unreadable("is not one of the codes", "Use a code of the specification."),
    "identifier": Unreadable("is not of the stated shape", "Record it as it was given out."),
    "text": Unreadable(
        "is not of the stated shape, or looks like a person's identifier",
        "Give the code, not a name or number.",
    ),
    "flag": Unreadable("cannot be read from the column's JSON as Y or N", "Extract the column again as valid JSON."),
    "answer": Unreadable("is not a point of the question's scale", "Give a point of the scale, or leave it blank."),
}


RECORD_IT = "Record it in the case management system."
RECORD_ELSEWHERE = {
    "local": "Give it in the list, where the council keeps it.",
    "published_statistics": "Take the file again, as it was published.",
    "survey": "Ask whoever runs the survey for it, or leave the row out.",
    "workforce_census": "Record it in the HR system.",
}
"""What of no child is recorded where the records of children are not."""


def structural_checks(contract: Contract) -> tuple[Check, ...]:
    """The checks that follow from a contract's columns."""
    record_it = RECORD_ELSEWHERE.get(contract.source, RECORD_IT)
    return tuple(check for column in contract.staged_columns for check in _column_checks(column, record_it))


def all_checks(contract: Contract) -> tuple[Check, ...]:
    """The structural checks, then the declared ones."""
    return (*structural_checks(contract), *contract.declared_checks)


def _column_checks(column: Column, record_it: str) -> Iterator[Check]:
    key_consequence = Consequence.REFUSE_ROW
    if column.required or column.primary_key:
        yield Check(
            Rule(
                f"{column.reference}-PRESENT",
                f"{column.title} is missing: the row cannot be used.",
                record_it,
                Severity.CRITICAL,
                key_consequence,
            ),
            column.name,
            "expect_column_values_to_not_be_null",
            {"column": column.name},
        )
    if column.primary_key:
        yield _fact_check(
            column,
            "UNREPEATED",
            unrepeated(column.name),
            f"{column.title} was given to an earlier row already: the first is kept, this one refused.",
            "Find which record is right and remove the other, or give it an id of its own.",
            Severity.CRITICAL,
            key_consequence,
        )
    if column.is_read and column.kind in UNREADABLE:
        what, remedy = UNREADABLE[column.kind]
        yield _fact_check(
            column,
            "READABLE",
            readable(column.name),
            f"{column.title} {what}: it is read as blank.",
            remedy,
            Severity.WARNING,
            Consequence.WARN,
        )
    if column.code_years:
        yield Check(
            Rule(
                f"{column.reference}-OF-YEAR",
                f"{column.title} is a code of another collection year than the delivery's.",
                "Use a code of the collection year, or deliver the file in a month of its own year.",
                Severity.WARNING,
                Consequence.WARN,
            ),
            column.name,
            "expect_column_values_to_not_be_in_set",
            {"column": column.name, "value_set": sorted(column.code_years)},
        )
    if column.kind == "date":
        yield from _date_checks(column)
    if column.refers_to is not None:
        yield _fact_check(
            column,
            "FOUND",
            found(column.name),
            f"{column.title} refers to a row that {column.refers_to[0]} does not hold.",
            "Extract both tables at the same time, or correct the reference.",
            Severity.WARNING,
            Consequence.WARN,
        )


def _date_checks(column: Column) -> Iterator[Check]:
    if column.classification == "restricted":
        sentence, first_day = "lies outside 1900 to 2050.", FIRST_BIRTHDAY
    else:
        sentence, first_day = "lies outside 1995 to 2050: no clock can start or stop on it.", FIRST_CALENDAR_DAY
    yield _range_check(column, "IN-CALENDAR", sentence, {"min_value": first_day, "max_value": LAST_CALENDAR_DAY})
    if column.critical:
        sentence = "lies after the month in which the export was made."
        yield _range_check(column, "HAPPENED", sentence, {"max_value": EXTRACTED_BY})


def _range_check(column: Column, suffix: str, sentence: str, limits: Mapping[str, str]) -> Check:
    rule = Rule(
        f"{column.reference}-{suffix}",
        f"{column.title} {sentence}",
        "Correct the date.",
        Severity.WARNING,
        Consequence.WARN,
    )
    return Check(rule, column.name, "expect_column_values_to_be_between", {"column": column.name, **limits})


def _fact_check(
    column: Column,
    suffix: str,
    fact: str,
    sentence: str,
    remedy: str,
    severity: Severity,
    consequence: Consequence,
) -> Check:
    rule = Rule(f"{column.reference}-{suffix}", sentence, remedy, severity, consequence)
    return Check(rule, column.name, "expect_column_values_to_be_in_set", {"column": fact, "value_set": [True]})

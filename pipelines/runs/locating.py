"""From pseudonyms back to the council's own record ids, by reading landing: for whoever may read it, and nobody else.

What is found goes into one file that the caller names, for its owner alone. Who asked, when, and how many were found is
kept in ``located.jsonl`` beside landing; no id and no pseudonym is.
"""

from __future__ import annotations

import csv
import datetime as dt
import getpass
import io
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines import storage
from pipelines.catalog import deliveries_for_month, newest_landed_folder
from pipelines.contracts.loading import load_sources
from pipelines.faults import Exit, Fault
from pipelines.publications.work_lists import PSEUDONYM, harmless
from pipelines.sql_files import DIALECT
from pipelines.staging import casting
from pipelines.staging.pseudonyms import key_check
from pipelines.staging.stage import read_as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.catalog import Staged
    from pipelines.contracts.model import Column, Contract
    from pipelines.periods import Period
    from pipelines.settings import Settings
    from pipelines.staging.reading import Reading

LOG = "located.jsonl"
PUT_WANTED = "CREATE TEMP TABLE wanted AS SELECT unnest($pseudonyms::VARCHAR[]) AS pseudonym"
SHORTEST = 8
A_PSEUDONYM = re.compile(rf"[0-9a-f-]{{{SHORTEST},36}}")
FOUND = ("own id", "file", "line")


class CannotLocate(Fault, LookupError):
    """What was asked for cannot be looked up; says why, and what to do."""

    exit_code = Exit.USAGE


class LandingClosed(Fault, PermissionError):
    """Landing may not be read by this user."""


@dataclass(frozen=True)
class Place:
    """Where an id stands: ``is_own`` where it is the id of the row itself, and not one that the row refers to."""

    own_id: str
    source: str
    file_name: str
    line: int
    is_own: bool


@dataclass(frozen=True)
class WorkList:
    """A list as it was written: its headings, and its rows as text."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """The places of the columns that hold pseudonyms."""
        return tuple(place for place, heading in enumerate(self.headings) if PSEUDONYM in heading.lower())

    @property
    def pseudonyms(self) -> set[str]:
        return {row[place] for row in self.rows for place in self.columns if row[place]}


@dataclass(frozen=True)
class Located:
    """What came of it: how many pseudonyms were asked for, and of how many the council's own id was found."""

    asked: int
    found: int
    output: Path


def of_pseudonyms(pseudonyms: Sequence[str]) -> WorkList:
    """A list of nothing but pseudonyms; raises CannotLocate where one is none."""
    for number, each in enumerate(pseudonyms, start=1):
        if not A_PSEUDONYM.fullmatch(each):
            raise CannotLocate(
                f"number {number} is no pseudonym: {SHORTEST} or more of 0-9, a-f, as the pages show it."
            )
    return WorkList((PSEUDONYM.capitalize(),), tuple((each,) for each in pseudonyms))


def read_list(file: Path) -> WorkList:
    """A work list or list of what is due, as CSV; raises CannotLocate where it is none."""
    try:
        rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise CannotLocate("the list cannot be read: name the CSV of it, not the workbook beside it.") from None
    headings = tuple(rows[0]) if rows else ()
    wanted = WorkList(headings, tuple(map(tuple, rows[1:])))
    if not wanted.columns or any(len(row) != len(headings) for row in rows):
        raise CannotLocate("the list is none of the project's: it has no column of pseudonyms.")
    return wanted


def locate(settings: Settings, month: Period, wanted: WorkList, output: Path) -> Located:
    """Write the list with the council's own ids, files and lines beside its pseudonyms.

    The log has its line before the file has its name. Raises LandingClosed where landing may not be read, CannotLocate,
    and what reading a delivery raises.
    """
    _must_be_outside(settings, output)
    deliveries = _deliveries(settings, month)
    for each in deliveries:
        _must_be_readable(settings, each)
    places: dict[str, list[Place]] = {}
    for each in deliveries:
        for pseudonym, place in _places(settings, each, wanted.pseudonyms):
            places.setdefault(pseudonym, []).append(place)
    located = Located(len(wanted.pseudonyms), len(places), output)
    _log(settings, month, located)
    storage.write_text(output, _as_csv(wanted, places), storage.PRIVATE_MODE)
    return located


def _must_be_outside(settings: Settings, output: Path) -> None:
    if output.absolute().resolve().is_relative_to(settings.data_dir.resolve()):
        raise CannotLocate(
            "--output lies in DATA_DIR, where reports and snapshots are read by others: write it elsewhere."
        )
    if not output.absolute().parent.is_dir():
        raise CannotLocate("--output names a folder that is not there.")


def _deliveries(settings: Settings, month: Period) -> list[Staged]:
    """What the month's pages are about: the newest delivery of each source, and those of the month itself."""
    reported = deliveries_for_month(settings, load_sources(settings.expectations), month).reported
    newest = {(each.delivery.authority_code, each.delivery.source): each for each in reported}
    kept = {id(each) for each in newest.values()} | {id(each) for each in reported if each.delivery.month == month}
    wanted = [each for each in reported if id(each) in kept and each.manifest["refusal"] is None]
    if not wanted:
        raise CannotLocate(f"nothing was staged for {month} or before it.")
    if any(each.pseudonym_key not in {None, key_check(settings)} for each in wanted):
        raise CannotLocate("the deliveries were staged with another PSEUDONYM_KEY: set that one.")
    return wanted


def _must_be_readable(settings: Settings, staged: Staged) -> None:
    """Whether its files can be read by the user that this process acts for: a folder that is closed looks empty."""
    here = [settings.landing, staged.delivery.landing_folder(settings.landing)]
    if all(_may_read(folder, os.R_OK | os.X_OK) for folder in here):
        newest = newest_landed_folder(settings.landing, staged.delivery)
        here = [] if newest is None else list(newest.iterdir())
        if newest is None or all(_may_read(file, os.R_OK) for file in here):
            return
    raise LandingClosed(
        f"{settings.landing} may not be read by {getpass.getuser()}. It holds the exports as they came, with names: "
        "ask whoever runs the service to look the records up, or to give you the right to read it."
    )


def _may_read(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _places(settings: Settings, staged: Staged, pseudonyms: Iterable[str]) -> Iterator[tuple[str, Place]]:
    """Where each of the pseudonyms stands in a delivery."""
    with read_as_text(settings, staged.delivery) as (connection, reading):
        connection.execute(PUT_WANTED, {"pseudonyms": [*pseudonyms]})
        for contract, column in _columns_of_ids(reading):
            file_name = reading.reads[contract.name].file_name
            for pseudonym, own_id, line in _found(connection, contract, column):
                place = Place(own_id, staged.delivery.source, file_name, line, column.primary_key)
                yield pseudonym, place


def _columns_of_ids(reading: Reading) -> Iterator[tuple[Contract, Column]]:
    for contract in reading.filled.values():
        for column in contract.columns:
            if column.pseudonym is not None and column.heading in reading.headings[contract.name]:
                yield contract, column


def _found(connection: duckdb.DuckDBPyConnection, contract: Contract, column: Column) -> list[tuple[Any, ...]]:
    """(what was asked for, own id, line): of a record every line with its id, of what rows refer to the first."""
    begins_alike = "left(own.pseudonym, 8) = left(wanted.pseudonym, 8) AND starts_with(own.pseudonym, wanted.pseudonym)"
    found = (
        exp.select("wanted.pseudonym", "own.id", "own.line")
        .from_(casting.own_ids(contract, column).subquery("own"))
        .join("wanted", on=begins_alike)
        .order_by("own.line")
    )
    if not column.primary_key:
        first = exp.func("min", exp.column("line", "own")).as_("line")
        found = found.select("wanted.pseudonym", "own.id", first, append=False).group_by("wanted.pseudonym", "own.id")
        found = found.order_by("line", append=False)
    return connection.execute(found.sql(dialect=DIALECT)).fetchall()


def _as_csv(wanted: WorkList, places: Mapping[str, Sequence[Place]]) -> str:
    """With a byte order mark, as the lists are, so that spreadsheets read it as UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    beside = [f"{wanted.headings[place]}: {what}" for place in wanted.columns for what in FOUND]
    writer.writerow([*wanted.headings, *beside])
    for row in wanted.rows:
        cells = (cell for place in wanted.columns for cell in _cells(places.get(row[place], ())))
        writer.writerow([*row, *map(harmless, cells)])
    return f"\N{ZERO WIDTH NO-BREAK SPACE}{text.getvalue()}"


def _cells(places: Sequence[Place]) -> tuple[str, str, str]:
    """Own id, file and line; rows that have the id for their own go before those that but refer to it.

    Of lines in several files each has its file beside it, in the same order; one file for all of them is named once.
    """
    own = [place for place in places if place.is_own] or places[:1]
    ids = dict.fromkeys(place.own_id for place in own)
    lines = dict.fromkeys((f"{place.source}/{place.file_name}", str(place.line)) for place in own)
    files = [file for file, _ in lines]
    return "; ".join(ids), "; ".join(files if len({*files}) > 1 else files[:1]), "; ".join(line for _, line in lines)


def _log(settings: Settings, month: Period, located: Located) -> None:
    line = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "by": getpass.getuser(),
        "authority": settings.authority,
        "month": str(month),
        "asked": located.asked,
        "found": located.found,
    }
    handle = os.open(settings.data_dir / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, storage.PRIVATE_MODE)
    with os.fdopen(handle, "a", encoding="utf-8") as log:
        log.write(json.dumps(line, sort_keys=True) + "\n")

"""A workbook of lists, such as Ofsted's Annex A: each sheet named after a list becomes rows of that list's table.

Headings and codes are read as people write them: case, white space, line breaks and punctuation do not matter, nor the
letter that the template puts before a code. What else stands for a heading or a code is said in ``spellings.csv``, and
nothing is guessed. What was read in another spelling, and what was passed over, is told.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import python_calamine as calamine

from pipelines.contracts.model import MADE_KEY
from pipelines.findings import (
    AMBIGUOUS_HEADER,
    MISSING_KEY_COLUMN,
    NO_RECORD,
    NOTHING_USABLE,
    OTHER_SPELLING,
    UNKNOWN_COLUMN,
    UNKNOWN_SHEET,
    UnusableDelivery,
)
from pipelines.staging.readers.records import FileRecord, Header, Malformed, Oddity, is_blank, load_records
from pipelines.staging.readers.xlsx import must_be_harmless, opened, record_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.contracts.model import Column, Contract
    from pipelines.findings import Rule
    from pipelines.staging.readers.records import TableRead

LIST = re.compile(r"(?:annex a )?list ?0*(\d{1,2})(?: .*)?")
LETTER = re.compile(r"^\s*[a-z]{1,2}\d?\)\s*", re.IGNORECASE)
APOSTROPHES = re.compile(r"['‘’`´]")
NO_LETTERS = re.compile(r"[\W_]+")
TOTALS = {"total", "totals", "grand total", "sub total", "subtotal", "count", "overall total"}
SEPARATOR = "\x1f"


@dataclass
class Sheet:
    """A sheet of a list: its header, and the number of the cell of each column that it has.

    ``unheaded`` are the numbers of the columns that no heading tells of; those beyond the header count too.
    """

    name: str
    number: int
    cells: dict[str, int]
    header_line: int
    header: list[str]
    unheaded: set[int]


@dataclass
class List:
    """The sheets of one list, and what was noticed, with the number of the sheet if it is one of them."""

    contract: Contract
    sheets: list[Sheet] = field(default_factory=list)
    notices: list[tuple[Oddity, int | None]] = field(default_factory=list)
    keys: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def note(self, rule: Rule, column: str | None, line: int | None, sheet: int) -> None:
        self.notices.append((Oddity(rule, self.contract.name, column, line), sheet))

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """Where several sheets number the records anew, a row of a sheet is told with the sheet, or not at all."""
        if len(self.sheets) == 1:
            return tuple(oddity for oddity, _ in self.notices)
        return tuple(
            oddity._replace(column=f"sheet {sheet}") if oddity.rule is NO_RECORD else oddity._replace(line=None)
            for oddity, sheet in self.notices
        )


def read_lists(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    contracts: Sequence[Contract],
    *,
    shown: str,
    largest_bytes: int,
    scratch: Path,
) -> dict[str, TableRead]:
    """Make ``raw."<table>"``, a view, of each list of the workbook; see ``pipelines.readers.read_table``.

    ``line`` is the row in the sheet, counted from 1; of a list that is on several sheets, one a month for example, it
    is the record's number in their order. ``shown`` is what messages call the file.
    """
    must_be_harmless(file, largest_bytes, shown)
    with opened(file, shown) as workbook:
        lists = _lists(workbook, contracts, shown)
        if not lists:
            raise UnusableDelivery(NOTHING_USABLE, shown, "No visible sheet of it is named after a list, as List 1 is.")
        return {each.contract.name: _load(connection, workbook, each, shown=shown, scratch=scratch) for each in lists}


def plain(text: str) -> str:
    """A heading's or sheet's letters and digits in lower case, one space between words."""
    return NO_LETTERS.sub(" ", APOSTROPHES.sub("", text)).strip().lower()


def plain_code(text: str) -> str:
    """The same of a code, without the letter that the template puts before it: ``b) 1B: Individual``."""
    return plain(LETTER.sub("", text))


def _lists(workbook: calamine.CalamineWorkbook, contracts: Sequence[Contract], shown: str) -> list[List]:
    lists = {contract.list_number: List(contract) for contract in contracts}
    unknown = []
    for number, metadata in enumerate(workbook.sheets_metadata, start=1):
        named = LIST.fullmatch(plain(metadata.name))
        is_shown = (
            metadata.visible == calamine.SheetVisibleEnum.Visible and metadata.typ == calamine.SheetTypeEnum.WorkSheet
        )
        found = lists.get(int(named[1])) if named and is_shown else None
        if found is None:
            unknown.append(number)
        else:
            _take_sheet(workbook, found, metadata.name, number, shown)
    read = [each for each in lists.values() if each.sheets]
    if read:
        # By its number: a name that no contract knows may name a person.
        read[0].notices += [
            (Oddity(UNKNOWN_SHEET, read[0].contract.name, f"sheet {number}", None), None) for number in unknown
        ]
    return read


def _take_sheet(workbook: calamine.CalamineWorkbook, found: List, name: str, number: int, shown: str) -> None:
    """Find the header: the first row with the heading of the first column that no row can be without."""
    headings = _headings(found.contract)
    keys = [column.heading for column in found.contract.columns if column.required and column.path != MADE_KEY]
    passed: list[int] = []
    for line, cells in enumerate(workbook.get_sheet_by_name(name).iter_rows(), start=1):
        record = record_of(line, cells)
        if isinstance(record, Malformed) or is_blank(record.fields):
            continue
        columns = [headings.get(plain(text)) for text in record.fields]
        if keys[0] in [column and column.heading for column in columns]:
            unheaded = {number for number, text in enumerate(record.fields) if not text.strip()}
            cells_of = _cells(columns, number, shown)
            found.sheets.append(Sheet(name, number, cells_of, line, list(map(plain, record.fields)), unheaded))
            for above in passed:
                found.note(NO_RECORD, None, above, number)
            _note_headings(found, columns, record, number)
            return
        passed.append(line)
    if passed:
        cause = f"Sheet {number} has no column headed {keys[0]}, without which no row can be used."
        raise UnusableDelivery(MISSING_KEY_COLUMN, shown, cause)


def _headings(contract: Contract) -> dict[str, Column]:
    """The column of each way in which its heading may be written."""
    others = {plain(other): column for column in contract.columns for other in column.other_headings}
    return others | {plain(column.heading): column for column in contract.columns if column.path != MADE_KEY}


def _cells(columns: Sequence[Column | None], sheet: int, shown: str) -> dict[str, int]:
    cells: dict[str, int] = {}
    for number, column in enumerate(columns):
        if column is None:
            continue
        if column.heading in cells:
            cause = f"Columns {cells[column.heading] + 1} and {number + 1} of sheet {sheet} have the same heading."
            raise UnusableDelivery(AMBIGUOUS_HEADER, shown, cause)
        cells[column.heading] = number
    return cells


def _note_headings(found: List, columns: Sequence[Column | None], record: FileRecord, sheet: int) -> None:
    for number, (column, text) in enumerate(zip(columns, record.fields, strict=True), start=1):
        if column is None:
            if text.strip():
                found.note(UNKNOWN_COLUMN, f"column {number}", record.line, sheet)
        elif plain(text) != plain(column.heading):
            found.note(OTHER_SPELLING, column.heading, record.line, sheet)


def _load(
    connection: duckdb.DuckDBPyConnection,
    workbook: calamine.CalamineWorkbook,
    found: List,
    *,
    shown: str,
    scratch: Path,
) -> TableRead:
    given = {heading for sheet in found.sheets for heading in sheet.cells}
    columns = [column for column in found.contract.columns if column.heading in given or column.path == MADE_KEY]
    headings = tuple(column.heading for column in columns)
    is_on_several = len(found.sheets) > 1
    records = (
        _numbered(record, number) if is_on_several else record
        for number, record in enumerate(_records(workbook, found, columns), start=1)
    )
    read = load_records(
        connection,
        found.contract.name,
        Header(1, headings, len(headings)),
        records,
        file_name=f"{shown}: {found.contract.part}",
        encoding="xlsx",
        scratch=scratch,
    )
    return replace(read, oddities=found.oddities, shares_lines=is_on_several)


def _numbered(record: FileRecord | Malformed, line: int) -> FileRecord | Malformed:
    return record._replace(line=line) if isinstance(record, FileRecord) else replace(record, line=line)


def _records(
    workbook: calamine.CalamineWorkbook, found: List, columns: Sequence[Column]
) -> Iterator[FileRecord | Malformed]:
    codes = {column.heading: _codes(column) for column in columns if column.kind == "code"}
    for sheet in found.sheets:
        for line, cells in enumerate(workbook.get_sheet_by_name(sheet.name).iter_rows(), start=1):
            record = record_of(line, cells)
            if line <= sheet.header_line or (isinstance(record, FileRecord) and is_blank(record.fields)):
                continue
            if isinstance(record, Malformed):
                yield record
            elif _is_of_totals(record) or _is_header_again(record, sheet):
                found.note(NO_RECORD, None, line, sheet.number)
            else:
                _note_unheaded(found, sheet, record)
                values = {
                    heading: _read(record.fields[number], codes.get(heading)) for heading, number in sheet.cells.items()
                }
                if is_blank(values.values()):
                    found.note(NO_RECORD, None, line, sheet.number)
                else:
                    yield FileRecord(line, [_value(found, column, values) for column in columns])


def _is_of_totals(record: FileRecord) -> bool:
    first = next(text for text in record.fields if text.strip())
    return plain(first) in TOTALS


def _is_header_again(record: FileRecord, sheet: Sheet) -> bool:
    """As it stands where the months of a year were put below one another."""
    return list(map(plain, record.fields)) == sheet.header


def _note_unheaded(found: List, sheet: Sheet, record: FileRecord) -> None:
    """Tell where a value first stands in a column without a heading."""
    for number in sorted(sheet.unheaded):
        if record.fields[number].strip():
            sheet.unheaded.remove(number)
            found.note(UNKNOWN_COLUMN, f"column {number + 1}", record.line, sheet.number)


def _codes(column: Column) -> Mapping[str, str]:
    spelt = {plain_code(spelling): code for spelling, code in column.aliases.items()}
    return spelt | {plain_code(code): code for code in column.codes}


def _read(text: str, codes: Mapping[str, str] | None) -> str:
    return text if codes is None else codes.get(plain_code(text), text)


def _value(found: List, column: Column, values: Mapping[str, str]) -> str:
    return _made_key(found, values) if column.path == MADE_KEY else values.get(column.heading, "")


def _made_key(found: List, values: Mapping[str, str]) -> str:
    """The row's own parts, and its number among those with the same."""
    parts = tuple(values.get(part.lower(), "").strip() for part in found.contract.key)
    if not parts[0]:
        return ""
    found.keys[parts] += 1
    return SEPARATOR.join((*parts, str(found.keys[parts])))

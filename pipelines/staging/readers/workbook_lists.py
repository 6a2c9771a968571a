"""A workbook of lists, such as Ofsted's Annex A: each sheet named after a list becomes rows of that list's table.

Headings and codes are read as people write them: case, white space, line breaks and punctuation do not matter, nor the
letter that the template puts before a code. What else stands for a heading or a code is said in ``spellings.csv``, and
nothing is guessed. What was read in another spelling, and what was left out, is reported.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
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

    import duckdb

    from pipelines.contracts.model import Column, Contract
    from pipelines.findings import Rule
    from pipelines.staging.readers.records import TableRead

LIST = re.compile(r"(?:annex a )?list ?0*(\d{1,2})(?: .*)?")
NUMBER_FIRST = re.compile(r"(?:annex a )?0*(\d{1,2}) (.+)")
LETTER = re.compile(r"^\s*[a-z]{1,2}\d?\)\s*", re.IGNORECASE)
# A mere number needs more than a space after it to be a code and no part of the words.
CODE_FIRST = re.compile(
    r"(?:(?P<mixed>[a-z]{1,2}\d{1,2}[a-z]?|\d{1,2}[a-z])(?:\s*[-:–—]\s*|\s+)|(?P<number>\d{1,2})\s*[-:–—]\s*)(?P<words>.+)",
    re.IGNORECASE | re.DOTALL,
)
APOSTROPHES = re.compile(r"['‘’`´]")
NO_LETTERS = re.compile(r"[\W_]+")
TOTALS = {"total", "totals", "grand total", "sub total", "subtotal", "count", "overall total"}
SEPARATOR = "\x1f"
NO_LIST = "No visible sheet of it is named after a list, as List 1, 1 Contacts or Contacts is."


@dataclass
class Sheet:
    """A sheet of a list: its header, and the number of the cell of each column that it has.

    ``unheaded`` are the numbers of the columns that no heading is of; those beyond the header count too.
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
        """Where several sheets number the records anew, a row of a sheet is reported with the sheet, or not at all."""
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
            raise UnusableDelivery(NOTHING_USABLE, shown, NO_LIST)
        return {each.contract.name: _load(connection, workbook, each, shown=shown, scratch=scratch) for each in lists}


def plain(text: str) -> str:
    """A heading's or sheet's letters and digits in lower case, one space between words."""
    return NO_LETTERS.sub(" ", APOSTROPHES.sub("", text)).strip().lower()


def plain_code(text: str) -> str:
    """The same of a code, without the letter that the template puts before it: ``b) 1B: Individual``."""
    return plain(LETTER.sub("", text))


def _lists(workbook: calamine.CalamineWorkbook, contracts: Sequence[Contract], shown: str) -> list[List]:
    lists = {contract.list_number: List(contract) for contract in contracts}
    names = {number: sheet.name for number, sheet in enumerate(workbook.sheets_metadata, start=1) if _is_shown(sheet)}
    of_list = {number: _numbered_list(name, contracts) for number, name in names.items()}
    for number, name in names.items():
        titled = _titled_list(plain(name), contracts)
        # Beside a list, a sheet that has only its title is somebody's summary.
        if of_list[number] is None and titled not in of_list.values():
            of_list[number] = titled
    for number, found in of_list.items():
        if found is not None:
            _take_sheet(workbook, lists[found], names[number], number, shown)
    read = [each for each in lists.values() if each.sheets]
    if read:
        # By its number: a name that no contract knows may name a person.
        unknown = [number for number in range(1, len(workbook.sheet_names) + 1) if of_list.get(number) is None]
        read[0].notices += [
            (Oddity(UNKNOWN_SHEET, read[0].contract.name, f"sheet {number}", None), None) for number in unknown
        ]
    return read


def _is_shown(sheet: calamine.SheetMetadata) -> bool:
    return sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet


def _numbered_list(name: str, contracts: Sequence[Contract]) -> int | None:
    """The list of ``List 3``, whatever follows, and of ``3 Referrals``, where number and title agree."""
    named, numbered = LIST.fullmatch(plain(name)), NUMBER_FIRST.fullmatch(plain(name))
    if named and int(named[1]) in [contract.list_number for contract in contracts]:
        return int(named[1])
    return int(numbered[1]) if numbered and int(numbered[1]) == _titled_list(numbered[2], contracts) else None


def _titled_list(title: str, contracts: Sequence[Contract]) -> int | None:
    titles = {plain(Path(name).stem): each.list_number for each in contracts for name in each.other_file_names}
    return titles.get(title)


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
    return text if codes is None else codes.get(plain_code(text)) or _code_before_words(text, codes) or text


def _code_before_words(text: str, codes: Mapping[str, str]) -> str | None:
    """A code is as good with words after it that no list has, unless they are another code's."""
    parts = CODE_FIRST.fullmatch(LETTER.sub("", text).strip())
    if parts is None:
        return None
    code = codes.get((parts["mixed"] or parts["number"]).lower())
    return code if codes.get(plain(parts["words"]), code) == code else None


def _value(found: List, column: Column, values: Mapping[str, str]) -> str:
    return _made_key(found, values) if column.path == MADE_KEY else values.get(column.heading, "")


def _made_key(found: List, values: Mapping[str, str]) -> str:
    """The row's own parts, and its number among those with the same."""
    parts = tuple(values.get(part.lower(), "").strip() for part in found.contract.key)
    if not parts[0]:
        return ""
    found.keys[parts] += 1
    return SEPARATOR.join((*parts, str(found.keys[parts])))

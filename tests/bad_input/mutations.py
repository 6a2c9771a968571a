"""The ways in which a good delivery is spoilt, and what must come of each.

``MUTATIONS`` lists them in the order of this file. Each is a function that spoils a file; its docstring says what it
does, and the decorator what must come of it: the code of a refusal, of the loss of the table or of a finding, or
nothing at all.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import xlsxwriter

from tests.bad_input.deliveries import SPOILT, GivenRecord

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from tests.bad_input.deliveries import File

    Change = Callable[[File, random.Random], None]

Kind = Literal["refusal", "loss", "finding", "nothing"]

KEYS = {"ssd": "cppl_cp_plan_id", "ssda903": "child", "survey": "respondent_id", "local": "post_id"}
DATES = {"ssd": "cppl_cp_plan_start_date", "ssda903": "decom", "local": "from_date"}
CODES = {
    "ssd": "cppl_cp_plan_initial_category",
    "ssda903": "rne",
    "survey": "q01",
    "local": "role",
}
DATED = tuple(DATES)
SOURCE_OF = {table: source for source, table in SPOILT.items()}
MARKER = "Zaphrodite"
"""A name that is in no message, page or finding, however it was read."""


@dataclass(frozen=True)
class Mutation:
    """One way to spoil a file. ``code`` is what must come of it, by source; nothing where it has to be read as well."""

    name: str
    sentence: str
    kind: Kind
    code: Mapping[str, str]
    change: Change = field(repr=False)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.code)


MUTATIONS: list[Mutation] = []


def refuses(code: str, *sources: str) -> Callable[[Change], Change]:
    return _known("refusal", dict.fromkeys(sources or tuple(SPOILT), code))


def loses_the_table(code: str, *sources: str) -> Callable[[Change], Change]:
    return _known("loss", dict.fromkeys(sources, code))


def is_found(**codes: str) -> Callable[[Change], Change]:
    return _known("finding", codes)


def is_found_everywhere(code: str) -> Callable[[Change], Change]:
    return _known("finding", dict.fromkeys(SPOILT, code))


def is_read(*sources: str) -> Callable[[Change], Change]:
    return _known("nothing", dict.fromkeys(sources or tuple(SPOILT), ""))


def _known(kind: Kind, code: Mapping[str, str]) -> Callable[[Change], Change]:
    def add(change: Change) -> Change:
        MUTATIONS.append(Mutation(change.__name__, " ".join((change.__doc__ or "").split()), kind, code, change))
        return change

    return add


def _source(file: File) -> str:
    return SOURCE_OF[file.table]


def _some(file: File, rng: random.Random, number: int = 1) -> list[GivenRecord]:
    """Records that nothing was done to yet."""
    sound = [record for record in file.records if record.origin is not None and record.text is None]
    return rng.sample(sound, min(number, len(sound)))


def _date(file: File, rng: random.Random, text: str) -> None:
    for record in _some(file, rng):
        file.give(record, DATES[_source(file)], text)


def _joined(file: File, cells: list[str]) -> str:
    return file.separator.join(cells)


# What is done to columns.


@is_read()
def columns_in_another_order(file: File, rng: random.Random) -> None:
    """The columns stand in another order, headings and values alike."""
    order = list(range(len(file.headings)))
    rng.shuffle(order)
    file.headings = [file.headings[place] for place in order]
    for record in file.records:
        if len(record.cells) == len(order):
            record.cells = [record.cells[place] for place in order]


@refuses("DLV-008")
def a_column_twice(file: File, rng: random.Random) -> None:
    """One column is given twice under the same heading."""
    place = rng.randrange(len(file.headings))
    file.headings.append(file.headings[place].upper())
    for record in file.records:
        record.cells.append(record.cells[place] if place < len(record.cells) else "")


@is_found(ssd="CPPL002A-FOUND", ssda903="EPI001-FOUND", local="POST004-READABLE")
def headings_exchanged(file: File, rng: random.Random) -> None:
    """Two headings are exchanged and the values are not."""
    first, second = {
        "ssd": ("cppl_cp_plan_id", "cppl_person_id"),
        "ssda903": ("child", "rne"),
        "local": ("role", "post_id"),
    }[_source(file)]
    one, other = file.column(first), file.column(second)
    if min(one, other) >= 0:
        file.headings[one], file.headings[other] = second, first
        for record in file.records:
            record.origin = None


@loses_the_table("DLV-032", "ssd", "ssda903", "survey")
def no_key_column(file: File, rng: random.Random) -> None:
    """The column without which no row can be used is missing, and there are other tables."""
    _drop(file, KEYS[_source(file)])


@refuses("DLV-009", "local")
def no_key_column_of_the_only_table(file: File, rng: random.Random) -> None:
    """The column without which no row can be used is missing, and there is no other table."""
    _drop(file, KEYS[_source(file)])


@is_found(ssd="DLV-014", ssda903="DLV-014", local="DLV-014")
def a_column_missing(file: File, rng: random.Random) -> None:
    """A column that no key is in is missing."""
    _drop(file, CODES[_source(file)])


def _drop(file: File, heading: str) -> None:
    place = file.column(heading)
    if place >= 0:
        file.harmed_columns.add(heading)
        del file.headings[place]
        for record in file.records:
            del record.cells[place : place + 1]


@is_found_everywhere("DLV-013")
def a_column_that_nobody_knows(file: File, rng: random.Random) -> None:
    """A column headed with a name, and that name in every cell."""
    file.headings.append(f"{MARKER} {len(file.headings)}")
    for record in file.records:
        record.cells.append(MARKER)


@is_read()
def headings_in_capitals_with_blanks(file: File, rng: random.Random) -> None:
    """The headings are in capitals, with blanks around them."""
    file.headings = [f" {heading.upper()}\t" for heading in file.headings]


@is_read()
def a_comma_at_every_end(file: File, rng: random.Random) -> None:
    """Every record, the header too, ends with a comma."""
    file.headings.append("")
    for record in file.records:
        record.cells.append("")


@refuses("DLV-005")
def a_million_columns(file: File, rng: random.Random) -> None:
    """The header has a million headings."""
    file.headings += [f"c{number}" for number in range(1_000_000)]


@refuses("DLV-007")
def as_many_columns_as_fit_into_a_line(file: File, rng: random.Random) -> None:
    """The header has tens of thousands of headings, as many as the longest line that is read can hold."""
    file.headings += [f"{number:x}" for number in range(60_000)]


# What is done to separators and quotation marks.


@refuses("DLV-007")
def semicolons(file: File, rng: random.Random) -> None:
    """The fields are separated by semicolons, as a spreadsheet in a country with decimal commas does."""
    file.separator = ";"


@refuses("DLV-007")
def tabulators(file: File, rng: random.Random) -> None:
    """The fields are separated by tabulators."""
    file.separator = "\t"


@refuses("DLV-007")
def vertical_bars(file: File, rng: random.Random) -> None:
    """The fields are separated by vertical bars."""
    file.separator = "|"


@is_found_everywhere("DLV-015")
def a_record_with_semicolons(file: File, rng: random.Random) -> None:
    """One record has semicolons where the others have commas."""
    for record in _some(file, rng):
        record.text, record.origin = ";".join(record.cells), None


@is_found_everywhere("DLV-015")
def a_comma_outside_quotes(file: File, rng: random.Random) -> None:
    """A field that holds a comma is not in quotation marks, so that the record has a field too many."""
    for record in _some(file, rng):
        record.text, record.origin = _joined(file, [*record.cells, f"{MARKER}, twice"]), None


@is_found_everywhere("DLV-015")
def a_short_record(file: File, rng: random.Random) -> None:
    """A record ends after its first field."""
    for record in _some(file, rng):
        record.text, record.origin = f"{MARKER}", None


@refuses("DLV-005")
def a_quote_that_never_closes(file: File, rng: random.Random) -> None:
    """A quotation mark opens in the last record and never closes."""
    file.records.append(GivenRecord([], None, _joined(file, ["X1", f'"{MARKER}'])))


@refuses("DLV-005")
def a_quote_that_never_closes_in_a_large_file(file: File, rng: random.Random) -> None:
    """A quotation mark opens, and half a million characters later it is still open."""
    file.records.append(GivenRecord([], None, _joined(file, ["X1", f'"{MARKER}'])))
    file.records += [GivenRecord([], None, _joined(file, [f"X{number}", "x" * 1000])) for number in range(500)]


@is_found_everywhere("DLV-015")
def a_quote_that_closes_records_later(file: File, rng: random.Random) -> None:
    """A quotation mark opens a field and is closed, wrongly, by the next one that opens, some records below."""
    _quote_over_records(file, rng, lambda cells: [f'{MARKER}"{cells[0]}', *cells[1:]])


@is_found_everywhere("DLV-015")
def a_quote_that_swallows_records(file: File, rng: random.Random) -> None:
    """A quotation mark opens in a record and closes in another, so that both and what lies between pass for one."""
    _quote_over_records(file, rng, lambda cells: [f'{MARKER}"', *cells[1:]])


def _quote_over_records(file: File, rng: random.Random, end: Callable[[list[str]], list[str]]) -> None:
    free = [place for place, record in enumerate(file.records[:-4]) if record.origin is not None]
    if not free or len(file.headings) < 2:
        return
    first = rng.choice(free)
    opening, closing = file.records[first], file.records[first + 3]
    if closing.text is not None or len(opening.cells) != len(closing.cells):
        return
    opening.text, opening.origin = f'"{opening.cells[0]}', None
    closing.text, closing.origin = _joined(file, end(closing.cells)), None


@is_read()
def quotation_marks_everywhere(file: File, rng: random.Random) -> None:
    """Every field of a record is in quotation marks."""
    for record in _some(file, rng, 3):
        record.text = _joined(file, [f'"{cell}"' for cell in record.cells])


# What is done to dates.


@is_found(ssd="CPPL003A-READABLE", ssda903="EPI002-READABLE", local="POST007-READABLE")
def a_date_with_the_month_first(file: File, rng: random.Random) -> None:
    """One date has the month first, among dates that have not: it cannot be read."""
    _date(file, rng, "04/13/2021")


@is_found(ssd="DLV-021", ssda903="DLV-021", local="DLV-021")
def dates_with_the_month_first(file: File, rng: random.Random) -> None:
    """All dates of a column have the month first: those that could be read either way may not be read day first."""
    heading = DATES[_source(file)]
    for number, record in enumerate(file.records):
        file.give(record, heading, f"04/{number * 7 % 28 + 1:02d}/2020")


@is_found(ssd="CPPL003A-READABLE", ssda903="EPI002-READABLE", local="POST007-READABLE")
def a_spreadsheets_number_for_a_date(file: File, rng: random.Random) -> None:
    """A date is the number by which a spreadsheet counts days."""
    _date(file, rng, "44255")


@is_found(ssd="CPPL003A-READABLE", ssda903="EPI002-READABLE", local="POST007-READABLE")
def the_31st_of_june(file: File, rng: random.Random) -> None:
    """A date is one that no calendar has."""
    _date(file, rng, rng.choice(("31/06/2020", "2020-06-31")))


@is_found(ssd="CPPL003A-READABLE", ssda903="EPI002-READABLE", local="POST007-READABLE")
def a_year_of_two_digits(file: File, rng: random.Random) -> None:
    """A date has a year of two digits."""
    _date(file, rng, "05/01/20")


@is_found(ssd="CPPL003A-READABLE", ssda903="EPI002-READABLE", local="POST007-READABLE")
def a_date_before_christ(file: File, rng: random.Random) -> None:
    """A date is followed by an era."""
    _date(file, rng, "2020-02-28 (BC)")


@is_found(ssd="CPPL003A-IN-CALENDAR", ssda903="EPI002-IN-CALENDAR", local="POST007-IN-CALENDAR")
def the_year_0202(file: File, rng: random.Random) -> None:
    """A year's digits are in the wrong order."""
    _date(file, rng, "0202-06-01")


@is_found(ssd="CPPL003A-HAPPENED", ssda903="EPI002-HAPPENED")
def a_date_in_the_future(file: File, rng: random.Random) -> None:
    """Something began after the month that was delivered."""
    _date(file, rng, "2029-06-01")


@is_found(ssd="8925", local="LOC-004")
def an_end_before_its_start(file: File, rng: random.Random) -> None:
    """Something ends a year before it starts."""
    end = {"ssd": "cppl_cp_plan_end_date", "local": "to_date"}[_source(file)]
    for record in _some(file, rng):
        file.give(record, DATES[_source(file)], "2020-06-02")
        file.give(record, end, "2020-06-01")


# What is done to ids.


@is_found(ssd="CPPL001A-UNREPEATED", survey="SURV001-UNREPEATED")
def a_record_twice(file: File, rng: random.Random) -> None:
    """A record is given again at the end of the file."""
    file.records += [GivenRecord(list(record.cells), None) for record in _some(file, rng)]


@is_found(ssd="CPPL001A-UNREPEATED", survey="SURV001-UNREPEATED")
def thousands_of_identical_records(file: File, rng: random.Random) -> None:
    """A record is given three thousand times more."""
    file.records += [GivenRecord(list(record.cells), None) for record in _some(file, rng) for _ in range(3000)]


@is_found(ssd="CPPL001A-UNREPEATED", survey="SURV001-UNREPEATED")
def ids_as_a_spreadsheet_shortens_them(file: File, rng: random.Random) -> None:
    """Long ids were opened in a spreadsheet and saved as 1.23457E+11, each the same as the others."""
    for record in _some(file, rng, 3):
        file.give(record, KEYS[_source(file)], "1.23457E+11")


@is_found(ssd="CPPL001A-PRESENT", ssda903="EPI001-PRESENT", survey="SURV001-PRESENT", local="POST001-PRESENT")
def no_id(file: File, rng: random.Random) -> None:
    """A record has no id."""
    for record in _some(file, rng):
        file.give(record, KEYS[_source(file)], " \u00a0")


@is_found(ssd="CPPL002A-FOUND", ssda903="EPI001-FOUND")
def a_child_without_a_person(file: File, rng: random.Random) -> None:
    """A record is about a child whom the table of persons does not hold."""
    heading = {"ssd": "cppl_person_id", "ssda903": "child"}[_source(file)]
    for record in _some(file, rng):
        file.give(record, heading, MARKER)


@is_read("ssd", "local")
def an_id_like_a_statement(file: File, rng: random.Random) -> None:
    """An id is text that a database would carry out, were it put into a statement."""
    for record in _some(file, rng):
        file.give(record, KEYS[_source(file)], '\'); DROP TABLE raw."x"; --')


# What is done to values.


@is_found(ssd="CPPL004A-READABLE", ssda903="EPI003-READABLE", survey="SURV002-READABLE", local="POST004-READABLE")
def text_that_a_spreadsheet_would_run(file: File, rng: random.Random) -> None:
    """Every cell of a record is a formula, its id too."""
    for record in _some(file, rng):
        formula = rng.choice(("=HYPERLINK(1)", "+1+1", "-A1", "@SUM(1)", "\t=1", "\r=1"))
        for heading in list(file.headings):
            file.give(record, heading, f"{formula}{MARKER}")


@is_found(local="POST005-READABLE")
def numbers_that_are_none(file: File, rng: random.Random) -> None:
    """A number is negative, in another script, infinite, in words or with an exponent."""
    for record in _some(file, rng):
        file.give(record, "full_time_equivalent", rng.choice(("-0.8", "\u0661", "inf", "NaN", "half", "1e0", "0x1")))


@is_read()
def blanks_around_values(file: File, rng: random.Random) -> None:
    """Values have blanks around them, no-break spaces among them."""
    for record in _some(file, rng, 3):
        record.cells = [f" \u00a0{cell}\t" for cell in record.cells]


@is_found_everywhere("DLV-015")
def a_field_that_is_too_long(file: File, rng: random.Random) -> None:
    """A record has a field more, of a hundred thousand characters."""
    for record in _some(file, rng):
        record.text, record.origin = _joined(file, [*record.cells, MARKER * 10_000]), None


# What is done to records and to the table.


@is_read()
def lines_that_say_nothing(file: File, rng: random.Random) -> None:
    """Blank lines, and records of nothing but commas and blanks, lie between the others."""
    for text in ("", _joined(file, [""] * len(file.headings)), " \t"):
        file.records.insert(rng.randint(0, len(file.records)), GivenRecord([], None, text))


@is_found_everywhere("DLV-028")
def the_header_again(file: File, rng: random.Random) -> None:
    """The header stands among the records, as where exports were put together."""
    file.records.insert(rng.randint(0, len(file.records)), GivenRecord(list(file.headings), None))


@is_read()
def no_records(file: File, rng: random.Random) -> None:
    """The table is empty: the header alone is there."""
    file.records = []


@is_found(ssd="DLV-022")
def a_table_of_another_month(file: File, rng: random.Random) -> None:
    """The file is that of a month before: nothing in it is newer."""
    column = file.column(DATES[_source(file)])
    if column >= 0:
        file.records = [
            record for record in file.records if not "".join(record.cells[column : column + 1]).startswith("2021-02")
        ]


@is_found_everywhere("DLV-020")
def no_line_break_at_the_end(file: File, rng: random.Random) -> None:
    """The last line has no line break: its last value may be cut off."""
    file.spoil_bytes.append(lambda content: content.rstrip(b"\r\n"))


# What is done to the file.


@refuses("DLV-004")
def nothing_at_all(file: File, rng: random.Random) -> None:
    """The file is empty."""
    file.spoil_bytes.append(lambda _: b"")


@refuses("DLV-005")
def cut_off(file: File, rng: random.Random) -> None:
    """The file ends in the middle of a record."""
    file.records.append(GivenRecord([], None, "X9"))
    file.spoil_bytes.append(lambda content: content.rstrip(b"\r\n"))


@refuses("DLV-006")
def nul_bytes(file: File, rng: random.Random) -> None:
    """A NUL byte lies somewhere in the file."""
    share = rng.random()
    file.spoil_bytes.append(lambda content: _inserted(content, b"\0", share))


@refuses("DLV-006")
def utf_16(file: File, rng: random.Random) -> None:
    """The file is UTF-16, as spreadsheets call Unicode text."""
    file.encoding = "utf-16"


@refuses("DLV-006")
def utf_16_without_a_mark(file: File, rng: random.Random) -> None:
    """The file is UTF-16 and does not say so."""
    file.encoding = "utf-16-be"


@refuses("DLV-006")
def bytes_of_no_encoding(file: File, rng: random.Random) -> None:
    """The file holds bytes that are neither UTF-8 nor Windows-1252."""
    share = rng.random()
    file.spoil_bytes.append(lambda content: _inserted(content, b"\x81\xff", share))


def _inserted(content: bytes, piece: bytes, share: float) -> bytes:
    place = int(len(content) * share)
    return content[:place] + piece + content[place:]


@is_read()
def a_byte_order_mark(file: File, rng: random.Random) -> None:
    """The file begins with the byte order mark of UTF-8."""
    file.encoding = "utf-8-sig"


@is_read()
def carriage_returns_alone(file: File, rng: random.Random) -> None:
    """Lines end with a carriage return, as on computers long gone."""
    file.line_end = "\r"


@is_read()
def line_feeds_alone(file: File, rng: random.Random) -> None:
    """Lines end with a line feed."""
    file.line_end = "\n"


@refuses("DLV-009")
def a_page_to_log_in(file: File, rng: random.Random) -> None:
    """The file is the page of a web site that asked to log in."""
    page = f"<!doctype html>\n<html><title>Log in</title>\n<p>{MARKER}</p></html>\n".encode()
    file.spoil_bytes.append(lambda _: page)


@refuses("DLV-007")
def an_archive(file: File, rng: random.Random) -> None:
    """The file is a zip archive under the name of a CSV file."""
    file.spoil_bytes.append(lambda content: _archive({"x.csv": content}))


@refuses("DLV-016")
def the_same_table_as_a_workbook_too(file: File, rng: random.Random) -> None:
    """Beside the CSV file lies a workbook of the same table."""
    file.extra_files[file.name.replace(".csv", ".xlsx")] = _workbook(file)


@is_read()
def a_workbook(file: File, rng: random.Random) -> None:
    """The table is a workbook in place of a CSV file."""
    file.name, file.write_as = file.name.replace(".csv", ".xlsx"), _workbook


@refuses("DLV-005")
def a_workbook_cut_off(file: File, rng: random.Random) -> None:
    """The table is a workbook, half of which is missing."""
    a_workbook(file, rng)
    file.spoil_bytes.append(lambda content: content[: len(content) // 2])


@refuses("DLV-003")
def a_bomb(file: File, rng: random.Random) -> None:
    """The table is a workbook that unpacks to a thousand times its size."""
    a_workbook(file, rng)
    bomb = _archive({"xl/worksheets/sheet1.xml": b" " * 80_000_000})
    file.spoil_bytes.append(lambda _: bomb)


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _workbook(file: File) -> bytes:
    """Its rows are the file's lines, so that a record is where it would be in the text."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate([file.headings, *(record.cells for record in file.records)]):
            sheet.write_row(row, 0, cells[:16_384])
    return written.getvalue()

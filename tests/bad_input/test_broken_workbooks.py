"""Workbooks of lists, broken in every way that is known and in many that are not: read and reported, or refused."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.bad_input.mutations import MARKER
from tests.bad_input.returns import Return, read, stage
from tests.conftest import IS_LONG
from tests.exports import old_workbook

HEADINGS = ("Child Unique ID", "Gender", "Date of referral", "Referral Source")
DAY = dt.datetime(2024, 1, 15)
ROWS = ((MARKER, "Male", DAY, "1A"), ("102", "Female", DAY, "2A"))
SHEET, TEXTS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
OLE = b"\xd0\xcf\x11\xe0"
UNREADABLE = "It is an archive, but no workbook that can be read"

Write = Callable[[xlsxwriter.Workbook, Any], object]


def workbook(
    write: Write = lambda *_: None, name: str = "List 3", corner: tuple[int, int] = (0, 0), **options: Any
) -> bytes:
    """A good list with its first heading in the corner, and whatever is written on its sheet or beside it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"default_date_format": "dd/mm/yyyy", **options}) as made:
        sheet = made.add_worksheet(name)
        top, left = corner
        for number, row in enumerate((HEADINGS, *ROWS)):
            sheet.write_row(top + number, left, row)
        write(made, sheet)
    return target.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    members = parts(GOOD)
    after = change(members[part])
    assert after != members[part], f"nothing is changed in {part}"
    return packed({**members, part: after})


def without(part: str) -> bytes:
    return packed({name: content for name, content in parts(GOOD).items() if name != part})


def put(text: bytes, other: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(text, other)


GOOD = workbook()
ANNEX_A = Return("annex_a", "2024-01", "annex_a.xlsx", GOOD)
TABLE = "annex_a_referrals"

REFUSED: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "nothing": ("DLV-004", "Nothing is in it", lambda: b""),
    "text": ("DLV-007", "It is no workbook", lambda: f"Child Unique ID\n{MARKER}\n".encode()),
    "two letters of an archive": ("DLV-005", "Its archive cannot be unpacked", lambda: b"PK" + bytes(50)),
    "an archive cut off": ("DLV-005", "Its archive cannot be unpacked", lambda: GOOD[: len(GOOD) // 2]),
    "an archive without its beginning": ("DLV-007", "It is no workbook", lambda: GOOD[10:]),
    "a password": ("DLV-002", "It is protected", lambda: OLE + "EncryptedPackage".encode("utf-16-le")),
    "a document from before 2007": ("DLV-007", "It is a document of another", lambda: OLE + bytes(600)),
    "a bomb": ("DLV-003", "It unpacks to", lambda: packed({**parts(GOOD), "xl/media/x": bytes(90_000_000)})),
    "no workbook in it": ("DLV-007", UNREADABLE, lambda: packed({f"{MARKER}.txt": b"x"})),
    "a document": ("DLV-007", UNREADABLE, lambda: packed({"word/document.xml": b"<x/>"})),
    "the sheet's part missing": ("DLV-007", UNREADABLE, lambda: without(SHEET)),
    "the texts' part missing": ("DLV-007", UNREADABLE, lambda: without(TEXTS)),
    "the sheet's part empty": ("DLV-007", UNREADABLE, lambda: changed(SHEET, lambda _: b"")),
    "the sheet's part cut off": ("DLV-007", UNREADABLE, lambda: changed(SHEET, lambda it: it[: it.index(b'r="A3"')])),
    "the sheet's part no XML": ("DLV-007", UNREADABLE, lambda: changed(SHEET, lambda _: MARKER.encode())),
    "the texts' part cut off": ("DLV-007", UNREADABLE, lambda: changed(TEXTS, lambda it: it[:-80])),
    "a text that there is not": ("DLV-007", UNREADABLE, lambda: changed(SHEET, put(b"<v>0</v>", b"<v>99</v>"))),
    "texts in no UTF-8": ("DLV-007", UNREADABLE, lambda: changed(TEXTS, put(b"Female", b"F\xff"))),
    "a cell in no place": ("DLV-007", UNREADABLE, lambda: changed(SHEET, put(b'r="A2"', b'r="2A"'))),
    "a kind of cell that there is not": ("DLV-007", UNREADABLE, lambda: changed(SHEET, put(b't="s"', b't="zz"'))),
    "a sheet of another name": ("DLV-010", "No visible sheet", lambda: workbook(name=MARKER)),
    "a sheet that is hidden": ("DLV-010", "No visible sheet", lambda: workbook(name="x", write=hidden_list)),
    "no sheet": ("DLV-010", "No visible sheet", lambda: changed(BOOK, lambda it: re.sub(b"<sheet .*?/>", b"", it))),
    "no header": ("DLV-009", "Sheet 1 has no column headed", lambda: changed(TEXTS, put(b"Child Unique ID", b"Who"))),
    "the same heading twice": (
        "DLV-008",
        "Columns 1 and 2 of sheet 1",
        lambda: workbook(lambda _, sheet: sheet.write(0, 1, "child unique\nid")),
    ),
    "two cells far apart": (
        "DLV-003",
        "A sheet reaches to row 1,048,576 and column 16,384",
        lambda: workbook(lambda _, sheet: sheet.write(1_048_575, 16_383, 1)),
    ),
}


def hidden_list(made: xlsxwriter.Workbook, _: Any) -> None:
    hidden = made.add_worksheet("List 3")
    hidden.write_row(0, 0, HEADINGS)
    hidden.hide()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_workbook_of_lists_is_refused_as_a_whole_and_nobody_is_named(name: str) -> None:
    code, cause, make = REFUSED[name]
    content = make()
    # Staging refuses what reading does: that it does so is looked at now and then, where there is no time.
    ways = (read, stage) if IS_LONG or len(name) % 3 == 0 else (read,)
    for refusal in (way(ANNEX_A, content).refusal for way in ways):
        assert refusal is not None
        assert refusal[0] == code and refusal[1].startswith(cause), refusal


def second_sheet(made: xlsxwriter.Workbook, _: Any) -> None:
    sheet = made.add_worksheet("List 3 February")
    for number, row in enumerate((HEADINGS[::-1], ("1B", DAY, "Male", "103"))):
        sheet.write_row(number, 0, row)


def formatted(made: xlsxwriter.Workbook, sheet: Any) -> None:
    sheet.set_column(0, 16_383, 20, made.add_format({"bold": True}))
    sheet.set_row(1_048_575, 30, made.add_format({"bold": True}))
    for row in range(3, 100_000):
        sheet.write_blank(row, 0, None, made.add_format({"bold": True}) if row == 3 else None)


def serial(date: dt.date, first: dt.date) -> int:
    return (date - first).days


READ: dict[str, tuple[Callable[[], bytes], int, set[str], set[str]]] = {
    "what it was": (workbook, 2, set(), {MARKER, "102", "Male", "2024-01-15", "1A"}),
    "rows in the thousands": (
        lambda: workbook(lambda _, sheet: sheet.write_column(3, 0, range(5000))),
        5002,
        set(),
        {MARKER, "4999"},
    ),
    "dates from 1904 on": (lambda: workbook(date_1904=True), 2, set(), {"2024-01-15"}),
    "a date as text": (lambda: workbook(lambda _, it: it.write_string(1, 2, "15/01/2024")), 2, set(), {"15/01/2024"}),
    "a date as a bare number": (
        lambda: workbook(lambda _, it: it.write_number(1, 2, serial(DAY.date(), dt.date(1899, 12, 30)))),
        2,
        set(),
        {"45306", "2024-01-15"},
    ),
    "a formula with what it came to": (
        lambda: workbook(lambda _, it: it.write_formula(1, 3, '="1" & "B"', None, "1B")),
        2,
        set(),
        {MARKER, "1B", "2A"},
    ),
    "errors in cells": (
        lambda: workbook(lambda _, it: it.write_formula(1, 2, "=NA()", None, "#N/A")),
        2,
        set(),
        {MARKER, "2024-01-15"},
    ),
    "numbers as text and text as numbers": (
        lambda: workbook(lambda _, it: it.write_column(3, 0, ["0103", " 104\u00a0", 105, 106.0])),
        6,
        set(),
        {"0103", "104", "105", "106", "102"},
    ),
    "merged cells": (lambda: workbook(lambda _, it: it.merge_range(3, 0, 5, 0, "103")), 3, set(), {"103"}),
    "blank rows and white space": (
        lambda: workbook(lambda _, it: (it.write_row(3, 0, [" ", "\u00a0", "\n"]), it.write(9, 0, "103"))),
        3,
        set(),
        {"103"},
    ),
    "totals": (lambda: workbook(lambda _, it: it.write_row(3, 0, ["Total", 2])), 2, {"DLV-028"}, {MARKER}),
    "a title, and blank columns before it": (
        lambda: workbook(lambda _, it: it.write(0, 0, "Referrals"), corner=(2, 3)),
        2,
        {"DLV-028"},
        {MARKER, "102"},
    ),
    "line breaks in headings": (
        lambda: workbook(
            lambda _, it: it.write_row(0, 0, ["Child\nUnique\r\nID ", "GENDER", " Date  of\u00a0referral"])
        ),
        2,
        set(),
        {MARKER, "Male", "2024-01-15"},
    ),
    "the header again": (lambda: workbook(lambda _, it: it.write_row(3, 0, HEADINGS)), 2, {"DLV-028"}, {MARKER}),
    "a heading that there is not, twice": (
        lambda: workbook(lambda _, it: it.write_row(0, 4, ["Notes", "Notes"])),
        2,
        {"DLV-013"},
        {MARKER},
    ),
    "a value beside the table": (lambda: workbook(lambda _, it: it.write(2, 6, "x")), 2, {"DLV-013"}, {MARKER}),
    "two sheets of a list": (lambda: workbook(second_sheet), 3, set(), {MARKER, "103", "1B", "2024-01-15"}),
    "a hidden sheet beside it": (
        lambda: workbook(lambda made, _: made.add_worksheet("List 4").hide()),
        2,
        {"DLV-030"},
        {MARKER},
    ),
    "a sheet of charts beside it": (lambda: workbook(lambda made, _: made.add_chartsheet()), 2, {"DLV-030"}, {MARKER}),
    "hidden rows and a filter": (
        lambda: workbook(lambda _, it: (it.set_row(2, None, None, {"hidden": True}), it.autofilter(0, 0, 2, 3))),
        2,
        set(),
        {MARKER, "102"},
    ),
    "formats down to the last row": (lambda: workbook(formatted), 2, set(), {MARKER, "102"}),
    "a dimension that is a lie": (
        lambda: changed(SHEET, lambda it: re.sub(b'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', it)),
        2,
        set(),
        {MARKER, "102", "1A"},
    ),
    "a document type": (
        lambda: changed(SHEET, put(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "ha">]><worksheet')),
        2,
        set(),
        {MARKER},
    ),
    "no styles": (lambda: without("xl/styles.xml"), 2, set(), {MARKER, "45306"}),
    "something after the archive": (lambda: GOOD + b"junk", 2, set(), {MARKER}),
    "lines without numbers": (
        lambda: changed(SHEET, lambda it: re.sub(rb' r="[A-Z]*\d+"', b"", it)),
        2,
        set(),
        {MARKER, "102"},
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_a_workbook_may_hold_is_read_and_what_is_passed_over_is_reported(name: str) -> None:
    make, rows, codes, values = READ[name]
    outcome = read(ANNEX_A, make())
    assert outcome.refusal is None
    assert outcome.read == {TABLE: rows}
    assert {code for code, _ in outcome.codes} == codes
    assert values <= outcome.values


def all_at_once(made: xlsxwriter.Workbook, sheet: Any) -> None:
    sheet.write_row(3, 0, HEADINGS)
    sheet.write_row(4, 0, [None, "Male", DAY, "x"])
    sheet.merge_range(5, 0, 6, 0, "103")
    sheet.write_formula(7, 0, "=NA()", None, "#N/A")
    sheet.write_row(8, 0, ["104", "?", "31/02/2024", 7, None, MARKER])
    sheet.write_row(9, 0, ["Total", 9])
    second_sheet(made, sheet)


def test_all_of_it_at_once_is_staged_and_every_row_is_accounted_for() -> None:
    outcome = stage(ANNEX_A, workbook(all_at_once))
    assert outcome.refusal is None
    # The two good rows, one without a child, one of 103 (the merged cells below it are blank), 104, and February's.
    assert (outcome.read[TABLE], outcome.refused) == (6, 1)
    assert {code for code, _ in outcome.codes} >= {"DLV-013", "DLV-026", "DLV-028"}


def test_a_workbook_from_before_2007_is_staged_as_one_of_today_is() -> None:
    sheets = {"1 Contacts": [["Child Unique ID", "Date of Contact", "Contact Source"], ["101", DAY, "School"]]}
    sheets["3 Referral"] = [["List 3: Referral"], HEADINGS, *ROWS, ["103", "Male", DAY, "Health"], ["104", "", "", "?"]]
    of_old = stage(replace(ANNEX_A, file_name="annex_a.xls"), old_workbook(sheets))
    assert of_old.refusal is None
    assert of_old.read == {"annex_a_contacts": 1, TABLE: 4}
    # That a code is none, of the last row's source alone.
    assert {code for code, _ in of_old.codes if code.startswith("AXA0307")} == {"AXA0307-READABLE"}


TOKENS = [
    *(b"<", b">", b"&", b"&amp;", b"</c>", b"</row>", b"<c>", b'r="A9"', b't="s"', b't="e"', b"<v>", b"</v>", b"\0"),
    *(b"\xff", b'"', b"-1", b"1e999", b"NaN", b"99999999999", b"-", b"<is>", b"#N/A", b"2958466", b"-693594"),
]
EDITS = st.lists(
    st.tuples(st.integers(0, 6000), st.integers(0, 20), st.sampled_from(TOKENS) | st.binary(max_size=4)),
    min_size=1,
    max_size=3,
)
EXAMPLES = settings.default.max_examples if IS_LONG else 60


@settings(max_examples=EXAMPLES, derandomize=not IS_LONG, deadline=None)
@given(part=st.sampled_from([SHEET, SHEET, TEXTS, BOOK, "xl/styles.xml"]), edits=EDITS)
def test_whatever_becomes_of_its_parts_it_is_read_or_refused(part: str, edits: list[tuple[int, int, bytes]]) -> None:
    members = parts(GOOD)
    for place, left_out, put_in in edits:
        content = members[part]
        start = place % (len(content) + 1)
        members[part] = content[:start] + put_in + content[start + left_out :]
    outcome = read(ANNEX_A, packed(members))
    if outcome.refusal is not None:
        assert outcome.refusal[0] in {"DLV-003", "DLV-007", "DLV-008", "DLV-009", "DLV-010"}


@settings(max_examples=EXAMPLES, derandomize=not IS_LONG, deadline=None)
@given(edits=EDITS)
@example(edits=[(5, 9, b"&amp;"), (22, 1, b"&amp;")])
def test_whatever_becomes_of_its_bytes_it_is_read_whole_or_refused(edits: list[tuple[int, int, bytes]]) -> None:
    content = GOOD
    for place, left_out, put_in in edits:
        start = place % (len(content) + 1)
        content = content[:start] + put_in + content[start + left_out :]
    outcome = read(ANNEX_A, content)
    assert outcome.refusal is not None or outcome.read == {TABLE: 2}

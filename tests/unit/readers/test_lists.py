"""Workbooks of lists, read with the contracts of Annex A."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts.loading import load_sources
from pipelines.findings import UnusableDelivery
from pipelines.settings import PROJECT
from pipelines.staging.readers import read_lists
from pipelines.staging.readers.workbook_lists import plain, plain_code
from tests.exports import old_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipelines.staging.readers import TableRead

CONTRACTS = list(load_sources(PROJECT / "expectations")["annex_a"].tables.values())
A_NAME = "Blenkinsop"
REFERRALS = ["Child Unique ID", "Gender", "Date of referral", "Referral Source", "Referral NFA?"]
DAY = dt.date(2024, 1, 15)

Rows = "Sequence[Sequence[Any]]"


def workbook(sheets: Mapping[str, Rows], hidden: Sequence[str] = ()) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def referrals(*rows: Sequence[Any], headings: Sequence[str] = REFERRALS, name: str = "List 3") -> bytes:
    return workbook({name: [headings, *rows]})


class ListReader:
    """Reads a workbook from a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "annex_a.xlsx"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.connection = duckdb.connect()

    def __call__(self, content: bytes) -> dict[str, TableRead]:
        self.file.write_bytes(content)
        self.connection.execute("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw")
        try:
            return read_lists(
                self.connection, self.file, CONTRACTS, shown="annex_a.xlsx", largest_bytes=10**8, scratch=self.scratch
            )
        finally:
            assert not list(self.scratch.rglob("*.csv")), "text is left behind"

    def rows(self, *columns: str, table: str = "referrals") -> list[tuple[Any, ...]]:
        wanted = ", ".join(f'"{column}"' for column in columns)
        return self.connection.execute(f"SELECT {wanted} FROM raw.annex_a_{table}").fetchall()

    def refusal(self, content: bytes) -> tuple[str, str]:
        with pytest.raises(UnusableDelivery) as refused:
            self(content)
        assert refused.value.file_name == "annex_a.xlsx"
        assert A_NAME not in str(refused.value)
        return refused.value.rule.code, refused.value.cause


@pytest.fixture
def read(tmp_path: Path) -> Iterator[ListReader]:
    reader = ListReader(tmp_path)
    yield reader
    reader.connection.close()


def oddities(tables: dict[str, TableRead]) -> set[tuple[str, str | None, int | None]]:
    return {(odd.rule.code, odd.column, odd.line) for table in tables.values() for odd in table.oddities}


def test_a_list_becomes_a_table(read: ListReader) -> None:
    tables = read(referrals(["101", "a) Male", DAY, "q) 6: Police", "No"], ["102", "b) Female", DAY, "1A", "Yes"]))
    assert {name: table.rows_read for name, table in tables.items()} == {"annex_a_referrals": 2}
    assert read.rows("line", "child unique id", "gender", "date of referral", "referral source", "referral nfa?") == [
        (2, "101", "Male", "2024-01-15", "6", "No"),
        (3, "102", "Female", "2024-01-15", "1A", "Yes"),
    ]
    assert not oddities(tables)


@pytest.mark.parametrize(
    "name",
    [
        *["List 3", "List_3", "LIST 03", "list3", " List  3 ", "Annex A List 3", "List 3 - Referrals"],
        *["3 Referrals", "03. Referral", "3_REFERRALS", "Annex A - 3 Referrals", "Referrals", "REFERRAL"],
    ],
)
def test_a_sheet_is_known_by_the_number_or_the_title_of_its_list(read: ListReader, name: str) -> None:
    assert set(read(referrals(["101"], name=name))) == {"annex_a_referrals"}


def test_every_list_of_the_template_is_known_by_its_title(read: ListReader) -> None:
    titles = ["Contacts", "Early Help", "Referral", "Assessments", "Section 47 enquiries", "Children in Need"]
    titles += ["Child protection", "Children in care", "Care leavers", "Adoption", "Adopters"]
    keys = {
        each.list_number: next(column.heading for column in each.columns[1:] if column.required) for each in CONTRACTS
    }
    sheets = {f"{number} {title}": [[keys[number]], ["101"]] for number, title in enumerate(titles, start=1)}
    assert {table.rows_read for table in read(workbook(sheets)).values()} == {1}
    assert len(read(workbook(sheets))) == len(CONTRACTS) == 11


def test_a_sheet_with_a_title_alone_is_a_summary_beside_the_list_of_that_title(read: ListReader) -> None:
    tables = read(workbook({"Referrals": [["Month", "Referrals"], ["Jan", 9]], "List 3": [REFERRALS, ["101"]]}))
    assert read.rows("child unique id") == [("101",)]
    assert oddities(tables) == {("DLV-030", "sheet 1", None)}


@pytest.mark.parametrize(
    "name", ["List", "List 33x", "List 12", "My list 3", "3", "List 3rd", "4 Referrals", "33 Referrals", "My referrals"]
)
def test_a_sheet_of_any_other_name_is_no_list(read: ListReader, name: str) -> None:
    assert read.refusal(referrals(["101"], name=name))[0] == "DLV-010"


HEADINGS = [
    "DATE OF REFERRAL",
    "Date  of\nReferral ",
    "Child unique-ID",
    "  referral NFA",
    "Referral\u00a0Source:",
    "gender.",
]


def test_headings_are_read_as_people_write_them_and_in_any_order(read: ListReader) -> None:
    tables = read(
        referrals([DAY, None, "101", "n", "1A: Individual", "Male"], headings=[HEADINGS[0], "", *HEADINGS[2:]])
    )
    assert not oddities(tables)
    assert read.rows("child unique id", "date of referral", "referral nfa?", "referral source", "gender") == [
        ("101", "2024-01-15", "No", "1A", "Male")
    ]


def test_a_heading_of_the_list_of_others_is_read_and_reported(read: ListReader) -> None:
    tables = read(referrals(["101", DAY, 7], headings=["Child ID", "Date of referral", "Age"]))
    assert oddities(tables) == {("DLV-029", "child unique id", 1), ("DLV-029", "age of child (years)", 1)}
    assert read.rows("child unique id", "age of child (years)") == [("101", "7")]


def test_a_heading_that_is_only_like_one_is_not_read(read: ListReader) -> None:
    tables = read(referrals(["101", DAY, A_NAME], headings=["Child Unique ID", "Date of the referral", A_NAME]))
    assert tables["annex_a_referrals"].columns == ("referrals_key", "child unique id")
    assert oddities(tables) == {("DLV-013", "column 2", 1), ("DLV-013", "column 3", 1)}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("b) 1B: Individual", "1B"),
        ("1b - individual", "1B"),
        ("  1B ", "1B"),
        ("Police", "6"),
        ("q)  6:\nPolice", "6"),
        ("School", "2A"),
        ("d) Health Services", "3"),
        ("Health", "3"),
        ("Health - hospice", "Health - hospice"),
        ("Individual", "1"),
        ("1A - Family member", "1A"),
        ("1A Family member", "1A"),
        ("q) 6 - Constabulary", "6"),
        ("6 Constabulary", "6 Constabulary"),
        ("1A - Police", "1A - Police"),
        ("7B - Police", "7B - Police"),
        ("Education", "Education"),
        ("q)", "q)"),
        ("7B", "7B"),
    ],
)
def test_a_code_is_read_as_people_write_it_and_never_guessed(read: ListReader, given: str, code: str) -> None:
    read(referrals(["101", "", DAY, given]))
    assert read.rows("referral source") == [(code,)]


def test_titles_totals_and_blank_rows_are_no_records(read: ListReader) -> None:
    tables = read(
        workbook(
            {
                "List 3": [
                    ["List 3: referrals"],
                    [],
                    REFERRALS,
                    ["101", "Male", DAY],
                    [],
                    ["Total", None, None, 1],
                    ["  ", " ", "Grand Total", 1],
                    ["102"],
                ]
            }
        )
    )
    assert tables["annex_a_referrals"].rows_read == 2
    assert read.rows("line", "child unique id") == [(4, "101"), (8, "102")]
    assert oddities(tables) == {("DLV-028", None, 1), ("DLV-028", None, 6), ("DLV-028", None, 7)}


def test_a_header_that_stands_again_between_the_rows_is_no_record(read: ListReader) -> None:
    again = [heading.upper() for heading in REFERRALS]
    tables = read(referrals(["101"], again, ["102"], [*REFERRALS[:4], "No"]))
    assert read.rows("line", "child unique id") == [(2, "101"), (4, "102"), (5, "Child Unique ID")]
    assert oddities(tables) == {("DLV-028", None, 3)}


def test_a_value_in_a_column_without_a_heading_is_reported_where_the_first_is(read: ListReader) -> None:
    headings = [REFERRALS[0], None, *REFERRALS[1:]]
    tables = read(referrals(["101"], ["102", A_NAME], ["103", A_NAME, *[None] * 5, 1], headings=headings))
    assert read.rows("child unique id") == [("101",), ("102",), ("103",)]
    assert oddities(tables) == {("DLV-013", "column 2", 3), ("DLV-013", "column 8", 4)}
    assert A_NAME not in str(tables)


def test_a_list_of_several_months_is_one_table_known_by_numbers(read: ListReader) -> None:
    months = {f"List 3 {month}": [REFERRALS, [f"{month}1"], [f"{month}2"]] for month in ("Jan", "Feb")}
    months["List 3 Mar"] = [["Date of referral", "Child Unique ID"], [DAY, "Mar1"]]
    tables = read(workbook(months))
    assert tables["annex_a_referrals"].shares_lines
    assert read.rows("line", "child unique id", "date of referral") == [
        (1, "Jan1", None),
        (2, "Jan2", None),
        (3, "Feb1", None),
        (4, "Feb2", None),
        (5, "Mar1", "2024-01-15"),
    ]


def test_a_row_of_one_of_several_sheets_is_not_taken_for_a_record_of_that_number(read: ListReader) -> None:
    """A total in the third row of the second sheet, and a heading of nobody's in each."""
    sheets = {f"List 3 {month}": [[*REFERRALS, A_NAME], [month], ["Total"]] for month in ("Jan", "Feb")}
    tables = read(workbook(sheets))
    unknown = ("DLV-013", f"column {len(REFERRALS) + 1}", None)
    assert oddities(tables) == {("DLV-028", "sheet 1", 3), ("DLV-028", "sheet 2", 3), unknown}
    assert read.rows("line", "child unique id") == [(1, "Jan"), (2, "Feb")]


def test_other_sheets_and_hidden_ones_are_reported_by_their_number(read: ListReader) -> None:
    lists = {A_NAME: [["x"]], "List 3": [REFERRALS, ["101"]], "List 4": [["Child Unique ID"], ["101"]]}
    tables = read(workbook(lists, hidden=["List 4"]))
    assert set(tables) == {"annex_a_referrals"}
    assert oddities(tables) == {("DLV-030", "sheet 1", None), ("DLV-030", "sheet 3", None)}
    assert A_NAME not in str(tables)


def test_a_key_is_made_of_the_child_and_the_day_and_distinguishes_two_of_a_day(read: ListReader) -> None:
    read(referrals(["101", "", DAY], ["101", "", DAY], ["102", "", DAY], ["", "", DAY]))
    keys = [key for (key,) in read.rows("referrals_key")]
    assert len(set(keys)) == 4 and keys[3] is None
    read(referrals(["102", "", DAY], ["101", "", DAY]))
    assert [key for (key,) in read.rows("referrals_key")] == [keys[2], keys[0]]


def test_a_list_without_rows_is_a_table_without_rows(read: ListReader) -> None:
    assert read(referrals())["annex_a_referrals"].rows_read == 0


def test_a_blank_sheet_is_no_table(read: ListReader) -> None:
    assert set(read(workbook({"List 3": [REFERRALS], "List 4": []}))) == {"annex_a_referrals"}


@pytest.mark.parametrize(
    ("content", "code", "cause"),
    [
        (b"", "DLV-004", "Nothing is in it."),
        (b"Child Unique ID,x\n", "DLV-007", "It is no workbook: it does not begin as one."),
        (referrals(["101"])[:900], "DLV-005", "Its archive cannot be unpacked to the end."),
        (
            workbook({"Notes": [[A_NAME]]}),
            "DLV-010",
            "No visible sheet of it is named after a list, as List 1, 1 Contacts or Contacts is.",
        ),
        (
            referrals([A_NAME], headings=["Name"]),
            "DLV-009",
            "Sheet 1 has no column headed child unique id, without which no row can be used.",
        ),
        (
            referrals(["1", "2"], headings=["Child Unique ID", "Child ID"]),
            "DLV-008",
            "Columns 1 and 2 of sheet 1 have the same heading.",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(read: ListReader, content: bytes, code: str, cause: str) -> None:
    assert read.refusal(content) == (code, cause)


@pytest.mark.parametrize("named", ["annex_a.xls", "annex_a.xlsx"])
def test_a_workbook_from_before_2007_is_read_as_one_of_today_is_whatever_its_name_ends_in(
    read: ListReader, named: str
) -> None:
    sheets = {
        "List_3": [["List 3: Referral"], REFERRALS, [101, "Male", DAY, "School", "a) Yes"], [], ["102"], ["Total", 2]],
        "List_4": [["Child Unique ID"], ["101"]],
        "Notes": [[A_NAME]],
    }
    read.file = read.file.with_name(named)
    of_both = []
    for content in (workbook(sheets, hidden=["List_4"]), old_workbook(sheets, hidden=["List_4"])):
        found = oddities(read(content))
        of_both.append((found, read.rows("line", "child unique id", "gender", "date of referral", "referral source")))
    assert of_both[0] == of_both[1]
    assert of_both[1] == (
        {("DLV-028", None, 1), ("DLV-028", None, 6), ("DLV-030", "sheet 2", None), ("DLV-030", "sheet 3", None)},
        [(3, "101", "Male", "2024-01-15", "2A"), (5, "102", None, None, None)],
    )


OLD = old_workbook({"List 3": [REFERRALS, [A_NAME]]})
FIRST_RECORD_AFTER_THE_BEGINNING = 512 + 4 + 16


def under_a_password(content: bytes) -> bytes:
    place = FIRST_RECORD_AFTER_THE_BEGINNING
    return content[:place] + b"\x2f\x00" + content[place + 2 :]


@pytest.mark.parametrize(
    ("content", "code", "cause"),
    [
        (OLD[:700], "DLV-007", "It is a document of another program, and no workbook."),
        (OLD[:512] + bytes(len(OLD) - 512), "DLV-007", "It is a document of another program, and no workbook."),
        (OLD[:512] + b"\xff" * 40 + OLD[552:], "DLV-007", "It is a workbook from before 2007 that cannot be read"),
        (OLD[:512] + "EncryptedPackage".encode("utf-16-le"), "DLV-002", "It is protected by a password."),
        (old_workbook({"Notes": [[A_NAME]]}), "DLV-010", "No visible sheet of it is named after a list"),
    ],
)
@pytest.mark.parametrize("named", ["annex_a.xls", "annex_a.xlsx"])
def test_a_workbook_from_before_2007_that_cannot_be_read_is_refused(
    read: ListReader, named: str, content: bytes, code: str, cause: str
) -> None:
    read.file = read.file.with_name(named)
    refused = read.refusal(content)
    assert refused[0] == code and refused[1].startswith(cause), refused


def test_a_password_of_a_workbook_from_before_2007_is_said(read: ListReader) -> None:
    read.file = read.file.with_name("annex_a.xls")
    assert read.refusal(under_a_password(OLD)) == ("DLV-002", "It is protected by a password.")
    read.file = read.file.with_name("annex_a.xlsx")
    assert read.refusal(under_a_password(OLD))[1].endswith("it is damaged, or under a password.")


def test_no_two_columns_of_a_list_can_be_taken_for_one_another() -> None:
    for contract in CONTRACTS:
        columns = [column for column in contract.columns if column.path != "@key"]
        spelt = [plain(text) for column in columns for text in {column.heading, *column.other_headings}]
        assert len(spelt) == len(set(spelt)), contract.name
        assert "" not in spelt


def test_no_spelling_stands_for_two_codes() -> None:
    for contract in CONTRACTS:
        for column in contract.columns:
            spelt: dict[str, str] = {}
            for spelling, code in [*((code, code) for code in column.codes), *column.aliases.items()]:
                assert spelt.setdefault(plain_code(spelling), code) == code, (contract.name, column.name, spelling)


CELLS = (
    st.none()
    | st.integers(0, 999)
    | st.dates()
    | st.booleans()
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12).filter(
        lambda text: not text.startswith("=")
    )
    | st.sampled_from(["Total", "Child Unique ID", "101"])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(CELLS, max_size=6), max_size=6))
def test_whatever_stands_in_its_cells_every_row_is_read_or_reported(read: ListReader, rows: list[list[Any]]) -> None:
    table = read(workbook({"List 3": [REFERRALS, *rows]}))["annex_a_referrals"]
    filled = [row for row in rows if any(cell is not None and str(cell).strip() for cell in row)]
    assert table.rows_read + sum(odd.rule.code == "DLV-028" for odd in table.oddities) == len(filled)


SOUND = referrals(["101", "Male", DAY], ["102", "Female", DAY])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 4000), st.binary(max_size=8), st.integers(0, 8))
def test_whatever_becomes_of_its_bytes_a_workbook_is_read_or_refused(
    read: ListReader, start: int, put: bytes, left_out: int
) -> None:
    try:
        tables = read(SOUND[:start] + put + SOUND[start + left_out :])
    except UnusableDelivery:
        return
    assert tables["annex_a_referrals"].rows_read == 2

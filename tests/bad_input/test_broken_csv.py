"""CSV files of which the bytes became others: read as Python's own csv module reads them, reported, or refused."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from hypothesis import given, settings

from tests.bad_input.edits import Edit, edited, edits_with
from tests.bad_input.returns import Return, read
from tests.conftest import IS_LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKENS = (
    *(
        b",",
        b";",
        b"\t",
        b'"',
        b'""',
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b" ",
        b"\xc2\xa0",
        b"\0",
        b"\x1a",
        b"\xff",
        b"\xe9",
    ),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\n", b",,,,", b"\\", b"'", b"#", b"-----", b"(6 rows affected)\n"),
    *(b"cppl_cp_plan_id", b"NULL", b"=1+1", b"\xf0\x9f\x98\x80", b"1" * 400),
)
PLANS = Return(
    "ssd",
    "2021-02",
    "ssd_cp_plans.csv",
    b'''cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date,cppl_cp_plan_initial_category
C1,P1,2020-05-01,,NEG
C2,P2,2020-06-02,2021-01-04,"EMO"
C3,"P, 3",2020-07-03,,PHY
C4,P4,2020-08-04,2021-02-05,"said ""no"""
C5,P5,2020-09-05,,SAB
C6,P6,2020-10-06,2021-02-01,MUL
''',
)
EXAMPLES = settings.default.max_examples if IS_LONG else 200
REFUSED = {"DLV-003", "DLV-004", "DLV-005", "DLV-006", "DLV-007", "DLV-008", "DLV-009", "DLV-010"}
WHITE_SPACE = " \t\r\n\v\f\u00a0\ufeff"


def records_of(content: bytes) -> Iterator[list[str]]:
    """Those of a file in which nothing is unusual, without the blank ones: read by other means."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    for record in csv.reader(io.StringIO(text, newline="")):
        cells = [cell.strip(WHITE_SPACE) for cell in record]
        if any(cells):
            yield cells


@settings(max_examples=EXAMPLES, derandomize=not IS_LONG, deadline=None)
@given(edits=edits_with(TOKENS))
def test_whatever_becomes_of_its_bytes_every_value_is_read_or_reported(edits: list[Edit]) -> None:
    content = edited(PLANS.content, edits)
    outcome = read(PLANS, content)
    if outcome.refusal is not None:
        assert outcome.refusal[0] in REFUSED
    elif not outcome.codes and not outcome.refused:
        _, *records = records_of(content)
        lines = outcome.values - {cell for record in records for cell in record}
        assert outcome.read == {PLANS.table: len(records)}
        assert {cell for record in records for cell in record} - {""} <= outcome.values
        assert all(line.isdigit() for line in lines), lines

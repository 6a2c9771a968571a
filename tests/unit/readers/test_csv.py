from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.findings import UnusableDelivery
from pipelines.staging.readers import Malformed, ReadingFailed, TableRead, csv, encoding, read_table, records
from pipelines.staging.readers.encoding import PIECE, examine

Row = tuple[int | str | None, ...]
A_NAME = "Blenkinsop"
DATABASE = duckdb.connect()


@dataclass(frozen=True)
class CsvResult:
    """What reading a file gave: the table and what was read of it, or the rule and the cause of its refusal."""

    rows: list[Row]
    read: TableRead | None
    refusal: tuple[str, str, str] | None
    directly: bool


def reading(content: bytes, name: str = "ssd_person.csv", *, largest_bytes: int = 10**9) -> CsvResult:
    with tempfile.TemporaryDirectory() as folder:
        file, scratch = Path(folder, name), Path(folder, "scratch")
        scratch.mkdir()
        file.write_bytes(content)
        with DATABASE.cursor() as connection:
            connection.execute("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw")
            try:
                read = read_table(connection, file, "t", largest_bytes=largest_bytes, scratch=scratch)
            except UnusableDelivery as unusable:
                return CsvResult([], None, (unusable.rule.code, unusable.file_name, unusable.cause), False)
            finally:
                assert not list(scratch.rglob("*.csv")), "text is left behind"
            rows = connection.execute("SELECT * FROM raw.t").fetchall()
            columns = [column[0] for column in connection.execute("DESCRIBE raw.t").fetchall()]
            assert columns == ["line", *read.columns]
            view = connection.execute("SELECT sql FROM duckdb_views() WHERE view_name = 't'").fetchall()[0][0]
            return CsvResult(rows, read, None, "file_row_number" in view)


def rows(content: bytes) -> list[Row]:
    return reading(content).rows


def refusal(content: bytes, name: str = "ssd_person.csv", *, largest_bytes: int = 10**9) -> tuple[str, str]:
    """The code and the cause; that the file is named is checked here, once for all."""
    refused = reading(content, name, largest_bytes=largest_bytes).refusal
    assert refused is not None
    code, file_name, cause = refused
    assert file_name == name
    return code, cause


cells = st.one_of(
    st.sampled_from(["", " ", "1", "2021-02-01", "é", "a b", '"x"', '"x,y"', '"x""y"', '""', '"', ' "x"', '"x" ']),
    st.text(alphabet=' ,"\n\r\t\u00a0;|#\\ax1é–', max_size=5),
)
line_breaks = st.sampled_from(["\n", "\r\n", "\r"])
headers = st.sampled_from(["a,b", "a,b,c", '"a","b"', "a", "a,b,", " a , b", '"a\nx",b', ""])
wild_records = st.lists(cells, min_size=1, max_size=4).map(",".join)
tame_cells = st.sampled_from(["", " ", "1", "é", "a b", ' "x"', '"x, y"', '"x "" y"', '""', 'x"y', "x\\", '""""'])
tame_records = st.lists(tame_cells, min_size=2, max_size=2).map(",".join)


def joined(header: str, lines: list[str], line_break: str, last: bool) -> str:
    return line_break.join([header, *lines]) + (line_break if last else "")


wild_files = st.builds(joined, headers, st.lists(wild_records, max_size=6), line_breaks, st.booleans())
tame_files = st.builds(joined, st.just("a,b"), st.lists(tame_records, max_size=6), line_breaks, st.booleans())


@settings(max_examples=200, deadline=None)
@given(text=wild_files | tame_files, encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
@example(text='a,b\n1, "x"\n', encoding="utf-8")
@example(text='a,b\n1,"x" \n', encoding="utf-8")
@example(text='a,b\n1,"x" ', encoding="utf-8")
@example(text='a,b\n"x\n",2\n,\n', encoding="utf-8")
@example(text='"a\nx",b\n', encoding="utf-8-sig")
@example(text='a,b\n1,"x" ",y"\n', encoding="utf-8")
def test_both_ways_of_reading_give_the_same_table(text: str, encoding: str) -> None:
    content = text.encode(encoding)
    as_usual = reading(content)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(csv, "_may_be_read_directly", lambda *_: False)
        by_the_csv_module = reading(content)
    assert not by_the_csv_module.directly
    assert (as_usual.rows, as_usual.read, as_usual.refusal) == (
        by_the_csv_module.rows,
        by_the_csv_module.read,
        by_the_csv_module.refusal,
    )


def test_a_plain_file_is_read_directly() -> None:
    plain = reading(b'a,b\n1,"x, y"\n\xc3\xa9,\n')
    assert plain.directly
    assert plain.rows == [(2, "1", "x, y"), (3, "é", None)]
    assert plain.read == TableRead("ssd_person.csv", "utf-8", ("a", "b"), 2, ())


@pytest.mark.parametrize(
    "content",
    [
        b'a,b\n1,"x\ny"\n',
        b"a,b\n\n1,2\n",
        b"a,b\n,\n",
        b"a,b\r1,2\r",
        b"a,b\r\n1,2\n",
        b"a\n1\n",
        b"a,b,\n1,2,\n",
        b"a,file_row_number\n1,2\n",
        b"\na,b\n1,2\n",
        b"a,b\n1," + b"x" * 2 * PIECE + b"\n",
    ],
    ids=[
        "line break in a field",
        "blank line",
        "only commas",
        "CR",
        "mixed line breaks",
        "one column",
        "blank heading",
        "a column named as the rows' number is",
        "header not in line 1",
        "long line",
    ],
)
def test_an_unusual_file_is_not(content: bytes) -> None:
    unusual = reading(content)
    assert not unusual.directly
    assert unusual.refusal is None


@pytest.mark.parametrize("line_break", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", [True, False], ids=["with the last line break", "without"])
def test_a_line_is_the_one_on_which_the_record_starts(line_break: bytes, last: bool) -> None:
    lines = [b"id,note", b'1,"two', b'lines"', b"", b",", b"2,x", b'3,"y"']
    content = line_break.join(lines) + (line_break if last else b"")
    note = f"two{line_break.decode()}lines"
    assert rows(content) == [(2, "1", note), (6, "2", "x"), (7, "3", "y")]


def test_cells_are_trimmed_and_blank_ones_are_null() -> None:
    expected = [(2, "x", "y z"), (3, None, "1"), (4, None, "2")]
    assert rows(b'a,b\n x\t,"\xc2\xa0y z "\n  ,1\n"",2\n') == expected


def test_quoting_keeps_commas_quotes_and_backslashes() -> None:
    assert rows(b'a,b\n"x, ""y""",z"z\n"\\",\\\n') == [(2, 'x, "y"', 'z"z'), (3, "\\", "\\")]


def test_headings_are_trimmed_and_keep_their_case() -> None:
    read = reading(b'" Pers_ID ", b\n1,2\n').read
    assert read is not None
    assert read.columns == ("Pers_ID", "b")


@pytest.mark.parametrize(
    ("content", "encoding", "cell"),
    [
        (b"a,b\n1,plain\n", "utf-8", "plain"),
        ("a,b\n1,é–\n".encode(), "utf-8", "é–"),
        ("a,b\n1,é\n".encode("utf-8-sig"), "utf-8-sig", "é"),
        (b"a,b\n1,\xe9\x96\n", "windows-1252", "é–"),
        (b"a,b\n1,\xe9", "windows-1252", "é"),
        (b"a,b\n1," + b"x" * (PIECE - 7) + "é\n".encode(), "utf-8", "x" * (PIECE - 7) + "é"),
    ],
    ids=["ASCII", "UTF-8", "with a byte order mark", "Windows-1252", "at the end", "character between two pieces"],
)
def test_the_encoding_is_found_and_recorded(content: bytes, encoding: str, cell: str) -> None:
    result = reading(content)
    assert result.read is not None
    assert (result.read.encoding, result.rows) == (encoding, [(2, "1", cell)])


def test_half_a_character_between_two_pieces_is_not_utf_8() -> None:
    beginning = "a,b\n1,é".encode()
    content = beginning + b"x" * (PIECE - len(beginning) - 1) + b"\xe9" + b"x\n"
    read = reading(content).read
    assert read is not None
    assert read.encoding == "windows-1252"


@pytest.mark.parametrize(
    ("pieces", "is_plain"),
    [
        ([b"a,b\r\n1,2\r", b"\n"], True),
        ([b"a,b\n1,2\r", b"3,4\n"], False),
        ([b'a,b\n"x"', b",2\n"], True),
        ([b'a,b\n"x"', b" ,2\n"], False),
        ([b'a,b\n"x" ', b",2\n"], False),
    ],
)
def test_what_is_unusual_is_seen_between_two_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], is_plain: bool
) -> None:
    monkeypatch.setattr(encoding, "PIECE", len(pieces[0]))
    (tmp_path / "ssd_person.csv").write_bytes(b"".join(pieces))
    assert examine(tmp_path / "ssd_person.csv").is_plain == is_plain


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_bytes_without_meaning_in_windows_1252_are_undecodable(byte: int) -> None:
    assert refusal(b"a,b\n1,\xe9" + bytes([byte]) + b"\n")[0] == "DLV-006"


def test_every_other_byte_is_read_as_windows_1252() -> None:
    defined = bytes(sorted(set(range(0x80, 0x100)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}))
    assert rows(b"a,b\n1,x" + defined + b"x\n") == [(2, "1", f"x{defined.decode('cp1252')}x")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n".encode("utf-16"), "UTF-16"),
        ("a,b\n".encode("utf-16-le"), "UTF-16"),
        (b"\xef\xbb\xbfa,b\n\xe9,1\n", "byte order mark"),
    ],
    ids=["UTF-16 with its mark", "without", "byte order mark of UTF-8 before something else"],
)
def test_other_encodings_are_undecodable(content: bytes, message: str) -> None:
    code, cause = refusal(content)
    assert code == "DLV-006"
    assert message in cause


@pytest.mark.parametrize("content", [b"", b" \r\n\n", b"\xef\xbb\xbf", b",,\n"], ids=repr)
def test_a_file_without_a_header_is_empty(content: bytes) -> None:
    assert refusal(content)[0] == "DLV-004"


@pytest.mark.parametrize("content", [b"a,b\n", b"a,b", b"a\r\n"], ids=repr)
def test_a_header_alone_is_legal(content: bytes) -> None:
    read = reading(content).read
    assert read is not None
    assert (read.rows_read, read.malformed) == (0, ())


@pytest.mark.parametrize(
    ("cut_off", "whole"),
    [
        (b"a,b\n1,2\n3", b"a,b\n1,2\n3,4"),
        (b'a,b\n1,"x\n', b'a,b\n1,"x"\n'),
        ("a,b\n1,é\n2,é".encode()[:-1], "a,b\n1,é\n2,é".encode()),
        (b'a,b\n1,"' + b"x\n" * 200_000, b'a,b\n1,"' + b"x\n" * 190_000 + b'"'),
    ],
    ids=["short record", "open quotation mark", "half a character", "quotation mark opened far above"],
)
def test_a_file_that_is_cut_off_is_refused(cut_off: bytes, whole: bytes) -> None:
    assert refusal(cut_off)[0] == "DLV-005"
    assert len(rows(whole)) == whole.count(b"\n1,") + whole.count(b"\n2,") + whole.count(b"\n3,")


def test_a_short_record_before_a_line_break_is_malformed_and_no_cut() -> None:
    result = reading(b"a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert result.rows == [(2, "1", "2"), (5, "7", "8")]
    assert result.read is not None
    assert result.read.rows_read == 4
    assert result.read.malformed == (
        Malformed(3, "Its fields number 1; the header's 2."),
        Malformed(4, "Its fields number 3; the header's 2."),
    )


def test_text_after_a_closing_quote_is_malformed_and_the_next_record_is_read() -> None:
    result = reading(b'a,b\n1,"he said "no", twice"\n2,x\n')
    assert result.rows == [(3, "2", "x")]
    assert result.read is not None
    assert [bad.line for bad in result.read.malformed] == [2]


def test_blank_fields_after_the_last_column_are_let_go() -> None:
    result = reading(b"a,b\n1,2,\n3,4, ,\n5,6,,7\n")
    assert result.rows == [(2, "1", "2"), (3, "3", "4")]
    assert result.read is not None
    assert [bad.line for bad in result.read.malformed] == [4]


def test_another_table_altogether_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_MALFORMED", 2)
    assert reading(b"a,b\n1\n2\n").refusal is None
    assert refusal(b"a,b\n1\n2\n3\n")[0] == "DLV-007"


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_another_separator_is_named(separator: str, name: str) -> None:
    code, cause = refusal(f"a{separator}b\n1{separator}2\n".encode())
    assert code == "DLV-007"
    assert name in cause
    assert rows(f"a,b\n1,2{separator}3\n".encode()) == [(2, "1", f"2{separator}3".strip())]


@pytest.mark.parametrize("beginning", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"], ids=["zip", "OLE"])
def test_a_workbook_named_csv_is_no_table(beginning: bytes) -> None:
    assert refusal(beginning + bytes(100))[0] == "DLV-007"


def test_a_name_that_is_neither_csv_nor_xlsx_is_no_table() -> None:
    assert refusal(b"a,b\n1,2\n", "ssd_person.txt")[0] == "DLV-007"
    assert reading(b"a,b\n1,2\n", "ssd_person.CSV").refusal is None


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (b"a,b,A", "Columns 1 and 3"),
        (b"a,,b", "Column 2"),
        (b"a,Line", "Column 2"),
    ],
    ids=["twice", "blank", "line"],
)
def test_an_ambiguous_header_is_refused(header: bytes, message: str) -> None:
    code, cause = refusal(header + b"\n1,2,3\n")
    assert code == "DLV-008"
    assert message in cause


def test_a_blank_heading_at_the_end_needs_a_blank_column() -> None:
    assert rows(b"a,b,,\n1,2,,\n3,4\n") == [(2, "1", "2"), (3, "3", "4")]
    assert refusal(b"a,b,,\n1,2,,\n3,4,5,\n")[0] == "DLV-008"


def test_a_file_may_be_as_large_as_allowed_and_no_larger() -> None:
    content = b"a,b\n1,2\n"
    assert reading(content, largest_bytes=len(content)).refusal is None
    assert refusal(content, largest_bytes=len(content) - 1)[0] == "DLV-003"


@pytest.mark.parametrize(
    "content",
    [
        f"{A_NAME},b,{A_NAME}\n",
        f"{A_NAME};b\n{A_NAME};c\n",
        f"a,b\n{A_NAME},1\n{A_NAME}",
        f'a,b\n"{A_NAME},1\n',
        f"a,b,\n1,2,{A_NAME}\n",
        f'"{A_NAME}"x,b\n1,2\n',
        f"a,b\n{A_NAME}\x81,\x00\n",
    ],
)
def test_no_refusal_shows_what_the_file_holds(content: str) -> None:
    for name in ("utf-8", "latin-1"):
        assert A_NAME not in str(reading(content.encode(name)).refusal)
    assert reading(content.encode("latin-1")).refusal is not None


def test_no_failure_of_duckdb_shows_what_the_file_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = records.READ_SCRATCH.replace("SELECT line,", "SELECT CAST(a AS BIGINT),")
    monkeypatch.setattr(records, "READ_SCRATCH", broken)
    file = tmp_path / "ssd_person.csv"
    file.write_text(f"a\n{A_NAME}\n", encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw")
        with pytest.raises(ReadingFailed) as failed:
            read_table(connection, file, "t", largest_bytes=100, scratch=tmp_path)
    assert str(failed.value) == "ssd_person.csv: DuckDB's ConversionException"
    assert failed.value.__suppress_context__
    assert list(tmp_path.iterdir()) == [file]


def test_a_table_goes_into_an_attached_database_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "ssd_person.csv").write_bytes(b'a,"b ""c"""\n1,2\n')
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS raw")
        read_table(connection, tmp_path / "ssd_person.csv", 'my "table"', largest_bytes=100, scratch=tmp_path)
        assert connection.execute('SELECT "b ""c""" FROM raw.main."my ""table"""').fetchall() == [("2",)]


def test_scratch_files_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def looking(statement: str, rows: Path, **names: str) -> str:
        seen.extend(folder.stat().st_mode & 0o777 for folder in tmp_path.glob("*/"))
        return named(statement, rows, **names)

    named = records.named
    monkeypatch.setattr(records, "named", looking)
    (tmp_path / "ssd_person.csv").write_bytes(b"a\n1\n")
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw")
        read_table(connection, tmp_path / "ssd_person.csv", "t", largest_bytes=100, scratch=tmp_path)
    assert seen == [0o700]


@pytest.mark.parametrize(
    ("text", "refused", "kept"),
    [
        ('a,b,c\n1,"x,y\n2,x,y\n3,x",y\n4,x,y\n', [2], [3, 4, 5]),
        ('a,b,c\n1,"x,y\n2,x",y\n3,x,y\n', [2], [3, 4]),
        ('a,b,c\n1,"x,y\n2,x,y\n3,"x",y\n4,x,y\n', [2], [3, 4, 5]),
        ('a,b,c\n1,"x\nand, so\nforth",y\n2,x,y\n', [], [2, 5]),
    ],
)
def test_a_quotation_mark_left_open_costs_its_own_record_and_no_other(
    tmp_path: Path, text: str, refused: list[int], kept: list[int]
) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw")
        read = read_table(connection, tmp_path / "t.csv", "t", largest_bytes=1000, scratch=tmp_path)
        lines = [line for (line,) in connection.execute('SELECT line FROM raw."t" ORDER BY line').fetchall()]
    assert ([bad.line for bad in read.malformed], lines) == (refused, kept)


AROUND_RECORDS = {
    "a separator first": b"sep=,\r\na,b\r\n1,2\r\n",
    "a separator in quotation marks": b'"sep=,"\r\na,b\r\n1,2\r\n',
    "a title": b"Child protection plans,\r\na,b\r\n1,2\r\n",
    "two titles and a blank line": b"Plans\r\nmade on Monday\r\n\r\na,b\r\n1,2\r\n",
    "a second byte order mark": b'\xef\xbb\xbf\xef\xbb\xbf"a",b\r\n1,2\r\n',
    "the end of text of MS-DOS": b"a,b\r\n1,2\r\n\x1a",
    "dashes below the headings": b"a,b\r\n-,---\r\n1,2\r\n",
    "dashes, and a count of rows": b"a,b\r\n-,-\r\n1,2\r\n\r\n(1 rows affected)",
    "whole lines in quotation marks": b'"a,b"\r\n"1,2"\r\n',
    "headings alone in quotation marks": b'"a,b"\r\n',
}


@pytest.mark.parametrize("content", AROUND_RECORDS.values(), ids=AROUND_RECORDS)
def test_what_stands_around_the_records_is_left_out_with_one_finding(content: bytes) -> None:
    read = reading(content).read
    assert read is not None
    assert (read.columns, read.malformed, read.ends_with_break) == (("a", "b"), (), True)
    assert [odd.rule.code for odd in read.oddities] == ["DLV-034"]
    assert [row[1:] for row in rows(content)] == ([("1", "2")] if b"1,2" in content else [])


def test_the_lines_of_a_file_stay_its_own_below_a_title() -> None:
    assert rows(b"Plans\r\n\r\na,b\r\n1,2\r\n") == [(4, "1", "2")]


def test_a_field_within_a_line_in_quotation_marks_may_be_quoted() -> None:
    assert rows(b'"a,b"\n"""x,y"",2"\n') == [(2, "x,y", "2")]


@pytest.mark.parametrize(
    ("content", "records"),
    [
        pytest.param(b"a,b\n-,-x\n1,2\n", [("-", "-x"), ("1", "2")], id="no line of dashes"),
        pytest.param(b"a,b\n1,2\n-,-\n", [("1", "2"), ("-", "-")], id="dashes elsewhere"),
        pytest.param(b"a,b\nsep=,\n1,2\n", [("sep=", None), ("1", "2")], id="a separator further down"),
        pytest.param(b"a,b\n\x1a,\n1,2\n", [("\x1a", None), ("1", "2")], id="an end of text further up"),
        pytest.param(b'"a,b",c\n1,2\n', [("1", "2")], id="a heading with a comma"),
    ],
)
def test_what_only_looks_like_it_is_a_record(content: bytes, records: list[Row]) -> None:
    read = reading(content).read
    assert read is not None
    assert read.oddities == ()
    assert [row[1:] for row in rows(content)] == records


@pytest.mark.parametrize("last", [b"", b"\n"], ids=["no break", "break"])
@pytest.mark.parametrize("quoted", [b"x", b'"x,y"'], ids=["plain", "quoted"])
def test_headings_that_stand_again_are_no_record(quoted: bytes, last: bytes) -> None:
    read = reading(b"a,b\na,b\n1," + quoted + b"\nA,b\na,c\na,b" + last)
    assert read.read is not None
    assert [cells[1:] for cells in read.rows] == [("1", quoted.decode().strip('"')), ("A", "b"), ("a", "c")]
    assert [(odd.rule.code, odd.line) for odd in read.read.oddities] == [("DLV-028", 2), ("DLV-028", 6)]
    assert [line for line, *_ in read.rows] == [3, 4, 5]


def test_in_a_table_of_one_column_the_heading_again_is_a_value() -> None:
    assert reading(b"a\na\n1\n").rows == [(2, "a"), (3, "1")]


def test_a_count_of_rows_without_dashes_is_no_record_that_fits() -> None:
    read = reading(b"a,b\n1,2\n(1 rows affected)\n").read
    assert read is not None
    assert [bad.line for bad in read.malformed] == [3]


def test_a_table_of_one_column_has_no_title() -> None:
    assert rows(b"a\n1\n2\n") == [(2, "1"), (3, "2")]


def test_a_separator_first_that_is_no_comma_is_named() -> None:
    assert refusal(b"sep=;\na;b\n1;2\n") == ("DLV-007", "Its headings are separated by semicolons, not by commas.")

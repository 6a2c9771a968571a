"""XML returns, read with the contracts of the children in need census."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import BadContract
from pipelines.contracts.variants import of_year
from pipelines.findings import UnusableDelivery
from pipelines.settings import PROJECT
from pipelines.staging.readers import read_xml, xml
from pipelines.staging.readers.xml import FEWEST_TO_MISS, PIECE, _Reading
from pipelines.staging.readers.xml_layout import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.staging.readers import TableRead

CENSUS = of_year(load_sources(PROJECT / "expectations")["cin_census"], 2024)
CONTRACTS = list(CENSUS.tables.values())
A_NAME = "Blenkinsop"

CHILD = """
  <Child>
   <ChildIdentifiers>
    <LAchildID>C1</LAchildID>
    <PersonBirthDate>2012-05-01</PersonBirthDate>
   </ChildIdentifiers>
   <ChildCharacteristics>
    <Ethnicity>WBRI</Ethnicity>
    <Disabilities>
     <Disability>HAND</Disability>
     <Disability>HEAR</Disability>
    </Disabilities>
   </ChildCharacteristics>
   <CINdetails>
    <CINreferralDate>2023-05-01</CINreferralDate>
    <DateOfInitialCPC>2023-05-20</DateOfInitialCPC>
    <Assessments>
     <AssessmentActualStartDate>2023-05-02</AssessmentActualStartDate>
     <FactorsIdentifiedAtAssessment>
      <AssessmentFactors>2A</AssessmentFactors>
      <AssessmentFactors>2B</AssessmentFactors>
     </FactorsIdentifiedAtAssessment>
    </Assessments>
    <Section47>
     <S47ActualStartDate>2023-05-03</S47ActualStartDate>
     <DateOfInitialCPC>2023-05-21</DateOfInitialCPC>
    </Section47>
    <ChildProtectionPlans>
     <CPPstartDate>2023-05-21</CPPstartDate>
     <Reviews>
      <CPPreviewDate>2023-08-01</CPPreviewDate>
      <CPPreviewDate>2023-12-01</CPPreviewDate>
     </Reviews>
    </ChildProtectionPlans>
   </CINdetails>
  </Child>"""


def census(*children: str, header: str = "") -> bytes:
    return f"<Message>{header}<Children>{''.join(children)}\n</Children></Message>".encode()


def child(inside: str = "", child_id: str = "C1") -> str:
    identifiers = f"<ChildIdentifiers><LAchildID>{child_id}</LAchildID></ChildIdentifiers>"
    return (
        f"\n<Child>{identifiers}<CINdetails><CINreferralDate>2023-05-01</CINreferralDate>{inside}</CINdetails></Child>"
    )


class XmlReader:
    """Reads a document from a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "cin_census_2024.xml"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.connection = duckdb.connect()
        self.progress: list[tuple[int, int]] = []

    def __call__(self, content: bytes, largest_bytes: int = 10**9) -> dict[str, TableRead]:
        self.file.write_bytes(content)
        self.connection.execute("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw")
        try:
            return read_xml(
                self.connection,
                self.file,
                CONTRACTS,
                CENSUS.root,
                shown="cin_census_2024.xml",
                largest_bytes=largest_bytes,
                scratch=self.scratch,
                progress=lambda done, of: self.progress.append((done, of)),
            )
        finally:
            assert not list(self.scratch.rglob("*.csv")), "text is left behind"

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(f"SELECT {', '.join(columns)} FROM raw.cin_census_{table}").fetchall()

    def refusal(self, content: bytes, largest_bytes: int = 10**9) -> tuple[str, str]:
        """The code and the cause; that the file is named, and nobody, is checked here, once for all."""
        with pytest.raises(UnusableDelivery) as refused:
            self(content, largest_bytes)
        assert refused.value.file_name == "cin_census_2024.xml"
        assert A_NAME not in str(refused.value)
        assert refused.value.__cause__ is None and refused.value.__context__ is None
        return refused.value.rule.code, refused.value.cause


@pytest.fixture
def read(tmp_path: Path) -> Iterator[XmlReader]:
    reader = XmlReader(tmp_path)
    yield reader
    reader.connection.close()


def oddities(read: dict[str, TableRead]) -> set[tuple[str, str, str | None, int]]:
    return {
        (odd.rule.code, odd.table.removeprefix("cin_census_"), odd.column, odd.line)
        for table in read.values()
        for odd in table.oddities
    }


def test_one_document_becomes_its_tables_each_row_on_the_line_of_its_element(read: XmlReader) -> None:
    tables = read(census(CHILD))
    assert {name.removeprefix("cin_census_"): table.rows_read for name, table in tables.items()} == {
        "assessments": 1,
        "children": 1,
        "cin_plans": 0,
        "conferences": 2,
        "cp_plans": 1,
        "cp_reviews": 2,
        "details": 1,
        "disabilities": 2,
        "factors": 2,
        "return": 0,
        "s47": 1,
    }
    assert read.rows("children", "line", "lachildid", "personbirthdate") == [(2, "C1", "2012-05-01")]
    assert read.rows("disabilities", "line", "lachildid", "disability") == [(10, "C1", "HAND"), (11, "C1", "HEAR")]
    assert read.rows("factors", "line", "assessmentfactors") == [(20, "2A"), (21, "2B")]
    assert read.rows("cp_reviews", "line", "cppreviewdate") == [(31, "2023-08-01"), (32, "2023-12-01")]
    assert not oddities(tables)


def test_a_conference_is_read_in_either_place_and_knows_its_enquiry_in_one(read: XmlReader) -> None:
    read(census(CHILD))
    (enquiry,) = read.rows("s47", "s47_key")[0]
    assert read.rows("conferences", "line", "dateofinitialcpc", "s47_key") == [
        (16, "2023-05-20", None),
        (26, "2023-05-21", enquiry),
    ]


def test_what_belongs_together_has_the_same_key(read: XmlReader) -> None:
    read(census(CHILD, CHILD.replace("C1", "C2")))
    referrals = [key for (key,) in read.rows("details", "details_key")]
    assert len(set(referrals)) == 2
    for table in ("assessments", "s47", "cp_plans"):
        assert [key for (key,) in read.rows(table, "details_key")] == referrals
    assert set(read.rows("factors", "assessment_key")) == set(read.rows("assessments", "assessment_key"))


ASSESSMENT = "<Assessments><AssessmentActualStartDate>{}</AssessmentActualStartDate></Assessments>"


def test_a_key_stays_with_its_dates_whatever_is_put_before_it(read: XmlReader) -> None:
    may, june = (ASSESSMENT.format(f"2023-0{month}-02") for month in (5, 6))
    read(census(child(june)))
    (alone,) = read.rows("assessments", "assessment_key")
    read(census(child(may + june)))
    assert read.rows("assessments", "assessment_key")[1] == alone


def test_two_of_the_same_day_have_two_keys(read: XmlReader) -> None:
    read(census(child(ASSESSMENT.format("2023-05-02") * 2)))
    assert len(set(read.rows("assessments", "assessment_key"))) == 2


def test_without_the_childs_id_there_is_no_key(read: XmlReader) -> None:
    read(census(child(ASSESSMENT.format("2023-05-02"), "")))
    assert read.rows("assessments", "lachildid", "assessment_key", "details_key") == [(None, None, None)]


def test_blank_elements_are_no_records_and_one_that_holds_records_is(read: XmlReader) -> None:
    plan = "<CINPlanDates><CINPlanStartDate>2023-05-02</CINPlanStartDate></CINPlanDates>"
    tables = read(
        b"<Message><Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID></ChildIdentifiers>\n"
        b"<CINdetails>" + plan.encode() + b"<Section47> </Section47><Assessments/></CINdetails>\n"
        b"<CINdetails><CINreferralDate> </CINreferralDate></CINdetails></Child></Children></Message>"
    )
    counts = {name.removeprefix("cin_census_"): table.rows_read for name, table in tables.items() if table.rows_read}
    assert counts == {"children": 1, "details": 1, "cin_plans": 1}


def test_namespaces_and_prefixes_do_not_matter(read: XmlReader) -> None:
    plain = read(census(CHILD))
    rows = read.rows("factors", "*")
    for spelt in (
        census(CHILD).replace(b"<Message>", b'<Message xmlns="urn:cin">'),
        census(CHILD)
        .replace(b"</", b"</c:")
        .replace(b"<", b"<c:")
        .replace(b"<c:/c:", b"</c:")
        .replace(b"<c:Message>", b'<c:Message xmlns:c="urn:cin">'),
    ):
        tables = read(spelt)
        assert {name: table.rows_read for name, table in tables.items()} == {
            name: table.rows_read for name, table in plain.items()
        }
        assert read.rows("factors", "*") == rows
        assert not oddities(tables)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_document_is_read_in_the_encoding_that_it_declares(read: XmlReader, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + census(child(child_id="Zoë")).decode()
    read(text.encode(encoding))
    assert read.rows("children", "lachildid") == [("Zoë",)]


def test_lines_are_right_however_long_the_document(read: XmlReader) -> None:
    read(census(*[CHILD] * 3000))
    tall = CHILD.count("\n")
    for table, below in (("children", 2), ("assessments", 17), ("s47", 24), ("cp_plans", 28)):
        lines = [line for (line,) in read.rows(table, "line")]
        assert lines == [below + number * tall for number in range(3000)], table
    assert read.rows("factors", "max(line)") == [(21 + 2999 * tall,)]


def test_records_in_one_line_are_known_by_their_number(read: XmlReader) -> None:
    tables = read(census(CHILD.replace("\n", ""), child(child_id="C2").replace("\n", "")))
    assert {table.shares_lines for table in tables.values()} == {True}
    assert read.rows("children", "line", "lachildid") == [(1, "C1"), (2, "C2")]
    assert read.rows("factors", "line") == [(1,), (2,)]


def test_where_records_are_known_by_their_number_no_line_is_taken_for_one(read: XmlReader) -> None:
    stray = CHILD.replace("\n", "").replace("</ChildIdentifiers>", "</ChildIdentifiers>stray")
    tables = read(census(stray, child(child_id="C2").replace("\n", "")))
    assert [oddity.line for table in tables.values() for oddity in table.oddities] == [None]


def test_lines_are_lines_where_each_record_has_its_own(read: XmlReader) -> None:
    assert {table.shares_lines for table in read(census(CHILD)).values()} == {False}


def test_what_is_not_read_is_reported_with_its_line_and_without_its_text(read: XmlReader) -> None:
    tables = read(
        census(
            child(f"\n<{A_NAME}>x</{A_NAME}>\n<New><Date>2023-05-02</Date></New>\n{A_NAME}"),
            child(f"\n<{A_NAME}>y</{A_NAME}>\n<ReferralSource>1A<b>x</b></ReferralSource>"),
            child("\n<ReferralSource>1A</ReferralSource>\n<ReferralSource>1B</ReferralSource>"),
            f"\n<{A_NAME}/>{A_NAME}",
            child(),
            "\n<Other/>",
        )
    )
    assert oddities(tables) == {
        ("DLV-023", "details", None, 3),
        ("DLV-023", "details", None, 4),
        ("DLV-025", "details", None, 4),
        ("DLV-023", "details", None, 8),
        ("DLV-024", "details", "referralsource", 11),
        ("DLV-023", "assessments", None, 12),
        ("DLV-025", "assessments", None, 12),
        ("DLV-023", "assessments", None, 14),
    }
    assert read.rows("details", "referralsource") == [(None,), ("1A",), ("1A",), (None,)]
    assert A_NAME not in str(tables)


@pytest.mark.parametrize(
    ("spoilt", "line"),
    [
        (census(A_NAME, CHILD), 1),
        (census(CHILD, A_NAME, child(child_id="C2")), 2),
        (census(CHILD, A_NAME), 2),
        (census(CHILD).replace(b"<Children>", b"\n<Children>x" + A_NAME.encode()), 2),
        (census(CHILD).replace(b"<Children>", A_NAME.encode() + b"<Children>"), 1),
        (census(CHILD).replace(b"</Message>", A_NAME.encode() + b"</Message>"), 1),
    ],
    ids=["before the first", "between two", "after the last", "in what holds them", "in the root", "at the end"],
)
@pytest.mark.parametrize("piece", [7, PIECE])
def test_text_around_records_is_reported_wherever_a_piece_of_the_file_ends(
    read: XmlReader, monkeypatch: pytest.MonkeyPatch, spoilt: bytes, line: int, piece: int
) -> None:
    monkeypatch.setattr(xml, "PIECE", piece)
    tables = read(spoilt)
    assert oddities(tables) == {("DLV-025", "assessments", None, line)}
    assert read.rows("children", "lachildid")[0] == ("C1",)


def test_a_value_in_an_attribute_is_reported_once_a_name_and_not_read(read: XmlReader) -> None:
    spoilt = census(
        child('\n<Assessments a="1"><AssessmentActualStartDate b="2"/></Assessments>\n<Assessments a="3"/>'),
        "\n<Child>\n<ChildIdentifiers><LAchildID is='C2'/></ChildIdentifiers></Child>",
        header="<Header a='1'/>",
    )
    tables = read(spoilt.replace(b"<Message>", b"<Message made='1'>"))
    assert oddities(tables) == {
        ("DLV-023", "assessments", None, 1),
        ("DLV-023", "return", None, 1),
        ("DLV-023", "children", None, 3),
        ("DLV-023", "children", None, 6),
    }
    assert tables["cin_census_children"].rows_read == 1
    assert A_NAME not in str(tables)


def test_an_attribute_about_the_schema_is_no_value(read: XmlReader) -> None:
    schema = b'<Message xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="cin.xsd">'
    blank = b'<Ethnicity xsi:nil="true"/>'
    tables = read(census(CHILD).replace(b"<Message>", schema).replace(b"<Ethnicity>WBRI</Ethnicity>", blank))
    assert not oddities(tables)
    assert read.rows("children", "lachildid", "ethnicity") == [("C1", None)]


@pytest.mark.parametrize("value", ['x "y" z', '"', "a,b", "a\nb", "a\r\nb", "\x85\u2028", "=1", "''", "a\tb"])
def test_a_value_is_read_as_it_stands(read: XmlReader, value: str) -> None:
    read(census(child(child_id=value.replace("\r", "&#13;")), child(child_id="C2")))
    assert read.rows("children", "lachildid") == [(value,), ("C2",)]


def test_a_column_that_figures_depend_on_and_no_row_of_many_has_is_missing(read: XmlReader) -> None:
    closed = "cinclosuredate"
    for referrals, is_given in ((FEWEST_TO_MISS - 1, True), (FEWEST_TO_MISS, False)):
        tables = read(census(*[child(child_id=f"C{number}") for number in range(referrals)]))
        assert (closed in tables["cin_census_details"].columns) is is_given
    assert "reasonforclosure" in tables["cin_census_details"].columns


VACANCIES = "<LALevelVacancies><NumberOfVacancies>2.5</NumberOfVacancies>{}</LALevelVacancies>"
AGENCY = "<NoAgencyFTE>0</NoAgencyFTE>"


def workforce(read: XmlReader, workers: int, around: str) -> dict[str, tuple[str, ...]]:
    """The headings that count as given, by table, of a workforce census of so many workers."""
    worker = "<CSWWWorker><SWENo>SW{:010d}</SWENo><FTE>1</FTE><AgencyWorker>0</AgencyWorker></CSWWWorker>"
    read.file.write_text(f"<Message>{around}{''.join(map(worker.format, range(workers)))}</Message>")
    read.connection.execute("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw")
    contracts = list(load_sources(PROJECT / "expectations")["workforce_census"].tables.values())
    tables = read_xml(
        read.connection, read.file, contracts, "Message", shown="x", largest_bytes=10**9, scratch=read.scratch
    )
    return {name: table.columns for name, table in tables.items()}


@pytest.mark.parametrize("heading", ["workingdayslost", "cases30"])
def test_what_a_figure_needs_and_nobody_of_many_has_is_missing(read: XmlReader, heading: str) -> None:
    assert heading in workforce(read, FEWEST_TO_MISS - 1, "")["workforce_census_workers"]
    assert heading not in workforce(read, FEWEST_TO_MISS, "")["workforce_census_workers"]


def test_a_return_without_the_row_that_each_has_lacks_its_table(read: XmlReader) -> None:
    table = "workforce_census_vacancies"
    assert table not in workforce(read, 1, "")
    assert "noagencyfte" in workforce(read, 1, VACANCIES.format(AGENCY))[table]
    assert "noagencyfte" not in workforce(read, 1, VACANCIES.format(""))[table]
    assert "noagencyheadcount" in workforce(read, 1, VACANCIES.format(""))[table]
    without = VACANCIES.format(AGENCY).replace("2.5", "")
    assert "numberofvacancies" not in workforce(read, 1, without)[table]


def test_a_table_that_the_year_did_not_have_is_absent_unless_it_has_rows(read: XmlReader) -> None:
    earlier = of_year(load_sources(PROJECT / "expectations")["cin_census"], 2021)

    def tables(content: bytes) -> set[str]:
        read.file.write_bytes(content)
        read.connection.execute("DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw")
        contracts = list(earlier.tables.values())
        read_tables = read_xml(
            read.connection, read.file, contracts, "Message", shown="x", largest_bytes=10**9, scratch=read.scratch
        )
        return set(read_tables)

    plan = "<CINPlanDates><CINPlanStartDate>2020-05-02</CINPlanStartDate></CINPlanDates>"
    assert "cin_census_cin_plans" not in tables(census(child()))
    assert "cin_census_cin_plans" in tables(census(child(plan)))


def test_progress_is_reported_to_the_end(read: XmlReader) -> None:
    content = census(*[CHILD] * 500)
    read(content)
    assert len(read.progress) > 1
    assert read.progress[-1] == (len(content), len(content))


def test_of_the_document_no_more_is_held_than_a_record() -> None:
    class Sink:
        def __init__(self, contract: Any) -> None:
            self.contract = contract

        def take(self, line: int, values: list[str | None]) -> None:
            pass

    reading = _Reading("Message", CONTRACTS, {each.name: Sink(each) for each in CONTRACTS}, "x")  # type: ignore[misc]
    for piece in (b"<Message><Children>", *[CHILD.encode()] * 300):
        reading.feed(piece)
        assert sum(1 for _ in reading._document.iter()) < 5


LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS + census(CHILD),
        LAUGHS + census(child(child_id="&b;")),
        b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + census(child(child_id="&a;")),
        b'<!DOCTYPE l SYSTEM "http://localhost/x.dtd">' + census(CHILD),
        b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://localhost/x.dtd">%p;]>' + census(CHILD),
        ("<!DOCTYPE l>" + census(CHILD).decode()).encode("utf-16"),
        b"<!--" + b" " * PIECE + b"-->" + LAUGHS + census(CHILD),
    ],
    ids=["declared", "used", "a file", "a network", "a parameter", "utf-16", "far down"],
)
def test_a_document_type_is_refused(read: XmlReader, document: bytes) -> None:
    assert read.refusal(document) == ("DLV-007", "It declares a document type, as no return does.")


@pytest.mark.parametrize(
    ("document", "code", "cause"),
    [
        (b"", "DLV-004", "Nothing is in it."),
        (b" \n ", "DLV-004", "Nothing is in it."),
        (census(), "DLV-004", "No element of it is a record of this source."),
        (b"<Message><Header><Source><LEA>301</LEA></Source></Header></Message>", "DLV-004", "No element"),
        (b"<EXPSSDA903><CHILD/></EXPSSDA903>", "DLV-007", "Its outermost element is not Message."),
        (f"LAchildID,Name\n1,{A_NAME}\n".encode(), "DLV-007", "Line 1 is no well-formed XML."),
        (census(CHILD)[:-20], "DLV-005", "It ends in line 37, before its elements do."),
        (census(CHILD)[:200], "DLV-005", "It ends in line 8, before its elements do."),
        (census(CHILD) + census(CHILD), "DLV-007", "Line 37 is no well-formed XML."),
        (census(child(f"\n<{A_NAME}></{A_NAME}x>")), "DLV-007", "Line 3 is no well-formed XML."),
        (census(child(f"\n&{A_NAME};")), "DLV-007", "Line 3 is no well-formed XML."),
        (census(child("\n\x01")), "DLV-007", "Line 3 is no well-formed XML."),
        (census(child("\n")).replace(b"C1", b"C\xff"), "DLV-007", "Line 2 is no well-formed XML."),
        (census(child("<a>" * 300 + "</a>" * 300)), "DLV-007", "Line 2 is no well-formed XML."),
        (census(child(f"<a>{'x' * 11_000_000}</a>")), "DLV-003", "A record of it"),
        (census(child("<a>x</a>" * 600_000)), "DLV-003", "A record of it"),
        (b"<Message>" + b"<a>x</a>" * 600_000 + b"</Message>", "DLV-003", "A record of it"),
        (census(child(child_id="9" * 10_001)), "DLV-003", "The value in line 2 is longer than 10,000 characters."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(read: XmlReader, document: bytes, code: str, cause: str) -> None:
    refusal = read.refusal(document)
    assert refusal[0] == code and refusal[1].startswith(cause), refusal


def test_a_value_and_a_file_may_be_as_long_as_is_allowed(read: XmlReader) -> None:
    content = census(child(child_id="9" * 10_000))
    assert read(content, largest_bytes=len(content))
    assert read.refusal(content, largest_bytes=len(content) - 1)[0] == "DLV-003"


def test_an_archive_is_no_document(read: XmlReader) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("census.xml", census(CHILD))
    assert read.refusal(target.getvalue())[0] == "DLV-007"


def counted(content: bytes, name: str) -> int:
    """So many elements of the name as have text of their own, or within, that is no one else's."""
    return int(etree.fromstring(content).xpath(f"count(//{name}[normalize-space()])"))


ELEMENTS = {
    "factors": "AssessmentFactors",
    "assessments": "Assessments",
    "cp_reviews": "CPPreviewDate",
    "conferences": "DateOfInitialCPC",
    "disabilities": "Disability",
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_becomes_of_its_bytes_a_document_is_read_whole_or_refused(
    read: XmlReader, data: st.DataObject
) -> None:
    content = census(CHILD, CHILD.replace("C1", "C2"))
    start = data.draw(st.integers(0, len(content)))
    end = start + data.draw(st.integers(0, 40))
    spoilt = (
        content[:start]
        + data.draw(st.binary(max_size=20) | st.sampled_from([b"<", b"&amp;", b"</Child>", b"x"]))
        + content[end:]
    )
    try:
        tables = read(spoilt)
    except UnusableDelivery:
        return
    for table, name in ELEMENTS.items():
        read_here = tables[f"cin_census_{table}"].rows_read
        unread = sum(odd.rule.code == "DLV-023" for each in tables.values() for odd in each.oddities)
        assert read_here == counted(spoilt, name) or unread, name


def test_a_path_that_starts_from_no_row_is_a_fault_of_the_contract() -> None:
    contract = CENSUS.tables["cin_census_factors"]
    astray = [
        column
        if column.name != "lachildid"
        else type(column)(**{**column.__dict__, "path": "ancestor::Chld/LAchildID"})
        for column in contract.columns
    ]
    with pytest.raises(BadContract, match=r"cin_census_factors\.lachildid: ancestor::Chld"):
        places_of([contract.with_columns(tuple(astray)), CENSUS.tables["cin_census_children"]])

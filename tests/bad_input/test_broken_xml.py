"""XML returns, broken in every way that is known and in many that are not: read and reported, or refused."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipelines.staging.readers import xml
from tests.bad_input.edits import edited, edits_with
from tests.bad_input.mutations import MARKER
from tests.bad_input.returns import CENSUS, WORKFORCE, XML_RETURNS, ReadOutcome, Return, read, stage
from tests.conftest import IS_LONG

Change = Callable[[Return], bytes]
UNREAD = {"DLV-023", "DLV-024", "DLV-025"}


def as_text(given: Return) -> str:
    return given.content.decode()


@cache
def unspoilt(given: Return) -> ReadOutcome:
    return read(given, given.content)


def declared(encoding: str, text: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'


def before_the_record(given: Return, put: str) -> bytes:
    return as_text(given).replace(f"<{given.record}>", f"{put}<{given.record}>", 1).encode()


def in_the_record(given: Return, put: str) -> bytes:
    return as_text(given).replace(f"<{given.record}>", f"<{given.record}>{put}", 1).encode()


def as_its_name(given: Return, put: str) -> bytes:
    """Instead of the text of the element that names somebody."""
    return as_text(given).replace(MARKER, put).encode()


def on_its_name(given: Return, attributes: str) -> bytes:
    return as_text(given).replace(f"<{given.named}>", f"<{given.named} {attributes}>", 1).encode()


def with_a_type(given: Return, inside: str, put: str = MARKER) -> bytes:
    return f"<!DOCTYPE x{inside}>".encode() + as_its_name(given, put)


LAUGHS = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
LINE = r"Line \d+ is no well-formed XML\."
CUT = r"It ends in line \d+, before its elements do\."
TYPED = r"It declares a document type, as no return does\."
LARGE = r"(A record of it, or what stands between two, takes|The value in line \d+ is longer)"

REFUSED: dict[str, tuple[str, str, Change]] = {
    "nothing": ("DLV-004", "Nothing is in it", lambda _: b""),
    "white space": ("DLV-004", "Nothing is in it", lambda _: b" \r\n\t"),
    "a byte order mark": ("DLV-005", CUT, lambda _: b"\xef\xbb\xbf"),
    "a byte order mark of UTF-16": ("DLV-005", CUT, lambda _: b"\xff\xfe"),
    "a declaration": ("DLV-005", CUT, lambda _: declared("utf-8", "").encode()),
    "a comment": ("DLV-005", CUT, lambda _: f"<!-- {MARKER} -->".encode()),
    "NUL bytes": ("DLV-007", LINE, lambda _: bytes(100)),
    "cut off in a tag": ("DLV-005", CUT, lambda it: it.content[: it.content.index(it.named.encode()) + 3]),
    "cut off in a value": ("DLV-005", CUT, lambda it: it.content[: it.content.index(MARKER.encode()) + 3]),
    "cut off after a record": ("DLV-005", CUT, lambda it: it.content[: it.content.index(f"</{it.record}>".encode())]),
    "cut off where a tag begins": (
        "DLV-005",
        CUT,
        lambda it: it.content[: it.content.index(b"<" + it.named.encode()) + 1],
    ),
    "cut off where a tag ends": (
        "DLV-005",
        CUT,
        lambda it: it.content[: it.content.index(b"</" + it.named.encode()) + 2],
    ),
    "cut off in an ampersand": ("DLV-005", CUT, lambda it: as_its_name(it, "&").partition(b"&")[0] + b"&"),
    "cut off in UTF-16 where a tag ends": (
        "DLV-005",
        CUT,
        lambda it: as_text(it).partition("</")[0].encode("utf-16") + b"<\0/\0",
    ),
    "cut off in the last tag": ("DLV-005", CUT, lambda it: it.content.rstrip()[:-1]),
    "cut off in a comment": ("DLV-005", CUT, lambda it: in_the_record(it, "<!--").partition(b"<!--")[0] + b"<!-- x"),
    "cut off in UTF-16": ("DLV-005", CUT, lambda it: as_text(it).encode("utf-16")[:-9]),
    "UTF-8 that is not": ("DLV-007", LINE, lambda it: it.content.replace(MARKER.encode(), b"Zo\xeb")),
    "UTF-8 declared UTF-16": ("DLV-007", LINE, lambda it: declared("utf-16", as_text(it)).encode()),
    "Latin 1 declared UTF-8": ("DLV-007", LINE, lambda it: declared("utf-8", as_text(it) + "ë").encode("latin-1")),
    "ASCII that is not": ("DLV-007", LINE, lambda it: declared("ascii", as_its_name(it, "Zoë").decode()).encode()),
    "an encoding that there is not": ("DLV-007", LINE, lambda it: declared("x-none", as_text(it)).encode()),
    "UTF-32": ("DLV-007", LINE, lambda it: as_text(it).encode("utf-32")),
    "UTF-16 without its mark": ("DLV-007", LINE, lambda it: as_text(it).encode("utf-16-be")),
    "EBCDIC": ("DLV-007", LINE, lambda it: declared("cp037", as_text(it)).encode("cp037")),
    "overlong UTF-8": ("DLV-007", LINE, lambda it: it.content.replace(MARKER.encode(), b"\xc0\xaf")),
    "half a character of two": ("DLV-007", LINE, lambda it: it.content.replace(MARKER.encode(), b"\xed\xa0\x80")),
    "compressed": ("DLV-007", LINE, lambda it: gzip.compress(it.content)),
    "lists": ("DLV-007", LINE, lambda _: f"CHILD,NAME\n1,{MARKER}\n".encode()),
    "another root": ("DLV-007", "Its outermost element is not", lambda it: f"<x>{MARKER}</x>".encode()),
    "a page": ("DLV-007", TYPED, lambda _: b"<!DOCTYPE html><html><body><br></body></html>"),
    "two documents": ("DLV-007", LINE, lambda it: it.content * 2),
    "text after the document": ("DLV-007", LINE, lambda it: it.content + MARKER.encode()),
    "NUL bytes after the document": ("DLV-007", LINE, lambda it: it.content + bytes(9)),
    "a NUL byte in a value": ("DLV-007", LINE, lambda it: it.content.replace(MARKER.encode(), b"Z\0")),
    "a control character in a value": ("DLV-007", LINE, lambda it: as_its_name(it, "Z\x08")),
    "a control character by its number": ("DLV-007", LINE, lambda it: as_its_name(it, "&#8;")),
    "half a character by its number": ("DLV-007", LINE, lambda it: as_its_name(it, "&#xD83D;")),
    "a number of no character": ("DLV-007", LINE, lambda it: as_its_name(it, "&#99999999999;")),
    "an ampersand in a value": ("DLV-007", LINE, lambda it: as_its_name(it, f"{MARKER} & Son")),
    "a smaller-than in a value": ("DLV-007", LINE, lambda it: as_its_name(it, f"{MARKER} < 3")),
    "an entity that nothing declares": ("DLV-007", LINE, lambda it: as_its_name(it, f"&{MARKER};")),
    "such an entity between records": ("DLV-007", LINE, lambda it: before_the_record(it, "&nbsp;")),
    "a tag that is not closed": ("DLV-007", LINE, lambda it: in_the_record(it, f"<{MARKER}>")),
    "tags that cross": ("DLV-007", LINE, lambda it: in_the_record(it, "<a><b></a></b>")),
    "an attribute twice": ("DLV-007", LINE, lambda it: on_its_name(it, f'a="{MARKER}" a="2"')),
    "an attribute without quotes": ("DLV-007", LINE, lambda it: on_its_name(it, f"a={MARKER}")),
    "a declaration below": ("DLV-007", LINE, lambda it: b"\n" + declared("utf-8", as_text(it)).encode()),
    "a name of 60,000 letters": ("DLV-007", LINE, lambda it: in_the_record(it, f"<{'x' * 60_000}/>")),
    "300 elements deep": ("DLV-007", LINE, lambda it: in_the_record(it, "<a>" * 300 + "</a>" * 300)),
    "a million elements deep": ("DLV-007", LINE, lambda it: in_the_record(it, "<a>" * 1_000_000)),
    "a value too long": ("DLV-003", LARGE, lambda it: as_its_name(it, "x" * 10_001)),
    "a value of 12 MB": ("DLV-003", LARGE, lambda it: as_its_name(it, "x" * 12_000_000)),
    "an attribute of 12 MB": ("DLV-003", LARGE, lambda it: on_its_name(it, f'a="{"x" * 12_000_000}"')),
    "a comment of 12 MB": ("DLV-003", LARGE, lambda it: before_the_record(it, f"<!--{'x' * 12_000_000}-->")),
    "white space of 12 MB": ("DLV-003", LARGE, lambda it: before_the_record(it, " " * 12_000_000)),
    "a million elements in a record": ("DLV-003", LARGE, lambda it: in_the_record(it, "<a/>" * 2_000_000)),
    "a document type": ("DLV-007", TYPED, lambda it: with_a_type(it, "")),
    "an entity": ("DLV-007", TYPED, lambda it: with_a_type(it, f' [<!ENTITY a "{MARKER}">]', "&a;")),
    "a billion laughs": ("DLV-007", TYPED, lambda it: with_a_type(it, f' [<!ENTITY a "ha">{LAUGHS}]', "&i;")),
    "a file": ("DLV-007", TYPED, lambda it: with_a_type(it, ' [<!ENTITY a SYSTEM "file:///etc/hostname">]', "&a;")),
    "a parameter": ("DLV-007", TYPED, lambda it: with_a_type(it, ' [<!ENTITY % p SYSTEM "http://localhost/">%p;]')),
    "a document type of elsewhere": ("DLV-007", TYPED, lambda it: with_a_type(it, ' SYSTEM "http://localhost/x"')),
    "a document type in UTF-16": (
        "DLV-007",
        TYPED,
        lambda it: with_a_type(it, f' [<!ENTITY a "ha">{LAUGHS}]', "&i;").decode().encode("utf-16"),
    ),
    "a document type in UTF-7": (
        "DLV-007",
        TYPED,
        lambda it: declared("UTF-7", with_a_type(it, ' [<!ENTITY a "ha">]', "&a;").decode()).encode("utf-7"),
    ),
    "no record": ("DLV-004", "No element of it is a record", lambda it: re.sub(rb"(?s)>.*<", b"><", it.content)),
}

WITHOUT_A_FINDING: dict[str, Change] = {
    "a byte order mark": lambda it: b"\xef\xbb\xbf" + it.content,
    "UTF-16": lambda it: as_text(it).encode("utf-16"),
    "UTF-16, declared": lambda it: declared("utf-16", as_text(it)).encode("utf-16"),
    "Windows-1252, declared": lambda it: declared("windows-1252", as_text(it)).encode("cp1252"),
    "XML 1.1": lambda it: b'<?xml version="1.1"?>' + it.content,
    "standing alone": lambda it: b'<?xml version="1.0" standalone="yes"?>' + it.content,
    "lines that end in CR and LF": lambda it: it.content.replace(b"\n", b"\r\n"),
    "lines that end in CR": lambda it: it.content.replace(b"\n", b"\r"),
    "blank lines around it": lambda it: b"\n\n" + it.content + b"\n \n",
    "a namespace": lambda it: re.sub(rb"^<(\w+)>", rb'<\1 xmlns="urn:x">', it.content),
    "a prefix": lambda it: re.sub(rb"^<q:(\w+)>", rb'<q:\1 xmlns:q="urn:x">', re.sub(rb"<(/?)", rb"<\1q:", it.content)),
    "another namespace for a record": lambda it: it.content.replace(
        f"<{it.record}>".encode(), f'<{it.record} xmlns="urn:y">'.encode()
    ),
    "a style sheet": lambda it: b'<?xml-stylesheet href="x.xsl"?>' + it.content,
    "comments between records": lambda it: before_the_record(it, f"<!-- {MARKER} -->"),
    "instructions between records": lambda it: before_the_record(it, f"<?x {MARKER}?>"),
    "a comment in a value": lambda it: as_its_name(it, f"{MARKER[:3]}<!-- x -->{MARKER[3:]}"),
    "an instruction in a value": lambda it: as_its_name(it, f"{MARKER[:3]}<?x y?>{MARKER[3:]}"),
    "CDATA": lambda it: as_its_name(it, f"<![CDATA[{MARKER}]]>"),
    "CDATA in the middle": lambda it: as_its_name(it, f"{MARKER[:3]}<![CDATA[{MARKER[3:5]}]]>{MARKER[5:]}"),
    "letters by their numbers": lambda it: as_its_name(it, "".join(f"&#{ord(letter)};" for letter in MARKER)),
    "white space around a value": lambda it: as_its_name(it, f"\n\t {MARKER}\u00a0\n"),
    "an attribute about the schema": lambda it: on_its_name(
        it, 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"'
    ),
}

WITH_A_FINDING: dict[str, tuple[str, Change]] = {
    "an element within a value": ("DLV-023", lambda it: as_its_name(it, f"{MARKER}<b>{MARKER}</b>")),
    "an element that there is not": ("DLV-023", lambda it: in_the_record(it, f"<{MARKER}>{MARKER}</{MARKER}>")),
    "such an element between records": ("DLV-023", lambda it: before_the_record(it, f"<{MARKER}>x</{MARKER}>")),
    "a record within a record": ("DLV-023", lambda it: in_the_record(it, f"<{it.record}><a>1</a></{it.record}>")),
    "a value in an attribute": ("DLV-023", lambda it: on_its_name(it, f'is="{MARKER}"')),
    "an inclusion": (
        "DLV-023",
        lambda it: before_the_record(it, '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/hostname"/>'),
    ),
    "the element twice": (
        "DLV-024",
        lambda it: it.content.replace(
            f"</{it.named}>".encode(), f"</{it.named}><{it.named}>{MARKER}</{it.named}>".encode(), 1
        ),
    ),
    "text before a record": ("DLV-025", lambda it: before_the_record(it, MARKER)),
    "text in a record": ("DLV-025", lambda it: in_the_record(it, MARKER)),
    "text after a value": (
        "DLV-025",
        lambda it: it.content.replace(f"</{it.named}>".encode(), f"</{it.named}>{MARKER}".encode(), 1),
    ),
    "text at the end": ("DLV-025", lambda it: re.sub(rb"(</\w+>\s*)\Z", MARKER.encode() + rb"\1", it.content)),
}
SOURCES = list(XML_RETURNS)


def in_turn(names: dict[str, Any]) -> list[Any]:
    """Each with one of the sources, and with all of them where there is time."""
    return [
        pytest.param(name, XML_RETURNS[source], id=f"{name}-{source}")
        for number, name in enumerate(names)
        for place, source in enumerate(SOURCES)
        if IS_LONG or place == number % len(SOURCES)
    ]


@pytest.mark.parametrize(("name", "given"), in_turn(REFUSED))
def test_what_is_no_return_is_refused_as_a_whole_and_nobody_is_named(name: str, given: Return) -> None:
    code, cause, change = REFUSED[name]
    # Staging refuses what reading does: that it does so is looked at now and then, where there is no time.
    ways = (read, stage) if IS_LONG or len(name) % 3 == 0 else (read,)
    for refusal in (way(given, change(given)).refusal for way in ways):
        assert refusal is not None
        assert refusal[0] == code and re.match(cause, refusal[1]), refusal


@pytest.mark.parametrize(("name", "given"), in_turn(WITHOUT_A_FINDING))
def test_what_xml_allows_is_read_as_if_it_were_not_there(name: str, given: Return) -> None:
    plain, outcome = unspoilt(given), read(given, WITHOUT_A_FINDING[name](given))
    assert outcome.refusal is None and not outcome.codes
    assert outcome.read == plain.read
    assert {value for value in outcome.values if not value.isdigit()} == {
        value for value in plain.values if not value.isdigit()
    }


@pytest.mark.parametrize("given", XML_RETURNS.values(), ids=SOURCES)
@pytest.mark.parametrize("name", WITH_A_FINDING)
def test_what_is_passed_over_is_reported_and_all_else_is_read(name: str, given: Return) -> None:
    code, change = WITH_A_FINDING[name]
    plain, outcome = unspoilt(given), read(given, change(given))
    assert {each for each, _ in outcome.codes} == {code}
    assert outcome.read == plain.read
    assert {value for value in plain.values if not value.isdigit()} <= outcome.values


def test_what_is_passed_over_where_a_table_has_no_row_is_reported_all_the_same() -> None:
    spoilt = re.sub(rb"NumberOfVacancies", b"Vacancies", WORKFORCE.content)
    outcome = read(WORKFORCE, spoilt)
    assert outcome.read["workforce_census_workers"] == 2
    assert {code for code, _ in outcome.codes} == {"DLV-023"}


@pytest.mark.parametrize("given", XML_RETURNS.values(), ids=SOURCES)
def test_all_of_it_at_once_is_staged_and_every_row_is_accounted_for(given: Return) -> None:
    spoilt = given
    for _, change in WITH_A_FINDING.values():
        spoilt = replace(spoilt, content=change(spoilt))
    outcome = stage(given, spoilt.content)
    assert outcome.refusal is None
    assert {code for code, _ in outcome.codes} >= UNREAD
    assert (outcome.read, outcome.refused) == (unspoilt(given).read, 0)


# Whatever becomes of its bytes.

TOKENS = [
    *(b"<", b">", b"&", b"&amp;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x ", b"?>", b"\0", b"\xff", b"\xfe\xff"),
    *(b"\xef\xbb\xbf", b"<!DOCTYPE a>", b'"', b"=", b"&#0;", b"&#65;", b"xmlns=''", b"<a:b/>", b"\xed\xa0\x80", b"/"),
    *(b"<Child>", b"</Child>", b"<CHILD>", b"</CHILD>", b"</Message>", b"\n", b" ", b"\xc2\xa0"),
]
EXAMPLES = settings.default.max_examples if IS_LONG else 60


def parsed(content: bytes) -> Any:
    """The document as lxml reads it at once; None where it is none, or is of a type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root: Any = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None
    is_typed = root.getroottree().docinfo.internalDTD is not None
    return None if is_typed else root


def must_hold(given: Return, content: bytes, outcome: ReadOutcome) -> None:
    """A document is refused only if it is none or has no record; of one that is read every row is read, or reported."""
    document = parsed(content)
    if outcome.refusal is not None:
        code, cause = outcome.refusal
        is_of_source = document is not None and etree.QName(document).localname == etree.fromstring(given.content).tag
        assert not is_of_source or code == "DLV-004", (code, cause)
        assert code in {"DLV-004", "DLV-005", "DLV-007"}
        return
    assert document is not None, "what lxml does not read at once was read in pieces"
    if UNREAD & {code for code, _ in outcome.codes}:
        return
    for table, name in given.counted:
        assert outcome.read[table] == document.xpath(f"count(//*[local-name() = '{name}'][normalize-space()])"), table


@pytest.mark.parametrize("given_return", XML_RETURNS.values(), ids=SOURCES)
@settings(max_examples=EXAMPLES, derandomize=not IS_LONG, deadline=None)
@given(edits=edits_with(TOKENS))
def test_whatever_becomes_of_its_bytes_it_is_read_or_refused(given_return: Return, edits: Any) -> None:
    content = edited(given_return.content, edits)
    must_hold(given_return, content, read(given_return, content))


# Whatever becomes of its elements: it stays well-formed, and no value may go without a word.


@st.composite
def rearranged(draw: st.DrawFn, content: bytes) -> bytes:
    root: Any = etree.fromstring(content)
    for number in range(draw(st.integers(1, 4))):
        elements = [each for each in root.iter(etree.Element) if each is not root]
        if not elements:
            break
        chosen, other = (elements[draw(st.integers(0, len(elements) - 1))] for _ in range(2))
        text = f"put{number}"
        kind = draw(
            st.sampled_from(["leave", "double", "move", "rename", "wrap", "text", "tail", "attribute", "comment"])
        )
        if kind == "leave":
            chosen.getparent().remove(chosen)
        elif kind == "double":
            chosen.addnext(etree.fromstring(etree.tostring(chosen, with_tail=False)))
        elif kind == "move" and chosen not in other.iterancestors() and chosen is not other:
            other.append(chosen)
        elif kind == "rename":
            chosen.tag = draw(st.sampled_from([other.tag, chosen.tag.swapcase(), "New"]))
        elif kind == "wrap":
            wrapper = etree.Element(draw(st.sampled_from([other.tag, "New"])))
            chosen.getparent().replace(chosen, wrapper)
            wrapper.append(chosen)
        elif kind == "text":
            chosen.text = text
        elif kind == "tail":
            chosen.tail = text
        elif kind == "attribute":
            chosen.set("is", text)
        else:
            chosen.insert(0, etree.Comment(text))
    return etree.tostring(root)


@pytest.mark.parametrize("given_return", XML_RETURNS.values(), ids=SOURCES)
@settings(max_examples=EXAMPLES, derandomize=not IS_LONG, deadline=None)
@given(data=st.data())
def test_whatever_becomes_of_its_elements_every_value_is_read_or_reported(
    given_return: Return, data: st.DataObject
) -> None:
    content = data.draw(rearranged(given_return.content))
    outcome = read(given_return, content)
    must_hold(given_return, content, outcome)
    if outcome.refusal is None and not outcome.codes:
        document: Any = etree.fromstring(content)
        texts = {text.strip() for each in document.iter(etree.Element) for text in (each.text, each.tail) if text}
        texts |= {value for each in document.iter(etree.Element) for value in each.attrib.values()}
        assert texts - {""} <= outcome.values


def test_a_return_of_values_as_long_as_may_be_is_read_in_bounded_memory() -> None:
    longest = "\U0001f600" * xml.LONGEST_VALUE
    spoilt = re.sub(r">[^<\s]+<", f">{longest}<", as_text(CENSUS)).encode()
    assert read(CENSUS, spoilt).read == unspoilt(CENSUS).read

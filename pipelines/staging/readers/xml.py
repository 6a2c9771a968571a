"""XML returns: one document becomes the tables of its source, in one pass and constant memory.

The contracts say which elements make rows, and where in the document each value stands: a path from the row's element,
or one from an element around it (``ancestor::Child/ChildIdentifiers/LAchildID``). Of the document never more is held
than one outermost row with all that is in it, such as a child.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from lxml import etree

from pipelines.contracts.model import MADE_KEY
from pipelines.findings import (
    EMPTY_FILE,
    NOT_A_TABLE,
    REPEATED_ELEMENT,
    STRAY_TEXT,
    TOO_LARGE,
    TRUNCATED_FILE,
    UNKNOWN_ELEMENT,
    UnusableDelivery,
)
from pipelines.staging.readers.records import (
    LINE,
    MOST_MALFORMED,
    SHOW_ROWS,
    WHITE_SPACE,
    Oddity,
    TableRead,
    copy_scratch,
    named,
    new_rows,
)
from pipelines.staging.readers.xml_layout import OWN_TEXT, ElementPlace, Form, outermost_element, places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.contracts.model import Contract
    from pipelines.findings import Rule
    from pipelines.staging.readers.records import Progress

PIECE = 256 * 1024
# What takes more is an attack, or no return: a child takes some 3,000 bytes.
LARGEST_RECORD = 4 * 1024 * 1024
LONGEST_VALUE = 10_000
# A blank element may be left out of every row if they are few; of so many, one would have what figures depend on.
FEWEST_TO_MISS = 50
# libxml2 holds a line in 16 bits; from there on it gives the line on which an element's first text ends.
LAST_LINE_HELD = 65_535

OF_SCHEMAS = "{http://www.w3.org/2001/XMLSchema-instance}"
"""Of these attributes, where the schema is for one, no value is ever made."""
WITH_ATTRIBUTES = etree.XPath(f"descendant-or-self::*[@*[namespace-uri() != '{OF_SCHEMAS[1:-1]}']]")

# Of an ampersand, and of an entity that nothing declares, libxml2 reports in passing, and lxml at the end.
REPORTED_LATE = {etree.ErrorTypes.ERR_NAME_REQUIRED, etree.ErrorTypes.ERR_INTERNAL_ERROR}
# Where a file ends with one of these, it is cut off.
NAMES_BEGIN = (b"<", b"</", b"&")

ILL_FORMED = "Line {} is no well-formed XML."
SEPARATOR = "\x1f"
# What no XML can hold: hardly a row then needs quotation marks, and the csv module takes five times as long.
BETWEEN_CELLS = "\x1e"
READ_TRIMMED = """
    COPY (
        SELECT *
        FROM read_csv(
            $file, columns = $columns, auto_detect = false, header = true, delim = '\x1e', quote = '"', escape = '"',
            strict_mode = true, parallel = false, compression = 'none', encoding = 'utf-8'
        )
    ) TO $rows (FORMAT parquet)
"""
COUNT_GIVEN = "SELECT count(COLUMNS(*)) FROM read_parquet($rows)"
NUMBER_RECORDS = """
    CREATE VIEW raw.{table} AS
    SELECT file_row_number + 1 AS line, * EXCLUDE (line, file_row_number)
    FROM read_parquet({rows}, file_row_number = true)
"""


class ElementRow:
    """An element that makes rows: its line, and its values by path, then those of the rows around it."""

    __slots__ = ("around", "holds_rows", "line", "made", "own", "place", "scopes")

    def __init__(self, place: ElementPlace, line: int, around: ElementRow | None) -> None:
        self.place = place
        self.line = line
        self.around = around
        self.own: dict[str, str] = {}
        self.scopes: tuple[dict[str, str], ...] = (self.own,) if around is None else (self.own, *around.scopes)
        self.made: dict[tuple[str, ...], int] = {}
        self.holds_rows = False


def read_xml(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    contracts: Sequence[Contract],
    root: str,
    *,
    shown: str,
    largest_bytes: int,
    scratch: Path,
    progress: Progress | None = None,
) -> dict[str, TableRead]:
    """Make ``raw."<table>"``, a view, of each table that the document can hold; see ``pipelines.readers.read_table``.

    ``line`` is the line of the row's element; where two rows of a table begin in one line it is, in all tables, the
    row's number in the order of the document. ``shown`` is what messages call the file. Namespaces do not matter.
    Refused, beside what is not well formed: a document type and entities, and depth or size that no return has.
    """
    size = file.stat().st_size
    if size > largest_bytes:
        raise UnusableDelivery(TOO_LARGE, shown, f"It holds {size:,} bytes; {largest_bytes:,} are allowed.")
    with ExitStack() as stack:
        sinks = {contract.name: _Sink(stack, contract, scratch) for contract in contracts}
        reading = _Reading(root, contracts, sinks, shown)
        with file.open("rb") as source:
            while piece := source.read(PIECE):
                reading.feed(piece)
                if progress is not None:
                    progress(source.tell(), size)
        reading.close()
        shares_lines = any(sink.shares_lines for sink in sinks.values())
        for sink in sinks.values():
            sink.show(connection, NUMBER_RECORDS if shares_lines else SHOW_ROWS, shown)
        # What the collection did not have that year, or should have and has not, is absent, not zero.
        delivered = {
            name: sink
            for name, sink in sinks.items()
            if sink.rows or (sink.contract.is_of_year and not sink.contract.one_row)
        }
        oddities = [_of_one_of(delivered, oddity) for oddity in reading.oddities]
        return {name: sink.table_read(shown, oddities, shares_lines) for name, sink in delivered.items()}


def _of_one_of(tables: Mapping[str, object], oddity: Oddity) -> Oddity:
    """What is odd where a table would be that has no row is reported of a table that is there."""
    return oddity if oddity.table in tables else oddity._replace(table=next(iter(tables)), column=None)


class _Sink:
    """A table in the making: a scratch file of its rows."""

    def __init__(self, stack: ExitStack, contract: Contract, scratch: Path) -> None:
        self.contract = contract
        self.rows = 0
        self.shares_lines = False
        self._headings = tuple(column.heading for column in contract.xml_columns)
        self._unseen: set[str] = set()
        self._last_line = 0
        self._made = stack.enter_context(new_rows(scratch))
        self._clean = self._made.with_name("records.csv")
        self._file = stack.enter_context(closing(self._clean.open("w", encoding="utf-8", newline="")))
        self._write_quoted = csv.writer(self._file, delimiter=BETWEEN_CELLS, lineterminator="\n").writerow
        self._write_quoted((LINE, *self._headings))

    def take(self, line: int, values: list[str]) -> None:
        self.rows += 1
        if line <= self._last_line:
            self.shares_lines = True
        self._last_line = line
        cells = BETWEEN_CELLS.join(values)
        if '"' in cells or "\n" in cells or "\r" in cells:
            self._write_quoted((line, *values))
        else:
            self._file.write(f"{line}{BETWEEN_CELLS}{cells}\n")

    def show(self, connection: duckdb.DuckDBPyConnection, view: str, shown: str) -> None:
        self._file.close()
        copy_scratch(connection, READ_TRIMMED, self._clean, self._made, self._headings, shown)
        connection.execute(named(view, self._made, table=self.contract.name))
        counts = connection.execute(COUNT_GIVEN, {"rows": str(self._made)}).fetchall()[0]
        self._unseen = {heading for heading, count in zip(self._headings, counts[1:], strict=True) if not count}

    def table_read(self, shown: str, oddities: Sequence[Oddity], shares_lines: bool) -> TableRead:
        # Where the records are numbered anew, a line of the file would be taken for a record's number.
        mine = tuple(
            oddity._replace(line=None) if shares_lines else oddity
            for oddity in oddities
            if oddity.table == self.contract.name
        )
        part = f"{shown}: {self.contract.part}"
        return TableRead(part, "xml", tuple(self._given()), self.rows, (), oddities=mine, shares_lines=shares_lines)

    def _given(self) -> Iterator[str]:
        """The headings that count as given: what is withheld was not looked for."""
        enough = self.contract.one_row or self.rows >= FEWEST_TO_MISS
        for column in self.contract.columns:
            is_missed = enough and (column.critical or column.expected)
            if column.heading not in self._unseen or (column.is_of_year and not is_missed):
                yield column.heading


class _Reading:
    """What the pieces of a document have shown so far."""

    def __init__(self, root: str, contracts: Sequence[Contract], sinks: Mapping[str, _Sink], shown: str) -> None:
        self.oddities: list[Oddity] = []
        self._root = root
        self._places = places_of(contracts)
        self._outermost = dict(outermost_element(self._places, ()))
        self._sinks = sinks
        self._shown = shown
        self._document: Any = None
        self._is_blank = True
        self._end = b""
        self._since_record = 0
        self._records = 0
        self._reported: set[tuple[str, str]] = set()
        self._around: Any = None
        self._path: tuple[str, ...] = ()
        # Only these become Python objects before they are whole.
        wanted = sorted({root, *(path[-1] for path in self._outermost)})
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in wanted],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the document."""
        if self._document is None and b"<!DOCTYPE" in piece.replace(b"\0", b""):
            raise self._refused(NOT_A_TABLE, "It declares a document type, as no return does.")
        self._is_blank = self._is_blank and piece.isspace()
        self._end = (self._end + piece[-8:]).replace(b"\0", b"")[-2:]
        self._since_record += len(piece)
        self._parse(lambda: self._parser.feed(piece), NOT_A_TABLE, ILL_FORMED)
        self._take_events()
        if self._since_record > LARGEST_RECORD:
            cause = f"A record of it, or what stands between two, takes more than {LARGEST_RECORD:,} bytes."
            raise self._refused(TOO_LARGE, cause)

    def close(self) -> None:
        """Take the end of the document."""
        if self._is_blank:
            raise self._refused(EMPTY_FILE, "Nothing is in it.")
        root = self._parse(self._parser.close, TRUNCATED_FILE, "It ends in line {}, before its elements do.")
        if self._document is None:
            self._begin(root)
        self._take_events()
        self._look_between(self._document, self._places)
        if not self._records:
            raise self._refused(EMPTY_FILE, "No element of it is a record of this source.")

    def _refused(self, rule: Rule, cause: str) -> UnusableDelivery:
        return UnusableDelivery(rule, self._shown, cause)

    def _parse(self, work: Callable[[], Any], rule: Rule, cause: str) -> Any:
        """Parse on. Of a fault only the line is reported: libxml2's own words quote the text."""
        fault: UnusableDelivery | None = None
        try:
            return work()
        except etree.XMLSyntaxError as problem:
            if problem.code in REPORTED_LATE and not self._end.endswith(NAMES_BEGIN):
                rule, cause = NOT_A_TABLE, ILL_FORMED
            line = problem.lineno or problem.error_log.last_error.line
            fault = self._refused(rule, cause.format(f"{line:,}"))
        raise fault

    def _take_events(self) -> None:
        for event, element in self._parser.read_events():
            if self._document is None:
                self._begin(element)
            elif event == "end":
                around = element.getparent()
                if around is not self._around:
                    self._around, self._path = around, self._path_of(around)
                place = self._outermost.get((*self._path, self._name(element.tag)))
                if place is not None:
                    self._take(element, place)

    def _begin(self, element: Any) -> None:
        """Look at what has been read up to the first element that is wanted, or up to the end."""
        self._document = element.getroottree().getroot()
        if self._document.getroottree().docinfo.internalDTD is not None:
            raise self._refused(NOT_A_TABLE, "It declares a document type, as no return does.")
        if self._name(self._document.tag) != self._root:
            raise self._refused(NOT_A_TABLE, f"Its outermost element is not {self._root}.")

    def _path_of(self, element: Any) -> tuple[str, ...]:
        """The names from below the root to the element; of the root, and of nothing, none."""
        if element is None:
            return ()
        names = [self._name(element.tag), *(self._name(each.tag) for each in element.iterancestors())]
        return tuple(reversed(names[:-1]))

    def _name(self, tag: str) -> str:
        """Without its namespace."""
        return tag.rpartition("}")[2] if tag[0] == "{" else tag

    def _take(self, element: Any, place: ElementPlace) -> None:
        """Make the rows of an outermost element, and let go of it and all before it."""
        row = ElementRow(place, _line(element), None)
        rows = [row]
        for child in WITH_ATTRIBUTES(element):
            self._note_attributes(row, child)
        self._collect(element, place, row, rows)
        for each in rows:
            self._emit(each)
        self._since_record = 0
        # The text after it may not have been read to its end.
        element.clear(keep_tail=True)
        while (before := element.getprevious()) is not None:
            self._look_at(before, self._place_at(self._path))
            self._around.remove(before)

    def _place_at(self, path: tuple[str, ...]) -> ElementPlace:
        place = self._places
        for name in path:
            place = place.inside[name]
        return place

    def _collect(self, element: Any, place: ElementPlace, row: ElementRow, rows: list[ElementRow]) -> None:
        """Find the values and rows within an element, in the order of the document."""
        own, values, inside = row.own, place.values, place.inside
        text = element.text
        if text is not None and (text := text.strip(WHITE_SPACE)):
            if OWN_TEXT in values:
                own[OWN_TEXT] = text
                if len(text) > LONGEST_VALUE:
                    raise self._too_long(element)
            else:
                self._note(STRAY_TEXT, row, None, element)
        if not len(element):
            return
        for child in element:
            name = child.tag
            if not isinstance(name, str):
                raise self._refused(NOT_A_TABLE, ILL_FORMED.format(f"{_line(child):,}"))
            if name[0] == "{":
                name = self._name(name)
            path = values.get(name)
            if path is not None:
                text = child.text
                if path in own:
                    self._note(REPEATED_ELEMENT, row, name.lower(), child)
                elif text is not None and (text := text.strip(WHITE_SPACE)):
                    own[path] = text
                    if len(text) > LONGEST_VALUE:
                        raise self._too_long(child)
                if len(child):
                    self._note_unknown(row, f"{path}/", child)
            elif (at := inside.get(name)) is None:
                if name not in place.withheld:
                    self._note_unknown(row, name, child)
            elif at.forms:
                row.holds_rows = True
                nested = ElementRow(at, _line(child), row)
                rows.append(nested)
                self._collect(child, at, nested, rows)
            else:
                self._collect(child, at, row, rows)
            tail = child.tail
            if tail is not None and not tail.isspace():
                self._note(STRAY_TEXT, row, None, child)

    def _too_long(self, element: Any) -> UnusableDelivery:
        cause = f"The value in line {_line(element):,} is longer than {LONGEST_VALUE:,} characters."
        return self._refused(TOO_LARGE, cause)

    def _emit(self, row: ElementRow) -> None:
        own, scopes = row.own, row.scopes
        if not own and not row.holds_rows:
            return
        for form in row.place.forms:
            if form.key:
                self._make_key(form, row)
            if (form.is_its_own and row.holds_rows) or not own.keys().isdisjoint(form.own):
                self._records += not form.contract.describes_file
                self._sinks[form.contract.name].take(
                    row.line, [scopes[outward].get(path, "") for outward, path in form.cells]
                )

    def _make_key(self, form: Form, row: ElementRow) -> None:
        """The key of the row around it, the row's own parts, and its number among those with the same."""
        parts = [row.scopes[outward].get(path, "") for outward, path in form.key]
        if row.around is None:
            row.own[MADE_KEY] = SEPARATOR.join(parts) if any(parts) else ""
        elif key := row.around.own.get(MADE_KEY):
            same = (form.contract.name, *parts)
            number = row.around.made[same] = row.around.made.get(same, 0) + 1
            row.own[MADE_KEY] = SEPARATOR.join((key, *parts, str(number)))

    def _look_between(self, element: Any, place: ElementPlace) -> None:
        """Notice what stands beside the outermost rows and what holds them."""
        self._note_attributes(None, element)
        if element.text is not None and not element.text.isspace():
            self._note(STRAY_TEXT, None, None, element)
        for child in element:
            self._look_at(child, place)

    def _look_at(self, element: Any, around: ElementPlace) -> None:
        name = self._name(element.tag)
        place = around.inside.get(name)
        if place is None:
            self._note_unknown(None, name, element)
        elif not place.forms:
            self._look_between(element, place)
        if element.tail is not None and not element.tail.isspace():
            self._note(STRAY_TEXT, None, None, element)

    def _note_unknown(self, row: ElementRow | None, name: str, element: Any) -> None:
        """Once for a name and table, where it first is: a name that no contract knows may name a person."""
        table = self._table(row)
        if (table, name) not in self._reported:
            self._reported.add((table, name))
            self._note(UNKNOWN_ELEMENT, row, None, element)

    def _note_attributes(self, row: ElementRow | None, element: Any) -> None:
        """No value is read from an attribute."""
        for name in element.attrib:
            if not name.startswith(OF_SCHEMAS):
                self._note_unknown(row, f"@{name}", element)

    def _note(self, rule: Rule, row: ElementRow | None, column: str | None, element: Any) -> None:
        self.oddities.append(Oddity(rule, self._table(row), column, _line(element)))
        if len(self.oddities) > MOST_MALFORMED:
            raise self._refused(NOT_A_TABLE, f"More than {MOST_MALFORMED:,} of its elements are not where they belong.")

    def _table(self, row: ElementRow | None) -> str:
        return next(iter(self._sinks)) if row is None else row.place.forms[0].contract.name


def _line(element: Any) -> int:
    line: int = element.sourceline
    if line >= LAST_LINE_HELD and element.text is not None:
        line -= element.text.count("\n")
    return line

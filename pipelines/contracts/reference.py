"""The lists of ``sql/reference/``, and a council's own laid over them, each held to its contract.

The contract of a list is ``expectations/reference/<list>.yaml``; where it says ``council``, a council may have rows of
its own in ``COUNCIL_DIR/<authority_code>/<list>.csv``, which has the columns of the list but ``authority_code``: the
folder says it. Its rows take the place of the project's with the same key; ``codes.csv`` beside them is staging's.

A contract is an Open Data Contract Standard 3.1 file like the others. Of a column are read its ``name``,
``logicalType``, ``required``, ``primaryKey``, ``pattern``, ``minimum`` and ``maximum`` in ``logicalTypeOptions``, the
codes of ``invalidValues``, and ``relationships`` to a column of another list, to ``kpi.kpi_id`` or ``source.source``.
No two rows agree in the key; where the custom property ``range`` names two columns, they may where what lies between
the two does not overlap. A blank cell of a range is open.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipelines import storage
from pipelines.contracts import odcs, strict
from pipelines.contracts.strict import BadFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

Value = str | int | float | bool | dt.date | None
DUCKDB_TYPES = {"string": "VARCHAR", "date": "DATE", "number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN"}
A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TRUTH = {"true": True, "false": False}
AUTHORITY = "authority_code"
AN_AUTHORITY = re.compile(r"[A-Z]\d{8}")
CODES = "codes"


@dataclass(frozen=True)
class ListRow:
    """A row of a list, and where it stands."""

    path: Path
    line: int
    cells: Mapping[str, Value]

    def bad(self, column: str, problem: str) -> BadFile:
        return _bad(self.path, self.line, column, problem)


@dataclass(frozen=True)
class ReferenceList:
    """A list that keeps its contract."""

    name: str
    types: Mapping[str, str]
    rows: tuple[ListRow, ...]

    @property
    def values(self) -> list[tuple[Value, ...]]:
        return [tuple(row.cells.values()) for row in self.rows]


@storage.cached_by_files("reference/*.yaml")
def load_contracts(expectations: Path) -> dict[str, odcs.ListTable]:
    """The contract of every list, by name; raises BadFile with file, line and key."""
    paths = sorted((expectations / "reference").glob("*.yaml"))
    tables = {path.stem: strict.read(path, odcs.ListContract).tables[0] for path in paths}
    for path in paths:
        if tables[path.stem].name != path.stem:
            raise BadFile(f"{strict.shown(path)}: is of the list {tables[path.stem].name}; call it so.")
    return tables


def load_lists(
    expectations: Path,
    reference: Path,
    council: Path,
    known: Mapping[str, Collection[Value]],
    authority: str | None = None,
) -> tuple[ReferenceList, ...]:
    """Every list, by name; raises BadFile with file, line and column of the first row that breaks its contract.

    ``council``: the folder with a folder of each authority that has settings of its own; it need not be there.
    ``known``: what columns hold that are no lists, such as ``kpi.kpi_id``. ``authority``: whose settings alone count.
    """
    for moved in (path for name in (CODES, "corrections") for path in (expectations / name).glob("*")):
        raise BadFile(f"{strict.shown(moved)}: is not read here any more; move it to council/{moved.stem}/.")
    contracts = load_contracts(expectations)
    own = _read_own(council, contracts, authority)
    lists = []
    for path in sorted(reference.glob("*.csv")):
        if path.stem not in contracts:
            raise BadFile(f"{strict.shown(path)}: has no contract expectations/reference/{path.stem}.yaml.")
        contract = contracts[path.stem]
        lists.append(checked(contract, _laid_over(contract, read_rows(path, contract), own[path.stem])))
    for each in lists:
        _check_references(contracts[each.name], each, {**known, **_columns(lists)})
    return tuple(lists)


def _read_own(council: Path, contracts: Mapping[str, odcs.ListTable], whose: str | None) -> dict[str, list[ListRow]]:
    """The rows that councils have of their own, by list; raises BadFile for a file that would be read by nobody."""
    own: dict[str, list[ListRow]] = {name: [] for name in contracts}
    theirs = [name for name, contract in contracts.items() if contract.custom_properties.council]
    for path in sorted((*council.glob("*.csv"), *council.glob("*/*.csv"))):
        authority = path.parent.name
        if path.parent == council or not AN_AUTHORITY.fullmatch(authority):
            where = "lay it in a folder that is called by the authority's GSS code, such as E06000015"
            raise BadFile(f"{strict.shown(path)}: is of no authority; {where}.")
        if whose not in (None, authority):
            continue
        if path.stem in theirs:
            own[path.stem] += read_rows(path, contracts[path.stem], {AUTHORITY: authority})
        elif path.stem != CODES:
            lists = ", ".join(sorted((CODES, *theirs)))
            raise BadFile(f"{strict.shown(path)}: is no list that a council sets; those are {lists}.")
    return own


def _laid_over(contract: odcs.ListTable, rows: Sequence[ListRow], own: Sequence[ListRow]) -> list[ListRow]:
    """A council's rows, and those of the project that have another key."""
    stated = {_key(contract, row) for row in own}
    return [*(row for row in rows if _key(contract, row) not in stated), *own]


def _key(contract: odcs.ListTable, row: ListRow) -> tuple[Value, ...]:
    return tuple(row.cells[name] for name in contract.key)


def checked(contract: odcs.ListTable, rows: Iterable[ListRow]) -> ReferenceList:
    """The list of these rows, no two of which have one key, or one key and ranges that overlap."""
    rows = tuple(rows)
    span = contract.custom_properties.range
    by_key = sorted(rows, key=lambda row: [_sortable(row.cells[name]) for name in contract.key])
    groups = groupby(by_key, key=lambda row: [row.cells[name] for name in contract.key])
    for same in [list(group) for _, group in groups]:
        if span:
            _check_span(same, span)
        else:
            _check_alone(same, contract.key)
    types = {column.name: DUCKDB_TYPES[column.logical_type] for column in contract.properties}
    return ReferenceList(contract.name, types, rows)


def _check_alone(same: list[ListRow], key: Collection[str]) -> None:
    if len(same) > 1:
        raise same[1].bad(", ".join(key), f"is the same in {_where(same[0])}; one row alone may have it")


def _check_span(same: list[ListRow], span: tuple[str, str]) -> None:
    first, last = span
    for row in same:
        begins, ends = row.cells[first], row.cells[last]
        if begins is not None and ends is not None and begins > ends:  # type: ignore[operator]  # of one type
            raise row.bad(last, f"comes before {first}")
    for before, after in pairwise(sorted(same, key=lambda row: _sortable(row.cells[first]))):
        begins, ends = after.cells[first], before.cells[last]
        if begins is None or ends is None or begins <= ends:  # type: ignore[operator]  # of one type
            raise after.bad(first, f"overlaps with {_where(before)}: end one before the other begins")


def _where(row: ListRow) -> str:
    return f"{strict.shown(row.path)}, line {row.line}"


def _sortable(value: Value) -> tuple[bool, Value]:
    """Blanks first."""
    return (value is not None, value)


def _columns(lists: Iterable[ReferenceList]) -> dict[str, set[Value]]:
    return {f"{each.name}.{name}": {row.cells[name] for row in each.rows} for each in lists for name in each.types}


def _check_references(contract: odcs.ListTable, held: ReferenceList, known: Mapping[str, Collection[Value]]) -> None:
    for column in contract.properties:
        for relationship in column.relationships:
            there = known.get(relationship.to)
            if there is None:
                raise BadFile(f"{contract.name}.{column.name}: there is no {relationship.to} to refer to.")
            for row in held.rows:
                if row.cells[column.name] is not None and row.cells[column.name] not in there:
                    raise row.bad(column.name, f"there is no such {relationship.to}")


def read_rows(path: Path, contract: odcs.ListTable, given: Mapping[str, Value] = MappingProxyType({})) -> list[ListRow]:
    """The rows of a file, each cell as its column has it; raises BadFile with line and column.

    ``given``: columns that are not in the file, and what they hold.
    """
    columns = [column for column in contract.properties if column.name not in given]
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            read = list(_rows(path, columns, stream))
    except UnicodeDecodeError as problem:
        raise BadFile(f"{strict.shown(path)} is not written in UTF-8: save it so.") from problem
    names = [column.name for column in contract.properties]
    cells = ({**given, **row.cells} for row in read)
    return [replace(row, cells={name: held[name] for name in names}) for row, held in zip(read, cells, strict=True)]


def _rows(path: Path, columns: Sequence[odcs.ListProperty], stream: Iterable[str]) -> Iterator[ListRow]:
    lines, line = csv.reader(stream, strict=True), 1
    try:
        _check_header(path, [column.name for column in columns], next(lines, []))
        line = lines.line_num + 1
        for texts in lines:
            if texts:
                yield ListRow(path, line, _cells(path, line, columns, texts))
            line = lines.line_num + 1
    except csv.Error as problem:
        raise BadFile(f"{strict.shown(path)}, line {line}: cannot be read as CSV: {problem}.") from problem


def _check_header(path: Path, names: list[str], header: list[str]) -> None:
    for name in header:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise _bad(path, 1, name, f"there is no such column{f'; {near[0]} may be meant' if near else ''}")
    for name in names:
        if name not in header:
            raise _bad(path, 1, name, "is missing")
    if header != names:
        raise BadFile(f"{strict.shown(path)}, line 1: the columns are, in this order: {','.join(names)}.")


def _cells(path: Path, line: int, columns: Sequence[odcs.ListProperty], texts: list[str]) -> dict[str, Value]:
    if len(texts) != len(columns):
        found = f"has {len(texts)} cells, and the list {len(columns)} columns"
        raise BadFile(f"{strict.shown(path)}, line {line}: {found}; put a text with a comma in quotation marks.")
    cells: dict[str, Value] = {}
    for column, text in zip(columns, map(str.strip, texts), strict=True):
        try:
            cells[column.name] = _value(column, text)
        except ValueError as problem:
            raise _bad(path, line, column.name, str(problem)) from None
    return cells


def _value(column: odcs.ListProperty, text: str) -> Value:
    """The cell as its column has it; raises ValueError saying what it must be."""
    if not text:
        if column.required:
            raise ValueError("is blank, and may not be")
        return None
    if column.codes and text not in column.codes:
        raise ValueError(f"is none of {', '.join(column.codes)}")
    pattern = column.logical_type_options.pattern
    if pattern is not None and not re.fullmatch(pattern, text):
        raise ValueError(f"is not of the form {pattern}")
    match column.logical_type:
        case "boolean":
            if text.lower() not in TRUTH:
                raise ValueError("is neither true nor false")
            return TRUTH[text.lower()]
        case "date":
            return _date(text)
        case "integer" | "number":
            return _number(column, text)
        case _:
            return text


def _date(text: str) -> dt.date:
    try:
        if A_DAY.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("is no date, written YYYY-MM-DD")


def _number(column: odcs.ListProperty, text: str) -> int | float:
    whole = column.logical_type == "integer"
    if not re.fullmatch(r"-?\d+" if whole else r"-?\d+(\.\d+)?", text):
        raise ValueError("is no whole number" if whole else "is no number")
    number = int(text) if whole else float(text)
    options = column.logical_type_options
    if options.minimum is not None and number < options.minimum:
        raise ValueError(f"is less than {options.minimum}")
    if options.maximum is not None and number > options.maximum:
        raise ValueError(f"is more than {options.maximum}")
    return number


def _bad(path: Path, line: int, column: str, problem: str) -> BadFile:
    return BadFile(f"{strict.shown(path)}, line {line}, column {column}: {problem}.")


def in_force_on(row: Mapping[str, Value], day: dt.date) -> bool:
    """Whether a dated row holds on the day: a blank first or last day is open."""
    first, last = row["from_date"], row["to_date"]
    return (first is None or first <= day) and (last is None or day <= last)  # type: ignore[operator]  # of one type

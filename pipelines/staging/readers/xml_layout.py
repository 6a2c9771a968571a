"""Where in an XML return the values of each table and column stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from pipelines.contracts.model import MADE_KEY, BadContract, Contract

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OWN_TEXT = "."
AROUND, SAME = "ancestor::", "ancestor-or-self::"


class ValuePath(NamedTuple):
    """Where a value is: in the row so many outward, under that path."""

    outward: int
    path: str


NOWHERE = ValuePath(0, "")
"""Of a row that may stand in two places, what only one of them has around it."""


class Form(NamedTuple):
    """How an element makes a row of a table: where its cells are, and under which paths of its own one is not blank.

    ``is_its_own``: the row is the element itself, as a referral is in which nothing but a plan is recorded.
    """

    contract: Contract
    cells: tuple[ValuePath, ...]
    own: frozenset[str]
    key: tuple[ValuePath, ...]
    is_its_own: bool


@dataclass
class ElementPlace:
    """What may stand within an element: values, by name, with their path from the row; and more places.

    ``withheld`` names the values that never leave landing.
    """

    forms: list[Form] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    inside: dict[str, ElementPlace] = field(default_factory=dict)


def places_of(contracts: Sequence[Contract]) -> ElementPlace:
    """The document below its root, as the contracts describe it; raises BadContract for what cannot be there."""
    root = ElementPlace()
    paths = {contract.name: [tuple(path.split("/")) for path in contract.elements] for contract in contracts}
    rows = {path for of_table in paths.values() for path in of_table}
    for contract in contracts:
        forms = [_form(contract, path, rows, root) for path in paths[contract.name]]
        for path, form in zip(paths[contract.name], forms, strict=True):
            _put(root, path).forms.append(form)
        for path, column in product(paths[contract.name], contract.columns):
            if column.kind == "withheld":
                *groups, name = column.path.split("/")
                _put(root, (*path, *groups)).withheld.add(name)
        for number, column in enumerate(contract.xml_columns):
            if all(form.cells[number] == NOWHERE for form in forms):
                raise BadContract(f"{contract.name}.{column.name}: {column.path} starts from no row")
    return root


def _form(contract: Contract, path: tuple[str, ...], rows: set[tuple[str, ...]], root: ElementPlace) -> Form:
    cells = tuple(_cell(column.path, path, rows, root) for column in contract.xml_columns)
    inherited = (AROUND, SAME, MADE_KEY)
    own = frozenset(column.path for column in contract.xml_columns if not column.path.startswith(inherited))
    is_its_own = not any(column.path.startswith(SAME) for column in contract.xml_columns)
    key = tuple(_cell(part, path, rows, root) for part in contract.key)
    return Form(contract, cells, own, key, is_its_own)


def _cell(written: str, path: tuple[str, ...], rows: set[tuple[str, ...]], root: ElementPlace) -> ValuePath:
    """Find the row that a path starts from, and make the place of its value."""
    start, rest = path, written
    if written.startswith((AROUND, SAME)):
        name, _, rest = written.partition("::")[2].partition("/")
        depths = range(len(path) - written.startswith(AROUND), 0, -1)
        around = [path[:depth] for depth in depths if path[depth - 1] == name and path[:depth] in rows]
        if not around:
            return NOWHERE
        start = around[0]
    outward = sum(path[:depth] in rows for depth in range(len(start) + 1, len(path) + 1))
    if rest != MADE_KEY:
        *groups, name = rest.split("/")
        _put(root, (*start, *groups)).values[name] = rest
    return ValuePath(outward, rest)


def _put(place: ElementPlace, path: tuple[str, ...]) -> ElementPlace:
    for name in path:
        place = place.inside.setdefault(name, ElementPlace())
    return place


def outermost_element(place: ElementPlace, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ElementPlace]]:
    for name, at in place.inside.items():
        if at.forms:
            yield (*path, name), at
        else:
            yield from outermost_element(at, (*path, name))

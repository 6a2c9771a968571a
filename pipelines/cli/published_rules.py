"""The sector's published rules: on which sources each runs, and why not on the others."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.contracts.structural_checks import all_checks
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.contracts.model import Source

NOT_APPLIED = PROJECT / "expectations" / "sources" / "rules_not_applied.csv"


@dataclass(frozen=True)
class Collection:
    """A return whose rules are published, the sources that have what it asks for, and its codes as they are here."""

    name: str
    title: str
    sources: tuple[str, ...]
    code: re.Pattern[str]
    code_note: str = ""


COLLECTIONS = (
    Collection("cin_census", "children in need census", ("cin_census", "ssd"), re.compile(r"(\d{3,4}Q?)")),
    Collection("ssda903", "SSDA903", ("ssda903", "ssd"), re.compile(r"903-(\w+)"), ", with 903- before its code"),
)


def applied(collection: Collection, source: Source) -> set[str]:
    """The published codes of the rules that run on a source."""
    codes = {check.rule.code for contract in source.tables.values() for check in all_checks(contract)}
    return {found[1] for code in codes if (found := collection.code.fullmatch(code))}


def not_applied(collection: Collection, source: str) -> dict[str, str]:
    """Why a rule does not run on a source, by its published code."""
    with NOT_APPLIED.open(encoding="utf-8", newline="") as stream:
        rows = [
            row for row in csv.DictReader(stream) if (row["collection"], row["source"]) == (collection.name, source)
        ]
    return {row["code"]: row["reason"] for row in rows}


def rows(collection: Collection, sources: Mapping[str, Source]) -> Iterator[tuple[str, ...]]:
    """A row a rule: its code, and for each source whether it runs there, or why not."""
    by_source = [
        dict.fromkeys(applied(collection, sources[name]), "runs") | not_applied(collection, name)
        for name in collection.sources
    ]
    for code in sorted({code for of_source in by_source for code in of_source}, key=_in_order):
        yield code, *(of_source[code] for of_source in by_source)


def _in_order(code: str) -> tuple[bool, int, str]:
    number = re.match(r"\d+", code)
    return number is None, int(number[0]) if number else 0, code

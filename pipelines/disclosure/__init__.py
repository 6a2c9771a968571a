"""Statistical disclosure control: what of a month's restricted tables may be public, and what may not.

A figure's numerator, the rest (denominator less numerator) and its denominator are counts of children or workers; from
1 to 5 they are hidden, and with them everything that follows from them. What is left is shown only as far as an
attacker who knows all of it, and all public editions before, still has to reckon with four values or more of every
hidden count. ``docs/disclosure.md`` tells the method, ``docs/decisions/`` the reasons.

A hidden figure is null, and the column beside it, ``<column>_symbol``, says why (Government Statistical Service):

======= =============================================================================
``c``   confidential: small itself, or another small count would follow from it
``z``   not applicable: a count has no denominator, a share of nobody has no value
``u``   of low reliability, with the figure beside it: its denominator is below 10
======= =============================================================================

``x`` (not available) and ``low`` (rounds to 0) are the benchmarks' alone: what is absent here is in ``kpi_absence``,
and no share that is not 0 is rounded to 0. In a CSV for people the symbol stands in the figure's place where that is
null.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.disclosure.attacker import OTHERS
from pipelines.disclosure.editions import SYMBOL, Editions
from pipelines.disclosure.figures import blocks
from pipelines.disclosure.suppression import CannotProtect, Fate, fates_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.disclosure.figures import Cell, Named
    from pipelines.published import PublishedTable
    from pipelines.settings import Settings

__all__ = ["SYMBOL", "DisclosureRefused", "Protected", "protect"]

NOT_PUBLIC = "Nothing says how it could pass disclosure control."
DOES_NOT_ADD_UP = "its figures are not the sums of their months"


class DisclosureRefused(RuntimeError):
    """Disclosure control could not do its work, so that nothing may be published: the software's fault."""


@dataclass(frozen=True)
class Protected:
    """What may be public of the tables that hold counts.

    ``tables``: their contracts, with the columns of symbols, and nothing required that may be hidden. ``rows``: their
    rows, by table, read from a database in memory that lives as long as they do. ``withheld``: the tables of which
    nothing is public, with the reason in a sentence. ``report``: for the restricted manifest, as JSON holds it: how
    many cells there are and how many are hidden, by table; what became of the figures; which KPIs were refused, and
    why. ``public_report``: for the public manifest, and less: why a cell is hidden tells more about it.
    """

    tables: tuple[PublishedTable, ...]
    rows: Mapping[str, duckdb.DuckDBPyRelation]
    withheld: Mapping[str, str]
    report: Mapping[str, Any]
    public_report: Mapping[str, Any]


@dataclass(frozen=True)
class _Decided:
    fates: Mapping[Cell, Fate]
    refused: Mapping[str, str]


def protect(
    restricted: Path,
    tables: Sequence[PublishedTable],
    earlier: Sequence[Path],
    settings: Settings,
) -> Protected:
    """Protect the tables of a restricted edition that hold counts.

    ``restricted`` is the folder that holds ``<table>.parquet`` of every table of the restricted edition; ``tables``
    are the contracts of those to protect. ``earlier`` are the folders of every public edition there is, of whatever
    month and version, in any order: they are the ledger, since a reader may hold each of them. The restricted edition
    of each lies in the folder above it, and tells of the months that are not covered any more. A month of which the
    restricted edition has not changed keeps its public one: do not make it again.

    A KPI that cannot be made safe is left out of all tables and named in the reports; everything else goes on. Raises
    DisclosureRefused where the control itself breaks. The same input gives the same rows.
    """
    editions = Editions(restricted, earlier, settings)
    try:
        decided = _decide(editions)
    except (ArithmeticError, LookupError, ValueError) as problem:
        raise DisclosureRefused(f"disclosure control broke: {type(problem).__name__}") from problem
    editions.put_fates(decided.fates)
    made = {table.name: editions.public(table) for table in tables}
    public = {name: each for name, each in made.items() if each is not None}
    cost = {name: editions.cost(rows) for name, (_, rows) in public.items()}
    fates = Counter(fate.value for fate in decided.fates.values())
    return Protected(
        tables=tuple(contract for contract, _ in public.values()),
        rows={name: rows for name, (_, rows) in public.items()},
        withheld={name: NOT_PUBLIC for name, each in made.items() if each is None},
        report={
            "alternatives": OTHERS,
            "figures": {fate.value: fates[fate.value] for fate in Fate},
            "refused": dict(decided.refused),
            "tables": cost,
        },
        public_report={"refused": sorted(decided.refused), "tables": cost},
    )


def _decide(editions: Editions) -> _Decided:
    figures = editions.figures()
    fates: dict[Cell, Fate] = {}
    refused: dict[str, str] = {}
    for named in blocks(figures):
        try:
            decided = _fates(named)
        except CannotProtect as problem:
            refused |= dict.fromkeys(named.kpi_ids, str(problem))
            continue
        fates |= {cell: fate for cell, fate in zip(named.cells, decided, strict=True) if cell in figures.cells}
    return _Decided({cell: fate for cell, fate in fates.items() if cell.unit.kpi_id not in refused}, refused)


def _fates(named: Named) -> list[Fate]:
    if not named.adds_up:
        raise CannotProtect(DOES_NOT_ADD_UP)
    return fates_of(named.block)

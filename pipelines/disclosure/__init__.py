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

``x`` (not available) and ``low`` (rounds to 0) are the benchmarks' alone: what is absent here is in ``kpi_absence``, and
no share that is not 0 is rounded to 0. In a CSV for people the symbol stands in the figure's place where it is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from pipelines.published import PublishedTable
    from pipelines.settings import Settings

SYMBOL = "_symbol"
NOT_AUDITED = "It holds counts, and nothing audits them yet."


class DisclosureRefused(RuntimeError):
    """Something cannot be shown safely however much of it is hidden: nothing of it is public."""


@dataclass(frozen=True)
class Protected:
    """What may be public of the tables that hold counts.

    ``tables``: their contracts, with the columns of symbols, and nothing required that may be hidden. ``rows``: their
    rows, by table, read from a database in memory that lives as long as they do. ``withheld``: the tables of which
    nothing is public, with the reason in a sentence. ``report``: for the manifest, as JSON holds it: how many cells
    there are and how many are hidden, by table and reason, and what was refused; never a hidden figure, and nothing
    that depends on a clock.
    """

    tables: tuple[PublishedTable, ...]
    rows: Mapping[str, duckdb.DuckDBPyRelation]
    withheld: Mapping[str, str]
    report: Mapping[str, Any]


def protect(
    restricted: Path, tables: Sequence[PublishedTable], earlier: Sequence[Path], settings: Settings
) -> Protected:
    """Protect the tables of a restricted edition that hold counts.

    ``restricted`` is the folder that holds ``<table>.parquet`` of every table of the restricted edition; ``tables``
    are the contracts of those to protect. ``earlier`` are the folders of every public edition there is, of whatever
    month and version, in any order: they are the ledger, since a reader may hold each of them. A month of which the
    restricted edition has not changed keeps its public one: do not make it again.

    What cannot be made safe is withheld, and said; everything else goes on. The same input gives the same rows.
    """
    del restricted, earlier, settings
    return Protected(
        tables=(),
        rows={},
        withheld={table.name: NOT_AUDITED for table in tables},
        report={"refused": [table.name for table in tables]},
    )

"""The lengths of clocks as titles and sentences say them: ``{assessment}`` in a KPI's file is "45 working days"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.contracts.reference import in_force_on
from pipelines.contracts.strict import BadFile

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping

    from pipelines.contracts.reference import ListRow, Value


def in_words(timescales: Iterable[ListRow], authorities: Collection[str], day: dt.date) -> dict[str, str]:
    """By timescale, how long a clock is that starts on ``day``; "45 working days or 60 days" where authorities differ.

    Raises BadFile where there is none for one of them.
    """
    rows = [row.cells for row in timescales]
    in_force = {(row["timescale_id"], row["authority_code"]): row for row in rows if in_force_on(row, day)}
    words: dict[str, str] = {}
    for timescale_id in sorted({str(row["timescale_id"]) for row in rows}):
        clocks = set()
        for authority in authorities or (None,):
            clock = in_force.get((timescale_id, authority), in_force.get((timescale_id, None)))
            if clock is None:
                raise BadFile(f"timescale.csv: no clock of {timescale_id} starts on {day}: give one that is for all.")
            clocks.add(_length(clock))
        words[timescale_id] = " or ".join(sorted(clocks))
    return words


def _length(row: Mapping[str, Value]) -> str:
    unit = str(row["unit"]).replace("_", " ")
    return f"{row['length']} {unit.removesuffix('s') if row['length'] == 1 else unit}"

"""Which edition of a guidance was in force: "Working Together" of a KPI's source is "Working Together 2018" of 2021."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.contracts.reference import in_force_on

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pipelines.contracts.reference import ListRow


def editions(guidance: Iterable[ListRow], day: dt.date) -> dict[str, str]:
    """By the name of a guidance, its name with the edition in force on the day, if there was one."""
    rows = (row.cells for row in guidance if in_force_on(row.cells, day))
    return {str(row["guidance"]): f"{row['guidance']} {row['edition']}" for row in rows}

"""Puts the events that several sources hold into one table, as ``sql/reference/event_source.csv`` says."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.sql_files import DIALECT, Select
from pipelines.warehouse.kpi_facts import all_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.contracts.reference import ListRow, Value

STAGED_EVENT = "core.staged_event"
COMPARED = "core.compared_source"
EVENT_SOURCE = "event_source"


def staged_events(rows: Iterable[ListRow]) -> Select:
    """The SELECT of ``core.staged_event``: the records of each place that another source is compared with."""
    return _staged_events(tuple(tuple(row.cells.items()) for row in rows))


@cache
def _staged_events(rows: tuple[tuple[tuple[str, Value], ...], ...]) -> Select:
    places = [{name: str(value) for name, value in row if value is not None} for row in rows]
    compared = exp.to_table(COMPARED).as_("compared")
    query = (
        exp.select("events.*")
        .from_(all_of([_events_of(place) for place in places]).subquery("events"))
        .join(
            compared,
            on=[
                "events.authority_code = compared.authority_code",
                "events.subject = compared.subject",
                "events.source IN (compared.preferred_source, compared.other_source)",
            ],
            join_type="semi",
        )
    )
    reads = {COMPARED, *(f"staging.{place['table_name']}" for place in places)}
    return Select(STAGED_EVENT, query.sql(dialect=DIALECT), frozenset(reads), frozenset())


def _events_of(place: dict[str, str]) -> exp.Select:
    """One place of the list: a column that it does not name is null there."""
    second = place.get("second_date_column")
    events = exp.select(
        exp.Literal.string(place["subject"]).as_("subject"),
        exp.Literal.string(place["source"]).as_("source"),
        "authority_code",
        exp.column(place["child_column"]).as_("child_id"),
        exp.column(place["key_column"]).as_("record_key"),
        "line",
        exp.column(place["first_date_column"]).as_("first_date"),
        exp.cast(exp.column(second) if second else exp.null(), "date").as_("second_date"),
    ).from_(exp.table_(place["table_name"], db="staging"))
    if "left_out_column" not in place:
        return events
    left_out = exp.convert(place["left_out_value"] == str(True))
    return events.where(exp.NullSafeNEQ(this=exp.column(place["left_out_column"]), expression=left_out))

"""What the annex of a report says of one authority, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.snapshots.report import caseloads, evidence, sentences, survey
from pipelines.snapshots.report.authority import LAST_YEAR, RATING_ORDER, by_urgency, chart, conflicts
from pipelines.snapshots.report.caseloads import CASELOAD
from pipelines.snapshots.report.document import (
    AuthorityPart,
    Block,
    Charts,
    Notice,
    Points,
    ReportTable,
    Section,
    Statements,
    TableCell,
    TextBlock,
    Tile,
    Tiles,
)
from pipelines.snapshots.report.edition_rows import HIDDEN, fraction, in_unit, is_hidden, month_name, printed, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.edition_rows import Row


def part(known: Authority) -> AuthorityPart:
    """All sections of the annex about an authority."""
    return AuthorityPart(known.code, known.name, tuple(_sections(known)))


def _sections(known: Authority) -> Iterator[Section]:
    blocks_of: tuple[tuple[str, str, Callable[[Authority], Iterator[Block]]], ...] = (
        ("short", "Summary", _in_short),
        ("pressures", "Pressures", _pressures),
        ("performance", "Performance", _performance),
        ("trends", "Trends", _trends),
        ("survey", "The social work survey", survey.blocks),
        ("caseloads", "Caseloads against their bounds", caseloads.blocks),
        ("babies", "Babies seen", _babies),
        ("benchmarks", "Compared with published figures", evidence.benchmarks),
        ("restatements", "Figures restated", evidence.restatements),
        ("quality", "Quality of the data", evidence.quality),
        ("limits", "What cannot be said", evidence.cannot_be_said),
        ("methods", "How it is counted", evidence.methods),
    )
    for key, title, blocks in blocks_of:
        yield Section(key, title, tuple(blocks(known)))


def _in_short(known: Authority) -> Iterator[Block]:
    for row in known.edition.rows("publication"):
        if row["verdict"] == "approved":
            yield Notice("Published by approval", evidence.approval(row))
        else:
            yield TextBlock(evidence.VERDICTS.get(row["verdict"], evidence.NOT_JUDGED))
    for title, text in conflicts(known, [*known.scores, *known.windows.values()]):
        yield Notice(title, text)
    yield Tiles(tuple(_tiles(known)))
    missed = [row for row in by_urgency(known.windows.values()) if row["rag"] == "red"]
    if missed:
        brief = (sentences.statement(known.kpis[row["kpi_id"]], row, ()) for row in missed)
        yield Statements(tuple(brief), "Targets missed")
    for side, heading in (("worse", "Worse than a year ago"), ("better", "Better than a year ago")):
        found = list(_moved(known, side))
        if found:
            yield Points(tuple(found), f"{heading}, by more than chance")


def _tiles(known: Authority) -> Iterator[Tile]:
    for row in _children_counted(known):
        change = known.changes.get((row["kpi_id"], LAST_YEAR))
        note = "no year to compare with"
        if change is not None:
            apart = HIDDEN if change["change"] is None else signed(change["change"], row["unit"])
            was = printed(change, "base_value_rounded", row["unit"])
            note = f"{apart} on the {was} of {month_name(change['base_month'])}"
        yield Tile(known.kpis[row["kpi_id"]]["title"], printed(row, "value_rounded", row["unit"]), note)
    rated = [row for row in known.windows.values() if row["rag"] in RATING_ORDER]
    if rated:
        count = {rag: sum(row["rag"] == rag for row in rated) for rag in RATING_ORDER}
        hidden = sum(row["target"] is not None and is_hidden(row) for row in known.windows.values())
        note = f"{count['amber']} missed by a little, {count['red']} missed{f', {hidden} hidden' if hidden else ''}"
        yield Tile("Targets met", f"{count['green']} of {len(rated)}", note)
    council = [row for row in known.scores if row["geography"] == "council" and row["rag"] in RATING_ORDER]
    if council:
        count = {rag: sum(row["rag"] == rag for row in council) for rag in RATING_ORDER}
        note = f"{count['amber']} amber, {count['red']} red, of {len(council)}"
        yield Tile("Survey scores that are green", str(count["green"]), note)


def _moved(known: Authority, side: str) -> Iterator[str]:
    for kpi_id, row in sorted(known.windows.items(), key=lambda each: str(each[1]["title"])):
        change = known.changes.get((kpi_id, LAST_YEAR))
        if change is None or sentences.verdict_of(known.kpis[kpi_id], change) != side:
            continue
        was, now = fraction(change, "base_"), fraction(change)
        yield (
            f"{row['title']}: {printed(row, 'value_rounded', row['unit'])}{f' ({now})' if now else ''}, from "
            f"{printed(change, 'base_value_rounded', row['unit'])}{f' ({was})' if was else ''}."
        )


def _children_counted(known: Authority) -> list[Row]:
    return [row for row in known.in_sections("demand") if row["unit"] == "count"]


def _pressures(known: Authority) -> Iterator[Block]:
    counted = _children_counted(known)
    demand = [*counted, *(row for row in known.in_sections("demand") if row not in counted)]
    if demand:
        yield Statements(
            tuple(known.verdict(row["kpi_id"]) for row in demand),
            "Children in care and on plans",
        )
        pictures = [each for row in counted for each in chart(known, row["kpi_id"])]
        if pictures:
            yield Charts(tuple(pictures))
    others = by_urgency(known.in_sections("pressures"))
    if others:
        yield Statements(tuple(known.verdict(row["kpi_id"]) for row in others), "Workforce, and other pressures")
        pictures = [each for row in others if row["kpi_id"] == CASELOAD for each in chart(known, CASELOAD)]
        if pictures:
            yield Charts(tuple(pictures))
    if not demand and not others:
        yield TextBlock("There are no figures about demand or workforce in this month.")


def _performance(known: Authority) -> Iterator[Block]:
    rows = by_urgency(known.in_sections("performance"))
    if not rows:
        yield TextBlock("There are no figures about timeliness in this month.")
        return
    rated = [row for row in rows if row["target"] is not None]
    flows = [row for row in rows if row["target"] is None and known.kpis[row["kpi_id"]]["measure"] == "flow"]
    stocks = [row for row in rows if row["target"] is None and known.kpis[row["kpi_id"]]["measure"] != "flow"]
    headings = ("Against a target", "Over six months, without a target", "At the end of the month, without a target")
    for heading, group in zip(headings, (rated, flows, stocks), strict=True):
        if group:
            yield Statements(tuple(known.verdict(row["kpi_id"]) for row in group), heading)


def _trends(known: Authority) -> Iterator[Block]:
    drawn_above = [*_children_counted(known), *known.in_sections("babies")]
    elsewhere = {CASELOAD, *(row["kpi_id"] for row in drawn_above)}
    rows = [row for row in by_urgency(known.windows.values()) if row["kpi_id"] not in elsewhere]
    rows = [row for row in rows if row["target"] is not None]
    pictures = [each for row in rows for each in chart(known, row["kpi_id"])]
    if pictures:
        yield TextBlock(
            "The last 24 months of the figures with a target. The shaded band holds what is usual in its phase; a "
            "dotted upright line is where a new level begins; a diamond is a month that chance does not explain; the "
            "long dashes are the target."
        )
        yield Charts(tuple(pictures))
    names = {each.title for each in pictures}
    without = [row["title"] for row in rows if row["title"] not in names]
    if without:
        yield TextBlock(f"Not drawn, because fewer than two of their months are shown: {'; '.join(without)}.")
    drawn = {row["kpi_id"] for row in rows} | elsewhere
    others = [(kpi, points) for kpi, points in sorted(known.charts.items()) if kpi not in drawn and kpi in known.kpis]
    others = [(kpi, points) for kpi, points in others if points[-1]["lower_limit"] is not None]
    others = [(kpi, points) for kpi, points in others if not points[-1]["is_trial"]]
    if others:
        yield ReportTable(
            "All other figures, beside their own limits",
            ("Figure", "Month", "Mean", "Limits", "What it is"),
            tuple(_limits_row(known.kpis[kpi], points[-1]) for kpi, points in others),
            frozenset({1, 2, 3}),
            "All other figures, beside their own limits",
        )
    if not pictures and not others:
        yield TextBlock("No figure has a course yet that could be drawn, or that may be shown.")


def _limits_row(kpi: Row, point: Row) -> tuple[TableCell, ...]:
    unit = kpi["unit"]
    between = f"{in_unit(point['lower_limit'], unit)} to {in_unit(point['upper_limit'], unit)}"
    return (
        TableCell(kpi["title"]),
        TableCell(printed(point, "value", unit)),
        TableCell(in_unit(point["mean"], unit)),
        TableCell(between),
        TableCell(point["variation"] or "not judged"),
    )


def _babies(known: Authority) -> Iterator[Block]:
    rows = known.in_sections("babies")
    if not rows:
        yield TextBlock("Nothing is said about babies under one: what it is counted from was not delivered.")
    for kpi_id in (row["kpi_id"] for row in rows):
        kpi = known.kpis[kpi_id]
        yield Statements((known.verdict(kpi_id),))
        yield TextBlock(f"{kpi['definition']} Standard: {kpi['standard']}.")
        pictures = tuple(chart(known, kpi_id))
        if pictures:
            yield Charts(pictures)


def authorities(rows: Iterable[Row]) -> list[str]:
    """Those that have figures, in order."""
    return sorted({str(row["authority_code"]) for row in rows})

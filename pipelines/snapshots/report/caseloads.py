"""Caseloads against the bounds that were agreed for them, of the authority and of its teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.rounding import half_up
from pipelines.snapshots.report import charts
from pipelines.snapshots.report.authority import NOT_PUBLIC
from pipelines.snapshots.report.document import Block, Chart, Charts, ReportTable, Statements, TableCell, TextBlock
from pipelines.snapshots.report.edition_rows import counted, printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.edition_rows import Row

CASELOAD, ABOVE, BELOW = "caseload_average", "caseload_above_upper", "caseload_below_lower"


def blocks(known: Authority) -> Iterator[Block]:
    rows = known.in_sections("caseloads")
    if not rows:
        yield TextBlock("Nothing is said about bounds: no bounds of caseloads were delivered.")
        return
    yield Statements(tuple(known.verdict(row["kpi_id"]) for row in rows))
    bars = list(_bars(known))
    if bars:
        yield Charts((_shares(known, bars),))
    if len(bars) > 1:
        yield _team_table(known)
    elif not known.edition.has("publication"):
        yield TextBlock(f"Teams are not shown here. {NOT_PUBLIC}")


def _bars(known: Authority) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """(name, (below, within, above)) of the authority and its teams, where both bounds are of the same workers."""
    months = {kpi_id: _teams(known, kpi_id) for kpi_id in (ABOVE, BELOW)}
    for team in sorted(months[ABOVE].keys() & months[BELOW].keys(), key=lambda team: team or ""):
        above, below = months[ABOVE][team], months[BELOW][team]
        counts = [above["numerator"], below["numerator"], above["denominator"], below["denominator"]]
        if None not in counts and counts[2] == counts[3] and counts[2] >= counts[0] + counts[1] and counts[2] > 0:
            over, under, all_of_them = (int(count) for count in counts[:3])
            yield team or "All", (under, all_of_them - over - under, over)


def _teams(known: Authority, kpi_id: str) -> dict[str | None, Row]:
    return {row["team_code"]: row for row in known.edition.of_month("kpi_month", known.code, kpi_id=kpi_id)}


def _shares(known: Authority, bars: Sequence[tuple[str, tuple[int, int, int]]]) -> Chart:
    key = f"{known.code}-caseloads"
    name, (below, within, above) = bars[0]
    total = below + within + above
    percent = half_up(100 * within / total, 1)
    return Chart(
        key=key,
        title="Social workers below, within and above the bounds of their caseload",
        text=f"Of {'all' if name == 'All' else name}, {total} social workers with bounds, {below} hold fewer cases "
        f"than their lower bound, {within} ({percent}%) are within, and {above} hold more than their upper bound.",
        drawing=charts.shares(key, bars),
        figures=ReportTable(
            "Social workers by bounds",
            ("Team", "Below", "Within", "Above"),
            tuple((TableCell(team), *(TableCell(str(count)) for count in counts)) for team, counts in bars),
            frozenset({1, 2, 3}),
            "The figures of this chart",
        ),
    )


def _team_table(known: Authority) -> ReportTable:
    average = _teams(known, CASELOAD)
    positions = {
        row["team_code"]: row["position"]
        for row in known.edition.of_month("kpi_funnel", known.code, kpi_id=ABOVE, among="teams")
    }
    above, below = _teams(known, ABOVE), _teams(known, BELOW)
    teams = sorted(team for team in average if team is not None)
    return ReportTable(
        "Caseloads by team; the last column says whether the share above the upper bound is further from the other "
        "teams' than the team's size explains",
        (
            "Team",
            "Average caseload",
            "Cases divided by full-time equivalents",
            "Above upper bound",
            "Below lower bound",
            "Beside the others",
        ),
        tuple(
            (
                TableCell(team),
                TableCell(printed(average[team], "value_rounded", "ratio")),
                TableCell(f"{counted(average[team], 'numerator')} / {counted(average[team], 'denominator')}"),
                *(
                    TableCell(printed(rows[team], "value_rounded", "percent") if team in rows else "no bounds")
                    for rows in (above, below)
                ),
                TableCell(positions.get(team) or ""),
            )
            for team in teams
        ),
        frozenset({1, 2, 3, 4}),
    )

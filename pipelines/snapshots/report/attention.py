"""What a committee must not miss: at most five sentences, one a rule, each naming what is gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.snapshots.report import sentences
from pipelines.snapshots.report.authority import LAST_YEAR, by_urgency, conflicts
from pipelines.snapshots.report.document import Block, Points, TextBlock
from pipelines.snapshots.report.edition_rows import in_unit, number, printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.edition_rows import Row

NAMED = 3
NOT_IN_DATE = {
    "baby_direct_visit": "babies under one were not seen in person in date",
    "cp_visit_snapshot": "children on plans had no visit in date",
    "cla_visit_snapshot": "looked-after children had no visit in date",
}
"""Of figures of children who were visited in date, what is said of the others; babies first."""
FAR = {"below 99.8%": "higher_is_better", "above 99.8%": "lower_is_better"}
"""Where a team lies far from the others, and of which KPIs that is bad."""


def blocks(known: Authority) -> Iterator[Block]:
    rules = (_missed, _changed, _teams, _not_in_date, _contradicted)
    found = tuple(sentence for rule in rules for sentence in rule(known))
    if found:
        yield Points(found)
    else:
        yield TextBlock("Nothing: no target is missed, and nothing changed, by more than chance.")


def _missed(known: Authority) -> Iterator[str]:
    """Targets missed by more than chance: the 95% limits leave them out."""
    rows = [row for row in by_urgency(known.windows.values()) if row["rag"] == "red" and _leaves_out_target(known, row)]
    if rows:
        yield f"Targets missed by more than chance: {_listed([_against_target(row) for row in rows])}."


def _leaves_out_target(known: Authority, row: Row) -> bool:
    if row["lower"] is None or row["upper"] is None:
        return False
    is_more_better = known.kpis[row["kpi_id"]]["direction"] == "higher_is_better"
    return bool(row["upper"] < row["target"] if is_more_better else row["lower"] > row["target"])


def _against_target(row: Row) -> str:
    return f"{row['title']}, {printed(row, 'value_rounded', row['unit'])} (target {row['target']:g})"


def _changed(known: Authority) -> Iterator[str]:
    """Changes on a year before that are more than chance, the worse ones first."""
    moved: dict[str, list[tuple[float, str]]] = {"worse": [], "better": []}
    for kpi_id, row in known.windows.items():
        change = known.changes.get((kpi_id, LAST_YEAR))
        side = None if change is None or not change["change"] else sentences.verdict_of(known.kpis[kpi_id], change)
        if side is not None and change is not None:
            was = printed(change, "base_value_rounded", row["unit"])
            words = f"{row['title']}, {printed(row, 'value_rounded', row['unit'])} from {was}"
            moved[side].append((-abs(change["change"]), words))
    parts = [
        f"{side.capitalize()}: {_listed([words for _, words in sorted(found)])}"
        for side, found in moved.items()
        if found
    ]
    if parts:
        yield f"Changed on a year before by more than chance. {'. '.join(parts)}."


def _teams(known: Authority) -> Iterator[str]:
    """Teams beyond the limits of their size, on the bad side; the public edition has no teams."""
    names = {row["team_code"]: row["team_name"] for row in known.edition.rows("team", authority_code=known.code)}
    rows = known.edition.of_month("kpi_funnel", known.code, among="teams")
    far = [
        row for row in rows
        if row["kpi_id"] in known.windows and FAR.get(row["position"]) == known.kpis[row["kpi_id"]]["direction"]
    ]  # fmt: skip
    if far:
        ordered = sorted(far, key=lambda row: (-abs(row["value"] - row["centre"]), row["kpi_id"], row["team_code"]))
        teams = _listed([_team(known, row, names) for row in ordered])
        yield f"Further from the other teams than their size explains: {teams}."


def _team(known: Authority, row: Row, names: dict[str, str]) -> str:
    unit = known.kpis[row["kpi_id"]]["unit"]
    name = names.get(row["team_code"])
    team = f"{name} ({row['team_code']})" if name else row["team_code"]
    title = known.kpis[row["kpi_id"]]["title"]
    return f"{team}, {title}, {in_unit(row['value'], unit)} (all teams {in_unit(row['centre'], unit)})"


def _not_in_date(known: Authority) -> Iterator[str]:
    parts = []
    for kpi_id, words in NOT_IN_DATE.items():
        row = known.windows.get(kpi_id)
        if row is not None and row["denominator"] and row["numerator"] is not None:
            left = row["denominator"] - row["numerator"]
            if left > 0:
                parts.append(f"{number(left)} of {number(row['denominator'])} {words}")
    if parts:
        yield f"At the end of {known.edition.month.name} {'; '.join(parts)}."


def _contradicted(known: Authority) -> Iterator[str]:
    for _, text in list(conflicts(known, [*known.scores, *known.windows.values()]))[:1]:
        yield text


def _listed(words: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(words) - NAMED
    return f"{'; '.join(words[:NAMED])}{f'; and {more} more' if more > 0 else ''}"

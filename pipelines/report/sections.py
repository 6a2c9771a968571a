"""What a report says of one authority, section by section, from the tables of one edition."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.report import charts, sentences
from pipelines.report.document import (
    Block,
    Cell,
    Chart,
    Charts,
    Notice,
    Part,
    Points,
    Section,
    Statement,
    Statements,
    Table,
    Text,
    Tile,
    Tiles,
)
from pipelines.report.figures import (
    counted,
    fraction,
    in_unit,
    is_hidden,
    month_name,
    number,
    signed,
    told,
)
from pipelines.summary import half_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pipelines.report.figures import Edition, Row

DEMAND = ("cla_count", "cpp_count", "cla_rate_10k", "cpp_rate_10k")
BABIES = "baby_direct_visit"
CASELOAD, ABOVE, BELOW = "caseload_average", "caseload_above_upper", "caseload_below_lower"
RESPONSE_RATE = "survey_response_rate"
ELSEWHERE = {BABIES, ABOVE, BELOW, RESPONSE_RATE, *DEMAND}
LAST_YEAR, LAST_MARCH = "same_month_last_year", "last_march"
RATING_ORDER = {"red": 0, "amber": 1, "green": 2}
LONGEST_LIST = 20
FEWEST_POINTS = 2
FEWEST_OF_A_SHARE = 10
NOT_PUBLIC = "It is in the restricted edition alone, which stays inside the department."
GEOGRAPHIES = {"council": "This council", "region": "Region", "nation": "Nation"}
VERDICTS = {
    "open": "Every condition of the gate was met.",
    "approved": "Not every condition of the gate was met; the month was held, and then approved.",
}
NOT_JUDGED = "The gate did not judge this month."
METHODS = (
    "Every percentage stands beside what it is a share of. It is 100 times the one count divided by the other, rounded "
    "half up to one decimal place; 100% is printed only where nothing is missing, 0% only where nothing is there.",
    "What happens, such as visits and conferences, is counted over six months put together: the sum of all that was in "
    "time, divided by the sum of all. What stands, such as children looked after, is as it was at the month's end.",
    "95% limits are of chance alone, as if children were independent of one another (Wilson for shares, Poisson for "
    "counts). Siblings share visits and conferences, so the limits are rather narrow. A change is called more than "
    "chance where its own 95% limits leave out 0.",
    "The charts are XmR charts by the rules of NHS England's Making Data Count: 24 months, limits 2.66 mean moving "
    "ranges from the mean. A diamond is a month that chance does not explain.",
    "A target is rated green where it is met, amber within the margin that was set for it, else red. Survey scores are "
    "rounded first: 75 and more is green, 51 to 74 amber, 50 and less red. Of tensions less is better: 50 and less is "
    "green, 51 to 75 amber, more than 75 red.",
    "Region and nation hold the council's own figures, in the survey and in published statistics.",
)
NOT_MEASURED = (
    "Whether any child is safe. Timeliness is counted here, not what happened in a visit, a review or a conference, nor "
    "how good the work was.",
    "Whether every child who meets the threshold has a safety plan meanwhile. No record that is delivered tells of it.",
    "Why a figure changed. A change that is more than chance has a cause; the figures do not name it.",
    "How those would have answered who did not answer the survey. Its scores are not weighted, and gaps of a few points "
    "between scores may be chance.",
)
SYMBOLS = (
    "[c] stands where a figure is confidential: it is a small number, or a small number would follow from it. [x] is not "
    "available, [z] not applicable, [low] rounds to 0 and is not 0."
)


@dataclass(frozen=True)
class _Told:
    """All rows of one authority that more than one section reads; those about teams are read where they are needed."""

    edition: Edition
    authority: str
    kpis: Mapping[str, Row]
    windows: Mapping[str, Row]
    changes: Mapping[tuple[str, str], Row]
    charts: Mapping[str, Sequence[Row]]
    scores: Sequence[Row]
    items: Sequence[Row]
    benchmarks: Sequence[Row]

    def changes_of(self, kpi_id: str, *comparators: str) -> list[Row]:
        """Those that there is something to compare with, shown or hidden."""
        found = (self.changes.get((kpi_id, comparator)) for comparator in comparators)
        return [row for row in found if row is not None and (row["base_value"] is not None or is_hidden(row, "base_value"))]

    def statement(self, kpi_id: str, *comparators: str) -> Statement:
        return sentences.statement(
            self.kpis[kpi_id], self.windows[kpi_id], self.changes_of(kpi_id, *(comparators or (LAST_YEAR,)))
        )

    def place(self, geography: str) -> str:
        """``East Midlands`` where the published figures name it, else ``Region``."""
        named = [row["area_name"] for row in self.benchmarks if row["geography"] == geography and row["area_name"]]
        return named[0] if named and geography != "council" else GEOGRAPHIES[geography]


def part(edition: Edition, authority: str) -> Part:
    """All sections about an authority."""
    read = _read(edition, authority)
    return Part(authority, _name(read), tuple(_sections(read)))


def _read(edition: Edition, authority: str) -> _Told:
    windows = [row for row in edition.of_month("kpi_window", authority, team_code=None) if row["window_months"] <= 6]
    changes = edition.of_month("kpi_change", authority, team_code=None)
    points: dict[str, list[Row]] = {}
    for row in edition.rows("kpi_chart", authority_code=authority, team_code=None):
        points.setdefault(row["kpi_id"], []).append(row)
    surveyed = edition.rows("survey_score", authority_code=authority)
    newest = max((row["reporting_month"] for row in surveyed), default=None)
    scores = [row for row in surveyed if row["reporting_month"] == newest]
    items = [row for row in edition.rows("survey_item", authority_code=authority) if row["reporting_month"] == newest]
    return _Told(
        edition=edition,
        authority=authority,
        kpis={row["kpi_id"]: row for row in edition.rows("kpi")},
        windows={row["kpi_id"]: row for row in windows},
        changes={(row["kpi_id"], row["comparator"]): row for row in changes},
        charts={kpi: sorted(rows, key=lambda row: str(row["reporting_month"])) for kpi, rows in points.items()},
        scores=sorted(scores, key=lambda row: (row["display_order"], row["geography"])),
        items=items,
        benchmarks=edition.rows("benchmark", authority_code=authority),
    )


def _name(read: _Told) -> str:
    if read.authority == MADE_UP_AUTHORITY:
        return "Sample council (made up)"
    own = [row["area_name"] for row in read.benchmarks if row["area_code"] == read.authority and row["area_name"]]
    return own[0] if own else read.authority


def _sections(read: _Told) -> Iterator[Section]:
    told_of: tuple[tuple[str, str, Callable[[_Told], Iterator[Block]]], ...] = (
        ("short", "In short", _in_short),
        ("pressures", "Pressures", _pressures),
        ("performance", "Performance", _performance),
        ("trends", "Trends", _trends),
        ("survey", "The social work survey", _survey),
        ("caseloads", "Caseloads against their bounds", _caseloads),
        ("babies", "Babies seen", _babies),
        ("benchmarks", "Beside published figures", _benchmarks),
        ("restatements", "Figures restated", _restatements),
        ("quality", "Quality of the data", _quality),
        ("limits", "What cannot be said", _cannot_be_said),
        ("methods", "How it is counted", _methods),
    )
    for key, title, blocks in told_of:
        yield Section(key, title, tuple(blocks(read)))


def _in_short(read: _Told) -> Iterator[Block]:
    for row in read.edition.rows("publication"):
        if row["verdict"] == "approved":
            yield Notice("Published by approval", _approval(row))
        else:
            yield Text(VERDICTS.get(row["verdict"], NOT_JUDGED))
    for title, text in _conflicts(read):
        yield Notice(title, text)
    yield Tiles(tuple(_tiles(read)))
    missed = [row for row in _by_urgency(read) if row["rag"] == "red"]
    if missed:
        yield Statements(tuple(_brief(read, row) for row in missed), "Targets missed")
    for side, heading in (("worse", "Worse than a year ago"), ("better", "Better than a year ago")):
        found = list(_moved(read, side))
        if found:
            yield Points(tuple(found), f"{heading}, by more than chance")


def _tiles(read: _Told) -> Iterator[Tile]:
    for kpi_id in DEMAND[:2]:
        if kpi_id in read.windows:
            row = read.windows[kpi_id]
            change = read.changes.get((kpi_id, LAST_YEAR))
            note = "no year to compare with"
            if change is not None:
                apart = "[c]" if change["change"] is None else signed(change["change"], row["unit"])
                note = f"{apart} on the {told(change, 'base_value', row['unit'])} of {month_name(change['base_month'])}"
            yield Tile(read.kpis[kpi_id]["title"], told(row, "shown", row["unit"]), note)
    rated = [row for row in read.windows.values() if row["rag"] in RATING_ORDER]
    if rated:
        count = {rag: sum(row["rag"] == rag for row in rated) for rag in RATING_ORDER}
        note = f"{count['amber']} missed by a little, {count['red']} missed"
        yield Tile("Targets met", f"{count['green']} of {len(rated)}", note)
    council = [row for row in read.scores if row["geography"] == "council" and row["rag"] in RATING_ORDER]
    if council:
        count = {rag: sum(row["rag"] == rag for row in council) for rag in RATING_ORDER}
        note = f"{count['amber']} amber, {count['red']} red, of {len(council)}"
        yield Tile("Survey scores that are green", str(count["green"]), note)


def _brief(read: _Told, row: Row) -> Statement:
    full = sentences.statement(read.kpis[row["kpi_id"]], row, ())
    return Statement(full.figure, full.title, full.text, full.rating)


def _moved(read: _Told, side: str) -> Iterator[str]:
    for kpi_id, row in sorted(read.windows.items(), key=lambda each: str(each[1]["title"])):
        change = read.changes.get((kpi_id, LAST_YEAR))
        if change is None or sentences.verdict_of(read.kpis[kpi_id], change) != side or _is_of_few(change):
            continue
        was, now = fraction(change, "base_"), fraction(change)
        yield (
            f"{row['title']}: {told(row, 'shown', row['unit'])}{f' ({now})' if now else ''}, from "
            f"{told(change, 'base_value', row['unit'])}{f' ({was})' if was else ''}."
        )


def _is_of_few(change: Row) -> bool:
    """Of low reliability, as the Government Statistical Service calls it: a share of fewer than ten, at either end."""
    ends = (change["denominator"], change["base_denominator"])
    return any(end is not None and end < FEWEST_OF_A_SHARE for end in ends)


def _conflicts(read: _Told) -> Iterator[tuple[str, str]]:
    """Where the wording of a narrative report says otherwise than the rule."""
    rows = [*read.scores, *read.windows.values()]
    for row in rows:
        if not row["narrative_conflict"]:
            continue
        is_score = "standard_name" in row
        subject = row["standard_name"] if is_score else row["title"]
        figure = str(row["rounded_score"]) if is_score else told(row, "shown", row["unit"])
        words = f"\N{LEFT DOUBLE QUOTATION MARK}{row['narrative_words']}\N{RIGHT DOUBLE QUOTATION MARK}"
        others = _others_rated(read, row) if is_score else ""
        note = ""
        if row["narrative_note"]:
            signed_on = "" if row["narrative_signed_on"] is None else f", {_date(row['narrative_signed_on'])}"
            note = f" Noted by {row['narrative_signed_by'] or 'nobody named'}{signed_on}: {row['narrative_note']}"
        yield (
            "The wording and the rule contradict each other",
            f"The narrative says {words if row['narrative_words'] else 'otherwise'}. By the rule {subject}, at {figure}, "
            f"is {row['rag']}{' (of it less is better)' if is_score and row['is_reverse'] else ''}.{others} Both are "
            f"shown; neither was changed.{note}",
        )


def _others_rated(read: _Told, row: Row) -> str:
    same = [
        f"{read.place(each['geography'])} ({each['rounded_score']})"
        for each in sorted(read.scores, key=lambda each: str(each["geography"]), reverse=True)
        if each["standard_id"] == row["standard_id"] and each["geography"] != "council" and each["rag"] == row["rag"]
    ]
    return f" So {'is' if len(same) == 1 else 'are'} {' and '.join(same)}." if same else ""


def _pressures(read: _Told) -> Iterator[Block]:
    demand = [kpi_id for kpi_id in DEMAND if kpi_id in read.windows]
    if demand:
        yield Statements(
            tuple(read.statement(kpi_id, LAST_YEAR, LAST_MARCH) for kpi_id in demand), "Children in care and on plans"
        )
        pictures = [chart for kpi_id in demand[:2] for chart in _chart(read, kpi_id)]
        if pictures:
            yield Charts(tuple(pictures))
    others = [
        row for row in _by_urgency(read) if row["kpi_id"] not in ELSEWHERE and not _is_performance(read, row)
    ]
    if others:
        yield Statements(tuple(read.statement(row["kpi_id"]) for row in others), "Workforce, and what is waiting")
        pictures = [chart for row in others if row["kpi_id"] == CASELOAD for chart in _chart(read, CASELOAD)]
        if pictures:
            yield Charts(tuple(pictures))
    if not demand and not others:
        yield Text("There are no figures about demand or workforce in this month.")


def _is_performance(read: _Told, row: Row) -> bool:
    """Shares of what happens or is held against a standard; workforce rates, counts and ratios are pressures."""
    kpi = read.kpis[row["kpi_id"]]
    return bool(row["unit"] == "percent" and (kpi["standard"] != "none" or kpi["measure"] == "flow"))


def _performance(read: _Told) -> Iterator[Block]:
    rows = [row for row in _by_urgency(read) if _is_performance(read, row) and row["kpi_id"] not in ELSEWHERE]
    if not rows:
        yield Text("There are no figures about timeliness in this month.")
        return
    rated = [row for row in rows if row["target"] is not None]
    flows = [row for row in rows if row["target"] is None and read.kpis[row["kpi_id"]]["measure"] == "flow"]
    stocks = [row for row in rows if row["target"] is None and read.kpis[row["kpi_id"]]["measure"] != "flow"]
    headings = ("Against a target", "Over six months, without a target", "At the end of the month, without a target")
    for heading, group in zip(headings, (rated, flows, stocks), strict=True):
        if group:
            yield Statements(tuple(read.statement(row["kpi_id"]) for row in group), heading)


def _by_urgency(read: _Told) -> list[Row]:
    return sorted(
        read.windows.values(),
        key=lambda row: (RATING_ORDER.get(row["rag"], 3), -_short_of_target(row), str(row["title"])),
    )


def _short_of_target(row: Row) -> float:
    return 0 if row["target"] is None or row["shown"] is None else float(abs(row["target"] - row["shown"]))


def _trends(read: _Told) -> Iterator[Block]:
    rows = [row for row in _by_urgency(read) if row["target"] is not None]
    pictures = [chart for row in rows for chart in _chart(read, row["kpi_id"])]
    if pictures:
        yield Text(
            "The last 24 months of every figure with a target. The shaded band holds what is usual; a diamond is a month "
            "that chance does not explain; the long dashes are the target."
        )
        yield Charts(tuple(pictures))
    drawn = {row["kpi_id"] for row in rows} | {*DEMAND[:2], CASELOAD, BABIES}
    others = [(kpi, points) for kpi, points in sorted(read.charts.items()) if kpi not in drawn and kpi in read.kpis]
    others = [(kpi, points) for kpi, points in others if points[-1]["mean"] is not None and not points[-1]["is_trial"]]
    if others:
        yield Table(
            "All other figures, beside their own limits",
            ("Figure", "Month", "Mean", "Limits", "What it is"),
            tuple(_limits_row(read.kpis[kpi], points[-1]) for kpi, points in others),
            frozenset({1, 2, 3}),
            "All other figures, beside their own limits",
        )
    if not pictures and not others:
        yield Text("No figure has a course yet that could be drawn, or that may be shown.")


def _limits_row(kpi: Row, point: Row) -> tuple[Cell, ...]:
    unit = kpi["unit"]
    between = f"{in_unit(point['lower_limit'], unit)} to {in_unit(point['upper_limit'], unit)}"
    return (
        Cell(kpi["title"]),
        Cell(told(point, "value", unit)),
        Cell(in_unit(point["mean"], unit)),
        Cell(between),
        Cell(point["variation"] or "not judged"),
    )


def _chart(read: _Told, kpi_id: str) -> Iterator[Chart]:
    points, kpi = read.charts.get(kpi_id, ()), read.kpis.get(kpi_id)
    if kpi is None or sum(row["value"] is not None for row in points) < FEWEST_POINTS:
        return
    unit = kpi["unit"]
    key = f"{read.authority}-{kpi_id}"
    yield Chart(
        key=key,
        title=kpi["title"],
        text=sentences.of_chart(points, unit),
        drawing=charts.trend(key, points, unit),
        figures=Table(
            f"{kpi['title']} by month",
            ("Month", "Figure", "Target", "Signals"),
            tuple(
                (
                    Cell(month_name(row["reporting_month"])),
                    Cell(told(row, "value", unit)),
                    Cell("" if row["target"] is None else f"{row['target']:g}"),
                    Cell(row["signals"] or ""),
                )
                for row in points
            ),
            frozenset({1, 2}),
            "The figures of this chart",
        ),
    )


def _survey(read: _Told) -> Iterator[Block]:
    if not read.scores:
        yield Text("No survey was delivered, so nothing is said about what social workers answered.")
        return
    rates = read.edition.rows("kpi_month", authority_code=read.authority, kpi_id=RESPONSE_RATE, team_code=None)
    newest = max((str(row["reporting_month"]) for row in rates), default=None)
    rate = next((row for row in rates if row["reporting_month"] == newest), None)
    yield Text(sentences.survey_wave(rate, read.scores, len(read.items)))
    standards = _standards(read)
    yield _survey_table(read, standards)
    yield Text(
        "Green is 75 and more: healthy. Amber is 51 to 74: to be watched. Red is 50 and less: to be improved. Of a line "
        "marked \N{LEFT DOUBLE QUOTATION MARK}less is better\N{RIGHT DOUBLE QUOTATION MARK} green is 50 and less, amber "
        "51 to 75, red more than 75."
    )
    shown = [(name, scores) for name, scores in standards if any(row["score"] is not None for row in scores.values())]
    if shown:
        yield Charts((_dots(read, shown),))
    for title, text in _conflicts(read):
        if any(row["narrative_conflict"] for row in read.scores):
            yield Notice(title, text)
            break
    yield from _questions(read)


def _standards(read: _Told) -> list[tuple[str, dict[str, Row]]]:
    by_name: dict[str, dict[str, Row]] = {}
    for row in read.scores:
        by_name.setdefault(row["standard_name"], {})[row["geography"]] = row
    return list(by_name.items())


def _survey_table(read: _Told, standards: Sequence[tuple[str, Mapping[str, Row]]]) -> Table:
    rows = []
    for name, scores in standards:
        council = scores.get("council")
        questions = "" if council is None or council["questions"] is None else str(council["questions"])
        cells = [Cell(_standard(name, scores)), Cell(questions)]
        for geography in GEOGRAPHIES:
            row = scores.get(geography)
            cells.append(Cell("") if row is None else Cell(_score(row), row["rag"] if row["rag"] in RATING_ORDER else None))
        cells += [Cell(_gap(council, scores.get(geography))) for geography in ("region", "nation")]
        rows.append(tuple(cells))
    respondents = [Cell("Number of respondents"), Cell("")]
    for geography in GEOGRAPHIES:
        found = [row for _, scores in standards for row in [scores.get(geography)] if row is not None]
        most = max((row["respondents"] for row in found if row["respondents"] is not None), default=None)
        respondents.append(Cell("" if most is None else f"{most:,}"))
    rows.append((*respondents, Cell(""), Cell("")))
    region, nation = read.place("region"), read.place("nation")
    return Table(
        f"Scores from 0 to 100, beside {region} and {nation}",
        ("Standard", "Questions", "Score", region, nation, f"Gap to {region}", f"Gap to {nation}"),
        tuple(rows),
        frozenset({1, 5, 6}),
    )


def _standard(name: str, scores: Mapping[str, Row]) -> str:
    return f"{name} (less is better)" if any(row["is_reverse"] for row in scores.values()) else name


def _score(row: Row) -> str:
    return str(row["rounded_score"]) if row["rounded_score"] is not None else told(row, "rounded_score", "count")


def _gap(council: Row | None, other: Row | None) -> str:
    if council is None or other is None or council["rounded_score"] is None or other["rounded_score"] is None:
        return ""
    return signed(council["rounded_score"] - other["rounded_score"], "count")


def _dots(read: _Told, standards: Sequence[tuple[str, Mapping[str, Row]]]) -> Chart:
    key = f"{read.authority}-survey"
    names = {geography: read.place(geography) for geography in GEOGRAPHIES}
    scores = [
        (_standard(name, by_geography), {geography: row["rounded_score"] for geography, row in by_geography.items()})
        for name, by_geography in standards
    ]
    figures = Table(
        "Scores by standard",
        ("Standard", *names.values()),
        tuple((Cell(name), *(Cell(str(score.get(each) or "")) for each in names)) for name, score in scores),
        frozenset({1, 2, 3}),
        "The figures of this chart",
    )
    return Chart(
        key=key,
        title="Scores of the survey by standard",
        text=_lowest(standards),
        drawing=charts.dots(key, scores, names),
        figures=figures,
    )


def _lowest(standards: Sequence[tuple[str, Mapping[str, Row]]]) -> str:
    own = [
        (name, row["council"]["rounded_score"])
        for name, row in standards
        if "council" in row and not row["council"]["is_reverse"] and row["council"]["rounded_score"] is not None
    ]
    if not own:
        return "The council's own scores are not shown."
    low, high = min(score for _, score in own), max(score for _, score in own)
    lowest = " and ".join(name for name, score in own if score == low)
    highest = " and ".join(name for name, score in own if score == high)
    return f"The council's lowest score is {lowest}, {low}; its highest {highest}, {high}."


def _questions(read: _Told) -> Iterator[Block]:
    if not read.items:
        if not read.edition.has("survey_item"):
            yield Text(f"Scores by question are not shown here. {NOT_PUBLIC}")
        return
    watched = [row for row in read.items if row["is_watched"]]
    if watched:
        yield Points(tuple(_question(row) for row in watched), f"Questions to watch: {len(watched)} scored below 60")
    rows = sorted(read.items, key=lambda row: (row["display_order"] or 99, str(row["question_id"])))
    lowest = min(
        (row for row in read.scores if row["geography"] == "council" and not row["is_reverse"]),
        key=lambda row: (row["score"] is None, row["score"]),
        default=None,
    )
    inside = [row for row in rows if lowest is not None and row["standard_id"] == lowest["standard_id"]]
    if lowest is not None and len(inside) > 1:
        best = sorted(inside, key=lambda row: -row["score"])[:2]
        most = max(row["questions"] or 0 for row in read.scores)
        more = ", more than any other" if len(inside) == most else ""
        told_of = " and ".join(f"{row['question_id']} ({row['rounded_score']})" for row in best)
        yield Text(
            f"{lowest['standard_name']} is the lowest. It has {len(inside)} questions{more}; those that scored highest are "
            f"{told_of}."
        )
    yield Table(
        "Scores by question; the wording of the questions is not delivered, their numbers are the survey's own",
        ("Question", "Standard", "Score", "Answers"),
        tuple(
            (
                Cell(row["question_id"]),
                Cell((row["standard_name"] or "None") + (" (less is better)" if row["is_reverse"] else "")),
                Cell(str(row["rounded_score"])),
                Cell(f"{row['answers']:,}"),
            )
            for row in rows
        ),
        frozenset({2, 3}),
        f"All {len(rows)} questions",
    )


def _question(row: Row) -> str:
    return f"{row['question_id']}, {row['standard_name'] or 'of no standard'}: {row['rounded_score']}, {row['answers']} answers"


def _caseloads(read: _Told) -> Iterator[Block]:
    shown = [kpi_id for kpi_id in (ABOVE, BELOW) if kpi_id in read.windows]
    if not shown:
        yield Text("Nothing is said about bounds: no bounds of caseloads were delivered.")
        return
    yield Statements(tuple(read.statement(kpi_id) for kpi_id in shown))
    bars = list(_bars(read))
    if bars:
        yield Charts((_shares(read, bars),))
    if len(bars) > 1:
        yield _team_table(read)
    elif not read.edition.has("publication"):
        yield Text(f"Teams are not shown here. {NOT_PUBLIC}")


def _bars(read: _Told) -> Iterator[tuple[str, int, int, int]]:
    """(name, below, within, above) of the authority and its teams, where both bounds are told of the same workers."""
    months = {kpi_id: _teams(read, kpi_id) for kpi_id in (ABOVE, BELOW)}
    for team in sorted(months[ABOVE].keys() & months[BELOW].keys(), key=lambda team: team or ""):
        above, below = months[ABOVE][team], months[BELOW][team]
        counts = [above["numerator"], below["numerator"], above["denominator"], below["denominator"]]
        if None not in counts and counts[2] == counts[3] and counts[2] >= counts[0] + counts[1] and counts[2] > 0:
            over, under, all_of_them = (int(count) for count in counts[:3])
            yield team or "All", under, all_of_them - over - under, over


def _teams(read: _Told, kpi_id: str) -> dict[str | None, Row]:
    return {row["team_code"]: row for row in read.edition.of_month("kpi_month", read.authority, kpi_id=kpi_id)}


def _shares(read: _Told, bars: Sequence[tuple[str, int, int, int]]) -> Chart:
    key = f"{read.authority}-caseloads"
    name, below, within, above = bars[0]
    total = below + within + above
    percent = half_up(100 * within / total, 1)
    return Chart(
        key=key,
        title="Social workers below, within and above the bounds of their caseload",
        text=f"{'Of all' if name == 'All' else f'Of {name}:'} {total} social workers with bounds, {below} hold fewer cases than their lower bound, "
        f"{within} ({percent}%) are within, and {above} hold more than their upper bound.",
        drawing=charts.shares(key, bars),
        figures=Table(
            "Social workers by bounds",
            ("Team", "Below", "Within", "Above"),
            tuple((Cell(bar[0]), *(Cell(str(count)) for count in bar[1:])) for bar in bars),
            frozenset({1, 2, 3}),
            "The figures of this chart",
        ),
    )


def _team_table(read: _Told) -> Table:
    average = _teams(read, CASELOAD)
    positions = {
        row["team_code"]: row["position"]
        for row in read.edition.of_month("kpi_funnel", read.authority, kpi_id=ABOVE, among="teams")
    }
    above, below = _teams(read, ABOVE), _teams(read, BELOW)
    teams = sorted(team for team in average if team is not None)
    return Table(
        "Caseloads by team; the last column says whether the share above the upper bound is further from the other "
        "teams' than the team's size explains",
        ("Team", "Average caseload", "Cases divided by full-time equivalents", "Above upper bound", "Below lower bound", "Beside the others"),
        tuple(
            (
                Cell(team),
                Cell(told(average[team], "shown", "ratio")),
                Cell(f"{counted(average[team], 'numerator')} / {counted(average[team], 'denominator')}"),
                *(Cell(told(rows[team], "shown", "percent") if team in rows else "no bounds") for rows in (above, below)),
                Cell(positions.get(team) or ""),
            )
            for team in teams
        ),
        frozenset({1, 2, 3, 4}),
    )


def _babies(read: _Told) -> Iterator[Block]:
    if BABIES not in read.windows:
        yield Text("Nothing is said about babies under one: what it is counted from was not delivered.")
        return
    kpi = read.kpis[BABIES]
    yield Statements((read.statement(BABIES, LAST_YEAR, LAST_MARCH),))
    yield Text(f"{kpi['definition']} Standard: {kpi['standard']}.")
    pictures = tuple(_chart(read, BABIES))
    if pictures:
        yield Charts(pictures)


def _benchmarks(read: _Told) -> Iterator[Block]:
    rows = [row for row in read.benchmarks if row["kpi_id"] in read.windows]
    if not rows:
        yield Text("No published figures are held for the authority.")
        return
    if read.authority == MADE_UP_AUTHORITY:
        own = next((row["area_name"] for row in rows if row["geography"] == "council"), "another council")
        yield Text(f"The council is made up: the published figures beside it are those of {own}, which it is made on.")
    newest: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: int(row["year"])):
        newest[row["kpi_id"], row["geography"]] = row
    kpis = sorted({kpi_id for kpi_id, _ in newest}, key=lambda kpi_id: str(read.kpis[kpi_id]["title"]))
    yield Table(
        "The newest published figures that are not after this month",
        ("Figure", "Here", "Published for us", read.place("region"), read.place("nation"), "Of when, and how it differs"),
        tuple(_benchmark_row(read, kpi_id, newest) for kpi_id in kpis),
        frozenset({1, 2, 3, 4}),
    )
    sources = sorted({f"{row['source']} ({row['year']})" for row in newest.values()})
    yield Points(tuple(sources), "Sources, with the year in which the period ends")


def _benchmark_row(read: _Told, kpi_id: str, newest: Mapping[tuple[str, str], Row]) -> tuple[Cell, ...]:
    unit = read.kpis[kpi_id]["unit"]
    published = [newest.get((kpi_id, geography)) for geography in GEOGRAPHIES]
    differs = sorted({_of_when(row) for row in published if row is not None})
    return (
        Cell(read.kpis[kpi_id]["title"]),
        Cell(told(read.windows[kpi_id], "shown", unit)),
        *(Cell("" if row is None else _published(row, unit)) for row in published),
        Cell("; ".join(differs)),
    )


def _of_when(row: Row) -> str:
    if row["differs"]:
        return str(row["differs"])
    start = "" if row["period_start"] is None else f"{_date(row['period_start'])} to "
    return f"{start}{_date(row['period_end'])}"


def _published(row: Row, unit: str) -> str:
    if row["value"] is not None:
        return in_unit(row["value"], unit)
    return f"[{row['symbol']}]" if row["symbol"] else ""


def _restatements(read: _Told) -> Iterator[Block]:
    if not read.edition.has("kpi_restatement"):
        yield Text(f"Which figures were published otherwise before is not told here. {NOT_PUBLIC}")
        return
    rows = read.edition.rows("kpi_restatement", authority_code=read.authority, team_code=None)
    if not rows:
        yield Text("No figure that was published before is another now, or nothing was published before.")
        return
    before = f"{month_name(rows[0]['published_month'])}, {rows[0]['published_version']}"
    causes = sorted({str(row["cause"]) for row in rows})
    counts = [f"{sum(row['cause'] == cause for row in rows)} by {cause}" for cause in causes]
    verb = "figure is another" if len(rows) == 1 else "figures are others"
    yield Text(f"{len(rows):,} {verb} than in the snapshot before ({before}): {', '.join(counts)}.")
    largest = sorted(rows, key=lambda row: (-abs(row["difference"] or 0), str(row["title"]), str(row["reporting_month"])))
    yield Table(
        f"The {min(LONGEST_LIST, len(rows))} largest differences",
        ("Figure", "Month", "Before", "Now", "Why"),
        tuple(
            (
                Cell(row["title"]),
                Cell(month_name(row["reporting_month"])),
                Cell("none" if row["value_before"] is None else in_unit(row["value_before"], row["unit"])),
                Cell("none" if row["value"] is None else in_unit(row["value"], row["unit"])),
                Cell(row["cause"]),
            )
            for row in largest[:LONGEST_LIST]
        ),
        frozenset({2, 3}),
    )


def _quality(read: _Told) -> Iterator[Block]:
    edition = read.edition
    if not edition.has("publication"):
        yield Text(f"What was checked, and what was found, is not told here. {NOT_PUBLIC}")
        return
    (publication,) = edition.rows("publication")
    gate = edition.rows("gate", authority_code=read.authority)
    used = [row for row in edition.rows("delivery", authority_code=read.authority) if row["is_used"]]
    keys = {(row["source"], row["reporting_month"]) for row in used}
    files = [
        row for row in edition.rows("reconciliation", authority_code=read.authority)
        if (row["source"], row["reporting_month"]) in keys
    ]  # fmt: skip
    found = [
        row for row in edition.rows("finding_summary", authority_code=read.authority)
        if (row["source"], row["reporting_month"]) in keys and row["rows_failed"]
    ]  # fmt: skip
    reads, staged, refused = (sum(row[name] for row in files) for name in ("rows_read", "rows_staged", "rows_refused"))
    warned = [row for row in found if row["consequence"] == "warn"]
    checks = [row for row in edition.rows("check_result") if row["rows_failed"]]
    words = [VERDICTS.get(publication["verdict"], NOT_JUDGED)]
    if gate:
        words.append(f"{sum(row['holds'] for row in gate)} of its {len(gate)} conditions hold for this authority.")
    sources = ", ".join(f"{row['source']} of {month_name(row['reporting_month'])}" for row in used)
    words.append(f"The figures are of {len(used)} {'delivery' if len(used) == 1 else 'deliveries'}: {sources}.")
    words.append(f"Of {reads:,} rows read {staged:,} are used and {refused:,} were refused.")
    words.append(
        f"In those that are used, {len({row['rule_code'] for row in warned})} rules warn of "
        f"{sum(row['rows_failed'] for row in warned):,} rows."
        if warned
        else "No rule warns of any that is used."
    )
    words.append(
        f"Of the checks of the finished figures {len({row['check_name'] for row in checks})} found something."
        if checks
        else "The checks of the finished figures found nothing."
    )
    yield Text(" ".join(words))
    unmet = [f"{row['sentence']} Not so: {row['detail']}" for row in gate if not row["holds"]]
    if publication["verdict"] == "approved":
        yield Notice("Published by approval", _approval(publication))
    if unmet:
        yield Points(tuple(unmet), "Conditions that were not met")
    if checks:
        told_of = (f"{row['sentence']} {row['rows_failed']:,} rows are not so: {row['detail']}" for row in checks)
        yield Points(tuple(told_of), "What the checks found")
    if found:
        most = sorted(found, key=lambda row: (row["consequence"] == "warn", -row["rows_failed"], str(row["rule_code"])))
        yield Table(
            "What was found in what was delivered, by rows",
            ("What is wrong", "What it does", "Rows"),
            tuple(
                (
                    Cell(f"{row['sentence']} ({row['rule_code']})"),
                    Cell("warns" if row["consequence"] == "warn" else "refuses"),
                    Cell(f"{row['rows_failed']:,}"),
                )
                for row in most[:LONGEST_LIST]
            ),
            frozenset({2}),
            "What was found in what was delivered",
        )


def _approval(row: Row) -> str:
    return (
        f"{row['approved_by']} let the month through, {row['approved_at']}: {row['reason']} "
        f"What did not hold: {row['conditions_not_met']}."
    )


def _cannot_be_said(read: _Told) -> Iterator[Block]:
    absent = [f"{row['title']}: {row['reason']}" for row in read.edition.of_month("kpi_absence", read.authority)]
    if absent:
        yield Points(tuple(absent), "Figures that are absent, and what they wait for")
    hidden = sorted(str(row["title"]) for row in read.windows.values() if is_hidden(row))
    if hidden:
        yield Points(tuple(hidden), "Figures that are hidden, because a small number would show")
    nothing = sorted(
        str(row["title"]) for row in read.windows.values() if row["value"] is None and not is_hidden(row)
    )
    if nothing:
        yield Points(tuple(nothing), "Shares of which there was nothing to count")
    without = sorted(
        str(kpi["title"]) for kpi_id, kpi in read.kpis.items()
        if kpi_id not in read.windows and kpi["title"] not in {row["title"] for row in read.edition.of_month("kpi_absence", read.authority)}
    )  # fmt: skip
    if without:
        yield Points(tuple(without), "Figures that this edition does not have for this month")
    yield Points(NOT_MEASURED, "What no figure here tells")


def _methods(read: _Told) -> Iterator[Block]:
    yield Points(METHODS)
    yield Text(SYMBOLS)
    kpis = [read.kpis[kpi_id] for kpi_id in sorted(read.windows, key=lambda kpi_id: str(read.kpis[kpi_id]["title"]))]
    yield Table(
        "Every figure of this report; all that is counted for it is in the table kpi and the KPI reference",
        ("Figure", "What it means, and what is left out", "Standard and source"),
        tuple(
            (
                Cell(kpi["title"]),
                Cell(_definition(kpi)),
                Cell(_standard_and_source(kpi)),
            )
            for kpi in kpis
        ),
    )


def _definition(kpi: Row) -> str:
    return f"{kpi['definition']} Left out: {kpi['exclusions']}."


def _standard_and_source(kpi: Row) -> str:
    standard = "No standard." if kpi["standard"] == "none" else f"{kpi['standard']} ({kpi['standard_type']})."
    return f"{standard[0].upper()}{standard[1:]} Source: {kpi['source']}."


def _date(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


def authorities(rows: Iterable[Row]) -> list[str]:
    """Those that have figures, in order."""
    return sorted({str(row["authority_code"]) for row in rows})

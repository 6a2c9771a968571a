"""What social workers answered: a table of standards beside region and nation, a chart, and the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.rounding import half_up
from pipelines.snapshots.report import charts, sentences
from pipelines.snapshots.report.authority import GEOGRAPHIES, NOT_PUBLIC, RATING_ORDER, conflicts
from pipelines.snapshots.report.document import (
    Block,
    Chart,
    Charts,
    Notice,
    Points,
    ReportTable,
    Statements,
    TableCell,
    TextBlock,
)
from pipelines.snapshots.report.edition_rows import printed, signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.edition_rows import Row

RESPONSE_RATE = "survey_response_rate"


NOT_DELIVERED = TextBlock("No survey was delivered, so nothing is said about what social workers answered.")
BANDS = TextBlock(
    "Green is 75 and more: healthy. Amber is 51 to 74: to be watched. Red is 50 and less: to be improved. Of a "
    "line marked \N{LEFT DOUBLE QUOTATION MARK}less is better\N{RIGHT DOUBLE QUOTATION MARK} green is 50 and less, "
    "amber 51 to 75, red more than 75."
)


def in_short(known: Authority) -> Iterator[Block]:
    """For the committee: who answered, the scores and their plot, and the questions that stand out."""
    if not known.scores:
        yield NOT_DELIVERED
        return
    yield TextBlock(_wave(known))
    standards = _standards(known)
    yield _survey_table(known, standards, with_gaps=False)
    yield from _plot(known, standards)
    yield BANDS
    yield from _stand_out(known)


def blocks(known: Authority) -> Iterator[Block]:
    """For the annex: all of it."""
    if not known.scores:
        yield NOT_DELIVERED
        return
    yield TextBlock(_wave(known))
    if RESPONSE_RATE in known.windows:
        yield Statements((known.verdict(RESPONSE_RATE),))
    standards = _standards(known)
    yield _survey_table(known, standards)
    yield BANDS
    if any(row.get("margin") is not None for row in known.scores):
        yield TextBlock(
            "A gap is called none where it is within the 95% margin of the council's score: that of those who answered "
            "among all who were invited, as if chance had chosen who answers."
        )
    yield from _plot(known, standards)
    for title, text in conflicts(known, known.scores):
        yield Notice(title, text)
    yield from _stand_out(known)
    yield from _questions(known)


def _wave(known: Authority) -> str:
    rates = known.edition.rows("kpi_month", authority_code=known.code, kpi_id=RESPONSE_RATE, team_code=None)
    newest = max((str(row["reporting_month"]) for row in rates), default=None)
    rate = next((row for row in rates if row["reporting_month"] == newest), None)
    names = {geography: known.place(geography) for geography in GEOGRAPHIES}
    return sentences.survey_wave(rate, known.scores, len(known.items), names)


def _plot(known: Authority, standards: Sequence[tuple[str, dict[str, Row]]]) -> Iterator[Block]:
    shown = [(name, scores) for name, scores in standards if any(row["score"] is not None for row in scores.values())]
    if shown:
        yield Charts((_dots(known, shown),))


def _standards(known: Authority) -> list[tuple[str, dict[str, Row]]]:
    by_name: dict[str, dict[str, Row]] = {}
    for row in known.scores:
        by_name.setdefault(row["standard_name"], {})[row["geography"]] = row
    return list(by_name.items())


def _survey_table(
    known: Authority, standards: Sequence[tuple[str, Mapping[str, Row]]], *, with_gaps: bool = True
) -> ReportTable:
    rows = []
    for name, scores in standards:
        council = scores.get("council")
        questions = "" if council is None or council["questions"] is None else str(council["questions"])
        cells = [TableCell(_standard(name, scores)), TableCell(questions)]
        for geography in GEOGRAPHIES:
            row = scores.get(geography)
            cells.append(
                TableCell("")
                if row is None
                else TableCell(_score(row), row["rag"] if row["rag"] in RATING_ORDER else None)
            )
        cells += [TableCell(_gap(council, scores.get(geography))) for geography in ("region", "nation") if with_gaps]
        rows.append(tuple(cells))
    respondents = [TableCell("Number of respondents"), TableCell("")]
    for geography in GEOGRAPHIES:
        found = [row for _, scores in standards for row in [scores.get(geography)] if row is not None]
        most = max((row["respondents"] for row in found if row["respondents"] is not None), default=None)
        respondents.append(TableCell("" if most is None else f"{most:,}"))
    rows.append((*respondents, *[TableCell("")] * (2 if with_gaps else 0)))
    region, nation = known.place("region"), known.place("nation")
    gaps = (f"Gap to {region}", f"Gap to {nation}") if with_gaps else ()
    return ReportTable(
        f"Scores from 0 to 100, beside {region} and {nation}",
        ("Standard", "Questions", "Score", region, nation, *gaps),
        tuple(rows),
        frozenset({1, 5, 6}),
    )


def _standard(name: str, scores: Mapping[str, Row]) -> str:
    return f"{name} (less is better)" if any(row["is_reverse"] for row in scores.values()) else name


def _score(row: Row) -> str:
    return str(row["rounded_score"]) if row["rounded_score"] is not None else printed(row, "rounded_score", "count")


def _gap(council: Row | None, other: Row | None) -> str:
    if council is None or other is None or council["rounded_score"] is None or other["rounded_score"] is None:
        return ""
    apart = council["rounded_score"] - other["rounded_score"]
    margin = council.get("margin")
    if margin is not None and abs(apart) <= margin:
        return f"none ({signed(apart, 'count')}, within {half_up(margin, 1)})"
    return signed(apart, "count")


def _dots(known: Authority, standards: Sequence[tuple[str, Mapping[str, Row]]]) -> Chart:
    key = f"{known.code}-survey"
    names = {geography: known.place(geography) for geography in GEOGRAPHIES}
    scores = [
        (_standard(name, by_geography), {geography: row["rounded_score"] for geography, row in by_geography.items()})
        for name, by_geography in standards
    ]
    figures = ReportTable(
        "Scores by standard",
        ("Standard", *names.values()),
        tuple((TableCell(name), *(TableCell(str(score.get(each) or "")) for each in names)) for name, score in scores),
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


def _stand_out(known: Authority) -> Iterator[Block]:
    """Questions to watch, the best of the lowest standard, and the best of the standard that scored highest."""
    if not known.items:
        return
    watched = [row for row in known.items if row["is_watched"]]
    if watched:
        yield Points(tuple(_question(row) for row in watched), f"Questions to watch: {len(watched)} scored 60 or less")
    lowest = min(
        (row for row in known.scores if row["geography"] == "council" and not row["is_reverse"]),
        key=lambda row: (row["score"] is None, row["score"]),
        default=None,
    )
    rows = sorted(known.items, key=_place)
    inside = [row for row in rows if lowest is not None and row["standard_id"] == lowest["standard_id"]]
    if lowest is not None and len(inside) > 1:
        best = sorted(inside, key=lambda row: -row["score"])[:2]
        most = max(row["questions"] or 0 for row in known.scores)
        more = ", more than any other" if len(inside) == most else ""
        scores = " and ".join(_asked_and_scored(row) for row in best)
        yield TextBlock(
            f"{lowest['standard_name']} is the council's lowest. It has {len(inside)} questions{more}; those that "
            f"scored highest are {scores}."
        )


def _place(row: Row) -> tuple[int, str]:
    return row["display_order"] or 99, str(row["question_id"])


def _questions(known: Authority) -> Iterator[Block]:
    if not known.items:
        if not known.edition.has("survey_item"):
            yield TextBlock(f"Scores by question are not shown here. {NOT_PUBLIC}")
        return
    rows = sorted(known.items, key=_place)
    yield ReportTable(
        "Scores by question; those of which the survey's files do not give the words have its numbers alone",
        ("Question", "Standard", "Score", "Answers"),
        tuple(
            (
                TableCell(_asked(row)),
                TableCell((row["standard_name"] or "None") + (" (less is better)" if row["is_reverse"] else "")),
                TableCell(str(row["rounded_score"])),
                TableCell(f"{row['answers']:,}"),
            )
            for row in rows
        ),
        frozenset({2, 3}),
        f"All {len(rows)} questions",
    )


def _question(row: Row) -> str:
    standard = row["standard_name"] or "of no standard"
    return f"{_asked(row)}, {standard}: {row['rounded_score']}, {row['answers']} answers"


def _asked_and_scored(row: Row) -> str:
    beside = f"{row['question_id']}, {row['rounded_score']}" if row["question"] else row["rounded_score"]
    return f"{row['question'] or row['question_id']} ({beside})"


def _asked(row: Row) -> str:
    return f"{row['question']} ({row['question_id']})" if row["question"] else str(row["question_id"])

"""The committee report of one authority: what needs attention, every figure in one table, the survey, what is agreed.

Two or three pages. Everything else is in the annex, and on a page a KPI.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.contracts.kpis import SECTIONS
from pipelines.rounding import half_up
from pipelines.snapshots.report import attention, sentences, survey
from pipelines.snapshots.report.authority import LAST_MONTH, LAST_YEAR, day
from pipelines.snapshots.report.document import (
    AuthorityPart,
    Block,
    Notice,
    Points,
    ReportTable,
    Section,
    Spark,
    TableCell,
    TextBlock,
)
from pipelines.snapshots.report.edition_rows import (
    HIDDEN,
    fraction,
    in_unit,
    is_hidden,
    month_name,
    printed,
    signed,
    window_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.edition_rows import Row

HEADINGS = (
    "Measure",
    "Figure",
    "Of",
    "Target",
    "Since last month",
    "A year before",
    "24 months",
    "Region",
    "England",
    "Neighbours",
)
MONTHS = 24
AREAS = ("region", "nation", "neighbours")
KINDS = {"commentary": "Commentary", "action": "Action"}


def part(known: Authority) -> AuthorityPart:
    """All sections of the report about an authority."""
    return AuthorityPart(known.code, known.name, tuple(_sections(known)))


def _sections(known: Authority) -> Iterator[Section]:
    blocks_of: tuple[tuple[str, str, Callable[[Authority], Iterator[Block]]], ...] = (
        ("attention", "What needs attention", attention.blocks),
        ("figures", "The figures", _figures),
        ("survey", "The social work survey", survey.in_short),
        ("words", "In the council's own words", _words),
    )
    for key, title, blocks in blocks_of:
        yield Section(key, title, tuple(blocks(known)))


def _figures(known: Authority) -> Iterator[Block]:
    rows = tuple(_grouped(known))
    if not rows:
        yield TextBlock("There are no figures of this month.")
        return
    yield ReportTable(_caption(known), HEADINGS, rows, frozenset({1, 2, 7, 8, 9}))


def _caption(known: Authority) -> str:
    month = known.edition.month
    flows = [row for row in known.windows.values() if row["window_months"] > 1]
    when = f"at the end of {month.name}"
    if flows:
        when = (
            f"what happens in {window_name(flows[0]['first_month'], flows[0]['reporting_month'])}, what stands {when}"
        )
    return f"Every figure: {when}. Better and worse are said of what is more than chance."


def _grouped(known: Authority) -> Iterator[tuple[TableCell, ...]]:
    """Section by section: what has a target first, by its title."""
    order = [*SECTIONS, *sorted({section for section in known.section_of.values() if section not in SECTIONS})]
    for section in order:
        rows = sorted(
            known.in_sections(section), key=lambda row: (row["target"] is None, str(known.kpis[row["kpi_id"]]["title"]))
        )
        if rows:
            yield (TableCell(SECTIONS.get(section, section.capitalize())),)
            yield from (_row(known, row) for row in rows)


def _row(known: Authority, row: Row) -> tuple[TableCell, ...]:
    kpi = known.kpis[row["kpi_id"]]
    rating = row["rag"] if row["rag"] in sentences.RATED else None
    return (
        TableCell(kpi["title"], link=f"kpi/{row['kpi_id']}.html"),
        TableCell(printed(row, "value_rounded", row["unit"])),
        TableCell(sentences.made_of(kpi, row) or ""),
        TableCell("" if row["target"] is None else f"{row['target']:g}", rating),
        TableCell(_since(kpi, known.changes.get((row["kpi_id"], LAST_MONTH)))),
        TableCell(_year_before(kpi, known.changes.get((row["kpi_id"], LAST_YEAR)))),
        TableCell("", spark=spark(known, row["kpi_id"])),
        *(TableCell(_published(known, row, geography)) for geography in AREAS),
    )


def _since(kpi: Row, change: Row | None) -> str:
    """``+0.3``, or ``−6.6 worse`` where chance does not explain it."""
    if change is None or (change["base_value"] is None and not is_hidden(change, "base_value")):
        return ""
    if change["change"] is None:
        return HIDDEN if is_hidden(change, "change") else ""
    apart = signed(change["change"], "count" if kpi["unit"] == "count" else "ratio")
    percent = ""
    if kpi["unit"] == "count" and change["change_percent"] is not None and change["change"] != 0:
        percent = f" ({signed(float(half_up(change['change_percent'], 1)), 'count')}%)"
    return " ".join(filter(None, [f"{apart}{percent}", sentences.verdict_of(kpi, change)]))


def _year_before(kpi: Row, change: Row | None) -> str:
    since = _since(kpi, change)
    if change is None or change["base_value"] is None:
        return since
    return ": ".join(filter(None, [printed(change, "base_value_rounded", change["unit"]), since]))


def spark(known: Authority, kpi_id: str) -> Spark | None:
    """The last 24 months; nothing where fewer than two are known."""
    points = known.charts.get(kpi_id, ())
    values = course_of(points)
    shown = [value for value in values if value is not None]
    if len(shown) < 2:
        return None
    unit = known.kpis[kpi_id]["unit"]
    first, last = (month_name(points[place]["reporting_month"]) for place in (0, -1))
    return Spark(values, f"{first} to {last}, between {in_unit(min(shown), unit)} and {in_unit(max(shown), unit)}")


def course_of(points: Sequence[Row]) -> tuple[float | None, ...]:
    """Their values; before the first nothing is known."""
    values = [None if point["value"] is None else float(point["value"]) for point in points]
    return (*[None] * (MONTHS - len(values)), *values)


def _published(known: Authority, row: Row, geography: str) -> str:
    """The newest published figure that is not after the month."""
    found = [each for each in known.benchmarks if (each["kpi_id"], each["geography"]) == (row["kpi_id"], geography)]
    newest = max(found, key=lambda each: int(each["year"]), default=None)
    if newest is None:
        return ""
    if newest["value"] is None:
        return f"[{newest['symbol']}]" if newest["symbol"] else ""
    return in_unit(newest["value"], "ratio" if row["unit"] == "per_10000" else row["unit"])


def _words(known: Authority) -> Iterator[Block]:
    """What the council delivered, marked as its own; where it delivered nothing, a place for it."""
    if not known.words:
        yield Notice(
            "Commentary", "None was delivered for this month: the service's words, actions and sign-off go here."
        )
        return
    recommended = tuple(row["words"] for row in known.words if row["kind"] == "recommendation")
    if recommended:
        yield Points(recommended, "Recommendations")
    said = [row for row in known.words if row["kind"] in KINDS]
    if said:
        yield ReportTable(
            "Commentary and actions, as the council wrote them",
            ("About", "Figure", "Words", "Owner", "By"),
            tuple(_said(known, row) for row in said),
        )
    signed_off = [row for row in known.words if row["kind"] == "sign_off"]
    if signed_off:
        yield ReportTable(
            "Signed off",
            ("For", "By", "On"),
            tuple(
                (TableCell(row["words"]), TableCell(row["owner"] or ""), TableCell(_date(row))) for row in signed_off
            ),
        )


def _said(known: Authority, row: Row) -> tuple[TableCell, ...]:
    about, figure = _subject(known, row["subject"])
    return (
        about,
        TableCell(figure),
        TableCell(f"{KINDS[row['kind']]}: {row['words']}"),
        TableCell(row["owner"] or ""),
        TableCell(_date(row)),
    )


def _subject(known: Authority, subject: str | None) -> tuple[TableCell, str]:
    """What the words are about, and its figure."""
    if subject is not None and subject in known.windows:
        row = known.windows[subject]
        figure = ", ".join(filter(None, [printed(row, "value_rounded", row["unit"]), fraction(row)]))
        return TableCell(known.kpis[subject]["title"], link=f"kpi/{subject}.html"), figure
    for row in known.scores:
        if row["standard_id"] == subject and row["geography"] == "council":
            return TableCell(row["standard_name"]), printed(row, "rounded_score", "count")
    return TableCell("The report" if subject is None else "The survey" if subject == "survey" else subject), ""


def _date(row: Row) -> str:
    return "" if row["due_date"] is None else day(row["due_date"])

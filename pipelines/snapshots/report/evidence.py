"""What the figures rest on: published figures beside them, restatements, quality, methods, and what cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.snapshots.report.authority import NOT_PUBLIC, day
from pipelines.snapshots.report.document import Block, Notice, Points, ReportTable, TableCell, TextBlock
from pipelines.snapshots.report.edition_rows import in_unit, is_hidden, month_name, printed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.edition_rows import Row

LONGEST_LIST = 20
DRIFT = "DRF-"
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
    "chance where its own 95% limits leave out 0; of small numbers an exact test decides, and of shares of fewer than "
    "ten nothing is said. Children in care or on plans at a date are all known, and so is who answered the survey: "
    "those figures have no limits, and no change of theirs is called chance.",
    "A difference is that of the two figures as they are printed. Of percentages it is in percentage points.",
    "The charts are XmR charts by the rules of NHS England's Making Data Count: 24 months, limits 2.66 mean moving "
    "ranges from the mean of their phase. A phase begins where the council says that something changed, or where eight "
    "months or more lie on one side of the mean before and seven of the eight are nearer to their own. A diamond is a "
    "month that chance does not explain. Whether a target will be met is said only from a phase of twelve months or "
    "more without a shift or a trend.",
    "Children looked after, children on plans and other counts of what is open at a month's end hold most of the month "
    "before, so that their line has no limits: it stands beside the year before, and the change in each month is "
    "charted.",
    "A target is rated green where it is met, amber within the margin that was set for it, else red. Survey scores are "
    "rounded first: 75 and more is green, 51 to 74 amber, 50 and less red. Of tensions less is better: 50 and less is "
    "green, 51 to 75 amber, more than 75 red.",
    "Region and nation hold the council's own figures, in the survey and in published statistics.",
    "The figure of statistical neighbours is the mean of theirs, each counting alike, of those with a figure.",
)
NOT_MEASURED = (
    "Whether any child is safe. Timeliness is counted here, not what happened in a visit, a review or a conference, "
    "nor how good the work was.",
    "Whether every child who meets the threshold has a safety plan meanwhile. No record that is delivered shows it.",
    "Why a figure changed. A change that is more than chance has a cause; the figures do not name it.",
    "How those would have answered who did not answer the survey. Its scores are not weighted, and gaps of a few "
    "points between scores may be chance.",
)
SYMBOLS = (
    "In the public edition every count is rounded at random to a multiple of 5, and percentages, rates, limits and "
    "verdicts are computed from the rounded counts: each may be up to 4 away from the count. [low] stands for a count "
    "that was rounded to 0, and was 0 to 4. [c] stands where a percentage is confidential: it is of fewer than 20. "
    "[x] is not available, [z] not applicable."
)

# In the order of their columns; of all but the first rates and percentages alone are shown.
AREAS = ("council", "neighbours", "region", "nation")

SAME_PERIOD = (
    "The committee report that this council is made on compares with \N{LEFT DOUBLE QUOTATION MARK}the same period in "
    "2019\N{RIGHT DOUBLE QUOTATION MARK}. That is read as February 2020, the year before: rises of 65 (11%) and of 79 "
    "(20%) ask for 590 and 395 children then, and the published counts of March 2019 were others."
)


def approval(row: Row) -> str:
    return (
        f"{row['approved_by']} let the month through, {row['approved_at']}: {row['reason']} "
        f"What did not hold: {row['conditions_not_met']}."
    )


def benchmarks(known: Authority) -> Iterator[Block]:
    rows = [row for row in known.benchmarks if row["kpi_id"] in known.windows]
    if not rows:
        yield TextBlock("No published figures are held for the authority.")
        return
    if known.code == MADE_UP_AUTHORITY:
        own = next((row["area_name"] for row in rows if row["geography"] == "council"), "another council")
        yield TextBlock(
            f"The council is made up: the published figures beside it are those of {own}, which it is made on."
        )
    newest: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: int(row["year"])):
        newest[row["kpi_id"], row["geography"]] = row
    kpis = sorted({kpi_id for kpi_id, _ in newest}, key=lambda kpi_id: str(known.kpis[kpi_id]["title"]))
    yield ReportTable(
        "The newest published figures that are not after this month",
        (
            "Figure",
            "Here",
            "Published for us",
            *(known.place(geography) for geography in AREAS[1:]),
            "Of when, and how it differs",
        ),
        tuple(_benchmark_row(known, kpi_id, newest) for kpi_id in kpis),
        frozenset(range(1, len(AREAS) + 2)),
    )
    sources = sorted({f"{row['source']} ({row['year']})" for row in newest.values()})
    yield Points(tuple(sources), "Sources, with the year in which the period ends")


def _benchmark_row(known: Authority, kpi_id: str, newest: Mapping[tuple[str, str], Row]) -> tuple[TableCell, ...]:
    unit = known.kpis[kpi_id]["unit"]
    published = [newest.get((kpi_id, geography)) for geography in AREAS]
    differs = sorted({_of_when(row) for row in published if row is not None})
    return (
        TableCell(known.kpis[kpi_id]["title"]),
        TableCell(printed(known.windows[kpi_id], "value_rounded", unit)),
        *(TableCell("" if row is None else _published(row, unit)) for row in published),
        TableCell("; ".join(differs)),
    )


def _of_when(row: Row) -> str:
    if row["differs"]:
        return str(row["differs"])
    start = "" if row["period_start"] is None else f"{day(row['period_start'])} to "
    return f"{start}{day(row['period_end'])}"


def _published(row: Row, unit: str) -> str:
    if row["value"] is not None:
        return in_unit(row["value"], unit)
    return f"[{row['symbol']}]" if row["symbol"] else ""


def restatements(known: Authority) -> Iterator[Block]:
    if not known.edition.has("kpi_restatement"):
        yield TextBlock(f"Which figures were published otherwise before is not shown here. {NOT_PUBLIC}")
        return
    rows = known.edition.rows("kpi_restatement", authority_code=known.code, team_code=None, category=None)
    if not rows:
        yield TextBlock("No figure that was published before is another now, or nothing was published before.")
        return
    before = f"{month_name(rows[0]['published_month'])}, {rows[0]['published_version']}"
    causes = sorted({str(row["cause"]) for row in rows})
    counts = [f"{sum(row['cause'] == cause for row in rows)} by {cause}" for cause in causes]
    verb = "figure is another" if len(rows) == 1 else "figures are others"
    yield TextBlock(f"{len(rows):,} {verb} than in the snapshot before ({before}): {', '.join(counts)}.")
    largest = sorted(
        rows, key=lambda row: (-abs(row["difference"] or 0), str(row["title"]), str(row["reporting_month"]))
    )
    yield ReportTable(
        f"The {min(LONGEST_LIST, len(rows))} largest differences",
        ("Figure", "Month", "Before", "Now", "Why"),
        tuple(
            (
                TableCell(row["title"]),
                TableCell(month_name(row["reporting_month"])),
                TableCell("none" if row["value_before"] is None else in_unit(row["value_before"], row["unit"])),
                TableCell("none" if row["value"] is None else in_unit(row["value"], row["unit"])),
                TableCell(row["cause"]),
            )
            for row in largest[:LONGEST_LIST]
        ),
        frozenset({2, 3}),
    )


def quality(known: Authority) -> Iterator[Block]:
    edition = known.edition
    if not edition.has("publication"):
        yield TextBlock(f"What was checked, and what was found, is not shown here. {NOT_PUBLIC}")
        return
    (publication,) = edition.rows("publication")
    gate = edition.rows("gate", authority_code=known.code)
    used = [row for row in edition.rows("delivery", authority_code=known.code) if row["is_used"]]
    keys = {(row["source"], row["reporting_month"]) for row in used}
    files = [
        row for row in edition.rows("reconciliation", authority_code=known.code)
        if (row["source"], row["reporting_month"]) in keys
    ]  # fmt: skip
    found = [
        row for row in edition.rows("finding_summary", authority_code=known.code)
        if (row["source"], row["reporting_month"]) in keys and row["rows_failed"]
    ]  # fmt: skip
    read, staged, refused = (sum(row[name] for row in files) for name in ("rows_read", "rows_staged", "rows_refused"))
    # What changed from one delivery to the next is a finding of no row.
    warned = [row for row in found if row["consequence"] == "warn" and not row["rule_code"].startswith(DRIFT)]
    checks = [row for row in edition.rows("check_result") if row["rows_failed"]]
    words = [VERDICTS.get(publication["verdict"], NOT_JUDGED)]
    if gate:
        words.append(f"{sum(row['holds'] for row in gate)} of its {len(gate)} conditions hold for this authority.")
    sources = ", ".join(f"{row['source']} of {month_name(row['reporting_month'])}" for row in used)
    words.append(f"The figures are of {len(used)} {'delivery' if len(used) == 1 else 'deliveries'}: {sources}.")
    words.append(f"Of {read:,} rows read {staged:,} are used and {refused:,} were rejected.")
    words.append(
        f"Those that are used have {sum(row['rows_failed'] for row in warned):,} findings, by "
        f"{len({row['rule_code'] for row in warned})} rules; a row may have several."
        if warned
        else "No rule found anything in those that are used."
    )
    words.append(
        f"Of the checks of the finished figures {len({row['check_name'] for row in checks})} found something."
        if checks
        else "The checks of the finished figures found nothing."
    )
    yield TextBlock(" ".join(words))
    unmet = [f"{row['sentence']} Not so: {row['detail']}" for row in gate if not row["holds"]]
    if publication["verdict"] == "approved":
        yield Notice("Published by approval", approval(publication))
    if unmet:
        yield Points(tuple(unmet), "Conditions that were not met")
    if checks:
        failed = (f"{row['sentence']} {row['rows_failed']:,} rows are not so: {row['detail']}" for row in checks)
        yield Points(tuple(failed), "What the checks found")
    if found:
        most = sorted(found, key=lambda row: (row["consequence"] == "warn", -row["rows_failed"], str(row["rule_code"])))
        yield ReportTable(
            "What was found in what was delivered, the rules with most findings first",
            ("What is wrong", "What it does", "Findings"),
            tuple(
                (
                    TableCell(f"{row['sentence']} ({row['rule_code']})"),
                    TableCell("warns" if row["consequence"] == "warn" else "rejects"),
                    TableCell(f"{row['rows_failed']:,}"),
                )
                for row in most[:LONGEST_LIST]
            ),
            frozenset({2}),
            "What was found in what was delivered",
        )


def cannot_be_said(known: Authority) -> Iterator[Block]:
    absences = [row for row in known.edition.of_month("kpi_absence", known.code) if row["kpi_id"] in known.section_of]
    absent = [f"{row['title']}: {row['reason']}" for row in absences]
    if absent:
        yield Points(tuple(absent), "Figures that are absent, and what they wait for")
    hidden = sorted(str(row["title"]) for row in known.windows.values() if is_hidden(row))
    if hidden:
        yield Points(tuple(hidden), "Figures that are hidden, because they are of few")
    nothing = sorted(str(row["title"]) for row in known.windows.values() if row["value"] is None and not is_hidden(row))
    if nothing:
        yield Points(tuple(nothing), "Shares of which there was nothing to count")
    others = known.kpis.keys() - known.windows.keys() - {row["kpi_id"] for row in absences}
    without = sorted(str(known.kpis[kpi_id]["title"]) for kpi_id in others)
    if without:
        yield Points(tuple(without), "Figures that this edition does not have for this month")
    yield Points(NOT_MEASURED, "What no figure here shows")


def methods(known: Authority) -> Iterator[Block]:
    yield Points(METHODS)
    yield TextBlock(SYMBOLS)
    if known.code == MADE_UP_AUTHORITY:
        yield TextBlock(SAME_PERIOD)
    months = known.edition.of_month("kpi_month", known.code, team_code=None)
    sources = {row["kpi_id"]: f" Made from {row['sources']}." for row in months}
    kpis = [known.kpis[kpi_id] for kpi_id in sorted(known.windows, key=lambda kpi_id: str(known.kpis[kpi_id]["title"]))]
    yield ReportTable(
        "Every figure of this report; all that is counted for it is in the table kpi and the KPI reference",
        ("Figure", "What it means, and what is left out", "Standard and source"),
        tuple(
            (
                TableCell(kpi["title"]),
                TableCell(_definition(kpi)),
                TableCell(f"{_standard_and_source(kpi)}{sources.get(kpi['kpi_id'], '')}"),
            )
            for kpi in kpis
        ),
    )


def _definition(kpi: Row) -> str:
    return f"{kpi['definition']} Left out: {kpi['exclusions']}."


def _standard_and_source(kpi: Row) -> str:
    standard = "No standard." if kpi["standard"] == "none" else f"{kpi['standard']} ({kpi['standard_type']})."
    return f"{standard[0].upper()}{standard[1:]} Source: {kpi['source']}."

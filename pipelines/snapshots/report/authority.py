"""What is known of one authority in one edition: the rows that several sections read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.snapshots.report import charts, sentences
from pipelines.snapshots.report.document import Chart, ReportTable, Statement, TableCell
from pipelines.snapshots.report.edition_rows import is_hidden, month_name, printed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipelines.snapshots.report.edition_rows import Edition, Row

LAST_MONTH, LAST_YEAR, LAST_MARCH = "last_month", "same_month_last_year", "last_march"
CATEGORY = "category"
SINCE_MARCH = frozenset({"demand", "babies"})
RATING_ORDER = {"red": 0, "amber": 1, "green": 2}
FEWEST_POINTS = 2
NOT_PUBLIC = "It is in the restricted edition alone, which stays inside the department."
NEIGHBOURS = "Statistical neighbours"
GEOGRAPHIES = {"council": "This council", "region": "Region", "nation": "Nation"}


@dataclass(frozen=True)
class Authority:
    """Its rows that more than one section reads; those about teams are read where they are needed."""

    edition: Edition
    code: str
    section_of: Mapping[str, str]
    kpis: Mapping[str, Row]
    windows: Mapping[str, Row]
    changes: Mapping[tuple[str, str], Row]
    charts: Mapping[str, Sequence[Row]]
    net_changes: Mapping[str, Sequence[Row]]
    scores: Sequence[Row]
    items: Sequence[Row]
    benchmarks: Sequence[Row]
    words: Sequence[Row]

    @property
    def name(self) -> str:
        """As the published figures call it, else its code."""
        if self.code == MADE_UP_AUTHORITY:
            return "Sample council (made up)"
        own = [row["area_name"] for row in self.benchmarks if row["area_code"] == self.code and row["area_name"]]
        return own[0] if own else self.code

    def in_sections(self, *names: str) -> list[Row]:
        """The headline figures of the KPIs of some sections, by id."""
        return [row for kpi_id, row in sorted(self.windows.items()) if self.section_of.get(kpi_id) in names]

    def changes_of(self, kpi_id: str, *comparators: str) -> list[Row]:
        """Those that there is something to compare with, shown or hidden."""
        found = (self.changes.get((kpi_id, comparator)) for comparator in comparators)
        return [
            row for row in found if row is not None and (row["base_value"] is not None or is_hidden(row, "base_value"))
        ]

    def verdict(self, kpi_id: str) -> Statement:
        """What is said of a KPI, wherever it is said: its figure, its target, and what changed since when."""
        since = (LAST_MONTH, LAST_YEAR, *((LAST_MARCH,) if self.section_of.get(kpi_id) in SINCE_MARCH else ()))
        return sentences.statement(self.kpis[kpi_id], self.windows[kpi_id], self.changes_of(kpi_id, *since))

    def place(self, geography: str) -> str:
        """``East Midlands`` where the published figures name it, else ``Region``."""
        named = [row["area_name"] for row in self.benchmarks if row["geography"] == geography and row["area_name"]]
        return named[0] if named and geography != "council" else GEOGRAPHIES.get(geography, NEIGHBOURS)


def read(edition: Edition, authority: str, section_of: Mapping[str, str]) -> Authority:
    """All of an authority that is known by its code."""
    windows = [
        row for row in edition.of_month("kpi_window", authority, team_code=None)
        if row["window_months"] <= 6 and row["kpi_id"] in section_of and row.get(CATEGORY) is None
    ]  # fmt: skip
    changes = edition.of_month("kpi_change", authority, team_code=None)
    surveyed = edition.rows("survey_score", authority_code=authority)
    newest = max((row["reporting_month"] for row in surveyed), default=None)
    scores = [row for row in surveyed if row["reporting_month"] == newest]
    items = [row for row in edition.rows("survey_item", authority_code=authority) if row["reporting_month"] == newest]
    return Authority(
        edition=edition,
        code=authority,
        section_of=section_of,
        kpis={row["kpi_id"]: row for row in edition.rows("kpi") if row["kpi_id"] in section_of},
        windows={row["kpi_id"]: row for row in windows},
        changes={(row["kpi_id"], row["comparator"]): row for row in changes},
        charts=_points(edition, authority, "figure"),
        net_changes=_points(edition, authority, "net change"),
        scores=sorted(scores, key=lambda row: (row["display_order"], row["geography"])),
        items=items,
        benchmarks=edition.rows("benchmark", authority_code=authority),
        words=edition.of_month("commentary", authority),
    )


def _points(edition: Edition, authority: str, charted: str) -> dict[str, list[Row]]:
    """The points of each KPI's chart, in the order of their months."""
    points: dict[str, list[Row]] = {}
    rows = edition.rows("kpi_chart", authority_code=authority, team_code=None, charted=charted)
    for row in sorted(rows, key=lambda row: str(row["reporting_month"])):
        points.setdefault(row["kpi_id"], []).append(row)
    return points


def by_urgency(rows: Iterable[Row]) -> list[Row]:
    """Headline figures: what misses its target first, and by the most."""
    return sorted(
        rows,
        key=lambda row: (RATING_ORDER.get(row["rag"], 3), -_short_of_target(row), str(row["title"])),
    )


def _short_of_target(row: Row) -> float:
    return (
        0 if row["target"] is None or row["value_rounded"] is None else float(abs(row["target"] - row["value_rounded"]))
    )


def chart(known: Authority, kpi_id: str) -> Iterator[Chart]:
    """The KPI's months, and of an open count their net changes; nothing where fewer than two are shown."""
    kpi = known.kpis.get(kpi_id)
    for points, name in ((known.charts.get(kpi_id, ()), ""), (known.net_changes.get(kpi_id, ()), ": net change")):
        if kpi is not None and sum(row["value"] is not None for row in points) >= FEWEST_POINTS:
            yield _chart(f"{known.code}-{kpi_id}{name.replace(': ', '-').replace(' ', '-')}", kpi, points, name)


def _chart(key: str, kpi: Row, points: Sequence[Row], name: str) -> Chart:
    unit = kpi["unit"]
    has_phases = points[-1]["mean"] is not None
    beside = (("Mean of its phase", "mean"),) if has_phases else (("A year before", "value_year_before"),)
    return Chart(
        key=key,
        title=f"{kpi['title']}{name}",
        text=sentences.of_chart(points, unit),
        drawing=charts.trend(key, points, unit),
        figures=ReportTable(
            f"{kpi['title']}{name} by month",
            ("Month", "Figure", *(heading for heading, _ in beside), "Target", "Signals"),
            tuple(
                (
                    TableCell(month_name(row["reporting_month"])),
                    TableCell(sentences.of_point(row, "value", unit)),
                    *(
                        TableCell("" if row[each] is None else sentences.of_point(row, each, unit))
                        for _, each in beside
                    ),
                    TableCell("" if row["target"] is None else f"{row['target']:g}"),
                    TableCell(row["signals"] or ""),
                )
                for row in points
            ),
            frozenset({1, 2, 3}),
            "The figures of this chart",
        ),
    )


def conflicts(known: Authority, rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Where the wording of a narrative report says otherwise than the rule."""
    for row in rows:
        if not row["narrative_conflict"]:
            continue
        is_score = "standard_name" in row
        subject = row["standard_name"] if is_score else row["title"]
        figure = str(row["rounded_score"]) if is_score else printed(row, "value_rounded", row["unit"])
        words = f"\N{LEFT DOUBLE QUOTATION MARK}{row['narrative_words']}\N{RIGHT DOUBLE QUOTATION MARK}"
        others = _others_rated(known, row) if is_score else ""
        reverse = " (of it less is better)" if is_score and row["is_reverse"] else ""
        note = ""
        if row["narrative_note"]:
            signed_on = "" if row["narrative_signed_on"] is None else f", {day(row['narrative_signed_on'])}"
            note = f" Noted by {row['narrative_signed_by'] or 'nobody named'}{signed_on}: {row['narrative_note']}"
        yield (
            "The wording and the rule contradict each other",
            f"The council's narrative says {words if row['narrative_words'] else 'otherwise'}. By the rule {subject}, "
            f"at {figure}, is {row['rag']}{reverse}.{others} Both are shown; neither was changed: whoever writes the "
            f"report changes the words, or signs a note that says why they stand.{note}",
        )


def _others_rated(known: Authority, row: Row) -> str:
    same = [
        f"{known.place(each['geography'])} ({each['rounded_score']})"
        for each in sorted(known.scores, key=lambda each: str(each["geography"]), reverse=True)
        if each["standard_id"] == row["standard_id"] and each["geography"] != "council" and each["rag"] == row["rag"]
    ]
    return f" So {'is' if len(same) == 1 else 'are'} {' and '.join(same)}." if same else ""


def day(date: dt.date) -> str:
    """``10 March 2021``."""
    return f"{date.day} {date:%B %Y}"

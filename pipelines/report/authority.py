"""What is known of one authority in one edition: the rows that several sections read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.report import charts, sentences
from pipelines.report.document import Cell, Chart, Statement, Table
from pipelines.report.figures import is_hidden, month_name, told

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipelines.report.figures import Edition, Row

LAST_YEAR, LAST_MARCH = "same_month_last_year", "last_march"
RATING_ORDER = {"red": 0, "amber": 1, "green": 2}
FEWEST_POINTS = 2
NOT_PUBLIC = "It is in the restricted edition alone, which stays inside the department."
GEOGRAPHIES = {"council": "This council", "region": "Region", "nation": "Nation"}


@dataclass(frozen=True)
class Authority:
    """Its rows that more than one section reads; those about teams are read where they are needed."""

    edition: Edition
    code: str
    kpis: Mapping[str, Row]
    windows: Mapping[str, Row]
    changes: Mapping[tuple[str, str], Row]
    charts: Mapping[str, Sequence[Row]]
    scores: Sequence[Row]
    items: Sequence[Row]
    benchmarks: Sequence[Row]

    @property
    def name(self) -> str:
        """As the published figures call it, else its code."""
        if self.code == MADE_UP_AUTHORITY:
            return "Sample council (made up)"
        own = [row["area_name"] for row in self.benchmarks if row["area_code"] == self.code and row["area_name"]]
        return own[0] if own else self.code

    def changes_of(self, kpi_id: str, *comparators: str) -> list[Row]:
        """Those that there is something to compare with, shown or hidden."""
        found = (self.changes.get((kpi_id, comparator)) for comparator in comparators)
        return [
            row for row in found if row is not None and (row["base_value"] is not None or is_hidden(row, "base_value"))
        ]

    def statement(self, kpi_id: str, *comparators: str) -> Statement:
        return sentences.statement(
            self.kpis[kpi_id], self.windows[kpi_id], self.changes_of(kpi_id, *(comparators or (LAST_YEAR,)))
        )

    def place(self, geography: str) -> str:
        """``East Midlands`` where the published figures name it, else ``Region``."""
        named = [row["area_name"] for row in self.benchmarks if row["geography"] == geography and row["area_name"]]
        return named[0] if named and geography != "council" else GEOGRAPHIES[geography]


def read(edition: Edition, authority: str) -> Authority:
    """All of an authority that is told by its code."""
    windows = [row for row in edition.of_month("kpi_window", authority, team_code=None) if row["window_months"] <= 6]
    changes = edition.of_month("kpi_change", authority, team_code=None)
    points: dict[str, list[Row]] = {}
    for row in edition.rows("kpi_chart", authority_code=authority, team_code=None):
        points.setdefault(row["kpi_id"], []).append(row)
    surveyed = edition.rows("survey_score", authority_code=authority)
    newest = max((row["reporting_month"] for row in surveyed), default=None)
    scores = [row for row in surveyed if row["reporting_month"] == newest]
    items = [row for row in edition.rows("survey_item", authority_code=authority) if row["reporting_month"] == newest]
    return Authority(
        edition=edition,
        code=authority,
        kpis={row["kpi_id"]: row for row in edition.rows("kpi")},
        windows={row["kpi_id"]: row for row in windows},
        changes={(row["kpi_id"], row["comparator"]): row for row in changes},
        charts={kpi: sorted(rows, key=lambda row: str(row["reporting_month"])) for kpi, rows in points.items()},
        scores=sorted(scores, key=lambda row: (row["display_order"], row["geography"])),
        items=items,
        benchmarks=edition.rows("benchmark", authority_code=authority),
    )


def by_urgency(known: Authority) -> list[Row]:
    """Its headline figures: what misses its target first, and by the most."""
    return sorted(
        known.windows.values(),
        key=lambda row: (RATING_ORDER.get(row["rag"], 3), -_short_of_target(row), str(row["title"])),
    )


def _short_of_target(row: Row) -> float:
    return 0 if row["target"] is None or row["shown"] is None else float(abs(row["target"] - row["shown"]))


def chart(known: Authority, kpi_id: str) -> Iterator[Chart]:
    """The KPI's months; nothing where fewer than two of them are shown."""
    points, kpi = known.charts.get(kpi_id, ()), known.kpis.get(kpi_id)
    if kpi is None or sum(row["value"] is not None for row in points) < FEWEST_POINTS:
        return
    unit = kpi["unit"]
    key = f"{known.code}-{kpi_id}"
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


def conflicts(known: Authority, rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Where the wording of a narrative report says otherwise than the rule."""
    for row in rows:
        if not row["narrative_conflict"]:
            continue
        is_score = "standard_name" in row
        subject = row["standard_name"] if is_score else row["title"]
        figure = str(row["rounded_score"]) if is_score else told(row, "shown", row["unit"])
        words = f"\N{LEFT DOUBLE QUOTATION MARK}{row['narrative_words']}\N{RIGHT DOUBLE QUOTATION MARK}"
        others = _others_rated(known, row) if is_score else ""
        reverse = " (of it less is better)" if is_score and row["is_reverse"] else ""
        note = ""
        if row["narrative_note"]:
            signed_on = "" if row["narrative_signed_on"] is None else f", {day(row['narrative_signed_on'])}"
            note = f" Noted by {row['narrative_signed_by'] or 'nobody named'}{signed_on}: {row['narrative_note']}"
        yield (
            "The wording and the rule contradict each other",
            f"The narrative says {words if row['narrative_words'] else 'otherwise'}. By the rule {subject}, at "
            f"{figure}, is {row['rag']}{reverse}.{others} Both are shown; neither was changed.{note}",
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

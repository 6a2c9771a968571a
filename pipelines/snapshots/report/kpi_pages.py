"""A page a KPI, in an edition's folder ``kpi/``: what it means, how it stands, and what it is made of, with its rows.

``index.html`` lists them by section. All is read from the edition's own tables, so that the public pages show rounded
counts and no team.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.contracts.kpis import SECTIONS
from pipelines.contracts.published import PUBLIC
from pipelines.snapshots.report import drawings, sentences
from pipelines.snapshots.report.attention import FAR
from pipelines.snapshots.report.authority import CATEGORY, LAST_MARCH, LAST_MONTH, LAST_YEAR
from pipelines.snapshots.report.committee import AREAS, course_of, spark
from pipelines.snapshots.report.document import Spark
from pipelines.snapshots.report.edition_rows import counted, fraction, in_unit, month_name, printed, window_name
from pipelines.templates import RATINGS, template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.edition_rows import Edition, Row

FOLDER = "kpi"
INDEX = "index.html"
MEASURED = {
    "stock": "What stands at the month's end.",
    "flow": "What happened or fell due in the month; the headline puts six months together.",
    "rolling": "The twelve months to the month's end.",
}
DIRECTIONS = {
    "higher_is_better": "More is better.",
    "lower_is_better": "Less is better.",
    "neutral": "Neither more nor less is better.",
}
FEWEST_TEAMS, HEADLINE = 2, 6


def write(folder: Path, edition_name: str, known: Sequence[Authority]) -> None:
    """Write the pages of all KPIs of which an authority has a figure, and their rows as CSV."""
    if not known:
        return
    place, edition = folder / FOLDER, known[0].edition
    place.mkdir()
    shared = {"month": edition.month.name, "is_public": edition_name == PUBLIC, "ratings": RATINGS}
    tables = _Tables(edition)
    kpi_ids = sorted({kpi_id for each in known for kpi_id in _kpis_shown(each, tables)})
    page = template("kpi.html")
    for kpi_id in kpi_ids:
        parts = [_part(each, tables, kpi_id) for each in known if kpi_id in _kpis_shown(each, tables)]
        content = page.render(**shared, kpi=known[0].kpis[kpi_id], parts=parts, words=_words(known[0].kpis[kpi_id]))
        (place / f"{kpi_id}.html").write_text(content, encoding="utf-8", newline="\n")
        edition.write_rows("kpi_month", place / f"{kpi_id}.csv", kpi_id=kpi_id)
    index = template("kpi_index.html").render(**shared, sections=_sections(known[0], kpi_ids))
    (place / INDEX).write_text(index, encoding="utf-8", newline="\n")


class _Tables:
    """The rows about teams, of all KPIs, read once."""

    def __init__(self, edition: Edition) -> None:
        month = str(edition.month)
        self.months = _by_kpi(edition.rows("kpi_month", reporting_month=month))
        self.windows = _by_kpi(edition.rows("kpi_window", reporting_month=month))
        self.groups = _by_kpi(edition.rows("kpi_breakdown", reporting_month=month))
        self.labels = {(row["kpi_id"], row[CATEGORY]): row["label"] for row in edition.rows("kpi_category")}
        self.courses = _by_kpi(edition.rows("kpi_chart", charted="figure"))
        self.funnels = _by_kpi(edition.rows("kpi_funnel", reporting_month=month, among="teams"))
        self.names = {(row["authority_code"], row["team_code"]): row["team_name"] for row in edition.rows("team")}


def _kpis_shown(known: Authority, tables: _Tables) -> set[str]:
    """The KPIs of which the edition has a headline figure, or one of a category."""
    of_categories = {
        kpi_id
        for (authority, kpi_id), rows in tables.windows.items()
        if authority == known.code and any(row.get(CATEGORY) is not None for row in rows)
    }
    return (known.windows.keys() | of_categories) & known.kpis.keys()


def _by_kpi(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["authority_code"], row["kpi_id"]), []).append(row)
    return found


def _part(known: Authority, tables: _Tables, kpi_id: str) -> dict[str, Any]:
    """What the page says of one authority: of a KPI that is given by category alone, its categories."""
    shared = {"code": known.code, "name": known.name, "groups": _groups(known, tables, kpi_id)}
    return shared | (_whole(known, tables, kpi_id) if kpi_id in known.windows else {"figure": None})


def _groups(known: Authority, tables: _Tables, kpi_id: str) -> list[dict[str, str]]:
    """Its categories, and of the children of each group: whatever the edition has of it."""
    key, unit = (known.code, kpi_id), known.kpis[kpi_id]["unit"]
    named = [
        (str(tables.labels.get((kpi_id, row[CATEGORY]), row[CATEGORY])), row)
        for row in tables.windows.get(key, ())
        if row.get(CATEGORY) is not None and row["team_code"] is None and row["window_months"] <= HEADLINE
    ]
    named += [
        (f"{row['dimension']}: {row['group_code'].replace('_', ' ')}", {**row, "value_rounded": row["value"]})
        for row in tables.groups.get(key, ())
    ]
    return [
        {"name": name, "figure": printed(row, "value_rounded", unit), "of": fraction(row) or ""} for name, row in named
    ]


def _whole(known: Authority, tables: _Tables, kpi_id: str) -> dict[str, Any]:
    kpi, window = known.kpis[kpi_id], known.windows[kpi_id]
    unit, key = kpi["unit"], (known.code, kpi_id)
    points = known.charts.get(kpi_id, ())
    months = _of_all(tables.months.get(key, ()))
    teams = _teams(known, tables, kpi_id)
    shown = [row for row in tables.funnels.get(key, ()) if row["value"] is not None and row["denominator"]]
    return {
        "figure": printed(window, "value_rounded", unit),
        "of": sentences.made_of(kpi, window),
        "rating": window["rag"] if window["rag"] in RATINGS else None,
        "target": window["target"],
        "why": _why(known, kpi_id, teams),
        "said": known.verdict(kpi_id).text,
        "undecided": window.get("undecided"),
        "sources": months[0]["sources"] if months else None,
        "windows": [_window(row, unit) for row in _windows(tables, key, months)],
        "changes": [sentences.change(kpi, row) for row in known.changes_of(kpi_id, LAST_MONTH, LAST_YEAR, LAST_MARCH)],
        "course": spark(known, kpi_id),
        "trend": drawings.trend(points, unit) if sum(row["value"] is not None for row in points) > 1 else None,
        "trend_text": sentences.of_chart(points, unit) if points else "",
        "points": [_point(row, unit) for row in points],
        "teams": teams,
        "funnel": drawings.funnel(shown, unit) if len(shown) >= FEWEST_TEAMS else None,
        "published": _published(known, kpi_id),
    }


def _why(known: Authority, kpi_id: str, teams: Sequence[Mapping[str, Any]]) -> list[str]:
    """What makes a rating red or amber: how far it is from the target, how many records that is, and which teams."""
    row, kpi = known.windows[kpi_id], known.kpis[kpi_id]
    if row["rag"] not in {"red", "amber"} or row["value_rounded"] is None:
        return []
    apart = in_unit(abs(row["value_rounded"] - row["target"]), "ratio")
    words = [f"It is {apart} from its target of {row['target']:g}."]
    if kpi["unit"] == "percent" and row["numerator"] is not None and row["denominator"] is not None:
        others = dict(row, numerator=row["denominator"] - row["numerator"])
        words.append(f"{counted(others, 'numerator')} of {counted(row, 'denominator')} did not count towards it.")
    far = [team["name"] for team in teams if team["is_far"]]
    if far:
        words.append(f"Further from the other teams than their size explains: {', '.join(far)}.")
    return words


def _windows(tables: _Tables, key: tuple[str, str], months: Sequence[Row]) -> list[Row]:
    whole = _of_all(tables.windows.get(key, ()))
    return [*({**row, "first_month": row["reporting_month"]} for row in months), *whole]


def _of_all(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["team_code"] is None and row.get(CATEGORY) is None]


def _window(row: Row, unit: str) -> dict[str, str]:
    return {
        "when": window_name(row["first_month"], row["reporting_month"]),
        "figure": printed(row, "value_rounded", unit),
        "of": fraction(row) or "",
    }


def _point(row: Row, unit: str) -> dict[str, str]:
    named = {name: sentences.of_point(row, name, unit) for name in ("mean", "lower_limit", "upper_limit") if row[name]}
    return {
        "month": month_name(row["reporting_month"]),
        "value": sentences.of_point(row, "value", unit),
        "mean": named.get("mean", ""),
        "limits": f"{named['lower_limit']} to {named['upper_limit']}" if len(named) > 2 else "",
        "signals": row["signals"] or "",
    }


def _teams(known: Authority, tables: _Tables, kpi_id: str) -> list[dict[str, Any]]:
    """Each team's headline, course and place among the others, the lowest first."""
    key, unit = (known.code, kpi_id), known.kpis[kpi_id]["unit"]
    positions = {row["team_code"]: row["position"] for row in tables.funnels.get(key, ())}
    courses: dict[str, list[Row]] = {}
    for row in sorted(tables.courses.get(key, ()), key=lambda row: str(row["reporting_month"])):
        if row["team_code"] is not None:
            courses.setdefault(row["team_code"], []).append(row)
    months = known.windows[kpi_id]["window_months"]
    rows = [
        row
        for row in tables.windows.get(key, ())
        if row["team_code"] is not None and row["window_months"] == months and row.get(CATEGORY) is None
    ]
    rows.sort(key=lambda row: (row["value"] is None, row["value"], row["team_code"]))
    return [
        {
            "name": _team_name(tables, known.code, row["team_code"]),
            "figure": printed(row, "value_rounded", unit),
            "of": fraction(row) or "",
            "position": positions.get(row["team_code"]) or "",
            "is_far": FAR.get(positions.get(row["team_code"]) or "") == known.kpis[kpi_id]["direction"],
            "course": _course(courses.get(row["team_code"], ()), unit),
        }
        for row in rows
    ]


def _team_name(tables: _Tables, authority: str, team: str) -> str:
    name = tables.names.get((authority, team))
    return f"{name} ({team})" if name else team


def _course(points: Sequence[Row], unit: str) -> Spark | None:
    values = course_of(points)
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    return Spark(values, f"{len(points)} months, between {in_unit(min(known), unit)} and {in_unit(max(known), unit)}")


def _published(known: Authority, kpi_id: str) -> list[dict[str, str]]:
    """The newest published figure of each area beside the council's, and how it differs."""
    unit, found = known.kpis[kpi_id]["unit"], []
    for geography in ("council", *AREAS):
        rows = [row for row in known.benchmarks if (row["kpi_id"], row["geography"]) == (kpi_id, geography)]
        newest = max(rows, key=lambda row: int(row["year"]), default=None)
        if newest is not None:
            value = f"[{newest['symbol']}]" if newest["value"] is None else in_unit(newest["value"], unit)
            name = "Published for us" if geography == "council" else known.place(geography)
            differs = newest["differs"] or ""
            found.append(
                {
                    "area": name,
                    "value": value,
                    "year": str(newest["year"]),
                    "differs": differs,
                    "source": newest["source"],
                }
            )
    return found


def _words(kpi: Row) -> list[tuple[str, str]]:
    """The definition in full."""
    return [
        ("Counted", kpi["numerator"]),
        ("Of", kpi["denominator"] or "nothing: it is a count"),
        ("Clock", kpi["clock"] or "none"),
        ("Left out", kpi["exclusions"]),
        ("Standard", f"{kpi['standard']} ({kpi['standard_type']})"),
        ("Measured", MEASURED[kpi["measure"]]),
        ("Direction", DIRECTIONS[kpi["direction"]]),
        ("Source of the rule", f"{kpi['source']} (confidence: {kpi['confidence']})"),
    ]


def _sections(known: Authority, kpi_ids: Sequence[str]) -> list[tuple[str, list[Row]]]:
    """The KPIs by field of work, in the order of the report."""
    by_section: dict[str, list[Row]] = {}
    for kpi_id in kpi_ids:
        by_section.setdefault(known.kpis[kpi_id]["section"], []).append(known.kpis[kpi_id])
    order = [*SECTIONS, *sorted(by_section.keys() - SECTIONS.keys())]
    return [
        (SECTIONS.get(name, name.capitalize()), sorted(by_section[name], key=lambda kpi: str(kpi["title"])))
        for name in order
        if name in by_section
    ]

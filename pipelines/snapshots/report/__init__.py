"""The report that a committee reads, of one edition of a snapshot, and its annex: as pages and, for Word, documents.

They read the finished Parquet files of its own edition and nothing else, so the public one can show nothing but rounded
counts and what follows from them. Page and document are written from the same pieces (``document``), made once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.contracts.published import PUBLIC
from pipelines.snapshots.report import authority, committee, kpi_pages, sections, word
from pipelines.snapshots.report.document import Report
from pipelines.snapshots.report.edition_rows import Edition
from pipelines.templates import RATINGS, template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.periods import Period
    from pipelines.snapshots.report.authority import Authority
    from pipelines.snapshots.report.document import Statement

PAGE, WORD = "report.html", "report.docx"
TEMPLATE = "template.docx"
ANNEX_PAGE, ANNEX_WORD = "annex.html", "annex.docx"
INTRODUCTIONS = {
    True: "Public edition: for everybody. Every count is rounded to a multiple of 5; all else is computed from those.",
    False: "Restricted edition: for inside the department. It shows teams and small numbers; do not pass it on.",
}


def write(
    folder: Path, month: Period, edition: str, section_of: Mapping[str, str], council_dir: Path | None = None
) -> None:
    """Write report and annex into an edition's folder, whose tables are there already.

    ``section_of``: the section of the report in which each KPI stands, by its id, as its YAML says. ``council_dir``:
    where a council may have a template for Word.
    """
    introduction = INTRODUCTIONS[edition == PUBLIC]
    known = _authorities(folder, month, section_of)
    parts = tuple(committee.part(each) for each in known), tuple(sections.part(each) for each in known)
    kpi_pages.write(folder, edition, _authorities(folder, month, _sections_of_all(folder, month)))
    for part, page_name, word_name in zip(parts, (PAGE, ANNEX_PAGE), (WORD, ANNEX_WORD), strict=True):
        is_annex = page_name == ANNEX_PAGE
        report = Report(month.name, edition, part, is_annex=is_annex)
        name = "annex.html" if is_annex else "report.html"
        page = template(name).render(report=report, introduction=introduction, ratings=RATINGS)
        (folder / page_name).write_text(page, encoding="utf-8", newline="\n")
        (folder / word_name).write_bytes(word.write(report, introduction, _template(council_dir, known)))


def verdicts(folder: Path, month: Period, section_of: Mapping[str, str]) -> list[tuple[str, tuple[Statement, ...]]]:
    """Of each authority, by its code, what the report says of each KPI, by title."""
    read = Edition(folder, month)
    found = []
    for code in sections.authorities(read.rows("kpi_window", reporting_month=str(month), team_code=None)):
        known = authority.read(read, code, section_of)
        said = sorted((known.verdict(kpi_id) for kpi_id in known.windows), key=lambda each: each.title)
        found.append((code, tuple(said)))
    return found


def _template(council_dir: Path | None, known: Sequence[Authority]) -> Path | None:
    """The document that the one authority of the report has its own written into; None where it has none."""
    if council_dir is None or len(known) != 1:
        return None
    file = council_dir / known[0].code / TEMPLATE
    return file if file.exists() else None


def _sections_of_all(folder: Path, month: Period) -> dict[str, str]:
    """Of every KPI, in the report or not: each has its page."""
    return {row["kpi_id"]: row["section"] for row in Edition(folder, month).rows("kpi")}


def _authorities(folder: Path, month: Period, section_of: Mapping[str, str]) -> list[Authority]:
    """Those that the tables in the folder cover."""
    read = Edition(folder, month)
    rows = [*read.rows("kpi_window", team_code=None), *read.rows("survey_score"), *read.rows("kpi_absence")]
    return [authority.read(read, code, section_of) for code in sections.authorities(rows)]

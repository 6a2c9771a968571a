"""The report that a committee reads, of one edition of a snapshot: ``report.html`` and, for Word, ``report.docx``.

It reads the finished Parquet files of its own edition and nothing else, so the public one can show nothing but rounded
counts and what follows from them. Page and document are written from the same pieces (``document``), made once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.contracts.published import PUBLIC
from pipelines.snapshots.report import authority, sections, word
from pipelines.snapshots.report.document import RATINGS, Report
from pipelines.snapshots.report.edition_rows import Edition
from pipelines.templates import template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipelines.periods import Period
    from pipelines.snapshots.report.document import Statement

PAGE, WORD = "report.html", "report.docx"
INTRODUCTIONS = {
    True: "Public edition: for everybody. Every count is rounded to a multiple of 5; all else is computed from those.",
    False: "Restricted edition: for inside the department. It shows teams and small numbers; do not pass it on.",
}


def write(folder: Path, month: Period, edition: str, section_of: Mapping[str, str]) -> None:
    """Write both files into an edition's folder, whose tables are there already.

    ``section_of``: the section of the report in which each KPI stands, by its id, as its YAML says.
    """
    report = make(folder, month, edition, section_of)
    introduction = INTRODUCTIONS[edition == PUBLIC]
    page = template("report.html").render(report=report, introduction=introduction, ratings=RATINGS)
    (folder / PAGE).write_text(page, encoding="utf-8", newline="\n")
    (folder / WORD).write_bytes(word.write(report, introduction))


def verdicts(folder: Path, month: Period, section_of: Mapping[str, str]) -> list[tuple[str, tuple[Statement, ...]]]:
    """Of each authority, by its code, what the report says of each KPI, by title."""
    read = Edition(folder, month)
    found = []
    for code in sections.authorities(read.rows("kpi_window", reporting_month=str(month), team_code=None)):
        known = authority.read(read, code, section_of)
        said = sorted((known.verdict(kpi_id) for kpi_id in known.windows), key=lambda each: each.title)
        found.append((code, tuple(said)))
    return found


def make(folder: Path, month: Period, edition: str, section_of: Mapping[str, str]) -> Report:
    """What the report says, from the tables in the folder."""
    read = Edition(folder, month)
    rows = [*read.rows("kpi_window", team_code=None), *read.rows("survey_score"), *read.rows("kpi_absence")]
    parts = tuple(sections.part(read, code, section_of) for code in sections.authorities(rows))
    return Report(month.name, edition, parts)

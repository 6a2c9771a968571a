"""The report that a committee reads, of one edition of a snapshot: ``report.html`` and, for Word, ``report.docx``.

It reads the finished Parquet files of its own edition and nothing else, so the public one cannot show what disclosure
control hid. Page and document are written from the same pieces (``document``), which are made once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines import pages
from pipelines.published import PUBLIC
from pipelines.report import sections, word
from pipelines.report.document import RATINGS, Report
from pipelines.report.figures import Edition

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.periods import Period

PAGE, WORD = "report.html", "report.docx"
INTRODUCTIONS = {
    True: "Public edition: for everybody. Small numbers are hidden, and stand as [c].",
    False: "Restricted edition: for inside the department. It shows teams and small numbers; do not pass it on.",
}


def write(folder: Path, month: Period, edition: str) -> None:
    """Write both files into an edition's folder, whose tables are there already."""
    report = make(folder, month, edition)
    introduction = INTRODUCTIONS[edition == PUBLIC]
    page = pages.template("report.html").render(report=report, introduction=introduction, ratings=RATINGS)
    (folder / PAGE).write_text(page, encoding="utf-8", newline="\n")
    (folder / WORD).write_bytes(word.write(report, introduction))


def make(folder: Path, month: Period, edition: str) -> Report:
    """What the report says, from the tables in the folder."""
    read = Edition(folder, month)
    rows = [*read.rows("kpi_window", team_code=None), *read.rows("survey_score"), *read.rows("kpi_absence")]
    parts = tuple(sections.part(read, authority) for authority in sections.authorities(rows))
    return Report(month.name, edition, parts)

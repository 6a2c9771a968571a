"""The project with a handful of its KPIs, for tests of how things are built and published, whatever is counted.

A build and a publication of all KPIs take two and a half times as long, however few records there are.
"""

from __future__ import annotations

import atexit
import csv
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.warehouse_input import copy_of_the_project, settings_in

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipelines.settings import Settings

# A percentage, stocks, one with categories, one of durations, one of the survey, and what the report needs.
FEW = frozenset(
    {
        "assess_45wd",
        "cla_count",
        "cp_review_in_time",
        "cp_visit_in_line_with_plan",
        "cpp_category_share",
        "cpp_count",
        "cpp_duration",
        "icpc_overdue",
        "survey_response_rate",
    }
)


def settings_of_few(folder: Path, project: Path | None = None) -> Settings:
    """No council has settings of its own: those of the made-up one name other KPIs too."""
    project = project or project_of_few()
    return settings_in(folder, project).model_copy(update={"council_dir": project / "council"})


def environment_of_few() -> dict[str, str]:
    """What leads a process of its own to those KPIs."""
    project = project_of_few()
    return {"PROJECT_DIR": str(project), "COUNCIL_DIR": str(project / "council")}


def copy_of_few(folder: Path) -> Path:
    """The SQL and the contracts with those KPIs, to be changed at will."""
    return Path(shutil.copytree(project_of_few(), folder / "project"))


@cache
def project_of_few() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="few-kpis-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    project = copy_of_the_project(folder)
    (project / "council").mkdir()
    for file in (project / "sql/kpis").iterdir():
        if file.stem not in {*FEW, "subjects"}:
            file.unlink()
    lists = project / "sql/reference"
    _keep(lists, "kpi_id", FEW)
    with (lists / "benchmark_statistic.csv").open(encoding="utf-8", newline="") as stream:
        _keep(lists, "statistic_id", {row["statistic_id"] for row in csv.DictReader(stream)})
    return project


def _keep(lists: Path, column: str, known: Collection[str]) -> None:
    """Of every list with that column the rows that name what is known, or nothing."""
    for file in lists.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as stream:
            heading, *rows = csv.reader(stream)
        if column in heading:
            place = heading.index(column)
            with file.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(
                    [heading, *(row for row in rows if row[place] in {"", *known})]
                )

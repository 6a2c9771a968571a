"""Lists that get things done: what is overdue or falls due in twenty working days, by team and worker.

A page that counts it, a page a team with every row, and the same rows as CSV and workbook. For inside the department
alone: each row is a child's, by pseudonym; ``kpis locate`` turns those into the council's own ids.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pipelines import storage
from pipelines.publications import work_lists
from pipelines.templates import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipelines.periods import Period

FOLDER = "due"
ALL = "everything"
WEEKS = (0, 1, 2)

Row = dict[str, Any]


def write(folder: Path, month: Period, authority_code: str, items: Sequence[Row], owners: Mapping[str, str]) -> None:
    """Write the pages and lists of an authority; ``items`` in the order in which they are to be done.

    ``owners``: how a team is called, by its code.
    """
    folder.mkdir()
    teams = sorted({item["team_code"] for item in items})
    names = work_lists.file_names(teams)
    work_lists.write_due(folder, ALL, items)
    shared = {"authority_code": authority_code, "month": month.name, "owners": owners}
    for team in teams:
        of_team = [item for item in items if item["team_code"] == team]
        work_lists.write_due(folder, names[team], of_team)
        page = template("due_team.html").render(**shared, team=team, name=names[team], workers=_by_worker(of_team))
        storage.write_text(folder / f"{names[team]}.html", page)
    page = template("due.html").render(
        **shared,
        kinds=_counts(items, "what"),
        teams=[each | {"name": names[each["of"]]} for each in _counts(items, "team_code")],
        babies=[item for item in items if item["is_baby"] and item["is_overdue"]],
        week=[item for item in items if item["week"] == 1],
        overdue=sum(item["is_overdue"] for item in items),
        everything=ALL,
        names=names,
    )
    storage.write_text(folder / "index.html", page)


def summary(items: Iterable[Row]) -> list[Row]:
    """For the front page: of each kind how much is overdue and due soon, of babies and of all."""
    return _counts(items, "what")


def _counts(items: Iterable[Row], by: str) -> list[Row]:
    """How much is overdue, falls due in five and in twenty working days, and is overdue of babies; the most first."""
    groups: dict[str, list[Row]] = {}
    for item in items:
        groups.setdefault(item[by], []).append(item)
    counted = [_count(name, rows) for name, rows in groups.items()]
    return sorted(counted, key=lambda each: (-each["overdue"], -each["total"], each["of"]))


def _count(name: str, rows: Sequence[Row]) -> Row:
    weeks = Counter(row["week"] for row in rows)
    overdue, next_week, later = (weeks[week] for week in WEEKS)
    babies = sum(row["is_baby"] and row["is_overdue"] for row in rows)
    return {
        "of": name,
        "kpi_id": rows[0]["kpi_id"],
        "overdue": overdue,
        "babies": babies,
        "next_week": next_week,
        "later": later,
        "total": len(rows),
    }


def _by_worker(items: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Who has most overdue first; what no worker holds comes before all."""
    ordered = sorted(items, key=lambda item: item["worker"] or "")
    groups: Mapping[str, list[Row]] = {
        worker: list(rows) for worker, rows in groupby(ordered, key=lambda item: item["worker"] or "")
    }
    return sorted(
        groups.items(), key=lambda each: (each[0] != "", -sum(item["is_overdue"] for item in each[1]), each[0])
    )

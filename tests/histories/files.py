"""Histories of made-up children: what was recorded, what the law makes of it, and the figures that follow.

A file of ``lives/`` holds histories by a short code, which is the team of the child's worker too. Each has a ``story``
that a social worker can check, the ``law`` it rests on, the records ``given`` by table and column, and ``figures``:
``<KPI> <month>: 1 of 2``, for a count ``1``, and ``none`` where nothing is counted. Ids are a history's own.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from tests.exports import SOURCES, write_ssd, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent / "lives"
CHILD = "child"
FIGURE = re.compile(r"(?P<numerator>\d+)( of (?P<denominator>\d+))?")
Row = dict[str, str]


class ExpectedFigure(NamedTuple):
    """A team's figure of a month: None where nothing is counted, and no denominator where the KPI is a count."""

    team: str
    kpi_id: str
    month: str
    numerator: int | None
    denominator: int | None


class History(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    story: str
    law: str
    given: dict[str, list[dict[str, Any]]]
    figures: dict[str, str | int]

    def figures_of(self, team: str) -> Iterator[ExpectedFigure]:
        for key, text in self.figures.items():
            kpi_id, month = key.split()
            found = FIGURE.fullmatch(str(text))
            assert found or text == "none", f"{team}: {text} is no figure"
            numerator, denominator = (found["numerator"], found["denominator"]) if found else (None, None)
            yield ExpectedFigure(team, kpi_id, month, _number(numerator), _number(denominator))


def histories() -> dict[str, History]:
    """All histories by their codes, which no two of them share."""
    files = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(HERE.glob("*.yaml"))]
    all_histories = {code: History(**history) for file in files for code, history in file.items()}
    assert len(all_histories) == sum(map(len, files))
    return all_histories


def write_delivery(authority: Path, month: str) -> list[str]:
    """All histories as one delivery of each source that they need; returns those sources."""
    tables: dict[str, list[Row]] = {}
    for code, history in histories().items():
        for table, rows in _whole(history).items():
            written = tables.setdefault(table, [])
            written.extend(_row(table, row, code, number) for number, row in enumerate(rows, start=1))
    write_ssd(authority / "ssd" / month, {name: rows for name, rows in tables.items() if name.startswith("ssd_")})
    for name, rows in tables.items():
        if not name.startswith("ssd_"):
            contract = SOURCES["local"].tables[name]
            write_table(authority / "local" / month / contract.file_name, contract.headings, rows)
    return sorted({name.split("_")[0] for name in tables})


def figures_in(file: Path) -> list[ExpectedFigure]:
    """Those of an ``expected.csv``: blank where there is no figure, or nothing counted."""
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            ExpectedFigure(
                row["team_code"],
                row["kpi_id"],
                row["reporting_month"],
                _number(row["numerator"]),
                _number(row["denominator"]),
            )
            for row in csv.DictReader(lines)
        ]


def _whole(history: History) -> dict[str, list[dict[str, Any]]]:
    """With a worker for the child, whose team is the history's code."""
    worker = {"invo_person_id": CHILD, "invo_professional_role_id": "Social Worker"}
    start = {"invo_professional_team": "", "invo_involvement_start_date": "2018-01-01"}
    return {**history.given, "ssd_involvements": [worker | start]}


def _row(table: str, given: dict[str, Any], code: str, number: int) -> Row:
    contract = SOURCES[table.split("_")[0]].tables[table]
    row = {name: str(value) for name, value in given.items()}
    assert set(row) <= set(contract.headings), f"{code}: {table} has no column {set(row) - set(contract.headings)}"
    for column in contract.columns:
        if column.primary_key and column.pseudonym:
            row.setdefault(column.heading, str(number))
        elif column.pseudonym == "person":
            row.setdefault(column.heading, CHILD)
        if column.pseudonym and row.get(column.heading):
            row[column.heading] = f"{code} {row[column.heading]}"
    if table == "ssd_involvements":
        row["invo_professional_team"] = code
    return row


def _number(text: str | None) -> int | None:
    return int(text) if text else None

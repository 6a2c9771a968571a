"""The settings that both sides are given: which roles are whose, and how many children live in an authority."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from tests.recount.council import CodeLists

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "sql" / "reference"
OWN = PROJECT / "pipelines" / "sample" / "council_dir"


@cache
def codes_of(authority: str) -> CodeLists:
    return CodeLists(
        _roles("involvement_role", "is_allocated_worker"),
        _roles("role", "is_social_worker"),
        {int(row["year"]): int(row["population"]) for row in _populations(authority)},
    )


def _populations(authority: str) -> list[dict[str, str]]:
    own = OWN / authority / "population.csv"
    everyones = [row for row in _rows(FOLDER / "population.csv") if row["authority_code"] == authority]
    return _rows(own) if own.exists() else everyones


def _roles(name: str, column: str) -> frozenset[str]:
    return frozenset(row["role"] for row in _rows(FOLDER / f"{name}.csv") if row[column] == "true")


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))

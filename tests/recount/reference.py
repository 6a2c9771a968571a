"""The settings that both sides are told: which roles are whose, and how many children live in an authority."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from tests.recount.council import CodeLists

FOLDER = Path(__file__).parents[2] / "sql" / "reference"


@cache
def codes_of(authority: str) -> CodeLists:
    return CodeLists(
        _roles("involvement_role", "is_allocated_worker"),
        _roles("role", "is_social_worker"),
        {int(row["year"]): int(row["population"]) for row in _rows("population") if row["authority_code"] == authority},
    )


def _roles(name: str, column: str) -> frozenset[str]:
    return frozenset(row["role"] for row in _rows(name) if row[column] == "true")


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))

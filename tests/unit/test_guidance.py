"""Which edition of a guidance the sources of figures name."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.contracts.guidance import editions
from pipelines.contracts.kpis import load_register
from pipelines.contracts.reference import load_contracts, read_rows
from pipelines.settings import PROJECT


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        ("2018-07-03", "Working Together 2015"),
        ("2018-07-04", "Working Together 2018"),
        ("2023-12-14", "Working Together 2018"),
        ("2023-12-15", "Working Together 2023"),
    ],
)
def test_a_source_names_the_edition_in_force(day: str, edition: str) -> None:
    contract = load_contracts(PROJECT / "expectations")["guidance"]
    in_force = editions(read_rows(PROJECT / "sql/reference/guidance.csv", contract), dt.date.fromisoformat(day))
    kpi = next(each for each in load_register(PROJECT / "sql/kpis") if each.kpi_id == "cp_review_in_time")
    assert kpi.in_edition(in_force).source == f"{edition}; CIN census rule 8841"

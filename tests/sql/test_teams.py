"""Whose team an event or a child is counted with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.staged_input import key
from tests.warehouse_input import assessment, built_from_ssd, involvement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

ON = "2021-02-10"
IRO = {"invo_professional_role_id": "Independent Reviewing Officer"}
SOCIAL_WORKER = {"invo_professional_role_id": "Social Worker"}


def twins(child: str) -> list[dict[str, Any]]:
    """Two involvements of one start: which counts must hang neither on their pseudonyms nor on their order."""
    return [involvement(child, f"T{side}", "2021-01-01", invo_involvements_id=f"{child} {side}") for side in ("x", "y")]


# child: involvements, the assessment's own team, the team it counts with
CASES: dict[str, tuple[list[dict[str, Any]], str | None, str]] = {
    "own": ([involvement("own", "T1", "2020-01-01")], "T9", "T9"),
    "held": ([involvement("held", "T1", "2020-01-01")], None, "T1"),
    "starts that day": ([involvement("starts that day", "T1", ON)], None, "T1"),
    "starts next day": ([involvement("starts next day", "T1", "2021-02-11")], None, "unallocated"),
    "ends that day": ([involvement("ends that day", "T1", "2020-01-01", ON)], None, "unallocated"),
    "ends next day": ([involvement("ends next day", "T1", "2020-01-01", "2021-02-11")], None, "T1"),
    "latest start": (
        [involvement("latest start", "T1", "2020-01-01"), involvement("latest start", "T2", "2020-02-01")],
        None,
        "T2",
    ),
    "the later one ended": (
        [
            involvement("the later one ended", "T1", "2020-01-01"),
            involvement("the later one ended", "T2", "2020-02-01", "2021-01-01"),
        ],
        None,
        "T1",
    ),
    **{f"tie {number}": (twins(f"tie {number}"), None, "Tx") for number in range(4)},
    "other tie": (twins("other tie")[::-1], None, "Tx"),
    "none": ([], None, "unallocated"),
    "worker of no team": ([involvement("worker of no team", None, "2020-01-01")], None, "unallocated"),
    "reviewing officer": ([involvement("reviewing officer", "T1", "2020-01-01", **IRO)], None, "unallocated"),
    "named role": ([involvement("named role", "T1", "2020-01-01", **SOCIAL_WORKER)], None, "T1"),
    "never began": ([involvement("never began", "T1", "2021-02-05", "2021-02-01")], None, "unallocated"),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with built_from_ssd(
        tmp_path_factory.mktemp("teams"),
        involvements=[row for rows, *_ in CASES.values() for row in rows],
        cin_assessments=[
            assessment(child, "2021-01-04", ON, cina_assessment_team=own) for child, (_, own, _) in CASES.items()
        ],
    ) as warehouse:
        yield warehouse


@pytest.mark.parametrize("child", CASES)
def test_an_assessment_counts_with_its_own_team_else_with_that_of_the_allocated_worker(
    warehouse: duckdb.DuckDBPyConnection, child: str
) -> None:
    found = warehouse.execute(
        "SELECT team_code FROM warehouse.fct_assessment WHERE child_id = ?", [key(child)]
    ).fetchall()
    assert found == [(CASES[child][2],)]


def test_the_authority_row_is_the_only_one_without_a_team(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.execute(
        "SELECT team_code, denominator FROM snapshots.kpi_month "
        "WHERE kpi_id = 'assess_45wd' AND reporting_month = '2021-02' AND coalesce(team_code, 'unallocated') "
        "= 'unallocated' ORDER BY team_code NULLS FIRST"
    ).fetchall()
    unallocated = sum(team == "unallocated" for *_, team in CASES.values())
    assert found == [(None, len(CASES)), ("unallocated", unallocated)]

"""Initial child protection conferences within 15 working days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.staged_input import day, key
from tests.warehouse_input import built_from_ssd, figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb


def enquiry(name: str, child: str, start: str | None) -> dict[str, Any]:
    return {"s47e_s47_enquiry_id": name, "s47e_person_id": child, "s47e_s47_start_date": day(start)}


def conference(
    name: str, child: str, held: str | None, enquiry_id: str | None = None, transfer: bool | None = None
) -> dict[str, Any]:
    return {
        "icpc_icpc_id": name,
        "icpc_person_id": child,
        "icpc_icpc_date": day(held),
        "icpc_s47_enquiry_id": enquiry_id,
        "icpc_icpc_transfer_in": transfer,
        "icpc_icpc_team": "T1",
    }


ENQUIRIES = [
    enquiry("over Christmas", "a", "2020-12-17"),
    enquiry("on a Saturday", "b", "2021-02-06"),
    enquiry("later", "c", "2021-02-10"),
    enquiry("undated", "d", None),
    enquiry("early", "e", "2021-01-04"),
    enquiry("late", "e", "2021-02-01"),
]
SAME = "same child and conference as another record"
# name: child, held, enquiry, transfer in, working days, in time, why it is left out
CASES: dict[str, tuple[str, str | None, str | None, bool | None, int | None, bool | None, str | None]] = {
    "15": ("a", "2021-01-12", "over Christmas", None, 15, True, None),
    "16": ("a", "2021-01-13", "over Christmas", False, 16, False, None),
    "15 from a Saturday": ("b", "2021-02-26", "on a Saturday", None, 15, True, None),
    "on the day of the enquiry": ("c", "2021-02-10", "later", None, 0, True, None),
    "before the enquiry": ("c", "2021-02-09", "later", None, -1, None, "held before the enquiry started"),
    "transfer in": ("c", "2021-02-12", "later", True, 2, None, "transfer in"),
    "no enquiry": ("d", "2021-02-10", None, None, None, None, "no section 47 start date"),
    "enquiry without a start": ("d", "2021-02-11", "undated", None, None, None, "no section 47 start date"),
    "enquiry that was not delivered": ("d", "2021-02-12", "nowhere", None, None, None, "no section 47 start date"),
    "not held": ("a", None, "over Christmas", None, None, None, None),
    "not held either": ("a", None, "over Christmas", None, None, None, None),
    "recorded with the later enquiry": ("e", "2021-02-12", "late", None, 9, None, SAME),
    "recorded with the earlier enquiry": ("e", "2021-02-12", "early", None, 29, False, None),
    "recorded without an enquiry": ("e", "2021-02-12", None, None, None, None, SAME),
    "another conference of that child": ("e", "2021-02-15", "late", None, 10, True, None),
    "another child of that day": ("b", "2021-02-12", "on a Saturday", None, 5, True, None),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    conferences = [
        conference(name, child, held, enquiry_id, transfer)
        for name, (child, held, enquiry_id, transfer, *_) in CASES.items()
    ]
    folder = tmp_path_factory.mktemp("conferences")
    with built_from_ssd(folder, s47_enquiry=ENQUIRIES, initial_cp_conference=conferences) as warehouse:
        yield warehouse


@pytest.mark.parametrize("name", CASES)
def test_each_conference_has_its_clock(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    found = warehouse.execute(
        "SELECT working_days, is_in_time, excluded_because FROM warehouse.fct_initial_conference "
        "WHERE conference_id = ?",
        [key(name)],
    ).fetchall()
    assert found == [CASES[name][4:]]


def test_a_child_counts_once_a_conference_and_conferences_without_a_clock_not_at_all(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert figure(warehouse, "icpc_15wd", "2021-01") == (1, 2)
    assert figure(warehouse, "icpc_15wd", "2021-02") == (4, 5)

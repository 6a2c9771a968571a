"""Every case folder beside this file: what counts, what does not, and on which side of each edge."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.cases import BadCase, Case, differences, folders, read_case
from tests.warehouse_input import authority_of, built

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from tests.staged_input import Rows

FOLDERS = {f"{folder.parent.name}/{folder.name}": folder for folder in folders()}
# What tells which source children looked after are counted from: every delivery of the dataset holds these.
LOOKED_AFTER = ("ssd_person", "ssd_cla_episodes", "ssd_legal_status")


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, duckdb.DuckDBPyConnection]]:
    """One build a reporting month, in which each case has an authority to itself. A malformed case fails alone."""
    by_month: dict[str, dict[str, dict[str, Rows]]] = {}
    for name, folder in FOLDERS.items():
        with suppress(BadCase):
            case = read_case(folder)
            by_month.setdefault(case.about.month, {}).update(whole(case, authority_of(FOLDERS, name)))
    made = {month: built(tmp_path_factory.mktemp(month), given, month) for month, given in by_month.items()}
    yield made
    for warehouse in made.values():
        warehouse.close()


def whole(case: Case, authority: str) -> dict[str, dict[str, Rows]]:
    empty: dict[str, Rows] = {table: [] for table in LOOKED_AFTER}
    return {
        delivery: {**empty, **tables} if "/ssd/" in delivery else tables
        for delivery, tables in case.deliveries(authority).items()
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_case(warehouses: dict[str, duckdb.DuckDBPyConnection], name: str) -> None:
    case = read_case(FOLDERS[name])
    found = differences(warehouses[case.about.month], case, authority_of(FOLDERS, name))
    if found:
        pytest.fail("\n".join([case.about.why, *found]), pytrace=False)

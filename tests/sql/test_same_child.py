"""One child whom sources know by two ids: a pupil number says so, or says nothing, each case in its own authority."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from tests.staged_input import key
from tests.warehouse_input import authority_of, built, episode

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

    from tests.staged_input import Rows

Case = tuple[dict[str, list[str]], dict[str, str]]
NUMBER = "Unique Pupil Number"


def children_named(numbers: list[str]) -> Iterator[tuple[str, list[str]]]:
    """``child: number number``; a child without a number is ``child:``."""
    for each in numbers:
        child, _, given = each.partition(":")
        yield child, given.split()


# By source, its children with their numbers; and whom the SELECT has to know by which other id.
CASES: dict[str, Case] = {
    "another id with the number": ({"ssd": ["a: 1"], "cin_census": ["b: 1"]}, {"b": "a"}),
    "another number": ({"ssd": ["a: 1"], "cin_census": ["b: 2"]}, {}),
    "no number": ({"ssd": ["a:"], "cin_census": ["b:"]}, {}),
    "a former number": ({"ssd": ["a: 1"], "cin_census": ["b: 2 1"]}, {"b": "a"}),
    "a former number of the dataset": ({"ssd": ["a: 2 1"], "cin_census": ["b: 1"]}, {"b": "a"}),
    "the same id": ({"ssd": ["a: 1"], "cin_census": ["a: 1"]}, {}),
    "an id that the dataset knows": ({"ssd": ["a: 1", "b:"], "cin_census": ["b: 1"]}, {}),
    "an id that the census has as well": ({"ssd": ["a: 1"], "cin_census": ["a:", "b: 1"]}, {}),
    "a number of two in the dataset": ({"ssd": ["a: 1", "c: 1"], "cin_census": ["b: 1"]}, {}),
    "a number of two in the census": ({"ssd": ["a: 1"], "cin_census": ["b: 1", "c: 1"]}, {}),
    "two numbers of two children": ({"ssd": ["a: 1", "c: 2"], "cin_census": ["b: 1 2"]}, {}),
    "two numbers of one child": ({"ssd": ["a: 1 2"], "cin_census": ["b: 1 2"]}, {"b": "a"}),
    "two ids in the census for one child": ({"ssd": ["a: 1 2"], "cin_census": ["b: 1", "c: 2"]}, {}),
    "the return": ({"ssd": ["a: 1"], "ssda903": ["b: 1"]}, {"b": "a"}),
    "the census before the return": ({"cin_census": ["a: 1"], "ssda903": ["b: 1"]}, {"b": "a"}),
    "an id each": ({"ssd": ["a: 1"], "cin_census": ["b: 1"], "ssda903": ["c: 1"]}, {"b": "a", "c": "a"}),
    "one id in census and return": ({"ssd": ["a: 1"], "cin_census": ["b: 1"], "ssda903": ["b:"]}, {"b": "a"}),
    "two ids that the census holds as two": (
        {"ssd": ["a: 1"], "cin_census": ["b: 1", "c:"], "ssda903": ["c: 1"]},
        {},
    ),
    "by way of the census": ({"ssd": ["a: 1"], "cin_census": ["b: 2 1"], "ssda903": ["c: 2"]}, {"b": "a", "c": "a"}),
    "the dataset before the census": (
        {"ssd": ["a: 1"], "cin_census": ["b: 2"], "ssda903": ["c: 1"]},
        {"c": "a"},
    ),
    "two of the return by way of the census": (
        {"ssd": ["a: 1 2"], "cin_census": ["b: 1 3"], "ssda903": ["c: 3", "d: 2"]},
        {},
    ),
    "one that the dataset has, by way of the census": (
        {"ssd": ["a: 1", "c:"], "cin_census": ["b: 1 3"], "ssda903": ["c: 3"]},
        {},
    ),
    "a number of another kind": ({"ssd": ["a: 1"], "cin_census": ["b: NHS"]}, {}),
}


def tables(source: str, numbers: list[str]) -> dict[str, Rows]:
    children = list(children_named(numbers))
    if source == "cin_census":
        each = [
            {"lachildid": child, "upn": next(iter(given), None), "former_upn": next(iter(given[1:]), None)}
            for child, given in children
        ]
        return {"cin_census_children": each}
    if source == "ssda903":
        headers = [{"child": child, "upn": next(iter(given), None)} for child, given in children]
        return {"ssda903_header": headers, "ssda903_episodes": []}
    links: list[dict[str, Any]] = [
        {"link_person_id": child, "link_identifier_type": NUMBER, "link_identifier_value": number}
        for child, given in children
        for number in given
    ]
    links.append({"link_person_id": "a", "link_identifier_type": "NHS Number", "link_identifier_value": "NHS"})
    return {
        "ssd_person": [{"pers_person_id": child} for child, _ in children],
        "ssd_linked_identifiers": [link | {"link_table_id": str(place)} for place, link in enumerate(links)],
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {
        f"{authority_of(CASES, name)}/{source}/2021-02": tables(source, numbers)
        for name, (sources, _) in CASES.items()
        for source, numbers in sources.items()
    }
    with built(tmp_path_factory.mktemp("same"), deliveries) as connection:
        yield connection


@pytest.mark.parametrize("name", CASES)
def test_a_number_says_who_is_one_child(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    found = warehouse.execute(
        "SELECT child_id, known_as FROM core.same_child WHERE authority_code = ?", [authority_of(CASES, name)]
    ).fetchall()
    assert sorted(found) == sorted((key(child), key(known)) for child, known in CASES[name][1].items())


@pytest.mark.parametrize("name", CASES)
def test_one_child_is_one_row(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    sources, same = CASES[name]
    ids = {child for numbers in sources.values() for child, _ in children_named(numbers)}
    found = warehouse.execute(
        "SELECT child_id FROM core.child WHERE authority_code = ?", [authority_of(CASES, name)]
    ).fetchall()
    assert sorted(child for (child,) in found) == sorted(key(child) for child in ids - set(same))


def test_what_happened_to_the_child_is_recorded_of_the_one_id(tmp_path: Any) -> None:
    """The return's child is the dataset's: whichever source a subject comes from, it is the same child's."""
    census: dict[str, Rows] = tables("cin_census", ["b: 1"]) | {
        "cin_census_assessments": [
            {"lachildid": "b", "assessment_key": "1", "assessment_actual_start_date": dt.date(2021, 1, 4)}
        ],
        "cin_census_s47": [{"lachildid": "b", "s47_key": "1", "s47_actual_start_date": dt.date(2021, 1, 4)}],
        "cin_census_conferences": [
            {"lachildid": "b", "conference_key": "1", "date_of_initial_cpc": dt.date(2021, 1, 4)}
        ],
        "cin_census_cp_plans": [{"lachildid": "b", "cp_plan_key": "1", "cpp_start_date": dt.date(2021, 1, 4)}],
    }
    returned = tables("ssda903", ["c: 1"])
    returned["ssda903_episodes"] = [{"child": "c", "decom": dt.date(2021, 1, 4), "ls": "C2"}]
    own = tables("ssd", ["a: 1"]) | {"ssd_cla_episodes": [episode("a", "2021-01-04")]}
    deliveries = {
        "E06000015/ssd/2021-02": own,
        "E06000015/cin_census/2021-02": census,
        "E06000015/ssda903/2021-02": returned,
    }
    with built(tmp_path, deliveries) as warehouse:
        for table in ("assessment", "s47_enquiry", "initial_conference", "cp_plan", "care_episode", "legal_status"):
            found = warehouse.sql(f"SELECT DISTINCT child_id FROM core.{table}").fetchall()
            assert found == [(key("a"),)], table

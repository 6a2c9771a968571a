"""What two sources hold of the same child protection plans, a case an authority; then of every other subject."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.settings import PROJECT
from tests.staged_input import day, key
from tests.warehouse_input import authority_of, built

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

Plans = dict[str, str]
ALIKE, END, START, OURS, THEIRS = (
    "alike",
    "another second date",
    "another first date",
    "only in the preferred source",
    "only in the other source",
)
# The dataset covers until March 2021, the census April 2020 to February 2021.
MONTH = "2021-03"

# By the plan's name, ``child start end``: of the dataset, of the census; then what is said of which pairs.
CASES: dict[str, tuple[Plans, Plans, list[tuple[str, str, str]]]] = {
    "alike": ({"a": "k 2021-01-04 2021-02-05"}, {"b": "k 2021-01-04 2021-02-05"}, [(ALIKE, "a", "b")]),
    "both open": ({"a": "k 2021-01-04"}, {"b": "k 2021-01-04"}, [(ALIKE, "a", "b")]),
    "another end": ({"a": "k 2021-01-04 2021-02-05"}, {"b": "k 2021-01-04 2021-02-06"}, [(END, "a", "b")]),
    "an end that one lacks": ({"a": "k 2021-01-04 2021-02-28"}, {"b": "k 2021-01-04"}, [(END, "a", "b")]),
    "an end after the census": ({"a": "k 2021-01-04 2021-03-01"}, {"b": "k 2021-01-04"}, [(ALIKE, "a", "b")]),
    "another day of the month": ({"a": "k 2021-01-01"}, {"b": "k 2021-01-31"}, [(START, "a", "b")]),
    "another month": ({"a": "k 2021-01-31"}, {"b": "k 2021-02-01"}, [(OURS, "a", ""), (THEIRS, "", "b")]),
    "another child": ({"a": "k 2021-01-04"}, {"b": "m 2021-01-04"}, [(OURS, "a", ""), (THEIRS, "", "b")]),
    "two against one in the month": (
        {"a": "k 2021-01-04", "c": "k 2021-01-11"},
        {"b": "k 2021-01-18"},
        [(OURS, "a", ""), (OURS, "c", ""), (THEIRS, "", "b")],
    ),
    "one of two has its partner": (
        {"a": "k 2021-01-04", "c": "k 2021-01-11"},
        {"b": "k 2021-01-18", "d": "k 2021-01-04"},
        [(ALIKE, "a", "d"), (START, "c", "b")],
    ),
    "twice in the dataset": (
        {"a": "k 2021-01-04", "c": "k 2021-01-04"},
        {"b": "k 2021-01-04"},
        [(ALIKE, "a", "b"), (OURS, "c", "")],
    ),
    "those alike first": (
        {"a": "k 2021-01-04 2021-01-20", "c": "k 2021-01-04 2021-02-05"},
        {"b": "k 2021-01-04 2021-02-05", "d": "k 2021-01-04"},
        [(ALIKE, "c", "b"), (END, "a", "d")],
    ),
    "the first and the last day of both": (
        {"a": "k 2020-04-01", "c": "m 2021-02-28"},
        {},
        [(OURS, "a", ""), (OURS, "c", "")],
    ),
    "the days around": ({"a": "k 2020-03-31", "c": "m 2021-03-01"}, {}, []),
    "the days around in the census": ({}, {"b": "k 2020-03-31", "d": "m 2021-02-28"}, [(THEIRS, "", "d")]),
    "no day": ({"a": "k"}, {"b": "k"}, []),
    # A temporary plan for another authority is that authority's to return.
    "held for another authority": ({"ola": "k 2021-01-04"}, {}, []),
}


def dates(written: str) -> tuple[str, dt.date | None, dt.date | None]:
    child, start, end, *_ = [*written.split(), None, None]
    return str(child), day(start), day(end)


def of_the_dataset(plans: Plans) -> dict[str, Rows]:
    rows = [
        {
            "cppl_cp_plan_id": name,
            "cppl_person_id": dates(written)[0],
            "cppl_cp_plan_start_date": dates(written)[1],
            "cppl_cp_plan_end_date": dates(written)[2],
            "cppl_cp_plan_ola": name == "ola",
        }
        for name, written in plans.items()
    ]
    return {"ssd_person": [], "ssd_cp_plans": rows}


def of_the_census(plans: Plans) -> dict[str, Rows]:
    rows = [
        {
            "cp_plan_key": name,
            "lachildid": dates(written)[0],
            "cpp_start_date": dates(written)[1],
            "cpp_end_date": dates(written)[2],
        }
        for name, written in plans.items()
    ]
    return {"cin_census_children": [], "cin_census_cp_plans": rows}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {}
    for name, (ours, theirs, _) in CASES.items():
        deliveries[f"{authority_of(CASES, name)}/ssd/{MONTH}"] = of_the_dataset(ours)
        deliveries[f"{authority_of(CASES, name)}/cin_census/2021-02"] = of_the_census(theirs)
    deliveries["E09000001/ssd/2021-03"] = of_the_dataset({"a": "k 2021-01-04"})
    deliveries["E09000002/cin_census/2021-02"] = of_the_census({"b": "k 2021-01-04"})
    deliveries["E09000003/ssd/2021-03"] = of_the_dataset({"a": "k 2021-01-04"})
    deliveries["E09000003/cin_census/2021-02"] = {"cin_census_children": []}
    with built(tmp_path_factory.mktemp("agreement"), deliveries, MONTH) as connection:
        yield connection


def keys(*names: str) -> tuple[Any, ...]:
    return tuple(key(name) if name else None for name in names)


@pytest.mark.parametrize("name", CASES)
def test_events_of_two_sources_are_paired(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    found = warehouse.execute(
        "SELECT agreement, preferred_key, other_key FROM warehouse.fct_event_match WHERE authority_code = ?",
        [authority_of(CASES, name)],
    ).fetchall()
    assert Counter(found) == Counter((kind, *keys(ours, theirs)) for kind, ours, theirs in CASES[name][2])


FINDINGS = {
    END: ("SRC-001", "warning", "ssd_cp_plans", "cppl_cp_plan_end_date", "cin_census_cp_plans"),
    START: ("SRC-002", "warning", "ssd_cp_plans", "cppl_cp_plan_start_date", "cin_census_cp_plans"),
    OURS: ("SRC-003", "info", "ssd_cp_plans", "cppl_cp_plan_start_date", "cin_census_cp_plans"),
    THEIRS: ("SRC-004", "warning", "cin_census_cp_plans", "cpp_start_date", "ssd_cp_plans"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_disagreement_is_a_finding_with_the_keys_of_both(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    found = warehouse.execute(
        """
        SELECT
            found.rule_code, found.severity, found.table_name, found.column_name, beside.other_table_name,
            found.record_key, beside.other_key
        FROM warehouse.fct_finding AS found
        LEFT JOIN warehouse.fct_source_finding AS beside USING (authority_code, source, table_name, rule_code, line)
        WHERE authority_code = ? AND found.rule_code LIKE 'SRC-%' AND found.consequence = 'warn'
        """,
        [authority_of(CASES, name)],
    ).fetchall()
    expected = [
        (*FINDINGS[kind], *(keys(theirs, ours) if kind == THEIRS else keys(ours, theirs)))
        for kind, ours, theirs in CASES[name][2]
        if kind != ALIKE
    ]
    assert Counter(found) == Counter(expected)


@pytest.mark.parametrize("name", CASES)
def test_each_rule_counts_the_records_that_were_compared(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    found = warehouse.execute(
        "SELECT rule_code, rows_tested, rows_failed FROM snapshots.finding_summary "
        "WHERE authority_code = ? AND rule_code LIKE 'SRC-%'",
        [authority_of(CASES, name)],
    ).fetchall()
    pairs = CASES[name][2]
    failed = Counter(FINDINGS[agreement][0] for agreement, _, _ in pairs if agreement != ALIKE)
    ours, theirs = sum(bool(each) for _, each, _ in pairs), sum(bool(each) for _, _, each in pairs)
    tested = {"SRC-001": ours, "SRC-002": ours, "SRC-003": ours, "SRC-004": theirs}
    assert sorted(found) == (sorted((code, tested[code], failed[code]) for code in tested) if pairs else [])


def test_every_month_that_both_cover_is_counted(warehouse: duckdb.DuckDBPyConnection) -> None:
    authority = authority_of(CASES, "those alike first")
    found = warehouse.execute(
        "SELECT reporting_month, alike, another_second_date, another_first_date, only_in_preferred, only_in_other "
        "FROM snapshots.source_agreement WHERE authority_code = ? ORDER BY reporting_month",
        [authority],
    ).fetchall()
    months = [f"2020-{month:02}" for month in range(4, 13)] + ["2021-01", "2021-02"]
    assert found == [(month, *((1, 1, 0, 0, 0) if month == "2021-01" else (0,) * 5)) for month in months]


def test_the_counts_are_those_of_the_events(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = warehouse.sql(
        "SELECT sum(alike), sum(another_second_date), sum(another_first_date), sum(only_in_preferred), "
        "sum(only_in_other) FROM snapshots.source_agreement"
    ).fetchall()
    expected = Counter(kind for _, _, pairs in CASES.values() for kind, _, _ in pairs)
    assert found == [tuple(expected[kind] for kind in (ALIKE, END, START, OURS, THEIRS))]


@pytest.mark.parametrize("authority", ["E09000001", "E09000002", "E09000003"])
def test_one_source_alone_is_compared_with_nothing(warehouse: duckdb.DuckDBPyConnection, authority: str) -> None:
    for table in ("core.source_event", "warehouse.fct_event_match", "snapshots.source_agreement"):
        assert warehouse.execute(f"SELECT count(*) FROM {table} WHERE authority_code = ?", [authority]).fetchall() == [
            (0,)
        ]


def test_findings_about_sources_hold_no_month(warehouse: duckdb.DuckDBPyConnection) -> None:
    (held,) = warehouse.sql("SELECT count(*) FROM warehouse.fct_gate_finding").fetchall()
    assert held == (0,)


with (PROJECT / "sql/reference/event_source.csv").open(encoding="utf-8", newline="") as lines:
    PLACES = list(csv.DictReader(lines))
PERSON = {"ssd": "pers_person_id", "cin_census": "lachildid", "ssda903": "child"}


def world(stories: Mapping[str, list[tuple[str, dt.date, dt.date | None]]]) -> dict[str, Rows]:
    """The same events of every subject, as (child, first, second), written as each source has them."""
    tables: dict[str, Rows] = {"ssd_person": [], "cin_census_children": [], "ssda903_header": []}
    for place in PLACES:
        rows = tables.setdefault(place["table_name"], [])
        for number, (child, first, second) in enumerate(stories[place["source"]]):
            row: dict[str, Any] = {
                place["key_column"]: f"{place['table_name']} {number}",
                place["child_column"]: child,
                place["first_date_column"]: first,
            }
            if place["second_date_column"]:
                row[place["second_date_column"]] = second
            if place["table_name"] == "ssd_cla_episodes":
                row["clae_cla_id"] = child
            rows.append(row)
    return tables


def test_every_subject_is_compared(tmp_path: Path) -> None:
    """Counted again with Python's own sets: of each subject as many events are alike as both have."""
    dice = random.Random(7)
    ours = [(f"child {number}", dt.date(2020, 4, 1) + dt.timedelta(dice.randrange(300)), None) for number in range(60)]
    ended = [(child, first, first + dt.timedelta(dice.randrange(1, 10))) for child, first, _ in ours[:20]]
    theirs = [*ended, *ours[20:50]]
    tables = world({"ssd": ours, "cin_census": theirs, "ssda903": theirs})
    deliveries = {
        f"E06000015/{source}/2021-02": {name: rows for name, rows in tables.items() if name.startswith(f"{source}_")}
        for source in ("ssd", "cin_census", "ssda903")
    }
    with built(tmp_path, deliveries) as warehouse:
        found = warehouse.sql(
            "SELECT subject, sum(alike), sum(another_second_date), sum(another_first_date), sum(only_in_preferred), "
            "sum(only_in_other) FROM snapshots.source_agreement GROUP BY subject"
        ).fetchall()
        with_an_end = {place["subject"] for place in PLACES if place["second_date_column"]}
        assert len({place["subject"] for place in PLACES}) == 9
        assert sorted(found) == sorted(
            (subject, *((30, 20) if subject in with_an_end else (50, 0)), 0, 10, 0)
            for subject in {place["subject"] for place in PLACES}
        )


def test_what_was_not_held_is_no_event_and_episodes_in_a_row_are_one(tmp_path: Path) -> None:
    first, second = dt.date(2021, 1, 4), dt.date(2021, 1, 18)
    episode = {"clae_person_id": "k", "clae_cla_id": "k"}
    dataset: dict[str, Rows] = {
        "ssd_person": [],
        "ssd_cla_episodes": [
            {**episode, "clae_cla_episode_start_date": first, "clae_cla_episode_ceased_date": second},
            {**episode, "clae_cla_episode_start_date": second},
        ],
        "ssd_cla_reviews": [
            {"clar_cla_id": "k", "clar_cla_review_date": first, "clar_cla_review_cancelled": True},
            {"clar_cla_id": "k", "clar_cla_review_date": second, "clar_cla_review_cancelled": False},
        ],
        "ssd_cp_reviews": [
            {"cppr_person_id": "k", "cppr_cp_review_date": first, "cppr_cp_review_quorate": False},
            {"cppr_person_id": "k", "cppr_cp_review_date": second, "cppr_cp_review_quorate": True},
        ],
    }
    census: dict[str, Rows] = {"cin_census_cp_reviews": [{"lachildid": "k", "cpp_review_date": second}]}
    returned: dict[str, Rows] = {
        "ssda903_header": [],
        "ssda903_episodes": [{"child": "k", "decom": first}],
        "ssda903_reviews": [{"child": "k", "review": second}],
    }
    deliveries = {
        "E06000015/ssd/2021-02": dataset,
        "E06000015/cin_census/2021-02": census,
        "E06000015/ssda903/2021-02": returned,
    }
    with built(tmp_path, deliveries) as warehouse:
        found = warehouse.sql("SELECT subject, agreement FROM warehouse.fct_event_match").fetchall()
        assert sorted(found) == [
            ("child protection review", ALIKE),
            ("period of care", ALIKE),
            ("review of a child looked after", ALIKE),
        ]

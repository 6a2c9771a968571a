"""Children looked after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.staged_input import day, key
from tests.warehouse_input import authority_of, built_from_many, built_from_ssd, episode, figure, legal_status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

SINCE = "2020-06-01"


def born(child: str, birth_date: str | None) -> dict[str, Any]:
    return {"pers_person_id": child, "pers_dob": day(birth_date)}


# name: date of birth (or no person at all), legal statuses, why it is left out
CASES: dict[str, tuple[list[str | None], list[tuple[str | None, ...]], str | None]] = {
    "no legal status": (["2010-01-01"], [], None),
    "care order": (["2010-01-01"], [("C2", SINCE)], None),
    "accommodated": (["2010-01-01"], [("V2", SINCE)], None),
    "short breaks V3": (["2010-01-01"], [("V3", SINCE)], "short breaks"),
    "short breaks V4": (["2010-01-01"], [("V4", SINCE)], "short breaks"),
    "short breaks ended on the day": (["2010-01-01"], [("V4", SINCE, "2021-02-28")], None),
    "short breaks end the day after": (["2010-01-01"], [("V4", SINCE, "2021-03-01")], "short breaks"),
    "short breaks not yet": (["2010-01-01"], [("V4", "2021-03-01")], None),
    "short breaks, then care": (["2010-01-01"], [("V4", SINCE), ("C1", "2021-02-01")], None),
    "care, then short breaks": (["2010-01-01"], [("C1", SINCE), ("V4", "2021-02-01")], "short breaks"),
    "18 on the day": (["2003-02-28"], [], "aged 18 or over"),
    "18 the day after": (["2003-03-01"], [], None),
    "born on a leap day": (["2004-02-29"], [], None),
    "date of birth not known": ([None], [], None),
    "person not delivered": ([], [], None),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with built_from_ssd(
        tmp_path_factory.mktemp("looked_after"),
        person=[born(child, birth_date) for child, (births, *_) in CASES.items() for birth_date in births],
        cla_episodes=[episode(child, SINCE) for child in CASES],
        legal_status=[
            legal_status(child, code, *dates)  # type: ignore[arg-type]
            for child, (_, statuses, _) in CASES.items()
            for code, *dates in statuses
        ],
    ) as warehouse:
        yield warehouse


@pytest.mark.parametrize("name", CASES)
def test_each_child_counts_or_is_left_out(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    found = warehouse.execute(
        "SELECT excluded_because FROM warehouse.fct_child_looked_after_month "
        "WHERE child_id = ? AND reporting_month = '2021-02'",
        [key(name)],
    ).fetchall()
    assert found == [(CASES[name][2],)]


def test_the_children_are_counted(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert figure(warehouse, "cla_count") == (sum(reason is None for *_, reason in CASES.values()), None)


EPISODES = {
    "starts on the last day": ([episode("a", "2021-02-28")], 1),
    "starts after": ([episode("a", "2021-03-01")], 0),
    "ends on the last day": ([episode("a", SINCE, "2021-02-28")], 0),
    "ends after": ([episode("a", SINCE, "2021-03-01")], 1),
    "moves on the last day": ([episode("a", SINCE, "2021-02-28"), episode("a", "2021-02-28")], 1),
    "overlaps": ([episode("a", SINCE), episode("a", "2021-01-01")], 1),
}


@pytest.fixture(scope="module")
def episodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    cases = {name: {"cla_episodes": rows} for name, (rows, _) in EPISODES.items()}
    with built_from_many(tmp_path_factory.mktemp("episodes"), cases) as warehouse:
        yield warehouse


@pytest.mark.parametrize("name", EPISODES)
def test_a_child_counts_while_an_episode_is_open(episodes: duckdb.DuckDBPyConnection, name: str) -> None:
    assert figure(episodes, "cla_count", authority=authority_of(EPISODES, name)) == (EPISODES[name][1], None)


def test_a_child_born_on_a_leap_day_turns_18_on_1_march(tmp_path: Path) -> None:
    leap = {"person": [born("a", "2000-02-29")], "cla_episodes": [episode("a", "2018-01-01")]}
    with built_from_ssd(tmp_path, **leap) as warehouse:
        assert figure(warehouse, "cla_count", "2018-02") == (1, None)
        assert figure(warehouse, "cla_count", "2018-03") == (0, None)

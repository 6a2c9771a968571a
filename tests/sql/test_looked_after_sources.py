"""Children looked after, from the SSDA903, from the Standard Safeguarding Dataset, and from both."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.contracts.kpis import load_register
from pipelines.settings import PROJECT
from tests.staged_input import day, key
from tests.warehouse_input import (
    AUTHORITY,
    authority_of,
    built,
    episode,
    figure,
    involvement,
    legal_status,
    ssd,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

KPIS = ("cla_count", "cla_dental")
ASKED = ("snapshots.kpi_month", "warehouse.fct_child_looked_after_month", "core.child")
MARCH = "2018-03"


def child(name: str, born: str | None = "2010-01-01") -> dict[str, Any]:
    return {"child": name, "dob": day(born)}


def care(name: str, decom: str, dec: str | None = None, status: str | None = "C2") -> dict[str, Any]:
    return {"child": name, "decom": day(decom), "dec": day(dec), "ls": status}


def ssda903(*episodes: dict[str, Any], header: Rows | None = None) -> dict[str, Rows]:
    """A whole return: the episodes, and every child of theirs in the header unless one is given."""
    names = sorted({each["child"] for each in episodes})
    children = [child(name) for name in names] if header is None else header
    return {"ssda903_header": children, "ssda903_episodes": list(episodes), "ssda903_reviews": []}


def count(
    warehouse: duckdb.DuckDBPyConnection, month: str = MARCH, team: str | None = None, authority: str = AUTHORITY
) -> int | None:
    found = figure(warehouse, "cla_count", month, team, authority)
    return None if found is None else found[0]


SINCE = "2016-06-01"
CASES: dict[str, tuple[dict[str, Rows], int]] = {
    "open": (ssda903(care("a", SINCE)), 1),
    "starts on the last day": (ssda903(care("a", "2018-03-31")), 1),
    "starts after": (ssda903(care("a", "2018-04-01")), 0),
    "ceases on the last day": (ssda903(care("a", SINCE, "2018-03-31")), 0),
    "ceases after": (ssda903(care("a", SINCE, "2018-04-01")), 1),
    "moves on the last day": (ssda903(care("a", SINCE, "2018-03-31"), care("a", "2018-03-31")), 1),
    "two open": (ssda903(care("a", SINCE), care("a", "2018-01-01", None, "J1")), 1),
    "the same row twice": (ssda903(care("a", SINCE), care("a", SINCE)), 1),
    "short breaks V3": (ssda903(care("a", SINCE, None, "V3")), 0),
    "short breaks V4": (ssda903(care("a", SINCE, None, "V4")), 0),
    "accommodated V2": (ssda903(care("a", SINCE, None, "V2")), 1),
    "no legal status": (ssda903(care("a", SINCE, None, None)), 1),
    "from short breaks into care": (ssda903(care("a", SINCE, "2018-03-31", "V4"), care("a", "2018-03-31")), 1),
    "from care into short breaks": (ssda903(care("a", SINCE, "2018-03-31"), care("a", "2018-03-31", None, "V4")), 0),
    "care and short breaks since one day": (ssda903(care("a", SINCE, None, "V3"), care("a", SINCE)), 1),
    "18 on the day": (ssda903(care("a", SINCE), header=[child("a", "2000-03-31")]), 0),
    "18 the day after": (ssda903(care("a", SINCE), header=[child("a", "2000-04-01")]), 1),
    "date of birth not known": (ssda903(care("a", SINCE), header=[child("a", None)]), 1),
    "not in the header": (ssda903(care("a", SINCE), header=[child("b")]), 1),
    "nobody": (ssda903(), 0),
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {f"{authority_of(CASES, name)}/ssda903/{MARCH}": tables for name, (tables, _) in CASES.items()}
    with built(tmp_path_factory.mktemp("returns"), deliveries, MARCH, of=ASKED, kpis=KPIS) as warehouse:
        yield warehouse


@pytest.mark.parametrize("name", CASES)
def test_a_child_of_the_return_counts_once_while_an_episode_is_open(
    cases: duckdb.DuckDBPyConnection, name: str
) -> None:
    assert figure(cases, "cla_count", MARCH, authority=authority_of(CASES, name)) == (CASES[name][1], None)


def test_a_child_that_only_the_return_knows_is_with_no_team(cases: duckdb.DuckDBPyConnection) -> None:
    assert figure(cases, "cla_count", MARCH, "unallocated", authority_of(CASES, "open")) == (1, None)


COVERED = {
    "2018-03": (("2017-04", "2018-03"), ("2017-03", "2018-04")),
    "2018-01": (("2017-04", "2018-01"), ("2017-03", "2018-02")),
    "2017-04": (("2017-04", "2017-04"), ("2017-03", "2017-05")),
}


def test_a_return_covers_its_collection_year_up_to_its_month(tmp_path: Path) -> None:
    codes = {delivered: authority_of(COVERED, delivered) for delivered in COVERED}
    returns = {f"{code}/ssda903/{delivered}": ssda903(care("a", SINCE)) for delivered, code in codes.items()}
    with built(tmp_path, returns, "2018-06", of=ASKED, kpis=KPIS) as warehouse:
        for delivered, (covered, absent) in COVERED.items():
            code = codes[delivered]
            assert [count(warehouse, month, authority=code) for month in covered] == [1, 1], delivered
            assert [count(warehouse, month, authority=code) for month in absent] == [None, None], delivered


@pytest.fixture
def two_returns() -> dict[str, dict[str, Rows]]:
    january = ssda903(care("a", SINCE), care("b", SINCE))
    return {f"{AUTHORITY}/ssda903/2018-01": january, f"{AUTHORITY}/ssda903/{MARCH}": ssda903(care("a", SINCE))}


@pytest.mark.parametrize(("month", "january", "march"), [("2018-02", 2, None), ("2018-03", 1, 1)])
def test_the_newest_return_up_to_the_month_counts(
    tmp_path: Path, two_returns: dict[str, dict[str, Rows]], month: str, january: int, march: int | None
) -> None:
    with built(tmp_path, two_returns, month, of=ASKED, kpis=KPIS) as warehouse:
        assert (count(warehouse, "2018-01"), count(warehouse, "2018-03")) == (january, march)


HALVES = {"header": "E09000001", "episodes": "E09000002"}


def test_half_a_return_counts_nobody_and_stops_nothing(tmp_path: Path) -> None:
    whole = ssda903(care("a", SINCE))
    halves = [{name: rows for name, rows in whole.items() if name != f"ssda903_{part}"} for part in HALVES]
    deliveries = {f"{authority}/ssda903/{MARCH}": half for authority, half in zip(HALVES.values(), halves, strict=True)}
    with built(tmp_path, {f"{AUTHORITY}/ssda903/{MARCH}": whole, **deliveries}, MARCH) as warehouse:
        assert [count(warehouse, authority=authority) for authority in HALVES.values()] == [None, None]
        assert count(warehouse) == 1


BOTH_SSD = ssd(
    person=[{"pers_person_id": "in both"}, {"pers_person_id": "in ssd alone"}],
    cla_episodes=[episode("in both", SINCE), episode("in ssd alone", SINCE)],
    legal_status=[legal_status("in both", "C2", SINCE)],
    involvements=[involvement("in both", "T1", SINCE)],
)
BOTH_RETURNED = ssda903(
    *(care("in both", SINCE, None, status) for status in ("V4", "V4")),
    *(care(f"in the return alone {each}", SINCE) for each in range(3)),
    care("grown up", SINCE),
    header=[child("in both"), child("grown up", "1999-01-01")],
)
ONE_CHILD = ssd(
    person=[{"pers_person_id": "in both"}],
    cla_episodes=[episode("in both", SINCE)],
    legal_status=[legal_status("in both", "C2", SINCE)],
)
SEEN_TO = {
    **ssda903(care("in both", SINCE)),
    "ssda903_oc2": [{"child": "in both", "dob": day("2010-01-01"), "teeth_check": "1"}],
}
NEEDED = ("ssd_person", "ssd_cla_episodes", "ssd_legal_status")
# What each council has in the one and in the other, all of them through one build.
TWO_SOURCES: dict[str, tuple[dict[str, Rows], dict[str, Rows]]] = {
    "both": (BOTH_SSD, BOTH_RETURNED),
    **{each: ({name: rows for name, rows in BOTH_SSD.items() if name != each}, BOTH_RETURNED) for each in NEEDED},
    "births": (
        ssd(person=[{"pers_person_id": "a", "pers_dob": day("2012-01-01")}, {"pers_person_id": "b"}]),
        ssda903(header=[child("a", "2013-03-03"), child("b", "2014-04-04"), child("c", "2015-05-05")]),
    ),
    "halves": (
        {"ssd_person": [], "ssd_cla_episodes": [episode("a", SINCE)]},
        {"ssda903_episodes": [care("a", SINCE)]},
    ),
    "no health": (ONE_CHILD, SEEN_TO),
    "health": ({**ONE_CHILD, "ssd_cla_health": []}, SEEN_TO),
}
CODES = {name: authority_of(TWO_SOURCES, name) for name in TWO_SOURCES}


@pytest.fixture(scope="module")
def two_sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {
        f"{CODES[name]}/{source}/{MARCH}": tables
        for name, delivered in TWO_SOURCES.items()
        for source, tables in zip(("ssd", "ssda903"), delivered, strict=True)
    }
    with built(tmp_path_factory.mktemp("two"), deliveries, MARCH, of=ASKED, kpis=KPIS) as warehouse:
        yield warehouse


def test_where_both_cover_a_month_the_ssd_alone_counts(two_sources: duckdb.DuckDBPyConnection) -> None:
    code = CODES["both"]
    assert [count(two_sources, month, None, code) for month in ("2017-12", "2018-01", "2018-03")] == [3, 2, 2]
    assert count(two_sources, "2018-01", "T1", code) == 1
    assert count(two_sources, "2017-12", "unallocated", code) == 3
    left_out = two_sources.execute(
        "SELECT child_id, excluded_because FROM warehouse.fct_child_looked_after_month WHERE authority_code = ? "
        "AND reporting_month = '2017-12' AND excluded_because IS NOT NULL ORDER BY excluded_because",
        [code],
    ).fetchall()
    assert left_out == [(key("grown up"), "aged 18 or over"), (key("in both"), "short breaks")]


def test_a_child_of_both_has_one_date_of_birth_the_ssds_where_it_has_one(
    two_sources: duckdb.DuckDBPyConnection,
) -> None:
    rows = two_sources.execute(
        "SELECT child_id, birth_date FROM core.child WHERE authority_code = ?", [CODES["births"]]
    ).fetchall()
    births = zip("abc", ("2012-01-01", "2014-04-04", "2015-05-05"), strict=True)
    assert len(rows) == 3
    assert dict(rows) == {key(name): day(born) for name, born in births}


@pytest.mark.parametrize("missing", NEEDED)
def test_the_return_counts_where_the_ssd_lacks_a_table(two_sources: duckdb.DuckDBPyConnection, missing: str) -> None:
    assert [count(two_sources, month, None, CODES[missing]) for month in ("2017-12", MARCH)] == [3, 3]


def test_two_halves_of_two_sources_make_no_whole(two_sources: duckdb.DuckDBPyConnection) -> None:
    assert count(two_sources, authority=CODES["halves"]) is None


@pytest.mark.parametrize(("name", "march", "february"), [("no health", (1, 1), None), ("health", (0, 1), (0, 1))])
def test_what_the_ssd_does_not_hold_is_given_by_the_return_at_the_years_end(
    two_sources: duckdb.DuckDBPyConnection, name: str, march: tuple[int, int], february: tuple[int, int] | None
) -> None:
    assert figure(two_sources, "cla_dental", MARCH, authority=CODES[name]) == march
    assert figure(two_sources, "cla_dental", "2018-02", authority=CODES[name]) == february


def test_the_kpi_needs_what_one_of_its_sources_needs() -> None:
    needed: dict[str, list[str]] = {}
    with (PROJECT / "sql/reference/looked_after_source.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            needed.setdefault(line["source"], []).append(line["table_name"])
    cla_count = next(kpi for kpi in load_register(PROJECT / "sql/kpis") if kpi.kpi_id == "cla_count")
    assert cla_count.needs == (tuple(map(tuple, needed.values())),)

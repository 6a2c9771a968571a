"""Stocks from lists that hold one month's end: the same cases from Annex A and from the dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.staged_input import day
from tests.warehouse_input import MONTH, authority_of, built, figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

# 28 February 2021, the month's end, is a Sunday.
CHILD = "a child"


KPIS = (
    "assess_45wd",
    "assess_open_overdue",
    "cla_count",
    "cla_visit_snapshot",
    "cp_review_in_time",
    "cp_visit_in_line_with_plan",
    "cp_visit_snapshot",
    "cpp_count",
    "icpc_15wd",
)
ASKED = ("snapshots.kpi_month", "snapshots.kpi_absence", "core.listed_plan", "core.listed_looked_after")


@dataclass(frozen=True)
class OnPlan:
    start: str
    end: str | None = None
    visit: str | None = None
    born: str | None = "2010-01-01"

    def as_ssd(self) -> dict[str, Rows]:
        visits = [{"cppv_cp_visit_id": "v", "cppv_person_id": CHILD, "cppv_cp_visit_date": day(self.visit)}]
        return {
            "ssd_person": [{"pers_person_id": CHILD, "pers_dob": day(self.born)}],
            "ssd_cp_plans": [
                {
                    "cppl_cp_plan_id": "p",
                    "cppl_person_id": CHILD,
                    "cppl_cp_plan_start_date": day(self.start),
                    "cppl_cp_plan_end_date": day(self.end),
                }
            ],
            "ssd_cp_visits": [visit | {"cppv_cp_visit_seen": True} for visit in visits if self.visit],
        }

    def as_annex_a(self) -> dict[str, Rows]:
        row = {
            "child_protection_key": "p",
            "child_unique_id": CHILD,
            "date_of_birth": day(self.born),
            "child_protection_plan_start_date": day(self.start),
            "child_protection_plan_end_date": day(self.end),
            "date_of_the_last_statutory_visit": day(self.visit),
        }
        return {"annex_a_child_protection": [row]}


Expected = tuple[float, float | None] | None
NOT_COUNTED = (0, 0)
LONG_AGO = "2020-01-06"

ON_PLAN: dict[str, tuple[OnPlan, int, Expected]] = {
    "next visit due the day after the month's end": (OnPlan(LONG_AGO, visit="2021-02-15"), 1, (1, 1)),
    "next visit due on the last working day of the month": (OnPlan(LONG_AGO, visit="2021-02-12"), 1, (0, 1)),
    "never visited": (OnPlan(LONG_AGO), 1, (0, 1)),
    "plan shorter than an interval": (OnPlan("2021-02-15"), 1, NOT_COUNTED),
    "plan of just an interval, not visited": (OnPlan("2021-02-12"), 1, (0, 1)),
    "visited before the plan": (OnPlan("2021-02-12", visit="2021-02-11"), 1, (0, 1)),
    "visited on the plan's first day": (OnPlan("2021-02-12", visit="2021-02-12"), 1, (0, 1)),
    "visited in a plan of an interval": (OnPlan("2021-02-12", visit="2021-02-22"), 1, (1, 1)),
    "starts on the month's last day": (OnPlan("2021-02-28"), 1, NOT_COUNTED),
    "starts the day after": (OnPlan("2021-03-01"), 0, NOT_COUNTED),
    "ends on the month's last day": (OnPlan(LONG_AGO, "2021-02-28", "2021-02-22"), 0, NOT_COUNTED),
    "ends the day after": (OnPlan(LONG_AGO, "2021-03-01", "2021-02-22"), 1, (1, 1)),
    "unborn": (OnPlan(LONG_AGO, born="2021-03-01"), 1, NOT_COUNTED),
    "born on the last day": (OnPlan(LONG_AGO, born="2021-02-28"), 1, NOT_COUNTED),
    "born an interval ago": (OnPlan(LONG_AGO, born="2021-02-12"), 1, (0, 1)),
    "born less than an interval ago": (OnPlan(LONG_AGO, born="2021-02-15"), 1, NOT_COUNTED),
    "visited before the birth alone": (OnPlan(LONG_AGO, born="2021-02-12", visit="2021-02-11"), 1, (0, 1)),
    "born on a day not known": (OnPlan(LONG_AGO, born=None, visit="2021-02-15"), 1, (1, 1)),
}


@dataclass(frozen=True)
class LookedAfter:
    placement: str | None = "U6"
    since: str = "2019-06-01"
    visit: str | None = None
    status: str | None = "C2"
    status_since: str = "2019-06-01"
    review: str | None = None
    lasting: bool = False
    born: str | None = "2010-01-01"
    ceased: str | None = None
    taken_in: str = "2019-06-01"

    def as_ssd(self) -> dict[str, Rows]:
        return {
            "ssd_person": [{"pers_person_id": CHILD, "pers_dob": day(self.born)}],
            "ssd_cla_episodes": [
                {
                    "clae_cla_episode_id": "e",
                    "clae_person_id": CHILD,
                    "clae_cla_id": "l",
                    "clae_cla_episode_start_date": day(self.taken_in),
                    "clae_cla_episode_ceased_date": day(self.ceased),
                }
            ],
            "ssd_legal_status": [
                {
                    "lega_legal_status_id": "s",
                    "lega_person_id": CHILD,
                    "lega_legal_status": self.status,
                    "lega_legal_status_start_date": day(self.status_since),
                    "lega_legal_status_end_date": day(self.ceased),
                }
            ],
            "ssd_cla_placement": [
                {
                    "clap_cla_placement_id": "q",
                    "clap_person_id": CHILD,
                    "clap_cla_placement_type": self.placement,
                    "clap_cla_placement_start_date": day(self.since),
                }
            ][: 1 if self.placement else 0],
            "ssd_cla_visits": [
                {
                    "clav_cla_visit_id": "v",
                    "clav_person_id": CHILD,
                    "clav_cla_visit_date": day(self.visit),
                    "clav_cla_visit_seen": True,
                }
            ][: 1 if self.visit else 0],
            "ssd_cla_reviews": [
                {"clar_cla_review_id": "r", "clar_cla_id": "l", "clar_cla_review_date": day(self.review)}
            ][: 1 if self.review else 0],
            "ssd_cla_care_plan": [
                {
                    "lacp_table_id": "c",
                    "lacp_person_id": CHILD,
                    "lacp_cla_care_plan_start_date": day(self.since),
                    "lacp_cla_care_plan_json__ltfost18": True,
                }
            ][: 1 if self.lasting else 0],
        }

    def as_annex_a(self) -> dict[str, Rows]:
        row = {
            "looked_after_key": "l",
            "child_unique_id": CHILD,
            "date_of_birth": day(self.born),
            "date_started_to_be_looked_after": day(self.taken_in),
            "date_ceased_to_be_looked_after": day(self.ceased),
            "legal_status": self.status,
            "start_date_of_current_legal_status": day(self.status_since),
            "placement_type": self.placement,
            "start_date_of_most_recent_placement": day(self.since) if self.placement else None,
            "permanence_plan": "Long-term fostering" if self.lasting else "Return to family",
            "date_of_last_social_work_visit": day(self.visit),
            "date_of_latest_statutory_review": day(self.review),
        }
        return {"annex_a_looked_after": [row]}


CARE = LookedAfter
WITH_PARENTS: dict[str, Any] = {"placement": "P1", "status": "C1"}
LOOKED_AFTER: dict[str, tuple[LookedAfter, int, Expected]] = {
    "six weeks from the visit end with the month": (CARE(visit="2021-01-17"), 1, (1, 1)),
    "six weeks from the visit ended the day before": (CARE(visit="2021-01-16"), 1, (0, 1)),
    "placement of six days, not visited": (CARE(since="2021-02-22"), 1, NOT_COUNTED),
    "placement of a week, not visited": (CARE(since="2021-02-21"), 1, (1, 1)),
    "placement of eight days, not visited": (CARE(since="2021-02-20"), 1, (0, 1)),
    "placement of six days, visited": (CARE(since="2021-02-22", visit="2021-02-23"), 1, (1, 1)),
    "visited before the placement alone": (CARE(since="2021-02-20", visit="2021-02-19"), 1, (0, 1)),
    "lasting, three months from the visit end with the month": (CARE("U1", visit="2020-11-28"), 1, (1, 1)),
    "lasting, three months from the visit ended before": (CARE("U1", visit="2020-11-27"), 1, (0, 1)),
    "lasting, visited on the anniversary": (CARE("U4", since="2020-01-10", visit="2021-01-10"), 1, (1, 1)),
    "lasting, visited the day before it": (CARE("U4", since="2020-01-10", visit="2021-01-09"), 1, (0, 1)),
    "meant to last by its care plan": (CARE(lasting=True, visit="2020-11-28"), 1, (1, 1)),
    "not meant to last": (CARE(lasting=False, visit="2020-11-28"), 1, (0, 1)),
    "with a parent, interim order, not reviewed": (CARE(**WITH_PARENTS, visit="2021-02-21"), 1, (1, 1)),
    "with a parent, interim order, not reviewed, overdue": (CARE(**WITH_PARENTS, visit="2021-02-20"), 1, (0, 1)),
    "with a parent, interim order, reviewed": (
        CARE(**WITH_PARENTS, visit="2021-01-31", review="2021-01-31"),
        1,
        (1, 1),
    ),
    "with a parent, interim order, reviewed, overdue": (
        CARE(**WITH_PARENTS, visit="2021-01-30", review="2021-01-30"),
        1,
        (0, 1),
    ),
    "with a parent, interim order, reviewed for the first time after the visit": (
        CARE(**WITH_PARENTS, taken_in="2021-01-04", since="2021-01-04", visit="2021-01-31", review="2021-02-01"),
        1,
        (0, 1),
    ),
    "with a parent, care order": (CARE("P1", visit="2021-01-17"), 1, (1, 1)),
    "with a parent, a care order after the visit": (
        CARE("P1", visit="2021-02-19", status_since="2021-02-20"),
        1,
        (0, 1),
    ),
    "with a parent, a care order of a week": (CARE("P1", visit="2021-01-17", status_since="2021-02-21"), 1, (1, 1)),
    "a care order after the visit, elsewhere": (CARE(visit="2021-02-19", status_since="2021-02-20"), 1, (1, 1)),
    "no placement": (CARE(None, visit="2021-02-20"), 1, (0, 1)),
    "short breaks": (CARE(status="V4", visit="2021-02-20"), 0, NOT_COUNTED),
    "no legal status": (CARE(status=None, visit="2021-02-20"), 1, (1, 1)),
    "18 on the month's last day": (CARE(born="2003-02-28", visit="2021-02-20"), 0, NOT_COUNTED),
    "18 the day after": (CARE(born="2003-03-01", visit="2021-02-20"), 1, (1, 1)),
    "ceased on the month's last day": (CARE(visit="2021-02-20", ceased="2021-02-28"), 0, NOT_COUNTED),
    "ceased the day after": (CARE(visit="2021-02-20", ceased="2021-03-01"), 1, (1, 1)),
}
# A list that was made after the month's end holds a visit of then, and not the one before it.
VISITED_SINCE: dict[str, tuple[OnPlan | LookedAfter, str, Expected]] = {
    "on a plan, visited on the last day": (OnPlan("2021-01-04", visit="2021-02-28"), "cp_visit_snapshot", (1, 1)),
    "on a plan, visited since": (OnPlan("2021-01-04", visit="2021-03-01"), "cp_visit_snapshot", NOT_COUNTED),
    "looked after, visited on the last day": (CARE(visit="2021-02-28"), "cla_visit_snapshot", (1, 1)),
    "looked after, visited since": (CARE(visit="2021-03-01"), "cla_visit_snapshot", NOT_COUNTED),
}
# A list holds the latest review alone. That one was held before it is taken for granted from the day it was due.
REVIEWED_SINCE: dict[str, tuple[LookedAfter, int, Expected]] = {
    "reviewed after a visit on the day the first review was due": (
        CARE(**WITH_PARENTS, taken_in="2021-01-04", since="2021-01-04", visit="2021-02-01", review="2021-02-02"),
        1,
        (1, 1),
    ),
    "reviewed after a visit on the day before": (
        CARE(**WITH_PARENTS, taken_in="2021-01-05", since="2021-01-05", visit="2021-02-01", review="2021-02-02"),
        1,
        (0, 1),
    ),
    "visited after the first review was due, never reviewed": (
        CARE(**WITH_PARENTS, taken_in="2021-01-04", since="2021-01-04", visit="2021-02-01"),
        1,
        (0, 1),
    ),
}
SOURCES = ("ssd", "annex_a")


@dataclass(frozen=True)
class Assessed:
    start: str
    authorised: str | None = None

    def as_ssd(self) -> dict[str, Rows]:
        row = {
            "cina_assessment_id": "a",
            "cina_person_id": CHILD,
            "cina_assessment_start_date": day(self.start),
            "cina_assessment_auth_date": day(self.authorised),
        }
        return {"ssd_cin_assessments": [row]}

    def as_annex_a(self) -> dict[str, Rows]:
        row = {
            "assessment_key": "a",
            "child_unique_id": CHILD,
            "continuous_assessment_start_date": day(self.start),
            "continuous_assessment_date_of_authorisation": day(self.authorised),
        }
        return {"annex_a_assessments": [row]}


# In the 45 working days before the month's end lie three bank holidays: 25 and 28 December, 1 January.
ASSESSED: dict[str, tuple[Assessed, int]] = {
    "open for 45 working days": (Assessed("2020-12-22"), 0),
    "open for 46 working days": (Assessed("2020-12-21"), 1),
    "authorised on the month's last day": (Assessed("2020-12-18", "2021-02-28"), 0),
    "authorised the day after": (Assessed("2020-12-18", "2021-03-01"), 1),
    "started the day after": (Assessed("2021-03-01"), 0),
}
CASES: Mapping[str, tuple[Any, ...]] = {
    **{f"on a plan: {name}": case for name, case in ON_PLAN.items()},
    **{f"looked after: {name}": case for name, case in LOOKED_AFTER.items()},
    **{f"looked after: {name}": case for name, case in REVIEWED_SINCE.items()},
    **VISITED_SINCE,
    **{f"assessed: {name}": case for name, case in ASSESSED.items()},
}


@pytest.fixture(scope="module", params=SOURCES)
def warehouse(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    source = request.param
    deliveries = {
        f"{authority_of(CASES, name)}/{source}/{MONTH}": getattr(case[0], f"as_{source}")()
        for name, case in CASES.items()
    }
    with built(tmp_path_factory.mktemp(source), deliveries, of=ASKED, kpis=KPIS) as connection:
        yield connection


def figure_of(warehouse: duckdb.DuckDBPyConnection, kpi_id: str, name: str) -> tuple[Any, ...] | None:
    return figure(warehouse, kpi_id, authority=authority_of(CASES, name))


@pytest.mark.parametrize("name", ON_PLAN)
def test_a_child_on_a_plan(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    _, children, visits = ON_PLAN[name]
    assert figure_of(warehouse, "cpp_count", f"on a plan: {name}") == (children, None)
    assert figure_of(warehouse, "cp_visit_snapshot", f"on a plan: {name}") == visits


@pytest.mark.parametrize("name", LOOKED_AFTER)
def test_a_looked_after_child(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    _, children, visits = LOOKED_AFTER[name]
    assert figure_of(warehouse, "cla_count", f"looked after: {name}") == (children, None)
    assert figure_of(warehouse, "cla_visit_snapshot", f"looked after: {name}") == visits


@pytest.mark.parametrize("name", VISITED_SINCE)
def test_a_visit_that_a_list_cannot_hold(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    """The dataset knows that there was none before."""
    _, kpi_id, visits = VISITED_SINCE[name]
    is_dataset = name.endswith("since") and warehouse.sql("SELECT * FROM core.listed_plan").fetchall() == []
    assert figure_of(warehouse, kpi_id, name) == ((0, 1) if is_dataset else visits)


@pytest.mark.parametrize("name", REVIEWED_SINCE)
def test_an_earlier_review_that_a_list_cannot_hold(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    """The dataset holds every review, and knows that there was none."""
    _, _, visits = REVIEWED_SINCE[name]
    is_dataset = warehouse.sql("SELECT count(*) FROM core.listed_looked_after").fetchall() == [(0,)]
    assert figure_of(warehouse, "cla_visit_snapshot", f"looked after: {name}") == ((0, 1) if is_dataset else visits)


@pytest.mark.parametrize("name", ASSESSED)
def test_an_assessment(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    _, overdue = ASSESSED[name]
    assert figure_of(warehouse, "assess_open_overdue", f"assessed: {name}") == (overdue, None)


LISTS, BOTH = "E00000101", "E00000102"


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One authority with lists of two months, and one that delivered the dataset until the first of them."""
    first = OnPlan(LONG_AGO, visit="2021-01-22")
    gone = {**first.as_annex_a()["annex_a_child_protection"][0], "child_unique_id": "b", "child_protection_key": "pb"}
    january = {"annex_a_child_protection": [*first.as_annex_a()["annex_a_child_protection"], gone]}
    february = OnPlan(LONG_AGO, visit="2021-02-22").as_annex_a()
    ssd = first.as_ssd()
    more = [{**ssd["ssd_cp_plans"][0], "cppl_cp_plan_id": name, "cppl_person_id": name} for name in ("b", "c", "d")]
    deliveries = {
        f"{LISTS}/annex_a/2021-01": january,
        f"{LISTS}/annex_a/2021-02": february,
        f"{BOTH}/annex_a/2021-01": january,
        f"{BOTH}/annex_a/2021-02": february,
        f"{BOTH}/ssd/2021-01": {**ssd, "ssd_cp_plans": [*ssd["ssd_cp_plans"], *more]},
    }
    with built(tmp_path_factory.mktemp("months"), deliveries, of=ASKED, kpis=KPIS) as connection:
        yield connection


def test_a_list_covers_its_own_month_alone(months: duckdb.DuckDBPyConnection) -> None:
    """The child who has gone from February's list is not on a plan then, though January's list has no end of it."""
    assert figure(months, "cpp_count", "2021-01", authority=LISTS) == (2, None)
    assert figure(months, "cpp_count", "2021-02", authority=LISTS) == (1, None)
    assert figure(months, "cpp_count", "2020-12", authority=LISTS) is None
    assert figure(months, "cp_visit_snapshot", "2021-01", authority=LISTS) == (2, 2)
    assert figure(months, "cp_visit_snapshot", "2021-02", authority=LISTS) == (1, 1)


def test_a_list_is_taken_where_the_dataset_does_not_reach(months: duckdb.DuckDBPyConnection) -> None:
    assert figure(months, "cpp_count", "2021-01", authority=BOTH) == (4, None)
    assert figure(months, "cpp_count", "2021-02", authority=BOTH) == (1, None)
    assert figure(months, "cp_visit_snapshot", "2021-01", authority=BOTH) == (1, 4)
    assert figure(months, "cp_visit_snapshot", "2021-02", authority=BOTH) == (1, 1)


AGAIN = "E00000103"


def test_what_is_on_a_list_twice_counts_once_and_as_it_was_last_recorded(tmp_path: Path) -> None:
    """Sheets of two months in one workbook: the plan and the care have ended since, the assessment is authorised."""
    plan = OnPlan(LONG_AGO, visit="2021-01-22"), OnPlan(LONG_AGO, visit="2021-02-22")
    ended = OnPlan(LONG_AGO), OnPlan(LONG_AGO, end="2021-02-10")
    care = CARE("P1", visit="2021-01-04"), CARE("U1", since="2021-02-01", visit="2021-02-20")
    overdue = Assessed("2020-10-01"), Assessed("2020-10-01")
    authorised = Assessed("2020-10-01"), Assessed("2020-10-01", "2021-02-10")

    def twice(pairs: Sequence[tuple[Any, Any]]) -> list[dict[str, Any]]:
        rows = []
        for number, pair in enumerate(pairs):
            for part, each in enumerate(pair):
                ((row,),) = each.as_annex_a().values()
                keys = {name: f"{number} {part}" for name in row if name.endswith("_key")}
                rows.append({**row, **keys, "child_unique_id": f"child {number}"})
        # Which comes first in the file must not matter.
        return rows[::-1]

    tables = {
        "annex_a_child_protection": twice([plan, ended]),
        "annex_a_looked_after": twice([care]),
        "annex_a_assessments": twice([overdue, authorised]),
    }
    with built(tmp_path, {f"{AGAIN}/annex_a/{MONTH}": tables}, of=ASKED, kpis=KPIS) as warehouse:
        figures = {
            kpi_id: figure(warehouse, kpi_id, authority=AGAIN)
            for kpi_id in ("cpp_count", "cp_visit_snapshot", "cla_count", "cla_visit_snapshot", "assess_open_overdue")
        }
    assert figures == {
        "cpp_count": (1, None),
        "cp_visit_snapshot": (1, 1),
        "cla_count": (1, None),
        "cla_visit_snapshot": (1, 1),
        "assess_open_overdue": (1, None),
    }


def test_an_unborn_child_of_a_list_is_known_by_another_source(tmp_path: Path) -> None:
    listed = OnPlan(LONG_AGO, born=None).as_annex_a()
    expected = {"ssd_person": [{"pers_person_id": CHILD, "pers_expected_dob": day("2021-03-20")}]}
    deliveries = {f"{AGAIN}/annex_a/{MONTH}": listed, f"{AGAIN}/ssd/{MONTH}": expected}
    with built(tmp_path, deliveries, of=ASKED, kpis=KPIS) as warehouse:
        assert figure(warehouse, "cp_visit_snapshot", authority=AGAIN) == NOT_COUNTED
        assert figure(warehouse, "cpp_count", authority=AGAIN) == (1, None)


def test_a_figure_says_which_sources_fed_it(months: duckdb.DuckDBPyConnection) -> None:
    sources = months.execute(
        """
        SELECT reporting_month, sources FROM snapshots.kpi_month
        WHERE authority_code = ? AND kpi_id = 'cp_visit_snapshot' AND team_code IS NULL AND reporting_month > '2020-12'
        ORDER BY reporting_month
        """,
        [BOTH],
    ).fetchall()
    assert sources == [("2021-01", "ssd"), ("2021-02", "annex_a")]


@pytest.mark.parametrize("kpi_id", ["cp_visit_in_line_with_plan", "cp_review_in_time", "assess_45wd", "icpc_15wd"])
def test_what_happened_in_a_month_is_in_no_list_and_the_figure_says_what_it_waits_for(
    months: duckdb.DuckDBPyConnection, kpi_id: str
) -> None:
    assert figure(months, kpi_id, authority=LISTS) is None
    (reason,) = months.execute(
        "SELECT reason FROM snapshots.kpi_absence WHERE kpi_id = ? AND authority_code = ?", [kpi_id, LISTS]
    ).fetchall()
    assert reason[0].startswith("waits for ssd_")
    assert "(never delivered)" in reason[0]

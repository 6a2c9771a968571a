"""What an unread value leaves undecided counts in neither numerator nor denominator, and is counted beside both."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from rich.console import Console

from pipelines.cli.explain import FigureWanted, _print_figures, _print_records
from pipelines.periods import Period
from tests.staged_input import day
from tests.warehouse_input import (
    MONTH,
    assessment,
    authority_of,
    built,
    episode,
    figure,
    involvement,
    legal_status,
    plan,
    ssd,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.staged_input import Rows

START, END, OWN = "cppl_cp_plan_start_date", "cppl_cp_plan_end_date", "cppl_cp_plan_ola"
JANUARY, DECEMBER = "2021-01", "2020-12"
OTHER_TABLES = (
    "ssd_cin_episodes",
    "ssd_cp_visits",
    "ssd_cp_reviews",
    "ssd_professionals",
    "ssd_cla_health",
    "ssd_missing",
    "ssd_care_leavers",
)


@dataclass(frozen=True)
class UndecidedCase:
    """Rows of an authority, and what a KPI then counts in a month: numerator, denominator and undecided."""

    tables: dict[str, Rows]
    counts: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict)


def unread(row: dict[str, Any], *columns: str) -> dict[str, Any]:
    """The row as it is staged where these columns could not be read."""
    return {**row, **dict.fromkeys(columns), "unread_columns": list(columns)}


def born(child: str, birth: str | None, **others: Any) -> dict[str, Any]:
    return {"pers_person_id": child, "pers_dob": day(birth), **others}


def visit(child: str, date: str | None, seen: bool | None = True) -> dict[str, Any]:
    return {
        "cppv_cp_visit_id": f"{child} {date}",
        "cppv_person_id": child,
        "cppv_cp_visit_date": day(date),
        "cppv_cp_visit_seen": seen,
    }


def conference(child: str, date: str | None, enquiry: str | None) -> dict[str, Any]:
    return {
        "icpc_icpc_id": f"conference of {child}",
        "icpc_person_id": child,
        "icpc_s47_enquiry_id": enquiry,
        "icpc_icpc_date": day(date),
    }


def enquiry(child: str, start: str | None, name: str | None = None) -> dict[str, Any]:
    return {
        "s47e_s47_enquiry_id": name or f"enquiry of {child}",
        "s47e_person_id": child,
        "s47e_s47_start_date": day(start),
    }


def held_by(worker: str, child: str) -> dict[str, Any]:
    return {**involvement(child, "T1", "2020-01-01"), "invo_professional_id": worker}


def dental_check(child: str, date: str | None) -> dict[str, Any]:
    return {
        "clah_health_check_id": f"{child} {date}",
        "clah_person_id": child,
        "clah_health_check_type": "Dental check",
        "clah_health_check_date": day(date),
    }


def plans(*rows: dict[str, Any], **others: Any) -> dict[str, Rows]:
    return {"cp_plans": [*rows], **others}


COUNT = "cpp_count"
VISITS = "cp_visit_in_line_with_plan"
# A plan from 4 January: visits are due on the 18th, on 1 February and on the 15th, each 10 working days after the last.
VISITED = [visit("child", "2021-01-18"), visit("child", "2021-02-01")]
CASES = {
    "a plan whose end could not be read, from its start on": UndecidedCase(
        plans(unread(plan("child", "2021-01-04"), END), plan("other", "2020-01-04")),
        {(COUNT, DECEMBER): (1, None, 0), (COUNT, JANUARY): (1, None, 1), (COUNT, MONTH): (1, None, 1)},
    ),
    "the same beside one that is open": UndecidedCase(
        plans(unread(plan("child", "2019-01-04"), END), plan("child", "2021-01-04")),
        {(COUNT, DECEMBER): (0, None, 1), (COUNT, JANUARY): (1, None, 0)},
    ),
    "a plan whose start could not be read, until its end": UndecidedCase(
        plans(unread(plan("child", "2020-01-04", "2021-02-10"), START)),
        {(COUNT, JANUARY): (0, None, 1), (COUNT, MONTH): (0, None, 0)},
    ),
    "a plan of which it could not be read whose it is": UndecidedCase(
        plans(unread(plan("child", "2020-01-04"), OWN)),
        {(COUNT, MONTH): (0, None, 1)},
    ),
    "a plan of another authority, whatever else could not be read": UndecidedCase(
        plans(unread(plan("child", "2020-01-04", ola=True), END)),
        {(COUNT, MONTH): (0, None, 0)},
    ),
    "a plan of somebody who is 18": UndecidedCase(
        plans(unread(plan("child", "2018-01-04"), END), person=[born("child", "2003-02-01")]),
        {(COUNT, JANUARY): (0, None, 1), (COUNT, MONTH): (0, None, 1), (VISITS, "2018-02"): (0, 0, 2)},
    ),
    "a plan of somebody who was 18 a month ago": UndecidedCase(
        plans(unread(plan("child", "2018-01-04"), END), person=[born("child", "2003-01-31")]),
        {(COUNT, DECEMBER): (0, None, 1), (COUNT, MONTH): (0, None, 0)},
    ),
    "a child whose date of birth could not be read": UndecidedCase(
        plans(plan("child", "2020-01-04"), person=[unread(born("child", None), "pers_dob")]),
        {(COUNT, MONTH): (0, None, 1), (COUNT, "2019-12"): (0, None, 0)},
    ),
    "one whose date of birth was not given": UndecidedCase(
        plans(plan("child", "2020-01-04"), person=[born("child", None)]), {(COUNT, MONTH): (1, None, 0)}
    ),
    "visits that could be read": UndecidedCase(
        plans(plan("child", "2021-01-04"), ssd_cp_visits=VISITED),
        {(VISITS, JANUARY): (1, 1, 0), (VISITS, MONTH): (1, 2, 0)},
    ),
    "another visit, on a day that could not be read: what was met stays met": UndecidedCase(
        plans(
            plan("child", "2021-01-04"),
            ssd_cp_visits=[*VISITED, unread(visit("child", None), "cppv_cp_visit_date")],
        ),
        {(VISITS, JANUARY): (1, 1, 1), (VISITS, MONTH): (1, 1, 2), ("cp_visit_snapshot", MONTH): (0, 0, 1)},
    ),
    "a visit at which the child was not seen, whatever the day": UndecidedCase(
        plans(
            plan("child", "2021-01-04"),
            ssd_cp_visits=[*VISITED, unread(visit("child", None, seen=False), "cppv_cp_visit_date")],
        ),
        {(VISITS, MONTH): (1, 2, 0), ("cp_visit_snapshot", MONTH): (0, 1, 0)},
    ),
    "a visit of which it could not be read whether the child was seen, from its day on": UndecidedCase(
        plans(
            plan("child", "2021-01-04"),
            ssd_cp_visits=[VISITED[1], unread(visit("child", "2021-02-15"), "cppv_cp_visit_seen")],
        ),
        {(VISITS, JANUARY): (0, 1, 0), (VISITS, MONTH): (0, 0, 2)},
    ),
    "an assessment whose start could not be read, in its month": UndecidedCase(
        {"cin_assessments": [unread(assessment("a", None, "2021-02-03"), "cina_assessment_start_date")]},
        {("assess_45wd", JANUARY): (0, 0, 0), ("assess_45wd", MONTH): (0, 0, 1)},
    ),
    "one whose start was not given": UndecidedCase(
        {"cin_assessments": [assessment("a", None, "2021-02-03")]}, {("assess_45wd", MONTH): (0, 0, 0)}
    ),
    "an assessment whose authorisation could not be read, in each month from its start": UndecidedCase(
        {"cin_assessments": [unread(assessment("a", "2021-01-04", None), "cina_assessment_auth_date")]},
        {
            ("assess_45wd", DECEMBER): (0, 0, 0),
            ("assess_45wd", JANUARY): (0, 0, 1),
            ("assess_45wd", MONTH): (0, 0, 1),
            ("assess_open_overdue", MONTH): (0, None, 0),
        },
    ),
    "an overdue one whose authorisation could not be read": UndecidedCase(
        {"cin_assessments": [unread(assessment("a", "2020-10-01", None), "cina_assessment_auth_date")]},
        {("assess_open_overdue", MONTH): (0, None, 1)},
    ),
    "one that was never authorised, whose start could not be read": UndecidedCase(
        {"cin_assessments": [unread(assessment("a", None, None), "cina_assessment_start_date")]},
        {("assess_open_overdue", DECEMBER): (0, None, 1)},
    ),
    "a conference whose day could not be read": UndecidedCase(
        {
            "initial_cp_conference": [unread(conference("child", None, "enquiry of child"), "icpc_icpc_date")],
            "s47_enquiry": [enquiry("child", "2020-12-01"), enquiry("other", "2020-12-01")],
        },
        {("icpc_15wd", MONTH): (0, 0, 1), ("icpc_overdue", MONTH): (1, None, 1)},
    ),
    "an enquiry whose start could not be read": UndecidedCase(
        {
            "initial_cp_conference": [conference("child", "2021-02-10", "enquiry of child")],
            "s47_enquiry": [unread(enquiry("child", None), "s47e_s47_start_date")],
        },
        {("icpc_15wd", JANUARY): (0, 0, 0), ("icpc_15wd", MONTH): (0, 0, 1)},
    ),
    "an enquiry whose end could not be read, which decides nothing": UndecidedCase(
        {"s47_enquiry": [unread(enquiry("child", "2020-12-01"), "s47e_s47_end_date")]},
        {("icpc_overdue", MONTH): (1, None, 0)},
    ),
    "an enquiry of which it could not be read whether a conference is needed": UndecidedCase(
        {"s47_enquiry": [unread(enquiry("child", "2020-12-01"), "s47e_s47_nfa")]},
        {("icpc_overdue", DECEMBER): (0, None, 1), ("icpc_overdue", MONTH): (0, None, 1)},
    ),
    "the same beside the one that a conference names": UndecidedCase(
        {
            "initial_cp_conference": [conference("child", "2021-02-10", "enquiry of child")],
            "s47_enquiry": [
                enquiry("child", "2021-02-01"),
                unread(enquiry("child", None, "another"), "s47e_s47_start_date"),
            ],
        },
        {("icpc_15wd", MONTH): (1, 1, 0), ("icpc_overdue", MONTH): (0, None, 1)},
    ),
    "the same beside the only other that could have led to a conference": UndecidedCase(
        {
            "initial_cp_conference": [conference("child", "2021-02-10", None)],
            "s47_enquiry": [
                enquiry("child", "2021-02-01"),
                unread(enquiry("child", None, "another"), "s47e_s47_start_date"),
            ],
        },
        {("icpc_15wd", MONTH): (0, 0, 1)},
    ),
    "an episode whose end could not be read": UndecidedCase(
        {"cla_episodes": [unread(episode("child", "2020-06-01"), "clae_cla_episode_ceased_date")]},
        {("cla_count", "2020-05"): (0, None, 0), ("cla_count", MONTH): (0, None, 1)},
    ),
    "the same before one that is open": UndecidedCase(
        {
            "cla_episodes": [
                unread(episode("child", "2020-06-01"), "clae_cla_episode_ceased_date"),
                episode("child", "2021-01-10"),
            ]
        },
        {("cla_count", DECEMBER): (0, None, 1), ("cla_count", MONTH): (1, None, 0)},
    ),
    "a legal status that could not be read": UndecidedCase(
        {
            "cla_episodes": [episode("child", "2020-06-01")],
            "legal_status": [
                unread(legal_status("child", None, "2020-06-01", "2021-01-31"), "lega_legal_status"),
                legal_status("child", "C2", "2021-01-31"),
            ],
        },
        {("cla_count", DECEMBER): (0, None, 1), ("cla_count", MONTH): (1, None, 0)},
    ),
    "a dental check whose day could not be read, beside one that could": UndecidedCase(
        {
            "cla_episodes": [episode(name, "2019-01-01") for name in ("child", "never", "in time")],
            "ssd_cla_health": [
                unread(dental_check("child", None), "clah_health_check_date"),
                unread(dental_check("in time", None), "clah_health_check_date"),
                dental_check("in time", "2020-12-01"),
            ],
        },
        {("cla_dental", MONTH): (1, 2, 1), ("cla_health", MONTH): (0, 1, 2)},
    ),
    "an episode of which it could not be read whether the child was missing": UndecidedCase(
        {
            "cla_episodes": [episode("child", "2019-01-01")],
            "ssd_missing": [
                unread(
                    {
                        "miss_table_id": "m",
                        "miss_person_id": "child",
                        "miss_missing_episode_start_date": day("2021-02-10"),
                        "miss_missing_episode_end_date": day("2021-02-12"),
                    },
                    "miss_missing_episode_type",
                )
            ],
        },
        {("cla_missing_episodes", JANUARY): (0, None, 0), ("cla_missing_episodes", MONTH): (0, None, 1)},
    ),
    "a care leaver of whom it could not be read whether the council is in touch": UndecidedCase(
        {
            "person": [born("leaver", "2001-06-01"), born("other", "2001-06-01")],
            "ssd_care_leavers": [
                unread({"clea_table_id": "1", "clea_person_id": "leaver"}, "clea_care_leaver_in_touch"),
                {"clea_table_id": "2", "clea_person_id": "other"},
            ],
        },
        {("care_leavers_in_touch", MONTH): (0, 1, 1)},
    ),
    "a case of which it could not be read until when it was held": UndecidedCase(
        {
            "involvements": [
                held_by("worker", "child"),
                unread(held_by("worker", "other"), "invo_involvement_end_date"),
            ],
            "ssd_professionals": [{"prof_professional_id": "worker", "prof_full_time_equivalency": 1}],
        },
        {("caseload_average", "2019-12"): (0, 0, 0), ("caseload_average", MONTH): (1, 1, 1)},
    ),
}


def delivered(case: UndecidedCase) -> dict[str, Rows]:
    own = {name: rows for name, rows in case.tables.items() if name in OTHER_TABLES}
    others = {name: rows for name, rows in case.tables.items() if name not in OTHER_TABLES}
    return {**ssd(**others), **{name: own.get(name, []) for name in OTHER_TABLES}}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {f"{authority_of(CASES, name)}/ssd/{MONTH}": delivered(case) for name, case in CASES.items()}
    with built(tmp_path_factory.mktemp("undecided"), deliveries) as connection:
        yield connection


def test_explain_says_which_record_was_left_out_and_what_could_not_be_read(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    name = "a plan whose end could not be read, from its start on"
    console = Console(file=StringIO(), width=200)
    question = FigureWanted(COUNT, Period.parse(MONTH), authority_of(CASES, name))
    _print_figures(console, warehouse, question, authority_of(CASES, name))
    _print_records(console, warehouse, question, authority_of(CASES, name), every_record=True)
    said = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "Undecided: 1 left out of both" in said
    assert "Could not be read: cppl_cp_plan_end_date of ssd_cp_plans." in said
    assert said.count("undecided: something that decides it could not be read") == 1


def undecided(
    warehouse: duckdb.DuckDBPyConnection, table: str, kpi: str, month: str, authority: str
) -> list[tuple[Any, ...]]:
    counts = warehouse.table(f"snapshots.{table}").filter(
        duckdb.ColumnExpression("kpi_id").isin(duckdb.ConstantExpression(kpi))
        & duckdb.ColumnExpression("reporting_month").isin(duckdb.ConstantExpression(month))
        & duckdb.ColumnExpression("authority_code").isin(duckdb.ConstantExpression(authority))
    )
    return counts.select("team_code", "undecided").order("team_code NULLS FIRST").fetchall()


@pytest.mark.parametrize("name", CASES)
def test_what_is_undecided_counts_in_neither_and_beside_both(warehouse: duckdb.DuckDBPyConnection, name: str) -> None:
    authority = authority_of(CASES, name)
    found = {
        (kpi, month): (
            *(figure(warehouse, kpi, month, authority=authority) or (None, None)),
            *(count for team, count in undecided(warehouse, "kpi_month", kpi, month, authority) if team is None),
        )
        for kpi, month in CASES[name].counts
    }
    assert found == CASES[name].counts


def test_a_window_has_what_its_months_have(warehouse: duckdb.DuckDBPyConnection) -> None:
    name = "an assessment whose authorisation could not be read, in each month from its start"
    windows = undecided(warehouse, "kpi_window", "assess_45wd", MONTH, authority_of(CASES, name))
    assert windows == [(None, 2), (None, 2)]


def test_a_team_has_its_own(warehouse: duckdb.DuckDBPyConnection) -> None:
    name = "a plan of which it could not be read whose it is"
    assert undecided(warehouse, "kpi_month", COUNT, MONTH, authority_of(CASES, name)) == [
        (None, 1),
        ("unallocated", 1),
    ]

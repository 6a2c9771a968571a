"""A column that is not delivered is read as blank: where that would make a figure false, the figure must be absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from pipelines.contracts.kpis import load_register
from pipelines.contracts.loading import load_sources
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

# Read by the SQL, and no figure is false where the column is not there.
HARMLESS = {
    "cina_assessment_team": "the worker's team, then unallocated",
    "cine_referral_team": "the worker's team, then unallocated",
    "icpc_icpc_team": "the worker's team, then unallocated",
    "s47e_s47_completed_by_team": "the worker's team, then unallocated",
    "clea_care_leaver_allocated_team": "unallocated",
    "clea_care_leaver_latest_contact": "of two rows of a person, another order decides which counts",
    "latest date of contact": "of two rows of a person, another order decides which counts",
    "mis_end": "only return interviews are counted by the end, and the SSDA903 holds none",
    "reason ceased to be looked after": "no KPI of reasons takes them from Annex A",
    "team_code": "unallocated, or a bound of every team",
    "role": "a bound of every role",
    "prof_professional_job_title": "counted as a social worker, as anybody who holds cases is",
    "invo_professional_role_id": "counted as allocated, as most involvements are",
    "lower_bound": "one of the two bounds is enough",
    "upper_bound": "one of the two bounds is enough",
    "clar_cla_review_due_date": "compared with the due date computed, and counted by none",
    "cppr_cp_review_due": "compared with the due date computed, and counted by none",
    "review_due_date": "compared with the due date computed, and counted by none",
    "cp_plan_id": "an interval of no plan is refused (LOC-001)",
    "cla_placement_id": "an interval of no placement is refused (LOC-001)",
    "cppl_icpc_id": "the conference may name the plan; else the first review runs from the plan",
    "icpc_cp_plan_id": "the plan may name the conference; else the first review runs from the plan",
    "s47e_referral_id": "more enquiries could have led to a conference that names none, and it is left out",
    "cin_visit_id": "a mode belongs to one kind of visit",
    "cla_visit_id": "a mode belongs to one kind of visit",
    "cp_visit_id": "a mode belongs to one kind of visit",
    "delay_agreed": "a delay that nobody agreed is late",
    "pers_expected_dob": "born when the date of birth says so",
    "expectedpersonbirthdate": "born when the date of birth says so",
    "upn": "a child whom two sources know by two ids stays two",
    "formerupn": "a child whom two sources know by two ids stays two",
    "link_identifier_type": "a child whom two sources know by two ids stays two",
    "link_identifier_value": "a child whom two sources know by two ids stays two",
    "rolestartdate": "whoever is in the census is in post, or left in its year",
    "fte30": "the hours of who was absent, where the others are blank",
    "s47e_s47_nfa": "an enquiry that ended is not waiting",
    "s47e_s47_outcome_json": "an enquiry that ended is not waiting",
    **dict.fromkeys(
        (
            "pers_sex",
            "pers_ethnicity",
            "disa_disability_code",
            "sex",
            "gendercurrent",
            "ethnicity",
            "ethnic",
            "disability",
        ),
        "unknown in the breakdowns",
    ),
    "cinv_cin_visit_seen_alone": "no KPI uses it",
    "clav_cla_visit_seen_alone": "no KPI uses it",
}
COUNTED_SOURCES = ("ssd", "ssda903", "cin_census", "annex_a", "workforce_census", "local")


def read_columns() -> Iterator[tuple[str, str]]:
    """Each column of a staged table that the SQL reads."""
    for path in sorted((PROJECT / "sql").rglob("*.sql")):
        for statement in sqlglot.parse(path.read_text(encoding="utf-8"), dialect="duckdb"):
            for select in statement.find_all(exp.Select) if statement is not None else ():
                tables = {
                    table.alias_or_name: table.name for table in select.find_all(exp.Table) if table.db == "staging"
                }
                for column in select.find_all(exp.Column):
                    for alias, table in tables.items():
                        if column.table in ("", alias):
                            yield table, column.name


def test_no_figure_is_false_where_a_column_is_missing() -> None:
    sources = load_sources(PROJECT / "expectations")
    contracts = {name: table for source in COUNTED_SOURCES for name, table in sources[source].tables.items()}
    named = {needed.table_name for kpi in load_register(PROJECT / "sql/kpis") for needed in kpi.requirements}
    unguarded, read = set(), set()
    for table, name in read_columns():
        column = (
            next((each for each in contracts[table].columns if each.name == name), None) if table in contracts else None
        )
        if column is None:
            continue
        read.add(column.heading)
        guarded = column.required or column.critical or f"{table}.{column.heading}" in named
        if not guarded and column.heading not in HARMLESS:
            unguarded.add(f"{table}.{name}")
    assert unguarded == set()
    assert set(HARMLESS) <= read

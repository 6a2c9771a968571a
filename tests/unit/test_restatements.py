"""What this month's data changed in figures already published, by how much, and why."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.snapshots.publish import publish
from pipelines.storage import read_json
from pipelines.warehouse.build import build
from pipelines.warehouse.plan import plan_build
from tests.few_kpis import copy_of_few, settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, authority_of, involvement, plan, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings
    from tests.staged_input import Rows

JANUARY, FEBRUARY = Period(2021, 1), Period(2021, 2)
CHILDREN = [plan(child, "2020-12-10") for child in ("a", "b", "c")]
TEAM = [involvement(child, "T1", "2020-01-01") for child in ("a", "b", "c", "d")]
SLIDING = "E06000099"
BEGAN_LATER = {**CHILDREN[0], **{name: value for name, value in plan("a", "2021-01-05").items() if "date" in name}}

Restated = dict[tuple[str, str | None], tuple[Any, ...]]

BOTH, OLD, NEW = ("2020-12", "2021-01"), "2020-12", "2021-01"
NOBODY_KNOWN = (3, 2, -1, "unknown", None, None, None)

# What an authority delivers in February, having delivered CHILDREN and TEAM in January, and which figures it changes:
# by month and team, (before, now, difference, cause, records late, corrected, removed).
CASES: dict[str, tuple[Rows, Rows, Restated]] = {
    "the same records and a new plan of February restate nothing": ([*CHILDREN, plan("d", "2021-02-03")], TEAM, {}),
    "a record that came late": (
        [*CHILDREN, plan("d", "2021-01-20")],
        TEAM,
        {(NEW, team): (3, 4, 1, "late records", 1, 0, 0) for team in (None, "T1")},
    ),
    "a child known to the KPI before and after was corrected": (
        [BEGAN_LATER, *CHILDREN[1:]],
        TEAM,
        {(OLD, team): (3, 2, -1, "corrections", 0, 1, 0) for team in (None, "T1")},
    ),
    "a record that is not there any more": (
        CHILDREN[1:],
        TEAM,
        {(month, team): (3, 2, -1, "removed records", 0, 0, 1) for month in BOTH for team in (None, "T1")},
    ),
    "a child in another team changes the teams and not the authority": (
        CHILDREN,
        [involvement("a", "T2", "2020-01-01"), *TEAM[1:]],
        {(month, "T1"): (3, 2, -1, "corrections", 0, 1, 0) for month in BOTH}
        | {(month, "T2"): (None, 1, None, "corrections", 0, 1, 0) for month in BOTH},
    ),
    "several causes are all named": (
        [CHILDREN[0], plan("d", "2020-12-20")],
        TEAM,
        {(m, team): (3, 2, -1, "late records, removed records", 1, 0, 2) for m in BOTH for team in (None, "T1")},
    ),
    "records that all have other ids, as with another key or another system, show no cause": (
        [plan(child, "2020-12-10") for child in ("A", "B")],
        [involvement(child, "T1", "2020-01-01") for child in "AB"],
        {(month, team): NOBODY_KNOWN for month in BOTH for team in (None, "T1")},
    ),
}


def delivered(
    settings: Settings,
    month: Period,
    plans: Rows,
    involvements: Rows = TEAM,
    whose: str = AUTHORITY,
    visits: Rows = (),
) -> None:
    people = [{"pers_person_id": child} for child in "abcdAB"]
    tables = ssd(person=people, cp_plans=plans, involvements=involvements)
    stage(settings.staging, f"{whose}/ssd/{month}", {**tables, "ssd_cp_visits": visits} if visits else tables)


def visits_of_the_year_to(month: Period) -> Rows:
    """As many in each of fourteen months as show that the data begin with the first of them."""
    return [
        {
            "cppv_cp_visit_id": f"{ago} {number}",
            "cppv_person_id": f"visited {number}",
            "cppv_cp_visit_date": month.plus(-ago).last_day,
            "cppv_cp_visit_seen": True,
        }
        for ago in range(14)
        for number in range(50)
    ]


def published(settings: Settings, month: Period) -> Path:
    build(settings, month)
    return publish(settings, month).folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Every case is an authority; both months of all of them are published."""
    settings = settings_of_few(tmp_path_factory.mktemp("restated"))
    for name in CASES:
        delivered(settings, JANUARY, CHILDREN, whose=authority_of(CASES, name))
    delivered(settings, JANUARY, CHILDREN, whose=SLIDING, visits=visits_of_the_year_to(JANUARY))
    published(settings, JANUARY)
    delivered(settings, FEBRUARY, CHILDREN, whose=SLIDING, visits=visits_of_the_year_to(FEBRUARY))
    for name, (plans, involvements, _) in CASES.items():
        delivered(settings, FEBRUARY, plans, involvements, whose=authority_of(CASES, name))
    published(settings, FEBRUARY)
    return settings


def restated(folder: Path, authority: str) -> Restated:
    with duckdb.connect(str(folder / "snapshot.duckdb"), read_only=True) as snapshot:
        rows = snapshot.execute(
            """
            SELECT
                reporting_month, team_code, numerator_before, numerator, difference, cause,
                records_late, records_corrected, records_removed
            FROM kpi_restatement
            WHERE kpi_id = 'cpp_count' AND authority_code = ?
            """,
            [authority],
        ).fetchall()
    return {row[:2]: row[2:] for row in rows}


@pytest.mark.parametrize("name", CASES)
def test_what_was_restated_and_why(settings: Settings, name: str) -> None:
    assert restated(settings.snapshots / "2021-02/v0001", authority_of(CASES, name)) == CASES[name][2]


def test_months_that_a_sliding_window_has_left_are_absent_and_not_restated(settings: Settings) -> None:
    first = {}
    for month in (JANUARY, FEBRUARY):
        file = settings.snapshots / str(month) / "v0001" / "snapshot.duckdb"
        with duckdb.connect(str(file), read_only=True) as snapshot:
            query = "SELECT min(reporting_month) FROM kpi_month WHERE kpi_id = 'cpp_count' AND authority_code = ?"
            first[month] = snapshot.execute(query, [SLIDING]).fetchall()
    assert first == {JANUARY: [(str(JANUARY.plus(-13)),)], FEBRUARY: [(str(FEBRUARY.plus(-13)),)]}
    assert restated(settings.snapshots / "2021-02/v0001", SLIDING) == {}


def test_only_a_later_month_restates(settings: Settings) -> None:
    with duckdb.connect(str(settings.snapshots / "2021-01/v0001/snapshot.duckdb"), read_only=True) as snapshot:
        assert snapshot.table("kpi_restatement").fetchall() == []


@pytest.mark.parametrize(
    ("changed", "is_another"),
    [
        ("sql/kpis/cpp_count.sql", True),
        ("sql/core/protection/cp_plan.sql", True),
        ("sql/reference/timescale.csv", True),
        ("sql/macros/rounding.sql", True),
        ("sql/kpis/cla_count.sql", False),
        ("expectations/snapshots/kpi_month.yaml", False),
    ],
)
def test_a_rule_is_another_where_something_it_rests_on_is(tmp_path: Path, changed: str, is_another: bool) -> None:
    settings = settings_of_few(tmp_path, copy_of_few(tmp_path))
    kpi = "cp_review_in_time" if "reference" in changed else "cpp_count"
    before = plan_build(settings, FEBRUARY).rules[kpi]
    path = settings.project_dir / changed
    added = "cp_review,E06000016,,,7,months,day0,local,Theirs\n" if "reference" in changed else "\n"
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    assert (plan_build(settings, FEBRUARY).rules[kpi] != before) is is_another


def test_a_column_that_is_read_otherwise_is_another_rule_for_those_who_read_it(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path, copy_of_few(tmp_path))
    before = plan_build(settings, FEBRUARY).rules
    path = settings.expectations / "sources" / "ssd" / "cp_plans.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("description: ", "description: Truly, ", 1), encoding="utf-8")
    assert plan_build(settings, FEBRUARY).rules == before
    path.write_text(text.replace("criticalDataElement: true", "criticalDataElement: false", 1), encoding="utf-8")
    after = plan_build(settings, FEBRUARY).rules
    assert (after["cpp_count"] != before["cpp_count"], after["cla_count"] == before["cla_count"]) == (True, True)


def test_without_records_or_with_another_rule_a_change_is_reported_all_the_same(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path, copy_of_few(tmp_path))
    delivered(settings, JANUARY, CHILDREN)
    published(settings, JANUARY)
    for kept in (settings.warehouse / "2021-01").glob("records-*"):
        shutil.rmtree(kept)
    delivered(settings, FEBRUARY, CHILDREN[1:])
    assert restated(published(settings, FEBRUARY), AUTHORITY)[(NEW, None)] == NOBODY_KNOWN
    path = settings.sql / "kpis" / "cpp_count.sql"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    cause = (3, 2, -1, "definition", None, None, None)
    assert restated(published(settings, FEBRUARY), AUTHORITY)[(NEW, None)] == cause


def test_the_snapshot_before_is_an_input_that_the_manifest_names(settings: Settings) -> None:
    january, february = (read_json(settings.snapshots / f"2021-0{month}/v0001/manifest.json") for month in (1, 2))
    shared = {"month": "2021-01", "version": "v0001", "content_sha256": january["content_sha256"]}
    assert (january["earlier"], february["earlier"]) == (None, shared)
    plan = plan_build(settings, FEBRUARY)
    assert replace(plan, earlier=None).fingerprint != plan.fingerprint


def test_records_are_kept_beside_the_warehouse_and_in_no_snapshot(settings: Settings) -> None:
    kept = [path.name for path in (settings.warehouse / "2021-01").glob("records-*")]
    content = read_json(settings.snapshots / "2021-01/v0001/manifest.json")["content_sha256"]
    of_no_key = "any"
    assert kept == [f"records-{content[:12]}-{of_no_key}"]
    assert not list(settings.snapshots.rglob("*record*"))

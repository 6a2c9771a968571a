"""What this month's data changed in figures already published, by how much, and why."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.catalog import current_warehouse
from pipelines.periods import Period
from pipelines.snapshots.publish import publish
from pipelines.storage import CURRENT, read_json
from pipelines.warehouse.build import build
from pipelines.warehouse.plan import plan_build
from tests.few_kpis import copy_of_few, settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, authority_of, involvement, plan, ssd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipelines.settings import Settings
    from tests.staged_input import Rows

JANUARY, FEBRUARY = Period(2021, 1), Period(2021, 2)
CHILDREN = [plan(child, "2020-12-10") for child in ("a", "b", "c")]
TEAM = [involvement(child, "T1", "2020-01-01") for child in ("a", "b", "c", "d")]
SLIDING = "E06000099"
RESTATEMENTS = "snapshots.kpi_restatement"
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


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Every case is an authority; January of all of them is published, and February built upon it."""
    settings = settings_of_few(tmp_path_factory.mktemp("restated"))
    for name in CASES:
        delivered(settings, JANUARY, CHILDREN, whose=authority_of(CASES, name))
    delivered(settings, JANUARY, CHILDREN, whose=SLIDING, visits=visits_of_the_year_to(JANUARY))
    build(settings, JANUARY)
    publish(settings, JANUARY)
    delivered(settings, FEBRUARY, CHILDREN, whose=SLIDING, visits=visits_of_the_year_to(FEBRUARY))
    for name, (plans, involvements, _) in CASES.items():
        delivered(settings, FEBRUARY, plans, involvements, whose=authority_of(CASES, name))
    build(settings, FEBRUARY)
    return settings


@pytest.fixture(scope="module")
def january(settings: Settings) -> Path:
    return settings.snapshots / "2021-01/v0001"


@pytest.fixture(scope="module")
def february(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(settings, FEBRUARY) as warehouse:
        yield warehouse


def opened(settings: Settings, month: Period) -> duckdb.DuckDBPyConnection:
    current = current_warehouse(settings, month)
    assert current is not None
    return duckdb.connect(str(current.file), read_only=True)


def restated(rows: duckdb.DuckDBPyRelation, authority: str) -> Restated:
    found = rows.select(
        *("kpi_id", "authority_code", "reporting_month", "team_code", "numerator_before", "numerator", "difference"),
        *("cause", "records_late", "records_corrected", "records_removed"),
    ).fetchall()
    return {row[2:4]: row[4:] for row in found if row[:2] == ("cpp_count", authority)}


@pytest.mark.parametrize("name", CASES)
def test_what_was_restated_and_why(february: duckdb.DuckDBPyConnection, name: str) -> None:
    assert restated(february.table(RESTATEMENTS), authority_of(CASES, name)) == CASES[name][2]


def test_months_that_a_sliding_window_has_left_are_absent_and_not_restated(
    january: Path, february: duckdb.DuckDBPyConnection
) -> None:
    figures = {
        JANUARY: duckdb.read_parquet(str(january / "kpi_month.parquet")),
        FEBRUARY: february.table("snapshots.kpi_month"),
    }
    for month, rows in figures.items():
        counted = rows.select("kpi_id", "authority_code", "reporting_month").fetchall()
        assert min(each[2] for each in counted if each[:2] == ("cpp_count", SLIDING)) == str(month.plus(-13))
    assert restated(february.table(RESTATEMENTS), SLIDING) == {}


def test_only_a_later_month_restates(january: Path) -> None:
    assert duckdb.read_parquet(str(january / "kpi_restatement.parquet")).fetchall() == []


@pytest.fixture(scope="module")
def rules(settings: Settings) -> Mapping[str, str]:
    return plan_build(settings, FEBRUARY).rules


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
def test_a_rule_is_another_where_something_it_rests_on_is(
    rules: Mapping[str, str], tmp_path: Path, changed: str, is_another: bool
) -> None:
    settings = settings_of_few(tmp_path, copy_of_few(tmp_path))
    kpi = "cp_review_in_time" if "reference" in changed else "cpp_count"
    path = settings.project_dir / changed
    added = "cp_review,E06000016,,,7,months,day0,local,Theirs\n" if "reference" in changed else "\n"
    path.write_text(path.read_text(encoding="utf-8") + added, encoding="utf-8")
    assert (plan_build(settings, FEBRUARY).rules[kpi] != rules[kpi]) is is_another


def test_a_column_that_is_read_otherwise_is_another_rule_for_those_who_read_it(
    rules: Mapping[str, str], tmp_path: Path
) -> None:
    settings = settings_of_few(tmp_path, copy_of_few(tmp_path))
    path = settings.expectations / "sources" / "ssd" / "cp_plans.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("description: ", "description: Truly, ", 1), encoding="utf-8")
    assert plan_build(settings, FEBRUARY).rules == rules
    path.write_text(text.replace("criticalDataElement: true", "criticalDataElement: false", 1), encoding="utf-8")
    after = plan_build(settings, FEBRUARY).rules
    assert (after["cpp_count"] != rules["cpp_count"], after["cla_count"] == rules["cla_count"]) == (True, True)


def test_without_records_or_with_another_rule_a_change_is_reported_all_the_same(tmp_path: Path) -> None:
    settings = settings_of_few(tmp_path, copy_of_few(tmp_path))
    delivered(settings, JANUARY, CHILDREN)
    build(settings, JANUARY)
    earlier = read_json(publish(settings, JANUARY).folder / "manifest.json")
    for kept in (settings.warehouse / "2021-01").glob("records-*"):
        shutil.rmtree(kept)
    delivered(settings, FEBRUARY, CHILDREN[1:])
    build(settings, FEBRUARY)
    with opened(settings, FEBRUARY) as warehouse:
        assert restated(warehouse.table(RESTATEMENTS), AUTHORITY)[(NEW, None)] == NOBODY_KNOWN
    path = settings.sql / "kpis" / "cpp_count.sql"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    build(settings, FEBRUARY)
    snapshot = publish(settings, FEBRUARY).folder
    cause = (3, 2, -1, "definition", None, None, None)
    published = duckdb.read_parquet(str(snapshot / "kpi_restatement.parquet"))
    assert restated(published, AUTHORITY)[(NEW, None)] == cause
    assert read_json(snapshot / "manifest.json")["earlier"] == named(earlier)


def named(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {"month": "2021-01", "version": "v0001", "content_sha256": manifest["content_sha256"]}


def test_the_snapshot_before_is_an_input_that_the_manifest_names(settings: Settings, january: Path) -> None:
    manifest = read_json(january / "manifest.json")
    assert manifest["earlier"] is None
    assert read_json(settings.warehouse / "2021-02" / CURRENT)["earlier"] == named(manifest)
    plan = plan_build(settings, FEBRUARY)
    assert replace(plan, earlier=None).fingerprint != plan.fingerprint


def test_records_are_kept_beside_the_warehouse_and_in_no_snapshot(settings: Settings, january: Path) -> None:
    kept = [path.name for path in (settings.warehouse / "2021-01").glob("records-*")]
    content = read_json(january / "manifest.json")["content_sha256"]
    of_no_key = "any"
    assert kept == [f"records-{content[:12]}-{of_no_key}"]
    assert not list(settings.snapshots.rglob("*record*"))

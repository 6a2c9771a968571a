"""Months, windows, values and ratings, for whichever KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse.build import build
from tests.staged_input import stage
from tests.warehouse_input import (
    AUTHORITY,
    MONTH,
    assessment,
    built,
    built_from_ssd,
    copy_of_the_project,
    figure,
    involvement,
    plan,
    settings_in,
    ssd,
)

if TYPE_CHECKING:
    from pathlib import Path

KPIS = ("assess_45wd", "cla_count", "cpp_count")
ASKED = ("snapshots.kpi", "snapshots.kpi_month", "snapshots.kpi_window")
TEAM = {"cina_assessment_team": "T1"}
OTHER_TEAM = {"cina_assessment_team": "T2"}


def in_time(month: str, number: int = 1, **others: Any) -> list[dict[str, Any]]:
    return [assessment(f"in time {month} {each}", f"{month}-01", f"{month}-10", **others) for each in range(number)]


def late(month: str, number: int = 1, **others: Any) -> list[dict[str, Any]]:
    return [assessment(f"late {month} {each}", "2018-01-01", f"{month}-10", **others) for each in range(number)]


def window(warehouse: duckdb.DuckDBPyConnection, columns: str, kpi_id: str, month: str, team: str | None = None) -> Any:
    found = warehouse.execute(
        f"SELECT {columns} FROM snapshots.kpi_window "
        "WHERE kpi_id = ? AND reporting_month = ? AND team_code IS NOT DISTINCT FROM ? AND window_months <= 6",
        [kpi_id, month, team],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


def test_a_kpi_is_absent_where_a_table_it_needs_was_not_delivered(tmp_path: Path) -> None:
    tables = ssd()
    del tables["ssd_legal_status"]
    with built(tmp_path, {f"{AUTHORITY}/ssd/{MONTH}": tables}, of=ASKED, kpis=KPIS) as warehouse:
        assert figure(warehouse, "cla_count") is None
        assert figure(warehouse, "cpp_count") == (0, None)


def test_teams_alone_depend_on_involvements(tmp_path: Path) -> None:
    tables = ssd(cp_plans=[plan("a", "2021-01-01")])
    del tables["ssd_involvements"]
    with built(tmp_path, {f"{AUTHORITY}/ssd/{MONTH}": tables}, of=ASKED, kpis=KPIS) as warehouse:
        assert figure(warehouse, "cpp_count", team="unallocated") == (1, None)


def test_a_covered_month_without_events_is_there_and_an_earlier_one_is_not(tmp_path: Path) -> None:
    plans = [plan("a", "2017-06-01")]
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cin_assessments=in_time("2017-12"), cp_plans=plans) as warehouse:
        assert figure(warehouse, "assess_45wd", "2018-01") == (0, 0)
        assert figure(warehouse, "assess_45wd", "2017-12") is None
        assert figure(warehouse, "cpp_count", "2018-01") == (1, None)
        assert figure(warehouse, "cpp_count", "2017-12") is None


def test_authorities_are_kept_apart(tmp_path: Path) -> None:
    one, other = "E06000001", "E06000002"
    deliveries = {
        f"{one}/ssd/{MONTH}": ssd(
            cp_plans=[plan("a", "2021-01-01")], involvements=[involvement("a", "T1", "2021-01-01")]
        ),
        f"{other}/ssd/{MONTH}": ssd(cp_plans=[plan("a", "2021-01-01"), plan("b", "2021-01-01")]),
    }
    with built(tmp_path, deliveries, of=ASKED, kpis=KPIS) as warehouse:
        found = warehouse.sql(
            "SELECT authority_code, team_code, numerator FROM snapshots.kpi_month "
            f"WHERE kpi_id = 'cpp_count' AND reporting_month = '{MONTH}' ORDER BY ALL NULLS FIRST"
        ).fetchall()
    assert found == [(one, None, 1), (one, "T1", 1), (other, None, 2), (other, "unallocated", 2)]


def test_the_newest_delivery_up_to_the_month_counts(tmp_path: Path) -> None:
    deliveries = {
        f"{AUTHORITY}/ssd/2020-12": ssd(cp_plans=[plan("a", "2020-01-01")]),
        f"{AUTHORITY}/ssd/2021-02": ssd(cp_plans=[plan(child, "2020-01-01") for child in "abc"]),
    }
    with built(tmp_path, deliveries, "2021-01") as january:
        assert figure(january, "cpp_count", "2020-12") == (1, None)
        assert figure(january, "cpp_count", "2021-01") is None
    march = build(settings_in(tmp_path), Period(2021, 3)).path
    with duckdb.connect(str(march), read_only=True) as warehouse:
        assert figure(warehouse, "cpp_count", "2020-12") == (3, None)
        assert figure(warehouse, "cpp_count", "2021-02") == (3, None)
        assert figure(warehouse, "cpp_count", "2021-03") is None


def test_a_refused_version_is_reported_and_the_one_before_it_still_counts(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd(cp_plans=[plan("a", "2021-01-01")]))
    refusal = {
        "table_name": "ssd_person",
        "rule_code": "DLV-005",
        "severity": "critical",
        "consequence": "refuse_delivery",
        "sentence": "s",
        "remedy": "r",
        "rows_tested": 1,
        "rows_failed": 1,
    }
    stage(
        settings.staging,
        f"{AUTHORITY}/ssd/{MONTH}",
        {},
        version="v0002-000000000000",
        status="refused",
        rule_results=[refusal],
    )
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        assert figure(warehouse, "cpp_count") == (1, None)
        versions = warehouse.sql(
            "SELECT landing_version, status, is_used FROM snapshots.delivery ORDER BY ALL"
        ).fetchall()
        assert versions == [("v0001", "staged", True), ("v0002", "refused", False)]
        assert warehouse.sql(
            "SELECT rule_code, rows_failed FROM snapshots.finding_summary WHERE rows_failed > 0"
        ).fetchall() == [("DLV-005", 1)]
        assert warehouse.sql("FROM snapshots.reconciliation").fetchall() == []


def test_a_value_is_unrounded_and_null_where_nothing_was_counted(tmp_path: Path) -> None:
    rows = in_time("2021-02", 2) + late("2021-02")
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cin_assessments=rows) as warehouse:
        found = warehouse.sql(
            "SELECT reporting_month, value FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' "
            "AND team_code IS NULL AND reporting_month >= '2021-01' ORDER BY ALL"
        ).fetchall()
    assert found == [("2021-01", None), ("2021-02", 200 / 3)]


def test_a_window_pools_six_months_and_keeps_their_mean(tmp_path: Path) -> None:
    months = ("2020-09", "2020-10", "2020-11", "2020-12", "2021-01", "2021-02")
    rows = [row for month in months for row in in_time(month, **TEAM)]
    rows += late("2020-09", 3, **TEAM) + late("2021-02", 1, **OTHER_TEAM) + late("2020-08", 9, **TEAM)
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cin_assessments=rows) as warehouse:
        columns = "first_month, numerator, denominator, value, mean_of_months"
        assert window(warehouse, columns, "assess_45wd", "2021-02") == ("2020-09", 6, 10, 60.0, 475 / 6)
        assert window(warehouse, columns, "assess_45wd", "2021-02", "T1")[1:4] == (6, 9, 600 / 9)
        assert window(warehouse, columns, "assess_45wd", "2021-02", "T2") == ("2020-09", 0, 1, 0.0, None)
        assert window(warehouse, columns, "assess_45wd", "2021-01")[1:] == (5, 17, 500 / 17, 425 / 6)
        assert window(warehouse, columns, "assess_45wd", "2020-12")[1:] == (4, 16, 25.0, None)


def test_a_window_needs_all_its_six_months(tmp_path: Path) -> None:
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS) as warehouse:
        assert window(warehouse, "denominator, value", "assess_45wd", "2018-06") == (0, None)
        assert window(warehouse, "denominator", "assess_45wd", "2018-05") is None


def test_what_happens_has_six_and_twelve_months_and_what_stands_has_one(tmp_path: Path) -> None:
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS) as warehouse:
        lengths = warehouse.sql(
            "SELECT measure, list(DISTINCT window_months ORDER BY window_months) FROM snapshots.kpi_window "
            "INNER JOIN snapshots.kpi USING (kpi_id) GROUP BY measure ORDER BY measure"
        ).fetchall()
    assert lengths == [("flow", [6, 12]), ("rolling", [1]), ("stock", [1])]


@pytest.mark.parametrize(("of_all", "is_apart"), [(77, True), (78, False)])
def test_a_mean_of_months_more_than_a_point_away_is_reported(tmp_path: Path, of_all: int, is_apart: bool) -> None:
    """Five months of 1 in 1, and one with a single late one: 100/(5 + n) less 100/(6n) is 1 between 77 and 78."""
    months = ("2020-09", "2020-10", "2020-11", "2020-12", "2021-01")
    rows = [row for month in months for row in in_time(month)] + in_time("2021-02", of_all - 1) + late("2021-02")
    with built_from_ssd(tmp_path, of=ASKED, kpis=KPIS, cin_assessments=rows) as warehouse:
        assert window(warehouse, "denominator, mean_of_months_differs", "assess_45wd", "2021-02") == (
            of_all + 5,
            is_apart,
        )


MADE_UP_SQL = """
SELECT
    'E06000015' AS authority_code,
    'T1' AS team_code,
    figures.reporting_month,
    cast(NULL AS UUID) AS child_id,
    cast(NULL AS UUID) AS record_key,
    cast(figures.numerator AS DECIMAL(18, 2)) AS numerator,
    cast(1000 AS DECIMAL(18, 2)) AS denominator,
    'made up' AS reason
FROM (
    VALUES ('2020-11', {}), ('2020-12', {}), ('2021-01', {}), ('2021-02', {})
) AS figures (reporting_month, numerator)
"""
MADE_UP_YAML = """
title: A made-up share
definition: Made up.
unit: percent
direction: {direction}
measure: flow
uncertainty: wilson
standard: none
standard_type: local
numerator: some
denominator: all
clock: null
exclusions: none
source: nowhere
confidence: general
section: performance
requires: [child]
"""
TARGETS = "kpi_id,authority_code,from_month,green_from,amber_from,source\n"
RATED = [
    ("higher_is_better", "95,85.5", (950, 949, 855, 854)),
    ("lower_is_better", "5,14.5", (50, 51, 145, 146)),
]


def built_with_targets(
    folder: Path, targets: str, rows: list[dict[str, Any]] | None = None
) -> duckdb.DuckDBPyConnection:
    (folder / "project/sql/reference/target.csv").write_text(TARGETS + targets)
    settings = settings_in(folder, folder / "project")
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd(cin_assessments=rows or []))
    return duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True)


@pytest.mark.parametrize(("direction", "target", "per_mille"), RATED)
def test_adding_a_kpi_is_two_files_and_its_target_rates_it(
    tmp_path: Path, direction: str, target: str, per_mille: tuple[int, ...]
) -> None:
    kpis = copy_of_the_project(tmp_path) / "sql/kpis"
    (kpis / "made_up.sql").write_text(MADE_UP_SQL.format(*per_mille))
    (kpis / "made_up.yaml").write_text(MADE_UP_YAML.format(direction=direction))
    with built_with_targets(tmp_path, f"made_up,,2018-01,{target},local\n") as warehouse:
        found = warehouse.sql(
            "SELECT team_code, value, rag FROM snapshots.kpi_month "
            "WHERE kpi_id = 'made_up' AND reporting_month > '2020-10' ORDER BY team_code NULLS FIRST, reporting_month"
        ).fetchall()
        rags = ["green", "amber", "amber", "red"]
        rows = [(each / 10, rag) for each, rag in zip(per_mille, rags, strict=True)]
        assert found == [(team, *row) for team in (None, "T1") for row in rows]
        assert figure(warehouse, "made_up", "2020-10") == (0, 0)
        others = warehouse.sql("SELECT DISTINCT rag FROM snapshots.kpi_month WHERE kpi_id <> 'made_up'").fetchall()
        assert others == [("no target",)]


def test_a_figure_is_rated_as_it_is_shown(tmp_path: Path) -> None:
    """94.95 is shown as 95.0 and reaches a target of 95; 94.9495 does not."""
    copy_of_the_project(tmp_path)
    rows = in_time("2021-01", 376) + late("2021-01", 20) + in_time("2021-02", 1899) + late("2021-02", 101)
    with built_with_targets(tmp_path, "assess_45wd,,2018-01,95,,local\n", rows) as warehouse:
        found = warehouse.sql(
            "SELECT value_rounded, rag FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' AND team_code IS NULL "
            "AND reporting_month IN ('2021-01', '2021-02') ORDER BY reporting_month"
        ).fetchall()
    assert found == [(94.9, "red"), (95.0, "green")]


def test_a_target_of_100_is_met_by_all_alone(tmp_path: Path) -> None:
    copy_of_the_project(tmp_path)
    rows = in_time("2021-01", 1000) + in_time("2021-02", 5999) + late("2021-02")
    with built_with_targets(tmp_path, "assess_45wd,,2018-01,100,,local\n", rows) as warehouse:
        found = warehouse.sql(
            "SELECT value_rounded, rag FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' AND team_code IS NULL "
            "AND reporting_month >= '2021-01' ORDER BY reporting_month"
        ).fetchall()
    assert found == [(100.0, "green"), (99.9, "red")]


def test_a_target_counts_from_its_month_and_an_authoritys_own_before_the_general(tmp_path: Path) -> None:
    copy_of_the_project(tmp_path)
    targets = (
        "assess_45wd,,2020-11,90,,national\n"
        "assess_45wd,E06000015,2021-01,80,,council\n"
        "assess_45wd,E06000015,2021-02,70,,council\n"
        "assess_45wd,E06000016,2020-01,60,,another council\n"
    )
    with built_with_targets(tmp_path, targets) as warehouse:
        found = warehouse.sql(
            "SELECT target FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' AND reporting_month >= '2020-10' "
            "ORDER BY reporting_month"
        ).fetchall()
    assert found == [(None,), (90.0,), (90.0,), (80.0,), (70.0,)]


def test_a_window_is_rated_as_a_whole_and_a_wording_that_says_otherwise_is_reported(tmp_path: Path) -> None:
    copy_of_the_project(tmp_path)
    (tmp_path / "project/sql/reference/narrative.csv").write_text(
        "authority_code,reporting_month,subject,claims,words,note,signed_by,signed_on\n"
        "E06000015,2021-02,assess_45wd,green,all is well,one team was moved,head of service,2021-03-10\n"
        "E06000015,2021-01,assess_45wd,green,all is well,,,\n"
    )
    rows = in_time("2021-01", 3) + late("2021-02", 2)
    with built_with_targets(tmp_path, "assess_45wd,,2018-01,61,60,local\n", rows) as warehouse:
        columns = (
            "value, rag, narrative_conflict, narrative_words, narrative_note, narrative_signed_by, "
            "cast(narrative_signed_on AS TEXT)"
        )
        signed = ("all is well", "one team was moved", "head of service", "2021-03-10")
        assert window(warehouse, columns, "assess_45wd", "2021-02") == (60.0, "amber", True, *signed)
        assert window(warehouse, columns, "assess_45wd", "2021-01")[:4] == (100.0, "green", False, None)
        assert window(warehouse, columns, "assess_45wd", "2020-12")[:4] == (None, "not rated", False, None)

"""Months, windows, values and ratings, for whichever KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse import build
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

TEAM = {"cina_assessment_team": "T1"}
OTHER_TEAM = {"cina_assessment_team": "T2"}


def in_time(month: str, number: int = 1, **others: Any) -> list[dict[str, Any]]:
    return [assessment(f"in time {month} {each}", f"{month}-01", f"{month}-10", **others) for each in range(number)]


def late(month: str, number: int = 1, **others: Any) -> list[dict[str, Any]]:
    return [assessment(f"late {month} {each}", "2018-01-01", f"{month}-10", **others) for each in range(number)]


def window(warehouse: duckdb.DuckDBPyConnection, columns: str, kpi_id: str, month: str, team: str | None = None) -> Any:
    found = warehouse.execute(
        f"SELECT {columns} FROM snapshots.kpi_window "
        "WHERE kpi_id = ? AND reporting_month = ? AND team_code IS NOT DISTINCT FROM ?",
        [kpi_id, month, team],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


def test_a_kpi_is_absent_where_a_table_it_needs_was_not_delivered(tmp_path: Path) -> None:
    tables = ssd()
    del tables["ssd_legal_status"]
    with built(tmp_path, {f"{AUTHORITY}/ssd/{MONTH}": tables}) as warehouse:
        assert figure(warehouse, "cla_count") is None
        assert figure(warehouse, "cpp_count") == (0, None)


def test_teams_alone_depend_on_involvements(tmp_path: Path) -> None:
    tables = ssd(cp_plans=[plan("a", "2021-01-01")])
    del tables["ssd_involvements"]
    with built(tmp_path, {f"{AUTHORITY}/ssd/{MONTH}": tables}) as warehouse:
        assert figure(warehouse, "cpp_count", team="unallocated") == (1, None)


def test_a_covered_month_without_events_is_there_and_an_earlier_one_is_not(tmp_path: Path) -> None:
    with built_from_ssd(tmp_path, cin_assessments=in_time("2017-12"), cp_plans=[plan("a", "2017-06-01")]) as warehouse:
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
    with built(tmp_path, deliveries) as warehouse:
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
        assert warehouse.sql("SELECT rule_code, rows_failed FROM snapshots.finding_summary").fetchall() == [
            ("DLV-005", 1)
        ]
        assert warehouse.sql("FROM snapshots.reconciliation").fetchall() == []


def test_a_value_is_unrounded_and_null_where_nothing_was_counted(tmp_path: Path) -> None:
    rows = in_time("2021-02", 2) + late("2021-02")
    with built_from_ssd(tmp_path, cin_assessments=rows) as warehouse:
        found = warehouse.sql(
            "SELECT reporting_month, value FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' "
            "AND team_code IS NULL AND reporting_month >= '2021-01' ORDER BY ALL"
        ).fetchall()
    assert found == [("2021-01", None), ("2021-02", 200 / 3)]


def test_a_window_pools_six_months_and_keeps_their_mean(tmp_path: Path) -> None:
    months = ("2020-09", "2020-10", "2020-11", "2020-12", "2021-01", "2021-02")
    rows = [row for month in months for row in in_time(month, **TEAM)]
    rows += late("2020-09", 3, **TEAM) + late("2021-02", 1, **OTHER_TEAM) + late("2020-08", 9, **TEAM)
    with built_from_ssd(tmp_path, cin_assessments=rows) as warehouse:
        columns = "first_month, numerator, denominator, value, mean_of_months"
        assert window(warehouse, columns, "assess_45wd", "2021-02") == ("2020-09", 6, 10, 60.0, 475 / 6)
        assert window(warehouse, columns, "assess_45wd", "2021-02", "T1")[1:4] == (6, 9, 600 / 9)
        assert window(warehouse, columns, "assess_45wd", "2021-02", "T2") == ("2020-09", 0, 1, 0.0, None)
        assert window(warehouse, columns, "assess_45wd", "2021-01")[1:] == (5, 17, 500 / 17, 425 / 6)
        assert window(warehouse, columns, "assess_45wd", "2020-12")[1:] == (4, 16, 25.0, None)


def test_a_window_needs_all_its_six_months(tmp_path: Path) -> None:
    with built_from_ssd(tmp_path) as warehouse:
        assert window(warehouse, "denominator, value", "assess_45wd", "2018-06") == (0, None)
        assert window(warehouse, "denominator", "assess_45wd", "2018-05") is None


def test_a_count_is_compared_with_twelve_months_before(tmp_path: Path) -> None:
    then = [plan(f"then {each}", "2020-02-29", "2020-03-10") for each in range(10)]
    now = [plan(f"now {each}", "2021-02-01") for each in range(13)]
    moved = [involvement(f"then {each}", "T1", "2020-01-01") for each in range(10)]
    with built_from_ssd(tmp_path, cp_plans=then + now, involvements=moved) as warehouse:
        columns = "first_month, numerator, denominator, base_month, base_value, change, change_percent"
        assert window(warehouse, columns, "cpp_count", "2021-02") == (MONTH, 13, None, "2020-02", 10, 3, 30.0)
        assert window(warehouse, columns, "cpp_count", "2021-02", "T1")[1:] == (0, None, "2020-02", 10, -10, -100.0)
        assert window(warehouse, columns, "cpp_count", "2021-02", "unallocated")[1:] == (
            13,
            None,
            "2020-02",
            0,
            13,
            None,
        )
        assert window(warehouse, columns, "cpp_count", "2018-12")[3:] == (None, None, None, None)


def test_a_percentage_of_a_base_below_ten_is_withheld(tmp_path: Path) -> None:
    then = [plan(f"then {each}", "2020-02-29", "2020-03-10") for each in range(9)]
    with built_from_ssd(tmp_path, cp_plans=then) as warehouse:
        assert window(warehouse, "base_value, change, change_percent", "cpp_count", "2021-02") == (9, -9, None)


MADE_UP_SQL = """
SELECT
    'E06000015' AS authority_code,
    'T1' AS team_code,
    figures.reporting_month,
    cast(figures.numerator AS BIGINT) AS numerator,
    cast(1000 AS BIGINT) AS denominator
FROM (
    VALUES ('2020-11', {}), ('2020-12', {}), ('2021-01', {}), ('2021-02', {})
) AS figures (reporting_month, numerator)
"""
MADE_UP_YAML = """
title: A made-up share
definition: Made up.
unit: percent
direction: {direction}
standard: none
standard_type: local
numerator: some
denominator: all
clock: null
exclusions: none
source: nowhere
confidence: general
requires: [ssd_person]
target: {target}
"""
RATED = [
    ("higher_is_better", "{green_from: 95, amber_from: 85.5}", (950, 949, 855, 854)),
    ("lower_is_better", "{green_from: 5, amber_from: 14.5}", (50, 51, 145, 146)),
    ("neutral", "{green_from: 5, amber_from: 14.5}", (50, 51, 145, 146)),
]


@pytest.mark.parametrize(("direction", "target", "per_mille"), RATED)
def test_adding_a_kpi_is_two_files_and_its_target_rates_it(
    tmp_path: Path, direction: str, target: str, per_mille: tuple[int, ...]
) -> None:
    kpis = copy_of_the_project(tmp_path) / "sql/kpis"
    (kpis / "made_up.sql").write_text(MADE_UP_SQL.format(*per_mille))
    (kpis / "made_up.yaml").write_text(MADE_UP_YAML.format(direction=direction, target=target))
    settings = settings_in(tmp_path, tmp_path / "project")
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd())
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        found = warehouse.sql(
            "SELECT team_code, value, rag FROM snapshots.kpi_month "
            "WHERE kpi_id = 'made_up' AND reporting_month > '2020-10' ORDER BY team_code NULLS FIRST, reporting_month"
        ).fetchall()
        rags = ["not rated"] * 4 if direction == "neutral" else ["green", "amber", "amber", "red"]
        rows = [(each / 10, rag) for each, rag in zip(per_mille, rags, strict=True)]
        assert found == [(team, *row) for team in (None, "T1") for row in rows]
        assert figure(warehouse, "made_up", "2020-10") == (0, 0)
        others = warehouse.sql("SELECT DISTINCT rag FROM snapshots.kpi_month WHERE kpi_id <> 'made_up'").fetchall()
        assert others == [("not rated",)]


def test_a_window_is_rated_as_a_whole(tmp_path: Path) -> None:
    kpis = copy_of_the_project(tmp_path) / "sql/kpis"
    text = (kpis / "assess_45wd.yaml").read_text()
    (kpis / "assess_45wd.yaml").write_text(text.replace("target: null", "target: {green_from: 60, amber_from: 50}"))
    settings = settings_in(tmp_path, tmp_path / "project")
    rows = in_time("2021-01", 3) + late("2021-02", 2)
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd(cin_assessments=rows))
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        assert window(warehouse, "value, rag", "assess_45wd", "2021-02") == (60.0, "green")
        assert window(warehouse, "value, rag", "assess_45wd", "2020-12") == (None, "not rated")

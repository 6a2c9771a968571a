"""Months, windows, values and ratings, for whichever KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.periods import Period
from pipelines.warehouse.build import build
from tests.few_kpis import copy_of_few, settings_of_few
from tests.staged_input import stage
from tests.warehouse_input import (
    AUTHORITY,
    MONTH,
    assessment,
    authority_of,
    built,
    built_file,
    figure,
    involvement,
    plan,
    settings_in,
    ssd,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KPIS = ("assess_45wd", "cla_count", "cpp_count")
ASKED = ("snapshots.kpi", "snapshots.kpi_month", "snapshots.kpi_window")
TEAM = {"cina_assessment_team": "T1"}
OTHER_TEAM = {"cina_assessment_team": "T2"}


def in_time(month: str, number: int = 1, **others: Any) -> list[dict[str, Any]]:
    return [assessment(f"in time {month} {each}", f"{month}-01", f"{month}-10", **others) for each in range(number)]


def late(month: str, number: int = 1, **others: Any) -> list[dict[str, Any]]:
    return [assessment(f"late {month} {each}", "2018-01-01", f"{month}-10", **others) for each in range(number)]


def window(warehouse: duckdb.DuckDBPyConnection, columns: str, whose: str, month: str, team: str | None = None) -> Any:
    found = warehouse.execute(
        f"SELECT {columns} FROM snapshots.kpi_window WHERE kpi_id = 'assess_45wd' AND authority_code = ? "
        "AND reporting_month = ? AND team_code IS NOT DISTINCT FROM ? AND window_months <= 6",
        [whose, month, team],
    ).fetchall()
    assert len(found) <= 1
    return found[0] if found else None


WINDOW = ("2020-09", "2020-10", "2020-11", "2020-12", "2021-01", "2021-02")


def five_of_one_and(number: int) -> list[dict[str, Any]]:
    """Five months of 1 in 1, and one with a single late one."""
    rows = [row for month in WINDOW[:-1] for row in in_time(month)]
    return rows + in_time("2021-02", number - 1) + late("2021-02")


def without(name: str, **tables: Any) -> dict[str, Any]:
    return {table: rows for table, rows in ssd(**tables).items() if table != name}


# What each council delivers, all of them through one build.
COUNCILS = {
    "nothing": ssd(),
    "no legal status": without("ssd_legal_status"),
    "no involvements": without("ssd_involvements", cp_plans=[plan("a", "2021-01-01")]),
    "covered": ssd(cin_assessments=in_time("2017-12"), cp_plans=[plan("a", "2017-06-01")]),
    "one": ssd(cp_plans=[plan("a", "2021-01-01")], involvements=[involvement("a", "T1", "2021-01-01")]),
    "other": ssd(cp_plans=[plan("a", "2021-01-01"), plan("b", "2021-01-01")]),
    "thirds": ssd(cin_assessments=in_time("2021-02", 2) + late("2021-02")),
    "pooled": ssd(
        cin_assessments=[
            *(row for month in WINDOW for row in in_time(month, **TEAM)),
            *late("2020-09", 3, **TEAM),
            *late("2021-02", 1, **OTHER_TEAM),
            *late("2020-08", 9, **TEAM),
        ]
    ),
    "77": ssd(cin_assessments=five_of_one_and(77)),
    "78": ssd(cin_assessments=five_of_one_and(78)),
}
# A council that there is has a population, and rates of it.
CODES = {name: authority_of(COUNCILS, name) for name in COUNCILS} | {"nothing": AUTHORITY}


@pytest.fixture(scope="module")
def councils(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {f"{CODES[name]}/ssd/{MONTH}": tables for name, tables in COUNCILS.items()}
    with built(tmp_path_factory.mktemp("councils"), deliveries, of=ASKED, kpis=KPIS) as warehouse:
        yield warehouse


def test_a_kpi_is_absent_where_a_table_it_needs_was_not_delivered(councils: duckdb.DuckDBPyConnection) -> None:
    assert figure(councils, "cla_count", authority=CODES["no legal status"]) is None
    assert figure(councils, "cpp_count", authority=CODES["no legal status"]) == (0, None)


def test_teams_alone_depend_on_involvements(councils: duckdb.DuckDBPyConnection) -> None:
    assert figure(councils, "cpp_count", team="unallocated", authority=CODES["no involvements"]) == (1, None)


def test_a_covered_month_without_events_is_there_and_an_earlier_one_is_not(councils: duckdb.DuckDBPyConnection) -> None:
    covered = CODES["covered"]
    assert figure(councils, "assess_45wd", "2018-01", authority=covered) == (0, 0)
    assert figure(councils, "assess_45wd", "2017-12", authority=covered) is None
    assert figure(councils, "cpp_count", "2018-01", authority=covered) == (1, None)
    assert figure(councils, "cpp_count", "2017-12", authority=covered) is None


def test_authorities_are_kept_apart(councils: duckdb.DuckDBPyConnection) -> None:
    one, other = CODES["one"], CODES["other"]
    found = councils.execute(
        "SELECT authority_code, team_code, numerator FROM snapshots.kpi_month WHERE kpi_id = 'cpp_count' "
        "AND reporting_month = ? AND authority_code IN (?, ?) ORDER BY ALL NULLS FIRST",
        [MONTH, one, other],
    ).fetchall()
    assert found == [(one, None, 1), (one, "T1", 1), (other, None, 2), (other, "unallocated", 2)]


def test_the_newest_delivery_up_to_the_month_counts(tmp_path: Path) -> None:
    deliveries = {
        f"{AUTHORITY}/ssd/2020-12": ssd(cp_plans=[plan("a", "2020-01-01")]),
        f"{AUTHORITY}/ssd/2021-02": ssd(cp_plans=[plan(child, "2020-01-01") for child in "abc"]),
    }
    with built(tmp_path, deliveries, "2021-01", of=ASKED, kpis=KPIS) as january:
        assert figure(january, "cpp_count", "2020-12") == (1, None)
        assert figure(january, "cpp_count", "2021-01") is None
    with built(tmp_path, {}, "2021-03", of=ASKED, kpis=KPIS) as warehouse:
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
    asked = [f"snapshots.{name}" for name in ("delivery", "finding_summary", "kpi_month", "reconciliation")]
    with duckdb.connect(str(built_file(settings, MONTH, asked, KPIS)), read_only=True) as warehouse:
        assert figure(warehouse, "cpp_count") == (1, None)
        versions = warehouse.sql(
            "SELECT landing_version, status, is_used FROM snapshots.delivery ORDER BY ALL"
        ).fetchall()
        assert versions == [("v0001", "staged", True), ("v0002", "refused", False)]
        assert warehouse.sql(
            "SELECT rule_code, rows_failed FROM snapshots.finding_summary WHERE rows_failed > 0"
        ).fetchall() == [("DLV-005", 1)]
        assert warehouse.sql("FROM snapshots.reconciliation").fetchall() == []


def test_a_value_is_unrounded_and_null_where_nothing_was_counted(councils: duckdb.DuckDBPyConnection) -> None:
    found = councils.execute(
        "SELECT reporting_month, value FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' AND authority_code = ? "
        "AND team_code IS NULL AND reporting_month >= '2021-01' ORDER BY ALL",
        [CODES["thirds"]],
    ).fetchall()
    assert found == [("2021-01", None), ("2021-02", 200 / 3)]


def test_a_window_pools_six_months_and_keeps_their_mean(councils: duckdb.DuckDBPyConnection) -> None:
    columns, pooled = "first_month, numerator, denominator, value, mean_of_months", CODES["pooled"]
    assert window(councils, columns, pooled, "2021-02") == ("2020-09", 6, 10, 60.0, 475 / 6)
    assert window(councils, columns, pooled, "2021-02", "T1")[1:4] == (6, 9, 600 / 9)
    assert window(councils, columns, pooled, "2021-02", "T2") == ("2020-09", 0, 1, 0.0, None)
    assert window(councils, columns, pooled, "2021-01")[1:] == (5, 17, 500 / 17, 425 / 6)
    assert window(councils, columns, pooled, "2020-12")[1:] == (4, 16, 25.0, None)


def test_a_window_needs_all_its_six_months(councils: duckdb.DuckDBPyConnection) -> None:
    assert window(councils, "denominator, value", CODES["nothing"], "2018-06") == (0, None)
    assert window(councils, "denominator", CODES["nothing"], "2018-05") is None


def test_what_happens_has_six_and_twelve_months_and_what_stands_has_one(councils: duckdb.DuckDBPyConnection) -> None:
    lengths = councils.execute(
        "SELECT measure, list(DISTINCT window_months ORDER BY window_months) FROM snapshots.kpi_window "
        "INNER JOIN snapshots.kpi USING (kpi_id) WHERE authority_code = ? GROUP BY measure ORDER BY measure",
        [CODES["nothing"]],
    ).fetchall()
    assert lengths == [("flow", [6, 12]), ("rolling", [1]), ("stock", [1])]


@pytest.mark.parametrize(("of_all", "is_apart"), [(77, True), (78, False)])
def test_a_mean_of_months_more_than_a_point_away_is_reported(
    councils: duckdb.DuckDBPyConnection, of_all: int, is_apart: bool
) -> None:
    """100/(5 + n) less 100/(6n) is 1 between 77 and 78."""
    found = window(councils, "denominator, mean_of_months_differs", CODES[str(of_all)], "2021-02")
    assert found == (of_all + 5, is_apart)


MADE_UP_SQL = """
SELECT
    'E00000002' AS authority_code,
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
DIRECTIONS = {"higher_is_better": (950, 949, 855, 854), "lower_is_better": (50, 51, 145, 146)}
RATED = {
    "as shown": in_time("2021-01", 376) + late("2021-01", 20) + in_time("2021-02", 1899) + late("2021-02", 101),
    "of 100": in_time("2021-01", 1000) + in_time("2021-02", 5999) + late("2021-02"),
    "dated": [],
    "window": in_time("2021-01", 3) + late("2021-02", 2),
}
RATED_CODES = {name: authority_of(RATED, name) for name in RATED}
TARGETS = f"""kpi_id,authority_code,from_month,green_from,amber_from,source
higher_is_better,,2018-01,95,85.5,local
lower_is_better,,2018-01,5,14.5,local
assess_45wd,{RATED_CODES["as shown"]},2018-01,95,,local
assess_45wd,{RATED_CODES["of 100"]},2018-01,100,,local
assess_45wd,,2020-11,90,,national
assess_45wd,{RATED_CODES["dated"]},2021-01,80,,council
assess_45wd,{RATED_CODES["dated"]},2021-02,70,,council
assess_45wd,E06000016,2020-01,60,,another council
assess_45wd,{RATED_CODES["window"]},2018-01,61,60,local
"""
NARRATIVE = f"""authority_code,reporting_month,subject,claims,words,note,signed_by,signed_on
{RATED_CODES["window"]},2021-02,assess_45wd,green,all is well,one team was moved,head of service,2021-03-10
{RATED_CODES["window"]},2021-01,assess_45wd,green,all is well,,,
"""


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Councils with targets of their own, in a place to which two KPIs were added."""
    folder = tmp_path_factory.mktemp("rated")
    settings = settings_of_few(folder, copy_of_few(folder))
    for direction, per_mille in DIRECTIONS.items():
        (settings.sql / f"kpis/{direction}.sql").write_text(MADE_UP_SQL.format(*per_mille))
        (settings.sql / f"kpis/{direction}.yaml").write_text(MADE_UP_YAML.format(direction=direction))
    (settings.sql / "reference/target.csv").write_text(TARGETS)
    (settings.sql / "reference/narrative.csv").write_text(NARRATIVE)
    for name, rows in RATED.items():
        stage(settings.staging, f"{RATED_CODES[name]}/ssd/{MONTH}", ssd(cin_assessments=rows))
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        yield warehouse


@pytest.mark.parametrize("kpi_id", DIRECTIONS)
def test_adding_a_kpi_is_two_files_and_its_target_rates_it(rated: duckdb.DuckDBPyConnection, kpi_id: str) -> None:
    made_up = RATED_CODES["dated"]
    found = rated.execute(
        "SELECT team_code, value, rag FROM snapshots.kpi_month WHERE kpi_id = ? AND authority_code = ? "
        "AND reporting_month > '2020-10' ORDER BY team_code NULLS FIRST, reporting_month",
        [kpi_id, made_up],
    ).fetchall()
    rags = ["green", "amber", "amber", "red"]
    rows = [(each / 10, rag) for each, rag in zip(DIRECTIONS[kpi_id], rags, strict=True)]
    assert found == [(team, *row) for team in (None, "T1") for row in rows]
    assert figure(rated, kpi_id, "2020-10", authority=made_up) == (0, 0)


def test_what_has_no_target_is_not_rated(rated: duckdb.DuckDBPyConnection) -> None:
    others = rated.execute(
        "SELECT DISTINCT rag FROM snapshots.kpi_month WHERE kpi_id <> ALL(?)", [["assess_45wd", *DIRECTIONS]]
    ).fetchall()
    assert others == [("no target",)]


def rounded_and_rated(warehouse: duckdb.DuckDBPyConnection, whose: str) -> list[Any]:
    return warehouse.execute(
        "SELECT value_rounded, rag FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' AND team_code IS NULL "
        "AND authority_code = ? AND reporting_month IN ('2021-01', '2021-02') ORDER BY reporting_month",
        [RATED_CODES[whose]],
    ).fetchall()


def test_a_figure_is_rated_as_it_is_shown(rated: duckdb.DuckDBPyConnection) -> None:
    """94.95 is shown as 95.0 and reaches a target of 95; 94.9495 does not."""
    assert rounded_and_rated(rated, "as shown") == [(94.9, "red"), (95.0, "green")]


def test_a_target_of_100_is_met_by_all_alone(rated: duckdb.DuckDBPyConnection) -> None:
    assert rounded_and_rated(rated, "of 100") == [(100.0, "green"), (99.9, "red")]


def test_a_target_counts_from_its_month_and_an_authoritys_own_before_the_general(
    rated: duckdb.DuckDBPyConnection,
) -> None:
    found = rated.execute(
        "SELECT target FROM snapshots.kpi_month WHERE kpi_id = 'assess_45wd' AND authority_code = ? "
        "AND reporting_month >= '2020-10' ORDER BY reporting_month",
        [RATED_CODES["dated"]],
    ).fetchall()
    assert found == [(None,), (90.0,), (90.0,), (80.0,), (70.0,)]


def test_a_window_is_rated_as_a_whole_and_a_wording_that_says_otherwise_is_reported(
    rated: duckdb.DuckDBPyConnection,
) -> None:
    columns = (
        "value, rag, narrative_conflict, narrative_words, narrative_note, narrative_signed_by, "
        "cast(narrative_signed_on AS TEXT)"
    )
    whose, signed = RATED_CODES["window"], ("all is well", "one team was moved", "head of service", "2021-03-10")
    assert window(rated, columns, whose, "2021-02") == (60.0, "amber", True, *signed)
    assert window(rated, columns, whose, "2021-01")[:4] == (100.0, "green", False, None)
    assert window(rated, columns, whose, "2020-12")[:4] == (None, "not rated", False, None)

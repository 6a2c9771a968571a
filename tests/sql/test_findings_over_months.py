"""Findings followed from delivery to delivery: new, persisting, resolved, since when, and whose they are.

A finding is a word: ``a`` is the record a in every month that names it. One authority a story, all in one build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sql.deliveries_over_months import asked, built_over, file_of, finding, result
from tests.staged_input import day, key
from tests.warehouse_input import involvement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

ASKED = ("warehouse.fct_finding", "warehouse.fct_rule_history")
RULE = "CINV001A-UNREPEATED"
NOT_TESTED, REFUSED = "not tested", "refused"

# What each month's delivery has, by month; and what the month says of each record: status, since, days open.
STORIES: dict[str, tuple[dict[str, str], dict[str, tuple[str, str, int]]]] = {
    "new": ({"2021-01": "", "2021-02": "a"}, {"a": ("new", "2021-02", 0)}),
    "in the first delivery": ({"2021-02": "a"}, {"a": ("new", "2021-02", 0)}),
    "persisting": ({"2020-12": "a", "2021-01": "a", "2021-02": "a"}, {"a": ("persisting", "2020-12", 59)}),
    "resolved": ({"2020-12": "a", "2021-01": "a", "2021-02": ""}, {"a": ("resolved", "2020-12", 59)}),
    "resolved the month before": ({"2020-12": "a", "2021-01": "", "2021-02": ""}, {}),
    "reappearing": ({"2020-12": "a", "2021-01": "", "2021-02": "a"}, {"a": ("new", "2021-02", 0)}),
    "no delivery between": ({"2020-12": "a", "2021-02": "a"}, {"a": ("persisting", "2020-12", 59)}),
    "a refused delivery between": (
        {"2020-12": "a", "2021-01": REFUSED, "2021-02": "a"},
        {"a": ("persisting", "2020-12", 59)},
    ),
    "not tested between": (
        {"2020-12": "ab", "2021-01": NOT_TESTED, "2021-02": "a"},
        {"a": ("persisting", "2020-12", 59), "b": ("resolved", "2020-12", 59)},
    ),
    "not tested any more": ({"2021-01": "a", "2021-02": NOT_TESTED}, {}),
    "late": ({"2020-12": "ab", "2021-01": "a"}, {"a": ("persisting", "2020-12", 59), "b": ("resolved", "2020-12", 31)}),
    "two records": (
        {"2021-01": "ab", "2021-02": "bc"},
        {"a": ("resolved", "2021-01", 28), "b": ("persisting", "2021-01", 28), "c": ("new", "2021-02", 0)},
    ),
}


def authority(story: str) -> str:
    return f"E{list(STORIES).index(story):08d}"


def left(story: str) -> dict[str, Any]:
    if story == REFUSED:
        refused = {"severity": "critical", "consequence": "refuse_delivery", "table_name": "ssd_person.csv"}
        return {
            "status": "refused",
            "findings": [{**finding("DLV-005", None, line=None), **refused}],
            "rule_results": [{**result("DLV-005", 1), **refused}],
        }
    if story == NOT_TESTED:
        return {"reconciliation": [file_of(10)]}
    return {
        "findings": [finding(RULE, record) for record in story],
        "rule_results": [result(RULE, len(story))],
        "reconciliation": [file_of(10)],
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {
        f"{authority(story)}/ssd/{month}": left(month_findings)
        for story, (by_month, _) in STORIES.items()
        for month, month_findings in by_month.items()
    }
    made = built_over(tmp_path_factory.mktemp("stories"), deliveries, "2021-02", of=ASKED)
    yield made
    made.close()


@pytest.mark.parametrize("story", STORIES)
def test_a_finding_is_followed(warehouse: duckdb.DuckDBPyConnection, story: str) -> None:
    found = asked(
        warehouse,
        """
        SELECT record_key, status, first_month, days_open
        FROM warehouse.fct_finding WHERE authority_code = ? AND rule_code = ?
        """,
        [authority(story), RULE],
    )
    names = {key(name): name for name in "abc"}
    assert {names[record]: history for record, *history in found} == {
        record: list(history) for record, history in STORIES[story][1].items()
    }


@pytest.mark.parametrize(
    ("story", "by_month"),
    [
        ("two records", {"2021-01": (2, 20, 2, 0, 0), "2021-02": (2, 20, 1, 1, 1)}),
        ("reappearing", {"2020-12": (1, 10, 1, 0, 0), "2021-01": (0, 0, 0, 0, 1), "2021-02": (1, 10, 1, 0, 0)}),
        ("not tested between", {"2020-12": (2, 20, 2, 0, 0), "2021-02": (1, 10, 0, 1, 1)}),
        ("a refused delivery between", {"2020-12": (1, 10, 1, 0, 0), "2021-02": (1, 10, 0, 1, 0)}),
    ],
)
def test_a_rule_has_a_history(
    warehouse: duckdb.DuckDBPyConnection, story: str, by_month: dict[str, tuple[int, ...]]
) -> None:
    found = asked(
        warehouse,
        """
        SELECT reporting_month, rows_failed, percent_failed, new_findings, persisting_findings, resolved_findings
        FROM warehouse.fct_rule_history WHERE authority_code = ? AND rule_code = ?
        """,
        [authority(story), RULE],
    )
    assert {month: tuple(history) for month, *history in found} == by_month


def test_what_was_refused_in_the_month_itself_is_there_beside_what_still_counts(tmp_path: Path) -> None:
    deliveries = {"E06000015/ssd/2021-01": left("a"), "E06000015/ssd/2021-02": left(REFUSED)}
    with built_over(tmp_path, deliveries, "2021-02", of=ASKED) as warehouse:
        found = asked(warehouse, "SELECT delivery_month, rule_code, status, days_open FROM warehouse.fct_finding")
    assert sorted(found) == [("2021-01", RULE, "new", 28), ("2021-02", "DLV-005", None, None)]


def test_findings_of_rows_without_a_key_are_counted_and_not_followed(tmp_path: Path) -> None:
    malformed = {"findings": [finding("DLV-015", None, line=7)], "rule_results": [result("DLV-015", 1)]}
    deliveries = {f"E06000015/ssd/2021-0{month}": malformed | {"reconciliation": [file_of(10)]} for month in (1, 2)}
    with built_over(tmp_path, deliveries, "2021-02", of=ASKED) as warehouse:
        assert asked(warehouse, "SELECT line, status, first_month FROM warehouse.fct_finding") == [(7, None, None)]
        history = asked(warehouse, "SELECT rows_failed, new_findings FROM warehouse.fct_rule_history ORDER BY ALL")
        assert [row for row in history if row[0]] == [(1, 0), (1, 0)]


def test_a_missing_column_is_followed_wherever_its_table_was_delivered(tmp_path: Path) -> None:
    column = {"column_name": "cinv_cin_visit_seen"}
    missing = {
        "findings": [finding("DLV-014", None, line=None, **column)],
        "rule_results": [result("DLV-014", 1, **column)],
        "reconciliation": [file_of(10)],
    }
    whole, without_the_table = {"reconciliation": [file_of(10)]}, {"reconciliation": [file_of(10, "ssd_person")]}
    deliveries = {
        "E06000015/ssd/2020-12": missing,
        "E06000015/ssd/2021-01": without_the_table,
        "E06000015/ssd/2021-02": missing,
        "E06000016/ssd/2021-01": missing,
        "E06000016/ssd/2021-02": whole,
    }
    with built_over(tmp_path, deliveries, "2021-02", of=ASKED) as warehouse:
        found = asked(
            warehouse,
            """
            SELECT authority_code, status, first_month, team_code
            FROM warehouse.fct_finding WHERE rule_code = 'DLV-014'
            """,
        )
    assert sorted(found) == [
        ("E06000015", "persisting", "2020-12", None),
        ("E06000016", "resolved", "2021-01", None),
    ]


def test_a_source_of_its_own_month_alone_resolves_nothing(tmp_path: Path) -> None:
    def survey(records: str) -> dict[str, Any]:
        shared = {"table": "survey_responses"}
        return {
            "findings": [finding("SURV001-UNREPEATED", record, **shared) for record in records],
            "rule_results": [result("SURV001-UNREPEATED", len(records), **shared)],
            "reconciliation": [file_of(10, "survey_responses")],
        }

    deliveries = {"E06000015/survey/2021-01": survey("ab"), "E06000015/survey/2021-02": survey("b")}
    with built_over(tmp_path, deliveries, "2021-02", of=ASKED) as warehouse:
        found = asked(warehouse, "SELECT delivery_month, record_key, status FROM warehouse.fct_finding")
    assert found == [("2021-02", key("b"), "new")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2021-02", "2021-03", {"a": "persisting", "b": "resolved"}),
        ("2021-03", "2021-04", {"a": "new"}),
        ("2021-04", "2021-05", {"a": "persisting", "b": "resolved"}),
    ],
)
def test_the_return_is_followed_within_its_collection_year(
    tmp_path: Path, first: str, second: str, expected: dict[str, str]
) -> None:
    shared = {"table": "ssda903_header"}
    deliveries = {
        f"E06000015/ssda903/{month}": {
            "findings": [finding("903-1", record, **shared) for record in records],
            "rule_results": [result("903-1", len(records), **shared)],
            "reconciliation": [file_of(10, "ssda903_header")],
        }
        for month, records in ((first, "ab"), (second, "a"))
    }
    with built_over(tmp_path, deliveries, second, of=ASKED) as warehouse:
        found = asked(warehouse, "SELECT record_key, status FROM warehouse.fct_finding")
    assert dict(found) == {key(record): status for record, status in expected.items()}


def test_a_finding_is_the_teams_that_the_record_names_else_that_which_holds_the_child(tmp_path: Path) -> None:
    findings = [
        finding(RULE, "own", child_id="child", team_code="T7"),
        finding(RULE, "held", child_id="child"),
        finding(RULE, "ended", child_id="ended on the day"),
        finding(RULE, "not yet", child_id="begins the day after"),
        finding(RULE, "of no child"),
        finding("DLV-012", None, line=None),
    ]
    tables = {
        "ssd_involvements": [
            involvement("child", "T1", "2021-01-01"),
            involvement("ended on the day", "T2", "2021-01-01", "2021-02-28"),
            involvement("begins the day after", "T3", "2021-03-01"),
        ]
    }
    results = [result(RULE, 5), result("DLV-012", 1)]
    deliveries = {"E06000015/ssd/2021-02": {"findings": findings, "rule_results": results}}
    with built_over(tmp_path, deliveries, "2021-02", tables, of=ASKED) as warehouse:
        found = dict(asked(warehouse, "SELECT record_key, team_code FROM warehouse.fct_finding"))
    expected = {
        "own": "T7",
        "held": "T1",
        "ended": "unallocated",
        "not yet": "unallocated",
        "of no child": "unallocated",
    }
    assert found == {key(record): team for record, team in expected.items()} | {None: None}


def test_the_days_in_these_stories_are_those_of_the_calendar() -> None:
    december, january, february = (day(text) for text in ("2020-12-31", "2021-01-31", "2021-02-28"))
    assert december and january and february
    assert [(february - december).days, (january - december).days, (february - january).days] == [59, 31, 28]

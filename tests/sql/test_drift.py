"""What changed since the deliveries before: every rule on both sides of its edge, a story an authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scipy.stats import chi2_contingency, false_discovery_control

from tests.sql.deliveries_over_months import asked, built_over, counted, file_of, months, result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

ASKED = (
    "snapshots.finding_summary",
    "warehouse.fct_drift",
    "warehouse.distribution_test",
    "warehouse.fct_late_delivery",
)
NOW, BEFORE = "2021-02", "2021-01"
SEEN = "cinv_cin_visit_seen"
Fired = set[tuple[str, str | None, str | None]]
Deliveries = dict[str, dict[str, Any]]


def headings(*, missing: Sequence[str] = (), unknown: int = 0) -> dict[str, Any]:
    results = [result("DLV-014", 1, column_name=name) for name in missing]
    results += [result("DLV-013", 1, column_name=f"column {number}") for number in range(unknown)]
    return {"rule_results": results, "reconciliation": [file_of(1000)]}


def sized(*rows: int, table: str = "ssd_cin_visits", source: str = "ssd") -> Deliveries:
    """A delivery a month up to now, of a table with so many rows."""
    return {
        f"{source}/{month}": {"reconciliation": [file_of(count, table)]}
        for month, count in zip(up_to_now(len(rows)), rows, strict=True)
    }


def dated(*counts: int) -> Deliveries:
    """A delivery a month up to now, with so many rows dated in its own month, and one in an old one."""
    return {
        f"ssd/{month}": {
            "profile": [counted(1, "2020-01"), *([counted(count, month)] if count else [])],
            "reconciliation": [file_of(1000)],
        }
        for month, count in zip(up_to_now(len(counts)), counts, strict=True)
    }


def up_to_now(number: int) -> list[str]:
    return months("2020-02", 13)[-number:]


def shares(now: Mapping[str | None, int], before: Mapping[str | None, int]) -> Deliveries:
    """Two deliveries, the records of each own month by code."""
    return {
        f"ssd/{month}": {
            "profile": [counted(rows, month, code, column_name=SEEN) for code, rows in by_code.items()],
            "reconciliation": [file_of(1000)],
        }
        for month, by_code in ((BEFORE, before), (NOW, now))
    }


def person(*codes: str) -> dict[str, Any]:
    shared = {"table_name": "ssd_person", "column_name": "pers_sex"}
    return {"profile": [counted(5, "", code, event_month=None, **shared) for code in codes]}


def visits(code_by_month: Mapping[str, str]) -> Deliveries:
    return {f"ssd/{NOW}": {"profile": [counted(5, month, code) for month, code in code_by_month.items()]}}


def fired(rule: str, column: str | None = None, table: str | None = "ssd_cin_visits") -> Fired:
    return {(rule, table, column)}


NOTHING: Fired = set()
STORIES: dict[str, tuple[Deliveries, Fired]] = {
    "the columns are as they were": (
        {
            f"ssd/{BEFORE}": headings(missing=[SEEN], unknown=1),
            f"ssd/{NOW}": headings(missing=[SEEN], unknown=1),
        },
        NOTHING,
    ),
    "a column is gone": (
        {f"ssd/{BEFORE}": headings(), f"ssd/{NOW}": headings(missing=[SEEN])},
        fired("DRF-001", SEEN),
    ),
    "a column that nobody knows has come": (
        {f"ssd/{BEFORE}": headings(unknown=1), f"ssd/{NOW}": headings(unknown=2)},
        fired("DRF-002"),
    ),
    "one that nobody knows has gone": (
        {f"ssd/{BEFORE}": headings(unknown=2), f"ssd/{NOW}": headings(unknown=1)},
        NOTHING,
    ),
    "a column is back": (
        {f"ssd/{BEFORE}": headings(missing=[SEEN]), f"ssd/{NOW}": headings()},
        fired("DRF-002", SEEN),
    ),
    "a column is renamed": (
        {f"ssd/{BEFORE}": headings(), f"ssd/{NOW}": headings(missing=[SEEN], unknown=1)},
        fired("DRF-003", SEEN),
    ),
    "the first delivery": ({f"ssd/{NOW}": headings(missing=[SEEN], unknown=1)}, NOTHING),
    "compared with the last that was not refused": (
        {
            "ssd/2020-12": headings(),
            f"ssd/{BEFORE}": {"status": "refused"},
            f"ssd/{NOW}": headings(missing=[SEEN]),
        },
        fired("DRF-001", SEEN),
    ),
    "a code of this month alone": (visits({"2020-02": "true", NOW: "false"}), fired("DRF-004", SEEN)),
    "a code of twelve months before": (visits({"2020-02": "false", "2021-01": "true", NOW: "false"}), NOTHING),
    "the first records of all": (visits({NOW: "false"}), NOTHING),
    "a code that no delivery of the year had": (
        {"ssd/2020-01": person("U", "F"), "ssd/2020-02": person("F"), f"ssd/{NOW}": person("F", "U")},
        fired("DRF-004", "pers_sex", "ssd_person"),
    ),
    "a code that the delivery of a year before had": (
        {"ssd/2020-02": person("F", "U"), f"ssd/{NOW}": person("F", "U")},
        NOTHING,
    ),
    "five per cent fewer rows": (sized(1000, 950), NOTHING),
    "more than five per cent fewer rows": (sized(1000, 949), fired("DRF-005")),
    "five per cent more rows": (sized(1000, 1050), NOTHING),
    "more than five per cent more rows": (sized(1000, 1051), fired("DRF-006")),
    "twenty rows of a small table": (sized(100, 80), NOTHING),
    "twenty-one rows of a small table": (sized(100, 79), fired("DRF-005")),
    "as it always grows": (sized(1000, 1100, 1200, 1330), NOTHING),
    "not as it always grows": (sized(1000, 1100, 1200, 1234), fired("DRF-005")),
    "growth that always varies": (sized(1000, 1200, 1300, 1600, 1640), NOTHING),
    "a survey's rows are those of its own month": (
        sized(100, 120, table="survey_responses", source="survey"),
        NOTHING,
    ),
    "a survey with fewer rows": (
        sized(100, 79, table="survey_responses", source="survey"),
        fired("DRF-005", table="survey_responses"),
    ),
    "a usual number of visits": (dated(100, 100, 100, 100, 100, 100, 65), NOTHING),
    "fewer visits": (dated(100, 100, 100, 100, 100, 100, 64), fired("DRF-007")),
    "no visits": (dated(100, 100, 100, 100, 100, 100, 0), fired("DRF-007")),
    "many visits": (dated(100, 100, 100, 100, 100, 100, 135), NOTHING),
    "more visits": (dated(100, 100, 100, 100, 100, 100, 136), fired("DRF-008")),
    "too few months to compare with": (dated(100, 100, 100, 100, 100, 0), NOTHING),
    "too few visits to compare with": (dated(29, 29, 29, 29, 29, 29, 0), NOTHING),
    "just enough visits to compare with": (dated(30, 30, 30, 30, 30, 30, 10), fired("DRF-007")),
    "a number that always varies": (dated(60, 140, 60, 140, 100, 100, 60), NOTHING),
    "ten points moved": (shares({"true": 600, "false": 400}, {"true": 500, "false": 500}), fired("DRF-009", SEEN)),
    "not quite ten points moved": (shares({"true": 599, "false": 401}, {"true": 500, "false": 500}), NOTHING),
    "ten points by chance": (shares({"true": 60, "false": 40}, {"true": 500, "false": 500}), NOTHING),
    "thirty records": (shares({"true": 24, "false": 6}, {"true": 500, "false": 500}), fired("DRF-009", SEEN)),
    "twenty-nine records": (shares({"true": 24, "false": 5}, {"true": 500, "false": 500}), NOTHING),
    "a hundred before": (shares({"true": 10, "false": 90}, {"true": 50, "false": 50}), fired("DRF-009", SEEN)),
    "ninety-nine before": (shares({"true": 10, "false": 90}, {"true": 50, "false": 49}), NOTHING),
    "what is left blank": (shares({"true": 50, None: 50}, {"true": 100, None: 1}), fired("DRF-009", SEEN)),
    "what came late": ({f"ssd/{BEFORE}": headings()}, fired("DRF-010", table=None)),
    "what came and was refused is not late": (
        {f"ssd/{BEFORE}": headings(), f"ssd/{NOW}": {"status": "refused"}},
        NOTHING,
    ),
    "a yearly return of eleven months before": ({"ssda903/2020-03": {}}, NOTHING),
    "a yearly return of twelve months before": ({"ssda903/2020-02": {}}, fired("DRF-010", table=None)),
    "a survey is never late": ({"survey/2019-02": {}}, NOTHING),
}


def authority(story: str) -> str:
    return f"E{list(STORIES).index(story):08d}"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    deliveries = {
        f"{authority(story)}/{delivery}": left
        for story, (of_the_story, _) in STORIES.items()
        for delivery, left in of_the_story.items()
    }
    made = built_over(tmp_path_factory.mktemp("drift"), deliveries, NOW, of=ASKED)
    yield made
    made.close()


@pytest.mark.parametrize("story", STORIES)
def test_drift(warehouse: duckdb.DuckDBPyConnection, story: str) -> None:
    found = asked(
        warehouse,
        """
        SELECT rule_code, table_name, column_name FROM warehouse.fct_drift
        WHERE authority_code = ? AND reporting_month = ? AND rows_failed > 0
        """,
        [authority(story), NOW],
    )
    assert set(found) == STORIES[story][1]


def test_the_day_by_which_a_source_is_due_may_be_the_councils_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two councils whose delivery is missing, one has said that its own is due on the 9th, every two months."""
    own = tmp_path / "council" / "E00000001" / "delivery_due.csv"
    own.parent.mkdir(parents=True)
    own.write_text("source,due_day,every_months\nssd,9,2\n", encoding="utf-8")
    monkeypatch.setenv("COUNCIL_DIR", str(tmp_path / "council"))
    deliveries = {f"E0000000{number}/ssd/{month}": {} for number, month in ((0, BEFORE), (1, BEFORE), (1, "2020-12"))}
    with built_over(tmp_path, deliveries, NOW, of=ASKED) as warehouse:
        query = "SELECT authority_code, missing_month, due_date, is_late FROM warehouse.fct_late_delivery ORDER BY ALL"
        assert [(code, month, str(due), is_late) for code, month, due, is_late in asked(warehouse, query)] == [
            ("E00000000", "2021-02", "2021-03-04", True),
            ("E00000001", "2021-03", "2021-04-09", False),
        ]


def test_every_rule_fires_in_a_story_and_passes_in_another(warehouse: duckdb.DuckDBPyConnection) -> None:
    rules = {code for (code,) in asked(warehouse, "SELECT rule_code FROM reference.warehouse_rule")}
    found = asked(warehouse, "SELECT rule_code, rows_failed > 0 FROM warehouse.fct_drift")
    assert set(found) == {(rule, did) for rule in rules if rule.startswith("DRF-") for did in (True, False)}


@pytest.mark.parametrize(
    ("story", "figure"),
    [
        ("a column is renamed", "1 column gone, 1 unknown come"),
        ("a code of this month alone", "false in 5 records"),
        ("more than five per cent fewer rows", "949 rows; usual 950 to 1,050"),
        ("not as it always grows", "1,234 rows; usual 1,235 to 1,365"),
        ("fewer visits", "64 records; usual 65 to 135"),
        ("ten points moved", "true 60.0% of 1,000, before 50.0%"),
        ("what is left blank", "true 50.0% of 100, before 99.0%"),
        ("what came late", "2021-02 was due on 4 March 2021"),
        ("a yearly return of twelve months before", "2021-02 was due on 4 March 2021"),
    ],
)
def test_each_has_its_figure(warehouse: duckdb.DuckDBPyConnection, story: str, figure: str) -> None:
    query = (
        "SELECT figure FROM warehouse.fct_drift WHERE authority_code = ? AND reporting_month = ? AND rows_failed > 0"
    )
    assert asked(warehouse, query, [authority(story), NOW]) == [(figure,)]


def test_drift_is_published_with_what_to_do_and_without_its_figure(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = """
        SELECT table_name, severity, consequence, sentence, rows_tested, rows_failed FROM snapshots.finding_summary
        WHERE authority_code = ? AND rule_code = 'DRF-005' AND reporting_month = ?
    """
    assert asked(warehouse, query, [authority("more than five per cent fewer rows"), NOW]) == [
        (
            "ssd_cin_visits",
            "warning",
            "warn",
            "The table has fewer rows than its earlier deliveries lead one to expect.",
            1,
            1,
        )
    ]


def test_the_statistic_is_pearsons_and_its_p_value_scipys_own(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT chi_squared, p_value FROM warehouse.distribution_test WHERE authority_code = ?"
    [(chi_squared, p_value)] = asked(warehouse, query, [authority("ten points by chance")])
    expected = chi2_contingency([[60, 40], [500, 500]], correction=False)
    assert (float(chi_squared), p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-6)


def test_many_columns_are_not_moved_because_one_would_be_by_chance(tmp_path: Path) -> None:
    """Alone the first column's p-value is below one in a hundred; among ten it is not enough."""
    tables = {name: ({"true": 70, "false": 30}, {"true": 350, "false": 250}) for name in ("first",)}
    tables |= {f"other{number}": ({"true": 50, "false": 50}, {"true": 300, "false": 300}) for number in range(9)}
    p_values = [
        chi2_contingency([list(now.values()), list(before.values())], correction=False).pvalue
        for now, before in tables.values()
    ]
    assert p_values[0] < 0.05
    deliveries = {
        f"E06000015/ssd/{month}": {
            "profile": [
                counted(rows, month, code, column_name=name)
                for name, both in tables.items()
                for code, rows in both[place].items()
            ],
            "reconciliation": [file_of(1000)],
        }
        for place, month in ((0, NOW), (1, BEFORE))
    }
    with built_over(tmp_path, deliveries, NOW, of=ASKED) as warehouse:
        found = dict(asked(warehouse, "SELECT column_name, corrected_p_value FROM warehouse.distribution_test"))
    expected = dict(zip(tables, false_discovery_control(p_values), strict=True))
    assert found == pytest.approx(expected, abs=1e-6)


def test_codes_of_which_few_are_to_be_expected_are_taken_together(tmp_path: Path) -> None:
    now, before = {"a": 40, "b": 2, "c": 2, "d": 1}, {"a": 400, "b": 20, "c": 10, "d": 20}
    deliveries = {f"E06000015/{name}": left for name, left in shares(now, before).items()}
    with built_over(tmp_path, deliveries, NOW, of=ASKED) as warehouse:
        [(freedom, chi_squared)] = asked(
            warehouse, "SELECT degrees_of_freedom, chi_squared FROM warehouse.distribution"
        )
    expected = chi2_contingency([[40, 5], [400, 50]], correction=False)
    assert (freedom, float(chi_squared)) == pytest.approx((1, expected.statistic), abs=1e-6)


def test_a_column_that_is_missing_has_not_moved(tmp_path: Path) -> None:
    counts = shares({None: 100}, {"true": 500, None: 500})
    counts[f"ssd/{NOW}"]["rule_results"] = [result("DLV-014", 1, column_name=SEEN)]
    deliveries = {f"E06000015/{name}": left for name, left in counts.items()}
    with built_over(tmp_path, deliveries, NOW, of=ASKED) as warehouse:
        found = asked(warehouse, "SELECT rule_code FROM warehouse.fct_drift WHERE rows_failed > 0")
    assert found == [("DRF-001",)]


def test_a_return_that_begins_its_year_is_not_smaller_than_the_year_before(tmp_path: Path) -> None:
    deliveries = {
        f"E06000015/ssda903/{month}": {"reconciliation": [file_of(rows, "ssda903_episodes")]}
        for month, rows in (("2021-02", 1000), ("2021-03", 1000), ("2021-04", 50), ("2021-05", 100))
    }
    with built_over(tmp_path, deliveries, "2021-05", of=ASKED) as warehouse:
        found = asked(warehouse, "SELECT reporting_month, rule_code FROM warehouse.fct_drift WHERE rows_failed > 0")
    assert found == [("2021-05", "DRF-006")]

"""What Great Expectations is asked by way of one metric a table, held against its own stock expectations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import great_expectations as gx
import pytest
from great_expectations.expectations.registry import get_expectation_impl

from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import BadContract, Check
from pipelines.contracts.structural_checks import all_checks
from pipelines.findings import Consequence, Rule, Severity
from pipelines.staging.validation.data_docs import DataDocs
from pipelines.staging.validation.duckdb_engine import DuckDBDatasource
from pipelines.staging.validation.predicates import PREDICATES, in_sql
from pipelines.staging.validation.validation import BrokenCheck, Tested, validate

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).resolve().parents[2]
ROWS = """
    (1, true, 'A', DATE '2020-01-01', DATE '2020-01-02'),
    (2, false, 'B', DATE '1994-12-31', DATE '1994-12-30'),
    (3, NULL, NULL, NULL, DATE '2020-01-02'),
    (4, true, 'it''s', DATE '1995-01-01', NULL),
    (5, false, 'A', DATE '2030-12-31', DATE '2030-12-31'),
    (6, NULL, NULL, NULL, NULL),
    (7, NULL, 'C', DATE '2031-01-01', DATE '2030-01-01')
"""
PAIR = {"column_A": "stop", "column_B": "start", "ignore_row_if": "either_value_is_missing"}
BY_ROW = [
    ("expect_column_values_to_not_be_null", {"column": "fact"}),
    ("expect_column_values_to_be_in_set", {"column": "fact", "value_set": [True]}),
    ("expect_column_values_to_be_in_set", {"column": "code", "value_set": ["A", "it's"]}),
    ("expect_column_values_to_not_be_in_set", {"column": "code", "value_set": ["A", "it's", "Z"]}),
    ("expect_column_values_to_be_between", {"column": "start", "min_value": "1995-01-01", "max_value": "2030-12-31"}),
    ("expect_column_values_to_be_between", {"column": "start", "max_value": "2020-01-01"}),
    ("expect_column_values_to_be_between", {"column": "start", "min_value": "2020-01-01"}),
    ("expect_column_pair_values_a_to_be_greater_than_b", {**PAIR, "or_equal": True}),
    ("expect_column_pair_values_a_to_be_greater_than_b", PAIR),
]
QUERY = "SELECT line FROM {batch} WHERE code = 'A'"


@dataclass(frozen=True)
class ValidationTable:
    """A table ``checked.plans``, and where to write pages about it."""

    database: Path
    pages: Path
    rows: int

    def validated(self, *checks: Check, rows: int | None = None) -> dict[str, Tested]:
        counted = {"plans": self.rows if rows is None else rows}
        docs = DataDocs(self.pages, "s.css")
        tested = validate(self.database, {}, {"plans": checks}, counted, lambda done, of: None, docs)
        return {each.check.rule.code: each for each in tested}

    def lines(self, tested: Tested) -> list[int]:
        if tested.failing_rows is None:
            return []
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return sorted(line for (line, *_) in connection.execute(tested.failing_rows).fetchall())


@pytest.fixture
def table(tmp_path: Path) -> ValidationTable:
    return _table(tmp_path)


def _table(folder: Path, condition: str = "true") -> ValidationTable:
    database = folder / "delivery.duckdb"
    rows = f"SELECT * FROM (VALUES {ROWS}) AS given(line, fact, code, start, stop) WHERE {condition}"
    with duckdb.connect(str(database)) as connection:
        connection.execute("CREATE SCHEMA checked")
        connection.execute(f"CREATE TABLE checked.plans AS {rows}")
        return ValidationTable(database, folder / "pages", len(connection.table("checked.plans")))


def _check(expectation: str, kwargs: dict[str, Any], code: str = "R1") -> Check:
    rule = Rule(code, "Something is wrong.", "Fix it.", Severity.WARNING, Consequence.WARN)
    return Check(rule, "code", expectation, kwargs)


def _by_row() -> list[Check]:
    return [_check(name, kwargs, f"R{number}") for number, (name, kwargs) in enumerate(BY_ROW)]


def _by_query(query: str, code: str = "Q1") -> Check:
    return _check("unexpected_rows_expectation", {"unexpected_rows_query": query}, code)


def _stock(table: ValidationTable, checks: Sequence[Check]) -> dict[str, tuple[int, int]]:
    """What Great Expectations' own expectations count."""
    source = DuckDBDatasource(name="stock", connection_string=f"duckdb:///{table.database}")
    gx.get_context(mode="ephemeral").add_datasource(datasource=source)
    asset = source.add_table_asset(name="plans", table_name="plans", schema_name="checked")
    batch = asset.add_batch_definition_whole_table("all").get_batch()
    counts = {}
    for check in checks:
        found = batch.validate(get_expectation_impl(check.expectation)(**check.kwargs)).result
        counts[check.rule.code] = (
            found["element_count"] - found.get("missing_count", 0),
            found["unexpected_count"] or 0,
        )
    source.get_execution_engine().close()
    source.get_engine().dispose()
    return counts


@pytest.mark.parametrize("condition", ("true", "false", "code IS NULL", "line = 4"))
def test_every_check_counts_what_great_expectations_own_counts(tmp_path: Path, condition: str) -> None:
    assert {name for name, _ in BY_ROW} == set(PREDICATES)
    table = _table(tmp_path, condition)
    tested = table.validated(*_by_row())
    assert {code: (each.rows_tested, each.rows_failed) for code, each in tested.items()} == _stock(table, _by_row())


def test_the_failing_rows_are_as_many_as_were_counted(table: ValidationTable) -> None:
    tested = table.validated(*_by_row(), _by_query(QUERY))
    lines = {code: table.lines(each) for code, each in tested.items()}
    assert {code: len(found) for code, found in lines.items()} == {
        code: each.rows_failed for code, each in tested.items()
    }
    assert lines["R0"] == [3, 6, 7]
    assert lines["Q1"] == [1, 5]


def test_a_check_by_query_looks_at_every_row(table: ValidationTable) -> None:
    queries = [_by_query(f"SELECT line FROM {{batch}} WHERE line > {number};", f"Q{number}") for number in range(10)]
    tested = table.validated(*queries)
    assert {code: (each.rows_tested, each.rows_failed) for code, each in tested.items()} == {
        f"Q{number}": (7, max(7 - number, 0)) for number in range(10)
    }


@pytest.mark.parametrize(
    ("expectation", "kwargs"),
    (
        ("expect_column_values_to_not_be_null", {"column": "misspelt"}),
        ("expect_column_values_to_be_between", {"column": "start", "min_value": "no date"}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT line FROM {batch} WHERE misspelt"}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT line FRM {batch}"}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT line FROM {batch} WHERE code::INTEGER = 1"}),
    ),
)
def test_a_broken_check_is_named_among_sound_ones(
    table: ValidationTable, expectation: str, kwargs: dict[str, Any]
) -> None:
    broken = _check(expectation, kwargs, "BROKEN")
    with pytest.raises(BrokenCheck, match="plans: BROKEN could not be checked"):
        table.validated(*_by_row(), _by_query(QUERY), broken, _by_query(QUERY))


@pytest.mark.parametrize(
    ("expectation", "kwargs", "says"),
    (
        ("expect_column_values_to_be_unique", {"column": "code"}, "expect_column_values_to_be_unique is not one of"),
        ("expect_column_values_to_not_be_null", {"column": "code", "mostly": 0.9}, "mostly"),
        ("expect_column_values_to_be_between", {"column": "start"}, "min_value"),
        ("expect_column_pair_values_a_to_be_greater_than_b", {**PAIR, "ignore_row_if": "neither"}, "ignore_row_if"),
        ("unexpected_rows_expectation", {"query": QUERY}, "query"),
    ),
)
def test_a_check_that_is_not_known_is_the_contracts_fault(
    table: ValidationTable, expectation: str, kwargs: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadContract, match=f"R1.*{says}"):
        table.validated(_check(expectation, kwargs))


def test_every_check_of_every_contract_is_known() -> None:
    sources = load_sources(PROJECT / "expectations").values()
    checks = [check for source in sources for contract in source.tables.values() for check in all_checks(contract)]
    assert len([in_sql(check) for check in checks]) == len(checks) > 1000


def test_rows_that_went_missing_are_no_finding(table: ValidationTable) -> None:
    with pytest.raises(BrokenCheck, match="plans: the row count is not the number"):
        table.validated(_check(*BY_ROW[0]), rows=table.rows + 1)


def test_the_page_says_of_each_rule_how_many_rows_it_looked_at(table: ValidationTable) -> None:
    table.validated(*_by_row(), _by_query(QUERY))
    (page,) = table.pages.glob("validations/**/*.html")
    text = page.read_text(encoding="utf-8")
    assert all(f"{check.rule.code}. In no row: Something is wrong." in text for check in (*_by_row(), _by_query(QUERY)))
    assert "3 of 7 rows failed" in text
    assert "2 of 4 rows failed" in text

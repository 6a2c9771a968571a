"""A month in a terminal: 80 columns whatever is in it, and the same as JSON."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from rich.console import Console

from pipelines.cli import show
from pipelines.contracts.published import load_published
from pipelines.periods import Period
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

FEBRUARY = Period.parse("2021-02")
(SUMMARY,) = (table for table in load_published(PROJECT / "expectations" / "snapshots") if table.name == "kpi_summary")
ROW = dict.fromkeys(column.name for column in SUMMARY.columns) | {
    "authority_code": "E06000015",
    "reporting_month": "2021-02",
    "month_end": dt.date(2021, 2, 28),
    "section": "performance",
    "month_change": 1.5,
}
ROWS: tuple[dict[str, Any], ...] = (
    {"kpi_id": "a", "title": "Met", "unit": "percent", "numerator": 1456, "denominator": 1533, "value_rounded": 95.0}
    | {"target": 95, "rag": "green", "year_change": 0, "year_verdict": "chance"},
    {"kpi_id": "b", "title": f"Missed, {'a long title ' * 5}", "unit": "percent", "numerator": 182, "denominator": 309}
    | {"value_rounded": 58.9, "target": 85, "rag": "red", "year_change": -13.8, "year_verdict": "worse"},
    {"kpi_id": "c", "title": "A count", "unit": "count", "numerator": 1655, "denominator": None, "value_rounded": 1655}
    | {"target": None, "rag": "no target", "year_change": 79, "year_verdict": "not judged", "section": "demand"},
    {"kpi_id": "d", "title": "Of nobody", "unit": "percent", "numerator": 0, "denominator": 0, "value_rounded": None}
    | {"target": None, "rag": "not rated", "year_change": None, "year_verdict": "not judged", "section": "babies"},
    {"kpi_id": "e", "title": "Days", "unit": "percent", "numerator": 999.5, "denominator": 43161.8, "value_rounded": 2}
    | {"target": None, "rag": "no target", "year_change": None, "year_verdict": "not judged", "section": "need"},
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("snapshot")
    january = {**ROW, **ROWS[0], "reporting_month": "2021-01"}
    with duckdb.connect() as connection:
        rows = [{**ROW, **row} for row in ROWS]
        connection.execute("CREATE TABLE rows AS SELECT unnest(x, recursive := true) FROM (SELECT unnest($rows) AS x)",
                           {"rows": [*rows, january]})  # fmt: skip
        connection.table("rows").write_parquet(str(folder / "kpi_summary.parquet"))
    return show.rows(folder, PROJECT / "sql", FEBRUARY)


def test_the_month_alone_is_shown_what_misses_its_target_first_and_then_as_the_report_orders_it(
    found: list[dict[str, Any]],
) -> None:
    assert [row["kpi_id"] for row in found] == ["b", "a", "c", "d", "e"]


def test_the_table_fits_80_columns_and_loses_nothing(found: list[dict[str, Any]]) -> None:
    console = Console(file=io.StringIO(), record=True, width=80)
    show.print_table(console, found, FEBRUARY)
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for words in (
        "58.9%",
        "182/309",
        "85 red",
        "-13.8 worse",
        "1,456/1,533",
        "95 green",
        "1,655",
        "none",
        "999.5/43,162",
    ):
        assert words in text, words
    headings = ["With a target", "Demand", "Babies under one", "Need"]
    assert [line.strip() for line in lines if line.strip() in headings] == headings
    assert "+79 " in text


def test_as_json_there_is_all_that_the_summary_says(found: list[dict[str, Any]]) -> None:
    shown = json.loads(show.as_json(found))
    assert {*shown[0]} == {*ROW, "part"}
    assert {row["month_end"] for row in shown} == {"2021-02-28"}


def test_as_json_every_number_is_one(found: list[dict[str, Any]]) -> None:
    shown = json.loads(show.as_json(found))
    assert [(row["kpi_id"], row["numerator"], row["denominator"]) for row in shown][:3] == [
        ("b", 182, 309),
        ("a", 1456, 1533),
        ("c", 1655, None),
    ]


def test_a_snapshot_from_before_there_was_a_summary_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(show.NothingToShow, match="publish the month again"):
        show.rows(tmp_path, PROJECT / "sql", FEBRUARY)

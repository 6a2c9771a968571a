"""Two snapshots beside one another: what was added, removed and changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from rich.console import Console

from pipelines.snapshots.diff import Comparison, as_json, compare, print_comparison
from pipelines.storage import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.snapshots.diff import ChangedRow

KEY = ("kpi_id", "team_code")


def snapshot(folder: Path, version: str, rows: str, columns: tuple[str, ...] = ("numerator",)) -> Path:
    """A snapshot of one table with the rows given as DuckDB writes VALUES."""
    folder = folder / version
    folder.mkdir()
    names = ", ".join((*KEY, *columns))
    duckdb.sql(f"SELECT * FROM (VALUES {rows}) AS given ({names})").write_parquet(str(folder / "kpi_month.parquet"))
    fields = [{"name": name} for name in (*KEY, *columns)]
    resource = {
        "name": "kpi_month",
        "parquet": {"path": "kpi_month.parquet"},
        "schema": {"fields": fields, "uniqueKeys": [list(KEY)]},
    }
    write_json(folder / "datapackage.json", {"resources": [resource]})
    write_json(folder / "manifest.json", {"month": "2021-02", "version": version})
    return folder


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    before = snapshot(tmp_path, "v0001", "('a', NULL, 1.5), ('a', 'T1', 2.5), ('b', NULL, NULL), ('c', 'T1', 4.5)")
    after = snapshot(tmp_path, "v0002", "('a', NULL, 1.5), ('a', 'T1', 3.5), ('b', NULL, 0.0), ('c', NULL, 4.5)")
    return compare(before, after)


def test_rows_are_matched_by_their_key_with_nulls_in_it(comparison: Comparison) -> None:
    (table,) = comparison.tables
    assert [(row.what, tuple(row.key.values())) for row in table.rows] == [
        ("changed", ("a", "T1")),
        ("changed", ("b", None)),
        ("added", ("c", None)),
        ("removed", ("c", "T1")),
    ]
    columns_changed = [{name: tuple(map(str, pair)) for name, pair in row.columns.items()} for row in table.rows[:2]]
    assert columns_changed == [{"numerator": ("2.5", "3.5")}, {"numerator": ("None", "0.0")}]
    assert table.by_kpi == {
        "a": {"added": 0, "removed": 0, "changed": 1},
        "b": {"added": 0, "removed": 0, "changed": 1},
        "c": {"added": 1, "removed": 1, "changed": 0},
    }


def test_the_same_is_no_difference(tmp_path: Path) -> None:
    folders = [snapshot(tmp_path, version, "('a', NULL, 1)") for version in ("v0001", "v0002")]
    assert compare(folders[0], folders[1]).tables == ()
    assert "2021-02/v0001 and 2021-02/v0002 hold the same." in printed(compare(*folders))


def test_another_column_is_noted_and_the_others_compared(tmp_path: Path) -> None:
    before = snapshot(tmp_path, "v0001", "('a', NULL, 1)")
    after = snapshot(tmp_path, "v0002", "('a', NULL, 2, 3)", ("numerator", "target"))
    (table,) = compare(before, after).tables
    assert table.note == "only one of them has target"
    assert table.rows[0].columns == {"numerator": (1, 2)}


def test_a_table_that_only_one_has_is_named(tmp_path: Path) -> None:
    before = snapshot(tmp_path, "v0001", "('a', NULL, 1)")
    after = snapshot(tmp_path, "v0002", "('a', NULL, 1)")
    write_json(after / "datapackage.json", {"resources": []})
    assert [(table.name, table.note) for table in compare(before, after).tables] == [("kpi_month", "only before")]


def printed(comparison: Comparison, *, every_row: bool = False) -> str:
    console = Console(width=120, record=True, quiet=False, file=None)
    with console.capture() as captured:
        print_comparison(console, comparison, every_row=every_row)
    return captured.get()


def test_people_see_counts_and_the_first_rows(tmp_path: Path) -> None:
    before = snapshot(tmp_path, "v0001", "('a', 'T1', 1)")
    many = ", ".join(f"('a', 'T{team:03d}', 1)" for team in range(25))
    after = snapshot(tmp_path, "v0002", many)
    text = printed(compare(before, after))
    assert "From 2021-02/v0001 to 2021-02/v0002" in text
    assert "T019" in text and "T020" not in text
    assert "and 6 more: --every-row shows them" in text
    assert "T024" in printed(compare(before, after), every_row=True)


def test_json_holds_every_row(comparison: Comparison) -> None:
    content: dict[str, Any] = json.loads(json.dumps(as_json(comparison)))
    assert (content["before"], content["after"]) == ("2021-02/v0001", "2021-02/v0002")
    (table,) = content["tables"]
    assert (table["added"], table["removed"], table["changed"]) == (1, 1, 2)
    assert table["rows"][0] == {
        "what": "changed",
        "key": {"kpi_id": "a", "team_code": "T1"},
        "before": {"numerator": "2.5"},
        "after": {"numerator": "3.5"},
    }


def test_an_added_row_says_what_it_holds(comparison: Comparison) -> None:
    added: ChangedRow = next(row for row in comparison.tables[0].rows if row.what == "added")
    assert str(added.columns["numerator"][1]) == "4.5"

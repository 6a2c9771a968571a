"""The comparison of two versions finds what differs, and nothing where only a listed name does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb

from tests.helpers.same_snapshot import Rename, differences, main, read_renames

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SHOWN = Rename("column", "kpi_month", "shown", "value_rounded")
MEND = Rename("word", "*finding_summary*", "mend", "fix")


def publish(
    data: Path, *, column: str = "shown", value: float = 95.0, remedy: str = "mend it", digest: str = "a"
) -> Path:
    """One version of one month with a table, as CSV, Parquet and in a database, a page and a manifest."""
    folder = data / "snapshots" / "2021-02" / "v0001"
    folder.mkdir(parents=True)
    (folder.parent / "latest.json").write_text('{"version": "v0001"}')
    (folder / "kpi_month.csv").write_text(f"kpi_id,{column}\ncla_count,{value} as shown\n")
    (folder / "finding_summary.csv").write_text(f"rule_code,remedy\nSSD-001,{remedy}\n")
    (folder / "data_dictionary.md").write_text(f"| {column} | The value as it is shown. |\n")
    fields = {"name": column, "description": "as it is shown", "hash": f"sha256:{digest * 64}", "bytes": len(digest)}
    (folder / "datapackage.json").write_text(json.dumps({"fields": [fields]}))
    with duckdb.connect(str(folder / "snapshot.duckdb")) as database:
        database.execute(f"CREATE TABLE kpi_month AS SELECT 'cla_count' AS kpi_id, {value} AS {column}")
        database.table("kpi_month").write_parquet(str(folder / "kpi_month.parquet"))
    return folder


def test_the_same_is_the_same_whatever_its_digests(tmp_path: Path) -> None:
    assert differences(publish(tmp_path / "old"), publish(tmp_path / "new", digest="b"), []) == {}


def test_a_listed_name_is_no_difference_and_an_unlisted_one_is(tmp_path: Path) -> None:
    old, new = publish(tmp_path / "old"), publish(tmp_path / "new", column="value_rounded", remedy="fix it")
    assert differences(old, new, [SHOWN, MEND]) == {}
    assert set(differences(old, new, [SHOWN])) == {"finding_summary.csv"}
    assert set(differences(old, new, [MEND])) == {
        *("kpi_month.csv", "kpi_month.parquet", "snapshot.duckdb/kpi_month.parquet"),
        *("data_dictionary.md", "datapackage.json"),
    }


def test_an_old_name_that_stayed_is_a_difference(tmp_path: Path) -> None:
    old, new = publish(tmp_path / "old"), publish(tmp_path / "new", remedy="mend it")
    assert differences(old, new, [MEND]) == {"finding_summary.csv": ["-SSD-001,fix it", "+SSD-001,mend it"]}


def test_another_figure_is_found_in_every_form_of_the_table(tmp_path: Path) -> None:
    found = differences(publish(tmp_path / "old"), publish(tmp_path / "new", value=95.1), [])
    assert set(found) == {"kpi_month.csv", "kpi_month.parquet", "snapshot.duckdb/kpi_month.parquet"}


def test_a_file_that_is_gone_is_found(tmp_path: Path) -> None:
    old, new = publish(tmp_path / "old"), publish(tmp_path / "new")
    (new / "finding_summary.csv").unlink()
    assert differences(old, new, []) == {"finding_summary.csv": [f"only in {old}"]}


def test_the_exit_code_says_whether_anything_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in (("old", 1.0), ("same", 1.0), ("other", 2.0)):
        publish(tmp_path / name, column="numerator", value=value, remedy="none")
    assert main(tmp_path / "old", tmp_path / "same") == 0
    assert main(tmp_path / "old", tmp_path / "other") == 1
    assert "-cla_count,1.0 as shown\n    +cla_count,2.0 as shown" in capsys.readouterr().out
    assert main(tmp_path / "old", tmp_path / "nothing") == 2


def test_every_rename_of_the_list_is_of_a_known_kind() -> None:
    assert {rename.kind for rename in read_renames()} == {"word", "column"}

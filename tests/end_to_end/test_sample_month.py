"""The main job on the made-up council: the report's figures come out, every planted fault is found, nothing is lost."""

import csv
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pytest

from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.sample import EXPECTED, write_sample
from pipelines.settings import Settings
from pipelines.staging.stage import stage
from tests.end_to_end.conftest import CouncilPlace
from tests.exports import KEY


@pytest.fixture(scope="session")
def snapshot(place: CouncilPlace) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True)


def one(snapshot: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    rows = snapshot.execute(sql).fetchall()
    assert len(rows) == 1, rows
    row: tuple[Any, ...] = rows[0]
    return row


def test_the_survey_says_what_the_report_said(snapshot: duckdb.DuckDBPyConnection) -> None:
    scores = snapshot.execute(
        "SELECT standard_id, rounded_score, rag FROM survey_score WHERE geography = 'council'"
    ).fetchall()
    assert {standard: score for standard, score, _ in scores} == {
        "standard_1": 80,
        "standard_2": 74,
        "standard_3": 72,
        "standard_4": 67,
        "standard_5": 69,
        "standard_6": 70,
        "standard_7": 78,
        "standard_8": 85,
        "employee_contribution": 87,
        "tensions": 84,
        "overall_satisfaction": 80,
        "desire_to_stay": 82,
        "covid": 73,
    }
    assert {standard for standard, _, rag in scores if rag == "red"} == {"tensions"}


def test_every_month_since_2018_is_there_and_none_before(snapshot: duckdb.DuckDBPyConnection) -> None:
    first, last, months = one(
        snapshot,
        """
        SELECT min(reporting_month), max(reporting_month), count(*) FROM kpi_month
        WHERE kpi_id = 'cla_count' AND team_code IS NULL
        """,
    )
    assert (first, last, months) == ("2018-01", "2021-02", 38)


def test_every_planted_fault_is_found_on_its_lines_and_every_oddity_is_not(place: CouncilPlace) -> None:
    for planted in place.written.faults:
        authority, source, month, _ = planted.file.split("/")
        month_folder = place.data / "staging" / source / f"authority={authority}" / f"month={month}"
        folder = month_folder / json.loads((month_folder / "current.json").read_text(encoding="utf-8"))["folder"]
        with duckdb.connect() as connection:
            findings = connection.read_parquet(str(folder / "finding.parquet"), hive_partitioning=False)
            table = planted.fault.table
            here = findings.filter(f"table_name = '{table}'")
            lines = {line for (line,) in here.project("line").fetchall()}
            # A file that no contract knows has no table.
            place_of_file = findings if planted.fault.rule == "DLV-011" else here.filter("line IS NULL")
            codes = {code for (code,) in place_of_file.project("rule_code").fetchall()}
            if planted.fault.legal:
                others = {each.fault.rule for each in place.written.faults if each.fault.table == table}
                assert not lines & set(planted.lines), planted
                assert codes <= others, planted
            elif planted.lines:
                found = here.filter(f"rule_code = '{planted.fault.rule}'").project("line").fetchall()
                assert {line for (line,) in found} >= set(planted.lines), planted
                assert len(planted.lines) == planted.fault.rows, planted
            else:
                assert planted.fault.rule in codes, planted


def test_without_planted_faults_the_only_findings_are_those_expected(tmp_path: Path) -> None:
    write_sample(tmp_path / "inbox", scale=0.2, months=(Period(2021, 2),), spoilt=False)
    settings = Settings(
        _env_file=None, inbox_url=str(tmp_path / "inbox"), data_dir=tmp_path / "data", pseudonym_key=KEY
    )
    found: set[str] = set()
    for delivery in find_deliveries(settings).deliveries:
        land(settings, delivery)
        staged = stage(settings, delivery)
        assert (staged.outcome, staged.rows_refused) == ("staged", 0)
        with duckdb.connect() as connection:
            findings = connection.read_parquet(str(staged.folder / "finding.parquet"), hive_partitioning=False)
            found |= {code for (code,) in findings.project("rule_code").fetchall()}
    # In so small a council it may be that nothing is late; the month before, below, has both at full size.
    assert found <= set(EXPECTED)


def test_nothing_but_the_planted_faults_is_found_in_the_dirty_month(place: CouncilPlace) -> None:
    rules = {planted.fault.rule for planted in place.written.faults} - {None}
    with duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True) as snapshot:
        fired = snapshot.execute(
            "SELECT DISTINCT rule_code, reporting_month FROM finding_summary WHERE rows_failed > 0"
        ).fetchall()
    assert {code for code, month in fired if month != "2021-02"} == set(EXPECTED)
    # One fault can break a second rule: a record without a key is also one that cannot be referred to.
    assert {code for code, _ in fired} >= rules


def test_rows_read_are_staged_or_refused_in_every_file_and_in_print(place: CouncilPlace) -> None:
    with duckdb.connect(str(place.snapshot / "snapshot.duckdb"), read_only=True) as snapshot:
        files = snapshot.execute(
            """
            SELECT authority_code || '/' || source || '/' || reporting_month || '/' || file_name,
                   file_name, rows_read, rows_staged, rows_refused, reporting_month
            FROM reconciliation
            """
        ).fetchall()
    printed = (place.root / "printed.txt").read_text(encoding="utf-8")
    assert {path for path, *_ in files} == set(place.written.rows) - {_unknown_file(place)}
    for path, file_name, read, staged, refused, month in files:
        assert read == staged + refused == place.written.rows[path], path
        if month == "2021-02":
            assert f"{file_name}: {read:,} read = {staged:,} staged + {refused:,} refused" in printed


def _unknown_file(place: CouncilPlace) -> str:
    return next(planted.file for planted in place.written.faults if planted.fault.rule == "DLV-011")


def test_no_table_of_the_snapshot_holds_a_row_about_a_child(snapshot: duckdb.DuckDBPyConnection) -> None:
    types = {
        kind
        for (kind,) in snapshot.execute("SELECT DISTINCT data_type FROM duckdb_columns() WHERE NOT internal").fetchall()
    }
    assert "UUID" not in types


def test_every_table_and_column_carries_its_description(snapshot: duckdb.DuckDBPyConnection) -> None:
    bare = "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
    assert snapshot.execute(bare).fetchall() == []
    assert one(snapshot, "SELECT count(*) FROM duckdb_columns() WHERE NOT internal")[0] > 60
    assert snapshot.execute("SELECT table_name FROM duckdb_tables() WHERE comment IS NULL").fetchall() == []


def test_the_data_package_is_valid(place: CouncilPlace) -> None:
    report = frictionless.validate(str(place.snapshot / "datapackage.json"))
    assert report.valid, report.flatten(["title", "note"])


def test_the_csv_says_what_the_database_says(place: CouncilPlace, snapshot: duckdb.DuckDBPyConnection) -> None:
    with (place.snapshot / "kpi_month.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == one(snapshot, "SELECT count(*) FROM kpi_month")[0]
    total = sum(Decimal(row["numerator"]) for row in rows)
    assert total == one(snapshot, "SELECT sum(numerator) FROM kpi_month")[0]


def test_the_same_month_in_another_place_has_the_same_bytes(place: CouncilPlace, other_place: CouncilPlace) -> None:
    here, there = _digests(place), _digests(other_place)
    assert here == there
    assert {name.split("/")[0] for name in here} == {"staging", "snapshots"}
    assert len(here) > 100


def _digests(place: CouncilPlace) -> dict[str, str]:
    files = [file for stage in ("staging", "snapshots") for file in (place.data / stage).rglob("*")]
    return {
        file.relative_to(place.data).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.suffix in {".parquet", ".csv", ".json", ".md"} and not file.is_symlink()
    }


def test_the_warehouses_of_both_places_hold_the_same_tables(place: CouncilPlace, other_place: CouncilPlace) -> None:
    here, there = _warehouse_digests(place), _warehouse_digests(other_place)
    assert here == there
    assert {name.split(".")[0] for name in here} >= {"core", "warehouse", "kpis"}


def _warehouse_digests(place: CouncilPlace) -> dict[str, tuple[Any, ...]]:
    """Of every table how many rows it has, and two sums over the rows' digests, whatever their order."""
    file = next((place.data / "warehouse/X99000001/2021-02").glob("*.duckdb"))
    with duckdb.connect(str(file), read_only=True) as warehouse:
        made = """
            SELECT schema_name, table_name FROM duckdb_tables()
            UNION ALL
            SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal
        """
        digest = "SELECT count(*), sum(hash(rows)::HUGEINT), bit_xor(hash(rows)) FROM {} AS rows"
        return {
            f"{schema}.{table}": one(warehouse, digest.format(f'"{schema}"."{table}"'))
            for schema, table in warehouse.sql(made).fetchall()
        }


def test_the_same_again_changes_nothing_and_says_so(other_place: CouncilPlace) -> None:
    before = _digests(other_place)
    again = other_place.pipelines("run", "2021-02")
    assert again.returncode == 0, again.stderr
    deliveries = {file.rpartition("/")[0] for file in other_place.written.rows}
    assert again.stdout.count("already landed") == len(deliveries) == 5
    assert again.stdout.count("already staged") == len(deliveries)
    assert _digests(other_place) == before

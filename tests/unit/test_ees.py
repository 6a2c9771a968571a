"""The pairs for Explore Education Statistics, held to the rules of the Department for Education's screener."""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.contracts.kpis import load_register
from pipelines.contracts.reference import load_contracts, read_rows
from pipelines.contracts.timescales import in_words
from pipelines.settings import PROJECT
from pipelines.snapshots.ees import FIXED, META, write_pairs

if TYPE_CHECKING:
    from pathlib import Path

Rows = list[dict[str, str]]

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
LEVELS = {"National", "Regional", "Local authority"}
UNITS = {"", "%", "pp", "£", "£m", "numberstring"}
SYMBOLS = {"z", "x", "c", "low"}
NULL_WORDS = {"null", "na", "n/a", "nan", "none", "nil", "", "~", ":", "#n/a", "*", "-", "..", "."}
FIGURE = re.compile(r"-?\d+(\.\d+)?")
LONGEST_NAME, LONGEST_LABEL, LONGEST_ITEM = 50, 100, 120
ALL = {"kpi_month_count", "kpi_month_per_10000", "kpi_month_percent", "kpi_month_ratio"}
ALL |= {"kpi_window_count", "kpi_window_percent"}

MONTH_ROWS = """
    ('E06000015', '2021-02', 'assess_45wd', 'Assessments', NULL, NULL, 38.0, NULL, 40.0, NULL, 95.0, NULL, 'percent'),
    ('E06000015', '2021-01', 'assess_45wd', 'Assessments', NULL, NULL, NULL, 'c', NULL, 'c', NULL, 'c', 'percent'),
    ('E06000015', '2020-12', 'assess_45wd', 'Assessments', NULL, NULL, 0.0, 'low', 0.0, 'low', NULL, 'c', 'percent'),
    ('E06000015', '2021-02', 'icpc', 'Conferences in time', NULL, NULL, 0.0, 'low', 25.0, NULL, 0.0, 'low', 'percent'),
    ('E06000015', '2021-02', 'fte', 'Vacant posts', NULL, NULL, 15.0, NULL, 105.0, NULL, 14.3, NULL, 'percent'),
    ('E06000015', '2021-02', 'icpc', 'Conferences in time', 'T1', NULL, 20.0, NULL, 25.0, NULL, 80.0, NULL, 'percent'),
    ('X99000001', '2021-02', 'icpc', 'Conferences in time', NULL, NULL, 20.0, NULL, 25.0, NULL, 80.0, NULL, 'percent'),
    ('E09000001', '2021-02', 'cpp', 'Children on a plan', NULL, NULL, 650.0, NULL, NULL, 'z', 650.0, NULL, 'count'),
    ('E06000015', '2021-02', 'rate', 'Rate', NULL, NULL, 650.0, NULL, 58612.0, NULL, 110.9, NULL, 'per_10000'),
    ('E06000015', '2021-02', 'average', 'Average caseload', NULL, NULL, 1700.0, NULL, 100.0, NULL, 17.0, NULL, 'ratio'),
    ('E06000015', '2021-02', 'by_source', 'Referrals', NULL, 'police', 20.0, NULL, 80.0, NULL, 25.0, NULL, 'percent'),
    ('E06000015', '2021-02', 'by_source', 'Referrals', NULL, 'school', 60.0, NULL, 80.0, NULL, 75.0, NULL, 'percent')
"""
WINDOW_ROWS = """
    ('E06000015', '2021-02', 6, 'assess', 'Assessments', NULL, NULL::VARCHAR,
        1456, NULL, 1533, NULL, 95.0, NULL, 'percent'),
    ('E06000015', '2021-02', 12, 'assess', 'Assessments', NULL, NULL, 2900, NULL, 3000, NULL, 96.7, NULL, 'percent'),
    ('E06000015', '2021-02', 1, 'stock', 'Stock', NULL, NULL, 20.0, NULL, 30.0, NULL, 66.7, NULL, 'percent'),
    ('E06000015', '2021-02', 6, 'sin', 'Notifications', NULL, NULL, NULL, 'c', NULL, 'z', NULL, 'c', 'count')
"""
MONTH_COLUMNS = (
    "authority_code, reporting_month, kpi_id, title, team_code, category, numerator, numerator_symbol,"
    " denominator, denominator_symbol, value_rounded, value_rounded_symbol, unit"
)


def put(folder: Path, table: str, columns: str, rows: str) -> None:
    """A table of a public edition, as disclosure control leaves it."""
    given = duckdb.sql(f"SELECT * FROM (VALUES {rows}) AS given ({columns})")
    given.write_parquet(str(folder / f"{table}.parquet"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public")
    put(
        folder,
        "kpi_category",
        "kpi_id, category, label",
        "('by_source', 'police', 'Police'), ('by_source', 'school', 'School')",
    )
    put(folder, "kpi_month", MONTH_COLUMNS, MONTH_ROWS)
    put(folder, "kpi_window", MONTH_COLUMNS.replace("kpi_id", "window_months, kpi_id", 1), WINDOW_ROWS)
    assert {path.stem for path in write_pairs(folder, PROJECT / "sql")} == ALL
    return folder / "ees"


def read(file: Path) -> Rows:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def screened(data: Rows, meta: Rows) -> list[str]:
    """What the screener would fail a pair for."""
    names = list(data[0])
    declared = [row["col_name"] for row in meta]
    kinds = {row["col_name"]: row["col_type"] for row in meta}
    filters = [name for name in declared if kinds[name] == "Filter"]
    indicators = [name for name in declared if kinds[name] == "Indicator"]
    faults = {
        "time or geography is missing": not set(FIXED[:5]) <= set(names),
        "names are not lower case and plain": not all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names),
        "a name is too long": any(len(name) > LONGEST_NAME for name in names),
        "meta and data have other columns": set(names) - set(FIXED) != set(declared),
        "a column is declared twice": len(declared) != len(set(declared)),
        "a column is neither": set(kinds.values()) != {"Filter", "Indicator"},
        "a label is blank, too long or given twice": (
            not all(0 < len(row["label"]) <= LONGEST_LABEL for row in meta)
            or len({row["label"] for row in meta}) != len(meta)
        ),
        "a unit is none": not {row["indicator_unit"] for row in meta} <= UNITS,
        "decimal places are no number": any(
            not row["indicator_dp"].isdigit() for row in meta if row["col_name"] in indicators
        ),
        "a filter has what only indicators have": any(
            row["indicator_unit"] or row["indicator_dp"] for row in meta if row["col_name"] in filters
        ),
        "an indicator has what only filters have": any(
            row["filter_hint"] or row["filter_default"] for row in meta if row["col_name"] in indicators
        ),
        "a time identifier is none": not {row["time_identifier"] for row in data} <= set(MONTHS),
        "a period is not four digits": not all(re.fullmatch(r"\d{4}", row["time_period"]) for row in data),
        "a level is none": not {row["geographic_level"] for row in data} <= LEVELS,
        "a local authority lacks codes or name": any(
            not (
                row["new_la_code"]
                and row["old_la_code"]
                and row["la_name"]
                and row["region_code"]
                and row["region_name"]
            )
            for row in data
        ),
        "a country is not England": {(row["country_code"], row["country_name"]) for row in data}
        != {("E92000001", "England")},
        "an item is blank or too long": not all(
            0 < len(row[name].strip()) <= LONGEST_ITEM for row in data for name in filters
        ),
        "Total stands for a time or a place": any(row[name] == "Total" for row in data for name in FIXED),
        "a figure is blank or a null word": any(row[name].lower() in NULL_WORDS for row in data for name in indicators),
        "a figure is neither a number nor a symbol": any(
            not FIGURE.fullmatch(row[name]) and row[name] not in SYMBOLS for row in data for name in indicators
        ),
        "a row is given twice": len({tuple(row[name] for name in (*FIXED, *filters)) for row in data}) != len(data),
        "a default is no item": any(
            row["filter_default"] and row["filter_default"] not in {each[row["col_name"]] for each in data}
            for row in meta
        ),
    }
    return [fault for fault, is_so in faults.items() if is_so]


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_pair_passes_the_screener(folder: Path, name: str) -> None:
    data, meta = read(folder / f"{name}.csv"), read(folder / f"{name}.meta.csv")
    assert screened(data, meta) == []
    assert tuple(meta[0]) == META
    text = (folder / f"{name}.csv").read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") == len(data) + 1


def test_symbols_and_figures_are_as_they_are_taken(folder: Path) -> None:
    rows = {(row["kpi"], row["time_identifier"]): row for row in read(folder / "kpi_month_percent.csv")}
    cells = {key: (row["numerator"], row["denominator"], row["figure"]) for key, row in rows.items()}
    assert cells == {
        ("Assessments", "February"): ("38", "40", "95.0"),
        ("Assessments", "January"): ("c", "c", "c"),
        ("Assessments", "December"): ("low", "low", "c"),
        ("Conferences in time", "February"): ("low", "25", "low"),
        ("Vacant posts", "February"): ("15", "105", "14.3"),
        ("Referrals: Police", "February"): ("20", "80", "25.0"),
        ("Referrals: School", "February"): ("60", "80", "75.0"),
    }


def test_the_authority_is_named_as_the_department_names_it(folder: Path) -> None:
    row = read(folder / "kpi_month_ratio.csv")[0]
    assert ",".join(row[name] for name in FIXED) == (
        "2021,February,Local authority,E92000001,England,E12000004,East Midlands,831,E06000015,Derby"
    )


def test_windows_are_a_filter_and_in_files_of_their_own(folder: Path) -> None:
    rows = read(folder / "kpi_window_percent.csv")
    assert [(row["window"], row["numerator"]) for row in rows] == [
        ("6 months to the end of the month", "1456"),
        ("12 months to the end of the month", "2900"),
    ]
    assert all("window" not in row for row in read(folder / "kpi_month_percent.csv"))


def test_no_team_and_no_made_up_council_is_there(folder: Path) -> None:
    rows = [row for file in folder.glob("kpi_*[!a].csv") if ".meta" not in file.name for row in read(file)]
    assert {row["new_la_code"] for row in rows} == {"E06000015", "E09000001"}
    assert len([row for row in rows if row["kpi"] == "Conferences in time"]) == 1


def test_where_nothing_is_due_there_is_no_folder(tmp_path: Path) -> None:
    assert write_pairs(tmp_path, PROJECT / "sql") == []
    assert list(tmp_path.iterdir()) == []


def test_every_kpi_is_an_item_of_its_own() -> None:
    contract = load_contracts(PROJECT / "expectations")["timescale"]
    clocks = in_words(read_rows(PROJECT / "sql/reference/timescale.csv", contract), (), dt.date.max)
    titles = [kpi.with_clocks(clocks).title for kpi in load_register(PROJECT / "sql" / "kpis")]
    assert len(titles) == len(set(titles))
    assert max(map(len, titles)) <= LONGEST_ITEM


SPOILT: dict[str, tuple[str, dict[str, Any]]] = {
    "a figure is blank or a null word": ("data", {"figure": ""}),
    "a figure is neither a number nor a symbol": ("data", {"figure": "u"}),
    "a time identifier is none": ("data", {"time_identifier": "Reporting year"}),
    "a period is not four digits": ("data", {"time_period": "202102"}),
    "a level is none": ("data", {"geographic_level": "LA"}),
    "an item is blank or too long": ("data", {"kpi": "x" * 121}),
    "a local authority lacks codes or name": ("data", {"old_la_code": ""}),
    "a unit is none": ("meta", {"indicator_unit": "percent"}),
    "a label is blank, too long or given twice": ("meta", {"label": ""}),
    "a column is neither": ("meta", {"col_type": "filter"}),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_the_screener_here_finds_what_it_looks_for(folder: Path, fault: str) -> None:
    pair = {"data": read(folder / "kpi_month_percent.csv"), "meta": read(folder / "kpi_month_percent.meta.csv")}
    which, change = SPOILT[fault]
    pair[which][-1] |= change
    assert fault in screened(pair["data"], pair["meta"])

"""From a warehouse to the public tables: what is rounded, what is shown, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.contracts.published import load_published
from pipelines.periods import Period
from pipelines.settings import NoDisclosureKey
from pipelines.snapshots import disclosure
from pipelines.snapshots.disclosure import DisclosureRefused, rounded_warehouse
from pipelines.snapshots.publish import _make_public, _make_restricted, publish
from tests.disclosure.rounded import (
    CONTRACTS,
    RoundedCounts,
    protected,
    protected_counts,
    row_of,
    rows_of,
    small_warehouse,
)
from tests.warehouse_input import MONTH, settings_in

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings
    from pipelines.snapshots.disclosure import Protected

SHARE, COUNT = "assess_45wd", "cpp_count"
ROUND_COUNTED = """
    UPDATE disclosure.counted
    SET
        numerator = rounded_by_key(numerator, numerator_key, 5),
        denominator = CASE
            WHEN kpi_id NOT LIKE '%_rate_10k' THEN rounded_by_key(denominator, denominator_key, 5) ELSE denominator
        END
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    settings = settings_in(tmp_path_factory.mktemp("small"))
    return settings, small_warehouse(settings)


@pytest.fixture(scope="module")
def made(small: tuple[Settings, Path]) -> Protected:
    settings, warehouse = small
    return protected(warehouse, settings)


@pytest.fixture(scope="module")
def exact(small: tuple[Settings, Path]) -> dict[str, dict[tuple[Any, ...], tuple[float, float | None]]]:
    """What the restricted tables of months and windows say of the whole authority."""
    found = {}
    with duckdb.connect(str(small[1]), read_only=True) as warehouse:
        for table, window in (("kpi_month", "1"), ("kpi_window", "window_months")):
            rows = warehouse.sql(
                f"SELECT kpi_id, reporting_month, {window}, category, numerator, denominator FROM snapshots.{table} "
                "WHERE team_code IS NULL"
            ).fetchall()
            found[table] = {tuple(row[:4]): (row[4], row[5]) for row in rows}
    return found


def declare_twelve_months_too(connection: duckdb.DuckDBPyConnection, _: Path) -> None:
    connection.execute(
        f"CREATE TABLE disclosure.public_window AS SELECT '{SHARE}' AS kpi_id, unnest([6, 12]) AS window_months"
    )


def of_counts(small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch, *cells: RoundedCounts) -> Protected:
    return protected_counts(monkeypatch, small[1], small[0], cells)


def month_before(months: int) -> str:
    return str(Period.parse(MONTH).plus(-months))


@pytest.mark.parametrize("table", ["kpi_month", "kpi_window"])
def test_every_count_is_a_multiple_of_5_and_within_4_of_the_truth(
    made: Protected, exact: dict[str, Any], table: str
) -> None:
    rows = rows_of(made, table)
    assert len(rows) > 40
    for row in rows:
        truth = exact[table][row["kpi_id"], row["reporting_month"], row.get("window_months", 1), row["category"]]
        for name, count in zip(("numerator", "denominator"), truth, strict=True):
            is_no_count = row["unit"] == "per_10000" or count is None or row["category"] is not None
            if not (name == "denominator" and is_no_count):
                assert row[name] % 5 == 0 and abs(row[name] - count) < 5, (row["kpi_id"], name)


def test_every_headline_count_is_public(made: Protected, exact: dict[str, Any]) -> None:
    """Six months of what happens, and the month's end of what stands."""
    names = ("kpi_id", "reporting_month", "window_months", "category")
    public = {tuple(row[name] for name in names) for row in rows_of(made, "kpi_window")}
    assert {key for key in exact["kpi_window"] if key[2] <= 6} <= public


def test_some_counts_go_up_and_some_down(made: Protected, exact: dict[str, Any]) -> None:
    moved = {
        row["numerator"] > exact["kpi_window"][row["kpi_id"], row["reporting_month"], row["window_months"], None][0]
        for row in rows_of(made, "kpi_window", kpi_id=SHARE, window_months=6)
    }
    assert moved == {True, False}


def test_no_team_is_public(made: Protected) -> None:
    for table in ("kpi_month", "kpi_window", "kpi_change", "kpi_chart", "kpi_funnel"):
        assert {row["team_code"] for row in rows_of(made, table)} <= {None}


def test_the_same_records_round_the_same_way_by_whatever_name(made: Protected) -> None:
    """The children on plans are those of the rate; who were there at one month's end are there at the next."""
    numerators = {
        row["numerator"] for kpi_id in (COUNT, "cpp_rate_10k") for month in ("2021-01", MONTH)
        for row in rows_of(made, "kpi_month", kpi_id=kpi_id, reporting_month=month)
    }  # fmt: skip
    assert len(numerators) == 1


def test_the_same_warehouse_and_key_make_the_same_tables_and_another_key_makes_others(
    small: tuple[Settings, Path], made: Protected
) -> None:
    settings, warehouse = small
    again = protected(warehouse, settings)
    other = settings.model_copy(update={"disclosure_key": SecretStr("another key of the tests, of 32 bytes")})
    others = protected(warehouse, other)
    for table, rows in made.rows.items():
        assert sorted(map(str, rows.fetchall())) == sorted(map(str, again.rows[table].fetchall()))
    assert rows_of(made, "kpi_window") != rows_of(others, "kpi_window")


def test_without_a_key_nothing_is_published(small: tuple[Settings, Path]) -> None:
    settings = small[0].model_copy(update={"disclosure_key": None})
    with pytest.raises(NoDisclosureKey, match="DISCLOSURE_KEY must hold 32 bytes"):
        publish(settings, Period.parse(MONTH))


def test_a_percentage_is_shown_of_20_and_not_of_15(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [(10, 20, 50.0, None), (0, 15, None, "c"), (0, 0, None, "c")]
    cells = [RoundedCounts(SHARE, before, 6, *counts) for before, (*counts, _, _) in enumerate(cases)]
    made = of_counts(small, monkeypatch, *cells)
    for before, (_, denominator, value, symbol) in enumerate(cases):
        row = row_of(made, "kpi_window", kpi_id=SHARE, reporting_month=month_before(before))
        assert (row["value"], row["value_symbol"]) == (value, symbol)
        assert (row["value_rounded"], row["value_rounded_symbol"]) == (value, symbol)
        assert (row["lower"] is None, row["upper_symbol"]) == (value is None, symbol)
        assert row["rag"] == ("not shown" if value is None else "no target")
        assert (row["denominator"], row["denominator_symbol"]) == (denominator, "low" if denominator == 0 else None)


@pytest.mark.parametrize(
    ("numerator", "denominator", "public_windows"), [(20, 20, {1, 6}), (15, 20, {6}), (15, 15, {6})]
)
def test_months_are_public_where_both_counts_of_each_are_20_or_more(
    small: tuple[Settings, Path],
    monkeypatch: pytest.MonkeyPatch,
    numerator: int,
    denominator: int,
    public_windows: set[int],
) -> None:
    months = [(numerator, denominator) if before == 7 else (25, 30) for before in range(12)]
    cells = [RoundedCounts(SHARE, before, 1, *counts) for before, counts in enumerate(months)]
    cells += [RoundedCounts(SHARE, 0, window, 10 * window, 25 * window) for window in (6, 12)]
    made = of_counts(small, monkeypatch, *cells)
    windows = {row["window_months"] for row in rows_of(made, "kpi_window", kpi_id=SHARE)}
    months = rows_of(made, "kpi_month", kpi_id=SHARE)
    assert windows | ({1} if months else set()) == public_windows
    assert len(months) == len(rows_of(made, "kpi_chart", kpi_id=SHARE)) == (12 if months else 0)


def test_the_mean_of_months_is_that_of_the_public_months_or_hidden(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    months = [RoundedCounts(SHARE, before, 1, 20, 50 if before else 25) for before in range(6)]
    window = RoundedCounts(SHARE, 0, 6, 120, 275)
    row = row_of(of_counts(small, monkeypatch, *months, window), "kpi_window", kpi_id=SHARE)
    assert row["mean_of_months"] == pytest.approx((5 * 40 + 80) / 6)
    row = row_of(of_counts(small, monkeypatch, window), "kpi_window", kpi_id=SHARE)
    assert (row["mean_of_months"], row["mean_of_months_symbol"], row["mean_of_months_differs"]) == (None, "c", None)


def test_all_of_a_whole_stay_all_of_it_and_no_part_is_more_than_its_whole(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    same = [RoundedCounts(SHARE, key, 6, 23, 23, key, key) for key in range(15)]
    part = [RoundedCounts(SHARE, key, 12, 23, 24, key, key + 1000) for key in range(15)]
    monkeypatch.setattr(rounded_warehouse, "_put_public_windows", declare_twelve_months_too)
    rows = rows_of(of_counts(small, monkeypatch, *same, *part), "kpi_window")
    assert len(rows) == 30
    all_of_it = [row for row in rows if row["window_months"] == 6]
    assert {row["numerator"] - row["denominator"] for row in all_of_it} == {0}
    assert {row["numerator"] for row in all_of_it} == {20, 25}
    parts = [row["denominator"] - row["numerator"] for row in rows if row["window_months"] == 12]
    assert set(parts) == {0, 5}


def test_a_count_that_rounds_to_0_says_so_whether_it_was_0_or_not(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [RoundedCounts(COUNT, before, 1, before % 2, None, before) for before in range(14)]
    rows = rows_of(of_counts(small, monkeypatch, *cells), "kpi_window", kpi_id=COUNT)
    assert len(rows) == 14
    low = [row for row in rows if row["numerator"] == 0]
    assert len(low) > 7
    assert {(row["numerator_symbol"], row["value"], row["value_symbol"]) for row in low} == {("low", 0.0, "low")}


def test_what_categories_are_shares_of_is_the_sum_of_them_as_they_were_rounded(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"NEG": 13, "PHY": 7, "SAB": 0, "EMO": 22, "MUL": 1, "unknown": 0}
    cells = [
        RoundedCounts("cpp_category_share", 0, 1, count, sum(counts.values()), key, 9, category)
        for key, (category, count) in enumerate(counts.items())
    ]
    rows = rows_of(of_counts(small, monkeypatch, *cells), "kpi_month", kpi_id="cpp_category_share")
    shown = {row["category"]: row["numerator"] for row in rows}
    assert set(shown) == set(counts)
    assert all(count % 5 == 0 and abs(count - counts[name]) < 5 for name, count in shown.items())
    assert {row["denominator"] for row in rows} == {sum(shown.values())}
    assert sum(row["value"] for row in rows) == pytest.approx(100)


def test_of_durations_only_a_mean_to_five_days_is_public_and_no_sum_of_them(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [(25, 135, None), (20, 135, None), (15, None, "c")]
    cells = [RoundedCounts("cpp_duration", before, 6, 133.1 * case[0], case[0]) for before, case in enumerate(cases)]
    made = of_counts(small, monkeypatch, *cells)
    for before, (durations, value, symbol) in enumerate(cases):
        row = row_of(made, "kpi_window", kpi_id="cpp_duration", reporting_month=month_before(before))
        assert (row["value"], row["value_symbol"], row["denominator"]) == (value, symbol, durations)
        assert row["numerator"] == 135 * durations
    assert "kpi_duration" not in {table.name for table in CONTRACTS}


def test_incidents_are_published_by_twelve_months_alone(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = of_counts(small, monkeypatch, *(RoundedCounts("sin_count", 0, window, 40) for window in (1, 6, 12)))
    assert rows_of(made, "kpi_month") == []
    assert [row["window_months"] for row in rows_of(made, "kpi_window")] == [12]


def test_a_change_is_of_the_rounded_ends(small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [RoundedCounts(SHARE, 0, 6, 18, 40), RoundedCounts(SHARE, 12, 6, 10, 40)]
    made = of_counts(small, monkeypatch, *ends)
    row = row_of(made, "kpi_change", comparator="same_month_last_year")
    assert row["change"] == pytest.approx(100 * float(row["numerator"] - row["base_numerator"]) / 40)
    assert row["numerator"] % 5 == row["base_numerator"] % 5 == 0
    assert row["lower"] < row["change"] < row["upper"]
    hidden = [RoundedCounts(SHARE, 0, 6, 10, 15), ends[1]]
    row = row_of(of_counts(small, monkeypatch, *hidden), "kpi_change", comparator="same_month_last_year")
    assert (row["change"], row["change_symbol"], row["lower"], row["upper_symbol"]) == (None, "c", None, "c")
    assert (row["base_value"], row["is_beyond_chance"]) == (25.0, None)


def test_full_time_equivalents_are_rounded_like_counts(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = row_of(of_counts(small, monkeypatch, RoundedCounts("vacancy_rate_fte", 0, 1, 12.6, 141.25)), "kpi_window")
    assert (row["numerator"], row["denominator"]) in {(n, d) for n in (10, 15) for d in (140, 145)}
    assert row["value"] == pytest.approx(100 * float(row["numerator"]) / float(row["denominator"]))


def test_a_population_stays_as_it_was_published(small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [RoundedCounts("cpp_rate_10k", before, 1, 122, children) for before, children in enumerate((58612, 0))]
    made = of_counts(small, monkeypatch, *cells)
    row = row_of(made, "kpi_window", reporting_month=month_before(0))
    assert row["denominator"] == 58612 and row["numerator"] in (120, 125)
    assert row["value"] == pytest.approx(10000 * float(row["numerator"]) / 58612)
    row = row_of(made, "kpi_window", reporting_month=month_before(1))
    assert (row["value"], row["value_symbol"], row["denominator_symbol"]) == (None, "z", "z")


def test_the_report_says_how_much_is_hidden(made: Protected) -> None:
    cells = made.report["tables"]["kpi_window"]
    rows = rows_of(made, "kpi_window")
    symbols = [value for row in rows for name, value in row.items() if name.endswith("_symbol")]
    assert cells == {"cells": len(symbols), "hidden": symbols.count("c"), "low": symbols.count("low")}
    assert made.withheld == {}


def test_the_public_edition_of_counts_that_are_rounded_already_is_the_same_to_the_byte(
    small: tuple[Settings, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is public is a function of the rounded counts: nothing exact is in it, in whatever form."""
    restricted, *editions = (tmp_path / name for name in ("restricted", "exact", "rounded"))
    restricted.mkdir()
    made = _make_restricted(small[0], Period.parse(MONTH), restricted)
    manifests = []
    for edition in editions:
        manifests.append(_make_public(small[0], Period.parse(MONTH), made, edition))
        really_count = rounded_warehouse.count

        def count_rounded(connection: duckdb.DuckDBPyConnection, sql: Path, count: Any = really_count) -> None:
            count(connection, sql)
            connection.execute(ROUND_COUNTED)

        monkeypatch.setattr(rounded_warehouse, "count", count_rounded)
    files = [
        {path.relative_to(edition): path.read_bytes() for path in edition.rglob("*") if path.is_file()}
        for edition in editions
    ]
    assert len(files[0]) > 20
    assert files[0].keys() == files[1].keys()
    for path in files[0]:
        assert files[0][path] == files[1][path], path
    assert manifests[0] == manifests[1]


def test_a_select_that_reads_what_may_hold_counts_publishes_nothing(
    small: tuple[Settings, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounded_warehouse, "WITHOUT_COUNTS", rounded_warehouse.WITHOUT_COUNTS[1:])
    with pytest.raises(DisclosureRefused, match="disclosure control broke: CatalogException"):
        protected(small[1], small[0])


def test_a_table_that_nothing_makes_public_is_withheld(small: tuple[Settings, Path]) -> None:
    table = next(each for each in load_published(small[0].expectations / "snapshots") if not each.is_public)
    made = disclosure.protect(small[1], [table], small[0], small[1].parent / "spill")
    assert made.withheld == {table.name: "Nothing says how it could pass disclosure control."}
    assert made.tables == ()

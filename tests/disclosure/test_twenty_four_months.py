"""The made-up council publishes for two years, its figures restated as records come late: attackers find nothing out.

One real delivery of the sample is staged; the deliveries of the months before it are what it would have been then.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines import landing, snapshots, staging, warehouse
from pipelines.deliveries import Delivery
from pipelines.sample import write_sample
from pipelines.settings import Settings
from pipelines.storage import MANIFEST, read_json
from tests.disclosure.attackers import AUTHORITY, Adder, subtracted
from tests.disclosure.months import months_to, stage_as_it_was

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.disclosure.attackers import Key

pytestmark = pytest.mark.service

MONTHS = months_to("2021-02", 24)
# The same children or workers by two names, as anybody can read in the definitions.
SAME = (
    (("cla_count", "numerator"), ("cla_rate_10k", "numerator")),
    (("cpp_count", "numerator"), ("cpp_rate_10k", "numerator")),
    (("sin_count", "numerator"), ("sin_notified_5wd", "denominator")),
    (("caseload_above_upper", "denominator"), ("caseload_below_lower", "denominator")),
)
Row = dict[str, Any]


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders of twenty-four versions, each with its public edition beside it."""
    sent, root = tmp_path_factory.mktemp("sent"), tmp_path_factory.mktemp("published")
    key = "only-for-the-sample-and-32-bytes-long"
    once = Settings(inbox_url=str(sent / "inbox"), data_dir=sent / "data", pseudonym_key=key)
    write_sample(sent / "inbox")
    for source in ("ssd", "local", "survey"):
        delivery = Delivery.parse(f"X99000001/{source}/2021-02")
        landing.land(once, delivery)
        assert staging.stage(once, delivery).refusal is None
    settings = Settings(data_dir=root, pseudonym_key=key)
    folders: list[Path] = []
    for month in MONTHS:
        for source in ("ssd", "local", *(["survey"] if month == MONTHS[-1] else [])):
            stage_as_it_was(once.staging, source, month, settings.staging)
        warehouse.build(settings, month)
        folders.append(snapshots.publish(settings, month).folder)
        assert read_json(folders[-1] / MANIFEST)["disclosure"]["refused"] == {}
    return folders


def rows_of(folder: Path, table: str) -> list[Row]:
    relation = duckdb.read_parquet(str(folder / f"{table}.parquet"))
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def figures(folder: Path, *, is_public: bool = True) -> dict[str, dict[Key, float | None]]:
    """By KPI, every cell of the whole authority: what stands in the tables of months and of windows."""
    found: dict[str, dict[Key, float | None]] = defaultdict(dict)
    place = folder / "public" if is_public else folder
    for row in (*rows_of(place, "kpi_month"), *rows_of(place, "kpi_window")):
        if row["team_code"] is None:
            year, month = row["reporting_month"].split("-")
            key = (AUTHORITY, 12 * int(year) + int(month), row.get("window_months", 1))
            for part, name in (("n", "numerator"), ("d", "denominator")):
                if row["unit"] == "percent" or part == "n":
                    found[row["kpi_id"]][*key, part] = None if row[name] is None else float(row[name])
    return found


def held(editions: Iterable[Path]) -> dict[str, dict[Key, float | None]]:
    """What a reader of all editions holds of each KPI, as far as nothing of it was restated since."""
    editions = list(editions)
    now = figures(editions[-1], is_public=False)
    found: dict[str, dict[Key, float | None]] = defaultdict(dict)
    for edition in editions:
        for kpi_id, cells in figures(edition).items():
            for key, value in cells.items():
                same = value is not None and key in now[kpi_id] and value == now[kpi_id][key]
                if same or key not in found[kpi_id]:
                    found[kpi_id][key] = value if same else None
    return found


def sure(cells: dict[Key, float | None], kpi_id: str) -> bool:
    """Whole numbers of children, not full-time equivalents."""
    return not kpi_id.endswith("_fte") and kpi_id != "caseload_average" and None in cells.values()


def test_something_is_hidden_and_most_is_shown(editions: list[Path]) -> None:
    for edition in editions:
        told = Counter(value is None for cells in figures(edition).values() for value in cells.values())
        assert 0 < told[True] < told[False] / 2


def test_figures_were_restated(editions: list[Path]) -> None:
    one, other = (figures(edition, is_public=False) for edition in (editions[-2], editions[-1]))
    assert any(one[kpi_id][key] != other[kpi_id].get(key) for kpi_id in one for key in one[kpi_id])


def test_no_small_count_is_shown(editions: list[Path]) -> None:
    for edition in editions:
        for kpi_id, cells in figures(edition).items():
            for (team, month, length, part), value in cells.items():
                assert value is None or not 1 <= value <= 5, (kpi_id, month, length, part)
                numerator = cells[team, month, length, "n"]
                if part == "d" and value is not None and numerator is not None:
                    assert not 1 <= value - numerator <= 5, (kpi_id, month, length)


def test_subtraction_finds_nothing_in_any_edition_nor_in_all_of_them(editions: list[Path]) -> None:
    for edition in editions:
        for kpi_id, cells in figures(edition).items():
            assert subtracted(cells) == {}, (edition.parent.name, kpi_id)
    for kpi_id, cells in held(editions).items():
        assert subtracted(cells) == {}, kpi_id


def test_no_hidden_count_can_be_bounded_to_fewer_than_four_values_in_the_last_edition(editions: list[Path]) -> None:
    for kpi_id, cells in figures(editions[-1]).items():
        if sure(cells, kpi_id):
            assert Adder(cells, is_share=any(part == "d" for *_, part in cells)).caught() == [], kpi_id


def test_nor_in_all_editions_together(editions: list[Path]) -> None:
    for kpi_id, cells in held(editions).items():
        if sure(cells, kpi_id):
            assert Adder(cells, is_share=any(part == "d" for *_, part in cells)).caught() == [], kpi_id


def test_what_is_hidden_once_is_never_shown_later(editions: list[Path]) -> None:
    hidden: set[tuple[str, Key]] = set()
    shown: set[tuple[str, Key]] = set()
    for edition in editions:
        now = {(kpi_id, key): value for kpi_id, cells in figures(edition).items() for key, value in cells.items()}
        assert {each for each, value in now.items() if value is not None} & (hidden - shown) == set()
        hidden |= {each for each, value in now.items() if value is None}
        shown |= {each for each, value in now.items() if value is not None}


def test_no_kpi_tells_what_another_hides(editions: list[Path]) -> None:
    parts = {"numerator": "n", "denominator": "d"}
    for edition in editions:
        cells = figures(edition)
        for (one, one_part), (other, other_part) in SAME:
            for team, month, length, part in cells[one]:
                twin = (team, month, length, parts[other_part])
                if part == parts[one_part] and twin in cells[other]:
                    hidden = cells[one][team, month, length, part] is None
                    assert hidden == (cells[other][twin] is None), (one, other, month, length)


def test_everything_that_follows_from_a_hidden_figure_is_hidden(editions: list[Path]) -> None:
    for edition in editions:
        place = edition / "public"
        hidden = {
            (row["kpi_id"], row["reporting_month"], row.get("window_months", 1))
            for table in ("kpi_month", "kpi_window")
            for row in rows_of(place, table)
            if "c" in (row["numerator_symbol"], row["denominator_symbol"])
        }
        for table in ("kpi_month", "kpi_window"):
            for row in rows_of(place, table):
                if (row["kpi_id"], row["reporting_month"], row.get("window_months", 1)) in hidden:
                    assert (row["value"], row["shown"], row["lower"], row["upper"]) == (None,) * 4
                    assert row["rag"] == "not shown"
                    assert row.get("mean_of_months") is None
        for row in rows_of(place, "kpi_change"):
            ends = ((row["kpi_id"], row[month], row["window_months"]) for month in ("reporting_month", "base_month"))
            if any(end in hidden for end in ends):
                assert (row["change"], row["change_percent"], row["lower"], row["upper"]) == (None,) * 4
        charts: dict[str, list[Row]] = defaultdict(list)
        for row in rows_of(place, "kpi_chart"):
            charts[row["kpi_id"]].append(row)
        for kpi_id, points in charts.items():
            if any((kpi_id, row["reporting_month"], 1) in hidden for row in points):
                assert {(row["mean"], row["lower_limit"], row["signals"], row["variation"]) for row in points} == {
                    (None,) * 4
                }

"""From a restricted edition to the public one: what is shown, what stands in the place of what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.disclosure import protect
from pipelines.settings import PROJECT, Settings
from tests.disclosure.restricted import (
    COUNCIL,
    contracts,
    flow_tables,
    month_name,
    of_kpi,
    score,
    share,
    write_restricted,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.disclosure import Protected
    from tests.disclosure.restricted import Row

SETTINGS = Settings(project_dir=PROJECT)
LARGE = [(90 + number % 3, 10 + number % 4) for number in range(20)]


def published(folder: Path, rows: dict[str, list[Row]], *earlier: Path) -> Protected:
    """Protect a restricted edition and put the public one down beside it."""
    write_restricted(folder, rows)
    protected = protect(folder, contracts(), earlier, SETTINGS)
    public = folder / "public"
    public.mkdir()
    for table in protected.tables:
        protected.rows[table.name].sort(*table.key).write_parquet(str(public / f"{table.name}.parquet"))
    return protected


def rows_of(protected: Protected, table: str, **key: Any) -> list[Row]:
    relation = protected.rows[table]
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    return [row for row in rows if all(row[name] == value for name, value in key.items())]


def row_of(protected: Protected, table: str, **key: Any) -> Row:
    (row,) = rows_of(protected, table, **key)
    return row


def stock(*figures: tuple[int, int], kpi_id: str = "cla_visit_snapshot") -> dict[str, list[Row]]:
    key = {"authority_code": COUNCIL, "kpi_id": kpi_id, "unit": "percent", "rag": "green"}
    months = [{**key, "reporting_month": month_name(number), **share(figure)} for number, figure in enumerate(figures)]
    return {"kpi": [of_kpi(kpi_id, measure="stock")], "kpi_month": months}


def count(*numbers: int, kpi_id: str = "assess_open_overdue") -> dict[str, list[Row]]:
    key = {"authority_code": COUNCIL, "kpi_id": kpi_id, "unit": "count", "rag": "no target"}
    months = [
        {**key, "reporting_month": month_name(place), "numerator": number, "value": number, "shown": number}
        for place, number in enumerate(numbers)
    ]
    return {"kpi": [of_kpi(kpi_id, "count", "stock")], "kpi_month": months}


@pytest.mark.parametrize(
    ("number", "is_shown"), [(0, True), (1, False), (5, False), (6, True)], ids=["none", "one", "five", "six"]
)
def test_a_count_of_1_to_5_is_hidden(tmp_path: Path, number: int, is_shown: bool) -> None:
    row = row_of(published(tmp_path / "v0001", count(number)), "kpi_month")
    assert row["numerator"] == (number if is_shown else None)
    assert row["numerator_symbol"] == (None if is_shown else "c")
    assert row["value"] == (number if is_shown else None)
    assert (row["denominator"], row["denominator_symbol"]) == (None, "z")
    assert row["rag"] == ("no target" if is_shown else "not shown")


@pytest.mark.parametrize(
    ("figure", "numerator_shown", "denominator_shown"),
    [
        ((6, 6), True, True),
        ((5, 6), False, True),
        ((6, 5), False, True),
        ((0, 6), True, True),
        ((6, 0), True, True),
        ((0, 5), False, False),
        ((5, 0), False, False),
        ((0, 0), True, True),
    ],
)
def test_a_share_goes_with_its_numerator_its_rest_and_its_denominator(
    tmp_path: Path, figure: tuple[int, int], numerator_shown: bool, denominator_shown: bool
) -> None:
    row = row_of(published(tmp_path / "v0001", stock(figure)), "kpi_month")
    assert (row["numerator"] is not None, row["denominator"] is not None) == (numerator_shown, denominator_shown)
    hidden = {name for name, symbol in row.items() if name.endswith("_symbol") and symbol == "c"}
    shares = {"value_symbol", "shown_symbol", "lower_symbol", "upper_symbol"}
    assert hidden >= shares if not (numerator_shown and denominator_shown) else not hidden
    assert all(row[name.removesuffix("_symbol")] is None for name in hidden)


def test_a_share_of_nobody_is_not_applicable_and_one_of_few_of_low_reliability(tmp_path: Path) -> None:
    made = published(tmp_path / "v0001", stock((0, 0), (0, 9), (0, 10)))
    rows = {row["reporting_month"]: row for row in rows_of(made, "kpi_month")}
    assert [rows[month_name(number)]["value_symbol"] for number in range(3)] == ["z", "u", None]
    assert rows[month_name(1)]["value"] == 0


def test_a_small_month_goes_hidden_with_all_that_follows_from_it(tmp_path: Path) -> None:
    months = [*LARGE[:-1], (97, 3)]
    made = published(tmp_path / "v0001", flow_tables(months))
    last = month_name(19)
    assert row_of(made, "kpi_month", reporting_month=last)["numerator_symbol"] == "c"
    assert row_of(made, "kpi_month", reporting_month=last)["denominator"] == 100
    windows = rows_of(made, "kpi_window", reporting_month=last)
    hidden = [row for row in windows if row["numerator"] is None]
    others = [row for row in rows_of(made, "kpi_month") if row["numerator"] is None]
    assert hidden or len(others) > 1
    assert all(row["mean_of_months_symbol"] == "c" for row in windows)
    assert {row["mean_symbol"] for row in rows_of(made, "kpi_chart")} == {"c"}
    assert {row["variation"] for row in rows_of(made, "kpi_chart")} == {None}


def test_nothing_is_hidden_where_nothing_is_small(tmp_path: Path) -> None:
    made = published(tmp_path / "v0001", flow_tables(LARGE))
    assert {cost["hidden"] for cost in made.report["tables"].values()} == {0}
    assert row_of(made, "kpi_change", reporting_month=month_name(19))["change"] is not None
    assert {row["mean"] for row in rows_of(made, "kpi_chart")} == {90.0}


def test_a_change_is_shown_where_both_its_ends_are(tmp_path: Path) -> None:
    made = published(tmp_path / "v0001", flow_tables([(30, 0)] * 7 + [(30, 1)] + [(30, 0)] * 12))
    windows = {row["reporting_month"]: row for row in rows_of(made, "kpi_window", window_months=6)}
    changes = rows_of(made, "kpi_change")
    ends = [(windows[row["reporting_month"]]["value"], windows[row["base_month"]]["value"]) for row in changes]
    assert {row["change"] is not None for row in changes} == {True, False}
    assert [row["change"] is not None for row in changes] == [None not in both for both in ends]


def test_a_window_that_is_published_again_keeps_what_it_hid(tmp_path: Path) -> None:
    """What is hidden in one edition follows from none of those after it."""
    months = [*LARGE[:-2], (97, 3), (95, 20)]
    first = published(tmp_path / "2022-07" / "v0001", flow_tables(months[:-1]))
    second = published(tmp_path / "2022-08" / "v0001", flow_tables(months), tmp_path / "2022-07" / "v0001" / "public")
    for table in ("kpi_month", "kpi_window"):
        for row in rows_of(first, table):
            key = {name: row[name] for name in ("reporting_month", "window_months") if name in row}
            later = row_of(second, table, **key)
            assert (row["numerator"] is None) <= (later["numerator"] is None)


def test_incidents_are_told_by_twelve_months_alone(tmp_path: Path) -> None:
    made = published(tmp_path / "v0001", flow_tables([(8, 0)] * 13, kpi_id="sin_notified_5wd"))
    assert rows_of(made, "kpi_month") == []
    assert rows_of(made, "kpi_chart") == []
    assert {row["window_months"] for row in rows_of(made, "kpi_window")} == {12}


def test_teams_are_not_public(tmp_path: Path) -> None:
    rows = stock((40, 40))
    rows["kpi_month"] += [
        {**rows["kpi_month"][0], "team_code": f"T{number:02d}", **share((20, 20))} for number in (1, 2)
    ]
    made = published(tmp_path / "v0001", rows)
    assert [row["team_code"] for row in rows_of(made, "kpi_month")] == [None]


def test_a_kpi_that_does_not_add_up_is_left_out_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = flow_tables(LARGE)
    rows["kpi_window"][0]["numerator"] += 1
    others = stock((40, 40))
    rows["kpi"] += others["kpi"]
    rows["kpi_month"] += others["kpi_month"]
    made = published(tmp_path / "v0001", rows)
    assert set(made.report["refused"]) == {"assess_45wd"}
    assert made.public_report["refused"] == ["assess_45wd"]
    assert {row["kpi_id"] for row in rows_of(made, "kpi_month")} == {"cla_visit_snapshot"}
    assert rows_of(made, "kpi_window") == []


@pytest.mark.parametrize(("lacks", "is_shown"), [(0, True), (1, False), (5, False), (6, True)])
def test_a_part_that_lacks_1_to_5_of_its_whole_is_not_shown_beside_it(
    tmp_path: Path, lacks: int, is_shown: bool
) -> None:
    """Of those on plans, those who were on them for three months: who sees both has the others by subtraction."""
    rows = count(100, kpi_id="cpp_count")
    part = stock((100 - lacks, 0), kpi_id="cp_review_ni67")
    made = published(tmp_path / "v0001", {name: rows[name] + part[name] for name in rows})
    whole = row_of(made, "kpi_month", kpi_id="cpp_count")["numerator"]
    reviewed = row_of(made, "kpi_month", kpi_id="cp_review_ni67")["denominator"]
    assert (whole == 100 and reviewed == 100 - lacks) is is_shown
    assert whole == 100 or reviewed == 100 - lacks


def test_a_rate_goes_hidden_with_the_count_it_is_made_of(tmp_path: Path) -> None:
    rows = count(4, 20, kpi_id="cla_count")
    rows["kpi"].append(of_kpi("cla_rate_10k", "per_10000", "stock"))
    key = {"authority_code": COUNCIL, "kpi_id": "cla_rate_10k", "unit": "per_10000"}
    rows["kpi_month"] += [
        {**key, "reporting_month": month_name(place), "numerator": number, "denominator": 59000, "value": 1.0}
        for place, number in enumerate((4, 20))
    ]
    made = published(tmp_path / "v0001", rows)
    small = row_of(made, "kpi_month", kpi_id="cla_rate_10k", reporting_month=month_name(0))
    assert (small["numerator"], small["value"], small["denominator"]) == (None, None, 59000)
    assert row_of(made, "kpi_month", kpi_id="cla_rate_10k", reporting_month=month_name(1))["numerator"] == 20


@pytest.mark.parametrize(("respondents", "is_shown"), [(9, False), (10, True), (None, False)])
def test_a_survey_of_fewer_than_ten_is_hidden(tmp_path: Path, respondents: int | None, is_shown: bool) -> None:
    made = published(tmp_path / "v0001", {"survey_score": [score(respondents), score(400, "region")]})
    council = row_of(made, "survey_score", geography="council")
    assert council["score"] == (71.2 if is_shown else None)
    assert council["rag"] == ("amber" if is_shown else "not shown")
    assert (council["respondents"] is not None) == is_shown
    region = row_of(made, "survey_score", geography="region")
    assert region["score"] == 71.2
    assert region["without_score"] == (70.0 if is_shown else None)


@pytest.mark.parametrize(("respondents", "is_shown"), [(67, True), (68, False), (76, False), (77, True)])
def test_a_survey_told_again_of_nearly_the_same_people_is_hidden(
    tmp_path: Path, respondents: int, is_shown: bool
) -> None:
    """From the two scores would follow that of the others."""
    published(tmp_path / "v0001", {"survey_score": [score(67)]})
    made = published(tmp_path / "v0002", {"survey_score": [score(respondents)]}, tmp_path / "v0001" / "public")
    assert (row_of(made, "survey_score")["score"] is not None) == is_shown


def test_a_contract_names_every_column_and_requires_none_that_may_be_hidden(tmp_path: Path) -> None:
    made = published(tmp_path / "v0001", flow_tables([*LARGE[:-1], (97, 3)]) | {"survey_score": [score(9)]})
    for table in made.tables:
        assert [column.name for column in table.columns] == made.rows[table.name].columns
        for column in table.columns:
            rows = made.rows[table.name].filter(f"{column.name} IS NULL")
            assert not column.required or len(rows) == 0, (table.name, column.name)


def test_the_reports_hold_no_hidden_figure_and_the_public_one_no_reason(tmp_path: Path) -> None:
    made = published(tmp_path / "v0001", count(3, 60))
    assert made.report["figures"] == {"shown": 1, "primary": 1, "before": 0, "secondary": 0}
    assert made.report["tables"]["kpi_month"]["hidden"] == 5
    assert set(made.public_report) == {"refused", "tables"}


def test_the_same_input_gives_the_same_rows(tmp_path: Path) -> None:
    rows = flow_tables([*LARGE[:-1], (97, 3)])
    one, other = (published(tmp_path / name, rows) for name in ("v0001", "v0002"))
    for name in one.rows:
        assert one.rows[name].fetchall() == other.rows[name].fetchall()

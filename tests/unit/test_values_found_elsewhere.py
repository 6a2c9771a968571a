"""What a file has under another heading, or elsewhere, is read where a reviewed list says so, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines import findings
from pipelines.contracts.model import SystemSign
from pipelines.findings import UnusableDelivery
from pipelines.settings import PROJECT
from pipelines.staging.completeness import (
    leave_out_tables_without_key,
    notice_blank_columns,
    notice_empty_tables,
    notice_rows_written_twice,
)
from pipelines.staging.dialects import find_elsewhere, read_other_headings, signs_of_systems
from pipelines.staging.readers import TableRead
from pipelines.staging.reading import Reading
from tests.exports import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNED = replace(
    SOURCES["ssd"],
    systems=(
        SystemSign("Mosaic", "1.4", "ssd_cin_plans", "cin_plan_id", is_blank=False),
        SystemSign("Eclipse", "1.4", "ssd_cin_plans", "cinp_cin_plan_team", is_blank=True),
        SystemSign("Eclipse", "1.4", "ssd_cin_plans", "cinp_referral_id", is_blank=True),
    ),
)
Tables = dict[str, tuple[str, list[tuple[Any, ...]]]]
PLANS = ("cppl_cp_plan_id,cppl_person_id", [("p1", "ann"), ("p2", "ben"), ("p3", "ann"), ("p3", "ben")])


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("ATTACH ':memory:' AS raw")
        made.execute((PROJECT / "sql/macros/reading.sql").read_text(encoding="utf-8"))
        yield made


def read(connection: duckdb.DuckDBPyConnection, tables: Tables) -> Reading:
    """The tables as the readers leave them, then in the headings and with the values of their contracts."""
    reading = Reading()
    for name, (headings, rows) in tables.items():
        columns = headings.split(",")
        kinds = ", ".join(f'"{column}" VARCHAR' for column in columns)
        connection.execute(f'CREATE TABLE raw."{name}__text" (line BIGINT, {kinds})')
        for line, row in enumerate(rows, start=2):
            connection.execute(
                f'INSERT INTO raw."{name}__text" VALUES ({", ".join("?" * (len(row) + 1))})', [line, *row]
            )
        connection.execute(f'CREATE VIEW raw."{name}" AS SELECT * FROM raw."{name}__text"')
        reading.contracts[name] = SOURCES["ssd"].tables[name]
        reading.reads[name] = TableRead(f"{name}.csv", "utf-8", tuple(columns), len(rows), ())
    reading.signs = signs_of_systems(connection, SIGNED, reading, ("null", "n/a"))
    read_other_headings(connection, reading)
    find_elsewhere(connection, reading)
    return reading


def values(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> list[Any]:
    return [each for (each,) in connection.execute(f'SELECT "{column}" FROM raw."{table}" ORDER BY line').fetchall()]


def findings_of(reading: Reading) -> list[tuple[str, str | None]]:
    return [(notice.rule.code, notice.column) for notice in reading.notices]


def test_a_heading_that_is_known_to_stand_for_a_column_is_read_as_it(connection: duckdb.DuckDBPyConnection) -> None:
    reading = read(connection, {"ssd_cin_plans": ("CIN_plan_id,cinp_person_id", [("n1", "ann")])})
    assert values(connection, "ssd_cin_plans", "cinp_cin_plan_id") == ["n1"]
    assert reading.headings["ssd_cin_plans"] == {"cinp_cin_plan_id", "cinp_person_id"}
    assert findings_of(reading) == [("DLV-029", "cinp_cin_plan_id")]


def test_a_columns_own_heading_goes_before_any_other(connection: duckdb.DuckDBPyConnection) -> None:
    reading = read(connection, {"ssd_cin_plans": ("cin_plan_id,cinp_cin_plan_id,cinp_person_id", [("x", "n1", "ann")])})
    assert values(connection, "ssd_cin_plans", "cinp_cin_plan_id") == ["n1"]
    assert findings_of(reading) == []


def test_a_person_is_that_of_the_plan_where_all_its_rows_say_the_same(connection: duckdb.DuckDBPyConnection) -> None:
    visits = [("v1", "p1"), ("v2", "p2.0"), ("v3", "p2"), ("v4", "p3"), ("v5", "p4"), ("v6", None)]
    reading = read(connection, {"ssd_cp_visits": ("cppv_cp_visit_id,cppv_cp_plan_id", visits), "ssd_cp_plans": PLANS})
    assert values(connection, "ssd_cp_visits", "cppv_person_id") == ["ann", None, "ben", None, None, None]
    assert findings_of(reading) == [("DLV-033", "cppv_person_id")]


def test_where_some_rows_have_a_person_the_others_are_left(connection: duckdb.DuckDBPyConnection) -> None:
    visits = [("v1", "p1", None), ("v2", "p2", "ben")]
    headings = "cppv_cp_visit_id,cppv_cp_plan_id,cppv_person_id"
    reading = read(connection, {"ssd_cp_visits": (headings, visits), "ssd_cp_plans": PLANS})
    assert values(connection, "ssd_cp_visits", "cppv_person_id") == [None, "ben"]
    assert findings_of(reading) == []


def test_of_two_ways_the_one_counts_that_finds_most(connection: duckdb.DuckDBPyConnection) -> None:
    """Ids of plans and of referrals may be the same numbers."""
    tables: Tables = {
        "ssd_cin_visits": ("cinv_cin_visit_id,cinv_cin_plan_id", [("v1", "1"), ("v2", "2")]),
        "ssd_cin_plans": ("cin_plan_id,cinp_person_id", [("1", "somebody else")]),
        "ssd_cin_episodes": ("cine_referral_id,cine_person_id", [("1", "ann"), ("2", "ben")]),
    }
    read(connection, tables)
    assert values(connection, "ssd_cin_visits", "cinv_person_id") == ["ann", "ben"]


@pytest.mark.parametrize(
    ("staff", "expected"), [(["s1", "s2"], ["s1", "s2"]), (["s1", "s1"], [None] * 2), (["s1", None], [None] * 2)]
)
def test_another_id_stands_for_it_where_every_row_has_its_own(
    connection: duckdb.DuckDBPyConnection, staff: list[str | None], expected: list[str | None]
) -> None:
    rows = [(None, each) for each in staff]
    read(connection, {"ssd_professionals": ("prof_professional_id,prof_staff_id", rows)})
    assert values(connection, "ssd_professionals", "prof_professional_id") == expected


def test_a_visit_without_any_id_has_its_place_in_the_file(connection: duckdb.DuckDBPyConnection) -> None:
    read(connection, {"ssd_cp_visits": ("cppv_cp_visit_id,cppv_person_id", [(None, "ann"), (None, "ann")])})
    assert values(connection, "ssd_cp_visits", "cppv_cp_visit_id") == ["row 2", "row 3"]


def key_of(connection: duckdb.DuckDBPyConnection, ids: list[str | None], children: list[str]) -> list[str | None]:
    rows = [(given, child, "2021-02-01") for given, child in zip(ids, children, strict=True)]
    headings = "clap_cla_placement_id,clap_person_id,clap_cla_placement_start_date"
    reading = read(connection, {"ssd_cla_placement": (headings, rows)})
    made = values(connection, "ssd_cla_placement", "clap_cla_placement_id")
    assert findings_of(reading) == ([("DLV-033", "clap_cla_placement_id")] if made != ids else [])
    return made


@pytest.mark.parametrize("address", ["a1", None])
def test_a_key_that_three_more_records_share_or_lack_is_made_of_several_columns(
    connection: duckdb.DuckDBPyConnection, address: str | None
) -> None:
    """So an address is: each child that is placed there has a placement of its own."""
    made = key_of(connection, [address] * 4, ["ann", "ben", "cat", "dan"])
    assert made == [f"{address or ''} / {child} / 2021-02-01" for child in ("ann", "ben", "cat", "dan")]


@pytest.mark.parametrize(
    ("ids", "children"),
    [
        (["a1", "a1", "a1"], ["ann", "ben", "cat"]),
        (["a1"] * 9, ["ann"] * 9),
        ([*(f"a{number}" for number in range(147)), "a1", "a1", "a1"], [f"c{number}" for number in range(150)]),
    ],
    ids=["by two records", "by a record that is written nine times", "by two in a hundred records"],
)
def test_a_key_that_is_shared_by_fewer_is_left_to_be_refused(
    connection: duckdb.DuckDBPyConnection, ids: list[str | None], children: list[str]
) -> None:
    assert key_of(connection, ids, children) == ids


def test_a_key_is_made_of_several_columns_where_they_are_there(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [("a1", f"c{number}") for number in range(9)]
    read(connection, {"ssd_cla_placement": ("clap_cla_placement_id,clap_person_id", rows)})
    assert values(connection, "ssd_cla_placement", "clap_cla_placement_id") == ["a1"] * 9


def plans_and_conferences(connection: duckdb.DuckDBPyConnection, named: list[str], child: str = "ann") -> Reading:
    plans = [(f"p{number}", child, each) for number, each in enumerate(named)]
    tables: Tables = {
        "ssd_cp_plans": ("cppl_cp_plan_id,cppl_person_id,cppl_icpc_id", plans),
        "ssd_initial_cp_conference": ("icpc_icpc_id,icpc_person_id", [("i1", "ann")]),
        "ssd_person": ("pers_person_id", [("ann",)]),
    }
    return read(connection, tables)


@pytest.mark.parametrize(
    ("named", "is_another_kind"),
    [(["m1"] * 100, True), (["m1"] * 99, False), ([*["m1"] * 100, "i1"], False)],
    ids=["a hundred, none there", "fewer", "one there"],
)
def test_ids_none_of_which_the_other_table_has_are_not_read(
    connection: duckdb.DuckDBPyConnection, named: list[str], is_another_kind: bool
) -> None:
    reading = plans_and_conferences(connection, named)
    assert ("cppl_icpc_id" in reading.headings["ssd_cp_plans"]) is not is_another_kind
    assert findings_of(reading) == ([("DLV-036", "cppl_icpc_id")] if is_another_kind else [])


def test_whose_record_a_row_is_is_always_read(connection: duckdb.DuckDBPyConnection) -> None:
    reading = plans_and_conferences(connection, ["i1"] * 100, child="nobody")
    assert "cppl_person_id" in reading.headings["ssd_cp_plans"]


def test_a_key_column_that_is_blank_in_every_row_costs_its_table(connection: duckdb.DuckDBPyConnection) -> None:
    blank: list[tuple[Any, ...]] = [(None, "ann"), (None, None)]
    tables: Tables = {"ssd_cp_plans": PLANS, "ssd_cla_care_plan": ("lacp_table_id,lacp_person_id", blank)}
    reading = read(connection, tables)
    leave_out_tables_without_key(connection, reading)
    assert reading.lost == {"ssd_cla_care_plan": ("lacp_table_id",)}


def looked_after(connection: duckdb.DuckDBPyConnection, episodes: int, plans: list[tuple[Any, ...]]) -> Reading:
    rows: list[tuple[Any, ...]] = [(f"e{number}", "ann") for number in range(episodes)]
    tables: Tables = {
        "ssd_cla_episodes": ("clae_cla_episode_id,clae_person_id", rows),
        "ssd_cla_care_plan": ("lacp_table_id,lacp_person_id", plans),
    }
    return read(connection, tables)


@pytest.mark.parametrize(
    ("episodes", "plans", "is_noticed"), [(100, [], True), (99, [], False), (100, [("l1", "ann")], False)]
)
def test_a_table_without_a_record_beside_many_that_would_have_one_is_noticed(
    connection: duckdb.DuckDBPyConnection, episodes: int, plans: list[tuple[Any, ...]], is_noticed: bool
) -> None:
    """A child in care has a care plan."""
    noticed = [(each.rule.code, each.table) for each in notice_empty_tables(looked_after(connection, episodes, plans))]
    assert noticed == ([("DLV-038", "ssd_cla_care_plan")] if is_noticed else [])


@pytest.mark.parametrize(
    ("workers", "lines"),
    [
        ([("w1", "")] * 21, list(range(3, 23))),
        ([("w1", "")] * 20, []),
        ([*[("w1", "")] * 20, ("w1", "name"), ("w2", "")], list(range(3, 22))),
    ],
    ids=["twenty times more", "nineteen times more", "once with another name"],
)
def test_rows_that_are_the_same_in_every_column_are_distinguished_from_others_with_the_same_id(
    connection: duckdb.DuckDBPyConnection, workers: list[tuple[Any, ...]], lines: list[int]
) -> None:
    reading = read(connection, {"ssd_professionals": ("prof_professional_id,prof_professional_name", workers)})
    noticed = list(notice_rows_written_twice(connection, reading))
    assert [(each.rule.code, each.line) for each in noticed] == [("DLV-039", line) for line in lines]


@pytest.mark.parametrize(
    ("given", "blank", "is_noticed"),
    [(900, 100, False), (899, 100, True), (800, 99, False), (0, 100, True), (0, 99, False)],
)
def test_a_column_that_is_blank_in_more_rows_than_it_can_be_is_noticed(
    connection: duckdb.DuckDBPyConnection, given: int, blank: int, is_noticed: bool
) -> None:
    """An assessment has a referral: in over a tenth of them, and a hundred, it is not recorded."""
    rows = [*[("r1",)] * given, *[(None,)] * blank]
    reading = read(connection, {"ssd_cin_assessments": ("cina_referral_id", rows)})
    noticed = [(notice.rule.code, notice.column) for notice in notice_blank_columns(connection, reading)]
    assert noticed == ([("DLV-035", "cina_referral_id")] if is_noticed else [])


def test_a_key_column_that_is_missing_costs_its_table_and_all_that_is_missing_is_reported(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    headings = "cina_assessment_start_date,cina_assessment_auth_date"
    reading = read(connection, {"ssd_cp_plans": PLANS, "ssd_cin_assessments": (headings, [("2021-01-04", None)])})
    leave_out_tables_without_key(connection, reading)
    assert list(reading.contracts) == list(reading.reads) == ["ssd_cp_plans"]
    lost = [notice.column for notice in reading.notices if notice.rule is findings.TABLE_WITHOUT_KEY]
    assert lost == ["cina_assessment_id", "cina_person_id"]
    assert (findings.MISSING_COLUMN.code, "cina_referral_id") in findings_of(reading)


@pytest.mark.parametrize("headings", ["cppl_person_id", "who,when"])
def test_where_no_table_is_left_or_a_file_is_another_the_delivery_is_refused(
    connection: duckdb.DuckDBPyConnection, headings: str
) -> None:
    tables: Tables = {"ssd_cp_plans": (headings, [tuple("x" for _ in headings.split(","))])}
    if headings == "who,when":
        tables["ssd_person"] = ("pers_person_id", [("ann",)])
    with pytest.raises(UnusableDelivery, match=r"ssd_cp_plans\.csv: DLV-009 .*cppl_cp_plan_id"):
        leave_out_tables_without_key(connection, read(connection, tables))


@pytest.mark.parametrize(
    ("headings", "rows", "systems"),
    [
        ("CIN_plan_id,cinp_person_id", [("n1", "ann")], ["Mosaic"]),
        ("cinp_referral_id,cinp_cin_plan_team", [(None, None), (None, " ")], ["Eclipse", "Eclipse"]),
        ("cinp_referral_id,cinp_cin_plan_team", [(None, None), (None, "T1")], []),
        ("cinp_referral_id,cinp_cin_plan_team", [(None, "NULL"), ("n/a ", None)], ["Eclipse", "Eclipse"]),
        ("cinp_referral_id,cinp_cin_plan_team", [(None, "NULL"), ("no", None)], []),
        ("cinp_referral_id,cinp_cin_plan_team", [], []),
        ("cinp_cin_plan_id,cinp_person_id", [("n1", "ann")], []),
    ],
)
def test_a_system_is_known_by_a_heading_or_by_all_columns_that_it_leaves_blank(
    connection: duckdb.DuckDBPyConnection, headings: str, rows: list[tuple[Any, ...]], systems: list[str]
) -> None:
    reading = read(connection, {"ssd_cin_plans": (headings, rows)})
    assert [sign.system for sign in reading.signs] == systems

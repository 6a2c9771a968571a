"""Rules that look at a return as a whole: each fires on its header, or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rules.deliveries import OF_THE_RETURN, Row, Written, found

if TYPE_CHECKING:
    from pathlib import Path

DISABILITIES = ("MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS")
BEFORE, IN_YEAR = "2020-03-31", "2020-04-01"


def fired(folder: Path, tables: dict[str, list[Row]]) -> set[str]:
    """The rules of the return as a whole that a census of these rows, by table, breaks."""
    written = Written("cin_census")
    written.add("cin_census_return", {"year": "2021", "referencedate": "2021-03-31"})
    for table, rows in tables.items():
        for number, row in enumerate(rows, start=1):
            keys = {"details_key": "1", f"{table.removeprefix('cin_census_').removesuffix('s')}_key": str(number)}
            known = keys if table not in {"cin_census_children", "cin_census_disabilities"} else {}
            disability = {"disability_key": str(number)} if table == "cin_census_disabilities" else {}
            written.add(table, {"lachildid": str(number), **known, **disability, **row})
    return {code for code, _ in found(written, folder)} & OF_THE_RETURN


def disabilities(codes: tuple[str, ...], *, of_one_child: bool) -> list[Row]:
    return [{"disability": code, "lachildid": "1" if of_one_child else str(n)} for n, code in enumerate(codes)]


@pytest.mark.parametrize(
    ("plans", "conferences", "is_broken"),
    [
        ([IN_YEAR], [], True),
        ([IN_YEAR], [BEFORE], True),
        ([IN_YEAR], [IN_YEAR], False),
        ([BEFORE], [], False),
    ],
)
def test_no_more_plans_start_than_conferences_are_held(
    tmp_path: Path, plans: list[str], conferences: list[str], is_broken: bool
) -> None:
    tables = {
        "cin_census_cp_plans": [{"cppstartdate": day} for day in plans],
        "cin_census_conferences": [{"dateofinitialcpc": day} for day in conferences],
    }
    assert ("2883" in fired(tmp_path, tables)) == is_broken


@pytest.mark.parametrize(
    ("without", "of", "row", "is_broken"),
    [
        (1, 50, {"sex": "U"}, False),
        (1, 49, {"sex": "U"}, True),
        (1, 49, {}, True),
        (1, 49, {"sex": "U", "expectedpersonbirthdate": "2021-05-01"}, False),
    ],
)
def test_the_sex_of_two_in_a_hundred_may_be_unknown(
    tmp_path: Path, without: int, of: int, row: Row, is_broken: bool
) -> None:
    children = [row] * without + [{"sex": "F"}] * (of - without)
    assert ("2886Q" in fired(tmp_path, {"cin_census_children": children})) == is_broken


@pytest.mark.parametrize(("codes", "is_broken"), [(DISABILITIES[:7], True), (DISABILITIES, False)])
def test_eight_codes_of_disabilities_are_used(tmp_path: Path, codes: tuple[str, ...], is_broken: bool) -> None:
    rows = disabilities((*codes, codes[0], "NONE"), of_one_child=False)
    assert ("2887Q" in fired(tmp_path, {"cin_census_disabilities": rows})) == is_broken


@pytest.mark.parametrize(
    ("rows", "is_broken"),
    [
        (disabilities(DISABILITIES, of_one_child=False), True),
        (disabilities(DISABILITIES, of_one_child=True), False),
        (disabilities(("NONE",), of_one_child=True), False),
    ],
)
def test_some_child_has_two_disabilities(tmp_path: Path, rows: list[Row], is_broken: bool) -> None:
    assert ("2888Q" in fired(tmp_path, {"cin_census_disabilities": rows})) == is_broken

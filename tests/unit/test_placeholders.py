"""What stands for no value is read as blank, with one finding a column, and ids are read alike in every form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.contracts.model import BadContract
from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.settings import PROJECT, Settings
from pipelines.staging.placeholders import LIST, load_placeholders
from pipelines.staging.stage import stage
from tests.exports import KEY, write_ssd

if TYPE_CHECKING:
    from pathlib import Path

DELIVERY = Delivery.parse("E06000015/ssd/2021-02")
PLACEHOLDERS = load_placeholders(PROJECT / "expectations")
Rows = Callable[[str], list[dict[str, Any]]]

DAYS = [dt.date.fromisoformat(day) for day in PLACEHOLDERS.date if day > "1000"]
NEXT_TO_THEM = [day + dt.timedelta(days=1 if day.month == 1 else -2) for day in DAYS]
FORMS = ("%Y-%m-%d", "%d/%m/%Y %H:%M:%S", "%d-%b-%Y", "%Y%m%d", "%d.%m.%Y")

GUID = "6F9619FF-8B86-D011-B42D-00CF4FC964FF"
IDS = [
    ("123", "123.0", True),
    ("124", "124.5", False),
    ("125", "125.00", False),
    ("A126", "A126.0", False),
    (GUID, GUID.lower(), True),
    (GUID.replace("6F", "7F"), f"{{{GUID.lower()}}}".replace("6f", "7f"), True),
    (GUID.replace("6F", "8F"), GUID.replace("6F", "9F"), False),
    ("abc", "ABC", False),
    *((f"13{number}", f"{mark}13{number}{mark}", True) for number, mark in enumerate("\u200b\ufeff\u202f\u00a0\u2060")),
    ("141", "1\u200b41", False),
]
STATUSES = {
    "C2 - Full care order": "C2",
    "Interim care order": "C1",
    "Agreed series of short breaks, each break recorded": "V3",
    "Short break": None,
}
SOURCES = {"5D": "5D", "6.0": "6", "Police": "6", "10": "10", "5E": None}
REFERRALS = ("-1", "-1.0", "SSD_PH", "ssd_ph", "-2", "1")


def tables() -> dict[str, list[dict[str, str]]]:
    words = list(enumerate(PLACEHOLDERS.any))
    return {
        "ssd_person": [{"pers_person_id": given} for given, _, _ in IDS]
        + [{"pers_person_id": f"P{number}", "pers_sex": word, "pers_dob": word} for number, word in words],
        "ssd_cp_visits": [
            {"cppv_cp_visit_id": f"V{number}", "cppv_person_id": given} for number, (_, given, _) in enumerate(IDS)
        ],
        "ssd_cp_plans": [
            {"cppl_cp_plan_id": f"C{number}", "cppl_person_id": "P0", "cppl_icpc_id": word, "cppl_cp_plan_ola": word}
            for number, word in words
        ],
        "ssd_cin_assessments": [
            {"cina_assessment_id": f"A{number}", "cina_person_id": "P0", "cina_referral_id": given}
            for number, given in enumerate(REFERRALS)
        ],
        "ssd_cin_plans": [
            {
                "cinp_cin_plan_id": f"N{number}",
                "cinp_person_id": "P0",
                "cinp_cin_plan_end_date": day.strftime(form),
            }
            for number, (form, day) in enumerate((form, day) for form in FORMS for day in (*DAYS, *NEXT_TO_THEM))
        ],
        "ssd_department": [{"dept_team_id": "12"}, *({"dept_team_id": word.upper()} for word in PLACEHOLDERS.any)],
        "ssd_involvements": [
            {"invo_involvements_id": f"I{number}", "invo_person_id": "P0", "invo_professional_team": given}
            for number, given in enumerate(("12", "12.0", "12.5"))
        ],
        "ssd_disability": [
            {"disa_table_id": f"D{number}", "disa_person_id": "P0", "disa_disability_code": given}
            for number, given in enumerate(("NONE", "None", "NULL"))
        ],
        "ssd_legal_status": [
            {"lega_legal_status_id": f"L{number}", "lega_person_id": "P0", "lega_legal_status": given}
            for number, given in enumerate(STATUSES)
        ],
        "ssd_cin_episodes": [
            {"cine_referral_id": f"R{number}", "cine_person_id": "P0", "cine_referral_source_code": given}
            for number, given in enumerate(SOURCES)
        ],
    }


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The rows of a table of the staged delivery."""
    root = tmp_path_factory.mktemp("placeholders")
    settings = Settings(
        _env_file=None, inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY, duckdb_threads=1
    )
    write_ssd(root / "inbox" / str(DELIVERY), tables())
    landing.land(settings, DELIVERY)
    folder = stage(settings, DELIVERY).folder

    def rows(table: str) -> list[dict[str, Any]]:
        with duckdb.connect() as connection:
            found = connection.read_parquet(str(folder / f"{table}.parquet"), hive_partitioning=False)
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    return rows


def test_words_that_stand_for_nothing_are_blank_in_columns_of_every_kind(staged: Rows) -> None:
    assert {(row["pers_sex"], row["pers_dob"]) for row in staged("ssd_person")} == {(None, None)}
    assert {(row["cppl_icpc_id"], row["cppl_cp_plan_ola"]) for row in staged("ssd_cp_plans")} == {(None, None)}
    assert [row["dept_team_id"] for row in staged("ssd_department")] == ["12"]


def test_a_column_with_placeholders_has_one_finding_and_none_of_its_values_one_of_their_own(staged: Rows) -> None:
    found = [each for each in staged("finding") if each["rule_code"] == "DLV-031"]
    assert [(each["column_name"], each["line"]) for each in found] == [
        ("cina_referral_id", None),
        ("cinp_cin_plan_end_date", None),
        ("cppl_cp_plan_ola", None),
        ("cppl_icpc_id", None),
        ("dept_team_id", None),
        ("disa_disability_code", None),
        ("pers_dob", None),
        ("pers_sex", None),
    ]
    unreadable = [each["column_name"] for each in staged("finding") if each["rule_code"].endswith("-READABLE")]
    assert unreadable == ["cine_referral_source_code", "invo_professional_team", "lega_legal_status"]


def test_a_word_that_is_a_code_of_its_column_is_the_code(staged: Rows) -> None:
    assert [row["disa_disability_code"] for row in staged("ssd_disability")] == ["NONE", "NONE", None]


def test_dates_that_stand_for_nothing_are_blank_in_every_form_and_their_neighbours_are_not(staged: Rows) -> None:
    ends = [row["cinp_cin_plan_end_date"] for row in staged("ssd_cin_plans")]
    assert ends == [None if day in DAYS else day for _ in FORMS for day in (*DAYS, *NEXT_TO_THEM)]


def test_ids_that_stand_for_nothing_are_blank_and_others_are_not(staged: Rows) -> None:
    referrals = [row["cina_referral_id"] for row in staged("ssd_cin_assessments")]
    assert [referral is None for referral in referrals] == [True] * 4 + [False] * 2
    assert referrals[4] != referrals[5]


def test_an_id_in_another_form_is_the_same_id(staged: Rows) -> None:
    people = [row["pers_person_id"] for row in staged("ssd_person")]
    visited = [row["cppv_person_id"] for row in staged("ssd_cp_visits")]
    assert [one == other for one, other in zip(people, visited, strict=False)] == [same for _, _, same in IDS]
    unfound = {each["line"] for each in staged("finding") if each["column_name"] == "cppv_person_id"}
    assert unfound == {line for line, (_, _, same) in enumerate(IDS, start=2) if not same}


def test_a_team_that_became_a_decimal_is_the_same_team(staged: Rows) -> None:
    assert [row["invo_professional_team"] for row in staged("ssd_involvements")] == ["12", "12", None]


def test_codes_are_read_from_national_descriptions_and_as_numbers(staged: Rows) -> None:
    assert [row["lega_legal_status"] for row in staged("ssd_legal_status")] == list(STATUSES.values())
    assert [row["cine_referral_source_code"] for row in staged("ssd_cin_episodes")] == list(SOURCES.values())


@pytest.mark.parametrize("line", ["date,1900-13-01,x", "date,19000101,x", "number,0,x", "any,,x"])
def test_a_line_of_the_list_that_says_nothing_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / LIST).write_text(f"stands_in,placeholder,written_by\nany,NULL,SQL clients\n{line}\n", "utf-8")
    with pytest.raises(BadContract, match="line 3"):
        load_placeholders(tmp_path)

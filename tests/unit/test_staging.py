"""One delivery with every kind of fault in it, staged once; each test questions one thing."""

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from pydantic import SecretStr

from pipelines import storage
from pipelines.catalog import staged_version, validation_pages
from pipelines.contracts.loading import load_sources
from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.runs.steps import stage
from pipelines.settings import PROJECT, Settings
from pipelines.staging import stage as staging
from pipelines.staging.stage import (
    LandingDamaged,
    NothingLanded,
    StagingResult,
    _must_not_be_refused_already,
    write_data_docs,
)
from pipelines.staging.workspace import StagingInputs
from tests.exports import KEY, SOURCES, write_ssd, write_table

DELIVERY = Delivery.parse("E06000015/ssd/2021-02")
SURVEY = Delivery.parse("E06000015/survey/2021-02")

PEOPLE = [
    {"pers_person_id": "P1", "pers_forename": "Made", "pers_surname": "Up", "pers_sex": "F", "pers_dob": "2010-01-01"},
    {"pers_person_id": "P2", "pers_sex": "Q", "pers_dob": "31/02/2010"},
    {"pers_person_id": "P1", "pers_sex": "M"},
    {"pers_person_id": "", "pers_sex": "M"},
    {"pers_person_id": "P3", "pers_sex": "u", "pers_dob": "01/03/2012", "pers_is_mother": "Maybe"},
]
PLANS = [
    {"cppl_cp_plan_id": "C1", "cppl_person_id": "P1", "cppl_cp_plan_start_date": "2020-01-05 00:00:00"},
    {
        "cppl_cp_plan_id": "C2",
        "cppl_person_id": "P9",
        "cppl_cp_plan_start_date": "2020-01-05",
        "cppl_cp_plan_end_date": "2020-01-04",
    },
    {"cppl_cp_plan_id": "C3", "cppl_person_id": "P3", "cppl_cp_plan_start_date": "1899-12-29"},
]
TEAMS = [{"dept_team_id": "T1", "dept_team_name": "Made Up's team"}, {"dept_team_id": "Made Up"}]
WORKERS = [{"prof_professional_id": "W1", "prof_full_time_equivalency": "n/a", "prof_agency_worker_flag": "N"}]
CARE_PLANS = [
    {
        "lacp_table_id": "L1",
        "lacp_person_id": "P1",
        "lacp_cla_care_plan_json": '{"LTFOST18": "Y", "COMMENTS": "Made Up"}',
    },
    {"lacp_table_id": "L2", "lacp_person_id": "P3", "lacp_cla_care_plan_json": "{cut off"},
]
ASSESSMENTS = [
    {"cina_assessment_id": "A1", "cina_person_id": "P1", "cina_assessment_auth_date": "2021-02-01"},
    {
        "cina_assessment_id": "A2",
        "cina_person_id": "P1",
        "cina_assessment_start_date": "2021-02-02",
        "cina_assessment_auth_date": "2021-02-01",
    },
]
ENQUIRIES = [{"s47e_s47_enquiry_id": "S1", "s47e_person_id": "P1", "s47e_s47_start_date": "2021-02-02"}]
CONFERENCES = [
    {"icpc_icpc_id": "I1", "icpc_person_id": "P1", "icpc_s47_enquiry_id": "S1", "icpc_icpc_date": "2021-02-01"},
    {"icpc_icpc_id": "I2", "icpc_person_id": "P1", "icpc_s47_enquiry_id": "S1", "icpc_icpc_date": "2021-02-02"},
]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    root = tmp_path_factory.mktemp("staging")
    return Settings(inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY)


@pytest.fixture(scope="module")
def staged(settings: Settings) -> StagingResult:
    folder = Path(settings.inbox) / str(DELIVERY)
    write_ssd(
        folder,
        {
            "ssd_person": PEOPLE,
            "ssd_cp_plans": PLANS,
            "ssd_department": TEAMS,
            "ssd_professionals": WORKERS,
            "ssd_cla_care_plan": CARE_PLANS,
            "ssd_cin_assessments": ASSESSMENTS,
            "ssd_s47_enquiry": ENQUIRIES,
            "ssd_initial_cp_conference": CONFERENCES,
        },
    )
    visits = SOURCES["ssd"].tables["ssd_cp_visits"]
    headings = [heading for heading in visits.headings if heading != "cppv_cp_visit_bedroom"]
    row = {"cppv_cp_visit_id": "V1", "cppv_person_id": "P1", "Seen by Made Up": "x"}
    write_table(folder / visits.file_name, [*headings, "Seen by Made Up"], [row])
    with (folder / visits.file_name).open("a", encoding="utf-8") as file:
        file.write("V2,P1,one,two,three,four,five,six,seven,eight\r\n")
    (folder / "ssd_disability.csv").unlink()
    (folder / "notes about Made Up.csv").write_text("note\nx\n", encoding="utf-8")
    landing.land(settings, DELIVERY)
    return stage(settings, DELIVERY)


def rows(staged: StagingResult, name: str, condition: str = "true") -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        relation = connection.read_parquet(str(staged.folder / f"{name}.parquet"), hive_partitioning=False)
        found = relation.filter(condition)
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def failed(staged: StagingResult, rule_code: str) -> list[int | None]:
    return sorted((row["line"] for row in rows(staged, "finding", f"rule_code = '{rule_code}'")), key=lambda x: x or 0)


@pytest.mark.parametrize(
    ("rule_code", "lines"),
    [
        ("PERS001A-PRESENT", [5]),
        ("PERS001A-UNREPEATED", [4]),
        ("PERS002A-READABLE", [3]),
        ("PERS005A-READABLE", [3]),
        ("CPPL002A-FOUND", [3]),
        ("CPPL003A-IN-CALENDAR", [4]),
        ("8925", [3]),
        ("DEPT1001A-READABLE", [3]),
        ("8608", [3]),
        ("SSD-010", [2]),
        ("8615", [2]),
        ("DLV-011", [None]),
        ("DLV-012", [None]),
        ("DLV-013", [None]),
        ("DLV-014", [None]),
        ("DLV-015", [3]),
    ],
)
def test_each_rule_fires_on_its_lines_and_on_no_others(
    staged: StagingResult, rule_code: str, lines: list[int | None]
) -> None:
    assert failed(staged, rule_code) == lines


def test_a_flag_and_a_number_that_cannot_be_read_are_null_with_a_finding(staged: StagingResult) -> None:
    assert len(rows(staged, "finding", "column_name = 'pers_is_mother'")) == 1
    assert len(rows(staged, "finding", "column_name = 'prof_full_time_equivalency'")) == 1
    assert rows(staged, "ssd_professionals")[0]["prof_full_time_equivalency"] is None


def test_only_what_cannot_be_used_is_refused(staged: StagingResult) -> None:
    assert [row["line"] for row in rows(staged, "ssd_person")] == [2, 3, 6]
    assert [(row["line"], row["reasons"]) for row in rows(staged, "refused/ssd_person")] == [
        (4, ["PERS001A-UNREPEATED"]),
        (5, ["PERS001A-PRESENT"]),
    ]
    assert [row["line"] for row in rows(staged, "ssd_cp_plans")] == [2, 3, 4]


def test_rows_read_are_rows_staged_and_rows_refused(staged: StagingResult) -> None:
    files = {row["table_name"]: row for row in rows(staged, "reconciliation")}
    assert all(row["rows_read"] == row["rows_staged"] + row["rows_refused"] for row in files.values())
    read = {name: (row["rows_read"], row["rows_staged"], row["rows_refused"]) for name, row in files.items()}
    assert read["ssd_person"] == (5, 3, 2)
    assert read["ssd_cp_visits"] == (2, 1, 1)
    assert read["ssd_department"] == (2, 1, 1)
    assert read["ssd_cin_visits"] == (0, 0, 0)
    assert (staged.rows_read, staged.rows_refused) == (
        sum(r[0] for r in read.values()),
        sum(r[2] for r in read.values()),
    )


def test_values_are_typed(staged: StagingResult) -> None:
    first, second, third = rows(staged, "ssd_person")
    assert str(first["pers_dob"]) == "2010-01-01"
    assert (second["pers_sex"], second["pers_dob"]) == (None, None)
    assert (third["pers_sex"], str(third["pers_dob"])) == ("U", "2012-03-01")
    assert str(rows(staged, "ssd_cp_plans")[0]["cppl_cp_plan_start_date"]) == "2020-01-05"


def test_a_row_names_its_columns_that_were_given_and_not_read(staged: StagingResult) -> None:
    assert [row["unread_columns"] for row in rows(staged, "ssd_person")] == [
        None,
        ["pers_sex", "pers_dob"],
        ["pers_is_mother"],
    ]
    assert [row["unread_columns"] for row in rows(staged, "ssd_professionals")] == [["prof_full_time_equivalency"]]
    assert [row["unread_columns"] for row in rows(staged, "ssd_s47_enquiry")] == [None]


def test_what_could_not_be_read_is_counted_by_its_shape(staged: StagingResult) -> None:
    counted = rows(staged, "unread_value", "table_name IN ('ssd_person', 'ssd_department', 'ssd_cp_plans')")
    assert [tuple(row.values()) for row in counted] == [
        ("ssd_department", "dept_team_id", "AAAA AA", 1, 1, 2),
        ("ssd_person", "pers_dob", "99/99/9999", 1, 1, 3),
        ("ssd_person", "pers_is_mother", "AAAAA", 1, 1, 1),
        ("ssd_person", "pers_sex", "A", 1, 1, 5),
    ]


def test_the_same_child_has_the_same_key_in_every_table(staged: StagingResult) -> None:
    key = rows(staged, "ssd_person")[0]["pers_person_id"]
    assert isinstance(key, UUID)
    assert rows(staged, "ssd_cp_plans")[0]["cppl_person_id"] == key
    assert rows(staged, "ssd_cin_assessments")[0]["cina_person_id"] == key


def test_a_finding_names_the_record_by_its_pseudonym(staged: StagingResult) -> None:
    plan = rows(staged, "ssd_cp_plans", "line = 3")[0]
    assert rows(staged, "finding", "rule_code = '8925'")[0]["record_key"] == plan["cppl_cp_plan_id"]


def test_a_finding_names_the_child_and_the_team_of_its_record(small: Settings) -> None:
    delivery = Delivery.parse("E06000015/ssd/2021-02")
    tables = {
        "ssd_person": [{"pers_person_id": "P1", "pers_sex": "?"}],
        "ssd_department": [{"dept_team_id": "T1"}],
        "ssd_cin_assessments": [
            {
                "cina_assessment_id": "A1",
                "cina_person_id": "P1",
                "cina_assessment_start_date": "no date",
                "cina_assessment_team": "T1",
            }
        ],
        "ssd_cla_episodes": [
            {"clae_cla_episode_id": name, "clae_person_id": "P1", "clae_cla_id": "L1"} for name in ("E1", "E2")
        ],
        "ssd_cla_reviews": [
            {"clar_cla_review_id": "R1", "clar_cla_id": "L1", "clar_cla_review_date": "no date"},
            {"clar_cla_review_id": "R2", "clar_cla_id": "L9", "clar_cla_review_date": "no date"},
        ],
        "ssd_professionals": [{"prof_professional_id": "W1", "prof_full_time_equivalency": "n/a"}],
    }
    write_ssd(Path(small.inbox) / str(delivery), tables)
    landing.land(small, delivery)
    staged = stage(small, delivery)
    [child] = [row["pers_person_id"] for row in rows(staged, "ssd_person")]
    found = rows(staged, "finding", "rule_code LIKE '%-READABLE'")
    assert {(row["table_name"], row["line"]): (row["child_id"], row["team_code"]) for row in found} == {
        ("ssd_person", 2): (child, None),
        ("ssd_cin_assessments", 2): (child, "T1"),
        ("ssd_cla_reviews", 2): (child, None),
        ("ssd_cla_reviews", 3): (None, None),
        ("ssd_professionals", 2): (None, None),
    }


def test_staged_rows_are_counted_by_code_and_by_the_month_of_their_event(small: Settings) -> None:
    delivery = Delivery.parse("E06000015/ssd/2021-02")
    dates = ["2020-01-31", "2020-02-01", "2021-02-28", "2021-02-27", "2021-03-01", ""]
    visits = [
        {"cinv_cin_visit_id": f"V{number}", "cinv_person_id": "P1", "cinv_cin_visit_date": date}
        | ({} if number == 2 else {"cinv_cin_visit_seen": "Y"})
        for number, date in enumerate(dates)
    ]
    write_ssd(
        Path(small.inbox) / str(delivery),
        {
            "ssd_person": [{"pers_person_id": "P1", "pers_sex": "F"}, {"pers_person_id": "P1", "pers_sex": "M"}],
            "ssd_cin_visits": [*visits, visits[2]],
        },
    )
    landing.land(small, delivery)
    profile = rows(stage(small, delivery), "profile", "table_name IN ('ssd_person', 'ssd_cin_visits')")
    counts = {
        (row["column_name"], row["code"], row["event_month"]): row["row_count"]
        for row in profile
        if row["column_name"] in {None, "cinv_cin_visit_seen", "pers_sex"}
    }
    assert counts == {
        (None, None, None): 1,
        ("pers_sex", "F", None): 1,
        (None, None, "2020-02"): 1,
        (None, None, "2021-02"): 2,
        ("cinv_cin_visit_seen", "true", "2020-02"): 1,
        ("cinv_cin_visit_seen", "true", "2021-02"): 1,
        ("cinv_cin_visit_seen", None, "2021-02"): 1,
    }


def test_a_json_column_gives_its_flags_and_nothing_else(staged: StagingResult) -> None:
    first, second = rows(staged, "ssd_cla_care_plan")
    assert first["lacp_cla_care_plan_json__ltfost18"] is True
    assert second["lacp_cla_care_plan_json__ltfost18"] is None
    assert "lacp_cla_care_plan_json" not in first
    assert len(rows(staged, "finding", "table_name = 'ssd_cla_care_plan' AND line = 3")) == 10


def test_columns_that_are_never_staged_are_not_there(staged: StagingResult) -> None:
    assert not {"pers_forename", "pers_surname", "pers_common_child_id"} & rows(staged, "ssd_person")[0].keys()


def test_every_check_counts_what_it_tested(staged: StagingResult) -> None:
    result = rows(staged, "rule_result", "rule_code = 'PERS005A-READABLE'")[0]
    assert (result["rows_tested"], result["rows_failed"]) == (3, 1)
    passed = rows(staged, "rule_result", "rule_code = 'CPPL001A-PRESENT'")[0]
    assert (passed["rows_tested"], passed["rows_failed"]) == (3, 0)
    assert passed["sentence"] and passed["remedy"]


def test_the_page_of_a_delivery_says_what_to_mend_and_on_which_lines(settings: Settings, staged: StagingResult) -> None:
    page = (validation_pages(settings.reports, DELIVERY, staged.folder) / "index.html").read_text(encoding="utf-8")
    assert "Person id was given to an earlier row already: the first is kept, this one refused." in page
    assert "ssd_cp_plans.csv" in page and "8925" in page
    assert page.index("Row rejected") < page.index("Warning")
    assert "http" not in page


def test_no_page_holds_a_value(settings: Settings, staged: StagingResult) -> None:
    pages = validation_pages(settings.reports, DELIVERY, staged.folder)
    assert write_data_docs(settings, DELIVERY, staged.folder) == pages / "great_expectations" / "index.html"
    texts = [page.read_text(encoding="utf-8") for page in pages.rglob("*.html")]
    assert any("is not a date" in text for text in texts)
    assert not any("Made Up" in text or "31/02/2010" in text for text in texts)


def test_great_expectations_index_has_a_place_for_each_table(settings: Settings, staged: StagingResult) -> None:
    index = write_data_docs(settings, DELIVERY, staged.folder).read_text(encoding="utf-8")
    assert index.count('id="ssd_person"') == index.count('id="ssd_cp_plans"') == 1


def test_what_is_read_leaves_nothing_behind(settings: Settings, staged: StagingResult) -> None:
    assert sorted(path.name for path in settings.data_dir.iterdir()) == ["landing", "reports", "staging"]


def test_the_same_again_is_a_no_op(settings: Settings, staged: StagingResult) -> None:
    before = {path: path.stat().st_mtime_ns for path in staged.folder.rglob("*")}
    again = stage(settings, DELIVERY)
    assert again.outcome == "already staged"
    assert {path: path.stat().st_mtime_ns for path in again.folder.rglob("*")} == before


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_delivery_staged_elsewhere_has_the_same_bytes(
    settings: Settings, staged: StagingResult, tmp_path: Path
) -> None:
    elsewhere = settings.model_copy(update={"data_dir": tmp_path})
    landing.land(elsewhere, DELIVERY)
    again = stage(elsewhere, DELIVERY)
    assert again.folder.name == staged.folder.name
    assert _digests(again.folder) == _digests(staged.folder)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Settings]:
    yield Settings(inbox_url=str(tmp_path / "inbox"), data_dir=tmp_path / "data", pseudonym_key=KEY)


def _deliver_survey(settings: Settings, files: dict[str, list[dict[str, str]]]) -> StagingResult:
    folder = Path(settings.inbox) / str(SURVEY)
    for name, content in files.items():
        write_table(folder / f"{name}.csv", list(content[0]), content)
    landing.land(settings, SURVEY)
    return stage(settings, SURVEY)


@pytest.fixture(scope="module")
def one_answer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a survey of one answer is staged, to be copied."""
    root = tmp_path_factory.mktemp("one_answer")
    settings = Settings(inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY)
    _deliver_survey(settings, {"responses": [{"respondent_id": "1", "q01": "3"}]})
    return root


@pytest.fixture
def answered(one_answer: Path, tmp_path: Path, small: Settings) -> Path:
    """The staged version of that survey, in the test's own place."""
    shutil.copytree(one_answer, tmp_path, dirs_exist_ok=True)
    (folder,) = SURVEY.staging_folder(small.staging).glob("v*")
    return folder


def test_answers_are_points_of_their_scale(small: Settings) -> None:
    staged = _deliver_survey(
        small,
        {
            "questions": [
                {"question_id": "Q01", "standard_id": "standard_1", "reverse": "N", "points": "5"},
                {"question_id": "Q02", "standard_id": "tensions", "reverse": "Y", "points": "7"},
            ],
            "responses": [
                {"respondent_id": "R1", "q01": "Strongly agree", "q02": "1", "Comments": "Made Up"},
                {"respondent_id": "R2", "q01": "Not applicable", "q02": "8", "Comments": ""},
                {"respondent_id": "R3", "q01": "Perhaps", "q02": "", "Comments": ""},
                {"respondent_id": "R3", "q01": "Agree", "q02": "7", "Comments": ""},
            ],
        },
    )
    answers = {row["line"]: row["answers"] for row in rows(staged, "survey_responses")}
    assert answers == {
        2: [{"question_id": "q01", "answer": 5}, {"question_id": "q02", "answer": 1}],
        3: [],
        4: [],
    }
    unreadable = rows(staged, "finding", "rule_code = 'SURV002-READABLE'")
    assert [(row["column_name"], row["line"]) for row in unreadable] == [("q01", 4), ("q02", 3)]
    assert [row["line"] for row in rows(staged, "refused/survey_responses")] == [5]


def test_a_summary_is_read_by_its_labels(small: Settings) -> None:
    staged = _deliver_survey(
        small,
        {
            "summary": [
                {"standard": "Standard 5 - Supervision", "council": "69", "region": "65", "nation": "74"},
                {"standard": "Tensions*", "council": "84", "region": "79", "nation": "81"},
                {"standard": "Number of respondents", "council": "67", "region": "412", "nation": "3227"},
                {"standard": "Standard 9", "council": "1", "region": "1", "nation": "1"},
            ]
        },
    )
    read = [(row["standard"], int(row["council"])) for row in rows(staged, "survey_summary")]
    assert read == [("standard_5", 69), ("tensions", 84), ("respondents", 67)]
    assert staged.rows_refused == 1


def test_a_delivery_without_a_needed_column_is_refused_and_the_earlier_one_stands(small: Settings) -> None:
    good = _deliver_survey(small, {"invited": [{"survey_date": "2020-12-11", "invited": "162"}]})
    bad = _deliver_survey(small, {"invited": [{"survey_date": "2020-12-11", "asked": "162"}]})
    assert (bad.outcome, bad.rows_read) == ("refused", 0)
    assert bad.refusal is not None and "invited.csv: DLV-009 The column invited is missing" in bad.refusal
    pointers = SURVEY.staging_folder(small.staging)
    assert storage.read_json(pointers / "current.json") == {"folder": good.folder.name}
    assert storage.read_json(pointers / "newest.json") == {"folder": bad.folder.name}
    assert failed(bad, "DLV-009") == [None]
    page = validation_pages(small.reports, SURVEY, bad.folder) / "index.html"
    assert "Delivery rejected" in page.read_text(encoding="utf-8")
    listed = (small.reports / "validation" / "index.html").read_text(encoding="utf-8")
    assert f"E06000015/survey/2021-02/{bad.folder.name}/index.html" in listed


def test_a_delivery_of_nothing_known_is_refused(small: Settings) -> None:
    staged = _deliver_survey(small, {"answers": [{"respondent": "R1"}]})
    assert staged.refusal is not None and "DLV-010" in staged.refusal


@pytest.mark.parametrize("name", ["ssd_cp_plans.zip", "ssd_cp_plans.csv.gz", "notes.zip"])
def test_a_packed_table_is_refused_by_its_name_and_another_packed_file_is_not(small: Settings, name: str) -> None:
    write_ssd(Path(small.inbox) / str(DELIVERY), {"ssd_person": PEOPLE[:1]})
    (Path(small.inbox) / str(DELIVERY) / name).write_bytes(b"PK")
    landing.land(small, DELIVERY)
    refusal = stage(small, DELIVERY).refusal
    if name == "notes.zip":
        assert refusal is None
    else:
        assert refusal is not None
        assert f"{name}: DLV-007 It is packed: unpack it, and deliver the file that is in it." in refusal


@pytest.mark.parametrize(
    ("source", "month", "is_reported"),
    [
        ("ssda903", "2027-03", False),
        ("ssda903", "2027-04", True),
        ("workforce_census", "2022-12", False),
        ("workforce_census", "2023-01", True),
    ],
)
def test_a_return_of_a_later_year_is_read_as_the_newest_known(
    small: Settings, source: str, month: str, is_reported: bool
) -> None:
    """A return of children looked after is of the year that ends on 31 March, the workforce census of its own month."""
    delivery = Delivery("E06000015", source, Period.parse(month))
    table = load_sources(PROJECT / "expectations")[source].tables[
        {"ssda903": "ssda903_header", "workforce_census": "workforce_census_vacancies"}[source]
    ]
    headings = [column.heading for column in table.columns]
    write_table(Path(small.inbox) / str(delivery) / table.file_name, headings, [dict.fromkeys(headings, "")])
    landing.land(small, delivery)
    staged = stage(small, delivery)
    assert failed(staged, "DLV-040") == ([None] if is_reported else [])


def test_a_delivery_refused_at_landing_says_so_again(small: Settings) -> None:
    folder = Path(small.inbox) / str(SURVEY)
    folder.mkdir(parents=True)
    (folder / "invited.csv").symlink_to("/etc/hostname")
    assert landing.land(small, SURVEY).outcome == "refused"
    staged = stage(small, SURVEY)
    assert staged.outcome == "refused"
    assert failed(staged, "DLV-001") == [None]


def test_another_key_makes_other_pseudonyms_and_another_version(small: Settings) -> None:
    files = {
        "questions": [{"question_id": "q01", "standard_id": "covid", "reverse": "N", "points": "5"}],
        "responses": [{"respondent_id": "R1", "q01": "Agree"}],
    }
    first = _deliver_survey(small, files)
    other = stage(small.model_copy(update={"pseudonym_key": SecretStr(KEY + "!")}), SURVEY)
    assert other.folder != first.folder


def test_nothing_landed_is_said_plainly(small: Settings) -> None:
    with pytest.raises(NothingLanded, match="E06000015/survey/2021-02 was not landed"):
        stage(small, SURVEY)


LOCAL = Delivery.parse("E06000015/local/2021-02")


def test_a_local_code_is_read_as_the_national_one_and_an_unmapped_one_is_reported(
    small: Settings, tmp_path: Path
) -> None:
    codes = tmp_path / "council" / "E06000015" / "codes.csv"
    codes.parent.mkdir(parents=True)
    codes.write_text(
        "table_name,column_name,local_code,national_code,reviewed_on\nlocal_posts,role,SW,Social Worker,2021-01-05\n",
        encoding="utf-8",
    )
    posts = [
        {"post_id": "1", "worker_id": "W1", "post_status": "employed", "role": "sw", "full_time_equivalent": "0.8"},
        {"post_id": "2", "worker_id": "", "post_status": "vacant", "role": "SSW", "full_time_equivalent": "1"},
    ]
    write_table(Path(small.inbox) / str(LOCAL) / "posts.csv", list(posts[0]), posts)
    settings = small.model_copy(update={"council_dir": tmp_path / "council"})
    landing.land(settings, LOCAL)
    staged = stage(settings, LOCAL)
    assert [row["role"] for row in rows(staged, "local_posts")] == ["Social Worker", None]
    assert failed(staged, "POST004-READABLE") == [3]


LOCAL_RULES = {
    "LOC-001": (
        "visit_intervals",
        "cin_plan_id,cp_plan_id,cla_placement_id,from_date,interval_length,interval_unit",
        ",C1,,2021-01-01,10,working_days",
        "P1,C1,,2021-01-01,10,working_days",
    ),
    "LOC-002": ("visit_modes", "cin_visit_id,cp_visit_id,cla_visit_id,visit_mode", ",V1,,video", ",,,video"),
    "LOC-003": (
        "serious_incidents",
        "notification_id,aware_date,notified_date",
        "1,2021-02-01,2021-02-01",
        "2,2021-02-01,2021-01-31",
    ),
    "LOC-004": (
        "posts",
        "post_id,post_status,from_date,to_date",
        "1,vacant,2021-02-01,2021-02-01",
        "2,vacant,2021-02-01,2021-01-31",
    ),
    "LOC-005": (
        "caseload_bounds",
        "role,from_date,lower_bound,upper_bound",
        "Social Worker,2021-01-01,12,12",
        "Social Worker,2021-01-01,12,11.9",
    ),
}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> StagingResult:
    """A row on each side of the edge of each local rule, in a delivery of all local files."""
    root = tmp_path_factory.mktemp("local")
    settings = Settings(inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY)
    folder = root / "inbox" / str(LOCAL)
    folder.mkdir(parents=True)
    for file, *lines in LOCAL_RULES.values():
        (folder / f"{file}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    landing.land(settings, LOCAL)
    return stage(settings, LOCAL)


@pytest.mark.parametrize("rule_code", LOCAL_RULES)
def test_each_local_rule_fires_on_one_side_of_its_edge(local: StagingResult, rule_code: str) -> None:
    assert failed(local, rule_code) == [3]


@pytest.mark.parametrize(
    ("fields", "rows", "refused"),
    [
        ("cin_plan_id,cp_plan_id,from_date", ["N1,,2021-01-01", ",C1,2021-01-01", "N1,C1,2021-01-01"], [4]),
        ("cla_placement_id,from_date", ["P1,2021-01-01", ",2021-01-01"], [3]),
        ("from_date", ["2021-01-01", "2021-01-02"], [2, 3]),
    ],
)
def test_an_interval_that_belongs_to_nothing_is_refused_whichever_columns_are_there(
    small: Settings, fields: str, rows: list[str], refused: list[int]
) -> None:
    folder = Path(small.inbox) / str(LOCAL)
    folder.mkdir(parents=True)
    lines = [f"{fields},interval_length,interval_unit", *(f"{row},10,working_days" for row in rows)]
    (folder / "visit_intervals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    landing.land(small, LOCAL)
    staged = stage(small, LOCAL)
    assert failed(staged, "LOC-001") == refused
    assert (staged.rows_read, staged.rows_refused) == (len(rows), len(refused))


def test_a_visit_mode_joins_the_visit_of_the_ssd(small: Settings) -> None:
    ssd = Path(small.inbox) / str(DELIVERY)
    write_ssd(ssd, {"ssd_cp_visits": [{"cppv_cp_visit_id": "V1", "cppv_person_id": "P1"}]})
    folder = Path(small.inbox) / str(LOCAL)
    folder.mkdir(parents=True)
    (folder / "visit_modes.csv").write_text("cp_visit_id,visit_mode\nV1,video\n", encoding="utf-8")
    for delivery in (DELIVERY, LOCAL):
        landing.land(small, delivery)
    visits, modes = stage(small, DELIVERY), stage(small, LOCAL)
    visit, mode = rows(visits, "ssd_cp_visits")[0], rows(modes, "local_visit_modes")[0]
    assert (mode["cp_visit_id"], mode["visit_mode"]) == (visit["cppv_cp_visit_id"], "video")


def test_two_runs_that_stage_the_same_at_once_do_no_harm(small: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(small.inbox) / str(SURVEY)
    write_table(folder / "invited.csv", ["survey_date", "invited"], [{"survey_date": "2020-12-11", "invited": "162"}])
    landing.land(small, SURVEY)
    unhindered = _must_not_be_refused_already
    other: list[StagingResult] = []

    def another_run_is_faster(inputs: StagingInputs) -> None:
        unhindered(inputs)
        if not other:
            monkeypatch.setattr(staging, "_must_not_be_refused_already", unhindered)
            other.append(stage(small, SURVEY))

    monkeypatch.setattr(staging, "_must_not_be_refused_already", another_run_is_faster)
    staged = stage(small, SURVEY)
    assert (staged.folder, staged.outcome) == (other[0].folder, "staged")


@pytest.mark.parametrize(("days_first", "read"), [(10, dt.date(2020, 3, 4)), (9, None)])
def test_a_date_that_could_be_read_either_way_is_read_only_where_the_others_have_the_day_first(
    small: Settings, days_first: int, read: dt.date | None
) -> None:
    dates = ["04/03/2020", "2020-03-04", "05/05/2020", "04/13/2020", *(f"{13 + n}/01/2020" for n in range(days_first))]
    posts = [{"post_id": str(n), "post_status": "vacant", "from_date": date} for n, date in enumerate(dates)]
    write_table(Path(small.inbox) / str(LOCAL) / "posts.csv", list(posts[0]), posts)
    landing.land(small, LOCAL)
    staged = stage(small, LOCAL)
    values = [row["from_date"] for row in rows(staged, "local_posts")]
    assert values[:2] == [read, dt.date(2020, 3, 4)]
    assert values[3] is None and None not in values[4:]
    assert failed(staged, "DLV-021") == ([] if read else [None])
    assert set(failed(staged, "POST007-READABLE")) >= ({5} if read else {2, 5})


@pytest.mark.parametrize(("fewest", "found"), [(5, [None]), (4, [])])
def test_a_history_that_breaks_off_before_the_month_is_found_where_much_happened_until_then(
    small: Settings, fewest: int, found: list[None]
) -> None:
    plans = [
        {"cppl_cp_plan_id": f"{month}-{n}", "cppl_person_id": "P1", "cppl_cp_plan_start_date": f"2020-{month:02d}-0{n}"}
        for month in range(1, 13)
        for n in range(1, (fewest if month == 6 else 5) + 1)
    ]
    write_ssd(Path(small.inbox) / str(DELIVERY), {"ssd_cp_plans": plans})
    landing.land(small, DELIVERY)
    assert failed(stage(small, DELIVERY), "DLV-022") == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifest.json", None),
        ("manifest.json", ""),
        ("manifest.json", '{"landing_version": 1'),
        ("survey_answers.parquet", "PAR1"[:3]),
        ("finding.parquet", None),
        ("refused/survey_answers.parquet", ""),
    ],
)
def test_a_staged_version_that_was_damaged_is_staged_again(
    small: Settings, answered: Path, name: str, text: str | None
) -> None:
    (file,) = [path for path in answered.rglob("*") if path.relative_to(answered).as_posix() == name] or [
        next(path for path in answered.rglob("*.parquet") if path.parent.name == "refused")
    ]
    before = _digests(answered)
    if text is None:
        file.unlink()
    else:
        file.write_text(text, encoding="utf-8")
    again = stage(small, SURVEY)
    assert (again.outcome, again.folder) == ("staged", answered)
    assert _digests(again.folder) == before


@pytest.mark.parametrize("pointer", ["newest.json", "current.json"])
@pytest.mark.parametrize("text", [None, "", '{"folder": "v0009-gone"}', "[]"])
def test_a_broken_pointer_of_staging_is_written_anew_by_the_manifests(
    answered: Path, pointer: str, text: str | None
) -> None:
    file = answered.parent / pointer
    if text is None:
        file.unlink()
    else:
        file.write_text(text, encoding="utf-8")
    assert staged_version(answered.parent, pointer) == answered
    assert storage.read_json(file) == {"folder": answered.name}


def test_a_landed_file_that_was_changed_is_not_staged(small: Settings, answered: Path) -> None:
    (landed,) = SURVEY.landing_folder(small.landing).glob("v*/responses.csv")
    landed.write_text(landed.read_text(encoding="utf-8").replace("3", "4"), encoding="utf-8")
    assert stage(small, SURVEY).outcome == "already staged"
    (answered / "manifest.json").unlink()
    with pytest.raises(LandingDamaged, match="is not what was landed"):
        stage(small, SURVEY)

"""Corrections: what each does to the rows it names, what is said of it, and when it refuses the delivery instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines import storage
from pipelines.catalog import validation_pages
from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import BadContract
from pipelines.deliveries import Delivery
from pipelines.findings import UnusableDelivery
from pipelines.landing import landing
from pipelines.runs.steps import stage
from pipelines.settings import PROJECT, Settings
from pipelines.staging import corrections
from tests.exports import KEY, write_ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.staging.stage import StagingResult

SSD = load_sources(PROJECT / "expectations")["ssd"]
DELIVERY = Delivery.parse("E06000015/ssd/2021-02")
PEOPLE = [{"pers_person_id": "P1"}, {"pers_person_id": "P3"}]
PLANS = [
    {
        "cppl_cp_plan_id": "C1",
        "cppl_person_id": "P1",
        "cppl_cp_plan_start_date": "2020-01-05",
        "cppl_cp_plan_end_date": "2020-31-12",
    },
    {"cppl_cp_plan_id": "C2", "cppl_person_id": "P1", "cppl_cp_plan_start_date": "2012-02-03"},
    {"cppl_cp_plan_id": "C2", "cppl_person_id": "P1", "cppl_cp_plan_start_date": "2021-02-03"},
    {"cppl_cp_plan_id": "C3", "cppl_person_id": "P3", "cppl_cp_plan_start_date": "2019-06-01"},
]
REVIEWED = """
reason: {reason}
reviewed_by: Head of performance
reviewed_on: 2021-03-02
first_month: 2021-01
until: {until}
"""


class CorrectionsPlace:
    """A council with corrections of its own, and a delivery to be staged there."""

    def __init__(self, folder: Path) -> None:
        (folder / "council").mkdir()
        self.settings = Settings(
            _env_file=None,
            inbox_url=str(folder / "inbox"),
            data_dir=folder / "data",
            council_dir=folder / "council",
            pseudonym_key=KEY,
        )
        write_ssd(folder / "inbox" / str(DELIVERY), {"ssd_person": PEOPLE, "ssd_cp_plans": PLANS})
        landing.land(self.settings, DELIVERY)

    def correct(self, code: str, declared: str, until: str = "2021-06", reason: str = "It was migrated twice.") -> None:
        file = self.settings.council_dir / DELIVERY.authority_code / "corrections" / f"{code}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("source: ssd\n" + declared.strip() + REVIEWED.format(reason=reason, until=until))

    def staged(self) -> StagingResult:
        return stage(self.settings, DELIVERY)


def rows(staged: StagingResult, name: str, columns: str, condition: str = "true") -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        table = connection.read_parquet(str(staged.folder / f"{name}.parquet"), hive_partitioning=False)
        return table.filter(condition).project(columns).order("ALL").fetchall()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> CorrectionsPlace:
    return CorrectionsPlace(tmp_path_factory.mktemp("corrections"))


@pytest.fixture(scope="module")
def before(place: CorrectionsPlace) -> StagingResult:
    return place.staged()


@pytest.fixture(scope="module")
def keys(before: StagingResult) -> dict[int, Any]:
    """The pseudonyms that findings and staged tables show, by line."""
    plans = rows(before, "ssd_cp_plans", "line, cppl_cp_plan_id")
    people = rows(before, "ssd_person", "line + 100, pers_person_id")
    return dict(plans + people)


@pytest.fixture(scope="module")
def after(place: CorrectionsPlace, keys: dict[int, Any]) -> StagingResult:
    plans, dated = "table: ssd_cp_plans\nrows: 1\n", "cppl_cp_plan_start_date"
    place.correct("COR-001", f"{plans}record_keys: [{keys[3]}]\nwhere: {{{dated}: 2012-02-03}}\naction: drop")
    place.correct(
        "COR-002",
        f"{plans}record_keys: [{keys[2]}]\naction: set\ncolumn: cppl_cp_plan_end_date\nvalue: 2020-12-31",
        reason="The end was typed month first.",
    )
    place.correct("COR-003", f"{plans}where: {{{dated}: 2019-06-01}}\naction: flag", reason="To be looked at.")
    place.correct("COR-004", f"table: ssd_person\nrows: 1\nrecord_keys: [{keys[103]}]\naction: drop")
    return place.staged()


def test_without_corrections_the_checks_see_the_rows_as_they_came(before: StagingResult) -> None:
    codes = "('CPPL001A-UNREPEATED', 'CPPL004A-READABLE', 'CPPL002A-FOUND')"
    found = rows(before, "finding", "rule_code, line", f"rule_code IN {codes}")
    assert found == [("CPPL001A-UNREPEATED", 4), ("CPPL004A-READABLE", 2)]


def test_a_dropped_row_is_set_aside_and_the_other_with_its_key_is_used(after: StagingResult) -> None:
    assert rows(after, "ssd_cp_plans", "line") == [(2,), (4,), (5,)]
    assert rows(after, "refused/ssd_cp_plans", "line, reasons") == [(3, ["COR-001"])]
    assert rows(after, "finding", "line", "rule_code = 'CPPL001A-UNREPEATED'") == []


def test_a_value_that_was_set_is_used_and_is_no_longer_unreadable(after: StagingResult) -> None:
    assert rows(after, "ssd_cp_plans", "CAST(cppl_cp_plan_end_date AS VARCHAR)", "line = 2") == [("2020-12-31",)]
    assert rows(after, "finding", "line", "rule_code = 'CPPL004A-READABLE'") == []


def test_what_refers_to_a_dropped_row_refers_to_nothing(after: StagingResult) -> None:
    assert rows(after, "finding", "line", "rule_code = 'CPPL002A-FOUND'") == [(5,)]


def test_every_correction_is_a_finding_on_its_rows(after: StagingResult, keys: dict[int, Any]) -> None:
    found = rows(after, "finding", "rule_code, line, consequence, record_key", "rule_code LIKE 'COR-%'")
    assert found == [
        ("COR-001", 3, "refuse_row", keys[3]),
        ("COR-002", 2, "warn", keys[2]),
        ("COR-003", 5, "warn", keys[5]),
        ("COR-004", 3, "refuse_row", keys[103]),
    ]
    found = rows(after, "rule_result", "sentence, remedy, rows_failed", "rule_code = 'COR-002'")
    assert found == [
        (
            "Corrected here, not at the source (a value is replaced): The end was typed month first.",
            "Fix it at the source by June 2021. Reviewed by Head of performance on 2021-03-02.",
            1,
        )
    ]


def test_a_finding_of_a_correction_names_the_child_of_its_row(before: StagingResult, after: StagingResult) -> None:
    children = dict(rows(before, "ssd_cp_plans", "line, cppl_person_id"))
    found = rows(after, "finding", "line, child_id", "rule_code LIKE 'COR-%' AND table_name = 'ssd_cp_plans'")
    assert found == [(line, children[line]) for line in (2, 3, 5)]


def test_corrections_are_counted_and_rows_still_add_up(place: CorrectionsPlace, after: StagingResult) -> None:
    manifest = storage.read_json(after.folder / "manifest.json")
    counted = [(each["code"], each["action"], each["rows"]) for each in manifest["corrections"]]
    assert counted == [("COR-001", "drop", 1), ("COR-002", "set", 1), ("COR-003", "flag", 1), ("COR-004", "drop", 1)]
    assert (manifest["rows_read"], manifest["rows_refused"]) == (6, 2)
    page = validation_pages(place.settings.reports, DELIVERY, after.folder) / "index.html"
    assert "4 reviewed corrections" in page.read_text(encoding="utf-8")


def test_another_correction_is_another_staging(before: StagingResult, after: StagingResult) -> None:
    assert before.folder != after.folder


PLAN = "table: ssd_cp_plans\nwhere: {cppl_cp_plan_start_date: 2012-02-03}\naction: flag\nrows: "


@pytest.mark.parametrize(
    ("declared", "until", "refusal"),
    [
        (PLAN + "2", "2021-06", "ssd_cp_plans.csv: DLV-018 COR-009 is of 2 rows, and 1 are as it says."),
        (PLAN.replace("2012", "2013") + "1", "2021-06", "DLV-018 COR-009 is of 1 rows, and 0 are as it says."),
        (PLAN + "1", "2021-01", "DLV-019 COR-009 was to last until 2021-01; its rows are there still (1)."),
    ],
)
def test_a_correction_that_no_longer_matches_refuses_the_delivery(
    place: CorrectionsPlace, after: StagingResult, declared: str, until: str, refusal: str
) -> None:
    place.correct("COR-009", declared, until)
    try:
        staged = place.staged()
    finally:
        (place.settings.council_dir / "E06000015/corrections/COR-009.yaml").unlink()
    assert staged.refusal is not None and refusal in staged.refusal
    assert storage.read_json(staged.folder.parent / "current.json")["folder"] != staged.folder.name


def corrections_in(folder: Path) -> tuple[corrections.Correction, ...]:
    return corrections.load_corrections(folder, PROJECT / "expectations", DELIVERY, SSD)


def applied(declared: str, first: str, until: str, folder: Path, source_name: str = "ssd") -> list[str]:
    """The codes of the corrections applied to one plan that starts on 3 February 2012."""
    file = folder / DELIVERY.authority_code / "corrections" / "COR-001.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f"source: {source_name}\n" + declared + REVIEWED.format(reason="x", until=until).replace("2021-01", first, 1),
        encoding="utf-8",
    )
    known = corrections_in(folder)
    with duckdb.connect() as connection:
        connection.execute((Settings(_env_file=None).sql / "staging" / "corrections.sql").read_text(encoding="utf-8"))
        connection.execute(
            """
            CREATE SCHEMA checked;
            CREATE TABLE checked.ssd_cp_plans AS
            SELECT 2 AS line, uuid() AS cppl_cp_plan_id, DATE '2012-02-03' AS cppl_cp_plan_start_date
            """
        )
        contracts = {"ssd_cp_plans": SSD.tables["ssd_cp_plans"]}
        return [each.code for each in corrections.apply(connection, known, DELIVERY, contracts)]


@pytest.mark.parametrize(
    ("declared", "first", "until", "expected"),
    [
        (PLAN + "1", "2021-02", "2021-02", ["COR-001"]),
        (PLAN + "1", "2021-03", "2021-06", []),
        (PLAN.replace("2012", "2013") + "1", "2020-01", "2021-01", []),
        (
            PLAN.replace("cp_plans", "cp_visits").replace("cppl_cp_plan_start_date", "cppv_cp_visit_date") + "1",
            *["2021-02"] * 2,
            [],
        ),
    ],
    ids=["in_its_months", "not_yet", "over_and_mended", "table_not_delivered"],
)
def test_a_correction_has_its_months(
    declared: str, first: str, until: str, expected: list[str], tmp_path: Path
) -> None:
    assert applied(declared, first, until, tmp_path) == expected


def test_a_correction_past_its_months_whose_rows_are_there_is_not_applied_silently(tmp_path: Path) -> None:
    with pytest.raises(UnusableDelivery, match="COR-001 was to last until 2021-01"):
        applied(PLAN + "1", "2020-01", "2021-01", tmp_path)


@pytest.mark.parametrize(
    ("declared", "problem"),
    [
        ("table: ssd_cp_plans\nrows: 1\naction: drop", "names no rows"),
        ("table: ssd_cp_plan\nrows: 1\naction: drop\nwhere: {a: 1}", "ssd has no 'ssd_cp_plan'"),
        ("table: ssd_cp_plans\nrows: 1\naction: drop\nwhere: {a: 1}", "ssd has no 'ssd_cp_plans.a'"),
        (PLAN + "0", "rows"),
        (PLAN.replace("flag", "fix") + "1", "action"),
        (PLAN + "1\ncolumn: cppl_cp_plan_end_date", "flag takes no column"),
        (PLAN.replace("flag", "set") + "1", "set takes a column"),
        (PLAN.replace("flag", "set") + "1\ncolumn: cppl_person_id\nvalue: P1", "is part of the row's key"),
        (PLAN.replace("flag", "set") + "1\ncolumn: cppl_cp_plan_end_date\nvalue: soon", "cannot hold the value"),
        (PLAN.replace("2012-02-03", "soon") + "1", "cannot hold the value"),
        ("table: ssd_person\nrows: 1\naction: flag\nwhere: {pers_dob: 2010-01-01}", "pers_dob is personal data"),
        ("table: ssd_person\nrows: 1\naction: flag\nwhere: {pers_person_id: P1}", "badly formed"),
        (
            "table: ssd_person\nrows: 1\naction: flag\nwhere: {pers_forename: Made}",
            "ssd has no 'ssd_person.pers_forename'",
        ),
        ("table: ssd_person\nrows: 1\naction: flag\nrecord_keys: [P1]", "record_keys"),
    ],
)
def test_a_correction_that_says_it_wrong_is_named_and_no_value_is_quoted(
    declared: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(BadContract, match=problem) as bad:
        applied(declared, "2021-01", "2021-06", tmp_path)
    assert "COR-001" in str(bad.value)
    assert "P1" not in str(bad.value)


@pytest.mark.parametrize(("first", "until"), [("2021-13", "2021-06"), ("2021-01", "soon"), ("2021-03", "2021-02")])
def test_the_months_of_a_correction_are_months(first: str, until: str, tmp_path: Path) -> None:
    with pytest.raises(BadContract, match=r"COR-001: .*is not a month|COR-001: ends before it begins"):
        applied(PLAN + "1", first, until, tmp_path)


def test_a_correction_of_a_source_that_there_is_not_is_no_correction(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match=r"COR-001\.yaml: there is no source survei"):
        applied(PLAN + "1", "2021-01", "2021-06", tmp_path, source_name="survei")


@pytest.mark.parametrize("name", ["plans.yaml", "COR-001.yml"])
def test_a_correction_is_called_by_its_code(name: str, tmp_path: Path) -> None:
    file = tmp_path / DELIVERY.authority_code / "corrections" / name
    file.parent.mkdir(parents=True)
    file.write_text(PLAN, encoding="utf-8")
    with pytest.raises(BadContract, match=rf"{name}: a correction is called by its code, such as COR-001\.yaml"):
        corrections_in(tmp_path)


def test_the_guides_example_is_one(tmp_path: Path) -> None:
    guide = (Settings(_env_file=None).project_dir / "docs/data_engineers.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(source: .*?)```", guide, re.DOTALL)
    file = tmp_path / DELIVERY.authority_code / "corrections" / "COR-001.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(example, encoding="utf-8")
    (correction,) = corrections_in(tmp_path)
    assert (correction.action, correction.rows, correction.table) == ("drop", 1, "ssd_cp_plans")

"""Every planted fault stands where it is said to stand, and is of its kind."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from recount import as_date, decoded, records

from pipelines.contracts.loading import load_sources
from pipelines.contracts.structural_checks import all_checks
from pipelines.findings import DELIVERY_RULES
from pipelines.sample.files.faults import FAULTS, SSD_FAULTS, SURVEY_FAULTS, FaultKind, PlantedFault
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pipelines.findings import Rule
    from pipelines.sample import SampleWritten


def planted(written: SampleWritten, file: str, kind: str, column: str | None = None) -> PlantedFault:
    (found,) = (
        fault
        for fault in written.faults
        if (fault.fault.file, fault.fault.kind) == (file, kind) and column in (None, fault.fault.column)
    )
    return found


def records_at(inbox: Path, fault: PlantedFault) -> list[dict[str, str]]:
    """The records that start on the fault's lines, read from those lines on."""
    text = decoded((inbox / fault.file).read_bytes())
    lines = text.splitlines(keepends=True)
    header = [heading.strip() for heading in next(csv.reader([lines[0]]))]
    found = []
    for line in fault.lines:
        fields = next(csv.reader(io.StringIO("".join(lines[line - 1 : line + 3]), newline="")))
        found.append(dict(zip(header, fields, strict=False)) | {"fields": str(len(fields))})
    return found


IS_OF_ITS_KIND: dict[tuple[str, str], Callable[[dict[str, str]], bool]] = {
    ("ssd_person.csv", "unreadable date"): lambda row: as_date(row["pers_dob"]) is None and row["pers_dob"] != "",
    ("ssd_person.csv", "code not in the list"): lambda row: row["pers_ethnicity"] == "WHITE",
    ("ssd_person.csv", "missing key"): lambda row: row["pers_person_id"] == "",
    ("ssd_cin_visits.csv", "orphan person"): lambda row: row["cinv_person_id"] == "C999999",
    ("ssd_involvements.csv", "orphan worker"): lambda row: row["invo_professional_id"] == "W9999",
    ("ssd_cin_plans.csv", "end before start"): lambda row: (
        row["cinp_cin_plan_end_date"] < row["cinp_cin_plan_start_date"]
    ),
    ("ssd_cin_assessments.csv", "end before start"): lambda row: (
        row["cina_assessment_auth_date"] < row["cina_assessment_start_date"]
    ),
    ("ssd_s47_enquiry.csv", "unreadable date"): lambda row: as_date(row["s47e_s47_start_date"]) is None,
    ("ssd_s47_enquiry.csv", "broken JSON"): lambda row: not row["s47e_s47_outcome_json"].endswith("}"),
    ("ssd_cin_visits.csv", "date outside any calendar"): lambda row: row["cinv_cin_visit_date"] < "1995",
    ("ssd_cin_visits.csv", "flag that is neither Y nor N"): lambda row: row["cinv_cin_visit_bedroom"] == "Maybe",
    ("ssd_professionals.csv", "number in words"): lambda row: row["prof_full_time_equivalency"] == "n/a",
    ("ssd_cin_episodes.csv", "too many fields"): lambda row: row["fields"] == "14",
    ("ssd_cin_visits.csv", "too few fields"): lambda row: row["fields"] == "2",
    ("responses.csv", "missing key"): lambda row: row["respondent_id"] == "" and row["q01"] != "",
    ("responses.csv", "answer off the scale"): lambda row: {"Often", "6"} & set(row.values()) != set(),
    ("responses.csv", "blank return"): lambda row: (
        row["fields"] == "61" and not any(text for key, text in row.items() if key.startswith("q"))
    ),
    ("ssd_cin_episodes.csv", "line break and quotes in free text"): lambda row: (
        '"worried"\n' in row["cine_referral_source_desc"]
    ),
    ("ssd_cin_visits.csv", "blank lines"): lambda row: row["fields"] == "0",
    ("ssd_professionals.csv", "Windows-1252"): lambda row: "Zoë –" in row["prof_professional_name"],
}


@pytest.mark.parametrize(("file", "kind"), IS_OF_ITS_KIND)
def test_faults_stand_on_their_lines(written: SampleWritten, inbox: Path, file: str, kind: str) -> None:
    fault = planted(written, file, kind)
    rows = records_at(inbox, fault)
    assert len(rows) == fault.fault.rows > 0
    assert all(IS_OF_ITS_KIND[file, kind](row) for row in rows)


def test_a_conference_stands_before_its_enquiry(written: SampleWritten, inbox: Path) -> None:
    fault = planted(written, "ssd_initial_cp_conference.csv", "conference before its enquiry")
    (row,) = records_at(inbox, fault)
    enquiries = records((inbox / fault.file).with_name("ssd_s47_enquiry.csv"))
    (started,) = (
        enquiry["s47e_s47_start_date"]
        for enquiry in enquiries
        if enquiry["s47e_s47_enquiry_id"] == row["icpc_s47_enquiry_id"]
    )
    assert row["icpc_icpc_date"] < started


@pytest.mark.parametrize(
    ("file", "kind", "key", "identical"),
    [
        ("ssd_cin_visits.csv", "repeated key, identical record", "cinv_cin_visit_id", True),
        ("ssd_cin_plans.csv", "repeated key, conflicting record", "cinp_cin_plan_id", False),
        ("responses.csv", "repeated key, identical record", "respondent_id", True),
    ],
)
def test_repeated_keys_come_after_the_first(
    written: SampleWritten, inbox: Path, file: str, kind: str, key: str, identical: bool
) -> None:
    fault = planted(written, file, kind)
    every = records(inbox / fault.file)
    for repeated in records_at(inbox, fault):
        same = [row for row in every if row[key] == repeated[key]]
        assert len(same) == 2
        assert (same[0] == same[1]) is identical
        assert same[1] == {name: text for name, text in repeated.items() if name != "fields"}


def test_whole_files_are_odd_as_said(written: SampleWritten, inbox: Path) -> None:
    february = inbox / "X99000001/ssd/2021-02"
    assert (february / "ssd_department.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (february / "ssd_department.csv").read_text(encoding="utf-8").splitlines()[0].endswith(",dept_cost_centre")
    assert b"\r\n" in (february / "ssd_professionals.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        (february / "ssd_professionals.csv").read_text(encoding="utf-8")
    assert (february / "ssd_disability.csv").read_text(encoding="utf-8").startswith(" disa_person_id ,")
    assert (february / "ssd_family.csv").exists()
    assert not (inbox / "X99000001/ssd/2021-01/ssd_family.csv").exists()
    responses = (inbox / "X99000001/survey/2021-02/responses.csv").read_text(encoding="utf-8")
    assert responses.splitlines()[0].endswith(",q59,comments")


def test_every_fault_is_documented_and_planted(written: SampleWritten) -> None:
    assert [fault.fault for fault in written.faults if fault.fault in SSD_FAULTS]
    assert sorted(map(title, FAULTS)) == sorted(title(fault.fault) for fault in written.faults)
    assert len({title(fault) for fault in FAULTS}) == len(FAULTS) == len(SSD_FAULTS) + len(SURVEY_FAULTS)
    for fault in written.faults:
        assert len(fault.lines) == fault.fault.rows
        assert fault.fault.sentence.endswith(".")


def test_every_fault_names_the_rule_that_finds_it() -> None:
    codes = {rule.code for rule in _all_rules()} | {"SURV002-READABLE"}
    assert {fault.rule for fault in FAULTS if not fault.legal} <= codes


def _all_rules() -> Iterator[Rule]:
    yield from DELIVERY_RULES.values()
    for source in load_sources(PROJECT / "expectations").values():
        for contract in source.tables.values():
            yield from (check.rule for check in all_checks(contract))


def title(fault: FaultKind) -> tuple[str, str, str]:
    return fault.file, fault.column or "", fault.kind


def test_january_has_no_faults(written: SampleWritten) -> None:
    assert not [fault for fault in written.faults if "2021-01" in fault.file]

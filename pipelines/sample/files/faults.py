"""Planted faults: what real exports get wrong, put where no figure of the report moves.

Victims lie years before the report's window or are extra records. ``FAULTS`` documents every one of them; ``legal``
ones look odd and have to be read without complaint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.sample.files.spoiling import (
    SpoiltFile,
    anyone,
    blank_lines,
    blank_return,
    byte_order_mark,
    extra,
    from_windows,
    nameless_return,
    off_the_scale,
    overwrite,
    quiet,
    repeat,
    shifted,
    stray_blanks_in_header,
    too_short,
    unknown_column,
    unquoted_comma,
    whole_file,
)
from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pipelines.sample.files.spoiling import SpoiltRecord

UNKNOWN_FILE = "fami_table_id,fami_person_id\nF1,C000001\n"


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault, where it is, in how many records (0: the file as a whole), and what it is, in a sentence.

    ``rule`` is the code of a rule that finds it; None for what is legal.
    """

    table: str
    column: str | None
    kind: str
    rows: int
    sentence: str
    rule: str | None
    plant: Callable[[random.Random, SpoiltFile, int], list[SpoiltRecord]] = field(repr=False, compare=False)

    @property
    def legal(self) -> bool:
        """It looks odd and has to be read without complaint."""
        return self.rule is None

    @property
    def file(self) -> str:
        """The name of the table's file."""
        return f"{self.table.removeprefix('survey_')}.csv"


@dataclass(frozen=True)
class PlantedFault:
    """A fault in a file (its path in the inbox), and the lines on which its records start."""

    fault: FaultKind
    file: str
    lines: tuple[int, ...]


def plant_faults(
    folder: Path, delivery: str, faults: Iterable[FaultKind], seed: int
) -> Iterator[tuple[PlantedFault, int]]:
    """Spoil the files of a delivery; with each planted fault comes the number of rows that its file then has."""
    by_file: dict[str, list[FaultKind]] = {}
    for fault in faults:
        by_file.setdefault(fault.file, []).append(fault)
    for name, wanted in by_file.items():
        path = folder / name
        if not path.exists():
            path.write_text(UNKNOWN_FILE, encoding="utf-8")
        table = SpoiltFile(path)
        planted = [fault.plant(stream(seed, "fault", name, fault.kind), table, fault.rows) for fault in wanted]
        lines = table.write()
        for fault, records in zip(wanted, planted, strict=True):
            where = tuple(sorted(lines[record] for record in records))
            yield PlantedFault(fault, f"{delivery}/{name}", where), table.rows


FAULTS: tuple[FaultKind, ...] = (
    FaultKind(
        "ssd_person",
        "pers_dob",
        "unreadable date",
        3,
        "A date of birth that is no date: 31/02/2009, 2011-13-45, not known.",
        "PERS005A-READABLE",
        extra(anyone, lambda _, number: {"pers_dob": ("31/02/2009", "2011-13-45", "not known")[number % 3]}),
    ),
    FaultKind(
        "ssd_person",
        "pers_ethnicity",
        "code not in the list",
        2,
        "An ethnicity that the specification does not list (WHITE).",
        "PERS004A-READABLE",
        extra(anyone, lambda *_: {"pers_ethnicity": "WHITE"}),
    ),
    FaultKind(
        "ssd_person",
        "pers_person_id",
        "missing key",
        1,
        "A person without an id.",
        "PERS001A-PRESENT",
        extra(anyone, lambda *_: {"pers_person_id": ""}),
    ),
    FaultKind(
        "ssd_cin_visits",
        "cinv_cin_visit_id",
        "repeated key, identical record",
        2,
        "A visit given twice, letter for letter.",
        "CINV001A-UNREPEATED",
        repeat(quiet("cinv_cin_visit_date"), lambda _: {}),
    ),
    FaultKind(
        "ssd_cin_plans",
        "cinp_cin_plan_id",
        "repeated key, conflicting record",
        2,
        "A plan given again under the same id with another end date.",
        "CINP001A-UNREPEATED",
        repeat(
            quiet("cinp_cin_plan_end_date"),
            lambda values: {"cinp_cin_plan_end_date": shifted(values["cinp_cin_plan_end_date"], 9)},
        ),
    ),
    FaultKind(
        "ssd_cin_visits",
        "cinv_person_id",
        "orphan person",
        2,
        "A visit to a child whom ssd_person does not hold.",
        "CINV007A-FOUND",
        extra(quiet("cinv_cin_visit_date"), lambda *_: {"cinv_person_id": "C999999"}),
    ),
    FaultKind(
        "ssd_involvements",
        "invo_professional_id",
        "orphan worker",
        2,
        "An involvement of a worker whom ssd_professionals does not hold.",
        "INVO006A-FOUND",
        extra(quiet("invo_involvement_end_date"), lambda *_: {"invo_professional_id": "W9999"}),
    ),
    FaultKind(
        "ssd_cin_plans",
        "cinp_cin_plan_end_date",
        "end before start",
        1,
        "A child in need plan that ends a month before it starts.",
        "4011",
        extra(
            quiet("cinp_cin_plan_end_date"),
            lambda values, _: {"cinp_cin_plan_end_date": shifted(values["cinp_cin_plan_start_date"], -30)},
        ),
    ),
    FaultKind(
        "ssd_cin_assessments",
        "cina_assessment_auth_date",
        "end before start",
        1,
        "An assessment authorised before it began.",
        "8608",
        extra(
            quiet("cina_assessment_auth_date"),
            lambda values, _: {"cina_assessment_start_date": shifted(values["cina_assessment_auth_date"], 6)},
        ),
    ),
    FaultKind(
        "ssd_initial_cp_conference",
        "icpc_icpc_date",
        "conference before its enquiry",
        1,
        "A conference dated weeks before the section 47 enquiry that led to it.",
        "8615",
        extra(
            quiet("icpc_icpc_date", icpc_icpc_transfer_in="N"),
            lambda values, _: {
                "icpc_cp_plan_id": "",
                "icpc_icpc_outcome_cp_flag": "N",
                "icpc_icpc_date": shifted(values["icpc_icpc_target_date"], -60),
            },
        ),
    ),
    FaultKind(
        "ssd_s47_enquiry",
        "s47e_s47_start_date",
        "unreadable date",
        1,
        "An enquiry whose start is 00/00/0000.",
        "S47E004A-READABLE",
        extra(quiet("s47e_s47_end_date"), lambda *_: {"s47e_s47_start_date": "00/00/0000"}),
    ),
    FaultKind(
        "ssd_s47_enquiry",
        "s47e_s47_outcome_json",
        "broken JSON",
        2,
        "An outcome cut off in the middle of its JSON.",
        "S47E007A-NFA_FLAG-READABLE",
        extra(quiet("s47e_s47_end_date"), lambda *_: {"s47e_s47_outcome_json": '{"NFA_FLAG":"Y","LEGAL_AC'}),
    ),
    FaultKind(
        "ssd_cin_visits",
        "cinv_cin_visit_date",
        "date outside any calendar",
        1,
        "A visit in 1918 where 2018 was meant.",
        "CINV003A-IN-CALENDAR",
        extra(quiet("cinv_cin_visit_date"), lambda *_: {"cinv_cin_visit_date": "1918-03-05"}),
    ),
    FaultKind(
        "ssd_cin_visits",
        "cinv_cin_visit_bedroom",
        "flag that is neither Y nor N",
        3,
        "Whether the bedroom was seen: Maybe.",
        "CINV006A-READABLE",
        overwrite("cinv_cin_visit_bedroom", ("Maybe",), quiet("cinv_cin_visit_date")),
    ),
    FaultKind(
        "ssd_professionals",
        "prof_full_time_equivalency",
        "number in words",
        2,
        "The full-time equivalence of workers who have left: n/a.",
        "PROF011A-READABLE",
        overwrite("prof_full_time_equivalency", ("n/a",), lambda values: not values["prof_full_time_equivalency"]),
    ),
    FaultKind(
        "ssd_cin_episodes",
        "cine_referral_source_desc",
        "too many fields",
        1,
        "A referral whose free text holds commas and is not in quotes.",
        "DLV-015",
        unquoted_comma,
    ),
    FaultKind(
        "ssd_cin_visits",
        None,
        "too few fields",
        1,
        "A visit cut off after its second field.",
        "DLV-015",
        too_short,
    ),
    FaultKind(
        "ssd_department",
        "dept_cost_centre",
        "unknown column",
        0,
        "A column that the specification does not have.",
        "DLV-013",
        whole_file(unknown_column("dept_cost_centre", ("41007", "41008"))),
    ),
    FaultKind(
        "ssd_family",
        None,
        "unknown file",
        0,
        "A table of the SSD that this project does not take.",
        "DLV-011",
        whole_file(lambda _: None),
    ),
    FaultKind(
        "survey_responses",
        "respondent_id",
        "repeated key, identical record",
        1,
        "A respondent's answers given twice.",
        "SURV001-UNREPEATED",
        repeat(anyone, lambda _: {}),
    ),
    FaultKind(
        "survey_responses",
        None,
        "answer off the scale",
        2,
        "An answer that is no point of the scale: Often, 6.",
        "SURV002-READABLE",
        off_the_scale,
    ),
    FaultKind(
        "survey_responses",
        "respondent_id",
        "missing key",
        1,
        "Answers without a respondent.",
        "SURV001-PRESENT",
        nameless_return,
    ),
    FaultKind(
        "survey_responses",
        "comments",
        "unknown column",
        0,
        "A column of comments, which is no question: free text that must not be read.",
        "DLV-013",
        whole_file(unknown_column("comments", ("", "", "Made-up comment by a sample worker", ""))),
    ),
    FaultKind("survey_responses", None, "blank return", 1, "A respondent who answered nothing.", None, blank_return),
    FaultKind(
        "ssd_cin_episodes",
        "cine_referral_source_desc",
        "line break and quotes in free text",
        2,
        "Free text with a line break and quotation marks, in quotes as CSV asks.",
        None,
        overwrite(
            "cine_referral_source_desc",
            ('Said she was "worried"\nand would ring again, twice',),
            quiet("cine_referral_date"),
        ),
    ),
    FaultKind("ssd_cin_visits", None, "blank lines", 3, "Lines with nothing on them.", None, blank_lines),
    FaultKind(
        "ssd_disability",
        None,
        "stray blanks in the header",
        0,
        "Column headings with blanks around them.",
        None,
        whole_file(stray_blanks_in_header),
    ),
    FaultKind(
        "ssd_department",
        None,
        "byte order mark",
        0,
        "A file in UTF-8 that begins with a byte order mark.",
        None,
        whole_file(byte_order_mark),
    ),
    FaultKind(
        "ssd_professionals",
        "prof_professional_name",
        "Windows-1252",
        2,
        "A file in Windows-1252 with Windows line ends and letters that UTF-8 writes differently.",
        None,
        from_windows,
    ),
)
"""Every planted fault: those of the last SSD delivery, then the survey's; the legal ones last.

Besides these, whole tables are dated in other ways: ssd_legal_status as dd/mm/yyyy, ssd_cla_placement as timestamps,
and now and then a row of ssd_cin_visits and ssd_cla_reviews.
"""

EXPECTED = {
    "8670Q": "Assessments are overdue, as the figures have it.",
    "8675Q": "Section 47 enquiries are long without a conference, as the figures have it.",
}
"""What rules find in the records of the council where nothing is planted: true of it, and no fault of its files."""

SSD_FAULTS = tuple(fault for fault in FAULTS if fault.table.startswith("ssd_"))
SURVEY_FAULTS = tuple(fault for fault in FAULTS if fault.table.startswith("survey_"))

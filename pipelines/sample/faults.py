"""Planted faults: what real exports get wrong, put where no figure of the report moves.

Victims lie years before the report's window or are extra records. ``FAULTS`` documents every one of them; ``legal``
ones look odd and have to be read without complaint.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.sample.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

QUIET_YEAR = "2018"
"""Victims that stay in the figures of their own month are taken from this year."""


@dataclass(eq=False, slots=True)
class Record:
    """One record by column; ``text`` is how it stands in the file where that is not how CSV would have it."""

    values: dict[str, str]
    text: str | None = None


class Table:
    """One written CSV file, opened again to be spoilt."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            self.headings = next(lines)
            self.records = [Record(dict(zip(self.headings, fields, strict=True))) for fields in lines]
        self._path = path
        self.header_text = _csv_text(self.headings)
        self.encoding = "utf-8"
        self.line_end = "\n"
        self._spoilt: set[Record] = set()

    @property
    def key(self) -> str:
        """The SSD's ids come first but for ssd_disability, which is not asked."""
        return self.headings[0]

    def some(self, rng: random.Random, number: int, where: Callable[[dict[str, str]], bool]) -> list[Record]:
        """So many records, in file order, of which ``where`` holds and which nothing else was done to or taken from."""
        fit = [
            place
            for place, record in enumerate(self.records)
            if record.text is None and record not in self._spoilt and where(record.values)
        ]
        chosen = [self.records[place] for place in sorted(rng.sample(fit, min(number, len(fit))))]
        self._spoilt.update(chosen)
        return chosen

    def add(self, rng: random.Random, records: Iterable[Record]) -> list[Record]:
        """Put extra records somewhere between the others."""
        added = list(records)
        for record in added:
            self.records.insert(rng.randrange(len(self.records)), record)
        self._spoilt.update(added)
        return added

    def append(self, records: Iterable[Record]) -> list[Record]:
        """Put extra records at the end, so that they come after any with the same key."""
        added = list(records)
        self.records += added
        self._spoilt.update(added)
        return added

    def write(self) -> dict[Record, int]:
        """Write the file; returns the line on which each record starts (the header is line 1)."""
        lines: dict[Record, int] = {}
        texts = [self.header_text]
        line = 1 + self.header_text.count("\n")
        for record in self.records:
            text = record.text if record.text is not None else _csv_text(record.values.values())
            lines[record] = line
            line += text.count("\n")
            texts.append(text)
        self._path.write_bytes("".join(texts).replace("\n", self.line_end).encode(self.encoding))
        return lines

    @property
    def rows(self) -> int:
        """Records in the file, blank lines not among them."""
        return sum(record.text is None or bool(record.text.strip()) for record in self.records)


def _csv_text(fields: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue()


@dataclass(frozen=True)
class Fault:
    """A kind of fault, where it is, in how many records (0: the file as a whole), and what it is, in a sentence."""

    file: str
    column: str | None
    kind: str
    rows: int
    sentence: str
    plant: Callable[[random.Random, Table, int], list[Record]] = field(repr=False, compare=False)
    legal: bool = False


@dataclass(frozen=True)
class PlantedFault:
    """A fault in a file (its path in the inbox), and the lines on which its records start."""

    fault: Fault
    file: str
    lines: tuple[int, ...]


def plant_faults(folder: Path, delivery: str, faults: Iterable[Fault], seed: int) -> Iterator[tuple[PlantedFault, int]]:
    """Spoil the files of a delivery; with each planted fault comes the number of rows that its file then has."""
    by_file: dict[str, list[Fault]] = {}
    for fault in faults:
        by_file.setdefault(fault.file, []).append(fault)
    for name, wanted in by_file.items():
        path = folder / name
        if not path.exists():
            path.write_text(UNKNOWN_FILE, encoding="utf-8")
        table = Table(path)
        planted = [fault.plant(stream(seed, "fault", name, fault.kind), table, fault.rows) for fault in wanted]
        lines = table.write()
        for fault, records in zip(wanted, planted, strict=True):
            where = tuple(sorted(lines[record] for record in records))
            yield PlantedFault(fault, f"{delivery}/{name}", where), table.rows


UNKNOWN_FILE = "cont_contact_id,cont_person_id,cont_contact_date\nCO1,C000001,2018-03-05\n"


def _anyone(values: dict[str, str]) -> bool:
    return bool(values)


def _quiet(column: str, **others: str) -> Callable[[dict[str, str]], bool]:
    """Records dated in the quiet year whose other columns hold what is given."""
    return lambda values: QUIET_YEAR in values[column] and all(values[name] == text for name, text in others.items())


def _whole_file(change: Callable[[Table], None]) -> Callable[[random.Random, Table, int], list[Record]]:
    def plant(rng: random.Random, table: Table, rows: int) -> list[Record]:  # noqa: ARG001
        change(table)
        return []

    return plant


def _overwrite(
    column: str, texts: tuple[str, ...], where: Callable[[dict[str, str]], bool]
) -> Callable[[random.Random, Table, int], list[Record]]:
    """Existing records get another text in the column."""

    def plant(rng: random.Random, table: Table, rows: int) -> list[Record]:
        victims = table.some(rng, rows, where)
        for number, victim in enumerate(victims):
            victim.values[column] = texts[number % len(texts)]
        return victims

    return plant


def _extra(
    where: Callable[[dict[str, str]], bool], change: Callable[[dict[str, str], int], dict[str, str]]
) -> Callable[[random.Random, Table, int], list[Record]]:
    """Extra records: copies with a key of their own (X...) and what ``change`` gives."""

    def plant(rng: random.Random, table: Table, rows: int) -> list[Record]:
        models = table.some(rng, rows, where)
        copies = [
            model.values | {table.key: f"X{number:06d}-{_initials(table)}"} | change(model.values, number)
            for number, model in enumerate(models, start=rng.randrange(1000, 900_000))
        ]
        return table.add(rng, [Record(copy) for copy in copies])

    return plant


def _initials(table: Table) -> str:
    """The prefix of the table's columns, in capitals: part of the extra records' keys."""
    return table.key.split("_", 1)[0].upper()


def _repeat(
    where: Callable[[dict[str, str]], bool], change: Callable[[dict[str, str]], dict[str, str]]
) -> Callable[[random.Random, Table, int], list[Record]]:
    """Records given again at the end of the file under the same key, changed or not."""

    def plant(rng: random.Random, table: Table, rows: int) -> list[Record]:
        models = table.some(rng, rows, where)
        return table.append([Record(model.values | change(model.values)) for model in models])

    return plant


def _shifted(text: str, days: int) -> str:
    return (dt.date.fromisoformat(text[:10]) + dt.timedelta(days)).isoformat()


def _unquoted_comma(rng: random.Random, table: Table, rows: int) -> list[Record]:
    mark = "FREE-TEXT"
    models = table.some(rng, rows, _quiet("cine_referral_date"))
    records = []
    for number, model in enumerate(models):
        values = model.values | {table.key: f"X{number:06d}-COMMA", "cine_referral_source_desc": mark}
        text = _csv_text(values.values()).replace(mark, "Neighbour, who rang twice, and again")
        records.append(Record(values, text))
    return table.add(rng, records)


def _too_short(rng: random.Random, table: Table, rows: int) -> list[Record]:
    return table.add(rng, [Record({}, f"X{number:06d}-SHORT,C000001\n") for number in range(rows)])


def _blank_lines(rng: random.Random, table: Table, rows: int) -> list[Record]:
    return table.add(rng, [Record({}, "\n") for _ in range(rows)])


def _stray_blanks_in_header(table: Table) -> None:
    table.header_text = _csv_text(f" {heading} " for heading in table.headings)


def _unknown_column(name: str, texts: tuple[str, ...]) -> Callable[[Table], None]:
    def change(table: Table) -> None:
        table.headings.append(name)
        table.header_text = _csv_text(table.headings)
        for number, record in enumerate(table.records):
            if record.text is None:
                record.values[name] = texts[number % len(texts)]

    return change


def _byte_order_mark(table: Table) -> None:
    table.encoding = "utf-8-sig"


def _from_windows(rng: random.Random, table: Table, rows: int) -> list[Record]:
    table.encoding, table.line_end = "windows-1252", "\r\n"
    victims = table.some(rng, rows, lambda values: values["prof_professional_name"].startswith("Sample Worker"))
    for victim in victims:
        victim.values["prof_professional_name"] += " (Zoë – made up)"
    return victims


def _blank_return(rng: random.Random, table: Table, rows: int) -> list[Record]:
    blank = [
        Record(dict.fromkeys(table.headings, "") | {"respondent_id": f"SWHC-9{number:02d}"}) for number in range(rows)
    ]
    return table.add(rng, blank)


def _nameless_return(rng: random.Random, table: Table, rows: int) -> list[Record]:
    models = table.some(rng, rows, lambda values: bool(values["respondent_id"]))
    return table.add(rng, [Record(model.values | {"respondent_id": ""}) for model in models])


def _off_the_scale(rng: random.Random, table: Table, rows: int) -> list[Record]:
    """Only a cell that holds no answer is spoilt, so that the question's mean stays."""
    asked = [heading for heading in table.headings if heading.startswith("q")]
    victims = table.some(rng, rows, lambda values: any(values[question] == "" for question in asked))
    for number, victim in enumerate(victims):
        question = rng.choice([question for question in asked if victim.values[question] == ""])
        victim.values[question] = ("Often", "6")[number % 2]
    return victims


FAULTS: tuple[Fault, ...] = (
    Fault(
        "ssd_person.csv",
        "pers_dob",
        "unreadable date",
        3,
        "A date of birth that is no date: 31/02/2009, 2011-13-45, not known.",
        _extra(_anyone, lambda _, number: {"pers_dob": ("31/02/2009", "2011-13-45", "not known")[number % 3]}),
    ),
    Fault(
        "ssd_person.csv",
        "pers_ethnicity",
        "code not in the list",
        2,
        "An ethnicity that the specification does not list (WHITE).",
        _extra(_anyone, lambda *_: {"pers_ethnicity": "WHITE"}),
    ),
    Fault(
        "ssd_person.csv",
        "pers_person_id",
        "missing key",
        1,
        "A person without an id.",
        _extra(_anyone, lambda *_: {"pers_person_id": ""}),
    ),
    Fault(
        "ssd_cin_visits.csv",
        "cinv_cin_visit_id",
        "repeated key, identical record",
        2,
        "A visit given twice, letter for letter.",
        _repeat(_quiet("cinv_cin_visit_date"), lambda _: {}),
    ),
    Fault(
        "ssd_cin_plans.csv",
        "cinp_cin_plan_id",
        "repeated key, conflicting record",
        2,
        "A plan given again under the same id with another end date.",
        _repeat(
            _quiet("cinp_cin_plan_end_date"),
            lambda values: {"cinp_cin_plan_end_date": _shifted(values["cinp_cin_plan_end_date"], 9)},
        ),
    ),
    Fault(
        "ssd_cin_visits.csv",
        "cinv_person_id",
        "orphan person",
        2,
        "A visit to a child whom ssd_person does not hold.",
        _extra(_quiet("cinv_cin_visit_date"), lambda *_: {"cinv_person_id": "C999999"}),
    ),
    Fault(
        "ssd_involvements.csv",
        "invo_professional_id",
        "orphan worker",
        2,
        "An involvement of a worker whom ssd_professionals does not hold.",
        _extra(_quiet("invo_involvement_end_date"), lambda *_: {"invo_professional_id": "W9999"}),
    ),
    Fault(
        "ssd_cin_plans.csv",
        "cinp_cin_plan_end_date",
        "end before start",
        1,
        "A child in need plan that ends a month before it starts.",
        _extra(
            _quiet("cinp_cin_plan_end_date"),
            lambda values, _: {"cinp_cin_plan_end_date": _shifted(values["cinp_cin_plan_start_date"], -30)},
        ),
    ),
    Fault(
        "ssd_cin_assessments.csv",
        "cina_assessment_auth_date",
        "end before start",
        1,
        "An assessment authorised before it began.",
        _extra(
            _quiet("cina_assessment_auth_date"),
            lambda values, _: {"cina_assessment_start_date": _shifted(values["cina_assessment_auth_date"], 6)},
        ),
    ),
    Fault(
        "ssd_initial_cp_conference.csv",
        "icpc_icpc_date",
        "conference before its enquiry",
        1,
        "A conference dated weeks before the section 47 enquiry that led to it.",
        _extra(
            _quiet("icpc_icpc_date", icpc_icpc_transfer_in="N"),
            lambda values, _: {
                "icpc_cp_plan_id": "",
                "icpc_icpc_outcome_cp_flag": "N",
                "icpc_icpc_date": _shifted(values["icpc_icpc_target_date"], -60),
            },
        ),
    ),
    Fault(
        "ssd_s47_enquiry.csv",
        "s47e_s47_start_date",
        "unreadable date",
        1,
        "An enquiry whose start is 00/00/0000.",
        _extra(_quiet("s47e_s47_end_date"), lambda *_: {"s47e_s47_start_date": "00/00/0000"}),
    ),
    Fault(
        "ssd_s47_enquiry.csv",
        "s47e_s47_outcome_json",
        "broken JSON",
        2,
        "An outcome cut off in the middle of its JSON.",
        _extra(_quiet("s47e_s47_end_date"), lambda *_: {"s47e_s47_outcome_json": '{"NFA_FLAG":"Y","LEGAL_AC'}),
    ),
    Fault(
        "ssd_cin_visits.csv",
        "cinv_cin_visit_date",
        "date outside any calendar",
        1,
        "A visit in 1918 where 2018 was meant.",
        _extra(_quiet("cinv_cin_visit_date"), lambda *_: {"cinv_cin_visit_date": "1918-03-05"}),
    ),
    Fault(
        "ssd_cin_visits.csv",
        "cinv_cin_visit_bedroom",
        "flag that is neither Y nor N",
        3,
        "Whether the bedroom was seen: Maybe.",
        _overwrite("cinv_cin_visit_bedroom", ("Maybe",), _quiet("cinv_cin_visit_date")),
    ),
    Fault(
        "ssd_professionals.csv",
        "prof_full_time_equivalency",
        "number in words",
        2,
        "The full-time equivalence of workers who have left: n/a.",
        _overwrite("prof_full_time_equivalency", ("n/a",), lambda values: not values["prof_full_time_equivalency"]),
    ),
    Fault(
        "ssd_cin_episodes.csv",
        "cine_referral_source_desc",
        "too many fields",
        1,
        "A referral whose free text holds commas and is not in quotes.",
        _unquoted_comma,
    ),
    Fault(
        "ssd_cin_visits.csv",
        None,
        "too few fields",
        1,
        "A visit cut off after its second field.",
        _too_short,
    ),
    Fault(
        "ssd_department.csv",
        "dept_cost_centre",
        "unknown column",
        0,
        "A column that the specification does not have.",
        _whole_file(_unknown_column("dept_cost_centre", ("41007", "41008"))),
    ),
    Fault(
        "ssd_contacts.csv",
        None,
        "unknown file",
        0,
        "A table of the SSD that this project does not take.",
        _whole_file(lambda _: None),
    ),
    Fault(
        "responses.csv",
        "respondent_id",
        "repeated key, identical record",
        1,
        "A respondent's answers given twice.",
        _repeat(_anyone, lambda _: {}),
    ),
    Fault(
        "responses.csv",
        None,
        "answer off the scale",
        2,
        "An answer that is no point of the scale: Often, 6.",
        _off_the_scale,
    ),
    Fault("responses.csv", "respondent_id", "missing key", 1, "Answers without a respondent.", _nameless_return),
    Fault(
        "responses.csv",
        "comments",
        "unknown column",
        0,
        "A column of comments, which is no question: free text that must not be read.",
        _whole_file(_unknown_column("comments", ("", "", "Made-up comment by a sample worker", ""))),
    ),
    Fault("responses.csv", None, "blank return", 1, "A respondent who answered nothing.", _blank_return, legal=True),
    Fault(
        "ssd_cin_episodes.csv",
        "cine_referral_source_desc",
        "line break and quotes in free text",
        2,
        "Free text with a line break and quotation marks, in quotes as CSV asks.",
        _overwrite(
            "cine_referral_source_desc",
            ('Said she was "worried"\nand would ring again, twice',),
            _quiet("cine_referral_date"),
        ),
        legal=True,
    ),
    Fault("ssd_cin_visits.csv", None, "blank lines", 3, "Lines with nothing on them.", _blank_lines, legal=True),
    Fault(
        "ssd_disability.csv",
        None,
        "stray blanks in the header",
        0,
        "Column headings with blanks around them.",
        _whole_file(_stray_blanks_in_header),
        legal=True,
    ),
    Fault(
        "ssd_department.csv",
        None,
        "byte order mark",
        0,
        "A file in UTF-8 that begins with a byte order mark.",
        _whole_file(_byte_order_mark),
        legal=True,
    ),
    Fault(
        "ssd_professionals.csv",
        "prof_professional_name",
        "Windows-1252",
        2,
        "A file in Windows-1252 with Windows line ends and letters that UTF-8 writes differently.",
        _from_windows,
        legal=True,
    ),
)
"""Every planted fault: those of the last SSD delivery, then the survey's; the legal ones last.

Besides these, whole tables are dated in other ways: ssd_legal_status as dd/mm/yyyy, ssd_cla_placement as timestamps,
and now and then a row of ssd_cin_visits and ssd_cla_reviews.
"""

SURVEY_FILES = ("responses.csv", "questions.csv", "invited.csv", "comparators.csv")
SSD_FAULTS = tuple(fault for fault in FAULTS if fault.file not in SURVEY_FILES)
SURVEY_FAULTS = tuple(fault for fault in FAULTS if fault.file in SURVEY_FILES)

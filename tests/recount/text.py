"""An authority's files read as text, for a recount of what was really delivered.

The first row with a key is kept; none without its key or its person, and none with too many or too few fields. What
cannot be read is blank, and named in ``unread``. Codes are taken as they stand.
"""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import suppress
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.recount.records import Tables

# Each file's key and whose record it is, as far as a row needs them.
SSD = {
    "ssd_person": ("pers_person_id",),
    "ssd_involvements": ("invo_involvements_id", "invo_person_id"),
    "ssd_professionals": ("prof_professional_id",),
    "ssd_cin_episodes": ("cine_referral_id", "cine_person_id"),
    "ssd_cin_assessments": ("cina_assessment_id", "cina_person_id"),
    "ssd_cin_plans": ("cinp_cin_plan_id", "cinp_person_id"),
    "ssd_cin_visits": ("cinv_cin_visit_id", "cinv_person_id"),
    "ssd_s47_enquiry": ("s47e_s47_enquiry_id", "s47e_person_id"),
    "ssd_initial_cp_conference": ("icpc_icpc_id", "icpc_person_id"),
    "ssd_cp_plans": ("cppl_cp_plan_id", "cppl_person_id"),
    "ssd_cp_reviews": ("cppr_cp_review_id", "cppr_person_id"),
    "ssd_cp_visits": ("cppv_cp_visit_id", "cppv_person_id"),
    "ssd_cla_episodes": ("clae_cla_episode_id", "clae_person_id"),
    "ssd_cla_placement": ("clap_cla_placement_id",),
    "ssd_cla_reviews": ("clar_cla_review_id",),
    "ssd_cla_visits": ("clav_cla_visit_id", "clav_person_id"),
    "ssd_cla_care_plan": ("lacp_table_id", "lacp_person_id"),
    "ssd_legal_status": ("lega_legal_status_id", "lega_person_id"),
    "ssd_contacts": ("cont_contact_id", "cont_person_id"),
    "ssd_early_help_episodes": ("earl_episode_id", "earl_person_id"),
    "ssd_cla_health": ("clah_health_check_id", "clah_person_id"),
    "ssd_cla_immunisations": ("clai_person_id",),
    "ssd_sdq_scores": ("csdq_table_id", "csdq_person_id"),
    "ssd_cla_convictions": ("clac_cla_conviction_id", "clac_person_id"),
    "ssd_cla_substance_misuse": ("clas_substance_misuse_id", "clas_person_id"),
    "ssd_missing": ("miss_table_id", "miss_person_id"),
    "ssd_care_leavers": ("clea_table_id", "clea_person_id"),
    "ssd_permanence": ("perm_table_id", "perm_person_id"),
    "ssd_pre_proceedings": ("prep_table_id", "prep_person_id"),
}
LOCAL = {
    "caseload_bounds": (),
    "cin_reviews": ("review_id", "person_id"),
    "posts": (),
    "serious_incident_reviews": ("review_id",),
    "serious_incidents": ("notification_id",),
    "visit_intervals": (),
    "visit_modes": (),
}
FLAGS = re.compile(
    r"\w*(_seen|_seen_alone|_ola|_quorate|_cancelled|_transfer_in|_nfa|_cp_flag|_carer_flag|_immunisations_status)|left_the_authority|withdrawn|delay_agreed"
)
NUMBERS = re.compile(r"\w*_(equivalency|equivalent|days|bound)")
WHOLE_NUMBERS = ("csdq_sdq_score", "interval_length", "invited")
UNREAD = "unread"
WORDS = {"strongly disagree": 1, "disagree": 2, "neither agree nor disagree": 3, "agree": 4, "strongly agree": 5}


def read_council(ssd: Path, local: Path, survey: Path) -> Tables:
    tables: dict[str, list[Any]] = {name: list(_typed(ssd / f"{name}.csv", needed)) for name, needed in SSD.items()}
    tables |= {f"local_{name}": list(_typed(local / f"{name}.csv", needed)) for name, needed in LOCAL.items()}
    tables["survey_invited"] = list(_typed(survey / "invited.csv", ("invited",)))
    tables["survey_questions"] = list(usable_rows(survey / "questions.csv", ("question_id",)))
    questions = [row["question_id"] for row in tables["survey_questions"]]
    tables["survey_responses"] = [
        {"respondent_id": row["respondent_id"], "answers": _answers(row, questions)}
        for row in usable_rows(survey / "responses.csv", ("respondent_id",))
    ]
    return tables


def usable_rows(file: Path, needed: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Those that hold what is needed, of which the first is the key."""
    seen = set()
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    records = csv.reader(io.StringIO(text, newline=""))
    headings = [heading.strip() for heading in next(records)]
    for record in records:
        row = {heading: value.strip() for heading, value in zip(headings, record, strict=False)}
        if len(record) == len(headings) and all(row[column] for column in needed):
            if needed and row[needed[0]] in seen:
                continue
            seen.add(row[needed[0]] if needed else None)
            yield row


def day(text: str) -> date | None:
    """Year, month, day or the other way round; a time of day says nothing more."""
    for pattern in (r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", r"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})"):
        if found := re.fullmatch(pattern, re.sub(r"[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$", "", text)):
            with suppress(ValueError):
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
    return None


def point(text: str) -> int | None:
    """An answer on the scale, as a number or in words."""
    return int(text) if re.fullmatch("[1-5]", text) else WORDS.get(text.lower())


def _answers(row: Mapping[str, str], questions: list[str]) -> dict[str, int]:
    return {question: answer for question in questions if (answer := point(row[question])) is not None}


def _typed(file: Path, needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for row in usable_rows(file, needed):
        values: dict[str, Any] = {}
        given = set()
        for column, text in row.items():
            if column.endswith("_json"):
                flags = {f"{column}__{name.lower()}": flag for name, flag in _read_json(text).items()}
                values |= {name: _flag(flag) for name, flag in flags.items()}
                given |= {name for name, flag in flags.items() if flag != ""} if flags or not text else {column}
            elif text:
                values[column] = _value(column, text)
                given.add(column)
        yield values | {UNREAD: {column for column in given if values.get(column) is None}}


def _value(column: str, text: str) -> Any:
    if column.endswith(("_date", "_dob")):
        return day(text)
    if column.endswith(("_team", "team_code")):
        is_code = re.fullmatch(r"[A-Za-z0-9_/-]*[0-9][A-Za-z0-9_/-]*", text) and len(text) <= 20
        return text if is_code else None
    if FLAGS.fullmatch(column):
        return _flag(text)
    if column == "clap_cla_placement_distance":
        return Fraction(text)
    if column in WHOLE_NUMBERS:
        return int(text)
    if NUMBERS.fullmatch(column):
        return text if re.fullmatch(r"\d*\.?\d+", text) else None
    return text


def _flag(text: str) -> bool | None:
    return {"y": True, "yes": True, "1": True, "true": True, "n": False, "no": False, "0": False, "false": False}.get(
        str(text).lower()
    )


def _read_json(text: str) -> dict[str, str]:
    with suppress(json.JSONDecodeError):
        values = json.loads(text)
        return values if isinstance(values, dict) else {}
    return {}

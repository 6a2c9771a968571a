"""A plain delivery of the Standard Safeguarding Dataset, written again in the form of a case management system.

The headings and the kinds of value are those that the public extract scripts for these systems write.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import TYPE_CHECKING

from tests.exports import write_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Table = list[dict[str, str]]
    Tables = dict[str, Table]

MOSAIC_HEADINGS = {
    "cinp_cin_plan_id": "cin_plan_id",
    "lacp_table_id": "lacp_cla_care_plan_id",
    "pers_common_child_id": "pers_single_unique_id",
}
MOSAIC_HAS_NO = (
    "cinv_person_id",
    "clap_person_id",
    "cppr_person_id",
    "cppr_cp_review_meeting_id",
    "cppv_person_id",
    "invo_person_id",
    "prof_professional_name",
)
CATEGORIES = {"NEG": "Neglect", "EMO": "Emotional Abuse", "PHY": "Physical Abuse", "SAB": "Sexual Abuse"}
ORDERS = {
    "C1": "Interim care order",
    "C2": "Full care order",
    "E1": "Placement order granted",
    "V2": "Single period of accommodation under Section 20",
}
NO_SUCH_ROLE = "AW07"
EVERY = 10
"""Of how many records one lacks what the system does not always have: a referral, the id of a review, an address."""
ADDRESSES = 40
PLACEMENT_TYPES_OF_ECLIPSE = "A3, A4, A5, A6, H5, K2, P1, P2, R1, R2, R5, S1, U1, U3, U4, U6, Z1"
ORDERS_OF_ECLIPSE = {**ORDERS, "V4": "Short term breaks, agreements recorded"}
NOT_IN_ECLIPSE = {
    "ssd_person": ("pers_send_flag",),
    "ssd_cin_episodes": ("cine_referral_team",),
    "ssd_cin_visits": ("cinv_cin_visit_bedroom",),
    "ssd_cp_plans": ("cppl_cp_plan_ola",),
    "ssd_cp_visits": ("cppv_cp_visit_bedroom",),
    "ssd_professionals": (
        "prof_agency_worker_flag",
        "prof_professional_job_title",
        "prof_professional_caseload",
        "prof_professional_department",
        "prof_full_time_equivalency",
    ),
}
LINKS = ("table_id", "person_id", "identifier_type", "identifier_value", "valid_from_date", "valid_to_date")
NOT_DRAFTED = "PLACEHOLDER_DATA"


def write_in_form(plain: Path, folder: Path, change: Callable[[Tables], Tables]) -> None:
    """Write all tables of the plain delivery in another form, and the signal that they are complete."""
    tables: Tables = {}
    for file in sorted(plain.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            tables[file.name.removesuffix(".csv")] = list(csv.DictReader(lines))
    for name, rows in change(tables).items():
        if rows:
            write_table(folder / f"{name}.csv", list(rows[0]), rows)
    (folder / "_READY").touch()


def as_plain(tables: Tables) -> Tables:
    return tables


def as_mosaic(tables: Tables) -> Tables:
    """Persons that a plan, a referral or a period of care has, no ids of visits, and staff under another id."""
    plans = {row["cinp_person_id"]: row["cinp_cin_plan_id"] for row in tables["ssd_cin_plans"]}
    for row in tables["ssd_cin_visits"]:
        row["cinv_cin_plan_id"] = plans[row["cinv_person_id"]]
    for row in tables["ssd_cp_visits"]:
        row["cppv_cp_visit_id"] = ""
    for row in tables["ssd_professionals"]:
        row |= {"prof_staff_id": row["prof_professional_id"], "prof_professional_id": ""}
    return {name: [_of_mosaic(row) for row in rows] for name, rows in tables.items()}


def _of_mosaic(row: dict[str, str]) -> dict[str, str]:
    return {MOSAIC_HEADINGS.get(name, name): value for name, value in row.items() if name not in MOSAIC_HAS_NO}


def as_liquidlogic(tables: Tables) -> Tables:
    """Descriptions for codes, codes of the system for roles, times of day, NULL for nothing and -1 for no referral."""
    for number, row in enumerate(tables["ssd_cin_assessments"]):
        row["cina_referral_id"] = row["cina_referral_id"] if number % EVERY else "-1"
    for row in tables["ssd_cp_plans"]:
        row["cppl_cp_plan_initial_category"] = CATEGORIES.get(row["cppl_cp_plan_initial_category"], "NULL")
    for row in tables["ssd_legal_status"]:
        row["lega_legal_status"] = f"{row['lega_legal_status']} - {ORDERS.get(row['lega_legal_status'], 'Other')}"
    for row in tables["ssd_involvements"]:
        row["invo_professional_role_id"] = NO_SUCH_ROLE
    somebody = tables["ssd_person"][0]["pers_person_id"]
    for row in tables["ssd_cla_reviews"]:
        row["clar_cla_person_id"] = somebody
    for row in tables["ssd_person"]:
        row["pers_upn"] = "SSD_PH"
    return {
        name: [{heading: _of_liquidlogic(value) for heading, value in row.items()} for row in rows]
        for name, rows in tables.items()
    }


def _of_liquidlogic(value: str) -> str:
    if value[4:5] == value[7:8] == "-" and value[:4].isdigit():
        return f"{value[:10]} 00:00:00.000"
    return value or "NULL"


def as_eclipse(tables: Tables) -> Tables:
    """What is completed, in the ids of forms and addresses, without what the script leaves null in every row."""
    by_eclipse = as_eclipse_completed(tables)
    for name, headings in NOT_IN_ECLIPSE.items():
        for row in by_eclipse[name]:
            row |= dict.fromkeys(headings, "")
    return by_eclipse


def as_eclipse_completed(tables: Tables) -> Tables:
    """The form of Eclipse, with the columns filled in that its script leaves null."""
    _name_referrals_as_eclipse(tables)
    _name_conferences_as_eclipse(tables)
    _place_as_eclipse(tables)
    _leave_out_what_is_open(tables)
    for row in tables["ssd_person"]:
        row |= {"pers_dob": row["pers_dob"] or row["pers_expected_dob"], "pers_upn": ""}
    for row in tables["ssd_cp_plans"]:
        row["cppl_cp_plan_initial_category"] = CATEGORIES.get(row["cppl_cp_plan_initial_category"], "")
    for row in tables["ssd_involvements"]:
        row["invo_professional_role_id"] = NO_SUCH_ROLE
    for rows, heading in (
        (tables["ssd_cp_reviews"], "cppr_cp_review_id"),
        (tables["ssd_cla_reviews"], "clar_cla_review_id"),
    ):
        for row in rows[::EVERY]:
            row[heading] = ""
    tables["ssd_professionals"] = _one_for_each_involvement(tables)
    tables["ssd_legal_status"] = _one_of_each_status(tables["ssd_legal_status"])
    tables["ssd_cla_care_plan"] = [dict.fromkeys(tables["ssd_cla_care_plan"][0], "")]
    tables["ssd_linked_identifiers"] = [{f"link_{heading}": "" for heading in LINKS}]
    return {
        name: [{_heading_of_eclipse(heading): _of_eclipse(value) for heading, value in row.items()} for row in rows]
        for name, rows in tables.items()
    }


def _heading_of_eclipse(heading: str) -> str:
    return "pers_single_unique_id" if heading == "pers_common_child_id" else heading


def _name_referrals_as_eclipse(tables: Tables) -> None:
    """Only those that led to a plan or to care, by person and form; other tables name something else."""
    led = {row["cinp_referral_id"] for row in tables["ssd_cin_plans"]}
    led |= {row["cppl_referral_id"] for row in tables["ssd_cp_plans"]}
    led |= {row["clae_referral_id"] for row in tables["ssd_cla_episodes"]}
    tables["ssd_cin_episodes"] = [row for row in tables["ssd_cin_episodes"] if row["cine_referral_id"] in led]
    for name, of in (
        ("cin_episodes", "cine"),
        ("cin_assessments", "cina"),
        ("cin_plans", "cinp"),
        ("cp_plans", "cppl"),
    ):
        for row in tables[f"ssd_{name}"]:
            referral = row[f"{of}_referral_id"]
            row[f"{of}_referral_id"] = row[f"{of}_person_id"] + referral if referral in led else ""
    for row in tables["ssd_cin_assessments"]:
        row["cina_assessment_id"] = row["cina_person_id"] + row["cina_assessment_id"]
    for name, of in (("s47_enquiry", "s47e"), ("initial_cp_conference", "icpc"), ("involvements", "invo")):
        for row in tables[f"ssd_{name}"]:
            row[f"{of}_referral_id"] = f"9{row[f'{of}_referral_id'][1:]}"


def _name_conferences_as_eclipse(tables: Tables) -> None:
    """A conference by form and person, and by the form alone in the plan; a review's plan, once the plan has ended."""
    forms = {row["icpc_icpc_id"]: row["icpc_icpc_meeting_id"] for row in tables["ssd_initial_cp_conference"]}
    for row in tables["ssd_initial_cp_conference"]:
        row["icpc_icpc_id"] = row["icpc_icpc_meeting_id"] + row["icpc_person_id"]
    ended = {row["cppl_cp_plan_id"] for row in tables["ssd_cp_plans"] if row["cppl_cp_plan_end_date"]}
    for row in tables["ssd_cp_plans"]:
        row["cppl_icpc_id"] = forms.get(row["cppl_icpc_id"], "")
    tables["ssd_cp_reviews"] = [row for row in tables["ssd_cp_reviews"] if row["cppr_cp_review_quorate"] == "Y"]
    for row in tables["ssd_cp_reviews"]:
        row["cppr_cp_plan_id"] = row["cppr_cp_plan_id"] if row["cppr_cp_plan_id"] in ended else ""


def _place_as_eclipse(tables: Tables) -> None:
    """The address in place of the placement, and no type where the script knows no code for it."""
    addresses: dict[str, str] = {}
    for number, row in enumerate(tables["ssd_cla_placement"]):
        address = f"{number % ADDRESSES}" if number % EVERY else ""
        addresses[row["clap_cla_placement_id"]] = address
        row["clap_cla_placement_id"] = address
        if row["clap_cla_placement_type"] not in PLACEMENT_TYPES_OF_ECLIPSE.split(", "):
            row["clap_cla_placement_type"] = ""
    for row in tables["ssd_cla_episodes"]:
        row |= {
            "clae_cla_placement_id": addresses.get(row["clae_cla_placement_id"], ""),
            "clae_referral_id": f"8{row['clae_referral_id'][1:]}",
        }


def _leave_out_what_is_open(tables: Tables) -> None:
    """Forms that are not completed, and visits to children in need whose plan has not ended."""
    for name, ends in (("ssd_cin_assessments", "cina_assessment_auth_date"), ("ssd_s47_enquiry", "s47e_s47_end_date")):
        tables[name] = [row for row in tables[name] if row[ends]]
    spans = [
        (row["cinp_person_id"], row["cinp_cin_plan_start_date"], row["cinp_cin_plan_end_date"])
        for row in tables["ssd_cin_plans"]
    ]
    of_child: dict[str, list[tuple[str, str]]] = {}
    for child, start, end in spans:
        of_child.setdefault(child, []).append((start, end))
    tables["ssd_cin_visits"] = [
        row
        for row in tables["ssd_cin_visits"]
        if any(start <= row["cinv_cin_visit_date"] <= end for start, end in of_child.get(row["cinv_person_id"], ()))
    ]


def _one_for_each_involvement(tables: Tables) -> Table:
    workers = {row["prof_professional_id"]: row for row in tables["ssd_professionals"]}
    involved = [row["invo_professional_id"] for row in tables["ssd_involvements"]]
    return [{**workers[worker], "prof_staff_id": worker} for worker in involved if worker in workers]


def _one_of_each_status(rows: Table) -> Table:
    """Of a child's legal statuses one a status, from the first day to the last, however often it was another."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        start, end = (_day(row[f"lega_legal_status_{which}_date"]) for which in ("start", "end"))
        key = row["lega_person_id"], row["lega_legal_status"]
        first = found.setdefault(key, {**row, "lega_legal_status_start_date": start, "lega_legal_status_end_date": end})
        last_day = first["lega_legal_status_end_date"]
        first |= {
            "lega_legal_status": ORDERS_OF_ECLIPSE[row["lega_legal_status"]],
            "lega_legal_status_start_date": min(first["lega_legal_status_start_date"], start),
            "lega_legal_status_end_date": max(last_day, end) if last_day and end else "",
        }
    return list(found.values())


def _of_eclipse(value: str) -> str:
    """A timestamp for a date, and for JSON that of PostgreSQL, in which outcomes are called so."""
    if value.startswith("{"):
        outcomes = {
            k if k.startswith(("OUTCOME", "OTHER", "TOTAL")) else f"OUTCOME_{k}": v
            for k, v in json.loads(value).items()
        }
        return json.dumps(outcomes, separators=(", ", " : "))
    day = _day(value)
    return f"{day} 00:00:00" if day != value or (len(day) == 10 and day[4] == day[7] == "-") else value


def _day(value: str) -> str:
    """A day as 2021-02-28, whichever way round the plain form has it; anything else as it is."""
    if value[2:3] == value[5:6] == "/":
        return f"{value[6:10]}-{value[3:5]}-{value[:2]}"
    return value[:10] if value[4:5] == value[7:8] == "-" and value[:4].isdigit() else value


def as_azeus(tables: Tables) -> Tables:
    """The one table that is drafted: another number in place of a pupil's, and the birthday in two columns."""
    return {"ssd_person": _persons_of_azeus(tables["ssd_person"])}


def as_azeus_beside_own_tables(tables: Tables) -> Tables:
    """The draft's table, and the others as the specification has them."""
    return {**tables, **as_azeus(tables)}


def _persons_of_azeus(rows: Table) -> Table:
    return [
        {
            "pers_person_id": row["pers_person_id"],
            "pers_sex": NOT_DRAFTED,
            "pers_gender": row["pers_gender"],
            "pers_ethnicity": row["pers_ethnicity"],
            "pers_dob": _day_of_oracle(row["pers_dob"] or row["pers_expected_dob"]),
            "pers_single_unique_id": NOT_DRAFTED,
            "pers_legacy_id": NOT_DRAFTED,
            "pers_upn_unknown": "ID1",
            "pers_send": NOT_DRAFTED,
            "pers_expected_dob": _day_of_oracle(row["pers_dob"] or row["pers_expected_dob"]),
            "pers_death_date": _day_of_oracle(row["pers_death_date"]),
            "pers_nationality": NOT_DRAFTED,
        }
        for row in rows
    ]


def _day_of_oracle(value: str) -> str:
    return f"{dt.date.fromisoformat(_day(value)):%d-%b-%Y}".upper() if value else ""

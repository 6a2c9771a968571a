"""Deliveries that hold, for every rule of a source, rows that break it and rows that do not."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb
import yaml

from pipelines.contracts.structural_checks import structural_checks
from pipelines.contracts.variants import of_year
from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import stage
from tests.exports import KEY, SOURCES, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipelines.contracts.model import Check, Column, Contract

MONTHS = {
    "cin_census": "2021-03",
    "published_statistics": "2024-11",
    "ssda903": "2021-03",
    "workforce_census": "2020-09",
}
# They look at a return as a whole: see test_whole_return.py.
OF_THE_RETURN = {"2883", "2886Q", "2887Q", "2888Q"}
CASES = PROJECT / "tests" / "rules"
# As the collection year of each delivery has them.
OF_YEAR = {
    name: of_year(source, Period.parse(MONTHS.get(name, "2021-02")).collection_year) for name, source in SOURCES.items()
}

EPISODE_IN_SSD = {
    "ssd_cla_episodes": {
        "clae_person_id": "child",
        "clae_cla_episode_start_date": "decom",
        "clae_cla_episode_start_reason": "rne",
        "clae_cla_primary_need_code": "cin",
        "clae_cla_episode_ceased_date": "dec",
        "clae_cla_episode_ceased_reason": "rec",
    },
    "ssd_cla_placement": {
        "clap_cla_placement_type": "place",
        "clap_cla_placement_provider": "place_provider",
        "clap_cla_placement_end_date": "dec",
        "clap_cla_placement_change_reason": "reason_place_change",
    },
    "ssd_legal_status": {
        "lega_person_id": "child",
        "lega_legal_status": "ls",
        "lega_legal_status_start_date": "decom",
        "lega_legal_status_end_date": "dec",
    },
}

# The census's own columns, by those of the SSD. What it does not hold is not in its cases: see ``_as_census``.
CENSUS_TABLES = {
    "ssd_person": ("cin_census_children", "lachildid"),
    "ssd_cin_episodes": ("cin_census_details", "details_key"),
    "ssd_cin_assessments": ("cin_census_assessments", "assessment_key"),
    "ssd_s47_enquiry": ("cin_census_s47", "s47_key"),
    "ssd_initial_cp_conference": ("cin_census_conferences", "conference_key"),
    "ssd_cin_plans": ("cin_census_cin_plans", "cin_plan_key"),
    "ssd_cp_plans": ("cin_census_cp_plans", "cp_plan_key"),
    "ssd_cp_reviews": ("cin_census_cp_reviews", "cp_review_key"),
    "ssd_disability": ("cin_census_disabilities", "disability_key"),
}
CENSUS_COLUMNS = {
    "pers_sex": "sex",
    "pers_ethnicity": "ethnicity",
    "pers_dob": "personbirthdate",
    "pers_expected_dob": "expectedpersonbirthdate",
    "pers_death_date": "persondeathdate",
    "cine_referral_date": "cinreferraldate",
    "cine_referral_nfa": "referralnfa",
    "cine_referral_source_code": "referralsource",
    "cine_cin_primary_need_code": "primaryneedcode",
    "cine_close_date": "cinclosuredate",
    "cine_close_reason": "reasonforclosure",
    "cina_assessment_start_date": "assessmentactualstartdate",
    "cina_assessment_auth_date": "assessmentauthorisationdate",
    "s47e_s47_start_date": "s47actualstartdate",
    "icpc_s47_enquiry_id": "s47_key",
    "icpc_icpc_date": "dateofinitialcpc",
    "cinp_cin_plan_id": "cin_plan_key",
    "cinp_cin_plan_start_date": "cinplanstartdate",
    "cinp_cin_plan_end_date": "cinplanenddate",
    "cppl_cp_plan_start_date": "cppstartdate",
    "cppl_cp_plan_end_date": "cppenddate",
    "cppl_cp_plan_initial_category": "initialcategoryofabuse",
    "cppl_cp_plan_latest_category": "latestcategoryofabuse",
    "cppr_cp_plan_id": "cp_plan_key",
    "cppr_cp_review_date": "cppreviewdate",
    "disa_disability_code": "disability",
}

Row = dict[str, str]
Cases = dict[str, dict[str, list[dict[str, Any]]]]
Found = set[tuple[str, int]]


@dataclass
class Written:
    """The rows of a delivery by table, and the lines on which each rule has to fire or has to stay silent."""

    source: str
    rows: dict[str, list[Row]] = field(default_factory=dict)
    breaking: dict[str, list[int]] = field(default_factory=dict)
    sound: dict[str, list[int]] = field(default_factory=dict)

    def add(self, table: str, row: Row) -> int:
        """Add a row; returns its line."""
        rows = self.rows.setdefault(table, [])
        rows.append(row)
        return len(rows) + 1


def found(written: Written, folder: Path) -> Found:
    """Stage what was written; returns what was found: a rule and a line, once for each."""
    settings = Settings(
        _env_file=None, inbox_url=str(folder / "inbox"), data_dir=folder / "data", pseudonym_key=KEY, duckdb_threads=1
    )
    delivery = Delivery.parse(f"E06000015/{written.source}/{MONTHS.get(written.source, '2021-02')}")
    for name, contract in SOURCES[written.source].tables.items():
        rows = written.rows.get(name, [])
        headings = dict.fromkeys([*contract.headings, *(heading for row in rows for heading in row)])
        write_table(folder / "inbox" / str(delivery) / contract.file_name, list(headings), rows)
    landing.land(settings, delivery)
    staged = stage(settings, delivery)
    assert staged.refusal is None
    with duckdb.connect() as connection:
        findings = connection.read_parquet(str(staged.folder / "finding.parquet"))
        rows = findings.filter("line IS NOT NULL").project("rule_code, line").fetchall()
    assert len(rows) == len(set(rows)), "a rule fires once on a row"
    return set(rows)


def declared_cases(source: str) -> dict[str, Cases]:
    """The cases of ``<source>.yaml``: by rule, ``breaks`` and ``sound``, each with the rows of some tables."""
    file = CASES / f"{source}.yaml"
    cases = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    shared = {"ssd": _shared_cases, "cin_census": _census_cases}
    return shared[source]() | cases if source in shared else cases


def _shared_cases() -> dict[str, Cases]:
    """The cases of the return's episodes as the SSD has them, of the rules that both have."""
    rules = declared_rules("ssd")
    return {
        code: {kind: _as_ssd(tables) for kind, tables in cases.items()}
        for code, cases in declared_cases("ssda903").items()
        if code in rules
    }


def _census_cases() -> dict[str, Cases]:
    """The cases of the SSD as the census has them, of the rules that both have."""
    rules = declared_rules("cin_census")
    cases = yaml.safe_load((CASES / "ssd.yaml").read_text(encoding="utf-8"))
    return {
        code: {kind: _as_census(tables) for kind, tables in of_rule.items()}
        for code, of_rule in cases.items()
        if code in rules
    }


def _as_census(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Plans of another authority are not in it; a record of no referral or plan has one that is in no table."""
    written: dict[str, list[dict[str, Any]]] = {}
    for table, rows in tables.items():
        name, key = CENSUS_TABLES[table]
        parents = {"details_key", "cp_plan_key"}.intersection(SOURCES["cin_census"].tables[name].headings) - {key}
        written[name] = [
            dict.fromkeys(parents, f"none {number}") | {_census_column(column): value for column, value in row.items()}
            for number, row in enumerate(rows)
            if "cppl_cp_plan_ola" not in row
        ]
    return written


def _census_column(column: str) -> str:
    if column.endswith("_referral_id"):
        return "details_key"
    if column.endswith("_person_id"):
        return "lachildid"
    return CENSUS_COLUMNS.get(column, column)


def _as_ssd(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    written: dict[str, list[dict[str, Any]]] = {
        "ssd_person": [{"pers_dob": row.get("dob", "")} for row in tables.get("ssda903_header", ())]
    }
    for number, row in enumerate(tables.get("ssda903_episodes", ()), start=1):
        for table, columns in EPISODE_IN_SSD.items():
            values = {column: row[heading] for column, heading in columns.items() if heading in row}
            if table == "ssd_cla_episodes":
                values |= {"clae_cla_placement_id": number, "sound": row.get("sound", False)}
            written.setdefault(table, []).append(values)
    return written


def declared_rules(source: str) -> dict[str, str]:
    """The table of each rule that a contract of the source declares."""
    return {
        check.rule.code: name for name, contract in SOURCES[source].tables.items() for check in contract.declared_checks
    }


def write_declared(source: str) -> Written:
    """All cases in one delivery. A case's ids are its own; a row that says ``sound: true`` does not break the rule."""
    written = Written(source)
    tables = declared_rules(source)
    for code, cases in declared_cases(source).items():
        for kind, rows_of_tables in cases.items():
            for table, rows in rows_of_tables.items():
                contract = SOURCES[source].tables[table]
                for number, given in enumerate(rows, start=1):
                    given = dict(given)
                    is_sound = given.pop("sound", False) or kind == "sound"
                    line = written.add(table, _row(contract, given, f"{code}{kind}", number))
                    if table == tables[code]:
                        (written.sound if is_sound else written.breaking).setdefault(code, []).append(line)
    return written


def _row(contract: Contract, given: Mapping[str, Any], case: str, number: int) -> Row:
    row = {name: str(value) for name, value in given.items()}
    headings = {column.heading for column in contract.columns}
    assert set(row) <= headings, f"{contract.name} has no column {set(row) - headings}"
    for column in contract.columns:
        if column.pseudonym is None or column.pattern is not None:
            continue
        if column.primary_key:
            row.setdefault(column.heading, str(number))
        elif column.required and column.pseudonym == "person":
            row.setdefault(column.heading, "1")
        if row.get(column.heading):
            row[column.heading] = f"{case}-{row[column.heading]}"
    return row


def write_structural(source: str) -> Written:
    """A sound row a table and, for every rule that follows from a column, the same row with that one fault."""
    written = Written(source)
    for name, contract in OF_YEAR[source].tables.items():
        sound = {column.heading: value for column in _given(contract) for value in [_sound(column, 0)]}
        line = written.add(name, sound | _beside(contract))
        for number, check in enumerate(structural_checks(contract), start=1):
            written.sound[check.rule.code] = [line]
            written.breaking[check.rule.code] = [written.add(name, _spoilt(contract, check, number))]
    return written


def _given(contract: Contract) -> Iterator[Column]:
    return (column for column in contract.columns if column.kind not in {"answers", "symbol", "withheld"})


def _beside(contract: Contract) -> Row:
    """What stands in no column of its own: an answer to a question, and the flags of a JSON text."""
    if any(column.kind == "answers" for column in contract.columns):
        return {"q01": "1"}
    flags: dict[str, dict[str, str]] = {}
    for column in contract.columns:
        if column.json_key is not None:
            flags.setdefault(column.heading, {})[column.json_key] = "Y"
    return {heading: json.dumps(values) for heading, values in flags.items()}


def _spoilt(contract: Contract, check: Check, number: int) -> Row:
    row = {}
    for column in _given(contract):
        row[column.heading] = _sound(column, number if column.primary_key else 0)
    row |= _beside(contract)
    column = next(each for each in contract.columns if each.name == check.column)
    fault = check.rule.code.removeprefix(f"{column.reference}-")
    row[column.heading] = next(iter(column.code_years)) if fault == "OF-YEAR" else _fault(column, fault)
    return row


def _fault(column: Column, fault: str) -> str:
    if fault == "UNREPEATED":
        return _sound(column, 0)
    if fault == "FOUND" and column.kind == "text":
        return "T999"
    faults = {"PRESENT": "", "IN-CALENDAR": "1818-01-31", "HAPPENED": "2029-06-01", "FOUND": "nobody"}
    unreadable = {"date": "31/02/2020", "flag": "{cut off"}
    return faults.get(fault, unreadable.get(column.kind, "no such thing!"))


def _sound(column: Column, number: int) -> str:
    match column.kind:
        case "identifier":
            return "A123456789012" if column.pattern else f"record {number}"
        case "date":
            return "2020-06-01"
        case "boolean":
            return "Y"
        case "code":
            return column.codes[number % len(column.codes)]
        case "text":
            shapes = (f"T{number + 1}", f"q{number}", "2020", "2020-21", "E92000001", "E12000001", "831")
            return next(each for each in shapes if re.fullmatch(column.pattern or "", each))
        case "integer" | "number":
            return "1"
        case _:
            return "2"

"""Small exports made by hand to break the figures, from the inbox on; each figure here was counted by hand.

One authority a case, all in one inbox: nobody's figures may depend on who else delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.contracts.kpis import load_register
from pipelines.settings import PROJECT
from tests.end_to_end.publishing import build, figures, publish, rows
from tests.exports import SOURCES, write_ssd, write_table
from tests.few_kpis import environment_of_few

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exports import Rows

MONTH = "2021-02"
Tables = dict[str, "Rows"]
Expected = dict[tuple[str, str, str | None], tuple[int, int | None] | None]


def person(child: str, born: str = "2010-01-01") -> dict[str, str]:
    return {"pers_person_id": child, "pers_dob": born}


def plan(name: str, child: str, start: str, end: str = "", ola: str = "N") -> dict[str, str]:
    return {
        "cppl_cp_plan_id": name,
        "cppl_person_id": child,
        "cppl_cp_plan_start_date": start,
        "cppl_cp_plan_end_date": end,
        "cppl_cp_plan_ola": ola,
    }


def care(name: str, child: str, start: str, end: str = "") -> dict[str, str]:
    return {
        "clae_cla_episode_id": name,
        "clae_person_id": child,
        "clae_cla_episode_start_date": start,
        "clae_cla_episode_ceased_date": end,
    }


def status(name: str, child: str, code: str, start: str, end: str = "") -> dict[str, str]:
    return {
        "lega_legal_status_id": name,
        "lega_person_id": child,
        "lega_legal_status": code,
        "lega_legal_status_start_date": start,
        "lega_legal_status_end_date": end,
    }


def assessment(name: str, start: str, authorised: str, team: str = "T1", child: str = "c") -> dict[str, str]:
    return {
        "cina_assessment_id": name,
        "cina_person_id": child,
        "cina_assessment_start_date": start,
        "cina_assessment_auth_date": authorised,
        "cina_assessment_team": team,
    }


def enquiry(name: str, child: str, start: str) -> dict[str, str]:
    return {"s47e_s47_enquiry_id": name, "s47e_person_id": child, "s47e_s47_start_date": start}


def conference(name: str, child: str, held: str, enquiry_id: str, team: str = "T1", into: str = "N") -> dict[str, str]:
    return {
        "icpc_icpc_id": name,
        "icpc_person_id": child,
        "icpc_icpc_date": held,
        "icpc_s47_enquiry_id": enquiry_id,
        "icpc_icpc_team": team,
        "icpc_icpc_transfer_in": into,
    }


def involvement(name: str, child: str, team: str, start: str, end: str = "") -> dict[str, str]:
    return {
        "invo_involvements_id": name,
        "invo_person_id": child,
        "invo_professional_role_id": "Social Worker",
        "invo_professional_team": team,
        "invo_involvement_start_date": start,
        "invo_involvement_end_date": end,
    }


CASES: dict[str, tuple[Tables, Expected]] = {
    "plans": (
        {
            "ssd_cp_plans": [
                plan("p1", "overlaps itself", "2020-02-29"),
                plan("p2", "overlaps itself", "01/11/2020", "15/03/2021"),
                plan("p3", "ended on the last day", "2020-03-01", "2021-02-28T00:00:00"),
                plan("p4", "ended on the leap day", "2019-12-02", "2020-02-29"),
                plan("p5", "ended before it started", "2021-02-10", "2021-01-10"),
                plan("p6", "without a start", "", ""),
                plan("p7", "without a readable start", "31/02/2020", ""),
                plan("p8", "of another authority", "2020-02-03", ola="Y"),
                plan("p9", "  padded  ", "2021-02-28 23:59:59.9999999"),
                plan("p10", "padded", "2021-02-28"),
                plan("p9", "a key given again", "2020-01-01"),
                plan("", "no key", "2020-01-01"),
                plan("p11", "", "2020-01-01"),
                plan("p12", "from long ago", "1990-05-01", "2060-01-01"),
                plan("p13", "from after the month", "2021-03-01"),
            ]
        },
        {
            ("cpp_count", "2018-01", None): (1, None),
            ("cpp_count", "2019-12", None): (2, None),
            ("cpp_count", "2020-02", None): (2, None),
            ("cpp_count", "2020-03", None): (3, None),
            ("cpp_count", "2021-01", None): (3, None),
            ("cpp_count", "2021-02", None): (3, None),
            ("cpp_count", "2021-02", "unallocated"): (3, None),
            ("cpp_count", "2017-12", None): None,
            ("cpp_count", "2021-03", None): None,
            # There was nothing of these: nought of nothing in each month, and no child in care.
            ("assess_45wd", "2018-01", None): (0, 0),
            ("icpc_15wd", "2021-02", None): (0, 0),
            ("cla_count", "2021-02", None): (0, None),
        },
    ),
    "care": (
        {
            "ssd_person": [
                person("18 on the last day", "2003-02-28"),
                person("18 on the next day", "2003-03-01"),
                person("leap", "2002-02-28"),
                person("no date of birth", ""),
                person("gap"),
                person("breaks"),
                person("breaks in the gap"),
            ],
            "ssd_cla_episodes": [
                care("e1", "18 on the last day", "2021-01-04"),
                care("e2", "18 on the next day", "2021-01-04"),
                care("e3", "leap", "2020-01-06", "2020-03-02"),
                care("e4", "no date of birth", "2021-01-04"),
                care("e5", "gap", "2021-01-04"),
                care("e6", "gap", "2021-02-01"),
                care("e7", "breaks", "2021-01-04"),
                care("e8", "breaks in the gap", "2021-01-04", "2021-02-28"),
                care("e9", "breaks in the gap", "2021-02-28"),
                care("e10", "not in the table of persons", "2021-01-04"),
                care("e11", "ceased before it began", "2021-02-20", "2021-02-10"),
            ],
            "ssd_legal_status": [
                status("l1", "gap", "C1", "2021-01-04", "2021-02-20"),
                status("l2", "gap", "C2", "2021-03-02"),
                status("l3", "breaks", "V3", "2021-01-04"),
                status("l4", "breaks in the gap", "V4", "2021-01-04", "2021-02-28"),
                status("l5", "no date of birth", "nonsense", "2021-01-04"),
            ],
        },
        {
            # Born on 28 February 2002: 18 on the day before the leap day of 2020.
            ("cla_count", "2020-01", None): (1, None),
            ("cla_count", "2020-02", None): (0, None),
            # Not the child whose legal status cannot be read: it may be a short break.
            ("cla_count", "2021-01", None): (4, None),
            ("cla_count", "2021-02", None): (4, None),
            ("cpp_count", "2021-02", None): (0, None),
        },
    ),
    "assessments": (
        {
            "ssd_cin_assessments": [
                assessment("a1", "2021-01-04", "2021-02-28"),
                assessment("a2", "24/12/2020", "02/03/2021"),
                # From Christmas Eve over three bank holidays: 45 working days, 45 on the leap day, a Saturday, and 46.
                assessment("a3", "2019-12-24", "2020-02-28"),
                assessment("a4", "2019-12-24", "2020-02-29"),
                assessment("a5", "2019-12-24", "2020-03-02"),
                assessment("a6", "2021-02-28", "2021-02-27"),
                assessment("a7", "", "2021-02-26"),
                assessment("a8", "1994-12-31", "2021-02-26"),
                assessment("a9", "1995-01-01", "2021-02-26"),
                assessment("a10", "2017-11-01", "2017-12-29"),
                assessment("a11", "2021-02-01", "2021-02-26", team="", child="handed over"),
                assessment("a12", "2021-02-01", "2021-02-28", team="Jane's team", child="handed over"),
                assessment("a13", "2021-02-01", "2021-02-28", team="", child="nobody's"),
                assessment("a14", "2021-02-01", "2021-02-26", team="T77"),
                assessment("a1", "2021-02-01", "2021-02-26"),
            ],
            "ssd_involvements": [
                involvement("i1", "handed over", "T2", "2020-01-06", "2021-02-28"),
                involvement("i2", "handed over", "T3", "2021-02-28"),
            ],
            "ssd_department": [{"dept_team_id": team} for team in ("T1", "T2", "T3")],
        },
        {
            ("assess_45wd", "2020-02", None): (2, 2),
            ("assess_45wd", "2020-03", None): (0, 1),
            ("assess_45wd", "2021-02", None): (5, 6),
            ("assess_45wd", "2021-02", "T1"): (1, 2),
            ("assess_45wd", "2021-02", "T2"): (1, 1),
            ("assess_45wd", "2021-02", "T3"): (1, 1),
            ("assess_45wd", "2021-02", "T77"): (1, 1),
            ("assess_45wd", "2021-02", "unallocated"): (1, 1),
            ("assess_45wd", "2017-12", None): None,
            ("assess_45wd", "2021-03", None): None,
        },
    ),
    "conferences": (
        {
            "ssd_s47_enquiry": [
                enquiry("s1", "twins' sister", "2021-01-04"),
                enquiry("s2", "twins' sister", "2021-02-01"),
                enquiry("s3", "twins' brother", "2021-01-25"),
                enquiry("s4", "moved here", "2021-02-01"),
                enquiry("s5", "early", "2021-02-15"),
                enquiry("s3", "a key given again", "2020-01-06"),
            ],
            "ssd_initial_cp_conference": [
                # One conference of a child, recorded with each of two enquiries: the first of them began the clock.
                conference("k1", "twins' sister", "2021-02-15", "s2"),
                conference("k2", "twins' sister", "15/02/2021", "s1", team="T2"),
                # 15 working days, and its own enquiry's start even though that key comes again.
                conference("k3", "twins' brother", "2021-02-15", "s3"),
                conference("k4", "moved here", "2021-02-10", "s4", into="Y"),
                conference("k5", "early", "2021-02-12", "s5"),
                conference("k6", "early", "2021-02-28", "s5", team=""),
                conference("k7", "none of it", "2021-02-12", "unheard of"),
            ],
        },
        {
            ("icpc_15wd", "2021-02", None): (2, 3),
            ("icpc_15wd", "2021-02", "T1"): (1, 1),
            ("icpc_15wd", "2021-02", "T2"): (0, 1),
            ("icpc_15wd", "2021-02", "unallocated"): (1, 1),
            ("icpc_15wd", "2021-01", None): (0, 0),
        },
    ),
    "tables without a row": (
        {},
        {
            (kpi, month, None): (0, None if kpi.endswith("count") else 0)
            for kpi in ("assess_45wd", "icpc_15wd", "cla_count", "cpp_count")
            for month in ("2018-01", "2021-02")
        },
    ),
}
LEFT_OUT_FILES = {"legal_status": "cla_count", "cp_plans": "cpp_count", "s47_enquiry": "icpc_15wd"}
LEFT_OUT_COLUMNS = {
    "cp_plans.cppl_cp_plan_start_date": "cpp_count",
    "cp_plans.cppl_cp_plan_end_date": "cpp_count",
    "person.pers_dob": "cla_count",
    "cla_episodes.clae_cla_episode_ceased_date": "cla_count",
    "legal_status.lega_legal_status": "cla_count",
    "cin_assessments.cina_assessment_auth_date": "assess_45wd",
    "initial_cp_conference.icpc_s47_enquiry_id": "icpc_15wd",
    "cp_visits.cppv_cp_visit_seen": "cp_visit_in_line_with_plan",
    "cp_visits.cppv_cp_visit_seen_alone": "cp_visit_seen_alone",
    "cin_assessments.cina_referral_id": "assess_45wd_from_referral",
}
NAMES = (*CASES, *LEFT_OUT_FILES, *LEFT_OUT_COLUMNS, "delivered again")


def authority(name: str) -> str:
    return f"E{NAMES.index(name) + 1:08d}"


def folder_of(root: Path, name: str, month: str = MONTH) -> Path:
    return root / "inbox" / authority(name) / "ssd" / month


def deliver_without_a_column(folder: Path, table: str, column: str) -> None:
    contract = SOURCES["ssd"].tables[f"ssd_{table}"]
    headings = [heading for heading in contract.headings if heading != column]
    write_table(write_ssd(folder, {}) / contract.file_name, headings, ())


def plans(number: int) -> Tables:
    return {"ssd_cp_plans": [plan(f"p{each}", f"c{each}", "2020-01-06") for each in range(number)]}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hard")
    for name, (tables, _) in CASES.items():
        write_ssd(folder_of(root, name), tables)
    for table in LEFT_OUT_FILES:
        (write_ssd(folder_of(root, table), {}) / f"ssd_{table}.csv").unlink()
    for name in LEFT_OUT_COLUMNS:
        table, _, column = name.partition(".")
        deliver_without_a_column(folder_of(root, name), table, column)
    return root


@pytest.fixture(scope="module")
def snapshot(root: Path) -> Path:
    """What the month would publish: to draw the pages of nineteen councils takes longer than all else."""
    return build(root)


@pytest.mark.parametrize("name", CASES)
def test_figures_counted_by_hand(snapshot: Path, name: str) -> None:
    found = figures(snapshot, authority(name))
    expected = CASES[name][1]
    assert {key: found.get(key) for key in expected} == expected
    with_teams = {key[:2] for key in expected if key[2] is not None}
    assert {key for key in found if key[:2] in with_teams} == {key for key in expected if key[:2] in with_teams}


@pytest.mark.parametrize(("left_out", "kpi"), [*LEFT_OUT_FILES.items(), *LEFT_OUT_COLUMNS.items()])
def test_what_cannot_be_counted_is_absent_and_never_zero(snapshot: Path, left_out: str, kpi: str) -> None:
    """A count of nought because a date was not extracted, or of all because no end was, is the worst of figures."""
    absent = without(f"ssd_{left_out}")
    assert kpi in absent
    assert kpis_of(snapshot, left_out) == kpis_of(snapshot, "plans") - absent
    found = rows(snapshot, f"SELECT kpi_id FROM kpi_absence WHERE authority_code = '{authority(left_out)}'")
    assert {kpi_id for (kpi_id,) in found} >= absent


def kpis_of(snapshot: Path, name: str) -> set[str]:
    return {kpi_id for kpi_id, _, _ in figures(snapshot, authority(name))}


def without(missing: str) -> set[str]:
    """The KPIs that an export cannot give without this table or column; a critical column takes its table along."""
    table, _, column = missing.partition(".")
    tables = SOURCES["ssd"].tables
    if column and column in tables[table].critical_headings:
        missing = table
    columns = {f"{name}.{heading}" for name, contract in tables.items() for heading in contract.headings}
    delivered = {name for name in (*tables, *columns) if missing not in {name, name.partition(".")[0]}}
    absent = set()
    for kpi in load_register(PROJECT / "sql/kpis"):
        whole: dict[int, dict[int, bool]] = {}
        for needed in kpi.requirements:
            alternatives = whole.setdefault(needed.requirement, {})
            is_there = needed.table_name in delivered
            alternatives[needed.alternative] = alternatives.get(needed.alternative, True) and is_there
        if not all(any(alternatives.values()) for alternatives in whole.values()):
            absent.add(kpi.kpi_id)
    return absent


def test_an_export_alone_publishes_without_a_survey(snapshot: Path) -> None:
    computed = {kpi for (kpi,) in rows(snapshot, "SELECT DISTINCT kpi_id FROM kpi_month")}
    assert computed == kpis_of(snapshot, "plans")
    assert computed > {"assess_45wd", "icpc_15wd", "cla_count", "cpp_count"}
    assert not computed & without("nothing")
    assert rows(snapshot, "SELECT * FROM survey_score") == []


def test_a_month_delivered_again_and_an_older_one_delivered_late(tmp_path: Path) -> None:
    write_ssd(folder_of(tmp_path, "plans"), CASES["plans"][0])
    write_ssd(folder_of(tmp_path, "delivered again"), plans(1))
    few = environment_of_few()
    first = publish(tmp_path, project=few).resolve()
    before = figures(first, authority("delivered again"))
    write_ssd(folder_of(tmp_path, "delivered again"), plans(2))
    write_ssd(folder_of(tmp_path, "delivered again", "2021-01"), plans(5))
    again = publish(tmp_path, project=few)
    after = figures(again, authority("delivered again"))
    for month in ("2021-01", "2021-02"):
        assert before["cpp_count", month, None] == (1, None)
        assert after["cpp_count", month, None] == (2, None)
    assert figures(first, authority("delivered again")) == before
    assert figures(again, authority("plans")) == figures(first, authority("plans"))

    january = figures(publish(tmp_path, "2021-01", few), authority("delivered again"))
    assert january["cpp_count", "2021-01", None] == (5, None)
    assert max(month for _, month, _ in january) == "2021-01"
    assert figures(tmp_path / "data/snapshots/2021-02/latest/snapshot.duckdb", authority("delivered again")) == after

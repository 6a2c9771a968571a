"""One subject, two sources: the same made-up records from the Standard Safeguarding Dataset and from the census."""

from __future__ import annotations

import csv
import datetime as dt
import random
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.contracts.kpis import load_register
from pipelines.periods import Period
from pipelines.settings import PROJECT
from tests.warehouse_input import built, figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

    from tests.staged_input import Rows

SSD, CENSUS, BOTH = "E06000015", "E09000001", "E09000002"
MONTH = "2021-02"
OF_THE_CENSUS = [str(Period.parse("2020-04").plus(number)) for number in range(11)]
KPIS = (
    "assess_45wd",
    "assess_open_overdue",
    "icpc_15wd",
    "icpc_transfer_in_15wd",
    "cpp_count",
    "cpp_rate_10k",
    "assess_45wd_due_basis",
    "cp_review_in_time",
)
MONTHS_NEEDED_BEFORE = {"assess_45wd_due_basis": 3, "cp_review_in_time": 6}
"""So many months of a census are not covered, since what was before it decides."""
BEGINNING = dt.date(2020, 1, 1)
FIRST_DAY, LAST_DAY = dt.date(2020, 4, 1), dt.date(2021, 2, 28)


def a_day(dice: random.Random, after: dt.date, longest: int) -> dt.date:
    return after + dt.timedelta(days=dice.randrange(longest))


def world() -> dict[str, Rows]:
    """Records of 120 children, as neither source has them: dates alone, of the year and of the months before it."""
    dice = random.Random(11)
    kinds = ("child", "referral", "assessment", "enquiry", "conference", "plan", "review")
    made: dict[str, Rows] = {kind: [] for kind in kinds}
    for number in range(120):
        child = f"child {number}"
        born = a_day(dice, dt.date(2001, 6, 1), 7000)
        started = a_day(dice, BEGINNING, 400)
        made["child"].append(
            {"id": child, "born": born, "died": a_day(dice, started, 90) if number % 20 == 0 else None}
        )
        made["referral"].append({"id": child, "child": child, "referred": started - dt.timedelta(days=number % 9)})
        authorised = a_day(dice, started, 90) if dice.random() < 0.8 else None
        made["assessment"].append({"id": child, "child": child, "started": started, "authorised": authorised})
        made["enquiry"].append({"id": child, "child": child, "started": started})
        if dice.random() < 0.7:
            held = a_day(dice, started, 40)
            made["conference"].append({"id": child, "child": child, "enquiry": child, "held": held})
            ended = a_day(dice, held, 200) if dice.random() < 0.5 else None
            made["plan"].append({"id": child, "child": child, "started": held, "ended": ended})
            reviewed = held
            while (reviewed := a_day(dice, reviewed + dt.timedelta(days=70), 130)) <= (ended or LAST_DAY):
                made["review"].append({"id": f"{child} {reviewed}", "child": child, "plan": child, "held": reviewed})
    # These followed no enquiry of this authority; one held while a plan is open begins its reviews anew.
    for number in range(1, 20):
        moved_in = {"id": f"moved in {number}", "child": f"child {number}", "enquiry": None}
        made["conference"].append({**moved_in, "held": a_day(dice, dt.date(2020, 4, 2), 330)})
    return made


def in_the_census(made: Mapping[str, Rows]) -> dict[str, Rows]:
    """What the census of the year asks for: assessments that were authorised in it or are open, reviews held in it."""
    assessments = [each for each in made["assessment"] if (each["authorised"] or LAST_DAY) >= FIRST_DAY]
    reviews = [each for each in made["review"] if each["held"] >= FIRST_DAY]
    return {**made, "assessment": assessments, "review": reviews}


def as_ssd(made: Mapping[str, Rows]) -> dict[str, Rows]:
    return {
        "ssd_person": [
            {"pers_person_id": each["id"], "pers_dob": each["born"], "pers_death_date": each["died"]}
            for each in made["child"]
        ],
        "ssd_cin_episodes": [
            {
                "cine_referral_id": f"referral of {each['child']}",
                "cine_person_id": each["child"],
                "cine_referral_date": each["referred"],
            }
            for each in made["referral"]
        ],
        "ssd_cin_assessments": [
            {
                "cina_assessment_id": each["id"],
                "cina_person_id": each["child"],
                "cina_assessment_start_date": each["started"],
                "cina_assessment_auth_date": each["authorised"],
            }
            for each in made["assessment"]
        ],
        "ssd_s47_enquiry": [
            {
                "s47e_s47_enquiry_id": each["id"],
                "s47e_person_id": each["child"],
                "s47e_s47_start_date": each["started"],
            }
            for each in made["enquiry"]
        ],
        "ssd_initial_cp_conference": [
            {
                "icpc_icpc_id": each["id"],
                "icpc_person_id": each["child"],
                "icpc_s47_enquiry_id": each["enquiry"],
                "icpc_referral_id": f"referral of {each['child']}",
                "icpc_icpc_transfer_in": each["enquiry"] is None,
                "icpc_icpc_date": each["held"],
            }
            for each in made["conference"]
        ],
        "ssd_cp_plans": [
            {
                "cppl_cp_plan_id": each["id"],
                "cppl_person_id": each["child"],
                "cppl_cp_plan_start_date": each["started"],
                "cppl_cp_plan_end_date": each["ended"],
            }
            for each in made["plan"]
        ],
        "ssd_cp_reviews": [
            {
                "cppr_cp_review_id": each["id"],
                "cppr_person_id": each["child"],
                "cppr_cp_plan_id": each["plan"],
                "cppr_cp_review_date": each["held"],
            }
            for each in made["review"]
        ],
    }


def as_census(made: Mapping[str, Rows]) -> dict[str, Rows]:
    def of_child(each: Mapping[str, Any]) -> dict[str, Any]:
        return {"lachildid": each["child"], "details_key": f"referral of {each['child']}"}

    return {
        "cin_census_children": [
            {"lachildid": each["id"], "person_birth_date": each["born"], "person_death_date": each["died"]}
            for each in made["child"]
        ],
        "cin_census_details": [{**of_child(each), "cin_referral_date": each["referred"]} for each in made["referral"]],
        "cin_census_assessments": [
            {
                **of_child(each),
                "assessment_key": each["id"],
                "assessment_actual_start_date": each["started"],
                "assessment_authorisation_date": each["authorised"],
            }
            for each in made["assessment"]
        ],
        "cin_census_s47": [
            {**of_child(each), "s47_key": each["id"], "s47_actual_start_date": each["started"]}
            for each in made["enquiry"]
        ],
        "cin_census_conferences": [
            {
                **of_child(each),
                "conference_key": each["id"],
                "s47_key": each["enquiry"],
                "date_of_initial_cpc": each["held"],
            }
            for each in made["conference"]
        ],
        "cin_census_cp_plans": [
            {
                **of_child(each),
                "cp_plan_key": each["id"],
                "cpp_start_date": each["started"],
                "cpp_end_date": each["ended"],
            }
            for each in made["plan"]
        ],
        "cin_census_cp_reviews": [
            {
                "cp_review_key": each["id"],
                "lachildid": each["child"],
                "cp_plan_key": each["plan"],
                "cpp_review_date": each["held"],
            }
            for each in made["review"]
        ],
    }


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    made = world()
    deliveries = {
        f"{SSD}/ssd/{MONTH}": as_ssd(made),
        f"{CENSUS}/cin_census/{MONTH}": as_census(in_the_census(made)),
        f"{BOTH}/ssd/{MONTH}": as_ssd(made),
        f"{BOTH}/cin_census/{MONTH}": as_census(in_the_census(made)),
    }
    with built(tmp_path_factory.mktemp("sources"), deliveries) as connection:
        yield connection


def figures(warehouse: duckdb.DuckDBPyConnection, kpi_id: str, authority: str) -> list[tuple[Any, ...] | None]:
    return [figure(warehouse, kpi_id, month, authority=authority) for month in OF_THE_CENSUS]


# Without an estimate of its population an authority has no rate, and two of these have none.
COUNTED = [kpi for kpi in KPIS if kpi != "cpp_rate_10k"]


@pytest.mark.parametrize("kpi_id", COUNTED)
def test_a_census_gives_the_same_figures_as_the_dataset(warehouse: duckdb.DuckDBPyConnection, kpi_id: str) -> None:
    unwatched = MONTHS_NEEDED_BEFORE.get(kpi_id, 0)
    expected = figures(warehouse, kpi_id, SSD)
    assert all(each is not None for each in expected)
    assert len(set(expected)) > 3, "figures that hardly change prove little"
    assert figures(warehouse, kpi_id, CENSUS) == [None] * unwatched + expected[unwatched:]


@pytest.mark.parametrize("kpi_id", COUNTED)
def test_where_both_are_delivered_nothing_counts_twice(warehouse: duckdb.DuckDBPyConnection, kpi_id: str) -> None:
    assert figures(warehouse, kpi_id, BOTH)[0:1] is not None
    numerators = [(each and each[0]) for each in figures(warehouse, kpi_id, SSD)]
    assert [(each and each[0]) for each in figures(warehouse, kpi_id, BOTH)] == numerators


def test_the_months_before_the_census_are_absent(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert figure(warehouse, "cpp_count", "2020-03", authority=CENSUS) is None
    assert figure(warehouse, "cpp_count", "2020-03", authority=SSD) is not None


def test_what_the_census_cannot_give_is_absent_and_says_what_it_waits_for(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert figure(warehouse, "icpc_overdue", authority=CENSUS) is None
    waits = warehouse.execute(
        "SELECT reason FROM snapshots.kpi_absence WHERE kpi_id = 'icpc_overdue' AND authority_code = ?", [CENSUS]
    ).fetchall()
    assert "ssd_s47_enquiry (never delivered)" in waits[0][0]


def test_a_subject_comes_whole_from_one_source(tmp_path: Path) -> None:
    """The dataset lacks conferences: enquiries come from the census too, and the rest from the dataset."""
    made = world()
    halves = {name: rows for name, rows in as_ssd(made).items() if name != "ssd_initial_cp_conference"}
    halves["ssd_cp_plans"] = halves["ssd_cp_plans"][:10]
    deliveries = {f"{BOTH}/ssd/{MONTH}": halves, f"{BOTH}/cin_census/{MONTH}": as_census(made)}
    with built(tmp_path, deliveries) as warehouse:
        chosen = dict(warehouse.sql("SELECT subject, source FROM core.subject_source").fetchall())
        assert chosen == {
            "assessment": "ssd",
            "child protection plan": "ssd",
            "child protection review": "ssd",
            "referral": "ssd",
            "initial conference": "cin_census",
        }
        counts = {
            table: len(warehouse.table(f"core.{table}").fetchall())
            for table in ("s47_enquiry", "initial_conference", "assessment", "cp_plan")
        }
        assert counts == {
            "s47_enquiry": len(made["enquiry"]),
            "initial_conference": len(made["conference"]),
            "assessment": len(made["assessment"]),
            "cp_plan": 10,
        }
        assert figure(warehouse, "icpc_15wd", authority=BOTH) is not None


SUBJECT_OF = {
    "assess_45wd": "assessment",
    "assess_open_overdue": "assessment",
    "icpc_15wd": "initial conference",
    "cpp_count": "child protection plan",
    "cpp_rate_10k": "child protection plan",
    "cp_visit_snapshot": "child protection visit",
    "cla_visit_snapshot": "looked-after visit",
    "caseload_average": "caseload",
    "agency_rate_fte": "post",
    "vacancy_rate_fte": "post",
    "turnover_rate_fte": "post",
}
LISTS = ("annex_a", "workforce_census")


def sources_of(subject: str) -> dict[str, set[str]]:
    """The tables of each source that holds the subject, in the order of preference."""
    needed: dict[str, set[str]] = {}
    with (PROJECT / "sql/reference/subject_source.csv").open(encoding="utf-8", newline="") as lines:
        for line in sorted(csv.DictReader(lines), key=lambda line: int(line["preference"])):
            if line["subject"] == subject:
                needed.setdefault(line["source"], set()).add(line["table_name"])
    return needed


@pytest.mark.parametrize(("kpi_id", "subject"), SUBJECT_OF.items())
def test_a_kpi_of_a_subject_needs_what_its_sources_need(kpi_id: str, subject: str) -> None:
    """Else a month might count as covered by one source, and be counted from another. More columns may be needed."""
    kpi = next(kpi for kpi in load_register(PROJECT / "sql/kpis") if kpi.kpi_id == kpi_id)
    (alternatives,) = kpi.needs
    alternatives_needed = [set(tables) for tables in alternatives]
    needed = sources_of(subject)
    assert len(alternatives_needed) == len(needed) or set(list(needed)[len(alternatives_needed) :]) <= set(LISTS)
    for tables, (source, of_the_source) in zip(alternatives_needed, needed.items(), strict=False):
        more = tables - of_the_source
        assert of_the_source <= tables
        assert source in LISTS or all("." in each and each.partition(".")[0] in tables for each in more)


@pytest.mark.parametrize("name", ["subject_source", "looked_after_source"])
def test_a_column_of_a_source_is_one_that_a_figure_asks_for(name: str) -> None:
    """Of others nobody knows whether they were delivered."""
    asked = {needed.table_name for kpi in load_register(PROJECT / "sql/kpis") for needed in kpi.requirements}
    with (PROJECT / f"sql/reference/{name}.csv").open(encoding="utf-8", newline="") as lines:
        columns = {row["table_name"] for row in csv.DictReader(lines) if "." in row["table_name"]}
    assert columns and columns <= asked

"""The made-up council's returns: each is staged whole and without a finding, and says what the council's records say.

What they should say is counted here from the text of the SSD's files, by none of the SELECTs that made the returns.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl  # type: ignore[import-untyped]
import pytest
from lxml import etree
from pydantic import SecretStr

from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.sample import write_returns, write_sample
from pipelines.sample.returns import RETURNS
from pipelines.settings import Settings
from pipelines.staging.stage import stage
from tests.exports import KEY, write_ssd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

MONTH, SEPTEMBER = Period(2021, 2), Period(2020, 9)
YEAR_FROM, SIX_MONTHS_FROM = dt.date(2020, 4, 1), dt.date(2020, 9, 1)
COUNCIL = "X99000001"
SEED = 2024
"""Of whose council some workers of an agency are there in September, and one left; so small a one need have none."""
Row = dict[str, Any]


@dataclass(frozen=True)
class MadeUpReturns:
    """The council's exports, its returns of both months, and the rows that were written of them."""

    root: Path
    written: dict[str, int]

    def ssd(self, table: str, month: Period = MONTH) -> list[dict[str, str]]:
        return rows_of(self.root / "exports" / COUNCIL / "ssd" / str(month) / f"ssd_{table}.csv")

    def posts(self) -> list[dict[str, str]]:
        return rows_of(self.root / "exports" / COUNCIL / "local" / str(SEPTEMBER) / "posts.csv")

    def delivery(self, source: str, month: Period = MONTH) -> Path:
        return self.root / "inbox" / COUNCIL / source / str(month)

    def list_of_annex_a(self, number: int) -> list[Row]:
        return list_of(self.delivery("annex_a") / "annex_a.xlsx", number)

    def ssda903(self, name: str) -> list[dict[str, str]]:
        return rows_of(self.delivery("ssda903") / f"{name}.csv")

    def census(self) -> Any:
        return etree.parse(self.delivery("cin_census") / "cin_census_2021.xml")

    def workforce(self) -> Any:
        return etree.parse(self.delivery("workforce_census", SEPTEMBER) / "workforce_census_2020.xml")


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def list_of(file: Path, number: int) -> list[Row]:
    headings, *rows = openpyxl.load_workbook(file, read_only=True)[f"List {number}"].values
    return [dict(zip(headings, map(as_date, row), strict=True)) for row in rows]


def as_date(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


def day(text: str) -> dt.date | None:
    """As the exports write it: 2021-02-28, perhaps with a time, or 28/02/2021."""
    if not text:
        return None
    form = "%d/%m/%Y" if "/" in text else "%Y-%m-%d"
    return dt.datetime.strptime(text[:10], form).date()


def since(text: str, first: dt.date) -> bool:
    """Whether it was not over before that day."""
    ended = day(text)
    return ended is None or ended >= first


def latest(rows: Iterable[dict[str, str]], child: str, date: str) -> dict[str, dt.date]:
    found: dict[str, dt.date] = {}
    for row in rows:
        held = day(row[date])
        assert held is not None
        found[row[child]] = max(found.get(row[child], held), held)
    return found


def settings_of(folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        inbox_url=str(folder / "inbox"),
        data_dir=folder / "data",
        pseudonym_key=SecretStr(KEY),
        duckdb_memory_limit="1GB",
    )


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("council")
    write_sample(root / "exports", seed=SEED, scale=0.2, months=(MONTH, SEPTEMBER), spoilt=False)
    return root


@pytest.fixture(scope="module")
def world(exports: Path) -> MadeUpReturns:
    return MadeUpReturns(exports, returned(exports, exports / "inbox"))


def returned(exports: Path, inbox: Path) -> dict[str, int]:
    council = exports / "exports" / COUNCIL
    rows: dict[str, int] = {}
    for month in (MONTH, SEPTEMBER):
        rows |= write_returns(inbox, month, ssd=council / "ssd" / str(month), local=council / "local" / str(month))
    return rows


# What is true of the made-up returns, and no fault of how they are written. The census: it has no pupil numbers, some
# work was not done in time, an assessment that found no factors went before more than a closure, and one of the year
# before is not in it. The 903: it has no pupil numbers, no earlier permanence, and decisions to place for adoption for
# some of the children alone.
ASKED = {
    "cin_census": {"2991Q", "8670Q", "8675Q", "8770Q", "8825Q", "8873Q", "8897Q"},
    "ssda903": {"903-442", "903-551", "903-553", "903-554", "903-630"},
}


def test_every_return_is_staged_whole_and_only_what_is_true_of_them_is_found(world: MadeUpReturns) -> None:
    settings = settings_of(world.root)
    inbox = find_deliveries(settings)
    assert (len(inbox.deliveries), inbox.waiting) == (2 * len(RETURNS), ())
    rows: dict[str, int] = {}
    for delivery in inbox.deliveries:
        land(settings, delivery)
        staged = stage(settings, delivery)
        assert (staged.outcome, staged.refusal, staged.rows_refused) == ("staged", None, 0), delivery
        with duckdb.connect() as connection:
            read = {
                name: connection.read_parquet(str(staged.folder / f"{name}.parquet"), hive_partitioning=False)
                for name in ("finding", "reconciliation")
            }
            codes = {code for (code,) in read["finding"].project("rule_code").fetchall()}
            assert codes <= ASKED.get(delivery.source, set()), delivery
            counts = read["reconciliation"].project("file_name, rows_read, rows_staged").fetchall()
        assert all(given == kept for _, given, kept in counts)
        rows |= {f"{delivery}/{name}": kept for name, _, kept in counts}
    assert rows == world.written


def test_the_same_exports_give_the_same_bytes(world: MadeUpReturns, tmp_path: Path) -> None:
    assert returned(world.root, tmp_path) == world.written
    here, there = (
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*.*")}
        for folder in (world.root / "inbox", tmp_path)
    )
    assert here == there and len(here) == 2 * (1 + 1 + 10 + 1)


def test_nothing_is_written_over(world: MadeUpReturns) -> None:
    with pytest.raises(FileExistsError):
        returned(world.root, world.root / "inbox")


def test_a_return_needs_no_local_tables_but_of_the_workforce(world: MadeUpReturns, tmp_path: Path) -> None:
    ssd = world.root / "exports" / COUNCIL / "ssd" / str(MONTH)
    written = write_returns(tmp_path, MONTH, ssd=ssd, sources=["annex_a"], authority="E06000015")
    counts = {name.rpartition("/")[2]: count for name, count in written.items()}
    assert counts == {f"annex_a.xlsx: List {number}": len(world.list_of_annex_a(number)) for number in range(1, 12)}


def test_the_list_of_plans_has_each_with_the_childs_latest_visit_and_its_latest_review(world: MadeUpReturns) -> None:
    plans = {
        (row["cppl_person_id"], day(row["cppl_cp_plan_start_date"])): row
        for row in world.ssd("cp_plans")
        if row["cppl_cp_plan_ola"] == "N" and since(row["cppl_cp_plan_end_date"], SIX_MONTHS_FROM)
    }
    seen = [row for row in world.ssd("cp_visits") if row["cppv_cp_visit_seen"] == "Y"]
    visits = latest(seen, "cppv_person_id", "cppv_cp_visit_date")
    held = [row for row in world.ssd("cp_reviews") if row["cppr_cp_review_quorate"] == "Y"]
    reviews = latest(held, "cppr_cp_plan_id", "cppr_cp_review_date")
    births = {row["pers_person_id"]: day(row["pers_dob"] or row["pers_expected_dob"]) for row in world.ssd("person")}
    listed = world.list_of_annex_a(7)
    assert {
        (row["Child Unique ID"], row["Child Protection Plan Start Date"]): (
            row["Date of Birth"],
            row["Child Protection Plan End Date"],
            row["Date of the Last Statutory Visit"],
            row["Date of latest review conference"],
        )
        for row in listed
    } == {
        (child, start): (
            births[child],
            day(plan["cppl_cp_plan_end_date"]),
            visits.get(child),
            reviews.get(plan["cppl_cp_plan_id"]),
        )
        for (child, start), plan in plans.items()
    }
    assert len(listed) == len(plans)
    ended = Counter(row["Child Protection Plan End Date"] is None for row in listed)
    # The world has what each rule is about, or the test would say nothing of it.
    assert ended[True] and ended[False] and any(row["Date of Birth"] > MONTH.last_day for row in listed)
    assert len(world.ssd("cp_visits")) > len(seen) and len(world.ssd("cp_reviews")) > len(held)


def test_the_list_of_children_looked_after_is_of_open_episodes_and_of_those_lately_ended(world: MadeUpReturns) -> None:
    episodes = world.ssd("cla_episodes")
    open_now = {row["clae_person_id"] for row in episodes if not row["clae_cla_episode_ceased_date"]}
    lately = {row["clae_person_id"] for row in episodes if since(row["clae_cla_episode_ceased_date"], SIX_MONTHS_FROM)}
    rows = {row["Child Unique ID"]: row for row in world.list_of_annex_a(8)}
    assert len(rows) == len(world.list_of_annex_a(8))
    assert {child for child, row in rows.items() if row["Date Ceased to be Looked After"] is None} == open_now
    assert set(rows) == lately > open_now


def test_a_child_looked_after_is_listed_with_the_latest_of_everything(world: MadeUpReturns) -> None:
    rows = {row["Child Unique ID"]: row for row in world.list_of_annex_a(8)}
    periods = {row["clae_cla_id"]: row["clae_person_id"] for row in world.ssd("cla_episodes")}
    entered = latest(world.ssd("cla_episodes"), "clae_person_id", "clae_entered_care_date")
    seen = [row for row in world.ssd("cla_visits") if row["clav_cla_visit_seen"] == "Y"]
    visits = latest(seen, "clav_person_id", "clav_cla_visit_date")
    held = [
        {**row, "child": periods[row["clar_cla_id"]]}
        for row in world.ssd("cla_reviews")
        if row["clar_cla_review_cancelled"] == "N"
    ]
    reviews = latest(held, "child", "clar_cla_review_date")
    placements = {
        row["clap_person_id"]: row for row in world.ssd("cla_placement") if not row["clap_cla_placement_end_date"]
    }
    lasting = {
        row["lacp_person_id"]
        for row in world.ssd("cla_care_plan")
        if not row["lacp_cla_care_plan_end_date"] and json.loads(row["lacp_cla_care_plan_json"])["LTFOST18"] == "Y"
    }
    statuses = {
        row["lega_person_id"]: (row["lega_legal_status"], day(row["lega_legal_status_start_date"]))
        for row in world.ssd("legal_status")
        if not row["lega_legal_status_end_date"]
    }
    assert lasting and len(world.ssd("cla_visits")) > len(seen) and len(world.ssd("cla_reviews")) > len(held)
    for child, row in rows.items():
        assert row["Date Started to be Looked After"] == entered[child]
        assert row["Date of Last Social Work Visit"] == visits.get(child)
        assert row["Date of Latest Statutory Review"] == reviews.get(child)
        placement = placements.get(child)
        assert row["Placement Type"] == (placement and placement["clap_cla_placement_type"])
        start = placement and day(placement["clap_cla_placement_start_date"])
        assert row["Start Date of Most Recent Placement"] == start
        assert (row["What is the permanence plan for this child?"] == "Long-term fostering") == (child in lasting)
        if row["Date Ceased to be Looked After"] is None:
            assert (row["Child's Legal Status"], row["Start date of current legal status"]) == statuses[child]


@pytest.mark.parametrize(
    ("number", "table", "is_listed"),
    [
        (3, "cin_episodes", lambda row: since(row["cine_referral_date"], SIX_MONTHS_FROM)),
        (4, "cin_assessments", lambda row: since(row["cina_assessment_auth_date"], SIX_MONTHS_FROM)),
        (
            6,
            "cin_episodes",
            lambda row: row["cine_referral_nfa"] == "N" and since(row["cine_close_date"], SIX_MONTHS_FROM),
        ),
    ],
)
def test_a_list_has_the_records_of_six_months(
    world: MadeUpReturns, number: int, table: str, is_listed: Callable[[dict[str, str]], bool]
) -> None:
    counts = Counter(map(is_listed, world.ssd(table)))
    assert (len(world.list_of_annex_a(number)), counts[False] > 0) == (counts[True], True)


def test_the_list_of_enquiries_has_their_conferences_and_those_of_children_who_moved_in(world: MadeUpReturns) -> None:
    rows = world.list_of_annex_a(5)
    start, held = (
        "Strategy discussion initiating Section 47 Enquiry Start Date",
        "Date of Initial Child Protection Conference",
    )
    lately = [row for row in world.ssd("initial_cp_conference") if since(row["icpc_icpc_date"], SIX_MONTHS_FROM)]
    begun = [row for row in world.ssd("s47_enquiry") if since(row["s47e_s47_start_date"], SIX_MONTHS_FROM)]
    assert Counter(row[held] for row in rows if row[held]) == Counter(day(row["icpc_icpc_date"]) for row in lately)
    assert len([row for row in rows if row[start] and row[start] >= SIX_MONTHS_FROM]) == len(begun)
    assert [row[start] for row in rows].count(None) == len([row for row in lately if not row["icpc_s47_enquiry_id"]])


def test_the_903_has_the_episodes_of_the_year_with_their_own_first_days(world: MadeUpReturns) -> None:
    episodes = [row for row in world.ssd("cla_episodes") if since(row["clae_cla_episode_ceased_date"], YEAR_FROM)]
    listed = Counter(
        (row["CHILD"], day(row["DECOM"]), day(row["DEC"]), row["REC"]) for row in world.ssda903("episodes")
    )
    assert listed == Counter(
        (
            row["clae_person_id"],
            day(row["clae_cla_episode_start_date"]),
            day(row["clae_cla_episode_ceased_date"]),
            row["clae_cla_episode_ceased_reason"],
        )
        for row in episodes
    )
    children = {row["clae_person_id"] for row in episodes}
    assert sorted(row["CHILD"] for row in world.ssda903("header")) == sorted(children)
    assert all("/" in row["DECOM"] and row["LS"] for row in world.ssda903("episodes"))


def test_the_903_has_the_reviews_held_in_the_year(world: MadeUpReturns) -> None:
    periods = {row["clae_cla_id"]: row["clae_person_id"] for row in world.ssd("cla_episodes")}
    assert Counter((row["CHILD"], day(row["REVIEW"])) for row in world.ssda903("reviews")) == Counter(
        (periods[row["clar_cla_id"]], day(row["clar_cla_review_date"]))
        for row in world.ssd("cla_reviews")
        if row["clar_cla_review_cancelled"] == "N" and since(row["clar_cla_review_date"], YEAR_FROM)
    )


def test_the_census_has_the_cases_of_the_year_each_record_within_its_own(world: MadeUpReturns) -> None:
    census = world.census()
    cases = {
        row["cine_referral_id"]: row for row in world.ssd("cin_episodes") if since(row["cine_close_date"], YEAR_FROM)
    }

    def within(case: dict[str, str], path: str) -> Counter[Any]:
        """What stands there in the details of the case's referral and child."""
        return rows[case["cine_person_id"], case["cine_referral_date"]][path]

    paths = (
        "Assessments/AssessmentActualStartDate",
        "Assessments/AssessmentAuthorisationDate",
        "Section47/S47ActualStartDate",
        "Section47/DateOfInitialCPC",
        "DateOfInitialCPC",
        "ChildProtectionPlans/CPPstartDate",
        "ChildProtectionPlans/Reviews/CPPreviewDate",
    )
    rows = {
        (child.findtext("ChildIdentifiers/LAchildID"), details.findtext("CINreferralDate")): {
            path: Counter(element.text for element in details.findall(path)) for path in paths
        }
        for child in census.iterfind("Children/Child")
        for details in child.iterfind("CINdetails")
    }
    assert set(rows) == {(row["cine_person_id"], row["cine_referral_date"]) for row in cases.values()}
    plans = {row["cppl_cp_plan_id"]: row for row in world.ssd("cp_plans") if row["cppl_cp_plan_ola"] == "N"}
    expected: dict[str, dict[str, Counter[Any]]] = {case: {path: Counter() for path in paths} for case in cases}
    for row in world.ssd("cin_assessments"):
        if since(row["cina_assessment_auth_date"], YEAR_FROM):
            of = expected[row["cina_referral_id"]]
            of[paths[0]][row["cina_assessment_start_date"]] += 1
            if row["cina_assessment_auth_date"]:
                of[paths[1]][row["cina_assessment_auth_date"]] += 1
    conferences = [row for row in world.ssd("initial_cp_conference") if since(row["icpc_icpc_date"], YEAR_FROM)]
    for row in conferences:
        path = paths[4] if row["icpc_icpc_transfer_in"] == "Y" else paths[3]
        expected[row["icpc_referral_id"]][path][row["icpc_icpc_date"]] += 1
    led = {row["icpc_s47_enquiry_id"] for row in conferences}
    for row in world.ssd("s47_enquiry"):
        if since(row["s47e_s47_start_date"], YEAR_FROM) or row["s47e_s47_enquiry_id"] in led:
            expected[row["s47e_referral_id"]][paths[2]][row["s47e_s47_start_date"]] += 1
    for row in plans.values():
        if since(row["cppl_cp_plan_end_date"], YEAR_FROM):
            expected[row["cppl_referral_id"]][paths[5]][row["cppl_cp_plan_start_date"]] += 1
    for row in world.ssd("cp_reviews"):
        plan = plans[row["cppr_cp_plan_id"]]
        if row["cppr_cp_review_quorate"] == "Y" and since(row["cppr_cp_review_date"], YEAR_FROM):
            expected[plan["cppl_referral_id"]][paths[6]][row["cppr_cp_review_date"]] += 1
    for name, case in cases.items():
        assert {path: within(case, path) for path in paths} == expected[name]
    assert all(sum(counts[path].total() for counts in expected.values()) for path in paths)


def test_the_workforce_census_has_the_posts_of_social_workers(world: MadeUpReturns) -> None:
    others = {"Family Support Worker", "Personal Adviser"}
    posts = [row for row in world.posts() if row["role"] not in others and since(row["to_date"], dt.date(2019, 10, 1))]

    def hours(status: str, *, left: bool = False) -> float:
        held = (row for row in posts if row["post_status"] == status and bool(row["to_date"]) == left)
        return sum(float(row["full_time_equivalent"]) for row in held)

    census = world.workforce()
    agency = "CSWWWorker[AgencyWorker = 1]"
    employed, left = "CSWWWorker[AgencyWorker = 0][not(RoleEndDate)]", "CSWWWorker[RoleEndDate]"
    for path, expected in (
        (f"sum({agency}/FTE)", hours("agency")),
        (f"sum({employed}/FTE)", hours("employed")),
        (f"sum({left}/FTE)", hours("employed", left=True)),
        ("sum(LALevelVacancies/NumberOfVacancies)", hours("vacant")),
        ("sum(LALevelVacancies/NoAgencyFTE)", hours("agency")),
        (
            "sum(LALevelVacancies/NoAgencyHeadcount)",
            sum(row["post_status"] == "agency" and not row["to_date"] for row in posts),
        ),
        (
            "sum(CSWWWorker/WorkingDaysLost)",
            sum(float(row["sickness_days"] or 0) for row in posts if row["post_status"] == "employed"),
        ),
    ):
        assert census.xpath(path) == pytest.approx(expected), path
    assert all((hours("agency"), hours("agency", left=True), hours("employed", left=True), hours("vacant")))
    registrations = [element.text for element in census.iter("SWENo")]
    assert len(set(registrations)) == len(registrations) == len(census.findall("CSWWWorker"))


def test_the_workforce_census_has_the_cases_of_each_worker(world: MadeUpReturns) -> None:
    registered = {
        row["prof_professional_id"]: row["prof_social_worker_registration_no"]
        for row in world.ssd("professionals", SEPTEMBER)
    }
    not_allocated = {
        "Family Support Worker",
        "Personal Adviser",
        "Independent Reviewing Officer",
        "Child Protection Chair",
        "Team Manager",
    }
    held = {
        (registered[row["invo_professional_id"]], row["invo_person_id"])
        for row in world.ssd("involvements", SEPTEMBER)
        if not row["invo_involvement_end_date"] and row["invo_professional_role_id"] not in not_allocated
    }
    cases = Counter(worker for worker, _ in held)
    caseloads = {
        worker.findtext("SWENo"): worker.findtext("Cases30") for worker in world.workforce().iter("CSWWWorker")
    }
    there = {number: int(text) for number, text in caseloads.items() if text is not None}
    assert there == {number: cases[number] for number in there} and sum(there.values()) == len(held) > 0


def test_what_only_looks_like_the_latest_is_not_taken_for_it(tmp_path: Path) -> None:
    """Of A. B has two breaks, the second from the day on which the first ends; C and D left on two sides of an edge."""
    episode = ("clae_person_id", "clae_cla_episode_start_date", "clae_cla_episode_ceased_date")
    status = ("lega_person_id", "lega_legal_status", "lega_legal_status_start_date", "lega_legal_status_end_date")
    placement = (
        "clap_person_id",
        "clap_cla_placement_type",
        "clap_cla_placement_start_date",
        "clap_cla_placement_end_date",
    )
    episodes = [
        ("A", "2020-01-01", "2020-06-01"),
        ("A", "2020-06-01", ""),
        ("B", "2021-01-04", "2021-01-06"),
        ("B", "2021-01-06", "2021-01-08"),
        ("C", "2020-01-01", "2020-09-01"),
        ("D", "2020-01-01", "2020-08-31"),
    ]
    statuses = [("A", "C1", "2020-01-01", "2021-02-28"), ("A", "C2", "2021-02-28", "")]
    statuses += [("B", "V4", start, end) for _, start, end in episodes[2:4]]
    placements = [("A", "U6", "2020-06-01", ""), ("A", "U4", "2020-06-01", ""), ("A", "K2", "2020-07-01", "2021-02-01")]
    ssd = write_ssd(
        tmp_path / "ssd",
        {
            "ssd_person": [{"pers_person_id": child} for child in "ABCD"],
            "ssd_cla_episodes": [
                {"clae_cla_episode_id": f"E{number}", "clae_cla_id": row[0], **dict(zip(episode, row, strict=True))}
                for number, row in enumerate(episodes)
            ],
            "ssd_legal_status": [dict(zip(status, row, strict=True)) for row in statuses],
            "ssd_cla_placement": [dict(zip(placement, row, strict=True)) for row in placements],
            "ssd_cla_reviews": [
                {"clar_cla_id": "A", "clar_cla_review_date": date, "clar_cla_review_cancelled": cancelled}
                for date, cancelled in (("2021-01-10", "N"), ("2021-02-20", "Y"))
            ],
            "ssd_cla_visits": [
                {"clav_person_id": "A", "clav_cla_visit_date": date, "clav_cla_visit_seen": seen}
                for date, seen in (("2021-02-01", "Y"), ("2021-02-10", "N"))
            ],
        },
    )
    write_returns(tmp_path, MONTH, ssd=ssd, sources=["annex_a", "ssda903"])
    rows = {row["Child Unique ID"]: row for row in list_of(tmp_path / COUNCIL / "annex_a/2021-02/annex_a.xlsx", 8)}
    began = "Date Started to be Looked After"
    assert {child: row[began] for child, row in rows.items()} == {
        "A": dt.date(2020, 1, 1),
        "B": dt.date(2021, 1, 6),
        "C": dt.date(2020, 1, 1),
    }
    assert rows["A"]["Date of Latest Statutory Review"] == dt.date(2021, 1, 10)
    assert rows["A"]["Date of Last Social Work Visit"] == dt.date(2021, 2, 1)
    assert (rows["A"]["Child's Legal Status"], rows["A"]["Placement Type"]) == ("C2", "U4")
    listed = rows_of(tmp_path / COUNCIL / "ssda903/2021-02/episodes.csv")
    assert [row["LS"] for row in listed if row["CHILD"] in "AB"] == ["C1", "C1", "V4", "V4"]


def test_a_collection_year_begins_on_its_first_day(tmp_path: Path) -> None:
    ended = {"A": "2020-03-31", "B": "2020-04-01", "C": ""}
    ssd = write_ssd(
        tmp_path / "ssd",
        {
            "ssd_person": [{"pers_person_id": child} for child in ended],
            "ssd_cla_episodes": [
                {
                    "clae_cla_episode_id": child,
                    "clae_person_id": child,
                    "clae_cla_episode_start_date": "2020-01-06",
                    "clae_cla_episode_ceased_date": end,
                }
                for child, end in ended.items()
            ],
            "ssd_cin_episodes": [
                {"cine_person_id": child, "cine_referral_id": child, "cine_referral_date": "2020-01-06"}
                for child in ended
            ],
            "ssd_cin_assessments": [
                {
                    "cina_person_id": child,
                    "cina_referral_id": child,
                    "cina_assessment_id": child,
                    "cina_assessment_start_date": "2020-01-06",
                    "cina_assessment_auth_date": end,
                }
                for child, end in ended.items()
            ],
        },
    )
    written = write_returns(tmp_path, MONTH, ssd=ssd, sources=["cin_census", "ssda903"])
    counts = {name.rpartition("/")[2].rpartition(": ")[2]: count for name, count in written.items()}
    assert (counts["details"], counts["assessments"], counts["episodes.csv"], counts["header.csv"]) == (3, 2, 2, 2)

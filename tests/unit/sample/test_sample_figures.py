"""The sample's records, counted by the register's rules, come to the committee report's figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from recount import WINDOW, Recount, as_date, half_up, records, survey_scores, what_fell_due, window_of

if TYPE_CHECKING:
    from pathlib import Path

FEBRUARY, A_YEAR_BEFORE = dt.date(2021, 2, 28), dt.date(2020, 2, 29)

IN_TIME = {
    "cp_visits_in_time": 85,
    "cp_reviews_in_time": 94,
    "cla_visits_in_time": 90,
    "cin_visits_in_time": 97,
}


def test_95_percent_of_assessments_are_done_in_45_working_days(february: Recount) -> None:
    met, total = window_of(february.assessments_in_time())
    assert total > 1200
    assert half_up(100 * met, total) == 95


def test_59_percent_of_conferences_are_held_in_15_working_days(february: Recount) -> None:
    met, total = window_of(february.conferences_in_time())
    assert 280 < total < 360
    assert half_up(100 * met, total) == 59


@pytest.mark.parametrize("figure", IN_TIME)
def test_visits_and_reviews_are_in_time_as_the_report_says(february: Recount, figure: str) -> None:
    met, total = getattr(february, figure)()
    assert total > 400
    assert half_up(100 * met, total) == IN_TIME[figure]


def test_every_review_of_a_looked_after_child_is_in_time(february: Recount) -> None:
    met, total = february.cla_reviews_in_time()
    assert met == total > 600


def test_65_more_children_are_looked_after_than_a_year_before(february: Recount) -> None:
    now, then = february.children_looked_after(FEBRUARY), february.children_looked_after(A_YEAR_BEFORE)
    assert (now, then) == (655, 590)
    assert half_up(100 * (now - then), then) == 11


def test_79_more_children_are_on_plans_than_a_year_before(february: Recount) -> None:
    now, then = february.children_on_plans(FEBRUARY), february.children_on_plans(A_YEAR_BEFORE)
    assert (now, then) == (474, 395)
    assert half_up(100 * (now - then), then) == 20


@pytest.mark.parametrize(
    ("day", "looked_after", "on_plans"),
    [(dt.date(2018, 3, 31), 491, 519), (dt.date(2019, 3, 31), 562, 426), (dt.date(2020, 3, 31), 588, 381)],
)
def test_earlier_years_end_at_the_published_counts(
    february: Recount, day: dt.date, looked_after: int, on_plans: int
) -> None:
    assert (february.children_looked_after(day), february.children_on_plans(day)) == (looked_after, on_plans)


def test_months_and_years_differ(february: Recount) -> None:
    """Neither every month alike nor any absurd: between 88 and 99, and earlier years lower as published."""
    counts = february.assessments_in_time()
    monthly = [half_up(100 * counts[month][0], counts[month][1]) for month in WINDOW]
    assert len(set(monthly)) > 1
    assert all(88 <= percent <= 99 for percent in monthly)
    of_2018 = [counts[2018, month] for month in range(1, 13)]
    assert 60 < 100 * sum(met for met, _ in of_2018) / sum(total for _, total in of_2018) < 72


def test_january_has_the_same_history_up_to_its_end(january: Recount, february: Recount) -> None:
    for month in WINDOW[:-1]:
        assert january.assessments_in_time()[month] == february.assessments_in_time()[month]
        assert january.conferences_in_time()[month] == february.conferences_in_time()[month]
    end = dt.date(2021, 1, 31)
    assert january.children_looked_after(end) == february.children_looked_after(end)
    assert january.children_on_plans(end) == february.children_on_plans(end)
    for table, columns in {
        "cp_plans": ("cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
        "cin_episodes": ("cine_referral_date", "cine_close_date"),
        "cla_placement": ("clap_cla_placement_start_date", "clap_cla_placement_end_date"),
    }.items():
        days = [as_date(row[column]) for row in january.table(table) for column in columns]
        assert max(day for day in days if day) <= end


def test_nothing_is_known_after_the_delivery_month(february: Recount) -> None:
    days = (as_date(visit["cppv_cp_visit_date"]) for visit in february.table("cp_visits"))
    assert max(day for day in days if day) <= FEBRUARY


def test_chains_hold_together(february: Recount) -> None:
    """A plan starts at its conference, the conference follows its enquiry, and that the referral."""
    conferences = {c["icpc_icpc_id"]: c for c in february.table("initial_cp_conference")}
    enquiries = {e["s47e_s47_enquiry_id"]: e for e in february.table("s47_enquiry")}
    referrals = {e["cine_referral_id"]: e for e in february.table("cin_episodes")}
    for plan in february.plans:
        conference = conferences[plan["cppl_icpc_id"]]
        assert conference["icpc_icpc_date"] == plan["cppl_cp_plan_start_date"]
        referral = referrals[plan["cppl_referral_id"]]
        assert referral["cine_referral_date"] <= conference["icpc_icpc_date"]
        if conference["icpc_icpc_transfer_in"] == "N":
            started = enquiries[conference["icpc_s47_enquiry_id"]]["s47e_s47_start_date"]
            assert referral["cine_referral_date"] <= started <= conference["icpc_icpc_date"]


def test_no_child_has_two_plans_or_two_spells_of_care_at_once(february: Recount) -> None:
    plans = defaultdict(list)
    for plan in february.plans:
        plans[plan["cppl_person_id"]].append((plan["cppl_cp_plan_start_date"], plan["cppl_cp_plan_end_date"]))
    for spans in plans.values():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end and end <= start


def test_episodes_follow_one_another_without_gap(february: Recount) -> None:
    short_breaks = {
        status["lega_person_id"] for status in february.table("legal_status") if status["lega_legal_status"] == "V4"
    }
    episodes = defaultdict(list)
    for episode in february.table("cla_episodes"):
        if episode["clae_person_id"] not in short_breaks:
            span = (episode["clae_cla_episode_start_date"], episode["clae_cla_episode_ceased_date"])
            episodes[episode["clae_cla_id"]].append(span)
    assert any(len(spans) > 3 for spans in episodes.values())
    for spans in episodes.values():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end == start


def test_some_records_are_there_to_be_left_out(february: Recount) -> None:
    """Other authorities' plans, transfers in, short breaks, attempts, cancelled and not quorate reviews."""
    assert any(plan["cppl_cp_plan_ola"] == "Y" for plan in february.table("cp_plans"))
    assert any(c["icpc_icpc_transfer_in"] == "Y" for c in february.table("initial_cp_conference"))
    assert any(status["lega_legal_status"] == "V4" for status in february.table("legal_status"))
    assert any(visit["cppv_cp_visit_seen"] == "N" for visit in february.table("cp_visits"))
    assert any(review["clar_cla_review_cancelled"] == "Y" for review in february.table("cla_reviews"))
    assert any(review["cppr_cp_review_quorate"] == "N" for review in february.table("cp_reviews"))
    assert february.unborn


def test_162_social_workers_are_in_post_in_12_teams(february: Recount) -> None:
    workers = [
        worker
        for worker in february.table("professionals", "prof_professional_id")
        if worker["prof_full_time_equivalency"] not in ("", "n/a")
        and (
            "Social Worker" in worker["prof_professional_job_title"]
            or worker["prof_professional_job_title"] == "Advanced Practitioner"
        )
    ]
    assert len(workers) == 162
    agency = Counter(worker["prof_agency_worker_flag"] for worker in workers)["Y"]
    assert 1 <= agency <= 24
    teams = {team["dept_team_id"] for team in february.table("department") if team["dept_team_parent_id"]}
    assert len(teams) == 12


def test_allocated_workers_neither_overlap_nor_leave_gaps(february: Recount) -> None:
    by_referral = defaultdict(list)
    for held in february.table("involvements"):
        if held["invo_involvements_id"].startswith("I"):
            span = (held["invo_involvement_start_date"], held["invo_involvement_end_date"])
            by_referral[held["invo_referral_id"]].append(span)
    for spans in by_referral.values():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert end == start


def test_open_cases_are_a_full_load(february: Recount) -> None:
    """Between 12 and 20 a full-time worker, as published for the council it is shaped on."""
    ftes = {
        worker["prof_professional_id"]: worker["prof_full_time_equivalency"]
        for worker in february.table("professionals", "prof_professional_id")
    }
    cases = Counter(
        held["invo_professional_id"]
        for held in february.table("involvements")
        if not held["invo_involvement_end_date"] and held["invo_professional_id"] in ftes
    )
    assert 12 < sum(cases.values()) / sum(float(ftes[worker]) for worker in cases) < 20


def test_the_thirteen_scores_round_to_the_reports(survey: Path) -> None:
    scores, items, respondents = survey_scores(survey)
    standards = [*(f"standard_{number}" for number in range(1, 9)), "employee_contribution", "tensions"]
    standards += ["overall_satisfaction", "desire_to_stay", "covid"]
    rounded = [half_up(scores[standard]) for standard in standards]
    assert rounded == [80, 74, 72, 67, 69, 70, 78, 85, 87, 84, 80, 82, 73]
    assert respondents == 67
    low = sorted(half_up(score) for score in items.values() if score < 60.5)
    assert low == [55, 59, 59, 59]


def test_the_questions_named_by_the_report_score_what_it_says(survey: Path) -> None:
    _, items, _ = survey_scores(survey)
    of = defaultdict(list)
    for question in records(survey / "questions.csv"):
        of[question["standard_id"]].append(half_up(items[question["question_id"]]))
    assert min(of["standard_3"]) == 59
    assert sorted(of["standard_4"])[-2:] == [74, 75]
    assert min(of["standard_6"]) == 55
    assert min(of["covid"]) == 59
    assert 83 in of["employee_contribution"]
    assert [len(of[f"standard_{number}"]) for number in range(1, 9)] == [4, 3, 5, 10, 6, 7, 6, 2]
    assert sum(len(scores) for scores in of.values()) == 59


def test_162_were_invited_and_comparators_are_the_reports(survey: Path) -> None:
    assert records(survey / "invited.csv") == [{"survey_date": "2020-12-11", "invited": "162"}]
    comparators = records(survey / "comparators.csv")
    region = [int(row["score"]) for row in comparators if row["geography"] == "region"]
    nation = [int(row["score"]) for row in comparators if row["geography"] == "nation"]
    assert region == [81, 74, 74, 69, 65, 63, 79, 80, 84, 79, 68, 71, 72]
    assert nation == [81, 77, 75, 74, 74, 69, 79, 79, 86, 81, 74, 76, 77]
    assert {(row["geography"], row["respondents"]) for row in comparators} == {("region", "412"), ("nation", "3227")}


def days(*numbers: int) -> list[dt.date]:
    return [dt.date(2020, 1, 1) + dt.timedelta(number) for number in numbers]


@pytest.mark.parametrize(
    ("end", "events", "as_of", "expected"),
    [
        (None, (), 9, []),
        (None, (), 10, [(10, False)]),
        (None, (10,), 15, [(10, True)]),
        (None, (11,), 15, [(10, False)]),
        (None, (20,), 29, [(10, False)]),
        (None, (21,), 30, [(10, False), (20, False)]),
        (None, (), 30, [(10, False), (20, False), (30, False)]),
        (10, (), 30, []),
        (11, (), 30, [(10, False)]),
        (10, (10,), 30, [(10, True)]),
        (8, (8,), 30, [(10, True)]),
        (12, (12,), 30, [(10, False)]),
        (None, (5,), 12, [(10, True)]),
    ],
)
def test_the_recount_keeps_the_registers_conventions(
    end: int | None, events: tuple[int, ...], as_of: int, expected: list[tuple[int, bool]]
) -> None:
    """An interval of ten days from day 0, on either side of each edge."""
    due = what_fell_due(
        days(0)[0],
        None if end is None else days(end)[0],
        days(*events),
        lambda since, _: since + dt.timedelta(10),
        days(as_of)[0],
    )
    assert [(day, met) for day, met in due] == [(days(number)[0], met) for number, met in expected]


def test_other_seeds_come_to_the_same_figures(tmp_path: Path) -> None:
    from recount import BANK_HOLIDAYS

    from pipelines.sample import write_sample

    write_sample(tmp_path, seed=7, bank_holidays=BANK_HOLIDAYS)
    other = Recount(tmp_path / "X99000001" / "ssd" / "2021-02")
    assert half_up(100 * window_of(other.conferences_in_time())[0], window_of(other.conferences_in_time())[1]) == 59
    met, total = other.cp_reviews_in_time()
    assert half_up(100 * met, total) == 94
    assert other.children_looked_after(FEBRUARY) - other.children_looked_after(A_YEAR_BEFORE) == 65

"""Every KPI, month and team, and every window, counted twice over made-up worlds; both must agree exactly.

One side is the pipeline: SQL over whole tables at once, built by ``pipelines.warehouse`` and read from
``snapshots.kpi_month`` and ``snapshots.kpi_window``. The other is ``tests.recount``: plain Python, a child at a time,
each month as its own end knew the child, written from docs/conventions.md and the KPIs' own pages without a look at the
SQL. They share the rows they are given, the code lists and the population in sql/reference/, and nothing else.

The worlds of MONTHS are always the same; Hypothesis adds others, and with ``HYPOTHESIS_PROFILE=long`` many.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.recount import (
    assessments,
    incidents,
    looked_after,
    need,
    obligations,
    outcomes,
    records,
    visits_and_reviews,
    workforce,
)
from tests.recount.compared import Compared
from tests.recount.council import COUNTS, KPIS, RATES_OF_A_YEAR, RATES_PER_10000
from tests.recount.days import Timescale
from tests.recount.obligations import KINDS, MET, OF_A_CHILD, REMOTE_FROM, REMOTE_TO, STATUSES
from tests.recount.records import Files
from tests.recount.reference import codes_of
from tests.recount.worlds import MONTHS, make_world, worlds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from tests.recount.worlds import World

RATIOS = {"agency_per_vacancy", "caseload_average", "caseload_other_average", "cpp_duration", *outcomes.MEANS}
OF_NO_TEAM = {
    *RATES_PER_10000,
    *RATES_OF_A_YEAR,
    "lcspr_published_6m",
    "rapid_review_15wd",
    "sin_count",
    "sin_notified_5wd",
    "survey_response_rate",
}
IS_LONG = settings.get_current_profile_name() == "long"


@pytest.fixture(scope="module")
def always(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Compared]]:
    made = [
        Compared.build(tmp_path_factory.mktemp("world"), make_world(seed, last)) for seed, last in enumerate(MONTHS)
    ]
    yield made
    for each in made:
        each.warehouse.close()


def test_both_sides_agree(always: list[Compared]) -> None:
    if differences := "\n".join(filter(None, (each.report() for each in always))):
        pytest.fail(differences, pytrace=False)


@settings(
    max_examples=settings.default.max_examples if IS_LONG else 2,
    derandomize=not IS_LONG,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(world=worlds)
def test_both_sides_agree_on_other_worlds(tmp_path_factory: pytest.TempPathFactory, world: World) -> None:
    compared = Compared.build(tmp_path_factory.mktemp("world"), world)
    differences = compared.report()
    compared.warehouse.close()
    if differences:
        pytest.fail(differences, pytrace=False)


def test_the_worlds_hold_every_kpi(always: list[Compared]) -> None:
    """Of each KPI what its numerator holds and what its denominator alone; of each count months with and without."""
    figures = [(key, figure) for each in always for code in each.theirs for key, figure in each.theirs[code].items()]
    for kpi in KPIS:
        of_kpi = [figure for key, figure in figures if key.kpi == kpi and key.team is None]
        if kpi in COUNTS:
            assert {bool(figure.numerator) for figure in of_kpi} == {False, True}, kpi
        else:
            numerator, denominator = (sum(numbers) for numbers in zip(*of_kpi, strict=True))
            assert 0 < numerator < denominator or (kpi in RATIOS and numerator and denominator), kpi
    assert {key.kpi for key, _ in figures if key.team is not None} == {*KPIS} - OF_NO_TEAM


def test_the_worlds_hold_every_kind_of_obligation_in_every_status(always: list[Compared]) -> None:
    seen = Counter[tuple[str, str, bool]]()
    for compared in always:
        last = compared.world.last
        for code, authority in compared.world.authorities.items():
            for child in Files(authority.tables, codes_of(code).allocated).children.values():
                for kind, of_child in OF_A_CHILD.items():
                    obligations = of_child(child.seen_from(last), last)
                    seen.update((kind, each.status, each.is_left_out) for each in obligations)
    assert {(kind, status) for kind, status, is_left_out in seen if not is_left_out} == {
        (kind, status) for kind in KINDS for status in STATUSES
    }
    assert {kind for kind, _, is_left_out in seen if is_left_out} == {*KINDS} - {"cp_review"}


CHANGES: list[tuple[ModuleType, str, Any, str]] = [
    (assessments, "ASSESSMENT_LIMIT", 44, "assess_45wd"),
    (assessments, "ASSESSMENT_LIMIT", 46, "assess_45wd"),
    (assessments, "ASSESSMENT_LIMIT", 44, "assess_45wd_due_basis"),
    (assessments, "ASSESSMENT_LIMIT", 44, "assess_45wd_from_referral"),
    (assessments, "ASSESSMENT_LIMIT", 46, "assess_45wd_from_referral"),
    (assessments, "ASSESSMENT_LIMIT", 44, "assess_open_overdue"),
    (assessments, "CONFERENCE_LIMIT", 14, "icpc_15wd"),
    (assessments, "CONFERENCE_LIMIT", 16, "icpc_15wd"),
    (assessments, "CONFERENCE_LIMIT", 14, "icpc_overdue"),
    (assessments, "TRANSFER_IN_LIMIT", 14, "icpc_transfer_in_15wd"),
    (assessments, "TRANSFER_IN_LIMIT", 16, "icpc_transfer_in_15wd"),
    (incidents, "NOTIFICATION_LIMIT", 4, "sin_notified_5wd"),
    (incidents, "NOTIFICATION_LIMIT", 6, "sin_notified_5wd"),
    (incidents, "RAPID_REVIEW_LIMIT", 14, "rapid_review_15wd"),
    (incidents, "MONTHS_TO_PUBLISH", 5, "lcspr_published_6m"),
    (looked_after, "BABY_VISIT", Timescale(19, "working_days"), "baby_direct_visit"),
    (need, "MONTHS_TO_BE_A_REREFERRAL", 11, "rereferral_12m"),
    (need, "MONTHS_TO_BE_A_REPEAT_ENQUIRY", 11, "s47_repeat_12m"),
    (need, "MONTHS_TO_BE_A_REPEAT_PLAN", 23, "cpp_repeat_2y"),
    (need, "MONTHS_OF_A_LONG_CASE", 23, "cin_duration_2y"),
    (need, "MONTHS_OF_A_LONG_PLAN", 23, "cpp_2y_open"),
    (need, "MONTHS_OF_A_LONG_PLAN", 25, "cpp_2y_ended"),
    (need, "MONTHS_OF_A_SHORT_PLAN", 2, "cpp_3m_ended"),
    (need, "DAYS_TO_REFER", 6, "contact_to_referral"),
    (need, "MANY_WORKERS", 2, "worker_changes_12m"),
    (need, "DAYS_TO_REFER", 8, "contact_to_referral"),
    (need, "CONFERENCE_BANDS", ((10, "to_10"), (14, "to_15"), (20, "to_20")), "icpc_duration_bands"),
    (need, "ASSESSMENT_BANDS", (*need.ASSESSMENT_BANDS[:4], (44, "to_45")), "assessment_duration_bands"),
    (obligations, "CP_VISIT", Timescale(9, "working_days"), "cp_visit_in_line_with_plan"),
    (obligations, "CP_VISIT", Timescale(20, "working_days"), "cp_visit_snapshot"),
    (obligations, "FIRST_CP_REVIEW", Timescale(91, "days"), "cp_review_in_time"),
    (obligations, "CP_REVIEW", Timescale(183, "days"), "cp_review_ni67"),
    (obligations, "FIRST_CIN_REVIEW", Timescale(91, "days"), "cin_review_in_time"),
    (obligations, "CIN_REVIEW", Timescale(183, "days"), "cin_review_in_time"),
    (obligations, "FIRST_CLA_REVIEW", Timescale(28, "days"), "cla_review_in_time"),
    (obligations, "SECOND_CLA_REVIEW", Timescale(91, "days"), "cla_review_in_time"),
    (obligations, "CLA_REVIEW", Timescale(5, "months"), "cla_review_ni66"),
    (obligations, "FIRST_CLA_VISIT", Timescale(5, "working_days"), "cla_visit_in_time"),
    (obligations, "CLA_VISIT", Timescale(41, "days"), "cla_visit_snapshot"),
    (obligations, "LASTING_CLA_VISIT", Timescale(91, "days"), "cla_visit_in_time"),
    (obligations, "LASTING_PLACEMENTS", ("U1",), "cla_visit_in_time"),
    (obligations, "INTERIM_ORDER_UNREVIEWED", Timescale(28, "days"), "cla_visit_in_time"),
    (obligations, "INTERIM_ORDER", Timescale(14, "days"), "cla_visit_in_time"),
    (obligations, "AGREED_CLA_VISIT", Timescale(5, "months"), "cla_visit_in_time"),
    (obligations, "ADOPTION_VISIT", Timescale(8, "days"), "cla_visit_in_time"),
    (obligations, "UNDECIDED_ADOPTION_VISIT", Timescale(41, "days"), "cla_visit_in_time"),
    (obligations, "FIRST_ADOPTION_REVIEW", Timescale(27, "days"), "cla_review_in_time"),
    (obligations, "SECOND_ADOPTION_REVIEW", Timescale(91, "days"), "cla_review_in_time"),
    (obligations, "ADOPTION_REVIEW", Timescale(5, "months"), "cla_review_in_time"),
    (obligations, "REVIEW_AFTER_ADOPTION", Timescale(20, "days"), "cla_review_in_time"),
    (obligations, "REMOTE_FROM", REMOTE_FROM + timedelta(days=1), "cla_visit_in_time"),
    (obligations, "REMOTE_TO", REMOTE_TO - timedelta(days=1), "cla_visit_in_time"),
    (obligations, "LATE", MET, "cla_review_in_time"),
    (outcomes, "TEMPORARY", (), "cla_3_placements"),
    (outcomes, "WITH_THE_SAME_CARERS", (), "cla_3_placements"),
    (outcomes, "MONTHS_OF_LONG_CARE", 31, "cla_stable_2y"),
    (outcomes, "MONTHS_OF_A_STABLE_PLACEMENT", 25, "cla_stable_2y"),
    (outcomes, "FOR_ADOPTION", (), "cla_stable_2y"),
    (outcomes, "MONTHS_BETWEEN_ASSESSMENTS", 11, "cla_health"),
    (outcomes, "MONTHS_BETWEEN_ASSESSMENTS_UNDER_FIVE", 7, "cla_health"),
    (outcomes, "MONTHS_BETWEEN_CHECKS", 13, "cla_development"),
    (outcomes, "MONTHS_OF_A_SCORE", 11, "sdq_completed"),
    (outcomes, "AGE_OF_RESPONSIBILITY", 11, "cla_convicted"),
    (outcomes, "MONTHS_OF_ADOPTIONS", 24, "adoption_a10_days"),
    (outcomes, "VIEWS_HEARD", ("PN1",), "cla_review_participation"),
    (records, "SHORT_BREAKS", ("V3",), "cla_count"),
    (records, "PLACED_FOR_ADOPTION", ("A5",), "cla_visit_in_time"),
    (visits_and_reviews, "AGE_TO_BE_SEEN_ALONE", 5, "cp_visit_seen_alone"),
    (workforce, "WORKING_DAYS_A_YEAR", 252, "absence_rate_fte"),
]


@pytest.mark.parametrize(("module", "name", "changed", "kpi"), CHANGES)
def test_a_rule_changed_on_one_side_is_seen(
    monkeypatch: pytest.MonkeyPatch, always: list[Compared], module: ModuleType, name: str, changed: Any, kpi: str
) -> None:
    """And so the worlds hold what lies on either side of each limit."""
    assert getattr(module, name) != changed
    monkeypatch.setattr(module, name, changed)
    assert any(kpi == unlike for each in always for unlike in each.disagreeing())


def test_no_rule_unchanged_is_seen(always: list[Compared]) -> None:
    assert [unlike for each in always for unlike in each.disagreeing()] == []


def test_a_difference_names_the_child_and_both_answers(monkeypatch: pytest.MonkeyPatch, always: list[Compared]) -> None:
    monkeypatch.setattr(assessments, "ASSESSMENT_LIMIT", 44)
    report = next(filter(None, (each.report() for each in always)))
    assert re.search(r"assess_45wd \d{4}-\d{2} \S+: recounted \d+ of \d+, the pipeline \d+ of \d+", report)
    assert re.search(r"child \d+, made up, is where they differ:(?s:.)*ssd_cin_assessments: ", report)

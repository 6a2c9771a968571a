"""One council's records, sent in each format by an authority of its own, give the same figures.

Numerator and denominator, for the authority as a whole, are those of the SSD (of posts, those of the local tables) in
every month that the format covers.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.sample import write_returns, write_sample
from pipelines.settings import Settings
from pipelines.staging.stage import stage
from pipelines.warehouse.build import build
from tests.exports import KEY
from tests.warehouse_input import copy_of_the_project

if TYPE_CHECKING:
    from pathlib import Path

COUNCIL = "X99000001"
# The last month of the collection year, whose return covers the whole of it.
MONTH, SEPTEMBER = Period(2021, 3), Period(2020, 9)
PICTURES = tuple(MONTH.plus(-number) for number in range(4))
SEED, SCALE = 2024, 0.2
AUTHORITIES = {
    "ssd": "X99000002",
    "annex_a": "X99000003",
    "ssda903": "X99000004",
    "cin_census": "X99000005",
    "workforce_census": "X99000006",
    "local": "X99000007",
}
BOTH = "X99000008"
RETURNS = ("annex_a", "ssda903", "cin_census", "workforce_census")
YEAR = tuple(Period(2020, 4).plus(number) for number in range(12))
Figures = dict[tuple[Period, str | None], tuple[Any, Any]]


class Given(NamedTuple):
    """A KPI that a format gives, the months in which it does, and what it is compared with."""

    source: str
    kpi: str
    months: tuple[Period, ...]
    compared_with: str = "ssd"


OF_EVERY_MONTH = (
    "cla_age_share",
    "cla_ceased",
    "cla_ceased_reason_share",
    "cla_ethnicity_share",
    "cla_legal_status_share",
    "cla_missing_episodes",
    "cla_need_share",
    "cla_placement_share",
    "cla_provider_share",
    "cla_review_participation",
    "cla_started",
    "permanence_orders",
)
OF_THE_YEARS_END = (
    "care_leavers_in_eet",
    "care_leavers_in_eet_17_18",
    "care_leavers_in_touch",
    "care_leavers_in_touch_17_18",
    "care_leavers_suitable_accommodation",
    "care_leavers_suitable_accommodation_17_18",
    "cla_3_placements",
    "cla_ceased_rate_10k",
    "cla_convicted",
    "cla_dental",
    "cla_development",
    "cla_health",
    "cla_immunised",
    "cla_missing",
    "cla_started_rate_10k",
    "cla_substance",
    "sdq_completed",
    "sdq_mean",
)
OF_A_LIST = (
    "cla_3_placements",
    "cla_age_share",
    "cla_dental",
    "cla_health",
    "cla_legal_status_share",
    "cla_missing",
    "cla_need_share",
    "cla_placement_share",
    "cla_provider_share",
)
# What the list alone holds, or of its own month what the dataset holds of the newest.
OF_THE_NEWEST_LIST = (
    "care_leavers_in_eet",
    "care_leavers_in_eet_17_18",
    "care_leavers_in_touch",
    "care_leavers_in_touch_17_18",
    "care_leavers_suitable_accommodation",
    "care_leavers_suitable_accommodation_17_18",
    "iro_contact",
)
GIVEN_BY_ONE = {("annex_a", kpi) for kpi in (*OF_THE_NEWEST_LIST, "cla_outside_authority")} | {("ssda903", "cla_uasc")}
# Two children placed for adoption were reviewed before their last visit and after it: the list holds the later alone.
NOT_GIVEN = {("annex_a", "cla_visit_snapshot"): MONTH}
GIVEN = (
    Given("cin_census", "assess_45wd", YEAR),
    Given("cin_census", "assess_open_overdue", YEAR),
    Given("cin_census", "icpc_15wd", YEAR),
    Given("cin_census", "assess_45wd_due_basis", YEAR[3:]),
    Given("cin_census", "icpc_transfer_in_15wd", YEAR),
    Given("cin_census", "cp_review_in_time", YEAR[6:]),
    Given("cin_census", "cpp_count", YEAR),
    Given("cin_census", "cpp_rate_10k", YEAR),
    Given("cin_census", "assessment_duration_bands", YEAR),
    Given("cin_census", "assessments_completed", YEAR),
    Given("cin_census", "cin_count", YEAR),
    Given("cin_census", "cin_duration_2y", YEAR),
    Given("cin_census", "cin_rate_10k", YEAR),
    Given("cin_census", "cpp_2y_ended", YEAR),
    Given("cin_census", "cpp_2y_open", YEAR),
    Given("cin_census", "cpp_3m_ended", YEAR),
    Given("cin_census", "cpp_category_share", YEAR),
    Given("cin_census", "cpp_duration", YEAR),
    Given("cin_census", "cpp_ended", YEAR),
    Given("cin_census", "cpp_started", YEAR),
    Given("cin_census", "icpc_count", YEAR),
    Given("cin_census", "icpc_duration_bands", YEAR),
    Given("cin_census", "referral_nfa", YEAR),
    Given("cin_census", "referral_source_share", YEAR),
    Given("cin_census", "referrals", YEAR),
    Given("cin_census", "s47_started", YEAR),
    Given("cin_census", "assessment_rate_10k", (MONTH,)),
    Given("cin_census", "cpp_ended_rate_10k", (MONTH,)),
    Given("cin_census", "cpp_started_rate_10k", (MONTH,)),
    Given("cin_census", "icpc_rate_10k", (MONTH,)),
    Given("cin_census", "referral_rate_10k", (MONTH,)),
    Given("cin_census", "s47_rate_10k", (MONTH,)),
    Given("ssda903", "cla_count", YEAR),
    Given("ssda903", "cla_rate_10k", YEAR),
    *(Given("ssda903", kpi, YEAR) for kpi in OF_EVERY_MONTH),
    *(Given("ssda903", kpi, (MONTH,)) for kpi in OF_THE_YEARS_END),
    *(Given("annex_a", kpi, PICTURES) for kpi in OF_A_LIST),
    Given("annex_a", "assess_open_overdue", PICTURES),
    Given("annex_a", "cpp_count", PICTURES),
    Given("annex_a", "cpp_rate_10k", PICTURES),
    Given("annex_a", "cpp_2y_open", PICTURES),
    Given("annex_a", "cpp_category_share", PICTURES),
    Given("annex_a", "cp_visit_snapshot", PICTURES),
    Given("annex_a", "cla_count", PICTURES),
    Given("annex_a", "cla_rate_10k", PICTURES),
    Given("annex_a", "cla_visit_snapshot", PICTURES[1:]),
    Given("workforce_census", "agency_rate_fte", (SEPTEMBER,), "local"),
    Given("workforce_census", "vacancy_rate_fte", (SEPTEMBER,), "local"),
    Given("workforce_census", "turnover_rate_fte", (SEPTEMBER,), "local"),
    Given("workforce_census", "absence_rate_fte", (SEPTEMBER,), "local"),
    Given("workforce_census", "agency_per_vacancy", (SEPTEMBER,), "local"),
    Given("workforce_census", "starter_rate_fte", (SEPTEMBER,), "local"),
    Given("workforce_census", "caseload_average", (SEPTEMBER,)),
)
"""All that the formats give, as the second test sees to."""
# Of a council so small none is there: what they are shares of is compared.
SELDOM = {"cpp_2y_ended", "starter_rate_fte"}
# What no other format holds: factors, and who holds cases. How many plans a child had the dataset counts by itself.
ALONE: set[tuple[str, str]] = {
    *GIVEN_BY_ONE,
    ("cin_census", "assessment_factors"),
    ("cin_census", "cpp_repeat_ever"),
    ("workforce_census", "holding_cases_share"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    root = tmp_path_factory.mktemp("formats")
    write_sample(root / "exports", seed=SEED, scale=SCALE, months=(*PICTURES, SEPTEMBER), spoilt=False)
    _deliver(root)
    settings = Settings(
        _env_file=None,
        inbox_url=str(root / "inbox"),
        data_dir=root / "data",
        project_dir=_project(root),
        pseudonym_key=SecretStr(KEY),
        duckdb_memory_limit="1GB",
    )
    for delivery in find_deliveries(settings).deliveries:
        land(settings, delivery)
        assert stage(settings, delivery).refusal is None, delivery
    return duckdb.connect(str(build(settings, MONTH).path), read_only=True)


def _deliver(root: Path) -> None:
    """Each format for its authority; the SSD and the local tables as they are."""
    inbox, exports = root / "inbox", root / "exports" / COUNCIL
    for source, month in (("ssd", MONTH), ("local", SEPTEMBER)):
        shutil.copytree(exports / source / str(month), inbox / AUTHORITIES[source] / source / str(month))
    shutil.copytree(exports / "ssd" / str(MONTH), inbox / BOTH / "ssd" / str(MONTH))
    wanted = [(AUTHORITIES["annex_a"], "annex_a", month) for month in PICTURES]
    wanted += [(AUTHORITIES["workforce_census"], "workforce_census", SEPTEMBER)]
    wanted += [(whose, source, MONTH) for source in ("ssda903", "cin_census") for whose in (AUTHORITIES[source], BOTH)]
    for authority, source, month in wanted:
        ssd, local = (exports / name / str(month) for name in ("ssd", "local"))
        assert any(write_returns(inbox, month, ssd=ssd, local=local, sources=[source], authority=authority).values())


def _project(root: Path) -> Path:
    """The project, with as many children in every authority, so that rates have a denominator."""
    project = copy_of_the_project(root)
    with (project / "sql" / "reference" / "population.csv").open("a", encoding="utf-8") as lines:
        lines.writelines(
            f"{authority},{year},{59_000 + year},Made up\n"
            for authority in AUTHORITIES.values()
            for year in range(2017, 2022)
        )
    return project


def figures(built: duckdb.DuckDBPyConnection, source: str, kpi: str) -> Figures:
    """(numerator, denominator) by month and category, of the whole of the authority that sends only this."""
    found = built.execute(
        """
        SELECT reporting_month, category, numerator, denominator
        FROM snapshots.kpi_month
        WHERE authority_code = ? AND kpi_id = ? AND team_code IS NULL
        ORDER BY category
        """,
        [AUTHORITIES[source], kpi],
    ).fetchall()
    return {(Period.parse(month), category): tuple(numbers) for month, category, *numbers in found}


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: f"{given.source}-{given.kpi}")
def test_a_format_gives_what_the_records_give(built: duckdb.DuckDBPyConnection, given: Given) -> None:
    expected = figures(built, given.compared_with, given.kpi)
    found = figures(built, given.source, given.kpi)
    expected = {key: numbers for key, numbers in expected.items() if key[0] in given.months}
    found = {key: numbers for key, numbers in found.items() if key[0] != NOT_GIVEN.get((given.source, given.kpi))}
    assert found == expected
    assert {month for month, _ in found} == {*given.months}
    compared = (numbers[given.kpi in SELDOM] for numbers in found.values())
    assert any(compared), "a council so small has nothing to be compared"


@pytest.mark.parametrize("kpi", OF_THE_NEWEST_LIST)
def test_the_newest_list_gives_what_the_records_give(built: duckdb.DuckDBPyConnection, kpi: str) -> None:
    assert figures(built, "annex_a", kpi)[MONTH, None] == figures(built, "ssd", kpi)[MONTH, None]


def test_every_figure_of_a_format_is_compared(built: duckdb.DuckDBPyConnection) -> None:
    codes = {AUTHORITIES[source]: source for source in RETURNS}
    found = built.execute("SELECT DISTINCT authority_code, kpi_id FROM snapshots.kpi_month").fetchall()
    assert {(codes[code], kpi) for code, kpi in found if code in codes} == (
        {(each.source, each.kpi) for each in GIVEN} | ALONE
    )


def test_formats_of_one_council_disagree_in_nothing(built: duckdb.DuckDBPyConnection) -> None:
    """An authority that delivers the dataset, the census and the return: each event is alike in two of them."""
    found = built.execute(
        """
        SELECT
            subject, sum(alike), sum(another_second_date + another_first_date + only_in_preferred + only_in_other)
        FROM snapshots.source_agreement
        WHERE authority_code = ?
        GROUP BY subject
        ORDER BY subject
        """,
        [BOTH],
    ).fetchall()
    assert [subject for subject, alike, _ in found if alike] == [
        "assessment",
        "child protection plan",
        "child protection review",
        "initial conference",
        "period of care",
        "referral",
        "review of a child looked after",
        "section 47 enquiry",
    ]
    assert not any(disagreeing for _, _, disagreeing in found)

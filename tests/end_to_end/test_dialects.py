"""The same records in the forms of four case management systems: the same figures, or none, with the reason."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.sample import write_sample
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import stage
from pipelines.warehouse.build import build
from tests.dialects import (
    NO_SUCH_ROLE,
    as_azeus,
    as_azeus_beside_own_tables,
    as_eclipse,
    as_eclipse_completed,
    as_liquidlogic,
    as_mosaic,
    as_plain,
    write_in_form,
)
from tests.exports import KEY

if TYPE_CHECKING:
    from pathlib import Path

COUNCIL, MONTH = "X99000001", Period(2021, 2)
SEED, SCALE = 2024, 0.05
SYSTEMS = PROJECT.parent / "shared" / "cases" / "systems"
PLAIN, MOSAIC, LIQUIDLOGIC, UNMAPPED = "X99000002", "X99000003", "X99000004", "X99000005"
ECLIPSE, ECLIPSE_COMPLETED, AZEUS, AZEUS_BESIDE_OWN_TABLES = "X99000006", "X99000007", "X99000008", "X99000009"
FORMS = {
    PLAIN: as_plain,
    MOSAIC: as_mosaic,
    LIQUIDLOGIC: as_liquidlogic,
    UNMAPPED: as_liquidlogic,
    ECLIPSE: as_eclipse,
    ECLIPSE_COMPLETED: as_eclipse_completed,
    AZEUS: as_azeus,
    AZEUS_BESIDE_OWN_TABLES: as_azeus_beside_own_tables,
}
KNOWS_ROLES = (LIQUIDLOGIC, ECLIPSE, ECLIPSE_COMPLETED)
NOTHING_OPEN, NOT_ENOUGH = "(delivered without what is still open)", "(delivered without enough values)"
OTHER_IDS = "(delivered without an id that the other table has)"
OF_WHAT_IS_COMPLETED = {
    "assess_45wd_due_basis": f"ssd_cin_assessments.cina_assessment_auth_date {NOTHING_OPEN}",
    "assess_45wd_from_referral": f"ssd_cin_assessments.cina_referral_id {NOT_ENOUGH}",
    "assess_open_overdue": f"ssd_cin_assessments.cina_assessment_auth_date {NOTHING_OPEN}",
    "baby_direct_visit": f"ssd_cin_visits.cinv_cin_visit_date {NOTHING_OPEN}",
    "cla_visit_in_time": "ssd_cla_care_plan (delivered without any record)",
    "cla_visit_snapshot": "ssd_cla_care_plan (delivered without any record)",
    "icpc_overdue": f"ssd_s47_enquiry.s47e_s47_end_date {NOTHING_OPEN}",
    "icpc_transfer_in_15wd": f"ssd_initial_cp_conference.icpc_referral_id {OTHER_IDS}",
    "assessments_completed": f"ssd_cin_assessments.cina_assessment_auth_date {NOTHING_OPEN}",
    **dict.fromkeys(
        ("s47_started", "s47_repeat_12m", "s47_to_icpc"), f"ssd_s47_enquiry.s47e_s47_end_date {NOTHING_OPEN}"
    ),
    **dict.fromkeys(
        (
            *("referrals", "referral_nfa", "referral_source_share", "rereferral_12m", "contact_to_referral"),
            *("cin_count", "cin_duration_2y", "worker_changes_12m"),
        ),
        "ssd_cin_episodes.cine_referral_date (delivered without what led to no plan)",
    ),
}
"""What the form of Eclipse does not give, whatever a council fills in, and what each figure waits for."""
PLACED = frozenset({"cla_placement_share"})
"""Its script knows no code for some types of placement, and leaves them blank."""
OF_PLANS = (
    "cp_child_visits_all_in_time cp_review_in_time cp_review_ni67 cp_visit_in_line_with_plan cp_visit_seen_alone "
    "cp_visit_snapshot cpp_2y_ended cpp_2y_open cpp_3m_ended cpp_category_share cpp_count cpp_duration cpp_ended "
    "cpp_repeat_2y cpp_repeat_ever cpp_started"
)
OF_CASELOADS = ("caseload_average", "caseload_other_average")
ROLES = f"""table_name,column_name,local_code,national_code,reviewed_on
ssd_involvements,invo_professional_role_id,{NO_SUCH_ROLE},Allocated Case Worker,2021-03-02
"""
Rows = dict[tuple[str, str | None, str | None], tuple[Any, ...]]


def staged_and_built(root: Path) -> duckdb.DuckDBPyConnection:
    settings = Settings(
        _env_file=None,
        inbox_url=str(root / "inbox"),
        data_dir=root / "data",
        council_dir=root / "council",
        pseudonym_key=SecretStr(KEY),
        duckdb_memory_limit="1GB",
    )
    for delivery in find_deliveries(settings).deliveries:
        land(settings, delivery)
        assert stage(settings, delivery).refusal is None, delivery
    return duckdb.connect(str(build(settings, MONTH).path), read_only=True)


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The made-up council, in each form by an authority of its own; one of those with other roles does not map them."""
    root = tmp_path_factory.mktemp("dialects")
    write_sample(root / "exports", seed=SEED, scale=SCALE, months=(MONTH,), spoilt=False)
    plain = root / "exports" / COUNCIL / "ssd" / str(MONTH)
    for authority, form in FORMS.items():
        write_in_form(plain, root / "inbox" / authority / "ssd" / str(MONTH), form)
    for authority in KNOWS_ROLES:
        codes = root / "council" / authority / "codes.csv"
        codes.parent.mkdir(parents=True)
        codes.write_text(ROLES, encoding="utf-8")
    return staged_and_built(root)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    if not SYSTEMS.exists():
        pytest.skip("the deliveries of others are not here")
    root = tmp_path_factory.mktemp("systems")
    (root / "council").mkdir()
    for system, authority in (("plain", PLAIN), ("mosaic", MOSAIC), ("liquidlogic", LIQUIDLOGIC)):
        shutil.copytree(SYSTEMS / system, root / "inbox" / authority)
    return staged_and_built(root)


def figures(built: duckdb.DuckDBPyConnection, authority: str) -> dict[str, Rows]:
    """By KPI, then by month, team and category."""
    found: dict[str, Rows] = {}
    for kpi, month, team, category, *counts in built.execute(
        """
        SELECT kpi_id, reporting_month, team_code, category, numerator, denominator, value
        FROM snapshots.kpi_month
        WHERE authority_code = ?
        """,
        [authority],
    ).fetchall():
        found.setdefault(kpi, {})[month, team, category] = tuple(counts)
    return found


def reasons(built: duckdb.DuckDBPyConnection, authority: str) -> dict[str, str]:
    sql = "SELECT kpi_id, reason FROM snapshots.kpi_absence WHERE authority_code = ?"
    return dict(built.execute(sql, [authority]).fetchall())


def held_by(built: duckdb.DuckDBPyConnection, authority: str) -> dict[str, str]:
    sql = "SELECT condition, detail FROM snapshots.gate WHERE authority_code = ? AND NOT holds"
    return dict(built.execute(sql, [authority]).fetchall())


def absent_beside_plain(
    built: duckdb.DuckDBPyConnection, authority: str, not_recorded: frozenset[str] = frozenset()
) -> dict[str, str]:
    """The KPIs that the plain form gives and this does not, with the reason; all others must be alike.

    ``not_recorded``: of which some records are in no category, and are said to be so.
    """
    plain, here, why = figures(built, PLAIN), figures(built, authority), reasons(built, authority)
    assert len(plain) > 15
    assert {
        kpi: sorted(plain[kpi].items() ^ here[kpi].items(), key=repr)[:2]
        for kpi in plain.keys() & here.keys() - not_recorded
        if plain[kpi] != here[kpi]
    } == {}
    for kpi in not_recorded:
        unknown, of_plain = (
            sum(row[0] for key, row in rows[kpi].items() if key[2] == "unknown") for rows in (here, plain)
        )
        assert unknown > of_plain
    assert here.keys() <= plain.keys()
    return {kpi: why[kpi] for kpi in plain.keys() - here.keys()}


def test_mosaics_form_gives_every_figure(twins: duckdb.DuckDBPyConnection) -> None:
    assert absent_beside_plain(twins, MOSAIC) == {}
    assert held_by(twins, MOSAIC) == {}


def test_liquidlogics_form_gives_every_figure_but_those_from_referrals_that_it_does_not_know(
    twins: duckdb.DuckDBPyConnection,
) -> None:
    absent = absent_beside_plain(twins, LIQUIDLOGIC)
    assert absent.keys() == {"assess_45wd_from_referral"}
    assert "ids are placeholders such as -1" in absent["assess_45wd_from_referral"]
    assert held_by(twins, LIQUIDLOGIC) == {}


def test_until_a_council_says_what_its_roles_mean_nobody_is_known_to_hold_cases(
    twins: duckdb.DuckDBPyConnection,
) -> None:
    unmapped = figures(twins, UNMAPPED)
    assert "caseload_average" in figures(twins, LIQUIDLOGIC)
    assert "caseload_average" not in unmapped
    assert "invo_professional_role_id" in reasons(twins, UNMAPPED)["caseload_average"]
    assert "invo_professional_role_id" in held_by(twins, UNMAPPED)["GATE-UNREADABLE"]


def test_eclipses_form_gives_no_figure_of_what_it_leaves_open_or_null(twins: duckdb.DuckDBPyConnection) -> None:
    absent = absent_beside_plain(twins, ECLIPSE, PLACED)
    assert absent.keys() == {*OF_WHAT_IS_COMPLETED, *OF_PLANS.split(), *OF_CASELOADS}
    assert all(reason in absent[kpi] for kpi, reason in OF_WHAT_IS_COMPLETED.items())
    assert all("ssd_cp_plans (delivered without cppl_cp_plan_ola)" in absent[kpi] for kpi in OF_PLANS.split())
    missing = f"ssd_professionals.prof_full_time_equivalency {NOT_ENOUGH}"
    assert all(missing in absent[kpi] for kpi in OF_CASELOADS)
    assert held_by(twins, ECLIPSE) == {}


def test_eclipses_form_gives_the_others_where_a_council_fills_in_what_the_script_leaves_null(
    twins: duckdb.DuckDBPyConnection,
) -> None:
    absent = absent_beside_plain(twins, ECLIPSE_COMPLETED, PLACED)
    assert absent.keys() == OF_WHAT_IS_COMPLETED.keys()
    assert all(reason in absent[kpi] for kpi, reason in OF_WHAT_IS_COMPLETED.items())
    assert held_by(twins, ECLIPSE_COMPLETED) == {}


def test_azeuss_draft_gives_no_figure_of_its_own_and_spoils_none_of_the_tables_beside_it(
    twins: duckdb.DuckDBPyConnection,
) -> None:
    assert figures(twins, AZEUS) == {}
    assert absent_beside_plain(twins, AZEUS_BESIDE_OWN_TABLES) == {}
    assert held_by(twins, AZEUS_BESIDE_OWN_TABLES) == {}


def test_mosaics_delivery_gives_all_but_what_needs_visits_of_nobody(published: duckdb.DuckDBPyConnection) -> None:
    """Its visits to children in need name no plan that there is."""
    assert absent_beside_plain(published, MOSAIC) == {
        "baby_direct_visit": "waits for ssd_cin_visits (delivered without cinv_person_id)"
    }
    assert held_by(published, MOSAIC) == {}


def test_liquidlogics_delivery_gives_all_but_what_needs_its_referrals(published: duckdb.DuckDBPyConnection) -> None:
    assert absent_beside_plain(published, LIQUIDLOGIC).keys() == {"assess_45wd_from_referral"}
    assert held_by(published, LIQUIDLOGIC) == {}

"""A rule that looks at what was not delivered is not carried out: what is missing is a finding of its own."""

from __future__ import annotations

from pipelines.contracts.structural_checks import all_checks
from pipelines.contracts.variants import of_year
from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.staging.rules import to_carry_out
from tests.exports import SOURCES

SSD = SOURCES["ssd"].tables


def codes(*without: str) -> set[str]:
    """The codes carried out on a delivery without some tables (``ssd_person``) or columns (``ssd_person.pers_sex``)."""
    contracts = {name: contract for name, contract in SSD.items() if name not in without}
    headings = {
        name: {heading for heading in contract.headings if f"{name}.{heading}" not in without}
        for name, contract in contracts.items()
    }
    checks = to_carry_out(PROJECT / "sql", contracts, headings, Period(2021, 2)).values()
    return {check.rule.code for of_table in checks for check in of_table}


def test_everything_is_carried_out_on_a_whole_delivery() -> None:
    assert codes() == {check.rule.code for contract in SSD.values() for check in all_checks(contract)}


def test_a_rule_of_two_tables_needs_both() -> None:
    assert codes() >= {"8540", "8590"}
    assert "8540" not in codes("ssd_disability")
    assert "8590" in codes("ssd_disability")


def test_what_a_table_of_the_rules_is_made_of_is_needed_too() -> None:
    assert "8590" not in codes("ssd_cp_plans")


def test_a_rule_that_asks_for_a_value_needs_its_column() -> None:
    assert "8866" not in codes("ssd_cin_episodes.cine_referral_source_code")
    assert "8610" not in codes("ssd_cin_episodes.cine_referral_nfa")


def test_a_rule_of_a_column_is_carried_out_all_the_same() -> None:
    assert "CINE004A-READABLE" in codes("ssd_cin_episodes.cine_referral_source_code")


def test_what_a_table_of_the_rules_makes_a_column_of_is_asked_for_by_its_own_name() -> None:
    assert "2885" not in codes("ssd_initial_cp_conference.icpc_icpc_transfer_in")
    assert "903-143" not in codes("ssd_cla_episodes.clae_cla_episode_start_reason")
    assert "903-144" in codes("ssd_cla_episodes.clae_cla_episode_start_reason")


def test_what_the_collection_year_does_not_have_is_not_missing() -> None:
    """The sex came into the census in 2024-25, the gender went."""
    for year, heading in ((2024, "sex"), (2026, "gendercurrent")):
        contracts = of_year(SOURCES["cin_census"], year).tables
        headings = {name: set(contract.headings) - {heading} for name, contract in contracts.items()}
        checks = to_carry_out(PROJECT / "sql", contracts, headings, Period(year, 3))["cin_census_children"]
        assert "4180" in {check.rule.code for check in checks}

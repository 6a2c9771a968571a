"""The KPI register is read strictly, and agrees with the published contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from pipelines.contracts.kpis import BadRegister, load_register
from pipelines.contracts.loading import load_sources
from pipelines.contracts.published import BadPublishedContract, load_published
from pipelines.settings import PROJECT
from tests.warehouse_input import copy_of_the_project

if TYPE_CHECKING:
    from pathlib import Path


def test_every_required_table_has_a_contract() -> None:
    contracts = [each for source in load_sources(PROJECT / "expectations").values() for each in source.tables.values()]
    tables = {contract.name for contract in contracts}
    tables |= {f"{contract.name}.{heading}" for contract in contracts for heading in contract.headings}
    for kpi in load_register(PROJECT / "sql/kpis"):
        named = {needed.table_name for needed in kpi.requirements}
        assert named <= tables
        assert {name.partition(".")[0] for name in named} <= named


def test_one_of_several_tables_is_one_requirement() -> None:
    rate = next(kpi for kpi in load_register(PROJECT / "sql/kpis") if kpi.kpi_id == "survey_response_rate")
    assert rate.requirements == [
        ("survey_response_rate", 1, 1, "survey_invited", False, 0),
        ("survey_response_rate", 2, 1, "survey_responses", False, 0),
        ("survey_response_rate", 2, 2, "survey_summary", False, 0),
    ]


def test_all_of_these_tables_or_all_of_those_are_alternatives_in_the_order_of_preference() -> None:
    cla_count = next(kpi for kpi in load_register(PROJECT / "sql/kpis") if kpi.kpi_id == "cla_count")
    alternatives: dict[tuple[int, int], list[str]] = {}
    for needed in cla_count.requirements:
        alternatives.setdefault((needed.requirement, needed.alternative), []).append(needed.table_name)
    assert alternatives == {
        (1, 1): ["ssd_person", "ssd_cla_episodes", "ssd_legal_status"],
        (1, 2): ["ssda903_header", "ssda903_episodes"],
        (1, 3): [
            "annex_a_looked_after",
            "annex_a_looked_after.child's legal status",
            "annex_a_looked_after.date of birth",
        ],
    }


@pytest.mark.parametrize("missing", ["cpp_count.sql", "cpp_count.yaml"])
def test_half_a_kpi_is_refused(tmp_path: Path, missing: str) -> None:
    kpis = copy_of_the_project(tmp_path) / "sql/kpis"
    (kpis / missing).unlink()
    with pytest.raises(BadRegister, match="cpp_count: a KPI is two files"):
        load_register(kpis)


@pytest.mark.parametrize(
    "change",
    [
        {"direction": "up"},
        {"standard_type": "national"},
        {"tittle": "misspelt"},
        {"uncertainty": "guessed"},
        {"numerator": None},
    ],
)
def test_a_register_that_says_something_else_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = copy_of_the_project(tmp_path) / "sql/kpis/cpp_count.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | change))
    with pytest.raises(BadRegister, match=r"cpp_count\.yaml"):
        load_register(path.parent)


@pytest.mark.parametrize("field", ["description", "dataGranularityDescription", "properties"])
def test_a_published_contract_that_lacks_something_is_refused(tmp_path: Path, field: str) -> None:
    path = copy_of_the_project(tmp_path) / "expectations/snapshots/kpi.yaml"
    content = yaml.safe_load(path.read_text())
    del content["schema"][0][field]
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(BadPublishedContract, match=rf"kpi\.yaml, line \d+: the key schema\[0\]\.{field} is missing"):
        load_published(path.parent)


def test_published_contracts_follow_the_standard() -> None:
    from open_data_contract_standard.model import OpenDataContractStandard

    for path in (PROJECT / "expectations/snapshots").glob("*.yaml"):
        OpenDataContractStandard.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))

"""The SSDA903's contracts against the specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from pipelines.contracts.loading import load_sources
from pipelines.periods import Period
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pipelines.contracts.model import Column, Contract

SSDA903 = load_sources(PROJECT / "expectations")["ssda903"]
SCHEMA = PROJECT.parent / "shared" / "domain" / "ssda903_schema.yaml"
EARLIER = {"place": {"H5", "P2"}}


def column_of(table: str, name: str) -> Column:
    return next(column for column in SSDA903.tables[table].columns if column.name == name)


def test_a_return_reaches_back_to_april() -> None:
    assert SSDA903.first_month(Period.parse("2018-03")) == Period.parse("2017-04")
    assert SSDA903.first_month(Period.parse("2018-04")) == Period.parse("2018-04")


def test_names_of_places_and_pupils_are_never_staged() -> None:
    withheld = {column.name for table in SSDA903.tables.values() for column in table.columns if not column.duckdb_type}
    assert withheld == {"home_post", "pl_post", "urn"}


def test_every_child_is_keyed_as_a_person() -> None:
    assert {column_of(table, "child").pseudonym for table in SSDA903.tables} == {"person"}


@pytest.mark.skipif(not SCHEMA.exists(), reason="the specification is not beside the checkout")
@pytest.mark.parametrize("contract", list(SSDA903.tables.values()), ids=lambda contract: contract.name)
def test_the_columns_and_codes_are_the_specified_ones_and_those_of_earlier_years(contract: Contract) -> None:
    files = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["files"]
    specified = files[contract.name.removeprefix("ssda903_")]["columns"]
    assert list(contract.headings) == [column["name"].lower() for column in specified]
    for listed in specified:
        codes = {next(iter(code)) if isinstance(code, dict) else code for code in listed.get("codes", ())}
        column = column_of(contract.name, listed["name"].lower())
        assert set(column.codes) == codes | EARLIER.get(column.name, set()), column.name

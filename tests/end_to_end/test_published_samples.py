"""The page of the published sample files says what the rules find in them, and why others find something else."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest
from pydantic import SecretStr

from pipelines.cli.published_rules import COLLECTIONS
from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import stage
from tests.exports import KEY

if TYPE_CHECKING:
    from pathlib import Path

FIXTURES = PROJECT.parent / "shared" / "fixtures"
PAGE = PROJECT / "docs" / "published_samples.md"
CODES = {collection.name: collection.code for collection in COLLECTIONS}
DELIVERIES = {
    "BAR_cin_2022.xml": ("cin_census", "2022-03", "BAR_cin_2022.xml"),
    "CIN_Census_2024.xml": ("cin_census", "2024-03", "CIN_Census_2024.xml"),
    "CIN_Census_2026.xml": ("cin_census", "2026-03", "CIN_Census_2026.xml"),
    "the thirteen lists as CSV": ("ssda903", "2018-03", "*.csv"),
    "fake_903.xml": ("ssda903", "2018-03", "fake_903.xml"),
}


def listed() -> dict[str, list[list[str]]]:
    """The rows of the page by file: rule, rows here, rows there, why they differ."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        section.split("\n")[0]: [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in section.split("\n")
            if line.startswith("| ")
        ][2:]
        for section in sections
    }


def rows_here(folder: Path, source: str, month: str, pattern: str) -> dict[str, int]:
    """How many rows break each published rule, by its published code."""
    settings = Settings(
        _env_file=None,
        inbox_url=str(folder / "inbox"),
        data_dir=folder / "data",
        pseudonym_key=SecretStr(KEY),
        duckdb_memory_limit="1GB",
    )
    delivery = Delivery.parse(f"E06000015/{source}/{month}")
    inbox = folder / "inbox" / str(delivery)
    inbox.mkdir(parents=True)
    for file in (FIXTURES / source).glob(pattern):
        shutil.copy(file, inbox)
    landing.land(settings, delivery)
    staged = stage(settings, delivery)
    with duckdb.connect() as connection:
        findings = connection.read_parquet(str(staged.folder / "finding.parquet")).filter("line IS NOT NULL")
        rows = findings.aggregate("rule_code, count(DISTINCT (table_name, line))").fetchall()
    return {found[1]: number for code, number in rows if (found := CODES[source].fullmatch(code))}


def test_every_file_is_listed_and_every_difference_has_its_reason() -> None:
    assert set(listed()) == set(DELIVERIES)
    for rows in listed().values():
        assert all((here == there) == (not why) for _, here, there, why in rows)
        assert all(why.endswith(".") for *_, why in rows if why)


@pytest.mark.skipif(not FIXTURES.exists(), reason="the published files are not beside the checkout")
@pytest.mark.parametrize("file", list(DELIVERIES))
def test_the_rows_here_are_what_the_rules_find(tmp_path: Path, file: str) -> None:
    here = {code: int(number) for code, number, *_ in listed()[file] if number != "0"}
    assert here == rows_here(tmp_path, *DELIVERIES[file])

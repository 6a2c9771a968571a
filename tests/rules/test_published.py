"""Every published rule runs on each source that could have it, or the reason why not is listed."""

from __future__ import annotations

import csv
import hashlib
import re

import pytest

from pipelines.cli.published_rules import COLLECTIONS, Collection, applied, not_applied
from pipelines.contracts.structural_checks import all_checks
from pipelines.settings import PROJECT
from tests.exports import SOURCES

PUBLISHED = PROJECT.parent / "shared" / "domain" / "rules"
LISTS = {"cin_census": "cin_2025_26.csv", "ssda903": "ssda903_2025_26.csv"}
CODES = {
    check.rule.code
    for source in SOURCES.values()
    for contract in source.tables.values()
    for check in all_checks(contract)
}
# What the census and the 903 gained in 2026-27, as the sector's validators have it; the lists are of the year before.
SINCE: dict[str, set[str]] = {
    "cin_census": {"8995Q", "9000Q", "9010Q", "9015Q", *map(str, range(9005, 9010)), *map(str, range(9011, 9014))},
    "ssda903": set(map(str, range(700, 711))),
}
# Of the lists' codes, sorted, a line each: what is forgotten or made up is found without the lists too.
DIGESTS = {"cin_census": "7c10c75ebe1e3fe6", "ssda903": "8b8f9b83ac18df1e"}
PAIRS = [pytest.param(each, source, id=f"{each.name}-{source}") for each in COLLECTIONS for source in each.sources]


def digest(codes: set[str]) -> str:
    return hashlib.sha256("\n".join(sorted(codes)).encode()).hexdigest()[:16]


@pytest.mark.parametrize(("collection", "source"), PAIRS)
def test_no_rule_both_runs_on_a_source_and_does_not(collection: Collection, source: str) -> None:
    assert set(not_applied(collection, source)) & applied(collection, SOURCES[source]) == set()


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published lists are not beside the checkout")
@pytest.mark.parametrize(("collection", "source"), PAIRS)
def test_no_published_rule_is_forgotten_and_none_is_made_up(collection: Collection, source: str) -> None:
    with (PUBLISHED / LISTS[collection.name]).open(encoding="utf-8", newline="") as lines:
        published = {row["code"] for row in csv.DictReader(lines)}
    assert (
        applied(collection, SOURCES[source]) | set(not_applied(collection, source))
        == published | SINCE[collection.name]
    )
    assert digest(published) == DIGESTS[collection.name]


@pytest.mark.parametrize(("collection", "source"), PAIRS)
def test_the_codes_are_those_of_the_list_as_it_was_read(collection: Collection, source: str) -> None:
    codes = applied(collection, SOURCES[source]) | set(not_applied(collection, source))
    assert codes >= SINCE[collection.name]
    codes -= SINCE[collection.name]
    assert digest(codes) == DIGESTS[collection.name]
    assert digest(codes - {min(codes)}) != DIGESTS[collection.name]


@pytest.mark.parametrize(("collection", "source"), PAIRS)
def test_every_reason_is_a_sentence_and_names_rules_that_there_are(collection: Collection, source: str) -> None:
    for reason in not_applied(collection, source).values():
        assert reason.endswith("."), reason
        named = set(re.findall(r"[A-Z0-9]+-[A-Z]{4,}|\b\d{4}Q?\b", reason))
        assert named <= CODES, reason

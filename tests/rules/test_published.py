"""Every published rule is applied, or is listed with the reason why not."""

from __future__ import annotations

import csv
import hashlib
import re

import pytest

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
APPLIED = {
    "cin_census": {code for code in CODES if re.fullmatch(r"\d{4}Q?", code)},
    "ssda903": {code.removeprefix("903-") for code in CODES if code.startswith("903-")},
}
# Of the lists' codes, sorted, a line each: what is forgotten or made up is found without the lists too.
DIGESTS = {"cin_census": "7c10c75ebe1e3fe6", "ssda903": "8b8f9b83ac18df1e"}
with (PROJECT / "expectations" / "sources" / "rules_not_applied.csv").open(encoding="utf-8", newline="") as stream:
    NOT_APPLIED = list(csv.DictReader(stream))


def not_applied(collection: str) -> list[str]:
    return [row["code"] for row in NOT_APPLIED if row["collection"] == collection]


def digest(codes: set[str]) -> str:
    return hashlib.sha256("\n".join(sorted(codes)).encode()).hexdigest()[:16]


@pytest.mark.parametrize("collection", list(LISTS))
def test_no_rule_is_both_applied_and_not(collection: str) -> None:
    codes = not_applied(collection)
    assert len(codes) == len(set(codes))
    assert set(codes) & APPLIED[collection] == set()


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published lists are not beside the checkout")
@pytest.mark.parametrize("collection", list(LISTS))
def test_no_published_rule_is_forgotten_and_none_is_made_up(collection: str) -> None:
    with (PUBLISHED / LISTS[collection]).open(encoding="utf-8", newline="") as lines:
        published = {row["code"] for row in csv.DictReader(lines)}
    assert APPLIED[collection] | set(not_applied(collection)) == published
    assert digest(published) == DIGESTS[collection]


@pytest.mark.parametrize("collection", list(LISTS))
def test_the_codes_are_those_of_the_list_as_it_was_read(collection: str) -> None:
    codes = APPLIED[collection] | set(not_applied(collection))
    assert digest(codes) == DIGESTS[collection]
    assert digest(codes - {min(codes)}) != DIGESTS[collection]


def test_every_reason_is_a_sentence_and_names_rules_that_there_are() -> None:
    for row in NOT_APPLIED:
        assert row["reason"].endswith("."), row
        named = set(re.findall(r"[A-Z0-9]+-[A-Z]{4,}|\b\d{4}Q?\b", row["reason"]))
        assert named <= CODES, row

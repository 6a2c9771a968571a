"""Every rule fires on a row that breaks it and stays silent on one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.contracts.structural_checks import structural_checks
from pipelines.settings import PROJECT
from tests.exports import SOURCES
from tests.rules.deliveries import (
    OF_THE_RETURN,
    OF_YEAR,
    Found,
    Written,
    declared_cases,
    declared_rules,
    found,
    write_declared,
    write_structural,
)

if TYPE_CHECKING:
    from collections.abc import Callable

STRUCTURAL = [
    (source.name, check.rule.code)
    for source in OF_YEAR.values()
    for contract in source.tables.values()
    for check in structural_checks(contract)
]
DECLARED = [(name, code) for name in SOURCES for code in declared_cases(name)]

RULES = PROJECT / "sql" / "staging" / "rules"

Staging = tuple[Written, Found]


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[str], Written], str], Staging]:
    """Each delivery is staged once, when its first rule is asked for."""
    done: dict[tuple[str, str], Staging] = {}

    def stage(write: Callable[[str], Written], source: str) -> Staging:
        which = (write.__name__, source)
        if which not in done:
            written = write(source)
            done[which] = (written, found(written, tmp_path_factory.mktemp(source)))
        return done[which]

    return stage


def distinguishes(staging: Staging, code: str) -> None:
    written, findings = staging
    breaking, sound = set(written.breaking[code]), set(written.sound[code])
    fired = {line for rule, line in findings if rule == code}
    assert breaking and sound
    assert fired & (breaking | sound) == breaking


@pytest.mark.parametrize(("source", "code"), STRUCTURAL)
def test_a_rule_of_a_column_distinguishes_a_faulty_row_from_a_sound_one(
    staged: Callable[[Callable[[str], Written], str], Staging], source: str, code: str
) -> None:
    distinguishes(staged(write_structural, source), code)


@pytest.mark.parametrize(("source", "code"), DECLARED)
def test_a_declared_rule_distinguishes_a_faulty_row_from_a_sound_one(
    staged: Callable[[Callable[[str], Written], str], Staging], source: str, code: str
) -> None:
    distinguishes(staged(write_declared, source), code)


def test_every_query_belongs_to_a_rule_of_a_contract() -> None:
    contracts = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "expectations").rglob("*.yaml"))
    queries = [path.relative_to(RULES).as_posix() for path in RULES.glob("*/*.sql") if path.parent.name != "tables"]
    assert queries
    assert [query for query in queries if query not in contracts] == []


@pytest.mark.parametrize("source", list(SOURCES))
def test_every_declared_rule_has_a_breaking_and_a_sound_row(source: str) -> None:
    cases = declared_cases(source)
    assert set(cases) == set(declared_rules(source)) - OF_THE_RETURN
    assert {kind for case in cases.values() for kind in case} <= {"breaks", "sound"}

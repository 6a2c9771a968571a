"""Each way to spoil a delivery, by itself: what has to come of it, and that nothing else is harmed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from pipelines.findings import TABLE_WITHOUT_KEY
from tests.bad_input.deliveries import good_file, good_outcome, stage
from tests.bad_input.mutations import MARKER, MUTATIONS
from tests.conftest import IS_LONG

if TYPE_CHECKING:
    from tests.bad_input.deliveries import File, Outcome
    from tests.bad_input.mutations import Mutation

# Every mutation of every source takes minutes: make fuzz does it, and make test takes turns with the sources.
EACH = [
    pytest.param(mutation, source, id=f"{mutation.name}-{source}")
    for number, mutation in enumerate(MUTATIONS)
    for place, source in enumerate(mutation.sources)
    if IS_LONG or place == number % len(mutation.sources)
]


def test_there_are_enough_and_each_says_what_it_does() -> None:
    assert len(MUTATIONS) >= 30
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)
    assert all(mutation.sentence.endswith(".") for mutation in MUTATIONS)


@pytest.mark.parametrize("source", ["ssd", "ssda903", "survey", "local"])
def test_the_good_delivery_is_good(source: str) -> None:
    good = good_outcome(source)
    assert good.refusal is None
    assert len(good.rows) == good.rows_read == len(good_file(source).records)
    assert good.codes <= {"DLV-012"}


@pytest.mark.parametrize(("mutation", "source"), EACH)
def test_a_spoilt_delivery_is_reported_and_the_rest_of_it_is_as_it_was(mutation: Mutation, source: str) -> None:
    file = good_file(source)
    mutation.change(file, random.Random(mutation.name))
    outcome = stage(source, file)
    code = mutation.code[source]
    if mutation.kind == "refusal":
        assert outcome.refusal is not None and code in outcome.refusal
    elif mutation.kind == "loss":
        assert outcome.refusal is None
        assert code in outcome.codes and not outcome.rows
    elif mutation.kind == "finding":
        assert outcome.refusal is None
        assert code in outcome.codes - good_outcome(source).codes, outcome.lines
    else:
        assert outcome.refusal is None
        assert outcome.codes == good_outcome(source).codes
    must_hold(source, file, outcome)


def must_hold(source: str, file: File, outcome: Outcome) -> None:
    """What holds however a delivery was spoilt: nothing personal is shown, and no sound record is harmed or lost."""
    assert MARKER.lower() not in outcome.texts.lower()
    if outcome.refusal is not None:
        assert not outcome.rows and not outcome.rows_read
        return
    if TABLE_WITHOUT_KEY.code in outcome.codes:
        assert not outcome.rows and not outcome.rows_read
        return
    good = good_outcome(source)
    harmed = {column for column in next(iter(good.rows.values())) if column in file.harmed_columns} | {"line"}
    for origin, line in file.lines().items():
        before = good.rows[origin + 2]
        assert line in outcome.rows, f"line {line} is sound, and not staged"
        now = outcome.rows[line]
        assert {name: now[name] for name in before if name not in harmed} == {
            name: before[name] for name in before if name not in harmed
        }
    for row in outcome.rows.values():
        assert not [value for value in row.values() if isinstance(value, str) and value.startswith(tuple("=+-@\t\r"))]

"""Several ways to spoil a delivery at once, at random places: a finding or a clear refusal, never anything else."""

from __future__ import annotations

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.findings import DELIVERY_RULES, Consequence
from tests.bad_input.deliveries import good_file, stage
from tests.bad_input.mutations import MUTATIONS
from tests.bad_input.test_each_mutation import must_hold
from tests.conftest import IS_LONG

# A refusal hides whatever else was done, and so does the loss of the table: most of what is mixed is neither.
READ = [place for place, mutation in enumerate(MUTATIONS) if mutation.kind not in {"refusal", "loss"}]
MIXTURES = st.one_of(
    st.lists(st.sampled_from(READ), min_size=2, max_size=6),
    st.lists(st.integers(0, len(MUTATIONS) - 1), min_size=2, max_size=3),
)


@given(source=st.sampled_from(["ssd", "ssda903", "survey", "local"]), chosen=MIXTURES, seed=st.integers(0, 2**32))
@settings(max_examples=settings.default.max_examples if IS_LONG else 12, derandomize=not IS_LONG, deadline=None)
def test_a_mixture_is_reported_or_refused_and_sound_rows_stay_sound(source: str, chosen: list[int], seed: int) -> None:
    file, rng = good_file(source), random.Random(seed)
    for place in sorted(chosen):
        if source in MUTATIONS[place].sources:
            MUTATIONS[place].change(file, rng)
    outcome = stage(source, file)
    must_hold(source, file, outcome)
    if outcome.refusal is not None:
        code = re.search(r"DLV-\d{3}", outcome.refusal)
        assert code is not None and DELIVERY_RULES[code[0]].consequence is Consequence.REFUSE_DELIVERY

"""One cell after another: what is hidden for another's sake has to be safe as well."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from pipelines.disclosure.attacker import Counts
from pipelines.disclosure.suppression import Block, CannotProtect, Fate, fates_of

SHOWN, SECONDARY = Fate.SHOWN, Fate.SECONDARY
NOTHING = csr_array((0, 4))


def block(cells: list[list[int]], *, truth: list[float], watched: list[int], known: list[bool] | None = None) -> Block:
    """Cells as sums of four counts, to be shown in that order; no 0 among the counts."""
    none = np.zeros(len(cells), dtype=bool)
    return Block(
        counts=Counts(np.array(truth), np.ones(4), True, NOTHING, NOTHING),
        cells=csr_array(np.array(cells, dtype=float)),
        rests=csr_array((len(cells), 4)),
        known=none if known is None else np.array(known),
        changed=none,
        primary=none,
        before=none,
        order=range(len(cells)),
        watched=csr_array(np.array([watched], dtype=float)),
    )


def test_a_cell_that_is_hidden_takes_with_it_what_leaves_it_too_few_values() -> None:
    """Of 3 + 1 + 2 = 6 the 3 could be 1 to 4. The 3 + 1 would leave it 1 to 3, and is hidden.

    Yet with 2 + 1 = 3 beside it, that sum could only be 4 or 5: so the last is hidden again.
    """
    cells = [[1, 1, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0]]
    fates = fates_of(block(cells, truth=[3, 1, 2, 1], watched=[1, 0, 0, 0]))
    assert fates == [SHOWN, SECONDARY, SECONDARY]


def test_four_values_are_enough_and_three_are_not() -> None:
    for third, fate in ((1, SECONDARY), (2, SHOWN)):
        assert fates_of(block([[1, 1, 1, 0]], truth=[3, 1, third, 1], watched=[1, 0, 0, 0])) == [fate]


def test_what_follows_from_earlier_editions_is_refused() -> None:
    with pytest.raises(CannotProtect):
        fates_of(block([[1, 1, 0, 0]], truth=[3, 1, 2, 1], watched=[1, 0, 0, 0], known=[True]))

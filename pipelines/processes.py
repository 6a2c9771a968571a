"""How a process of the pipeline is set up before it begins."""

from __future__ import annotations

import gc

OBJECTS_BETWEEN_COLLECTIONS = 100_000


def collect_garbage_seldom() -> None:
    """A run makes millions of small objects that live to its end: to look through them again and again takes a tenth.

    What is loaded by now is never looked through, and a fork shares it.
    """
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 50, 100)

"""Chance, separate for each subject: what happens to one child does not shake what happens to another."""

from __future__ import annotations

import random


def stream(seed: int, *subject: object) -> random.Random:
    """The one sequence of chance for this seed and subject; the same on every machine."""
    return random.Random("/".join(str(part) for part in (seed, *subject)))  # noqa: S311 - made-up data

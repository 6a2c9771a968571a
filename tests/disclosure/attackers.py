"""Attackers who see what is published and nothing else: no code of the engine is theirs.

A figure's key is (team, month, months covered, part): team "" is the whole authority, part is n (numerator) or d
(denominator). Its value is what stands in the public table, None where it is hidden.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import LinearConstraint, linprog, milp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Key = tuple[str, int, int, str]
AUTHORITY = ""
ENOUGH = 4


@dataclass(frozen=True)
class Caught:
    """A hidden count, and the least and the most that it can be."""

    key: Key
    least: float
    most: float


class Adder:
    """Writes down every sum there is, and asks for the least and the most of every hidden count.

    He takes counts to be whole and not negative. ``not_zero`` are counts (team, month, "n" or "r", the rest) that
    somebody told him are not 0.
    """

    def __init__(
        self,
        published: Mapping[Key, float | None],
        *,
        is_share: bool = True,
        teams: frozenset[str] = frozenset(),
        not_zero: frozenset[tuple[str, int, str]] = frozenset(),
    ) -> None:
        self.published = published
        self._parts = {"n": ("n",), "d": ("n", "r"), "r": ("r",)} if is_share else {"n": ("n",)}
        self._teams = sorted(teams) or [AUTHORITY]
        months = range(
            min(month - length + 1 for _, month, length, _ in published), max(month for _, month, *_ in published) + 1
        )
        unknowns = list(product(self._teams, months, ("n", "r") if is_share else ("n",)))
        self._at = {unknown: number for number, unknown in enumerate(unknowns)}
        known = [(self.sum_of(key), value) for key, value in published.items() if value is not None]
        self._rows = np.array([row for row, _ in known]).reshape(len(known), len(unknowns))
        self._values = np.array([value for _, value in known])
        self._bounds = [(1.0 if unknown in not_zero else 0.0, None) for unknown in unknowns]

    def sum_of(self, key: Key) -> np.ndarray:
        team, month, length, part = key
        row = np.zeros(len(self._at))
        for owner in self._teams if team == AUTHORITY else [team]:
            for each in range(month - length + 1, month + 1):
                for atom in self._parts[part]:
                    row[self._at[owner, each, atom]] = 1
        return row

    def hidden(self) -> Iterator[Key]:
        """Every count that is hidden, the rest of a hidden figure among them."""
        for (team, month, length, part), value in self.published.items():
            if value is None:
                yield (team, month, length, part)
                if part == "n" and "r" in self._parts:
                    yield (team, month, length, "r")

    def bounds(self, key: Key) -> tuple[float, float]:
        """By linear programming: a fraction of a child counts too, so that the bounds are rather wide."""
        row = self.sum_of(key)
        least = linprog(row, A_eq=self._rows, b_eq=self._values, bounds=self._bounds)
        most = linprog(-row, A_eq=self._rows, b_eq=self._values, bounds=self._bounds)
        assert least.status == 0, "what is published contradicts itself"
        return least.fun, np.inf if most.status == 3 else -most.fun

    def values(self, key: Key) -> int:
        """By trying: how many values, of those near the bounds, the count can have in whole numbers."""
        row, (least, most) = self.sum_of(key), self.bounds(key)
        lowest = int(np.ceil(least - 1e-6))
        highest = int(min(np.floor(most + 1e-6), lowest + 12))
        return sum(self._can_be(row, value) for value in range(lowest, highest + 1))

    def _can_be(self, row: np.ndarray, value: int) -> bool:
        limits = [LinearConstraint(row, value, value)]
        if len(self._values):
            limits.append(LinearConstraint(self._rows, self._values, self._values))
        lower = np.array([low for low, _ in self._bounds])
        solved = milp(np.zeros(len(row)), integrality=np.ones(len(row)), constraints=limits, bounds=(lower, np.inf))
        return bool(solved.status == 0)

    def caught(self) -> list[Caught]:
        """The hidden counts that he can bound to fewer than four values."""
        found = []
        for key in self.hidden():
            least, most = self.bounds(key)
            if np.floor(most + 1e-6) - np.ceil(least - 1e-6) < ENOUGH - 1:
                found.append(Caught(key, least, most))
        return found


def subtracted(published: Mapping[Key, float | None]) -> dict[Key, float]:
    """What one gets with pencil and paper: subtract, as long as there is a sum with one thing missing."""
    told = {key: value for key, value in published.items() if value is not None}
    months: dict[tuple[str, int, str], float] = {}
    while True:
        before = len(told) + len(months)
        for (team, month, length, part), value in list(told.items()):
            each = [(team, month - back, part) for back in range(length)]
            missing = [one for one in each if one not in months]
            if len(missing) == 1:
                months[missing[0]] = value - sum(months[one] for one in each if one in months)
            earlier = told.get((team, month - 1, length, part))
            if length > 1 and earlier is not None:
                first, last = (team, month - length, part), (team, month, part)
                if first in months and last not in months:
                    months[last] = months[first] + value - earlier
                elif last in months and first not in months:
                    months[first] = months[last] - value + earlier
        for key in published:
            team, month, length, part = key
            each = [(team, month - back, part) for back in range(length)]
            if key not in told and all(one in months for one in each):
                told[key] = sum(months[one] for one in each)
        for _, month, length, part in published:
            sums = _teams(told, month, length, part)
            whole = told.get((AUTHORITY, month, length, part))
            names = {name for name, *_ in published if name != AUTHORITY}
            missing_teams = names - set(sums)
            if whole is not None and names and len(missing_teams) == 1:
                told.setdefault((missing_teams.pop(), month, length, part), whole - sum(sums.values()))
        if len(told) + len(months) == before:
            return {key: told[key] for key, value in published.items() if value is None and key in told}


def _teams(told: Mapping[Key, float], month: int, length: int, part: str) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for (team, *rest), value in told.items():
        if team != AUTHORITY and rest == [month, length, part]:
            found[team] = value
    return found

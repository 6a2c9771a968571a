"""What a delivery is called: whose it is, from which source, for which month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.faults import Exit, Fault
from pipelines.periods import Period

if TYPE_CHECKING:
    from pathlib import Path

MADE_UP_AUTHORITY = "X99000001"
NATION = "E92000001"
"""England: what is delivered as its is of use to every authority, and it has no records of children."""
AUTHORITY_CODE = re.compile(r"[A-Z][0-9]{8}")


@dataclass(frozen=True, order=True)
class Delivery:
    """One authority's files from one source for one month."""

    authority_code: str
    source: str
    month: Period

    @classmethod
    def parse(cls, text: str) -> Delivery:
        """Read ``E06000015/ssd/2021-02``; raises ValueError (NotAMonth among them) for anything else."""
        parts = text.split("/")
        if len(parts) != 3 or not AUTHORITY_CODE.fullmatch(parts[0]):
            raise ValueError(f"{text!r} is not a delivery: write it as E06000015/ssd/2021-02")
        return cls(parts[0], parts[1], Period.parse(parts[2]))

    def __str__(self) -> str:
        return f"{self.authority_code}/{self.source}/{self.month}"

    @property
    def is_national(self) -> bool:
        """Whether it is of use to every authority: benchmarks."""
        return self.authority_code == NATION

    def landing_folder(self, landing: Path) -> Path:
        """Holds one folder a version: v0001, v0002 and so on."""
        return landing / self.authority_code / self.source / str(self.month)

    def staging_folder(self, staging: Path) -> Path:
        """Holds the staged versions, and current.json, which names the one that counts."""
        return staging / self.source / f"authority={self.authority_code}" / f"month={self.month}"


class NotAnAuthoritysMonth(Fault, ValueError):
    """A text that should name an authority and a month does not."""

    exit_code = Exit.USAGE


@dataclass(frozen=True, order=True)
class AuthorityMonth:
    """One authority's month, which is built, judged and published by itself. Its text is ``E06000015|2021-02``."""

    authority_code: str
    month: Period

    @classmethod
    def parse(cls, text: str) -> AuthorityMonth:
        """Read ``E06000015|2021-02``; raises NotAnAuthoritysMonth, or NotAMonth, for anything else."""
        authority_code, found, month = text.partition("|")
        if not found or not AUTHORITY_CODE.fullmatch(authority_code):
            raise NotAnAuthoritysMonth(f"{text!r} names no authority and month: write them as E06000015|2021-02")
        return cls(authority_code, Period.parse(month))

    def __str__(self) -> str:
        return f"{self.authority_code}|{self.month}"

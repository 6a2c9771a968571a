"""Carries out the checks of what was built: ``sql/checks/``, each a SELECT of the rows that are not as its name says.

What a check does is told at its head, as ``-- consequence: hold``. One that says nothing stops the build: the figures
are wrong, and nobody may publish them. One that holds or warns is about figures that may well be right: its rows are
``authority_code`` and ``detail``, what is not so, with figures and without personal data.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import duckdb

    from pipelines.sql_files import Select

RESULTS = "warehouse.fct_check"
RESULT_COLUMNS = {
    "check_name": "VARCHAR",
    "authority_code": "VARCHAR",
    "consequence": "VARCHAR",
    "sentence": "VARCHAR",
    "rows_failed": "BIGINT",
    "detail": "VARCHAR",
}
TOLD = {"authority_code": "VARCHAR", "detail": "VARCHAR"}
DECLARED = re.compile(r"^-- consequence: (\w+)$", re.MULTILINE)


class BadCheck(ValueError):
    """A check says of itself what no check is, or gives other columns than it should: the software's fault."""


class Consequence(StrEnum):
    """What a check does where it finds something."""

    STOP = "stop"
    HOLD = "hold"
    WARN = "warn"


@dataclass(frozen=True)
class Result:
    """What a check found: of an authority, where it holds or warns; without one where it found nothing or stops."""

    check_name: str
    authority_code: str | None
    consequence: Consequence
    sentence: str
    rows_failed: int
    detail: str | None

    @property
    def stops(self) -> bool:
        return self.consequence is Consequence.STOP and self.rows_failed > 0

    @property
    def told(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.sentence}: not so in {self.rows_failed} rows (sql/checks/{self.check_name}.sql)"


def consequence(check: Select) -> Consequence:
    """What a check says at its head that it does; raises BadCheck."""
    declared = DECLARED.search(check.text)
    try:
        return Consequence.STOP if declared is None else Consequence(declared[1])
    except ValueError:
        raise BadCheck(
            f"{check.table}: a check can {', '.join(Consequence)}; it cannot {declared and declared[1]}"
        ) from None


def carry_out(checks: Iterable[Select], relation: Callable[[Select], duckdb.DuckDBPyRelation]) -> Iterator[Result]:
    """Every result of the checks; ``relation`` gives the rows of one. Raises BadCheck."""
    for check in checks:
        does, rows = consequence(check), relation(check)
        found = [(None, len(rows), None)] if does is Consequence.STOP else _by_authority(check, rows)
        for authority_code, rows_failed, detail in found:
            yield Result(check.name, authority_code, does, _sentence(check), rows_failed, detail)


def _by_authority(check: Select, rows: duckdb.DuckDBPyRelation) -> Sequence[tuple[str | None, int, str | None]]:
    columns = dict(zip(rows.columns, map(str, rows.types), strict=True))
    if columns != TOLD:
        raise BadCheck(f"{check.table}: gives {columns}; a check that does not stop the build gives {TOLD}")
    told = "authority_code, count(*), string_agg(detail, '; ' ORDER BY detail)"
    return rows.aggregate(told, "authority_code").order("authority_code").fetchall() or [(None, 0, None)]


def _sentence(check: Select) -> str:
    return check.name.replace("__", ": ").replace("_", " ")

"""Carries out the checks of what was built: ``sql/checks/``, each a SELECT of the rows that are not as its name says.

Beside them, a table that declares its grain at its head, as ``-- grain: authority_code, child_id``, is checked for it.

What a check does is told at its head, as ``-- consequence: hold``. One that says nothing stops the build: the figures
are wrong, and nobody may publish them. One that holds or warns is about figures that may well be right: its rows are
``authority_code`` and ``detail``, what is not so, with figures and without personal data.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.sql_files import DIALECT, Select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import duckdb

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
GRAIN = "__one_row_a_grain"


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
        of_grain = self.check_name.endswith(GRAIN)
        file = f"warehouse/{self.check_name.removesuffix(GRAIN)}" if of_grain else f"checks/{self.check_name}"
        return f"{self.sentence}: not so in {self.rows_failed} rows (sql/{file}.sql)"


def of_grains(selects: Iterable[Select]) -> list[Select]:
    """A check for each table that declares its grain: no two of its rows agree in all these columns."""
    declared = ((select, select.declared("grain")) for select in selects)
    return [_of_grain(select, grain.split(", ")) for select, grain in declared if grain is not None]


def _of_grain(select: Select, grain: Sequence[str]) -> Select:
    columns = [exp.column(name) for name in grain]
    repeated = exp.select(*columns).from_(select.table).group_by(*columns).having(exp.Count(this=exp.Star()) > 1)
    return Select(f"checks.{select.name}{GRAIN}", repeated.sql(DIALECT), frozenset({select.table}), frozenset())


def consequence(check: Select) -> Consequence:
    """What a check says at its head that it does; raises BadCheck."""
    declared = check.declared("consequence")
    try:
        return Consequence.STOP if declared is None else Consequence(declared)
    except ValueError:
        raise BadCheck(f"{check.table}: a check can {', '.join(Consequence)}; it cannot {declared}") from None


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

"""Carries out the checks of what was built: ``sql/checks/``, each a SELECT of the rows that are not as its name says.

Beside them, a table that declares its grain at its head, as ``-- grain: authority_code, child_id``, is checked for it.

What a check does is named at its head, as ``-- consequence: hold``. One that says nothing stops the build: the figures
are wrong, and nobody may publish them. One that holds or warns is about figures that may well be right: its rows are
``authority_code`` and ``detail``, what is not so, with figures and without personal data.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from pipelines.sql_files import DIALECT, Select

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    Found = tuple[str | None, int, str | None]

RESULTS = "warehouse.fct_check"
RESULT_COLUMNS = {
    "check_name": "VARCHAR",
    "authority_code": "VARCHAR",
    "consequence": "VARCHAR",
    "sentence": "VARCHAR",
    "rows_failed": "BIGINT",
    "detail": "VARCHAR",
}
CHECK_COLUMNS = {"authority_code": "VARCHAR", "detail": "VARCHAR"}
GRAIN = "__one_row_a_grain"


class BadCheck(ValueError):
    """A check says of itself what no check is, or gives other columns than it should: the software's fault."""


class CheckConsequence(StrEnum):
    """What a check does where it finds something."""

    STOP = "stop"
    HOLD = "hold"
    WARN = "warn"


@dataclass(frozen=True)
class CheckResult:
    """What a check found: of an authority, where it holds or warns; without one where it found nothing or stops."""

    check_name: str
    authority_code: str | None
    consequence: CheckConsequence
    sentence: str
    rows_failed: int
    detail: str | None

    @property
    def stops(self) -> bool:
        return self.consequence is CheckConsequence.STOP and self.rows_failed > 0

    @property
    def as_manifest(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        of_grain = self.check_name.endswith(GRAIN)
        where = f"warehouse.{self.check_name.removesuffix(GRAIN)}" if of_grain else f"sql/checks/{self.check_name}.sql"
        return f"{self.sentence}: not so in {self.rows_failed} rows ({where})"


def of_grains(selects: Iterable[Select]) -> list[Select]:
    """A check for each table that declares its grain: no two of its rows agree in all these columns."""
    declared = ((select, select.declared("grain")) for select in selects)
    return [_of_grain(select, grain) for select, grain in declared if grain is not None]


@cache
def _of_grain(select: Select, grain: str) -> Select:
    columns = [exp.column(name) for name in grain.split(", ")]
    repeated = exp.select(*columns).from_(select.table).group_by(*columns).having(exp.Count(this=exp.Star()) > 1)
    return Select(f"checks.{select.name}{GRAIN}", repeated.sql(DIALECT), frozenset({select.table}), frozenset())


def consequence(check: Select) -> CheckConsequence:
    """What a check says at its head that it does; raises BadCheck."""
    declared = check.declared("consequence")
    try:
        return CheckConsequence.STOP if declared is None else CheckConsequence(declared)
    except ValueError:
        raise BadCheck(f"{check.table}: a check can {', '.join(CheckConsequence)}; it cannot {declared}") from None


def carry_out(warehouse: duckdb.DuckDBPyConnection, check: Select, text: str) -> list[CheckResult]:
    """The results of a check, of which ``text`` is the SQL to be run; raises BadCheck, and DuckDB's errors."""
    does = consequence(check)
    found = _counted(warehouse, text) if does is CheckConsequence.STOP else _by_authority(check, warehouse.sql(text))
    return [
        CheckResult(check.name, authority, does, _sentence(check), rows, detail) for authority, rows, detail in found
    ]


def _counted(warehouse: duckdb.DuckDBPyConnection, text: str) -> list[Found]:
    """In one statement: a relation would be planned when it is made, and again when it is read."""
    counted = warehouse.execute("\n".join(("SELECT NULL, count(*), NULL FROM (", text, ")")))
    return counted.fetchall()


def _by_authority(check: Select, rows: duckdb.DuckDBPyRelation) -> list[Found]:
    columns = dict(zip(rows.columns, map(str, rows.types), strict=True))
    if columns != CHECK_COLUMNS:
        raise BadCheck(f"{check.table}: gives {columns}; a check that does not stop the build gives {CHECK_COLUMNS}")
    counted = "authority_code, count(*), string_agg(detail, '; ' ORDER BY detail)"
    return rows.aggregate(counted, "authority_code").order("authority_code").fetchall() or [(None, 0, None)]


def _sentence(check: Select) -> str:
    return check.name.replace("__", ": ").replace("_", " ")

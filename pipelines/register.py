"""The KPI register: the YAML beside each KPI's SQL, read strictly."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines import storage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Required = str | tuple[str | tuple[str, ...], ...]


class BadRegister(ValueError):
    """A KPI's two files do not say what they must: the software's fault."""


class Kpi(BaseModel):
    """What a KPI means.

    ``measure``: what stands at the month's end (stock), what happened or fell due in the month (flow), or the twelve
    months to its end (rolling). ``uncertainty``: how its intervals are computed; ``none`` for what is no count of
    independent records. ``requires`` names the tables it cannot do without, and a column of one (``table.column``)
    where the table can do without it and the KPI cannot. Of a list inside it any one will
    do; where that one is itself a list, all of its tables together. ``timescales`` are those of ``timescale.csv`` that
    it goes by. It ``covers`` every month that its tables cover, or only the one in which they were delivered.
    ``public_windows``: of a flow, how many months a figure of the public edition may cover.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kpi_id: str
    title: str
    definition: str
    unit: str
    direction: Literal["higher_is_better", "lower_is_better", "neutral"]
    measure: Literal["stock", "flow", "rolling"]
    uncertainty: Literal["wilson", "poisson", "none"]
    standard: str
    standard_type: Literal["statutory", "plan", "local", "target"]
    numerator: str
    denominator: str | None
    clock: str | None
    exclusions: str
    source: str
    confidence: Literal["read", "partial", "computed", "general"]
    requires: tuple[Required, ...]
    timescales: tuple[str, ...] = ()
    covers: Literal["every_month", "own_month"] = "every_month"
    public_windows: tuple[Literal[1, 6, 12], ...] = (1, 6, 12)

    @property
    def requirements(self) -> list[tuple[str, int, str, bool]]:
        """(kpi_id, number of the requirement, a table that meets it, only in its own month): all must be met."""
        each = (tables for required in self.requires for tables in _each_met_by_any(required))
        own = self.covers == "own_month"
        return [(self.kpi_id, number, table, own) for number, tables in enumerate(each, start=1) for table in tables]


def _each_met_by_any(required: Required) -> Iterable[tuple[str, ...]]:
    """All of a and b, or all of c: that is a or c, and b or c."""
    alternatives = (required,) if isinstance(required, str) else required
    return product(*((one,) if isinstance(one, str) else one for one in alternatives))


def load_register(folder: Path) -> tuple[Kpi, ...]:
    """Every KPI, by id; raises BadRegister naming the file, also where a KPI has one of its two files alone."""
    told = {path.stem: path for path in folder.glob("*.yaml")}
    computed = {path.stem for path in folder.glob("*.sql")}
    for kpi_id in sorted(set(told) ^ computed):
        raise BadRegister(f"{kpi_id}: a KPI is two files, {kpi_id}.sql and {kpi_id}.yaml, and one of them is missing")
    return tuple(_load(told[kpi_id]) for kpi_id in sorted(told))


def _load(path: Path) -> Kpi:
    content = storage.read_yaml(path)
    try:
        return Kpi(kpi_id=path.stem, **content)
    except (TypeError, ValidationError) as problem:
        raise BadRegister(f"{path.name}: {problem}") from problem

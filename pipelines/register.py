"""The KPI register: the YAML beside each KPI's SQL, read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines import storage

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
Required = str | tuple[str | tuple[str, ...], ...]


class BadRegister(ValueError):
    """A KPI's two files do not say what they must: the software's fault."""


class Requirement(NamedTuple):
    """A table that a KPI needs, or a column of one: all tables of one alternative of each requirement."""

    kpi_id: str
    requirement: int
    alternative: int
    table_name: str
    is_own_month: bool
    months_untold: int


class Kpi(BaseModel):
    """What a KPI means.

    ``measure``: what stands at the month's end (stock), what happened or fell due in the month (flow), or the twelve
    months to its end (rolling). ``uncertainty``: how its intervals are computed; ``none`` for what is no count of
    independent records. ``requires`` names the tables it cannot do without, and a column of one (``table.column``)
    where the table can do without it and the KPI cannot. Of a list inside it any one will do, the first of those that
    are there; where one is itself a list, all of its tables together. ``untold_months``: for how many months at the
    start of a table the KPI cannot be told, since it depends on what was before. ``timescales`` are those of
    ``timescale.csv`` that it goes by. It ``covers`` every month that its tables cover, or only the one in which they
    were delivered. ``public_windows``: of a flow, how many months a figure of the public edition may cover.
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
    untold_months: dict[str, int] = {}
    timescales: tuple[str, ...] = ()
    covers: Literal["every_month", "own_month"] = "every_month"
    public_windows: tuple[Literal[1, 6, 12], ...] = (1, 6, 12)

    @property
    def requirements(self) -> list[Requirement]:
        """One a table of an alternative of a requirement, both numbered from 1 as they stand."""
        return [
            Requirement(self.kpi_id, number, place, table, self.covers == "own_month", self.untold_months.get(table, 0))
            for number, required in enumerate(self.requires, start=1)
            for place, alternative in enumerate(_listed(required), start=1)
            for table in _listed(alternative)
        ]


def _listed(one_or_several: str | tuple[T, ...]) -> tuple[str | T, ...]:
    return (one_or_several,) if isinstance(one_or_several, str) else one_or_several


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

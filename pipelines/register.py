"""The KPI register: the YAML beside each KPI's SQL, read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines import storage

if TYPE_CHECKING:
    from pathlib import Path


class BadRegister(ValueError):
    """A KPI's two files do not say what they must: the software's fault."""


class Target(BaseModel):
    """Where green and amber begin; where less is better, the most that is still green or amber."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    green_from: float
    amber_from: float


class Kpi(BaseModel):
    """What a KPI means. ``requires`` names the tables it cannot do without; of a list inside it, any one will do."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kpi_id: str
    title: str
    definition: str
    unit: str
    direction: Literal["higher_is_better", "lower_is_better", "neutral"]
    standard: str
    standard_type: Literal["statutory", "plan", "local", "target"]
    numerator: str
    denominator: str | None
    clock: str | None
    exclusions: str
    source: str
    confidence: Literal["read", "partial", "computed", "general"]
    requires: tuple[str | tuple[str, ...], ...]
    target: Target | None

    @property
    def requirements(self) -> list[tuple[str, int, str]]:
        """(kpi_id, number of the requirement, a table that meets it)."""
        return [
            (self.kpi_id, number, table)
            for number, tables in enumerate(self.requires, start=1)
            for table in ((tables,) if isinstance(tables, str) else tables)
        ]


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

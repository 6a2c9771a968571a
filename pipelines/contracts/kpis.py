"""The KPI register: the YAML beside each KPI's SQL, read strictly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from pipelines import storage
from pipelines.contracts import strict
from pipelines.contracts.subjects import (
    Alternatives,
    NoSource,
    Subject,
    SubjectsFile,
    UnknownSubject,
    requirements_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUBJECTS = "subjects.yaml"
TEXTS = ("title", "definition", "standard", "numerator", "denominator", "clock", "exclusions")
TIMESCALE = re.compile(r"\{(\w+)\}")
DURATIONS = frozenset({"days", "weeks"})
SECTIONS = {
    "performance": "Timeliness",
    "demand": "Demand",
    "babies": "Babies under one",
    "pressures": "Workforce and other pressures",
    "caseloads": "Caseloads",
    "survey": "Survey",
}
"""What a section of KPIs is called; any other by its own name. In the order of the report."""


class BadRegister(ValueError):
    """A KPI's two files do not say what they must: the software's fault."""


class Requirement(NamedTuple):
    """A table that a KPI needs, or a column of one: all tables of one alternative of each requirement."""

    kpi_id: str
    requirement: int
    alternative: int
    table_name: str
    is_own_month: bool
    months_needed_before: int


class KpiFile(strict.Strict):
    """What a KPI means, as its YAML says it.

    ``measure``: what stands at the month's end (stock), what happened or fell due in the month (flow), or the twelve
    months to its end (rolling). ``uncertainty``: how its intervals are computed; ``none`` for what is no count of
    independent records, or is known whole. ``requires`` names the subjects of ``subjects.yaml`` that it cannot do
    without. ``months_needed_before``: of a table, how many months it must cover before the first month that the KPI can
    be given for. ``timescales`` are those of ``timescale.csv`` that it goes by; its texts may name their lengths, as
    ``{assessment}``. It ``covers`` every month that its tables cover, or only the one in which they were delivered.
    ``public_windows``: of a flow, how many months a figure of the public edition may cover. ``section``: the field of
    work that the figure belongs to; ``report``: whether it stands in the report, or is in the tables alone (annex).

    ``categories``: of a KPI whose SELECT gives a ``category``, each code with its words, in the order in which they are
    shown; ``unknown`` is of records that do not say. Each record is of one category, unless ``categories_overlap``.
    One with ``has_breakdown`` is given by age, sex, ethnicity and disability too (kpi_breakdown).
    A KPI in days or weeks is the mean of durations, and says in ``censored`` what is not over yet, and so not in it.
    """

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
    section: Literal[
        "demand",
        "pressures",
        "performance",
        "caseloads",
        "babies",
        "survey",
        "front door",
        "need",
        "protection",
        "looked after",
        "leaving care",
        "health and education",
        "workforce",
        "data quality",
    ]
    report: Literal["body", "annex"] = "body"
    requires: Annotated[tuple[str, ...], Field(min_length=1)]
    months_needed_before: dict[str, int] = Field(default_factory=dict)
    timescales: tuple[str, ...] = ()
    covers: Literal["every_month", "own_month"] = "every_month"
    public_windows: tuple[Literal[1, 6, 12], ...] = (1, 6)
    categories: dict[str, str] = Field(default_factory=dict)
    categories_overlap: bool = False
    censored: str | None = None
    has_breakdown: bool = False

    @model_validator(mode="after")
    def _names_its_own_timescales(self) -> Self:
        named = {name for text in TEXTS for name in TIMESCALE.findall(getattr(self, text) or "")}
        if strangers := named - set(self.timescales):
            raise ValueError(f"a text names {{{min(strangers)}}}, which is none of its timescales")
        return self

    @model_validator(mode="after")
    def _says_what_is_censored(self) -> Self:
        if (self.unit in DURATIONS) != (self.censored is not None):
            raise ValueError("a KPI in days or weeks says what is censored, and no other does")
        if self.censored is not None and self.categories:
            raise ValueError("durations are not given by category")
        return self

    @property
    def is_duration(self) -> bool:
        """Whether it is the mean of durations, with their quartiles beside it."""
        return self.unit in DURATIONS


class Kpi(KpiFile):
    """A KPI by its id, which is what its two files are called; ``needs``: what gives the subjects it requires."""

    kpi_id: str
    needs: tuple[Alternatives, ...]

    def with_clocks(self, in_words: Mapping[str, str]) -> Kpi:
        """The same, its texts with the lengths of the timescales that they name."""
        texts = {name: getattr(self, name) for name in TEXTS if getattr(self, name)}
        return self.model_copy(
            update={name: TIMESCALE.sub(lambda found: in_words[found[1]], text) for name, text in texts.items()}
        )

    def in_edition(self, editions: Mapping[str, str]) -> Kpi:
        """The same, each guidance that its source names with its edition, by name."""
        source = self.source
        for name, edition in editions.items():
            source = source.replace(name, edition)
        return self.model_copy(update={"source": source})

    @property
    def requirements(self) -> list[Requirement]:
        """One a table of an alternative of a requirement, both numbered from 1 as they stand."""
        return [
            Requirement(
                self.kpi_id, number, place, table, self.covers == "own_month", self.months_needed_before.get(table, 0)
            )
            for number, alternatives in enumerate(self.needs, start=1)
            for place, tables in enumerate(alternatives, start=1)
            for table in tables
        ]


@storage.cached_by_files("*.yaml", "*.sql")
def load_register(folder: Path) -> tuple[Kpi, ...]:
    """Every KPI, by id; raises BadRegister naming the file, also where a KPI has one of its two files alone."""
    paths = {path.stem: path for path in folder.glob("*.yaml") if path.name != SUBJECTS}
    computed = {path.stem for path in folder.glob("*.sql")}
    for kpi_id in sorted(set(paths) ^ computed):
        raise BadRegister(f"{kpi_id}: a KPI is two files, {kpi_id}.sql and {kpi_id}.yaml, and one of them is missing")
    subjects = _read_subjects(folder / SUBJECTS)
    return tuple(_load(paths[kpi_id], subjects) for kpi_id in sorted(paths))


def sections_of_kpis(folder: Path) -> dict[str, str]:
    """In which section of the report each KPI stands that is in it, by its id."""
    return {kpi.kpi_id: kpi.section for kpi in load_register(folder) if kpi.report == "body"}


def _read_subjects(path: Path) -> Mapping[str, Subject]:
    try:
        return strict.read(path, SubjectsFile).root
    except strict.BadFile as problem:
        raise BadRegister(str(problem)) from problem


def _load(path: Path, subjects: Mapping[str, Subject]) -> Kpi:
    try:
        file = strict.read(path, KpiFile)
        return Kpi(kpi_id=path.stem, needs=tuple(requirements_of(file.requires, subjects)), **file.model_dump())
    except strict.BadFile as problem:
        raise BadRegister(str(problem)) from problem
    except (UnknownSubject, NoSource) as problem:
        raise BadRegister(f"{strict.shown(path)}: requires: {problem}; see {SUBJECTS} beside it.") from problem

"""Putting the made-up council together, and its deliveries into an inbox."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.contracts.loading import load_sources
from pipelines.deliveries import Delivery
from pipelines.periods import Period
from pipelines.sample.files.faults import SSD_FAULTS, SURVEY_FAULTS, PlantedFault, plant_faults
from pipelines.sample.files.writing import LIFETIMES, Exports
from pipelines.sample.history import shape
from pipelines.sample.history.allocation import Allocations, involvement_rows
from pipelines.sample.history.calendar import WorkingDays
from pipelines.sample.history.care import Care
from pipelines.sample.history.journeys import Journey, all_journeys
from pipelines.sample.history.local import Local, bound_rows, incident_rows, mode_rows, post_rows
from pipelines.sample.history.need import Need
from pipelines.sample.history.people import (
    Person,
    department_rows,
    disability_rows,
    give_persons,
    person_rows,
    professional_rows,
    workforce,
)
from pipelines.sample.history.protection import Protection
from pipelines.sample.history.records import ChildHistory
from pipelines.sample.history.streams import stream
from pipelines.sample.history.survey import write_survey
from pipelines.settings import PROJECT
from pipelines.storage import new_folder

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

SETTINGS = Path(__file__).parent / "council_dir"
READY = "_READY"
EXPORTED = ("ssd", "local")
DEFAULT_MONTHS = (Period(2021, 1), Period(2021, 2))


@dataclass(frozen=True)
class SampleWritten:
    """What was written: delivery folders, rows by file (its path in the inbox), and the faults planted in them."""

    folders: tuple[Path, ...]
    rows: dict[str, int]
    faults: tuple[PlantedFault, ...]


def write_sample(
    inbox: Path,
    *,
    seed: int = 2021,
    scale: float = 1.0,
    months: tuple[Period, ...] = DEFAULT_MONTHS,
    bank_holidays: Collection[dt.date] | None = None,
    project: Path = PROJECT,
    spoilt: bool = True,
) -> SampleWritten:
    """Write the deliveries of the made-up council: SSD exports as known at each month's end, and a survey in the last.

    ``scale`` multiplies children and workers (0.05 for a quick test, 10 for a load test); the survey stays as it is.
    ``bank_holidays`` are read from the project's ``sql/reference/bank_holidays.csv`` where they are not given.
    Unless it is to be ``spoilt``, no fault is planted.
    Raises ValueError for months outside January 2018 to May 2021, FileExistsError where a delivery is there already:
    then nothing is written.
    """
    months = tuple(sorted(set(months)))
    if not months or not shape.FIRST_MONTH <= months[0] <= months[-1] <= shape.LAST_MONTH:
        raise ValueError(f"the sample covers the months {shape.FIRST_MONTH} to {shape.LAST_MONTH}")
    exports = [Delivery(shape.AUTHORITY_CODE, source, month) for source in EXPORTED for month in months]
    survey = Delivery(shape.AUTHORITY_CODE, "survey", months[-1])
    targets = {delivery: inbox / str(delivery) for delivery in (*exports, survey)}
    for target in targets.values():
        if target.exists():
            raise FileExistsError(f"{target} exists already: remove it, or write the sample to another inbox")
    days = _working_days(bank_holidays, project)
    with ExitStack() as whole:
        folders = {delivery: whole.enter_context(new_folder(target)) for delivery, target in targets.items()}
        rows = _write_exports({export: folders[export] for export in exports}, seed, scale, days, project)
        rows |= {f"{survey}/{name}": count for name, count in write_survey(folders[survey], seed).items()}
        last = Delivery(shape.AUTHORITY_CODE, "ssd", months[-1])
        faults = {last: SSD_FAULTS, survey: SURVEY_FAULTS} if spoilt else {}
        planted = [
            each
            for delivery, wanted in faults.items()
            for each in plant_faults(folders[delivery], str(delivery), wanted, seed)
        ]
        for folder in folders.values():
            (folder / READY).touch()
    rows |= {fault.file: count for fault, count in planted}
    return SampleWritten(tuple(targets.values()), rows, tuple(fault for fault, _ in planted))


def write_settings(council: Path) -> None:
    """Write what the made-up council sets for itself into its folder of ``COUNCIL_DIR``, unless it has one."""
    target = council / shape.AUTHORITY_CODE
    if not target.exists():
        with new_folder(target) as folder:
            shutil.copytree(SETTINGS / shape.AUTHORITY_CODE, folder, dirs_exist_ok=True)


def _working_days(bank_holidays: Collection[dt.date] | None, project: Path) -> WorkingDays:
    if bank_holidays is not None:
        return WorkingDays(bank_holidays)
    return WorkingDays.from_file(project / "sql" / "reference" / "bank_holidays.csv")


def _write_exports(
    folders: dict[Delivery, Path], seed: int, scale: float, days: WorkingDays, project: Path
) -> dict[str, int]:
    sources = load_sources(project / "expectations")
    tables = {name: contract for source in EXPORTED for name, contract in sources[source].tables.items()}
    contracts = {name: contract for name, contract in tables.items() if name in LIFETIMES}
    with ExitStack() as stack:
        exports = Exports(stack, folders, contracts)
        _write_everything(exports, seed, scale, days)
        return exports.rows()


def _write_everything(exports: Exports, seed: int, scale: float, days: WorkingDays) -> None:
    journeys = all_journeys(seed, scale, days)
    persons = give_persons(seed, journeys)
    workers = workforce(seed, scale)
    allocations = Allocations(seed, workers)
    _write_journeys(exports, seed, days, journeys, persons, allocations)
    _write_all(exports, "ssd_person", person_rows(seed, persons))
    _write_all(exports, "ssd_disability", disability_rows(seed, persons))
    _write_all(exports, "ssd_department", department_rows())
    _write_all(exports, "ssd_professionals", professional_rows(workers, allocations.caseloads))
    for table, row in (*post_rows(seed, scale, workers), *bound_rows(), *incident_rows(days)):
        exports.write(table, row)


def _write_journeys(
    exports: Exports,
    seed: int,
    days: WorkingDays,
    journeys: list[Journey],
    persons: list[Person],
    allocations: Allocations,
) -> None:
    makers = (Need(seed, days), Protection(seed, days), Care(seed, days), Local(seed, days))
    modes = stream(seed, "modes of visit")
    for journey in journeys:
        person = persons[journey.person - 1]
        involvements = allocations.of(journey, person)
        history = ChildHistory(journey, person, involvements, allocations, days)
        _write_all(exports, "ssd_involvements", involvement_rows(journey, person, involvements))
        for maker in makers:
            for table, row in maker.rows(history):
                exports.write(table, row)
                for mode in mode_rows(modes, table, row):
                    exports.write(*mode)


def _write_all(exports: Exports, table: str, rows: Iterable[dict[str, object]]) -> None:
    for row in rows:
        exports.write(table, row)

"""Looks at a delivery before anything of it counts: staged and built in a folder of its own that is removed again."""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from pydantic import SecretStr

from pipelines import storage
from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import file_key
from pipelines.deliveries import AUTHORITY_CODE, Delivery
from pipelines.faults import Exit, Fault
from pipelines.findings import UnusableDelivery
from pipelines.landing.landing import land
from pipelines.periods import NotAMonth, Period
from pipelines.publications import profile_page
from pipelines.publications.profile_page import NO_AUTHORITY
from pipelines.staging.reading import unwatched
from pipelines.staging.stage import read_and_typed, stage
from pipelines.warehouse.build import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipelines.contracts.model import Contract, Source
    from pipelines.settings import Settings
    from pipelines.staging.reading import Progress

ENOUGH_OF_A_FILE = 1024 * 1024


class NotADelivery(Fault, LookupError):
    """There are no files, or none that a source knows; says what to do."""

    exit_code = Exit.USAGE


@dataclass(frozen=True)
class Named:
    """What is known of a delivery beside its files; None where it is to be found out."""

    authority_code: str | None = None
    source: str | None = None
    month: Period | None = None


@dataclass(frozen=True)
class Profiled:
    """The page about a delivery, and what it says in short."""

    page: Path
    profile: profile_page.Profile


def profile(settings: Settings, place: Path, named: Named, page: Path, progress: Progress = unwatched) -> Profiled:
    """Tell what a delivery is, what of it cannot be used, and which KPIs it would give; nothing of it is kept.

    ``place`` is a folder of files or one file. What is not named is taken from a folder's path that ends as
    ``E06000015/ssd/2021-02`` does; else the source is that which knows most of the files, and the month the newest of
    the records. Raises NotADelivery, and what landing, staging and building raise.
    """
    sources = load_sources(settings.expectations)
    named = _from_path(place, named, sources.keys())
    _must_be_known(named, sources)
    files = [file for file in _files(place) if file.absolute() != page.absolute()]
    source = named.source or _source_of(files, sources)
    with storage.private_folder(settings.data_dir) as aside:
        month = named.month or _newest_month(settings, aside / "to find the month", files, source, progress)
        delivery = Delivery(named.authority_code or NO_AUTHORITY, source, month)
        scratch = _landed(settings, aside / "profile", files, delivery)
        staged = stage(scratch, delivery, progress)
        warehouse = None
        if staged.refusal is None:
            progress("building", 0, 0)
            warehouse = build(scratch, month).path
        profiled = profile_page.read(settings, delivery, staged.folder, warehouse)
        profile_page.write(page, profiled)
    return Profiled(page, profiled)


def _must_be_known(named: Named, sources: Mapping[str, Source]) -> None:
    if named.source is not None and named.source not in sources:
        raise NotADelivery(
            f"There is no source of the name that --source gives: it is one of {', '.join(sorted(sources))}."
        )
    if named.authority_code is not None and not AUTHORITY_CODE.fullmatch(named.authority_code):
        raise NotADelivery("--authority is no code of an authority: write it as E06000015.")


def _files(place: Path) -> list[Path]:
    try:
        files = sorted(path for path in place.iterdir() if path.is_file()) if place.is_dir() else [place]
    except PermissionError:
        raise NotADelivery(f"{place} may not be read: grant read access.") from None
    files = [file for file in files if file.is_file() and not file.name.startswith((".", "_"))]
    if not files:
        raise NotADelivery(f"{place}: there is no file to look at: name a delivery's folder, or one file.")
    for number, file in enumerate(files, start=1):
        if not os.access(file, os.R_OK):
            raise NotADelivery(f"{place}: file {number} of it may not be read: grant read access.")
    return files


def _from_path(place: Path, named: Named, sources: Iterable[str]) -> Named:
    """The parts of a delivery's path that are there, from its end; a part that is named counts before it."""
    parts = list(place.absolute().parts if place.is_dir() else place.absolute().parts[:-1])
    month = source = authority = None
    try:
        month = Period.parse(parts[-1])
        parts.pop()
    except NotAMonth:
        return named
    if parts and parts[-1] in set(sources):
        source = parts.pop()
        try:
            authority = Delivery.parse(f"{parts[-1]}/{source}/{month}").authority_code
        except ValueError:
            authority = None
    return Named(named.authority_code or authority, named.source or source, named.month or month)


def _source_of(files: Iterable[Path], sources: Mapping[str, Source]) -> str:
    known = {name: sum(_known_to(file, source) for file in files) for name, source in sources.items()}
    most = max(known.values())
    best = [name for name, count in known.items() if count == most]
    if not most or len(best) > 1:
        raise NotADelivery(
            f"It is not clear what these files are: say which with --source ({', '.join(sorted(sources))})."
        )
    return best[0]


def _known_to(file: Path, source: Source) -> int:
    """How much of a file a source knows: its name, elements of its XML, or that it may be a workbook of its lists."""
    named = file_key(file.name) in source.file_keys
    if file.suffix.lower() in {".xlsx", ".xls"}:
        return named or any(contract.list_number is not None for contract in source.tables.values())
    if file.suffix.lower() != ".xml":
        return int(named)
    with file.open("rb") as opened:
        beginning = opened.read(ENOUGH_OF_A_FILE)
    paths = {path for contract in source.tables.values() for path in contract.elements}
    elements = {element for path in paths for element in path.split("/")}
    return named + sum(re.search(rf"<{element}[\s/>]".encode(), beginning) is not None for element in elements)


def _newest_month(settings: Settings, folder: Path, files: list[Path], source: str, progress: Progress) -> Period:
    """That of a return's own date; else the newest that is over and that a record is of, or its year's last."""
    today = dt.datetime.now(dt.UTC).date()
    last = Period(today.year, today.month).plus(-1)
    contracts = load_sources(settings.expectations)[source]
    own = [(each, _date_of(each)) for each in contracts.tables.values() if each.describes_file]
    dated = [(each, each.event_date) for each in contracts.tables.values()]
    delivery = Delivery(NO_AUTHORITY, source, last)
    try:
        with read_and_typed(_landed(settings, folder, files, delivery), delivery, progress) as checked:
            newest = _newest_day(checked, own, last) or _newest_day(checked, dated, last)
    except UnusableDelivery:
        newest = None
    if newest is None:
        return last
    month = Period(newest.year, newest.month)
    return min(last, Period(month.collection_year, 3)) if contracts.history == "collection_year" else month


def _date_of(contract: Contract) -> str | None:
    return next((column.name for column in contract.columns if column.kind == "date"), None)


def _newest_day(
    checked: duckdb.DuckDBPyConnection, dates: Iterable[tuple[Contract, str | None]], last: Period
) -> dt.date | None:
    """The newest of the dates up to the end of a month; None where there is none."""
    newest: list[dt.date] = []
    for contract, date in dates:
        if date is not None:
            day = duckdb.ColumnExpression(date)
            rows = checked.table(f"checked.{contract.name}").filter(day <= duckdb.ConstantExpression(last.last_day))
            found = rows.aggregate([duckdb.FunctionExpression("max", day)]).fetchall()
            newest += [each for (each,) in found if each is not None]
    return max(newest, default=None)


def _landed(settings: Settings, folder: Path, files: list[Path], delivery: Delivery) -> Settings:
    """Land the files in a place of their own, under a key that nobody keeps."""
    inbox = folder / "inbox" / str(delivery)
    inbox.mkdir(parents=True)
    for file in files:
        shutil.copy2(file, inbox / file.name)
    scratch = settings.model_copy(
        update={
            "inbox_url": str(folder / "inbox"),
            "data_dir": folder / "data",
            "pseudonym_key": SecretStr(secrets.token_hex(32)),
            "settle_seconds": 0,
        }
    )
    land(scratch, delivery)
    return scratch

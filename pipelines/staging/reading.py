"""Reads the files of a delivery into tables of text, and keeps what was noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines import findings
from pipelines.contracts.model import file_key
from pipelines.findings import UnusableDelivery
from pipelines.staging.outcome import DeliveryNotice
from pipelines.staging.readers import read_table
from pipelines.staging.readers.own_process import read_in_own_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from pipelines.contracts.model import Contract, Source, SystemSign
    from pipelines.settings import Settings
    from pipelines.staging.corrections import Correction
    from pipelines.staging.readers import TableRead
    from pipelines.staging.unread import UnreadShape
    from pipelines.staging.workspace import StagingInputs

    Progress = Callable[[str, int, int], None]
XML, WORKBOOKS = ".xml", {".xlsx", ".xls"}
READABLE_SUFFIXES = {".csv"} | WORKBOOKS
PACKED_SUFFIXES = {".zip", ".gz", ".7z"}
PACKED = "It is packed: unpack it, and deliver the file that is in it."


@dataclass
class Reading:
    """What has been read of a delivery, and noticed, so far.

    ``lost`` holds the tables that were left out, each with the headings of the columns that all its rows would need,
    ``not_read`` the headings of columns that are there and read as if they were not, and ``signs`` those columns by
    which a case management system's export is known.
    """

    contracts: dict[str, Contract] = field(default_factory=dict)
    reads: dict[str, TableRead] = field(default_factory=dict)
    notices: list[DeliveryNotice] = field(default_factory=list)
    corrected: list[Correction] = field(default_factory=list)
    rows_dropped: dict[str, int] = field(default_factory=dict)
    unread: list[UnreadShape] = field(default_factory=list)
    lost: dict[str, tuple[str, ...]] = field(default_factory=dict)
    signs: tuple[SystemSign, ...] = ()
    not_read: dict[str, set[str]] = field(default_factory=dict)

    @property
    def headings(self) -> dict[str, set[str]]:
        return {
            table: {heading.lower() for heading in read.columns} - self.not_read.get(table, set())
            for table, read in self.reads.items()
        }

    @property
    def filled(self) -> dict[str, Contract]:
        """The tables with rows that could be read: in the others is nothing to look at."""
        empty = {table for table, read in self.reads.items() if read.rows_read == len(read.malformed)}
        return {table: contract for table, contract in self.contracts.items() if table not in empty}

    @property
    def good_rows(self) -> dict[str, int]:
        return {
            table: read.rows_read - len(read.malformed) - self.rows_dropped[table] for table, read in self.reads.items()
        }


def unwatched(step: str, done: int, of: int) -> None:
    """Where nobody watches."""


def read_files(
    settings: Settings,
    inputs: StagingInputs,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    progress: Progress = unwatched,
) -> Reading:
    reading = Reading()
    files = [inputs.landed / file["name"] for file in inputs.landing_manifest["files"]]
    sizes = [file.stat().st_size for file in files]
    for number, file in enumerate(files, start=1):
        report_progress = _of_the_delivery(progress, sum(sizes[: number - 1]), sum(sizes))
        report_progress(0, sizes[number - 1])
        contracts = _held_by(file, inputs.source)
        if file.suffix.lower() in PACKED_SUFFIXES and file_key(file.stem) in inputs.source.file_keys:
            raise UnusableDelivery(findings.NOT_A_TABLE, file.name, PACKED)
        if not contracts:
            # By its number: a name that no contract knows may name a person.
            reading.notices.append(DeliveryNotice(findings.UNKNOWN_FILE, f"file {number}"))
            continue
        shown = file.name if file_key(file.name) in inputs.source.file_keys else f"file {number}"
        if any(contract.name in reading.reads for contract in contracts):
            raise UnusableDelivery(findings.SAME_TABLE_TWICE, shown, findings.SAME_TABLE_TWICE.sentence)
        reads = _read_file(settings, inputs.source, connection, file, contracts, shown, scratch, report_progress)
        reading.contracts |= {contract.name: contract for contract in contracts if contract.name in reads}
        reading.reads |= reads
        reading.notices += [each for name, read in reads.items() for each in _notice_records(name, read)]
        if any(read.shares_lines for read in reads.values()):
            reading.notices.append(DeliveryNotice(findings.SHARED_LINES, shown))
    if not reading.reads:
        raise UnusableDelivery(findings.NOTHING_USABLE, str(inputs.delivery), findings.NOTHING_USABLE.sentence)
    return reading


def _of_the_delivery(progress: Progress, before: int, of: int) -> Callable[[int, int], None]:
    """Of a file only its own bytes are known where it is read."""
    return lambda done, _: progress("reading", before + done, of)


def _held_by(file: Path, source: Source) -> list[Contract]:
    """The contracts of the tables that a file may hold: by its name, or all that an XML return or a workbook may."""
    suffix, contracts = file.suffix.lower(), source.tables.values()
    if suffix == XML:
        return [contract for contract in contracts if contract.elements]
    lists = [contract for contract in contracts if contract.list_number is not None]
    if suffix in WORKBOOKS and lists:
        return lists
    known = [contract for contract in contracts if file_key(file.name) in contract.file_keys]
    return known if suffix in READABLE_SUFFIXES else []


def _read_file(
    settings: Settings,
    source: Source,
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    contracts: list[Contract],
    shown: str,
    scratch: Path,
    progress: Callable[[int, int], None],
) -> dict[str, TableRead]:
    largest, suffix = settings.largest_file_bytes, file.suffix.lower()
    name = contracts[0].name
    if suffix == XML:
        apart: tuple[Any, ...] = ("xml", file, contracts, source.root)
    elif suffix in WORKBOOKS and contracts[0].list_number is not None:
        apart = ("lists", file, contracts)
    elif suffix in WORKBOOKS:
        apart = ("workbook", file, name)
    else:
        return {name: read_table(connection, file, name, largest_bytes=largest, scratch=scratch, progress=progress)}
    read = read_in_own_process(
        connection, *apart, shown=shown, largest_bytes=largest, scratch=scratch, progress=progress
    )
    return {name: read} if apart[0] == "workbook" else read


def _notice_records(name: str, read: TableRead) -> Iterator[DeliveryNotice]:
    for bad in read.malformed:
        yield DeliveryNotice(findings.MALFORMED_RECORD, name, line=bad.line)
    for odd in read.oddities:
        yield DeliveryNotice(odd.rule, name, odd.column, line=odd.line)
    if not read.ends_with_break:
        yield DeliveryNotice(findings.NO_LAST_LINE_BREAK, name)

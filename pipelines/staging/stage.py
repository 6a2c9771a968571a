"""Text as it landed becomes typed, pseudonymised Parquet; what cannot be used is set aside with its reasons.

A staged delivery is a folder, written whole: one Parquet file a table, ``refused/`` for the rows set aside,
``finding``, ``rule_result``, ``reconciliation``, ``profile`` and ``unread_value``, and a manifest. ``newest.json``
beside it names the newest staged version, ``current.json`` the newest that was not refused.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import duckdb
from sqlglot import exp

from pipelines import findings, provenance, storage
from pipelines.catalog import DATA_DOCS, NEWEST, STAGED_MANIFEST, newest_landed_folder, staged_version, validation_pages
from pipelines.contracts.loading import load_sources
from pipelines.contracts.variants import codes_file, of_year, with_local_codes
from pipelines.faults import Fault
from pipelines.findings import UnusableDelivery
from pipelines.staging import casting, corrections, outcome, rules
from pipelines.staging.completeness import (
    leave_out_tables_without_key,
    look_for_months_first,
    notice_blank_columns,
    notice_columns,
    notice_empty_tables,
    notice_later_year,
    notice_older_tables,
    notice_rows_written_twice,
    notice_tables,
    notice_what_is_not_open,
)
from pipelines.staging.dialects import find_elsewhere, read_other_headings, signs_of_systems
from pipelines.staging.outcome import DeliveryNotice
from pipelines.staging.placeholders import LIST, blank_placeholders, load_placeholders, unknown_references
from pipelines.staging.pseudonyms import key_check, pseudonymise
from pipelines.staging.reading import Reading, read_files, unwatched
from pipelines.staging.survey_answers import expand_answers, expand_standards
from pipelines.staging.unread import unread_shapes
from pipelines.staging.workspace import StagingInputs, connect, create_table, private_scratch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.deliveries import Delivery
    from pipelines.settings import Settings
    from pipelines.staging.reading import Progress
    from pipelines.staging.validation.validation import Tested

TRANSIENT_ERRORS = (duckdb.OutOfMemoryException, duckdb.IOException)
CHECKED = "delivery.duckdb"
UNCOUNTABLE = (findings.MISSING_CRITICAL_COLUMN, findings.TABLE_WITHOUT_KEY, findings.EMPTY_TABLE)
LACKING = {
    findings.BLANK_COLUMN: "enough values",
    findings.ANOTHER_KIND_OF_ID: "an id that the other table has",
    findings.NOTHING_OPEN: "what is still open",
    findings.ONLY_WHAT_LED_ON: "what led to no plan",
}
"""What a column was delivered without that is there, and is no use to a figure that asks for it by name."""

Outcome = Literal["staged", "already staged", "refused"]


class NothingLanded(Fault, LookupError):
    """The delivery was never landed."""


class LandingDamaged(Fault, RuntimeError):
    """A landed file is not what landed."""


class StagingFailed(Fault, RuntimeError):
    """DuckDB failed while staging: the software's fault. Only the kind is named: DuckDB's words may quote a record."""


@dataclass(frozen=True)
class StagingResult:
    """How the staging of a delivery went. ``refusal`` is the sentence to show where the whole of it was refused."""

    delivery: Delivery
    folder: Path
    outcome: Outcome
    rows_read: int
    rows_refused: int
    rows_warned: int
    refusal: str | None


def stage(settings: Settings, delivery: Delivery, progress: Progress = unwatched) -> StagingResult:
    """Stage the newest landed version of a delivery; the same again is a no-op.

    ``progress`` is given, again and again, what is being done, and how much of how much of it is: of reading, bytes of
    the delivery; of typing and checking, tables.
    Bad data never raises: the delivery or its rows are refused, with findings. Raises NothingLanded where nothing
    was landed, NoPseudonymKey without a key, and BrokenCheck where a check cannot be carried out.
    """
    inputs = _staging_inputs(settings, delivery)
    folder_name = f"v{inputs.landing_manifest['version']:04d}-{inputs.fingerprint[:12]}"
    folder = delivery.staging_folder(settings.staging) / folder_name
    already = _is_whole(folder)
    if not already:
        # Looked at again: another run may have put it there meanwhile, whole.
        if folder.exists() and not _is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
        try:
            _stage_new(settings, inputs, folder, progress)
        except FileExistsError:
            # Another run staged the same delivery meanwhile; the same inputs made the same.
            if not _is_whole(folder):
                raise
    staged = _read_back(delivery, folder)
    _update_pointer(folder, staged)
    return replace(staged, outcome="already staged") if already and staged.refusal is None else staged


@contextmanager
def read_and_typed(
    settings: Settings, delivery: Delivery, progress: Progress = unwatched
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of a landed delivery, in the schema ``checked``: read and typed, but no check is carried out.

    Raises UnusableDelivery where it would be refused.
    """
    inputs = _staging_inputs(settings, delivery)
    _must_not_be_refused_already(inputs)
    with private_scratch(settings) as scratch, connect(settings, scratch / CHECKED) as connection:
        _read_and_type(settings, inputs, connection, scratch, progress)
        yield connection


@contextmanager
def read_as_text(settings: Settings, delivery: Delivery) -> Iterator[tuple[duckdb.DuckDBPyConnection, Reading]]:
    """The text of a landed delivery, ids in clear, in the database ``raw``; gone when the block ends.

    Raises UnusableDelivery where it would be refused, and LandingDamaged.
    """
    inputs = _staging_inputs(settings, delivery)
    _must_not_be_refused_already(inputs)
    _must_be_as_landed(inputs)
    with private_scratch(settings) as scratch, connect(settings) as connection:
        yield connection, _read(settings, inputs, connection, scratch, unwatched)


def _is_whole(folder: Path) -> bool:
    """Whether a staged version has its manifest and every file that goes with it, none of them cut off."""
    manifest = storage.whole_json(folder / storage.MANIFEST, *STAGED_MANIFEST)
    if manifest is None:
        return False
    names = [*outcome.TABLES, *manifest["tables"], *(f"refused/{table}" for table in manifest["tables"])]
    return all(storage.is_whole_parquet(folder / f"{name}.parquet") for name in names)


def changed_since_staging(settings: Settings, delivery: Delivery) -> tuple[str, ...]:
    """What is another today than when a delivery was last staged, in words; nothing where it was never staged.

    Without a PSEUDONYM_KEY its key is not compared.
    """
    newest = staged_version(delivery.staging_folder(settings.staging), NEWEST)
    if newest is None:
        return ()
    staged = storage.read_json(newest / storage.MANIFEST)
    landed = max(int(path.name[1:]) for path in delivery.landing_folder(settings.landing).glob("v*"))
    changed = {
        "a newer version was landed": staged["landing_version"] != landed,
        "PSEUDONYM_KEY is another": settings.pseudonym_key is not None
        and staged.get("pseudonym_key") not in {None, key_check(settings)},
        "the rules are newer": staged.get("rules_sha256") != _digest_of_rules(settings, delivery),
    }
    return tuple(words for words, is_so in changed.items() if is_so)


def _staging_inputs(settings: Settings, delivery: Delivery) -> StagingInputs:
    newest = newest_landed_folder(settings.landing, delivery)
    if newest is None:
        raise NothingLanded(f"{delivery} was not landed: land it first")
    manifest = storage.read_json(newest / storage.MANIFEST)
    parts = (manifest["content_sha256"], _digest_of_rules(settings, delivery), key_check(settings))
    return StagingInputs(
        delivery=delivery,
        source=with_local_codes(
            of_year(load_sources(settings.expectations)[delivery.source], delivery.month.collection_year),
            settings.expectations,
            settings.council_dir,
            delivery.authority_code,
        ),
        landed=newest,
        landing_manifest=manifest,
        fingerprint=storage.sha256_of_texts(parts),
    )


def _digest_of_rules(settings: Settings, delivery: Delivery) -> str:
    """One digest over all that decides, beside the data and the key, what staging makes of a delivery."""
    places = [
        settings.expectations / "sources" / delivery.source,
        settings.expectations / LIST,
        settings.expectations / "council",
        codes_file(settings.council_dir, delivery.authority_code),
        *corrections.files_of(settings.council_dir, delivery),
        settings.sql / "macros",
        settings.sql / "staging",
        settings.sql / "staging" / "only_ended",
    ]
    files = [file for place in places for file in (sorted(place.iterdir()) if place.is_dir() else [place])]
    files += rules.files_of(settings.sql)
    digests = (storage.sha256_of_file(file) for file in files if file.is_file())
    return storage.sha256_of_texts([provenance.code_behind("staging"), *digests])


def _stage_new(settings: Settings, inputs: StagingInputs, folder: Path, progress: Progress) -> None:
    with private_scratch(settings) as scratch:
        try:
            _must_not_be_refused_already(inputs)
            _must_be_as_landed(inputs)
            with storage.new_folder(folder) as aside:
                _stage_tables(settings, inputs, scratch, aside, progress)
        except TRANSIENT_ERRORS:
            raise
        except duckdb.Error as problem:
            raise StagingFailed(f"{inputs.delivery}: {type(problem).__name__}") from None
        except UnusableDelivery as unusable:
            reading = Reading(notices=[DeliveryNotice(unusable.rule, unusable.file_name)])
            with connect(settings) as connection, storage.new_folder(folder) as aside:
                _write_outcome(settings, connection, inputs, reading, [], aside, refusal=str(unusable))


def write_data_docs(settings: Settings, delivery: Delivery, staged: Path, progress: Progress = unwatched) -> Path:
    """Write Great Expectations' own pages about a staged version that was not refused; returns their index.

    Staging does not: they cost as much as its checks, and the delivery's page says what they say.
    """
    target = validation_pages(settings.reports, delivery, staged) / DATA_DOCS
    if not target.exists():
        with private_scratch(settings) as scratch, storage.new_folder(target) as aside:
            _check_tables(settings, _staging_inputs(settings, delivery), scratch, progress, pages=aside)
    return target / "index.html"


def _must_not_be_refused_already(inputs: StagingInputs) -> None:
    refusal = inputs.landing_manifest["refusal"]
    if refusal is not None:
        rule = findings.DELIVERY_RULES[refusal["rule_code"]]
        raise UnusableDelivery(rule, refusal["file_name"], refusal["sentence"])


def _must_be_as_landed(inputs: StagingInputs) -> None:
    for number, file in enumerate(inputs.landing_manifest["files"], start=1):
        landed = inputs.landed / file["name"]
        if not landed.exists() or storage.sha256_of_file(landed) != file["sha256"]:
            raise LandingDamaged(
                f"{inputs.delivery}: file {number} of {inputs.landed} is not what was landed. "
                "Restore the folder from a backup, or deliver again."
            )


def _stage_tables(settings: Settings, inputs: StagingInputs, scratch: Path, aside: Path, progress: Progress) -> None:
    settings = settings.for_input_of(inputs.size_bytes)
    reading, tested = _check_tables(settings, inputs, scratch, progress)
    progress("writing", 0, 0)
    with connect(settings, scratch / CHECKED) as connection:
        _write_outcome(settings, connection, inputs, reading, tested, aside, refusal=None)


def _check_tables(
    settings: Settings, inputs: StagingInputs, scratch: Path, progress: Progress, pages: Path | None = None
) -> tuple[Reading, list[Tested]]:
    """Read and type a delivery into the database of the scratch folder, and carry out its checks there."""
    with connect(settings, scratch / CHECKED) as connection:
        reading = _read_and_type(settings, inputs, connection, scratch, progress)
    progress("checking", 0, len(reading.contracts))
    # Costs seconds to import, and only here: a DAG file that imports this module must not pay for it.
    from pipelines.staging.validation.data_docs import DataDocs, put_stylesheet
    from pipelines.staging.validation.validation import validate

    tested = validate(
        scratch / CHECKED,
        settings.duckdb_config,
        rules.to_carry_out(settings.sql, reading.contracts, reading.headings, inputs.delivery.month),
        reading.good_rows,
        lambda done, of: progress("checking", done, of),
        None if pages is None else DataDocs(pages, put_stylesheet(settings)),
    )
    return reading, tested


def _read_and_type(
    settings: Settings,
    inputs: StagingInputs,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    progress: Progress,
) -> Reading:
    """Fill the schema ``checked`` of the connection's own database; the text itself goes with the scratch folder."""
    reading = _read(settings, inputs, connection, scratch, progress)
    connection.execute("CREATE SCHEMA checked")
    filled = reading.filled
    for number, contract in enumerate(reading.contracts.values()):
        progress("typing", number, len(reading.contracts))
        headings = reading.headings if contract.name in filled else {**reading.headings, contract.name: set()}
        query = casting.checked_rows(contract, headings)
        create_table(connection, exp.table_(contract.name, db="checked"), query)
    _correct(settings, inputs, connection, reading)
    reading.unread += unread_shapes(connection, filled)
    for name, contract in inputs.source.tables.items():
        if name not in reading.contracts:
            # The checks of other tables look here.
            create_table(connection, exp.table_(name, db="checked"), casting.no_rows(contract))
    reading.notices += notice_older_tables(connection, inputs, reading)
    reading.notices += notice_what_is_not_open(connection, inputs, settings.sql)
    tables = {**inputs.source.tables, **reading.contracts}
    rules.make_tables(connection, settings.sql, inputs.delivery, tables, reading.reads.keys())
    connection.execute("DETACH raw")
    return reading


def _read(
    settings: Settings,
    inputs: StagingInputs,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    progress: Progress,
) -> Reading:
    """Fill the database ``raw`` with the text of all tables, and the pseudonyms of all ids by which rows refer."""
    connection.execute(casting.attach_raw(scratch / "raw.duckdb"))
    reading = read_files(settings, inputs, connection, scratch, progress)
    progress("typing", 0, len(reading.contracts))
    placeholders = load_placeholders(settings.expectations)
    reading.signs = signs_of_systems(connection, inputs.source, reading, placeholders.any)
    read_other_headings(connection, reading)
    expand_answers(connection, reading)
    expand_standards(connection, reading)
    reading.unread += unknown_references(connection, reading, placeholders)
    blank_placeholders(connection, reading, placeholders)
    find_elsewhere(connection, reading)
    leave_out_tables_without_key(connection, reading)
    look_for_months_first(connection, reading)
    reading.notices += [
        *notice_columns(reading),
        *notice_blank_columns(connection, reading),
        *notice_empty_tables(reading),
        *notice_rows_written_twice(connection, reading),
        *notice_tables(inputs.source, reading),
        *notice_later_year(inputs),
    ]
    pseudonymise(connection, reading, settings, inputs.delivery.authority_code)
    return reading


def _is_uncountable(reading: Reading, notice: DeliveryNotice) -> bool:
    """Whether nothing can be counted from the table: a blank column that figures depend on may as well be missing."""
    contract = reading.contracts.get(notice.table)
    critical = contract is not None and notice.column in contract.critical_headings
    return notice.rule in UNCOUNTABLE or (notice.rule is findings.BLANK_COLUMN and critical)


def _correct(
    settings: Settings, inputs: StagingInputs, connection: duckdb.DuckDBPyConnection, reading: Reading
) -> None:
    """Put right what is known to be wrong upstream, before any check looks at it."""
    delivery = inputs.delivery
    known = corrections.load_corrections(settings.council_dir, settings.expectations, delivery, inputs.source)
    connection.execute((settings.sql / "staging" / "corrections.sql").read_text(encoding="utf-8"))
    reading.corrected = corrections.apply(connection, known, delivery, reading.contracts)
    reading.rows_dropped = {table: corrections.rows_dropped(connection, table) for table in reading.contracts}


def _write_outcome(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    inputs: StagingInputs,
    reading: Reading,
    tested: list[Tested],
    aside: Path,
    *,
    refusal: str | None,
) -> None:
    """Fill a staged version's folder, its manifest last."""
    connection.execute((settings.sql / "staging" / "outcome.sql").read_text(encoding="utf-8"))
    outcome.record_notices(connection, reading.notices, reading.reads)
    outcome.record_corrected(connection, reading.corrected, reading.reads, reading.contracts)
    outcome.record_tested(connection, tested, reading.contracts)
    tables = outcome.write_tables(connection, reading.contracts, reading.reads, aside)
    outcome.record_profile(connection, reading.filled, inputs.delivery.month)
    outcome.record_unread(connection, reading.unread)
    outcome.write_findings(connection, aside)
    rows_read = sum(read.rows_read for read in reading.reads.values())
    manifest = {
        "authority_code": inputs.delivery.authority_code,
        "source": inputs.delivery.source,
        "month": str(inputs.delivery.month),
        "landing_version": inputs.landing_manifest["version"],
        "landing_sha256": inputs.landing_manifest["content_sha256"],
        "fingerprint": inputs.fingerprint,
        "pseudonym_key": key_check(settings),
        "rules_sha256": _digest_of_rules(settings, inputs.delivery),
        "status": "staged" if refusal is None else "refused",
        "refusal": refusal,
        "tables": tables,
        "missing_columns": sorted(
            f"{each.table}.{each.column}" for each in reading.notices if each.rule is findings.MISSING_COLUMN
        ),
        "uncountable_tables": sorted({each.table for each in reading.notices if _is_uncountable(reading, each)}),
        "lacking_columns": sorted(
            f"{each.table}.{each.column or 'any record'}" for each in reading.notices if _is_uncountable(reading, each)
        ),
        "system_signs": [
            {"system": sign.system, "versions": sign.versions, "column": f"{sign.table}.{sign.heading}"}
            for sign in reading.signs
        ],
        "unusable_columns": {
            f"{each.table}.{each.column}": LACKING[each.rule] for each in reading.notices if each.rule in LACKING
        },
        "corrections": [correction.summary for correction in reading.corrected],
        "rows_read": rows_read,
        "rows_refused": rows_read - sum(int(table["rows"]) for table in tables.values()),
        "rows_warned": outcome.rows_warned(connection),
    }
    storage.write_json(aside / storage.MANIFEST, manifest)


def _read_back(delivery: Delivery, folder: Path) -> StagingResult:
    manifest = storage.read_json(folder / storage.MANIFEST)
    return StagingResult(
        delivery=delivery,
        folder=folder,
        outcome=manifest["status"],
        rows_read=manifest["rows_read"],
        rows_refused=manifest["rows_refused"],
        rows_warned=manifest["rows_warned"],
        refusal=manifest["refusal"],
    )


def _update_pointer(folder: Path, staged: StagingResult) -> None:
    """A refused version is the newest, but never takes the place of one that can be used."""
    storage.write_json(folder.parent / NEWEST, {"folder": folder.name})
    if staged.refusal is None:
        storage.write_json(folder.parent / storage.CURRENT, {"folder": folder.name})

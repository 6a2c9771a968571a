"""Text as it landed becomes typed, pseudonymised Parquet; what cannot be used is set aside with its reasons.

A staged delivery is a folder, written whole: one Parquet file a table, ``refused/`` for the rows set aside,
``finding``, ``rule_result`` and ``reconciliation``, and a manifest. ``newest.json`` beside it names the newest staged
version, ``current.json`` the newest that was not refused.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
from sqlglot import exp

from pipelines import casting, corrections, findings, front_page, outcome, pages, rules, storage
from pipelines.contracts import PLAIN_NAME, codes_file, file_key, load_sources, with_local_codes
from pipelines.findings import UnusableDelivery
from pipelines.outcome import Noticed
from pipelines.readers import read_lists, read_table, read_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pipelines.contracts import Column, Contract, Source
    from pipelines.corrections import Correction
    from pipelines.deliveries import Delivery
    from pipelines.readers import TableRead
    from pipelines.settings import Settings
    from pipelines.validation import Tested

    Progress = Callable[[str, int, int], None]

NEWEST = "newest.json"
READING = ".reading-"
LONGEST_SCALE = 11
FEWEST_A_MONTH = 5
"""Where at least so many begin in each month of a year, a month in which none does is no chance."""
SURE_OF_THE_ORDER = 10
"""So many dates with the day first as there are of the month first, and the latter are slips."""
FAULTS_OF_THE_MACHINE = (duckdb.OutOfMemoryException, duckdb.IOException)
READABLE_SUFFIXES = {".csv", ".xlsx"}
XML, WORKBOOK = ".xml", ".xlsx"
WHAT_DECIDES = (
    "casting.py",
    "contracts.py",
    "corrections.py",
    "findings.py",
    "outcome.py",
    "readers",
    "rules.py",
    "staging.py",
    "validation.py",
)

Outcome = Literal["staged", "already staged", "refused"]


class NothingLanded(LookupError):
    """The delivery was never landed."""


class StagingFailed(RuntimeError):
    """DuckDB failed while staging: the software's fault. Only the kind is told: DuckDB's words may quote a record."""


@dataclass(frozen=True)
class Staged:
    """How the staging of a delivery went. ``refusal`` is the sentence to show where the whole of it was refused."""

    delivery: Delivery
    folder: Path
    outcome: Outcome
    rows_read: int
    rows_refused: int
    rows_warned: int
    refusal: str | None


@dataclass(frozen=True)
class Ingredients:
    """What a staged delivery is made of: the same ingredients make the same bytes."""

    delivery: Delivery
    source: Source
    landed: Path
    landing_manifest: Mapping[str, Any]
    fingerprint: str


@dataclass
class Reading:
    """What has been read of a delivery, and noticed, so far."""

    contracts: dict[str, Contract] = field(default_factory=dict)
    reads: dict[str, TableRead] = field(default_factory=dict)
    noticed: list[Noticed] = field(default_factory=list)
    corrected: list[Correction] = field(default_factory=list)
    rows_dropped: dict[str, int] = field(default_factory=dict)

    @property
    def headings(self) -> dict[str, set[str]]:
        return {table: {heading.lower() for heading in read.columns} for table, read in self.reads.items()}

    @property
    def good_rows(self) -> dict[str, int]:
        return {
            table: read.rows_read - len(read.malformed) - self.rows_dropped[table] for table, read in self.reads.items()
        }


def _untold(step: str, done: int, of: int) -> None:
    """Where nobody watches."""


def stage(settings: Settings, delivery: Delivery, progress: Progress = _untold) -> Staged:
    """Stage the newest landed version of a delivery; the same again is a no-op.

    ``progress`` is told, again and again, what is being done, and how much of how much of it is: of reading, bytes of
    the delivery; of typing and checking, tables.
    Bad data never raises: the delivery or its rows are refused, with findings. Raises NothingLanded where nothing
    was landed, NoPseudonymKey without a key, and BrokenCheck where a check cannot be carried out.
    """
    ingredients = _ingredients(settings, delivery)
    folder_name = f"v{ingredients.landing_manifest['version']:04d}-{ingredients.fingerprint[:12]}"
    folder = delivery.staging_folder(settings.staging) / folder_name
    already = (folder / storage.MANIFEST).exists()
    if not already:
        try:
            _stage_new(settings, ingredients, folder, progress)
        except FileExistsError:
            # Another run staged the same delivery meanwhile; the same ingredients made the same.
            if not (folder / storage.MANIFEST).exists():
                raise
    staged = _read_back(delivery, folder)
    _point_to(folder, staged)
    front_page.write(settings)
    return replace(staged, outcome="already staged") if already and staged.refusal is None else staged


def _ingredients(settings: Settings, delivery: Delivery) -> Ingredients:
    manifests = sorted(delivery.landing_folder(settings.landing).glob(f"v*/{storage.MANIFEST}"))
    if not manifests:
        raise NothingLanded(f"{delivery} was not landed: land it first")
    manifest = storage.read_json(manifests[-1])
    parts = (manifest["content_sha256"], _digest_of_rules(settings, delivery), _key_check(settings))
    return Ingredients(
        delivery=delivery,
        source=with_local_codes(
            load_sources(settings.expectations)[delivery.source].of_year(delivery.month.collection_year),
            settings.expectations,
            delivery.authority_code,
        ),
        landed=manifests[-1].parent,
        landing_manifest=manifest,
        fingerprint=storage.sha256_of_texts(parts),
    )


def _digest_of_rules(settings: Settings, delivery: Delivery) -> str:
    """One digest over all that decides, beside the data and the key, what staging makes of a delivery."""
    code = Path(__file__).parent
    places = [
        *(code / name for name in WHAT_DECIDES),
        settings.expectations / delivery.source,
        codes_file(settings.expectations, delivery.authority_code),
        *corrections.files_of(settings.expectations, delivery),
        settings.sql / "macros",
        settings.sql / "staging",
    ]
    files = [file for place in places for file in (sorted(place.iterdir()) if place.is_dir() else [place])]
    files += rules.files_of(settings.sql)
    return storage.sha256_of_texts(storage.sha256_of_file(file) for file in files if file.is_file())


def _key_check(settings: Settings) -> str:
    """Tells one key from another without telling either."""
    with _connect(settings) as connection:
        sql = "SELECT CAST(pseudonym($inner_pad, $outer_pad, 'key check', '', '') AS VARCHAR)"
        return str(connection.execute(sql, _pads(settings)).fetchall()[0][0])


def _pads(settings: Settings) -> dict[str, bytes]:
    """The two pads of RFC 2104: SHA-256 works on blocks of 64 bytes, and a longer key is hashed first."""
    key = settings.key_bytes
    block = (storage.sha256_of_bytes(key) if len(key) > 64 else key).ljust(64, b"\0")
    return {
        "inner_pad": bytes(byte ^ 0x36 for byte in block),
        "outer_pad": bytes(byte ^ 0x5C for byte in block),
    }


def _duckdb_config(settings: Settings) -> dict[str, str]:
    return {"memory_limit": settings.duckdb_memory_limit}


def _connect(settings: Settings, database: Path | None = None) -> duckdb.DuckDBPyConnection:
    name = ":memory:" if database is None else str(database)
    connection = duckdb.connect(name, config=dict(_duckdb_config(settings)))
    # What is written here is read back once: checkpoints would write all of it again.
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    for macros in ("pseudonym.sql", "reading.sql"):
        connection.execute((settings.sql / "macros" / macros).read_text(encoding="utf-8"))
    return connection


@contextmanager
def _private_scratch(settings: Settings) -> Iterator[Path]:
    """A folder for what holds personal data while it is being read; always removed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    storage.remove_abandoned(settings.data_dir, READING)
    folder = Path(tempfile.mkdtemp(prefix=READING, dir=settings.data_dir))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stage_new(settings: Settings, ingredients: Ingredients, folder: Path, progress: Progress) -> None:
    with _private_scratch(settings) as scratch:
        pages_folder = scratch / "pages"
        pages_folder.mkdir()
        try:
            _must_not_be_refused_already(ingredients)
            with storage.new_folder(folder) as aside:
                _stage_tables(settings, ingredients, scratch, pages_folder, aside, progress)
                _keep_pages(pages_folder, validation_pages(settings, ingredients.delivery, folder))
        except FAULTS_OF_THE_MACHINE:
            raise
        except duckdb.Error as problem:
            raise StagingFailed(f"{ingredients.delivery}: {type(problem).__name__}") from None
        except UnusableDelivery as unusable:
            reading = Reading(noticed=[Noticed(unusable.rule, unusable.file_name)])
            with _connect(settings) as connection, storage.new_folder(folder) as aside:
                _write_outcome(
                    settings, connection, ingredients, reading, [], pages_folder, aside, refusal=str(unusable)
                )
                _keep_pages(pages_folder, validation_pages(settings, ingredients.delivery, folder))


def validation_pages(settings: Settings, delivery: Delivery, staged: Path) -> Path:
    """The folder of the validation pages of a staged version; its ``index.html`` is where to begin."""
    return settings.reports / "validation" / str(delivery) / staged.name


def _keep_pages(made: Path, target: Path) -> None:
    if not target.exists():
        with storage.new_folder(target) as aside:
            shutil.copytree(made, aside, dirs_exist_ok=True)


def _must_not_be_refused_already(ingredients: Ingredients) -> None:
    refusal = ingredients.landing_manifest["refusal"]
    if refusal is not None:
        rule = findings.DELIVERY_RULES[refusal["rule_code"]]
        raise UnusableDelivery(rule, refusal["file_name"], refusal["sentence"])


def _stage_tables(
    settings: Settings,
    ingredients: Ingredients,
    scratch: Path,
    pages_folder: Path,
    aside: Path,
    progress: Progress,
) -> None:
    checked = scratch / "delivery.duckdb"
    with _connect(settings, checked) as connection:
        reading = _read_and_type(settings, ingredients, connection, scratch, progress)
    progress("checking", 0, len(reading.contracts))
    # Costs seconds to import, and only here: a DAG file that imports this module must not pay for it.
    from pipelines.validation import validate

    checks = rules.to_carry_out(settings.sql, reading.contracts, reading.headings, ingredients.delivery.month)
    tested = validate(
        checked,
        _duckdb_config(settings),
        checks,
        reading.good_rows,
        pages_folder / "great_expectations",
        pages.put_stylesheet(settings),
        lambda done, of: progress("checking", done, of),
    )
    progress("writing", 0, 0)
    with _connect(settings, checked) as connection:
        _write_outcome(settings, connection, ingredients, reading, tested, pages_folder, aside, refusal=None)


def _read_and_type(
    settings: Settings,
    ingredients: Ingredients,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    progress: Progress,
) -> Reading:
    """Fill the schema ``checked`` of the connection's own database; the text itself goes with the scratch folder."""
    connection.execute(casting.attach_raw(scratch / "raw.duckdb"))
    reading = _read_files(settings, ingredients, connection, scratch, progress)
    progress("typing", 0, len(reading.contracts))
    _must_have_key_columns(reading)
    _expand_answers(connection, reading)
    _look_for_months_first(connection, reading)
    reading.noticed += [*_notice_columns(reading), *_notice_tables(ingredients.source, reading)]
    _pseudonymise(connection, reading, settings, ingredients.delivery.authority_code)
    connection.execute("CREATE SCHEMA checked")
    for number, contract in enumerate(reading.contracts.values()):
        progress("typing", number, len(reading.contracts))
        query = casting.checked_rows(contract, reading.headings)
        _create_table(connection, exp.table_(contract.name, db="checked"), query)
    _correct(settings, ingredients, connection, reading)
    for name, contract in ingredients.source.tables.items():
        if name not in reading.contracts:
            # The checks of other tables look here.
            _create_table(connection, exp.table_(name, db="checked"), casting.no_rows(contract))
    reading.noticed += _notice_older_tables(connection, ingredients, reading)
    tables = {**ingredients.source.tables, **reading.contracts}
    rules.make_tables(connection, settings.sql, ingredients.delivery, tables, reading.reads.keys())
    connection.execute("DETACH raw")
    return reading


def _correct(
    settings: Settings, ingredients: Ingredients, connection: duckdb.DuckDBPyConnection, reading: Reading
) -> None:
    """Put right what is known to be wrong upstream, before any check looks at it."""
    delivery = ingredients.delivery
    known = corrections.load_corrections(settings.expectations, delivery, ingredients.source)
    connection.execute((settings.sql / "staging" / "corrections.sql").read_text(encoding="utf-8"))
    reading.corrected = corrections.apply(connection, known, delivery, reading.contracts)
    reading.rows_dropped = {table: corrections.rows_dropped(connection, table) for table in reading.contracts}


def _read_files(
    settings: Settings,
    ingredients: Ingredients,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    progress: Progress = _untold,
) -> Reading:
    reading = Reading()
    files = [ingredients.landed / told["name"] for told in ingredients.landing_manifest["files"]]
    sizes = [file.stat().st_size for file in files]
    for number, file in enumerate(files, start=1):
        told = _of_the_delivery(progress, sum(sizes[: number - 1]), sum(sizes))
        told(0, sizes[number - 1])
        contracts = _held_by(file, ingredients.source)
        if not contracts:
            # By its number: a name that no contract knows may name a person.
            reading.noticed.append(Noticed(findings.UNKNOWN_FILE, f"file {number}"))
            continue
        shown = file.name if file_key(file.name) in ingredients.source.file_keys else f"file {number}"
        if any(contract.name in reading.reads for contract in contracts):
            raise UnusableDelivery(findings.SAME_TABLE_TWICE, shown, findings.SAME_TABLE_TWICE.sentence)
        reads = _read_file(settings, ingredients.source, connection, file, contracts, shown, scratch, told)
        reading.contracts |= {contract.name: contract for contract in contracts if contract.name in reads}
        reading.reads |= reads
        reading.noticed += [each for name, read in reads.items() for each in _notice_records(name, read)]
        if any(read.shares_lines for read in reads.values()):
            reading.noticed.append(Noticed(findings.SHARED_LINES, shown))
    if not reading.reads:
        raise UnusableDelivery(findings.NOTHING_USABLE, str(ingredients.delivery), findings.NOTHING_USABLE.sentence)
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
    if suffix == WORKBOOK and lists:
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
    if suffix == XML:
        return read_xml(
            connection,
            file,
            contracts,
            source.root,
            shown=shown,
            largest_bytes=largest,
            scratch=scratch,
            progress=progress,
        )
    if suffix == WORKBOOK and contracts[0].list_number is not None:
        return read_lists(connection, file, contracts, shown=shown, largest_bytes=largest, scratch=scratch)
    name = contracts[0].name
    return {name: read_table(connection, file, name, largest_bytes=largest, scratch=scratch, progress=progress)}


def _notice_records(name: str, read: TableRead) -> Iterator[Noticed]:
    for bad in read.malformed:
        yield Noticed(findings.MALFORMED_RECORD, name, line=bad.line)
    for odd in read.oddities:
        yield Noticed(odd.rule, name, odd.column, line=odd.line)
    if not read.ends_with_break:
        yield Noticed(findings.NO_LAST_LINE_BREAK, name)


def _must_have_key_columns(reading: Reading) -> None:
    for name, contract in reading.contracts.items():
        for column in contract.columns:
            if column.required and column.heading not in reading.headings[name]:
                cause = f"The column {column.heading} is missing, and no row can be used without it."
                raise UnusableDelivery(findings.MISSING_KEY_COLUMN, reading.reads[name].file_name, cause)


def _notice_columns(reading: Reading) -> Iterator[Noticed]:
    """Compare each file's headings with its contract's."""
    for name, contract in reading.contracts.items():
        given = reading.headings[name]
        of_other_years = {column.heading for column in contract.columns if not column.is_of_year}
        for heading in sorted(of_other_years & given):
            yield Noticed(findings.OTHER_YEAR, name, heading)
        for heading in contract.headings:
            if heading not in given | of_other_years:
                critical = heading in contract.critical_headings
                rule = findings.MISSING_CRITICAL_COLUMN if critical else findings.MISSING_COLUMN
                yield Noticed(rule, name, heading)
        for number, heading in enumerate(reading.reads[name].columns, start=1):
            if heading.lower() not in contract.headings and reading.reads[name].encoding != "xml":
                # By its number: a heading that no contract knows may name a person.
                yield Noticed(findings.UNKNOWN_COLUMN, name, f"column {number}")


def _notice_tables(source: Source, reading: Reading) -> Iterator[Noticed]:
    for contract in source.tables.values():
        if contract.name not in reading.reads and contract.is_of_year and not contract.optional:
            yield Noticed(findings.MISSING_TABLE, contract.name)


def _look_for_months_first(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Mark the columns in which many dates have the month first: one that could be read either way is a guess."""
    for name, contract in reading.contracts.items():
        given = reading.headings[name]
        dates = [column for column in contract.columns if column.kind == "date" and column.heading in given]
        if not dates:
            continue
        counts = connection.execute(casting.orders_of_dates(contract, dates).sql(casting.DIALECT)).fetchall()[0]
        guesses = {
            column.name
            for column, days, months in zip(dates, counts[::2], counts[1::2], strict=True)
            if months * SURE_OF_THE_ORDER > days
        }
        reading.noticed += [Noticed(findings.MONTH_FIRST, name, each.heading) for each in dates if each.name in guesses]
        reading.contracts[name] = contract.with_columns(
            tuple(replace(each, is_month_first=each.name in guesses) for each in contract.columns)
        )


def _notice_older_tables(
    connection: duckdb.DuckDBPyConnection, ingredients: Ingredients, reading: Reading
) -> Iterator[Noticed]:
    """Tell of a history in which much began in each of twelve months, and nothing in the months after."""
    month = ingredients.delivery.month
    for name, contract in reading.contracts.items():
        if ingredients.source.history != "full" or contract.optional or contract.begins is None:
            continue
        begun = connection.table(f"checked.{name}").aggregate(
            f"12 * year({contract.begins.name}) + month({contract.begins.name}) AS month, count(*)"
        )
        counts = {
            number: count for number, count in begun.fetchall() if number and number <= 12 * month.year + month.month
        }
        newest = max(counts, default=0)
        year = range(newest - 11, newest + 1)
        if newest < 12 * month.year + month.month and all(counts.get(each, 0) >= FEWEST_A_MONTH for each in year):
            yield Noticed(findings.OLDER_THAN_ITS_MONTH, name)


def _expand_answers(connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
    """Give a table of answers one column a question, as the delivery's own registry of questions names them."""
    questions = _questions(connection, reading)
    for name, contract in reading.contracts.items():
        answers = next((column for column in contract.columns if column.kind == "answers"), None)
        if answers is None:
            continue
        others = [column for column in contract.columns if column.kind != "answers"]
        taken = {"line", *(column.name for column in others)}
        asked = [
            _answer_column(answers, question, questions[question]) for question in sorted(questions.keys() - taken)
        ]
        reading.contracts[name] = contract.with_columns((*others, *asked, answers))


def _questions(connection: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, int]:
    """The delivered questions, in lower case, and the points of their scales."""
    if not {"question_id", "points"} <= reading.headings.get("survey_questions", set()):
        return {}
    points = exp.func("read_integer", exp.column("points"), exp.Literal.number(LONGEST_SCALE))
    registry = exp.select("lower(question_id)", points)
    registry = registry.from_(casting.raw_table("survey_questions"))
    rows = connection.execute(registry.sql(casting.DIALECT)).fetchall()
    return {question: points for question, points in rows if question and points and PLAIN_NAME.fullmatch(question)}


def _answer_column(answers: Column, question: str, points: int) -> Column:
    codes = tuple(str(point) for point in range(1, points + 1))
    return replace(answers, name=question, heading=question, title="Answer", kind="answer", codes=codes)


def _pseudonymise(
    connection: duckdb.DuckDBPyConnection, reading: Reading, settings: Settings, authority_code: str
) -> None:
    connection.execute(casting.SET_PADS, {**_pads(settings), "authority_code": authority_code})
    contracts = reading.contracts.values()
    for name, query in (
        (casting.PSEUDONYMS, casting.pseudonyms(contracts, reading.headings)),
        (casting.TELLING_IDS, casting.telling_ids(contracts, reading.headings)),
    ):
        _create_table(connection, casting.raw_table(name), query)


def _create_table(connection: duckdb.DuckDBPyConnection, table: exp.Table, query: exp.Query) -> None:
    connection.execute(exp.Create(this=table, kind="TABLE", expression=query).sql(casting.DIALECT))


def _write_outcome(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    ingredients: Ingredients,
    reading: Reading,
    tested: list[Tested],
    pages_folder: Path,
    aside: Path,
    *,
    refusal: str | None,
) -> None:
    """Fill a staged version's folder, its manifest last, and write the page about it."""
    connection.execute((settings.sql / "staging" / "outcome.sql").read_text(encoding="utf-8"))
    outcome.record_noticed(connection, reading.noticed, reading.reads)
    outcome.record_corrected(connection, reading.corrected, reading.reads, reading.contracts)
    outcome.record_tested(connection, tested, reading.contracts)
    tables = outcome.write_tables(connection, reading.contracts, reading.reads, aside)
    outcome.record_profile(connection, reading.contracts, ingredients.delivery.month)
    outcome.write_findings(connection, aside)
    rows_read = sum(read.rows_read for read in reading.reads.values())
    manifest = {
        "authority_code": ingredients.delivery.authority_code,
        "source": ingredients.delivery.source,
        "month": str(ingredients.delivery.month),
        "landing_version": ingredients.landing_manifest["version"],
        "landing_sha256": ingredients.landing_manifest["content_sha256"],
        "fingerprint": ingredients.fingerprint,
        "status": "staged" if refusal is None else "refused",
        "refusal": refusal,
        "tables": tables,
        "missing_columns": sorted(
            f"{each.table}.{each.column}" for each in reading.noticed if each.rule is findings.MISSING_COLUMN
        ),
        "uncountable_tables": sorted(
            {each.table for each in reading.noticed if each.rule is findings.MISSING_CRITICAL_COLUMN}
        ),
        "corrections": [correction.told for correction in reading.corrected],
        "rows_read": rows_read,
        "rows_refused": rows_read - sum(int(table["rows"]) for table in tables.values()),
        "rows_warned": outcome.rows_warned(connection),
    }
    page = pages.delivery_page(connection, settings, ingredients.source.title, manifest)
    storage.write_text(pages_folder / "index.html", page)
    storage.write_json(aside / storage.MANIFEST, manifest)


def _read_back(delivery: Delivery, folder: Path) -> Staged:
    manifest = storage.read_json(folder / storage.MANIFEST)
    return Staged(
        delivery=delivery,
        folder=folder,
        outcome=manifest["status"],
        rows_read=manifest["rows_read"],
        rows_refused=manifest["rows_refused"],
        rows_warned=manifest["rows_warned"],
        refusal=manifest["refusal"],
    )


def _point_to(folder: Path, staged: Staged) -> None:
    """A refused version is the newest, but never takes the place of one that can be used."""
    storage.write_json(folder.parent / NEWEST, {"folder": folder.name})
    if staged.refusal is None:
        storage.write_json(folder.parent / storage.CURRENT, {"folder": folder.name})

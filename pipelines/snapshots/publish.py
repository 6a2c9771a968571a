"""What people may read: ``snapshots/<authority>/<month>/v<nnnn>/``, put down whole and never changed.

A version has two editions. The restricted one, for inside the department, is the version's folder itself; the public
one, its folder ``public/``, holds what was declared for it and holds no count that disclosure control has not passed.
``manifest.json``, written last in each, says what was published, from what.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import provenance
from pipelines.catalog import (
    LATEST,
    RECORDS,
    VERSION,
    current_version,
    current_warehouse,
    is_whole_records,
    newest_version,
    number_of,
    published_months,
    records_folder,
    whole_versions,
)
from pipelines.contracts.kpis import sections_of_kpis
from pipelines.contracts.published import PUBLIC, RESTRICTED, load_published
from pipelines.faults import Fault
from pipelines.snapshots import disclosure, edition, ees, gate, workbook
from pipelines.snapshots.edition import PACKAGE, signed_files
from pipelines.snapshots.verification import verify
from pipelines.storage import (
    MANIFEST,
    SPILL,
    json_text,
    new_folder,
    one_at_a_time,
    read_json,
    scratch_folder,
    sha256_of_texts,
    whole_json,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.contracts.published import SnapshotTable
    from pipelines.periods import Period
    from pipelines.settings import Settings
    from pipelines.snapshots.gate import Verdict

LOCK = ".publishing"
PUBLICATION = "publication"
NOT_DECLARED = "It is not declared for the public edition."
ORIGIN = ("definitions_sha256", "contracts_sha256", "sql_sha256", "reference_sha256", "code")


class NothingToPublish(Fault, RuntimeError):
    """The month has no warehouse yet."""


@dataclass(frozen=True)
class Published:
    """The version that is current now; ``outcome`` is ``published``, or ``unchanged`` where it was there already."""

    folder: Path
    version: str
    outcome: str


@dataclass(frozen=True)
class _Restricted:
    """The restricted edition of a warehouse, without a name yet: its folder, its tables, and what its manifest says.

    Two whose content is the same are one version, and have one public edition.
    """

    warehouse: Path
    folder: Path
    tables: Sequence[SnapshotTable]
    manifest: Mapping[str, Any]

    @property
    def content_sha256(self) -> str:
        return str(self.manifest["content_sha256"])


def publish(settings: Settings, month: Period) -> Published:
    """Publish the month's current warehouse as its next version, unless the last one says the same already.

    Raises NoDisclosureKey, NothingToPublish where nothing was built, and what ``gate.admit`` raises where that may not
    be published. A reader of an earlier version is not disturbed. Publications of an authority wait for one another, of
    other months too, since all of them move the same pointer.
    """
    _ = settings.disclosure_key_text
    with one_at_a_time(settings.snapshots / LOCK):
        return _publish(settings, month)


def _publish(settings: Settings, month: Period) -> Published:
    month_folder = settings.snapshots / str(month)
    month_folder.mkdir(parents=True, exist_ok=True)
    newest = newest_version(month_folder)
    with scratch_folder(month_folder) as aside:
        made = _make_restricted(settings, month, aside)
        if newest is not None and _is_still(month_folder / newest, made.content_sha256):
            outcome, version = "unchanged", newest
        else:
            outcome, version = "published", _next(settings, month)
            _write_version(settings, month_folder / version, month, made)
        records = records_folder(settings, month, made.content_sha256, made.manifest["pseudonym_key"])
        keep_records(settings, made.warehouse, records)
    _record_number(settings, month, version)
    _update_pointer(settings.snapshots, month, version)
    if settings.snapshot_versions_kept is not None:
        _prune_versions(month_folder, settings.snapshot_versions_kept)
    return Published(month_folder / version, version, outcome)


def _prune_versions(month_folder: Path, kept: int) -> None:
    """Remove older versions. A version ends with its manifest, so that goes first.

    The public edition, which somebody may hold, stays.
    """
    whole = sorted(whole_versions(month_folder), key=number_of, reverse=True)
    for version in whole[kept:]:
        (month_folder / version / MANIFEST).unlink()
    for folder in month_folder.iterdir():
        if VERSION.fullmatch(folder.name) and not (folder / MANIFEST).exists():
            for path in folder.iterdir():
                if path.is_file():
                    path.unlink()
                elif path.name != PUBLIC:
                    shutil.rmtree(path)


def _is_still(folder: Path, content_sha256: str) -> bool:
    """Whether a version has that content, and all of it, its databases too, is what was published."""
    return bool(read_json(folder / MANIFEST)["content_sha256"] == content_sha256) and not verify(folder)


def _next(settings: Settings, month: Period) -> str:
    """A number that was never used, not even by a version whose folder is gone: somebody may hold it."""
    month_folder = settings.snapshots / str(month)
    places = (month_folder, settings.reports / "snapshots" / str(month))
    used = [number_of(path.name) for place in places for path in place.glob("v*") if VERSION.fullmatch(path.name)]
    named = whole_json(month_folder / f"{LATEST}.json", "version") or {"version": "v0000"}
    recorded = (whole_json(settings.published_versions) or {}).get(str(month), 0)
    return f"v{max([*used, number_of(named['version']), recorded]) + 1:04d}"


def _record_number(settings: Settings, month: Period, version: str) -> None:
    """Beside the snapshots: who deletes them all must not give a number of theirs to other figures."""
    numbers = whole_json(settings.published_versions) or {}
    if numbers.get(str(month), 0) < number_of(version):
        write_json(settings.published_versions, {**numbers, str(month): number_of(version)})


def _make_restricted(settings: Settings, month: Period, folder: Path) -> _Restricted:
    built = current_warehouse(settings, month)
    if built is None:
        raise NothingToPublish(f"{month} has no warehouse: build it first")
    file, current = built.file, built.manifest
    tables = load_published(settings.expectations / "snapshots")
    with duckdb.connect(str(file), read_only=True, config={**settings.duckdb_config, "threads": 1}) as warehouse:
        verdict = gate.admit(settings, month, current["fingerprint"], warehouse)
        deliveries = _deliveries(warehouse)
        rows = {table.name: _rows_of(warehouse, table, verdict) for table in tables}
        counts = edition.write_tables(folder, tables, rows)
        workbook.write_workbook(folder, month, tables, rows, None, _verdicts(settings, folder, month))
    _write_report(settings, folder, month, RESTRICTED)
    sources = [_source(delivery) for delivery in deliveries if delivery["is_used"]]
    face = {"description": verdict.approval_banner} if verdict.approval_banner else {}
    edition.write_package(folder, month, tables, {"edition": RESTRICTED, "sources": sources, **face})
    digests = {name: digest for name, digest in current.items() if name.endswith("_sha256")}
    details = {"edition": RESTRICTED, "tables": counts, "deliveries": deliveries, "code": provenance.code(), **digests}
    details |= {"earlier": current["earlier"], "rules": current["rules"], "publication": verdict.as_manifest}
    details["pseudonym_key"] = current.get("pseudonym_key")
    details["content_sha256"] = sha256_of_texts(text for pair in signed_files(folder).items() for text in pair)
    return _Restricted(file, folder, tables, details)


def _write_report(settings: Settings, folder: Path, month: Period, name: str) -> None:
    # Drawing costs half a second to import, and only here: whoever but reads snapshots must not pay for it.
    from pipelines.snapshots import report

    report.write(folder, month, name, sections_of_kpis(settings.sql / "kpis"), settings.council_dir)


def _verdicts(settings: Settings, folder: Path, month: Period) -> list[tuple[str, ...]]:
    from pipelines.snapshots import report

    return [
        (code, each.title, each.figure, each.rating or "", each.text)
        for code, said in report.verdicts(folder, month, sections_of_kpis(settings.sql / "kpis"))
        for each in said
    ]


def _rows_of(warehouse: duckdb.DuckDBPyConnection, table: SnapshotTable, verdict: Verdict) -> duckdb.DuckDBPyRelation:
    """The warehouse's; who approved, and why, came after it was built."""
    rows = warehouse.table(f"snapshots.{table.name}")
    if table.name != PUBLICATION:
        return rows
    publication = {"verdict": verdict.outcome, **(asdict(verdict.approval) if verdict.approval is not None else {})}
    return rows.select(
        *(
            duckdb.ConstantExpression(publication[name]).alias(name)
            if name in publication
            else duckdb.ColumnExpression(name)
            for name in rows.columns
        )
    )


def _make_public(settings: Settings, month: Period, restricted: _Restricted, folder: Path) -> dict[str, Any]:
    """Make the public edition of a finished restricted one; returns what its manifest is to say of it.

    It gives no digest of what is not public: who knows nearly all of a small file can find out the rest by its digest.
    """
    folder.mkdir()
    declared = [table for table in restricted.tables if table.is_public]
    counted = [table for table in declared if table.needs_disclosure_control]
    without_counts = [table for table in declared if not table.needs_disclosure_control]
    withheld = {table.name: NOT_DECLARED for table in restricted.tables if not table.is_public}
    with scratch_folder(restricted.warehouse.parent, SPILL) as spill, duckdb.connect() as connection:
        protected = disclosure.protect(restricted.warehouse, counted, settings, spill)
        withheld |= protected.withheld
        tables = sorted((*without_counts, *protected.tables), key=lambda table: table.name)
        connection.execute("SET threads = 1")
        rows: dict[str, duckdb.DuckDBPyRelation] = {
            table.name: connection.read_parquet(str(restricted.folder / f"{table.name}.parquet"))
            for table in without_counts
        }
        rows |= protected.rows
        counts = edition.write_tables(folder, tables, rows)
        workbook.write_workbook(folder, month, tables, rows, withheld, _verdicts(settings, folder, month))
    ees.write_pairs(folder, settings.sql)
    _write_report(settings, folder, month, PUBLIC)
    sources = [{"title": source["title"]} for source in read_json(restricted.folder / PACKAGE)["sources"]]
    edition.write_package(folder, month, tables, {"edition": PUBLIC, "sources": sources, "withheld": withheld})
    origin = {name: restricted.manifest[name] for name in ORIGIN}
    details = {"edition": PUBLIC, "tables": counts, "withheld": withheld, "disclosure": protected.report}
    return {**origin, **details}


def keep_records(settings: Settings, warehouse: Path, folder: Path) -> None:
    """Keep the records that a version's figures count, privately: by them the next month works out what was restated.

    Counted once, and sorted KPI by KPI: all of them at once would have to be sorted outside of memory.
    """
    if not is_whole_records(folder):
        shutil.rmtree(folder, ignore_errors=True)
        with (
            scratch_folder(warehouse.parent, SPILL) as spill,
            new_folder(folder) as aside,
            duckdb.connect(
                str(warehouse),
                read_only=True,
                config={"threads": 1, "memory_limit": settings.duckdb_memory_limit, "temp_directory": str(spill)},
            ) as made,
        ):
            made.execute("CREATE TEMP TABLE counted_record AS FROM warehouse.fct_kpi_record")
            records = made.table("counted_record")
            for (kpi_id,) in made.sql("SELECT kpi_id FROM warehouse.dim_kpi").fetchall():
                of_kpi = records.filter(duckdb.ColumnExpression("kpi_id") == duckdb.ConstantExpression(kpi_id))
                of_kpi.order("ALL").write_parquet(str(aside / f"{kpi_id}.parquet"), compression="zstd")
    for other in folder.parent.glob(f"{RECORDS}*"):
        if other != folder:
            shutil.rmtree(other)


def _deliveries(warehouse: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The deliveries that the snapshot is made of; the rows of those that are used count."""
    seen = warehouse.sql(
        """
        SELECT authority_code, source, reporting_month AS month, landing_version, landing_sha256, is_used
        FROM snapshots.delivery
        ORDER BY authority_code, source, month, landing_version
        """
    )
    return [dict(zip(seen.columns, row, strict=True)) for row in seen.fetchall()]


def _source(delivery: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": f"{delivery['authority_code']} {delivery['source']} {delivery['month']}",
        "version": delivery["landing_version"],
        "hash": f"sha256:{delivery['landing_sha256']}",
    }


def _write_version(settings: Settings, folder: Path, month: Period, made: _Restricted) -> None:
    with new_folder(folder) as aside:
        for path in sorted(made.folder.iterdir()):
            path.replace(aside / path.name)
        made = replace(made, folder=aside)
        public = _make_public(settings, month, made, aside / PUBLIC)
        restricted = {**made.manifest, "disclosure": public["disclosure"]}
        edition.make_databases(aside / PUBLIC, aside)
        for place, manifest in ((aside / PUBLIC, public), (aside, restricted)):
            name = {"authority": settings.authority, "month": str(month), "version": folder.name}
            whole = {**manifest, **name, "files": signed_files(place)}
            (place / MANIFEST).write_text(json_text(whole), encoding="utf-8", newline="\n")


def _update_pointer(snapshots: Path, month: Period, version: str) -> None:
    month_folder = snapshots / str(month)
    write_json(month_folder / f"{LATEST}.json", {"version": version})
    _link(month_folder / LATEST, version)
    newest = str(max(published_months(snapshots)))
    newest_of_all = current_version(snapshots / newest)
    write_json(snapshots / f"{LATEST}.json", {"month": newest, "version": newest_of_all})
    _link(snapshots / LATEST, f"{newest}/{newest_of_all}")


def _link(link: Path, target: str) -> None:
    """A convenience: where there are no symbolic links, the JSON beside it is enough."""
    aside = link.with_name(f".{link.name}-aside")
    with suppress(OSError, NotImplementedError):
        aside.unlink(missing_ok=True)
        aside.symlink_to(target)
        aside.replace(link)

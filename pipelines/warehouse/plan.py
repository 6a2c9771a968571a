"""Everything that a build depends on, read before anything is written, and one digest of it all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines import provenance
from pipelines.catalog import DeliverySelection, Earlier, Staged, deliveries_for_month, published_before
from pipelines.contracts.guidance import editions
from pipelines.contracts.kpis import Kpi, load_register
from pipelines.contracts.loading import load_sources
from pipelines.contracts.published import SnapshotTable, load_published
from pipelines.contracts.reference import ReferenceList, load_lists
from pipelines.contracts.timescales import in_words
from pipelines.sql_files import Select, in_build_order, read_selects
from pipelines.storage import MANIFEST, sha256_of_texts
from pipelines.warehouse import checks
from pipelines.warehouse.kpi_facts import (
    BREAKDOWN_RECORD,
    DURATION_RECORD,
    EVERY_KPI,
    EVERY_RECORD,
    IN_DOUBT,
    KPIS,
    UNREAD,
    breakdown_records,
    duration_records,
    records_of,
    union_of,
)
from pipelines.warehouse.repeated_rows import HAS_IDS_OF_ITS_OWN, repeated_rows
from pipelines.warehouse.staged_events import EVENT_SOURCE, staged_events
from pipelines.warehouse.tables import (
    BUILD_MACROS,
    LISTS,
    MACROS,
    PUBLISHED_TABLES,
    REFERENCE,
    SCHEMAS,
    USED_TABLES,
    VALIDATION_TABLES,
)
from pipelines.warehouse.unread_records import UNREAD_EFFECT, unread_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.contracts.model import Contract, Source
    from pipelines.periods import Period
    from pipelines.settings import Settings

CHECKS = "checks"
# What could not be read is left out of every KPI in the same way.
DECIDES_UNREAD = ("reference/unread_effect.csv", "warehouse/kpis/fct_kpi_record_undecided.sql")
# What a library computes of a table of sql/, and the module that asks it: importing those costs seconds, so only here.
COMPUTED = {
    "warehouse.distribution_test": ("warehouse.distribution", "pipelines.warehouse.distribution_test"),
}


class TwoKeys(RuntimeError):
    """Deliveries that were staged with different pseudonym keys cannot be counted together."""


@dataclass(frozen=True)
class BuildPlan:
    """Everything a build depends on, read before anything is written."""

    month: Period
    sources: Mapping[str, Source]
    published: tuple[SnapshotTable, ...]
    register: tuple[Kpi, ...]
    selects: tuple[Select, ...]
    checks: tuple[Select, ...]
    references: tuple[ReferenceList, ...]
    seen: DeliverySelection
    earlier: Earlier | None
    rules: Mapping[str, str]
    definitions_sha256: str
    pseudonym_key: str | None

    @property
    def fingerprint(self) -> str:
        """Changes with the deliveries and with what is made of them; the same in every place."""
        staged = (
            f"{role} {version.delivery} {(version.folder / MANIFEST).read_text(encoding='utf-8')}"
            for role, versions in (("used", self.seen.used), ("reported", self.seen.reported))
            for version in versions
        )
        published = self.earlier.fingerprint if self.earlier else ()
        return sha256_of_texts([str(self.month), self.definitions_sha256, *staged, *published])

    @property
    def size_bytes(self) -> int:
        """Of the staged tables that are counted from."""
        return sum(file.stat().st_size for staged in self.seen.used for file in staged.folder.glob("*.parquet"))

    @cached_property
    def reads(self) -> frozenset[str]:
        return frozenset().union(*(select.reads for select in (*self.selects, *self.checks)))


def plan_build(settings: Settings, month: Period) -> BuildPlan:
    sources = load_sources(settings.expectations)
    selects = [select for schema in SCHEMAS for select in read_selects(settings.sql, schema)]
    to_carry_out = [*checks.of_grains(selects), *read_selects(settings.sql, CHECKS)]
    register = load_register(settings.sql / "kpis")
    known = {"kpi.kpi_id": {kpi.kpi_id for kpi in register}, "source.source": set(sources)}
    references = load_lists(
        settings.expectations, settings.sql / REFERENCE, settings.council_dir, known, settings.authority
    )
    published = load_published(settings.expectations / "snapshots")
    given = {*LISTS.keys() - {checks.RESULTS}, *(f"{REFERENCE}.{each.name}" for each in references)}
    given |= {f"staging.{table}" for source in sources.values() for table in source.tables}
    given |= {f"staging.{table}" for table in USED_TABLES}
    given |= {f"validation.{table}" for table in VALIDATION_TABLES}
    given |= {f"published.{table}" for table in PUBLISHED_TABLES}
    rows = {each.name: each.rows for each in references}
    made = [
        staged_events(rows[EVENT_SOURCE]),
        repeated_rows(sources[HAS_IDS_OF_ITS_OWN]),
        unread_records(rows[UNREAD_EFFECT]),
    ]
    broken_down = frozenset(kpi.kpi_id for kpi in register if kpi.has_breakdown)
    ordered = _ordered([*selects, *made], to_carry_out, given, broken_down)
    lists = {f"{REFERENCE}.{each.name}": repr((each.types, each.values)) for each in references}
    columns = {
        f"staging.{name}": _how_it_is_read(contract)
        for source in sources.values()
        for name, contract in source.tables.items()
    }
    seen = deliveries_for_month(settings, sources, month)
    key = _key_shared_by(seen.used)
    in_force = editions(rows["guidance"], month.last_day)
    clocks = in_words(rows["timescale"], _counted_authorities(seen, register), month.last_day)
    return BuildPlan(
        month=month,
        sources=sources,
        published=published,
        register=tuple(kpi.with_clocks(clocks).in_edition(in_force) for kpi in register),
        selects=tuple(ordered),
        checks=tuple(to_carry_out),
        references=references,
        seen=seen,
        earlier=published_before(settings, month, key),
        rules=_rules(settings, ordered, lists | columns),
        definitions_sha256=_definitions_sha256(settings),
        pseudonym_key=key,
    )


def _key_shared_by(used: Sequence[Staged]) -> str | None:
    """Raises TwoKeys: by two keys one child is two, and no record of the one would be found in the other."""
    of_key: dict[str, list[str]] = {}
    for version in used:
        if version.pseudonym_key is not None:
            of_key.setdefault(version.pseudonym_key, []).append(str(version.delivery))
    if len(of_key) > 1:
        groups = "; ".join(f"with {key[:8]}: {', '.join(deliveries)}" for key, deliveries in of_key.items())
        raise TwoKeys(
            f"deliveries were staged with {len(of_key)} pseudonym keys ({groups}). Set the PSEUDONYM_KEY that is to be "
            "kept, and stage all of them with it: kpis restage."
        )
    return next(iter(of_key), None)


def _counted_authorities(seen: DeliverySelection, register: Sequence[Kpi]) -> set[str]:
    """Those that delivered a table from which a KPI is counted."""
    needed = {each.table_name.partition(".")[0] for kpi in register for each in kpi.requirements}
    return {version.delivery.authority_code for version in seen.used if needed & set(version.tables)}


def _rules(settings: Settings, ordered: Sequence[Select], given: Mapping[str, str]) -> dict[str, str]:
    """One digest a KPI over all the SQL, lists and columns that its figure comes of, however far back.

    ``given``: the text of what no SELECT makes, by table. Macros and local codes are shared by all.
    """
    shared = [settings.sql / MACROS / macros for macros in BUILD_MACROS]
    shared += [
        *sorted((settings.sql / MACROS).glob("reading.sql")),
        *(settings.sql / path for path in DECIDES_UNREAD),
        *sorted(settings.council_dir.glob(f"{settings.authority or '*'}/codes.csv")),
    ]
    common = sha256_of_texts(path.read_text(encoding="utf-8") for path in shared)
    texts = {table: [text] for table, text in given.items()}
    rules = {}
    for select in ordered:
        read = {text for table in select.reads for text in texts.get(table, ())}
        texts[select.table] = sorted({select.text, *read})
        if select.schema == KPIS:
            rules[select.name] = sha256_of_texts([common, *texts[select.table]])
    return rules


def _how_it_is_read(contract: Contract) -> str:
    """What of a contract decides which rows there are and what they hold; titles and descriptions do not."""
    columns = [replace(column, reference="", title="", description="") for column in contract.columns]
    return repr((columns, contract.declared_checks))


def _ordered(
    selects: Sequence[Select], to_carry_out: Sequence[Select], given: set[str], broken_down: frozenset[str]
) -> list[Select]:
    """The build order. Some of its steps are no files: five unions of all KPIs, what libraries compute, the checks."""
    unions = unions_of(tuple(select for select in selects if select.schema == KPIS), broken_down)
    computed = [Select(table, "", frozenset({of}), frozenset()) for table, (of, _) in COMPUTED.items()]
    checked = Select(checks.RESULTS, "", frozenset().union(*(check.reads for check in to_carry_out)), frozenset())
    return in_build_order([*selects, *unions, *computed, checked], given)


def unions_of(kpis: tuple[Select, ...], broken_down: frozenset[str]) -> list[Select]:
    """The steps that put the records of all KPIs together; of what is in doubt the build makes the text."""
    read = frozenset(kpi.table for kpi in kpis)
    return [
        Select(EVERY_KPI, union_of(kpis), read, frozenset()),
        Select(EVERY_RECORD, records_of(kpis), read, frozenset()),
        Select(BREAKDOWN_RECORD, breakdown_records(kpis, broken_down), read, frozenset()),
        Select(DURATION_RECORD, duration_records(kpis), read, frozenset()),
        Select(IN_DOUBT, "", read | {UNREAD}, frozenset()),
    ]


def _definitions_sha256(settings: Settings) -> str:
    """One digest of everything that says what is computed: contracts, SQL, reference lists and what computes here."""
    folders = (settings.expectations, *(settings.sql / name for name in (*SCHEMAS, CHECKS, MACROS, REFERENCE)))
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    named = [(path.relative_to(settings.project_dir).as_posix(), path.read_text(encoding="utf-8")) for path in files]
    own = provenance.council_settings(settings)
    return sha256_of_texts([provenance.code_behind("warehouse"), *own, *(text for pair in named for text in pair)])

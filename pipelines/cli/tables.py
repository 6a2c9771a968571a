"""The tables that commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from pipelines import storage
from pipelines.catalog import NEWEST, current_version, each_authority, published_months, staged_version
from pipelines.cli.console import out
from pipelines.deliveries import Delivery
from pipelines.staging.stage import changed_since_staging

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipelines.publications.profile_page import Profile
    from pipelines.runs.pruning import Prunable
    from pipelines.settings import Settings
    from pipelines.snapshots import gate as gating


def coloured(outcome: str) -> str:
    return f"[bold red]{outcome}[/]" if outcome == "refused" else outcome


COUNTS = ("rows_read", "rows_refused", "rows_warned")


def delivery_table(settings: Settings) -> Table:
    table = Table(title="Deliveries", title_justify="left")
    for heading in ("Delivery", "Landed", "Staged", "Read", "Refused", "Warned", "Since then"):
        table.add_column(heading, justify="right" if heading in {"Read", "Refused", "Warned"} else "left")
    for each in deliveries(settings):
        counts = ("" if each[count] is None else f"{each[count]:,}" for count in COUNTS)
        advice = f"{', '.join(each['since_then'])}: kpis restage" if each["since_then"] else ""
        table.add_row(each["delivery"], each["landed"] or "", each["staged"], *counts, advice)
    return table


def deliveries(settings: Settings) -> list[dict[str, Any]]:
    """Each delivery that was landed, and how far it came."""
    folders = sorted(settings.landing.glob("*/*/*"))
    return [_delivery(settings, Delivery.parse("/".join(folder.parts[-3:])), folder) for folder in folders]


def _delivery(settings: Settings, delivery: Delivery, folder: Path) -> dict[str, Any]:
    landed = max((version.name for version in folder.glob("v*")), default=None)
    newest = staged_version(delivery.staging_folder(settings.staging), NEWEST)
    manifest = {} if newest is None else storage.read_json(newest / storage.MANIFEST)
    counts = {count: manifest.get(count) for count in COUNTS}
    since = list(changed_since_staging(settings, delivery))
    state = {"delivery": str(delivery), "landed": landed, "staged": manifest.get("status", "not staged")}
    return {**state, **counts, "since_then": since}


def prunable_table(found: Sequence[Prunable], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("What", "How many", "MB"):
        table.add_column(heading, justify="left" if heading == "What" else "right")
    for kind in dict.fromkeys(each.kind for each in found):
        sizes = [each.size_bytes for each in found if each.kind == kind]
        table.add_row(kind, f"{len(sizes):,}", f"{sum(sizes) / 1e6:,.1f}")
    return table


def snapshot_table(settings: Settings) -> Table:
    table = Table(title="Snapshots", title_justify="left")
    for heading in ("Authority", "Month", "Current version", "Approved by", "Folder"):
        table.add_column(heading)
    for own in each_authority(settings):
        for month in published_months(own.snapshots):
            version = current_version(own.snapshots / str(month))
            folder = own.snapshots / str(month) / str(version)
            publication = storage.read_json(folder / storage.MANIFEST).get("publication", {})
            by = (publication.get("approval") or {}).get("approved_by", "")
            table.add_row(own.authority, str(month), version, escape(by), str(folder))
    return table


def print_gate(verdict: gating.Verdict) -> None:
    table = Table(title=f"Gate of {verdict.month.name}: {verdict.outcome}", title_justify="left")
    for heading in ("Authority", "Condition", "Holds", "What must hold, or what is not so"):
        table.add_column(heading)
    for each in verdict.conditions:
        holds = "yes" if each.holds else "[bold red]no[/]"
        table.add_row(each.authority_code, each.condition, holds, escape(each.detail or each.sentence))
    out.print(table)
    if verdict.approval is not None:
        approval = verdict.approval
        approved = f"Approved by {approval.approved_by}, {approval.approved_at}: {approval.reason}"
        out.print(approved, soft_wrap=True, highlight=False, markup=False)


def print_profile(profile: Profile) -> None:
    """The short of a page about a delivery: what it is, what it gives, and what to do first."""
    whose = f", {profile.authority}" if profile.authority else ""
    looks = " or ".join(f"{system['system']}, version {system['versions']}" for system in profile.systems)
    lines = [f"{profile.title}{whose}, {profile.month}"]
    lines += [f"It looks like the export of {looks}."] if looks else []
    if profile.refusal:
        lines.append(f"It would be rejected as a whole: {profile.refusal}")
    else:
        held = "the month would be held" if profile.conditions else "nothing in it would hold the month"
        waiting = len(profile.absent_here)
        lines.append(f"KPIs given: {len(profile.figures)}; waiting for something: {waiting}; {held}.")
    lines += [f"- {step['words']}" for step in profile.steps]
    for line in lines:
        out.print(line, soft_wrap=True, highlight=False, markup=False)

"""The command line: the same functions that the DAGs call, without Airflow."""

from __future__ import annotations

import datetime as dt
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from pipelines import (
    compare,
    landing,
    month_pages,
    postgres_copy,
    readers,
    rebuilding,
    snapshots,
    staging,
    storage,
    summary,
    verification,
    warehouse,
)
from pipelines import explain as explaining
from pipelines import extract as extracting
from pipelines import gate as gating
from pipelines.contracts import BadContract
from pipelines.deliveries import Delivery
from pipelines.periods import NotAMonth, Period
from pipelines.settings import Extract, NoDatabaseUrl, NoPseudonymKey, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


T = TypeVar("T")


class Exit(IntEnum):
    """What a script may rely on."""

    DONE = 0
    BROKEN = 1
    USAGE = 2
    DATA_REFUSED = 3
    NOTHING_TO_DO = 4
    DIFFERENT = 5


EXIT_CODES = """
Exit codes: 0 done; 1 the software or its settings are at fault, and stderr says how; 2 the command was not
understood; 3 data was refused, everything else was done; 4 there was nothing to work on; 5 a snapshot
is not what was published, or could not be made again as it was.
"""

app = typer.Typer(
    help="Monthly safeguarding KPIs: landing, staging, warehouse, snapshots.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
out = Console(soft_wrap=False)
err = Console(stderr=True)

Month = Annotated[str, typer.Argument(help="The reporting month, such as 2021-02.", show_default=False)]
Snapshot = Annotated[
    str, typer.Argument(help="A month, a version such as 2021-02/v0001, or a folder.", show_default=False)
]
UpTo = Annotated[str | None, typer.Option("--month", help="Only months up to this one, such as 2021-02.")]
AT_FAULT = (
    BadContract,
    explaining.CannotExplain,
    gating.NothingToJudge,
    landing.InboxUnreachable,
    NoPseudonymKey,
    NotAMonth,
    postgres_copy.CopyFailed,
    postgres_copy.CopyUnreachable,
    SettingsError,
    ValidationError,
    gating.Held,
    gating.NotApproved,
    rebuilding.CannotRebuild,
    snapshots.NothingToPublish,
    staging.NothingLanded,
    readers.ReadingFailed,
    staging.StagingFailed,
    verification.NoSuchSnapshot,
    warehouse.BrokenBuild,
)


@app.command(epilog="Example: python -m pipelines extract 2021-02")
def extract(month: Month) -> None:
    """Read the sources that EXTRACTS names out of their databases, into the inbox as the month's deliveries."""
    settings, period = Settings(), Period.parse(month)
    if not settings.extracts:
        err.print("EXTRACTS names no source: see .env.example for how one is read from a database.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    done = [_extracted(settings, wanted, period) for wanted in settings.extracts]
    raise typer.Exit(Exit.DONE if all(done) else Exit.BROKEN)


@app.command(epilog="Example: python -m pipelines land --month 2021-02")
def land(month: UpTo = None) -> None:
    """Copy every complete delivery of the inbox into landing, unchanged."""
    settings = Settings()
    landed = [_landed(settings, delivery) for delivery in _deliveries(settings, month)]
    raise typer.Exit(Exit.DATA_REFUSED if any(each.outcome == "refused" for each in landed) else Exit.DONE)


@app.command(epilog="Example: python -m pipelines stage --month 2021-02")
def stage(month: UpTo = None) -> None:
    """Type, pseudonymise and check the newest landed version of every delivery in the inbox."""
    settings = Settings()
    staged = [_staged(settings, delivery) for delivery in _deliveries(settings, month)]
    raise typer.Exit(Exit.DATA_REFUSED if any(each.refusal for each in staged) else Exit.DONE)


@app.command(epilog="Example: python -m pipelines build 2021-02")
def build(month: Month) -> None:
    """Build the warehouse of a month from what is staged, and write the month's validation pages."""
    settings, period = Settings(), Period.parse(month)
    built = _built(settings, period)
    out.print(f"{built.outcome}: {built.path}")
    out.print(f"Validation pages: {month_pages.folder_of(settings, period) / month_pages.INDEX}")


@app.command(epilog="Example: python -m pipelines publish 2021-02")
def publish(month: Month) -> None:
    """Publish the month's warehouse as the next version of its snapshot."""
    published = _working("Publishing the snapshot", lambda: snapshots.publish(Settings(), Period.parse(month)))
    out.print(f"{published.outcome}: {published.folder}")


@app.command(epilog="Example: python -m pipelines copy-to-postgresql")
def copy_to_postgresql() -> None:
    """Copy the newest month's current snapshot to the database of POSTGRES_COPY_URL, unless it is there already."""
    settings = Settings()
    if settings.postgres_copy_url is None:
        err.print("POSTGRES_COPY_URL is not set: see .env.example for how a snapshot is copied to PostgreSQL.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    copied = _working("Copying to PostgreSQL", lambda: postgres_copy.copy(settings))
    out.print(f"{copied.outcome}: {copied.message}", soft_wrap=True, highlight=False)


@app.command(epilog="Example: python -m pipelines gate 2021-02")
def gate(month: Month) -> None:
    """Show what must hold before a month is published, and whether it may be: 0 it may, 3 it is held."""
    verdict = gating.judge(Settings(), Period.parse(month))
    _print_gate(verdict)
    raise typer.Exit(Exit.DATA_REFUSED if verdict.outcome == "held" else Exit.DONE)


@app.command(epilog='Example: python -m pipelines approve 2021-02 --by "Head of service" --why "The survey is late."')
def approve(
    month: Month,
    by: Annotated[str, typer.Option(help="Who approves. The snapshot says so to all its readers.", show_default=False)],
    why: Annotated[str, typer.Option(help="Why. The snapshot says this too: name no child.", show_default=False)],
) -> None:
    """Let a held month be published as it is; the approval is of this build and these reasons alone."""
    settings, period = Settings(), Period.parse(month)
    verdict = gating.judge(settings, period)
    if verdict.outcome == "open":
        out.print(f"{month} is open: there is nothing to approve.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    now = dt.datetime.now(dt.UTC)
    _print_gate(gating.approve(settings, period, digest=verdict.digest, by=by, at=now, why=why))
    _working("Writing the validation pages", lambda: month_pages.write(settings, period))
    out.print(f"Publish it with: python -m pipelines publish {month}", soft_wrap=True, highlight=False)


@app.command(epilog="Example: python -m pipelines run 2021-02")
def run(month: Month) -> None:
    """Do it all: land, stage, build and publish a month, and print what it says."""
    settings, period = Settings(), Period.parse(month)
    _must_have_key(settings)
    refused = False
    for delivery in _deliveries(settings, month):
        _landed(settings, delivery, staged_next=True)
        refused |= _staged(settings, delivery).refusal is not None
    _built(settings, period)
    published = _working("Publishing the snapshot", lambda: snapshots.publish(settings, period))
    summary.print_summary(out, settings, period, published.folder)
    raise typer.Exit(Exit.DATA_REFUSED if refused else Exit.DONE)


@app.command(epilog="Example: python -m pipelines verify 2021-02/v0001")
def verify(snapshot: Snapshot) -> None:
    """Recompute every digest of a snapshot, and hold its databases against its files and landing against its inputs."""
    settings = Settings()
    folder = verification.find(settings, snapshot)
    landing_folder = settings.landing if settings.landing.exists() else None
    problems = _working("Verifying", lambda: verification.verify(folder, landing_folder))
    if landing_folder is None:
        out.print("There is no landing here: what the snapshot was made from was not looked at.")
    _tell(problems, f"verified: {folder} is what was published.", f"{folder} is not what was published:")


@app.command(epilog="Example: python -m pipelines rebuild 2021-02/v0001")
def rebuild(snapshot: Snapshot) -> None:
    """Make a version again, from the deliveries in landing that it names, and compare it with what was published."""
    settings = Settings()
    _must_have_key(settings)
    folder = verification.find(settings, snapshot)
    rebuilt = _working("Making it again", lambda: rebuilding.rebuild(settings, folder))
    for sentence in rebuilt.changed_since:
        out.print(f"since then: {sentence}", soft_wrap=True, highlight=False)
    same = f"the same again: {folder}, {rebuilt.files} files by their bytes, both databases by their tables."
    _tell(rebuilt.differences, same, f"{folder} came out otherwise:")


@app.command(epilog="Example: python -m pipelines diff 2021-01 2021-02")
def diff(
    before: Snapshot,
    after: Snapshot,
    as_json: Annotated[bool, typer.Option("--json", help="Every row, as JSON.")] = False,
    every_row: Annotated[bool, typer.Option("--every-row", help="Show all rows, however many.")] = False,
) -> None:
    """Show what differs between two snapshots: rows added, removed and changed, by table and KPI."""
    settings = Settings()
    folders = [verification.find(settings, name) for name in (before, after)]
    comparison = _working("Comparing", lambda: compare.compare(*folders))
    if as_json:
        typer.echo(storage.json_text(compare.as_json(comparison)), nl=False)
    else:
        compare.print_comparison(out, comparison, every_row=every_row)


@app.command(epilog="Example: python -m pipelines explain assess_45wd 2021-02 --team T05")
def explain(
    kpi: Annotated[str, typer.Argument(help="The KPI's id, such as assess_45wd.", show_default=False)],
    month: Month,
    authority: Annotated[str | None, typer.Option(help="Only this authority's, by its code.")] = None,
    team: Annotated[str | None, typer.Option(help="Only this team's, by its code.")] = None,
    every_record: Annotated[bool, typer.Option("--every-record", help="Show all records, however many.")] = False,
) -> None:
    """Say how a figure came about: its rule, numerator and denominator, and how each record counted."""
    question = explaining.Question(kpi, Period.parse(month), authority, team)
    explaining.explain(out, Settings(), question, every_record=every_record)


@app.command(epilog="Example: python -m pipelines status")
def status() -> None:
    """Show every delivery, how far it came, and every month's current snapshot."""
    settings = Settings()
    out.print(_delivery_table(settings))
    out.print(_snapshot_table(settings))


@app.command(epilog="Example: python -m pipelines sample --scale 0.1")
def sample(
    scale: Annotated[float, typer.Option(help="1 is a council of 162 social workers.", min=0.01)] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed, other children; the same seed, the same bytes.")] = 2021,
    formats: Annotated[
        bool, typer.Option("--formats", help="Its returns too: Annex A, SSDA903, CIN census, workforce census.")
    ] = False,
) -> None:
    """Write the exports of a made-up council, planted faults and all, into the inbox."""
    from pipelines.sample import write_returns_of_sample, write_sample

    settings = Settings()
    if "://" in settings.inbox_url:
        raise typer.BadParameter("the sample is written to a folder: set INBOX_URL to a local path")
    inbox = Path(settings.inbox)
    try:
        written = _working("Writing the made-up council", lambda: write_sample(inbox, seed=seed, scale=scale))
        folders = list(written.folders)
        if formats:
            returns = _working("Writing its returns", lambda: write_returns_of_sample(inbox, seed=seed, scale=scale))
            folders += sorted({inbox / Path(file).parent for file in returns})
    except FileExistsError as already:
        raise typer.BadParameter(str(already)) from None
    for folder in folders:
        out.print(f"written: {folder}")


def _tell(problems: Sequence[str], good: str, bad: str) -> None:
    """Exit with DIFFERENT where there is a problem."""
    out.print(bad if problems else good, soft_wrap=True, highlight=False)
    for problem in problems:
        out.print(f"  {escape(problem)}", soft_wrap=True, highlight=False)
    raise typer.Exit(Exit.DIFFERENT if problems else Exit.DONE)


def _extracted(settings: Settings, wanted: Extract, month: Period) -> bool:
    """Extract and say so; a fault is said too, and keeps the other extracts from nothing."""
    try:
        url = settings.url_of(wanted)
        extracted = _working(f"Extracting {wanted}", lambda: extracting.extract(settings, wanted, month, url))
    except (NoDatabaseUrl, extracting.ExtractFailed, extracting.DatabaseUnreachable) as fault:
        _print_fault(fault)
        return False
    out.print(f"{extracted.outcome}: {extracted.message}", soft_wrap=True, highlight=False)
    return True


def _deliveries(settings: Settings, month: str | None) -> Sequence[Delivery]:
    inbox = landing.find_deliveries(settings, upto=None if month is None else Period.parse(month))
    for sentence in inbox.ignored:
        out.print(f"[yellow]ignored[/]: {sentence}", soft_wrap=True, highlight=False)
    for delivery in inbox.waiting:
        out.print(f"[yellow]waiting[/]: {delivery} is not complete yet")
    if not inbox.deliveries:
        err.print(f"No complete delivery in {settings.inbox_shown}: see the README for how a delivery is laid out.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    return inbox.deliveries


def _landed(settings: Settings, delivery: Delivery, *, staged_next: bool = False) -> landing.Landed:
    """Land and say so; a refusal is left for staging to say, where that comes next."""
    landed = _working(f"Landing {delivery}", lambda: landing.land(settings, delivery))
    if not (staged_next and landed.outcome == "refused"):
        out.print(f"{_coloured(landed.outcome)}: {landed.message}", soft_wrap=True, highlight=False)
    return landed


def _staged(settings: Settings, delivery: Delivery) -> staging.Staged:
    with _progress() as shown:
        task = shown.add_task(f"Staging {delivery}", total=None)

        def show(step: str, done: int, of: int) -> None:
            share = f" {done / of:.0%}" if of else ""
            shown.update(task, description=f"Staging {delivery}: {step}{share}")

        staged = staging.stage(settings, delivery, show)
    told = f"{staged.rows_read:,} rows read, {staged.rows_refused:,} refused, {staged.rows_warned:,} with a warning"
    out.print(f"{_coloured(staged.outcome)}: {delivery}: {staged.refusal or told}", soft_wrap=True, highlight=False)
    return staged


def _built(settings: Settings, month: Period) -> warehouse.Built:
    """Build, and write the pages whatever came of it: a month that cannot be built needs them most."""
    try:
        built = _working("Building the warehouse", lambda: warehouse.build(settings, month))
    except warehouse.BrokenBuild as problem:
        month_pages.write_unbuilt(settings, month, str(problem))
        raise
    _working("Writing the validation pages", lambda: month_pages.write(settings, month))
    return built


def _coloured(outcome: str) -> str:
    return f"[bold red]{outcome}[/]" if outcome == "refused" else outcome


def _progress() -> Progress:
    """For who watches a terminal; a log gets nothing of it."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_interactive)


def _working(what: str, work: Callable[[], T]) -> T:
    with _progress() as progress:
        progress.add_task(what)
        return work()


def _must_have_key(settings: Settings) -> None:
    """Refuse to begin what could not be finished."""
    _ = settings.key_bytes


def _delivery_table(settings: Settings) -> Table:
    table = Table(title="Deliveries", title_justify="left")
    for heading in ("Delivery", "Landed", "Staged", "Read", "Refused", "Warned"):
        table.add_column(heading, justify="right" if heading in {"Read", "Refused", "Warned"} else "left")
    for folder in sorted(settings.landing.glob("*/*/*")):
        delivery = Delivery.parse("/".join(folder.parts[-3:]))
        versions = sorted(version.name for version in folder.glob("v*"))
        table.add_row(str(delivery), versions[-1] if versions else "", *_staged_cells(settings, delivery))
    return table


def _staged_cells(settings: Settings, delivery: Delivery) -> Iterator[str]:
    newest = delivery.staging_folder(settings.staging) / staging.NEWEST
    if not newest.exists():
        return iter(("not staged", "", "", ""))
    manifest = storage.read_json(newest.parent / storage.read_json(newest)["folder"] / storage.MANIFEST)
    counts = (f"{manifest[count]:,}" for count in ("rows_read", "rows_refused", "rows_warned"))
    return iter((manifest["status"], *counts))


def _snapshot_table(settings: Settings) -> Table:
    table = Table(title="Snapshots", title_justify="left")
    for heading in ("Month", "Current version", "Approved by", "Folder"):
        table.add_column(heading)
    for pointer in sorted(settings.snapshots.glob("*/latest.json")):
        version = storage.read_json(pointer)["version"]
        folder = pointer.parent / version
        publication = storage.read_json(folder / storage.MANIFEST).get("publication", {})
        by = (publication.get("approval") or {}).get("approved_by", "")
        table.add_row(pointer.parent.name, version, escape(by), str(folder))
    return table


def _print_gate(verdict: gating.Verdict) -> None:
    table = Table(title=f"Gate of {verdict.month.name}: {verdict.outcome}", title_justify="left")
    for heading in ("Authority", "Condition", "Holds", "What must hold, or what is not so"):
        table.add_column(heading)
    for each in verdict.conditions:
        holds = "yes" if each.holds else "[bold red]no[/]"
        table.add_row(each.authority_code, each.condition, holds, escape(each.detail or each.sentence))
    out.print(table)
    if verdict.approval is not None:
        approval = verdict.approval
        told = f"Approved by {approval.approved_by}, {approval.approved_at}: {approval.reason}"
        out.print(told, soft_wrap=True, highlight=False, markup=False)


def _print_fault(fault: Exception) -> None:
    err.print(f"[bold red]{type(fault).__name__}[/]: {escape(str(fault))}", highlight=False, soft_wrap=True)


def main() -> None:
    """Run a command; a known fault is one sentence on stderr, and an exit code."""
    try:
        app()
    except AT_FAULT as fault:
        _print_fault(fault)
        raise SystemExit(_exit_code(fault)) from None


def _exit_code(fault: Exception) -> Exit:
    if isinstance(fault, gating.Held):
        return Exit.DATA_REFUSED
    return Exit.USAGE if isinstance(fault, NotAMonth | gating.NotApproved) else Exit.BROKEN


if __name__ == "__main__":
    main()

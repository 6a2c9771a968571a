"""The command line: the same functions that the DAGs call, without Airflow."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.markup import escape

from pipelines import storage
from pipelines.cli import new_files
from pipelines.cli.console import LogFormat, err, out, print_fault, progress_display, say_as, working
from pipelines.deliveries import Delivery
from pipelines.faults import EXIT_CODES, Exit, Fault
from pipelines.periods import Period
from pipelines.processes import collect_garbage_seldom
from pipelines.settings import Extract, NoDatabaseUrl, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.landing.landing import Landed
    from pipelines.staging.reading import Progress
    from pipelines.staging.stage import StagingResult
    from pipelines.warehouse.build import Built


# Each command imports what it needs: all of it takes seconds, and most commands need little.
app = typer.Typer(
    help="Monthly safeguarding KPIs: landing, staging, warehouse, snapshots.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)

app.add_typer(new_files.app, name="new")

T = TypeVar("T")
P = ParamSpec("P")
# From the best end to the worst.
GRAVITY = (Exit.DONE, Exit.NOTHING_TO_DO, Exit.DIFFERENT, Exit.DATA_REFUSED, Exit.USAGE, Exit.BROKEN)
# Those that read and write nothing that was built.
OF_ANY_LAYOUT = ("extract", "land", "migrate", "new", "profile", "sample")
NAMES_A_MONTH = re.compile(r"\d{4}-\d\d(/|$)")
Month = Annotated[str, typer.Argument(help="The reporting month, such as 2021-02.", show_default=False)]
Snapshot = Annotated[
    str,
    typer.Argument(
        help="A month, a version such as 2021-02/v0001, either with E06000015/ before it where several authorities are "
        "here, or a folder.",
        show_default=False,
    ),
]
Whose = Annotated[
    str | None, typer.Option("--authority", help="Whose, such as E06000015; may be left out where only one is here.")
]
UpTo = Annotated[str | None, typer.Option("--month", help="Only months up to this one, such as 2021-02.")]


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kpis {version('safeguarding-kpis')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    shows_version: Annotated[  # noqa: ARG001  # its callback uses it
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="json: what is said is one object a line, for a collector of logs.")
    ] = LogFormat.TEXT,
) -> None:
    say_as(log_format)
    from pipelines.runs import migrating

    storage.keep_from_others()
    collect_garbage_seldom()
    with suppress(SettingsError, ValidationError):
        # Names in clear, if a run was killed while it read them.
        storage.remove_all_left(Settings().data_dir)
        if context.invoked_subcommand not in OF_ANY_LAYOUT:
            migrating.must_be_of_today(Settings())


@app.command(epilog="Example: python -m pipelines extract 2021-02")
def extract(month: Month) -> None:
    """Read the sources that EXTRACTS names out of their databases, into the inbox as the month's deliveries."""
    settings, period = Settings(), Period.parse(month)
    if not settings.extracts:
        err.print("EXTRACTS names no source: see .env.example for how one is read from a database.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    done = [_extracted(settings, wanted, period) for wanted in settings.extracts]
    raise typer.Exit(Exit.DONE if all(done) else Exit.BROKEN)


@app.command(epilog="Example: python -m pipelines profile ~/exports/ssd/2021-02")
def profile(
    place: Annotated[Path, typer.Argument(help="A folder of files, or one file.", exists=True, show_default=False)],
    month: Annotated[str | None, typer.Option(help="The month to judge it by; else the newest of its records.")] = None,
    source: Annotated[str | None, typer.Option(help="What it is, such as ssd; else found by its files.")] = None,
    authority: Annotated[str | None, typer.Option(help="Whose it is, such as E06000015: for its own codes.")] = None,
    to: Annotated[Path | None, typer.Option(help="Where to write the page; else among the reports.")] = None,
) -> None:
    """Look at files before anything counts: what they are, what to put right or map, and which KPIs they give."""
    from pipelines.cli.tables import print_profile
    from pipelines.runs import profiling

    settings = Settings()
    named = profiling.Named(authority, source, None if month is None else Period.parse(month))
    page = to or settings.reports / "profile.html"
    profiled = _with_progress("Looking", lambda show: profiling.profile(settings, place, named, page, show))
    print_profile(profiled.profile)
    out.print(f"The page about it: {profiled.page}", soft_wrap=True, highlight=False)
    raise typer.Exit(Exit.DATA_REFUSED if profiled.profile.refusal else Exit.DONE)


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


@app.command(epilog="Example: python -m pipelines restage")
def restage(month: UpTo = None) -> None:
    """Stage every delivery again from landing, with today's key and rules; the inbox may be empty."""
    from pipelines.catalog import landed_deliveries

    settings = Settings()
    upto = None if month is None else Period.parse(month)
    deliveries = [each for each in landed_deliveries(settings.landing) if upto is None or each.month <= upto]
    if not deliveries:
        err.print(f"Nothing was landed in {settings.landing} yet: see the README for how a delivery is laid out.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    staged = [_staged(settings, delivery) for delivery in deliveries]
    raise typer.Exit(Exit.DATA_REFUSED if any(each.refusal for each in staged) else Exit.DONE)


@app.command(epilog="Example: python -m pipelines data-docs E06000015/ssd/2021-02")
def data_docs(
    delivery: Annotated[str, typer.Argument(help="Such as E06000015/ssd/2021-02.", show_default=False)],
) -> None:
    """Write Great Expectations' own pages about a landed delivery: every check, those that passed as well."""
    from pipelines.runs import steps

    settings, named = Settings(), Delivery.parse(delivery)
    staged = _staged(settings, named)
    if staged.refusal:
        raise typer.Exit(Exit.DATA_REFUSED)
    index = steps.data_docs(settings.of(named.authority_code), staged)
    out.print(f"Data Docs: {index}", soft_wrap=True, highlight=False)


@app.command(epilog="Example: python -m pipelines build 2021-02")
def build(month: Month, authority: Whose = None) -> None:
    """Build an authority's warehouse of a month from what is staged, and write the month's validation pages."""
    from pipelines.publications import month_pages
    from pipelines.runs import steps

    period, settings = Period.parse(month), _own(authority)
    for sentence in steps.staged_otherwise(settings, period):
        err.print(f"[yellow]stale[/]: {sentence}", soft_wrap=True, highlight=False)
    built = _built(settings, period)
    out.print(f"{built.outcome}: {built.path}")
    out.print(f"Validation pages: {month_pages.folder_of(settings, period) / month_pages.INDEX}")


@app.command(epilog="Example: python -m pipelines publish 2021-02")
def publish(month: Month, authority: Whose = None) -> None:
    """Publish an authority's warehouse of a month as the next version of its snapshot."""
    from pipelines.runs import steps

    period, settings = Period.parse(month), _own(authority)
    published = working("Publishing the snapshot", lambda: steps.publish(settings, period))
    out.print(f"{published.outcome}: {published.folder}")


@app.command(epilog="Example: python -m pipelines copy-to-postgresql")
def copy_to_postgresql() -> None:
    """Copy the newest month's current snapshot to the database of POSTGRES_COPY_URL, unless it is there already."""
    from pipelines.publications import postgres_copy

    settings = Settings()
    if settings.postgres_copy_url is None:
        err.print("POSTGRES_COPY_URL is not set: see .env.example for how a snapshot is copied to PostgreSQL.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    copied = working("Copying to PostgreSQL", lambda: postgres_copy.copy(settings))
    out.print(f"{copied.outcome}: {copied.message}", soft_wrap=True, highlight=False)


@app.command(epilog="Example: python -m pipelines gate 2021-02")
def gate(month: Month, authority: Whose = None) -> None:
    """Show what must hold before a month is published, and whether it may be: 0 it may, 3 it is held."""
    from pipelines.cli.tables import print_gate
    from pipelines.snapshots import gate as gating

    period, settings = Period.parse(month), _own(authority)
    verdict = gating.judge(settings, period)
    print_gate(verdict)
    raise typer.Exit(Exit.DATA_REFUSED if verdict.outcome == "held" else Exit.DONE)


@app.command(epilog='Example: python -m pipelines approve 2021-02 --by "Head of service" --why "The survey is late."')
def approve(
    month: Month,
    by: Annotated[str, typer.Option(help="Who approves. The snapshot says so to all its readers.", show_default=False)],
    why: Annotated[str, typer.Option(help="Why. The snapshot says this too: name no child.", show_default=False)],
    authority: Whose = None,
) -> None:
    """Let a held month be published as it is; the approval is of this build and these reasons alone."""
    from pipelines.cli.tables import print_gate
    from pipelines.publications import month_pages
    from pipelines.snapshots import gate as gating

    period, settings = Period.parse(month), _own(authority)
    verdict = gating.judge(settings, period)
    if verdict.outcome == "open":
        out.print(f"{month} is open: there is nothing to approve.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    now = dt.datetime.now(dt.UTC)
    print_gate(gating.approve(settings, period, digest=verdict.digest, by=by, at=now, why=why))
    working("Writing the validation pages", lambda: month_pages.write(settings, period))
    publishing = f"python -m pipelines publish {month} --authority {settings.authority}"
    out.print(f"Publish it with: {publishing}", soft_wrap=True, highlight=False)


@app.command(epilog="Example: python -m pipelines run 2021-02 --authority E06000015")
def run(
    month: Month,
    authority: Annotated[
        str | None, typer.Option(help="Only this authority's month, by its code; else that of each, one after another.")
    ] = None,
) -> None:
    """Do it all: land, stage, build and publish each authority's month, and print what it says.

    One that is held or fails keeps no other back; the exit code is the worst of all.
    """
    from pipelines.catalog import authorities_up_to

    settings, period = Settings(), Period.parse(month)
    _must_have_key(settings)
    whose = None if authority is None else settings.of(authority).authority
    arrived = _deliveries(settings, month)
    ended = [_tried(_taken_in, settings, [each for each in arrived if each.is_national])]
    there = {each.authority_code for each in arrived if not each.is_national} | {*authorities_up_to(settings, period)}
    for code in sorted(there if whose is None else there & {whose}):
        out.print(f"[bold]{code}[/], {period.name}", highlight=False)
        own = [each for each in arrived if each.authority_code == code]
        ended.append(_tried(_ran, settings.of(code), own, period))
    if len(ended) == 1:
        whom = whose or "any authority"
        err.print(f"Nothing of {whom} was delivered up to {month}: see the README for how a delivery is laid out.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    raise typer.Exit(_worst(ended))


@app.command(epilog="Example: python -m pipelines verify 2021-02/v0001")
def verify(snapshot: Snapshot) -> None:
    """Recompute every digest of a snapshot, and hold its databases against its files and landing against its inputs."""
    from pipelines.snapshots import verification

    settings = Settings()
    folder = _found(settings, snapshot)
    landing_folder = settings.landing if settings.landing.exists() else None
    problems = working("Verifying", lambda: verification.verify(folder, landing_folder))
    if landing_folder is None:
        out.print("There is no landing here: what the snapshot was made from was not looked at.")
    _print_and_exit(problems, f"verified: {folder} is what was published.", f"{folder} is not what was published:")


@app.command(epilog="Example: python -m pipelines audit-public 2021-02/v0001")
def audit_public(snapshot: Snapshot) -> None:
    """Attack the public edition of a snapshot by linear programming: how many values are left of each small count."""
    from pipelines.contracts.published import PUBLIC
    from pipelines.snapshots import audit

    folder = _found(Settings(), snapshot)
    found = working("Attacking", lambda: audit.audit(folder / PUBLIC if (folder / PUBLIC).exists() else folder))
    for values, counts in found.values.items():
        out.print(f"{counts:6,} counts have {values} value{'' if values == 1 else 's'} left", highlight=False)
    known = [
        f"{each.kpi}, {each.part} of {each.window} months: {each.least} to {each.most}"
        for each in found.narrowest
        if each.values < audit.FEWEST_VALUES
    ]
    _print_and_exit(known, f"of {found.asked:,} counts none has fewer than {audit.FEWEST_VALUES} values.", "found out:")


@app.command(epilog="Example: python -m pipelines rebuild 2021-02/v0001")
def rebuild(snapshot: Snapshot) -> None:
    """Make a version again, from the deliveries in landing that it names, and compare it with what was published."""
    from pipelines.runs import rebuilding

    settings = Settings()
    _must_have_key(settings)
    folder = _found(settings, snapshot)
    rebuilt = working("Making it again", lambda: rebuilding.rebuild(settings, folder))
    for sentence in rebuilt.changed_since:
        out.print(f"since then: {sentence}", soft_wrap=True, highlight=False)
    same = f"the same again: {folder}, {rebuilt.files} files by their bytes, both databases by their tables."
    _print_and_exit(rebuilt.differences, same, f"{folder} came out otherwise:")


@app.command(epilog="Example: python -m pipelines diff 2021-01 2021-02")
def diff(
    before: Snapshot,
    after: Snapshot,
    as_json: Annotated[bool, typer.Option("--json", help="Every row, as JSON.")] = False,
    every_row: Annotated[bool, typer.Option("--every-row", help="Show all rows, however many.")] = False,
) -> None:
    """Show what differs between two snapshots: rows added, removed and changed, by table and KPI."""
    from pipelines.snapshots import diff as comparing

    settings = Settings()
    folders = [_found(settings, name) for name in (before, after)]
    comparison = working("Comparing", lambda: comparing.compare(*folders))
    if as_json:
        typer.echo(storage.json_text(comparing.as_json(comparison)), nl=False)
    else:
        comparing.print_comparison(out, comparison, every_row=every_row)


@app.command(epilog="Example: python -m pipelines show 2021-02")
def show(
    month: Month,
    authority: Whose = None,
    as_json: Annotated[bool, typer.Option("--json", help="All that is said of every figure, as JSON.")] = False,
) -> None:
    """Show a month's figures as they were published, what misses its target first."""
    from pipelines.cli import show as showing
    from pipelines.snapshots import verification

    period, settings = Period.parse(month), _own(authority)
    found = showing.rows(verification.find(settings, month), settings.sql, period)
    if as_json:
        typer.echo(showing.as_json(found), nl=False)
    else:
        showing.print_table(out, found, period)


@app.command(epilog="Example: python -m pipelines explain assess_45wd 2021-02 --team T05")
def explain(
    kpi: Annotated[str, typer.Argument(help="The KPI's id, such as assess_45wd.", show_default=False)],
    month: Month,
    authority: Whose = None,
    team: Annotated[str | None, typer.Option(help="Only this team's, by its code.")] = None,
    every_record: Annotated[bool, typer.Option("--every-record", help="Show all records, however many.")] = False,
) -> None:
    """Say how a figure came about: its rule, numerator and denominator, and how each record counted."""
    from pipelines.cli import explain as explaining

    period, settings = Period.parse(month), _own(authority)
    question = explaining.FigureWanted(kpi, period, settings.authority, team)
    explaining.explain(out, settings, question, every_record=every_record)


@app.command(epilog="Example: python -m pipelines locate 2021-02 --list T05.csv --output ~/T05-with-ids.csv")
def locate(
    month: Month,
    output: Annotated[
        Path, typer.Option(help="Where to write it, outside DATA_DIR, for you alone.", show_default=False)
    ],
    pseudonyms: Annotated[
        list[str] | None, typer.Argument(help="Pseudonyms as a page shows them.", show_default=False)
    ] = None,
    work_list: Annotated[
        Path | None, typer.Option("--list", help="A work list or list of what is due, as CSV.", show_default=False)
    ] = None,
    authority: Whose = None,
) -> None:
    """Turn pseudonyms into the council's own record ids, by reading landing; who and when is logged."""
    from pipelines.runs import locating

    settings = Settings()
    _ = settings.key_bytes
    if (work_list is None) == (not pseudonyms):
        raise typer.BadParameter("name pseudonyms, or a list of them with --list")
    wanted = locating.of_pseudonyms(pseudonyms or []) if work_list is None else locating.read_list(work_list)
    own = _own(authority)
    located = working("Reading landing", lambda: locating.locate(own, Period.parse(month), wanted, output))
    out.print(f"{located.found:,} of {located.asked:,} found: {output}", soft_wrap=True, highlight=False)
    raise typer.Exit(Exit.DONE if located.found or not located.asked else Exit.NOTHING_TO_DO)


@app.command(epilog="Example: python -m pipelines status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="What is due, missing, held and stale too, as JSON.")] = False,
) -> None:
    """Show every delivery, how far it came, and every month's current snapshot."""
    from pipelines.cli.tables import delivery_table, snapshot_table

    settings = Settings()
    if as_json:
        from pipelines.cli.state import state

        typer.echo(storage.json_text(state(settings, dt.datetime.now(dt.UTC).date())), nl=False)
        return
    out.print(delivery_table(settings))
    out.print(snapshot_table(settings))


@app.command(epilog="Example: python -m pipelines migrate")
def migrate() -> None:
    """Bring a data directory of an earlier release to today's folders; once, after an upgrade that asks for it."""
    from pipelines.runs import migrating

    settings = Settings()
    moved = migrating.migrate(settings)
    if not moved:
        out.print(f"{settings.data_dir} is of today's layout already.", soft_wrap=True, highlight=False)
        raise typer.Exit(Exit.NOTHING_TO_DO)
    for path in moved:
        out.print(f"moved: {path}", soft_wrap=True, highlight=False)


@app.command(epilog="Example: python -m pipelines prune --dry-run")
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove what nobody reads any more: superseded staged versions and their pages, old warehouses, old logs."""
    from pipelines.cli.tables import prunable_table
    from pipelines.runs import pruning

    settings = Settings()
    found = pruning.prunable(settings) if dry_run else pruning.prune(settings)
    if not found:
        out.print("There is nothing to remove.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    out.print(prunable_table(found, "Would be removed" if dry_run else "Removed"))


@app.command(epilog="Example: python -m pipelines sample --scale 0.1")
def sample(
    scale: Annotated[float, typer.Option(help="1 is a council of 162 social workers.", min=0.01)] = 1.0,
    seed: Annotated[int, typer.Option(help="Another seed, other children; the same seed, the same bytes.")] = 2021,
    formats: Annotated[
        bool, typer.Option("--formats", help="Its returns too: Annex A, SSDA903, CIN census, workforce census.")
    ] = False,
) -> None:
    """Write the exports of a made-up council, planted faults and all, into the inbox."""
    from pipelines.sample import write_returns_of_sample, write_sample, write_settings

    settings = Settings()
    if "://" in settings.inbox_url:
        raise typer.BadParameter("the sample is written to a folder: set INBOX_URL to a local path")
    inbox = Path(settings.inbox)
    try:
        written = working("Writing the made-up council", lambda: write_sample(inbox, seed=seed, scale=scale))
        write_settings(settings.council_dir)
        folders = list(written.folders)
        if formats:
            returns = working("Writing its returns", lambda: write_returns_of_sample(inbox, seed=seed, scale=scale))
            folders += sorted({inbox / Path(file).parent for file in returns})
    except FileExistsError as already:
        raise typer.BadParameter(str(already)) from None
    for folder in folders:
        out.print(f"written: {folder}")


def _print_and_exit(problems: Sequence[str], good: str, bad: str) -> None:
    """Exit with DIFFERENT where there is a problem."""
    out.print(bad if problems else good, soft_wrap=True, highlight=False)
    for problem in problems:
        out.print(f"  {escape(problem)}", soft_wrap=True, highlight=False)
    raise typer.Exit(Exit.DIFFERENT if problems else Exit.DONE)


def _extracted(settings: Settings, wanted: Extract, month: Period) -> bool:
    """Extract and say so; a fault is said too, and keeps the other extracts from nothing."""
    from pipelines.landing import extract as extracting

    try:
        url = settings.url_of(wanted)
        extracted = working(f"Extracting {wanted}", lambda: extracting.extract(settings, wanted, month, url))
    except (NoDatabaseUrl, extracting.ExtractFailed, extracting.DatabaseUnreachable) as fault:
        print_fault(fault)
        return False
    out.print(f"{extracted.outcome}: {extracted.message}", soft_wrap=True, highlight=False)
    return True


def _deliveries(settings: Settings, month: str | None) -> Sequence[Delivery]:
    from pipelines.landing.inbox import find_deliveries

    inbox = find_deliveries(settings, upto=None if month is None else Period.parse(month))
    for sentence in inbox.ignored:
        out.print(f"[yellow]ignored[/]: {sentence}", soft_wrap=True, highlight=False)
    for delivery, reason in zip(inbox.waiting, inbox.waits_for, strict=True):
        out.print(f"[yellow]waiting[/]: {delivery} is not complete yet: {reason}.", soft_wrap=True, highlight=False)
    if not inbox.deliveries:
        err.print(f"No complete delivery in {settings.inbox_shown}: see the README for how a delivery is laid out.")
        raise typer.Exit(Exit.NOTHING_TO_DO)
    return inbox.deliveries


def _landed(settings: Settings, delivery: Delivery, *, staged_next: bool = False) -> Landed:
    """Land and say so; a refusal is left for staging to say, where that comes next."""
    from pipelines.cli.tables import coloured
    from pipelines.landing import landing

    landed = working(f"Landing {delivery}", lambda: landing.land(settings, delivery))
    if not (staged_next and landed.outcome == "refused"):
        out.print(f"{coloured(landed.outcome)}: {landed.message}", soft_wrap=True, highlight=False)
    return landed


def _with_progress(what: str, work: Callable[[Progress], T]) -> T:
    with progress_display() as shown:
        task = shown.add_task(what, total=None)

        def show(step: str, done: int, of: int) -> None:
            share = f" {done / of:.0%}" if of else ""
            description = f"{what}: {step}{share}"
            # A step may be over before the display renews itself.
            shown.update(task, description=description, refresh=description != shown.tasks[task].description)

        return work(show)


def _staged(settings: Settings, delivery: Delivery) -> StagingResult:
    from pipelines.cli.tables import coloured
    from pipelines.runs import steps

    own = settings.of(delivery.authority_code)
    staged = _with_progress(f"Staging {delivery}", lambda show: steps.stage(own, delivery, show))
    counts = f"{staged.rows_read:,} rows read, {staged.rows_refused:,} refused, {staged.rows_warned:,} with a warning"
    out.print(f"{coloured(staged.outcome)}: {delivery}: {staged.refusal or counts}", soft_wrap=True, highlight=False)
    return staged


def _built(settings: Settings, month: Period) -> Built:
    from pipelines.runs import steps

    return working("Building the warehouse", lambda: steps.build(settings, month))


def _own(authority: str | None) -> Settings:
    """The settings of the authority that was named, or of the only one here."""
    from pipelines.catalog import of_named_authority

    return of_named_authority(Settings(), authority)


def _found(settings: Settings, snapshot: str) -> Path:
    """The folder of a snapshot; where its name begins with a month, of the only authority here."""
    from pipelines.snapshots import verification

    of_one = NAMES_A_MONTH.match(snapshot) is not None and not Path(snapshot).exists()
    return verification.find(_own(None) if of_one else settings, snapshot)


def _taken_in(settings: Settings, deliveries: Sequence[Delivery]) -> Exit:
    """Land and stage; whether all of it counts."""
    refused = False
    for delivery in deliveries:
        _landed(settings, delivery, staged_next=True)
        refused |= _staged(settings, delivery).refusal is not None
    return Exit.DATA_REFUSED if refused else Exit.DONE


def _ran(settings: Settings, deliveries: Sequence[Delivery], month: Period) -> Exit:
    """An authority's month, from its deliveries to what its snapshot says."""
    from pipelines.cli import summary
    from pipelines.runs import steps

    taken_in = _taken_in(settings, deliveries)
    _built(settings, month)
    published = working("Publishing the snapshot", lambda: steps.publish(settings, month))
    summary.print_summary(out, settings, month, published.folder)
    return taken_in


def _tried(work: Callable[P, Exit], *arguments: P.args, **options: P.kwargs) -> Exit | Exception:
    """How it ended; a known fault is said, and none keeps what comes after it from being done."""
    try:
        return work(*arguments, **options)
    except Fault as fault:
        print_fault(fault)
        return fault.exit_code
    except Exception as problem:
        return problem


def _worst(ended: Sequence[Exit | Exception]) -> Exit:
    """Raises the first that is no known fault."""
    for each in ended:
        if isinstance(each, Exception):
            raise each
    return max((each for each in ended if isinstance(each, Exit)), key=GRAVITY.index)


def _must_have_key(settings: Settings) -> None:
    """Refuse to begin what could not be finished."""
    settings.must_have_keys()


def main() -> None:
    """Run a command; a known fault is one sentence on stderr, and an exit code."""
    try:
        app()
    except Fault as fault:
        print_fault(fault)
        raise SystemExit(fault.exit_code) from None
    except (SettingsError, ValidationError) as fault:
        print_fault(fault)
        raise SystemExit(Exit.BROKEN) from None


if __name__ == "__main__":
    main()

"""What ``make run`` does: the DAGs once, in this process, on the inbox or, if that is empty, on a made-up council."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines import storage
from pipelines.catalog import authorities_up_to, current_version
from pipelines.cli.summary import print_summary
from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.landing.inbox import find_deliveries
from pipelines.periods import NotAMonth, Period
from pipelines.settings import NoKey, Settings
from pipelines.snapshots import gate

if TYPE_CHECKING:
    from pipelines.landing.inbox import Inbox

console = Console()


def main() -> int:
    """Run the month named on the command line, else the newest in the inbox; returns the exit code."""
    storage.keep_from_others()
    try:
        settings = Settings()
        inbox = _filled_inbox(settings)
        for sentence in inbox.ignored:
            console.print(f"[yellow]ignored[/]: {sentence}", soft_wrap=True, highlight=False)
        named = sys.argv[1] if len(sys.argv) > 1 else None
        if named is None and not inbox.deliveries:
            raise NotAMonth("The inbox holds no complete delivery: name the month, as in make run MONTH=2021-02")
        month = Period.parse(named) if named else max(delivery.month for delivery in inbox.deliveries)
        _must_have_keys(settings, inbox)
    except (NoKey, NotAMonth) as fault:
        console.print(f"[bold red]{type(fault).__name__}[/]: {fault}", highlight=False)
        return 1
    # Only now: Airflow reads its settings when it is imported.
    from pipelines.orchestration.local_run import run_dags

    exit_code = run_dags(month)
    for code in authorities_up_to(settings, month):
        _print_what_was_published(settings.of(code), month)
    return exit_code


def _filled_inbox(settings: Settings) -> Inbox:
    folder = Path(settings.inbox)
    is_empty = "://" not in settings.inbox_url and not (folder.exists() and any(folder.iterdir()))
    if settings.extracts or not is_empty:
        return find_deliveries(settings)
    from pipelines.sample import write_sample, write_settings

    with console.status("The inbox is empty: writing the exports of a made-up council"):
        write_sample(folder)
        write_settings(settings.council_dir)
    console.print(f"The inbox was empty: a made-up council, {MADE_UP_AUTHORITY}, is in it now ({settings.inbox})")
    return find_deliveries(settings)


def _must_have_keys(settings: Settings, inbox: Inbox) -> None:
    """Real children need keys that are kept; the made-up ones can do with some that are forgotten."""
    made_up = {delivery.authority_code for delivery in inbox.deliveries} == {MADE_UP_AUTHORITY}
    keys = {"PSEUDONYM_KEY": settings.pseudonym_key, "DISCLOSURE_KEY": settings.disclosure_key}
    for name in (name for name, key in keys.items() if key is None and made_up):
        os.environ[name] = secrets.token_urlsafe(48)
        console.print(f"{name} is not set: a throw-away key serves for the made-up council, and is kept nowhere")
    Settings().must_have_keys()


def _print_what_was_published(settings: Settings, month: Period) -> None:
    version = current_version(settings.snapshots / str(month))
    if version is not None:
        if _is_held(settings, month):
            console.print(
                f"\n[bold yellow]{month} of {settings.authority} is held. What follows was published before.[/]",
                highlight=False,
            )
        print_summary(console, settings, month, settings.snapshots / str(month) / version)


def _is_held(settings: Settings, month: Period) -> bool:
    try:
        return gate.judge(settings, month).outcome == "held"
    except gate.NothingToJudge:
        return True


if __name__ == "__main__":
    sys.exit(main())

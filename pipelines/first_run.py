"""What ``make run`` does: the DAGs once, in this process, on the inbox or, if that is empty, on a made-up council."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipelines import gate, landing, storage
from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import NotAMonth, Period
from pipelines.settings import NoPseudonymKey, Settings
from pipelines.summary import print_summary

if TYPE_CHECKING:
    from pipelines.landing import Inbox

console = Console()


def main() -> int:
    """Run the month named on the command line, else the newest in the inbox; returns the exit code."""
    try:
        settings = Settings()
        inbox = _filled_inbox(settings)
        for sentence in inbox.ignored:
            console.print(f"[yellow]ignored[/]: {sentence}", soft_wrap=True, highlight=False)
        named = sys.argv[1] if len(sys.argv) > 1 else None
        if named is None and not inbox.deliveries:
            raise NotAMonth("The inbox holds no complete delivery: name the month, as in make run MONTH=2021-02")
        month = Period.parse(named) if named else max(delivery.month for delivery in inbox.deliveries)
        _must_have_key(settings, inbox)
    except (NoPseudonymKey, NotAMonth) as fault:
        console.print(f"[bold red]{type(fault).__name__}[/]: {fault}", highlight=False)
        return 1
    # Only now: Airflow reads its settings when it is imported.
    from pipelines.orchestration import run_dags

    exit_code = run_dags(month)
    _print_what_was_published(settings, month)
    return exit_code


def _filled_inbox(settings: Settings) -> Inbox:
    folder = Path(settings.inbox)
    is_empty = "://" not in settings.inbox_url and not (folder.exists() and any(folder.iterdir()))
    if settings.extracts or not is_empty:
        return landing.find_deliveries(settings)
    from pipelines.sample import write_sample

    with console.status("The inbox is empty: writing the exports of a made-up council"):
        write_sample(folder)
    console.print(f"The inbox was empty: a made-up council, {MADE_UP_AUTHORITY}, is in it now ({settings.inbox})")
    return landing.find_deliveries(settings)


def _must_have_key(settings: Settings, inbox: Inbox) -> None:
    """Real children need a key that is kept; the made-up ones can do with one that is forgotten."""
    made_up = {delivery.authority_code for delivery in inbox.deliveries} == {MADE_UP_AUTHORITY}
    if settings.pseudonym_key is None and made_up:
        os.environ["PSEUDONYM_KEY"] = secrets.token_urlsafe(48)
        console.print("PSEUDONYM_KEY is not set: a throw-away key serves for the made-up council, and is kept nowhere")
        return
    _ = settings.key_bytes


def _print_what_was_published(settings: Settings, month: Period) -> None:
    latest = settings.snapshots / str(month) / "latest.json"
    if latest.exists():
        if _is_held(settings, month):
            console.print(f"\n[bold yellow]{month} is held. What follows was published before.[/]", highlight=False)
        version = storage.read_json(latest)["version"]
        print_summary(console, settings, month, latest.parent / version)


def _is_held(settings: Settings, month: Period) -> bool:
    try:
        return gate.judge(settings, month).outcome == "held"
    except gate.NothingToJudge:
        return True


if __name__ == "__main__":
    sys.exit(main())

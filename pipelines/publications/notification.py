"""What people are notified of: a month was published, is held, or failed; a delivery was refused, or is overdue.

Months, councils, reasons, counts and links alone: nothing of a figure, of a child, or of whoever approved a month.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.contracts.published import PUBLIC
from pipelines.periods import Period
from pipelines.storage import MANIFEST, read_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import SecretStr

    from pipelines.settings import Settings

SECONDS = 10
WHOSE = "Safeguarding KPIs"


class NotSent(ConnectionError):
    """The message did not arrive. Says only of what kind the failure was: an address may hold a secret."""


@dataclass(frozen=True)
class Message:
    """A notification: ``subject`` and ``text`` for people, ``facts`` for programs."""

    subject: str
    text: str
    facts: dict[str, Any]


def published(settings: Settings, version: Path) -> Message:
    """What there is to say of a published version, from its manifests."""
    manifest, public = read_json(version / MANIFEST), read_json(version / PUBLIC / MANIFEST)
    month = Period.parse(manifest["month"])
    used = sum(delivery["is_used"] for delivery in manifest["deliveries"])
    facts = {
        "event": "published",
        "month": str(month),
        "version": manifest["version"],
        "verdict": manifest.get("publication", {}).get("verdict", "published"),
        "deliveries_used": used,
        "deliveries_not_used": len(manifest["deliveries"]) - used,
        "figures_restated": manifest["tables"].get("kpi_restatement", 0),
        "public_tables": len(public["tables"]),
        "withheld_tables": len(public["withheld"]),
        "links": _links(settings, f"{month}/{version.name}"),
    }
    lines = [
        f"{month.name} was published as version {version.name}. Verdict: {facts['verdict']}.",
        f"Deliveries: {used} count, {facts['deliveries_not_used']} are reported and do not count.",
        f"Figures of earlier months that are other than published before: {facts['figures_restated']}.",
        f"Public edition: {facts['public_tables']} tables, {facts['withheld_tables']} withheld.",
        *(f"{name.capitalize()} edition: {link}" for name, link in facts["links"].items()),
    ]
    return Message(f"{WHOSE}, {month.name}: published as {version.name}", _text(lines), facts)


def refused(month: Period, sentences: Sequence[str], link: str) -> Message:
    """Deliveries that do not count, a sentence each."""
    lines = [f"{len(sentences)} refused or failed. Everything else went on.", *sentences, f"The run: {link}"]
    facts = {"event": "refused", "month": str(month), "reasons": list(sentences), "link": link}
    return Message(f"{WHOSE}, {month.name}: not every delivery counts", _text(lines), facts)


def held(month: Period, reasons: Sequence[str], link: str) -> Message:
    """A month that waits for an approval; the link leads to where it is answered."""
    lines = [f"{month.name} does not meet its conditions and is not published:", *reasons, f"Approve or reject: {link}"]
    facts = {"event": "held", "month": str(month), "reasons": list(reasons), "link": link}
    return Message(f"{WHOSE}, {month.name}: held, and waits for an answer", _text(lines), facts)


def not_approved(month: Period, reason: str, link: str) -> Message:
    """An approval that was not taken: the month goes on waiting."""
    lines = [f"An approval of {month.name} was not taken: {reason}.", f"It waits for another answer: {link}"]
    facts = {"event": "not_approved", "month": str(month), "reasons": [reason], "link": link}
    return Message(f"{WHOSE}, {month.name}: still held", _text(lines), facts)


def rejected(month: Period, link: str) -> Message:
    """A month that somebody will not have published as it is."""
    lines = [f"{month.name} was rejected, and is not published. What was published before stays.", f"The run: {link}"]
    facts = {"event": "rejected", "month": str(month), "link": link}
    return Message(f"{WHOSE}, {month.name}: rejected", _text(lines), facts)


def failed(month: Period | None, task: str, reason: str, link: str) -> Message:
    """A task that will not be tried again."""
    when = f", {month.name}" if month else ""
    facts = {"event": "failed", "month": str(month) if month else None, "task": task, "reasons": [reason], "link": link}
    lines = [f"{task} failed: {reason}", f"Its log: {link}"]
    return Message(f"{WHOSE}{when}: {task} failed", _text(lines), facts)


def overdue(month: Period, due_on: dt.date, sentences: Sequence[str], facts: Mapping[str, Any]) -> Message:
    """What a month still lacks although the day is past by which it was due, and what waits for an answer."""
    lines = [f"Deliveries of {month.name} were due on {due_on.day} {due_on:%B %Y}.", *sentences]
    return Message(f"{WHOSE}, {month.name}: not everything is in", _text(lines), {"event": "overdue", **facts})


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def _links(settings: Settings, version: str) -> dict[str, str]:
    if settings.snapshots_url is None:
        return {}
    place = f"{settings.snapshots_url.rstrip('/')}/{version}/"
    return {"restricted": place, "public": f"{place}{PUBLIC}/"}


def post(url: SecretStr, message: Message) -> None:
    """Post a message to a webhook, as JSON with its ``text``; raises NotSent."""
    body = json.dumps({"text": message.text, **message.facts}, ensure_ascii=False).encode()
    failure = None
    try:
        request = urllib.request.Request(  # noqa: S310 - the settings take http and https alone
            url.get_secret_value(), data=body, headers={"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310  # nosec B310  # http and https alone
            return
    except (OSError, ValueError) as fault:
        failure = type(fault).__name__
    raise NotSent(f"the webhook did not take the message: {failure}")

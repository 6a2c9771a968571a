"""What people are notified of: a month was published, is held, or failed; a delivery was refused, or is overdue.

Months, councils, reasons, counts and links alone: nothing of a figure, of a child, or of whoever approved a month.
"""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.contracts.published import PUBLIC
from pipelines.deliveries import AuthorityMonth
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
        "authority": settings.authority,
        "month": str(month),
        "version": manifest["version"],
        "verdict": manifest.get("publication", {}).get("verdict", "published"),
        "deliveries_used": used,
        "deliveries_not_used": len(manifest["deliveries"]) - used,
        "figures_restated": manifest["tables"].get("kpi_restatement", 0),
        "public_tables": len(public["tables"]),
        "withheld_tables": len(public["withheld"]),
        "links": _links(settings, f"{settings.authority}/{month}/{version.name}"),
    }
    lines = [
        f"{month.name} of {settings.authority} was published as version {version.name}. Verdict: {facts['verdict']}.",
        f"Deliveries: {used} count, {facts['deliveries_not_used']} are reported and do not count.",
        f"Figures of earlier months that are other than published before: {facts['figures_restated']}.",
        f"Public edition: {facts['public_tables']} tables, {facts['withheld_tables']} withheld.",
        *(f"{name.capitalize()} edition: {link}" for name, link in facts["links"].items()),
    ]
    return Message(f"{WHOSE}, {settings.authority}, {month.name}: published as {version.name}", _text(lines), facts)


def refused(month: Period, sentences: Sequence[str], link: str) -> Message:
    """Deliveries that do not count, a sentence each."""
    lines = [f"{len(sentences)} refused or failed. Everything else went on.", *sentences, f"The run: {link}"]
    facts = {"event": "refused", "month": str(month), "reasons": list(sentences), "link": link}
    return Message(f"{WHOSE}, {month.name}: not every delivery counts", _text(lines), facts)


def held(unit: AuthorityMonth, reasons: Sequence[str], link: str) -> Message:
    """A month that waits for an approval; the link leads to where it is answered."""
    begins = f"{_words(unit)} does not meet its conditions and is not published:"
    lines = [begins, *reasons, f"Approve or reject: {link}"]
    facts = {"event": "held", **_facts(unit), "reasons": list(reasons), "link": link}
    return Message(f"{_whose(unit)}: held, and waits for an answer", _text(lines), facts)


def not_approved(unit: AuthorityMonth, reason: str, link: str) -> Message:
    """An approval that was not taken: the month goes on waiting."""
    lines = [f"An approval of {_words(unit)} was not taken: {reason}.", f"It waits for another answer: {link}"]
    facts = {"event": "not_approved", **_facts(unit), "reasons": [reason], "link": link}
    return Message(f"{_whose(unit)}: still held", _text(lines), facts)


def rejected(unit: AuthorityMonth, link: str) -> Message:
    """A month that somebody will not have published as it is."""
    lines = [f"{_words(unit)} was rejected, and is not published. What was published before stays.", f"The run: {link}"]
    return Message(f"{_whose(unit)}: rejected", _text(lines), {"event": "rejected", **_facts(unit), "link": link})


def failed(named: AuthorityMonth | Period | None, task: str, reason: str, link: str) -> Message:
    """A task that will not be tried again: of an authority's month, of a month of all deliveries, or of neither."""
    facts = {"event": "failed", **_facts(named), "task": task, "reasons": [reason], "link": link}
    return Message(f"{_whose(named)}: {task} failed", _text([f"{task} failed: {reason}", f"Its log: {link}"]), facts)


def _words(unit: AuthorityMonth) -> str:
    return f"{unit.month.name} of {unit.authority_code}"


def _whose(named: AuthorityMonth | Period | None) -> str:
    if isinstance(named, AuthorityMonth):
        return f"{WHOSE}, {named.authority_code}, {named.month.name}"
    return WHOSE if named is None else f"{WHOSE}, {named.name}"


def _facts(named: AuthorityMonth | Period | None) -> dict[str, str | None]:
    if isinstance(named, AuthorityMonth):
        return {"authority": named.authority_code, "month": str(named.month)}
    return {"authority": None, "month": None if named is None else str(named)}


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

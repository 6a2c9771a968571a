"""Telling people that a month was published: which version, whether it was held, how much there is, and where.

Counts and links alone: nothing of a figure, of a child, or of whoever approved what was held.
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
    from pathlib import Path

    from pydantic import SecretStr

    from pipelines.settings import Settings

SECONDS = 10


class NotSent(ConnectionError):
    """The message did not arrive. Says only of what kind the failure was: an address may hold a secret."""


@dataclass(frozen=True)
class Message:
    """What is told: ``subject`` and ``text`` for people, ``facts`` for programs."""

    subject: str
    text: str
    facts: dict[str, Any]


def message(settings: Settings, version: Path) -> Message:
    """What there is to say of a published version, from its manifests."""
    manifest, public = read_json(version / MANIFEST), read_json(version / PUBLIC / MANIFEST)
    month = Period.parse(manifest["month"])
    used = sum(delivery["is_used"] for delivery in manifest["deliveries"])
    facts = {
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
    return Message(f"Safeguarding KPIs, {month.name}: published as {version.name}", "\n".join(lines) + "\n", facts)


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

"""Which deliveries of the inbox are new or changed since they were last dealt with, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.catalog import NEWEST, staged_version
from pipelines.landing.landing import looks_as_landed
from pipelines.staging.stage import changed_since_staging
from pipelines.storage import sha256_of_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.deliveries import Delivery
    from pipelines.landing.inbox import Inbox
    from pipelines.settings import Settings


def new_or_changed(settings: Settings, inbox: Inbox) -> dict[Delivery, str]:
    """The complete deliveries that landing or staging has work with, and how each looks.

    What looks as it did when it was landed, and was staged since, by today's key and rules, is left out.
    """
    looks = zip(inbox.deliveries, inbox.listings, strict=True)
    return {delivery: listing for delivery, listing in looks if not _is_dealt_with(settings, delivery, listing)}


def _is_dealt_with(settings: Settings, delivery: Delivery, listing: str) -> bool:
    if not looks_as_landed(settings, delivery, listing):
        return False
    staged = staged_version(delivery.staging_folder(settings.staging), NEWEST)
    return staged is not None and not changed_since_staging(settings, delivery)


def by_authority(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    """Each authority's, in the order of their names."""
    found: dict[str, list[Delivery]] = {}
    for delivery in sorted(deliveries):
        found.setdefault(delivery.authority_code, []).append(delivery)
    return found


def name_of(arrived: dict[Delivery, str]) -> str:
    """One name for these deliveries as they look now: of the same again it is the same."""
    return sha256_of_texts(text for delivery, listing in sorted(arrived.items()) for text in (str(delivery), listing))

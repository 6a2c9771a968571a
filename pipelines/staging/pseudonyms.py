"""Replaces the ids of children, workers and records by keyed hashes."""

from __future__ import annotations

import hmac
import uuid
from typing import TYPE_CHECKING

from pipelines import storage
from pipelines.staging import casting
from pipelines.staging.workspace import create_table

if TYPE_CHECKING:
    import duckdb

    from pipelines.settings import Settings
    from pipelines.staging.reading import Reading

UNIT_SEPARATOR = chr(31)


def key_check(settings: Settings) -> str:
    """Distinguishes one key from another without revealing either: the pseudonym of an id that nobody has."""
    message = UNIT_SEPARATOR.join(("key check", "", ""))
    return str(uuid.UUID(hmac.new(settings.key_bytes, message.encode(), "sha256").hexdigest()[:32]))


def _pads(settings: Settings) -> dict[str, bytes]:
    """The two pads of RFC 2104: SHA-256 works on blocks of 64 bytes, and a longer key is hashed first."""
    key = settings.key_bytes
    block = (storage.sha256_of_bytes(key) if len(key) > 64 else key).ljust(64, b"\0")
    return {
        "inner_pad": bytes(byte ^ 0x36 for byte in block),
        "outer_pad": bytes(byte ^ 0x5C for byte in block),
    }


def pseudonymise(
    connection: duckdb.DuckDBPyConnection, reading: Reading, settings: Settings, authority_code: str
) -> None:
    connection.execute(casting.SET_PADS, {**_pads(settings), "authority_code": authority_code})
    contracts = reading.filled.values()
    for name, query in (
        (casting.PSEUDONYMS, casting.pseudonyms(contracts, reading.headings)),
        (casting.LEAKED_IDS, casting.leaked_ids(contracts, reading.headings)),
    ):
        create_table(connection, casting.raw_table(name), query)

"""The commands that the guides give, so that the tests run those and no others."""

from __future__ import annotations

import re

from pipelines.settings import PROJECT

GUIDES = "".join(path.read_text("utf-8") for path in sorted((PROJECT / "docs").glob("*.md")))
BLOCKS = re.findall(r"^```console\n(.*?)^```$", GUIDES, re.MULTILINE | re.DOTALL)

# What each is about, and a word that only it has. Every one is run by a test: of the gate, verifying, rebuilding,
# auditing, keys, upgrades and backups end to end, all others in this folder; of those for a container engine
# test_compose does what can be done without one, and tests/bi starts the dashboard.
ABOUT = {
    "scheduler": "make airflow\n",
    "by REST": "curl",
    "backfill": "backfill create --dag-id ingest_exports \\",
    "PostgreSQL": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "compose": "docker compose up",
    "copy": "copy-to-postgresql",
    "dashboard": "--profile superset",
    "extract": "EXTRACTS",
    "audit": "pipelines audit-public",
    "new key": "# the new PSEUDONYM_KEY is set",
    "upgrade": "make .venv/.run",
    "back up": "# to back up",
    "restore": "# to restore",
    "gate": "pipelines gate",
    "prune": "pipelines prune",
    "rebuild": "pipelines rebuild",
    "verify": "pipelines diff 2021-01",
}


def block(about: str) -> str:
    """The one block about something."""
    (found,) = [text for text in BLOCKS if ABOUT[about] in text and (about != "scheduler" or text == ABOUT[about])]
    return str(found)

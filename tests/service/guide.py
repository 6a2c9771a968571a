"""The commands that the guide for data engineers gives, so that the tests run those and no others."""

from __future__ import annotations

import re

from pipelines.settings import PROJECT

GUIDE = (PROJECT / "docs" / "data_engineers.md").read_text("utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)

# What each is about, and a word that only it has. Every one is run by a test: the gate's by those of the command line,
# all others in this folder; of those for a container engine test_compose does what can be done without one.
ABOUT = {
    "scheduler": "make airflow\n",
    "by REST": "curl",
    "backfill": "backfill create --dag-id ingest_exports \\",
    "PostgreSQL": "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "compose": "docker compose",
    "extract": "EXTRACTS",
    "gate": "pipelines gate",
}


def block(about: str) -> str:
    """The one block about something."""
    (found,) = [text for text in BLOCKS if ABOUT[about] in text and (about != "scheduler" or text == ABOUT[about])]
    return str(found)

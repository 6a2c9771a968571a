"""Exports in the real formats, written for a test from the few values that matter to it."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipelines.contracts import load_sources
from pipelines.settings import PROJECT

SOURCES = load_sources(PROJECT / "expectations")
KEY = "a key that only the tests know, of more than 32 bytes"

Rows = Sequence[Mapping[str, str]]


def write_ssd(folder: Path, tables: Mapping[str, Rows]) -> Path:
    """All tables of the Standard Safeguarding Dataset: those given with their rows, the others with a header alone."""
    for name, contract in SOURCES["ssd"].tables.items():
        write_table(folder / contract.file_name, contract.headings, tables.get(name, ()))
    return folder


def write_table(file: Path, headings: Sequence[str], rows: Rows) -> None:
    """One CSV file; a row leaves blank what it does not name, and may name only what the header has."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)

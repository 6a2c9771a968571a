"""Exports in the real formats, written for a test from the few values that matter to it."""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import xlwt  # type: ignore[import-untyped]
from lxml import etree

from pipelines.contracts.loading import load_sources
from pipelines.contracts.model import MADE_KEY, Contract
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


def write_xml(file: Path, source: str, tables: Mapping[str, Rows]) -> None:
    """One return in XML. Each row, by heading, has elements of its own around it, however many share them in life."""
    root = etree.Element(SOURCES[source].root)
    for name, rows in tables.items():
        for row in rows:
            _put_row(root, SOURCES[source].tables[name], row)
    file.parent.mkdir(parents=True, exist_ok=True)
    etree.ElementTree(root).write(str(file), encoding="utf-8", xml_declaration=True, pretty_print=True)


def _put_row(root: Any, contract: Contract, row: Mapping[str, str]) -> None:
    around = {}
    element = root
    for name in contract.elements[0].split("/"):
        element = around[name] = etree.SubElement(element, name)
    for column in contract.columns:
        if column.heading not in row or MADE_KEY in column.path:
            continue
        axis, _, rest = column.path.rpartition("::")
        start, path = (element, column.path) if not axis else (around[rest.split("/", 1)[0]], rest.split("/", 1)[1])
        for name in () if path == "." else path.split("/"):
            start = start.find(name) if start.find(name) is not None else etree.SubElement(start, name)
        start.text = row[column.heading]


def old_workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    """A workbook in the format from before 2007, its sheets given by name, cell by cell."""
    made = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    for name, rows in sheets.items():
        sheet = made.add_sheet(name)
        sheet.visibility = int(name in hidden)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell, day) if isinstance(cell, dt.date) else sheet.write(number, place, cell)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def write_workbook(file: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    """One workbook, its sheets given by name, cell by cell."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    file.parent.mkdir(parents=True, exist_ok=True)
    made.save(file)

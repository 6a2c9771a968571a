"""Every finding and every overdue row of the made-up council, from its pseudonyms back to the line it came from."""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import TYPE_CHECKING

import pytest

from pipelines.publications.work_lists import COLUMNS, DUE_COLUMNS, PSEUDONYM
from tests.exports import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import CouncilPlace

HEADING = {field: heading for field, heading, _ in (*COLUMNS, *DUE_COLUMNS)}
RECORD, STARTED, CHILD = f"Record ({PSEUDONYM})", HEADING["record"], HEADING["child"]
KEYS = {
    contract.file_name: contract.primary_key.heading
    for source in SOURCES.values()
    for contract in source.tables.values()
    if contract.primary_key is not None
}


@pytest.fixture(scope="module")
def located(place: CouncilPlace, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """All lists of the month as one, looked up by the command."""
    folder = place.data / "reports/X99000001/validation/2021-02"
    rows = [row for file in sorted((folder / "work_lists").glob("*.csv")) for row in read(file)]
    rows += [row for row in read(folder / "due/everything.csv") if row[HEADING["due_when"]] == "Overdue"]
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    scratch = tmp_path_factory.mktemp("located")
    with (scratch / "list.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, headings, restval="")
        writer.writeheader()
        writer.writerows(rows)
    done = place.pipelines(
        "locate", "2021-02", "--list", str(scratch / "list.csv"), "--output", str(scratch / "out.csv")
    )
    assert done.returncode == 0, done.stderr
    found = read(scratch / "out.csv")
    assert len(found) == len(rows)
    return found


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_finding_leads_to_its_own_line(place: CouncilPlace, located: list[dict[str, str]]) -> None:
    findings = [row for row in located if row[RECORD] and row[HEADING["line"]] and row[HEADING["file_name"]] in KEYS]
    assert len(findings) > 30
    for row in findings:
        file, line = row[HEADING["file_name"]], row[HEADING["line"]]
        assert row[f"{RECORD}: file"].partition("/")[2] == file
        assert line in row[f"{RECORD}: line"].split("; ")
        assert (
            own_id(place, row[f"{RECORD}: file"], int(line), row[HEADING["delivery_month"]]) == row[f"{RECORD}: own id"]
        )


def test_every_overdue_row_leads_to_a_record_and_to_its_child(
    place: CouncilPlace, located: list[dict[str, str]]
) -> None:
    overdue = [row for row in located if row[HEADING["due_when"]] == "Overdue"]
    assert len(overdue) > 50
    for row in overdue:
        for heading in (STARTED, CHILD):
            if row[heading]:
                ids = {own_id(place, file, line, "2021-02") for file, line in file_and_line(row, heading)}
                assert ids == {row[f"{heading}: own id"]}, heading
        assert "ssd/ssd_person.csv" in row[f"{CHILD}: file"].split("; ")


def test_every_pseudonym_of_a_list_is_found(located: list[dict[str, str]]) -> None:
    headings = [heading for heading in (RECORD, STARTED, CHILD, HEADING["worker"]) if heading in located[0]]
    lost = {
        (row[heading], heading)
        for row in located
        for heading in headings
        if row[heading] and not row[f"{heading}: own id"]
    }
    assert lost == set()


def file_and_line(row: dict[str, str], heading: str) -> list[tuple[str, int]]:
    """Each line at which a pseudonym was found; a file that has all of them is named once."""
    lines, files = (row[f"{heading}: {what}"].split("; ") for what in ("line", "file"))
    return list(zip(files * len(lines) if len(files) == 1 else files, map(int, lines), strict=True))


def own_id(place: CouncilPlace, file: str, line: int, month: str) -> str:
    """What stands in the key's column of a landed file, in the record that begins on a line; the header is line 1."""
    source, _, name = file.partition("/")
    records = by_line(place.data / f"landing/X99000001/{source}/{month}/v0001/{name}")
    by_heading = dict(zip((heading.lower() for heading in records[1]), records[line], strict=False))
    return by_heading[KEYS[name]].strip()


@cache
def by_line(file: Path) -> dict[int, list[str]]:
    """Each record by the line of the file on which it begins: one may reach over several."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    reader = csv.reader(io.StringIO(text, newline=""))
    records, begins = {}, 1
    for record in reader:
        records[begins], begins = record, reader.line_num + 1
    return records

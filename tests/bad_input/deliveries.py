"""Good small deliveries, and what staging made of a spoilt one beside what it makes of the good one."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.settings import Settings
from pipelines.staging import stage as staging
from tests.bad_input.counted import counting
from tests.exports import KEY, SOURCES, write_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.staging.stage import StagingResult

DATES = [
    f"{year}-{month:02d}-{day:02d}" for year in (2020, 2021) for month in range(1, 13) for day in (3, 7, 11, 15, 19)
][: 5 * 14]
"""Five in each month up to that of the delivery."""

GOOD: dict[str, dict[str, list[dict[str, str]]]] = {
    "ssd": {
        "ssd_person": [
            {
                "pers_person_id": f"P{number}",
                "pers_sex": "FM"[number % 2],
                "pers_ethnicity": "WBRI",
                "pers_dob": f"201{number // 10}-03-1{number % 10}",
            }
            for number in range(5 * 14)
        ],
        "ssd_cp_plans": [
            {
                "cppl_cp_plan_id": f"C{number}",
                "cppl_person_id": f"P{number}",
                "cppl_cp_plan_start_date": start,
                "cppl_cp_plan_initial_category": "NEG",
                "cppl_cp_plan_latest_category": "NEG",
                "cppl_cp_plan_ola": "N",
            }
            for number, start in enumerate(DATES)
        ],
    },
    "ssda903": {
        "ssda903_header": [
            {
                "child": f"P{number}",
                "sex": "1",
                "dob": f"1{number}/03/201{number}",
                "ethnic": "WBRI",
                "upn": f"A80120000100{number}",
            }
            for number in range(6)
        ],
        "ssda903_episodes": [
            {
                "child": f"P{number}",
                "decom": f"2{number}/06/2020",
                "rne": "S",
                "ls": "V2",
                "cin": "N1",
                "place": "U1",
                "place_provider": "PR1",
            }
            for number in range(6)
        ],
    },
    "survey": {
        "survey_questions": [
            {"question_id": "q01", "standard_id": "covid", "reverse": "N", "points": "5"},
            {"question_id": "q02", "standard_id": "tensions", "reverse": "Y", "points": "7"},
        ],
        "survey_responses": [
            {"respondent_id": f"R{number}", "q01": "45321"[number], "q02": "7"} for number in range(5)
        ],
    },
    "local": {
        "local_posts": [
            {
                "post_id": f"J{number}",
                "worker_id": f"W{number}",
                "team_code": "T1",
                "post_status": "employed",
                "role": "Social Worker",
                "full_time_equivalent": "0.8",
                "from_date": start,
            }
            for number, start in enumerate(DATES)
        ]
    },
}
MONTHS = {"ssda903": "2021-03"}
SPOILT = {"ssd": "ssd_cp_plans", "ssda903": "ssda903_episodes", "survey": "survey_responses", "local": "local_posts"}
"""The table of each source that is spoilt."""


@dataclass(eq=False)
class GivenRecord:
    """A record of the file. ``origin`` is its place in the good table, None once it says anything else."""

    cells: list[str]
    origin: int | None
    text: str | None = None


@dataclass
class File:
    """A file of a delivery: its records, how they are written down, and what is done to the bytes in the end."""

    table: str
    name: str
    headings: list[str]
    records: list[GivenRecord]
    separator: str = ","
    line_end: str = "\r\n"
    encoding: str = "utf-8"
    spoil_bytes: list[Callable[[bytes], bytes]] = field(default_factory=list)
    harmed_columns: set[str] = field(default_factory=set)
    extra_files: dict[str, bytes] = field(default_factory=dict)
    write_as: Callable[[File], bytes] | None = None

    def column(self, heading: str) -> int:
        """Where a column stands; -1 where it went."""
        return self.headings.index(heading) if heading in self.headings else -1

    def give(self, record: GivenRecord, heading: str, text: str) -> None:
        """Put another text into a record that still has the column."""
        place = self.column(heading)
        if 0 <= place < len(record.cells):
            record.cells[place] = text
            record.origin = None

    def content(self) -> bytes:
        content = self.write_as(self) if self.write_as else self._text()[0].encode(self.encoding, "replace")
        for spoil in self.spoil_bytes:
            content = spoil(content)
        return content

    def lines(self) -> dict[int, int]:
        """The line on which each unspoilt record starts, by its place in the good table."""
        if self.write_as is not None:
            return {each.origin: line for line, each in enumerate(self.records, start=2) if each.origin is not None}
        lines = self._text()[1]
        return {record.origin: line for record, line in lines.items() if record.origin is not None}

    def _text(self) -> tuple[str, dict[GivenRecord, int]]:
        texts, lines = [self._written(self.headings)], {}
        line = 1 + texts[0].count(self.line_end)
        for record in self.records:
            text = record.text + self.line_end if record.text is not None else self._written(record.cells)
            lines[record] = line
            line += len(text.splitlines())
            texts.append(text)
        return "".join(texts), lines

    def _written(self, cells: list[str]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator, lineterminator=self.line_end).writerow(cells)
        return text.getvalue()


@dataclass(frozen=True)
class Outcome:
    """What staging made of a delivery."""

    refusal: str | None
    codes: set[str]
    lines: dict[str, set[int | None]]
    rows: dict[int, dict[str, Any]]
    rows_read: int
    refused: int
    texts: str


def good_file(source: str) -> File:
    """The file that is to be spoilt."""
    contract = SOURCES[source].tables[SPOILT[source]]
    rows = GOOD[source][contract.name]
    headings = list(dict.fromkeys([*contract.headings, *(heading for row in rows for heading in row)]))
    records = [GivenRecord([row.get(heading, "") for heading in headings], place) for place, row in enumerate(rows)]
    return File(contract.name, contract.file_name, headings, records)


@counting("staged")
def stage(source: str, file: File) -> Outcome:
    """Land and stage the delivery with the file in it, in a place of its own."""
    with TemporaryDirectory() as name:
        root = Path(name)
        settings = Settings(_env_file=None, inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY)
        delivery = Delivery.parse(f"E06000015/{source}/{MONTHS.get(source, '2021-02')}")
        folder = root / "inbox" / str(delivery)
        folder.mkdir(parents=True)
        for table, rows in GOOD[source].items():
            if table != file.table:
                contract = SOURCES[source].tables[table]
                headings = dict.fromkeys([*contract.headings, *(heading for row in rows for heading in row)])
                write_table(folder / contract.file_name, list(headings), rows)
        (folder / file.name).write_bytes(file.content())
        for extra, content in file.extra_files.items():
            (folder / extra).write_bytes(content)
        landing.land(settings, delivery)
        return _outcome(staging.stage(settings, delivery), file.table, settings)


@cache
def good_outcome(source: str) -> Outcome:
    """What the good delivery comes to."""
    return stage(source, good_file(source))


def _outcome(staged: StagingResult, table: str, settings: Settings) -> Outcome:
    with duckdb.connect() as connection:

        def rows(name: str) -> list[dict[str, Any]]:
            file = staged.folder / f"{name}.parquet"
            if not file.exists():
                return []
            found = connection.read_parquet(str(file), hive_partitioning=False)
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

        findings = rows("finding")
        sums = [each for each in rows("reconciliation") if each["table_name"] == table]
        usable = {row["line"]: row for row in rows(table)}
        set_aside = rows(f"refused/{table}")
    lines: dict[str, set[int | None]] = {}
    for finding in findings:
        lines.setdefault(finding["rule_code"], set()).add(finding["line"] if finding["table_name"] == table else None)
    read = sum(each["rows_read"] for each in sums)
    refused = sum(each["rows_refused"] for each in sums)
    assert read == len(usable) + refused
    assert refused >= len(set_aside)
    pages = "".join(page.read_text("utf-8") for page in settings.reports.rglob("*.html"))
    return Outcome(
        refusal=staged.refusal,
        codes=set(lines),
        lines=lines,
        rows=usable,
        rows_read=read,
        refused=refused,
        texts=f"{staged.refusal}{findings}{pages}",
    )

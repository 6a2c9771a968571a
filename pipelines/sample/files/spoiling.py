"""Spoiling files that were written clean: opened again, records changed, added or repeated, and written anew."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable
    from pathlib import Path

QUIET_YEAR = "2018"
"""Victims that stay in the figures of their own month are taken from this year."""


@dataclass(eq=False, slots=True)
class SpoiltRecord:
    """One record by column; ``text`` is how it stands in the file where that is not how CSV would have it."""

    values: dict[str, str]
    text: str | None = None


class SpoiltFile:
    """One written CSV file, opened again to be spoilt."""

    def __init__(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            self.headings = next(lines)
            self.records = [SpoiltRecord(dict(zip(self.headings, fields, strict=True))) for fields in lines]
        self._path = path
        self.header_text = _csv_text(self.headings)
        self.encoding = "utf-8"
        self.line_end = "\n"
        self._spoilt: set[SpoiltRecord] = set()

    @property
    def key(self) -> str:
        """The SSD's ids come first but for ssd_disability, which is not asked."""
        return self.headings[0]

    def some(self, rng: random.Random, number: int, where: Callable[[dict[str, str]], bool]) -> list[SpoiltRecord]:
        """So many records, in file order, of which ``where`` holds and which nothing else was done to or taken from."""
        fit = [
            place
            for place, record in enumerate(self.records)
            if record.text is None and record not in self._spoilt and where(record.values)
        ]
        chosen = [self.records[place] for place in sorted(rng.sample(fit, min(number, len(fit))))]
        self._spoilt.update(chosen)
        return chosen

    def add(self, rng: random.Random, records: Iterable[SpoiltRecord]) -> list[SpoiltRecord]:
        """Put extra records somewhere between the others."""
        added = list(records)
        for record in added:
            self.records.insert(rng.randrange(len(self.records)), record)
        self._spoilt.update(added)
        return added

    def append(self, records: Iterable[SpoiltRecord]) -> list[SpoiltRecord]:
        """Put extra records at the end, so that they come after any with the same key."""
        added = list(records)
        self.records += added
        self._spoilt.update(added)
        return added

    def write(self) -> dict[SpoiltRecord, int]:
        """Write the file; returns the line on which each record starts (the header is line 1)."""
        lines: dict[SpoiltRecord, int] = {}
        texts = [self.header_text]
        line = 1 + self.header_text.count("\n")
        for record in self.records:
            text = record.text if record.text is not None else _csv_text(record.values.values())
            lines[record] = line
            line += text.count("\n")
            texts.append(text)
        self._path.write_bytes("".join(texts).replace("\n", self.line_end).encode(self.encoding))
        return lines

    @property
    def rows(self) -> int:
        """Records in the file, blank lines not among them."""
        return sum(record.text is None or bool(record.text.strip()) for record in self.records)


def _csv_text(fields: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(fields)
    return text.getvalue()


def anyone(values: dict[str, str]) -> bool:
    return bool(values)


def quiet(column: str, **others: str) -> Callable[[dict[str, str]], bool]:
    """Records dated in the quiet year whose other columns hold what is given."""
    return lambda values: QUIET_YEAR in values[column] and all(values[name] == text for name, text in others.items())


def whole_file(change: Callable[[SpoiltFile], None]) -> Callable[[random.Random, SpoiltFile, int], list[SpoiltRecord]]:
    def plant(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:  # noqa: ARG001 - as every fault is planted
        change(table)
        return []

    return plant


def overwrite(
    column: str, texts: tuple[str, ...], where: Callable[[dict[str, str]], bool]
) -> Callable[[random.Random, SpoiltFile, int], list[SpoiltRecord]]:
    """Existing records get another text in the column."""

    def plant(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
        victims = table.some(rng, rows, where)
        for number, victim in enumerate(victims):
            victim.values[column] = texts[number % len(texts)]
        return victims

    return plant


def extra(
    where: Callable[[dict[str, str]], bool], change: Callable[[dict[str, str], int], dict[str, str]]
) -> Callable[[random.Random, SpoiltFile, int], list[SpoiltRecord]]:
    """Extra records: copies with a key of their own (X...) and what ``change`` gives."""

    def plant(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
        models = table.some(rng, rows, where)
        copies = [
            model.values | {table.key: f"X{number:06d}-{_initials(table)}"} | change(model.values, number)
            for number, model in enumerate(models, start=rng.randrange(1000, 900_000))
        ]
        return table.add(rng, [SpoiltRecord(copy) for copy in copies])

    return plant


def _initials(table: SpoiltFile) -> str:
    """The prefix of the table's columns, in capitals: part of the extra records' keys."""
    return table.key.split("_", 1)[0].upper()


def repeat(
    where: Callable[[dict[str, str]], bool], change: Callable[[dict[str, str]], dict[str, str]]
) -> Callable[[random.Random, SpoiltFile, int], list[SpoiltRecord]]:
    """Records given again at the end of the file under the same key, changed or not."""

    def plant(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
        models = table.some(rng, rows, where)
        return table.append([SpoiltRecord(model.values | change(model.values)) for model in models])

    return plant


def shifted(text: str, days: int) -> str:
    return (dt.date.fromisoformat(text[:10]) + dt.timedelta(days)).isoformat()


def unquoted_comma(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
    mark = "FREE-TEXT"
    models = table.some(rng, rows, quiet("cine_referral_date"))
    records = []
    for number, model in enumerate(models):
        values = model.values | {table.key: f"X{number:06d}-COMMA", "cine_referral_source_desc": mark}
        text = _csv_text(values.values()).replace(mark, "Neighbour, who rang twice, and again")
        records.append(SpoiltRecord(values, text))
    return table.add(rng, records)


def too_short(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
    return table.add(rng, [SpoiltRecord({}, f"X{number:06d}-SHORT,C000001\n") for number in range(rows)])


def blank_lines(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
    return table.add(rng, [SpoiltRecord({}, "\n") for _ in range(rows)])


def stray_blanks_in_header(table: SpoiltFile) -> None:
    table.header_text = _csv_text(f" {heading} " for heading in table.headings)


def unknown_column(name: str, texts: tuple[str, ...]) -> Callable[[SpoiltFile], None]:
    def change(table: SpoiltFile) -> None:
        table.headings.append(name)
        table.header_text = _csv_text(table.headings)
        for number, record in enumerate(table.records):
            if record.text is None:
                record.values[name] = texts[number % len(texts)]

    return change


def byte_order_mark(table: SpoiltFile) -> None:
    table.encoding = "utf-8-sig"


def from_windows(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
    table.encoding, table.line_end = "windows-1252", "\r\n"
    victims = table.some(rng, rows, lambda values: values["prof_professional_name"].startswith("Sample Worker"))
    for victim in victims:
        victim.values["prof_professional_name"] += " (Zoë – made up)"
    return victims


def blank_return(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
    blank = [
        SpoiltRecord(dict.fromkeys(table.headings, "") | {"respondent_id": f"SWHC-9{number:02d}"})
        for number in range(rows)
    ]
    return table.add(rng, blank)


def nameless_return(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
    models = table.some(rng, rows, lambda values: bool(values["respondent_id"]))
    return table.add(rng, [SpoiltRecord(model.values | {"respondent_id": ""}) for model in models])


def off_the_scale(rng: random.Random, table: SpoiltFile, rows: int) -> list[SpoiltRecord]:
    """Only a cell that holds no answer is spoilt, so that the question's mean stays."""
    asked = [heading for heading in table.headings if heading.startswith("q")]
    victims = table.some(rng, rows, lambda values: any(values[question] == "" for question in asked))
    for number, victim in enumerate(victims):
        question = rng.choice([question for question in asked if victim.values[question] == ""])
        victim.values[question] = ("Often", "6")[number % 2]
    return victims

"""The same council's records in another form: each figure is the same, or absent, or the month is held.

Where a few values could not be read, numerator and denominator are other by no more than the figure's ``undecided``.

Hypothesis chooses columns that decide which records count, alone and in pairs, and writes all or a few of their values
in another form; so many councils go through one build. ``make fuzz`` does it with others each time.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contracts.kpis import load_register
from pipelines.contracts.loading import load_sources
from pipelines.deliveries import Delivery
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.sample import write_sample
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import stage
from pipelines.warehouse.build import build
from tests.conftest import IS_LONG, LONG
from tests.exports import KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

MONTH = Period.parse("2021-02")
PLAIN = "X99000001"
COUNCILS = 5
FEW = 2
ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)( 00:00:00)?")
LONDON = ZoneInfo("Europe/London")
SERIAL_DAY_0 = dt.date(1899, 12, 30)

DATES: dict[str, Callable[[dt.date], str]] = {
    "01-FEB-21": lambda day: day.strftime("%d-%b-%y").upper(),
    "01-Feb-2021": lambda day: day.strftime("%d-%b-%Y"),
    "20210201": lambda day: day.strftime("%Y%m%d"),
    "2021/02/01": lambda day: day.strftime("%Y/%m/%d"),
    "01.02.2021": lambda day: day.strftime("%d.%m.%Y"),
    "01/02/2021 00:00": lambda day: day.strftime("%d/%m/%Y 00:00"),
    "2021-02-01T00:00:00Z": lambda day: day.strftime("%Y-%m-%dT00:00:00Z"),
    "2021-02-01 00:00:00.0000000": lambda day: day.strftime("%Y-%m-%d 00:00:00.0000000"),
    "2021-07-01 00:00:00.0000000 +01:00": lambda day: f"{day} 00:00:00.0000000 {midnight(day).isoformat()[-6:]}",
    "2021-06-30T23:00:00Z": lambda day: midnight(day).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "2021-2-1": lambda day: f"{day.year}-{day.month}-{day.day}",
    "01/02/2021 12:00:00 AM": lambda day: day.strftime("%d/%m/%Y 12:00:00 AM"),
    "44228": lambda day: str((day - SERIAL_DAY_0).days),
    "1 II 2021": lambda day: f"{day.day} {'I' * day.month} {day.year}",
}
FLAGS: dict[str, Callable[[str], str]] = {
    "1.0": {"Y": "1.0", "N": "0.0"}.__getitem__,
    "true": {"Y": "true", "N": "false"}.__getitem__,
    "Yes": {"Y": "Yes", "N": "No"}.__getitem__,
    "ja": {"Y": "ja", "N": "nein"}.__getitem__,
}
CODES: dict[str, Callable[[str], str]] = {
    "c2": str.lower,
    " C2\u00a0": " {}\u00a0".format,
    "ZZ99": lambda _: "ZZ99",
}
FORMS: dict[str, dict[str, Callable[[Any], str]]] = {"date": DATES, "boolean": FLAGS, "code": CODES}
# What tools write where nothing was given.
BLANKS = {"NULL", "(null)", "nan", "NaT", "<NA>", "#N/A", "None"}
BLANK_DATES = {"1900-01-01", "1899-12-30", "1753-01-01", "9999-12-31", "2999-12-31"}
ASKED = {needed.table_name for kpi in load_register(PROJECT / "sql/kpis") for needed in kpi.requirements}
COLUMNS = {
    (table.file_name, column.heading): column.kind
    for table in load_sources(PROJECT / "expectations")["ssd"].tables.values()
    for column in table.columns
    if column.kind in FORMS and (column.critical or f"{table.name}.{column.heading}" in ASKED)
}


@dataclass(frozen=True)
class Change:
    """A column of a file, the form in which it is written, and whether all its values are, or the first or last few."""

    file: str
    heading: str
    form: str
    is_whole: bool
    is_from_end: bool = False


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LONDON)


def forms(kind: str) -> list[str]:
    return sorted({*FORMS[kind], *BLANKS, *(BLANK_DATES if kind == "date" else ())})


@st.composite
def changes(draw: st.DrawFn) -> Change:
    file, heading = draw(st.sampled_from(sorted(COLUMNS)))
    form = draw(st.sampled_from(forms(COLUMNS[file, heading])))
    return Change(file, heading, form, is_whole=draw(st.booleans()), is_from_end=draw(st.booleans()))


councils = st.lists(
    st.lists(changes(), min_size=1, max_size=2, unique_by=lambda each: (each.file, each.heading)),
    min_size=COUNCILS,
    max_size=COUNCILS,
)


def write_otherwise(folder: Path, change: Change) -> None:
    path = folder / change.file
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    place = [heading.lower() for heading in header].index(change.heading.lower())
    left = len(rows) if change.is_whole else FEW
    for row in reversed(rows) if change.is_from_end else rows:
        other = _otherwise(row[place], change)
        if other is not None and left:
            row[place] = other
            left -= 1
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _otherwise(value: str, change: Change) -> str | None:
    kind = COLUMNS[change.file, change.heading]
    if change.form not in FORMS[kind]:
        return None if value else change.form
    if kind == "date":
        found = ISO.fullmatch(value)
        return None if found is None else DATES[change.form](dt.date(*map(int, found.groups()[:3])))
    return FORMS[kind][change.form](value) if value and (kind == "code" or value in {"Y", "N"}) else None


def figures(warehouse: duckdb.DuckDBPyConnection, authority: str) -> dict[tuple[str, ...], tuple[Any, ...]]:
    rows = warehouse.execute(
        "SELECT kpi_id, reporting_month, numerator, denominator, undecided FROM snapshots.kpi_month "
        "WHERE authority_code = ? AND team_code IS NULL",
        [authority],
    ).fetchall()
    return {(kpi, month): tuple(counts) for kpi, month, *counts in rows}


def what_is_wrong(warehouse: duckdb.DuckDBPyConnection, authority: str) -> list[str]:
    """The figures that are others than the plain council's and do not say so."""
    held = warehouse.execute(
        "SELECT count(*) FROM snapshots.gate WHERE authority_code = ? AND NOT holds", [authority]
    ).fetchall()[0][0]
    if held:
        return []
    plain, found = figures(warehouse, PLAIN), figures(warehouse, authority)
    absent = {
        kpi
        for (kpi,) in warehouse.execute(
            "SELECT kpi_id FROM snapshots.kpi_absence WHERE authority_code = ?", [authority]
        ).fetchall()
    }
    wrong = []
    for at in sorted(plain.keys() | found.keys()):
        if at[0] in absent:
            continue
        numerator, denominator, _ = plain.get(at, (0, 0, 0))
        other_numerator, other_denominator, undecided = found.get(at, (0, 0, 0))
        apart = max(abs(numerator - other_numerator), abs((denominator or 0) - (other_denominator or 0)))
        if apart > undecided:
            wrong.append(f"{at}: {numerator}/{denominator} became {other_numerator}/{other_denominator}, {undecided=}")
    return wrong


@settings(
    max_examples=max(1, LONG // 20) if IS_LONG else 1,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(written=councils)
def test_no_figure_is_another_without_saying_so(
    tmp_path_factory: pytest.TempPathFactory, written: list[list[Change]]
) -> None:
    root = tmp_path_factory.mktemp("forms")
    write_sample(root / "inbox", scale=0.02, months=[MONTH], spoilt=False)
    shutil.rmtree(root / "inbox" / PLAIN / "survey")
    authorities = {f"E0000{number:04d}": of_council for number, of_council in enumerate(written, start=1)}
    for authority, of_council in authorities.items():
        shutil.copytree(root / "inbox" / PLAIN, root / "inbox" / authority)
        for change in of_council:
            write_otherwise(root / "inbox" / authority / "ssd" / str(MONTH), change)
    here = Settings(inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY)  # type: ignore[arg-type]
    for authority in (PLAIN, *authorities):
        for source in ("ssd", "local"):
            land(here, Delivery(authority, source, MONTH))
            stage(here, Delivery(authority, source, MONTH))
    with duckdb.connect(str(build(here, MONTH).path), read_only=True) as warehouse:
        assert figures(warehouse, PLAIN)
        wrong = {str(of_council): what_is_wrong(warehouse, code) for code, of_council in authorities.items()}
    shutil.rmtree(root)
    assert {change: problems for change, problems in wrong.items() if problems} == {}

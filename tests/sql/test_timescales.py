"""Dated clocks: which is in force on a day, whose, and what titles say of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from pipelines.contracts.kpis import TEXTS, BadRegister, load_register
from pipelines.contracts.reference import load_contracts, read_rows
from pipelines.contracts.strict import BadFile
from pipelines.contracts.timescales import in_words
from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.warehouse.build import build
from pipelines.warehouse.plan import plan_build
from pipelines.warehouse.tables import BrokenBuild
from tests.staged_input import stage
from tests.warehouse_input import AUTHORITY, MONTH, built, copy_of_the_project, settings_in, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.contracts.reference import ListRow
    from pipelines.settings import Settings

OWN = "timescale_id,from_date,to_date,length,unit,day_count,standard_type,source\n"
ALL = OWN.replace("timescale_id,", "timescale_id,authority_code,")
NEW_YEAR, DAY_BEFORE = dt.date(2021, 1, 1), dt.date(2020, 12, 31)
ANOTHER = "E06000016"


def council(folder: Path, clocks: dict[str, str]) -> Path:
    """A COUNCIL_DIR with ``timescale.csv`` of each authority."""
    for authority, lines in clocks.items():
        (folder / "council" / authority).mkdir(parents=True)
        (folder / "council" / authority / "timescale.csv").write_text(OWN + lines, encoding="utf-8")
    return folder / "council"


def with_council(folder: Path, clocks: dict[str, str]) -> Settings:
    settings = settings_in(folder).model_copy(update={"council_dir": council(folder, clocks)})
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd())
    return settings


def test_a_councils_clock_goes_before_everyones_for_as_long_as_it_is_in_force(tmp_path: Path) -> None:
    own = council(
        tmp_path,
        {
            AUTHORITY: (
                "assessment,2020-01-01,2020-03-31,63,days,day0,local,Ours\n"
                "assessment,2020-04-01,2020-06-30,1,weeks,day0,local,Ours\n"
                "assessment,2021-01-01,,40,working_days,day1,local,Ours\n"
            )
        },
    )
    deliveries = {f"{authority}/ssd/{MONTH}": ssd() for authority in (AUTHORITY, ANOTHER)}
    with built(tmp_path, deliveries, council=own) as warehouse:
        clocks = warehouse.sql(
            "SELECT authority_code, cast(from_date AS VARCHAR), cast(until_date AS VARCHAR), length, unit, in_words "
            "FROM warehouse.dim_timescale WHERE timescale_id = 'assessment' ORDER BY authority_code, from_date"
        ).fetchall()
        titles = warehouse.sql(
            "SELECT title FROM snapshots.kpi WHERE kpi_id IN ('assess_45wd', 'icpc_15wd') ORDER BY kpi_id"
        ).fetchall()
    everyones = 45, "working_days", "45 working days"
    assert clocks == [
        (AUTHORITY, "0001-01-01", "2020-01-01", *everyones),
        (AUTHORITY, "2020-01-01", "2020-04-01", 63, "days", "63 days"),
        (AUTHORITY, "2020-04-01", "2020-07-01", 1, "weeks", "1 week"),
        (AUTHORITY, "2020-07-01", "2021-01-01", *everyones),
        (AUTHORITY, "2021-01-01", "9999-12-31", 39, "working_days", "40 working days"),
        (ANOTHER, "0001-01-01", "9999-12-31", *everyones),
    ]
    assert titles == [
        ("Assessments completed within 40 working days or 45 working days",),
        ("Initial child protection conferences within 15 working days",),
    ]


def test_clocks_that_overlap_are_an_error_with_file_line_and_column(tmp_path: Path) -> None:
    lines = "assessment,,2021-01-01,63,days,day0,local,Ours\nassessment,2021-01-01,,40,days,day0,local,Ours\n"
    with pytest.raises(
        BrokenBuild, match=r"E06000015/timescale\.csv, line 3, column from_date: overlaps with .*csv, line 2"
    ):
        build(with_council(tmp_path, {AUTHORITY: lines}), Period.parse(MONTH))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("assesment,,,63,days,day0,local,Ours", "column timescale_id: is none of assessment, "),
        ("assessment,,,63,years,day0,local,Ours", "column unit: is none of working_days, days, weeks, months"),
        ("assessment,,,0,days,day0,local,Ours", "column length: is less than 1"),
        ("assessment,2021-02-01,2021-01-31,63,days,day0,local,Ours", "column to_date: comes before from_date"),
    ],
)
def test_a_clock_that_there_cannot_be_is_an_error(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(BadFile, match=rf"timescale\.csv, line 2, {problem}"):
        plan_build(with_council(tmp_path, {AUTHORITY: f"{line}\n"}), Period.parse(MONTH))


@pytest.mark.parametrize(
    ("dates", "problem"),
    [
        ("2021-01-01,", r"timescale__has_a_clock_for_every_day"),
        (",2021-03-31", r"timescale__has_a_clock_for_every_day"),
        (",2021-02-27", r"timescale\.csv: no clock of assessment starts on 2021-02-28: give one that is for all"),
    ],
)
def test_a_day_without_a_clock_stops_the_build(tmp_path: Path, dates: str, problem: str) -> None:
    project = copy_of_the_project(tmp_path)
    path = project / "sql/reference/timescale.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count("\nassessment,,,,") == 1
    path.write_text(text.replace("\nassessment,,,,", f"\nassessment,,{dates},"), encoding="utf-8")
    settings = settings_in(tmp_path, project)
    stage(settings.staging, f"{AUTHORITY}/ssd/{MONTH}", ssd())
    with pytest.raises(BrokenBuild, match=problem):
        build(settings, Period.parse(MONTH))


def rows(folder: Path, lines: str) -> list[ListRow]:
    path = folder / "timescale.csv"
    path.write_text(ALL + lines, encoding="utf-8")
    return read_rows(path, load_contracts(PROJECT / "expectations")["timescale"])


def test_words_are_of_the_clock_that_starts_on_the_day(tmp_path: Path) -> None:
    clocks = rows(
        tmp_path,
        "assessment,,,2020-12-31,45,working_days,day0,local,All\n"
        "assessment,,2021-01-01,,1,months,day0,local,All\n"
        "assessment,E06000015,2021-01-01,,63,days,day0,local,Ours\n",
    )
    assert in_words(clocks, (), DAY_BEFORE) == {"assessment": "45 working days"}
    assert in_words(clocks, (), NEW_YEAR) == {"assessment": "1 month"}
    assert in_words(clocks, [AUTHORITY], DAY_BEFORE) == {"assessment": "45 working days"}
    assert in_words(clocks, [AUTHORITY], NEW_YEAR) == {"assessment": "63 days"}
    assert in_words(clocks, [AUTHORITY, ANOTHER], NEW_YEAR) == {"assessment": "1 month or 63 days"}
    with pytest.raises(BadFile, match="no clock of assessment starts on 2020-12-31"):
        in_words(clocks[1:], [ANOTHER], DAY_BEFORE)


def test_a_text_may_name_the_timescales_of_its_kpi_alone(tmp_path: Path) -> None:
    path = copy_of_the_project(tmp_path) / "sql/kpis/assess_45wd.yaml"
    text = path.read_text(encoding="utf-8")
    kpi = next(each for each in load_register(path.parent) if each.kpi_id == "assess_45wd")
    assert kpi.with_clocks({"assessment": "9 weeks"}).title == "Assessments completed within 9 weeks"
    path.write_text(text.replace("within {assessment}", "within {cp_visit}"), encoding="utf-8")
    with pytest.raises(BadRegister, match=r"assess_45wd\.yaml.*a text names \{cp_visit\}, which is none of its timesc"):
        load_register(path.parent)


def test_no_text_of_a_kpi_is_left_with_a_name_in_braces(tmp_path: Path) -> None:
    register = plan_build(with_council(tmp_path, {}), Period.parse(MONTH)).register
    assert not [kpi.kpi_id for kpi in register if any("{" in (getattr(kpi, name) or "") for name in TEXTS)]

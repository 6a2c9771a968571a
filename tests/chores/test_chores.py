"""Each chore of CONTRIBUTING.md, carried out on a copy of the project as its page says, and what comes of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.catalog import current_warehouse
from pipelines.periods import Period
from pipelines.settings import PROJECT
from tests.chores.pages import PAGES, carry_out, steps
from tests.exports import KEY, write_table
from tests.helpers.project_copy import copy_of_the_clone
from tests.reports import read_page
from tests.warehouse_input import settings_in

if TYPE_CHECKING:
    from pathlib import Path

AUTHORITY, MONTH = "E06000015", "2021-02"
RUN_TOGETHER = ("kpi", "source", "column_with_a_rule", "change_in_the_law", "page_section")
INCIDENTS = [
    {"notification_id": "1", "notified_date": "2021-02-01", "incident_type": "death", "answered_date": "2021-02-01"},
    {"notification_id": "2", "notified_date": "2021-02-28", "incident_type": "death", "answered_date": "2021-02-27"},
    {"notification_id": "3", "notified_date": "2021-02-28", "incident_type": "death", "withdrawn": "Y"},
    {"notification_id": "4", "notified_date": "2021-02-03", "incident_type": "serious_harm"},
    {"notification_id": "5", "notified_date": "2021-01-31", "incident_type": "death"},
    # On the fifth working day, of a Friday and of the Monday after it; on the third.
    {"notification_id": "6", "aware_date": "2021-01-29", "notified_date": "2021-02-05", "incident_type": "other"},
    {"notification_id": "7", "aware_date": "2021-02-01", "notified_date": "2021-02-08", "incident_type": "other"},
    {"notification_id": "8", "aware_date": "2021-02-01", "notified_date": "2021-02-04", "incident_type": "other"},
]
INCIDENT_COLUMNS = (
    *("notification_id", "incident_date", "aware_date", "notified_date", "incident_type", "children", "withdrawn"),
    "answered_date",
)
EPISODES = [
    {"episode_id": "a", "child_id": "1", "start_date": "2021-01-04"},
    {"episode_id": "b", "child_id": "2", "start_date": "2021-02-01", "end_date": "2021-02-26"},
]


@dataclass(frozen=True)
class Made:
    """The copy after all chores, the files that each touched, and the data and the edition that came of one run."""

    clone: Path
    touched: dict[str, set[str]]
    data: Path
    edition: Path

    def rows(self, file: Path, query: str) -> list[tuple[Any, ...]]:
        """The query's answer, of a Parquet file as ``rows``."""
        with duckdb.connect() as connection:
            connection.read_parquet(str(file)).create_view("rows")
            return connection.execute(query).fetchall()

    def warehouse(self, query: str) -> list[tuple[Any, ...]]:
        current = current_warehouse(settings_in(self.data.parent), Period.parse(MONTH))
        assert current is not None
        with duckdb.connect(str(current.file), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("chores")
    clone = copy_of_the_clone(root)
    touched = {page: carry_out(page, clone) for page in RUN_TOGETHER}
    inbox = root / "inbox" / AUTHORITY
    write_table(inbox / "local" / MONTH / "serious_incidents.csv", INCIDENT_COLUMNS, INCIDENTS)
    write_table(
        inbox / "early_help" / MONTH / "episodes.csv", ("episode_id", "child_id", "start_date", "end_date"), EPISODES
    )
    (root / "edition").mkdir()
    places = {"INBOX_URL": str(root / "inbox"), "DATA_DIR": str(root / "data"), "PSEUDONYM_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-m", "tests.chores.small_run", MONTH, str(root / "edition")],
        cwd=clone,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return Made(clone, touched, root / "data", root / "edition")


def test_every_chore_has_a_page_and_every_page_is_a_chore() -> None:
    named = re.findall(r"\(docs/contributing/(\w+)\.md\)", (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(page.stem for page in PAGES.glob("*.md"))
    assert sorted(named) == sorted(RUN_TOGETHER)
    assert all(map(steps, named))


def test_a_kpi_is_two_files_is_counted_and_stands_in_its_section(made: Made) -> None:
    assert made.touched["kpi"] == {"sql/kpis/sin_death_count.sql", "sql/kpis/sin_death_count.yaml"}
    found = made.rows(
        made.edition / "kpi_month.parquet",
        "SELECT reporting_month, numerator FROM rows WHERE kpi_id = 'sin_death_count' AND team_code IS NULL"
        " AND reporting_month >= '2021-01' ORDER BY ALL",
    )
    assert [(month, int(numerator)) for month, numerator in found] == [("2021-01", 1), ("2021-02", 2)]
    page = (made.edition / "annex.html").read_text(encoding="utf-8")
    _, _, after = page.partition('<h2 id="pressures">')
    section, _, _ = after.partition("<h2 ")
    assert "Serious incident notifications of a death" in section


def test_a_source_is_its_contracts_and_its_selects(made: Made) -> None:
    assert made.touched["source"] == {
        "expectations/sources/early_help/source.yaml",
        "expectations/sources/early_help/episodes.yaml",
        "sql/core/need/early_help_episode.sql",
    }
    found = made.warehouse("SELECT start_date::VARCHAR, end_date::VARCHAR FROM core.early_help_episode ORDER BY ALL")
    assert found == [("2021-01-04", None), ("2021-02-01", "2021-02-26")]


def test_a_column_and_its_rule_are_one_file_and_find_the_day_before_but_not_the_day(made: Made) -> None:
    assert made.touched["column_with_a_rule"] == {"expectations/sources/local/serious_incidents.yaml"}
    (findings,) = made.data.glob("staging/local/**/finding.parquet")
    assert made.rows(findings, "SELECT line FROM rows WHERE rule_code = 'LOC-050'") == [(3,)]


def test_a_change_in_the_law_is_a_row_and_holds_from_its_day_on(made: Made) -> None:
    assert made.touched["change_in_the_law"] == {"sql/reference/timescale.csv"}
    (before, after) = (PROJECT / "sql/reference/timescale.csv", made.clone / "sql/reference/timescale.csv")
    assert len(after.read_text("utf-8").splitlines()) == len(before.read_text("utf-8").splitlines()) + 1
    assert made.warehouse(
        "SELECT aware_date::VARCHAR, notified_date::VARCHAR, is_in_time FROM warehouse.fct_incident"
        " JOIN core.incident USING (authority_code, notification_id, notified_date) WHERE aware_date IS NOT NULL"
        " ORDER BY ALL"
    ) == [
        ("2021-01-29", "2021-02-05", True),
        ("2021-02-01", "2021-02-04", True),
        ("2021-02-01", "2021-02-08", False),
    ]


def test_a_section_is_a_function_and_a_line(made: Made) -> None:
    assert {file.rpartition("/")[2] for file in made.touched["page_section"]} == {"evidence.py", "sections.py"}
    tables = read_page(made.edition / "annex.html").tables
    assert tables["Every delivery, as it was landed"][1:] == [
        ("early_help", "February 2021", "v0001", "yes"),
        ("local", "February 2021", "v0001", "yes"),
    ]

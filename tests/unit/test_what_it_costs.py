"""What stands for cost is counted, since seconds are not: scans, statements, parses, and what a command loads."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import sqlglot
from pydantic import SecretStr

from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.settings import PROJECT
from pipelines.staging.stage import stage
from pipelines.staging.validation import table_metric
from pipelines.staging.validation.data_docs import DataDocs
from pipelines.warehouse.build import build
from tests.exports import KEY, write_ssd
from tests.staged_input import stage as write_staged
from tests.warehouse_input import settings_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SSD = Delivery.parse("E06000015/ssd/2021-02")
PEOPLE = [{"pers_person_id": f"P{number}", "pers_sex": "F", "pers_dob": "14/03/2012"} for number in range(9)]
PLANS = [
    {"cppl_cp_plan_id": f"C{number}", "cppl_person_id": f"P{number}", "cppl_cp_plan_start_date": "22/06/2020"}
    for number in range(9)
]
HEAVY = {"great_expectations", "scipy", "matplotlib", "pandas", "docx", "xlsxwriter", "sqlalchemy"}
LOADED_BY = """
import json, sys
from pipelines.__main__ import app
try:
    app(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """The first arguments with which a function is called from now on, which goes on doing what it did."""
    calls: list[Any] = []
    does: Callable[..., Any] = getattr(module, name)

    def watched(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        return does(*arguments, **named)

    monkeypatch.setattr(module, name, watched)
    return calls


def stage_new(folder: Path, **tables: list[dict[str, str]]) -> None:
    own = {"inbox_url": str(folder / "inbox"), "pseudonym_key": SecretStr(KEY)}
    settings = settings_in(folder).model_copy(update=own)
    write_ssd(folder / "inbox" / str(SSD), tables)
    landing.land(settings, SSD)
    stage(settings, SSD)


def test_a_tables_rules_are_counted_in_one_scan_and_a_few_queries_however_many_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = counted(monkeypatch, table_metric, "_numbers")
    tables = counted(monkeypatch, table_metric, "count")
    asked = {}
    for rows in (1, 9):
        for calls in (statements, tables):
            calls.clear()
        stage_new(tmp_path / str(rows), ssd_person=PEOPLE[:rows], ssd_cp_plans=PLANS[:rows])
        assert sorted(table for _, table, _ in tables) == ["ssd_cp_plans", "ssd_person"]
        asked[rows] = len(statements)
    rules = sum(len(of_table.checks) for _, _, of_table in tables)
    assert asked[1] == asked[9] < rules / 5


def test_no_page_of_great_expectations_is_rendered_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch, DataDocs, "__init__")
    stage_new(tmp_path, ssd_person=PEOPLE)
    assert made == []


def test_a_build_parses_no_file_that_was_parsed_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path)
    write_staged(settings.staging, str(SSD), {"ssd_person": [{"pers_person_id": "P1"}]})
    build(settings, Period.parse("2021-02"))
    parsed = counted(monkeypatch, sqlglot, "parse")
    built = build(settings, Period.parse("2021-03"))
    assert (built.outcome, parsed) == ("built", [])


def test_what_is_built_already_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path)
    write_staged(settings.staging, str(SSD), {"ssd_person": [{"pers_person_id": "P1"}]})
    build(settings, Period.parse("2021-02"))
    monkeypatch.setattr("pipelines.warehouse.build._build_aside", pytest.fail)
    assert build(settings, Period.parse("2021-02")).outcome == "already built"


@pytest.mark.parametrize("command", [["--help"], ["status"], ["prune", "--dry-run"]])
def test_a_command_that_checks_and_draws_nothing_loads_nothing_heavy(tmp_path: Path, command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED_BY, *command],
        cwd=PROJECT,
        env={"PATH": "", "DATA_DIR": str(tmp_path / "data"), "INBOX_URL": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "pipelines" in loaded
    assert loaded & HEAVY == set()

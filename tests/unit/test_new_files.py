"""The files that `kpis new` writes are ones that the project can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.cli import new_files
from pipelines.cli.new_files import KPI, SOURCE, CannotWrite, write_new
from pipelines.contracts.kpis import load_register
from pipelines.contracts.loading import load_sources
from pipelines.settings import PROJECT
from pipelines.sql_files import read_select
from tests.warehouse_input import copy_of_the_project, settings_in

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path, copy_of_the_project(tmp_path))


def test_a_new_kpi_is_two_files_that_the_register_and_the_build_can_read(settings: Settings) -> None:
    written = write_new(settings, KPI, "early_help_waiting")
    assert [path.relative_to(settings.sql).as_posix() for path in written] == [
        "kpis/early_help_waiting.sql",
        "kpis/early_help_waiting.yaml",
    ]
    (kpi,) = [kpi for kpi in load_register(settings.sql / "kpis") if kpi.kpi_id == "early_help_waiting"]
    assert kpi.title == "Early help waiting"
    columns = read_select(written[0], "kpis").query.named_selects
    assert columns == read_select(settings.sql / "kpis/cpp_count.sql", "kpis").query.named_selects


def test_a_new_source_is_a_folder_of_contracts_that_can_be_read(settings: Settings) -> None:
    write_new(settings, SOURCE, "early_help_system")
    source = load_sources(settings.expectations)["early_help_system"]
    (table,) = source.tables.values()
    assert (source.title, table.name) == ("Early help system", "early_help_system_records")
    assert [column.reference for column in table.columns] == [f"EARLYHELPSYSTEM00{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize("skeletons", [KPI, SOURCE])
def test_an_editor_finds_the_schema_that_a_new_file_names(settings: Settings, skeletons: dict[str, str]) -> None:
    for path in write_new(settings, skeletons, "early_help"):
        if path.suffix == ".yaml":
            named = path.read_text(encoding="utf-8").partition("\n")[0].partition("$schema=")[2]
            schema = (path.parent / named).resolve().relative_to(settings.project_dir.resolve())
            assert (PROJECT / schema).is_file()


@pytest.mark.parametrize("name", ["Early", "1st", "early-help", "early help", "../early", "_early", ""])
def test_what_cannot_name_a_table_is_refused(settings: Settings, name: str) -> None:
    with pytest.raises(CannotWrite, match="cannot be an ID: begin with a lower-case letter"):
        write_new(settings, KPI, name)


def test_where_one_file_is_there_nothing_is_written(settings: Settings) -> None:
    there = settings.sql / "kpis/early_help_waiting.yaml"
    there.write_text("title: somebody's work\n")
    with pytest.raises(CannotWrite, match=r"early_help_waiting\.yaml exists already, and nothing was written"):
        write_new(settings, KPI, "early_help_waiting")
    assert there.read_text() == "title: somebody's work\n"
    assert not there.with_suffix(".sql").exists()


def test_nothing_is_written_among_installed_packages(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_files, "IS_INSTALLED", True)
    monkeypatch.setattr(new_files, "PROJECT", settings.project_dir)
    with pytest.raises(CannotWrite, match="new files belong in a clone of the project"):
        write_new(settings, KPI, "early_help_waiting")

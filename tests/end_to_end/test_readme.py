"""Every command of the README, run in a copy of the project as a newcomer would."""

import re
from pathlib import Path

import pytest

from pipelines.settings import PROJECT


@pytest.fixture(scope="module")
def said(newcomer: tuple[Path, list[str]]) -> list[str]:
    """What each command said, one after another."""
    return newcomer[1]


def test_the_first_command_runs_everything_and_says_where_it_is(said: list[str]) -> None:
    assert "a made-up council" in said[0]
    assert "95.0%" in said[0]
    assert "Snapshot:" in said[0] and "Validation pages:" in said[0]


def test_the_query_shows_six_months_with_numerators(said: list[str]) -> None:
    assert re.search(r"2021-02 +\d+(\.0)? +\d+(\.0)? +\d", said[1])
    assert len(re.findall(r"20(20|21)-\d\d", said[1])) == 6


def test_the_other_formats_are_listed(said: list[str]) -> None:
    assert {"kpi_month.csv", "kpi_month.parquet", "datapackage.json", "manifest.json"} <= set(said[2].split())


def test_the_command_line_shows_its_state_and_its_help(said: list[str]) -> None:
    assert "X99000001/ssd/2021-02" in said[3]
    assert "Exit codes" in said[3]


def test_every_link_of_the_readme_and_the_guides_leads_somewhere() -> None:
    for page in (*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_setting_is_documented() -> None:
    from pipelines.settings import Settings

    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    undocumented = {name.upper() for name in Settings.model_fields} - set(
        re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    )
    # Where the project and Airflow lie is not for a file that lies there.
    assert undocumented == {"PROJECT_DIR", "AIRFLOW_HOME"}

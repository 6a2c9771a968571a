"""Every command of the README, run in a copy of the project as a newcomer would."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from pipelines.settings import PROJECT

COMMANDS = re.findall(r"```sh\n(.*?)```", (PROJECT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each command said, one after another."""
    copy = tmp_path_factory.mktemp("newcomer")
    for entry in PROJECT.iterdir():
        if entry.name not in {"inbox", "data", ".env", ".airflow", ".git"}:
            (copy / entry.name).symlink_to(entry)
    return [_run(command, copy) for command in COMMANDS]


def _run(command: str, copy: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PSEUDONYM_KEY"}
    environment |= {"INBOX_URL": str(copy / "inbox"), "DATA_DIR": str(copy / "data"), "COLUMNS": "160"}
    environment |= {"AIRFLOW_HOME": str(copy / ".airflow")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


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
    for page in (PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_setting_is_documented() -> None:
    from pipelines.settings import Settings

    example = (PROJECT / ".env.example").read_text(encoding="utf-8")
    undocumented = {name.upper() for name in Settings.model_fields} - set(
        re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    )
    assert undocumented == {"PROJECT_DIR"}

from __future__ import annotations

import json
import os
import subprocess
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from pipelines.orchestration import airflow_home, supervisor
from pipelines.settings import PROJECT, Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("AIRFLOW")}
    monkeypatch.setattr(os, "environ", environment | {"AIRFLOW_HOME": str(tmp_path / "home")})


def test_airflow_is_given_this_projects_dags_and_no_examples(tmp_path: Path) -> None:
    assert airflow_home.make_ready() == tmp_path / "home"
    assert os.environ["AIRFLOW__CORE__DAGS_FOLDER"] == str(PROJECT / "dags")
    assert os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"


def test_what_is_set_already_stays() -> None:
    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = "elsewhere"
    airflow_home.make_ready()
    assert os.environ["AIRFLOW__CORE__DAGS_FOLDER"] == "elsewhere"


def test_the_secret_is_made_once_long_enough_and_for_its_owner_alone(tmp_path: Path) -> None:
    airflow_home.make_ready()
    first = os.environ.pop("AIRFLOW__API_AUTH__JWT_SECRET")
    airflow_home.make_ready()
    assert os.environ["AIRFLOW__API_AUTH__JWT_SECRET"] == first
    assert len(first) >= 64
    assert (tmp_path / "home" / "jwt_secret").stat().st_mode & 0o777 == 0o600


def test_the_servers_listen_on_this_machine_alone_and_tasks_find_them_where_they_are() -> None:
    os.environ["AIRFLOW__API__PORT"] = "8099"
    airflow_home.make_ready_to_serve()
    assert os.environ["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8099/execution/"


def test_passwords_are_for_their_owner_alone(tmp_path: Path) -> None:
    airflow_home.make_ready_to_serve()
    (file,) = (tmp_path / "home").glob("*passwords*")
    assert file.stat().st_mode & 0o777 == 0o600


def test_there_is_a_user_of_each_role() -> None:
    airflow_home.make_ready_to_serve()
    users = os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"].split(",")
    assert {user.split(":")[1] for user in users} == {"admin", "op", "user", "viewer"}


@pytest.mark.parametrize(
    ("arguments", "passed_on"),
    [
        (["scheduler"], ["scheduler", "--skip-serve-logs"]),
        (["triggerer", "--capacity", "2"], ["triggerer", "--capacity", "2", "--skip-serve-logs"]),
        (["scheduler", "--skip-serve-logs"], ["scheduler", "--skip-serve-logs"]),
        (["dag-processor"], ["dag-processor"]),
        (["dags", "list"], ["dags", "list"]),
        ([], []),
    ],
)
def test_no_server_of_logs_is_started(arguments: list[str], passed_on: list[str]) -> None:
    assert airflow_home.without_log_server(arguments) == passed_on


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that are run or become, without the Python before them."""
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, command: commands.append(command[1:]))
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command[1:]))
    return commands


def test_the_database_is_brought_up_to_date_and_then_every_part_comes_here_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: list[list[str]]
) -> None:
    supervised: dict[str, list[str]] = {}
    monkeypatch.setattr(supervisor, "supervise", lambda parts, _: supervised.update(parts) or 0)
    with pytest.raises(SystemExit) as ended:
        airflow_home.main(["standalone"])
    assert ended.value.code == 0
    assert run == [["-m", "airflow", "db", "migrate"]]
    assert list(supervised) == ["scheduler", "dag-processor", "api-server", "triggerer"]
    assert all(
        command[1:] == ["-m", "pipelines.orchestration.airflow_home", part] for part, command in supervised.items()
    )
    program = tmp_path / "home" / "bin" / "airflow"
    assert os.environ["PATH"].split(os.pathsep)[0] == str(program.parent)
    assert program.stat().st_mode & 0o777 == 0o700
    assert program.read_text(encoding="ascii").splitlines()[1].endswith('-m pipelines.orchestration.airflow_home "$@"')


def test_a_scheduler_has_its_pool_before_it_starts(monkeypatch: pytest.MonkeyPatch, run: list[list[str]]) -> None:
    monkeypatch.setenv("MEMORY_SLOTS", "3")
    airflow_home.main(["scheduler"])
    assert run[0][:6] == ["-m", "airflow", "pools", "set", "memory", "3"]
    assert run[1:] == [["-m", "pipelines.orchestration.scheduler", "scheduler", "--skip-serve-logs"]]


def test_any_other_command_is_airflows_own(run: list[list[str]]) -> None:
    airflow_home.main(["dags", "list"])
    assert run == [["-m", "airflow", "dags", "list"]]


@pytest.mark.parametrize(
    ("connection", "waits"), [(None, True), ("sqlite:////a/b.db", True), ("postgresql+psycopg2://a@b/c", False)]
)
def test_whoever_meets_another_writer_in_sqlite_waits_for_a_minute(
    monkeypatch: pytest.MonkeyPatch, connection: str | None, waits: bool
) -> None:
    if connection is not None:
        monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", connection)
    airflow_home.make_ready()
    for name in ("SQL_ALCHEMY_CONNECT_ARGS", "SQL_ALCHEMY_CONNECT_ARGS_ASYNC"):
        named = os.environ.get(f"AIRFLOW__DATABASE__{name}")
        assert (named is not None) == waits
        if named is not None:
            module, _, attribute = named.rpartition(".")
            assert getattr(import_module(module), attribute) == {"timeout": 60}


def outside(**given: str) -> dict[str, str]:
    return airflow_home.seen_from_outside(Settings(_env_file=None, **given))


def test_nothing_is_sent_outside_unless_a_setting_says_where() -> None:
    assert outside() == {}


@pytest.mark.parametrize(
    ("lineage", "transport"),
    [
        ("/var/log/lineage.jsonl", {"type": "file", "log_file_path": "/var/log/lineage.jsonl", "append": True}),
        ("https://marquez.council.example", {"type": "http", "url": "https://marquez.council.example"}),
    ],
)
def test_lineage_goes_to_a_file_or_a_server(lineage: str, transport: dict[str, object]) -> None:
    variables = outside(lineage=lineage)
    assert json.loads(variables["AIRFLOW__OPENLINEAGE__TRANSPORT"]) == transport
    assert not any("OTEL" in name for name in variables)


def test_metrics_and_traces_go_to_a_collector() -> None:
    variables = outside(telemetry_url="http://otel.council.example:4318")
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://otel.council.example:4318"
    assert (variables["AIRFLOW__METRICS__OTEL_ON"], variables["AIRFLOW__TRACES__OTEL_ON"]) == ("True", "True")

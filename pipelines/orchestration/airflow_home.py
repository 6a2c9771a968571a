"""An Airflow of the project's own: its home, its settings, its secret.

    python -m pipelines.orchestration.airflow_home standalone   the scheduler and all that goes with it, on this machine
    python -m pipelines.orchestration.airflow_home dags list    any other command of Airflow's, with the same settings

Whatever is set in the environment already stays, so a team's installation sets there what differs.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.orchestration import supervisor
from pipelines.settings import HOME, PROJECT, NoKey, Settings
from pipelines.storage import keep_from_others, write_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# SQLite lets one write at a time. Whoever meets another waits: five seconds, as it does by default, are too few for a
# scheduler whose machine is busy.
SQLITE_WAITS = {"timeout": 60}
WAITS = "pipelines.orchestration.airflow_home.SQLITE_WAITS"
# As task_defaults calls it; Airflow is not imported yet here.
POOL = "memory"
NO_LOG_SERVER = "--skip-serve-logs"
POOL_DESCRIPTION = "Tasks that fill up to DUCKDB_MEMORY_LIMIT of memory each: MEMORY_SLOTS of them at a time."
AIRFLOW = [sys.executable, "-m", "airflow"]
SCHEDULER = [sys.executable, "-m", "pipelines.orchestration.scheduler"]
ROLES = "admin:admin,engineer:op,quality_lead:user,analyst:viewer"


def make_ready() -> Path:
    """Say in the environment what Airflow is to read there; whatever is set already stays. Returns Airflow's home.

    To be called before Airflow is imported: it reads its settings once, then.
    """
    home = Path(os.environ.setdefault("AIRFLOW_HOME", str(HOME / ".airflow")))
    home.mkdir(parents=True, exist_ok=True)
    _set_where_unset(
        {
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            "AIRFLOW__API_AUTH__JWT_SECRET": _kept_secret(home / "jwt_secret"),
            "DO_NOT_TRACK": "true",
        }
    )
    if os.environ.get("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "sqlite").startswith("sqlite"):
        _set_where_unset(
            {
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": WAITS,
                "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC": WAITS,
            }
        )
    return home


def make_ready_to_serve() -> Path:
    """The same for a scheduler and its servers: on loopback, for a small machine, with a user of each role."""
    keep_from_others()
    port = os.environ.setdefault("AIRFLOW__API__PORT", "8080")
    _set_where_unset(
        {
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__BASE_URL": f"http://localhost:{port}",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ROLES,
            "AIRFLOW__CORE__PARALLELISM": "4",
            "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        }
    )
    _set_where_unset(seen_from_outside(Settings()))
    home = make_ready()
    _for_its_owner_alone(home / "simple_auth_manager_passwords.json.generated")
    return home


def seen_from_outside(settings: Settings) -> dict[str, str]:
    """The environment variables that send lineage, metrics and traces; none where they go nowhere."""
    variables: dict[str, str] = {}
    if settings.lineage is not None:
        is_url = settings.lineage.startswith(("https://", "http://"))
        to_file = {"type": "file", "log_file_path": settings.lineage, "append": True}
        transport = {"type": "http", "url": settings.lineage} if is_url else to_file
        variables["AIRFLOW__OPENLINEAGE__TRANSPORT"] = json.dumps(transport)
        variables["AIRFLOW__OPENLINEAGE__NAMESPACE"] = "safeguarding-kpis"
        # The code of tasks stays here.
        variables["AIRFLOW__OPENLINEAGE__DISABLE_SOURCE_CODE"] = "True"
    if settings.telemetry_url is not None:
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = settings.telemetry_url
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf"
        variables["OTEL_SERVICE_NAME"] = "safeguarding-kpis"
        variables["AIRFLOW__METRICS__OTEL_ON"] = variables["AIRFLOW__TRACES__OTEL_ON"] = "True"
    return variables


def _set_where_unset(settings: Mapping[str, str]) -> None:
    for name, value in settings.items():
        os.environ.setdefault(name, value)


def _kept_secret(path: Path) -> str:
    """The secret in the file, made at random the first time; only its owner may read it."""
    if not path.exists():
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_urlsafe(64), encoding="ascii")
        aside.replace(path)
    return path.read_text(encoding="ascii")


def _for_its_owner_alone(path: Path) -> None:
    """Airflow fills this file itself, and would let everybody read it."""
    path.touch(mode=0o600)


def main(arguments: Sequence[str]) -> None:
    """Become the Airflow command given; the programs it starts find Airflow where this Python is."""
    home = make_ready_to_serve()
    if "standalone" in arguments:
        print(f"Users and passwords: {home / 'simple_auth_manager_passwords.json.generated'}", file=sys.stderr)
        _warn_of_a_missing_key()
    places = (str(_own_airflow(home)), str(Path(sys.executable).parent), os.environ.get("PATH", ""))
    os.environ["PATH"] = os.pathsep.join(places)
    if arguments[:1] == ["standalone"]:
        sys.exit(serve())
    program = AIRFLOW
    if arguments[:1] == ["scheduler"]:
        make_pool(Settings().memory_slots)
        program = SCHEDULER
    command = [*program, *without_log_server(arguments)]
    os.execv(sys.executable, command)  # noqa: S606 - no shell is wanted


def serve() -> int:
    """All of Airflow, until a part of it ends or somebody ends it; its tables are made or brought up to date first."""
    _airflow("db", "migrate")
    own = [sys.executable, "-m", "pipelines.orchestration.airflow_home"]
    days = Settings().logs_kept_days
    return supervisor.supervise(supervisor.commands(own), lambda: supervisor.clean_up(AIRFLOW, days))


def make_pool(slots: int) -> None:
    """Have a slot for each task that may fill the memory at a time: of a pool that is not there none is ever run."""
    _airflow("pools", "set", POOL, str(slots), POOL_DESCRIPTION)


def _airflow(*words: str) -> None:
    subprocess.run([*AIRFLOW, *words], check=True)  # noqa: S603  # a command of Airflow's, of our own words


def without_log_server(arguments: Sequence[str]) -> list[str]:
    """A scheduler's and a triggerer's servers of logs listen on every address; on one machine nobody asks them."""
    serves = arguments[:1] in (["scheduler"], ["triggerer"]) and NO_LOG_SERVER not in arguments
    return [*arguments, NO_LOG_SERVER] if serves else [*arguments]


def _own_airflow(home: Path) -> Path:
    """A folder with a program ``airflow`` that is this module: what standalone starts is to have its settings too."""
    program = home / "bin" / "airflow"
    words = shlex.join([sys.executable, "-m", "pipelines.orchestration.airflow_home"])
    write_text(program, f'#!/bin/sh\nexec {words} "$@"\n')
    program.chmod(0o700)
    return program.parent


def _warn_of_a_missing_key() -> None:
    try:
        Settings().must_have_keys()
    except NoKey as missing:
        print(f"No month can be run yet: {missing}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])

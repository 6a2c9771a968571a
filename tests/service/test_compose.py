"""docker-compose.yml: read as docker-compose reads it, then its commands started here, on a real PostgreSQL."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pipelines.periods import Period
from pipelines.sample import write_settings
from pipelines.settings import PROJECT
from tests.exports import KEY
from tests.service.guide import block
from tests.service.servers import LONGEST_WAIT, ServedCouncil, debian, free_ports, postgresql, running, wait_for
from tests.service.small_council import write_small_council

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.service

FILE = (PROJECT / "docker-compose.yml").read_text("utf-8")
DOCKERFILE = (PROJECT / "Dockerfile").read_text("utf-8")
REQUIRED = sorted(set(re.findall(r"\$\{([A-Z_]+):\?", FILE)))
SERVERS = ("scheduler", "dag-processor", "triggerer")


def environment(inbox: Path) -> dict[str, str]:
    """What the file must be given, as .env.example says how to make it."""
    return {
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW_JWT_SECRET": secrets.token_hex(48),
        "AIRFLOW_SECRET_KEY": secrets.token_hex(48),
        "AIRFLOW_USERS": "engineer:op,analyst:viewer",
        "INBOX_FOLDER": str(inbox),
        "PAGES_LOGIN": f"quality:{secrets.token_hex(12)}",
        "POSTGRES_PASSWORD": secrets.token_hex(24),
        "PSEUDONYM_KEY": KEY,
        "DISCLOSURE_KEY": f"{KEY} of its own",
        "SETTLE_SECONDS": "0",
        "WATCH_MINUTES": "0",
    }


def config(variables: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    program = debian("docker-compose", lambda: shutil.which("docker-compose"))
    env_file = folder / "env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()), "utf-8")
    return subprocess.run(
        [
            program,
            "--profile=superset",
            *("--env-file", str(env_file), "-f", str(PROJECT / "docker-compose.yml"), "config"),
        ],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )


@dataclass(frozen=True)
class Native:
    """The services of the compose file as processes of this machine: its names and folders stand for others here."""

    services: dict[str, Any]
    council: ServedCouncil
    instead: dict[str, str]
    pages_port: int

    def here(self, text: str) -> str:
        """The same text for this machine; a path where volumes are mounted is a folder of the council's."""
        if re.match(r"/(airflow|council|data|inbox)(/|$)", text):
            return f"{self.council.folder}{text}"
        for there, here in self.instead.items():
            text = text.replace(there, here)
        return text

    def command(self, service: str) -> list[str]:
        entrypoint = self.services[service].get("entrypoint") or json.loads(
            re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)[-1]
        )
        return self.program([*entrypoint, *self.services[service]["command"]])

    def health_check(self, service: str) -> list[str]:
        how, *command = self.services[service]["healthcheck"]["test"]
        assert how == "CMD"
        return self.program(command)

    def program(self, words: list[str]) -> list[str]:
        assert words[0] == "python"
        return [sys.executable, *(re.sub(r"\b8000\b", str(self.pages_port), self.here(word)) for word in words[1:])]

    def environment(self, service: str) -> dict[str, str]:
        ports = {name: value for name, value in self.council.environment.items() if "PORT" in name or name == "PATH"}
        settings = self.services[service].get("environment", {})
        return ports | {name: self.here(str(value)) for name, value in settings.items()}

    @contextmanager
    def started(self, service: str) -> Iterator[subprocess.Popen[bytes]]:
        log = self.council.folder / f"{service}.log"
        try:
            with running(self.command(service), self.environment(service), log) as server:
                yield server
        except BaseException:
            print(f"--- {service}", log.read_text("utf-8", "replace")[-8000:])
            raise

    def run_to_the_end(self, service: str) -> None:
        done = subprocess.run(
            self.command(service),
            cwd=PROJECT,
            env=self.environment(service),
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT,
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-8000:]

    def is_well(self, service: str) -> bool | None:
        done = subprocess.run(self.health_check(service), cwd=PROJECT, env=self.environment(service), timeout=60)
        return done.returncode == 0 or None


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Native]:
    """All services, started in the order that depends_on asks for."""
    folder = tmp_path_factory.mktemp("team")
    council = ServedCouncil.at(folder)
    write_small_council(council.inbox, [Period(2021, 2)])
    write_settings(folder / "council")
    variables = environment(council.inbox)
    answer = config(variables, folder)
    assert answer.returncode == 0, answer.stderr
    for volume in ("airflow", "data/reports", "data/snapshots"):
        (folder / volume).mkdir(parents=True)
    (pages_port,) = free_ports(1)
    with ExitStack() as stack:
        database_port = stack.enter_context(postgresql(variables["POSTGRES_PASSWORD"]))
        instead = {
            "@postgres:5432/": f"@127.0.0.1:{database_port}/",
            "//api-server:8080": f"//127.0.0.1:{council.port}",
            "0.0.0.0": "127.0.0.1",  # noqa: S104
        }
        team = Native(yaml.safe_load(answer.stdout)["services"], council, instead, pages_port)
        team.run_to_the_end("init")
        servers = [stack.enter_context(team.started(service)) for service in ("api-server", *SERVERS, "pages")]
        yield team
        # All at once: each takes some seconds to end.
        for server in servers:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGINT)


def test_every_service_comes_to_be_well(native: Native) -> None:
    for service in ("api-server", *SERVERS, "pages"):
        wait_for(f"{service} well", lambda service=service: native.is_well(service))


def test_a_month_triggered_over_rest_goes_through_all_three_dags(native: Native) -> None:
    native.council.wait_until_known()
    native.council.runs_a_month_by_hand("2021-02")


def test_the_pages_show_what_was_validated(native: Native) -> None:
    url = f"http://127.0.0.1:{native.pages_port}/X99000001/validation/index.html"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, timeout=30)
    login = base64.b64encode(native.environment("pages")["PAGES_LOGIN"].encode()).decode()
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {login}"})
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the test's own server
        assert answer.status == 200
    assert list((native.council.folder / "data" / "reports").rglob("index.html"))


def test_airflows_own_tables_are_in_postgresql(native: Native) -> None:
    assert not list((native.council.folder / "airflow").glob("*.db"))


def test_a_service_that_is_not_there_is_not_well(native: Native) -> None:
    (closed,) = free_ports(1)
    command = [sys.executable, "-m", "pipelines.orchestration.health_check", f"http://127.0.0.1:{closed}", "scheduler"]
    assert subprocess.run(command, cwd=PROJECT).returncode == 1


@pytest.mark.parametrize("missing", REQUIRED)
def test_nothing_starts_without_what_it_must_be_given(tmp_path: Path, missing: str) -> None:
    variables = environment(tmp_path)
    del variables[missing]
    answer = config(variables, tmp_path)
    assert answer.returncode != 0
    assert ".env.example" in answer.stderr


def test_no_secret_is_in_the_file_and_every_variable_is_explained() -> None:
    secret = [line for line in FILE.splitlines() if re.search(r"(PASSWORD|SECRET|_KEY|_CONN|_LOGIN): ", line)]
    assert len(secret) >= 6
    assert [line for line in secret if "${" not in line] == []
    example = (PROJECT / ".env.example").read_text("utf-8")
    explained = set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert set(re.findall(r"\$\{([A-Z_]+)", FILE)) - explained == set()
    assert {name for name in REQUIRED if not re.search(rf"^{name}=$", example, re.MULTILINE)} == set()


def test_only_the_scheduler_has_the_key_and_the_children(native: Native) -> None:
    for name, service in native.services.items():
        mounted = {volume.split(":")[1] for volume in service.get("volumes", [])}
        keys = {"PSEUDONYM_KEY", "DISCLOSURE_KEY"} & set(service.get("environment", {}))
        private = bool(keys) or bool(mounted & {"/inbox", "/data"})
        assert private == (name == "scheduler")
    assert native.services["pages"]["volumes"] == ["reports:/data/reports:ro"]


def test_what_runs_the_projects_image_can_change_nothing_of_it_and_fill_neither_disk_nor_memory(native: Native) -> None:
    for name, service in native.services.items():
        assert service["logging"]["options"] == {"max-file": "5", "max-size": "10m"}, name
        if service["image"] != "safeguarding-kpis":
            continue
        assert service["read_only"] and service["tmpfs"] == ["/tmp"], name  # noqa: S108 - within a container
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        assert "mem_limit" in service, name
    assert native.services["scheduler"]["mem_limit"] != native.services["api-server"]["mem_limit"]


def test_the_guide_speaks_of_services_that_there_are(native: Native) -> None:
    named = set(re.findall(r"docker compose (?:exec|logs) (\S+)", block("compose")))
    assert named and named <= set(native.services)


def test_no_server_of_logs_listens(native: Native) -> None:
    """Airflow would have them listen on every address."""
    ports = [
        native.environment("scheduler")[f"AIRFLOW__LOGGING__{name}_LOG_SERVER_PORT"] for name in ("WORKER", "TRIGGER")
    ]
    for port in map(int, ports):
        with socket.socket() as one:
            assert one.connect_ex(("127.0.0.1", port)) != 0


def test_what_is_open_is_open_to_this_machine_alone(native: Native) -> None:
    ports = [port for service in native.services.values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


def test_the_dashboard_is_a_profile_that_reads_snapshots_and_nothing_else(native: Native) -> None:
    of_the_profile = {name for name, service in native.services.items() if service.get("profiles") == ["superset"]}
    assert of_the_profile == {"superset", "superset-import"}
    server = native.services["superset"]
    assert server["volumes"] == ["superset:/superset:rw", "snapshots:/snapshots:ro"]
    assert set(server["environment"]) >= {"SUPERSET_SECRET_KEY", "SUPERSET_PASSWORD"}
    assert not [name for name in server["environment"] if not name.startswith("SUPERSET_")]
    assert "volumes" not in native.services["superset-import"]


def test_the_dashboards_image_is_pinned_and_is_not_run_as_root() -> None:
    dockerfile = (PROJECT / "dashboards" / "Dockerfile").read_text("utf-8")
    assert {*re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)} == {
        *re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    }
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE)[-1] not in {"root", "0"}
    assert "--require-hashes -r requirements.lock" in dockerfile


def test_every_server_restarts_and_says_how_it_is(native: Native) -> None:
    once = {"init", "superset-import"}
    servers = {name: service for name, service in native.services.items() if name not in once}
    assert {service["restart"] for service in servers.values()} == {"unless-stopped"}
    assert all(service["healthcheck"]["test"] for service in servers.values())


def test_the_image_is_pinned_and_is_not_run_as_root() -> None:
    for image in (*re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE), *re.findall(r"image: (postgres\S+)", FILE)):
        assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-\S+", image)
    user = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1]
    assert user not in {"root", "0"}
    assert "--require-hashes -r requirements-team.lock" in DOCKERFILE


def test_what_goes_into_the_image_is_there_and_is_let_in() -> None:
    let_in = set(re.findall(r"^!(\S+)$", (PROJECT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE)
    copied = {word for line in lines for word in line.split()}
    assert copied == let_in
    assert all((PROJECT / name).exists() for name in copied)


def test_the_image_says_what_is_in_it(tmp_path: Path) -> None:
    """By the command of its Dockerfile, which make sbom has too: every package of its lock, and no other."""
    (command,) = re.findall(r"cyclonedx-py (.*) -o sbom\.cdx\.json$", DOCKERFILE, re.MULTILINE)
    assert f"cyclonedx-py {command} -o build/sbom.cdx.json" in (PROJECT / "Makefile").read_text("utf-8")
    listed = tmp_path / "sbom.cdx.json"
    program = str(Path(sys.executable).with_name("cyclonedx-py"))
    subprocess.run([program, *command.split(), "-o", str(listed)], cwd=PROJECT, check=True)
    packages = {f"{each['name']}=={each['version']}" for each in json.loads(listed.read_text("utf-8"))["components"]}
    lock = (PROJECT / "requirements-team.lock").read_text("utf-8")
    assert packages == set(re.findall(r"^([a-z0-9._-]+==[^\s;]+)", lock, re.MULTILINE))


def test_the_image_holds_what_was_tested() -> None:
    tested = set(
        re.findall(r"^[a-z0-9._-]+==\S+", (PROJECT / "requirements-dev.lock").read_text("utf-8"), re.MULTILINE)
    )
    image = set(
        re.findall(r"^[a-z0-9._-]+==\S+", (PROJECT / "requirements-team.lock").read_text("utf-8"), re.MULTILINE)
    )
    assert image and image <= tested

"""Real servers for a test: started in a folder of their own, on loopback, and ended whatever happens."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.settings import PROJECT
from tests.exports import KEY
from tests.few_kpis import environment_of_few
from tests.service.guide import block
from tests.service.small_council import COUNCIL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

T = TypeVar("T")

LONGEST_WAIT = 420.0
TO_END = 10.0
DAG_FILES = len(list((PROJECT / "dags").glob("*.py")))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, each another."""
    with ExitStack() as open_ones:
        sockets = [open_ones.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server with a process group of its own, of which nothing is left in the end."""
    with log.open("ab") as file:
        server = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield server
    finally:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    # As Ctrl-C does it, and then without asking: workers may have outlived the one that was asked.
    for how in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(server.pid, how)
        except ProcessLookupError:
            break
        try:
            server.wait(TO_END)
        except subprocess.TimeoutExpired:
            continue
    server.wait(TO_END)


def wait_for(what: str, ask: Callable[[], T | None], seconds: float = LONGEST_WAIT) -> T:
    """Ask again and again until there is an answer; fails after so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (answer := ask()) is not None:
            return answer
        time.sleep(0.5)
    raise AssertionError(f"{what}: nothing in {seconds:.0f} s")


@dataclass(frozen=True)
class ServedCouncil:
    """A folder with an inbox, data, and an Airflow that answers on a port; ``added`` to its environment.

    Months and snapshots are those of one authority.
    """

    folder: Path
    port: int
    log_ports: tuple[int, int]
    added: Mapping[str, str] = field(default_factory=dict)
    authority: str = COUNCIL

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def snapshots(self) -> Path:
        return self.folder / "data" / "snapshots" / self.authority

    @property
    def home(self) -> Path:
        return Path(self.added.get("AIRFLOW_HOME", self.folder / "airflow"))

    @property
    def log(self) -> Path:
        """What all parts of Airflow said."""
        return self.folder / "airflow.log"

    @property
    def environment(self) -> dict[str, str]:
        """What leads every process here, and nothing of the environment of whoever runs the tests."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.log_ports[0]),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.log_ports[1]),
            "DATA_DIR": str(self.folder / "data"),
            **environment_of_few(),
            "INBOX_URL": str(self.inbox),
            "PSEUDONYM_KEY": KEY,
            "DISCLOSURE_KEY": f"{KEY} of its own",
            "SETTLE_SECONDS": "0",
            # Most tests say themselves when a run begins.
            "WATCH_MINUTES": "0",
            **self.added,
        }

    @classmethod
    def at(cls, folder: Path) -> ServedCouncil:
        port, *log_ports = free_ports(3)
        return cls(folder, port, (log_ports[0], log_ports[1]))

    def says(self, commands: str, **variables: str) -> str:
        """What a block of the guide says, run in the project as a person runs it."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands.replace("localhost:8080", f"127.0.0.1:{self.port}")],
            cwd=PROJECT,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=LONGEST_WAIT,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, body: object = None, token: str | None = None, method: str | None = None) -> Any:
        """The JSON that Airflow answers; raises urllib's errors."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)

    def wait_until_ready(self) -> None:
        wait_for("every part of Airflow healthy", self._healthy)

    def _healthy(self) -> bool | None:
        try:
            health = self.ask("/api/v2/monitor/health")
        except (urllib.error.URLError, OSError):
            return None
        return all(part["status"] == "healthy" for part in health.values()) or None

    def password_of(self, user: str) -> str:
        passwords = json.loads((self.home / "simple_auth_manager_passwords.json.generated").read_text("utf-8"))
        return str(passwords[user])

    def token_of(self, user: str) -> str:
        """What a user shows to be let in."""
        body = {"username": user, "password": self.password_of(user)}
        return str(self.ask("/auth/token", body)["access_token"])

    @cached_property
    def token(self) -> str:
        return self.token_of("engineer")

    def wait_until_known(self) -> None:
        """Until the scheduler has read every DAG."""

        def all_of_them() -> bool | None:
            return self.ask("/api/v2/dags", token=self.token)["total_entries"] == DAG_FILES or None

        wait_for("all DAGs", all_of_them)

    def trigger(self, dag_id: str, **run: object) -> dict[str, Any]:
        answer: dict[str, Any] = self.ask(
            f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, **run}, token=self.token
        )
        return answer

    def runs(self, dag_id: str) -> dict[str, str]:
        """The state of each month's run: of the authority's own, or of all deliveries."""
        runs = self.ask(f"/api/v2/dags/{dag_id}/dagRuns?limit=100", token=self.token)["dag_runs"]
        # What arrives is taken in by a run without a key.
        named = {(run["partition_key"] or "").removeprefix(f"{self.authority}|"): run["state"] for run in runs}
        return {month: state for month, state in named.items() if "|" not in month}

    def wait_until_asked(self, month: str, times: int = 1) -> str:
        """Until the month waits for an approval, asked for so many times by now; where that is answered.

        And until the scheduler has seen the end of what asked. Airflow 3.3 takes an answer that comes before that for
        the answer to a task that was killed: it loses it and, a minute later, asks again.
        """

        def asked() -> str | None:
            runs = self.ask("/api/v2/dags/publish_snapshot/dagRuns?limit=100", token=self.token)["dag_runs"]
            for run in runs:
                if run["partition_key"] == f"{self.authority}|{month}":
                    tasks = f"/api/v2/dags/publish_snapshot/dagRuns/{run['dag_run_id']}/taskInstances"
                    states = {
                        task["task_id"]: task["state"] for task in self.ask(tasks, token=self.token)["task_instances"]
                    }
                    ended = (
                        f"TaskInstance Finished: dag_id=publish_snapshot, task_id=approve, run_id={run['dag_run_id']},"
                    )
                    if states["approve"] == "awaiting_input" and self.log.read_text("utf-8").count(ended) >= times:
                        return f"{tasks}/approve/-1/hitlDetails"
            return None

        return wait_for(f"an approval of {month} asked for", asked)

    def wait_until_published(self, *months: str) -> None:
        def done() -> dict[str, str] | None:
            self._must_not_have_failed()
            runs = self.runs("publish_snapshot")
            return runs if all(runs.get(month) == "success" for month in months) else None

        wait_for(f"snapshots of {', '.join(months)}", done, LONGEST_WAIT * (1 + len(months) / 3))

    def wait_until_ended(self, run: Mapping[str, Any]) -> str:
        """How a run ended, as its trigger answered it."""
        path = f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}"

        def ended() -> str | None:
            state = str(self.ask(path, token=self.token)["state"])
            return state if state in {"success", "failed"} else None

        return wait_for(f"the end of {run['dag_run_id']}", ended)

    def published(self, month: str) -> Path:
        """The current version of a month's snapshot."""
        latest = self.snapshots / month / "latest.json"
        return latest.parent / str(json.loads(latest.read_text("utf-8"))["version"])

    def runs_a_month_by_hand(self, month: str) -> None:
        """Trigger the first DAG over REST; the other two follow, and in the end the month's figures can be read."""
        self.trigger("ingest_exports", partition_key=month)
        self.has_published(month)

    def has_published(self, month: str, version: str = "v0001") -> None:
        """Wait for the month's version, and read it."""
        wait_for(f"{version} of {month}", lambda: self._is_published(month, version) or None)
        self.wait_until_published(month)
        snapshot = self.published(month)
        assert snapshot.name == version
        assert {"snapshot.duckdb", "manifest.json", "kpi_month.csv"} <= {file.name for file in snapshot.iterdir()}
        assert month in (snapshot / "kpi_month.csv").read_text("utf-8")

    def _must_not_have_failed(self) -> None:
        failed = {dag: runs for dag in DAGS if "failed" in (runs := self.runs(dag)).values()}
        assert not failed, failed

    def _is_published(self, month: str, version: str) -> bool:
        self._must_not_have_failed()
        return (self.snapshots / month / "latest.json").exists() and self.published(month).name == version


DAGS = ("ingest_exports", "build_warehouse", "publish_snapshot")


@contextmanager
def serving(council: ServedCouncil, commands: str = block("scheduler")) -> Iterator[None]:
    """Airflow, all of it, as the guide starts it; what it said is shown when something fails."""
    try:
        with running(["bash", "-euc", commands], council.environment, council.log):
            council.wait_until_ready()
            council.wait_until_known()
            yield
    except BaseException:
        print(council.log.read_text("utf-8", "replace")[-20000:])
        raise


def debian(package: str, program: Callable[[], T | None]) -> T:
    """Where a program is, as the caller finds it; its package is installed from Debian if it is not there.

    One at a time: apt-get refuses to work beside another.
    """
    with (Path(tempfile.gettempdir()) / "installing-from-debian").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = program()
        for arguments in () if found else (["update"], ["install", "-y", "--no-install-recommends", package]):
            environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(["apt-get", "-q", *arguments], check=True, env=environment, timeout=LONGEST_WAIT)
        found = found or program()
    assert found, f"{package} did not bring it"
    return found


@contextmanager
def postgresql(password: str) -> Iterator[int]:
    """A PostgreSQL of its own on loopback, with a user and a database both called airflow; yields its port."""
    tools = debian("postgresql", lambda: max(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), default=None)).parent
    (port,) = free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="postgresql-of-the-tests-"))
    # It refuses to run as root.
    not_root = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if not_root:
        shutil.chown(folder, "postgres", "postgres")

    def tool(name: str, *arguments: str) -> None:
        command = [*not_root, str(tools / name), *arguments]
        subprocess.run(command, check=True, cwd=folder, timeout=120, stdout=subprocess.DEVNULL)

    cluster = ["-D", str(folder / "cluster")]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    try:
        tool("initdb", *cluster, "-U", "airflow", "--auth-local=trust", "--auth-host=scram-sha-256")
        tool("pg_ctl", *cluster, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            there = ["-h", str(folder), "-p", str(port), "-U", "airflow"]
            tool("createdb", *there, "airflow")
            tool("psql", *there, "-c", f"ALTER USER airflow PASSWORD '{password}'", "airflow")
            yield port
        finally:
            tool("pg_ctl", *cluster, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)

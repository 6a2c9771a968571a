"""What a script may rely on: exit codes, one sentence for a fault, and that one bad delivery costs nothing else."""

import json
import os
import shlex
import subprocess
import sys
import zipfile
from importlib.metadata import entry_points, version
from pathlib import Path

import duckdb
import pytest

from pipelines.__main__ import main
from pipelines.sample import write_sample
from pipelines.settings import PROJECT
from tests.command_line import run_command
from tests.exports import KEY
from tests.few_kpis import environment_of_few
from tests.service.guide import block

EXTRACTS = '[{"authority_code": "E06000015", "source": "ssd", "url_variable": "NOWHERE_URL"}]'
INVITED = b"survey_date,invited\r\n2020-12-11,162\r\n"


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a place of its own."""
    places = {"INBOX_URL": str(root / "inbox"), "DATA_DIR": str(root / "data"), "PSEUDONYM_KEY": KEY, "COLUMNS": "160"}
    return run_command(*arguments, **{**places, **environment})


def deliver(root: Path, authority: str, name: str, content: bytes) -> Path:
    folder = root / "inbox" / authority / "survey" / "2021-02"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("arguments", "environment", "exit_code", "said"),
    [
        (["run", "2021-13"], {}, 2, "NotAMonth: '2021-13' is not a month: write it as 2021-02"),
        (["run"], {}, 2, "Missing argument"),
        (["fly"], {}, 2, "No such command"),
        (["run", "2021-02"], {"PSEUDONYM_KEY": "short"}, 1, "NoPseudonymKey: PSEUDONYM_KEY must hold 32 bytes"),
        (["run", "2021-02"], {}, 4, "No complete delivery"),
        (["extract", "2021-02"], {}, 4, "EXTRACTS names no source"),
        (["extract", "2021-02"], {"EXTRACTS": EXTRACTS}, 1, "NoDatabaseUrl: E06000015/ssd: set NOWHERE_URL"),
        (["extract", "2021-02"], {"EXTRACTS": "ssd"}, 1, "SettingsError"),
        (
            ["run", "2021-02", "--authority", "Derby"],
            {},
            2,
            "NotAnAuthority: 'Derby' is not an authority",
        ),
        (["publish", "2021-02"], {}, 2, "WhichAuthority: nothing of any authority is here yet"),
        (["gate", "2021-02", "--authority", "E06000015"], {}, 2, "WhichAuthority: nothing of E06000015 is here"),
        (["approve", "2021-02", "--by", "A"], {}, 2, "Missing option"),
        (["status"], {"SETTLE_SECONDS": "soon"}, 1, "settle_seconds"),
        (["sample"], {"INBOX_URL": "memory://inbox"}, 2, "set INBOX_URL to a local path"),
        (["new", "kpi", "Visits-late"], {}, 2, "CannotWrite: 'Visits-late' cannot be an ID"),
        (["new", "kpi", "cpp_count"], {}, 2, "cpp_count.sql exists already, and nothing was written"),
    ],
)
def test_a_fault_is_said_in_a_sentence_with_its_exit_code(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], exit_code: int, said: str
) -> None:
    done = run(tmp_path, *arguments, **environment)
    assert done.returncode == exit_code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr and "short" not in done.stderr


COMMANDS = [
    "extract",
    "land",
    "stage",
    "build",
    "gate",
    "approve",
    "publish",
    "run",
    "status",
    "sample",
    "verify",
    "rebuild",
    "diff",
    "new kpi",
    "new source",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_in_its_help(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, *command.split(), "--help")
    assert done.returncode == 0
    assert f"Example: python -m pipelines {command}" in done.stdout


def test_the_installed_command_is_the_same_and_gives_the_version(tmp_path: Path) -> None:
    scripts = entry_points(group="console_scripts", name="kpis")
    assert [script.load() for script in scripts] == [main]
    done = run(tmp_path, "--version")
    assert (done.returncode, done.stdout) == (0, f"kpis {version('safeguarding-kpis')}\n")


def test_the_command_line_never_loads_airflow() -> None:
    """Nor does anything that a command may import; Airflow's own part is in a folder of its own."""
    probe = """
import sys, pkgutil, importlib, pipelines
for module in pkgutil.walk_packages(pipelines.__path__, "pipelines."):
    if not module.name.startswith("pipelines.orchestration"):
        importlib.import_module(module.name)
sys.exit("airflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", probe], cwd=PROJECT, check=False).returncode == 0


def test_the_sample_comes_in_every_format_and_is_never_written_over(tmp_path: Path) -> None:
    first, again = (run(tmp_path, "sample", "--scale", "0.03", "--formats") for _ in range(2))
    assert first.returncode == 0, first.stderr
    made = {path.parent.relative_to(tmp_path / "inbox").as_posix() for path in tmp_path.rglob("_READY")}
    assert made == {
        f"X99000001/{source}/{month}" for source in ("ssd", "local") for month in ("2021-01", "2021-02")
    } | {
        *(f"X99000001/{source}/2021-02" for source in ("annex_a", "cin_census", "ssda903", "survey")),
        "X99000001/workforce_census/2020-09",
    }
    assert (again.returncode, "exists already" in again.stderr) == (2, True)


@pytest.fixture(scope="module")
def among_bad_ones(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A good council's month among deliveries that are unusable, each in its own way."""
    root = tmp_path_factory.mktemp("bad")
    write_sample(root / "inbox", scale=0.03)
    deliver(root, "E06000002", "invited.csv", b"")
    deliver(root, "E06000003", "invited.csv", b'survey_date,invited\r\n"2020-12-11')
    deliver(root, "E06000004", "invited.csv", b"survey_date,invited\r\n\x81\x8d,1\r\n")
    bomb = deliver(root, "E06000005", "notes.txt", b"") / "responses.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    (deliver(root, "E06000006", "notes.txt", b"") / "invited.csv").symlink_to("/etc/hostname")
    deliver(
        root, "E06000007", "responses.xlsx", bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le")
    )
    deliver(root, "E06000008", "invited.csv", INVITED.replace(b",", b";"))
    deliver(root, "E06000009", "invited.csv", INVITED.decode().encode("utf-16"))
    deliver(root, "E06000010", "other.csv", INVITED)
    deliver(root, "E06000011", "invited.csv", INVITED)
    return root, run(root, "run", "2021-02", LARGEST_FILE_BYTES="20000000", **environment_of_few())


BAD = tuple(f"E060000{number:02d}" for number in range(2, 11))
GOOD = ("E06000011", "X99000001")


@pytest.mark.parametrize(
    ("authority", "said"),
    [
        ("E06000002", "invited.csv: DLV-004"),
        ("E06000003", "invited.csv: DLV-005"),
        ("E06000004", "invited.csv: DLV-006"),
        ("E06000005", "responses.xlsx: DLV-003"),
        ("E06000006", "invited.csv: DLV-001"),
        ("E06000007", "responses.xlsx: DLV-002"),
        ("E06000008", "invited.csv: DLV-007"),
        ("E06000009", "invited.csv: DLV-006"),
        ("E06000010", "DLV-010"),
    ],
)
def test_an_unusable_delivery_gets_one_error_with_file_and_cause(
    among_bad_ones: tuple[Path, subprocess.CompletedProcess[str]], authority: str, said: str
) -> None:
    _, done = among_bad_ones
    lines = [line for line in done.stdout.splitlines() if line.startswith(f"refused: {authority}/survey/2021-02")]
    assert len(lines) == 1
    assert said in lines[0]


def test_a_held_council_holds_no_other(among_bad_ones: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, done = among_bad_ones
    assert done.returncode == 3
    held = [line for line in done.stderr.splitlines() if line.startswith("Held: ")]
    assert held == [f"Held: 2021-02 of {authority} is held and was not published:" for authority in BAD]
    published = {path.parent.parent.parent.name for path in (root / "data/snapshots").glob("*/*/v0001/manifest.json")}
    assert published == {*GOOD}
    for authority in GOOD:
        file = root / "data/snapshots" / authority / "2021-02/v0001/snapshot.duckdb"
        with duckdb.connect(str(file), read_only=True) as snapshot:
            assert snapshot.sql("SELECT DISTINCT authority_code FROM delivery").fetchall() == [(authority,)]


def test_an_authority_is_named_where_several_are_here(
    among_bad_ones: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    root, _ = among_bad_ones
    for command in (["gate", "2021-02"], ["verify", "2021-02"]):
        said = run(root, *command)
        assert (said.returncode, "11 authorities are here (E06000002, " in said.stderr) == (2, True)
    assert run(root, "verify", "E06000011/2021-02").returncode == 0
    shown = run(root, "gate", "2021-02", "--authority", "E06000010")
    assert (shown.returncode, "GATE-DELIVERED" in shown.stdout) == (3, True)


def test_a_run_of_one_authority_does_nothing_of_another(
    among_bad_ones: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    root, _ = among_bad_ones
    done = run(root, "run", "2021-02", "--authority", "E06000011", **environment_of_few())
    assert done.returncode == 0, done.stderr
    assert "E06000011" in done.stdout
    assert not [authority for authority in (*BAD, "X99000001") if authority in done.stdout + done.stderr]


def test_status_shows_what_was_refused(among_bad_ones: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, _ = among_bad_ones
    lines = run(root, "status").stdout.splitlines()
    assert any("E06000002/survey/2021-02" in line and "refused" in line for line in lines)
    assert any("X99000001/ssd/2021-02" in line and "staged" in line for line in lines)


def test_status_gives_a_program_the_same_and_what_is_missing(
    among_bad_ones: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    root, _ = among_bad_ones
    said = json.loads(run(root, "status", "--json").stdout)
    assert said.keys() == {
        "month",
        "due_on",
        "is_overdue",
        "due",
        "missing",
        "unreachable",
        "held",
        "stale",
        "deliveries",
        "published",
    }
    assert said["published"] == {authority: {} for authority in BAD} | {each: {"2021-02": "v0001"} for each in GOOD}
    of = {each["delivery"]: each for each in said["deliveries"]}
    assert of["E06000002/survey/2021-02"]["staged"] == "refused"
    sample = of["X99000001/ssd/2021-02"]
    assert (sample["landed"], sample["staged"], sample["since_then"]) == ("v0001", "staged", [])
    assert sample["rows_read"] > 0
    # The sample's months are long past: its dataset is due for the month before today's, and missing.
    assert f"X99000001/ssd/{said['month']}" in said["due"]
    assert {"delivery": f"X99000001/ssd/{said['month']}", "because": "nothing was delivered"} in said["missing"]


def test_a_collector_of_logs_is_given_one_object_a_line(
    among_bad_ones: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    root, _ = among_bad_ones
    said = run(root, "--log-format", "json", "stage", "--month", "2021-02")
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert all(line.keys() == {"at", "level", "message"} and line["level"] == "info" for line in lines)
    assert any(line["message"].startswith("refused: E06000002/survey/2021-02: ") for line in lines)
    (fault,) = run(tmp_path, "--log-format", "json", "gate", "2021-02").stderr.splitlines()
    assert json.loads(fault)["level"] == "error"
    assert json.loads(fault)["message"].startswith("WhichAuthority: nothing of any authority")


def test_the_sample_is_never_written_among_what_somebody_delivered(tmp_path: Path) -> None:
    (tmp_path / "inbox" / "Derby" / "ssd" / "2021-02").mkdir(parents=True)
    environment = {**os.environ, "INBOX_URL": str(tmp_path / "inbox"), "DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "pipelines.orchestration.first_run"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "/entry 1/ssd/2021-02" in done.stdout and "holds no complete delivery" in done.stdout
    assert [path.name for path in (tmp_path / "inbox").iterdir()] == ["Derby"]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A month that was published, then delivered again, empty; and what its run says."""
    root = tmp_path_factory.mktemp("held")
    folder = deliver(root, "E06000002", "invited.csv", INVITED)
    first = run(root, "run", "2021-02")
    assert first.returncode == 0, first.stderr
    assert run(root, "approve", "2021-02", "--by", "A", "--why", "B").returncode == 4
    (folder / "invited.csv").write_bytes(b"")
    return root, run(root, "run", "2021-02")


def versions(root: Path) -> list[str]:
    return sorted(folder.name for folder in (root / "data/snapshots/E06000002/2021-02").glob("v*"))


def test_a_run_stops_before_it_publishes_a_held_month_and_says_why(
    held: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    root, done = held
    assert done.returncode == 3
    assert "Held: 2021-02 of E06000002 is held and was not published:" in done.stderr
    assert "E06000002 GATE-DELIVERY: survey: version v0002 of 2021-02 was refused (DLV-004)" in done.stderr
    assert "python -m pipelines approve 2021-02 --authority E06000002 --by" in done.stderr
    assert versions(root) == ["v0001"]
    shown = run(root, "gate", "2021-02")
    assert shown.returncode == 3
    assert "GATE-DELIVERY" in shown.stdout and "held" in shown.stdout
    blank = run(root, "approve", "2021-02", "--by", "Head of performance", "--why", " ")
    assert (blank.returncode, "an approval says why" in blank.stderr) == (2, True)
    assert run(root, "publish", "2021-02").returncode == 3


def test_an_approved_month_is_published_and_says_so(held: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    root, _ = held
    commands = [shlex.split(line) for line in block("gate").splitlines()]
    assert {tuple(words[:3]) for words in commands} == {(".venv/bin/python", "-m", "pipelines")}
    shown, approved, published = [run(root, *words[3:]) for words in commands]
    assert [each.returncode for each in (shown, approved, published)] == [3, 0, 0]
    assert "Approved by Head of performance" in approved.stdout
    assert published.stdout.startswith("published: ")
    assert run(root, "gate", "2021-02").returncode == 0
    again = run(root, "run", "2021-02")
    assert again.returncode == 3, "the delivery is refused still"
    assert "Published by approval of Head of performance" in again.stdout
    assert versions(root) == ["v0001", "v0002"]
    assert any("Head of performance" in line for line in run(root, "status").stdout.splitlines())

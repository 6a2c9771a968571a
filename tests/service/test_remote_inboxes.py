"""Inboxes beyond a network: a real sshd, and an S3 as moto serves it."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from pipelines.landing.inbox import InboxUnreachable, find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.sample import write_sample
from pipelines.settings import Settings
from pipelines.staging.stage import stage
from tests.exports import KEY
from tests.service.servers import debian, free_ports, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.service

MONTH = Period(2021, 2)
SECRET = "hunter2/&?@"  # noqa: S105


@dataclass
class Remote:
    """An inbox beyond a network, and how a council puts files there and changes them."""

    settings: Settings
    place: Any

    def put(self, name: str, content: bytes) -> None:
        if isinstance(self.place, Path):
            (self.place / name).parent.mkdir(parents=True, exist_ok=True)
            (self.place / name).write_bytes(content)
        else:
            self.place.put_object(Key=f"inbox/{name}", Body=content)

    def names(self) -> list[str]:
        return [str(delivery) for delivery in find_deliveries(self.settings).deliveries]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    inbox = tmp_path_factory.mktemp("files") / "inbox"
    write_sample(inbox, scale=0.05)
    return inbox


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Its port, the key that opens it, and the file of known hosts that names it."""
    program = debian("openssh-server", lambda: next(iter(Path("/usr/sbin").glob("sshd")), None))
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host_key", "user_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    (port,) = free_ports(1)
    (folder / "authorized_keys").write_text((folder / "user_key.pub").read_text())
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host_key.pub').read_text()}")
    (folder / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication yes\n"
        "Subsystem sftp internal-sftp\n"
    )
    if os.geteuid() == 0:
        # Where it gives its rights away, which nobody but root has to.
        Path("/run/sshd").mkdir(exist_ok=True)
    with running([str(program), "-D", "-e", "-f", str(folder / "config")], dict(os.environ), folder / "log"):
        wait_for("sshd", lambda: answers(port), 30)
        yield {"port": port, "key": folder / "user_key", "known_hosts": folder / "known_hosts"}


def answers(port: int) -> bool | None:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0 or None


@contextmanager
def sftp_inbox(sshd: dict[str, Any], folder: Path) -> Iterator[Remote]:
    (folder / "served").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        from fsspec.config import conf

        # As FSSPEC_SFTP_KEY_FILENAME, which is read when fsspec is imported.
        patch.setitem(conf, "sftp", {"key_filename": str(sshd["key"])})
        yield Remote(
            Settings(
                inbox_url=f"sftp://{user()}@127.0.0.1:{sshd['port']}{folder / 'served'}",
                sftp_known_hosts=sshd["known_hosts"],
                data_dir=folder / "data",
                settle_seconds=0,
                pseudonym_key=SecretStr(KEY),
            ),
            folder / "served",
        )


def user() -> str:
    import getpass

    return getpass.getuser()


@contextmanager
def s3_inbox(folder: Path) -> Iterator[Remote]:
    (port,) = free_ports(1)
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
            patch.setenv("AWS_ACCESS_KEY_ID", "reader")
            patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
            patch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
            bucket = boto3.resource("s3").create_bucket(
                Bucket=f"council-{port}", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
            )
            # A folder's own marker, as consoles make it.
            bucket.put_object(Key="inbox/", Body=b"")
            settings = Settings(
                inbox_url=f"s3://council-{port}/inbox",
                data_dir=folder / "data",
                pseudonym_key=SecretStr(KEY),
                settle_seconds=0,
            )
            yield Remote(settings, bucket)
    finally:
        server.stop()


@pytest.fixture(params=["sftp", "s3"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Remote]:
    if request.param == "s3":
        with s3_inbox(tmp_path) as inbox:
            yield inbox
    else:
        with sftp_inbox(request.getfixturevalue("sshd"), tmp_path) as inbox:
            yield inbox


def test_a_delivery_is_found_landed_and_staged_as_from_a_folder(remote: Remote, exports: Path, tmp_path: Path) -> None:
    for file in exports.rglob("*"):
        if file.is_file():
            remote.put(file.relative_to(exports).as_posix(), file.read_bytes())
    folder = Settings(inbox_url=str(exports), data_dir=tmp_path / "by-folder", pseudonym_key=SecretStr(KEY))
    found = find_deliveries(remote.settings)
    # When a file was last changed is in its listing, and another place has times of its own.
    assert replace(found, listings=()) == replace(find_deliveries(folder), listings=())
    assert found.listings == find_deliveries(remote.settings).listings
    for delivery in found.deliveries:
        ours, theirs = (land(settings, delivery) for settings in (remote.settings, folder))
        assert ours.outcome == theirs.outcome == "landed"
        contents = [
            {file.name: file.read_bytes() for file in landed.folder.iterdir() if file.name != "manifest.json"}
            for landed in (ours, theirs)
        ]
        assert contents[0] == contents[1]
        assert land(remote.settings, delivery).outcome == "already landed"
    staged = stage(remote.settings, found.deliveries[-1])
    assert staged.outcome == "staged"


def test_a_redelivery_is_version_2(remote: Remote) -> None:
    name = "E06000015/survey/2021-02"
    remote.put(f"{name}/invited.csv", b"survey_date,invited\r\n2020-12-11,162\r\n")
    (found,) = find_deliveries(remote.settings).deliveries
    assert land(remote.settings, found).version == 1
    remote.put(f"{name}/invited.csv", b"survey_date,invited\r\n2020-12-11,163\r\n")
    assert land(remote.settings, found).version == 2


@pytest.mark.parametrize(("settle", "ready", "complete"), [(0, False, True), (3600, False, False), (3600, True, True)])
def test_a_delivery_waits_until_it_is_complete(remote: Remote, settle: int, ready: bool, complete: bool) -> None:
    remote.settings = remote.settings.model_copy(update={"settle_seconds": settle})
    remote.put("E06000015/survey/2021-02/invited.csv", b"survey_date,invited\r\n")
    if ready:
        remote.put("E06000015/survey/2021-02/_READY", b"")
    found = find_deliveries(remote.settings)
    assert (len(found.deliveries), len(found.waiting)) == ((1, 0) if complete else (0, 1))


def test_what_is_no_delivery_is_named_and_an_inbox_that_is_not_there_too(remote: Remote) -> None:
    remote.put("stray.csv", b"x")
    (sentence,) = find_deliveries(remote.settings).ignored
    assert sentence.endswith("/entry 1 lies outside any delivery's folder.")
    elsewhere = remote.settings.model_copy(update={"inbox_url": remote.settings.inbox_url + "/nowhere"})
    (sentence,) = find_deliveries(elsewhere).ignored
    assert "There is no folder" in sentence


def test_a_link_on_the_server_is_not_followed(sshd: dict[str, Any], tmp_path: Path) -> None:
    with sftp_inbox(sshd, tmp_path) as remote:
        remote.put("E06000015/survey/2021-02/invited.csv", b"survey_date,invited\r\n")
        (remote.place / "E06000015/survey/2021-02/summary.csv").symlink_to("/etc/hostname")
        (found,) = find_deliveries(remote.settings).deliveries
        landed = land(remote.settings, found)
    assert landed.outcome == "refused"
    assert [file.name for file in landed.folder.iterdir()] == ["manifest.json"]


def test_a_host_that_is_not_known_is_given_nothing(sshd: dict[str, Any], tmp_path: Path) -> None:
    with sftp_inbox(sshd, tmp_path) as remote:
        (tmp_path / "known_hosts").touch()
        strange = remote.settings.model_copy(update={"sftp_known_hosts": tmp_path / "known_hosts"})
        with pytest.raises(InboxUnreachable, match="SSHException"):
            find_deliveries(strange)


def test_a_password_is_not_repeated(sshd: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings(
        inbox_url=f"sftp://nobody:{quote(SECRET, safe='')}@127.0.0.1:{sshd['port']}/inbox",
        sftp_known_hosts=sshd["known_hosts"],
        data_dir=tmp_path,
    )
    with pytest.raises(InboxUnreachable, match="AuthenticationException") as error:
        find_deliveries(settings)
    assert settings.inbox_shown == f"sftp://127.0.0.1:{sshd['port']}/inbox"
    for said in (str(error.value), settings.inbox_shown, repr(settings)):
        assert SECRET not in said and quote(SECRET, safe="") not in said
    assert error.value.__context__ is None


def test_a_bucket_that_does_not_let_us_in_is_named_without_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(InboxUnreachable, match="s3://elsewhere/inbox cannot be read") as error:
        find_deliveries(Settings(inbox_url="s3://elsewhere/inbox", data_dir=tmp_path))
    assert SECRET not in str(error.value)

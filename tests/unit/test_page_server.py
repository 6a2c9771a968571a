"""The server of the pages: nothing without the login, nothing outside of its folder, no list of a folder."""

from __future__ import annotations

import base64
import threading
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from pipelines.orchestration import page_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOGIN = "quality:a password of the tests"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    root = tmp_path_factory.mktemp("served")
    pages = root / "reports"
    (pages / "validation").mkdir(parents=True)
    (pages / "index.html").write_text("front", encoding="utf-8")
    (pages / "validation" / "page.html").write_text("page", encoding="utf-8")
    (pages / ".aside-x").mkdir()
    (pages / ".aside-x" / "half.html").write_text("half", encoding="utf-8")
    (root / "landing.csv").write_text("a child", encoding="utf-8")
    (pages / "link.html").symlink_to(root / "landing.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page_server, "SECONDS_BEFORE_ANOTHER_TRY", 0)
        with page_server.server("127.0.0.1", 0, pages, LOGIN) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_port
            server.shutdown()


def asked(port: int, path: str, login: str | None = LOGIN, method: str = "GET") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {} if login is None else {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status, text


def test_who_knows_the_login_sees_the_pages(port: int) -> None:
    assert asked(port, "/") == (200, "front")
    assert asked(port, "/validation/page.html") == (200, "page")
    assert asked(port, "/validation/page.html", method="HEAD") == (200, "")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "login", [None, "", "quality:", "quality:a password of the test", "other:a password of the tests"]
)
def test_who_does_not_know_it_sees_none(port: int, login: str | None, method: str) -> None:
    for path in ("/", "/validation/page.html", "/nothing", "/health/../index.html"):
        assert asked(port, path, login, method) == (401, "")


@pytest.mark.parametrize(
    "path", ["/link.html", "/../landing.csv", "/%2e%2e/landing.csv", "/validation/", "/.aside-x/half.html", "/nothing"]
)
def test_what_is_outside_hidden_or_a_folder_is_not_found(port: int, path: str) -> None:
    status, text = asked(port, path)
    assert status == 404
    assert "a child" not in text and "half" not in text and "page.html" not in text


def test_its_health_is_known_without_the_login_and_says_nothing(port: int) -> None:
    assert asked(port, "/health", None) == (204, "")


@pytest.mark.parametrize(
    ("login", "is_one"),
    [("", False), ("quality", False), (":123456789012", False), ("q:12345678901", False), ("q:123456789012", True)],
)
def test_a_login_has_a_name_and_twelve_characters_of_password(tmp_path: Path, login: str, is_one: bool) -> None:
    if is_one:
        page_server.server("127.0.0.1", 0, tmp_path, login).server_close()
    else:
        with pytest.raises(ValueError, match="PAGES_LOGIN is name:password"):
            page_server.server("127.0.0.1", 0, tmp_path, login)

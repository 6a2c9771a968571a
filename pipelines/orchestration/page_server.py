"""Serves the pages for docker-compose.yml to anyone with the name and password: ``PAGES_LOGIN``, as name:password.

They show teams and small numbers. Behind the council's proxy, which has TLS; this has none.
"""

from __future__ import annotations

import base64
import hmac
import sys
import time
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from collections.abc import Sequence

SHORTEST_PASSWORD = 12
SECONDS_BEFORE_ANOTHER_TRY = 1.0
HEALTH = "/health"
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class PageSettings(BaseSettings):
    """Read from the environment alone."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    pages_login: SecretStr = SecretStr("")


class Pages(SimpleHTTPRequestHandler):
    """Files below a folder, for anyone who may log in; no list of what is in a folder, and nothing outside of it."""

    server_version = "pages"
    sys_version = ""

    def __init__(self, *arguments: Any, login: str, **options: Any) -> None:
        self.login = login
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        if self._may_see():
            super().do_GET()

    def do_HEAD(self) -> None:
        if self._may_see():
            super().do_HEAD()

    def send_head(self) -> Any:
        asked, root = Path(self.translate_path(self.path)).resolve(), Path(self.directory).resolve()
        if not asked.is_relative_to(root) or any(part.startswith(".") for part in asked.relative_to(root).parts):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002  # as the library calls it
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        for name, text in HEADERS.items():
            self.send_header(name, text)
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # as the library calls it
        """Nothing: a path may hold what somebody typed by mistake."""

    def _may_see(self) -> bool:
        if self.path == HEALTH:
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()
            return False
        given = self.headers.get("Authorization", "").encode()
        if hmac.compare_digest(given, b"Basic " + base64.b64encode(self.login.encode())):
            return True
        if given:
            time.sleep(SECONDS_BEFORE_ANOTHER_TRY)
        self.send_response(HTTPStatus.UNAUTHORIZED)
        self.send_header("WWW-Authenticate", 'Basic realm="Safeguarding KPIs", charset="UTF-8"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False


def server(address: str, port: int, folder: Path, login: str) -> ThreadingHTTPServer:
    """A server that is ready to serve; raises ValueError where the login is none."""
    name, _, password = login.partition(":")
    if not name or len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"PAGES_LOGIN is name:password, with {SHORTEST_PASSWORD} characters or more of password")
    return ThreadingHTTPServer((address, port), partial(Pages, login=login, directory=str(folder)))


def main(arguments: Sequence[str]) -> int:
    """Serve the folder given, at the address and port given, until it is ended."""
    address, port, folder = arguments
    try:
        pages = server(address, int(port), Path(folder), PageSettings().pages_login.get_secret_value())
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return 1
    with pages:
        pages.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

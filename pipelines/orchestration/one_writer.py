"""One request at a time that writes, where Airflow's tables are in SQLite: a plug-in of Airflow's API server.

SQLite allows one write at a time; any other has to wait. Airflow 3.3 writes its audit log in the server's one event
loop: where that waits for a write of another request, which the same loop has to finish, both are stuck until SQLite's
busy timeout is over. No other request is answered meanwhile, and the scheduler's own writes fail.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Message, Receive, Send], Awaitable[None]]

READS = frozenset({"GET", "HEAD", "OPTIONS"})


class OneWriter:
    """Between the server and the application (ASGI)."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READS:
            await self._application(scope, receive, send)
            return
        # The body is read first: a client that stops sending must not hold the lock.
        received = [await receive()]
        while received[-1].get("more_body"):
            received.append(await receive())

        async def receive_again() -> Message:
            return received.pop(0) if received else await receive()

        async with self._lock:
            await self._application(scope, receive_again, send)


IN_SQLITE = conf.get("database", "sql_alchemy_conn").startswith("sqlite")
MIDDLEWARES = [{"middleware": OneWriter, "name": "one writer at a time"}] if IN_SQLITE else []


class SQLitePlugin(AirflowPlugin):
    """Does nothing where the tables are in PostgreSQL."""

    name = "one_writer"
    fastapi_root_middlewares = MIDDLEWARES

"""One request at a time that writes, where Airflow's tables are in SQLite: a plug-in of Airflow's API server.

SQLite lets one write at a time, and whoever meets another waits. Airflow 3.3 notes who asked for what in the server's
one event loop: where that waits for a write of another request, which the same loop is to finish, neither ends until
the longest wait is over, and nobody else is answered meanwhile, so that the scheduler's own writes fail.
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
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READS:
            await self._application(scope, receive, send)
            return
        # All of it is read first: who asks and then says no more must not keep the turn.
        said = [await receive()]
        while said[-1].get("more_body"):
            said.append(await receive())

        async def receive_again() -> Message:
            return said.pop(0) if said else await receive()

        async with self._turn:
            await self._application(scope, receive_again, send)


IN_SQLITE = conf.get("database", "sql_alchemy_conn").startswith("sqlite")
MIDDLEWARES = [{"middleware": OneWriter, "name": "one writer at a time"}] if IN_SQLITE else []


class SQLitePlugin(AirflowPlugin):
    """Does nothing where the tables are in PostgreSQL."""

    name = "one_writer"
    fastapi_root_middlewares = MIDDLEWARES

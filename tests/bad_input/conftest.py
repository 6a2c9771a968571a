"""Adds up what all workers tried, and says it in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bad_input.counted import TRIED

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tried"] = dict(TRIED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    TRIED.update(getattr(node, "workeroutput", {}).get("tried", {}))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    if TRIED:
        parts = ", ".join(f"{count:,} {how}" for how, count in sorted(TRIED.items()) if count)
        terminalreporter.write_line(f"{TRIED.total():,} deliveries: {parts}")

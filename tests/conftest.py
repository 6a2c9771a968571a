"""Being here puts the project on the import path, however pytest is started: helpers are imported as ``tests.name``.

Examples are few and always the same; ``HYPOTHESIS_PROFILE=long`` looks at ``HYPOTHESIS_EXAMPLES`` others each time
(``make fuzz``). No test reads what somebody set in ``council/``: the made-up council has its settings, nobody else any.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Generator

os.environ["COUNCIL_DIR"] = str(Path(__file__).parents[1] / "pipelines/sample/council_dir")

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
LONG = int(os.environ.get("HYPOTHESIS_EXAMPLES", "200"))

# Each worker has a core: DuckDB's threads would only take turns on it.
os.environ.setdefault("DUCKDB_THREADS", "1")
# Every publication rounds by a key; one that is set already stays.
os.environ.setdefault("DISCLOSURE_KEY", "of-the-tests-alone-and-32-bytes-long")

# What a test delivers is whole at once.
os.environ.setdefault("SETTLE_SECONDS", "0")

settings.register_profile("short", deadline=None, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=LONG, print_blob=True)
settings.load_profile("long" if IS_LONG else "short")

# Specifications and files that others published lie there, where they are at hand at all.
PUBLISHED_BY_OTHERS = Path(os.environ.get("PUBLISHED_BY_OTHERS", Path(__file__).parents[2] / "shared"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test skips only for want of what others published: beside that, a skip has failed to find it."""
    report = yield
    if report.skipped and PUBLISHED_BY_OTHERS.is_dir():
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skips, although {PUBLISHED_BY_OTHERS.name}/ is beside the checkout."
    return report

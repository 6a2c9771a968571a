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

from pipelines.processes import collect_garbage_seldom

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

# By the seconds that they take: what is left for the end is short, so that both cores end together. The first makes up
# the council that others wait for.
LONGEST_FIRST = (
    *("test_reports_page.py", "test_dag_runs.py", "test_hard_cases.py", "test_cases.py", "test_every_kpi.py"),
    *("test_nothing_personal_leaves_landing.py", "test_every_cell.py", "test_dialects.py", "test_snapshots.py"),
    *("test_command_line.py", "test_sample_month.py", "test_same_figures.py", "test_warehouse.py"),
    *("test_reports_own_table.py", "test_attackers.py", "test_other_forms.py", "test_rules.py", "test_restatements.py"),
    *("test_approvals.py", "test_made_up_returns.py", "test_checks.py", "test_staging.py", "test_broken_xml.py"),
    *("test_scheduler.py", "test_kill_anywhere.py", "test_pages_in_a_browser.py", "test_arrivals.py"),
    *("test_compose.py", "test_bench.py", "test_chaos.py", "test_postgres_copy.py", "test_readers.py", "test_wheel.py"),
)

# Specifications and files that others published lie there, where they are at hand at all.
PUBLISHED_BY_OTHERS = Path(os.environ.get("PUBLISHED_BY_OTHERS", Path(__file__).parents[2] / "shared"))


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("markexpr") == "service":
        os.environ["FEW_COMMANDS"] = "yes"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    collect_garbage_seldom()
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


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

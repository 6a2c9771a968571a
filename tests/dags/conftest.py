"""Airflow reads its settings when it is first imported: before any test does that, it is given a home of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(tempfile.mkdtemp(prefix="airflow-of-the-tests-"))
os.environ["AIRFLOW_HOME"] = str(HOME)


@pytest.fixture(scope="session", autouse=True)
def _leave_no_home_behind() -> Iterator[None]:
    yield
    shutil.rmtree(HOME, ignore_errors=True)

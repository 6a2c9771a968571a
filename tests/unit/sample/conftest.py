"""One sample at full scale, and a small one, for all tests of the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recount import BANK_HOLIDAYS, Recount

from pipelines.sample import write_sample

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.sample import SampleWritten

COUNCIL = "X99000001"


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample") / "inbox"


@pytest.fixture(scope="session")
def written(inbox: Path) -> SampleWritten:
    return write_sample(inbox, bank_holidays=BANK_HOLIDAYS)


@pytest.fixture(scope="session")
def february(written: SampleWritten, inbox: Path) -> Recount:
    return Recount(inbox / COUNCIL / "ssd" / "2021-02")


@pytest.fixture(scope="session")
def january(written: SampleWritten, inbox: Path) -> Recount:
    return Recount(inbox / COUNCIL / "ssd" / "2021-01")


@pytest.fixture(scope="session")
def survey(written: SampleWritten, inbox: Path) -> Path:
    return inbox / COUNCIL / "survey" / "2021-02"

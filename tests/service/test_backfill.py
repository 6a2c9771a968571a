"""Six months by backfill, with the command that the guide for data engineers gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.periods import Period
from pipelines.sample import write_sample
from tests.service.guide import block
from tests.service.servers import Council, serving

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.service

SIX = tuple(Period(2020, 9).plus(months) for months in range(6))


def test_six_months_are_backfilled(tmp_path: Path) -> None:
    here = Council.at(tmp_path)
    write_sample(here.inbox, scale=0.05, months=SIX)
    with serving(here):
        here.says(block("backfill"))
        months = [str(month) for month in SIX]
        here.wait_until_published(*months)
        assert [here.published(month).name for month in months] == ["v0001"] * 6

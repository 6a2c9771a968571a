"""What is broken on purpose stands where it is looked for, so that `python -m tests.mutated` can try it."""

from __future__ import annotations

import pytest

from pipelines.settings import PROJECT
from tests.mutated import TOGETHER, DeliberateError

ERRORS = [error for _, errors in TOGETHER for error in errors]


@pytest.mark.parametrize("error", ERRORS, ids=[error.file for error in ERRORS])
def test_what_is_to_be_broken_stands_in_its_file(error: DeliberateError) -> None:
    assert error.was in (PROJECT / "sql" / error.file).read_text(encoding="utf-8")
    assert error.becomes != error.was

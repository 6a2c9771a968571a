"""What a month lacks: what is due by what was delivered before, from which day on it is missing, and what is held."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.periods import Period
from pipelines.runs.due import what_is_due
from pipelines.storage import write_json
from pipelines.warehouse.build import build
from tests.staged_input import stage
from tests.unit.test_approvals import DELIVERY, HELD, held_in
from tests.warehouse_input import AUTHORITY, MONTH, settings_in, ssd

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

OF_MARCH = f"{AUTHORITY}/ssd/2021-03"
THE_FIFTH, THE_SIXTH = dt.date(2021, 4, 5), dt.date(2021, 4, 6)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A council whose February is published as far as its warehouse goes, and held."""
    folder = tmp_path_factory.mktemp("due")
    held_in(folder, AUTHORITY)
    return folder


@pytest.fixture
def settings(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("INBOX_URL", str(tmp_path / "inbox"))
    return settings_in(tmp_path)


def test_what_came_before_is_due_each_month_and_missing_from_the_day_after(settings: Settings) -> None:
    on_the_day, day_after = what_is_due(settings, THE_FIFTH), what_is_due(settings, THE_SIXTH)
    assert (on_the_day.month, on_the_day.due_on) == (Period(2021, 3), THE_FIFTH)
    assert [str(each) for each in on_the_day.missing] == [OF_MARCH]
    assert not any(OF_MARCH in sentence for sentence in on_the_day.sentences)
    assert f"{OF_MARCH}: nothing was delivered" in day_after.sentences


def test_the_day_is_a_setting(settings: Settings) -> None:
    found = what_is_due(settings.model_copy(update={"due_day": 10}), dt.date(2021, 4, 10))
    assert (found.due_on, found.is_overdue) == (dt.date(2021, 4, 10), False)


def test_what_was_landed_is_not_missing_even_if_it_was_refused(settings: Settings) -> None:
    landed = settings.landing / OF_MARCH / "v0001"
    landed.mkdir(parents=True)
    write_json(landed / "manifest.json", {"version": 1, "content_sha256": "", "files": [], "refusal": None})
    assert what_is_due(settings, THE_SIXTH).missing == ()


def test_what_lies_in_the_inbox_and_is_not_complete_is_missing_and_says_why(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "inbox" / OF_MARCH).mkdir(parents=True)
    inbox = settings.model_copy(update={"inbox_url": str(tmp_path / "inbox")})
    assert (
        f"{OF_MARCH}: it is in the inbox and waits: there is no file in it yet"
        in what_is_due(inbox, THE_SIXTH).sentences
    )


def test_a_held_month_is_named_with_its_reasons(settings: Settings) -> None:
    found = what_is_due(settings, THE_FIFTH)
    assert found.sentences == [f"{MONTH} of {AUTHORITY} is held: {HELD}"]
    assert found.as_json["held"] == [{"authority": AUTHORITY, "month": MONTH, "reasons": [HELD]}]


def test_a_month_in_which_all_is_well_asks_for_nothing(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).of(AUTHORITY)
    stage(settings.staging, DELIVERY, ssd())
    build(settings, Period.parse(MONTH))
    assert what_is_due(settings, THE_FIFTH).sentences == []


def test_where_nothing_was_built_nothing_is_known_to_be_due(tmp_path: Path) -> None:
    found = what_is_due(settings_in(tmp_path), THE_SIXTH)
    assert (found.due, found.sentences) == ((), [])


def test_an_inbox_that_does_not_answer_is_reported(settings: Settings) -> None:
    nobody = settings.model_copy(update={"inbox_url": "sftp://user:secret@127.0.0.1:9/inbox"})
    (first, *_) = what_is_due(nobody, THE_FIFTH).sentences
    assert first.startswith("sftp://127.0.0.1:9/inbox cannot be read: ")
    assert "secret" not in first

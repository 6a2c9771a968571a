"""Whose data may be read without a key that somebody keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.landing.inbox import find_deliveries
from pipelines.orchestration.first_run import _must_have_keys
from pipelines.settings import NoKey, Settings

if TYPE_CHECKING:
    from pathlib import Path

INVITED = "survey_date,invited\r\n2020-12-11,162\r\n"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("PSEUDONYM_KEY", "DISCLOSURE_KEY"):
        # Set first, so that what the run sets is taken back as well.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("INBOX_URL", str(tmp_path))
    deliver(tmp_path, "X99000001")
    return Settings()


def deliver(inbox: Path, authority: str) -> None:
    folder = inbox / authority / "survey" / "2021-02"
    folder.mkdir(parents=True)
    (folder / "invited.csv").write_text(INVITED, encoding="utf-8")


def test_the_made_up_council_gets_keys_that_are_kept_nowhere(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    _must_have_keys(settings, find_deliveries(settings))
    Settings().must_have_keys()
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("a throw-away key serves for the made-up council, and is kept nowhere") == 2
    assert str(Settings().disclosure_key_text) not in said


def test_a_council_beside_it_needs_its_own(settings: Settings, tmp_path: Path) -> None:
    deliver(tmp_path, "E06000015")
    with pytest.raises(NoKey, match="must hold 32 bytes"):
        _must_have_keys(settings, find_deliveries(settings))

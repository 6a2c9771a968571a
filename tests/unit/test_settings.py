from pathlib import Path

import pytest
from pydantic import ValidationError

from pipelines.settings import LITTLE_BYTES, PROJECT, NoDisclosureKey, NoPseudonymKey, Settings


def _settings(key: str | None) -> Settings:
    return Settings(_env_file=None, pseudonym_key=key)  # type: ignore[call-arg]


def test_a_key_of_32_bytes_is_long_enough_and_one_of_31_is_not() -> None:
    assert _settings("k" * 32).key_bytes == b"k" * 32
    with pytest.raises(NoPseudonymKey, match="holds 31"):
        _ = _settings("k" * 31).key_bytes


def test_bytes_count_not_characters() -> None:
    assert len(_settings("é" * 16).key_bytes) == 32


def test_no_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PSEUDONYM_KEY", raising=False)
    with pytest.raises(NoPseudonymKey, match="PSEUDONYM_KEY"):
        _ = _settings(None).key_bytes


def test_the_key_shows_in_no_text_of_the_settings() -> None:
    key = "unmistakable-key-of-more-than-32-bytes"
    settings = _settings(key)
    assert key not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    with pytest.raises(NoPseudonymKey) as refused:
        _ = _settings(key[:20]).key_bytes
    assert key[:20] not in str(refused.value)


def _rounding(key: str | None, pseudonym_key: str | None = None) -> Settings:
    return Settings(_env_file=None, disclosure_key=key, pseudonym_key=pseudonym_key)  # type: ignore[call-arg]


def test_a_disclosure_key_has_32_bytes_too_and_shows_in_no_text() -> None:
    key = "unmistakable-key-of-more-than-32-bytes"
    assert _rounding("k" * 32).disclosure_key_text == "k" * 32
    for short in (None, "k" * 31):
        with pytest.raises(NoDisclosureKey, match="DISCLOSURE_KEY must hold 32 bytes"):
            _ = _rounding(short).disclosure_key_text
    settings = _rounding(key)
    assert key not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    with pytest.raises(NoDisclosureKey) as refused:
        _ = _rounding(key[:20]).disclosure_key_text
    assert key[:20] not in str(refused.value)


def test_the_two_keys_are_not_the_same() -> None:
    _rounding("k" * 32, "p" * 32).must_have_keys()
    with pytest.raises(NoDisclosureKey, match="secret of its own") as refused:
        _rounding("k" * 32, "k" * 32).must_have_keys()
    assert "kkk" not in str(refused.value)
    with pytest.raises(NoPseudonymKey):
        _rounding("k" * 32).must_have_keys()


def test_a_relative_inbox_is_found_from_anywhere_and_an_url_is_left_alone() -> None:
    assert Settings(inbox_url="inbox").inbox.endswith("/inbox")
    assert Settings(inbox_url="sftp://host/inbox").inbox == "sftp://host/inbox"


def test_a_copy_goes_where_an_url_of_postgresql_leads_and_shows_it_to_nobody() -> None:
    settings = Settings(postgres_copy_url="postgresql://copier:hunter2@db.council.example/kpis")  # type: ignore[arg-type]  # settings come as text
    assert "hunter2" not in repr(settings) + settings.model_dump_json()
    assert settings.postgres_copy_edition == "restricted"
    with pytest.raises(ValueError, match="without the name of a driver") as refused:
        Settings(postgres_copy_url="postgresql+psycopg2://copier:hunter2@db.council.example/kpis")  # type: ignore[arg-type]  # settings come as text
    assert "hunter2" not in str(refused.value)


def test_a_folder_of_settings_that_is_named_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the project's would count in place of the council's, in silence."""
    monkeypatch.setenv("COUNCIL_DIR", str(tmp_path))
    assert Settings(_env_file=None).council_dir == tmp_path  # type: ignore[call-arg]
    monkeypatch.setenv("COUNCIL_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ValidationError, match="COUNCIL_DIR names no folder"):
        Settings(_env_file=None)  # type: ignore[call-arg]
    monkeypatch.delenv("COUNCIL_DIR")
    assert Settings(_env_file=None).council_dir == PROJECT / "council"  # type: ignore[call-arg]


def test_little_is_read_on_one_core_unless_somebody_says_on_how_many() -> None:
    settings = Settings(_env_file=None, duckdb_threads=None)  # type: ignore[call-arg]
    assert "threads" not in settings.for_input_of(LITTLE_BYTES).duckdb_config
    assert settings.for_input_of(LITTLE_BYTES - 1).duckdb_config["threads"] == 1
    asked = settings.model_copy(update={"duckdb_threads": 3})
    assert asked.for_input_of(1).duckdb_config["threads"] == 3

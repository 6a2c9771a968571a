import pytest

from pipelines.settings import NoPseudonymKey, Settings


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

"""The macros with which a text becomes a value, each against an independent reading of the same rule."""

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.settings import PROJECT


def _with_macros() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in ("pseudonym.sql", "reading.sql"):
        connection.execute((PROJECT / "sql" / "macros" / name).read_text(encoding="utf-8"))
    return connection


MACROS = _with_macros()


def call(macro: str, *arguments: object) -> object:
    places = ", ".join(f"${number}" for number in range(1, len(arguments) + 1))
    return MACROS.execute(f"SELECT {macro}({places})", list(arguments)).fetchall()[0][0]


def pads(key: bytes) -> tuple[bytes, bytes]:
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)


@settings(max_examples=60, deadline=None)
@given(key=st.binary(min_size=32, max_size=100), message=st.text(max_size=60))
def test_the_macro_is_the_hmac_of_the_standard_library(key: bytes, message: str) -> None:
    expected = hmac.new(key, message.encode(), "sha256").hexdigest()
    assert call("hmac_sha256", *pads(key), message) == expected


def test_a_pseudonym_is_the_first_128_bits_over_kind_authority_and_id() -> None:
    key = b"k" * 32
    message = "person\x1fE06000015\x1f123"
    expected = uuid.UUID(hmac.new(key, message.encode(), "sha256").hexdigest()[:32])
    assert call("pseudonym", *pads(key), "person", "E06000015", "123") == expected


def test_kind_and_authority_keep_the_same_id_apart() -> None:
    inner, outer = pads(b"k" * 32)
    keys = {
        call("pseudonym", inner, outer, kind, authority, "123")
        for kind in ("person", "worker")
        for authority in ("E06000015", "E06000016")
    }
    assert len(keys) == 4


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2020-11-30", dt.date(2020, 11, 30)),
        ("2020-11-30 00:00:00", dt.date(2020, 11, 30)),
        ("2020-11-30 23:59:59.9999999", dt.date(2020, 11, 30)),
        ("2020-11-30T09:30:00.000", dt.date(2020, 11, 30)),
        ("30/11/2020", dt.date(2020, 11, 30)),
        ("1/2/2020", dt.date(2020, 2, 1)),
        ("30/11/2020 00:00:00", dt.date(2020, 11, 30)),
        ("29/02/2020", dt.date(2020, 2, 29)),
        ("29/02/2021", None),
        ("2021-02-29", None),
        ("11/30/2020", None),
        ("30/11/20", None),
        ("30-11-2020", None),
        ("44165", None),
        ("infinity", None),
        ("yesterday", None),
        ("2020-11", None),
        (None, None),
    ],
)
def test_dates_are_iso_or_day_first_and_nothing_else(given: str | None, read: dt.date | None) -> None:
    assert call("read_date", given) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("162", 162),
        ("162.0", 162),
        ("999", 999),
        ("1000", None),
        ("-3", None),
        ("162.5", None),
        ("1e3", None),
        ("many", None),
        ("0,999", 999),
        ("1,000", None),
        ("9,99", None),
        (",999", None),
        ("999,", None),
    ],
)
def test_whole_numbers_up_to_their_maximum(given: str, read: int | None) -> None:
    assert call("read_integer", given, 999) == read


@pytest.mark.parametrize("reader", ["read_integer", "read_number"])
@pytest.mark.parametrize(
    ("given", "read"), [("3,227", 3227), ("1,234,567.0", 1234567), ("3,22", None), ("3,2270", None)]
)
def test_a_comma_may_part_thousands_as_in_print(reader: str, given: str, read: int | None) -> None:
    assert call(reader, given, 99999999) == read


def test_an_nhs_number_is_no_count() -> None:
    assert call("read_integer", "9990001234", 99999999) is None
    assert call("read_number", "9990001234", 99999999) is None
    assert call("read_number", "9,990,001,234", 99999999) is None


@pytest.mark.parametrize(
    ("given", "read"),
    [("0.8", Decimal("0.8")), (".5", Decimal("0.5")), ("2", 2), ("2.0001", None), ("0,8", None), ("n/a", None)],
)
def test_numbers_up_to_their_maximum(given: str, read: Decimal | None) -> None:
    assert call("read_number", given, 2) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [("Y", True), ("yes", True), ("1", True), ("N", False), ("false", False), ("Maybe", None), ("2", None)],
)
def test_flags(given: str, read: bool | None) -> None:
    assert call("read_boolean", given) is read


def test_codes_are_found_whatever_their_case() -> None:
    assert call("read_code", "neg", ["neg", "neglect"], ["NEG", "NEG"]) == "NEG"
    assert call("read_code", "Neglect", ["neg", "neglect"], ["NEG", "NEG"]) == "NEG"
    assert call("read_code", "other", ["neg", "neglect"], ["NEG", "NEG"]) is None


@pytest.mark.parametrize(
    "given", ["A123456789012", "A12345678901B", "9434765919", "943 476 5919", "DE1 2FS", "SW12345"]
)
def test_what_looks_like_a_persons_identifier_is_not_a_code(given: str) -> None:
    assert call("looks_like_a_persons_identifier", given) is True
    assert call("read_text", given, "[A-Za-z0-9 ]*", 20) is None


@pytest.mark.parametrize("given", ["T01", "TEAM-7", "1032", "CIN/2"])
def test_a_team_code_is_read(given: str) -> None:
    assert call("read_text", given, "[A-Za-z0-9_/-]*[0-9][A-Za-z0-9_/-]*", 20) == given


def test_a_text_longer_than_allowed_is_not_read() -> None:
    assert call("read_text", "T" * 19 + "1", "[T1]*", 20) is not None
    assert call("read_text", "T" * 20 + "1", "[T1]*", 20) is None


@pytest.fixture
def care_plan() -> Iterator[str]:
    yield '{"LTFOST18": "Y", "ADOPTION": "", "RETURNEV": "Perhaps", "COMMENTS": "free text"}'


def test_a_flag_is_read_from_its_json(care_plan: str) -> None:
    assert call("read_json_flag", care_plan, "$.LTFOST18") is True
    assert call("read_json_flag", care_plan, "$.ADOPTION") is None
    assert call("read_json_flag", "{not json", "$.ADOPTION") is None


def test_what_cannot_be_read_from_its_json_is_told_from_what_was_not_given(care_plan: str) -> None:
    assert call("is_readable_json_flag", care_plan, "$.LTFOST18") is True
    assert call("is_readable_json_flag", care_plan, "$.ADOPTION") is True
    assert call("is_readable_json_flag", care_plan, "$.MISSING") is True
    assert call("is_readable_json_flag", care_plan, "$.RETURNEV") is False
    assert call("is_readable_json_flag", "{not json", "$.ADOPTION") is False

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
from pydantic import SecretStr

from pipelines.settings import PROJECT, Settings
from pipelines.staging.pseudonyms import key_check


def _with_macros() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in ("dates.sql", "pseudonym.sql", "reading.sql"):
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


@pytest.mark.parametrize("key", ["k" * 32, "longer than a block of 64 bytes, which is hashed before it is a key"])
def test_a_key_is_distinguished_from_another_by_the_pseudonym_of_an_id_that_nobody_has(key: str) -> None:
    inputs = Settings(inbox_url="inbox", pseudonym_key=SecretStr(key))
    assert key_check(inputs) == str(call("pseudonym", *pads(key.encode()), "key check", "", ""))


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
        ("30-11-2020", dt.date(2020, 11, 30)),
        ("30.11.2020", dt.date(2020, 11, 30)),
        ("11-30-2020", None),
        ("2020/11/30", dt.date(2020, 11, 30)),
        ("2020-2-1", dt.date(2020, 2, 1)),
        ("20201130", dt.date(2020, 11, 30)),
        ("20201130.0", dt.date(2020, 11, 30)),
        ("20201131", None),
        ("30112020", None),
        ("10101010", None),
        ("30-NOV-20", dt.date(2020, 11, 30)),
        ("1-Feb-2020", dt.date(2020, 2, 1)),
        ("1 February 2020", dt.date(2020, 2, 1)),
        ("Feb  1 2020 12:00AM", dt.date(2020, 2, 1)),
        ("30-NOV-20 11.59.59.000000 PM", dt.date(2020, 11, 30)),
        ("31-NOV-20", None),
        ("30-NOW-20", None),
        ("30-DEZ-2020", None),
        ("20-11-30", None),
        ("30/11/2020 00:00:00.000", dt.date(2020, 11, 30)),
        ("30/11/2020 12:00:00 AM", dt.date(2020, 11, 30)),
        ("30/11/2020 11:59 PM", dt.date(2020, 11, 30)),
        ("30/11/2020 13:00:00 PM", None),
        ("30/11/2020 24:00:00", None),
        ("30/11/2020 09:60:00", None),
        ("30/11/2020 noon", None),
        ("44165", None),
        ("44165.0", None),
        ("infinity", None),
        ("yesterday", None),
        ("2020-11", None),
        (None, None),
    ],
)
def test_dates_are_year_first_day_first_or_have_the_month_named(given: str | None, read: dt.date | None) -> None:
    assert call("read_date", given) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("30-DEC-98", dt.date(1998, 12, 30)),
        ("29-DEC-99", dt.date(1999, 12, 29)),
        ("30-DEC-99", None),
        ("31-DEC-99", None),
        ("31-DEC-1999", dt.date(1999, 12, 31)),
        ("01-JAN-00", None),
        ("02-JAN-00", dt.date(2000, 1, 2)),
        ("1-Jan-53", None),
    ],
)
def test_two_digits_of_a_year_are_not_read_where_they_may_be_a_placeholders(given: str, read: dt.date | None) -> None:
    assert call("read_date", given) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2020-06-30T22:59:59Z", dt.date(2020, 6, 30)),
        ("2020-06-30T23:00:00Z", dt.date(2020, 7, 1)),
        ("2020-06-30T23:00:00.0000000+00:00", dt.date(2020, 7, 1)),
        ("2020-06-30 23:00:00 UTC", dt.date(2020, 7, 1)),
        ("2020-12-31T23:59:59Z", dt.date(2020, 12, 31)),
        ("2020-07-01 00:00:00.0000000 +01:00", dt.date(2020, 7, 1)),
        ("2020-07-01T00:59:59+02:00", dt.date(2020, 6, 30)),
        ("2020-07-01T01:00:00+0200", dt.date(2020, 7, 1)),
        ("01/07/2020 12:00:00 AM +01:00", dt.date(2020, 7, 1)),
        ("2020-07-01Z", dt.date(2020, 7, 1)),
        ("2020-07-01T00:00:00+99:00", None),
        ("2020-06-30T23:00:00 EST", None),
    ],
)
def test_an_instant_is_on_the_day_that_it_was_in_london(given: str, read: dt.date | None) -> None:
    assert call("read_date", given) == read


@pytest.mark.parametrize("separator", ["/", "-", "."])
@pytest.mark.parametrize(
    ("day_and_month", "day_first", "month_first"),
    [
        (("12", "12"), False, False),
        (("13", "12"), True, False),
        (("12", "13"), False, True),
        (("13", "13"), False, False),
    ],
)
def test_the_order_of_a_date_shows_where_a_part_is_no_month(
    separator: str, day_and_month: tuple[str, str], day_first: bool, month_first: bool
) -> None:
    given = separator.join((*day_and_month, "2020"))
    assert (call("has_day_first", given), call("has_month_first", given)) == (day_first, month_first)
    assert (call("read_date_of_one_order", given) is not None) == day_first


@pytest.mark.parametrize("given", ["2020-02-01", "2020/2/1", "20200201", "1-Feb-2020", "2020-02-01T00:00:00Z"])
def test_a_date_that_shows_its_own_order_has_neither(given: str) -> None:
    assert not call("has_day_first", given) and not call("has_month_first", given)
    assert call("read_date_of_one_order", given) == dt.date(2020, 2, 1)


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
    [
        ("Y", True),
        ("yes", True),
        ("1", True),
        ("1.0", True),
        ("N", False),
        ("false", False),
        ("0.0", False),
        ("Maybe", None),
        ("2", None),
        ("0.5", None),
        ("1.00", None),
    ],
)
def test_flags(given: str, read: bool | None) -> None:
    assert call("read_boolean", given) is read


def test_codes_are_found_whatever_their_case() -> None:
    assert call("read_code", "neg", ["neg", "neglect"], ["NEG", "NEG"]) == "NEG"
    assert call("read_code", "Neglect", ["neg", "neglect"], ["NEG", "NEG"]) == "NEG"
    assert call("read_code", "other", ["neg", "neglect"], ["NEG", "NEG"]) is None


SPELLINGS = ["c2", "3a", "6", "1", "full care order", "child's disability", "police"]
CODES = ["C2", "3A", "6", "1", "C2", "N2", "6"]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("Full care order", "C2"),
        ("Full  care order.", "C2"),
        ("Child\u2019s disability", "N2"),
        ("C2 - Full care order", "C2"),
        ("C2 \u2013 whatever the council calls it", "C2"),
        ("C2: Full care order", "C2"),
        ("3A - General practitioner", "3A"),
        ("C2 -", None),
        ("C2 Full", None),
        ("C3 - Full care order", None),
        ("Not a full care order", None),
        ("6 - Police", None),
        ("1 - Female", None),
    ],
)
def test_a_code_is_read_from_its_spelling_or_from_before_its_description(given: str, read: str | None) -> None:
    assert call("read_code", given, SPELLINGS, CODES) == read


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
    assert call("json_text", care_plan, "$.LTFOST18") == "Y"
    assert call("json_text", care_plan, "$.ADOPTION") is None
    assert call("json_text", "{not json", "$.ADOPTION") is None


@pytest.mark.parametrize(
    ("key", "is_readable"), [("LTFOST18", True), ("ADOPTION", True), ("MISSING", True), ("RETURNEV", False)]
)
def test_what_cannot_be_read_from_its_json_is_distinguished_from_what_was_not_given(
    care_plan: str, key: str, is_readable: bool
) -> None:
    assert call("is_readable_json_flag", care_plan, call("json_text", care_plan, f"$.{key}")) is is_readable
    assert call("is_readable_json_flag", "{not json", None) is False


def test_what_has_not_ended_ends_on_the_last_day_of_all() -> None:
    assert call("end_date_or_open", None) == dt.date.max
    assert call("end_date_or_open", dt.date(2021, 2, 28)) == dt.date(2021, 2, 28)


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ("31-FEB-21", "99-AAA-99"),
        ("44228", "99999"),
        ("Zoë Smith", "AAA AAAAA"),
        ("a@b\n", "A?A?"),
        ("A" * 21, "A" * 20),
    ],
)
def test_the_shape_of_a_text_says_nothing_of_what_it_says(given: str, shape: str) -> None:
    assert call("shape_of", given) == shape

"""Fixed random rounding by a cell key, macro by macro: what stays, which way the rest goes, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "of-a-test-alone-and-of-32-bytes-or-more"


def session(key: str = KEY) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET VARIABLE disclosure_key = $key", {"key": key})
    connection.execute("CREATE SCHEMA reference")
    limits = PROJECT / "sql/reference/disclosure_limit.csv"
    connection.read_csv(str(limits), header=True).create("reference.disclosure_limit")
    for name in ("macros/rounding", "macros/disclosure", "editions/disclosure/limits"):
        connection.execute((PROJECT / f"sql/{name}.sql").read_text(encoding="utf-8"))
    return connection


@pytest.fixture(scope="module")
def rounding() -> Iterator[duckdb.DuckDBPyConnection]:
    with session() as connection:
        yield connection


def rounded(connection: duckdb.DuckDBPyConnection, figure: float, keys: int = 2000) -> dict[float, int]:
    """What a figure becomes with each of so many keys, and how often."""
    asked = """
        SELECT cast(rounded_by_key(cast($figure AS DECIMAL(18, 2)), cast(range AS HUGEINT), 5) AS DOUBLE), count(*)
        FROM range($keys)
        GROUP BY 1
    """
    return dict(connection.execute(asked, {"figure": figure, "keys": keys}).fetchall())


@pytest.mark.parametrize("figure", [0, 5, 10, 1200])
def test_a_multiple_of_5_stays(rounding: duckdb.DuckDBPyConnection, figure: int) -> None:
    assert rounded(rounding, figure) == {figure: 2000}


@pytest.mark.parametrize("figure", [1, 2, 3, 4, 6, 9, 11, 122, 719, 4.99, 0.01, 140.6])
def test_anything_else_goes_up_as_often_as_it_lies_above_the_multiple_below(
    rounding: duckdb.DuckDBPyConnection, figure: float
) -> None:
    below = 5 * (figure // 5)
    found = rounded(rounding, figure)
    assert set(found) <= {below, below + 5}
    share = (figure - below) / 5
    # Four standard errors of 2,000 draws.
    assert abs(found.get(below + 5, 0) / 2000 - share) <= 4 * (share * (1 - share) / 2000) ** 0.5


def test_the_key_alone_decides(rounding: duckdb.DuckDBPyConnection) -> None:
    asked = "SELECT list(rounded_by_key(cast(7 AS DECIMAL(18, 2)), cast(range AS HUGEINT), 5)) FROM range(100)"
    with session() as same, session(f"{KEY}!") as another:
        one, again, other = (each.sql(asked).fetchall() for each in (rounding, same, another))
    assert one == again
    assert one != other


def test_the_key_of_a_set_is_that_of_no_other_and_of_no_order(rounding: duckdb.DuckDBPyConnection) -> None:
    def key_of(*records: str) -> int:
        asked = "SELECT cell_key(sum(keyed_hash(record))) FROM unnest($records) AS given (record)"
        ((key,),) = rounding.execute(asked, {"records": list(records)}).fetchall()
        return int(key)

    assert key_of("a", "b", "c") == key_of("c", "a", "b")
    keys = {key_of(), key_of("a"), key_of("b"), key_of("a", "b"), key_of("a", "b", "c"), key_of("a", "a")}
    assert len(keys) == 6
    assert key_of() == 0 and all(0 <= key < 2**64 for key in keys)


def test_the_sum_of_hashes_is_taken_modulo_2_to_the_64(rounding: duckdb.DuckDBPyConnection) -> None:
    asked = f"SELECT cell_key(cast({2**64 - 1} AS HUGEINT)), cell_key(cast({2**64} AS HUGEINT)), cell_key(NULL)"
    assert rounding.sql(asked).fetchall() == [(2**64 - 1, 0, 0)]


@pytest.mark.parametrize(
    ("figure", "symbol"), [(None, "z"), (0, "low"), (5, None)], ids=["no denominator", "rounded to 0", "rounded to 5"]
)
def test_a_count_that_is_0_says_that_it_may_not_be(
    rounding: duckdb.DuckDBPyConnection, figure: int | None, symbol: str | None
) -> None:
    assert rounding.execute("SELECT count_symbol(cast($1 AS DECIMAL(18, 2)))", [figure]).fetchall() == [(symbol,)]


@pytest.mark.parametrize(
    ("value", "numerator", "unit", "symbol"),
    [
        (None, 10, "percent", "c"),
        (None, 10, "ratio", "c"),
        (None, 10, "per_10000", "z"),
        (0.0, 0, "percent", "low"),
        (25.0, 5, "percent", None),
        (0.0, 0, "count", "low"),
    ],
)
def test_why_a_figure_is_not_there(
    rounding: duckdb.DuckDBPyConnection, value: float | None, numerator: int, unit: str, symbol: str | None
) -> None:
    asked = "SELECT value_symbol(cast($1 AS DOUBLE), cast($2 AS DECIMAL(18, 2)), $3)"
    assert rounding.execute(asked, [value, numerator, unit]).fetchall() == [(symbol,)]


@pytest.mark.parametrize(
    ("respondents", "is_shown"), [(10, False), (15, True), (None, False)], ids=["6 to 14", "11 to 19", "nobody said"]
)
def test_a_score_is_shown_where_ten_or_more_are_behind_it_for_certain(
    rounding: duckdb.DuckDBPyConnection, respondents: int | None, is_shown: bool
) -> None:
    with rounding.cursor() as connection:
        # Variables are a session's own.
        connection.execute((PROJECT / "sql/editions/disclosure/limits.sql").read_text(encoding="utf-8"))
        connection.execute("CREATE SCHEMA IF NOT EXISTS snapshots")
        columns = {
            "authority_code": "VARCHAR", "reporting_month": "VARCHAR", "survey_date": "DATE", "standard_id": "VARCHAR",
            "standard_name": "VARCHAR", "display_order": "BIGINT", "geography": "VARCHAR", "score": "DOUBLE",
            "rounded_score": "INTEGER", "margin": "DOUBLE", "without_score": "DOUBLE", "rag": "VARCHAR",
            "narrative_conflict": "BOOLEAN",
            "narrative_words": "VARCHAR", "narrative_note": "VARCHAR", "narrative_signed_by": "VARCHAR",
            "narrative_signed_on": "DATE", "is_reverse": "BOOLEAN", "respondents": "BIGINT", "questions": "BIGINT",
            "basis": "VARCHAR",
        }  # fmt: skip
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE OR REPLACE TABLE snapshots.survey_score ({declared})")
        for geography, others, score in (("council", respondents, 71.2345), ("region", 400, 73.9)):
            connection.execute(
                "INSERT INTO snapshots.survey_score BY NAME SELECT 'X99000001' AS authority_code, 's' AS standard_id, "
                "'2021-02' AS reporting_month, $1 AS geography, $2 AS respondents, $3 AS score, 74.0 AS without_score, "
                "71 AS rounded_score, 'amber' AS rag, false AS narrative_conflict",
                [geography, others, score],
            )
        made = connection.sql((PROJECT / "sql/editions/public/survey_score.sql").read_text(encoding="utf-8"))
        rows = {row["geography"]: row for row in (dict(zip(made.columns, row, strict=True)) for row in made.fetchall())}
    council, region = rows["council"], rows["region"]
    assert (council["score"], council["score_symbol"]) == ((71.2, None) if is_shown else (None, "c"))
    assert (council["rounded_score"], council["rag"]) == ((71, "amber") if is_shown else (None, "not shown"))
    assert (region["score"], region["score_symbol"]) == (73.9, None)
    # Without the council, it would give the council away.
    assert (region["without_score"], region["without_score_symbol"]) == ((74.0, None) if is_shown else (None, "c"))

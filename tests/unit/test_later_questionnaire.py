"""A later questionnaire brings its own standards and its questions in words: nothing of it is refused."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.staging.stage import stage
from pipelines.warehouse.build import build
from tests.exports import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MONTH = "2026-02"
WITH_ITS_STANDARDS, WITHOUT_THEM = "E06000015", "E06000016"
FILES: dict[str, Sequence[Sequence[str]]] = {
    "standards.csv": [
        ("standard_id", "standard_name", "reverse", "display_order"),
        ("standard_9", "Anti-racist practice", "N", "9"),
        ("worries", "Worries", "Y", "10"),
        ("standard_1", "A framework for practice", "", ""),
        ("unordered", "Hope", "N", ""),
        ("unread", "Which way", "perhaps", "12"),
    ],
    "questions.csv": [
        ("question_id", "question", "standard_id", "reverse", "points"),
        ("q1", "Can you speak about racism at work?", "standard_9", "", "5"),
        ("q2", "", "worries", "", "5"),
        ("q3", "Is it <b>clear</b>?", "standard_1", "N", "5"),
        ("q4", "", "unordered", "N", "5"),
        ("q5", "", "unread", "N", "5"),
        ("q6", "", "standard_1", "perhaps", "5"),
    ],
    "responses.csv": [
        ("respondent_id", "q1", "q2", "q3", "q4", "q5", "q6"),
        ("r1", "5", "2", "4", *"333"),
        ("r2", "4", "1", "4", *"331"),
    ],
    "invited.csv": [("survey_date", "invited"), ("2026-02-20", "2")],
    "summary.csv": [("standard", "council", "region", "nation"), ("anti-racist practice", "", "60", "65")],
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, Any]]]:
    """The warehouse, and the findings of each authority."""
    root = tmp_path_factory.mktemp("later")
    settings = Settings(
        _env_file=None, inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY, duckdb_threads=1
    )
    findings = {}
    for authority in (WITH_ITS_STANDARDS, WITHOUT_THEM):
        delivery = Delivery.parse(f"{authority}/survey/{MONTH}")
        (root / "inbox" / str(delivery)).mkdir(parents=True)
        for name, rows in FILES.items():
            if authority == WITH_ITS_STANDARDS or name != "standards.csv":
                with (root / "inbox" / str(delivery) / name).open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows(rows)
        landing.land(settings, delivery)
        staged = stage(settings, delivery)
        assert staged.refusal is None
        found = duckdb.read_parquet(str(staged.folder / "finding.parquet"))
        findings[authority] = found.project("table_name, column_name, line, consequence").fetchall()
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as warehouse:
        yield warehouse, findings


def scores(built: tuple[duckdb.DuckDBPyConnection, Any], authority: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    query = """
        SELECT standard_id, geography, standard_name, rounded_score, is_reverse, rag, display_order
        FROM snapshots.survey_score WHERE authority_code = ?
    """
    return {row[:2]: row[2:] for row in built[0].execute(query, [authority]).fetchall()}


def test_its_standards_are_scored_under_their_names(built: tuple[duckdb.DuckDBPyConnection, Any]) -> None:
    assert scores(built, WITH_ITS_STANDARDS) == {
        ("standard_9", "council"): ("Anti-racist practice", 88, False, "green", 9),
        ("standard_9", "region"): ("Anti-racist practice", 60, False, "amber", 9),
        ("standard_9", "nation"): ("Anti-racist practice", 65, False, "amber", 9),
        ("worries", "council"): ("Worries", 13, True, "green", 10),
        ("standard_1", "council"): ("A framework for practice", 75, False, "green", 1),
        ("unordered", "council"): ("Hope", 50, False, "red", 100),
    }


def test_without_them_they_are_unknown_and_said_to_be(built: tuple[duckdb.DuckDBPyConnection, Any]) -> None:
    assert scores(built, WITHOUT_THEM) == {
        ("standard_1", "council"): ("Strong and clear social work framework", 75, False, "green", 1)
    }
    unknown = {("survey_questions", "standard_id", line, "warn") for line in (2, 3, 5, 6)}
    refused = ("survey_summary", "standard", 2, "refuse_row")
    assert unknown | {refused} <= set(built[1][WITHOUT_THEM])
    named = {"standard_id", "standard"}
    assert not [each for each in built[1][WITH_ITS_STANDARDS] if each[1] in named]


def test_what_was_asked_stands_beside_the_score_and_what_could_not_be_read_does_not(
    built: tuple[duckdb.DuckDBPyConnection, Any],
) -> None:
    asked = built[0].execute(
        "SELECT question_id, question FROM snapshots.survey_item WHERE authority_code = ? ORDER BY ALL",
        [WITH_ITS_STANDARDS],
    )
    assert asked.fetchall() == [
        ("q1", "Can you speak about racism at work?"),
        *((question, None) for question in ("q2", "q3", "q4", "q5")),
    ]
    assert ("survey_questions", "question", 4, "warn") in built[1][WITH_ITS_STANDARDS]

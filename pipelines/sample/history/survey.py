"""The social work health check: 67 respondents of 162, 59 questions, and the scores of region and nation beside them.

Each question has a score to come out at; answers are drawn around it, each respondent in a mood of their own, and then
moved by single points until the question's mean is as close to its score as its number of answers allows.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.sample.history.streams import stream

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

RESPONDENTS = 67
INVITED = 162
SURVEY_DATE = dt.date(2020, 12, 11)
POINTS = 5
WORDS = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
NOT_APPLICABLE, BLANK = "Not applicable", ""
LOWEST_USUAL, HIGHEST_USUAL = 61.0, 93.0

SCORES: dict[str, tuple[float, ...]] = {
    "standard_1": (82, 79, 77, 82),
    "standard_2": (73, 77, 72),
    "standard_3": (59, 79, 72, 74, 76),
    "standard_4": (75, 74, 66, 62, 68, 65, 63, 69, 61, 67),
    "standard_5": (71, 66, 73, 68, 64, 72),
    "standard_6": (55, 76, 74, 70, 71, 73, 71),
    "standard_7": (81, 74, 79, 77, 82, 75),
    "standard_8": (87, 83),
    "employee_contribution": (89, 89, 83),
    "tensions": (84,),
    "overall_satisfaction": (82, 78),
    "desire_to_stay": (84, 80),
    "covid": (59, 79, 76, 78),
    "unassigned": (59, 72, 68, 77),
}
"""The score of every question, by standard. The report names some: 59 control over workload (standard 3), 75 and 74
highest in standard 4, 55 dedicated time for development, 83 recommending the employer, 59 coping during the pandemic;
and 59 access to trade unions, of which it does not say where it belongs. Thirteen questions it does not place: two,
two and four of them stand here for the last three lines of its table, and four for none."""

IN_WORDS: dict[tuple[str, int], str] = {
    ("standard_3", 0): "I have control over my workload",
    ("standard_6", 0): "I have dedicated time for continuous professional development",
    ("employee_contribution", 2): "I would recommend my employer",
    ("covid", 0): "During COVID I feel positive, or able to cope, most of the time",
    ("unassigned", 0): "I have access to a trade union",
}
"""What was asked, of those questions that the report names; by standard, and place in it."""

COMPARATORS: dict[str, tuple[int, int]] = {
    "standard_1": (81, 81),
    "standard_2": (74, 77),
    "standard_3": (74, 75),
    "standard_4": (69, 74),
    "standard_5": (65, 74),
    "standard_6": (63, 69),
    "standard_7": (79, 79),
    "standard_8": (80, 79),
    "employee_contribution": (84, 86),
    "tensions": (79, 81),
    "overall_satisfaction": (68, 74),
    "desire_to_stay": (71, 76),
    "covid": (72, 77),
}
"""Region and nation, as the report gives them."""
COMPARED_RESPONDENTS = {"region": 412, "nation": 3227}


@dataclass(frozen=True)
class SurveyQuestion:
    """One question of the registry, and the score its answers come out at."""

    id: str
    standard: str
    score: float
    words: str

    @property
    def reverse(self) -> bool:
        """Agreement is bad news."""
        return self.standard == "tensions"


def questions() -> list[SurveyQuestion]:
    """q01 to q59 in the order of the standards."""
    placed = [
        (standard, score, IN_WORDS.get((standard, place), ""))
        for standard, scores in SCORES.items()
        for place, score in enumerate(scores)
    ]
    return [SurveyQuestion(f"q{number:02d}", *place) for number, place in enumerate(placed, start=1)]


def write_survey(folder: Path, seed: int) -> dict[str, int]:
    """Write the four files of the survey; returns rows by file name."""
    asked = questions()
    return {
        "questions.csv": _write(folder / "questions.csv", _question_table(asked)),
        "responses.csv": _write(folder / "responses.csv", _response_table(seed, asked)),
        "invited.csv": _write(folder / "invited.csv", [("survey_date", "invited"), (SURVEY_DATE, INVITED)]),
        "comparators.csv": _write(folder / "comparators.csv", _comparator_table()),
    }


def _write(path: Path, table: Iterable[Sequence[object]]) -> int:
    lines = list(table)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
    return len(lines) - 1


def _question_table(asked: list[SurveyQuestion]) -> Iterator[Sequence[object]]:
    yield "question_id", "question", "standard_id", "reverse", "points"
    for question in asked:
        yield question.id, question.words, question.standard, "Y" if question.reverse else "N", POINTS


def _comparator_table() -> Iterator[Sequence[object]]:
    yield "standard_id", "geography", "score", "respondents"
    for standard, scores in COMPARATORS.items():
        for (geography, respondents), score in zip(COMPARED_RESPONDENTS.items(), scores, strict=True):
            yield standard, geography, score, respondents


def _response_table(seed: int, asked: list[SurveyQuestion]) -> Iterator[Sequence[object]]:
    moods = [stream(seed, "respondent", number).gauss(0, 0.45) for number in range(RESPONDENTS)]
    columns = [_answers(stream(seed, "question", question.id), question, moods) for question in asked]
    yield "respondent_id", *(question.id for question in asked)
    for number, answers in enumerate(zip(*columns, strict=True), start=1):
        yield f"SWHC-{number:03d}", *answers


def _answers(rng: random.Random, question: SurveyQuestion, moods: list[float]) -> list[str]:
    """One answer a respondent; numbers instead of words in every seventh question."""
    answering = [number for number in range(RESPONDENTS) if rng.random() >= 0.04]
    points = _points(rng, question.score, [moods[number] for number in answering])
    as_numbers = int(question.id[1:]) % 7 == 0
    given = {
        number: str(point + 1) if as_numbers else WORDS[point] for number, point in zip(answering, points, strict=True)
    }
    return [given.get(number) or rng.choice((NOT_APPLICABLE, BLANK)) for number in range(RESPONDENTS)]


def _points(rng: random.Random, score: float, moods: list[float]) -> list[int]:
    """Points from 0 to 4 whose mean is ``score`` of 100 as nearly as whole points allow."""
    mean = score / 100 * (POINTS - 1)
    points = [min(max(round(mean + mood + rng.gauss(0, 0.75)), 0), POINTS - 1) for mood in moods]
    owed = round(mean * len(points)) - sum(points)
    step = 1 if owed > 0 else -1
    while owed:
        place = rng.randrange(len(points))
        if 0 <= points[place] + step < POINTS:
            points[place] += step
            owed -= step
    return points

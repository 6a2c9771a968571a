"""The health check's response rate, and its scores."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.recount.counted import Counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.recount.records import Row

TENSIONS = "tensions"


@dataclass(frozen=True)
class Score:
    score: Fraction
    rag: str
    respondents: int


def response_rate(invited: Sequence[Row], responses: Sequence[Row]) -> Iterator[Counted]:
    """Whoever answered anything, of those invited; nothing where more answered than were invited."""
    respondents = {row["respondent_id"] for row in responses if row["answers"]}
    number = sum(row["invited"] for row in invited)
    if invited and len(respondents) <= number:
        yield Counted("survey_response_rate", None, len(respondents), number)


def scores(questions: Sequence[Row], responses: Sequence[Row]) -> Iterator[tuple[str, Score]]:
    """Of each standard the mean of its items' means, on a scale of five points."""
    of_standard = defaultdict(list)
    for row in questions:
        if row["standard_id"] != "unassigned":
            of_standard[row["standard_id"]].append(row["question_id"])
    answered = [row["answers"] for row in responses]
    for standard, ids in of_standard.items():
        items = [[answers[each] for answers in answered if each in answers] for each in ids]
        means = [Fraction(100 * sum(point - 1 for point in item), 4 * len(item)) for item in items]
        mean = Fraction(sum(means), len(means))
        yield standard, Score(mean, rag(standard, mean), sum(any(each in given for each in ids) for given in answered))


def items(questions: Sequence[Row], responses: Sequence[Row]) -> Iterator[tuple[str, str, Fraction, int]]:
    """Of each question that anybody answered its standard, its mean on a scale of five points, and how many did."""
    for row in questions:
        points = [given["answers"][row["question_id"]] for given in responses if row["question_id"] in given["answers"]]
        if points:
            mean = Fraction(100 * sum(point - 1 for point in points), 4 * len(points))
            yield row["question_id"], row["standard_id"], mean, len(points)


def rag(standard: str, score: Fraction) -> str:
    """Of the score, half up to a whole number: to 50 red, to 74 amber; of Tensions to 50 green, to 75 amber."""
    whole = int(score + Fraction(1, 2))
    if standard == TENSIONS:
        return ("green", "amber", "red")[bisect_right([51, 76], whole)]
    return ("red", "amber", "green")[bisect_right([51, 75], whole)]

"""The health check's response rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.recount.counted import Counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.recount.records import Row


def response_rate(invited: Sequence[Row], responses: Sequence[Row]) -> Iterator[Counted]:
    """Whoever answered anything, of those invited; nothing where more answered than were invited."""
    respondents = {row["respondent_id"] for row in responses if row["answers"]}
    number = sum(row["invited"] for row in invited)
    if invited and len(respondents) <= number:
        yield Counted("survey_response_rate", None, len(respondents), number)

"""Serious incidents: no child, no team."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.recount.counted import Counted
from tests.recount.days import after_months, after_working_days, in_the_month_to, working_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from tests.recount.records import Row

NOTIFICATION_LIMIT = 5
RAPID_REVIEW_LIMIT = 15
MONTHS_TO_PUBLISH = 6


def of_notifications(notifications: Iterable[Row], reviews: Iterable[Row], end: date) -> Iterator[Counted]:
    sent = defaultdict(list)
    for row in reviews:
        if row.get("review_type") == "rapid_review" and row.get("sent_date"):
            sent[row.get("notification_id")].append(row["sent_date"])
    for row in notifications:
        notified, aware = row.get("notified_date"), row.get("aware_date")
        if notified is None or row.get("withdrawn"):
            continue
        due = after_working_days(notified, RAPID_REVIEW_LIMIT)
        if in_the_month_to(end, due):
            yield Counted("rapid_review_15wd", None, any(day <= due for day in sent[row["notification_id"]]))
        if in_the_month_to(end, notified) and row.get("incident_type") != "looked_after_death":
            yield Counted("sin_count", None, 1, None)
            if aware is not None and aware <= notified:
                yield Counted("sin_notified_5wd", None, working_days(aware, notified) <= NOTIFICATION_LIMIT)


def of_practice_reviews(reviews: Iterable[Row], end: date) -> Iterator[Counted]:
    for row in reviews:
        decided, published = row.get("decision_date"), row.get("published_date")
        if row.get("review_type") == "lcspr" and decided is not None and not row.get("delay_agreed"):
            due = after_months(decided, MONTHS_TO_PUBLISH)
            if in_the_month_to(end, due):
                yield Counted("lcspr_published_6m", None, published is not None and published <= due)

"""What the sample is shaped on: published counts, the committee report's percentages, and a council's size.

Children counted at month ends, and shares of what is done on time. None of it is written to a file: it only
decides what happens to the made-up children, and a pipeline has to find it again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTHORITY_CODE = "X99000001"
AUTHORITY_NAME = "Sample council"

FIRST_MONTH = Period(2018, 1)
LAST_MONTH = Period(2021, 5)
"""Lives are made up to here, so that the last deliveries have open cases which end later."""
HORIZON = LAST_MONTH.last_day
EARLIEST_START = dt.date(2015, 1, 5)
"""No clock starts before this: the bank holidays that a pipeline knows begin in 2015."""

WINDOW_FIRST = dt.date(2020, 9, 1)
WINDOW_LAST = dt.date(2021, 2, 28)
"""The six months of the committee report."""

LOOKED_AFTER = {
    Period(2017, 12): 486,
    Period(2018, 3): 491,
    Period(2018, 9): 529,
    Period(2019, 3): 562,
    Period(2019, 9): 579,
    Period(2020, 2): 590,
    Period(2020, 3): 588,
    Period(2020, 9): 624,
    Period(2021, 2): 655,
    LAST_MONTH: 648,
}
ON_A_PLAN = {
    Period(2017, 12): 508,
    Period(2018, 3): 519,
    Period(2018, 9): 471,
    Period(2019, 3): 426,
    Period(2019, 9): 408,
    Period(2020, 2): 395,
    Period(2020, 3): 381,
    Period(2020, 9): 436,
    Period(2021, 2): 474,
    LAST_MONTH: 455,
}

STARTS_OF_CARE = 21.0
STARTS_OF_PLANS = 46.0
CONFERENCES_WITHOUT_A_PLAN = 8.0
ASSESSMENTS_OF_NEED = 195.0
REFERRALS_WITHOUT_ASSESSMENT = 28.0
PLANS_OF_OTHER_AUTHORITIES = 0.5
"""Each a month, at scale 1."""
SHORT_BREAK_CHILDREN = 12
UNBORN_CHILDREN = 5
SOCIAL_WORKERS = 162
LEAVERS = 44

QUIET_MONTHS = {Period(2020, 4): 0.72, Period(2020, 5): 0.8, Period(2020, 6): 0.92}
"""The first lockdown: fewer came to notice."""


@dataclass(frozen=True)
class Share:
    """What share is done on time: over the window exactly, and in earlier years about."""

    window: float
    earlier: Mapping[int, float]

    def at(self, day: dt.date) -> float:
        """The share that holds on a day outside the window."""
        return self.earlier[min(max(day.year, min(self.earlier)), max(self.earlier))]


def in_window(day: dt.date) -> bool:
    """Whether the day lies in the report's six months."""
    return WINDOW_FIRST <= day <= WINDOW_LAST


ASSESSED_IN_45_DAYS = Share(0.95, {2018: 0.66, 2019: 0.86, 2020: 0.93, 2021: 0.95})
CONFERENCE_IN_15_DAYS = Share(0.59, {2018: 0.91, 2019: 0.78, 2020: 0.62, 2021: 0.6})
CIN_VISITS = Share(0.97, {2018: 0.9, 2019: 0.93, 2020: 0.95})
CIN_REVIEWS = Share(0.97, {2018: 0.9, 2019: 0.93, 2020: 0.95})
CP_VISITS = Share(0.85, {2018: 0.79, 2019: 0.82, 2020: 0.84})
CP_REVIEWS = Share(0.94, {2018: 0.93, 2019: 0.91, 2020: 0.9})
CLA_VISITS = Share(0.90, {2018: 0.85, 2019: 0.87, 2020: 0.89})
CLA_REVIEWS = Share(1.0, {2018: 0.95, 2019: 0.96, 2020: 0.98})

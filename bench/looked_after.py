"""A made-up 903 return, as large as a country's: ``python -m bench.looked_after FOLDER [REVIEWS]`` writes its lists.

Every date in it is invented. It is written a child at a time, the same for the same number of reviews.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEADINGS = {
    "header": ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    "episodes": (
        *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER"),
        *("DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"),
    ),
    "reviews": ("CHILD", "DOB", "REVIEW", "REVIEW_CODE"),
}
FIRST_DAY = dt.date(2023, 4, 1)
REVIEWS = 1_000_000
MOST_OF_A_CHILD = 5


def write(folder: Path, reviews: int) -> None:
    """Write the lists of a return of so many reviews, and of the children and episodes that they are of."""
    dice = random.Random(reviews)  # noqa: S311 - made-up data
    with ExitStack() as stack:
        writers = {name: _opened(stack, folder / f"{name}.csv", headings) for name, headings in HEADINGS.items()}
        number = left = 0
        while left < reviews:
            number += 1
            of_child = min(dice.randrange(1, MOST_OF_A_CHILD + 1), reviews - left)
            left += of_child
            _write_child(dice, writers, number, of_child)


def _opened(stack: ExitStack, file: Path, headings: Sequence[str]) -> Callable[[Sequence[Any]], object]:
    writer = csv.writer(stack.enter_context(file.open("w", encoding="utf-8", newline="")))
    writer.writerow(headings)
    return writer.writerow


def _write_child(
    dice: random.Random, writers: dict[str, Callable[[Sequence[Any]], object]], number: int, reviews: int
) -> None:
    child, born = f"MADEUP{number:08d}", FIRST_DAY - dt.timedelta(days=dice.randrange(200, 6200))
    ethnicity = dice.choice(("WBRI", "WOTH", "APKN", "BAFR", "MOTH", "NOBT"))
    writers["header"]((child, dice.choice("12"), _day(born), ethnicity, f"A{number:012d}", "", ""))
    begun = FIRST_DAY + dt.timedelta(days=dice.randrange(20))
    writers["episodes"]((child, _day(begun), "S", "C2", "N1", "U6", "PR1", "", "", "", "", "", "XXXXXXX"))
    for each in range(reviews):
        held = begun + dt.timedelta(days=20 + each * 64 + dice.randrange(20))
        is_under_four = (held - born).days < 4 * 365
        writers["reviews"]((child, _day(born), _day(held), "PN0" if is_under_four else dice.choice(("PN1", "PN3"))))


def _day(date: dt.date) -> str:
    return f"{date:%d/%m/%Y}"


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else REVIEWS)

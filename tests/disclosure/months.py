"""Twenty-four deliveries of one: what a council would have sent month after month, of the records it has now.

Each month gets the staged delivery again, as it would have been then. Records are written late: one in twenty comes up
to two months after its day. Some are withdrawn: one in two hundred is gone three months later. So the figures of past
months change from one release to the next, as they do in life.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb

from pipelines.periods import Period
from pipelines.storage import CURRENT, read_json

if TYPE_CHECKING:
    from pathlib import Path

# The day that each record is about, and its id.
DATED = {
    "ssd_cin_assessments": ("cina_assessment_auth_date", "cina_assessment_id"),
    "ssd_cla_reviews": ("clar_cla_review_date", "clar_cla_review_id"),
    "ssd_cla_visits": ("clav_cla_visit_date", "clav_cla_visit_id"),
    "ssd_cp_reviews": ("cppr_cp_review_date", "cppr_cp_review_id"),
    "ssd_initial_cp_conference": ("icpc_icpc_date", "icpc_icpc_id"),
    "local_cin_reviews": ("review_date", "review_id"),
    "local_serious_incidents": ("notified_date", "notification_id"),
}
AS_IT_WAS = """
    SELECT * FROM read_parquet('{file}')
    WHERE coalesce({date} <= DATE '{end}'
        - CASE WHEN hash({id}) % 20 = 0 THEN cast(hash({id}) % 61 AS INTEGER) ELSE 0 END
        AND NOT (hash({id}) % 200 = 7 AND {date} < DATE '{end}' - 90), true)
    ORDER BY line
"""


def months_to(last: str, how_many: int) -> list[Period]:
    """The consecutive months that end with the last."""
    return [Period.parse(last).plus(-back) for back in reversed(range(how_many))]


def stage_as_it_was(staging: Path, source: str, month: Period, into: Path) -> None:
    """Stage the newest delivery of a source as that of a month before."""
    newest = max((staging / source).glob("authority=*/month=*"))
    version = read_json(newest / CURRENT)["folder"]
    place = into / source / newest.parent.name / f"month={month}"
    shutil.copytree(newest, place)
    for file in sorted((place / version).glob("*.parquet")):
        if file.stem in DATED:
            date, identity = DATED[file.stem]
            end = str(month.last_day)
            rows = AS_IT_WAS.format(file=newest / version / file.name, date=date, id=identity, end=end)
            duckdb.sql(rows).write_parquet(str(file))

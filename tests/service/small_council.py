"""A council of two children, for tests of how a month runs and not of what is counted in it.

A sample of a few per cent has years of history in every KPI and team, nearly all of it small numbers, and the public
edition of such a council takes the longest of all: most of a minute of the processor for each version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.deliveries import Delivery
from pipelines.sample.council import READY
from tests.exports import write_ssd

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipelines.periods import Period

COUNCIL = "X99000001"
TABLES = {
    "ssd_person": [
        {"pers_person_id": "C1", "pers_sex": "F", "pers_dob": "14/03/2012"},
        # With no sex recorded, and nobody who holds the case: a finding for a work list.
        {"pers_person_id": "C2", "pers_dob": "02/11/2015"},
    ],
    "ssd_involvements": [
        {
            "invo_involvements_id": "I1",
            "invo_professional_team": "T01",
            "invo_involvement_start_date": "01/06/2020",
            "invo_person_id": "C1",
        }
    ],
    "ssd_cin_episodes": [
        {"cine_referral_id": "R1", "cine_person_id": "C1", "cine_referral_date": "01/06/2020"},
        {"cine_referral_id": "R2", "cine_person_id": "C2", "cine_referral_date": "08/06/2020"},
    ],
    "ssd_cp_plans": [
        {
            "cppl_cp_plan_id": "P1",
            "cppl_referral_id": "R1",
            "cppl_person_id": "C1",
            "cppl_cp_plan_start_date": "22/06/2020",
        }
    ],
}
SUMMARY = "standard,council,region,nation\nStandard 1 - Strong and clear social work framework,71,70,72\n"


def write_small_council(inbox: Path, months: Iterable[Period]) -> None:
    """Deliver the dataset in each month, and in the last the survey's summary too."""
    months = sorted(months)
    for month in months:
        folder = inbox / str(Delivery(COUNCIL, "ssd", month))
        write_ssd(folder, TABLES)
        (folder / READY).touch()
    folder = inbox / str(Delivery(COUNCIL, "survey", months[-1]))
    folder.mkdir(parents=True)
    (folder / "summary.csv").write_text(SUMMARY, encoding="utf-8")
    (folder / "invited.csv").write_text("survey_date,invited\n2020-12-11,162\n", encoding="utf-8")
    (folder / READY).touch()

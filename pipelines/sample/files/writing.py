"""Writing the exports: every row once, to each delivery that knows of it by then, as its system writes it."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from pipelines.contracts.model import Contract
    from pipelines.deliveries import Delivery
    from pipelines.sample.history.people import Row


@dataclass(frozen=True)
class Lifetime:
    """The date from which a row is known, and the later dates that come with what is known only then."""

    begins: str = "_known"
    later: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def known_on(self, row: Row, day: dt.date) -> Row | None:
        """The row as an export of that day holds it; None where it does not yet."""
        begins = row.get(self.begins)
        if begins is not None and begins > day:
            return None
        unknown = [column for column in self.later if row.get(column) is not None and row[column] > day]
        if not unknown:
            return row
        hidden = {column for later in unknown for column in (later, *self.later[later])}
        return {column: value for column, value in row.items() if column not in hidden}


LIFETIMES = {
    "ssd_person": Lifetime(later={"pers_death_date": ()}),
    "ssd_disability": Lifetime(),
    "ssd_department": Lifetime(),
    "ssd_professionals": Lifetime(),
    "ssd_involvements": Lifetime(
        "invo_involvement_start_date", {"invo_involvement_end_date": ("invo_worker_change_reason",)}
    ),
    "ssd_contacts": Lifetime(),
    "ssd_early_help_episodes": Lifetime(later={"earl_episode_end_date": ("earl_episode_end_reason",)}),
    "ssd_cin_episodes": Lifetime("cine_referral_date", {"cine_close_date": ("cine_close_reason",)}),
    "ssd_cin_assessments": Lifetime(
        "cina_assessment_start_date",
        {
            "cina_assessment_auth_date": (
                "cina_assessment_outcome_json",
                "cina_assessment_outcome_nfa",
                "cina_assessment_child_seen",
            )
        },
    ),
    "ssd_cin_plans": Lifetime("cinp_cin_plan_start_date", {"cinp_cin_plan_end_date": ()}),
    "ssd_cin_visits": Lifetime("cinv_cin_visit_date"),
    "ssd_s47_enquiry": Lifetime(
        "s47e_s47_start_date", {"s47e_s47_end_date": ("s47e_s47_nfa", "s47e_s47_outcome_json")}
    ),
    "ssd_initial_cp_conference": Lifetime("icpc_icpc_date"),
    "ssd_cp_plans": Lifetime("cppl_cp_plan_start_date", {"cppl_cp_plan_end_date": ()}),
    "ssd_cp_visits": Lifetime("cppv_cp_visit_date"),
    "ssd_cp_reviews": Lifetime("cppr_cp_review_date"),
    "ssd_cla_episodes": Lifetime(
        "clae_cla_episode_start_date",
        {
            "clae_cla_episode_ceased_date": ("clae_cla_episode_ceased_reason",),
            "clae_cla_last_iro_contact_date": (),
        },
    ),
    "ssd_cla_placement": Lifetime(
        "clap_cla_placement_start_date", {"clap_cla_placement_end_date": ("clap_cla_placement_change_reason",)}
    ),
    "ssd_cla_visits": Lifetime("clav_cla_visit_date"),
    "ssd_cla_reviews": Lifetime("clar_cla_review_date"),
    "ssd_cla_care_plan": Lifetime("lacp_cla_care_plan_start_date", {"lacp_cla_care_plan_end_date": ()}),
    "ssd_legal_status": Lifetime("lega_legal_status_start_date", {"lega_legal_status_end_date": ()}),
    "ssd_cla_health": Lifetime("clah_health_check_date"),
    "ssd_cla_immunisations": Lifetime("clai_immunisations_status_date"),
    "ssd_sdq_scores": Lifetime("csdq_sdq_completed_date"),
    "ssd_cla_convictions": Lifetime("clac_cla_conviction_date"),
    "ssd_cla_substance_misuse": Lifetime("clas_substance_misuse_date"),
    "ssd_missing": Lifetime(
        "miss_missing_episode_start_date",
        {"miss_missing_episode_end_date": ("miss_missing_rhi_offered", "miss_missing_rhi_accepted")},
    ),
    "ssd_permanence": Lifetime(
        "perm_adm_decision_date",
        {"perm_placement_order_date": (), "perm_matched_date": (), "perm_placed_for_adoption_date": ()},
    ),
    "ssd_pre_proceedings": Lifetime(
        later={
            "prep_initial_pre_pro_meeting_date": (),
            "prep_pre_pro_letter_date": (),
            "prep_agree_stepdown_issue_date": (),
        },
    ),
    "ssd_care_leavers": Lifetime(later={"clea_care_leaver_latest_contact": ()}),
    "local_cin_reviews": Lifetime("review_date"),
    "local_visit_intervals": Lifetime("from_date"),
    "local_visit_modes": Lifetime(),
    "local_posts": Lifetime("from_date", {"to_date": ("left_the_authority",)}),
    "local_caseload_bounds": Lifetime("from_date"),
    "local_serious_incidents": Lifetime("notified_date"),
    "local_serious_incident_reviews": Lifetime("decision_date", {"sent_date": (), "published_date": ()}),
}
"""The tables of the sample, and how each comes to be known."""

ISO, BRITISH, TIMESTAMP = "%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d 00:00:00"
DATES_OF_TABLE = {"ssd_legal_status": BRITISH, "ssd_cla_placement": TIMESTAMP}
DATES_NOW_AND_THEN = {"ssd_cin_visits": ("%Y-%m-%dT00:00:00", 41), "ssd_cla_reviews": (BRITISH, 53)}
"""Legal all: some systems write dd/mm/yyyy or timestamps, and some tables mix them, every so many rows."""


class ExportFile:
    """One CSV file of one delivery, open for writing."""

    def __init__(self, stack: ExitStack, folder: Path, contract: Contract, day: dt.date) -> None:
        self.name = contract.file_name
        self.rows = 0
        self._headings = contract.headings
        self._lifetime = LIFETIMES[contract.name]
        self._day = day
        self._dates = DATES_OF_TABLE.get(contract.name, ISO)
        self._other_dates, self._every = DATES_NOW_AND_THEN.get(contract.name, (ISO, 0))
        file = stack.enter_context((folder / self.name).open("w", encoding="utf-8", newline=""))
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(self._headings)

    def write(self, row: Row) -> None:
        """Add the row as this delivery knows it, if it does."""
        known = self._lifetime.known_on(row, self._day)
        if known is None:
            return
        self.rows += 1
        dates = self._other_dates if self._every and self.rows % self._every == 0 else self._dates
        self._writer.writerow([_text(known.get(heading), dates) for heading in self._headings])


def _text(value: Any, dates: str) -> Any:
    return _date(value, dates) if isinstance(value, dt.date) else value


@cache
def _date(day: dt.date, form: str) -> str:
    """Some thousands of days, written millions of times."""
    return day.strftime(form)


class Exports:
    """The files of all deliveries, fed row by row."""

    def __init__(self, stack: ExitStack, folders: Mapping[Delivery, Path], contracts: Mapping[str, Contract]) -> None:
        self._files: dict[str, dict[Delivery, ExportFile]] = {
            table: {
                delivery: ExportFile(stack, folder, contract, delivery.month.last_day)
                for delivery, folder in folders.items()
                if table.startswith(f"{delivery.source}_")
            }
            for table, contract in contracts.items()
        }

    def write(self, table: str, row: Row) -> None:
        """Give the row to every delivery of its source."""
        for file in self._files[table].values():
            file.write(row)

    def rows(self) -> dict[str, int]:
        """Rows written so far, by file: its path in the inbox."""
        written = (
            (f"{delivery}/{file.name}", file.rows) for files in self._files.values() for delivery, file in files.items()
        )
        return dict(sorted(written))

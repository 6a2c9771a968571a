"""What is recorded of a child, and what of it had happened by a month's end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from tests.recount.days import Timescale, after_months, birthday

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    Row = Mapping[str, Any]
    Tables = Mapping[str, Sequence[Row]]

SHORT_BREAKS = ("V3", "V4")
PLACED_FOR_ADOPTION = ("A3", "A4", "A5", "A6")
UNALLOCATED = "unallocated"


@dataclass(frozen=True)
class Span:
    """Something that lasts: from its first day to the day on which it ended, if it has."""

    start: date
    end: date | None

    def is_open(self, day: date) -> bool:
        """At the end of the day: what ended on it is over."""
        return self.start <= day and (self.end is None or self.end > day)

    def holds(self, day: date) -> bool:
        """Its last day too."""
        return self.start <= day and (self.end is None or day <= self.end)


Spell = TypeVar("Spell", bound=Span)


@dataclass(frozen=True)
class PlanRecord(Span):
    id: str
    of_another_authority: bool = False
    intervals: tuple[Interval, ...] = ()
    conference: str | None = None


@dataclass(frozen=True)
class Interval:
    """How often a plan or a placement says that the child is to be visited, from a day on."""

    start: date
    timescale: Timescale


@dataclass(frozen=True)
class PlacementRecord(Span):
    kind: str | None
    intervals: tuple[Interval, ...] = ()

    @property
    def is_for_adoption(self) -> bool:
        return self.kind in PLACED_FOR_ADOPTION


@dataclass(frozen=True)
class CareRecord(Span):
    """A period of care. It starts where short breaks end that came before it without a gap, from ``first_day`` on."""

    first_day: date


@dataclass(frozen=True)
class LegalStatus(Span):
    code: str | None


@dataclass(frozen=True)
class CarePlan(Span):
    long_term_fostering_to_18: bool


@dataclass(frozen=True)
class InvolvementRecord(Span):
    worker: str | None
    team: str | None


@dataclass(frozen=True)
class VisitRecord:
    start: date
    is_seen: bool
    is_seen_alone: bool
    mode: str

    @property
    def is_direct(self) -> bool:
        return self.is_seen and self.mode == "in_person"


@dataclass(frozen=True)
class Assessment:
    """``end``: its authorisation."""

    start: date | None
    end: date | None
    id: str
    team: str | None
    referral: str | None


@dataclass(frozen=True)
class Enquiry:
    start: date | None
    end: date | None
    id: str
    team: str | None
    needs_no_conference: bool
    referral: str | None


@dataclass(frozen=True)
class Conference:
    start: date
    id: str
    team: str | None
    is_transfer_in: bool
    enquiry: str | None
    referral: str | None
    plan: str | None


@dataclass(frozen=True)
class Review:
    start: date


@dataclass
class Child:
    """The records of one child, in no order."""

    id: str
    born: date | None = None
    expected: date | None = None
    died: date | None = None
    childhood_ended: date | None = None
    referrals: list[PlanRecord] = field(default_factory=list)
    involvements: list[InvolvementRecord] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)
    enquiries: list[Enquiry] = field(default_factory=list)
    conferences: list[Conference] = field(default_factory=list)
    cin_plans: list[PlanRecord] = field(default_factory=list)
    cin_visits: list[VisitRecord] = field(default_factory=list)
    cin_reviews: list[Review] = field(default_factory=list)
    cp_plans: list[PlanRecord] = field(default_factory=list)
    cp_visits: list[VisitRecord] = field(default_factory=list)
    cp_reviews: list[Review] = field(default_factory=list)
    episodes: list[Span] = field(default_factory=list)
    placements: list[PlacementRecord] = field(default_factory=list)
    legal_statuses: list[LegalStatus] = field(default_factory=list)
    care_plans: list[CarePlan] = field(default_factory=list)
    cla_visits: list[VisitRecord] = field(default_factory=list)
    cla_reviews: list[Review] = field(default_factory=list)
    last_seen: tuple[date, Child] | None = field(default=None, init=False, repr=False, compare=False)

    def seen_from(self, day: date) -> Child:
        """The child as the day's end knew it: later records are struck out, later ends are blank."""
        if self.last_seen is None or self.last_seen[0] != day:
            self.last_seen = (day, self._seen_from(day))
        return self.last_seen[1]

    def _seen_from(self, day: date) -> Child:
        seen: dict[str, Any] = {name: _up_to(day, records) for name, records in self._records.items()}
        seen["born"], seen["died"] = (_known(when, day) for when in (self.born, self.died))
        seen["expected"] = self.expected or (self.born if seen["born"] is None else None)
        ends = [self.died, birthday(self.born, 18) if self.born else None]
        seen["childhood_ended"] = min((end for end in ends if end is not None and end <= day), default=None)
        return replace(self, **seen)

    def may_count(self, end: date) -> bool:
        """Whether anything was open at the month's end or happened in the year before it and a month."""
        since = after_months(end, -13)
        return any(first <= end and (last is None or last >= since) for first, last in self._stretches)

    @cached_property
    def _records(self) -> dict[str, list[Any]]:
        lists = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: records for name, records in lists.items() if isinstance(records, list) and records}

    @cached_property
    def _stretches(self) -> list[tuple[date, date | None]]:
        """A closed enquiry may wait for its conference for ever."""
        return [
            (each.start or each.end, None if isinstance(each, Enquiry) else getattr(each, "end", each.start))
            for records in self._records.values()
            for each in records
            if each.start or each.end
        ]

    @property
    def is_unborn(self) -> bool:
        return self.born is None and self.expected is not None

    def team_on(self, day: date) -> str:
        worker = self.allocated_on(day)
        return (worker.team if worker else None) or UNALLOCATED

    def allocated_on(self, day: date) -> InvolvementRecord | None:
        """Of several allocated workers the latest start counts, then the team's code."""
        there = [each for each in self.involvements if each.is_open(day)]
        latest = [each for each in there if each.start == max(other.start for other in there)]
        return min(latest, key=lambda each: (each.team is None, each.team), default=None)

    def legal_status_on(self, day: date) -> str | None:
        """Of several the latest start counts, then the code."""
        there = [each for each in self.legal_statuses if each.is_open(day)]
        codes = [each.code for each in there if each.start == max(other.start for other in there)]
        return min(codes, key=lambda code: (code is None, code), default=None)

    def is_on_short_breaks(self, day: date) -> bool:
        return self.legal_status_on(day) in SHORT_BREAKS

    def in_childhood(self, spans: Iterable[Spell]) -> list[Spell]:
        """With the child's death, and at the eighteenth birthday, everything ends; nothing begins after it."""
        last = self.childhood_ended
        if last is None:
            return list(spans)
        return [replace(each, end=min(each.end or last, last)) for each in spans if each.start <= last]

    def periods_of_care(self) -> list[CareRecord]:
        return self.in_childhood(self.whole_periods_of_care())

    def whole_periods_of_care(self) -> list[CareRecord]:
        """As they were recorded, whenever childhood ended."""
        return [CareRecord(self._care_begins(each), each.end, each.start) for each in self._chains()]

    def _care_begins(self, chain: Span) -> date:
        """Where there are short breaks on the first day, on the first day without them, if it ever comes."""
        if not self.is_on_short_breaks(chain.start):
            return chain.start
        days = {day for each in self.legal_statuses for day in (each.start, each.end) if day is not None}
        later = [day for day in days if chain.start < day and chain.is_open(day) and not self.is_on_short_breaks(day)]
        return min(later, default=chain.start)

    def _chains(self) -> list[Span]:
        """Chains of episodes, each starting on or before the day the one before it ended."""
        periods: list[Span] = []
        for episode in sorted(self.episodes, key=lambda each: each.start):
            last = periods[-1] if periods else None
            if last is None or (last.end is not None and last.end < episode.start):
                periods.append(Span(episode.start, episode.end))
            else:
                end = None if last.end is None or episode.end is None else max(last.end, episode.end)
                periods[-1] = Span(last.start, end)
        return periods


def _known(when: date | None, day: date) -> date | None:
    return when if when is not None and when <= day else None


def _up_to(day: date, records: Iterable[Any]) -> list[Any]:
    begun = (each for each in records if each.start is None or each.start <= day)
    return [each if (getattr(each, "end", None) or day) <= day else replace(each, end=None) for each in begun]


class Files:
    """An authority's tables, and how the records of a child are found in them."""

    def __init__(self, tables: Tables, allocated_roles: frozenset[str]) -> None:
        self._tables = tables
        self._allocated_roles = allocated_roles
        self.children: dict[str, Child] = {}
        self._read()

    def rows(self, table: str) -> Sequence[Row]:
        return self._tables.get(table, ())

    def of_name(self, name: str) -> Child:
        """The child, whether or not any of the records read here is of it."""
        return self.children.get(name, Child(name))

    def _child(self, name: str) -> Child:
        return self.children.setdefault(name, Child(name))

    def _read(self) -> None:
        for row in self.rows("ssd_person"):
            child = self._child(row["pers_person_id"])
            child.born, child.expected, child.died = (
                row.get(f"pers_{column}") for column in ("dob", "expected_dob", "death_date")
            )
        self._read_referrals_and_workers()
        self._read_enquiries()
        self._read_plans()
        self._read_care()
        self._read_visits()

    def _read_referrals_and_workers(self) -> None:
        for row in self.rows("ssd_cin_episodes"):
            if start := row.get("cine_referral_date"):
                referral = PlanRecord(start, row.get("cine_close_date"), row["cine_referral_id"])
                self._child(row["cine_person_id"]).referrals.append(referral)
        for row in self.rows("ssd_involvements"):
            role = row.get("invo_professional_role_id")
            if role is None or role in self._allocated_roles:
                for start, end in _dates(row, "invo_involvement_start_date", "invo_involvement_end_date"):
                    who = row.get("invo_professional_id"), row.get("invo_professional_team")
                    self._child(row["invo_person_id"]).involvements.append(InvolvementRecord(start, end, *who))
        for row in self.rows("ssd_cin_assessments"):
            self._child(row["cina_person_id"]).assessments.append(
                Assessment(
                    row.get("cina_assessment_start_date"),
                    row.get("cina_assessment_auth_date"),
                    row["cina_assessment_id"],
                    row.get("cina_assessment_team"),
                    row.get("cina_referral_id"),
                )
            )

    def _read_enquiries(self) -> None:
        for row in self.rows("ssd_s47_enquiry"):
            self._child(row["s47e_person_id"]).enquiries.append(
                Enquiry(
                    row.get("s47e_s47_start_date"),
                    row.get("s47e_s47_end_date"),
                    row["s47e_s47_enquiry_id"],
                    row.get("s47e_s47_completed_by_team"),
                    bool(row.get("s47e_s47_nfa") or row.get("s47e_s47_outcome_json__nfa_flag"))
                    or row.get("s47e_s47_outcome_json__cp_conference_flag") is False,
                    row.get("s47e_referral_id"),
                )
            )
        for row in self.rows("ssd_initial_cp_conference"):
            if held := row.get("icpc_icpc_date"):
                self._child(row["icpc_person_id"]).conferences.append(
                    Conference(
                        held,
                        row["icpc_icpc_id"],
                        row.get("icpc_icpc_team"),
                        bool(row.get("icpc_icpc_transfer_in")),
                        row.get("icpc_s47_enquiry_id"),
                        row.get("icpc_referral_id"),
                        row.get("icpc_cp_plan_id"),
                    )
                )

    def _intervals(self, column: str) -> dict[str, list[Interval]]:
        """Of each plan or placement, whichever the column names."""
        intervals = defaultdict(list)
        for row in self.rows("local_visit_intervals"):
            if row["interval_length"] and column in row:
                interval = Interval(row["from_date"], Timescale(row["interval_length"], row["interval_unit"]))
                intervals[row[column]].append(interval)
        return intervals

    def _read_plans(self) -> None:
        intervals = self._intervals("cp_plan_id")
        for row in self.rows("ssd_cp_plans"):
            for start, end in _dates(row, "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"):
                name, others = row["cppl_cp_plan_id"], bool(row.get("cppl_cp_plan_ola"))
                plan = PlanRecord(start, end, name, others, tuple(intervals[name]), row.get("cppl_icpc_id"))
                self._child(row["cppl_person_id"]).cp_plans.append(plan)
        for row in self.rows("ssd_cin_plans"):
            for start, end in _dates(row, "cinp_cin_plan_start_date", "cinp_cin_plan_end_date"):
                self._child(row["cinp_person_id"]).cin_plans.append(PlanRecord(start, end, row["cinp_cin_plan_id"]))
        for row in self.rows("ssd_cp_reviews"):
            if (held := row.get("cppr_cp_review_date")) and row.get("cppr_cp_review_quorate") is not False:
                self._child(row["cppr_person_id"]).cp_reviews.append(Review(held))
        for row in self.rows("local_cin_reviews"):
            if held := row.get("review_date"):
                self._child(row["person_id"]).cin_reviews.append(Review(held))

    def _read_care(self) -> None:
        whose = {}
        for row in self.rows("ssd_cla_episodes"):
            whose[row.get("clae_cla_id")] = row["clae_person_id"]
            for start, end in _dates(row, "clae_cla_episode_start_date", "clae_cla_episode_ceased_date"):
                self._child(row["clae_person_id"]).episodes.append(Span(start, end))
        intervals = self._intervals("cla_placement_id")
        for row in self.rows("ssd_cla_placement"):
            if name := row.get("clap_person_id"):
                for start, end in _dates(row, "clap_cla_placement_start_date", "clap_cla_placement_end_date"):
                    stated = tuple(intervals[row["clap_cla_placement_id"]])
                    placement = PlacementRecord(start, end, row.get("clap_cla_placement_type"), stated)
                    self._child(name).placements.append(placement)
        for row in self.rows("ssd_legal_status"):
            for start, end in _dates(row, "lega_legal_status_start_date", "lega_legal_status_end_date"):
                self._child(row["lega_person_id"]).legal_statuses.append(
                    LegalStatus(start, end, row.get("lega_legal_status"))
                )
        for row in self.rows("ssd_cla_care_plan"):
            for start, end in _dates(row, "lacp_cla_care_plan_start_date", "lacp_cla_care_plan_end_date"):
                to_18 = bool(row.get("lacp_cla_care_plan_json__ltfost18"))
                self._child(row["lacp_person_id"]).care_plans.append(CarePlan(start, end, to_18))
        for row in self.rows("ssd_cla_reviews"):
            held, of = row.get("clar_cla_review_date"), row.get("clar_cla_id")
            if held and of is not None and of in whose and not row.get("clar_cla_review_cancelled"):
                self._child(whose[of]).cla_reviews.append(Review(held))

    def _read_visits(self) -> None:
        for table, prefix, kind in (
            ("ssd_cin_visits", "cinv_cin", "cin"),
            ("ssd_cp_visits", "cppv_cp", "cp"),
            ("ssd_cla_visits", "clav_cla", "cla"),
        ):
            modes = {row.get(f"{kind}_visit_id"): row["visit_mode"] for row in self.rows("local_visit_modes")}
            for row in self.rows(table):
                if made := row.get(f"{prefix}_visit_date"):
                    name = row[f"{prefix}_visit_id"]
                    seen, alone = (bool(row.get(f"{prefix}_visit_{what}")) for what in ("seen", "seen_alone"))
                    visits = getattr(self._child(row[f"{prefix.split('_')[0]}_person_id"]), f"{kind}_visits")
                    visits.append(VisitRecord(made, seen, alone, modes.get(name, "in_person")))


def _dates(row: Row, start: str, end: str) -> Iterator[tuple[date, date | None]]:
    """First and last day, of what has a first and does not end before it."""
    first, last = row.get(start), row.get(end)
    if first is not None and (last is None or first <= last):
        yield first, last

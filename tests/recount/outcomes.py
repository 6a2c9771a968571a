"""Children looked after: starts and ends, placements, health and what became of them, counted from their own rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.recount.counted import Counted
from tests.recount.days import after_months, birthday, in_the_month_to, in_twelve_months_to
from tests.recount.looked_after import is_looked_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.recount.records import CareRecord, Child, Files, PlacementRecord

    Row = Mapping[str, Any]

PLACEMENTS_THAT_ARE_MANY = 3
MILES_THAT_ARE_FAR = 20
MONTHS_OF_LONG_CARE = 30
MONTHS_OF_A_STABLE_PLACEMENT = 24
MONTHS_BETWEEN_ASSESSMENTS = 12
MONTHS_BETWEEN_ASSESSMENTS_UNDER_FIVE = 6
MONTHS_BETWEEN_CHECKS = 12
MONTHS_OF_A_SCORE = 12
MONTHS_BETWEEN_CONTACTS = 6
MONTHS_OF_ADOPTIONS = 36
AGE_OF_SCHOOL, AGE_OF_RESPONSIBILITY, AGE_WITHOUT_SCORE, AGE_OF_STABILITY = 5, 10, 17, 16
TEMPORARY = ("T0", "T1", "T2", "T3", "T4")
FOR_ADOPTION = ("A3", "A4", "A5", "A6")
WITH_THE_SAME_CARERS = ("A3", "A5")
VIEWS_HEARD = ("PN1", "PN2", "PN3", "PN5", "PN6")
CODES_OF_A_KIND = {
    "adoption": ("A3", "A4", "A5", "A6"),
    "supported": ("H5", "K3", "P2"),
    "secure": ("K1", "R5"),
    "residential": ("K2", "R1", "R2", "R3", "S1"),
    "parents": ("P1",),
    "other": ("P3", "T0", "T1", "T2", "T3", "T4", "Z1", "Z11", "Z12", "Z13", "Z14"),
    "kinship": ("U1", "U2", "U3"),
    "foster_care": ("U4", "U5", "U6"),
}
CODES_OF_A_REASON = {
    "adopted": ("E11", "E12"),
    "died": ("E2",),
    "other_authority": ("E3",),
    "home_planned": ("E4A",),
    "home_unplanned": ("E4B",),
    "home_other": ("E13",),
    "child_arrangements": ("E41",),
    "special_guardianship": ("E45", "E46", "E47", "E48"),
    "independent": ("E5", "E6"),
    "adult_services": ("E7",),
    "custody": ("E9", "E14"),
    "age_assessment": ("E15",),
    "abroad": ("E16",),
    "with_carers": ("E17",),
    "other": ("E8",),
}
KINDS = {code: kind for kind, codes in CODES_OF_A_KIND.items() for code in codes}
REASONS = {code: reason for reason, codes in CODES_OF_A_REASON.items() for code in codes}
PERMANENT = ("adopted", "special_guardianship", "child_arrangements")
ADOPTED = ("E11", "E12")
GROUPS = {"W": "white", "M": "mixed", "A": "asian", "C": "asian", "B": "black", "O": "other"}
NO_GROUP = ("REFU", "NOBT")
AGES = ((1, "0"), (5, "1-4"), (10, "5-9"), (16, "10-15"))
CATEGORIES = {
    "cla_age_share": ("0", "1-4", "5-9", "10-15", "16-17", "unknown"),
    "cla_ceased_reason_share": (
        "adopted",
        "special_guardianship",
        "child_arrangements",
        "home_planned",
        "home_unplanned",
        "home_other",
        "independent",
        "with_carers",
        "adult_services",
        "other_authority",
        "custody",
        "age_assessment",
        "abroad",
        "died",
        "other",
        "unknown",
    ),
    "cla_ethnicity_share": ("white", "mixed", "asian", "black", "other", "unknown"),
    "cla_legal_status_share": (
        "C1", "C2", "D1", "E1", "V2", "J1", "J2", "J3", "L1", "L2", "L3", "unknown"
    ),
    "cla_need_share": ("N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "unknown"),
    "cla_placement_share": (
        "foster_care",
        "kinship",
        "adoption",
        "parents",
        "residential",
        "supported",
        "secure",
        "other",
        "unknown",
    ),
    "cla_provider_share": ("PR0", "PR1", "PR2", "PR3", "PR4", "PR5", "unknown"),
}  # fmt: skip
FLOWS = (
    "cla_ceased",
    "cla_ceased_reason_share",
    "cla_missing_episodes",
    "cla_review_participation",
    "cla_started",
    "permanence_orders",
    "pre_proceedings_weeks",
    "return_interview_accepted",
    "return_interview_offered",
)
STOCKS = (
    "cla_3_placements",
    "cla_age_share",
    "cla_convicted",
    "cla_dental",
    "cla_development",
    "cla_distance_20m",
    "cla_ethnicity_share",
    "cla_health",
    "cla_immunised",
    "cla_legal_status_share",
    "cla_need_share",
    "cla_placement_share",
    "cla_provider_share",
    "cla_stable_2y",
    "cla_substance",
    "pre_proceedings_open",
    "sdq_completed",
    "sdq_mean",
)
# Given only after so many months of records.
MONTHS_NEEDED_BEFORE = {"adoption_a10_days": 35, "adoption_a2_days": 35, "cla_missing": 11}
OF_THE_DELIVERYS_MONTH = (
    "care_leavers_in_eet",
    "care_leavers_in_eet_17_18",
    "care_leavers_in_touch",
    "care_leavers_in_touch_17_18",
    "care_leavers_suitable_accommodation",
    "care_leavers_suitable_accommodation_17_18",
    "iro_contact",
)
MEANS = ("adoption_a10_days", "adoption_a2_days", "pre_proceedings_weeks", "sdq_mean")
TABLES = {
    "ssd_person": "pers_person_id",
    "ssd_cla_episodes": "clae_person_id",
    "ssd_cla_placement": "clap_person_id",
    "ssd_cla_health": "clah_person_id",
    "ssd_cla_immunisations": "clai_person_id",
    "ssd_sdq_scores": "csdq_person_id",
    "ssd_cla_convictions": "clac_person_id",
    "ssd_cla_substance_misuse": "clas_person_id",
    "ssd_missing": "miss_person_id",
    "ssd_care_leavers": "clea_person_id",
    "ssd_permanence": "perm_person_id",
    "ssd_pre_proceedings": "prep_person_id",
}


class CareRows:
    """The rows of each child, beside what is recorded of the child's care."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.of: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for table, column in TABLES.items():
            for row in files.rows(table):
                if row.get(column):
                    self.of[row[column]][table].append(row)
        whose = {row.get("clae_cla_id"): row["clae_person_id"] for row in files.rows("ssd_cla_episodes")}
        for row in files.rows("ssd_cla_reviews"):
            if row.get("clar_cla_id") in whose and row.get("clar_cla_id"):
                self.of[whose[row["clar_cla_id"]]]["ssd_cla_reviews"].append(row)
        # Of most people nothing is recorded but who they are.
        for name in [name for name, rows in self.of.items() if set(rows) == {"ssd_person"}]:
            del self.of[name]

    def of_month(self, end: date) -> Iterator[Counted]:
        for name, rows in self.of.items():
            child = self.files.of_name(name).seen_from(end)
            for each in _of_child(child, rows, end):
                yield each._replace(child=name)

    def of_the_deliverys_month(self, end: date) -> Iterator[Counted]:
        for name, rows in self.of.items():
            child = self.files.of_name(name).seen_from(end)
            yield from _leavers(child, rows["ssd_care_leavers"], end)
            if is_looked_after(child, end):
                days = [_of(row, "clae_cla_last_iro_contact_date") for row in rows["ssd_cla_episodes"]]
                last = max((day for day in days if day), default=None)
                yield Counted("iro_contact", child.team_on(end), _is_recent(last, MONTHS_BETWEEN_CONTACTS, end))


def _of_child(child: Child, rows: Mapping[str, list[Row]], end: date) -> Iterator[Counted]:
    yield from _starts_and_ends(child, rows["ssd_cla_episodes"], end)
    yield from _missing_episodes(child, rows["ssd_missing"], end)
    yield from _reviews(child, rows["ssd_cla_reviews"], end)
    yield from _pre_proceedings(child, rows["ssd_pre_proceedings"], end)
    yield from _adoptions(child, rows, end)
    if is_looked_after(child, end):
        yield from _shares(child, rows, end)
        yield from _placements(child, rows["ssd_cla_placement"], end)
        missing = [_of(row, "miss_missing_episode_start_date") for row in _really_missing(rows["ssd_missing"])]
        went = any(day and in_twelve_months_to(end, day) and _in_care(child, day) for day in missing)
        yield Counted("cla_missing", child.team_on(end), went)
        care = next(each for each in child.periods_of_care() if each.is_open(end))
        if care.start <= after_months(end.replace(day=1), -11):
            yield from _health(child, rows, end)
            yield from _trouble(child, rows, end)


def _of(row: Row, column: str) -> Any:
    return row.get(column)


def _is_recent(day: date | None, months: int, end: date) -> bool:
    return day is not None and after_months(day, months) >= end


def _latest(rows: list[Row], column: str, end: date) -> date | None:
    return max((row[column] for row in rows if row.get(column) and row[column] <= end), default=None)


def _age_reached(child: Child, years: int, end: date) -> bool:
    return child.born is not None and birthday(child.born, years) <= end


def _recorded_periods(child: Child) -> list[CareRecord]:
    """Of short breaks alone none."""
    there = [each for each in child.periods_of_care() if child.childhood_ended != each.start]
    return [each for each in there if each.start != each.first_day or not child.is_on_short_breaks(each.first_day)]


def _in_care(child: Child, day: date) -> bool:
    return any(each.is_open(day) for each in _recorded_periods(child))


def _starts_and_ends(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    for period in _recorded_periods(child):
        if in_the_month_to(end, period.start):
            yield Counted("cla_started", child.team_on(period.start), 1, None)
        if period.end is not None and in_the_month_to(end, period.end):
            reason = _reason_of(child, rows, period)
            team = child.team_on(period.end - timedelta(days=1))
            yield Counted("cla_ceased", team, 1, None)
            yield Counted("cla_ceased_reason_share", team, 1, 1, category=REASONS.get(reason, "unknown"))
            if reason is not None:
                yield Counted("permanence_orders", team, REASONS.get(reason) in PERMANENT)


def _reason_of(child: Child, rows: list[Row], period: CareRecord) -> str | None:
    """Of the last episode of those that follow one another, as it was recorded."""
    whole = next(each for each in child.whole_periods_of_care() if each.first_day == period.first_day)
    last = whole.end or date.max
    there = [
        row
        for row in _valid(rows)
        if whole.first_day <= row["clae_cla_episode_start_date"] <= last
        and whole.first_day <= (row.get("clae_cla_episode_ceased_date") or date.max)
    ]
    return max(there, key=_end_and_start).get("clae_cla_episode_ceased_reason")


def _end_and_start(row: Row) -> tuple[date, date]:
    return row.get("clae_cla_episode_ceased_date") or date.max, row["clae_cla_episode_start_date"]


def _valid(rows: list[Row]) -> list[Row]:
    """Episodes with a first day that do not end before it."""
    return [
        row
        for row in rows
        if (start := row.get("clae_cla_episode_start_date"))
        and (row.get("clae_cla_episode_ceased_date") or date.max) >= start
    ]


def _shares(child: Child, rows: Mapping[str, list[Row]], end: date) -> Iterator[Counted]:
    team = child.team_on(end)
    yield Counted("cla_legal_status_share", team, 1, 1, category=child.legal_status_on(end) or "unknown")
    open_now = [
        row
        for row in _valid(rows["ssd_cla_episodes"])
        if row["clae_cla_episode_start_date"] <= end < (row.get("clae_cla_episode_ceased_date") or date.max)
    ]
    need = max(open_now, key=lambda row: row["clae_cla_episode_start_date"]).get("clae_cla_primary_need_code")
    yield Counted("cla_need_share", team, 1, 1, category=need or "unknown")
    ethnicities = [row.get("pers_ethnicity") for row in rows["ssd_person"]] or [None]
    yield Counted("cla_ethnicity_share", team, 1, 1, category=_group(ethnicities[0]))
    born = child.born
    bands = [band for years, band in AGES if born and birthday(born, years) > end]
    yield Counted("cla_age_share", team, 1, 1, category=[*bands, "16-17"][0] if born else "unknown")


def _counts_as_placement(child: Child, each: PlacementRecord, before: PlacementRecord | None) -> bool:
    if each.kind in TEMPORARY or child.is_on_short_breaks(each.start):
        return False
    return each.kind not in WITH_THE_SAME_CARERS or before is None or (before.end or date.max) < each.start


def _placements(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    team = child.team_on(end)
    ordered = sorted(
        child.placements, key=lambda each: (each.start, each.kind is None, each.kind or "", each.end or date.max)
    )
    pairs = list(zip(ordered, [None, *ordered], strict=False))
    year_before = after_months(end.replace(day=1), -11) - timedelta(days=1)
    in_year = [
        each
        for each, before in pairs
        if (each.end is None or each.end > year_before) and _counts_as_placement(child, each, before)
    ]
    yield Counted("cla_3_placements", team, len(in_year) >= PLACEMENTS_THAT_ARE_MANY)
    there = [each for each in ordered if each.is_open(end)]
    latest = [each for each in there if each.start == max(other.start for other in there)]
    current = latest[0] if latest else None
    yield Counted("cla_placement_share", team, 1, 1, category=KINDS.get(current.kind if current else None, "unknown"))
    provider, distance = _provider_and_distance(rows, current) if current else (None, None)
    yield Counted("cla_provider_share", team, 1, 1, category=provider or "unknown")
    if distance is not None:
        yield Counted("cla_distance_20m", team, distance > MILES_THAT_ARE_FAR)
    care = next(each for each in child.periods_of_care() if each.is_open(end))
    if child.born is None or _age_reached(child, AGE_OF_STABILITY, end):
        return
    if after_months(care.start, MONTHS_OF_LONG_CARE) <= end:
        since = None if current is None else _same_carer_since(current, pairs)
        is_stable = since is not None and after_months(since, MONTHS_OF_A_STABLE_PLACEMENT) <= end
        yield Counted("cla_stable_2y", team, is_stable)


def _provider_and_distance(rows: list[Row], placement: PlacementRecord) -> tuple[str | None, Any]:
    row = next(
        row
        for row in rows
        if row.get("clap_cla_placement_start_date") == placement.start
        and row.get("clap_cla_placement_type") == placement.kind
    )
    return row.get("clap_cla_placement_provider"), row.get("clap_cla_placement_distance")


def _group(ethnicity: str | None) -> str:
    return "unknown" if ethnicity is None or ethnicity in NO_GROUP else GROUPS[ethnicity[0]]


def _same_carer_since(current: PlacementRecord, pairs: list[Any]) -> date:
    before = next(before for each, before in pairs if each is current)
    if current.kind in FOR_ADOPTION and before is not None and (before.end or date.max) >= current.start:
        return before.start
    return current.start


def _health(child: Child, rows: Mapping[str, list[Row]], end: date) -> Iterator[Counted]:
    team = child.team_on(end)
    checks: dict[str, list[Row]] = defaultdict(list)
    for row in rows["ssd_cla_health"]:
        checks[row["clah_health_check_type"]].append(row)
    days = {kind: _latest(of_kind, "clah_health_check_date", end) for kind, of_kind in checks.items()}
    is_five = child.born is None or _age_reached(child, AGE_OF_SCHOOL, end)
    months = MONTHS_BETWEEN_ASSESSMENTS if is_five else MONTHS_BETWEEN_ASSESSMENTS_UNDER_FIVE
    yield Counted("cla_health", team, _is_recent(days.get("Health assessment"), months, end))
    yield Counted("cla_dental", team, _is_recent(days.get("Dental check"), MONTHS_BETWEEN_CHECKS, end))
    if not is_five:
        yield Counted("cla_development", team, _is_recent(days.get("Health check"), MONTHS_BETWEEN_CHECKS, end))
    for row in rows["ssd_cla_immunisations"]:
        status, status_date = row.get("clai_immunisations_status"), row.get("clai_immunisations_status_date")
        if status is not None and not (status_date and status_date > end):
            yield Counted("cla_immunised", team, status)


def _trouble(child: Child, rows: Mapping[str, list[Row]], end: date) -> Iterator[Counted]:
    team = child.team_on(end)
    convicted = [row["clac_cla_conviction_date"] for row in rows["ssd_cla_convictions"]]
    if _age_reached(child, AGE_OF_RESPONSIBILITY, end):
        yield Counted("cla_convicted", team, any(in_twelve_months_to(end, day) for day in convicted))
    misused = [row["clas_substance_misuse_date"] for row in rows["ssd_cla_substance_misuse"]]
    yield Counted("cla_substance", team, any(in_twelve_months_to(end, day) for day in misused))
    if not _age_reached(child, AGE_OF_SCHOOL, end) or _age_reached(child, AGE_WITHOUT_SCORE, end):
        return
    scored = [row for row in rows["ssd_sdq_scores"] if row.get("csdq_sdq_score") is not None]
    last = _latest(scored, "csdq_sdq_completed_date", end)
    is_scored = _is_recent(last, MONTHS_OF_A_SCORE, end)
    yield Counted("sdq_completed", team, is_scored)
    if is_scored:
        of_the_day = [row["csdq_sdq_score"] for row in scored if row["csdq_sdq_completed_date"] == last]
        yield Counted("sdq_mean", team, max(of_the_day))


def _really_missing(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.get("miss_missing_episode_type") in ("Missing", "M")]


def _missing_episodes(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    for row in _really_missing(rows):
        start, over = row.get("miss_missing_episode_start_date"), row.get("miss_missing_episode_end_date")
        if start is None or not _in_care(child, start):
            continue
        if in_the_month_to(end, start):
            yield Counted("cla_missing_episodes", child.team_on(start), 1, None)
        if over is None or over < start or not in_the_month_to(end, over):
            continue
        offered, accepted = row.get("miss_missing_rhi_offered"), row.get("miss_missing_rhi_accepted")
        if offered in ("Y", "N"):
            yield Counted("return_interview_offered", child.team_on(over), offered == "Y")
        if offered == "Y" and accepted in ("Y", "N"):
            yield Counted("return_interview_accepted", child.team_on(over), accepted == "Y")


def _reviews(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    for row in rows:
        held, code = row.get("clar_cla_review_date"), row.get("clar_cla_review_participation")
        if row.get("clar_cla_review_cancelled") or code in (None, "PN0"):
            continue
        if held and in_the_month_to(end, held):
            yield Counted("cla_review_participation", child.team_on(held), code in VIEWS_HEARD)


def _pre_proceedings(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    for row in rows:
        start, over = row.get("prep_pre_pro_decision_date"), row.get("prep_agree_stepdown_issue_date")
        if start is None or start > end or (over is not None and over < start):
            continue
        if over is None or over > end:
            yield Counted("pre_proceedings_open", child.team_on(end), 1, None)
        elif in_the_month_to(end, over):
            weeks = Fraction(round(Fraction((over - start).days * 100, 7)), 100)
            yield Counted("pre_proceedings_weeks", child.team_on(over), weeks)


def _adoptions(child: Child, rows: Mapping[str, list[Row]], end: date) -> Iterator[Counted]:
    first = after_months(end.replace(day=1), 1 - MONTHS_OF_ADOPTIONS)
    for period in child.whole_periods_of_care():
        adopted = period.end
        if adopted is None or not first <= adopted <= end:
            continue
        if _reason_of(child, rows["ssd_cla_episodes"], period) not in ADOPTED:
            continue
        placed = [row for row in rows["ssd_permanence"] if row.get("perm_placed_for_adoption_date")]
        there = [row for row in placed if row["perm_placed_for_adoption_date"] <= adopted]
        if there:
            row = max(there, key=lambda row: row["perm_placed_for_adoption_date"])
            yield from _adoption(child.team_on(adopted - timedelta(days=1)), period.start, row)


def _adoption(team: str, entered: date, row: Row) -> Iterator[Counted]:
    fostered = row.get("perm_placed_foster_carer_date") if row.get("perm_adopted_by_carer_flag") else None
    moved = min(day for day in (row["perm_placed_for_adoption_date"], fostered) if day)
    yield Counted("adoption_a10_days", team, max((moved - entered).days, 0))
    ordered, matched = row.get("perm_placement_order_date"), row.get("perm_matched_date")
    if ordered and matched:
        yield Counted("adoption_a2_days", team, max((matched - ordered).days, 0))


def _leavers(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    for row in rows:
        if not _age_reached(child, 17, end) or _age_reached(child, 22, end):
            continue
        answer = row.get("clea_care_leaver_in_touch")
        if answer in ("DIED", "RHOM"):
            continue
        group = "" if _age_reached(child, 19, end) else "_17_18"
        team = row.get("clea_care_leaver_allocated_team") or "unallocated"
        activity = row.get("clea_care_leaver_activity") or ""
        yield Counted(f"care_leavers_in_touch{group}", team, answer == "YES")
        is_suitable = row.get("clea_care_leaver_accom_suitable") == "1"
        yield Counted(f"care_leavers_suitable_accommodation{group}", team, is_suitable)
        yield Counted(f"care_leavers_in_eet{group}", team, activity[:1] in ("F", "P"))

"""Referrals, children in need, assessments, enquiries, conferences and plans: counted from their own rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.recount.counted import Counted
from tests.recount.days import after_months, birthday, in_calendar, in_the_month_to, month_end, working_days
from tests.recount.obligations import LATE, MET, MISSED, OF_A_CHILD, plan_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.recount.records import Child, Files

    Row = Mapping[str, Any]

MONTHS_TO_BE_A_REREFERRAL = 12
MONTHS_TO_BE_A_REPEAT_ENQUIRY = 12
MONTHS_TO_BE_A_REPEAT_PLAN = 24
MONTHS_OF_A_LONG_CASE = 24
MONTHS_OF_A_LONG_PLAN = 24
MONTHS_OF_A_SHORT_PLAN = 3
DAYS_TO_REFER = 7
MANY_WORKERS = 3
ADULT = 18
ASSESSMENT_BANDS = ((10, "to_10"), (20, "to_20"), (30, "to_30"), (40, "to_40"), (45, "to_45"))
CONFERENCE_BANDS = ((10, "to_10"), (15, "to_15"), (20, "to_20"))
SOURCES = {
    "1A": "individual",
    "1B": "individual",
    "1C": "individual",
    "1D": "individual",
    "2A": "school",
    "2B": "education",
    "3C": "health",
    "4": "housing",
    "5A": "authority",
    "6": "police",
    "7": "legal",
    "8": "other",
    "9": "anonymous",
    "10": "unknown",
    None: "unknown",
}
PLAN_CATEGORIES = ("NEG", "PHY", "SAB", "EMO", "MUL", "unknown")
TABLES = {
    "ssd_cin_episodes": "cine_person_id",
    "ssd_cin_assessments": "cina_person_id",
    "ssd_s47_enquiry": "s47e_person_id",
    "ssd_initial_cp_conference": "icpc_person_id",
    "ssd_cp_plans": "cppl_person_id",
    "ssd_cp_reviews": "cppr_person_id",
    "ssd_contacts": "cont_person_id",
    "ssd_early_help_episodes": "earl_person_id",
}


class OwnRows:
    """The rows of each child, and the child whose team and age they need."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.of: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for table, column in TABLES.items():
            for row in files.rows(table):
                self.of[row[column]][table].append(row)
        self.first_day = {name: _first_day(tables) for name, tables in self.of.items()}

    def of_month(self, end: date) -> Iterator[Counted]:
        for name, tables in self.of.items():
            if self.first_day[name] > end:
                continue
            seen = self.files.of_name(name).seen_from(end)
            for each in _of_child(seen, tables, end):
                yield each._replace(child=name)


def _first_day(tables: Mapping[str, list[Row]]) -> date:
    days = (value for rows in tables.values() for row in rows for value in row.values() if isinstance(value, date))
    return min(days, default=date.min)


def _of_child(child: Child, tables: Mapping[str, list[Row]], end: date) -> Iterator[Counted]:
    yield from _referrals(child, tables["ssd_cin_episodes"], end)
    yield from _in_need(child, tables["ssd_cin_episodes"], end)
    yield from _contacts(child, tables["ssd_contacts"], tables["ssd_cin_episodes"], end)
    yield from _early_help(child, tables["ssd_early_help_episodes"], end)
    yield from _assessments(child, tables["ssd_cin_assessments"], end)
    yield from _enquiries(child, tables["ssd_s47_enquiry"], end)
    yield from _conferences(child, tables["ssd_initial_cp_conference"], end)
    yield from _plans(child, tables["ssd_cp_plans"], end)
    yield from _reviews(child, tables["ssd_cp_reviews"], end)
    yield from _on_a_plan(child, tables["ssd_cp_plans"], end)
    yield from _visits(child, end)


def _was_adult(child: Child, day: date) -> bool:
    return child.born is not None and birthday(child.born, ADULT) <= day


def _is_over(child: Child) -> bool:
    return child.died is not None or child.childhood_ended is not None


def _last_before(days: list[date], day: date) -> date | None:
    return max((each for each in days if each < day), default=None)


def _referrals(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    days = [row["cine_referral_date"] for row in rows if row.get("cine_referral_date")]
    for row in rows:
        day = row.get("cine_referral_date")
        if not day or not in_the_month_to(end, day) or _was_adult(child, day):
            continue
        team = row.get("cine_referral_team") or child.team_on(day)
        before = _last_before(days, day)
        is_again = before is not None and after_months(before, MONTHS_TO_BE_A_REREFERRAL) >= day
        yield Counted("referrals", team, 1, None)
        yield Counted("rereferral_12m", team, is_again)
        yield Counted("referral_source_share", team, 1, 1, category=SOURCES[row.get("cine_referral_source_code")])
        if (nothing_further := row.get("cine_referral_nfa")) is not None:
            yield Counted("referral_nfa", team, nothing_further)


def _in_need(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    since = [
        row["cine_referral_date"]
        for row in rows
        if row.get("cine_referral_date")
        and row["cine_referral_date"] <= end
        and (row.get("cine_close_date") or end + timedelta(days=1)) > end
        and (row.get("cine_close_date") or not row.get("cine_referral_nfa"))
    ]
    if since and not _is_over(child):
        team = child.team_on(end)
        yield Counted("cin_count", team, 1, None)
        a_year_before = month_end(after_months(end.replace(day=1), -12))
        workers = {each.worker for each in child.involvements if each.worker and (each.end or end) > a_year_before}
        yield Counted("worker_changes_12m", team, len(workers) >= MANY_WORKERS)
        yield Counted("cin_duration_2y", team, after_months(min(since), MONTHS_OF_A_LONG_CASE) <= end)


def _contacts(child: Child, rows: list[Row], referrals: list[Row], end: date) -> Iterator[Counted]:
    referred = [row["cine_referral_date"] for row in referrals if row.get("cine_referral_date")]
    for row in rows:
        if not (day := row.get("cont_contact_date")):
            continue
        if in_the_month_to(end, day):
            yield Counted("contacts", child.team_on(day), 1, None)
        due = day + timedelta(days=DAYS_TO_REFER)
        if in_the_month_to(end, due):
            yield Counted("contact_to_referral", child.team_on(due), any(day <= each <= due for each in referred))


def _early_help(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    is_open = any(
        row.get("earl_episode_start_date")
        and row["earl_episode_start_date"] <= end
        and (row.get("earl_episode_end_date") or end + timedelta(days=1)) > end
        for row in rows
    )
    if is_open and not _is_over(child):
        yield Counted("early_help_open", child.team_on(end), 1, None)


def _assessments(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    for row in rows:
        start, done = row.get("cina_assessment_start_date"), row.get("cina_assessment_auth_date")
        if not done or not in_the_month_to(end, done) or _was_adult(child, start or done):
            continue
        team = row.get("cina_assessment_team") or child.team_on(done)
        yield Counted("assessments_completed", team, 1, None)
        if (nothing_further := row.get("cina_assessment_outcome_nfa")) is not None:
            yield Counted("assessment_nfa", team, nothing_further)
        if (seen := row.get("cina_assessment_child_seen")) is not None:
            yield Counted("assessment_child_seen", team, seen)
        if start and start <= done and in_calendar(start):
            band = _band(working_days(start, done), ASSESSMENT_BANDS, "over_45")
            yield Counted("assessment_duration_bands", team, 1, 1, category=band)


def _band(days: int, bands: tuple[tuple[int, str], ...], beyond: str) -> str:
    return next((name for most, name in bands if days <= most), beyond)


OF_AN_OUTCOME = {
    "s47e_s47_start_date",
    "s47e_s47_end_date",
    "s47e_s47_nfa",
    "s47e_s47_outcome_json",
    "s47e_s47_outcome_json__nfa_flag",
}


def _enquiries(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    """What was given and cannot be read leaves open what it decides: a start, whether any other is a repeat."""
    is_start_unread = any("s47e_s47_start_date" in row.get("unread", ()) for row in rows)
    days = [row["s47e_s47_start_date"] for row in rows if row.get("s47e_s47_start_date")]
    for row in rows:
        start, over = row.get("s47e_s47_start_date"), row.get("s47e_s47_end_date")
        began = start or over
        if began is None or _was_adult(child, began) or (start and over and over < start):
            continue
        own = row.get("s47e_s47_completed_by_team")
        if start and in_the_month_to(end, start):
            before = _last_before(days, start)
            is_again = before is not None and after_months(before, MONTHS_TO_BE_A_REPEAT_ENQUIRY) >= start
            yield Counted("s47_started", own or child.team_on(start), 1, None)
            if not is_start_unread:
                yield Counted("s47_repeat_12m", own or child.team_on(start), is_again)
        if over and in_the_month_to(end, over) and not OF_AN_OUTCOME & set(row.get("unread", ())):
            needs_none = row.get("s47e_s47_nfa") or row.get("s47e_s47_outcome_json__nfa_flag")
            needs_none = needs_none or row.get("s47e_s47_outcome_json__cp_conference_flag") is False
            yield Counted("s47_to_icpc", own or child.team_on(over), not needs_none)


def _conferences(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    held = defaultdict(list)
    for row in rows:
        day = row.get("icpc_icpc_date")
        if day and in_the_month_to(end, day) and not row.get("icpc_icpc_transfer_in"):
            held[day].append(row)
    for day, records in held.items():
        teams = [row["icpc_icpc_team"] for row in records if row.get("icpc_icpc_team")]
        team = min(teams) if teams else child.team_on(day)
        yield Counted("icpc_count", team, 1, None)
        to_plan = [
            row["icpc_icpc_outcome_cp_flag"] for row in records if row.get("icpc_icpc_outcome_cp_flag") is not None
        ]
        if to_plan:
            yield Counted("icpc_to_plan", team, any(to_plan))


def conference_band(days: int) -> str:
    """In which band a conference is that was so many working days after the start of its enquiry."""
    return _band(days, CONFERENCE_BANDS, "over_20")


def _plans(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    dates = [(row.get("cppl_cp_plan_start_date"), row.get("cppl_cp_plan_end_date"), row) for row in rows]
    own = [
        (start, over)
        for start, over, row in dates
        if start and (not over or start <= over) and not row.get("cppl_cp_plan_ola")
    ]
    for start, over in own:
        if in_the_month_to(end, start):
            team = child.team_on(start)
            earlier = [(first, last) for first, last in own if first < start]
            ends = [last for _, last in earlier if last and last <= start]
            is_soon = bool(ends) and after_months(max(ends), MONTHS_TO_BE_A_REPEAT_PLAN) >= start
            yield Counted("cpp_started", team, 1, None)
            yield Counted("cpp_repeat_ever", team, bool(earlier))
            yield Counted("cpp_repeat_2y", team, is_soon)
        if over and in_the_month_to(end, over):
            team = child.team_on(over)
            yield Counted("cpp_ended", team, 1, None)
            yield Counted("cpp_2y_ended", team, after_months(start, MONTHS_OF_A_LONG_PLAN) <= over)
            yield Counted("cpp_3m_ended", team, after_months(start, MONTHS_OF_A_SHORT_PLAN) > over)
            yield Counted("cpp_duration", team, (over - start).days)


def _on_a_plan(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    if plan := plan_on(child, end):
        team = child.team_on(end)
        category = next(row.get("cppl_cp_plan_latest_category") for row in rows if row["cppl_cp_plan_id"] == plan.id)
        yield Counted("cpp_2y_open", team, after_months(plan.start, MONTHS_OF_A_LONG_PLAN) <= end)
        yield Counted("cpp_category_share", team, 1, 1, category=category or "unknown")


def _reviews(child: Child, rows: list[Row], end: date) -> Iterator[Counted]:
    for row in rows:
        held = row.get("cppr_cp_review_date")
        if held and in_the_month_to(end, held) and row.get("cppr_cp_review_quorate") is not False:
            how = row.get("cppr_cp_review_participation") or "unknown"
            yield Counted("cp_review_participation", child.team_on(held), 1, 1, category=how)


def _visits(child: Child, end: date) -> Iterator[Counted]:
    """A child once, with the team of the visit that fell due last."""
    due = [
        each
        for each in OF_A_CHILD["cp_visit"](child, end)
        if in_the_month_to(end, each.due) and each.status in (MET, LATE, MISSED) and not each.is_left_out
    ]
    if due:
        _, team = max((each.due, child.team_on(each.day)) for each in due)
        yield Counted("cp_child_visits_all_in_time", team, all(each.status == MET for each in due))

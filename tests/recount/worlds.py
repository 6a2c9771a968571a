"""Made-up authorities, as staged rows: dates crowd around the edges of the rules, and records come in any order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import strategies as st

from tests.recount.days import BANK_HOLIDAYS, after_months, after_working_days, month_end, working_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.staged_input import Rows

Any_ = TypeVar("Any_")

TABLES = {
    "ssd": (
        "ssd_person",
        "ssd_involvements",
        "ssd_professionals",
        "ssd_cin_episodes",
        "ssd_cin_assessments",
        "ssd_cin_plans",
        "ssd_cin_visits",
        "ssd_s47_enquiry",
        "ssd_initial_cp_conference",
        "ssd_cp_plans",
        "ssd_cp_reviews",
        "ssd_cp_visits",
        "ssd_cla_episodes",
        "ssd_cla_placement",
        "ssd_cla_reviews",
        "ssd_cla_visits",
        "ssd_cla_care_plan",
        "ssd_legal_status",
        "ssd_contacts",
        "ssd_early_help_episodes",
        "ssd_cla_health",
        "ssd_cla_immunisations",
        "ssd_sdq_scores",
        "ssd_cla_convictions",
        "ssd_cla_substance_misuse",
        "ssd_missing",
        "ssd_care_leavers",
        "ssd_permanence",
        "ssd_pre_proceedings",
    ),
    "local": (
        "local_caseload_bounds",
        "local_cin_reviews",
        "local_posts",
        "local_serious_incident_reviews",
        "local_serious_incidents",
        "local_visit_intervals",
        "local_visit_modes",
    ),
    "survey": ("survey_invited", "survey_questions", "survey_responses"),
}
# Of both it is given how many children live there.
AUTHORITIES = ("E06000015", "X99000001")
MONTHS = (date(2020, 3, 31), date(2021, 4, 30), date(2022, 2, 28), date(2024, 3, 31))
MONTHS_BACK = 26
TEAMS = ("T1", "T2", "T3")
WORKERS = ("w1", "w2", "w3", "w4", "w5")
# Both sides of the days from and to which children could be visited by video or telephone.
REMOTE_EDGES = (date(2020, 4, 23), date(2020, 4, 24), date(2021, 9, 30), date(2021, 10, 1))


@dataclass
class WorldAuthority:
    """What belongs to each child, and what to none."""

    children: list[dict[str, Rows]]
    shared: dict[str, Rows]

    @property
    def tables(self) -> dict[str, Rows]:
        whole: dict[str, Rows] = defaultdict(list)
        for part in (*self.children, self.shared):
            for name, rows in part.items():
                whole[name].extend(rows)
        return dict(whole)

    def records_of(self, name: str) -> list[str]:
        """The child's, to be read by people."""
        rows_of = [[row for rows in child.values() for row in rows] for child in self.children]
        child = self.children[next(at for at, rows in enumerate(rows_of) if any(name in row.values() for row in rows))]
        return [
            f"  {table}: {', '.join(f'{column} {value}' for column, value in row.items())}"
            for table, rows in child.items()
            for row in sorted(rows, key=lambda row: [str(value) for value in row.values() if isinstance(value, date)])
        ]


@dataclass
class World:
    """Authorities by their codes, as of the end of a month."""

    name: str
    last: date
    authorities: dict[str, WorldAuthority]

    def __repr__(self) -> str:
        return self.name


@dataclass
class Maker:
    """Draws a child's records, or an authority's, one choice after another."""

    random: Random
    last: date
    name: str
    made: dict[str, Rows] = field(default_factory=lambda: defaultdict(list))

    def row(self, table: str, **values: Any) -> None:
        self.made[table].append({name: value for name, value in values.items() if value is not None})

    def id(self, table: str) -> str:
        return f"{self.name} {table} {len(self.made[table])}"

    def pick(self, *choices: Any_) -> Any_:
        return self.random.choice(choices)

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def once_in(self, number: int) -> bool:
        return self.number(1, number) == number

    def near(self, day: date) -> date:
        """That day, the one before or the one after; now and then some days off."""
        return day + timedelta(days=self.pick(0, 0, 0, -1, 1, -2, 2, 5, -9))

    def day(self, first: date | None = None) -> date:
        """A day of the months before the last: any, or at an edge; a few come after it."""
        first = first or after_months(self.last, -MONTHS_BACK)
        day = first + timedelta(days=self.number(0, max((self.last - first).days, 0) + 10))
        match self.number(0, 7):
            case 0:
                return month_end(day)
            case 1:
                return day.replace(day=1)
            case 2:
                return day + timedelta(days=5 - day.weekday())
            case 3:
                later = [each for each in sorted(BANK_HOLIDAYS) if each >= day]
                return self.near(later[0])
            case 4:
                leap = date(2020 if self.last < date(2023, 1, 1) else 2024, 2, 29)
                return leap if first <= leap <= self.last else day
            case 5:
                remote = self.pick(*REMOTE_EDGES)
                return remote if first <= remote <= self.last else day
        return day

    def end(self, start: date, *likely: date) -> date | None:
        """None, a likely day or one near it; seldom one before the start."""
        match self.number(0, 7):
            case 0 | 1 | 2:
                return None
            case 3 | 4 if likely:
                return self.pick(*likely)
            case 5 if likely:
                return self.near(self.pick(*likely))
            case 6:
                return start - timedelta(days=1) if self.once_in(4) else start + timedelta(days=self.number(0, 3))
        return self.day(start)

    def team(self) -> str | None:
        return self.pick(None, None, *TEAMS)

    def yes(self) -> bool | None:
        """Mostly yes, at times no, or nothing recorded."""
        return self.pick(True, True, True, True, True, False, None)

    def seldom(self) -> bool | None:
        return self.pick(None, None, False, False, True)

    def kept(self, start: date, due_after: Callable[[date, int], date], most: int) -> list[date]:
        """Days around the due dates: in time, a day late, at the next due date, and after it."""
        days, clock = [], start
        for place in range(self.number(0, most)):
            due = due_after(clock, place)
            then = due_after(due, place + 1)
            day = self.pick(due, due, due - timedelta(days=1), due + timedelta(days=1), then, then + timedelta(days=1))
            if self.once_in(6):
                day = self.near(due_after(then, place + 2))
            days.append(day)
            clock = max(day, clock)
        return [each for each in (*days, start) if each != start or self.once_in(8)]


def _child(maker: Maker) -> dict[str, Rows]:
    _person(maker)
    _involvements(maker)
    start = maker.day()
    stories = maker.pick(
        (_assessed,),
        (_referred,),
        (_enquiry, _assessed),
        (_in_need,),
        (_on_a_plan,),
        (_on_a_plan, _enquiry),
        (_in_care,),
        (_in_care,),
        (_in_lasting_care,),
        (_on_a_plan, _in_care),
        (_in_need, _on_a_plan, _in_care),
        (_assessed, _enquiry, _in_need, _on_a_plan, _in_care),
    )
    for story in stories:
        story(maker, start if maker.once_in(2) else maker.day())
    for rows in maker.made.values():
        maker.random.shuffle(rows)
    return maker.made


def _person(maker: Maker) -> None:
    day = maker.day()
    born: date | None
    expected: date | None = None
    match maker.pick("school", "baby", "four", "of age", "leap", "unborn", "unknown", "baby"):
        case "school":
            born = after_months(day, -12 * maker.number(5, 15))
        case "baby":
            born, expected = day, maker.pick(None, maker.near(day))
        case "four":
            born = after_months(day, -48)
        case "of age":
            born = after_months(day, -216)
        case "leap":
            born = date(maker.pick(2000, 2004, 2016, 2020), 2, 29)
        case "unborn":
            born, expected = None, maker.near(maker.last)
        case _:
            born = None
    died = maker.day() if maker.once_in(12) else None
    if not maker.once_in(20):
        dates = {"pers_dob": born, "pers_expected_dob": expected, "pers_death_date": died}
        maker.row("ssd_person", pers_person_id=maker.name, **dates)


def _involvements(maker: Maker) -> None:
    start = after_months(maker.last, -MONTHS_BACK)
    for _ in range(maker.number(0, 3)):
        end = maker.end(start)
        maker.row(
            "ssd_involvements",
            invo_involvements_id=maker.id("ssd_involvements"),
            invo_person_id=maker.name,
            invo_professional_id=maker.pick(None, *WORKERS),
            invo_professional_role_id=maker.pick(None, "Social Worker", "Key Worker", "Independent Reviewing Officer"),
            invo_professional_team=maker.pick(None, *TEAMS),
            invo_involvement_start_date=start,
            invo_involvement_end_date=end,
        )
        start = maker.pick(start, end or maker.day(start), maker.day())


def _referral(maker: Maker, start: date) -> str:
    name = maker.id("ssd_cin_episodes")
    maker.row(
        "ssd_cin_episodes",
        cine_referral_id=name,
        cine_person_id=maker.name,
        cine_referral_date=None if maker.once_in(15) else start,
        cine_close_date=maker.end(start, month_end(start)),
    )
    return name


def _referred(maker: Maker, start: date) -> None:
    """So long before a month's end that a baby who was not seen since is due a visit on it."""
    _referral(maker, _working_days_before(month_end(start), 20))


def _assessed(maker: Maker, start: date) -> None:
    """A referral, perhaps reopened, and its assessments."""
    for _ in range(maker.number(1, 2)):
        referral = _referral(maker, start)
        for _ in range(maker.number(1, 3)):
            began = maker.near(start) if maker.once_in(3) else start
            limit = after_working_days(maker.pick(began, start), 45)
            maker.row(
                "ssd_cin_assessments",
                cina_assessment_id=maker.id("ssd_cin_assessments"),
                cina_person_id=maker.name,
                cina_referral_id=maker.pick(None, referral, referral, referral, "elsewhere"),
                cina_assessment_start_date=None if maker.once_in(15) else began,
                cina_assessment_auth_date=maker.end(began, limit, limit + timedelta(days=1)),
                cina_assessment_team=maker.team(),
            )
        start = maker.day()


def _enquiry(maker: Maker, start: date) -> None:
    """Section 47 enquiries, some of which a month's end leaves no day more, and conferences around their limits."""
    if maker.once_in(3):
        start = _working_days_before(month_end(start), 15)
    referral = _referral(maker, start)
    for _ in range(maker.number(1, 2)):
        enquiry = maker.id("ssd_s47_enquiry")
        maker.row(
            "ssd_s47_enquiry",
            s47e_s47_enquiry_id=enquiry,
            s47e_person_id=maker.name,
            s47e_s47_start_date=None if maker.once_in(15) else start,
            s47e_s47_end_date=maker.end(start, month_end(start)),
            s47e_s47_nfa=maker.seldom(),
            s47e_s47_outcome_json__nfa_flag=maker.seldom(),
            s47e_s47_outcome_json__cp_conference_flag=maker.yes(),
            s47e_referral_id=maker.pick(None, referral, referral),
            s47e_s47_completed_by_team=maker.team(),
        )
        limit = after_working_days(start, 15)
        for _ in range(maker.number(0, 2)):
            _conference(maker, maker.end(start, limit, limit + timedelta(days=1)), enquiry, referral, maker.seldom())
        if maker.once_in(3):
            _conference(maker, limit + timedelta(days=maker.pick(0, 1)), None, referral, True)
        start = maker.near(start)


def _conference(maker: Maker, held: date | None, enquiry: str | None, referral: str | None, moved: bool | None) -> None:
    maker.row(
        "ssd_initial_cp_conference",
        icpc_icpc_id=maker.id("ssd_initial_cp_conference"),
        icpc_person_id=maker.name,
        icpc_s47_enquiry_id=maker.pick(None, enquiry, enquiry, enquiry, "elsewhere"),
        icpc_referral_id=maker.pick(None, referral, referral),
        icpc_icpc_date=held,
        icpc_icpc_transfer_in=moved,
        icpc_icpc_team=maker.team(),
    )


def _working_days_before(end: date, number: int) -> date:
    return next(
        day for back in range(number, 2 * number + 10) if working_days(day := end - timedelta(days=back), end) == number
    )


def _linked_conference(maker: Maker, plan: str, held: date) -> None:
    """The one that the plan names, where it names any; it may name the plan."""
    maker.row(
        "ssd_initial_cp_conference",
        icpc_icpc_id=f"{plan} conference",
        icpc_person_id=maker.name,
        icpc_cp_plan_id=maker.pick(None, plan, plan),
        icpc_icpc_date=held,
        icpc_icpc_transfer_in=True if maker.once_in(8) else None,
    )


def _in_need(maker: Maker, start: date) -> None:
    for _ in range(maker.number(1, 2)):
        due = after_months(start, 3)
        end = maker.end(start, due, month_end(start))
        maker.row(
            "ssd_cin_plans",
            cinp_cin_plan_id=maker.id("ssd_cin_plans"),
            cinp_person_id=maker.name,
            cinp_cin_plan_start_date=None if maker.once_in(20) else start,
            cinp_cin_plan_end_date=end,
            cinp_cin_plan_team=maker.team(),
        )
        for held in maker.kept(start, _three_then_six, 3):
            maker.row(
                "local_cin_reviews",
                review_id=maker.id("local_cin_reviews"),
                person_id=maker.name,
                review_date=None if maker.once_in(15) else held,
                team_code=maker.team(),
            )
        for _ in range(maker.number(0, 2)):
            _visit(maker, "cin", "cinv_cin", maker.day(start))
        start = maker.pick(end or maker.day(), maker.day())


def _on_a_plan(maker: Maker, start: date) -> None:
    for _ in range(maker.pick(1, 1, 2)):
        plan = maker.id("ssd_cp_plans")
        first_review, first_visit = after_months(start, 3), after_working_days(start, 10)
        end = maker.end(start, first_review, first_visit, month_end(start))
        maker.row(
            "ssd_cp_plans",
            cppl_cp_plan_id=plan,
            cppl_person_id=maker.name,
            cppl_cp_plan_start_date=None if maker.once_in(20) else start,
            cppl_cp_plan_end_date=end,
            cppl_cp_plan_ola=maker.pick(None, None, None, False, False, True),
            cppl_icpc_id=f"{plan} conference" if maker.once_in(3) else None,
        )
        if maker.once_in(2):
            edges = after_months(start, -3), first_review
            _linked_conference(maker, plan, maker.pick(start, maker.near(start), maker.near(maker.pick(*edges))))
        usual = ("working_days", 10)
        unit, length = maker.pick(usual, usual, ("days", 14), ("weeks", 4), ("working_days", 15))
        if (unit, length) != usual or maker.once_in(3):
            _interval(maker, plan, maker.pick(start, date(2018, 1, 1)), unit, length)
            if maker.once_in(2):
                changed = maker.pick(("days", 10), ("weeks", 3), ("working_days", 5), ("days", 0))
                _interval(maker, plan, maker.near(first_visit), *changed)
        for made in maker.kept(start, lambda day, _, unit=unit, length=length: _interval_later(day, unit, length), 6):
            _visit(maker, "cp", "cppv_cp", made)
        for held in maker.kept(start, _three_then_six, 3):
            maker.row(
                "ssd_cp_reviews",
                cppr_cp_review_id=maker.id("ssd_cp_reviews"),
                cppr_person_id=maker.name,
                cppr_cp_plan_id=plan,
                cppr_cp_review_date=held,
                cppr_cp_review_quorate=maker.yes(),
            )
        if maker.once_in(4):
            moved = maker.pick(start, start + timedelta(days=1), maker.near(first_review), maker.day(start))
            _conference(maker, moved, None, None, True)
        start = maker.pick(end or maker.day(), maker.day())


def _interval(maker: Maker, plan: str, start: date, unit: str, length: int) -> None:
    maker.row("local_visit_intervals", cp_plan_id=plan, from_date=start, interval_length=length, interval_unit=unit)


def _visit(maker: Maker, kind: str, prefix: str, made: date, mode: str | None = None) -> None:
    table = f"ssd_{kind}_visits"
    name = maker.id(table)
    values = {"_visit_id": name, "_visit_date": made, "_visit_seen": maker.yes(), "_visit_seen_alone": maker.yes()}
    whose = {f"{prefix.split('_')[0]}_person_id": maker.name}
    maker.row(table, **whose, **{f"{prefix}{column}": value for column, value in values.items()})
    if mode is None and maker.once_in(4):
        mode = maker.pick("in_person", "video", "telephone")
    if mode is not None:
        maker.row("local_visit_modes", **{f"{kind}_visit_id": name}, visit_mode=mode)


def _in_care(maker: Maker, start: date) -> None:
    began = start
    for _ in range(maker.pick(1, 1, 2, 3)):
        first_visit, first_review = start + timedelta(days=7), after_working_days(start, 20)
        end = maker.end(start, first_visit, first_review, after_months(start, 12))
        care = f"{maker.name} care {maker.number(0, 1)}"
        maker.row(
            "ssd_cla_episodes",
            clae_cla_episode_id=maker.id("ssd_cla_episodes"),
            clae_person_id=maker.name,
            clae_cla_id=None if maker.once_in(15) else care,
            clae_cla_episode_start_date=start,
            clae_cla_episode_ceased_date=end,
        )
        _placement(maker, start, end)
        for held in maker.kept(start, _care_review_due, 3):
            maker.row(
                "ssd_cla_reviews",
                clar_cla_review_id=maker.id("ssd_cla_reviews"),
                clar_cla_id=care,
                clar_cla_review_date=held,
                clar_cla_review_cancelled=maker.seldom(),
            )
        start = (end or maker.day(start)) + timedelta(days=maker.pick(0, 0, 1, 2, -5))
    _legal_statuses(maker, began)
    if maker.once_in(4):
        from_day = maker.pick(began, after_months(began, 12), maker.day(began))
        maker.row(
            "ssd_cla_care_plan",
            lacp_table_id=maker.id("ssd_cla_care_plan"),
            lacp_person_id=maker.name,
            lacp_cla_care_plan_start_date=from_day,
            lacp_cla_care_plan_end_date=maker.end(from_day),
            lacp_cla_care_plan_json__ltfost18=maker.yes(),
        )


def _in_lasting_care(maker: Maker, start: date) -> None:
    """With one carer for more than a year, and visited a day around every third or sixth month."""
    start = after_months(min(start, maker.last), -12 - maker.number(3, 9))
    maker.row(
        "ssd_cla_episodes",
        clae_cla_episode_id=maker.id("ssd_cla_episodes"),
        clae_person_id=maker.name,
        clae_cla_episode_start_date=start,
    )
    placement = maker.id("ssd_cla_placement")
    maker.row(
        "ssd_cla_placement",
        clap_cla_placement_id=placement,
        clap_person_id=maker.name,
        clap_cla_placement_type=maker.pick("U1", "U4"),
        clap_cla_placement_start_date=start,
    )
    a_year_on = after_months(start, 12)
    months = maker.pick(3, 3, 6)
    if months == 6:
        row = {"from_date": a_year_on, "interval_length": 6, "interval_unit": "months"}
        maker.row("local_visit_intervals", cla_placement_id=placement, **row)
    for made in (a_year_on, maker.near(after_months(a_year_on, months))):
        _visit(maker, "cla", "clav_cla", made, "in_person")


def _placement(maker: Maker, start: date, end: date | None) -> None:
    for number in range(maker.pick(1, 1, 1, 2)):
        over = maker.pick(end, end, end, maker.end(start, start + timedelta(days=8)))
        kind = maker.pick("U1", "U4", "U6", "P1", "P1", "K2", "A5", "A6", None)
        name = maker.id("ssd_cla_placement")
        maker.row(
            "ssd_cla_placement",
            clap_cla_placement_id=name,
            clap_person_id=maker.name,
            clap_cla_placement_type=kind,
            clap_cla_placement_start_date=start if number else maker.pick(start, start, start, maker.near(start)),
            clap_cla_placement_end_date=over,
        )
        for made in maker.kept(start, lambda day, place: day + timedelta(days=42 if place else 7), 5):
            _visit(maker, "cla", "clav_cla", made)
        if kind in ("A5", "A6"):
            _placed_for_adoption(maker, start)
        if maker.once_in(3):
            _agreed(maker, name, start)
        a_year_on = maker.near(after_months(start, 12))
        for made in (a_year_on, maker.near(after_months(a_year_on, 3))):
            if not maker.once_in(4):
                _visit(maker, "cla", "clav_cla", made)
        for made in REMOTE_EDGES:
            if maker.once_in(2) and start <= made <= (over or maker.last):
                _visit(maker, "cla", "clav_cla", made, maker.pick("video", "telephone"))
        start = over or maker.day(start)


def _placed_for_adoption(maker: Maker, start: date) -> None:
    """Visits of every week, and reviews that begin anew."""
    for made in maker.kept(start, lambda day, _: day + timedelta(days=7), 6):
        _visit(maker, "cla", "clav_cla", made)
    cares = [row["clae_cla_id"] for row in maker.made["ssd_cla_episodes"] if "clae_cla_id" in row]
    for held in maker.kept(start, _adoption_review_due, 3) if cares else ():
        maker.row(
            "ssd_cla_reviews",
            clar_cla_review_id=maker.id("ssd_cla_reviews"),
            clar_cla_id=maker.pick(*cares),
            clar_cla_review_date=held,
        )


def _agreed(maker: Maker, placement: str, start: date) -> None:
    """An interval of the placement's own, and visits that keep it, before a year is over or after."""
    from_date = maker.pick(start, after_months(start, 6), after_months(start, 12))
    length, unit = maker.pick((6, "months"), (6, "months"), (9, "months"), (4, "months"), (2, "weeks"), (0, "days"))
    maker.row(
        "local_visit_intervals",
        cla_placement_id=placement,
        from_date=from_date,
        interval_length=length,
        interval_unit=unit,
    )
    for made in maker.kept(maker.near(from_date), lambda day, _: _interval_later(day, unit, min(length, 6) or 6), 3):
        _visit(maker, "cla", "clav_cla", made)


def _legal_statuses(maker: Maker, start: date) -> None:
    interim_orders, short_breaks = (("C1",), ("C1", "C2"), ("C1", "C1")), (("V3",), ("V4", "V2"), ("V2", "V4"))
    for code in maker.pick(("V2",), ("C2",), *interim_orders, *short_breaks, ()):
        end = maker.end(start, start + timedelta(days=14), after_months(start, 6))
        maker.row(
            "ssd_legal_status",
            lega_legal_status_id=maker.id("ssd_legal_status"),
            lega_person_id=maker.name,
            lega_legal_status=code,
            lega_legal_status_start_date=start,
            lega_legal_status_end_date=end,
        )
        start = (end or start) + timedelta(days=maker.pick(0, 1, 7, 14))


def _three_then_six(day: date, place: int) -> date:
    return after_months(day, 6 if place else 3)


def _care_review_due(day: date, place: int) -> date:
    return after_months(day, (3, 6)[place > 1]) if place else after_working_days(day, 20)


def _adoption_review_due(day: date, place: int) -> date:
    return after_months(day, (3, 6)[place > 1]) if place else day + timedelta(weeks=4)


def _interval_later(day: date, unit: str, length: int) -> date:
    if unit == "working_days":
        return after_working_days(day, length)
    if unit == "months":
        return after_months(day, length)
    return day + timedelta(days=length if unit == "days" else 7 * length)


def _shared(maker: Maker) -> dict[str, Rows]:
    titles = (None, "Social Worker", "Social Worker", "Senior Social Worker", "Other")
    for worker in WORKERS[1:]:
        maker.row(
            "ssd_professionals",
            prof_professional_id=worker,
            prof_professional_job_title=maker.pick(*titles),
            prof_full_time_equivalency=maker.pick("1", "1", "0.5", "0.8125", "0", "0.004", None),
        )
    for role, team in ((None, None), ("Social Worker", None), (None, "T1"), ("Social Worker", "T2")):
        for _ in range(maker.number(0, 2)):
            lower = maker.number(1, 3)
            maker.row(
                "local_caseload_bounds",
                role=role,
                team_code=team,
                from_date=maker.day(),
                lower_bound=maker.pick(None, lower, lower),
                upper_bound=maker.pick(None, lower, lower + 2),
            )
    for _ in range(maker.number(2, 8)):
        _post(maker)
    for _ in range(maker.number(6, 12)):
        _incident(maker)
    return maker.made


def _known_before(maker: Maker) -> dict[str, Rows]:
    """A child with two of everything, the second on an edge of what makes it another."""
    _person(maker)
    _involvements(maker)
    first = after_months(maker.day(), -12)
    for months in (12, 24):
        again = maker.pick(after_months(first, months), after_months(first, months) + timedelta(days=1), maker.day())
        for start in (first, again):
            if maker.once_in(2):
                _referral(maker, start)
                maker.row(
                    "ssd_s47_enquiry",
                    s47e_s47_enquiry_id=maker.id("ssd_s47_enquiry"),
                    s47e_person_id=maker.name,
                    s47e_s47_start_date=start,
                    s47e_s47_end_date=maker.end(start, start + timedelta(days=maker.number(0, 20))),
                    s47e_s47_nfa=maker.seldom(),
                    s47e_s47_completed_by_team=maker.team(),
                )
        if maker.once_in(2):
            length = after_months(first, maker.pick(3, 24)) - timedelta(days=maker.number(0, 1))
            for start, end in ((first, maker.pick(first, length)), (again, maker.end(again))):
                maker.row(
                    "ssd_cp_plans",
                    cppl_cp_plan_id=maker.id("ssd_cp_plans"),
                    cppl_person_id=maker.name,
                    cppl_cp_plan_start_date=start,
                    cppl_cp_plan_end_date=end,
                )
    for _ in range(maker.number(0, 3)):
        day = maker.day()
        maker.row(
            "ssd_contacts",
            cont_contact_id=maker.id("ssd_contacts"),
            cont_person_id=maker.name,
            cont_contact_date=None if maker.once_in(9) else day,
        )
        if maker.once_in(2):
            _referral(maker, day + timedelta(days=maker.pick(-1, 0, 7, 8)))
    for _ in range(maker.number(0, 2)):
        start = maker.day()
        maker.row(
            "ssd_early_help_episodes",
            earl_episode_id=maker.id("ssd_early_help_episodes"),
            earl_person_id=maker.name,
            earl_episode_start_date=None if maker.once_in(9) else start,
            earl_episode_end_date=maker.end(start, month_end(start)),
        )
    return maker.made


def _say_more(maker: Maker, rows: dict[str, Rows]) -> None:
    """What no other rule depends on. Of a child all plans name one category, since two may start on one day."""
    category = maker.pick("NEG", "PHY", "SAB", "EMO", "MUL", None)
    for row in rows.get("ssd_cp_plans", ()):
        row["cppl_cp_plan_latest_category"] = category
    for row in rows.get("ssd_cin_episodes", ()):
        row["cine_referral_source_code"] = maker.pick("1A", "2A", "2B", "3C", "4", "5A", "6", "7", "8", "9", "10", None)
        row["cine_referral_nfa"] = maker.seldom()
        row["cine_referral_team"] = maker.team()
    for row in rows.get("ssd_cin_assessments", ()):
        row["cina_assessment_outcome_nfa"] = maker.seldom()
        row["cina_assessment_child_seen"] = maker.yes()
    for row in rows.get("ssd_initial_cp_conference", ()):
        row["icpc_icpc_outcome_cp_flag"] = maker.yes()
    for row in rows.get("ssd_cp_reviews", ()):
        row["cppr_cp_review_participation"] = maker.pick("PN0", "PN1", "PN4", "PN7", None)


def _say_more_of_care(maker: Maker, rows: dict[str, Rows]) -> None:
    """What no other rule depends on. Of a child all episodes and placements say the same, since two may be open."""
    for person in rows.get("ssd_person", ()):
        person["pers_ethnicity"] = maker.pick("WBRI", "MWBA", "AIND", "BCRB", "OOTH", "REFU", None)
    episodes = rows.get("ssd_cla_episodes", ())
    reason = maker.pick("E11", "E11", "E4A", "E41", "E45", "E17", "X1", None)
    need = maker.pick("N1", "N5", None)
    for row in episodes:
        row["clae_cla_episode_ceased_reason"] = reason
        row["clae_cla_primary_need_code"] = need
        row["clae_cla_last_iro_contact_date"] = maker.pick(None, maker.near(after_months(maker.last, -6)), maker.day())
    provider, distance = maker.pick("PR0", "PR1", "PR4", None), maker.pick(3, 20, 21, None)
    for row in rows.get("ssd_cla_placement", ()):
        row["clap_cla_placement_provider"] = provider
        row["clap_cla_placement_distance"] = distance
    for row in rows.get("ssd_cla_reviews", ()):
        row["clar_cla_review_participation"] = maker.pick("PN0", "PN1", "PN3", "PN4", "PN5", "PN7", None)
    if episodes:
        maker.made = rows
        maker.name = episodes[0]["clae_person_id"]
        _checked(maker)
        _in_trouble(maker)


def _checked(maker: Maker) -> None:
    for kind in ("Health assessment", "Dental check", "Health check"):
        for _ in range(maker.number(0, 3)):
            maker.row(
                "ssd_cla_health",
                clah_health_check_id=maker.id("ssd_cla_health"),
                clah_person_id=maker.name,
                clah_health_check_type=kind,
                clah_health_check_date=maker.pick(maker.day(), maker.near(after_months(maker.last, -6))),
            )
    if not maker.once_in(3):
        maker.row(
            "ssd_cla_immunisations",
            clai_person_id=maker.name,
            clai_immunisations_status=maker.yes(),
            clai_immunisations_status_date=maker.pick(None, maker.day()),
        )
    for _ in range(maker.number(0, 3)):
        score = maker.pick(None, maker.number(0, 40), maker.number(0, 40))
        maker.row(
            "ssd_sdq_scores",
            csdq_table_id=maker.id("ssd_sdq_scores"),
            csdq_person_id=maker.name,
            csdq_sdq_completed_date=maker.day(),
            csdq_sdq_score=score,
            csdq_sdq_reason="SDQ2" if score is None else None,
        )


def _in_trouble(maker: Maker) -> None:
    for table, prefix, what in (
        ("ssd_cla_convictions", "clac", "cla_conviction"),
        ("ssd_cla_substance_misuse", "clas", "substance_misuse"),
    ):
        if maker.once_in(2):
            row = {f"{prefix}_{what}_id": maker.id(table), f"{prefix}_{what}_date": maker.day()}
            maker.row(table, **row, **{f"{prefix}_person_id": maker.name})
    for _ in range(maker.number(0, 3)):
        start = maker.day()
        maker.row(
            "ssd_missing",
            miss_table_id=maker.id("ssd_missing"),
            miss_person_id=maker.name,
            miss_missing_episode_type=maker.pick("Missing", "M", "Missing", "Absent", None),
            miss_missing_episode_start_date=start,
            miss_missing_episode_end_date=maker.end(start, month_end(start), start + timedelta(days=1)),
            miss_missing_rhi_offered=maker.pick("Y", "Y", "Y", "N", "NA", None),
            miss_missing_rhi_accepted=maker.pick("Y", "N", "NA", None),
        )
    for _ in range(maker.number(0, 2)):
        start = maker.day()
        maker.row(
            "ssd_pre_proceedings",
            prep_table_id=maker.id("ssd_pre_proceedings"),
            prep_person_id=maker.name,
            prep_plo_family_id=maker.name,
            prep_pre_pro_decision_date=None if maker.once_in(9) else start,
            prep_agree_stepdown_issue_date=maker.end(start, month_end(start), after_months(start, 4)),
        )
    ordered = maker.day()
    maker.row(
        "ssd_permanence",
        perm_table_id=maker.id("ssd_permanence"),
        perm_person_id=maker.name,
        perm_placement_order_date=maker.pick(None, ordered),
        perm_matched_date=maker.pick(None, ordered, maker.near(ordered), maker.day()),
        perm_placed_for_adoption_date=maker.pick(None, ordered - timedelta(days=300), ordered),
        perm_adopted_by_carer_flag=maker.yes(),
        perm_placed_foster_carer_date=maker.pick(None, ordered - timedelta(days=400)),
    )


def _long_in_care(maker: Maker) -> dict[str, Rows]:
    """In care for two and a half years or a day less, in a placement of two years or a day less, after a few others."""
    _person(maker)
    _involvements(maker)
    start = after_months(maker.last, -maker.pick(30, 31, 36)) + timedelta(days=maker.number(0, 1))
    maker.row(
        "ssd_cla_episodes",
        clae_cla_episode_id=maker.id("ssd_cla_episodes"),
        clae_person_id=maker.name,
        clae_cla_id=f"{maker.name} care",
        clae_cla_episode_start_date=start,
        clae_cla_episode_ceased_date=maker.pick(None, None, maker.day()),
    )
    moved = after_months(maker.last, -maker.pick(12, 24)) + timedelta(days=maker.number(-1, 2))
    for kind, first, last in (
        ("U6", start, moved),
        (maker.pick("U4", "A5", "T1"), moved, maker.pick(None, moved + timedelta(days=60))),
        (maker.pick("A5", "A6", "K2", "H5"), moved + timedelta(days=60), None),
    ):
        maker.row(
            "ssd_cla_placement",
            clap_cla_placement_id=maker.id("ssd_cla_placement"),
            clap_person_id=maker.name,
            clap_cla_placement_type=kind,
            clap_cla_placement_start_date=first,
            clap_cla_placement_end_date=last,
        )
    return maker.made


def _leaver(maker: Maker) -> dict[str, Rows]:
    age = maker.pick(16, 17, 19, 20, 22)
    born = after_months(maker.last, -12 * age) + timedelta(days=maker.number(0, 1))
    maker.row("ssd_person", pers_person_id=maker.name, pers_dob=born)
    maker.row(
        "ssd_care_leavers",
        clea_table_id=maker.id("ssd_care_leavers"),
        clea_person_id=maker.name,
        clea_care_leaver_in_touch=maker.pick("YES", "YES", "NO", "DIED", "RHOM", None),
        clea_care_leaver_accom_suitable=maker.pick("1", "1", "2", None),
        clea_care_leaver_activity=maker.pick("F1", "P5", "G4", None),
        clea_care_leaver_allocated_team=maker.team(),
    )
    return maker.made


def _post(maker: Maker) -> None:
    start = maker.day(after_months(maker.last, -50))
    maker.row(
        "local_posts",
        post_id=maker.id("local_posts"),
        team_code=maker.team(),
        role=maker.pick(None, "Social Worker", "Social Worker", "Personal Adviser"),
        full_time_equivalent=maker.pick("1", "1", "0.6", "0.5946", "0.125", None),
        post_status=maker.pick("employed", "employed", "employed", "agency", "vacant"),
        from_date=None if maker.once_in(15) else start,
        to_date=maker.end(start, after_months(maker.last, -12), maker.last),
        left_the_authority=maker.pick(True, True, False, None),
        sickness_days=maker.pick(None, "0", "3", "12.5"),
    )


def _incident(maker: Maker) -> None:
    name, aware = maker.id("local_serious_incidents"), maker.day()
    limit = after_working_days(aware, 5)
    notified = maker.end(aware, limit, limit + timedelta(days=1))
    maker.row(
        "local_serious_incidents",
        notification_id=name,
        aware_date=None if maker.once_in(8) else aware,
        notified_date=notified,
        incident_type=maker.pick("death", "serious_harm", "looked_after_death", "other", None),
        withdrawn=maker.seldom(),
    )
    for _ in range(maker.number(0, 2)):
        sent, decided = after_working_days(notified or aware, 15), maker.near(aware)
        published = after_months(decided, 6)
        maker.row(
            "local_serious_incident_reviews",
            review_id=maker.id("local_serious_incident_reviews"),
            notification_id=name,
            review_type=maker.pick("rapid_review", "rapid_review", "lcspr", "lcspr", "local_learning"),
            decision_date=maker.pick(decided, decided, decided, None),
            sent_date=maker.end(aware, sent, sent + timedelta(days=1)),
            published_date=maker.end(decided, published, published + timedelta(days=1)),
            delay_agreed=maker.seldom(),
        )


def _survey(maker: Maker) -> dict[str, Rows]:
    maker.row("survey_questions", question_id="q1", standard_id="standard_1", reverse=False, points=5)
    maker.row("survey_invited", survey_date=maker.last, invited=maker.number(4, 9))
    for number in range(maker.number(1, 6)):
        answers = [{"question_id": "q1", "answer": maker.number(1, 5)}] if maker.once_in(2) else []
        maker.row("survey_responses", respondent_id=f"r{number}", answers=answers)
    return maker.made


def make_world(seed: int, last: date, children: int = 40) -> World:
    random = Random(seed)
    authorities = {code: _authority(random, last, children) for code in AUTHORITIES}
    return World(f"make_world({seed}, {last!r}, {children})", last, authorities)


def _authority(random: Random, last: date, children: int) -> WorldAuthority:
    shared = {**_shared(Maker(random, last, "shared")), **_survey(Maker(random, last, "survey"))}
    made = [_child(Maker(random, last, f"child {number}")) for number in range(children)]
    # Drawn apart, so that the records above stay as they are.
    later = Random(sum(random.getstate()[1]))
    made += [_known_before(Maker(later, last, f"known {number}")) for number in range(max(4, children // 4))]
    for rows in made:
        _say_more(Maker(later, last, "more"), rows)
    latest = Random(sum(later.getstate()[1]))
    made += [_long_in_care(Maker(latest, last, f"long in care {number}")) for number in range(max(6, children // 5))]
    made += [_leaver(Maker(latest, last, f"leaver {number}")) for number in range(max(6, children // 4))]
    for rows in made:
        _say_more_of_care(Maker(latest, last, "more"), rows)
    return WorldAuthority(made, shared)


# A world is more choices than Hypothesis keeps of one example, so it chooses what a world is made from.
worlds = st.builds(make_world, st.integers(0, 2**32 - 1), st.sampled_from(MONTHS), st.integers(1, 60))

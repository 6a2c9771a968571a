"""What a task of each DAG does: one call.

The stages are imported inside the functions, so that whoever reads a DAG file loads none of them.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import AuthorityMonth, Delivery
from pipelines.faults import Fault
from pipelines.orchestration import airflow_home
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.storage import keep_from_others

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.sdk import BaseSensorOperator, Connection, DeltaTriggerTimetable
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from pydantic import SecretStr

from pipelines.orchestration.assets import (
    APPROVE,
    GATE,
    INGEST,
    MEANWHILE,
    OUTCOMES,
    POKE_SECONDS,
    PUBLISH,
    SNAPSHOTS,
    SNAPSHOTS_PUBLIC,
    STAGING,
    TAKE_IN,
    WANTED,
    WAREHOUSE,
    DataRefused,
    emit,
    month_of,
    unit_of,
    wanted,
)
from pipelines.orchestration.notifier import notify_people, send

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    from pipelines.runs.due import WhatIsDue
    from pipelines.settings import Extract


MOST_NAMED = 20
REFUSED = "refused: "
FAILED_OTHERWISE = "not staged, and not for what is in it: the log of its failed task says why."
NOT_EXTRACTED = "not extracted: the log of its failed task says why. Whatever was delivered before counts."
BUILD_FAILED = "The build failed, and the log of its task says why."


log = logging.getLogger(__name__)

# What a task writes is for its owner and the owner's group.
keep_from_others()


def when_due() -> str:
    """The day of each month by which deliveries are due, at 06:00, as cron has it; read while the DAG is."""
    return f"0 6 {Settings().due_day} * *"


def extracts() -> list[str]:
    """The sources to be read from a database, such as ``E06000015/ssd``; read while the DAG is, so it must be quick."""
    return [str(extract) for extract in Settings().extracts]


def extract(source: str, context: Mapping[str, Any]) -> dict[str, str | int]:
    """Read one source from its database, into the inbox as the month's delivery."""
    from pipelines.landing import extract as extracting

    settings = Settings()
    wanted = next(each for each in settings.extracts if str(each) == source)
    month = Period.parse(month_of(context))
    extracted = extracting.extract(settings, wanted, month, _url_of(settings, wanted))
    return {"delivery": f"{source}/{month}", "outcome": extracted.outcome, "rows": sum(extracted.rows.values())}


def _url_of(settings: Settings, wanted: Extract) -> SecretStr:
    if wanted.connection_id is None:
        return settings.url_of(wanted)
    return SecretStr(Connection.get(wanted.connection_id).get_uri())


def find_deliveries(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The deliveries up to the month that are new or changed, an authority each, with its code.

    Raises NoKey: what could not be finished is not begun.
    """
    from pipelines import storage
    from pipelines.landing import inbox as arrivals
    from pipelines.runs import arrivals as news
    from pipelines.runs import migrating

    settings = Settings()
    settings.must_have_keys()
    migrating.must_be_of_today(settings)
    storage.remove_all_left(settings.data_dir)
    inbox = arrivals.find_deliveries(settings, upto=Period.parse(month_of(context)))
    everything = context["params"].get("everything")
    found = inbox.deliveries if everything else tuple(news.new_or_changed(settings, inbox))
    known = len(inbox.deliveries) - len(found)
    log.info("%d to be taken in, %d look as before, %d not complete yet", len(found), known, len(inbox.waiting))
    log.info("%d ignored", len(inbox.ignored))
    for delivery, reason in zip(inbox.waiting, inbox.waits_for, strict=True):
        log.info("%s waits: %s", delivery, reason)
    return [
        {"authority": authority, "deliveries": list(map(str, theirs))}
        for authority, theirs in news.by_authority(found).items()
    ]


def take_in(authority: str, deliveries: Sequence[str], context: Mapping[str, Any]) -> dict[str, str]:
    """Land and stage an authority's deliveries, one after another; one that is refused or fails keeps no other back.

    Raises, once all were tried, the first fault, or else DataRefused with one sentence for each that was refused as a
    whole. What became of each is known to the verdict even then.
    """
    log.info("%s: %d to be taken in", authority, len(deliveries))
    outcomes: dict[str, str] = {}
    faults: list[Exception] = []
    for delivery in deliveries:
        try:
            outcomes[delivery] = _take_in(Delivery.parse(delivery))
        except Exception as fault:
            # What a library says of it may quote a record.
            log.error("%s: %s", delivery, fault if isinstance(fault, Fault) else type(fault).__name__)
            faults.append(fault)
        context["ti"].xcom_push(OUTCOMES, outcomes)
    if faults:
        raise faults[0]
    if refusals := _refusals(outcomes):
        raise DataRefused("\n".join(refusals))
    return outcomes


def _take_in(delivery: Delivery) -> str:
    """How it went, or why the whole of it was refused."""
    from pipelines.landing import landing
    from pipelines.runs import steps

    settings = Settings().of(delivery.authority_code)
    landed = landing.land(settings, delivery)
    staged = steps.stage(settings, delivery)
    if staged.refusal is not None:
        log.error("%s: %s", delivery, staged.refusal)
        return f"{REFUSED}{staged.refusal}"
    counts = f"{staged.rows_read:,} rows read, {staged.rows_refused:,} refused, {staged.rows_warned:,} with a warning"
    log.info("%s: %s; %s: %s", delivery, landed.outcome, staged.outcome, counts)
    return staged.outcome


def _refusals(outcomes: Mapping[str, str]) -> list[str]:
    refused = {delivery: words for delivery, words in outcomes.items() if words.startswith(REFUSED)}
    return [f"{delivery}: {words.removeprefix(REFUSED)}" for delivery, words in refused.items()]


def announce(found: Sequence[Mapping[str, Any]] | None, context: Mapping[str, Any]) -> list[str]:
    """Tell those who wait for staging of each authority's first month to be built: this, or one that is another now.

    Where it is settled the authority's next is reported, up to this one and beyond. Skipped where there never was a
    delivery, or nothing is to be built. Raises AirflowFailException where nobody could look: ``found`` is None.
    """
    from pipelines.runs import order

    if found is None:
        raise AirflowFailException("Nobody could look for deliveries: the log of find_deliveries says why.")
    settings, month = Settings(), Period.parse(month_of(context))
    arrived = [Delivery.parse(delivery) for each in found for delivery in each["deliveries"]]
    asked = _asked_for(settings, month, arrived, every_month=bool(context["params"].get("every_month")))
    first: list[AuthorityMonth] = []
    for code, months in asked.items():
        own = settings.of(code)
        if (earliest := order.next_month(own, months)) is not None:
            order.ask_for(own, earliest)
            first.append(AuthorityMonth(code, earliest))
    if not first:
        raise AirflowSkipException("No authority has a month up to this one that is to be built.")
    facts = {WANTED: [str(AuthorityMonth(code, each)) for code, months in asked.items() for each in sorted(months)]}
    return emit(STAGING, context, *first, **facts, deliveries_taken_in=len(arrived))


def _asked_for(
    settings: Settings, month: Period, arrived: Sequence[Delivery], *, every_month: bool
) -> dict[str, set[Period]]:
    """Each authority that this is about, and which of its months are wanted whether or not they would be others.

    Of a month all that are here; of what arrived those of whom something did, or all where the nation published.
    """
    from pipelines.catalog import authorities, authorities_up_to

    months: dict[str, set[Period]] = {}
    for delivery in arrived:
        if not delivery.is_national:
            months.setdefault(delivery.authority_code, set()).add(delivery.month)
    if not every_month:
        return {code: {month} for code in sorted({*months, *authorities_up_to(settings, month)})}
    for_all = authorities(settings) if any(delivery.is_national for delivery in arrived) else ()
    return {code: months.get(code, set()) for code in sorted({*months, *for_all})}


def next_month(context: Mapping[str, Any]) -> list[str]:
    """Tell those who wait for staging of the authority's next month to be built; skipped where there is none."""
    from pipelines.runs import order

    own, month = _own(context)
    later = order.next_month(own, wanted(context), after=month)
    if later is None:
        raise AirflowSkipException(f"No month of {own.authority} after {month} is to be built.")
    order.ask_for(own, later)
    return emit(STAGING, context, AuthorityMonth(unit_of(context).authority_code, later))


def _own(context: Mapping[str, Any]) -> tuple[Settings, Period]:
    """The settings of the authority that a run is for, and the month."""
    from pipelines.runs import migrating

    settings, unit = Settings(), unit_of(context)
    migrating.must_be_of_today(settings)
    return settings.of(unit.authority_code), unit.month


class MonthBefore(BaseSensorOperator):
    """Waits until no earlier month of the authority is on its way to its publication; in between it takes no place.

    Each time it looks it records that this month was asked for, so that later months wait for it.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(mode="reschedule", poke_interval=POKE_SECONDS, **arguments)

    def poke(self, context: Any) -> bool:
        from pipelines.runs import order

        own, month = _own(context)
        order.ask_for(own, month)
        return not order.is_waited_for(own, month)


def verdict(found: Sequence[Mapping[str, Any]] | None, context: Mapping[str, Any]) -> None:
    """Fail, with one sentence for each delivery that did not reach staging and each source that was not extracted.

    With DataRefused if data alone is to blame. ``found`` is None where nobody could look.
    """
    not_extracted = _without_result(extracts(), "extract", context)
    outcomes = _outcomes(found or (), context)
    missing = [each for theirs in found or () for each in theirs["deliveries"] if each not in outcomes]
    failures = [f"{source}: {NOT_EXTRACTED}" for source in not_extracted]
    failures += [f"{each}: {FAILED_OTHERWISE}" for each in missing]
    failures += _refusals(outcomes)
    if not failures:
        return
    raise (AirflowFailException if missing or not_extracted else DataRefused)("\n".join(failures))


def _outcomes(found: Sequence[Mapping[str, Any]], context: Mapping[str, Any]) -> dict[str, str]:
    """What became of each delivery, as far as its authority's task came."""
    if not found:
        return {}
    reported = context["ti"].xcom_pull(task_ids=TAKE_IN, key=OUTCOMES, map_indexes=range(len(found)))
    return {delivery: words for outcomes in reported if outcomes for delivery, words in outcomes.items()}


def _without_result(names: Sequence[str], task_id: str, context: Mapping[str, Any]) -> list[str]:
    """Those of the names for which a mapped task has no result."""
    if not names:
        return []
    # With the indexes named there is a place for each; without them Airflow gives a lone result bare.
    results = context["ti"].xcom_pull(task_ids=task_id, map_indexes=range(len(names)))
    return [name for name, result in zip(names, results, strict=True) if result is None]


def when_watched() -> DeltaTriggerTimetable | None:
    """How often the inbox is looked at, None for never; read while the DAG is, so it must be quick."""
    minutes = Settings().watch_minutes
    return DeltaTriggerTimetable(dt.timedelta(minutes=minutes)) if minutes else None


def what_arrived(context: Mapping[str, Any]) -> dict[str, str]:
    """The run of ``ingest_exports`` that is to deal with what arrived; skipped where nothing did, or one is at it.

    Its name is that of what arrived as it looks: the same again, if that failed, is left to people.
    """
    from pipelines.landing import inbox as arrivals
    from pipelines.runs import arrivals as news

    settings = Settings()
    if context["ti"].get_dr_count(dag_id=INGEST, states=["queued", "running"]):
        raise AirflowSkipException("Deliveries are being taken in; what arrived meanwhile is seen the next time.")
    try:
        arrived = news.new_or_changed(settings, arrivals.find_deliveries(settings))
    except arrivals.InboxUnreachable as fault:
        # It is looked at again in some minutes. Where it stays so, what_is_due notifies people, once a day.
        raise AirflowSkipException(str(fault)) from None
    if not arrived:
        raise AirflowSkipException("Nothing is new.")
    return {
        "run_id": f"arrived__{news.name_of(arrived)[:16]}",
        "month": str(max(delivery.month for delivery in arrived)),
        "note": _arrived_in_words(arrived),
    }


def _arrived_in_words(arrived: Iterable[Delivery]) -> str:
    named = sorted(map(str, arrived))
    more = f", and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f"{len(named)} arrived: {', '.join(named[:MOST_NAMED])}{more}."


def build_warehouse(context: Mapping[str, Any]) -> dict[str, str]:
    """Build the authority's warehouse of the month and notify those who wait for it."""
    from pipelines.runs import order, steps
    from pipelines.warehouse.build import build

    own, month = _own(context)
    for sentence in steps.staged_otherwise(own, month):
        log.warning(sentence)
    try:
        built = build(own, month)
    finally:
        order.answer(own, month)
    emit(WAREHOUSE, context, outcome=built.outcome)
    return {**_named(context), "outcome": built.outcome}


def _named(context: Mapping[str, Any]) -> dict[str, str]:
    unit = unit_of(context)
    return {"authority": unit.authority_code, "month": str(unit.month)}


def write_pages(context: Mapping[str, Any]) -> None:
    """Write the month's validation pages and the teams' work lists."""
    from pipelines.publications import month_pages

    log.info("To be opened first: %s", month_pages.write(*_own(context)))


def write_build_failure_page(context: Mapping[str, Any]) -> None:
    """Write the month's validation page where the build failed: it says so, and lists what came."""
    from pipelines.publications import month_pages

    month_pages.write_unbuilt(*_own(context), BUILD_FAILED)


def gate(context: Mapping[str, Any]) -> str | list[str]:
    """The tasks that come next: publish, or approve where the month is held; that one is given what is held.

    A held month is settled as far as other months go: the next is built meanwhile.
    """
    from pipelines.runs import order
    from pipelines.snapshots import gate as gating

    own, month = _own(context)
    verdict = gating.judge(own, month)
    if verdict.outcome != "held":
        return PUBLISH
    log.warning("%s of %s is held:\n%s", verdict.month, own.authority, verdict.reasons)
    context["ti"].xcom_push("what", f"{month.name} of {own.authority}")
    context["ti"].xcom_push("reasons", "\n".join(f"- {each}" for each in verdict.failing))
    context["ti"].xcom_push("digest", verdict.digest)
    order.settle(own, month)
    return [APPROVE, MEANWHILE]


def publish_snapshot(context: Mapping[str, Any]) -> dict[str, str]:
    """Publish the month's snapshot and notify those who wait for it; raises DataRefused where the month is held."""
    from pipelines.runs import steps
    from pipelines.snapshots import gate as gating

    own, month = _own(context)
    try:
        _record_approval(own, month, context["ti"])
        published = steps.publish(own, month)
    except (gating.Held, gating.NotApproved) as held:
        raise DataRefused(str(held)) from None
    facts = {"outcome": published.outcome, "version": published.version}
    emit(SNAPSHOTS_PUBLIC, context, **facts)
    emit(SNAPSHOTS, context, **facts)
    return {**_named(context), **facts}


def _record_approval(settings: Settings, month: Period, ti: RuntimeTaskInstance) -> None:
    """Put down who said yes in Airflow, to what, when and why, and on the page; nothing where nobody was asked."""
    from pipelines.publications import month_pages
    from pipelines.snapshots import gate as gating

    answer = ti.xcom_pull(task_ids=APPROVE)
    if answer is None:
        return
    gating.approve(
        settings,
        month,
        digest=ti.xcom_pull(task_ids=GATE, key="digest"),
        by=answer["responded_by_user"]["name"],
        at=answer["responded_at"],
        why=answer["params_input"].get("why") or "",
    )
    month_pages.write(settings, month)


def copies() -> bool:
    """Whether snapshots are copied to PostgreSQL; read while the DAG is, so it must be quick."""
    return Settings().postgres_copy_url is not None


def copy_to_postgresql(context: Mapping[str, Any]) -> dict[str, str]:
    """Copy the newest month's current snapshot, whichever month was published; what is there already is left.

    Skipped where another authority's is the one to be copied.
    """
    from pipelines.publications import postgres_copy

    own, _ = _own(context)
    if own.authority != postgres_copy.whose(own):
        raise AirflowSkipException(f"The copy is of {postgres_copy.whose(own)}.")
    copied = postgres_copy.copy(own)
    log.info("%s: %s", copied.outcome, copied.message)
    return {"snapshot": copied.snapshot, "edition": copied.edition, "outcome": copied.outcome}


def notifies() -> bool:
    """Whether anybody is notified of a publication; read while the DAG is, so it must be quick."""
    return Settings().notifies


def notify(published: Mapping[str, str]) -> str:
    """Notify people of a new version; skipped where there is none, and where nobody could be reached.

    What is published stays so: a notification that fails does not undo it.
    """
    from pipelines.publications import notification

    if published["outcome"] == "unchanged":
        raise AirflowSkipException("Nothing new was published.")
    own = Settings().of(published["authority"])
    news = notification.published(own, own.snapshots / published["month"] / published["version"])
    if failures := send(own, news):
        raise AirflowSkipException(f"{published['month']} of {own.authority} is published; {'; '.join(failures)}")
    return news.subject


def what_is_due(context: Mapping[str, Any]) -> dict[str, Any]:
    """Say what is missing and held, and notify people; skipped where nothing is."""
    from pipelines.publications import notification
    from pipelines.runs import due

    found = due.what_is_due(Settings(), context["dag_run"].run_after.date())
    log.info("%d due for %s, %d of them missing; %d months held", *_counts(found))
    if not found.sentences:
        raise AirflowSkipException("Nothing is overdue, and nothing is held.")
    for sentence in found.sentences:
        log.warning(sentence)
    log.info(
        "Notified: %s", notify_people(notification.overdue(found.month, found.due_on, found.sentences, found.as_json))
    )
    return found.as_json


def _counts(found: WhatIsDue) -> tuple[int, Period, int, int]:
    return len(found.due), found.month, len(found.missing), len(found.held)

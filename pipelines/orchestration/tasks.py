"""What a task of each DAG does: one call.

The stages are imported inside the functions, so that whoever reads a DAG file loads none of them.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import Delivery
from pipelines.orchestration import airflow_home
from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.storage import keep_from_others

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from pydantic import SecretStr

from pipelines.orchestration.assets import (
    APPROVE,
    GATE,
    PUBLISH,
    SNAPSHOTS,
    SNAPSHOTS_PUBLIC,
    STAGING,
    WAREHOUSE,
    DataRefused,
    emit,
    month_of,
)
from pipelines.orchestration.notifier import send, tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    from pipelines.runs.due import WhatIsDue
    from pipelines.settings import Extract


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


def find_deliveries(context: Mapping[str, Any]) -> list[str]:
    """The complete deliveries of the inbox up to the month, such as ``E06000015/ssd/2021-02``.

    Raises NoKey: what could not be finished is not begun.
    """
    from pipelines import storage
    from pipelines.landing import inbox as arrivals

    settings = Settings()
    settings.must_have_keys()
    storage.remove_all_left(settings.data_dir)
    inbox = arrivals.find_deliveries(settings, upto=Period.parse(month_of(context)))
    log.info("%d complete, %d not yet, %d ignored", len(inbox.deliveries), len(inbox.waiting), len(inbox.ignored))
    for delivery, reason in zip(inbox.waiting, inbox.waits_for, strict=True):
        log.info("%s waits: %s", delivery, reason)
    return [str(delivery) for delivery in inbox.deliveries]


def land(delivery: str) -> dict[str, str]:
    """Land one delivery. A refused one is landed too, so that staging can say why."""
    from pipelines.landing import landing

    landed = landing.land(Settings(), Delivery.parse(delivery))
    return {"delivery": delivery, "outcome": landed.outcome}


def stage(delivery: str) -> dict[str, str | int]:
    """Stage one delivery; raises DataRefused with one sentence where the whole of it is refused."""
    from pipelines.runs import steps

    staged = steps.stage(Settings(), Delivery.parse(delivery))
    if staged.refusal is not None:
        log.error("%s: %s", delivery, staged.refusal)
        raise DataRefused(f"{delivery}: {staged.refusal}")
    return {
        "delivery": delivery,
        "outcome": staged.outcome,
        "rows_read": staged.rows_read,
        "rows_refused": staged.rows_refused,
        "rows_warned": staged.rows_warned,
    }


def announce(found: list[str], context: Mapping[str, Any]) -> str:
    """Tell those who wait for staging that the month's deliveries are dealt with; skipped where there were none."""
    if not found:
        raise AirflowSkipException("There is no complete delivery in the inbox up to this month.")
    return emit(STAGING, context, deliveries=len(found))


def verdict(found: list[str] | None, context: Mapping[str, Any]) -> None:
    """Fail, with one sentence for each delivery that did not reach staging and each source that was not extracted.

    With DataRefused if data alone is to blame. ``found`` is None where nobody could look.
    """
    not_extracted = _without_result(extracts(), "extract", context)
    missing = _without_result(found or (), "delivery.stage", context)
    refusals = _refusals(Period.parse(month_of(context))) if missing else {}
    failures = [f"{source}: {NOT_EXTRACTED}" for source in not_extracted]
    failures += [f"{each}: {refusals.get(each) or FAILED_OTHERWISE}" for each in missing]
    if not failures:
        return
    only_refused = not not_extracted and all(refusals.get(each) for each in missing)
    raise (DataRefused if only_refused else AirflowFailException)("\n".join(failures))


def _without_result(names: Sequence[str], task_id: str, context: Mapping[str, Any]) -> list[str]:
    """Those of the names for which a mapped task has no result."""
    if not names:
        return []
    # With the indexes named there is a place for each; without them Airflow gives a lone result bare.
    results = context["ti"].xcom_pull(task_ids=task_id, map_indexes=range(len(names)))
    return [name for name, result in zip(names, results, strict=True) if result is None]


def _refusals(month: Period) -> dict[str, str | None]:
    """Why the newest version of each delivery was refused, by delivery; None where it was not."""
    from pipelines.catalog import deliveries_for_month
    from pipelines.contracts.loading import load_sources

    settings = Settings()
    seen = deliveries_for_month(settings.staging, load_sources(settings.expectations), month)
    return {str(version.delivery): version.manifest["refusal"] for version in seen.reported}


def build_warehouse(context: Mapping[str, Any]) -> dict[str, str]:
    """Build the month's warehouse and tell those who wait for it."""
    from pipelines.runs import steps
    from pipelines.warehouse.build import build

    settings, month = Settings(), Period.parse(month_of(context))
    for sentence in steps.staged_otherwise(settings, month):
        log.warning(sentence)
    built = build(settings, month)
    return {"month": emit(WAREHOUSE, context, outcome=built.outcome), "outcome": built.outcome}


def write_pages(context: Mapping[str, Any]) -> None:
    """Write the month's validation pages and the teams' work lists."""
    from pipelines.publications import month_pages

    log.info("To be opened first: %s", month_pages.write(Settings(), Period.parse(month_of(context))))


def write_build_failure_page(context: Mapping[str, Any]) -> None:
    """Write the month's validation page where the build failed: it says so, and lists what came."""
    from pipelines.publications import month_pages

    month_pages.write_unbuilt(Settings(), Period.parse(month_of(context)), BUILD_FAILED)


def gate(context: Mapping[str, Any]) -> str:
    """The task that comes next: publish, or approve where the month is held; that one is told what is held."""
    from pipelines.snapshots import gate as gating

    verdict = gating.judge(Settings(), Period.parse(month_of(context)))
    if verdict.outcome != "held":
        return PUBLISH
    log.warning("%s is held:\n%s", verdict.month, verdict.reasons)
    context["ti"].xcom_push("reasons", "\n".join(f"- {each}" for each in verdict.failing))
    context["ti"].xcom_push("digest", verdict.digest)
    return APPROVE


def publish_snapshot(context: Mapping[str, Any]) -> dict[str, str]:
    """Publish the month's snapshot and tell those who wait for it; raises DataRefused where the month is held."""
    from pipelines.runs import steps
    from pipelines.snapshots import gate as gating

    settings, month = Settings(), Period.parse(month_of(context))
    try:
        _record_approval(settings, month, context["ti"])
        published = steps.publish(settings, month)
    except (gating.Held, gating.NotApproved) as held:
        raise DataRefused(str(held)) from None
    facts = {"outcome": published.outcome, "version": published.version}
    emit(SNAPSHOTS_PUBLIC, context, **facts)
    return {"month": emit(SNAPSHOTS, context, **facts), **facts}


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


def copy_to_postgresql() -> dict[str, str]:
    """Copy the newest month's current snapshot, whichever month was published; what is there already is left."""
    from pipelines.publications import postgres_copy

    copied = postgres_copy.copy(Settings())
    log.info("%s: %s", copied.outcome, copied.message)
    return {"snapshot": copied.snapshot, "edition": copied.edition, "outcome": copied.outcome}


def notifies() -> bool:
    """Whether anybody is told of a publication; read while the DAG is, so it must be quick."""
    return Settings().notifies


def notify(published: Mapping[str, str]) -> str:
    """Tell people of a new version; skipped where there is none, and where nobody could be reached.

    What is published stays so: no failure to tell of it is one of the publication.
    """
    from pipelines.publications import notification

    if published["outcome"] == "unchanged":
        raise AirflowSkipException("Nothing new was published.")
    settings = Settings()
    news = notification.published(settings, settings.snapshots / published["month"] / published["version"])
    if failures := send(settings, news):
        raise AirflowSkipException(f"{published['month']} is published; {'; '.join(failures)}")
    return news.subject


def what_is_due(context: Mapping[str, Any]) -> dict[str, Any]:
    """Say what is missing and held, and tell people; skipped where nothing is."""
    from pipelines.publications import notification
    from pipelines.runs import due

    found = due.what_is_due(Settings(), context["dag_run"].run_after.date())
    log.info("%d due for %s, %d of them missing; %d months held", *_counts(found))
    if not found.sentences:
        raise AirflowSkipException("Nothing is overdue, and nothing is held.")
    for sentence in found.sentences:
        log.warning(sentence)
    log.info("Told: %s", tell(notification.overdue(found.month, found.due_on, found.sentences, found.as_json)))
    return found.as_json


def _counts(found: WhatIsDue) -> tuple[int, Period, int, int]:
    return len(found.due), found.month, len(found.missing), len(found.held)

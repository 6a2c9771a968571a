"""Notifies people, by webhook and by mail, of what has become of a month, as a notifier of Airflow where it takes one.

A notification that fails undoes nothing of what it is about: it is a warning in the log, by its kind alone.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

from pipelines.deliveries import AuthorityMonth
from pipelines.faults import Fault
from pipelines.orchestration import airflow_home
from pipelines.periods import Period
from pipelines.settings import Settings

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.sdk import BaseNotifier
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowFailException

from pipelines.orchestration.assets import APPROVE, VERDICT, DataRefused, Superseded, month_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.publications.notification import Message

REJECTED = "HITLRejectException"


class NotifyOfFailure(BaseNotifier):
    """For ``on_failure_callback``: deliveries that were refused, a month that was rejected, or a task that failed."""

    def notify(self, context: Mapping[str, Any]) -> None:
        if not isinstance(context.get("exception"), Superseded):
            self.log.info("Notified: %s", notify_people(_of_failure(context)))


class NotifyOfHeld(BaseNotifier):
    """For an approval's ``notifiers``: a month that waits, why, and where it is answered."""

    def notify(self, context: Mapping[str, Any]) -> None:
        from pipelines.publications import notification

        reasons = [line.removeprefix("- ") for line in (context["task"].body or "").splitlines()]
        message = notification.held(unit_of(context), reasons, where_to_answer(context))
        self.log.info("Notified: %s", notify_people(message))


def where_to_answer(context: Mapping[str, Any]) -> str:
    """The page of Airflow on which whoever may approve does."""
    base_url = conf.get("api", "base_url", fallback="http://localhost:8080/")
    link: str = context["task"].generate_link_to_ui_from_context(context=context, base_url=base_url)
    return link


def notify_people(message: Message) -> str:
    """Notify everybody whom the settings name; returns what became of it, in words."""
    settings = Settings()
    if not settings.notifies:
        return "nobody, as the settings name nobody"
    failures = send(settings, message)
    return "; ".join(failures) or message.subject


def send(settings: Settings, message: Message) -> list[str]:
    """What went wrong, for each way of notifying; nothing where everybody was reached."""
    from pipelines.publications import notification

    failures = []
    if settings.notify_webhook_url is not None:
        try:
            notification.post(settings.notify_webhook_url, message)
        except notification.NotSent as fault:
            failures.append(str(fault))
    if settings.notify_smtp_connection is not None:
        failures += _mail(settings.notify_smtp_connection, settings.notify_to, message)
    return failures


def _mail(connection_id: str, to: Sequence[str], message: Message) -> list[str]:
    """What went wrong, by its kind alone: a mail server's words may quote addresses."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        with SmtpHook(smtp_conn_id=connection_id) as mail:
            text = escape(message.text).replace("\n", "<br>\n")
            mail.send_email_smtp(to=list(to), subject=message.subject, html_content=f"<p>{text}</p>")
    except Exception as fault:
        return [f"the mail server did not take the message: {type(fault).__name__}"]
    return []


def _of_failure(context: Mapping[str, Any]) -> Message:
    from pipelines.publications import notification

    ti, named, fault = context["ti"], _named(context), context.get("exception")
    if isinstance(named, Period) and ti.task_id == VERDICT and isinstance(fault, AirflowFailException):
        return notification.refused(named, str(fault).splitlines(), ti.log_url)
    if isinstance(named, AuthorityMonth) and ti.task_id == APPROVE and type(fault).__name__ == REJECTED:
        return notification.rejected(named, ti.log_url)
    return notification.failed(named, f"{ti.dag_id}, {ti.task_id}", _reason(fault), ti.log_url)


def _named(context: Mapping[str, Any]) -> AuthorityMonth | Period | None:
    """An authority's month, the month of all deliveries, or None where nothing names any.

    The callback of a task that was killed is given less than the task was.
    """
    with suppress(Fault, KeyError):
        is_of_authority = "authority" in context["params"] or "|" in (context.get("partition_key") or "")
        return unit_of(context) if is_of_authority else Period.parse(month_of(context))
    return None


def _reason(fault: object) -> str:
    """The sentence of a known fault, else its kind alone: what a library says may quote a record."""
    if isinstance(fault, (Fault, DataRefused)):
        return str(fault)
    return type(fault).__name__ if isinstance(fault, BaseException) else "it was ended from outside; its log says more"

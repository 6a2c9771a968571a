"""The question whether a held month may be published: who may answer it, and which answers are none."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

from pipelines.orchestration import airflow_home
from pipelines.settings import Settings

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.configuration import conf

from pipelines.orchestration.assets import GATE, Superseded, started_by, unit_of
from pipelines.orchestration.notifier import NotifyOfHeld, notify_people, where_to_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipelines.deliveries import AuthorityMonth

ROLE = "role:"
LOOKS_EVERY = dt.timedelta(hours=1)
NO_REASON = "an approval says why; a rejection need not"
OWN_RUN = "who started the run does not approve what came of it; somebody else does"


class NobodyMayApprove(ValueError):
    """APPROVERS names a role that no user of Airflow's own list has."""


class MonthApproval(ApprovalOperator):
    """Waits for one of APPROVERS, notifies people that it waits, and asks again where an approval cannot be taken.

    It waits as long as it takes, and looks once an hour whether what it asks about is still what is held: a question
    about an older build ends as Superseded, and nobody is notified.
    """

    def __init__(self, **arguments: Any) -> None:
        # An end that is set for the work of a task is none for a person's answer.
        given = arguments | {"fail_on_reject": True, "execution_timeout": None, "notifiers": [NotifyOfHeld()]}
        given["response_timeout"] = LOOKS_EVERY
        super().__init__(assigned_users=assigned(Settings().approvers) or None, **given)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        if event.get("error_type") == "timeout":
            return self._ask_on(context)
        problem = None if "error" in event else _why_not_taken(context, event)
        if problem is None:
            return super().execute_complete(context, event)
        from pipelines.publications import notification

        self.log.warning("The approval is not taken: %s.", problem)
        message = notification.not_approved(unit_of(context), problem, where_to_answer(context))
        self.log.info("Notified: %s", notify_people(message))
        # What was answered is taken back, and the task waits for another answer.
        return self._ask_again(context)

    def _ask_on(self, context: Any) -> Any:
        asked_about = context["ti"].xcom_pull(task_ids=GATE, key="digest")
        if _held(unit_of(context)) != asked_about:
            raise Superseded("The month was built again since; if it is still held, a newer run asks.")
        return self._ask_again(context)

    def _ask_again(self, context: Any) -> Any:
        # People know already that it waits.
        self.notifiers = []
        return self.execute(context)


def _held(unit: AuthorityMonth) -> str | None:
    """What an approval of an authority's current build of a month would be bound to; None where nothing holds it."""
    from pipelines.snapshots import gate

    try:
        verdict = gate.judge(Settings().of(unit.authority_code), unit.month)
    except gate.NothingToJudge:
        return None
    return verdict.digest if verdict.outcome == "held" else None


def _why_not_taken(context: Mapping[str, Any], event: Mapping[str, Any]) -> str | None:
    if event["chosen_options"] != [ApprovalOperator.APPROVE]:
        return None
    if not ((event["params_input"] or {}).get("why") or "").strip():
        return NO_REASON
    by = event["responded_by_user"] or {}
    return OWN_RUN if {by.get("id"), by.get("name")} & set(started_by(context)) else None


def assigned(approvers: Sequence[str]) -> list[dict[str, str]]:
    """The users who may answer, as Airflow knows them; whoever may run a DAG where nobody is named."""
    names = [name for each in approvers for name in (_with_role(each) if each.startswith(ROLE) else [each])]
    return [{"id": name, "name": name} for name in dict.fromkeys(names)]


def _with_role(approver: str) -> list[str]:
    """Of Airflow's own list of users; where another auth manager keeps them, they are named one by one."""
    wanted = approver.removeprefix(ROLE)
    pairs = (user.strip().partition(":") for user in conf.get("core", "simple_auth_manager_users").split(","))
    names = [name for name, _, role in pairs if role.lower() == wanted.lower()]
    if not names:
        raise NobodyMayApprove(
            f"APPROVERS: no user in AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS has the role {wanted!r}"
        )
    return names

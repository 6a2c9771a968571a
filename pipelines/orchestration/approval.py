"""The question whether a held month may be published: who may answer it, and which answers are none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pipelines.orchestration import airflow_home
from pipelines.periods import Period
from pipelines.settings import Settings

if "airflow" not in sys.modules:
    # Nobody runs Airflow here yet, so it is to be the project's own; it reads its settings when it is imported.
    airflow_home.make_ready()

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk.configuration import conf

from pipelines.orchestration.assets import month_of, started_by
from pipelines.orchestration.notifier import TellOfHeld, tell, where_to_answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLE = "role:"
NO_REASON = "an approval says why; a rejection need not"
OWN_RUN = "who started the run does not approve what came of it; somebody else does"


class NobodyMayApprove(ValueError):
    """APPROVERS names a role that no user of Airflow's own list has."""


class MonthApproval(ApprovalOperator):
    """Waits for one of APPROVERS, tells that it waits, and asks again where an approval cannot be taken."""

    def __init__(self, **arguments: Any) -> None:
        # An end that is set for the work of a task is none for a person's answer.
        given = arguments | {"fail_on_reject": True, "execution_timeout": None, "notifiers": [TellOfHeld()]}
        super().__init__(assigned_users=assigned(Settings().approvers) or None, **given)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        problem = None if "error" in event else _why_not_taken(context, event)
        if problem is None:
            return super().execute_complete(context, event)
        from pipelines.publications import notification

        self.log.warning("The approval is not taken: %s.", problem)
        month = Period.parse(month_of(context))
        self.log.info("Told: %s", tell(notification.not_approved(month, problem, where_to_answer(context))))
        # What was answered is taken back, and the task waits for another answer; that it waits was told already.
        self.notifiers = []
        return self.execute(context)


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

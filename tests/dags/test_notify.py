"""Notifications by webhook and mail: what was published, and where, to real servers; no fault undoes a publication."""

from __future__ import annotations

import email
import json
import socket
import threading
from email import policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from airflow.providers.standard.exceptions import HITLRejectException
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from pydantic import ValidationError

from pipelines.orchestration.approval import MonthApproval
from pipelines.orchestration.assets import DataRefused, Superseded, reason
from pipelines.orchestration.notifier import NotifyOfFailure, NotifyOfHeld
from pipelines.orchestration.tasks import notify
from pipelines.publications import notification
from pipelines.settings import NoPseudonymKey, Settings
from pipelines.storage import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUBLISHED = {"authority": "E06000015", "month": "2021-02", "version": "v0002", "outcome": "published"}
LINES = [
    "February 2021 of E06000015 was published as version v0002. Verdict: passed.",
    "Deliveries: 2 count, 1 are reported and do not count.",
    "Figures of earlier months that are other than published before: 12.",
    "Public edition: 3 tables, 1 withheld.",
    "Restricted edition: https://kpis.council.example/snapshots/E06000015/2021-02/v0002/",
    "Public edition: https://kpis.council.example/snapshots/E06000015/2021-02/v0002/public/",
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published version, as far as its manifests describe it."""
    version = tmp_path / "snapshots/E06000015/2021-02/v0002"
    manifest = {
        "month": "2021-02",
        "version": "v0002",
        "deliveries": [{"is_used": True}, {"is_used": True}, {"is_used": False}],
        "tables": {"kpi_month": 1000, "kpi_restatement": 12},
        "publication": {"verdict": "passed", "approval": {"approved_by": "somebody", "reason": "Because."}},
    }
    (version / "public").mkdir(parents=True)
    write_json(version / "manifest.json", manifest)
    public = {"tables": {"kpi": 34, "benchmark": 60, "kpi_absence": 0}, "withheld": {"kpi_month": "Not passed."}}
    write_json(version / "public" / "manifest.json", public)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SNAPSHOTS_URL", "https://kpis.council.example/snapshots/")
    return tmp_path


class Hook(BaseHTTPRequestHandler):
    """Takes what is posted, and answers as it is set to."""

    answer = 200
    taken: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hook]]:
    class Own(Hook):
        taken: list[dict[str, Any]] = []  # noqa: RUF012 - of this test's server alone

    server = HTTPServer(("127.0.0.1", 0), Own)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", f"http://127.0.0.1:{server.server_port}/secret-path")
    yield Own
    server.shutdown()
    server.server_close()


class Mailbox:
    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: object, _session: object, envelope: Any
    ) -> str:
        self.taken.append(envelope)
        return "250 Taken"


@pytest.fixture
def mailbox(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    mailbox = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port}
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "kpis@council.example"}
    monkeypatch.setenv("AIRFLOW_CONN_OUR_MAIL", json.dumps({**connection, "extra": extra}))
    monkeypatch.setenv("NOTIFY_SMTP_CONNECTION", "our_mail")
    monkeypatch.setenv("NOTIFY_TO", '["head@council.example", "analyst@council.example"]')
    yield mailbox
    controller.stop()


def test_a_webhook_gets_text_for_people_and_facts_for_programs(hook: type[Hook]) -> None:
    assert notify(PUBLISHED) == "Safeguarding KPIs, E06000015, February 2021: published as v0002"
    (payload,) = hook.taken
    assert payload["text"].splitlines() == LINES
    assert (payload["month"], payload["version"], payload["verdict"], payload["figures_restated"]) == (
        "2021-02",
        "v0002",
        "passed",
        12,
    )
    assert payload["links"]["public"] == "https://kpis.council.example/snapshots/E06000015/2021-02/v0002/public/"
    assert "somebody" not in json.dumps(payload) and "Because" not in json.dumps(payload)


def test_mail_goes_through_the_connection_to_everybody_named(mailbox: Mailbox) -> None:
    notify(PUBLISHED)
    (envelope,) = mailbox.taken
    assert envelope.rcpt_tos == ["head@council.example", "analyst@council.example"]
    letter = email.message_from_bytes(envelope.content, policy=policy.default)
    assert letter["Subject"] == "Safeguarding KPIs, E06000015, February 2021: published as v0002"
    assert letter["From"] == "kpis@council.example"
    body = letter.get_body()
    assert body is not None
    assert all(line in body.get_content() for line in LINES)


def test_a_webhook_that_fails_keeps_no_mail_back_and_undoes_nothing(hook: type[Hook], mailbox: Mailbox) -> None:
    hook.answer = 500
    with pytest.raises(AirflowSkipException) as skipped:
        notify(PUBLISHED)
    assert str(skipped.value) == "2021-02 of E06000015 is published; the webhook did not take the message: HTTPError"
    assert len(mailbox.taken) == 1


def test_nobody_who_listens_is_notified_by_the_kind_of_failure_alone(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", "http://127.0.0.1:9/secret-path")
    monkeypatch.setenv("NOTIFY_SMTP_CONNECTION", "none_of_that_name")
    monkeypatch.setenv("NOTIFY_TO", '["head@council.example"]')
    with pytest.raises(AirflowSkipException) as skipped:
        notify(PUBLISHED)
    said = str(skipped.value)
    assert "the webhook did not take the message: URLError" in said
    assert "the mail server did not take the message: " in said
    assert "secret-path" not in said and "council.example" not in said


def test_nothing_new_is_not_reported(hook: type[Hook]) -> None:
    with pytest.raises(AirflowSkipException, match="Nothing new"):
        notify({**PUBLISHED, "outcome": "unchanged"})
    assert hook.taken == []


def test_without_links_and_a_verdict_there_is_still_something_to_say(data: Path) -> None:
    settings = Settings(_env_file=None, data_dir=data, snapshots_url=None).of("E06000015")
    version = data / "snapshots/E06000015/2021-02/v0002"
    message = notification.published(settings, version)
    assert message.facts["links"] == {}
    assert len(message.text.splitlines()) == len(LINES) - 2


def test_by_default_nobody_is_notified() -> None:
    assert not Settings(_env_file=None).notifies


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"notify_webhook_url": "file:///etc/passwd"}, "a webhook begins with https://"),
        ({"notify_smtp_connection": "mail"}, "needs NOTIFY_TO"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as refused:
        Settings(_env_file=None, **given)
    assert "passwd" not in str(refused.value)


def failing(task_id: str, fault: object, **context: Any) -> dict[str, Any]:
    """What Airflow passes on a task that failed for good."""
    key = "2021-02" if task_id == "verdict" else "E06000015|2021-02"
    ti = SimpleNamespace(task_id=task_id, dag_id="a_dag", run_id="a run", map_index=-1, log_url="https://airflow/log")
    return {"ti": ti, "task_instance": ti, "exception": fault, "partition_key": key, "params": {}, **context}


REFUSALS = ["E06000015/ssd/2021-02: persons.csv has no header.", "E06000016/ssd/2021-02: not staged."]


@pytest.mark.parametrize(
    ("task_id", "fault", "expected"),
    [
        ("verdict", DataRefused("\n".join(REFUSALS)), {"event": "refused", "reasons": REFUSALS}),
        ("verdict", AirflowFailException(REFUSALS[0]), {"event": "refused", "reasons": REFUSALS[:1]}),
        ("verdict", KeyError("Quillfeather"), {"event": "failed", "reasons": ["KeyError"]}),
        ("approve", HITLRejectException("made up"), {"event": "rejected"}),
        ("approve", KeyError("Quillfeather"), {"event": "failed", "reasons": ["KeyError"]}),
        ("build", NoPseudonymKey("Set the key."), {"event": "failed", "reasons": ["Set the key."]}),
        ("build", ValueError("Quillfeather"), {"event": "failed", "reasons": ["ValueError"]}),
        ("build", "Quillfeather", {"event": "failed", "reasons": ["it was ended from outside; its log says more"]}),
    ],
)
def test_a_failure_is_reported_by_what_is_known_of_it_and_never_in_the_words_of_a_library(
    hook: type[Hook], task_id: str, fault: object, expected: dict[str, Any]
) -> None:
    NotifyOfFailure()(failing(task_id, fault))
    (posted,) = hook.taken
    assert posted | expected == posted
    assert posted["month"] == "2021-02" and posted["link"] == "https://airflow/log"
    assert posted.get("authority") == (None if task_id == "verdict" else "E06000015")
    assert "Quillfeather" not in json.dumps(posted)


def test_a_failure_of_which_only_the_task_is_known_is_reported_too(hook: type[Hook]) -> None:
    context = failing("build", None)
    del context["partition_key"], context["params"]
    NotifyOfFailure()(context)
    assert [(posted["month"], posted["task"]) for posted in hook.taken] == [(None, "a_dag, build")]


def test_a_held_month_is_reported_with_each_reason_and_where_to_answer(hook: type[Hook], mailbox: Mailbox) -> None:
    task = MonthApproval(task_id="approve", subject="Publish?", body="- one reason\n- another", params=reason())
    NotifyOfHeld()(failing("approve", None, task=task))
    (posted,) = hook.taken
    assert (posted["event"], posted["reasons"]) == ("held", ["one reason", "another"])
    assert "/dags/a_dag/runs/a run/tasks/approve/required_actions" in posted["link"]
    (envelope,) = mailbox.taken
    letter = email.message_from_bytes(envelope.content, policy=policy.default)
    assert letter["Subject"] == "Safeguarding KPIs, E06000015, February 2021: held, and waits for an answer"


def test_nobody_who_can_be_notified_of_a_failure_is_no_failure_of_its_own(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    NotifyOfFailure()(failing("build", ValueError()))
    monkeypatch.setenv("NOTIFY_WEBHOOK_URL", "http://127.0.0.1:9/secret-path")
    NotifyOfFailure()(failing("build", ValueError()))


def test_a_question_that_nobody_needs_to_answer_any_more_is_not_sent(hook: type[Hook]) -> None:
    NotifyOfFailure()(failing("approve", Superseded("The month was built again since.")))
    assert hook.taken == []

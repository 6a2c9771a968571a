"""The dashboard in a real Superset and a real browser: every figure it shows is the snapshot's.

Pictures of its tabs are left in ``.screenshots/superset``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb
import pytest
import requests
import yaml
from playwright.sync_api import sync_playwright

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import Period
from pipelines.sample import write_sample
from pipelines.settings import PROJECT, Settings
from pipelines.snapshots.publish import publish
from pipelines.storage import CURRENT, read_json, write_json
from tests.exports import KEY
from tests.service.servers import debian, free_ports, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, Response

pytestmark = pytest.mark.bi

DASHBOARDS = PROJECT / "dashboards"
SUPERSET = PROJECT / ".venv-bi" / "bin"
SCREENSHOTS = PROJECT / ".screenshots" / "superset"
# As high as the highest tab: Superset draws nothing that is out of sight.
WINDOW: Any = {"width": 1440, "height": 3200}
TABS = ("Summary", "Categories", "Trends", "Teams", "Survey", "Data quality")

OVER_SIX_MONTHS = {
    "Assessments in time": "assess_45wd",
    "Initial conferences in time": "icpc_15wd",
    "Child in need reviews in time": "cin_review_in_time",
    "Child protection visits in time": "cp_visit_in_line_with_plan",
    "Child protection reviews in time": "cp_review_in_time",
    "Looked-after visits in time": "cla_visit_in_time",
    "Looked-after reviews in time": "cla_review_in_time",
}
AS_IT_STANDS = {"Children looked after": "cla_count", "Children on a protection plan": "cpp_count"}

# The same figures, asked of the snapshot without anything of the dashboard's.
TILE = """
    SELECT value_rounded / CASE unit WHEN 'percent' THEN 100 ELSE 1 END FROM kpi_window
    WHERE reporting_month = '2021-02' AND level = 'authority' AND category IS NULL AND kpi_id = '{}'
        AND window_months = {}
"""
TREND = """
    SELECT epoch_ms(strptime(reporting_month, '%Y-%m')), lower_limit, mean, target, upper_limit, value
    FROM kpi_chart WHERE kpi_id = '{}' AND team_code IS NULL AND charted = 'figure' ORDER BY reporting_month
"""
EVERY_KPI = """
    WITH named (section, place, heading) AS (
        VALUES ('performance', 1, 'Timeliness'), ('demand', 2, 'Demand'), ('babies', 3, 'Babies under one'),
            ('pressures', 4, 'Workforce and other pressures'), ('caseloads', 5, 'Caseloads'), ('survey', 6, 'Survey')
    ), since AS (
        SELECT * FROM kpi_change WHERE reporting_month = '2021-02' AND team_code IS NULL AND category IS NULL
    ), published AS (
        PIVOT (FROM benchmark WHERE period_end <= '2021-02-28' AND value IS NOT NULL)
        ON geography IN ('region', 'nation', 'neighbours') USING max_by(value, year) AS figure, max(year) AS year
        GROUP BY kpi_id
    )
    SELECT coalesce(heading, upper(section[1]) || section[2:]), headline.title,
        CASE measure WHEN 'stock' THEN 'month''s end' WHEN 'flow' THEN '6 months' ELSE '12 months' END,
        headline.value_rounded,
        CASE headline.unit WHEN 'percent' THEN '%' WHEN 'per_10000' THEN 'per 10,000' ELSE headline.unit END,
        headline.numerator, headline.denominator, month.change, year.change,
        CASE WHEN year.is_beyond_chance IS NULL THEN 'not judged' WHEN NOT year.is_beyond_chance THEN 'chance'
            WHEN direction = 'neutral' THEN 'changed' WHEN direction = 'lower_is_better' AND year.change < 0
            OR direction = 'higher_is_better' AND year.change > 0 THEN 'better' ELSE 'worse' END,
        target, rag, region_figure, nation_figure, neighbours_figure,
        greatest(region_year, nation_year, neighbours_year)
    FROM kpi_window AS headline JOIN kpi USING (kpi_id) LEFT JOIN named USING (section)
    LEFT JOIN since AS month ON month.kpi_id = headline.kpi_id AND month.comparator = 'last_month'
    LEFT JOIN since AS year ON year.kpi_id = headline.kpi_id AND year.comparator = 'same_month_last_year'
    LEFT JOIN published ON published.kpi_id = headline.kpi_id
    WHERE headline.reporting_month = '2021-02' AND headline.team_code IS NULL AND headline.category IS NULL
        AND headline.window_months <> 12 AND headline.kpi_id NOT IN (SELECT kpi_id FROM kpi_category)
    ORDER BY place NULLS LAST, section, target IS NULL, headline.title
"""
FIGURES = {
    **{name: TILE.format(kpi, 6) for name, kpi in OVER_SIX_MONTHS.items()},
    **{name: TILE.format(kpi, 1) for name, kpi in AS_IT_STANDS.items()},
    **{f"{name}: trend": TREND.format(kpi) for name, kpi in (OVER_SIX_MONTHS | AS_IT_STANDS).items()},
    "Month": "SELECT epoch_ms(DATE '2021-02-28')",
    "Every KPI": EVERY_KPI,
    "KPIs by category": """
        SELECT upper(section[1]) || section[2:], kpi.title,
            CASE measure WHEN 'stock' THEN 'month''s end' ELSE '6 months' END, label, figures.value_rounded, '%',
            figures.numerator, figures.denominator
        FROM kpi_category JOIN kpi USING (kpi_id) JOIN kpi_window AS figures USING (kpi_id, category)
        WHERE reporting_month = '2021-02' AND team_code IS NULL AND window_months <> 12
        ORDER BY section, kpi.title, display_order
    """,
    "What the newest month says": """
        SELECT title, value, mean, lower_limit, upper_limit, variation, signals, target, assurance
        FROM kpi_chart JOIN kpi USING (kpi_id)
        WHERE team_code IS NULL AND reporting_month = '2021-02' AND charted = 'figure' ORDER BY title
    """,
    "How it was published": """
        SELECT reporting_month, verdict, conditions_not_met, approved_by, approved_at, reason FROM publication
    """,
    "Teams further from the others than their size explains": """
        SELECT kpi.title, team_code, funnel.numerator, funnel.denominator, value, centre, position
        FROM kpi_funnel AS funnel JOIN kpi USING (kpi_id)
        WHERE among = 'teams' AND reporting_month = '2021-02' AND NOT value BETWEEN lower_95 AND upper_95
        ORDER BY title, value, team_code
    """,
    "Survey scores beside region and nation": """
        PIVOT (SELECT standard_name, geography, rounded_score FROM survey_score)
        ON geography IN ('council', 'nation', 'region') USING max(rounded_score) ORDER BY standard_name
    """,
    "Survey scores and ratings": """
        SELECT standard_name, rounded_score, rag, is_reverse, narrative_conflict FROM survey_score
        WHERE geography = 'council' ORDER BY display_order
    """,
    "Conditions of publication": "SELECT sentence, holds, detail FROM gate ORDER BY condition",
    "What was wrong with the files": """
        SELECT source, reporting_month, table_name, sentence, rows_failed, rows_tested, remedy FROM finding_summary
        WHERE rows_failed > 0
    """,
    "Rows refused": """
        SELECT source, reporting_month, file_name, rows_read, rows_staged, rows_refused FROM reconciliation
        WHERE rows_read <> rows_staged
    """,
    "Deliveries": "SELECT source, reporting_month, landing_version, status, is_used FROM delivery",
}


@dataclass(frozen=True)
class Server:
    """A Superset on loopback, over the snapshots of a made-up council."""

    url: str
    password: str
    settings: Settings

    @property
    def snapshot(self) -> Path:
        return self.settings.of(MADE_UP_AUTHORITY).snapshots / "latest" / "snapshot.duckdb"

    @cached_property
    def session(self) -> requests.Session:
        """Signed in, as a program does it."""
        body = {"username": "admin", "password": self.password, "provider": "db", "refresh": False}
        session = requests.Session()
        token = session.post(f"{self.url}/api/v1/security/login", json=body, timeout=60).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        csrf = session.get(f"{self.url}/api/v1/security/csrf_token/", timeout=60).json()["result"]
        session.headers.update({"X-CSRFToken": csrf, "Referer": self.url})
        return session

    @property
    def charts(self) -> dict[int, str]:
        answer = self.session.get(f"{self.url}/api/v1/dashboard/safeguarding-kpis/charts", timeout=60)
        return {chart["id"]: chart["slice_name"] for chart in answer.json()["result"]}

    def asked(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows that the REST API answers."""
        answer = self.session.post(f"{self.url}/api/v1/chart/data", json=query, timeout=120)
        assert answer.ok, answer.text
        (result,) = answer.json()["result"]
        rows: list[dict[str, Any]] = result["data"]
        return rows

    def imports(self, **other: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "SUPERSET_API": self.url,
            "SUPERSET_PASSWORD": self.password,
            "SNAPSHOT_DATABASE": str(self.snapshot),
            **other,
        }
        command = [SUPERSET / "python", DASHBOARDS / "import_bundle.py"]
        return subprocess.run(command, env=environment, capture_output=True, text=True)


@dataclass(frozen=True)
class ChartSelection:
    """What the browser met: each chart's query by its id, requests to other hosts, and what each tab said."""

    queries: dict[int, dict[str, Any]]
    elsewhere: list[str]
    tabs: dict[str, str]
    alerts: list[str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("bi")
    settings = Settings(_env_file=None, inbox_url=str(folder / "inbox"), data_dir=folder / "data", pseudonym_key=KEY)  # type: ignore[call-arg, arg-type]
    write_sample(folder / "inbox")
    where = {"INBOX_URL": settings.inbox_url, "DATA_DIR": str(settings.data_dir), "PSEUDONYM_KEY": KEY}
    command = [sys.executable, "-m", "pipelines", "run", "2021-02"]
    done = subprocess.run(command, cwd=PROJECT, env={**os.environ, **where}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (port,) = free_ports(1)
    password = secrets.token_urlsafe(16)
    environment = {
        "PATH": f"{SUPERSET}:{os.environ['PATH']}",
        "HOME": str(folder),
        "SUPERSET_BIND": f"127.0.0.1:{port}",
        "SUPERSET_CONFIG_PATH": str(DASHBOARDS / "superset_config.py"),
        "SUPERSET_DATABASE_URI": f"sqlite:///{folder}/superset.db",
        "SUPERSET_PASSWORD": password,
        "SUPERSET_SECRET_KEY": secrets.token_urlsafe(42),
    }
    log = folder / "superset.log"
    try:
        with running([str(DASHBOARDS / "serve.sh")], environment, log):
            wait_for("Superset well", lambda: _is_well(port))
            yield Server(f"http://127.0.0.1:{port}", password, settings)
    except BaseException:
        print(log.read_text("utf-8", "replace")[-8000:])
        raise


def _is_well(port: int) -> bool | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status == 200 or None
    except (urllib.error.URLError, OSError):
        return None


@pytest.fixture(scope="module")
def dashboard(server: Server) -> Server:
    """Imported twice: the second time replaces the first."""
    for _ in range(2):
        done = server.imports()
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{server.url}/superset/dashboard/safeguarding-kpis/\n"
    return server


@pytest.fixture(scope="module")
def seen(dashboard: Server) -> ChartSelection:
    """Each tab, opened as a person opens it, until every chart of it was asked for and answered."""
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    seen = ChartSelection({}, [], {}, [])
    positions = yaml.safe_load((DASHBOARDS / "bundle" / "dashboards" / "safeguarding_kpis.yaml").read_text("utf-8"))
    chromium = debian("chromium", lambda: shutil.which("chromium"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = browser.new_page(viewport=WINDOW)
        page.on("response", lambda response: _note(seen, response))
        page.on("requestfinished", lambda request: _note_host(seen, request.url, dashboard.url))
        _sign_in(page, dashboard)
        page.goto(f"{dashboard.url}/superset/dashboard/safeguarding-kpis/")
        for number, tab in enumerate(TABS):
            page.locator("[role=tab]").nth(number).click(timeout=120_000)
            wanted = [
                each["meta"]["sliceName"]
                for each in positions["position"].values()
                if isinstance(each, dict) and each["type"] == "CHART" and each["parents"][2] == _tab_id(positions, tab)
            ]
            _wait_for_charts(page, dashboard, seen, wanted)
            end = page.locator("[data-test=dashboard-component-chart-holder]:visible").last.bounding_box()
            assert end
            clip = {"x": 0, "y": 0, "width": WINDOW["width"], "height": end["y"] + end["height"] + 24}
            page.screenshot(path=SCREENSHOTS / f"{number + 1} {tab}.png", clip=clip)
            seen.tabs[tab] = page.locator("[role=tabpanel]:visible").last.inner_text()
            seen.alerts.extend(page.locator(".ant-alert-error:visible").all_inner_texts())
        browser.close()
    return seen


def _tab_id(positions: dict[str, Any], text: str) -> str:
    return next(
        name
        for name, each in positions["position"].items()
        if isinstance(each, dict) and each["type"] == "TAB" and each["meta"]["text"] == text
    )


def _note(seen: ChartSelection, response: Response) -> None:
    """The last query of a chart counts: the first may be asked before the filters have their values."""
    if "/api/v1/chart/data" in response.url and response.ok:
        query = json.loads(response.request.post_data or "{}")
        if (chart := query["form_data"].get("slice_id")) is not None:
            seen.queries[chart] = query


def _note_host(seen: ChartSelection, url: str, own: str) -> None:
    if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).netloc != urlsplit(own).netloc:
        seen.elsewhere.append(url)


def _sign_in(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/login/")
    page.fill("input[name=username], input#username", "admin", timeout=120_000)
    page.fill("input[name=password], input#password", server.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url, timeout=120_000)


def _wait_for_charts(page: Page, server: Server, seen: ChartSelection, names: list[str]) -> None:
    """Until each chart of the tab was asked for, answered and drawn."""
    wanted = {number for number, name in server.charts.items() if name in names}
    assert len(wanted) == len(names)

    def drawn() -> bool | None:
        # What the browser hears is noted while it is waited for.
        page.wait_for_timeout(500)
        at_work = page.locator(".loading:visible").count()
        are_there = page.locator(".slice_container:visible").count()
        return (wanted <= set(seen.queries) and not at_work and are_there == len(wanted)) or None

    wait_for(f"{len(names)} charts", drawn)
    # They are drawn with a movement of a second.
    page.wait_for_timeout(2000)
    assert drawn()


def figures(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows as tuples; the lines of a chart by the names of their metrics, as each answer may have them otherwise."""
    return [tuple(_plain(row[name]) for name in _names(row)) for row in rows]


def _names(row: dict[str, Any]) -> list[str]:
    first, *others = row
    return [first, *sorted(others)] if f"{first}" in {"month", "standard_name"} and "rag" not in row else [*row]


def _plain(value: Any) -> Any:
    """As JSON has it, and numbers to a millionth."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    return round(float(value), 6)


def test_the_browser_asked_for_every_chart(dashboard: Server, seen: ChartSelection) -> None:
    assert sorted(dashboard.charts.values()) == sorted(FIGURES)
    assert {dashboard.charts[number] for number in seen.queries} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_each_chart_shows_the_figures_of_the_snapshot(dashboard: Server, seen: ChartSelection, name: str) -> None:
    (number,) = [number for number, chart in dashboard.charts.items() if chart == name]
    with duckdb.connect(str(dashboard.snapshot), read_only=True) as snapshot:
        expected = snapshot.execute(FIGURES[name]).fetchall()
    found = figures(dashboard.asked(seen.queries[number]))
    assert found, "nothing is shown"
    in_no_order = "ORDER BY" not in FIGURES[name]
    in_order = [tuple(map(_plain, row)) for row in expected]
    assert (sorted(found, key=repr) if in_no_order else found) == (
        sorted(in_order, key=repr) if in_no_order else in_order
    )


def test_people_see_them_and_meet_no_error(seen: ChartSelection) -> None:
    assert seen.alerts == []
    for figure in ("95.0%", "58.9%", "655", "474", "Restricted"):
        assert figure in seen.tabs["Summary"]
    assert "No data" not in "".join(seen.tabs.values())


def test_nothing_is_asked_of_anybody_else(seen: ChartSelection) -> None:
    assert seen.elsewhere == []


def test_the_snapshot_can_be_read_and_nothing_else(dashboard: Server) -> None:
    done = subprocess.run([SUPERSET / "python", "-c", TRIES, str(DASHBOARDS)], capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "SNAPSHOT": str(dashboard.snapshot)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    read, *refused = json.loads(done.stdout)
    assert read == "read"
    assert refused == ["InvalidInputException", "PermissionException", "InvalidInputException"]


# With the very arguments that Superset is given. The errors are DuckDB's own.
TRIES = """
import json, os, sys
from pathlib import Path
import yaml
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

saved = yaml.safe_load((Path(sys.argv[1]) / "bundle/databases/safeguarding_kpis.yaml").read_text())
engine = create_engine(f"duckdb:///{os.environ['SNAPSHOT']}", **saved["extra"]["engine_params"])

def tried(statement):
    try:
        with engine.connect() as connection:
            connection.execute(statement).fetchall()
        return "read"
    except DBAPIError as fault:
        return type(fault.orig).__name__

print(json.dumps([tried(each) for each in (
    "SELECT * FROM kpi",
    "UPDATE kpi SET title = 'x'",
    "SELECT * FROM read_text('/etc/hostname')",
    "SET enable_external_access = true",
)]))
"""


def test_a_wrong_password_imports_nothing_and_is_not_repeated(dashboard: Server) -> None:
    done = dashboard.imports(SUPERSET_PASSWORD="not-this-one")  # noqa: S106
    assert done.returncode == 1
    assert "did not let us in" in done.stderr
    assert "not-this-one" not in done.stderr


def test_the_next_version_is_shown_without_a_restart(dashboard: Server, seen: ChartSelection) -> None:
    """Last, since it publishes."""
    (number,) = [number for number, name in dashboard.charts.items() if name == "Initial conferences in time"]
    before = dashboard.asked(seen.queries[number])
    settings, month = dashboard.settings.of(MADE_UP_AUTHORITY), Period.parse("2021-02")
    folder = settings.warehouse / "2021-02"
    current = read_json(folder / CURRENT)
    file = folder / "warehouse-corrected.duckdb"
    shutil.copy(folder / current["file"], file)
    with duckdb.connect(str(file)) as warehouse:
        warehouse.execute("UPDATE snapshots.kpi_summary SET value_rounded = 61.2 WHERE kpi_id = 'icpc_15wd'")
    write_json(folder / CURRENT, {**current, "file": file.name, "bytes": file.stat().st_size})
    assert publish(settings, month).version == "v0002"
    assert before == [{"share": pytest.approx(0.589)}]
    assert dashboard.asked(seen.queries[number]) == [{"share": pytest.approx(0.612)}]

"""What a quality lead opens first: a month's page, a page a rule, and the lists of what each team has to fix.

Made of the month's finished warehouse, which is only read, and linked to the pages about deliveries. They are one
folder, ``reports/<authority>/validation/<month>``, that takes the place of the one before. Where several authorities
are one build ``index.html`` lists them, and each has a folder.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines import storage
from pipelines import templates as pages
from pipelines.catalog import DATA_DOCS, current_warehouse, deliveries_for_month
from pipelines.contracts.loading import load_sources
from pipelines.publications import due_pages, figure_pages, front_page, work_lists
from pipelines.snapshots import gate
from pipelines.templates import urgency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.catalog import Staged
    from pipelines.contracts.model import Source
    from pipelines.periods import Period
    from pipelines.settings import Settings

QUERIES = "pages/month"
MOST_AFFECTED = 10
ROWS_SHOWN = 200
INDEX = "index.html"
# Its pages about a table are named by the moment of their run, which no page here may depend on: they are one step on.
EVERY_CHECK = f"{DATA_DOCS}/{INDEX}"
LATE = "DRF-010"

Row = dict[str, Any]


@dataclass(frozen=True)
class _Month:
    """What all pages of a month are made from."""

    settings: Settings
    month: Period
    sources: Mapping[str, Source]
    deliveries: Mapping[tuple[str, str, str], Staged]
    warehouse: duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class _AuthorityPages:
    """Where an authority's pages go, and the way from there to the folder of all validation pages."""

    authority_code: str
    folder: Path
    up: str


def write(settings: Settings, month: Period) -> Path:
    """Write the month's pages and lists; returns the page to open first.

    Without a warehouse of the month, or where its last build failed, the page says so and lists what came.
    """
    current = current_warehouse(settings, month)
    if current is None:
        return write_unbuilt(settings, month, "There is no warehouse of this month.")
    if current.file.with_name(storage.FAILED).exists():
        return write_unbuilt(settings, month, "A check stopped the last build.")
    target = folder_of(settings, month)
    with duckdb.connect(str(current.file), read_only=True) as warehouse, storage.replaced_folder(target) as folder:
        sources = load_sources(settings.expectations)
        _write_all(_Month(settings, month, sources, _seen(settings, month), warehouse), folder)
        judged = gate.judge(settings, month)
        _write_verdict(folder, judged.outcome, list(map(str, judged.failing)))
    front_page.write(settings)
    return target / INDEX


def write_unbuilt(settings: Settings, month: Period, problem: str) -> Path:
    """Write the page of a month whose figures could not be made: why, and what came for it."""
    target = folder_of(settings, month)
    manifests = [
        (version.manifest, _delivery_link("../", version))
        for version in _seen(settings, month).values()
        if version.delivery.month == month and settings.authority in (None, version.delivery.authority_code)
    ]
    with storage.replaced_folder(target) as folder:
        page = pages.template("unbuilt.html").render(
            month=month.name, problem=problem, checks=_what_stopped(settings, month), deliveries=manifests
        )
        storage.write_text(folder / INDEX, page)
        _write_verdict(folder, "unbuilt", [problem])
    front_page.write(settings)
    return target / INDEX


def _write_verdict(folder: Path, verdict: str, reasons: list[str]) -> None:
    """For the front page: what the month's page says, in short."""
    storage.write_json(folder / front_page.VERDICT, {"verdict": verdict, "reasons": reasons})


def _what_stopped(settings: Settings, month: Period) -> list[Row]:
    """The checks that stopped the month's last build, as it left them beside the warehouse."""
    failure = storage.whole_json(settings.warehouse / str(month) / storage.FAILED, "checks")
    checks = failure["checks"] if failure is not None else []
    return [check for check in checks if check["consequence"] == "stop" and check["rows_failed"]]


def folder_of(settings: Settings, month: Period) -> Path:
    """The folder of a month's pages."""
    return settings.reports / "validation" / str(month)


def _seen(settings: Settings, month: Period) -> dict[tuple[str, str, str], Staged]:
    seen = deliveries_for_month(settings, load_sources(settings.expectations), month)
    return {
        (version.delivery.authority_code, version.delivery.source, str(version.delivery.month)): version
        for version in seen.reported
    }


def _write_all(context: _Month, folder: Path) -> None:
    own = context.settings.authority
    authorities = [own] if own else [row["authority_code"] for row in _rows(context, "authorities")]
    if len(authorities) == 1:
        _write_authority(context, _AuthorityPages(authorities[0], folder, "../"))
        return
    verdicts = []
    for authority in authorities:
        place = _AuthorityPages(authority, folder / authority, "../../")
        place.folder.mkdir()
        verdicts.append((authority, _write_authority(context, place)))
    page = pages.template("authorities.html").render(month=context.month.name, verdicts=verdicts)
    storage.write_text(folder / INDEX, page)


def _write_authority(context: _Month, place: _AuthorityPages) -> Row:
    """Write one authority's pages; returns its verdict."""
    rules = _rules(context, place)
    findings = [_named(context, row) for row in _rows(context, "findings", place)]
    teams = _rows(context, "teams", place)
    lists = _write_lists(place, findings, teams)
    touched = _rows(context, "figure_rules", place)
    owners = _owners(context, place)
    _write_rules(context, place, rules, findings, lists, figure_pages.by_rule(touched), owners)
    due = _rows(context, "due", place)
    due_pages.write(place.folder / due_pages.FOLDER, context.month, place.authority_code, due, owners)
    folder, figures = place.folder / figure_pages.FOLDER, _rows(context, "figures", place)
    figure_pages.write(folder, context.month, place.authority_code, context.warehouse, figures, touched)
    months = _rows(context, "months", place)
    deliveries = [_with_link(context, place, row) for row in _rows(context, "deliveries", place)]
    drifts = [_named(context, row) for row in _rows(context, "drifts", place)]
    verdict = _verdict(context, place, deliveries, drifts)
    broken = [rule for rule in rules if rule["rows_failed"]]
    page = pages.template("month.html").render(
        authority_code=place.authority_code,
        month=context.month.name,
        up=place.up,
        verdict=verdict,
        deliveries=deliveries,
        refusals=[rule for rule in broken if rule["consequence"] != "warn"],
        rules=broken,
        most_affected=MOST_AFFECTED,
        repaired=[rule for rule in rules if not rule["rows_failed"]],
        statuses=Counter(finding["status"] for finding in findings),
        resolved=sum(team["resolved_findings"] for team in teams),
        longest=max((finding["days_open"] or 0 for finding in findings), default=0),
        teams=teams,
        lists=lists,
        months=months,
        before=months[-2],
        year_before=months[0],
        owners=owners,
        now=months[-1],
        drifts=drifts,
    )
    storage.write_text(place.folder / INDEX, page)
    _write_for_the_front(place, months, due)
    return verdict


def _owners(context: _Month, place: _AuthorityPages) -> dict[str, str]:
    """How the pages call who has to act: a team by its reviewed name and code, if it has one."""
    named = {row["team_code"]: row["team_name"] for row in _rows(context, "team_names", place)}
    return pages.OWNERS | {code: f"{name} ({code})" for code, name in named.items()}


def _write_for_the_front(place: _AuthorityPages, months: Sequence[Row], due: Sequence[Row]) -> None:
    """For the front page: findings of the last months by severity, and what is due."""
    found = [{name: each[name] for name in ("reporting_month", "errors", "warnings")} for each in months]
    summary = {"authority_code": place.authority_code, "months": found, "due": due_pages.summary(due)}
    storage.write_json(place.folder / front_page.SUMMARY, summary)


def _rules(context: _Month, place: _AuthorityPages) -> list[Row]:
    return [_named(context, row) | {"page": f"rules/{row['rule_code']}.html"} for row in _rows(context, "rules", place)]


def _write_lists(place: _AuthorityPages, findings: Sequence[Row], teams: Sequence[Row]) -> dict[str, str]:
    """Write the work lists; returns the path of each team's, without its ending."""
    names = work_lists.file_names([team["team_code"] for team in teams if team["open_findings"]])
    folder = place.folder / "work_lists"
    folder.mkdir()
    by_team: dict[str, list[Row]] = {team: [] for team in names}
    for finding in findings:
        by_team[finding["team_code"]].append(finding)
    for team, name in names.items():
        work_lists.write(folder, name, by_team[team])
    return {team: f"work_lists/{name}" for team, name in names.items()}


def _write_rules(
    context: _Month,
    place: _AuthorityPages,
    rules: Sequence[Row],
    findings: Sequence[Row],
    lists: Mapping[str, str],
    figures: Mapping[str, list[Row]],
    owners: Mapping[str, str],
) -> None:
    by_rule: dict[str, list[Row]] = {}
    for finding in findings:
        by_rule.setdefault(finding["rule_code"], []).append(finding)
    template = pages.template("rule.html")
    for code, tables in groupby(sorted(rules, key=lambda rule: (rule["rule_code"], rule["table_name"])), _code):
        found = by_rule.get(code, [])
        page = template.render(
            authority_code=place.authority_code,
            month=context.month.name,
            rule_code=code,
            tables=[_with_link(context, place, table, deeper="../") for table in tables],
            findings=found[:ROWS_SHOWN],
            more=max(len(found) - ROWS_SHOWN, 0),
            lists=lists,
            figures=figures.get(code, []),
            owners=owners,
            teams=sorted({finding["team_code"] for finding in found}),
        )
        storage.write_text(place.folder / "rules" / f"{code}.html", page)


def _code(rule: Row) -> str:
    return str(rule["rule_code"])


def _verdict(context: _Month, place: _AuthorityPages, deliveries: Sequence[Row], drifts: Sequence[Row]) -> Row:
    """What the gate says and, whether or not it judges the authority, what was refused whole and what has not come."""
    judged = gate.judge(context.settings, context.month)
    conditions = [condition for condition in judged.conditions if condition.authority_code == place.authority_code]
    return {
        "conditions": conditions,
        "unmet": [condition for condition in conditions if not condition.holds],
        "held_elsewhere": any(condition.authority_code != place.authority_code for condition in judged.failing),
        "approval": judged.approval,
        "refused": [row for row in deliveries if row["is_refused"]],
        "late": [row for row in drifts if row["rule_code"] == LATE],
    }


def _named(context: _Month, row: Row) -> Row:
    """The row with what a person calls its source and table, and how urgent it is."""
    source = context.sources.get(row["source"])
    contract = source.tables.get(row["table_name"] or "") if source else None
    return row | {
        "source_title": source.title if source else row["source"],
        "table_title": contract.title if contract else row["table_name"],
        "urgency": urgency(row["consequence"], row["severity"]),
    }


def _with_link(context: _Month, place: _AuthorityPages, row: Row, deeper: str = "") -> Row:
    """The row with the ways to the page about its delivery and to Great Expectations' own, if it has such pages."""
    version = context.deliveries.get((place.authority_code, row["source"], row["delivery_month"]))
    if version is None:
        return row | {"link": None, "every_check": None, "refusal": None}
    link = _delivery_link(deeper + place.up, version)
    folder = context.settings.reports / "validation" / str(version.delivery) / version.folder.name
    # Their pages have the time of the run in their names; their index, whose rows are named for the tables, has not.
    page = f"{EVERY_CHECK}#{row['table_name']}" if row.get("table_name") else EVERY_CHECK
    every_check = link.removesuffix(INDEX) + page if (folder / EVERY_CHECK).exists() else None
    return row | {"link": link, "every_check": every_check, "refusal": version.manifest.get("refusal")}


def _delivery_link(up: str, version: Staged) -> str:
    return f"{up}{version.delivery}/{version.folder.name}/{INDEX}"


def _rows(context: _Month, query: str, place: _AuthorityPages | None = None) -> list[Row]:
    sql = (context.settings.sql / QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    given = {"month": str(context.month), "authority": None if place is None else place.authority_code}
    result = context.warehouse.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql})
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

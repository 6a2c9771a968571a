"""The page that leads to all others: every version and month, the copies of reports beside it, and what fixes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.contracts.published import load_published
from pipelines.publications import front_page
from pipelines.settings import PROJECT
from pipelines.storage import write_json, write_text
from tests.warehouse_input import settings_in

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

# A page of those about each KPI stands for all of them.
FILES = tuple(f"{name}/index.html" if name.endswith("kpi") else name for name in front_page.FILES)
APPROVED = {"verdict": "approved", "approval": {"approved_by": "A. Director"}}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def publish(settings: Settings, month: str, version: str, publication: dict[str, Any] | None = None) -> Path:
    """What a version leaves that the front page looks at."""
    folder = settings.snapshots / month / version
    for name in FILES:
        write_text(folder / name, f"{month} {version} {name}")
    shared = {"publication": {"verdict": "open"} if publication is None else publication}
    shared |= {"content_sha256": "0", "files": {}}
    write_json(folder / "manifest.json", shared)
    write_json(settings.snapshots / month / "latest.json", {"version": version})
    return folder


def validate(settings: Settings, month: str, verdict: str | None, *reasons: str) -> None:
    folder = settings.reports / "validation" / month
    write_text(folder / "index.html", "")
    if verdict is not None:
        write_json(folder / front_page.VERDICT, {"verdict": verdict, "reasons": list(reasons)})


def page(settings: Settings) -> str:
    front_page.write(settings)
    return (settings.reports / "index.html").read_text("utf-8")


def words(text: str) -> str:
    return " ".join(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL).split())


def test_before_anything_is_there_it_says_so(settings: Settings) -> None:
    text = words(page(settings))
    assert "Nothing was published yet." in text and "No month was validated yet." in text


def test_every_version_leads_to_its_reports_and_the_newest_is_first(settings: Settings) -> None:
    for month, version in (("2021-01", "v0001"), ("2021-02", "v0001"), ("2021-02", "v0002"), ("2020-12", "v10000")):
        publish(settings, month, version)
    text = page(settings)
    links = re.findall(r'href="snapshots/([^"]+)"', text)
    assert links[0] == "2021-02/v0002/report.html"
    listed = [link for link in links[8:] if link.endswith("v0001/report.html") or "/v" in link]
    assert list(dict.fromkeys(link.rpartition("/v")[0] for link in listed)) == ["2021-02", "2021-01", "2020-12"]
    assert len(set(links)) == 4 * len([name for name in FILES if "kpi" not in name])
    for link in set(links):
        month, version, *name = link.split("/")
        assert (settings.reports / "snapshots" / link).read_text() == f"{month} {version} {'/'.join(name)}"
    assert words(text).count("v0002, current") == 1 and "v0001, current" in words(text)


def test_the_verdict_of_a_version_and_of_a_month_stands_beside_them(settings: Settings) -> None:
    publish(settings, "2021-01", "v0001", APPROVED)
    publish(settings, "2021-02", "v0001")
    publish(settings, "2020-12", "v0001", {})
    validate(settings, "2021-01", "approved")
    validate(settings, "2021-02", "open")
    validate(settings, "2021-03", "held", "E06000015 GATE-DELIVERY: ssd was refused")
    validate(settings, "2021-04", "unbuilt", "A check stopped the last build.")
    validate(settings, "2020-12", None)
    text = words(page(settings))
    assert "January 2021 v0001, current Held, and approved by A. Director" in text
    assert "February 2021 v0001, current All conditions met" in text
    assert "December 2020 v0001, current Published" in text
    assert "April 2021 , validation Its figures could not be made A check stopped the last build." in text
    assert "March 2021 , validation Held E06000015 GATE-DELIVERY: ssd was refused" in text
    assert "January 2021 , validation Held, and approved" in text
    assert "February 2021 , validation Ready to publish" in text
    assert "December 2020 , validation See its page" in text


def test_the_newest_versions_scorecard_leads_to_each_figure_and_to_what_is_behind_it(settings: Settings) -> None:
    publish(settings, "2021-01", "v0001")
    folder = publish(settings, "2021-02", "v0001")
    columns = {table.name: table.columns for table in load_published(PROJECT / "expectations" / "snapshots")}
    row: dict[str, Any] = dict.fromkeys(column.name for column in columns["kpi_summary"])
    row |= {"authority_code": "E06000015", "reporting_month": "2021-02", "kpi_id": "icpc_15wd", "title": "Conferences"}
    row |= {"section": "performance", "unit": "percent", "numerator": 182, "denominator": 309, "value_rounded": 58.9}
    row |= {"target": 85, "rag": "red", "month_change": 1.5, "year_change": -13.8, "year_verdict": "worse"}
    with duckdb.connect() as connection:
        rows = [row, {**row, "title": "Seen alone", "target": None, "rag": "no target"}]
        connection.execute("CREATE TABLE rows AS SELECT unnest(x) FROM (SELECT unnest($rows) AS x)", {"rows": rows})
        connection.table("rows").write_parquet(str(folder / "kpi_summary.parquet"))
    due = {
        "of": "Visit to a baby",
        "kpi_id": "baby",
        "overdue": 12,
        "babies": 12,
        "next_week": 2,
        "later": 9,
        "total": 23,
    }
    months = [{"reporting_month": month, "errors": 3, "warnings": None} for month in ("2021-01", "2021-02")]
    summary = {"authority_code": "E06000015", "months": months, "due": [due]}
    write_json(settings.reports / "validation/2021-02" / front_page.SUMMARY, summary)
    text = page(settings)
    assert 'href="snapshots/2021-02/v0001/kpi/icpc_15wd.html"' in text
    assert 'href="validation/2021-02/figures/icpc_15wd.html"' in text
    assert text.count('href="validation/2021-02/due/index.html"') == 2
    minus = "\N{MINUS SIGN}"
    assert f"Conferences 58.9% 182 of 309 85 ■ Red {minus}13.8, worse Records and rules of Conferences" in words(text)
    assert f"Timeliness Seen alone 58.9% 182 of 309 {minus}13.8, worse" in words(text)
    assert "12 overdue, 12 of them of babies; 2 due in the next 5 working days." in words(text)


def test_a_version_from_before_there_was_a_summary_or_with_other_columns_has_no_scorecard(settings: Settings) -> None:
    folder = publish(settings, "2021-02", "v0001")
    assert "Scorecard" not in page(settings)
    with duckdb.connect() as connection:
        connection.sql("SELECT 1 AS reporting_month").write_parquet(str(folder / "kpi_summary.parquet"))
    assert "Scorecard" not in page(settings)


def test_a_version_without_a_manifest_is_none_and_its_copy_goes(settings: Settings) -> None:
    folder = publish(settings, "2021-02", "v0001")
    publish(settings, "2021-02", "v0002")
    front_page.write(settings)
    copy = settings.reports / "snapshots" / "2021-02" / "v0001"
    assert copy.exists()
    (folder / "manifest.json").unlink()
    assert "v0001" not in page(settings) and not copy.exists()
    assert (copy.parent / "v0002" / "report.html").exists()


def test_a_version_that_has_no_report_has_no_link(settings: Settings) -> None:
    folder = publish(settings, "2021-02", "v0001")
    for name in FILES:
        (folder / name).unlink()
    for name in ("kpi", "public/kpi"):
        (folder / name).rmdir()
    text = page(settings)
    assert "snapshots/" not in text and words(text).count("none") == 4


def test_what_was_left_half_is_mended_by_the_next_write(settings: Settings) -> None:
    """A kill leaves no page, or no copy, or what was put aside: never a half under the name."""
    publish(settings, "2021-02", "v0001")
    first = page(settings)
    (settings.reports / "index.html").unlink()
    for copy in (settings.reports / "snapshots" / "2021-02" / "v0001").rglob("*.*"):
        copy.unlink()
    for folder in ("v0001/public/kpi", "v0001/public", "v0001/kpi", "v0001"):
        (settings.reports / "snapshots" / "2021-02" / folder).rmdir()
    assert page(settings) == first
    assert (settings.reports / "snapshots" / "2021-02" / "v0001" / "public" / "report.docx").exists()

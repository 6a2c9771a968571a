"""Files of returns, staged, and their rows counted by other means."""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl  # type: ignore[import-untyped]
from lxml import etree
from pydantic import SecretStr

from pipelines import storage
from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.settings import Settings
from pipelines.staging.stage import StagingResult, stage
from tests.exports import KEY

if TYPE_CHECKING:
    from pathlib import Path

CENSUS = {
    "cin_census_assessments": "//CINdetails/Assessments",
    "cin_census_children": "/Message/Children/Child",
    "cin_census_cin_plans": "//CINPlanDates",
    "cin_census_conferences": "//DateOfInitialCPC",
    "cin_census_cp_plans": "//ChildProtectionPlans",
    "cin_census_cp_reviews": "//CPPreviewDate",
    "cin_census_details": "//CINdetails",
    "cin_census_disabilities": "//Disability",
    "cin_census_factors": "//AssessmentFactors",
    "cin_census_pre_proceedings": "//PreProceedingsandFGDM",
    "cin_census_return": "/Message/Header",
    "cin_census_s47": "//Section47",
}
RETURN = {
    "ssda903_ad1": "//HEADER[DATE_INT]",
    "ssda903_episodes": "//EPISODE",
    "ssda903_header": "//HEADER",
    "ssda903_missing": "//AMISSING",
    "ssda903_oc2": "//OC2",
    "ssda903_oc3": "//HEADER[IN_TOUCH]",
    "ssda903_placed_adoption": "//AD_PLACED",
    "ssda903_prev_perm": "//PERMANENCE",
    "ssda903_reviews": "//AREVIEW",
    "ssda903_uasc": "//HEADER[DUC]",
}
LISTS = {
    "DoLo.csv": "dolo",
    "ad1.csv": "ad1",
    "episodes.csv": "episodes",
    "header.csv": "header",
    "missing.csv": "missing",
    "oc2.csv": "oc2",
    "oc3.csv": "oc3",
    "placed_for_adoption.csv": "placed_adoption",
    "previous_permanence.csv": "prev_perm",
    "reviews.csv": "reviews",
    "sw_episodes.csv": "social_worker",
    "uasc.csv": "uasc",
}


WORKFORCE = {
    "workforce_census_return": "/Message/Header",
    "workforce_census_vacancies": "/Message/LALevelVacancies",
    "workforce_census_workers": "/Message/CSWWWorker",
}


LISTS_OF_ANNEX_A = (
    "contacts",
    "early_help",
    "referrals",
    "assessments",
    "s47",
    "children_in_need",
    "child_protection",
    "looked_after",
    "care_leavers",
    "adoption",
    "adopters",
)


def staged(folder: Path, delivery: str, *files: Path) -> StagingResult:
    settings = Settings(
        _env_file=None,
        inbox_url=str(folder / "inbox"),
        data_dir=folder / "data",
        pseudonym_key=SecretStr(KEY),
        duckdb_memory_limit="1GB",
    )
    inbox = folder / "inbox" / delivery
    inbox.mkdir(parents=True)
    for file in files:
        shutil.copy(file, inbox)
    landing.land(settings, Delivery.parse(delivery))
    return stage(settings, Delivery.parse(delivery))


def reconciled(delivery: StagingResult) -> dict[str, int]:
    """The rows read of each table, all of which are staged or refused."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(delivery.folder / "reconciliation.parquet"))
        counts = rows.project("table_name, rows_read, rows_staged, rows_refused").fetchall()
    assert all(read == good + refused for _, read, good, refused in counts)
    tables = storage.read_json(delivery.folder / storage.MANIFEST)["tables"]
    assert {name: table["rows"] for name, table in tables.items()} == {name: good for name, _, good, _ in counts}
    return {name: read for name, read, _, _ in counts}


def findings(delivery: StagingResult) -> set[tuple[str, str, int | None]]:
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(delivery.folder / "finding.parquet"))
        return set(found.project("table_name, rule_code, line").fetchall())


def elements(file: Path, paths: dict[str, str]) -> dict[str, int]:
    document: Any = etree.parse(file)
    return {table: int(document.xpath(f"count({path})")) for table, path in paths.items()}


def rows_of_sheets(file: Path) -> dict[str, int]:
    """The rows below the first of each sheet that hold anything, in the order of the lists."""
    sheets = openpyxl.load_workbook(file, read_only=True).worksheets
    counts = [sum(any(cell is not None for cell in row) for row in list(sheet.values)[1:]) for sheet in sheets]
    return dict(zip((f"annex_a_{name}" for name in LISTS_OF_ANNEX_A), counts, strict=True))


def rows_of_lists(files: list[Path]) -> dict[str, int]:
    """The records of each list of the 903."""
    counts = {}
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            counts[f"ssda903_{LISTS.get(file.name, file.stem)}"] = sum(1 for _ in csv.DictReader(stream))
    return counts

"""The dashboard's files: what they say of a column is what its contract says, and nothing in them leads nowhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.contracts.kpis import SECTIONS, load_register
from pipelines.contracts.published import load_published
from pipelines.settings import PROJECT
from pipelines.storage import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

BUNDLE = PROJECT / "dashboards" / "bundle"
PUBLISHED = {table.name: table for table in load_published(PROJECT / "expectations" / "snapshots")}


def files(kind: str) -> list[Path]:
    return sorted((BUNDLE / kind).rglob("*.yaml"))


DATASETS = {file.stem: read_yaml(file) for file in files("datasets")}
CHARTS = {file.stem: read_yaml(file) for file in files("charts")}
DASHBOARD = read_yaml(BUNDLE / "dashboards" / "safeguarding_kpis.yaml")


def named(params: dict[str, Any]) -> set[str]:
    """The columns that a chart asks for, shows, colours, filters or orders by."""
    ordered = {json.loads(order)[0] for order in params.get("order_by_cols", ())}
    filtered = {each["subject"] for each in params["adhoc_filters"]}
    axis = {params["x_axis"]} if "x_axis" in params else set()
    coloured = {each["column"] for each in params.get("conditional_formatting", ())}
    shown = {*params.get("all_columns", ()), *params.get("groupby", ()), *params.get("column_config", ())}
    return shown | coloured | ordered | filtered | axis


@pytest.mark.parametrize("name", DATASETS)
def test_a_column_is_described_as_in_its_contract(name: str) -> None:
    dataset = DATASETS[name]
    tables = [PUBLISHED[table] for table in PUBLISHED if re.search(rf"\b{table}\b", dataset.get("sql") or name)]
    assert tables
    descriptions = [(column["column_name"], column["description"]) for column in dataset["columns"]]
    described = {(column.name, column.description) for table in tables for column in table.columns}
    assert {name for name, description in descriptions if (name, description) not in described} <= {
        "month",
        "is_newest",
        "section_name",
        "unit_name",
        "period",
        "place",
    }


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_asks_for_what_its_dataset_has(name: str) -> None:
    chart = CHARTS[name]
    (dataset,) = [each for each in DATASETS.values() if each["uuid"] == chart["dataset_uuid"]]
    params = chart["params"]
    assert named(params) <= {column["column_name"] for column in dataset["columns"]}
    metrics = {*params.get("metrics", ()), *([params["metric"]] if "metric" in params else [])}
    assert metrics <= {metric["metric_name"] for metric in dataset["metrics"]}
    assert metrics or params["query_mode"] == "raw"


def test_every_chart_has_its_place_and_no_place_is_empty() -> None:
    places = [each["meta"] for each in DASHBOARD["position"].values() if isinstance(each, dict) and "meta" in each]
    placed = sorted((place["uuid"], place["sliceName"]) for place in places if "uuid" in place)
    assert placed == sorted((chart["uuid"], chart["slice_name"]) for chart in CHARTS.values())


def test_a_figure_is_of_one_row_or_there_is_none() -> None:
    metrics = [metric for dataset in DATASETS.values() for metric in dataset["metrics"]]
    expressions = {metric["expression"] for metric in metrics if metric["metric_name"] not in {"rows", "month"}}
    assert len(expressions) > 5
    assert {each for each in expressions if not each.startswith("CASE WHEN count(*) = 1 THEN max(")} == set()


def test_the_summary_is_in_the_order_of_the_report_and_under_its_headings() -> None:
    sections = {kpi.section for kpi in load_register(PROJECT / "sql" / "kpis")}
    assert set(SECTIONS) < sections
    row = {"authority_code": "E06000015", "reporting_month": "2021-02", "measure": "flow", "window_months": 6}
    rows = [
        {**row, "unit": "percent", "section": section, "title": title, "target": target}
        for section in sorted(sections)
        for title, target in (("B", None), ("A", None), ("C", 95))
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE kpi_summary AS SELECT unnest(x) FROM (SELECT unnest($rows) AS x)", {"rows": rows}
        )
        summary = connection.sql(DATASETS["summary"]["sql"])
        found = summary.order("place").project("section_name, title").fetchall()
    headings = [*SECTIONS.values(), *(each.capitalize() for each in sorted(sections - set(SECTIONS)))]
    assert found == [(heading, title) for heading in headings for title in ("C", "A", "B")]


def test_no_two_files_are_one() -> None:
    everything = [read_yaml(file) for kind in ("databases", "datasets", "charts", "dashboards") for file in files(kind)]
    assert len({each["uuid"] for each in everything}) == len(everything) > 30

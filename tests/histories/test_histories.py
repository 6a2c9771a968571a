"""Each figure of a child's history, counted by hand, is the one that the pipeline gives of what was delivered."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.deliveries import Delivery
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.settings import PROJECT, Settings
from pipelines.staging.stage import stage
from pipelines.warehouse.build import build
from tests.exports import KEY
from tests.histories.files import figures_in, histories, write_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.histories.files import ExpectedFigure

MONTH = "2026-10"
OURS, THEIRS = "E06000015", "E06000023"
# Lies beside the project where the project is worked on, and is no part of it.
BESIDE = PROJECT.parent / "shared" / "cases" / "histories"

FIGURES = [(OURS, figure) for code, history in histories().items() for figure in history.figures_of(code)]
if BESIDE.exists():
    FIGURES += [(THEIRS, figure) for figure in figures_in(BESIDE / "expected.csv")]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    root: Path = tmp_path_factory.mktemp("histories")
    settings = Settings(
        _env_file=None, inbox_url=str(root / "inbox"), data_dir=root / "data", pseudonym_key=KEY, duckdb_threads=1
    )
    deliveries = [f"{OURS}/{source}/{MONTH}" for source in write_delivery(root / "inbox" / OURS, MONTH)]
    if BESIDE.exists():
        deliveries.append(f"{THEIRS}/ssd/{MONTH}")
        shutil.copytree(BESIDE, root / "inbox" / deliveries[-1], ignore=shutil.ignore_patterns("expected.csv"))
    for name in deliveries:
        land(settings, Delivery.parse(name))
        assert stage(settings, Delivery.parse(name)).refusal is None
    with duckdb.connect(str(build(settings, Period.parse(MONTH)).path), read_only=True) as connection:
        yield connection


@pytest.mark.skipif(not BESIDE.exists(), reason="the histories of others are not beside the checkout")
def test_the_histories_of_others_are_counted_too() -> None:
    assert {authority for authority, _ in FIGURES} == {OURS, THEIRS}


@pytest.mark.parametrize(
    ("authority", "figure"), FIGURES, ids=[f"{each.team}-{each.kpi_id}-{each.month}" for _, each in FIGURES]
)
def test_figure(warehouse: duckdb.DuckDBPyConnection, authority: str, figure: ExpectedFigure) -> None:
    found = warehouse.execute(
        """
        SELECT nullif(numerator, 0), nullif(denominator, 0)
        FROM snapshots.kpi_month
        WHERE (authority_code, team_code, kpi_id, reporting_month) = (?, ?, ?, ?)
        """,
        [authority, figure.team, figure.kpi_id, figure.month],
    ).fetchone()
    assert found or figure.numerator is None
    assert (found or (None, None)) == (figure.numerator or None, figure.denominator or None)

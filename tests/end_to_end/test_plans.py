"""How DuckDB goes about the SQL of a warehouse, with the made-up council in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.periods import Period
from pipelines.settings import Settings
from pipelines.warehouse import build as warehouse
from pipelines.warehouse.build import _create_table, _text, build
from tests.exports import KEY

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.end_to_end.conftest import CouncilPlace

# Each row of one side with each of the other: seconds for one council, hours for a hundred. A LEFT JOIN comes to it by
# a condition that is about the left side alone, or by an expression that mixes both.
EACH_WITH_EACH = "BLOCKWISE_NL_JOIN"
# A handful of settings for each authority.
FEW = {"warehouse.dim_gate_need", "warehouse.dim_timescale"}


def test_no_join_goes_through_each_row_with_each(
    place: CouncilPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "staging").symlink_to(place.data / "staging")
    plans = {}

    def explained(connection: Any, select: Any, month: Period) -> None:
        plans[select.table] = connection.sql(_text(select, month)).explain()
        _create_table(connection, select, month)

    monkeypatch.setattr(warehouse, "_create_table", explained)
    build(Settings(inbox_url=str(tmp_path), data_dir=tmp_path, pseudonym_key=KEY), Period.parse("2021-02"))
    assert len(plans) > 140
    assert {table for table, plan in plans.items() if EACH_WITH_EACH in plan} == FEW

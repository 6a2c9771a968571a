"""What a dashboard asks, on the published snapshot and on the warehouse: ``python -m bench.queries DATA_DIR``, as JSON.

On an open connection, as a BI tool holds one; every row is fetched.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import duckdb

MONTH = "2021-02"
TIMES = 21
QUESTIONS = {
    "one KPI's 36 months": (
        """
        SELECT reporting_month, numerator, denominator, value, lower, upper, target, rag
        FROM kpi_month
        WHERE kpi_id = 'icpc_15wd' AND team_code IS NULL AND reporting_month > '2018-02'
        ORDER BY reporting_month
        """,
    ),
    "a dashboard's tables": (
        "SELECT * FROM kpi",
        "SELECT * FROM kpi_month WHERE reporting_month = '2021-02'",
        "SELECT * FROM kpi_window WHERE reporting_month = '2021-02' AND window_months <= 6",
        "SELECT * FROM kpi_change WHERE reporting_month = '2021-02' AND team_code IS NULL",
        "SELECT * FROM kpi_chart WHERE reporting_month = '2021-02' AND team_code IS NULL",
        "SELECT * FROM kpi_funnel WHERE reporting_month = '2021-02' AND among = 'teams'",
        "SELECT * FROM survey_score",
        "SELECT table_name, rule_code, rows_failed FROM finding_summary WHERE rows_failed > 0",
    ),
}


def main() -> None:
    data = Path(sys.argv[1])
    (snapshot,) = (data / "snapshots").glob(f"*/{MONTH}/latest/snapshot.duckdb")
    (pointer,) = (data / "warehouse").glob(f"*/{MONTH}/current.json")
    warehouse = pointer.with_name(json.loads(pointer.read_text(encoding="utf-8"))["file"])
    print(
        json.dumps(
            {
                question: {
                    "snapshot_milliseconds": _milliseconds(snapshot, "USE main", queries),
                    "warehouse_milliseconds": _milliseconds(warehouse, "USE snapshots", queries),
                }
                for question, queries in QUESTIONS.items()
            }
        )
    )


def _milliseconds(file: Path, use: str, queries: tuple[str, ...]) -> float:
    """The median."""
    taken = []
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute(use)
        for _ in range(TIMES):
            began = time.perf_counter()
            for query in queries:
                connection.execute(query).fetchall()
            taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


if __name__ == "__main__":
    main()

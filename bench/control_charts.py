"""Count what the control charts call a signal, a phase and an outlook on series whose truth is known.

``python -m bench.control_charts`` writes docs/control_charts.md. It runs the project's own SQL on simulated series; the
same seed gives the same page.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "control_charts.md"
SERIES, MONTHS, STEP, SEED = 500, 24, 12, 20210228
MEAN, SPREAD = 80.0, 4.0
Series = Callable[[random.Random], list[float]]
RULES = (
    "outside the limits",
    "seven on one side of the mean",
    "seven rising or falling",
    "two of three near a limit",
)
CREATE = """
    CREATE SCHEMA warehouse;
    CREATE SCHEMA reference;
    CREATE TABLE reference.chart_phase (kpi_id VARCHAR, authority_code VARCHAR, first_month VARCHAR, reason VARCHAR);
    CREATE TABLE warehouse.dim_kpi (kpi_id VARCHAR, unit VARCHAR, direction VARCHAR, measure VARCHAR);
    CREATE TABLE warehouse.dim_target (
        kpi_id VARCHAR, authority_code VARCHAR, reporting_month VARCHAR, green_from DOUBLE
    );
    CREATE TABLE warehouse.fct_kpi_month (
        kpi_id VARCHAR, authority_code VARCHAR, team_code VARCHAR, reporting_month VARCHAR, month_number BIGINT,
        scale INTEGER, value DOUBLE, value_rounded DOUBLE, category VARCHAR
    );
"""
PUT_KPI = """
    INSERT INTO warehouse.dim_kpi
    SELECT $kpi_id, if($is_stock, 'count', 'ratio'), 'higher_is_better', if($is_stock, 'stock', 'flow')
"""
PUT_VALUES = """
    INSERT INTO warehouse.fct_kpi_month
    SELECT
        $kpi_id, cast(place // $months AS VARCHAR), NULL,
        strftime(DATE '2019-03-01' + to_months(cast(place % $months AS INTEGER)), '%Y-%m'), place % $months, NULL,
        value, round(value, 1), NULL
    FROM (SELECT unnest($values) AS value, unnest(range(len($values))) AS place)
"""
COUNT = """
    SELECT
        count(DISTINCT authority_code) FILTER (WHERE phase > 1) AS with_phase,
        count(DISTINCT authority_code) FILTER (WHERE phase = 2 AND phase_first_month BETWEEN '2020-02' AND '2020-04')
            AS at_the_step,
        count(signals) / count(*) AS flagged,
        count(DISTINCT authority_code) FILTER (WHERE signals IS NOT NULL) AS any_flagged,
        sum(CASE WHEN all_flagged AND is_last THEN 1 ELSE 0 END) AS every_flagged
    FROM (
        SELECT
            *,
            count(signals) OVER chart = count(*) OVER chart AS all_flagged,
            reporting_month = max(reporting_month) OVER chart AS is_last
        FROM warehouse.fct_kpi_chart
        WHERE kpi_id = $kpi_id AND charted = $charted
        WINDOW chart AS (PARTITION BY authority_code)
    )
"""
COUNT_RULES = """
    SELECT avg(CASE WHEN contains(coalesce(signals, ''), $rule) THEN 1.0 ELSE 0.0 END)
    FROM warehouse.fct_kpi_chart
    WHERE kpi_id = $kpi_id
"""


@dataclass(frozen=True)
class Kind:
    """A kind of series, and whether what is charted is its net change."""

    name: str
    make: Series
    is_stock: bool = False


def around(*means: float) -> Series:
    return lambda chance: [chance.gauss(mean, SPREAD) for mean in means]


def stepped(spreads: float, after: int = STEP) -> Series:
    return around(*(MEAN + (spreads * SPREAD if month >= after else 0) for month in range(MONTHS)))


def _few(chance: random.Random) -> list[float]:
    """Counts with a mean of two: how many arrivals fall into each month."""
    counts = []
    for _ in range(MONTHS):
        count, left = 0, chance.expovariate(2)
        while left < 1:
            count, left = count + 1, left + chance.expovariate(2)
        counts.append(float(count))
    return counts


def _open(chance: random.Random) -> list[float]:
    """A count of what is open: the month before, and what came less what went."""
    level, levels = 600.0, []
    for _ in range(MONTHS):
        level += round(chance.gauss(0, 2 * SPREAD))
        levels.append(level)
    return levels


KINDS = (
    Kind("stable", around(*(MEAN,) * MONTHS)),
    Kind("small counts, two a month", _few),
    Kind(
        "seasonal, 1.5 spreads up and down", around(*(MEAN + 6 * math.sin(month / 6 * math.pi) for month in range(24)))
    ),
    Kind("step of one spread, 12 months ago", stepped(1)),
    Kind("step of two spreads, 12 months ago", stepped(2)),
    Kind("step of three spreads, 12 months ago", stepped(3)),
    Kind("step of three spreads, 6 months ago", stepped(3, 18)),
    Kind("slow trend, three spreads in 24 months", around(*(MEAN + month / 2 for month in range(MONTHS)))),
    Kind("an open count that wanders, its line", _open),
    Kind("the same, its net change", _open, is_stock=True),
)


@dataclass(frozen=True)
class ChartCounts:
    """Of the charts of a kind: how many have a phase, at the step, a signal, nothing but signals; and of all months."""

    charts: int
    with_phase: int
    at_the_step: int
    flagged: float
    any_flagged: int
    every_flagged: int


def simulated(series: int = SERIES) -> duckdb.DuckDBPyConnection:
    """The series of every kind as monthly figures."""
    chance = random.Random(SEED)  # noqa: S311 - a simulation, not a secret
    connection = duckdb.connect()
    connection.execute(CREATE)
    for kind in KINDS:
        connection.execute(PUT_KPI, {"kpi_id": kind.name, "is_stock": kind.is_stock})
        values = [value for _ in range(series) for value in kind.make(chance)]
        connection.execute(PUT_VALUES, {"kpi_id": kind.name, "months": MONTHS, "values": values})
    return connection


def chart(connection: duckdb.DuckDBPyConnection, *, with_phases: bool = True) -> None:
    """Make the charts by the project's SQL; without phases each has one set of limits."""
    for name in ("fct_kpi_chart_point", "fct_kpi_chart_phase", "fct_kpi_chart"):
        connection.execute(f"DROP TABLE IF EXISTS warehouse.{name}")
        text = (PROJECT / "sql" / "warehouse" / "kpis" / f"{name}.sql").read_text(encoding="utf-8")
        connection.sql(text).create(f"warehouse.{name}")
        if name == "fct_kpi_chart_phase" and not with_phases:
            connection.execute("DELETE FROM warehouse.fct_kpi_chart_phase WHERE is_found")


def count(connection: duckdb.DuckDBPyConnection, kind: Kind, series: int) -> ChartCounts:
    given = {"kpi_id": kind.name, "charted": "net change" if kind.is_stock else "figure"}
    ((with_phase, at_the_step, flagged, any_flagged, every_flagged),) = connection.execute(COUNT, given).fetchall()
    return ChartCounts(series, with_phase, at_the_step, flagged, any_flagged, int(every_flagged))


def _percent(part: float) -> str:
    return f"{100 * part:.1f}%"


def page(series: int = SERIES) -> str:
    connection = simulated(series)
    chart(connection)
    counted = {kind.name: count(connection, kind, series) for kind in KINDS}
    rules = {rule: _of_rule(connection, rule) for rule in RULES}
    chart(connection, with_phases=False)
    before = {kind.name: count(connection, kind, series) for kind in KINDS}
    return "\n".join([*_introduction(series), *_kinds(counted, before), *_rules(rules), ""])


def _of_rule(connection: duckdb.DuckDBPyConnection, rule: str) -> float:
    ((share,),) = connection.execute(COUNT_RULES, {"rule": rule, "kpi_id": "stable"}).fetchall()
    return float(share)


def _introduction(series: int) -> list[str]:
    return [
        "# What the control charts find, and what they miss",
        "",
        f"Generated by `python -m bench.control_charts`: {series:,} simulated series of {MONTHS} months of each kind,",
        "through the project's own SQL. A *spread* is the standard deviation of what chance does in a month. The rules",
        "are in the [conventions](conventions.md#control-charts).",
        "",
    ]


def _kinds(counted: dict[str, ChartCounts], before: dict[str, ChartCounts]) -> list[str]:
    headings = (
        "Kind of series",
        "a phase found",
        "within a month of the step",
        "months that are signals",
        "without phases",
        "charts of nothing but signals",
        "without phases",
    )
    lines = ["## By kind of series", "", f"| {' | '.join(headings)} |", f"|---|{'---:|' * (len(headings) - 1)}"]
    for name, each in counted.items():
        is_step = name.startswith("step") and "12 months" in name
        cells = (
            name,
            _percent(each.with_phase / each.charts),
            _percent(each.at_the_step / each.charts) if is_step else "",
            _percent(each.flagged),
            _percent(before[name].flagged),
            _percent(each.every_flagged / each.charts),
            _percent(before[name].every_flagged / each.charts),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return [
        *lines,
        "",
        "A phase in a stable series, a seasonal one or small counts is a false one; no phase after a step is a missed",
        "one. What began six months ago is hardly a phase yet, as eight months are needed: it is a signal. A season is",
        "taken for a signal more often than chance is: compare such a figure with the same month of the year before.",
        "",
    ]


def _rules(rules: dict[str, float]) -> list[str]:
    published = (
        "1 in 370 months, 0.27%, of known limits (Shewhart)",
        "2 in 2^7, 1.6%, of any seven months",
        "2 in 7!, 0.04%, of any seven months",
        "with the three above, one alarm in 92 months of known limits (Champ and Woodall 1987, of four like rules)",
    )
    lines = ["## By rule, of stable series", "", "| Rule | months that are part of it | published |", "|---|---:|---|"]
    lines += [
        f"| {rule} | {_percent(share)} | {published_share} |"
        for (rule, share), published_share in zip(rules.items(), published, strict=True)
    ]
    return [
        *lines,
        "",
        "A month is part of a rule wherever it stands in its seven or three, so that shares of months are larger than",
        "those of the runs. Limits are of 24 months or fewer, not known, and the mean is the series' own.",
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")

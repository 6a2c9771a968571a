"""Break ten rules and ten KPIs on purpose, in a copy of the project: each has to be found by the test named beside it.

`python -m tests.mutated` prints which were found, by how many tests, and exits with 1 where one survived. Those
that are tried together do not touch one another.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from pipelines.settings import PROJECT


class DeliberateError(NamedTuple):
    """What stands in a file, what takes its place, and a part of the name of the test that must fail."""

    file: str
    was: str
    becomes: str
    found_by: str


RULES = "tests/rules/test_rules.py"
CASES = "tests/sql/test_cases.py"
LATE = "followed.due_date >= clocks.stopped_date THEN 'met'"
TOGETHER: tuple[tuple[str, tuple[DeliberateError, ...]], ...] = (
    (
        RULES,
        (
            DeliberateError("staging/rules/ssd/SSD-011.sql", "numbers.people > 1", "numbers.people > 2", "ssd-SSD-011"),
            DeliberateError(
                "staging/rules/ssd/SSD-012.sql", "cppl_cp_plan_end_date IS NULL", "line > 0", "ssd-SSD-012"
            ),
            DeliberateError("staging/rules/ssd/SSD-013.sql", "INTERVAL 18 YEAR", "INTERVAL 19 YEAR", "ssd-SSD-013"),
            DeliberateError(
                "staging/rules/child_in_need/8770Q.sql", "INTERVAL 16 YEAR >", "INTERVAL 17 YEAR >", "ssd-8770Q"
            ),
            DeliberateError(
                "staging/rules/cin_census/CINC-001.sql",
                "NOT BETWEEN delivery.year_start AND",
                "NOT BETWEEN delivery.year_start - 1 AND",
                "cin_census-CINC-001",
            ),
            DeliberateError(
                "staging/rules/cin_census/CINC-004.sql", "cin_plan_end_date IS NULL", "line > 0", "cin_census-CINC-004"
            ),
            DeliberateError("staging/rules/ssda903/903-301.sql", "> delivery", ">= delivery", "ssda903-903-301"),
            DeliberateError("staging/rules/looked_after/504.sql", ".cin <> ", ".cin = ", "ssda903-903-504"),
            DeliberateError("staging/rules/looked_after/550.sql", "'P1'", "'P2'", "ssda903-903-550"),
            DeliberateError(
                "staging/rules/workforce_census/CSWW-001.sql",
                "AND delivery.month_end",
                "AND delivery.month_end + 1",
                "workforce_census-CSWW-001",
            ),
        ),
    ),
    (
        CASES,
        (
            DeliberateError(
                "kpis/assess_45wd.sql",
                "one_if(excluded_because IS NULL)",
                "one_if(true)",
                "test_case[assess_45wd/",
            ),
            DeliberateError("kpis/cpp_count.sql", "excluded_because IS NULL AND ", "", "test_case[cpp_count/"),
            DeliberateError("kpis/cla_count.sql", "excluded_because IS NULL AND ", "", "test_case[cla_count/"),
            DeliberateError(
                "kpis/cp_visit_seen_alone.sql",
                "THEN is_seen_alone END",
                "THEN true END",
                "test_case[cp_visit_seen_alone/",
            ),
            DeliberateError(
                "kpis/turnover_rate_fte.sql",
                "(is_in_force OR is_leaver)",
                "is_in_force",
                "test_case[turnover_rate_fte/",
            ),
            DeliberateError(
                "kpis/sin_notified_5wd.sql",
                "one_if(coalesce(not_notifiable_because, no_clock_because) IS NULL)",
                "one_if(no_clock_because IS NULL)",
                "test_case[sin_notified_5wd/",
            ),
        ),
    ),
    (
        CASES,
        (
            DeliberateError(
                "warehouse/need/fct_assessment.sql",
                "authorised_date <= clocked.in_time_until",
                "authorised_date < clocked.in_time_until",
                "test_case[fct_assessment/",
            ),
            DeliberateError(
                "warehouse/due/fct_obligation.sql", LATE, LATE.replace(">=", ">"), "test_case[fct_obligation/"
            ),
            DeliberateError(
                "warehouse/incidents/fct_incident.sql",
                "aware_date > incidents.notified_date",
                "aware_date >= incidents.notified_date",
                "test_case[sin_notified_5wd/",
            ),
            DeliberateError(
                "warehouse/babies/fct_baby_month.sql",
                "due.due_date >= due.month_end",
                "due.due_date > due.month_end",
                "test_case[baby_direct_visit/",
            ),
        ),
    ),
)


def main() -> None:
    survived = 0
    for tests, errors in TOGETHER:
        failed = failed_with(tests, errors)
        for each in errors:
            by = sum(each.found_by in test for test in failed)
            survived += not by
            print(
                f"{'found' if by else 'SURVIVED'}: {each.file}: {each.was} -> {each.becomes or 'nothing'}: {by} tests"
            )
    sys.exit(survived > 0)


def failed_with(tests: str, errors: tuple[DeliberateError, ...]) -> list[str]:
    """The tests that fail in a copy of the project where all of these are made."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / PROJECT.name
        shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(".*", "data"))
        for each in errors:
            file = copy / "sql" / each.file
            text = file.read_text(encoding="utf-8")
            if each.was not in text:
                raise ValueError(f"{each.file} has no {each.was}")
            file.write_text(text.replace(each.was, each.becomes), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", tests]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        return [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]


if __name__ == "__main__":
    main()

"""The sample's files: the same bytes for the same seed, the specification's headers, and nothing half written."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml
from recount import BANK_HOLIDAYS, decoded, half_up, records

from pipelines.contracts.loading import load_sources
from pipelines.periods import Period
from pipelines.sample import SampleWritten, write_sample
from pipelines.settings import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.contracts.model import Contract

SCHEMA = PROJECT.parent / "shared" / "domain" / "ssd_schema.yaml"
SMALL = 0.05
TABLES = [
    "person",
    "involvements",
    "professionals",
    "department",
    "contacts",
    "early_help_episodes",
    "cin_episodes",
    "cin_assessments",
    "cin_plans",
    "cin_visits",
    "s47_enquiry",
    "initial_cp_conference",
    "cp_plans",
    "cp_visits",
    "cp_reviews",
    "cla_episodes",
    "cla_placement",
    "cla_visits",
    "cla_reviews",
    "cla_care_plan",
    "legal_status",
    "disability",
    "cla_health",
    "cla_immunisations",
    "sdq_scores",
    "cla_convictions",
    "cla_substance_misuse",
    "missing",
    "permanence",
    "pre_proceedings",
    "care_leavers",
]


def small(inbox: Path, seed: int = 2021) -> SampleWritten:
    return write_sample(inbox, seed=seed, scale=SMALL, bank_holidays=BANK_HOLIDAYS)


def all_bytes(inbox: Path) -> dict[str, bytes]:
    return {str(path.relative_to(inbox)): path.read_bytes() for path in sorted(inbox.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    small(tmp_path / "one")
    small(tmp_path / "two")
    small(tmp_path / "other", seed=2022)
    assert all_bytes(tmp_path / "one") == all_bytes(tmp_path / "two")
    assert all_bytes(tmp_path / "one") != all_bytes(tmp_path / "other")


def test_the_order_of_hashes_does_not_matter(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pipelines.sample import write_sample; "
        f"write_sample(Path(sys.argv[1]), scale={SMALL}, bank_holidays=())"
    )
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": f"UTC{hash_seed}"}
        command = [sys.executable, "-c", program, str(tmp_path / hash_seed)]
        subprocess.run(command, check=True, env=environment, cwd=PROJECT)
    assert all_bytes(tmp_path / "1") == all_bytes(tmp_path / "2")


def test_deliveries_are_whole_and_ready(written: SampleWritten, inbox: Path) -> None:
    council = inbox / "X99000001"
    deliveries = ("ssd/2021-01", "ssd/2021-02", "local/2021-01", "local/2021-02", "survey/2021-02")
    assert written.folders == tuple(council / delivery for delivery in deliveries)
    for folder in written.folders:
        assert (folder / "_READY").read_bytes() == b""
    assert {path.name for path in written.folders[0].iterdir()} == {"_READY", *(f"ssd_{t}.csv" for t in TABLES)}
    assert {path.name for path in written.folders[1].iterdir()} == {
        "_READY",
        "ssd_family.csv",
        *(f"ssd_{table}.csv" for table in TABLES),
    }
    assert not list(inbox.rglob(".*"))


def test_rows_are_counted_as_written(written: SampleWritten, inbox: Path) -> None:
    january = "X99000001/ssd/2021-01/ssd_cp_visits.csv"
    assert written.rows[january] == len(records(inbox / january))
    professionals = "X99000001/ssd/2021-02/ssd_professionals.csv"
    assert written.rows[professionals] == len(records(inbox / professionals))
    extra_identical_and_conflicting = "X99000001/ssd/2021-02/ssd_cin_plans.csv"
    assert written.rows[extra_identical_and_conflicting] == len(records(inbox / extra_identical_and_conflicting))


def header(path: Path) -> list[str]:
    return [heading.strip() for heading in decoded(path.read_bytes()).splitlines()[0].split(",")]


@pytest.mark.skipif(not SCHEMA.exists(), reason="the specification is not beside this checkout")
def test_headers_are_the_specifications(written: SampleWritten) -> None:
    specified = yaml.load(SCHEMA.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["tables"]
    for table in TABLES:
        columns = [column["name"] for column in specified[f"ssd_{table}"]["columns"]]
        assert header(written.folders[0] / f"ssd_{table}.csv") == columns


def of_the_sample() -> list[Contract]:
    """All tables of the dataset that it may not lack, and some that it may."""
    tables = load_sources(PROJECT / "expectations")["ssd"].tables.values()
    return [each for each in tables if not each.optional or each.name.removeprefix("ssd_") in TABLES]


def test_headers_are_the_contracts(written: SampleWritten) -> None:
    contracts = of_the_sample()
    assert {contract.name for contract in contracts} == {f"ssd_{table}" for table in TABLES}
    for contract in contracts:
        assert tuple(header(written.folders[0] / contract.file_name)) == contract.headings


def test_clean_codes_are_the_contracts(written: SampleWritten) -> None:
    """In the delivery without faults every coded cell holds a code of its column's list, or nothing."""
    for contract in of_the_sample():
        rows = records(written.folders[0] / contract.file_name)
        for column in contract.columns:
            if column.kind == "code":
                assert {row[column.heading] for row in rows} <= {*column.codes, ""}, column.name


def test_clean_references_are_held(written: SampleWritten) -> None:
    tables = {contract.name: contract for contract in of_the_sample()}
    rows = {name: records(written.folders[0] / contract.file_name) for name, contract in tables.items()}
    for name, contract in tables.items():
        for column in contract.columns:
            if column.refers_to is not None:
                table, key = column.refers_to
                held = {row[key] for row in rows[table]}
                assert {row[column.heading] for row in rows[name]} <= held | {""}, column.name


def test_dates_come_in_the_three_legal_forms(written: SampleWritten) -> None:
    statuses = (written.folders[0] / "ssd_legal_status.csv").read_text(encoding="utf-8")
    placements = (written.folders[0] / "ssd_cla_placement.csv").read_text(encoding="utf-8")
    plans = (written.folders[0] / "ssd_cp_plans.csv").read_text(encoding="utf-8")
    assert "/2020" in statuses
    assert " 00:00:00" in placements
    assert ",2020-" in plans


def test_people_are_plainly_made_up(written: SampleWritten) -> None:
    people = records(written.folders[0] / "ssd_person.csv")
    assert all(row["pers_forename"] == "Child" and "made up" in row["pers_surname"] for row in people)
    assert all(row["pers_common_child_id"].startswith("999") for row in people if row["pers_common_child_id"])
    placements = records(written.folders[0] / "ssd_cla_placement.csv")
    assert all(row["clap_cla_placement_postcode"].startswith("ZZ99 ") for row in placements)
    workers = records(written.folders[0] / "ssd_professionals.csv")
    assert all(row["prof_professional_name"].startswith("Sample Worker ") for row in workers)


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    small(tmp_path)
    before = all_bytes(tmp_path)
    with pytest.raises(FileExistsError, match="ssd/2021-01"):
        small(tmp_path, seed=1)
    assert all_bytes(tmp_path) == before


def test_only_months_it_has_a_history_for(tmp_path: Path) -> None:
    for months in ((), (Period(2017, 12),), (Period(2021, 2), Period(2021, 6))):
        with pytest.raises(ValueError, match="2018-01 to 2021-05"):
            write_sample(tmp_path, months=months, bank_holidays=BANK_HOLIDAYS)
    assert not list(tmp_path.iterdir())


def test_one_month_alone_holds_the_same_records(tmp_path: Path, written: SampleWritten) -> None:
    write_sample(tmp_path, months=(Period(2021, 2),), bank_holidays=BANK_HOLIDAYS)
    alone = tmp_path / "X99000001/ssd/2021-02/ssd_cin_plans.csv"
    assert alone.read_bytes() == (written.folders[1] / "ssd_cin_plans.csv").read_bytes()


def test_scale_multiplies_children_but_not_the_survey(tmp_path: Path, written: SampleWritten) -> None:
    few = small(tmp_path)
    ratio = len(records(few.folders[0] / "ssd_cp_plans.csv")) / len(records(written.folders[0] / "ssd_cp_plans.csv"))
    assert half_up(100 * ratio) in range(4, 7)
    for name in ("responses.csv", "questions.csv", "invited.csv", "comparators.csv"):
        assert (few.folders[-1] / name).read_bytes() == (written.folders[-1] / name).read_bytes()


def test_bank_holidays_are_the_projects_where_none_are_given(tmp_path: Path) -> None:
    write_sample(tmp_path / "given", scale=SMALL, bank_holidays=BANK_HOLIDAYS)
    write_sample(tmp_path / "read", scale=SMALL)
    assert all_bytes(tmp_path / "given") == all_bytes(tmp_path / "read")

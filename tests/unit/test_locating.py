"""From a pseudonym to the council's own id: found where it stands, written for one reader, and logged without an id."""

from __future__ import annotations

import csv
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from pipelines.deliveries import Delivery
from pipelines.landing import landing
from pipelines.periods import Period
from pipelines.runs import locating
from pipelines.staging.pseudonyms import key_check
from pipelines.staging.stage import stage
from pipelines.storage import read_json, write_json
from tests.exports import KEY, write_ssd
from tests.warehouse_input import settings_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.settings import Settings

SSD = Delivery.parse("E06000015/ssd/2021-02")
MONTH = Period.parse("2021-02")
PEOPLE = [{"pers_person_id": f"={name}", "pers_sex": "F", "pers_dob": "14/03/2012"} for name in ("ANNA", "BEN", "BEN")]
PLANS = [{"cppl_cp_plan_id": "PLAN-1", "cppl_person_id": "=ANNA", "cppl_cp_plan_start_date": "22/06/2020"}]
STRANGER = "0123abcd-0123"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One delivery, landed and staged: Ben is there twice."""
    root = tmp_path_factory.mktemp("locating")
    made = settings_in(root).model_copy(update={"inbox_url": str(root / "inbox"), "pseudonym_key": SecretStr(KEY)})
    write_ssd(root / "inbox" / str(SSD), {"ssd_person": PEOPLE, "ssd_cp_plans": PLANS})
    landing.land(made, SSD)
    stage(made, SSD)
    return made


@pytest.fixture(scope="module")
def pseudonyms(settings: Settings) -> dict[str, str]:
    """Of each own id that is delivered, its whole pseudonym."""
    own: dict[str, str] = {}
    with locating.read_as_text(settings, SSD) as (connection, reading):
        for contract, column in locating._columns_of_ids(reading):
            query = locating.casting.own_ids(contract, column).sql(dialect="duckdb")
            own |= {own_id: pseudonym for _, own_id, pseudonym in connection.execute(query).fetchall()}
    return own


def rows_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_a_record_is_found_on_every_line_that_has_its_id_and_a_child_where_the_child_is(
    settings: Settings, pseudonyms: dict[str, str], tmp_path: Path
) -> None:
    wanted = locating.of_pseudonyms([pseudonyms["PLAN-1"][:13], pseudonyms["=ANNA"], pseudonyms["=BEN"][:8], STRANGER])
    located = locating.locate(settings, MONTH, wanted, tmp_path / "out.csv")
    assert (located.asked, located.found) == (4, 3)
    assert [row[1:] for row in rows_of(tmp_path / "out.csv")[1:]] == [
        ["PLAN-1", "ssd/ssd_cp_plans.csv", "2"],
        ["'=ANNA", "ssd/ssd_person.csv", "2"],
        ["'=BEN", "ssd/ssd_person.csv", "3; 4"],
        ["", "", ""],
    ]


def test_a_list_keeps_its_rows_and_columns_and_gets_three_beside_each_pseudonym(
    settings: Settings, pseudonyms: dict[str, str], tmp_path: Path
) -> None:
    list_file = tmp_path / "T1.csv"
    list_file.write_text(
        f"What,Record (pseudonym),Child (pseudonym)\nVisit,{pseudonyms['PLAN-1'][:13]},{pseudonyms['=ANNA'][:13]}\n"
        "A file,,\n",
        encoding="utf-8-sig",
    )
    locating.locate(settings, MONTH, locating.read_list(list_file), tmp_path / "out.csv")
    headings, first, second = rows_of(tmp_path / "out.csv")
    assert headings[3:] == [
        *(f"Record (pseudonym): {what}" for what in ("own id", "file", "line")),
        *(f"Child (pseudonym): {what}" for what in ("own id", "file", "line")),
    ]
    assert first[0] == "Visit" and (first[3], first[5], first[6], first[8]) == ("PLAN-1", "2", "'=ANNA", "2")
    assert second == ["A file", *[""] * 8]


def test_the_file_is_its_owners_alone_and_the_log_says_who_and_when_and_no_id(
    settings: Settings, pseudonyms: dict[str, str], tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    output.write_text("older")
    output.chmod(0o644)
    locating.locate(settings, MONTH, locating.of_pseudonyms([pseudonyms["=ANNA"]]), output)
    assert output.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    log = settings.data_dir / locating.LOG
    line = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    assert line.keys() == {"at", "by", "authority", "month", "asked", "found"} and (line["asked"], line["found"]) == (
        1,
        1,
    )
    assert log.stat().st_mode & 0o777 == 0o600
    text = log.read_text(encoding="utf-8")
    assert "ANNA" not in text and pseudonyms["=ANNA"][:8] not in text


def test_nothing_is_written_where_others_read_nor_where_there_is_no_folder(settings: Settings, tmp_path: Path) -> None:
    wanted = locating.of_pseudonyms([STRANGER])
    (settings.reports / "validation").mkdir(parents=True, exist_ok=True)
    for output in (settings.reports / "validation/out.csv", settings.data_dir / "out.csv", tmp_path / "none/out.csv"):
        with pytest.raises(locating.CannotLocate, match="--output"):
            locating.locate(settings, MONTH, wanted, output)
        assert not output.exists()


@contextmanager
def somebody_else(settings: Settings) -> Iterator[None]:
    """A user without rights to landing: by its id where these tests may change that, else by the folder's mode."""
    is_root = os.geteuid() == 0
    settings.data_dir.parent.chmod(0o755)
    os.seteuid(65534) if is_root else settings.landing.chmod(0)
    try:
        yield
    finally:
        os.seteuid(0) if is_root else settings.landing.chmod(0o700)


def test_whoever_may_not_read_landing_is_shown_the_reason(settings: Settings) -> None:
    deliveries = locating._deliveries(settings, MONTH)
    with somebody_else(settings):
        for each in deliveries:
            with pytest.raises(locating.LandingClosed, match=r"landing may not be read by .* It holds the exports"):
                locating._must_be_readable(settings, each)
    locating._must_be_readable(settings, deliveries[0])


def test_pseudonyms_of_another_key_are_not_looked_for(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"pseudonym_key": SecretStr(f"another {KEY}")})
    assert key_check(other) != key_check(settings)
    with pytest.raises(locating.CannotLocate, match="another PSEUDONYM_KEY"):
        locating.locate(other, MONTH, locating.of_pseudonyms([STRANGER]), tmp_path / "out.csv")


@pytest.mark.parametrize("given", ["0123abc", "=ANNA-0123", "0123ABCD", ""])
def test_what_is_no_pseudonym_is_named_by_its_place_and_not_repeated(given: str) -> None:
    with pytest.raises(locating.CannotLocate, match="number 2 is no pseudonym") as refusal:
        locating.of_pseudonyms([STRANGER, given])
    assert not given or given not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"What,Team\nVisit,T1\n", b"Child (pseudonym)\n1,2\n", b"PK\x03\x04\xff\xfe"])
def test_a_file_that_is_no_list_of_the_projects_is_not_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(locating.CannotLocate, match="the list"):
        locating.read_list(tmp_path / "list.csv")


def test_a_landed_file_that_was_changed_is_not_read(settings: Settings, tmp_path: Path) -> None:
    manifest = SSD.landing_folder(settings.landing) / "v0001" / "manifest.json"
    as_landed = read_json(manifest)
    broken = as_landed | {"files": [file | {"sha256": "0" * 64} for file in as_landed["files"]]}
    write_json(manifest, broken)
    try:
        with pytest.raises(RuntimeError, match="is not what was landed"):
            locating.locate(settings, MONTH, locating.of_pseudonyms([STRANGER]), tmp_path / "out.csv")
    finally:
        write_json(manifest, as_landed)

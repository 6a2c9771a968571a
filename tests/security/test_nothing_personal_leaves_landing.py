"""A child's and a worker's name, a UPN, an NHS number, a postcode and a raw id, planted in every place that an export
can hold one; the run must leave none of them, nor the key, anywhere but in the inbox and in landing.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest
from lxml import etree

from pipelines.contracts.model import Contract
from pipelines.settings import PROJECT
from tests.command_line import run_command
from tests.exports import SOURCES, write_table, write_workbook, write_xml
from tests.few_kpis import environment_of_few

AUTHORITY = "E06000015"
KEY = "planted-key-of-more-than-thirty-two-bytes"
PLANTED = {
    "child": "Quillandra Featherstonehaugh",
    "worker": "Barnabas Wigglesworth",
    "upn": "Z987654321098",
    "nhs": "9990001234",
    "postcode": "ZZ99 9ZZ",
    "raw id": "RAWID7654321",
    # Nor may what a spreadsheet would run leave it.
    "formula": "=HYPERLINK(RUNME7654321)",
}
# Whatever way a text could be cut or joined, these pieces of it must not show.
TRACES = [
    "Quillandra",
    "Featherstonehaugh",
    "Barnabas",
    "Wigglesworth",
    "Z987654321098",
    "9990001234",
    "ZZ99 9ZZ",
    "ZZ999ZZ",
    "RAWID7654321",
    "RUNME7654321",
    KEY,
]

# What makes a row of published statistics usable, as no id does.
USABLE = {
    "time_period": "2020",
    "geographic_level": "National",
    "category": "Child Protection Plans reviewed within timescales",
}


def _plant(folder: Path, source: str = "ssd") -> None:
    """Every column of every table holds each planted text once, in a row of its own; the key column stays usable."""
    for contract in SOURCES[source].tables.values():
        headings = [*contract.headings, f"About {PLANTED['child']}"]
        rows = [{**row, headings[-1]: PLANTED["raw id"]} for row in _planted_rows(contract)]
        write_table(folder / contract.file_name, headings, rows)
        with (folder / contract.file_name).open("a", encoding="utf-8") as file:
            file.write(",".join([*PLANTED.values()] * 20) + "\r\n")
    (folder / f"{PLANTED['child']} {PLANTED['raw id']}.csv").write_text(PLANTED["upn"], encoding="utf-8")


def _planted_rows(contract: Contract) -> Iterator[dict[str, str]]:
    for name, text in PLANTED.items():
        for target in contract.headings:
            row = dict.fromkeys(contract.headings, "")
            for column in contract.columns:
                if column.required:
                    row[column.heading] = USABLE.get(column.heading, f"{name}-{target}")
            row[target] = text if not target.endswith("_json") else f'{{"COMMENTS": "{text}", "{text}": "{text}"}}'
            yield row


def _plant_xml(folder: Path, source: str) -> None:
    """The same in elements, and in what an element should not hold: text, attributes, names of elements."""
    tables = {
        name: list(_planted_rows(contract)) for name, contract in SOURCES[source].tables.items() if contract.elements
    }
    file = folder / f"{PLANTED['child']}.xml"
    write_xml(file, source, tables)
    document = etree.parse(file)
    for element, text in zip(document.getroot().iterdescendants(), [*PLANTED.values()] * 100, strict=False):
        element.tail = text
        element.set("note", text)
        etree.SubElement(element, PLANTED["child"].split()[0]).text = text
    document.write(str(file), encoding="utf-8")


def _plant_lists(folder: Path) -> None:
    sheets: dict[str, list[list[str]]] = {PLANTED["child"][:31]: [[PLANTED["upn"]]]}
    for contract in SOURCES["annex_a"].tables.values():
        rows = [[row[heading] for heading in contract.headings] for row in _planted_rows(contract)]
        titles = [[text] for text in PLANTED.values()]
        # A formula is text here, as it is where a cell is formatted so.
        sheets[f"List {contract.list_number}"] = [*titles, [*contract.headings, PLANTED["worker"]], *rows]
    sheets["List 3 " + PLANTED["worker"][:20]] = [["Child Unique ID"], [PLANTED["raw id"]]]
    write_workbook(folder / f"{PLANTED['worker']}.xlsx", sheets)


def _plant_survey(folder: Path) -> None:
    questions = [{"question_id": "q01", "standard_id": "covid", "reverse": "N", "points": "5"}]
    questions += [dict.fromkeys(questions[0], text) for text in PLANTED.values()]
    write_table(folder / "questions.csv", list(questions[0]), questions)
    answers = [{"respondent_id": text, "q01": text, PLANTED["worker"]: text} for text in PLANTED.values()]
    write_table(folder / "responses.csv", list(answers[0]), answers)
    write_table(folder / "invited.csv", ["survey_date", "invited"], [{"survey_date": "2020-12-11", "invited": "162"}])
    comparators = [{"standard_id": t, "geography": t, "score": t, "respondents": t} for t in PLANTED.values()]
    write_table(folder / "comparators.csv", list(comparators[0]), comparators)


def _plant_unusable(folder: Path) -> None:
    """A delivery that is refused: its first record is cut off in the middle of a name."""
    folder.mkdir(parents=True)
    text = f'pers_person_id,pers_forename\r\n{PLANTED["raw id"]},"{PLANTED["child"]}'
    (folder / "ssd_person.csv").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the DAGs and then the command line have run on planted deliveries, with all that they said."""
    root = tmp_path_factory.mktemp("planted")
    inbox = root / "inbox" / AUTHORITY
    _plant(inbox / "ssd" / "2021-02")
    _plant(inbox / "ssda903" / "2021-02", "ssda903")
    _plant_xml(inbox / "ssda903" / "2021-01", "ssda903")
    _plant_xml(inbox / "cin_census" / "2021-02", "cin_census")
    _plant_xml(inbox / "workforce_census" / "2021-02", "workforce_census")
    _plant_lists(inbox / "annex_a" / "2021-02")
    _plant(root / "inbox" / "E92000001" / "published_statistics" / "2021-02", "published_statistics")
    _plant_survey(inbox / "survey" / "2021-02")
    _plant_unusable(inbox / "ssd" / "2021-01")
    environment = {
        **os.environ,
        **environment_of_few(),
        "INBOX_URL": str(root / "inbox"),
        "DATA_DIR": str(root / "data"),
        "AIRFLOW_HOME": str(root / "airflow"),
        "PSEUDONYM_KEY": KEY,
        "COLUMNS": "250",
    }
    dags = [sys.executable, "-m", "pipelines.orchestration.local_run", "2021-02"]
    done = subprocess.run(dags, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    said = f"the DAGs: {done.returncode}\n{done.stdout}\n{done.stderr}\n"
    for command in (
        ["run", "2021-02"],
        # So many refused rows hold the month.
        ["approve", "2021-02", "--by", "Whoever tests", "--why", "Its rows are planted."],
        ["publish", "2021-02"],
        *(["data-docs", f"{AUTHORITY}/{each}/2021-02"] for each in ("ssd", "survey")),
        ["profile", str(inbox / "ssd" / "2021-02"), "--to", str(root / "data" / "profile.html")],
        ["status"],
        ["build", "2021-13"],
    ):
        done = run_command(*command, **environment)
        said += f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}\n"
    (root / "said.txt").write_text(said, encoding="utf-8")
    yield root


def _left_behind(home: Path) -> list[Path]:
    places = [home / "said.txt", home / "airflow", *(home / "data").iterdir()]
    files = [file for place in places if place.name != "landing" for file in [place, *place.rglob("*")]]
    return [file for file in files if file.is_file()]


def _texts_in(file: Path, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """A file's bytes as text and, where it holds tables, every value of them: compression hides nothing."""
    yield file.read_bytes().decode("utf-8", errors="ignore")
    if file.suffix == ".parquet":
        yield str(connection.read_parquet(str(file)).fetchall())
    if file.suffix == ".xlsx":
        with ZipFile(file) as workbook:
            yield from (workbook.read(name).decode("utf-8") for name in workbook.namelist())
    if file.suffix == ".duckdb":
        with duckdb.connect(str(file), read_only=True) as warehouse:
            tables = warehouse.sql("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            for schema, table in tables:
                yield str(warehouse.table(f'"{schema}"."{table}"').fetchall())


def _traces_in(text: str) -> list[str]:
    return [trace for trace in TRACES if trace.lower() in text]


def test_the_run_went_through_so_that_there_is_something_to_search(home: Path) -> None:
    said = (home / "said.txt").read_text(encoding="utf-8")
    assert "the DAGs: 3" in said, said[-3000:]
    assert "['run', '2021-02']: 3" in said, said[-3000:]
    assert (home / "data/snapshots" / AUTHORITY / "2021-02/v0001/manifest.json").exists()
    kinds = {file.suffix for file in _left_behind(home)}
    assert kinds >= {".parquet", ".duckdb", ".json", ".html", ".css", ".csv", ".xlsx", ".db", ".log"}
    assert any("great_expectations" in file.parts for file in _left_behind(home))


def test_the_returns_and_the_workbook_were_read(home: Path) -> None:
    with duckdb.connect() as connection:
        for table in ("ssda903_reviews", "cin_census_factors", "workforce_census_workers", "annex_a_referrals"):
            staged = str(home / "data" / "staging" / "**" / f"{table}.parquet")
            assert len(connection.read_parquet(staged, hive_partitioning=False)) > 5, table


def test_the_planted_texts_were_read_and_are_in_landing(home: Path) -> None:
    landed = "".join(file.read_text(encoding="utf-8") for file in (home / "data" / "landing").rglob("*.csv"))
    assert all(text in landed for text in PLANTED.values())
    with duckdb.connect() as connection:
        staged = str(home / "data" / "staging" / "**" / "ssd_person.parquet")
        rows = connection.read_parquet(staged, hive_partitioning=False, union_by_name=True).filter("line > 0")
        assert len(rows) > 50


def test_none_of_them_is_anywhere_else(home: Path) -> None:
    with duckdb.connect() as connection:
        found = {
            (trace, str(file.relative_to(home)))
            for file in _left_behind(home)
            for text in chain([str(file.relative_to(home))], _texts_in(file, connection))
            for trace in _traces_in(text.lower())
        }
    assert found == set()


def test_nobody_but_its_owner_and_the_group_may_look_at_any_of_it(home: Path) -> None:
    """Whatever the umask was: 0750 and 0640, or tighter."""
    data = home / "data"
    places = [path for path in (data, *data.rglob("*")) if not path.is_symlink()]
    assert len(places) > 500
    assert {str(path.relative_to(home)) for path in places if path.stat().st_mode & 0o027} == set()
    assert (data / "landing").stat().st_mode & 0o777 == 0o700

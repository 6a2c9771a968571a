"""The lists of sql/reference keep their contracts, and a list that breaks one is named with line and column."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from pipelines import provenance
from pipelines.contracts import odcs
from pipelines.contracts.loading import load_sources
from pipelines.contracts.reference import ReferenceList, load_contracts, load_lists, read_rows
from pipelines.contracts.strict import BadFile
from pipelines.contracts.variants import with_local_codes
from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import Period
from pipelines.sample import write_settings
from pipelines.settings import PROJECT
from pipelines.warehouse.build import build
from pipelines.warehouse.plan import plan_build
from pipelines.warehouse.tables import BrokenBuild
from tests.warehouse_input import copy_of_the_project, settings_in

CONTRACTS = load_contracts(PROJECT / "expectations")
MARCH = Period.parse("2021-03")


def test_every_list_has_a_contract_and_every_contract_a_list() -> None:
    lists = {path.stem for path in (PROJECT / "sql/reference").glob("*.csv")}
    assert lists == set(CONTRACTS)


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_contracts_of_lists_follow_the_standard(name: str) -> None:
    content = yaml.safe_load((PROJECT / f"expectations/reference/{name}.yaml").read_text(encoding="utf-8"))
    OpenDataContractStandard.model_validate(content)
    assert (content["id"], content["schema"][0]["physicalName"]) == (f"reference.{name}", f"{name}.csv")


def test_every_list_of_this_project_keeps_its_contract(tmp_path: Path) -> None:
    held = plan_build(settings_in(tmp_path), MARCH).references
    assert {each.name for each in held} == {path.stem for path in (PROJECT / "sql/reference").glob("*.csv")}
    assert {each.name for each in held if not each.rows} == set()


def test_without_a_council_only_what_a_council_alone_can_set_is_empty(tmp_path: Path) -> None:
    settings = settings_in(tmp_path).model_copy(update={"council_dir": tmp_path / "nowhere"})
    held = plan_build(settings, MARCH).references
    assert {each.name for each in held if not each.rows} == {
        "benchmark_authority", "chart_phase", "commentary", "first_month", "narrative", "population_by_group", "target",
        "team",
    }  # fmt: skip


TABLE: dict[str, Any] = {
    "name": "clock",
    "physicalName": "clock.csv",
    "description": "Clocks.",
    "dataGranularityDescription": "One row a clock and span.",
    "customProperties": [{"property": "range", "value": ["from_date", "to_date"]}],
    "properties": [
        {"name": "clock", "logicalType": "string", "required": True, "primaryKey": True, "description": "Clock."},
        {"name": "from_date", "logicalType": "date", "description": "First day."},
        {"name": "to_date", "logicalType": "date", "description": "Last day."},
        {
            "name": "unit",
            "logicalType": "string",
            "description": "Unit.",
            "quality": [{"metric": "invalidValues", "arguments": {"validValues": ["days", "weeks"]}}],
        },
        {
            "name": "length",
            "logicalType": "integer",
            "description": "Length.",
            "logicalTypeOptions": {"minimum": 1, "maximum": 9},
        },
        {"name": "share", "logicalType": "number", "description": "Share."},
        {"name": "is_own", "logicalType": "boolean", "description": "Own."},
        {
            "name": "code",
            "logicalType": "string",
            "description": "Code.",
            "logicalTypeOptions": {"pattern": "^[A-Z]+$"},
            "relationships": [{"to": "kpi.kpi_id"}],
        },
    ],
}
HEADER = "clock,from_date,to_date,unit,length,share,is_own,code\n"


def held(folder: Path, lines: str, table: dict[str, Any] = TABLE, header: str = HEADER) -> ReferenceList:
    """The list of one file, with a contract of its own."""
    (folder / "reference").mkdir()
    (folder / "reference/clock.yaml").write_text(yaml.safe_dump({"name": "Clocks", "schema": [table]}), "utf-8")
    (folder / "sql").mkdir()
    (folder / "sql/clock.csv").write_text(header + lines, encoding="utf-8")
    (found,) = load_lists(folder, folder / "sql", folder / "council", {"kpi.kpi_id": {"KPI"}})
    return found


def test_cells_have_the_types_of_their_columns(tmp_path: Path) -> None:
    found = held(tmp_path, 'a,2021-04-01, 2021-05-01 ,weeks,9,0.5,true,KPI\n\n"a,b",,,,,,,\n')
    assert list(found.types.values()) == [
        "VARCHAR", "DATE", "DATE", "VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR",
    ]  # fmt: skip
    first, second = found.values
    assert [str(cell) for cell in first] == ["a", "2021-04-01", "2021-05-01", "weeks", "9", "0.5", "True", "KPI"]
    assert second == ("a,b", *[None] * 7)
    assert [row.line for row in found.rows] == [2, 4]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",,,,,,,", "column clock: is blank, and may not be"),
        ("a,2021-02-30,,,,,,", "column from_date: is no date, written YYYY-MM-DD"),
        ("a,20210201,,,,,,", "column from_date: is no date, written YYYY-MM-DD"),
        ("a,,,months,,,,", "column unit: is none of days, weeks"),
        ("a,,,,0,,,", "column length: is less than 1"),
        ("a,,,,10,,,", "column length: is more than 9"),
        ("a,,,,1.5,,,", "column length: is no whole number"),
        ("a,,,,,half,,", "column share: is no number"),
        ("a,,,,,,yes,", "column is_own: is neither true nor false"),
        ("a,,,,,,,kpi", r"column code: is not of the form \^\[A-Z\]\+\$"),
        ("a,,,,,,,OTHER", r"column code: there is no such kpi\.kpi_id"),
        ("a,2021-04-02,2021-04-01,,,,,", "column to_date: comes before from_date"),
        ("a,,,", "has 4 cells, and the list 8 columns; put a text with a comma in quotation marks"),
        ('a,"b"c,,,,,,', "cannot be read as CSV: .*"),
    ],
)
def test_a_cell_that_breaks_the_contract_has_its_line_and_column(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(BadFile, match=rf"clock\.csv, line 3[,:] {problem}"):
        held(tmp_path, f"sound,,,,1,,,\n{line}\n")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (HEADER.replace("length", "lenght"), "line 1, column lenght: there is no such column; length may be meant"),
        (HEADER.replace(",code", ""), "line 1, column code: is missing"),
        (HEADER.replace("clock,from_date", "from_date,clock"), "line 1: the columns are, in this order: clock,from_da"),
        ("", "line 1, column clock: is missing"),
    ],
)
def test_the_header_is_that_of_the_contract(tmp_path: Path, header: str, problem: str) -> None:
    with pytest.raises(BadFile, match=rf"clock\.csv, {problem}"):
        held(tmp_path, "", header=header)


SPANS = [
    (("2021-01-01", "2021-03-31"), ("2021-04-01", ""), False),
    (("2021-01-01", "2021-04-01"), ("2021-04-01", ""), True),
    (("", "2021-03-31"), ("2021-04-01", ""), False),
    (("2021-01-01", ""), ("2021-04-01", ""), True),
    (("2021-01-01", ""), ("", "2020-12-31"), False),
    (("2021-01-01", ""), ("", "2021-01-01"), True),
    (("", ""), ("", ""), True),
    (("2021-01-01", "2021-12-31"), ("2021-02-01", "2021-02-02"), True),
]


@pytest.mark.parametrize(("one", "other", "overlap"), SPANS)
def test_spans_of_one_key_may_not_overlap(
    tmp_path: Path, one: tuple[str, str], other: tuple[str, str], overlap: bool
) -> None:
    lines = "".join(f"a,{first},{last},,,,,\n" for first, last in (one, other))
    if not overlap:
        assert len(held(tmp_path, lines).rows) == 2
        return
    with pytest.raises(BadFile, match=r"clock\.csv, line \d, column from_date: overlaps with .*clock\.csv, line \d"):
        held(tmp_path, lines)


def test_spans_of_other_keys_may_overlap(tmp_path: Path) -> None:
    assert len(held(tmp_path, "a,,,,,,,\nb,,,,,,,\n").rows) == 2


def test_no_two_rows_have_one_key(tmp_path: Path) -> None:
    without = {name: value for name, value in TABLE.items() if name != "customProperties"}
    with pytest.raises(BadFile, match=r"clock\.csv, line 4, column clock: is the same in .*clock\.csv, line 2"):
        held(tmp_path, "a,,,,,,,\nb,,,,,,,\na,2021-01-01,,,,,,\n", without)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"customProperties": [{"property": "range", "value": ["from_date", "until"]}]}, "a column that there is not"),
        ({"properties": [TABLE["properties"][1] | {"primaryKey": False}]}, "mark with primaryKey"),
        ({"name": "clocks"}, "is of the list clocks; call it so"),
        ({"properties": [TABLE["properties"][0] | {"logicalType": "array"}]}, "Input should be 'string'"),
        ({"customProperties": [{"property": "council", "value": True}]}, "has authority_code in its key"),
    ],
)
def test_a_contract_that_cannot_be_kept_is_named(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadFile, match=rf"reference/clock\.yaml.*{problem}"):
        held(tmp_path, "", TABLE | change)


def test_a_list_without_a_contract_stops_the_build(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path)
    (project / "sql/reference/clocks.csv").write_text("clock\n", encoding="utf-8")
    with pytest.raises(BrokenBuild, match=r"clocks\.csv: has no contract expectations/reference/clocks\.yaml"):
        build(settings_in(tmp_path, project), MARCH)


def test_a_list_that_breaks_its_contract_stops_the_build(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path)
    with (project / "sql/reference/target.csv").open("a", encoding="utf-8") as lines:
        lines.write("assess_45,X99000001,2018-04,95,85,nobody\n")
    with pytest.raises(BrokenBuild, match=r"target\.csv, line 2, column kpi_id: there is no such kpi\.kpi_id"):
        build(settings_in(tmp_path, project), MARCH)
    assert not list((tmp_path / "data").rglob("*.duckdb"))


def test_a_list_in_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "kpi_unit.csv"
    file.write_bytes("unit,scale\ncafé,1\n".encode("cp1252"))
    with pytest.raises(BadFile, match=r"kpi_unit\.csv is not written in UTF-8"):
        read_rows(file, CONTRACTS["kpi_unit"])
    assert isinstance(CONTRACTS["kpi_unit"], odcs.ListTable)


AUTHORITY = {"name": "authority_code", "logicalType": "string", "primaryKey": True, "description": "Authority."}
OF_COUNCILS = TABLE | {
    "customProperties": [*TABLE["customProperties"], {"property": "council", "value": True}],
    "properties": [TABLE["properties"][0], AUTHORITY, *TABLE["properties"][1:5]],
}
THEIRS = "clock,authority_code,from_date,to_date,unit,length\n"
OWN = "clock,from_date,to_date,unit,length\n"


def laid_over(folder: Path, lines: str, own: dict[str, str], table: dict[str, Any] = OF_COUNCILS) -> ReferenceList:
    """The list with what councils have, by path in COUNCIL_DIR."""
    for name, text in own.items():
        (folder / "council" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "council" / name).write_text(text, encoding="utf-8")
    return held(folder, lines, table, ",".join(column["name"] for column in table["properties"]) + "\n")


def test_a_councils_rows_take_the_place_of_those_with_the_same_key(tmp_path: Path) -> None:
    lines = "a,,,,days,1\na,E06000015,,,days,2\nb,E06000015,,2020-12-31,days,3\nb,E06000015,2021-01-01,,days,4\n"
    own = {"E06000015/clock.csv": OWN + "b,2021-04-01,,days,5\nc,,,days,6\n", "E06000016/clock.csv": OWN}
    found = [
        (row.cells["clock"], row.cells["authority_code"], row.cells["length"])
        for row in laid_over(tmp_path, lines, own).rows
    ]
    assert found == [("a", None, 1), ("a", "E06000015", 2), ("b", "E06000015", 5), ("c", "E06000015", 6)]


def test_councils_may_set_the_same_and_each_sets_it_once(tmp_path: Path) -> None:
    one = OWN + "a,,,days,1\n"
    own = {"E06000015/clock.csv": one, "E06000016/clock.csv": one}
    assert len(laid_over(tmp_path, "", own).rows) == 2
    (tmp_path / "council/E06000016/clock.csv").write_text(one + "a,2021-01-01,,days,1\n", encoding="utf-8")
    with pytest.raises(
        BadFile, match=r"E06000016/clock\.csv, line 3, column from_date: overlaps with .*clock\.csv, line 2"
    ):
        load_lists(tmp_path, tmp_path / "sql", tmp_path / "council", {})


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("E06000015/clock.csv", OWN + "a,,,days,0\n", r"E06000015/clock\.csv, line 2, column length: is less than 1"),
        ("E06000015/clock.csv", THEIRS, r"clock\.csv, line 1, column authority_code: there is no such column"),
        ("E06000015/clocks.csv", OWN, r"clocks\.csv: is no list that a council sets; those are clock, codes\."),
        ("Derby/clock.csv", OWN, r"Derby/clock\.csv: is of no authority; lay it in a folder that is called by .*GSS"),
        ("clock.csv", OWN, r"council/clock\.csv: is of no authority"),
    ],
)
def test_a_file_that_no_council_can_have_is_named(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(BadFile, match=problem):
        laid_over(tmp_path, "", {name: text})


def test_what_is_no_list_may_lie_beside_them(tmp_path: Path) -> None:
    own = {"README.md": "Ours.", "E06000015/notes.txt": "Ours.", "E06000015/codes.csv": "Read by staging."}
    assert laid_over(tmp_path, "a,,,,days,1\n", own).rows[0].cells["length"] == 1


def test_a_list_that_no_council_may_set_is_not_one_of_theirs(tmp_path: Path) -> None:
    own = {"E06000015/clock.csv": OWN}
    with pytest.raises(BadFile, match=r"clock\.csv: is no list that a council sets; those are codes\."):
        laid_over(tmp_path, "", own, OF_COUNCILS | {"customProperties": TABLE["customProperties"]})


@pytest.mark.parametrize("name", ["codes/E06000015.csv", "corrections/E06000015"])
def test_what_lies_where_it_is_not_read_any_more_is_not_left_out_in_silence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir(parents=True)
    with pytest.raises(BadFile, match=r"E06000015.*: is not read here any more; move it to council/E06000015/\."):
        held(tmp_path, "")


def test_what_a_council_sets_is_part_of_the_fingerprint_and_of_the_origin(tmp_path: Path) -> None:
    council = tmp_path / "council"
    settings = settings_in(tmp_path).model_copy(update={"council_dir": council})
    seen = []
    for name, text in (
        ("nothing", ""),
        ("E06000015/target.csv", "kpi_id,from_month,green_from,amber_from,source\n"),
        ("E06000015/target.csv", "kpi_id,from_month,green_from,amber_from,source\ncpp_count,2021-01,1,,us\n"),
        ("E06000015/corrections/COR-001.yaml", "source: ssd"),
    ):
        (council / name).parent.mkdir(parents=True, exist_ok=True)
        (council / name).write_text(text, encoding="utf-8")
        plan = plan_build(settings, MARCH)
        seen.append((plan.fingerprint, provenance.definitions(settings)["reference_sha256"]))
        assert (plan_build(settings, MARCH).fingerprint, seen[-1][1]) == seen[-1]
    assert len({fingerprint for fingerprint, _ in seen}) == len({origin for _, origin in seen}) == 4


def test_the_guides_examples_can_be_read(tmp_path: Path) -> None:
    guide = (PROJECT / "docs/council_settings.md").read_text(encoding="utf-8")
    examples = re.findall(r"`council/(\S+\.csv)`[^`]*```csv\n(.*?)```", guide, re.DOTALL)
    assert len(examples) > 1
    for name, text in examples:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = settings_in(tmp_path).model_copy(update={"council_dir": tmp_path})
    own = {row.path for each in plan_build(settings, MARCH).references for row in each.rows} & set(tmp_path.glob("*/*"))
    assert {path.name for path in own} == {Path(name).name for name, _ in examples} - {"codes.csv"}
    source = with_local_codes(load_sources(settings.expectations)["ssd"], settings.expectations, tmp_path, "E06000015")
    assert any(column.aliases.get("cat-n") == "NEG" for column in source.tables["ssd_cp_plans"].columns)


def test_the_guide_names_every_list_that_a_council_sets() -> None:
    guide = (PROJECT / "docs/council_settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)\.csv` \|", guide, re.MULTILINE))
    assert named - {"codes"} == {name for name, each in CONTRACTS.items() if each.custom_properties.council}


def test_the_made_up_council_has_its_settings_written_once(tmp_path: Path) -> None:
    write_settings(tmp_path)
    own = tmp_path / MADE_UP_AUTHORITY / "target.csv"
    assert sorted(path.stem for path in own.parent.iterdir()) == [
        "benchmark_authority", "chart_phase", "commentary", "first_month", "narrative", "population",
        "population_by_group", "target", "team",
    ]  # fmt: skip
    own.write_text("changed", encoding="utf-8")
    write_settings(tmp_path)
    assert own.read_text(encoding="utf-8") == "changed"

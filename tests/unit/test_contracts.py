"""The contracts themselves, and the reading of them."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from pipelines.contracts.loading import load_contract, load_sources
from pipelines.contracts.model import BadContract, Contract, Source
from pipelines.contracts.structural_checks import all_checks
from pipelines.contracts.variants import of_year, with_local_codes
from pipelines.findings import Consequence, Severity
from pipelines.periods import Period
from pipelines.settings import PROJECT

EXPECTATIONS = PROJECT / "expectations"
SOURCES = load_sources(EXPECTATIONS)
CONTRACTS = [contract for source in SOURCES.values() for contract in source.tables.values()]
FILES = [path for path in sorted(EXPECTATIONS.rglob("*.yaml")) if path.name != "source.yaml"]
SSD_SCHEMA = PROJECT.parent / "shared" / "domain" / "ssd_schema.yaml"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_contract_follows_the_open_data_contract_standard(path: Path) -> None:
    read = OpenDataContractStandard.from_file(str(path))
    assert (read.apiVersion, read.kind) == ("v3.1.0", "DataContract")


@pytest.mark.parametrize("source", list(SOURCES))
def test_no_rule_code_is_used_twice_in_a_source(source: str) -> None:
    codes = [check.rule.code for contract in SOURCES[source].tables.values() for check in all_checks(contract)]
    assert len(set(codes)) == len(codes)


PUBLISHED = re.compile(r"\d{3,4}Q?|903-.+")


def test_only_a_published_rule_is_in_two_sources() -> None:
    codes = [check.rule.code for contract in CONTRACTS for check in all_checks(contract)]
    assert {code for code in codes if codes.count(code) > 1} <= set(filter(PUBLISHED.fullmatch, codes))


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_a_published_rule_refuses_nothing_and_is_an_error_unless_it_is_a_query(contract: Contract) -> None:
    for check in contract.declared_checks:
        if PUBLISHED.fullmatch(check.rule.code):
            loud = Severity.WARNING if check.rule.code.endswith("Q") else Severity.CRITICAL
            assert (check.rule.severity, check.rule.consequence) == (loud, Consequence.WARN), check.rule.code


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_every_rule_says_what_is_wrong_and_what_to_do(contract: Contract) -> None:
    for check in all_checks(contract):
        assert check.rule.sentence.endswith(".") and check.rule.remedy.endswith("."), check.rule.code


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_what_a_column_refers_to_exists(contract: Contract) -> None:
    for column in contract.columns:
        if column.refers_to is not None:
            table, key = column.refers_to
            held = SOURCES[contract.source].tables[table].columns
            # Text is looked up under headings, values under names.
            assert (key, key) in {(other.name, other.heading) for other in held}, column.name


@pytest.mark.skipif(not SSD_SCHEMA.exists(), reason="the specification is not beside the checkout")
@pytest.mark.parametrize("contract", list(SOURCES["ssd"].tables.values()), ids=lambda contract: contract.name)
def test_the_ssd_contracts_hold_exactly_the_specified_columns_in_order(contract: Contract) -> None:
    specified = yaml.safe_load(SSD_SCHEMA.read_text(encoding="utf-8"))["tables"][contract.name]["columns"]
    assert list(contract.headings) == [column["name"] for column in specified]


NAMES = {"pers_forename", "pers_surname", "prof_professional_name", "dept_team_name", "dept_team_parent_name"}
IDENTIFIERS = {
    "pers_common_child_id",
    "pers_legacy_id",
    "clap_cla_placement_postcode",
    "prof_social_worker_registration_no",
}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
def test_an_event_has_a_date_and_a_team_a_code(contract: Contract) -> None:
    kinds = {column.name: column.kind for column in contract.columns}
    assert contract.event_date is None or kinds[contract.event_date] == "date"
    assert contract.team is None or kinds[contract.team] == "text"


@pytest.mark.parametrize("named", ["eventDate", "team"])
@pytest.mark.parametrize("column", ["cinv_no_such_column", "cinv_cin_visit_seen"])
def test_what_dates_an_event_or_names_its_team_must_be_such_a_column(tmp_path: Path, named: str, column: str) -> None:
    text = (EXPECTATIONS / "sources" / "ssd" / "cin_visits.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "expectations" / "sources" / "ssd" / "cin_visits.yaml"
    changed.parent.mkdir(parents=True)
    changed.write_text(
        text.replace("property: eventDate, value: cinv_cin_visit_date", f"property: {named}, value: {column}")
    )
    with pytest.raises(BadContract, match=column):
        load_contract(changed, "ssd")


def test_every_team_that_a_table_names_is_that_of_its_rows() -> None:
    """A column that refers to a team is the table's own, save the parent of a team."""
    for contract in CONTRACTS:
        teams = {column.name for column in contract.columns if column.refers_to == ("ssd_department", "dept_team_id")}
        assert teams - {"dept_team_parent_id"} <= {contract.team}, contract.name


def test_names_and_direct_identifiers_are_never_staged() -> None:
    staged = {column.heading for contract in CONTRACTS for column in contract.staged_columns}
    declared = {column.heading for contract in CONTRACTS for column in contract.columns}
    assert declared >= NAMES | IDENTIFIERS
    assert not staged & (NAMES | IDENTIFIERS)


def test_every_id_is_staged_as_a_pseudonym_only() -> None:
    for contract in CONTRACTS:
        for column in contract.staged_columns:
            if column.name.endswith("_id") and column.kind not in {"code", "text"}:
                assert column.duckdb_type == "UUID", column.name


def test_a_full_history_reaches_back_and_a_survey_covers_its_own_month() -> None:
    delivered = Period.parse("2021-02")
    assert SOURCES["ssd"].first_month(delivered) == Period.parse("2018-01")
    assert SOURCES["survey"].first_month(delivered) == delivered


def _minimal(column: dict[str, Any]) -> dict[str, Any]:
    table = {
        "name": "ssd_thing",
        "physicalName": "ssd_thing.csv",
        "description": "Things.",
        "dataGranularityDescription": "One row a thing.",
        "properties": [{"id": "X1", "name": "thing", "businessName": "Thing", "description": "A thing.", **column}],
    }
    return {"name": "Things", "schema": [table]}


def _load(tmp_path: Path, column: dict[str, Any]) -> Contract:
    file = tmp_path / "thing.yaml"
    file.write_text(yaml.safe_dump(_minimal(column)), encoding="utf-8")
    return load_contract(file, "ssd")


def test_free_text_has_no_way_into_staging(tmp_path: Path) -> None:
    text = {"logicalType": "string", "classification": "internal"}
    with pytest.raises(BadContract, match=r"thing\.yaml.*would stage free text"):
        _load(tmp_path, text)
    assert _load(tmp_path, {**text, "classification": "free_text"}).staged_columns == ()


def test_a_name_that_is_not_plain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadContract, match="not a plain lower-case name"):
        _load(tmp_path, {"name": 'x"; DROP', "logicalType": "date", "classification": "internal"})


def test_a_contract_that_lacks_something_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        BadContract, match=r"thing\.yaml, line \d+: the key schema\[0\]\.properties\[0\]\.classification is missing"
    ):
        _load(tmp_path, {"logicalType": "date"})


HEADER = "table_name,column_name,local_code,national_code,reviewed_on\n"


def _with_codes(tmp_path: Path, lines: str) -> Contract:
    (tmp_path / "E06000015").mkdir()
    (tmp_path / "E06000015" / "codes.csv").write_text(HEADER + lines, encoding="utf-8")
    return _with_codes_of(tmp_path, "E06000015").tables["ssd_cp_plans"]


def _with_codes_of(council: Path, authority_code: str) -> Source:
    return with_local_codes(SOURCES["ssd"], PROJECT / "expectations", council, authority_code)


def test_a_councils_own_code_stands_for_the_national_one(tmp_path: Path) -> None:
    contract = _with_codes(tmp_path, "ssd_cp_plans,cppl_cp_plan_initial_category,Left alone ,NEG,2021-01-05\n")
    column, national = (
        next(each for each in columns if each.name == "cppl_cp_plan_initial_category")
        for columns in (contract.columns, SOURCES["ssd"].tables["ssd_cp_plans"].columns)
    )
    assert column.aliases == {**national.aliases, "left alone": "NEG"}
    assert _with_codes_of(tmp_path, "E06000016") == SOURCES["ssd"]


@pytest.mark.parametrize(
    "line",
    [
        "ssd_cp_plans,cppl_cp_plan_initial_category,Neglect,XXX,2021-01-05",
        "ssd_cp_plans,cppl_plan_category,Neglect,NEG,2021-01-05",
        "ssd_cp_plan,cppl_cp_plan_initial_category,Neglect,NEG,2021-01-05",
        "ssd_cp_plans,cppl_cp_plan_initial_category,Neglect,NEG,5 January",
        "ssd_cp_plans,cppl_cp_plan_initial_category,,NEG,2021-01-05",
    ],
)
def test_a_code_of_nothing_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(BadContract, match=r"E06000015/codes\.csv, line 2, column "):
        _with_codes(tmp_path, f"{line}\n")


def test_the_codes_of_another_source_are_left_to_it(tmp_path: Path) -> None:
    contract = _with_codes(tmp_path, "local_posts,role,SW,Social Worker,2021-01-05\n")
    assert contract == SOURCES["ssd"].tables["ssd_cp_plans"]


CENSUS = SOURCES["cin_census"]


def _census_with(tmp_path: Path, name: str, lines: str) -> dict[str, Contract]:
    folder, rules = tmp_path / "sources" / "cin_census", "sql/staging/rules"
    shutil.copytree(EXPECTATIONS / "sources" / "cin_census", folder)
    shutil.copytree(PROJECT / rules, tmp_path.parent / rules)
    (folder / name).write_text(lines, encoding="utf-8")
    return dict(load_sources(tmp_path)["cin_census"].tables)


@pytest.fixture
def expectations(tmp_path: Path) -> Path:
    return tmp_path / "project" / "expectations"


def test_a_collection_year_has_its_own_columns_codes_and_tables() -> None:
    def shape_in(year: int) -> tuple[dict[str, bool], set[str], bool]:
        tables = of_year(CENSUS, year).tables
        children = {column.name: column.is_of_year for column in tables["cin_census_children"].columns}
        factors = next(each for each in tables["cin_census_factors"].columns if each.name == "assessment_factors")
        return children, set(factors.code_years), tables["cin_census_cin_plans"].is_of_year

    for year, has_gender, not_of_year, has_plans in (
        (2021, True, {"24A"}, False),
        (2022, True, set(), True),
        (2024, True, set(), True),
        (2025, False, set(), True),
    ):
        children, codes, plans = shape_in(year)
        assert (children["gender_current"], children["sex"], children["ethnicity"]) == (
            has_gender,
            not has_gender,
            True,
        )
        assert (codes, plans) == (not_of_year, has_plans)


YEARS = "table_name,column_name,code,first_year,last_year\n"


@pytest.mark.parametrize(
    "line",
    ["cin_census_child,sex,,2025,", "cin_census_children,sexes,,2025,", "cin_census_children,sex,X,2025,"],
)
def test_years_of_what_is_not_there_are_refused_with_their_line(expectations: Path, line: str) -> None:
    with pytest.raises(BadContract, match=r"years\.csv, line 2"):
        _census_with(expectations, "years.csv", f"{YEARS}{line}\n")


SPELLINGS = "column_name,spelling,code\n"


def test_a_spelling_stands_for_its_code_wherever_the_column_has_it(expectations: Path) -> None:
    lines = "sex,Girl,F\nsex,Gender,\n"
    tables = _census_with(expectations, "spellings.csv", SPELLINGS + lines)
    sex = next(column for column in tables["cin_census_children"].columns if column.name == "sex")
    assert (sex.aliases, sex.other_headings) == ({"girl": "F"}, ("Gender",))


@pytest.mark.parametrize("line", ["sex,Girl,G", "sexes,Girl,F", "sexes,Girl,"])
def test_a_spelling_of_nothing_is_refused_with_its_line(expectations: Path, line: str) -> None:
    with pytest.raises(BadContract, match=r"spellings\.csv, line 2"):
        _census_with(expectations, "spellings.csv", f"{SPELLINGS}{line}\n")


ELSEWHERE = "column_name,other_heading,table_name,key_column,value_column\n"


@pytest.mark.parametrize(
    "line",
    [
        "sexes,gender,,,",
        "sex,gender,cin_census_child,lachildid,sex",
        "sex,gender,cin_census_children,lachild,sex",
        "sex,gender,cin_census_children,lachildid,sexes",
        "sex,,cin_census_children,lachildid,sex",
    ],
)
def test_a_value_from_what_is_not_there_is_refused_with_its_line(expectations: Path, line: str) -> None:
    with pytest.raises(BadContract, match=r"elsewhere\.csv, line 2"):
        _census_with(expectations, "elsewhere.csv", f"{ELSEWHERE}{line}\n")


@pytest.mark.parametrize("line", ["Mosaic,1.4,cin_census_child,sex,no", "Mosaic,1.4,cin_census_children,sex,maybe"])
def test_a_sign_of_a_system_in_what_is_not_there_is_refused_with_its_line(expectations: Path, line: str) -> None:
    with pytest.raises(BadContract, match=r"systems\.csv, line 2"):
        _census_with(expectations, "systems.csv", f"system,versions,table_name,heading,is_blank\n{line}\n")


def test_the_example_of_the_guide_is_what_the_files_say() -> None:
    guide = (PROJECT / "docs" / "adding_a_format.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```csv\n(.*?)```", guide, re.DOTALL)
    said = {line for block in blocks for line in block.splitlines()}
    kept = {
        line
        for name in ("years.csv", "spellings.csv", "elsewhere.csv", "systems.csv")
        for file in EXPECTATIONS.glob(f"sources/*/{name}")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert len(said) > 5
    assert said <= kept

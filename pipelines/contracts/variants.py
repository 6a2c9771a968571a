"""What makes a contract another: a collection year, an authority's own codes, other spellings of headings."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.contracts import odcs, reference, strict
from pipelines.contracts.model import (
    NEVER,
    BadContract,
    Column,
    Contract,
    Elsewhere,
    Source,
    SystemSign,
    Years,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

YEARS = "years.csv"
SPELLINGS = "spellings.csv"
ELSEWHERE = "elsewhere.csv"
SYSTEMS = "systems.csv"


def with_local_codes(source: Source, expectations: Path, council: Path, authority_code: str) -> Source:
    """The source with the authority's own codes beside the national ones that they stand for.

    They are read from ``COUNCIL_DIR/<authority_code>/codes.csv``, a file that somebody reviewed; a code that is in
    neither list is a finding. Raises BadContract where a line breaks the contract ``expectations/council/codes.yaml``,
    names a table or column that is not there, or a national code that the column does not have.
    """
    file = codes_file(council, authority_code)
    if not file.exists():
        return source
    tables = dict(source.tables)
    try:
        (contract,) = strict.read(expectations / "council/codes.yaml", odcs.ListContract).tables
        for row in reference.checked(contract, reference.read_rows(file, contract)).rows:
            name = str(row.cells["table_name"])
            if name.startswith(f"{source.name}_"):
                tables[name] = _with_local_code(tables.get(name), row)
    except strict.BadFile as problem:
        raise BadContract(str(problem)) from problem
    return replace(source, tables=tables)


def codes_file(council: Path, authority_code: str) -> Path:
    return council / authority_code / f"{reference.CODES}.csv"


def _with_local_code(contract: Contract | None, row: reference.ListRow) -> Contract:
    given = {name: str(value) for name, value in row.cells.items()}
    columns = () if contract is None else contract.columns
    column = next((column for column in columns if column.name == given["column_name"]), None)
    if contract is None or column is None or given["national_code"] not in column.codes:
        raise row.bad("national_code", f"{given['table_name']}.{given['column_name']} has no such code")
    aliases = {**column.aliases, given["local_code"].lower(): given["national_code"]}
    return contract.with_columns(
        tuple(replace(each, aliases=aliases) if each is column else each for each in contract.columns)
    )


def of_year(source: Source, year: int) -> Source:
    """The source as one collection year has it, named by the year in which it ends, or as the newest known has it."""
    year = min(year, source.newest_year or year)
    tables = {name: _contract_of_year(contract, year) for name, contract in source.tables.items()}
    return replace(source, tables=tables)


def _contract_of_year(contract: Contract, year: int) -> Contract:
    columns = (
        replace(
            column,
            is_of_year=year in column.years,
            code_years={code: years for code, years in column.code_years.items() if year not in years},
        )
        for column in contract.columns
    )
    return replace(contract, columns=tuple(columns), is_of_year=year in contract.years)


def with_years(contracts: Mapping[str, Contract], file: Path) -> dict[str, Contract]:
    """The contracts with what ``years.csv`` says: table_name, column_name, code, first_year, last_year.

    A line without a code is about the column, and one without a column about the table; a blank year is open.
    """
    tables = dict(contracts)
    with file.open(encoding="utf-8", newline="") as lines:
        for number, entry in enumerate(csv.DictReader(lines), start=2):
            years = Years(int(entry["first_year"] or 0), int(entry["last_year"] or NEVER))
            contract = tables.get(entry["table_name"])
            if contract is None:
                raise BadContract(f"{file}, line {number}: there is no table {entry['table_name']}")
            tables[contract.name] = _with_line_of_years(contract, entry, years, f"{file}, line {number}")
    return tables


def _with_line_of_years(contract: Contract, entry: Mapping[str, str], years: Years, where: str) -> Contract:
    if not entry["column_name"]:
        return replace(contract, years=years)
    column = next((column for column in contract.columns if column.name == entry["column_name"]), None)
    if column is None or (entry["code"] and entry["code"] not in column.codes):
        raise BadContract(f"{where}: {contract.name}.{entry['column_name']} has no such code, or is no column")
    changed = (
        replace(column, code_years={**column.code_years, entry["code"]: years})
        if entry["code"]
        else replace(column, years=years)
    )
    return contract.with_columns(tuple(changed if each is column else each for each in contract.columns))


def with_spellings(contracts: Mapping[str, Contract], file: Path) -> dict[str, Contract]:
    """The contracts with what people write: column_name, spelling, code; without a code the heading is spelt so."""
    with file.open(encoding="utf-8", newline="") as lines:
        numbered = list(enumerate(csv.DictReader(lines), start=2))
    columns = [column for contract in contracts.values() for column in contract.columns]
    for number, line in numbered:
        if not any(column.name == line["column_name"] and line["code"] in ("", *column.codes) for column in columns):
            raise BadContract(f"{file}, line {number}: no column {line['column_name']} has the code {line['code']}")
    spelt = [line for _, line in numbered]
    return {
        name: contract.with_columns(tuple(_spelt(column, spelt) for column in contract.columns))
        for name, contract in contracts.items()
    }


def _spelt(column: Column, spellings: Sequence[Mapping[str, str]]) -> Column:
    mine = [line for line in spellings if line["column_name"] == column.name]
    aliases = {line["spelling"].lower(): line["code"] for line in mine if line["code"] in column.codes}
    headings = tuple(line["spelling"] for line in mine if not line["code"])
    return replace(column, aliases={**column.aliases, **aliases}, other_headings=headings)


def with_elsewhere(contracts: Mapping[str, Contract], file: Path) -> dict[str, Contract]:
    """The contracts with where else a value is found: column_name, other_heading, table_name, key_column, value_column.

    The lines of a column are in the order of preference; see ``pipelines.contracts.model.Elsewhere``.
    """
    tables = dict(contracts)
    with file.open(encoding="utf-8", newline="") as lines:
        for number, line in enumerate(csv.DictReader(lines), start=2):
            headings = tuple(filter(None, line["other_heading"].split(" + ")))
            place = Elsewhere(headings, line["table_name"], line["key_column"], line["value_column"])
            contract = next((each for each in tables.values() if _column_of(each, line["column_name"])), None)
            held_in = contracts.get(place.table)
            if contract is None or (place.table and not (len(headings) == 1 and _has(held_in, place.key, place.value))):
                raise BadContract(f"{file}, line {number}: it names a column or a table that is not there")
            tables[contract.name] = contract.with_columns(
                tuple(
                    replace(column, elsewhere=(*column.elsewhere, place))
                    if column.name == line["column_name"]
                    else column
                    for column in contract.columns
                )
            )
    return tables


def signs_of_systems(contracts: Mapping[str, Contract], file: Path) -> tuple[SystemSign, ...]:
    """What ``systems.csv`` says: system, versions, table_name, heading, is_blank (yes or no)."""
    with file.open(encoding="utf-8", newline="") as lines:
        numbered = list(enumerate(csv.DictReader(lines), start=2))
    for number, line in numbered:
        if line["table_name"] not in contracts or line["is_blank"] not in {"yes", "no"}:
            raise BadContract(f"{file}, line {number}: there is no such table, or is_blank is not yes or no")
    return tuple(
        SystemSign(line["system"], line["versions"], line["table_name"], line["heading"], line["is_blank"] == "yes")
        for _, line in numbered
    )


def _column_of(contract: Contract, name: str) -> Column | None:
    return next((column for column in contract.columns if column.name == name), None)


def _has(contract: Contract | None, *names: str) -> bool:
    return contract is not None and all(_column_of(contract, name) for name in names)

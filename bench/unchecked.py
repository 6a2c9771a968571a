"""Staging without its checks: text to typed, pseudonymised Parquet, and nothing that says whether it is right.

``python -m bench.unchecked`` does so with every landed delivery, in a temporary folder that is gone at the end: nothing
that was not checked can be published. It prints how many rows it wrote.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines.contracts.structural_checks import readable
from pipelines.landing.inbox import find_deliveries
from pipelines.settings import Settings
from pipelines.staging import casting, outcome
from pipelines.staging.pseudonyms import pseudonymise
from pipelines.staging.reading import read_files
from pipelines.staging.stage import _correct, _staging_inputs
from pipelines.staging.survey_answers import expand_answers
from pipelines.staging.unread import read_columns
from pipelines.staging.workspace import connect, create_table

if TYPE_CHECKING:
    from pipelines.contracts.model import Contract
    from pipelines.deliveries import Delivery


def main() -> None:
    settings = Settings()
    print(sum(_staged(settings, delivery) for delivery in find_deliveries(settings).deliveries))


def _staged(settings: Settings, delivery: Delivery) -> int:
    inputs = _staging_inputs(settings, delivery)
    with TemporaryDirectory() as name:
        folder = Path(name)
        scratch, target = folder / "scratch", folder / "staged"
        scratch.mkdir()
        target.mkdir()
        with connect(settings, folder / "delivery.duckdb") as connection:
            connection.execute(casting.attach_raw(scratch / "raw.duckdb"))
            reading = read_files(settings, inputs, connection, scratch)
            expand_answers(connection, reading)
            pseudonymise(connection, reading, settings, delivery.authority_code)
            connection.execute("CREATE SCHEMA checked")
            for contract in reading.contracts.values():
                query = _without_facts(contract, casting.checked_rows(contract, reading.headings))
                create_table(connection, exp.table_(contract.name, db="checked"), query)
            _correct(settings, inputs, connection, reading)
            connection.execute((settings.sql / "staging" / "outcome.sql").read_text(encoding="utf-8"))
            written = outcome.write_tables(connection, reading.contracts, reading.reads, target)
    return sum(int(table["rows"]) for table in written.values())


def _without_facts(contract: Contract, query: exp.Select) -> exp.Select:
    """The values, and whether each could be read: DuckDB computes nothing that is not asked for."""
    values = [column.name for column in contract.staged_columns if column.kind != "answers"]
    columns = [*values, *(readable(column.name) for column in read_columns(contract))]
    return exp.select("line", *(exp.column(name, quoted=True) for name in columns)).from_(query.subquery("facts"))


if __name__ == "__main__":
    main()

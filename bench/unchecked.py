"""Staging without its checks: text to typed, pseudonymised Parquet, and nothing that says whether it is right.

``python -m bench.unchecked`` does so with every landed delivery, in a temporary folder that is gone at the end: nothing
that was not checked can be published. It prints how many rows it wrote.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlglot import exp

from pipelines import casting, outcome, staging
from pipelines.landing import find_deliveries
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.contracts import Contract
    from pipelines.deliveries import Delivery


def main() -> None:
    settings = Settings()
    print(sum(_staged(settings, delivery) for delivery in find_deliveries(settings).deliveries))


def _staged(settings: Settings, delivery: Delivery) -> int:
    ingredients = staging._ingredients(settings, delivery)
    with TemporaryDirectory() as name:
        folder = Path(name)
        scratch, target = folder / "scratch", folder / "staged"
        scratch.mkdir()
        target.mkdir()
        with staging._connect(settings, folder / "delivery.duckdb") as connection:
            connection.execute(casting.attach_raw(scratch / "raw.duckdb"))
            reading = staging._read_files(settings, ingredients, connection, scratch)
            staging._expand_answers(connection, reading)
            staging._pseudonymise(connection, reading, settings, delivery.authority_code)
            connection.execute("CREATE SCHEMA checked")
            for contract in reading.contracts.values():
                query = _without_facts(contract, casting.checked_rows(contract, reading.headings))
                staging._create_table(connection, exp.table_(contract.name, db="checked"), query)
            staging._correct(settings, ingredients, connection, reading)
            connection.execute((settings.sql / "staging" / "outcome.sql").read_text(encoding="utf-8"))
            written = outcome.write_tables(connection, reading.contracts, reading.reads, target)
    return sum(int(table["rows"]) for table in written.values())


def _without_facts(contract: Contract, query: exp.Select) -> exp.Select:
    """The values alone: DuckDB computes nothing that is not asked for."""
    columns = (column.name for column in contract.staged_columns if column.kind != "answers")
    return exp.select("line", *(exp.column(name, quoted=True) for name in columns)).from_(query.subquery("facts"))


if __name__ == "__main__":
    main()

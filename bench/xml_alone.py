"""A census read as staging reads it, and no more: ``python -m bench.xml_alone FILE`` prints how many rows it has.

Its tables are Parquet files of text in a temporary folder, which is gone at the end.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from bench.census import YEAR
from pipelines.contracts.loading import load_sources
from pipelines.contracts.variants import of_year
from pipelines.settings import Settings
from pipelines.staging.readers import read_xml


def main() -> None:
    settings, file = Settings(), Path(sys.argv[1])
    census = of_year(load_sources(settings.expectations)["cin_census"], YEAR)
    with TemporaryDirectory() as name, duckdb.connect() as connection:
        connection.execute("SET memory_limit = $limit", {"limit": settings.duckdb_memory_limit})
        connection.execute("CREATE SCHEMA raw")
        read = read_xml(
            connection,
            file,
            list(census.tables.values()),
            census.root,
            shown=file.name,
            largest_bytes=settings.largest_file_bytes,
            scratch=Path(name),
        )
    print(sum(table.rows_read for table in read.values()))


if __name__ == "__main__":
    main()

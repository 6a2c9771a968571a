"""The yardstick, with DuckDB alone: every CSV of a folder as text into Parquet, and not one check.

``python bench/plain.py FROM TO`` prints how many rows it wrote. Records that DuckDB cannot read are left out: the
planted faults would end the copying.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


def main() -> None:
    source, target = (Path(argument) for argument in sys.argv[1:])
    with duckdb.connect() as connection:
        print(sum(_copied(connection, file, target) for file in sorted(source.rglob("*.csv"))))


def _copied(connection: duckdb.DuckDBPyConnection, file: Path, target: Path) -> int:
    """Compressed as staging compresses; counted from the Parquet file, which knows without being read."""
    copy = target / f"{file.stem}.parquet"
    text = connection.read_csv(str(file), header=True, delimiter=",", all_varchar=True, ignore_errors=True)
    text.write_parquet(str(copy), compression="zstd")
    return len(connection.read_parquet(str(copy)))


if __name__ == "__main__":
    main()

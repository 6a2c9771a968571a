"""How long each command takes and how much memory, beside plain DuckDB on the same files: ``make bench``."""

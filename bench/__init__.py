"""How long each stage takes and how much memory, beside plain DuckDB doing the unavoidable part: ``make bench``."""

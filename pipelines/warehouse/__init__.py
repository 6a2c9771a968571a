"""Staged deliveries become subjects, facts and KPIs in one DuckDB file."""

"""Landed text becomes typed, pseudonymised, checked Parquet."""

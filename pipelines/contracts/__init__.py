"""What every source, KPI and published table must hold, read from ``expectations/`` and ``sql/kpis``."""

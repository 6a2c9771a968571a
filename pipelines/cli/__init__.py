"""The command line: ``kpis``, or ``python -m pipelines``."""

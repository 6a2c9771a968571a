"""Runs the contracts' checks with Great Expectations, which is imported nowhere else."""

from __future__ import annotations

import os

# Before anything of the package imports it: it is to send nothing to anybody.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

"""Made-up exports of one made-up council: records of children who do not exist, shaped on a real committee report."""

from __future__ import annotations

from pipelines.sample.council import SampleWritten, write_sample

__all__ = ["SampleWritten", "write_sample"]

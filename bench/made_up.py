"""Writes the made-up council's month; ``python -m bench.made_up INBOX SCALE MONTH`` prints its rows.

In a process of its own: what this takes of memory would be counted with every process that the bench starts later.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.periods import Period
from pipelines.sample import write_sample


def main() -> None:
    inbox, scale, month = sys.argv[1:]
    print(sum(write_sample(Path(inbox), scale=float(scale), months=(Period.parse(month),)).rows.values()))


if __name__ == "__main__":
    main()

"""Whether a part of Airflow is well, for a container's health check.

``python -m pipelines.orchestration.health_check URL scheduler`` exits 0 where it is.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 10


def main(arguments: Sequence[str]) -> int:
    """Ask the API server at the URL for the part named; 0 if it is well, else 1."""
    url, part = arguments
    try:
        with urllib.request.urlopen(f"{url}/api/v2/monitor/health", timeout=SECONDS) as answer:  # noqa: S310  # nosec B310  # ours
            status = json.load(answer)[part]["status"]
    except OSError as fault:
        status = str(fault)
    print(f"{part}: {status}")
    return 0 if status == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

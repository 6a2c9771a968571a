"""What a command loads, reads and plans, for the process that tests fork their commands from: a month has run in it."""

import tempfile
from pathlib import Path

from pipelines.landing.inbox import find_deliveries
from pipelines.landing.landing import land
from pipelines.periods import Period
from pipelines.runs import steps
from pipelines.settings import Settings
from tests import loaded  # noqa: F401 - the libraries come first
from tests.exports import KEY
from tests.service.small_council import write_small_council

MONTH = Period(2021, 2)


def run_a_month(root: Path) -> None:
    write_small_council(root / "inbox", [MONTH])
    settings = Settings(
        _env_file=None,
        inbox_url=str(root / "inbox"),
        data_dir=root / "data",
        pseudonym_key=KEY,  # type: ignore[arg-type]
        disclosure_key=f"{KEY} of its own",  # type: ignore[arg-type]
        duckdb_threads=1,
    )
    for delivery in find_deliveries(settings, MONTH).deliveries:
        land(settings, delivery)
        steps.stage(settings, delivery)
    steps.build(settings, MONTH)
    steps.publish(settings, MONTH)


with tempfile.TemporaryDirectory() as folder:
    run_a_month(Path(folder))

"""An Airflow of the project's own, for runs without a scheduler: its home, its settings, its secret."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pipelines.settings import PROJECT


def make_ready() -> Path:
    """Say in the environment what Airflow is to read there; whatever is set already stays. Returns Airflow's home.

    To be called before Airflow is imported: it reads its settings once, then.
    """
    home = Path(os.environ.setdefault("AIRFLOW_HOME", str(PROJECT / ".airflow")))
    home.mkdir(parents=True, exist_ok=True)
    for name, value in {
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__API_AUTH__JWT_SECRET": _kept_secret(home / "jwt_secret"),
        "DO_NOT_TRACK": "true",
    }.items():
        os.environ.setdefault(name, value)
    return home


def _kept_secret(path: Path) -> str:
    """The secret in the file, made at random the first time; only its owner may read it."""
    if not path.exists():
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_urlsafe(64), encoding="ascii")
        aside.replace(path)
    return path.read_text(encoding="ascii")

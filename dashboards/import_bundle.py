"""Put the dashboard into a running Superset over its REST API: ``python import_bundle.py``.

The environment says where and as whom: SUPERSET_API, SUPERSET_USER (admin, where nothing is said), SUPERSET_PASSWORD;
and whose snapshots it shows: SUPERSET_AUTHORITY, such as E06000015, or else SNAPSHOT_DATABASE, the path at which
*Superset* finds the snapshot, if not /snapshots/<authority>/latest/snapshot.duckdb.

Whatever of the bundle is there already is replaced, so it can be run again at any time; nothing else is touched.
"""

from __future__ import annotations

import io
import os
import sys
import zipfile
from pathlib import Path

import requests

BUNDLE = Path(__file__).resolve().parent / "bundle"
OF_AUTHORITY = "/snapshots/{}/latest/snapshot.duckdb"
DATABASE = OF_AUTHORITY.format("X99000001")
SECONDS = 120


def zipped(database: str) -> bytes:
    """The bundle as Superset takes it, with the snapshot at the path that Superset knows."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(BUNDLE.rglob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(BUNDLE)
            if name.parts[0] == "databases":
                text = text.replace(DATABASE, database)
            file.writestr(f"bundle/{name.as_posix()}", text)
    return archive.getvalue()


def signed_in(url: str, user: str, password: str) -> requests.Session:
    """A session that may write; raises requests' errors."""
    session = requests.Session()
    body = {"username": user, "password": password, "provider": "db", "refresh": False}
    answer = session.post(f"{url}/api/v1/security/login", json=body, timeout=SECONDS)
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    answer = session.get(f"{url}/api/v1/security/csrf_token/", timeout=SECONDS)
    answer.raise_for_status()
    session.headers.update({"X-CSRFToken": answer.json()["result"], "Referer": url})
    return session


def main() -> int:
    """Import the bundle; returns the exit code."""
    url = os.environ.get("SUPERSET_API", "http://localhost:8088").rstrip("/")
    authority = os.environ.get("SUPERSET_AUTHORITY")
    database = os.environ.get("SNAPSHOT_DATABASE") or (OF_AUTHORITY.format(authority) if authority else None)
    if database is None:
        print("Set SUPERSET_AUTHORITY to whose snapshots the dashboard shows, such as E06000015.", file=sys.stderr)
        return 1
    try:
        session = signed_in(url, os.environ.get("SUPERSET_USER", "admin"), os.environ["SUPERSET_PASSWORD"])
        bundle = zipped(database)
        answer = session.post(f"{url}/api/v1/assets/import/", files={"bundle": ("bundle.zip", bundle)}, timeout=SECONDS)
    except requests.RequestException as fault:
        print(f"Superset at {url} did not let us in: {fault}", file=sys.stderr)
        return 1
    if not answer.ok:
        print(f"Superset did not take the bundle: {answer.text}", file=sys.stderr)
        return 1
    print(f"{url}/superset/dashboard/safeguarding-kpis/")
    return 0


if __name__ == "__main__":
    sys.exit(main())

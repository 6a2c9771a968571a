"""Every path and environment variable, resolved once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines.deliveries import AUTHORITY_CODE
from pipelines.faults import Exit, Fault

PACKAGE = Path(__file__).resolve().parent
# An installed wheel carries the SQL and the contracts beside the package (setup.py); a clone has them beside it anyway.
CARRIED = PACKAGE.parent / "safeguarding_kpis"
IS_INSTALLED = CARRIED.is_dir()
PROJECT = CARRIED if IS_INSTALLED else PACKAGE.parent
# Where .env is and relative paths begin. Nothing of a council's belongs among installed packages.
HOME = Path.cwd() if IS_INSTALLED else PROJECT

SHORTEST_KEY_BYTES = 32


class NoKey(Fault, RuntimeError):
    """A run needs two secret keys, and lacks one."""


class NoPseudonymKey(NoKey):
    """The run needs PSEUDONYM_KEY and has none that is long enough."""


class NoDisclosureKey(NoKey):
    """A publication needs DISCLOSURE_KEY and has none that is long enough, or the pseudonym key in its place."""


class NotAnAuthority(Fault, ValueError):
    """A text that should be the code of an authority is none."""

    exit_code = Exit.USAGE


class NoDatabaseUrl(RuntimeError):
    """A source is to be read from a database, and nothing here says where that is."""


class Extract(BaseModel):
    """A source of an authority that is read from a database: never where that is, only who knows it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    authority_code: str = Field(pattern=r"^[A-Z]\d{8}$")
    source: str
    url_variable: str | None = None
    connection_id: str | None = None
    # "schema" is taken by pydantic.
    database_schema: str | None = Field(default=None, alias="schema")

    @model_validator(mode="after")
    def _one_knows(self) -> Self:
        if (self.url_variable is None) == (self.connection_id is None):
            raise ValueError("an extract has either a url_variable or a connection_id")
        return self

    def __str__(self) -> str:
        return f"{self.authority_code}/{self.source}"


def _no_source_twice(extracts: tuple[Extract, ...]) -> tuple[Extract, ...]:
    if len({str(extract) for extract in extracts}) < len(extracts):
        raise ValueError("a source of an authority is extracted from one place")
    return extracts


def _absolute(path: Path) -> Path:
    return path if path.is_absolute() else (HOME / path)


def _whole_project(path: Path) -> Path:
    folder = _absolute(path)
    for name in ("sql", "expectations"):
        if not (folder / name).is_dir():
            raise ValueError(
                f"{folder} has no folder {name!r}: install the package with its SQL and contracts "
                "(pip install . in a clone of the project), or set PROJECT_DIR to a clone"
            )
    return folder


def _web_address(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("https://", "http://")):
        raise ValueError("a webhook begins with https:// (or http://)")
    return url


def _libpq_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgresql://", "postgres://")):
        raise ValueError("POSTGRES_COPY_URL begins with postgresql://, without the name of a driver")
    return url


LITTLE_BYTES = 4 * 1024**2
LOCAL_SETTLES_AFTER, NETWORK_SETTLES_AFTER = 60, 300


class Settings(BaseSettings):
    """Read from the environment, else from ``.env`` in the clone or, without one, here; .env.example explains each."""

    model_config = SettingsConfigDict(
        env_file=HOME / ".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    inbox_url: str = Field(default="inbox", repr=False)
    sftp_known_hosts: Path = Path("~/.ssh/known_hosts")
    data_dir: Annotated[Path, AfterValidator(_absolute)] = Path("data")
    council_dir: Annotated[Path, AfterValidator(_absolute)] = Path("council")
    pseudonym_key: SecretStr | None = None
    disclosure_key: SecretStr | None = None
    settle_seconds: int | None = Field(default=None, ge=0)
    largest_file_bytes: int = Field(default=8 * 1024**3, gt=0)
    duckdb_memory_limit: str = "4GB"
    duckdb_threads: int | None = Field(default=None, ge=1)
    warehouses_kept: int = Field(default=3, ge=1)
    warehouse_months_kept: int = Field(default=13, ge=1)
    logs_kept_days: int = Field(default=90, ge=1)
    airflow_home: Annotated[Path, AfterValidator(_absolute)] = Path(".airflow")
    snapshots_url: str | None = None
    notify_webhook_url: Annotated[SecretStr, AfterValidator(_web_address)] | None = None
    notify_smtp_connection: str | None = None
    notify_to: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    due_day: int = Field(default=5, ge=1, le=28)
    watch_minutes: int = Field(default=5, ge=0)
    task_hours: float = Field(default=6, gt=0)
    memory_slots: int = Field(default=2, ge=1)
    lineage: str | None = None
    telemetry_url: str | None = None
    snapshot_versions_kept: int | None = Field(default=None, ge=1)
    extracts: Annotated[tuple[Extract, ...], AfterValidator(_no_source_twice)] = ()
    postgres_copy_url: Annotated[SecretStr, AfterValidator(_libpq_url)] | None = None
    postgres_copy_authority: str | None = Field(default=None, pattern=r"^[A-Z]\d{8}$")
    postgres_copy_edition: Literal["restricted", "public"] = "restricted"
    project_dir: Annotated[Path, AfterValidator(_whole_project), Field(validate_default=True)] = PROJECT
    # Never of the environment: a run goes from one authority to the next.
    _authority: str | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _mail_has_readers(self) -> Self:
        if self.notify_smtp_connection is not None and not self.notify_to:
            raise ValueError("NOTIFY_SMTP_CONNECTION needs NOTIFY_TO: whom to write to")
        return self

    @model_validator(mode="after")
    def _named_settings_are_there(self) -> Self:
        """A council's settings that cannot be found would be the project's, in silence."""
        if "council_dir" in self.model_fields_set and not self.council_dir.is_dir():
            raise ValueError("COUNCIL_DIR names no folder: make it, or leave COUNCIL_DIR out")
        return self

    def of(self, authority_code: str) -> Self:
        """The same for one authority, whose builds, approvals, versions and pages lie in folders of their own.

        Without one, all that is staged is one build in one folder, which nobody should read who may not read all of it.
        """
        if not AUTHORITY_CODE.fullmatch(authority_code):
            raise NotAnAuthority(f"{authority_code!r} is not an authority: write its code, such as E06000015")
        own = self.model_copy()
        own._authority = authority_code
        return own

    @property
    def authority(self) -> str | None:
        """Whose these are, by code; None for all together."""
        return self._authority

    def _own(self, stage: str) -> Path:
        folder = self.data_dir / stage
        return folder if self._authority is None else folder / self._authority

    @property
    def inbox(self) -> str:
        """The inbox as fsspec reads it: an URL as given, a local path made absolute."""
        return self.inbox_url if "://" in self.inbox_url else str(_absolute(Path(self.inbox_url)))

    @property
    def settles_after(self) -> int:
        """After how many seconds without a change a delivery without a signal is complete.

        What comes over a network comes file by file, for minutes; into a folder of this machine it is copied, or moved
        whole: what is moved keeps its times, and waits for nothing.
        """
        if self.settle_seconds is not None:
            return self.settle_seconds
        is_local = "://" not in self.inbox_url or self.inbox_url.startswith(("file://", "local://"))
        return LOCAL_SETTLES_AFTER if is_local else NETWORK_SETTLES_AFTER

    @property
    def inbox_shown(self) -> str:
        """The inbox for people to read: whatever an URL holds to be let in with is left out."""
        protocol, found, rest = self.inbox.partition("://")
        return f"{protocol}://{rest.partition('?')[0].rpartition('@')[2]}" if found else self.inbox

    @property
    def duckdb_config(self) -> dict[str, str | int]:
        """How much of the machine a connection may take; DuckDB takes every core where nothing is said."""
        threads = {} if self.duckdb_threads is None else {"threads": self.duckdb_threads}
        return {"memory_limit": self.duckdb_memory_limit, **threads}

    def for_input_of(self, size_bytes: int) -> Self:
        """The same, on one core where there is little to read: to share it out costs more than it saves."""
        is_little = self.duckdb_threads is None and size_bytes < LITTLE_BYTES
        return self.model_copy(update={"duckdb_threads": 1}) if is_little else self

    @property
    def notifies(self) -> bool:
        """Whether anybody is notified of anything; by default nobody is."""
        return self.notify_webhook_url is not None or self.notify_smtp_connection is not None

    def url_of(self, extract: Extract) -> SecretStr:
        """The database's URL, from the environment or else ``.env``; raises NoDatabaseUrl, naming the variable."""
        if extract.url_variable is None:
            raise NoDatabaseUrl(
                f"{extract}: the connection {extract.connection_id!r} is Airflow's and known in ingest_exports alone. "
                "Outside Airflow an extract needs a url_variable."
            )
        url = os.environ.get(extract.url_variable) or dotenv_values(HOME / ".env").get(extract.url_variable)
        if not url:
            raise NoDatabaseUrl(f"{extract}: set {extract.url_variable} to the database's SQLAlchemy URL.")
        return SecretStr(url)

    @property
    def landing(self) -> Path:
        return self.data_dir / "landing"

    @property
    def staging(self) -> Path:
        return self.data_dir / "staging"

    @property
    def warehouse(self) -> Path:
        return self._own("warehouse")

    @property
    def approvals(self) -> Path:
        return self._own("approvals")

    @property
    def snapshots(self) -> Path:
        return self._own("snapshots")

    @property
    def reports(self) -> Path:
        return self._own("reports")

    @property
    def published_versions(self) -> Path:
        """The numbers that versions ever had; beside the snapshots, so that it outlives them."""
        return self._own("published_versions").with_suffix(".json")

    @property
    def expectations(self) -> Path:
        return self.project_dir / "expectations"

    @property
    def sql(self) -> Path:
        return self.project_dir / "sql"

    @property
    def key_bytes(self) -> bytes:
        """The pseudonym key; raises NoPseudonymKey, which never shows what it was given."""
        key = b"" if self.pseudonym_key is None else self.pseudonym_key.get_secret_value().encode()
        if len(key) < SHORTEST_KEY_BYTES:
            raise NoPseudonymKey(
                f"PSEUDONYM_KEY must hold {SHORTEST_KEY_BYTES} bytes or more of secret text, and holds {len(key)}. "
                "Set it in the environment or in .env; keep it: with another key no child can be followed "
                "from one month to the next."
            )
        return key

    def must_have_keys(self) -> None:
        """Raises NoKey where a key lacks: what could not be published in the end is not begun."""
        _ = self.key_bytes, self.disclosure_key_text

    @property
    def disclosure_key_text(self) -> str:
        """The key by which counts are rounded; raises NoDisclosureKey, which never shows what it was given."""
        key = "" if self.disclosure_key is None else self.disclosure_key.get_secret_value()
        if len(key.encode()) < SHORTEST_KEY_BYTES:
            raise NoDisclosureKey(
                f"DISCLOSURE_KEY must hold {SHORTEST_KEY_BYTES} bytes or more of secret text, and holds "
                f"{len(key.encode())}. Set it in the environment or in .env; keep it: with another key the counts of "
                "the public edition round otherwise, and whoever has both editions knows more of each."
            )
        if self.pseudonym_key is not None and key == self.pseudonym_key.get_secret_value():
            raise NoDisclosureKey("DISCLOSURE_KEY is PSEUDONYM_KEY: set it to a secret of its own.")
        return key

"""Reads workbooks and XML in a process of its own, with limits.

What is made to do harm, or only damaged, can abort the libraries that read it, hang them, or have them ask for all
memory there is: so one delivery is refused, and those after it go on. The process has no key and no password in its
environment.
"""

from __future__ import annotations

import errno
import os
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import uuid  # noqa: F401  # DuckDB asks for it, and takes a lack of memory while loading it for invalid input
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb

from pipelines.findings import NOT_A_TABLE, TOO_LARGE, UnusableDelivery
from pipelines.staging.readers.records import ReadingFailed
from pipelines.staging.readers.workbook_lists import read_lists
from pipelines.staging.readers.xlsx import read_xlsx
from pipelines.staging.readers.xml import read_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipelines.staging.readers.records import Progress

READERS = {"lists": read_lists, "workbook": read_xlsx, "xml": read_xml}
DUCKDB_MEMORY = "1GB"
COMMAND = f"from {__name__} import answer; answer()"
OUT_OF_MEMORY = 3
TOO_MUCH = {OUT_OF_MEMORY, -signal.SIGKILL, -signal.SIGXCPU}
VIEWS = "SELECT sql FROM duckdb_views() WHERE schema_name = 'raw' ORDER BY view_name"
LIBRARIES_ONLY = ("PATH", "LANG", "LD_LIBRARY_PATH", "TZ")


@dataclass(frozen=True)
class Limits:
    """What reading one file may take: bytes of memory and of each file written, seconds of the processor and in all."""

    memory_bytes: int = 6 * 1024**3
    written_bytes: int = 32 * 1024**3
    cpu_seconds: int = 1800
    seconds: int = 3600

    def apply(self) -> None:
        for what, most in (
            (resource.RLIMIT_AS, self.memory_bytes),
            (resource.RLIMIT_FSIZE, self.written_bytes),
            (resource.RLIMIT_CPU, self.cpu_seconds),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))

    @property
    def in_words(self) -> str:
        return f"{self.memory_bytes // 1024**3} GB of memory and {self.seconds // 60} minutes are allowed"


@dataclass(frozen=True)
class RaisedError:
    """An exception by its kind and parts: not all can be pickled, and what DuckDB says may quote a record."""

    kind: type[Exception]
    parts: tuple[Any, ...]

    @classmethod
    def of(cls, problem: Exception, file: str) -> RaisedError:
        match problem:
            case UnusableDelivery():
                return cls(UnusableDelivery, (problem.rule, problem.file_name, problem.cause))
            case OSError():
                return cls(OSError, (problem.errno, problem.strerror))
            case duckdb.IOException():
                return cls(duckdb.IOException, (f"{file}: DuckDB could not write what was read",))
            case ReadingFailed():
                return cls(ReadingFailed, problem.args)
        return cls(ReadingFailed, (f"{file}: {type(problem).__name__}",))


@dataclass(frozen=True)
class Answer:
    """What came of it: the tables read and the views that show them, or whose fault it is that there are none."""

    read: Any = None
    views: tuple[str, ...] = ()
    fault: RaisedError | None = None


def read_in_own_process(
    connection: duckdb.DuckDBPyConnection,
    reader: str,
    file: Path,
    *arguments: Any,
    shown: str,
    scratch: Path,
    progress: Progress | None = None,
    limits: Limits | None = None,
    **options: Any,
) -> Any:
    """What the reader of that name returns, and the views that it makes; see ``pipelines.readers.read_table``.

    Raises UnusableDelivery and ReadingFailed as the reader does, and UnusableDelivery where the process ends by a
    signal, or needs more than ``limits``.
    """
    limits = limits or Limits()
    if reader != "workbook":
        options["shown"] = shown
    with tempfile.TemporaryDirectory(dir=scratch) as between:
        question, answer_file = Path(between) / "question", Path(between) / "answer"
        question.write_bytes(pickle.dumps((limits, reader, file, arguments, {**options, "scratch": scratch})))
        code = _run((str(question), str(answer_file)), progress, limits.seconds)
        if code != 0:
            raise _ended_early(code, shown, limits)
        answer: Answer = pickle.loads(answer_file.read_bytes())  # noqa: S301  # nosec B301  # written below
    if answer.fault is not None:
        raise answer.fault.kind(*answer.fault.parts)
    connection.execute("SET preserve_insertion_order = true")
    for view in answer.views:
        connection.execute(view)
    return answer.read


def _run(files: tuple[str, str], progress: Progress | None, seconds: float) -> int:
    """The exit code; what is written says how far the reader is."""
    environment = {name: os.environ[name] for name in LIBRARIES_ONLY if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-c", COMMAND, *files]
    with subprocess.Popen(  # noqa: S603  # this very interpreter, with two files of ours
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True
    ) as child:
        patience = threading.Timer(seconds, child.kill)
        patience.start()
        try:
            for line in child.stdout or ():
                done, of = map(int, line.split())
                if progress is not None:
                    progress(done, of)
        except BaseException:
            child.kill()
            raise
        finally:
            patience.cancel()
    return child.returncode


def _ended_early(code: int, shown: str, limits: Limits) -> UnusableDelivery:
    if code in TOO_MUCH:
        return UnusableDelivery(TOO_LARGE, shown, f"To read it takes too much: {limits.in_words}.")
    if code > 0:
        raise ReadingFailed(f"{shown}: the process that reads it ended with exit code {code}")
    cause = "It breaks the library that reads it: it is damaged, or made to do harm."
    return UnusableDelivery(NOT_A_TABLE, shown, cause)


def answer() -> None:
    """Be that process: answer the question in the first file in the second, and write how far the reader is."""
    question, answer_file = map(Path, sys.argv[1:])
    limits, reader, file, arguments, options = pickle.loads(question.read_bytes())  # noqa: S301  # nosec B301  # ours
    limits.apply()
    if reader == "xml":
        options["progress"] = lambda done, of: print(done, of, flush=True)
    try:
        found = _read(cast("Callable[..., Any]", READERS[reader]), file, arguments, options)
        answer_file.write_bytes(pickle.dumps(found))
    except (MemoryError, duckdb.OutOfMemoryException):
        sys.exit(OUT_OF_MEMORY)


def _read(reader: Callable[..., Any], file: Path, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> Answer:
    spill = {"temp_directory": str(options["scratch"])}
    with duckdb.connect(config={"threads": 1, "memory_limit": DUCKDB_MEMORY, **spill}) as connection:
        connection.execute("CREATE SCHEMA raw")
        try:
            read = reader(connection, file, *arguments, **options)
        except (MemoryError, duckdb.OutOfMemoryException):
            raise
        except Exception as problem:  # the process that asked raises it
            if isinstance(problem, OSError) and problem.errno == errno.EFBIG:
                sys.exit(OUT_OF_MEMORY)
            return Answer(fault=RaisedError.of(problem, options.get("shown", file.name)))
        return Answer(read, tuple(view for (view,) in connection.execute(VIEWS).fetchall()))

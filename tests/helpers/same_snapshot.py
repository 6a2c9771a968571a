"""Whether what two versions of the code published from the same deliveries is the same, but for what was renamed.

``python -m tests.helpers.same_snapshot OLD NEW`` compares the current version of each month of two data folders, file
by file and both editions, prints what differs, and exits with 1 where anything does. ``renames.csv`` beside this lists
what was renamed: a ``column`` of a table, wherever it is named, or a ``word`` in files by their name. Each is applied
to the old text alone, so that an old name in the new files is a difference. Digests are left out: each is of a file
that is compared anyway, of the code, or of a database, whose tables are compared instead of its bytes.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import zipfile
from dataclasses import dataclass
from difflib import unified_diff
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

RENAMES = Path(__file__).with_name("renames.csv")
LINES_SHOWN = 12
MONTH = re.compile(r"\d{4}-\d\d")
DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")
LENGTH = "bytes"
# A file of another kind names columns of any table: as a cell, as text of an element, or between quotation marks.
WORD = r"\b{0}\b"
AS_A_NAME = r'(?<=\| ){0}(?= \|)|(?<=>){0}(?=<)|(?<="){0}(?="(?!:))'
OF_ONE_TABLE = {".csv", ".parquet"}
ZIPPED = {".docx", ".xlsx"}


@dataclass(frozen=True)
class Rename:
    """An old name and the new one. ``files``: of a column, its table; of a word, a pattern of file names."""

    kind: str
    files: str
    old: str
    new: str

    def applied(self, file: Path, text: str) -> str:
        """The text of a file of the old version, with the new name."""
        if self.kind == "word":
            return self._replaced(WORD, text) if fnmatch(file.name, self.files) else text
        if file.suffix not in OF_ONE_TABLE:
            return self._replaced(AS_A_NAME, text)
        head, line_break, rows = text.partition("\n")
        return f"{self._replaced(WORD, head) if file.stem == self.files else head}{line_break}{rows}"

    def _replaced(self, pattern: str, text: str) -> str:
        return re.sub(pattern.format(re.escape(self.old)), self.new, text)


def read_renames(file: Path = RENAMES) -> list[Rename]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [Rename(**row) for row in csv.DictReader(stream)]


def differences(old: Path, new: Path, renames: Sequence[Rename]) -> dict[str, list[str]]:
    """The lines that differ, by file or by table of a database; of a file that one folder alone has, which."""
    found = {}
    for name, folder in {**_files(old), **_files(new)}.items():
        if not ((old / name).exists() and (new / name).exists()):
            found[name] = [f"only in {folder}"]
            continue
        before = dict(_texts(old / name, name))
        after = dict(_texts(new / name, name))
        for part in sorted({*before, *after}):
            renamed = _renamed(Path(part), before.get(part, ""), renames)
            if renamed != after.get(part, ""):
                lines = unified_diff(
                    renamed.splitlines(), after.get(part, "").splitlines(), "old", "new", "", "", 0, ""
                )
                found[part] = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    return found


def _renamed(part: Path, text: str, renames: Iterable[Rename]) -> str:
    for rename in renames:
        text = rename.applied(part, text)
    return text


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): folder for path in sorted(folder.rglob("*")) if path.is_file()}


def _texts(file: Path, name: str) -> Iterator[tuple[str, str]]:
    """A file's text; of a database and of a zipped document, the text of each part, named for what it is."""
    if file.suffix == ".duckdb":
        with duckdb.connect(str(file), read_only=True) as database:
            for (table,) in database.sql("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
                yield f"{name}/{table}.parquet", _text_of(database.table(table).order("ALL"))
    elif file.suffix == ".parquet":
        with duckdb.connect() as connection:
            yield name, _text_of(connection.read_parquet(str(file)))
    elif file.suffix in ZIPPED:
        with zipfile.ZipFile(file) as zipped:
            for part in zipped.namelist():
                yield f"{name}/{part.replace('/', '-')}-{file.name}", zipped.read(part).decode("utf-8", "replace")
    elif file.suffix == ".json":
        content = json.loads(file.read_text(encoding="utf-8"))
        yield name, json.dumps(_without_digests(content), indent=1, ensure_ascii=False)
    else:
        yield name, file.read_text(encoding="utf-8")


def _text_of(relation: duckdb.DuckDBPyRelation) -> str:
    """Names and types in the first line, then a line a row."""
    head = ", ".join(f"{name} {kind}" for name, kind in zip(relation.columns, relation.types, strict=True))
    return "\n".join([head, *map(repr, relation.fetchall())])


def _without_digests(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _without_digests(value) for key, value in content.items() if key != LENGTH}
    if isinstance(content, list):
        return [_without_digests(each) for each in content]
    return "digest" if isinstance(content, str) and DIGEST.fullmatch(content) else content


def _current(data: Path) -> dict[str, Path]:
    """The folder of each authority's and month's current version; of a release before authorities each month's."""
    pointers = [each for each in (data / "snapshots").rglob("latest.json") if MONTH.fullmatch(each.parent.name)]
    folders = {each.parent: each.parent / json.loads(each.read_text("utf-8"))["version"] for each in pointers}
    several = len({month.parent for month in folders}) > 1
    return {f"{month.parent.name}/{month.name}" if several else month.name: folders[month] for month in folders}


def main(old: Path, new: Path) -> int:
    """Print what differs; 0 where nothing does, 1 where something does, 2 where there is nothing to compare."""
    before, after = _current(old), _current(new)
    if not before or before.keys() != after.keys():
        print(
            f"{old} has published {sorted(before) or 'nothing'}, {new} {sorted(after) or 'nothing'}: compare the same"
        )
        return 2
    different = False
    for month in sorted(before):
        found = differences(before[month], after[month], read_renames())
        different |= bool(found)
        print(f"{month}: {len(found)} of {len(_files(after[month]))} files and parts differ")
        for name, lines in found.items():
            print(f"  {name}: {len(lines)} lines", *(f"    {line[:200]}" for line in lines[:LINES_SHOWN]), sep="\n")
    return int(different)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

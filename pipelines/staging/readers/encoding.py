"""How the text of a file is encoded, and the same text in UTF-8."""

from __future__ import annotations

import codecs
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines.findings import NOT_A_TABLE, TRUNCATED_FILE, UNDECODABLE_FILE, UnusableDelivery

if TYPE_CHECKING:
    from collections.abc import Iterator

# A piece without a line break holds a long line; lines shorter than two pieces are within LONGEST_RECORD.
PIECE = 128 * 1024
UNDEFINED_IN_WINDOWS_1252 = b"\x81\x8d\x8f\x90\x9d"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WORKBOOK_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# DuckDB lets spaces stand between a closing quotation mark and the comma; the csv module does not.
SPACE_AFTER_QUOTE = re.compile(rb'" +[,\r\n"]')
TextEncoding = Literal["utf-8", "utf-8-sig", "windows-1252"]


@dataclass(frozen=True)
class TextForm:
    """What a pass over the bytes shows. ``is_plain``: nothing was seen that DuckDB and the csv module read apart."""

    encoding: TextEncoding
    lines: int
    is_plain: bool
    ends_with_break: bool


def examine(file: Path) -> TextForm:
    """Pass once over the bytes; raises UnusableDelivery for what is no text or ends in the middle of a character."""
    examination = _Examination(file.name)
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            examination.take(piece)
    return examination.conclude()


class _Examination:
    """What the pieces of a file have shown so far."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._last = b""
        self._end_of_last = b""
        self._is_utf_8 = True
        self._has_mark = False
        self._has_wide_characters = False
        self._may_be_windows_1252 = True
        self._is_plain = True
        self._feeds = 0
        self._returns = 0
        self._pairs = 0

    def take(self, piece: bytes) -> None:
        if not self._last:
            self._has_mark = piece.startswith(codecs.BOM_UTF8)
            self._must_be_text(piece)
        if b"\0" in piece:
            raise self._undecodable("It holds NUL bytes, as UTF-16 text does and files that are not text.")
        if not piece.isascii() or self._decoder.getstate()[0]:
            self._decode(piece)
        self._count_line_breaks(piece)
        self._look_for_spaces_after_quotes(piece)
        self._last = piece

    def conclude(self) -> TextForm:
        blank_end = self._last[len(self._last.rstrip(b"\r\n")) :].count(b"\n")
        has_one_break = self._returns == 0 or self._returns == self._pairs == self._feeds
        return TextForm(
            encoding=self._encoding(),
            lines=self._feeds - blank_end + 1,
            is_plain=self._is_plain and has_one_break and not re.search(rb'" +\Z', self._end_of_last),
            ends_with_break=self._last.endswith((b"\r", b"\n")),
        )

    def _must_be_text(self, beginning: bytes) -> None:
        if beginning.startswith(UTF_16_MARKS):
            raise self._undecodable("It is UTF-16 text.")
        if beginning.startswith(WORKBOOK_MARKS):
            raise UnusableDelivery(NOT_A_TABLE, self._file_name, "It is a workbook or an archive, not text.")

    def _undecodable(self, cause: str) -> UnusableDelivery:
        return UnusableDelivery(UNDECODABLE_FILE, self._file_name, cause)

    def _decode(self, piece: bytes) -> None:
        if piece.translate(None, UNDEFINED_IN_WINDOWS_1252) != piece:
            self._may_be_windows_1252 = False
        if self._is_utf_8:
            try:
                self._has_wide_characters |= not self._decoder.decode(piece).isascii()
            except UnicodeDecodeError:
                self._is_utf_8 = False

    def _count_line_breaks(self, piece: bytes) -> None:
        feeds = piece.count(b"\n")
        self._feeds += feeds
        self._pairs += self._last.endswith(b"\r") and piece.startswith(b"\n")
        # Looking for one byte is a hundred times as fast as counting, or as looking for two.
        if b"\r" in piece:
            self._returns += piece.count(b"\r")
            self._pairs += piece.count(b"\r\n")
        if feeds == 0 and len(piece) == PIECE:
            self._is_plain = False

    def _look_for_spaces_after_quotes(self, piece: bytes) -> None:
        if self._end_of_last or (b'"' in piece and b'" ' in piece):
            self._is_plain &= SPACE_AFTER_QUOTE.search(self._end_of_last + piece) is None
        ending = len(piece.rstrip(b" ")) - 1
        self._end_of_last = piece[ending:] if piece[ending : ending + 1] == b'"' else b""

    def _encoding(self) -> TextEncoding:
        ends_within_character = self._is_utf_8 and bool(self._decoder.getstate()[0])
        if ends_within_character and self._has_wide_characters:
            raise UnusableDelivery(TRUNCATED_FILE, self._file_name, "It ends in the middle of a character.")
        if self._is_utf_8 and not ends_within_character:
            return "utf-8-sig" if self._has_mark else "utf-8"
        if self._has_mark:
            raise self._undecodable("It begins with the byte order mark of UTF-8, and is not UTF-8.")
        if not self._may_be_windows_1252:
            raise self._undecodable("It is not UTF-8, and holds bytes that mean nothing in Windows-1252.")
        return "windows-1252"


@contextmanager
def in_utf_8(file: Path, encoding: TextEncoding, scratch: Path) -> Iterator[Path]:
    """The file itself, or a private copy of one in Windows-1252, which DuckDB does not read."""
    if encoding != "windows-1252":
        yield file
        return
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = Path(folder) / "utf-8.csv"
        with (
            file.open(encoding="cp1252", newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target)
        yield copy

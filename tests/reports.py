"""A report as a person reads it, of its page or of its Word document: words, and tables as rows of text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import docx
from lxml import html

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[str, ...]
# The number is a field, which Word fills.
NUMBERED = re.compile(r"^(Table|Figure) \. ")


@dataclass(frozen=True)
class Read:
    """All words in one line, and every table by its caption, headings first; charts by title and alternative text."""

    words: str
    tables: dict[str, list[Row]]
    pictures: list[tuple[str, str]]


def read_page(file: Path) -> Read:
    page = html.fromstring(file.read_text(encoding="utf-8"))
    tables = {
        _text(table.find("caption")): [tuple(_text(cell) for cell in row.iter("th", "td")) for row in table.iter("tr")]
        for table in page.iter("table")
    }
    pictures = [
        (_text(each.find("title")), _text(each.find("desc"))) for each in page.iter("svg") if len(each.xpath("title"))
    ]
    for each in list(page.iter("svg", "script", "style", "title")):
        each.drop_tree()
    return Read(_text(page), tables, pictures)


def read_word(file: Path) -> Read:
    document = docx.Document(str(file))
    tables: dict[str, list[Row]] = {}
    words, last = [], ""
    for block in document.iter_inner_content():
        if isinstance(block, docx.table.Table):
            tables[last] = [tuple(_spaced(cell.text) for cell in _cells(row)) for row in block.rows]
            words += [cell for row in tables[last] for cell in row]
        elif block.text:
            last = NUMBERED.sub("", block.text)
            words.append(last)
    pictures = [shape._inline.docPr for shape in document.inline_shapes]
    titled = [(each.get("title"), each.get("descr")) for each in pictures if each.get("title")]
    return Read(_spaced(" ".join(words)), tables, titled)


def _cells(row: docx.table._Row) -> list[docx.table._Cell]:
    """Each once: one that reaches over several columns is given for each of them."""
    cells = {id(cell._tc): cell for cell in row.cells}
    return list(cells.values())


def _text(element: html.HtmlElement) -> str:
    return _spaced(" ".join(element.itertext()))


def _spaced(text: str) -> str:
    return " ".join(text.split())

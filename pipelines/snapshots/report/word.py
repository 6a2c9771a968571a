"""The report as a Word document: real headings, tables with header rows, pictures with alternative text.

The same report is the same bytes: no clock is asked, and every part of the file has one date.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Inches, Pt, RGBColor

from pipelines.snapshots.report.document import (
    RATINGS,
    Charts,
    Notice,
    Points,
    ReportTable,
    Statements,
    TextBlock,
    Tiles,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from pipelines.snapshots.report.document import Block, Report, Statement, TableCell

MADE = dt.datetime(2000, 1, 1)
ZIP_DATE = (2000, 1, 1, 0, 0, 0)
BULLET = "ListBullet"
INK = RGBColor(0x1D, 0x1D, 0x1F)


def write(report: Report, introduction: str) -> bytes:
    """The document's bytes; what the page only shows to those who ask is left to the page."""
    document = docx.Document()
    _set_up(document, report)
    _paragraph(document, report.title, "Title")
    document.add_paragraph(introduction)
    for part in report.parts:
        if len(report.parts) > 1:
            _heading(document, f"{part.name}, {part.authority_code}", 1)
        else:
            document.add_paragraph(f"{part.name}, {part.authority_code}")
        level = 2 if len(report.parts) > 1 else 1
        for section in part.sections:
            _heading(document, section.title, level)
            for block in section.blocks:
                _add(document, block, level + 1)
    made = io.BytesIO()
    document.save(made)
    return _without_dates(made.getvalue())


def _set_up(document: Document, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.subject = report.title, f"{report.edition} edition"
    properties.author = properties.last_modified_by = ""
    properties.comments, properties.language = "", "en-GB"
    properties.created = properties.modified = MADE
    properties.revision = 1
    (page,) = document.sections
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(2)
    for name in ("Normal", "Title", *(f"Heading {level}" for level in range(1, 5))):
        style: Any = document.styles[name]
        style.font.name = "Arial"
        style.font.color.rgb = INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            if "heme" in attribute:
                del fonts.attrib[attribute]
        for attribute in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(attribute), "Arial")
    normal: Any = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)


def _heading(document: Document, text: str, level: int) -> None:
    _paragraph(document, text, f"Heading{level}")


def _paragraph(document: Document, text: str, style_id: str) -> Paragraph:
    """By the style's id: to find one by its name, each of the styles is looked at for each paragraph."""
    paragraph = document.add_paragraph(text)
    paragraph._p.style = style_id
    return paragraph


def _add(document: Document, block: Block, level: int) -> None:
    heading = getattr(block, "heading", None)
    if heading:
        _heading(document, heading, level)
    if isinstance(block, TextBlock):
        document.add_paragraph(block.text)
    elif isinstance(block, Points):
        for item in block.items:
            _paragraph(document, item, BULLET)
    elif isinstance(block, Notice):
        paragraph = _paragraph(document, "", "IntenseQuote")
        paragraph.add_run(f"{block.title}. {block.text}")
    elif isinstance(block, Statements):
        for statement in block.items:
            _add_statement(document, statement)
    elif isinstance(block, Tiles):
        for tile in block.items:
            paragraph = _paragraph(document, "", BULLET)
            paragraph.add_run(f"{tile.title}: {tile.figure}").bold = True
            paragraph.add_run(f" ({tile.note})")
    elif isinstance(block, Charts):
        for chart in block.items:
            _add_picture(document, chart.title, chart.text, chart.drawing.png, chart.drawing.inches)
    elif block.folded is None:
        _add_table(document, block)


def _add_statement(document: Document, statement: Statement) -> None:
    paragraph = _paragraph(document, "", BULLET)
    paragraph.add_run(f"{_rated(statement.rating)}{statement.figure} {statement.title}. ").bold = True
    paragraph.add_run(statement.text)


def _rated(rating: str | None) -> str:
    """``■ Red: ``; nothing where nothing is rated."""
    return f"{' '.join(RATINGS[rating])}: " if rating is not None else ""


def _add_picture(document: Document, title: str, text: str, png: bytes, inches: float) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(title).bold = True
    shown = document.add_paragraph()
    shown.paragraph_format.keep_with_next = True
    picture = shown.add_run().add_picture(io.BytesIO(png), width=Inches(inches))
    properties = picture._inline.docPr
    properties.set("name", title)
    properties.set("title", title)
    properties.set("descr", f"{title}. {text}")
    document.add_paragraph(text)


def _add_table(document: Document, content: ReportTable) -> None:
    caption = document.add_paragraph()
    caption.paragraph_format.keep_with_next = True
    caption.add_run(content.caption).bold = True
    table = document.add_table(rows=1, cols=len(content.headings), style="Table Grid")
    named = OxmlElement("w:tblCaption")
    named.set(qn("w:val"), content.caption)
    table._tbl.tblPr.append(named)
    _fill(table.rows[0], [(heading, True) for heading in content.headings], content.numbers)
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    for row in content.rows:
        cells = [(_cell(cell), place == 0) for place, cell in enumerate(row)]
        _fill(table.add_row(), cells, content.numbers)
    document.add_paragraph()


def _cell(cell: TableCell) -> str:
    return f"{cell.text} {' '.join(RATINGS[cell.rating])}" if cell.rating is not None else cell.text


def _fill(row: Any, cells: list[tuple[str, bool]], numbers: frozenset[int]) -> None:
    unbroken = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(unbroken)
    for place, (cell, (text, is_bold)) in enumerate(zip(row.cells, cells, strict=True)):
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(text)
        run.bold, run.font.size = is_bold, Pt(9)
        if place in numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _without_dates(made: bytes) -> bytes:
    """The same file, each of its parts of one date."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, ZIP_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            new.writestr(part, old.read(name))
    return again.getvalue()

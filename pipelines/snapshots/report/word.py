"""The report as a Word document: real headings and captions, tables with header rows, pictures with alternative text.

Every page says in its header what it is of and for whom, and in its footer its number. A council may lay its own
``template.docx`` under it, whose styles, margins, header and footer then count. The same report is the same bytes: no
clock is asked, and every part of the file has one date.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

import docx
import numpy as np
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from matplotlib.image import imsave

from pipelines.snapshots.report.document import (
    Charts,
    Notice,
    Points,
    ReportTable,
    Statements,
    TableCell,
    TextBlock,
    Tiles,
)
from pipelines.templates import RATINGS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from pipelines.snapshots.report.document import Block, Report, Spark, Statement

MADE = dt.datetime(2000, 1, 1)
ZIP_DATE = (2000, 1, 1, 0, 0, 0)
BULLET = "ListBullet"
INK = RGBColor(0x1D, 0x1D, 0x1F)
TEXT_WIDTH, TALLEST = Cm(18), Cm(8)
TABLE_SIZE, HEADING_SIZE = Pt(7.5), Pt(6.5)
# Of a table whose first heading is this, how wide each column is; Word shares any other out itself.
WIDTHS = {
    "Measure": (4.0, 1.4, 2.0, 1.7, 1.4, 2.2, 1.7, 1.2, 1.2, 1.2),
    "About": (4.5, 2.2, 6.3, 3, 2),
}
SPARK_CELL, SPARK_HEIGHT = 6, 36


def write(report: Report, introduction: str, template: Path | None = None) -> bytes:
    """The document's bytes; what the page only shows to those who ask is left to the page.

    ``template``: a document of the council's own to write into, instead of the plain one of the project.
    """
    document = docx.Document(None if template is None else str(template))
    _describe(document, report)
    if template is None:
        _set_up(document)
        _mark_pages(document, report, introduction)
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


def _describe(document: Document, report: Report) -> None:
    properties = document.core_properties
    properties.title, properties.subject = report.title, f"{report.edition} edition"
    properties.author = properties.last_modified_by = ""
    properties.comments, properties.language = "", "en-GB"
    properties.created = properties.modified = MADE
    properties.revision = 1


def _set_up(document: Document) -> None:
    (page,) = document.sections
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.5)
    page.top_margin = page.bottom_margin = Cm(1.7)
    page.header_distance = page.footer_distance = Cm(0.7)
    for name in ("Normal", "Title", "Caption", *(f"Heading {level}" for level in range(1, 5))):
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
    normal.font.size = Pt(9.5)
    normal.paragraph_format.space_after = Pt(3)
    for name, size in (("Title", 18), ("Heading 1", 13), ("Heading 2", 11), ("Heading 3", 10), ("Caption", 8.5)):
        sized: Any = document.styles[name]
        sized.font.size = Pt(size)
        sized.paragraph_format.space_before, sized.paragraph_format.space_after = Pt(6), Pt(2)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)


def _mark_pages(document: Document, report: Report, introduction: str) -> None:
    """On every page: what it is of, for whom, and which of how many it is."""
    (page,) = document.sections
    names = ", ".join(part.name for part in report.parts)
    header, footer = page.header.paragraphs[0], page.footer.paragraphs[0]
    header.add_run(f"{names}. {introduction.partition(':')[0]}.")
    footer.add_run(f"{report.title}. Page ")
    _field(footer, "PAGE")
    footer.add_run(" of ")
    _field(footer, "NUMPAGES")
    for run in (*header.runs, *footer.runs):
        run.font.size = Pt(8)


def _field(paragraph: Paragraph, instruction: str) -> None:
    """What Word works out where it is shown, such as the number of the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _caption(document: Document, kind: str, text: str) -> None:
    """``Table 1. Every figure``, numbered by Word, and kept with what it is of."""
    caption = _paragraph(document, f"{kind} ", "Caption")
    _field(caption, f"SEQ {kind} \\* ARABIC")
    caption.add_run(f". {text}")
    caption.paragraph_format.keep_with_next = True


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
            _add_picture(document, chart.title, chart.text, chart.drawing.png)
    elif block.folded is None:
        _add_table(document, block)


def _add_statement(document: Document, statement: Statement) -> None:
    paragraph = _paragraph(document, "", BULLET)
    paragraph.add_run(f"{_rated(statement.rating)}{statement.figure} {statement.title}. ").bold = True
    paragraph.add_run(statement.text)


def _rated(rating: str | None) -> str:
    """``■ Red: ``; nothing where nothing is rated."""
    return f"{' '.join(RATINGS[rating])}: " if rating is not None else ""


def _add_picture(document: Document, title: str, text: str, png: bytes) -> None:
    _caption(document, "Figure", title)
    shown = document.add_paragraph()
    shown.paragraph_format.keep_with_next = True
    picture = shown.add_run().add_picture(io.BytesIO(png), width=TEXT_WIDTH)
    too_high = picture.height / TALLEST
    if too_high > 1:
        picture.width, picture.height = round(picture.width / too_high), TALLEST
    properties = picture._inline.docPr
    properties.set("name", title)
    properties.set("title", title)
    properties.set("descr", f"{title}. {text}")
    document.add_paragraph(text)


def _add_table(document: Document, content: ReportTable) -> None:
    _caption(document, "Table", content.caption)
    table = document.add_table(rows=1, cols=len(content.headings), style="Table Grid")
    named = OxmlElement("w:tblCaption")
    named.set(qn("w:val"), content.caption)
    table._tbl.tblPr.append(named)
    widths = WIDTHS.get(content.headings[0])
    table.autofit = widths is None
    _fill(table.rows[0], [TableCell(heading) for heading in content.headings], content.numbers, is_bold=True)
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    for cells in content.rows:
        row = table.add_row()
        if len(cells) == 1:
            row.cells[0].merge(row.cells[-1])
        _fill(row, cells, content.numbers)
    if widths is not None:
        _set_widths(table, widths)
    _set_margins(table)
    document.add_paragraph().paragraph_format.line_spacing = Pt(6)


def _set_margins(table: Any) -> None:
    """Little room beside what a cell says: the table has ten columns."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "50")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    """In the grid and in each cell: LibreOffice goes by the one, Word by the other."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row._tr.tc_lst, widths, strict=False):
            if cell.grid_span == 1:
                cell.width = Cm(width)


def _cell(cell: TableCell) -> str:
    return f"{cell.text} {' '.join(RATINGS[cell.rating])}" if cell.rating is not None else cell.text


def _fill(row: Any, cells: Sequence[TableCell], numbers: frozenset[int], *, is_bold: bool = False) -> None:
    """A row that no page break divides; the first cell is bold, and so is what heads others."""
    unbroken = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(unbroken)
    for place, (shown, cell) in enumerate(zip(row.cells, cells, strict=False)):
        paragraph = shown.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.keep_with_next = len(cells) == 1
        run = paragraph.add_run(_cell(cell))
        run.bold, run.font.size = is_bold or place == 0, HEADING_SIZE if is_bold else TABLE_SIZE
        if place in numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if cell.spark is not None:
            drawn = run.add_picture(io.BytesIO(_marks(cell.spark)), width=Cm(1.5))
            drawn._inline.docPr.set("descr", cell.spark.text)


def _marks(course: Spark) -> bytes:
    """The course as a picture: a mark a month at its height, the last one darkest."""
    picture = np.full((SPARK_HEIGHT, SPARK_CELL * len(course.heights), 3), 255, dtype=np.uint8)
    for month, height in enumerate(course.heights):
        if height is not None:
            top = round((1 - height) * (SPARK_HEIGHT - SPARK_CELL))
            shade = 29 if month == len(course.heights) - 1 else 130
            left = month * SPARK_CELL
            picture[top : top + SPARK_CELL, left : left + SPARK_CELL - 1] = shade
    made = io.BytesIO()
    imsave(made, picture, format="png", metadata={"Software": ""})
    return made.getvalue()


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

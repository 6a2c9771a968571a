"""What a report is made of, whatever it is written as: the page and the Word document show the same pieces.

All text is plain. A rating is ``green``, ``amber`` or ``red``, or None; it is
always shown as a word and a shape, and a colour only beside those.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spark:
    """The course of a figure in a cell, from its first month to its last; a month without one is None."""

    values: tuple[float | None, ...]
    text: str

    @property
    def heights(self) -> tuple[float | None, ...]:
        """Between 0 for the lowest and 1 for the highest."""
        known = [value for value in self.values if value is not None]
        low, high = min(known, default=0), max(known, default=0)
        room = high - low or 1
        return tuple(None if value is None else (value - low) / room for value in self.values)


@dataclass(frozen=True)
class TableCell:
    """A cell of a table; ``rating`` stands after its text. ``link``: the page about it, beside this one."""

    text: str
    rating: str | None = None
    link: str | None = None
    spark: Spark | None = None


@dataclass(frozen=True)
class ReportTable:
    """A table with headings; the first cell of each row names the row. ``numbers``: the columns set to the right.

    A row of one cell is the heading of those below it.

    ``folded``: what the page shows only to those who ask; the Word document leaves such a table to the page.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    numbers: frozenset[int] = frozenset()
    folded: str | None = None
    kind: str = "table"


@dataclass(frozen=True)
class Statement:
    """A figure and the sentence about it, by itself readable."""

    figure: str
    title: str
    text: str
    rating: str | None = None


@dataclass(frozen=True)
class Statements:
    """Some of them, under a heading if they have one."""

    items: tuple[Statement, ...]
    heading: str | None = None
    kind: str = "statements"


@dataclass(frozen=True)
class TextBlock:
    """A paragraph."""

    text: str
    kind: str = "text"


@dataclass(frozen=True)
class Points:
    """A list of sentences, under a heading if it has one."""

    items: tuple[str, ...]
    heading: str | None = None
    kind: str = "points"


@dataclass(frozen=True)
class Notice:
    """What a reader must not miss."""

    title: str
    text: str
    kind: str = "notice"


@dataclass(frozen=True)
class Tile:
    """A figure to be seen from afar."""

    title: str
    figure: str
    note: str


@dataclass(frozen=True)
class Tiles:
    """The figures at the top."""

    items: tuple[Tile, ...]
    kind: str = "tiles"


@dataclass(frozen=True)
class Drawing:
    """A chart in both forms: ``shapes``, within ``view_box``, for an ``svg`` element of a page; ``png`` for Word."""

    view_box: str
    shapes: str
    png: bytes
    inches: float


@dataclass(frozen=True)
class Chart:
    """A chart, what it shows in a sentence, and the figures it is drawn from."""

    key: str
    title: str
    text: str
    drawing: Drawing
    figures: ReportTable
    rating: str | None = None
    kind: str = "chart"


@dataclass(frozen=True)
class Charts:
    """Charts side by side, where there is room."""

    items: tuple[Chart, ...]
    heading: str | None = None
    kind: str = "charts"


Block = ReportTable | Statements | TextBlock | Points | Notice | Tiles | Charts


@dataclass(frozen=True)
class Section:
    """A part with a heading of its own."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class AuthorityPart:
    """All of one authority."""

    authority_code: str
    name: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Report:
    """All of one edition."""

    month: str
    edition: str
    parts: tuple[AuthorityPart, ...]
    is_annex: bool = False

    @property
    def title(self) -> str:
        title = f"Monitoring safeguarding practice, {self.month}"
        return f"Annex: {title}" if self.is_annex else title

"""Charts, drawn by Matplotlib in the style and palette of the Government Analysis Function (afcharts).

The same figures draw the same bytes: one font that Matplotlib brings along, no date, and ids that come from the
chart's own key. Colour is never alone: lines differ in stroke, points in shape, bars in hatching, and each is named.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib import style
from matplotlib.figure import Figure

from pipelines.periods import Period
from pipelines.snapshots.report.document import Drawing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from pipelines.snapshots.report.edition_rows import Row

# Of 338 units across: 12 pixels on a telephone of 390.
TEXT = 11.5
OWN_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    **dict.fromkeys(("xtick.labelsize", "ytick.labelsize", "legend.fontsize", "axes.labelsize"), TEXT),
    "svg.fonttype": "none",
    "axes.spines.left": False,
    "xtick.labelcolor": "#1d1d1f",
    "ytick.labelcolor": "#1d1d1f",
    "hatch.linewidth": 0.8,
}
WIDTH = 4.7
DPI = 160
INK, GREY, BAND = "#1d1d1f", "#5f6770", "#e9edf1"
SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
NAMED = (("mean", "mean"), ("upper_limit", "upper limit"), ("lower_limit", "lower limit"))
SHAPES = {"council": "o", "region": "s", "nation": "D"}


@contextmanager
def _drawn_as(key: str) -> Iterator[list[str]]:
    """The style of the house, ids of this chart alone, and the six colours of the palette."""
    with style.context(["afcharts.afcharts", {**OWN_STYLE, "svg.hashsalt": key}]):
        yield mpl.rcParams["axes.prop_cycle"].by_key()["color"]


def trend(key: str, points: Sequence[Row], unit: str) -> Drawing:
    """A KPI's months as a control chart: its line, the mean and limits of each phase, its target, and the signals.

    ``points``: rows of kpi_chart in the order of their months; a hidden value is a gap. Without a mean the line stands
    beside that of the year before.
    """
    with _drawn_as(key) as (blue, _, purple, orange, *_):
        figure, axes = _figure(2.9, left=0.14, right=0.70, bottom=0.13, top=0.95)
        places = range(len(points))
        values = _known(points, "value")
        last = points[-1]
        names = [(last[name], words, GREY) for name, words in NAMED if last[name] is not None]
        for phase in _phases(points):
            _draw_phase(axes, phase, points)
        if last["mean"] is None and last["value_year_before"] is not None:
            axes.plot(places, _known(points, "value_year_before"), color=GREY, linewidth=1.2, linestyle=(0, (4, 2)))
            names.append((last["value_year_before"], "a year before", GREY))
        targets = _known(points, "target")
        if last["target"] is not None:
            axes.step(places, targets, where="mid", color=purple, linewidth=1.5, linestyle=(0, (6, 2)), zorder=3)
            names.append((last["target"], f"target {last['target']:g}", purple))
        axes.plot(places, values, color=blue, linewidth=1.6, marker="o", markersize=3.5, zorder=4)
        signal = [place for place in places if points[place]["signals"] and points[place]["value"] is not None]
        axes.plot(
            signal, [values[place] for place in signal], linestyle="", marker="D", markersize=5.5,
            color=orange, markeredgecolor=INK, markeredgewidth=0.6, zorder=5,
        )  # fmt: skip
        _set_months(axes, [row["reporting_month"] for row in points])
        beside = [value for name, _ in (*NAMED, ("value_year_before", "")) for value in _known(points, name)]
        _set_range(axes, [*values, *targets, *beside], unit)
        _name_lines(axes, len(points) - 1, names)
        return _both(figure)


def _known(points: Sequence[Row], name: str) -> list[float]:
    return [float("nan") if row[name] is None else row[name] for row in points]


def _phases(points: Sequence[Row]) -> list[tuple[int, int]]:
    """The first and the last place of each phase."""
    numbers = [row["phase"] for row in points]
    return [
        (numbers.index(phase), len(numbers) - 1 - numbers[::-1].index(phase)) for phase in sorted(set(numbers) - {None})
    ]


def _draw_phase(axes: Axes, phase: tuple[int, int], points: Sequence[Row]) -> None:
    first, last = phase
    edges = (first - 0.5, last + 0.5)
    process = points[last]
    if process["mean"] is not None:
        axes.hlines(process["mean"], *edges, color=GREY, linewidth=1, zorder=2)
    if process["lower_limit"] is not None:
        limits = (process["lower_limit"], process["upper_limit"])
        axes.fill_between(edges, *limits, color=BAND, zorder=0, linewidth=0)
        axes.hlines(limits, *edges, color=GREY, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
    if process["phase"] > 1:
        axes.axvline(edges[0], color=INK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=2)
        month = Period.parse(process["phase_first_month"]).name
        axes.text(
            edges[0] + 0.15, 0.99, f"from {month[:3]} {month[-2:]}", transform=axes.get_xaxis_transform(),
            ha="left", va="top", fontsize=TEXT, color=INK,
        )  # fmt: skip


def dots(key: str, standards: Sequence[tuple[str, dict[str, int | None]]], names: dict[str, str]) -> Drawing:
    """Scores of 0 to 100, a line a standard, with a shape each for council, region and nation."""
    with _drawn_as(key) as (blue, turquoise, purple, *_):
        colours = {"council": blue, "region": turquoise, "nation": purple}
        figure, axes = _figure(
            0.8 + 0.42 * len(standards),
            left=0.03,
            right=0.97,
            bottom=0.06,
            top=1 - 0.32 / (0.8 + 0.42 * len(standards)),
        )
        low = min((score for _, scores in standards for score in scores.values() if score is not None), default=50)
        axes.set_xlim(min(50, 10 * (low // 10)), 100)
        axes.set_ylim(len(standards) - 0.3, -0.75)
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        for place, (standard, scores) in enumerate(standards):
            axes.axhline(place, color="#d5d8dc", linewidth=0.7, zorder=1)
            axes.text(axes.get_xlim()[0], place - 0.2, standard, ha="left", va="bottom", fontsize=TEXT, color=INK)
            for geography in ("nation", "region", "council"):
                score = scores.get(geography)
                if score is not None:
                    axes.plot(
                        [score], [place], linestyle="", marker=SHAPES[geography], color=colours[geography],
                        markersize=8 if geography == "council" else 6.5, zorder=4 if geography == "council" else 3,
                        markerfacecolor=blue if geography == "council" else "white", markeredgewidth=1.6,
                    )  # fmt: skip
        axes.set_yticks([])
        for geography, name in names.items():
            axes.plot(
                [], [], linestyle="", marker=SHAPES[geography], color=colours[geography], label=name, markersize=7,
                markerfacecolor=blue if geography == "council" else "white", markeredgewidth=1.6,
            )  # fmt: skip
        figure.legend(loc="upper left", ncols=3, bbox_to_anchor=(0.0, 1.0), handletextpad=0.1, columnspacing=1.2)
        return _both(figure)


def shares(key: str, bars: Sequence[tuple[str, tuple[int, int, int]]]) -> Drawing:
    """Workers below, within and above their bounds, a bar of 100 per cent each: (name, (below, within, above))."""
    with _drawn_as(key) as (blue, _, _, orange, *_):
        looks = (("Below", "#bfe3e0", "...", INK), ("Within", blue, "", "white"), ("Above", orange, "///", INK))
        figure, axes = _figure(0.75 + 0.3 * len(bars), left=0.24, right=0.94)
        figure.subplots_adjust(bottom=0.30 / figure.get_figheight(), top=1 - 0.36 / figure.get_figheight())
        starts = [0.0] * len(bars)
        for part, (name, colour, hatch, ink) in enumerate(looks):
            wide = [100 * counts[part] / sum(counts) for _, counts in bars]
            axes.barh(
                range(len(bars)), wide, left=starts, color=colour, hatch=hatch, edgecolor="white", height=0.76,
                label=name, linewidth=0.8,
            )  # fmt: skip
            for place, (_, counts) in enumerate(bars):
                if wide[place] >= 6:
                    box = {"facecolor": colour, "edgecolor": "none", "pad": 0.8}
                    axes.text(
                        starts[place] + wide[place] / 2, place, str(counts[part]), ha="center", va="center", color=ink,
                        fontsize=TEXT, bbox=box,
                    )  # fmt: skip
            starts = [start + width for start, width in zip(starts, wide, strict=True)]
        axes.set_yticks(range(len(bars)), [team for team, _ in bars])
        axes.tick_params(axis="y", length=0)
        axes.invert_yaxis()
        axes.set_xlim(0, 100)
        axes.set_xticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
        axes.grid(visible=False)
        figure.legend(loc="upper left", ncols=3, bbox_to_anchor=(0.0, 1.0), columnspacing=1.2)
        return _both(figure)


def _figure(height: float, **edges: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots()
    figure.subplots_adjust(**edges)
    return figure, axes


def _set_months(axes: Axes, months: Sequence[str]) -> None:
    """Each sixth month is named, counted from the last."""
    ticks = list(range(len(months) - 1, -1, -6))
    names = [Period.parse(months[place]).name for place in ticks]
    axes.set_xticks(ticks, [f"{name[:3]} {name[-2:]}" for name in names])
    axes.set_xlim(-0.6, len(months) - 0.4)


def _set_range(axes: Axes, values: Sequence[float], unit: str) -> None:
    known = [value for value in values if value == value]
    low, high = min(known), max(known)
    room = (high - low) * 0.08 or 1
    axes.set_ylim(max(low - room, 0 if low >= 0 else low - room), high + room)
    if unit == "percent":
        axes.set_ylim(max(axes.get_ylim()[0], 0) - (room / 2 if low == 0 else 0), min(high + room, 100 + room / 2))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}%" if value <= 100 else "")
    axes.tick_params(axis="y", length=0)


def _name_lines(axes: Axes, last: int, names: Sequence[tuple[float, str, str]]) -> None:
    """The lines' names at their right ends, moved apart where they would touch."""
    low, high = axes.get_ylim()
    gap = (high - low) * 0.11
    ordered = sorted(names)
    places: list[float] = []
    for value, *_ in ordered:
        places.append(max(value, places[-1] + gap) if places else value)
    is_over = bool(places) and places[-1] > high
    for place in reversed(range(len(places))):
        above = places[place + 1] if place + 1 < len(places) else high + gap
        if is_over:
            places[place] = min(places[place], above - gap)
    for height, (_, name, colour) in zip(places, ordered, strict=True):
        axes.text(last + 0.9, height, name, color=colour, ha="left", va="center", fontsize=TEXT, clip_on=False)


def _both(figure: Figure) -> Drawing:
    picture, vector = io.BytesIO(), io.BytesIO()
    figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
    figure.savefig(vector, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(vector.getvalue())  # noqa: S314  # nosec B314  # Matplotlib wrote it
    return Drawing(root.attrib["viewBox"], _shapes(root), picture.getvalue(), WIDTH)


def _shapes(root: ElementTree.Element) -> str:
    """What is drawn, as a part of a page: nothing of a file of its own, and no id but those that it uses."""
    used = {name for element in root.iter() for name in _references(element)}
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{SVG}style" or child.tag == f"{SVG}metadata":
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        if (link := element.attrib.pop(f"{XLINK}href", None)) is not None:
            element.set("href", link)
        _undress(element)
    return "".join(ElementTree.tostring(child, encoding="unicode").strip() + "\n" for child in root)


def _references(element: ElementTree.Element) -> Iterator[str]:
    for name, value in element.attrib.items():
        if name == f"{XLINK}href":
            yield value.removeprefix("#")
        elif "url(#" in value:
            yield value.partition("url(#")[2].partition(")")[0]


def _undress(element: ElementTree.Element) -> None:
    """The page's own fonts, not those that happen to be here."""
    if element.tag == "text":
        css = element.get("style", "")
        size = next((part for part in css.replace(";", " ").split() if part.endswith("px")), "9px")
        kept = [part.strip() for part in css.split(";") if part.strip() and not part.strip().startswith("font")]
        element.set("style", "; ".join([f"font-size: {size}", *kept]))

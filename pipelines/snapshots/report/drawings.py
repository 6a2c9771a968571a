"""Charts of a KPI's own page, as shapes for an ``svg`` element: light, for there is a page a KPI.

Text stays 12 pixels or more on a telephone. What is drawn stands in words and in a table beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.snapshots.report.edition_rows import in_unit, month_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipelines.snapshots.report.edition_rows import Row

WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 6, 474, 26, 196
VIEW_BOX = f"0 0 {WIDTH} {HEIGHT}"
LIMITS = ("lower_95", "upper_95", "lower_998", "upper_998")
Scale = "Callable[[float], float]"


def trend(points: Sequence[Row], unit: str) -> str:
    """A KPI's months: the usual band and mean of each phase, the target, the line, and the months that stand out."""
    drawn = ("value", "mean", "lower_limit", "upper_limit", "target", "value_year_before")
    known = [float(row[name]) for row in points for name in drawn if row[name] is not None]
    across, up = _scale(0, max(len(points) - 1, 1), LEFT + 8, RIGHT - 8), _scale(min(known), max(known), BOTTOM, TOP)
    shapes = [
        *_bands(points, across, up),
        *_course(points, "value_year_before", "before", across, up),
        *_course(points, "target", "target", across, up),
        *_course(points, "value", "line", across, up),
        *_marks(points, across, up),
        _text(LEFT, 16, "start", in_unit(max(known), unit)),
        _text(LEFT, BOTTOM - 4, "start", in_unit(min(known), unit)),
        _text(LEFT, HEIGHT - 8, "start", month_name(points[0]["reporting_month"])),
        _text(RIGHT, HEIGHT - 8, "end", month_name(points[-1]["reporting_month"])),
    ]
    return "\n".join(shapes)


def funnel(rows: Sequence[Row], unit: str) -> str:
    """Units by their size, with the limits within which 95% and 99.8% of them would lie if all were alike."""
    ordered = sorted(rows, key=lambda row: float(row["denominator"]))
    sizes = [float(row["denominator"]) for row in ordered]
    heights = [float(row[name]) for row in ordered for name in ("value", *LIMITS) if row[name] is not None]
    across, up = _scale(0, max(sizes), LEFT + 8, RIGHT - 8), _scale(min(heights), max(heights), BOTTOM, TOP)
    centre = f"{up(ordered[0]['centre']):.1f}"
    shapes = [f'<line class="mean" x1="{LEFT}" x2="{RIGHT}" y1="{centre}" y2="{centre}"/>']
    for name in LIMITS:
        at = [(across(size), up(row[name])) for size, row in zip(sizes, ordered, strict=True) if row[name] is not None]
        shapes.append(_polyline(at, "limit" if name.endswith("95") else "limit far"))
    for size, row in zip(sizes, ordered, strict=True):
        is_far = str(row["position"] or "").endswith("99.8%")
        css = "outlier" if is_far else "unit"
        shapes.append(f'<circle class="{css}" cx="{across(size):.1f}" cy="{up(row["value"]):.1f}" r="5"/>')
        if is_far:
            anchor = "end" if across(size) > WIDTH / 2 else "start"
            beside = -9 if anchor == "end" else 9
            shapes.append(_text(across(size) + beside, up(row["value"]) + 5, anchor, str(row["team_code"])))
    shapes += [
        _text(LEFT, 16, "start", in_unit(max(heights), unit)),
        _text(LEFT, BOTTOM - 4, "start", in_unit(min(heights), unit)),
        _text(LEFT, HEIGHT - 8, "start", "fewest"),
        _text(RIGHT, HEIGHT - 8, "end", f"{max(sizes):,.0f}"),
    ]
    return "\n".join(shapes)


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    room = (high - low) or 1
    return lambda value: start + (float(value) - low) / room * (end - start)


def _bands(points: Sequence[Row], across: Callable[[float], float], up: Callable[[float], float]) -> Iterator[str]:
    """Of each phase its mean, and the limits between which months usually lie."""
    for phase in sorted({row["phase"] for row in points} - {None}):
        places = [place for place, row in enumerate(points) if row["phase"] == phase]
        left, right = across(places[0] - 0.4), across(places[-1] + 0.4)
        process = points[places[-1]]
        if process["lower_limit"] is not None:
            top, bottom = up(process["upper_limit"]), up(process["lower_limit"])
            size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
            yield f'<rect class="band" x="{left:.1f}" y="{top:.1f}" {size}/>'
        if process["mean"] is not None:
            height = f"{up(process['mean']):.1f}"
            yield f'<line class="mean" x1="{left:.1f}" x2="{right:.1f}" y1="{height}" y2="{height}"/>'


def _course(
    points: Sequence[Row], name: str, css: str, across: Callable[[float], float], up: Callable[[float], float]
) -> Iterator[str]:
    """A line through the months that have a value, broken where one has none."""
    part: list[tuple[float, float]] = []
    for place, row in enumerate([*points, {name: None}]):
        if row[name] is not None:
            part.append((across(place), up(row[name])))
        elif part:
            yield _polyline(part, css)
            part = []


def _marks(points: Sequence[Row], across: Callable[[float], float], up: Callable[[float], float]) -> Iterator[str]:
    for place, row in enumerate(points):
        if row["value"] is not None:
            x, y = across(place), up(row["value"])
            if row["signals"]:
                yield f'<path class="signal" d="M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7z"/>'
            else:
                yield f'<circle class="month" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'


def _polyline(at: Sequence[tuple[float, float]], css: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    return f'<polyline class="{css}" points="{places}"/>'


def _text(x: float, y: float, anchor: str, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'

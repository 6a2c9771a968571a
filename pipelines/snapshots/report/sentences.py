"""Sentences about figures: what it is, of how many, in which months, against which target, and beside what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.rounding import half_up
from pipelines.snapshots.report.document import Statement
from pipelines.snapshots.report.edition_rows import (
    counted,
    difference,
    fraction,
    in_unit,
    is_hidden,
    month_name,
    printed,
    signed,
    window_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipelines.snapshots.report.edition_rows import Row

UNITS_OF_TIME = ("full-time equivalents", "working days")
VARIATIONS = {
    "improvement": "That is a change for the better beyond the usual variation",
    "concern": "That is a change for the worse beyond the usual variation",
    "special cause": "That is a change beyond the usual variation",
    "common cause": "That is the usual variation",
}
ASSURANCES = {
    "will be met": "as things go, the target is met every month",
    "will not be met": "as things go, the target will not be met",
    "met by chance": "as things go, whether the target is met is a matter of chance",
    "cannot be said": "whether the target will be met cannot be said from these months",
}
FOUND = "found: eight months or more on one side of the mean before"
RATED = {"green": "met", "amber": "missed, by a little", "red": "missed"}


def statement(kpi: Row, window: Row, changes: Iterable[Row]) -> Statement:
    """All that a figure's row of kpi_window and its rows of kpi_change say."""
    return Statement(
        figure=printed(window, "value_rounded", window["unit"]),
        title=kpi["title"],
        text=" ".join(
            [_made_of(kpi, window), *undecided(window), *target(window), *(change(kpi, each) for each in changes)]
        ),
        rating=window["rag"] if window["rag"] in RATED else None,
    )


def _made_of(kpi: Row, window: Row) -> str:
    """``1,456 of 1,533, September 2020 to February 2021 (95% limits 93.8% to 96.0%).``"""
    if kpi["measure"] == "flow":
        when = window_name(window["first_month"], window["reporting_month"])
    elif kpi["measure"] == "rolling":
        when = f"twelve months to the end of {month_name(window['reporting_month'])}"
    else:
        when = f"at the end of {month_name(window['reporting_month'])}"
    parts = ", ".join(filter(None, [made_of(kpi, window), when]))
    return f"{parts[0].upper()}{parts[1:]}{limits(window, window['unit'])}."


def undecided(row: Row) -> list[str]:
    """``2 records were left out.``; nothing where all could, or where the edition does not say."""
    count = row.get("undecided")
    if not count:
        return []
    left_out = "record was" if count == 1 else "records were"
    return [f"{count:,} {left_out} left out of it, because something that decides them could not be read."]


def made_of(kpi: Row, row: Row, before: str = "") -> str | None:
    """``1,456 of 1,533``, with the unit of both where they are not people or events."""
    parts = fraction(row, before)
    unit = next((unit for unit in UNITS_OF_TIME if (kpi["denominator"] or "").startswith(unit)), None)
    return f"{parts} {unit}" if parts and unit else parts


def limits(row: Mapping[str, object], unit: str) -> str:
    """`` (95% limits 93.8% to 96.0%)``; nothing where there are none."""
    lower, upper = row["lower"], row["upper"]
    if lower is None or upper is None:
        return ""
    assert isinstance(lower, float) and isinstance(upper, float)  # noqa: S101 - the contract's own type
    return f" (95% limits {between(lower, upper, unit)})"


def between(lower: float, upper: float, unit: str) -> str:
    """``93.8% to 96.0%``, ``102.7 to 119.9``: whatever the unit, it is written once."""
    plain = "ratio" if unit == "per_10000" else unit
    return f"{in_unit(lower, plain)} to {in_unit(upper, plain)}"


def target(row: Row) -> list[str]:
    """``Target 95: met.``; nothing where there is none."""
    if row["target"] is None:
        return []
    met = RATED.get(row["rag"])
    return [f"Target {row['target']:g}: {met}." if met else f"Target {row['target']:g}: not rated."]


def change(kpi: Row, row: Row) -> str:
    """What it was, of how many and when, how much that is apart, and whether chance could do it."""
    was = printed(row, "base_value_rounded", row["unit"])
    parts = made_of(kpi, row, "base_")
    base = f"{was} ({parts})" if parts else was
    months = "six months" if row["window_months"] == 6 else f"{row['window_months']} months"
    at = f"end of {month_name(row['base_month'])}"
    when = f"{months} to the {at}" if row["window_months"] > 1 else f"twelve months to the {at}"
    when = at if kpi["measure"] == "stock" else when
    if row["change"] is None:
        since = "at" if kpi["measure"] == "stock" else "in"
        if is_hidden(row, "base_value"):
            return f"What it was {since} the {when} is hidden."
        return f"It was {base} {since} the {when}{'; the change is hidden' if is_hidden(row, 'change') else ''}."
    words = difference(row["change"], row["unit"], less="fewer" if row["unit"] in {"percent", "count"} else "less")
    beside = "as" if words == "the same" else "than"
    return f"{words[0].upper()}{words[1:]} {beside} the {base} of the {when}{_percent(row)}{_chance(kpi, row)}."


def _percent(row: Row) -> str:
    if row["change_percent"] is None or row["change"] == 0:
        return ""
    return f", a {'rise' if row['change'] > 0 else 'fall'} of {half_up(abs(row['change_percent']), 1)}%"


def _chance(kpi: Row, row: Row) -> str:
    if row["is_beyond_chance"] is None or row["change"] == 0:
        return ""
    if not row["is_beyond_chance"]:
        return ", which chance could explain"
    side = verdict_of(kpi, row)
    return f", more than chance explains{f', and {side}' if side else ''}"


def verdict_of(kpi: Row, row: Row) -> str | None:
    """``better`` or ``worse`` where a change is beyond chance and its direction is a good or a bad one."""
    if not row["is_beyond_chance"] or kpi["direction"] == "neutral":
        return None
    return "better" if (row["change"] > 0) == (kpi["direction"] == "higher_is_better") else "worse"


def of_chart(points: Sequence[Row], unit: str) -> str:
    """The last month beside the limits of its phase, and what the rules of control charts make of it."""
    last = points[-1]
    value = of_point(last, "value", unit)
    month = month_name(last["reporting_month"])
    words = [f"{month}: {value}", *_year_before(last, unit)]
    if last["lower_limit"] is not None:
        kind = "provisional limits" if last["is_trial"] else "limits"
        low, high, mean = (of_point(last, name, unit) for name in ("lower_limit", "upper_limit", "mean"))
        words.append(f"the {kind} of {last['points']} months are {low} to {high}, their mean {mean}")
    sentences = [*_step(points, unit), _judged(last)]
    return f"{'; '.join(words)}. {' '.join(each for each in sentences if each)}".strip()


def of_point(point: Row, name: str, unit: str) -> str:
    """A column of kpi_chart in the KPI's unit, of a net change with its sign."""
    if point["charted"] == "net change" and point[name] is not None:
        return signed(point[name], unit)
    return printed(point, name, unit)


def _year_before(last: Row, unit: str) -> list[str]:
    if last["mean"] is not None or last["value_year_before"] is None:
        return []
    return [f"a year before it was {of_point(last, 'value_year_before', unit)}"]


def _step(points: Sequence[Row], unit: str) -> list[str]:
    """``From January 2020 it is another level (a new system): its mean was 86.0% before.``"""
    last = points[-1]
    if last["mean"] is None:
        return []
    earlier = [point for point in points if point["phase"] == last["phase"] - 1]
    if not earlier:
        return []
    why = FOUND if last["phase_reason"] == "found" else last["phase_reason"]
    was = of_point(earlier[-1], "mean", unit)
    return [f"From {month_name(last['phase_first_month'])} it is another level ({why}): the mean before was {was}."]


def _judged(last: Row) -> str:
    if last["variation"] not in VARIATIONS and last["assurance"] not in ASSURANCES:
        return ""
    words = VARIATIONS.get(last["variation"], "It is not judged by limits")
    signals = f" ({last['signals']})" if last["signals"] else ""
    outlook = f"; {ASSURANCES[last['assurance']]}" if last["assurance"] in ASSURANCES else ""
    return f"{words}{signals}{outlook}."


def survey_wave(rate: Row | None, scores: Sequence[Row], questions: int, names: Mapping[str, str]) -> str:
    """Who was asked, who answered, and of how many others the comparison is."""
    date = scores[0]["survey_date"]
    words = [f"The social work health check closed on {date.day} {date:%B %Y}."]
    if rate is not None and rate["value"] is not None:
        words.append(
            f"{counted(rate, 'numerator')} of the {counted(rate, 'denominator')} social workers invited answered, "
            f"{printed(rate, 'value_rounded', 'percent')}{limits(rate, 'percent')}."
        )
    if questions:
        words.append(f"It had {questions} questions.")
    others = {
        row["geography"]: row["respondents"] for row in scores if row["geography"] != "council" and row["respondents"]
    }
    if others:
        counts = [
            f"{names[place]} ({others[place]:,} respondents)" for place in ("region", "nation") if place in others
        ]
        words.append(f"Beside it {'stand' if len(counts) > 1 else 'stands'} {' and '.join(counts)}, its own included.")
    return " ".join(words)

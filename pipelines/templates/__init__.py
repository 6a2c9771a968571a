"""The templates of all pages, and the words and forms that they share."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from pipelines.deliveries import MADE_UP_AUTHORITY
from pipelines.periods import Period

CONSEQUENCES = {
    "refuse_delivery": "Delivery rejected",
    "refuse_row": "Row rejected",
}
SEVERITIES = {
    "critical": "Error",
    "warning": "Warning",
    "info": "Note",
}
"""What a row is called that is used all the same."""
RATINGS = {"green": ("●", "Green"), "amber": ("▲", "Amber"), "red": ("■", "Red")}
"""A shape and a word, which stand beside every colour."""
UNITS = {"percent": "%", "per_10000": " per 10,000"}
OWNERS = {
    "export": "Those who make the export",
    "HR": "Human resources",
    "survey": "Those who run the survey",
    "unallocated": "unallocated (no team holds it)",
}
"""Who fixes what is no team's, as a page says it."""


def urgency(consequence: str, severity: str) -> str:
    """What a finding is called on every page and list: what refuses by what it refuses, all else by its severity."""
    return CONSEQUENCES.get(consequence, SEVERITIES[severity])


def in_unit(value: float, unit: str) -> str:
    """``95.0%``, ``111.0 per 10,000``, ``1,533``."""
    return f"{value:,.0f}" if unit == "count" else f"{value:,.1f}{UNITS.get(unit, '')}"


def template(name: str) -> Template:
    """A template of this folder; a name that it uses and was not given is an error."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    """One a process, which keeps the templates that it has compiled."""
    environment = Environment(
        loader=PackageLoader("pipelines", "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        thousands=lambda number: f"{number:,}",
        month_name=lambda month: Period.parse(month).name,
        plain=lambda number: f"{number:,.2f}".rstrip("0").rstrip("."),
        days=lambda number: "1 day" if number == 1 else f"{number:,} days",
    )
    environment.globals.update(urgency=urgency, made_up_authority=MADE_UP_AUTHORITY, owners=OWNERS, in_unit=in_unit)
    return environment

"""What a KPI may require, by name, and from which tables and columns of each source it can be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field, RootModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Tables = Annotated[tuple[str, ...], Field(min_length=1)]
Subject = Annotated[dict[str, Tables], Field(min_length=1)]
Alternatives = tuple[tuple[str, ...], ...]


class UnknownSubject(ValueError):
    """A KPI requires what no source is known to give."""


class NoSource(ValueError):
    """No source gives all that a KPI requires of it together."""


class SubjectsFile(RootModel[dict[str, Subject]]):
    """By subject and source the tables, and columns as ``table.column``, that give it; the preferred source first."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


def requirements_of(required: Sequence[str], subjects: Mapping[str, Subject]) -> list[Alternatives]:
    """Each requirement as its alternatives, any one of which will do with all of its tables; the first is preferred.

    Subjects of which some source gives two are taken together from one source, so that no record of one is held against
    the records of another. What every alternative has is a requirement without one. Raises UnknownSubject or NoSource.
    """
    if strangers := [name for name in required if name not in subjects]:
        raise UnknownSubject(f"there is no subject {strangers[0]!r}")
    return [one for together in _connected(required, subjects) for one in _alternatives(together, subjects)]


def _connected(required: Sequence[str], subjects: Mapping[str, Subject]) -> list[list[str]]:
    groups: list[list[str]] = []
    for name in required:
        joined = [group for group in groups if any(subjects[name].keys() & subjects[other].keys() for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([*(other for group in joined for other in group), name])
    return groups


def _alternatives(together: Sequence[str], subjects: Mapping[str, Subject]) -> list[Alternatives]:
    sources = [source for source in subjects[together[0]] if all(source in subjects[name] for name in together)]
    if not sources:
        raise NoSource(f"no source gives {' and '.join(together)}")
    alternatives = [
        tuple(dict.fromkeys(table for name in together for table in subjects[name][source])) for source in sources
    ]
    of_all = [table for table in alternatives[0] if all(table in tables for tables in alternatives)]
    of_some = tuple(tuple(table for table in tables if table not in of_all) for tables in alternatives)
    return [*(((table,),) for table in of_all), *([of_some] if all(of_some) else [])]

"""The drawing, the tree and the imports agree, and the page's answers lead somewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.unit.test_house import DAGS, PIPELINES, PROJECT, imported, own, room_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
GRAPH = PAGE.partition("```mermaid\n")[2].partition("```")[0]
BOXES = set(re.findall(r'^ +(\w+)\["\1"\]$', GRAPH, re.MULTILINE))
ARROWS = set(re.findall(r"^ +(\w+) --> (\w+)$", GRAPH, re.MULTILINE))
ROWS = {
    name: set(re.findall(r"`(\w+)`", others))
    for name, others in re.findall(r"^\| `(\w+)` \| .* \| ([^|]*) \|$", PAGE, re.MULTILINE)
}
NAMED = sorted(set(re.findall(r"`((?:pipelines|sql|expectations|tests|dags)/[^`]*)`", PAGE)))
STRANGERS = ("date of a census", "a visit is late", "the front page")


def box_of(room: str) -> str:
    """The box in which a folder or module directly under pipelines is drawn."""
    return room if room in {"__main__", "catalog"} or (PROJECT / "pipelines" / room).is_dir() else "ground"


def real() -> dict[str, set[str]]:
    """What each box imports, from the imports themselves."""
    imports: dict[str, set[str]] = {"dags": {box_of(room) for dag in DAGS for room in own(imported(dag))}}
    for file in PIPELINES:
        imports.setdefault(box_of(room_of(file)), set()).update(map(box_of, own(imported(file))))
    return {box: others - {box} for box, others in imports.items()}


def reached(box: str, imports: Mapping[str, set[str]]) -> set[str]:
    return imports[box].union(*(reached(other, imports) for other in imports[box]))


def test_every_package_is_drawn_and_in_the_table_and_nothing_else() -> None:
    assert set(real()) == BOXES == set(ROWS)


def test_the_table_holds_every_import() -> None:
    assert real() == ROWS


def test_every_arrow_is_an_import_and_every_import_follows_arrows() -> None:
    imports = real()
    drawn = {box: {to for start, to in ARROWS if start == box} for box in BOXES}
    assert all(others <= imports[box] for box, others in drawn.items())
    assert {box: reached(box, drawn) for box in BOXES} == {box: reached(box, imports) for box in BOXES}


def test_no_arrow_says_what_others_say_already() -> None:
    for arrow in ARROWS:
        drawn = {box: {to for start, to in ARROWS - {arrow} if start == box} for box in BOXES}
        assert arrow[1] not in reached(arrow[0], drawn), arrow


@pytest.mark.parametrize("path", NAMED)
def test_every_path_of_the_page_is_there(path: str) -> None:
    assert (PROJECT / path).exists()


def test_every_folder_of_sql_is_explained() -> None:
    folders = {f"sql/{folder.name}/" for folder in (PROJECT / "sql").iterdir() if folder.is_dir()}
    assert folders == set(re.findall(r"^\| `(sql/\w+/)` \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("question", STRANGERS)
def test_the_questions_of_strangers_are_answered_by_paths(question: str) -> None:
    (answer,) = [line for line in PAGE.splitlines() if line.startswith("| ") and question in line]
    assert re.findall(r"`[\w/]+/[\w.]+\.(?:py|sql|yaml|html)`", answer)

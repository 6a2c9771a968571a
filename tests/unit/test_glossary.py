"""Every word of the published columns and of the tree is in the glossary, or is plain English."""

from __future__ import annotations

import re

import pytest

from pipelines.contracts.published import load_published
from pipelines.settings import PROJECT

PAGE = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
TABLES = load_published(PROJECT / "expectations" / "snapshots")
TERMS = re.findall(r"^\| (?!term |---)([^|]+?) \| [^|]+\| ?[^|]*\|$", PAGE, re.MULTILINE)
DEFINED = {word for term in TERMS for word in re.findall(r"[a-z0-9]+", term.lower())}
# Words that mean in a name what they mean in any sentence.
PLAIN = {
    *("alike", "among", "another", "answers", "before", "beyond", "cause", "centre", "chance", "conflict", "detail"),
    *("difference", "differs", "display", "failed", "file", "first", "holds", "in", "is", "lower", "name", "not"),
    *("note", "of", "on", "only", "order", "other", "percent", "points", "position", "preferred", "published"),
    *("question", "questions", "read", "reason", "respondents", "row", "rows", "second", "sentence", "shown", "signed"),
    *("tested", "title", "type", "upper", "used", "without", "words", "apart", "95", "998", "count", "conditions"),
    *("at", "by", "area", "code", "day", "date", "end", "id", "last", "limit", "mean", "month", "months", "start"),
    *("corrected", "removed", "refused", "reverse", "and", "approved", "item", "result", "summary", "year"),
}
FOLDERS = sorted(
    folder.name
    for above in ("pipelines", "sql", "sql/core", "sql/warehouse")
    for folder in (PROJECT / above).iterdir()
    if folder.is_dir() and folder.name != "__pycache__"
)
# What a folder is called that is no word of the field, and where its name is explained.
FOLDERS_ELSEWHERE = {"cli", "macros", "templates", "quality"}


def unknown(name: str) -> set[str]:
    words = set(name.lower().split("_"))
    return {word for word in words if not {word, word.removesuffix("s")} & (DEFINED | PLAIN)}


@pytest.mark.parametrize("name", sorted({each.name for table in TABLES for each in (table, *table.columns)}))
def test_every_word_of_a_published_name_is_defined_or_plain(name: str) -> None:
    assert unknown(name) == set(), "define it in docs/glossary.md"


@pytest.mark.parametrize("name", FOLDERS)
def test_every_word_of_the_tree_is_defined(name: str) -> None:
    assert name in FOLDERS_ELSEWHERE or unknown(name) == set(), "define it in docs/glossary.md"


def test_no_term_is_defined_twice_and_none_is_out_of_order() -> None:
    assert len(set(TERMS)) == len(TERMS)
    for section in PAGE.split("\n## ")[1:]:
        terms = re.findall(r"^\| (?!term |---)([^|]+?) \|", section, re.MULTILINE)
        assert terms == sorted(terms, key=str.lower)


def test_a_word_that_nobody_defined_is_found() -> None:
    assert unknown("kpi_wobble") == {"wobble"}

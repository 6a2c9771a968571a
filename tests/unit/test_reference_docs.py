from pathlib import Path

import pytest

from pipelines.cli.reference_docs import pages

PAGES = pages()


@pytest.mark.parametrize("page", list(PAGES), ids=lambda page: page.name)
def test_the_page_says_what_the_code_says(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page], "run `make docs`"

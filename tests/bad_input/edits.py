"""What becomes of a file's bytes: some are changed, put in, left out, written twice, moved, or cut off at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

Edit = tuple[str, int, int, int, bytes]
PLACES = st.integers(0, 3000)


def edits_with(tokens: Sequence[bytes]) -> st.SearchStrategy[list[Edit]]:
    """One to three edits, of which those that put something in prefer the tokens."""
    return st.lists(
        st.tuples(
            st.sampled_from(["flip", "put", "delete", "double", "move", "cut"]),
            PLACES,
            st.integers(1, 60),
            PLACES,
            st.sampled_from(tokens) | st.binary(min_size=1, max_size=6),
        ),
        min_size=1,
        max_size=3,
    )


def edited(content: bytes, edits: list[Edit]) -> bytes:
    for kind, place, length, other, put in edits:
        start = place % (len(content) + 1)
        end = start + length
        if kind == "flip":
            content = (
                content[:start] + bytes(each ^ put[0] for each in content[start : start + 1]) + content[start + 1 :]
            )
        elif kind == "put":
            content = content[:start] + put + content[start:]
        elif kind == "delete":
            content = content[:start] + content[end:]
        elif kind == "double":
            content = content[:end] + content[start:]
        elif kind == "move":
            rest = content[:start] + content[end:]
            to = other % (len(rest) + 1)
            content = rest[:to] + content[start:end] + rest[to:]
        else:
            content = content[: len(content) - start % 200]
    return content

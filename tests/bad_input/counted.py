"""How many deliveries were tried here, and how many of them were refused: ``make fuzz`` says it in the end."""

from __future__ import annotations

from collections import Counter
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class HasRefusal(Protocol):
    """What came of a delivery: why the whole of it was refused, if it was."""

    @property
    def refusal(self) -> object: ...


T = TypeVar("T", bound=HasRefusal)
TRIED: Counter[str] = Counter()


def counting(how: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Count the calls of what reads or stages a delivery, by what came of it."""

    def decorate(attempt: Callable[..., T]) -> Callable[..., T]:
        @wraps(attempt)
        def counted(*given: Any) -> T:
            TRIED[f"{how} and broke"] += 1
            outcome = attempt(*given)
            TRIED[f"{how} and broke"] -= 1
            TRIED[f"{how} and refused" if outcome.refusal is not None else how] += 1
            return outcome

        return counted

    return decorate

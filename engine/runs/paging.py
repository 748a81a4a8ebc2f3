"""What makes pages of runs stands above them, and says so itself."""

from collections.abc import Callable
from typing import Any

from engine.errors import UnspiralError

_MADE_BY: list[Callable[[Any], Any]] = []


def paged_by(make: Callable[[Any], Any]) -> None:
    """Let runs be made into pages by `make(run)`."""
    _MADE_BY[:] = [make]


def paged(run: Any) -> Any:
    """The page of a run. UnspiralError where nothing makes any."""
    if not _MADE_BY:
        raise UnspiralError("nothing makes pages here: import engine first")
    return _MADE_BY[0](run)

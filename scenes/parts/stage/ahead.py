"""The next frame of a film, computed while the one before is drawn: where a processor has nothing else to do."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

DEAR = 0.004
"""Seconds that a frame takes to compute where it is worth it: what one core computes, another must fetch to draw it."""


class _Asked(NamedTuple):
    """The frame that was asked for last, whether those of this film are dear, and the next one, if it was begun."""

    number: int
    dear: bool
    coming: Future[Any] | None


_ASKED: WeakKeyDictionary[Any, _Asked] = WeakKeyDictionary()
"""Of each replay that is being played."""
_THREAD = ThreadPoolExecutor(1, "film")


class Spare:
    """Whether a processor waits for frames: two threads that both have enough to do are not helped by a third."""

    def __init__(self) -> None:
        self.now = False


SPARE = Spare()


def in_turn(replay: Any, number: int, last: int, frame: Callable[[int], Any]) -> Any:
    """frame(number); where frames are asked for one after the other, the next one, up to `last`, is begun meanwhile.

    `frame` must depend on nothing but the number: it is called in another thread, and perhaps for nothing.
    """
    asked = _ASKED.get(replay)
    if asked is not None and asked.number != number - 1:
        asked = None
    if asked is not None and asked.coming is not None:
        found, dear = asked.coming.result(), asked.dear
    else:
        begun = perf_counter()
        found = frame(number)
        dear = perf_counter() - begun > DEAR
    worth = asked is not None and dear and SPARE.now and number < last
    _ASKED[replay] = _Asked(number, dear, _THREAD.submit(frame, number + 1) if worth else None)
    return found

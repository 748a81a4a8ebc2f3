"""Playing a film on a picture."""

from collections.abc import Callable
from typing import Any, Protocol

from manim import Animation, Mobject, linear

from engine import Film, Frame


class Shows(Protocol):
    """A mobject that shows one frame at a time."""

    def show(self, frame: Frame) -> None:
        """Show `frame` from now on, whatever was shown before."""
        ...


class Replay(Animation):
    """Show a film on a picture, the playhead going from `start` to `stop`; backwards if `stop` is less.

    Alpha 0 is film(start), alpha 1 is film(stop), exactly. Raises the film's own error if it has no such playheads.

    `play` cuts a long one into segments (`part`), so that Manim's cache and other processes work at that grain.
    """

    def __init__(
        self,
        picture: Mobject,
        film: Film,
        start: float,
        stop: float,
        run_time: float = 1.0,
        rate_func: Callable[[float], float] = linear,
        **kwargs: Any,
    ) -> None:
        for playhead in (start, stop):
            film(playhead)
        super().__init__(picture, run_time=run_time, rate_func=rate_func, **kwargs)
        self.film = film
        self.start = start
        self.stop = stop

    def create_starting_mobject(self) -> Mobject:
        """The picture itself: a frame depends on nothing shown before, so nothing needs copying."""
        return self.mobject

    def interpolate(self, alpha: float) -> None:
        """Show the film at alpha, 0 … 1."""
        s = self.rate_func(1 - alpha if self.reverse_rate_function else alpha)
        self.mobject.show(self.film((1 - s) * self.start + s * self.stop))

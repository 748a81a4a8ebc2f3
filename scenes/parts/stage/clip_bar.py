"""One bar for a whole clip, where Manim has one for every animation."""

import time
from collections.abc import Callable, Iterable, Iterator

from manim import Scene, config

from engine.progress import Bars
from scenes.parts.stage.length import about

EVERY = 0.1
"""Seconds from one look at the bar to the next."""


class ClipBar:
    """Counts a clip's frames as they are drawn: "Embedding, grow: 340 of 1,860 frames, 9 s left".

    How many there will be is read from the scene's lines; where those do not say it, nothing is said of it.
    """

    def __init__(self, scene: type[Scene]) -> None:
        self._scene = scene
        self._section = ""
        self._bars: Bars | None = None
        self._next = self._seconds = 0.0
        self._drawn = 0
        self.tell: Callable[[int], None] | None = None
        """Is told instead, how many frames of the present play are drawn."""

    def counting(self, times: Iterable[float], begun: int, held: int) -> Iterator[float]:
        """The times of a play's frames, counted as they are taken.

        The play begins `begun` frames after the clip; `held` of those were still, and cost nothing.
        """
        cached = begun - held - self._drawn
        for number, at in enumerate(times, 1):
            yield at
            self._drawn += 1
            if self.tell is not None:
                self.tell(number)
            elif config.progress_bar != "none" and time.monotonic() >= self._next:
                self._show(self._drawn + held, cached)

    def begin_section(self, name: str) -> None:
        """Say from now on which section is being drawn."""
        self._section = name

    def close(self) -> None:
        """The clip is done; the bar stays only if Manim's settings say so."""
        if self._bars is not None:
            self._bars.__exit__()
            self._bars = None

    def _show(self, done: int, cached: int) -> None:
        if self._bars is None:
            self._bars = Bars(leave=config.progress_bar == "leave").__enter__()
            whole = not config.from_animation_number and config.upto_animation_number in (-1, float("inf"))
            self._seconds = about(self._scene) if whole else 0.0
        total = round(self._seconds * config.frame_rate) - cached
        words = f"{self._scene.__name__}, {self._section}" if self._section else self._scene.__name__
        self._bars.show(0, words, done, total if total > done else 0, "frames")
        self._next = time.monotonic() + EVERY

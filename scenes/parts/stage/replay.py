"""Playing a film on a picture."""

from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any, Protocol, TypeVar

from manim import Animation, Mobject, config, linear

from engine import UnspiralError
from engine.errors import given
from engine.films.cues import Cues, read_cues
from engine.films.seen import Brief
from engine.films.trails import trailing
from scenes.parts.stage.ahead import in_turn

F = TypeVar("F")
F_contra = TypeVar("F_contra", contravariant=True)

TRAIL = (1.0, 0.8, 0.6, 0.4, 0.2)
"""At which shares of its time a trail is looked at."""


class Shows(Protocol[F_contra]):
    """A mobject that shows one frame at a time; F is the kind of its frames."""

    def show(self, frame: F_contra) -> Any:
        """Show `frame` from now on, whatever was shown before."""
        ...


class Replay(Animation):
    """Show a film on a picture, the playhead going from `start` to `stop`; backwards if `stop` is less.

    Alpha 0 is film(start), alpha 1 is film(stop), exactly. Raises the film's own error if it has no such playheads.

    `cues`, or a file of them, stand in for start, stop, run time and rate: the film is where they say when they say it,
    and lasts as long as they do.

    `trail`: points that move draw a trail of where they were in so many seconds before; at rest they have none.
    """

    def __init__(
        self,
        picture: Shows[F],
        film: Callable[[float], F],
        start: float | None = None,
        stop: float | None = None,
        run_time: float = 1.0,
        rate_func: Callable[[float], float] = linear,
        cues: Cues | str | Path | None = None,
        trail: float = 0.0,
        **kwargs: Any,
    ) -> None:
        if not callable(film):
            raise UnspiralError(
                f"{given(film)} was given, where a replay needs a film after its picture: training(run)"
            )
        if cues is not None:
            whole: Any = film
            cues = (cues if isinstance(cues, Cues) else read_cues(cues)).within(whole).on_frames(config.frame_rate)
            start, stop = cues.playheads[0], cues.playheads[-1]
            run_time, rate_func = cues.frames(config.frame_rate) / config.frame_rate, linear
        if start is None or stop is None:
            raise UnspiralError("a replay goes from a start to a stop, or along cues")
        for playhead in (start, stop):
            film(playhead)
        super().__init__(picture, run_time=run_time, rate_func=rate_func, **kwargs)  # type: ignore[arg-type]
        self.picture = picture
        self.film = film
        self.start = start
        self.stop = stop
        self.cues = cues
        self.trail = trail
        self.span = (0, 1, 1)
        """(first, last, whole): this part shows frames `first` up to `last` out of `whole`."""

    def between(self, first: int, last: int) -> "Replay":
        """Of a replay along cues, its frames from `first` up to `last`: a replay by itself."""
        if self.cues is None:
            raise UnspiralError("only a replay along cues is cut at frames of its own")
        part = copy(self)
        part.span = (first, last, self.cues.frames(config.frame_rate))
        part.run_time = (last - first) / config.frame_rate
        return part

    def parts(self, frames: int, most: int) -> list["Replay"]:
        """The same replay, `frames` long, as equally long replays of at most `most` frames each.

        Played one after the other they show the very same frames; Manim caches each by itself.
        """
        begin, end, whole = (0, frames, frames) if self.span == (0, 1, 1) else self.span
        count = -(-frames // most)
        cuts = [begin + (end - begin) * k // count for k in range(count + 1)]
        parts = []
        for first, last in zip(cuts, cuts[1:]):
            part = copy(self)
            part.span = (first, last, whole)
            part.run_time = self.run_time * (last - first) / (end - begin)
            parts.append(part)
        return parts

    def create_starting_mobject(self) -> Mobject:
        """The picture itself: a frame depends on nothing shown before, so nothing needs copying."""
        return self.mobject  # type: ignore[return-value]

    def interpolate(self, alpha: float) -> None:
        """Show the film at alpha, 0 … 1."""
        first, last, _ = self.span
        frame = self._number(alpha)
        if not isinstance(frame, int) or last - first == 1 or not isinstance(self.film, Brief):
            self.picture.show(self._seen(frame))
        else:
            self.picture.show(in_turn(self, frame, last - 1, self._seen))

    def _seen(self, frame: float) -> Any:
        """What is shown in a frame of the whole replay."""
        first, last, _ = self.span
        if self.trail == 0 or frame == last:
            return self.film(self._at(frame))
        ago = (self.trail * share / self.run_time * (last - first) for share in TRAIL)
        heads = [self._at(_whole(max(0, frame - part))) for part in ago]
        return trailing(self.film, [*heads, self._at(frame)])

    def playhead(self, alpha: float) -> float:
        """Where the film is at alpha, 0 … 1."""
        return self._at(self._number(alpha))

    def _number(self, alpha: float) -> float:
        """Which frame of the whole replay alpha is; an int where it is one."""
        first, last, _ = self.span
        return _whole((1 - alpha) * first + alpha * last)

    def _at(self, frame: float) -> float:
        """Where the film is in a frame of the whole replay."""
        whole = self.span[2]
        if self.cues is not None:
            shown = round(frame / whole * self.cues.frames(config.frame_rate), 6)
            return self.cues(shown / config.frame_rate)
        s = self.rate_func(1 - frame / whole if self.reverse_rate_function else frame / whole)
        return (1 - s) * self.start + s * self.stop


def _whole(frame: float) -> float:
    """A frame's number, an int if it is nearly one: Manim counts in floating-point seconds."""
    return round(frame) if abs(frame - round(frame)) < 1e-6 else frame


def whole_frames(run_time: float) -> int:
    """Whole frames nearest to a run time in seconds, at least one."""
    return max(1, round(run_time * config.frame_rate))

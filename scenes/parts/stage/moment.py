"""Finding a moment in a scene: played up to there without drawing, and no farther."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim.utils.exceptions import EndSceneEarlyException

from engine import UnspiralError
from engine.errors import unknown
from engine.render.moment import Moment
from scenes.parts.stage.replay import Replay


class Sought:
    """A moment that a scene is played up to; frames are counted from the scene's beginning, `rate` a second."""

    def __init__(self, moment: Moment, rate: float) -> None:
        self.moment = moment
        self.rate = rate
        self.sections: list[str] = []
        self.frame = self._after(0) if moment.playhead is None and not moment.section else None
        """The frame that is meant; None: not known yet."""
        self._section = ""
        """The section that it is in, while the scene is."""

    def begin_section(self, name: str, frame: int) -> None:
        """A section begins with this frame. UnspiralError if the moment lies after the end of the one before."""
        if self._section and self.frame is not None and self.frame > frame:
            self._too_late(f"section {self._section}", frame - self.frame + self._after(0))
        self.sections.append(name)
        self._section = ""
        if self.frame is None and self.moment.section in (name, str(len(self.sections))):
            self.frame, self._section = self._after(frame), name

    def within(self, animations: Any, begun: int, length: int) -> int | None:
        """How many frames after its beginning a play is at the moment, 0 … length; None: not in this play.

        The play begins with frame `begun` and is `length` frames long.
        """
        if self.moment.playhead is not None:
            found = [reached(animation, self.moment.playhead, length) for animation in animations]
            return min((number for number in found if number is not None), default=None)
        if self.frame is None or self.frame - begun >= length:
            return None
        return max(0, self.frame - begun)

    def times(self, animations: Any, number: int, in_steps: bool) -> Iterator[float]:
        """The seconds of a play up to its frame `number`, then the scene's end, replays being at the exact playhead."""
        yield from np.arange(0 if in_steps else number, number + 1) / self.rate
        if self.moment.playhead is not None:
            for animation in animations:
                if isinstance(animation, Replay) and passes(animation, self.moment.playhead):
                    animation.picture.show(animation.film(self.moment.playhead))
        raise EndSceneEarlyException

    def check_reached(self, frame: int) -> None:
        """The scene ended with so many frames. UnspiralError says why the moment was not there; its end is."""
        if self.moment.playhead is not None:
            raise UnspiralError(
                f"no film of this scene is ever at {self.moment.playhead:g}; name a time (3.2s) instead"
            )
        if self.frame is None:
            raise unknown("section", self.moment.section, self.sections or ("none",))
        if self.frame > frame:
            begun = self.frame - self._after(0)
            self._too_late(f"section {self._section}" if self._section else "the scene", frame - begun)

    def _after(self, frame: int) -> int:
        return frame + round(self.moment.seconds * self.rate)

    def _too_late(self, what: str, length: int) -> None:
        raise UnspiralError(f"{self.moment.text}: {what} is only {length / self.rate:.4g} s long")


def passes(replay: Replay, playhead: float) -> bool:
    """Whether it plays what lies between its two ends, and the playhead with it."""
    low, high = sorted((replay.start, replay.stop))
    return low <= playhead <= high


def reached(animation: Any, playhead: float, length: int) -> int | None:
    """After how many frames of a play, 0 … length, a replay is at or has just passed a playhead; None: never."""
    if not isinstance(animation, Replay) or not passes(animation, playhead):
        return None
    apart = np.array([animation.playhead(number / length) for number in range(length + 1)]) - playhead
    crossing = np.flatnonzero((apart[:-1] * apart[1:] <= 0) & (apart[:-1] != apart[1:]) | (apart[:-1] == 0))
    if len(crossing) == 0:
        return length if apart[-1] == 0 else None
    first = int(crossing[0])
    return first if apart[first] == 0 else first + 1

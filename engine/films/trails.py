"""Where points come from: a frame with the ways that some of its points have just gone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.films.film import Frame, Trails
from engine.films.together import Together

MOST = 40
"""Points that have a trail: more would cover the others."""


def trailing(film: Callable[[float], Any], playheads: Sequence[float]) -> Any:
    """The film's frame at the last of these playheads; some of its points come from where they were at those before.

    Of films together, each frame has trails, and none if it has no points. A film whose frames are dear says where some
    of its points are: `some_points(playhead, which)`.
    """
    if isinstance(film, Together):
        return tuple(trailing(one, playheads) for one in film.films)
    frame = film(playheads[-1])
    count = len(frame.points) - int(frame.held.sum()) if isinstance(frame, Frame) else 0
    if not count:
        return frame
    some = np.arange(0, count, -(-count // MOST))
    alone = getattr(film, "some_points", lambda at, which: film(at).points[which])
    earlier = [np.asarray(alone(at, some), float) for at in playheads[:-1]]
    return replace(frame, trails=Trails(some, np.stack([*earlier, frame.points[some]])))

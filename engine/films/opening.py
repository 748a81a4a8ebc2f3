"""A film's beginning from near: what is too small to be seen fills the plot, until the view draws back."""

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Film, Frame, View, check_playhead
from engine.films.seen import Brief

FILLED = 0.72
"""How much of the plot the points fill at first."""


@dataclass(frozen=True, eq=False)
class Opening(Brief):
    """One frame of a film, seen from near (playhead 0) and drawing back to the film's own view (1)."""

    frame: Frame
    near: View
    first: float = 0.0
    last: float = 1.0

    def __call__(self, playhead: float) -> Frame:
        """The frame at a playhead: the view grows by the same factor in equal times. UnspiralError outside 0 … 1."""
        check_playhead(playhead, self.last)
        far = self.frame.view
        half = self.near.half ** (1 - playhead) * far.half**playhead
        span = far.half - self.near.half
        share = (half - self.near.half) / span if span > 0 else playhead  # so that one place stays where it is
        x, y = ((1 - share) * a + share * b for a, b in zip(self.near.centre, far.centre))
        if playhead == 1:
            return self.frame
        times = float(f"{far.half / half:.2g}")
        return replace(self.frame, view=View((x, y), half), caption=f"magnified {times:,.4g} times")


def opening(film: Film[Frame], playhead: float | None = None) -> Opening:
    """What a film shows at a playhead, by default its first, from near; the playhead is 0 there and 1 from far.

    UnspiralError where all points lie at one place: there is nothing to come near to.
    """
    frame = film(film.first if playhead is None else playhead)
    low, high = frame.points.min(0), frame.points.max(0)
    half = float((high - low).max()) / 2 / FILLED
    if not half > 0:
        raise UnspiralError("all points lie at one place; an opening comes near to points that lie apart")
    centre = np.asarray(low + high) / 2
    return Opening(frame, View((float(centre[0]), float(centre[1])), min(half, frame.view.half)))

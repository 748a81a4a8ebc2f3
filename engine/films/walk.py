"""A walk through the plane of codes, and what is decoded on the way; the playhead is the step, 0 the first."""

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import UnspiralError
from engine.films.film import Frame, check_playhead
from engine.films.images import Images, Sheet
from engine.films.points import Points
from engine.films.seen import Brief
from engine.films.together import Together
from engine.network.layers import Array


@dataclass(frozen=True, eq=False)
class Walker(Brief):
    """The codes of one epoch, and on them the way so far; see `walk`."""

    codes: Points
    epoch: float
    path: Array
    last: float
    first: float = 0.0

    def __call__(self, playhead: float) -> Frame:
        """The frame at a step, or on the straight way between two. UnspiralError beyond the walk's ends."""
        check_playhead(playhead, self.last)
        here = min(int(playhead), len(self.path) - 2)
        at = (1 - playhead + here) * self.path[here] + (playhead - here) * self.path[here + 1]
        way = np.concatenate([self.path[: here + 1], at[None]])
        return replace(self.codes(self.epoch), marked=way, playhead=playhead)


@dataclass(frozen=True, eq=False)
class Decoded(Brief):
    """The images of one epoch, a step of the walk each; see `walk`."""

    images: Images
    epoch: float
    last: float
    first: float = 0.0

    def __call__(self, playhead: float) -> Sheet:
        """The frame at a step: the image decoded there is pointed at. UnspiralError beyond the walk's ends."""
        check_playhead(playhead, self.last)
        return replace(self.images(self.epoch), pointed=round(playhead), playhead=playhead)


def walk(codes: Points, images: Images, path: Array, epoch: float) -> Together[Frame]:
    """Along `path` (S, 2) through the codes of an epoch, and beside it the S images that were decoded at its steps.

    UnspiralError where they are not as many, or the path is no way through a plane.
    """
    path = np.asarray(path, float)
    if path.ndim != 2 or path.shape[1] != 2 or len(path) < 2:
        raise UnspiralError(f"a path has shape {path.shape}; (S, 2) is needed: two or more places in the plane")
    count = len(images(epoch).images)
    if count != len(path):
        raise UnspiralError(f"{len(path)} places and {count} images were given; a walk needs an image for each place")
    last = len(path) - 1.0
    return Together((Walker(codes, epoch, path, last), Decoded(images, epoch, last)))

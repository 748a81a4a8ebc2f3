"""A walk through the plane of codes, and what is decoded on the way; the playhead is the step, 0 the first."""

from dataclasses import dataclass, replace

import numpy as np

from engine.errors import UnspiralError
from engine.films.at_epoch import AtEpoch
from engine.films.film import Frame
from engine.films.flow import along
from engine.films.images import Images, Sheet
from engine.films.points import Points
from engine.films.seen import Brief
from engine.films.together import Together
from engine.network.layers import Array


@dataclass(frozen=True, eq=False)
class Walking(Brief):
    """The codes, and on them the way so far; see `walk`."""

    codes: Points
    path: Array

    def at(self, epoch: float, step: float) -> Frame:
        """The frame at a step, or on the straight way between two."""
        way = np.concatenate([self.path[: min(int(step), len(self.path) - 2) + 1], along(self.path, step)[None]])
        return replace(self.codes(epoch), marked=way, playhead=step)


@dataclass(frozen=True, eq=False)
class Decoding(Brief):
    """The images, a step of the walk each; see `walk`."""

    images: Images

    def at(self, epoch: float, step: float) -> Sheet:
        """The frame at a step: the image decoded there is pointed at."""
        return replace(self.images(epoch), pointed=round(step), playhead=step)


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
    return Together((AtEpoch(Walking(codes, path), epoch, last), AtEpoch(Decoding(images), epoch, last)))

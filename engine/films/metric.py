"""Points by direction alone, on the circle or the sphere, as losses of similarity see them; playhead: epoch."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import Frame, View
from engine.films.points import TILT, TURN, labels_for, series_of
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array
from engine.runs.run import Run
from engine.runs.showable import series_showable

HALF = 0.8
"""The share of a class's points that its arc holds."""
_ROUND = np.linspace(0, math.tau, 97)


@dataclass(frozen=True, kw_only=True)
class Directions(Frame):
    """A frame of directions: `points` on the circle of radius 1, or on the sphere seen from the side."""

    arcs: tuple[Array, ...]
    """For each class (V, 2): on the circle, its arc, which holds 80 % of its points around their mean direction; on the
    sphere, the rim of the cap that does. Empty (0, 2) for a class without points."""
    depth: Array
    """(N,), how near a point is to us on the sphere, −1 … 1; 0 on the circle."""
    sphere: bool = False


@dataclass(frozen=True, eq=False)
class Metric(OverEpochs):
    """Directions; see `metric`."""

    name: str
    labels: NDArray[np.int64]

    def __call__(self, playhead: float) -> Directions:
        """The frame at an epoch. UnspiralError outside the run."""
        codes = np.asarray(self.run.array(self.name, playhead), float)
        directions = codes / np.maximum(np.linalg.norm(codes, axis=1, keepdims=True), 1e-300)
        sphere = codes.shape[1] == 3
        turned = directions @ self._turn(playhead) if sphere else directions
        classes = range(int(self.labels.max(initial=-1)) + 1)
        caps = [turned[self.labels == k] for k in classes]
        return Directions(
            **in_common(self.run, playhead),
            class_names=self.run.class_names,
            points=turned[:, :2],
            labels=self.labels,
            view=View(half=1.3),
            arcs=tuple((_cap(mine) if sphere else _arc(mine)) if len(mine) else np.zeros((0, 2)) for mine in caps),
            depth=turned[:, 2] if sphere else np.zeros(len(turned)),
            sphere=sphere,
        )

    def _turn(self, playhead: float) -> Array:
        """(3, 3), to the right, up and towards us, as `points` turns three dimensions."""
        share = (playhead - self.first) / ((self.last - self.first) or 1.0)
        cos, sin, s, c = math.cos(TURN * share), math.sin(TURN * share), math.sin(TILT), math.cos(TILT)
        return np.array([[cos, sin * s, -sin * c], [-sin, cos * s, -cos * c], [0.0, c, s]])


def metric(run: Run, name: str, labels: NDArray[np.integer] | None = None) -> Metric:
    """The series `name` (T, N, 2) on the circle, or (T, N, 3) on the sphere: each point's direction from the origin.

    Every class of `labels`, by default the run's, has an arc (on the sphere, a cap) around its mean direction that
    holds 80 % of its points. UnspiralError for series of another shape.
    """
    run = series_showable(run, name)
    codes = series_of(run, name, 3, "(T, N, 2) or (T, N, 3): N directions in the plane or in space")
    if codes.shape[2] not in (2, 3):
        raise UnspiralError(f"{name!r} has {codes.shape[2]} dimensions; directions are shown in 2 or 3")
    own = labels_for(run, codes.shape[1], labels)
    return Metric(run, name, own)


def mean_direction(directions: Array) -> Array:
    """(d,), where directions (N, d) point on average; the first of them where they cancel out."""
    total = directions.sum(0)
    length = float(np.linalg.norm(total))
    return total / length if length > 1e-12 else directions[0]


def _width(directions: Array, middle: Array) -> float:
    """The angle from `middle` within which the share `HALF` of directions lies, in radians."""
    return float(np.quantile(np.arccos(np.clip(directions @ middle, -1, 1)), HALF))


def _arc(directions: Array) -> Array:
    middle = mean_direction(directions)
    width, centre = _width(directions, middle), math.atan2(middle[1], middle[0])
    angles = np.linspace(centre - width, centre + width, 65)
    return np.stack([np.cos(angles), np.sin(angles)], 1)


def _cap(directions: Array) -> Array:
    middle = mean_direction(directions)
    width = _width(directions, middle)
    aside = np.cross(middle, np.eye(3)[np.abs(middle).argmin()])
    aside /= np.linalg.norm(aside)
    up = np.cross(middle, aside)
    rim = math.cos(width) * middle + math.sin(width) * (np.cos(_ROUND)[:, None] * aside + np.sin(_ROUND)[:, None] * up)
    return rim[:, :2]

"""Any series of points (T, N, d) while a training goes on: codes, hidden states, samples; the playhead is the epoch."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError
from engine.films.film import Frame, View
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array
from engine.network.lines import NO_LINES, Lines
from engine.runs.run import Run
from engine.runs.showable import series_showable

LOOKED_AT = 64
"""Snapshots that are looked at to find how far a series reaches."""
BINS = 48
"""Of the histogram that spreads points in one dimension by how dense they lie."""
TURN = math.tau / 3
"""How far a 3-D series turns about its third axis over the whole film, in radians."""
ELLIPSES = 120
"""Of more points, so many evenly chosen ones have theirs."""
_ANGLES = np.linspace(0, math.tau, 49)
TILT = 0.4
"""How far one looks down on a 3-D series, in radians."""


@dataclass(frozen=True, eq=False)
class Points(OverEpochs):
    """A series of points in its plane; see `points`."""

    name: str
    labels: NDArray[np.int64]
    view: View
    axes: tuple[str, str]
    caption: str
    directions: Array
    """(d, 2), the plane in which d > 3 dimensions are shown."""
    spreads: str = ""
    circle: float = 0.0

    def points(self, playhead: float) -> Array:
        """(N, 2), where the points are at an epoch."""
        codes = np.asarray(self.run.array(self.name, playhead), float)
        if codes.shape[1] == 1:
            return np.stack([codes[:, 0], _spread(codes[:, 0], self.view)], 1)
        if codes.shape[1] != 3:
            return codes @ self.directions
        share = (playhead - self.first) / ((self.last - self.first) or 1.0)
        cos, sin = math.cos(TURN * share), math.sin(TURN * share)
        turned = np.array([[cos, sin * math.sin(TILT)], [-sin, cos * math.sin(TILT)], [0.0, math.cos(TILT)]])
        return codes @ turned

    def __call__(self, playhead: float) -> Frame:
        """The frame at an epoch. UnspiralError outside the run."""
        points = self.points(playhead)
        sizes = np.zeros((0, 2))
        if self.spreads:
            sizes = np.asarray(self.run.array(self.spreads, playhead), float)
        lines = ellipses(points, sizes, self.circle)
        return Frame(
            points=points,
            labels=self.labels,
            lines=lines,
            bright=(len(lines.starts) - 2,) if self.circle else (),
            view=self.view,
            **in_common(self.run, playhead),
            class_names=self.run.class_names,
            axes=self.axes,
            caption=self.caption,
        )


def points(
    run: Run, name: str, labels: NDArray[np.integer] | None = None, *, spreads: str = "", circle: float = 0.0
) -> Points:
    """The series `name` (T, N, d) as points in a plane, coloured by `labels` (N,), by default the run's own.

    One dimension is spread upwards by how dense points lie there; three turn slowly; of more, the plane of the two
    principal axes of what was recorded last is shown, and said. Round points of two dimensions, the series `spreads`
    (T, N, 2) gives ellipses, half as wide and high as it says, for up to 120 of them; `circle` is the radius of one
    round the origin, such as a prior's. UnspiralError for series of another shape.
    """
    run = series_showable(run, name)
    stacked = series_of(run, name, 3, "(T, N, d): N points of d dimensions")
    width = stacked.shape[2]
    last = np.asarray(run.array(name, float(run.epochs[-1])), float)
    directions, caption = principal(last) if width > 3 else (np.eye(width, 2), "")
    axes = {1: (name, ""), 2: (f"{name}₁", f"{name}₂"), 3: ("", f"{name}₃")}.get(width, ("u₁", "u₂"))
    seen = [np.asarray(run.array(name, float(epoch)), float) for epoch in looked_at(run)]
    places = np.zeros((1, 2))
    if width == 3:
        reach = max(float(np.linalg.norm(codes, axis=1).max()) for codes in seen)
        view = View(half=1.06 * reach or 1.0)
    else:
        places = np.concatenate([codes @ directions if width > 1 else np.repeat(codes, 2, 1) for codes in seen])
        low, high = places.min(0), places.max(0)
        half = 1.08 * float((high - low).max()) / 2 or 1.0
        view = View((float((low + high)[0] / 2), float((low + high)[1] / 2) if width > 1 else 0.0), half)
    if spreads and (width != 2 or series_of(run, spreads, 3, "(T, N, 2): widths and heights").shape != stacked.shape):
        raise UnspiralError(f"spreads are for points (T, N, 2); {name!r} is {stacked.shape}")
    if circle:
        view = View.holding(*np.maximum(np.abs(places).max(0), circle).tolist())
    own = labels_for(run, stacked.shape[1], labels)
    return Points(run, name, own, view, axes, caption, directions, spreads, circle)


def ellipses(centres: Array, sizes: Array, circle: float) -> Lines:
    """Ellipses round up to `ELLIPSES` of the centres (N, 2), half-axes sizes (N, 2); then a circle round the origin."""
    around = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1)
    some = np.unique(np.linspace(0, len(sizes) - 1, min(ELLIPSES, len(sizes))).astype(int)) if len(sizes) else []
    outlines = [centres[k] + sizes[k] * around for k in some] + ([circle * around] if circle else [])
    if not outlines:
        return NO_LINES
    return Lines(np.concatenate(outlines), len(_ANGLES) * np.arange(len(outlines) + 1))


def series_of(run: Run, name: str, dimensions: int, shape: str) -> NDArray:
    """The stacked series of a run. UnspiralError if there is none of that name, or its shape is not `shape`."""
    run.array(name, float(run.epochs[0]))  # says it if there is no such series
    stacked = run.series[name]
    if stacked.ndim != dimensions:
        raise UnspiralError(f"the series {name!r} has shape {stacked.shape}; this film shows {shape}")
    return stacked


def looked_at(run: Run) -> NDArray[np.float64]:
    """Some of a run's epochs, its first and last among them."""
    return run.epochs[np.unique(np.linspace(0, len(run.epochs) - 1, LOOKED_AT).astype(int))]


def principal(codes: Array) -> tuple[Array, str]:
    """The plane (d, 2) of the two principal axes of codes (N, d), and a caption that says how much of them it shows."""
    _, sizes, rows = np.linalg.svd(codes - codes.mean(0), full_matrices=False)
    directions = rows[:2].T * np.where(rows[:2].T[np.abs(rows[:2]).argmax(1), [0, 1]] < 0, -1.0, 1.0)
    share = (sizes[:2] ** 2).sum() / ((sizes**2).sum() or 1.0)
    return (
        directions,
        f"principal axes of {codes.shape[1]} dimensions at the end: {100 * share:.0f} % of their variance",
    )


def labels_of(run: Run, count: int) -> NDArray[np.int64] | None:
    """The run's own labels of `count` points; None if it has none of as many."""
    for own in (run.constants.get("labels"), run.points.y, run.data.y):
        if own is not None and own.shape == (count,) and own.dtype.kind in "iu":
            return np.asarray(own, np.int64)
    return None


def labels_for(run: Run, count: int, given: NDArray[np.integer] | None) -> NDArray[np.int64]:
    """The labels `given` for `count` points, by default the run's; all 0 if it has none. UnspiralError if too few."""
    labels = labels_of(run, count) if given is None else given
    if labels is None:
        return np.zeros(count, np.int64)
    if len(labels) != count:
        raise UnspiralError(f"{len(labels)} labels were given for {count} points")
    return np.asarray(labels, np.int64)


def _spread(values: Array, view: View) -> Array:
    """(N,), heights that spread points of a line by how dense they lie there, the same for the same points."""
    edges = np.linspace(view.centre[0] - view.half, view.centre[0] + view.half, BINS + 1)
    density, _ = np.histogram(values, edges)
    middle = (edges[1:] + edges[:-1]) / 2
    width = np.interp(values, middle, density / (density.max() or 1))
    share = (np.arange(len(values)) * 0.6180339887498949) % 1.0  # evenly, whatever the number of points
    return 0.8 * view.half * width * (2 * share - 1)

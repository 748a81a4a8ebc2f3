"""Films: pure functions from a playhead to a frame of plain arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data import Labelled
from engine.errors import UnspiralError
from engine.grid import Lines, images, square_grid
from engine.layers import Array, classifier, embedding, mistaken
from engine.regions import argmax_regions
from engine.run import Run


class View(NamedTuple):
    """What is to be seen of the plane: `half` data units from the centre to the nearer edge of the plot."""

    centre: tuple[float, float] = (0.0, 0.0)
    half: float = 1.0

    def corners(self, reach: float = 4.0) -> Array:
        """((left, bottom), (right, top)) of a square `reach` times the view: no screen shows more of the plane."""
        centre, half = np.asarray(self.centre, float), reach * self.half
        return np.stack([centre - half, centre + half])


class Curve(NamedTuple):
    """A quantity over the whole run, for a plot that draws itself: at (T,) and value (T,)."""

    at: Array
    value: Array


@dataclass(frozen=True)
class Frame:
    """What is to be seen at one playhead, as plain arrays; pictures draw it."""

    points: Array
    """(N, 2), data units."""
    labels: NDArray[np.int64]
    """(N,), the truth y: a point's colour."""
    wrong: NDArray[np.bool_]
    """(N,), mistakes: points whose own class does not have the highest score."""
    lines: Lines
    """Images of the input plane's grid."""
    bright: tuple[int, ...]
    """Which of them are images of the input's own axes."""
    class_vectors: Array
    """(K, 2), rows of the classifier's weight."""
    regions: tuple[Array, ...]
    """K polygons, where each class has the highest score: a region's colour."""
    view: View
    playhead: float
    readings: Mapping[str, float] = field(default_factory=dict)
    """Named numbers to read off: epoch, loss, accuracy …"""
    curve: Curve | None = None
    axes: tuple[str, str] = ("e₁", "e₂")
    """Names of the plane's axes."""
    caption: str = ""


class Film(Protocol):
    """A pure function from playhead to frame, for playheads from `first` to `last`."""

    @property
    def first(self) -> float: ...  # noqa: D102
    @property
    def last(self) -> float: ...  # noqa: D102
    def __call__(self, playhead: float) -> Frame: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Training:
    """The embedding of a run's points and grid while it learns; the playhead is the epoch."""

    run: Run
    data: Labelled
    view: View
    segments: Array
    bright: tuple[int, ...]
    axes: tuple[str, str]

    @property
    def first(self) -> float:
        """The first recorded epoch."""
        return float(self.run.epochs[0])

    @property
    def last(self) -> float:
        """The last recorded epoch."""
        return float(self.run.epochs[-1])

    def __call__(self, playhead: float) -> Frame:
        """The frame at an epoch. UnspiralError outside the run."""
        network = self.run.at(playhead)
        last = classifier(network)
        data = self.data
        points = embedding(network, data.x)
        return Frame(
            points=points,
            labels=data.y,
            wrong=mistaken(points @ last.weight.T + last.bias, data.y),
            lines=images(network[:-1], self.segments),
            bright=self.bright,
            class_vectors=last.weight,
            regions=argmax_regions(last, self.view.corners()),
            view=self.view,
            playhead=playhead,
            readings={"epoch": playhead, **{name: self.run.metric(name, playhead) for name in self.run.metrics}},
            curve=Curve(self.run.epochs, self.run.loss),
            axes=self.axes,
        )


def training(run: Run, extent: float = 1.2, lines: int = 21) -> Film:
    """The run's embedding while it learns; the playhead is the epoch, the view fixed for all of them.

    `lines` grid lines each way over ± `extent` of the input plane. UnspiralError if the embedding is not 2-D.
    """
    x = run.data.x
    width = embedding(run.at(run.epochs[0]), x[:1]).shape[1]
    if width != 2:
        raise UnspiralError(f"the embedding has {width} dimensions; films show 2: use a recipe with embedding = 2")
    segments = square_grid(extent, lines) if x.shape[1] == 2 else np.zeros((0, 2, x.shape[1]))
    bright = (lines // 2, lines + lines // 2) if len(segments) and lines % 2 else ()
    axes = ("e₁", "e₂") if len(run.layers) > 1 else ("x₁", "x₂")
    return Training(run, run.data, _fixed_view(run), segments, bright, axes)


def _fixed_view(run: Run) -> View:
    """Wide enough for every point at every epoch, centred on the origin so that growing from nothing is seen."""
    some = np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int))
    reach = np.max([np.abs(embedding(run.at(float(run.epochs[i])), run.data.x)).max(0) for i in some], axis=0)
    across, up = float(reach[0]), float(reach[1])
    return View(half=1.06 * max(up, across / 1.3) or 1.0)


def pace(film: Film, start: float, stop: float, evenness: float = 0.8) -> Callable[[float], float]:
    """A rate function under which points move about equally fast all the way from `start` to `stop`.

    `evenness` 0 keeps the playhead linear, 1 makes the points' average speed constant. Ends are exact: 0 ↦ 0, 1 ↦ 1.
    """
    s = np.linspace(0, 1, 65)
    images_ = [film((1 - t) * start + t * stop).points for t in s]
    travelled = [float(np.sqrt(((b - a) ** 2).sum(1).mean())) for a, b in zip(images_, images_[1:])]
    distance = np.concatenate([[0.0], np.cumsum(travelled)])
    even = distance / distance[-1] if distance[-1] > 0 else s
    progress = (1 - evenness) * s + evenness * even  # of time, as a function of the playhead
    return lambda alpha: float(np.interp(alpha, progress, s))

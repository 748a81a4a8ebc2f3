"""Films: pure functions from a playhead to a frame of plain arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.films.plane import Plane, plane_of
from engine.network.layers import Array, classifier, embedding, mistaken
from engine.network.lines import Lines, extent_of, images, square_grid
from engine.network.regions import argmax_regions
from engine.recipes.data import Labelled
from engine.runs.run import Run


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
    """(K, 2), rows of the classifier's weight; none (0, 2) where they mean nothing in the plane shown."""
    regions: tuple[Array, ...]
    """K polygons, where each class has the highest score: a region's colour; none where they mean nothing."""
    view: View
    playhead: float
    readings: Mapping[str, float] = field(default_factory=dict)
    """Named numbers to read off: epoch, loss, accuracy …"""
    curve: Curve | None = None
    axes: tuple[str, str] = ("e₁", "e₂")
    """Names of the plane's axes."""
    caption: str = ""
    decided: float = 1.0
    """How far regions and class vectors have appeared, 0 … 1."""


class Film(Protocol):
    """A pure function from playhead to frame, for playheads from `first` to `last`."""

    @property
    def first(self) -> float: ...  # noqa: D102
    @property
    def last(self) -> float: ...  # noqa: D102
    def __call__(self, playhead: float) -> Frame: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class OverEpochs:
    """What films of a run have in common: the playhead is the epoch, from the first recorded to the last."""

    run: Run

    @property
    def first(self) -> float:
        """The first recorded epoch."""
        return float(self.run.epochs[0])

    @property
    def last(self) -> float:
        """The last recorded epoch."""
        return float(self.run.epochs[-1])


@dataclass(frozen=True, eq=False)
class Training(OverEpochs):
    """The embedding of a run's points and grid while it learns; the playhead is the epoch."""

    data: Labelled
    view: View
    segments: Array
    bright: tuple[int, ...]
    plane: Plane

    def points(self, playhead: float) -> Array:
        """The frame's points alone, (N, 2), at a quarter of its cost."""
        return self.plane(self.run.embedding(playhead))

    def __call__(self, playhead: float) -> Frame:
        """The frame at an epoch. UnspiralError outside the run."""
        run, plane, data = self.run, self.plane, self.data
        if run.trajectories is None:
            network = run.at(playhead)
            last, e, lines = classifier(network), embedding(network, data.x), images(network[:-1], self.segments)
        else:
            last, e, recorded = run.classifier(playhead), run.embedding(playhead), run.lines(playhead)
            count, samples, width = recorded.shape
            lines = Lines(recorded.reshape(-1, width), np.arange(count + 1) * samples)
        wrong = mistaken(e @ last.weight.T + last.bias, data.y)
        shadow = plane.shadow(last, e.mean(0))
        meant = playhead >= plane.shown_from
        readings = {"epoch": playhead, **{name: run.metric(name, playhead) for name in run.metrics}}
        there = np.isfinite(run.metrics.get("loss", np.zeros(0)))
        return Frame(
            points=plane(e),
            labels=data.y,
            wrong=wrong,
            lines=Lines(plane(lines.vertices), lines.starts),
            bright=self.bright,
            class_vectors=shadow.weight if meant else np.zeros((0, 2)),
            regions=argmax_regions(shadow, self.view.corners()) if meant else (),
            view=self.view,
            playhead=playhead,
            readings={"accuracy": 1 - float(wrong.mean())} | readings,
            curve=Curve(run.epochs[there], run.loss[there]) if there.any() else None,
            axes=plane.names,
            caption=plane.caption,
            decided=plane.decided(playhead, self.last - self.first, self.last),
        )


def training(
    run: Run,
    extent: float | None = None,
    lines: int = 21,
    plane: ArrayLike | None = None,
    upright: float | None = None,
) -> Film:
    """The run's embedding while it learns; the playhead is the epoch, the view fixed for all of them.

    `lines` grid lines each way over ± `extent` of the input plane, by default a little more than the points take; of a
    run whose layers are not known, those that were recorded. An embedding that is not 2-D is shown in a plane of it, or
    in the `plane` (d, 2) given: see `plane_of`. `upright`: the epoch at which a 2-D one is to lie upright on the input.
    """
    x = run.data.x
    shown = plane_of(run, plane, upright)
    if run.trajectories is not None:
        segments, lines = run.trajectories.segments, len(run.trajectories.segments) // 2
    elif x.shape[1] == 2:
        segments = square_grid(extent_of(x) if extent is None else extent, lines)
    else:
        segments = np.zeros((0, 2, x.shape[1]))
    bright = (lines // 2, lines + lines // 2) if len(segments) and lines % 2 else ()
    return Training(run, run.data, _fixed_view(run, shown), segments, bright, shown)


def _fixed_view(run: Run, plane: Plane) -> View:
    """Wide enough for every point at every epoch, centred on the origin so that growing from nothing is seen."""
    some = np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int))
    reach = np.max([np.abs(plane(run.embedding(float(run.epochs[i])))).max(0) for i in some], axis=0)
    across, up = float(reach[0]), float(reach[1])
    return View(half=1.06 * max(up, across / 1.3) or 1.0)


def pace(film: Film, start: float, stop: float, evenness: float = 0.8) -> Callable[[float], float]:
    """A rate function under which points move about equally fast all the way from `start` to `stop`.

    In a film without points, class vectors do. `evenness` 0 keeps the playhead linear, 1 makes their average speed
    constant. Ends are exact: 0 ↦ 0, 1 ↦ 1.
    """
    s = np.linspace(0, 1, 65)
    images_ = [_moving(film, float((1 - t) * start + t * stop)) for t in s]
    travelled = [float(np.sqrt(((b - a) ** 2).sum(1).mean())) for a, b in zip(images_, images_[1:])]
    distance = np.concatenate([[0.0], np.cumsum(travelled)])
    even = distance / distance[-1] if distance[-1] > 0 else s
    progress = (1 - evenness) * s + evenness * even  # of time, as a function of the playhead
    return lambda alpha: float(np.interp(alpha, progress, s))


def _moving(film: Film, playhead: float) -> Array:
    """What a film's pace is measured by."""
    if isinstance(film, Training):
        return film.points(playhead)
    frame = film(playhead)
    return frame.points if len(frame.points) else frame.class_vectors

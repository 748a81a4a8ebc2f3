"""How numbers are distributed while a training goes on: of layers, of classes, of any series; playhead: epoch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import UnspiralError, unknown
from engine.films.film import Frame
from engine.films.points import labels_of, looked_at
from engine.films.readings import in_common
from engine.films.training import OverEpochs
from engine.network.layers import Array, Linear, Network
from engine.network.loss import backward, forwards, losses
from engine.runs.run import Run
from engine.runs.showable import series_showable

BINS = 64
MOST = 12
"""Rows of a series that get a ridge each; those of more rows are one ridge."""
POINTS = 1000
"""Of activations, so many points are looked at, evenly among all."""
OF_LAYERS = ("weights", "activations", "gradients")
OF_POINTS = ("losses", "margins")
FEWER = 4
"""Of what has to be worked out, one in so many snapshots is looked at for how far it goes."""
Kind = Literal["ridges", "violins"]
By = Literal["", "class", "row", "all"]


@dataclass(frozen=True, kw_only=True)
class Ridges(Frame):
    """A frame of distributions, one over the other on one axis."""

    names: tuple[str, ...]
    at: Array
    """(B,), the middles of the bins."""
    shares: Array
    """(G, B), the share of each distribution's numbers there: a number counts for the two bins that it lies between,
    in proportion, so that a row's mean is exact, and nothing jumps from one bin to the next."""
    medians: Array
    """(G,)"""
    chosen: tuple[Array, ...] = ()
    """Numbers of single points, for each distribution; none if none are chosen."""
    classes: tuple[int, ...] = ()
    """The class of each distribution; none where they are no classes."""
    measure: str = ""
    """What the numbers are."""
    mirrored: bool = False

    @property
    def moving(self) -> Array:
        """(B, G), what a pace is measured by."""
        return self.shares.T


class Source(NamedTuple):
    """What distributions are of."""

    numbers: Callable[[float], list[tuple[str, Array]]]
    """The name and the numbers of each distribution, at an epoch."""
    classes: tuple[int, ...] = ()
    """The class of each, if they are those of classes."""
    of_points: Callable[[float], Array] | None = None
    """Where a number belongs to each point: those (N,) at an epoch."""
    labels: NDArray[np.int64] | None = None
    """(N,), the class of each point."""


@dataclass(frozen=True, eq=False)
class Distributions(OverEpochs):
    """Distributions; see `distributions`."""

    measure: str
    source: Source
    low: float
    high: float
    chosen: NDArray[np.int64]
    kind: Kind

    def __call__(self, playhead: float) -> Ridges:
        """The frame at an epoch. UnspiralError outside the run."""
        found = self.source.numbers(playhead)
        return Ridges(
            **in_common(self.run, playhead),
            names=tuple(name for name, _ in found),
            at=np.linspace(self.low, self.high, BINS),
            shares=np.array([binned(values, self.low, self.high) for _, values in found]),
            medians=np.array([np.median(values) for _, values in found]),
            chosen=self._chosen(playhead, len(found)),
            classes=self.source.classes,
            measure=self.measure,
            mirrored=self.kind == "violins",
        )

    def _chosen(self, playhead: float, count: int) -> tuple[Array, ...]:
        if not len(self.chosen) or self.source.of_points is None:
            return ()
        values = self.source.of_points(playhead)[self.chosen]
        if not self.source.classes or self.source.labels is None:
            return (values, *[np.zeros(0)] * (count - 1))
        return tuple(values[self.source.labels[self.chosen] == k] for k in self.source.classes)


def distributions(
    run: Run,
    what: str,
    by: By = "",
    *,
    layer: int | None = None,
    chosen: Sequence[int] = (),
    reach: tuple[float, float] | None = None,
    kind: Kind = "ridges",
) -> Distributions:
    """How the numbers `what` are distributed at each epoch: histograms one over the other, or "violins".

    `what` is a series (T, N, …), `by` class of its N points, by row, or all together: by default what fits. Or, of a
    run whose layers are known, the "weights", "gradients" or "activations" of its layers, the activations of one
    `layer` (1 is the first) by class; or the "losses" or "margins" (own score − the highest other) of its points by
    class. `chosen` points are marked, where each has one number. All have one axis from the smallest to the largest
    number of the run, or `reach`: what lies beyond counts at its ends. UnspiralError for what the run does not hold.
    """
    run = series_showable(run, what)
    if what in run.series:
        source = _of_series(run, what, by)
    elif what in OF_LAYERS:
        source = _of_layers(run, what) if layer is None else _of_one_layer(run, what, layer)
    elif what in OF_POINTS:
        _needs_classifier(run, what)
        source = _of_points(run, what, "all" if by == "all" else "class")
    else:
        raise unknown("series", what, [*run.series, *OF_LAYERS, *OF_POINTS])
    if len(chosen) and source.of_points is None:
        raise UnspiralError(f"{what} are not one number a point: no single points can be marked among them")
    if reach is None:
        some = looked_at(run)[:: 1 if what in run.series else FEWER]
        seen = [v for epoch in (*some, run.epochs[-1]) for _, v in source.numbers(float(epoch))]
        reach = min(float(v.min()) for v in seen), max(float(v.max()) for v in seen)
    low, high = reach if reach[0] < reach[1] else (reach[0] - 1, reach[0] + 1)
    return Distributions(run, what, source, low, high, np.asarray(chosen, np.int64), kind)


def binned(values: Array, low: float, high: float) -> Array:
    """(B,), the share of the numbers at each bin's middle, from `low` to `high`; together 1."""
    place = np.clip((np.asarray(values, float).ravel() - low) / (high - low), 0, 1) * (BINS - 1)
    below = np.minimum(place.astype(np.int64), BINS - 2)
    share = place - below
    counts = np.bincount(below, 1 - share, BINS) + np.bincount(below + 1, share, BINS)
    return counts / place.size


def _of_series(run: Run, name: str, by: By) -> Source:
    shape = run.series[name].shape[1:]
    whole = lambda epoch: np.asarray(run.array(name, epoch), float)  # noqa: E731
    if not shape:
        raise UnspiralError(
            f"the series {name!r} is one number a snapshot: record numbers as metrics, and draw a curve"
        )
    labels = labels_of(run, shape[0])
    several = labels is not None and len(set(labels.tolist())) > 1
    if by == "class" and labels is None:
        raise UnspiralError(f"the series {name!r} has {shape[0]} rows, and the run no labels of as many points")
    of_points = whole if len(shape) == 1 else None
    if by == "class" or (by == "" and several):
        assert labels is not None
        return _by_class(run, whole, labels, of_points)
    if by == "row" or (by == "" and len(shape) > 1 and shape[0] <= MOST):
        names = run.names.get(f"{name}.rows", ()) or tuple(str(k + 1) for k in range(shape[0]))
        return Source(lambda epoch: [*zip(names, whole(epoch).reshape(shape[0], -1))])
    return Source(lambda epoch: [("", whole(epoch).ravel())], of_points=of_points)


def _by_class(run: Run, whole: Callable[[float], Array], labels: NDArray[np.int64], of_points: object) -> Source:
    classes = tuple(sorted(set(labels.tolist())))
    called = run.class_names
    names = [called[k] if k < len(called) else str(k + 1) for k in classes]

    def numbers(epoch: float) -> list[tuple[str, Array]]:
        values = whole(epoch)
        return [(name, values[labels == k].ravel()) for name, k in zip(names, classes)]

    return Source(numbers, classes, whole if of_points is not None else None, labels)


def _of_layers(run: Run, what: str) -> Source:
    if what == "activations":
        names = activation_names(run.at(float(run.epochs[0])))
        x = _some(run)[0]
        return Source(lambda epoch: [*zip(names, map(np.ravel, forwards(run.at(epoch), x)[1:]))])

    def numbers(epoch: float) -> list[tuple[str, Array]]:
        network = run.at(epoch)
        found = network if what == "weights" else backward(network, *run.data).gradients
        weights = [layer.weight for layer in found if isinstance(layer, Linear)]
        sizes = [f"{w.shape[0]} × {w.shape[1]}" for w in weights]
        return [(f"layer {k + 1}: {size}", w.ravel()) for k, (w, size) in enumerate(zip(weights, sizes))]

    numbers(float(run.epochs[0]))  # says it if layers are not known
    return Source(numbers)


def _of_one_layer(run: Run, what: str, layer: int) -> Source:
    if what != "activations":
        raise UnspiralError(f"{what} belong to no class: leave layer out, and each layer has a distribution")
    count = len(run.at(float(run.epochs[0])))
    if not 1 <= layer <= count:
        raise UnspiralError(f"layer {layer} was asked for; this network has layers 1 to {count}")
    x, y = _some(run)
    return _by_class(run, lambda epoch: forwards(run.at(epoch), x)[layer], y, None)


def _of_points(run: Run, what: str, by: By) -> Source:
    y = run.data.y

    def values(epoch: float) -> Array:
        scores = np.asarray(run.scores(epoch), float)
        if what == "losses":
            return losses(scores, y)
        own = scores[np.arange(len(y)), y]
        others = np.where(np.arange(scores.shape[1]) == y[:, None], -np.inf, scores)
        return own - others.max(1)

    if by == "class":
        return _by_class(run, values, y, values)
    return Source(lambda epoch: [("", values(epoch))], of_points=values)


def _needs_classifier(run: Run, what: str) -> None:
    if not run.layers:
        raise UnspiralError(
            f"{what} are worked out from scores, and this run holds no classifier: record them as a series"
        )


def _some(run: Run) -> tuple[Array, NDArray[np.int64]]:
    x, y = run.data
    step = -(-len(y) // POINTS)
    return x[::step], y[::step]


def activation_names(network: Network) -> list[str]:
    """What leaves each layer of a network."""
    names = []
    for k, layer in enumerate(network):
        linear = sum(isinstance(one, Linear) for one in network[: k + 1])
        names.append(f"sums of layer {linear}" if isinstance(layer, Linear) else f"{layer.title} {linear}")
    if len(network) > 2 and isinstance(network[-2], Linear):
        names[-2] = "embedding"
    names[-1] = "scores"
    return names

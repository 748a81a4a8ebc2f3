"""A run's training as a film; the playhead is the epoch."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import UnspiralError
from engine.films.film import Curve, Film, Frame, View
from engine.films.plane import Plane, plane_of
from engine.films.readings import in_common, loss_curve
from engine.films.seen import Brief
from engine.films.unfolding import shrink
from engine.network.layers import LARGE, Array, classifier, embedding, forward, weights_of
from engine.network.lines import Lines, extent_of, images, square_grid
from engine.network.loss import judged_by
from engine.network.regions import argmax_regions
from engine.numbers import scaled
from engine.recipes.data import Labelled
from engine.runs.labels import of_label
from engine.runs.run import Run
from engine.runs.showable import showable

LONGEST = 1.5
"""Class vectors longer than so many times the points' reach are drawn smaller, and the key says so."""
MOST = 4001
"""Snapshots up to which all are looked at for how far points go."""


@dataclass(frozen=True, eq=False)
class OverEpochs(Brief):
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
    curve: Curve | None
    shrink: float = 1.0
    """Class vectors are drawn ÷ this."""
    held_curve: Curve | None = None
    held_out: Labelled | None = None
    """Points kept from training that are shown besides."""

    def points(self, playhead: float) -> Array:
        """The frame's points alone, (N, 2), at a quarter of its cost."""
        return self.plane(self.run.embedding(playhead))

    def some_points(self, playhead: float, which: NDArray[np.int64]) -> Array:
        """Of the frame's points those with these numbers, (M, 2)."""
        run = self.run
        known = run.trajectories is None and len(run.layers)
        return self.plane(embedding(run.at(playhead), self.data.x[which])) if known else self.points(playhead)[which]

    def __call__(self, playhead: float) -> Frame:
        """The frame at an epoch. UnspiralError outside the run."""
        run, plane, data = self.run, self.plane, self.data
        if run.trajectories is None:
            network = run.at(playhead)
            last, e = classifier(network), embedding(network, data.x)
            lines = images(network[:-1], self.segments, self.view.half)
        else:
            last = run.classifier(playhead) if run.layers else None
            e, recorded = run.embedding(playhead), run.lines(playhead)
            count, samples, width = recorded.shape
            lines = Lines(recorded.reshape(-1, width), np.arange(count + 1) * samples)
        found, shadow = None, None  # without a classifier nothing is answered
        if last is not None:
            found = judged_by(last, e, data.y)
            shadow = plane.shadow(last, e.mean(0)) if playhead >= plane.shown_from else None
        shown, labels = [plane(e)], [data.y]
        wrong = [found.wrong if found else np.zeros(len(data.y), bool)]
        if self.held_out is not None:
            unseen = run.embedding(playhead, held_out=True)
            shown.append(plane(unseen))
            labels.append(self.held_out.y)
            judgement = judged_by(last, unseen, self.held_out.y).wrong if last is not None else None
            wrong.append(np.zeros(len(unseen), bool) if judgement is None else judgement)
        return Frame(
            points=np.concatenate(shown),
            labels=np.concatenate(labels),
            wrong=np.concatenate(wrong),
            held=np.arange(sum(map(len, shown))) >= len(e),
            lines=Lines(plane(lines.vertices), lines.starts),
            bright=self.bright,
            class_vectors=shadow.weight / self.shrink if shadow is not None else np.zeros((0, 2)),
            notes=(("arrow", f"class vectors {scaled(self.shrink)}"),) if self.shrink != 1 else (),
            regions=argmax_regions(shadow, self.view.corners()) if shadow is not None else (),
            view=self.view,
            **in_common(run, playhead, found),
            class_names=run.class_names,
            curve=self.curve,
            held_curve=self.held_curve,
            axes=plane.names,
            caption=plane.caption,
            decided=plane.decided(playhead, self.last - self.first, self.last) if found else 0.0,
        )


def training(
    run: Run,
    extent: float | None = None,
    lines: int = 21,
    plane: ArrayLike | None = None,
    upright: float | None = None,
    view: View | None = None,
    held_out: bool = False,
    label: int | str | None = None,
) -> Film[Frame]:
    """The run's embedding while it learns; the playhead is the epoch, the view fixed for all of them.

    The `view` is the one given, or holds points and class vectors of every epoch. With `held_out`, the points kept from
    training are shown besides, with a mark of their own; UnspiralError if there are none.

    `lines` grid lines each way over ± `extent` of the input plane, by default a little more than the points take; of a
    run whose layers are not known, those that were recorded. An embedding that is not 2-D is shown in a plane of it, or
    in the `plane` (d, 2) given: see `plane_of`. `upright`: the epoch at which a 2-D one is to lie upright on the input.
    `label`: of several labels a point, the one that is shown.
    """
    run = showable(run if label is None else of_label(run, label))
    x = run.data.x
    shown = plane_of(run, plane, upright)
    if run.trajectories is not None:
        segments, lines = run.trajectories.segments, len(run.trajectories.segments) // 2
    elif x.shape[1] == 2:
        segments = square_grid(extent_of(x) if extent is None else extent, lines)
    else:
        segments = np.zeros((0, 2, x.shape[1]))
    bright = (lines // 2, lines + lines // 2) if len(segments) and lines % 2 else ()
    beside = kept_from(run) if held_out else None
    fixed, factor = _fixed_view(run, shown, held_out)
    curve, unseen = loss_curve(run), loss_curve(run, held_out=True)
    return Training(run, run.data, view or fixed, segments, bright, shown, curve, factor, unseen, beside)


def kept_from(run: Run) -> Labelled:
    """The points kept from training. UnspiralError if there are none."""
    if run.held_out is None:
        raise UnspiralError("this run kept no points from training; a recipe with held_out = 0.2 keeps a fifth")
    return run.held_out


def _fixed_view(run: Run, plane: Plane, held_out: bool = False) -> tuple[View, float]:
    """Wide enough for points and class vectors at every epoch, centred so that growing from nothing is seen.

    And what class vectors are to be divided by, which would make the points small if they were drawn as they are.
    """
    margin = 1.2 if weights_of(run.layers) > LARGE * len(run.epochs) else 1.06  # of large ones not all are looked at
    reach = np.max([np.abs(plane(run.embedding(epoch))).max(0) for epoch in _widest(run)], axis=0)
    if held_out:
        some = run.epochs[np.unique(np.linspace(0, len(run.epochs) - 1, 41).astype(int))].tolist() + _between(run)
        unseen = [np.abs(plane(run.embedding(epoch, held_out=True))).max(0) for epoch in some]
        reach = np.max([reach, *unseen], axis=0)
    if not run.layers:
        return View.holding(*reach.tolist(), margin=margin), 1.0
    later = [run.classifier(epoch).weight for epoch in _between(run) if epoch >= plane.shown_from]
    weights = np.concatenate([classifier(run.layers).weight[run.epochs >= plane.shown_from], *(w[None] for w in later)])
    tips = np.abs(plane(weights)).reshape(-1, 2)
    farthest = tips.max(0, initial=0.0)
    factor = shrink(tips, float(reach.max())) if farthest.max() > LONGEST * reach.max() > 0 else 1.0
    return View.holding(*np.maximum(reach, 1.05 * farthest / factor).tolist(), margin=margin), factor


_WIDEST: WeakKeyDictionary[Run, list[float]] = WeakKeyDictionary()
"""What was found of a run, while it is there: it takes as long as 20 frames."""


def _widest(run: Run) -> list[float]:
    """Epochs among which is the one whose points reach farthest: some, and the widest for a few of the points."""
    if run not in _WIDEST:
        _WIDEST[run] = _find_widest(run)
    return _WIDEST[run]


def _find_widest(run: Run) -> list[float]:
    epochs, count, between = run.epochs, len(run.epochs), _between(run)
    some = epochs[np.unique(np.linspace(0, count - 1, 41).astype(int))].tolist()
    large = weights_of(run.layers) > LARGE * count
    if run.trajectories is not None or (count > MOST and not large):
        return some + between
    few = run.data.x[:: max(1, len(run.data.x) // 200)]
    among = [*(some if large else epochs.tolist()), *between]
    far = [np.abs(forward(run.at(epoch)[:-1], few)).max() for epoch in among]
    widest = [among[i] for i in np.argsort(far)[-5:]]
    return sorted(widest if large else {*some, *widest})


def _between(run: Run) -> list[float]:
    """Moments between snapshots more than an epoch apart, where what goes on a cubic may reach farther; 300 at most."""
    wide = np.diff(run.epochs) > 1
    shares = np.array([0.25, 0.5, 0.75])
    moments = (run.epochs[:-1, None] + np.diff(run.epochs)[:, None] * shares)[wide].ravel()
    return moments[:: -(-len(moments) // 300) or 1].tolist()
